"""What lab 20 measures, each study a function: rallies of the stored player, bias of the maximum,
learning without one part or the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coursekit.rl.cartpole import CartPole
from coursekit.rl.grid import GridWorld
from coursekit.rl.learning import Learned, NumpyLearner, Plan, greedy, learn
from coursekit.rl.network import QNetwork
from coursekit.rl.pixels import Breakout, Catch
from coursekit.rl.world import World, play

POLE = Plan(
    steps=100_000,
    copies=4,
    every=2,
    batch=64,
    hidden=(64, 64),
    rate=5e-4,
    copy_every=50,
    unit=0.05,
    last=0.02,
    share=0.3,
    tests=40,
)
"""Balancing the pole until it counts as solved."""

CATCH = Plan(
    steps=16_000,
    copies=4,
    every=4,
    batch=32,
    hidden=(48,),
    rate=2e-3,
    copy_every=50,
    begin=400,
    tests=8,
    episodes=50,
)
"""Catch, learned in seconds."""

BREAKOUT = Plan(
    steps=60_000,
    copies=4,
    every=4,
    batch=32,
    memory=50_000,
    hidden=(128,),
    rate=5e-4,
    copy_every=100,
    discount=0.97,
    unit=0.25,
    last=0.03,
    share=0.3,
    tests=12,
)
"""Breakout, for the comparison of what each part is for."""

PLAYER = BREAKOUT.but(
    steps=300_000, hidden=(128, 32), batch=64, memory=100_000, rate=3e-4, share=0.2, tests=30
)
"""The player that comes with the package."""


@dataclass(frozen=True)
class Rally:
    """One episode as its player saw it.

    Attributes:
        observations: `(t, 10, 10, 4)`.
        q: values `(t, actions)`.
        actions: that were taken, `(t,)`.
        rewards: that they brought, `(t,)`.
    """

    observations: np.ndarray
    q: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray

    @property
    def value(self) -> np.ndarray:
        """The best value of each frame `(t,)`."""
        return self.q.max(axis=1)


class Film(NamedTuple):
    """Several episodes in a row: `observations (t, 10, 10, 4)` uint8; `frames (t, 10, 10)` uint8,
    grey, without the ball's last place; `starts` and `ended (t,)`, an episode's first and last
    frame; `side (t,)`, where the ball came from: 1 to the right, -1 to the left, 0 if it stood
    still; `value (t,)` and `rewards (t,)`."""

    observations: np.ndarray
    frames: np.ndarray
    starts: np.ndarray
    ended: np.ndarray
    side: np.ndarray
    value: np.ndarray
    rewards: np.ndarray


def _slipping(q: np.ndarray, slip: float, rng: np.random.Generator) -> np.ndarray:
    """The best actions, with chance `slip` any."""
    best = q.argmax(axis=1)
    return np.where(rng.random(len(q)) < slip, rng.integers(0, q.shape[1], len(q)), best)


def lost_rallies(
    player: Callable[[np.ndarray], np.ndarray], count: int, *, held: int = 60, seed: int = 0
) -> list[Rally]:
    """Games in which the ball is lost because somebody pulls the paddle into a corner.

    Args:
        player: gives values `(n, 3)`; it plays as well as it can for `held` frames, and then its
            paddle is pulled to the left in every other game, to the right in the rest.
        count: games, each in a copy of its own; those that are lost before are played again.
        held: frames.
        seed: of the games.
    """
    world = Breakout(count, seed=seed, time_limit=None)
    seen = world.reset()
    kept: list[list] = [[] for _ in range(count)]
    found: list[Rally | None] = [None] * count
    while any(rally is None for rally in found):
        q = player(seen)
        free = np.array([len(steps) < held for steps in kept])
        actions = np.where(free, q.argmax(axis=1), 2 * (np.arange(count) % 2))
        step = world.step(actions)
        for i, steps in enumerate(kept):
            steps.append((seen[i], q[i], actions[i], step.reward[i]))
            if step.terminated[i]:
                if len(steps) > held and found[i] is None:
                    found[i] = Rally(*map(np.array, zip(*steps, strict=True)))
                kept[i] = []
        seen = step.observation
    return [rally for rally in found if rally is not None]


def foresight(rally: Rally) -> int:
    """For how many of its last frames the value has stayed below half of the rally's mean."""
    high = np.flatnonzero(rally.value >= rally.value.mean() / 2)
    return int(len(rally.value) - 1 - high[-1])


