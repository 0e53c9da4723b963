"""Scores brought to one form: float64 probabilities, and what the rows are ranked by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation.checks import as_array, refuse_nan

_SUM_TOLERANCE = 5e-3  # float16 softmax misses 1 by up to about 1e-3
_BFLOAT16_TOLERANCE = 3e-2
_ROUNDING = 1e-12  # of a sum of float64 shares


def read_scores(values: ArrayLike, from_logits: bool | str) -> np.ndarray:
    """Scores as float64 `(n, k)`, or `(n, 1)` for one column about two classes."""
    if not (from_logits == "auto" or isinstance(from_logits, (bool, np.bool_))):
        raise InvalidInputError(
            f'Expected from_logits to be "auto", True or False. Received: {from_logits!r}.'
        )
    array = as_array(values, "y_score")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise InvalidInputError(
            f"Expected y_score of shape (n, k), one column per class, or (n,) for two classes. "
            f"Received: shape {array.shape}."
        )
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                "Expected numbers in y_score. Received: objects. Pass class labels as y_pred=."
            ) from error
    if array.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"Expected numbers in y_score. Received: dtype {array.dtype}. Pass predicted "
            f"labels as evaluate(y_true, y_pred=...)."
        )
    if array.dtype.kind == "f":
        refuse_nan(
            array,
            "y_score",
            "Look for a loss that diverged, or drop these rows from truth and scores alike.",
        )
    if array.shape[1] == 1 and from_logits == "auto":
        _refuse_predictions(array)
    scores = array.astype(np.float64)
    if np.isposinf(scores).any() or np.isneginf(scores).all(axis=1).any():
        raise InvalidInputError(
            "Expected finite scores. Received: infinity in y_score. Clip the scores, or look "
            "for overflow."
        )
    return scores


def _refuse_predictions(array: np.ndarray) -> None:
    if array.dtype.kind in "iub" or np.array_equal(array, np.floor(array)):
        raise InvalidInputError(
            "Expected scores in y_score, such as probabilities. Received: one column of whole "
            "numbers, which look like predicted "
            "labels. Pass them as evaluate(y_true, y_pred=...), or say from_logits=True or "
            "False if they are scores."
        )


class Shares(NamedTuple):
    """What scores say.

    Attributes:
        probabilities: float64 `(n, k)`, rows sum to 1.
        ranking: float64 `(n, k)`, what curves and areas order the rows of a class by: in the order
            of its probabilities, with the ties of the scores as they were given.
        kind: what the scores were read as, "probabilities" or "logits".
    """

    probabilities: np.ndarray
    ranking: np.ndarray
    kind: str


def to_shares(scores: np.ndarray, from_logits: bool | str) -> Shares:
    """Read scores `(n, k)`, or `(n, 1)` about the second of two classes, as probabilities or as
    logits.

    Dividing rows by sums that differ in the last digit alone would break ties, so probabilities
    are ranked as they were given. Two logits are ranked by their difference, which does not round
    to 1 as its sigmoid does.
    """
    logits = _look_like_logits(scores) if from_logits == "auto" else bool(from_logits)
    if logits:
        if scores.shape[1] == 1:
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        with np.errstate(over="ignore"):
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities = odds / odds.sum(axis=1, keepdims=True)
        if scores.shape[1] > 2:
            return Shares(probabilities, probabilities, "logits")
        with np.errstate(over="ignore"):
            lead = np.nan_to_num(scores[:, 1] - scores[:, 0])  # infinity to the largest float
        return Shares(probabilities, np.stack([-lead, lead], axis=1), "logits")
    if scores.min() < -_SUM_TOLERANCE or (
        scores.shape[1] == 1 and scores.max() > 1 + _SUM_TOLERANCE
    ):
        raise InvalidInputError(
            f"Expected probabilities. Received: values from {scores.min():g} to "
            f"{scores.max():g}. Pass from_logits=True for logits."
        )
    if scores.shape[1] == 1:
        given = np.concatenate([1.0 - scores, scores], axis=1)
        return Shares(np.clip(given, 0.0, 1.0), given, "probabilities")
    clipped = np.clip(scores, 0.0, None)
    sums = clipped.sum(axis=1, keepdims=True)
    if (sums == 0).any():
        row = int(np.flatnonzero(sums == 0)[0])
        raise InvalidInputError(
            f"Expected probabilities that sum to 1. Received: row {row} of y_score is all zeros."
        )
    probabilities = clipped / np.where(np.abs(sums - 1) <= _ROUNDING, 1.0, sums)
    one_sum = np.ptp(sums) <= 2 * _BFLOAT16_TOLERANCE * sums.max()
    return Shares(probabilities, scores if one_sum else probabilities, "probabilities")


def _look_like_logits(scores: np.ndarray) -> bool:
    low, high = float(scores.min()), float(scores.max())
    if scores.shape[1] == 1:
        if low >= -1e-6 and high <= 1 + _SUM_TOLERANCE:
            return False
        if low < 0:
            return True
        reason = f"one column of values from {low:g} to {high:g}"
    else:
        sums = scores.sum(axis=1)
        if low >= -1e-6 and np.abs(sums - 1).max() <= _BFLOAT16_TOLERANCE:
            return False
        if low < 0:
            return True
        if high <= 1:
            reason = f"values in [0, 1] whose rows sum to {sums.min():.3g} to {sums.max():.3g}"
        elif np.ptp(sums) <= 1e-6 * sums.max():
            reason = f"rows that all sum to {sums[0]:g}"
        else:
            return True
    raise InvalidInputError(
        f"Expected logits, or probabilities whose rows sum to 1. Received: {reason}, which may "
        f"be either. "
        "Pass from_logits=True (softmax is applied) or from_logits=False (rows are divided by "
        "their sum)."
    )
