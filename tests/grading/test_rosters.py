"""Marks go to the person and the column that they belong to, or nowhere, and the rest of the file
comes back byte for byte."""

import contextlib

import pytest
from roster_cases import CANVAS, HEAD, LAB, LOGINS, MOODLE, ROSTERS, fill, record, workbook

from coursekit.cli import main
from coursekit.errors import InvalidInputError, MissingDependencyError
from coursekit.grading.books import rosters
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.lms import titles

assert len(ROSTERS) >= 50


@pytest.mark.parametrize("roster", ROSTERS, ids=lambda roster: roster.name)
def test_a_roster_as_exported_is_filled_and_nothing_else_changes(tmp_path, roster):
    filled, got = fill(tmp_path, roster.before, roster.records, **roster.options)
    assert got.decode(roster.encoding) == roster.after.decode(roster.encoding)
    assert got == roster.after
    assert (filled.kind, filled.column) == (roster.kind, roster.column)
    assert (filled.refused, filled.not_in_roster) == ((), ())
    odd = {"Points", "Date", "Class average", "Overall average"}
    assert odd.isdisjoint(
        " ".join(word.split()) for who in filled.without_grade for word in who.split(",")
    )


@pytest.mark.parametrize(
    ("rows", "students", "said"),
    [
        ('"Li, Wei",1,S1,lw1,A,\n"Li, Wei",2,S2,lw2,A,\n', ["Li Wei"], "Li Wei fits 2 rows"),
        (
            '"Alvarez, Jose",1,S1,ja1,A,\n"Alvarez, José",2,S2,ja2,A,\n',
            ["Jose Alvarez"],
            "Alvarez, José in line 3",
        ),
        ('"Doe, Jane",1,S1,jdoe,A,\n', ["jdoe", "Jane Doe"], "Doe, Jane fits 2 submissions"),
        ('"Doe, Jane",1,S1,li,A,\n"Li",2,S2,x,A,\n', ["li"], "li fits 2 rows"),
        ('"A, B",1,S1,x@one.edu,A,\n"C, D",2,S2,x@two.edu,A,\n', ["x"], "x fits 2 rows"),
    ],
)
def test_what_fits_several_is_refused_by_name_and_nobody_gets_it(tmp_path, rows, students, said):
    filled, got = fill(tmp_path, HEAD + rows, [record(name, 7.0) for name in students])
    assert got.decode() == HEAD + rows
    assert said in " ".join(filled.refused)
    assert filled.filled == 0


def test_a_row_that_does_not_fit_its_titles_is_left_alone_and_told(tmp_path):
    rows = 'Doe, Jane,1,S1,jdoe,A,\n"Öz, Çem",2,S2,coz,A,{}\n'
    filled, got = fill(tmp_path, HEAD + rows.format(""), LOGINS)
    assert got.decode() == HEAD + rows.format("6")
    assert "line 2 of roster.csv has more cells than there are titles" in filled.refused[0]


def test_points_possible_are_read_wherever_a_system_states_them(tmp_path):
    sheet = "Last Name,First Name,Email Address,Lab 5\n{}\nDoe,Jane,jdoe@uni.edu,\n"
    for row in ("Points,,,100", ",,Points possible,100"):
        with pytest.raises(InvalidInputError, match=r"Received: 100\. Give --scale"):
            fill(tmp_path, sheet.format(row), LOGINS[:1])
    title = "Lab 5 Points Grade <Numeric MaxPoints:55 Weight:10 Category:Labs>"
    with pytest.raises(InvalidInputError, match=r"Received: 55\. Give --scale"):
        fill(tmp_path, f"OrgDefinedId,{title},End-of-Line Indicator\n#S1,,#\n", [record("S1", 5.0)])


def test_signs_that_make_another_letter_tell_names_apart(tmp_path):
    rows = '"की",1,S1,a,A,{}\n"का",2,S2,b,A,\n'
    _, got = fill(tmp_path, HEAD + rows.format(""), [record("की", 7.0)])
    assert got.decode() == HEAD + rows.format("7")


