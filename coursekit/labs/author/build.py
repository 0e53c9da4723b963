"""Write what is generated from a lab's four files, or say what is out of date."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from coursekit._files import write_atomic
from coursekit.errors import InvalidInputError, OutputError
from coursekit.labs.author._repository import Address, own_address
from coursekit.labs.author.catalogue import catalogue_text, digest, make_catalogue
from coursekit.labs.author.needs import block_names
from coursekit.labs.author.notebook import build_notebook, notebook_text
from coursekit.labs.author.source import Lab, read_lab
from coursekit.labs.catalogue import FILE, stored_catalogue
from coursekit.labs.exchange import checks


def build(folder: str | Path) -> list[Path]:
    """Write `NN_topic.ipynb` and `fingerprints.json` of one lab; returns the files that changed.

    The fingerprints are made anew only if one of the four files changed since they were written.
    """
    lab = read_lab(folder)
    changed = []
    notebook = lab.folder / f"{lab.name}.ipynb"
    changed += _write(notebook, student_notebook(lab, own_address()))
    prints = lab.folder / FILE
    stored = stored_catalogue(prints)
    if stored is None or stored.digest != digest(lab.folder):
        changed += _write(prints, catalogue_text(make_catalogue(lab)))
    elif stored.blocks != block_names(lab):
        fitting = dataclasses.replace(stored, blocks=block_names(lab))
        changed += _write(prints, catalogue_text(fitting))
    return changed


def stale(folder: str | Path) -> list[Path]:
    """The generated files of one lab that are missing or do not fit its source."""
    lab = read_lab(folder)
    found = []
    notebook = lab.folder / f"{lab.name}.ipynb"
    if not notebook.is_file() or notebook.read_text(encoding="utf-8") != student_notebook(
        lab, own_address()
    ):
        found.append(notebook)
    stored = stored_catalogue(lab.folder / FILE)
    if stored is None or stored.digest != digest(lab.folder) or stored.blocks != block_names(lab):
        found.append(lab.folder / FILE)
    return found


def student_notebook(lab: Lab, address: Address | None = None) -> str:
    """The text of the student notebook, for students who reach `address`."""
    return notebook_text(build_notebook(lab, "student", lab_points(lab), address=address))


def solution_notebook(lab: Lab) -> str:
    """The text of the solution notebook, its solutions between markers, as nbgrader takes it."""
    made = build_notebook(lab, "solution", lab_points(lab), address=own_address(), markers=True)
    return notebook_text(made)


def export(
    folder: str | Path, out: str | Path, *, kind: str = "student", overwrite: bool = False
) -> Path:
    """Write one notebook of a lab to the file `out`.

    Args:
        folder: the lab's folder, with its source.
        out: the notebook to write, `....ipynb`.
        kind: "student" or "solution".
        overwrite: replace what `out` holds already.

    Returns:
        `out` as a path.

    Raises:
        InvalidInputError: if `out` is called as no notebook is.
        OutputError: if `out` is there and holds something else, or cannot be written.
    """
    out = Path(out)
    if out.suffix != ".ipynb":
        raise InvalidInputError(
            f"Expected --out FILE.ipynb, a notebook. Received: {out}. Let its name end in .ipynb."
        )
    make = solution_notebook if kind == "solution" else student_notebook
    text = make(read_lab(folder))
    if os.path.lexists(out) and not overwrite and not _holds(out, text):
        raise OutputError(
            f"Expected a file that is not there yet. Received: {out}, which holds something else. "
            f"Choose another --out, or add --overwrite to replace it."
        )
    return write_atomic(out, text)


def lab_points(lab: Lab) -> dict[str, float]:
    """The points of each exercise, hidden checks included."""
    points: dict[str, float] = {exercise.number: 0.0 for exercise in lab.exercises}
    for visibility in (checks.PUBLIC, checks.HIDDEN):
        for case in checks.collect(lab.folder, visibility):
            points[case.exercise] = points.get(case.exercise, 0.0) + case.points
    return {number: round(value, 6) for number, value in points.items()}


def _write(path: Path, text: str) -> list[Path]:
    return [] if _holds(path, text) else [write_atomic(path, text)]


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")
