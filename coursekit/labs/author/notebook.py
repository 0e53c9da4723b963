"""From source to notebook: the student's, with stubs, and the solution. Same source, same bytes."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.errors import InvalidInputError
from coursekit.labs.author._repository import Address
from coursekit.labs.author.source import BEGIN, Cell, Lab, solution_text, stub_text

KINDS = ("student", "solution")
_CHECK_NOTE = "  # NameError? Run the first code cells of this notebook again."
_INSTALL = """\
# @title Set up: run this cell first
# Installs what is missing here and nothing else: what is there already, NumPy and
# TensorFlow above all, stays as it is.
import importlib.metadata
import importlib.util
import pathlib

wanted = {wanted}
{finder}missing = [name for name in wanted if importlib.util.find_spec(name) is None]
{backend}if missing:
    there = {{str(d.name).lower(): d.version for d in importlib.metadata.distributions()}}
    kept = (
        "numpy tensorflow tensorflow-cpu keras jax jaxlib torch scipy pandas "
        "scikit-learn matplotlib ipython ipykernel ipywidgets"
    )
    lines = [f"{{name}}=={{there[name]}}" for name in kept.split() if name in there]
    pathlib.Path("keep.txt").write_text("\\n".join(lines))
    targets = " ".join(f'"{{wanted[name]}}"' for name in missing)
    %pip install --quiet --constraint keep.txt {{targets}}

from coursekit import devices

devices.hush()  # TensorFlow starts without its lines; what goes wrong is still shown"""
_FOLDED = {"tags": ["install"], "jupyter": {"source_hidden": True}, "cellView": "form"}
"""A cell whose code JupyterLab and Colab keep folded; in Colab its title stays."""
_FIND_WHEEL = """\
if importlib.util.find_spec("coursekit") is None:
    here = pathlib.Path().resolve()
    wheels = [*here.glob("coursekit-*.whl"), *here.parent.glob("coursekit-*.whl")]
    if not wheels:
        raise ModuleNotFoundError(
            "coursekit is not installed. Put the wheel that you were given, "
            "coursekit-....whl, beside this notebook and run this cell again; or install "
            "the folder that you were given: %pip install FOLDER"
        )
    wanted["coursekit"] = str(wheels[0])
"""
_BACKEND = """\
if not any(map(importlib.util.find_spec, ("tensorflow", "jax", "torch"))):
    wanted["tensorflow"] = "tensorflow>=2.18"
    missing.append("tensorflow")
"""
_EXTRAS = {"pytest": "pytest>=8.0", "ipywidgets": "ipywidgets>=7.7"}
_ANYWIDGET = re.compile(r"\b(?:anywidget|DigitPad|Duel|PenPad|Playground)\b")
_KERAS = re.compile(r"\bkeras\b")
_IMPORTS_KERAS = re.compile(r"^\s*(?:import|from) keras\b", re.MULTILINE)
_PART = re.compile(r"\bcoursekit\.(\w+)")
_PARTS = re.compile(r"^\s*from coursekit import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


def build_notebook(
    lab: Lab,
    kind: str = "student",
    points: Mapping[str, float] | None = None,
    *,
    address: Address | None = None,
    markers: bool = False,
) -> dict[str, Any]:
    """The notebook of a lab as plain data in nbformat 4.5, without outputs.

    Args:
        lab: the lab.
        kind: "student" (stubs) or "solution".
        points: per exercise number, the points of all its tests, for nbgrader's metadata.
        address: the repository that the badge opens and the first cell installs from; without one
            there is no badge, and the first cell takes a wheel from beside the notebook.
        markers: keep the lines `### BEGIN SOLUTION` and `### END SOLUTION` in a solution, from which
            nbgrader makes stubs.

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
    body = lab.cells[:first_code]
    if lab.cells[0].kind == "markdown" and lab.cells[0].text.startswith("# "):
        front[0], body = lab.cells[0], lab.cells[1:first_code]
    if address is not None and (badge := address.badge(lab.name)):
        front.insert(0, Cell("markdown", badge, {}, 0))
    install = Cell("code", _install_text(lab, address), dict(_FOLDED), 0)
    for cell in [*front, *body, install, *lab.cells[first_code:]]:
        cells.append(_cell(cell, lab, kind, points or {}, ids, markers))
    metadata = {
        "coursekit": {"lab": lab.name, "kind": kind},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "name": "python"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook_text(notebook: Mapping[str, Any]) -> str:
    """The notebook as JSON, the same text for the same notebook."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def cell_sources(text: str) -> tuple[dict[str, Any], list[str]]:
    """A notebook's text as plain data, and the source of each of its cells.

    Raises:
        InvalidInputError: if it is the text of no notebook.
    """
    try:
        notebook = json.loads(text)
        return notebook, ["".join(cell["source"]) for cell in notebook["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError(
            f"Expected the text of a notebook. Received: {text[:40]!r}. Save it again in Jupyter."
        ) from error


def _front(lab: Lab) -> list[Cell]:
    """Title and what to expect."""
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
        f"{machine} Each exercise has a `check`; run it as often as you like. Your functions leave "
        f"the arrays and lists that they are given as they were."
    ]
    title = f"# {lab.title}\n\n**{meta['question']}**"
    return [Cell("markdown", text, {}, 0) for text in (title, "\n".join(lines))]


def _install_text(lab: Lab, address: Address | None) -> str:
    """The first code cell: what this lab needs besides what is there."""
    code = "\n".join(cell.text for cell in lab.cells if cell.kind == "code")
    wanted = dict(_EXTRAS)
    if _ANYWIDGET.search(code):
        wanted["anywidget"] = "anywidget>=0.9"
    if address is not None:
        wanted["coursekit"] = address.target
    return _INSTALL.format(
        wanted=_dict_lines(wanted),
        finder=_FIND_WHEEL if address is None else "",
        backend=_BACKEND if _needs_keras(lab, code) else "",
    )


def _needs_keras(lab: Lab, code: str) -> bool:
    """Whether the lab names Keras, or a part of coursekit that imports it, itself or in what it
    draws with."""
    figures = lab.folder / "figures.py"
    if figures.is_file():
        code += "\n" + figures.read_text(encoding="utf-8")
    several = " ".join("".join(names) for names in _PARTS.findall(code))
    named = {*_PART.findall(code), *re.findall(r"\w+", several)}
    return bool(_KERAS.search(code) or named & _parts_with_keras())


@functools.cache
def _parts_with_keras() -> frozenset[str]:
    """The parts of coursekit in which a module imports Keras."""
    root = Path(__file__).parents[2]
    return frozenset(
        path.relative_to(root).parts[0].removesuffix(".py")
        for path in root.rglob("*.py")
        if _IMPORTS_KERAS.search(path.read_text(encoding="utf-8"))
    )


def _dict_lines(values: Mapping[str, str]) -> str:
    inner = "".join(f'    "{key}": "{value}",\n' for key, value in values.items())
    return f"{{\n{inner}}}"


def _cell(
    cell: Cell,
    lab: Lab,
    kind: str,
    points: Mapping[str, float],
    ids: Counter[str],
    markers: bool,
) -> dict[str, Any]:
    text, metadata = cell.text, {k: v for k, v in cell.metadata.items() if k != "exercise"}
    if cell.role == "answer" or BEGIN in text:
        if kind == "student":
            text = stub_text(text, cell.exercise or "")
        elif not markers:
            text = solution_text(text)
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
