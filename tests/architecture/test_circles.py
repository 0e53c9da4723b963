"""No module of the package can reach itself through imports that run, late ones included."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "coursekit"
BACK = {("coursekit.labs.catalogue", "coursekit.labs.author.catalogue")}
"""Where a lab's source is at hand, the reader asks the maker; a student's copy has no source."""


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in PACKAGE.rglob("*.py")}


def _imported(module: str) -> set[str]:
    """The modules of ours that `module` names in an import statement, anywhere in it."""
    found = set()
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole & set(MODULES)
            if not whole <= set(MODULES):  # at least one is a value that the module itself holds
                found.add(node.module)
    return found & set(MODULES) - {module}


GRAPH = {module: _imported(module) for module in MODULES}
for importer, imported in BACK:
    GRAPH[importer].remove(imported)  # KeyError: nobody needs this exception any more
GRAPH["coursekit"] = (
    set()
)  # resolves its names on first use; `__version__` is all that is asked for


def _circles() -> list[list[str]]:
    """Strongly connected parts of more than one module (Tarjan 1972)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        number[module] = low[module] = len(number)
        stack.append(module)
        for other in GRAPH[module]:
            if other not in number:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], number[other])
        if low[module] == number[module]:
            part = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(part) > 1:
                found.append(sorted(part))

    for module in GRAPH:
        if module not in number:
            visit(module)
    return sorted(found)


def test_imports_run_one_way():
    assert _circles() == []


def test_a_circle_would_be_found():
    before = GRAPH["coursekit.evaluation.curves"]
    GRAPH["coursekit.evaluation.curves"] = {*before, "coursekit.evaluation.report"}
    try:
        assert any("coursekit.evaluation.report" in circle for circle in _circles())
    finally:
        GRAPH["coursekit.evaluation.curves"] = before
