"""Blackboard: `Lab 5_jdoe_attempt_2026-11-20-23-10-05_lab.ipynb`, the only name with a time in it;
rosters with `Last Name, First Name, Username`."""

from __future__ import annotations

import re
from dataclasses import replace

from coursekit.grading.lms.system import Owner, System

_UPLOAD = re.compile(
    r"(?P<head>.+?_(?P<name>[^_]+))_attempt_(?P<day>\d{4}-\d\d-\d\d)-(?P<time>\d\d-\d\d-\d\d)"
    r"(?P<own>_.*|\.\w+)",
    re.S,
)
_ITEM = re.compile(r"\s*(?:\[([^\[\]]*)\]\s*(?:\|\s*\d*)?|\|\s*\d+)\s*$")


def _owner(name: str) -> Owner | None:
    found = _UPLOAD.fullmatch(name)
    if found is None:
        return None
    when = f"{found['day']}T{found['time'].replace('-', ':')}"
    return Owner(found["name"], "blackboard", "", when, found["own"].removeprefix("_"))


def _together(owners: dict[str, Owner]) -> dict[str, Owner]:
    """Titles and user names may hold underscores: what all names share is the title."""
    heads = {name: _UPLOAD.fullmatch(name)["head"] for name in owners}
    first, last = min(heads.values()), max(heads.values())
    alike = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    shared = first[:alike]
    title = shared[: shared.rfind("_") + 1]
    if len(set(heads.values())) < 2 or not title:
        return owners
    return {name: replace(owners[name], student=head[len(title) :]) for name, head in heads.items()}


def _possible(title: str) -> str:
    """The number in the last brackets; what stands in others is the title's own."""
    item = _ITEM.search(title)
    found = re.search(r"\d(?:[\d.,'\u2019\u00a0\u202f]*\d)?", (item and item[1]) or "")
    return found[0] if found else ""


BLACKBOARD = System(
    "blackboard",
    named_by=("login",),
    owner=_owner,
    together=_together,
    columns={
        "last": ("Last Name", "Nachname", "Nom", "Apellidos", "Apellido"),
        "first": ("First Name", "Vorname", "Prénom", "Nombre"),
        "login": ("Username", "Benutzername", "Nom d'utilisateur", "Nombre de usuario"),
        "number": (
            *("Student ID", "Studenten-ID", "Teilnehmer-ID", "ID d'étudiant", "ID étudiant"),
            *("ID de alumno", "ID de estudiante"),
        ),
        "section": ("Child Course ID",),
        "other": (
            *("Last Access", "Letzter Zugriff", "Dernier accès", "Último acceso"),
            *("Availability", "Verfügbarkeit", "Disponibilité", "Disponibilidad"),
        ),
    },
    needed=(frozenset({"last", "first", "login"}),),
    title=lambda title: _ITEM.sub("", title).strip(),
    possible=_possible,
    empty=(
        *("needs grading", "needs marking", "benotung erforderlich", "bewertung erforderlich"),
        *("notation requise", "requiere calificación", "in progress", "in bearbeitung"),
        *("en cours", "en curso"),
    ),
)
