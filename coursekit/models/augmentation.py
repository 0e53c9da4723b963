"""Image layers: small random changes while training, and the slant taken out of handwriting."""

from __future__ import annotations

import math

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="coursekit")
class RandomDistortion(layers.Layer):
    """Shift, turn, scale and shear each image at random while training; give it back unchanged otherwise.

    All four make one affine map per image, so the image is interpolated once; Keras has a layer for each of them, which
    together take several times as long.

    Args:
        shift: largest shift along each axis, in pixels.
        rotation: largest angle in degrees.
        scale: largest change of width and of height, as a share.
        shear: largest shift of the rows against one another, as a share of their distance.
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
        seed: int | None = None,
        **options,
    ):
        super().__init__(**options)
        self.shift, self.rotation, self.scale, self.shear, self.seed = shift, rotation, scale, shear, seed
        self._generator = keras.random.SeedGenerator(seed)

    def call(self, images, training: bool = False):
        """Distort `images` where `training` is true."""
        if not training:
            return images
        height, width = images.shape[1:3]
        draws = keras.random.uniform((6, ops.shape(images)[0]), -1.0, 1.0, dtype="float32", seed=self._generator)
        angle = math.radians(self.rotation) * draws[0]
        wide, high, shear = 1 + self.scale * draws[1], 1 + self.scale * draws[2], self.shear * draws[3]
        # Rows of the matrix that maps a target pixel to its source pixel, about the middle of the image.
        xx, xy = ops.cos(angle) * wide, shear - ops.sin(angle) * high
        yx, yy = ops.sin(angle) * wide, ops.cos(angle) * high
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        x0 = middle_x * (1 - xx) - middle_y * xy + self.shift * draws[4]
        y0 = middle_y * (1 - yy) - middle_x * yx + self.shift * draws[5]
        zero = ops.zeros_like(angle)
        maps = ops.stack([xx, xy, x0, yx, yy, y0, zero, zero], axis=1)  # (b, 8)
        return ops.image.affine_transform(images, maps, interpolation="bilinear", fill_mode="constant", fill_value=0.0,
                                          data_format="channels_last")  # fmt: skip

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("shift", "rotation", "scale", "shear", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="coursekit")
class Deskew(layers.Layer):
    """Take the slant out of handwriting: shear each image until its ink no longer leans.

    The slant is the regression of the ink's columns on its rows, weighted by brightness; the shear leaves the image's middle row
    and the ink's rows where they are. Source: the moments of LeCun, Bottou, Bengio and Haffner (1998), who deslanted MNIST so.

    Shapes: `(b, h, w, c)` of bright ink on 0, to the same, in training and out of it. A blank image stays as it is.
    """

    def call(self, images):
        """Shear every image of `images` upright."""
        height, width = images.shape[1:3]
        ink = ops.sum(images, axis=-1)  # (b, h, w)
        total = ops.maximum(ops.sum(ink, axis=(1, 2)), keras.config.epsilon())[:, None]
        rows, columns = ops.arange(height, dtype=ink.dtype), ops.arange(width, dtype=ink.dtype)
        by_row, by_column = ops.sum(ink, axis=2), ops.sum(ink, axis=1)  # (b, h) and (b, w)
        down = rows - ops.sum(by_row * rows, axis=1, keepdims=True) / total  # (b, h), from the centre of mass
        along = columns - ops.sum(by_column * columns, axis=1, keepdims=True) / total
        covariance = ops.sum(down * ops.squeeze(ops.matmul(ink, along[..., None]), -1), axis=1)
        slant = covariance / ops.maximum(ops.sum(by_row * down**2, axis=1), keras.config.epsilon())  # columns per row
        zero, one = ops.zeros_like(slant), ops.ones_like(slant)
        maps = ops.stack([one, slant, -slant * (height - 1) / 2, zero, one, zero, zero, zero], axis=1)
        return ops.image.affine_transform(images, maps, interpolation="bilinear", fill_mode="constant", fill_value=0.0,
                                          data_format="channels_last")  # fmt: skip

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape
