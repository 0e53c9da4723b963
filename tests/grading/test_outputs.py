"""What leaves the gradebook: tables, Gradescope, feedback, JUnit, the report, rosters."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.cli import main
from coursekit.errors import InvalidInputError
from coursekit.grading import runner
from coursekit.grading.books import outputs, report, rosters
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
    assert "normalised: dee and eve, 100 %" in page
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


CANVAS = (
    "Student,ID,SIS Login ID,Section,Lab 05 Metrics (4711),Lab 07 Convolution (4712)\r\n"
    "    Points Possible,,,,10,10\r\n"
    '"Doe, Jane",101,jdoe,A,,5\r\n"Öz, Çem",102,coz@uni.edu,A,,\r\n"Lost, '
    'Leo",103,lleo,A,,\r\n"Gone, Gil",104,ggil,A,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified "
    "(grade),Feedback comments\n"
    "Participant 55,Jane Doe,jdoe@uni.edu,Submitted,,10.00,-,\nParticipant 56,Cem "
    "Oz,coz@uni.edu,Submitted,,10.00,-,\n"
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Lab 05 [Total Pts: 10 Score] '
    '|77"\n"Doe"\t"Jane"\t"jdoe"\t""\n"Oz"\t"Cem"\t"coz"\t""\n'
)
GRADES = [
    (1, record("jdoe", case("a"), case("b"), lms_id="101")),
    (1, record("coz", case("a"), case("b", status="failed"))),
    (1, record("lleo", case("a", status="infrastructure-error"), status="infrastructure-error")),
    (1, record("stranger", case("a"))),
]


def test_a_canvas_roster_is_filled_and_nothing_else_changes(tmp_path):
    (tmp_path / "roster.csv").write_bytes(CANVAS.encode("utf-8-sig"))
    filled = rosters.fill(tmp_path / "roster.csv", GRADES, tmp_path / "out")
    expected = CANVAS.replace("jdoe,A,,5", "jdoe,A,4,5").replace(
        "coz@uni.edu,A,,", "coz@uni.edu,A,2,"
    )
    assert (tmp_path / "out" / "roster.csv").read_bytes() == expected.encode("utf-8-sig")
    assert (filled.kind, filled.filled) == ("canvas", 2)
    assert filled.not_in_roster == ("stranger",)
    assert filled.without_grade == ("Gone, Gil",)


def test_a_moodle_roster_gets_grade_and_feedback(tmp_path):
    (tmp_path / "roster.csv").write_text(MOODLE)
    filled = rosters.fill(tmp_path / "roster.csv", GRADES, tmp_path)
    rows = list(csv.DictReader(io.StringIO(filled.path.read_text())))
    assert filled.path.name == "roster-filled.csv"
    assert [row["Grade"] for row in rows] == ["4", "2"]
    assert all(row["Feedback comments"] for row in rows)


def test_a_blackboard_roster_in_utf_16_with_tabs(tmp_path):
    (tmp_path / "roster.xls").write_bytes(BLACKBOARD.encode("utf-16"))
    filled = rosters.fill(tmp_path / "roster.xls", GRADES, tmp_path / "out")
    assert (filled.kind, filled.filled) == ("blackboard", 2)
    text = filled.path.read_bytes().decode("utf-16")
    assert text == BLACKBOARD.replace('"jdoe"\t""', '"jdoe"\t"4"').replace(
        '"coz"\t""', '"coz"\t"2"'
    )


def test_a_roster_that_is_none_or_has_no_column_says_so(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InvalidInputError, match=r"exported from Canvas.*x, y"):
        rosters.fill(tmp_path / "a.csv", GRADES, tmp_path)
    (tmp_path / "b.csv").write_text("Student,ID,SIS Login ID,Section,Essay\n")
    with pytest.raises(InvalidInputError, match=r"none fits.*--column"):
        rosters.fill(tmp_path / "b.csv", GRADES, tmp_path)
    assert rosters.fill(tmp_path / "b.csv", GRADES, tmp_path / "out", column="Essay").filled == 0
    with pytest.raises(InvalidInputError, match="can be read"):
        rosters.fill(tmp_path / "none.csv", GRADES, tmp_path)


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
    assert "2 grades filled" in capsys.readouterr().out
    assert main(["grade", "export", str(tmp_path / "nowhere"), "--roster", "x.csv"]) == 2
    assert main(["grade", "export", str(graded)]) == 2
