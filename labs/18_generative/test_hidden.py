"""Hidden checks of lab 18: they run at grading."""

import numpy as np
import pytest
from scipy import ndimage, signal
from scipy.special import expit, logsumexp, softmax
from scipy.stats import norm

from coursekit.generative import log_gaussian
from coursekit.labs.testing import assert_close, assert_equal, assert_true


def parts(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) or np.ndim(got) > 0
    fits = fits and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


@pytest.mark.exercise("18.1")
@pytest.mark.points(1)
def test_the_divergence_is_the_mean_of_log_ratios(student):
    mean, log_variance = student.rng.normal(0, 0.8, (2, 3, 2))
    got = student.kl_to_standard(mean.tolist(), log_variance.tolist())
    # Gauss and Hermite's rule is exact for these squares
    at, weight = np.polynomial.hermite_e.hermegauss(5)
    z = mean[..., None] + np.exp(0.5 * log_variance)[..., None] * at
    ratio = norm.logpdf(
        z, mean[..., None], np.exp(0.5 * log_variance)[..., None]
    ) - norm.logpdf(z)
    expected = (ratio @ weight / weight.sum()).sum(axis=-1)
    assert_close(
        got, expected, tried="kl_to_standard of lists of 3 x 2 means and log variances"
    )


@pytest.mark.exercise("18.1")
@pytest.mark.points(2)
def test_both_ways_are_right_on_average(student):
    half = student.rng.normal(size=(3000, 2))
    noise = np.concatenate([half, -half])
    mean, log_variance = np.array([0.7, -0.4]), np.array([-0.5, 0.6])
    weights = np.array([1.0, 0.4])

    def f(z):
        return np.asarray(z, float) ** 2 @ weights

    def slope(z):
        return 2 * weights * np.asarray(z, float)

    tried = "two_slopes of 6,000 draws on 2 axes"
    got = parts(student.two_slopes(f, slope, mean, log_variance, noise), 2, tried)
    sigma = np.exp(0.5 * log_variance)
    z = mean + sigma * noise
    assert_close(got[0], slope(z), tried=f"{tried}: through")
    assert_close(got[1], f(z)[:, None] * noise / sigma, tried=f"{tried}: score")
    exact = 2 * weights * mean
    for name, part in zip(("through", "score"), got, strict=True):
        means = np.mean(part, axis=0)
        assert_close(means, exact, rtol=0, atol=0.25, tried=f"{tried}: mean of {name}")


@pytest.mark.exercise("18.2")
@pytest.mark.points(1)
def test_all_images_together_have_probability_one(student):
    logits = student.rng.normal(0, 1.5, 4)
    every = [[(i >> bit) & 1 for bit in range(4)] for i in range(16)]
    got = np.asarray(student.log_bernoulli(every, logits.tolist()), float)
    assert_close(
        np.exp(got).sum(), 1.0, tried="probabilities of all 16 images of 4 pixels"
    )
    ones = np.array(every, float)
    expected = (ones * np.log(expit(logits)) + (1 - ones) * np.log(expit(-logits))).sum(
        axis=1
    )
    assert_close(
        got, expected, tried="log_bernoulli of all 16 images of 4 pixels, in lists"
    )


@pytest.mark.exercise("18.2")
@pytest.mark.points(2)
def test_bounds_of_a_model_whose_probability_is_known(student):
    # p(z) = N(0, 1), p(x|z) = N(z, 1), so p(x) = N(0, 2) and the best q is N(x/2, 1/2)
    x = student.rng.normal(0, 1.4, 4)
    for centre, variance in ((x / 2, 0.5), (x / 3, 0.8)):
        z = centre + np.sqrt(variance) * student.rng.normal(size=(50, 4))
        log_joint = log_gaussian(z[..., None], 0.0, 0.0) + norm.logpdf(x, z)
        log_q = norm.logpdf(z, centre, np.sqrt(variance))
        tried = "bounds of 50 draws for 4 numbers whose probability is known"
        got = parts(student.bounds(log_joint.tolist(), log_q.tolist()), 2, tried)
        ratio = log_joint - log_q
        assert_close(got[0], ratio.mean(axis=0), tried=f"{tried}: elbo")
        weighted = logsumexp(ratio, axis=0, b=1 / len(ratio))
        assert_close(got[1], weighted, tried=f"{tried}: weighted")
        if variance == 0.5:
            exact = norm.logpdf(x, 0, np.sqrt(2))
            assert_close(got[0], exact, tried=f"{tried}: elbo of the best q")


