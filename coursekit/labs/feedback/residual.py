"""What relates a wrong result to the right one: one transformation out of a small grammar that
holds on every draw, in words. Not said where it does not hold on all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.labs.feedback.entries import wrong_entries
from coursekit.labs.feedback.trials import Trial, numeric

_RTOL = 1e-5
_MIN_FAILED, _MIN_VALUES = 3, 6


@dataclasses.dataclass(frozen=True)
class Pair:
    """One draw: the arguments, what was expected, what came, and the draw itself."""

    args: tuple
    kwargs: dict[str, Any]
    expected: np.ndarray
    got: np.ndarray
    passed: bool
    trial: Trial


def residual(trials: Sequence[Trial], parameters: Sequence[str] = ()) -> str | None:
    """The sentence that relates the result to the right one on all draws, or None.

    Args:
        trials: of one part of one function's result.
        parameters: the names of the function's arguments.
    """
    pairs = _pairs(trials)
    wrong = [p for p in pairs or () if not p.passed]
    if not pairs or len(wrong) < _MIN_FAILED or not _generic(wrong):
        return None
    for claim in (_inputs, _scaled, _shifted, _mapped, _arranged, _reduced, _partly, _constant):
        if sentence := claim(pairs, wrong, tuple(parameters)):
            return sentence
    return None


def factor(pairs: Sequence[Pair]) -> list[float] | None:
    """The factor between got and expected on each draw; None unless there is one on all."""
    found = []
    for pair in pairs:
        if pair.got.shape != pair.expected.shape:
            return None
        e, g = pair.expected.ravel(), pair.got.ravel()
        size = float(e @ e)
        ratio = float(g @ e) / size if size > 0 else float("nan")
        if not np.isfinite(ratio) or ratio == 0 or not _same(g, ratio * e):
            return None
        found.append(ratio)
    return found


def _pairs(trials: Sequence[Trial]) -> list[Pair] | None:
    found = []
    for trial in trials:
        if not trial.direct:  # the check computed something else from the result
            continue
        expected, got = numeric(trial.expected), numeric(trial.got)
        if expected is None or got is None:
            return None
        if not np.all(np.isfinite(expected)) or expected.size == 0:
            if trial.passed:
                continue
            return None
        wide = expected.astype(np.float64), got.astype(np.float64)
        found.append(Pair(trial.args, dict(trial.kwargs), *wide, trial.passed, trial))
    return found


def _generic(wrong: Sequence[Pair]) -> bool:
    """Whether the draws are rich enough that what holds on all of them does not hold by chance."""
    if any(not np.all(np.isfinite(p.got)) for p in wrong):
        return False
    entries = np.concatenate([p.expected.ravel()[:50] for p in wrong])
    if np.count_nonzero(entries) < len(entries) / 3:  # zeros fit nearly every relation
        return False
    values = {f"{v:.6g}" for v in entries}
    inputs = {str([_extent(a) for a in _arrays(p)]) for p in wrong}
    return len(values) >= _MIN_VALUES and (len(inputs) >= 2 or len(wrong) >= 6)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape or not np.all(np.isfinite(b)):  # log(0) is near to everything
        return False
    scale = max(float(np.max(np.abs(b), initial=0.0)), 1e-12)
    return bool(np.all(np.abs(a - b) <= _RTOL * scale))


def _all(pairs: Sequence[Pair], make: Callable[[np.ndarray], np.ndarray]) -> bool:
    with np.errstate(all="ignore"):
        try:
            return all(_same(p.got, np.asarray(make(p.expected), dtype=float)) for p in pairs)
        except (ValueError, IndexError, TypeError, OverflowError):
            return False


def _told(pairs: Sequence[Pair], sentence: str) -> str:
    return f"On all {len(pairs)} inputs tried, {sentence}"


# Sizes, by the arguments that have them


def _arrays(pair: Pair) -> list[np.ndarray | list | tuple]:
    return [a for a in pair.args if isinstance(a, np.ndarray | list | tuple)]


def _extent(value: np.ndarray | list | tuple) -> tuple[int, ...]:
    """The shape of an array, and the length of a list whose entries have different ones."""
    return np.shape(value) if numeric(value) is not None else (len(value),)


def _sizes(pair: Pair, parameters: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Sizes that a factor may equal, the likeliest first, each with its name."""
    given = [*enumerate(pair.args)]
    for place, value in given:
        name = f"`{parameters[place]}`" if place < len(parameters) else f"argument {place + 1}"
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float | np.integer | np.floating):
            yield name, float(value)
            continue
        shape = np.shape(value) if numeric(value) is not None else ()
        if len(shape) == 1:
            yield f"the length of {name}", shape[0]
        if len(shape) >= 2:
            yield f"the number of rows of {name}", shape[0]
            yield f"the number of columns of {name}", shape[-1]
            yield f"the number of entries of {name}", float(np.prod(shape))
        if len(shape) >= 3:
            for axis in range(1, len(shape) - 1):
                yield f"the size of axis {axis} of {name}", shape[axis]
    for key, value in pair.kwargs.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield f"`{key}`", float(value)
    if pair.expected.ndim:
        yield "the number of values in the result", pair.expected.size


