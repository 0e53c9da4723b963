"""Activations and layers against their NumPy forms, on this process's backend and, in a process of
its own, on JAX."""

from __future__ import annotations

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from coursekit import layers
from coursekit.errors import InvalidInputError
from coursekit.training import gradients

# Keras variables under NumPy 2
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning:keras"
)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def maxout_in_numpy(x, w, b):
    return np.max(np.stack([x @ w[k] + b[k] for k in range(len(w))]), axis=0)


def built(units, pieces, shape, rng):
    layer = layers.Maxout(units, pieces)
    layer.build(shape)
    w, b = rng.normal(size=(pieces, shape[-1], units)), rng.normal(size=(pieces, units))
    layer.set_weights([w, b])
    return layer, w, b


def test_gaussian_value_and_slope(rng):
    x = rng.normal(size=(4, 3)).astype("float32") * 2
    value = np.exp(-(x**2) / 2)
    np.testing.assert_allclose(ops.convert_to_numpy(layers.gaussian(x)), value, rtol=1e-5)
    np.testing.assert_allclose(
        gradients(lambda z: ops.sum(layers.gaussian(z)), x), -x * value, rtol=1e-4, atol=1e-7
    )


def test_threshold_is_zero_at_zero():
    x = np.array([-2.0, 0.0, 3.0], "float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(layers.threshold(x)), [0, 0, 1])


@pytest.mark.parametrize("pieces", [1, 2, 5])
@pytest.mark.parametrize("shape", [(7, 4), (2, 3, 4)])
def test_maxout_is_the_largest_of_its_linear_maps(pieces, shape, rng):
    x = rng.normal(size=shape).astype("float32")
    layer, w, b = built(3, pieces, shape, rng)
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(x)), maxout_in_numpy(x, w, b), rtol=1e-4, atol=1e-5
    )
    assert layer.compute_output_shape(shape) == (*shape[:-1], 3)


def test_maxout_with_a_second_piece_of_zeros_is_relu(rng):
    x = rng.normal(size=(6, 4)).astype("float32")
    layer, w, b = built(3, 2, x.shape, rng)
    w[1], b[1] = 0, 0
    layer.set_weights([w, b])
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(x)), np.maximum(x @ w[0] + b[0], 0), rtol=1e-4, atol=1e-5
    )


def test_maxout_starts_each_piece_from_other_numbers():
    layer = layers.Maxout(3, 2, kernel_initializer=keras.initializers.GlorotUniform(seed=1))
    layer.build((None, 5))
    kernel = layer.get_weights()[0]
    limit = np.sqrt(6 / (5 + 3))
    assert np.abs(kernel).max() <= limit
    assert not np.allclose(layers_of(5, 3), layers_of(5, 3))


def layers_of(d, units):
    layer = layers.Maxout(units, 2)
    layer.build((None, d))
    return layer.get_weights()[0][0] - layer.get_weights()[0][1]


def test_a_model_with_both_is_saved_and_loaded_alike(tmp_path, rng):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Maxout(6, 3),
            keras.layers.Dense(5, activation=layers.gaussian),
            keras.layers.Dense(2),
        ]
    )
    x = rng.normal(size=(3, 4)).astype("float32")
    before = model.predict_on_batch(x)
    model.save(tmp_path / "model.keras")
    after = keras.saving.load_model(tmp_path / "model.keras").predict_on_batch(x)
    np.testing.assert_allclose(after, before, rtol=1e-6)
    assert model.count_params() == 3 * (4 * 6 + 6) + (6 * 5 + 5) + (5 * 2 + 2)


def test_maxout_trains_in_a_model(rng):
    x = rng.uniform(-1, 1, (128, 1)).astype("float32")
    model = keras.Sequential([keras.Input((1,)), layers.Maxout(4, 2), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), loss="mse")
    history = model.fit(x, np.abs(x), epochs=8, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < 0.3 * history[0]


@pytest.mark.parametrize("options", [{"units": 0}, {"units": 2, "pieces": 0}, {"units": 1.5}])
def test_maxout_refuses_impossible_sizes(options):
    with pytest.raises(InvalidInputError, match=r"positive integer\. Received"):
        layers.Maxout(**options)


@pytest.mark.parametrize("training", ["straight-through", "noise", "none"])
def test_a_code_is_bits_once_trained(training, rng):
    x = rng.normal(size=(4, 5)).astype("float32")
    x[0, 0] = 0.0
    bits = ops.convert_to_numpy(layers.BinaryCode(training)(x, training=False))
    np.testing.assert_array_equal(bits, (x >= 0).astype("float32"))


def test_straight_through_sends_bits_up_and_the_sigmoids_slope_down(rng):
    x = rng.normal(0, 2, (4, 5)).astype("float32")
    upstream = rng.normal(size=(4, 5)).astype("float32")
    layer = layers.BinaryCode("straight-through")
    up = ops.convert_to_numpy(layer(x, training=True))
    np.testing.assert_allclose(up, (x >= 0).astype("float32"), atol=1e-6)
    down = gradients(lambda v: ops.sum(layer(v, training=True) * upstream), x)
    soft = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(ops.convert_to_numpy(down), upstream * soft * (1 - soft), rtol=1e-4)


def test_noise_moves_the_code_while_training_and_is_drawn_anew():
    x = np.zeros((1000, 2), "float32")
    layer = layers.BinaryCode("noise", noise=2.0, seed=3)
    one, other = (ops.convert_to_numpy(layer(x, training=True)) for _ in range(2))
    assert np.abs(one - other).max() > 0.1
    logits = np.log(one / (1 - one))
    assert logits.std() == pytest.approx(2.0, rel=0.1)
    plain = layers.BinaryCode("none")(x, training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(plain), 0.5)


@pytest.mark.parametrize("training", ["straight-through", "noise"])
def test_an_autoencoder_learns_through_bits(training, rng):
    x = np.repeat(np.eye(4, dtype="float32"), 32, axis=0)
    code = layers.BinaryCode(training, seed=1)
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(6), code, keras.layers.Dense(4)]
    )
    model.compile(keras.optimizers.Adam(0.03), loss="mse")
    before = model.evaluate(x, x, verbose=0)
    model.fit(x, x, epochs=20, batch_size=16, verbose=0)
    assert model.evaluate(x, x, verbose=0) < 0.3 * before
    again = layers.BinaryCode.from_config(code.get_config())
    assert (again.training, again.noise, again.seed) == (training, 4.0, 1)


def test_a_code_refuses_an_unknown_way():
    with pytest.raises(InvalidInputError, match="straight-through"):
        layers.BinaryCode("round")


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="this process already runs on JAX")
def test_the_same_holds_on_jax():
    pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
