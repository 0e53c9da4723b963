"""How to recognise a known wrong answer by its behaviour, when its source is not at hand.

A fingerprint is what an answer gives back while the public checks run on fixed probe seeds, each
value reduced to a few rounded numbers beside the name of the function that gave it. It tells one
wrong answer from another and holds no code. A mistake belongs to one function: what the other
functions of the exercise are (stub, right, wrong) does not matter.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.exchange.checks import Case, run_case
from coursekit.labs.exchange.examples import CHECK as EXAMPLE
from coursekit.labs.exchange.student import Call, Handle, local_student

PROBE_SEEDS = (101, 202)
_RTOL = 1e-3
_LEAST, _LEAST_OF_PASSED = 1e-6, 1e-5  # rounding where 0 is due; an angle of 0 in degrees has 2e-6
MAX_CALLS = 30
OPEN = "*"
_WAITING = ("not-answered", "missing")
Behaviour = Mapping[str, list]
"""`{"case@seed": [[function, summary], ..., outcome]}`, plain data that JSON can hold."""


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """The behaviour of one known mistake under the public checks, and its hints.

    `telling` says which results of `function`, by their places among its results in a case, differ
    from the right ones; only these are evidence. Two mistakes in one function have `parts`.
    """

    exercise: str
    name: str
    function: str
    tag: str
    hints: tuple[str, ...]
    behaviour: dict[str, list]
    telling: dict[str, list[int]]
    parts: tuple[str, ...] = ()


class Recorder:
    """Takes the calls of one case: `events` are their summaries."""

    def __init__(self) -> None:
        self.events: list = []

    def __call__(self, call: Call) -> None:
        if len(self.events) < MAX_CALLS:
            self.events.append([call.function, summarise(call.value)])


def behaviour(
    namespace: Mapping[str, Any],
    cases: Iterable[Case],
    seeds: Sequence[int] = PROBE_SEEDS,
    *,
    salt: int = 0,
    seconds: float | None = None,
) -> dict[str, list]:
    """How the answers in `namespace` behave under `cases`: per case and seed, each result, then the
    outcome.

    Args:
        namespace: where the answers are.
        cases: the checks to run.
        seeds: the runs whose inputs are drawn.
        salt: other global generators on the answers' side, for the same inputs.
        seconds: limit of each case, as for `run_case`.
    """
    seen = {}
    for case in cases:
        for seed in seeds:
            note = Recorder()
            student = local_student(namespace, case.seed(seed), record=note, salt=salt)
            result = run_case(case, student, seconds=seconds)
            seen[f"{case.name}@{seed}"] = [*note.events, outcome(result.status, result.message)]
    return seen


def outcome(status: str, message: str) -> list[str]:
    """How a case ended, as the last entry of its behaviour: its status as `run_case` gives it, and
    which claim failed."""
    return [str(status), _claim(message) if status == "failed" else ""]


def fingerprint(namespace: Mapping[str, Any], cases: Sequence[Case]) -> dict[str, list]:
    """The behaviour of a known mistake, with what depends on chance (such as initial weights) left
    open."""
    first, second = (behaviour(namespace, cases, salt=salt) for salt in (0, 1))
    return {key: _blurred(first[key], second[key]) for key in first}


def telling(known: Behaviour, right: Behaviour, function: str) -> dict[str, list[int]]:
    """Which results of `function` in `known` differ from those in the solution's behaviour.

    An error is telling where it is known which operation raised on which shapes: an error's type
    alone is no evidence.
    """
    found = {}
    for key, record in known.items():
        ours, theirs = _results(record, function), _results(right.get(key, []), function)
        places = [
            place
            for place, (mine, his) in enumerate(zip(ours, theirs, strict=False))
            if not alike(mine, his) and not _untold(mine)
        ]
        if places:
            found[key] = places
    return found


def recognise(known: Iterable[Fingerprint], seen: Behaviour) -> tuple[Fingerprint, ...]:
    """The known mistakes that `seen` shows: one, or one in each of two functions, or none.

    First comes a mistake whose every case is the same. Otherwise each function is looked at alone,
    and cases that wait for another function are left out; where two mistakes would fit, none is
    named.
    """
    known = list(known)
    for entry in known:
        if (entry.telling or _claimed(entry.behaviour)) and matches(entry.behaviour, seen):
            return (entry,)
    known, found = [entry for entry in known if entry.telling], []
    for function in dict.fromkeys(entry.function for entry in known):
        ours = [e for e in known if e.function == function and _shows(e, seen)]
        if len({entry.hints for entry in ours}) == 1:
            found.append(ours[0])
    return tuple(found[:2])


def in_turn(*thoughts: Sequence[str]) -> tuple[str, ...]:
    """Hints of several mistakes: the first of each, then the second of each, and so on."""
    rows = itertools.zip_longest(*thoughts)
    return tuple(dict.fromkeys(hint for row in rows for hint in row if hint is not None))


def _shows(known: Fingerprint, seen: Behaviour) -> bool:
    """Whether all that `seen` holds of the function is as in `known`, with at least one result that
    tells."""
    evidence = 0
    for key, record in known.behaviour.items():
        if key not in seen:
            return False
        if record == OPEN:
            continue
        record, theirs = _side_by_side(key, record, seen[key])
        ours, shown = _results(record, known.function), _results(theirs, known.function)
        others = any(event[0] not in ("", known.function) for event in theirs[:-1])
        waits = theirs[-1][0] in _WAITING
        if len(shown) > len(ours) or (len(shown) < len(ours) and not (waits or others)):
            return False
        if not all(map(alike, ours, shown)):
            return False
        if not others and not waits and not alike(record[-1], theirs[-1]):
            return False
        evidence += sum(place < len(shown) for place in known.telling.get(key, ()))
    return evidence > 0


def _results(record: Sequence, function: str) -> list:
    events = _settled(record)[:-1]
    return [event[1] for event in events if event != OPEN and event[0] == function]


def _settled(record: Sequence) -> list:
    """A record without errors after which the same function was called again: a docstring's example
    is tried with lists and then with arrays, and which of them an answer takes is no evidence."""
    *events, ending = record
    last = {event[0]: place for place, event in enumerate(events) if event != OPEN}
    kept = [
        event
        for place, event in enumerate(events)
        if event == OPEN or last[event[0]] == place or event[1][:1] != ["error"]
    ]
    return [*kept, ending]


def _side_by_side(key: str, known: Sequence, seen: Sequence) -> tuple[list, list]:
    """Two records of one case without what is no evidence.

    A docstring's example that came out wrong is tried again with arrays for its lists: an answer
    that raises then, or not, is the same answer.
    """
    ours, theirs = _settled(known), _settled(seen)
    if key.startswith(EXAMPLE):
        (*ours, our_end), (*theirs, their_end) = map(_without_retries, (ours, theirs))
        count = min(len(ours), len(theirs))
        ours, theirs = [*ours[:count], our_end], [*theirs[:count], their_end]
    return ours, theirs


def _without_retries(record: Sequence) -> list:
    """A record without the errors of functions that gave a value, too."""
    *events, ending = record
    gave = {event[0] for event in events if event != OPEN and event[1][:1] != ["error"]}
    kept = [e for e in events if e == OPEN or e[1][:1] != ["error"] or e[0] not in gave]
    return [*kept, ending]


def _claimed(known: Behaviour) -> bool:
    """Whether a check said what was wrong although the numbers are right (a dtype, an argument that
    changed): no error, and a claim that failed."""
    return any(
        record[-1] != OPEN
        and record[-1][0] == "failed"
        and bool(record[-1][1])
        and not any(_untold(event[1]) for event in record[:-1] if event != OPEN)
        for record in known.values()
    )


def _untold(summary: Any) -> bool:
    """Whether a result is an error of which only the type is known."""
    if not (isinstance(summary, list) and summary and summary[0] == "error"):
        return False
    return summary[2] in ("", "raise") or not any(shape is not None for shape in summary[3])


def fails(behaviour: Behaviour) -> bool:
    """Whether at least one case of a behaviour did not pass."""
    return any(record[-1] == OPEN or record[-1][0] != "passed" for record in behaviour.values())


def _blurred(first: Any, second: Any) -> Any:
    if alike(first, second):
        return first
    if all(isinstance(x, list) and _is_numbers(x) for x in (first, second)):
        # some sums of random numbers agree by chance
        same = [_blurred(a, b) for a, b in zip(first, second, strict=True)]
        return [*same[:3], OPEN, OPEN, OPEN, same[6]]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [_blurred(a, b) for a, b in zip(first, second, strict=True)]
    return OPEN


def _claim(message: str) -> str:
    """Which assertion failed: a hash of the words, without the numbers, of what was tried and
    expected."""
    lines = [line for line in message.splitlines() if line.startswith(("tried:", "expected:"))]
    words = re.findall(r"[A-Za-z]{2,}", " ".join(lines))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:6] if words else ""


def summarise(value: Any) -> Any:
    """A few rounded numbers that stand for `value`: form, shape and projections; errors by their
    type, the operation that raised and the shapes that met there."""
    if isinstance(value, BaseException):
        crash = getattr(value, "crash", None)
        operands = crash.operands if crash else ()
        shapes = [None if shape is None else list(shape) for _, shape in operands]
        kind = getattr(value, "type_name", "") or type(value).__name__
        return ["error", kind, crash.operation if crash else "", shapes]
    if value is None or isinstance(value, bool | np.bool_):
        return ["plain", None if value is None else bool(value)]
    if isinstance(value, Handle):
        return ["object", repr(value)]
    if isinstance(value, str | bytes):
        return [
            "text",
            hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()[:12],
        ]
    if isinstance(value, Mapping):
        return [
            "dict",
            [[str(key)[:40], summarise(part)] for key, part in list(value.items())[:20]],
        ]
    array = _numeric(value)
    if array is None:
        return (
            ["many", len(value), [summarise(part) for part in list(value)[:20]]]
            if isinstance(value, list | tuple)
            else ["other"]
        )
    return ["numbers", list(array.shape), array.dtype.kind in "fc", *_projections(array)]


def alike(first: Any, second: Any, least: float = _LEAST) -> bool:
    """Whether two summaries, or lists of them, agree: structure exactly, numbers up to rounding,
    which may be `least`; `OPEN` agrees with anything."""
    if first == OPEN:
        return True
    if isinstance(first, list) and isinstance(second, list):
        if _is_numbers(first) and _is_numbers(second):
            return _near(first, second, least)
        if _is_dict(first) and _is_dict(second):  # in whatever order its keys were set
            first, second = (sorted(part[1], key=_key) for part in (first, second))
        return len(first) == len(second) and all(
            alike(a, b, least) for a, b in zip(first, second, strict=True)
        )
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (first, second)]
    if all(numbers):
        if math.isnan(first) or math.isnan(second):
            return math.isnan(first) and math.isnan(second)
        size = max(abs(first), abs(second))
        return first == second or abs(first - second) <= _RTOL * size + least
    return not any(numbers) and first == second


def _is_numbers(summary: list) -> bool:
    return summary[:1] == ["numbers"] and len(summary) == 7


def _is_dict(summary: list) -> bool:
    return summary[:1] == ["dict"] and all(isinstance(item, list) for item in summary[1])


def _key(item: list) -> str:
    return str(item[0])


def _near(first: list, second: list, least: float) -> bool:
    """Whether two arrays are the same up to rounding; 1 and 1.0 are the same answer. What adds up
    to nearly 0 is measured by the sizes that were added."""
    ours, theirs = first[3:], second[3:]
    if not alike(first[1], second[1], least):
        return False
    if OPEN in (*ours, *theirs):
        return alike(ours, theirs, least)
    slack = 1e-5 * max(ours[2], theirs[2])
    pairs = zip(ours, theirs, strict=True)
    return all(alike(a, b, least) or abs(a - b) <= slack for a, b in pairs)


def matches(known: Behaviour, seen: Behaviour) -> bool:
    """Whether behaviour `seen` is that of `known`: the same under every case both have, at least
    one of them not passed. Where both pass, what they return is the truth and its rounding, which
    another processor does otherwise."""
    shared = [key for key in known if key in seen]
    return (
        fails(known)
        and len(shared) == len(known)
        and all(
            known[key] == OPEN
            or alike(*_side_by_side(key, known[key], seen[key]), _least(known[key], seen[key]))
            for key in shared
        )
    )


def _least(known: Any, seen: Any) -> float:
    passed = all(list(case[-1]) == ["passed", ""] for case in (known, seen) if case)
    return _LEAST_OF_PASSED if passed else _LEAST


def _numeric(value: Any) -> np.ndarray | None:
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, int | float | complex | np.ndarray | np.generic | list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:
            return None
        return array if array.dtype.kind in "biufc" else None
    return None


def _projections(array: np.ndarray) -> list:
    flat = np.ravel(array)
    flat = np.concatenate([flat.real, flat.imag]) if flat.dtype.kind == "c" else flat
    flat = flat.astype(np.float64)
    finite = np.where(np.isfinite(flat), flat, 0.0)
    ramp = np.cos(1.0 + 1.7 * np.arange(flat.size))
    values = [
        finite.sum(),
        finite @ ramp,
        np.abs(finite).sum(),
        float(np.size(flat) - np.isfinite(flat).sum()),
    ]
    return [float(f"{float(v):.5g}") for v in values]
