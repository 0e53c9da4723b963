"""Canvas: `doejane_LATE_12345_67890_lab.ipynb`; rosters with `Student, ID, SIS Login ID, Section`
or `LastName, FirstName`."""

from __future__ import annotations

import re

from coursekit.grading.lms.system import Owner, System

_UPLOAD = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_|late_)?(?P<id>\d+)_\d+_(?P<own>.+)", re.S)
_LATE = "Canvas marked this file as late; by how much its name does not say."


def _owner(name: str) -> Owner | None:
    found = _UPLOAD.fullmatch(name)
    if found is None:
        return None
    note = _LATE if found["late"] else ""
    return Owner(found["name"], "canvas", found["id"], own_name=found["own"], note=note)


CANVAS = System(
    "canvas",
    owner=_owner,
    columns={
        "name": ("Student", "Studierende", "Étudiant", "Estudiante"),
        "last": ("LastName", "Last Name"),
        "first": ("FirstName", "First Name"),
        "id": ("ID",),
        "number": ("SIS User ID", "SIS-Benutzer-ID", "ID utilisateur SIS", "ID de usuario de SIS"),
        "login": ("SIS Login ID", "SIS-Anmelde-ID", "ID de connexion SIS", "ID de SIS Login"),
        "section": ("Section", "Abschnitt", "Sección"),
        "other": ("Root Account", "Integration ID", "Notes"),
    },
    needed=(frozenset({"name", "id", "section"}), frozenset({"last", "first", "id", "section"})),
    title=lambda title: re.sub(r"\s*\(\d+\)\s*$", "", title).strip(),
    possible_row=True,
)
