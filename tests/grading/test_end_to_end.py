"""Labs 05, 07 and 08 as an instructor meets them: students' edited notebooks in, a filled Canvas
roster out."""

import csv

import pytest
from edited_notebooks import LABS, canvas_roster, edited, released, write

from coursekit.cli import main

pytestmark = pytest.mark.slow

# Per lab: its exercises' worth; the mistakes in Ben's notebook and the exercise he left; what he
# must get.
CLASSES = {
    "05_metrics": (
        (7, 8, 6, 7, 9, 7, 5, 7),
        ("rows-and-columns-swapped", "f1-as-arithmetic-mean", "left-riemann-sum"),
        "5.8",
        (7, 8, 0, 2, 5, 7, 5, 0),
    ),
    "07_convolution": (
        (5, 5, 6, 6, 7, 8, 6, 5, 6),
        ("turned-in-one-direction", "bias-forgotten", "comes-back-on-the-other-side"),
        "7.8",
        (5, 0, 6, 0, 7, 2, 6, 0, 6),
    ),
    "08_digits": (
        (5, 5, 8, 6, 5, 5, 6, 7),
        ("mlp-softmax-at-the-end", "ink-wraps-round", "first-mistakes-not-worst"),
        "8.5",
        (5, 2, 8, 6, 0, 5, 2, 5),
    ),
}
STUDENTS = {"ann": "Abel, Ann", "ben": "Blum, Ben", "cem": "Cakir, Cem", "dora": "Dahl, Dora"}


@pytest.fixture(scope="module", params=list(CLASSES))
def graded(request, policy, tmp_path_factory):
    """One lab handed in by three of four students, graded and exported by the command: its name and
    the folder."""
    lab, folder = request.param, tmp_path_factory.mktemp(request.param)
    most, mistakes, unanswered, _ = CLASSES[lab]
    write(folder / "in" / "ann.ipynb", edited(lab))
    write(folder / "in" / "ben.ipynb", edited(lab, mistakes=mistakes, unanswered=(unanswered,)))
    write(folder / "in" / "cem.ipynb", released(lab))
    canvas_roster(folder / "roster.csv", lab, sum(most), STUDENTS)
    out = str(folder / "out")
    assert (
        main(
            [
                "grade",
                str(LABS / lab),
                str(folder / "in"),
                "--out",
                out,
                "--jobs",
                "2",
                "--time-limit",
                "120",
            ]
        )
        == 0
    )
    assert main(["grade", "export", out, "--roster", str(folder / "roster.csv")]) == 0
    return lab, folder


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_exercise_gets_exactly_its_points(graded):
    lab, folder = graded
    most, _, unanswered, bens = CLASSES[lab]
    number = unanswered.split(".")[0]
    table = {row["student"]: row for row in rows(folder / "out" / "grades.csv")}
    got = {
        name: tuple(float(row[f"{number}.{i + 1}"]) for i in range(len(most)))
        for name, row in table.items()
    }
    assert got == {"ann": most, "ben": bens, "cem": (0,) * len(most)}
    for name, row in table.items():
        assert (float(row["points"]), float(row["max_points"])) == (sum(got[name]), sum(most))
        assert (row["status"], row["sandbox"]) == ("graded", "full")


def test_the_canvas_roster_is_filled_and_nothing_else_changes(graded):
    lab, folder = graded
    most, _, _, bens = CLASSES[lab]
    before, after = rows(folder / "roster.csv"), rows(folder / "out" / "roster.csv")
    column = f"{lab} (1234)"
    assert [row[column] for row in after] == [
        f"{sum(most):g}",
        f"{sum(most):g}",
        f"{sum(bens):g}",
        "0",
        "",
    ]
    assert [{**row, column: ""} for row in after] == [{**row, column: ""} for row in before]


def test_feedback_names_the_mistake_and_nothing_hidden(graded):
    lab, folder = graded
    page = (folder / "out" / "feedback" / "ben.html").read_text(encoding="utf-8")
    hidden = (LABS / lab / "test_hidden.py").read_text(encoding="utf-8")
    names = [
        line.split("(")[0].removeprefix("def ")
        for line in hidden.splitlines()
        if line.startswith("def test_")
    ]
    assert page.count('class="hint"') == 3
    assert len(names) > 8
    assert not [
        name
        for name in names
        if name in page or name.removeprefix("test_").replace("_", " ") in page
    ]
    assert "not answered" in page
    assert "Hidden checks:" in page
    report = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert not [name for name in CLASSES[lab][1] if name not in report]
