"""Public checks of lab 02: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_gradient,
    assert_true,
    assert_unchanged,
    counterexample,
)


def sums(x, w, b):
    """Weighted sums, entry by entry in float64."""
    return np.asarray(x, dtype=float) @ np.asarray(w, dtype=float) + b


def sign(z):
    return np.where(np.asarray(z) >= 0, 1, -1)


def parts_of(got, names, tried):
    """The parts of a returned tuple, after a look at its form."""
    fits = isinstance(got, list | tuple) and len(got) == len(names)
    assert_true(
        fits, tried=tried, expected=f"{len(names)} results: {', '.join(names)}", got=got
    )
    return list(got)


# 2.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_sign_unit_gives_plus_and_minus_one(student):
    for n, d in [(9, 2), (4, 5), (12, 1)]:
        x, w, b = (
            student.rng.normal(size=(n, d)),
            student.rng.normal(size=d),
            student.rng.normal(),
        )
        x[0] = -(b + 1) * w / (w @ w)  # its sum is -1
        x[1] = (1 - b) * w / (w @ w)  # its sum is +1
        assert_close(
            student.sign_unit(x, w, b),
            sign(sums(x, w, b)),
            tried=f"sign_unit of {n} points with {d} coordinates",
        )


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_sign_unit_gives_plus_one_on_the_boundary(student):
    w = student.rng.integers(1, 6, 3)
    b = int(student.rng.integers(-3, 4))
    x = student.rng.integers(-4, 5, (5, 3)) * 2
    x[1:4, 0], x[1:4, 1:] = -b * np.arange(1, 4), 0  # sums of a multiple of b
    w[0] = 1
    x[2, 0] = -b
    assert_close(
        student.sign_unit(x, w, b),
        sign(sums(x, w, b)),
        tried=f"w = {w.tolist()}, b = {b}, x = {x.tolist()}",
    )


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_signed_distance_is_the_sum_over_the_length(student):
    x, w, b = (
        student.rng.integers(-5, 6, (3, 2)),
        student.rng.permutation([3, 4]),
        int(student.rng.integers(5, 10)),
    )
    tried = f"signed_distance({x.tolist()}, {w.tolist()}, {b})"
    assert_close(student.signed_distance(x, w, b), sums(x, w, b) / 5, tried=tried)
    for n, d in [(6, 2), (3, 4)]:
        x, w, b = (
            student.rng.normal(size=(n, d)),
            3 * student.rng.normal(size=d),
            student.rng.normal(),
        )
        wanted = sums(x, w, b) / np.sqrt(sum(value**2 for value in w))
        assert_close(
            student.signed_distance(x, w, b),
            wanted,
            tried=f"signed_distance of {n} points with {d} coordinates",
        )


@pytest.mark.exercise("2.1")
@pytest.mark.points(1)
def test_signed_distance_does_not_see_the_scale(student):
    x, w, b = (
        student.rng.normal(size=(5, 2)),
        student.rng.normal(size=2),
        student.rng.normal(),
    )
    factor = student.rng.uniform(2, 9)
    first, second = (
        student.signed_distance(x, w, b),
        student.signed_distance(x, factor * w, factor * b),
    )
    assert_close(
        second,
        sums(x, w, b) / np.hypot(*w),
        tried=f"signed_distance with w and b both {factor:.3g} times as large",
    )
    assert_close(
        first,
        second,
        tried=f"signed_distance before and after w and b grew {factor:.3g} times",
    )


# 2.2 ------------------------------------------------------------------------------------------------------------------


def sweep_by_hand(x, y, w, b):
    w, mistakes = [float(value) for value in w], 0
    for row, label in zip(
        np.asarray(x, dtype=float).tolist(), np.asarray(y).tolist(), strict=True
    ):
        if label * (sum(p * q for p, q in zip(row, w, strict=True)) + b) <= 0:
            w, b, mistakes = (
                [q + label * p for p, q in zip(row, w, strict=True)],
                b + label,
                mistakes + 1,
            )
    return np.array(w), b, mistakes


def compare_sweep(student, x, y, w, b, tried):
    got = parts_of(student.perceptron_sweep(x, y, w, b), ("w", "b", "mistakes"), tried)
    for mine, right, name in zip(
        got, sweep_by_hand(x, y, w, b), ("weights", "bias", "mistakes"), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("2.2")
@pytest.mark.points(2)
def test_a_sweep_moves_weights_and_bias_at_mistakes_only(student):
    for n, d in [(15, 2), (8, 4), (30, 3)]:
        x, y = student.rng.normal(size=(n, d)), student.rng.choice([-1, 1], n)
        w, b = student.rng.normal(size=d), student.rng.normal()
        compare_sweep(
            student,
            x,
            y,
            w,
            b,
            f"one sweep over {n} random points with {d} coordinates",
        )


@pytest.mark.exercise("2.2")
@pytest.mark.points(1)
def test_a_sweep_from_zero_weights_starts_to_move(student):
    for n, first in [(6, -1), (1, 1), (5, 1)]:
        x, y = student.rng.integers(-5, 6, (n, 2)), student.rng.choice([-1, 1], n)
        y[0] = first
        compare_sweep(
            student,
            x,
            y,
            np.zeros(2),
            0,
            f"w = [0, 0], b = 0, x = {x.tolist()}, y = {y.tolist()}",
        )
    w = student.rng.normal(size=2)
    _, after = student.call_tracking(
        "perceptron_sweep", x, -sign(sums(x, w, 0.0)), w, 0.0
    )  # its first row is a mistake
    assert_unchanged(
        w, after[2], tried="the array w that was passed, after the sweep", name="`w`"
    )


@pytest.mark.exercise("2.2")
@pytest.mark.points(1)
def test_a_sweep_over_points_that_are_all_right_changes_nothing(student):
    x, w, b = (
        student.rng.normal(size=(10, 3)),
        student.rng.normal(size=3),
        student.rng.normal(),
    )
    compare_sweep(
        student,
        x,
        sign(sums(x, w, b)),
        w,
        b,
        "one sweep over 10 points that are right already",
    )


# 2.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("2.3")
@pytest.mark.points(1)
def test_sigmoid_of_moderate_sums(student):
    for shape in [(7,), (2, 3)]:
        z = student.rng.normal(0, 3, shape)
        assert_close(
            student.sigmoid(z),
            1 / (1 + np.exp(-z)),
            tried=f"sigmoid of an array of shape {shape}",
        )


@pytest.mark.exercise("2.3")
@pytest.mark.points(1)
def test_sigmoid_of_very_large_sums_is_zero_or_one(student):
    z = student.rng.uniform(800, 2000, 3)
    got = student.sigmoid(np.concatenate([z, -z]))
    assert_close(
        got,
        np.array([1, 1, 1, 0, 0, 0]),
        tried=f"sigmoid of {z.round().tolist()} and of their negatives",
    )


def mean_error(x, t, w, b):
    z = sums(x, w, b)
    return float(np.mean(np.logaddexp(0, np.where(t > 0, -z, z))))


@pytest.mark.exercise("2.3")
@pytest.mark.points(2)
def test_error_slopes_match_small_differences(student):
    for n, d in [(2, 2), (11, 2), (6, 4), (1, 3)]:
        x, t = student.rng.normal(size=(n, d)), student.rng.integers(0, 2, n)
        w, b = student.rng.normal(size=d), student.rng.normal()
        tried = f"error_slopes of {n} points with {d} coordinates"
        if (n, d) == (2, 2):  # small enough to follow on paper
            x, w, b = x.round(1), w.round(1), round(b, 1)
            tried = f"error_slopes({x.tolist()}, {t.tolist()}, {w.tolist()}, {b})"
        dw, db = parts_of(student.error_slopes(x, t, w, b), ("dw", "db"), tried)
        assert_gradient(
            dw,
            lambda v, x=x, t=t, b=b: mean_error(x, t, v, b),
            w,
            tried=f"{tried}: dw, by moving each weight",
        )
        slope = (mean_error(x, t, w, b + 1e-5) - mean_error(x, t, w, b - 1e-5)) / 2e-5
        assert_close(
            db, slope, tried=f"{tried}: db, by moving the bias", rtol=1e-4, atol=1e-6
        )


# 2.4 ------------------------------------------------------------------------------------------------------------------

CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
DIFFER = np.array([-1, 1, -1, 1])


@pytest.mark.exercise("2.4")
@pytest.mark.points(1)
def test_sign_network_feeds_signs_to_the_output_unit(student):
    for n, d, h in [(40, 2, 3), (25, 4, 5), (30, 3, 1)]:
        x, W, beta = (
            student.rng.normal(size=(n, d)),
            student.rng.normal(size=(d, h)),
            student.rng.normal(size=h),
        )
        v, c = student.rng.normal(size=h), 0.3 * student.rng.normal()
        hidden = sign(sums(x, W, beta))
        tried = f"sign_network of {n} points, {d} inputs, {h} hidden units"
        assert_close(
            student.sign_network(x, W, beta, v, c),
            sign(sums(hidden, v, c)),
            tried=tried,
        )


@pytest.mark.exercise("2.4")
@pytest.mark.points(1)
def test_sign_network_gives_plus_one_at_sum_zero_in_both_layers(student):
    h = 2 * int(student.rng.integers(1, 4))
    x = student.rng.integers(1, 5, (3, 2))
    ones, zeros = np.ones(h), np.zeros(h)
    got = student.sign_network(x, np.zeros((2, h)), zeros, ones, 0.5 - h)
    assert_close(
        got,
        np.ones(3),
        tried=f"{h} hidden units, all with sum 0 (+1), output sum 0.5",
    )
    W = np.zeros((2, h))
    W[0, : h // 2], W[0, h // 2 :] = 1, -1
    got = student.sign_network(x, W, zeros, ones, 0)
    assert_close(
        got,
        np.ones(3),
        tried=f"{h} hidden units, half above 0 (+1), half below (-1), output sum 0",
    )
    got = student.sign_network(x, W, zeros, ones, -0.5)
    assert_close(got, -np.ones(3), tried=f"the same {h} hidden units, output sum -0.5")


def xor_parts(student):
    tried = "xor_weights()"
    parts = parts_of(student.xor_weights(), ("W", "beta", "v", "c"), tried)
    parts = [np.asarray(part, dtype=float) for part in parts]
    shapes = [part.shape for part in parts]
    assert_true(
        shapes == [(2, 2), (2,), (2,), ()],
        tried=tried,
        expected="shapes (2, 2), (2,), (2,), ()",
        got=str(shapes),
        hint="two hidden units: a column of W, a beta and a v for each of them.",
    )
    return parts


def said_of_corners(got):
    """What the answers at the four corners have in common, in words."""
    if np.array_equal(got, DIFFER):
        return "the corners themselves are right; a boundary passes too near to one."
    if np.array_equal(got, -DIFFER):
        return "every corner gets the other answer."
    if len(set(got.tolist())) == 1:
        return f"all four corners get {got[0]}."
    wrong = CORNERS[got != DIFFER].astype(int).tolist()
    return f"of the corners wrong: {', '.join(str(tuple(point)) for point in wrong)}."


@pytest.mark.exercise("2.4")
@pytest.mark.points(2)
def test_xor_weights_solve_xor_near_the_corners(student):
    W, beta, v, c = xor_parts(student)
    moved = CORNERS + student.rng.uniform(-0.2, 0.2, (10, 4, 2))
    at_corners = sign(sums(sign(sums(CORNERS, W, beta)), v, c))
    for points in (CORNERS, *moved):
        got = sign(sums(sign(sums(points, W, beta)), v, c))
        assert_close(
            got,
            DIFFER,
            tried=f"your weights in a sign network at {points.round(2).tolist()}",
            hint=said_of_corners(at_corners),
        )


# 2.5 ------------------------------------------------------------------------------------------------------------------


def patterns(rng, k):
    rows = np.array(list(itertools.product([-1, 1], repeat=k)))
    return rng.permutation(rows)


def unit_parts(got, k, tried):
    v, c = parts_of(got, ("weights", "bias"), tried)
    v, c = np.asarray(v, dtype=float), np.asarray(c, dtype=float)
    fits = v.shape == (k,) and c.shape == ()
    assert_true(
        fits,
        tried=tried,
        expected=f"weights of shape ({k},) and a number",
        got=f"shapes {v.shape} and {c.shape}",
    )
    return v, c


def compare_unit(v, c, rows, wanted, name, worst):
    """The answers of a unit on all patterns; the message shows one wrong pattern, by the number of +1."""
    sum_of = rows @ v + c
    wrong = np.flatnonzero(sign(sum_of) != wanted)
    hint = ""
    if wrong.size:
        row = wrong[worst(rows[wrong].sum(axis=1))]
        hint = f"for the inputs {rows[row].tolist()} the unit's sum is {sum_of[row]:g}."
    assert_close(
        sign(sum_of),
        wanted,
        tried=f"your {name}({len(v)}) on all {len(rows)} patterns of +1 and -1",
        hint=hint,
    )


@pytest.mark.exercise("2.5")
@pytest.mark.points(1)
def test_all_of_needs_every_input(student):
    for k in student.rng.permutation([1, 2, 3, 4, 6]).tolist():
        rows = patterns(student.rng, k)
        v, c = unit_parts(student.all_of(k), k, f"all_of({k})")
        compare_unit(v, c, rows, sign(rows.min(axis=1)), "all_of", np.argmax)


@pytest.mark.exercise("2.5")
@pytest.mark.points(1)
def test_any_of_needs_one_input(student):
    for k in student.rng.permutation([1, 2, 3, 4, 6]).tolist():
        rows = patterns(student.rng, k)
        v, c = unit_parts(student.any_of(k), k, f"any_of({k})")
        compare_unit(v, c, rows, sign(rows.max(axis=1)), "any_of", np.argmin)


def convex_corners(rng, k):
    """Corners of a convex polygon, anticlockwise: on a stretched, turned and shifted circle."""
    angle = (np.arange(k) + rng.uniform(-0.3, 0.3, k)) * 2 * np.pi / k + rng.uniform(
        0, 6
    )
    turn = rng.uniform(0, 6)
    stretched = np.column_stack([3 * np.cos(angle), np.sin(angle)])
    return stretched @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    ) + rng.uniform(-5, 5, 2)


def edge_sides(corners, points):
    """On which side of each edge every point lies, (points, edges), and how far from the nearest edge's line."""
    after = np.roll(corners, -1, axis=0)
    edge, to_point = after - corners, points[:, None, :] - corners
    cross = edge[:, 0] * to_point[..., 1] - edge[:, 1] * to_point[..., 0]
    return sign(cross), np.abs(cross / np.hypot(*edge.T)).min(axis=1)


