"""Hidden checks of lab 20: they run at grading."""

import numpy as np
import pytest
from scipy import special, stats

from coursekit import rl
from coursekit.labs.testing import assert_close, assert_equal, assert_true

# 20.1 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.1")
@pytest.mark.points(1)
def test_chances_of_many_rows_of_float32_and_lists(student):
    q = student.rng.integers(-2, 3, (30, 6)).astype(np.float32)
    best = (q == q.max(axis=1)[:, None]).astype(float)
    expected = 0.75 * best / best.sum(axis=1)[:, None] + 0.25 / 6
    tried = "action_chances, 30 rows of six small whole numbers, epsilon 0.25"
    assert_close(student.action_chances(q, 0.25), expected, tried=tried)
    got = student.action_chances([[1, 3, 2], [4, 4, 0]], 0.3)
    expected = [[0.1, 0.8, 0.1], [0.45, 0.45, 0.1]]
    assert_close(got, expected, tried="action_chances of a list of whole numbers")


@pytest.mark.exercise("20.1")
@pytest.mark.points(1)
def test_a_schedule_may_also_rise_and_be_of_one_step(student):
    first, last = student.rng.uniform(0.1, 0.4), student.rng.uniform(0.5, 0.9)
    expected = [first, (3 * first + last) / 4, last, last]
    got = [student.epsilon_at(step, first, last, 8) for step in (0, 2, 8, 300)]
    assert_close(got, expected, tried="epsilon_at that rises over 8 steps")
    got = [student.epsilon_at(step, 1.0, 0.25, 1) for step in (0, 1, 2)]
    assert_close(got, [1.0, 0.25, 0.25], tried="epsilon_at over one step")


# 20.2 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.2")
@pytest.mark.points(2)
def test_what_is_kept_are_the_last_in_rows_of_their_own(student):
    capacity, kept, added = 11, np.full(11, -1), 0
    for n in student.rng.integers(1, 12, 9):
        rows = np.asarray(student.ring_rows(added, int(n), capacity))
        assert_equal(rows.shape, (n,), tried=f"ring_rows({added}, {n}, 11): shape")
        first = divmod(added, capacity)[1]
        assert_equal(
            rows[0], first, tried=f"ring_rows({added}, {n}, 11): the first row"
        )
        kept[rows.astype(int)] = np.arange(added, added + n)
        added += int(n)
        last = np.arange(max(0, added - capacity), added)
        tried = f"ring_rows, after {added} transitions: the numbers that are kept"
        assert_equal(np.sort(kept[kept >= 0]), last, tried=tried)


@pytest.mark.exercise("20.2")
@pytest.mark.points(1)
def test_draws_are_even_and_stay_inside(student):
    for added, capacity in ((7, 1_000), (5_000, 13)):
        filled = min(added, capacity)
        rows = student.drawn_rows(added, capacity, student.rng.random(6_000))
        rows = np.asarray(rows).astype(int)
        tried = f"drawn_rows({added}, {capacity}, 6,000 numbers)"
        inside = rows.size == 6_000 and rows.min() >= 0 and rows.max() < filled
        assert_true(inside, tried=tried, expected=f"rows 0 to {filled - 1}", got=rows)
        share = np.bincount(rows, minlength=filled) / 6_000
        expected = np.full(filled, 1 / filled)
        assert_close(share, expected, rtol=0, atol=0.03, tried=f"{tried}: shares")
    got = student.drawn_rows(3, 9, np.array([np.nextafter(1, 0), 0.0]))
    assert_equal(got, [2, 0], tried="drawn_rows(3, 9, [just below 1, 0])")


