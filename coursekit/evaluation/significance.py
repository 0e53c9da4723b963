"""How sure is a score, and is one classifier better than another? Intervals and paired tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation.checks import check_confidence, check_whole, generator, is_real
from coursekit.evaluation.inputs import prepare_pair

EXACT_BELOW = 25  # disagreements; below, the chi-square approximation is poor


@dataclass(frozen=True)
class McNemarResult:
    """McNemar's test of two classifiers on the same rows.

    Attributes:
        b: rows that A has right and B wrong.
        c: rows that A has wrong and B right.
        statistic: chi-square with continuity correction, or min(b, c) if exact.
        p_value: two-sided.
        exact: True if the binomial distribution was used.
    """

    b: int
    c: int
    statistic: float
    p_value: float
    exact: bool


def wilson_interval(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for a share of `k` out of `n` (Wilson 1927); never outside [0, 1], sensible at 0 and
    at n.

    Returns:
        `(low, high)`; `(0.0, 1.0)` if `n` is 0, since nothing is known.

    Raises:
        InvalidInputError: unless 0 <= k <= n and 0 < confidence < 1.

    >>> low, high = wilson_interval(9, 12)
    >>> round(low, 4), round(high, 4)
    (0.4677, 0.9111)
    """
    check_confidence(confidence)
    if not (is_real(k) and is_real(n) and 0 <= k <= n < math.inf):
        raise InvalidInputError(f"Expected numbers, 0 <= k <= n. Received: k={k!r}, n={n!r}.")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = k / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if k == 0 else max(0.0, centre - half)
    high = 1.0 if k == n else min(1.0, centre + half)
    return float(low), float(high)


def mcnemar(
    y_true: ArrayLike, pred_a: ArrayLike, pred_b: ArrayLike, *, exact: bool | None = None
) -> McNemarResult:
    """Do two classifiers, tested on the same rows, err equally often? (McNemar 1947.)

    Only rows where exactly one of the two is right count. With fewer than 25 of them the p-value is
    that of the binomial distribution, otherwise of chi-square with Edwards' continuity correction;
    `exact` overrides that.

    Args:
        y_true: true labels `(n,)`.
        pred_a: labels predicted by A.
        pred_b: labels predicted by B.
        exact: True, False, or None to choose.

    >>> mcnemar([1] * 10, [1] * 9 + [0], [1] * 2 + [0] * 8)
    McNemarResult(b=7, c=0, statistic=0.0, p_value=0.015625, exact=True)
    """
    right = []
    for name, prediction in (("pred_a", pred_a), ("pred_b", pred_b)):
        try:
            codes, predicted, _ = prepare_pair(y_true, prediction)
        except InvalidInputError as error:
            raise InvalidInputError(str(error).replace("y_pred", name)) from error
        right.append(codes == predicted)
    b = int(np.sum(right[0] & ~right[1]))
    c = int(np.sum(~right[0] & right[1]))
    exact = b + c < EXACT_BELOW if exact is None else bool(exact)
    if exact:
        return McNemarResult(b, c, float(min(b, c)), _binomial_two_sided(min(b, c), b + c), True)
    statistic = max(0, abs(b - c) - 1) ** 2 / (b + c) if b + c else 0.0
    return McNemarResult(b, c, float(statistic), math.erfc(math.sqrt(statistic / 2)), False)


