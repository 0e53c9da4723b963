"""Many draws of an exercise's public checks: for each comparison the inputs, what was expected and
what came. The sentences of this folder are computed from these alone.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.exchange.checks import Case, run_case
from coursekit.labs.exchange.student import Call, Student, local_student
from coursekit.labs.testing import Comparison, NotAnswered, StudentError, watched

DRAWS = 40
_FIRST_SEED = 7_001
_SHARED = (int, str, bytes, bool, type(None))  # one object may stand in many places
Answers = Callable[..., Student]
"""`answers(seed, record)` gives a proxy for one check; `record`, where given, is told each call."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """One call of a student's function and what a check said of it.

    `part` is where in the result `got` stands ("" for the whole of it). `direct` is false where the
    check computed something from the result first. `error` is what the answer raised, if it raised;
    `name` that of an argument which must not change.
    """

    case: str
    function: str
    args: tuple
    kwargs: Mapping[str, Any]
    got: Any = None
    expected: Any = None
    passed: bool = False
    part: str = ""
    direct: bool = True
    kind: str = "value"
    error: StudentError | None = None
    name: str = ""


def answers_here(names: Mapping[str, Any]) -> Answers:
    """The answers in a namespace of this process."""

    def make(seed: Any, record: Callable[[Call], None] | None = None) -> Student:
        return local_student(names, seed, record=record)

    return make


def collect_trials(
    answers: Answers,
    cases: Sequence[Case],
    *,
    seconds: float,
    clock: Callable[[], float] = time.process_time,
) -> list[Trial]:
    """Run `cases` on fresh draws, in turn, until there are `DRAWS` runs of each or the time is up.

    Args:
        answers: gives a fresh proxy for the answers.
        cases: public checks, quick ones.
        seconds: the budget.
        clock: by which it is measured; processor time, so that other programs take nothing of it.
    """
    trials: list[Trial] = []
    start = clock()
    open_cases = list(cases)
    for turn in range(DRAWS):
        for case in list(open_cases):
            if clock() - start > seconds:
                return trials
            began = clock()
            trials += run_trials(answers, case, _FIRST_SEED + turn)
            if clock() - began > seconds / 4 or case.fixed_input is not None:
                open_cases.remove(case)
    return trials


def run_trials(answers: Answers, case: Case, seed: int) -> list[Trial]:
    """The comparisons of one run of one case."""
    calls: list[Call] = []
    notes: list[tuple[Comparison, int]] = []
    student = answers(case.seed(seed), calls.append)
    with watched(lambda comparison: notes.append((comparison, len(calls)))):
        run_case(case, student)
    found = [_trial(case.name, note, calls[:count]) for note, count in notes]
    for call in calls:
        if isinstance(call.value, StudentError) and call.action == "call":
            found.append(Trial(case.name, call.function, call.args, call.kwargs, error=call.value))
    return [trial for trial in found if trial is not None]


def _trial(case: str, note: Comparison, calls: Sequence[Call]) -> Trial | None:
    for call in reversed(calls):
        if isinstance(call.value, StudentError | NotAnswered) or call.action != "call":
            continue
        part = "" if note.kind == "unchanged" else _part_of(call.value, note.got)
        if part is not None:
            return _made(case, note, call, part, True)
    last = next((c for c in reversed(calls) if c.action == "call"), None)
    return None if last is None else _made(case, note, last, "", False)


def _made(case: str, note: Comparison, call: Call, part: str, direct: bool) -> Trial:
    return Trial(
        case,
        call.function,
        call.args,
        call.kwargs,
        note.got,
        note.expected,
        note.error is None,
        part,
        direct,
        note.kind,
        name=note.name,
    )


def _part_of(value: Any, got: Any) -> str | None:
    """Where `got` stands in a call's result: "" for the whole, None if it does not."""
    if isinstance(value, dict) and set(value) == {"value", "args", "kwargs"}:  # a tracked call
        value = value["value"]
    if got is value or (_same_number(got, value)):
        return ""
    return None if isinstance(got, _SHARED) else _inside(value, got)


def _inside(value: Any, got: Any, deep: int = 2) -> str | None:
    """Where the object `got` itself stands in lists, tuples and dicts."""
    parts: Iterable[tuple[str, Any]] = ()
    if isinstance(value, list | tuple) and len(value) <= 20:
        parts = ((f"part {place}", item) for place, item in enumerate(value, start=1))
    elif isinstance(value, dict) and len(value) <= 20:
        parts = ((f"entry {key!r}", item) for key, item in value.items())
    for name, item in parts:
        if item is got:
            return name
        if deep > 1 and (found := _inside(item, got, deep - 1)):
            return f"{found} of {name}"
    return None


def _same_number(got: Any, value: Any) -> bool:
    return type(got) is type(value) and isinstance(got, int | float) and got == value


def numeric(value: Any) -> np.ndarray | None:
    """A value as an array of numbers, or None."""
    if isinstance(value, bool | str | bytes | dict | type(None)):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    return array if array.dtype.kind in "iuf" else None


def by_function(trials: Iterable[Trial]) -> dict[tuple[str, str], list[Trial]]:
    """Trials of the same part of the same function's result."""
    found: dict[tuple[str, str], list[Trial]] = {}
    for trial in trials:
        if trial.error is None and trial.kind == "value":
            found.setdefault((trial.function, trial.part), []).append(trial)
    return found