@pytest.mark.parametrize(
    ("row", "one"),
    [
        ('"Doe, Jane",101,55,jdoe,A,', record("Other", 7.0, "moodle", "55")),
        ('"Doe, Jane",101,S1,jdoe,A,', record("Other", 7.0, "moodle", "101")),
        ('"Doe, Jane",101,S1,jdoe,A,', record("101", 7.0)),
        ('"Doe, Jane",101,777,jdoe,A,', record("doejane", 7.0, "canvas", "777")),
        ('"Doe, Jane",101,S1,jdoe,A,', record("\uff4adoe", 7.0)),  # a letter that looks like j
        ('"Doe, Jane",101,S1,doejane,A,', record("Jane Doe", 7.0, "canvas", "102")),
        ('"Doe, Jane",1.01E+2,S1,jdoe,A,', record("Other", 7.0, "canvas", "1012")),
        ('"Doe, Jane",101,S1,annmarie,A,', record("ann-marie", 7.0)),  # another login
        ('"Doe, Jane",101,S1,muller,A,', record("müller", 7.0)),
    ],
)
def test_a_number_fits_its_own_column_alone(tmp_path, row, one):
    filled, got = fill(tmp_path, f"{HEAD}{row}\n", [one])
    assert got.decode() == f"{HEAD}{row}\n"
    assert filled.not_in_roster == (one.student,)
    assert filled.without_grade == ("Doe, Jane",)


@pytest.mark.parametrize(
    ("title", "fits"),
    [
        ("Lab 05", True),
        ("lab5", True),
        ("Lab #5 Metrics and more", True),
        ("Assignment 05: anything", True),
        ("Übungsblatt 5", True),
        ("TP n° 5", True),
        ("Lab no. 5", True),
        ("Labor Nr. 5", True),
        ("Lab 05 - 20 Nov", True),
        ("Lab 5 (20.11.2026)", True),
        ("Assignment 5 - 2026", True),
        ("Week 6: Lab 5", True),
        ("Lab 5 Decision trees", True),
        ("Lab 5 self-attention", True),
        ("Lab 5 self-assessment", False),
        ("Labs 5 and 6", False),
        ("Lab 5 and Lab 6", False),
        ("Lab 5, Lab 6", False),
        ("Übung 5 und 6", False),
        ("TP 5 et TP 6", False),
        ("Práctica 5 y 6", False),
        ("Lab 5b", False),
        ("Lab 5 Part 2", False),
        ("Lab 5 quizzes", False),
        ("Lab 5 readings", False),
        ("Lab 5 Surveys", False),
        ("Lab 5 Tests", False),
        ("Lab 5 discussion", False),
        ("Lab 5 reflection", False),
        ("Lab 5 late days", False),
        ("Lab 5 regrade", False),
        ("Lab 5 Bonuspunkte", False),
        ("Lab 5 Zusatzaufgabe", False),
        ("Übung 5 Nachprüfung", False),
        ("TP 5 rattrapage", False),
        ("Post-lab 5", False),
        ("Lab 5 TA", False),
        ("Lab 5 Comments", False),
        ("Lab 5 Notes", False),
        ("Lab 5 Current Score", False),
        ("05_metrics", True),
        ("05 Metrics", True),
        ("Metrics", True),
        ("Metrics lab", True),
        ("Quiz 5", False),
        ("5", False),
        ("Lab 5 of 8", True),
        ("Lab 15", False),
        ("Lab 50", False),
        ("Quiz 5 Metrics", False),
        ("Quiz metrics", False),
        ("Lab 7 Metrics", False),
        ("Week 5 reading", False),
        ("Lab 5 quiz", False),
        ("Lab 05 attendance", False),
        ("Labs 5-8 total", False),
        ("Lab 5-8", False),
        ("Lab 5.1", False),
        ("Lab 5 + 6", False),
        ("Praktikum 5 Anwesenheit", False),
    ],
)
def test_which_titles_name_lab_05(title, fits):
    assert titles.is_of(title, "05_metrics") == fits


