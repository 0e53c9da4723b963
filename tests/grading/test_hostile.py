"""The hostile suite: each case gets the honest grade, nothing leaks, nothing is lost, nothing is
left behind, the rest is right."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from grading_toys import PLAIN, notebook, points, statuses, write_notebook
from hostile_cases import CASES, LOOT

SECRETS = ("walnut-7431", "hazel-secret-in-the-environment", "test_mean_square_of_any_shape")


def prepare(folder: Path, cases) -> tuple[Path, Path, list[Path]]:
    """A copy of the lab, the submissions with honest ones between the hostile, and the files that
    nobody may reach."""
    lab = Path(shutil.copytree(PLAIN, folder / "labs" / "91_plain"))
    submissions, out = folder / "submissions", folder / "out"
    submissions.mkdir()
    write_notebook(submissions / "honest-0.ipynb", notebook(PLAIN))
    loot = [
        *lab.iterdir(),
        lab,
        submissions,
        submissions / "honest-0.ipynb",
        out,
        out / "gradebook.sqlite",
        out / "grades.csv",
    ]
    for number, case in enumerate(cases):
        text = case.answer.replace(repr(LOOT), repr([str(path) for path in loot]))
        made = notebook(PLAIN, {"mean_square": text}, before=case.before, after=case.after)
        write_notebook(submissions / f"{case.name}.ipynb", made)
        if number % 10 == 5:
            write_notebook(submissions / f"honest-{number}.ipynb", notebook(PLAIN))
    return lab, submissions, loot


def run(folder: Path, cases, monkeypatch_environment: dict):
    from coursekit.grading import runner
    from coursekit.grading.books.gradebook import Gradebook

    lab, submissions, loot = prepare(folder, cases)
    before = {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in loot if path.is_file()
    }
    os.environ.update(monkeypatch_environment)
    try:
        summary = runner.grade(
            lab, submissions, folder / "out", jobs=2, seed=7, time_limit=3.0, memory=1024
        )
    finally:
        for name in monkeypatch_environment:
            del os.environ[name]
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in before} == before
    with Gradebook(folder / "out", write=False) as book:
        records = {record.student: record for _, record in book.grades()}
    return summary, records, folder / "out"


@pytest.fixture(scope="module")
def batch(policy, tmp_path_factory):
    """All cases that do not wait for a time limit, graded in one batch."""
    return run(
        tmp_path_factory.mktemp("hostile"),
        [c for c in CASES if not c.slow],
        {"COURSEKIT_TEST": SECRETS[1]},
    )


@pytest.fixture(scope="module")
def slow_batch(policy, tmp_path_factory):
    return run(
        tmp_path_factory.mktemp("slow"),
        [c for c in CASES if c.slow],
        {"COURSEKIT_TEST": SECRETS[1]},
    )


def check(case, record) -> None:
    told = [(t.name, t.status, t.message) for t in record.tests], record.notes
    assert record.status == "graded", told
    got = points(record)
    for exercise, expected in zip("123", case.points, strict=True):
        if expected is not None:
            assert got[exercise] == pytest.approx(expected), (exercise, told)
    if case.statuses:
        assert statuses(record, "1") <= set(case.statuses), told


@pytest.mark.parametrize("case", [c for c in CASES if not c.slow], ids=lambda case: case.name)
def test_gets_the_honest_grade(batch, case):
    check(case, batch[1][case.name])


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES if c.slow], ids=lambda case: case.name)
def test_gets_the_honest_grade_in_time(slow_batch, case):
    check(case, slow_batch[1][case.name])


def test_all_others_in_the_batch_are_graded_right(batch):
    summary, records, _ = batch
    honest = [record for name, record in records.items() if name.startswith("honest")]
    assert len(honest) > 5
    assert {record.points for record in honest} == {9.0}
    assert summary.exit_code == 0
    assert len(records) == len([c for c in CASES if not c.slow]) + len(honest)


def test_nothing_of_hidden_tests_or_the_environment_leaks_to_students(batch):
    for path in [*(batch[2] / "feedback").iterdir(), *(batch[2] / "results").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert not [secret for secret in SECRETS if secret in text], path.name
        assert path.suffix != ".html" or "<script>" not in text
        shown = text if path.suffix == ".html" else "".join(_texts(json.loads(text)))
        assert not set("\x1b\x07\x00\u202e\ud800") & set(shown), path.name


def _texts(value):
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def belongs_to_another_run(pid: int) -> bool:
    """Whether a process has a living keeper above it: that of tests that run at the same time; this
    batch's has ended."""
    try:
        return any(
            "serving.main" in " ".join(process.cmdline())
            for process in psutil.Process(pid).parents()
        )
    except psutil.NoSuchProcess:
        return True


