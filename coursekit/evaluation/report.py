"""`evaluate`: everything that truth and scores say about a classifier, in one frozen report."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation import curves, render
from coursekit.evaluation.calibration import reliability as measure_reliability
from coursekit.evaluation.inputs import prepare
from coursekit.evaluation.scores import count_codes, scores_of_codes
from coursekit.evaluation.significance import check_confidence, macro_f1_interval, wilson_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What `evaluate` found. `k` classes, `n` rows; nan where a number is undefined. Arrays are
    read-only.

    Attributes:
        labels: the labels in the order of the score columns, `k`.
        class_names: their names, `k`.
        confusion_matrix: int64 `(k, k)`; row = true class, column = predicted class.
        accuracy: share of rows predicted correctly.
        accuracy_interval: Wilson interval `(low, high)` of the accuracy.
        macro_f1_interval: bootstrap interval `(low, high)` of macro F1.
        per_class: arrays `(k,)` by name: precision, recall, specificity, f1, support, roc_auc,
            average_precision.
        averages: floats by name: {macro, weighted, micro}_{precision, recall, specificity, f1, auc,
            average_precision}. Macro is the mean over the classes where the score is defined;
            `notes` names the others.
        calibration: `bins`, `ece`, `brier`, `log_loss`, see `coursekit.evaluation.reliability`; nan
            without scores.
        y_true: true class codes (positions in `labels`), int64 `(n,)`.
        y_pred: predicted class codes, int64 `(n,)`.
        probabilities: float64 `(n, k)`, rows sum to 1; None if only predictions were given.
        scores: what the scores were read as: "probabilities", "logits" or "predictions".
        confidence: of the intervals.
        notes: sentences a reader should know, such as classes that never occur.
    """

    labels: tuple
    class_names: tuple[str, ...]
    confusion_matrix: np.ndarray
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1_interval: tuple[float, float]
    per_class: dict[str, np.ndarray]
    averages: dict[str, float]
    calibration: dict[str, Any]
    y_true: np.ndarray
    y_pred: np.ndarray
    probabilities: np.ndarray | None
    scores: str
    confidence: float
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y_true)

    def top_k(self, k: int) -> float:
        """Share of rows whose true class is among the `k` with the highest probability. Ties go to
        the earlier column."""
        probabilities = self._need_probabilities("top_k")
        if not 1 <= k <= len(self.labels):
            raise InvalidInputError(f"Expected 1 <= k <= {len(self.labels)}. Received: k={k}.")
        p_true = probabilities[np.arange(self.n), self.y_true][:, None]
        earlier = np.arange(len(self.labels)) < self.y_true[:, None]
        rank = (probabilities > p_true).sum(axis=1) + ((probabilities == p_true) & earlier).sum(
            axis=1
        )
        return float(np.mean(rank < k))

    def worst(self, k: int = 10) -> np.ndarray:
        """Rows of the `k` worst mistakes, int64 `(<= k,)`: least probability for the truth first.

        Only wrong rows are listed, so there may be fewer. Without scores: the first mistakes.
        """
        if k < 0:
            raise InvalidInputError(f"Expected k >= 0. Received: k={k}.")
        wrong = np.flatnonzero(self.y_true != self.y_pred)
        if self.probabilities is not None:
            p_true = self.probabilities[wrong, self.y_true[wrong]]
            p_said = self.probabilities[wrong, self.y_pred[wrong]]
            wrong = wrong[np.lexsort((wrong, -p_said, p_true))]
        return wrong[:k]

    def roc_curves(self) -> dict[int | str, curves.Curve]:
        """One-vs-rest ROC curves by class code, then "micro" and "macro"."""
        return curves.roc_curves(self.y_true, self._need_probabilities("roc_curves"))

    def pr_curves(self) -> dict[int | str, curves.Curve]:
        """One-vs-rest precision-recall curves by class code, then "micro"."""
        return curves.pr_curves(self.y_true, self._need_probabilities("pr_curves"))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON: lists, floats, strings; undefined numbers are None. Rows are
        not included."""
        return _plain(
            {
                "n": self.n,
                "labels": list(self.labels),
                "class_names": list(self.class_names),
                "accuracy": self.accuracy,
                "accuracy_interval": self.accuracy_interval,
                "macro_f1_interval": self.macro_f1_interval,
                "confidence": self.confidence,
                "averages": self.averages,
                "per_class": self.per_class,
                "confusion_matrix": self.confusion_matrix,
                "calibration": self.calibration,
                "scores": self.scores,
                "notes": list(self.notes),
            }
        )

    def to_json(self, *, indent: int | None = None) -> str:
        """`to_dict` as strict JSON; undefined numbers are null."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    def to_frame(self) -> pd.DataFrame:
        """The per-class scores: one row per class (index: class names), one column per score."""
        import pandas as pd

        return pd.DataFrame(self.per_class, index=pd.Index(self.class_names, name="class"))

    def to_html(self, *, pictures: bool = False) -> str:
        """A self-contained HTML fragment: tables with scoped headers and, if asked, the figure of
        `plot` as a data URI.

        It sets no colours but translucent ones, so it reads on light and dark pages.
        """
        return render.html(self, pictures=pictures)

    def plot(self, *, figure: Figure | None = None, title: str | None = None) -> Figure:
        """Draw all panels: confusion matrix, F1, and, with scores, ROC, precision-recall and
        reliability.

        Args:
            figure: an empty matplotlib figure to draw in; a new one if None.
            title: written above the panels.

        Returns:
            The figure. Nothing is shown and no pyplot state is made.
        """
        from coursekit.evaluation.displays import plot_all

        return plot_all(self, figure=figure, title=title)

    def __str__(self) -> str:
        return render.text(self)

    def __repr__(self) -> str:
        low, high = self.accuracy_interval
        return (
            f"<Evaluation of {self.n} rows, {len(self.labels)} classes: accuracy "
            f"{self.accuracy:.4f} [{low:.4f}, {high:.4f}]>"
        )

    def _repr_html_(self) -> str:
        return self.to_html()

    def _need_probabilities(self, what: str) -> np.ndarray:
        if self.probabilities is None:
            raise InvalidInputError(
                f"Expected scores for {what}. Received: predictions only. Pass y_score to evaluate."
            )
        return self.probabilities