# 20.3 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.3")
@pytest.mark.points(2)
def test_targets_of_pictures_and_negative_values(student):
    following = student.rng.random((6, 2, 3, 1)).astype(np.float32)
    kernel = -student.rng.uniform(1, 2, (6, 5))
    ends = np.array([True, False, False, True, False, False])
    stops = np.array([False, True, False, False, True, False])
    reward = student.rng.normal(size=6)
    asked = []

    def frozen(x):
        asked.append(np.shape(x))
        return np.reshape(x, (len(x), -1)) @ kernel

    got = student.targets(reward, following, ends, stops, frozen, 0.97)
    values = following.reshape(6, -1).astype(float) @ kernel
    best = np.sort(values, axis=1)[:, -1]
    expected = np.array(
        [r if e else r + 0.97 * b for r, e, b in zip(reward, ends, best, strict=True)]
    )
    tried = "targets of six pictures, all values below 0"
    assert_close(got, expected, rtol=1e-5, tried=tried)
    fits = all(shape[1:] == (2, 3, 1) for shape in asked)
    words = "the frozen network is asked about states (n, 2, 3, 1)"
    assert_true(fits, tried=tried, expected=words, got=asked)


@pytest.mark.exercise("20.3")
@pytest.mark.points(1)
def test_a_discount_of_zero_leaves_the_reward(student):
    reward = student.rng.normal(size=4)
    never = np.zeros(4, bool)
    states = np.arange(4)[:, None]

    def high(x):
        return np.full((len(x), 3), 9.0)

    got = student.targets(reward, states, never, never, high, 0.0)
    assert_close(got, reward, tried="targets with a discount of 0")
    got = student.targets(reward, states, never, never, high, 1.0)
    assert_close(got, reward + 9, tried="targets with a discount of 1")


# 20.4 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.4")
@pytest.mark.points(2)
def test_the_loss_in_float32_and_errors_of_both_signs(student):
    q = student.rng.normal(0, 3, (12, 5)).astype(np.float32)
    taken = student.rng.integers(0, 5, 12)
    goals = student.rng.normal(0, 3, 12).astype(np.float32)
    got = student.chosen_loss(q, taken, goals)
    fits = isinstance(got, list | tuple) and len(got) == 2
    assert_true(fits, tried="chosen_loss", expected="(loss, slope)", got=got)
    chosen = np.take_along_axis(q, taken[:, None], axis=1)[:, 0].astype(float)
    errors = chosen - goals
    loss = np.mean(special.huber(1.0, errors))
    tried = "chosen_loss of 12 rows, 5 actions, float32"
    assert_close(got[0], loss, rtol=1e-4, tried=f"{tried}: loss")
    expected = np.zeros((12, 5))
    pull = np.sign(errors) * np.minimum(np.abs(errors), 1)
    np.put_along_axis(expected, taken[:, None], pull[:, None] / 12, axis=1)
    assert_close(got[1], expected, rtol=1e-4, tried=f"{tried}: slope")


@pytest.mark.exercise("20.4")
@pytest.mark.points(1)
def test_a_value_at_its_target_and_one_exactly_one_away(student):
    q = student.rng.integers(-9, 10, (3, 2)).astype(float)
    goals = np.array([q[0, 0], q[1, 1] + 1, q[2, 0] - 1])
    got = student.chosen_loss(q, np.array([0, 1, 0]), goals)
    tried = "chosen_loss with errors 0, -1 and 1"
    assert_close(got[0], 1 / 3, tried=f"{tried}: loss")
    expected = np.array([[0.0, 0.0], [0.0, -1 / 3], [1 / 3, 0.0]])
    assert_close(got[1], expected, tried=f"{tried}: slope")


# 20.5 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.5")
@pytest.mark.points(1)
def test_frozen_weights_follow_at_a_distance(student):
    frozen, every = [np.zeros(3)], int(student.rng.integers(3, 6))
    for step in range(3 * every):
        online = [np.full(3, 10.0 + step)]
        frozen = student.refreshed(step, every, online, frozen)
        expected = [np.full(3, 10.0 + step - step % every)]
        tried = f"refreshed in step {step}, every {every}, handed on from step to step"
        assert_close(frozen, expected, tried=tried)


def opinions(table):
    """A network that knows each state by its number: row k of the table for state [k]."""
    return lambda x: table[np.asarray(x).astype(int)[:, 0]]


