"""Public checks of lab 18: they run in the notebook."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import expit, log_expit, rel_entr, softmax
from scipy.stats import multivariate_normal, norm, wasserstein_distance

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) or np.ndim(got) > 0
    fits = fits and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 18.1 ---------------------------------------------------------------------------------


def divergence(mean, log_variance):
    """The divergence axis by axis, from the two expectations."""
    mean, variance = np.asarray(mean, float), np.exp(np.asarray(log_variance, float))
    q = -0.5 * np.log(2 * np.pi * variance) - 0.5  # E[log q]
    p = -0.5 * np.log(2 * np.pi) - 0.5 * (mean**2 + variance)  # E[log p]
    return np.add.reduce(q - p, axis=-1)


@pytest.mark.exercise("18.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 3), (6,), (1, 2)])
def test_the_divergence_is_summed_over_the_axes_of_z(student, shape):
    mean, log_variance = student.rng.normal(0, 1.5, (2, *shape))
    tried = f"kl_to_standard of means and log variances of shape {shape}"
    got = student.kl_to_standard(mean, log_variance)
    assert_close(got, divergence(mean, log_variance), tried=tried)


@pytest.mark.exercise("18.1")
@pytest.mark.points(1)
def test_the_standard_normal_itself_has_divergence_zero(student):
    mean = np.zeros((4, 3))
    mean[1:] = student.rng.normal(1, 1, (3, 3))
    got = student.kl_to_standard(mean, np.zeros((4, 3)))
    expected = divergence(mean, np.zeros((4, 3)))
    assert_close(
        got, expected, tried="kl_to_standard of variances 1; the first means are 0"
    )


def quadratic(weights, shift):
    """A function of draws with slopes of its own, and how it is called."""

    def f(z):
        return ((np.asarray(z, float) - shift) ** 2 * weights).sum(axis=1)

    def slope(z):
        return 2 * weights * (np.asarray(z, float) - shift)

    return f, slope


def by_draws(f, slope, mean, log_variance, noise):
    """Both estimates, draw by draw."""
    through, score = [], []
    for row in np.asarray(noise, float):
        z = [
            m + np.sqrt(np.exp(v)) * e
            for m, v, e in zip(mean, log_variance, row, strict=True)
        ]
        z = np.array([z])
        variance = np.exp(np.asarray(log_variance, float))
        through.append(slope(z)[0])
        score.append(f(z)[0] * (z[0] - mean) / variance)
    return np.array(through), np.array(score)


@pytest.mark.exercise("18.1")
@pytest.mark.points(3)
@pytest.mark.parametrize("sizes", [(5, 3), (4, 1), (1, 4)])
def test_both_slopes_of_each_draw(student, sizes):
    k, d = sizes
    f, slope = quadratic(student.rng.uniform(0.5, 2, d), student.rng.normal(size=d))
    mean, log_variance = student.rng.normal([[0.5], [0.7]], 1, (2, d))
    given = mean, log_variance, student.rng.normal(size=(k, d))
    tried = f"two_slopes of {k} draws on {d} axes"
    got = read(student.two_slopes(f, slope, *given), 2, tried)
    for name, mine, right in zip(
        ("through", "score"), got, by_draws(f, slope, *given), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


# 18.2 ---------------------------------------------------------------------------------


def log_pixels(x, logits):
    """Log probability of images, each pixel by its own sigmoid."""
    x, logits = np.broadcast_arrays(np.asarray(x, float), np.asarray(logits, float))
    return np.where(x > 0.5, log_expit(logits), log_expit(-logits)).sum(axis=-1)


def images(rng, *shape):
    """Images of zeros and ones, not all alike."""
    return (rng.random(shape) < 0.4).astype(float)


@pytest.mark.exercise("18.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4, 7), (2, 3, 5), (6,)])
def test_the_log_probability_of_images(student, shape):
    x, logits = images(student.rng, *shape), student.rng.normal(0, 2, shape)
    tried = f"log_bernoulli of images and logits of shape {shape}"
    assert_close(student.log_bernoulli(x, logits), log_pixels(x, logits), tried=tried)


@pytest.mark.exercise("18.2")
@pytest.mark.points(1)
def test_images_and_many_logits_are_broadcast(student):
    x, logits = images(student.rng, 3, 5), student.rng.normal(0, 2, (4, 3, 5))
    tried = "log_bernoulli of 3 images under 4 sets of logits each"
    assert_close(student.log_bernoulli(x, logits), log_pixels(x, logits), tried=tried)


@pytest.mark.exercise("18.2")
@pytest.mark.points(1)
def test_large_logits_do_no_harm(student):
    x = images(student.rng, 5, 4)
    logits = student.rng.choice([-1000.0, 1000.0], (5, 4)) + student.rng.normal(
        0, 3, (5, 4)
    )
    tried = "log_bernoulli of logits near -1000 and 1000"
    assert_close(student.log_bernoulli(x, logits), log_pixels(x, logits), tried=tried)


def two_bounds(log_joint, log_q):
    """Both bounds, image by image, in pairs of sums."""
    log_w = np.asarray(log_joint, float) - np.asarray(log_q, float)
    total = np.logaddexp.reduce(log_w, axis=0)
    return log_w.sum(axis=0) / len(log_w), total - np.log(len(log_w))


@pytest.mark.exercise("18.2")
@pytest.mark.points(3)
@pytest.mark.parametrize("sizes", [(5, 3), (2, 6), (1, 4)])
@pytest.mark.parametrize("level", [-2.0, -900.0])
def test_the_two_bounds_of_each_image(student, sizes, level):
    log_joint = level + student.rng.normal(0, 2, sizes)
    log_q = student.rng.normal(-1, 1, sizes)
    tried = (
        f"bounds of {sizes[0]} draws for {sizes[1]} images, log p(x, z) near {level:g}"
    )
    got = read(student.bounds(log_joint, log_q), 2, tried)
    for name, mine, right in zip(
        ("elbo", "weighted"), got, two_bounds(log_joint, log_q), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


# 18.3 ---------------------------------------------------------------------------------


def ratio(p, q):
    """The critic at each place on its own."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    out = np.full(p.shape, 0.5)
    for place in np.ndindex(p.shape):
        if p[place] + q[place] > 0:
            out[place] = 1 / (1 + q[place] / p[place]) if p[place] > 0 else 0.0
    return out


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(7,), (3, 4)])
def test_the_best_critic_is_the_share_of_the_real_density(student, shape):
    p, q = student.rng.uniform(0.1, 2, (2, *shape))
    tried = f"best_critic of densities of shape {shape}"
    assert_close(student.best_critic(p, q), ratio(p, q), tried=tried)


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_places_without_density(student):
    p, q = student.rng.uniform(0.1, 2, (2, 6))
    p[[1, 2]] = 0
    q[[2, 4]] = 0
    tried = "best_critic where p, q or both are 0"
    assert_close(student.best_critic(p, q), ratio(p, q), tried=tried)


