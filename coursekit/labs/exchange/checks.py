"""Collect and run the pytest functions of a lab, one case at a time, wherever the student's code
runs.

The same functions serve a notebook's `check("5.2")`, `coursekit labs verify` and grading; none of
them needs a pytest session.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import hashlib
import importlib.machinery
import inspect
import io
import signal
import sys
import threading
import time
import types
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from coursekit.devices import hush
from coursekit.errors import LabSourceError, MissingDependencyError
from coursekit.labs.exchange.examples import Example, example_check, read_examples
from coursekit.labs.exchange.judge import Outcome, Verdict, judge
from coursekit.labs.exchange.student import Student
from coursekit.labs.exchange.wire import LAB_MODULE

PUBLIC, HIDDEN = "public", "hidden"
FILES = {PUBLIC: "test_public.py", HIDDEN: "test_hidden.py"}


@dataclasses.dataclass(frozen=True)
class Case:
    """One check: a test function with one set of parameters. `points` is its share of the
    function's points."""

    name: str
    function: Callable[..., None]
    exercise: str
    points: float
    visibility: str
    params: dict[str, Any]
    fixed_input: str | None
    line: int

    @property
    def title(self) -> str:
        """The claim in words: the docstring's first line, or the function's name."""
        doc = inspect.getdoc(self.function)
        words = (
            doc.splitlines()[0].rstrip(".")
            if doc
            else self.function.__name__.removeprefix("test_").replace("_", " ")
        )
        return words + self.name.removeprefix(self.function.__name__)

    def seed(self, run: int) -> tuple[int, int]:
        """The seed of this case in a run: other cases and other runs draw other inputs."""
        return (run, zlib.crc32(self.name.encode()))


@dataclasses.dataclass(frozen=True)
class CaseResult:
    """How a case ended in this process.

    `own_seconds` leaves out waiting for other programs: the smaller of wall time and this process's
    processor time. `compared` are the arrays (expected, got) of a failed comparison.
    """

    case: Case
    status: Outcome
    message: str = ""
    seconds: float = 0.0
    printed: str = ""
    own_seconds: float = 0.0
    compared: tuple | None = dataclasses.field(default=None, compare=False)

    @property
    def passed(self) -> bool:
        """Whether the case passed."""
        return self.status is Outcome.PASSED


def load_module(path: str | Path, *, rewrite: bool = False) -> types.ModuleType:
    """Execute a Python file as a module of its own that is in no import path.

    Args:
        path: the file.
        rewrite: give bare `assert` statements pytest's explanations.

    Raises:
        LabSourceError: if the file cannot be read or executed, with file and line.
    """
    path = Path(path)
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    name = f"{LAB_MODULE}{place}_{path.stem}"
    try:
        source = path.read_bytes()
        tree = ast.parse(source, filename=str(path))
    except OSError as error:
        raise LabSourceError(
            f"{path}:1: expected a file that can be read. Received: {error.strerror}."
        ) from None
    except SyntaxError as error:
        raise LabSourceError(
            f"{path}:{error.lineno or 1}: expected Python. Received: {error.msg}."
        ) from None
    if rewrite:
        with contextlib.suppress(
            Exception
        ):  # pytest's rewriting is a nicety: without it the messages are shorter
            from _pytest.assertion.rewrite import rewrite_asserts

            rewrite_asserts(tree, source, str(path))
    module = types.ModuleType(name)
    module.__file__ = str(path)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, origin=str(path))
    sys.modules[name] = module
    hush()  # a lab's tests may import TensorFlow before its notebook does
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, str(path), "exec", dont_inherit=True), vars(module))
    except LabSourceError:
        raise
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "pytest":
            raise MissingDependencyError(
                "Checking needs pytest: run `pip install pytest`."
            ) from None
        line = _line_in(error, str(path))
        raise LabSourceError(
            f"{path}:{line}: expected a file that runs. Received: {type(error).__name__}: {error}."
        ) from error
    return module


def collect(
    folder: str | Path,
    visibility: str = PUBLIC,
    *,
    examples: Sequence[Example] | None = None,
) -> list[Case]:
    """The cases of a lab's public or hidden test file, in their order; none if there is no such
    file. Before the public ones stand the examples of the docstrings.

    Args:
        folder: the lab's folder.
        visibility: `PUBLIC` or `HIDDEN`.
        examples: by default those that `fingerprints.json` holds.

    Raises:
        LabSourceError: if a test lacks `@pytest.mark.exercise("N.M")` or asks for anything besides
            `student` and its parameters.
    """
    path = Path(folder) / FILES[visibility]
    cases = collect_file(path, visibility) if path.is_file() else []
    if visibility != PUBLIC or not cases:
        return cases
    listed = read_examples(folder) if examples is None else examples
    return [_example_case(example) for example in listed] + cases