@pytest.mark.exercise("2.5")
@pytest.mark.points(2)
def test_polygon_units_have_the_inside_on_their_plus_side(student):
    for k in (3, 4, 7):
        corners = convex_corners(student.rng, k)
        tried = f"polygon_units of {k} corners {corners.round(2).tolist()}"
        W, beta = (
            np.asarray(part, dtype=float)
            for part in parts_of(student.polygon_units(corners), ("W", "beta"), tried)
        )
        fits = W.shape == (2, k) and beta.shape == (k,)
        assert_true(
            fits,
            tried=tried,
            expected=f"shapes (2, {k}) and ({k},)",
            got=f"shapes {W.shape} and {beta.shape}",
        )
        middle = corners.mean(axis=0)
        assert_close(
            sign(sums(middle, W, beta)),
            np.ones(k),
            tried=f"{tried}: signs at {middle.round(2).tolist()}, in the middle",
        )
        points = middle + student.rng.uniform(-4, 4, (60, 2))
        sides, away = edge_sides(corners, points)
        clear = away > 1e-3
        assert_close(
            sign(sums(points, W, beta))[clear],
            sides[clear],
            tried=f"{tried}: signs at {clear.sum()} points, one column per edge",
        )


# 2.6 ------------------------------------------------------------------------------------------------------------------


