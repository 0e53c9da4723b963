"""`evaluate`: everything that truth and scores say about a classifier, in one frozen report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation import curves, displays, render
from coursekit.evaluation.averages import averaged
from coursekit.evaluation.calibration import reliability as measure_reliability
from coursekit.evaluation.checks import check_confidence, generator
from coursekit.evaluation.inputs import prepare
from coursekit.evaluation.numbers import EvaluationNumbers
from coursekit.evaluation.scores import count_codes, scores_of_codes
from coursekit.evaluation.significance import (
    effective_rows,
    macro_f1_interval,
    weighted_macro_f1_interval,
    wilson_interval,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAVIEST = 1e100  # squares of weights, and sums of them, are numbers yet


class Evaluation(EvaluationNumbers):
    """What `evaluate` found: the numbers of `EvaluationNumbers`, and views of them.

    It prints as a table, shows itself as HTML in a notebook and draws itself with `plot`.
    """

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
        return displays.plot_all(self, figure=figure, title=title)

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


def evaluate(
    y_true: ArrayLike,
    y_score: ArrayLike | None = None,
    *,
    y_pred: ArrayLike | None = None,
    labels: Sequence | None = None,
    class_names: Sequence[str] | None = None,
    from_logits: bool | str = "auto",
    sample_weight: ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Evaluation:
    """Judge a classifier by its scores. Numbers are scikit-learn's; input is checked, and nothing
    is dropped silently.

    Args:
        y_true: true labels: integers, strings or booleans `(n,)` or `(n, 1)`, or one-hot `(n, k)`.
        y_score: probabilities or logits `(n, k)`, one column per class in the order of `labels`;
            for two classes also `(n,)` or `(n, 1)`, about the second label. Any float type, float16
            and bfloat16 too. The columns of a DataFrame that have names are taken by them: names of
            labels or of classes. Predicted labels are refused here.
        y_pred: predicted labels, where they are not the column with the highest score, or where
            there are no scores (then curves, areas and calibration are undefined).
        labels: the labels in the order of the columns, such as `classifier.classes_`. If None: the
            names of a DataFrame's columns, else 0 to k - 1 for integers; for strings `class_names`
            if given, else sorted as text, unless they are numbers that sort otherwise ("10", "2").
        class_names: names for people, in the order of the columns.
        from_logits: True applies softmax (sigmoid to one column) in float64; False divides rows by
            their sum; "auto" takes negative values, or rows that do not sum to 1 and reach above 1,
            as logits, and refuses what may be either.
        sample_weight: how much each row counts, `(n,)`, 0 or more. Scores, areas, calibration and
            the confusion matrix are then sums of weights; the interval of the accuracy counts
            Kish's effective number of rows, and the bootstrap draws rows with their weights.
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
    generator(seed)
    inputs = prepare(
        y_true,
        y_score,
        y_pred=y_pred,
        labels=labels,
        class_names=class_names,
        from_logits=from_logits,
    )
    k, weights = len(inputs.labels), _read_weights(sample_weight, len(inputs.codes))
    per_class, averages = scores_of_codes(inputs.codes, inputs.predicted, k, weights)
    if inputs.probabilities is None:
        nothing = np.full(k, np.nan)
        per_class |= {"roc_auc": nothing, "average_precision": nothing.copy()}
        for name in ("auc", "average_precision"):
            averages |= averaged(name, nothing, per_class["support"], math.nan)
        reliability = {"bins": {}, "ece": math.nan, "brier": math.nan, "log_loss": math.nan}
    else:
        of_classes, of_all = curves.areas(inputs.codes, inputs.ranking, weights)
        per_class |= of_classes
        averages |= of_all
        reliability = measure_reliability(
            inputs.codes, inputs.predicted, inputs.probabilities, weights=weights
        )
    matrix = count_codes(inputs.codes, inputs.predicted, k, weights)
    accuracy = min(1.0, float(np.trace(matrix) / matrix.sum()))  # sums of weights are rounded
    rows = len(inputs.codes) if weights is None else effective_rows(weights)
    right = int(np.trace(matrix)) if weights is None else accuracy * rows
    frozen = [
        matrix,
        inputs.codes,
        inputs.predicted,
        *per_class.values(),
        *reliability["bins"].values(),
    ]
    for array in [*frozen, inputs.probabilities, inputs.ranking, weights]:
        if array is not None:
            array.setflags(write=False)
    resampling = {"confidence": confidence, "seed": seed}
    return Evaluation(
        labels=inputs.labels,
        class_names=inputs.class_names,
        confusion_matrix=matrix,
        accuracy=accuracy,
        accuracy_interval=wilson_interval(right, rows, confidence),
        macro_f1_interval=macro_f1_interval(matrix, **resampling)
        if weights is None
        else weighted_macro_f1_interval(inputs.codes, inputs.predicted, k, weights, **resampling),
        per_class=per_class,
        averages=averages,
        calibration=reliability,
        y_true=inputs.codes,
        y_pred=inputs.predicted,
        probabilities=inputs.probabilities,
        ranking=inputs.ranking,
        scores=inputs.scores,
        confidence=float(confidence),
        sample_weight=weights,
        notes=_notes(inputs.class_names, matrix, inputs.scores, weights),
    )


def _read_weights(sample_weight: ArrayLike | None, n: int) -> np.ndarray | None:
    if sample_weight is None:
        return None
    try:
        if np.iscomplexobj(sample_weight):
            raise TypeError("complex numbers")
        weights = np.array(sample_weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Expected numbers in sample_weight, one per row. Received: "
            f"{type(sample_weight).__name__} that does not convert to them ({error})."
        ) from error
    if weights.shape != (n,):
        raise InvalidInputError(
            f"Expected one weight per row in sample_weight, shape ({n},). Received: shape "
            f"{weights.shape}."
        )
    lowest, highest = weights.min(), weights.max()
    if not np.isfinite(weights).all() or lowest < 0 or highest == 0:
        raise InvalidInputError(
            f"Expected finite weights of 0 or more that are not all 0 in sample_weight. Received: "
            f"values from {lowest:g} to {highest:g}."
        )
    if highest > _HEAVIEST or highest < 1 / _HEAVIEST:
        raise InvalidInputError(
            f"Expected weights whose largest is between {1 / _HEAVIEST:g} and {_HEAVIEST:g} in "
            f"sample_weight. Received: {highest:g}. Multiply all by one number; no score changes."
        )
    return weights


def _notes(
    names: Sequence[str], matrix: np.ndarray, scores: str, weights: np.ndarray | None
) -> tuple[str, ...]:
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
            "Only one class occurs in y_true: its specificity and its ROC area are undefined, and "
            "its average precision is 1 whatever the scores."
        )
    if weights is not None:
        notes.append(
            f"Rows are weighted; the interval of the accuracy counts {effective_rows(weights):.0f} "
            f"effective rows of {len(weights)}."
        )
    if scores == "logits":
        notes.append("Scores were read as logits.")
    if scores == "predictions":
        notes.append("Predictions without scores: curves, areas and calibration are undefined.")
    return tuple(notes)