_OF_SIZE: tuple[tuple[str, Callable[[float], float], str], ...] = (
    ("n", lambda n: n, "too large by the factor n, where n is {size}"),
    ("1/n", lambda n: 1 / n, "too small by the factor n, where n is {size}"),
    ("n/(n-1)", lambda n: n / (n - 1), "too large by n/(n-1), where n is {size}"),
    ("(n-1)/n", lambda n: (n - 1) / n, "too small by n/(n-1), where n is {size}"),
    ("sqrt", lambda n: n**0.5, "too large by the square root of n, where n is {size}"),
    ("1/sqrt", lambda n: n**-0.5, "too small by the square root of n, where n is {size}"),
    ("square", lambda n: n * n, "too large by n squared, where n is {size}"),
)


def _named_size(
    pairs: Sequence[Pair], values: Sequence[float], parameters: Sequence[str]
) -> tuple[str, str] | None:
    """The form and the size that equal `values` on all draws, the size taking at least two
    values."""
    listed = [dict(_sizes(pair, parameters)) for pair in pairs]
    for name in listed[0]:
        sizes = [sizes.get(name) for sizes in listed]
        if any(size is None for size in sizes) or len(set(sizes)) < 2:
            continue
        for _, form, words in _OF_SIZE:
            try:
                expected = [form(size) for size in sizes]
            except (ZeroDivisionError, OverflowError, ValueError):
                continue
            if any(isinstance(v, complex) for v in expected):
                continue
            if np.allclose(values, expected, rtol=1e-4, atol=0) and not np.allclose(expected, 1):
                return words, name
    return None


def _inputs(pairs, wrong, parameters) -> str | None:
    """The result is one of the arguments."""
    for place in range(len(wrong[0].args)):
        arrays = [numeric(p.args[place]) if place < len(p.args) else None for p in pairs]
        if all(a is not None and _same(p.got, a) for p, a in zip(pairs, arrays, strict=True)):
            name = parameters[place] if place < len(parameters) else f"argument {place + 1}"
            return _told(pairs, f"your result is `{name}` itself, unchanged.")
    return None


def _scaled(pairs, wrong, parameters) -> str | None:
    usable = [p for p in pairs if np.any(p.expected)]
    if any(not np.any(p.expected) and np.any(p.got) for p in pairs) or len(usable) < 3:
        return None
    values = factor(usable)
    if values is None:
        return None
    if np.allclose(values, values[0], rtol=1e-4):
        return _told(pairs, _times(float(np.median(values))))
    turned = np.sign(values[0])
    if len(set(np.sign(values))) == 1 and (
        found := _named_size(usable, np.abs(values), parameters)
    ):
        words, name = found
        ratio = next(abs(v) for v in values if abs(abs(v) - 1) > 1e-6)
        sign = ", with the sign turned" if turned < 0 else ""
        shown = f"{ratio:.4g} times too large" if ratio > 1 else f"{1 / ratio:.4g} times too small"
        return _told(pairs, f"your numbers are {words.format(size=name)}{sign} (one was {shown}).")
    return None


def _times(ratio: float) -> str:
    if abs(ratio + 1) < 1e-4:
        return "your numbers are right except for the sign."
    sign = ", with the sign turned" if ratio < 0 else ""
    size = abs(ratio)
    words = f"{size:.5g} times too large" if size > 1 else f"{1 / size:.5g} times too small"
    for value, name in ((np.log(2), "the natural logarithm of 2"), (np.pi, "pi"), (255.0, "255")):
        if abs(size - value) < 1e-4 * value or abs(size - 1 / value) < 1e-4 / value:
            words += f" ({name})" if abs(value - size) < 1e-4 * value else f" ({name} turned over)"
    return f"your numbers are exactly {words}{sign}."


