"""Hidden checks of lab 10: run at grading only."""

import numpy as np
import pytest
import scipy.stats

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    assert_unchanged,
)

# 10.1 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.1")
@pytest.mark.points(1)
def test_saliency_beside_finite_differences_in_other_shapes(student):
    x = student.rng.integers(0, 9, (4, 7, 2))
    kernels = student.rng.normal(size=(2, 3, 2, 3))
    weights = student.rng.normal(size=(3, 2))

    def score(image):
        windows = np.lib.stride_tricks.sliding_window_view(image, (2, 3, 2))
        maps = np.einsum("ijzabd,abdk->ijk", windows, kernels)
        return np.clip(maps, 0, None).mean(axis=(0, 1)) @ weights[:, 1]

    slope, image = np.zeros(x.shape), x.astype(float)
    for place in np.ndindex(x.shape):
        up, down = image.copy(), image.copy()
        up[place] += 1e-6
        down[place] -= 1e-6
        slope[place] = (score(up) - score(down)) / 2e-6
    got = student.saliency(x, kernels, weights, 1)
    tried = "saliency of an image of integers, kernels of 2x3"
    assert_close(got, np.abs(slope).max(axis=2), tried=tried, rtol=1e-5, atol=1e-6)


@pytest.mark.exercise("10.1")
@pytest.mark.points(1)
def test_saliency_of_a_silent_place_is_zero(student):
    x = np.zeros((4, 4, 1))
    x[:2] = student.rng.uniform(1, 2, (2, 4, 1))
    kernels = np.ones((1, 1, 1, 1)) * student.rng.uniform(1, 2)
    got = student.saliency(x, kernels, [[1.0, -4.0]], 1)
    wanted = np.zeros((4, 4))
    wanted[:2] = 4 * kernels.ravel()[0] / 16
    assert_close(got, wanted, tried="saliency, lower half of the image 0")


# 10.2 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.2")
@pytest.mark.points(1)
def test_relu_back_in_float32_integers_and_at_zero(student):
    x = student.rng.normal(size=(3, 5)).astype(np.float32)
    signal = student.rng.normal(size=(3, 5)).astype(np.float32)
    x[0, 0], signal[0, 0], signal[1, 0] = 0, 5, 5
    gate = np.heaviside(x, 0)
    clipped = signal.clip(0)
    assert_close(
        student.relu_back(signal, x, "gradient"),
        signal * gate,
        tried="gradient, float32",
    )
    assert_close(
        student.relu_back(signal, x, "guided"), clipped * gate, tried="guided, float32"
    )
    assert_close(
        student.relu_back(signal, x, "deconvnet"), clipped, tried="deconvnet, float32"
    )
    whole = student.relu_back([3, -3, 3], [0, 2, 2], "guided")
    assert_close(whole, [0, 0, 3], tried="guided, lists of integers")


@pytest.mark.exercise("10.2")
@pytest.mark.points(1)
def test_send_back_of_a_single_relu_and_of_two_in_a_row(student):
    x = student.rng.normal(size=(2, 5))
    signal = student.rng.normal(size=5)
    one = student.send_back([("relu", x[0], None)], signal, "deconvnet")
    assert_close(one, signal.clip(0), tried="send_back through one ReLU, deconvnet")
    steps = [("relu", x[0], None), ("other", x[1], np.negative), ("relu", x[1], None)]
    got = student.send_back(steps, signal, "guided")
    inner = signal.clip(0) * (x[1] > 0)
    assert_close(
        got, 0 * inner, tried="guided, ReLU, minus, ReLU: nothing is left", atol=1e-12
    )
    got = student.send_back(steps, signal, "gradient")
    wanted = -signal * np.all(x > 0, axis=0)
    assert_close(got, wanted, tried="gradient, ReLU, minus, ReLU")


