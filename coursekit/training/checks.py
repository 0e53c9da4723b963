"""A look at a compiled model before it trains: do output, loss and labels speak the same
language?"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from coursekit.errors import InvalidInputError

_LOOKED_THROUGH = ("Flatten", "Reshape", "Dropout", "Identity")
_LOSSES = {
    "sparse_categorical_crossentropy": "sparse",
    "categorical_crossentropy": "one-hot",
    "categorical_focal_crossentropy": "one-hot",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "bce": "binary",
}


@dataclass(frozen=True)
class Head:
    """What a model gives: `units` numbers per sample, with `activation` "linear", "softmax",
    "sigmoid" or another name."""

    units: int | None
    activation: str

    @property
    def from_logits(self) -> bool:
        """Whether the output needs a softmax or sigmoid to become probabilities."""
        return self.activation == "linear"


def output_head(model: keras.Model) -> Head:
    """Find the width and the last activation of a built model with one output.

    Args:
        model: built Keras model.

    Returns:
        `Head(units, activation)`; activation is "unknown" where it cannot be seen, as in a
        subclassed model.

    Raises:
        InvalidInputError: if the model is not built, or has several outputs.
    """
    shape = getattr(model, "output_shape", None) if model.built else None
    if isinstance(shape, (list, dict)):
        raise InvalidInputError(
            f"expected a model with one output. Received: {len(shape)} outputs; check each by "
            f"itself"
        )
    if not isinstance(shape, tuple):
        if (
            model.built and model.layers
        ):  # subclassed: no graph, so the last layer speaks for the model
            return Head(
                getattr(model.layers[-1], "units", None), _activation(model.layers[-1]) or "unknown"
            )
        raise InvalidInputError(
            "expected a built model. Received: one without an input shape; start it with "
            "keras.Input(shape)"
        )
    return Head(shape[-1], _last_activation(model))


def _last_activation(model: keras.Model) -> str:
    if not hasattr(model, "outputs"):
        return _activation(model.layers[-1]) or "unknown"
    tensor = model.outputs[0]
    while True:
        operation = tensor._keras_history.operation
        if isinstance(operation, keras.Model):
            return _last_activation(operation)
        name = _activation(operation)
        skip = type(operation).__name__ in _LOOKED_THROUGH or (
            name == "linear" and isinstance(operation, keras.layers.Activation)
        )
        if not skip:
            return name or "unknown"
        tensor = operation.input


def _activation(operation) -> str | None:
    if isinstance(operation, keras.layers.Softmax):
        return "softmax"
    if callable(activation := getattr(operation, "activation", None)):
        return getattr(activation, "__name__", "unknown")
    if isinstance(operation, keras.layers.Layer):
        known = (
            keras.layers.Dense,
            keras.layers.BatchNormalization,
            keras.layers.GlobalAveragePooling2D,
            keras.layers.Add,
        )
        return "linear" if isinstance(operation, known) else None
    return {"Softmax": "softmax", "Sigmoid": "sigmoid"}.get(type(operation).__name__)


def check_compile(model: keras.Model, y=None) -> None:
    """Raise if a compiled classifier would train silently wrong.

    Caught are: logits trained as probabilities and the other way round, one-hot labels with a loss
    for integers and the other way round, labels outside the classes, one output unit under a
    categorical loss, and a one-unit logit whose accuracy would be counted at the threshold 0.5.
    Losses and outputs that it does not know pass.

    Args:
        model: compiled Keras model. One with several outputs or without a loss (it has its own
            `compute_loss`) passes.
        y: the labels it will be trained on, integers `(n,)` or `(n, 1)` or one-hot `(n, classes)`,
            or None.

    Raises:
        InvalidInputError: says what does not fit and what to write instead.
    """
    if not model.compiled:
        raise InvalidInputError(
            "expected a compiled model. Received: one without a loss; call model.compile(...) first"
        )
    kind, from_logits = _loss_of(model)
    if (
        kind is None
        or not model.built
        or isinstance(getattr(model, "output_shape", None), (list, dict))
    ):
        return
    head = output_head(model)
    _check_logits(head, kind, from_logits)
    _check_threshold(model, head, kind)
    if y is not None and head.units and hasattr(y, "shape") and hasattr(model, "outputs"):
        _check_labels(np.asarray(y), head.units, kind, rank=len(model.output_shape))


def _loss_of(model: keras.Model) -> tuple[str | None, bool]:
    loss = model.loss
    if isinstance(loss, (list, dict)) or loss is None:
        return None, False
    name = (
        loss
        if isinstance(loss, str)
        else getattr(loss, "__name__", None) or _snake(type(loss).__name__)
    )
    return _LOSSES.get(_snake(name)), bool(getattr(loss, "from_logits", False))


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _check_logits(head: Head, kind: str, from_logits: bool) -> None:
    loss = {
        "sparse": "SparseCategoricalCrossentropy",
        "one-hot": "CategoricalCrossentropy",
        "binary": "BinaryCrossentropy",
    }[kind]
    if kind != "binary" and head.units == 1:
        raise InvalidInputError(
            "one output unit cannot carry a categorical loss: its softmax is always 1. Use "
            "keras.losses.BinaryCrossentropy(from_logits=True) on a linear unit, or as many "
            "units as classes."
        )
    if head.from_logits and not from_logits:
        raise InvalidInputError(
            f"the model gives logits (its last layer has no activation), but the loss expects "
            f"probabilities and would train "
            f"silently wrong. Use keras.losses.{loss}(from_logits=True)."
        )
    if head.activation in ("softmax", "sigmoid") and from_logits:
        raise InvalidInputError(
            f"the model ends in {head.activation}, but the loss has from_logits=True and would "
            f"apply it twice. "
            f"Remove the activation, or use keras.losses.{loss}(from_logits=False)."
        )


def _check_threshold(model: keras.Model, head: Head, kind: str) -> None:
    asked = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None) or []
    flat = [metric for metric in keras.tree.flatten(asked) if isinstance(metric, str)]
    if (
        kind == "binary"
        and head.units == 1
        and head.from_logits
        and {"accuracy", "acc", "binary_accuracy"} & set(flat)
    ):
        raise InvalidInputError(
            'metrics=["accuracy"] would count a logit above 0.5 as class 1, but the boundary '
            "of a logit is 0. "
            "Use keras.metrics.BinaryAccuracy(threshold=0.0)."
        )


def _check_labels(y: np.ndarray, units: int, kind: str, rank: int) -> None:
    one_hot = y.ndim == rank and y.shape[-1] == units and units > 1
    if kind == "sparse" and one_hot:
        raise InvalidInputError(
            f"labels of shape {y.shape} look one-hot, but the loss expects integers. "
            "Use keras.losses.CategoricalCrossentropy, or labels.argmax(axis=-1)."
        )
    if kind == "one-hot" and not one_hot:
        raise InvalidInputError(
            f"the loss expects one-hot labels (n, {units}). Received: shape {y.shape}. "
            f"Use keras.losses.SparseCategoricalCrossentropy, or "
            f"keras.utils.to_categorical(labels, {units})."
        )
    if kind == "binary" and units > 1 and not one_hot:
        raise InvalidInputError(
            f"{units} output units under a binary loss expect labels (n, {units}). Received: "
            f"shape {y.shape}. "
            "Use keras.losses.SparseCategoricalCrossentropy(from_logits=...) for integer labels."
        )
    if kind == "sparse" and y.size and y.dtype.kind in "iufb" and (y.min() < 0 or y.max() >= units):
        raise InvalidInputError(
            f"labels must lie in 0 to {units - 1} for {units} output units. Received: "
            f"{y.min()} to {y.max()}. "
            "Number the classes from 0, or widen the last layer."
        )
