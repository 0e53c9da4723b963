"""Hidden checks of lab 09: run at grading only."""

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    assert_unchanged,
)

# 9.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.1")
@pytest.mark.points(1)
def test_layer_cost_of_alexnets_layers(student):
    order = student.rng.permutation(3)
    layers = [
        (((5, 5), 96, 256, (27, 27), 2), (307_456, 223_948_800)),
        (((3, 3), 256, 384, (13, 13), 1), (885_120, 149_520_384)),
        (((1, 1), 9216, 4096, (1, 1), 1), (37_752_832, 37_748_736)),
    ]
    for i in order:
        given, wanted = layers[i]
        got = student.layer_cost(*given)
        assert_equal(list(got), list(wanted), tried=f"layer_cost{given}")


@pytest.mark.exercise("9.1")
@pytest.mark.points(1)
def test_layer_cost_of_bias_and_normalisation_together(student):
    k, inputs, outputs, side = (int(v) for v in student.rng.integers(2, 9, 4))
    plain = k * k * inputs * outputs
    for bias in (False, True):
        for norm in (False, True):
            got = student.layer_cost(
                (k, k), inputs, outputs, (side, 1), bias=bias, norm=norm
            )
            wanted = [plain + outputs * (bias + 2 * norm), side * plain]
            tried = f"layer_cost, kernel {k}x{k}, {inputs} to {outputs} maps, bias={bias}, norm={norm}"
            assert_equal(list(got), wanted, tried=tried)


# 9.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.2")
@pytest.mark.points(1)
def test_partial_cost_of_lenets_c3_and_of_a_full_layer(student):
    maps, side = int(student.rng.integers(2, 9)), int(student.rng.integers(3, 12))
    full = student.partial_cost([tuple(range(6))] * maps, (5, 5), (side, side))
    wanted = [maps * 151, maps * 151 * side * side]
    assert_equal(list(full), wanted, tried=f"{maps} maps that see all 6, 5x5")
    c3 = [tuple(range(m)) for m in [3] * 6 + [4] * 9 + [6]]
    got = student.partial_cost(c3, (5, 5), (10, 10))
    assert_equal(list(got), [1516, 151_600], tried="C3 of LeNet-5")
    one = student.neighbours(1, 1)
    assert_equal([list(seen) for seen in one], [[0]], tried="neighbours(1, 1)")


# 9.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.3")
@pytest.mark.points(1)
def test_inception_cost_of_module_3a(student):
    side = int(student.rng.integers(5, 40))
    row = (64, 96, 128, 16, 32, 32)
    got = student.inception_cost(192, row, (side, side + 1))
    weights = 163_328  # 163,696 less its 368 biases
    assert_equal(
        list(got), [256, weights * side * (side + 1)], tried="module 3a, 192 maps in"
    )
    naive = student.inception_cost(192, row, (side, side + 1), True)
    taps = 192 * (64 + 9 * 128 + 25 * 32)
    assert_equal(list(naive), [416, taps * side * (side + 1)], tried="module 3a, naive")


# 9.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.4")
@pytest.mark.points(1)
def test_a_block_that_does_nothing_is_the_identity_on_positive_inputs(student):
    x, d = student.rng.random((4, 3)) + 0.1, 3
    zero = np.zeros((d, d))
    w = student.rng.normal(size=(d, d))
    upstream = student.rng.normal(size=(4, 3))
    for w1, w2 in [(zero, w), (w, zero)]:
        got = student.residual_block(x, w1, w2)
        assert_close(got, x, tried="residual_block with F = 0, x positive")
        back = student.block_gradient(x, w1, w2, upstream)
        assert_close(back, upstream, tried="block_gradient with F = 0, x positive")
    back = student.block_gradient(-x, zero, w, upstream)
    assert_close(back, 0 * x, tried="block_gradient with F = 0, x negative", atol=1e-12)


