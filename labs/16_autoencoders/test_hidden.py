"""Hidden checks of lab 16: they run at grading."""

import itertools

import numpy as np
import pytest
from scipy.special import expit
from sklearn.decomposition import PCA

from coursekit.labs.testing import assert_close, assert_equal, assert_true


def unit_rows(rng, atoms, inputs):
    """Random rows of length 1."""
    d = rng.normal(size=(atoms, inputs))
    return d / np.linalg.norm(d, axis=1, keepdims=True)


@pytest.mark.exercise("16.1")
@pytest.mark.points(1)
def test_rows_told_twice_change_nothing(student):
    x, w = student.rng.uniform(-1, 1, (4, 6)), student.rng.normal(0, 0.5, (6, 2))
    b, c = student.rng.normal(size=2), student.rng.normal(size=6)
    once = student.tied_gradient(x, w, b, c)
    twice = student.tied_gradient(np.vstack([x, x]), w, b, c)
    h = np.tanh(x.dot(w) + b)
    apart = np.tanh(np.inner(h, w) + c) - x
    assert_close(once[0], np.sum(apart * apart) / 8, tried="tied_gradient: the loss")
    for place, name in enumerate(("loss", "slope of W", "slope of b", "slope of c")):
        tried = f"tied_gradient of 4 rows, and of the same rows told twice: {name}"
        assert_close(twice[place], once[place], tried=tried)


@pytest.mark.exercise("16.1")
@pytest.mark.points(1)
def test_small_steps_against_the_slopes_lower_the_loss_as_they_say(student):
    x = student.rng.uniform(-1, 1, (5, 4)).astype(np.float32)
    parts = [student.rng.normal(0, 0.5, s) for s in ((4, 3), 3, 4)]
    loss, *slopes = student.tied_gradient(x, *parts)
    slopes = [np.asarray(slope) for slope in slopes]
    h = np.tanh(x.dot(parts[0]) + parts[1])
    apart = np.tanh(np.inner(h, parts[0]) + parts[2]) - x
    assert_close(
        loss, np.sum(apart * apart) / 10, rtol=1e-5, tried="the loss, float32 rows"
    )
    lower = [part - 1e-4 * slope for part, slope in zip(parts, slopes, strict=True)]
    h = np.tanh(x.dot(lower[0]) + lower[1])
    apart = np.tanh(np.inner(h, lower[0]) + lower[2]) - x
    fall = (loss - np.sum(apart * apart) / 10) / 1e-4
    told = sum(float(np.sum(slope**2)) for slope in slopes)
    tried = (
        "the fall of the loss after a small step, over the squared size of the slopes"
    )
    assert_close(fall, told, rtol=1e-2, tried=tried)


@pytest.mark.exercise("16.2")
@pytest.mark.points(1)
def test_no_number_leaves_the_whole_variance_and_all_numbers_nothing(student):
    x = student.rng.normal(5, 2, (9, 4))
    whole = float(np.sum(np.var(x, axis=0)))
    assert_close(student.least_error(x, 0), whole, tried="least_error with k = 0")
    assert_close(
        student.least_error(x.tolist(), 4),
        0.0,
        atol=1e-9,
        tried="least_error with as many numbers as inputs",
    )


@pytest.mark.exercise("16.2")
@pytest.mark.points(1)
def test_fewer_rows_than_inputs(student):
    x = student.rng.normal(size=(4, 7))
    pca = PCA(2, svd_solver="full").fit(x)
    left = np.sum((x - pca.inverse_transform(pca.transform(x))) ** 2) / 4
    assert_close(
        student.least_error(x, 2), left, tried="least_error of 4 rows, 7 inputs"
    )


