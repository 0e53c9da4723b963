"""A small convolutional network for 32x32 colour photographs, plain enough to be taken apart."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

_PLACES = "abcdefgh"


def cifar_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    stages: Sequence[Sequence[int]] = ((32,), (64,), (96, 96)),
    normalised: bool = False,
    dropout: float = 0.0,
    name: str = "cifar_cnn",
) -> keras.Model:
    """3x3 convolutions, ReLU and max pooling in the manner of VGG, as a Sequential model. 158,794
    parameters at the defaults.

    Nothing else stands in it, so every rule for sending a signal backwards meets only these three
    layers. Batch normalisation helps while training and can be folded into the convolutions
    afterwards: see `fold_normalisation`.

    Args:
        input_shape: `(height, width, channels)` of one image with values from 0 to 1.
        num_classes: number of logits.
        stages: maps of each convolution at each resolution; pooling halves it in between.
        normalised: whether batch normalisation stands between convolution and ReLU. It is left out
            at the first resolution, whose maps are the largest, because there it costs most.
        dropout: share of the pooled features dropped while training; 0 leaves the layer out.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`.
    """
    stack = [
        keras.Input(tuple(input_shape)),
        layers.Rescaling(4.0, -1.9, name="centre"),  # [0, 1] to about mean 0, deviation 1
    ]
    for stage, sizes in enumerate(stages, start=1):
        if stage > 1:
            stack.append(layers.MaxPooling2D(2, name=f"pool{stage - 1}"))
        for place, maps in zip(_PLACES, sizes, strict=False):
            place = f"{stage}{place}"
            stack.append(
                layers.Conv2D(
                    maps, 3, padding="same", kernel_initializer="he_normal", name=f"conv{place}"
                )
            )  # (b, 32, 32, 32), (b, 16, 16, 64), (b, 8, 8, 96)
            if normalised and stage > 1:
                stack.append(layers.BatchNormalization(momentum=0.9, name=f"norm{place}"))
            stack.append(layers.ReLU(name=f"relu{place}"))
    stack.append(layers.GlobalAveragePooling2D(name="mean"))  # (b, 96)
    if dropout:
        stack.append(layers.Dropout(dropout, name="dropout"))
    stack.append(layers.Dense(num_classes, name="logits"))  # logits
    return keras.Sequential(stack, name=name)


def fold_normalisation(model: keras.Model, plain: keras.Model) -> keras.Model:
    """Write a trained network's weights into its twin without batch normalisation.

    In test mode normalisation is `scale * x + shift`, one pair of numbers for each map, and the
    convolution before it can do that by itself: kernel times scale, bias times scale plus shift.

    Args:
        model: trained Sequential model in which every BatchNormalization follows a Conv2D with a
            bias.
        plain: the same architecture without normalisation and dropout; its weights are
            overwritten.

    Returns:
        `plain`, which gives the logits that `model` gives with `training=False`.
    """
    folded: list[list[np.ndarray]] = []
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            gamma, beta, mean, variance = _values(layer)
            scale = gamma / np.sqrt(variance + layer.epsilon)
            kernel, bias = folded.pop()
            folded.append([kernel * scale, (bias - mean) * scale + beta])
        elif isinstance(layer, (layers.Conv2D, layers.Dense)):
            folded.append(_values(layer))
    plain.set_weights([weight for pair in folded for weight in pair])
    return plain


def _values(layer: layers.Layer) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in layer.weights]
