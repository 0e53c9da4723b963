"""The zygote: a process that imports the backend once, runs no operation with it, and forks a
sandboxed child per request.

It is started with `exec` and a clean environment, so no test is ever in its memory. Two processes:
a tiny *keeper* that watches the referee and ends everything when the referee dies, and the zygote
proper, process 1 of its own process namespace.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import SandboxUnavailableError
from coursekit.grading.zygote import sandbox

_MESSAGE_LIMIT = 60_000
_START = (
    "import sys; sys.path.append(sys.argv[1]); from coursekit.grading.zygote import "
    "process; process.main(sys.argv[2])"
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
        """Close the descriptors."""
        for fd in (self.channel, self.output, self.pidfd):
            with contextlib.suppress(OSError):
                os.close(fd)


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
        self._sound = True
        self.info: dict = {}
        self.starts = 0

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
        order = {
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
        self.starts += 1
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
                reply, fds = self._ask(request, [theirs.fileno(), out_writer])
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
            raise SandboxUnavailableError(
                f"Expected to fork a grading child. Received: {reply['error']}. Run `coursekit "
                f"doctor`."
            )
        os.set_blocking(out_reader, False)
        return Child(number, ours.detach(), out_reader, fds[0])

    def reap(self, child: Child) -> dict:
        """Kill what is left of the child and collect how it ended: `{signal, code, cpu,
        max_rss_mb}`.

        `signal` is what ended it on its own account; a child that still lives is killed first.
        """
        if child.ended is None:
            child.kill()
            child.wait_dead(30)
            with self._lock:
                child.ended = self._ask({"do": "reap", "number": child.number}, [])[0]
                self._alive.discard(child.number)
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


# Below: the zygote's side


def main(order_text: str) -> None:
    """Keeper: make the namespaces, fork the zygote proper into them, and end it when the referee's
    end of the socket closes."""
    from coursekit.grading.zygote import _linux

    order = json.loads(order_text)
    policy = sandbox.Policy.from_json(order["policy"])
    control = socket.socket(fileno=order["socket"])
    with contextlib.suppress(OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not sandbox.acts_as_root() and "user namespace" not in policy.skip:
        sandbox.own_user_namespace()
    if "process namespace" not in policy.skip:
        _linux.unshare(_linux.CLONE_NEWPID)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        _zygote(control, policy, order["preload"], theirs)
        os._exit(0)
    os.close(theirs)
    pidfd = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(control.fileno(), 0)  # only POLLHUP: the referee closed its end or died
    poller.register(pidfd, select.POLLIN)
    poller.poll()
    signal.pidfd_send_signal(pidfd, signal.SIGKILL) if not select.select([pidfd], [], [], 0)[
        0
    ] else None
    os.waitpid(pid, 0)
    os._exit(0)


def _zygote(
    control: socket.socket, policy: sandbox.Policy, preload: list[str], keeper: int
) -> None:
    from coursekit.grading.zygote import _linux

    _linux.prctl(_linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([keeper], [], [], 0)[0]:  # the keeper is gone already
        return
    os.environ["COURSEKIT_GRADING"] = "1"
    sandbox.enter_base(policy)
    importlib.import_module("coursekit.grading.child.main")
    failed = _import_all(preload)
    _warm_up(preload)
    own_namespace = (
        None if "process namespace" in policy.skip else os.open("/proc/self/ns/pid", os.O_RDONLY)
    )
    gc.collect()
    gc.freeze()
    info = {
        "threads": len(os.listdir("/proc/self/task")),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "not_imported": failed,
    }
    control.send(json.dumps(info).encode())
    children: dict[int, int] = {}
    while True:
        data, fds, _, _ = socket.recv_fds(control, 1 << 16, 4)
        if not data:
            return
        request = json.loads(data)
        if request["do"] == "fork":
            _serve_fork(control, policy, request, fds, children, own_namespace)
        else:
            _serve_reap(control, children.pop(request["number"], None))


def _import_all(preload: list[str]) -> dict[str, str]:
    """Import what the lab does, and of what Keras and TensorFlow import on the side only what the
    lab does too.

    Returns:
        module -> why it could not be imported.
    """
    from coursekit.grading.zygote import deferred

    roots = {name.partition(".")[0] for name in preload}
    finder, failed = deferred.install(), {}
    with (
        contextlib.suppress(Exception),
        finder.hiding({*deferred.WITHOUT_TRACE} - {*roots, os.environ.get("KERAS_BACKEND", "")}),
    ):
        if roots & {"keras", "tensorflow"}:
            importlib.import_module("keras")
    for name in preload:
        try:
            deferred.run(importlib.import_module(name))
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"[:300]
    return failed


def _warm_up(preload: list[str]) -> None:
    """Compile what would be compiled anew in every child. It starts no thread and touches no
    backend."""
    if "coursekit.hog" not in preload:
        return
    with contextlib.suppress(Exception):
        hog, ones = sys.modules["coursekit.hog"].hog, sys.modules["numpy"].ones
        for kind in ("uint8", "float32", "float64"):
            hog(
                ones((1, 28, 28), kind),
                orientations=9,
                pixels_per_cell=(4, 4),
                cells_per_block=(2, 2),
            )


def _serve_fork(control, policy, request, fds, children, own_namespace) -> None:
    from coursekit.grading.zygote import _linux

    channel, output = fds
    ready_reader, ready_writer = os.pipe()
    try:
        if own_namespace is not None:
            _linux.unshare(_linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            _run_child(policy, request, channel, output, ready_writer)
        if own_namespace is not None:
            _linux.setns(own_namespace, _linux.CLONE_NEWPID)
        os.close(ready_writer)
        ready_writer = -1
        problem = os.read(ready_reader, 2000)
        if problem != b"ready":
            os.waitpid(pid, 0)
            control.send(
                json.dumps(
                    {
                        "error": problem.decode(errors="replace")
                        or "the child died while it was made"
                    }
                ).encode()
            )
            return
        children[request["number"]] = pid
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [b"{}"], [pidfd])
        os.close(pidfd)
    except OSError as error:
        control.send(json.dumps({"error": str(error)}).encode())
    finally:
        for fd in (channel, output, ready_reader, ready_writer):
            if fd >= 0:
                with contextlib.suppress(OSError):
                    os.close(fd)


def _run_child(
    policy: sandbox.Policy, request: dict, channel: int, output: int, ready: int
) -> None:
    """In the fork: arrange the descriptors, enter the sandbox, run the submission. Never
    returns."""
    from coursekit.grading.child import main as child

    try:
        null = os.open(os.devnull, os.O_RDONLY)
        channel, output, ready, null = (_moved_up(fd) for fd in (channel, output, ready, null))
        for fd, number in ((null, 0), (output, 1), (output, 2), (channel, 3), (ready, 4)):
            os.dup2(fd, number, inheritable=False)
        os.closerange(5, 4096)
        sandbox.enter_child(policy, request["number"])
        os.write(4, b"ready")
        os.close(4)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(4, f"{type(error).__name__}: {error}".encode()[:1900])
        os._exit(1)
    try:
        child.main(3, request["spec"])
    finally:
        os._exit(0)


def _moved_up(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)


def _serve_reap(control: socket.socket, pid: int | None) -> None:
    if pid is None:
        control.send(json.dumps({"signal": 0, "code": 0, "cpu": 0.0, "max_rss_mb": 0}).encode())
        return
    deadline = time.monotonic() + 20
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    ended = {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
        "cpu": usage.ru_utime + usage.ru_stime,
        "max_rss_mb": usage.ru_maxrss // 1024,
    }
    control.send(json.dumps(ended).encode())