# 10.3 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.3")
@pytest.mark.points(1)
def test_unpool_is_the_adjoint_of_max_pooling(student):
    x = student.rng.normal(size=(2, 6, 4, 3)).astype(np.float32)
    signal = student.rng.normal(size=(2, 3, 2, 3)).astype(np.float32)
    step = 1e-3 * student.rng.normal(size=x.shape)
    apart = np.abs(x)  # far enough apart that the switches stay
    x = np.sign(x) * np.round(10 * apart) + student.rng.random(x.shape)

    def pooled(v):
        return v.reshape(2, 3, 2, 2, 2, 3).max(axis=(2, 4))

    moved = np.sum((pooled(x + step) - pooled(x)) * signal)
    got = student.unpool(signal, x)
    tried = "unpool beside a small change of what max pooling gives"
    assert_equal(np.shape(got), x.shape, tried=f"{tried}: the shape")
    exact = np.zeros(x.shape)
    for n, i, j, m in np.ndindex(2, 3, 2, 3):
        block = x[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, m]
        a, b = np.unravel_index(np.argmax(block), (2, 2))
        exact[n, 2 * i + a, 2 * j + b, m] = signal[n, i, j, m]
    assert_close(got, exact, tried=tried, inputs=signal)
    close = abs(np.sum(np.asarray(got) * step) - moved) < 0.2 * abs(moved) + 0.05
    assert_true(
        close, tried=tried, expected=f"{moved:.5f}", got=np.sum(np.asarray(got) * step)
    )


@pytest.mark.exercise("10.3")
@pytest.mark.points(1)
def test_unpool_of_negative_and_of_equal_blocks(student):
    level = float(student.rng.uniform(-2, -1))
    x = np.full((1, 4, 2, 1), level)
    signal = student.rng.normal(size=(1, 2, 1, 1))
    wanted = np.zeros(x.shape)
    wanted[:, ::2, ::2] = signal
    assert_close(
        student.unpool(signal, x), wanted, tried="unpool, all values equal and negative"
    )


# 10.4 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.4")
@pytest.mark.points(1)
def test_grad_cam_in_float32_and_scaled(student):
    maps = student.rng.random((3, 2, 5, 4)).astype(np.float32)
    slopes = student.rng.normal(size=(3, 2, 5, 4)).astype(np.float32)
    factor = float(student.rng.uniform(2, 5))
    alpha = np.einsum("nijk->nk", slopes.astype(float)) / 10
    wanted = np.einsum("nijk,nk->nij", maps, alpha).clip(0)
    got = np.asarray(student.grad_cam(maps, slopes))
    assert_close(got, wanted, tried="grad_cam in float32", inputs=maps)
    twice = student.grad_cam(maps, factor * slopes)
    tried = f"grad_cam, slopes times {factor:.2f}"
    assert_close(twice, factor * wanted, tried=tried, inputs=maps, rtol=1e-4)


# 10.5 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.5")
@pytest.mark.points(1)
def test_occlusion_covers_all_colours_in_other_shapes(student):
    image = student.rng.random((6, 9, 2)).astype(np.float32)
    place = (int(student.rng.integers(6)), int(student.rng.integers(9)))

    def score(images):
        return np.asarray(images)[:, place[0], place[1]].sum(axis=1) * 2.0 - 1.0

    got = student.occlusion(image, score, 3, 3, 0.25)
    wanted = np.zeros((2, 3))
    cell = place[0] // 3, place[1] // 3
    wanted[cell] = 2 * (image[place].astype(float) - 0.25).sum()
    tried = f"occlusion 6x9, square and stride 3, score of pixel {place}"
    assert_close(got, wanted, tried=tried, atol=1e-5, inputs=image)


@pytest.mark.exercise("10.5")
@pytest.mark.points(1)
def test_occlusion_asks_the_score_few_times(student):
    image, calls = student.rng.random((5, 5, 1)), []

    def score(images):
        calls.append(len(images))
        return np.asarray(images)[:, 2, 2, 0]

    got = student.occlusion(image, score, 2, 1)
    wanted = np.zeros((4, 4))
    wanted[1:3, 1:3] = image[2, 2, 0] - 0.5
    assert_close(
        got, wanted, tried="occlusion 5x5, score of the middle pixel", atol=1e-9
    )
    assert_true(
        len(calls) <= 2, tried="calls of score", expected="one or two", got=len(calls)
    )