def _shifted(pairs, wrong, parameters) -> str | None:
    if any(p.got.shape != p.expected.shape for p in pairs):
        return None
    shifts = []
    for pair in pairs:
        gap = (pair.got - pair.expected).ravel()
        scale = max(float(np.max(np.abs(pair.expected))), 1e-12)
        if np.max(np.abs(gap - gap[0])) > _RTOL * scale:
            return None
        shifts.append(float(gap[0]))
    if np.allclose(shifts, shifts[0], rtol=1e-4, atol=1e-9) and abs(shifts[0]) > 1e-9:
        each = "your result is" if all(p.expected.ndim == 0 for p in pairs) else "each value is"
        way = "too large" if shifts[0] > 0 else "too small"
        return _told(pairs, f"{each} {abs(shifts[0]):.5g} {way}.")
    return None


_MAPS: tuple[tuple[Callable[[np.ndarray], np.ndarray], str], ...] = (
    (lambda e: e * e, "your numbers are the squares of the right ones"),
    (np.sqrt, "your numbers are the square roots of the right ones"),
    (np.abs, "your numbers are the right ones without their signs"),
    (np.log, "your numbers are the natural logarithms of the right ones"),
    (np.exp, "your numbers are the exponentials of the right ones"),
    (lambda e: -np.log(e), "your numbers are minus the logarithms of the right ones"),
    (np.log2, "your numbers are the right ones' logarithms to base 2"),
    (lambda e: 1 - e, "your numbers are 1 minus the right ones"),
    (lambda e: 1 / e, "your numbers are 1 divided by the right ones"),
    (np.trunc, "your numbers are the right ones cut to whole numbers"),
    (np.round, "your numbers are the right ones rounded to whole numbers"),
    (np.floor, "your numbers are the right ones rounded down to whole numbers"),
    (np.ceil, "your numbers are the right ones rounded up to whole numbers"),
    (lambda e: np.clip(e, 0, None), "negative numbers came out as 0, and all others right"),
    (lambda e: np.clip(e, None, 0), "positive numbers came out as 0, and all others right"),
    (lambda e: np.clip(e, 0, 1), "your numbers are the right ones clipped to 0 to 1"),
    (lambda e: e > 0, "your result tells only which of the right numbers are positive"),
    (np.sign, "your numbers are only the signs of the right ones"),
    (lambda e: _softmax(e, -1), "your numbers are a softmax over the last axis of the right ones"),
    (lambda e: _softmax(e, 0), "your numbers are a softmax over the first axis of the right ones"),
    (lambda e: 1 / (1 + np.exp(-e)), "your numbers are a sigmoid of the right ones"),
)


def _mapped(pairs, wrong, parameters) -> str | None:
    for make, words in _MAPS:
        if _all(pairs, make):
            return _told(pairs, f"{words}.")
    return None


