"""Hidden checks of lab 17: they run at grading."""

import itertools

import numpy as np
import pytest

from coursekit import boltzmann
from coursekit.boltzmann import RBM
from coursekit.labs.testing import assert_close, assert_true, assert_unchanged


def links(rng, n, scale=1.0):
    """Random symmetric weights without a diagonal."""
    w = rng.normal(0, scale, (n, n))
    w = (w + w.T) / 2
    return w - np.diag(np.diag(w))


def machine(rng, visible, hidden, scale=0.7):
    """A random restricted machine."""
    return RBM(
        rng.normal(0, scale, (visible, hidden)),
        rng.normal(0, scale, visible),
        rng.normal(0, scale, hidden),
    )


def bits(rng, *shape):
    """Random zeros and ones as floats."""
    return rng.integers(0, 2, shape).astype(float)


@pytest.mark.exercise("17.1")
@pytest.mark.points(1)
def test_energy_of_all_states_adds_up_to_zero_and_lists_are_taken(student):
    w = links(student.rng, 4)
    x = np.array(list(itertools.product([-1, 1], repeat=4)))
    got = student.energy(x.tolist(), w.tolist())
    expected = -np.einsum("ni,ij,nj->n", x, np.triu(w, 1), x)
    assert_close(got, expected, tried="energy of all 16 states, given as lists")


@pytest.mark.exercise("17.1")
@pytest.mark.points(1)
def test_log_z_of_strong_links_is_finite(student):
    w = links(student.rng, 3, 1.0) + 600.0 * (1 - np.eye(3))
    rows = np.array(list(itertools.product([-1.0, 1.0], repeat=3)))
    scores = np.einsum("ni,ij,nj->n", rows, np.triu(w, 1), rows) / 0.5
    expected = scores.max() + np.log(np.exp(scores - scores.max()).sum())
    assert_close(
        student.log_partition(w, 0.5), expected, tried="log_partition with links of 600"
    )


@pytest.mark.exercise("17.2")
@pytest.mark.points(1)
def test_a_units_own_old_value_does_not_matter(student):
    w = links(student.rng, 4) + np.diag(student.rng.normal(size=4))
    x = student.rng.choice([-1.0, 1.0], 4)
    flipped = x * [1, -1, 1, 1]
    rest = np.delete(w[1], 1) @ np.delete(x, 1)
    expected = 1 / (1 + np.exp(-2 * rest))
    for state in (x, flipped):
        assert_close(
            student.on_probability(state, 1, w),
            expected,
            tried="on_probability(x, 1, w)",
        )


@pytest.mark.exercise("17.2")
@pytest.mark.points(1)
def test_hundreds_of_sweeps_reach_the_distribution(student):
    w = links(student.rng, 3, 0.6)
    rows = np.array(list(itertools.product([-1.0, 1.0], repeat=3)))
    p = np.exp(np.einsum("ni,ij,nj->n", rows, np.triu(w, 1), rows))
    p /= p.sum()
    x, counts = np.ones(3), np.zeros(8)
    for uniforms in student.rng.random((600, 3)):
        x = np.asarray(student.sweep(x, w, uniforms))
        counts[int((x + 1) @ [2, 1, 0.5])] += 1
    assert_close(
        counts / 600, p, rtol=0, atol=0.13, tried="share of the 8 states in 600 sweeps"
    )


@pytest.mark.exercise("17.3")
@pytest.mark.points(2)
def test_the_difference_is_the_slope_of_log_p(student):
    w, data = links(student.rng, 5, 0.7), student.rng.choice([-1.0, 1.0], (4, 3))
    rows = np.array(list(itertools.product([-1.0, 1.0], repeat=5)))

    def mean_log_p(weights):
        heights = np.exp(np.einsum("ni,ij,nj->n", rows, np.triu(weights, 1), rows))
        shares = [heights[(rows[:, :3] == v).all(axis=1)].sum() for v in data]
        return np.mean(np.log(shares)) - np.log(heights.sum())

    slope = np.asarray(student.clamped_correlations(data, w)) - np.asarray(
        student.free_correlations(w)
    )
    for i, j in itertools.combinations(range(5), 2):
        step = np.zeros((5, 5))
        step[i, j] = step[j, i] = 1e-5
        measured = (mean_log_p(w + step) - mean_log_p(w - step)) / 2e-5
        tried = f"clamped minus free at [{i}, {j}], beside the slope of log P"
        assert_close(slope[i, j], measured, rtol=1e-5, atol=1e-7, tried=tried)


