"""`--keep-warm`: the zygote is lent to one command after another, only to its owner, and never left
in doubt or for long."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from grading_toys import PLAIN, notebook, write_notebook

from coursekit.grading import runner
from coursekit.grading.zygote import warm
from coursekit.grading.zygote.process import ZygoteDied


def helpers():
    """The processes below this one that have not ended."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def ended(processes, seconds=10.0):
    """Whether all of them end within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not {p.pid for p in processes} & {p.pid for p in helpers()}:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def private(monkeypatch):
    """A folder for the sockets; what is left at the end is ended."""
    folder, before = Path(tempfile.mkdtemp(prefix="ck")), {p.pid for p in helpers()}
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setattr(
        warm, "program_files", lambda: []
    )  # a file that is changed meanwhile would call for another zygote
    yield folder
    for process in helpers():
        if process.pid not in before:
            with contextlib.suppress(psutil.NoSuchProcess):  # each takes the next along
                process.kill()
    shutil.rmtree(folder)


def lent(policy, minutes=1.0, preload=("numpy",)):
    zygote = warm.LentZygote(policy, preload, "tensorflow", minutes)
    zygote.start()
    return zygote


def use(zygote):
    child = zygote.fork({})
    zygote.reap(child)
    child.close()


def sockets(folder):
    return [path for path in folder.rglob("*") if path.is_socket()]


def test_one_command_after_another_gets_the_same_zygote(policy, private, tmp_path):
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    before = {p.pid for p in helpers()}
    graded = [runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / "out", keep_warm=1.0, jobs=1)]
    family = {p.pid for p in helpers()} - before
    assert len(family) == 3  # holder, keeper, zygote
    graded += [
        runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / f"again{n}", keep_warm=1.0, jobs=1)
        for n in range(2)
    ]
    assert {p.pid for p in helpers()} - before == family
    assert [summary.records[0].points for summary in graded] == [9.0] * 3
    assert len(sockets(private)) == 1


def test_it_ends_after_the_idle_minutes_and_takes_its_socket_along(policy, private):
    before = {p.pid for p in helpers()}
    zygote = lent(policy, minutes=0.01)
    use(zygote)
    zygote.close()
    family = [p for p in helpers() if p.pid not in before]
    assert ended(family)
    assert sockets(private) == []


@pytest.mark.parametrize("how", ["left open", "a child lives", "distrusted"])
def test_a_zygote_left_in_disorder_is_ended(policy, private, how):
    before = {p.pid for p in helpers()}
    zygote = lent(policy)
    family = [p for p in helpers() if p.pid not in before]
    assert len(family) == 3
    if how == "a child lives":
        zygote.fork({}).close()
    elif how == "distrusted":
        zygote.distrust()
    if how == "left open":
        zygote._let_go()
    else:
        zygote.close()
    assert ended([*family, *(p for p in helpers() if p.pid not in before)])
    again = lent(policy)
    use(again)
    again.close()


def test_a_dead_zygote_is_noticed_by_borrower_and_holder(policy, private):
    before = {p.pid for p in helpers()}
    zygote = lent(policy)
    family = [p for p in helpers() if p.pid not in before]
    family[-1].kill()
    with pytest.raises(ZygoteDied):
        use(zygote)
    zygote.close()
    assert ended(family)


def test_while_it_is_lent_another_command_has_one_of_its_own(policy, private):
    first, second = lent(policy), lent(policy)
    assert first._lender is not None
    assert second._lender is None
    use(first)
    use(second)
    second.close()
    first.close()
    third = lent(policy)
    assert third._lender is not None
    assert third._counter == 1
    third.close()


def test_a_folder_that_others_can_enter_is_not_used(policy, private):
    (private / f"coursekit-{os.geteuid()}").mkdir(mode=0o755)
    zygote = lent(policy)
    assert zygote._lender is None
    use(zygote)
    zygote.close()
    assert sockets(private) == []


def test_a_link_in_the_place_of_the_folder_is_not_followed(policy, private, tmp_path):
    (private / f"coursekit-{os.geteuid()}").symlink_to(tmp_path)
    zygote = lent(policy)
    assert zygote._lender is None
    zygote.close()
    assert sockets(tmp_path) == []


def test_the_name_holds_all_that_the_zygote_depends_on(policy, private, monkeypatch):
    import dataclasses

    names = {
        warm.name_of(policy, ["numpy"], "tensorflow"),
        warm.name_of(policy, ["keras"], "tensorflow"),
        warm.name_of(policy, ["numpy"], "jax"),
        warm.name_of(
            dataclasses.replace(policy, skip=frozenset({"seccomp"})), ["numpy"], "tensorflow"
        ),
    }
    monkeypatch.setenv("COURSEKIT_DATA", "/elsewhere")
    names.add(warm.name_of(policy, ["numpy"], "tensorflow"))
    monkeypatch.setattr(warm, "program_files", lambda: [("changed.py", 1)])
    names.add(warm.name_of(policy, ["numpy"], "tensorflow"))
    assert len(names) == 6


def test_nonsense_at_the_door_changes_nothing(policy, private):
    zygote = lent(policy)
    zygote.close()
    (path,) = sockets(private)
    assert path.parent.stat().st_mode & 0o077 == 0
    for said in (b"", b"x", b"[]", b"1", b'{"minutes": "y"}', json.dumps({"done": 3}).encode()):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as guest:
            guest.connect(str(path))
            guest.send(said)
    again = lent(policy)
    assert again._lender is not None
    use(again)
    again.close()


def test_kill_9_of_a_command_ends_what_it_borrowed(policy, private, tmp_path):
    body = "def mean_square(x):\n    while True:\n        pass"
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN, {"mean_square": body}))
    command = [
        sys.executable,
        "-m",
        "coursekit",
        "grade",
        str(PLAIN),
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
        "--keep-warm",
        "1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while (
        len(family := psutil.Process(process.pid).children(recursive=True)) < 4
    ):  # holder, keeper, zygote, child
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not psutil.wait_procs(family, timeout=10)[1]
