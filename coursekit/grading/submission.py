"""Find and read what students handed in: single files, nbgrader's layout, a folder per student, an
LMS's zip. Nothing is unpacked."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from coursekit.errors import InvalidInputError

MAX_BYTES = 256 * 2**20
_MAX_ENTRIES = 20_000
_MAX_RATIO = 200
_KINDS = {".ipynb": "ipynb", ".py": "py"}
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_|late_)?(?P<id>\d+)_\d+_.+")
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_file_?")
_BLACKBOARD = re.compile(
    r".+?_(?P<name>[^_]+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_.*|\.\w+)"
)


class NotReadable(Exception):
    """A submission that is refused unread; the message is for the student."""


@dataclass(frozen=True)
class Submission:
    """One student's file. `problem` is set where it cannot be read at all; `lms_id` where the LMS
    put one in the name."""

    student: str
    path: str
    kind: str = "ipynb"
    member: str = ""
    submitted: str = ""
    lms_id: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()

    def read(self) -> bytes:
        """The file's bytes, at most `MAX_BYTES`.

        Raises:
            NotReadable: a link, a device, a bomb, too large, damaged.
        """
        if self.problem:
            raise NotReadable(self.problem)
        try:
            return self._from_zip() if self.member else self._from_file()
        except (
            OSError,
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            EOFError,
            ValueError,
        ) as error:
            raise NotReadable(f"The file cannot be read: {type(error).__name__}.") from error

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

    def _from_zip(self) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            entry = archive.getinfo(self.member)
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
    most 80 characters, unique."""
    text = unicodedata.normalize("NFC", student)
    kept = "".join(c if c.isalnum() or c in "-_.@ " else "_" for c in text).strip(". ")
    if kept != student or len(kept.encode()) > 80 or not kept:
        while len(kept.encode()) > 70:
            kept = kept[:-1]
        told_apart = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        kept = f"{kept.strip('. ') or 'student'}-{told_apart}"
    return kept


def find(place: str | os.PathLike, lab: str) -> list[Submission]:
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
    if place.is_file() and place.suffix.lower() == ".zip":
        found = _in_zip(place, lab)
    elif place.is_dir() and not place.is_symlink():
        found = _in_folder(place, lab)
    else:
        found = [_of_file(place, place.stem)]
    if not found:
        raise InvalidInputError(
            f"Expected <student>.ipynb or .py files, <student>/{lab}/*.ipynb, a folder per "
            f"student, or a zip of these. "
            f"Received: {place} without any."
        )
    return sorted(_unique(found), key=lambda s: s.student)


def _in_folder(folder: Path, lab: str) -> list[Submission]:
    found: list[Submission] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "__")):
            continue
        suffix = entry.suffix.lower()
        if suffix in _KINDS and not (entry.is_dir() and not entry.is_symlink()):
            found.append(_of_file(entry, *_student_of_file(entry.stem, entry.name)))
        elif suffix == ".zip" and entry.is_file() and not entry.is_symlink():
            found += _in_zip(entry, lab)
        elif entry.is_symlink() and entry.is_dir():
            found.append(
                Submission(
                    entry.name,
                    str(entry),
                    problem="The submission is a link; links are not followed.",
                )
            )
        elif entry.is_dir():
            found.append(_of_student_folder(entry, lab))
    return found


def _of_student_folder(folder: Path, lab: str) -> Submission:
    student, lms_id = _student_of_folder(folder.name)
    files = [
        Path(root) / name
        for root, folders, names in os.walk(folder)
        for name in sorted(names)
        if Path(name).suffix.lower() in _KINDS and ".ipynb_checkpoints" not in root
    ]
    inside = [file for file in files if file.parent.name == lab and file.parent.parent == folder]
    best, notes = _best([str(file) for file in inside or files], lab)
    if best is None:
        return Submission(student, str(folder), lms_id=lms_id, problem="No notebook was handed in.")
    submission = _of_file(Path(best), student, lms_id)
    stamp = Path(best).parent / "timestamp.txt"
    when = submission.submitted
    if stamp.is_file() and not stamp.is_symlink():
        when = stamp.read_text(encoding="utf-8", errors="replace")[:100].strip() or when
    return Submission(**{**vars(submission), "submitted": when, "notes": notes})


