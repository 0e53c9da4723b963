"""The backend's start-up lines are kept back, and shown when something goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import os
from coursekit.devices._quiet import _captured_stderr
with _captured_stderr():
    os.write(2, b"a native library speaks")
    {body}
os.write(2, b"afterwards")
"""


def _stderr_of(body: str) -> str:
    done = subprocess.run([sys.executable, "-c", CODE.format(body=body)], capture_output=True, text=True, timeout=120)
    return done.stderr


def test_lines_of_a_good_start_are_kept_back():
    assert _stderr_of("pass") == "afterwards"


def test_lines_before_a_failure_are_shown():
    shown = _stderr_of("raise ImportError('no backend')")
    assert shown.startswith("a native library speaks")
    assert "no backend" in shown


@pytest.mark.slow
def test_the_backend_starts_without_a_line():
    code = "from coursekit import devices; devices.use('cpu'); devices.start_quietly(); import keras; print(keras.ops.ones(2).shape)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "(2,)" in done.stdout.replace("TensorShape([2])", "(2,)")
    assert done.stderr == ""
