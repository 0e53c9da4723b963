"""Public checks of lab 19: they run in the notebook."""

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    counterexample,
)


def close(got, expected, tried):
    """Equal to what float32 leaves."""
    assert_close(got, expected, tried=tried, rtol=1e-4)


def pair(got, tried, names="loss and slope"):
    """Two results, after a look at their form."""
    fits = isinstance(got, list | tuple) and len(got) == 2
    assert_true(fits, tried=tried, expected=f"two results: {names}", got=got)
    return got


def normal(rng, *shape):
    """Random numbers in float32."""
    return rng.normal(0, 1.5, shape).astype(np.float32)


def whole(rng, *shape):
    """Small whole numbers as floats, none of them 0."""
    return rng.choice([-2.0, -1.0, 1.0, 2.0], shape)


# 19.1 ---------------------------------------------------------------------------------


def mean_products(features):
    """Gram matrices, as means of products in float64."""
    f = np.asarray(features, float)
    return np.einsum("nhwi,nhwj->nij", f, f) / np.prod(f.shape[1:3])


@pytest.mark.exercise("19.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    "shape", [(2, 3, 5, 4), (1, 4, 2, 3), (3, 1, 6, 2), (2, 5, 3, 1)]
)
def test_entries_are_means_over_places_of_products_of_two_features(student, shape):
    features = normal(student.rng, *shape)
    close(student.gram(features), mean_products(features), f"gram of features {shape}")


@pytest.mark.exercise("19.1")
@pytest.mark.points(1)
def test_four_copies_side_by_side_have_the_same_matrix(student):
    features = normal(student.rng, 2, 3, 4, 5)
    large = np.tile(features, (1, 2, 2, 1))
    got = student.gram(large)
    close(got, mean_products(features), "gram of features tiled to twice their sides")


# 19.2 ---------------------------------------------------------------------------------


def squares(answers, target):
    """Content loss and slope, number by number."""
    answers, target = np.asarray(answers, float), np.asarray(target, float)
    count = answers[0].size
    loss, slope = np.zeros(len(answers)), np.zeros(answers.shape)
    for place in np.ndindex(answers.shape):
        gap = answers[place] - target[place]
        loss[place[0]] += gap * gap / count
        slope[place] = (gap + gap) / count
    return loss, slope


@pytest.mark.exercise("19.2")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(1, 2, 3, 4), (3, 2, 5, 2), (2, 1, 4, 3)])
def test_each_picture_has_a_mean_of_squares_and_its_slope(student, shape):
    answers, target = normal(student.rng, *shape), normal(student.rng, *shape)
    tried = f"content_loss of answers {shape}"
    loss, slope = pair(student.content_loss(answers, target), tried)
    right = squares(answers, target)
    close(loss, right[0], f"{tried}: loss")
    close(slope, right[1], f"{tried}: slope")


# 19.3 ---------------------------------------------------------------------------------


def style_by_places(answers, target):
    """Style loss and slope, place by place."""
    answers, target = np.asarray(answers, float), np.asarray(target, float)
    n, h, w, _ = answers.shape
    on = np.where(answers > 0, answers, 0.0)
    gap = mean_products(on) - target
    unit = np.square(target).sum()
    slope = np.zeros(answers.shape)
    for k, y, x in np.ndindex(n, h, w):
        for i in np.flatnonzero(answers[k, y, x] > 0):
            row, column = gap[k, i] @ on[k, y, x], gap[k, :, i] @ on[k, y, x]
            slope[k, y, x, i] = 2 * (row + column) / (h * w * unit)
    return np.square(gap).sum(axis=(1, 2)) / unit, slope


def a_style(rng, c):
    """The Gram matrix of random features."""
    features = np.maximum(normal(rng, 1, 2, 4, c), 0) + np.float32(0.1)
    return mean_products(features)[0].astype(np.float32)


