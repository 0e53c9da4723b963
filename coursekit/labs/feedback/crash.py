"""Why an answer raised: the student's own line, the shapes that met there, what would fit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coursekit.labs.testing import Crash, StudentError

_ELEMENTWISE = ("+", "-", "*", "/", "//", "%", "**", "+=", "-=", "*=", "/=")
_PRODUCTS = ("@", "@=", "dot", "matmul")


def explain_crash(errors: Sequence[StudentError]) -> str | None:
    """One or two sentences on the first error of the student's code, or None where nothing more is
    known than its message. The others say what would fit there as well: shapes often do by
    chance."""
    error, crash = errors[0], errors[0].crash
    if not crash.operation or crash.operation == "raise" or error.line is None:
        return None
    text = " ".join(crash.expression.split())
    here = f"Line {error.line}, `{text}`:"
    same = [e.crash for e in errors if e.crash.expression == crash.expression]
    if told := _product(crash, same):
        return f"{here} {told}"
    for reason in (_elementwise, _reshape, _index, _none):
        if told := reason(crash, error):
            return f"{here} {told}"
    shapes = [f"`{name}` has shape {shape}" for name, shape in crash.operands if shape]
    return f"{here} here {' and '.join(shapes[:3])}." if shapes else None


def _two(crash: Crash) -> tuple | None:
    known = [(name, shape) for name, shape in crash.operands if shape is not None]
    return (*known[0], *known[1]) if len(known) == 2 == len(crash.operands) else None


def _product(crash: Crash, same: Sequence[Crash]) -> str | None:
    if crash.operation not in _PRODUCTS or (found := _two(crash)) is None:
        return None
    left, a, right, b = found
    if not a or not b:
        return f"{'the left' if not a else 'the right'} side is a single number; use * there."
    inner = b[0] if len(b) == 1 else b[-2]
    if a[-1] == inner:
        return None
    told = (
        f"{a} @ {b}: the last axis of `{left}` has {a[-1]} entries, and {inner} are due in "
        f"`{right}` against it."
    )
    allowed = [_changes_that_fit(other) for other in same]
    fits = [
        change for change in _changes_that_fit(crash) if all(change in some for some in allowed)
    ]
    words = {
        "right": f"the transpose of `{right}`, {b[::-1]},",
        "left": f"the transpose of `{left}`, {a[::-1]},",
        "order": "the other order",
    }
    return f"{told} By shape, {' or '.join(words[f] for f in fits)} would fit." if fits else told


def _changes_that_fit(crash: Crash) -> list[str]:
    """Which changes of a product its shapes allow."""
    if (found := _two(crash)) is None:
        return []
    _, a, _, b = found
    if not a or not b:
        return []
    inner = b[0] if len(b) == 1 else b[-2]
    fits = []
    if len(b) == 2 and b[1] == a[-1]:
        fits.append("right")
    if len(a) == 2 and a[0] == inner:
        fits.append("left")
    if len(a) == 2 and len(b) == 2 and b[-1] == a[0]:
        fits.append("order")
    return fits


def _elementwise(crash: Crash, error: StudentError) -> str | None:
    if crash.operation not in _ELEMENTWISE or (found := _two(crash)) is None:
        return None
    left, a, right, b = found
    clash = _clash(a, b)
    if clash is None:
        if "Cannot cast" in error.text and crash.operation.endswith("="):
            return (
                f"`{left}` holds whole numbers, and the result does not fit in place. Make a new "
                f"array, of floats."
            )
        return None
    axis, mine, theirs = clash
    told = (
        f"{a} and {b} do not line up: counted from the last axis, axis {axis} has {mine} entries "
        f"in `{left}` and {theirs} in `{right}`."
    )
    for name, short, other in ((left, a, b), (right, b, a)):
        if len(short) == 1 and len(other) == 2 and short[0] == other[0]:
            return f"{told} As a column, {(short[0], 1)}, `{name}` would fit."
        if len(short) == 2 and short[::-1] == other:
            return f"{told} The transpose of `{name}` would fit."
    return told


def _clash(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, int, int] | None:
    for axis in range(1, min(len(a), len(b)) + 1):
        if a[-axis] != b[-axis] and 1 not in (a[-axis], b[-axis]):
            return -axis, a[-axis], b[-axis]
    return None


def _reshape(crash: Crash, error: StudentError) -> str | None:
    matched = re.search(
        r"cannot reshape array of size (\d+) into shape \(?([\d,-]+)\)?", error.text
    )
    if matched is None:
        return None
    wanted = [int(n) for n in matched[2].split(",") if n]
    places = 1
    for n in wanted:
        places *= n
    if -1 in wanted:
        return (
            f"{matched[1]} numbers do not divide evenly over the other sizes of "
            f"({', '.join(map(str, wanted))})."
        )
    if int(matched[1]) == places:  # NumPy leaves a -1 out of its message
        return None
    return (
        f"{matched[1]} numbers do not fill the shape ({', '.join(map(str, wanted))}), which has "
        f"{places} places."
    )


def _index(crash: Crash, error: StudentError) -> str | None:
    if "only integers, slices" in error.text or "indices must be integers" in error.text:
        return (
            "an index must be a whole number, and here it is something else. Is it a label or a "
            "float where a position is due?"
        )
    matched = re.search(
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", error.text
    )
    if matched is None:
        return None
    index, axis, size = map(int, matched.groups())
    if size == 0:
        return f"axis {axis} is empty here, so it has no index {index}."
    return f"axis {axis} has {size} entries, numbered 0 to {size - 1}; you asked for {index}."


def _none(crash: Crash, error: StudentError) -> str | None:
    if "'NoneType'" not in error.text or error.type_name != "TypeError":
        return None
    return "one side is None. Does the function that made it end with `return`?"
