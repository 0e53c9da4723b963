"""Worlds: what happens is what their rules say, in every copy alike."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.rl import Breakout, CartPole, Catch, GridWorld, play
from coursekit.rl.grid import EXAMPLE


def at_random(world, seed=0):
    rng = np.random.default_rng(seed)
    return lambda observation: rng.integers(0, world.num_actions, world.n)


WORLDS = (CartPole, GridWorld, Catch, Breakout)


@pytest.mark.parametrize("kind", WORLDS)
def test_one_seed_gives_one_story_and_observations_are_not_shared(kind):
    stories = []
    for _ in range(2):
        world = kind(5, seed=3)
        policy, seen = at_random(world), [world.reset()]
        assert seen[0].shape == (5, *kind.observation_shape)
        for _ in range(40):
            step = world.step(policy(None))
            assert step.reward.shape == step.terminated.shape == (5,)
            seen.append(step.observation)
        stories.append(seen)
    for one, other in zip(*stories, strict=True):
        np.testing.assert_array_equal(one, other)
    assert any((one != stories[0][0]).any() for one in stories[0][1:])
    assert not np.shares_memory(stories[0][-1], stories[0][-2])


@pytest.mark.parametrize("kind", WORLDS)
def test_a_new_episode_starts_by_itself_and_last_is_from_before(kind):
    world = kind(8, seed=1)
    world.reset()
    policy, ended = at_random(world, 2), 0
    for _ in range(120):
        step = world.step(policy(None))
        over = step.terminated | step.truncated
        assert not (step.terminated & step.truncated).any()
        np.testing.assert_array_equal(step.observation[~over], step.last[~over])
        ended += over.sum()
    assert ended > 8


@pytest.mark.parametrize("kind", WORLDS)
def test_wrong_actions_and_a_forgotten_reset_are_named(kind):
    world = kind(2)
    with pytest.raises(InvalidInputError, match="reset"):
        world.step([0, 0])
    world.reset()
    for wrong in ([0], [0, 9], [0.0, 1.0], [-1, 0]):
        with pytest.raises(InvalidInputError, match="Received"):
            world.step(wrong)
    with pytest.raises(InvalidInputError, match="`n`"):
        kind(0)


def test_a_time_limit_cuts_off_and_is_no_end():
    world = CartPole(3, time_limit=4)
    world.reset()
    steps = [world.step([0, 1, 0]) for _ in range(4)]
    assert [step.truncated.tolist() for step in steps] == [[False] * 3] * 3 + [[True] * 3]
    assert not any(step.terminated.any() for step in steps)
    assert (np.abs(steps[-1].observation) <= 0.05).all()
    assert (np.abs(steps[-1].last[:, 1]) > 0.05).any()


def by_one_step(state, action):
    """One step of Euler's from the two equations of motion, solved for both accelerations at once."""
    _, speed, angle, turning = state
    force = 10.0 if action == 1 else -10.0
    sin, cos, m, half, total = np.sin(angle), np.cos(angle), 0.1, 0.5, 1.1
    # (4/3) l a + cos x'' = g sin;  total x'' + m l cos a = F + m l turning^2 sin
    matrix = np.array([[4 / 3 * half, cos], [m * half * cos, total]])
    bend, gain = np.linalg.solve(matrix, [9.8 * sin, force + m * half * turning**2 * sin])
    return state + 0.02 * np.array([speed, gain, turning, bend])


def test_cartpole_moves_by_its_equations():
    world = CartPole(4, seed=5)
    world.reset()
    rng = np.random.default_rng(6)
    world.state = rng.normal(0, 0.04, (4, 4))
    for _ in range(3):
        before, actions = world.state.copy(), rng.integers(0, 2, 4)
        world.step(actions)
        expected = [by_one_step(s, a) for s, a in zip(before, actions, strict=True)]
        np.testing.assert_allclose(world.state, expected, rtol=1e-9, atol=1e-12)


def test_cartpole_equals_gymnasiums():
    gymnasium = pytest.importorskip("gymnasium")
    theirs, ours = gymnasium.make("CartPole-v1").unwrapped, CartPole(1, seed=0)
    theirs.reset(seed=0)
    ours.reset()
    theirs.state = ours.state[0].copy()
    rng = np.random.default_rng(1)
    for _ in range(200):
        action = int(rng.integers(2))
        seen, reward, over, *_ = theirs.step(action)
        step = ours.step([action])
        np.testing.assert_allclose(step.last[0], seen, rtol=1e-5, atol=1e-6)
        assert (step.reward[0], step.terminated[0]) == (reward, over)
        if over:
            theirs.reset()
            theirs.state = ours.state[0].copy()


def test_cartpole_falls_for_random_play_and_stands_under_a_simple_rule():
    world = CartPole(20, seed=2)
    assert 15 < play(world, at_random(world), 60).mean() < 32
    totals = play(world, lambda s: (s[:, 2] + 0.3 * s[:, 3] + 0.05 * s[:, 1] > 0).astype(int), 20)
    assert totals.mean() > 400


