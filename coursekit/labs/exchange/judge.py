"""What one check says about one student, wherever the student's code runs: the one place that turns
how a check ended into an outcome.

`judge` needs nothing of its process and redirects nothing, so it may run in several threads.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from coursekit.labs.exchange.student import Student, assert_arguments_kept
from coursekit.labs.exchange.wire import WireError
from coursekit.labs.testing import MissingAnswer, NotAnswered, StudentError

_LONGEST_ERROR = 500


class Outcome(StrEnum):
    """How a check ended. The values are what gradebooks and fingerprints hold.

    `MISSING` is told apart from `NOT_ANSWERED` in a notebook alone; `CRASHED`, `OUT_OF_MEMORY`,
    `FORBIDDEN` and `INFRASTRUCTURE_ERROR` exist in grading alone.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MISSING = "missing"
    NOT_ANSWERED = "not-answered"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    FORBIDDEN = "forbidden"
    INFRASTRUCTURE_ERROR = "infrastructure-error"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How a check ended, what it says, and the exception that ended it.

    `compared` are the arrays (expected, got) of a failed comparison, if it was about arrays.
    """

    outcome: Outcome
    message: str = ""
    cause: BaseException | None = None
    compared: tuple | None = None

    @property
    def graded(self) -> Outcome:
        """The outcome as a gradebook holds it, where what the student's code raised tells what
        stopped it."""
        if self.outcome is Outcome.MISSING:
            return Outcome.NOT_ANSWERED
        if isinstance(self.cause, StudentError):
            return _stopped_by(self.cause)
        return Outcome.FAILED if isinstance(self.cause, WireError) else self.outcome


def judge(function: Callable[..., None], student: Student, params: dict[str, Any]) -> Verdict:
    """Call a check with `student` and `params`, and say how it ended. Where all else is right, the
    calls must have left their arguments as they were.

    What is neither an `Exception` nor one of pytest's outcomes passes through.
    """
    try:
        function(student=student, **params)
        assert_arguments_kept(student)
    except MissingAnswer as error:
        return Verdict(Outcome.MISSING, str(error), error)
    except NotAnswered as error:
        return Verdict(Outcome.NOT_ANSWERED, str(error), error)
    except AssertionError as error:
        message = str(error) or "expected: the claim above\ngot:      it does not hold"
        return Verdict(Outcome.FAILED, message, error, getattr(error, "compared", None))
    except Exception as error:
        said = f"{type(error).__name__}: {str(error)[:_LONGEST_ERROR]}"
        message = f"expected: a result that the check can use\ngot:      {said}"
        return Verdict(Outcome.ERROR, message, error)
    except BaseException as error:
        outcome = _outcome_of_pytest(error)
        if outcome is None:
            raise
        return Verdict(outcome, str(error), error)
    return Verdict(Outcome.PASSED)


def _outcome_of_pytest(error: BaseException) -> Outcome | None:
    """What `pytest.skip` and `pytest.fail` say; None for any other exception. A check that uses
    them has imported pytest."""
    pytest = sys.modules.get("pytest")
    if pytest is None:
        return None
    if isinstance(error, pytest.skip.Exception):
        return Outcome.PASSED
    return Outcome.FAILED if isinstance(error, pytest.fail.Exception) else None


_FORBIDDEN_ERRNOS = ("[Errno 1]", "[Errno 13]", "[Errno 30]")  # EPERM, EACCES, EROFS


def _stopped_by(error: StudentError) -> Outcome:
    """What stopped the student's code, from what it raised. The name is text from the student's
    process, so it can only name what its own fault is called."""
    name, text = error.type_name, error.text
    if name == "MemoryError" or "[Errno 12]" in text or "OOM when allocating" in text:
        return Outcome.OUT_OF_MEMORY
    refused = any(number in text for number in _FORBIDDEN_ERRNOS)
    if name == "PermissionError" or refused or "can't start new thread" in text:
        return Outcome.FORBIDDEN
    return Outcome.ERROR
