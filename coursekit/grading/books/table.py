"""A roster as a table: whose export it is, which rows are people, which columns are what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from coursekit._text import folded, number
from coursekit.errors import InvalidInputError
from coursekit.grading.books import sheets
from coursekit.grading.lms import SYSTEMS, System, with_rosters
from coursekit.grading.lms.titles import OTHER_ROWS, READ_ONLY, is_of, letters, tells_points
from coursekit.grading.record import Record

_HEAD = 12  # rows that may stand above the titles


class Table:
    """A roster: whose it is, its people, its columns.

    `uneven` are rows with more cells than there are titles: which cell is under which title is not
    known there.

    Raises:
        InvalidInputError: if it is no roster, or two with other columns below one another.
    """

    def __init__(self, sheet: sheets.Sheet, path: Path):
        self.sheet, self.path = sheet, path
        self.system, self.head = _system(sheet.rows, path)
        self.titles = sheet.rows[self.head]
        self.kinds = self.system.kinds(self.titles)
        if "grade" in self.system.columns and "grade" not in self.kinds.values():
            # its own numbers stand beside its own grades alone; elsewhere an ID is anything
            self.kinds = {i: "other" if k == "id" else k for i, k in self.kinds.items()}
        below = [r for r in range(self.head + 1, len(sheet.rows)) if not self._repeats(r)]
        self.uneven = [r for r in below if self._is_uneven(r)]
        self.people = [r for r in below if self._is_person(r) and r not in self.uneven]
        self.others = [r for r in below if not self._is_person(r)]

    def _repeats(self, row: int) -> bool:
        """Whether a row has the titles once more, as where two exports became one file."""
        cells, titles = _stripped(self.sheet.rows[row]), _stripped(self.titles)
        if set(cells).isdisjoint(filter(None, titles)):
            return False
        if not any(system.wrote(cells) for system in SYSTEMS):
            return False
        if cells != titles:
            raise InvalidInputError(
                f"Expected one roster in {self.path.name}. Received: two, the second from line "
                f"{row + 1} on, with other columns. Make a file of each."
            )
        return True

    def _is_uneven(self, row: int) -> bool:
        cells, width = self.sheet.rows[row], len(_stripped(self.titles))
        if self.sheet.typed or not _stripped(cells):
            return False
        return len(cells) > len(self.titles) or len(_stripped(cells)) > width

    def value(self, row: int, column: int) -> str:
        """One cell's text."""
        cells = self.sheet.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    def of_kind(self, row: int, kind: str) -> list[str]:
        """The texts that a row has in the columns of one kind."""
        found = (self.value(row, i) for i, what in self.kinds.items() if what == kind)
        return [value for value in found if value]

    def _is_person(self, row: int) -> bool:
        if self.system.possible_row:  # rows without a number hold points possible and the like
            return bool(self.of_kind(row, "id"))
        kinds = ("id", "login", "number", "email", "name", "last", "first")
        told = [text for kind in kinds for text in self.of_kind(row, kind)]
        label = told[0] if len(told) == 1 else ""
        return bool(told) and not tells_points(label) and letters(label) not in OTHER_ROWS

    def person(self, row: int) -> str:
        """What to call a row."""
        last, first = self.of_kind(row, "last"), self.of_kind(row, "first")
        named = self.of_kind(row, "name") or [", ".join([*last[:1], *first[:1]])]
        return named[0] or self.value(row, 0)

    def identifiers(self, row: int) -> Iterable[tuple[str, str]]:
        """Everything that a row may be found by, as `(kind, key)`."""
        for text in self.of_kind(row, "id"):
            if whole := re.fullmatch(self.system.id_form, text):
                yield "id", whole[1]
        for kind in ("login", "number", "email"):
            for text in self.of_kind(row, kind):
                yield kind, exact(text)
                if "@" in text:
                    yield "local", exact(text.partition("@")[0])
        for text in self.of_kind(row, "name"):
            last, comma, first = text.partition(",")
            words = [last, first] if comma else text.rsplit(None, 1)
            yield from (("name", folded("".join(order))) for order in (words, words[::-1]))
        for last in self.of_kind(row, "last"):
            for first in self.of_kind(row, "first"):
                yield "name", folded(last + first)
                yield "name", folded(first + last)

    def grade_column(self, lab: str, wanted: str | None) -> int:
        """Where the marks go.

        Raises:
            InvalidInputError: if no column or several are the lab's, or the wanted one is none.
        """
        free = [place for place in range(len(self.titles)) if self._is_free(place)]
        fixed = [place for place, kind in self.kinds.items() if kind == "grade"]
        if wanted is not None:
            return self._named(wanted, sorted([*fixed, *free]))
        if len(fixed) == 1:
            return fixed[0]
        found = [place for place in free if is_of(self.system.title(self.titles[place]), lab)]
        if len(found) != 1:
            several = f"{len(found)} fit: {', '.join(self.titles[i] for i in found)}"
            names = ", ".join(self.titles[i] for i in free)
            todo = f"Name it with --column; there are {names}" if free else "None holds points"
            raise InvalidInputError(
                f"Expected one column of {self.path.name} for lab {lab}; "
                f"{several if found else 'none fits'}. {todo}."
            )
        return found[0]

    def _is_free(self, place: int) -> bool:
        """Whether a column may be an assignment's: one that has points and may be changed."""
        title = self.titles[place].strip()
        fits = place not in self.kinds and title and self.system.holds(title)
        return bool(fits) and not any(
            letters(self.value(row, place)) in READ_ONLY for row in self.others
        )

    def _named(self, wanted: str, places: list[int]) -> int:
        for told in (str, str.strip, lambda t: self.system.title(t).casefold()):
            name = told(wanted)
            found = [i for i, title in enumerate(self.titles) if name and told(title) == name]
            if found:
                break
        if len(found) == 1 and found[0] in places:
            return found[0]
        said = repr(wanted)
        if len(found) == 1:
            said += ", which holds no marks to fill in"
        elif found:
            said += f", the name of {len(found)} columns"
        raise InvalidInputError(
            f"Expected a column of {self.path.name} for marks: "
            f"{', '.join(self.titles[i] for i in places) or 'there is none'}. Received: {said}."
        )

    def points_possible(self, place: int) -> list[str]:
        """What the rows that hold points possible say in a column.

        Raises:
            InvalidInputError: if such a row has more cells than there are titles.
        """
        rows = [r for r in self.others if any(map(tells_points, self.sheet.rows[r]))]
        if uneven := [r for r in rows if r in self.uneven]:
            raise InvalidInputError(
                f"Expected as many cells as titles in line {uneven[0] + 1} of {self.path.name}, "
                f"which holds the points possible. Received: more. Export the roster again."
            )
        if not rows and self.system.possible_row:  # in a language that is not known here
            first = min(self.people, default=0)
            rows = [r for r in self.others if r < first and r not in self.uneven]
            texts = [self.value(row, place) for row in rows]
            return [text for text in texts if text[:1].isdigit()]
        return [self.value(row, place) for row in rows]

    def other_marks(self, place: int) -> list[str]:
        """What people have in other columns that the system made for an assignment."""
        places = [
            other
            for other, title in enumerate(self.titles)
            if other != place and self.system.title(title) != title.strip()
        ]
        return [self.value(row, other) for row in self.people for other in places]

    def comment(self, row: int, record: Record) -> None:
        """Some systems lose a grade that is imported without a comment. One that stands there
        stays, unless an earlier export wrote it."""
        places = [i for i, kind in self.kinds.items() if kind == "comment"]
        if not self.system.comment or not places:
            return
        end = f"points in lab {record.lab}."
        if re.fullmatch(rf"([\d.]+ of [\d.]+ {re.escape(end)})?", self.value(row, places[0])):
            told = f"{number(record.points, 2)} of {number(record.max_points, 2)}"
            self.sheet.put(row, places[0], f"{told} {end}")


def _stripped(cells: list[str]) -> list[str]:
    """A row without what is empty at its end."""
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def exact(text: str) -> str:
    """A login, a number or an address: every character counts, but for case and for the `#` that
    Brightspace puts before it."""
    return unicodedata.normalize("NFC", text.strip().removeprefix("#")).casefold()


def _system(rows: list[list[str]], path: Path) -> tuple[System, int]:
    """Whose roster this is, and the row of its titles."""
    for place, row in enumerate(rows[:_HEAD]):
        for system in SYSTEMS:
            if system.wrote(row):
                return system, place
    columns = next((", ".join(row[:8]) for row in rows if any(row)), "")
    said = f"{path} with the columns {columns}" if columns else f"{path}, which is empty"
    raise InvalidInputError(
        f"Expected a roster exported from {with_rosters(titles=True)}. Received: {said}."
    )
