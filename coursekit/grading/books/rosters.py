"""Fill in the roster that an instructor exported from an LMS. Rows and columns stay as they were,
and a mark that could belong to two people is given to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import InvalidInputError
from coursekit.grading.books import sheets
from coursekit.grading.books.gradebook import FILE
from coursekit.grading.books.marks import Marks
from coursekit.grading.books.matching import Matched
from coursekit.grading.books.table import Table
from coursekit.grading.record import Record

_EMPTY = ("", "-", "\u2013")
_OWN_FILES = (FILE, "grades.csv", "junit.xml", "report.html")


@dataclass(frozen=True)
class Filled:
    """What became of a roster: where it is, who is on one side only, which cells held something
    already and kept it, whom the machine failed, and lines on what was refused because it fits
    several. `sheet` is the workbook's."""

    path: Path
    kind: str
    filled: int
    not_in_roster: tuple[str, ...]
    without_grade: tuple[str, ...]
    column: str = ""
    kept: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    sheet: str = ""


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
        todo = "Name it with --lab" if labs else "Grade first"
        raise InvalidInputError(
            f"Expected grades of one lab. Received: {', '.join(sorted(labs)) or 'none'}. {todo}."
        )
    records, lab = [record for _, record in grades], labs.pop()
    table, matched = _chosen(roster, records, lab, column)
    place = table.grade_column(lab, column)
    marks, empty = Marks(table, place), {*_EMPTY, *table.system.empty}
    filled, kept = 0, []
    for row, record in sorted(matched.rows.items()):
        if record.status == "infrastructure-error":
            continue
        value, here = marks.text(record, row, scale=scale), table.value(row, place)
        same = marks.readings(here) == marks.readings(value)
        if here.casefold() not in empty and not same and not overwrite:
            kept.append(f"{table.person(row)} ({here})")
            continue
        table.sheet.put(row, place, value)
        table.comment(row, record)
        filled += 1
    target = _target(roster, Path(out))
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
        tuple(one.student for one in records if one.status == "infrastructure-error"),
        table.sheet.name,
    )


def _target(roster: Path, out: Path) -> Path:
    """Where the copy goes: never over the roster, nor over what `coursekit grade` wrote."""
    target = out / roster.name
    if target.resolve() == roster.resolve() or roster.name.casefold() in _OWN_FILES:
        return target.with_name(f"{roster.stem}-filled{roster.suffix}")
    return target


def _chosen(
    roster: Path, records: Sequence[Record], lab: str, column: str | None
) -> tuple[Table, Matched]:
    """The reading of a file in which most people are found.

    Raises:
        InvalidInputError: if it is a roster in none, or if marks could go to several sheets.
    """
    found = [(table, Matched(table, records)) for table in _tables(roster)]
    fitting = [
        pair
        for pair in found
        if pair[0].sheet.name and pair[1].rows and _fits(pair[0], lab, column)
    ]
    if len(fitting) > 1:
        names = ", ".join(repr(table.sheet.name) for table, _ in fitting)
        raise InvalidInputError(
            f"Expected one sheet of {roster.name} for lab {lab}. Received: {len(fitting)}: {names}. "
            f"Save each in a file of its own, or hide what is not to be filled in."
        )
    return max(fitting or found, key=lambda pair: len(pair[1].rows))


def _fits(table: Table, lab: str, column: str | None) -> bool:
    try:
        table.grade_column(lab, column)
    except InvalidInputError:
        return False
    return True


def _tables(path: Path) -> list[Table]:
    """The readings of a file in which it is a roster; of a workbook, the sheets that show.

    Raises:
        InvalidInputError: if it is none in any.
    """
    found, refused = [], []
    for sheet in sheets.read(path):
        try:
            found.append(Table(sheet, path))
        except InvalidInputError as error:
            refused.append(error)
    shown = [table for table in found if not table.sheet.hidden]
    if found and not shown:
        raise InvalidInputError(
            f"Expected a roster on a sheet of {path.name} that shows. Received: one on the hidden "
            f"sheet {found[0].sheet.name!r}. Show it, and save."
        )
    if not shown:
        raise refused[0]
    return shown
