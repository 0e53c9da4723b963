"""Layers upon layers: the belief net trained greedily, and the deep Boltzmann machine."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logsumexp

from coursekit.boltzmann.rbm import RBM, hidden_probabilities, sample, train_rbm

if TYPE_CHECKING:
    import keras


def train_stack(
    x: np.ndarray,
    sizes: Sequence[int],
    *,
    progress: Callable[[str], None] = lambda text: None,
    **training,
) -> list[RBM]:
    """A stack of machines, each trained on what the one below makes of the data (Hinton, Osindero
    and Teh 2006).

    Args:
        x: data `(n, visible)` in [0, 1].
        sizes: units of each layer, from below.
        progress: called with a line after each epoch.
        **training: as for `train_rbm`.
    """
    stack = []
    for place, size in enumerate(sizes):
        say = _numbered(progress, place + 1, len(sizes))
        stack.append(train_rbm(x, size, progress=say, **training))
        x = hidden_probabilities(stack[-1], x)
    return stack


def as_mlp(stack: Sequence[RBM], num_classes: int = 10) -> keras.Model:
    """A Keras model of logistic layers with the stack's weights, and an untrained layer of logits
    on top."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((stack[0].visible_bias.size,)),
            *(keras.layers.Dense(m.hidden_bias.size, activation="sigmoid") for m in stack),
            keras.layers.Dense(num_classes),
        ],
        name="belief_net",
    )
    for layer, machine in zip(model.layers, stack, strict=False):
        layer.set_weights([machine.weights, machine.hidden_bias])
    return model


@dataclasses.dataclass(frozen=True)
class DBM:
    """A deep Boltzmann machine with two hidden layers (Salakhutdinov and Hinton 2009).

    Args:
        lower: W1, `(visible, first)`.
        upper: W2, `(first, second)`.
        biases: of the three layers, from below.
    """

    lower: np.ndarray
    upper: np.ndarray
    biases: tuple[np.ndarray, np.ndarray, np.ndarray]