@pytest.mark.exercise("16.2")
@pytest.mark.points(1)
def test_one_plane_in_other_vectors_and_planes_at_right_angles(student):
    q = np.linalg.qr(student.rng.normal(size=(6, 6)))[0]
    mix = student.rng.normal(size=(2, 2)) + 3 * np.eye(2)
    turn = student.rng.uniform(10, 80)
    leaning = np.cos(np.radians(turn)) * q[:, 1] + np.sin(np.radians(turn)) * q[:, 2]
    cases = {
        "the same plane in other vectors": (q[:, :2] @ mix, 0.0),
        "planes that share one direction": (
            np.stack([4 * q[:, 0] + leaning, leaning], axis=1),
            turn,
        ),
        "planes at right angles": (q[:, 3:5] @ mix, 90.0),
    }
    for name, (b, expected) in cases.items():
        got = student.largest_angle(q[:, :2], b)
        assert_close(got, expected, atol=1e-4, tried=f"largest_angle: {name}")


@pytest.mark.exercise("16.3")
@pytest.mark.points(1)
def test_at_the_target_nothing_is_asked_and_all_rows_are_asked_alike(student):
    target = student.rng.uniform(0.1, 0.4)
    off = student.rng.uniform(0.5, 0.9, 5)
    h = np.stack([np.full(5, target), off], axis=1)
    value, slope = student.sparsity(h, target)
    mean = off.mean()
    expected = np.dot(
        [target, 1 - target], np.log([target / mean, (1 - target) / (1 - mean)])
    )
    assert_close(value, expected, tried="sparsity, the first unit at its target")
    each = ((1 - target) / (1 - mean) - target / mean) / 5
    expected = np.stack([np.zeros(5), np.full(5, each)], axis=1)
    assert_close(slope, expected, atol=1e-12, tried="sparsity: the slope, 5 rows")


@pytest.mark.exercise("16.3")
@pytest.mark.points(1)
def test_a_unit_that_is_nearly_silent(student):
    h = student.rng.uniform(1e-5, 1e-4, (4, 2))
    value, slope = student.sparsity(h, 0.05)
    mean = h.mean(axis=0)
    expected = np.sum(
        0.05 * (np.log(0.05) - np.log(mean)) + 0.95 * (np.log(0.95) - np.log1p(-mean))
    )
    assert_close(value, expected, tried="sparsity of nearly silent units")
    expected = np.repeat([(0.95 / (1 - mean) - 0.05 / mean) / 4], 4, axis=0)
    assert_close(slope, expected, tried="sparsity of nearly silent units: the slope")


@pytest.mark.exercise("16.4")
@pytest.mark.points(1)
def test_numbers_at_the_borders(student):
    x = student.rng.uniform(0.2, 0.8, (1, 4))
    noise = np.array([[0.0, 0.25, 0.5, 0.75]])
    for kind, expected in (
        ("mask", [0.0, 0.0, x[0, 2], x[0, 3]]),
        ("salt", [0.0, 1.0, x[0, 2], x[0, 3]]),
    ):
        got = student.corrupt(x, kind, 0.5, noise)
        tried = f'corrupt(x, "{kind}", 0.5, [[0, 0.25, 0.5, 0.75]])'
        assert_close(got, np.array([expected]), tried=tried)


@pytest.mark.exercise("16.4")
@pytest.mark.points(1)
def test_the_network_sees_the_broken_rows_and_only_them(student):
    x, noise = student.rng.uniform(0.1, 0.9, (3, 5)), student.rng.random((3, 5))
    seen = []

    def echo(rows):
        seen.append(np.array(rows))
        return np.array(rows) + 1.0

    got = student.denoising_error(echo, x, "mask", 0.6, noise)
    there = x * (noise >= 0.6)
    assert_close(
        got, np.sum((there + 1 - x) ** 2) / 3, tried="denoising_error of v + 1"
    )
    assert_close(seen[0], there, tried="what `reconstruct` was given")


@pytest.mark.exercise("16.4")
@pytest.mark.points(1)
def test_float32_rows_and_noise_beyond_the_pixels(student):
    x = student.rng.random((4, 3)).astype(np.float32)
    noise = student.rng.normal(0, 2, (4, 3)).astype(np.float32)
    got = student.corrupt(x, "gauss", 0.5, noise)
    assert_close(got, x + noise / 2, tried='corrupt(x, "gauss", 0.5, noise), float32')