def test_a_column_that_is_not_told_is_asked_for(tmp_path):
    head = HEAD.replace("Lab 05 (1)", "Quiz 5 (1),Lab 5 (2),Lab 05 evening (3)")
    with pytest.raises(InvalidInputError, match=r"2 fit: Lab 5 \(2\), Lab 05 evening \(3\)"):
        fill(tmp_path, head, CANVAS)
    with pytest.raises(InvalidInputError, match=r"none fits.*--column; there are Quiz 5 \(1\)"):
        fill(tmp_path, HEAD.replace("Lab 05 (1)", "Quiz 5 (1)"), CANVAS)
    with pytest.raises(InvalidInputError, match="the name of 2 columns"):
        fill(tmp_path, HEAD.replace("Lab 05 (1)", "Essay (1),Essay (2)"), CANVAS, column="essay")
    with pytest.raises(InvalidInputError, match=r"Expected a column of roster\.csv"):
        fill(tmp_path, HEAD, CANVAS, column="Essay")


def test_other_points_possible_are_an_error_that_offers_scale(tmp_path):
    (canvas,) = (r for r in ROSTERS if r.name == "canvas")
    with pytest.raises(InvalidInputError, match=r"Expected 55 points.*Received: 10\. Give --scale"):
        fill(tmp_path, canvas.before, [record("jdoe", 44.0, most=55.0)])
    assert not (tmp_path / "out").exists()
    filled, got = fill(tmp_path, canvas.before, [record("jdoe", 44.0, most=55.0)], scale=True)
    assert filled.filled == 1
    assert b"jdoe,Monday,8,12" in got


def test_what_stays_is_told(tmp_path):
    (kept,) = (r for r in ROSTERS if r.name == "canvas-excused-and-typed-stay")
    filled, _ = fill(tmp_path, kept.before, kept.records)
    assert filled.kept == ("Doe, Jane (EX)", "Öz, Çem (5.5)")
    assert filled.filled == 0


def test_an_infrastructure_error_leaves_the_cell(tmp_path):
    lost = record("jdoe", 0.0)
    lost.status = "infrastructure-error"
    filled, got = fill(tmp_path, HEAD + '"Doe, Jane",1,S1,jdoe,A,\n', [lost])
    assert (filled.filled, filled.without_grade) == (0, ())
    assert got.decode() == HEAD + '"Doe, Jane",1,S1,jdoe,A,\n'


def test_an_excel_sheet_is_filled_cell_by_cell(tmp_path):
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LAB],
        ["    Points Possible", None, None, None, None, 10],
        ["Doe, Jane", 101, "S1", "jdoe", "Monday", None],
        ["Öz, Çem", 102.0, "S2", "coz", "Monday", "EX"],
    ]
    openpyxl = workbook(tmp_path / "roster.xlsx", rows)
    grades = [(1, one) for one in CANVAS]
    filled = rosters.fill(tmp_path / "roster.xlsx", grades, tmp_path / "out")
    sheet = openpyxl.load_workbook(filled.path).active
    assert [sheet["F3"].value, sheet["F4"].value, sheet["H1"].value] == [8.5, "EX", "=SUM(F3:F4)"]
    assert (filled.filled, filled.kept) == (1, ("Öz, Çem (EX)",))


def test_an_excel_roster_is_found_on_whichever_sheet_it_is(tmp_path):
    openpyxl = workbook(tmp_path / "roster.xlsx", [["a note"]])
    book = openpyxl.load_workbook(tmp_path / "roster.xlsx")
    sheet = book.create_sheet("Grades")
    for row in (["Deep Learning"], HEAD.strip().split(","), ["Doe, Jane", 101, "S1", "jdoe", "A"]):
        sheet.append(row)
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "roster.xlsx")
    filled = rosters.fill(tmp_path / "roster.xlsx", [(1, CANVAS[0])], tmp_path / "out")
    book = openpyxl.load_workbook(filled.path)
    assert (book["Grades"]["F3"].value, book.active["A1"].value) == (8.5, "a note")
    assert book["Grades"].column_dimensions["C"].hidden