def test_the_docs_name_cases_that_are_there():
    text = (Path(__file__).resolve().parents[2] / "docs" / "grading.md").read_text("utf-8")
    table = text[text.index("| A submission that") : text.index("## What the machine needs")]
    named = {
        name
        for row in table.splitlines()[2:]
        for name in re.findall("`([^`]+)`", row.rpartition(" | ")[2])
    }
    models = (Path(__file__).parent / "test_keras.py").read_text("utf-8")
    missing = {
        name
        for name in named - {case.name for case in CASES}
        if f'"{name}"' not in models
        and not any((place / name).exists() for place in Path(__file__).resolve().parents[:3])
    }
    assert len(named) > 60
    assert missing == set()


def test_no_process_is_left(batch):
    own = {process.pid for process in psutil.Process().children(recursive=True)}
    left = []
    for process in psutil.process_iter(["uids", "pid", "cmdline"]):
        uids, words = process.info["uids"], " ".join(process.info["cmdline"] or [])
        if (uids and 49_152 <= uids.real < 61_152) or "sleep 9999" in words:
            left.append((process.info["pid"], words))
    assert not [
        entry for entry in left if entry[0] not in own and not belongs_to_another_run(entry[0])
    ]
    assert not Path("/tmp/owned").exists()


def test_the_gradebook_is_whole(batch):
    database = sqlite3.connect(batch[2] / "gradebook.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("SELECT count(*) FROM attempts").fetchone()[0] == len(batch[1])
    database.close()
    for path in (batch[2] / "results").iterdir():
        assert json.loads(path.read_text())["score"] >= 0


KEEPS_WHAT_IT_SAW = """
SEEN = []
def mean_square(x):
    import gc
    SEEN.append(str(np.shape(x)))
    for found in gc.get_objects():
        if type(found).__name__ == "Notebook":
            found.notes.append("leaked " + SEEN[-1])
    return float(np.mean(np.square(x)))
"""
TELLS = "def {}(*args):\n    raise ValueError('leaked ' + ' '.join(SEEN))"


def test_what_a_hidden_check_shows_comes_back_in_no_word(grade_one):
    told = {"normalised": TELLS.format("normalised"), "one_hot": TELLS.format("one_hot")}
    record = grade_one({"mean_square": KEEPS_WHAT_IT_SAW, **told})
    public = [test.message for test in record.tests if test.visibility == "public"]
    words = " ".join([*record.notes, *public])
    assert points(record)["1"] == 3.0  # the hidden checks of exercise 1 did run
    assert "leaked (7,)" in words  # what a public check showed may come back
    assert not [shape for shape in ("(3, 4)", "(1,)", "(2, 1, 5)", "(20,)") if shape in words]


def test_a_submission_has_one_budget(grade_one):
    waits = "\n".join(["import time", "def helper():\n    pass", *["time.sleep(0.8)"] * 8])
    record = grade_one(before=[waits], budget=3.0)
    assert record.status == "graded"
    assert {test.status for test in record.tests} == {"timeout"}
    assert record.points == 0.0
    assert any("3 seconds for one submission were used up" in note for note in record.notes)
    assert "within 3 seconds" in record.tests[0].message


def test_what_was_earned_before_the_budget_ended_is_kept(grade_one):
    slow = "def one_hot(labels, n):\n    import time\n    time.sleep(60)"
    record = grade_one({"one_hot": slow}, time_limit=50.0, budget=4.0)
    assert points(record)["1"] > 0
    assert points(record)["3"] == 0.0


def test_a_referee_out_of_memory_costs_one_submission_only(grade_one, monkeypatch):
    from coursekit.grading.referee import grader

    monkeypatch.setattr(grader.SubmissionGrader, "_run_all", lambda self: bytearray(1 << 62))
    record = grade_one()
    assert {test.status for test in record.tests} == {"out-of-memory"}
    assert (record.status, record.points) == ("graded", 0.0)


HOARDING_CHECKS = """
import numpy as np, pytest
from coursekit.labs.testing import assert_close, assert_probabilities

pytestmark = pytest.mark.exercise("91.1")

def test_looks_at_no_shape(student):
    assert_probabilities(student.mean_square(np.ones(3)))

def test_keeps_results(student):
    assert len({np.size(r) for r in [student.mean_square(np.ones(3)) for _ in range(50)]}) == 0

def test_looks_into_objects(student):
    assert np.asarray(student.mean_square(np.ones(3))).shape == ()

def test_keeps_what_its_function_is_called_with(student):
    kept = []
    student.normalised(lambda x: kept.append(x))
    assert kept == []
"""
CALLS = "def normalised(f):\n    while True:\n        f(np.zeros(10**5))"
PEAK = """
import re, sys
from coursekit.grading import runner

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024

lab, hidden, submissions, out = sys.argv[1:]
grade = lambda what, to: runner.grade(lab, f"{submissions}/{what}", f"{out}/{to}", jobs=1, seed=7,
                                      time_limit=3.0, memory=1024, hidden=[hidden])
grade("honest.ipynb", "one")
before = peak()
summary = grade("", "all")
print(before, peak(), summary.exit_code, len(summary.records))
"""


@pytest.mark.slow
def test_whatever_is_sent_the_referee_stays_small(policy, tmp_path):
    names = {
        *("entries-of-one-byte", "nothing-along-a-huge-axis", "objects-of-objects", "huge-text"),
        *("notes-without-end", "missing-name-of-megabytes", "wide-json", "one-part-many-times"),
    }
    cases = [case for case in CASES if case.name in names]
    assert len(cases) == len(names)
    (tmp_path / "in").mkdir()
    for case in cases:
        made = notebook(
            PLAIN, {"mean_square": case.answer, "normalised": CALLS}, before=case.before
        )
        write_notebook(tmp_path / "in" / f"{case.name}.ipynb", made)
    for name, length in {"honest": 1, "large": 250_000_000}.items():
        made = notebook(PLAIN)
        made["cells"][-1]["outputs"] = [{"output_type": "stream", "text": "x" * length}]
        write_notebook(tmp_path / "in" / f"{name}.ipynb", made)
    (tmp_path / "test_hoards.py").write_text(HOARDING_CHECKS)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, PLAIN, "test_hoards.py", "in", "out"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    before, peak, exit_code, graded = map(int, done.stdout.split())
    assert (exit_code, graded) == (0, len(cases) + 2)
    assert before < 150
    assert peak - before < 400, (
        "MB: a reply of 64, as numbers of eight bytes, and what a check makes"
    )


@pytest.mark.root
def test_two_commands_give_their_children_other_user_ids(policy):
    from coursekit.grading.zygote.process import Zygote

    if os.geteuid() != 0:
        pytest.skip("only root gives user ids")
    with Zygote(policy) as first, Zygote(policy) as second:
        owners = []
        for zygote in (first, second):
            child = zygote.fork({})
            with open(f"/proc/self/fdinfo/{child.pidfd}", encoding="ascii") as file:
                pid = next(line.split()[1] for line in file if line.startswith("Pid:"))
            owners.append(psutil.Process(int(pid)).uids().real)
            zygote.reap(child)
            child.close()
    assert owners[0] // 200 != owners[1] // 200 or abs(owners[0] - owners[1]) >= 200
    assert all(49_152 <= owner < 61_152 for owner in owners)
