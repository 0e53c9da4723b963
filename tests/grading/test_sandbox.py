"""Each layer of the sandbox by itself, its cost, and what happens where one is missing."""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from grading_toys import HERE, PLAIN, code_cell, needs, notebook, points, write_notebook

from coursekit.errors import SandboxUnavailableError
from coursekit.grading.zygote import _landlock, _seccomp, sandbox
from coursekit.grading.zygote.process import Zygote, ZygoteDied, clean_environment

LAYERS = {
    "process namespace",
    "mount namespace",
    "network namespace",
    "ipc namespace",
    "uts namespace",
    "fresh /proc",
    "no capabilities",
    "limits",
    "landlock",
    "seccomp",
}


def run_filter(machine: str, number: int, *args: int, arch: int | None = None) -> int:
    """Interpret the seccomp program for one call, as the kernel would."""
    arch = _seccomp._AUDIT_ARCH[machine] if arch is None else arch
    words = {0: number, 4: arch, **{16 + 8 * i: value for i, value in enumerate(args)}}
    program, place, value = _seccomp.program(machine), 0, 0
    while True:
        code, yes, no, constant = program[place]
        place += 1
        if code == 0x20:
            value = words.get(constant, 0)
        elif code == 0x54:
            value &= constant
        elif code == 0x06:
            return constant
        else:
            holds = {
                0x15: value == constant,
                0x35: value >= constant,
                0x45: bool(value & constant),
            }[code]
            place += yes if holds else no


ALLOWED, KILLED = 0x7FFF0000, 0x80000000


def refused(number: int) -> int:
    return 0x00050000 | number


@pytest.mark.parametrize(
    ("machine", "read", "clone", "execve", "mmap", "socket"),
    [("x86_64", 0, 56, 59, 9, 41), ("aarch64", 63, 220, 221, 222, 198)],
)
def test_the_filter_allows_threads_and_refuses_processes(
    machine, read, clone, execve, mmap, socket
):
    assert run_filter(machine, read) == ALLOWED
    assert run_filter(machine, clone, 0x003D0F00) == ALLOWED  # what a C library passes for a thread
    assert run_filter(machine, clone, 17) == refused(errno.EPERM)  # fork
    assert run_filter(machine, clone, 0x10010000) == refused(
        errno.EPERM
    )  # a thread in a new user namespace
    assert run_filter(machine, execve) == refused(errno.EPERM)
    assert run_filter(machine, socket) == refused(errno.EPERM)
    assert run_filter(machine, 435) == refused(errno.ENOSYS)  # clone3: libraries fall back to clone
    assert run_filter(machine, 425) == refused(errno.ENOSYS)  # io_uring_setup
    assert run_filter(machine, mmap, 0, 4096, 3, 0x22) == ALLOWED
    assert run_filter(machine, mmap, 0, 4096, 3, 0x21) == refused(
        errno.ENOMEM
    )  # shared anonymous escapes RLIMIT_DATA
    assert run_filter(machine, mmap, 0, 4096, 3, 0x122) == refused(
        errno.EPERM
    )  # grows down, escapes it too
    assert run_filter(machine, read, arch=0x40000003) == KILLED  # 32-bit calls have other numbers


def test_the_filter_refuses_x32_numbers_and_unknown_processors():
    assert run_filter("x86_64", 0x40000000) == refused(errno.ENOSYS)
    with pytest.raises(OSError, match="no seccomp table"):
        _seccomp.program("riscv64")


def test_landlock_rights_follow_the_abi():
    assert [_landlock.handled_rights(v).bit_count() for v in (1, 2, 3, 4, 5, 6, 7)] == [
        13,
        14,
        15,
        15,
        16,
        16,
        16,
    ]


KILLED_UNTIL = """
import os, pathlib, signal, sys
def action(mark=pathlib.Path({mark!r})):
    tries = len(mark.read_text()) if mark.exists() else 0
    mark.write_text("x" * (tries + 1))
    if tries < {kills}:
        os.kill(os.getpid(), signal.SIGKILL)
    return "works"
"""


@pytest.mark.parametrize(
    ("kills", "said"), [(2, "(True, 'works')"), (9, "(False, 'killed from outside')")]
)
def test_a_layer_whose_probe_is_killed_from_outside_is_tried_again(tmp_path, kills, said):
    code = KILLED_UNTIL.format(mark=str(tmp_path / "mark"), kills=kills)
    code += "from coursekit.grading.zygote import _probe\nprint(_probe._attempt(action))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == said
    assert len((tmp_path / "mark").read_text()) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
