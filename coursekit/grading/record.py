"""What is known about a graded submission, as plain data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

import numpy as np

MOST_ROWS = 16


@dataclass
class TestResult:
    """One check of one submission. `points` is what was earned of `max_points`, `status` the text
    of an `Outcome` of `coursekit.labs.exchange.judge`.

    `compared` holds the tables (expected, got) of a failed public check, where they are small
    enough to draw.
    """

    __test__ = False

    name: str
    title: str
    exercise: str
    visibility: str
    status: str
    points: float
    max_points: float
    seconds: float
    message: str = ""
    compared: list[list[list[float]]] | None = None


def as_tables(expected: np.ndarray, got: np.ndarray) -> list[list[list[float]]] | None:
    """The arrays as two tables of finite numbers of at most `MOST_ROWS` rows and columns each, or
    None where they are none.

    Leading and closing axes of length one are dropped; of one axis becomes one row.
    """
    tables = []
    for array in (expected, got):
        array = np.squeeze(array)
        if (
            array.dtype.kind not in "biuf"
            or not 1 <= array.ndim <= 2
            or array.size < 2
            or max(array.shape) > MOST_ROWS
        ):
            return None
        if not np.isfinite(array).all():
            return None
        table = [[float(f"{value:.4g}") for value in row] for row in np.atleast_2d(array).tolist()]
        if not np.isfinite(table).all():  # rounded up beyond the largest float
            return None
        tables.append(table)
    return tables


@dataclass
class Record:
    """All that is known about one graded submission; plain data for the gradebook.

    `mistakes` are the hints a student got, by exercise. `behaviours` are there for wrong answers,
    hint or not, by exercise: `fingerprint` is the same for answers that behave alike (see
    `compact`), `mistake` the catalogue's name or empty, `functions` the entries of `answers` that
    belong to it.
    """

    student: str
    lab: str
    status: str = "graded"
    points: float = 0.0
    max_points: float = 0.0
    tests: list[TestResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answers: dict[str, dict] = field(default_factory=dict)
    mistakes: dict[str, dict] = field(default_factory=dict)
    behaviours: dict[str, dict] = field(default_factory=dict)
    seed: int = 0
    sandbox: str = ""
    submission_hash: str = ""
    tests_hash: str = ""
    environment_hash: str = ""
    submitted: str = ""
    lms_id: str = ""
    lms: str = ""
    days_late: float = 0.0
    penalty: float = 0.0
    seconds: float = 0.0
    children: int = 0
    cpu_seconds: float = 0.0
    max_rss_mb: int = 0

    @property
    def percent(self) -> float:
        """Points of maximum, after the late penalty, in per cent."""
        return round(100.0 * self.points / self.max_points, 2) if self.max_points else 0.0

    def exercise_points(self, exercise: str) -> float:
        """Points earned in one exercise, before any late penalty."""
        return round(sum(test.points for test in self.tests if test.exercise == exercise), 6)

    def to_dict(self) -> dict:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Record:
        """The record that `to_dict` gave, here or in another version: a field that was not known
        there has its default, one that is not known here is passed over."""
        known = {entry.name for entry in fields(cls)}
        kept = {name: value for name, value in data.items() if name in known}
        kept["tests"] = [TestResult(**_known(test)) for test in data.get("tests", ())]
        return cls(**kept)


def merged(record: Record, earlier: Record | None, only: str) -> Record:
    """A record of one exercise that was graded again: its results take the place of the earlier
    ones, all others stay."""
    if earlier is None:
        return replace(
            record, notes=[*record.notes, f"Only exercise {only} has been graded so far."]
        )
    notes = list(record.notes)
    if earlier.submission_hash != record.submission_hash:
        notes.append(
            f"The file has changed since; exercises other than {only} show the results of the "
            f"earlier one."
        )
    tests = [test for test in earlier.tests if test.exercise != only] + record.tests
    return replace(
        record,
        notes=notes,
        tests=tests,
        points=round(sum(test.points for test in tests), 6),
        max_points=round(sum(test.max_points for test in tests), 6),
        answers={**earlier.answers, **record.answers},
        mistakes={**_without(earlier.mistakes, only), **record.mistakes},
        behaviours={**_without(earlier.behaviours, only), **record.behaviours},
    )


def _without(entries: dict[str, dict], exercise: str) -> dict[str, dict]:
    return {key: value for key, value in entries.items() if key != exercise}


def _known(test: dict) -> dict:
    known = {entry.name for entry in fields(TestResult)}
    return {name: value for name, value in test.items() if name in known}


def compact(behaviour: Mapping[str, list]) -> str:
    """A short text that is the same for answers that behave alike: numbers count with two digits.

    >>> compact({"test@1": [["numbers", [], True, 1.2345]]}) == compact(
    ...     {"test@1": [["numbers", [], True, 1.2301]]}
    ... )
    True
    """
    text = json.dumps(_coarse(dict(behaviour)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _coarse(value: object) -> object:
    if isinstance(value, dict):
        return {key: _coarse(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_coarse(part) for part in value]
    return f"{value:.2g}" if isinstance(value, float) else value
