"""Rosters as the systems export them. `«before|after»` marks a cell that is to change; everything
else must come back byte for byte."""

from __future__ import annotations

import dataclasses
import re

from coursekit.grading.record import Record


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
]  # fmt: skip
