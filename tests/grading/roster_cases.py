"""Rosters as the systems export them. `«before|after»` marks a cell that is to change; everything
else must come back byte for byte."""

from __future__ import annotations

import dataclasses
import re

import pytest

from coursekit.grading.books import rosters
from coursekit.grading.record import Record

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,Lab 05 (1)\n"


def fill(tmp_path, text, records, encoding="utf-8", **options):
    """Fill a roster in; what became of it, and its rows as text."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    (tmp_path / "roster.csv").write_bytes(data)
    grades = [(1, one) for one in records]
    filled = rosters.fill(tmp_path / "roster.csv", grades, tmp_path / "out", **options)
    return filled, filled.path.read_bytes()


def workbook(path, rows):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active["H1"] = "=SUM(F3:F4)"
    book.save(path)
    return openpyxl


def record(student, points, lms="", lms_id="", most=10.0, lab="05_metrics"):
    """A graded record, by the name and number that its system gave the file."""
    return Record(student, lab, points=points, max_points=most, lms=lms, lms_id=lms_id)


LOGINS = (record("jdoe", 8.5), record("coz", 6.0))
MAILS = (
    record("jdoe@uni.edu", 8.5, "gradescope", "1"),
    record("coz@uni.edu", 6, "gradescope", "2"),
)
CANVAS = (record("doejane", 8.5, "canvas", "101"), record("ozcem", 6.0, "canvas", "102"))
MOODLE = (record("Jane Doe", 8.5, "moodle", "55"), record("Cem Oz", 6.0, "moodle", "56"))
BLIND = (
    record("Participant 55", 8.5, "moodle", "55"),
    record("Participant 56", 6.0, "moodle", "56"),
)
BRIGHTSPACE = (
    record("Jane Doe", 8.5, "brightspace", "901"),
    record("Çem Öz", 6.0, "brightspace", "902"),
)
BLACKBOARD = (record("jdoe", 8.5, "blackboard"), record("coz", 6.0, "blackboard"))


@dataclasses.dataclass(frozen=True)
class Roster:
    """One export: its text with marked cells, how it is written, and who handed in."""

    name: str
    text: str
    records: tuple[Record, ...]
    kind: str
    column: str
    encoding: str = "utf-8"
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def before(self) -> bytes:
        return re.sub("«(.*?)\\|.*?»", r"\1", self.text).encode(self.encoding)

    @property
    def after(self) -> bytes:
        return re.sub("«.*?\\|(.*?)»", r"\1", self.text).encode(self.encoding)


LAB = "Lab 05 Metrics (4711)"
_CANVAS = (
    f"Student,ID,SIS User ID,SIS Login ID,Section,{LAB},Quiz 5 (77),Final Score\n"
    "    Points Possible,,,,,10,20,(read only)\n"
    '"Doe, Jane",101,S1,jdoe,Monday,«|8.5»,12,\n'
    '"Öz, Çem",102,S2,coz,Monday,«|6»,13,\n'
    '"Student, Test",999,,,Monday,,,\n'
)
_MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\n'
    '"Participant 55","Jane Doe",jdoe@uni.edu,"Submitted for grading",«|8.5»,10.00,Yes,'
    '"Friday, 20 November 2026, 11:10 PM",-,«|"8.5 of 10 points in lab 05_metrics."»\n'
    '"Participant 56","Cem Öz",coz@uni.edu,"Submitted for grading",«|6»,10.00,Yes,'
    '"Friday, 20 November 2026, 11:12 PM",-,«|"6 of 10 points in lab 05_metrics."»\n'
)
_BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"Lab 05 [Total Pts: 10 Score] |77"\n'
    '"Doe"\t"Jane"\t"jdoe"\t"S1"\t"2026-11-20"\t"Yes"\t"«|8.5»"\n'
    '"Öz"\t"Çem"\t"coz"\t"S2"\t"2026-11-20"\t"Yes"\t"«|6»"\n'
)


def _last_first(text: str) -> str:
    text = text.replace("Student,ID", "LastName,FirstName,ID")
    text = text.replace('"Doe, Jane"', "Doe,Jane").replace('"Öz, Çem"', "Öz,Çem")
    return text.replace('"Student, Test"', "Student,Test").replace(",,,,,10,20", ",,,,,,10,20")


_GERMAN_WORKSHEET = (
    'ID;"Vollständiger Name";E-Mail-Adresse;Status;Bewertung;Bestwertung;'
    '"Bewertung kann geändert werden";"Zuletzt geändert (Bewertung)";"Feedback als Kommentar"\n'
    'Teilnehmer/in55;"Jane Doe";jdoe@uni.edu;Abgegeben;«|8,5»;10,00;Ja;-;'
    '«|"8.5 of 10 points in lab 05_metrics."»\n'
    'Teilnehmer/in56;"Cem Öz";coz@uni.edu;Abgegeben;«|6»;10,00;Ja;-;'
    '«|"6 of 10 points in lab 05_metrics."»\n'
)

_BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,"
    "Lab 05 Metrics Points Grade <Numeric MaxPoints:10 Weight:20 Category:Labs CategoryWeight:40>,"
    "Labs Subtotal Numerator,Labs Subtotal Denominator,"
    "Calculated Final Grade Numerator,End-of-Line Indicator\r\n"
    "#S1,#jdoe,Doe,Jane,jdoe@uni.edu,«|8.5»,,,,#\r\n"
    "#S2,#coz,Öz,Çem,coz@uni.edu,«|6»,,,,#\r\n"
)
_BRIGHTSPACE_LAB = (
    "Lab 05 Metrics Points Grade <Numeric MaxPoints:10 Weight:20 Category:Labs CategoryWeight:40>"
)
_CLASSROOM = (
    "Last Name,First Name,Email Address,Lab 05,Quiz 5\n,,Date,2026-11-20,2026-11-21\n"
    ",,Points,10,20\n,,Class average,7.3,12\n"
    "Doe,Jane,jdoe@uni.edu,«|8.5»,11\nÖz,Çem,coz@uni.edu,«|6»,12\n"
)
# a gradebook with what term leaves in it: two sections, an excused one, waiting lists, comments
_TERM = (
    "Student,ID,SIS User ID,SIS Login ID,Root Account,Section,Notes,Lab 04 Training (4710),"
    'Lab 05 Metrics (4711),"Lab 05\nquiz (4712)",Labs Current Score,Labs Unposted Final Score,'
    "Current Grade,Override Score\n"
    ",,,,,,,Manual Posting,Manual Posting,,,,,\n"
    "    Points Possible,,,,,,,12,10.0,4,(read only),(read only),(read only),\n"
    '"Doe, Jane",101,S1,jdoe,uni.edu,DL-01 and DL-02,,11.5,«|8.5»,3,95.83,95.83,A,\n'
    '"Doe, Jane Ann",103,S3,jadoe,uni.edu,DL-01,"asked for more time,\nsee mail of 3 May",EX,EX,EX,,,,\n'
    '"Öz, Çem",102,S2,coz,uni.edu,"DL-01, DL-03",,9,«|6»,,75.0,75.0,C,\n'
    '"O\'Neil-Smith, Seán",104,S4,soneil,uni.edu,DL-02,,,,,0.0,0.0,F,\n'
    '"Student, Test",999,,5b1f0c0ffee,uni.edu,DL-01,,,,,,,,\n'
)


ROSTERS = [
    Roster("canvas", _CANVAS, LOGINS, "canvas", LAB),
    Roster("canvas-by-its-ids", _CANVAS, CANVAS, "canvas", LAB),
    Roster("canvas-crlf-and-mark", _CANVAS.replace("\n", "\r\n"), CANVAS, "canvas", LAB, "utf-8-sig"),
    Roster(
        "canvas-semicolons",
        re.sub(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', ";", _CANVAS, flags=re.M).replace(
            '"Doe, Jane"', '"Doe, Jane"'
        ),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster("canvas-excels-sep-line", "sep=;\r\n" + _CANVAS.replace('"Doe, Jane"', '"Doe_ Jane"')
           .replace('"Öz, Çem"', '"Öz_ Çem"').replace('"Student, Test"', "Test").replace(",", ";")
           .replace("_", ",").replace("\n", "\r\n"), CANVAS, "canvas", LAB, "utf-8-sig"),
    Roster("canvas-last-and-first-name", _last_first(_CANVAS), CANVAS, "canvas", LAB),
    Roster("canvas-last-and-first-name-by-login", _last_first(_CANVAS), LOGINS, "canvas", LAB),
    Roster(
        "canvas-manual-posting-row",
        _CANVAS.replace("    Points", ",,,,,Manual Posting,,\n    Points"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-column-without-its-id",
        _CANVAS.replace(LAB, "Homework (31)"),
        CANVAS,
        "canvas",
        "Homework (31)",
        options={"column": "Homework"},
    ),
    Roster(
        "canvas-excused-and-typed-stay",
        _CANVAS.replace("«|8.5»", "EX").replace("«|6»", "5.5"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-not-applicable-stays",
        _CANVAS.replace("«|8.5»", "N/A"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-overwritten-on-request",
        _CANVAS.replace("«|8.5»", "«EX|8.5»").replace("«|6»", "«5.5|6»"),
        CANVAS,
        "canvas",
        LAB,
        options={"overwrite": True},
    ),
    Roster(
        "canvas-scaled",
        _CANVAS.replace(",10,20", ",100,20").replace("|8.5", "|85").replace("|6", "|60"),
        CANVAS,
        "canvas",
        LAB,
        options={"scale": True},
    ),
    Roster(
        "canvas-cp1252",
        _CANVAS.replace("Öz, Çem", "Müller, Jürgen"),
        (CANVAS[0], record("Jürgen Müller", 6.0)),
        "canvas",
        LAB,
        "cp1252",
    ),
    Roster(
        "canvas-cp1250",
        _CANVAS.replace("Öz, Çem", "Dvořák, Jiří"),
        (CANVAS[0], record("Dvořák Jiří", 6.0)),
        "canvas",
        LAB,
        "cp1250",
    ),
    Roster("canvas-assignment-in-words", _CANVAS.replace(LAB, "Assignment 5 (4711)"), CANVAS,
           "canvas", "Assignment 5 (4711)"),
    Roster("canvas-topic-alone", _CANVAS.replace(LAB, "Metrics (4711)"), CANVAS, "canvas",
           "Metrics (4711)"),
    Roster("moodle-worksheet", _MOODLE, MOODLE, "moodle", "Grade"),
    Roster("moodle-worksheet-by-mail", _MOODLE, MAILS, "moodle", "Grade"),
    Roster("moodle-worksheet-with-a-mark", _MOODLE, MOODLE, "moodle", "Grade", "utf-8-sig"),
    Roster(
        "moodle-blind-marking",
        re.sub(r'"(?:Jane Doe|Cem Öz)",\w+@uni\.edu,', "", _MOODLE).replace(
            '"Full name","Email address",', ""
        ),
        BLIND,
        "moodle",
        "Grade",
    ),
    Roster("moodle-german", _GERMAN_WORKSHEET, MOODLE, "moodle", "Bewertung"),
    Roster("moodle-german-cp1252", _GERMAN_WORKSHEET, MOODLE, "moodle", "Bewertung", "cp1252"),
    Roster(
        "moodle-french",
        'Identifiant;"Nom complet";"Adresse de courriel";Statut;Note;"Note maximale";'
        '"La note peut être modifiée";"Feedback par commentaires"\n'
        '"Participant 55";"Jane Doe";jdoe@uni.edu;"Remis pour évaluation";«|8,5»;10,00;Oui;'
        '«|"8.5 of 10 points in lab 05_metrics."»\n',
        MOODLE[:1],
        "moodle",
        "Note",
    ),
    Roster(
        "moodle-spanish",
        'Identificador,"Nombre completo","Dirección de correo",Estado,Calificación,'
        '"Calificación máxima","Comentarios de retroalimentación"\n'
        'Participante55,"Jane Doe",jdoe@uni.edu,Enviado,«|8.5»,10.00,'
        '«|"8.5 of 10 points in lab 05_metrics."»\n',
        MOODLE[:1],
        "moodle",
        "Calificación",
    ),
    Roster(
        "moodle-gradebook",
        '"First name","Last name","ID number",Institution,Department,"Email address",'
        '"Assignment: Lab 05 (Real)","Quiz: Quiz 5 (Real)","Last downloaded from this course"\n'
        "Jane,Doe,S1,,,jdoe@uni.edu,«-|8.5»,3,1\nCem,Öz,S2,,,coz@uni.edu,«-|6»,4,1\n",
        LOGINS,
        "moodle",
        "Assignment: Lab 05 (Real)",
    ),
    Roster(
        "moodle-gradebook-german",
        'Vorname;Nachname;ID-Nummer;Institution;Abteilung;E-Mail-Adresse;"Aufgabe: Übung 5 (Punkte)"'
        "\nJane;Doe;S1;;;jdoe@uni.edu;«|8.5»\n",
        LOGINS[:1],
        "moodle",
        "Aufgabe: Übung 5 (Punkte)",
    ),
    Roster("blackboard", _BLACKBOARD, BLACKBOARD, "blackboard",
           "Lab 05 [Total Pts: 10 Score] |77", "utf-16"),
    Roster("blackboard-plain-text", _BLACKBOARD, LOGINS, "blackboard",
           "Lab 05 [Total Pts: 10 Score] |77"),
    Roster(
        "blackboard-commas-and-placeholder",
        _BLACKBOARD.replace("\t", ",").replace("«|6»", "«Needs Grading|6»"),
        BLACKBOARD,
        "blackboard",
        "Lab 05 [Total Pts: 10 Score] |77",
    ),
    Roster(
        "blackboard-german",
        '"Nachname"\t"Vorname"\t"Benutzername"\t"Verfügbarkeit"\t'
        '"Labor 05 [Gesamtpunktzahl: bis zu 10 Punkte] |77"\n"Doe"\t"Jane"\t"jdoe"\t"Ja"\t«|8.5»\n',
        BLACKBOARD[:1],
        "blackboard",
        "Labor 05 [Gesamtpunktzahl: bis zu 10 Punkte] |77",
        "utf-16",
    ),
    Roster(
        "blackboard-french",
        '"Nom","Prénom","Nom d’utilisateur","TP 5 [Total Pts: 10] |77"\n"Doe","Jane","jdoe",«|8.5»\n',
        BLACKBOARD[:1],
        "blackboard",
        "TP 5 [Total Pts: 10] |77",
    ),
    Roster(
        "blackboard-spanish",
        "Apellidos,Nombre,Nombre de usuario,Práctica 5 [Puntos totales: 10] |77\nDoe,Jane,jdoe,«|8.5»\n",
        BLACKBOARD[:1],
        "blackboard",
        "Práctica 5 [Puntos totales: 10] |77",
    ),
    # What instructors brought from a running term
    Roster("canvas-of-a-term", _TERM, CANVAS, "canvas", "Lab 05 Metrics (4711)", "utf-8-sig"),
    Roster("canvas-of-a-term-by-login", _TERM, LOGINS, "canvas", "Lab 05 Metrics (4711)"),
    Roster(
        "canvas-lines-above-the-titles",
        '"Deep Learning; WS 2026/27, all sections"\n\nexported;2026-11-21\n\n'
        "Do not sort!\n" + _CANVAS,
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-ids-as-decimals",
        _CANVAS.replace(",101,", ",101.0,").replace(",102,", ",102.0,"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-section-numbers-are-no-decimal-commas",
        _CANVAS.replace("Monday", '"101,102"'),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-same-number-otherwise-written",
        _CANVAS.replace("«|8.5»", "«8.50|8.5»"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-two-of-one-name-by-its-ids",
        _CANVAS.replace("Öz, Çem", "Doe, Jane"),
        (CANVAS[0], record("doejane (102)", 6.0, "canvas", "102")),
        "canvas",
        LAB,
    ),
    Roster(
        "canvas-mac-roman",
        _CANVAS.replace("Öz, Çem", "Müller, Jürgen"),
        (CANVAS[0], record("Jürgen Müller", 6.0)),
        "canvas",
        LAB,
        "mac_roman",
    ),
    Roster(
        "canvas-cp1254",
        _CANVAS.replace("Öz, Çem", "Şahin, Gülşen"),
        (CANVAS[0], record("Gülşen Şahin", 6.0)),
        "canvas",
        LAB,
        "cp1254",
    ),
    Roster(
        "canvas-gb18030",
        _CANVAS.replace("Öz, Çem", "王, 小明"),
        (CANVAS[0], record("王小明", 6.0)),
        "canvas",
        LAB,
        "gb18030",
    ),
    Roster(
        "canvas-totals-in-other-columns",
        _CANVAS.replace("Final Score", "Labs 1-5 total (3)"),
        CANVAS,
        "canvas",
        LAB,
    ),
    Roster(
        "moodle-gradebook-by-its-own-download",
        '"First name","Last name","ID number",Institution,Department,"Email address",'
        '"Assignment: Lab 05 (Real)","Course total (Real)","Last downloaded from this course"\n'
        "Jane,Doe,S1,,,jdoe@uni.edu,«-|8.5»,-,1\nCem,Öz,S2,,,coz@uni.edu,«-|6»,-,1\n",
        MOODLE,
        "moodle",
        "Assignment: Lab 05 (Real)",
    ),
    Roster(
        "moodle-averages-below",
        '"First name","Last name","ID number","Email address","Assignment: Lab 05 (Real)"\n'
        "Jane,Doe,S1,jdoe@uni.edu,«|8.5»\n,Overall average,,,7.25\n",
        LOGINS[:1],
        "moodle",
        "Assignment: Lab 05 (Real)",
    ),
    Roster("moodle-worksheet-utf-16", _MOODLE, MOODLE, "moodle", "Grade", "utf-16"),
    Roster(
        "moodle-worksheet-two-of-one-name",
        _MOODLE.replace("Cem Öz", "Jane Doe"),
        (MOODLE[0], record("Jane Doe (56)", 6.0, "moodle", "56")),
        "moodle",
        "Grade",
    ),
    Roster(
        "moodle-comment-of-several-lines-stays",
        _MOODLE.replace('«|"8.5 of 10 points in lab 05_metrics."»', '"Well done.\n""Really"", "'),
        MOODLE,
        "moodle",
        "Grade",
    ),
    Roster(
        "blackboard-preview-user-and-total",
        _BLACKBOARD.replace('|77"\n', '|77"\t"Weighted Total [Total Pts: up to 10] |78"\n').replace(
            '»"\n', '»"\t""\n') + '"Prof"\t"Ada_PreviewUser"\t"ada_previewuser"\t""\t""\t"Yes"\t""\t""\n',
        BLACKBOARD,
        "blackboard",
        "Lab 05 [Total Pts: 10 Score] |77",
        "utf-16",
    ),
    Roster(
        "blackboard-login-that-is-another's-number",
        _BLACKBOARD.replace('"jdoe"', '"S2"'),
        (record("S2", 8.5, "blackboard"), BLACKBOARD[1]),
        "blackboard",
        "Lab 05 [Total Pts: 10 Score] |77",
    ),
    Roster("brightspace", _BRIGHTSPACE, BRIGHTSPACE, "brightspace", _BRIGHTSPACE_LAB, "utf-8-sig"),
    Roster("brightspace-by-login", _BRIGHTSPACE, LOGINS, "brightspace", _BRIGHTSPACE_LAB),
    Roster(
        "brightspace-numbers-alone",
        "OrgDefinedId,Lab 05 Points Grade,End-of-Line Indicator\n#S1,«|8.5»,#\n#S2,«|6»,#\n",
        (record("S1", 8.5), record("S2", 6.0)),
        "brightspace",
        "Lab 05 Points Grade",
    ),
    Roster("classroom-sheet", _CLASSROOM, MAILS, "moodle", "Lab 05"),
    Roster("classroom-sheet-by-login", _CLASSROOM, LOGINS, "moodle", "Lab 05"),
]  # fmt: skip
