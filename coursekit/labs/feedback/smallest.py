"""The smallest input for which an answer is wrong: drawn small, then made smaller and rounder."""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from coursekit.labs.exchange.student import local_student
from coursekit.labs.testing import Counterexample, NotAnswered, StudentError, assert_close

_MOST_CALLS, _TRIES, _SIZES = 60, 4, (1, 2, 3, 4)


@dataclasses.dataclass(frozen=True)
class Example:
    """An input for which the answer is wrong. `got` is a `StudentError` where it raised."""

    function: str
    args: tuple
    expected: Any
    got: Any


def smallest(
    names: Mapping[str, Any], entry: Counterexample, *, seconds: float, seed: int = 0
) -> Example | None:
    """The smallest failing input that is found within `seconds` and 60 calls, or None."""
    search = _Search(names, entry, time.process_time() + seconds)
    rng = np.random.default_rng(seed)
    for size in _SIZES:
        for _ in range(_TRIES):
            try:
                args = tuple(entry.draw(rng, size))
            except Exception:  # no such size
                break
            found = search.wrong(args)
            if found is not None:
                return search.smaller(found)
    return None


class _Search:
    def __init__(self, names: Mapping[str, Any], entry: Counterexample, until: float):
        self.student, self.entry, self.until = local_student(names, 0), entry, until
        self.calls = 0

    def wrong(self, args: tuple) -> Example | None:
        """The example, if the answer is wrong for `args`."""
        if self.calls >= _MOST_CALLS or time.process_time() > self.until:
            return None
        self.calls += 1
        try:
            expected = self.entry.oracle(*copy.deepcopy(args))
        except Exception:  # arguments that are not allowed
            return None
        try:
            got = self.student.call(self.entry.function, *copy.deepcopy(args))
        except NotAnswered:
            return None
        except StudentError as error:
            return Example(self.entry.function, args, expected, error)
        try:
            assert_close(got, expected)
        except AssertionError:
            return Example(self.entry.function, args, expected, got)
        return None

    def smaller(self, example: Example) -> Example:
        """The example with rounder numbers, as long as the answer stays wrong in the same way."""
        raised = isinstance(example.got, StudentError)
        for change in _ROUNDER:
            for place, value in enumerate(example.args):
                for candidate in change(value):
                    args = (*example.args[:place], candidate, *example.args[place + 1 :])
                    found = self.wrong(args)
                    if found is not None and isinstance(found.got, StudentError) == raised:
                        example = found
                        break
        return example


def _whole(value: Any) -> Iterator[np.ndarray]:
    if _free(value):
        yield np.round(value)


def _tenths(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield np.round(value, 1)


def _entries(value: Any) -> Iterator[np.ndarray]:
    if _free(value) and value.size <= 9:
        for index in np.ndindex(value.shape):
            for small in (0.0, 1.0):
                if value[index] != small:
                    changed = value.copy()
                    changed[index] = small
                    yield changed


def _free(value: Any) -> bool:
    """Whether an array holds any real numbers: not labels, and not shares between 0 and 1."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.size > 0
        and bool(np.any((value < 0) | (value > 1)))
        and not bool(np.all(value == np.round(value)))
    )


_ROUNDER: tuple[Callable[[Any], Iterator[np.ndarray]], ...] = (_whole, _tenths, _entries)
