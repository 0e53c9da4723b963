"""The perceptron: one layer of weights (Rosenblatt 1958)."""

from __future__ import annotations

import keras
from keras import layers


def perceptron(
    input_shape: tuple[int, ...] = (2,), num_classes: int = 2, *, name: str = "perceptron"
) -> keras.Model:
    """One dense layer from the inputs to the classes, as a Sequential model.

    Args:
        input_shape: shape of one sample, without the batch axis; several axes are flattened.
        num_classes: number of logits. 1 gives the single unit of the lecture: its sign is the
            class.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, *input_shape)` to logits `(b, num_classes)`.

    Source: Rosenblatt 1958; trained here by gradient descent on a smooth loss instead of the
        perceptron rule.
    """
    return keras.Sequential(
        [
            keras.Input(tuple(input_shape)),
            layers.Flatten(),  # (b, inputs)
            layers.Dense(num_classes),  # logits
        ],
        name=name,
    )