def random_layers(rng, sizes):
    pairs = list(itertools.pairwise(sizes))
    return [rng.normal(size=pair) for pair in pairs], [
        rng.normal(size=units) for _, units in pairs
    ]


def pieces_by_hand(x, weights, biases):
    seen = set()
    for row in np.asarray(x, dtype=float):
        key = []
        for w, b in zip(weights, biases, strict=True):
            z = row @ w + b
            key += (z > 0).tolist()
            row = np.where(z > 0, z, 0)
        seen.add(tuple(key))
    return len(seen)


@pytest.mark.exercise("2.6")
@pytest.mark.points(2)
def test_count_pieces_counts_patterns_of_all_hidden_units(student):
    for n, sizes in [(300, (2, 4)), (400, (2, 3, 5)), (200, (3, 4, 2, 3))]:
        weights, biases = random_layers(student.rng, sizes)
        x = 2 * student.rng.normal(size=(n, sizes[0]))
        tried = f"count_pieces of {n} points, layers {list(sizes)}"
        assert_close(
            student.count_pieces(x, weights, biases),
            pieces_by_hand(x, weights, biases),
            tried=tried,
        )


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_count_pieces_without_hidden_layers_is_one(student):
    x = student.rng.normal(size=(int(student.rng.integers(9, 20)), 2))
    weights, biases = random_layers(student.rng, (2, 6))
    assert_close(
        student.count_pieces(x, weights, biases),
        pieces_by_hand(x, weights, biases),
        tried=f"count_pieces of {len(x)} points, six hidden units",
    )
    assert_close(
        student.count_pieces(x, [], []),
        1,
        tried=f"count_pieces of {len(x)} points, no hidden layer",
    )


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_a_unit_whose_sum_is_zero_is_off(student):
    w, b = np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([0.0, 1.0])
    on_line = student.rng.integers(1, 9, (4, 1)) * np.array([[1, 1]])  # first sum: 0
    for side, step, wanted in [("on", [1, 0], 2), ("off", [0, 1], 1)]:
        points = np.vstack([on_line, on_line + step])
        tried = f"count_pieces where a unit's sum is 0 at points {on_line.tolist()}"
        assert_close(
            student.count_pieces(points, [w], [b]),
            wanted,
            tried=f"{tried}, and where it is {side} at {(on_line + step).tolist()}",
        )


@pytest.mark.exercise("2.6")
@pytest.mark.points(1)
def test_most_pieces_is_what_lines_in_general_position_make(student):
    for h in (0, 1, 2, *student.rng.permutation(np.arange(3, 40))[:5].tolist()):
        grown = 1
        for older in range(h):
            grown += older + 1
        assert_close(student.most_pieces(h), grown, tried=f"most_pieces({h})")


# 2.7 ------------------------------------------------------------------------------------------------------------------


def knots_and_values(rng, m, even=False):
    steps = np.ones(m) if even else rng.uniform(0.2, 2.0, m)
    return rng.normal() + np.concatenate([[0], np.cumsum(steps)]), rng.normal(
        0, 3, m + 1
    )


def curve_by_hand(x, start, at, c):
    return np.array(
        [
            start
            + sum(
                weight * max(0.0, value - knot)
                for weight, knot in zip(c, at, strict=True)
            )
            for value in x
        ]
    )


@pytest.mark.exercise("2.7")
@pytest.mark.points(2)
def test_bend_weights_make_a_curve_through_all_knots(student):
    for m in (1, 2, 5, 9):
        knots, values = knots_and_values(student.rng, m)
        tried = f"bend_weights of {m + 1} unevenly spaced knots"
        c = np.asarray(student.bend_weights(knots, values), dtype=float)
        assert_true(
            c.shape == (m,),
            tried=tried,
            expected=f"an array of shape ({m},)",
            got=f"shape {c.shape}",
        )
        between = np.sort(
            np.concatenate([knots, student.rng.uniform(knots[0], knots[-1], 10)])
        )
        wanted = np.interp(between, knots, values)
        assert_close(
            curve_by_hand(between, values[0], knots[:-1], c),
            wanted,
            tried=f"{tried}: the curve at and between the knots",
            rtol=1e-8,
        )


