"""Autoencoders of one hidden layer with tied weights, in NumPy: plain, sparse, denoising,
contractive, and stacked one after another."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit

from coursekit.errors import InvalidInputError

Penalty = Callable[[np.ndarray, np.ndarray], tuple]
"""Takes hidden values `(n, units)` and weights `(inputs, units)`; gives the penalty, its slope in
the hidden values and its slope in the weights (0.0 where it has none)."""


@dataclasses.dataclass(frozen=True)
class Layer:
    """An encoder `sigmoid(x W + b)` and its tied decoder `sigmoid(h W' + c)`.

    Args:
        weights: W, `(inputs, units)`.
        bias: b, `(units,)`.
        out_bias: c, `(inputs,)`.
    """

    weights: np.ndarray
    bias: np.ndarray
    out_bias: np.ndarray

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Hidden values: `(n, inputs)` gives `(n, units)`."""
        return expit(x @ self.weights + self.bias)

    def decode(self, h: np.ndarray) -> np.ndarray:
        """Reconstructions: `(n, units)` gives `(n, inputs)`."""
        return expit(h @ self.weights.T + self.out_bias)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """`decode(encode(x))`."""
        return self.decode(self.encode(x))


class _Adam:
    """Steps of Adam (Kingma and Ba 2015), in place."""

    def __init__(self, parts: Sequence[np.ndarray], rate: float):
        self.parts, self.rate, self.count = parts, rate, 0
        self.first = [np.zeros_like(part) for part in parts]
        self.second = [np.zeros_like(part) for part in parts]

    def step(self, slopes: Sequence[np.ndarray]) -> None:
        self.count += 1
        rate = self.rate * np.sqrt(1 - 0.999**self.count) / (1 - 0.9**self.count)
        for part, slope, m, v in zip(self.parts, slopes, self.first, self.second, strict=True):
            m += 0.1 * (slope - m)
            v += 0.001 * (slope * slope - v)
            part -= (rate * m / (np.sqrt(v) + 1e-8)).astype(part.dtype)