# 10.6 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.6")
@pytest.mark.points(1)
def test_climb_reaches_the_top_of_a_hill(student):
    peak = student.rng.uniform(0.2, 0.8, (2, 3, 3, 2))
    start = student.rng.random(peak.shape)
    still = [(0, 0)] * 60

    def slope(images):
        return 2 * (peak - np.asarray(images))

    got = student.climb(start, slope, still, 0.2, 0.0)
    assert_close(got, peak, tried="climb, 60 steps on a hill", atol=1e-6)
    got = student.climb(start, slope, still, 0.2, 1.0)
    tried = "climb with decay 1: halfway between the peak and 0.5"
    assert_close(got, (peak + 0.5) / 2, tried=tried, atol=1e-6)


@pytest.mark.exercise("10.6")
@pytest.mark.points(1)
def test_climb_takes_the_slope_at_the_moved_images(student):
    start = student.rng.uniform(0.3, 0.6, (1, 3, 5, 1)).astype(np.float32)
    seen = []

    def slope(images):
        seen.append(np.array(images))
        ramp = np.zeros_like(images)
        ramp[:, 0] = 1.0
        return ramp

    got = student.climb(start, slope, [(2, 1), (-1, -2)], 0.1, 0.0)
    wanted = start.astype(float)
    wanted[:, 1] += (
        0.1  # row 1 lay at row 0 after two down, of three rows; and after one up
    )
    wanted[:, 1] += 0.1
    assert_close(got, wanted, tried="climb, slope 1 in row 0 alone", inputs=start)
    assert_close(
        seen[0],
        np.roll(start, (2, 1), (1, 2)),
        tried="what slope was asked",
        inputs=start,
    )


# 10.7 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.7")
@pytest.mark.points(1)
def test_fgsm_in_float32_and_for_large_eps(student):
    x = student.rng.random((2, 5)).astype(np.float32)
    gradient = student.rng.choice([-1e-8, 1e-8], (2, 5)).astype(np.float32)
    ends = (gradient > 0).astype(float)
    assert_close(
        student.fgsm(x, gradient, 2.0), ends, tried="fgsm, eps 2: black or white"
    )
    eps = float(student.rng.uniform(0.01, 0.02))
    inside = 0.1 + 0.8 * x
    got = np.asarray(student.fgsm(inside, gradient, eps))
    wanted = inside.astype(float) + eps * (2 * ends - 1)
    assert_close(got, wanted, tried=f"fgsm, eps {eps:.4f}, gradient 1e-8", inputs=x)


@pytest.mark.exercise("10.7")
@pytest.mark.points(1)
def test_worst_loss_stays_finite_and_grows_with_eps(student):
    x = student.rng.normal(size=(5, 300))
    w = student.rng.normal(size=300)
    y = student.rng.choice([-1, 1], 5)
    far = student.worst_loss(x, y, w, 0.0, 50.0)
    size = sum(abs(v) for v in w)
    wanted = 50 * size - np.mean(y * np.einsum("nd,d->n", x, w))
    assert_close(far, wanted, tried="worst_loss, eps 50, 300 numbers", rtol=1e-9)
    plain = student.worst_loss(x / 100, y, w, 0.3, 0.0)
    losses = np.log1p(np.exp(-y * (np.einsum("nd,d->n", x / 100, w) + 0.3)))
    assert_close(plain, losses.mean(), tried="worst_loss, eps 0")


# 10.8 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.8")
@pytest.mark.points(1)
def test_tuned_at_very_small_and_very_large_distances(student):
    points = student.rng.normal(size=(10, 2))
    d2 = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    i = int(student.rng.integers(10))
    for scale in (1e-4, 1.0, 1e5):
        got = np.asarray(student.tuned(scale * d2, i, 4.0), float)
        tried = f"tuned, distances times {scale:g}, perplexity 4"
        assert_equal(float(got[i]), 0.0, tried=f"{tried}: the point itself")
        bits = scipy.stats.entropy(got, base=2)
        assert_close(2.0**bits, 4.0, tried=f"{tried}: 2 to its entropy", rtol=2e-3)
        closest = np.argsort(d2[i])[1]
        assert_equal(
            int(np.argmax(got)), int(closest), tried=f"{tried}: the nearest has most"
        )


@pytest.mark.exercise("10.8")
@pytest.mark.points(1)
def test_shares_keep_twins_and_leave_the_point_out(student):
    gap = float(student.rng.uniform(1, 2))
    d2 = np.array([[0, 0, gap], [0, 0, gap], [gap, gap, 0]])
    got = student.shares(d2, 0, 1.0)
    other = np.exp(-gap)
    wanted = np.array([0, 1, other]) / (1 + other)
    assert_close(got, wanted, tried="shares of a point that has a twin at distance 0")


