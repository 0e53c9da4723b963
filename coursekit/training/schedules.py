"""Learning-rate schedules that span a whole run."""

from __future__ import annotations

import keras
from keras import ops

from coursekit.errors import InvalidInputError


@keras.saving.register_keras_serializable(package="coursekit")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A rise along a straight line to `peak`, then a fall along half a cosine (Smith and Topin
    2018).

    Args:
        peak: highest learning rate.
        total_steps: number of optimiser steps of the whole run; the rate stays at its end value
            afterwards.
        warmup: share of the steps spent rising, in (0, 1).
        start_factor: first rate as a share of `peak`.
        end_factor: last rate as a share of `peak`.

    Raises:
        InvalidInputError: if `peak` or `total_steps` is not positive, or `warmup` is not in (0, 1).
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        *,
        warmup: float = 0.25,
        start_factor: float = 0.04,
        end_factor: float = 0.001,
        name: str = "one_cycle",
    ):
        super().__init__()
        _require_positive(peak=peak, total_steps=total_steps)
        if not 0 < warmup < 1:
            raise InvalidInputError(
                f"`warmup` must lie between 0 and 1, exclusive. Received: warmup={warmup}"
            )
        self.peak, self.total_steps, self.warmup = float(peak), int(total_steps), float(warmup)
        self.start_factor, self.end_factor, self.name = float(start_factor), float(end_factor), name

    def __call__(self, step):
        """The learning rate at `step`, a scalar tensor."""
        done = ops.minimum(ops.cast(step, "float32") / self.total_steps, 1.0)
        rise = self.start_factor + (1 - self.start_factor) * done / self.warmup
        fallen = ops.clip((done - self.warmup) / (1 - self.warmup), 0.0, 1.0)
        fall = (
            self.end_factor + (1 - self.end_factor) * (1 + ops.cos(fallen * 3.141592653589793)) / 2
        )
        return self.peak * ops.where(done < self.warmup, rise, fall)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("peak", "total_steps", "warmup", "start_factor", "end_factor", "name")
        return {key: getattr(self, key) for key in names}


def one_cycle(peak: float, total_steps: int, **options) -> OneCycle:
    """The one-cycle schedule; see `OneCycle` for the options.

    Example: `keras.optimizers.Adam(one_cycle(0.01, epochs * steps_per_epoch))`.
    """
    return OneCycle(peak, total_steps, **options)


def exponential_decay(
    initial: float, total_steps: int, *, final_factor: float = 0.01
) -> keras.optimizers.schedules.ExponentialDecay:
    """Keras's exponential decay, given by where it ends: `initial * final_factor` after
    `total_steps`.

    Args:
        initial: first learning rate.
        total_steps: number of optimiser steps of the whole run.
        final_factor: last rate as a share of `initial`.

    Raises:
        InvalidInputError: if an argument is not positive.
    """
    _require_positive(initial=initial, total_steps=total_steps, final_factor=final_factor)
    return keras.optimizers.schedules.ExponentialDecay(
        initial, decay_steps=total_steps, decay_rate=final_factor
    )


def _require_positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InvalidInputError(f"`{name}` must be positive. Received: {name}={value}")
