"""Workbooks, alphabets and files that are no roster; what the command says, and how it ends."""

import zipfile

import pytest
from roster_cases import HEAD, fill, record

from coursekit.cli import main
from coursekit.errors import InvalidInputError
from coursekit.grading.books import rosters
from coursekit.grading.books.gradebook import Gradebook

JANE, CEM = (record("jane", 8.5, "canvas", "101"), record("cem", 6.0, "canvas", "102"))
TITLES = HEAD.strip().split(",")
DOE, OZ = (["Doe, Jane", 101, "S1", "jdoe", "A", None], ["Öz, Çem", 102, "S2", "coz", "B", None])


def book(path, sheets):
    """A workbook with sheets of rows, by name."""
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return openpyxl


def export(path, *records, out="out"):
    grades = [(1, one) for one in records]
    return rosters.fill(path, grades, path.parent / out)


def test_numbers_of_any_length_are_read_from_a_workbook(tmp_path):
    openpyxl = book(tmp_path / "r.xlsx", {"Grades": [TITLES, DOE, OZ]})
    made = openpyxl.load_workbook(tmp_path / "r.xlsx")
    made["Grades"]["B2"], made["Grades"]["B3"] = 2345101, 9345102
    made.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "r.xlsx", "w") as new:  # fmt: skip
        for name in old.namelist():  # whole numbers as Google Sheets writes them
            data = old.read(name)
            new.writestr(name, data.replace(b"5101</v>", b"5101.0</v>"))
    filled = export(tmp_path / "r.xlsx", record("jane", 8.5, "canvas", "2345101"))
    assert (filled.filled, filled.sheet) == (1, "Grades")


def test_a_workbook_holds_numbers_whatever_text_stands_beside_them(tmp_path):
    rows = [[*TITLES[:5], "Lab 4 (2)", "Lab 5 (1)"], [*DOE[:5], "40,5", "7,5"], [*OZ[:5], "1,5"]]
    openpyxl = book(tmp_path / "r.xlsx", {"Grades": rows})
    filled = rosters.fill(tmp_path / "r.xlsx", [(1, JANE)], tmp_path / "out", overwrite=True)
    assert openpyxl.load_workbook(filled.path)["Grades"]["G2"].value == 8.5


def test_only_the_one_sheet_that_shows_is_filled_and_it_is_named(tmp_path):
    openpyxl = book(tmp_path / "r.xlsx", {"Mon": [TITLES, DOE], "old": [TITLES, DOE, OZ]})
    made = openpyxl.load_workbook(tmp_path / "r.xlsx")
    with pytest.raises(InvalidInputError, match="Received: 2: 'Mon', 'old'"):
        export(tmp_path / "r.xlsx", JANE, CEM)
    made["old"].sheet_state = "hidden"
    made.save(tmp_path / "r.xlsx")
    filled = export(tmp_path / "r.xlsx", JANE, CEM)
    assert (filled.sheet, filled.not_in_roster) == ("Mon", ("cem",))
    made = openpyxl.load_workbook(filled.path)
    assert [made["Mon"]["F2"].value, made["old"]["F2"].value] == [8.5, None]
    made.active = made.sheetnames.index("old")
    del made["Mon"]
    made.create_sheet("notes")
    made.save(tmp_path / "r.xlsx")
    with pytest.raises(InvalidInputError, match="one on the hidden sheet 'old'"):
        export(tmp_path / "r.xlsx", JANE)


def test_a_sheet_without_the_labs_column_is_no_rival(tmp_path):
    book(tmp_path / "r.xlsx", {"Sum": [[*TITLES[:5], "Sum"], DOE, OZ], "Labs": [TITLES, DOE, OZ]})
    assert export(tmp_path / "r.xlsx", JANE, CEM).sheet == "Labs"


@pytest.mark.parametrize(("cells", "row"), [("F2:F3", 1), ("E2:F2", 1), ("F3:F4", 2)])
def test_a_mark_needs_a_cell_of_its_own(tmp_path, cells, row):
    openpyxl = book(tmp_path / "r.xlsx", {"Grades": [TITLES, DOE, OZ]})
    made = openpyxl.load_workbook(tmp_path / "r.xlsx")
    made["Grades"].merge_cells(cells)
    made.save(tmp_path / "r.xlsx")
    with pytest.raises(InvalidInputError, match=f"Received: {cells}, merged into one"):
        export(tmp_path / "r.xlsx", (JANE, CEM)[row - 1])
    assert not (tmp_path / "out").exists()


