"""A lab's source: one jupytext py:percent file, read into cells and exercises, with solutions that
can be taken out.

Every fault of form is a `LabSourceError` that starts with `file:line:`.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import re
import textwrap
import threading
from pathlib import Path
from typing import Any

from coursekit.errors import InvalidInputError, LabSourceError, MissingDependencyError
from coursekit.labs.author._percent import plain_cells

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_LAB_NAME = re.compile(r"(\d{2})_([a-z0-9]+(?:_[a-z0-9]+)*)")
_FIRST_EDITION = re.compile(r"^\*\*Exercise (\d+\.\d+[a-z]?)\*\*[ .:]*(.*)", re.MULTILINE)
_HEADING = re.compile(r"\A### Exercise (\d+\.\d+[a-z]?) · (\S.*)")
_NEARLY_A_HEADING = re.compile(r"^#{1,6} *Exercise\b.*", re.MULTILINE)
_PREDICT = re.compile(r"""\blab\.predict\(\s*["']([^"']*)["']""")
_CHECK = re.compile(r"""^\s*(?:lab\.)?check\(\s*["'](\d+\.\d+[a-z]?)["']""", re.MULTILINE)
# CPython 3.11 counts the depth of all threads' ast.parse in one place and then fails (gh-106905)
_PARSING = threading.Lock()
_REQUIRED = ("title", "question", "goals", "prerequisites", "lecture", "seconds")


@dataclasses.dataclass
class Cell:
    """One cell: `kind` "markdown" or "code", its text (markdown without the comment signs), its
    first line in the source."""

    kind: str
    text: str
    metadata: dict[str, Any]
    line: int
    exercise: str | None = None
    role: str = ""  # "", "prose", "predict", "answer" or "check"


@dataclasses.dataclass
class Exercise:
    """One exercise: its number, the words of its heading, the functions or classes that the student
    writes, and whether it has a heading at all (`### Exercise 9.1 · Words`)."""

    number: str
    title: str
    line: int
    functions: list[str] = dataclasses.field(default_factory=list)
    cells: list[Cell] = dataclasses.field(default_factory=list)
    checked: bool = False
    headed: bool = False


@dataclasses.dataclass
class Lab:
    """A lab as its source gives it."""

    folder: Path
    name: str
    number: int
    title: str
    meta: dict[str, Any]
    cells: list[Cell]
    exercises: list[Exercise]

    @property
    def second_edition(self) -> bool:
        """Whether every exercise begins with a heading; such a lab keeps the rules of `form`."""
        return bool(self.exercises) and all(exercise.headed for exercise in self.exercises)

    def exercise(self, number: str) -> Exercise:
        """The exercise with this number. Raises `InvalidInputError` if there is none."""
        for exercise in self.exercises:
            if exercise.number == number:
                return exercise
        known = ", ".join(e.number for e in self.exercises)
        raise InvalidInputError(
            f"Expected an exercise of {self.name}: {known}. Received: {number!r}."
        )

    @property
    def functions(self) -> list[str]:
        """All names that students write, in the order of the exercises."""
        return [name for exercise in self.exercises for name in exercise.functions]


def read_lab(folder: str | Path) -> Lab:
    """Read `folder/source.py`.

    Args:
        folder: a folder named `NN_topic`.

    Raises:
        LabSourceError: a fault in the source, with file and line.
        InvalidInputError: if the folder has no source or another kind of name.
    """
    folder = Path(folder)
    path = folder / "source.py"
    matched = _LAB_NAME.fullmatch(folder.resolve().name)
    if matched is None or not path.is_file():
        raise InvalidInputError(
            f"Expected a folder NN_topic with its source.py, which students' copies of a lab do not "
            f"hold. Received: {folder}. Run this in the course's own repository, or set "
            f"COURSEKIT_LABS to its labs."
        )
    with _PARSING:
        return parse_lab(path.read_text(encoding="utf-8"), path, folder.resolve().name)


def parse_lab(text: str, path: Path, name: str) -> Lab:
    """Read the text of a source. `path` is used in messages; see `read_lab`."""
    check_markers(text, path)
    meta = _header(text, path)
    cells = _cells(text, path)
    if not any(
        cell.kind == "code" and re.search(r"\bNotAnsweredYet\b", cell.text) for cell in cells
    ):
        raise LabSourceError(
            f"{path}:{cells[0].line}: expected `from coursekit import NotAnsweredYet` for the "
            f"stubs. Received: none."
        )
    number = int(name[:2])
    exercises = _exercises(cells, path, number)
    return Lab(path.parent, name, number, str(meta["title"]), meta, cells, exercises)


def check_markers(text: str, path: Path) -> list[tuple[int, int]]:
    """The solution regions of a source as pairs of 1-based line numbers (of BEGIN and END).

    Raises:
        LabSourceError: a marker that is unmatched, nested, misspelt, or nearly right (case,
            spacing, missing hash).
    """
    regions, opened = [], None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare == BEGIN:
            if opened is not None:
                raise LabSourceError(
                    f"{path}:{number}: expected {END!r} for line {opened} first. Received: a "
                    f"nested {BEGIN!r}."
                )
            opened = number
        elif bare == END:
            if opened is None:
                raise LabSourceError(
                    f"{path}:{number}: expected a {BEGIN!r} before. Received: {END!r} without one."
                )
            if number == opened + 1:
                raise LabSourceError(
                    f"{path}:{number}: expected a solution between the markers. Received: nothing."
                )
            regions.append((opened, number))
            opened = None
        elif intended := _near_miss(bare):
            raise LabSourceError(
                f"{path}:{number}: expected {intended!r} on a line of its own. Received: "
                f"{bare[:80]!r}."
            )
    if opened is not None:
        raise LabSourceError(
            f"{path}:{opened}: expected {END!r} after this line. Received: the end of the file."
        )
    return regions


def _near_miss(line: str) -> str | None:
    """The marker that a line seems to mean, or None."""
    if "#" in line and not line.startswith("#"):
        line = line[line.index("#") :]
    elif not line.startswith("#") and not re.fullmatch(r"[A-Za-z_ -]+:?", line):
        return None
    words = re.findall(r"[a-z]+", line.lower())
    joined = "".join(words)
    if not words or len(joined) > 30:
        return None
    for marker, keys in ((BEGIN, ("begin", "start")), (END, ("end", "stop"))):
        ideal = marker.split()[1].lower() + "solution"
        if joined in (ideal, ideal + "s") or (
            len(words) <= 3 and difflib.SequenceMatcher(None, joined, ideal).ratio() >= 0.87
        ):
            if joined in ("solution", "solutions"):
                continue
            return marker
        if (
            len(words) == 2
            and any(_close(w, k) for w in words for k in keys)
            and any(_close(w, "solution") for w in words)
        ):
            return marker
    return None


def _close(word: str, key: str) -> bool:
    return difflib.SequenceMatcher(None, word, key).ratio() >= (0.75 if len(key) > 4 else 0.8)


def stub_text(cell_text: str, exercise: str) -> str:
    """A cell's text with each solution region replaced by `raise NotAnsweredYet("Exercise N")`."""
    kept: list[str] = []
    region: list[str] | None = None
    for line in cell_text.splitlines():
        bare = line.strip()
        if bare == BEGIN:
            region = []
        elif bare == END and region is not None:
            body = next((r for r in region if r.strip() and not r.strip().startswith("#")), "    ")
            indent = body[: len(body) - len(body.lstrip())]
            kept.append(f'{indent}raise NotAnsweredYet("Exercise {exercise}")')
            region = None
        elif region is not None:
            region.append(line)
        else:
            kept.append(line)
    return "\n".join(kept)


def solution_text(cell_text: str) -> str:
    """A cell's text without the marker lines."""
    return "\n".join(line for line in cell_text.splitlines() if line.strip() not in (BEGIN, END))


def solution_lines(lab: Lab) -> set[str]:
    """The lines inside solution regions that are telling (over 12 characters) and stand in no code
    that students are given."""
    inside, outside = set(), set()
    for cell in lab.cells:
        if cell.kind != "code":
            continue
        hidden = False
        for line in map(str.strip, cell.text.splitlines()):
            if line in (BEGIN, END):
                hidden = line == BEGIN
            elif line:
                (inside if hidden else outside).add(line)
    return {line for line in inside - outside if len(line) > 12 and not line.startswith("#")}


def _header(text: str, path: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise MissingDependencyError(
            "Reading lab sources needs PyYAML: install coursekit with its extra [labs]."
        ) from error
    matched = re.match(r"# ---\n((?:#.*\n)+?)# ---\n", text)
    if matched is None:
        raise LabSourceError(
            f"{path}:1: expected a header between two lines '# ---'. Received: none."
        )
    try:
        header = yaml.safe_load(textwrap.dedent(re.sub(r"(?m)^# ?", "", matched[1])))
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise LabSourceError(
            f"{path}:{line}: expected YAML in the header. Received: "
            f"{getattr(error, 'problem', error)}."
        ) from None
    meta = header.get("coursekit") if isinstance(header, dict) else None
    if not isinstance(meta, dict):
        raise LabSourceError(
            f"{path}:2: expected the key 'coursekit:' in the header. Received: "
            f"{sorted(header or [])}."
        )
    missing = [key for key in _REQUIRED if not meta.get(key)]
    if missing:
        raise LabSourceError(
            f"{path}:2: expected {', '.join(missing)} in the header. Received: {', '.join(meta)}."
        )
    seconds = meta["seconds"]
    if not isinstance(seconds, dict) or not {"cpu", "fast"} <= set(seconds):
        raise LabSourceError(
            f"{path}:2: expected seconds: {{cpu: N, fast: N}} in the header. Received: {seconds!r}."
        )
    return meta


def _cells(text: str, path: Path) -> list[Cell]:
    body = re.sub(r"\A# ---\n(?:#.*\n)+?# ---\n", lambda m: "\n" * m[0].count("\n"), text)
    starts = [n for n, line in enumerate(body.splitlines(), start=1) if re.match(r"# %%", line)]
    if not starts:
        raise LabSourceError(f"{path}:1: expected cells that start with '# %%'. Received: none.")
    before = "".join(line for line in body.splitlines()[: starts[0] - 1]).strip()
    if before:
        raise LabSourceError(
            f"{path}:{starts[0]}: expected nothing between the header and the first cell. "
            f"Received: code."
        )
    read = plain_cells(body.lstrip("\n")) or _read_by_jupytext(body.lstrip("\n"))
    if len(read) != len(starts):
        raise LabSourceError(
            f"{path}:{starts[0]}: expected {len(starts)} cells. Received: {len(read)}; is '# "
            f"%%' inside a text?"
        )
    return [Cell(*cell, line) for cell, line in zip(read, starts, strict=True)]


def _read_by_jupytext(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    try:
        import jupytext
    except ImportError as error:
        raise MissingDependencyError(
            "Reading lab sources needs jupytext: install coursekit with its extra [labs]."
        ) from error
    cells = jupytext.reads(text, fmt="py:percent").cells
    return [
        (c.cell_type, c.source, _metadata(c))
        for c in cells
        if c.cell_type in ("markdown", "code", "raw")
    ]


def _metadata(cell: Any) -> dict[str, Any]:
    return {key: value for key, value in cell.metadata.items() if not key.startswith("lines_to")}


def _exercises(cells: list[Cell], path: Path, lab_number: int) -> list[Exercise]:
    found: dict[str, Exercise] = {}
    current: Exercise | None = None
    for cell in cells:
        heading = _heading(cell, path) if cell.kind == "markdown" else None
        number = heading[1] if heading else cell.metadata.get("exercise")
        if number is not None:
            number = str(number)
            if heading and number in found:
                raise LabSourceError(
                    f"{path}:{cell.line}: expected a new exercise number. Received: {number} again."
                )
            if int(number.split(".")[0]) != lab_number:
                raise LabSourceError(
                    f"{path}:{cell.line}: expected an exercise {lab_number}.N. Received: {number}."
                )
            current = found.setdefault(number, Exercise(number, "", cell.line))
            if heading:
                current.headed = heading.re is _HEADING
                current.title = _title(heading[2])
            cell.role = "prose" if cell.kind == "markdown" else ""
        if cell.kind == "markdown":
            cell.exercise = number
            if BEGIN in cell.text:
                raise LabSourceError(
                    f"{path}:{cell.line}: expected a solution in a code cell. Received: one in "
                    f"prose."
                )
            continue
        checked = _CHECK.findall(cell.text)
        if BEGIN in cell.text:
            if current is None:
                raise LabSourceError(
                    f"{path}:{cell.line}: expected '### Exercise {lab_number}.1 · A few words' "
                    f"before a solution. Received: none."
                )
            cell.exercise, cell.role = current.number, "answer"
            current.cells.append(cell)
            current.functions += _answer_names(cell, path, current.number)
        elif checked:
            cell.exercise, cell.role = checked[0], "check"
        elif predicted := _PREDICT.search(cell.text):
            cell.exercise, cell.role = predicted[1], "predict"
        for number in checked:
            if number not in found:
                raise LabSourceError(
                    f"{path}:{cell.line}: expected check() of an exercise above. Received: "
                    f"{number}."
                )
            found[number].checked = True
    return _complete(list(found.values()), path)


def _complete(exercises: list[Exercise], path: Path) -> list[Exercise]:
    from coursekit.labs.exchange.student import RESERVED_NAMES

    names: dict[str, str] = {}
    for exercise in exercises:
        where = f"{path}:{exercise.line}"
        if not exercise.functions:
            raise LabSourceError(
                f"{where}: expected a code cell with {BEGIN!r} for exercise {exercise.number}. "
                f"Received: none."
            )
        if not exercise.checked:
            raise LabSourceError(
                f'{where}: expected a cell check("{exercise.number}") after the exercise. '
                f"Received: none."
            )
        for name in exercise.functions:
            if name in names:
                raise LabSourceError(
                    f"{where}: expected a new name. Received: {name!r}, also in exercise "
                    f"{names[name]}."
                )
            if name in RESERVED_NAMES:
                raise LabSourceError(
                    f"{where}: expected a name that `student` does not use itself. Received: "
                    f"{name!r}."
                )
            names[name] = exercise.number
    return exercises


def _answer_names(cell: Cell, path: Path, exercise: str) -> list[str]:
    """The top-level functions and classes of a cell that hold solution regions; each region lies
    inside a function."""
    try:
        tree = ast.parse(cell.text)
        ast.parse(stub_text(cell.text, exercise))
    except SyntaxError as error:
        raise LabSourceError(
            f"{path}:{cell.line + (error.lineno or 1)}: expected Python. Received: {error.msg}."
        ) from None
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    tops = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    names: list[str] = []
    for offset, line in enumerate(cell.text.splitlines(), start=1):
        if line.strip() != BEGIN:
            continue
        if not any(n.lineno < offset <= n.end_lineno for n in scopes):
            raise LabSourceError(
                f"{path}:{cell.line + offset}: expected {BEGIN!r} inside a function. Received: "
                f"one outside."
            )
        names += [n.name for n in tops if n.lineno < offset <= n.end_lineno and n.name not in names]
    return names


def _heading(cell: Cell, path: Path) -> re.Match | None:
    """The heading of an exercise in a cell of prose: the cell's first line, or, in labs of the first
    edition, a paragraph that begins with bold words."""
    matched = _HEADING.match(cell.text) or _FIRST_EDITION.search(cell.text)
    if matched is None and (nearly := _NEARLY_A_HEADING.search(cell.text)):
        line = cell.line + 1 + cell.text[: nearly.start()].count("\n")
        raise LabSourceError(
            f"{path}:{line}: expected '### Exercise 9.1 · A few words' as the first line of its "
            f"cell. Received: {nearly[0][:80]!r}."
        )
    return matched


def _title(text: str) -> str:
    """The first sentence after the exercise's number, without markup."""
    return re.sub(r"[*`$]", "", re.split(r"(?<=[.?!])\s", text.strip(), maxsplit=1)[0])[:80]