def film(
    player: Callable[[np.ndarray], np.ndarray],
    steps: int,
    *,
    slip: float = 0.25,
    seed: int = 0,
    copies: int = 10,
) -> Film:
    """`steps` frames of Breakout, those of one copy after those of the other; what a copy had begun
    and not ended is left out."""
    rng, parts, found = np.random.default_rng(seed), [[] for _ in range(copies)], []
    world = Breakout(copies, seed=seed)
    seen = world.reset()
    while sum(map(len, found)) < steps:
        q = player(seen)
        step = world.step(_slipping(q, slip, rng))
        over = step.terminated | step.truncated
        for i, part in enumerate(parts):
            part.append((seen[i], not part, over[i], q[i].max(), step.reward[i]))
            if over[i]:
                found.append(part)
                parts[i] = []
        seen = step.observation
    rows = [row for part in found for row in part]
    observations, starts, ended, value, rewards = (
        np.array(part) for part in zip(*rows, strict=True)
    )
    paddle, ball, trail, bricks = np.moveaxis(observations, -1, 0)
    frames = np.max([255 * ball, 170 * paddle, 85 * bricks], axis=0).astype(np.uint8)
    columns = np.arange(10)
    side = np.sign((ball.sum(1) - trail.sum(1)) @ columns).astype(int)
    return Film(observations.astype(np.uint8), frames, starts, ended, side, value, rewards)


def heading(x: np.ndarray, film: Film) -> float:
    """How often a linear classifier tells from pictures `(t, ...)` whether the ball came from the
    left or from the right; trained on the first two thirds of the film, counted in the rest."""
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero((film.side != 0) & ~film.starts)
    x, side = np.asarray(x, float).reshape(len(x), -1)[rows] / 255, film.side[rows]
    cut = 2 * len(rows) // 3
    reader = LogisticRegression(max_iter=300).fit(x[:cut], side[:cut])
    return float(reader.score(x[cut:], side[cut:]))


def angles(steps: int, *, seed: int = 0) -> np.ndarray:
    """The pole's angle, step by step, under random pushes `(steps,)`."""
    world, rng = CartPole(1, seed=seed), np.random.default_rng(seed)
    seen, found = world.reset(), []
    for action in rng.integers(0, 2, steps):
        found.append(seen[0, 2])
        seen = world.step(np.array([action])).observation
    return np.array(found)


def balanced_pole(targets: Callable, *, discount: float, limit: int) -> dict[str, np.ndarray]:
    """What a pole that never falls is worth in each step up to a limit, by sweeps of `targets`, if
    the limit is told as a clock and if it is told as an end."""
    here, last = np.arange(limit), np.arange(limit) == limit - 1
    never, found = np.zeros(limit, bool), {}
    for name, how in (("a clock", (never, last)), ("an end", (last, never))):
        value = np.zeros(limit)
        after = np.minimum(here + 1, limit - 1)

        def frozen(place, value=value):
            return value[np.asarray(place)][:, None]

        for _ in range(1_200):
            value[:] = targets(np.ones(limit), after, *how, frozen, discount)
        found[name] = value
    return found


def expected_maximum(count: int) -> float:
    """The mean of the largest of `count` independent standard normal numbers, by its integral."""
    from scipy import integrate, stats

    def part(x):
        return x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1)

    return float(integrate.quad(part, -12, 12)[0])


def hopes(
    targets: Callable, double_targets: Callable, *, actions: int, seed: int = 0, rows: int = 20_000
) -> dict[str, float]:
    """Mean target of states whose actions are all worth 0, where the networks' opinions err by a
    standard normal number each."""
    rng = np.random.default_rng(seed)
    online, frozen = rng.normal(size=(2, rows, actions))
    never, nothing = np.zeros(rows, bool), np.zeros(rows)
    states = np.arange(rows)  # a state is its number, so that it may be asked about alone
    one = targets(nothing, states, never, never, frozen.__getitem__, 1.0)
    two = double_targets(nothing, states, never, online.__getitem__, frozen.__getitem__, 1.0)
    return {"one network": float(np.mean(one)), "two networks": float(np.mean(two))}


