"""Marks as a roster writes them: numbers with either decimal sign, the points possible, and the
text for a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coursekit._text import number
from coursekit.errors import InvalidInputError
from coursekit.grading.books.table import Table
from coursekit.grading.record import Record

_CLOSE = 0.005
_SPACED = re.compile(r"(?<=\d)[ '\u2019\u00a0\u202f](?=\d{3}(?!\d))")
_THREE = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")


def readings(text: str, *, comma: bool = False) -> tuple[float, ...]:
    """The numbers that a text may be, the likeliest first; none where it is no number.

    Args:
        text: a cell.
        comma: whether its roster writes decimal commas.

    >>> readings("8,5"), readings("1,250"), readings("1,250", comma=True)
    ((8.5,), (1250.0,), (1.25,))
    >>> readings("1.250"), readings("1,000.50"), readings("ten")
    ((1.25, 1250.0), (1000.5,), ())
    """
    text = _SPACED.sub("", text.strip())
    if three := _THREE.fullmatch(text):  # three digits after one sign: thousands or decimals
        whole, share = float(re.sub("[.,]", "", text)), float(text.replace(",", "."))
        if comma:
            return (share,) if three[1] == "," else (whole,)
        return (whole,) if three[1] == "," else (share, whole)
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        return (float(text.replace(",", ".")),)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return (float(text.replace(",", "")),)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text):
        return (float(text.replace(".", "").replace(",", ".")),)
    return ()


class Marks:
    """What goes into one column of a roster.

    Its decimal sign is that of the column itself, of its points possible, else of the other
    columns that hold assignments; a sheet of numbers has none.
    """

    def __init__(self, table: Table, place: int):
        self.table, self.place = table, place
        self.title = table.titles[place]
        fixed = table.kinds.get(place) == "grade"
        self._own = {row: table.of_kind(row, "possible") if fixed else [] for row in table.people}
        self._shared = [*table.points_possible(place), table.system.possible(self.title)]
        here = [table.value(row, place) for row in table.people]
        near = [*here, *self._shared, *(text for own in self._own.values() for text in own)]
        self.signs = _signs(near) or _signs(table.other_marks(place))
        if table.sheet.typed:
            self.signs = {"."}
        self.comma = self.signs == {","}

    def readings(self, text: str) -> tuple[float, ...]:
        """The numbers that a cell of this roster may be."""
        return readings(text, comma=self.comma)

    def text(self, record: Record, row: int, *, scale: bool) -> str:
        """The text for a cell; a share of what the roster holds possible with `scale`.

        Raises:
            InvalidInputError: if the points possible are not the lab's, without `scale`; if they
                are 0, cannot be read or, with `scale`, are not stated; or if it cannot be told
                how the column writes decimals.
        """
        possible, points = self._possible(record, row), record.points
        if possible is None and scale:
            raise InvalidInputError(
                f"Expected the points possible of the column {self.title!r}, to scale to. "
                f"Received: none in {self.table.path.name}. Leave --scale out, or set the points "
                f"in the LMS and export again."
            )
        if possible is not None and abs(possible - record.max_points) > _CLOSE:
            if not scale:
                raise InvalidInputError(
                    f"Expected {number(record.max_points)} points possible in the column "
                    f"{self.title!r}, as lab {record.lab} has. Received: "
                    f"{number(possible)}. Give --scale to write shares of "
                    f"{number(possible)}, or change the points in the LMS and export again."
                )
            points = possible * record.points / record.max_points
        text = number(points, 2)
        if "." in text and len(self.signs) > 1:
            raise InvalidInputError(
                f"Expected marks with a decimal point or with a decimal comma in the column "
                f"{self.title!r} of {self.table.path.name}. Received: both. Write them alike."
            )
        return text.replace(".", ",") if self.comma else text

    def _possible(self, record: Record, row: int) -> float | None:
        """The points possible for a row; None where the roster does not state any.

        Raises:
            InvalidInputError: if they are no number, several, or 0.
        """
        stated = [text for text in (*self._own[row], *self._shared) if text not in ("", "-")]
        if not stated:
            return None
        told = [self.readings(text) for text in stated]
        if not all(told):
            self._refuse("one number", stated[told.index(())])
        first = told[0]
        if any(other != first for other in told):
            self._refuse("one number", " and ".join(dict.fromkeys(stated)))
        for reading in first:
            if abs(reading - record.max_points) <= _CLOSE:
                return reading
        if len(first) > 1:
            self._refuse(f"{number(first[0])} or {number(first[1])}", stated[0])
        if 0 in (first[0], record.max_points):
            self._refuse(f"the {number(record.max_points)} of lab {record.lab}", stated[0])
        return first[0]

    def _refuse(self, expected: str, received: str) -> None:
        raise InvalidInputError(
            f"Expected as points possible in the column {self.title!r} of "
            f"{self.table.path.name}: {expected}. Received: {received!r}. Set them in the LMS and "
            f"export again, or type them there as a plain number."
        )


def _signs(texts: Iterable[str]) -> set[str]:
    """The decimal signs that some texts are written with, where they can only be that."""
    found = set()
    for text in texts:
        text = text.strip()
        if re.fullmatch(r"\d+[.,]\d+", text) and not _THREE.fullmatch(text):
            found.add(re.sub(r"\d", "", text))
        elif mixed := re.fullmatch(r"\d{1,3}(?:\.\d{3})+(,)\d+|\d{1,3}(?:,\d{3})+(\.)\d+", text):
            found.add(mixed[1] or mixed[2])
    return found
