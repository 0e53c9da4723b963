"""Computed sentences of answers that a gradebook keeps: found again in the sandbox, from public
checks alone."""

import dataclasses
from pathlib import Path

import pytest
from grading_toys import notebook, write_notebook

from coursekit.cli import main
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.lab import load
from coursekit.grading.policy import Settings
from coursekit.grading.referee.grader import grade_submission
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.sentences import Teller
from coursekit.grading.submission import Submission
from coursekit.grading.zygote.process import Zygote

FOLDER = Path(__file__).parents[1] / "labs" / "toy_lab" / "90_toy"
WRONG = "def centred(x):\n    x = np.asarray(x, dtype=float)\n    return 3 * (x - np.mean(x))\n"
HELPED = (
    "def helper(x):\n    return 3 * (x - np.mean(x))\n\n\ndef centred(x):\n    return helper(x)\n"
)


@pytest.fixture(scope="module")
def zygotes(policy):
    nursery = Nursery(lambda: Zygote(policy, load(FOLDER).preload))
    yield nursery
    nursery.close()


@pytest.fixture
def record(zygotes, tmp_path):
    """Grades a toy notebook with another `centred`."""

    def grade(student, text):
        made = notebook(FOLDER, {"centred": text})
        path = write_notebook(tmp_path / f"{student}.ipynb", made)
        submission = Submission(student, str(path))
        return grade_submission(load(FOLDER), submission, zygotes, Settings(seed=1))

    return grade


def test_a_stored_answer_is_told_what_its_check_tells(record, policy):
    graded = record("ann", WRONG)
    kept = graded.behaviours["90.1"]
    assert not kept["mistake"]
    source = "\n\n".join(graded.answers[name]["text"] for name in kept["functions"])
    with Teller(FOLDER) as teller:
        hidden = [c for c in teller.lab.cases if c.visibility == "hidden"]
        told = {e.kind: e.text for e in teller.sentences("90.1", source, kept["fingerprint"])}
        assert "3 times too large" in told["residual"]
        assert teller.sentences("90.1", source, "another") == ()
        assert teller.sentences("90.1", "def centred(:", kept["fingerprint"]) == ()
    assert hidden
    assert not any(case.name in text for text in told.values() for case in hidden)


def test_an_answer_that_behaves_otherwise_without_its_notebook_is_left_alone(record, policy):
    graded = record("ben", HELPED)
    kept = graded.behaviours["90.1"]
    source = "\n\n".join(graded.answers[name]["text"] for name in kept["functions"])
    if "def helper" not in source:
        with Teller(FOLDER) as teller:
            assert teller.sentences("90.1", source, kept["fingerprint"]) == ()


def test_the_command_shows_them(record, policy, tmp_path, capsys):
    with Gradebook(tmp_path / "book") as book:
        for student in ("ann", "ben"):
            book.add(dataclasses.replace(record("ann", WRONG), student=student), student)
    labs = str(FOLDER.parent)
    assert main(["labs", "hints", str(tmp_path / "book"), "--labs", labs]) == 0
    shown = capsys.readouterr().out
    assert "2 alike without a hint" in shown
    assert "Seen: On all" in shown
    assert "Computed sentences in these groups" in shown
    assert main(["labs", "hints", str(tmp_path / "book"), "--no-sentences"]) == 0
    assert "Seen:" not in capsys.readouterr().out
