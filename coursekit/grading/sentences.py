"""What a check tells of an answer that a gradebook keeps: its computed sentences, found again from
the answer's source in the sandbox that grades, under the public checks alone.

The answer runs beside the imports and definitions of the lab's own cells, without the rest of the
notebook that it came from. Where it then behaves otherwise than it did when it was graded, nothing
is said.
"""

from __future__ import annotations

import ast
import dataclasses
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from coursekit.errors import CoursekitError
from coursekit.grading import lab as graded_labs
from coursekit.grading.policy import Settings, backend_name, keep_apart
from coursekit.grading.record import compact
from coursekit.grading.referee.grader import SubmissionGrader
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.referee.session import ChildProblem
from coursekit.grading.submission import NotReadable, Submission
from coursekit.grading.zygote.process import Zygote, ZygoteDied
from coursekit.labs.author.namespace import definitions_of
from coursekit.labs.exchange import checks
from coursekit.labs.exchange.student import Call, Student, recorded
from coursekit.labs.feedback.explain import Explanation, explain_answers
from coursekit.labs.feedback.mistakes import PROBE_SEEDS, Recorder, outcome

_SECONDS = 20.0


class Teller:
    """Finds the sentences of stored answers to one lab. A context manager: it holds a process.

    Args:
        folder: `labs/NN_topic`.
        unsafe: run answers where a layer of the sandbox is missing.

    Raises:
        CoursekitError: without such a lab, or without a sandbox.
    """

    def __init__(self, folder: str | Path, *, unsafe: bool = False):
        self.lab = graded_labs.load(folder)
        self._settings = Settings(unsafe=unsafe, backend=backend_name())
        policy, _ = self._settings.sandbox()
        keep_apart(policy, folder)
        self._nursery = Nursery(
            lambda: Zygote(policy, self.lab.preload, backend=self._settings.backend)
        )

    def __enter__(self) -> Teller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._nursery.close()

    def sentences(self, exercise: str, source: str, fingerprint: str) -> tuple[Explanation, ...]:
        """What a check tells of an answer; nothing where that cannot be found again.

        Args:
            exercise: the exercise's number.
            source: the answer, as the gradebook keeps it.
            fingerprint: how it behaved when it was graded.
        """
        public = [c for c in self.lab.cases if c.visibility == checks.PUBLIC]
        cases = checks.select(public, exercise)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer.py"
            path.write_text(self._script(source), encoding="utf-8")
            submission = Submission("sample", str(path), "py")
            grader = SubmissionGrader(self.lab, submission, self._nursery, self._settings)
            try:
                grader.open()
                if compact(_behaviour(grader, cases)) != fingerprint:
                    return ()
                return _explained(grader, cases, source)
            except (ChildProblem, NotReadable, ZygoteDied, CoursekitError):
                return ()
            finally:
                grader.drop()

    def _script(self, source: str) -> str:
        released = [definitions_of(_without_magic(c["source"])) for c in self.lab.released]
        return "\n\n# %%\n".join([text for text in released if text] + [source])


def _explained(
    grader: SubmissionGrader, cases: Sequence[checks.Case], source: str
) -> tuple[Explanation, ...]:
    def answers(seed: object, record: Callable[[Call], None] | None = None) -> Student:
        return recorded(grader.student(seed), record)

    results = [
        dataclasses.replace(result, own_seconds=result.seconds)  # the work is done elsewhere
        for result in (checks.run_case(case, answers(case.seed(1))) for case in cases)
    ]
    arguments = {
        node.name: [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }
    return explain_answers(
        answers,
        results,
        lambda name: arguments.get(name, []),
        seconds=_SECONDS,
        clock=time.monotonic,
    )


def _behaviour(grader: SubmissionGrader, cases: Sequence[checks.Case]) -> dict[str, list]:
    """See `coursekit.labs.feedback.mistakes.behaviour`."""
    seen = {}
    for case in cases:
        for seed in PROBE_SEEDS:
            note = Recorder()
            student = recorded(grader.student(case.seed(seed)), note)
            result = checks.run_case(case, student)
            seen[f"{case.name}@{seed}"] = [*note.events, outcome(result.status, result.message)]
    return seen


def _without_magic(text: str) -> str:
    lines = text.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
