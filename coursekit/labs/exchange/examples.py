"""A docstring's own example as a check: the first public check of its exercise.

The examples stand in `fingerprints.json`, word for word as in the docstring. They carry no points.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.labs.testing import StudentError, assert_close

FILE = "fingerprints.json"
CHECK = "test_example_of_"  # then the function


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
        found: AssertionError | None = None
        for steps in _forms(example.steps):
            try:
                _run(steps, student)
                return
            except AssertionError as error:
                if found is None or isinstance(found, StudentError):
                    found = error
        assert found is not None
        raise found

    check.__name__ = check.__qualname__ = f"{CHECK}{example.function}"
    check.__doc__ = f"The docstring's own example of {example.function}."
    return check


def _run(steps: Iterable[tuple[str, str]], student: Any) -> None:
    names = _Names(student)
    for source, want in steps:
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


def _forms(steps: tuple[tuple[str, str], ...]) -> Iterator[tuple[tuple[str, str], ...]]:
    """The steps as they are written; then with arrays, and arrays of floats, for their lists.

    A docstring writes `[1, 2]` for an array where that is easier to read, and an answer may take
    its word that an array comes.
    """
    tried = [steps]
    for made in ("np.array({})", "np.array({}, dtype=float)"):
        tried.append(tuple((_with_arrays(source, made), want) for source, want in steps))
    yield from dict.fromkeys(tried)


def _with_arrays(source: str, made: str) -> str:
    change = _Arrays(made)
    tree = change.visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree)) if change.done else source


class _Arrays(ast.NodeTransformer):
    """Puts a call in place of each list of numbers, the outermost ones."""

    def __init__(self, made: str):
        self.made, self.done = made, False

    def visit_List(self, node: ast.List) -> ast.AST:
        try:
            kind = np.array(ast.literal_eval(node)).dtype.kind
        except (ValueError, TypeError, SyntaxError):
            kind = ""
        if kind not in ("i", "f"):
            return self.generic_visit(node)
        self.done = True
        return ast.parse(self.made.format(ast.unparse(node)), mode="eval").body

    def visit_Call(self, node: ast.Call) -> ast.AST:
        numpy = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "np"
        return node if numpy else self.generic_visit(node)


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
