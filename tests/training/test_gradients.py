import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.training import gradients


def test_the_gradient_of_a_sum_of_squares_is_twice_the_input():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = gradients(lambda v: ops.sum(v**2), x)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, 2 * x, rtol=1e-6)


def test_structure_is_kept_and_unused_entries_get_zero():
    found = gradients(lambda p: ops.sum(p["w"] * 3.0), {"w": np.ones((2, 3)), "b": np.ones(4)})
    np.testing.assert_allclose(found["w"], np.full((2, 3), 3.0))
    np.testing.assert_allclose(found["b"], np.zeros(4))


def test_integers_are_differentiated_as_floats():
    np.testing.assert_allclose(gradients(lambda v: ops.sum(v * v), np.array([1, 2])), [2.0, 4.0])


def test_gradients_of_a_models_weights_match_finite_differences():
    net = keras.Sequential(
        [keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dense(2, "tanh")]
    )
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    weights = net.trainable_variables

    def loss():
        return ops.mean(net(x, training=False) ** 2)

    found = gradients(loss, weights)
    kernel = weights[2]
    before = np.asarray(kernel.value)
    for row, column in [(0, 0), (2, 1)]:
        sides = []
        for step in (1e-2, -1e-2):
            moved = before.copy()
            moved[row, column] += step
            kernel.assign(moved)
            sides.append(float(loss()))
        kernel.assign(before)
        assert found[2][row, column] == pytest.approx(
            (sides[0] - sides[1]) / 2e-2, rel=2e-2, abs=1e-4
        )


def test_a_vector_is_no_loss():
    with pytest.raises(InvalidInputError, match="scalar"):
        gradients(lambda v: v**2, np.ones(3))


def test_arrays_and_variables_do_not_mix():
    with pytest.raises(InvalidInputError, match="only"):
        gradients(lambda v: 0.0, [np.ones(2), keras.Variable([1.0])])


@pytest.mark.slow
def test_jax_gives_the_same_and_layers_leak_no_state():
    pytest.importorskip("jax")
    code = """
import numpy as np, keras
from keras import ops
from coursekit.training import gradients
assert keras.backend.backend() == "jax"
np.testing.assert_allclose(gradients(lambda v: ops.sum(v**2), np.array([1., 3.])), [2., 6.])
net = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dropout(.5), keras.layers.Dense(1)])
x = np.ones((4, 3), "float32")
gradients(lambda v: ops.mean(net(v, training=True)), x)
kernel = gradients(lambda: ops.sum(net(x, training=False)), net.trainable_variables)[2]
np.testing.assert_allclose(kernel, np.full((3, 1), 4 / np.sqrt(1.001)), rtol=1e-4)
net(x, training=True)
"""
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, timeout=120, capture_output=True
    )