def bootstrap_interval(
    fn: Callable[[np.ndarray, np.ndarray], float],
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of any score: rows are drawn with replacement, truth and score
    together.

    Args:
        fn: `fn(y_true, y_score) -> float`.
        y_true: `(n, ...)`.
        y_score: `(n, ...)`, what `fn` takes as its second argument.
        confidence: share of resamples inside the interval.
        n_resamples: how many resamples.
        seed: seed of the draws.

    Returns:
        `(low, high)`. Resamples where `fn` gives nan are left out.

    Raises:
        InvalidInputError: if lengths differ, or if more than half of the resamples give nan.
    """
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    return _percentiles(
        lambda rows: fn(y_true[rows], y_score[rows]),
        (y_true, y_score),
        confidence,
        n_resamples,
        seed,
    )


def paired_bootstrap(
    fn: Callable[[np.ndarray, np.ndarray], float],
    y_true: ArrayLike,
    score_a: ArrayLike,
    score_b: ArrayLike,
    *,
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Bootstrap interval of the difference `fn(y_true, score_a) - fn(y_true, score_b)`, both on the
    same drawn rows.

    An interval that leaves out 0 says that the two differ. Arguments as in `bootstrap_interval`.
    """
    y_true, score_a, score_b = np.asarray(y_true), np.asarray(score_a), np.asarray(score_b)

    def difference(rows: np.ndarray) -> float:
        return fn(y_true[rows], score_a[rows]) - fn(y_true[rows], score_b[rows])

    return _percentiles(difference, (y_true, score_a, score_b), confidence, n_resamples, seed)


def macro_f1_interval(
    matrix: np.ndarray, *, confidence: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of macro F1, from the confusion matrix `(k, k)` alone.

    Drawing rows with replacement draws the cells of the matrix from a multinomial distribution, so
    no row is touched.
    """
    check_confidence(confidence)
    check_whole(n_resamples, "n_resamples", 1)
    true, predicted = np.nonzero(matrix)
    counts = matrix[true, predicted]
    n, k = int(counts.sum()), len(matrix)
    rng = generator(seed)
    block = max(1, 2_000_000 // len(counts))
    scores = []
    for start in range(0, n_resamples, block):
        drawn = rng.multinomial(
            n, counts / n, size=min(block, n_resamples - start)
        )  # (block, cells)
        hits = _sum_by(np.where(true == predicted, drawn, 0), true, k)
        both = _sum_by(drawn, true, k) + _sum_by(drawn, predicted, k)  # 2 TP + FP + FN
        seen = both > 0
        f1 = np.divide(2.0 * hits, both, out=np.zeros(both.shape), where=seen)
        scores.append(f1.sum(axis=1) / seen.sum(axis=1))
    return _quantiles(np.concatenate(scores), confidence)


def weighted_macro_f1_interval(
    codes: np.ndarray,
    predicted: np.ndarray,
    k: int,
    weights: np.ndarray,
    *,
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of macro F1 of weighted rows, drawn with their weights.

    Args:
        codes, predicted: class codes, int `(n,)`.
        k: number of classes.
        weights: of the rows, `(n,)`.
        confidence, n_resamples, seed: as in `macro_f1_interval`.
    """
    cells = codes * k + predicted

    def score(rows: np.ndarray) -> float:
        matrix = np.bincount(cells[rows], weights=weights[rows], minlength=k * k).reshape(k, k)
        both = matrix.sum(axis=0) + matrix.sum(axis=1)
        seen = both > 0
        return float(np.mean(2 * np.diag(matrix)[seen] / both[seen])) if seen.any() else math.nan

    return _percentiles(score, (codes,), confidence, n_resamples, seed)


def effective_rows(weights: np.ndarray) -> float:
    """How many rows of equal weight say as much as these: (sum w)^2 / sum w^2 (Kish 1965).

    >>> effective_rows(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    return float(weights.sum() ** 2 / np.square(weights).sum())


def difference_interval(
    y_true: ArrayLike, pred_a: ArrayLike, pred_b: ArrayLike, *, confidence: float = 0.95
) -> tuple[float, tuple[float, float]]:
    """Accuracy of A less accuracy of B on the same rows, with an interval.

    The rows are paired, so only those count on which exactly one is right. The interval is Wald's
    after one row is added to each of the two counts (Bonett and Price 2012), which keeps its
    coverage where they are small.

    Args:
        y_true: true labels `(n,)`.
        pred_a: labels predicted by A.
        pred_b: labels predicted by B.
        confidence: of the interval.

    Returns:
        `(difference, (low, high))`, each in [-1, 1].

    >>> difference, (low, high) = difference_interval([1] * 10, [1] * 9 + [0], [1] * 2 + [0] * 8)
    >>> round(difference, 4), round(low, 4), round(high, 4)
    (0.7, 0.2212, 0.9455)
    """
    check_confidence(confidence)
    test = mcnemar(y_true, pred_a, pred_b)
    n = len(np.asarray(y_true))
    p, q = (test.b + 1) / (n + 2), (test.c + 1) / (n + 2)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt((p + q - (p - q) ** 2) / (n + 2))
    return (test.b - test.c) / n, (max(-1.0, p - q - half), min(1.0, p - q + half))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for several tests (Holm 1979), in the given order; the chance of any false
    alarm stays bounded.

    Raises:
        InvalidInputError: unless each is a number from 0 to 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    p_values = list(p_values)
    stray = [p for p in p_values if not (is_real(p) and 0 <= p <= 1)]
    if stray:
        raise InvalidInputError(f"Expected p-values from 0 to 1. Received: {stray[0]!r}.")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _sum_by(drawn: np.ndarray, group: np.ndarray, k: int) -> np.ndarray:
    """Sum the columns of `drawn` `(r, cells)` that share a group: `(r, k)`."""
    order = np.argsort(group, kind="stable")
    present, first = np.unique(group[order], return_index=True)
    sums = np.zeros((len(drawn), k), dtype=np.int64)
    sums[:, present] = np.add.reduceat(drawn[:, order], first, axis=1)
    return sums


def _binomial_two_sided(smaller: int, n: int) -> float:
    term = total = 1
    for i in range(smaller):
        term = term * (n - i) // (i + 1)
        total += term
    return min(1.0, 2 * total / 2**n)


def _percentiles(
    score: Callable[[np.ndarray], float],
    arrays: Sequence[np.ndarray],
    confidence: float,
    n_resamples: int,
    seed: int,
) -> tuple[float, float]:
    check_confidence(confidence)
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1 or 0 in lengths:
        raise InvalidInputError(
            f"Expected truth and scores of one length. Received: "
            f"{[len(array) for array in arrays]}."
        )
    check_whole(n_resamples, "n_resamples", 1)
    n = lengths.pop()
    rng = generator(seed)
    values = np.array([score(rng.integers(0, n, n)) for _ in range(n_resamples)], dtype=np.float64)
    if np.isnan(values).mean() > 0.5:
        raise InvalidInputError(
            f"Expected a score that most resamples define. Received: nan in "
            f"{int(np.isnan(values).sum())} of {n_resamples}. "
            "Use more rows, or a score that does not need every class."
        )
    return _quantiles(values[~np.isnan(values)], confidence)


def _quantiles(values: np.ndarray, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