def climbed(p, q, critic):
    """The value, cell by cell."""
    total = 0.0
    for a, b, d in zip(p, q, critic, strict=True):
        for share, chance in ((a, d), (b, 1 - d)):
            if share > 0:
                total += share * np.log(chance) if chance > 0 else -np.inf
    return float(total)


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_the_value_adds_what_both_kinds_of_points_bring(student):
    p, q = student.rng.dirichlet(np.ones(6), 2)
    critic = student.rng.uniform(0.05, 0.95, 6)
    got = student.game_value(p, q, critic)
    assert_close(
        got, climbed(p, q, critic), tried="game_value of 6 cells, no critic at 0 or 1"
    )


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_a_certain_critic_where_there_is_nothing_to_lose(student):
    p, q = student.rng.dirichlet(np.ones(6), 2)
    p[[0, 3]], q[[1, 4]] = 0, 0
    critic = student.rng.uniform(0.05, 0.95, 6)
    critic[0], critic[1] = 0, 1
    tried = "game_value with D = 0 where p is 0 and D = 1 where q is 0"
    assert_close(student.game_value(p, q, critic), climbed(p, q, critic), tried=tried)


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
def test_a_certain_critic_that_is_wrong_has_the_value_minus_infinity(student):
    p, q = student.rng.dirichlet(np.ones(5), 2)
    for certain in (0.0, 1.0):
        critic = student.rng.uniform(0.1, 0.9, 5)
        right = p @ np.log(critic) + q @ np.log(1 - critic)
        assert_close(
            student.game_value(p, q, critic),
            right,
            tried="game_value of a doubtful critic",
        )
        critic[3] = certain
        tried = (
            f"game_value with D = {certain:g} in a cell where both p and q are above 0"
        )
        assert_equal(student.game_value(p, q, critic), -np.inf, tried=tried)


