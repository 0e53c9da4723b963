"""Grade one submission: fork a child, run its cells statement by statement, ask the checks, keep
every answer that can be kept."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable

from coursekit.errors import CoursekitError
from coursekit.grading import protocol
from coursekit.grading.lab import GradedLab
from coursekit.grading.policy import Settings
from coursekit.grading.record import Record, TestResult, as_tables
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.referee.session import ChildProblem, Session, Usage
from coursekit.grading.submission import NotReadable, Submission
from coursekit.grading.zygote.process import Zygote, ZygoteDied
from coursekit.labs.exchange import checks, wire
from coursekit.labs.exchange.judge import Outcome, Verdict, judge
from coursekit.labs.exchange.student import Student
from coursekit.labs.feedback.mistakes import PROBE_SEEDS, Recorder, outcome, recognise

_RETRIES = 3
_TIMEOUTS_PER_EXERCISE = 2
_STOPS_PER_CELL, _STOPS_OVERALL = 2, 6
_CELL_SECONDS = 20.0
_MESSAGE = 3_000
_LIMITS = wire.Limits(size=protocol.REPLY_LIMIT, items=1_000_000)
_SPOILT = (Outcome.OUT_OF_MEMORY, Outcome.FORBIDDEN, Outcome.TIMEOUT, Outcome.CRASHED)


class SubmissionGrader:
    """Grades one submission. Use `grade_submission`."""

    def __init__(
        self, lab: GradedLab, submission: Submission, nursery: Nursery, settings: Settings
    ):
        self.lab, self.submission, self.nursery, self.settings = lab, submission, nursery, settings
        self.time_limit = settings.time_limit
        self.record = Record(
            submission.student,
            lab.name,
            max_points=lab.max_points(),
            seed=settings.seed,
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
                self._result(case, Outcome.NOT_ANSWERED, 0.0, str(error)) for case in self.lab.cases
            ]
        except ChildProblem as problem:
            done = {test.name for test in record.tests}
            record.tests += [
                self._result(c, Outcome.INFRASTRUCTURE_ERROR, 0.0, problem.message)
                for c in self.lab.cases
                if c.name not in done
            ]
        finally:
            self.drop()
        if any(test.status == Outcome.INFRASTRUCTURE_ERROR for test in record.tests):
            record.status = Outcome.INFRASTRUCTURE_ERROR
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
                if (
                    isinstance(problem, ChildProblem)
                    and problem.status is not Outcome.INFRASTRUCTURE_ERROR
                ):
                    raise
                self._failures += 1
                session = self.session
                self.drop()
                if session is not None and not _answers(session.zygote):
                    self.nursery.lost(session.zygote)
                if self._failures > _RETRIES:
                    raise ChildProblem(Outcome.INFRASTRUCTURE_ERROR, str(problem)) from problem

    def _read(self, data: bytes) -> list[dict]:
        """Have a child take the file apart. One that ends while reading has met a file that cannot
        be read."""
        session = self.session = self._fork()
        try:
            reply = session.control({"do": "read", "kind": self.submission.kind}, data)
        except ChildProblem as problem:
            if problem.status is Outcome.INFRASTRUCTURE_ERROR:
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
                if problem.status is Outcome.INFRASTRUCTURE_ERROR:
                    raise
                self.drop()
        return self.session

    def _load(self, session: Session) -> None:
        request = {
            "do": "load",
            "cells": self._cells,
            "wanted": self.lab.wanted,
            "released": self.lab.released,
            "reply_limit": protocol.REPLY_LIMIT,
        }
        try:
            reply = session.control(request)
        except ChildProblem as problem:
            if problem.status is Outcome.INFRASTRUCTURE_ERROR:
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
            if problem.status is not Outcome.INFRASTRUCTURE_ERROR:
                self._skipped.add((index, number))
                self._cell_timeouts[index] += 1
                self._note(f"Cell {index + 1}: a statement was left out ({problem.status}).")
            raise
        if reply.get("problem"):
            self._note(str(reply["problem"]))

    # Checks

    def _run_case(self, case: checks.Case) -> TestResult:
        timed_out = sum(
            t.status == Outcome.TIMEOUT and t.exercise == case.exercise for t in self.record.tests
        )
        if timed_out >= _TIMEOUTS_PER_EXERCISE:
            message = (
                f"expected: an answer within the time limit\ngot:      none in "
                f"{timed_out} checks before this one, so it was not tried"
            )
            return self._result(case, Outcome.TIMEOUT, 0.0, message)
        start = time.perf_counter()
        try:
            verdict = self._retrying(lambda: self._ask(case, case.seed(self.settings.seed)))
        except ChildProblem as problem:
            verdict = problem.verdict()
        status = verdict.graded
        if status in _SPOILT:
            self.drop()
        result = self._result(case, status, time.perf_counter() - start, verdict.message)
        if (
            verdict.compared is not None
            and status is Outcome.FAILED
            and case.visibility == checks.PUBLIC
        ):
            result.compared = as_tables(*verdict.compared)
        return result

    def _part_with_doubtful(self, case: checks.Case) -> None:
        """Before another exercise: leave a child in which something went wrong, so that it cannot
        spoil what comes next."""
        tests = self.record.tests
        if tests and tests[-1].exercise != case.exercise:
            last = [test for test in tests if test.exercise == tests[-1].exercise]
            if any(test.status not in (Outcome.PASSED, Outcome.NOT_ANSWERED) for test in last):
                self.drop()

    def _ask(self, case: checks.Case, seed, record: Callable | None = None) -> Verdict:
        session = self._ready()
        session.allow(self.time_limit)
        try:
            return judge(case.function, self._student(session, seed, record), case.params)
        except ChildProblem as problem:
            if problem.status is Outcome.INFRASTRUCTURE_ERROR:
                raise
            return problem.verdict()

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
                Outcome.FORBIDDEN,
                "expected: the answer alone\ngot:      a process that was tampered with",
            ) from error

    def _result(
        self, case: checks.Case, status: Outcome, seconds: float, message: str
    ) -> TestResult:
        earned = case.points if status is Outcome.PASSED else 0.0
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
            wrong = any(test.status in (Outcome.FAILED, Outcome.ERROR) for test in tests)
            calm = all(
                test.status in (Outcome.PASSED, Outcome.FAILED, Outcome.ERROR) and test.seconds < 5
                for test in tests
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
            found = recognise(known[exercise], seen)
            if found:
                self.record.mistakes[exercise] = {
                    "name": " + ".join(entry.name for entry in found),
                    "hint": " ".join(entry.hints[0] for entry in found),
                }

    def _behaviour(self, cases: list[checks.Case]) -> dict[str, list]:
        """How the answers behave under the public checks on the probe seeds; see
        `coursekit.labs.feedback.mistakes.behaviour`."""
        seen: dict[str, list] = {}
        for case in cases:
            for seed in PROBE_SEEDS:
                note = Recorder()
                try:
                    verdict = self._ask(case, case.seed(seed), note)
                except (ChildProblem, CoursekitError):
                    self.drop()
                    return {}
                seen[f"{case.name}@{seed}"] = [
                    *note.events,
                    outcome(verdict.outcome, verdict.message),
                ]
        return seen


def _answers(zygote: Zygote) -> bool:
    """Whether the zygote still serves."""
    try:
        zygote.reap(zygote.fork({}))
        return True
    except (CoursekitError, ZygoteDied, OSError):
        return False


def grade_submission(
    lab: GradedLab, submission: Submission, nursery: Nursery, settings: Settings
) -> Record:
    """Grade one submission of one lab.

    Args:
        lab: from `coursekit.grading.lab.load`.
        submission: from `coursekit.grading.submission.find`.
        nursery: gives the zygote.
        settings: how.

    Returns:
        The record; `status` is "graded", "unreadable" or "infrastructure-error".
    """
    return SubmissionGrader(lab, submission, nursery, settings).grade()
