"""The smallest input for which an answer is wrong: drawn small, then made smaller and rounder."""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.feedback.trials import Answers, Trial
from coursekit.labs.testing import Counterexample, NotAnswered, StudentError, assert_close

_MOST_CALLS, _TRIES, _SIZES = 60, 4, (1, 2, 3, 4)
_ON_PAPER = 16  # numbers in the arguments, and in the result


@dataclasses.dataclass(frozen=True)
class Example:
    """An input for which the answer is wrong. `got` is a `StudentError` where it raised; `part` is
    where in the result it stands."""

    function: str
    args: tuple
    expected: Any
    got: Any
    kwargs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    part: str = ""


def smallest(
    answers: Answers,
    entry: Counterexample,
    *,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.process_time,
) -> Example | None:
    """The smallest failing input that is found within `seconds` and 60 calls, or None."""
    search = _Search(answers, entry, clock() + seconds, clock)
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


def smallest_tried(trials: Sequence[Trial]) -> Example | None:
    """The smallest input among those tried for which the answer is wrong, where it fits on paper
    and the difference can be seen at four decimals."""
    found: list[tuple[int, Trial]] = []
    for trial in trials:
        if trial.passed or not trial.direct or trial.kind != "value" or trial.error is not None:
            continue
        given = _size([*trial.args, *trial.kwargs.values()])
        results = [_size(value) for value in (trial.expected, trial.got)]
        if given is None or None in results or given > _ON_PAPER or max(results) > _ON_PAPER:
            continue
        if repr(_rounded(trial.got)) != repr(_rounded(trial.expected)):
            found.append((given + max(results), trial))
    if not found:
        return None
    least = min(size for size, _ in found)
    trial = min((t for size, t in found if size == least), key=lambda t: len(_written(t)))
    return Example(
        trial.function, trial.args, trial.expected, trial.got, dict(trial.kwargs), trial.part
    )


def _size(value: Any, depth: int = 0) -> int | None:
    """How many numbers or words a value holds; None for what cannot be written down."""
    if isinstance(value, np.ndarray):
        return int(value.size) if value.dtype.kind in "biufUS" else None
    if isinstance(value, bool | int | float | str | np.generic | type(None)):
        return 1
    parts = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(parts, list | tuple) or depth > 4:
        return None
    sizes = [_size(part, depth + 1) for part in parts]
    return None if None in sizes else sum(sizes)


def _written(trial: Trial) -> str:
    """The arguments and the result as text: the shortest has the roundest numbers."""
    return repr([_rounded(v) for v in (*trial.args, *trial.kwargs.values(), trial.expected)])


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    try:
        return np.round(np.asarray(value, dtype=float), 4).tolist()
    except (ValueError, TypeError):
        return str(value)


class _Search:
    def __init__(self, answers: Answers, entry: Counterexample, until: float, clock: Callable):
        self.student, self.entry = answers(0), entry
        self.until, self.clock = until, clock
        self.calls = 0

    def wrong(self, args: tuple) -> Example | None:
        """The example, if the answer is wrong for `args`."""
        if self.calls >= _MOST_CALLS or self.clock() > self.until:
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