@pytest.mark.exercise("9.4")
@pytest.mark.points(1)
def test_block_and_shortcut_in_float32_and_at_zero(student):
    x = student.rng.normal(size=(2, 4)).astype(np.float32)
    w1 = student.rng.normal(size=(4, 3)).astype(np.float32)
    w2 = student.rng.normal(size=(3, 4)).astype(np.float32)
    upstream = student.rng.normal(size=(2, 4)).astype(np.float32)
    got, after = student.call_tracking("block_gradient", x, w1, w2, upstream)
    hidden = x.astype(float) @ w1
    active = (x + np.clip(hidden, 0, None) @ w2 > 0) * upstream
    wanted = active + (np.einsum("nd,hd->nh", active, w2) * (hidden > 0)) @ w1.T
    assert_close(got, wanted, tried="block_gradient in float32", inputs=x)
    assert_unchanged([x, w1, w2, upstream], after, tried="block_gradient")
    ones = np.ones((2, 3))
    at_zero = student.block_gradient(0 * ones, np.ones((3, 2)), np.ones((2, 3)), ones)
    assert_close(at_zero, 0 * ones, tried="block_gradient at x = 0", atol=1e-12)
    a, b = student.rng.integers(1, 9, 2).astype(float)  # so that the sum is 0 exactly
    got = student.block_gradient([[a, a]], [[b], [-b]], [[b, b]], [[1.0, a]])
    assert_close(
        got, [[1.0, a]], tried="block_gradient where the inner sum is 0: slope 0"
    )
    image = student.rng.normal(size=(1, 7, 5, 3)).astype(np.float32)
    got = np.asarray(student.shortcut(image, 6, 2))
    assert_close(
        got[..., :3], image[:, ::2, ::2], tried="shortcut, the maps that there were"
    )
    assert_close(
        got[..., 3:], np.zeros((1, 4, 3, 3)), tried="shortcut, the maps behind"
    )


# 9.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.5")
@pytest.mark.points(1)
def test_a_fractal_of_shifts_shows_the_depth_of_every_column(student):
    step = float(student.rng.uniform(0.5, 2))
    got = student.fractal(0.0, 4, lambda z: z + step)
    # f_2 shifts by 1.5, f_3 by the mean of 1, 2.5, 3.5
    third = np.mean([1, 2.5, 3.5])
    wanted = np.array([1, third + 1, third + 2.5, third + 3.5]) * step
    assert_close(
        np.array(got, float), wanted, tried="fractal(0, 4, conv) with z + step"
    )


@pytest.mark.exercise("9.5")
@pytest.mark.points(1)
def test_path_lengths_of_five_columns(student):
    columns = int(student.rng.integers(4, 6))
    got = np.asarray(student.path_lengths(columns))
    number = {4: 26, 5: 677}[columns]
    assert_equal(got.size, number, tried=f"number of paths, {columns} columns")
    ends = [got[0], got[-1]]
    assert_equal(
        ends, [1, 2 ** (columns - 1)], tried=f"shortest and longest, {columns} columns"
    )
    assert_equal(np.sort(got), got, tried="the lengths in order")


# 9.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.6")
@pytest.mark.points(1)
def test_local_kept_at_its_edges(student):
    draws = student.rng.random(4)
    assert_equal(
        np.asarray(student.local_kept(draws, 0.0), float),
        np.ones(4),
        tried="local_kept at rate 0",
    )
    draws = np.array([0.25, 0.75, 0.5])
    got = student.local_kept(draws, 0.5)
    assert_equal(
        np.asarray(got, float),
        np.array([0.0, 1.0, 1.0]),
        tried="local_kept([0.25, 0.75, 0.5], 0.5): 0.5 is not below 0.5",
    )


@pytest.mark.exercise("9.6")
@pytest.mark.points(1)
def test_global_kept_draws_once_and_chooses_evenly(student):
    columns = int(student.rng.integers(2, 6))
    joins = [tuple(range(c, columns)) for c in (columns - 2, 0, columns - 1)]
    for column in range(columns):
        number = (column + float(student.rng.uniform(0.05, 0.95))) / columns
        drawn = []

        def draw(number=number, drawn=drawn):
            drawn.append(number if not drawn else (number + 0.5) % 1)
            return drawn[-1]

        got = student.global_kept(joins, columns, draw)
        tried = f"global_kept({joins}, {columns}, draw), draw() gives {number:.3f}"
        wanted = []
        for reached in joins:
            alone = np.equal(reached, column).astype(float)
            wanted.append(alone if alone.any() else alone + 1)
        assert_close([np.asarray(k, float) for k in got], wanted, tried=tried)
        assert_equal(len(drawn), 1, tried=f"{tried}: calls of draw")


