"""Bayes by backprop (Blundell et al. 2015): any Keras network, each of whose weights has a mean and
an error bar."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import ops

from coursekit.generative.first import glorot, quick_compile
from coursekit.training import fit

SHARE, WIDE, NARROW = 0.5, 1.0, math.exp(-6)
"""The prior of a weight: a mixture of two Gaussians around 0, as in the paper's section 3.3."""


def small_cnn(num_classes: int = 10, maps: int = 16, *, seed: int = 0) -> keras.Sequential:
    """Two convolutions with stride 2 and a hidden layer, for rows of 784 pixels; gives logits."""
    rng = np.random.default_rng(seed)
    drawn = {"kernel_initializer": glorot(rng)}
    shape = {"strides": 2, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(maps, 5, **shape, **drawn),  # (b, 14, 14, maps)
            keras.layers.Conv2D(2 * maps, 5, **shape, **drawn),  # (b, 7, 7, 2 maps)
            keras.layers.Flatten(),
            keras.layers.Dense(4 * maps, "relu", **drawn),
            keras.layers.Dense(num_classes, **drawn),
        ]
    )


class BayesNet(keras.Model):
    """A network whose weights are drawn anew in each step.

    Args:
        net: built network without weights that are not trained; its first weights become the
            means. From then on it only lends its form.
        rho: of all weights at the start; their standard deviation is softplus of it.
        seed: of the noise.

    Attributes:
        means: Keras variables in the shapes of the network's weights.
        rhos: the same for rho.
    """

    def __init__(self, net: keras.Sequential, *, rho: float = -5.0, seed: int = 0):
        super().__init__(name="bayes")
        first = [np.array(w) for w in net.get_weights()]
        net.trainable = False
        self.net = net
        self.means = [self._variable(w, f"mean_{i}") for i, w in enumerate(first)]
        self.rhos = [self._variable(np.full_like(w, rho), f"rho_{i}") for i, w in enumerate(first)]
        self.noise = keras.random.SeedGenerator(seed)
        self.images = 1
        self.built = True

    def _variable(self, start: np.ndarray, name: str):
        return self.add_weight(
            shape=start.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(start, dtype or "float32"),
            name=name,
        )

    def call(self, x):
        """`x`: the work is done in the loss."""
        return x

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the batch, and the cost of its weights by image."""
        weights, cost = [], 0.0
        for mean, rho in zip(self.means, self.rhos, strict=True):
            sigma = ops.softplus(rho)
            noise = keras.random.normal(mean.shape, seed=self.noise)
            weights.append(mean + sigma * noise)
            log_q = -ops.log(sigma) - noise**2 / 2
            cost = cost + ops.sum(log_q - _log_prior(weights[-1]))
        logits, _ = self.net.stateless_call([], weights, x, training=False)
        wrong = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
        return ops.mean(wrong) + cost / self.images

    def learn(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        epochs: int,
        batch_size: int = 100,
        learning_rate: float = 2e-3,
        seed: int = 0,
    ) -> list[float]:
        """Train by Adam; the loss by epoch. Rows that fill no whole batch are dropped."""
        usable = max(1, len(x) // batch_size) * batch_size
        self.images = usable
        steps = epochs * max(1, len(x) // batch_size)
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.05)
        self.compile(keras.optimizers.Adam(rate), loss=None, jit_compile=quick_compile())
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        x, y = np.asarray(x[:usable], "float32"), np.asarray(y[:usable], "int64")
        return fit(self, x, y, **options).history["loss"]

    def flat(self) -> tuple[np.ndarray, np.ndarray]:
        """All means, and all rhos, in a row each."""
        return tuple(
            np.concatenate([np.asarray(v.numpy()).ravel() for v in part])
            for part in (self.means, self.rhos)
        )

    def logits(self, weights: np.ndarray, x: np.ndarray, *, batch_size: int = 500) -> np.ndarray:
        """What the network says with these weights, all in a row, `(n, classes)`."""
        parts, start = [], 0
        for mean in self.means:
            size = int(np.prod(mean.shape))
            parts.append(np.reshape(weights[start : start + size], mean.shape))
            start += size
        self.net.set_weights(parts)
        x = np.asarray(x, "float32")
        rows = np.resize(np.arange(len(x)), -(-len(x) // batch_size) * batch_size)
        said = [
            self.net.predict_on_batch(x[rows[i : i + batch_size]])
            for i in range(0, len(rows), batch_size)
        ]
        return np.concatenate(said)[: len(x)]

    def answers(self, x: np.ndarray, *, draws: int, seed: int = 0, batch_size: int = 500):
        """Probabilities `(draws, n, classes)`, each draw with new weights."""
        mean, rho = self.flat()
        sigma = np.logaddexp(0, rho)
        rng, out = np.random.default_rng(seed), []
        for _ in range(draws):
            drawn = mean + sigma * rng.normal(size=mean.shape)
            logits = self.logits(drawn, x, batch_size=batch_size)
            grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
            out.append(grown / grown.sum(axis=-1, keepdims=True))
        return np.stack(out)


def _log_prior(weights):
    """Log density under the mixture, without the constant that q has, too."""
    parts = [
        math.log(share / size) - (weights / size) ** 2 / 2
        for share, size in ((SHARE, WIDE), (1 - SHARE, NARROW))
    ]
    return ops.logaddexp(*parts)
