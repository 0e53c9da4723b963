"""From source to notebook: the student's, with stubs, and the solution. Same source, same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from coursekit.errors import InvalidInputError
from coursekit.labs.author._repository import colab_url, install_target
from coursekit.labs.author.source import BEGIN, Cell, Lab, solution_text, stub_text

KINDS = ("student", "solution")
_CHECK_NOTE = "  # NameError? Run the first code cells of this notebook again."
_INSTALL = """\
# Installs coursekit where it is missing, on Colab for example. What is there already, NumPy and TensorFlow above all, stays as it is.
import importlib.metadata
import importlib.util
import pathlib

if importlib.util.find_spec("coursekit") is None:
    there = {{str(d.name).lower(): d.version for d in importlib.metadata.distributions()}}
    pathlib.Path("keep.txt").write_text("\\n".join(f"{{name}}=={{version}}" for name, version in there.items() if name in {pinned}))
    %pip install --quiet --constraint keep.txt "{target}"

from coursekit import devices

devices.hush()  # TensorFlow starts without its lines; what goes wrong is still shown"""
_PINNED = (
    "numpy",
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "jax",
    "jaxlib",
    "torch",
    "scipy",
    "pandas",
    "scikit-learn",
    "matplotlib",
)


def build_notebook(
    lab: Lab, kind: str = "student", points: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """The notebook of a lab as plain data in nbformat 4.5, without outputs.

    Args:
        lab: the lab.
        kind: "student" (stubs) or "solution".
        points: per exercise number, the points of all its tests, for nbgrader's metadata.

    Raises:
        InvalidInputError: if `kind` is another word.
    """
    if kind not in KINDS:
        raise InvalidInputError(f"Expected kind 'student' or 'solution'. Received: {kind!r}.")
    cells: list[dict] = []
    ids: Counter[str] = Counter()
    front = _front(lab)
    first_code = next(
        (place for place, cell in enumerate(lab.cells) if cell.kind == "code"), len(lab.cells)
    )
    if lab.cells[0].kind == "markdown" and lab.cells[0].text.startswith("# "):
        badge, *rest = front
        front, body = [badge, lab.cells[0], *rest[1:]], lab.cells[1:first_code]
    else:
        body = lab.cells[:first_code]
    install = Cell(
        "code", _INSTALL.format(pinned=_PINNED, target=install_target()), {"tags": ["install"]}, 0
    )
    for cell in [*front, *body, install, *lab.cells[first_code:]]:
        cells.append(_cell(cell, lab, kind, points or {}, ids))
    metadata = {
        "coursekit": {"lab": lab.name, "kind": kind},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook_text(notebook: Mapping[str, Any]) -> str:
    """The notebook as JSON, the same text for the same notebook."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _front(lab: Lab) -> list[Cell]:
    badge = (
        f"[![Open In "
        f"Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab_url(lab.name)})"
    )
    meta = lab.meta
    seconds = meta["seconds"]
    lines = ["**In this lab you will**", "", *(f"- {goal}" for goal in meta["goals"]), ""]
    needs = meta["prerequisites"]
    lines += [f"**Before:** {'; '.join(needs) if isinstance(needs, list) else needs}.", ""]
    lines += [f"**Lecture:** {meta['lecture']}", ""]
    machine = f" Accelerator: {meta['accelerator']}." if meta.get("accelerator") else ""
    lines += [
        f"**Computing time:** about {seconds['cpu']} s on two CPU cores; {seconds['fast']} s "
        f"with `COURSEKIT_FAST=1` set."
        f"{machine} Each exercise has a `check`; run it as often as you like."
    ]
    title = f"# {lab.title}\n\n**{meta['question']}**"
    return [Cell("markdown", text, {}, 0) for text in (badge, title, "\n".join(lines))]


def _cell(
    cell: Cell, lab: Lab, kind: str, points: Mapping[str, float], ids: Counter[str]
) -> dict[str, Any]:
    text, metadata = cell.text, {k: v for k, v in cell.metadata.items() if k != "exercise"}
    if cell.role == "answer" or BEGIN in text:
        text = stub_text(text, cell.exercise or "") if kind == "student" else solution_text(text)
    if cell.role == "check" and re.fullmatch(r"(?:lab\.)?check\([^()]*\)", text.strip()):
        text = text.strip() + _CHECK_NOTE
    key = _key(cell, lab, ids)
    if cell.role in ("answer", "check"):
        metadata["nbgrader"] = _nbgrader(cell, key, points)
    made = {
        "cell_type": cell.kind,
        "id": key,
        "metadata": metadata,
        "source": text.splitlines(keepends=True),
    }
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made


def _key(cell: Cell, lab: Lab, ids: Counter[str]) -> str:
    """An id that stays the same while the cell's role, or else its first line, stays the same."""
    if cell.role:
        base = f"{cell.role}-{(cell.exercise or '').replace('.', '-')}"
    else:
        first = next((line for line in cell.text.splitlines() if line.strip()), "")
        base = "c-" + hashlib.sha256(f"{lab.name}|{cell.kind}|{first}".encode()).hexdigest()[:10]
    ids[base] += 1
    return base if ids[base] == 1 else f"{base}-{ids[base]}"


def _nbgrader(cell: Cell, key: str, points: Mapping[str, float]) -> dict[str, Any]:
    graded = cell.role == "check" and key.count("-") == 2
    metadata = {
        "grade": graded,
        "grade_id": key,
        "locked": cell.role == "check",
        "schema_version": 3,
        "solution": cell.role == "answer",
        "task": False,
    }
    if graded:
        worth = float(points.get(cell.exercise or "", 0))
        metadata["points"] = int(worth) if worth.is_integer() else worth
    return metadata
