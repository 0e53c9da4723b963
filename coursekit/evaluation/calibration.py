"""Does a probability mean what it says? Reliability bins, expected calibration error, Brier score,
log loss."""

from __future__ import annotations

import numpy as np

from coursekit.evaluation.checks import check_whole
from coursekit.evaluation.scores import share


def reliability(
    codes: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    *,
    n_bins: int = 10,
    weights: np.ndarray | None = None,
) -> dict:
    """Reliability of the confidence in the predicted class.

    Args:
        codes: true class codes, int `(n,)`.
        predicted: predicted class codes, int `(n,)`.
        probabilities: float64 `(n, k)`, rows sum to 1.
        n_bins: number of bins of equal width over [0, 1].
        weights: of the rows, `(n,)`, or None where each counts once.

    Returns:
        `bins`: dict of arrays `(n_bins,)`: `lower`, `upper`, `count`, `confidence` (mean) and
        `accuracy`, nan in empty bins. `ece`: expected calibration error, the mean gap between
        confidence and accuracy, weighted by count (Guo et al. 2017). `brier`: mean squared distance
        to the one-hot truth, in [0, 2]. `log_loss`: mean -ln p(true), with p at least 2.2e-16.
    """
    check_whole(n_bins, "n_bins", 1)
    rows = np.arange(len(codes))
    confidence = probabilities[rows, predicted]
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    place = np.clip(
        np.ceil(confidence * n_bins).astype(int) - 1, 0, n_bins - 1
    )  # bins (lower, upper]
    each = np.ones(len(codes)) if weights is None else weights

    def binned(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=each * values, minlength=n_bins)

    count = np.bincount(place, weights=weights, minlength=n_bins)
    mean_confidence = share(binned(confidence), count)
    mean_accuracy = share(binned(codes == predicted), count)
    gap = np.where(count > 0, np.abs(mean_confidence - mean_accuracy), 0.0)
    p_true = probabilities[rows, codes]
    distance = (probabilities**2).sum(axis=1) - 2 * p_true + 1
    return {
        "bins": {
            "lower": edges[:-1],
            "upper": edges[1:],
            "count": count,
            "confidence": mean_confidence,
            "accuracy": mean_accuracy,
        },
        "ece": float((gap * count).sum() / count.sum()),
        "brier": float(np.average(distance, weights=weights)),
        "log_loss": float(
            np.average(-np.log(np.maximum(p_true, np.finfo(np.float64).eps)), weights=weights)
        ),
    }