@pytest.mark.exercise("17.4")
@pytest.mark.points(1)
def test_free_energy_gives_the_probabilities_of_the_visible_units(student):
    m = machine(student.rng, 4, 6)
    v = boltzmann.all_states(4)
    f = np.asarray(student.free_energy(v, m.weights, m.visible_bias, m.hidden_bias))
    p = np.exp(-f) / np.exp(-f).sum()
    expected = np.exp(-boltzmann.free_energy(m, v) - boltzmann.log_partition(m))
    assert_close(p, expected, tried="exp(-F) of all 16 rows, normalised")
    assert_close(f, boltzmann.free_energy(m, v), tried="free_energy of all 16 rows")


@pytest.mark.exercise("17.4")
@pytest.mark.points(1)
def test_both_conditionals_follow_large_inputs_to_zero_and_one(student):
    w = student.rng.choice([-800.0, 800.0], (1, 4))
    got = student.hidden_given_visible(np.ones((1, 1)), w, np.zeros(4))
    assert_close(
        got, (w > 0).astype(float), tried="hidden_given_visible with weights of 800"
    )
    got = student.visible_given_hidden(np.ones((1, 1)), w.T, np.zeros(4))
    assert_close(
        got, (w > 0).astype(float), tried="visible_given_hidden with weights of 800"
    )


@pytest.mark.exercise("17.5")
@pytest.mark.points(2)
def test_at_the_truth_the_slopes_vanish_on_average(student):
    m, count = machine(student.rng, 3, 2), 4000
    p = np.exp(
        -boltzmann.free_energy(m, boltzmann.all_states(3)) - boltzmann.log_partition(m)
    )
    rows = boltzmann.all_states(3)[student.rng.choice(8, count, p=p / p.sum())]
    uniforms = (student.rng.random((count, 2)), student.rng.random((count, 3)))
    got, after = student.call_tracking(
        "contrastive_step",
        rows,
        rows,
        m.weights,
        m.visible_bias,
        m.hidden_bias,
        uniforms,
    )
    for part, shape in zip(got[:3], ((3, 2), (3,), (2,)), strict=True):
        assert_close(
            part, np.zeros(shape), rtol=0, atol=0.06, tried="slopes at the true weights"
        )
    h = np.where(uniforms[0] < boltzmann.hidden_probabilities(m, rows), 1.0, 0.0)
    there = np.where(uniforms[1] < boltzmann.visible_probabilities(m, h), 1.0, 0.0)
    assert_close(got[3], there, tried="the new chains")
    assert_unchanged(rows, after[1], name="the chains")


@pytest.mark.exercise("17.5")
@pytest.mark.points(1)
def test_a_number_that_equals_the_probability_is_not_below_it(student):
    w = student.rng.uniform(0.5, 2, (3, 2))
    half = np.full((4, 2), 0.5), np.full((4, 3), 0.5)
    got = student.contrastive_step(
        np.ones((2, 3)), np.zeros((4, 3)), w, np.zeros(3), np.zeros(2), half
    )
    tried = "contrastive_step where numbers and probabilities are 0.5: no unit is on"
    assert_close(got[1], np.ones(3), tried=f"{tried}; slopes of the visible biases")
    assert_close(got[3], np.zeros((4, 3)), tried=tried)


