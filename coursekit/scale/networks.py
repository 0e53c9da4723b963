"""The networks of the course by name, and what each layer of them costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coursekit.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    import keras

NETWORKS: dict[str, tuple] = {
    "MLP": ("mlp",),
    "maxout MLP": ("maxout_mlp",),
    "LeNet-5": ("lenet5",),
    "digit CNN": ("digit_cnn",),
    "CIFAR CNN": ("cifar_cnn",),
    "ResNet-20": ("cifar_resnet", 20),
    "FractalNet": ("fractalnet",),
    "AlexNet": ("alexnet",),
    "ZFNet": ("zfnet",),
    "VGG-16": ("vgg", "D"),
    "VGG-19": ("vgg", "E"),
    "GoogLeNet": ("googlenet",),
    "ResNet-18": ("resnet", 18),
    "ResNet-50": ("resnet", 50),
    "ResNet-152": ("resnet", 152),
}
"""Name -> builder in `coursekit.models` and its arguments."""


def network(name: str) -> keras.Model:
    """Build a network of the course, an uncompiled model.

    Raises:
        InvalidInputError: if there is none of that name.
    """
    builder, arguments = _entry(name)
    return builder(*arguments)


def layer_costs(name: str) -> list[dict[str, Any]]:
    """What each convolution, dense layer and normalisation of a network costs; no weight is drawn.

    Returns:
        In the model's order one dict a layer: `name`, `multiply_adds` and `activations` (numbers
        that go in or come out) for one image, and `weights` with biases. Pooling, ReLU and sums are
        left out.
    """
    from coursekit import models

    builder, arguments = _entry(name)
    return [_cost(row) for row in models.layer_table(builder, *arguments)]


def _entry(name: str) -> tuple[Any, tuple]:
    if name not in NETWORKS:
        raise InvalidInputError(
            f"Expected a network of {', '.join(NETWORKS)}. Received: {name!r}."
            f"{did_you_mean(name, NETWORKS)}"
        )
    from coursekit import models

    builder, *arguments = NETWORKS[name]
    return getattr(models, builder), tuple(arguments)


def _cost(row: dict[str, Any]) -> dict[str, Any]:
    entering = math.prod(row["before"]) * row["inputs"]
    leaving = math.prod(row["size"]) * row["outputs"]
    per_number = 1
    if row["kind"] != "norm":
        per_number = math.prod(row["kernel"]) * row["inputs"] // row["groups"]
    return {
        "name": row["name"],
        "multiply_adds": leaving * per_number,
        "activations": entering + leaving,
        "weights": row["params"],
    }
