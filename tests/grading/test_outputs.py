"""What leaves the gradebook: tables, Gradescope, feedback, JUnit, the report, rosters."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.cli import main
from coursekit.errors import OutputError
from coursekit.grading import runner
from coursekit.grading.books import outputs, report
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.record import Record, TestResult

COPIED = """def normalised(x):
    total = np.zeros((x.shape[0], 1))
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            total[row, 0] = total[row, 0] + {0}x[row, column]
    answer = np.array(x, dtype=float)
    return answer / total"""


def case(name, exercise="5.1", status="passed", visibility="public", worth=2.0):
    return TestResult(
        name,
        name.replace("_", " "),
        exercise,
        visibility,
        status,
        worth if status == "passed" else 0.0,
        worth,
        0.01,
        "" if status == "passed" else f"message of {name}",
    )


def record(student, *tests, **kwargs):
    made = Record(student, "05_metrics", tests=list(tests), sandbox="full", seed=3, **kwargs)
    made.points, made.max_points = sum(t.points for t in tests), sum(t.max_points for t in tests)
    return made


@pytest.fixture(scope="module")
def graded(policy, tmp_path_factory):
    """A small class, graded for real: right, wrong in a known way, unanswered, two alike."""
    from coursekit.labs.author.catalogue import catalogue_text, make_catalogue
    from coursekit.labs.author.source import read_lab
    from coursekit.labs.catalogue import FILE

    folder = tmp_path_factory.mktemp("class")
    lab = folder / "91_plain"
    lab.mkdir()
    for path in PLAIN.iterdir():
        if path.is_file():
            (lab / path.name).write_bytes(path.read_bytes())
    (lab / FILE).write_text(catalogue_text(make_catalogue(read_lab(lab))))
    handed = folder / "in"
    handed.mkdir()
    wrong = {"mean_square": "def mean_square(x):\n    return float(np.sum(np.square(x)))"}
    write_notebook(handed / "ann.ipynb", notebook(PLAIN))
    write_notebook(handed / "bob.ipynb", notebook(PLAIN, wrong))
    write_notebook(handed / "cy.ipynb", notebook(PLAIN, unanswered=["one_hot"]))
    write_notebook(handed / "dee.ipynb", notebook(PLAIN, {"normalised": COPIED.format("")}))
    write_notebook(
        handed / "eve.ipynb",
        notebook(
            PLAIN, {"normalised": COPIED.format("").replace("total", "s").replace("answer", "out")}
        ),
    )
    assert runner.grade(lab, handed, folder / "out", jobs=2).exit_code == 0
    return folder / "out"


def test_the_table_has_the_named_columns_and_the_right_points(graded):
    rows = list(csv.DictReader(io.StringIO((graded / "grades.csv").read_text())))
    head = [
        "student",
        "lab",
        "points",
        "max_points",
        "percent",
        "status",
        "attempt",
        "seed",
        "sandbox",
        "91.1",
        "91.2",
        "91.3",
    ]
    assert list(rows[0]) == head
    assert [(r["student"], r["points"], r["91.1"], r["91.3"]) for r in rows] == [
        ("ann", "9", "3", "3"),
        ("bob", "6.333", "0.333", "3"),
        ("cy", "6", "3", "0"),
        ("dee", "9", "3", "3"),
        ("eve", "9", "3", "3"),
    ]


def test_gradescope_gets_public_checks_and_of_hidden_ones_only_counts(graded):
    result = json.loads((graded / "results" / "bob.json").read_text())
    assert result["score"] == pytest.approx(6 + 1 / 3)
    assert sum(t["max_score"] for t in result["tests"]) == pytest.approx(9)
    assert sum(t["score"] for t in result["tests"]) == pytest.approx(result["score"])
    hidden = [t for t in result["tests"] if t["visibility"] != "visible"]
    assert [t["output"] for t in hidden] == ["1 of 3 pass", "1 of 1 pass", "1 of 1 pass"]
    assert "any_shape" not in json.dumps(result)


def test_how_long_hidden_checks_took_is_not_told():
    """A submission could tell by that what they showed it."""
    from coursekit.grading.books.outputs import gradescope

    tests = [
        TestResult("a", "a", "1.1", "public", "passed", 1.0, 1.0, 2.0),
        TestResult("b", "b", "1.1", "hidden", "passed", 1.0, 1.0, 77.0),
    ]
    told = json.dumps(gradescope(Record("ann", "lab", tests=tests, seconds=79.0), 1))
    assert '"execution_time": 2,' in told
    assert "7" not in told


def test_feedback_shows_what_was_tried_the_hint_and_nothing_hidden(graded):
    page = (graded / "feedback" / "bob.html").read_text()
    assert "tried:    mean_square of 7 numbers" in page
    assert "A mean divides by how many there are." in page
    assert "Hidden checks: 1 of 3 pass." in page
    assert "any_shape" not in page
    assert "any shape" not in page
    assert "not answered" in (graded / "feedback" / "cy.html").read_text()


def test_junit_counts_what_failed(graded):
    suites = {s.get("name"): s for s in ElementTree.parse(graded / "junit.xml").getroot()}
    assert {name: (s.get("failures"), s.get("errors")) for name, s in suites.items()}["bob"] == (
        "3",
        "0",
    )
    assert suites["ann"].get("tests") == "9"


def test_the_report_tells_mistakes_and_answers_that_are_alike(graded):
    page = (graded / "report.html").read_text()
    assert "sum-not-mean" in page
    assert "normalised: dee, eve (2 students, 100 % or more)" in page
    assert "5 submissions, median 100 %" in page


def test_discrimination_is_the_correlation_with_the_rest():
    def one(student, a, b, c):
        return record(
            student,
            *(
                case(n, status="passed" if p else "failed")
                for n, p in (("a", a), ("b", b), ("c", c))
            ),
        )

    found = {
        i.name: i
        for i in report.items(
            [one("s1", 1, 1, 0), one("s2", 1, 1, 0), one("s3", 0, 0, 1), one("s4", 0, 0, 0)]
        )
    }
    assert found["a"].passed == 0.5
    assert found["a"].discrimination == pytest.approx(
        1 / 3**0.5
    )  # passed: 1 1 0 0, the rest: 2 2 2 0
    assert found["c"].discrimination < 0
    assert found["a"].failed_by == ("s3", "s4")
    assert report.items([one("s1", 1, 1, 1)])[0].discrimination is None


def test_an_infrastructure_error_is_never_a_zero():
    lost = record("ann", case("a", status="infrastructure-error"), status="infrastructure-error")
    row = list(csv.reader(io.StringIO(outputs.grades_csv([(1, lost)]))))[1]
    assert row[2:6] == ["", "2", "", "infrastructure-error"]
    assert row[9:] == [""]


def write_class(out, records):
    """Put records into a gradebook and write the outputs of the plain lab."""
    from coursekit.grading import lab

    with Gradebook(out) as book:
        for one in records:
            one.lab = "91_plain"
            book.add(one, one.student)
        return outputs.write_all(book, out, lab.load(PLAIN))


def content(folder):
    """Every file in a folder but the gradebook, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "gradebook" not in path.name
    }


