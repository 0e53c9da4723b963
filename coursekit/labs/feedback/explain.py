"""Sentences for an answer that no known mistake fits: each is true on all draws, or not said."""

from __future__ import annotations

import dataclasses
import inspect
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.exchange.checks import CaseResult
from coursekit.labs.feedback.crash import explain_crash
from coursekit.labs.feedback.entries import labels_exchanged, which_entries, which_shape
from coursekit.labs.feedback.inputs import parted, which_inputs
from coursekit.labs.feedback.mistakes import Fingerprint, behaviour, recognise
from coursekit.labs.feedback.residual import residual
from coursekit.labs.feedback.smallest import Example, smallest, smallest_tried
from coursekit.labs.feedback.trials import (
    Answers,
    Trial,
    answers_here,
    by_function,
    collect_trials,
    numeric,
)
from coursekit.labs.testing import StudentError, counterexamples, describe

BUDGET = 0.5
_SLOW = 0.12
_HINT_LIMIT = 10.0  # seconds of own time: recognising runs each case twice more
_CASE_LIMIT = 60.0
_DIGITS = (4, 8, 15)  # after the point; more only where fewer show the same
_ENOUGH = 6  # draws of a part before it is spoken of


@dataclasses.dataclass(frozen=True)
class Explanation:
    """One computed thought: `kind` is crash, residual, shape, entries, parts, inputs, argument,
    right, example or again."""

    kind: str
    text: str
    example: Example | None = None

    @property
    def lead(self) -> str:
        """The word that it is shown under."""
        words = {"right": "Right already", "example": "Try", "again": "Met before"}
        return words.get(self.kind, "Seen")


def recognised(
    known: Sequence[Fingerprint], names: Mapping[str, Any], results: Sequence[CaseResult]
) -> tuple[Fingerprint, ...]:
    """The known mistakes that an answer behaves like.

    Args:
        known: those of the lab.
        names: where the answers are.
        results: how the public checks of one exercise ended.
    """
    cases = [result.case for result in results]
    known = [entry for entry in known if entry.exercise == cases[0].exercise]
    if not known or any(r.status == "timeout" or r.own_seconds > _HINT_LIMIT for r in results):
        return ()
    return recognise(known, behaviour(names, cases, seconds=_CASE_LIMIT))


def explain(
    names: Mapping[str, Any], results: Sequence[CaseResult], *, seconds: float = BUDGET
) -> tuple[Explanation, ...]:
    """What can be said of an answer from the draws of its public checks. A fault of ours in a
    sentence is a warning, and does not take the result of the check away.

    Args:
        names: where the answers are.
        results: how the public checks of the exercise ended.
        seconds: the budget, in processor time.
    """
    try:
        return explain_answers(
            answers_here(names),
            results,
            lambda name: _parameters(names.get(name)),
            calls_of=lambda name: _called(names.get(name)),
            seconds=seconds,
        )
    except Exception as error:
        warnings.warn(
            f"no sentence was found for this answer ({type(error).__name__}: {error}); "
            "the result of the check holds all the same",
            RuntimeWarning,
            stacklevel=2,
        )
        return ()


