"""The settings of a classifier, looked at before anything trains, and the model that came out."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Iterable

import keras
import numpy as np

from coursekit.errors import InvalidInputError, did_you_mean
from coursekit.training import exponential_decay, one_cycle

SCHEDULES = {"one_cycle": one_cycle, "exponential": exponential_decay}
_LEAST = {
    "epochs": 1,
    "batch_size": 1,
    "steps_per_execution": 1,
    "min_steps": 0,
    "early_stopping": 0,
    "seed": 0,
}
_OPTIONAL = ("early_stopping", "seed")


def check_settings(settings) -> None:
    """Look at the parameters of a `KerasClassifier`, all but `build` and `class_weight`.

    Args:
        settings: has them as attributes.

    Raises:
        InvalidInputError: names the one that does not fit.
    """
    for name, least in _LEAST.items():
        _check_whole(name, getattr(settings, name), least)
    if settings.seed is not None and settings.seed >= 2**32:
        raise InvalidInputError(f"`seed` must be below 2**32. Received: seed={settings.seed}")
    share, scale, schedule = settings.validation_split, settings.scale, settings.schedule
    if not isinstance(share, numbers.Real) or not 0 <= share < 1:
        raise InvalidInputError(f"`validation_split` must lie in [0, 1). Received: {share!r}")
    if settings.early_stopping is not None and not share:
        raise InvalidInputError(
            "`early_stopping` needs data to watch. Received: validation_split=0; set "
            "validation_split=0.1, say"
        )
    if not isinstance(scale, (bool, np.bool_, str)) or scale not in (True, False, "standard"):
        raise InvalidInputError(
            f'`scale` must be True, False or "standard". Received: scale={scale!r}'
        )
    named = isinstance(schedule, str) and schedule in SCHEDULES
    if not (schedule is None or named or callable(schedule)):
        raise InvalidInputError(
            f"`schedule` must be one of {', '.join(SCHEDULES)} or callable. Received: {schedule!r}"
        )
    _check_rate(settings.learning_rate, scheduled=schedule is not None)
    _check_known("optimizer", keras.optimizers, settings.optimizer)
    if settings.loss is not None:
        _check_known("loss", keras.losses, settings.loss)
    callbacks = settings.callbacks
    if callbacks is not None and not (
        isinstance(callbacks, Iterable)
        and all(isinstance(one, keras.callbacks.Callback) for one in callbacks)
    ):
        raise InvalidInputError(
            f"`callbacks` must be a list of Keras callbacks. Received: callbacks={callbacks!r}"
        )


def check_loss(loss: str | keras.losses.Loss | Callable, units: int) -> None:
    """Try one of Keras's own losses on integer labels and `units` outputs.

    Raises:
        InvalidInputError: if it takes them in no such shapes.
    """
    if not (isinstance(loss, str) or type(loss).__module__.split(".")[0] == "keras"):
        return
    rows = units + 1  # another number than that of the outputs, so that nothing fits by chance
    labels = keras.ops.convert_to_tensor(np.arange(rows) % max(units, 2), "int32")
    outputs = keras.ops.convert_to_tensor(np.full((rows, units), 0.5, np.float32))
    try:
        keras.losses.get(loss)(labels, outputs)
    except Exception as error:
        raise InvalidInputError(
            f"`loss` must take integer labels (n,) and outputs (n, {units}). Received: "
            f"loss={loss!r}, which does not; leave `loss` out for the one that fits"
        ) from error


def check_trained(
    model: keras.Model, losses: list[float], learning_rate, *, restored: bool
) -> None:
    """Refuse a model whose training left the numbers.

    Args:
        model: after its training.
        losses: of each epoch.
        learning_rate: named in the message.
        restored: whether the weights may be those of an earlier epoch than the last.

    Raises:
        InvalidInputError: if the last loss or a weight is not finite.
    """
    finite = all(
        np.isfinite(keras.ops.convert_to_numpy(weight)).all() for weight in model.trainable_weights
    )
    if finite and (restored or not losses or math.isfinite(losses[-1])):
        return
    epoch = next((i for i, loss in enumerate(losses, 1) if not math.isfinite(loss)), len(losses))
    raise InvalidInputError(
        f"the training diverged: the loss or the weights are not finite from epoch {epoch} of "
        f"{len(losses)} on. Received: learning_rate={learning_rate!r}; take a lower one, or scale "
        f"the inputs"
    )


def _check_whole(name: str, value, least: int) -> None:
    if value is None and name in _OPTIONAL:
        return
    try:
        whole = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        whole = None
    if whole is None or whole < least:
        raise InvalidInputError(
            f"`{name}` must be a whole number, at least {least}"
            f"{', or None' if name in _OPTIONAL else ''}. Received: {name}={value!r}"
        )


def _check_rate(rate, *, scheduled: bool) -> None:
    if isinstance(rate, numbers.Real) and math.isfinite(rate) and rate >= 0:
        return
    if not scheduled and (callable(rate) or keras.ops.is_tensor(rate)):
        return
    raise InvalidInputError(
        f"`learning_rate` must be a number, 0 or more. Received: learning_rate={rate!r}"
    )


def _check_known(name: str, module, value) -> None:
    """Raise if `value` is nothing that `get` of a Keras module knows."""
    try:
        found = module.get(value)
    except (TypeError, ValueError):
        found = None
    if found is None:
        known = [key.lower() for key in vars(module) if isinstance(getattr(module, key), type)]
        guess = did_you_mean(value, known) if isinstance(value, str) else ""
        raise InvalidInputError(
            f"`{name}` must be one of Keras's or its name. Received: {name}={value!r}.{guess}"
        )
