"""Fill in the roster that an instructor exported from Canvas, Moodle or Blackboard. Rows and
columns stay as they were."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit._files import write_atomic
from coursekit.errors import InvalidInputError
from coursekit.grading.record import Record

_CANVAS_NEEDED = ("Student", "ID", "SIS Login ID", "Section")
_IDENTITY = {
    "canvas": ("SIS Login ID", "SIS User ID", "ID", "Student"),
    "moodle": ("Email address", "Username", "ID number", "Identifier", "Full name"),
    "blackboard": ("Username", "Student ID"),
}


@dataclass(frozen=True)
class Filled:
    """What became of a roster: where it is, and who is on one side only."""

    path: Path
    kind: str
    filled: int
    not_in_roster: tuple[str, ...]
    without_grade: tuple[str, ...]


def fill(
    roster: str | Path,
    grades: Sequence[tuple[int, Record]],
    out: str | Path,
    *,
    column: str | None = None,
) -> Filled:
    """Write a copy of `roster` with the grades in it to `out / <name of the roster>`.

    Args:
        roster: the file that the LMS exported, comma- or tab-separated.
        grades: from `Gradebook.grades(lab)`, of one lab.
        out: the folder to write to.
        column: the assignment's column where its name does not contain the lab's.

    Raises:
        InvalidInputError: if the file is no such export, or no column is the lab's.
    """
    roster = Path(roster)
    rows, dialect, encoding = _read(roster)
    kind, head = _kind(rows, roster)
    labs = {record.lab for _, record in grades}
    if len(labs) != 1:
        raise InvalidInputError(
            f"Expected grades of one lab. Received: {', '.join(sorted(labs)) or 'none'}. Name "
            f"it with --lab."
        )
    place = _grade_column(rows[head], kind, labs.pop(), column, roster)
    by_name = {key: record for _, record in grades for key in _record_keys(record)}
    seen, without, filled = set(), [], 0
    for row in rows[head + 1 :]:
        keys = _row_keys(rows[head], row, kind)
        if not keys or (kind == "canvas" and "points possible" in "".join(row).lower()):
            continue
        record = next((by_name[key] for key in keys if key in by_name), None)
        if record is None:
            without.append(row[0])
            continue
        seen.add(record.student)
        if record.status != "infrastructure-error":
            row += [""] * (place - len(row) + 1)
            row[place] = f"{round(record.points, 2):g}"
            _moodle_feedback(rows[head], row, kind, record)
            filled += 1
    buffer = io.StringIO()
    csv.writer(buffer, dialect).writerows(rows)
    target = Path(out) / roster.name
    if target.resolve() == roster.resolve():
        target = target.with_name(f"{roster.stem}-filled{roster.suffix}")
    write_atomic(target, buffer.getvalue().encode(encoding))
    strangers = tuple(record.student for _, record in grades if record.student not in seen)
    return Filled(target, kind, filled, strangers, tuple(without))


def _read(path: Path) -> tuple[list[list[str]], type[csv.Dialect], str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"Expected a roster that can be read at {path}. Received: {error.strerror}."
        ) from None
    encoding = (
        "utf-16"
        if data[:2] in (b"\xff\xfe", b"\xfe\xff")
        else "utf-8-sig"
        if data[:3] == b"\xef\xbb\xbf"
        else "utf-8"
    )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding, "replace")

    class Dialect(csv.excel):
        delimiter = (
            "\t" if text.split("\n", 1)[0].count("\t") > text.split("\n", 1)[0].count(",") else ","
        )
        lineterminator = "\r\n" if "\r\n" in text else "\n"
        quoting = csv.QUOTE_ALL if re.match(r'"[^"]*"[,\t]"', text) else csv.QUOTE_MINIMAL

    return list(csv.reader(io.StringIO(text, newline=""), Dialect)), Dialect, encoding


def _kind(rows: list[list[str]], path: Path) -> tuple[str, int]:
    """Which LMS wrote this, and the row of its header."""
    for place, row in enumerate(rows[:3]):
        names = set(row)
        if set(_CANVAS_NEEDED) <= names:
            return "canvas", place
        if names & {"Email address", "Identifier"} and names & {"First name", "Full name"}:
            return "moodle", place
        if {"Last Name", "First Name", "Username"} <= names:
            return "blackboard", place
    raise InvalidInputError(
        f"Expected a roster exported from Canvas ({', '.join(_CANVAS_NEEDED)}), Moodle (First "
        f"name, Email address) or Blackboard "
        f"(Last Name, First Name, Username). Received: {path} with the columns "
        f"{', '.join(rows[0][:8]) if rows else 'none'}."
    )


def _grade_column(header: list[str], kind: str, lab: str, wanted: str | None, path: Path) -> int:
    if wanted is not None:
        if wanted not in header:
            raise InvalidInputError(
                f"Expected a column of {path.name}: {', '.join(header)}. Received: {wanted!r}."
            )
        return header.index(wanted)
    words = [word for word in re.split(r"[^a-z0-9]+", lab.lower()) if word]
    number = int(words[0]) if words[0].isdigit() else None

    def fits(name: str) -> bool:
        parts = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
        same_number = number is not None and any(
            part.isdigit() and int(part) == number for part in parts[:3]
        )
        return all(word in parts for word in words[1:]) if not same_number else True

    taken = {name for names in _IDENTITY.values() for name in names} | {
        *_CANVAS_NEEDED,
        "First name",
        "Last name",
        "Feedback comments",
    }
    found = [i for i, name in enumerate(header) if name not in taken and fits(name)]
    if kind == "moodle" and "Grade" in header:
        return header.index("Grade")
    if len(found) != 1:
        said = f"{len(found)} fit: {', '.join(header[i] for i in found)}" if found else "none fits"
        raise InvalidInputError(
            f"Expected one column of {path.name} for lab {lab}; {said}. Name it with --column."
        )
    return found[0]


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isalnum() or c in "@.").lower()


def _record_keys(record: Record) -> list[str]:
    keys = [_fold(record.student)]
    return [*keys, f"id:{record.lms_id}"] if record.lms_id else keys


def _row_keys(header: list[str], row: list[str], kind: str) -> list[str]:
    """The keys by which a row may be found, surest first: LMS id, login, address before the @, full
    name either way round."""
    values = {name: value.strip() for name, value in zip(header, row, strict=False)}
    keys = []
    for name in ("ID", "Identifier", "Student ID", "ID number"):
        digits = re.sub(r"\D", "", values.get(name, ""))
        keys += [f"id:{digits}"] if digits else []
    for name in _IDENTITY[kind]:
        value = values.get(name, "")
        keys += [_fold(value), _fold(value.partition("@")[0])] if value else []
        if "," in value:
            last, _, first = value.partition(",")
            keys += [_fold(last + first), _fold(first + last)]
    first = values.get("First name") or values.get("First Name", "")
    last = values.get("Last name") or values.get("Surname") or values.get("Last Name", "")
    if first and last:
        keys += [_fold(first + last), _fold(last + first)]
    return [key for key in keys if key]


def _moodle_feedback(header: list[str], row: list[str], kind: str, record: Record) -> None:
    """Moodle loses a grade that is imported without feedback."""
    if kind == "moodle" and "Feedback comments" in header:
        place = header.index("Feedback comments")
        row += [""] * (place - len(row) + 1)
        row[place] = (
            row[place] or f"{record.points:g} of {record.max_points:g} points in lab {record.lab}."
        )
