"""Layers whose first weights are drawn by NumPy: the same start on every backend, and on JAX no
compilation for each shape."""

from __future__ import annotations

import numpy as np
from keras import layers, ops


class Start:
    """Makes layers with the usual first weights, from one generator.

    Args:
        seed: of the generator.
    """

    def __init__(self, seed: int = 0):
        self._rng = np.random.default_rng(seed)

    def dense(self, units: int, activation: str | None = None, **options) -> layers.Dense:
        """A dense layer."""
        return layers.Dense(units, activation, kernel_initializer=self._glorot, **options)

    def convolution(self, maps: int) -> layers.Conv2D:
        """A 3x3 convolution with stride 2 and ReLU."""
        shape = {"strides": 2, "padding": "same", "activation": "relu"}
        return layers.Conv2D(maps, 3, kernel_initializer=self._glorot, **shape)

    def table(self, symbols: int, width: int) -> layers.Embedding:
        """The table of the numbers that stand for symbols, named "symbols"."""
        return layers.Embedding(
            symbols, width, embeddings_initializer=self._uniform, name="symbols"
        )

    def lstm(self, units: int, **options) -> layers.LSTM:
        """An LSTM that gives all its outputs."""
        drawn = {"kernel_initializer": self._glorot, "recurrent_initializer": self._orthogonal}
        return layers.LSTM(units, return_sequences=True, **drawn, **options)

    def _uniform(self, shape, dtype=None, limit: float = 0.05):
        return ops.convert_to_tensor(self._rng.uniform(-limit, limit, shape), dtype or "float32")

    def _glorot(self, shape, dtype=None):
        """Uniform, as Glorot and Bengio 2010 have it."""
        field = int(np.prod(shape[:-2]))
        return self._uniform(shape, dtype, np.sqrt(6 / (field * (shape[-2] + shape[-1]))))

    def _orthogonal(self, shape, dtype=None):
        """Rows at right angles; at most as many rows as columns."""
        q, r = np.linalg.qr(self._rng.normal(size=shape[::-1]))
        return ops.convert_to_tensor((q * np.sign(np.diag(r))).T, dtype or "float32")
