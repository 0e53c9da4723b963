"""Assertions for lab checks. Each failure says in three lines what was tried, what was expected and
what came."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import numbers
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

__all__ = [
    "MissingAnswer",
    "NotAnswered",
    "StudentError",
    "assert_close",
    "assert_equal",
    "assert_gradient",
    "assert_probabilities",
    "assert_true",
    "assert_unchanged",
    "counterexample",
    "tolerance",
]


@dataclasses.dataclass(frozen=True)
class Crash:
    """Where the student's code raised: the operation ("@", "reshape", "[]", "raise", ...), the text
    of the expression, and its operands as pairs of text and shape (None where it is not known)."""

    operation: str = ""
    expression: str = ""
    operands: tuple[tuple[str, tuple[int, ...] | None], ...] = ()

    @classmethod
    def read(cls, data: Any) -> Crash:
        """From what the student's side sent; anything that has not this form is left out."""
        try:
            operands = tuple(
                (str(text)[:80], None if shape is None else tuple(int(n) for n in shape[:8]))
                for text, shape in data["operands"][:8]
            )
            return cls(str(data["operation"])[:40], str(data["expression"])[:200], operands)
        except (TypeError, KeyError, ValueError, IndexError):
            return cls()


class StudentError(AssertionError):
    """The student's code raised. `type_name`, `text`, `line` (int or None), `code` (the line's
    text) and `crash` say what and where."""

    def __init__(
        self,
        message: str,
        *,
        type_name: str = "",
        text: str = "",
        line: int | None = None,
        code: str = "",
        crash: Crash | None = None,
    ):
        super().__init__(message)
        self.crash = crash or Crash()
        self.type_name, self.text, self.line, self.code = type_name, text, line, code


class NotAnswered(Exception):
    """The exercise still raises `NotAnsweredYet`."""


class MissingAnswer(NotAnswered):
    """The function that the check calls is not defined."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What an assertion compared: `kind` is "value" or "unchanged"; `error` is what it would have
    raised, or None. `name` is that of an argument."""

    kind: str
    got: Any
    expected: Any
    error: AssertionError | None
    name: str = ""


_watching: contextvars.ContextVar[Callable[[Comparison], None] | None] = contextvars.ContextVar(
    "watching", default=None
)


@contextlib.contextmanager
def watched(note: Callable[[Comparison], None]) -> Iterator[None]:
    """For the time of the block, comparisons that fail are noted and do not end the check, so that
    one run of a check tells of all its inputs."""
    token = _watching.set(note)
    try:
        yield
    finally:
        _watching.reset(token)


@contextlib.contextmanager
def _observed(kind: str, got: Any, expected: Any, name: str = "") -> Iterator[None]:
    note = _watching.get()
    if note is None:
        yield
        return
    try:
        yield
    except AssertionError as error:
        note(Comparison(kind, got, expected, error, name))
    else:
        note(Comparison(kind, got, expected, None, name))


@dataclasses.dataclass(frozen=True)
class Counterexample:
    """How to draw small inputs of a function, and what is right for them."""

    exercise: str
    function: str
    draw: Callable[..., tuple]
    oracle: Callable[..., Any]


_COUNTEREXAMPLES = "__coursekit_counterexamples__"


def counterexample(
    exercise: str, function: str, *, draw: Callable[..., tuple], oracle: Callable[..., Any]
) -> None:
    """Let `check` show the smallest input for which an answer is wrong.

    Args:
        exercise: the exercise's number, "9.1".
        function: the student's function.
        draw: `draw(rng, size)` gives a tuple of arguments; `size` is 1 for the smallest input, and
            up to 4.
        oracle: `oracle(*arguments)` gives what is right, by a library: it must not hold the
            solution's lines. It may raise ValueError for arguments that are not allowed.
    """
    entries = sys._getframe(1).f_globals.setdefault(_COUNTEREXAMPLES, [])
    entries.append(Counterexample(str(exercise), function, draw, oracle))


def counterexamples(names: Mapping[str, Any], exercise: str) -> list[Counterexample]:
    """Those that a test file registered for an exercise; `names` are the file's globals."""
    return [entry for entry in names.get(_COUNTEREXAMPLES, ()) if entry.exercise == exercise]


def assert_close(
    got: Any,
    expected: Any,
    *,
    tried: str = "",
    rtol: float | None = None,
    atol: float | None = None,
    hint: str = "",
    inputs: Any = None,
) -> None:
    """Fail unless `got` equals `expected` up to rounding, in the same shape.

    Args:
        got: what the student's function gave: number, array, list, tuple or dict of these.
        expected: what is right, of the same form. NaN equals NaN.
        tried: what was called, in words.
        rtol: relative tolerance; by default it follows the coarsest float dtype among `expected`
            and `inputs`, never that of `got`: an answer does not choose how exact it has to be.
        atol: absolute tolerance; by default `rtol` times the largest finite value expected.
        hint: one more line for the student.
        inputs: arrays that the result was computed from, when their dtype limits the precision.

    Raises:
        AssertionError: with lines `tried`, `expected`, `got`.
    """
    with _observed("value", got, expected):
        _compare(got, expected, tried, rtol, atol, hint, inputs)


