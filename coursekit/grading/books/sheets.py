"""Tables that others made, changed in single cells: every other byte of a CSV stays as it was."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import zipfile
from pathlib import Path
from typing import Protocol

from coursekit._files import replacing, write_atomic
from coursekit.errors import InvalidInputError, MissingDependencyError

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Tried in this order where a file is no UTF-8; the one in which most people are found is taken.
_ALPHABETS = (
    *("utf-8", "cp1252", "cp1250", "cp1254", "cp1251", "cp1253", "mac_roman"),
    *("gb18030", "cp932", "cp949", "big5", "latin-1"),
)
_OLE = b"\xd0\xcf\x11\xe0"  # workbooks of Excel 2003, and any with a password
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


class Sheet(Protocol):
    """A table of texts, rows of unequal length, that can be changed and saved.

    `name` is that of a workbook's sheet, which may be `hidden`; `typed` says that cells hold
    numbers, which a separator or a decimal sign cannot change.
    """

    rows: list[list[str]]
    name: str
    hidden: bool
    typed: bool

    def put(self, row: int, column: int, value: str) -> None:
        """Set one cell, counted from 0."""
        ...

    def save(self, path: Path) -> None:
        """Write the whole table; complete or not at all."""
        ...


def read(path: Path) -> list[Sheet]:
    """A CSV or an Excel sheet. Several where its bytes can be read in several alphabets.

    Raises:
        InvalidInputError: if it cannot be read.
        MissingDependencyError: if it is an Excel file and openpyxl is not there.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"Expected a roster that can be read at {path}. Received: {error.strerror}."
        ) from None
    if kind := _not_a_roster(data):
        raise InvalidInputError(f"Expected a CSV or an .xlsx file. Received: {path}, {kind}.")
    if data[:4] == b"PK\x03\x04":
        return _workbook(path)
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return _texts(data[len(mark) :].decode(encoding), encoding, mark)
            except UnicodeDecodeError:
                break
    if encoding := _wide(data):
        with contextlib.suppress(UnicodeDecodeError):
            return _texts(data.decode(encoding), encoding, b"")
    found: list[Sheet] = []
    for encoding in _ALPHABETS:
        try:
            found += _texts(data.decode(encoding), encoding, b"")
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            break
    return found


def _not_a_roster(data: bytes) -> str:
    """What a file is that no roster is read from, and what to do about it; else nothing."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "a workbook with a password. Save it without one"
        return "a workbook of Excel 2003 or older, or one with a password. Save it as CSV"
    if data.startswith(b"PK\x03\x04"):
        if _OPEN_DOCUMENT in data[:200]:
            return "an OpenDocument sheet. Save it as .xlsx or as CSV"
        with contextlib.suppress(zipfile.BadZipFile):
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            if not any(name.startswith("xl/") for name in names):
                return "an archive of other files. Unpack it, or save the table as CSV"
    return ""


def _wide(data: bytes) -> str:
    """The UTF-16 of a text without a byte order mark: every second byte of titles is 0."""
    head = data[:200]
    for encoding, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if head and not any(head[zeros::2]) and 0 not in head[letters::2]:
            return encoding
    return ""


def _texts(text: str, encoding: str, mark: bytes) -> list[Sheet]:
    """A text with each separator that its first lines may have, the likeliest first."""
    if told := re.match(r"sep=(.)\r?\n?", text):  # Excel's own line
        return [_Text(text[told.end() :], told[1], encoding, mark, told[0])]
    head = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:12]))
    likely = sorted(",;\t", key=head.count, reverse=True)
    return [_Text(text, part, encoding, mark) for part in likely if part in head] or [
        _Text(text, ",", encoding, mark)
    ]


class _Text:
    """A CSV with whatever separator, quotes and line ends it came with."""

    name, hidden, typed = "", False, False

    def __init__(self, text: str, delimiter: str, encoding: str, mark: bytes, first: str = ""):
        self.encoding, self.mark, self.first, self.delimiter = encoding, mark, first, delimiter
        self.raw: list[list[str]] = [[]]
        self.ends: list[str] = []
        part = re.escape(self.delimiter)
        pattern = re.compile(
            rf'((?:"(?:[^"]|"")*"?)?[^{part}\r\n]*)({part}|\r\n|\r|\n|\Z)',
        )
        for found in pattern.finditer(text):
            self.raw[-1].append(found[1])
            if found[2] != self.delimiter:
                self.ends.append(found[2])
                if found.end() == len(text):
                    break
                self.raw.append([])
        self.rows = [[_value(raw) for raw in row] for row in self.raw]

    def put(self, row: int, column: int, value: str) -> None:
        raw, values = self.raw[row], self.rows[row]
        missing = column + 1 - len(raw)
        raw += [""] * missing
        values += [""] * missing
        quoted = raw[column].startswith('"') or re.search(
            rf'[\s"{re.escape(self.delimiter)}]', value
        )
        values[column] = value
        raw[column] = '"' + value.replace('"', '""') + '"' if quoted else value

    def save(self, path: Path) -> None:
        lines = [self.delimiter.join(row) for row in self.raw]
        text = self.first + "".join(a + b for a, b in zip(lines, self.ends, strict=True))
        write_atomic(path, self.mark + text.encode(self.encoding))


def _value(raw: str) -> str:
    if not raw.startswith('"'):
        return raw
    end = raw.rfind('"')
    inside = raw[1:end] + raw[end + 1 :] if end else raw[1:]
    return inside.replace('""', '"')


def _workbook(path: Path) -> list[Sheet]:
    """The sheets of an Excel file, the one that was open when it was saved first."""
    try:
        import openpyxl
    except ImportError:
        raise MissingDependencyError(
            f"Expected openpyxl, to read {path}. Received: it is not installed. Install it "
            f"with: pip install openpyxl; or save the sheet as CSV."
        ) from None
    try:
        book = openpyxl.load_workbook(path, keep_vba=path.suffix.casefold() == ".xlsm")
    except Exception as error:
        raise InvalidInputError(
            f"Expected an Excel workbook at {path}. Received: {type(error).__name__}: {error}."
        ) from None
    return [
        _ExcelSheet(book, sheet)
        for sheet in sorted(book.worksheets, key=lambda sheet: sheet is not book.active)
    ]


class _ExcelSheet:
    """One sheet of an Excel file."""

    typed = True

    def __init__(self, book, sheet):
        self.book, self.sheet = book, sheet
        self.name, self.hidden = sheet.title, sheet.sheet_state != "visible"
        self.rows = [[_written(value) for value in row] for row in self.sheet.values]

    def put(self, row: int, column: int, value: str) -> None:
        cell = self.sheet.cell(row + 1, column + 1)
        if merged := [str(m) for m in self.sheet.merged_cells.ranges if cell.coordinate in m]:
            raise InvalidInputError(
                f"Expected a cell of its own for each mark on sheet {self.name!r}. Received: "
                f"{merged[0]}, merged into one. Unmerge it in the spreadsheet."
            )
        self.rows[row] += [""] * (column + 1 - len(self.rows[row]))
        self.rows[row][column] = value
        number = re.fullmatch(r"-?\d+(?:\.\d+)?", value)
        cell.value = (float(value) if "." in value else int(value)) if number else value

    def save(self, path: Path) -> None:
        with replacing(path) as temporary:
            self.book.save(temporary)


def _written(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