@pytest.mark.exercise("20.5")
@pytest.mark.points(2)
def test_two_networks_are_not_too_hopeful(student):
    online, frozen = student.rng.normal(size=(2, 300, 6))
    ends = student.rng.random(300) < 0.3
    reward = student.rng.normal(size=300)
    got = student.double_targets(
        reward, np.arange(300)[:, None], ends, opinions(online), opinions(frozen), 0.75
    )
    best = np.argsort(online, axis=1)[:, -1:]
    ahead = np.take_along_axis(frozen, best, axis=1)[:, 0]
    tried = "double_targets of 300 transitions, opinions of chance"
    assert_close(got, reward + 0.75 * ahead * (1 - ends), tried=tried)


# 20.6 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.6")
@pytest.mark.points(2)
def test_sweeps_end_at_a_table_that_stays(student):
    world = rl.GridWorld(1, ("..+", ".#.", "s.-"), slip=0.2, cost=0.1)
    chance, reward, ends = world.model()
    q = student.rng.normal(size=reward.shape)
    value = np.zeros(len(ends))
    for _ in range(60):
        q = np.asarray(student.value_sweep(q, chance, reward, ends, 0.9))
        fresh = np.einsum("sat,t->sa", chance, value) * 0.9 + reward
        value = np.where(ends, 0.0, fresh.max(axis=1))
    tried = "value_sweep, 60 times over a grid of nine fields: values of the fields"
    assert_close(q.max(axis=1) * ~ends, value, rtol=0, atol=0.02, tried=tried)
    assert_close(q[ends], np.zeros((2, 4)), tried="value_sweep: rows of the ends")
    again = student.value_sweep(q, chance, reward, ends, 0.9)
    assert_close(again, q, rtol=0, atol=0.02, tried="value_sweep of its own result")


@pytest.mark.exercise("20.6")
@pytest.mark.points(1)
def test_one_sweep_over_losing_states_and_ends_with_a_value(student):
    chance = student.rng.dirichlet(np.ones(7), (7, 2))
    reward = student.rng.normal(size=(7, 2))
    ends = np.arange(7) % 3 == 1
    q = -student.rng.uniform(1, 5, (7, 2))
    value = np.where(ends, 0.0, np.sort(q, axis=1)[:, -1])
    expected = reward + 0.8 * np.einsum("sat,t->sa", chance, value)
    expected[ends] = 0.0
    got = student.value_sweep(q, chance, reward, ends, 0.8)
    assert_close(got, expected, tried="value_sweep, 7 states, all values below 0")


@pytest.mark.exercise("20.6")
@pytest.mark.points(2)
def test_a_reward_travels_back_only_in_the_right_order(student):
    n = int(student.rng.integers(4, 7))
    chain = {
        "state": np.arange(n),
        "action": np.zeros(n, int),
        "reward": np.r_[np.zeros(n - 1), 1.0],
        "following": np.arange(1, n + 1),
        "terminated": np.arange(n) == n - 1,
    }
    q = np.zeros((n + 1, 2))
    forward = np.zeros((n + 1, 2))
    forward[n - 1, 0] = 1.0
    got = student.q_learning(q, chain, 1.0, 0.5)
    assert_close(got, forward, tried=f"q_learning along a chain of {n}, rate 1")
    back = {key: part[::-1] for key, part in chain.items()}
    backward = np.zeros((n + 1, 2))
    backward[:n, 0] = 0.5 ** np.arange(n - 1, -1, -1)
    got = student.q_learning(q, back, 1.0, 0.5)
    assert_close(got, backward, tried=f"q_learning along a chain of {n}, backwards")


@pytest.mark.exercise("20.6")
@pytest.mark.points(1)
def test_after_an_end_the_table_is_not_asked(student):
    q = student.rng.normal(size=(3, 2)) + 5
    met = {
        "state": [0, 2],
        "action": [1, 0],
        "reward": [2.0, -1.0],
        "following": [1, 1],
        "terminated": [True, False],
    }
    expected = q.copy()
    expected[0, 1] = 0.75 * q[0, 1] + 0.25 * 2
    expected[2, 0] = 0.75 * q[2, 0] + 0.25 * (0.5 * q[1].max() - 1)
    got = student.q_learning(q, met, 0.25, 0.5)
    assert_close(got, expected, tried="q_learning of two transitions, given as lists")
    whole = student.q_learning(np.zeros((3, 2), int), met, 0.25, 0.5)
    expected = np.zeros((3, 2))
    expected[0, 1], expected[2, 0] = 0.5, -0.25
    assert_close(whole, expected, tried="q_learning of a table of whole numbers")