def _best(paths: list[str], lab: str) -> tuple[str | None, tuple[str, ...]]:
    """Of several files the lab's notebook, else the first notebook, else the first script."""
    if not paths:
        return None, ()

    def rank(path: str) -> tuple:
        pure = PurePosixPath(path.replace(os.sep, "/"))
        return (
            pure.stem != lab,
            lab not in pure.name,
            pure.suffix.lower() != ".ipynb",
            len(pure.parts),
            path,
        )

    ordered = sorted(paths, key=rank)
    notes = (
        (f"{len(ordered)} files were handed in; {PurePosixPath(ordered[0]).name} was graded.",)
        if len(ordered) > 1
        else ()
    )
    return ordered[0], notes


def _of_file(path: Path, student: str, lms_id: str = "") -> Submission:
    problem = "The submission is a link; links are not followed." if path.is_symlink() else ""
    when = (
        ""
        if problem
        else datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    )
    return Submission(
        student, str(path), _KINDS.get(path.suffix.lower(), "ipynb"), "", when, lms_id, problem
    )


def _student_of_folder(name: str) -> tuple[str, str]:
    matched = _MOODLE.fullmatch(name)
    return (matched["name"], matched["id"]) if matched else (name, "")


def _student_of_file(stem: str, name: str) -> tuple[str, str]:
    if matched := _BLACKBOARD.fullmatch(name):
        return matched["name"], ""
    if matched := _CANVAS.fullmatch(name):
        return matched["name"], matched["id"]
    return stem, ""


def _in_zip(path: Path, lab: str) -> list[Submission]:
    """The submissions in an LMS's zip; members are read in place, so their names are never used as
    paths."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        return [
            Submission(
                path.stem, str(path), problem=f"The zip cannot be read: {type(error).__name__}."
            )
        ]
    if len(entries) > _MAX_ENTRIES:
        return [
            Submission(
                path.stem, str(path), problem=f"The zip has more than {_MAX_ENTRIES:,} entries."
            )
        ]
    by_student: dict[tuple[str, str], list[zipfile.ZipInfo]] = {}
    for entry in entries:
        pure = PurePosixPath(entry.filename.replace("\\", "/"))
        if (
            entry.is_dir()
            or pure.suffix.lower() not in _KINDS
            or any(p.startswith("__MACOSX") for p in pure.parts)
        ):
            continue
        parts = [part for part in pure.parts if part not in ("/", "..", ".") and part != lab]
        key = (
            _student_of_folder(parts[-2])
            if len(parts) > 1
            else _student_of_file(PurePosixPath(parts[-1]).stem, parts[-1])
        )
        by_student.setdefault(key, []).append(entry)
    return [_of_entries(path, *key, members, lab) for key, members in by_student.items()]


def _of_entries(
    path: Path, student: str, lms_id: str, entries: list[zipfile.ZipInfo], lab: str
) -> Submission:
    best, notes = _best([entry.filename for entry in entries], lab)
    entry = next(entry for entry in entries if entry.filename == best)
    problem = (
        "The submission is a link; links are not followed."
        if stat.S_ISLNK(entry.external_attr >> 16)
        else ""
    )
    try:
        when = datetime(*entry.date_time, tzinfo=UTC).isoformat()
    except ValueError:
        when = ""
    kind = _KINDS[PurePosixPath(entry.filename.replace("\\", "/")).suffix.lower()]
    return Submission(student, str(path), kind, entry.filename, when, lms_id, problem, notes)


def _unique(found: list[Submission]) -> list[Submission]:
    """Give a second submission under the same name a name of its own, so that none replaces
    another."""
    seen: dict[str, int] = {}
    result = []
    for submission in found:
        name = submission.student.encode("utf-8", "replace").decode()
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name} ({submission.lms_id or seen[name]})"
        result.append(Submission(**{**vars(submission), "student": name}))
    return result
