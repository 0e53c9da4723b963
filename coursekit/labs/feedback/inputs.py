"""Which inputs fail: the one property of the inputs that parts failing draws from passing ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.labs.feedback.trials import Trial, numeric

_MIN_DRAWS, _MIN_EACH = 16, 3


@dataclasses.dataclass(frozen=True)
class Feature:
    """A property of one call's arguments, in words that follow "right ..." or "wrong ...".

    `edge`: a case that a check tries on purpose, so that one form of input is enough to speak of
    it. Features of one `group` say the same thing in several ways. `option`: a choice that the
    caller makes by name.
    """

    words: str
    edge: bool = False
    group: str = ""
    option: bool = False


def which_inputs(trials: Sequence[Trial], parameters: Sequence[str] = ()) -> str | None:
    """ "right for square `kernel`, wrong for all others", where one property parts all draws; see
    `parted`."""
    found = parted(trials, parameters)
    return None if found is None else found[0]


def parted(
    trials: Sequence[Trial], parameters: Sequence[str] = ()
) -> tuple[str, list[Trial]] | None:
    """The sentence on the one property that parts failing draws from passing ones, and the draws
    that it says are wrong.

    Said only where no other property parts them as well, and where it was seen on several forms of
    input on either side: checks draw few shapes, and what these have in common is often chance.

    Args:
        trials: all of one function, passed and failed.
        parameters: the names of the function's arguments.
    """
    failed = [not trial.passed for trial in trials]
    bad = sum(failed)
    if len(trials) < _MIN_DRAWS or not _MIN_EACH <= bad <= len(trials) - _MIN_EACH:
        return None
    listed = [dict(features(trial.args, trial.kwargs, parameters)) for trial in trials]
    forms = [_form(trial) for trial in trials]
    found, options = [], []
    for feature in dict.fromkeys(feature for row in listed for feature in row):
        column = [row.get(feature, False) for row in listed]
        ours = [t for t, value in zip(trials, column, strict=True) if value]
        if feature.option and _only_there(column, failed):
            options.append((feature, ours))
        wrong_where = column == failed
        if not wrong_where and [not value for value in column] != failed:
            continue
        with_it, without = (
            {form for form, value in zip(forms, column, strict=True) if value is side}
            for side in (True, False)
        )
        if len(without) >= 2 and len(with_it) >= (1 if feature.edge else 2):
            found.append((feature, wrong_where))
    if len(options) == 1:
        feature, ours = options[0]
        return f"Over {len(trials)} inputs: wrong only {feature.words}.", ours
    groups = {feature.group for feature, _ in found}
    if not found or (len(found) > 1 and (len(groups) > 1 or "" in groups)):
        return None
    feature, wrong_where = found[0]
    words = ("wrong", "right") if wrong_where else ("right", "wrong")
    sentence = f"{words[0]} {feature.words}, {words[1]} on all others."
    return f"Over {len(trials)} inputs: {sentence}", [t for t in trials if not t.passed]


def _only_there(column: Sequence[bool], failed: Sequence[bool]) -> bool:
    """Whether an option was taken in all that failed, most of what has it failed, and there is
    enough without it."""
    with_it = sum(column)
    elsewhere = any(bad and not value for bad, value in zip(failed, column, strict=True))
    return not elsewhere and sum(failed) > with_it / 2 and len(column) - with_it >= _MIN_EACH


def features(
    args: Sequence[Any], kwargs: Mapping[str, Any], parameters: Sequence[str] = ()
) -> Iterator[tuple[Feature, bool]]:
    """The properties of one call's arguments, and whether they hold."""
    for place, value in enumerate(args):
        name = f"`{parameters[place]}`" if place < len(parameters) else f"argument {place + 1}"
        yield from _of_value(value, name)
    for key, value in kwargs.items():
        yield from _of_value(value, f"`{key}`")


def _form(trial: Trial) -> str:
    """What of a call's arguments is not drawn anew for each run: shapes, kinds, options."""
    given = [*enumerate(trial.args), *sorted(trial.kwargs.items())]
    return repr([(key, _form_of(value)) for key, value in given])


