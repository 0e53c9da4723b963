"""What there is to know about a learning-management system."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Owner:
    """Whose an upload is, as its system said. `own_name` is the part of the name that the student
    chose, `submitted` a time in the name, `note` what else it says."""

    student: str
    lms: str
    lms_id: str = ""
    submitted: str = ""
    own_name: str = ""
    note: str = ""


def _nobody(name: str) -> Owner | None:
    return None


@dataclass(frozen=True)
class System:
    """One system.

    Args:
        name: as people call it.
        owner: whose an upload is, by the outermost name that the system gave; None if it is not of
            this system.
        named_by: the kinds of identifier that its file names may hold.
        together: the owners of a whole class, where more names tell more than one.
        columns: kind of column -> its titles in any language. The kinds are `id` (the number in
            the system's own file names), `login`, `number` (of the university), `email`, `name`,
            `first`, `last`; `grade` where its title is always the same, `possible` and `comment`
            beside it; `section`, `end` and `other` for what is never a grade.
        needed: sets of kinds; a roster that has all of one set is of this system.
        id_form: a pattern of the cells under `id`; its group is the number.
        title: an assignment's own words in a column's title; nothing where it is not one's.
        holds: whether a column of this title has numbers of points, no letters, say.
        possible: the points possible as a column's title states them, or nothing.
        empty: what stands, in lower case, in a cell without a mark.
        possible_row: whether a row below the titles holds the points possible.
        comment: whether a grade without a comment is lost at import.
        manifest: a file beside the uploads that names their owners, with its reader.
        export: a pattern of the folder that the system puts around all uploads.
    """

    name: str
    owner: Callable[[str], Owner | None] = _nobody
    named_by: tuple[str, ...] = ("name",)
    together: Callable[[dict[str, Owner]], dict[str, Owner]] = lambda owners: owners
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    needed: tuple[frozenset[str], ...] = ()
    id_form: str = r"\D*?(\d+)(?:\.0+)?"  # 1.2E+12 is another number
    title: Callable[[str], str] = str.strip
    holds: Callable[[str], bool] = lambda title: True
    possible: Callable[[str], str] = lambda title: ""
    empty: tuple[str, ...] = ()
    possible_row: bool = False
    comment: bool = False
    manifest: str = ""
    export: str = ""
    owners: Callable[[str], dict[str, Owner]] = lambda text: {}

    def kinds(self, titles: Sequence[str]) -> dict[int, str]:
        """The kind of each column that is not a grade's, by place."""
        known = {_plain(alias): kind for kind, names in self.columns.items() for alias in names}
        return {i: known[_plain(t)] for i, t in enumerate(titles) if _plain(t) in known}

    def wrote(self, titles: Sequence[str]) -> bool:
        """Whether a row of titles is one of this system's rosters."""
        there = set(self.kinds(titles).values())
        return any(need <= there for need in self.needed)


def _plain(title: str) -> str:
    return (
        re.sub(r"\s+", " ", title.replace("\u2019", "'").replace("\ufeff", "")).strip().casefold()
    )
