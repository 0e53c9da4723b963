"""Gradescope: "Export Submissions" gives folders `submission_12345` and `submission_metadata.yml`,
which says whose they are and when they came. It takes no roster back."""

from __future__ import annotations

import re

from coursekit.grading.lms.system import Owner, System

_FOLDER = re.compile(r"submission_\d+")
_LINE = re.compile(r"(?P<depth> *)(?:- )?:?(?P<key>[A-Za-z_0-9]+): *(?P<value>.*)")
_WANTED = {2: ("name", "sid", "email", "created_at"), 4: ("name", "sid", "email")}  # by indent
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? *(Z|UTC|[+-]\d\d:?\d\d)?")


def _owners(text: str) -> dict[str, Owner]:
    """Folder -> owner. Only what stands at the places where Gradescope writes it is read: the
    first submitter, and the time of the submission that counts."""
    found: dict[str, dict[str, str]] = {}
    folder = None
    for line in text.splitlines():
        matched = _LINE.match(line)
        if matched is None:
            continue
        depth, key, value = len(matched["depth"]), matched["key"], matched["value"].strip()
        if depth == 0:
            folder = found.setdefault(key, {}) if _FOLDER.fullmatch(key) else None
        elif folder is not None and key in _WANTED.get(depth, ()):
            folder.setdefault(key, value.strip("'\""))
    return {
        folder: Owner(who, "gradescope", folder.removeprefix("submission_"), _time(told))
        for folder, told in found.items()
        if (who := told.get("email") or told.get("sid") or told.get("name"))
    }


def _time(told: dict[str, str]) -> str:
    found = _TIME.match(told.get("created_at", ""))
    if found is None:
        return ""
    zone = {"Z": "+00:00", "UTC": "+00:00", None: ""}.get(found[3], found[3])
    return f"{found[1]}T{found[2]}{zone}"


GRADESCOPE = System(
    "gradescope",
    named_by=("email", "number", "name"),
    manifest="submission_metadata.yml",
    export=r"assignment_\d+_export",
    owners=_owners,
)