def _compare(got, expected, tried="", rtol=None, atol=None, hint="", inputs=None) -> None:
    if isinstance(expected, Mapping):
        _compare_mapping(got, expected, tried, rtol, atol, hint, inputs)
        return
    if isinstance(expected, list | tuple) and (len(expected) == 0 or not _is_numeric(expected)):
        _compare_sequence(got, expected, tried, rtol, atol, hint, inputs)
        return
    if isinstance(expected, str | bytes | type(None)):
        if type(got) is not type(expected) or got != expected:
            _fail(tried, repr(expected), describe(got), hint)
        return
    right = np.asarray(expected)
    mine = _as_numbers(got)
    if mine is None:
        _fail(tried, describe(right), f"{describe(got)}{_form_advice(got)}", hint)
    if mine.dtype.kind in "SUmM" and right.dtype.kind in "biufc":  # NumPy reads numbers in text
        _fail(tried, describe(right), f"{describe(mine)}; numbers are due", hint)
    if mine.shape != right.shape:
        _fail(tried, describe(right), f"{describe(mine)}; the shape differs", hint, (right, mine))
    if right.dtype.kind in "SUmMO":
        same = mine == right
    else:
        rtol = tolerance(expected, inputs) if rtol is None else rtol
        if atol is None:
            finite = np.abs(right[np.isfinite(right)]) if right.size else right
            atol = rtol * float(finite.max()) if finite.size and finite.max() > 0 else rtol
        with np.errstate(all="ignore"):
            wide = [
                a.astype(
                    np.complex128 if "c" in (mine.dtype.kind, right.dtype.kind) else np.float64
                )
                for a in (mine, right)
            ]
            same = np.isclose(wide[0], wide[1], rtol=rtol, atol=atol, equal_nan=True)
    if not np.all(same):
        _fail(
            tried,
            describe(right),
            f"{describe(mine)}{_first_difference(mine, right, same)}{_dtype_advice(mine, rtol)}",
            hint,
            (right, mine),
        )


def assert_equal(got: Any, expected: Any, *, tried: str = "", hint: str = "") -> None:
    """Fail unless `got` equals `expected` exactly (labels, counts, names); arrays also need the
    same shape."""
    assert_close(got, expected, tried=tried, rtol=0.0, atol=0.0, hint=hint)


def assert_true(condition: bool, *, tried: str, expected: str, got: Any, hint: str = "") -> None:
    """Fail with the three lines unless `condition` holds; for properties that have no single right
    value."""
    if not np.all(condition):
        _fail(tried, expected, got if isinstance(got, str) else describe(got), hint)


def assert_unchanged(before: Any, after: Any, *, tried: str = "", name: str = "the input") -> None:
    """Fail if a call changed its arguments.

    Args:
        before: one argument, or the list or tuple of them, as passed.
        after: what `student.call_tracking` gave back beside the result.
        tried: what was called, in words.
        name: what the argument is called in the message.
    """
    if isinstance(after, list | tuple) and not isinstance(before, list | tuple):
        after = after[0]
    with _observed("unchanged", after, before, name):
        try:
            _compare(after, before, tried or "the arguments after the call", 0.0, 0.0)
        except AssertionError as error:
            raise AssertionError(
                f"{error}\nhint:     {name} was changed by the call; work on a copy."
            ) from None


def assert_probabilities(got: Any, *, tried: str = "", axis: int = -1, hint: str = "") -> None:
    """Fail unless every value lies in [0, 1] and they sum to one along `axis`."""
    mine = _as_numbers(got)
    if mine is None or mine.ndim == 0:
        _fail(tried, "an array of probabilities", f"{describe(got)}{_form_advice(got)}", hint)
    slack = 1e-6  # what float32 leaves of a sum; an answer in float16 is not let off
    if (
        not np.all(np.isfinite(mine))
        or mine.min(initial=0.0) < -slack
        or mine.max(initial=0.0) > 1 + slack
    ):
        _fail(tried, "probabilities between 0 and 1", describe(mine), hint)
    sums = mine.sum(axis=axis)
    if not np.allclose(sums, 1.0, atol=10 * slack, rtol=0):
        worst = float(np.ravel(sums)[np.argmax(np.abs(np.ravel(sums) - 1))])
        _fail(tried, f"a sum of 1 along axis {axis}", f"a sum of {worst:.6g}", hint)


