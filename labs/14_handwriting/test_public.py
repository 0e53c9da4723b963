"""Public checks of lab 14: they run in the notebook."""

import numpy as np
import pytest
from scipy.special import expit, log_expit, softmax
from scipy.stats import multivariate_normal

from coursekit import handwriting
from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_probabilities,
    assert_true,
    counterexample,
)


def read(got, count, tried):
    """The parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) and len(got) == count
    assert_true(fits, tried=tried, expected=f"{count} results", got=got)
    return got


# 14.1 ---------------------------------------------------------------------------------


def pen(rng, *lengths):
    """Strokes of these lengths, somewhere on the paper."""
    return [rng.normal(3, 5, (m, 2)) for m in lengths]


def walked(strokes):
    """Offsets of strokes, row by row."""
    rows, before = [], strokes[0][0]
    for stroke in strokes:
        for place, point in enumerate(stroke):
            lifted = float(place == len(stroke) - 1)
            rows.append([point[0] - before[0], point[1] - before[1], lifted])
            before = point
    return np.array(rows)


def drawn(offsets):
    """Strokes of offsets, row by row."""
    x, y, strokes, open_one = 0.0, 0.0, [], []
    for dx, dy, lifted in offsets:
        x, y = x + dx, y + dy
        open_one.append([x, y])
        if lifted:
            strokes.append(np.array(open_one))
            open_one = []
    return strokes + ([np.array(open_one)] if open_one else [])


def heap(offsets, lengths):
    """Standard deviation of all steps of real points."""
    steps = [
        v for row, m in zip(offsets, lengths, strict=True) for v in row[:m, :2].flat
    ]
    return float(np.std(steps))


def walk(rng, lifts):
    """Offsets with these lifts."""
    steps = rng.normal(0, 2, (len(lifts), 2))
    return np.column_stack([steps, np.array(lifts, float)])


def batch(rng, lengths, points):
    """Offsets of lines, with other numbers behind their ends; wide in x, tall jumps, a drift."""
    out = rng.normal([1.0, -0.3, 0.0], [3.0, 1.0, 0.2], (len(lengths), points, 3))
    for row, m in enumerate(lengths):
        out[row, m:] = rng.normal(0, 30, (points - m, 3))
    return out


@pytest.mark.exercise("14.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("lengths", [(4,), (3, 5), (2, 1, 4)])
def test_each_row_is_the_step_to_a_point_and_whether_the_pen_lifts_after_it(
    student, lengths
):
    strokes = pen(student.rng, *lengths)
    tried = f"to_offsets of strokes of {', '.join(map(str, lengths))} points"
    assert_close(student.to_offsets(strokes), walked(strokes), tried=tried)


@pytest.mark.exercise("14.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    "lifts", [(0, 0, 1), (0, 1, 0, 0, 1), (1, 0, 1), (0, 1, 0, 0), (0, 0)]
)
def test_strokes_come_back_from_a_walk(student, lifts):
    offsets = walk(student.rng, lifts)
    tried = f"to_strokes of {len(lifts)} points with lifts {lifts}"
    assert_close(student.to_strokes(offsets), drawn(offsets), tried=tried)


@pytest.mark.exercise("14.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(3, 5, 2), (4, 4), (1, 6)])
def test_the_unit_is_one_spread_of_all_real_steps(student, lengths):
    offsets = batch(student.rng, lengths, 6)
    tried = (
        f"step_size of lines of {', '.join(map(str, lengths))} points, filled up to 6"
    )
    expected = heap(offsets, lengths)
    assert_close(student.step_size(offsets, np.array(lengths)), expected, tried=tried)


# 14.2 ---------------------------------------------------------------------------------


def one_hill(x, mean, sigma, rho):
    """SciPy's log density of one Gaussian at one place."""
    a, b = sigma
    covariance = [[a * a, rho * a * b], [rho * a * b, b * b]]
    return float(multivariate_normal(mean, covariance).logpdf(x))


def each_hill(x, mean, sigma, rho):
    """The same for arrays, entry by entry."""
    x, mean, sigma = (np.asarray(part, float) for part in (x, mean, sigma))
    rho = np.asarray(rho, float)
    shape = np.broadcast_shapes(
        x.shape[:-1], mean.shape[:-1], sigma.shape[:-1], rho.shape
    )
    x, mean, sigma = (np.broadcast_to(part, (*shape, 2)) for part in (x, mean, sigma))
    rho, out = np.broadcast_to(rho, shape), np.zeros(shape)
    for place in np.ndindex(shape):
        out[place] = one_hill(x[place], mean[place], sigma[place], rho[place])
    return out