@pytest.mark.exercise("2.7")
@pytest.mark.points(1)
def test_bend_weights_of_a_straight_line_bend_nothing(student):
    knots, _ = knots_and_values(student.rng, 6)
    slope = student.rng.uniform(1, 4)
    wanted = np.array([slope, 0, 0, 0, 0, 0])
    assert_close(
        student.bend_weights(knots, slope * knots - 1),
        wanted,
        tried=f"bend_weights of a line with slope {slope:.3g}",
        rtol=1e-8,
    )


@pytest.mark.exercise("2.7")
@pytest.mark.points(1)
def test_relu_curve_adds_what_the_units_give(student):
    for n, m in [(12, 3), (4, 7), (5, 1)]:
        x, at, c = (
            student.rng.normal(0, 2, n),
            student.rng.normal(size=m),
            student.rng.normal(size=m),
        )
        start = student.rng.normal()
        tried = f"relu_curve at {n} places with {m} units"
        assert_close(
            student.relu_curve(x, start, at, c),
            curve_by_hand(x, start, at, c),
            tried=tried,
        )


# 2.8 ------------------------------------------------------------------------------------------------------------------


def count_by_hand(sizes):
    total = 0
    for below, units in itertools.pairwise(sizes):
        for _ in range(units):
            total += below + 1
    return total


@pytest.mark.exercise("2.8")
@pytest.mark.points(1)
def test_count_parameters_counts_weights_and_biases_of_every_layer(student):
    for layers in (2, 3, 4, 6):
        sizes = student.rng.integers(1, 30, layers).tolist()
        assert_close(
            student.count_parameters(sizes),
            count_by_hand(sizes),
            tried=f"count_parameters({sizes})",
        )


def widest_by_hand(depth, budget, inputs, outputs):
    return max(
        w
        for w in range(1, budget + 1)
        if w == 1 or count_by_hand([inputs, *[w] * depth, outputs]) <= budget
    )


