"""A submission's cells: read from a notebook or a script, and sorted into what runs, what waits
until it is needed, what does not.

This runs in the sandboxed child, before any line of the student's is executed: reading a hostile
notebook can hurt nobody.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_CELLS = 2_000
MAX_SOURCE = 4_000_000
MOST_LEVELS = 200  # of one statement; Python's own walks over a tree recurse, up to 1,000 calls
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INNER_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_PERCENT = re.compile(r"^# %%(.*)$", re.MULTILINE)
_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[\w.\[\]]+\?{1,2}\s*|[\w, ]+=\s*[%!].*)$")
_OTHER_LANGUAGES = re.compile(r"^\s*%%(?!time\b|timeit\b|capture\b|prun\b)\w+")


class Unreadable(Exception):
    """The file is not a notebook or script with cells; the message is for the student."""


def read(data: bytes, kind: str) -> list[dict]:
    """The code cells of a submission as `{"source": str, "grade_id": str}`.

    Args:
        data: the file.
        kind: "ipynb" or "py".

    Raises:
        Unreadable: with a sentence that says what is wrong with the file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(
            "The file is not text in UTF-8. Save it again from Jupyter and hand that in."
        ) from None
    cells = _notebook_cells(text) if kind == "ipynb" else _script_cells(text)
    if sum(len(cell["source"]) for cell in cells) > MAX_SOURCE or len(cells) > MAX_CELLS:
        raise Unreadable(
            f"The code is longer than {MAX_SOURCE:,} characters or {MAX_CELLS:,} cells."
        )
    if not any(cell["source"].strip() for cell in cells):
        raise Unreadable("The notebook has no code cells.")
    return cells


def _notebook_cells(text: str) -> list[dict]:
    try:
        notebook = json.loads(text, parse_int=str)  # none is read, and int() refuses long ones
    except (ValueError, RecursionError):
        raise Unreadable(
            "The file is not a notebook: it is not JSON. Save it again from Jupyter and hand "
            "that in."
        ) from None
    if not isinstance(notebook, dict):
        raise Unreadable("The file is not a notebook: it holds no cells.")
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # nbformat 3 kept them in worksheets
        sheets = notebook.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        inside = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        cells = [cell for cells in inside if isinstance(cells, list) for cell in cells]
    found = []
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        source = "".join(map(str, source)) if isinstance(source, list) else source
        metadata = cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else ""
        if isinstance(source, str):
            found.append(
                {"source": source, "grade_id": grade_id if isinstance(grade_id, str) else ""}
            )
    if not cells:
        raise Unreadable("The notebook has no cells.")
    return found


def _script_cells(text: str) -> list[dict]:
    marks = list(_PERCENT.finditer(text))
    if not marks:
        return [{"source": text, "grade_id": ""}]
    cells = [{"source": text[: marks[0].start()], "grade_id": ""}]
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        if re.match(r"\s*\[(markdown|md|raw)\]", mark[1]):
            continue
        named = re.search(r'grade_id["\']?\s*[:=]\s*["\']([^"\']{1,200})["\']', mark[1])
        body = text[mark.end() : following.start() if following else len(text)]
        cells.append({"source": body.strip("\n"), "grade_id": named[1] if named else ""})
    return [cell for cell in cells if cell["source"].strip()]


def without_magics(source: str) -> str:
    """The cell as Python: lines for IPython become `pass`, and a cell in another language becomes
    empty."""
    if _OTHER_LANGUAGES.match(source):
        return ""
    lines = [
        _MAGIC.sub(r"\1pass", line) if "%" in line or "!" in line or "?" in line else line
        for line in source.split("\n")
    ]
    return "\n".join(lines)


def parse(source: str) -> tuple[list[ast.stmt], str]:
    """The statements of a cell and, if not all of it is Python, a sentence about that.

    Of a cell with a syntax error, the top-level blocks that are Python by themselves are kept. A
    statement of more than `MOST_LEVELS` levels is left out.
    """
    statements, problem = _parsed(source)
    flat = [statement for statement in statements if not _is_deep(statement)]
    if not problem and len(flat) < len(statements):
        line = next(s.lineno for s in statements if _is_deep(s))
        problem = f"the statement in line {line} has more than {MOST_LEVELS} levels."
    return flat, problem


