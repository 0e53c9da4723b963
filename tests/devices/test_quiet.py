"""The backend's start-up lines are kept back, and shown when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import types

import pytest

from coursekit.devices import compile_quickly, hush

CODE = """
import os
from coursekit.devices._quiet import _captured_stderr
with _captured_stderr():
    os.write(2, b"a native library speaks")
    {body}
os.write(2, b"afterwards")
"""


def _stderr_of(body: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(body=body)], capture_output=True, text=True, timeout=120
    )
    return done.stderr


def test_lines_of_a_good_start_are_kept_back():
    assert _stderr_of("pass") == "afterwards"


def test_lines_before_a_failure_are_shown():
    shown = _stderr_of("raise ImportError('no backend')")
    assert shown.startswith("a native library speaks")
    assert "no backend" in shown


BACKEND = """
import os
os.write(2, b"a native library speaks")
{body}
"""


def _hushed(tmp_path, body="VALUE = 1", level=None):
    """stderr and stdout of a program that hushes, then imports a stand-in for TensorFlow twice."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text(
        BACKEND.format(body=body), encoding="utf-8"
    )
    code = (
        "import sys; from coursekit import devices; devices.hush(); devices.hush(); "
        "print('keras' in sys.modules)\n"
        "import importlib.util; importlib.util.find_spec('tensorflow')\n"
        "import tensorflow; import os; os.write(2, b'afterwards'); print(tensorflow.VALUE, "
        "tensorflow.__spec__.name)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"} | {
        "PYTHONPATH": str(tmp_path)
    }
    environment |= {"TF_CPP_MIN_LOG_LEVEL": level} if level else {}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment
    )
    return done.stderr, done.stdout


def test_a_hushed_backend_starts_without_its_lines_whenever_it_is_imported(tmp_path):
    assert _hushed(tmp_path) == ("afterwards", "False\n1 tensorflow\n")


def test_a_hushed_backend_that_fails_is_heard(tmp_path):
    shown, _ = _hushed(tmp_path, body="raise ImportError('libfoo.so is missing')")
    assert shown.startswith("a native library speaks")
    assert "libfoo.so is missing" in shown


def test_whoever_asks_for_the_lines_gets_them(tmp_path):
    assert _hushed(tmp_path, level="0")[0] == "a native library speaksafterwards"


@pytest.mark.slow
def test_the_backend_starts_without_a_line():
    code = (
        "from coursekit import devices; devices.use('cpu'); devices.start_quietly(); import "
        "keras; print(keras.ops.ones(2).shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "(2,)" in done.stdout.replace("TensorShape([2])", "(2,)")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("there", "before", "after"),
    [
        ({"jax"}, None, "jax"),
        ({"jax"}, "torch", "torch"),
        ({"jax", "tensorflow"}, None, None),
        ({"tensorflow"}, None, None),
        (set(), None, None),
    ],
)
def test_keras_is_told_of_jax_where_it_is_alone(there, before, after, monkeypatch):
    monkeypatch.setattr("coursekit.devices._signs.installed", there.__contains__)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("KERAS_BACKEND", "x")
    if before is None:
        monkeypatch.delenv("KERAS_BACKEND")
    else:
        monkeypatch.setenv("KERAS_BACKEND", before)
    hush()
    assert os.environ.get("KERAS_BACKEND") == after


@pytest.mark.parametrize("imported", [False, True])
@pytest.mark.parametrize(("set_before", "quick"), [(None, True), ("0", False)])
def test_jax_compiles_quickly_where_it_is_asked_to(imported, set_before, quick, monkeypatch):
    told = []
    config = types.SimpleNamespace(update=lambda *setting: told.append(setting))
    if imported:
        monkeypatch.setitem(sys.modules, "jax", types.SimpleNamespace(config=config))
    else:
        monkeypatch.delitem(sys.modules, "jax", raising=False)
    monkeypatch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", set_before or "")
    if set_before is None:
        monkeypatch.delenv("JAX_DISABLE_MOST_OPTIMIZATIONS")
    compile_quickly()
    assert os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] == ("1" if quick else "0")
    assert told == ([("jax_disable_most_optimizations", quick)] if imported else [])