def test_catch_gives_one_for_a_catch_and_minus_one_for_a_miss():
    world = Catch(200, seed=0)

    def follow(observation):
        ball = observation[:, :-1, :, 0].sum(axis=1).argmax(axis=1)
        paddle = observation[:, -1, :, 0].argmax(axis=1)
        return 1 + np.sign(ball - paddle)

    assert (play(world, follow, 400) == 1).all()
    assert set(play(world, at_random(world), 400)) == {-1.0, 1.0}
    seen = world.reset()
    assert (seen.sum(axis=(1, 2, 3)) == 2).all()
    for _ in range(8):
        assert not world.step(np.ones(200, int)).terminated.any()
    assert world.step(np.ones(200, int)).terminated.all()


def test_breakout_rewards_bricks_and_ends_when_the_ball_is_lost():
    world = Breakout(16, seed=4)
    seen = world.reset()
    assert (seen[..., 3].sum(axis=(1, 2)) == 30).all()
    assert (seen[..., 1].sum(axis=(1, 2)) == 1).all()
    for _ in range(300):
        bricks = seen[..., 3].sum(axis=(1, 2))
        step = world.step(at_random(world, int(bricks.sum()))(None))
        gone = bricks - step.last[..., 3].sum(axis=(1, 2))
        np.testing.assert_array_equal(step.reward, gone)
        ball = step.last[..., 1].reshape(16, 10, 10)
        assert (ball.sum(axis=(1, 2)) == 1).all()
        np.testing.assert_array_equal(ball[:, 9].any(axis=1), step.terminated)
        assert not (ball * step.last[..., 3]).any(), "the ball never lies on a brick"
        seen = step.observation


def follow(seen):
    """Be where the ball will come down."""
    paddle, ball, trail = (seen[..., c] for c in range(3))
    column, row = ball.sum(1).argmax(1), ball.sum(2).argmax(1)
    side = column - trail.sum(1).argmax(1)
    falls = row > trail.sum(2).argmax(1)
    goal = np.where(falls & (row == 8), np.clip(column + side, 0, 9), column)
    return 1 + np.sign(goal - paddle.sum(1).argmax(1))


def test_breakout_can_be_kept_in_play():
    world = Breakout(16, seed=1)
    assert play(world, follow, 16).mean() > 3 * play(world, at_random(world), 64).mean() + 3


@pytest.mark.parametrize(
    ("paddle", "action", "heading", "column"),
    [
        (5, 1, (-1, 1), 5),  # it stands where the ball comes down
        (4, 2, (-1, 1), 5),  # it comes along
        (6, 0, (-1, -1), 5),  # it comes from the other side
        (4, 1, (-1, -1), 4),  # it stands a field too early
    ],
)
def test_the_paddle_sends_the_ball_where_the_rules_say(paddle, action, heading, column):
    world = Breakout(1)
    world.reset()
    world.ball[0], world.heading[0], world.paddle[0] = (8, 4), (1, 1), paddle
    step = world.step([action])
    assert not step.terminated[0]
    assert tuple(world.heading[0]) == heading
    assert tuple(world.ball[0]) == (8, column)


def test_breakout_builds_a_new_wall_when_the_last_brick_is_gone():
    world = Breakout(1)
    world.reset()
    world.bricks[0] = False
    world.bricks[0, 3, 6] = True
    world.ball[0], world.heading[0] = (4, 5), (-1, 1)
    step = world.step([1])
    assert step.reward[0] == 1
    assert tuple(world.heading[0]) == (1, 1)
    assert world.bricks[0, 1:4].all()
    assert world.bricks.sum() == 30


def test_grid_walks_stop_at_walls_and_ends():
    world = GridWorld(1)
    world.reset()
    path = [0, 0, 1, 1, 1]  # up twice, then right to the good end
    steps = [world.step([action]) for action in path]
    assert [int(step.last[0]) for step in steps] == [4, 0, 1, 2, 3]
    assert steps[-1].reward[0] == 1
    assert steps[-1].terminated[0]
    assert int(steps[-1].observation[0]) == 8, "it starts again"
    np.testing.assert_allclose([step.reward[0] for step in steps[:-1]], -0.04)
    world.step([0])
    assert int(world.step([1]).last[0]) == 4, "there is a wall"


def test_the_grids_model_is_what_happens():
    world = GridWorld(4000, slip=0.2, seed=1, time_limit=None)
    chance, reward, ends = world.model()
    np.testing.assert_allclose(chance.sum(axis=2), 1)
    assert ends.sum() == 2
    world.reset()
    for place, action in ((0, 1), (6, 0), (2, 2)):
        world.place[:] = place
        step = world.step(np.full(4000, action))
        seen = np.bincount(step.last, minlength=12) / 4000
        np.testing.assert_allclose(seen, chance[place, action], atol=0.03)
        assert step.reward.mean() == pytest.approx(reward[place, action], abs=0.04)


def test_value_iteration_on_the_example_gives_the_books_values():
    # Russell and Norvig's figure: 0.705 at the start, with steps that slip by 0.2 and cost 0.04.
    chance, reward, _ = GridWorld(1, EXAMPLE, slip=0.2).model()
    value = np.zeros(12)
    for _ in range(200):
        value = (reward + chance @ value).max(axis=1)
    cost_of_start = 0.04
    assert value[8] - cost_of_start == pytest.approx(0.705, abs=0.001)


@pytest.mark.parametrize("plan", [(), ("s.", "."), ("s.x+",), ("....",), ("+#",)])
def test_wrong_plans_are_named(plan):
    with pytest.raises(InvalidInputError, match="plan"):
        GridWorld(1, plan)
