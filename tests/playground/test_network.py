"""The playground's network: gradients match finite differences, penalties leave biases alone,
training learns."""

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.playground import ACTIVATIONS, Network

X = np.random.default_rng(1).normal(size=(7, 2))
Y = np.array([0, 1, 1, 0, 1, 0, 0])


def objective(network, l1, l2):
    return network.loss(X, Y) + sum(
        l1 * np.abs(w).sum() + l2 / 2 * (w**2).sum() for w in network.weights
    )


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("hidden", [(), (3,), (4, 3, 2)])
def test_gradients_match_finite_differences(activation, hidden):
    network = Network(hidden, activation, seed=3)
    for b in network.biases:
        b += 0.1
    slopes = network.gradients(X, Y, l1=0.02, l2=0.3)
    for p, slope in zip((*network.weights, *network.biases), slopes, strict=True):
        assert p.shape == slope.shape
        for index in np.ndindex(p.shape):
            before, values = p[index], []
            for shift in (1e-6, -1e-6):
                p[index] = before + shift
                values.append(objective(network, 0.02, 0.3))
            p[index] = before
            assert slope[index] == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-6)


def test_without_hidden_layers_it_is_a_sigmoid_unit():
    network = Network(())
    network.weights[0][:], network.biases[0][:] = [[2.0], [-1.0]], 0.5
    np.testing.assert_allclose(network(X), 1 / (1 + np.exp(-(X @ [2.0, -1.0] + 0.5))))


def test_loss_of_large_sums_is_finite_and_exact():
    network = Network(())
    network.weights[0][:] = [[1000.0], [0.0]]
    assert network.loss(np.array([[1.0, 0.0]]), np.array([0])) == pytest.approx(1000.0)
    assert network.loss(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(0.0)


def test_sgd_steps_against_the_gradient():
    network = Network((3,), seed=2)
    before, slopes = [w.copy() for w in network.weights], network.gradients(X, Y)
    network.step(X, Y, rate=0.5, optimizer="sgd")
    np.testing.assert_allclose(network.weights[0], before[0] - 0.5 * slopes[0])


def test_the_first_adam_step_has_the_size_of_the_rate():
    network = Network((3,), seed=2)
    before, slopes = network.weights[0].copy(), network.gradients(X, Y)
    network.step(X, Y, rate=0.01)
    np.testing.assert_allclose(network.weights[0] - before, -0.01 * np.sign(slopes[0]), rtol=1e-4)


def test_parameters_are_counted_with_biases():
    assert Network((5, 4)).parameters == 2 * 5 + 5 + 5 * 4 + 4 + 4 + 1


def test_a_seed_repeats_the_first_weights_and_another_changes_them():
    np.testing.assert_array_equal(
        Network((3,), seed=5).weights[0], Network((3,), seed=5).weights[0]
    )
    assert not np.array_equal(Network((3,), seed=5).weights[0], Network((3,), seed=6).weights[0])


@pytest.mark.parametrize(
    ("hidden", "activation", "words"),
    [((3, 0), "tanh", "at least one unit"), ((3,), "step", "one of")],
)
def test_faults_are_named(hidden, activation, words):
    with pytest.raises(InvalidInputError, match=words):
        Network(hidden, activation)
