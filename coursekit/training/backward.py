"""Which pixels a class's score hangs on: a signal sent back through a chain of layers, with three
rules for ReLU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.training.differentiation import adjoint

RULES = ("gradient", "deconvnet", "guided")


class BackwardStep(NamedTuple):
    """One layer of a chain, as a signal meets it on its way back.

    Attributes:
        kind: "relu", "pool", or "other".
        x: array `(n, ...)`, what went into the layer.
        back: function from a signal of the layer's output to one of its input: the layer's adjoint.
    """

    kind: str
    x: np.ndarray
    back: Callable[[np.ndarray], np.ndarray]


def backward_steps(model: keras.Sequential, x) -> list[BackwardStep]:
    """Run a Sequential model forward and keep what a way back needs, in the order of the layers.

    Args:
        model: built Sequential model in which each ReLU is a layer of its own.
        x: array `(n, ...)`, inputs.

    Raises:
        InvalidInputError: if the model is not Sequential, or a ReLU hides inside another layer.
    """
    if not isinstance(model, keras.Sequential):
        raise InvalidInputError(
            f"Expected a Sequential model, whose layers form a chain. Received: "
            f"{type(model).__name__}"
        )
    steps, signal = [], np.asarray(x, dtype="float32")
    for layer in model.layers:
        activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if activation != "linear" and not isinstance(layer, keras.layers.ReLU):
            raise InvalidInputError(
                f"Expected activations as layers of their own, keras.layers.ReLU(). Received: "
                f"{layer.name!r} with activation={activation!r}"
            )
        steps.append(BackwardStep(_kind(layer), signal, _back(layer, signal)))
        signal = ops.convert_to_numpy(layer(signal, training=False))
    return steps


def attribution(
    model: keras.Sequential, x, classes: Sequence[int] | int, *, rule: str = "gradient"
) -> np.ndarray:
    """Send the score of a class back to the pixels.

    Args:
        model: as for `backward_steps`; it gives scores `(n, classes)`, logits rather than
            probabilities.
        x: images `(n, ...)`.
        classes: the class for each image, or one for all.
        rule: what ReLU does to the signal. "gradient" lets it through where the layer's input was
            positive (Simonyan et al. 2014), "deconvnet" where the signal is (Zeiler and Fergus
            2014), "guided" where both are (Springenberg et al. 2015).

    Returns:
        float32 array of the shape of `x`, signed.

    Raises:
        InvalidInputError: on an unknown rule; see also `backward_steps`.
    """
    if rule not in RULES:
        raise InvalidInputError(f"`rule` must be one of {', '.join(RULES)}. Received: {rule!r}")
    steps = backward_steps(model, x)
    scores = int(model.output_shape[-1])
    signal = np.eye(scores, dtype="float32")[np.broadcast_to(classes, len(x))]
    for step in reversed(steps):
        if step.kind != "relu" or rule == "gradient":
            signal = step.back(signal)
        else:
            signal = np.maximum(signal, 0)
            signal = step.back(signal) if rule == "guided" else signal
    return signal


def _kind(layer: keras.Layer) -> str:
    if isinstance(layer, keras.layers.ReLU):
        return "relu"
    return "pool" if isinstance(layer, keras.layers.MaxPooling2D) else "other"


def _back(layer: keras.Layer, x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda signal: adjoint(lambda v: layer(v, training=False), x, signal)
