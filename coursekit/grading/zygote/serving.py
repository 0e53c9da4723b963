"""The zygote: a process that imports the backend once, runs no operation with it, and forks a
sandboxed child per request.

It is started with `exec` and a clean environment, so no test is ever in its memory. Two processes:
a tiny *keeper* that watches the referee and ends everything when the referee dies, and the zygote
proper, process 1 of its own process namespace.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time

from coursekit.grading import protocol
from coursekit.grading.zygote import _linux, deferred, memory_group, sandbox


def main(order_text: str) -> None:
    """Keeper: make the namespaces, fork the zygote proper into them, and end it when the referee's
    end of the socket closes."""
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
        _zygote(control, policy, order, theirs)
        os._exit(0)
    os.close(theirs)
    pidfd = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(control.fileno(), 0)  # only POLLHUP: the referee closed its end or died
    poller.register(pidfd, select.POLLIN)
    poller.poll()
    if not select.select([pidfd], [], [], 0)[0]:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.waitpid(pid, 0)
    os._exit(0)


def _zygote(control: socket.socket, policy: sandbox.Policy, order: dict, keeper: int) -> None:
    preload, block = order["preload"], order["block"]
    _linux.prctl(_linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([keeper], [], [], 0)[0]:  # the keeper is gone already
        return
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
            _serve_fork(control, policy, {**request, "block": block}, fds, children, own_namespace)
        else:
            _serve_reap(control, children.pop(request["number"], None))


def _import_all(preload: list[str]) -> dict[str, str]:
    """Import what the lab does, and of what Keras and TensorFlow import on the side only what the
    lab does too.

    Returns:
        module -> why it could not be imported.
    """
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
    channel, output, *group = fds
    ready_reader, ready_writer = os.pipe()
    try:
        if own_namespace is not None:
            _linux.unshare(_linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            _run_child(policy, request, channel, output, ready_writer, group)
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
        for fd in (channel, output, ready_reader, ready_writer, *group):
            if fd >= 0:
                with contextlib.suppress(OSError):
                    os.close(fd)


def _run_child(
    policy: sandbox.Policy, request: dict, channel: int, output: int, ready: int, group: list[int]
) -> None:
    """In the fork: join its memory group if it has one, arrange the descriptors, enter the sandbox,
    run the submission. Never returns."""
    from coursekit.grading.child import main as child

    try:
        for entry in group:
            memory_group.join(entry)
        null = os.open(os.devnull, os.O_RDONLY)
        channel, output, ready, null = (_moved_up(fd) for fd in (channel, output, ready, null))
        for fd, number in (
            (null, 0),
            (output, 1),
            (output, 2),
            (channel, protocol.CHANNEL),
            (ready, protocol.READY),
        ):
            os.dup2(fd, number, inheritable=False)
        os.closerange(protocol.READY + 1, 4096)
        sandbox.enter_child(policy, request["number"], request["block"])
        os.write(protocol.READY, b"ready")
        os.close(protocol.READY)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(protocol.READY, f"{type(error).__name__}: {error}".encode()[:1900])
        os._exit(1)
    try:
        child.main(protocol.CHANNEL, request["spec"])
    finally:
        os._exit(0)


def _moved_up(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)


def _serve_reap(control: socket.socket, pid: int | None) -> None:
    if pid is None:
        control.send(json.dumps({"signal": 0, "code": 0, "cpu": 0.0, "max_rss_mb": 0}).encode())
        return
    deadline = time.monotonic() + 20
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
    cpu_limit = 0
    with contextlib.suppress(OSError):  # of a process that has ended and is not yet reaped
        cpu_limit = resource.prlimit(pid, resource.RLIMIT_CPU)[0]
    _, status, usage = os.wait4(pid, 0)
    ended = {
        "cpu_limit": max(0, cpu_limit),
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
        "cpu": usage.ru_utime + usage.ru_stime,
        "max_rss_mb": usage.ru_maxrss // 1024,
    }
    control.send(json.dumps(ended).encode())
