"""A docstring's own example as a check: the first public check of its exercise.

The examples stand in `fingerprints.json`, word for word as in the docstring. They carry no points.
"""

from __future__ import annotations

import builtins
import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.labs.testing import assert_close

FILE = "fingerprints.json"


@dataclasses.dataclass(frozen=True)
class Example:
    """The examples of one function: statements, and expressions with the text of their value."""

    exercise: str
    function: str
    steps: tuple[tuple[str, str], ...]


def read_examples(folder: str | Path) -> list[Example]:
    """The examples that a lab's `fingerprints.json` holds."""
    try:
        data = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
        return [
            Example(e["exercise"], e["function"], tuple((s, w) for s, w in e["steps"]))
            for e in data.get("examples", ())
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def example_check(example: Example) -> Callable[..., None]:
    """The check of one function's examples. `student` stands for every name of the student's."""

    def check(student: Any) -> None:
        names = _Names(student)
        for source, want in example.steps:
            if not want:
                exec(compile(source, "<example>", "exec"), names)
                continue
            got = eval(compile(source, "<example>", "eval"), names)
            expected, places = _value(want)
            assert_close(
                got,
                expected,
                tried=source,
                **({} if places is None else {"rtol": 0.0, "atol": 0.6 * 10.0**-places}),
                hint="this example stands in the docstring.",
            )

    check.__name__ = check.__qualname__ = f"test_example_of_{example.function}"
    check.__doc__ = f"The docstring's own example of {example.function}."
    return check


class _Names(dict):
    """NumPy, what an example has set, and otherwise the student's functions."""

    def __init__(self, student: Any):
        super().__init__(np=np, math=math)
        self._student = student

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return getattr(self._student, name)


def parsable(want: str) -> bool:
    """Whether the text of a value is one that can be compared."""
    try:
        _value(want)
    except (SyntaxError, NameError, TypeError, ValueError):
        return False
    return True


def _value(want: str) -> tuple[Any, int | None]:
    """A value from its text, and the number of decimals that it is given to, if it has any."""
    known: Mapping[str, Any] = {
        "array": np.array,
        "nan": math.nan,
        "inf": math.inf,
        "np": np,
        "float32": np.float32,
        "float64": np.float64,
        "int64": np.int64,
    }
    text = " ".join(want.split())
    value = eval(compile(text, "<example>", "eval"), {"__builtins__": {}}, dict(known))
    decimals = [len(m) for m in re.findall(r"\d\.(\d*)(?![\de])", text)]
    exact = not decimals or "e-" in text
    return value, None if exact else max(1, *decimals) if max(decimals) else None