def explain_answers(
    answers: Answers,
    results: Sequence[CaseResult],
    parameters_of: Callable[[str], Sequence[str]],
    *,
    calls_of: Callable[[str], Collection[str]] = lambda name: (),
    seconds: float,
    clock: Callable[[], float] = time.process_time,
) -> tuple[Explanation, ...]:
    """See `explain`; of answers that may live elsewhere.

    Args:
        answers: gives a fresh proxy for the answers.
        results: how the public checks of the exercise ended.
        parameters_of: the names of a function's arguments.
        calls_of: the names of what a function calls, where that is known.
        seconds: the budget.
        clock: by which it is measured.
    """
    until = clock() + seconds
    failed = [r for r in results if not r.passed]
    quick = [r.case for r in results if r.own_seconds < _SLOW]
    if not failed or any(r.status == "timeout" for r in results) or not quick:
        return ()
    trials = collect_trials(answers, quick, seconds=seconds * 0.6, clock=clock)
    found: list[Explanation] = []
    functions = _at_the_root(dict.fromkeys(t.function for t in trials if not t.passed), calls_of)
    for function in functions:
        ours = [t for t in trials if t.function == function]
        parameters = parameters_of(function)
        found += _one(function, ours, parameters, len(functions) > 1)
        found += _arguments(function, ours, parameters)
    found += _right(trials)
    tests = {k: v for r in results for k, v in r.case.function.__globals__.items()}
    for entry in counterexamples(tests, failed[0].case.exercise):
        left = until - clock()
        if entry.function in functions and left > 0.02:
            example = smallest(answers, entry, seconds=left, clock=clock)
            if example is not None and (text := _shown(example)):
                found.append(Explanation("example", text, example))
                return tuple(found)
    if (tried := smallest_tried(trials)) is not None and (text := _shown(tried)):
        found.append(Explanation("example", text, tried))
    return tuple(found)


def _at_the_root(functions: Iterable[str], calls_of: Callable[[str], Collection[str]]) -> list[str]:
    """Wrong functions without those that call another wrong one: the fault may be in that one."""
    wrong = list(functions)
    roots = [f for f in wrong if not any(other != f and other in calls_of(f) for other in wrong)]
    return roots or wrong


def _called(function: Any) -> Collection[str]:
    return getattr(getattr(function, "__code__", None), "co_names", ())


def _one(function: str, trials: list[Trial], parameters: Sequence[str], several: bool):
    """The thought on one function: why it raises, else how its results relate to the right ones,
    else for which inputs they are wrong."""
    head = f"`{function}`: " if several else ""
    errors = [t for t in trials if t.error is not None]
    values = [t for t in trials if t.error is None]
    if errors and all(t.passed for t in values):
        if sentence := which_inputs(trials, parameters):
            yield Explanation("inputs", head + sentence)
        if told := explain_crash([t.error for t in errors]):
            yield Explanation("crash", head + told)
        return
    if related := [Explanation(k, head + text) for k, text in _related(values, parameters)]:
        yield from related
        return
    if sentence := which_parts(values):
        yield Explanation("parts", head + sentence)
    checked = [t for t in trials if t.kind == "value"]
    if found := parted(checked, parameters):
        sentence, wrong = found
        there = next((text for _, text in _related(wrong, parameters)), "")
        text = f"{sentence} There: {there[0].lower()}{there[1:]}" if there else sentence
        yield Explanation("inputs", head + text)
    elif errors and (told := explain_crash([t.error for t in errors])):
        yield Explanation("crash", head + told)


def _related(trials: Sequence[Trial], parameters: Sequence[str]) -> Iterator[tuple[str, str]]:
    """How wrong results relate to the right ones: kind and sentence of the first part of which
    something can be said in full, else of each part what holds of its shape or its entries."""
    wrong = {
        part: ours
        for (_, part), ours in by_function(trials).items()
        if not all(t.passed for t in ours)
    }
    for part, ours in wrong.items():
        if sentence := residual(ours, parameters):
            yield "residual", _where([part]) + sentence
            return
    alike: dict[tuple[str, str], list[str]] = {}
    for part, ours in wrong.items():
        if sentence := which_shape(ours, parameters):
            alike.setdefault(("shape", sentence), []).append(part)
        elif sentence := labels_exchanged(ours) or which_entries(ours, parameters):
            alike.setdefault(("entries", sentence), []).append(part)
    for (kind, sentence), parts in alike.items():
        yield kind, _where(parts) + sentence


def _where(parts: Sequence[str]) -> str:
    return f"{', '.join(parts)} of the result: " if any(parts) else ""


