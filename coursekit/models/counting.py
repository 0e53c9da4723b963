"""How many weights a network has, and what each layer costs, without making room for any of
them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import TypeVar

import keras
from keras import layers

_Answer = TypeVar("_Answer")


def count_params(builder: Callable, *args, trainable: bool | None = None, **options) -> int:
    """Number of weights of the model that `builder(*args, **options)` gives.

    No weight is drawn or stored, so VGG-19's 575 MB cost nothing.

    Args:
        builder: one of this room's builders, or any function that returns a Keras model whose
            layers make their weights with `add_weight`.
        trainable: True counts what training changes, False the rest (the moving statistics of
            batch normalisation), None both.

    >>> count_params(vgg, "D")
    138357544
    """

    def ask(model: keras.Model) -> int:
        chosen = {True: model.trainable_weights, False: model.non_trainable_weights}
        weights = chosen.get(trainable, model.weights)
        return sum(math.prod(weight.shape) for weight in weights)

    return _sketched(ask, builder, args, options)


def layer_table(builder: Callable, *args, **options) -> list[dict]:
    """Each convolution, dense layer and batch normalisation of a network, as plain data.

    Args:
        builder: as for `count_params`.

    Returns:
        In the model's order one dict a layer with `name`, `kind` ("conv", "dense" or "norm"),
        `inputs` and `outputs` (channels), `kernel` `(height, width)`, `groups`, `bias` (whether it
        has one), `before` and `size` `(height, width)` of its input and output, and `params`, all
        weights of the layer. Dense layers have kernel, `before` and size (1, 1).
    """

    def ask(model: keras.Model) -> list[dict]:
        return [row for layer in model.layers if (row := _row(layer))]

    return _sketched(ask, builder, args, options)


def _row(layer: layers.Layer) -> dict | None:
    kinds = {layers.Conv2D: "conv", layers.Dense: "dense", layers.BatchNormalization: "norm"}
    kind = kinds.get(type(layer))
    if kind is None:
        return None
    source, target = layer.input.shape, layer.output.shape
    return {
        "name": layer.name,
        "kind": kind,
        "inputs": source[-1],
        "outputs": target[-1],
        "kernel": tuple(layer.kernel_size) if kind == "conv" else (1, 1),
        "groups": layer.groups if kind == "conv" else 1,
        "bias": kind == "norm" or layer.use_bias,
        "before": tuple(source[1:3]) if len(source) == 4 else (1, 1),
        "size": tuple(target[1:3]) if len(target) == 4 else (1, 1),
        "params": sum(math.prod(weight.shape) for weight in layer.weights),
    }


def _sketched(ask: Callable[[keras.Model], _Answer], builder, args, options) -> _Answer:
    """`ask` of a model whose weights have a shape and no value.

    Inside a StatelessScope Keras postpones every weight's values. What it postpones it remembers in
    the state of the thread, so a thread of its own forgets it at the end.
    """
    outcome: list = []

    def run() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                outcome.append(ask(builder(*args, **options)))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
