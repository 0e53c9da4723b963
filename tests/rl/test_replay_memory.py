"""The replay memory keeps the last, copies what it keeps, and draws only what is there."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.rl import ReplayMemory


def transitions(first, count):
    """Transitions whose every part tells their number."""
    number = np.arange(first, first + count)
    seen = np.repeat(number[:, None], 2, axis=1)
    return [seen, number % 3, number, seen + 1, number % 2 == 0]


def test_the_newest_take_the_place_of_the_oldest():
    memory = ReplayMemory(5, (2,))
    for first in range(0, 12, 3):
        memory.add(*transitions(first, 3))
    assert len(memory) == 5
    batch = memory.sample(400)
    assert set(batch.reward) == {7, 8, 9, 10, 11}
    number = batch.reward.astype(int)
    np.testing.assert_array_equal(batch.observation, np.repeat(number[:, None], 2, 1))
    np.testing.assert_array_equal(batch.following, batch.observation + 1)
    np.testing.assert_array_equal(batch.action, number % 3)
    np.testing.assert_array_equal(batch.terminated, number % 2 == 0)


def test_only_what_was_added_is_drawn():
    memory = ReplayMemory(100, (2,))
    with pytest.raises(InvalidInputError, match="nothing"):
        memory.sample(1)
    memory.add(*transitions(5, 2))
    assert set(memory.sample(100).reward) == {5, 6}


def test_more_than_fit_keeps_the_last():
    memory = ReplayMemory(4, (2,))
    memory.add(*transitions(0, 11))
    memory.add(*transitions(11, 1))
    assert set(memory.sample(200).reward) == {8, 9, 10, 11}


def test_frames_are_copied_and_keep_their_type():
    memory = ReplayMemory(3, (2, 2), dtype="uint8")
    frame = np.full((1, 2, 2), 7, np.uint8)
    memory.add(frame, [0], [1.0], frame, [False])
    frame[:] = 0
    batch = memory.sample(2)
    assert batch.observation.dtype == np.uint8
    assert (batch.observation == 7).all()
    batch.observation[:] = 1
    assert (memory.sample(1).observation == 7).all()


def test_every_kept_transition_is_as_likely_and_a_seed_repeats():
    memory = ReplayMemory(8, (2,), seed=1)
    memory.add(*transitions(0, 8))
    share = np.bincount(memory.sample(16_000).reward.astype(int)) / 16_000
    np.testing.assert_allclose(share, 1 / 8, atol=0.01)
    again = ReplayMemory(8, (2,), seed=1)
    again.add(*transitions(0, 8))
    first = again.sample(5).reward
    same = ReplayMemory(8, (2,), seed=1)
    same.add(*transitions(0, 8))
    np.testing.assert_array_equal(first, same.sample(5).reward)


def test_wrong_shapes_are_named():
    with pytest.raises(InvalidInputError, match="capacity"):
        ReplayMemory(0, (2,))
    memory = ReplayMemory(3, (2,))
    with pytest.raises(InvalidInputError, match="following"):
        memory.add([[1, 2]], [0], [0.0], [[1, 2, 3]], [False])
