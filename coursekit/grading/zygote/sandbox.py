"""The sandbox that a submission runs in, and the list of its layers for `coursekit doctor`.

Two steps, because the first is dear and the second is done for every child:

* `enter_base` is called once by the zygote: own process and mount namespace and a private root in
  which only Python, the system's libraries and named folders exist, all read-only.
* `enter_child` is called by every fork of it: own network, IPC, UTS and mount namespaces, a fresh
  `/proc`, one private work folder in memory, limits, an unused user id (or a user namespace of its
  own), no capabilities, Landlock, seccomp.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from coursekit.errors import SandboxUnavailableError

WORK_FOLDER = "/grading"
_PROBE = (
    "import sys; sys.path.append(sys.argv[1]); from coursekit.grading.zygote import "
    "_probe; _probe.main()"
)
PROBES = 3  # tries of a probe that something outside kills
_ETC_FILES = (
    "ld.so.cache",
    "ld.so.conf",
    "localtime",
    "nsswitch.conf",
    "mime.types",
    "alternatives",
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64")
_KERNEL_VIEWS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
_FIRST_UNUSED_ID, BLOCKS, _BLOCK_IDS = 49_152, 60, 200
OPTIONAL_LAYERS = frozenset({"landlock", "memory group"})
NAMESPACE_ADVICE = (
    "Allow namespaces: run as root, or set kernel.unprivileged_userns_clone=1 and "
    "kernel.apparmor_restrict_unprivileged_userns=0; "
    "in Docker start the container with --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --cap-add SYS_ADMIN "
    "--security-opt systempaths=unconfined."
)
KERNEL_ADVICE = "Grade on Linux 5.13 or newer (x86-64 or arm64), for instance in a virtual machine."


class Layer(NamedTuple):
    """One layer of the sandbox on this machine."""

    name: str
    available: bool
    detail: str
    what_to_do: str


@dataclass(frozen=True)
class Limits:
    """What one child may use. Memory is `RLIMIT_DATA` in MB; `cpu_seconds` is for the child's whole
    life.

    `reach_mb` is address space beside that memory. TensorFlow alone reserves gigabytes and uses
    little of them; without an end the page tables of a huge empty mapping fill the machine.
    `kernel_mb` is what a memory group leaves for such tables, stacks and pipes beside memory and
    work folder.
    """

    memory_mb: int = 2048
    reach_mb: int = 16_384
    kernel_mb: int = 128
    cpu_seconds: int = 600
    file_mb: int = 32
    folder_mb: int = 64
    open_files: int = 256
    threads: int = 512
    output_bytes: int = 1_000_000


@dataclass(frozen=True)
class Policy:
    """How to build the sandbox: the limits, more folders that may be read, and layers to leave out
    (only when unsafe)."""

    limits: Limits = field(default_factory=Limits)
    readable: tuple[str, ...] = ()
    skip: frozenset[str] = frozenset()

    def to_json(self) -> dict:
        """As plain data, for the zygote's command line."""
        return {
            "limits": vars(self.limits),
            "readable": list(self.readable),
            "skip": sorted(self.skip),
        }

    @classmethod
    def from_json(cls, data: dict) -> Policy:
        """The policy written by `to_json`."""
        return cls(Limits(**data["limits"]), tuple(data["readable"]), frozenset(data["skip"]))


def acts_as_root() -> bool:
    """Whether namespaces can be made without a user namespace, and user ids changed."""
    from coursekit.grading.zygote import _linux

    return (
        os.geteuid() == 0
        and _linux.has_capability(_linux.CAP_SYS_ADMIN)
        and _linux.has_capability(7)
    )


def python_folders() -> list[str]:
    """The folders that Python itself and this package are imported from. A project's other folders
    are not among them."""
    package = str(Path(__file__).resolve().parents[2])
    found = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, package]
    found += [
        path
        for path in sys.path
        if os.path.basename(path) in ("site-packages", "dist-packages") and os.path.isdir(path)
    ]
    return found


def visible_folders(policy: Policy) -> list[str]:
    """The folders that children can read, with all that is in them, besides the system's own:
    Python's and the data's."""
    return ["/usr", *python_folders(), *policy.readable]


def _outermost(paths: Iterable[str]) -> list[str]:
    """Absolute existing paths, as written and as resolved, without those that lie below another
    one."""
    wanted = {os.path.abspath(path) for path in paths} | {os.path.realpath(path) for path in paths}
    kept: list[str] = []
    for path in sorted(path for path in wanted if os.path.exists(path)):
        if path != "/" and not any(path == other or path.startswith(other + "/") for other in kept):
            kept.append(path)
    return kept