@pytest.mark.exercise("19.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(1, 3, 2, 4), (3, 2, 4, 2), (2, 5, 1, 3)])
def test_the_loss_is_a_share_of_the_styles_own_size(student, shape):
    answers, target = normal(student.rng, *shape), a_style(student.rng, shape[-1])
    tried = f"style_loss of answers {shape}"
    loss, _ = pair(student.style_loss(answers, target), tried)
    close(loss, style_by_places(answers, target)[0], f"{tried}: loss")


@pytest.mark.exercise("19.3")
@pytest.mark.points(3)
@pytest.mark.parametrize("shape", [(1, 3, 2, 4), (3, 2, 4, 2), (2, 5, 1, 3)])
def test_the_slope_is_that_of_the_loss_in_each_answer(student, shape):
    answers, target = normal(student.rng, *shape), a_style(student.rng, shape[-1])
    tried = f"style_loss of answers {shape}"
    _, slope = pair(student.style_loss(answers, target), tried)
    close(slope, style_by_places(answers, target)[1], f"{tried}: slope")


@pytest.mark.exercise("19.3")
@pytest.mark.points(1)
def test_no_slope_where_an_answer_is_0_or_less(student):
    answers, target = normal(student.rng, 2, 3, 4, 3), a_style(student.rng, 3)
    answers[:, 0, :, 1] = 0.0
    answers[1, 1] = -1.0
    tried = "style_loss of answers of which some are exactly 0"
    loss, slope = pair(student.style_loss(answers, target), tried)
    right = style_by_places(answers, target)
    close(slope, right[1], f"{tried}: slope")
    close(loss, right[0], f"{tried}: loss")


# 19.4 ---------------------------------------------------------------------------------


def layers(rng, colours, maps):
    """Linear layers and the way back, and a measure that is no mean."""
    weights = [normal(rng, colours, c) for c in maps]

    def forward(pictures):
        return [np.asarray(pictures) @ w for w in weights]

    def back(slopes):
        return sum(np.asarray(s) @ w.T for s, w in zip(slopes, weights, strict=True))

    def measure(answers, target):
        gap = np.asarray(answers) - np.asarray(target)
        return (gap**2).sum(axis=(1, 2, 3)), 2 * gap

    return forward, back, measure


def mean_of_layers(pictures, forward, back, targets, measure):
    """Loss and slope, layer by layer, the others switched off."""
    answers, loss, slope = forward(pictures), 0.0, 0.0
    for place, target in enumerate(targets):
        value, steep = measure(answers[place], target)
        alone = [np.zeros(np.shape(a)) for a in answers]
        alone[place] = steep
        loss = loss + value / len(targets)
        slope = slope + back(alone) / len(targets)
    return loss, slope


@pytest.mark.exercise("19.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("maps", [(4,), (5, 2), (3, 6, 4)])
def test_the_mean_over_layers_goes_back_to_the_pixels(student, maps):
    forward, back, measure = layers(student.rng, 3, maps)
    pictures = normal(student.rng, 2, 4, 5, 3)
    targets = [normal(student.rng, 2, 4, 5, c) for c in maps]
    given = pictures, forward, back, targets, measure
    tried = f"texture_slope through {len(maps)} layers"
    loss, slope = pair(student.texture_slope(*given), tried)
    right = mean_of_layers(*given)
    close(loss, right[0], f"{tried}: loss")
    close(slope, right[1], f"{tried}: slope")


def by_memory(start, slope, rates):
    """Adam from all slopes so far: both means are weighted averages."""
    pictures, losses, slopes = np.array(start, float), [], []
    for rate in rates:
        loss, g = slope(pictures)
        losses.append(np.array(loss, float))
        slopes.append(np.array(g, float))
        age = np.arange(len(slopes))[::-1]
        first = np.average(slopes, axis=0, weights=0.9**age)
        second = np.average(np.square(slopes), axis=0, weights=0.999**age)
        moved = pictures - rate * first / (np.sqrt(second) + 1e-7)
        pictures = np.minimum(np.maximum(moved, 0.0), 1.0)
    return pictures, np.array(losses)


def bowl(rng, *shape):
    """A loss with a slope that changes from place to place, and pulls beyond 0 and 1."""
    goal = rng.uniform(-0.5, 1.5, shape)
    steep = rng.uniform(0.3, 3.0, shape)

    def slope(pictures):
        gap = np.asarray(pictures, float) - goal
        return (steep * gap**2).sum(axis=(1, 2, 3)), 2 * steep * gap

    return slope


@pytest.mark.exercise("19.4")
@pytest.mark.points(2)
@pytest.mark.parametrize(("shape", "steps"), [((1, 2, 3, 1), 1), ((2, 3, 4, 3), 4)])
def test_pictures_after_the_steps_of_adam(student, shape, steps):
    start = student.rng.uniform(0.3, 0.7, shape).astype(np.float32)
    slope, rates = bowl(student.rng, *shape), [0.03, 0.02, 0.05, 0.01][:steps]
    tried = f"descend, pictures {shape}, {steps} step{'s' * (steps > 1)}"
    got, losses = pair(
        student.descend(start, slope, rates), tried, "pictures and losses"
    )
    right = by_memory(start, slope, rates)
    close(got, right[0], f"{tried}: pictures")
    close(losses, right[1], f"{tried}: losses")


@pytest.mark.exercise("19.4")
@pytest.mark.points(1)
def test_pixels_are_cut_after_every_step(student):
    start = student.rng.uniform(0.1, 0.9, (2, 3, 2, 1)).astype(np.float32)
    slope, rates = bowl(student.rng, 2, 3, 2, 1), [0.4, 0.3, 0.35, 0.2, 0.05]
    tried = "descend with large steps"
    got, losses = pair(
        student.descend(start, slope, rates), tried, "pictures and losses"
    )
    right = by_memory(start, slope, rates)
    close(got, right[0], f"{tried}: pictures")
    close(losses, right[1], f"{tried}: losses")


@pytest.mark.exercise("19.4")
@pytest.mark.points(1)
def test_steps_on_slopes_near_a_ten_millionth(student):
    start = student.rng.uniform(0.3, 0.7, (2, 3, 2, 1)).astype(np.float32)
    steep = bowl(student.rng, 2, 3, 2, 1)

    def slope(pictures):
        loss, g = steep(pictures)
        return loss, 2e-7 * g

    tried, rates = "descend where slopes are near 1e-7", [0.05, 0.03, 0.04]
    got, _ = pair(student.descend(start, slope, rates), tried, "pictures and losses")
    close(got, by_memory(start, slope, rates)[0], f"{tried}: pictures")


# 19.5 ---------------------------------------------------------------------------------


def neighbours(pictures):
    """Total variation and slope, by pictures with their edges doubled."""
    p = np.asarray(pictures, float)
    _, h, w, c = p.shape
    wide = np.pad(p, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="edge")
    around = [
        wide[:, :-2, 1:-1],
        wide[:, 2:, 1:-1],
        wide[:, 1:-1, :-2],
        wide[:, 1:-1, 2:],
    ]
    count = c * ((h - 1) * w + h * (w - 1))
    every = sum(((p - other) ** 2).sum(axis=(1, 2, 3)) for other in around)
    return every / 2 / count, 2 * sum(p - other for other in around) / count


@pytest.mark.exercise("19.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(1, 2, 3, 1), (3, 4, 2, 2), (2, 3, 5, 3)])
def test_variation_of_neighbours_and_its_slope(student, shape):
    pictures = normal(student.rng, *shape)
    tried = f"total_variation of pictures {shape}"
    loss, slope = pair(student.total_variation(pictures), tried)
    right = neighbours(pictures)
    close(loss, right[0], f"{tried}: loss")
    close(slope, right[1], f"{tried}: slope")


def summed(parts, units, weights):
    """The mixture, as sums over parts."""
    shares = np.asarray(weights, float) / np.asarray(units, float)[:, None]
    loss = np.einsum("pn,pn->n", shares, np.array([p[0] for p in parts], float))
    return loss, np.einsum(
        "pn,pnhwc->nhwc", shares, np.array([p[1] for p in parts], float)
    )


def some_parts(rng, count, n, h, w, c):
    """Losses with slopes, units and weights."""
    parts = [(np.abs(normal(rng, n)), normal(rng, n, h, w, c)) for _ in range(count)]
    return (
        parts,
        rng.uniform(0.1, 5.0, count),
        rng.uniform(0.1, 2.0, (count, n)),
    )


@pytest.mark.exercise("19.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(2, 1, 3, 2, 4), (3, 4, 2, 3, 1), (3, 5, 3, 2, 4)])
def test_each_part_in_its_unit_with_its_weight_for_each_picture(student, sizes):
    given = some_parts(student.rng, *sizes)
    tried = f"mixed of {sizes[0]} parts for {sizes[1]} pictures"
    loss, slope = pair(student.mixed(*given), tried)
    right = summed(*given)
    close(loss, right[0], f"{tried}: loss")
    close(slope, right[1], f"{tried}: slope")


# 19.6 ---------------------------------------------------------------------------------


def by_judges(losses, noise):
    """Scores, judge by judge."""
    k = len(noise)
    rows = [[losses[i][j] / noise[j] for j in range(k) if j != i] for i in range(k)]
    return np.mean(np.array(rows, float), axis=1)


@pytest.mark.exercise("19.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_score_is_the_mean_of_the_other_judges_shares(student, k):
    losses = student.rng.uniform(0.05, 2.0, (k, k)).astype(np.float32)
    noise = student.rng.uniform(0.3, 6.0, k).astype(np.float32)
    got = student.fair_scores(losses, noise)
    close(got, by_judges(losses, noise), f"fair_scores of {k} kinds of features")


# 19.7 ---------------------------------------------------------------------------------


def map_by_map(features, scale, shift, eps=1e-5):
    """Instance normalisation, one map at a time."""
    out = np.array(features, float)
    for k, i in np.ndindex(out.shape[0], out.shape[3]):
        one = out[k, :, :, i]
        gap = one - one.sum() / one.size
        deviation = ((gap * gap).sum() / one.size + eps) ** 0.5
        out[k, :, :, i] = gap / deviation * scale[i] + shift[i]
    return out


def dressed(features, like, eps=1e-5):
    """Restyled maps, one map at a time."""
    like = np.asarray(like, float)
    out = [
        map_by_map(
            np.asarray(features)[k : k + 1],
            [np.std(like[k, :, :, i]) for i in range(like.shape[3])],
            [np.mean(like[k, :, :, i]) for i in range(like.shape[3])],
            eps,
        )
        for k in range(len(like))
    ]
    return np.concatenate(out)


@pytest.mark.exercise("19.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(1, 2, 3, 4), (3, 4, 2, 5), (2, 3, 5, 1)])
def test_each_map_of_each_picture_on_its_own(student, shape):
    features = normal(student.rng, *shape) + 3 * normal(
        student.rng, shape[0], 1, 1, shape[3]
    )
    scale, shift = student.rng.uniform(0.5, 3, shape[3]), normal(student.rng, shape[3])
    got = student.instance_norm(features, scale, shift)
    tried = f"instance_norm of features {shape}"
    close(got, map_by_map(features, scale, shift), tried)
    got = student.instance_norm(features, scale, shift, eps=0.5)
    close(got, map_by_map(features, scale, shift, 0.5), f"{tried}, eps=0.5")


@pytest.mark.exercise("19.7")
@pytest.mark.points(1)
def test_maps_that_hardly_vary_stay_finite(student):
    features = 0.002 * normal(student.rng, 2, 3, 4, 3).astype(float)
    features[0, :, :, 1] = 0.25
    scale, shift = student.rng.uniform(0.5, 3, 3), normal(student.rng, 3)
    got = student.instance_norm(features, scale, shift)
    tried = "instance_norm of maps with spread 0.003, one of them constant"
    close(got, map_by_map(features, scale, shift), tried)


@pytest.mark.exercise("19.7")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    "shapes", [((1, 2, 3, 4), (5, 2)), ((3, 4, 2, 2), (1, 6)), ((2, 3, 3, 5), (3, 3))]
)
def test_each_map_takes_mean_and_spread_of_the_others_map(student, shapes):
    shape, (h, w) = shapes
    features = normal(student.rng, *shape) + 2 * normal(
        student.rng, shape[0], 1, 1, shape[3]
    )
    like = normal(student.rng, shape[0], h, w, shape[3])
    like = like * student.rng.uniform(0.3, 3, (shape[0], 1, 1, shape[3])) + 2
    tried = f"restyle of features {shape} like {like.shape}"
    close(student.restyle(features, like), dressed(features, like), tried)
    got = student.restyle(features, like, eps=0.5)
    close(got, dressed(features, like, 0.5), f"{tried}, eps=0.5")


# 19.8 ---------------------------------------------------------------------------------


class Stopwatch:
    """A call that takes given times, and the clock that tells."""

    def __init__(self, seconds):
        self.seconds, self.now, self.calls = list(seconds), 100.0, 0

    def call(self):
        """One call."""
        place = min(self.calls, len(self.seconds) - 1)
        self.now, self.calls = self.now + self.seconds[place], self.calls + 1

    def clock(self):
        """The time."""
        return self.now


@pytest.mark.exercise("19.8")
@pytest.mark.points(2)
@pytest.mark.parametrize("repeats", [1, 3, 4, 6])
def test_the_first_call_does_not_count_and_the_median_does(student, repeats):
    first = 0.25 if repeats == 4 else 50.0
    seconds = student.rng.permutation(np.arange(1, repeats + 1) ** 2 / 4).tolist()
    watch = Stopwatch([first, *seconds])
    got = student.steady(watch.call, watch.clock, repeats)
    told = ", ".join(f"{s:g}" for s in (first, *seconds))
    close(got, float(np.median(seconds)), f"steady of calls that take {told} s")
    assert_equal(
        watch.calls, repeats + 1, tried=f"steady: number of calls for repeats={repeats}"
    )


def steps_to(losses, step_seconds, net_loss, net_seconds):
    """How many times as long, step by step."""
    for step, loss in enumerate(losses):
        if not loss > net_loss:
            return step * step_seconds / net_seconds
    return np.inf


@pytest.mark.exercise("19.8")
@pytest.mark.points(2)
def test_time_of_the_loop_to_the_same_loss(student):
    losses = np.cumsum(student.rng.uniform(0.5, 1.5, 8))[::-1] + 1
    losses[5] += 3.5  # it goes up for once
    losses[7] += 6.0  # and at the end
    seconds = student.rng.uniform(0.1, 0.9, 2).tolist()
    for net_loss in (
        losses[4] + 0.1,
        losses[3] - 0.05,
        losses[6] + 0.01,
        losses[2],
        99.0,
    ):
        got = student.times_faster(losses, seconds[0], net_loss, seconds[1])
        right = steps_to(losses, seconds[0], net_loss, seconds[1])
        tried = (
            f"times_faster, losses {np.round(losses, 2)}, the network's {net_loss:.2f}"
        )
        close(got, right, tried)


@pytest.mark.exercise("19.8")
@pytest.mark.points(1)
def test_a_loss_that_the_loop_never_reaches(student):
    losses = 2 + student.rng.random(5)
    got = student.times_faster(losses, 0.5, 1.9, 0.1)
    close(got, np.inf, "times_faster where the loop stays above the network")
    got = student.times_faster(losses, 0.5, losses[4:].min() + 2, 0.1)
    close(got, 0.0, "times_faster where the start is as good as the network")


def first_gain(training_seconds, loop_seconds, net_seconds):
    """Smallest number of pictures, by trying."""
    if loop_seconds <= net_seconds:
        return np.inf
    count = 0
    while training_seconds + count * net_seconds >= count * loop_seconds:
        count += 1
    return count


@pytest.mark.exercise("19.8")
@pytest.mark.points(1)
def test_from_which_picture_on_the_network_takes_less_time(student):
    for _ in range(4):
        net, gain = student.rng.integers(1, 9, 2) / 4
        number, more = (
            int(student.rng.integers(2, 20)),
            student.rng.choice([0.0, gain / 2]),
        )
        given = float(number * gain + more), float(net + gain), float(net)
        tried = "pays_from: training {:g} s, loop {:g} s, network {:g} s".format(*given)
        close(student.pays_from(*given), first_gain(*given), tried)
    for given in ((5.0, 1.0, 3.0), (5.0, 2.0, 2.0), (0.0, 3.0, 1.0)):
        tried = "pays_from: training {:g} s, loop {:g} s, network {:g} s".format(*given)
        close(student.pays_from(*given), first_gain(*given), tried)


# Small cases, for an answer that no known mistake fits ---------------------------------


def sign(rng):
    """A small style."""
    f = whole(rng, 3, 2)
    return f.T @ f / 3


counterexample(
    "19.1",
    "gram",
    draw=lambda rng, size: (whole(rng, 1, 1, size, 2),),
    oracle=mean_products,
)
counterexample(
    "19.2",
    "content_loss",
    draw=lambda rng, size: (whole(rng, size, 1, 2, 1), whole(rng, size, 1, 2, 1)),
    oracle=squares,
)
counterexample(
    "19.3",
    "style_loss",
    draw=lambda rng, size: (whole(rng, 1, 1, size, 2), sign(rng)),
    oracle=style_by_places,
)
counterexample(
    "19.5",
    "total_variation",
    draw=lambda rng, size: (whole(rng, 1, 2, size + 1, 1),),
    oracle=neighbours,
)
counterexample(
    "19.5",
    "mixed",
    draw=lambda rng, size: (
        [(np.abs(whole(rng, size)), whole(rng, size, 1, 1, 1)) for _ in range(2)],
        np.array([2.0, 4.0]),
        np.abs(whole(rng, 2, size)),
    ),
    oracle=summed,
)
counterexample(
    "19.6",
    "fair_scores",
    draw=lambda rng, size: (
        np.abs(whole(rng, size + 1, size + 1)),
        np.abs(whole(rng, size + 1)),
    ),
    oracle=by_judges,
)
counterexample(
    "19.7",
    "instance_norm",
    draw=lambda rng, size: (
        whole(rng, size, 1, 3, 1),
        np.array([2.0]),
        np.array([1.0]),
        0.5,
    ),
    oracle=map_by_map,
)
counterexample(
    "19.7",
    "restyle",
    draw=lambda rng, size: (whole(rng, size, 1, 3, 1), whole(rng, size, 2, 2, 1), 0.5),
    oracle=dressed,
)
counterexample(
    "19.8",
    "times_faster",
    draw=lambda rng, size: (np.abs(whole(rng, size + 1)), 2.0, 1.0, 0.5),
    oracle=steps_to,
)
counterexample(
    "19.8",
    "pays_from",
    draw=lambda rng, size: (
        float(rng.integers(0, 3 * size)),
        3.0,
        float(rng.integers(1, 4)),
    ),
    oracle=first_gain,
)