@pytest.mark.parametrize(("kills", "available"), [(2, True), (9, False)])
def test_a_probe_killed_from_outside_is_started_again(tmp_path, monkeypatch, kills, available):
    code = KILLED_UNTIL.format(mark=str(tmp_path / "mark"), kills=kills)
    monkeypatch.setattr(
        sandbox, "_PROBE", code + 'print(\'[["seccomp", true, "\' + action() + \'", ""]]\')'
    )
    (layer,) = sandbox.layers()
    assert layer.available is available
    assert layer.detail == "works" if available else "SIGKILL" in layer.detail
    assert len((tmp_path / "mark").read_text()) == 3


def test_layers_are_listed_with_what_to_do():
    found = sandbox.layers()
    assert {layer.name for layer in found} >= LAYERS
    assert {layer.name for layer in found} & {"user id", "user namespace"}
    for layer in found:
        assert layer.detail
        assert bool(layer.what_to_do) != layer.available


def lacking(monkeypatch, *names):
    found = [layer._replace(available=layer.name not in names) for layer in sandbox.layers()]
    monkeypatch.setattr(sandbox, "layers", lambda: found)


def test_a_missing_layer_refuses_to_grade_and_unsafe_is_stamped(policy, monkeypatch, tmp_path):
    from coursekit.grading import runner

    lacking(monkeypatch, "network namespace")
    write_notebook(tmp_path / "ann.ipynb", notebook(PLAIN))
    with pytest.raises(SandboxUnavailableError, match=r"network namespace.*--unsafe"):
        runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    summary = runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / "out", unsafe=True, jobs=1)
    assert summary.sandbox == "unsafe: without network namespace"
    assert summary.records[0].points == 9.0
    for name in ("grades.csv", "results/ann.json", "feedback/ann.html", "report.html", "junit.xml"):
        assert "unsafe: without network namespace" in (tmp_path / "out" / name).read_text(), name


