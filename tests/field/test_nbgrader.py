"""nbgrader itself, in an environment of its own: what it pays for a full, an empty, and a nearly
right notebook."""

from __future__ import annotations

import csv
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.labs.author.build import build, lab_points, solution_notebook
from coursekit.labs.author.mistakes import load_mistakes
from coursekit.labs.author.source import read_lab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

VERSION = "0.9.6"
TOY = Path(__file__).parents[1] / "labs" / "toy_lab" / "90_toy"
PAGE = Path(__file__).parents[2] / "docs" / "nbgrader.md"
MISTAKES = ("column-means", "sign-lost", "doubled-not-twice")
_SCORES = """
import json
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    found = {}
    for submission in book.assignment_submissions("ps"):
        grades = [g for n in submission.notebooks for g in n.grades]
        found[submission.student.id] = {g.name: g.auto_score for g in grades}
    print("SCORES " + json.dumps(found))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The Python of an environment that holds nbgrader and nothing of ours; kept between runs in
    the folder COURSEKIT_FIELD, if that is set."""
    kept = os.environ.get("COURSEKIT_FIELD")
    folder = Path(kept) / "nbgrader" if kept else tmp_path_factory.mktemp("nbgrader")
    python = folder / "bin" / "python"
    if not (folder / "bin" / "nbgrader").exists():
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", f"nbgrader=={VERSION}"],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = done.stderr.strip().splitlines()[-1:]
                pytest.skip(f"nbgrader {VERSION} cannot be installed here: {' '.join(last)}")
    return python


def runner(folder, environment, labs):
    """What runs a Python's arguments in a course folder, where notebooks get our kernel: nbgrader's
    Python, or with `ours=True` this one."""
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    variables = {
        **os.environ,
        "JUPYTER_PATH": str(folder / "jupyter"),
        "COURSEKIT_LABS": str(labs),
        "COURSEKIT_FAST": "1",
        "COURSEKIT_WIDGETS": "0",
        "PYTHONWARNINGS": "ignore",
        "PATH": os.pathsep.join([str(environment.parent), os.environ["PATH"]]),  # for alembic
    }

    def run(*arguments, ours=False):
        done = subprocess.run(
            [sys.executable if ours else str(environment), *arguments],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr[-3000:])
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def course(tmp_path_factory, environment):
    """A course folder with the released toy lab, and what runs nbgrader in it with our kernel."""
    folder = tmp_path_factory.mktemp("course")
    run = runner(folder, environment, TOY.parent)
    source = folder / "source" / "ps" / "90_toy.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(solution_notebook(read_lab(TOY)), encoding="utf-8")
    run("-m", "nbgrader", "generate_assignment", "ps", "--create")
    return folder, run


def hand_in(folder, student, *, answers, wrong=None, lab=TOY, assignment="ps"):
    """Write a submission: the released notebook with `answers` of the solution, then one of them
    defined again as in the known mistake `wrong`."""
    name = f"{assignment}/{lab.name}.ipynb"
    released = json.loads((folder / "release" / name).read_text(encoding="utf-8"))
    solved = json.loads(solution_notebook(read_lab(lab)))["cells"]
    solved = {c["id"]: "".join(c["source"]) for c in solved if c["id"].startswith("answer-")}
    for cell in released["cells"]:
        key = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if answers and key in solved:
            cell["source"] = solved[key]
            if wrong is not None and key == f"answer-{wrong.exercise.replace('.', '-')}":
                cell["source"] += "\n\n\n" + wrong_text(wrong)
    place = folder / "submitted" / student / name
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(released), encoding="utf-8")


def wrong_text(mistake):
    """The source of a known wrong answer, without its decorator."""
    text = mistake.text or inspect.getsource(mistake.answer)
    return text[re.search(r"^(?:def|class) ", text, re.MULTILINE).start() :]


def test_nbgrader_makes_stubs_with_signatures_from_the_exported_solution(course):
    folder, _ = course
    released = (folder / "release/ps/90_toy.ipynb").read_text(encoding="utf-8")
    assert "middle = np.mean" not in released
    assert "SOLUTION" not in released
    assert "def centred(x):" in released
    assert released.count("raise NotImplementedError") == 4


def test_full_empty_and_three_known_mistakes_get_exactly_their_points(course):
    folder, run = course
    lab = read_lab(TOY)
    points = lab_points(lab)
    known = {mistake.name: mistake for mistake in load_mistakes(TOY, lab)}
    hand_in(folder, "full", answers=True)
    hand_in(folder, "empty", answers=False)
    expected = {"full": points, "empty": dict.fromkeys(points, 0.0)}
    for name in MISTAKES:
        hand_in(folder, name, answers=True, wrong=known[name])
        expected[name] = points | {known[name].exercise: 0.0}
    run("-m", "nbgrader", "autograde", "ps")
    printed = re.search(r"SCORES (.*)", run("-c", _SCORES))[1]
    scores = {
        student: {k.removeprefix("check-").replace("-", "."): v for k, v in given.items()}
        for student, given in json.loads(printed).items()
    }
    assert scores == expected
    assert len({known[name].exercise for name in MISTAKES}) == 2


def test_validate_fails_an_empty_notebook(course):
    folder, run = course
    said = run("-m", "nbgrader", "validate", str(folder / "release/ps/90_toy.ipynb"))
    assert "VALIDATION FAILED ON 2 CELL(S)" in said


def test_the_page_leads_from_a_lab_to_feedback_and_points(tmp_path, environment):
    lab = shutil.copytree(TOY, tmp_path / "labs" / "05_metrics")
    (lab / "90_toy.ipynb").unlink()
    for path in lab.glob("*.py"):
        text = path.read_text(encoding="utf-8").replace("90.", "5.").replace("90_toy", "05_metrics")
        path.write_text(text, encoding="utf-8")
    build(lab)
    folder = tmp_path / "course"
    run = runner(folder, environment, lab.parent)
    said = {}
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    for command in [line for block in blocks for line in block.splitlines()]:
        program, *arguments = shlex.split(command)
        if command.startswith("nbgrader autograde"):
            hand_in(folder, "full", answers=True, lab=lab, assignment="lab05")
            hand_in(folder, "empty", answers=False, lab=lab, assignment="lab05")
        said[command] = run("-m", program, *arguments, ours=program == "coursekit")
    assert any("VALIDATION FAILED ON 2 CELL(S)" in text for text in said.values())
    most = sum(lab_points(read_lab(lab)).values())
    with open(folder / "grades.csv", encoding="utf-8") as file:
        paid = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert paid == {"full": most, "empty": 0.0}
    with open(folder / "graded" / "grades.csv", encoding="utf-8") as file:
        ours = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    assert ours == paid
    assert (folder / "feedback/full/lab05/05_metrics.html").is_file()