@pytest.mark.exercise("18.3")
@pytest.mark.points(2)
def test_no_other_critic_has_a_higher_value(student):
    p, q = student.rng.dirichlet(np.ones(7), 2)
    best = np.asarray(student.best_critic(p.tolist(), q.tolist()), float)
    assert_close(best, p / (p + q), tried="best_critic of 7 cells in lists")
    top = student.game_value(p, q, best)
    expected = np.sum(p * np.log(p / (p + q))) + np.sum(q * np.log(q / (p + q)))
    assert_close(top, expected, tried="game_value of the best critic")
    for _ in range(5):
        other = np.clip(best + student.rng.normal(0, 0.1, 7), 0.01, 0.99)
        got = student.game_value(p.tolist(), q.tolist(), other.tolist())
        right = p @ np.log(other) + q @ np.log(1 - other)
        assert_close(got, right, tried="game_value of another critic, in lists")
        assert_true(
            got < top,
            tried="game_value of another critic",
            expected=f"below {top}",
            got=got,
        )


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_a_certain_critic_that_is_wrong_costs_everything(student):
    p, q = student.rng.dirichlet(np.ones(4), 2)
    for cell, certain in ((0, 0.0), (2, 1.0)):
        critic = student.rng.uniform(0.2, 0.8, 4)
        right = p @ np.log(critic) + q @ np.log(1 - critic)
        assert_close(
            student.game_value(p, q, critic),
            right,
            tried="game_value of a doubtful critic",
        )
        critic[cell] = certain
        got = student.game_value(p, q, critic)
        tried = f"game_value with D = {certain:g} where both p and q are above 0"
        assert_equal(got, -np.inf, tried=tried)


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_slopes_match_differences_of_the_loss(student):
    logits = student.rng.normal(0, 1.5, 4)
    for saturating in (True, False):
        tried = f"generator_loss of a list of 4, saturating={saturating}"
        loss, slopes = parts(
            student.generator_loss(logits.tolist(), saturating), 2, tried
        )
        d = expit(logits)
        right = np.log(1 - d).mean() if saturating else -np.log(d).mean()
        assert_close(loss, right, tried=f"{tried}: loss")
        measured = []
        for place in range(4):
            step = 1e-5 * np.eye(4)[place]
            up, down = (
                student.generator_loss(logits + s, saturating)[0] for s in (step, -step)
            )
            measured.append((float(up) - float(down)) / 2e-5)
        assert_close(slopes, np.array(measured), rtol=1e-5, tried=f"{tried}: slopes")


@pytest.mark.exercise("18.4")
@pytest.mark.points(1)
def test_a_shift_costs_its_length(student):
    x, shift = student.rng.normal(0, 1, 9), student.rng.uniform(2, 5)
    y = student.rng.permutation(x) + shift
    got = student.wasserstein(x.tolist(), y.tolist())
    assert_close(
        got, shift, tried=f"wasserstein of points and the same moved by {shift:.2f}"
    )
    x, y = student.rng.normal(0, 1, (2, 6)).astype(np.float32)
    expected = np.abs(np.sort(x.astype(float)) - np.sort(y.astype(float))).mean()
    assert_close(
        student.wasserstein(x, y), expected, tried="wasserstein in float32", inputs=[x]
    )


@pytest.mark.exercise("18.4")
@pytest.mark.points(2)
def test_slopes_are_taken_between_fake_and_real(student):
    real, fake = student.rng.normal(2, 1, (4, 3)), student.rng.normal(-2, 1, (4, 3))
    numbers, seen = np.array([0.0, 1.0, 0.25, 0.6]), []

    def slope(z):
        seen.append(np.array(z, float))
        return np.asarray(z, float) * 0.3

    got = student.penalty(slope, real.tolist(), fake.tolist(), numbers.tolist())
    mixed = numbers[:, None] * real + (1 - numbers[:, None]) * fake
    expected = np.mean((0.3 * np.sqrt((mixed**2).sum(axis=1)) - 1) ** 2)
    assert_close(got, expected, tried="penalty of 4 rows in lists, u from 0 to 1")
    assert_close(
        np.concatenate(seen), mixed, tried="the points at which the slope was asked for"
    )


@pytest.mark.exercise("18.4")
@pytest.mark.points(1)
def test_no_point_counts_twice(student):
    centres = np.array([[0.0, 0.0], [0.5, 0.0], [9.0, 9.0]]) + student.rng.normal(
        size=2
    )
    points = centres[0] + student.rng.normal(0, 0.2, (30, 2))
    got = student.visits(points.tolist(), centres.tolist(), 2.0)
    nearer = (points - centres[0]) @ [1.0, 0.0] > 0.25
    expected = np.array([30 - nearer.sum(), nearer.sum(), 0])
    assert_equal(
        got, expected, tried="visits of 30 points to two centres side by side, in lists"
    )