def enter_base(policy: Policy) -> None:
    """Move this process into a private, read-only root. It must already be alone in its mount
    namespace's owner.

    Raises:
        OSError: if the kernel refuses a step.
    """
    from coursekit.grading.zygote import _linux

    if "mount namespace" in policy.skip:
        return
    readable = _outermost(visible_folders(policy))
    _linux.unshare(_linux.CLONE_NEWNS)
    _linux.mount("none", "/", None, _linux.MS_PRIVATE | _linux.MS_REC)
    _linux.mount("base", "/tmp", "tmpfs", _linux.MS_NOSUID | _linux.MS_NODEV, "size=1m,mode=0755")
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new")
    _linux.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    _linux.mount("root", "/new", "tmpfs", _linux.MS_NOSUID, "size=1m,mode=0755")
    _fill_root(readable, policy)
    _linux.make_read_only("/new")
    if (
        "fresh /proc" not in policy.skip
    ):  # before the old root goes: a user namespace may mount /proc only while it sees one
        _linux.mount(
            "proc", "/new/proc", "proc", _linux.MS_NOSUID | _linux.MS_NODEV | _linux.MS_NOEXEC
        )
    _linux.mount(
        "work",
        f"/new{WORK_FOLDER}",
        "tmpfs",
        _linux.MS_NOSUID | _linux.MS_NODEV | _linux.MS_NOEXEC,
        "size=16m,mode=0700",
    )
    os.chdir("/new")
    _linux.pivot_root(".", ".")
    _linux.unmount(".")
    os.chdir("/")


def _fill_root(readable: list[str], policy: Policy) -> None:
    """Bind what a child may see from `/old` into `/new`."""
    for name in _SYSTEM:
        if os.path.islink(f"/old/{name}"):
            os.symlink(os.readlink(f"/old/{name}"), f"/new/{name}")
        elif os.path.isdir(f"/old/{name}"):
            _bind(f"/{name}")
    for path in readable:
        _bind(path)
    for path in [
        *(f"/etc/{name}" for name in _ETC_FILES),
        *(f"/dev/{name}" for name in _DEVICES),
        *_KERNEL_VIEWS,
    ]:
        with contextlib.suppress(OSError):
            _bind(path)
    for path in ("/proc", "/tmp", WORK_FOLDER):
        os.makedirs(f"/new{path}", exist_ok=True)
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", "fd/0"),
        ("stdout", "fd/1"),
        ("stderr", "fd/2"),
    ):
        with contextlib.suppress(OSError):
            os.symlink(target, f"/new/dev/{name}")
    if "fresh /proc" in policy.skip:
        _bind("/proc")


def _bind(path: str) -> None:
    from coursekit.grading.zygote import _linux

    source, target = f"/old{path}", f"/new{path}"
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "xb"):
            pass
    _linux.mount(source, target, None, _linux.MS_BIND | _linux.MS_REC)


def enter_child(policy: Policy, number: int, block: int) -> None:
    """Put this freshly forked process under every layer but the process namespace, which its parent
    made for it.

    Args:
        policy: the limits and the layers to leave out.
        number: tells children apart; it picks the unused user id.
        block: of user ids, from `claim_block`.

    Raises:
        OSError: if the kernel refuses a step.
    """
    from coursekit.grading.zygote import _landlock, _linux, _seccomp

    skip, as_root = policy.skip, acts_as_root()
    os.setsid()
    flags = 0
    for layer, flag in (
        ("mount namespace", _linux.CLONE_NEWNS),
        ("network namespace", _linux.CLONE_NEWNET),
        ("ipc namespace", _linux.CLONE_NEWIPC),
        ("uts namespace", _linux.CLONE_NEWUTS),
    ):
        flags |= 0 if layer in skip else flag
    if flags:
        _linux.unshare(flags)
    if "uts namespace" not in skip:
        socket.sethostname("grading")
    user = unused_id(number, block) if as_root and "user id" not in skip else None
    work = _private_folder(policy, user)
    os.chdir(work)
    os.umask(0o077)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    elif "user namespace" not in skip:
        own_user_namespace()
    limit(policy.limits)
    _linux.no_new_privileges()
    if "no capabilities" not in skip:
        _linux.drop_capabilities()
    if "landlock" not in skip:
        seen = [
            "/usr",
            *(f"/{name}" for name in _SYSTEM),
            *python_folders(),
            *policy.readable,
            "/etc",
            "/sys",
            "/proc",
        ]
        _landlock.restrict(seen, [work, *(f"/dev/{name}" for name in _DEVICES)])
    if "seccomp" not in skip:
        _seccomp.install()


def _private_folder(policy: Policy, user: int | None) -> str:
    """Mount a fresh `/proc` and the work folder; without a mount namespace, a folder in the
    temporary folder."""
    from coursekit.grading.zygote import _linux

    if "mount namespace" in policy.skip:
        folder = tempfile.mkdtemp(prefix="coursekit-")
        os.chown(folder, -1 if user is None else user, -1 if user is None else user)
        return folder
    if "fresh /proc" not in policy.skip:
        _linux.mount("proc", "/proc", "proc", _linux.MS_NOSUID | _linux.MS_NODEV | _linux.MS_NOEXEC)
    options = f"size={policy.limits.folder_mb}m,nr_inodes=8192,mode=0700"
    if user is not None:
        options += f",uid={user},gid={user}"
    _linux.mount(
        "work", WORK_FOLDER, "tmpfs", _linux.MS_NOSUID | _linux.MS_NODEV | _linux.MS_NOEXEC, options
    )
    return WORK_FOLDER