def stands_still(refreshed: Callable) -> str:
    """Whether a frozen copy keeps its numbers while the network that it was made of learns on: what
    no check can see that lives in another process. In a sentence."""
    online = [np.ones((2, 3)), np.ones(3)]
    frozen = refreshed(0, 5, online, [np.zeros((2, 3)), np.zeros(3)])
    for w in online:
        w += 1
    if all(np.all(np.asarray(w) == 1) for w in frozen):
        return "Your frozen weights stood still while the others learned on."
    return (
        "Your frozen weights moved along with those that learned: they are the same arrays. "
        "Make copies of them."
    )


def wander(grid: GridWorld, turns: int, seed: int = 0) -> Iterator[dict[str, np.ndarray]]:
    """Transitions of random walks, those of all copies in each turn."""
    rng, seen = np.random.default_rng(seed), grid.reset()
    for _ in range(turns):
        actions = rng.integers(0, grid.num_actions, grid.n)
        step = grid.step(actions)
        yield {
            "state": seen,
            "action": actions,
            "reward": step.reward,
            "following": step.last,
            "terminated": step.terminated,
        }
        seen = step.observation


def apart(grid: GridWorld, known: np.ndarray, walked: np.ndarray) -> np.ndarray:
    """Differences of two tables in the fields on which a walker may stand."""
    free = ~np.isin(grid.fields.ravel(), ["#", "+", "-"])
    return np.asarray(walked)[free] - np.asarray(known)[free]


WITHOUT = {
    "all parts": {},
    "no memory": {"memory": 0},
    "no frozen targets": {"copy_every": 0},
    "neither": {"memory": 0, "copy_every": 0},
    "no hidden layer": {"hidden": ()},
}
"""What is changed in the plan of each row of the comparison."""


def ablation(seeds: Sequence[int], *, fast: bool = False) -> dict:
    """Learn a game as it is meant, and without one part or another.

    Args:
        seeds: one run each.
        fast: Catch with two seeds, in place of Breakout.

    Returns:
        `world` and its score in words; `runs`, for each name a list of `Learned`; `ends`, for each
        name the scores of the last two tests, averaged, a list with one entry for each seed.
    """
    if fast:
        world, words, plan = Catch, "Catch, caught minus missed", CATCH.but(steps=10_000)
        seeds = (seeds[0], seeds[0] + 1)
    else:
        world, words, plan = Breakout, "Breakout, bricks a game", BREAKOUT
    runs: dict[str, list[Learned]] = {
        name: [learn(world, plan.but(**change), seed=seed) for seed in seeds]
        for name, change in WITHOUT.items()
    }
    ends = {name: [float(run.scores[-2:].mean()) for run in own] for name, own in runs.items()}
    return {"world": words, "runs": runs, "ends": ends}


def beside_keras(loss: Callable, steps: int, *, seed: int = 0) -> list[float]:
    """Train two networks of the same weights on the same batches of Catch, one in NumPy with
    `loss`, one in Keras; the largest difference of their values after each step."""
    from coursekit.rl.in_keras import KerasLearner

    world, rng = Catch(256, seed=seed), np.random.default_rng(seed)
    world.reset()
    for _ in range(4):
        seen = world.step(rng.integers(0, 3, 256)).observation
    ours = QNetwork(world.observation_shape, 3, (32,), seed=seed)
    theirs = ours.copy()
    learners = NumpyLearner(ours, 1e-3, loss), KerasLearner(theirs, 1e-3)
    gaps = []
    for _ in range(steps):
        rows = rng.integers(0, 256, 32)
        goal = rng.normal(0, 2, 32).astype(np.float32)
        actions = rng.integers(0, 3, 32)
        for learner in learners:
            learner.learn(seen[rows], actions, goal)
        gaps.append(float(np.abs(ours(seen) - theirs(seen)).max()))
    return gaps


def catch_in_keras(seed: int = 0, *, steps: int = CATCH.steps) -> float:
    """Learn Catch with Keras's own steps; the mean score of 200 games after it, without chance."""
    from coursekit.rl.in_keras import KerasLearner

    run = learn(Catch, CATCH.but(steps=steps), seed=seed, learner=KerasLearner)
    return score(Catch(50, seed=5_000 + seed), run.network, 200)


def score(world: World, network: Callable[[np.ndarray], np.ndarray], episodes: int) -> float:
    """Mean total reward without chance."""
    return float(play(world, greedy(network), episodes).mean())
