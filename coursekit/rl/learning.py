"""Deep Q-learning: act, remember, learn from memory, towards values that stand still."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.rl import rules
from coursekit.rl.memory import Batch, ReplayMemory
from coursekit.rl.network import Adam, QNetwork
from coursekit.rl.world import World, play


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Attributes:
        steps: of all copies of the world together.
        copies: worlds side by side.
        batch: transitions that are learned from at a time.
        every: steps of all copies for each such time.
        memory: transitions kept; 0 for no memory: then the last `batch` are learned from.
        copy_every: times of learning between two copies to the frozen network; 0 for none: then
            targets come from the network that learns.
        double: whether the network that learns chooses the action whose value the frozen one tells.
        rate, discount: of learning and of the future.
        unit: what a reward of 1 counts in the network's values. Huber's loss listens to the middle
            of what it is told rather than to the mean where errors are larger than 1, and so hears
            little of rare ends: values should be of size 1.
        first, last, share: epsilon falls from `first` to `last` over this share of the steps.
        begin: steps before the first time of learning.
        hidden: units of the hidden layers; none for a linear network.
        tests: how often the network plays without chance, evenly over the steps.
        episodes: that it plays each time.
    """

    steps: int
    copies: int = 8
    batch: int = 64
    every: int = 8
    memory: int = 10_000
    copy_every: int = 100
    double: bool = False
    rate: float = 1e-3
    discount: float = 0.99
    unit: float = 1.0
    first: float = 1.0
    last: float = 0.05
    share: float = 0.5
    begin: int = 1_000
    hidden: tuple[int, ...] = (64, 64)
    tests: int = 10
    episodes: int = 16

    def but(self, **changes: Any) -> Plan:
        """The same with some changes."""
        return replace(self, **changes)


@dataclass
class Learned:
    """What came of it.

    Attributes:
        network: as it was at the end.
        best: as it was when it tested best.
        steps, scores: of the tests, `(tests,)`: mean total reward without chance.
        played, totals: step and total reward of each episode of the training, chance included.
        believed: at each test, the mean best value of starts, in rewards.
        seconds: that it took.
    """

    network: QNetwork
    best: QNetwork
    steps: np.ndarray
    scores: np.ndarray
    played: np.ndarray
    totals: np.ndarray
    believed: np.ndarray
    seconds: float = field(default=0.0)


class _OwnMemory:
    """A memory whose rows somebody else's functions choose."""

    def __init__(self, world: World, capacity: int, dtype: str, parts: dict, seed: int):
        shape = (capacity, *world.observation_shape)
        self._kept = Batch(
            np.zeros(shape, dtype),
            np.zeros(capacity, int),
            np.zeros(capacity, np.float32),
            np.zeros(shape, dtype),
            np.zeros(capacity, bool),
        )
        self._into, self._from = parts["ring_rows"], parts["drawn_rows"]
        self._capacity, self._added = capacity, 0
        self._rng = np.random.default_rng(seed)

    def add(self, *new) -> None:
        rows = np.asarray(self._into(self._added, len(new[0]), self._capacity))
        for kept, part in zip(self._kept, new, strict=True):
            kept[rows] = part
        self._added += len(new[0])

    def sample(self, size: int) -> Batch:
        rows = self._from(self._added, self._capacity, self._rng.random(size))
        return Batch(*(kept[np.asarray(rows)] for kept in self._kept))


class _Last:
    """The transitions of the last turns, in the order in which they came: no memory."""

    def __init__(self, turns: int):
        self._turns, self._kept = turns, []

    def add(self, *new) -> None:
        self._kept = [*self._kept[-self._turns + 1 :], Batch(*map(np.array, new))]

    def sample(self, size: int) -> Batch:
        return Batch(*(np.concatenate(part)[-size:] for part in zip(*self._kept, strict=True)))


class NumpyLearner:
    """Adam on a `QNetwork`, with a loss of one's own."""

    def __init__(self, network: QNetwork, rate: float, loss: Callable = rules.chosen_loss):
        self.network, self._loss = network, loss
        self._adam = Adam(network.parameters.size, rate)

    def learn(self, observation: np.ndarray, actions: np.ndarray, targets: np.ndarray) -> float:
        """One step towards `targets` `(n,)`. Returns the loss before it."""
        layers = self.network.layers(observation)
        loss, slope = self._loss(layers[-1], actions, targets)
        self._adam.step(self.network.parameters, self.network.gradient(layers, slope))
        return loss


