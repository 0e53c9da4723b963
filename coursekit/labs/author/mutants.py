"""Mutants: the solution with one small change made by the machine. One that no check fails shows a
check that is missing.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit._files import write_atomic
from coursekit.errors import LabSourceError
from coursekit.labs.author.examples import lab_examples
from coursekit.labs.author.mistakes import Excuse, defined, docstring_spans, solution_functions
from coursekit.labs.author.namespace import replaced
from coursekit.labs.author.source import Exercise, Lab, stub_text
from coursekit.labs.exchange.checks import FILES, Case, run_case
from coursekit.labs.exchange.student import local_student

FILE = "mutants.json"
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
    """What became of the mutants of one exercise. `left` are those that there was no time for."""

    tried: int = 0
    killed: int = 0
    survivors: list[Mutant] = dataclasses.field(default_factory=list)
    excused: int = 0
    left: int = 0


def mutants(function: str, source: str, stub: str = "") -> list[Mutant]:
    """All mutants of a function or class, each with a text of its own.

    Args:
        function: its name.
        source: the solution's.
        stub: what students are given of it; statements that stand there as well are left alone.
    """
    tree = ast.parse(source)
    given = {id(node) for part in _given(tree, ast.parse(stub)) for node in ast.walk(part)}
    found: dict[str, Mutant] = {}
    for place, node in enumerate(_nodes(tree)):
        if id(node) in given:
            continue
        for number, (old, new) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            target = _nodes(changed)[place]
            _replace(changed, target, list(_changes(target))[number][1])
            text = f"{function}: {ast.unparse(old)} -> {ast.unparse(new)}"
            count = sum(t == text or t.startswith(f"{text} (") for t in found)
            text = f"{text} ({count + 1})" if count else text
            found[text] = Mutant(function, text, ast.unparse(ast.fix_missing_locations(changed)))
    return list(found.values())[:_MOST_PER_FUNCTION]


def lab_mutants(lab: Lab, exercise: Exercise) -> list[Mutant]:
    """The mutants of all that students write in an exercise."""
    solutions, stubs = solution_functions(lab), solution_functions(lab, _stub)
    return [
        mutant
        for name in exercise.functions
        for mutant in mutants(name, solutions[name], stubs.get(name, ""))
    ]


def _stub(text: str) -> str:
    return stub_text(text, "")


def _given(ours: ast.AST, stub: ast.AST) -> Iterator[ast.AST]:
    """The statements of a body that the stub's has as well, and the signatures of both."""
    theirs = list(getattr(stub, "body", ()))
    if isinstance(ours, ast.FunctionDef) and isinstance(stub, ast.FunctionDef):
        yield ours.args
    for node in getattr(ours, "body", ()):
        if any(ast.dump(node) == ast.dump(other) for other in theirs):
            yield node
            continue
        name = getattr(node, "name", None)
        for other in theirs:
            if name is not None and getattr(other, "name", None) == name:
                yield from _given(node, other)


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
    cases = list(cases)
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


def _killed(namespace: dict[str, Any], mutant: Mutant, cases: list[Case]) -> bool:
    try:
        answer = defined(mutant.source, mutant.function, namespace, f"mutant {mutant.text}")
    except Exception:
        return True
    with replaced(namespace, mutant.function, answer):
        for seed in SEEDS:
            for place, case in enumerate(cases):
                student = local_student(namespace, case.seed(seed))
                if not run_case(case, student, seconds=_CASE_SECONDS).passed:
                    cases.insert(0, cases.pop(place))  # it may well fail the next one, too
                    return True
    return False


def fitting(lab: Lab) -> str:
    """A hash of what results of mutants depend on: the code of the solution's functions, the
    examples in their docstrings and the checks. The same on every version of Python."""
    total = hashlib.sha256()
    for name, text in sorted(solution_functions(lab).items()):
        for start, end in reversed(docstring_spans(text)):
            text = text[:start] + text[end:]
        total.update(f"{name}\0{text}\0".encode())
    for example in lab_examples(lab):
        total.update(f"{example.function}\0{example.steps!r}\0".encode())
    for name in FILES.values():
        path = lab.folder / name
        total.update(path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b"-")
    return total.hexdigest()[:16]


def write_results(lab: Lab, reports: Mapping[str, MutantReport]) -> None:
    """Keep the results beside the lab; one line an exercise."""
    lines = []
    for number, report in reports.items():
        kept = dataclasses.asdict(report) | {"survivors": [m.text for m in report.survivors]}
        lines.append(f"{json.dumps(number)}: {json.dumps(kept)}")
    joined = ",\n".join(lines)
    text = f'{{"fits": "{fitting(lab)}",\n"exercises": {{\n{joined}\n}}}}\n'
    write_atomic(lab.folder / FILE, text)


def read_results(folder: str | Path) -> tuple[str, dict[str, MutantReport]] | None:
    """What `write_results` kept: the hash that it fits, and the report of each exercise; None
    without a file.

    Raises:
        LabSourceError: a file of another form.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        reports = {}
        for number, kept in data["exercises"].items():
            texts = kept.pop("survivors")
            survivors = [Mutant(text.partition(":")[0], text, "") for text in texts]
            reports[number] = MutantReport(**kept, survivors=survivors)
        return str(data["fits"]), reports
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabSourceError(
            f"{path}:1: expected what `coursekit labs verify --mutants` writes. Received: "
            f"{type(error).__name__}."
        ) from None


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
