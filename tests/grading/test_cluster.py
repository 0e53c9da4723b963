"""Grading on a cluster: the same grades as on one machine, whatever dies in the middle, and nothing
left behind."""

import contextlib
import importlib.util
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import types

import pytest
from grading_toys import PLAIN, needs, notebook, write_notebook
from ray_nodes import local_cluster

from coursekit import _ray
from coursekit.errors import ClusterError, InvalidInputError, MissingDependencyError
from coursekit.grading import lab, runner
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.cluster import nodes as cluster
from coursekit.grading.policy import Settings
from coursekit.grading.record import Record
from coursekit.grading.submission import NotReadable, Submission
from coursekit.grading.zygote import sandbox

SUM = {"mean_square": "def mean_square(x):\n    return float(np.sum(np.square(x)))"}
EXIT = {"one_hot": "def one_hot(labels, n):\n    import os\n    os._exit(0)"}
SLOW = ["import time\ntime.sleep(0.7)"]


def an_order(graded, **changes):
    return cluster.Order.of(graded, [], Settings(**{"seed": 3, "time_limit": 5.0, **changes}))


@pytest.fixture
def quiet_referee(monkeypatch):
    """A node's referee in this process."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    referee, null = cluster.NodeReferee(), sys.stdout
    yield referee
    referee.close()
    null.close()


def test_a_lab_travels_as_bytes_and_leaves_no_file(plain_lab, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen, load = [], lab.load

    def looked_at(place, **more):
        seen.append(place.parent.stat().st_mode & 0o777)
        return load(place, **more)

    monkeypatch.setattr(cluster.labs, "load", looked_at)
    there = an_order(plain_lab).unpack()
    assert seen == [0o700]
    assert list(tmp_path.iterdir()) == []
    assert (there.name, there.tests_hash, there.wanted) == (
        plain_lab.name,
        plain_lab.tests_hash,
        plain_lab.wanted,
    )
    assert [case.name for case in there.cases] == [case.name for case in plain_lab.cases]
    assert there.environment_hash == plain_lab.environment_hash


def test_tests_that_look_for_files_beside_themselves_do_not_travel(plain_lab, tmp_path):
    path = tmp_path / "secret.py"
    path.write_text("TABLE = open(__file__.replace('.py', '.csv'))\n")
    with pytest.raises(InvalidInputError, match=r"secret\.py"):
        cluster.Order.of(plain_lab, [path], Settings())


def test_a_submission_travels_with_its_bytes_or_with_the_reason_why_not(tmp_path):
    path = write_notebook(tmp_path / "ann.ipynb", {"cells": []})
    carried = cluster.Carried.of(
        Submission("ann", str(path), submitted="2026-11-20", notes=("two files",))
    )
    assert (carried.student, carried.path, carried.submitted, carried.notes) == (
        "ann",
        "",
        "2026-11-20",
        ("two files",),
    )
    path.unlink()
    assert json.loads(carried.read()) == {"cells": []}
    gone = Submission("ann", str(path))
    with pytest.raises(NotReadable, match="FileNotFoundError"):
        cluster.Carried.of(gone).read()
    assert cluster.Carried.of(gone).digest() == gone.digest()


def test_a_referee_grades_what_it_is_sent(policy, plain_lab, quiet_referee, tmp_path):
    assert quiet_referee.open(an_order(plain_lab)) == {
        "stamp": sandbox.policy_for_this_machine()[1]
    }
    path = write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN, SUM))
    record = json.loads(quiet_referee.grade(cluster.Carried.of(Submission("ann", str(path)))))
    expected = runner.grade(PLAIN, path, tmp_path / "out", seed=3, time_limit=5.0).records[0]
    assert (record["points"], record["sandbox"]) == (expected.points, expected.sandbox)
    assert [test["message"] for test in record["tests"]] == [
        test.message for test in expected.tests
    ]


def test_a_node_with_other_versions_refuses_and_names_them(plain_lab, quiet_referee, monkeypatch):
    order = an_order(plain_lab)
    monkeypatch.setitem(order.environment, "coursekit", "9.9")
    monkeypatch.setitem(order.environment, "Python", "3.99.0")
    refused = quiet_referee.open(order)["refused"]
    assert "coursekit 0" in refused
    assert "(here: 9.9)" in refused
    assert "(here: 3.99.0)" in refused


def test_a_node_without_a_layer_refuses_unless_unsafe(plain_lab, quiet_referee, monkeypatch):
    absent = sandbox.Layer(
        "seccomp", False, "the kernel was built without it", "Take another kernel."
    )
    monkeypatch.setattr(sandbox, "layers", lambda: [absent])
    assert (
        "seccomp (the kernel was built without it)"
        in quiet_referee.open(an_order(plain_lab))["refused"]
    )
    assert quiet_referee.open(an_order(plain_lab, unsafe=True)) == {
        "stamp": "unsafe: without seccomp"
    }


@pytest.mark.parametrize(
    ("address", "said"),
    [("nonsense", "HOST:PORT"), ("127.0.0.1:99999999", "cluster at"), ("host:", "HOST:PORT")],
)
def test_an_address_that_is_none_is_one_line(address, said):
    with pytest.raises(ClusterError, match=said):
        _ray.knock(address)


def test_an_address_where_nobody_listens_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ClusterError, match=r"refused.*ray start"):
        _ray.knock(f"ray://127.0.0.1:{port}")


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"extra \[cluster\]"):
        cluster.connect("auto")


def test_a_cluster_that_is_not_joined_leaves_no_gradebook(tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN, SUM))
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"extra \[cluster\]"):
        runner.grade(PLAIN, path, tmp_path / "out", cluster="auto")
    assert list(tmp_path.iterdir()) == [path]


# Nodes that die, without Ray


class PretendRef:
    def __init__(self, do, node, args):
        self.do, self.node, self.args = do, node, args


class PretendRay:
    """As much of Ray as `Cluster` uses; every call is answered at once, by a function `(node,
    submission) -> reply or error`."""

    class exceptions:
        class RayError(Exception):
            pass

        class RayTaskError(RayError):
            pass

    def __init__(self, answers, nodes=("aa", "bb")):
        self.answers, self.dead, self.names, self.started = answers, set(), nodes, []
        affinity = types.SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node, soft: node)
        self.util = types.SimpleNamespace(scheduling_strategies=affinity)

    def nodes(self):
        return [
            {
                "NodeID": n,
                "Alive": n not in self.dead,
                "NodeManagerHostname": n,
                "NodeManagerAddress": "10.0.0.1",
                "Resources": {"CPU": 2.0},
            }
            for n in self.names
        ]

    def remote(self, kind):
        return self

    def options(self, *, scheduling_strategy, **more):
        def started():
            self.started.append(scheduling_strategy)
            return types.SimpleNamespace(**{do: method(do) for do in ("open", "grade", "close")})

        def method(do):
            return types.SimpleNamespace(
                remote=lambda *args: PretendRef(do, scheduling_strategy, args)
            )

        return types.SimpleNamespace(remote=started)

    def put(self, value):
        return value

    def wait(self, refs, num_returns, timeout):
        return refs[:num_returns], refs[num_returns:]

    def get(self, ref):
        reply = self.answers(ref.node, ref.args[0] if ref.do == "grade" else None)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def kill(self, referee):
        pass


@pytest.fixture
def pretend(plain_lab, monkeypatch, tmp_path):
    """`pretend(answers)` gives what a cluster of such nodes makes of five submissions: points by
    student, and the notices."""
    monkeypatch.setattr(cluster, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(cluster, "_PATIENCE_SECONDS", 0.5)
    found = [
        Submission(name, str(write_notebook(tmp_path / f"{name}.ipynb", {})))
        for name in ("ann", "ben", "cem", "dora", "emil")
    ]

    def run(answers):
        said, ray = [], PretendRay(answers)
        monkeypatch.setattr(cluster, "connect", lambda address: (ray, False))
        with cluster.Cluster("auto", plain_lab, an_order(plain_lab), notice=said.append) as made:
            return {submission.student: record for submission, record in made.grade(found)}, said

    return run


def a_record(carried):
    return json.dumps(Record(carried.student, "lab", points=1.0).to_dict())


def test_a_submission_that_kills_three_times_has_no_grade_and_never_a_zero(pretend, plain_lab):
    def answers(node, carried):
        if carried is None:
            return {"stamp": "full"}
        return (
            PretendRay.exceptions.RayError("the worker died")
            if carried.student == "cem"
            else a_record(carried)
        )

    records, said = pretend(answers)
    assert {
        name: record.status for name, record in records.items() if name != "cem"
    } == dict.fromkeys(("ann", "ben", "dora", "emil"), "graded")
    cem = records["cem"]
    assert (cem.status, cem.max_points) == ("infrastructure-error", plain_lab.max_points())
    assert {test.status for test in cem.tests} == {"infrastructure-error"}
    assert len(cem.tests) == len(plain_lab.cases)
    assert len([line for line in said if "was lost" in line]) == 3


def test_a_node_that_refuses_is_named_and_the_others_grade(pretend):
    records, said = pretend(
        lambda node, carried: (
            ({"refused": "seccomp is missing"} if node == "aa" else {"stamp": "full"})
            if carried is None
            else a_record(carried)
        )
    )
    assert len(records) == 5
    assert said == ["node aa (10.0.0.1, aa) refuses to grade: seccomp is missing"]


def test_when_every_node_refuses_the_reasons_are_one_error(pretend):
    with pytest.raises(
        ClusterError, match=r"node aa .*refuses to grade: no; node bb .*refuses to grade: no"
    ):
        pretend(lambda node, carried: {"refused": "no"})


def test_when_the_last_node_is_gone_it_says_that_the_rest_is_kept(pretend, monkeypatch):
    def answers(node, carried):
        if carried is None:
            return {"stamp": "full"}
        if carried.student in ("ann", "ben"):
            return a_record(carried)
        monkeypatch.setattr(PretendRay, "nodes", lambda self: [])
        return PretendRay.exceptions.RayError("the node died")

    with pytest.raises(ClusterError, match=r"is gone.*run the same command again"):
        pretend(answers)


# A real cluster


@pytest.fixture(scope="module")
def ray_cluster(policy):
    needs(importlib.util.find_spec("ray") is not None, "Ray is not installed")
    with local_cluster() as made:
        yield made


@pytest.fixture
def hand_in(tmp_path):
    """Twelve submissions: right, wrong, quitting Python, and one that is no notebook."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(11):
        write_notebook(
            folder / f"s{number:02}.ipynb",
            notebook(PLAIN, [None, SUM, EXIT][number % 3], before=SLOW),
        )
    (folder / "s11.ipynb").write_text("no notebook")
    return folder


