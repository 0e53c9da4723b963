"""Notebooks made to order from the toy labs, and short names for what is in a record."""

import ast
import json
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLAIN, TOY = HERE / "toy_lab" / "91_plain", HERE / "toy_lab" / "90_toy"


def needs(condition: bool, reason: str) -> None:
    """Skip where something is missing, but fail in CI, where it must not be."""
    if not condition:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def solutions(folder: Path) -> dict[str, str]:
    """Function -> the solution's source text."""
    from coursekit.labs.author.source import read_lab, solution_text

    found = {}
    for cell in read_lab(folder).cells:
        if cell.role == "answer":
            text = solution_text(cell.text)
            found |= {
                n.name: ast.get_source_segment(text, n)
                for n in ast.parse(text).body
                if isinstance(n, ast.FunctionDef)
            }
    return found


def notebook(
    folder: Path, answers: dict[str, str] | None = None, *, before=(), after=(), unanswered=()
) -> dict:
    """A student's notebook: the released one with right answers, those in `answers` replaced, cells
    put before and after.

    Each value of `answers` is the whole text that stands in place of the function.
    """
    from coursekit.labs.author.notebook import build_notebook
    from coursekit.labs.author.source import read_lab

    made = build_notebook(read_lab(folder), "student")
    texts = {**solutions(folder), **(answers or {})}
    for cell in made["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "raise NotAnsweredYet(" in source:
            names = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
            if not set(names) & set(unanswered):
                cell["source"] = "\n\n".join(texts[name] for name in names)
    cells = made["cells"]
    made["cells"] = [*map(code_cell, before), *cells, *map(code_cell, after)]
    return made


def code_cell(source: str) -> dict:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def write_notebook(path: Path, made: dict) -> Path:
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def points(record) -> dict[str, float]:
    """Exercise -> points, without the lab's number."""
    return {
        e.split(".")[1]: record.exercise_points(e)
        for e in dict.fromkeys(t.exercise for t in record.tests)
    }


def statuses(record, exercise: str) -> set[str]:
    return {t.status for t in record.tests if t.exercise.endswith(f".{exercise}")}
