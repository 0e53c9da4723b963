"""Two networks on the ring: what a step of one leaves of the other, and that orders are heard."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.generative import games, ring_centres, ring_points


@pytest.mark.parametrize("kind", games.RULES)
def test_a_critics_step_leaves_the_generator_as_it_was_to_the_last_bit(kind):
    run = games.ring_race(kind, rounds=10, quick=True, seed=1)
    assert run.moved_by_critic == 0
    assert run.shots.shape == (len(run.at), 1000, 2)
    assert run.at[0] == 0
    assert run.at[-1] == 10
    assert np.isfinite(run.shots).all()
    assert np.abs(run.shots[-1] - run.shots[0]).max() > 1e-3  # its own steps move it


def test_unknown_games_and_rows_are_refused():
    with pytest.raises(InvalidInputError, match="WGAN-GP"):
        games.ring_race("chess", rounds=1)
    with pytest.raises(InvalidInputError, match=r"\(n, 10\)"):
        games.ring_classes(np.zeros((4, 3)), told=True, rounds=1)


@pytest.mark.slow
def test_the_penalised_game_finds_all_eight_bumps():
    run = games.ring_race("WGAN-GP", rounds=1500, quick=True, seed=0)
    away = np.linalg.norm(run.shots[-1][:, None] - ring_centres(), axis=-1)
    near = np.bincount(away.argmin(axis=1)[away.min(axis=1) < 0.3], minlength=8)
    assert (near >= 10).all()


@pytest.mark.slow
def test_an_order_is_heard_only_if_the_critic_sees_it():
    points, bump = ring_points(4000, seed=0)
    rows = np.concatenate([points, np.eye(8)[bump]], axis=1)
    right = {}
    for told in (True, False):
        made, order = games.ring_classes(rows, told=told, rounds=500, quick=True)
        away = np.linalg.norm(made[:, None] - ring_centres(), axis=-1)
        right[told] = np.mean(away.argmin(axis=1) == order)
    assert right[True] > 0.8
    assert right[False] < 0.5
