"""`coursekit doctor`: it names each problem with its remedy, and exits with 2 only where nothing
can run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from coursekit.cli import build_parser, doctor
from coursekit.devices import _health, _signs


def _package(folder, name, version, *, module=None):
    """Put the metadata of an installed distribution (and a module, if named) into `folder`."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if module:
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text("raise ImportError('a broken wheel')\n")


def _doctor(*arguments, **variables):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("KERAS_BACKEND", "PYTHONPATH")
    } | variables
    return subprocess.run(
        [sys.executable, "-m", "coursekit", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=400,
        env=environment,
    )


@pytest.mark.slow
def test_a_usable_machine_exits_with_0_and_shows_every_section():
    done = _doctor("--json", "--wait", "300", KERAS_BACKEND="jax")
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["problems"]
    assert report["usable"] is True
    assert (report["device"]["backend"], report["device"]["kind"], report["device"]["works"]) == (
        "jax",
        "cpu",
        True,
    )
    assert report["packages"]["keras"]
    assert {entry["name"] for entry in report["data"]} >= {"digits", "mnist", "cifar10"}
    assert report["environment"]["cores"] >= 1
    assert all(set(problem) == {"level", "what", "what_to_do"} for problem in report["problems"])


@pytest.mark.slow
def test_the_report_is_printed_even_if_the_backend_does_not_answer():
    done = _doctor("--wait", "0.5")
    assert done.returncode == 0, done.stdout
    titles = ("can be used.", "What to do", "Environment", "Packages", "Device", "Data")
    places = [done.stdout.index(title) for title in titles]
    assert places == sorted(places), "what to do comes first"
    assert "did not start within 0.5 s" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_a_backend_that_is_named_but_absent_exits_with_2():
    done = _doctor("--json", KERAS_BACKEND="torch")
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert report["usable"] is False
    assert report["problems"][0]["level"] == "error"
    assert "KERAS_BACKEND=torch" in report["problems"][0]["what"]


@pytest.mark.slow
def test_a_backend_that_does_not_import_exits_with_2(tmp_path):
    _package(tmp_path, "jax", "99.0", module="jax")
    done = _doctor("--json", "--wait", "300", KERAS_BACKEND="jax", PYTHONPATH=str(tmp_path))
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert "Keras does not run: ImportError: a broken wheel." in [
        problem["what"] for problem in report["problems"]
    ]


def test_tensorflow_beside_tensorflow_cpu_is_named(tmp_path, monkeypatch):
    _package(tmp_path, "tensorflow", "2.21.0")
    _package(tmp_path, "tensorflow-cpu", "2.20.0")
    monkeypatch.syspath_prepend(tmp_path)
    problem = next(problem for problem in _health.problems() if "tensorflow-cpu" in problem.what)
    assert problem.level == "warning"
    assert "tensorflow-cpu 2.20.0 are both installed" in problem.what
    assert "pip uninstall -y tensorflow tensorflow-cpu" in problem.what_to_do


def test_a_package_older_than_asked_for_is_named(tmp_path, monkeypatch):
    _package(tmp_path, "keras", "2.15.0")
    monkeypatch.syspath_prepend(tmp_path)
    found = [problem.what for problem in _health.problems()]
    assert any(
        what.startswith("keras 2.15.0 is installed; coursekit is tested with >=3") for what in found
    )


@pytest.fixture
def installed(monkeypatch):
    """Pretend that only these import packages and distributions are there."""

    def pretend(*names):
        monkeypatch.setattr(_signs, "installed", lambda package: package in names)
        monkeypatch.setattr(
            _signs, "version", lambda distribution: "1.0" if distribution in names else None
        )
        monkeypatch.delenv("KERAS_BACKEND", raising=False)

    return pretend


def _levels(word):
    return [problem.level for problem in _health.problems() if word in problem.what]


def test_keras_without_a_backend_is_an_error(installed):
    installed(*_health.ESSENTIAL)
    assert _levels("Keras has no backend") == ["error"]


def test_missing_essentials_are_listed_in_one_error(installed):
    installed("numpy", "jax")
    problem = _health.problems()[0]
    assert problem.level == "error"
    assert "scikit-learn" in problem.what
    assert problem.what_to_do.startswith("pip install keras")


def test_jax_alone_is_fine_with_a_note_about_the_variable(installed, monkeypatch):
    installed(*_health.ESSENTIAL, "jax")
    assert _levels("a plain `import keras` asks for it") == ["note"]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert _levels("a plain `import keras` asks for it") == []
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert _levels("KERAS_BACKEND=tensorflow, but tensorflow is not installed") == ["error"]


def test_absent_helpers_are_notes_that_say_what_suffers(installed, monkeypatch, tmp_path):
    installed(*_health.ESSENTIAL, "jax")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(_health.Path, "home", lambda: tmp_path)
    assert _levels("numba is not installed: HOG") == ["note"]
    assert _levels("Graphviz is not installed") == ["note"]
    assert _levels("No Chromium was found") == ["note"]


def test_a_browser_that_playwright_brought_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(_health.Path, "home", lambda: tmp_path)
    (tmp_path / ".cache/ms-playwright/chromium-1200").mkdir(parents=True)
    assert _health.tools()["chromium"].endswith("chromium-1200")


def test_data_found_and_absent_are_told_apart(monkeypatch, tmp_path):
    (tmp_path / "mnist.npz").touch()
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    monkeypatch.setenv("COURSEKIT_CACHE", str(tmp_path / "none"))
    problems = []
    found = {entry["name"]: entry["where"] for entry in doctor._data(problems)}
    assert found["mnist"] == str(tmp_path)
    assert found["fashion_mnist"] is None
    assert found["digits"] == "scikit-learn"
    assert "coursekit data fetch fashion_mnist" in problems[0]["what_to_do"]


def test_a_data_folder_that_is_not_there_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "gone"))
    problems = []
    doctor._data(problems)
    assert problems[0]["level"] == "warning"
    assert "which is not a folder" in problems[0]["what"]


def test_a_missing_sandbox_layer_becomes_a_problem_with_its_remedy():
    layers = [
        {
            "name": "seccomp",
            "available": False,
            "detail": "no libseccomp",
            "what_to_do": "apt install libseccomp2",
            "optional": False,
        },
        {
            "name": "landlock",
            "available": False,
            "detail": "old kernel",
            "what_to_do": "",
            "optional": True,
        },
        {
            "name": "limits",
            "available": True,
            "detail": "memory",
            "what_to_do": "",
            "optional": False,
        },
    ]
    problems = []
    assert doctor._layers(layers, problems) == layers
    assert [(problem["level"], problem["what_to_do"]) for problem in problems] == [
        ("warning", "apt install libseccomp2"),
        ("note", ""),
    ]


def test_a_sandbox_that_is_slow_to_answer_does_not_hold_doctor_up():
    answer = threading.Event()
    wait = doctor._in_background(lambda: [answer.wait(60)])
    assert wait(time.perf_counter() + 0.2) is None
    assert not answer.is_set(), "it went on while the sandbox was still silent"
    answer.set()
    assert wait(time.perf_counter() + 60) == [True]


@pytest.mark.parametrize("value", ["0", "-3", "601", "soon", "nan"])
def test_an_impossible_wait_is_a_usage_error(value, capsys):
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["doctor", f"--wait={value}"])
    assert ended.value.code == 2
    assert "--wait" in capsys.readouterr().err
