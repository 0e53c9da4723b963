"""How networks begin: with first weights that NumPy draws, the same on every backend and on JAX
without a compilation for each shape, and with steps that are not compiled for long."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops


def glorot(rng: np.random.Generator) -> Callable:
    """An initialiser: uniform, as Glorot and Bengio 2010 have it."""

    def draw(shape, dtype=None):
        field = int(np.prod(shape[:-2]))
        limit = np.sqrt(6 / (field * (shape[-2] + shape[-1])))
        return ops.convert_to_tensor(rng.uniform(-limit, limit, shape), dtype or "float32")

    return draw


def dense_net(
    inputs: int,
    widths: tuple[int, ...],
    outputs: int,
    rng: np.random.Generator,
    *,
    activation: str = "relu",
    name: str | None = None,
) -> keras.Sequential:
    """Dense layers in a row, the last one linear."""
    hidden = [
        keras.layers.Dense(width, activation, kernel_initializer=glorot(rng)) for width in widths
    ]
    last = keras.layers.Dense(outputs, kernel_initializer=glorot(rng))
    return keras.Sequential([keras.Input((inputs,)), *hidden, last], name=name)


def quick_compile() -> bool:
    """What `compile` shall get as `jit_compile`: on TensorFlow XLA would take longer to compile
    these steps than they take to run."""
    return keras.backend.backend() != "tensorflow"
