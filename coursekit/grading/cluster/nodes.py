"""Grade on several machines: a Ray cluster that runs already, one referee with its own zygote and
sandbox on each node.

The lab and the submissions travel with the work as bytes (see `coursekit.grading.cluster.parcel`),
records travel back as JSON, and only the process that started the run writes the gradebook.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from coursekit._ray import connect, in_words
from coursekit.errors import ClusterError, CoursekitError
from coursekit.grading import lab as labs
from coursekit.grading.cluster.dispatch import LIVES, Dispatch
from coursekit.grading.cluster.parcel import Carried, Order
from coursekit.grading.record import Record, TestResult
from coursekit.grading.referee.grader import grade_submission
from coursekit.grading.referee.nursery import Nursery
from coursekit.grading.submission import Submission
from coursekit.grading.zygote.process import Zygote
from coursekit.labs.exchange.judge import Outcome

_OPEN_SECONDS, _LOOK_SECONDS, _PATIENCE_SECONDS = 180.0, 3.0, 60.0
_DEATHS_IN_A_ROW = 10
_STRAGGLER_SECONDS = 30.0
_PER_CHILD = 2  # a child's next submission waits on its node, so no child waits for the network


class NodeReferee:
    """The referee of one node, in a process that Ray starts there. Its methods may run in several
    threads."""

    def __init__(self):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (Ray would keep what tests print in a log file)
        warnings.simplefilter("ignore")

    def open(self, order: Order) -> dict[str, str]:
        """Get ready: `{"stamp": the sandbox's}`, or `{"refused": why}`."""
        if differences := _differences(order.environment, labs.environment()):
            return {"refused": f"it has {differences}; install the same there and here"}
        if order.fast is not None:
            os.environ["COURSEKIT_FAST"] = order.fast
        self.settings = order.settings
        try:
            policy, self.stamp = self.settings.sandbox()
            self.lab = order.unpack()
        except (CoursekitError, OSError) as error:
            return {"refused": str(error)}
        self.nursery = Nursery(
            lambda: Zygote(policy, self.lab.preload, backend=self.settings.backend)
        )
        return {"stamp": self.stamp}

    def grade(self, carried: Carried) -> str:
        """Grade one submission; returns its record as JSON."""
        record = grade_submission(self.lab, carried, self.nursery, self.settings)
        record.sandbox = self.stamp
        return json.dumps(record.to_dict())

    def close(self) -> None:
        """End the zygote and all children."""
        if hasattr(self, "nursery"):
            self.nursery.close()


def _differences(wanted: dict[str, str], found: dict[str, str]) -> str:
    """What is not the same there as here, in words; empty if all is."""
    names = [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]
    return ", ".join(
        f"{name} {found.get(name, 'missing')} (here: {wanted.get(name, 'missing')})"
        for name in names
    )


@dataclass
class _Node:
    id: str
    name: str
    jobs: int
    cpus: int
    referee: Any = None
    opening: Any = None
    asked: float = 0.0
    ready: bool = False
    over: bool = False
    deaths: int = 0
    calls: dict = field(default_factory=dict)


class Cluster:
    """The nodes of a Ray cluster as graders. A context manager; entering it asks every node whether
    it can grade.

    Args:
        address: `HOST:PORT` of a cluster that this machine belongs to, `auto` for the one that runs
            here, or `ray://HOST:PORT` from a machine outside.
        lab: as read here.
        order: what to grade, and how.
        jobs: submissions at a time on each node; by default one per core that the node offers to
            Ray.
        notice: called with a line for a person when a node refuses or is lost.

    Raises:
        MissingDependencyError: if Ray is not installed.
        ClusterError: if nobody answers at the address, or no node can grade.
    """

    def __init__(
        self,
        address: str,
        lab: labs.GradedLab,
        order: Order,
        *,
        jobs: int | None = None,
        notice: Callable[[str], None] | None = None,
    ):
        self.lab, self.order, self.jobs = lab, order, jobs
        self._notice = notice or (lambda line: None)
        self._nodes: dict[str, _Node] = {}
        self._refusals: list[str] = []
        self._looked = 0.0
        self._order_ref: Any = None
        self.stamps: set[str] = set()
        self.ray, self._ours = connect(address)

    def __enter__(self) -> Cluster:
        try:
            start = time.monotonic()
            while time.monotonic() - start < (
                _STRAGGLER_SECONDS if self._ready() else _OPEN_SECONDS
            ):
                self._look()
                if all(node.ready or node.over for node in self._nodes.values()):
                    break
                self._settle(self._wait(self._opening()))
            if not self._ready():
                raise ClusterError(self._nobody("Expected a node that can grade."))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self) -> None:
        """End what runs on the nodes, and leave the cluster as it was found."""
        with contextlib.suppress(Exception):
            living = [
                node.referee
                for node in self._nodes.values()
                if node.referee is not None and not node.over
            ]
            self._wait([referee.close.remote() for referee in living], every=True, timeout=5.0)
            for referee in living:
                self.ray.kill(referee)
        if self._ours:
            with contextlib.suppress(Exception):
                self.ray.shutdown()

    def grade(self, todo: list[Submission]) -> Generator[tuple[Submission, Record], None, None]:
        """Grade on all nodes; yields each submission with its record as soon as it is there, in no
        order.

        Raises:
            ClusterError: if every node is gone and none comes back.
        """
        dispatch = Dispatch(range(len(todo)))
        last_node = time.monotonic()
        while not dispatch.finished:
            self._look()
            if self._ready() or self._opening():
                last_node = time.monotonic()
            for node in self._ready():
                for item in dispatch.take(node.id, _PER_CHILD * node.jobs):
                    node.calls[node.referee.grade.remote(Carried.of(todo[item]))] = item
            if time.monotonic() - last_node > _PATIENCE_SECONDS:
                raise ClusterError(
                    self._nobody(
                        f"Expected a node for the {dispatch.waiting} submissions that are left."
                    )
                )
            owners = {ref: node for node in self._nodes.values() for ref in node.calls}
            for ref in self._settle(self._wait([*owners, *self._opening()])):
                record = self._harvest(owners[ref], ref, dispatch, todo)
                if record is not None:
                    yield record

    # Nodes

    def _ready(self) -> list[_Node]:
        return [node for node in self._nodes.values() if node.ready]

    def _opening(self) -> list:
        return [node.opening for node in self._nodes.values() if node.opening is not None]

    def _look(self) -> None:
        """Ask nodes that are new, and those whose referee alone has died, whether they can
        grade."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        alive = {entry["NodeID"]: entry for entry in self.ray.nodes() if entry["Alive"]}
        for node_id, entry in alive.items():
            cpus = int(entry["Resources"].get("CPU", 0))
            if cpus >= 1 and node_id not in self._nodes:
                name = (
                    f"{entry['NodeManagerHostname']} ({entry['NodeManagerAddress']}, {node_id[:6]})"
                )
                self._nodes[node_id] = _Node(node_id, name, self.jobs or cpus, cpus)
        for node in self._nodes.values():
            if node.over or node.calls or node.ready:
                continue
            if node.id not in alive:
                self._give_up(node, "is gone")
            elif node.opening is None:
                self._open(node)
            elif time.monotonic() - node.asked > _OPEN_SECONDS:
                self._give_up(
                    node, f"did not get ready in {_OPEN_SECONDS:.0f} s; has it free cores?"
                )

    def _open(self, node: _Node) -> None:
        referee = self.ray.remote(NodeReferee)
        there = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            node.id, soft=False
        )
        options = {
            "num_cpus": min(node.jobs, node.cpus),
            "max_concurrency": node.jobs,
            "max_restarts": 0,
        }
        node.referee = referee.options(scheduling_strategy=there, **options).remote()
        # one argument to many nodes; Ray keeps it in memory and drops it with the run
        self._order_ref = self._order_ref or self.ray.put(self.order)
        node.opening, node.asked = node.referee.open.remote(self._order_ref), time.monotonic()

    def _give_up(self, node: _Node, why: str) -> None:
        node.over, node.ready, node.opening = True, False, None
        line = f"node {node.name} {why}"
        self._refusals.append(line)
        self._notice(line)
        if node.referee is not None:
            with contextlib.suppress(Exception):
                self.ray.kill(node.referee)

    def _nobody(self, expected: str) -> str:
        said = "; ".join(self._refusals[-5:]) or "the cluster has no node with a core"
        return (
            f"{expected} Received: {said}. What is graded is kept: mend a node and run the "
            f"same command again."
        )

    # Answers

    def _wait(self, refs: list, *, every: bool = False, timeout: float = 1.0) -> list:
        if not refs:
            time.sleep(min(timeout, 0.2))
            return []
        return self.ray.wait(refs, num_returns=len(refs) if every else 1, timeout=timeout)[0]

    def _settle(self, refs: list) -> list:
        """Take the answers of nodes that were asked whether they can grade; returns the others."""
        asked = {node.opening: node for node in self._nodes.values() if node.opening is not None}
        for ref in refs:
            if ref not in asked:
                continue
            node = asked[ref]
            node.opening = None
            try:
                answer = self.ray.get(ref)
            except self.ray.exceptions.RayError as error:
                self._stumbled(node, in_words(error))
                continue
            if "refused" in answer:
                self._give_up(node, f"refuses to grade: {answer['refused']}")
            else:
                node.ready = True
                self.stamps.add(answer["stamp"])
        return [ref for ref in refs if ref not in asked]

    def _harvest(
        self, node: _Node, ref, dispatch: Dispatch, todo: list[Submission]
    ) -> tuple[Submission, Record] | None:
        """A record that is there; or None where the submission is to be graded elsewhere."""
        item = node.calls.pop(ref)
        try:
            record = Record.from_dict(json.loads(self.ray.get(ref)))
        except self.ray.exceptions.RayError as error:
            if node.ready and not isinstance(error, self.ray.exceptions.RayTaskError):
                self._notice(f"node {node.name} was lost; what it held goes to the others")
                self._stumbled(node, in_words(error))
            return (
                (todo[item], self._no_grade(todo[item], error))
                if dispatch.lost(node.id, item)
                else None
            )
        node.deaths = 0
        dispatch.done(node.id, item)
        return todo[item], record

    def _stumbled(self, node: _Node, why: str) -> None:
        """A referee died. Its node is asked again if it lives, but not for ever."""
        with contextlib.suppress(Exception):
            self.ray.kill(node.referee)
        node.ready, node.deaths = False, node.deaths + 1
        if node.deaths >= _DEATHS_IN_A_ROW or "No module named" in why:
            self._give_up(node, f"cannot grade: {why}")

    def _no_grade(self, submission: Submission, error: Exception) -> Record:
        """What is recorded for a submission that was given up: no grade, never a zero."""
        lab, message = self.lab, f"Whatever graded it died, {LIVES} times: {in_words(error)}"
        tests = [
            TestResult(
                c.name,
                c.title,
                c.exercise,
                c.visibility,
                Outcome.INFRASTRUCTURE_ERROR,
                0.0,
                c.points,
                0.0,
                message,
            )
            for c in lab.cases
        ]
        return Record(
            submission.student,
            lab.name,
            Outcome.INFRASTRUCTURE_ERROR,
            max_points=lab.max_points(),
            tests=tests,
            seed=self.order.settings.seed_for(submission.student),
            notes=[*submission.notes, message],
            submission_hash=submission.digest(),
            tests_hash=lab.tests_hash,
            environment_hash=lab.environment_hash,
            submitted=submission.submitted,
            lms_id=submission.lms_id,
            lms=submission.lms,
        )