def _is_deep(statement: ast.stmt) -> bool:
    level = [statement]
    for _ in range(MOST_LEVELS):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def _parsed(source: str) -> tuple[list[ast.stmt], str]:
    try:
        return ast.parse(source).body, ""
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        first = error
    try:
        return ast.parse(without_magics(source)).body, ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    kept, lines = [], without_magics(source).split("\n")
    starts = [
        i for i, line in enumerate(lines) if line[:1] not in (" ", "\t", "", ")", "]", "}", "#")
    ]
    starts = _with_decorators(lines, starts)
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        try:
            kept += ast.parse("\n" * begin + "\n".join(lines[begin:end])).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    place = f" in line {first.lineno}" if isinstance(first, SyntaxError) and first.lineno else ""
    return (
        kept,
        f"Python cannot read this cell: "
        f"{getattr(first, 'msg', None) or type(first).__name__}{place}.",
    )


def _with_decorators(lines: list[str], starts: list[int]) -> list[int]:
    return [
        i
        for place, i in enumerate(starts)
        if not (place and lines[starts[place - 1]].startswith("@"))
    ]


def _own_level(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement without those inside functions, classes and comprehensions."""
    yield node
    if isinstance(node, _INNER_SCOPES):
        return
    for child in ast.iter_child_nodes(node):
        yield from _own_level(child)


def bound_names(statement: ast.stmt) -> set[str]:
    """The global names that a statement binds."""
    names: set[str] = set()
    for node in _own_level(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _changed_names(statement: ast.stmt) -> set[str]:
    """Names whose value a statement changes in place: `x[0] = 1`, `x.append(2)`, `x += 1`."""
    names: set[str] = set()
    for node in _own_level(statement):
        inner = None
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            inner = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(statement, ast.Expr | ast.For)
        ):
            inner = node.func.value
        while isinstance(inner, ast.Subscript | ast.Attribute):
            inner = inner.value
        if isinstance(inner, ast.Name):
            names.add(inner.id)
    return names


def is_definition(statement: ast.stmt) -> bool:
    """Whether a statement imports or defines, also inside `if` or `try`; blocks under `with` and
    loops are experiments."""
    if isinstance(statement, ast.If | ast.Try):
        inner = [*statement.body, *statement.orelse, *getattr(statement, "finalbody", [])]
        inner += [s for handler in getattr(statement, "handlers", []) for s in handler.body]
        return any(map(is_definition, inner))
    return isinstance(statement, _DEFINITIONS)


def is_stub(node: ast.stmt, released: Iterable[str]) -> bool:
    """Whether a definition is the unanswered one: nothing but `raise NotAnsweredYet(...)`, or
    exactly as released."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    if isinstance(node, ast.ClassDef):
        return ast.dump(node) in released
    body = [
        s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    called = raised.func if isinstance(raised, ast.Call) else raised
    return (isinstance(called, ast.Name) and called.id == "NotAnsweredYet") or ast.dump(
        node
    ) in released


@dataclass
class CellPlan:
    """What happens with one cell. `mode`: "all", "definitions" or "skip"."""

    number: int
    statements: list[ast.stmt]
    mode: str
    handed_out: bool


@dataclass
class Plan:
    """What happens with all cells: which run, which statements wait until a name is missing, and
    what there is to say."""

    cells: list[CellPlan]
    providers: dict[str, list[int]]
    aliases: dict[str, str]
    answers: dict[str, dict]
    notes: list[str]


def make_plan(cells: list[dict], wanted: dict[str, str], released: list[dict]) -> Plan:
    """Sort the cells of a submission.

    Args:
        cells: as `read` gives them.
        wanted: function or class name -> exercise, in the lab's order.
        released: the lab's own code cells as handed out, `{"source", "grade_id", "names"}`.
    """
    same = {_squeezed(cell["source"]) for cell in released}
    stubs = {
        ast.dump(node)
        for cell in released
        for node in parse(cell["source"])[0]
        if is_definition(node)
    }
    parsed = [parse(cell["source"]) for cell in cells]
    notes: list[str] = []
    aliases = _aliases(cells, parsed, wanted, released, notes)
    looked_for = {*wanted, *aliases.values()}
    chosen = _chosen_definitions(parsed, looked_for, stubs, notes)
    plans, providers = [], {}
    for number, (cell, (statements, problem)) in enumerate(
        zip(cells, parsed, strict=True), start=1
    ):
        kept = [s for s in statements if not _is_passed_over(s, looked_for, chosen)]
        names = set().union(*map(bound_names, kept)) & looked_for
        has_definitions = any(map(is_definition, kept))
        handed_out = _squeezed(cell["source"]) in same
        mode = (
            "all"
            if (names or has_definitions) and not handed_out
            else "definitions"
            if has_definitions
            else "skip"
        )
        plans.append(CellPlan(number, kept, mode, handed_out))
        if problem:
            notes.append(f"Cell {number}: {problem}")
        for name in {n for s in kept for n in bound_names(s) | _changed_names(s)}:
            providers.setdefault(name, []).append(number - 1)
    bound_somewhere = (
        set().union(*(bound_names(s) for plan in plans for s in plan.statements))
        if plans
        else set()
    )
    providers = {name: numbers for name, numbers in providers.items() if name in bound_somewhere}
    return Plan(plans, providers, aliases, _answer_texts(plans, wanted, aliases, stubs), notes)


def _squeezed(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines() if line.strip())


def _aliases(cells, parsed, wanted, released, notes) -> dict[str, str]:
    """Names that are missing, found by `grade_id`: wanted name -> the name that the student's cell
    of that id defines."""
    defined = {name for statements, _ in parsed for s in statements for name in bound_names(s)}
    by_id = {
        cell["grade_id"]: cell["names"]
        for cell in released
        if cell.get("grade_id") and cell.get("names")
    }
    found: dict[str, str] = {}
    for cell, (statements, _) in zip(cells, parsed, strict=True):
        missing = [name for name in by_id.get(cell["grade_id"], ()) if name not in defined]
        others = [
            s.name
            for s in statements
            if isinstance(s, ast.FunctionDef | ast.ClassDef) and s.name not in wanted
        ]
        if len(missing) == 1 and others:
            found[missing[0]] = others[-1]
            notes.append(
                f"`{missing[0]}` was not found; `{others[-1]}` in its cell was taken for it."
            )
    return found


def _chosen_definitions(parsed, looked_for, stubs, notes) -> dict[str, ast.stmt | None]:
    """For each wanted name the last definition that is not the stub; None where there are only
    stubs."""
    chosen: dict[str, ast.stmt | None] = {}
    counts: dict[str, list[int]] = {}
    for number, (statements, _) in enumerate(parsed, start=1):
        for statement in statements:
            for name in bound_names(statement) & looked_for:
                chosen.setdefault(name, None)
                if not is_stub(statement, stubs):
                    chosen[name] = statement
                    counts.setdefault(name, []).append(number)
    for name, numbers in counts.items():
        if len(numbers) > 1:
            notes.append(
                f"`{name}` is written {len(numbers)} times (cells "
                f"{', '.join(map(str, numbers))}); the last one counts."
            )
    return chosen


def _is_passed_over(statement, looked_for, chosen) -> bool:
    """A stub below or above the student's own definition of the same name must not take its
    place."""
    names = bound_names(statement) & looked_for
    if len(names) != 1 or not isinstance(
        statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ):
        return False
    best = chosen.get(next(iter(names)))
    return best is not None and best is not statement and is_stub(statement, ())


def _answer_texts(plans, wanted, aliases, stubs) -> dict[str, dict]:
    """Per wanted name the student's text of it (at most 20,000 characters), for feedback and the
    report on similar answers."""
    texts: dict[str, dict] = {}
    for name in wanted:
        for plan in plans:
            for statement in plan.statements:
                if aliases.get(name, name) in bound_names(statement) and not is_stub(
                    statement, stubs
                ):
                    try:
                        texts[name] = {"cell": plan.number, "text": ast.unparse(statement)[:20_000]}
                    except (RecursionError, ValueError, MemoryError):
                        texts[name] = {"cell": plan.number, "text": ""}
    return texts


def is_builtin(name: str) -> bool:
    """Whether Python itself provides `name`."""
    return hasattr(builtins, name)
