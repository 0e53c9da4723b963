"""The two translators that lab 13 begins with in fast mode."""

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.seq2seq import PAD, spellers
from coursekit.seq2seq.networks import translator


def test_what_was_learned_comes_back_and_spells_new_numbers():
    lesson = spellers.lesson()
    for kind, attention in spellers.KINDS.items():
        net = translator(*lesson.sizes, units=spellers.UNITS, attention=attention, seed=3)
        spellers.recall(net, kind)
        new = slice(spellers.KNOWN, None)
        written, _ = net.greedy(lesson.x[new], lesson.wanted.shape[1])
        wanted = lesson.wanted[new]
        right = np.all((written == wanted) | (wanted == PAD), axis=1).mean()
        assert right == pytest.approx(spellers.about()["right"][kind], abs=0.051)  # one in twenty
        assert right >= 0.6


def test_other_forms_and_missing_files_are_told(tmp_path):
    net = translator(9, 8, units=6)
    with pytest.raises(InvalidInputError, match="the shapes"):
        spellers.recall(net, "thought vector")
    with pytest.raises(InvalidInputError, match="coursekit models train spellers"):
        spellers.recall(net, "attention", tmp_path / "none.npz")


@pytest.mark.slow
def test_training_keeps_both_and_says_how_good_they_are(tmp_path):
    right = spellers.train(epochs=3, path=tmp_path / "kept.npz")
    assert set(right) == set(spellers.KINDS)
    assert all(0 <= share <= 1 for share in right.values())
    assert spellers.about(tmp_path / "kept.npz")["epochs"] == 3