@pytest.mark.exercise("18.5")
@pytest.mark.points(1)
def test_numbers_and_labels_in_lists(student):
    x, labels = student.rng.normal(size=(4, 3)), student.rng.permutation([0, 3, 1, 3])
    got = student.joined(x.tolist(), labels.tolist(), 6)
    expected = np.concatenate(
        [x, (labels[:, None] == np.arange(6)).astype(float)], axis=1
    )
    assert_close(got, expected, tried="joined of lists, 6 classes")


@pytest.mark.exercise("18.5")
@pytest.mark.points(2)
def test_every_wrong_row_comes_up_and_no_right_one(student):
    captions = ["a", "b", "a", "c", "a", "b"]
    captions = [captions[i] for i in student.rng.permutation(6)]
    taken = np.array(
        [student.wrong_rows(captions, [u] * 6) for u in np.linspace(0, 0.999, 60)], int
    )
    for row, caption in enumerate(captions):
        found = np.unique(taken[:, row])
        expected = np.array([i for i, other in enumerate(captions) if other != caption])
        assert_equal(
            found,
            expected,
            tried=f"rows that wrong_rows takes for row {row} of {captions}",
        )
        counts = np.array([(taken[:, row] == i).sum() for i in expected])
        near = np.full(len(expected), 60 / len(expected))
        assert_close(
            counts, near, rtol=0, atol=2, tried="how often each of them is taken"
        )


@pytest.mark.exercise("18.5")
@pytest.mark.points(1)
def test_a_critic_that_knows_nothing_pays_two_log_two(student):
    sizes = student.rng.integers(2, 7, 3)
    got = student.three_kinds(*([0.0] * int(n) for n in sizes))
    assert_close(got, 2 * np.log(2), tried="three_kinds of logits 0, in lists")
    right = float(student.rng.uniform(1, 3))
    got = student.three_kinds([right], [0.0, 0.0], [-2 * right])
    expected = np.log1p(np.exp(-right)) + 0.5 * (
        np.log(2) + np.log1p(np.exp(-2 * right))
    )
    assert_close(
        got,
        expected,
        tried="three_kinds of one right pair, two fakes, one wrong caption",
    )


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_a_posterior_that_equals_the_prior_costs_nothing(student):
    noise = student.rng.normal(size=(3, 2))
    sigma = float(student.rng.uniform(0.5, 2))
    rho = np.full((3, 2), np.log(np.expm1(sigma)))
    given = (
        np.zeros((3, 2)).tolist(),
        rho.tolist(),
        noise.tolist(),
        7,
        0.4,
        sigma,
        sigma,
    )
    weights, cost = parts(student.weight_draw(*given), 2, "weight_draw")
    assert_close(
        weights, sigma * noise, tried="weights drawn by lists of means and rhos"
    )
    assert_close(cost, 0.0, rtol=0, atol=1e-9, tried="the cost where q is the prior")


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_a_pass_pays_once_for_all_weights(student):
    mean, rho, noise = student.rng.normal(0, 1, (3, 2, 4))
    sigma = np.log1p(np.exp(rho))
    weights = mean + sigma * noise
    prior = 0.25 * norm.pdf(weights, 0, 2.0) + 0.75 * norm.pdf(weights, 0, 0.5)
    whole = np.sum(norm.logpdf(weights, mean, sigma) - np.log(prior))
    given = mean.tolist(), rho.tolist(), noise.tolist()
    for batches in (1, 9):
        tried = f"weight_draw of 2 x 4 weights in lists, {batches} batches"
        got = parts(student.weight_draw(*given, batches, 0.25, 2.0, 0.5), 2, tried)
        assert_close(got[0], weights, tried=f"{tried}: weights")
        assert_close(got[1], whole / batches, tried=f"{tried}: cost")


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_a_cut_of_many_weights(student):
    mean, rho = student.rng.normal(0, 1, 300), student.rng.normal(-2, 1, 300)
    got = np.asarray(student.cut(mean.tolist(), rho.tolist(), 200), float)
    ratio = np.abs(mean) / np.log1p(np.exp(rho))
    expected = np.where(ratio > np.sort(ratio)[199], mean, 0)
    assert_close(got, expected, tried="cut of 200 of 300 weights, in lists")


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_answers_that_agree_leave_no_doubt(student):
    one = softmax(student.rng.normal(0, 1, (4, 3)), axis=-1)
    p = np.stack([one] * 5)
    p[:, 3] = softmax(student.rng.normal(0, 3, (5, 3)), axis=-1)
    mean = p.mean(axis=0)
    entropies = -(p * np.log(p)).sum(axis=-1).mean(axis=0)
    expected = -(mean * np.log(mean)).sum(axis=-1) - entropies
    got = student.doubt(p.tolist())
    assert_close(
        got, expected, tried="doubt where three of four images get equal answers"
    )


