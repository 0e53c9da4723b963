"""HOG as a Keras layer: the same numbers on TensorFlow and JAX, in a model, and with gradients."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.hog._plan import bin_edges, make_plan


@keras.saving.register_keras_serializable(package="coursekit")
class HOG(keras.layers.Layer):
    """Histograms of oriented gradients, within 1e-5 of `coursekit.hog.hog` on float32 images.

    Args:
        orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt: As in
            `coursekit.hog.hog`.
        **kwargs: Keras' own, as `name`. The arithmetic is float32 under any dtype policy unless
            `dtype` is given.

    Input shape:
        `(b, h, w)` or channels last `(b, h, w, c)`, `h` and `w` known; any number dtype and any
        scale up to 1e18.

    Output shape:
        `(b, features)`, in the order (block row, block column, cell row, cell column, orientation).

    Raises:
        InvalidInputError: if a parameter or the input shape does not fit.

    >>> layers = [keras.Input((28, 28, 1)), HOG(), keras.layers.Dense(10)]  # doctest: +SKIP
    >>> model = keras.Sequential(layers)  # doctest: +SKIP
    """

    def __init__(
        self,
        orientations: int = 9,
        pixels_per_cell: tuple[int, int] = (8, 8),
        cells_per_block: tuple[int, int] = (3, 3),
        block_norm: str = "L2-Hys",
        transform_sqrt: bool = False,
        **kwargs,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(trainable=False, **{k: v for k, v in kwargs.items() if k != "trainable"})
        self.plan = make_plan(
            orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt
        )
        degrees = bin_edges(self.plan.orientations)[:-1]
        sines, cosines = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
        # The larger of each pair becomes exactly 1, so that a diagonal edge compares gx with gy
        # without rounding.
        longest = np.maximum(np.abs(sines), np.abs(cosines))
        self._sines = _snap(sines / longest)
        self._cosines = _snap(cosines / longest)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return `(b, features)`."""
        if len(input_shape) not in (3, 4) or None in input_shape[1:]:
            raise InvalidInputError(
                f"Expected input (batch, height, width) or (batch, height, width, channels) "
                f"with known sizes. Received: {input_shape}."
            )
        return input_shape[0], self.plan.features(*input_shape[1:3])

    def call(self, images):
        """Compute the features of a batch."""
        self.compute_output_shape(tuple(images.shape))
        images = ops.cast(images, self.compute_dtype)
        if len(images.shape) == 3:
            images = ops.expand_dims(images, -1)
        if self.plan.transform_sqrt:
            images = ops.sqrt(images)
        gy, gx = self._gradients(images)  # (b, h, w) each
        return self._normalise(self._histograms(gy, gx))

    def get_config(self) -> dict:
        """Return what rebuilds the layer."""
        return {
            **super().get_config(),
            "orientations": self.plan.orientations,
            "pixels_per_cell": list(self.plan.pixels_per_cell),
            "cells_per_block": list(self.plan.cells_per_block),
            "block_norm": self.plan.block_norm,
            "transform_sqrt": self.plan.transform_sqrt,
        }

    def _gradients(self, images):
        """Centred differences, zero at the rim, of the channel whose gradient is largest."""
        gy = (
            ops.pad(images[:, 2:] - images[:, :-2], [[0, 0], [1, 1], [0, 0], [0, 0]])
            if images.shape[1] > 2
            else images * 0
        )
        gx = (
            ops.pad(images[:, :, 2:] - images[:, :, :-2], [[0, 0], [0, 0], [1, 1], [0, 0]])
            if images.shape[2] > 2
            else images * 0
        )
        channels = images.shape[3]
        if channels == 1:
            return gy[..., 0], gx[..., 0]
        strongest = ops.one_hot(ops.argmax(gy * gy + gx * gx, axis=-1), channels, dtype=gy.dtype)
        return ops.sum(gy * strongest, axis=-1), ops.sum(gx * strongest, axis=-1)

    def _histograms(self, gy, gx):
        """Mean magnitude per cell and bin: `(b, cells_row, cells_col, orientations)`."""
        (c_row, c_col), bins = self.plan.pixels_per_cell, self.plan.orientations
        rows, columns = self.plan.cells(gy.shape[1], gy.shape[2])
        gy, gx = (g[:, : rows * c_row, : columns * c_col] for g in (gy, gx))
        magnitude = _root(gy * gy + gx * gx)
        x = ops.where(
            gy > 0, gx, ops.where(gy < 0, -gx, ops.abs(gx))
        )  # turned into the upper half plane
        y = ops.abs(gy)
        sides = y[..., None] * self._constant(self._cosines) - x[..., None] * self._constant(
            self._sines
        )
        bin_ = ops.sum(
            ops.cast(sides >= 0, "int32"), axis=-1
        )  # edges that the gradient lies beyond
        votes = ops.one_hot(bin_, bins, dtype=magnitude.dtype) * magnitude[..., None]
        return ops.mean(ops.reshape(votes, (-1, rows, c_row, columns, c_col, bins)), axis=(2, 4))

    def _normalise(self, cells):
        (b_row, b_col), bins = self.plan.cells_per_block, self.plan.orientations
        rows, columns = cells.shape[1] - b_row + 1, cells.shape[2] - b_col + 1
        corners = [
            cells[:, i : i + rows, j : j + columns] for i in range(b_row) for j in range(b_col)
        ]
        blocks = ops.concatenate(corners, axis=-1)  # (b, rows, columns, block features)
        if self.plan.block_norm in ("L1", "L1-sqrt"):
            blocks = blocks / (ops.sum(blocks, axis=-1, keepdims=True) + 1e-5)
            blocks = _root(blocks) if self.plan.block_norm == "L1-sqrt" else blocks
        else:
            blocks = _unit(blocks)
            blocks = _unit(ops.minimum(blocks, 0.2)) if self.plan.block_norm == "L2-Hys" else blocks
        return ops.reshape(blocks, (-1, rows * columns * b_row * b_col * bins))

    def _constant(self, values: np.ndarray):
        return ops.convert_to_tensor(values, dtype=self.compute_dtype)


def _root(values):
    """Square root whose gradient at 0 is 0, not infinite."""
    positive = values > 0
    return ops.where(positive, ops.sqrt(ops.where(positive, values, 1.0)), 0.0)


def _unit(blocks):
    return blocks / ops.sqrt(ops.sum(blocks * blocks, axis=-1, keepdims=True) + 1e-10)


def _snap(values: np.ndarray) -> np.ndarray:
    nearest = np.round(values)
    return np.where(np.abs(values - nearest) < 1e-7, nearest, values)
