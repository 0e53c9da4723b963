"""What the playground makes of a student's own Keras model, without importing Keras."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.playground.network import ACTIVATIONS

MOST_LAYERS, MOST_UNITS = 6, 16
_PASSED_OVER = ("InputLayer", "Flatten", "Dropout", "ActivityRegularization")


def read_mlp(model: Any) -> list[dict[str, Any]]:
    """The dense layers of a Keras model, from the first hidden layer to the output.

    Args:
        model: a built `keras.Sequential` (or functional chain) of Dense layers; an activation may
            stand in the layer or after it. One output is a logit, a probability or a number; two
            are logits or probabilities of two classes.

    Returns:
        One dict per layer: `units` and `activation`.

    Raises:
        InvalidInputError: if the model is no such chain, or too large to be drawn.
    """
    layers: list[dict[str, Any]] = []
    for layer in getattr(model, "layers", ()):
        kind = type(layer).__name__
        if kind == "Dense":
            if not layer.use_bias:
                _refuse(f"a Dense layer without bias ({layer.name})")
            layers.append({"units": int(layer.units), "activation": _name(layer.activation)})
        elif kind in ("Activation", "ReLU", "Softmax") and layers:
            if layers[-1]["activation"] != "linear":
                _refuse(f"two activations in a row ({layer.name})")
            name = _name(layer.activation) if kind == "Activation" else kind.lower()
            layers[-1]["activation"] = name
        elif kind not in _PASSED_OVER:
            _refuse(f"a layer of class {kind}")
    if not layers or not getattr(model, "built", False):
        _refuse("a model that has no Dense layer or is not built")
    if len(getattr(model, "outputs", [0])) != 1 or len(getattr(model, "inputs", [0])) != 1:
        _refuse("a model with several inputs or outputs")
    shapes = [(int(np.prod(model.input_shape[1:])), layers[0]["units"])]
    shapes += [(a["units"], b["units"]) for a, b in itertools.pairwise(layers)]
    wanted = [shape for below, units in shapes for shape in ((below, units), (units,))]
    if [tuple(w.shape) for w in model.get_weights()] != wanted:
        _refuse("a model whose Dense layers do not follow one another")
    *hidden, top = layers
    for layer in hidden:
        if layer["activation"] not in ACTIVATIONS:
            _refuse(f"the activation {layer['activation']!r}")
    heads = (top["units"], top["activation"])
    if heads not in ((1, "linear"), (1, "sigmoid"), (2, "linear"), (2, "softmax")):
        _refuse(f"{top['units']} outputs with activation {top['activation']!r}")
    if len(hidden) > MOST_LAYERS or any(layer["units"] > MOST_UNITS for layer in hidden):
        _refuse(f"hidden layers of {', '.join(str(layer['units']) for layer in hidden)} units")
    return layers


def _name(activation: Any) -> str:
    return getattr(activation, "__name__", type(activation).__name__).lower()


def _refuse(received: str) -> None:
    raise InvalidInputError(
        "Expected a built Keras model of Dense layers in a row, with relu, tanh, sigmoid or linear "
        f"units, at most {MOST_LAYERS} hidden layers of {MOST_UNITS}, and one output or two. "
        f"Received: {received}. Leave it out, or draw a smaller model."
    )
