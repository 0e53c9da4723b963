"""Grade a whole class: some children at a time, each record committed as it is done, everything resumable."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.errors import CoursekitError, InvalidInputError
from coursekit.grading import lab as labs
from coursekit.grading import outputs, sandbox
from coursekit.grading.gradebook import Gradebook, attempt_key
from coursekit.grading.grader import grade_submission
from coursekit.grading.late import LatePolicy
from coursekit.grading.nursery import Nursery
from coursekit.grading.record import Record
from coursekit.grading.submission import NotReadable, Submission, find
from coursekit.grading.zygote import Zygote, data_folders


@dataclass
class Progress:
    """Where a run is. `left_seconds` is None until one submission is done."""

    done: int
    total: int
    student: str
    left_seconds: float | None


@dataclass
class Summary:
    """What a run did. `records` are the attempts that count of all submissions named, resumed ones included."""

    records: list[Record] = field(default_factory=list)
    graded: int = 0
    resumed: int = 0
    seconds: float = 0.0
    sandbox: str = ""

    @property
    def infrastructure_errors(self) -> list[str]:
        """The students whose submissions could not be graded for a fault that is not theirs."""
        return [record.student for record in self.records if record.status == "infrastructure-error"]

    @property
    def exit_code(self) -> int:
        """0 when every submission has a grade, 3 when some ended in infrastructure errors."""
        return 3 if self.infrastructure_errors else 0


def grade(
    lab: str | os.PathLike,
    submissions: str | os.PathLike,
    out: str | os.PathLike,
    *,
    jobs: int | None = None,
    seed: int = 0,
    time_limit: float = 30.0,
    memory: int = 2048,
    late: str | LatePolicy | None = None,
    only: str | None = None,
    hidden: Iterable[str | os.PathLike] = (),
    unsafe: bool = False,
    backend: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Grade every submission of a lab and write gradebook, tables, feedback and report into `out`.

    A run that was interrupted goes on where it stopped: the same submission, tests, seed and settings are not graded twice.

    Args:
        lab: the lab's folder, `labs/NN_topic`.
        submissions: a notebook, a script, a zip or a folder; see `coursekit.grading.submission.find`.
        out: folder for the results.
        jobs: children at a time; by default one per core.
        seed: of all inputs. The same seed gives the same grades.
        time_limit: seconds for each check and each statement of a cell.
        memory: MB of data per child.
        late: a `LatePolicy`, or its text.
        only: grade one exercise again; the others keep their latest results.
        hidden: files with hidden tests kept elsewhere.
        unsafe: grade although a layer of the sandbox is missing, and say so in every result.
        backend: the Keras backend, by default tensorflow or what KERAS_BACKEND says.
        progress: called after each submission, in this thread.

    Raises:
        SandboxUnavailableError: if a layer of the sandbox is missing.
        InvalidInputError: if lab, submissions or an option are not as expected.
        OutputError: if the results cannot be written.
    """
    _check_options(jobs, time_limit, memory)
    start = time.perf_counter()
    policy_for_late = LatePolicy.parse(late) if isinstance(late, str) else late
    graded_lab = labs.load(lab, hidden=[Path(path) for path in hidden], only=only)
    found = find(submissions, graded_lab.name)
    limits = sandbox.Limits(memory_mb=memory)
    policy, stamp = sandbox.policy_for_this_machine(limits, readable_folders(), unsafe=unsafe)
    backend = backend or backend_name()
    settings = f"{only or 'all'}|{time_limit:g}|{memory}|{stamp}|{backend}"
    summary = Summary(sandbox=stamp)
    jobs = jobs or len(os.sched_getaffinity(0))
    with Gradebook(out) as book:
        nursery = Nursery(lambda: Zygote(policy, graded_lab.preload, backend=backend))
        run = _Run(graded_lab, book, nursery, seed, time_limit, stamp, settings, policy_for_late, only, summary, progress)
        try:
            run.all(found, jobs)
        finally:
            nursery.close()
        names = {submission.student for submission in found}
        summary.records = [r for _, r in book.grades(graded_lab.name) if r.student in names]
        summary.seconds = time.perf_counter() - start
        whole = labs.load(lab, hidden=[Path(path) for path in hidden]) if only else graded_lab
        outputs.write_all(book, Path(out), whole)
    return summary


