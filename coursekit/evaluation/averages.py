"""How the scores of the classes become one number. A new average is a function here and its line in
`AVERAGES`; the scores, the areas, the tables and the reports take it from there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def mean_defined(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean of the values that are not nan; nan if there are none. Weights that are all 0 among them
    count as equal, as in scikit-learn."""
    defined = ~np.isnan(values)
    if not defined.any():
        return float("nan")
    if weights is not None:
        weights = weights[defined] if weights[defined].any() else None
    return float(np.average(values[defined], weights=weights))


def macro(values: np.ndarray, support: np.ndarray, pooled: float) -> float:
    """Every class counts the same."""
    return mean_defined(values)


def weighted(values: np.ndarray, support: np.ndarray, pooled: float) -> float:
    """Every class counts by its rows."""
    return mean_defined(values, support)


def micro(values: np.ndarray, support: np.ndarray, pooled: float) -> float:
    """All decisions, class by class, in one pool."""
    return float(pooled)


AVERAGES: dict[str, Callable[[np.ndarray, np.ndarray, float], float]] = {
    "macro": macro,
    "weighted": weighted,
    "micro": micro,
}


def averaged(name: str, values: np.ndarray, support: np.ndarray, pooled: float) -> dict[str, float]:
    """Every average of one score, such as "macro_f1".

    Args:
        name: of the score.
        values: of the classes, `(k,)`, nan where undefined.
        support: rows of each class, or their weight, `(k,)`.
        pooled: the score of all decisions in one pool.
    """
    return {
        f"{average}_{name}": take(values, support, pooled) for average, take in AVERAGES.items()
    }
