"""Hidden checks of lab 04: run at grading only."""

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_true, assert_unchanged
import itertools

NAMES = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gaussian")


# 4.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_symmetries_of_the_activations(student):
    z = student.rng.uniform(0.1, 3, (2, 3, 4))
    f = {
        name: (
            np.asarray(student.activate(name, z)),
            np.asarray(student.activate(name, -z)),
        )
        for name in NAMES
    }
    assert_close(
        f["sigmoid"][0] + f["sigmoid"][1],
        np.ones(z.shape),
        tried="sigmoid(z) + sigmoid(-z), z of shape (2, 3, 4)",
    )
    assert_close(f["tanh"][1], -f["tanh"][0], tried="tanh(-z) beside -tanh(z)")
    assert_close(
        f["gaussian"][1], f["gaussian"][0], tried="gaussian(-z) beside gaussian(z)"
    )
    assert_close(f["relu"][0] - f["relu"][1], z, tried="relu(z) - relu(-z) beside z")
    assert_close(
        f["leaky_relu"][0] + f["leaky_relu"][1],
        0.9 * z,
        tried="leaky_relu(z) + leaky_relu(-z) beside 0.9 z",
    )
    assert_close(f["elu"][1], np.exp(-z) - 1, tried="elu(-z) beside e^-z - 1")
    assert_close(
        f["tanh"][0],
        2 * np.asarray(student.activate("sigmoid", 2 * z)) - 1,
        tried="tanh(z) beside 2 sigmoid(2z) - 1",
    )


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_slopes_in_float32_and_at_zero(student):
    z = student.rng.normal(0, 2, (4, 5)).astype(np.float32)
    s = 1 / (1 + np.exp(-z.astype(float)))
    assert_close(
        student.derivative("sigmoid", z),
        s * (1 - s),
        tried="sigmoid's slope in float32",
        inputs=z,
    )
    assert_close(
        student.derivative("gaussian", z),
        -z * np.exp(-(z.astype(float) ** 2) / 2),
        tried="the Gaussian's slope in float32",
        inputs=z,
    )
    at_zero = {
        "identity": 1,
        "sigmoid": 0.25,
        "tanh": 1,
        "relu": 0,
        "leaky_relu": 0.1,
        "elu": 1,
        "gaussian": 0,
    }
    for name, slope in at_zero.items():
        assert_close(
            student.derivative(name, np.zeros(3)),
            np.full(3, float(slope)),
            tried=f'derivative("{name}", zeros)',
            atol=1e-7,
        )
        value = {"sigmoid": 0.5, "gaussian": 1.0}.get(name, 0.0)
        assert_close(
            student.activate(name, np.zeros(3)),
            np.full(3, value),
            tried=f'activate("{name}", zeros)',
            atol=1e-7,
        )


@pytest.mark.exercise("4.1")
@pytest.mark.points(1)
def test_the_sums_are_left_unchanged(student):
    z = student.rng.normal(size=(3, 4))
    for name in NAMES:
        for function in ("activate", "derivative"):
            got, after = student.call_tracking(function, name, z)
            assert_unchanged(z, after[1], tried=f'{function}("{name}", z)', name="`z`")
            assert_true(
                np.shape(got) == z.shape and np.all(np.isfinite(got)),
                tried=f'{function}("{name}", z)',
                expected="a finite number for each of the 3 x 4 sums",
                got=got,
            )