def own_user_namespace() -> None:
    """Enter a new user namespace in which this user keeps its number and holds every capability."""
    from coursekit.grading.zygote import _linux

    user, group = os.geteuid(), os.getegid()
    _linux.unshare(_linux.CLONE_NEWUSER)
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(content)


def unused_id(number: int, block: int = 0) -> int:
    """A user id that no account has, of one of the `BLOCKS` that commands take for themselves."""
    first = _FIRST_UNUSED_ID + _BLOCK_IDS * (block % BLOCKS)
    for step in range(_BLOCK_IDS):
        candidate = first + (number + step) % _BLOCK_IDS
        try:
            pwd.getpwuid(candidate)
        except KeyError:
            return candidate
    raise OSError(1, "no unused user id")


def claim_block() -> tuple[int, int | None]:
    """A block of user ids that no other command on this machine uses, and the descriptor to close
    when it is free again.

    The kernel counts threads by user id: two commands that gave their children the same ids would
    take threads from one another.
    """
    folder = Path("/run" if os.access("/run", os.W_OK) else tempfile.gettempdir()) / "coursekit-ids"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        return os.getpid() % BLOCKS, None
    for block in range(BLOCKS):
        lock = os.open(folder / str(block), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return block, lock
        except OSError:
            os.close(lock)
    return os.getpid() % BLOCKS, None


def limit(limits: Limits) -> None:
    """Lower this process's resource limits for good."""
    megabyte = 1 << 20
    for kind, value in (
        (resource.RLIMIT_DATA, limits.memory_mb * megabyte),
        (resource.RLIMIT_AS, (limits.memory_mb + limits.reach_mb) * megabyte),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_mb * megabyte),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_NPROC, limits.threads),
        (resource.RLIMIT_STACK, 64 * megabyte),
        (resource.RLIMIT_MEMLOCK, 1 * megabyte),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


# What this machine offers


def layers() -> list[Layer]:
    """Try each layer in processes of their own and say which this machine offers, and what to do
    about the others.

    Returns:
        `(name, available, detail, what_to_do)` for each layer; `what_to_do` is empty where nothing
        is missing.
    """
    if not sys.platform.startswith("linux"):
        return [Layer("linux", False, f"this is {sys.platform}", KERNEL_ADVICE)]
    command = [sys.executable, "-I", "-c", _PROBE, str(Path(__file__).resolve().parents[3])]
    for _ in range(PROBES):
        try:
            answer = subprocess.run(
                command,
                capture_output=True,
                timeout=60,
                check=True,
                text=True,
                env={"PATH": os.defpath},
            )
            return [Layer(*entry) for entry in json.loads(answer.stdout)]
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            problem = error
            if getattr(error, "returncode", 0) != -signal.SIGKILL:
                break
    return [Layer("linux", False, f"the probe failed: {problem}", KERNEL_ADVICE)]


def missing_layers() -> list[Layer]:
    """The layers that grading needs and this machine does not offer."""
    return [
        layer for layer in layers() if not layer.available and layer.name not in OPTIONAL_LAYERS
    ]


def policy_for_this_machine(
    limits: Limits | None = None,
    readable: Iterable[str] = (),
    *,
    unsafe: bool = False,
    found: Iterable[Layer] | None = None,
) -> tuple[Policy, str]:
    """The policy to grade under here, and the stamp (`full` or `unsafe: without ...`) that goes
    into every result.

    Args:
        limits: of each child.
        readable: folders that children may read, besides Python.
        unsafe: whether to go on where a layer is missing.
        found: what `layers` gave, if it was asked already.

    Raises:
        SandboxUnavailableError: if a layer is missing and `unsafe` is false.
    """
    found = layers() if found is None else found
    absent = [layer for layer in found if not layer.available]
    needed = [layer for layer in absent if layer.name not in OPTIONAL_LAYERS]
    if needed and not unsafe:
        names = ", ".join(f"{layer.name} ({layer.detail})" for layer in needed)
        raise SandboxUnavailableError(
            f"Expected every layer of the grading sandbox. Missing here: {names}. "
            f"{needed[0].what_to_do} "
            "`coursekit doctor` lists the layers; --unsafe grades without them and says so in "
            "every result."
        )
    policy = Policy(limits or Limits(), tuple(readable), frozenset(layer.name for layer in absent))
    if needed:
        return policy, "unsafe: without " + ", ".join(layer.name for layer in needed)
    without_landlock = any(layer.name == "landlock" for layer in absent)
    return policy, "full, read-only mounts in place of Landlock" if without_landlock else "full"
