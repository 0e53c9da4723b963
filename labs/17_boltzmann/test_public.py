"""Public checks of lab 17: they run in the notebook."""

import itertools

import numpy as np
import pytest

from coursekit import boltzmann
from coursekit.boltzmann import RBM
from coursekit.labs.testing import (
    assert_close,
    assert_probabilities,
    assert_true,
    assert_unchanged,
    counterexample,
)


def links(rng, n, scale=1.0, diagonal=True):
    """Random symmetric weights; the diagonal holds numbers that do not count."""
    w = rng.normal(0, scale, (n, n))
    w = (w + w.T) / 2
    return w if diagonal else w - np.diag(np.diag(w))


def pair_energy(row, w):
    """Minus the sum over pairs, each once."""
    return -sum(
        w[i, j] * row[i] * row[j] for i, j in itertools.combinations(range(len(w)), 2)
    )


def table(w, temperature=1.0):
    """All states of -1 and +1 and their probabilities."""
    rows = np.array(list(itertools.product([-1.0, 1.0], repeat=len(w))))
    heights = np.exp([-pair_energy(row, w) / temperature for row in rows])
    return rows, heights / heights.sum()


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


# 17.1 ---------------------------------------------------------------------------------


@pytest.mark.exercise("17.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("n", [2, 3, 6])
def test_each_pair_counts_once_and_the_diagonal_not_at_all(student, n):
    w = links(student.rng, n)
    x = student.rng.choice([-1.0, 1.0], (5, n))
    expected = np.array([pair_energy(row, w) for row in x])
    assert_close(
        student.energy(x, w), expected, tried=f"energy of 5 states of {n} units"
    )


@pytest.mark.exercise("17.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("temperature", [1.0, 0.4, 3.0])
def test_log_z_sums_over_all_states_at_a_temperature(student, temperature):
    w = links(student.rng, 4)
    rows = itertools.product([-1.0, 1.0], repeat=4)
    total = np.log(
        sum(np.exp(-pair_energy(np.array(r), w) / temperature) for r in rows)
    )
    tried = f"log_partition of 4 units at T = {temperature}"
    assert_close(student.log_partition(w, temperature), total, tried=tried)


@pytest.mark.exercise("17.1")
@pytest.mark.points(1)
def test_energy_leaves_the_weights_as_they_are(student):
    w, x = links(student.rng, 3), student.rng.choice([-1.0, 1.0], (2, 3))
    result, after = student.call_tracking("energy", x, w)
    expected = np.array([pair_energy(row, w) for row in x])
    assert_close(result, expected, tried="energy of 2 states")
    assert_unchanged([x, w], after, name="x or w")


# 17.2 ---------------------------------------------------------------------------------


def share_of_up(x, j, w, temperature):
    """P(x_j = +1) from the energies of two states."""
    up, down = np.array(x, float), np.array(x, float)
    up[j], down[j] = 1, -1
    odds = np.exp((pair_energy(down, w) - pair_energy(up, w)) / temperature)
    return float(odds / (1 + odds))


def swept(x, w, uniforms, temperature):
    """The state after each unit was drawn once, in order."""
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1 if u < share_of_up(x, j, w, temperature) else -1
    return x


@pytest.mark.exercise("17.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_one_unit_follows_from_two_energies(student, temperature):
    w = links(student.rng, 5)
    for j in range(5):
        x = student.rng.choice([-1.0, 1.0], 5)
        tried = f"on_probability(x, {j}, w, {temperature})"
        assert_close(
            student.on_probability(x, j, w, temperature),
            share_of_up(x, j, w, temperature),
            tried=tried,
        )


@pytest.mark.exercise("17.2")
@pytest.mark.points(1)
def test_a_sweep_draws_each_unit_from_the_state_so_far(student):
    for n, temperature in ((3, 1.0), *[(6, 3.0)] * 8):
        w, x = (
            links(student.rng, n, 2.0, diagonal=False),
            student.rng.choice([-1.0, 1.0], n),
        )
        uniforms = student.rng.random(n)
        expected = swept(x, w, uniforms, temperature)
        result, after = student.call_tracking("sweep", x, w, uniforms, temperature)
        assert_close(result, expected, tried=f"sweep of {n} units at T = {temperature}")
        assert_unchanged([x, w, uniforms, temperature], after, name="an argument")
    x, half = np.ones(3), np.array([0.5, 0.4, 0.5])
    assert_close(
        student.sweep(x, np.zeros((3, 3)), half),
        np.array([-1.0, 1.0, -1.0]),
        tried="sweep without links, uniforms 0.5, 0.4, 0.5: only 0.4 is below P = 0.5",
    )


# 17.3 ---------------------------------------------------------------------------------


def averaged(rows, p):
    """Average of x_i x_j over states with these probabilities."""
    return np.einsum("n,ni,nj->ij", p, rows, rows)


def held(data, w, temperature):
    """The same over the states that agree with a row of the data, averaged over rows."""
    rows, p = table(w, temperature)
    parts = [(rows[:, : len(v)] == v).all(axis=1) for v in data]
    return np.mean(
        [averaged(rows[there], p[there] / p[there].sum()) for there in parts], axis=0
    )


@pytest.mark.exercise("17.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_free_correlations_weigh_all_states(student, temperature):
    w = links(student.rng, 4, diagonal=False)
    expected = averaged(*table(w, temperature))
    tried = f"free_correlations of 4 units at T = {temperature}"
    assert_close(student.free_correlations(w, temperature), expected, tried=tried)


@pytest.mark.exercise("17.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_clamped_correlations_hold_the_visible_units(student, temperature):
    w = links(student.rng, 5, diagonal=False)
    data = student.rng.choice([-1.0, 1.0], (3, 2))
    expected = held(data, w, temperature)
    tried = f"clamped_correlations of 3 rows, 2 visible and 3 hidden units, T = {temperature}"
    assert_close(
        student.clamped_correlations(data, w, temperature), expected, tried=tried
    )


# 17.4 ---------------------------------------------------------------------------------


@pytest.mark.exercise("17.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (1, 5)])
def test_each_layer_given_the_other(student, shape):
    m = machine(student.rng, *shape)
    v, h = bits(student.rng, 6, shape[0]), bits(student.rng, 6, shape[1])
    up = student.hidden_given_visible(v, m.weights, m.hidden_bias)
    assert_close(
        up, boltzmann.hidden_probabilities(m, v), tried=f"P(h | v), {shape} units"
    )
    down = student.visible_given_hidden(h, m.weights, m.visible_bias)
    assert_close(
        down, boltzmann.visible_probabilities(m, h), tried=f"P(v | h), {shape} units"
    )


@pytest.mark.exercise("17.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4, 3), (2, 5)])
def test_free_energy_sums_out_the_hidden_units(student, shape):
    m, v = machine(student.rng, *shape), bits(student.rng, 6, shape[0])
    sums = np.zeros(6)
    for h in itertools.product([0.0, 1.0], repeat=shape[1]):
        scores = (
            v @ m.visible_bias + np.dot(h, m.hidden_bias) + v @ m.weights @ np.array(h)
        )
        sums += np.exp(scores)
    got = student.free_energy(v, m.weights, m.visible_bias, m.hidden_bias)
    assert_close(got, -np.log(sums), tried=f"free_energy of 6 rows, {shape} units")


@pytest.mark.exercise("17.4")
@pytest.mark.points(1)
def test_free_energy_of_large_inputs_does_not_overflow(student):
    m = RBM(np.full((2, 3), 900.0), np.ones(2), np.zeros(3))
    v = bits(student.rng, 4, 2)
    v[0] = 1.0
    got = student.free_energy(v, m.weights, m.visible_bias, m.hidden_bias)
    expected = boltzmann.free_energy(m, v)
    assert_close(got, expected, tried="free_energy with weights of 900")


# 17.5 ---------------------------------------------------------------------------------


def one_step(rng, m, rows, chains):
    """Data, chains and uniforms for one step of a machine."""
    visible, hidden = m.weights.shape
    return (
        bits(rng, rows, visible),
        bits(rng, chains, visible),
        (rng.random((chains, hidden)), rng.random((chains, visible))),
    )


def moved(m, chains, uniforms):
    """Where the chains stand after one step."""
    h = np.where(uniforms[0] < boltzmann.hidden_probabilities(m, chains), 1.0, 0.0)
    return np.where(uniforms[1] < boltzmann.visible_probabilities(m, h), 1.0, 0.0)


@pytest.mark.exercise("17.5")
@pytest.mark.points(1)
def test_the_chains_move_from_where_they_stand(student):
    m = machine(student.rng, 6, 4)
    v, chains, uniforms = one_step(student.rng, m, 5, 7)
    got = student.contrastive_step(
        v, chains, m.weights, m.visible_bias, m.hidden_bias, uniforms
    )
    assert_true(
        len(got) == 4, tried="contrastive_step", expected="four results", got=got
    )
    assert_close(
        got[3], moved(m, chains, uniforms), tried="contrastive_step: the new chains"
    )


@pytest.mark.exercise("17.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("count", [5, 1])
def test_the_slopes_are_data_minus_chains(student, count):
    m = machine(student.rng, 6, 4)
    v, chains, uniforms = one_step(student.rng, m, 5, count)
    got = student.contrastive_step(
        v, chains, m.weights, m.visible_bias, m.hidden_bias, uniforms
    )
    there = moved(m, chains, uniforms)
    up, dreamt = (boltzmann.hidden_probabilities(m, x) for x in (v, there))
    weights = (
        np.einsum("ni,nj->ij", v, up) / 5
        - np.einsum("ni,nj->ij", there, dreamt) / count
    )
    tried = f"contrastive_step with 5 rows and {count} chains: "
    assert_close(got[0], weights, tried=tried + "slope of the weights")
    assert_close(
        got[1], v.mean(0) - there.mean(0), tried=tried + "slope of the visible bias"
    )
    assert_close(
        got[2], up.mean(0) - dreamt.mean(0), tried=tried + "slope of the hidden bias"
    )


# 17.6 ---------------------------------------------------------------------------------


@pytest.mark.exercise("17.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4), (5, 2)])
def test_log_z_is_the_sum_over_all_states_of_both_layers(student, shape):
    m = machine(student.rng, *shape)
    total = 0.0
    for v in itertools.product([0.0, 1.0], repeat=shape[0]):
        total += np.exp(-boltzmann.free_energy(m, np.array([v])))[0]
    got = student.log_z(m.weights, m.visible_bias, m.hidden_bias)
    assert_close(
        got,
        np.log(total),
        tried=f"log_z of {shape[0]} visible, {shape[1]} hidden units",
    )


@pytest.mark.exercise("17.6")
@pytest.mark.points(1)
def test_log_z_of_many_visible_units_is_finished_and_finite(student):
    m = machine(student.rng, 300, 8, scale=8.0)
    got = student.log_z(m.weights, m.visible_bias, m.hidden_bias)
    assert_close(
        got, boltzmann.log_partition(m), tried="log_z of 300 visible, 8 hidden units"
    )


@pytest.mark.exercise("17.6")
@pytest.mark.points(1)
def test_the_likelihood_is_minus_free_energy_minus_log_z(student):
    m = machine(student.rng, 5, 3)
    v = bits(student.rng, 7, 5)
    got = student.mean_log_likelihood(v, m.weights, m.visible_bias, m.hidden_bias)
    expected = boltzmann.mean_log_likelihood(m, v, boltzmann.log_partition(m))
    assert_close(got, expected, tried="mean_log_likelihood of 7 rows")


# 17.7 ---------------------------------------------------------------------------------


def squash(z):
    """1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


@pytest.mark.exercise("17.7")
@pytest.mark.points(1)
def test_causes_are_drawn_first_and_effects_from_them(student):
    u, b, a = (student.rng.normal(0, 2, s) for s in ((3, 4), 3, 4))
    uniforms = (student.rng.random((60, 3)), student.rng.random((60, 4)))
    causes, effects = student.ancestral_sample(a, u, b, uniforms)
    h = np.where(uniforms[0] < squash(b), 1.0, 0.0)
    v = np.where(uniforms[1] < squash(np.einsum("nj,ji->ni", h, u) + a), 1.0, 0.0)
    assert_close(causes, h, tried="ancestral_sample: 60 draws of 3 causes")
    assert_close(effects, v, tried="ancestral_sample: the 4 effects of those causes")


def by_bayes(v, a, u, b):
    """P(h | v), pattern by pattern."""
    heights = []
    for h in boltzmann.all_states(len(b)):
        prior = np.prod(np.where(h == 1, squash(b), 1 - squash(b)))
        p = squash(a + sum(h[j] * u[j] for j in range(len(b))))
        heights.append(prior * np.prod(np.where(v == 1, p, 1 - p)))
    return np.array(heights) / sum(heights)


@pytest.mark.exercise("17.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("causes", [1, 2, 3])
def test_the_posterior_is_bayes_rule_over_all_patterns(student, causes):
    u, b, a = (student.rng.normal(0, 2, s) for s in ((causes, 4), causes, 4))
    v = bits(student.rng, 4)
    got = student.posterior(v, a, u, b)
    tried = f"posterior of {causes} causes given 4 effects"
    assert_close(got, by_bayes(v, a, u, b), tried=tried)
    assert_probabilities(got, tried=tried)


# 17.8 ---------------------------------------------------------------------------------


@pytest.mark.exercise("17.8")
@pytest.mark.points(1)
def test_each_machine_learns_what_the_one_below_makes(student):
    sizes = (5, 4, 3, 2)
    x = student.rng.random((6, 5))
    stack = [
        (student.rng.normal(size=pair), student.rng.normal(size=pair[1]))
        for pair in itertools.pairwise(sizes)
    ]
    got = student.greedy_data(x, stack)
    assert_true(
        len(got) == 3,
        tried="greedy_data, 3 machines",
        expected="3 arrays",
        got=len(got),
    )
    expected = x
    for place, (weights, bias) in enumerate(stack):
        assert_close(
            got[place], expected, tried=f"greedy_data: data of machine {place + 1}"
        )
        expected = squash(np.einsum("nv,vh->nh", expected, weights) + bias)


def by_turns(v, lower, upper, b, c, rounds):
    """Both hidden layers after so many rounds."""
    first = squash(2 * np.einsum("nv,vh->nh", v, lower) + b)
    second = squash(np.einsum("nh,hk->nk", first, upper) + c)
    for _ in range(rounds):
        heard = np.einsum("nv,vh->nh", v, lower) + np.einsum("nk,hk->nh", second, upper)
        first = squash(heard + b)
        second = squash(np.einsum("nh,hk->nk", first, upper) + c)
    return first, second


@pytest.mark.exercise("17.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("rounds", [0, 1, 4])
def test_mean_field_goes_up_doubled_and_then_by_turns(student, rounds):
    v = bits(student.rng, 4, 5)
    lower, upper, b, c = (student.rng.normal(size=s) for s in ((5, 3), (3, 2), 3, 2))
    first, second = by_turns(v, lower, upper, b, c, rounds)
    got = student.mean_field(v, lower, upper, b, c, rounds)
    assert_close(
        got[0], first, tried=f"mean_field, {rounds} rounds: first hidden layer"
    )
    assert_close(
        got[1], second, tried=f"mean_field, {rounds} rounds: second hidden layer"
    )


# Small cases, for an answer that no known mistake fits ---------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], shape)


def whole_links(rng, n):
    """Links of whole numbers, none on the diagonal."""
    upper = np.triu(whole(rng, n, n), 1)
    return upper + upper.T


def signs(rng, *shape):
    """Random states of -1 and +1."""
    return rng.choice([-1.0, 1.0], shape)


def small_machine(rng, size):
    """Weights and both biases of a machine with one visible unit."""
    return whole(rng, 1, size), whole(rng, 1), whole(rng, size)


counterexample(
    "17.1",
    "energy",
    draw=lambda rng, size: (signs(rng, 1, size + 1), whole_links(rng, size + 1)),
    oracle=lambda x, w: np.array([pair_energy(row, w) for row in x]),
)
counterexample(
    "17.2",
    "on_probability",
    draw=lambda rng, size: (
        signs(rng, size + 1),
        int(rng.integers(0, size + 1)),
        whole_links(rng, size + 1),
        float(rng.integers(1, 3)),
    ),
    oracle=share_of_up,
)
counterexample(
    "17.2",
    "sweep",
    draw=lambda rng, size: (
        signs(rng, size + 1),
        whole_links(rng, size + 1),
        rng.choice([0.3, 0.6, 0.9], size + 1),
        float(rng.integers(1, 3)),
    ),
    oracle=swept,
)
counterexample(
    "17.3",
    "free_correlations",
    draw=lambda rng, size: (whole_links(rng, size + 1), float(rng.integers(1, 3))),
    oracle=lambda w, temperature: averaged(*table(w, temperature)),
)
counterexample(
    "17.3",
    "clamped_correlations",
    draw=lambda rng, size: (
        signs(rng, size, 1),
        whole_links(rng, 2),
        float(rng.integers(1, 3)),
    ),
    oracle=held,
)
counterexample(
    "17.4",
    "hidden_given_visible",
    draw=lambda rng, size: (bits(rng, 1, size), whole(rng, size, 1), whole(rng, 1)),
    oracle=lambda v, weights, bias: boltzmann.hidden_probabilities(
        RBM(weights, np.zeros(len(weights)), bias), v
    ),
)
counterexample(
    "17.4",
    "visible_given_hidden",
    draw=lambda rng, size: (bits(rng, 1, 1), whole(rng, size, 1), whole(rng, size)),
    oracle=lambda h, weights, bias: boltzmann.visible_probabilities(
        RBM(weights, bias, np.zeros(1)), h
    ),
)
counterexample(
    "17.4",
    "free_energy",
    draw=lambda rng, size: (bits(rng, 1, 1), *small_machine(rng, size)),
    oracle=lambda v, *parameters: boltzmann.free_energy(RBM(*parameters), v),
)
counterexample(
    "17.6",
    "log_z",
    draw=small_machine,
    oracle=lambda *parameters: boltzmann.log_partition(RBM(*parameters)),
)
counterexample(
    "17.6",
    "mean_log_likelihood",
    draw=lambda rng, size: (bits(rng, size, 1), *small_machine(rng, size)),
    oracle=lambda v, *parameters: boltzmann.mean_log_likelihood(
        RBM(*parameters), v, boltzmann.log_partition(RBM(*parameters))
    ),
)
counterexample(
    "17.7",
    "posterior",
    draw=lambda rng, size: (
        bits(rng, 1),
        whole(rng, 1),
        whole(rng, size, 1),
        whole(rng, size),
    ),
    oracle=by_bayes,
)
counterexample(
    "17.8",
    "mean_field",
    draw=lambda rng, size: (
        np.ones((1, 1)),
        whole(rng, 1, 1),
        whole(rng, 1, 1),
        whole(rng, 1),
        whole(rng, 1),
        size - 1,
    ),
    oracle=by_turns,
)