# 4.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_softmax_commutes_with_shuffling_and_ignores_a_shift(student):
    z = student.rng.normal(0, 3, (5, 4)).astype(np.float32)
    p = np.asarray(student.softmax(z))
    order = student.rng.permutation(4)
    assert_close(
        student.softmax(z[:, order]),
        p[:, order],
        tried="softmax of shuffled logits (float32)",
    )
    assert_close(
        student.softmax(z + np.float32(2.5)),
        p,
        tried="softmax of logits plus 2.5 (float32)",
    )
    same = np.asarray(student.softmax(np.full((2, 3), float(student.rng.normal()))))
    assert_close(same, np.full((2, 3), 1 / 3), tried="softmax of equal logits")
    assert_close(
        student.softmax(z[:1, :1]),
        np.ones((1, 1)),
        tried="softmax of one row with one class",
    )


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_softmax_slopes_add_to_zero_and_are_symmetric(student):
    p = student.rng.dirichlet(np.ones(5))
    got = np.asarray(student.softmax_slopes(p))
    assert_close(
        got.sum(axis=1), np.zeros(5), tried="row sums of softmax_slopes", atol=1e-9
    )
    assert_close(np.diag(got), p * (1 - p), tried="diagonal of softmax_slopes")
    assert_close(
        got[0, 1:], -p[0] * p[1:], tried="first row of softmax_slopes, off the diagonal"
    )


@pytest.mark.exercise("4.2")
@pytest.mark.points(1)
def test_maxout_makes_relu_and_the_absolute_value(student):
    x = student.rng.normal(size=(7, 3))
    w = student.rng.normal(size=(3, 4))
    zeros = np.zeros((2, 4))
    assert_close(
        student.maxout(x, np.stack([w, 0 * w]), zeros),
        np.maximum(x @ w, 0),
        tried="maxout with a second map of zeros: ReLU",
    )
    assert_close(
        student.maxout(x, np.stack([w, -w]), zeros),
        np.abs(x @ w),
        tried="maxout with the second map turned: absolute value",
    )
    b = student.rng.normal(size=(1, 4))
    got, after = student.call_tracking("maxout", x, w[None], b)
    assert_close(got, x @ w + b, tried="maxout with one map: a dense layer")
    assert_unchanged(
        [x, w[None], b], list(after), tried="maxout(x, w, b)", name="an argument"
    )


# 4.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.3")
@pytest.mark.points(1)
def test_margin_losses_at_zero_and_for_turned_labels(student):
    y = student.rng.integers(0, 2, 12)
    f = student.rng.normal(0, 2, 12)
    for name in ("square", "logistic", "exponential", "hinge"):
        mine = np.asarray(student.margin_loss(name, y, f))
        assert_close(
            student.margin_loss(name, 1 - y, -f),
            mine,
            tried=f"{name}: labels and scores both turned",
        )
        assert_close(
            student.margin_loss(name, y, np.zeros(12)),
            np.ones(12),
            tried=f"{name} at margin 0",
        )
        wrong = np.where(y == 1, f, -f) <= 0
        assert_true(
            mine >= wrong - 1e-9,
            tried=f"{name} beside the zero-one loss",
            expected="at least 1 for wrong rows",
            got=mine,
        )


@pytest.mark.exercise("4.3")
@pytest.mark.points(1)
def test_hinge_and_square_at_known_margins_in_float32(student):
    f = student.rng.uniform(1.5, 4, 6).astype(np.float32)
    y = np.ones(6, dtype=int)
    assert_close(
        student.margin_loss("hinge", y, f),
        np.zeros(6),
        tried="hinge for margins above 1 (float32)",
        atol=1e-6,
    )
    assert_close(
        student.margin_loss("hinge", 1 - y, f),
        1 + f,
        tried="hinge for margins below -1 (float32)",
        inputs=f,
    )
    assert_close(
        student.margin_loss("square", 1 - y, f),
        (1 + f.astype(float)) ** 2,
        tried="square for margins below -1 (float32)",
        inputs=f,
    )


@pytest.mark.exercise("4.3")
@pytest.mark.points(2)
def test_cross_entropy_of_shifted_uniform_and_sure_rows(student):
    c = int(student.rng.integers(3, 8))
    y = student.rng.integers(0, c, 6)
    shift = float(student.rng.integers(-900, 900))
    assert_close(
        student.cross_entropy(np.full((6, c), shift), y),
        float(np.log(c)),
        tried=f"cross_entropy of equal logits {shift:g}, {c} classes",
    )
    sure = 900.0 * np.eye(c)[y]
    assert_close(
        student.cross_entropy(sure, y),
        0.0,
        tried="cross_entropy of sure and right rows",
        atol=1e-7,
    )
    z = student.rng.normal(0, 3, (6, c)).astype(np.float32)
    log_p = z - np.log(np.exp(z.astype(float)).sum(axis=1, keepdims=True))
    got, after = student.call_tracking("cross_entropy", z, y)
    assert_close(
        got,
        float(-log_p[np.arange(6), y].mean()),
        tried="cross_entropy of float32 logits",
        rtol=1e-4,
    )
    assert_unchanged(z, after[0], tried="cross_entropy(z, y)", name="`z`")


