"""Grade a whole class: some children at a time, each record committed as it is done, everything
resumable."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from coursekit._ray import joined
from coursekit.errors import CoursekitError, InvalidInputError
from coursekit.grading import lab as labs
from coursekit.grading.books import outputs
from coursekit.grading.books.gradebook import Gradebook, attempt_key
from coursekit.grading.books.late import LatePolicy, read_times
from coursekit.grading.policy import Graders, Settings, backend_name, keep_apart
from coursekit.grading.record import Record
from coursekit.grading.referee.grader import grade_submission
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.submission import Submission, find_all
from coursekit.grading.zygote import sandbox
from coursekit.grading.zygote.process import Zygote
from coursekit.labs.exchange.judge import Outcome


@dataclass
class Progress:
    """Where a run is. `left_seconds` is None until one submission is done."""

    done: int
    total: int
    student: str
    left_seconds: float | None


@dataclass
class Summary:
    """What a run did. `records` are the attempts that count of all submissions named, resumed ones
    included; `refused` are lines on what could not be told apart; `without_time` are those whose
    lateness nobody can tell, `bare_pages` those whose feedback could not be made whole; `seed` is
    that of the run."""

    records: list[Record] = field(default_factory=list)
    graded: int = 0
    resumed: int = 0
    seconds: float = 0.0
    sandbox: str = ""
    seed: int = 0
    refused: list[str] = field(default_factory=list)
    without_time: list[str] = field(default_factory=list)
    bare_pages: list[str] = field(default_factory=list)

    @property
    def infrastructure_errors(self) -> list[str]:
        """The students whose submissions could not be graded for a fault that is not theirs."""
        return [
            record.student
            for record in self.records
            if record.status == Outcome.INFRASTRUCTURE_ERROR
        ]

    @property
    def exit_code(self) -> int:
        """0 when every submission has a grade, 3 when some have none for a reason that is not the
        student's."""
        return 3 if self.infrastructure_errors or self.refused else 0