@pytest.mark.exercise("17.6")
@pytest.mark.points(2)
def test_probabilities_of_all_images_sum_to_one(student):
    m = machine(student.rng, 4, 5)
    rows = boltzmann.all_states(4)
    parts = [
        np.exp(
            student.mean_log_likelihood(
                row[None], m.weights, m.visible_bias, m.hidden_bias
            )
        )
        for row in rows
    ]
    expected = np.exp(-boltzmann.free_energy(m, rows) - boltzmann.log_partition(m))
    assert_close(np.array(parts), expected, tried="exp(log P) of each of the 16 images")


@pytest.mark.exercise("17.7")
@pytest.mark.points(1)
def test_a_shaking_house_with_two_rare_causes(student):
    bias = -10.0 + student.rng.normal(0, 0.1)
    v, u = np.array([1]), np.array([[20.0], [20.0]])
    got = student.posterior(v, np.array([-20.0]), u, np.array([bias, -10.0]))
    got = np.asarray(got)
    weights = np.exp([-20.0, bias - np.log(2), -10.0 - np.log(2), bias - 10.0])
    expected = weights / weights.sum()
    assert_close(got, expected, rtol=1e-4, tried="posterior of the shaking house")


@pytest.mark.exercise("17.7")
@pytest.mark.points(1)
def test_a_cause_whose_number_equals_its_probability_is_off(student):
    u = student.rng.uniform(0.5, 2, (2, 3))
    half = np.full((4, 2), 0.5), np.full((4, 3), 0.5)
    causes, effects = student.ancestral_sample(np.zeros(3), u, np.zeros(2), half)
    tried = "ancestral_sample where numbers and probabilities are 0.5"
    assert_close(causes, np.zeros((4, 2)), tried=f"{tried}: no cause is on")
    assert_close(effects, np.zeros((4, 3)), tried=f"{tried}: no effect is on")


@pytest.mark.exercise("17.7")
@pytest.mark.points(1)
def test_the_posterior_is_the_share_among_samples_that_fit(student):
    u, b, a = (student.rng.normal(0, 1.5, s) for s in ((2, 2), 2, 2))
    uniforms = (student.rng.random((6000, 2)), student.rng.random((6000, 2)))
    causes, effects = (
        np.asarray(part) for part in student.ancestral_sample(a, u, b, uniforms)
    )
    h = np.where(uniforms[0] < 1 / (1 + np.exp(-b)), 1.0, 0.0)
    assert_close(causes, h, tried="ancestral_sample: 6,000 draws of 2 causes")
    for part, name in ((causes, "causes"), (effects, "effects")):
        assert_true(
            part.dtype.kind == "f",
            tried=f"the dtype of the {name} of ancestral_sample",
            expected="floats, 0.0 and 1.0",
            got=str(part.dtype),
        )
    v = effects[0]
    fits = causes[(effects == v).all(axis=1)]
    share = np.bincount((fits @ [1, 2]).astype(int), minlength=4) / len(fits)
    slack = 0.02 + 2.5 / np.sqrt(len(fits))
    tried = "posterior beside the share of causes among samples with the same effects"
    assert_close(student.posterior(v, a, u, b), share, rtol=0, atol=slack, tried=tried)


@pytest.mark.exercise("17.8")
@pytest.mark.points(2)
def test_after_many_rounds_both_layers_agree(student):
    v = bits(student.rng, 3, 6)
    lower, upper, b, c = (student.rng.normal(0, 0.5, s) for s in ((6, 4), (4, 5), 4, 5))
    first, second = (
        np.asarray(part) for part in student.mean_field(v, lower, upper, b, c, 60)
    )
    dbm = boltzmann.DBM(lower, upper, (np.zeros(6), b, c))
    expected = boltzmann.mean_field(dbm, v, rounds=60)
    assert_close(first, expected[0], tried="mean_field, 60 rounds: first hidden layer")
    assert_close(
        second, expected[1], tried="mean_field, 60 rounds: second hidden layer"
    )


@pytest.mark.exercise("17.8")
@pytest.mark.points(1)
def test_one_machine_learns_the_data_themselves(student):
    x = student.rng.random((3, 4))
    got = student.greedy_data(x, [(student.rng.normal(size=(4, 2)), np.zeros(2))])
    assert_close(got, [x], tried="greedy_data of a stack of one machine")
