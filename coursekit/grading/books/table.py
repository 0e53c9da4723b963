"""A roster as a table: whose export it is, which rows are people, which columns are what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from coursekit._text import folded, number
from coursekit.errors import InvalidInputError
from coursekit.grading.books import sheets
from coursekit.grading.books.titles import OTHER_ROWS, POSSIBLE_ROWS, is_of, letters
from coursekit.grading.lms import SYSTEMS, System, with_rosters
from coursekit.grading.record import Record

_HEAD = 12  # rows that may stand above the titles


class Table:
    """A roster: whose it is, its people, its columns. `uneven` are rows with more cells than there
    are titles: which cell is under which title is not known there."""

    def __init__(self, sheet: sheets.Sheet, path: Path):
        self.sheet, self.path = sheet, path
        self.system, self.head = _system(sheet.rows, path)
        self.titles = sheet.rows[self.head]
        self.kinds = self.system.kinds(self.titles)
        below = range(self.head + 1, len(sheet.rows))
        lengths = [len(sheet.rows[r]) for r in below if any(sheet.rows[r])]
        width = max(len(self.titles), min(lengths, default=0))  # all rows may end in a separator
        self.uneven = [r for r in below if len(sheet.rows[r]) > width]
        self.people = [r for r in below if self._is_person(r) and r not in self.uneven]
        marks = [
            place
            for place in range(len(self.titles))
            if self.kinds.get(place, "grade") in ("grade", "possible")
        ]
        written = (self.value(row, place) for row in self.people for place in marks)
        self.comma = any(re.fullmatch(r"\d+,\d+", value) for value in written)

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
        alone = letters(told[0]) if len(told) == 1 else ""
        return bool(told) and alone not in POSSIBLE_ROWS | OTHER_ROWS

    def person(self, row: int) -> str:
        """What to call a row."""
        last, first = self.of_kind(row, "last"), self.of_kind(row, "first")
        named = self.of_kind(row, "name") or [", ".join([*last[:1], *first[:1]])]
        return named[0] or self.value(row, 0)

    def identifiers(self, row: int) -> Iterable[tuple[str, str]]:
        """Everything that a row may be found by, as `(kind, key)`."""
        for text in self.of_kind(row, "id"):
            if whole := re.fullmatch(r"\D*?(\d+)(?:\.0+)?", text):  # 1.2E+12 is another number
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
        """Where the marks go."""
        if wanted is not None:
            return self._named(wanted)
        fixed = [i for i, kind in self.kinds.items() if kind == "grade"]
        if len(fixed) == 1:
            return fixed[0]
        free = [i for i, title in enumerate(self.titles) if i not in self.kinds and title.strip()]
        found = [i for i in free if is_of(self.system.title(self.titles[i]), lab)]
        if len(found) != 1:
            several = f"{len(found)} fit: {', '.join(self.titles[i] for i in found)}"
            said = several if found else "none fits"
            raise InvalidInputError(
                f"Expected one column of {self.path.name} for lab {lab}; {said}. Name it with "
                f"--column; there are {', '.join(self.titles[i] for i in free) or 'none'}."
            )
        return found[0]

    def _named(self, wanted: str) -> int:
        for told in (str, str.strip, lambda t: self.system.title(t).casefold()):
            found = [i for i, title in enumerate(self.titles) if told(title) == told(wanted)]
            if len(found) == 1:
                return found[0]
            if found:
                break
        said = f"{wanted!r}, the name of {len(found)} columns" if found else repr(wanted)
        raise InvalidInputError(
            f"Expected a column of {self.path.name}: {', '.join(self.titles)}. Received: {said}."
        )

    def mark(self, record: Record, row: int, place: int, scale: bool) -> str:
        """The text for a cell; shares of what the roster holds possible with `scale`.

        Raises:
            InvalidInputError: if roster and lab differ in the points possible, without `scale`.
        """
        possible, points = self._possible(row, place), record.points
        if possible is not None and abs(possible - record.max_points) > 0.005:
            if not scale:
                raise InvalidInputError(
                    f"Expected {number(record.max_points)} points possible in the column "
                    f"{self.titles[place]!r}, as lab {record.lab} has. Received: "
                    f"{number(possible)}. Give --scale to write shares of "
                    f"{number(possible)}, or change the points in the LMS and export again."
                )
            points = possible * record.points / record.max_points if record.max_points else 0.0
        text = number(points, 2)
        return text.replace(".", ",") if self.comma else text

    def _possible(self, row: int, place: int) -> float | None:
        told = (
            as_number(self.value(r, place))
            for r in range(self.head + 1, len(self.sheet.rows))
            if r not in self.people and r not in self.uneven
            if self.system.possible_row or self._tells_points(r)
        )
        own = (as_number(text) for text in self.of_kind(row, "possible"))
        found = [value for value in (*own, *told) if value is not None]
        return found[0] if found else self.system.possible(self.titles[place])

    def _tells_points(self, row: int) -> bool:
        return any(letters(value) in POSSIBLE_ROWS for value in self.sheet.rows[row])

    def comment(self, row: int, record: Record) -> None:
        """Some systems lose a grade that is imported without a comment."""
        places = [i for i, kind in self.kinds.items() if kind == "comment"]
        if self.system.comment and places and not self.value(row, places[0]):
            told = f"{number(record.points, 2)} of {number(record.max_points, 2)} points"
            self.sheet.put(row, places[0], f"{told} in lab {record.lab}.")


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
    raise InvalidInputError(
        f"Expected a roster exported from {with_rosters(titles=True)}. Received: {path} with the columns "
        f"{', '.join(rows[0][:8]) if rows else 'none'}."
    )


def as_number(text: str) -> float | None:
    """The number that a text is, with either decimal sign, or None."""
    found = re.fullmatch(r"\d+(?:[.,]\d+)?", text.strip())
    return float(found[0].replace(",", ".")) if found else None
