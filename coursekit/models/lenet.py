"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998): as it is built today, and as it was."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from coursekit.errors import InvalidInputError

_register = keras.saving.register_keras_serializable(package="coursekit")

C3_INPUTS: tuple[tuple[int, ...], ...] = (
    *(tuple((first + k) % 6 for k in range(3)) for first in range(6)),
    *(tuple((first + k) % 6 for k in range(4)) for first in range(6)),
    *(tuple((first + k) % 6 for k in (0, 1, 3, 4)) for first in range(3)),
    tuple(range(6)),
)
"""The paper's table I: which of the 6 maps of S2 each of the 16 maps of C3 looks at."""


def lenet5(
    input_shape: tuple[int, int, int] = (32, 32, 1),
    num_classes: int = 10,
    *,
    activation: str = "tanh",
    name: str = "lenet5",
) -> keras.Model:
    """LeNet-5 as a Sequential model (LeCun et al. 1998, fig. 2). 61,706 parameters at the defaults.

    Pooling without weights, a full second convolution and a linear output stand for the paper's
    trainable subsampling, its connection table and its RBF units, as everyone builds it since; with
    all of these it is `lenet5_1998`. Images of fewer than 32 rows or columns get a border of zeros
    first, as the paper does with MNIST's 28x28.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        activation: activation of the hidden layers.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.

    Raises:
        InvalidInputError: if `input_shape` has not three axes.
    """
    return keras.Sequential(
        [
            *_framed(input_shape),  # (b, 32, 32, c)
            layers.Conv2D(6, 5, activation=activation),  # (b, 28, 28, 6)
            layers.AveragePooling2D(2),  # (b, 14, 14, 6)
            layers.Conv2D(16, 5, activation=activation),  # (b, 10, 10, 16)
            layers.AveragePooling2D(2),  # (b, 5, 5, 16)
            layers.Flatten(),  # (b, 400)
            layers.Dense(120, activation=activation),  # (b, 120)
            layers.Dense(84, activation=activation),  # (b, 84)
            layers.Dense(num_classes),  # logits
        ],
        name=name,
    )


def lenet5_1998(
    input_shape: tuple[int, int, int] = (32, 32, 1), *, name: str = "lenet5_1998"
) -> keras.Model:
    """LeNet-5 as a Sequential model with everything that the paper describes. 60,000 trainable
    parameters.

    Layer by layer 156 + 12 + 1,516 + 32 + 48,120 + 10,164, and an output layer whose 840 weights
    are not trained: ten digits drawn with 7x12 dots, to which each output measures the distance.
    The drawings here are our own.

    Args:
        input_shape: `(height, width, channels)` of one image.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, 10)`: minus half the squared
        distances.

    Raises:
        InvalidInputError: if `input_shape` has not three axes.
    """
    return keras.Sequential(
        [
            *_framed(input_shape),  # (b, 32, 32, 1)
            layers.Conv2D(6, 5, activation=scaled_tanh, name="c1"),  # (b, 28, 28, 6)
            Subsampling(name="s2"),  # (b, 14, 14, 6)
            PartialConv2D(C3_INPUTS, 5, name="c3"),  # (b, 10, 10, 16)
            Subsampling(name="s4"),  # (b, 5, 5, 16)
            layers.Conv2D(120, 5, activation=scaled_tanh, name="c5"),  # (b, 1, 1, 120)
            layers.Flatten(),  # (b, 120)
            layers.Dense(84, activation=scaled_tanh, name="f6"),  # (b, 84)
            DigitDistance(name="output"),  # logits
        ],
        name=name,
    )


