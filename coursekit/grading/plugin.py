"""The pytest plugin: the `student` fixture and the marks of lab tests.

    pytest labs/05_metrics                         the solution passes
    pytest labs/05_metrics --submission ann.ipynb  grades one notebook in the sandbox, in ordinary
    pytest output pytest ~/secret/test_hidden.py --lab labs/05_metrics --submission ann.ipynb

Nothing heavy is imported before a lab test asks for it: the plugin is loaded by every pytest run.
"""

from __future__ import annotations

import secrets
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from coursekit._path import leave_current_folder, loaded_from_current_folder
from coursekit._text import clean

_LAB_FILES = ("test_public.py", "test_hidden.py")
_MARKS = (
    "points(n): what a lab check is worth",
    "exercise(number): the lab exercise that a check belongs to",
    "fixed_input(reason): a lab check that draws nothing from student.rng, and why",
)
_UNANSWERED = (("coursekit.labs.testing", "NotAnswered"),)
_SHOWN = (
    *_UNANSWERED,
    ("coursekit.labs.testing", "StudentError"),
    ("coursekit.grading.referee.session", "ChildProblem"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of lab tests."""
    group = parser.getgroup("coursekit", "lab tests of coursekit")
    group.addoption(
        "--submission", metavar="FILE", help="grade this notebook or script instead of the solution"
    )
    group.addoption("--lab", metavar="FOLDER", help="the lab that tests kept elsewhere belong to")
    group.addoption(
        "--lab-seed",
        type=int,
        metavar="S",
        help="seed of all inputs (default 0; with --submission drawn at random)",
    )
    group.addoption(
        "--lab-time-limit",
        type=float,
        default=30.0,
        metavar="S",
        help="seconds for each check (default 30)",
    )
    group.addoption(
        "--unsafe", action="store_true", help="grade although a layer of the sandbox is missing"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and keep what the session shares."""
    for line in _MARKS:
        config.addinivalue_line("markers", line)
    if config.getoption("--submission") is not None:
        _keep_submissions_out(config)
    if config.option.lab_seed is None:  # kept there, so that pytest-xdist's workers have it too
        graded = config.getoption("--submission") is not None
        config.option.lab_seed = secrets.randbelow(2**32) if graded else 0
    config.stash[_STATE] = _State(config)


def _keep_submissions_out(config: pytest.Config) -> None:
    """A submission in the current folder may be called `numpy.py`: nothing is imported from there.

    Raises:
        pytest.UsageError: if something was, before anybody could prevent it.
    """
    leave_current_folder()
    if loaded := loaded_from_current_folder():
        raise pytest.UsageError(
            f"Expected a current folder that nothing is imported from while submissions are "
            f"graded. Received: {', '.join(loaded)} from {config.invocation_params.dir}. Use "
            f"`pytest` or `python -P -m pytest`, or go to another folder."
        )


def pytest_report_header(config: pytest.Config) -> str | None:
    """The seed, where a submission is graded."""
    if config.getoption("--submission") is None:
        return None
    return f"coursekit: seed {config.option.lab_seed}, repeated by --lab-seed"


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what grading started."""
    state = config.stash.get(_STATE, None)
    if state is not None:
        state.close()


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Lab tests share their file names: each is imported under a name of its own."""
    if module_path.name in _LAB_FILES and (module_path.parent / "source.py").is_file():
        return _LabModule.from_parent(parent, path=module_path)
    return None


class _LabModule(pytest.Module):
    def _getobj(self) -> Any:
        from coursekit.errors import CoursekitError
        from coursekit.labs.exchange.checks import load_module

        try:
            return load_module(self.path, rewrite=True)
        except CoursekitError as error:
            raise self.CollectError(str(error)) from None


class _State:
    """What a session shares: the solution's namespace per lab, or the submission's child."""

    def __init__(self, config: pytest.Config):
        self.config, self.namespaces, self.graders, self.nursery = config, {}, {}, None

    def solution(self, folder: Path) -> dict:
        """The namespace of a lab's solution."""
        if folder not in self.namespaces:
            from coursekit.labs.author.namespace import solution_namespace
            from coursekit.labs.author.source import read_lab

            self.namespaces[folder] = solution_namespace(read_lab(folder))
        return self.namespaces[folder]

    def grader(self, folder: Path):
        """The grader of the submission named on the command line."""
        if folder not in self.graders:
            from coursekit.grading import lab
            from coursekit.grading.policy import Settings, backend_name, keep_apart
            from coursekit.grading.referee.grader import SubmissionGrader
            from coursekit.grading.referee.nursery import Nursery
            from coursekit.grading.submission import find
            from coursekit.grading.zygote.process import Zygote

            option = self.config.getoption
            graded = lab.load(folder)
            settings = Settings(
                option("--lab-seed"),
                option("--lab-time-limit"),
                unsafe=option("--unsafe"),
                backend=backend_name(),
            )
            policy, stamp = settings.sandbox()
            place = Path(self.config.invocation_params.dir) / option("--submission")
            keep_apart(policy, folder, place)
            self.nursery = self.nursery or Nursery(
                lambda: Zygote(policy, graded.preload, backend=settings.backend)
            )
            submission = find(place, graded.name)[0]
            made = SubmissionGrader(graded, submission, self.nursery, settings)
            made.record.sandbox = stamp
            made.open()
            self.graders[folder] = made
        return self.graders[folder]

    def close(self) -> None:
        """End the children and the zygote."""
        for grader in self.graders.values():
            grader.drop()
        if self.nursery is not None:
            self.nursery.close()


_STATE: pytest.StashKey[_State] = pytest.StashKey()


@pytest.fixture
def student(request: pytest.FixtureRequest):
    """The student's code as a proxy: that of `--submission`, in the sandbox, or else the lab's
    solution."""
    config = request.config
    named = config.getoption("--lab")
    folder = (
        (Path(config.invocation_params.dir) / named).resolve() if named else request.path.parent
    )
    if not (folder / "source.py").is_file():
        pytest.fail(
            f"Expected the lab's source.py beside {request.path.name}. Received: none. Name "
            f"the lab with --lab FOLDER.",
            pytrace=False,
        )
    seed = (config.getoption("--lab-seed"), zlib.crc32(request.node.name.encode()))
    state = config.stash[_STATE]
    if config.getoption("--submission") is None:
        from coursekit.labs.exchange.student import local_student

        yield local_student(state.solution(folder), seed)
        return
    from coursekit.errors import CoursekitError
    from coursekit.grading.submission import NotReadable

    try:
        grader = state.grader(folder)
        proxy = grader.student(seed)
    except (CoursekitError, NotReadable) as error:
        pytest.fail(clean(error), pytrace=False)
    yield proxy
    if not getattr(request.node, "_coursekit_passed", False):
        grader.drop()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function):
    """A check that has passed ends with a look at the arguments of its calls."""
    done = yield
    proxy = pyfuncitem.funcargs.get("student")
    module = sys.modules.get("coursekit.labs.exchange.student")
    if module is not None and isinstance(proxy, module.Student):
        module.assert_arguments_kept(proxy)
    return done


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Show what concerns the student and leave out the machinery's frames."""
    outcome = yield
    report = outcome.get_result()
    if call.when == "call":
        item._coursekit_passed = report.passed
    marks = {
        mark.name: mark.args[0]
        for mark in item.iter_markers()
        if mark.name in ("points", "exercise") and mark.args
    }
    if "exercise" in marks and call.when == "call":
        share = len(getattr(getattr(item, "callspec", None), "params", {}) or {})
        report.coursekit_points = [
            str(marks["exercise"]),
            _points_of(item, float(marks.get("points", 1.0)), share),
        ]
    if call.excinfo is not None and _is_one_of(call.excinfo.value, _SHOWN):
        report.longrepr = clean(call.excinfo.value)
        if _is_one_of(call.excinfo.value, _UNANSWERED):
            report.coursekit_status = "not answered"


def _is_one_of(error: BaseException, kinds: tuple[tuple[str, str], ...]) -> bool:
    """Whether `error` is of one of these `(module, class)`; one whose module is not loaded cannot
    have been raised."""
    loaded = [(sys.modules[module], name) for module, name in kinds if module in sys.modules]
    return isinstance(error, tuple(getattr(module, name) for module, name in loaded))


def _points_of(item: pytest.Item, worth: float, parametrised: int) -> float:
    """A function's points are split evenly over its parameter sets."""
    if not parametrised:
        return worth
    siblings = [
        other
        for other in item.session.items
        if getattr(other, "function", None) is getattr(item, "function", None)
    ]
    return worth / max(1, len(siblings))


def pytest_report_teststatus(report) -> tuple | None:
    """An unanswered exercise is called that."""
    if report.when == "call" and getattr(report, "coursekit_status", "") == "not answered":
        return "not answered", "N", ("NOT ANSWERED", {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Points per exercise, where a submission was graded."""
    if config.getoption("--submission") is None:
        return
    earned: dict[str, list[float]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            exercise, worth = getattr(report, "coursekit_points", (None, 0.0))
            if exercise is not None:
                entry = earned.setdefault(exercise, [0.0, 0.0])
                entry[0] += worth if report.passed else 0.0
                entry[1] += worth
    if earned:
        terminalreporter.section("points")
        for exercise in sorted(
            earned, key=lambda e: [int(p) if p.isdigit() else 0 for p in e.split(".")]
        ):
            terminalreporter.line(
                f"exercise {exercise}: {earned[exercise][0]:g} of {earned[exercise][1]:g}"
            )
        total = [sum(values) for values in zip(*earned.values(), strict=True)]
        terminalreporter.line(f"in all: {total[0]:g} of {total[1]:g}")