def collect_file(path: str | Path, visibility: str = HIDDEN) -> list[Case]:
    """The cases of a test file given by its path, e.g. hidden tests kept outside the repository;
    see `collect`."""
    path = Path(path)
    module = load_module(path, rewrite=True)
    cases: list[Case] = []
    for name, function in list(vars(module).items()):
        if (
            name.startswith("test_")
            and inspect.isfunction(function)
            and function.__module__ == module.__name__
        ):
            cases += _cases_of(function, module, path, visibility)
    return cases


def select(cases: list[Case], exercise: str) -> list[Case]:
    """The cases of one exercise."""
    return [case for case in cases if case.exercise == exercise]


def run_case(case: Case, student: Student, *, seconds: float | None = None) -> CaseResult:
    """Run one case with `student`.

    Args:
        case: what to run.
        student: a fresh proxy, made with `case.seed(run)`.
        seconds: wall-clock limit, kept where the code runs in this process and the platform has
            timers; None for no limit.
    """
    printed = io.StringIO()
    start, busy = time.perf_counter(), time.process_time()
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed), _limited(seconds):
            warnings.simplefilter("ignore")
            verdict = judge(case.function, student, case.params)
    except _OutOfTime:
        verdict = Verdict(
            Outcome.TIMEOUT,
            f"expected: an answer within {seconds:g} seconds\ngot:      none; is there an "
            f"endless loop?",
        )
    took = time.perf_counter() - start
    return CaseResult(
        case,
        verdict.outcome,
        verdict.message,
        took,
        printed.getvalue()[:2000],
        min(took, time.process_time() - busy),
        verdict.compared,
    )


def _example_case(example: Example) -> Case:
    function = example_check(example)
    fixed = "the docstring's own example"
    return Case(function.__name__, function, example.exercise, 0.0, PUBLIC, {}, fixed, 0)


def _cases_of(
    function: Callable, module: types.ModuleType, path: Path, visibility: str
) -> list[Case]:
    marks = [*_as_list(getattr(module, "pytestmark", [])), *getattr(function, "pytestmark", [])]
    where = f"{path}:{function.__code__.co_firstlineno}"
    exercise = next((m.args[0] for m in marks if m.name == "exercise" and m.args), None)
    if exercise is None:
        raise LabSourceError(
            f'{where}: expected @pytest.mark.exercise("N.M") on {function.__name__}. Received: '
            f"none."
        )
    points = next((float(m.args[0]) for m in marks if m.name == "points" and m.args), 1.0)
    fixed = next((str(m.args[0]) if m.args else "" for m in marks if m.name == "fixed_input"), None)
    variants = [("", {})]
    for mark in marks:
        if mark.name == "parametrize":
            variants = [
                (f"{i}-{j}" if i else j, {**p, **q})
                for j, q in _variants(mark)
                for i, p in variants
            ]
    wanted = set(inspect.signature(function).parameters)
    if wanted != {"student", *variants[0][1]}:
        raise LabSourceError(
            f"{where}: expected `student` and the parametrised names only. Received: "
            f"{sorted(wanted)}."
        )
    share, line = points / len(variants), function.__code__.co_firstlineno
    return [
        Case(
            f"{function.__name__}[{label}]" if label else function.__name__,
            function,
            str(exercise),
            share,
            visibility,
            p,
            fixed,
            line,
        )
        for label, p in variants
    ]


def _variants(mark: Any) -> Iterator[tuple[str, dict]]:
    names, values = mark.args[0], mark.args[1]
    names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    ids = mark.kwargs.get("ids")
    for place, entry in enumerate(values):
        label = getattr(entry, "id", None)
        if hasattr(entry, "values") and hasattr(entry, "marks"):
            entry = entry.values if len(names) > 1 else entry.values[0]
        parts = list(entry) if len(names) > 1 else [entry]
        if label is None and ids is not None:
            label = ids(entry) if callable(ids) else ids[place]
        if label is None:
            label = "-".join(
                _label(part, name, place) for part, name in zip(parts, names, strict=True)
            )
        yield str(label), dict(zip(names, parts, strict=True))


def _label(value: Any, name: str, place: int) -> str:
    return (
        str(value) if isinstance(value, str | int | float | bool | type(None)) else f"{name}{place}"
    )


def _as_list(value: Any) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]


def _line_in(error: BaseException, filename: str) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class _OutOfTime(BaseException):
    """Raised inside the student's code when the time is up; not an `Exception`, so that it is not
    swallowed there."""


@contextlib.contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not usable:
        yield
        return

    def stop(signum: int, frame: Any) -> None:
        raise _OutOfTime

    earlier = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
