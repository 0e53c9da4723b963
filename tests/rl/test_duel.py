"""The stored player and the game against it, on the Python side."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.rl import Breakout, QNetwork, greedy, load_player, play, studies
from coursekit.rl.player import WEIGHTS, about, packed, store_player, train_player


def test_the_player_keeps_the_ball_and_its_weights_are_small():
    totals = play(Breakout(20, seed=77, time_limit=200), greedy(load_player()), 20)
    assert totals.mean() > 10
    assert WEIGHTS.stat().st_size < 120_000
    facts = about()
    assert facts["bricks"] > 20 * facts["random"]
    assert facts["steps"] == studies.PLAYER.steps


def test_the_value_falls_before_the_ball_is_lost():
    early = [studies.foresight(r) for r in studies.lost_rallies(load_player(), 40, seed=3)]
    assert np.median(early) >= 2


def test_stored_in_bytes_and_read_back(tmp_path):
    network = QNetwork(Breakout.observation_shape, 3, (6, 5), seed=4)
    path = store_player(network, {"bricks": 1.0}, tmp_path / "player.npz")
    back = load_player(path)
    for mine, theirs in zip(back.weights[::2], network.weights[::2], strict=True):
        assert np.abs(mine - theirs).max() <= np.abs(theirs).max() / 254 + 1e-7
    np.testing.assert_array_equal(back.weights[1], network.weights[1])
    assert about(path) == {"bricks": 1.0}
    assert packed(back) == packed(load_player(path))


def test_bytes_for_the_page_hold_biases_and_kernels():
    network = QNetwork(Breakout.observation_shape, 3, (6,), seed=4)
    network.weights[1][:] = np.arange(6)
    told, data = packed(network)
    assert told["sizes"] == [400, 6, 3]
    assert len(data) == 4 * (6 + 3) + 400 * 6 + 6 * 3
    np.testing.assert_array_equal(np.frombuffer(data[:24], np.float32), np.arange(6))
    kernel = np.frombuffer(data[36 : 36 + 2400], np.int8).reshape(400, 6) * told["scales"][0]
    np.testing.assert_allclose(kernel, network.weights[0], atol=told["scales"][0] / 2 + 1e-7)


def test_training_stores_what_it_says(tmp_path):
    path, facts = train_player(steps=1_200, path=tmp_path / "player.npz")
    assert about(path) == facts
    assert facts["steps"] == 1_200


def test_duel_tells_the_page_plain_data():
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    from coursekit.rl import Duel

    duel = Duel()
    json.dumps(duel.player)
    told, data = packed(load_player())
    assert duel.player["sizes"] == told["sizes"]
    assert base64.b64decode(duel.player["weights"]) == data
    html = duel.still_html()
    assert "values: left" in html
    assert html.startswith("<img")
    with pytest.raises(InvalidInputError, match="Expected a network"):
        Duel(QNetwork((4,), 2))
    assert "http" not in str(Duel._esm).replace("http.server", "")
