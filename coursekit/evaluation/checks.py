"""What every argument is asked first: is it an array, a list in an order, a number of its kind? If
not, one clear error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError


def as_array(values: ArrayLike, name: str) -> np.ndarray:
    """`values` as an array with at least one row."""
    if hasattr(values, "toarray"):
        values = values.toarray()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Expected {name} as an array. Received: rows of different length."
        ) from error
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.ndim == 0:
        raise InvalidInputError(
            f"Expected {name} as a list or an array, one row per example. Received: "
            f"{type(values).__name__}. Put what it holds into a list."
        )
    if array.size == 0:
        raise InvalidInputError(
            f"Expected at least one row in {name}. Received: shape {array.shape}."
        )
    return array


def refuse_nan(array: np.ndarray, name: str, advice: str) -> None:
    """Refuse a NaN, saying where the first one is and what to do."""
    bad = np.isnan(array)
    if bad.any():
        rows = np.flatnonzero(bad if bad.ndim == 1 else bad.any(axis=1))
        raise InvalidInputError(
            f"Expected numbers in {name}. Received: NaN in {len(rows)} of {len(array)} rows, "
            f"the first in row {rows[0]}. {advice}"
        )


def in_order(values: Any, name: str) -> Any:
    """What was given in an order of its own: a list, a tuple, an array, or a list of what anything
    else yields. A set has no order, and the letters of a string are not meant."""
    unfit = isinstance(values, (str, bytes, set, frozenset, Mapping))
    if unfit or not isinstance(values, Iterable) or getattr(values, "ndim", 1) == 0:
        raise InvalidInputError(
            f"Expected {name} as a list in the order of the columns. Received: {name}={values!r}."
        )
    return values if hasattr(values, "__array__") else list(values)


def column_names(values: Any, width: int) -> list | None:
    """The names of a DataFrame's columns; None where they only count, 0, 1, ..., where there is one
    column, and for anything else."""
    columns = getattr(values, "columns", None)
    if columns is None or width < 2 or list(columns) == list(range(width)):
        return None
    return list(columns)


def check_confidence(confidence: float) -> None:
    """Raise `InvalidInputError` unless 0 < confidence < 1."""
    if not (is_real(confidence) and 0 < confidence < 1):
        raise InvalidInputError(
            f"Expected 0 < confidence < 1, such as 0.95. Received: confidence={confidence!r}."
        )


def check_whole(value: Any, name: str, low: int, high: float = math.inf) -> None:
    """Raise `InvalidInputError` unless `value` is a whole number from `low` to `high`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or not low <= value <= high:
        wanted = f"{name} >= {low}" if high == math.inf else f"{low} <= {name} <= {high}"
        raise InvalidInputError(f"Expected a whole number, {wanted}. Received: {name}={value!r}.")


def generator(seed: Any) -> np.random.Generator:
    """NumPy's generator from a seed, or `InvalidInputError`."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Expected a whole number of 0 or more as seed. Received: seed={seed!r}."
        ) from error


def is_real(value: Any) -> bool:
    """Is `value` one real number, and no truth value?"""
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
