"""Image layers: small random changes while training, and the slant taken out of handwriting."""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="coursekit")
class RandomDistortion(layers.Layer):
    """Shift, turn, scale, shear and bend each image at random while training; give it back
    unchanged otherwise.

    All of it makes one map per image, so the image is interpolated once; Keras has a layer for
    each, and each interpolates again.

    Args:
        shift: largest shift along each axis, in pixels.
        rotation: largest angle in degrees.
        scale: largest change of width and of height, as a share.
        shear: largest shift of the rows against one another, as a share of their distance.
        elastic: standard deviation of a smooth displacement of the pixels, in pixels; it bends
            strokes (Simard, Steinkraus and Platt 2003). Normal draws on a 5x5 grid are interpolated
            in between.
        seed: int makes the draws repeatable, None takes Keras's global seed.

    Shapes: `(b, h, w, c)` to the same. What comes in from outside the image is 0.
    """

    def __init__(
        self,
        shift: float = 2.0,
        rotation: float = 10.0,
        scale: float = 0.1,
        shear: float = 0.0,
        *,
        elastic: float = 0.0,
        seed: int | None = None,
        **options,
    ):
        super().__init__(**options)
        self.shift, self.rotation, self.scale, self.shear = shift, rotation, scale, shear
        self.elastic, self.seed = elastic, seed
        self._generator = keras.random.SeedGenerator(seed)

    def call(self, images, training: bool = False):
        """Distort `images` where `training` is true."""
        if not training:
            return images
        height, width = images.shape[1:3]
        draws = keras.random.uniform(
            (6, ops.shape(images)[0]), -1.0, 1.0, dtype="float32", seed=self._generator
        )
        angle = math.radians(self.rotation) * draws[0]
        wide, high, shear = (
            1 + self.scale * draws[1],
            1 + self.scale * draws[2],
            self.shear * draws[3],
        )
        # Rows of the matrix that maps a target pixel to its source pixel, about the middle of the
        # image.
        xx, xy = ops.cos(angle) * wide, shear - ops.sin(angle) * high
        yx, yy = ops.sin(angle) * wide, ops.cos(angle) * high
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        x0 = middle_x * (1 - xx) - middle_y * xy + self.shift * draws[4]
        y0 = middle_y * (1 - yy) - middle_x * yx + self.shift * draws[5]
        if self.elastic:
            return self._bent(
                images, *(ops.reshape(number, (-1, 1, 1)) for number in (xx, xy, x0, yx, yy, y0))
            )
        zero = ops.zeros_like(angle)
        maps = ops.stack([xx, xy, x0, yx, yy, y0, zero, zero], axis=1)  # (b, 8)
        return ops.image.affine_transform(
            images,
            maps,
            interpolation="bilinear",
            fill_mode="constant",
            fill_value=0.0,
            data_format="channels_last",
        )

    def _bent(self, images, xx, xy, x0, yx, yy, y0):
        """The affine map and the elastic displacement at once, interpolated bilinearly."""
        height, width, channels = images.shape[1:]
        grid = keras.random.normal(
            (ops.shape(images)[0], 5, 5, 2),
            stddev=self.elastic,
            dtype="float32",
            seed=self._generator,
        )
        by = ops.image.resize(
            grid, (height, width), interpolation="bicubic", data_format="channels_last"
        )
        columns, rows = (
            np.arange(width, dtype="float32"),
            np.arange(height, dtype="float32")[:, None],
        )
        # One pixel of 0 around the image: what lies outside is clipped onto it.
        x = ops.clip(xx * columns + xy * rows + x0 + by[..., 0] + 1, 0.0, width + 0.999)
        y = ops.clip(yx * columns + yy * rows + y0 + by[..., 1] + 1, 0.0, height + 0.999)
        left, top = ops.floor(x), ops.floor(y)
        right, below = (
            (x - left)[..., None],
            (y - top)[..., None],
        )  # shares of the neighbours on the right and below
        stride = width + 2
        pixels = ops.reshape(ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))), (-1, channels))
        first = ops.cast(ops.arange(ops.shape(images)[0]) * (stride * (height + 2)), "int32")[
            :, None, None
        ]
        at = first + ops.cast(top, "int32") * stride + ops.cast(left, "int32")
        above = (
            ops.take(pixels, at, axis=0) * (1 - right) + ops.take(pixels, at + 1, axis=0) * right
        )
        under = (
            ops.take(pixels, at + stride, axis=0) * (1 - right)
            + ops.take(pixels, at + stride + 1, axis=0) * right
        )
        return above * (1 - below) + under * below

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("shift", "rotation", "scale", "shear", "elastic", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="coursekit")
class Deskew(layers.Layer):
    """Take the slant out of handwriting: shear each image until its ink no longer leans.

    The slant is the regression of the ink's columns on its rows, weighted by brightness; the shear
    leaves the image's middle row and the ink's rows where they are. Source: the moments of LeCun,
    Bottou, Bengio and Haffner (1998), who deslanted MNIST so.

    Shapes: `(b, h, w, c)` of bright ink on 0, to the same, in training and out of it. A blank image
        stays as it is.
    """

    def call(self, images):
        """Shear every image of `images` upright."""
        height, width = images.shape[1:3]
        ink = ops.sum(images, axis=-1)  # (b, h, w)
        total = ops.maximum(ops.sum(ink, axis=(1, 2)), keras.config.epsilon())[:, None]
        rows, columns = ops.arange(height, dtype=ink.dtype), ops.arange(width, dtype=ink.dtype)
        by_row, by_column = ops.sum(ink, axis=2), ops.sum(ink, axis=1)  # (b, h) and (b, w)
        down = (
            rows - ops.sum(by_row * rows, axis=1, keepdims=True) / total
        )  # (b, h), from the centre of mass
        along = columns - ops.sum(by_column * columns, axis=1, keepdims=True) / total
        covariance = ops.sum(down * ops.squeeze(ops.matmul(ink, along[..., None]), -1), axis=1)
        slant = covariance / ops.maximum(
            ops.sum(by_row * down**2, axis=1), keras.config.epsilon()
        )  # columns per row
        zero, one = ops.zeros_like(slant), ops.ones_like(slant)
        maps = ops.stack(
            [one, slant, -slant * (height - 1) / 2, zero, one, zero, zero, zero], axis=1
        )
        return ops.image.affine_transform(
            images,
            maps,
            interpolation="bilinear",
            fill_mode="constant",
            fill_value=0.0,
            data_format="channels_last",
        )

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape
