"""Numbers that look at order alone: rank correlation of maps, top-k with ties."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.evaluation.checks import as_array, check_whole

TIES = ("expected", "best", "worst")


def rank_correlation(one, other, *, absolute: bool = False) -> float:
    """Spearman's rank correlation of two maps, entry by entry; ties share their mean rank.

    Args:
        one: map of any shape.
        other: of the same shape.
        absolute: compare sizes instead of signed values. Do so for both maps or neither.

    Returns:
        From -1 to 1; nan if one of the maps is constant.

    Raises:
        InvalidInputError: if the shapes differ.

    >>> rank_correlation([1, 2, 3, 4], [10, 100, 1000, 10000])
    1.0
    """
    from scipy.stats import rankdata

    one, other = np.asarray(one, float), np.asarray(other, float)
    if one.shape != other.shape or one.size < 2:
        raise InvalidInputError(
            f"Expected two maps of one shape, of two entries or more. Received: {one.shape} and "
            f"{other.shape}"
        )
    ranks = [rankdata(np.abs(a) if absolute else a, axis=None) for a in (one, other)]
    ranks = [r - r.mean() for r in ranks]
    size = np.sqrt(np.sum(ranks[0] ** 2) * np.sum(ranks[1] ** 2))
    return float(ranks[0] @ ranks[1] / size) if size > 0 else float("nan")


def top_k_accuracy(y_true, y_score, *, k: int = 5, ties: str = "expected") -> float:
    """Share of samples whose true class is among the `k` highest scores.

    Args:
        y_true: `(n,)` integers, columns of `y_score`.
        y_score: `(n, classes)`.
        k: 1 to the number of classes.
        ties: what counts where classes of equal score reach over the k-th place: "expected", the
            chance of being drawn among them; "best" 1, "worst" 0. A model that gives all classes
            one score has k / classes, 1 or 0.

    Raises:
        InvalidInputError: if an argument does not fit.

    >>> top_k_accuracy([0, 2], [[0.2, 0.5, 0.3], [0.3, 0.3, 0.3]], k=2)
    0.3333333333333333
    """
    y_true, y_score = as_array(y_true, "y_true"), as_array(y_score, "y_score")
    if y_score.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"Expected numbers in y_score. Received: dtype {y_score.dtype}. Pass scores "
            f"(n, classes)."
        )
    y_score = y_score.astype(float)
    fits = y_score.ndim == 2 and y_true.shape == y_score.shape[:1] and y_true.dtype.kind in "ui"
    if not fits or not len(y_true) or y_true.min() < 0 or y_true.max() >= y_score.shape[1]:
        raise InvalidInputError(
            f"Expected labels (n,) that name columns of scores (n, classes). Received: shapes "
            f"{y_true.shape} and {y_score.shape}"
        )
    check_whole(k, "k", 1, y_score.shape[1])
    if ties not in TIES or np.isnan(y_score).any():
        raise InvalidInputError(
            f"`ties` must be one of {', '.join(TIES)}, and no score nan. Received: ties={ties!r}"
        )
    own = y_score[np.arange(len(y_true)), y_true][:, None]
    better, equal = (y_score > own).sum(axis=1), (y_score == own).sum(axis=1)
    if ties == "best":
        return float((better < k).mean())
    if ties == "worst":
        return float((better + equal <= k).mean())
    return float(np.clip((k - better) / equal, 0, 1).mean())
