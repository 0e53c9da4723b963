"""A zygote that outlives the command, so that the next one need not import TensorFlow again:
`coursekit grade --keep-warm MINUTES`.

A *holder* process has the zygote's control socket and listens on a socket in a folder that only
this user can enter. It lends the control socket to one command at a time. A command that ends
without saying that all its children are reaped leaves a zygote that nobody trusts any more: the
holder ends it, and itself. So it does after the idle minutes.

What is lent was made by the same user for the same sandbox, imports, environment and version of
this package: all of these are in the name of the socket. The zygote holds no test and no
submission, neither before nor after.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import select
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from coursekit.errors import SandboxUnavailableError
from coursekit.grading.zygote.process import Zygote, clean_environment
from coursekit.grading.zygote.sandbox import Policy

_START = (
    "import sys; sys.path.append(sys.argv[1]); from coursekit.grading.zygote import warm; "
    "warm.main(sys.argv[2])"
)
_ROOT = Path(__file__).resolve().parents[3]
_PASSED_ON = (
    "HOME",
    "PATH",
    "XDG_CACHE_HOME",
    "COURSEKIT_CACHE",
    "COURSEKIT_DATA",
    "COURSEKIT_FAST",
)
_START_SECONDS, _MOST_MINUTES = 180.0, 720.0


class LentZygote(Zygote):
    """A zygote that belongs to a holder. `close` gives it back."""

    def __init__(
        self, policy: Policy, preload: Iterable[str], backend: str, minutes: float
    ) -> None:
        super().__init__(policy, preload, backend=backend)
        self.minutes, self._lender = min(minutes, _MOST_MINUTES), None

    def start(self, timeout: float = _START_SECONDS) -> None:
        """Borrow the zygote of a holder, which is started if there is none; otherwise have one of
        our own."""
        try:
            self._borrow(timeout)
        except (OSError, ValueError, SandboxUnavailableError):
            self._let_go()
            super().start(timeout)

    def _borrow(self, timeout: float) -> None:
        path = _folder() / name_of(self.policy, self.preload, self.backend)
        self._lender = _connected(path, self)
        self._lender.settimeout(timeout)
        if _peer(self._lender) != os.geteuid():
            raise OSError("the holder belongs to another user")
        self._lender.send(json.dumps({"minutes": self.minutes}).encode())
        said, fds, _, _ = socket.recv_fds(self._lender, 1 << 16, 1)
        if not fds:
            raise OSError(f"nothing was lent: {said[:20]!r}")
        self._socket = socket.socket(fileno=fds[0])
        self._socket.settimeout(60.0)
        lent = json.loads(said)
        self.info, self._counter = lent["info"], lent["counter"]

    def close(self) -> None:
        """Give it back, if every child is reaped and nothing went wrong; what is not given back,
        the holder ends."""
        if self._lender is not None and self.is_sound():
            with contextlib.suppress(OSError):
                self._lender.send(json.dumps({"done": self._counter}).encode())
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        for end in (self._socket, self._lender):
            if end is not None:
                end.close()
        self._socket = self._lender = None


def name_of(policy: Policy, preload: Iterable[str], backend: str) -> str:
    """The socket's name: a hash of all that the zygote depends on, this package's and Python's
    files included."""
    known = [
        policy.to_json(),
        list(preload),
        clean_environment(backend),
        sys.executable,
        sys.version,
        program_files(),
        os.geteuid(),
    ]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:24]


def program_files() -> list[tuple[str, int]]:
    """This package's files and the folders that packages are installed in, with the time of their
    last change."""
    found = [
        *sorted((_ROOT / "coursekit").rglob("*.py")),
        *(Path(path) for path in sys.path if path.endswith("-packages")),
    ]
    return [(str(path), path.stat().st_mtime_ns) for path in found if path.exists()]


def _folder() -> Path:
    """The folder of the sockets, which nobody else can enter.

    Raises:
        OSError: if there is something else in its place.
    """
    folder = (
        Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        / f"coursekit-{os.geteuid()}"
    )
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a private folder of this user")
    return folder


def _peer(connection: socket.socket) -> int:
    """The user at the other end."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", found)[1]


def _connected(path: Path, zygote: LentZygote) -> socket.socket:
    """A connection to the holder, which is started where there is none."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with _locked(path.parent):
            try:
                connection.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                _start_holder(path, zygote)
                connection.connect(str(path))
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start_holder(path: Path, zygote: LentZygote) -> None:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(path))
        listener.listen(8)
        order = {
            "policy": zygote.policy.to_json(),
            "preload": zygote.preload,
            "backend": zygote.backend,
            "listener": listener.fileno(),
            "path": str(path),
            "minutes": zygote.minutes,
        }
        holder = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_ROOT), json.dumps(order)],
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    holder.returncode = 0  # it is meant to outlive us; nobody waits for it


# Below: the holder's side


def main(order_text: str) -> None:
    """Start the zygote and lend it until it dies, is left in disorder, or nobody came for so many
    minutes."""
    order = json.loads(order_text)
    listener = socket.socket(fileno=order["listener"])
    zygote = Zygote(Policy.from_json(order["policy"]), order["preload"], backend=order["backend"])
    try:
        zygote.start(_START_SECONDS)
        _lend(zygote, listener, order["minutes"])
    finally:
        with _locked(
            Path(order["path"]).parent
        ):  # nobody finds the path taken by a socket that nobody listens on
            os.unlink(order["path"])
            listener.close()
        zygote.close()


def _lend(zygote: Zygote, listener: socket.socket, minutes: float) -> None:
    control, borrower, counter = zygote._socket, None, 0
    until = time.monotonic() + 60 * minutes
    while True:
        poller = select.poll()
        poller.register(listener, select.POLLIN)
        poller.register(control, 0)  # only POLLHUP: the zygote is dead
        if borrower is not None:
            poller.register(borrower, select.POLLIN)
        wait = None if borrower is not None else max(0.0, until - time.monotonic()) * 1000
        ready = dict(poller.poll(wait))
        if control.fileno() in ready or not ready:
            return
        if borrower is not None and borrower.fileno() in ready:
            said = borrower.recv(4096)
            borrower.close()
            if not said:  # it ended in the middle
                return
            counter, borrower, until = (
                json.loads(said)["done"],
                None,
                time.monotonic() + 60 * minutes,
            )
        if listener.fileno() in ready:
            guest, _ = listener.accept()
            guest.settimeout(5.0)
            with contextlib.suppress(OSError, ValueError, TypeError):
                asked = json.loads(guest.recv(4096)) if _peer(guest) == os.geteuid() else {}
                if borrower is None and "minutes" in asked:
                    minutes = float(asked["minutes"])
                    lent = json.dumps({"info": zygote.info, "counter": counter}).encode()
                    socket.send_fds(guest, [lent], [control.fileno()])
                    borrower, guest = guest, None
                else:
                    guest.send(b"busy")
            if guest is not None:
                guest.close()