# 4.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.4")
@pytest.mark.points(1)
def test_jacobian_of_two_halves_multiplies_to_the_whole(student):
    sizes = (4, 3, 5, 2, 3)
    weights = [student.rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
    slopes = [student.rng.uniform(0.1, 1, b) for b in sizes[1:]]
    whole = np.asarray(student.jacobian(weights, slopes))
    lower, upper = (
        np.asarray(student.jacobian(weights[:2], slopes[:2])),
        np.asarray(student.jacobian(weights[2:], slopes[2:])),
    )
    assert_close(
        whole,
        upper @ lower,
        tried="jacobian of four layers beside the product of two halves",
    )
    one = student.jacobian(weights[:1], slopes[:1])
    assert_close(
        one,
        slopes[0][:, None] * weights[0].T,
        tried="jacobian of one layer of sizes (4, 3)",
    )


@pytest.mark.exercise("4.4")
@pytest.mark.points(1)
def test_silent_layers_and_orthogonal_weights(student):
    turn, _ = np.linalg.qr(student.rng.normal(size=(4, 4)))
    weights, slopes = [turn] * 3, [np.ones(4)] * 3
    assert_close(
        student.jacobian_bound(weights, slopes),
        1.0,
        tried="bound of three layers that only turn",
    )
    assert_close(
        np.linalg.norm(student.jacobian(weights, slopes), 2),
        1.0,
        tried="norm of the jacobian of three layers that only turn",
    )
    slopes = [np.ones(4), np.zeros(4), np.ones(4)]
    assert_close(
        student.jacobian(weights, slopes),
        np.zeros((4, 4)),
        tried="jacobian with a silent layer in the middle",
        atol=1e-12,
    )
    assert_close(
        student.jacobian_bound(weights, slopes),
        1.0,
        tried="bound with a silent layer in the middle: the largest slope is 1",
    )


@pytest.mark.exercise("4.4")
@pytest.mark.points(1)
def test_bound_of_layers_of_different_strength(student):
    strong = float(student.rng.uniform(2, 4))
    weights = [
        np.diag([strong, 1.0]),
        np.eye(2) / 2,
        np.array([[0.3, 0.1], [0.0, 0.2]]),
    ]
    slopes = [np.array([0.1, 0.2]), np.array([0.25, -0.9]), np.array([0.3, 0.4])]
    got, after = student.call_tracking("jacobian_bound", weights, slopes)
    assert_close(
        got,
        (strong * 0.9) ** 3,
        tried=f"bound with norms {strong:.2f}, 0.5 and about 0.35, largest slope -0.9",
    )
    assert_unchanged(
        weights[0],
        after[0][0],
        tried="jacobian_bound(weights, slopes)",
        name="`weights`",
    )


# 4.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.5")
@pytest.mark.points(1)
def test_standardised_rows_do_not_see_the_others(student):
    x = student.rng.normal(4, 3, (9, 4)).astype(np.float32)
    near, far = student.rng.normal(size=(3, 4)), student.rng.normal(1000, 10, (2, 4))
    first, _ = student.standardise(x, near)
    again, after = student.call_tracking("standardise", x, far)
    assert_close(
        again[0], first, tried="training rows, whatever the other rows are", inputs=x
    )
    wide = x.astype(float)
    assert_close(
        first,
        (wide - wide.mean(axis=0)) / wide.std(axis=0),
        tried="nine training rows in float32",
        inputs=x,
        atol=1e-4,
    )
    assert_unchanged(
        [x, far], list(after), tried="standardise(x_train, x_other)", name="an argument"
    )


@pytest.mark.exercise("4.5")
@pytest.mark.points(2)
def test_initial_weights_keep_the_mean_square_of_their_inputs(student):
    seed = int(student.rng.integers(0, 10_000))
    for gain in (1.0, 2.0):
        x = student.rng.normal(size=(300, 200))
        w = np.asarray(student.initial_weights(200, 350, gain, seed), dtype=float)
        assert_close(
            np.mean((x @ w) ** 2),
            gain * np.mean(x**2),
            tried=f"mean square of x w, gain {gain:g}, beside {gain:g} times that of x",
            rtol=0.05,
        )
        one = np.corrcoef(w[:, 0], w[:, 1])[0, 1]
        assert_true(
            abs(one) < 0.35,
            tried="two columns of initial_weights",
            expected="no correlation",
            got=float(one),
        )
        top = np.abs(w).max() / w.std()
        assert_true(
            1.5 < top < 7,
            tried="largest weight over their spread",
            expected="that of normal or uniform numbers",
            got=float(top),
        )
    assert_close(
        np.asarray(student.initial_weights(1, 3000, 2.0, seed)).std(),
        np.sqrt(2.0),
        tried="spread of weights for one input",
        rtol=0.08,
    )


# 4.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.6")
@pytest.mark.points(1)
def test_any_row_may_land_in_any_batch(student):
    start = int(student.rng.integers(0, 10_000))
    places = np.zeros((5, 4))
    for seed in range(start, start + 200):
        for number, piece in enumerate(student.minibatches(20, 5, seed)):
            for row in np.asarray(piece):
                if row < 5:
                    places[row, number] += 1
    assert_true(
        (places > 18) & (places < 90),
        tried="how often each of rows 0 to 4 lands in each of 4 batches, 200 seeds",
        expected="about 50 each",
        got=places,
    )


@pytest.mark.exercise("4.6")
@pytest.mark.points(1)
def test_learning_rate_falls_smoothly_with_any_hold_and_half_life(student):
    initial = float(student.rng.uniform(0.1, 2))
    half_life = float(student.rng.uniform(0.7, 3.5))
    rates = [student.learning_rate(epoch, initial, 0, half_life) for epoch in range(6)]
    assert_close(
        np.array(rates),
        initial * 0.5 ** (np.arange(6) / half_life),
        tried=f"epochs 0 to 5, hold 0, half_life {half_life:.2f}",
        rtol=1e-6,
    )
    hold = int(student.rng.integers(3, 7))
    got = [student.learning_rate(epoch, initial, hold, 2) for epoch in range(hold + 4)]
    wanted = [initial] * (hold + 1) + [initial * 0.5 ** (k / 2) for k in (1, 2, 3)]
    assert_close(
        np.array(got),
        np.array(wanted),
        tried=f"epochs 0 to {hold + 3}, hold {hold}, half_life 2",
        rtol=1e-6,
    )


# 4.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.7")
@pytest.mark.points(1)
def test_batch_norm_ignores_shift_and_scale_of_its_input(student):
    x = student.rng.normal(0, 1, (7, 4))
    gamma, beta = student.rng.uniform(0.5, 2, 4), student.rng.normal(size=4)
    base = np.asarray(student.batch_norm(x, gamma, beta, 0.0))
    factor = student.rng.uniform(2, 9, 4)
    assert_close(
        student.batch_norm(factor * x + 3, gamma, beta, 0.0),
        base,
        tried="batch_norm of 2 to 9 times x, plus 3",
        rtol=1e-5,
    )
    assert_close(
        base.mean(axis=0), beta, tried="column means of the output: beta", atol=1e-7
    )
    assert_close(
        base.std(axis=0), gamma, tried="column standard deviations of the output: gamma"
    )


@pytest.mark.exercise("4.7")
@pytest.mark.points(1)
def test_batch_norm_is_keras_layer_in_training_mode(student):
    m, d = 9, 3
    x = student.rng.normal(2, 3, (m, d)).astype(np.float32)
    gamma, beta = (
        student.rng.uniform(-2, -0.5, d).astype(np.float32),
        student.rng.normal(size=d).astype(np.float32),
    )
    got, after = student.call_tracking("batch_norm", x, gamma, beta, 0.01)
    wide = x.astype(float)
    wanted = (wide - wide.mean(0)) / np.sqrt(wide.var(0) + 0.01) * gamma + beta
    assert_close(
        got,
        wanted,
        tried="batch_norm in float32 with negative gamma, epsilon 0.01",
        inputs=x,
    )
    assert_unchanged(x, after[0], tried="batch_norm(x, ...)", name="`x`")
    two = np.array([[0.0], [float(student.rng.integers(1, 50))]])
    assert_close(
        student.batch_norm(two, np.ones(1), np.zeros(1), 0.0),
        np.array([[-1.0], [1.0]]),
        tried=f"batch_norm of the rows {two.tolist()}",
    )


# 4.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("4.8")
@pytest.mark.points(1)
def test_moving_statistics_forget_their_start_geometrically(student):
    momentum = float(student.rng.uniform(0.5, 0.8))
    x = student.rng.normal(2, 1.5, (6, 2))
    mean, variance = np.zeros(2), np.ones(2)
    for _ in range(7):
        mean, variance = student.update_moving(mean, variance, x, momentum)
    left = momentum**7
    assert_close(
        mean,
        (1 - left) * x.mean(axis=0),
        tried=f"moving mean after the same batch 7 times, momentum {momentum:.3f}",
    )
    assert_close(
        variance,
        left + (1 - left) * x.var(axis=0),
        tried=f"moving variance after the same batch 7 times, momentum {momentum:.3f}",
    )


@pytest.mark.exercise("4.8")
@pytest.mark.points(1)
def test_momentum_zero_and_one_and_a_single_row(student):
    mean, variance, x = (
        student.rng.normal(size=3),
        student.rng.uniform(1, 4, 3),
        student.rng.normal(5, 2, (4, 3)),
    )
    keep = student.update_moving(mean, variance, x, 1.0)
    assert_close(keep[0], mean, tried="update_moving with momentum 1: mean")
    assert_close(keep[1], variance, tried="update_moving with momentum 1: variance")
    _, after = student.call_tracking("update_moving", mean, variance, x, 0.6)
    assert_unchanged(
        [mean, variance, x],
        list(after)[:3],
        tried="update_moving with momentum 0.6",
        name="an argument",
    )
    new = student.update_moving(mean, variance, x, 0.0)
    assert_close(new[1], x.var(axis=0), tried="update_moving with momentum 0: variance")
    one = student.update_moving(mean, variance, x[:1], 0.5)
    assert_close(
        one[1],
        variance / 2,
        tried="update_moving with a batch of one row, whose variance is 0",
    )


@pytest.mark.exercise("4.8")
@pytest.mark.points(1)
def test_test_mode_is_a_fixed_linear_map(student):
    d = 3
    gamma, beta = student.rng.uniform(0.5, 2, d), student.rng.normal(size=d)
    mean, variance = student.rng.normal(size=d), student.rng.uniform(0.5, 4, d)
    x, other = student.rng.normal(3, 2, (2, 5, d))
    f = [
        np.asarray(student.batch_norm_test(rows, gamma, beta, mean, variance, 1e-3))
        for rows in (x, other, (x + other) / 2)
    ]
    assert_close(
        f[2],
        (f[0] + f[1]) / 2,
        tried="test mode of the mean of two batches beside the mean of their outputs",
    )
    at_mean = student.batch_norm_test(mean[None], gamma, beta, mean, variance, 1e-3)
    assert_close(
        at_mean, beta[None], tried="test mode of a row equal to the moving mean: beta"
    )
    scale = (f[0][0] - f[0][1]) / (x[0] - x[1])
    assert_close(
        scale,
        gamma / np.sqrt(variance + 1e-3),
        tried="what test mode multiplies each column by",
        rtol=1e-6,
    )
