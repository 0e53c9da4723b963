"""What all worlds have in common: many copies side by side, each starting anew when its episode
ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from coursekit.errors import InvalidInputError


class Step(NamedTuple):
    """What one step gives, for `n` copies.

    Attributes:
        observation: `(n, ...)`, of a new episode where the last one has ended.
        reward: float64 `(n,)`.
        terminated: bool `(n,)`, the episode has ended for good: there is no future to value.
        truncated: bool `(n,)`, a time limit has cut it off: there would be one.
        last: `(n, ...)`, the observation that the action led to, before any new start.
    """

    observation: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    last: np.ndarray


class World(ABC):
    """Base of the worlds.

    Args:
        n: copies side by side.
        seed: of all that chance decides.
        time_limit: steps after which an episode is cut off, or None.

    Attributes:
        num_actions: actions are 0 to this, exclusive.
        observation_shape: of one copy's observation.
    """

    num_actions: int
    observation_shape: tuple[int, ...]

    def __init__(self, n: int = 1, *, seed: int = 0, time_limit: int | None = None):
        for name, value in (("n", n), ("time_limit", time_limit)):
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if (not whole or value < 1) and not (name == "time_limit" and value is None):
                raise InvalidInputError(
                    f"`{name}` must be a positive integer. Received: {name}={value!r}"
                )
        self.n, self.time_limit = int(n), time_limit
        self.rng = np.random.default_rng(seed)
        self._time: np.ndarray | None = None

    def reset(self) -> np.ndarray:
        """Start all copies anew. Returns the observations `(n, ...)`."""
        self._time = np.zeros(self.n, int)
        self._start(np.ones(self.n, bool))
        return self.observe()

    def step(self, actions) -> Step:
        """Take one action in each copy.

        Args:
            actions: integers `(n,)`.

        Raises:
            InvalidInputError: if `reset` was not called, or an action is none of this world's.
        """
        if self._time is None:
            raise InvalidInputError("Call reset() before the first step().")
        actions = np.asarray(actions)
        known = actions.shape == (self.n,) and actions.dtype.kind in "ui"
        if not known or actions.min() < 0 or actions.max() >= self.num_actions:
            raise InvalidInputError(
                f"Expected {self.n} integers from 0 to {self.num_actions - 1}. Received: "
                f"{actions.dtype} of shape {actions.shape}"
            )
        reward, terminated = self._move(actions)
        self._time += 1
        late = self._time >= (self.time_limit or np.inf)
        truncated = late & ~terminated
        last = self.observe()
        over = terminated | truncated
        if not over.any():
            return Step(last, reward, terminated, truncated, last)
        self._time[over] = 0
        self._start(over)
        return Step(self.observe(), reward, terminated, truncated, last)

    @abstractmethod
    def observe(self) -> np.ndarray:
        """A fresh array `(n, ...)` of what is seen now."""

    @abstractmethod
    def _start(self, which: np.ndarray) -> None:
        """Start the copies of the mask anew."""

    @abstractmethod
    def _move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Let one step pass. Returns rewards and which episodes have ended."""


def play(world: World, policy: Callable[[np.ndarray], np.ndarray], episodes: int) -> np.ndarray:
    """Total rewards of episodes under a policy.

    The first episodes of the copies are counted, as many of each as of any other, so that short
    episodes are not favoured.

    Args:
        world: is reset.
        policy: gives actions `(n,)` for observations `(n, ...)`.
        episodes: at least so many are played.

    Returns:
        float64, one total per episode, at least `episodes` of them.
    """
    each = -(-episodes // world.n)
    observation, running = world.reset(), np.zeros(world.n)
    totals, done = np.zeros((world.n, each)), np.zeros(world.n, int)
    while done.min() < each:
        step = world.step(policy(observation))
        observation = step.observation
        running += step.reward
        over = step.terminated | step.truncated
        counted = over & (done < each)
        totals[counted, done[counted]] = running[counted]
        done[over] += 1
        running[over] = 0
    return totals.ravel()
