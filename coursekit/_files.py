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


def cache_folder() -> Path:
    """`$COURSEKIT_CACHE`, or the folder that the platform keeps for caches."""
    if folder := os.environ.get("COURSEKIT_CACHE"):
        return Path(folder).expanduser()
    import pooch

    return Path(pooch.os_cache("coursekit"))


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


class NewFiles:
    """Files that are to appear in a folder together. See `all_or_none`."""

    def __init__(self, folder: Path, staging: Path):
        self.folder, self._staging = folder, staging
        self._written: dict[str, None] = {}
        self._removed: dict[str, None] = {}

    def write(self, name: str, content: str | bytes) -> None:
        """Give a file, by its path in the folder, its new content; text is UTF-8."""
        path = self._staging / "new" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        self._written[name] = None

    def remove(self, name: str) -> None:
        """Have a file gone, if it is there."""
        self._removed[name] = None

    def _swap(self) -> None:
        undo: list[tuple[Path, Path]] = []  # (where it is now, where it was)

        def move(there: Path, to: Path) -> None:
            to.parent.mkdir(parents=True, exist_ok=True)
            undo.append((to, there))
            os.replace(there, to)

        try:
            for name in {**self._removed, **self._written}:
                if os.path.lexists(self.folder / name):
                    move(self.folder / name, self._staging / "old" / name)
                if name in self._written:
                    move(self._staging / "new" / name, self.folder / name)
        except BaseException:
            for now, before in reversed(undo):
                if os.path.lexists(now) and not os.path.lexists(before):
                    os.replace(now, before)
            raise


@contextlib.contextmanager
def all_or_none(folder: str | os.PathLike) -> Iterator[NewFiles]:
    """Yield a `NewFiles` for `folder`; on success all that it was given takes its place at once, on
    any failure or interruption everything is as it was.

    Raises:
        OutputError: if the folder cannot be written.
    """
    folder = Path(folder)
    staging = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=folder, prefix=".new-"))
        made = NewFiles(folder, staging)
        yield made
        made._swap()
    except OSError as error:
        raise OutputError(
            f"Could not write the files in {folder}: {error.strerror or error}. Nothing was "
            f"changed; free some space or choose another --out."
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


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
    with all_or_none(folder) as made:
        for name in remove:
            made.remove(name)
        for name, content in files.items():
            made.write(name, content)
    return {name: folder / name for name in files}


@contextlib.contextmanager
def writable(folder: str | os.PathLike) -> Iterator[Path]:
    """`ensure_writable`, and if what follows fails or is interrupted, folders that were made for it
    and hold nothing are gone again."""
    folder = Path(folder)
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield ensure_writable(folder)
    except BaseException:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()
        raise


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
