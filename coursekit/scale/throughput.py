"""Images a second, on whatever device Keras runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit import devices
from coursekit.scale.networks import network

if TYPE_CHECKING:
    import keras


_BFLOAT16 = "mixed_bfloat16"


def device_names() -> dict[str, str]:
    """What Keras runs on, for a row of the throughput table."""
    info = devices.describe()
    many = f"{info.count} x " if info.count > 1 else ""
    return {
        "device": f"{info.kind.upper()}: {many}{info.name}",
        "cores": str(info.cores),
        "backend": f"{info.backend} {info.backend_version}",
        "keras": str(info.keras_version),
    }


def jobs() -> list[dict[str, str]]:
    """What the throughput table holds, as arguments of `images_per_second`: more, and larger
    networks, where an accelerator is."""
    small = ["MLP", "LeNet-5", "digit CNN", "CIFAR CNN", "ResNet-20"]
    large = ["AlexNet", "GoogLeNet", "VGG-16", "ResNet-18", "ResNet-50", "ResNet-152"]
    if devices.describe().kind == "cpu":
        return [*({"name": n} for n in small), {"name": "digit CNN", "precision": _BFLOAT16}]
    names = [*small, *large]
    return [{"name": n, "precision": p} for p in ("float32", _BFLOAT16) for n in names]


def forward(
    model: keras.Model, x: np.ndarray
) -> tuple[Callable[[], Any], Callable[[Any], np.ndarray]]:
    """One compiled pass through a network, in two parts.

    Returns:
        `(step, wait)`: `step()` starts a pass over the rows of `x` and may come back before it is
        done; `wait(what step gave)` returns the outputs once they are there.
    """
    import keras

    rows = keras.ops.convert_to_tensor(x)
    if keras.config.backend() == "jax":
        import jax

        weights = [v.value for v in model.trainable_variables]
        others = [v.value for v in model.non_trainable_variables]
        run = jax.jit(lambda w, o, rows: model.stateless_call(w, o, rows, training=False)[0])
        return lambda: run(weights, others, rows), np.asarray
    import tensorflow as tf

    run = tf.function(lambda rows: model(rows, training=False))
    return lambda: run(rows), np.asarray


def images_per_second(
    name: str, *, batch_size: int = 64, precision: str = "float32", steps: int = 6
) -> dict[str, str]:
    """Train a network of the course for a few steps on noise, and time them.

    Args:
        name: one of `NETWORKS`.
        batch_size: images a step.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        steps: how many are timed; two before them are not.

    Returns:
        a row of the throughput table: device, versions, network, batch, precision and images a
        second, by the median step.
    """
    import keras

    rng = np.random.default_rng(0)
    with _policy(precision):
        model = network(name)
        outputs = model.output_shape[-1]
        model.compile(keras.optimizers.SGD(1e-4), _float32_cross_entropy(), jit_compile="auto")
    x = rng.random((batch_size, *model.input_shape[1:]), dtype=np.float32)
    y = rng.integers(outputs, size=batch_size)
    seconds = []
    for _ in range(steps + 2):
        start = time.perf_counter()
        float(model.train_on_batch(x, y))  # a number: the step is over
        seconds.append(time.perf_counter() - start)
    rate = batch_size / float(np.median(seconds[2:]))
    return {
        **device_names(),
        "network": name,
        "batch": str(batch_size),
        "precision": precision,
        "images a second": f"{rate:,.0f}",
    }


def _float32_cross_entropy() -> Callable[[Any, Any], Any]:
    """Of logits in any precision; exponentials want more than 8 bits."""
    import keras

    def loss(y_true: Any, logits: Any) -> Any:
        logits = keras.ops.cast(logits, "float32")
        return keras.losses.sparse_categorical_crossentropy(y_true, logits, from_logits=True)

    return loss


@contextlib.contextmanager
def _policy(precision: str) -> Iterator[None]:
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