def losses_of(logits, saturating):
    """Loss and slopes of a generator."""
    logits = np.asarray(logits, float)
    if saturating:
        return float(log_expit(-logits).mean()), -expit(logits) / len(logits)
    return float(-log_expit(logits).mean()), (expit(logits) - 1) / len(logits)


@pytest.mark.exercise("18.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("saturating", [True, False])
@pytest.mark.parametrize("n", [5, 3, 1])
def test_the_generators_loss_and_its_slopes(student, saturating, n):
    logits = student.rng.normal(-0.7, 2, n)
    tried = f"generator_loss of {n} logits, saturating={saturating}"
    got = read(student.generator_loss(logits, saturating), 2, tried)
    for name, mine, right in zip(
        ("loss", "slopes"), got, losses_of(logits, saturating), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("18.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("saturating", [True, False])
def test_a_certain_critic_does_no_harm(student, saturating):
    logits = np.array([-800.0, 800.0, 0.0]) + student.rng.normal(0, 3, 3)
    tried = f"generator_loss of logits near -800, 800 and 0, saturating={saturating}"
    got = read(student.generator_loss(logits, saturating), 2, tried)
    for name, mine, right in zip(
        ("loss", "slopes"), got, losses_of(logits, saturating), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


# 18.4 ---------------------------------------------------------------------------------


@pytest.mark.exercise("18.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("n", [5, 8, 1])
def test_the_best_plan_on_a_line(student, n):
    x, y = student.rng.normal(0, 1, n), student.rng.normal(0.3, 3, n)
    tried = f"wasserstein of {n} points each"
    assert_close(student.wasserstein(x, y), wasserstein_distance(x, y), tried=tried)


counterexample(
    "18.4",
    "wasserstein",
    draw=lambda rng, size: tuple(rng.integers(-4, 5, (2, size)).astype(float)),
    oracle=lambda x, y: float(wasserstein_distance(x, y)),
)


def steepness(slope, real, fake, numbers):
    """The penalty, row by row."""
    total = []
    for a, b, u in zip(np.asarray(real), np.asarray(fake), numbers, strict=True):
        mixed = u * a + (1 - u) * b
        length = np.sqrt(np.sum(np.square(slope(mixed[None])[0])))
        total.append((length - 1) ** 2)
    return float(np.mean(total))


def bent(z):
    """Slopes that change from place to place and entry to entry."""
    z = np.asarray(z, float)
    weights = 0.3 + np.arange(z[0].size).reshape(z.shape[1:]) / z[0].size
    return weights * z + 0.2


@pytest.mark.exercise("18.4")
@pytest.mark.points(3)
@pytest.mark.parametrize("shape", [(5, 2), (4, 3, 2), (3, 2, 4, 1), (1, 3)])
def test_the_penalty_at_a_point_of_its_own_for_each_row(student, shape):
    real, fake = student.rng.normal(0.5, 1, shape), student.rng.normal(-0.5, 2, shape)
    numbers = student.rng.uniform(0, 0.9, shape[0])
    tried = f"penalty between real points and fakes of shape {shape}"
    got = student.penalty(bent, real, fake, numbers)
    assert_close(got, steepness(bent, real, fake, numbers), tried=tried)


def counted(points, centres, radius):
    """Visits, point by point."""
    counts = np.zeros(len(centres), int)
    for point in points:
        away = [float(np.sqrt(((point - c) ** 2).sum())) for c in centres]
        if min(away) <= radius:
            counts[away.index(min(away))] += 1
    return counts


@pytest.mark.exercise("18.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(40, 4, 2), (25, 5, 3), (12, 3, 1)])
def test_visits_of_the_nearest_centre(student, sizes):
    n, m, d = sizes
    centres = student.rng.normal(0, 2, (m, d))
    points = student.rng.normal(0, 2, (n, d))
    near = centres[student.rng.integers(0, m, n // 2)]
    points[: n // 2] = near + student.rng.uniform(-1.2, 1.2, near.shape)
    for radius in (0.6, 1.2):
        tried = (
            f"visits of {n} points in {d} dimensions to {m} centres, radius {radius}"
        )
        got = student.visits(points, centres, radius)
        assert_equal(got, counted(points, centres, radius), tried=tried)


@pytest.mark.exercise("18.4")
@pytest.mark.points(1)
def test_visits_at_the_edge_and_where_nobody_comes(student):
    far = float(student.rng.integers(20, 40))
    centres = np.array([[0.0, 0.0], [2.0, 0.0], [far, far]])
    points = np.array([[1.0, 0.0], [0.0, -1.0], [3.0, 0.0], [2.0, 1.5], [2.0, 1.0]])
    tried = "visits with points at the radius itself, one between two centres, one centre alone"
    assert_equal(
        student.visits(points, centres, 1.0), counted(points, centres, 1.0), tried=tried
    )


# 18.5 ---------------------------------------------------------------------------------


def beside(x, labels, classes):
    """Rows with ones at their classes."""
    out = np.zeros((len(x), np.shape(x)[1] + classes))
    out[:, : np.shape(x)[1]] = x
    for row, label in zip(out, labels, strict=True):
        row[np.shape(x)[1] + int(label)] = 1
    return out


@pytest.mark.exercise("18.5")
@pytest.mark.points(1)
@pytest.mark.parametrize("sizes", [(5, 2, 4), (3, 4, 7), (6, 1, 3)])
def test_the_class_stands_beside_each_row(student, sizes):
    n, d, classes = sizes
    x, labels = student.rng.normal(size=(n, d)), student.rng.integers(0, classes - 1, n)
    tried = f"joined of {n} rows of {d} numbers, {classes} classes, the last one absent"
    assert_close(
        student.joined(x, labels, classes), beside(x, labels, classes), tried=tried
    )


def others(captions, numbers):
    """The row that each row takes."""
    rows = []
    for caption, number in zip(captions, numbers, strict=True):
        unlike = [row for row, other in enumerate(captions) if other != caption]
        rows.append(unlike[int(np.floor(number * len(unlike)))])
    return np.array(rows)


def sentences(rng, n, kinds):
    """Captions of which many are equal, at least two different."""
    words = ["red circle", "blue square", "red square", "green cross", "blue circle"][
        :kinds
    ]
    chosen = [words[i] for i in rng.integers(0, kinds, n)]
    chosen[:2] = words[0], words[1]
    return [chosen[i] for i in rng.permutation(n)]


@pytest.mark.exercise("18.5")
@pytest.mark.points(3)
@pytest.mark.parametrize("sizes", [(8, 3), (12, 5), (6, 2), (2, 2)])
def test_a_wrong_caption_is_that_of_a_row_with_another_one(student, sizes):
    captions = sentences(student.rng, *sizes)
    numbers = student.rng.random(sizes[0])
    tried = f"wrong_rows of {sizes[0]} captions, {len(set(captions))} different"
    got = student.wrong_rows(captions, numbers)
    assert_equal(got, others(captions, numbers), tried=tried)


@pytest.mark.exercise("18.5")
@pytest.mark.points(1)
def test_the_first_and_the_last_of_the_others(student):
    captions = sentences(student.rng, 7, 3)
    for number in (0.0, 0.999999):
        numbers = np.full(7, number)
        got = student.wrong_rows(captions, numbers)
        assert_equal(
            got, others(captions, numbers), tried=f"wrong_rows with all u = {number:g}"
        )


def pays(real, fake, wrong):
    """The critic's loss by the log of a sigmoid."""
    made = -np.mean(log_expit(-np.asarray(fake, float)))
    swapped = -np.mean(log_expit(-np.asarray(wrong, float)))
    return float(-np.mean(log_expit(np.asarray(real, float))) + (made + swapped) / 2)


@pytest.mark.exercise("18.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(5, 3, 7), (2, 6, 4), (1, 2, 1)])
def test_each_kind_counts_whatever_its_number(student, sizes):
    real, fake, wrong = (
        student.rng.normal(m, 2, n) for m, n in zip((1, -1, 0.5), sizes, strict=True)
    )
    tried = "three_kinds of {} right pairs, {} fakes, {} wrong captions".format(*sizes)
    assert_close(
        student.three_kinds(real, fake, wrong), pays(real, fake, wrong), tried=tried
    )


@pytest.mark.exercise("18.5")
@pytest.mark.points(1)
def test_certain_critics_pay_what_they_should(student):
    real, fake, wrong = student.rng.choice(
        [-800.0, 800.0], (3, 4)
    ) + student.rng.normal(size=(3, 4))
    tried = "three_kinds of logits near -800 and 800"
    assert_close(
        student.three_kinds(real, fake, wrong), pays(real, fake, wrong), tried=tried
    )


# 18.6 ---------------------------------------------------------------------------------


def drawn(mean, rho, noise, batches, share, wide, narrow):
    """Weights and the cost of a draw, by SciPy's densities, weight by weight."""
    mean, rho, noise = (np.asarray(part, float) for part in (mean, rho, noise))
    sigma = np.logaddexp(0, rho)
    weights, cost = mean + sigma * noise, 0.0
    for w, m, s in zip(weights.flat, mean.flat, sigma.flat, strict=True):
        prior = share * norm.pdf(w, 0, wide) + (1 - share) * norm.pdf(w, 0, narrow)
        cost += norm.logpdf(w, m, s) - np.log(prior)
    return weights, cost / batches


@pytest.mark.exercise("18.6")
@pytest.mark.points(3)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (3, 1, 2)])
@pytest.mark.parametrize("batches", [1, 20])
def test_a_draw_and_what_it_costs_one_batch(student, shape, batches):
    mean, rho, noise = student.rng.normal(
        [[0.3], [-0.8], [0.2]], 1, (3, int(np.prod(shape)))
    )
    given = [part.reshape(shape) for part in (mean, rho, noise)]
    prior = batches, 0.3, 1.5, 0.4
    tried = f"weight_draw of weights of shape {shape}, {batches} batches, prior 0.3, 1.5, 0.4"
    got = read(student.weight_draw(*given, *prior), 2, tried)
    for name, mine, right in zip(
        ("weights", "cost"), got, drawn(*given, *prior), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_any_rho_gives_a_sigma(student):
    mean, noise = student.rng.normal(0, 1, (2, 3))
    rho = np.array([-30.0, 40.0, 900.0]) + student.rng.random(3)
    sigma = np.logaddexp(0, rho)
    weights = mean + sigma * noise
    parts = [
        np.log(0.4) + norm.logpdf(weights, 0, 30),
        np.log(0.6) + norm.logpdf(weights, 0, 9),
    ]
    cost = np.sum(norm.logpdf(noise) - np.log(sigma) - np.logaddexp(*parts)) / 4
    tried = "weight_draw with rho near -30, 40 and 900"
    got = read(student.weight_draw(mean, rho, noise, 4, 0.4, 30.0, 9.0), 2, tried)
    assert_close(got[0], weights, tried=f"{tried}: weights")
    assert_close(got[1], cost, tried=f"{tried}: cost")


def without(mean, rho, number):
    """Means after the cut, weight by weight."""
    order = sorted(
        range(len(mean)), key=lambda i: (abs(mean[i]) / np.logaddexp(0, rho[i]), i)
    )
    return np.array(
        [0.0 if i in order[:number] else float(mean[i]) for i in range(len(mean))]
    )


@pytest.mark.exercise("18.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("number", [2, 5, 8])
def test_the_weights_of_least_signal_to_noise_go(student, number):
    mean, rho = student.rng.normal(0, 3, 11), student.rng.uniform(-2, 4, 11)
    for count in (number, number + 1):
        tried = f"cut of {count} of 11 weights"
        assert_close(
            student.cut(mean, rho, count), without(mean, rho, count), tried=tried
        )


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_some_none_and_all_weights_go(student):
    mean, rho = student.rng.normal(0, 1, 6), student.rng.normal(-0.5, 1.5, 6)
    for count in (3, 0, 6):
        tried = f"cut of {count} of 6 weights"
        assert_close(
            student.cut(mean, rho, count), without(mean, rho, count), tried=tried
        )


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_of_equal_weights_the_first_goes(student):
    size = float(student.rng.integers(1, 5))
    mean, rho = size * np.array([2.0, -1, 1, 3, 1, -1]), np.zeros(6)
    for number in (1, 2, 3):
        tried = f"cut of {number} weights; four of six have equal signal to noise"
        assert_close(
            student.cut(mean, rho, number), without(mean, rho, number), tried=tried
        )


def contradiction(probabilities):
    """Mean divergence of the answers from their mean: the same number, another way."""
    p = np.asarray(probabilities, float)
    return (
        rel_entr(p, np.broadcast_to(p.mean(axis=0), p.shape)).sum(axis=-1).mean(axis=0)
    )


@pytest.mark.exercise("18.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4, 5, 3), (2, 3, 6), (6, 1, 4)])
def test_doubt_is_the_entropy_of_the_mean_less_the_mean_entropy(student, shape):
    p = softmax(student.rng.normal(0, 2, shape), axis=-1)
    tried = "doubt of {} draws, {} images, {} classes".format(*shape)
    assert_close(student.doubt(p), contradiction(p), tried=tried)


@pytest.mark.exercise("18.6")
@pytest.mark.points(1)
def test_doubt_where_answers_are_certain(student):
    p = np.eye(3)[student.rng.integers(0, 3, (4, 5))]
    p[:2, 0], p[2:, 0] = np.eye(3)[0], np.eye(3)[2]
    p[:, 1] = np.eye(3)[1]
    tried = "doubt of answers of zeros and ones"
    assert_close(student.doubt(p), contradiction(p), tried=tried, atol=1e-9)


# 18.7 ---------------------------------------------------------------------------------


def matrix(forward, shape):
    """A linear map as a matrix, column by column."""
    columns = []
    for place in np.ndindex(shape):
        one = np.zeros(shape)
        one[place] = 1
        columns.append(np.ravel(forward(one)))
    return np.array(columns).T


@pytest.mark.exercise("18.7")
@pytest.mark.points(3)
@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((5, 6), (3, 3)),
        ((4, 7), (1, 5)),
        ((6, 4), (5, 3)),
        ((3, 3), (1, 1)),
        ((2, 3), (5, 7)),
    ],
)
def test_the_way_back_of_a_blur(student, shape, sizes):
    kernel, y = student.rng.normal(size=sizes), student.rng.normal(size=shape)

    def blur(x):
        return ndimage.correlate(x, kernel, mode="constant")

    expected = (matrix(blur, shape).T @ y.ravel()).reshape(shape)
    tried = f"blur_back of a picture {shape} with a kernel {sizes}"
    assert_close(student.blur_back(y, kernel), expected, tried=tried)


@pytest.mark.exercise("18.7")
@pytest.mark.points(2)
@pytest.mark.parametrize(("shape", "k"), [((2, 3), 2), ((3, 1), 3), ((1, 2), 4)])
def test_the_way_back_of_the_means_of_blocks(student, shape, k):
    y, (h, w) = student.rng.normal(size=shape), shape

    def shrink(x):
        return x.reshape(h, k, w, k).mean(axis=(1, 3))

    whole = (h * k, w * k)
    expected = (matrix(shrink, whole).T @ y.ravel()).reshape(whole)
    tried = f"blocks_back of a picture {shape} with blocks {k} x {k}"
    assert_close(student.blocks_back(y, k), expected, tried=tried)


@pytest.mark.exercise("18.7")
@pytest.mark.points(2)
@pytest.mark.parametrize(("n", "m"), [(5, 3), (4, 6)])
def test_a_step_towards_the_data(student, n, m):
    a, x, y = (
        student.rng.normal(size=(m, n)),
        student.rng.normal(size=n),
        student.rng.normal(size=m),
    )
    rate = student.rng.uniform(0.1, 0.6)
    got = student.data_step(
        x,
        y,
        lambda v: a @ np.asarray(v, float),
        lambda v: np.asarray(v, float) @ a,
        rate,
    )
    residual = np.einsum("ij,j->i", a, x) - y
    expected = x - rate * np.einsum("ij,i->j", a, residual)
    assert_close(
        got, expected, tried=f"data_step from {n} numbers towards {m}, rate {rate:.2f}"
    )


@pytest.mark.exercise("18.7")
@pytest.mark.points(1)
def test_a_step_of_a_picture_with_holes(student):
    x, y = student.rng.normal(size=(2, 4, 3))
    kept = student.rng.random((4, 3)) < 0.5
    kept[0, 0], kept[1, 1] = True, False
    y = np.where(kept, y, 0)

    def mask(v):
        return np.where(kept, v, 0.0)

    got = student.data_step(x, y, mask, mask, 1.0)
    expected = np.where(kept, y, x)
    assert_close(got, expected, tried="data_step of a picture with holes, rate 1")


# 18.8 ---------------------------------------------------------------------------------


def hills(rows, samples, sigma):
    """Log densities under the mixture, row by row and hill by hill, by SciPy."""
    d = np.shape(rows)[1]
    out = []
    for row in np.asarray(rows, float):
        logs = [
            multivariate_normal(s, sigma**2 * np.eye(d)).logpdf(row) for s in samples
        ]
        out.append(np.logaddexp.reduce(logs) - np.log(len(samples)))
    return np.array(out)


@pytest.mark.exercise("18.8")
@pytest.mark.points(3)
@pytest.mark.parametrize("sizes", [(5, 4, 3), (2, 6, 1), (3, 1, 4)])
@pytest.mark.parametrize("sigma", [0.5, 1.7])
def test_the_log_density_of_each_row(student, sizes, sigma):
    n, m, d = sizes
    rows, samples = student.rng.normal(0, 1, (n, d)), student.rng.normal(0.4, 1, (m, d))
    tried = f"parzen of {n} rows, {m} samples, {d} axes, sigma {sigma}"
    assert_close(
        student.parzen(rows, samples, sigma), hills(rows, samples, sigma), tried=tried
    )


@pytest.mark.exercise("18.8")
@pytest.mark.points(1)
def test_far_away_the_log_density_is_finite(student):
    rows, samples = student.rng.normal(0, 1, (3, 5)), student.rng.normal(9, 1, (4, 5))
    tried = "parzen of rows some 200 sigmas from all samples"
    assert_close(
        student.parzen(rows, samples, 0.1), hills(rows, samples, 0.1), tried=tried
    )


def scored(log_density, samples, valid, test, sigmas):
    """Sigma by the rows for validation, the rest by the rows for the test."""
    best, chosen = -np.inf, None
    for sigma in sigmas:
        mean = sum(np.ravel(log_density(valid, samples, sigma))) / len(valid)
        if mean > best:
            best, chosen = mean, sigma
    got = np.ravel(log_density(test, samples, chosen))
    middle = sum(got) / len(got)
    spread = np.sqrt(sum((v - middle) ** 2 for v in got) / len(got))
    return np.array([chosen, middle, spread / np.sqrt(len(got))])


def bump(rows, samples, sigma):
    """A log density that is best at some sigma of its own."""
    gap = np.sum((np.asarray(rows, float) - np.mean(samples, axis=0)) ** 2, axis=1)
    return -0.5 * gap / sigma**2 - np.shape(rows)[1] * np.log(sigma)


@pytest.mark.exercise("18.8")
@pytest.mark.points(3)
@pytest.mark.parametrize("sizes", [(6, 9, 4), (3, 5, 2)])
@pytest.mark.parametrize("wide", [0.4, 2.5])
def test_sigma_is_chosen_on_other_rows_than_the_score(student, sizes, wide):
    n, k, m = sizes
    samples = student.rng.normal(0, 1, (m, 3))
    valid, test = (
        wide * student.rng.normal(size=(n, 3)),
        student.rng.normal(0, 1, (k, 3)),
    )
    sigmas = [float(s) for s in student.rng.permutation([0.3, 0.6, 1.0, 1.9, 3.1])]
    tried = f"report on {n} rows for validation, {k} for the test, sigmas {sigmas}"
    got = read(student.report(bump, samples, valid, test, sigmas), 3, tried)
    expected = scored(bump, samples, valid, test, sigmas)
    for name, mine, right in zip(
        ("sigma", "score", "error"), got, expected, strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("18.8")
@pytest.mark.points(1)
def test_of_equally_good_sigmas_the_first(student):
    valid, test = student.rng.normal(size=(4, 2)), student.rng.normal(size=(5, 2))

    def flat(rows, samples, sigma):
        return np.sum(rows, axis=1) - (2.0 if sigma in (0.5, 2.0) else 3.0)

    sigmas = [1.0, 2.0, 0.7, 0.5]
    got = read(student.report(flat, test, valid, test, sigmas), 3, "report")
    expected = scored(flat, test, valid, test, sigmas)
    for name, mine, right in zip(
        ("sigma", "score", "error"), got, expected, strict=True
    ):
        assert_close(
            mine, right, tried=f"report where 2.0 and 0.5 are equally good: {name}"
        )
