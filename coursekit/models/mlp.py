"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers


def mlp(
    input_shape: tuple[int, ...] = (28, 28, 1),
    num_classes: int = 10,
    *,
    hidden: Sequence[int] = (512, 256),
    activation: str = "relu",
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    name: str = "mlp",
) -> keras.Model:
    """Dense hidden layers on the flattened input, as a Sequential model. 535,818 parameters at the
    defaults.

    Args:
        input_shape: shape of one sample, without the batch axis; several axes are flattened.
        num_classes: number of logits.
        hidden: units of each hidden layer; `()` gives the perceptron.
        activation: activation of the hidden layers.
        dropout: share of hidden units dropped after each hidden layer while training; 0 leaves the
            layers out.
        input_dropout: share of inputs dropped while training (Srivastava et al. 2014 take 0.2).
        name: name of the model.

    Returns:
        An uncompiled model from `(b, *input_shape)` to logits `(b, num_classes)`.
    """
    stack = [keras.Input(tuple(input_shape)), layers.Flatten()]  # (b, inputs)
    if input_dropout:
        stack.append(layers.Dropout(input_dropout))
    for units in hidden:
        stack.append(layers.Dense(units, activation=activation))  # (b, units)
        if dropout:
            stack.append(layers.Dropout(dropout))
    stack.append(layers.Dense(num_classes))  # logits
    return keras.Sequential(stack, name=name)