def mean_field(dbm: DBM, v: np.ndarray, *, rounds: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Expected states of both hidden layers given `v` `(n, visible)`, made to agree by turns."""
    below = v @ dbm.lower
    first = expit(2 * below + dbm.biases[1])  # nothing is known of the layer above yet
    second = expit(first @ dbm.upper + dbm.biases[2])
    for _ in range(rounds):
        first = expit(below + second @ dbm.upper.T + dbm.biases[1])
        second = expit(first @ dbm.upper + dbm.biases[2])
    return first, second


def train_dbm(
    x: np.ndarray,
    sizes: tuple[int, int],
    *,
    pretraining_epochs: int = 5,
    epochs: int = 10,
    learning_rate: float = 0.01,
    batch_size: int = 100,
    gibbs_steps: int = 5,
    seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> DBM:
    """Greedy start with doubled inputs, then mean field for the data and persistent chains for the
    dreams.

    Args:
        x: data `(n, visible)` in [0, 1].
        sizes: units of the two hidden layers.
        pretraining_epochs: of each of the two machines.
        epochs: of the joint training.
        learning_rate: first rate of the joint training; it falls to zero.
        batch_size: rows of a batch, and number of chains.
        gibbs_steps: of the chains between two updates.
        seed: of everything drawn.
        progress: called with a line after each epoch.
    """
    x = np.asarray(x, np.float32)
    rng = np.random.default_rng(seed)
    first = train_rbm(x, sizes[0], epochs=pretraining_epochs, inputs=(2, 1), seed=seed,
                      progress=_numbered(progress, 1, 2))  # fmt: skip
    codes = expit(2 * (x @ first.weights + first.hidden_bias))
    second = train_rbm(codes, sizes[1], epochs=pretraining_epochs, inputs=(1, 2), seed=seed + 1,
                       progress=_numbered(progress, 2, 2))  # fmt: skip
    parts = [first.weights, second.weights, first.visible_bias,
             first.hidden_bias + second.visible_bias, second.hidden_bias]  # fmt: skip
    parts = [part.astype(np.float32) for part in parts]
    v = sample(x[rng.integers(len(x), size=batch_size)], rng)
    h1 = sample(np.full((batch_size, sizes[0]), 0.5, np.float32), rng)
    h2 = sample(np.full((batch_size, sizes[1]), 0.5, np.float32), rng)
    done, total = 0, epochs * (len(x) // batch_size)
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size):
            dbm = DBM(parts[0], parts[1], tuple(parts[2:]))
            data = sample(x[order[start : start + batch_size]], rng)
            up = mean_field(dbm, data)
            for _ in range(gibbs_steps):
                h1 = sample(expit(v @ parts[0] + h2 @ parts[1].T + parts[3]), rng)
                v = sample(expit(h1 @ parts[0].T + parts[2]), rng)
                h2 = sample(expit(h1 @ parts[1] + parts[4]), rng)
            rate = np.float32(learning_rate * (1 - done / total) / batch_size)
            parts[0] += rate * (data.T @ up[0] - v.T @ h1)
            parts[1] += rate * (up[0].T @ up[1] - h1.T @ h2)
            for place, here, there in ((2, data, v), (3, up[0], h1), (4, up[1], h2)):
                parts[place] += rate * (here - there).sum(axis=0)
            done += 1
        progress(f"deep Boltzmann machine: epoch {epoch + 1} of {epochs}")
    return DBM(parts[0], parts[1], tuple(parts[2:]))


def dbm_bound(
    dbm: DBM, x: np.ndarray, *, temperatures: int = 2000, chains: int = 100, seed: int = 0
) -> tuple[float, float]:
    """A lower bound on the mean of log P(v), in nats: mean field for the posterior, annealed
    importance sampling for Z.

    Args:
        dbm: the machine.
        x: binary data `(n, visible)`.
        temperatures: steps of the annealing.
        chains: runs that are averaged.
        seed: of the states.

    Returns:
        `(bound, error)`: the bound, and the standard error of its log Z.
    """
    x = np.asarray(x, np.float64)
    lower, upper = dbm.lower.astype(np.float64), dbm.upper.astype(np.float64)
    a, b, c = (bias.astype(np.float64) for bias in dbm.biases)
    first, second = mean_field(DBM(lower, upper, (a, b, c)), x, rounds=30)
    energy = (x @ a + first @ b + second @ c + ((x @ lower) * first).sum(axis=1)
              + ((first @ upper) * second).sum(axis=1))  # fmt: skip
    entropy = sum(_entropy(part).sum(axis=1) for part in (first, second))
    rng = np.random.default_rng(seed)
    h1 = sample(np.full((chains, b.size), 0.5), rng).astype(np.float64)
    log_weights = np.zeros(chains)
    betas = np.linspace(0.0, 1.0, temperatures)
    for before, beta in itertools.pairwise(betas):
        below, above = h1 @ lower.T + a, h1 @ upper + c
        for sign, t in ((1, beta), (-1, before)):
            log_weights += sign * (
                t * (h1 @ b)
                + np.logaddexp(0, t * below).sum(axis=1)
                + np.logaddexp(0, t * above).sum(axis=1)
            )
        v, h2 = sample(expit(beta * below), rng), sample(expit(beta * above), rng)
        h1 = sample(expit(beta * (v @ lower + h2 @ upper.T + b)), rng).astype(np.float64)
    start = (a.size + b.size + c.size) * np.log(2)
    log_z = start + logsumexp(log_weights) - np.log(chains)
    ratios = np.exp(log_weights - log_weights.max())
    error = float(ratios.std() / ratios.mean() / np.sqrt(chains))
    return float((energy + entropy).mean() - log_z), error


def _entropy(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -p * np.log(p) - (1 - p) * np.log(1 - p)


def _numbered(progress: Callable[[str], None], place: int, count: int) -> Callable[[str], None]:
    return lambda text: progress(f"layer {place} of {count}, {text}")
