"""Several devices on one machine: each takes its share of every batch, and the gradients are
averaged."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coursekit.devices import _backends
from coursekit.devices._choose import BACKENDS, use
from coursekit.errors import DeviceError, InvalidInputError

if TYPE_CHECKING:
    import numpy as np

    from coursekit.devices._batches import EvenBatches


@contextlib.contextmanager
def scope(n: int | None = None) -> Iterator[int]:
    """Train on several devices of this machine. Build, compile and fit the model inside.

        with devices.scope() as count:
            model = build()
            model.compile(...)
            model.fit(devices.even_batches(x, y, 128, count), epochs=5)

    `MirroredStrategy` on TensorFlow, `keras.distribution.DataParallel` on JAX. With one device it
    does nothing. On TensorFlow a model that overrides `compute_loss` must divide its loss by
    `tf.distribute.get_strategy().num_replicas_in_sync`: Keras scales only the losses it computes
    itself.

    Args:
        n: how many devices; None takes all of the chosen kind. If no backend was chosen yet,
            `use()` chooses.

    Yields:
        How many devices share each batch.

    Raises:
        InvalidInputError: if `n` is not a positive whole number.
        DeviceError: if there are fewer than `n` devices.
    """
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
        raise InvalidInputError(
            f"Expected `n` to be a positive whole number or None. Received: n={n!r}."
        )
    if n == 1:
        yield 1
        return
    context, count = _on_jax(n) if _backend() == "jax" else _on_tensorflow(n)
    with context:
        yield count


def even_batches(
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    devices: int,
    *,
    remainder: str = "pad",
    shuffle: bool = True,
    seed: int = 0,
) -> EvenBatches:
    """Batches that several devices can share: all of one size, the last one padded or dropped.

    The devices need equal shares: JAX refuses a batch that they do not divide, and TensorFlow would
    weigh a short share like a full one. A padded batch repeats its own rows with weight zero, and
    its `r` real rows weigh `batch_size / r`, so that Keras's mean over the batch is the mean over
    the real rows, and each step is the one that one device would take. This holds for losses with
    the default reduction and models whose rows do not see one another (with BatchNormalization
    nearly). The epoch's loss that `fit` reports weighs the padded batch as a full one. Give metrics
    as `weighted_metrics=`, or they count the repeated rows.

    Args:
        x: inputs `(n, ...)`.
        y: targets `(n, ...)`.
        batch_size: rows per batch over all devices; `devices` must divide it.
        devices: how many devices share a batch: what `scope()` yields.
        remainder: "pad", or "drop" to leave out the last `n % batch_size` rows (others in each
            epoch if shuffled).
        shuffle: draw a new order of rows for each epoch.
        seed: of that order.

    Returns:
        A `keras.utils.PyDataset` for `fit` or `evaluate`: `(x, y, weights)` per batch, or `(x, y)`
        with "drop".

    Raises:
        InvalidInputError: if lengths differ, there are no rows (or fewer than a batch with "drop"),
            or `devices` does not divide `batch_size`.
    """
    for name, value in (("batch_size", batch_size), ("devices", devices)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InvalidInputError(
                f"Expected `{name}` to be a positive whole number. Received: {name}={value!r}."
            )
    if batch_size % devices:
        near = max(devices, batch_size // devices * devices)
        raise InvalidInputError(
            f"Expected a batch size that {devices} devices divide evenly. Received: "
            f"batch_size={batch_size}. Take {near}, say."
        )
    if remainder not in ("pad", "drop"):
        raise InvalidInputError(
            f'Expected `remainder` to be "pad" or "drop". Received: remainder={remainder!r}.'
        )
    rows = [getattr(array, "shape", (None,))[:1] for array in (x, y)]
    if rows[0] != rows[1] or rows[0] in ((), (None,), (0,)):
        raise InvalidInputError(
            "Expected arrays `x` and `y` with the same number of rows, at least one. "
            f"Received: x of shape {getattr(x, 'shape', type(x).__name__)}, y of shape "
            f"{getattr(y, 'shape', type(y).__name__)}."
        )
    if remainder == "drop" and rows[0][0] < batch_size:
        raise InvalidInputError(
            f'Expected at least one full batch with remainder="drop". Received: {rows[0][0]} '
            f"rows, batch_size={batch_size}. "
            'Take a smaller batch or remainder="pad".'
        )
    _backend()
    from coursekit.devices._batches import EvenBatches

    return EvenBatches(x, y, batch_size, pad=remainder == "pad", shuffle=shuffle, seed=seed)


def _backend() -> str:
    """The backend in use; without one, `use()` chooses before Keras is imported."""
    chosen = _backends.keras_backend() or os.environ.get("KERAS_BACKEND")
    return chosen if chosen in BACKENDS else str(use().backend)


def _on_jax(n: int | None) -> tuple[contextlib.AbstractContextManager, int]:
    import keras

    found = keras.distribution.list_devices()
    taken = _take(found, n)
    if len(taken) == 1:
        return contextlib.nullcontext(), 1
    return keras.distribution.DataParallel(devices=taken).scope(), len(taken)


def _on_tensorflow(n: int | None) -> tuple[contextlib.AbstractContextManager, int]:
    import tensorflow as tf

    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    taken = _take([device.name for device in found], n)
    if len(taken) == 1:
        return contextlib.nullcontext(), 1
    return tf.distribute.MirroredStrategy(taken).scope(), len(taken)


def _take(found: list[str], n: int | None) -> list[str]:
    if n is not None and n > len(found):
        raise DeviceError(
            f"scope(n={n}), but the devices found are {len(found)}: {', '.join(found)}. Use "
            f"scope() to take what is there. "
            "To practise on a CPU, show it as several devices in a new process, before the "
            "backend starts: "
            f"on JAX with XLA_FLAGS=--xla_force_host_platform_device_count={n}, "
            "on TensorFlow with tf.config.set_logical_device_configuration."
        )
    return found[:n]