# 10.9 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.9")
@pytest.mark.points(1)
def test_orientation_turns_with_the_responses(student):
    angles = np.arange(0, 180, 10)
    responses = student.rng.random((3, 18)).astype(np.float32)
    turn = int(student.rng.integers(1, 17))
    one = student.orientation(responses, angles)
    other = student.orientation(np.roll(responses, turn, axis=1), angles)
    doubled = [
        np.sum(r * np.exp(2j * np.pi * angles / 180)) for r in responses.astype(float)
    ]
    strengths = np.abs(doubled) / responses.astype(float).sum(axis=1)
    tried = f"orientation, 18 angles, turned by {10 * turn} degrees"
    assert_close(one[1], strengths, tried=f"{tried}: selectivity", inputs=responses)
    assert_close(
        other[1], strengths, tried=f"{tried}: selectivity after", inputs=responses
    )
    moved = (np.asarray(other[0], float) - np.asarray(one[0], float) - 10 * turn) % 180
    off = np.minimum(moved, 180 - moved)
    assert_close(off, np.zeros(3), tried=f"{tried}: preference", atol=0.1)
    inside = np.all((np.asarray(one[0]) >= 0) & (np.asarray(one[0]) < 180.0001))
    assert_true(inside, tried=tried, expected="preferences from 0 to 180", got=one[0])


@pytest.mark.exercise("10.9")
@pytest.mark.points(1)
def test_colour_share_does_not_depend_on_scale(student):
    kernels = student.rng.normal(size=(5, 2, 3, 6)).astype(np.float32)
    factor = student.rng.uniform(0.1, 9, 6)
    wide = kernels.astype(float)
    grey = wide.sum(axis=2) / 3
    wanted = 1 - 3 * np.einsum("abk,abk->k", grey, grey) / np.einsum(
        "abdk,abdk->k", wide, wide
    )
    assert_close(
        student.colour_share(kernels),
        wanted,
        tried="colour_share, float32",
        inputs=kernels,
    )
    got = student.colour_share(wide * factor)
    assert_close(got, wanted, tried="colour_share, each kernel scaled", rtol=1e-6)


# 10.10 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("10.10")
@pytest.mark.points(1)
def test_destroyed_repeats_with_its_seed_and_differs_without(student):
    weights = [
        student.rng.normal(size=(30, 2)),
        student.rng.normal(size=(50,)).astype(np.float32),
    ]
    seed = int(student.rng.integers(1000))
    one, again = (student.destroyed(weights, 2, seed) for _ in range(2))
    other = student.destroyed(weights, 2, seed + 1)
    for place in (0, 1):
        tried = f"destroyed, array {place}"
        assert_close(one[place], again[place], tried=f"{tried}, same seed twice")
        assert_close(
            np.sort(np.ravel(other[place])),
            np.sort(weights[place].ravel()),
            tried=tried,
        )
        same = np.mean(np.asarray(one[place]) == np.asarray(other[place]))
        assert_true(
            same < 0.5, tried=f"{tried}, two seeds", expected="other orders", got=same
        )
    whole = np.ravel(one[0]).reshape(30, 2)
    across = np.isin(whole[:, 0], weights[0][:, 1]).mean()
    tried = "destroyed: entries cross the columns of an array"
    assert_true(0.1 < across < 0.9, tried=tried, expected="about half", got=across)


@pytest.mark.exercise("10.10")
@pytest.mark.points(1)
def test_agreement_of_looks_at_ranks_image_by_image(student):
    base = student.rng.permutation(12).reshape(1, 3, 4) + 1.0
    sign = student.rng.choice([-1, 1], base.shape)
    before = np.concatenate([base, 1000 + base])
    after = np.concatenate([sign * np.exp(base), 1 / base])
    got, left = student.call_tracking("agreement_of", before, after)
    tried = "agreement_of: one pair in the same order, one reversed"
    assert_close(got, 0.0, tried=tried, atol=1e-6)
    assert_unchanged([before, after], left, tried="agreement_of")
    got = student.agreement_of(base, sign * base**3)
    assert_close(got, 1.0, tried="agreement_of: the same order of sizes", rtol=1e-6)
