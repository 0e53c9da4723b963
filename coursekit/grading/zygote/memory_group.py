"""One memory group (a control group of the kernel) per child, where this machine lets us make them.

`RLIMIT_DATA` counts a child's own mappings. A group counts all that the kernel holds because of
the child: page tables, thread stacks, pipes, the files in its work folder. Both versions of control
groups are known: in the first, groups are made below this process's own; in the second, where
processes may only be in leaves, beside it if need be.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.zygote.sandbox import Limits

_PREFIX = "coursekit"
_LEAVE_S, _LEAVE_STEP_S = 1.0, 0.005  # a group is busy for a moment after its last process ended
_BATCH = 1 << 20  # the kernel books memory in lots, and the last one did not fit
_KILLS = {1: "memory.oom_control", 2: "memory.events"}
# A thread that moves itself alone waits for nobody; a process waits until no other is being forked
# anywhere, 10 ms in the median. A child just forked is one thread. Version 2 moves processes only.
_ENTRIES = {1: "tasks", 2: "cgroup.procs"}


@dataclass
class Group:
    """A group without processes yet. Who writes `0` to `entry` joins it."""

    folder: Path
    version: int
    entry: int

    def ran_out(self) -> bool:
        """Whether the kernel ended a process because the group was full. A machine that ran out as
        a whole does not count."""
        with contextlib.suppress(OSError, ValueError):
            if not _number(self.folder / _KILLS[self.version], "oom_kill"):
                return False
            if self.version == 1:
                most, limit = (
                    int((self.folder / f"memory.{name}_in_bytes").read_text())
                    for name in ("max_usage", "limit")
                )
                return most > limit - _BATCH
            return _number(self.folder / "memory.events", "oom") > 0
        return False

    def close(self) -> None:
        """Remove it. What is still busy after a second is removed by the next command."""
        if self.entry >= 0:
            os.close(self.entry)
            self.entry = -1
        end = time.monotonic() + _LEAVE_S
        while True:
            try:
                self.folder.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                if time.monotonic() < end:
                    time.sleep(_LEAVE_STEP_S)
                    continue
            return


class Groups:
    """Makes groups in `parent`, a folder of the kernel's tree of control groups.

    Args:
        parent: where this process may make groups and move its children to them.
        version: 1 or 2.
    """

    def __init__(self, parent: Path, version: int) -> None:
        self.parent, self.version = parent, version
        self._counter = itertools.count()

    @classmethod
    def find(cls) -> Groups | None:
        """Where this process may make groups; None where there is no place. Empty groups that a
        command left which is no more are removed."""
        for parent, version in _places():
            groups = cls(parent, version)
            with contextlib.suppress(OSError):
                groups._sweep()
                groups.new(Limits()).close()
                return groups
        return None

    def new(self, limits: Limits) -> Group:
        """A group that holds what `limits` grants and what the kernel needs for it.

        Raises:
            OSError: if the kernel refuses.
        """
        name = f"{_PREFIX}-{os.getpid()}-{_started(os.getpid())}-{next(self._counter)}"
        folder = self.parent / name
        folder.mkdir()
        most = str((limits.memory_mb + limits.folder_mb + limits.kernel_mb) << 20)
        try:
            if self.version == 1:
                (folder / "memory.limit_in_bytes").write_text(most)
                with contextlib.suppress(OSError):  # a kernel that does not count swap
                    (folder / "memory.memsw.limit_in_bytes").write_text(most)
            else:
                (folder / "memory.max").write_text(most)
                for file, value in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
                    with contextlib.suppress(OSError):  # not in every kernel
                        (folder / file).write_text(value)
            entry = os.open(folder / _ENTRIES[self.version], os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
            raise
        return Group(folder, self.version, entry)

    def _sweep(self) -> None:
        for folder in self.parent.glob(f"{_PREFIX}-*-*-*"):
            _, pid, started, _ = folder.name.split("-")
            if not (pid.isdecimal() and _started(int(pid)) == started):
                with contextlib.suppress(OSError):  # it has processes, or another command was first
                    folder.rmdir()


def join(entry: int) -> None:
    """Move this process to the group whose `entry` it got.

    Raises:
        OSError: if the kernel refuses.
    """
    os.write(entry, b"0")


def _number(file: Path, name: str) -> int:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks: with it a number that was given twice is told
    apart. Empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _places(process: Path = Path("/proc/self")) -> Iterator[tuple[Path, int]]:
    """Folders in which groups could be made, likely ones first, each with the version."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        own: dict[str, str] = {}
        for line in (process / "cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            own.update(dict.fromkeys(controllers.split(","), path))  # version 2 names none
        for line in (process / "mountinfo").read_text().splitlines():
            before, _, after = line.partition(" - ")
            root, mounted = before.split()[3:5]
            kind, _, options = after.split()[:3]
            if kind == "cgroup" and "memory" in options.split(",") and "memory" in own:
                yield _below(mounted, root, own["memory"]), 1
            elif kind == "cgroup2" and "" in own:
                here = _below(mounted, root, own[""])
                for folder in (here, here.parent):
                    given = folder / "cgroup.subtree_control"
                    if folder.is_relative_to(mounted) and "memory" in given.read_text().split():
                        yield folder, 2


def _below(mounted: str, root: str, path: str) -> Path:
    """Where a group lies in the file system: a mount may show a part of the tree only."""
    return Path(os.path.normpath(os.path.join(mounted, os.path.relpath(path, root))))
