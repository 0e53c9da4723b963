"""Public checks of lab 04: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_gradient,
    assert_probabilities,
    assert_true,
    assert_unchanged,
    counterexample,
)

NAMES = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gaussian")
VALUES = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.1 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
    "gaussian": lambda z: np.exp(-(z**2) / 2),
}


def off_kink(rng, shape):
    """Numbers of both signs, none close to 0."""
    z = rng.uniform(0.05, 3, shape) * rng.choice([-1, 1], shape)
    z.flat[:2] = [-1.5, 1.5]
    return z


def pair_of(got, tried, names):
    """The two parts of a returned pair, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == 2
    assert_true(fits, tried=tried, expected=f"two results: {names}", got=got)
    return np.asarray(got[0]), np.asarray(got[1])


# 4.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_activate_gives_f_of_z(student):
    for name in NAMES:
        for shape in [(7,), (3, 4)]:
            z = off_kink(student.rng, shape)
            assert_close(
                student.activate(name, z),
                VALUES[name](z),
                tried=f'activate("{name}", z), z of shape {shape}',
            )


@pytest.mark.exercise("4.1")
@pytest.mark.points(2)
def test_derivative_is_the_slope_that_finite_differences_find(student):
    for name in NAMES:
        z = off_kink(student.rng, (8,))
        step = 1e-5
        slope = (VALUES[name](z + step) - VALUES[name](z - step)) / (2 * step)
        assert_close(
            student.derivative(name, z),
            slope,
            tried=f'derivative("{name}", z), z = {z.round(2).tolist()}',
            rtol=1e-5,
            atol=1e-6,
        )


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_both_are_finite_for_large_sums(student):
    far = float(student.rng.integers(500, 1000))
    z = np.array([-far, far])
    with np.errstate(all="ignore"):
        ends = {
            "sigmoid": [0, 1],
            "tanh": [-1, 1],
            "elu": [-1, far],
            "gaussian": [0, 0],
            "relu": [0, far],
        }
        slopes = {
            "sigmoid": [0, 0],
            "tanh": [0, 0],
            "elu": [0, 1],
            "gaussian": [0, 0],
            "relu": [0, 1],
        }
    for name, end in ends.items():
        got, after = student.call_tracking("activate", name, z)
        assert_close(
            got,
            np.array(end, float),
            tried=f'activate("{name}", [-{far:g}, {far:g}])',
            atol=1e-7,
        )
        assert_unchanged(z, after[1], tried=f'activate("{name}", z)', name="`z`")
        assert_close(
            student.derivative(name, z),
            np.array(slopes[name], float),
            tried=f'derivative("{name}", [-{far:g}, {far:g}])',
            atol=1e-7,
        )


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_derivative_at_a_kink_is_the_slope_on_the_left(student):
    z = np.concatenate([np.zeros(2), student.rng.uniform(0.1, 2, 2)])
    assert_close(
        student.derivative("relu", z),
        np.array([0.0, 0, 1, 1]),
        tried='derivative("relu", z) with z = 0 twice, then positive',
    )
    assert_close(
        student.derivative("leaky_relu", z),
        np.array([0.1, 0.1, 1, 1]),
        tried='derivative("leaky_relu", z) with z = 0 twice, then positive',
    )


# 4.2 ------------------------------------------------------------------------------------------------------------------


def softmax_by_row(z):
    z = np.asarray(z, dtype=float)
    return np.array(
        [np.exp(row - row.max()) / np.exp(row - row.max()).sum() for row in z]
    )


