"""Training callbacks that Keras lacks: a weight penalty that is switched on after a few epochs."""

from __future__ import annotations

import keras

from coursekit.errors import InvalidInputError


class DelayedPenalty(keras.callbacks.Callback):
    """Add an L1 or L2 penalty on the kernels from epoch `start` on; until then the model trains
    without it.

    The penalty is Keras's `L1L2`: `l1 * sum(|w|) + l2 * sum(w^2)` over each kernel, so a weight
    decay written as `lambda / 2 * w^2` is `l2=lambda / 2`. Biases and normalisation weights stay
    free, and so does a kernel that has a regulariser of its own. The losses that Keras reports
    contain the penalty from then on. It stays on the model afterwards; a further `fit` with this
    callback takes it off and waits again.

    Args:
        start: epoch, counted from 0, before which the penalty is switched on.
        l1: strength of the absolute values, at least 0.
        l2: strength of the squares, at least 0.

    Raises:
        InvalidInputError: if `start` is not a whole number from 0 on, or a strength is negative.

    Source: LeCun's advice to turn L1 or L2 on "after a couple of epochs".
    """

    def __init__(self, start: int = 3, *, l1: float = 0.0, l2: float = 0.0):
        super().__init__()
        if start != int(start) or start < 0:
            raise InvalidInputError(
                f"`start` must be a whole number of epochs, 0 or more. Received: start={start}"
            )
        if not (l1 >= 0 and l2 >= 0):
            raise InvalidInputError(f"`l1` and `l2` must be 0 or more. Received: l1={l1}, l2={l2}")
        self.start = int(start)
        self.penalty = keras.regularizers.L1L2(l1=l1, l2=l2)

    @property
    def is_on(self) -> bool:
        """Whether the model trains with the penalty now."""
        return any(kernel.regularizer is self.penalty for kernel in self._kernels())

    def on_train_begin(self, logs=None):
        """Take the penalty off, in case an earlier `fit` left it on."""
        if self.is_on:
            self._set(None)

    def on_epoch_begin(self, epoch, logs=None):
        """Switch the penalty on when its epoch has come."""
        if epoch >= self.start and not self.is_on:
            self._set(self.penalty)

    def _set(self, penalty) -> None:
        for kernel in self._kernels():
            if kernel.regularizer in (None, self.penalty):
                kernel.regularizer = penalty
        # The compiled steps hold the losses they were traced with.
        self.model.make_train_function(force=True)
        self.model.make_test_function(force=True)

    def _kernels(self) -> list:
        names = ("kernel", "depthwise_kernel", "pointwise_kernel", "recurrent_kernel")
        return [variable for variable in self.model.trainable_variables if variable.name in names]
