"""Attempts, resuming, faults while writing, late policy, regrading: nothing is lost, nothing is
counted twice."""

import contextlib
import itertools
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from grading_toys import PLAIN, TOY, notebook, points, write_notebook

from coursekit.errors import InvalidInputError, OutputError
from coursekit.grading import runner
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.books.late import LatePolicy, read_times
from coursekit.grading.record import Record, TestResult
from coursekit.grading.referee import grader
from coursekit.labs.author.build import build

SUM = {"mean_square": "def mean_square(x):\n    return float(np.sum(np.square(x)))"}


def hand_in_to(folder, count):
    """Write notebooks of some students; each third answers wrongly."""
    folder.mkdir(exist_ok=True)
    right, wrong = notebook(PLAIN), notebook(PLAIN, SUM)
    for number in range(count):
        write_notebook(folder / f"s{number:02}.ipynb", wrong if number % 3 == 2 else right)
    return folder


@pytest.fixture
def hand_in(tmp_path):
    """`hand_in(count)` gives a folder with the notebooks of so many students."""
    return lambda count=3: hand_in_to(tmp_path / "in", count)


def content(out):
    """What a gradebook says, without times."""
    with Gradebook(out, write=False) as book:
        return [
            (
                attempt,
                r.student,
                r.status,
                r.points,
                [(t.name, t.status, t.points, t.message) for t in r.tests],
            )
            for attempt, r in book.grades()
        ]


