"""Make what a student's copy knows of a lab: run every known mistake and write down how it behaves."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from coursekit.labs.author.examples import lab_examples
from coursekit.labs.author.mistakes import (
    Mistake,
    composed,
    load_mistakes,
    solution_functions,
    standing_in,
)
from coursekit.labs.author.namespace import solution_namespace
from coursekit.labs.author.needs import block_names
from coursekit.labs.author.source import Lab, read_lab
from coursekit.labs.catalogue import (
    FILE,
    VERSION,
    Catalogue,
    ExerciseEntry,
    stored_catalogue,
)
from coursekit.labs.exchange import checks
from coursekit.labs.feedback.mistakes import Fingerprint, behaviour, fails, fingerprint, telling


def digest(folder: str | Path) -> str:
    """A hash of the four files that people write; tells whether `fingerprints.json` is up to
    date."""
    total = hashlib.sha256(f"{VERSION}".encode())
    for name in ("source.py", "test_public.py", "test_hidden.py", "mistakes.py"):
        path = Path(folder) / name
        total.update(
            name.encode() + (path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b"-")
        )
    return total.hexdigest()[:16]


def exercise_entries(lab: Lab) -> dict[str, ExerciseEntry]:
    """The exercises of a lab with the counts and points of their checks."""
    public = checks.collect(lab.folder, checks.PUBLIC, examples=lab_examples(lab))
    hidden = checks.collect(lab.folder, checks.HIDDEN)
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
        public = checks.collect(lab.folder, checks.PUBLIC, examples=lab_examples(lab))
        right = {
            exercise.number: behaviour(namespace, checks.select(public, exercise.number))
            for exercise in lab.exercises
        }
        entries = load_mistakes(lab.folder, lab)
        for entry in [*entries, *composed(entries, solution_functions(lab))]:
            with standing_in(namespace, entry):
                seen = fingerprint(namespace, checks.select(public, entry.exercise))
            if fails(seen):
                prints.append(_print(entry, seen, right[entry.exercise]))
    return Catalogue(
        lab.name,
        lab.title,
        exercise_entries(lab),
        tuple(prints),
        digest(lab.folder),
        block_names(lab),
        tuple(lab_examples(lab)),
    )


def _print(entry: Mistake, seen: dict[str, list], right: dict[str, list]) -> Fingerprint:
    return Fingerprint(
        entry.exercise,
        entry.name,
        entry.function,
        entry.tag,
        entry.hints,
        seen,
        telling(seen, right, entry.function),
        entry.parts,
    )


def current_catalogue(lab: Lab) -> Catalogue:
    """The stored catalogue where it fits the lab's files, otherwise one made anew."""
    stored = stored_catalogue(lab.folder / FILE)
    fits = stored is not None and stored.digest == digest(lab.folder)
    return stored if fits else make_catalogue(lab)


def catalogue_text(catalogue: Catalogue) -> str:
    """The catalogue as JSON, one mistake to a line. Most mistakes behave alike in most cases, so
    names of cases and what was seen in them stand once, and mistakes hold their numbers."""
    head = {
        "version": VERSION,
        "lab": catalogue.lab,
        "title": catalogue.title,
        "digest": catalogue.digest,
        "blocks": catalogue.blocks,
        "examples": [dataclasses.asdict(example) for example in catalogue.examples],
    }
    exercises = [
        json.dumps(dataclasses.asdict(e), ensure_ascii=False) for e in catalogue.exercises.values()
    ]
    cases: dict[str, int] = {}
    results: dict[str, int] = {}
    prints = []
    for one in catalogue.fingerprints:
        entry = dataclasses.asdict(one)
        entry["behaviour"] = [
            [cases.setdefault(case, len(cases)), results.setdefault(_dense(seen), len(results))]
            for case, seen in one.behaviour.items()
        ]
        entry["telling"] = [
            [cases.setdefault(case, len(cases)), places] for case, places in one.telling.items()
        ]
        prints.append(_dense(entry))
    inner = json.dumps(head, ensure_ascii=False)[1:-1]
    named = (
        ("exercises", exercises),
        ("cases", map(_dense, cases)),
        ("results", results),
        ("fingerprints", prints),
    )
    lists = ",\n".join('"{}": [\n{}\n]'.format(name, ",\n".join(part)) for name, part in named)
    return f"{{{inner},\n{lists}}}\n"


def _dense(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fresh_catalogue(folder: str | Path, stored: Catalogue | None) -> Catalogue:
    """The stored catalogue if it fits the source; otherwise one made from the source, with the
    fingerprints stored last."""
    if stored is not None and stored.digest == digest(folder):
        return stored
    fresh = make_catalogue(read_lab(folder), fingerprints=False)
    return fresh if stored is None else dataclasses.replace(fresh, fingerprints=stored.fingerprints)