def test_points_as_a_formula_are_asked_for_as_a_number(tmp_path):
    points = ["    Points Possible", None, None, None, None, "=5*2"]
    book(tmp_path / "r.xlsx", {"Grades": [TITLES, points, DOE]})
    with pytest.raises(InvalidInputError, match=r"Received: '=5\*2'.*as a plain number"):
        export(tmp_path / "r.xlsx", JANE)


def test_a_workbook_with_macros_stays_one(tmp_path):
    book(tmp_path / "r.xlsx", {"Grades": [TITLES, DOE]})
    (tmp_path / "r.xlsx").rename(tmp_path / "r.xlsm")
    with zipfile.ZipFile(tmp_path / "r.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    with zipfile.ZipFile(export(tmp_path / "r.xlsm", JANE).path) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros"
        assert b"sheet.macroEnabled.main+xml" in archive.read("[Content_Types].xml")


def _zip(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "with a password. Save it without"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "Excel 2003 or older, or one with a password"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument sheet. Save it as"),
        ({"roster": "Student,ID"}, "archive of other files. Unpack it"),
        (b"", "which is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "which is empty"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_roster_is_called_by_its_name(tmp_path, data, said):
    data = data if isinstance(data, bytes) else _zip(tmp_path / "made", **data)
    with pytest.raises(InvalidInputError, match=said):
        fill(tmp_path, data, [JANE])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read_and_written(tmp_path, encoding):
    text = HEAD + '"Öz, Çem",102,S2,coz,A,{}\n'
    _, got = fill(tmp_path, text.format(""), [CEM], encoding)
    assert got.decode(encoding) == text.format("6")


def test_no_result_of_grading_is_written_over(tmp_path):
    for name in ("grades.csv", "Grades.CSV"):
        (tmp_path / name).write_text(f"{HEAD}Doe,101,S1,jdoe,A,\n")
        assert export(tmp_path / name, JANE).path.name == f"{name[:6]}-filled{name[6:]}"


@pytest.fixture
def desk(tmp_path):
    """A gradebook and a roster; the command that puts them together."""

    def run(*records, rows="Doe,101,S1,jdoe,A,\nOz,102,S2,coz,A,\n", options=()):
        with Gradebook(tmp_path / "graded") as book:
            for one in records:
                book.add(one, one.student)
        (tmp_path / "roster.csv").write_text(HEAD + rows)
        files = [str(tmp_path / "graded"), "--roster", str(tmp_path / "roster.csv")]
        return main(["grade", "export", *files, *options])

    return run


def test_whom_the_machine_failed_is_named_and_the_command_ends_with_3(desk, capsys):
    lost = record("jane", 0.0, "canvas", "101")
    lost.status = "infrastructure-error"
    assert desk(lost, CEM) == 3
    out, err = capsys.readouterr()
    assert "1 grade filled" in out
    assert "no grade to fill in: the machine failed, not the student: jane" in err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Li,103,S3,lw,A,\n", "nobody who was graded is in the roster"),
        ("Doe,101,S1,jdoe,A,EX\n", "the cells of those who were graded hold something already"),
        ("Doe, J,101,S1,jdoe,A,\n", "the lines above say why"),
    ],
)
def test_an_export_that_fills_nothing_says_why_and_ends_with_3(desk, capsys, rows, said):
    assert desk(JANE, rows=rows) == 3
    assert f"no grade was filled in: {said}" in capsys.readouterr().err


@pytest.mark.parametrize("told", ["05_metrics", "05", "5", "metrics"])
def test_a_lab_is_named_as_for_grading(desk, capsys, told):
    other = record("jane", 1.0, "canvas", "101", lab="06_other")
    assert desk(JANE, other, options=["--lab", told]) == 0
    assert desk(JANE, other, options=["--lab", "7"]) == 2
    err = capsys.readouterr().err
    assert "Expected a lab of the gradebook: 05_metrics, 06_other. Received: --lab 7" in err
    assert desk(JANE, other) == 2
    assert "Received: 05_metrics, 06_other. Name it with --lab" in capsys.readouterr().err
