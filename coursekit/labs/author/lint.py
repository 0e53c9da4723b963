"""Tests that could be passed without the answer: fixed inputs, types or shapes alone, numbers that
the student reports."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from coursekit.labs.author.source import Lab
from coursekit.labs.exchange import checks

_FORM_CALLS = frozenset(
    {"isinstance", "hasattr", "callable", "len", "type", "issubclass", "getattr", "bool"}
)
_FORM_ATTRIBUTES = frozenset(
    {"shape", "ndim", "dtype", "size", "kind", "class_name", "output_shape", "input_shape"}
)
_REPORTS = frozenset({"history", "evaluate", "score"})


def lint_lab(lab: Lab, cases: Sequence[checks.Case]) -> list[str]:
    """Faults of a lab's tests, one line each, `file:line: what to do`."""
    found: list[str] = []
    for visibility in (checks.PUBLIC, checks.HIDDEN):
        path = lab.folder / checks.FILES[visibility]
        if path.is_file():
            found += lint_file(path)
    for case in cases:
        if case.fixed_input is not None and not case.fixed_input.strip():
            found.append(f'{case.name}: expected a reason in fixed_input("..."). Received: none')
    return list(dict.fromkeys(found))


def lint_file(path: str | Path) -> list[str]:
    """Faults of one test file; see `lint_lab`."""
    path = Path(path)
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = []
    for name, node in functions.items():
        if not name.startswith("test_"):
            continue
        bodies = _reachable(node, functions)
        where = f"{path.name}:{node.lineno}: {name}"
        if not _marked(node, "fixed_input") and not any(_uses_rng(body) for body in bodies):
            found.append(
                f'{where}: draw the inputs from student.rng, or mark it fixed_input("reason")'
            )
        asserted = [a for body in bodies for a in _assertions(body)]
        if not asserted:
            found.append(f"{where}: it asserts nothing")
        elif all(_only_form(condition) for condition in asserted):
            found.append(f"{where}: assert a value too, not only a type or a shape")
        found += [
            f"{where}: line {line} trusts a number that the student reports; recompute it"
            for line in _trusting(node)
        ]
    return found


def _reachable(
    node: ast.FunctionDef, functions: dict[str, ast.FunctionDef]
) -> list[ast.FunctionDef]:
    """The test and the helpers of its file that it calls."""
    seen, queue = [], [node]
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.append(current)
        names = {n.id for n in ast.walk(current) if isinstance(n, ast.Name)}
        queue += [functions[name] for name in names & set(functions)]
    return seen


def _uses_rng(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "rng" for n in ast.walk(node))


def _marked(node: ast.FunctionDef, mark: str) -> bool:
    return any(
        isinstance(n, ast.Attribute) and n.attr == mark
        for d in node.decorator_list
        for n in ast.walk(d)
    )


def _assertions(node: ast.FunctionDef) -> list[ast.expr]:
    """What a function asserts: conditions of `assert`, and calls of assert_... helpers,
    pytest.raises and pytest.fail."""
    found: list[ast.expr] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            found.append(inner.test)
        elif (
            isinstance(inner, ast.Call)
            and (name := _name(inner.func))
            and (name.startswith("assert_") or name in ("raises", "fail"))
        ):
            found.append(inner)
    return found


def _only_form(condition: ast.expr) -> bool:
    """Whether an asserted expression speaks of types, shapes or presence alone."""
    if isinstance(condition, ast.BoolOp):
        return all(_only_form(part) for part in condition.values)
    if isinstance(condition, ast.UnaryOp):
        return _only_form(condition.operand)
    if isinstance(condition, ast.Call):
        if _name(condition.func) == "assert_true" and condition.args:
            return _only_form(condition.args[0])
        return _name(condition.func) in _FORM_CALLS
    if isinstance(condition, ast.Compare):
        if any(isinstance(op, ast.Is | ast.IsNot) for op in condition.ops):
            return True
        return any(_is_form(side) for side in (condition.left, *condition.comparators))
    return False


def _is_form(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return _is_form(node.value)
    if isinstance(node, ast.Call):
        return _name(node.func) in _FORM_CALLS
    return isinstance(node, ast.Attribute) and node.attr in _FORM_ATTRIBUTES


def _trusting(node: ast.FunctionDef) -> list[int]:
    """Lines that believe a reported training history or score; a bare result beside a constant, if
    nothing else is asserted."""
    reported = _reported_names(node)
    told, bare = [], []
    asserted = _assertions(node)
    for condition in asserted:
        attributes = [n for n in ast.walk(condition) if isinstance(n, ast.Attribute)]
        if isinstance(condition, ast.Compare) and any(
            n.attr in _REPORTS and _root(n) in reported for n in attributes
        ):
            told.append(condition.lineno)
        elif (
            isinstance(condition, ast.Compare) and _ordered(condition) and not _computed(condition)
        ):
            names = _names_outside_calls(condition, reported)
            if names and names <= reported:
                bare.append(condition.lineno)
    alone = all(
        condition.lineno in (*told, *bare) or _only_form(condition) for condition in asserted
    )
    return told + (bare if alone else [])


def _names_outside_calls(node: ast.AST, reported: set[str]) -> set[str]:
    """The names in an expression, without those that are only passed to the student's side."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Call) and _root(node) in reported:
        return {_root(node)}
    return set().union(
        *(_names_outside_calls(child, reported) for child in ast.iter_child_nodes(node))
    )


def _reported_names(node: ast.FunctionDef) -> set[str]:
    """`student` and the names bound to what it or they gave back, without any computing of the
    test's in between."""
    reported = {"student"}
    for inner in ast.walk(node):
        fetched = isinstance(inner, ast.Assign) and isinstance(
            inner.value, ast.Call | ast.Attribute | ast.Subscript
        )
        if fetched and _root(inner.value) in reported and "rng" not in _attributes(inner.value):
            reported |= {
                n.id for t in inner.targets for n in ast.walk(t) if isinstance(n, ast.Name)
            }
    return reported


def _attributes(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _ordered(node: ast.Compare) -> bool:
    sides = (node.left, *node.comparators)
    constants = sum(
        isinstance(s, ast.Constant)
        or (isinstance(s, ast.UnaryOp) and isinstance(s.operand, ast.Constant))
        for s in sides
    )
    return (
        constants > 0
        and len(sides) == 2
        and all(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
    )


def _computed(node: ast.AST) -> bool:
    """Whether the expression asks a prediction or weights, from which the test computes on."""
    return bool(
        _attributes(node) & {"predict", "get_weights", "predict_proba", "rng", *_FORM_ATTRIBUTES}
    )


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _name(node: ast.expr) -> str:
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )
