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
from coursekit.grading.record import Record, TestResult, as_tables, compact
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.referee.session import Budget, ChildProblem, Session, Usage, over_budget
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
_FRUITLESS_LOADS = 3
_MESSAGE = 3_000
_NOT_READY = "expected: a process that waits for questions\ngot:      bytes that nobody asked for"
_MORE_THAN_HELD = "expected: results that the grader can hold\ngot:      more"
_QUICK_SECONDS = 5
_LIMITS = wire.Limits(  # a check widens what came: small numbers to eight bytes each
    size=protocol.REPLY_LIMIT, items=500_000, entries=protocol.REPLY_LIMIT // 8
)
_CALM = (Outcome.PASSED, Outcome.NOT_ANSWERED)
_SPOILT = (Outcome.OUT_OF_MEMORY, Outcome.FORBIDDEN, Outcome.TIMEOUT, Outcome.CRASHED)


class SubmissionGrader:
    """Grades one submission. Use `grade_submission`."""

    def __init__(
        self, lab: GradedLab, submission: Submission, nursery: Nursery, settings: Settings
    ):
        self.lab, self.submission, self.nursery, self.settings = lab, submission, nursery, settings
        self.time_limit, self.seed = settings.time_limit, settings.seed_for(submission.student)
        self.record = Record(
            submission.student,
            lab.name,
            max_points=lab.max_points(),
            seed=self.seed,
            tests_hash=lab.tests_hash,
            environment_hash=lab.environment_hash,
            submitted=submission.submitted,
            lms_id=submission.lms_id,
            lms=submission.lms,
            notes=list(submission.notes),
        )
        self.usage, self.budget = Usage(), Budget(settings.budget_for(lab.seconds))
        self.session: Session | None = None
        self._cells: list[dict] | None = None
        self._skipped: set[tuple[int, int]] = set()
        self._cell_timeouts: Counter[int] = Counter()
        self._noted: set[str] = set()
        self._failures = 0
        self._listening = True
        self._hopeless: ChildProblem | None = None

    def grade(self) -> Record:
        """Grade it; whatever the submission does, a record comes back."""
        start = time.perf_counter()
        record = self.record
        try:
            self.open()
            self._run_all()
        except NotReadable as error:
            record.submission_hash = (
                record.submission_hash or hashlib.sha256(str(error).encode()).hexdigest()
            )
            record.status = "unreadable"
            self._note(str(error))
            record.tests = []
            self._finish_with(Outcome.NOT_ANSWERED, str(error))
        except ChildProblem as problem:
            self._finish_with(problem.status, problem.message)
        except MemoryError:
            self._finish_with(Outcome.OUT_OF_MEMORY, _MORE_THAN_HELD)
        except Exception as error:  # a fault here that one submission meets is no other's fault
            said = f"The grader failed: {type(error).__name__}: {str(error)[:300]}"
            self._finish_with(Outcome.INFRASTRUCTURE_ERROR, said)
        finally:
            self.drop()
        order = {case.name: place for place, case in enumerate(self.lab.cases)}
        record.tests.sort(key=lambda test: order[test.name])
        if any(test.status == Outcome.INFRASTRUCTURE_ERROR for test in record.tests):
            record.status = Outcome.INFRASTRUCTURE_ERROR
        if self.budget.spent:
            record.notes.append(
                f"The {self.budget.seconds:.0f} seconds for one submission were used up; what was "
                f"not run by then earned nothing."
            )
        record.points = round(sum(test.points for test in record.tests), 6)
        record.seconds = round(time.perf_counter() - start, 3)
        record.children, record.max_rss_mb = self.usage.children, self.usage.max_rss_mb
        record.cpu_seconds = round(self.usage.cpu_seconds, 3)
        return record

    def _run_all(self) -> None:
        """First all public checks and all that there is to say to the student, then the hidden
        ones. So nothing that a hidden check showed to the child is in any word that comes back."""
        public = [case for case in self.lab.cases if case.visibility == checks.PUBLIC]
        hidden = [case for case in self.lab.cases if case.visibility != checks.PUBLIC]
        self._run_cases(public)
        self._collect_notes()
        self._find_mistakes()
        self._listening = False
        doubtful = {test.exercise for test in self.record.tests if test.status not in _CALM}
        self._run_cases(sorted(hidden, key=lambda case: case.exercise in doubtful))

    def _run_cases(self, cases: list[checks.Case]) -> None:
        for case in cases:
            self._part_with_doubtful(case)
            self.record.tests.append(self._run_case(case))

    def _finish_with(self, status: Outcome, message: str) -> None:
        """Give every check that has no result yet this one."""
        done = {test.name for test in self.record.tests}
        self.record.tests += [
            self._result(case, status, 0.0, message)
            for case in self.lab.cases
            if case.name not in done
        ]

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
                zygote,
                {},
                self.usage,
                self.budget,
                output_bytes=zygote.policy.limits.output_bytes,
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
        statements that did harm.

        Raises:
            ChildProblem: if the time for the submission is used up, or no child ever gets ready.
        """
        unexplained = 0
        while self.session is None or not self.session.loaded or not self.session.is_clean():
            if self.budget.spent:
                raise ChildProblem(Outcome.TIMEOUT, over_budget(self.budget))
            if self._hopeless is not None:
                raise ChildProblem(self._hopeless.status, self._hopeless.message)
            if self.session is None or self.session.loaded or not self.session.is_clean():
                self.drop()
                self.session = self._fork()
            left_out, problem = len(self._skipped), None
            try:
                self._load(self.session)
                self.session.loaded = True
                if not self.session.is_clean():
                    problem = ChildProblem(Outcome.FORBIDDEN, _NOT_READY)
            except ChildProblem as error:
                if error.status is Outcome.INFRASTRUCTURE_ERROR:
                    raise
                self.drop()
                problem = error
            if problem is not None and len(self._skipped) == left_out:
                unexplained += 1  # no statement is to blame, so another try may end the same way
                self._hopeless = problem if unexplained >= _FRUITLESS_LOADS else None
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
            if problem.status is Outcome.INFRASTRUCTURE_ERROR or self.budget.spent:
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
            verdict = self._retrying(lambda: self._ask(case, case.seed(self.seed)))
        except ChildProblem as problem:
            verdict = problem.verdict()
            _forget_frames(problem)
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
            if any(test.status not in _CALM for test in last):
                self.drop()

    def _ask(self, case: checks.Case, seed, record: Callable | None = None) -> Verdict:
        session = self._ready()
        session.allow(self.time_limit)
        try:
            verdict = judge(case.function, self._student(session, seed, record), case.params)
            if self.session is not None and self.session.problem is not None:
                raise self.session.problem  # a check, or what it called, swallowed it
        except ChildProblem as problem:
            if problem.status is Outcome.INFRASTRUCTURE_ERROR:
                raise
            verdict = problem.verdict()
        _forget_frames(verdict.cause)
        return verdict

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
        text = text[: protocol.NOTE_LENGTH]
        if self._listening and text not in self._noted and len(self._noted) < protocol.MOST_NOTES:
            self._noted.add(text)
            self.record.notes.append(text)

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
        """For exercises that failed: how the answer behaves, and the known mistake that behaves
        so."""
        known: dict[str, list] = {}
        for fingerprint in self.lab.fingerprints:
            known.setdefault(fingerprint.exercise, []).append(fingerprint)
        asked = False
        for exercise in self.lab.exercises:
            tests = [test for test in self.record.tests if test.exercise == exercise]
            wrong = any(test.status in (Outcome.FAILED, Outcome.ERROR) for test in tests)
            calm = all(
                test.status in (Outcome.PASSED, Outcome.FAILED, Outcome.ERROR)
                and test.seconds < _QUICK_SECONDS
                for test in tests
            )
            if exercise not in known or not wrong or not calm:
                continue
            asked = True
            seen = self._behaviour(exercise)
            if not seen:
                continue
            found = recognise(known[exercise], seen)
            name = " + ".join(entry.name for entry in found)
            if found:
                self.record.mistakes[exercise] = {
                    "name": name,
                    "hint": " ".join(entry.hints[0] for entry in found),
                }
            self.record.behaviours[exercise] = {
                "fingerprint": compact(seen),
                "mistake": name,
                "functions": [name for name, n in self.lab.wanted.items() if n == exercise],
            }
        if asked:
            self.drop()

    def _behaviour(self, exercise: str) -> dict[str, list]:
        """How the answers behave under the public checks on the probe seeds; see
        `coursekit.labs.feedback.mistakes.behaviour`."""
        seen: dict[str, list] = {}
        cases = checks.select(self.lab.cases, exercise)
        for case in (case for case in cases if case.visibility == checks.PUBLIC):
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


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what a check's frames hold: replies of megabytes, and by way of their callers the
    verdict that holds them, so that they would wait for the garbage collector."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


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