def _softmax(e: np.ndarray, axis: int) -> np.ndarray:
    power = np.exp(e - e.max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


_LAYOUTS: tuple[tuple[Callable[[np.ndarray], np.ndarray], str], ...] = (
    (np.transpose, "your result is the transpose of the right one"),
    (lambda e: np.swapaxes(e, -1, -2), "the last two axes of your result are exchanged"),
    (lambda e: np.flip(e, 0), "your result is right, but from back to front along the first axis"),
    (lambda e: np.flip(e, -1), "your result is right, but from back to front along the last axis"),
    (lambda e: np.flip(e), "your result is right, but turned round along every axis"),
    (lambda e: np.roll(e, 1, 0), "your result is right, but moved on by one along the first axis"),
    (
        lambda e: np.roll(e, -1, 0),
        "your result is right, but moved back by one along the first axis",
    ),
    (lambda e: np.roll(e, 1, -1), "your result is right, but moved on by one along the last axis"),
    (
        lambda e: np.roll(e, -1, -1),
        "your result is right, but moved back by one along the last axis",
    ),
    (lambda e: np.cumsum(e, 0), "your result is a running sum of the right one"),
    (
        lambda e: np.cumsum(e, -1),
        "your result is a running sum of the right one, along the last axis",
    ),
    (lambda e: np.sort(e, -1), "your result holds the right numbers, sorted"),
    (
        lambda e: np.sort(e, -1)[..., ::-1],
        "your result holds the right numbers, sorted from large to small",
    ),
)


def _arranged(pairs, wrong, parameters) -> str | None:
    for make, words in _LAYOUTS:
        if all(p.expected.ndim for p in pairs) and _all(pairs, make):
            return _told(pairs, f"{words}.")
    if all(_same(p.got.ravel(), p.expected.ravel()) for p in pairs):
        p = wrong[0]
        return _told(
            pairs,
            f"your numbers are right and in the right order, in another shape: "
            f"{p.got.shape} where {p.expected.shape} is due.",
        )
    if all(p.expected.ndim >= 2 and p.got.shape == p.expected.shape for p in pairs) and all(
        _same(_sorted_rows(p.got), _sorted_rows(p.expected)) for p in pairs
    ):
        return _told(pairs, "your rows are the right ones in another order.")
    if all(
        p.got.size == p.expected.size and _same(np.sort(p.got.ravel()), np.sort(p.expected.ravel()))
        for p in pairs
    ):
        return _told(pairs, "you have the right numbers, at other places.")
    return None


def _sorted_rows(a: np.ndarray) -> np.ndarray:
    rows = a.reshape(len(a), -1)
    return rows[np.lexsort(np.round(rows, 9).T[::-1])]


def _reduced(pairs, wrong, parameters) -> str | None:
    """An axis summed away that should stay, or kept that should be summed."""
    for axis, name in ((0, "first"), (-1, "last"), (None, "")):
        over = f"over the {name} axis" if name else "over all"
        for reduce, verb in ((np.sum, "the sum"), (np.mean, "the mean"), (np.max, "the largest")):
            if all(p.expected.ndim for p in pairs) and _all(
                pairs, lambda e, reduce=reduce, axis=axis: reduce(e, axis=axis)
            ):
                return _told(pairs, f"your result is {verb} {over} of the right numbers.")
            if all(p.got.ndim > p.expected.ndim for p in pairs) and all(
                _fits(p, reduce, axis) for p in pairs
            ):
                return _told(
                    pairs, f"{verb} {over} of your numbers is what is due: one step is missing."
                )
    return None


def _fits(pair: Pair, reduce: Callable, axis: int | None) -> bool:
    return _same(np.asarray(reduce(pair.got, axis=axis)), pair.expected)


def _partly(pairs, wrong, parameters) -> str | None:
    """Only a fixed part of the result is wrong."""
    if any(p.got.shape != p.expected.shape or p.expected.ndim == 0 for p in pairs):
        return None
    spoilt = [wrong_entries(p.trial, p.expected, p.got) for p in wrong]
    if any(w is None or not w.any() for w in spoilt):
        return None
    masks = [~w for w in spoilt if w is not None]
    if any(len(m) < 2 for m in masks):
        return None
    rows = {1: "value", 2: "row"}.get(masks[0].ndim, "part along the first axis")
    cases = (
        (lambda m: m[1:].all() and not m[0].all(), f"only the first {rows} is wrong"),
        (lambda m: m[:-1].all() and not m[-1].all(), f"only the last {rows} is wrong"),
        (lambda m: m[0].all() and not m[1:].any(), f"only the first {rows} is right"),
        (lambda m: m[-1].all() and not m[:-1].any(), f"only the last {rows} is right"),
        (_only_diagonal_wrong, "only the diagonal is wrong"),
        (_only_border_wrong, "only the border is wrong; the inside is right"),
        (lambda m: _has_columns(m) and m[:, 1:].all(), "only the first column is wrong"),
        (lambda m: _has_columns(m) and m[:, :-1].all(), "only the last column is wrong"),
    )
    for test, words in cases:
        if all(test(m) for m in masks):
            return _told(pairs, f"{words}.")
    return None


def _has_columns(m: np.ndarray) -> bool:
    return m.ndim == 2 and m.shape[1] > 1


def _only_diagonal_wrong(m: np.ndarray) -> bool:
    if m.ndim != 2 or m.shape[0] != m.shape[1]:
        return False
    return bool(m[~np.eye(len(m), dtype=bool)].all())


def _only_border_wrong(m: np.ndarray) -> bool:
    if m.ndim < 2 or min(m.shape[-2:]) < 3:
        return False
    sides = (m[..., 0, 1:-1], m[..., -1, 1:-1], m[..., 1:-1, 0], m[..., 1:-1, -1])
    return bool(m[..., 1:-1, 1:-1].all()) and not any(side.all() for side in sides)


def _constant(pairs, wrong, parameters) -> str | None:
    first = pairs[0].got.ravel()[:1]
    if first.size and all(p.got.size and np.all(p.got == first[0]) for p in pairs):
        return _told(pairs, f"your result is {first[0]:.5g}, whatever the input.")
    return None
