"""The restricted Boltzmann machine: two layers, no links inside a layer (Smolensky 1986)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.special import expit

from coursekit.errors import InvalidInputError


@dataclasses.dataclass(frozen=True)
class RBM:
    """The weights of a machine with energy `E(v, h) = -v b - h c - v W h`, all units 0 or 1.

    Args:
        weights: W, `(visible, hidden)`.
        visible_bias: b, `(visible,)`.
        hidden_bias: c, `(hidden,)`.
    """

    weights: np.ndarray
    visible_bias: np.ndarray
    hidden_bias: np.ndarray

    def __post_init__(self):
        if self.weights.shape != (self.visible_bias.size, self.hidden_bias.size):
            raise InvalidInputError(
                "Expected weights of shape (visible, hidden) that fits the biases. Received: "
                f"weights {self.weights.shape}, visible_bias {self.visible_bias.shape}, "
                f"hidden_bias {self.hidden_bias.shape}."
            )


def hidden_probabilities(rbm: RBM, v: np.ndarray) -> np.ndarray:
    """P(h = 1 | v) of each hidden unit: `(n, visible)` gives `(n, hidden)`."""
    return expit(v @ rbm.weights + rbm.hidden_bias)


def visible_probabilities(rbm: RBM, h: np.ndarray) -> np.ndarray:
    """P(v = 1 | h) of each visible unit: `(n, hidden)` gives `(n, visible)`."""
    return expit(h @ rbm.weights.T + rbm.visible_bias)


def free_energy(rbm: RBM, v: np.ndarray) -> np.ndarray:
    """F(v) with P(v) = exp(-F(v)) / Z: `(n, visible)` gives `(n,)`, in nats.

    >>> machine = RBM(np.zeros((1, 1)), np.zeros(1), np.zeros(1))
    >>> free_energy(machine, np.array([[1.0]]))  # -log(1 + e^0)
    array([-0.69314718])
    """
    inputs = v @ rbm.weights + rbm.hidden_bias
    return -(v @ rbm.visible_bias) - np.logaddexp(0, inputs).sum(axis=-1)


def sample(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Zeros and ones, float32: one where a uniform number falls below the probability."""
    return (rng.random(probabilities.shape, dtype=np.float32) < probabilities).astype(np.float32)


def gibbs(
    rbm: RBM, v: np.ndarray, steps: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Alternate between the layers for some steps, starting from visible states.

    Args:
        rbm: the machine.
        v: starts of the chains, `(n, visible)`.
        steps: how often both layers are drawn, at least 1.
        rng: draws the states.

    Returns:
        `(v, probabilities)`: the last visible states and what they were drawn from.
    """
    probabilities = v
    for _ in range(steps):
        h = sample(hidden_probabilities(rbm, v), rng)
        probabilities = visible_probabilities(rbm, h)
        v = sample(probabilities, rng)
    return v, probabilities


def train_rbm(
    x: np.ndarray,
    hidden: int,
    *,
    epochs: int = 10,
    k: int = 1,
    persistent: bool = False,
    learning_rate: float = 0.05,
    batch_size: int = 100,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    inputs: tuple[float, float] = (1.0, 1.0),
    seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> RBM:
    """Train by contrastive divergence (Hinton 2002) or, persistent, by stochastic maximum
    likelihood (Tieleman 2008). The rate falls to zero along a straight line.

    Args:
        x: data `(n, visible)` in [0, 1]; grey values count as probabilities, drawn anew each epoch.
        hidden: number of hidden units.
        epochs: passes over the data.
        k: Gibbs steps of each negative phase.
        persistent: let the chains go on from batch to batch instead of starting at the data.
        learning_rate: first rate.
        batch_size: rows of a batch, and number of persistent chains.
        momentum: share of the last step that is taken again.
        weight_decay: L2 penalty on the weights.
        inputs: factors on the input of the hidden and of the visible units: (2, 1) and (1, 2) for
            the lowest and the highest layer of a deep Boltzmann machine.
        seed: of weights, order and states.
        progress: called with a line after each epoch.

    Raises:
        InvalidInputError: if `x` is not two-dimensional or leaves [0, 1].
    """
    x = np.asarray(x, np.float32)
    if x.ndim != 2 or x.size == 0 or x.min() < 0 or x.max() > 1:
        span = f"from {x.min():g} to {x.max():g}" if x.size else "no values"
        raise InvalidInputError(
            f"Expected x of shape (n, visible) in [0, 1]. Received: shape {x.shape}, {span}."
        )
    rng = np.random.default_rng(seed)
    mean = np.clip(x.mean(axis=0), 0.02, 0.98)
    weights = rng.normal(0, 0.01, (x.shape[1], hidden)).astype(np.float32)
    b, c = np.log(mean / (1 - mean)).astype(np.float32), np.zeros(hidden, np.float32)
    up, down = (np.float32(factor) for factor in inputs)
    chains = sample(np.tile(mean, (batch_size, 1)), rng)
    steps, total = [np.zeros_like(part) for part in (weights, b, c)], epochs * len(x)
    done = 0
    for epoch in range(epochs):
        order, gap = rng.permutation(len(x)), 0.0
        for start in range(0, len(x) - batch_size + 1, batch_size) or (0,):
            rate = np.float32(learning_rate * (1 - done / total))
            v0 = sample(x[order[start : start + batch_size]], rng)
            p0 = expit(up * (v0 @ weights + c))
            v = chains if persistent else v0
            h = sample(expit(up * (v @ weights + c)), rng) if persistent else sample(p0, rng)
            for _ in range(k):
                v = sample(expit(down * (h @ weights.T + b)), rng)
                pk = expit(up * (v @ weights + c))
                h = sample(pk, rng)
            chains = v
            n, m = np.float32(len(v0)), np.float32(len(v))
            slopes = (
                v0.T @ p0 / n - v.T @ pk / m - np.float32(weight_decay) * weights,
                v0.mean(axis=0) - v.mean(axis=0),
                p0.mean(axis=0) - pk.mean(axis=0),
            )
            for place, (part, slope) in enumerate(zip((weights, b, c), slopes, strict=True)):
                steps[place] = np.float32(momentum) * steps[place] + rate * slope
                part += steps[place]
            gap += float(np.abs(slopes[1]).mean())
            done += batch_size
        progress(f"epoch {epoch + 1} of {epochs}: data and dreams differ by {gap:.3f}")
    return RBM(weights, b, c)
