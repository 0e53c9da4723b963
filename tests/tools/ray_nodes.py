"""A Ray cluster of several nodes on this machine: quick to notice a death, patient while a busy machine
starts it, silent to the outside."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

RAY_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_failure_threshold": "4",
    "RAY_agent_register_timeout_ms": "180000",
    "RAY_worker_register_timeout_seconds": "180",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class LocalCluster:
    """Ray nodes on this machine, each a process tree of its own."""

    def __init__(self, folder: str):
        self.folder, self.address, self.seen, self.nodes = (
            folder,
            f"127.0.0.1:{free_port()}",
            {},
            [],
        )

    def begin(self) -> None:
        """Start the first node; only what is needed, without Ray's monitor and client
        server."""
        self.head = self.start(
            "--head",
            f"--port={self.address.split(':')[1]}",
            f"--ray-client-server-port={free_port()}",
            "--no-monitor",
            "--include-dashboard=false",
            f"--temp-dir={self.folder}/ray",
            "--disable-usage-stats",
        )

    def start(self, *options: str) -> subprocess.Popen:
        """Start a node. Ray allows its own helpers 15 s, too few on a busy machine: so with
        priority, where that is allowed, and again where it was not enough."""
        for _ in range(4):
            node, said = self.try_to_start(*options)
            if "Ray runtime started" in said:
                return node
        raise AssertionError(said)

    def try_to_start(self, *options: str) -> tuple[subprocess.Popen, str]:
        command = [
            sys.executable,
            "-c",
            "from ray.scripts.scripts import main; main()",
            "start",
            "--block",
            "--node-ip-address=127.0.0.1",
            "--num-cpus=1",
            "--object-store-memory=80000000",
            "--include-log-monitor=false",
            *options,
        ]
        log = Path(self.folder) / f"node-{len(self.nodes)}.log"
        with log.open("wb") as out:
            node = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **RAY_SETTINGS},
            )
        self.nodes.append(node)
        with contextlib.suppress(OSError):
            Path(f"/proc/{node.pid}/autogroup").write_text("-10")
        deadline = time.monotonic() + 120
        while (
            "Ray runtime started" not in log.read_text()
            and node.poll() is None
            and time.monotonic() < deadline
        ):
            self.processes(node)
            time.sleep(0.2)
        if "Ray runtime started" not in log.read_text():
            self.kill(node)
        return node, log.read_text()

    def add(self) -> subprocess.Popen:
        return self.start(f"--address={self.address}")

    def processes(self, node: subprocess.Popen) -> list[psutil.Process]:
        """The node's processes, those that work for others included; they are remembered."""
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(node.pid)
            found = [root, *root.children(recursive=True)]
            self.seen |= {process.pid: process for process in found}
            return found
        return []

    def orphans(self, node: subprocess.Popen) -> list[psutil.Process]:
        """What a node that ended by itself left running."""
        return (
            []
            if node.poll() is None
            else [p for p in self.seen.values() if p.is_running() and p.ppid() == 1]
        )

    def kill(self, node: subprocess.Popen) -> None:
        """As if its plug were pulled: SIGKILL to all that Ray runs there. Zygotes notice by
        themselves."""
        for process in [*self.processes(node), *self.orphans(node)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.pid == node.pid or "ray" in " ".join(process.cmdline()[:3]):
                    process.kill()
        node.wait(30)

    def left_behind(self, seconds: float = 30.0) -> list[str]:
        """What still runs of all that was ever seen, after some time to end."""
        _, alive = psutil.wait_procs(self.seen.values(), timeout=seconds)
        return [
            " ".join(process.cmdline())[:200]
            for process in alive
            if process.status() != psutil.STATUS_ZOMBIE
        ]


@contextlib.contextmanager
def local_cluster() -> Iterator[LocalCluster]:
    """A cluster with one node, to which more can be added; nothing of it is left at the end."""
    with tempfile.TemporaryDirectory(
        prefix="ck", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:  # socket paths are short
        made = LocalCluster(folder)
        try:
            made.begin()
            yield made
        finally:
            for node in made.nodes:
                made.kill(node)
            assert made.left_behind() == []
