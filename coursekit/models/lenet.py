"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998)."""

from __future__ import annotations

import keras
from keras import layers

from coursekit.errors import InvalidInputError


def lenet5(
    input_shape: tuple[int, int, int] = (32, 32, 1),
    num_classes: int = 10,
    *,
    activation: str = "tanh",
    name: str = "lenet5",
) -> keras.Model:
    """LeNet-5 as a Sequential model (LeCun et al. 1998, fig. 2). 61,706 parameters at the defaults.

    Pooling without weights, a full second convolution and a linear output stand for the paper's
    trainable subsampling, its connection table and its RBF units, as everyone builds it since.
    Images of fewer than 32 rows or columns get a border of zeros first, as the paper does with
    MNIST's 28x28.

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
    if len(input_shape) != 3:
        raise InvalidInputError(
            f"`input_shape` must be (height, width, channels). Received: input_shape={input_shape}"
        )
    rows, columns = (max(0, 32 - size) for size in input_shape[:2])
    border = ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2))
    return keras.Sequential(
        [
            keras.Input(tuple(input_shape)),
            *([layers.ZeroPadding2D(border)] if rows or columns else []),  # (b, 32, 32, c)
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