def gaussians(rng, *shape):
    """Places, means, sigmas and correlations of random Gaussians."""
    x, mean = rng.normal(0, 2, (2, *shape, 2))
    return x, mean, rng.uniform(0.3, 2.5, (*shape, 2)), rng.uniform(-0.9, 0.9, shape)


@pytest.mark.exercise("14.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5,), (3, 4), (1,)])
def test_the_log_density_of_each_gaussian(student, shape):
    given = gaussians(student.rng, *shape)
    tried = f"log_normal of {shape} places and Gaussians"
    assert_close(student.log_normal(*given), each_hill(*given), tried=tried)


@pytest.mark.exercise("14.2")
@pytest.mark.points(1)
def test_places_and_gaussians_are_broadcast(student):
    x = student.rng.normal(0, 2, (4, 1, 2))
    _, mean, sigma, rho = gaussians(student.rng, 3)
    tried = "log_normal of places (4, 1, 2) under 3 Gaussians"
    got = student.log_normal(x, mean, sigma, rho)
    assert_close(got, each_hill(x, mean, sigma, rho), tried=tried)
    got = student.log_normal(x[0, 0], mean[0], sigma[0], float(rho[0]))
    expected = one_hill(x[0, 0], mean[0], sigma[0], rho[0])
    assert_close(got, expected, tried="log_normal of one place under one Gaussian")


@pytest.mark.exercise("14.2")
@pytest.mark.points(1)
def test_thirty_sigmas_away_the_log_is_finite(student):
    far = 30 + 10 * student.rng.random((2, 2))
    given = far, np.zeros(2), np.array([0.5, 1.0]), np.array([0.3, -0.3])
    tried = "log_normal of places 30 to 80 sigmas away"
    assert_close(student.log_normal(*given), each_hill(*given), tried=tried)


# 14.3 ---------------------------------------------------------------------------------


def by_rows(outputs):
    """The five parts of a mixture, read number by number."""
    outputs = np.asarray(outputs, float)
    m = (outputs.shape[-1] - 1) // 6
    row = [outputs[..., 1 + i * m : 1 + (i + 1) * m] for i in range(6)]
    sigmas = [np.exp(np.minimum(np.maximum(s, -5.0), 3.0)) for s in row[3:5]]
    return (
        softmax(row[0], axis=-1),
        np.stack(row[1:3], axis=-1),
        np.stack(sigmas, axis=-1),
        0.95 * np.tanh(row[5]),
        expit(outputs[..., 0]),
    )


PARTS = ("weights", "means", "sigmas", "rho", "lift")


@pytest.mark.exercise("14.3")
@pytest.mark.points(3)
@pytest.mark.parametrize("shape", [(4, 19), (2, 5, 13), (25,), (3, 7)])
def test_the_five_parts_of_the_mixture(student, shape):
    outputs = student.rng.normal(0, 1.5, shape)
    tried = f"mixture of outputs of shape {shape}, {(shape[-1] - 1) // 6} hills"
    got = read(student.mixture(outputs), 5, tried)
    for part, mine, right in zip(PARTS, got, by_rows(outputs), strict=True):
        assert_close(mine, right, tried=f"{tried}: {part}")
    assert_probabilities(got[0], tried=f"{tried}: weights")


@pytest.mark.exercise("14.3")
@pytest.mark.points(1)
def test_large_numbers_are_clipped_and_do_not_overflow(student):
    outputs = student.rng.normal(0, 1, (6, 13))
    outputs[:, 1:3] += student.rng.choice([-1000.0, 1000.0], (6, 1))
    outputs[:, 7:11] *= 9
    outputs[:, 0] *= 30
    got = read(student.mixture(outputs), 5, "mixture of large numbers")
    for part, mine, right in zip(PARTS, got, by_rows(outputs), strict=True):
        assert_close(mine, right, tried=f"mixture of large numbers: {part}")


# 14.4 ---------------------------------------------------------------------------------


def losses_of(log_weights, log_normals, logit, lifted):
    """The loss of each point, by sums of exponentials in pairs."""
    step = np.logaddexp.reduce(np.asarray(log_weights) + log_normals, axis=-1)
    lift = np.where(
        np.asarray(lifted) == 1, log_expit(logit), log_expit(-np.asarray(logit))
    )
    return -(step + lift)


def points_to_judge(rng, *shape, hills=3):
    """Log weights, log densities, logits and lifts of points."""
    log_weights = np.log(rng.dirichlet(np.ones(hills), shape))
    log_normals = rng.normal(-1, 2, (*shape, hills))
    lifted = np.resize([0, 1, 1, 0, 0], shape)
    return log_weights, log_normals, rng.normal(0, 2, shape), lifted


@pytest.mark.exercise("14.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5,), (2, 4)])
def test_the_loss_is_minus_the_log_of_density_times_probability(student, shape):
    given = points_to_judge(student.rng, *shape)
    tried = f"pen_losses of {shape} points, 3 hills"
    assert_close(student.pen_losses(*given), losses_of(*given), tried=tried)


@pytest.mark.exercise("14.4")
@pytest.mark.points(1)
def test_far_points_and_large_logits_are_right_too(student):
    log_weights, log_normals, logit, lifted = points_to_judge(student.rng, 5, hills=4)
    given = log_weights, log_normals - 2000, logit, lifted
    tried = "pen_losses where all log densities are near -2000"
    assert_close(student.pen_losses(*given), losses_of(*given), tried=tried)
    logit = student.rng.choice([-800.0, 800.0], 5) + logit
    given = log_weights, log_normals, logit, lifted
    tried = "pen_losses with logits near -800 and 800"
    assert_close(student.pen_losses(*given), losses_of(*given), tried=tried)


@pytest.mark.exercise("14.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("lengths", [(2, 5, 1), (6, 3)])
def test_the_mean_counts_each_real_point_once(student, lengths):
    losses = student.rng.normal(0, 3, (len(lengths), 6)) - 2
    real = [v for row, m in zip(losses, lengths, strict=True) for v in row[:m]]
    tried = (
        f"mean_loss of lines of {', '.join(map(str, lengths))} points, filled up to 6"
    )
    got = student.mean_loss(losses, np.array(lengths))
    assert_close(got, float(np.mean(real)), tried=tried)


# 14.5 ---------------------------------------------------------------------------------


def neat(logits, log_sigmas, bias):
    """Weights and sigmas after the bias."""
    weights = softmax(np.asarray(logits, float) * (1 + bias), axis=-1)
    return weights, np.exp(np.asarray(log_sigmas, float)) / np.exp(bias)


def drawn_point(weights, means, sigmas, rho, lift, uniforms, normals):
    """One point, by a loop over the hills and a triangular root of the covariance."""
    total, k = weights[0], 0
    while not total > uniforms[0]:
        k += 1
        total += weights[k]
    a, b = sigmas[k]
    covariance = np.array([[a * a, rho[k] * a * b], [rho[k] * a * b, b * b]])
    step = np.asarray(means[k]) + np.linalg.cholesky(covariance) @ np.asarray(normals)
    return np.array([*step, 1.0 if uniforms[1] < lift else 0.0])


def hills(rng, m):
    """Weights, means, sigmas and correlations of m hills."""
    return (
        rng.dirichlet(np.full(m, 3.0)),
        rng.normal(0, 3, (m, 2)),
        rng.uniform(0.3, 2.5, (m, 2)),
        rng.uniform(-0.9, 0.9, m),
    )


@pytest.mark.exercise("14.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 2)])
@pytest.mark.parametrize("bias", [0.0, 0.7, 3.0])
def test_bias_acts_before_the_softmax_and_narrows_the_hills(student, shape, bias):
    logits = student.rng.normal(0, 2, shape)
    log_sigmas = student.rng.normal(0, 1, (*shape, 2))
    tried = f"biased of {shape} hills at bias {bias}"
    got = read(student.biased(logits, log_sigmas, bias), 2, tried)
    for part, mine, right in zip(
        ("weights", "sigmas"), got, neat(logits, log_sigmas, bias), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {part}")


@pytest.mark.exercise("14.5")
@pytest.mark.points(1)
def test_bias_on_large_numbers_does_not_overflow(student):
    logits = student.rng.normal(0, 1, (3, 4)) + 900
    log_sigmas = student.rng.normal(0, 1, (3, 4, 2))
    tried = "biased of numbers near 900 at bias 0.5"
    got = read(student.biased(logits, log_sigmas, 0.5), 2, tried)
    weights, sigmas = neat(logits, log_sigmas, 0.5)
    assert_close(got[0], weights, tried=f"{tried}: weights")
    assert_close(got[1], sigmas, tried=f"{tried}: sigmas")


@pytest.mark.exercise("14.5")
@pytest.mark.points(3)
@pytest.mark.parametrize("m", [1, 2, 5])
def test_a_point_is_drawn_from_one_hill(student, m):
    weights, means, sigmas, rho = hills(student.rng, m)
    for number, u0 in enumerate((0.01, 0.99, *student.rng.random(4))):
        lift = 0.2 + 0.6 * student.rng.random()
        u1 = lift * student.rng.random() if number % 2 else (1 + lift) / 2
        given = weights, means, sigmas, rho, lift
        numbers = (u0, u1), tuple(student.rng.normal(size=2))
        tried = f"draw from {m} hills, uniforms {u0:.2f} and {u1:.2f}, lift {lift:.2f}"
        got = student.draw(*given, *numbers)
        assert_close(got, drawn_point(*given, *numbers), tried=tried)


@pytest.mark.exercise("14.5")
@pytest.mark.points(1)
def test_a_sum_that_equals_the_number_is_not_more(student):
    _, means, sigmas, rho = hills(student.rng, 3)
    given = np.array([0.25, 0.25, 0.5]), means, sigmas, rho, 0.5
    for u0 in (0.0, 0.25, 0.5):
        numbers = (u0, 0.5), tuple(student.rng.normal(size=2))
        tried = f"draw from weights 0.25, 0.25, 0.5 with u0 = {u0} and u1 = lift = 0.5"
        got = student.draw(*given, *numbers)
        assert_close(got, drawn_point(*given, *numbers), tried=tried)


# 14.6 ---------------------------------------------------------------------------------


def window_of(heights, sharpness, steps, text):
    """Weights and what is shown, number by number."""
    heights, sharpness, text = (
        np.asarray(p, float) for p in (heights, sharpness, text)
    )
    weights = np.zeros((len(heights), len(text)))
    places = np.zeros(heights.shape[1])
    for t, step in enumerate(np.asarray(steps, float)):
        places = places + step
        for u in range(len(text)):
            for k, place in enumerate(places):
                bell = np.exp(-sharpness[t, k] * (place - u) ** 2)
                weights[t, u] += heights[t, k] * bell
    return weights, np.einsum("tu,uv->tv", weights, text)


def window_numbers(rng, points, gaussians_, symbols, size):
    """Heights, sharpness, steps and a text."""
    shape = points, gaussians_
    return (
        rng.uniform(0.2, 2.0, shape),
        rng.uniform(0.3, 2.0, shape),
        rng.uniform(0.1, 2 * symbols / points, shape),
        rng.normal(0, 2, (symbols, size)),
    )


@pytest.mark.exercise("14.6")
@pytest.mark.points(3)
@pytest.mark.parametrize(
    "sizes", [(6, 2, 4, 3), (5, 3, 2, 6), (1, 1, 3, 2), (4, 1, 5, 1)]
)
def test_the_window_moves_forwards_over_the_text(student, sizes):
    given = window_numbers(student.rng, *sizes)
    tried = "read_window of {} points, {} Gaussians, {} symbols of {} numbers".format(
        *sizes
    )
    got = read(student.read_window(*given), 2, tried)
    weights, shown = window_of(*given)
    assert_close(got[0], weights, tried=f"{tried}: weights")
    assert_close(got[1], shown, tried=f"{tried}: shown")


# 14.7 ---------------------------------------------------------------------------------


def map_of(weights, means, sigmas, rho, here, xs, ys):
    """Density at each place, row by row."""
    out = np.zeros((len(ys), len(xs)))
    for row, y in enumerate(ys):
        for column, x in enumerate(xs):
            step = np.array([x - here[0], y - here[1]])
            each = handwriting.log_normal(
                step, np.asarray(means), np.asarray(sigmas), np.asarray(rho)
            )
            out[row, column] = np.dot(weights, np.exp(each))
    return out


@pytest.mark.exercise("14.7")
@pytest.mark.points(3)
@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize("sizes", [(4, 6), (5, 2), (1, 3)])
def test_the_density_at_each_place_of_the_grid(student, m, sizes):
    given = hills(student.rng, m)
    here = student.rng.normal(0, 2, 2)
    ys, xs = (
        np.sort(here[1 - i] + student.rng.normal(0, 3, n)) for i, n in enumerate(sizes)
    )
    tried = f"heat of {m} hills on {sizes[0]} rows and {sizes[1]} columns"
    got = student.heat(*given, here, xs, ys)
    assert_close(got, map_of(*given, here, xs, ys), tried=tried)


# 14.8 ---------------------------------------------------------------------------------


def has_left(heights, sharpness, places, symbols):
    """Whether the place behind the last symbol weighs more than every symbol."""
    weights = [
        sum(
            h * np.exp(-s * (p - u) ** 2)
            for h, s, p in zip(heights, sharpness, places, strict=True)
        )
        for u in range(symbols + 1)
    ]
    return all(weights[-1] > weight for weight in weights[:-1])


def near_the_end(rng, k, symbols, beyond):
    """Window numbers of one point around the end of a text, or far before or behind it."""
    places = symbols - 0.5 + beyond + rng.normal(0, 0.4, k)
    return rng.uniform(0.3, 2.0, k), rng.uniform(0.3, 2.0, k), places, symbols


@pytest.mark.exercise("14.8")
@pytest.mark.points(1)
@pytest.mark.parametrize("symbols", [1, 3, 6])
def test_the_line_is_over_when_the_window_has_left_the_text(student, symbols):
    little = 0.1 * student.rng.random(2)
    cases = [(np.ones(1), np.full(1, 2.0), symbols + 0.2 + little[:1], symbols)]
    cases += [
        near_the_end(student.rng, int(student.rng.integers(1, 4)), symbols, beyond)
        for beyond in (-1.5, -0.6, -0.3, 0.3, 0.6, 1.2, -symbols, 0.1, -0.1)
    ]
    sharp = np.full(2, 3.0)
    early = max(0, symbols - 2)  # of two Gaussians one is behind the text, one inside
    for heights in ([0.5, 2.0], [2.0, 0.5]):
        for inside in (symbols - 1, early):
            place = np.array([symbols, inside]) + little
            cases.append((np.array(heights), sharp, place, symbols))
    cases.append((np.ones(1), np.full(1, 0.15), symbols + little[:1], symbols))  # wide
    wide_and_narrow = symbols + np.array([0.6, -1.5]) + little / 20
    cases.append((np.ones(2), np.array([0.3, 4.0]), wide_and_narrow, symbols))
    cases.append((np.array([1.0]), np.array([2.0]), np.array([symbols - 0.5]), symbols))
    for given in cases:
        expected = bool(has_left(*given))
        tried = f"finished with places {np.round(given[2], 2)}, {symbols} symbols"
        assert_equal(bool_of(student.finished(*given), tried), expected, tried=tried)


def bool_of(got, tried):
    """True or False, after a look at its kind."""
    fits = isinstance(got, bool | np.bool_) or (
        isinstance(got, np.ndarray) and got.shape == () and got.dtype == bool
    )
    assert_true(fits, tried=tried, expected="True or False", got=got)
    return bool(got)


def pen_machine(rng, size=4):
    """A small machine with a state, a way to draw, and its first state."""
    into, back, out = (
        rng.normal(0, 0.6, s) for s in ((3, size), (size, size), (size, 5))
    )

    def step(point, state):
        state = np.tanh(np.asarray(point, float) @ into + np.asarray(state) @ back)
        return state @ out, state

    def draw_point(outputs):
        outputs = np.asarray(outputs)
        return np.array([outputs[0] + 1, 2 * outputs[1], float(outputs[2] > 0)])

    return step, draw_point, rng.normal(size=size)


def written_on(step, state, prime, draw_point, stop, limit):
    """The points behind a prime."""
    out, new = None, []
    for row in np.asarray(prime, float):
        out, state = step(row, state)
    for _ in range(limit):
        if stop(state):
            break
        new.append(np.asarray(draw_point(out), float))
        out, state = step(new[-1], state)
    return np.array(new).reshape(-1, 3)


@pytest.mark.exercise("14.8")
@pytest.mark.points(2)
@pytest.mark.parametrize(("points", "limit"), [(1, 4), (3, 2), (5, 6)])
def test_the_network_goes_on_from_the_state_behind_the_prime(student, points, limit):
    step, draw_point, state = pen_machine(student.rng)
    prime = student.rng.normal(size=(points, 3))

    def never(state):
        return False

    given = step, state, prime, draw_point, never, limit
    tried = (
        f"go_on behind {points} points, at most {limit} new ones, never told to stop"
    )
    assert_close(student.go_on(*given), written_on(*given), tried=tried)


@pytest.mark.exercise("14.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("new", [0, 1, 3])
def test_it_stops_when_it_is_told_to(student, new):
    prime = student.rng.normal(size=(2, 3))
    weights = student.rng.normal(size=3)

    def step(point, count):
        point = np.asarray(point, float)
        return point * weights + count, count + 1

    def draw_point(outputs):
        return np.asarray(outputs) / 2

    def over(count):
        return count >= 2 + new

    given = step, 0, prime, draw_point, over, 7
    tried = f"go_on behind 2 points, told to stop once the state has seen {2 + new}"
    assert_close(student.go_on(*given), written_on(*given), tried=tried)


# Small cases, for an answer that no known mistake fits ---------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], shape)


def flips(rng, *shape):
    """Zeros and ones as floats."""
    return rng.integers(0, 2, shape).astype(float)


counterexample(
    "14.1",
    "to_offsets",
    draw=lambda rng, size: (
        [whole(rng, int(rng.integers(1, 3)), 2) for _ in range(size)],
    ),
    oracle=walked,
)
counterexample(
    "14.1",
    "to_strokes",
    draw=lambda rng, size: (np.hstack([whole(rng, size, 2), flips(rng, size, 1)]),),
    oracle=drawn,
)
counterexample(
    "14.1",
    "step_size",
    draw=lambda rng, size: (whole(rng, 1, size + 1, 3), [size]),
    oracle=heap,
)
counterexample(
    "14.2",
    "log_normal",
    draw=lambda rng, size: (
        whole(rng, size, 2),
        whole(rng, size, 2),
        np.abs(whole(rng, size, 2)),
        rng.choice([-0.6, 0.0, 0.6], size),
    ),
    oracle=each_hill,
)
counterexample(
    "14.3",
    "mixture",
    draw=lambda rng, size: (whole(rng, 6 * size + 1),),
    oracle=by_rows,
)
counterexample(
    "14.4",
    "pen_losses",
    draw=lambda rng, size: (
        np.log(np.full((1, size), 1 / size)),
        whole(rng, 1, size),
        whole(rng, 1),
        flips(rng, 1),
    ),
    oracle=losses_of,
)
counterexample(
    "14.4",
    "mean_loss",
    draw=lambda rng, size: (whole(rng, size, 3), rng.integers(1, 4, size)),
    oracle=lambda losses, lengths: float(
        np.mean([v for row, m in zip(losses, lengths, strict=True) for v in row[:m]])
    ),
)
counterexample(
    "14.5",
    "biased",
    draw=lambda rng, size: (whole(rng, size + 1), whole(rng, size + 1, 2), 1.0),
    oracle=neat,
)
counterexample(
    "14.5",
    "draw",
    draw=lambda rng, size: (
        np.full(size, 1 / size),
        whole(rng, size, 2),
        np.abs(whole(rng, size, 2)),
        rng.choice([-0.6, 0.6], size),
        0.5,
        (float(rng.choice([0.1, 0.6])), float(rng.choice([0.2, 0.7]))),
        tuple(whole(rng, 2).tolist()),
    ),
    oracle=drawn_point,
)
counterexample(
    "14.6",
    "read_window",
    draw=lambda rng, size: (
        np.abs(whole(rng, size, 1)),
        np.abs(whole(rng, size, 1)),
        np.abs(whole(rng, size, 1)) / 2,
        whole(rng, 2, 1),
    ),
    oracle=window_of,
)
counterexample(
    "14.7",
    "heat",
    draw=lambda rng, size: (
        np.ones(1),
        whole(rng, 1, 2),
        np.abs(whole(rng, 1, 2)),
        np.array([0.6]),
        whole(rng, 2),
        np.arange(size + 1.0),
        np.arange(float(size)),
    ),
    oracle=map_of,
)
counterexample(
    "14.8",
    "finished",
    draw=lambda rng, size: (
        np.abs(whole(rng, 1)),
        np.abs(whole(rng, 1)),
        size + rng.choice([-1.2, -0.7, -0.3, 0.2], 1),
        size,
    ),
    oracle=has_left,
)