@pytest.mark.parametrize("data", ["", "labs", "in", "out"])
def test_nothing_is_graded_from_a_folder_that_submissions_can_read(
    policy, tmp_path, monkeypatch, data
):
    from coursekit.errors import InvalidInputError
    from coursekit.grading import runner

    lab = shutil.copytree(PLAIN, tmp_path / "labs" / "91_plain")
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    write_notebook(tmp_path / "in" / "ann.ipynb", notebook(PLAIN))
    (tmp_path / "link").symlink_to(tmp_path / data)
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "link"))
    with pytest.raises(InvalidInputError, match=r"lies in .*COURSEKIT_DATA"):
        runner.grade(lab, tmp_path / "in", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_without_landlock_read_only_mounts_hold(policy, monkeypatch, tmp_path):
    from coursekit.grading import runner

    lacking(monkeypatch, "landlock")
    secret = tmp_path / "secret.txt"
    secret.write_text("walnut")
    body = (
        f"    for path in ({str(secret)!r}, {str(PLAIN)!r}, '/home', '/var', "
        f"'/etc/passwd'):\n        assert not __import__('os').path.exists(path), path\n"
    )
    body += (
        "    try:\n        open('/usr/x', 'w')\n    except OSError:\n        return "
        "float(np.mean(np.square(x)))"
    )
    write_notebook(
        tmp_path / "ann.ipynb", notebook(PLAIN, {"mean_square": f"def mean_square(x):\n{body}"})
    )
    summary = runner.grade(PLAIN, tmp_path / "ann.ipynb", tmp_path / "out", jobs=1)
    assert "read-only mounts" in summary.sandbox
    assert points(summary.records[0]) == {"1": 3.0, "2": 3.0, "3": 3.0}


def test_the_environment_is_clean(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("COURSEKIT_DATA", "/data")
    environment = clean_environment("jax")
    assert "SECRET_TOKEN" not in environment
    assert (environment["COURSEKIT_DATA"], environment["KERAS_BACKEND"]) == ("/data", "jax")


def test_a_child_costs_under_40_ms_of_the_processor(policy, nursery):
    zygote, spent = nursery.get(), []
    for _ in range(30):
        child = zygote.fork({})
        spent.append(zygote.reap(child)["cpu"])
        child.close()
    assert min(spent) < 0.040, f"the cheapest of 30 took {1000 * min(spent):.1f} ms"


@pytest.mark.slow
def test_500_children_one_after_another(policy):
    with Zygote(policy, ["numpy"]) as zygote:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(500):
            child = zygote.fork({})
            assert zygote.reap(child)["code"] == 0
            child.close()
        assert zygote.is_sound()
        assert len(os.listdir("/proc/self/fd")) == before


def test_descriptors_are_given_back(policy, nursery):
    zygote = nursery.get()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        child = zygote.fork({})
        zygote.reap(child)
        child.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_children_end_with_the_zygote_and_the_zygote_with_the_referee(policy):
    zygote = Zygote(policy, ["numpy"])
    zygote.start()
    children = [zygote.fork({}) for _ in range(3)]
    family = psutil.Process(zygote._process.pid).children(recursive=True)
    assert len(family) == 4
    zygote._socket.close()
    assert all(child.wait_dead(5) for child in children)
    assert not psutil.wait_procs(family, timeout=5)[1]
    zygote._socket = None
    zygote.close()
    for child in children:
        child.close()


def test_a_dead_zygote_is_noticed(policy):
    with Zygote(policy, ["numpy"]) as zygote:
        psutil.Process(zygote._process.pid).children()[0].kill()
        with pytest.raises(ZygoteDied):
            zygote.fork({})


@pytest.mark.slow
def test_500_children_after_an_import_of_keras_all_answer(policy):
    from coursekit.grading.referee.session import Session, Usage

    text = json.dumps({"cells": [code_cell("import keras")]}).encode()
    with Zygote(policy, ["numpy", "keras"]) as zygote:
        assert zygote.info["not_imported"] == {}
        assert zygote.info["threads"] == 1

        def ask(_) -> Usage:
            usage = Usage()
            session = Session(zygote, {}, usage)
            assert (
                session.control({"do": "read", "kind": "ipynb"}, text)["cells"][0]["source"]
                == "import keras"
            )
            session.close()
            return usage

        with ThreadPoolExecutor(2) as pool:
            usages = list(pool.map(ask, range(500)))
        assert sum(usage.children for usage in usages) == 500
        assert max(usage.max_rss_mb for usage in usages) < 1_000


@pytest.mark.slow
def test_a_child_that_trains_adds_less_than_250_mb(policy, tmp_path):
    from grading_toys import TOY

    from coursekit.grading import lab
    from coursekit.grading.policy import Settings
    from coursekit.grading.referee.grader import SubmissionGrader
    from coursekit.grading.referee.nursery import Nursery
    from coursekit.grading.submission import Submission

    graded = lab.load(TOY, only="90.4")
    nursery = Nursery(lambda: Zygote(policy, graded.preload))
    try:
        path = write_notebook(tmp_path / "ann.ipynb", notebook(TOY))
        grader = SubmissionGrader(graded, Submission("ann", str(path)), nursery, Settings(0, 60.0))
        grader.open()
        for case in graded.cases:
            result = grader._run_case(case)
            assert result.status == "passed", result.message
        zygote = psutil.Process(nursery.get()._process.pid).children()[0]
        own = [p.memory_full_info().uss for p in zygote.children()]
        assert len(own) == 1
        assert own[0] < 250e6, f"{own[0] / 1e6:.0f} MB"
        grader.drop()
    finally:
        nursery.close()


def test_limits_are_lowered_never_raised(monkeypatch):
    seen = {}
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: seen.__setitem__(kind, pair))
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (10, 10))
    handler = sandbox.signal.getsignal(sandbox.signal.SIGXFSZ)
    sandbox.limit(sandbox.Limits())
    sandbox.signal.signal(sandbox.signal.SIGXFSZ, handler)
    assert all(pair[0] <= 10 for pair in seen.values())
    assert resource.RLIMIT_DATA in seen


def as_plain_user(*arguments: str, timeout: float) -> subprocess.CompletedProcess:
    needs(
        os.geteuid() == 0,
        "needs root, to become a plain user; a plain user runs these tests directly",
    )
    command = [sys.executable, str(HERE / "as_plain_user.py"), str(HERE.parent.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


def test_the_sandbox_holds_for_a_plain_user(policy):
    files = [str(Path(__file__)), str(HERE / "test_answers.py")]
    chosen = (
        "not plain_user and not as_root and (layers or landlock or child or zygote or "
        "solution or error or moved)"
    )
    done = as_plain_user(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow",
        "-k",
        chosen,
        *files,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout


@pytest.mark.slow
def test_the_hostile_suite_holds_for_a_plain_user(policy):
    done = as_plain_user(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow and not root",
        str(HERE / "test_hostile.py"),
        timeout=570,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout
