"""Public checks of lab 10: the student sees these run after every exercise."""

import numpy as np
import pytest
import scipy.signal
import scipy.special
import scipy.stats

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    assert_unchanged,
    counterexample,
)


def read_pair(got, names, tried):
    """Two results of a tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == 2
    assert_true(fits, tried=tried, expected=f"two results: {names}", got=got)
    return np.asarray(got[0]), np.asarray(got[1])


def tiny_net(rng, h, w, colours, k, classes, kh=3, kw=3):
    """An image, kernels and weights."""
    return (
        rng.normal(size=(h, w, colours)),
        rng.normal(size=(kh, kw, colours, k)),
        rng.normal(size=(k, classes)),
    )


def slopes_by_filters(x, kernels, w, c):
    """Slope of score c in the pixels, map by map, by SciPy's convolution."""
    out = np.zeros(np.shape(x))
    for m in range(kernels.shape[3]):
        a = sum(
            scipy.signal.correlate2d(x[:, :, d], kernels[:, :, d, m], "valid")
            for d in range(x.shape[2])
        )
        on = np.where(a > 0, w[m, c] / a.size, 0.0)
        for d in range(x.shape[2]):
            out[:, :, d] += scipy.signal.convolve2d(on, kernels[:, :, d, m], "full")
    return out


# 10.1 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.1")
@pytest.mark.points(2)
def test_saliency_is_the_size_of_the_slope(student):
    for h, w, colours, k in [(5, 6, 1, 2), (6, 4, 3, 3)]:
        x, kernels, weights = tiny_net(student.rng, h, w, colours, k, 4)
        c = int(student.rng.integers(4))
        x = np.round(3 * x).astype(int) if colours == 1 else x
        got, after = student.call_tracking("saliency", x, kernels, weights, c)
        wanted = np.abs(slopes_by_filters(x, kernels, weights, c)).max(axis=2)
        tried = f"saliency, image {x.shape} of {x.dtype}, kernels {kernels.shape}, class {c}"
        assert_close(got, wanted, tried=tried)
        assert_unchanged([x, kernels, weights], after[:3], tried="saliency")


@pytest.mark.exercise("10.1")
@pytest.mark.points(1)
def test_saliency_of_one_place_is_the_kernel_itself(student):
    kernels = student.rng.uniform(0.5, 2, (2, 3, 1, 1))
    x = student.rng.uniform(0.5, 2, (2, 3, 1))
    for w in (-3.0, 2.0):
        got = student.saliency(x, kernels, [[w]], 0)
        tried = f"saliency of an image of the kernel's own size, w = {w}"
        assert_close(got, abs(w) * kernels[:, :, 0, 0], tried=tried)


# 10.2 -----------------------------------------------------------------------------------------------------------------

RULES = ("gradient", "deconvnet", "guided")


def passes(signal, x, rule):
    """Which entries of a signal pass, as a table."""
    return {
        "gradient": np.heaviside(x, 0),
        "deconvnet": np.heaviside(signal, 0),
        "guided": np.heaviside(x, 0) * np.heaviside(signal, 0),
    }[rule]


@pytest.mark.exercise("10.2")
@pytest.mark.points(2)
def test_relu_back_follows_each_rule(student):
    for rule in RULES:
        for shape in [(9,), (2, 3, 4)]:
            signal, x = student.rng.normal(size=(2, *shape))
            signal.flat[:6], x.flat[:6] = [1, -1, 1, -1, 1, -1], [1, 1, -1, -1, 0, 0]
            got, after = student.call_tracking("relu_back", signal, x, rule)
            wanted = signal * passes(signal, x, rule)
            tried = f'relu_back, shape {shape}, rule "{rule}"'
            assert_close(got, wanted, tried=tried)
            assert_unchanged([signal, x], after[:2], tried="relu_back")


