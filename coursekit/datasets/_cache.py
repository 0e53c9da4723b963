"""Where the data are: `$COURSEKIT_DATA`, then the cache, then two mirrors. What is read or fetched
is checked by its hashes."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit._files import cache_folder
from coursekit.datasets import _formats
from coursekit.datasets._formats import Arrays, Damaged
from coursekit.datasets._progress import Progress, progress_bar
from coursekit.datasets._source import Form, RemoteFile, Source
from coursekit.errors import DataUnavailableError

_TIMEOUT = 30  # seconds without a byte before the next mirror is asked
_LOCK_TIMEOUT = 3600  # seconds to wait for another process that downloads the same data
_CHUNK = 1 << 16
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Copy:
    """A data set lying in a folder. `place` is "$COURSEKIT_DATA" or "cache"."""

    source: Source
    form: Form
    place: str
    folder: Path

    @property
    def origin(self) -> str:
        """The copy in words that name no folder of this machine."""
        files = self.form.files[0] if len(self.form.files) == 1 else f"{len(self.form.files)} files"
        return f"{self.place}/{files}" + (f" ({self.form.remark})" if self.form.remark else "")

    def read(self) -> Arrays:
        """Its arrays, checked.

        Raises:
            Damaged: if a hash or a shape is not the expected one.
        """
        paths = [self.folder / name for name in self.form.files]
        for path in paths:
            if path.name in self.form.sha256:
                _formats.check_file(path, self.form.sha256[path.name])
        arrays = self.form.read(paths)
        _formats.check_arrays(arrays, self.form.arrays)
        _check_shapes(arrays, self.source)
        return arrays


def places() -> list[tuple[str, Path]]:
    """Folders in which data are looked for, in order, each with its name."""
    found = [("cache", cache_folder())]
    if folder := os.environ.get("COURSEKIT_DATA"):
        found.insert(0, ("$COURSEKIT_DATA", Path(folder).expanduser()))
    return found


def offline() -> bool:
    """Whether `COURSEKIT_OFFLINE` forbids downloads."""
    return os.environ.get("COURSEKIT_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")


def copies(source: Source) -> Iterator[Copy]:
    """Copies of a data set on this machine, in the order in which they are used; their content is
    not looked at."""
    for place, folder in places():
        for form in source.forms:
            if all((folder / name).is_file() for name in form.files):
                yield Copy(source, form, place, folder)


def resolve(source: Source) -> tuple[Arrays, Copy]:
    """The arrays of a data set and the copy that they come from; downloads it if there is none.

    Raises:
        DataUnavailableError: if it is in none of the places; the message says where was looked and
            what to do.
    """
    trail: list[str] = []
    for copy in copies(source):
        try:
            arrays = copy.read()
        except Damaged as error:
            trail.append(f"{copy.place}/{copy.form.files[0]}: {error}")
            continue
        _warn_of_damage(source, copy, trail)
        return arrays, copy
    arrays, copy = fetch(source)
    _warn_of_damage(source, copy, [step for step in trail if step.startswith("$")])
    return arrays, copy


def fetch(source: Source, *, progress: Progress | None = None) -> tuple[Arrays, Copy]:
    """Bring a data set into the cache unless a good copy is there. Two processes may do so at once:
    one waits for the other.

    `progress` is told how far each file is; without it a bar is drawn where somebody can see it.

    Raises:
        DataUnavailableError: if downloads are forbidden, every mirror fails, or the cache cannot be
            written.
    """
    folder = cache_folder()
    if found := _in_cache(source, folder):
        return found
    if offline():
        raise _unavailable(source, ["no download, for COURSEKIT_OFFLINE is set"])
    with _writing(source, folder), _lock(folder / f".{source.name}.lock"):
        if found := _in_cache(source, folder):
            return found
        for left in folder.glob(
            f".fetch-{source.name}-*"
        ):  # of a process that was killed: the lock is ours
            shutil.rmtree(left, ignore_errors=True)
        with (
            tempfile.TemporaryDirectory(
                dir=folder, prefix=f".fetch-{source.name}-", ignore_cleanup_errors=True
            ) as scratch,
            contextlib.nullcontext(progress) if progress else progress_bar() as report,
        ):
            for remote in source.downloads:
                if not _is_good(remote, folder / remote.name):
                    os.replace(
                        _from_mirrors(source, remote, Path(scratch), report), folder / remote.name
                    )
    if found := _in_cache(source, folder):
        return found
    raise _unavailable(source, ["the files that were downloaded do not make the data set"])


def _in_cache(source: Source, folder: Path) -> tuple[Arrays, Copy] | None:
    for copy in copies(source):
        if copy.place == "cache" and copy.folder == folder:
            with contextlib.suppress(Damaged):
                return copy.read(), copy
    return None


def _from_mirrors(source: Source, remote: RemoteFile, scratch: Path, progress: Progress) -> Path:
    """Download one file from the first mirror that gives the right content; the path lies in
    `scratch`."""
    import requests

    steps = []
    for url in remote.urls:
        try:
            return _download(source, remote, url, scratch, progress)
        except Damaged as error:
            steps.append(f"{url}: {error}")
        except requests.RequestException as error:
            steps.append(f"{url}: {_reason(error)}")
    raise _unavailable(source, steps)


def _download(
    source: Source, remote: RemoteFile, url: str, scratch: Path, progress: Progress
) -> Path:
    import pooch

    raw, ready = scratch / f"download-{remote.name}", scratch / remote.name
    for path in (raw, ready):
        path.unlink(missing_ok=True)
    with _quiet(pooch.get_logger()):
        pooch.retrieve(
            url,
            known_hash=None,
            fname=raw.name,
            path=scratch,
            downloader=pooch.HTTPDownloader(
                progressbar=_Meter(remote, progress), chunk_size=_CHUNK, timeout=_TIMEOUT
            ),
        )
    if remote.sha256:
        _formats.check_file(raw, remote.sha256)
    if remote.convert:
        remote.convert(raw, ready)
    else:
        raw.rename(ready)
    for form in source.forms:
        if form.files == (remote.name,):
            Copy(source, form, "download", scratch).read()
    return ready


def _is_good(remote: RemoteFile, path: Path) -> bool:
    """Whether one of several files is in the cache already and is the right one."""
    if not path.is_file() or not remote.sha256 or remote.convert:
        return False
    try:
        _formats.check_file(path, remote.sha256)
    except Damaged:
        return False
    return True


def _check_shapes(arrays: Arrays, source: Source) -> None:
    for key, shape in source.shapes.items():
        if key not in arrays:
            raise Damaged(f"array {key!r} is missing")
        if key.startswith("y"):
            arrays[key] = (
                arrays[key].reshape(-1)
                if arrays[key].ndim == 2 and arrays[key].shape[1] == 1
                else arrays[key]
            )
        array = arrays[key]
        if array.shape[1:] != shape or array.ndim != len(shape) + 1 or array.dtype.kind not in "ui":
            raise Damaged(
                f"array {key!r} is {array.dtype} {array.shape}, expected integers (n, *{shape})"
            )
        if key.startswith("x") and array.dtype != np.uint8:
            raise Damaged(f"array {key!r} is {array.dtype}, expected uint8")
        if len(array) == 0 or len(array) != len(arrays[key.replace("x_", "y_")]):
            raise Damaged(
                f"array {key!r} has {len(array)} entries, its labels "
                f"{len(arrays[key.replace('x_', 'y_')])}"
            )
        if key.startswith("y") and (array.min() < 0 or array.max() >= len(source.class_names)):
            raise Damaged(f"array {key!r} has labels outside 0 to {len(source.class_names) - 1}")


def _warn_of_damage(source: Source, used: Copy, trail: list[str]) -> None:
    if trail:
        warnings.warn(
            f"{source.name}: {'; '.join(trail)}. Used {used.origin} instead.",
            UserWarning,
            stacklevel=4,
        )


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=_LOCK_TIMEOUT):
            yield
    except Timeout as error:
        raise DataUnavailableError(
            f"Another process has been downloading this data set for over an hour. If none is "
            f"running, remove {path}."
        ) from error


@contextlib.contextmanager
def _writing(source: Source, folder: Path) -> Iterator[None]:
    """Make the cache folder, and say clearly when it cannot be written or the disk is full."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise DataUnavailableError(
                f"No space is left for {source.title} in the cache {folder}: it needs about "
                f"{2 * source.size / 1e6:.0f} MB while it "
                "is downloaded. Free some space, or set COURSEKIT_CACHE to a folder on another "
                "disk. Nothing half-written was left."
            ) from error
        reason = error.strerror or str(error)
        raise _unavailable(
            source,
            [
                f"no download, for the cache cannot be written ({reason}); set COURSEKIT_CACHE "
                f"to a folder of yours"
            ],
        ) from error


def _unavailable(source: Source, steps: list[str]) -> DataUnavailableError:
    """The error that says where was looked and what to do."""
    looked = [] if os.environ.get("COURSEKIT_DATA") else ["$COURSEKIT_DATA: not set"]
    for place, folder in places():
        looked.append(f"{place} {folder}: {_what_is_wrong(source, place, folder)}")
    files = (
        " + ".join(source.forms[0].files)
        if len(source.forms[0].files) < 3
        else f"{len(source.forms[0].files)} files"
    )
    return DataUnavailableError(
        f"{source.title} was not found. Looked in: {'; '.join(looked + steps)}. Connect to the "
        f"network and run "
        f"`coursekit data fetch {source.name}`, or put {files} into a folder and set "
        f"COURSEKIT_DATA to it. "
        "load_digits() needs no download."
    )


def _what_is_wrong(source: Source, place: str, folder: Path) -> str:
    for copy in copies(source):
        if copy.place == place:
            try:
                copy.read()
            except Damaged as error:
                return f"{copy.form.files[0]} {error}"
            return f"a good {copy.form.files[0]}"
    if not folder.is_dir():
        return "no such folder"
    present = [name for form in source.forms for name in form.files if (folder / name).is_file()]
    missing = [name for name in source.forms[0].files if name not in present]
    return f"no {', '.join(missing)}"


def _reason(error: Exception) -> str:
    """A short reason for a failed request."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    name = type(error).__name__
    return {
        "ConnectTimeout": "timed out",
        "ReadTimeout": "timed out",
        "ChunkedEncodingError": "the download broke off",
    }.get(name, "no connection" if "Connection" in name or "Proxy" in name else name)


@contextlib.contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Meter:
    """What pooch takes for a progress bar, passed on to a `Progress` function."""

    def __init__(self, remote: RemoteFile, progress: Progress) -> None:
        self.remote, self.progress = remote, progress
        self.total = self.done = 0

    def update(self, count: int) -> None:
        """`count` more bytes have come."""
        self.done += count
        self.progress(
            self.remote.name, min(self.done, self.total) if self.total else self.done, self.total
        )

    def reset(self) -> None:
        """Start from zero."""
        self.done = 0

    def close(self) -> None:
        """All bytes have come."""
