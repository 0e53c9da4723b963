"""Public checks of lab 20: they run in the notebook."""

import itertools
from collections import deque
from fractions import Fraction

import numpy as np
import pytest
from scipy import special, stats

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 20.1 ---------------------------------------------------------------------------------


def by_lists(q, epsilon):
    """Chances, entry by entry."""
    rows = []
    for row in np.asarray(q).tolist():
        top = [k for k, value in enumerate(row) if value == max(row)]
        greedy = [
            (1 - epsilon) / len(top) if k in top else 0.0 for k in range(len(row))
        ]
        rows.append([part + epsilon / len(row) for part in greedy])
    return np.array(rows)


@pytest.mark.exercise("20.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("epsilon", [0.3, 0.0, 1.0])
def test_any_action_with_chance_epsilon_else_a_best_one(student, epsilon):
    for shape in ((4, 3), (3, 2), (1, 5)):
        q = student.rng.normal(size=shape) - 1.0
        tried = f"action_chances of values {shape}, epsilon {epsilon}"
        got = student.action_chances(q, epsilon)
        assert_close(got, by_lists(q, epsilon), tried=tried)


@pytest.mark.exercise("20.1")
@pytest.mark.points(1)
def test_equally_good_actions_share(student):
    q = np.array([[2.0, 5.0, 5.0, 1.0], [0.0, 0.0, 0.0, 0.0], [-3.0, -7.0, -3.0, -3.0]])
    q = q[:, student.rng.permutation(4)]
    for epsilon in (0.0, 0.2):
        tried = f"action_chances({q.tolist()}, {epsilon})"
        got = student.action_chances(q, epsilon)
        assert_close(got, by_lists(q, epsilon), tried=tried)


@pytest.mark.exercise("20.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("ends", [(1.0, 0.05), (0.6, 0.1), (0.2, 0.2)])
def test_epsilon_falls_in_a_line_and_stays(student, ends):
    steps = int(student.rng.integers(50, 900))
    for step in (0, 1, steps // 3, steps - 1, steps, steps + 1, 7 * steps):
        expected = np.interp(step, [0, steps], ends)
        tried = f"epsilon_at({step}, {ends[0]}, {ends[1]}, {steps})"
        assert_close(student.epsilon_at(step, *ends, steps), expected, tried=tried)


counterexample(
    "20.1",
    "action_chances",
    draw=lambda rng, size: (
        rng.integers(-1, 2, (1, size + 1)).astype(float),
        float(rng.choice([0.0, 0.5])),
    ),
    oracle=by_lists,
)
counterexample(
    "20.1",
    "epsilon_at",
    draw=lambda rng, size: (int(rng.integers(0, 3 * size)), 1.0, 0.5, size),
    oracle=lambda step, first, last, steps: float(
        np.interp(step, [0, steps], [first, last])
    ),
)

# 20.2 ---------------------------------------------------------------------------------


def written_rows(added, n, capacity):
    """Write one after the other, and look for the row of the oldest each time."""
    ages, rows = [-1] * capacity, []
    for number in range(added + n):
        row = ages.index(min(ages))
        ages[row] = number
        rows.append(row)
    return np.array(rows[added:])


@pytest.mark.exercise("20.2")
@pytest.mark.points(1)
def test_a_full_memory_gives_up_its_oldest(student):
    added, capacity = int(student.rng.integers(20, 60)), int(student.rng.integers(4, 9))
    cases = [(2, 3, 7), (0, 3, 7), (5, 4, 7), (7, 1, 7), (23, 7, 7), (40, 2, 3)]
    for case in [*cases, (added, 3, capacity)]:
        got = student.ring_rows(*case)
        assert_equal(got, written_rows(*case), tried=f"ring_rows{case}")


def parts_of(added, capacity, uniforms):
    """Which m-th part of the range each number lies in."""
    edges = [Fraction(k, min(added, capacity)) for k in range(1, min(added, capacity))]
    return np.array([sum(Fraction(float(u)) >= e for e in edges) for u in uniforms])


@pytest.mark.exercise("20.2")
@pytest.mark.points(1)
@pytest.mark.parametrize(("added", "capacity"), [(5, 40), (40, 8), (8, 8), (1, 6)])
def test_every_filled_row_is_drawn_as_often(student, added, capacity):
    uniforms = student.rng.permutation((np.arange(200) + 0.5) / 200)
    tried = f"drawn_rows({added}, {capacity}, 200 numbers from 0 to below 1)"
    got = student.drawn_rows(added, capacity, uniforms)
    assert_equal(got, parts_of(added, capacity, uniforms), tried=tried)


@pytest.mark.exercise("20.2")
@pytest.mark.points(1)
def test_rows_are_whole_numbers(student):
    added, uniforms = int(student.rng.integers(7, 30)), student.rng.random(5)
    results = (
        ("ring_rows", student.ring_rows(added, 4, 6), written_rows(added, 4, 6)),
        (
            "drawn_rows",
            student.drawn_rows(added, 6, uniforms),
            parts_of(added, 6, uniforms),
        ),
    )
    for tried, got, expected in results:
        assert_equal(got, expected, tried=tried)
        kind = np.asarray(got).dtype.kind
        words = "integers, for they choose rows"
        assert_true(kind in "iu", tried=tried, expected=words, got=got)


counterexample(
    "20.2",
    "ring_rows",
    draw=lambda rng, size: (int(rng.integers(0, 3 * size)), size, size + 1),
    oracle=written_rows,
)
counterexample(
    "20.2",
    "drawn_rows",
    draw=lambda rng, size: (
        int(rng.integers(1, 3 * size + 1)),
        size + 1,
        np.array([float(rng.choice([0.0, 0.25, 0.5, 0.875]))]),
    ),
    oracle=parts_of,
)

# 20.3 ---------------------------------------------------------------------------------


class Opinion:
    """A network of one layer: values of states (n, d); it remembers what it was asked."""

    def __init__(self, rng, d, actions):
        self.kernel, self.asked = rng.normal(size=(d, actions)), []

    def __call__(self, x):
        self.asked.append(np.array(x))
        return np.asarray(x) @ self.kernel - 0.5


def lived(rng, n, d=3):
    """n transitions: rewards, next states, which ended and which were only stopped."""
    kinds = rng.permutation(np.arange(n) % 3)
    return rng.normal(size=n), rng.normal(size=(n, d)), kinds == 1, kinds == 2


def looked_up(reward, following, terminated, values, discount):
    """One row after the other."""
    out = []
    for r, over, row in zip(reward, terminated, values, strict=True):
        out.append(r if over else r + discount * max(row))
    return np.array(out)


@pytest.mark.exercise("20.3")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "actions", "discount"), [(7, 4, 0.9), (9, 2, 0.5)])
def test_the_best_next_value_counts_but_not_after_an_end(student, n, actions, discount):
    reward, following, ends, stops = lived(student.rng, n)
    frozen = Opinion(student.rng, 3, actions)
    values = frozen(following)
    got = student.targets(reward, following, ends, stops, lambda x: frozen(x), discount)
    tried = f"targets of {n} transitions, {actions} actions, discount {discount}"
    expected = looked_up(reward, following, ends, values, discount)
    assert_close(got, expected, tried=tried)


@pytest.mark.exercise("20.3")
@pytest.mark.points(1)
def test_a_clock_takes_no_future_away(student):
    reward, following, _, _ = lived(student.rng, 5)
    frozen = Opinion(student.rng, 3, 3)
    never, always = np.zeros(5, bool), np.ones(5, bool)
    future = looked_up(reward, following, never, frozen(following), 0.8)
    got = student.targets(reward, following, never, always, lambda x: frozen(x), 0.8)
    assert_close(got, future, tried="targets, all five stopped by a clock")
    got = student.targets(reward, following, always, never, lambda x: frozen(x), 0.8)
    assert_close(got, reward, tried="targets, all five ended for good")


# 20.4 ---------------------------------------------------------------------------------


def row_by_row(q, actions, goals):
    """SciPy's Huber loss, and its slope by small steps."""
    q = np.asarray(q, float)

    def mean_loss(values):
        errors = [
            values[i, a] - g
            for i, (a, g) in enumerate(zip(actions, goals, strict=True))
        ]
        return float(np.mean(special.huber(1.0, errors)))

    slope = np.zeros_like(q)
    for place in itertools.product(*map(range, q.shape)):
        step = np.zeros_like(q)
        step[place] = 1e-6
        slope[place] = (mean_loss(q + step) - mean_loss(q - step)) / 2e-6
    return mean_loss(q), slope


def judged(rng, n, actions, spread):
    """Values, actions (not all different, not in order) and targets that far away."""
    q = rng.normal(size=(n, actions))
    taken = rng.integers(0, actions, n)
    distance = rng.uniform(*spread, n) * rng.choice([-1, 1], n)
    return q, taken, q[np.arange(n), taken] - distance


@pytest.mark.exercise("20.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("spread", [(0.1, 0.9), (1.1, 4.0), (0.2, 3.0)])
def test_huber_of_the_chosen_values_and_its_slope(student, spread):
    for n, actions in ((5, 3), (3, 4), (1, 2)):
        given = judged(student.rng, n, actions, spread)
        tried = f"chosen_loss of {n} rows, {actions} actions, errors of {spread[0]} to {spread[1]}"
        loss, slope = read(student.chosen_loss(*given), 2, tried)
        expected = row_by_row(*given)
        assert_close(loss, expected[0], rtol=1e-6, tried=f"{tried}: loss")
        assert_close(slope, expected[1], rtol=1e-5, atol=1e-6, tried=f"{tried}: slope")


@pytest.mark.exercise("20.4")
@pytest.mark.points(1)
def test_one_action_may_be_taken_in_every_row(student):
    q = student.rng.normal(size=(4, 3))
    goals = q[:, 2] + np.array([0.5, -0.25, 2.0, -3.0])
    tried = "chosen_loss, action 2 in all four rows"
    loss, slope = read(student.chosen_loss(q, np.full(4, 2), goals), 2, tried)
    expected = np.zeros((4, 3))
    expected[:, 2] = np.array([-0.5, 0.25, -1.0, 1.0]) / 4
    assert_close(slope, expected, rtol=1e-6, tried=f"{tried}: slope")
    assert_close(loss, (0.125 + 0.03125 + 1.5 + 2.5) / 4, tried=f"{tried}: loss")


def one_judged(rng, size):
    """A row of whole numbers, the action taken, and a target."""
    q = rng.integers(-3, 4, (1, size + 1)).astype(float)
    return q, rng.integers(0, size + 1, 1), rng.integers(-3, 4, 1) / 2


def exactly(q, actions, goals):
    """SciPy's loss, and the slope from the signs and sizes of the errors."""
    taken = np.eye(q.shape[1])[actions]
    errors = (q * taken).sum(axis=1) - goals
    pull = np.sign(errors) * np.minimum(np.abs(errors), 1) / len(q)
    return float(np.mean(special.huber(1.0, errors))), taken * pull[:, None]


counterexample("20.4", "chosen_loss", draw=one_judged, oracle=exactly)

# 20.5 ---------------------------------------------------------------------------------


def weights(rng, shift=0.0):
    """Weights of a small network."""
    return [rng.normal(size=s) + shift for s in ((3, 4), (4,), (4, 2), (2,))]


@pytest.mark.exercise("20.5")
@pytest.mark.points(1)
@pytest.mark.parametrize("every", [3, 10])
def test_a_copy_at_step_zero_and_every_c_steps(student, every):
    steps = (0, 1, every - 1, every, every + 1, 4 * every, 4 * every + 2)
    given = [(weights(student.rng), weights(student.rng, 5.0)) for _ in steps]
    got = [
        student.refreshed(step, every, *pair)
        for step, pair in zip(steps, given, strict=True)
    ]
    expected = [
        pair[0] if step % every == 0 else pair[1]
        for step, pair in zip(steps, given, strict=True)
    ]
    assert_close(got, expected, tried=f"refreshed in the steps {steps}, every={every}")


def one_chooses(reward, following, ends, chosen, valued, discount):
    """One row after the other."""
    out = []
    for i, r in enumerate(reward):
        favourite = sorted(range(chosen.shape[1]), key=lambda a: (-chosen[i, a], a))[0]
        out.append(r if ends[i] else r + discount * valued[i, favourite])
    return np.array(out)


@pytest.mark.exercise("20.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "actions", "discount"), [(7, 4, 0.9), (5, 3, 0.6)])
def test_one_network_chooses_and_the_other_values(student, n, actions, discount):
    reward, following, ends, _ = lived(student.rng, n)
    online, frozen = (Opinion(student.rng, 3, actions) for _ in range(2))
    chosen, valued = online(following), frozen(following)
    got = student.double_targets(
        reward, following, ends, lambda x: online(x), lambda x: frozen(x), discount
    )
    tried = f"double_targets of {n} transitions, {actions} actions, discount {discount}"
    expected = one_chooses(reward, following, ends, chosen, valued, discount)
    assert_close(got, expected, tried=tried)


def opinions(table):
    """A network that knows each state by its number: row k of the table for state [k]."""
    return lambda x: table[np.asarray(x).astype(int)[:, 0]]


@pytest.mark.exercise("20.5")
@pytest.mark.points(1)
def test_of_equals_the_first_is_chosen(student):
    chosen = np.array(
        [[1.0, 4.0, 4.0], [2.0, 2.0, 2.0], [0.0, 3.0, 5.0], [6.0, 1.0, 6.0]]
    )
    valued = student.rng.normal(size=(4, 3))
    reward, never = student.rng.normal(size=4), np.zeros(4, bool)
    got = student.double_targets(
        reward, np.arange(4)[:, None], never, opinions(chosen), opinions(valued), 0.5
    )
    expected = one_chooses(reward, None, never, chosen, valued, 0.5)
    assert_close(
        got,
        expected,
        tried=f"double_targets, the learning network says {chosen.tolist()}",
    )


counterexample(
    "20.5",
    "refreshed",
    draw=lambda rng, size: (
        int(rng.integers(0, 2 * size + 2)),
        size + 1,
        [rng.integers(1, 9, size).astype(float)],
        [-rng.integers(1, 9, size).astype(float)],
    ),
    oracle=lambda step, every, online, frozen: frozen if step % every else online,
)

# 20.6 ---------------------------------------------------------------------------------


def a_game(rng, states, actions):
    """Chances, rewards and ends; the ends come anywhere, and lead anywhere."""
    chance = rng.dirichlet(np.ones(states), (states, actions))
    reward = rng.normal(size=(states, actions))
    ends = np.zeros(states, bool)
    ends[rng.choice(states, 2, replace=False)] = True
    return chance, reward, ends


def entry_by_entry(q, chance, reward, ends, discount):
    """All entries from the table as it was."""
    new = np.zeros(np.shape(q))
    for s, a in np.ndindex(new.shape):
        if not ends[s]:
            worth = [0.0 if ends[t] else max(q[t]) for t in range(len(q))]
            new[s, a] = reward[s, a] + discount * np.dot(chance[s, a], worth)
    return new


@pytest.mark.exercise("20.6")
@pytest.mark.points(2)
@pytest.mark.parametrize(("states", "actions", "discount"), [(5, 3, 0.9), (6, 2, 1.0)])
def test_a_sweep_uses_the_table_as_it_was(student, states, actions, discount):
    chance, reward, ends = a_game(student.rng, states, actions)
    q = student.rng.normal(size=(states, actions)) + 1.0
    q[student.rng.permutation(states)[: states // 2]] -= 4.0  # some states are losing
    tried = f"value_sweep, {states} states, {actions} actions, discount {discount}"
    got = student.value_sweep(q, chance, reward, ends, discount)
    assert_close(got, entry_by_entry(q, chance, reward, ends, discount), tried=tried)


def a_walk(rng, n, states, actions):
    """Transitions that come back to the same entries again and again."""
    return {
        "state": rng.integers(0, states, n),
        "action": rng.integers(0, actions, n),
        "reward": rng.normal(size=n),
        "following": rng.integers(0, states, n),
        "terminated": rng.permutation(np.arange(n) % 4 == 0),
    }


def one_by_one(q, met, rate, discount):
    """Transitions in their order, in nested lists."""
    table = np.asarray(q, float).tolist()
    for s, a, r, after, over in zip(*met.values(), strict=True):
        ahead = 0.0 if over else discount * max(table[after])
        table[s][a] = (1 - rate) * table[s][a] + rate * (float(r) + ahead)
    return np.array(table)


@pytest.mark.exercise("20.6")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "rate"), [(1, 0.4), (30, 0.4), (12, 1.0)])
def test_transitions_count_one_after_the_other(student, n, rate):
    q = student.rng.normal(size=(4, 3))
    met = a_walk(student.rng, n, 4, 3)
    tried = (
        f"q_learning of {n} transitions, 4 states, 3 actions, rate {rate}, discount 0.9"
    )
    got = student.q_learning(q, met, rate, 0.9)
    assert_close(got, one_by_one(q, met, rate, 0.9), tried=tried)


def small_walk(rng, size):
    q = rng.integers(-2, 3, (size + 1, 2)).astype(float)
    met = a_walk(rng, size, size + 1, 2)
    met["reward"] = rng.integers(-2, 3, size).astype(float)
    return q, met, 0.5, 0.5


counterexample("20.6", "q_learning", draw=small_walk, oracle=one_by_one)


def small_game(rng, size):
    states = size + 1
    chance = np.eye(states)[rng.integers(0, states, (states, 2))]
    reward = rng.integers(-2, 3, (states, 2)).astype(float)
    q = rng.integers(-3, 4, (states, 2)).astype(float)
    return q, chance, reward, np.arange(states) == size, 0.5


counterexample("20.6", "value_sweep", draw=small_game, oracle=entry_by_entry)

# 20.7 ---------------------------------------------------------------------------------


def several_films(rng, lengths, h, w):
    """Frames of several episodes in a row, and where each starts."""
    starts = np.zeros(sum(lengths), bool)
    starts[np.cumsum([0, *lengths[:-1]])] = True
    return rng.integers(0, 256, (len(starts), h, w)).astype(np.uint8), starts


def by_queue(frames, starts, k):
    """A queue of frames that is filled anew at each start."""
    out, queue = [], deque(maxlen=k)
    for frame, start in zip(frames, starts, strict=True):
        if start:
            queue.extend([frame] * k)
        else:
            queue.append(frame)
        out.append(np.stack(list(queue), axis=-1))
    return np.array(out, float)


@pytest.mark.exercise("20.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_last_frames_are_channels_and_no_episode_sees_another(student, k):
    frames, starts = several_films(student.rng, (6, 1, 3, 5), 2, 3)
    tried = f"stacked, episodes of 6, 1, 3 and 5 frames of 2 x 3 pixels, k = {k}"
    assert_close(
        student.stacked(frames, starts, k), by_queue(frames, starts, k), tried=tried
    )


def by_signed(frames, starts):
    """Differences in 16 bits with a sign."""
    wide = np.asarray(frames).astype(np.int16)
    change = np.diff(wide, axis=0, prepend=wide[:1])
    return np.where(np.asarray(starts)[:, None, None], 0, change).astype(float)


@pytest.mark.exercise("20.7")
@pytest.mark.points(1)
def test_a_difference_has_a_sign_and_starts_at_zero(student):
    frames, starts = several_films(student.rng, (4, 1, 5), 3, 2)
    tried = "differences, episodes of 4, 1 and 5 frames of 3 x 2 pixels"
    assert_close(
        student.differences(frames, starts), by_signed(frames, starts), tried=tried
    )


def small_film(rng, size):
    lengths = [1 + size // 2, size]
    frames, starts = several_films(rng, lengths, 1, 1)
    return frames // 50 * 10, starts


counterexample(
    "20.7",
    "stacked",
    draw=lambda rng, size: (*small_film(rng, size), 1 + size // 2),
    oracle=by_queue,
)
counterexample("20.7", "differences", draw=small_film, oracle=by_signed)

# 20.8 ---------------------------------------------------------------------------------


def by_scipy(scores, level):
    """Mean and half the width of SciPy's interval."""
    scores = np.asarray(scores, float)
    low, high = stats.t.interval(level, len(scores) - 1)
    return np.mean(scores, axis=0), (high - low) / 2 * stats.sem(scores, axis=0)


@pytest.mark.exercise("20.8")
@pytest.mark.points(2)
@pytest.mark.parametrize(("runs", "level"), [(3, 0.95), (6, 0.8), (2, 0.95)])
def test_the_interval_is_students(student, runs, level):
    scores = student.rng.normal(3.0, 2.0, (runs, 4))
    tried = f"confidence of {runs} runs at 4 points, level {level}"
    mean, half = read(student.confidence(scores, level), 2, tried)
    expected = by_scipy(scores, level)
    assert_close(mean, expected[0], tried=f"{tried}: mean")
    assert_close(half, expected[1], tried=f"{tried}: half")


def look_back(scores, width):
    """The mean of a queue."""
    queue = deque(maxlen=width)
    return np.array([[queue.append(s), float(np.mean(queue))][1] for s in scores])


@pytest.mark.exercise("20.8")
@pytest.mark.points(1)
def test_smoothing_does_not_know_the_future(student):
    for width in (3, 4, 20, 1):
        scores = student.rng.normal(size=9)
        tried = f"trailing of 9 points, width {width}"
        got = student.trailing(scores, width)
        assert_close(got, look_back(scores, width), tried=tried)


def summed(rewards, ended, discount):
    """Each step's sum, from its own power series."""
    rewards, ends = np.asarray(rewards, float), np.flatnonzero(ended)
    out = []
    for t in range(len(rewards)):
        rest = rewards[t : ends[ends >= t][0] + 1]
        out.append(float(np.polynomial.polynomial.polyval(discount, rest)))
    return np.array(out)


@pytest.mark.exercise("20.8")
@pytest.mark.points(2)
def test_returns_reach_to_the_end_of_their_episode(student):
    ended = np.zeros(11, bool)
    ended[[3, 4, 10]] = True
    for discount in (0.9, 1.0, 0.0):
        rewards = student.rng.normal(size=11)
        tried = f"discounted_returns, episodes of 4, 1 and 6, discount {discount}"
        got = student.discounted_returns(rewards, ended, discount)
        assert_close(got, summed(rewards, ended, discount), tried=tried)


def small_episodes(rng, size):
    ended = np.arange(size) == size - 1
    ended[: size // 2] = rng.random(size // 2) < 0.5
    return rng.integers(-2, 3, size).astype(float), ended, 0.5


counterexample(
    "20.8",
    "trailing",
    draw=lambda rng, size: (
        rng.integers(-4, 5, size).astype(float),
        int(rng.integers(1, size + 2)),
    ),
    oracle=look_back,
)
counterexample("20.8", "discounted_returns", draw=small_episodes, oracle=summed)
counterexample(
    "20.8",
    "confidence",
    draw=lambda rng, size: (rng.integers(0, 9, (size + 1, size)).astype(float), 0.5),
    oracle=by_scipy,
)
