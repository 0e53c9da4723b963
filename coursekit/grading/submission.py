"""Find and read what students handed in: single files, nbgrader's layout, a folder per student, an
LMS's zip. Nothing is unpacked.

Whose a file is follows from the outermost name alone, which the LMS or the instructor gave; names
further inside are the student's own words, and so are times inside.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from coursekit._text import one_line
from coursekit.errors import InvalidInputError
from coursekit.grading import lms
from coursekit.grading.lms import Owner

MAX_BYTES = 256 * 2**20
_MAX_ENTRIES, _MAX_LISTING = 20_000, 16 * 2**20  # files in a zip; bytes of its table of contents
_TOO_MANY = f"The zip has more than {_MAX_ENTRIES:,} entries."
_MAX_RATIO = 200
_KINDS = {".ipynb": "ipynb", ".py": "py"}
_LINK = "The submission is a link; links are not followed."


class NotReadable(Exception):
    """A submission that is refused unread; the message is for the student."""


@dataclass(frozen=True)
class Submission:
    """One student's file. `problem` is set where it cannot be read at all; `lms` and `lms_id` where
    a system named it; `submitted` is a time that the system told, or empty. `member` is a file in
    a zip, `inner` one in a zip within that."""

    student: str
    path: str
    kind: str = "ipynb"
    member: str = ""
    submitted: str = ""
    lms_id: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    lms: str = ""
    inner: str = ""

    def read(self) -> bytes:
        """The file's bytes, at most `MAX_BYTES`.

        Raises:
            NotReadable: a link, a device, a bomb, too large, damaged.
        """
        if self.problem:
            raise NotReadable(self.problem)
        try:
            if not self.member:
                return self._from_file()
            with _opened(open(self.path, "rb")) as archive:
                data = _from_zip(archive, self.member)
            if not self.inner:
                return data
            with _opened(io.BytesIO(data)) as archive:
                return _from_zip(archive, self.inner)
        except NotReadable:
            raise
        except Exception as error:  # a damaged zip raises whatever its reader stumbles over
            raise NotReadable(_not_readable(error, "file")) from error

    def digest(self) -> str:
        """The SHA-256 of the bytes, or of the reason why there are none."""
        try:
            return hashlib.sha256(self.read()).hexdigest()
        except NotReadable as error:
            return hashlib.sha256(str(error).encode()).hexdigest()

    def _from_file(self) -> bytes:
        fd = os.open(
            self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise NotReadable("This is not a regular file.")
            return _capped(file.read(MAX_BYTES + 1))


class _Sparing:
    """A zip's file that gives at most `most` bytes at a time: `zipfile` reads the whole table of
    contents at once, and makes half a kilobyte of each entry before anybody can count them."""

    def __init__(self, file: BinaryIO):
        self.file, self.most = file, _MAX_LISTING

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size if 0 <= size <= self.most else self.most + 1)
        if len(data) > self.most:
            raise NotReadable(_TOO_MANY)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


@contextlib.contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A zip to read from; `file` is closed with it.

    Raises:
        NotReadable: if it lists more than anybody hands in.
    """
    sparing = _Sparing(file)
    with file, zipfile.ZipFile(sparing) as archive:
        if len(archive.infolist()) > _MAX_ENTRIES:
            raise NotReadable(_TOO_MANY)
        sparing.most = MAX_BYTES
        yield archive


def _from_zip(archive: zipfile.ZipFile, member: str) -> bytes:
    entry = archive.getinfo(member)
    if entry.file_size > MAX_BYTES or entry.file_size > _MAX_RATIO * max(
        entry.compress_size, 5_000
    ):
        raise NotReadable(
            "The packed file grows out of all proportion when it is unpacked; it was not."
        )
    with archive.open(entry) as file:
        return _capped(file.read(MAX_BYTES + 1))


