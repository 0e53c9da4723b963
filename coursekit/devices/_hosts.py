"""Training on several hosts: one process on each, all with the same weights; each feeds its own
rows and the gradients are averaged. Keras on JAX, on a Ray cluster or as processes of this machine.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from coursekit._files import write_atomic
from coursekit._ray import connect, in_words
from coursekit.devices import _signs
from coursekit.devices._host import Order, State, follow, versions
from coursekit.errors import ClusterError, DeviceError, InvalidInputError

_OPEN_SECONDS, _GRACE_SECONDS = 180.0, 20.0
Event = tuple[int, str, Any]
"""Rank, what happened ("kept", "done", "failed", "gone"), and what belongs to it."""


def launch(
    program: str | Callable,
    *,
    arguments: Mapping[str, Any] | None = None,
    hosts: int | None = None,
    cluster: str | None = None,
    checkpoint: str | os.PathLike | None = None,
) -> Any:
    """Run a training on several hosts at once.

        from coursekit import devices, scale
        devices.launch(scale.train, arguments={"rows": rows})                       # two processes
        devices.launch(scale.train, arguments={"rows": rows}, cluster="HOST:6379")  # a cluster

    On each host `program(host, **arguments)` runs with Keras on JAX under `DataParallel`; `host` is
    a `Host`. Every host builds the same model and feeds its own share of each batch to
    `train_on_batch` or `fit`; `evaluate` works too, `predict` does not.

    Args:
        program: a function of an installed module, or its name, "module:function". It travels by
            name, so every node has to have it.
        arguments: plain data for it.
        hosts: how many; by default all nodes of the cluster, or two processes.
        cluster: `HOST:PORT`, `ray://HOST:PORT` or "auto" of a Ray cluster that runs already, one
            host per node; None starts processes on this machine's CPU.
        checkpoint: a file for what the program keeps with `host.keep`. Where it is there already,
            `host.state` holds it. It stays after a training that ended.

    Returns:
        what the program returned on host 0.

    Raises:
        InvalidInputError: if `program`, `hosts` or the checkpoint is none.
        DeviceError: without a cluster, if JAX is not installed.
        MissingDependencyError: with a cluster, if Ray is not installed.
        ClusterError: if there are fewer hosts, they have other versions, or one was lost. What was
            kept stays; the same call goes on from there.
    """
    if hosts is not None and (isinstance(hosts, bool) or not isinstance(hosts, int) or hosts < 1):
        raise InvalidInputError(
            f"Expected `hosts` to be a positive whole number or None. Received: hosts={hosts!r}."
        )
    name, state = _name(program), _read(checkpoint)
    crew: _Crew = _Here(hosts or 2) if cluster is None else _OnRay(cluster, hosts)
    count, kept = len(crew.names), "Nothing was kept"
    if state:
        kept = f"What was kept stands in {checkpoint}"

    def store(new: State) -> None:
        nonlocal kept
        if checkpoint is not None:
            _write(checkpoint, new)
            kept = f"What was kept stands in {checkpoint}"

    try:
        meeting = crew.meeting()
        crew.start(
            [
                Order(name, dict(arguments or {}), rank, count, meeting, state)
                for rank in range(count)
            ]
        )
        done, lost = _lead(crew, store)
    finally:
        crew.close()
    if lost:
        said = "; ".join(f"{crew.names[rank]} {text}" for rank, text in lost.items())
        raise ClusterError(
            f"Expected {count} hosts to train to the end. Received: {said}. {kept}; run the same "
            "again to go on from there."
        )
    return done[0]


class _Crew(Protocol):
    """The hosts of one training; `names` for messages."""

    names: list[str]

    def meeting(self) -> str:
        """`HOST:PORT` where host 0 will listen."""

    def start(self, orders: list[Order]) -> None:
        """Give every host its order."""

    def events(self, seconds: float) -> Iterable[Event]:
        """What happened; waits no longer than `seconds`."""

    def close(self) -> None:
        """End every host."""


def _lead(crew: _Crew, store: Callable[[State], None]) -> tuple[dict[int, Any], dict[int, str]]:
    """Listen until all hosts are done or one is lost: results by rank, and what became of those
    without one. Who is gone comes first: the others fail because of it."""
    done: dict[int, Any] = {}
    failed: dict[int, str] = {}
    gone: dict[int, str] = {}
    deadline = float("inf")
    while len(done) < len(crew.names) and not gone:
        for rank, kind, value in crew.events(1.0):
            if kind == "kept":
                store(value)
            elif rank not in done and rank not in failed:
                {"done": done, "failed": failed, "gone": gone}[kind][rank] = value
        if failed:
            deadline = min(deadline, time.monotonic() + _GRACE_SECONDS)
            if len(failed) + len(done) == len(crew.names) or time.monotonic() > deadline:
                break
    if len(done) < len(crew.names):  # what was kept while the last news were on their way
        for _, kind, value in crew.events(0.0):
            if kind == "kept":
                store(value)
    lost = {rank: f"is gone ({text})" if text else "is gone" for rank, text in gone.items()}
    if not lost:
        lost = {rank: f"failed: {text}" for rank, text in failed.items()}
    return done, lost


class _Here:
    """Hosts that are processes of this machine, on its CPU."""

    def __init__(self, count: int):
        if not _signs.installed("jax"):
            raise DeviceError(
                "Several hosts need Keras on JAX, and jax is not installed. Install coursekit with "
                "its extra [jax]."
            )
        self.names = [f"host {rank + 1} of {count}" for rank in range(count)]
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._children: list[subprocess.Popen] = []
        self._logs: list[Any] = []
        self._ears: list[threading.Thread] = []

    def meeting(self) -> str:
        return f"127.0.0.1:{_free_port('127.0.0.1')}"

    def start(self, orders: list[Order]) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
        environment |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
        for order in orders:
            self._logs.append(tempfile.TemporaryFile())  # noqa: SIM115 (closed with the child)
            child = subprocess.Popen(
                [sys.executable, "-c", "from coursekit.devices._host import main; main()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._logs[-1],
                env=environment,
            )
            self._children.append(child)
            with contextlib.suppress(BrokenPipeError):
                pickle.dump(order, child.stdin)
                child.stdin.flush()
            ear = threading.Thread(target=self._listen, args=(order.rank, child), daemon=True)
            ear.start()
            self._ears.append(ear)

    def _listen(self, rank: int, child: subprocess.Popen) -> None:
        with contextlib.suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._events.put((rank, *pickle.load(child.stdout)))
        child.stdout.close()
        code = child.wait()
        self._events.put((rank, "gone", f"signal {-code}" if code < 0 else f"exit code {code}"))

    def events(self, seconds: float) -> Iterable[Event]:
        with contextlib.suppress(queue.Empty):
            yield self._events.get(timeout=seconds)

    def close(self) -> None:
        for child in self._children:
            child.kill()
        for child, log in zip(self._children, self._logs, strict=True):
            child.wait()
            with contextlib.suppress(BrokenPipeError):
                child.stdin.close()
            log.close()
        for ear in self._ears:
            ear.join()


class RayHost:
    """A host on a node of a Ray cluster, in a process that Ray starts there."""

    def place(self, wanted: dict[str, str]) -> dict[str, str]:
        """`{"meeting": an address of this node}`, or `{"refused": why}`."""
        import ray

        found = versions()
        if other := [name for name in wanted if wanted[name] != found[name]]:
            said = ", ".join(f"{name} {found[name]} (here: {wanted[name]})" for name in other)
            return {"refused": f"it has {said}; install the same there and here"}
        address = ray.util.get_node_ip_address()
        return {"meeting": f"{address}:{_free_port(address)}"}

    def run(self, order: Order, keeper: Any) -> Any:
        """Follow the order; what is kept goes to the keeper."""
        import ray

        return follow(order, lambda state: ray.get(keeper.keep.remote(state)))


class RayKeeper:
    """Holds what host 0 kept last, for the process that launched."""

    def __init__(self):
        self._state: State | None = None
        self._count = 0

    def keep(self, state: State) -> None:
        """Take the place of what was kept before."""
        self._state, self._count = state, self._count + 1

    def newest(self, heard: int) -> tuple[int, State | None]:
        """How many times something was kept, and the last of it if that is more than was heard of.
        An answer that does not arrive is asked for again."""
        return self._count, self._state if self._count > heard else None


class _OnRay:
    """One host on each node of a Ray cluster."""

    def __init__(self, address: str, hosts: int | None):
        self._ray, self._ours = connect(address)
        self._actors: list[Any] = []
        self._refs: dict[Any, int] = {}
        try:
            self._open(address, hosts)
        except BaseException:
            self.close()
            raise

    def _open(self, address: str, hosts: int | None) -> None:
        nodes = [
            node
            for node in self._ray.nodes()
            if node["Alive"] and node["Resources"].get("CPU", 0) >= 1
        ]
        if len(nodes) < (hosts or 1):
            raise ClusterError(
                f"Expected {hosts or 1} hosts, one per node with a core. Received: {len(nodes)} at "
                f"{address}. Add nodes, or take fewer hosts."
            )
        nodes = nodes[:hosts]
        self._nodes = [node["NodeID"] for node in nodes]
        self.names = [
            f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']}, {node['NodeID'][:6]})"
            for node in nodes
        ]
        for node in nodes:
            found = node["Resources"]
            chips = {"num_gpus": int(found["GPU"])} if found.get("GPU") else {}
            if found.get("TPU"):
                chips["resources"] = {"TPU": int(found["TPU"])}
            self._actors.append(self._actor(RayHost, node["NodeID"], num_cpus=1, **chips))
        # Here and nowhere else: what is kept must outlive every other node.
        here = self._ray.get_runtime_context().get_node_id()
        self._keeper = self._actor(RayKeeper, here, num_cpus=0)
        self._heard, self._patience = 0, 0.0

    def _actor(self, kind: type, node: str, **options: Any) -> Any:
        strategies = self._ray.util.scheduling_strategies
        there = strategies.NodeAffinitySchedulingStrategy(node, soft=False)
        made = self._ray.remote(kind)
        return made.options(scheduling_strategy=there, max_restarts=0, **options).remote()

    def meeting(self) -> str:
        wanted, answers = versions(), []
        asked = [actor.place.remote(wanted) for actor in self._actors]
        for name, ref in zip(self.names, asked, strict=True):
            try:
                answers.append(self._ray.get(ref, timeout=_OPEN_SECONDS))
            except self._ray.exceptions.RayError as error:
                answers.append({"refused": in_words(error)})
            if "refused" in answers[-1]:
                raise ClusterError(
                    f"Expected every node to be able to train. Received: {name} cannot: "
                    f"{answers[-1]['refused']}."
                )
        return answers[0]["meeting"]

    def start(self, orders: list[Order]) -> None:
        for order, actor in zip(orders, self._actors, strict=True):
            self._refs[actor.run.remote(order, self._keeper)] = order.rank

    def events(self, seconds: float) -> Iterable[Event]:
        ready: list[Any] = []
        if self._refs:  # Ray refuses to wait for nothing
            ready, _ = self._ray.wait(list(self._refs), num_returns=1, timeout=seconds)
        with contextlib.suppress(self._ray.exceptions.RayError):
            asked = self._keeper.newest.remote(self._heard)
            self._heard, kept = self._ray.get(asked, timeout=_GRACE_SECONDS)
            if kept is not None:
                yield 0, "kept", kept
        for ref in ready:
            rank = self._refs.pop(ref)
            try:
                yield rank, "done", self._ray.get(ref)
            except self._ray.exceptions.RayTaskError as error:
                yield rank, "failed", in_words(error)
            except self._ray.exceptions.RayError:
                # JAX ends a process whose peer is lost: who is gone is told by the nodes
                lost = self._nodes[rank] not in self._alive_at_last()
                yield (rank, "gone", "") if lost else (rank, "failed", "its process ended")

    def _alive_at_last(self) -> set[str]:
        """The nodes that live. Ray may tell of a process before it tells of the node that went with
        it, so while all live the first question waits a while."""
        self._patience = self._patience or time.monotonic() + _GRACE_SECONDS
        while True:
            alive = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
            if not alive.issuperset(self._nodes) or time.monotonic() > self._patience:
                return alive
            time.sleep(0.2)

    def close(self) -> None:
        for actor in [*self._actors, *([self._keeper] if hasattr(self, "_keeper") else [])]:
            with contextlib.suppress(Exception):
                self._ray.kill(actor)
        if self._ours:
            with contextlib.suppress(Exception):
                self._ray.shutdown()


def _name(program: str | Callable) -> str:
    name = program if isinstance(program, str) else ""
    if callable(program):
        name = f"{program.__module__}:{program.__qualname__}"
    module, _, function = name.partition(":")
    if not module or module == "__main__" or not function.isidentifier():
        raise InvalidInputError(
            "Expected a function of an installed module, or its name 'module:function': it travels "
            f"to the hosts by name. Received: {program!r}."
        )
    return name


def _read(checkpoint: str | os.PathLike | None) -> State:
    if checkpoint is None or not Path(checkpoint).exists():
        return {}
    import numpy as np

    try:
        with np.load(checkpoint, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InvalidInputError(
            f"Expected a checkpoint that `launch` wrote. Received: {checkpoint} ({error}). Delete "
            "it to begin anew, or name another."
        ) from error


def _write(checkpoint: str | os.PathLike, state: State) -> None:
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, **state)
    write_atomic(checkpoint, buffer.getvalue())


def _free_port(address: str) -> int:
    with socket.create_server((address, 0)) as server:
        return server.getsockname()[1]
