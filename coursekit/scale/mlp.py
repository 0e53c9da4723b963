"""A network of one hidden layer in NumPy, whose weights and gradient are one vector each: what
travels between devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Step = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


@dataclass(frozen=True)
class Mlp:
    """Rows of `inputs` numbers to logits, by one layer of ReLU.

    Attributes:
        inputs, hidden, classes: sizes.
        normalised: whether the hidden sums are normalised over the rows of a batch (no scale and
            shift are learned).
    """

    inputs: int = 784
    hidden: int = 32
    classes: int = 10
    normalised: bool = False

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the parts of a vector of weights."""
        return (
            (self.inputs, self.hidden),
            (self.hidden,),
            (self.hidden, self.classes),
            (self.classes,),
        )

    def start(self, seed: int = 0) -> np.ndarray:
        """Weights to begin with, `(n,)` float32: normal with variance 2/inputs; biases 0."""
        rng = np.random.default_rng(seed)
        parts = [
            rng.normal(0, np.sqrt(2 / shape[0]), shape) if len(shape) == 2 else np.zeros(shape)
            for shape in self.shapes
        ]
        return np.concatenate([part.ravel() for part in parts]).astype(np.float32)

    def parts(self, weights: np.ndarray) -> list[np.ndarray]:
        """Views of the vector: matrix and bias of the hidden layer, then of the last one."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])[:-1]
        cut = np.split(weights, ends)
        return [part.reshape(shape) for part, shape in zip(cut, self.shapes, strict=True)]

    def loss_and_gradient(
        self, weights: np.ndarray, x: np.ndarray, y: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Mean cross-entropy over the rows, and its gradient `(n,)`.

        Args:
            weights: `(n,)`.
            x: `(rows, inputs)`.
            y: classes `(rows,)`.
        """
        w1, b1, w2, b2 = self.parts(weights)
        sums = x @ w1 + b1
        if self.normalised:
            spread = np.sqrt(sums.var(axis=0) + 1e-3)
            sums = (sums - sums.mean(axis=0)) / spread
        h = np.maximum(sums, 0)
        p = _softmax(h @ w2 + b2)
        rows = np.arange(len(x))
        loss = float(-np.log(np.maximum(p[rows, y], 1e-30)).mean())
        p[rows, y] -= 1
        d_out = p / len(x)
        d_sums = (d_out @ w2.T) * (sums > 0)
        if self.normalised:
            along = (d_sums * sums).mean(axis=0)
            d_sums = (d_sums - d_sums.mean(axis=0) - sums * along) / spread
        slopes = [x.T @ d_sums, d_sums.sum(axis=0), h.T @ d_out, d_out.sum(axis=0)]
        return loss, np.concatenate([slope.ravel() for slope in slopes])

    def error(self, weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
        """Share of rows whose largest logit is another class's. (Normalised over these rows.)"""
        w1, b1, w2, b2 = self.parts(weights)
        sums = x @ w1 + b1
        if self.normalised:
            sums = (sums - sums.mean(axis=0)) / np.sqrt(sums.var(axis=0) + 1e-3)
        logits = np.maximum(sums, 0) @ w2 + b2
        return float(np.mean(logits.argmax(axis=1) != y)) if np.isfinite(logits).all() else 0.9


def batches(count: int, batch_size: int, steps: int, *, seed: int = 0) -> np.ndarray:
    """Which rows each step sees, `(steps, batch_size)`: pass after pass, each in a new order,
    without the last rows that fill no batch."""
    rng = np.random.default_rng(seed)
    per_pass = count // batch_size
    passes = [rng.permutation(count)[: per_pass * batch_size] for _ in range(-(-steps // per_pass))]
    return np.concatenate(passes).reshape(-1, batch_size)[:steps]


def descend(
    net: Mlp,
    x: np.ndarray,
    y: np.ndarray,
    rows: np.ndarray,
    rates: float | Sequence[float],
    *,
    seed: int = 0,
    step: Step | None = None,
) -> tuple[np.ndarray, list[float]]:
    """Stochastic gradient descent.

    Args:
        net: the network.
        x: `(n, inputs)`.
        y: classes `(n,)`.
        rows: which rows each step sees, `(steps, batch_size)`.
        rates: the learning rate, one for all steps or one each.
        seed: of the first weights.
        step: `step(weights, gradient, rate)` gives the new weights; plain descent if None.

    Returns:
        the weights and the loss before each step.
    """
    weights, losses = net.start(seed), []
    with np.errstate(all="ignore"):  # a rate that is too high is shown, not told
        for chosen, rate in zip(rows, np.broadcast_to(rates, len(rows)), strict=True):
            loss, slope = net.loss_and_gradient(weights, x[chosen], y[chosen])
            rate = weights.dtype.type(rate)
            weights = weights - rate * slope if step is None else step(weights, slope, rate)
            losses.append(loss)
    return weights, losses


def _softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