def test_a_second_run_keeps_what_is_graded_and_a_change_makes_an_attempt(policy, hand_in, tmp_path):
    folder, out = hand_in(), tmp_path / "out"
    assert runner.grade(PLAIN, folder, out, jobs=2).graded == 3
    first = content(out)
    again = runner.grade(PLAIN, folder, out, jobs=2)
    assert (again.graded, again.resumed) == (0, 3)
    assert content(out) == first
    write_notebook(folder / "s02.ipynb", notebook(PLAIN))
    third = runner.grade(PLAIN, folder, out)
    assert (third.graded, [r.points for r in third.records]) == (1, [9.0, 9.0, 9.0])
    assert [entry[0] for entry in content(out)] == [1, 1, 2]
    database = sqlite3.connect(out / "gradebook.sqlite")
    assert database.execute("SELECT count(*) FROM attempts").fetchone() == (4,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_the_same_seed_gives_the_same_gradebook(policy, hand_in, tmp_path):
    folder = hand_in()
    runner.grade(PLAIN, folder, tmp_path / "one", seed=4, jobs=1)
    runner.grade(PLAIN, folder, tmp_path / "two", seed=4, jobs=3)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_run_draws_its_seed_and_keeps_it_where_it_must(policy, hand_in, tmp_path):
    folder, out = hand_in(2), tmp_path / "out"
    first = runner.grade(PLAIN, folder, out)
    drawn = first.seed
    assert {record.seed for record in first.records} == {drawn}
    assert runner.grade(PLAIN, folder, tmp_path / "other").seed != drawn
    write_notebook(folder / "s01.ipynb", notebook(PLAIN, before=["x = 1"]))
    second = runner.grade(PLAIN, folder, out)  # a new run; one notebook changed
    assert (second.graded, second.seed != drawn) == (1, True)
    assert [record.seed for record in second.records] == [drawn, second.seed]
    third = runner.grade(PLAIN, folder, out, only="91.1")
    assert [record.seed for record in third.records] == [drawn, second.seed]
    told = runner.grade(PLAIN, folder, out, seed=drawn)
    assert (told.graded, {record.seed for record in told.records}) == (2, {drawn})


def test_a_run_that_was_interrupted_goes_on_with_its_seed(tmp_path):
    with Gradebook(tmp_path) as book:
        drawn = book.begin_run("lab")
        assert book.begin_run("other") != drawn
    with Gradebook(tmp_path) as book:
        assert book.begin_run("lab") == drawn
        assert book.begin_run("lab", 5) == 5  # asked for by name: another run
        book.finish_run("lab")
        assert book.begin_run("lab") not in (5, drawn)


def test_a_gradebook_of_another_version_is_read(tmp_path):
    """Fields that were not there have their defaults; fields that are not here are passed over; a
    table that was not there is made."""
    old = Record(
        "ann", "lab", points=3.0, tests=[TestResult("t", "T", "1", "public", "passed", 3, 3, 0)]
    )
    with Gradebook(tmp_path) as book:
        book.add(old, "key")
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.sqlite")) as database, database:
        told = json.loads(database.execute("SELECT record FROM attempts").fetchone()[0])
        del told["behaviours"], told["tests"][0]["compared"]
        told["from_the_future"] = told["tests"][0]["from_the_future"] = 1
        database.execute("UPDATE attempts SET record=?", (json.dumps(told),))
        database.execute("DROP TABLE runs")
    with Gradebook(tmp_path) as book:
        assert book.latest("ann", "lab")[2] == old
        assert book.begin_run("lab", 1) == 1


def test_answers_that_behave_alike_have_one_fingerprint(policy, tmp_path):
    lab = Path(shutil.copytree(PLAIN, tmp_path / "91_plain"))
    build(lab)
    wrong = {
        "sum": "return float(np.sum(np.square(x)))",
        "also-sum": "total = 0.0\n    for v in np.ravel(x):\n        total += float(v) ** 2\n    return total",
        "cube": "return float(np.mean(np.power(x, 3)))",
        "right": "return float(np.mean(np.square(x)))",
    }
    folder = tmp_path / "in"
    folder.mkdir()
    for name, body in wrong.items():
        text = f"def mean_square(x):\n    {body}"
        write_notebook(folder / f"{name}.ipynb", notebook(lab, {"mean_square": text}))
    found = {r.student: r for r in runner.grade(lab, folder, tmp_path / "out", jobs=1).records}
    told = {name: record.behaviours.get("91.1") for name, record in found.items()}
    assert told["right"] is None
    assert told["sum"] == told["also-sum"]
    assert (told["sum"]["mistake"], told["cube"]["mistake"]) == ("sum-not-mean", "")
    assert told["sum"]["fingerprint"] != told["cube"]["fingerprint"]
    assert told["cube"]["functions"] == ["mean_square"]
    assert "np.power" in found["cube"].answers["mean_square"]["text"]


def test_regrading_one_exercise_keeps_the_others(policy, hand_in, tmp_path):
    folder, out = hand_in(), tmp_path / "out"
    runner.grade(PLAIN, folder, out)
    write_notebook(
        folder / "s02.ipynb", notebook(PLAIN, {"one_hot": "def one_hot(labels, n):\n    return 1"})
    )
    summary = runner.grade(PLAIN, folder, out, only="91.1")
    record = summary.records[2]
    assert points(record) == {"1": 3.0, "2": 3.0, "3": 3.0}  # 91.3 is not graded again
    assert record.max_points == 9.0
    changed = [
        any("The file has changed since" in note for note in r.notes) for r in summary.records
    ]
    assert changed == [number == 2 for number in range(len(changed))]
    alone = runner.grade(PLAIN, folder, tmp_path / "first", only="91.1").records[0]
    assert (alone.points, alone.max_points) == (3.0, 3.0)
    assert "Only exercise 91.1 has been graded so far." in alone.notes
    with pytest.raises(InvalidInputError, match=r"exercise 91\.7"):
        runner.grade(PLAIN, folder, out, only="91.7")


def test_late_submissions_lose_points_by_the_policy(policy, hand_in, tmp_path):
    folder, times = hand_in(2), tmp_path / "times.csv"
    times.write_text("student;submitted\ns00;2027-01-15T08:00\n")
    out, policy_ = tmp_path / "out", "2027-01-13T12:00, 10%/day, max 50%"
    summary = runner.grade(PLAIN, folder, out, late=policy_, times=times)
    record, other = summary.records
    assert (record.days_late, record.penalty, record.points) == (2.0, 0.2, pytest.approx(7.2))
    assert (other.penalty, summary.without_time) == (0.0, ["s01"])
    policy_ = "2027-01-15T07:50, 10%/day, grace 15 min"
    assert runner.grade(PLAIN, folder, out, late=policy_, times=times).records[0].points == 9.0


@pytest.mark.parametrize(
    "text", ["", "student,when\n", "student,submitted\nann,soon\n", "student,submitted\n"
             "ann,2026-11-20\nann,2026-11-21\n"],
)  # fmt: skip
def test_times_that_are_none_are_refused(tmp_path, text):
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(InvalidInputError, match="Expected"):
        read_times(tmp_path / "times.csv")


def test_a_time_without_a_zone_is_in_the_deadlines():
    policy = LatePolicy.parse("2026-11-20T23:59+02:00, 10%/day")
    assert policy.days_late("2026-11-20T23:58:00") == 0.0
    assert policy.days_late("2026-11-20T22:30:00Z") == 1.0


def test_the_late_policy_counts_days_begun_and_stops_at_the_maximum():
    policy = LatePolicy.parse("2026-11-20T23:59, 10%/day, max 35%, grace 5 min")
    assert policy.penalty("2026-11-20T22:00:00+00:00") == 0.0
    assert policy.penalty("2026-11-21T00:03:00Z") == 0.0
    assert policy.penalty("2026-11-21T00:05:00Z") == pytest.approx(0.1)
    assert policy.penalty("2026-12-24 12:00:00 UTC") == pytest.approx(0.35)
    assert policy.penalty("") == 0.0
    for text in ("tomorrow, 10%/day", "10%/day", "2026-11-20, 10/day", ""):
        with pytest.raises(InvalidInputError, match="late policy"):
            LatePolicy.parse(text)


def test_a_full_disk_is_said_and_what_was_there_is_intact(tmp_path):
    with Gradebook(tmp_path) as book:
        book.add(Record("ann", "lab", points=1.0), "k1")
        book._database.execute(
            f"PRAGMA max_page_count={book._database.execute('PRAGMA page_count').fetchone()[0] + 2}"
        )
        with pytest.raises(OutputError, match=r"full.*intact"):
            book.add(Record("bob", "lab", notes=["x" * 100_000]), "k2")
        assert [r.student for _, r in book.grades()] == ["ann"]
    with Gradebook(tmp_path) as book:
        assert book.add(Record("bob", "lab"), "k2") == 1
        assert len(book.grades()) == 2


def test_two_runs_do_not_write_one_gradebook(tmp_path):
    with Gradebook(tmp_path), pytest.raises(OutputError, match="Another run"):
        Gradebook(tmp_path)
    with pytest.raises(InvalidInputError, match="Grade first"):
        Gradebook(tmp_path / "none", write=False)


def test_what_the_machine_failed_gets_one_more_go_after_all_others(
    policy, hand_in, tmp_path, monkeypatch
):
    fork, failures, order = grader.SubmissionGrader._fork, [], []

    def fails_at_first(self):
        if self.submission.student == "s00" and len(failures) <= grader._RETRIES:
            failures.append(self)
            raise grader.ChildProblem("infrastructure-error", "the zygote was killed")
        return fork(self)

    monkeypatch.setattr(grader.SubmissionGrader, "_fork", fails_at_first)
    summary = runner.grade(
        PLAIN, hand_in(), tmp_path / "out", jobs=1, progress=lambda step: order.append(step.student)
    )
    assert len(failures) == grader._RETRIES + 1
    assert (summary.graded, summary.exit_code, order) == (3, 0, ["s01", "s02", "s00"])
    assert [row[:3] for row in content(tmp_path / "out")] == [
        (1, f"s0{number}", "graded") for number in range(3)
    ]


def grade_in_a_process(lab, folder, out, *more):
    command = [
        sys.executable,
        "-m",
        "coursekit",
        "grade",
        str(lab),
        str(folder),
        "--out",
        str(out),
        "--jobs",
        "2",
        "--seed",
        "4",
        *more,
    ]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def finish(lab, folder, out):
    """The same command again, to its end."""
    process = grade_in_a_process(lab, folder, out)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said


def committed(out):
    """How many attempts the gradebook holds now."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{out / 'gradebook.sqlite'}?mode=ro", uri=True)
        ) as database:
            return database.execute("SELECT count(*) FROM attempts").fetchone()[0]
    except sqlite3.Error:
        return 0


def wait_for_another(out, process):
    """Wait until one more attempt is committed, or the command ends."""
    before = committed(out)
    while process.poll() is None and committed(out) == before:
        time.sleep(0.01)


def kill_referees(lab, folder, folders, kills, dice):
    """Kill the referee `kills` times, while it starts or between and in commits; each time the same
    command goes on.

    `folders` gives a new results folder once a class is through. Returns the folders used, each
    brought to its end.
    """
    used, done = [next(folders)], 0
    while done < kills:
        process = grade_in_a_process(lab, folder, used[-1])
        if dice.random() < 0.6:
            wait_for_another(used[-1], process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(dice.uniform(0.0, 0.5))
        if process.poll() is None:
            process.kill()
            done += 1
        elif done < kills:
            used.append(next(folders))
        process.communicate(timeout=60)
    for out in used:
        finish(lab, folder, out)
    return used


def kill_helpers(lab, folder, folders, kills, dice):
    """Kill one of the referee's helpers, the zygote, its keeper or a child, `kills` times; as
    `kill_referees` otherwise."""
    used, done = [], 0
    while done < kills:
        used.append(next(folders))
        process, first = grade_in_a_process(lab, folder, used[-1]), True
        while process.poll() is None and done < kills:
            if not first:
                wait_for_another(used[-1], process)
            time.sleep(dice.uniform(0.3, 1.0) if first else dice.uniform(0.0, 0.3))
            with contextlib.suppress(psutil.NoSuchProcess):
                if found := psutil.Process(process.pid).children(recursive=True):
                    dice.choice(found).kill()
                    done, first = done + 1, False
        said = process.communicate(timeout=120)[0]
        assert process.returncode == 0, said
    for out in used:
        finish(lab, folder, out)
    return used


@pytest.fixture(scope="module")
def calm(policy, tmp_path_factory):
    """A class of thirty, and what the gradebook says after an undisturbed run."""
    folder = hand_in_to(tmp_path_factory.mktemp("class"), 30)
    out = tmp_path_factory.mktemp("calm")
    runner.grade(PLAIN, folder, out, jobs=2, seed=4)
    return folder, content(out)


@pytest.mark.parametrize("kill", [kill_referees, kill_helpers])
def test_kill_9_changes_nothing(calm, tmp_path, kill):
    folder, expected = calm
    for out in kill(
        PLAIN, folder, (tmp_path / str(n) for n in itertools.count()), 3, random.Random(2)
    ):
        assert content(out) == expected


@pytest.mark.slow
def test_kill_9_at_50_moments_changes_nothing(calm, tmp_path):
    folder, expected = calm
    dice, folders = random.Random(1), (tmp_path / str(n) for n in itertools.count())
    for kill in (kill_referees, kill_helpers):
        for out in kill(PLAIN, folder, folders, 25, dice):
            assert content(out) == expected


@pytest.mark.slow
def test_kill_9_changes_nothing_with_tensorflow_in_the_zygote(policy, tmp_path):
    (folder := tmp_path / "in").mkdir()
    for number in range(4):
        write_notebook(folder / f"s{number}.ipynb", notebook(TOY))
    dice, folders = random.Random(3), (tmp_path / str(n) for n in itertools.count())
    for kill in (kill_referees, kill_helpers):
        for out in kill(TOY, folder, folders, 2, dice):
            found = content(out)
            assert [
                (attempt, student, status, points) for attempt, student, status, points, _ in found
            ] == [(1, f"s{number}", "graded", 12.0) for number in range(4)]


def test_ctrl_c_keeps_what_is_committed(policy, hand_in, tmp_path):
    folder, out = hand_in(12), tmp_path / "out"
    process = grade_in_a_process(PLAIN, folder, out)
    wait_for_another(out, process)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode in (0, 130), said
    assert "Traceback" not in said
    assert runner.grade(PLAIN, folder, out).exit_code == 0
    assert len(content(out)) == 12


def test_a_record_survives_json():
    record = Record("ann", "lab", notes=["é"], answers={"f": {"cell": 1, "text": "x"}})
    assert Record.from_dict(json.loads(json.dumps(record.to_dict()))) == record
