"""Activations and layers of the lectures that Keras lacks: the Gaussian, the threshold unit,
maxout."""

from __future__ import annotations

import keras
from keras import ops

from coursekit.errors import InvalidInputError

_register = keras.saving.register_keras_serializable(package="coursekit")


@_register
def gaussian(x):
    """Gaussian activation `exp(-x^2 / 2)`: 1 at 0, towards 0 on both sides. Pass it as
    `activation=gaussian`."""
    x = ops.convert_to_tensor(x)
    return ops.exp(-0.5 * x * x)


@_register
def threshold(x):
    """Threshold unit: 1 where x is positive, 0 elsewhere (Rosenblatt 1958). Its slope is 0 wherever
    it has one."""
    x = ops.convert_to_tensor(x)
    return ops.cast(x > 0, x.dtype)


@_register
class Maxout(keras.layers.Layer):
    """The largest of several linear maps, unit by unit (Goodfellow et al. 2013): `max_k (x w_k +
    b_k)`.

    Args:
        units: number of outputs.
        pieces: number of linear maps that compete for each output, at least 1. Two can form ReLU or
            the absolute value.
        kernel_initializer: for the weights; each piece is drawn as a Dense kernel of its own.
        bias_initializer: for the biases.

    Input `(..., d)`, output `(..., units)`; weights `kernel` `(pieces, d, units)` and `bias`
    `(pieces, units)`.

    Raises:
        InvalidInputError: if `units` or `pieces` is not a positive integer.
    """

    def __init__(
        self,
        units: int,
        pieces: int = 2,
        *,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (("units", units), ("pieces", pieces)):
            if int(value) != value or value < 1:
                raise InvalidInputError(
                    f"`{name}` must be a positive integer. Received: {name}={value}"
                )
        self.units, self.pieces = int(units), int(pieces)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Make the weights for inputs of the given shape."""
        d = input_shape[-1]

        def stack_of_kernels(shape, dtype=None):
            pieces = [
                self.kernel_initializer.clone()(shape[1:], dtype=dtype) for _ in range(shape[0])
            ]
            return ops.stack(pieces)

        self.kernel = self.add_weight(
            name="kernel", shape=(self.pieces, d, self.units), initializer=stack_of_kernels
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.pieces, self.units), initializer=self.bias_initializer
        )

    def call(self, x):
        """The outputs `(..., units)`."""
        maps = ops.einsum("...d,kdu->...ku", x, self.kernel) + self.bias  # (..., pieces, units)
        return ops.max(maps, axis=-2)

    def compute_output_shape(self, input_shape):
        """`(..., units)`."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
