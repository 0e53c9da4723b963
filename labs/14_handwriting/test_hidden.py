"""Hidden checks of lab 14: they run at grading."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import multivariate_normal

from coursekit import handwriting
from coursekit.handwriting import Mixture
from coursekit.labs.testing import assert_close, assert_equal, assert_true


@pytest.mark.exercise("14.1")
@pytest.mark.points(1)
def test_there_and_back_moves_a_line_to_its_first_point(student):
    strokes = [student.rng.integers(-9, 9, (m, 2)) for m in (3, 1, 4)]
    offsets = np.asarray(student.to_offsets([s.tolist() for s in strokes]))
    rows = np.concatenate(strokes).astype(float)
    expected = np.column_stack([np.diff(rows, axis=0, prepend=rows[:1]), np.zeros(8)])
    expected[[2, 3, 7], 2] = 1
    assert_close(offsets, expected, tried="to_offsets of whole numbers in lists")
    back = student.to_strokes(offsets)
    expected = [s - strokes[0][0].astype(float) for s in strokes]
    assert_close(back, expected, tried="to_strokes of those offsets")


@pytest.mark.exercise("14.1")
@pytest.mark.points(1)
def test_scaled_steps_have_unit_spread_and_the_old_slant(student):
    offsets = student.rng.normal([0.5, 0, 0], [1, 4, 0], (3, 7, 3))
    lengths = [7, 2, 5]
    size = student.step_size(offsets.tolist(), lengths)
    heap = np.concatenate(
        [row[:m, :2] for row, m in zip(offsets, lengths, strict=True)]
    )
    assert_close(
        size, heap.std(), tried="step_size of lists of lines of 7, 2 and 5 points"
    )


@pytest.mark.exercise("14.2")
@pytest.mark.points(1)
def test_a_density_has_mass_one(student):
    sigma, rho = student.rng.uniform(0.5, 1.2, 2), student.rng.uniform(-0.8, 0.8)
    mean = student.rng.normal(size=2)
    ticks = np.linspace(-9, 9, 181)
    places = np.dstack(np.meshgrid(ticks, ticks))
    got = np.asarray(student.log_normal(places, mean, sigma, rho), float)
    a, b = sigma
    covariance = [[a * a, rho * a * b], [rho * a * b, b * b]]
    expected = multivariate_normal(mean, covariance).logpdf(places)
    assert_close(got, expected, tried="log_normal on a grid of 181 x 181 places")
    mass = np.exp(got).sum() * 0.01
    assert_close(mass, 1.0, rtol=1e-3, tried="the mass of the density on the grid")


@pytest.mark.exercise("14.2")
@pytest.mark.points(1)
def test_float32_comes_in_as_well(student):
    x, mean = student.rng.normal(0, 1, (2, 6, 2)).astype(np.float32)
    sigma = student.rng.uniform(0.4, 2, (6, 2)).astype(np.float32)
    rho = student.rng.uniform(-0.8, 0.8, 6).astype(np.float32)
    expected = handwriting.log_normal(*(p.astype(float) for p in (x, mean, sigma, rho)))
    got = student.log_normal(x, mean, sigma, rho)
    tried = "log_normal of float32 arrays"
    assert_close(got, expected, tried=tried, inputs=[x, mean, sigma, rho])


@pytest.mark.exercise("14.3")
@pytest.mark.points(1)
def test_the_package_reads_the_same_mixture(student):
    outputs = student.rng.normal(0, 2, (3, 4, 31))
    got = student.mixture(outputs)
    assert_true(len(got) == 5, tried="mixture", expected="five results", got=len(got))
    mine = Mixture.of(outputs)
    expected = (mine.weights, mine.means, mine.sigmas, mine.rho, expit(mine.pen))
    names = ("weights", "means", "sigmas", "rho", "lift")
    for name, part, right in zip(names, got, expected, strict=True):
        assert_close(part, right, tried=f"mixture of (3, 4, 31) numbers: {name}")


@pytest.mark.exercise("14.4")
@pytest.mark.points(1)
def test_the_loss_is_that_of_the_package(student):
    outputs = student.rng.normal(0, 1, (2, 6, 25))
    points = student.rng.normal(0, 1, (2, 6, 3))
    points[..., 2] = points[..., 2] > 0
    m = Mixture.of(outputs)
    hills = handwriting.log_normal(points[..., None, :2], m.means, m.sigmas, m.rho)
    got = student.pen_losses(np.log(m.weights), hills, m.pen, points[..., 2])
    assert_close(
        got, m.nats(points), tried="pen_losses of 2 lines of 6 points, 4 hills"
    )


@pytest.mark.exercise("14.4")
@pytest.mark.points(1)
def test_sharp_hills_give_losses_below_zero(student):
    top = student.rng.uniform(4, 6, (3, 1))
    got = student.pen_losses(np.zeros((3, 1)), top, np.full(3, -30.0), np.zeros(3))
    assert_close(got, -top[:, 0], tried="pen_losses of log densities 4 to 6, one hill")
    got = student.mean_loss(student.rng.permutation([[-4.0, 2.0, -1.0]]).tolist(), [3])
    assert_close(got, -1.0, tried="mean_loss of -4, 2 and -1, in a list")


@pytest.mark.exercise("14.5")
@pytest.mark.points(2)
def test_many_draws_follow_the_mixture(student):
    weights, rho = np.array([0.3, 0.7]), np.array([0.8, -0.6])
    means = np.array([[-3.0, 1.0], [2.0, -2.0]]) + student.rng.normal(0, 0.1, (2, 2))
    sigmas = np.array([[0.5, 1.5], [1.0, 0.3]])
    count = 1500
    numbers = zip(
        student.rng.random((count, 2)), student.rng.normal(size=(count, 2)), strict=True
    )
    points, expected = [], []
    for u, z in numbers:
        points.append(
            np.asarray(student.draw(weights, means, sigmas, rho, 0.25, u, z), float)
        )
        k = int(u[0] >= 0.3)
        y = rho[k] * z[0] + np.sqrt(1 - rho[k] ** 2) * z[1]
        step = means[k] + sigmas[k] * [z[0], y]
        expected.append([*step, float(u[1] < 0.25)])
    points, expected = np.array(points), np.array(expected)
    assert_close(points, expected, tried=f"draw, {count} points of two hills")
    second = points[points[:, 0] > -0.5]
    got = np.corrcoef(second[:, :2].T)[0, 1]
    assert_close(
        got, -0.6, rtol=0, atol=0.08, tried="correlation of the second hill's points"
    )


@pytest.mark.exercise("14.5")
@pytest.mark.points(1)
def test_an_endless_bias_leaves_the_middle_of_the_largest_hill(student):
    logits = student.rng.normal(0, 1, (4, 3))
    log_sigmas = student.rng.normal(0, 1, (4, 3, 2))
    got = student.biased(logits, log_sigmas, 500.0)
    best = (logits == logits.max(axis=-1, keepdims=True)).astype(float)
    assert_close(got[0], best, rtol=0, atol=1e-3, tried="weights at bias 500")
    assert_close(
        got[1], np.zeros((4, 3, 2)), rtol=0, atol=1e-9, tried="sigmas at bias 500"
    )
    got = student.biased((900 * best).tolist(), log_sigmas.tolist(), 1.0)
    assert_close(got[0], best, tried="weights of logits 0 and 900, in lists")


@pytest.mark.exercise("14.6")
@pytest.mark.points(1)
def test_the_window_is_that_of_the_package(student):
    scribe_like = student.rng.uniform(0.2, 1.5, (3, 7, 2))
    heights, sharpness, steps = scribe_like
    text = np.eye(5)[student.rng.permutation(5)[:4]]
    places = np.cumsum(steps, axis=0)
    gap = places[:, None, :] - np.arange(4)[None, :, None]
    weights = np.einsum(
        "tk,tuk->tu", heights, np.exp(-np.einsum("tk,tuk->tuk", sharpness, gap**2))
    )
    got = student.read_window(*(p.tolist() for p in scribe_like), text.tolist())
    assert_close(got[0], weights, tried="read_window of 7 points in lists: weights")
    assert_close(
        got[1], weights @ text, tried="read_window of 7 points in lists: shown"
    )


@pytest.mark.exercise("14.7")
@pytest.mark.points(1)
def test_the_map_has_mass_one_and_moves_with_the_pen(student):
    m = Mixture.of(student.rng.normal(0, 0.5, 19))
    parts = m.weights, m.means, m.sigmas, m.rho
    here = student.rng.uniform(-2, 2, 2)
    xs, ys = np.linspace(-12, 12, 121), np.linspace(-11, 13, 97)
    got = np.asarray(student.heat(*parts, here, xs, ys), float)
    assert_close(
        got, m.heat(here, xs, ys), tried="heat of 3 hills on 97 rows, 121 columns"
    )
    mass = got.sum() * 0.2 * 0.25
    assert_close(mass, 1.0, rtol=5e-3, tried="the mass of the map")


@pytest.mark.exercise("14.8")
@pytest.mark.points(1)
def test_a_wide_window_on_the_middle_has_not_left(student):
    for _ in range(6):
        symbols = int(student.rng.integers(2, 7))
        heights, sharpness = student.rng.uniform(0.5, 1.5, (2, 3))
        for places in (np.full(3, symbols / 3), np.full(3, symbols + 2.0)):
            at = np.arange(symbols + 1)[:, None]
            weights = (heights * np.exp(-sharpness * (places - at) ** 2)).sum(axis=1)
            expected = bool(weights.argmax() == symbols)
            got = student.finished(
                heights.tolist(), sharpness.tolist(), places.tolist(), symbols
            )
            tried = f"finished with places {places.round(2)}, {symbols} symbols"
            assert_equal(bool(got), expected, tried=tried)
            assert_true(
                isinstance(got, bool | np.bool_ | np.ndarray),
                tried=tried,
                expected="True or False",
                got=got,
            )


@pytest.mark.exercise("14.8")
@pytest.mark.points(2)
def test_each_point_goes_in_once_and_in_order(student):
    seen, prime = [], student.rng.normal(size=(3, 3))

    def step(point, state):
        seen.append(np.asarray(point, float).round(9))
        return np.asarray(point, float) + state, state + 1

    def draw_point(outputs):
        return np.asarray(outputs, float) * [1, -1, 0]

    def over(state):
        return state >= 15

    got = student.go_on(step, 10, prime.tolist(), draw_point, over, 50)
    new, state, point = [], 13, prime[-1] + 12
    while state < 15:
        new.append(point * [1, -1, 0])
        point, state = new[-1] + state, state + 1
    assert_close(
        got, np.array(new), tried="go_on behind 3 points in a list, over at 15"
    )
    fed = np.array([*prime, *new]).round(9)
    assert_close(
        np.array(seen)[: len(fed)], fed, tried="the points that went into step"
    )
