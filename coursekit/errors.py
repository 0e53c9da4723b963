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
    """Several machines were to work together, to grade or to train: they cannot be reached, none of
    them can do it, or one was lost without which it cannot go on."""


def near_name(name: str, known: Iterable[str], *, cutoff: float = 0.8) -> str | None:
    """The one of the `known` names that somebody who wrote it may have meant by `name`: the same
    but for case and underscores, or else nearly the same letters (`cutoff` of them, as difflib
    counts). None if there is no such other name.

    >>> near_name("MeanSquare", ["mean_square", "mean_cube"])
    'mean_square'
    """
    others = [n for n in known if n != name]
    by_fold = {n.lower().replace("_", ""): n for n in others}
    close = difflib.get_close_matches(name, others, n=1, cutoff=cutoff)
    return by_fold.get(name.lower().replace("_", "")) or next(iter(close), None)


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """The nearest known name as the end of a message, " Did you mean 'mnist'?", or "".

    >>> did_you_mean("mnits", ["digits", "mnist"])
    " Did you mean 'mnist'?"
    """
    close = near_name(name, known, cutoff=cutoff)
    return f" Did you mean {close!r}?" if close else ""
