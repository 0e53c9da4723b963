"""The pole on a cart (Barto, Sutton and Anderson 1983)."""

from __future__ import annotations

import numpy as np

from coursekit.rl.world import World

GRAVITY, CART, POLE, HALF_LENGTH, FORCE, TIME = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
FARTHEST, STEEPEST = 2.4, 12 * np.pi / 180


class CartPole(World):
    """Push a cart to the left (0) or right (1) so that its pole does not fall.

    The equations of motion are Barto, Sutton and Anderson's without friction, by Euler's steps of
    0.02 s; start, limits and the time limit of 500 are those of Gymnasium's CartPole-v1. Each step
    gives 1, the last one too. Observations are float32 `(n, 4)`: place, speed, angle, turning
    speed.
    """

    num_actions = 2
    observation_shape = (4,)

    def __init__(self, n: int = 1, *, seed: int = 0, time_limit: int | None = 500):
        super().__init__(n, seed=seed, time_limit=time_limit)
        self.state = np.zeros((n, 4))

    def observe(self) -> np.ndarray:
        """float32 `(n, 4)`."""
        return self.state.astype(np.float32)

    def _start(self, which: np.ndarray) -> None:
        self.state[which] = self.rng.uniform(-0.05, 0.05, (which.sum(), 4))

    def _move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, speed, angle, turning = self.state.T
        force = np.where(actions == 1, FORCE, -FORCE)
        sin, cos = np.sin(angle), np.cos(angle)
        pushed = (force + POLE * HALF_LENGTH * turning**2 * sin) / (CART + POLE)
        bend = (GRAVITY * sin - cos * pushed) / (
            HALF_LENGTH * (4 / 3 - POLE * cos**2 / (CART + POLE))
        )
        gain = pushed - POLE * HALF_LENGTH * bend * cos / (CART + POLE)
        self.state = self.state + TIME * np.column_stack([speed, gain, turning, bend])
        fallen = np.abs(self.state[:, 0]) > FARTHEST
        fallen |= np.abs(self.state[:, 2]) > STEEPEST
        return np.ones(self.n), fallen
