"""Fill in the roster that an instructor exported from an LMS. Rows and columns stay as they were,
and a mark that could belong to two people is given to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InvalidInputError
from coursekit.grading.books import sheets
from coursekit.grading.books.matching import Matched
from coursekit.grading.books.table import Table, as_number
from coursekit.grading.record import Record

_EMPTY = {"", "-", "\u2013", "needs grading"}


@dataclass(frozen=True)
class Filled:
    """What became of a roster: where it is, who is on one side only, which cells held something
    already and kept it, and lines on what was refused because it fits several."""

    path: Path
    kind: str
    filled: int
    not_in_roster: tuple[str, ...]
    without_grade: tuple[str, ...]
    column: str = ""
    kept: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def fill(
    roster: str | Path,
    grades: Sequence[tuple[int, Record]],
    out: str | Path,
    *,
    column: str | None = None,
    scale: bool = False,
    overwrite: bool = False,
) -> Filled:
    """Write a copy of `roster` with the grades in it to `out / <name of the roster>`.

    Args:
        roster: the file that the LMS exported: CSV with any separator, or xlsx.
        grades: from `Gradebook.grades(lab)`, of one lab.
        out: the folder to write to.
        column: the assignment's column where its name does not contain the lab's.
        scale: write shares of the points possible in the roster, where the lab has others.
        overwrite: replace what a cell holds already.

    Raises:
        InvalidInputError: if the file is no such export, no column or several are the lab's, or
            its points possible are not the lab's.
        MissingDependencyError: if it is an Excel file and openpyxl is not there.
    """
    roster = Path(roster)
    labs = {record.lab for _, record in grades}
    if len(labs) != 1:
        raise InvalidInputError(
            f"Expected grades of one lab. Received: {', '.join(sorted(labs)) or 'none'}. Name "
            f"it with --lab."
        )
    records = [record for _, record in grades]
    table, matched = max(
        ((table, Matched(table, records)) for table in _tables(roster)),
        key=lambda pair: len(pair[1].rows),
    )
    place = table.grade_column(labs.pop(), column)
    filled, kept = 0, []
    for row, record in sorted(matched.rows.items()):
        if record.status == "infrastructure-error":
            continue
        value, here = table.mark(record, row, place, scale), table.value(row, place)
        stays = here.casefold() not in _EMPTY and as_number(here) != as_number(value)
        if stays and not overwrite:
            kept.append(f"{table.person(row)} ({here})")
            continue
        table.sheet.put(row, place, value)
        table.comment(row, record)
        filled += 1
    target = Path(out) / roster.name
    if target.resolve() == roster.resolve():
        target = target.with_name(f"{roster.stem}-filled{roster.suffix}")
    table.sheet.save(target)
    return Filled(
        target,
        table.system.name,
        filled,
        tuple(matched.strangers),
        tuple(table.person(row) for row in table.people if row not in matched.touched),
        table.titles[place],
        tuple(kept),
        tuple(matched.refused),
    )


def _tables(path: Path) -> list[Table]:
    """The readings of a file in which it is a roster.

    Raises:
        InvalidInputError: if it is none in any.
    """
    found, refused = [], []
    for sheet in sheets.read(path):
        try:
            found.append(Table(sheet, path))
        except InvalidInputError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return found
