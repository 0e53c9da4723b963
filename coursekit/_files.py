"""Whole files or none: every result is written beside its place and moved there when it is
complete."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
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
