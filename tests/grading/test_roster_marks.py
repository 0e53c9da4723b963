"""A mark that may be the wrong one, or may land in the wrong column, is refused in one line; what
can only mean one thing is filled in."""

import csv

import pytest
from roster_cases import HEAD, fill, record

from coursekit.errors import InvalidInputError
from coursekit.grading.books import marks

JANE = (record("jdoe", 41.5, most=55.0),)
BOTH = (*JANE, record("coz", 30.0, most=55.0))
NUMBER_55 = (record("Jane Doe", 41.5, "moodle", "98765", most=55.0),)
CANVAS = "Student,ID,SIS Login ID,Section,"
CLASSROOM = "Last Name,First Name,Email Address,"
MOODLE = "First name,Last name,Email address,"
BLACKBOARD = "Last Name,First Name,Username,"
BRIGHTSPACE = "Username,Last Name,First Name,{},End-of-Line Indicator\n#jdoe,Doe,Jane,,#\n"
WORKSHEET = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments\n"


def cell(got: bytes, title: str) -> str:
    """What Jane has under a title."""
    text = got.decode()
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in text else ","))
    (jane,) = (row for row in rows[1:] if any("jdoe" in value for value in row))
    return jane[next(i for i, value in enumerate(rows[0]) if value.startswith(title))]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (f'{CANVAS}Project (70),Lab 5 (77)\n"Doe, J",101,jdoe,A,"1,250",\n', "41.5"),
        (f'{CANVAS}Seat,Lab 5 (77)\n"Doe, J",101,jdoe,A,"3,4",\n', "41.5"),
        (f'{BLACKBOARD}Total [Total Pts: 2000] |1,Lab 5 [Total Pts: 55] |2\nDoe,J,jdoe,"1,250",\n', "41.5"),
        ("Student;ID;SIS Login ID;Section;Lab 5 (77)\n  Points Possible;;;;55,00\nD;1;jdoe;A;\n", "41,5"),
        (f'{CANVAS}Lab 5 (77)\n  Points Possible,,,,55.0\n"Doe, J",101,jdoe,A,\n', "41.5"),
        (f'{MOODLE}Lab 4 (Real),Lab 5 (Real)\nJane,Doe,jdoe@x,"40,50",-\n', "41,5"),
        (f'{MOODLE}Lab 4 (Real),Lab 5 (Real)\nJane,Doe,jdoe@x,"40,50",41.50\n', "41.5"),
        (f'{CANVAS}Lab 5 (77)\n"Doe, J",101,jdoe,A,\n"Oz, C",102,coz,A,"7,5"\n', "41,5"),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_that_of_the_column(tmp_path, text, mark):
    _, got = fill(tmp_path, text, JANE)
    assert cell(got, "Lab 5") == mark


