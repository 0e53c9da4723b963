"""Which layers of the sandbox this machine offers; run as a process of its own by
`coursekit.grading.zygote.sandbox.layers`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable

from coursekit.grading.zygote import _landlock, _linux, _seccomp, memory_group, sandbox
from coursekit.grading.zygote.sandbox import Layer


def main() -> None:
    """Run the probe in this process and write its result to standard output as JSON."""
    sys.stdout.write(json.dumps(examine()))


def _attempt(action: Callable[[], str | None]) -> tuple[bool, str]:
    """Run `action` in a forked process. Returns whether it worked, and what it said.

    A process that something outside killed has shown nothing, so it gets another try.
    """
    for _ in range(sandbox.PROBES):
        status, said = _forked(action)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return status == 0, said
    return False, "killed from outside"


def _forked(action: Callable[[], str | None]) -> tuple[int, str]:
    """How a forked process that runs `action` ends, as from `os.waitpid`, and what it said."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said, code = action() or "", 0
        except BaseException as error:
            said, code = str(error), 1
        os.write(writer, said.encode()[:2000])
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read().decode(errors="replace")
    return os.waitpid(pid, 0)[1], said


def examine() -> list[Layer]:
    """Try each layer in a process of its own."""
    as_root = sandbox.acts_as_root()
    found: list[Layer] = []

    def try_layer(name: str, action: Callable[[], str | None], good: str, advice: str) -> bool:
        works, said = _attempt(action)
        found.append(
            Layer(
                name, works, (said or good) if works else said or "refused", "" if works else advice
            )
        )
        return works

    def in_user_namespace(action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            if not as_root:
                sandbox.own_user_namespace()
            action()

        return run

    def become_unused() -> str:
        user = sandbox.unused_id(0)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        return f"children run as user {user} and up"

    if as_root:
        try_layer("user id", become_unused, "", sandbox.NAMESPACE_ADVICE)
    else:
        try_layer(
            "user namespace",
            lambda: sandbox.own_user_namespace(),
            "plain user, own user namespace",
            sandbox.NAMESPACE_ADVICE,
        )
    for name, flag in (
        ("process namespace", _linux.CLONE_NEWPID),
        ("mount namespace", _linux.CLONE_NEWNS),
        ("network namespace", _linux.CLONE_NEWNET),
        ("ipc namespace", _linux.CLONE_NEWIPC),
        ("uts namespace", _linux.CLONE_NEWUTS),
    ):
        if name == "mount namespace":
            action = in_user_namespace(
                lambda: sandbox.enter_base(sandbox.Policy(skip=frozenset({"fresh /proc"})))
            )
        else:
            action = in_user_namespace(lambda flag=flag: _linux.unshare(flag))
        try_layer(name, action, "available", sandbox.NAMESPACE_ADVICE)

    def fresh_proc() -> None:
        _linux.unshare(_linux.CLONE_NEWPID | _linux.CLONE_NEWNS)
        works, said = _attempt(lambda: _linux.mount("proc", "/proc", "proc", _linux.MS_NOSUID))
        if not works:
            raise OSError(said)

    try_layer("fresh /proc", in_user_namespace(fresh_proc), "available", sandbox.NAMESPACE_ADVICE)
    try_layer(
        "no capabilities",
        in_user_namespace(_linux.drop_capabilities),
        "all dropped",
        sandbox.KERNEL_ADVICE,
    )
    try_layer(
        "limits",
        lambda: sandbox.limit(sandbox.Limits()),
        "memory, CPU, files, threads",
        "Raise the hard limits shown by `ulimit -aH`.",
    )

    def group() -> str:
        groups = memory_group.Groups.find()
        if groups is None:
            raise OSError("no control group of memory that this user may divide")
        made = groups.new(sandbox.Limits())
        try:
            works, said = _attempt(lambda: memory_group.join(made.entry))
        finally:
            made.close()
        if not works:
            raise OSError(said)
        return f"one for each child, control groups version {groups.version}"

    try_layer(
        "memory group",
        group,
        "",
        "Optional: each child's mappings are limited without it. Root has it on most machines; "
        "in a container, start that with --privileged --cgroupns=host.",
    )

    def landlock() -> str:
        _linux.no_new_privileges()
        return f"ABI {_landlock.restrict(['/usr'], ['/tmp'])}"

    try_layer(
        "landlock",
        landlock,
        "",
        "Optional: read-only mounts take its place. Linux 5.13 or newer with lsm=landlock has it.",
    )

    def seccomp() -> None:
        _linux.no_new_privileges()
        _seccomp.install()
        with contextlib.suppress(PermissionError):
            socket.socket()
            raise OSError("the filter lets sockets through")

    try_layer(
        "seccomp",
        seccomp,
        f"{len(_seccomp.allowed_names())} calls allowed on {_linux.machine()}",
        sandbox.KERNEL_ADVICE,
    )
    return found