@pytest.mark.exercise("18.7")
@pytest.mark.points(2)
def test_both_sides_agree_for_any_two_pictures(student):
    kernel = student.rng.uniform(0, 1, (3, 5))
    x, y = student.rng.normal(size=(2, 7, 6))
    back = np.asarray(student.blur_back(y.tolist(), kernel.tolist()), float)
    right = signal.convolve2d(y, kernel, mode="same")
    assert_close(back, right, tried="blur_back of a list, kernel 3 x 5")
    forward = ndimage.correlate(x, kernel, mode="constant")
    assert_close(
        np.sum(x * back), np.sum(forward * y), tried="<x, A'y> beside <Ax, y>, blur"
    )
    y = student.rng.normal(size=(3, 2))
    back = np.asarray(student.blocks_back(y.tolist(), 3), float)
    x = student.rng.normal(size=(9, 6))
    forward = np.array(
        [
            [x[3 * i : 3 * i + 3, 3 * j : 3 * j + 3].mean() for j in range(2)]
            for i in range(3)
        ]
    )
    assert_close(
        np.sum(x * back), np.sum(forward * y), tried="<x, A'y> beside <Ax, y>, blocks"
    )
    right = np.repeat(np.repeat(y / 9, 3, axis=0), 3, axis=1)
    assert_close(back, right, tried="blocks_back of a list, blocks 3 x 3")


@pytest.mark.exercise("18.7")
@pytest.mark.points(1)
def test_steps_lead_to_the_least_squares(student):
    a, y = student.rng.normal(size=(5, 2)), student.rng.normal(size=5)
    x, rate = np.zeros(2), 0.9 / np.linalg.norm(a, 2) ** 2
    solved = np.linalg.lstsq(a, y, rcond=None)[0]
    first = student.data_step(
        x, y, lambda v: a @ np.asarray(v), lambda v: a.T @ np.asarray(v), rate
    )
    assert_close(first, rate * a.T @ y, tried="the first data_step from zeros")
    for _ in range(60):
        x = student.data_step(
            x, y, lambda v: a @ np.asarray(v), lambda v: a.T @ np.asarray(v), rate
        )
    before = np.linalg.norm(solved)
    gap = np.linalg.norm(np.asarray(x, float) - solved)
    tried = "60 data_steps from zeros, beside the least squares"
    bound = before * (1 - 0.9 / np.linalg.cond(a) ** 2) ** 60 + 1e-9
    assert_true(
        gap <= bound,
        tried=tried,
        expected=f"a gap of at most {bound:.3g}",
        got=float(gap),
    )


@pytest.mark.exercise("18.8")
@pytest.mark.points(2)
def test_a_density_has_mass_one_and_is_flat_in_many_axes(student):
    samples = student.rng.normal(0, 1, (4, 1))
    grid = np.linspace(-9, 9, 1801)[:, None]
    got = np.asarray(student.parzen(grid.tolist(), samples.tolist(), 0.7), float)
    right = np.log(norm.pdf(grid, samples[:, 0], 0.7).mean(axis=1))
    assert_close(got, right, tried="parzen on a line, in lists")
    assert_close(
        np.exp(got).sum() * 0.01, 1.0, rtol=1e-4, tried="the mass of the density"
    )
    rows, samples = student.rng.random((5, 200)), student.rng.random((6, 200))
    square = ((rows[:, None] - samples) ** 2).sum(axis=-1)
    right = (
        logsumexp(-square / (2 * 0.2**2), axis=1)
        - np.log(6)
        - 100 * np.log(2 * np.pi * 0.04)
    )
    got = student.parzen(rows, samples, 0.2)
    assert_close(got, right, tried="parzen of 5 rows, 6 samples, 200 axes, sigma 0.2")


@pytest.mark.exercise("18.8")
@pytest.mark.points(1)
def test_rows_of_the_test_do_not_choose(student):
    asked = []

    def log_density(rows, samples, sigma):
        asked.append((len(rows), sigma))
        return -np.abs(np.asarray(rows, float)[:, 0] - sigma)

    valid, test = np.full((3, 1), 2.0), student.rng.normal(5, 0.5, (4, 1))
    tried = "report where validation asks for sigma 2 and the test for 5"
    got = parts(
        student.report(log_density, [[0.0]], valid, test, [1.0, 2.0, 5.0]), 3, tried
    )
    each = -np.abs(test[:, 0] - 2)
    expected = np.array([2.0, each.mean(), each.std() / 2])
    assert_close(np.array([float(v) for v in got]), expected, tried=tried)
