"""VGG (Simonyan and Zisserman 2015)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from coursekit.errors import InvalidInputError

CONFIGURATIONS: dict[str, tuple[tuple, ...]] = {
    "A": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "B": ((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)),
    "C": ((64, 64), (128, 128), (256, 256, (256, 1)), (512, 512, (512, 1)), (512, 512, (512, 1))),
    "D": ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
    "E": ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4),
}
"""The columns of the paper's table 1: five stages of convolutions, 3x3 where no size is given."""


def vgg(
    configuration: str = "D",
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    *,
    dense: Sequence[int] = (4096, 4096),
    dropout: float = 0.5,
    name: str | None = None,
) -> keras.Model:
    """VGG as a Sequential model (Simonyan and Zisserman 2015, table 1). 138,357,544 parameters at
    the defaults: VGG-16.

    All five: A 132,863,336, B 133,047,848, C 133,638,952, D 138,357,544 (VGG-16), E 143,667,240
    (VGG-19). The paper's table 2 rounds them to 133, 133, 134, 138 and 144 million.

    Args:
        configuration: "A" to "E".
        input_shape: `(height, width, channels)` of one image; both sides at least 32.
        num_classes: number of logits.
        dense: units of the hidden dense layers; `()` leaves them out.
        dropout: share of units dropped after each hidden dense layer.
        name: name of the model; None takes "vgg_a" to "vgg_e".

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.

    Raises:
        InvalidInputError: if `configuration` is not one of the paper's.
    """
    if configuration not in CONFIGURATIONS:
        raise InvalidInputError(
            f"`configuration` must be one of {', '.join(CONFIGURATIONS)}. "
            f"Received: configuration={configuration!r}"
        )
    stack = [keras.Input(tuple(input_shape))]  # (b, 224, 224, 3)
    for stage in CONFIGURATIONS[configuration]:
        for maps in stage:
            maps, size = maps if isinstance(maps, tuple) else (maps, 3)
            stack.append(layers.Conv2D(maps, size, padding="same", activation="relu"))
        stack.append(layers.MaxPooling2D(2))  # (b, 112, 112, 64) ... (b, 7, 7, 512)
    stack.append(layers.Flatten())  # (b, 25088)
    for units in dense:
        stack += [layers.Dense(units, activation="relu"), layers.Dropout(dropout)]  # (b, 4096)
    stack.append(layers.Dense(num_classes))  # logits
    return keras.Sequential(stack, name=name or f"vgg_{configuration.lower()}")