@pytest.mark.exercise("16.5")
@pytest.mark.points(1)
def test_the_code_moves_as_the_penalty_says(student):
    w, b = student.rng.normal(0, 0.8, (5, 4)), student.rng.normal(size=4)
    x = student.rng.random((6, 5))
    h, moved = expit(x @ w + b), 0.0
    for k in range(5):
        step = np.zeros(5)
        step[k] = 1e-5
        up, down = expit((x + step) @ w + b), expit((x - step) @ w + b)
        moved += np.sum(((up - down) / 2e-5) ** 2) / 6
    tried = "contraction beside the move of the code under small steps of each input"
    assert_close(student.contraction(h, w), moved, rtol=1e-5, tried=tried)


@pytest.mark.exercise("16.5")
@pytest.mark.points(1)
def test_many_rows_and_inputs(student):
    w = student.rng.normal(size=(300, 40)).astype(np.float32)
    h = student.rng.uniform(0.01, 0.99, (500, 40)).astype(np.float32)
    expected = sum(
        float(np.mean((h[:, j] - h[:, j] ** 2) ** 2))
        * float(np.linalg.norm(w[:, j]) ** 2)
        for j in range(40)
    )
    tried = "contraction, 500 rows, 300 inputs, 40 units"
    assert_close(student.contraction(h, w), expected, rtol=1e-4, tried=tried)


@pytest.mark.exercise("16.6")
@pytest.mark.points(1)
def test_numbers_at_the_threshold_become_zero_and_a_threshold_of_zero_changes_nothing(
    student,
):
    z = student.rng.normal(size=(2, 5))
    assert_close(student.shrink(z.tolist(), 0.0), z, tried="shrink by 0")
    edge = np.abs(z[0, 0])
    got = student.shrink(np.array([edge, -edge, 3 * edge]), edge)
    expected = np.array([0.0, 0.0, 2 * edge])
    assert_close(got, expected, atol=1e-12, tried="shrink of t, -t and 3 t by t")


@pytest.mark.exercise("16.6")
@pytest.mark.points(2)
def test_the_codes_of_many_steps_cannot_be_bettered(student):
    d, x = unit_rows(student.rng, 9, 6), student.rng.normal(0, 2, (5, 6))
    z = np.asarray(student.fista(x, d, 0.3, 1500))
    tried = "fista, 1,500 steps"
    assert_true(z.shape == (5, 9), tried=tried, expected="codes (5, 9)", got=z)
    pull = np.inner(x - z @ d, d)  # of each atom; at the minimum never above lambda
    on = np.abs(z) > 1e-6
    assert_true(
        on.any() and not on.all(), tried=tried, expected="some codes of 0", got=z
    )
    assert_close(
        np.where(on, pull, 0.3 * np.sign(z)),
        0.3 * np.sign(z),
        atol=1e-3,
        tried=f"{tried}: what each atom in use still explains",
    )
    assert_true(
        np.abs(pull).max() < 0.3 + 1e-3,
        tried=f"{tried}: the largest pull of an atom",
        expected="at most lambda = 0.3",
        got=float(np.abs(pull).max()),
    )


@pytest.mark.exercise("16.6")
@pytest.mark.points(1)
def test_a_few_steps_of_fista_are_ahead_of_ista(student):
    d, x = unit_rows(student.rng, 12, 5), student.rng.normal(0, 2, (6, 5))
    steepest = np.linalg.svd(d, compute_uv=False)[0] ** 2

    def cost(z):
        return 0.5 * np.sum((x - z @ d) ** 2) + 0.2 * np.sum(np.abs(z))

    z = np.zeros((6, 12))
    for _ in range(40):
        z = np.asarray(student.ista_step(z, x, d, 0.2, steepest))
    fast = np.asarray(student.fista(x, d, 0.2, 40))
    tried = "E after 40 steps: FISTA below ISTA"
    assert_true(
        cost(fast) < cost(z), tried=tried, expected=f"< {cost(z):.5f}", got=cost(fast)
    )
    moved = z - (z @ d - x) @ d.T / steepest
    again = student.ista_step(z, x, d, 0.2, steepest)
    expected = moved - np.clip(moved, -0.2 / steepest, 0.2 / steepest)
    assert_close(again, expected, tried="one more step of ISTA")