def grade(
    lab: str | os.PathLike,
    submissions: str | os.PathLike,
    out: str | os.PathLike,
    *,
    jobs: int | None = None,
    seed: int | None = None,
    time_limit: float = 30.0,
    memory: int = 2048,
    budget: float | None = None,
    late: str | LatePolicy | None = None,
    times: str | os.PathLike | None = None,
    only: str | None = None,
    hidden: Iterable[str | os.PathLike] = (),
    unsafe: bool = False,
    backend: str | None = None,
    cluster: str | None = None,
    keep_warm: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> Summary:
    """Grade every submission of a lab and write gradebook, tables, feedback and report into `out`.

    A run that was interrupted goes on where it stopped: the same submission, tests, seed and
    settings are not graded twice.

    Args:
        lab: the lab's folder, `labs/NN_topic`.
        submissions: a notebook, a script, a zip or a folder; see
            `coursekit.grading.submission.find`.
        out: folder for the results.
        jobs: children at a time; by default one per core. With `cluster`, on each node.
        seed: of all inputs. The same seed gives the same grades. Without one it is drawn at random
            and written in the gradebook; a run that was interrupted, a notebook that did not change
            and a regrade of one exercise keep theirs.
        time_limit: seconds for each check and, up to 20, for each statement of a cell.
        memory: MB of data per child.
        budget: seconds for a whole submission; by default ten times what the lab itself takes, and
            no less than 300.
        late: a `LatePolicy`, or its text.
        times: a CSV that says when each student handed in, where no system told; see
            `coursekit.grading.books.late.read_times`.
        only: grade one exercise again; the others keep their latest results.
        hidden: files with hidden tests kept elsewhere.
        unsafe: grade although a layer of the sandbox is missing, and say so in every result.
        backend: the Keras backend, by default tensorflow or what KERAS_BACKEND says.
        cluster: address of a Ray cluster to grade on instead of this machine; see
            `coursekit.grading.cluster.nodes.Cluster`.
        keep_warm: minutes that the zygote waits for the next command of this user; not with a
            cluster. See `coursekit.grading.zygote.warm`.
        progress: called after each submission, in this thread.
        notice: called with a line for a person when a node of the cluster refuses or is lost, in
            this thread.

    Raises:
        SandboxUnavailableError: if a layer of the sandbox is missing.
        ClusterError: if the cluster cannot be reached, none of its nodes can grade, or the last one
            was lost.
        InvalidInputError: if lab, submissions or an option are not as expected.
        OutputError: if the results cannot be written.
    """
    _check_options(
        jobs=(jobs, 1),
        seed=(seed, 0),
        time_limit=(time_limit, 0.1),
        memory=(memory, 1024),
        budget=(budget, 1.0),
        keep_warm=(keep_warm, 0.0),
    )
    start = time.perf_counter()
    policy_for_late = LatePolicy.parse(late) if isinstance(late, str) else late
    told = read_times(times) if times is not None else {}
    files = [Path(path) for path in hidden]
    with ThreadPoolExecutor(
        1
    ) as aside:  # the sandbox is tried in a process of its own while this one reads
        layers = aside.submit(sandbox.layers) if cluster is None else None
        graded_lab = labs.load(lab, hidden=files, only=only)
        everything = find_all(submissions, graded_lab.name)
    found = [
        dataclasses.replace(s, submitted=told.get(s.student, s.submitted))
        for s in everything.submissions
    ]
    summary = Summary(refused=everything.refused)
    if policy_for_late is not None:
        summary.without_time = [s.student for s in found if not s.submitted]
    settings = Settings(0, time_limit, memory, only, unsafe, backend or backend_name(), budget)
    here = settings.sandbox(layers.result()) if layers is not None else None
    if here is not None:
        keep_apart(here[0], lab, submissions, out, *files)
    # A cluster that cannot be joined leaves no gradebook.
    with joined(cluster) if cluster else contextlib.nullcontext(), Gradebook(out) as book:
        settings = dataclasses.replace(
            settings,
            seed=book.begin_run(graded_lab.name, seed),
            seeds={} if seed is not None else _kept_seeds(book, graded_lab.name, found, only),
        )
        if here is not None:
            graders = _here(graded_lab, settings, here, jobs, keep_warm)
        else:
            from coursekit.grading.cluster.nodes import Cluster
            from coursekit.grading.cluster.parcel import Order

            order = Order.of(graded_lab, files, settings)
            graders = Cluster(cluster, graded_lab, order, jobs=jobs, notice=notice)
        with graders as graders:
            run = _Run(graded_lab, settings, seed, policy_for_late, book, graders)
            run.all(found, summary, progress)
            summary.sandbox = "; ".join(sorted(graders.stamps))
        names = {submission.student for submission in found}
        summary.records = [r for _, r in book.grades(graded_lab.name) if r.student in names]
        summary.seed, summary.seconds = settings.seed, time.perf_counter() - start
        if not summary.infrastructure_errors:
            book.finish_run(graded_lab.name)
        whole = labs.load(lab, hidden=files) if only else graded_lab
        summary.bare_pages = outputs.write_all(book, Path(out), whole)
    return summary


def _kept_seeds(
    book: Gradebook, lab: str, found: list[Submission], only: str | None
) -> dict[str, int]:
    """The seeds of those who are graded again: the same notebook, or one exercise of it, meets the
    same inputs."""
    earlier = book.seeds(lab)
    return {
        submission.student: earlier[submission.student][0]
        for submission in found
        if submission.student in earlier
        and (only is not None or earlier[submission.student][1] == submission.digest())
    }


def _check_options(**options: tuple[float | None, float]) -> None:
    """Each option is `(value, least)`; None stands for a default."""
    for name, (value, least) in options.items():
        if value is not None and not value >= least:
            raise InvalidInputError(
                f"Expected {name.replace('_', '-')} of at least {least}. Received: {value}."
            )


@contextlib.contextmanager
def _here(
    lab: labs.GradedLab,
    settings: Settings,
    here: tuple[sandbox.Policy, str],
    jobs: int | None,
    keep_warm: float,
) -> Iterator[Graders]:
    policy, stamp = here

    def make() -> Zygote:
        if not keep_warm:
            return Zygote(policy, lab.preload, backend=settings.backend)
        from coursekit.grading.zygote.warm import LentZygote

        return LentZygote(policy, lab.preload, settings.backend, keep_warm)

    with contextlib.closing(Nursery(make)) as nursery:
        yield _Here(lab, settings, nursery, stamp, jobs or len(os.sched_getaffinity(0)))


class _Here:
    """Grades on this machine: one referee per thread, all children from one zygote."""

    def __init__(
        self, lab: labs.GradedLab, settings: Settings, nursery: Nursery, stamp: str, jobs: int
    ):
        self.lab, self.settings, self.nursery, self.jobs = lab, settings, nursery, jobs
        self.stamp, self.stamps = stamp, {stamp}
        self.stop = threading.Event()

    def grade(self, todo: list[Submission]) -> Generator[tuple[Submission, Record], None, None]:
        with (
            warnings.catch_warnings(),
            ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="referee") as pool,
        ):
            warnings.simplefilter("ignore")
            waiting, failed = deque(todo), set[str]()
            running: dict[Future, Submission] = {}
            try:
                while waiting or running:
                    while waiting and len(running) < 2 * self.jobs:
                        submission = waiting.popleft()
                        running[pool.submit(self._grade, submission)] = submission
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        submission, record = running.pop(future), future.result()
                        if (
                            record.status == Outcome.INFRASTRUCTURE_ERROR
                            and submission.student not in failed
                        ):
                            failed.add(submission.student)  # once more, when all others are through
                            waiting.append(submission)
                        else:
                            yield submission, record
            except BaseException:
                self.stop.set()
                for future in running:
                    future.cancel()
                raise

    def _grade(self, submission: Submission) -> Record:
        if self.stop.is_set():
            raise CoursekitError("The run was stopped.")
        record = grade_submission(self.lab, submission, self.nursery, self.settings)
        record.sandbox = self.stamp
        return record