def _arguments(
    function: str, trials: Sequence[Trial], parameters: Sequence[str]
) -> Iterator[Explanation]:
    """The first argument that a call changed where it stands."""
    for trial in trials:
        if trial.kind != "unchanged" or trial.passed:
            continue
        same = [place for place, value in enumerate(trial.args) if value is trial.expected]
        if same and same[0] < len(parameters):
            name = f"`{parameters[same[0]]}`"
        elif trial.name.startswith("`"):
            name = trial.name
        else:
            continue
        yield Explanation(
            "argument",
            f"`{function}` changes the caller's {name}: after the call it is another. Compute "
            f"into a new array, and look for what works in place: `-=` or `/=`, `[...] =`, "
            f"`out=`, `.sort()`, `.pop()`; `np.asarray` makes no copy.",
        )
        return


def which_parts(trials: Sequence[Trial]) -> str | None:
    """Which parts of a function's result are wrong, where others are right on all draws."""
    groups = by_function(t for t in trials if t.direct and t.part)
    states = {part: [t.passed for t in ours] for (_, part), ours in groups.items()}
    wrong = [part for part, passed in states.items() if not all(passed)]
    right = [part for part, passed in states.items() if all(passed) and len(passed) >= _ENOUGH]
    if not wrong or not right or any(states[part].count(False) < _ENOUGH for part in wrong):
        return None
    return f"wrong is {_listed(wrong)} of the result; right on all inputs tried: {_listed(right)}."


def _listed(parts: Sequence[str]) -> str:
    """Names of parts, those of one place together: "'x' and 'y' of part 1"."""
    places: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        name, _, place = part.partition(" of ")
        kind, _, what = name.partition(" ")
        places.setdefault((kind, place), []).append(what)
    words = [
        f"{kind} {_and(names)}" + (f" of {place}" if place else "")
        for (kind, place), names in places.items()
    ]
    return _and(words)


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _right(trials: Sequence[Trial]) -> list[Explanation]:
    """What is right already."""
    wrong = [t for t in trials if not t.passed and t.error is None and t.kind == "value"]
    arrays = [(numeric(t.got), numeric(t.expected)) for t in wrong if t.direct]
    words = []
    if arrays and all(
        g is not None and e is not None and e.ndim and g.shape == e.shape for g, e in arrays
    ):
        words.append("the shape is right")
    kept = [t for t in trials if t.kind == "unchanged"]
    values = [t for t in trials if t.kind == "value"]
    if values and not all(t.passed for t in kept) and all(t.passed for t in values):
        words.append("all results are right")
    if kept and all(t.passed for t in kept):
        words.append("the arguments are left untouched")
    text = ", ".join(words)
    return [Explanation("right", text + ".")] if words else []


def _shown(example: Example) -> str:
    """The example in words, with as many digits as tell the two results apart; empty where none
    do."""
    given = [_literal(value) for value in example.args]
    given += [f"{name}={_literal(value)}" for name, value in example.kwargs.items()]
    call = f"{example.function}({', '.join(given)})"
    part = f" as {example.part}" if example.part else ""
    if isinstance(example.got, StudentError):
        got = f"{example.got.type_name}: {example.got.text.splitlines()[0][:120]}"
        return f"{call} should give {_literal(example.expected)}{part}; yours gives {got}."
    for digits in _DIGITS:
        due, got = _literal(example.expected, digits), _literal(example.got, digits)
        if due != got:
            return f"{call} should give {due}{part}; yours gives {got}."
    return ""


def _literal(value: Any, digits: int = _DIGITS[0]) -> str:
    if isinstance(value, dict) and len(value) <= 8:
        inside = (f"{key!r}: {_literal(part, digits)}" for key, part in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, np.ndarray | np.generic):
        text = repr((np.round(value, digits) if value.dtype.kind in "fc" else value).tolist())
        return text if len(text) <= 160 else describe(value)
    if isinstance(value, float):
        return f"{value:.{digits + 2}g}"
    if isinstance(value, list | tuple) and len(value) <= 8:
        inside = ", ".join(_literal(part, digits) for part in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return describe(value)


def _parameters(function: Any) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []
