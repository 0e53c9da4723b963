"""A student's notebook, edited as a student would: answers of the solution, or a known mistake of
the lab, put into the cells."""

import ast
import copy
import json
from pathlib import Path

LABS = Path(__file__).parents[2] / "labs"
CANVAS_HEAD = (
    "Student,ID,SIS User ID,SIS Login ID,Section,{title} (1234),Final Score\n    "
    "Points Possible,,,,,{most:g},(read only)\n"
)


def released(lab: str) -> dict:
    """The student notebook as it lies in the repository."""
    return json.loads((LABS / lab / f"{lab}.ipynb").read_text(encoding="utf-8"))


def solutions(lab: str) -> dict[str, str]:
    """`grade_id` of each answer cell -> the solution's text."""
    from coursekit.labs.author.build import solution_notebook
    from coursekit.labs.author.source import read_lab

    cells = json.loads(solution_notebook(read_lab(LABS / lab)))["cells"]
    return {_grade_id(cell): "".join(cell["source"]) for cell in cells if _grade_id(cell)}


def mistaken(lab: str, name: str) -> tuple[str, str]:
    """The function that a known mistake replaces, and its source text with the helpers that it
    uses."""
    from coursekit.labs.author.mistakes import load_mistakes

    known = next(entry for entry in load_mistakes(LABS / lab) if entry.name == name)
    if known.text:
        return known.function, known.text
    text = (LABS / lab / "mistakes.py").read_text(encoding="utf-8")
    top = ast.parse(text).body
    helpers = {n.name: n for n in top if isinstance(n, ast.FunctionDef) and not n.decorator_list}
    found = next(
        n
        for n in top
        if isinstance(n, ast.FunctionDef)
        and any(d.lineno <= known.line <= n.lineno for d in n.decorator_list)
    )
    needed, todo = {}, [found]
    while todo:
        used = {n.id for n in ast.walk(todo.pop()) if isinstance(n, ast.Name)}
        fresh = {key: helpers[key] for key in used & set(helpers) - set(needed)}
        needed |= fresh
        todo += fresh.values()
    lines = text.splitlines()
    parts = [n for key, n in helpers.items() if key in needed] + [found]
    return found.name, "\n\n\n".join("\n".join(lines[n.lineno - 1 : n.end_lineno]) for n in parts)


def edited(
    lab: str,
    *,
    mistakes: tuple[str, ...] = (),
    unanswered: tuple[str, ...] = (),
    answers: dict[str, str] | None = None,
):
    """The student notebook with right answers, but for the mistakes named and the exercises left
    unanswered.

    `answers` gives other text for whole answer cells: {"5.3": "def confusion_matrix(..."}.
    """
    made, right = copy.deepcopy(released(lab)), solutions(lab)
    wrong = [mistaken(lab, name) for name in mistakes]
    for cell in made["cells"]:
        key = _grade_id(cell)
        if not key or "raise NotAnsweredYet(" not in "".join(cell["source"]):
            continue
        exercise = key.removeprefix("answer-").replace("-", ".")
        if exercise in unanswered:
            continue
        text = (answers or {}).get(exercise, right[key])
        for function, source in wrong:
            text = _replaced(text, function, source)
        cell["source"] = text.splitlines(keepends=True)
    return made


def write(path: Path, notebook: dict) -> Path:
    """Write a notebook, making its folder where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def canvas_roster(path: Path, title: str, most: float, students: dict[str, str]) -> Path:
    """A roster as Canvas exports it, `students` being login -> "Last, First"."""
    lines = [
        f'"{name}",{4000 + i},S{i:03},{login},Monday,,'
        for i, (login, name) in enumerate(students.items())
    ]
    path.write_text(
        CANVAS_HEAD.format(title=title, most=most) + "\n".join(lines) + "\n", encoding="utf-8"
    )
    return path


def _grade_id(cell: dict) -> str:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")


def _replaced(text: str, function: str, source: str) -> str:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines = text.splitlines()
            return "\n".join([*lines[: node.lineno - 1], source, *lines[node.end_lineno :]])
    return text
