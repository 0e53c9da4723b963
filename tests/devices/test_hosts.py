"""Several hosts train as one machine does; a host that is lost ends in one clear error, and the same
call goes on from what was kept."""

from __future__ import annotations

import importlib.util
import os
import re
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit import _ray, scale
from coursekit.devices import Host, _hosts, launch
from coursekit.devices._host import Order
from coursekit.errors import ClusterError, DeviceError, InvalidInputError

TOOLS = Path(__file__).parents[1] / "tools"
STEPS, BATCH = 12, 32


def the_rows(hosts):
    """Rows of each step, cut among hosts, and those of one machine."""
    whole = scale.batches(1797, BATCH, STEPS, seed=3)
    return whole.reshape(STEPS, hosts, -1).transpose(1, 0, 2), whole


def by_numpy(whole):
    x, y = scale.problem()
    return scale.descend(scale.Mlp(), x, y, whole, 0.2)[1]


@pytest.fixture
def programs(monkeypatch):
    """The programs of tests/tools can be imported on the hosts."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(TOOLS), os.environ.get("PYTHONPATH", "")])
    )


# What needs no backend


def test_a_host_keeps_arrays_and_only_the_first_one_reports():
    told = []
    Host(0, 2, {}, told.append).keep({"losses": [1.0, 2.0], "step": 3})
    Host(1, 2, {}, told.append).keep({"losses": [9.0]})
    assert [sorted(state) for state in told] == [["losses", "step"]]
    np.testing.assert_array_equal(told[0]["losses"], [1.0, 2.0])


def test_a_checkpoint_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "kept.npz"
    assert _hosts._read(path) == {}
    _hosts._write(path, {"w": np.arange(3, dtype="float32"), "step": np.asarray(7)})
    kept = _hosts._read(path)
    np.testing.assert_array_equal(kept["w"], [0, 1, 2])
    assert (kept["w"].dtype, int(kept["step"])) == (np.float32, 7)
    path.write_bytes(b"nothing of ours")
    with pytest.raises(InvalidInputError, match=r"checkpoint that `launch` wrote.*kept\.npz"):
        launch(scale.train, checkpoint=path)


@pytest.mark.parametrize("program", ["train", "__main__:train", "coursekit.scale:a.b", lambda h: h])
def test_a_program_has_a_name_that_every_host_knows(program):
    with pytest.raises(InvalidInputError, match="module:function"):
        launch(program)


@pytest.mark.parametrize("hosts", [0, -1, True, 2.0])
def test_hosts_are_counted_from_one(hosts):
    with pytest.raises(InvalidInputError, match="positive whole number"):
        launch(scale.train, hosts=hosts)


def test_without_jax_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_hosts._signs, "installed", lambda name: False)
    with pytest.raises(DeviceError, match=r"extra \[jax\]"):
        launch(scale.train)


class Crew:
    """Hosts of which something is heard at each look."""

    def __init__(self, *looks):
        self.names, self.looks = ["a", "b"], iter(looks)

    def events(self, seconds):
        return next(self.looks, ())


def lead(*looks):
    kept = []
    return (*_hosts._lead(Crew(*looks), kept.append), kept)


def test_all_done_is_the_end():
    done, lost, kept = lead(
        [(0, "kept", 1)], [(1, "done", "y")], [(0, "kept", 2), (0, "done", "x")]
    )
    assert (done, lost, kept) == ({0: "x", 1: "y"}, {}, [1, 2])


def test_who_is_gone_is_named_and_not_who_failed_because_of_it():
    _, lost, _ = lead([(0, "failed", "Connection closed by peer")], [], [(1, "gone", "signal 9")])
    assert lost == {1: "is gone (signal 9)"}


def test_a_fault_of_the_program_is_told_in_its_own_words():
    _, lost, _ = lead([(1, "failed", "ValueError: no")], [(0, "failed", "ValueError: no")])
    assert lost == {1: "failed: ValueError: no", 0: "failed: ValueError: no"}


def test_who_waits_for_one_that_failed_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(_hosts, "_GRACE_SECONDS", 0.0)
    _, lost, _ = lead([(1, "failed", "ValueError: no")], [], [])
    assert lost == {1: "failed: ValueError: no"}


def test_what_was_kept_is_taken_after_a_loss_too():
    _, lost, kept = lead([(1, "gone", "")], [(0, "kept", {"step": 4})])
    assert (lost, kept) == ({1: "is gone"}, [{"step": 4}])


def test_what_was_kept_is_heard_once_even_after_the_last_news_and_a_lost_answer():
    def wait(refs, **_):
        raise ValueError("ray.wait of nothing")

    crew = object.__new__(_hosts._OnRay)
    crew._refs, crew._heard = {}, 2
    keeper = _hosts.RayKeeper()
    crew._keeper = SimpleNamespace(newest=SimpleNamespace(remote=keeper.newest))
    answers = iter([RuntimeError("late"), None, None])

    def get(answer, timeout):
        if error := next(answers):
            raise error
        return answer

    crew._ray = SimpleNamespace(
        wait=wait, get=get, exceptions=SimpleNamespace(RayError=RuntimeError)
    )
    for step in (1, 2, 4):
        keeper.keep({"step": step})
    assert list(crew.events(0.0)) == []
    assert list(crew.events(0.0)) == [(0, "kept", {"step": 4})]
    assert list(crew.events(0.0)) == []


def test_an_end_after_a_result_is_no_loss():
    done, lost, _ = lead([(0, "done", 1), (0, "gone", "")], [(1, "done", 2)])
    assert (done, lost) == ({0: 1, 1: 2}, {})


# Two processes of this machine


@pytest.mark.slow
def test_two_hosts_take_the_steps_of_one_machine(tmp_path):
    parts, whole = the_rows(2)
    kept = tmp_path / "kept.npz"
    found = launch(scale.train, arguments={"rows": parts, "keep_every": 4}, checkpoint=kept)
    assert (found["hosts"], found["backend"].split()[0]) == (2, "jax")
    np.testing.assert_allclose(found["losses"], by_numpy(whole), rtol=1e-4)
    assert found["losses"][-1] < 0.8 * found["losses"][0]
    assert len(np.load(kept)["losses"]) == STEPS


@pytest.mark.slow
def test_a_lost_host_is_one_error_and_the_same_call_goes_on(tmp_path, programs):
    parts, whole = the_rows(2)
    trap, kept = tmp_path / "trap", tmp_path / "kept.npz"
    trap.touch()
    call = {
        "arguments": {"rows": parts, "victim": 1, "after": 4, "trap": str(trap)},
        "checkpoint": kept,
    }
    with pytest.raises(
        ClusterError, match=r"host 2 of 2 is gone \(signal 9\).*kept\.npz; run the same"
    ):
        launch("host_programs:train_until_killed", **call)
    before = np.load(kept)["losses"]
    assert 4 <= len(before) < STEPS
    found = launch("host_programs:train_until_killed", **call)
    np.testing.assert_array_equal(found["losses"][: len(before)], before)
    np.testing.assert_allclose(found["losses"], by_numpy(whole), rtol=1e-4)


@pytest.mark.slow
def test_a_program_that_raises_says_so_once(programs):
    with pytest.raises(
        ClusterError, match=r"failed: ValueError: too wide on 2 hosts.*Nothing was kept"
    ):
        launch("host_programs:refuse", arguments={"message": "too wide"})


# A Ray cluster


@pytest.fixture(scope="module")
def ray_cluster():
    if importlib.util.find_spec("ray") is None:
        reason = "Ray is not installed"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    from ray_nodes import local_cluster

    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(TOOLS), before])
    os.environ |= {"JAX_PLATFORMS": "cpu"}
    try:
        with local_cluster() as made:
            made.second = made.add()
            yield made
    finally:
        os.environ["PYTHONPATH"] = before
        del os.environ["JAX_PLATFORMS"]


@pytest.mark.slow
def test_on_two_nodes_of_a_cluster(ray_cluster, tmp_path):
    """In one test, since starting a cluster takes long: who trains, equality, a node that dies, and
    going on from what was kept on the one node that is left."""
    found = launch("host_programs:where_am_i", cluster=ray_cluster.address)
    assert found == {"rank": 0, "processes": 2, "backend": "jax", "ranks": [0, 1], "state": {}}
    with pytest.raises(ClusterError, match=r"Expected 3 hosts, one per node.*Received: 2"):
        launch("host_programs:where_am_i", hosts=3, cluster=ray_cluster.address)

    parts, whole = the_rows(2)
    trap, kept = tmp_path / "trap", tmp_path / "kept.npz"
    trap.touch()

    def pull_the_plug():
        sprung = Path(f"{trap}.sprung")
        while not sprung.exists():
            threading.Event().wait(0.05)
        ray_cluster.kill(ray_cluster.second)

    threading.Thread(target=pull_the_plug, daemon=True).start()
    call = {"cluster": ray_cluster.address, "checkpoint": kept}
    arguments = {"rows": parts, "victim": None, "after": 4, "trap": str(trap)}
    slow = {**arguments, "rows": np.tile(parts, (1, 200, 1))}
    with pytest.raises(ClusterError) as lost:
        launch("host_programs:train_until_killed", arguments=slow, **call)
    ray, _ = _ray.connect(ray_cluster.address)
    dead = [node["NodeID"][:6] for node in ray.nodes() if not node["Alive"]]
    ray.shutdown()
    named = re.search(r"\([\d.]+, (\w+)\) is gone", str(lost.value))
    assert [named.group(1)] == dead
    assert "kept.npz; run the same again" in str(lost.value)
    before = np.load(kept)["losses"]
    assert len(before) >= 4
    (tmp_path / "cut.npz").write_bytes(kept.read_bytes())
    steps = len(before) + 4
    rows = np.tile(whole, (200, 1))[None, :steps]
    found = launch(
        "host_programs:train_until_killed",
        arguments={**arguments, "rows": rows},
        **call,
        hosts=1,
    )
    np.testing.assert_array_equal(found["losses"][: len(before)], before)
    np.testing.assert_allclose(found["losses"], by_numpy(rows[0]), rtol=1e-3)


def test_a_node_with_other_versions_refuses():
    pytest.importorskip("ray")
    found = _hosts.RayHost().place({**_hosts.versions(), "keras": "9.9"})
    assert "keras" in found["refused"]
    assert "(here: 9.9)" in found["refused"]


def test_an_order_travels_as_bytes():
    import pickle

    order = Order("m:f", {"rows": np.arange(3)}, 1, 2, "h:1", {"w": np.ones(2)})
    back = pickle.loads(pickle.dumps(order))
    assert (back.program, back.rank, back.count) == ("m:f", 1, 2)
    np.testing.assert_array_equal(back.state["w"], [1, 1])