def evaluate(
    y_true: ArrayLike,
    y_score: ArrayLike | None = None,
    *,
    y_pred: ArrayLike | None = None,
    labels: Sequence | None = None,
    class_names: Sequence[str] | None = None,
    from_logits: bool | str = "auto",
    confidence: float = 0.95,
    seed: int = 0,
) -> Evaluation:
    """Judge a classifier by its scores. Numbers are scikit-learn's; input is checked, and nothing
    is dropped silently.

    Args:
        y_true: true labels: integers, strings or booleans `(n,)` or `(n, 1)`, or one-hot `(n, k)`.
        y_score: probabilities or logits `(n, k)`, one column per class in the order of `labels`;
            for two classes also `(n,)` or `(n, 1)`, about the second label. Any float type, float16
            and bfloat16 too. Predicted labels are refused here.
        y_pred: predicted labels, where they are not the column with the highest score, or where
            there are no scores (then curves, areas and calibration are undefined).
        labels: the labels in the order of the columns, such as `classifier.classes_`. If None: 0 to
            k - 1 for integers; for strings `class_names` if given, else sorted as text, unless they
            are numbers that sort otherwise ("10", "2").
        class_names: names for people, in the order of the columns.
        from_logits: True applies softmax (sigmoid to one column) in float64; False divides rows by
            their sum; "auto" takes negative values, or rows that do not sum to 1 and reach above 1,
            as logits, and refuses what may be either.
        confidence: of the intervals.
        seed: of the bootstrap for macro F1.

    Returns:
        An `Evaluation`.

    Raises:
        InvalidInputError: if lengths, labels or shapes do not fit, for NaN, swapped arguments,
            unknown labels, and scores that can be read in two ways.

    >>> result = evaluate([0, 1, 1, 2], [[.8, .1, .1], [.2, .7, .1], [.6, .3, .1], [.1, .1, .8]])
    >>> result.accuracy, result.confusion_matrix[1].tolist()
    (0.75, [1, 1, 0])
    >>> round(result.averages["macro_f1"], 4)
    0.7778
    """
    check_confidence(confidence)
    inputs = prepare(
        y_true,
        y_score,
        y_pred=y_pred,
        labels=labels,
        class_names=class_names,
        from_logits=from_logits,
    )
    k, n = len(inputs.labels), len(inputs.codes)
    per_class, averages = scores_of_codes(inputs.codes, inputs.predicted, k)
    if inputs.probabilities is None:
        area_names = ("auc", "average_precision")
        per_class |= {name: np.full(k, np.nan) for name in ("roc_auc", "average_precision")}
        averages |= {
            f"{average}_{name}": math.nan
            for average in ("macro", "weighted", "micro")
            for name in area_names
        }
        reliability = {"bins": {}, "ece": math.nan, "brier": math.nan, "log_loss": math.nan}
    else:
        of_classes, of_all = curves.areas(inputs.codes, inputs.probabilities)
        per_class |= of_classes
        averages |= of_all
        reliability = measure_reliability(inputs.codes, inputs.predicted, inputs.probabilities)
    matrix = count_codes(inputs.codes, inputs.predicted, k)
    right = int(np.trace(matrix))
    frozen = [
        matrix,
        inputs.codes,
        inputs.predicted,
        *per_class.values(),
        *reliability["bins"].values(),
    ]
    for array in [*frozen, *([] if inputs.probabilities is None else [inputs.probabilities])]:
        array.setflags(write=False)
    return Evaluation(
        labels=inputs.labels,
        class_names=inputs.class_names,
        confusion_matrix=matrix,
        accuracy=right / n,
        accuracy_interval=wilson_interval(right, n, confidence),
        macro_f1_interval=macro_f1_interval(matrix, confidence=confidence, seed=seed),
        per_class=per_class,
        averages=averages,
        calibration=reliability,
        y_true=inputs.codes,
        y_pred=inputs.predicted,
        probabilities=inputs.probabilities,
        scores=inputs.scores,
        confidence=float(confidence),
        notes=_notes(inputs.class_names, matrix, inputs.scores),
    )


def _notes(names: Sequence[str], matrix: np.ndarray, scores: str) -> tuple[str, ...]:
    def listed(codes: np.ndarray) -> str:
        shown = ", ".join(names[code] for code in codes[:10])
        return shown if len(codes) <= 10 else f"{shown} and {len(codes) - 10} more"

    absent = np.flatnonzero(matrix.sum(axis=1) == 0)
    unsaid = np.flatnonzero(matrix.sum(axis=0) == 0)
    notes = []
    if len(absent):
        notes.append(f"Not in y_true, so recall and areas are undefined: {listed(absent)}.")
    if len(unsaid):
        notes.append(f"Never predicted, so precision is undefined: {listed(unsaid)}.")
    if len(absent) == len(names) - 1:
        notes.append(
            "Only one class occurs in y_true: specificity of that class and all areas are "
            "undefined."
        )
    if scores == "logits":
        notes.append("Scores were read as logits.")
    if scores == "predictions":
        notes.append("Predictions without scores: curves, areas and calibration are undefined.")
    return tuple(notes)


def _plain(value: Any) -> Any:
    """Dicts, lists, str, int, float, bool and None only; nan and infinity become None."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
