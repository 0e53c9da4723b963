"""Boltzmann machines beside sums over all states, which small machines allow."""

import doctest
import itertools

import numpy as np
import pytest
from scipy.special import expit, logsumexp

import coursekit.boltzmann.partition
import coursekit.boltzmann.rbm
from coursekit import boltzmann
from coursekit.boltzmann import DBM, RBM
from coursekit.errors import InvalidInputError


def states(n):
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def small(visible, hidden, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return RBM(
        rng.normal(0, scale, (visible, hidden)),
        rng.normal(0, scale, visible),
        rng.normal(0, scale, hidden),
    )


def joint_table(m):
    v, h = states(m.visible_bias.size), states(m.hidden_bias.size)
    return (v @ m.visible_bias)[:, None] + h @ m.hidden_bias + v @ m.weights @ h.T, v, h


@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (1, 1)])
def test_free_energy_and_partition_are_those_of_the_sum_over_all_states(shape):
    m = small(*shape)
    table, v, _ = joint_table(m)
    np.testing.assert_allclose(boltzmann.free_energy(m, v), -logsumexp(table, axis=1), rtol=1e-12)
    assert boltzmann.log_partition(m) == pytest.approx(logsumexp(table), rel=1e-12)


def test_a_layer_of_more_than_twelve_units_is_summed_in_chunks():
    m = small(14, 15, scale=0.5)
    expected = logsumexp(-boltzmann.free_energy(m, states(14)))
    assert boltzmann.log_partition(m) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 60.0])
def test_sums_of_softplus_do_not_overflow(scale):
    m = small(11, 9, scale=scale)
    expected = logsumexp(-boltzmann.free_energy(m, states(11)))
    assert boltzmann.log_partition(m) == pytest.approx(expected, rel=1e-12)


def test_conditional_probabilities_are_those_of_the_joint_table():
    m = small(3, 2)
    table, v, h = joint_table(m)
    p = np.exp(table - logsumexp(table))
    given_v = (p @ h) / p.sum(axis=1, keepdims=True)
    given_h = (p.T @ v) / p.sum(axis=0)[:, None]
    np.testing.assert_allclose(boltzmann.hidden_probabilities(m, v), given_v, rtol=1e-10)
    np.testing.assert_allclose(boltzmann.visible_probabilities(m, h), given_h, rtol=1e-10)


def test_a_long_chain_visits_states_as_often_as_their_probability_says():
    m = small(3, 2, scale=0.7)
    rng = np.random.default_rng(0)
    v, _ = boltzmann.gibbs(m, np.zeros((20_000, 3), np.float32), 30, rng)
    seen = np.bincount((v @ [4, 2, 1]).astype(int), minlength=8) / len(v)
    p = np.exp(-boltzmann.free_energy(m, states(3)) - boltzmann.log_partition(m))
    np.testing.assert_allclose(seen, p, atol=0.015)


def test_annealed_importance_sampling_finds_the_exact_sum():
    m = small(12, 8, scale=0.8)
    estimate, error = boltzmann.ais_log_partition(m, temperatures=400, chains=200)
    assert estimate == pytest.approx(boltzmann.log_partition(m), abs=max(4 * error, 0.1))
    assert 0 < error < 0.2


def test_too_many_units_for_a_sum_name_the_other_way():
    with pytest.raises(InvalidInputError, match="ais_log_partition"):
        boltzmann.log_partition(small(25, 25))


def bars(n, seed=0):
    rng = np.random.default_rng(seed)
    images = np.zeros((n, 3, 3), np.float32)
    for image in images:
        place, row = rng.integers(3), rng.random() < 0.5
        image[(place, slice(None)) if row else (slice(None), place)] = 1
    return images.reshape(n, 9)


@pytest.mark.parametrize("persistent", [False, True])
def test_training_makes_the_data_more_probable(persistent):
    x = bars(1000)
    options = {"persistent": persistent, "learning_rate": 0.2, "batch_size": 20}
    scores = []
    for epochs in (0, 40):
        m = boltzmann.train_rbm(x, 8, epochs=epochs, **options)
        scores.append(boltzmann.mean_log_likelihood(m, x, boltzmann.log_partition(m)))
    assert scores[0] < -5 < -3.2 < scores[1] < -np.log(6) + 0.05  # six bars, equally often


