"""Recurrent networks in Keras: sizes of the four cells, a model that learns, the adding problem."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from coursekit import recurrent
from coursekit.errors import InvalidInputError
from coursekit.recurrent import networks
from coursekit.training import NumpyCopy


@pytest.mark.parametrize(("kind", "blocks"), [("rnn", 1), ("ugrnn", 2), ("gru", 3), ("lstm", 4)])
def test_cells_cost_one_to_four_blocks(kind, blocks):
    layer = networks.layer(kind, 5)
    layer.build((None, 3, 2))
    assert layer.count_params() == blocks * 5 * (5 + 2 + 1)


def test_what_is_not_known_is_refused():
    with pytest.raises(InvalidInputError, match="ugrnn"):
        networks.layer("transformer", 3)
    model = networks.character_model("rnn", 2, length=20)
    with pytest.raises(InvalidInputError, match="Received: 10"):
        networks.train_characters(model, np.zeros(10, int), steps=1)


def test_a_model_of_characters_learns_and_its_copy_reads_as_it_does():
    ids = recurrent.encode("abcd" * 60)
    model = networks.character_model("ugrnn", 8, length=10, seed=1)
    networks.train_characters(model, ids, steps=60, batch_size=16, learning_rate=2e-2, seed=1)
    copy = NumpyCopy(model)
    bits = -recurrent.read(copy, ids, rows=2, warm=4).log_probabilities[8:].mean() / np.log(2)
    assert bits < 2.5, "only 4 of 96 characters occur, which is log2 4 = 2 bits"
    rows = np.stack([ids[:10], ids[1:11]])
    theirs = np.asarray(model(rows))
    np.testing.assert_allclose(copy(rows), theirs, rtol=1e-3, atol=1e-4)


def test_the_adding_problem_gives_a_curve():
    curve = networks.train_adding("gru", 4, length=6, steps=40, batch_size=20, points=4)
    assert curve.shape == (4,)
    assert np.all(curve > 0)
    assert curve[-1] < curve[0]


def test_the_reader_of_the_manual_has_a_cell_for_quotations():
    text = networks.split_manual()[1][:6000]
    found = recurrent.read(NumpyCopy(networks.manual_reader()), recurrent.encode(text))
    assert -found.log_probabilities.mean() / np.log(2) < 2.6
    areas = np.array([roc_auc_score(recurrent.quoted(text), cell) for cell in found.states.T])
    assert np.abs(areas - 0.5).max() > 0.35


def test_the_reader_can_be_trained_anew(tmp_path, monkeypatch):
    path = networks.train_manual_reader(tmp_path / "manual.npz", steps=1, seed=3)
    monkeypatch.setattr(networks, "_MANUAL", path)
    assert networks.manual_reader().count_params() == 56_672
