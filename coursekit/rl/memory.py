"""A ring of what happened, to learn from in any order (Lin 1992, Mnih et al. 2015)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.errors import InvalidInputError


class Batch(NamedTuple):
    """`b` transitions: `observation (b, ...)`, `action (b,)`, `reward (b,)`, `following (b, ...)`,
    and `terminated (b,)`, whether there is no future to value."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    following: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` transitions; a new one takes the place of the oldest.

    Args:
        capacity: how many are kept.
        observation_shape: of one observation.
        dtype: of the observations: uint8 keeps frames small.
        seed: of the draws.
    """

    def __init__(
        self, capacity: int, observation_shape: tuple[int, ...], *, dtype="float32", seed: int = 0
    ):
        if isinstance(capacity, bool) or int(capacity) != capacity or capacity < 1:
            raise InvalidInputError(
                f"`capacity` must be a positive integer. Received: capacity={capacity!r}"
            )
        self.capacity = int(capacity)
        self._rng = np.random.default_rng(seed)
        shape = (self.capacity, *observation_shape)
        self._kept = Batch(
            np.zeros(shape, dtype),
            np.zeros(self.capacity, np.int64),
            np.zeros(self.capacity, np.float32),
            np.zeros(shape, dtype),
            np.zeros(self.capacity, bool),
        )
        self._added = 0

    def __len__(self) -> int:
        return min(self._added, self.capacity)

    def add(self, observation, action, reward, following, terminated) -> None:
        """Keep copies of `n` transitions.

        Args:
            observation: `(n, ...)`, what was seen.
            action: `(n,)`.
            reward: `(n,)`.
            following: `(n, ...)`, what was seen next: `Step.last`, not the start of a new episode.
            terminated: `(n,)`; a time limit is no end.

        Raises:
            InvalidInputError: if shapes do not fit.
        """
        new = Batch(*map(np.asarray, (observation, action, reward, following, terminated)))
        n = len(new.action)
        for name, part, kept in zip(Batch._fields, new, self._kept, strict=True):
            if part.shape != (n, *kept.shape[1:]):
                raise InvalidInputError(
                    f"`{name}` must have the shape {(n, *kept.shape[1:])}. Received: {part.shape}"
                )
        first = max(0, n - self.capacity)  # of more than fit, the last are kept
        places = np.arange(self._added + first, self._added + n) % self.capacity
        for part, kept in zip(new, self._kept, strict=True):
            kept[places] = part[first:]
        self._added += n

    def sample(self, size: int) -> Batch:
        """Draw `size` transitions, each as likely as any other, with repetition.

        Raises:
            InvalidInputError: if nothing is kept yet.
        """
        if not len(self):
            raise InvalidInputError("There is nothing in the memory yet. Add transitions first.")
        places = self._rng.integers(0, len(self), size)
        return Batch(*(kept[places] for kept in self._kept))
