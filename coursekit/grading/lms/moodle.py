"""Moodle: a folder `Jane Doe_98765_assignsubmission_file_` for each student; rosters are the
grading worksheet, its form for blind marking, and the gradebook's export."""

from __future__ import annotations

import re

from coursekit.grading.lms.system import Owner, System
from coursekit.grading.lms.titles import LAB_WORDS, letters

_UPLOAD = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<own>.*)", re.S
)
_TITLE = re.compile(r"^(?:assignment|aufgabe|devoir|tarea)\s*:\s*|\s*\([^()]*\)\s*$", re.I)
_MODULE = re.compile(r"\s*([^\W\d_]\w*)[^:]*:")
_SHOWN = re.compile(r"\(([^()]*(?:\([^()]*\))?)\)\s*$")  # how the gradebook shows a grade
_POINTS = ("real", "punkte", "brut", "brute", "réel", "réelle", "valeur", "puntos", "points")
_NO_POINTS = re.compile(
    r"percent|prozent|pourcent|porcent|letter|buchstabe|noten?\b|lettre|letra|feedback"
    r"|kommentar|comment|comentario|retroaliment|real \(|punkte \(|%",
    re.I,
)
_NAMELESS = ("participant", "teilnehmer/in", "teilnehmer", "teilnehmende", "participante")


def _owner(name: str) -> Owner | None:
    found = _UPLOAD.fullmatch(name)
    if found is None:
        return None
    student = found["name"]
    if student.casefold() in _NAMELESS:  # blind marking
        student = f"{student} {found['id']}"
    return Owner(student, "moodle", found["id"], own_name=found["own"])


def _title(title: str) -> str:
    module = _MODULE.match(title)
    if module and letters(module[1]) not in LAB_WORDS:
        return ""  # a forum's, a quiz's
    return _TITLE.sub("", _TITLE.sub("", title)).strip()


def _holds(title: str) -> bool:
    """Whether the gradebook shows numbers of points in a column."""
    shown = _SHOWN.search(title)
    if shown and _TITLE.match(title):
        return shown[1].strip().casefold() in _POINTS
    return not (shown and _NO_POINTS.match(shown[1].strip()))


MOODLE = System(
    "moodle",
    owner=_owner,
    columns={
        "id": ("Identifier", "ID", "Identifiant", "Identificador"),
        "name": ("Full name", "Vollständiger Name", "Nom complet", "Nombre completo"),
        "first": ("First name", "Vorname", "Prénom", "Nombre"),
        "last": (
            *("Last name", "Surname", "Nachname", "Nom", "Nom de famille"),
            *("Apellido(s)", "Apellidos"),
        ),
        "email": (
            *("Email address", "E-Mail-Adresse", "Adresse de courriel", "Adresse e-mail"),
            *("Dirección de correo", "Dirección Email", "Correo electrónico"),
        ),
        "login": ("Username", "Anmeldename", "Nom d'utilisateur", "Nombre de usuario"),
        "number": (
            *("ID number", "ID-Nummer", "Matrikelnummer", "Numéro d'identification"),
            *("Número de ID", "Número de identificación"),
        ),
        "grade": ("Grade", "Bewertung", "Note", "Calificación"),
        "possible": (
            *("Maximum Grade", "Maximum grade", "Bestwertung", "Maximale Bewertung"),
            *("Note maximale", "Calificación máxima"),
        ),
        "comment": (
            *("Feedback comments", "Feedback als Kommentar", "Feedback als Kommentare"),
            *("Feedback par commentaires", "Commentaires", "Comentarios de retroalimentación"),
        ),
        "section": ("Group", "Gruppe", "Groupe", "Grupo"),
        "other": (
            *("Status", "Statut", "Estado", "Institution", "Institución", "Department"),
            *("Abteilung", "Département", "Departamento", "Online text", "Texteingabe online"),
            *("Texte en ligne", "Texto en línea", "Last modified (submission)"),
            *("Last modified (grade)", "Grade can be changed", "Last downloaded from this course"),
            *("Zuletzt geändert (Abgabe)", "Zuletzt geändert (Bewertung)"),
            *("Bewertung kann geändert werden", "Dernière modification (travail remis)"),
            *("Dernière modification (note)", "La note peut être modifiée"),
            *("Última modificación (entrega)", "Última modificación (calificación)"),
            *("La calificación puede ser cambiada", "Marker", "Marking workflow state"),
        ),
    },
    needed=(
        frozenset({"id", "grade"}),
        frozenset({"email", "name"}),
        frozenset({"email", "first", "last"}),
    ),
    id_form=r"\D+(\d+)",  # Participant 55
    title=_title,
    holds=_holds,
    comment=True,
)
