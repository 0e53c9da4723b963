"""The network in NumPy: its slopes are those of finite differences, its steps are Adam's."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.rl import Adam, NumpyLearner, QNetwork


def test_weights_are_views_of_one_vector():
    network = QNetwork((2, 3, 1), 4, (5,))
    assert [w.shape for w in network.weights] == [(6, 5), (5,), (5, 4), (4,)]
    network.parameters[:] = 2.0
    assert all((w == 2).all() for w in network.weights)
    other = network.copy()
    other.weights[1][:] = 0
    assert (network.parameters == 2).all()


def test_values_of_pictures_by_hand():
    network = QNetwork((2, 2, 1), 3, (4,), seed=1)
    x = np.random.default_rng(0).random((5, 2, 2, 1))
    w1, b1, w2, b2 = (np.asarray(w, float) for w in network.weights)
    hidden = np.maximum(x.reshape(5, 4) @ w1 + b1, 0)
    np.testing.assert_allclose(network.hidden(x), hidden, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(network(x), hidden @ w2 + b2, rtol=1e-5, atol=1e-6)


def test_a_linear_network_has_no_hidden_layer():
    network = QNetwork((4,), 2, ())
    x = np.random.default_rng(0).random((3, 4)).astype(np.float32)
    np.testing.assert_allclose(network(x), x @ network.weights[0], rtol=1e-5)
    np.testing.assert_array_equal(network.hidden(x), x)


def test_gradient_equals_finite_differences():
    rng = np.random.default_rng(2)
    network = QNetwork((3,), 2, (6, 5), seed=3)
    x, slope = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    found = network.gradient(network.layers(x), slope)

    def height(vector):
        w = network.views(vector)
        a = x
        for k in range(0, len(w), 2):
            a = a @ w[k] + w[k + 1]
            a = np.maximum(a, 0) if k < len(w) - 2 else a
        return float((a * slope).sum())

    at = network.parameters.astype(float)
    for k in range(at.size):
        step = np.zeros_like(at)
        step[k] = 1e-6
        measured = (height(at + step) - height(at - step)) / 2e-6
        assert found[k] == pytest.approx(measured, rel=1e-3, abs=1e-4)


def test_adams_first_steps_by_hand():
    parameters, gradient = np.zeros(3, np.float32), np.array([1.0, -2.0, 0.0], np.float32)
    adam = Adam(3, 0.1)
    adam.step(parameters, gradient)
    np.testing.assert_allclose(parameters, [-0.1, 0.1, 0], rtol=1e-4)
    adam.step(parameters, gradient)
    np.testing.assert_allclose(parameters, [-0.2, 0.2, 0], rtol=1e-4)


def test_a_learner_moves_the_chosen_value_to_its_target():
    network = QNetwork((2,), 3, (16,), seed=1)
    learner, x = NumpyLearner(network, 0.01), np.array([[1.0, -0.5]])
    losses = [learner.learn(x, np.array([1]), np.array([3.0])) for _ in range(400)]
    assert losses[-1] < 1e-3 < losses[0]
    assert network(x)[0, 1] == pytest.approx(3, abs=0.05)


def test_layers_without_units_are_named():
    with pytest.raises(InvalidInputError, match="at least one unit"):
        QNetwork((4,), 2, (8, 0))