# 9.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.7")
@pytest.mark.points(1)
def test_s_plane_shares_its_weights_and_moves_with_the_image(student):
    weights = student.rng.random((3, 3))
    weights /= np.linalg.norm(weights)
    image = np.zeros((9, 10))
    image[2:5, 2:5] = 2 * weights
    plane = np.asarray(student.s_plane(image, weights, 2.0))
    wanted = 2 * ((1 + 2) / (1 + 2 / 3 * 2) - 1)
    assert_close(plane[3, 3], wanted, tried="s_plane where the patch fits the weights")
    assert_true(
        plane.max() <= wanted + 1e-9,
        tried="s_plane of a single pattern",
        expected="the largest answer where it fits",
        got=plane.max(),
    )
    moved = np.roll(image, (2, 3), axis=(0, 1))
    assert_close(
        student.s_plane(moved, weights, 2.0),
        np.roll(plane, (2, 3), axis=(0, 1)),
        tried="s_plane of the moved pattern",
    )


@pytest.mark.exercise("9.7")
@pytest.mark.points(1)
def test_planes_take_whole_numbers_and_stay_in_range(student):
    image = student.rng.integers(0, 9, (5, 7))
    weights = np.full((3, 3), 1 / 3)
    plane = student.s_plane(image, weights, 0.5)
    again = student.s_plane(image.astype(float), weights, 0.5)
    assert_close(plane, again, tried="s_plane of whole numbers, beside floats")
    first = float(np.sum(image[:2, :2])) / 3
    length = float(np.sqrt(np.sum(image[:2, :2] ** 2)))
    wanted = 0.5 * max(0, (1 + first) / (1 + length / 3) - 1)
    assert_close(np.asarray(plane)[0, 0], wanted, tried="s_plane, the corner")
    ones = np.ones((4, 5), dtype=int)
    corner = 4 / 9
    got = student.c_plane(ones, 3, 3)
    assert_close(
        np.asarray(got)[0, 0], corner / (0.1 + corner), tried="c_plane, the corner"
    )
    assert_equal(np.shape(got), (2, 2), tried="c_plane of (4, 5), stride 3: its shape")


# 9.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("9.8")
@pytest.mark.points(1)
def test_top_k_error_takes_five_by_default_and_counts_places(student):
    classes = int(student.rng.integers(7, 12))
    place = student.rng.permutation(classes)
    scores = np.tile(
        -place.astype(float), (classes, 1)
    )  # the class with place 0 is best
    labels = np.arange(classes)
    got = student.top_k_error(scores, labels)
    assert_close(
        got, (classes - 5) / classes, tried=f"every label once, {classes} classes"
    )
    single, after = student.call_tracking("top_k_error", scores[:1], labels[:1], 1)
    assert_close(single, float(place[0] != 0), tried="a single row, k=1")
    assert_unchanged([scores[:1], labels[:1]], after[:2], tried="top_k_error")


@pytest.mark.exercise("9.8")
@pytest.mark.points(1)
def test_top_k_error_takes_lists_and_ties_with_one_class(student):
    a, b = sorted(student.rng.normal(size=2).tolist())
    scores = [[b, b, a], [b, a, a], [a, b, b]]
    for labels, k, wanted in [
        ([0, 0, 0], 1, 2 / 3),
        ([0, 1, 1], 2, 1 / 3),
        ([1, 0, 2], 2, 0.0),
    ]:
        tried = f"top_k_error of three rows with ties, labels {labels}, k={k}"
        assert_close(student.top_k_error(scores, labels, k), wanted, tried=tried)
