"""Batches of one size. Imports Keras, so `even_batches` imports this only when called."""

from __future__ import annotations

import keras
import numpy as np


class EvenBatches(keras.utils.PyDataset):
    """`(x, y, weights)` per batch when padding, `(x, y)` when dropping; see `even_batches`."""

    def __init__(
        self, x: np.ndarray, y: np.ndarray, batch_size: int, *, pad: bool, shuffle: bool, seed: int
    ):
        super().__init__()
        self.batch_size, self._pad = batch_size, pad
        self._x, self._y = np.asarray(x), np.asarray(y)
        self._rng = np.random.default_rng(seed) if shuffle else None
        self._order = np.arange(len(self._x))
        self.on_epoch_end()

    def __len__(self) -> int:
        full, rest = divmod(len(self._x), self.batch_size)
        return full + bool(rest and self._pad)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        if not self._pad:
            return self._x[rows], self._y[rows]
        weights = np.zeros(self.batch_size, "float32")
        weights[: len(rows)] = self.batch_size / len(rows)
        rows = np.resize(rows, self.batch_size)  # the batch's own rows again, with weight 0
        return self._x[rows], self._y[rows], weights

    def on_epoch_end(self) -> None:
        if self._rng is not None:
            self._rng.shuffle(self._order)