def test_what_a_student_sent_costs_his_own_page_alone(tmp_path):
    wild = record("wild", case("a", status="failed"), case("b", visibility="hidden"))
    wild.tests[0].compared = [[["no number"]], [[1.0]]]
    wild.answers = {"f": ["no answer"], "g": None}
    assert write_class(tmp_path, [wild, record("ann", case("a"))]) == ["wild"]
    assert "2 of 4 points" in (tmp_path / "feedback" / "wild.html").read_text()
    assert "could not be shown" in (tmp_path / "feedback" / "wild.html").read_text()
    assert "Exercise 5.1: 2 of 2" in (tmp_path / "feedback" / "ann.html").read_text()
    assert (tmp_path / "report.html").is_file()


ODD = "\x1b[2J\u202egnp.\x07<b>\ud800\n=1+1"


def test_no_escape_sequence_or_direction_override_leaves_the_gradebook(tmp_path, capsys):
    odd = record("ann\u202e\x1b[31m;=1+1", case("a", status="failed"))
    odd.tests[0].message = odd.tests[0].title = ODD
    odd.notes = [ODD]
    odd.mistakes = {"5.1": {"name": ODD, "hint": ODD}}
    odd.answers = {"f": {"text": ODD}}
    odd.submitted = ODD
    assert write_class(tmp_path, [odd]) == []
    for name, data in content(tmp_path).items():
        text = data.decode("utf-8")
        if name.endswith(".json"):
            text = json.dumps(json.loads(text), ensure_ascii=False)
            assert "\\u001b" not in text
        assert not set("\x1b\u202e\x07\ud800") & set(text), name
        assert name.endswith(".json") or "<b>" not in text
    ElementTree.parse(tmp_path / "junit.xml")
    rows = list(csv.reader(io.StringIO((tmp_path / "grades.csv").read_text()), delimiter=";"))
    assert not [c for row in rows for c in row if c[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("first", [True, False], ids=["first", "again"])
def test_the_files_appear_all_or_none_wherever_it_is_interrupted(tmp_path, monkeypatch, first):
    import os

    out, students = tmp_path / "out", [record(name, case("a")) for name in ("ann", "bob", "cy")]
    if not first:
        write_class(out, students)
        for path in out.rglob("*.*"):
            if path.is_file() and "gradebook" not in path.name:
                path.write_bytes(b"as before")
    else:
        with Gradebook(out) as book:
            for one in students:
                one.lab = "91_plain"
                book.add(one, one.student)
    before, real = content(out), os.replace
    lab = __import__("coursekit.grading.lab", fromlist=["load"]).load(PLAIN)
    for stop in range(100):
        calls = []

        def counted(there, to, stop=stop, calls=calls):
            calls.append(to)
            if len(calls) == stop + 1:
                raise KeyboardInterrupt if stop % 2 else OSError(28, "No space left on device")
            real(there, to)

        with monkeypatch.context() as patch, Gradebook(out) as book:
            patch.setattr(os, "replace", counted)
            try:
                outputs.write_all(book, out, lab)
                break
            except (KeyboardInterrupt, OutputError):
                assert content(out) == before
    assert stop == (9 if first else 18)
    after = content(out)
    assert sorted(after) == sorted(
        ["grades.csv", "junit.xml", "report.html"]
        + [f"feedback/{name}.html" for name in ("ann", "bob", "cy")]
        + [f"results/{name}.json" for name in ("ann", "bob", "cy")]
    )
    assert b"as before" not in after.values()


def test_answers_that_are_alike_are_told_as_groups():
    def one(student, text):
        made = record(student, case("a"))
        made.answers = {"f": {"text": text}}
        return made

    alone = "def f(a):\n    return [x * 3 + y - 2 for x in a for y in range(x) if y % 2 == x % 5]"
    names = ["dee", "eve", "fay", "gus"]
    people = [one(name, COPIED.format("").replace("total", name)) for name in names]
    people += [one("hal", alone), one("ida", alone.replace("x", "z"))]
    groups = report.similar_answers(people)
    assert sorted(group.students for group in groups) == [tuple(names), ("hal", "ida")]
    assert {group.share for group in groups} == {1.0}


def test_exercises_are_ranked_by_what_they_cost():
    def one(student, *passed):
        return record(
            student,
            *(
                case(f"t{e}", f"5.{e}", "passed" if e in passed else "failed", worth=float(e))
                for e in (1, 2, 3)
            ),
        )

    found = report.losses([one("a", 1), one("b", 1, 2), one("c", 2, 3)])
    assert [(one.exercise, one.lost, one.possible, one.whole) for one in found] == [
        ("5.3", 6.0, 9.0, 1),
        ("5.2", 2.0, 6.0, 2),
        ("5.1", 1.0, 3.0, 2),
    ]


def test_the_command_exports_a_roster(graded, tmp_path, capsys):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS Login ID,Section,91 plain (1)\nAnn,1,ann,A,\nBob,2,bob,A,\n"
    )
    assert (
        main(
            [
                "grade",
                "export",
                str(graded),
                "--roster",
                str(tmp_path / "canvas.csv"),
                "--out",
                str(tmp_path / "out"),
            ]
        )
        == 0
    )
    assert (tmp_path / "out" / "canvas.csv").read_text().splitlines()[1:] == [
        "Ann,1,ann,A,9",
        "Bob,2,bob,A,6.33",
    ]
    assert "2 grades filled into the column '91 plain (1)'" in capsys.readouterr().out
    assert main(["grade", "export", str(tmp_path / "nowhere"), "--roster", "x.csv"]) == 2
    assert main(["grade", "export", str(graded)]) == 2
