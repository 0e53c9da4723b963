"""Which names a lab's blocks `with lab.needs(...)` set, read from the source when the lab is
built."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from coursekit.labs.author.source import Lab


def block_names(lab: Lab) -> dict[str, tuple[str, ...]]:
    """For each set of exercises that blocks wait for ("5.3 5.4"), the names that those blocks set,
    in alphabetical order."""
    found: dict[str, set[str]] = {}
    for cell in lab.cells:
        if cell.kind != "code" or "needs(" not in cell.text:
            continue
        for node in ast.parse(cell.text).body:
            numbers = _needed(node)
            if numbers:
                names = {name for inner in node.body for name in _set_by(inner)}
                found.setdefault(" ".join(numbers), set()).update(names)
    return {key: tuple(sorted(names)) for key, names in found.items() if names}


def _needed(node: ast.stmt) -> list[str]:
    """The exercises that a statement `with lab.needs("5.3", "5.4"):` names; none for another."""
    if not isinstance(node, ast.With):
        return []
    call = node.items[0].context_expr
    if not (isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "needs"):
        return []
    return [str(a.value) for a in call.args if isinstance(a, ast.Constant)]


def _set_by(node: ast.AST) -> Iterator[str]:
    """The names that a statement sets in its own scope."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _set_by(child)
