"""The hostile suite: each case gets the honest grade, nothing leaks, nothing is lost, nothing is
left behind, the rest is right."""

import hashlib
import json
import os
import shutil
import sqlite3
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