def train_layer(
    x: np.ndarray,
    units: int,
    *,
    corrupt: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    penalty: Penalty | None = None,
    epochs: int = 10,
    batch_size: int = 100,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> Layer:
    """Train by Adam on the cross-entropy between input and reconstruction, summed over inputs.

    Args:
        x: data `(n, inputs)` in [0, 1].
        units: hidden units.
        corrupt: `corrupt(batch, rng)` gives what the encoder sees instead of the batch; the target
            stays clean (Vincent et al. 2008).
        penalty: added to the loss of each batch; see `Penalty`.
        epochs: passes over the data.
        batch_size: rows of a batch.
        learning_rate: of Adam.
        seed: of weights, order and corruption.

    Raises:
        InvalidInputError: if `x` is not two-dimensional or leaves [0, 1].
    """
    x = np.asarray(x, np.float32)
    if x.ndim != 2 or x.size == 0 or x.min() < 0 or x.max() > 1:
        span = f"from {x.min():g} to {x.max():g}" if x.size else "no values"
        raise InvalidInputError(
            f"Expected x of shape (n, inputs) in [0, 1]. Received: shape {x.shape}, {span}."
        )
    rng = np.random.default_rng(seed)
    reach = np.sqrt(6 / (x.shape[1] + units))
    w = rng.uniform(-reach, reach, (x.shape[1], units)).astype(np.float32)
    b, c = np.zeros(units, np.float32), np.zeros(x.shape[1], np.float32)
    adam = _Adam((w, b, c), learning_rate)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            clean = x[order[start : start + batch_size]]
            seen = clean if corrupt is None else np.asarray(corrupt(clean, rng), np.float32)
            h = expit(seen @ w + b)
            d_out = (expit(h @ w.T + c) - clean) / len(clean)  # of the cross-entropy
            d_h, d_w = d_out @ w, d_out.T @ h
            if penalty is not None:
                _, more_h, more_w = penalty(h, w)
                d_h, d_w = d_h + more_h, d_w + more_w
            d_in = d_h * h * (1 - h)
            adam.step((d_w + seen.T @ d_in, d_in.sum(axis=0), d_out.sum(axis=0)))
    return Layer(w, b, c)


def train_stack(x: np.ndarray, sizes: Sequence[int], **options) -> list[Layer]:
    """Greedy training (Bengio et al. 2007): each layer learns the codes of the one below, which
    then stays as it is. Options as in `train_layer`."""
    stack: list[Layer] = []
    for place, units in enumerate(sizes):
        options = {**options, "seed": options.get("seed", 0) + place}
        stack.append(train_layer(x, units, **options))
        x = stack[-1].encode(x)
    return stack


def encode_stack(stack: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    """The codes of the last layer of a stack, `(n, units)`."""
    for layer in stack:
        x = layer.encode(x)
    return x


def sparsity(h: np.ndarray, target: float) -> tuple[float, np.ndarray]:
    """Divergence of each unit's mean from `target`, summed over units, and its slope in `h`
    (Ng 2011).

    Args:
        h: hidden values `(n, units)` in (0, 1).
        target: wanted mean, in (0, 1).

    Returns:
        `(value, slope)`: a float, and an array of the shape of `h`.
    """
    mean = np.clip(h.mean(axis=0), 1e-6, 1 - 1e-6)
    value = target * np.log(target / mean) + (1 - target) * np.log((1 - target) / (1 - mean))
    slope = (-target / mean + (1 - target) / (1 - mean)) / len(h)
    return float(value.sum()), np.broadcast_to(slope, h.shape).astype(h.dtype)


def contraction(h: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Mean squared Frobenius norm of the Jacobian of a sigmoid encoder, and its slopes
    (Rifai et al. 2011).

    Args:
        h: hidden values `(n, units)`.
        weights: `(inputs, units)`.

    Returns:
        `(value, slope in h, slope in weights)`: the slope in `h` does not hold the weights' own.
    """
    bend, lengths = h * (1 - h), (weights**2).sum(axis=0)
    squares = (bend**2).mean(axis=0)
    slope = 2 * bend * (1 - 2 * h) * lengths / len(h)
    return float(squares @ lengths), slope, 2 * weights * squares


def tied_slopes(x: np.ndarray, weights: np.ndarray, bias: np.ndarray, out_bias: np.ndarray):
    """Loss and slopes of the tied tanh autoencoder `tanh(tanh(x W + b) W' + c)` with half the
    squared error, averaged over rows; the slope of W in its two parts.

    Args:
        x: data `(n, inputs)`.
        weights: W, `(inputs, units)`.
        bias: b, `(units,)`.
        out_bias: c, `(inputs,)`.

    Returns:
        `(loss, encoder_part, decoder_part, d_bias, d_out_bias)`.
    """
    h = np.tanh(x @ weights + bias)
    out = np.tanh(h @ weights.T + out_bias)
    d_out = (out - x) * (1 - out**2) / len(x)
    d_in = (d_out @ weights) * (1 - h**2)
    loss = 0.5 * float(((out - x) ** 2).sum()) / len(x)
    return loss, x.T @ d_in, d_out.T @ h, d_in.sum(axis=0), d_out.sum(axis=0)


def fit_tied(
    slopes: Callable,
    x: np.ndarray,
    units: int,
    *,
    epochs: int = 10,
    batch_size: int = 100,
    learning_rate: float = 2e-3,
    seed: int = 0,
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], list[float]]:
    """Train a tied tanh autoencoder by Adam with somebody's gradient, from a start at which the
    mean row has a code of zeros and is rebuilt from it.

    Args:
        slopes: `slopes(x, weights, bias, out_bias)` gives the loss and the slopes of the three.
        x: data `(n, inputs)` in [-1, 1].
        units: hidden units.
        epochs: passes over the data.
        batch_size: rows of a batch.
        learning_rate: of Adam.
        seed: of weights and order.

    Returns:
        `((weights, bias, out_bias), losses)`: the losses of the batches.
    """
    rng = np.random.default_rng(seed)
    mean = x.mean(axis=0, dtype=float)
    weights = rng.normal(0, 0.01, (x.shape[1], units))
    parts = (weights, -mean @ weights, np.arctanh(0.95 * mean))  # the mean row starts as code 0
    adam, losses = _Adam(parts, learning_rate), []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            loss, *found = slopes(x[order[start : start + batch_size]], *parts)
            losses.append(float(loss))
            adam.step(found)
    return parts, losses


def train_decoder(
    codes: np.ndarray,
    x: np.ndarray,
    *,
    widths: Sequence[int] = (32, 64),
    epochs: int = 20,
    batch_size: int = 100,
    learning_rate: float = 5e-3,
    seed: int = 0,
) -> list[tuple[np.ndarray, np.ndarray, str]]:
    """A decoder for codes that came without one: ReLU layers and sigmoid outputs, trained by Adam
    on the squared error; the rate falls to zero along a straight line.

    Args:
        codes: `(n, code)`.
        x: what they stand for, `(n, inputs)` in [0, 1].
        widths: hidden layers.
        epochs: passes over the data.
        batch_size: rows of a batch.
        learning_rate: first rate.
        seed: of weights and order.

    Returns:
        Weights, bias and name of the activation of each layer, as `View` takes them.
    """
    codes, x = np.asarray(codes, np.float32), np.asarray(x, np.float32)
    rng, middle, size = np.random.default_rng(seed), codes.mean(axis=0), codes.std(axis=0) + 1e-6
    sizes, parts = (codes.shape[1], *widths, x.shape[1]), []
    for inputs, units in itertools.pairwise(sizes):
        kernel = rng.normal(0, np.sqrt(2 / inputs), (inputs, units))  # He et al. 2015
        parts += [kernel.astype(np.float32), np.zeros(units, np.float32)]
    adam, total = _Adam(parts, learning_rate), epochs * -(-len(x) // batch_size)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            values = [(codes[rows] - middle) / size]
            for w, b in zip(parts[0::2], parts[1::2], strict=True):
                z = values[-1] @ w + b
                values.append(np.maximum(z, 0) if len(values) <= len(widths) else expit(z))
            out, slopes = values.pop(), []
            delta = (out - x[rows]) * out * (1 - out) / len(rows)
            for w, h in zip(parts[-2::-2], reversed(values), strict=True):
                slopes = [h.T @ delta, delta.sum(axis=0), *slopes]
                delta = (delta @ w.T) * (h > 0)
            adam.rate = learning_rate * (1 - adam.count / total)
            adam.step(slopes)
    parts[1] -= (middle / size) @ parts[0]  # the first layer takes codes as they are
    parts[0] /= size[:, None]
    names = ["relu"] * len(widths) + ["sigmoid"]
    return list(zip(parts[0::2], parts[1::2], names, strict=True))


def pca_errors(x: np.ndarray, x_test: np.ndarray, numbers: Sequence[int]) -> dict[int, float]:
    """Mean squared error, summed over inputs, of test rows rebuilt from so many principal
    components of the training rows.

    Args:
        x: training data `(n, inputs)`.
        x_test: test data `(m, inputs)`.
        numbers: how many components.
    """
    x, x_test = np.asarray(x, np.float64), np.asarray(x_test, np.float64)
    mean = x.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(x, rowvar=False, bias=True))
    scores = ((x_test - mean) @ axes[:, ::-1]) ** 2
    left = (scores.mean(axis=0).sum() - np.cumsum(scores.mean(axis=0))).tolist()
    whole = float(scores.mean(axis=0).sum())
    return {k: left[k - 1] if k else whole for k in numbers}