def maxout_by_loop(x, w, b):
    return np.array(
        [
            [
                max(row @ w[k][:, u] + b[k][u] for k in range(len(w)))
                for u in range(b.shape[1])
            ]
            for row in x
        ]
    )


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_softmax_gives_probabilities_in_each_row(student):
    for shape in [(4, 3), (1, 5), (6, 2)]:
        z = student.rng.normal(0, 2, shape)
        got = student.softmax(z)
        assert_close(
            got, softmax_by_row(z), tried=f"softmax of logits of shape {shape}"
        )
        assert_probabilities(got, tried=f"softmax of logits of shape {shape}")


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_softmax_does_not_overflow_in_any_row(student):
    z = student.rng.normal(0, 2, (3, 4))
    high, low = (
        float(student.rng.integers(900, 1000)),
        float(-student.rng.integers(900, 1000)),
    )
    shifted = z + np.array([[high], [0.0], [low]])
    assert_close(
        student.softmax(shifted),
        softmax_by_row(z),
        tried=f"softmax of three rows, to which {high:g}, 0 and {low:g} were added (that changes nothing)",
        rtol=1e-3,
    )
    spread = np.array([[high, 0.0, low], [low, low, 0.0]])
    assert_close(
        student.softmax(spread),
        np.array([[1.0, 0, 0], [0, 0, 1]]),
        tried=f"softmax of [[{high:g}, 0, {low:g}], [{low:g}, {low:g}, 0]]: one logit far above its neighbours",
    )


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_softmax_slopes_match_finite_differences(student):
    for c in (2, 4):
        z = student.rng.normal(0, 1, c)
        got = np.asarray(student.softmax_slopes(softmax_by_row([z])[0]))
        assert_true(
            got.shape == (c, c),
            tried=f"softmax_slopes of {c} probabilities",
            expected=f"shape {(c, c)}",
            got=got,
        )
        for i in range(c):
            assert_gradient(
                got[i],
                lambda v, i=i: softmax_by_row([v])[0, i],
                z,
                tried=f"row {i} of softmax_slopes, beside finite differences",
            )


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_maxout_takes_the_largest_map_for_each_row_and_unit(student):
    for n, d, k, units in [(5, 3, 2, 4), (1, 2, 3, 1), (4, 1, 5, 2), (3, 2, 4, 4)]:
        x, w, b = (
            student.rng.normal(size=(n, d)),
            student.rng.normal(size=(k, d, units)),
            student.rng.normal(0, 2, (k, units)),
        )
        assert_close(
            student.maxout(x, w, b),
            maxout_by_loop(x, w, b),
            tried=f"maxout: {n} rows of {d} inputs, {k} maps, {units} units",
        )


# 4.3 ------------------------------------------------------------------------------------------------------------------

LOSSES = {
    "square": lambda m: (1 - m) ** 2,
    "logistic": lambda m: np.log1p(np.exp(-m)) / np.log(2),
    "exponential": lambda m: np.exp(-m),
    "hinge": lambda m: np.where(m < 1, 1 - m, 0),
}