def _check_options(jobs: int | None, time_limit: float, memory: int) -> None:
    for name, value, least in (
        ("jobs", 1 if jobs is None else jobs, 1),
        ("time-limit", time_limit, 0.1),
        ("memory", memory, 1024),
    ):
        if not value >= least:
            raise InvalidInputError(f"Expected {name} of at least {least}. Received: {value}.")


def readable_folders() -> list[str]:
    """The folders besides Python that children may read: where the data lies."""
    return [folder for folder in data_folders().values() if os.path.isdir(folder)]


def backend_name() -> str:
    """The Keras backend of the children: what KERAS_BACKEND says, else tensorflow."""
    return os.environ.get("KERAS_BACKEND", "tensorflow")


class _Run:
    """One run over the submissions: worker threads grade, this thread alone writes."""

    def __init__(self, lab, book, nursery, seed, time_limit, stamp, settings, late, only, summary, progress):
        self.lab, self.book, self.nursery, self.seed, self.time_limit = lab, book, nursery, seed, time_limit
        self.stamp, self.settings, self.late, self.only = stamp, settings, late, only
        self.summary, self.progress = summary, progress
        self.stop = threading.Event()

    def all(self, found: list[Submission], jobs: int) -> None:
        """Grade what is not graded yet."""
        todo = [submission for submission in found if not self._is_done(submission)]
        self.summary.resumed = len(found) - len(todo)
        start, done = time.perf_counter(), 0
        with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="referee") as pool:
            warnings.simplefilter("ignore")
            waiting = iter(todo)
            running: dict[Future, Submission] = {}
            try:
                while True:
                    for submission in waiting:
                        running[pool.submit(self._grade, submission)] = submission
                        if len(running) >= 2 * jobs:
                            break
                    if not running:
                        break
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        submission = running.pop(future)
                        self._commit(submission, future.result())
                        done += 1
                        self.summary.graded += 1
                        if self.progress is not None:
                            left = (time.perf_counter() - start) / done * (len(todo) - done)
                            self.progress(Progress(done, len(todo), submission.student, left))
            except BaseException:
                self.stop.set()
                for future in running:
                    future.cancel()
                raise

    def _grade(self, submission: Submission) -> Record:
        if self.stop.is_set():
            raise CoursekitError("The run was stopped.")
        return grade_submission(self.lab, submission, self.nursery, seed=self.seed, time_limit=self.time_limit)

    def _key(self, submission_hash: str) -> str:
        return attempt_key(submission_hash, self.lab.tests_hash, self.lab.environment_hash, self.seed, self.settings)

    def _is_done(self, submission: Submission) -> bool:
        latest = self.book.latest(submission.student, self.lab.name)
        if latest is None or latest[2].status == "infrastructure-error":
            return False
        try:
            digest = hashlib.sha256(submission.read()).hexdigest()
        except NotReadable as error:
            digest = hashlib.sha256(str(error).encode()).hexdigest()
        same = latest[1] == self._key(digest)
        if same and self.late is not None and latest[2].penalty != self.late.penalty(submission.submitted):
            return False
        return same

    def _commit(self, submission: Submission, record: Record) -> None:
        record.sandbox = self.stamp
        key = self._key(record.submission_hash)
        if self.only is not None:
            record = self._merged(submission, record)
        if self.late is not None:
            record.days_late = self.late.days_late(submission.submitted)
            record.penalty = self.late.penalty(submission.submitted)
        record.points = round(record.points * (1.0 - record.penalty), 6)
        self.book.add(record, key)

    def _merged(self, submission: Submission, record: Record) -> Record:
        """A regrade of one exercise: its results take the place of the earlier ones, all others stay."""
        latest = self.book.latest(submission.student, self.lab.name)
        if latest is None:
            return record
        earlier = latest[2]
        tests = [test for test in earlier.tests if test.exercise != self.only]
        tests += record.tests
        return dataclasses.replace(
            record,
            tests=tests,
            points=round(sum(test.points for test in tests), 6),
            max_points=round(sum(test.max_points for test in tests), 6),
            days_late=earlier.days_late,
            penalty=earlier.penalty,
            answers={**earlier.answers, **record.answers},
            mistakes={**{k: v for k, v in earlier.mistakes.items() if k != self.only}, **record.mistakes},
        )