@pytest.mark.exercise("10.2")
@pytest.mark.points(2)
def test_send_back_walks_the_chain_from_its_end(student):
    for rule in RULES:
        x1, x2 = student.rng.normal(size=(2, 6))
        a, b = student.rng.normal(size=(2, 6, 6))
        steps = [
            ("other", x1, lambda s, a=a: np.asarray(s) @ a),
            ("relu", x1, None),
            ("pool", x2, lambda s, b=b: np.asarray(s) @ b + 1.0),
            ("relu", x2, None),
        ]
        signal = student.rng.normal(size=6)
        wanted = signal * passes(signal, x2, rule)
        wanted = wanted @ b + 1.0
        wanted = (wanted * passes(wanted, x1, rule)) @ a
        got = student.send_back(steps, signal, rule)
        assert_close(got, wanted, tried=f'send_back through 4 steps, rule "{rule}"')


# 10.3 -----------------------------------------------------------------------------------------------------------------


def unpool_by_block(signal, x):
    """Unpooling, block by block."""
    out = np.zeros(np.shape(x))
    for n, i, j, m in np.ndindex(*np.shape(signal)):
        block = x[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, m]
        place = divmod(list(block.flatten()).index(block.max()), 2)
        out[n, 2 * i + place[0], 2 * j + place[1], m] = signal[n, i, j, m]
    return out


@pytest.mark.exercise("10.3")
@pytest.mark.points(2)
def test_unpool_puts_each_value_where_the_largest_was(student):
    for n, h, w, maps in [(1, 2, 3, 1), (3, 2, 1, 2)]:
        x = student.rng.normal(size=(n, 2 * h, 2 * w, maps))
        signal = student.rng.normal(size=(n, h, w, maps))
        got, after = student.call_tracking("unpool", signal, x)
        tried = f"unpool, signal {signal.shape}, x {x.shape}"
        assert_close(got, unpool_by_block(signal, x), tried=tried)
        assert_unchanged([signal, x], after, tried="unpool")


@pytest.mark.exercise("10.3")
@pytest.mark.points(1)
def test_unpool_fills_one_place_where_several_are_largest(student):
    x = student.rng.integers(0, 2, (2, 4, 6, 2)).astype(float)  # many ties
    signal = student.rng.normal(size=(2, 2, 3, 2))
    got = student.unpool(signal, x)
    tried = "unpool with ties: x of zeros and ones"
    assert_close(got, unpool_by_block(signal, x), tried=tried)


# 10.4 -----------------------------------------------------------------------------------------------------------------


def cam_by_scene(maps, slopes):
    """Grad-CAM, scene by scene."""
    out = []
    for a, s in zip(maps, slopes, strict=True):
        alpha = [s[..., k].mean() for k in range(s.shape[-1])]
        total = np.tensordot(a, alpha, axes=1)
        out.append(np.where(total > 0, total, 0))
    return np.array(out)


@pytest.mark.exercise("10.4")
@pytest.mark.points(2)
def test_grad_cam_weighs_each_map_by_its_mean_slope(student):
    for n, h, w, k in [(2, 3, 4, 5), (1, 2, 2, 1), (4, 1, 3, 3)]:
        maps, slopes = student.rng.normal(size=(2, n, h, w, k))
        slopes += student.rng.choice([-1, 1], k)
        got, after = student.call_tracking("grad_cam", maps, slopes)
        tried = f"grad_cam, maps {maps.shape}"
        wanted = cam_by_scene(maps, slopes)
        assert_close(got, wanted, tried=tried, atol=1e-9)
        assert_unchanged([maps, slopes], after, tried="grad_cam")


@pytest.mark.exercise("10.4")
@pytest.mark.points(1)
def test_grad_cam_keeps_maps_that_speak_against_the_class(student):
    a = float(student.rng.uniform(1, 2))
    maps = np.array([[[[a, 2 * a], [2 * a, a]]]])
    slopes = np.array([[[[2.0, -1.5], [4.0, -0.5]]]])
    wanted = [[[a, 5 * a]]]  # 3 times the first map less the second
    assert_close(
        student.grad_cam(maps, slopes), wanted, tried="grad_cam, one map against"
    )


