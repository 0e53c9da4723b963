"""Learning to act: rules by hand, a game learned, and parts that stand in for the library's."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.rl import Catch, QNetwork, greedy, learn, play, rules, studies


def test_chances_ties_and_random_actions():
    np.testing.assert_allclose(
        rules.action_chances(np.array([[1.0, 3, 3, 0]]), 0.4), [[0.1, 0.4, 0.4, 0.1]]
    )
    rng = np.random.default_rng(0)
    drawn = rules.choose(np.tile([0.2, 0.0, 0.5, 0.3], (20_000, 1)), rng)
    np.testing.assert_allclose(np.bincount(drawn) / 20_000, [0.2, 0, 0.5, 0.3], atol=0.015)


def test_targets_know_ends_from_clocks():
    def frozen(x):
        return np.array([[1.0, 2.0]] * 3)

    given = np.ones(3), np.zeros((3, 1)), np.array([0, 1, 0], bool), np.array([0, 0, 1], bool)
    np.testing.assert_allclose(rules.targets(*given, frozen, 0.5), [2, 1, 2])
    double = rules.double_targets(*given[:3], lambda x: -frozen(x), frozen, 0.5)
    np.testing.assert_allclose(double, [1.5, 1, 1.5])


def test_the_loss_is_flat_for_actions_that_were_not_taken():
    loss, slope = rules.chosen_loss(
        np.array([[1.0, 5.0], [0.0, 2.0]]), np.array([0, 1]), np.array([0.5, 5.0])
    )
    assert loss == 1.3125
    np.testing.assert_allclose(slope, [[0.25, 0], [0, -0.5]])


def test_frozen_weights_are_copies():
    online = [np.ones(2)]
    kept = rules.refreshed(6, 3, online, [np.zeros(2)])
    online[0][:] = 7
    assert kept[0].tolist() == [1, 1]
    assert rules.refreshed(7, 3, online, kept) is kept


SHORT = studies.CATCH.but(steps=800, tests=4, episodes=10)


def test_a_seed_gives_one_run_and_tests_are_where_they_are_due():
    runs = [learn(Catch, SHORT, seed=s) for s in (3, 3, 4)]
    np.testing.assert_array_equal(runs[0].network.parameters, runs[1].network.parameters)
    assert (runs[0].network.parameters != runs[2].network.parameters).any()
    assert runs[0].steps.tolist() == [200, 400, 600, 800]
    assert (np.diff(runs[0].played) >= 0).all()
    assert set(runs[0].totals) <= {-1.0, 1.0}


def test_parts_of_ones_own_stand_in_and_are_all_called():
    called = set()

    def noting(name, part):
        def run(*args):
            called.add(name)
            return part(*args)

        return run

    def ring_rows(added, n, capacity):
        return np.arange(added, added + n) % capacity

    def drawn_rows(added, capacity, uniforms):
        return (uniforms * min(added, capacity)).astype(int)

    names = ("action_chances", "epsilon_at", "targets", "chosen_loss", "refreshed")
    parts = {name: noting(name, getattr(rules, name)) for name in names}
    parts |= {"ring_rows": noting("ring", ring_rows), "drawn_rows": noting("draw", drawn_rows)}
    run = learn(Catch, SHORT.but(memory=150), seed=1, parts=parts)
    assert called == {*names, "ring", "draw"}
    assert np.isfinite(run.network.parameters).all()
    double = learn(Catch, SHORT.but(double=True), parts={"double_targets": rules.double_targets})
    assert len(double.scores) == 4
    with pytest.raises(InvalidInputError, match="taregts"):
        learn(Catch, SHORT, parts={"taregts": rules.targets})


@pytest.mark.parametrize("change", [{"memory": 0}, {"copy_every": 0}, {"hidden": ()}])
def test_each_part_can_be_left_out(change):
    run = learn(Catch, SHORT.but(**change))
    assert np.isfinite(run.scores).all()


@pytest.mark.slow
def test_catch_is_learned_and_best_is_the_best_test():
    run = learn(Catch, studies.CATCH, seed=0)
    assert run.scores[-1] > 0.8
    assert play(Catch(50, seed=9), greedy(run.best), 100).mean() > 0.8
    assert run.steps[-1] == studies.CATCH.steps


def test_studies_agree_with_what_is_known():
    assert studies.expected_maximum(2) == pytest.approx(1 / np.sqrt(np.pi), abs=1e-6)
    found = studies.hopes(rules.targets, rules.double_targets, actions=10)
    assert found["one network"] == pytest.approx(studies.expected_maximum(10), abs=0.03)
    assert found["two networks"] == pytest.approx(0, abs=0.03)
    worth = studies.balanced_pole(rules.targets, discount=0.9, limit=60)
    np.testing.assert_allclose(worth["a clock"], 10)
    np.testing.assert_allclose(worth["an end"], 10 * (1 - 0.9 ** np.arange(60, 0, -1)))


def test_weights_that_are_the_same_arrays_do_not_stand_still():
    assert "stood still" in studies.stands_still(rules.refreshed)
    assert "same arrays" in studies.stands_still(lambda step, every, online, frozen: online)


def test_a_rally_ends_with_its_ball_and_a_film_is_whole():
    def player(seen):
        return QNetwork((10, 10, 4), 3, (8,), seed=1)(seen)

    for rally in studies.lost_rallies(player, 6, held=10, seed=2):
        assert len(rally.value) == len(rally.rewards) > 10
        assert rally.observations[-1][8, :, 1].any(), "the ball is about to be lost"
    assert (rally.actions[10:] == 2).all(), "the last paddle is pulled to the right"
    film = studies.film(player, 400, seed=1)
    assert film.starts[0]
    assert film.ended[-1]
    np.testing.assert_array_equal(film.starts[1:], film.ended[:-1])
    assert set(film.side) <= {-1, 0, 1}
    assert film.frames.max() == 255
    bricks = film.observations[..., 3].sum(axis=(1, 2)).astype(int)
    gone = -np.diff(bricks)[~film.ended[:-1]]
    np.testing.assert_array_equal(gone, film.rewards[:-1][~film.ended[:-1]])
