"""The gradebook: SQLite in WAL mode, one row per attempt, committed as soon as a submission is
graded. The latest attempt counts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from coursekit.errors import InvalidInputError, OutputError
from coursekit.grading.record import Record, merged
from coursekit.labs.exchange.judge import Outcome

FILE = "gradebook.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    student TEXT NOT NULL, lab TEXT NOT NULL, attempt INTEGER NOT NULL, key TEXT NOT NULL,
    submission_hash TEXT NOT NULL, tests_hash TEXT NOT NULL, environment_hash TEXT NOT NULL,
    seed INTEGER NOT NULL, sandbox TEXT NOT NULL, status TEXT NOT NULL,
    points REAL NOT NULL, max_points REAL NOT NULL, seconds REAL NOT NULL,
    graded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    record TEXT NOT NULL,
    PRIMARY KEY (student, lab, attempt)
);
CREATE TABLE IF NOT EXISTS tests (
    student TEXT NOT NULL, lab TEXT NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL,
    exercise TEXT NOT NULL, visibility TEXT NOT NULL, status TEXT NOT NULL,
    points REAL NOT NULL, max_points REAL NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (student, lab, attempt, name)
);
CREATE TABLE IF NOT EXISTS runs (
    lab TEXT NOT NULL, run INTEGER NOT NULL, seed INTEGER NOT NULL,
    started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), finished_at TEXT,
    PRIMARY KEY (lab, run)
);
CREATE VIEW IF NOT EXISTS grades AS
    SELECT * FROM attempts AS a WHERE attempt = (SELECT max(attempt) FROM attempts AS b WHERE b.student = a.student AND b.lab = a.lab);
"""


def attempt_key(
    submission_hash: str, tests_hash: str, environment_hash: str, seed: int, settings: str
) -> str:
    """What makes an attempt the same as an earlier one, so that an interrupted run goes on instead
    of starting over."""
    text = json.dumps([submission_hash, tests_hash, environment_hash, seed, settings])
    return hashlib.sha256(text.encode()).hexdigest()


