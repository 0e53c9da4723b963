"""Which inputs fail: the one property of the inputs that parts failing draws from passing ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.labs.feedback.trials import Trial, numeric

_MIN_DRAWS, _MIN_EACH = 16, 3


def which_inputs(trials: Sequence[Trial], parameters: Sequence[str] = ()) -> str | None:
    """ "right for square `kernel`, wrong for all others", where one property parts all draws.

    Args:
        trials: all of one function, passed and failed.
        parameters: the names of the function's arguments.
    """
    failed = [not trial.passed for trial in trials]
    bad = sum(failed)
    if len(trials) < _MIN_DRAWS or not _MIN_EACH <= bad <= len(trials) - _MIN_EACH:
        return None
    listed = [dict(features(trial.args, trial.kwargs, parameters)) for trial in trials]
    shared = [name for name in listed[0] if all(name in found for found in listed)]
    found = []
    for name in shared:
        column = [row[name] for row in listed]
        if column == failed:
            found.append((name, True))
        elif [not value for value in column] == failed:
            found.append((name, False))
    if not 1 <= len(found) <= 2:  # where many properties go together, none is the reason
        return None
    name, wrong_where = found[0]
    if wrong_where:
        return f"Over {len(trials)} inputs: wrong {name}, right on all others."
    return f"Over {len(trials)} inputs: right {name}, wrong on all others."


def features(
    args: Sequence[Any], kwargs: dict[str, Any], parameters: Sequence[str] = ()
) -> Iterator[tuple[str, bool]]:
    """The properties of one call's arguments, in words that follow "right ..." or "wrong ..."."""
    for place, value in enumerate(args):
        name = f"`{parameters[place]}`" if place < len(parameters) else f"argument {place + 1}"
        yield from _of_value(value, name)
    for key, value in kwargs.items():
        yield from _of_value(value, f"`{key}`")


def _of_value(value: Any, name: str) -> Iterator[tuple[str, bool]]:
    if isinstance(value, bool):
        yield f"where {name} is True", value
        return
    if isinstance(value, str):
        yield f"where {name} is {value!r}", True
        return
    array = numeric(value)
    if array is None:
        return
    if array.ndim == 0:
        number = float(array)
        yield f"where {name} is 0", number == 0
        yield f"where {name} is 1", number == 1
        yield f"where {name} is negative", number < 0
        if array.dtype.kind in "iu":
            yield f"where {name} is odd", number % 2 == 1
        return
    yield f"where {name} is a list", isinstance(value, list)
    yield from _of_array(array, name)


_KINDS: tuple[tuple[str, Callable[[np.ndarray], bool]], ...] = (
    ("where {} has no entries", lambda a: a.size == 0),
    ("where {} has one entry", lambda a: a.size == 1),
    ("where {} has one row", lambda a: a.ndim > 1 and len(a) == 1),
    ("where {} has one column", lambda a: a.ndim > 1 and a.shape[-1] == 1),
    ("where {} is square", lambda a: a.ndim > 1 and a.shape[-1] == a.shape[-2]),
    ("where {} has two axes or more", lambda a: a.ndim > 1),
    ("where {} has an odd number of rows", lambda a: len(a) % 2 == 1),
    ("where {} has an odd size along its last axis", lambda a: a.shape[-1] % 2 == 1),
    ("where {} is float32", lambda a: a.dtype == np.float32),
    ("where {} holds whole numbers", lambda a: a.dtype.kind in "iu"),
    ("where {} holds a 0", lambda a: bool(np.any(a == 0))),
    ("where {} holds a negative number", lambda a: bool(np.any(a < 0))),
    ("where {} holds equal values", lambda a: np.unique(a).size < a.size),
    ("where {} is sorted", lambda a: a.ndim == 1 and bool(np.all(np.diff(a) >= 0))),
    ("where {} is constant", lambda a: a.size > 1 and bool(np.all(a == a.flat[0]))),
    ("where {} holds values over 100", lambda a: bool(np.any(np.abs(a) > 100))),
    ("where {} holds NaN", lambda a: bool(np.any(np.isnan(a)))),
    ("where a column of {} is constant", lambda a: a.ndim == 2 and bool(np.any(np.ptp(a, 0) == 0))),
    ("where a row of {} is all 0", lambda a: a.ndim == 2 and bool(np.any(~a.any(axis=1)))),
)


def _of_array(array: np.ndarray, name: str) -> Iterator[tuple[str, bool]]:
    for words, test in _KINDS:
        try:
            yield words.format(name), bool(test(array))
        except (ValueError, IndexError):
            yield words.format(name), False
