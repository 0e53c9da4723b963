"""A student's own state: which exercises in a folder of notebooks are answered, and which pass
their public checks."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import json
from pathlib import Path

from coursekit.errors import CoursekitError, InvalidInputError, MissingDependencyError
from coursekit.labs.author.namespace import run_definitions
from coursekit.labs.author.source import read_lab
from coursekit.labs.find import find_lab
from coursekit.labs.session import LabSession

_WORDS = {
    "passed": "passes its public checks",
    "failed": "answered, does not pass yet",
    "not-answered": "to do",
    "missing": "to do",
}


@dataclasses.dataclass(frozen=True)
class ExerciseState:
    """One exercise of one notebook. `state`: passed, failed, not-answered or missing."""

    notebook: Path
    lab: str
    number: str
    title: str
    state: str


def notebook_states(path: str | Path) -> list[ExerciseState]:
    """The state of each exercise of one notebook (`.ipynb`). Runs its definitions, not its other
    cells.

    Raises:
        InvalidInputError: if the file is no notebook of a lab that can be found.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        cells = ["".join(c["source"]) for c in data["cells"] if c["cell_type"] == "code"]
        name = data["metadata"].get("coursekit", {}).get("lab") or _opened(cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"Expected a Jupyter notebook. Received: {path}: {type(error).__name__}."
        ) from None
    if not name:
        raise InvalidInputError(
            f'Expected a notebook with open_lab("NN_topic"). Received: {path}, without it.'
        )
    beside = path.parent / "test_public.py"
    folder = path.parent if beside.is_file() else find_lab(name)
    namespace = run_definitions(_parsable(cells), path.name)
    session = LabSession(folder, namespace=namespace)
    return [
        ExerciseState(
            path,
            session.name,
            entry.number,
            entry.title,
            session._check(entry.number, namespace, 0, None).state,
        )
        for entry in session.catalogue.exercises.values()
    ]


def print_status(folder: str | Path, console) -> None:
    """Print the state of all lab notebooks in `folder` and its sub-folders to a rich console, each
    as soon as it is known, and one line at the end.

    Raises:
        MissingDependencyError: without pytest, which the checks are written with.
        InvalidInputError: if there is no lab notebook.
    """
    if importlib.util.find_spec("pytest") is None:
        raise MissingDependencyError("Checking needs pytest: run `pip install pytest`.")
    folder = Path(folder)
    candidates = (
        [folder]
        if folder.is_file()
        else sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    )
    passing = known = notebooks = 0
    for path in candidates:
        try:
            with console.status(f"{path}: running its checks"):
                states = notebook_states(path)
        except CoursekitError:
            continue
        _print_notebook(path, states, console)
        if strength := _strength(path.parent):
            console.print(strength)
        notebooks += 1
        known += len(states)
        passing += sum(state.state == "passed" for state in states)
    if not notebooks:
        raise InvalidInputError(
            f"Expected a folder with lab notebooks. Received: {folder}, which has none."
        )
    console.print(
        f"{passing} of {known} exercises in {notebooks} notebook{'s' if notebooks != 1 else ''} "
        f"pass their public checks; hidden checks run at grading."
    )


def _print_notebook(path: Path, states: list[ExerciseState], console) -> None:
    from rich.table import Table

    passing = sum(state.state == "passed" for state in states)
    title = f"{path}: {passing} of {len(states)} pass their public checks"
    table = Table(title=title, title_justify="left")
    for column in ("exercise", "about", "state"):
        table.add_column(column)
    for state in states:
        table.add_row(state.number, state.title, _WORDS.get(state.state, state.state))
    console.print(table)


def _strength(folder: Path) -> str:
    """How many small changes of the solution the checks of a lab fail, where its author's files lie
    beside the notebook."""
    from coursekit.labs.author.mutants import FILE, fitting, read_results

    stored = read_results(folder)
    if stored is None or not (folder / "source.py").is_file():
        return ""
    fits, reports = stored
    killed, tried = (sum(getattr(r, k) for r in reports.values()) for k in ("killed", "tried"))
    share = f" ({killed / tried:.0%})" if tried else ""
    late = (
        "" if fits == fitting(read_lab(folder)) else f"; {FILE} is of an earlier state of the lab"
    )
    return f"Its checks fail {killed} of {tried} small changes of the solution{share}{late}."


def _opened(cells: list[str]) -> str:
    for text in _parsable(cells):
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "open_lab"
                and node.args
            ):
                return str(getattr(node.args[0], "value", ""))
    return ""


def _parsable(cells: list[str]) -> list[str]:
    """The cells that are Python, magics blanked out; one with a syntax error counts as not
    there."""
    kept = []
    for text in cells:
        plain = "\n".join(_without_magic(line) for line in text.splitlines())
        try:
            ast.parse(plain)
        except SyntaxError:
            continue
        kept.append(plain)
    return kept


def _without_magic(line: str) -> str:
    bare = line.lstrip()
    return line[: len(line) - len(bare)] + "pass" if bare.startswith(("%", "!")) else line
