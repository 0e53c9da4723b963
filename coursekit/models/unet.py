"""U-Net (Ronneberger, Fischer and Brox 2015)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers


def unet(
    input_shape: tuple[int, int, int] = (572, 572, 1),
    num_classes: int = 2,
    *,
    filters: Sequence[int] = (64, 128, 256, 512, 1024),
    padding: str = "valid",
    skips: bool = True,
    name: str = "unet",
) -> keras.Model:
    """U-Net as a Functional model (Ronneberger et al. 2015, fig. 1): 23 convolutions, 31,030,658
    parameters at the defaults, 572x572 pixels in, 388x388 out.

    On the way down two convolutions a level, then pooling; on the way up a 2x2 up-convolution, the
    maps of the way down laid beside its own, two convolutions. The paper states no count.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits of each pixel.
        filters: maps of each level, from the top down.
        padding: "valid" as in the paper, where each convolution takes a border off and copies are
            cropped to fit; "same" gives as many pixels as came in, if both sides can be halved
            `len(filters) - 1` times.
        skips: False leaves the maps of the way down out of the way up.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, h', w', num_classes)`.
    """
    *levels, bottom = filters
    inputs = x = keras.Input(tuple(input_shape))
    copies = []
    for maps in levels:
        x = _two_convolutions(x, maps, padding)  # (b, 568, 568, 64) ... (b, 64, 64, 512)
        copies.append(x)
        x = layers.MaxPooling2D(2)(x)  # (b, 284, 284, 64) ... (b, 32, 32, 512)
    x = _two_convolutions(x, bottom, padding)  # (b, 28, 28, 1024)
    for maps, copy in zip(reversed(levels), reversed(copies), strict=True):
        x = layers.Conv2DTranspose(maps, 2, strides=2)(x)  # (b, 56, 56, 512) ... (b, 392, 392, 64)
        rows, columns = (copy.shape[axis] - x.shape[axis] for axis in (1, 2))
        if rows or columns:
            copy = layers.Cropping2D(
                ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2))
            )(copy)
        x = layers.Concatenate()([copy, x]) if skips else x
        x = _two_convolutions(x, maps, padding)  # (b, 52, 52, 512) ... (b, 388, 388, 64)
    return keras.Model(inputs, layers.Conv2D(num_classes, 1)(x), name=name)  # logits


def _two_convolutions(x, maps: int, padding: str):
    for _ in range(2):
        x = layers.Conv2D(
            maps, 3, padding=padding, activation="relu", kernel_initializer="he_normal"
        )(x)
    return x
