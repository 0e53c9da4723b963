"""Calls in processes of their own, and kernels that begin as a fork."""

from __future__ import annotations

import os
import sys
from ast import literal_eval
from pathlib import Path

import pytest

from coursekit.errors import LabSourceError
from coursekit.labs.author import apart, execute
from coursekit.labs.author.apart import SETTINGS, Apart
from coursekit.labs.author.source import read_lab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only"),
]
TOY = Path(__file__).parent / "toy_lab" / "90_toy"


def seen():
    loaded = apart.is_fork(), "keras" in sys.modules
    return os.getpid(), *loaded, os.environ["NEWS"], {key: os.environ[key] for key in SETTINGS}


def fail(folder):
    raise LabSourceError(f"{folder}: no")


def end():
    os._exit(3)


def test_each_call_has_a_fork_of_its_own_with_keras_and_this_environment(monkeypatch):
    with Apart(2) as processes:
        calls = []
        for news in "ab":
            monkeypatch.setenv("NEWS", news)
            calls.append(processes.submit(seen))
        failed, ended = processes.submit(fail, "here"), processes.submit(end)
        numbers, forks, loaded, news, settings = zip(*(c.result() for c in calls), strict=True)
        with pytest.raises(LabSourceError, match="here: no"):
            failed.result()
        with pytest.raises(Exception, match="terminated abruptly"):
            ended.result()
    assert len({os.getpid(), *numbers}) == 3
    assert forks == loaded == (True, True)
    assert news == ("a", "b")
    assert settings == (SETTINGS, SETTINGS)
    assert not apart.is_fork()


PROBES = (
    "import os, sys\nprint([*sys.path])",
    "sorted(name for name in globals() if not name.startswith('_'))",
    "os.getcwd(), __name__, sys.argv[1:2], os.environ['MPLBACKEND']",
    "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 1)\n"
    "except OSError as error:\n    print(error)",
    "import numpy as np, random\nfloat(np.random.random()), random.random()",
    "'keras' in sys.modules",
    "input('?')",
)


def probed(folder, warm):
    """What a kernel says to `PROBES`, the error that ended it, and its times."""
    from coursekit.labs.author.stem import Stem

    stem = Stem() if warm else None
    cells = [
        {"cell_type": "code", "id": f"p{at}", "metadata": {}, "source": text, "outputs": []}
        | {"execution_count": None}
        for at, text in enumerate(PROBES)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    done = execute.execute_notebook(notebook, folder, environment={}, stem=stem)
    said = [
        "".join(map(execute._output_text, cell["outputs"])).strip()
        for cell in done.notebook["cells"][:-1]
    ]
    return said, done.error, done.seconds, apart.IMPORT_SECONDS


def test_a_kernel_that_is_forked_is_like_one_that_is_started(tmp_path):
    with Apart(3) as processes:
        calls = [processes.submit(probed, tmp_path, warm) for warm in (False, True, True)]
        (started, why, *_), (forked, same, seconds, imports), (again, *_) = [
            call.result() for call in calls
        ]
    paths = [
        [place for place in literal_eval(said[0]) if "coursekit-block-" not in place]
        for said in (started, forked)
    ]
    assert paths[0] == paths[1]
    assert forked[1:4] == started[1:4]
    assert "The network is blocked while labs are verified" in forked[3]
    drawn = [number for said in (started, forked, again) for number in literal_eval(said[4])]
    assert len({*drawn}) == 6
    assert (started[5], forked[5]) == ("False", "True")
    assert why == same
    assert "StdinNotImplementedError" in why
    assert seconds > imports > 1.0  # as if it had imported what it found there


def test_a_kernel_is_forked_for_labs_that_import_keras_only(toy):
    assert execute.stem_for(read_lab(toy)) is None
    with Apart(1) as processes:
        assert processes.submit(forked_for, toy).result() is False
        source = toy / "source.py"
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("import numpy", "import keras\nimport numpy", 1))
        assert processes.submit(forked_for, toy).result() is True


def forked_for(folder):
    return execute.stem_for(read_lab(folder)) is not None
