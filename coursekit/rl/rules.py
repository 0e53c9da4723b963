"""The rules of deep Q-learning (Watkins 1989, Mnih et al. 2015), each a function of arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def action_chances(q: np.ndarray, epsilon: float) -> np.ndarray:
    """Chance of each action `(n, actions)`: one of the best, or with chance `epsilon` any."""
    q = np.asarray(q)
    best = q == q.max(axis=1, keepdims=True)
    return (1 - epsilon) * best / best.sum(axis=1, keepdims=True) + epsilon / q.shape[1]


def choose(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An action `(n,)` for each row of chances `(n, actions)`."""
    edges = np.cumsum(chances, axis=1)[:, :-1]
    return (rng.random((len(chances), 1)) >= edges).sum(axis=1)


def epsilon_at(step: int, first: float, last: float, steps: int) -> float:
    """From `first` at step 0 evenly to `last` at `steps`, then no more."""
    return first + (last - first) * min(step / steps, 1.0)


def targets(
    reward: np.ndarray,
    following: np.ndarray,
    terminated: np.ndarray,
    truncated: np.ndarray,
    frozen: Callable[[np.ndarray], np.ndarray],
    discount: float,
) -> np.ndarray:
    """What the chosen actions were worth `(n,)`: reward, and the best that the frozen network sees
    in what followed; nothing after an end, but something after a time limit."""
    return reward + discount * np.where(terminated, 0.0, frozen(following).max(axis=1))


def double_targets(
    reward: np.ndarray,
    following: np.ndarray,
    terminated: np.ndarray,
    online: Callable[[np.ndarray], np.ndarray],
    frozen: Callable[[np.ndarray], np.ndarray],
    discount: float,
) -> np.ndarray:
    """The same with the action chosen by one network and valued by the other (van Hasselt, Guez
    and Silver 2016)."""
    best = online(following).argmax(axis=1)
    value = frozen(following)[np.arange(len(best)), best]
    return reward + discount * np.where(terminated, 0.0, value)


def chosen_loss(
    q: np.ndarray, actions: np.ndarray, targets: np.ndarray
) -> tuple[float, np.ndarray]:
    """Huber's loss of the chosen actions, its mean over rows, and its slope in `q` `(n, actions)`,
    zero for all others."""
    rows = np.arange(len(q))
    error = q[rows, actions] - targets
    bounded = np.clip(error, -1, 1)
    slope = np.zeros_like(q)
    slope[rows, actions] = bounded / len(q)
    return float(np.mean(bounded * (error - 0.5 * bounded))), slope


def refreshed(
    step: int, every: int, online: list[np.ndarray], frozen: list[np.ndarray]
) -> list[np.ndarray]:
    """The frozen weights: copies of the online ones at every `every`th step, the first among
    them."""
    return [np.array(w) for w in online] if step % every == 0 else frozen
