"""Run a lab's code without its show: imports, definitions and plain constants, so that answers can
be called in milliseconds."""

from __future__ import annotations

import ast
import contextlib
import linecache
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from coursekit.devices import hush
from coursekit.labs.author.source import BEGIN, Lab, solution_text, stub_text

_PLAIN_CALLS = frozenset(
    {
        "range",
        "list",
        "dict",
        "tuple",
        "set",
        "float",
        "int",
        "str",
        "frozenset",
        "len",
        "sorted",
        "min",
        "max",
    }
)


def solution_namespace(lab: Lab) -> dict[str, Any]:
    """The names that the solution defines."""
    return run_definitions(
        (solution_text(cell.text) for cell in lab.cells if cell.kind == "code"),
        f"{lab.name} solution",
    )


def stub_namespace(lab: Lab) -> dict[str, Any]:
    """The names of the untouched student notebook."""
    texts = (
        stub_text(c.text, c.exercise or "") if BEGIN in c.text else c.text
        for c in lab.cells
        if c.kind == "code"
    )
    return run_definitions(texts, f"{lab.name} stub")


def run_definitions(texts: Iterable[str], label: str) -> dict[str, Any]:
    """Execute the imports, functions, classes and plain assignments of some code cells; skip
    everything else.

    A plain assignment computes from literals, names already there, NumPy and a few built-in
    functions. One that fails is skipped; so is an import that is missing. TensorFlow starts without
    its lines.
    """
    hush()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, text in enumerate(texts):
        source = "\n".join(
            "" if line.lstrip().startswith(("%", "!")) else line for line in text.splitlines()
        )
        name = f"<{label}, cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        for node in _definitions(source):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                _execute(node, name, namespace)
            else:
                with contextlib.suppress(Exception):
                    _execute(node, name, namespace)
    return namespace


def definitions_of(source: str) -> str:
    """What `run_definitions` would execute of a code cell, as source."""
    return "\n".join(ast.unparse(node) for node in _definitions(source))


def _definitions(source: str) -> Iterator[ast.stmt]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Assign) and _plain(node.value)
        ):
            yield node


@contextlib.contextmanager
def replaced(namespace: dict[str, Any], name: str, value: Any) -> Iterator[dict[str, Any]]:
    """`namespace` with `name` bound to `value` for the time of the block, also for the functions
    that live in it."""
    missing = object()
    earlier = namespace.get(name, missing)
    namespace[name] = value
    try:
        yield namespace
    finally:
        if earlier is missing:
            del namespace[name]
        else:
            namespace[name] = earlier


def _execute(node: ast.stmt, name: str, namespace: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(ast.Module([node], []), name, "exec", dont_inherit=True), namespace)


def _plain(value: ast.expr) -> bool:
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            function = node.func
            root = function
            while isinstance(root, ast.Attribute):
                root = root.value
            name = root.id if isinstance(root, ast.Name) else ""
            if not (
                name in ("np", "math") or (isinstance(function, ast.Name) and name in _PLAIN_CALLS)
            ):
                return False
        if isinstance(node, ast.Await | ast.Yield | ast.NamedExpr):
            return False
    return True
