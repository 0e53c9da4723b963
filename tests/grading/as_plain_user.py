"""Run a Python command as a plain user (65534), in a private root where Python and this repository
can be read.

    python as_plain_user.py REPOSITORY ARGUMENTS-OF-PYTHON...

Only root can start it. Nothing on the machine is changed: the root, `/tmp` and the rights are those
of a mount namespace.
"""

import os
import sys

from coursekit.grading.zygote import _linux, sandbox

USER = 65_534


def main(repository: str, *arguments: str) -> None:
    sandbox.enter_base(sandbox.Policy(readable=(repository, "/etc/passwd", "/sys/fs/cgroup")))
    here = os.open(repository, os.O_PATH)
    _linux.mount("tmp", "/tmp", "tmpfs", _linux.MS_NOSUID, "size=512m,mode=1777")
    if not os.path.isdir(repository):  # it lies in the /tmp that is covered now
        os.makedirs(repository)
        _linux.mount(f"/proc/self/fd/{here}", repository, None, _linux.MS_BIND)
    os.close(here)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.chdir(repository)
    kept = {name: os.environ[name] for name in ("CI", "COURSEKIT_FAST") if name in os.environ}
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **kept,
    }
    os.execve(sys.executable, [sys.executable, *arguments], environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