@pytest.mark.exercise("16.7")
@pytest.mark.points(1)
def test_brighter_patches_have_larger_features_in_the_same_direction(student):
    anchors, p = unit_rows(student.rng, 5, 8), student.rng.normal(size=(4, 8))
    f = np.asarray(student.kernel_features(p, anchors, 2.5))
    g = np.asarray(student.kernel_features(3.0 * p, anchors, 2.5))
    assert_close(g, 3 * f, tried="kernel_features of patches three times as bright")
    table = np.exp(2.5 * (anchors @ anchors.T - 1))
    sizes = np.linalg.norm(p, axis=1)[:, None]
    similar = sizes * np.exp(2.5 * (p @ anchors.T / sizes - 1))
    expected = np.einsum("ni,ij,mj->nm", similar, np.linalg.inv(table), similar)
    assert_close(f @ f.T, expected, rtol=1e-6, tried="inner products of the features")


@pytest.mark.exercise("16.7")
@pytest.mark.points(1)
def test_turned_features_are_other_features(student):
    anchors = unit_rows(student.rng, 3, 6)
    got = student.kernel_features(anchors, anchors, 4.0)
    values, axes = np.linalg.eigh(np.exp(4.0 * (np.inner(anchors, anchors) - 1)))
    root = np.einsum("ik,k,jk->ij", axes, values**0.5, axes)
    assert_close(got, root, rtol=1e-6, tried="the features of the anchors themselves")


@pytest.mark.exercise("16.8")
@pytest.mark.points(1)
def test_unlike_pairs_beyond_the_margin_are_left_alone(student):
    b = student.rng.normal(size=(4, 2))
    way = unit_rows(student.rng, 4, 2)
    lengths = np.array([[0.5], [1.0], [1.5], [2.0]])
    got = student.contrastive_slope(b + lengths * way, b, np.array([0, 0, 0, 1]), 1.2)
    shares = np.array([[-0.7], [-0.2], [0.0], [2.0]])
    tried = (
        "contrastive_slope of unlike pairs at 0.5, 1, 1.5 and a like one at 2, m = 1.2"
    )
    assert_close(got, shares * way / 4, atol=1e-9, tried=tried)


@pytest.mark.exercise("16.8")
@pytest.mark.points(2)
def test_a_triplet_that_costs_exactly_nothing_is_left_out(student):
    points = student.rng.permutation(np.array([0.0, 1.0, 2.0, 3.0, 5.0]))[:, None]
    y = student.rng.permutation([0, 0, 0, 1, 1])
    found = []
    for a, p, n in itertools.permutations(range(5), 3):
        near, far = ((points[a, 0] - points[k, 0]) ** 2 for k in (p, n))
        if y[a] == y[p] and y[a] != y[n] and near - far + 3.0 > 0:
            found.append([a, p, n])
    tried = f"active_triplets of {points.ravel().tolist()}, {y.tolist()}, m = 3"
    assert_equal(
        student.active_triplets(points.tolist(), y.tolist(), 3.0),
        np.array(found).reshape(-1, 3),
        tried=tried,
    )


@pytest.mark.exercise("16.8")
@pytest.mark.points(1)
def test_classes_far_apart_leave_no_triplet(student):
    points = student.rng.normal(0, 0.1, (6, 3))
    y = np.array([0, 1, 0, 1, 0, 1])
    near = student.active_triplets(points, y, 5.0)
    everything = [
        (a, p, n)
        for a, p, n in itertools.permutations(range(6), 3)
        if (a - p) % 2 == 0 and (a - n) % 2
    ]
    assert_equal(near, np.array(everything), tried="active_triplets with a wide margin")
    points[1::2] += 50
    got = np.asarray(student.active_triplets(points, y, 5.0))
    assert_equal(
        got, np.zeros((0, 3), int), tried="active_triplets of classes far apart"
    )