def test_two_decimal_signs_in_one_column_are_asked_about(tmp_path):
    text = f'{CANVAS}Lab 5 (77)\n  Points Possible,,,,55.0\nD,1,jdoe,A,\nO,2,coz,A,"7,5"\n'
    with pytest.raises(InvalidInputError, match=r"decimal comma .* Received: both"):
        fill(tmp_path, text, JANE)
    filled, _ = fill(tmp_path, text, [record("jdoe", 41.0, most=55.0)])
    assert filled.filled == 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("55", (55.0,)),
        ("55,00", (55.0,)),
        ("0,125", (0.125,)),
        ("1,000", (1000.0,)),
        ("1.000", (1.0, 1000.0)),
        ("1,000.00", (1000.0,)),
        ("1.000,50", (1000.5,)),
        ("1 000,5", (1000.5,)),
        ("1'000", (1000.0,)),
        ("12,345,678", (12345678.0,)),
        ("=5*2", ()),
        ("-5", ()),
        ("", ()),
    ],
)
def test_a_number_is_read_as_a_gradebook_writes_it(text, numbers):
    assert marks.readings(text) == numbers


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (f'{CANVAS}Lab 5 (77)\n Points Possible,,,,"1,000.00"\nD,1,jdoe,A,\n', {}, r"Received: 1000\. Give"),
        (f"{CANVAS}Lab 5 (77)\n Points Possible,,,,0.0\nD,1,jdoe,A,\n", {}, r"the 55 of lab .*'0\.0'"),
        (f"{CANVAS}Lab 5 (77)\n Points Possible,,,,0.0\nD,1,jdoe,A,\n", {"scale": True}, r"'0\.0'"),
        (f"{CANVAS}Lab 5 (77)\n Points Possible,,,,1.000\nD,1,jdoe,A,\n", {"scale": True}, "1 or 1000"),
        (f"{CANVAS}Lab 5 (77)\n Points Possible,,,,ten\nD,1,jdoe,A,\n", {}, "one number.*'ten'"),
        (f"{CANVAS}Lab 5 (77)\n Points,,,,55\n Points,,,,60\nD,1,jdoe,A,\n", {}, "'55 and 60'"),
        (f"{CANVAS}Lab 5 (77)\n Points,,,,\nD,1,jdoe,A,\nMean,,,,7.4\n", {"scale": True}, "none in roster"),
        (f"{CANVAS}Lab 5 (77)\n Points,,,,,55,\nD,1,jdoe,A,\n", {}, "in line 2 of roster.csv, which holds"),
        (f"{BLACKBOARD}Lab 5 [Week 55] [Total Pts: 12 Score] |1\nD,J,jdoe,\n", {}, r"Received: 12\."),
        (f'{BLACKBOARD}"Lab 5 [Total Pts: 1,000 Score] |1"\nD,J,jdoe,\n', {}, r"Received: 1000\."),
        (BRIGHTSPACE.format("Lab 5 Note en points <Numérique Points max.:10>"), {}, r"Received: 10\."),
        (BRIGHTSPACE.format("Lab 5 <Numerisch>"), {}, "one number.*'<Numerisch>'"),
        (BRIGHTSPACE.format("Lab 5 Text Grade <Text>"), {}, r"none fits\. None holds points"),
        (BRIGHTSPACE.format("Lab 5 Grade <PassFail>"), {}, r"none fits\. None holds points"),
        (BRIGHTSPACE.format("Lab 5 Weighted Grade <Numeric MaxPoints:55>"), {}, "none fits"),
        (f'{WORKSHEET}Participant 1,J,jdoe@x,,,"Not yet,Competent",\n', {}, "one number.*'Not yet,Comp"),
    ],
)  # fmt: skip
def test_points_possible_that_are_not_the_labs_or_not_clear_are_refused(
    tmp_path, text, options, said
):
    with pytest.raises(InvalidInputError, match=said):
        fill(tmp_path, text, JANE, **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "label",
    [
        *("Max", "Maximum", "Possible", "Out of 10", "Max. Punkte", "Max. Points", "Total Points"),
        *("Full marks", "Barème", "Puntos posibles", "Höchstpunktzahl", "Gesamtpunkte"),
        *("Points possible:", "Mögliche Punkte", "Points possibles"),
    ],
)
def test_a_row_of_points_is_known_in_many_words(tmp_path, label):
    text = f"{CLASSROOM}Lab 5\n{label},,,10\nDoe,Jane,jdoe@x,\n"
    with pytest.raises(InvalidInputError, match=r"Received: 10\. Give --scale"):
        fill(tmp_path, text, JANE)
    filled, _ = fill(tmp_path, text.replace(",10\n", ",55\n"), JANE)
    assert (filled.filled, filled.without_grade) == (1, ())


def test_shares_are_of_thousands_where_the_roster_says_so(tmp_path):
    text = f'{CANVAS}Lab 5 (77)\n Points Possible,,,,"1,000"\nD,1,jdoe,A,\n'
    _, got = fill(tmp_path, text, JANE, scale=True)
    assert cell(got, "Lab 5") == "754.55"


@pytest.mark.parametrize(
    "text",
    [
        f"{WORKSHEET}Participant 98765,Doe, Jane,jdoe@x,,,55.00,\n",
        "Email address,Full name,Lab 4,Lab 5\njdoe@x,Doe, Jane,,\ncoz@x,Oz, Cem,,\n",
        f"{HEAD.strip()},\nDoe, Jane,1,S1,jdoe,A,,x\n",
        f"{HEAD.strip()},\nDoe, Jane,1,S1,jdoe,A,,\n",
    ],
)
def test_rows_shifted_by_a_comma_in_a_name_are_all_left_alone(tmp_path, text):
    filled, got = fill(tmp_path, text, BOTH)
    assert got.decode() == text
    assert filled.filled == 0
    (line,) = filled.refused
    lines = "lines 2, 3 of roster.csv have" if text.count("\n") == 3 else "line 2 of roster.csv has"
    assert f"{lines} more cells than there are titles" in line


@pytest.mark.parametrize(
    ("titles", "column"),
    [
        ("Assignment: Lab 05 (Percentage)", None),
        ("Assignment: Lab 05 (Letter)", None),
        ("Assignment: Lab 05 (Feedback)", None),
        ("Aufgabe: Lab 05 (Prozentsatz)", None),
        ("Aufgabe: Lab 05 (Punkte (Noten))", None),
        ("Lab 05 (Letter)", None),
        ("Assignment: Notebook (Real),Forum: Lab 05 questions (Real)", None),
        ("H5P: Lab 5 (Real)", None),
        ("Workshop: Lab 5 (submission) (Real)", None),
        ("Assignment: Lab 05 (Percentage),Assignment: Lab 05 (Real)", "Assignment: Lab 05 (Real)"),
        ("Devoir: TP 5 (Lettre),Devoir: TP 5 (Brut)", "Devoir: TP 5 (Brut)"),
        ("Tarea: Práctica 5 (Real),Foro: Práctica 5 (Real)", "Tarea: Práctica 5 (Real)"),
        ("Lab 05 (Monday)", "Lab 05 (Monday)"),
    ],
)
def test_of_moodles_gradebook_only_an_assignments_points_are_taken(tmp_path, titles, column):
    text = f"{MOODLE}{titles}\nJane,Doe,jdoe@x{',-' * (titles.count(',') + 1)}\n"
    if column is None:
        with pytest.raises(InvalidInputError, match="none fits"):
            fill(tmp_path, text, JANE)
    else:
        assert fill(tmp_path, text, JANE)[0].column == column


