"""Two games on ten by ten fields, seen as pictures: Catch, and Breakout with a ball, a paddle and
bricks."""

from __future__ import annotations

import numpy as np

from coursekit.rl.world import World

SIDE = 10


class Catch(World):
    """A ball falls; move the paddle below it (Mnih et al. 2014).

    Actions: 0 left, 1 stay, 2 right. The ball falls one field a step, straight down; in the lowest
    row it gives 1 if the paddle is there and -1 if not, and the episode ends. Observations are
    float32 `(n, 10, 10, 1)`, 1 for ball and paddle. Random play gives about -0.8.
    """

    num_actions = 3
    observation_shape = (SIDE, SIDE, 1)

    def __init__(self, n: int = 1, *, seed: int = 0):
        super().__init__(n, seed=seed)
        self.ball = np.zeros((n, 2), int)  # row, column
        self.paddle = np.zeros(n, int)

    def observe(self) -> np.ndarray:
        """float32 `(n, 10, 10, 1)`."""
        out = np.zeros((self.n, *self.observation_shape), np.float32)
        rows = np.arange(self.n)
        out[rows, self.ball[:, 0], self.ball[:, 1], 0] = 1
        out[rows, SIDE - 1, self.paddle, 0] = 1
        return out

    def _start(self, which: np.ndarray) -> None:
        self.ball[which, 0] = 0
        self.ball[which, 1] = self.rng.integers(0, SIDE, which.sum())
        self.paddle[which] = self.rng.integers(0, SIDE, which.sum())

    def _move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.paddle = np.clip(self.paddle + actions - 1, 0, SIDE - 1)
        self.ball[:, 0] += 1
        down = self.ball[:, 0] == SIDE - 1
        caught = np.where(self.ball[:, 1] == self.paddle, 1.0, -1.0)
        return np.where(down, caught, 0.0), down


class Breakout(World):
    """A ball, a paddle and three rows of bricks on ten by ten fields.

    Actions: 0 left, 1 stay, 2 right. The ball moves one field in both directions each step and
    comes back from walls, bricks and the paddle; a brick gives 1 and is gone; when all are gone a
    new wall is built. The episode ends when the ball passes the paddle. A paddle that moves as it
    meets the ball sends it to its own side; one that meets it a field early, where it comes from,
    sends it back there. Random play earns about a quarter of a brick an episode.

    Observations are float32 `(n, 10, 10, 4)`, in the channels paddle, ball, where the ball was
    before, bricks.
    """

    num_actions = 3
    observation_shape = (SIDE, SIDE, 4)
    _BRICKS = slice(1, 4)

    def __init__(self, n: int = 1, *, seed: int = 0, time_limit: int | None = 1000):
        super().__init__(n, seed=seed, time_limit=time_limit)
        self.ball, self.trail = np.zeros((n, 2), int), np.zeros((n, 2), int)  # row, column
        self.heading = np.ones((n, 2), int)
        self.paddle = np.zeros(n, int)
        self.bricks = np.zeros((n, SIDE, SIDE), bool)

    def observe(self) -> np.ndarray:
        """float32 `(n, 10, 10, 4)`."""
        out = np.zeros((self.n, *self.observation_shape), np.float32)
        rows = np.arange(self.n)
        out[rows, SIDE - 1, self.paddle, 0] = 1
        out[rows, self.ball[:, 0], self.ball[:, 1], 1] = 1
        out[rows, self.trail[:, 0], self.trail[:, 1], 2] = 1
        out[..., 3] = self.bricks
        return out

    def _start(self, which: np.ndarray) -> None:
        count = which.sum()
        self.bricks[which] = False
        self.bricks[which, self._BRICKS] = True
        side = self.rng.integers(0, 2, count)
        self.ball[which] = np.column_stack([np.full(count, 4), side * (SIDE - 1)])
        self.trail[which] = self.ball[which]
        self.heading[which] = np.column_stack([np.ones(count, int), 1 - 2 * side])
        self.paddle[which] = self.rng.integers(0, SIDE, count)

    def _move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, lowest = np.arange(self.n), SIDE - 1
        self.paddle = np.clip(self.paddle + actions - 1, 0, lowest)
        self.trail = self.ball.copy()
        column = self.ball[:, 1] + self.heading[:, 1]
        self._turn((column < 0) | (column > lowest), 1)
        column = self.ball[:, 1] + self.heading[:, 1]
        row = self.ball[:, 0] + self.heading[:, 0]
        self._turn(row < 0, 0)
        row = self.ball[:, 0] + self.heading[:, 0]

        hit = self.bricks[rows, row, column]
        self.bricks[rows[hit], row[hit], column[hit]] = False
        self._turn(hit, 0)

        arrives = row == lowest
        straight = arrives & (self.paddle == column)
        corner = arrives & ~straight & (self.paddle == self.ball[:, 1])
        self._turn(straight | corner, 0)
        self._turn(corner, 1)
        swept = straight & (actions != 1)
        self.heading[swept, 1] = actions[swept] - 1
        # A ball that is turned back by a brick or a corner waits a step where it is; the paddle
        # sends it on along its row.
        waits = hit | corner
        self.ball[:, 0] = np.where(waits | straight, self.ball[:, 0], row)
        self.ball[:, 1] = np.where(waits, self.ball[:, 1], column)
        lost = arrives & ~straight & ~corner
        cleared = ~self.bricks.any(axis=(1, 2)) & (self.ball[:, 0] > 3)
        self.bricks[cleared, self._BRICKS] = True
        return hit.astype(float), lost

    def _turn(self, which: np.ndarray, axis: int) -> None:
        self.heading[which, axis] *= -1