@pytest.mark.exercise("4.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("name", list(LOSSES))
def test_margin_loss_turns_label_0_into_minus_1(student, name):
    for n in (1, 9):
        y = student.rng.integers(0, 2, n)
        y[0] = 0
        f = student.rng.normal(0, 2, n)
        f[-1] = 2.5 if n > 1 else f[-1]
        m = np.where(y == 1, f, -f)
        assert_close(
            student.margin_loss(name, y, f),
            LOSSES[name](m),
            tried=f'margin_loss("{name}", {y.tolist()}, {f.round(2).tolist()})',
        )


@pytest.mark.exercise("4.3")
@pytest.mark.points(1)
def test_logistic_loss_does_not_overflow(student):
    far = float(student.rng.integers(800, 1000))
    got = student.margin_loss("logistic", np.array([1, 0]), np.array([-far, -far]))
    assert_close(
        got,
        np.array([far / np.log(2), 0.0]),
        tried=f'margin_loss("logistic", [1, 0], [-{far:g}, -{far:g}])',
    )


def cross_entropy_by_row(z, y):
    total = 0.0
    for row, label in zip(np.asarray(z, float), y, strict=True):
        total += np.log(np.sum(np.exp(row - row.max()))) + row.max() - row[label]
    return total / len(y)


@pytest.mark.exercise("4.3")
@pytest.mark.points(1)
def test_cross_entropy_is_a_mean_over_rows(student):
    for n, c in [(6, 4), (1, 3), (9, 2)]:
        z, y = student.rng.normal(0, 2, (n, c)), student.rng.integers(0, c, n)
        assert_close(
            student.cross_entropy(z, y),
            cross_entropy_by_row(z, y),
            tried=f"cross_entropy of {n} rows, {c} classes",
        )


@pytest.mark.exercise("4.3")
@pytest.mark.points(1)
def test_cross_entropy_of_a_sure_and_wrong_answer_is_large_and_finite(student):
    far = float(student.rng.integers(800, 1000))
    z = np.array([[far, 0.0, 0.0], [0.0, 0.0, 0.0]])
    got = student.cross_entropy(z, np.array([1, 2]))
    assert_close(
        got,
        (far + np.log(3)) / 2,
        tried=f"cross_entropy of logits [[{far:g}, 0, 0], [0, 0, 0]], labels [1, 2]",
    )


# 4.4 ------------------------------------------------------------------------------------------------------------------


def chain(rng, sizes):
    """Weights and slopes of layers of the given sizes; some slopes are negative, as the Gaussian's are."""
    weights = [rng.normal(size=(a, b)) for a, b in itertools.pairwise(sizes)]
    return weights, [rng.uniform(-1, 1, b) for b in sizes[1:]]


def jacobian_by_pushing(weights, slopes):
    """The Jacobian column by column: push a unit change of each input through the layers."""
    columns = []
    for change in np.eye(len(weights[0])):
        for w, slope in zip(weights, slopes, strict=True):
            change = (change @ w) * slope
        columns.append(change)
    return np.array(columns).T


@pytest.mark.exercise("4.4")
@pytest.mark.points(2)
def test_jacobian_holds_the_slope_of_every_output_by_every_input(student):
    for sizes in [(3, 2), (4, 3, 2), (2, 5, 3, 4), (3, 3, 3)]:
        weights, slopes = chain(student.rng, sizes)
        got = student.jacobian(weights, slopes)
        assert_close(
            got,
            jacobian_by_pushing(weights, slopes),
            tried=f"jacobian of layers of sizes {sizes}, outputs in rows",
        )


@pytest.mark.exercise("4.4")
@pytest.mark.points(1)
def test_jacobian_matches_finite_differences_of_a_tanh_network(student):
    weights, _ = chain(student.rng, (3, 4, 2))
    x = student.rng.normal(size=3)
    slopes, h = [], x
    for w in weights:
        h = np.tanh(h @ w)
        slopes.append(1 - h**2)
    got = np.asarray(student.jacobian(weights, slopes))
    assert_true(
        got.shape == (2, 3),
        tried="jacobian of a tanh network 3-4-2",
        expected="shape (2, 3)",
        got=got,
    )
    for i in range(2):
        assert_gradient(
            got[i],
            lambda v, i=i: np.tanh(np.tanh(v @ weights[0]) @ weights[1])[i],
            x,
            tried=f"row {i} of a tanh network's jacobian",
        )


@pytest.mark.exercise("4.4")
@pytest.mark.points(2)
def test_jacobian_bound_is_a_power_of_the_two_largest(student):
    for sizes in [(3, 2), (4, 3, 2), (2, 5, 3, 4)]:
        weights, slopes = chain(student.rng, sizes)
        slopes[0][0] = -1.2  # the largest slope is negative
        beta_w = max(np.linalg.svd(w, compute_uv=False)[0] for w in weights)
        wanted = (beta_w * 1.2) ** (len(sizes) - 1)
        assert_close(
            student.jacobian_bound(weights, slopes),
            wanted,
            tried=f"jacobian_bound of {len(weights)} layers of sizes {sizes}",
        )


# 4.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.5")
@pytest.mark.points(1)
def test_standardise_uses_the_training_rows_for_both(student):
    for n, m, d in [(6, 4, 3), (5, 1, 2)]:
        x = student.rng.normal(3, 2, (n, d)) * np.array([1.0, 40.0, 0.01])[:d]
        other = student.rng.normal(-1, 5, (m, d))
        tried = f"standardise of {n} training rows and {m} others, {d} columns"
        train, rest = pair_of(student.standardise(x, other), tried, "train, other")
        mu, sigma = x.mean(axis=0), x.std(axis=0)
        assert_close(train, (x - mu) / sigma, tried=f"{tried}: training rows")
        assert_close(rest, (other - mu) / sigma, tried=f"{tried}: the others")


@pytest.mark.exercise("4.5")
@pytest.mark.points(1)
def test_standardise_divides_a_constant_column_by_one(student):
    x, other = student.rng.normal(size=(6, 3)), student.rng.normal(size=(4, 3))
    x[:, 1] = student.rng.integers(1, 9)
    train, rest = pair_of(
        student.standardise(x, other),
        "standardise with a constant column",
        "train, other",
    )
    assert_close(
        train[:, 1],
        np.zeros(6),
        tried="a constant column of the training rows after standardise",
        atol=1e-9,
    )
    assert_close(
        rest[:, 1],
        other[:, 1] - x[0, 1],
        tried="the same column of the other rows: minus the constant, divided by 1",
    )


@pytest.mark.exercise("4.5")
@pytest.mark.points(2)
def test_initial_weights_have_the_variance_that_is_asked(student):
    seed = int(student.rng.integers(0, 10_000))
    for fan_in, fan_out, gain in [(400, 250, 2.0), (250, 400, 1.0), (300, 500, 4.0)]:
        got = np.asarray(
            student.initial_weights(fan_in, fan_out, gain, seed), dtype=float
        )
        tried = f"initial_weights({fan_in}, {fan_out}, {gain:g}, {seed})"
        assert_true(
            got.shape == (fan_in, fan_out),
            tried=tried,
            expected=f"shape {(fan_in, fan_out)}",
            got=got,
        )
        assert_close(
            got.std(),
            np.sqrt(gain / fan_in),
            tried=f"standard deviation of {tried}",
            rtol=0.02,
        )
        assert_close(
            got.mean(),
            0.0,
            tried=f"mean of {tried}",
            atol=0.02 * np.sqrt(gain / fan_in),
        )
        assert_true(
            len(np.unique(got)) > 0.9 * got.size,
            tried=tried,
            expected="numbers drawn one by one",
            got=f"{len(np.unique(got))} different numbers",
        )


@pytest.mark.exercise("4.5")
@pytest.mark.points(1)
def test_initial_weights_repeat_with_the_seed_and_differ_without(student):
    seed = int(student.rng.integers(0, 10_000))
    first, again, other = (
        np.asarray(student.initial_weights(6, 4, 2.0, s))
        for s in (seed, seed, seed + 1)
    )
    assert_true(
        np.all(np.isfinite(first)),
        tried=f"initial_weights(6, 4, 2, {seed})",
        expected="finite numbers",
        got=first,
    )
    assert_close(again, first, tried=f"initial_weights(6, 4, 2, {seed}), a second time")
    assert_true(
        not np.allclose(first, other),
        tried=f"seeds {seed} and {seed + 1}",
        expected="different weights",
        got="the same weights",
    )


# 4.6 ------------------------------------------------------------------------------------------------------------------


def pieces_of(got, tried):
    """The batches as arrays, after a look at their form."""
    assert_true(
        isinstance(got, list | tuple | np.ndarray),
        tried=tried,
        expected="a list of integer arrays",
        got=got,
    )
    return [np.asarray(piece) for piece in got]


@pytest.mark.exercise("4.6")
@pytest.mark.points(1)
def test_minibatches_hold_every_row_once_and_the_last_keeps_the_rest(student):
    seed = int(student.rng.integers(0, 10_000))
    for n, size in [(10, 3), (12, 4), (5, 8), (7, 1)]:
        tried = f"minibatches({n}, {size}, {seed})"
        pieces = pieces_of(student.minibatches(n, size, seed), tried)
        lengths = [len(piece) for piece in pieces]
        wanted = [size] * (n // size) + ([n % size] if n % size else [])
        assert_true(
            lengths == wanted,
            tried=tried,
            expected=f"pieces of {wanted} rows",
            got=f"pieces of {lengths} rows",
        )
        assert_close(
            np.sort(np.concatenate(pieces)),
            np.arange(n),
            tried=f"all rows of {tried}, sorted",
        )


@pytest.mark.exercise("4.6")
@pytest.mark.points(1)
def test_minibatches_shuffle_the_rows_themselves(student):
    seed = int(student.rng.integers(0, 10_000))
    n, size = 240, 40
    tried = f"minibatches({n}, {size}, {seed})"
    pieces = pieces_of(student.minibatches(n, size, seed), tried)
    spans = [int(np.max(piece) - np.min(piece)) for piece in pieces]
    assert_true(
        min(spans) > n / 2,
        tried=tried,
        expected="rows from everywhere in each piece",
        got=f"a piece whose rows lie within {min(spans)} of one another",
    )
    inside = [bool(np.all(np.diff(piece) > 0)) for piece in pieces]
    assert_true(
        not any(inside),
        tried=tried,
        expected="no piece sorted",
        got=f"{sum(inside)} of {len(pieces)} pieces sorted",
    )


@pytest.mark.exercise("4.6")
@pytest.mark.points(1)
def test_minibatches_follow_their_seed(student):
    seed = int(student.rng.integers(0, 10_000))
    first, again, other = (
        np.concatenate(pieces_of(student.minibatches(60, 7, s), "minibatches"))
        for s in (seed, seed, seed + 1)
    )
    assert_close(again, first, tried=f"minibatches(60, 7, {seed}), a second time")
    assert_true(
        not np.array_equal(first, other),
        tried=f"seeds {seed} and {seed + 1}",
        expected="different orders",
        got="the same order",
    )


@pytest.mark.exercise("4.6")
@pytest.mark.points(2)
def test_learning_rate_holds_then_halves(student):
    initial, hold, half_life = (
        float(student.rng.uniform(0.1, 2)),
        int(student.rng.integers(2, 6)),
        int(student.rng.integers(2, 5)),
    )
    for epoch in (0, 1, hold):
        got = student.learning_rate(epoch, initial, hold, half_life)
        assert_close(
            got,
            initial,
            tried=f"learning_rate({epoch}, {initial:.3f}, hold={hold}, half_life={half_life}), still held",
            rtol=1e-6,
        )
    for count in (1, 2, 3):
        epoch = hold + count * half_life
        got = student.learning_rate(epoch, initial, hold, half_life)
        assert_close(
            got,
            initial / 2**count,
            tried=f"learning_rate({epoch}, {initial:.3f}, hold={hold}, half_life={half_life})",
            rtol=1e-6,
        )
    got = student.learning_rate(hold + 1, initial, hold, half_life)
    assert_close(
        got,
        initial * 2 ** (-1 / half_life),
        tried=f"learning_rate({hold + 1}, {initial:.3f}, hold={hold}, half_life={half_life})",
        rtol=1e-6,
    )


# 4.7 ------------------------------------------------------------------------------------------------------------------


def batch_norm_by_column(x, gamma, beta, epsilon):
    columns = []
    for column, g, b in zip(np.asarray(x, float).T, gamma, beta, strict=True):
        mu = sum(column) / len(column)
        variance = sum((value - mu) ** 2 for value in column) / len(column)
        columns.append(g * (column - mu) / np.sqrt(variance + epsilon) + b)
    return np.array(columns).T


def layer(rng, d):
    return rng.uniform(0.5, 2, d), rng.normal(0, 2, d)


@pytest.mark.exercise("4.7")
@pytest.mark.points(2)
def test_batch_norm_normalises_columns_then_scales_and_shifts(student):
    for m, d in [(6, 3), (20, 2), (3, 5)]:
        x = student.rng.normal(0, 1, (m, d)) * student.rng.uniform(
            0.5, 4, d
        ) + student.rng.normal(0, 5, d)
        gamma, beta = layer(student.rng, d)
        got = student.batch_norm(x, gamma, beta, 0.0)
        assert_close(
            got,
            batch_norm_by_column(x, gamma, beta, 0.0),
            tried=f"batch_norm of {m} rows, {d} columns, epsilon 0",
        )


@pytest.mark.exercise("4.7")
@pytest.mark.points(1)
def test_batch_norm_adds_epsilon_under_the_root(student):
    x = student.rng.normal(0, 0.5, (8, 3))
    gamma, beta = layer(student.rng, 3)
    epsilon = float(student.rng.uniform(0.3, 0.9))
    got, after = student.call_tracking("batch_norm", x, gamma, beta, epsilon)
    assert_close(
        got,
        batch_norm_by_column(x, gamma, beta, epsilon),
        tried=f"batch_norm of 8 rows with epsilon = {epsilon:.3f}",
    )
    assert_unchanged(x, after[0], tried="batch_norm(x, ...)", name="`x`")


@pytest.mark.exercise("4.7")
@pytest.mark.points(1)
def test_batch_norm_of_constant_columns_and_of_one_row_is_beta(student):
    gamma, beta = layer(student.rng, 4)
    row = student.rng.integers(1, 9, 4).astype(float)
    for m in (1, 5):
        got = student.batch_norm(np.tile(row, (m, 1)), gamma, beta, 1e-3)
        assert_close(
            got,
            np.tile(beta, (m, 1)),
            tried=f"batch_norm of {m} equal row{'s' if m > 1 else ''}: beta everywhere",
        )


# 4.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.8")
@pytest.mark.points(2)
def test_update_moving_keeps_the_old_by_momentum(student):
    for m, d in [(5, 3), (2, 4)]:
        momentum = float(student.rng.uniform(0.6, 0.95))
        old_mean, old_variance = (
            student.rng.normal(0, 3, d),
            student.rng.uniform(2, 9, d),
        )
        x = student.rng.normal(1, 2, (m, d))
        tried = f"update_moving with {m} rows, momentum {momentum:.3f}"
        got, after = student.call_tracking(
            "update_moving", old_mean, old_variance, x, momentum
        )
        mean, variance = pair_of(got, tried, "mean, variance")
        assert_close(
            mean,
            momentum * old_mean + (1 - momentum) * x.mean(axis=0),
            tried=f"{tried}: mean",
        )
        assert_close(
            variance,
            momentum * old_variance + (1 - momentum) * x.var(axis=0),
            tried=f"{tried}: variance",
        )
        assert_unchanged(
            [old_mean, old_variance, x],
            list(after)[:3],
            tried=tried,
            name="an argument",
        )


@pytest.mark.exercise("4.8")
@pytest.mark.points(2)
def test_batch_norm_test_uses_the_moving_statistics(student):
    for m, d in [(1, 3), (6, 2)]:
        gamma, beta = layer(student.rng, d)
        mean, variance = student.rng.normal(0, 3, d), student.rng.uniform(0.5, 9, d)
        x, epsilon = (
            student.rng.normal(2, 2, (m, d)),
            float(student.rng.uniform(0.3, 0.9)),
        )
        wanted = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
        got = student.batch_norm_test(x, gamma, beta, mean, variance, epsilon)
        assert_close(
            got,
            wanted,
            tried=f"batch_norm_test of {m} rows, {d} columns, epsilon = {epsilon:.3f}",
        )


@pytest.mark.exercise("4.8")
@pytest.mark.points(1)
def test_batch_norm_test_answers_each_row_alone(student):
    gamma, beta = layer(student.rng, 3)
    mean, variance, x = (
        student.rng.normal(size=3),
        student.rng.uniform(0.5, 3, 3),
        student.rng.normal(size=(5, 3)),
    )
    together = np.asarray(student.batch_norm_test(x, gamma, beta, mean, variance, 1e-3))
    alone = np.concatenate(
        [
            np.asarray(
                student.batch_norm_test(row[None], gamma, beta, mean, variance, 1e-3)
            )
            for row in x
        ]
    )
    assert_close(
        alone, together, tried="five rows one by one, beside the five together"
    )
    wanted = (x[0] - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    assert_close(together[0], wanted, tried="the first of five rows in test mode")


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], shape)


def slope_by_complex_step(name, z):
    return np.imag(VALUES[name](z + 1e-30j)) / 1e-30


def softmax_slopes_by_complex_step(p):
    """Column j: how the probabilities move with logit j."""
    powers = np.exp(np.log(p) + 1e-30j * np.eye(len(p)))
    return np.imag(powers / powers.sum(axis=1, keepdims=True)).T / 1e-30


def row_losses(name, y, f):
    return LOSSES[name](np.where(y == 1, f, -f))


def bound_by_singular_values(weights, slopes):
    longest = max(np.linalg.svd(w, compute_uv=False)[0] for w in weights)
    steepest = max(abs(float(v)) for slope in slopes for v in slope)
    return float(np.prod([longest * steepest] * len(weights)))


def by_training_rows(x_train, x_other):
    from sklearn.preprocessing import StandardScaler

    ruler = StandardScaler().fit(x_train)
    return ruler.transform(x_train), ruler.transform(x_other)


def small_chain(rng, size):
    sizes = [1, *rng.integers(1, 3, size).tolist()]
    pairs = itertools.pairwise(sizes)
    return [whole(rng, a, b) for a, b in pairs], [whole(rng, b) for b in sizes[1:]]


def small_batch(rng, size):
    """Rows of two columns, one of them constant now and then."""
    x = whole(rng, size + 1, 2)
    return np.stack([x[:, 0], x[0, 1] * np.ones(size + 1)], 1) if size % 2 else x


counterexample(
    "4.1",
    "activate",
    draw=lambda rng, size: (NAMES[rng.integers(len(NAMES))], whole(rng, size)),
    oracle=lambda name, z: VALUES[name](z),
)
counterexample(
    "4.1",
    "derivative",
    draw=lambda rng, size: (NAMES[rng.integers(len(NAMES))], whole(rng, size)),
    oracle=slope_by_complex_step,
)
counterexample(
    "4.2",
    "softmax",
    draw=lambda rng, size: (whole(rng, size, 2) * rng.choice([1, 1000], (size, 1)),),
    oracle=softmax_by_row,
)
counterexample(
    "4.2",
    "softmax_slopes",
    draw=lambda rng, size: (
        (1 + rng.multinomial(9 - size, np.full(size + 1, 1 / (size + 1)))) / 10,
    ),
    oracle=softmax_slopes_by_complex_step,
)
counterexample(
    "4.2",
    "maxout",
    draw=lambda rng, size: (
        whole(rng, size, 1),
        whole(rng, 2, 1, size),
        whole(rng, 2, size),
    ),
    oracle=maxout_by_loop,
)
counterexample(
    "4.3",
    "margin_loss",
    draw=lambda rng, size: (
        list(LOSSES)[rng.integers(len(LOSSES))],
        rng.integers(0, 2, size),
        whole(rng, size),
    ),
    oracle=row_losses,
)
counterexample(
    "4.3",
    "cross_entropy",
    draw=lambda rng, size: (whole(rng, size, 2), rng.integers(0, 2, size)),
    oracle=cross_entropy_by_row,
)
counterexample("4.4", "jacobian", draw=small_chain, oracle=jacobian_by_pushing)
counterexample(
    "4.4", "jacobian_bound", draw=small_chain, oracle=bound_by_singular_values
)
counterexample(
    "4.5",
    "standardise",
    draw=lambda rng, size: (small_batch(rng, size), whole(rng, 1, 2)),
    oracle=by_training_rows,
)
counterexample(
    "4.6",
    "learning_rate",
    draw=lambda rng, size: (int(rng.integers(0, 6)), 1.0, 2, int(rng.integers(1, 4))),
    oracle=lambda epoch, initial, hold, half_life: (
        initial / 2 ** (max(epoch, hold) / half_life - hold / half_life)
    ),
)
counterexample(
    "4.7",
    "batch_norm",
    draw=lambda rng, size: (
        small_batch(rng, size),
        whole(rng, 2),
        whole(rng, 2),
        float(rng.integers(1, 4)),
    ),
    oracle=batch_norm_by_column,
)
counterexample(
    "4.8",
    "update_moving",
    draw=lambda rng, size: (
        whole(rng, 1),
        rng.integers(1, 9, 1).astype(float),
        whole(rng, size, 1),
        float(rng.choice([0.5, 0.9, 1.0])),
    ),
    oracle=lambda mean, variance, x, momentum: tuple(
        np.average([old, new], axis=0, weights=[momentum, 1 - momentum])
        for old, new in ((mean, x.mean(axis=0)), (variance, x.var(axis=0)))
    ),
)
counterexample(
    "4.8",
    "batch_norm_test",
    draw=lambda rng, size: (
        whole(rng, size, 1),
        *whole(rng, 3, 1),
        rng.integers(1, 9, 1).astype(float),
        float(rng.integers(0, 3)),
    ),
    oracle=lambda x, gamma, beta, mean, variance, epsilon: np.array(
        [(row - mean) / np.sqrt(variance + epsilon) * gamma + beta for row in x]
    ),
)
