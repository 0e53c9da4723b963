"""ROC and precision-recall curves, one class against the rest, with their areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursekit.evaluation.averages import averaged


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of one curve.

    Attributes:
        x: false positive rate (ROC) or recall (PR), float64 `(m,)`.
        y: true positive rate (ROC) or precision (PR), float64 `(m,)`.
        area: area under the ROC curve, or average precision.
        chance: height of a guess: the share of positive rows (PR); nan for ROC, where it is the
            diagonal.
    """

    x: np.ndarray
    y: np.ndarray
    area: float
    chance: float = float("nan")


def areas(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Area under the ROC curve and average precision, one class against the rest.

    Args:
        codes: true class codes, int `(n,)`.
        probabilities: float64 `(n, k)`, or whatever ranks the rows of each class.
        weights: of the rows, `(n,)`, or None. Rows that weigh 0 are as good as absent.

    Returns:
        Per-class arrays `roc_auc` and `average_precision` `(k,)`, and their averages, named
        "macro_auc", "macro_average_precision" and so on. Both are nan where a class has no positive
        row. Where it has no negative one the ROC area is nan, and average precision is 1: every
        answer is right, in whatever order.
    """
    from sklearn import metrics

    k = probabilities.shape[1]
    codes, probabilities, weights = _counted(codes, probabilities, weights)
    support = np.bincount(codes, weights=weights, minlength=k)
    rows = np.bincount(codes, minlength=k)
    auc, precision = np.full(k, np.nan), np.full(k, np.nan)
    for code in np.flatnonzero(rows):
        truth, scores = codes == code, probabilities[:, code]
        precision[code] = metrics.average_precision_score(truth, scores, sample_weight=weights)
        if rows[code] < len(codes):
            auc[code] = metrics.roc_auc_score(truth, scores, sample_weight=weights)
    truth, scores, pooled = _pool(codes, probabilities, weights)
    averages = averaged(
        "auc", auc, support, metrics.roc_auc_score(truth, scores, sample_weight=pooled)
    ) | averaged(
        "average_precision",
        precision,
        support,
        metrics.average_precision_score(truth, scores, sample_weight=pooled),
    )
    return {"roc_auc": auc, "average_precision": precision}, averages


def roc_curves(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> dict[int | str, Curve]:
    """ROC curves by class code, then "micro" (all decisions pooled) and "macro" (mean curve, mean
    area).

    Classes with no positive or no negative row have no curve.
    """
    from sklearn import metrics

    curves: dict[int | str, Curve] = {}
    for key, truth, scores, of_rows in _one_against_rest(codes, probabilities, weights):
        if truth.all():
            continue
        x, y, _ = metrics.roc_curve(truth, scores, sample_weight=of_rows)
        curves[key] = Curve(x, y, float(metrics.auc(x, y)))
    of_classes = [curve for key, curve in curves.items() if key != "micro"]
    if of_classes:
        x = np.unique(np.concatenate([curve.x for curve in of_classes]))
        y = np.mean([np.interp(x, curve.x, curve.y) for curve in of_classes], axis=0)
        x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
        curves["macro"] = Curve(x, y, float(np.mean([curve.area for curve in of_classes])))
    return curves


def pr_curves(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> dict[int | str, Curve]:
    """Precision-recall curves by class code, then "micro" (all decisions pooled); areas are average
    precision. Classes with no positive row have no curve."""
    from sklearn import metrics

    curves: dict[int | str, Curve] = {}
    for key, truth, scores, of_rows in _one_against_rest(codes, probabilities, weights):
        precision, recall, _ = metrics.precision_recall_curve(
            truth, scores, sample_weight=of_rows, drop_intermediate=True
        )
        area = float(metrics.average_precision_score(truth, scores, sample_weight=of_rows))
        chance = float(np.average(truth, weights=of_rows))
        curves[key] = Curve(recall[::-1], precision[::-1], area, chance)
    return curves


def _one_against_rest(codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None):
    """`(code or "micro", truth, scores, weights)` of every class that occurs, then of the pool."""
    codes, probabilities, weights = _counted(codes, probabilities, weights)
    for code in range(probabilities.shape[1]):
        truth = codes == code
        if truth.any():
            yield code, truth, probabilities[:, code], weights
    yield "micro", *_pool(codes, probabilities, weights)


def _counted(codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None):
    """The rows that weigh something."""
    if weights is None or weights.all():
        return codes, probabilities, weights
    rows = weights > 0
    return codes[rows], probabilities[rows], weights[rows]


def _pool(codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None):
    k = probabilities.shape[1]
    truth = codes[:, None] == np.arange(k)
    return truth.ravel(), probabilities.ravel(), None if weights is None else np.repeat(weights, k)
