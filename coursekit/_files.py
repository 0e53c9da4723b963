"""Whole files or none: every result is written beside its place and moved there when it is
complete."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from coursekit.errors import OutputError


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; on success it takes the place of `path`, on
    failure it is removed.

    Raises:
        OutputError: if the folder cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:100]}.", suffix=path.suffix or ".part"
        )
        os.close(handle)
        os.chmod(name, 0o666 & ~_umask())
    except OSError as error:
        raise OutputError(
            f"Expected a folder that can be written at {path.parent}. Received: "
            f"{error.strerror or error}. "
            "Choose another place with --out, or free some space."
        ) from error
    temporary = Path(name)
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(
            f"Could not write {path}: {error.strerror or error}. Nothing was changed."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: str | os.PathLike, content: str | bytes) -> Path:
    """Write `content` (text is UTF-8) to `path`, completely or not at all. Returns the path."""
    with replacing(path) as temporary:
        if isinstance(content, str):
            content = content.encode("utf-8")
        temporary.write_bytes(content)
    return Path(path)


def write_together(
    folder: str | os.PathLike, files: Mapping[str, bytes], *, remove: Iterable[str] = ()
) -> dict[str, Path]:
    """Write several files into `folder`: all of them, or, after any error or interrupt, none.

    They are written into a hidden folder beside their places first; then each is moved, and all are
    moved back if that does not reach the end.

    Args:
        folder: made if it is not there; other files in it stay.
        files: content by file name.
        remove: names that belong to an earlier set and not to this one.

    Returns:
        The paths by name.

    Raises:
        OutputError: if it cannot be written; nothing was changed then.
    """
    folder = ensure_writable(folder)
    try:
        staging = Path(tempfile.mkdtemp(dir=folder, prefix=".new."))
        before = Path(tempfile.mkdtemp(dir=folder, prefix=".old."))
        moved: list[str] = []
        try:
            for name, content in files.items():
                (staging / name).write_bytes(content)
                os.chmod(staging / name, 0o666 & ~_umask())
            for name in [*files, *remove]:
                moved.append(name)
                if (folder / name).exists():
                    os.replace(folder / name, before / name)
                if name in files:
                    os.replace(staging / name, folder / name)
        except BaseException:
            for name in moved:
                if (before / name).exists():
                    os.replace(before / name, folder / name)
                elif name in files and not (staging / name).exists():
                    (folder / name).unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            shutil.rmtree(before, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"Could not write {', '.join(files)} to {folder}: {error.strerror or error}. Nothing "
            f"was changed. Free some space or choose another --out."
        ) from error
    return {name: folder / name for name in files}


def ensure_writable(folder: str | os.PathLike) -> Path:
    """Make `folder` and prove that a file can be written there, before hours of work depend on it.
    Returns the folder.

    Raises:
        OutputError: if it cannot be made or written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"0")
    except OSError as error:
        raise OutputError(
            f"Expected a folder that can be written at {folder}. Received: "
            f"{error.strerror or error}. Choose another place with --out."
        ) from error
    return folder


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
