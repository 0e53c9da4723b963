"""Which entries of a result are wrong, and what shape it has: what holds on all draws, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.labs.feedback.trials import Trial, numeric

_EXACT = 1e-7
_MIN_TRIALS, _MIN_ENTRIES, _MOST_LABELS = 3, 6, 5
_EACH = 400  # entries of one draw that are looked at

_SIDES: tuple[tuple[Callable[[np.ndarray], np.ndarray], str, str], ...] = (
    (lambda v: v > 0, "positive", "0 or negative"),
    (lambda v: v < 0, "negative", "0 or positive"),
    (lambda v: v == 0, "0", "not 0"),
    (lambda v: np.abs(v) > 1, "beyond 1 or -1", "from -1 to 1"),
)


def which_entries(trials: Sequence[Trial], parameters: Sequence[str] = ()) -> str | None:
    """At which entries a result is wrong: the one property of the argument's entry, or of the right
    value, that parts the wrong entries from the right ones.

    Args:
        trials: of one part of one function's result.
        parameters: the names of the function's arguments.
    """
    found = _flattened(trials)
    if found is None:
        return None
    right, got, wrong, arguments, spoilt = found
    if spoilt < _MIN_TRIALS or min(wrong.sum(), (~wrong).sum()) < _MIN_ENTRIES:
        return None
    there = got[wrong]
    if np.all(~np.isfinite(there)):
        name = "NaN" if np.all(np.isnan(there)) else "not finite"
        return f"Every entry that is wrong is {name} in yours; all others are right."
    value = f" There yours gives {there[0]:.5g}." if np.all(there == there[0]) else ""
    sources = [
        (f"`{parameters[place]}`", entries)
        for place, entries in arguments.items()
        if place < len(parameters)
    ]
    if np.any(right[~wrong]):  # else it says that what is 0 stays 0
        sources.append(("the right value", right))
    for name, entries in sources:
        for test, yes, no in _SIDES:
            mask = test(entries)
            if np.array_equal(mask, wrong):
                return (
                    f"Entry by entry: wrong where {name} is {yes}, right where it is {no}.{value}"
                )
            if np.array_equal(~mask, wrong):
                return (
                    f"Entry by entry: wrong where {name} is {no}, right where it is {yes}.{value}"
                )
    if value and np.any(got[~wrong] != there[0]):
        return f"Every entry that is wrong is {there[0]:.5g} in yours; all others are right."
    return None


def labels_exchanged(trials: Sequence[Trial]) -> str | None:
    """Which value comes where another is due, of a result that takes few values."""
    found = _flattened(trials)
    if found is None:
        return None
    right, got, wrong, _, spoilt = found
    values = np.unique(right)
    if spoilt < _MIN_TRIALS or not 2 <= len(values) <= _MOST_LABELS or not wrong.any():
        return None
    if np.any(values != np.round(values)) or not np.all(np.isfinite(got)):
        return None
    told = []
    for value in values:
        mine = got[right == value]
        if len(mine) < _MIN_TRIALS or np.any(mine != mine[0]):
            return None
        told.append(f"{mine[0]:.5g} where {value:.5g} is due")
    return f"On all inputs tried you give {', '.join(told[:-1])} and {told[-1]}."


def which_shape(trials: Sequence[Trial], parameters: Sequence[str] = ()) -> str | None:
    """How the shape of a wrong result differs from the right one, the same way on all draws."""
    pairs = []
    for trial in trials:
        if trial.direct and not trial.passed:
            got, right = numeric(trial.got), numeric(trial.expected)
            if got is None or right is None or right.ndim == 0 or got.shape == right.shape:
                return None
            pairs.append((trial, got, right))
    if len(pairs) < _MIN_TRIALS:
        return None
    got, right = min(((g, r) for _, g, r in pairs), key=lambda pair: pair[1].size)
    example = f"{got.shape} where {right.shape} is due"
    for place, name in enumerate(parameters):
        shapes = [_shape_of(trial, place) for trial, _, _ in pairs]
        if all(g.shape == s and s for s, (_, g, _) in zip(shapes, pairs, strict=True)):
            return f"Your result has the shape of `{name}`, {example}.{_inside(pairs)}"
    ranks = {(g.ndim, r.ndim) for _, g, r in pairs}
    if len(ranks) != 1:
        return None
    mine, due = ranks.pop()
    if mine != due:
        axes = "axis" if mine == 1 else "axes"
        return f"Your result has {mine} {axes} instead of {due}: {example}."
    if len({g.shape for _, g, _ in pairs}) == 1 < len({r.shape for _, _, r in pairs}):
        return f"Your result has the shape {got.shape} whatever the input is: {example}."
    gaps = {tuple(np.subtract(g.shape, r.shape).tolist()) for _, g, r in pairs}
    if len(gaps) == 1:
        words = [
            f"{abs(gap)} too {'long' if gap > 0 else 'short'} along axis {axis}"
            for axis, gap in enumerate(gaps.pop())
            if gap
        ]
        return f"Your result is {' and '.join(words)}: {example}.{_inside(pairs)}"
    inside = _inside(pairs)
    return f"Your result has another shape, {example}.{inside}" if inside else None


def _shape_of(trial: Trial, place: int) -> tuple[int, ...]:
    if place >= len(trial.args):
        return ()
    array = numeric(trial.args[place])
    return () if array is None else array.shape


def _inside(pairs: Sequence[tuple]) -> str:
    """Whether the right result stands inside the wrong one, or the other way round, at the same
    kind of place on all draws."""
    for large, small, words in (
        (1, 2, " The right numbers stand {} of it."),
        (2, 1, " What you have is right, and stands {} of what is due."),
    ):
        if any(
            len(p[large].shape) != len(p[small].shape)
            or any(a < b for a, b in zip(p[large].shape, p[small].shape, strict=True))
            for p in pairs
        ):
            continue
        for place, starts in (
            ("in the middle", lambda a, b: (a - b) // 2),
            ("at the start", lambda a, b: 0),
            ("at the end", lambda a, b: a - b),
        ):
            if all(_stands(p[large], p[small], starts) for p in pairs):
                return words.format(place)
    return ""


def _stands(large: np.ndarray, small: np.ndarray, start: Callable[[int, int], int]) -> bool:
    at = tuple(
        slice(start(a, b), start(a, b) + b) for a, b in zip(large.shape, small.shape, strict=True)
    )
    scale = max(float(np.max(np.abs(small), initial=0.0)), 1e-12)
    return small.size > 1 and bool(np.all(np.abs(large[at] - small) <= _EXACT * scale))


def wrong_entries(trial: Trial, right: np.ndarray, got: np.ndarray) -> np.ndarray | None:
    """Which entries are wrong; None if one of them is neither right up to rounding nor plainly
    wrong."""
    given = (getattr(value, "dtype", None) for value in (*trial.args, trial.expected))
    exact = 1e-5 if any(dtype == np.float32 for dtype in given) else _EXACT
    scale = max(float(np.max(np.abs(right), initial=0.0)), 1e-12)
    with np.errstate(all="ignore"):
        gap = np.abs(got - right)
    wrong = ~(gap <= 100 * exact * scale)
    return None if np.any(~wrong & (gap > exact * scale)) else wrong


def _flattened(trials: Sequence[Trial]):
    """All entries of all draws: right values, values that came, which are wrong, the entries of
    arguments of the same shape; and how many draws have a wrong one. None where that is unclear."""
    rights, gots, wrongs, spoilt = [], [], [], 0
    arguments: dict[int, list[np.ndarray]] | None = None
    for trial in trials:
        if not trial.direct:
            continue
        right, got = numeric(trial.expected), numeric(trial.got)
        if right is None or got is None or right.shape != got.shape or right.size == 0:
            return None
        if not np.all(np.isfinite(right)):
            return None
        e, g = (a.astype(float).ravel()[:_EACH] for a in (right, got))
        wrong = wrong_entries(trial, e, g)
        if wrong is None or (trial.passed and wrong.any()):
            return None
        same = {
            place: array.astype(float).ravel()[:_EACH]
            for place, value in enumerate(trial.args)
            if (array := numeric(value)) is not None and array.shape == right.shape
        }
        arguments = (
            {place: [entries] for place, entries in same.items()}
            if arguments is None
            else {p: [*kept, same[p]] for p, kept in arguments.items() if p in same}
        )
        rights.append(e)
        gots.append(g)
        wrongs.append(wrong)
        spoilt += bool(wrong.any())
    if not rights:
        return None
    joined = {place: np.concatenate(parts) for place, parts in (arguments or {}).items()}
    return (*(np.concatenate(parts) for parts in (rights, gots, wrongs)), joined, spoilt)