# 20.7 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.7")
@pytest.mark.points(2)
def test_more_channels_than_frames(student):
    frames = student.rng.integers(0, 256, (5, 3, 4)).astype(np.uint8)
    starts = np.array([True, False, True, False, False])
    rows = [[0, 0, 0, 0], [0, 0, 0, 1], [2, 2, 2, 2], [2, 2, 2, 3], [2, 2, 3, 4]]
    expected = np.moveaxis(frames[np.array(rows)].astype(float), 1, -1)
    got = student.stacked(frames, starts, 4)
    assert_close(got, expected, tried="stacked, episodes of 2 and 3 frames, k = 4")
    kind = np.asarray(got).dtype.kind
    assert_true(
        kind == "f", tried="stacked", expected="floats", got=str(np.asarray(got).dtype)
    )


@pytest.mark.exercise("20.7")
@pytest.mark.points(1)
def test_differences_add_up_again(student):
    frames = student.rng.integers(0, 256, (7, 2, 4)).astype(np.uint8)
    starts = np.arange(7) % 4 == 0
    got = np.asarray(student.differences(frames, starts), float)
    wide = frames.astype(int)
    expected = np.stack(
        [wide[t] * 0 if starts[t] else wide[t] - wide[t - 1] for t in range(7)]
    )
    assert_close(got, expected.astype(float), tried="differences, episodes of 4 and 3")
    made = np.cumsum(got[:4], axis=0) + wide[0]
    assert_close(made, wide[:4].astype(float), tried="differences, added up to frames")


# 20.8 ---------------------------------------------------------------------------------


@pytest.mark.exercise("20.8")
@pytest.mark.points(2)
def test_nineteen_of_twenty_intervals_hold_the_truth(student):
    scores = student.rng.normal(7.0, 3.0, (4, 3_000))
    mean, half = (np.asarray(v) for v in student.confidence(scores))
    inside = float(np.mean(np.abs(mean - 7.0) < half))
    tried = (
        "confidence of 4 runs at 3,000 points: share of intervals that hold the truth"
    )
    assert_close(inside, 0.95, rtol=0, atol=0.03, tried=tried)
    factor = stats.t.isf(0.025, 3) / 2
    expected = factor * np.sqrt(np.var(scores, axis=0) * 4 / 3)
    assert_close(half, expected, tried="confidence of 4 runs, level left out: half")


@pytest.mark.exercise("20.8")
@pytest.mark.points(1)
def test_trailing_means_of_a_list_and_of_one_point(student):
    scores = student.rng.integers(0, 50, 12)
    sums = np.r_[0, np.cumsum(scores)]
    expected = [(sums[k] - sums[max(0, k - 5)]) / min(k, 5) for k in range(1, 13)]
    got = student.trailing(scores.tolist(), 5)
    assert_close(got, np.array(expected), tried="trailing of a list of 12, width 5")
    assert_close(student.trailing([4.0], 3), [4.0], tried="trailing of one point")


@pytest.mark.exercise("20.8")
@pytest.mark.points(1)
def test_returns_obey_their_own_equation(student):
    rewards, ended = student.rng.normal(size=15), student.rng.random(15) < 0.3
    ended[-1] = True
    got = np.asarray(student.discounted_returns(rewards, ended, 0.8), float)
    after = np.r_[got[1:], 0.0] * ~ended
    tried = "discounted_returns: each equals its reward plus 0.8 times the next one"
    assert_close(got, rewards + 0.8 * after, tried=tried)
    whole = student.discounted_returns([1, 2, 3], [False, False, True], 0.5)
    assert_close(whole, [2.75, 3.5, 3.0], tried="discounted_returns of whole numbers")