def test_excel_without_openpyxl_and_old_excel_say_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "roster.xlsx").write_bytes(b"PK\x03\x04rest")
    with monkeypatch.context() as patch:
        patch.setitem(__import__("sys").modules, "openpyxl", None)
        with pytest.raises(MissingDependencyError, match="pip install openpyxl; or save"):
            rosters.fill(tmp_path / "roster.xlsx", [(1, CANVAS[0])], tmp_path)
    (tmp_path / "roster.xls").write_bytes(b"\xd0\xcf\x11\xe0rest")
    with pytest.raises(InvalidInputError, match="Save it as CSV"):
        rosters.fill(tmp_path / "roster.xls", [(1, CANVAS[0])], tmp_path)


def test_a_roster_that_is_none_says_so(tmp_path):
    with pytest.raises(InvalidInputError, match=r"exported from Canvas.*x, y"):
        fill(tmp_path, "x,y\n1,2\n", CANVAS)
    with pytest.raises(InvalidInputError, match="can be read"):
        rosters.fill(tmp_path / "none.csv", [(1, CANVAS[0])], tmp_path)
    with pytest.raises(InvalidInputError, match="Expected grades of one lab"):
        fill(tmp_path, HEAD, [])


def test_a_new_system_is_in_every_list_that_people_see(tmp_path, monkeypatch, capsys):
    from coursekit.grading import lms

    new = lms.System("ilias", columns={"login": ("Kennung",)}, needed=(frozenset({"login"}),))
    monkeypatch.setattr(lms, "SYSTEMS", (*lms.SYSTEMS, new))
    with pytest.raises(InvalidInputError, match=r"Canvas \(Student, ID, .* or Ilias \(Kennung\)"):
        fill(tmp_path, "x,y\n1,2\n", CANVAS)
    assert main(["grade", "export", str(tmp_path)]) == 2
    assert "or Ilias" in capsys.readouterr().err
    for command in (["grade"], ["grade", "export"]):
        with contextlib.suppress(SystemExit):
            main([*command, "--help"])
        assert "or Ilias" in " ".join(capsys.readouterr().out.split())


def test_beside_the_original_the_copy_gets_another_name(tmp_path):
    (tmp_path / "roster.csv").write_text(HEAD)
    filled = rosters.fill(tmp_path / "roster.csv", [(1, CANVAS[0])], tmp_path)
    assert filled.path.name == "roster-filled.csv"


def test_the_command_names_the_column_and_everything_that_stayed(tmp_path, capsys):
    with Gradebook(tmp_path / "graded") as book:
        for one in (*CANVAS, record("Li Wei", 7.0), record("\x1b[2Jodd", 1.0)):
            book.add(one, one.student)
    rows = '"Doe, Jane",101,S1,jdoe,A,EX\n"Öz, Çem",102,S2,coz,A,\n'
    twice = '"Li, Wei",1,S3,lw1,A,\n"Li, Wei",2,S4,lw2,A,\n'
    (tmp_path / "roster.csv").write_text(HEAD + rows + twice, encoding="utf-8")
    command = [
        "grade",
        "export",
        str(tmp_path / "graded"),
        "--roster",
        str(tmp_path / "roster.csv"),
    ]
    assert main(command) == 3
    out, err = capsys.readouterr()
    assert "1 grade filled into the column 'Lab 05 (1)' of" in out
    assert "kept what the cell holds (--overwrite replaces it): Doe, Jane (EX)" in err
    assert "Li Wei fits 2 rows" in err
    assert "not in the roster: \ufffd[2Jodd" in err
    assert main([*command, "--overwrite", "--column", "lab 05"]) == 3
    assert MOODLE[0].student not in capsys.readouterr().err
