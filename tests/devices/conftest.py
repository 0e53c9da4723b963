"""A backend is chosen once per process, so these tests run small programs in processes of their
own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

_DROPPED = (
    "KERAS_BACKEND",
    "XLA_FLAGS",
    "JAX_PLATFORMS",
    "CUDA_VISIBLE_DEVICES",
    "TPU_NAME",
    "COLAB_TPU_ADDR",
)

WITHOUT_TENSORFLOW = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
"""


@pytest.fixture
def without_tensorflow():
    """Program text that makes `import tensorflow` fail, as if it were not installed."""
    return WITHOUT_TENSORFLOW


@pytest.fixture
def run_python():
    """Run a program (after `before`) in a fresh process; returns what it printed last, read as
    JSON."""

    def run(
        program: str,
        *arguments: str,
        before: str = "",
        python: str = sys.executable,
        **variables: str,
    ):
        environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
        environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", **variables}
        done = subprocess.run(
            [python, "-c", textwrap.dedent(before) + textwrap.dedent(program), *arguments],
            capture_output=True,
            text=True,
            timeout=400,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run


@pytest.fixture
def error_of(run_python):
    """Run a statement (after `before`) in a fresh process; returns the type and message of the
    error it ends in."""

    def run(statement: str, before: str = "", **variables: str) -> tuple[str, str]:
        program = f"""
            import json
            from coursekit import devices
            try:
                {statement}
            except Exception as error:
                print(json.dumps([type(error).__name__, str(error)]))
            else:
                print(json.dumps(["no error", ""]))
        """
        return tuple(run_python(program, before=before, **variables))

    return run
