"""What a student's copy knows of a lab without its source: exercises, names to define, counts of
checks, fingerprints of mistakes.

It is stored beside the notebook as `fingerprints.json`. It holds no code, no solution and no hidden
test.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from coursekit.errors import InvalidInputError
from coursekit.labs.author.namespace import replaced, solution_namespace
from coursekit.labs.author.source import Lab, read_lab
from coursekit.labs.exchange import checks
from coursekit.labs.feedback.mistakes import Mistake, fails, fingerprint, registered

FILE = "fingerprints.json"
_VERSION = 2


@dataclasses.dataclass(frozen=True)
class ExerciseEntry:
    """One exercise as the notebook needs it."""

    number: str
    title: str
    functions: tuple[str, ...]
    public: int
    hidden: int
    points: float


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """The behaviour of one known mistake under the public checks, and its hints."""

    exercise: str
    name: str
    hints: tuple[str, ...]
    behaviour: dict[str, list]


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """All that a notebook needs to know of its lab."""

    lab: str
    title: str
    exercises: dict[str, ExerciseEntry]
    fingerprints: tuple[Fingerprint, ...]
    digest: str


def digest(folder: str | Path) -> str:
    """A hash of the four files that people write; tells whether `fingerprints.json` is up to
    date."""
    total = hashlib.sha256(f"{_VERSION}".encode())
    for name in ("source.py", "test_public.py", "test_hidden.py", "mistakes.py"):
        path = Path(folder) / name
        total.update(
            name.encode() + (path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b"-")
        )
    return total.hexdigest()[:16]


def load_mistakes(folder: str | Path) -> list[Mistake]:
    """The mistakes of a lab; none if it has no `mistakes.py`."""
    path = Path(folder) / "mistakes.py"
    return registered(checks.load_module(path)) if path.is_file() else []


def exercise_entries(lab: Lab) -> dict[str, ExerciseEntry]:
    """The exercises of a lab with the counts and points of their checks."""
    public, hidden = (checks.collect(lab.folder, v) for v in (checks.PUBLIC, checks.HIDDEN))
    entries = {}
    for exercise in lab.exercises:
        ours = [checks.select(cases, exercise.number) for cases in (public, hidden)]
        points = round(sum(case.points for cases in ours for case in cases), 6)
        entries[exercise.number] = ExerciseEntry(
            exercise.number,
            exercise.title,
            tuple(exercise.functions),
            len(ours[0]),
            len(ours[1]),
            points,
        )
    return entries


def make_catalogue(lab: Lab, *, fingerprints: bool = True) -> Catalogue:
    """Build the catalogue; with `fingerprints`, by running every mistake under the public checks on
    the probe seeds."""
    prints: list[Fingerprint] = []
    if fingerprints:
        namespace = solution_namespace(lab)
        public = checks.collect(lab.folder, checks.PUBLIC)
        for entry in load_mistakes(lab.folder):
            with replaced(namespace, entry.function, entry.answer):
                seen = fingerprint(namespace, checks.select(public, entry.exercise))
            if fails(seen):
                prints.append(Fingerprint(entry.exercise, entry.name, entry.hints, seen))
    return Catalogue(lab.name, lab.title, exercise_entries(lab), tuple(prints), digest(lab.folder))


def catalogue_text(catalogue: Catalogue) -> str:
    """The catalogue as JSON, one mistake to a line."""
    head = {
        "version": _VERSION,
        "lab": catalogue.lab,
        "title": catalogue.title,
        "digest": catalogue.digest,
    }
    exercises = [
        json.dumps(dataclasses.asdict(e), ensure_ascii=False) for e in catalogue.exercises.values()
    ]
    prints = [
        json.dumps(dataclasses.asdict(f), ensure_ascii=False, separators=(",", ":"))
        for f in catalogue.fingerprints
    ]
    inner = json.dumps(head, ensure_ascii=False)[1:-1]
    return '{{{},\n"exercises": [\n{}\n],\n"fingerprints": [\n{}\n]}}\n'.format(
        inner,
        ",\n".join(exercises),
        ",\n".join(prints),
    )


def read_catalogue(folder: str | Path) -> Catalogue:
    """The catalogue of a lab's folder: `fingerprints.json` if it fits the source, otherwise made
    from the source.

    Beside a source that changed, the mistakes' fingerprints are those stored last.

    Raises:
        InvalidInputError: if the folder has neither a source nor a readable `fingerprints.json`.
    """
    folder = Path(folder)
    stored, has_source = stored_catalogue(folder / FILE), (folder / "source.py").is_file()
    if stored is not None and (not has_source or stored.digest == digest(folder)):
        return stored
    if not has_source:
        raise InvalidInputError(
            f"Expected {FILE} in {folder}. Received: none that can be read. Get the lab's "
            f"folder again."
        )
    fresh = make_catalogue(read_lab(folder), fingerprints=False)
    return fresh if stored is None else dataclasses.replace(fresh, fingerprints=stored.fingerprints)


def stored_catalogue(path: Path) -> Catalogue | None:
    """The catalogue in a `fingerprints.json`; None if there is none, or one of another version."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            return None
        exercises = {
            e["number"]: ExerciseEntry(**{**e, "functions": tuple(e["functions"])})
            for e in data["exercises"]
        }
        prints = tuple(
            Fingerprint(**{**f, "hints": tuple(f["hints"])}) for f in data["fingerprints"]
        )
        return Catalogue(data["lab"], data["title"], exercises, prints, data["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
