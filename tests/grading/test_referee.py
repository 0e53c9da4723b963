"""The referee's end of a child: what is over stays over, whatever a check does with it."""

import os
import time

import pytest
from grading_toys import PLAIN, notebook, points, write_notebook

from coursekit.grading.policy import Settings
from coursekit.grading.referee.grader import SubmissionGrader, grade_submission
from coursekit.grading.referee.session import Budget, ChildProblem, Session, Usage
from coursekit.grading.submission import Submission
from coursekit.labs.exchange.judge import Outcome


@pytest.fixture
def session(nursery):
    session = Session(nursery.get(), {}, Usage())
    yield session
    session.close()


def test_an_ended_child_is_not_asked_by_the_number_that_another_has_now(session):
    session.close()
    assert not session.is_clean()
    pipes = [os.pipe() for _ in range(20)]  # take over the numbers that have become free
    try:
        for _, writer in pipes:
            os.write(writer, b"somebody else's")
        assert not session.is_clean()
        with pytest.raises(ChildProblem):
            session.request(b"Q", lambda message: b"")
        with pytest.raises(ChildProblem):
            session.control({"do": "notes"})
        assert [os.read(reader, 100) for reader, _ in pipes] == [b"somebody else's"] * len(pipes)
    finally:
        for pipe in pipes:
            for fd in pipe:
                os.close(fd)


def test_whoever_asks_on_is_told_again_how_it_ended(session):
    session.allow(0.2)
    with pytest.raises(ChildProblem) as first:
        session._wait(0)  # nothing that a child does ends this
    assert first.value.status is Outcome.TIMEOUT
    with pytest.raises(ChildProblem) as again:
        session.control({"do": "notes"})
    assert again.value is first.value


def test_a_child_that_the_machine_starves_gets_more_time_three_times(session, monkeypatch):
    from coursekit.grading.referee import session as module

    waits = []
    monkeypatch.setattr(module, "_state_and_cpu", lambda pidfd: ("R", 0.0))  # it gets none
    monkeypatch.setattr(session, "_timeout", lambda: waits.append(time.monotonic()) or KeyError())
    session.budget = Budget(0.3)
    session.allow(0.2)
    start = time.monotonic()
    with pytest.raises(KeyError):
        session._wait(0)
    assert waits[0] - start > 0.2 + 0.2 + 0.1 + 0.06
    waited = waits[0] - start
    assert session.budget.left > 0.3 - waited + 0.2  # given again, as 0.3 seconds are over


def test_the_budget_is_ten_times_the_labs_own_and_never_short():
    assert Settings().budget_for(60.0) == 600.0
    assert Settings().budget_for(5.0) == 300.0
    assert Settings(budget=12.0).budget_for(60.0) == 12.0


def test_a_statement_has_less_time_than_a_check(nursery, plain_lab, tmp_path, monkeypatch):
    from coursekit.grading.referee import grader

    monkeypatch.setattr(grader, "_CELL_SECONDS", 0.5)
    sleeps = "import time\ndef helper():\n    pass\ntime.sleep(30)"
    slow = "import time\ndef mean_square(x):\n    time.sleep(0.7)\n    return float(np.mean(x * x))"
    path = write_notebook(
        tmp_path / "eve.ipynb", notebook(PLAIN, {"mean_square": slow}, before=[sleeps])
    )
    record = grader.grade_submission(
        plain_lab, Submission("eve", str(path)), nursery, Settings(1, 25.0)
    )
    assert points(record) == {"1": 3.0, "2": 3.0, "3": 3.0}
    assert "Cell 1: a statement was left out (timeout)." in record.notes


SWALLOWS = """
import contextlib, numpy as np, pytest

@pytest.mark.exercise("91.1")
def test_swallows(student):
    with contextlib.suppress(BaseException):
        student.mean_square(np.ones(3))
"""


def test_a_check_that_swallows_the_end_of_a_child_does_not_pass(nursery, tmp_path):
    from coursekit.grading import lab

    (tmp_path / "test_swallows.py").write_text(SWALLOWS)
    graded = lab.load(PLAIN, hidden=[tmp_path / "test_swallows.py"])
    dies = "import os\ndef mean_square(x):\n    os._exit(0)"
    path = write_notebook(tmp_path / "eve.ipynb", notebook(PLAIN, {"mean_square": dies}))
    record = grade_submission(graded, Submission("eve", str(path)), nursery, Settings(1, 3.0))
    assert points(record) == {"1": 0.0, "2": 3.0, "3": 3.0}
    assert {t.status for t in record.tests if t.name == "test_swallows"} == {"crashed"}


def test_a_verdict_holds_no_frames(nursery, plain_lab, tmp_path, monkeypatch):
    """Else each reply of 64 MB waits for the garbage collector."""
    verdicts = []
    ask = SubmissionGrader._ask

    def kept(self, *args):
        verdicts.append(ask(self, *args))
        return verdicts[-1]

    monkeypatch.setattr(SubmissionGrader, "_ask", kept)
    answers = {
        "mean_square": "def mean_square(x):\n    return np.float64(77)",
        "normalised": "def normalised(x):\n    return {}[x]",
        "one_hot": "import os\ndef one_hot(labels, n):\n    os._exit(1)",
    }
    path = write_notebook(tmp_path / "eve.ipynb", notebook(PLAIN, answers))
    settings = Settings(1, 3.0)
    SubmissionGrader(plain_lab, Submission("eve", str(path)), nursery, settings).grade()
    causes = [verdict.cause for verdict in verdicts if verdict.cause is not None]
    assert {type(cause).__name__ for cause in causes} >= {"AssertionError", "ChildProblem"}
    for cause in causes:
        while cause is not None:
            assert cause.__traceback__ is None
            cause = cause.__context__
