"""`fit`: Keras's own training loop with a check before it, a seed and one line of progress."""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Iterator, Sequence

import keras
import numpy as np

from coursekit.training.checks import check_compile
from coursekit.training.progress import ProgressLine


def fit(
    model: keras.Model,
    x,
    y=None,
    *,
    epochs: int,
    batch_size: int = 128,
    validation_data=None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    seed: int | None = None,
    progress: str | bool = "auto",
    **options,
) -> keras.callbacks.History:
    """Train a compiled model and return Keras's History.

    Args:
        model: compiled model.
        x: inputs `(n, ...)`, or whatever `model.fit` takes.
        y: targets, or None if the model makes its own.
        epochs: number of passes over the data.
        batch_size: samples per step.
        validation_data: `(x, y)` evaluated after each epoch, or None.
        callbacks: more Keras callbacks.
        seed: int makes the run repeatable (shuffling, dropout), or None.
        progress: "auto" | "terminal" | "notebook" | "lines" | "none" or a bool; see `ProgressLine`.
        **options: passed on to `model.fit`.

    Returns:
        `keras.callbacks.History`; its `history` maps each figure to a list with one value per
        epoch.

    Raises:
        InvalidInputError: if the model is not compiled, or its loss does not fit its output or `y`;
            see `check_compile`.
    """
    check_compile(model, y)
    if y is not None:
        options["y"] = y
    if _is_array(x):
        options["batch_size"] = batch_size
    with seeded(seed), quiet_retracing():
        return model.fit(
            x,
            epochs=epochs,
            validation_data=validation_data,
            callbacks=[*callbacks, ProgressLine(progress)],
            verbose=0,
            **options,
        )


@contextlib.contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Seed Keras, its backend, NumPy and `random` inside; give NumPy and `random` their state back
    afterwards.

    Args:
        seed: int, or None to change nothing.
    """
    if seed is None:
        yield
        return
    before = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(int(seed))
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


@contextlib.contextmanager
def quiet_retracing() -> Iterator[None]:
    """Hold back TensorFlow's advice on retracing, which it gives by mistake when several models are
    fitted in turn."""
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_is_not_retracing)
    try:
        yield
    finally:
        logger.removeFilter(_is_not_retracing)


def _is_not_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in str(record.msg)


def _is_array(x) -> bool:
    leaves = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else [x]
    return all(hasattr(leaf, "shape") and not hasattr(leaf, "element_spec") for leaf in leaves)