def test_the_same_seed_gives_the_same_machine_and_says_how_far_it_is():
    lines = []
    first, second = (
        boltzmann.train_rbm(bars(100), 4, epochs=2, seed=3, progress=lines.append) for _ in range(2)
    )
    np.testing.assert_array_equal(first.weights, second.weights)
    assert len(lines) == 4
    assert lines[1].startswith("epoch 2 of 2")


def test_data_outside_zero_and_one_are_refused():
    with pytest.raises(InvalidInputError, match="from 0 to 255"):
        boltzmann.train_rbm(np.array([[0, 255]]), 2)


def test_a_stack_sees_what_the_layer_below_makes_and_becomes_a_keras_model():
    x = bars(200)
    stack = boltzmann.train_stack(x, [6, 4], epochs=3, batch_size=20)
    model = boltzmann.as_mlp(stack, 3)
    codes = boltzmann.hidden_probabilities(stack[1], boltzmann.hidden_probabilities(stack[0], x))
    inner = np.asarray(model.layers[1](model.layers[0](x)))
    np.testing.assert_allclose(inner, codes, atol=1e-6)
    assert model.output_shape == (None, 3)


def dbm(seed=0):
    rng = np.random.default_rng(seed)
    sizes = (5, 4, 3)
    weights = [rng.normal(0, 0.5, pair) for pair in itertools.pairwise(sizes)]
    return DBM(*weights, tuple(rng.normal(0, 0.3, n) for n in sizes))


def test_mean_field_is_a_fixed_point():
    m, v = dbm(), states(5)
    first, second = boltzmann.mean_field(m, v, rounds=200)
    np.testing.assert_allclose(
        first, expit(v @ m.lower + second @ m.upper.T + m.biases[1]), atol=1e-10
    )


def test_the_bound_of_a_deep_machine_lies_below_the_exact_likelihood():
    m, v, h1, h2 = dbm(), states(5), states(4), states(3)
    table = (
        (v @ m.biases[0])[:, None, None]
        + (h1 @ m.biases[1])[None, :, None]
        + (h2 @ m.biases[2])
        + (v @ m.lower @ h1.T)[:, :, None]
        + (h1 @ m.upper @ h2.T)
    )
    exact = (logsumexp(table, axis=(1, 2)) - logsumexp(table)).mean()
    bound, error = boltzmann.dbm_bound(m, v, temperatures=1000, chains=200)
    assert exact - 0.3 < bound < exact + 4 * error + 0.02


def test_a_trained_deep_machine_bounds_its_data_higher_than_an_untrained_one():
    x, scores = bars(500), []
    for start, epochs in ((0, 0), (20, 40)):
        m = boltzmann.train_dbm(
            x, (8, 6), pretraining_epochs=start, epochs=epochs, batch_size=20, learning_rate=0.3
        )
        scores.append(boltzmann.dbm_bound(m, x, temperatures=300)[0])
    assert scores[0] < -5
    assert -2.6 < scores[1] < -np.log(6) + 0.1


def test_dreams_follow_the_label_and_completions_keep_what_is_known():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    x = np.zeros((600, 4), np.float32)
    x[np.arange(600), 2 * labels] = 1
    x[np.arange(600), 2 * labels + 1] = 1  # class 0 is 1100, class 1 is 0011
    joint = boltzmann.train_joint(
        x, labels, 6, num_classes=2, epochs=60, learning_rate=0.3, batch_size=20
    )
    made = boltzmann.dream(joint, [0, 1], steps=50, keep=5)
    assert made.shape == (5, 2, 4)
    assert (made[-1].round() == [[1, 1, 0, 0], [0, 0, 1, 1]]).all()
    known = np.array([True, False, True, False])
    images, classes = boltzmann.complete(joint, np.array([1.0, 0, 0, 0]), known, steps=40)
    assert (images[:, 0] == 1).all()
    assert images[:, 1].mean() > 0.8 > 0.2 > images[:, 3].mean()
    assert classes[:, 0].mean() > 0.8
    np.testing.assert_allclose(classes.sum(axis=1), 1, rtol=1e-5)
    with pytest.raises(InvalidInputError, match=r"shape \(4,\)"):
        boltzmann.complete(joint, np.zeros(5), np.zeros(5, bool))


@pytest.mark.parametrize("module", [coursekit.boltzmann.rbm, coursekit.boltzmann.partition])
def test_the_values_in_the_docstrings_are_right(module):
    found = doctest.testmod(module, extraglobs={"np": np})
    assert found.attempted > 0
    assert found.failed == 0