@_register
def scaled_tanh(x):
    """`1.7159 tanh(2x / 3)`, which is 1 at 1 and -1 at -1 (LeCun et al. 1998, appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


@_register
class Subsampling(layers.Layer):
    """The sum of each 2x2 square, times a weight, plus a bias, one of each a map; then
    `scaled_tanh`.

    Shapes: `(b, h, w, c)` to `(b, h // 2, w // 2, c)`; 2c weights.
    """

    def build(self, shape):
        """Start as an average."""
        quarter = keras.initializers.Constant(0.25)
        self.scale = self.add_weight(shape=(shape[-1],), initializer=quarter, name="scale")
        self.bias = self.add_weight(shape=(shape[-1],), initializer="zeros", name="bias")

    def call(self, x):
        """Add, scale and squash."""
        total = 4 * ops.average_pool(x, 2, strides=2, data_format="channels_last")
        return scaled_tanh(self.scale * total + self.bias)

    def compute_output_shape(self, shape):
        """Half as high and half as wide."""
        return (shape[0], shape[1] // 2, shape[2] // 2, shape[3])


@_register
class PartialConv2D(layers.Layer):
    """A convolution each of whose maps looks at its own choice of input maps, with `scaled_tanh`.

    Args:
        inputs: for each output map the indices of its input maps.
        size: side of the kernels.

    Shapes: `(b, h, w, c)` to `(b, h - size + 1, w - size + 1, len(inputs))`. There are weights for
        the chosen pairs only: `size^2` each, and a bias for each output map.
    """

    def __init__(self, inputs, size: int, **options):
        super().__init__(**options)
        self.inputs, self.size = tuple(map(tuple, inputs)), size

    def build(self, shape):
        """One kernel for each chosen pair."""
        pairs = [(i, o) for o, chosen in enumerate(self.inputs) for i in chosen]
        place = np.zeros((len(pairs), shape[-1] * len(self.inputs)), dtype="float32")
        for pair, (i, o) in enumerate(pairs):
            place[pair, i * len(self.inputs) + o] = 1
        self._place = place  # (pairs, c * maps): where each kernel stands in a full one
        self._full = (self.size, self.size, shape[-1], len(self.inputs))
        fan_in = self.size**2 * len(pairs) / len(self.inputs)
        self.kernel = self.add_weight(
            shape=(self.size**2, len(pairs)),
            initializer=keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(len(self.inputs),), initializer="zeros", name="bias")

    def call(self, x):
        """Convolve with zeros for the pairs that were not chosen."""
        kernel = ops.reshape(ops.matmul(self.kernel, self._place), self._full)
        return scaled_tanh(ops.conv(x, kernel, data_format="channels_last") + self.bias)

    def compute_output_shape(self, shape):
        """A border less, and one map for each entry of `inputs`."""
        less = self.size - 1
        return (shape[0], shape[1] - less, shape[2] - less, len(self.inputs))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return super().get_config() | {"inputs": self.inputs, "size": self.size}


@_register
class DigitDistance(layers.Layer):
    """Minus half the squared distance of 84 numbers to each of ten drawn digits, -1 and 1.

    Shapes: `(b, 84)` to logits `(b, 10)`; 840 weights that are not trained.
    """

    def build(self, shape):
        """Draw the digits."""
        self.codes = self.add_weight(
            shape=(84, 10),
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(_digit_codes(), dtype),
            trainable=False,
            name="codes",
        )

    def call(self, x):
        """Measure."""
        squares = ops.sum(x * x, axis=-1, keepdims=True) + ops.sum(self.codes**2, axis=0)
        return ops.matmul(x, self.codes) - squares / 2

    def compute_output_shape(self, shape):
        """Ten distances."""
        return (shape[0], 10)


def _framed(input_shape) -> list:
    """The input, with a border of zeros where it is smaller than 32x32."""
    if len(input_shape) != 3:
        raise InvalidInputError(
            f"`input_shape` must be (height, width, channels). Received: input_shape={input_shape}"
        )
    rows, columns = (max(0, 32 - size) for size in input_shape[:2])
    border = ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2))
    framed = [layers.ZeroPadding2D(border)] if rows or columns else []
    return [keras.Input(tuple(input_shape)), *framed]


# The strokes of a seven-segment display: top, upper left, upper right, middle, lower left, lower
# right, bottom.
_SEGMENTS = (
    "abcefg",
    "cf",
    "acdeg",
    "acdfg",
    "bcdf",
    "abdfg",
    "abdefg",
    "acf",
    "abcdefg",
    "abcdfg",
)


def _digit_codes() -> np.ndarray:
    """Ten digits of 12 x 7 dots, -1 and 1, as the columns of `(84, 10)`."""
    strokes = {
        "a": np.s_[1:2, 1:6],
        "b": np.s_[1:6, 1:2],
        "c": np.s_[1:6, 5:6],
        "d": np.s_[5:7, 1:6],
        "e": np.s_[6:11, 1:2],
        "f": np.s_[6:11, 5:6],
        "g": np.s_[10:11, 1:6],
    }
    codes = -np.ones((10, 12, 7), dtype="float32")
    for digit, segments in enumerate(_SEGMENTS):
        for segment in segments:
            codes[(digit, *strokes[segment])] = 1
    return codes.reshape(10, 84).T