@pytest.mark.exercise("2.8")
@pytest.mark.points(1)
def test_widest_stays_within_the_budget_and_wastes_none(student):
    for depth in (1, 2, 4):
        budget = int(student.rng.integers(60, 900))
        tried = f"widest({depth}, {budget})"
        assert_close(
            student.widest(depth, budget),
            widest_by_hand(depth, budget, 2, 1),
            tried=tried,
        )
    inputs, outputs = int(student.rng.integers(10, 20)), int(student.rng.integers(3, 8))
    tried = f"widest(2, 600, inputs={inputs}, outputs={outputs})"
    assert_close(
        student.widest(2, 600, inputs, outputs),
        widest_by_hand(2, 600, inputs, outputs),
        tried=tried,
    )


@pytest.mark.exercise("2.8")
@pytest.mark.points(1)
def test_widest_takes_the_budget_to_its_last_parameter(student):
    depth, w = int(student.rng.integers(1, 4)), int(student.rng.integers(3, 12))
    exact = count_by_hand([2, *[w] * depth, 1])
    assert_close(
        student.widest(depth, exact),
        w,
        tried=f"widest({depth}, {exact}), a budget that width {w} fills exactly",
    )
    assert_close(
        student.widest(depth, exact - 1),
        w - 1,
        tried=f"widest({depth}, {exact - 1}), one parameter short of width {w}",
    )


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats."""
    return rng.integers(-3, 4, shape).astype(float)


def small_points(rng, size):
    """Points in the plane, weights of length 5 and a bias."""
    w = rng.choice([-1.0, 1.0], 2) * rng.permutation([3.0, 4.0])
    return whole(rng, size, 2), w, float(rng.integers(-5, 6))


def small_layers(rng, size):
    """Points on a line and the layers of a small network."""
    weights, biases = random_layers(rng, (1, *rng.integers(1, 3, max(1, size - 1))))
    layers = [[np.round(a) for a in arrays] for arrays in (weights, biases)]
    return whole(rng, size + 1, 1), *layers


def bends(knots, values):
    """What the units of a curve through the knots must weigh, as a system of equations."""
    lifts = np.maximum(knots[1:, None] - knots[:-1], 0)
    return np.linalg.solve(lifts, values[1:] - values[0])


counterexample(
    "2.1",
    "sign_unit",
    draw=small_points,
    oracle=lambda x, w, b: sign(sums(x, w, b)),
)
counterexample(
    "2.1",
    "signed_distance",
    draw=small_points,
    oracle=lambda x, w, b: sums(x, w, b) / 5,
)
counterexample(
    "2.2",
    "perceptron_sweep",
    draw=lambda rng, size: (
        whole(rng, size, 2),
        rng.choice([-1, 1], size),
        whole(rng, 2),
        float(rng.integers(-2, 3)),
    ),
    oracle=sweep_by_hand,
)
counterexample(
    "2.3",
    "sigmoid",
    draw=lambda rng, size: (whole(rng, size, 2) * rng.choice([1, 1000]),),
    oracle=lambda z: np.exp(-np.logaddexp(0, -z)),
)
counterexample(
    "2.4",
    "sign_network",
    draw=lambda rng, size: (
        whole(rng, 1, size),
        whole(rng, size, 2),
        whole(rng, 2),
        whole(rng, 2),
        float(rng.integers(-2, 3)),
    ),
    oracle=lambda x, W, beta, v, c: sign(sums(sign(sums(x, W, beta)), v, c)),
)
counterexample("2.6", "count_pieces", draw=small_layers, oracle=pieces_by_hand)
counterexample(
    "2.6",
    "most_pieces",
    draw=lambda rng, size: (size - 1,),
    oracle=lambda h: 1 + sum(older + 1 for older in range(h)),
)
counterexample(
    "2.7",
    "bend_weights",
    draw=lambda rng, size: (
        np.cumsum(rng.integers(1, 3, size + 1)).astype(float),
        whole(rng, size + 1),
    ),
    oracle=bends,
)
counterexample(
    "2.7",
    "relu_curve",
    draw=lambda rng, size: (
        whole(rng, 2),
        float(rng.integers(-2, 3)),
        whole(rng, size),
        whole(rng, size),
    ),
    oracle=curve_by_hand,
)
counterexample(
    "2.8",
    "count_parameters",
    draw=lambda rng, size: (rng.integers(1, 4, size + 1).tolist(),),
    oracle=count_by_hand,
)
counterexample(
    "2.8",
    "widest",
    draw=lambda rng, size: (size, int(rng.integers(10, 40)), 2, 1),
    oracle=widest_by_hand,
)
