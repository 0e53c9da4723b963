"""A grid to walk on, small enough for a table."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.rl.world import World

MOVES = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]])
"""Actions 0 to 3: up, right, down, left, as steps in row and column."""

EXAMPLE = (
    "...+",
    ".#.-",
    "s...",
)
"""The world of Russell and Norvig (1995): a wall, a good end and a bad one."""


class GridWorld(World):
    """Walk from `s` to an end; `+` gives 1, `-` gives -1, `#` is a wall, every other step costs.

    Args:
        plan: lines of one length, of the characters `.`, `#`, `s`, `+` and `-`. Without an `s` an
            episode starts on any free field.
        slip: chance that a step goes to one of the two sides instead, half of it each.
        cost: of a step that reaches no end.

    Observations are integers `(n,)`, the number of the field in reading order.
    """

    num_actions = 4
    observation_shape = ()

    def __init__(
        self,
        n: int = 1,
        plan: tuple[str, ...] = EXAMPLE,
        *,
        slip: float = 0.0,
        cost: float = 0.04,
        seed: int = 0,
        time_limit: int | None = 200,
    ):
        super().__init__(n, seed=seed, time_limit=time_limit)
        if not plan or len({len(line) for line in plan}) != 1 or set("".join(plan)) - set(".#s+-"):
            raise InvalidInputError(
                f"`plan` must be lines of one length, of the characters . # s + -. Received: {plan}"
            )
        if not 0 <= slip <= 1:
            raise InvalidInputError(f"`slip` must be from 0 to 1. Received: slip={slip!r}")
        self.fields = np.array([list(line) for line in plan])
        self.slip, self.cost = float(slip), float(cost)
        starts = np.flatnonzero(self.fields.ravel() == "s")
        self._starts = starts if len(starts) else np.flatnonzero(self.fields.ravel() == ".")
        if not len(self._starts) or not np.isin(self.fields, ["+", "-"]).any():
            raise InvalidInputError(
                f"`plan` must have a field to start from and an end. Received: {plan}"
            )
        self.place = np.zeros(n, int)

    @property
    def num_states(self) -> int:
        """Number of fields, walls and ends among them."""
        return self.fields.size

    def observe(self) -> np.ndarray:
        """int64 `(n,)`."""
        return self.place.copy()

    def model(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The world as numbers, for value iteration.

        Returns:
            The chance to get from s by a to s' `(states, actions, states)`; the mean reward
            `(states, actions)`; which fields are ends, bool `(states,)`. Ends lead to themselves
            and give nothing.
        """
        ends = np.isin(self.fields.ravel(), ["+", "-"])
        chance = np.zeros((self.num_states, 4, self.num_states))
        reward = np.zeros((self.num_states, 4))
        everywhere = np.arange(self.num_states)
        for action in range(4):
            for turn, share in ((0, 1 - self.slip), (1, self.slip / 2), (3, self.slip / 2)):
                there = self._next(everywhere, np.full(self.num_states, (action + turn) % 4))
                there = np.where(ends, everywhere, there)
                chance[everywhere, action, there] += share
                reward[:, action] += share * np.where(ends, 0, self._reward(there))
        return chance, reward, ends

    def _start(self, which: np.ndarray) -> None:
        self.place[which] = self.rng.choice(self._starts, which.sum())

    def _move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        draw = self.rng.random(self.n)
        turn = np.where(draw < self.slip / 2, 1, np.where(draw < self.slip, 3, 0))
        self.place = self._next(self.place, (actions + turn) % 4)
        return self._reward(self.place), np.isin(self.fields.ravel()[self.place], ["+", "-"])

    def _next(self, place: np.ndarray, actions: np.ndarray) -> np.ndarray:
        height, width = self.fields.shape
        row, column = (np.stack(np.divmod(place, width), -1) + MOVES[actions]).T
        row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
        there = row * width + column
        return np.where(self.fields.ravel()[there] == "#", place, there)

    def _reward(self, place: np.ndarray) -> np.ndarray:
        field = self.fields.ravel()[place]
        return np.where(field == "+", 1.0, np.where(field == "-", -1.0, -self.cost))