def _capped(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise NotReadable(
            f"The file is larger than {MAX_BYTES >> 20} MB. Clear all outputs and hand it in again."
        )
    return data


def safe_name(student: str) -> str:
    """A file name for a student: letters, digits and `-_.@ ` kept, never empty, never a path, at
    most 90 characters. No two students share one: a name that had to be changed, or that looks as
    if it had been, carries a hash of the whole."""
    text = unicodedata.normalize("NFC", student)
    kept = "".join(c if c.isalnum() or c in "-_.@ " else "_" for c in text).strip(". ")
    if kept != student or len(kept.encode()) > 80 or not kept or _HASHED.search(kept):
        while len(kept.encode()) > 70:
            kept = kept[:-1]
        told_apart = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        kept = f"{kept.strip('. ') or 'student'}-{told_apart}"
    return kept


_HASHED = re.compile(r"-[0-9a-fA-F]{16}$")


@dataclass
class Found:
    """What is at a place. `refused` are lines on what nobody can be graded by, each naming it."""

    submissions: list[Submission] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def find(place: str | os.PathLike, lab: str) -> list[Submission]:
    """The submissions of `find_all`.

    Raises:
        InvalidInputError: if nothing is there, or something is ambiguous.
    """
    found = find_all(place, lab)
    if found.refused:
        raise InvalidInputError(" ".join(found.refused))
    return found.submissions


def find_all(place: str | os.PathLike, lab: str) -> Found:
    """The submissions in `place`, one per student, in the order of the students' names.

    Args:
        place: a notebook or script, a zip, or a folder in one of the layouts above.
        lab: the lab's name; among several notebooks of a student the one of this name is taken.

    Raises:
        InvalidInputError: if nothing is there.
    """
    place = Path(place)
    if not os.path.lexists(place):
        raise InvalidInputError(f"Expected submissions at {place}. Received: nothing there.")
    refused: list[str] = []
    owners: dict[str, Owner] = {}
    if place.is_file() and place.suffix.lower() == ".zip":
        entries = _in_class_zip(place, owners)
    elif place.is_dir() and not place.is_symlink():
        entries = list(_in_folder(place, refused))
        owners = _manifest_in_folder(place)
    else:
        entries = [_Entry((place.name,), str(place), problem=_LINK if place.is_symlink() else "")]
    found = Found(_submissions(entries, owners, lab, refused), refused)
    if not found.submissions and not refused:
        raise InvalidInputError(
            f"Expected <student>.ipynb or .py files, <student>/{lab}/*.ipynb, a folder per "
            f"student, or a zip of these. "
            f"Received: {place} without any."
        )
    return found


@dataclass(frozen=True)
class _Entry:
    """A file as it was laid out: `parts` is its path, the outermost name first."""

    parts: tuple[str, ...]
    path: str
    member: str = ""
    inner: str = ""
    problem: str = ""


# Listing


def _in_folder(folder: Path, refused: list[str]) -> Iterator[_Entry]:
    for entry in sorted(folder.iterdir()):
        name = entry.name
        if name.startswith((".", "__")):
            continue
        is_folder = entry.is_dir()
        if entry.is_symlink():
            if is_folder or entry.suffix.lower() in {*_KINDS, ".zip"}:
                yield _Entry((name,), str(entry), problem=_LINK)
        elif is_folder:
            yield from _in_students_folder(entry)
        elif entry.suffix.lower() == ".zip":
            inside = list(_in_students_zip((name,), str(entry)))
            if lms.owner_of(name) is None and _is_of_a_class(inside):
                refused.append(
                    f"{one_line(name)} looks like the download of a whole class, and lies beside "
                    f"other files. It was not read; grade it by itself: coursekit grade LAB "
                    f"{one_line(name)}."
                )
            else:
                yield from inside
        elif entry.suffix.lower() in _KINDS:
            yield _Entry((name,), str(entry))


def _in_students_folder(folder: Path) -> Iterator[_Entry]:
    some = False
    for root, folders, names in os.walk(folder):
        folders.sort()
        if ".ipynb_checkpoints" in root:
            continue
        for name in sorted(names):
            path = Path(root) / name
            parts = (folder.name, *path.relative_to(folder).parts)
            if path.suffix.lower() in _KINDS:
                some = True
                yield _Entry(parts, str(path), problem=_LINK if path.is_symlink() else "")
            elif path.suffix.lower() == ".zip" and path.is_file() and not path.is_symlink():
                some = True
                yield from _in_students_zip(parts, str(path))
    if not some:
        yield _Entry((folder.name, ""), str(folder), problem="No notebook was handed in.")


def _in_students_zip(parts: tuple[str, ...], path: str) -> Iterator[_Entry]:
    """What is in a zip that one student handed in."""
    try:
        with _opened(open(path, "rb")) as archive:
            entries = _members(archive)
    except Exception as error:
        yield _Entry(parts, path, problem=_not_readable(error))
        return
    some = False
    for entry, inside in entries:
        if _suffix(inside) in _KINDS:
            some = True
            yield _Entry((*parts, *inside), path, entry.filename, problem=_link(entry))
    if not some:
        yield _Entry((*parts, ""), path, problem="No notebook is in the zip.")


def _in_class_zip(path: Path, owners: dict[str, Owner]) -> list[_Entry]:
    """The files in an LMS's zip; members are read in place, so their names are never used as
    paths."""
    found: list[_Entry] = []
    try:
        with _opened(open(path, "rb")) as archive:
            entries = _members(archive)
            tops = {inside[0] for _, inside in entries}
            folders = "|".join(s.export for s in lms.SYSTEMS if s.export)
            wrapped = len(tops) == 1 and (
                tops == {path.stem} or re.fullmatch(folders, next(iter(tops)))
            )
            if wrapped:  # one folder around all, which no student named
                entries = [(entry, inside[1:]) for entry, inside in entries if len(inside) > 1]
            for system in lms.SYSTEMS:
                for entry, inside in entries:
                    if system.manifest and inside == (system.manifest,):
                        owners |= system.owners(
                            _from_zip(archive, entry.filename).decode("utf-8", "replace")
                        )
            for entry, inside in entries:
                if _suffix(inside) in _KINDS:
                    found.append(_Entry(inside, str(path), entry.filename, problem=_link(entry)))
                elif _suffix(inside) == ".zip":
                    found += _in_zip_in_zip(archive, entry, inside, str(path))
    except Exception as error:
        return [_Entry((path.name,), str(path), problem=_not_readable(error))]
    return found


def _in_zip_in_zip(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parts: tuple[str, ...], path: str
) -> Iterator[_Entry]:
    try:
        with _opened(io.BytesIO(_from_zip(archive, entry.filename))) as inner:
            entries = _members(inner)
    except Exception as error:
        yield _Entry(parts, path, entry.filename, problem=_not_readable(error))
        return
    for member, inside in entries:
        if _suffix(inside) in _KINDS:
            yield _Entry(
                (*parts, *inside), path, entry.filename, member.filename, problem=_link(member)
            )


def _members(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """The files of a zip with the parts of their names that lead nowhere else."""
    found = []
    for entry in archive.infolist():
        pure = PurePosixPath(entry.filename.replace("\\", "/"))
        inside = tuple(part for part in pure.parts if part not in ("/", "//", "..", "."))
        hidden = any(part.startswith(("__MACOSX", ".ipynb_checkpoints")) for part in inside)
        if inside and not entry.is_dir() and not hidden:
            found.append((entry, inside))
    return found


def _not_readable(error: Exception, what: str = "zip") -> str:
    if isinstance(error, NotReadable):
        return str(error)
    if type(error) in (RuntimeError, NotImplementedError):  # so zipfile says what it cannot unpack
        return f"The {what} has a password, or is packed in a rare way. Pack it again without."
    return f"The {what} cannot be read: {type(error).__name__}."


def _link(entry: zipfile.ZipInfo) -> str:
    return _LINK if stat.S_ISLNK(entry.external_attr >> 16) else ""


def _suffix(parts: tuple[str, ...]) -> str:
    return PurePosixPath(parts[-1]).suffix.lower()


def _is_of_a_class(entries: list[_Entry]) -> bool:
    """Whether the outermost names in a zip are those that a system gave to several students."""
    owners = (lms.owner_of(entry.parts[1]) for entry in entries if len(entry.parts) > 1)
    return len({(owner.lms, owner.student, owner.lms_id) for owner in owners if owner}) > 1


def _manifest_in_folder(folder: Path) -> dict[str, Owner]:
    found: dict[str, Owner] = {}
    for system in lms.SYSTEMS:
        path = folder / system.manifest
        if system.manifest and path.is_file() and not path.is_symlink():
            found |= system.owners(path.read_text(encoding="utf-8", errors="replace"))
    return found


# Whose they are


def _submissions(
    entries: Iterable[_Entry], owners: dict[str, Owner], lab: str, refused: list[str]
) -> list[Submission]:
    """One submission per student, each under a name of its own."""
    by_student: dict[tuple[str, ...], list[tuple[Owner, _Entry]]] = {}
    entries = list(entries)
    owners = lms.owners_of({entry.parts[0] for entry in entries}) | owners
    for entry in entries:
        owner = owners.get(entry.parts[0])
        if owner is None:
            name = entry.parts[0]
            stem = PurePosixPath(name).stem
            owner = Owner(stem if len(entry.parts) == 1 or name.endswith(".zip") else name, "")
        owner = dataclasses.replace(owner, student=_storable(owner.student))
        key = (owner.lms, owner.lms_id) if owner.lms_id else (owner.lms, "", owner.student)
        by_student.setdefault(key, []).append((owner, entry))
    names: dict[str, list[tuple[str, ...]]] = {}
    for key, files in by_student.items():
        names.setdefault(_as_seen(files[0][0].student), []).append(key)
    made: dict[str, list[Submission]] = {}
    for keys in names.values():
        for key in keys:
            name = by_student[key][0][0].student
            student = f"{name} ({key[1]})" if len(keys) > 1 and key[1] else name
            made.setdefault(_as_seen(student), []).append(_best(student, by_student[key], lab))
    for student, several in made.items():
        if len(several) > 1:
            where = ", ".join(sorted({one_line(s.inner or s.member or s.path) for s in several}))
            refused.append(
                f"{one_line(student)} is the name of {len(several)} students here ({where}). "
                f"None of them was graded; rename all but one."
            )
    return sorted((s[0] for s in made.values() if len(s) == 1), key=lambda s: s.student)


def _as_seen(name: str) -> str:
    """A name as a table shows it: names that differ in what nobody sees could be mixed up there."""
    return " ".join("".join(c for c in name if unicodedata.category(c) != "Cf").split())


def _storable(name: str) -> str:
    """A name as the gradebook keeps it: composed, without halves of pairs."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "backslashreplace").decode())


def _best(student: str, files: list[tuple[Owner, _Entry]], lab: str) -> Submission:
    """Of several files of one student the latest that the system tells, then the lab's notebook,
    else the first notebook, else the first script."""
    latest = max(owner.submitted for owner, _ in files)
    files = [(owner, entry) for owner, entry in files if owner.submitted == latest]
    inside = [(o, e) for o, e in files if len(e.parts) == 3 and e.parts[1] == lab]
    files = inside or files  # nbgrader keeps all labs of a student in one folder

    def rank(file: tuple[Owner, _Entry]) -> tuple:
        owner, entry = file
        own = PurePosixPath(owner.own_name or entry.parts[0], *entry.parts[1:])
        return (
            bool(entry.problem),
            own.stem != lab,
            lab not in own.name,
            own.suffix.lower() != ".ipynb",
            len(entry.parts),
            entry.parts,
        )

    owner, entry = min(files, key=rank)
    name = one_line((owner.own_name if len(entry.parts) == 1 else "") or entry.parts[-1])
    notes = [owner.note] if owner.note else []
    if len(files) > 1:
        notes.append(f"{len(files)} files were handed in; {name} was graded.")
    file = entry.inner or entry.member or entry.path
    return Submission(
        student,
        entry.path,
        _KINDS.get(PurePosixPath(file.replace("\\", "/")).suffix.lower(), "ipynb"),
        entry.member,
        owner.submitted,
        owner.lms_id,
        entry.problem,
        tuple(notes),
        owner.lms,
        entry.inner,
    )
