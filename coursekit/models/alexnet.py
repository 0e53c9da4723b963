"""AlexNet (Krizhevsky, Sutskever and Hinton 2012) and ZFNet (Zeiler and Fergus 2014)."""

from __future__ import annotations

import keras
from keras import layers

from coursekit.layers import LocalResponseNormalization


def alexnet(
    input_shape: tuple[int, int, int] = (227, 227, 3),
    num_classes: int = 1000,
    *,
    groups: int = 2,
    dropout: float = 0.5,
    name: str = "alexnet",
) -> keras.Model:
    """AlexNet as a Sequential model. 60,965,224 parameters at the defaults, the paper's "60
    million".

    The paper says 224x224; only 227 gives its 55x55 maps without a border.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        groups: 2 as on the paper's two graphics cards, where the second, fourth and fifth
            convolution see only the maps of their own card; 1 connects all maps (62,378,344).
        dropout: share of units dropped after the first two dense layers.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.
    """
    return keras.Sequential(
        [
            keras.Input(tuple(input_shape)),
            layers.Conv2D(96, 11, strides=4, activation="relu"),  # (b, 55, 55, 96)
            LocalResponseNormalization(),
            layers.MaxPooling2D(3, strides=2),  # (b, 27, 27, 96)
            layers.Conv2D(256, 5, padding="same", groups=groups, activation="relu"),
            LocalResponseNormalization(),
            layers.MaxPooling2D(3, strides=2),  # (b, 13, 13, 256)
            layers.Conv2D(384, 3, padding="same", activation="relu"),  # (b, 13, 13, 384)
            layers.Conv2D(384, 3, padding="same", groups=groups, activation="relu"),
            layers.Conv2D(256, 3, padding="same", groups=groups, activation="relu"),
            layers.MaxPooling2D(3, strides=2),  # (b, 6, 6, 256)
            *_dense_layers(num_classes, dropout),
        ],
        name=name,
    )


def zfnet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    num_classes: int = 1000,
    *,
    dropout: float = 0.5,
    name: str = "zfnet",
) -> keras.Model:
    """ZFNet as a Sequential model (Zeiler and Fergus 2014, fig. 3). 62,357,608 parameters at the
    defaults.

    AlexNet on one card with finer first layers: 7x7 and stride 2 instead of 11x11 and stride 4,
    since the deconvnet showed dead filters and aliasing there. The paper normalises contrast after
    the first two poolings; the layer is AlexNet's, which has no weights either.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        dropout: share of units dropped after the first two dense layers.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.
    """
    return keras.Sequential(
        [
            keras.Input(tuple(input_shape)),
            layers.ZeroPadding2D(1),
            layers.Conv2D(96, 7, strides=2, activation="relu"),  # (b, 110, 110, 96)
            layers.MaxPooling2D(3, strides=2, padding="same"),  # (b, 55, 55, 96)
            LocalResponseNormalization(),
            layers.Conv2D(256, 5, strides=2, activation="relu"),  # (b, 26, 26, 256)
            layers.MaxPooling2D(3, strides=2, padding="same"),  # (b, 13, 13, 256)
            LocalResponseNormalization(),
            layers.Conv2D(384, 3, padding="same", activation="relu"),  # (b, 13, 13, 384)
            layers.Conv2D(384, 3, padding="same", activation="relu"),  # (b, 13, 13, 384)
            layers.Conv2D(256, 3, padding="same", activation="relu"),  # (b, 13, 13, 256)
            layers.MaxPooling2D(3, strides=2),  # (b, 6, 6, 256)
            *_dense_layers(num_classes, dropout),
        ],
        name=name,
    )


def _dense_layers(num_classes: int, dropout: float) -> list[layers.Layer]:
    return [
        layers.Flatten(),  # (b, 9216)
        layers.Dense(4096, activation="relu"),  # (b, 4096)
        layers.Dropout(dropout),
        layers.Dense(4096, activation="relu"),  # (b, 4096)
        layers.Dropout(dropout),
        layers.Dense(num_classes),  # logits
    ]
