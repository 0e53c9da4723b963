"""What the referee knows of a lab: its tests, the names to find, and the notebook as it was handed
out."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InvalidInputError
from coursekit.grading import cells
from coursekit.labs.author.notebook import build_notebook
from coursekit.labs.author.source import Lab, read_lab
from coursekit.labs.catalogue import FILE, Fingerprint, stored_catalogue
from coursekit.labs.exchange import checks

FILES = ("source.py", "test_public.py", "test_hidden.py", "mistakes.py")
_VERSIONS = (
    "coursekit",
    "numpy",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "scikit-learn",
    "scipy",
)


@dataclass
class GradedLab:
    """A lab ready to be graded. `wanted` is function -> exercise; `released` are the code cells
    that students were given; `seconds` is what the lab itself takes in fast mode."""

    folder: Path
    name: str
    title: str
    cases: list[checks.Case]
    wanted: dict[str, str]
    released: list[dict]
    preload: list[str]
    tests_hash: str
    environment_hash: str
    fingerprints: tuple[Fingerprint, ...] = ()
    seconds: float = 0.0

    @property
    def exercises(self) -> list[str]:
        """The exercises that have checks, in the order of the lab."""
        return list(
            dict.fromkeys(
                [*(e for e in self.wanted.values()), *(case.exercise for case in self.cases)]
            )
        )

    def max_points(self, exercise: str | None = None) -> float:
        """What an exercise, or the whole lab, is worth."""
        return round(
            sum(case.points for case in self.cases if exercise in (None, case.exercise)), 6
        )


def load(
    folder: str | Path, *, hidden: Iterable[str | Path] = (), only: str | None = None
) -> GradedLab:
    """Read a lab's source and tests.

    Args:
        folder: `labs/NN_topic`.
        hidden: more files with hidden tests, kept elsewhere.
        only: keep the tests of one exercise.

    Raises:
        InvalidInputError: if the lab has no tests, or `only` is not one of its exercises.
        LabSourceError: a fault in source or tests.
    """
    folder = Path(folder)
    lab = read_lab(folder)
    hidden = [Path(path) for path in hidden]
    found = [*checks.collect(folder, checks.PUBLIC), *checks.collect(folder, checks.HIDDEN)]
    for path in hidden:
        found += checks.collect_file(path, checks.HIDDEN)
    names = [case.name for case in found]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InvalidInputError(
            f"Expected test names that occur once in {folder.name}. Received twice: "
            f"{', '.join(doubled[:5])}."
        )
    if only is not None:
        found = checks.select(found, only)
    if not found:
        wanted = f"exercise {only}" if only else "any exercise"
        raise InvalidInputError(f"Expected tests for {wanted} in {folder}. Received: none.")
    order = list(
        dict.fromkeys([e.number for e in lab.exercises] + [case.exercise for case in found])
    )
    found.sort(key=lambda case: order.index(case.exercise))
    stored = stored_catalogue(folder / FILE)
    return GradedLab(
        folder,
        lab.name,
        lab.title,
        found,
        _wanted(lab),
        released_cells(lab),
        _imports(lab),
        _hash_files([folder / name for name in FILES] + hidden),
        environment_hash(),
        stored.fingerprints if stored else (),
        float(lab.meta["seconds"]["fast"]),
    )


def _wanted(lab: Lab) -> dict[str, str]:
    return {name: exercise.number for exercise in lab.exercises for name in exercise.functions}


def released_cells(lab: Lab) -> list[dict]:
    """The code cells that students were given: `{"source", "grade_id", "names"}`, `names` only
    where an answer is due."""
    wanted, found = set(_wanted(lab)), []
    for cell in cells.read(json.dumps(build_notebook(lab, "student")).encode(), "ipynb"):
        defined = {
            name
            for statement in cells.parse(cell["source"])[0]
            for name in cells.bound_names(statement)
        }
        names = sorted(defined & wanted) if "NotAnsweredYet(" in cell["source"] else []
        found.append({**cell, "names": names})
    return found


def _imports(lab: Lab) -> list[str]:
    """The modules that the lab imports, for the zygote to import once."""
    found: dict[str, None] = {"numpy": None}
    for cell in lab.cells:
        if cell.kind != "code":
            continue
        for node in ast.walk(ast.Module(cells.parse(cell.text)[0], [])):
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    if "keras" in found or any(name.startswith("coursekit.models") for name in found):
        found.update(
            dict.fromkeys(
                (
                    "keras",
                    "tensorflow.python.data.ops.range_op",
                    "tensorflow.python.data.ops.from_tensors_op",
                    "tensorflow.python.data.ops.zip_op",
                    "tensorflow.python.data.ops.flat_map_op",
                    "tensorflow.python.data.ops.concatenate_op",
                )
            )
        )
    return list(found)


def _hash_files(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """What a grade may depend on besides lab, submission and seed: Python, the processor, the
    versions of what the labs use."""
    found = {"Python": platform.python_version(), "processor": platform.machine()}
    for name in _VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def environment_hash() -> str:
    """A hash of `environment`."""
    return hashlib.sha256(json.dumps(environment(), sort_keys=True).encode()).hexdigest()