# 10.5 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.5")
@pytest.mark.points(2)
def test_occlusion_measures_the_fall_at_every_place(student):
    for h, w, size, stride in [(5, 7, 2, 1), (7, 6, 3, 2), (4, 4, 4, 1)]:
        image = student.rng.random((h, w, 3))
        weights = student.rng.normal(size=(h, w, 3))
        fill = float(student.rng.uniform(0, 1))

        def score(images, weights=weights):
            return np.tensordot(np.asarray(images), weights, axes=3)

        given, after = student.call_tracking(
            "occlusion", image, score, size, stride, fill
        )
        each = (weights * (image - fill)).sum(axis=2)
        wanted = scipy.signal.correlate2d(each, np.ones((size, size)), "valid")
        tried = f"occlusion, image {image.shape}, square of {size}, stride {stride}"
        assert_close(given, wanted[::stride, ::stride], tried=tried, atol=1e-9)
        assert_unchanged(image, after[0], tried="occlusion", name="the image")


@pytest.mark.exercise("10.5")
@pytest.mark.points(1)
def test_occlusion_of_a_score_that_is_no_sum(student):
    image = student.rng.random((5, 4, 1))

    def score(images):
        return np.asarray(images).max(axis=(1, 2, 3)) ** 2 + 3.0

    covered = []
    for i in range(4):
        for j in range(3):
            copy = image.copy()
            copy[i : i + 2, j : j + 2] = 0.5
            covered.append(copy.max() ** 2)
    wanted = image.max() ** 2 - np.array(covered).reshape(4, 3)
    got = student.occlusion(image, score, 2, 1)
    tried = "occlusion, score = 3 + largest pixel squared, square of 2, fill left out"
    assert_close(got, wanted, tried=tried, atol=1e-9)


# 10.6 -----------------------------------------------------------------------------------------------------------------


def climb_by_index(start, slope, shifts, rate, decay):
    """The climb with places counted by hand."""
    images = np.asarray(start, float)
    h, w = images.shape[1:3]
    for down, right in shifts:
        to = np.ix_(
            range(len(images)), (np.arange(h) + down) % h, (np.arange(w) + right) % w
        )
        moved = np.empty_like(images)
        moved[to] = images
        uphill = slope(moved)[to] + decay * (1 - 2 * images)
        images = np.minimum(np.maximum(images + rate * uphill, 0), 1)
    return images


@pytest.mark.exercise("10.6")
@pytest.mark.points(2)
def test_climb_follows_the_slope_and_the_decay(student):
    for shape in [(1, 3, 4, 1), (2, 2, 3, 3)]:
        start = student.rng.uniform(0.3, 0.7, shape)
        push = student.rng.normal(size=shape)

        def slope(images, push=push):
            return push * np.asarray(images) ** 2

        for rate, decay in [(0.05, 0.0), (0.1, 0.7)]:
            still = [(0, 0)] * 3
            got, after = student.call_tracking(
                "climb", start, slope, still, rate, decay
            )
            wanted = climb_by_index(start, slope, still, rate, decay)
            tried = f"climb, images {shape}, 3 steps, rate {rate}, decay {decay}"
            assert_close(got, wanted, tried=tried)
            assert_unchanged(start, after[0], tried="climb", name="`start`")


@pytest.mark.exercise("10.6")
@pytest.mark.points(1)
def test_climb_with_jitter_moves_there_and_back(student):
    start = student.rng.uniform(0.3, 0.7, (2, 4, 5, 1))
    push = student.rng.normal(size=start.shape)

    def slope(images):
        return push * np.asarray(images)

    shifts = [(1, 2), (-1, 0), (0, 3)]
    got = student.climb(start, slope, shifts, 0.1, 0.3)
    wanted = climb_by_index(start, slope, shifts, 0.1, 0.3)
    assert_close(got, wanted, tried=f"climb with the shifts {shifts}")


@pytest.mark.exercise("10.6")
@pytest.mark.points(1)
def test_climb_cuts_pixels_after_every_step(student):
    start = student.rng.uniform(0.4, 0.6, (1, 2, 3, 1))
    up = student.rng.choice([-1.0, 1.0], start.shape)
    calls = []

    def slope(images):
        calls.append(1)
        return up * (20.0 if len(calls) == 1 else -2.0)

    got = student.climb(start, slope, [(0, 0), (0, 0)], 0.1, 0.0)
    wanted = np.where(up > 0, 0.8, 0.2)
    tried = "climb: a step far beyond 0...1, then a small one back"
    assert_close(got, wanted, tried=tried)


# 10.7 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.7")
@pytest.mark.points(2)
def test_fgsm_moves_every_pixel_as_far_as_it_may(student):
    for shape in [(3, 4), (2, 3, 3, 1)]:
        x = student.rng.random(shape)
        gradient = student.rng.normal(size=shape) * 10.0 ** student.rng.integers(
            -6, 2, shape
        )
        gradient.flat[0] = 0.0
        eps = float(student.rng.uniform(0.05, 0.3))
        got, after = student.call_tracking("fgsm", x, gradient, eps)
        up = np.minimum(x + eps, 1) * (gradient > 0)
        down = np.maximum(x - eps, 0) * (gradient < 0)
        wanted = up + down + x * (gradient == 0)
        assert_close(got, wanted, tried=f"fgsm, images {shape}, eps {eps:.3f}")
        assert_unchanged([x, gradient], after[:2], tried="fgsm")


@pytest.mark.exercise("10.7")
@pytest.mark.points(2)
def test_worst_loss_is_the_largest_over_all_corners(student):
    for n, d in [(1, 2), (4, 3), (3, 4)]:
        x, w = student.rng.normal(size=(n, d)), student.rng.normal(size=d)
        w[:2] = np.abs(w[:2]) * [1, -1] + [0.1, -0.1]
        y, b = student.rng.choice([-1, 1], n), float(student.rng.normal())
        eps = float(student.rng.uniform(0.1, 0.6))
        corners = np.array(np.meshgrid(*[[-eps, eps]] * d)).reshape(d, -1).T
        scores = (x[:, None] + corners) @ w + b
        losses = np.log1p(np.exp(-y[:, None] * scores))
        got = student.worst_loss(x, y, w, b, eps)
        tried = f"worst_loss, {n} rows of {d} numbers, eps {eps:.3f}"
        assert_close(got, losses.max(axis=1).mean(), tried=tried)


counterexample(
    "10.7",
    "fgsm",
    draw=lambda rng, size: (
        rng.random(size).round(2),
        rng.integers(-2, 3, size).astype(float),
        0.25,
    ),
    oracle=lambda x, gradient, eps: np.clip(
        np.where(gradient > 0, x + eps, np.where(gradient < 0, x - eps, x)), 0, 1
    ),
)


# 10.8 -----------------------------------------------------------------------------------------------------------------


def squared_distances(rng, n, d=3, spread=1.0):
    points = rng.normal(size=(n, d)) * spread
    return ((points[:, None] - points[None]) ** 2).sum(axis=2)


def softmax_without(d2, i, beta):
    """Row i by SciPy's softmax over the others."""
    others = np.arange(len(d2)) != i
    p = np.zeros(len(d2))
    p[others] = scipy.special.softmax(-beta * d2[i][others])
    return p


