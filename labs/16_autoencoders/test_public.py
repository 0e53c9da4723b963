"""Public checks of lab 16: they run in the notebook."""

import itertools

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power, subspace_angles
from scipy.special import expit, rel_entr
from sklearn.decomposition import PCA
from sklearn.linear_model import Lasso

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 16.1 ---------------------------------------------------------------------------------


def tied_loss(x, w, b, c):
    """Half the squared error of the mirror network, averaged over rows."""
    h = np.tanh(np.einsum("ni,ij->nj", x, w) + b)
    back = np.tanh(np.einsum("nj,ij->ni", h, w) + c)
    return float(np.mean([0.5 * np.dot(row, row) for row in back - x]))


def tied(rng, n, inputs, units):
    """Rows in -1..1, and parameters of a tied autoencoder."""
    w, b, c = (rng.normal(0, 0.6, s) for s in ((inputs, units), units, inputs))
    return rng.uniform(-1, 1, (n, inputs)), w, b, c


@pytest.mark.exercise("16.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5, 4, 3), (1, 2, 6), (7, 3, 3)])
def test_the_loss_is_half_the_squared_error_averaged_over_rows(student, shape):
    x, w, b, c = tied(student.rng, *shape)
    tried = "tied_gradient, {} rows, {} inputs, {} units".format(*shape)
    got = read(student.tied_gradient(x, w, b, c), 4, tried)
    assert_close(got[0], tied_loss(x, w, b, c), tried=f"{tried}: the loss")


@pytest.mark.exercise("16.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 4, 3), (3, 3, 3)])
def test_the_slope_of_w_has_both_parts(student, shape):
    x, w, b, c = tied(student.rng, *shape)
    tried = "tied_gradient, {} rows, {} inputs, {} units".format(*shape)
    got = read(student.tied_gradient(x, w, b, c), 4, tried)
    assert_gradient(
        got[1], lambda v: tied_loss(x, v, b, c), w, tried=f"{tried}: slope of W"
    )


@pytest.mark.exercise("16.1")
@pytest.mark.points(1)
def test_the_slopes_of_both_biases(student):
    x, w, b, c = tied(student.rng, 6, 5, 3)
    tried = "tied_gradient, 6 rows, 5 inputs, 3 units"
    got = read(student.tied_gradient(x, w, b, c), 4, tried)
    assert_gradient(
        got[2], lambda v: tied_loss(x, w, v, c), b, tried=f"{tried}: slope of b"
    )
    assert_gradient(
        got[3], lambda v: tied_loss(x, w, b, v), c, tried=f"{tried}: slope of c"
    )


# 16.2 ---------------------------------------------------------------------------------


def rebuilt_error(x, k):
    """What scikit-learn's PCA leaves of the rows."""
    if k == 0:
        return float(np.var(x, axis=0).sum())
    pca = PCA(k, svd_solver="full").fit(x)
    left = x - pca.inverse_transform(pca.transform(x))
    return float(np.sum(left**2) / len(x))


@pytest.mark.exercise("16.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(30, 5), (12, 8), (40, 3)])
def test_the_least_error_is_what_pca_leaves(student, shape):
    x = student.rng.normal(size=shape) @ student.rng.normal(size=(shape[1], shape[1]))
    x = x + student.rng.normal(0, 3, shape[1])
    for k in (1, 2, shape[1] - 1):
        tried = f"least_error of {shape[0]} rows, {shape[1]} inputs, k = {k}"
        assert_close(student.least_error(x, k), rebuilt_error(x, k), tried=tried)


@pytest.mark.exercise("16.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(6, 2), (5, 1), (7, 3)])
def test_the_largest_angle_between_planes(student, shape):
    a, b = student.rng.normal(size=(2, *shape)) * [[[3.0]], [[0.5]]]
    expected = float(np.degrees(subspace_angles(a, b).max()))
    tried = f"largest_angle of two spans of {shape[1]} columns in {shape[0]} inputs"
    assert_close(student.largest_angle(a, b), expected, rtol=1e-5, tried=tried)


@pytest.mark.exercise("16.2")
@pytest.mark.points(1)
def test_a_plane_makes_no_angle_with_itself(student):
    q = np.linalg.qr(student.rng.normal(size=(6, 4)))[0]
    tried = "largest_angle of two planes at a right angle"
    assert_close(
        student.largest_angle(q[:, :2], q[:, 2:]), 90.0, atol=1e-3, tried=tried
    )
    for _ in range(12):  # by rounding, a cosine may come out a little above 1
        a = student.rng.normal(size=(6, 2))
        turned = a @ student.rng.normal(size=(2, 2))
        tried = "largest_angle of two bases of the same plane"
        assert_close(student.largest_angle(a, turned), 0.0, atol=1e-3, tried=tried)


# 16.3 ---------------------------------------------------------------------------------


def coins(h, target):
    """Divergence of the units' means from the target, summed."""
    mean = np.mean(h, axis=0)
    return float(np.sum(rel_entr(target, mean) + rel_entr(1 - target, 1 - mean)))


@pytest.mark.exercise("16.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(6, 4), (1, 3), (5, 1)])
def test_the_penalty_adds_up_the_units_divergences(student, shape):
    h, target = student.rng.uniform(0.02, 0.9, shape), student.rng.uniform(0.02, 0.4)
    tried = f"sparsity of {shape[0]} rows, {shape[1]} units, target {target:.3f}"
    value, _ = read(student.sparsity(h, target), 2, tried)
    assert_close(value, coins(h, target), tried=f"{tried}: the penalty")


@pytest.mark.exercise("16.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(6, 4), (3, 2)])
def test_every_row_owns_its_part_of_the_mean(student, shape):
    h, target = student.rng.uniform(0.1, 0.9, shape), student.rng.uniform(0.05, 0.4)
    tried = f"sparsity of {shape[0]} rows, {shape[1]} units: the slope"
    _, slope = read(student.sparsity(h, target), 2, tried)
    assert_gradient(slope, lambda v: coins(v, target), h, tried=tried)


# 16.4 ---------------------------------------------------------------------------------


def broken(x, kind, amount, noise):
    """A corrupted copy, pixel by pixel."""
    out = []
    for value, number in zip(np.ravel(x), np.ravel(noise), strict=True):
        if kind == "gauss":
            out.append(value + amount * number)
        elif number >= amount:
            out.append(value)
        else:
            out.append(1.0 if kind == "salt" and number >= amount / 2 else 0.0)
    return np.reshape(out, np.shape(x))


@pytest.mark.exercise("16.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("kind", ["mask", "salt", "gauss"])
def test_three_ways_to_break_an_image(student, kind):
    for shape, amount in (((4, 6), 0.4), ((1, 9), 0.7), ((7, 2), 0.25)):
        x = student.rng.uniform(0.1, 0.9, shape)
        noise = student.rng.random(shape)
        noise[0, :2] = amount, amount / 2  # at the borders, too
        if kind == "gauss":
            noise = student.rng.normal(size=shape)
        tried = f'corrupt(x, "{kind}", {amount}, noise), {shape[0]} rows'
        assert_close(
            student.corrupt(x, kind, amount, noise),
            broken(x, kind, amount, noise),
            tried=tried,
        )


@pytest.mark.exercise("16.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("kind", ["mask", "salt", "gauss"])
def test_what_was_mended_is_held_against_the_clean_image(student, kind):
    x = student.rng.uniform(0.1, 0.9, (5, 4))
    noise = student.rng.random((5, 4))
    expected = np.sum((0.5 * broken(x, kind, 0.5, noise) + 0.2 - x) ** 2) / 5
    got = student.denoising_error(
        lambda rows: 0.5 * np.asarray(rows) + 0.2, x, kind, 0.5, noise
    )
    tried = f'denoising_error of v -> 0.5 v + 0.2, "{kind}", amount 0.5'
    assert_close(got, expected, tried=tried)


# 16.5 ---------------------------------------------------------------------------------


def jacobian_size(h, w):
    """The squares of every entry of every row's Jacobian, averaged over rows."""
    entries = np.einsum("nj,ij->nij", h - np.square(h), w)
    return float(np.linalg.norm(entries) ** 2 / len(h))


@pytest.mark.exercise("16.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(6, 4, 3), (1, 2, 5), (4, 3, 3)])
def test_the_penalty_is_the_jacobians_squared_size(student, shape):
    n, inputs, units = shape
    w = student.rng.normal(size=(inputs, units))
    h = expit(student.rng.normal(0, 2, (n, units)))
    tried = f"contraction, {n} rows, {inputs} inputs, {units} units"
    assert_close(student.contraction(h, w), jacobian_size(h, w), tried=tried)


# 16.6 ---------------------------------------------------------------------------------


def towards_zero(v, threshold):
    """What is left of each number once it has moved."""
    return v - np.clip(v, -threshold, threshold)


def stepped(p, x, d, penalty, steepest):
    """One step of ISTA, from the matrix of atoms' products."""
    moved = p - (np.dot(p, d.dot(d.T)) - x.dot(d.T)) / steepest
    return towards_zero(moved, penalty / steepest)


def unit_rows(rng, atoms, inputs):
    """A random dictionary with atoms of length 1."""
    d = rng.normal(size=(atoms, inputs))
    return d / np.linalg.norm(d, axis=1, keepdims=True)


def accelerated(x, d, penalty, steps):
    """FISTA with the codes of all steps kept."""
    steepest = np.linalg.norm(d, 2) ** 2
    kept, paces = [np.zeros((len(x), len(d)))] * 2, [1.0, 1.0]
    ahead = kept[-1]
    for _ in range(steps):
        kept.append(stepped(ahead, x, d, penalty, steepest))
        paces.append(0.5 + np.sqrt(0.25 + paces[-1] ** 2))
        ahead = kept[-1] + (paces[-2] - 1) * (kept[-1] - kept[-2]) / paces[-1]
    return kept[-1]


@pytest.mark.exercise("16.6")
@pytest.mark.points(1)
def test_shrink_moves_towards_zero_and_stops_there(student):
    for shape, threshold in (((8,), 0.7), ((3, 4), 1.3)):
        z = student.rng.normal(0, 1.5, shape)
        expected = towards_zero(z, threshold)
        tried = f"shrink of {shape} numbers by {threshold}"
        assert_close(student.shrink(z, threshold), expected, tried=tried)


@pytest.mark.exercise("16.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5, 4, 6), (3, 6, 2)])
def test_a_step_goes_downhill_and_shrinks_at_the_same_rate(student, shape):
    n, atoms, inputs = shape
    d, x = unit_rows(student.rng, atoms, inputs), student.rng.normal(0, 2, (n, inputs))
    p, steepest = student.rng.normal(size=(n, atoms)), student.rng.uniform(2, 4)
    tried = f"ista_step, {n} rows, {atoms} atoms, lambda 0.8, L = {steepest:.2f}"
    assert_close(
        student.ista_step(p, x, d, 0.8, steepest),
        stepped(p, x, d, 0.8, steepest),
        tried=tried,
    )


@pytest.mark.exercise("16.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_fista_steps_from_a_point_ahead(student, steps):
    d, x = unit_rows(student.rng, 6, 5), student.rng.normal(0, 2, (4, 5))
    tried = f"fista, 4 rows, 6 atoms, lambda 0.4, {steps} steps"
    assert_close(
        student.fista(x, d, 0.4, steps), accelerated(x, d, 0.4, steps), tried=tried
    )


@pytest.mark.exercise("16.6")
@pytest.mark.points(1)
def test_many_steps_reach_the_lassos_codes(student):
    d, x = unit_rows(student.rng, 4, 7), student.rng.normal(0, 2, (3, 7))
    lasso = Lasso(alpha=0.5 / 7, fit_intercept=False, tol=1e-12, max_iter=100_000)
    expected = np.array([lasso.fit(d.T, row).coef_ for row in x])
    got = student.fista(x, d, 0.5, 600)
    assert_close(
        got, expected, rtol=1e-4, tried="fista, 600 steps, beside scikit-learn's Lasso"
    )


# 16.7 ---------------------------------------------------------------------------------


def kernel(p, q, alpha):
    """K of every pair of rows."""
    sizes = np.outer(np.linalg.norm(p, axis=1), np.linalg.norm(q, axis=1))
    return sizes * np.exp(alpha * (np.inner(p, q) / sizes - 1))


def features(p, anchors, alpha):
    """Features of rows that are not 0, by a fractional power of the anchors' table."""
    root = fractional_matrix_power(kernel(anchors, anchors, alpha), -0.5)
    return kernel(p, anchors, alpha) @ np.real(root)


@pytest.mark.exercise("16.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 3, 6), (1, 4, 4), (6, 2, 9)])
def test_the_features_of_any_patch(student, shape):
    n, count, inputs = shape
    anchors = unit_rows(student.rng, count, inputs)
    p, alpha = student.rng.normal(0, 2, (n, inputs)), student.rng.uniform(1.5, 4)
    tried = f"kernel_features of {n} patches, {count} anchors, alpha {alpha:.2f}"
    assert_close(
        student.kernel_features(p, anchors, alpha),
        features(p, anchors, alpha),
        rtol=1e-6,
        tried=tried,
    )


@pytest.mark.exercise("16.7")
@pytest.mark.points(1)
def test_patches_along_anchors_have_the_kernel_as_inner_product(student):
    anchors = unit_rows(student.rng, 4, 7)
    p = anchors[[0, 1, 2, 3, 1]] * student.rng.uniform(0.5, 3, (5, 1))
    f = np.asarray(student.kernel_features(p, anchors, 3.0))
    tried = "inner products of the features of patches in the directions of anchors"
    assert_true(f.shape == (5, 4), tried=tried, expected="features (5, 4)", got=f)
    assert_close(f @ f.T, kernel(p, p, 3.0), rtol=1e-6, tried=tried)


@pytest.mark.exercise("16.7")
@pytest.mark.points(1)
def test_a_patch_of_zeros_has_no_features(student):
    anchors, p = unit_rows(student.rng, 3, 5), student.rng.normal(size=(3, 5))
    expected = features(p, anchors, 2.0)
    p[1], expected[1] = 0, 0
    tried = "kernel_features of 3 patches, the second of zeros"
    assert_close(
        student.kernel_features(p, anchors, 2.0), expected, rtol=1e-6, tried=tried
    )


# 16.8 ---------------------------------------------------------------------------------


def mean_contrastive(a, b, same, margin):
    """The mean of the loss over pairs, pair by pair."""
    costs = []
    for first, second, like in zip(a, b, same, strict=True):
        d = np.hypot.reduce(first - second)
        costs.append(0.5 * d**2 if like else 0.5 * max(0.0, margin - d) ** 2)
    return float(np.mean(costs))


@pytest.mark.exercise("16.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(6, 2), (8, 3), (1, 2)])
def test_the_slope_pulls_like_pairs_and_pushes_others_to_the_margin(student, shape):
    a, b = student.rng.normal(0, 0.7, (2, *shape))
    for same in (np.arange(len(a)) % 2, 1 - np.arange(len(a)) % 2):
        tried = (
            f"contrastive_slope of {shape[0]} pairs, same = {same.tolist()}, m = 1.5"
        )
        got = student.contrastive_slope(a, b, same, 1.5)
        assert_gradient(
            got,
            lambda v, same=same: mean_contrastive(v, b, same, 1.5),
            a,
            tried=tried,
        )


@pytest.mark.exercise("16.8")
@pytest.mark.points(1)
def test_unlike_codes_that_coincide_have_slope_zero(student):
    a, b = student.rng.normal(0, 0.5, (2, 3, 2))
    a[1] = b[1]
    expected = np.zeros((3, 2))
    for place in (0, 2):
        for k in (0, 1):
            step = np.zeros((3, 2))
            step[place, k] = 1e-6
            up, down = (
                mean_contrastive(a + s * step, b, [0, 0, 0], 3.0) for s in (1, -1)
            )
            expected[place, k] = (up - down) / 2e-6
    got = student.contrastive_slope(a, b, np.zeros(3, int), 3.0)
    tried = "contrastive_slope of unlike pairs, the second pair at one place"
    assert_close(got, expected, rtol=1e-4, tried=tried)


def costly(points, y, margin):
    """All triplets whose loss is above 0, one by one."""
    found = []
    for a, p, n in itertools.product(range(len(y)), repeat=3):
        near, far = (np.sum((points[a] - points[k]) ** 2) for k in (p, n))
        if a != p and y[a] == y[p] and y[a] != y[n] and near + margin > far:
            found.append((a, p, n))
    return np.array(found, int).reshape(-1, 3)


@pytest.mark.exercise("16.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("count", [5, 8])
def test_triplets_that_still_cost_something(student, count):
    points = student.rng.normal(size=(count, 2))
    y = student.rng.permutation(np.arange(count) % 3)
    for margin in (0.2, 2.0):
        tried = f"active_triplets of {count} codes, classes {y.tolist()}, m = {margin}"
        got = student.active_triplets(points, y, margin)
        assert_equal(got, costly(points, y, margin), tried=tried)
    order = student.rng.permutation(4)
    points, y = np.arange(4.0)[order, None], np.array([0, 0, 1, 1])[order]
    tried = f"active_triplets of {points.ravel().tolist()}, {y.tolist()}, m = 3"
    assert_equal(
        student.active_triplets(points, y, 3.0), costly(points, y, 3.0), tried=tried
    )


# Small cases, for an answer that no known mistake fits ---------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], shape)


def small_noise(rng, size):
    """Arguments of corrupt with numbers that fit on paper."""
    kind = str(rng.choice(["mask", "salt", "gauss"]))
    return (
        rng.choice([0.5, 1.0], (1, size)),
        kind,
        0.5,
        rng.choice([0.1, 0.3, 0.6, 0.9], (1, size)),
    )


counterexample(
    "16.2",
    "least_error",
    draw=lambda rng, size: (whole(rng, size + 1, 2), int(rng.integers(0, 2))),
    oracle=rebuilt_error,
)
counterexample(
    "16.2",
    "largest_angle",
    draw=lambda rng, size: (whole(rng, size + 1, 1), whole(rng, size + 1, 1)),
    oracle=lambda a, b: float(np.degrees(subspace_angles(a, b).max())),
)
counterexample(
    "16.4",
    "corrupt",
    draw=small_noise,
    oracle=broken,
)
counterexample(
    "16.5",
    "contraction",
    draw=lambda rng, size: (
        rng.choice([0.5, 0.2], (1, size)),
        whole(rng, 1, size),
    ),
    oracle=jacobian_size,
)
counterexample(
    "16.6",
    "shrink",
    draw=lambda rng, size: (whole(rng, size), float(rng.choice([0.5, 1.0, 1.5]))),
    oracle=towards_zero,
)
counterexample(
    "16.6",
    "ista_step",
    draw=lambda rng, size: (
        whole(rng, 1, size),
        whole(rng, 1, 1),
        whole(rng, size, 1),
        1.0,
        float(rng.choice([2.0, 4.0])),
    ),
    oracle=stepped,
)
counterexample(
    "16.6",
    "fista",
    draw=lambda rng, size: (whole(rng, 1, 1), np.ones((1, 1)), 0.5, size),
    oracle=accelerated,
)
counterexample(
    "16.7",
    "kernel_features",
    draw=lambda rng, size: (whole(rng, size, 1), np.ones((1, 1)), 1.0),
    oracle=features,
)
counterexample(
    "16.8",
    "active_triplets",
    draw=lambda rng, size: (
        whole(rng, size + 2, 1),
        rng.permutation(np.arange(size + 2) % 2),
        1.0,
    ),
    oracle=costly,
)
