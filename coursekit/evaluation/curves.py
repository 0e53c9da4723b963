"""ROC and precision-recall curves, one class against the rest, with their areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursekit.evaluation.scores import mean_defined


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of one curve.

    Attributes:
        x: false positive rate (ROC) or recall (PR), float64 `(m,)`.
        y: true positive rate (ROC) or precision (PR), float64 `(m,)`.
        area: area under the ROC curve, or average precision; nan if the class has no positive or no
            negative row.
        chance: height of a guess: the share of positive rows (PR); nan for ROC, where it is the
            diagonal.
    """

    x: np.ndarray
    y: np.ndarray
    area: float
    chance: float = float("nan")


def areas(
    codes: np.ndarray, probabilities: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Area under the ROC curve and average precision, one class against the rest.

    Args:
        codes: true class codes, int `(n,)`.
        probabilities: float64 `(n, k)`.

    Returns:
        Per-class arrays `roc_auc` and `average_precision` `(k,)`, nan where a class has no positive
        or no negative row; and their macro, weighted and micro averages, named "macro_auc",
        "macro_average_precision" and so on.
    """
    from sklearn import metrics

    k = probabilities.shape[1]
    support = np.bincount(codes, minlength=k)
    per_class = {"roc_auc": np.full(k, np.nan), "average_precision": np.full(k, np.nan)}
    for code in np.flatnonzero((support > 0) & (support < len(codes))):
        truth = codes == code
        per_class["roc_auc"][code] = metrics.roc_auc_score(truth, probabilities[:, code])
        per_class["average_precision"][code] = metrics.average_precision_score(
            truth, probabilities[:, code]
        )
    truth, scores = _pool(codes, probabilities)
    averages = {"micro_auc": float(metrics.roc_auc_score(truth, scores))}
    averages["micro_average_precision"] = float(metrics.average_precision_score(truth, scores))
    for name, values in (
        ("auc", per_class["roc_auc"]),
        ("average_precision", per_class["average_precision"]),
    ):
        averages[f"macro_{name}"] = mean_defined(values)
        averages[f"weighted_{name}"] = mean_defined(values, support)
    return per_class, averages


def roc_curves(codes: np.ndarray, probabilities: np.ndarray) -> dict[int | str, Curve]:
    """ROC curves by class code, then "micro" (all decisions pooled) and "macro" (mean curve, mean
    area).

    Classes with no positive or no negative row have no curve.
    """
    from sklearn import metrics

    curves: dict[int | str, Curve] = {}
    for key, truth, scores in _one_against_rest(codes, probabilities):
        x, y, _ = metrics.roc_curve(truth, scores)
        curves[key] = Curve(x, y, float(metrics.auc(x, y)))
    of_classes = [curve for key, curve in curves.items() if key != "micro"]
    if of_classes:
        x = np.unique(np.concatenate([curve.x for curve in of_classes]))
        y = np.mean([np.interp(x, curve.x, curve.y) for curve in of_classes], axis=0)
        x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
        curves["macro"] = Curve(x, y, float(np.mean([curve.area for curve in of_classes])))
    return curves


def pr_curves(codes: np.ndarray, probabilities: np.ndarray) -> dict[int | str, Curve]:
    """Precision-recall curves by class code, then "micro" (all decisions pooled); areas are average
    precision."""
    from sklearn import metrics

    curves: dict[int | str, Curve] = {}
    for key, truth, scores in _one_against_rest(codes, probabilities):
        precision, recall, _ = metrics.precision_recall_curve(truth, scores, drop_intermediate=True)
        area = float(metrics.average_precision_score(truth, scores))
        curves[key] = Curve(recall[::-1], precision[::-1], area, float(np.mean(truth)))
    return curves


def _one_against_rest(codes: np.ndarray, probabilities: np.ndarray):
    for code in range(probabilities.shape[1]):
        truth = codes == code
        if truth.any() and not truth.all():
            yield code, truth, probabilities[:, code]
    yield "micro", *_pool(codes, probabilities)


def _pool(codes: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    truth = codes[:, None] == np.arange(probabilities.shape[1])
    return truth.ravel(), probabilities.ravel()
