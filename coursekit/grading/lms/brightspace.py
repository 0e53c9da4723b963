"""Brightspace (D2L): a folder `12345-67890 - Jane Doe - Nov 20, 2026 1110 PM` for each upload;
rosters with `OrgDefinedId, Username`, whose values begin with `#`."""

from __future__ import annotations

import re
from datetime import datetime

from coursekit.grading.lms.system import Owner, System

_UPLOAD = re.compile(r"(?P<id>\d+)-\d+ - (?P<name>.+?) - (?P<when>[^/-]*\d[^/-]*)", re.S)
_FORMS = ("%b %d, %Y %I%M %p", "%B %d, %Y %I%M %p", "%d %B, %Y %I%M %p", "%d %b, %Y %I%M %p")
_ITEM = re.compile(r"\s*<[^<>]*>\s*$|\s+(?:Points|Text)\s+Grade\s*(?:<[^<>]*>)?\s*$", re.I)
_FORM = re.compile(r"<([^<>]*)>\s*$")
_POSSIBLE = re.compile(r"\bm[a\xe1]x[^:<>]*:\s*(\d(?:[\d.,]*\d)?)", re.I)
_NO_POINTS = re.compile(
    r"(?:\b(?:Text|Weighted)\s+Grade|\bScheme\s+Symbol)\s*(?:<[^<>]*>)?\s*$"
    r"|<\s*(?:Text|Pass/?Fail|Selectbox|Formula|Calculated)\b[^<>]*>\s*$",
    re.I,
)


def _owner(name: str) -> Owner | None:
    found = _UPLOAD.fullmatch(name)
    if found is None:
        return None
    return Owner(found["name"], "brightspace", found["id"], _time(found["when"]))


def _time(text: str) -> str:
    """The time in a folder's name; empty where it is in another language."""
    plain = " ".join(text.replace(":", "").split())
    for form in _FORMS:
        try:
            return datetime.strptime(plain, form).isoformat()
        except ValueError:
            continue
    return ""


def _possible(title: str) -> str:
    """The maximum that an item states; all that it states where no maximum is in it."""
    form = _FORM.search(title)
    found = _POSSIBLE.search(form[1]) if form else None
    return found[1] if found else form[0] if form else ""


BRIGHTSPACE = System(
    "brightspace",
    owner=_owner,
    columns={
        "number": ("OrgDefinedId", "Org Defined ID"),
        "login": ("Username",),
        "last": ("Last Name",),
        "first": ("First Name",),
        "email": ("Email",),
        "section": ("Section", "Sections", "Section Membership", "Group Membership"),
        "end": ("End-of-Line Indicator",),
    },
    needed=(frozenset({"number"}), frozenset({"login", "end"})),
    title=lambda title: _ITEM.sub("", _ITEM.sub("", title)).strip(),
    holds=lambda title: not _NO_POINTS.search(title),
    possible=_possible,
)