def assert_gradient(
    got: Any,
    function: Callable[[np.ndarray], float],
    x: Any,
    *,
    tried: str = "",
    rtol: float = 1e-4,
    hint: str = "",
) -> None:
    """Fail unless `got` is the gradient of the scalar `function` at `x`, measured by central
    differences in float64.

    Args:
        got: the student's gradient, of the shape of `x`.
        function: takes an array of the shape of `x`, returns a number.
        x: where the gradient is taken.
        tried: what was called, in words.
        rtol: tolerance relative to the largest entry of the gradient.
        hint: one more line for the student.
    """
    point = np.array(x, dtype=np.float64)
    slope = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        step = 1e-5 * max(1.0, abs(point[index]))
        up, down = point.copy(), point.copy()
        up[index] += step
        down[index] -= step
        slope[index] = (float(function(up)) - float(function(down))) / (2 * step)
    scale = float(np.max(np.abs(slope), initial=0.0)) or 1.0
    assert_close(
        got,
        slope,
        tried=tried or "the gradient, beside finite differences",
        rtol=rtol,
        atol=rtol * scale,
        hint=hint,
    )


def tolerance(*values: Any) -> float:
    """The relative tolerance that the coarsest float dtype among `values` allows: 1e-2 for float16,
    1e-4 float32, 1e-7 float64."""
    coarsest = 1e-7
    for value in values:
        if isinstance(value, list | tuple):
            coarsest = max(coarsest, tolerance(*value))
        elif isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc":
            digits = np.finfo(value.dtype).precision
            coarsest = max(coarsest, 2e-2 if digits < 4 else 1e-4 if digits < 8 else 1e-7)
    return coarsest


def describe(value: Any) -> str:
    """A value in one line: small ones whole, arrays with shape and dtype."""
    if isinstance(value, np.ndarray) and value.ndim:
        inside = np.array2string(
            value.ravel()[:6], precision=5, separator=", ", threshold=7
        ).replace("\n", "")
        if value.size > 6:
            inside = inside[:-1] + ", ...]"
        if value.ndim == 1 and value.size <= 6:
            return f"{inside} (shape {value.shape}, {value.dtype})"
        return f"array of shape {value.shape}, {value.dtype}, first values {inside}"
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.8g}"
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."


def _fail(
    tried: str,
    expected: str,
    got: str,
    hint: str,
    compared: tuple[np.ndarray, np.ndarray] | None = None,
) -> None:
    """Raise the three lines; `compared`, the arrays expected and got, go with the error for whoever
    draws them."""
    lines = [f"tried:    {tried}"] if tried else []
    lines += [f"expected: {expected}", f"got:      {got}"]
    if hint:
        lines.append(f"hint:     {hint}")
    error = AssertionError("\n".join(lines))
    error.compared = compared
    raise error


def _is_numeric(values: list | tuple) -> bool:
    try:
        return np.asarray(values).dtype.kind in "biufcSUmM" and not any(
            isinstance(v, str) for v in values
        )
    except ValueError:
        return False


def _as_numbers(value: Any) -> np.ndarray | None:
    if isinstance(value, np.ndarray | np.generic | numbers.Number):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:
            return None
        return array if array.dtype.kind in "biufcSUmM" else None
    return None


def _form_advice(value: Any) -> str:
    if value is None:
        return "; does the function end with `return`?"
    if callable(value):
        return "; a function or object came where a value is due"
    return ""


def _dtype_advice(mine: np.ndarray, rtol: float) -> str:
    """A wanted precision that the answer's dtype cannot hold, in words."""
    if mine.dtype.kind not in "fc" or not 0 < rtol < tolerance(mine):
        return ""
    digits = np.finfo(mine.dtype).precision
    return f"; {mine.dtype} holds about {digits} digits, and more are asked for"


def _first_difference(mine: np.ndarray, right: np.ndarray, same: Any) -> str:
    if mine.ndim == 0:
        return ""
    wrong = np.argwhere(~same)
    place = tuple(int(i) for i in wrong[0])
    where = place[0] if len(place) == 1 else place
    count = f"{len(wrong)} of {mine.size} differ, " if mine.size > 1 else ""
    return (
        f"; {count}first at [{str(where).strip('()')}]: {describe(mine[place])} instead of "
        f"{describe(right[place])}"
    )


def _compare_sequence(got, expected, tried, rtol, atol, hint, inputs) -> None:
    kind = type(expected).__name__
    if not isinstance(got, list | tuple | np.ndarray) or len(got) != len(expected):
        _fail(
            tried,
            f"a {kind} of {len(expected)}: {describe(expected)}",
            f"{describe(got)}{_form_advice(got)}",
            hint,
        )
    for place, (mine, right) in enumerate(zip(got, expected, strict=True)):
        _compare(
            mine,
            right,
            tried=f"{tried}, part {place + 1} of {len(expected)}",
            rtol=rtol,
            atol=atol,
            hint=hint,
            inputs=inputs,
        )


def _compare_mapping(got, expected, tried, rtol, atol, hint, inputs) -> None:
    if not isinstance(got, Mapping) or set(got) != set(expected):
        _fail(
            tried,
            f"a dict with the keys {list(expected)}",
            describe(list(got) if isinstance(got, Mapping) else got),
            hint,
        )
    for key, right in expected.items():
        _compare(
            got[key],
            right,
            tried=f"{tried}, entry {key!r}",
            rtol=rtol,
            atol=atol,
            hint=hint,
            inputs=inputs,
        )
