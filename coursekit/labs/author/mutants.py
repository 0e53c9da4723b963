"""Mutants: the solution with one small change made by the machine. One that no check fails shows a
check that is missing.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from coursekit.labs.author.mistakes import Excuse, defined
from coursekit.labs.author.namespace import replaced
from coursekit.labs.exchange.checks import Case, run_case
from coursekit.labs.exchange.student import local_student

MUTANTS = "mutants.tsv"
SEEDS = (1, 2)
_CASE_SECONDS = 5.0
_MOST_PER_FUNCTION = 40


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A change of one function of the solution. `text` says it in a line, and is its name."""

    function: str
    text: str
    source: str


@dataclasses.dataclass
class MutantReport:
    """What became of the mutants of one exercise."""

    tried: int = 0
    killed: int = 0
    survivors: list[Mutant] = dataclasses.field(default_factory=list)
    excused: int = 0
    left: int = 0


def mutants(function: str, source: str) -> list[Mutant]:
    """All mutants of a function, each with a text of its own."""
    tree = ast.parse(source)
    found: dict[str, Mutant] = {}
    for place, node in enumerate(_nodes(tree)):
        for number, (old, new) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = _nodes(changed)[place]
            _replace(changed, target, list(_changes(target))[number][1])
            text = f"{function}: {ast.unparse(old)} -> {ast.unparse(new)}"
            count = sum(t == text or t.startswith(f"{text} (") for t in found)
            text = f"{text} ({count + 1})" if count else text
            found[text] = Mutant(function, text, ast.unparse(ast.fix_missing_locations(changed)))
    return list(found.values())[:_MOST_PER_FUNCTION]


def try_mutants(
    namespace: dict[str, Any],
    listed: Sequence[Mutant],
    cases: Sequence[Case],
    excuses: Sequence[Excuse],
    *,
    seconds: float = 30.0,
) -> MutantReport:
    """Run mutants under the checks of their exercise until one check fails.

    Args:
        namespace: the solution's.
        listed: the mutants of one exercise.
        cases: its public and hidden checks.
        excuses: the mutants that may live.
        seconds: of processor time; what is not tried by then is counted in `left`.
    """
    report = MutantReport()
    start = time.process_time()
    excused = {entry.mutant for entry in excuses}
    for mutant in listed:
        if mutant.text in excused:
            report.excused += 1
            continue
        if time.process_time() - start > seconds:
            report.left += 1
            continue
        report.tried += 1
        if _killed(namespace, mutant, cases):
            report.killed += 1
        else:
            report.survivors.append(mutant)
    return report


def _killed(namespace: dict[str, Any], mutant: Mutant, cases: Sequence[Case]) -> bool:
    try:
        answer = defined(mutant.source, mutant.function, namespace, f"mutant {mutant.text}")
    except Exception:
        return True
    with replaced(namespace, mutant.function, answer):
        return any(
            not run_case(
                case, local_student(namespace, case.seed(seed)), seconds=_CASE_SECONDS
            ).passed
            for seed in SEEDS
            for case in cases
        )


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a function's body in a fixed order, docstrings and annotations left out."""
    kept = []
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            kept.append(node)
    return kept


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The changes of one node: pairs of what stands there and what would."""
    for change in _OPERATORS:
        new = change(node)
        if new is not None:
            yield node, new


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list):
                for place, item in enumerate(value):
                    if item is old:
                        value[place] = new
                        return


def _other_axis(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.keyword("axis", ast.Constant(int(value))):
            return ast.keyword("axis", ast.Constant(1 if value == 0 else 0))
        case ast.keyword("axis", ast.UnaryOp(ast.USub(), ast.Constant(int()))):
            return ast.keyword("axis", ast.Constant(0))
    return None


_COMPARED: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def _other_comparison(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.Compare(left, [op], [right]) if type(op) in _COMPARED:
            return ast.Compare(left, [_COMPARED[type(op)]()], [right])
    return None


def _term_dropped(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub(), _):
            return left
    return None


def _factor_dropped(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.BinOp(left, ast.Mult() | ast.Div(), _):
            return left
    return None


def _other_sign(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            return ast.BinOp(left, ast.Sub(), right)
        case ast.BinOp(left, ast.Sub(), right):
            return ast.BinOp(left, ast.Add(), right)
        case ast.UnaryOp(ast.USub(), operand) if not isinstance(operand, ast.Constant):
            return operand
    return None


def _not_transposed(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.Attribute(value, "T"):
            return value
    return None


def _not_copied(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.Call(ast.Attribute(value, "copy"), []):
            return value
        case ast.Call(ast.Attribute(ast.Name("np"), "array" | "copy"), [ast.Name() as value, *_]):
            return ast.Call(ast.Attribute(ast.Name("np"), "asarray"), [value], node.keywords)
    return None


def _other_constant(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.Constant(value) if type(value) is int and abs(value) < 1000:
            return ast.Constant(value + 1)
        case ast.Constant(value) if type(value) is float and 1e-4 < abs(value) < 1e4:
            return ast.Constant(value * 2)
    return None


_OPERATORS: tuple[Callable[[ast.AST], ast.AST | None], ...] = (
    _other_axis,
    _other_comparison,
    _term_dropped,
    _factor_dropped,
    _other_sign,
    _not_transposed,
    _not_copied,
    _other_constant,
)
