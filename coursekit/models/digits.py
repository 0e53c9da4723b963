"""A small convolutional network for digits that learns quickly on a CPU."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from coursekit.errors import InvalidInputError


def digit_cnn(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    num_classes: int = 10,
    *,
    filters: Sequence[int] = (32, 64, 128),
    dropout: float = 0.3,
    name: str = "digit_cnn",
) -> keras.Model:
    """Strided convolutions with batch normalisation, as a Sequential model.

    The first layer already halves the image, so that the wide layers work on few positions: on a CPU the cost of a
    convolution is positions times weights. Batch normalisation allows a high learning rate.

    Args:
        input_shape: `(height, width, channels)` of one image, at least 8x8.
        num_classes: number of logits.
        filters: channels after each of the strided convolutions.
        dropout: share of the last features dropped while training.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.

    Raises:
        InvalidInputError: if `input_shape` has not three axes.
    """
    if len(input_shape) != 3:
        raise InvalidInputError(f"`input_shape` must be (height, width, channels). Received: input_shape={input_shape}")
    stack = [keras.Input(tuple(input_shape))]
    for index, channels in enumerate(filters):
        size = 5 if index == 0 else 3
        stack += [
            layers.Conv2D(channels, size, strides=2, padding="same", use_bias=False),  # (b, h/2, w/2, channels)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    stack += [
        layers.Flatten(),  # (b, h/8 * w/8 * channels)
        layers.Dropout(dropout),
        layers.Dense(num_classes),  # logits
    ]
    return keras.Sequential(stack, name=name)