def learn(
    make: Callable[..., World],
    plan: Plan,
    *,
    seed: int = 0,
    parts: dict[str, Callable] | None = None,
    learner: Callable[[QNetwork, float], Any] | None = None,
    note: Callable[[str], None] | None = None,
) -> Learned:
    """Learn to act in a world.

    Args:
        make: `make(n, seed=)` gives the world in `n` copies.
        plan: how.
        seed: of worlds, starting weights, chance and memory, each with a stream of its own.
        parts: functions that stand in for those of `coursekit.rl.rules`, by their names; and for
            the memory `ring_rows` and `drawn_rows`, both or none.
        learner: `learner(network, rate)` gives what learns: its `learn(observation, actions,
            targets)` changes the weights of `network`; by default a `NumpyLearner`.
        note: is told of each test in a line.

    Raises:
        InvalidInputError: if a part has no known name.
    """
    start, parts = time.perf_counter(), dict(parts or {})
    names = ("action_chances", "epsilon_at", "targets", "double_targets", "chosen_loss")
    names = (*names, "refreshed", "ring_rows", "drawn_rows")
    if unknown := set(parts) - set(names):
        raise InvalidInputError(
            f"`parts` must be named as in {', '.join(names)}. Received: {sorted(unknown)}"
        )
    rule = {name: parts.get(name, getattr(rules, name, None)) for name in names}
    seeds = np.random.SeedSequence(seed).generate_state(5)
    world, exam = make(plan.copies, seed=int(seeds[0])), make(plan.episodes, seed=int(seeds[1]))
    network = QNetwork(world.observation_shape, world.num_actions, plan.hidden, seed=seeds[2])
    frozen, best = network.copy(), network.copy()
    learner = (
        NumpyLearner(network, plan.rate, rule["chosen_loss"])
        if learner is None
        else learner(network, plan.rate)
    )
    rng, memory = np.random.default_rng(seeds[3]), _memory(world, plan, parts, int(seeds[4]))
    tests, played, totals = [], [], []
    seen, running, learned = world.reset(), np.zeros(plan.copies), 0
    turns = plan.steps // plan.copies
    for turn in range(1, turns + 1):
        done = turn * plan.copies
        epsilon = rule["epsilon_at"](done, plan.first, plan.last, plan.share * plan.steps)
        actions = rules.choose(np.asarray(rule["action_chances"](network(seen), epsilon)), rng)
        step = world.step(actions)
        memory.add(seen, actions, plan.unit * step.reward, step.last, step.terminated)
        seen, running = step.observation, running + step.reward
        for copy in np.flatnonzero(step.terminated | step.truncated):
            played.append(done)
            totals.append(running[copy])
            running[copy] = 0.0
        times = (done - plan.begin) // plan.every if done > plan.begin else 0
        while learned < times:
            if plan.copy_every:
                kept = rule["refreshed"](learned, plan.copy_every, network.weights, frozen.weights)
                if kept is not frozen.weights:
                    frozen.load(kept)
            judge = frozen if plan.copy_every else network
            batch = memory.sample(plan.batch)
            given = (batch.reward, batch.following, batch.terminated)
            if plan.double:
                goal = rule["double_targets"](*given, network, judge, plan.discount)
            else:
                never = np.zeros(len(batch.reward), bool)
                goal = rule["targets"](*given, never, judge, plan.discount)
            learner.learn(batch.observation, batch.action, np.asarray(goal, np.float32))
            learned += 1
        if turn * plan.tests // turns > (turn - 1) * plan.tests // turns:
            score = float(play(exam, greedy(network), plan.episodes).mean())
            if not tests or score >= max(test[1] for test in tests):
                best = network.copy()
            believed = network(exam.reset()).max(axis=1).mean() / plan.unit
            tests.append((done, score, float(believed)))
            if note:
                note(f"{done:,} steps: {score:.1f}, epsilon {epsilon:.2f}")
    steps, scores, believed = map(np.array, zip(*tests, strict=True))
    seconds = time.perf_counter() - start
    history = np.array(played), np.array(totals)
    return Learned(network, best, steps, scores, *history, believed, seconds)


def greedy(network: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The policy that takes the action of the highest value."""
    return lambda observation: network(observation).argmax(axis=1)


def _memory(world: World, plan: Plan, parts: dict, seed: int):
    dtype = "uint8" if world.observe().ndim > 2 else "float32"
    if not plan.memory:
        return _Last(-(-plan.batch // plan.copies))
    if "ring_rows" in parts:
        return _OwnMemory(world, plan.memory, dtype, parts, seed)
    return ReplayMemory(plan.memory, world.observation_shape, dtype=dtype, seed=seed)
