"""A memory group per child: the kernel's own, and both versions' trees imitated with plain files."""

import os

import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.grading.zygote import memory_group, sandbox

# The group is the narrower of the two limits here, so that it is the one that is met.
NARROW = sandbox.Limits(memory_mb=400, folder_mb=1, kernel_mb=-200)
TAKES_300_MB = """
    hoard = b"x" * 300_000_000
    return float(np.mean(np.square(x)))
"""


def fake_process(folder, cgroup, mounts):
    folder.mkdir(exist_ok=True)
    (folder / "cgroup").write_text(cgroup)
    (folder / "mountinfo").write_text(mounts)
    return folder


def test_version_1_makes_groups_below_its_own(tmp_path):
    process = fake_process(
        tmp_path / "proc",
        "4:memory:/user/ann\n2:cpu,cpuacct:/\n0::/\n",
        "30 24 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "31 24 0:27 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n",
    )
    (place,) = memory_group._places(process)
    assert (str(place[0]), place[1]) == ("/sys/fs/cgroup/memory/user/ann", 1)


def test_a_container_sees_a_part_of_the_tree(tmp_path):
    process = fake_process(
        tmp_path / "proc",
        "4:memory:/docker/abc\n",
        "31 24 0:27 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
    )
    assert [str(place) for place, _ in memory_group._places(process)] == ["/sys/fs/cgroup/memory"]


@pytest.mark.parametrize(
    ("own", "above", "found"),
    [("memory pids", "memory", ["a/b", "a"]), ("", "cpu memory", ["a"]), ("", "cpu", [])],
)
def test_version_2_makes_groups_where_memory_is_shared_out(tmp_path, own, above, found):
    mounted = tmp_path / "unified"
    (mounted / "a" / "b").mkdir(parents=True)
    (mounted / "a" / "b" / "cgroup.subtree_control").write_text(own)
    (mounted / "a" / "cgroup.subtree_control").write_text(above)
    process = fake_process(
        tmp_path / "proc", "0::/a/b\n", f"31 24 0:27 / {mounted} rw - cgroup2 cgroup2 rw\n"
    )
    assert list(memory_group._places(process)) == [(mounted / name, 2) for name in found]


def test_without_a_tree_there_is_no_place(tmp_path):
    assert list(memory_group._places(tmp_path)) == []


@pytest.mark.parametrize(
    ("version", "files", "ran_out"),
    [
        (1, ("oom_kill 1\n", 209_000_000), True),
        (1, ("oom_kill 1\n", 150_000_000), False),
        (1, ("oom_kill 0\n", 209_000_000), False),
        (2, {"memory.events": "max 9\noom 1\noom_kill 1\n"}, True),
        (2, {"memory.events": "max 9\noom 0\noom_kill 1\n"}, False),
        (2, {}, False),
    ],
)
def test_a_full_group_is_told_from_a_full_machine(tmp_path, version, files, ran_out):
    if version == 1:
        kills, most = files
        files = {
            "memory.oom_control": f"oom_kill_disable 0\nunder_oom 0\n{kills}",
            "memory.max_usage_in_bytes": f"{most}\n",
            "memory.limit_in_bytes": "209715200\n",
        }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert memory_group.Group(tmp_path, version, -1).ran_out() is ran_out


def test_a_place_where_none_can_be_made_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_group, "_places", lambda: [(tmp_path / "missing", 1)])
    assert memory_group.Groups.find() is None


@pytest.fixture
def groups():
    found = memory_group.Groups.find()
    if found is None:
        pytest.skip("this machine lets this user make no memory groups")
    return found


def test_what_a_dead_command_left_is_removed_and_a_living_one_keeps_its_own(groups):
    left = groups.parent / "coursekit-4194305-1-0"  # above the greatest process number
    left.mkdir()
    mine = groups.new(sandbox.Limits())
    try:
        assert memory_group.Groups.find() is not None
        assert not left.exists()
        assert mine.folder.exists()
    finally:
        mine.close()
    assert not mine.folder.exists()


def test_a_full_group_ends_its_child_and_the_student_is_told(groups, plain_lab, tmp_path):
    from coursekit.grading.policy import Settings
    from coursekit.grading.referee.grader import grade_submission
    from coursekit.grading.referee.nursery import Nursery
    from coursekit.grading.submission import Submission
    from coursekit.grading.zygote.process import Zygote

    policy, _ = sandbox.policy_for_this_machine(NARROW)
    nursery = Nursery(lambda: Zygote(policy, plain_lab.preload))
    try:
        records = {}
        for name, body in (("greedy", TAKES_300_MB), ("honest", None)):
            answers = {"mean_square": f"def mean_square(x):{body}"} if body else None
            path = write_notebook(tmp_path / f"{name}.ipynb", notebook(PLAIN, answers))
            records[name] = grade_submission(
                plain_lab, Submission(name, str(path)), nursery, Settings(0, 30.0)
            )
    finally:
        nursery.close()
    greedy = [test for test in records["greedy"].tests if "what the system keeps" in test.message]
    assert {test.status for test in greedy} == {"out-of-memory"}
    assert records["honest"].points == 9.0
    assert not list(groups.parent.glob(f"coursekit-{os.getpid()}-*"))
