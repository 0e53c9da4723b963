"""What an evaluation knows: numbers only. The views (`displays`, `render`) take these; nothing here
knows of a view."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.evaluation import curves
from coursekit.evaluation.checks import check_whole

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class EvaluationNumbers:
    """The numbers of an `Evaluation`. `k` classes, `n` rows; nan where a number is undefined.
    Arrays are read-only.

    Attributes:
        labels: the labels in the order of the score columns, `k`.
        class_names: their names, `k`.
        confusion_matrix: int64 `(k, k)`; row = true class, column = predicted class. Sums of
            weights, float64, where rows have weights.
        accuracy: share of rows predicted correctly.
        accuracy_interval: Wilson interval `(low, high)` of the accuracy.
        macro_f1_interval: bootstrap interval `(low, high)` of macro F1.
        per_class: arrays `(k,)` by name: precision, recall, specificity, f1, support, roc_auc,
            average_precision.
        averages: floats by name: {macro, weighted, micro}_{precision, recall, specificity, f1, auc,
            average_precision}; see `coursekit.evaluation.averages`. Macro is the mean over the
            classes where the score is defined; `notes` names the others.
        calibration: `bins`, `ece`, `brier`, `log_loss`, see `coursekit.evaluation.reliability`; nan
            without scores.
        y_true: true class codes (positions in `labels`), int64 `(n,)`.
        y_pred: predicted class codes, int64 `(n,)`.
        probabilities: float64 `(n, k)`, rows sum to 1; None if only predictions were given.
        ranking: float64 `(n, k)`, what curves and areas order the rows of a class by: probabilities
            as they were given, before rows are divided by sums that rounding keeps from 1, so ties
            stay ties; for two classes' logits, the difference. None if only predictions were given.
        scores: what the scores were read as: "probabilities", "logits" or "predictions".
        confidence: of the intervals.
        sample_weight: float64 `(n,)`, or None where every row counts once.
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
    ranking: np.ndarray | None
    scores: str
    confidence: float
    sample_weight: np.ndarray | None
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y_true)

    def top_k(self, k: int) -> float:
        """Share of rows whose true class is among the `k` with the highest probability. Ties go to
        the earlier column."""
        probabilities = self._need_probabilities("top_k")
        check_whole(k, "k", 1, len(self.labels))
        p_true = probabilities[np.arange(self.n), self.y_true][:, None]
        earlier = np.arange(len(self.labels)) < self.y_true[:, None]
        rank = (probabilities > p_true).sum(axis=1) + ((probabilities == p_true) & earlier).sum(
            axis=1
        )
        return float(np.average(rank < k, weights=self.sample_weight))

    def worst(self, k: int = 10) -> np.ndarray:
        """Rows of the `k` worst mistakes, int64 `(<= k,)`: least probability for the truth first.

        Only wrong rows are listed, so there may be fewer. Without scores: the first mistakes.
        """
        check_whole(k, "k", 0)
        wrong = np.flatnonzero(self.y_true != self.y_pred)
        if self.probabilities is not None:
            p_true = self.probabilities[wrong, self.y_true[wrong]]
            p_said = self.probabilities[wrong, self.y_pred[wrong]]
            wrong = wrong[np.lexsort((wrong, -p_said, p_true))]
        return wrong[:k]

    def roc_curves(self) -> dict[int | str, curves.Curve]:
        """One-vs-rest ROC curves by class code, then "micro" and "macro"."""
        self._need_probabilities("roc_curves")
        return curves.roc_curves(self.y_true, self.ranking, self.sample_weight)

    def pr_curves(self) -> dict[int | str, curves.Curve]:
        """One-vs-rest precision-recall curves by class code, then "micro"."""
        self._need_probabilities("pr_curves")
        return curves.pr_curves(self.y_true, self.ranking, self.sample_weight)

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

    def _need_probabilities(self, what: str) -> np.ndarray:
        if self.probabilities is None:
            raise InvalidInputError(
                f"Expected scores for {what}. Received: predictions only. Pass y_score to evaluate."
            )
        return self.probabilities


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