class Gradebook:
    """The gradebook in a folder. A context manager; only one process may hold it for writing.

    Args:
        folder: where `gradebook.sqlite` is, or is to be.
        write: False to read only; the file must be there then.

    Raises:
        OutputError: if it cannot be opened, or another run holds it.
        InvalidInputError: if it is to be read and is not there.
    """

    def __init__(self, folder: str | os.PathLike, *, write: bool = True):
        self.folder, self.path = Path(folder), Path(folder) / FILE
        self._lock = None
        if not write and not self.path.is_file():
            raise InvalidInputError(
                f"Expected a gradebook at {self.path}. Received: none. Grade first: coursekit "
                f"grade LAB SUBMISSIONS."
            )
        with self._clear_errors():
            if write:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._take_lock()
            self._database = sqlite3.connect(
                self.path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.executescript(_SCHEMA)

    def _take_lock(self) -> None:
        import fcntl  # only Linux and macOS have it; reading needs no lock

        self._lock = open(self.folder / ".gradebook.lock", "w", encoding="ascii")  # noqa: SIM115 (held while the gradebook is)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise OutputError(
                f"Another run is writing {self.path}. Wait for it, or choose another --out."
            ) from None

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give up the lock."""
        self._database.close()
        if self._lock is not None:
            self._lock.close()

    @contextlib.contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"Cannot write the gradebook {self.path}: {error}. What was committed before "
                f"is intact; free some space or choose "
                "another --out, and run the same command again."
            ) from error

    def add(self, record: Record, key: str) -> int:
        """Commit one graded submission as a new attempt. Returns the attempt's number, from 1."""
        with self._clear_errors():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                attempt = 1 + self._last_attempt(record.student, record.lab)
                self._database.execute(
                    "INSERT INTO attempts (student, lab, attempt, key, submission_hash, "
                    "tests_hash, environment_hash, seed, sandbox,"
                    " status, points, max_points, seconds, record) VALUES "
                    "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    (
                        record.student,
                        record.lab,
                        attempt,
                        key,
                        record.submission_hash,
                        record.tests_hash,
                        record.environment_hash,
                        record.seed,
                        record.sandbox,
                        record.status,
                        record.points,
                        record.max_points,
                        record.seconds,
                        json.dumps(record.to_dict()),
                    ),
                )
                self._database.executemany(
                    "INSERT INTO tests VALUES (?,?,?,?,?,?,?,?,?,?)",
                    [
                        (
                            record.student,
                            record.lab,
                            attempt,
                            t.name,
                            t.exercise,
                            t.visibility,
                            t.status,
                            t.points,
                            t.max_points,
                            t.seconds,
                        )
                        for t in record.tests
                    ],
                )
                self._database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise
        return attempt

    def _last_attempt(self, student: str, lab: str) -> int:
        row = self._database.execute(
            "SELECT max(attempt) FROM attempts WHERE student=? AND lab=?", (student, lab)
        ).fetchone()
        return row[0] or 0

    def latest(self, student: str, lab: str) -> tuple[int, str, Record] | None:
        """The attempt that counts, as `(attempt, key, record)`; None if there is none."""
        row = self._database.execute(
            "SELECT attempt, key, record FROM grades WHERE student=? AND lab=?", (student, lab)
        ).fetchone()
        return None if row is None else (row[0], row[1], Record.from_dict(json.loads(row[2])))

    def begin_run(self, lab: str, seed: int | None = None) -> int:
        """Begin a run over a lab, or go on with one that was interrupted. Returns its seed.

        Args:
            lab: the lab's name.
            seed: of the run's inputs. Without one it is that of the run that was interrupted, or
                else drawn at random.
        """
        with self._clear_errors():
            last = self._database.execute(
                "SELECT run, seed, finished_at FROM runs WHERE lab=? ORDER BY run DESC LIMIT 1",
                (lab,),
            ).fetchone()
            goes_on = last is not None and last[2] is None and seed in (None, last[1])
            if goes_on:
                return last[1]
            drawn = secrets.randbelow(2**32) if seed is None else seed
            self._database.execute(
                "INSERT INTO runs (lab, run, seed) VALUES (?,?,?)",
                (lab, 1 + (last[0] if last else 0), drawn),
            )
        return drawn

    def finish_run(self, lab: str) -> None:
        """Note that the run over this lab is through: the next one draws another seed."""
        with self._clear_errors():
            self._database.execute(
                "UPDATE runs SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') "
                "WHERE lab=? AND finished_at IS NULL",
                (lab,),
            )

    def seeds(self, lab: str) -> dict[str, tuple[int, str]]:
        """Student -> the seed of the attempt that counts, and the hash of what was graded."""
        rows = self._database.execute(
            "SELECT student, seed, submission_hash FROM grades WHERE lab=?", (lab,)
        )
        return {student: (seed, digest) for student, seed, digest in rows}

    def is_current(
        self,
        student: str,
        lab: str,
        *,
        key: Callable[[int, str], str],
        stamps: Collection[str],
        seed: int | None = None,
        penalty: float | None = None,
    ) -> bool:
        """Whether the attempt that counts is a grade of the same submission and settings.

        Args:
            student: whose.
            lab: of which lab.
            key: gives `attempt_key` for a seed and a sandbox's stamp.
            stamps: the sandboxes whose grades count.
            seed: the one that it must have been graded with; None for any.
            penalty: what the late policy takes off now; None without a policy.
        """
        found = self.latest(student, lab)
        if found is None or found[2].status == Outcome.INFRASTRUCTURE_ERROR:
            return False
        record = found[2]
        return (
            record.sandbox in stamps
            and seed in (None, record.seed)
            and penalty in (None, record.penalty)
            and found[1] == key(record.seed, record.sandbox)
        )

    def commit(
        self, record: Record, key: str, *, only: str | None = None, keep_penalty: bool = False
    ) -> int:
        """Keep what a run made of a submission, the late penalty taken off its points.

        Args:
            record: with all points, and the penalty that is to be taken off.
            key: from `attempt_key`.
            only: where one exercise was graded again: it. All others keep their results.
            keep_penalty: whether a record with earlier results keeps their penalty, too.

        Returns:
            the attempt's number.
        """
        if only is not None:
            found = self.latest(record.student, record.lab)
            record = merged(record, found[2] if found else None, only)
            if found and keep_penalty:
                record.days_late, record.penalty = found[2].days_late, found[2].penalty
        record.points = round(record.points * (1.0 - record.penalty), 6)
        return self.add(record, key)

    def grades(self, lab: str | None = None) -> list[tuple[int, Record]]:
        """The attempts that count as `(attempt, record)`, by lab and student."""
        rows = self._database.execute(
            "SELECT attempt, record FROM grades WHERE ? IS NULL OR lab = ? ORDER BY lab, student",
            (lab, lab),
        ).fetchall()
        return [(attempt, Record.from_dict(json.loads(text))) for attempt, text in rows]

    def labs(self) -> list[str]:
        """The labs that have grades."""
        return [
            row[0]
            for row in self._database.execute("SELECT DISTINCT lab FROM attempts ORDER BY lab")
        ]
