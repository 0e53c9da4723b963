"""A kernel that begins as a fork of this process, with Keras imported, for notebooks that import it
anyway."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import sys
from typing import Any, NoReturn

from jupyter_client.provisioning import LocalProvisioner

from coursekit.labs.author import apart


class Stem:
    """A forked process that waits to be told which kernel to become; without word it ends.

    What a provisioner asks of a Popen can be asked of it. To be made while `apart.is_fork()` holds.
    """

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        reader, writer = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(writer)
            _wait_and_become(reader)
        os.close(reader)
        self._order = writer
        with contextlib.suppress(OSError):
            os.setpgid(self.pid, self.pid)  # signals for the kernel's group are not for this one

    def become(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        """Be `python -m ipykernel_launcher` with these arguments, in this folder."""
        arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getpid()}"]
        with open(self._order, "wb") as order:
            pickle.dump((arguments, environment, folder), order)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        """The exit code, once it has ended."""
        return self._reap(0)

    def _reap(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """As of a Popen."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As of a Popen."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """As of a Popen."""
        self.send_signal(signal.SIGTERM)


class StemProvisioner(LocalProvisioner):
    """Gives a kernel manager the kernel that a stem becomes."""

    def __init__(self, stem: Stem, manager: Any) -> None:
        super().__init__(
            kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
        )
        self._stem = stem

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """As of the local provisioner; of the command only its arguments count."""
        self.cwd = kwargs["cwd"]
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self._stem.become(arguments, kwargs["env"], str(self.cwd))
        self.process, self.pid, self.pgid = self._stem, self._stem.pid, self._stem.pid
        return self.connection_info


def _wait_and_become(reader: int) -> NoReturn:
    try:
        with open(reader, "rb") as order:
            words = order.read()
        if words:
            _kernel(*pickle.loads(words))
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _kernel(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """A fresh interpreter's start, and what `ipykernel_launcher` does then."""
    import numpy as np
    from ipykernel.kernelapp import launch_new_instance

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    added = list(filter(None, environment.get("PYTHONPATH", "").split(os.pathsep)))
    sys.path[:] = [*added, *(place for place in apart.PATH if place and place not in added)]
    sys.modules.pop("sitecustomize", None)
    with contextlib.suppress(ImportError):
        importlib.import_module("sitecustomize")
    np.random.seed()  # seeded while NumPy was imported, so alike in all forks
    sys.argv[:] = ["ipykernel_launcher", *arguments]
    launch_new_instance()