def _form_of(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.kind
    if isinstance(value, list | tuple):
        return type(value).__name__, [_form_of(part) for part in value[:20]]
    if isinstance(value, float | np.floating):
        return "float"
    return value if isinstance(value, str | bool | int | np.integer) else type(value).__name__


def _of_value(value: Any, name: str) -> Iterator[tuple[Feature, bool]]:
    if isinstance(value, bool):
        for choice in (True, False):
            yield Feature(f"where {name} is {choice}", option=True), value is choice
        return
    if isinstance(value, str):
        yield Feature(f"where {name} is {value!r}", option=True), True
        return
    array = numeric(value)
    if array is None:
        return
    if array.ndim == 0:
        number = float(array)
        yield Feature(f"where {name} is 0", edge=True), number == 0
        yield Feature(f"where {name} is 1"), number == 1
        yield Feature(f"where {name} is negative"), number < 0
        if array.dtype.kind in "iu":
            yield Feature(f"where {name} is odd"), number % 2 == 1
        return
    if isinstance(value, tuple) and array.dtype.kind in "iu" and array.size < 4:  # a shape
        same = array.size > 1 and bool(np.all(array[:2] == array[0]))
        yield Feature(f"where {name} is square"), same
        return
    yield Feature(f"where {name} is a list", edge=True), isinstance(value, list)
    for feature, test in _KINDS:
        named = dataclasses.replace(feature, words=feature.words.format(name))
        try:
            yield named, bool(test(array))
        except (ValueError, IndexError):
            yield named, False


_KINDS: tuple[tuple[Feature, Callable[[np.ndarray], bool]], ...] = (
    (Feature("where {} has no entries", edge=True, group="smallest"), lambda a: a.size == 0),
    (Feature("where {} has one entry", edge=True, group="smallest"), lambda a: a.size == 1),
    (
        Feature("where {} has one row", edge=True, group="smallest"),
        lambda a: a.ndim > 1 and len(a) == 1,
    ),
    (
        Feature("where {} has one column", edge=True, group="smallest"),
        lambda a: a.ndim == 2 and a.shape[-1] == 1,
    ),
    (
        Feature("where {} has size 1 along its last axis", edge=True, group="smallest"),
        lambda a: a.ndim > 2 and a.shape[-1] == 1,
    ),
    (
        Feature("where {} is square"),
        lambda a: a.ndim > 1 and a.shape[-1] == a.shape[-2],
    ),
    (Feature("where {} has two axes or more"), lambda a: a.ndim > 1),
    (Feature("where {} has an odd number of rows"), lambda a: len(a) % 2 == 1),
    (
        Feature("where {} has an odd size along its last axis"),
        lambda a: a.shape[-1] % 2 == 1,
    ),
    (Feature("where {} is float32", edge=True), lambda a: a.dtype == np.float32),
    (Feature("where {} holds whole numbers"), lambda a: a.dtype.kind in "iu"),
    (Feature("where {} holds a 0", edge=True), lambda a: bool(np.any(a == 0))),
    (Feature("where {} holds a negative number"), lambda a: bool(np.any(a < 0))),
    (
        Feature("where {} holds equal values", edge=True),
        lambda a: np.unique(a).size < a.size,
    ),
    (
        Feature("where {} is sorted"),
        lambda a: a.ndim == 1 and a.size > 2 and bool(np.all(np.diff(a) >= 0)),
    ),
    (
        Feature("where {} is constant", edge=True),
        lambda a: a.size > 1 and bool(np.all(a == a.flat[0])),
    ),
    (Feature("where {} holds values over 100", edge=True), lambda a: bool(np.any(np.abs(a) > 100))),
    (Feature("where {} holds NaN", edge=True), lambda a: bool(np.any(np.isnan(a)))),
    (
        Feature("where a column of {} is constant", edge=True),
        lambda a: a.ndim == 2 and len(a) > 1 and bool(np.any(np.ptp(a, 0) == 0)),
    ),
    (
        Feature("where a row of {} is all 0", edge=True),
        lambda a: a.ndim == 2 and bool(np.any(~a.any(axis=1))),
    ),
)
