"""What a student's copy knows of a lab without its source: exercises, names to define, counts of
checks, fingerprints of mistakes.

It is stored beside the notebook as `fingerprints.json`. It holds no code, no solution and no hidden
test.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from coursekit.errors import InvalidInputError
from coursekit.labs.exchange.examples import Example, read_examples
from coursekit.labs.feedback.mistakes import Fingerprint

FILE = "fingerprints.json"
VERSION = 5


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
class Catalogue:
    """All that a notebook needs to know of its lab. `blocks`: for each set of exercises that blocks
    wait for ("5.3 5.4"), the names that those blocks set. `examples`: those of the docstrings."""

    lab: str
    title: str
    exercises: dict[str, ExerciseEntry]
    fingerprints: tuple[Fingerprint, ...]
    digest: str
    blocks: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    examples: tuple[Example, ...] = ()


def read_catalogue(folder: str | Path) -> Catalogue:
    """The catalogue of a lab's folder: `fingerprints.json` if it fits the source, otherwise made
    from the source.

    Beside a source that changed, the mistakes' fingerprints are those stored last.

    Raises:
        InvalidInputError: if the folder has neither a source nor a readable `fingerprints.json`.
    """
    folder = Path(folder)
    stored = stored_catalogue(folder / FILE)
    if (folder / "source.py").is_file():
        from coursekit.labs.author import catalogue as author  # only where the source is at hand

        return author.fresh_catalogue(folder, stored)
    if stored is None:
        raise InvalidInputError(
            f"Expected {FILE} in {folder}. Received: none that can be read. Get the lab's "
            f"folder again."
        )
    return stored


def stored_catalogue(path: Path) -> Catalogue | None:
    """The catalogue in a `fingerprints.json`; None if there is none, or one of another version."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            return None
        exercises = {
            e["number"]: ExerciseEntry(**{**e, "functions": tuple(e["functions"])})
            for e in data["exercises"]
        }
        prints = tuple(
            _fingerprint(f, data["cases"], data["results"]) for f in data["fingerprints"]
        )
        blocks = {key: tuple(names) for key, names in data.get("blocks", {}).items()}
        listed = tuple(read_examples(path.parent))
        return Catalogue(
            data["lab"], data["title"], exercises, prints, data["digest"], blocks, listed
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None


def _fingerprint(entry: dict[str, Any], cases: list[str], results: list[list]) -> Fingerprint:
    """A stored entry, in which cases and results are numbers."""
    read = {
        "hints": tuple(entry["hints"]),
        "parts": tuple(entry["parts"]),
        "behaviour": {cases[case]: results[seen] for case, seen in entry["behaviour"]},
        "telling": {cases[case]: places for case, places in entry["telling"]},
    }
    return Fingerprint(**{**entry, **read})