class _Run:
    """One run over the submissions: others grade, this thread alone writes."""

    def __init__(
        self,
        lab: labs.GradedLab,
        settings: Settings,
        seed: int | None,
        late: LatePolicy | None,
        book: Gradebook,
        graders: Graders,
    ):
        self.lab, self.settings, self.seed, self.late = lab, settings, seed, late
        self.book, self.graders = book, graders

    def all(
        self,
        found: list[Submission],
        summary: Summary,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        """Grade what is not graded yet."""
        todo = [submission for submission in found if not self._is_done(submission)]
        summary.resumed = len(found) - len(todo)
        start = time.perf_counter()
        with contextlib.closing(self.graders.grade(todo)) as results:
            for done, (submission, record) in enumerate(results, start=1):
                self._commit(submission, record)
                summary.graded += 1
                if progress is not None:
                    left = (time.perf_counter() - start) / done * (len(todo) - done)
                    progress(Progress(done, len(todo), submission.student, left))

    def _key(self, submission_hash: str, seed: int, stamp: str) -> str:
        return attempt_key(
            submission_hash,
            self.lab.tests_hash,
            self.lab.environment_hash,
            seed,
            self.settings.key(stamp),
        )

    def _is_done(self, submission: Submission) -> bool:
        """Whether the latest attempt is of the same submission and settings, in a sandbox that a
        grader here has too."""
        digest = submission.digest()
        return self.book.is_current(
            submission.student,
            self.lab.name,
            key=lambda seed, stamp: self._key(digest, seed, stamp),
            stamps=self.graders.stamps,
            seed=self.seed,
            penalty=None if self.late is None else self.late.penalty(submission.submitted),
        )

    def _commit(self, submission: Submission, record: Record) -> None:
        if self.late is not None:
            record.days_late = self.late.days_late(submission.submitted)
            record.penalty = self.late.penalty(submission.submitted)
        key = self._key(record.submission_hash, record.seed, record.sandbox)
        self.book.commit(record, key, only=self.settings.only, keep_penalty=self.late is None)
