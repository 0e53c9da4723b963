"""`coursekit models train`: options that a network has no use for are refused, not passed over."""

import pytest

from coursekit.cli import main


@pytest.mark.parametrize(
    ("name", "option"),
    [("denoiser", "--epochs"), ("painter", "--epochs"), ("seer", "--epochs"), ("seer", "--seed")],
)
def test_an_option_without_effect_is_refused_in_one_line(name, option, tmp_path, capsys):
    assert main(["models", "train", name, option, "1", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"coursekit: {name} ")
    assert option in said
    assert "Leave" in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", ["nonsense", "torch"])
@pytest.mark.parametrize("words", [["list"], ["train", "mnist_cnn"], ["train", "writer"]])
def test_a_backend_that_coursekit_does_not_run_on_is_one_line(backend, words, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    assert main(["models", *words]) == 2
    said = capsys.readouterr().err
    assert f"Expected a backend of tensorflow, jax. Received: KERAS_BACKEND={backend}" in said
    assert said.count("\n") == 1
