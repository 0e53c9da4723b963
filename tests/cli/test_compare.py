"""`coursekit compare` from the outside: what it writes, and what it says to bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest

from coursekit.cli import compare, main

COMMAND = [sys.executable, "-m", "coursekit", "compare"]


def _images(n=60, classes=3):
    rng = np.random.default_rng(1)
    return rng.integers(0, 255, (n, 12, 12), dtype=np.uint8), np.arange(n) % classes


def _saved(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


def _refused(capsys, *args):
    code = main(["compare", *args])
    err = capsys.readouterr().err
    assert code == 2, err
    assert err.count("\n") == 1, err
    return err


def test_unknown_data_names_what_is_known(capsys, tmp_path):
    assert "mnist" in _refused(capsys, "--data", "minst", "--out", str(tmp_path))


def test_a_refused_command_leaves_no_folder(capsys, tmp_path):
    _refused(capsys, "--data", "nope", "--out", str(tmp_path / "new" / "out"))
    assert os.listdir(tmp_path) == []
    (tmp_path / "there").mkdir()
    _refused(capsys, "--data", "nope", "--out", str(tmp_path / "there"))
    assert os.listdir(tmp_path) == ["there"]


def test_unknown_system_names_what_is_known(capsys, tmp_path):
    assert "hog_mlp" in _refused(capsys, "--systems", "mlp,resnet", "--out", str(tmp_path))


def test_a_broken_npz_is_one_line(capsys, tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 this is not an archive")
    assert "broken.npz" in _refused(capsys, "--data", str(path), "--out", str(tmp_path / "out"))


def test_labels_and_images_of_different_length_are_refused(capsys, tmp_path):
    x, y = _images()
    path = _saved(tmp_path / "d.npz", x_train=x, y_train=y[:-1], x_test=x, y_test=y)
    error = _refused(capsys, "--data", path, "--out", str(tmp_path / "out"))
    assert "60" in error
    assert "59" in error


def test_wrong_shapes_and_one_image_are_refused(capsys, tmp_path):
    x, y = _images()
    _refused(
        capsys,
        "--data",
        _saved(tmp_path / "a.npz", x_train=x[0, 0], y_train=y[:12], x_test=x, y_test=y),
        "--out",
        str(tmp_path / "o"),
    )
    _refused(
        capsys, "--data", _saved(tmp_path / "b.npz", x=x[:1], y=y[:1]), "--out", str(tmp_path / "o")
    )


def test_an_output_that_cannot_be_written_is_refused_before_any_training(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert "in the way" not in _refused(capsys, "--out", str(tmp_path / "file" / "out"))
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.slow
def test_digits_end_to_end(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--out", str(tmp_path), "--seed", "3"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    scores = {system["name"]: system["accuracy"] for system in report["systems"]}
    assert set(scores) == {"mlp", "hog_linear_svm", "hog_kernel_svm", "hog_mlp", "cnn"}
    assert min(scores.values()) > 0.93
    assert scores["cnn"] > 0.96
    assert "CNN" in done.stdout
    assert "report.html" in done.stdout


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_half_written(tmp_path):
    out = tmp_path / "out"
    hear_ctrl_c = partial(
        signal.signal, signal.SIGINT, signal.default_int_handler
    )  # ignored where a shell runs us behind `&`
    command = [*COMMAND, "--out", str(out)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c
    )
    deadline = time.monotonic() + 120
    for line in process.stdout:
        if "[1/5]" in line or time.monotonic() > deadline:
            break
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.strip().splitlines()[-1].startswith("coursekit: interrupted")
    assert "Traceback" not in err
    assert not out.exists()


@pytest.mark.parametrize("plain", [False, True])
def test_the_best_system_is_coloured_unless_no_color_is_set(plain, monkeypatch):
    import io
    from types import SimpleNamespace

    from rich.console import Console

    class Comparison(SimpleNamespace):
        def __str__(self):
            return "         accuracy\nguess      10.00%\nCNN        99.00%"

    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    systems = [SimpleNamespace(title=title, seed_spread=None) for title in ("guess", "CNN")]
    told = io.StringIO()
    console = Console(file=told, force_terminal=True, color_system="standard", width=80)
    compare._show(console, Comparison(systems=systems, best=systems[1]))
    coloured = [line for line in told.getvalue().splitlines() if "32m" in line]
    assert ["CNN" in line for line in coloured] == ([] if plain else [True])
