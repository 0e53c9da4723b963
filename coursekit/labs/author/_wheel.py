"""Coursekit's wheel as it may go to students: readable, and with nothing of a lab but what our own
build puts there."""

from __future__ import annotations

import email
import lzma
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from coursekit.errors import InvalidInputError
from coursekit.labs.author.notebook import cell_sources
from coursekit.labs.author.source import BEGIN, END

PUBLIC = ("test_public.py", "fingerprints.json", "figures.py")
PRIVATE = ("source.py", "test_hidden.py", "mistakes.py", "mutants.json")

_NAME = re.compile(r"coursekit-([\w.!+]+)(?:-\d[\w.]*)?-[\w.]+-[\w.]+-[\w.]+\.whl", re.ASCII)
_LAB = re.compile(r"\d{2}_[a-z0-9_]+")
_BUNDLED = ("coursekit", "labs", "_bundled")
_OWN = {
    "coursekit/labs/author/mistakes.py",
    "coursekit/labs/author/mutants.py",
    "coursekit/labs/author/source.py",
    "coursekit/labs/feedback/mistakes.py",
}
"""Modules of the package that are called as a lab's private files are."""
_MARKED = "coursekit/labs/author/scaffold.py"
"""The module whose text holds the source of a lab: the one that a new lab begins as."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for archives that are broken, encrypted or packed in ways it does not know."""


def lab_texts(path: str | Path) -> dict[str, dict[str, str]]:
    """What a wheel of coursekit brings of each lab: by the lab's name, text by file name; of a
    notebook the sources of its cells.

    Raises:
        InvalidInputError: if the file is no wheel of coursekit, cannot be read, or holds what our
            build puts in none: a private file, a solution, an answer.
    """
    path = Path(path)
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise _refusal(path, "another name")
    labs: dict[str, dict[str, str]] = {}
    for name, content in _members(path, named[1]).items():
        if reason := _misplaced(name):
            raise _refusal(path, f"{name} in it, {reason}")
        text = content.decode("utf-8", errors="replace")
        if name.endswith(".ipynb"):
            text = _student_cells(path, name, text)
        if name != _MARKED and {BEGIN, END} & {line.strip() for line in text.splitlines()}:
            raise _refusal(path, f"{name} in it, which shows a solution marker")
        part = PurePosixPath(name)
        if part.parts[:3] == _BUNDLED:
            labs.setdefault(part.parent.name, {})[part.name] = text
    return labs


def _refusal(path: Path, received: str) -> InvalidInputError:
    return InvalidInputError(
        f"Expected coursekit's wheel, coursekit-....whl, as our build makes it. Received: {path}, "
        f"with {received}. Make one with `python -m build --wheel` and name that with --wheel."
    )


def _members(path: Path, version: str) -> dict[str, bytes]:
    """The files of a wheel by name, read to the end, so that each checksum has been compared."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            found = {info.filename: archive.read(info) for info in files}
    except FileNotFoundError:
        raise _refusal(path, "no file there") from None
    except _UNREADABLE as error:
        reason = getattr(error, "strerror", None) or error
        raise _refusal(path, f"content that cannot be read ({reason})") from error
    if len(found) < len(files):
        raise _refusal(path, "two files of one name in it")
    metadata = found.get(f"coursekit-{version}.dist-info/METADATA")
    if metadata is None:
        raise _refusal(path, f"no coursekit-{version}.dist-info/METADATA in it")
    about = email.message_from_bytes(metadata)
    if (about["Name"], about["Version"]) != ("coursekit", version):
        raise _refusal(path, f"METADATA of {about['Name']} {about['Version']}")
    strays = [name for name in found if not _ours(name, version)]
    if strays:
        raise _refusal(path, f"{strays[0]} in it, beside the package")
    return found


def _ours(name: str, version: str) -> bool:
    parts = name.split("/")
    whole = all(part not in ("", ".", "..") for part in parts)
    return whole and len(parts) > 1 and parts[0] in ("coursekit", f"coursekit-{version}.dist-info")


def _misplaced(name: str) -> str | None:
    """Why a file may not stand in a wheel under this name; None if it may."""
    path = PurePosixPath(name)
    if path.parts[:3] == _BUNDLED:
        lab = path.parent.name
        whole = len(path.parts) == 5 and _LAB.fullmatch(lab)
        if whole and path.name in (*PUBLIC, f"{lab}.ipynb"):
            return None
        return "which is no lab's public file"
    stem = path.name.lower().partition(".")[0]
    private = stem in {PurePosixPath(private).stem for private in PRIVATE} and name not in _OWN
    if private or re.search("hidden|solution", name, re.IGNORECASE):
        return "which is called as a lab's private files are"
    if path.suffix.lower() in (".pyc", ".ipynb") or stem.startswith("test_"):
        return "which our build puts in no wheel"
    return None


def _student_cells(path: Path, name: str, text: str) -> str:
    """The sources of a bundled notebook, which must be a student's without an answer."""
    try:
        notebook, sources = cell_sources(text)
        kind = notebook["metadata"]["coursekit"]["kind"]
        solved = [
            source
            for cell, source in zip(notebook["cells"], sources, strict=True)
            if cell["metadata"].get("nbgrader", {}).get("solution")
            and "NotAnsweredYet(" not in source
        ]
    except (InvalidInputError, KeyError, TypeError, AttributeError) as error:
        raise _refusal(path, f"{name} in it, which is no notebook of ours") from error
    if kind != "student":
        raise _refusal(path, f"{name} in it, which is a {kind} notebook")
    if solved:
        raise _refusal(path, f"{name} in it, in which an exercise is answered")
    return "\n".join(sources)
