"""Grade one submission: fork a child, run its cells statement by statement, ask the checks, keep
every answer that can be kept."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable

from coursekit.errors import CoursekitError
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record, TestResult, as_tables
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.referee.session import REPLY_LIMIT, ChildProblem, Session, Usage
from coursekit.grading.submission import NotReadable, Submission
from coursekit.grading.zygote.process import Zygote, ZygoteDied
from coursekit.labs.exchange import checks, wire
from coursekit.labs.exchange.student import Student
from coursekit.labs.feedback.mistakes import MAX_CALLS, PROBE_SEEDS, matches, outcome, summarise
from coursekit.labs.testing import NotAnswered, StudentError

_RETRIES = 3
_TIMEOUTS_PER_EXERCISE = 2
_STOPS_PER_CELL, _STOPS_OVERALL = 2, 6
_CELL_SECONDS = 20.0
_MESSAGE = 3_000
_MAX_RECORDED = MAX_CALLS
_LIMITS = wire.Limits(size=REPLY_LIMIT, items=1_000_000)
_FORBIDDEN_ERRNOS = ("[Errno 1]", "[Errno 13]", "[Errno 30]")


class SubmissionGrader:
    """Grades one submission. Use `grade_submission`."""

    def __init__(
        self, lab: GradedLab, submission: Submission, nursery: Nursery, seed: int, time_limit: float
    ):
        self.lab, self.submission, self.nursery, self.seed, self.time_limit = (
            lab,
            submission,
            nursery,
            seed,
            time_limit,
        )
        self.record = Record(
            submission.student,
            lab.name,
            max_points=lab.max_points(),
            seed=seed,
            tests_hash=lab.tests_hash,
            environment_hash=lab.environment_hash,
            submitted=submission.submitted,
            lms_id=submission.lms_id,
            lms=submission.lms,
            notes=list(submission.notes),
        )
        self.usage = Usage()
        self.session: Session | None = None
        self._cells: list[dict] | None = None
        self._skipped: set[tuple[int, int]] = set()
        self._cell_timeouts: Counter[int] = Counter()
        self._noted: set[str] = set()
        self._failures = 0
        self._compared: tuple | None = None

    def grade(self) -> Record:
        """Grade it; whatever the submission does, a record comes back."""
        start = time.perf_counter()
        record = self.record
        try:
            self.open()
            for case in self.lab.cases:
                self._part_with_doubtful(case)
                record.tests.append(self._run_case(case))
            self._collect_notes()
            self._find_mistakes()
        except NotReadable as error:
            record.submission_hash = (
                record.submission_hash or hashlib.sha256(str(error).encode()).hexdigest()
            )
            record.status = "unreadable"
            self._note(str(error))
            record.tests = [
                self._result(case, "not-answered", 0.0, str(error)) for case in self.lab.cases
            ]
        except ChildProblem as problem:
            done = {test.name for test in record.tests}
            record.tests += [
                self._result(c, "infrastructure-error", 0.0, problem.message)
                for c in self.lab.cases
                if c.name not in done
            ]
        finally:
            self.drop()
        if any(test.status == "infrastructure-error" for test in record.tests):
            record.status = "infrastructure-error"
        record.points = round(sum(test.points for test in record.tests), 6)
        record.seconds = round(time.perf_counter() - start, 3)
        record.children, record.max_rss_mb = self.usage.children, self.usage.max_rss_mb
        record.cpu_seconds = round(self.usage.cpu_seconds, 3)
        return record

    def open(self) -> None:
        """Read the file and have a child take it apart.

        Raises:
            NotReadable: if it is no notebook or script.
            ChildProblem: after repeated faults of the grader's machinery.
        """
        data = self.submission.read()
        self.record.submission_hash = hashlib.sha256(data).hexdigest()
        self._cells = self._retrying(lambda: self._read(data))

    def student(self, seed: int | tuple[int, ...]) -> Student:
        """A proxy for one check, with the time limit running; the cells have run. See `open`."""

        def ready() -> Student:
            session = self._ready()
            session.allow(self.time_limit)
            return self._student(session, seed, None)

        return self._retrying(ready)

    def drop(self) -> None:
        """End the child; the next check gets a fresh one."""
        if self.session is not None:
            self.session.close()
            self.session = None

    # Children

    def _fork(self) -> Session:
        zygote = self.nursery.get()
        try:
            session = Session(
                zygote, {}, self.usage, output_bytes=zygote.policy.limits.output_bytes
            )
        except ChildProblem:
            self.nursery.lost(zygote)
            raise
        return session

    def _retrying(self, action):
        """Run `action`, again after a fault of the grader's machinery, at most `_RETRIES` times in
        a submission."""
        while True:
            try:
                return action()
            except (ChildProblem, CoursekitError, ZygoteDied) as problem:
                if isinstance(problem, ChildProblem) and problem.status != "infrastructure-error":
                    raise
                self._failures += 1
                session = self.session
                self.drop()
                if session is not None and not _answers(session.zygote):
                    self.nursery.lost(session.zygote)
                if self._failures > _RETRIES:
                    raise ChildProblem("infrastructure-error", str(problem)) from problem

    def _read(self, data: bytes) -> list[dict]:
        """Have a child take the file apart. One that ends while reading has met a file that cannot
        be read."""
        session = self.session = self._fork()
        try:
            reply = session.control({"do": "read", "kind": self.submission.kind}, data)
        except ChildProblem as problem:
            if problem.status == "infrastructure-error":
                raise
            raise NotReadable(
                "The file cannot be read within the limits. Clear all outputs and hand it in again."
            ) from None
        if not isinstance(reply.get("cells"), list):
            raise NotReadable(
                str(reply.get("unreadable", reply.get("error", "The file cannot be read.")))[:500]
            )
        return reply["cells"]

    def _ready(self) -> Session:
        """A child in which all cells have run: the one there is, or a new one without the
        statements that did harm."""
        while self.session is None or not self.session.is_clean() or not self.session.loaded:
            if self.session is None or not self.session.is_clean():
                self.drop()
                self.session = self._fork()
            try:
                self._load(self.session)
                self.session.loaded = True
            except ChildProblem as problem:
                if problem.status == "infrastructure-error":
                    raise
                self.drop()
        return self.session

    def _load(self, session: Session) -> None:
        request = {
            "do": "load",
            "cells": self._cells,
            "wanted": self.lab.wanted,
            "released": self.lab.released,
            "reply_limit": REPLY_LIMIT,
        }
        try:
            reply = session.control(request)
        except ChildProblem as problem:
            if problem.status == "infrastructure-error":
                raise
            raise NotReadable("The cells cannot be read within the limits.") from None
        if "steps" not in reply:
            raise NotReadable(f"The cells cannot be read: {reply.get('error', 'unknown')}."[:500])
        if not self.record.answers:
            self.record.answers = {
                k: v for k, v in reply["answers"].items() if k in self.lab.wanted
            }
        for note in reply["notes"]:
            self._note(note)
        for step in reply["steps"]:
            for number, is_definition in step["statements"]:
                self._run_statement(session, step["index"], number, is_definition)
        session.allow(self.time_limit)
        session.control({"do": "finish"})

    def _run_statement(
        self, session: Session, index: int, number: int, is_definition: bool
    ) -> None:
        here, overall = self._cell_timeouts[index], sum(self._cell_timeouts.values())
        only_definitions = here >= _STOPS_PER_CELL or overall >= _STOPS_OVERALL
        given_up = here >= 2 * _STOPS_PER_CELL or overall >= 2 * _STOPS_OVERALL
        if (index, number) in self._skipped or given_up or (only_definitions and not is_definition):
            return
        session.allow(min(self.time_limit, _CELL_SECONDS))
        try:
            reply = session.control({"do": "statement", "index": index, "number": number})
        except ChildProblem as problem:
            if problem.status != "infrastructure-error":
                self._skipped.add((index, number))
                self._cell_timeouts[index] += 1
                self._note(f"Cell {index + 1}: a statement was left out ({problem.status}).")
            raise
        if reply.get("problem"):
            self._note(str(reply["problem"]))

    # Checks

    def _run_case(self, case: checks.Case) -> TestResult:
        timed_out = sum(
            t.status == "timeout" and t.exercise == case.exercise for t in self.record.tests
        )
        if timed_out >= _TIMEOUTS_PER_EXERCISE:
            message = (
                f"expected: an answer within the time limit\ngot:      none in "
                f"{timed_out} checks before this one, so it was not tried"
            )
            return self._result(case, "timeout", 0.0, message)
        start, self._compared = time.perf_counter(), None
        try:
            status, message, _ = self._retrying(lambda: self._ask(case, case.seed(self.seed)))
        except ChildProblem as problem:
            status, message = problem.status, problem.message
        if status in ("out-of-memory", "forbidden", "timeout", "crashed"):
            self.drop()
        result = self._result(case, status, time.perf_counter() - start, message)
        if self._compared is not None and status == "failed" and case.visibility == checks.PUBLIC:
            result.compared = as_tables(*self._compared)
        return result

    def _part_with_doubtful(self, case: checks.Case) -> None:
        """Before another exercise: leave a child in which something went wrong, so that it cannot
        spoil what comes next."""
        tests = self.record.tests
        if tests and tests[-1].exercise != case.exercise:
            last = [test for test in tests if test.exercise == tests[-1].exercise]
            if any(test.status not in ("passed", "not-answered") for test in last):
                self.drop()

    def _ask(self, case: checks.Case, seed, record: Callable | None = None) -> tuple[str, str, str]:
        session = self._ready()
        session.allow(self.time_limit)
        try:
            student = self._student(session, seed, record)
            status, message, plain, self._compared = judge(case, student)
            return status, message, plain
        except ChildProblem as problem:
            if problem.status == "infrastructure-error":
                raise
            return problem.status, problem.message, problem.status

    def _student(self, session: Session, seed, record: Callable | None) -> Student:
        """A proxy on this child, or on a fresh one where the lab machine in this one was tampered
        with."""
        try:
            return Student(session, seed, record=record, limits=_LIMITS)
        except Exception:
            self.drop()
            session = self._ready()
            session.allow(self.time_limit)
        try:
            return Student(session, seed, record=record, limits=_LIMITS)
        except Exception as error:
            raise ChildProblem(
                "forbidden",
                "expected: the answer alone\ngot:      a process that was tampered with",
            ) from error

    def _result(self, case: checks.Case, status: str, seconds: float, message: str) -> TestResult:
        earned = case.points if status == "passed" else 0.0
        return TestResult(
            case.name,
            case.title,
            case.exercise,
            case.visibility,
            status,
            earned,
            case.points,
            round(seconds, 3),
            message[:_MESSAGE],
        )

    # What there is to say

    def _note(self, text: str) -> None:
        if text not in self._noted and len(self._noted) < 100:
            self._noted.add(text)
            self.record.notes.append(text[:500])

    def _collect_notes(self) -> None:
        if self.session is None or not self.session.is_clean():
            return
        try:
            self.session.allow(5.0)
            notes = self.session.control({"do": "notes"}).get("notes")
        except ChildProblem:
            self.drop()
            return
        for note in notes if isinstance(notes, list) else []:
            self._note(str(note))

    def _find_mistakes(self) -> None:
        """For exercises that failed, the known mistake that the answer behaves like, by its
        fingerprint."""
        known: dict[str, list] = {}
        for fingerprint in self.lab.fingerprints:
            known.setdefault(fingerprint.exercise, []).append(fingerprint)
        for exercise in self.lab.exercises:
            tests = [test for test in self.record.tests if test.exercise == exercise]
            wrong = any(test.status in ("failed", "error") for test in tests)
            calm = all(
                test.status in ("passed", "failed", "error") and test.seconds < 5 for test in tests
            )
            if exercise not in known or not wrong or not calm:
                continue
            seen = self._behaviour(
                [
                    case
                    for case in checks.select(self.lab.cases, exercise)
                    if case.visibility == checks.PUBLIC
                ]
            )
            match = next((f for f in known[exercise] if seen and matches(f.behaviour, seen)), None)
            if match is not None:
                self.record.mistakes[exercise] = {"name": match.name, "hint": match.hints[0]}

    def _behaviour(self, cases: list[checks.Case]) -> dict[str, list]:
        """How the answers behave under the public checks on the probe seeds; see
        `coursekit.labs.feedback.mistakes.behaviour`."""
        seen: dict[str, list] = {}
        for case in cases:
            for seed in PROBE_SEEDS:
                recorded: list = []

                def note(value, recorded=recorded) -> None:
                    if len(recorded) < _MAX_RECORDED:
                        recorded.append(summarise(value))

                try:
                    _, message, plain = self._ask(case, case.seed(seed), note)
                except (ChildProblem, CoursekitError):
                    self.drop()
                    return {}
                seen[f"{case.name}@{seed}"] = [*recorded, outcome(plain, message)]
        return seen


def _answers(zygote: Zygote) -> bool:
    """Whether the zygote still serves."""
    try:
        zygote.reap(zygote.fork({}))
        return True
    except (CoursekitError, ZygoteDied, OSError):
        return False


def judge(case: checks.Case, student: Student) -> tuple[str, str, str, tuple | None]:
    """Run one case.

    Returns:
        its status in the gradebook, the message, the status as `checks.run_case` would give it, and
        the arrays (expected, got) that a failed comparison was about, if it was about arrays.

    It is safe in threads: nothing of the process is redirected.
    """
    try:
        case.function(student=student, **case.params)
    except NotAnswered as error:
        return (
            "not-answered",
            str(error),
            "missing" if type(error).__name__ == "MissingAnswer" else "not-answered",
            None,
        )
    except StudentError as error:
        return _status_of(error), str(error), "failed", None
    except AssertionError as error:
        message = str(error) or "expected: the claim above\ngot:      it does not hold"
        return "failed", message, "failed", getattr(error, "compared", None)
    except Exception as error:
        message = (
            f"expected: a result that the check can use\ngot:      "
            f"{type(error).__name__}: {str(error)[:500]}"
        )
        return "failed" if isinstance(error, wire.WireError) else "error", message, "error", None
    except BaseException as error:
        if not any(base.__name__ == "OutcomeException" for base in type(error).__mro__):
            raise
        skipped = type(error).__name__ == "Skipped"
        return (
            ("passed" if skipped else "failed"),
            str(error),
            ("passed" if skipped else "failed"),
            None,
        )
    return "passed", "", "passed", None


def _status_of(error: StudentError) -> str:
    name, text = error.type_name, error.text
    if name == "MemoryError" or "[Errno 12]" in text or "OOM when allocating" in text:
        return "out-of-memory"
    if (
        name == "PermissionError"
        or any(number in text for number in _FORBIDDEN_ERRNOS)
        or "can't start new thread" in text
    ):
        return "forbidden"
    return "error"


def grade_submission(
    lab: GradedLab,
    submission: Submission,
    nursery: Nursery,
    *,
    seed: int = 0,
    time_limit: float = 30.0,
) -> Record:
    """Grade one submission of one lab.

    Args:
        lab: from `coursekit.grading.lab.load`.
        submission: from `coursekit.grading.submission.find`.
        nursery: gives the zygote.
        seed: of all inputs; the same seed gives the same grade.
        time_limit: seconds for each check and each statement of a cell.

    Returns:
        The record; `status` is "graded", "unreadable" or "infrastructure-error".
    """
    return SubmissionGrader(lab, submission, nursery, seed, time_limit).grade()
