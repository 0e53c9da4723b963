"""The penalty that is switched on late, on this process's backend and, in a process of its own, on
JAX."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

from coursekit.callbacks import DelayedPenalty
from coursekit.errors import InvalidInputError
from coursekit.training import fit

N, D = 64, 3


def line_model():
    """A linear model that starts at weights of 1 and takes plain gradient steps."""
    model = keras.Sequential([keras.Input((D,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mse"])
    return model


def train(callbacks, epochs, model=None):
    """Full-batch training on zeros in, zeros out: the data has no say, so only the penalty moves
    the kernel."""
    model = model or line_model()
    history = fit(
        model,
        np.zeros((N, D), "float32"),
        np.zeros((N, 1), "float32"),
        epochs=epochs,
        batch_size=N,
        callbacks=callbacks,
        validation_data=(np.zeros((N, D), "float32"), np.zeros((N, 1), "float32")),
        progress=False,
    )
    return model.layers[-1].get_weights()[0][:, 0], history.history


@pytest.mark.parametrize("start", [0, 2, 5])
def test_l2_shrinks_by_the_hand_written_factor_from_its_epoch_on(start):
    kernel, history = train([DelayedPenalty(start, l2=0.25)], epochs=5)
    wanted = (1 - 0.1 * 2 * 0.25) ** (5 - start)  # w <- w - rate * 2 * l2 * w
    np.testing.assert_allclose(kernel, np.full(D, wanted), rtol=1e-5)
    np.testing.assert_allclose(history["loss"][:start], 0.0, atol=1e-7)
    assert all(loss > 0.1 for loss in history["loss"][start:])
    assert all(loss > 0.1 for loss in history["val_loss"][start:])
    np.testing.assert_allclose(history["mse"], 0.0, atol=1e-7)


def test_l1_shrinks_by_a_fixed_step():
    kernel, _ = train([DelayedPenalty(1, l1=0.5)], epochs=4)
    np.testing.assert_allclose(kernel, np.full(D, 1 - 3 * 0.1 * 0.5), rtol=1e-5)


def test_biases_and_kernels_with_a_regulariser_of_their_own_stay_as_they_are():
    own = keras.regularizers.L2(0.1)
    model = keras.Sequential(
        [
            keras.Input((D,)),
            keras.layers.Dense(4, bias_initializer="ones", kernel_regularizer=own),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1, bias_initializer="ones"),
        ]
    )
    model.compile("sgd", "mse")
    callback = DelayedPenalty(0, l2=1.0)
    fit(
        model,
        np.zeros((4, D), "float32"),
        np.ones((4, 1), "float32"),
        epochs=1,
        callbacks=[callback],
        progress=False,
    )
    assert callback.is_on
    assert [v.name for v in model.trainable_variables if v.regularizer is callback.penalty] == [
        "kernel"
    ]
    assert model.layers[0].kernel.regularizer is own


def test_a_second_fit_waits_again():
    callback, model = DelayedPenalty(2, l2=0.25), line_model()
    first, _ = train([callback], 4, model)
    assert callback.is_on
    second, history = train([callback], 2, model)
    np.testing.assert_allclose(second, first, rtol=1e-6)
    np.testing.assert_allclose(history["loss"], 0.0, atol=1e-7)


@pytest.mark.parametrize(
    "options", [{"start": -1}, {"start": 1.5}, {"l1": -0.1}, {"l2": -1.0}, {"l2": float("nan")}]
)
def test_bad_arguments_are_refused(options):
    with pytest.raises(InvalidInputError, match="Received"):
        DelayedPenalty(**options)


@pytest.mark.slow
def test_jax_switches_on_at_the_same_epoch():
    code = textwrap.dedent(
        """
        import keras, numpy as np
        from coursekit.callbacks import DelayedPenalty
        assert keras.backend.backend() == "jax"
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        zeros = np.zeros((8, 2), "float32")
        model.fit(zeros, zeros[:, :1], epochs=5, batch_size=8, verbose=0, callbacks=[DelayedPenalty(2, l2=0.25)])
        print(float(model.layers[-1].get_weights()[0][0, 0]))
        """
    )
    env = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        env=env,
        check=True,
    )
    assert float(done.stdout.split()[-1]) == pytest.approx(0.95**3, rel=1e-5)
