"""Arrays on their way into a training step."""

from __future__ import annotations

import keras
import numpy as np


def fed(
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    *,
    scale: float | None = None,
    weights: np.ndarray | None = None,
) -> dict:
    """Arrays in memory as `model.fit` takes them quickest on the backend in use:
    `model.fit(**fed(x, y, 128), epochs=3)`.

    Args:
        x: samples `(n, ...)`.
        y: labels `(n,)`.
        batch_size: samples per batch.
        scale: factor for `x`, which then arrives as float32; None hands it on as it is.
        weights: of the samples in the loss, float32 `(n,)`; None counts each once.

    Returns:
        Keyword arguments of `model.fit`.
    """
    if keras.backend.backend() == "tensorflow":
        return {
            "x": shuffled_batches(x, y, batch_size, scale=scale, weights=weights),
            "shuffle": False,
        }  # the order is new already
    return {
        "x": x if scale is None else x * np.float32(scale),
        "y": y,
        "sample_weight": weights,
        "batch_size": batch_size,
    }


def shuffled_batches(
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    *,
    scale: float | None = None,
    weights: np.ndarray | None = None,
):
    """Batches of arrays in memory for `model.fit` on the TensorFlow backend, in a new order in
    every epoch.

    Beside the dataset that Keras makes of arrays, this one is not tuned while it runs. On arrays in
    memory there is nothing to tune, and the thread that does it can miss the word that an epoch is
    over: `fit` then waits for it, nearly as long again as the epoch took (TensorFlow 2.21;
        `benchmarks/feeding.py`). Images may stay uint8 here until their batch is due.

    Args:
        x: samples `(n, ...)`.
        y: labels `(n,)`.
        batch_size: samples per batch; the last batch of an epoch holds what is left.
        scale: factor for `x`, which then arrives as float32; None hands it on as it is.
        weights: of the samples in the loss, `(n,)`; None counts each once.

    Returns:
        A `tf.data.Dataset` of batches, `(x, y)` or `(x, y, weights)`. The orders follow
        `keras.utils.set_random_seed`.
    """
    import tensorflow as tf

    samples, others = tf.constant(x), [tf.constant(y)]
    if weights is not None:
        others.append(tf.constant(weights))

    def batch(rows):
        chosen = tf.gather(samples, rows)
        if scale is not None:
            chosen = tf.cast(chosen, tf.float32) * scale
        return chosen, *(tf.gather(other, rows) for other in others)

    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.DATA
    )  # as Keras has it
    rows = tf.data.Dataset.range(len(x)).shuffle(len(x)).batch(batch_size)
    return rows.map(batch).prefetch(2).with_options(options)
