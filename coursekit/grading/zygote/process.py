"""The referee's handle on the zygote: start it, have it fork a child, reap the child."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coursekit.errors import SandboxUnavailableError
from coursekit.grading.zygote import memory_group, sandbox

_MESSAGE_LIMIT = 60_000
_START = (
    "import sys; sys.path.append(sys.argv[1]); from coursekit.grading.zygote import "
    "serving; serving.main(sys.argv[2])"
)


class ZygoteDied(Exception):
    """The zygote is gone; start another one."""


@dataclass
class Child:
    """A forked child as the referee holds it: three descriptors and, once it is dead, how it
    ended."""

    number: int
    channel: int
    output: int
    pidfd: int
    ended: dict | None = None

    def kill(self, signum: int = signal.SIGKILL) -> None:
        """Send a signal; a child that is gone already is passed over."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signum)

    def wait_dead(self, timeout: float) -> bool:
        """Whether the process ended within `timeout` seconds."""
        return bool(select.select([self.pidfd], [], [], max(0.0, timeout))[0])

    def close(self) -> None:
        """Close the descriptors. Their numbers are forgotten: they may soon be those of another
        child."""
        for fd in (self.channel, self.output, self.pidfd):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.channel = self.output = self.pidfd = -1


class Zygote:
    """The referee's handle on the zygote process. Thread-safe; a context manager.

    Args:
        policy: the sandbox of its children.
        preload: modules to import once; those that cannot be imported are passed over.
        backend: the Keras backend, in the children's environment.
    """

    def __init__(
        self, policy: sandbox.Policy, preload: Iterable[str] = (), *, backend: str = "tensorflow"
    ) -> None:
        self.policy, self.preload, self.backend = policy, tuple(preload), backend
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None
        self._counter = 0
        self._alive: set[int] = set()
        self._made: dict[int, memory_group.Group] = {}
        self._sound = True
        self._claim: int | None = None
        self.info: dict = {}

    def __enter__(self) -> Zygote:
        self.start()
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def start(self, timeout: float = 180.0) -> None:
        """Start the process and wait until it has imported everything.

        Raises:
            SandboxUnavailableError: if the sandbox cannot be built, or the process does not get
                ready in time.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        block, self._claim = sandbox.claim_block() if sandbox.acts_as_root() else (0, None)
        order = {
            "block": block,
            "policy": self.policy.to_json(),
            "preload": self.preload,
            "socket": theirs.fileno(),
        }
        root = str(Path(__file__).resolve().parents[3])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, root, json.dumps(order)],
                env=clean_environment(self.backend),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
            )
        self._socket = ours
        ours.settimeout(timeout)
        try:
            ready = self._receive()[0]
        except (ZygoteDied, TimeoutError) as error:
            said = self._last_words()
            self.close()
            raise SandboxUnavailableError(
                f"Expected the grading process to start within {timeout:.0f} s. It did not: "
                f"{said or error!r}. "
                "Run `coursekit doctor`; it names the layer that is missing."
            ) from error
        self.info = ready
        ours.settimeout(60.0)

    def _last_words(self) -> str:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            self._process.kill()
            return self._process.communicate(timeout=5)[1].decode(errors="replace").strip()[-600:]
        return ""

    def fork(self, spec: dict) -> Child:
        """A new sandboxed child that runs `coursekit.grading.child.main.main(channel, spec)`.

        Raises:
            ZygoteDied: if the zygote is gone.
            SandboxUnavailableError: if the child could not be sandboxed.
        """
        ours, theirs = socket.socketpair()
        out_reader, out_writer = os.pipe()
        try:
            with self._lock:
                self._counter += 1
                request = {"do": "fork", "number": self._counter, "spec": spec}
                number = self._counter
                self._alive.add(number)
                entry = self._entry(number)
                reply, fds = self._ask(request, [theirs.fileno(), out_writer, *entry])
        except BaseException:
            os.close(out_reader)
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(out_writer)
        if "error" in reply:
            self._sound = False
            os.close(out_reader)
            ours.close()
            self._leave(number)
            raise SandboxUnavailableError(
                f"Expected to fork a grading child. Received: {reply['error']}. Run `coursekit "
                f"doctor`."
            )
        os.set_blocking(out_reader, False)
        return Child(number, ours.detach(), out_reader, fds[0])

    @cached_property
    def _groups(self) -> memory_group.Groups | None:
        return None if "memory group" in self.policy.skip else memory_group.Groups.find()

    def _entry(self, number: int) -> list[int]:
        """The descriptor by which one child enters a memory group of its own; none where no group
        can be made: the other limits hold without."""
        if self._groups is None:
            return []
        with contextlib.suppress(OSError):  # the machine has no room for more of them
            self._made[number] = self._groups.new(self.policy.limits)
            return [self._made[number].entry]
        return []

    def _leave(self, number: int) -> bool:
        """Remove a child's memory group. Returns whether it had run out of memory."""
        if (group := self._made.pop(number, None)) is None:
            return False
        ran_out = group.ran_out()
        group.close()
        return ran_out

    def reap(self, child: Child) -> dict:
        """Kill what is left of the child and collect how it ended: `{signal, code, cpu, cpu_limit,
        max_rss_mb, ran_out}`.

        `signal` is what ended it on its own account; a child that still lives is killed first.
        `cpu_limit` is the one it had at its end, which it may have lowered; `ran_out` says whether
        the kernel ended it because its memory group was full.
        """
        if child.ended is None:
            child.kill()
            child.wait_dead(30)
            with self._lock:
                child.ended = self._ask({"do": "reap", "number": child.number}, [])[0]
                self._alive.discard(child.number)
            child.ended["ran_out"] = self._leave(child.number)
        return child.ended

    def _ask(self, request: dict, fds: list[int]) -> tuple[dict, list[int]]:
        if self._socket is None:
            raise ZygoteDied("not started")
        data = json.dumps(request).encode()
        if len(data) > _MESSAGE_LIMIT:
            raise ValueError(f"a request of {len(data)} bytes is too long for the zygote")
        answered = False
        try:
            socket.send_fds(self._socket, [data], fds)
            reply = self._receive()
            answered = True
            return reply
        except (OSError, TimeoutError) as error:
            raise ZygoteDied(str(error)) from error
        finally:
            self._sound = self._sound and answered

    def is_sound(self) -> bool:
        """Whether every request was answered as it should be and no child is left."""
        return self._sound and not self._alive

    def distrust(self) -> None:
        """Say that something went wrong with it."""
        self._sound = False

    def _receive(self) -> tuple[dict, list[int]]:
        assert self._socket is not None
        try:
            data, fds, _, _ = socket.recv_fds(self._socket, 1 << 16, 4)
        except ConnectionError as error:
            raise ZygoteDied(str(error)) from error
        if not data:
            raise ZygoteDied("it closed its end")
        return json.loads(data), fds

    def close(self) -> None:
        """End the zygote and every child of it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            if self._process.stderr:
                self._process.stderr.close()
            self._process = None
        for number in list(self._made):
            self._leave(number)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None


def clean_environment(backend: str) -> dict[str, str]:
    """The children's environment: nothing of the referee's but where data lies and whether labs run
    fast."""
    threads = dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "NUMBA_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        ),
        "1",
    )
    work = sandbox.WORK_FOLDER
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": work,
        "TMPDIR": work,
        "KERAS_HOME": work,
        "MPLCONFIGDIR": work,
        "NUMBA_CACHE_DIR": work,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "KERAS_BACKEND": backend,
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "PYTHONHASHSEED": "0",
        "HDF5_USE_FILE_LOCKING": "FALSE",  # the sandbox refuses locks
        **threads,
        **data_folders(),
        **(
            {"COURSEKIT_FAST": os.environ["COURSEKIT_FAST"]}
            if "COURSEKIT_FAST" in os.environ
            else {}
        ),
    }


def data_folders() -> dict[str, str]:
    """Where the data lies, by the names of the variables that say so: children cannot see the home
    folder's cache."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    found = {
        "COURSEKIT_CACHE": os.environ.get("COURSEKIT_CACHE") or os.path.join(caches, "coursekit")
    }
    if data := os.environ.get("COURSEKIT_DATA"):
        found["COURSEKIT_DATA"] = os.path.abspath(os.path.expanduser(data))
    return found