def command(folder, out, address, *more):
    text = [
        sys.executable,
        "-m",
        "coursekit",
        "grade",
        str(PLAIN),
        str(folder),
        "--out",
        str(out),
        "--seed",
        "5",
        "--time-limit",
        "5",
        "--jobs",
        "2",
        "--cluster",
        address,
        *more,
    ]
    return subprocess.Popen(
        text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
    )


def graded(out) -> int:
    """How many attempts are committed."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{out}/gradebook.sqlite?mode=ro", uri=True)) as db,
    ):
        return db.execute("SELECT count(*) FROM attempts").fetchone()[0]
    return 0


def wait_until_graded(out, count, process):
    while graded(out) < count:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def content(out):
    """All that a gradebook says, without times."""
    timeless = ("seconds", "cpu_seconds", "max_rss_mb", "children")
    with Gradebook(out, write=False) as book:
        found = [(attempt, record.to_dict()) for attempt, record in book.grades()]
        keys = book._database.execute("SELECT student, key FROM grades ORDER BY student").fetchall()
    for _, record in found:
        for entry in (record, *record["tests"]):
            for name in timeless:
                entry.pop(name, None)
    return found, keys


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_node_killed_in_the_middle_costs_nobody_a_grade(ray_cluster, hand_in, tmp_path):
    runner.grade(PLAIN, hand_in, tmp_path / "here", seed=5, time_limit=5.0, jobs=2)
    second = ray_cluster.add()
    process = command(hand_in, tmp_path / "out", ray_cluster.address)
    wait_until_graded(tmp_path / "out", 3, process)
    assert any("zygote" in " ".join(p.cmdline()) for p in ray_cluster.processes(second)), (
        "the second node grades too"
    )
    ray_cluster.processes(ray_cluster.head)
    ray_cluster.kill(second)
    assert graded(tmp_path / "out") < 12
    said, warned = process.communicate(timeout=240)
    assert process.returncode == 0, warned
    assert "12 graded" in said
    assert "was lost; what it held goes to the others" in warned
    assert content(tmp_path / "out") == content(tmp_path / "here")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_driver_goes_on_where_it_was(ray_cluster, hand_in, tmp_path):
    runner.grade(PLAIN, hand_in, tmp_path / "here", seed=5, time_limit=5.0, jobs=2)
    process = command(hand_in, tmp_path / "out", ray_cluster.address)
    wait_until_graded(tmp_path / "out", 3, process)
    ray_cluster.processes(ray_cluster.head)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    kept = graded(tmp_path / "out")
    process = command(hand_in, tmp_path / "out", ray_cluster.address)
    said, warned = process.communicate(timeout=240)
    assert process.returncode == 0, warned
    assert f"{12 - kept} graded" in said
    assert f"{kept} kept from before" in said
    assert content(tmp_path / "out") == content(tmp_path / "here")
