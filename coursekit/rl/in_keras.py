"""The same step in Keras, on TensorFlow and on JAX."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from coursekit.rl.network import QNetwork


def chosen_action_loss(y_true, q):
    """Huber's loss of the actions that were taken.

    Args:
        y_true: `(n, 2)`: which action was taken, and its target.
        q: values `(n, actions)`.

    Returns:
        `(n,)`, a loss for each row. Nothing flows into the targets: they are data.
    """
    taken = ops.one_hot(ops.cast(y_true[:, 0], "int32"), q.shape[-1], dtype=q.dtype)
    error = ops.abs(ops.sum(q * taken, axis=-1) - y_true[:, 1])
    return ops.where(error < 1, 0.5 * error**2, error - 0.5)


def as_keras(network: QNetwork) -> keras.Sequential:
    """The network as a Sequential model of its own, with the same weights; it takes rows."""
    first, *hidden, last = network.sizes
    model = keras.Sequential(
        [
            keras.Input((first,)),
            *(layers.Dense(units, activation="relu") for units in hidden),
            layers.Dense(last),
        ]
    )
    model.set_weights(network.weights)
    return model


class KerasLearner:
    """Keras's Adam on a copy of a `QNetwork`, whose weights are copied back after each step: acting
    stays in NumPy, where it takes microseconds."""

    def __init__(self, network: QNetwork, rate: float):
        self.network, self.model = network, as_keras(network)
        self.model.compile(keras.optimizers.Adam(rate), chosen_action_loss)

    def learn(self, observation: np.ndarray, actions: np.ndarray, targets: np.ndarray) -> float:
        """One step towards `targets` `(n,)`. Returns the loss before it."""
        x = np.asarray(observation, np.float32).reshape(len(observation), -1)
        self.model.reset_metrics()  # before Keras 3.15 the mean of all steps so far would come
        loss = self.model.train_on_batch(x, np.column_stack([actions, targets]).astype(np.float32))
        self.network.load([np.asarray(w.value) for w in self.model.weights])
        return float(loss)
