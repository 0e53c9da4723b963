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
