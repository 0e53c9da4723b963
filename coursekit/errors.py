"""The errors that coursekit raises on purpose. Each message says what was expected, what came, and
what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CoursekitError(Exception):
    """Base of all errors meant for a person. The command line prints it as one line and exits with
    2."""


class InvalidInputError(CoursekitError, ValueError):
    """An argument or a file does not have the form that was asked for."""


class DataUnavailableError(CoursekitError):
    """A data set is in none of the places looked at; the message names them and says what to do."""


class DeviceError(CoursekitError):
    """A backend or device that was asked for by name cannot be had."""


class MissingDependencyError(CoursekitError, ImportError):
    """An optional package is needed; the message names the extra that brings it."""


class OutputError(CoursekitError):
    """A result cannot be written where it was asked for."""


class LabSourceError(CoursekitError):
    """A lab's source breaks the lab format. The message starts with `file:line:`."""


class NotAnsweredYet(CoursekitError):
    """Raised by an exercise that the student has not written yet. `NotAnsweredYet("Exercise
    5.2")`."""


class CheckNotPassed(CoursekitError):
    """A check of a lab does not pass, and a grader that counts errors runs the notebook."""


class SandboxUnavailableError(CoursekitError):
    """A layer of the grading sandbox is missing on this machine."""


class ClusterError(CoursekitError):
    """The cluster to grade on cannot be reached, has no node that can grade, or lost the last
    one."""


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """The nearest known name as the end of a message, " Did you mean 'mnist'?", or "".

    >>> did_you_mean("mnits", ["digits", "mnist"])
    " Did you mean 'mnist'?"
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f" Did you mean {close[0]!r}?" if close else ""
