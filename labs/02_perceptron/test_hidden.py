"""Hidden checks of lab 02: run at grading only."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_true, assert_unchanged


def sign(z):
    return np.where(np.asarray(z) >= 0, 1, -1)


# 2.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_signed_distance_is_the_way_to_the_boundary(student):
    x, w, b = (
        student.rng.normal(size=(6, 3)),
        student.rng.normal(size=3),
        student.rng.normal(),
    )
    far = np.asarray(student.signed_distance(x, w, b))
    foot = x - far[:, None] * w / np.sqrt(w @ w)
    assert_close(
        foot @ w + b,
        np.zeros(6),
        tried="the sum after walking the distance towards the boundary",
        atol=1e-8,
    )


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_sign_unit_and_distance_agree_and_leave_the_input_unchanged(student):
    x = student.rng.normal(size=(1, 4)).astype(np.float32)
    w, b = student.rng.normal(size=4).astype(np.float32), 0.25
    for name in ("sign_unit", "signed_distance"):
        got, after = student.call_tracking(name, x, w, b)
        assert_unchanged(x, after[0], tried=f"{name}(x, w, b)", name="`x`")
        assert_unchanged(w, after[1], tried=f"{name}(x, w, b)", name="`w`")
        assert_close(
            sign(got),
            sign(x.astype(float) @ w + b),
            tried=f"sign of {name} of one float32 row",
        )


# 2.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.2")
@pytest.mark.points(2)
def test_sweeps_end_on_separable_points_within_the_bound(student):
    x = student.rng.uniform(-1, 1, (60, 2))
    w_true, b_true = student.rng.normal(size=2), 0.2 * student.rng.normal()
    length = np.sqrt(w_true @ w_true + b_true**2)
    z = (x @ w_true + b_true) / length
    x, y = x[np.abs(z) > 0.1], sign(z[np.abs(z) > 0.1])
    bound = np.max(np.sum(x**2, axis=1) + 1) / np.min(np.abs(z[np.abs(z) > 0.1])) ** 2
    w, b, total, last = np.zeros(2), 0, 0, 1
    for _ in range(int(bound) + 2):
        w, b, last = student.perceptron_sweep(x, y, w, b)
        total += last
        if last == 0:
            break
    assert_close(
        last, 0, tried=f"mistakes of the last sweep over {len(x)} separable points"
    )
    assert_close(sign(x @ np.asarray(w) + b), y, tried="classes after the last sweep")
    assert_true(
        total <= bound,
        tried="mistakes in all sweeps",
        expected=f"at most {bound:.0f} (Novikoff)",
        got=f"{total}",
    )


@pytest.mark.exercise("2.2")
@pytest.mark.points(1)
def test_a_sweep_leaves_its_input_unchanged(student):
    x, y = student.rng.integers(-4, 5, (7, 3)), student.rng.choice([-1, 1], 7)
    for w in (np.zeros(3), student.rng.normal(size=3)):
        got, after = student.call_tracking("perceptron_sweep", x, y, w, 0.0)
        assert_true(
            len(got) == 3 and np.shape(got[0]) == (3,) and 0 <= int(got[2]) <= 7,
            tried="perceptron_sweep of 7 rows",
            expected="weights of shape (3,), a bias, and 0 to 7 mistakes",
            got=got,
        )
        for before, now, name in zip(
            (x, y, w), after, ("`x`", "`y`", "`w`"), strict=False
        ):
            assert_unchanged(
                before, now, tried="perceptron_sweep(x, y, w, 0)", name=name
            )


@pytest.mark.exercise("2.2")
@pytest.mark.points(1)
def test_whole_number_weights_take_fractions(student):
    x, y = student.rng.uniform(0.1, 0.9, (2, 2)), np.array([1, -1])
    w, b, mistakes = student.perceptron_sweep(
        x, y, np.array([0, 0]), 0
    )  # whole numbers that must become fractions
    expected_w, expected_b, count = np.zeros(2), 0, 0
    for row, label in zip(x, y, strict=True):
        if label * (row @ expected_w + expected_b) <= 0:
            expected_w, expected_b, count = (
                expected_w + label * row,
                expected_b + label,
                count + 1,
            )
    assert_close(w, expected_w, tried="weights after one sweep from integer zeros")
    assert_close(
        [b, mistakes],
        [expected_b, count],
        tried="bias and mistakes after one sweep from integer zeros",
    )


# 2.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.3")
@pytest.mark.points(1)
def test_sigmoid_mirrors_and_keeps_small_tails(student):
    z = student.rng.uniform(0, 14, 8)
    up, down = np.asarray(student.sigmoid(z)), np.asarray(student.sigmoid(-z))
    assert_close(up + down, np.ones(8), tried="sigmoid(z) + sigmoid(-z)")
    assert_close(
        np.log(down),
        -z - np.log1p(np.exp(-z)),
        tried="log(sigmoid(-z)), far out",
        rtol=1e-6,
    )


@pytest.mark.exercise("2.3")
@pytest.mark.points(1)
def test_error_slopes_vanish_at_the_best_constant_and_do_not_depend_on_repetition(
    student,
):
    n = int(student.rng.integers(5, 12))
    x, t = (
        student.rng.normal(size=(n, 2)),
        np.concatenate([[0, 1], student.rng.integers(0, 2, n - 2)]),
    )
    share = t.mean()
    b = np.log(share / (1 - share))
    dw, db = student.error_slopes(x, t, np.zeros(2), b)
    assert_close(db, 0.0, tried="db where p is the share of class 1", atol=1e-9)
    assert_close(dw, x.T @ (share - t) / n, tried="dw where p is the share of class 1")
    twice = student.error_slopes(
        np.vstack([x, x]), np.concatenate([t, t]), np.zeros(2), b
    )
    assert_close(
        twice[0], dw, tried="dw when every point comes twice: the error is a mean"
    )


@pytest.mark.exercise("2.3")
@pytest.mark.points(1)
def test_error_slopes_of_float32_and_of_huge_sums(student):
    x = (1000 * student.rng.choice([-1.0, 1.0], (6, 1))).astype(np.float32)
    t = student.rng.integers(0, 2, 6)
    (dw, db), after = student.call_tracking("error_slopes", x, t, np.array([5.0]), 0.0)
    miss = (x[:, 0] > 0).astype(float) - t
    assert_close(
        dw,
        np.array([np.mean(miss * x[:, 0])]),
        tried="dw with sums of 5000 and -5000",
        rtol=1e-5,
    )
    assert_close(
        db, np.mean(miss), tried="db with sums of 5000 and -5000", rtol=1e-5, atol=1e-6
    )
    assert_unchanged(x, after[0], tried="error_slopes(x, t, w, b)", name="`x`")


# 2.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.4")
@pytest.mark.points(1)
def test_xor_weights_solve_xor_everywhere_in_the_promised_boxes(student):
    parts = [np.asarray(part, dtype=float) for part in student.xor_weights()]
    W, beta, v, c = parts
    for corner in ([1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]):
        moves = [
            *itertools.product([-0.2, 0.2], repeat=2),
            *student.rng.uniform(-0.2, 0.2, (20, 2)),
        ]
        points = np.array(corner) + np.array(moves)
        got = sign(sign(points @ W + beta) @ v + c)
        wanted = np.full(len(points), 1 if corner[0] != corner[1] else -1)
        assert_close(got, wanted, tried=f"your XOR weights around the corner {corner}")


@pytest.mark.exercise("2.4")
@pytest.mark.points(1)
def test_sign_network_of_one_row_of_float32_leaves_weights_unchanged(student):
    d, h = int(student.rng.integers(2, 6)), int(student.rng.integers(2, 6))
    x, W = (
        student.rng.normal(size=(1, d)).astype(np.float32),
        student.rng.normal(size=(d, h)),
    )
    beta, v = student.rng.normal(size=h), student.rng.normal(size=h)
    got, after = student.call_tracking("sign_network", x, W, beta, v, 0.1)
    assert_close(
        got,
        sign(sign(x.astype(float) @ W + beta) @ v + 0.1),
        tried=f"sign_network of one row, {d} inputs, {h} units",
    )
    assert_unchanged(
        [x, W, beta, v],
        after[:4],
        tried="sign_network(x, W, beta, v, c)",
        name="an argument",
    )


# 2.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.5")
@pytest.mark.points(1)
def test_all_of_and_any_of_with_many_inputs(student):
    for k in (15, 40):
        rows = np.where(np.eye(k, dtype=bool), -1, 1)[
            student.rng.permutation(k)
        ]  # all but one are +1
        rows = np.vstack([rows, np.ones(k), -rows, -np.ones(k)])
        for name, wanted in (
            ("all_of", rows.min(axis=1)),
            ("any_of", rows.max(axis=1)),
        ):
            v, c = student.call(name, k)
            assert_close(
                sign(rows @ np.asarray(v) + c),
                wanted,
                tried=f"{name}({k}) on patterns with one odd input, and none",
            )


@pytest.mark.exercise("2.5")
@pytest.mark.points(1)
def test_polygon_units_of_a_far_away_triangle_of_whole_numbers(student):
    shift = student.rng.integers(50, 90, 2)
    corners = np.array([[0, 0], [8, 0], [0, 6]]) + shift
    (W, beta), after = student.call_tracking("polygon_units", corners)
    points = shift + np.array([[1, 1], [5, 5], [-1, 2], [2, -1], [7, 0.5], [1, 5]])
    inside = np.all(sign(points @ np.asarray(W) + np.asarray(beta)) > 0, axis=1)
    assert_close(
        inside,
        np.array([True, False, False, False, True, True]),
        tried=f"inside the triangle at {shift.tolist()}",
    )
    assert_unchanged(
        corners, after[0], tried="polygon_units(corners)", name="`corners`"
    )


# 2.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_one_layer_never_makes_more_than_most_pieces(student):
    h = int(student.rng.integers(3, 7))
    angle = np.pi * (np.arange(h) + student.rng.uniform(0.2, 0.6, h)) / h
    w, b = np.stack([np.cos(angle), np.sin(angle)]), student.rng.uniform(-0.5, 0.5, h)
    x = student.rng.uniform(-3, 3, (3000, 2))
    got, limit = student.count_pieces(x, [w], [b]), student.most_pieces(h)
    wanted = len({tuple(row) for row in (x @ w + b > 0).tolist()})
    assert_close(got, wanted, tried=f"count_pieces of 3000 points, {h} lines")
    assert_close(limit, sum(range(h + 1)) + 1, tried=f"most_pieces({h})")


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_a_sum_of_zero_is_off_and_points_may_repeat(student):
    x = student.rng.integers(1, 9, (5, 1)) * np.array([[1, 1]])
    w, b = (
        np.array([[1.0, 0.0], [-1.0, 0.0]]),
        np.array([0.0, 1.0]),
    )  # first unit always 0
    rows = np.vstack([x, x, [[3, 1]]])
    assert_close(
        student.count_pieces(rows, [w], [b]),
        2,
        tried="points on a unit's line (off), repeated, and one beside it",
    )
    below = np.vstack([x, [[1, 3]]])  # sum negative: off, like 0
    assert_close(
        student.count_pieces(below, [w], [b]),
        1,
        tried="points on a unit's line and on its off side",
    )


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_count_pieces_leaves_points_and_layers_unchanged(student):
    x = student.rng.normal(size=(50, 2)).astype(np.float32)
    weights = [student.rng.normal(size=(2, 3)), student.rng.normal(size=(3, 4))]
    biases = [student.rng.normal(size=3), student.rng.normal(size=4)]
    got, after = student.call_tracking("count_pieces", x, weights, biases)
    assert_unchanged(
        [x, *weights, *biases],
        [after[0], *after[1], *after[2]],
        tried="count_pieces",
        name="an argument",
    )
    first = x.astype(float) @ weights[0] + biases[0]
    second = np.maximum(first, 0) @ weights[1] + biases[1]
    wanted = len({tuple(row) for row in (np.hstack([first, second]) > 0).tolist()})
    assert_close(got, wanted, tried="count_pieces of 50 points, layers [2, 3, 4]")


# 2.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.7")
@pytest.mark.points(1)
def test_bend_weights_of_whole_numbers(student):
    knots = np.cumsum(student.rng.integers(1, 5, 6))
    values = student.rng.integers(-20, 20, 6)
    c = np.asarray(student.bend_weights(knots, values), dtype=float)
    reach = np.array(
        [values[0] + sum(c[j] * max(0, k - knots[j]) for j in range(5)) for k in knots]
    )
    assert_close(
        reach,
        values.astype(float),
        tried=f"the curve at the knots {knots.tolist()}, values {values.tolist()}",
        rtol=1e-9,
    )


@pytest.mark.exercise("2.7")
@pytest.mark.points(1)
def test_relu_curve_left_of_all_knots_is_flat_and_beyond_them_straight(student):
    at, c, start = (
        np.sort(student.rng.normal(size=4)),
        student.rng.normal(size=4),
        student.rng.normal(),
    )
    x = np.array([at[0] - 5, at[0] - 1, at[-1] + 1, at[-1] + 2, at[-1] + 3])
    got, after = student.call_tracking("relu_curve", x, start, at, c)
    got = np.asarray(got, dtype=float)
    assert_close(
        got[:2], np.full(2, start), tried="relu_curve left of the first unit's knot"
    )
    assert_close(
        np.diff(got[2:]),
        np.full(2, c.sum()),
        tried="slope of relu_curve right of all knots",
        rtol=1e-8,
    )
    assert_unchanged(
        [x, at, c],
        [after[0], after[2], after[3]],
        tried="relu_curve(x, start, at, c)",
        name="an argument",
    )


# 2.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.8")
@pytest.mark.points(1)
def test_widest_minds_inputs_and_outputs(student):
    for _ in range(3):
        inputs, outputs, depth = (
            int(v) for v in student.rng.integers((3, 2, 1), (9, 6, 4))
        )
        w = int(student.rng.integers(2, 9))
        sizes = [inputs, *[w] * depth, outputs]
        exact = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
        tried = f"widest({depth}, {exact}, {inputs}, {outputs})"
        assert_close(student.widest(depth, exact, inputs, outputs), w, tried=tried)
        least = sum((a + 1) * b for a, b in itertools.pairwise([inputs, 1, outputs]))
        tried = f"widest(1, {least}, {inputs}, {outputs}), room for one unit"
        assert_close(student.widest(1, least, inputs, outputs), 1, tried=tried)


@pytest.mark.exercise("2.8")
@pytest.mark.points(1)
def test_count_parameters_of_a_single_layer_and_of_a_large_network(student):
    a, b = (int(v) for v in student.rng.integers(1, 50, 2))
    assert_close(
        student.count_parameters([a, b]),
        a * b + b,
        tried=f"count_parameters([{a}, {b}])",
    )
    big = [60_000 + a, 60_000, b]  # more weights than 32 bits can count
    sizes = list(big)
    got, after = student.call_tracking("count_parameters", sizes)
    assert_close(
        got,
        (big[0] + 1) * 60_000 + 60_001 * b,
        tried=f"count_parameters({big})",
        rtol=0,
        atol=0,
    )
    assert_unchanged(
        big, list(after[0]), tried=f"count_parameters({big})", name="`sizes`"
    )