@pytest.mark.exercise("10.8")
@pytest.mark.points(1)
def test_shares_of_a_row(student):
    for n in (3, 6):
        d2 = squared_distances(student.rng, n)
        i, beta = int(student.rng.integers(n)), float(student.rng.uniform(0.2, 2))
        got, after = student.call_tracking("shares", d2, i, beta)
        tried = f"shares, {n} points, row {i}, beta {beta:.2f}"
        assert_close(got, softmax_without(d2, i, beta), tried=tried)
        assert_unchanged(d2, after[0], tried="shares", name="`d2`")


@pytest.mark.exercise("10.8")
@pytest.mark.points(1)
def test_shares_of_points_far_away(student):
    d2 = 1000 + squared_distances(student.rng, 5)
    np.fill_diagonal(d2, 0)
    i = int(student.rng.integers(5))
    got = student.shares(d2, i, 2.0)
    assert_close(got, softmax_without(d2, i, 2.0), tried="shares, all others far away")


@pytest.mark.exercise("10.8")
@pytest.mark.points(2)
def test_tuned_meets_the_perplexity(student):
    for n, wished in [(30, 2.5), (8, 3.0), (12, 7.5), (6, 1.5)]:
        spread = {8: 0.01, 6: 300.0}.get(n, float(student.rng.uniform(0.5, 4)))
        d2 = squared_distances(student.rng, n, spread=spread)
        i = int(student.rng.integers(n))
        got = np.asarray(student.tuned(d2, i, wished), float)
        tried = f"tuned, {n} points, row {i}, perplexity {wished}"
        assert_equal(got.shape, (n,), tried=f"{tried}: its shape")
        bits = scipy.stats.entropy(got, base=2)
        assert_close(2.0**bits, wished, tried=f"{tried}: 2 to its entropy", rtol=2e-3)
        others = np.delete(np.arange(n), i)
        near = others[np.argsort(d2[i][others])]
        odds = np.log(got[near[0]] / got[near[1]]) / (d2[i][near[1]] - d2[i][near[0]])
        wanted = softmax_without(d2, i, float(odds))
        assert_close(got, wanted, tried=f"{tried}: all shares with one beta", rtol=1e-4)


# 10.9 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.9")
@pytest.mark.points(2)
def test_orientation_of_tuned_units(student):
    angles = np.arange(0, 180, 15)
    wanted = student.rng.uniform(0, 180, 4)
    depth = student.rng.uniform(0.2, 1, 4)
    apart = np.radians(angles[None] - wanted[:, None])
    responses = student.rng.uniform(1, 5, (4, 1)) * (
        1 + depth[:, None] * np.cos(2 * apart)
    )
    got, after = student.call_tracking("orientation", responses, angles)
    preference, selectivity = read_pair(got, "preference, selectivity", "orientation")
    assert_close(selectivity, depth / 2, tried="orientation: selectivity", rtol=1e-6)
    tried = "orientation: preference of units that answer in a cosine"
    assert_close(preference, wanted, tried=tried, rtol=1e-6)
    assert_unchanged([responses, angles], after, tried="orientation")


@pytest.mark.exercise("10.9")
@pytest.mark.points(1)
def test_orientation_near_180_and_of_silent_units(student):
    angles = np.array([0, 45, 90, 135])
    a, b = student.rng.uniform(1, 2, 2)
    responses = np.array([[a, 0, 0, b], [0, 0, 0, 0], [a, a, a, a], [a, 0, 0, b]])
    responses[3] /= 9  # all its answers together stay below 1
    got = student.orientation(responses, angles)
    preference, selectivity = read_pair(got, "preference, selectivity", "orientation")
    wanted = np.hypot(a, b) / (a + b)
    tried = "orientation, answers at 0 and 135 degrees; never; everywhere; faintly"
    wanted = [wanted, 0, 0, wanted]
    assert_close(selectivity, wanted, tried=f"{tried}: selectivity", atol=1e-9)
    angle = 180 - np.degrees(np.arctan(b / a)) / 2
    assert_equal(preference.shape, (4,), tried=f"{tried}: preference, its shape")
    tried = f"{tried}: preference of all but the third"
    assert_close(preference[[0, 1, 3]], [angle, 0, angle], tried=tried)