def test_a_column_of_another_form_is_not_taken_by_name_either(tmp_path):
    text = f"{MOODLE}Lab 05 (Letter),Quiz: Lab 05 (Real)\nJane,Doe,jdoe@x,-,-\n"
    with pytest.raises(InvalidInputError, match="which holds no marks to fill in"):
        fill(tmp_path, text, JANE, column="Lab 05 (Letter)")
    with pytest.raises(InvalidInputError, match="Received: 'Forum: Lab 05'"):
        fill(tmp_path, text, JANE, column="Forum: Lab 05")
    assert fill(tmp_path, text, JANE, column="Quiz: Lab 05 (Real)")[0].filled == 1


def test_what_canvas_calls_read_only_is_no_column_for_marks(tmp_path):
    text = f"{CANVAS}{{}},Lab 5 Score,Lab 5 Grade\n  Points Possible,,,,55,(read only),(Read Only)\nD,1,jdoe,A,,,\n"
    with pytest.raises(InvalidInputError, match=r"none fits.* there are Notebook \(77\)\."):
        fill(tmp_path, text.format("Notebook (77)"), JANE)
    with pytest.raises(InvalidInputError, match="'Lab 5 Score', which holds no marks"):
        fill(tmp_path, text.format("Notebook (77)"), JANE, column="Lab 5 Score")
    assert fill(tmp_path, text.format("Lab 5 (77)"), JANE)[0].column == "Lab 5 (77)"


@pytest.mark.parametrize("column", ["Section", "SIS User ID", "ID", "Student", "", " "])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_column_about_people_takes_no_marks(tmp_path, column, overwrite):
    text = f"{HEAD.strip()},\nDoe,1,,jdoe,,,\n"
    with pytest.raises(InvalidInputError, match=r"for marks: Lab 05 \(1\)\. Received: '"):
        fill(tmp_path, text, JANE, column=column, overwrite=overwrite)


def test_two_exports_in_one_file_must_have_the_same_columns(tmp_path):
    one = f"{CANVAS}Lab 4 (76),Lab 5 (77)\n Points Possible,,,,80,55\nD,1,jdoe,A,,\n"
    other = f"{CANVAS}Lab 5 (81),Lab 4 (80)\n Points Possible,,,,55,80\nO,2,coz,B,,\n"
    with pytest.raises(InvalidInputError, match="the second from line 4 on, with other columns"):
        fill(tmp_path, one + other, BOTH)
    filled, got = fill(tmp_path, one + one.replace("D,1,jdoe", "O,2,coz"), BOTH)
    assert (filled.filled, filled.without_grade) == (2, ())
    assert b"coz,A,,30" in got


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("30 of 55 points in lab 05_metrics.", "41.5 of 55 points in lab 05_metrics."),
        ("30 of 55 points in lab 05_metrics. Well done.", None),
        ("Well done.", None),
    ],
)
def test_an_earlier_comment_of_an_export_goes_with_its_mark(tmp_path, before, after):
    text = f"{WORKSHEET}Participant 98765,Jane,jdoe@x,,30.00,55.00,{before}\n"
    _, got = fill(tmp_path, text, NUMBER_55, overwrite=True)
    assert cell(got, "Feedback") == (after or before)
    assert cell(got, "Grade") == "41.5"
    _, got = fill(tmp_path, text, NUMBER_55)
    assert got.decode() == text


@pytest.mark.parametrize("title", ["Lab 5", "Grade"])
def test_moodles_number_is_looked_for_in_its_worksheet_alone(tmp_path, title):
    text = f"ID,First name,Last name,Email address,{title}\n98765,John,Smith,j@x,{{}}\n1,Jane,Doe,jd@x,{{}}\n"
    _, got = fill(tmp_path, text.format("", ""), NUMBER_55)
    jane = "41.5" if title == "Lab 5" else ""  # beside grades an ID is Moodle's own or none
    assert got.decode() == text.format("", jane)


@pytest.mark.parametrize("word", ["Needs Grading", "In Progress", "Benotung erforderlich"])
def test_blackboards_word_for_no_mark_yet_gives_way_to_one(tmp_path, word):
    text = f"{BLACKBOARD}Lab 5 [Total Pts: 55 Score] |1\nDoe,Jane,jdoe,{word}\n"
    assert fill(tmp_path, text, JANE)[0].filled == 1
    assert fill(tmp_path, f"{HEAD}Doe,1,S1,jdoe,A,{word}\n", JANE)[0].filled == 0
