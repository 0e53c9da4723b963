"""GoogLeNet and its Inception module (Szegedy et al. 2015)."""

from __future__ import annotations

import keras
from keras import layers

from coursekit.layers import LocalResponseNormalization

MODULES: dict[str, tuple[int, int, int, int, int, int]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""The paper's table 1: maps of `#1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj`."""


def googlenet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    *,
    side_heads: bool = False,
    dropout: float = 0.4,
    name: str = "googlenet",
) -> keras.Model:
    """GoogLeNet as a Functional model (Szegedy et al. 2015, table 1). 6,998,552 parameters at the
    defaults, 13,378,280 with both side heads.

    The rows of the paper's table add up to 6.8 million with the classifier; some texts say 5
    million, which no reading of the table gives. torchvision's 6.62 million has 3x3 kernels where
    the paper has 5x5. Pooling rounds sizes up, as the paper's does.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        side_heads: whether to add the two classifiers on modules 4a and 4d, which the paper uses
            while training with weight 0.3 and throws away afterwards.
        dropout: share of features dropped before the classifier.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`, or with side heads to
        three of them: the classifier's, then those of 4a and 4d.
    """
    inputs = x = keras.Input(tuple(input_shape))
    x = _conv(x, 64, 7, strides=2)  # (b, 112, 112, 64)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # (b, 56, 56, 64)
    x = LocalResponseNormalization()(x)
    x = _conv(x, 64, 1)  # (b, 56, 56, 64)
    x = _conv(x, 192, 3)  # (b, 56, 56, 192)
    x = LocalResponseNormalization()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # (b, 28, 28, 192)
    heads = []
    for module, maps in MODULES.items():
        if module in ("4a", "5a"):
            x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # (b, 14, 14, ·), (b, 7, 7, ·)
        x = inception(x, maps, name=module)  # 256, 480, 512, 512, 512, 528, 832, 832, 1024 maps
        if side_heads and module in ("4a", "4d"):
            heads.append(_side_head(x, num_classes))
    x = layers.GlobalAveragePooling2D()(x)  # (b, 1024)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(num_classes)(x)  # logits
    return keras.Model(inputs, [x, *heads] if side_heads else x, name=name)


def inception(x, maps: tuple[int, int, int, int, int, int], *, name: str):
    """Four branches side by side, their maps laid on top of each other (fig. 2b). Module 3a:
    163,696 parameters.

    Args:
        x: `(b, h, w, c)`.
        maps: one row of `MODULES`.
        name: prefix of the layers' names.

    Returns:
        `(b, h, w, maps[0] + maps[2] + maps[4] + maps[5])`.
    """
    one, reduce3, three, reduce5, five, project = maps
    branches = [
        _conv(x, one, 1),
        _conv(_conv(x, reduce3, 1), three, 3),
        _conv(_conv(x, reduce5, 1), five, 5),
        _conv(layers.MaxPooling2D(3, strides=1, padding="same")(x), project, 1),
    ]
    return layers.Concatenate(name=f"inception_{name}")(branches)


def _conv(x, maps: int, size: int, strides: int = 1):
    return layers.Conv2D(maps, size, strides=strides, padding="same", activation="relu")(x)


def _side_head(x, num_classes: int):
    x = layers.AveragePooling2D(5, strides=3)(x)  # (b, 4, 4, ·)
    x = _conv(x, 128, 1)  # (b, 4, 4, 128)
    x = layers.Flatten()(x)  # (b, 2048)
    x = layers.Dense(1024, activation="relu")(x)  # (b, 1024)
    x = layers.Dropout(0.7)(x)
    return layers.Dense(num_classes)(x)  # logits