@pytest.mark.exercise("10.9")
@pytest.mark.points(1)
def test_colour_share_is_what_grey_leaves(student):
    for kh, kw, k in [(3, 3, 4), (1, 2, 3)]:
        grey = student.rng.normal(size=(kh, kw, 1, k))
        tint = (
            student.rng.normal(size=(kh, kw, 1, k))
            * np.array([1.0, 1.0, -2.0])[:, None]
        )
        got, after = student.call_tracking("colour_share", grey + tint)
        sums = [
            (np.broadcast_to(p, tint.shape) ** 2).sum(axis=(0, 1, 2))
            for p in (grey, tint)
        ]
        tried = f"colour_share, kernels {(kh, kw, 3, k)}"
        assert_close(got, sums[1] / (sums[0] + sums[1]), tried=tried)
        assert_unchanged(
            grey + tint, after[0], tried="colour_share", name="the kernels"
        )


# 10.10 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.10")
@pytest.mark.points(2)
def test_destroyed_shuffles_the_top_arrays_alone(student):
    weights = [
        student.rng.normal(size=s) for s in [(3, 4), (2, 2, 3, 5), (40,), (6, 7)]
    ]
    for count in (0, 1, 3, 4):
        got, after = student.call_tracking("destroyed", weights, count, 7)
        tried = f"destroyed, 4 arrays, count={count}"
        listed = isinstance(got, list | tuple) and len(got) == 4
        assert_true(listed, tried=tried, expected="a list of 4 arrays", got=got)
        for place, (old, new) in enumerate(zip(weights, got, strict=True)):
            where = f"{tried}, array {place}"
            if place < 4 - count:
                assert_close(new, old, tried=f"{where}, to be kept")
                continue
            assert_equal(np.shape(new), old.shape, tried=f"{where}, its shape")
            held = np.sort(np.ravel(new))
            assert_close(held, np.sort(old.ravel()), tried=f"{where}, sorted entries")
            moved = np.mean(np.ravel(new) != old.ravel())
            assert_true(
                moved > 0.4,
                tried=f"{where}: share of entries that moved",
                expected="most",
                got=moved,
            )
        assert_unchanged(
            list(weights), list(after[0]), tried="destroyed", name="`weights`"
        )
    again = student.destroyed(weights, 4, 7)
    tried = "destroyed, the same seed once more, array 2"
    assert_close(again[2], got[2], tried=tried)


@pytest.mark.exercise("10.10")
@pytest.mark.points(2)
def test_agreement_of_is_spearmans_of_sizes(student):
    for n, h, w in [(1, 3, 4), (4, 5, 2)]:
        before = student.rng.normal(size=(n, h, w)) ** 3
        after_ = before + student.rng.normal(size=(n, h, w))
        after_.flat[:2] = [0.5, -0.5]  # equal sizes
        got, after = student.call_tracking("agreement_of", before, after_)
        each = [
            scipy.stats.spearmanr(np.abs(a).ravel(), np.abs(b).ravel()).statistic
            for a, b in zip(before, after_, strict=True)
        ]
        tried = f"agreement_of, maps {before.shape}"
        assert_close(got, float(np.mean(each)), tried=tried, rtol=1e-6, atol=1e-9)
        assert_unchanged([before, after_], after, tried="agreement_of")


@pytest.mark.exercise("10.10")
@pytest.mark.points(1)
def test_agreement_of_a_map_without_order_is_none(student):
    before = student.rng.random((3, 2, 4)) + 1
    after = 2 * before
    after[1] = float(student.rng.uniform(0, 2))
    got = student.agreement_of(before, after)
    tried = "agreement_of: two maps in the same order, one constant"
    assert_close(got, 2 / 3, tried=tried, rtol=1e-6)
