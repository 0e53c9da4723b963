"""Hidden checks of lab 19: they run at grading."""

import numpy as np
import pytest

from coursekit import style
from coursekit.labs.testing import assert_close, assert_equal, assert_true


def close(got, expected, tried):
    """Equal to what float32 leaves."""
    assert_close(got, expected, tried=tried, rtol=1e-4)


def two(got, tried):
    """Two results, after a look at their form."""
    fits = isinstance(got, list | tuple) and len(got) == 2
    assert_true(fits, tried=tried, expected="two results", got=got)
    return got


@pytest.mark.exercise("19.1")
@pytest.mark.points(1)
def test_the_package_has_the_same_matrices_and_places_do_not_count(student):
    features = student.rng.normal(size=(2, 4, 6, 3)).astype(np.float32)
    right = style.gram(features.astype(float))
    close(student.gram(features), right, "gram of features (2, 4, 6, 3)")
    moved = np.roll(features, (1, 2), axis=(1, 2))
    close(student.gram(moved), right, "gram of features moved round the edge")


@pytest.mark.exercise("19.2")
@pytest.mark.points(1)
def test_whole_numbers_have_slopes_that_are_not(student):
    answers, target = student.rng.integers(-5, 6, (2, 3, 3, 2, 4))
    loss, slope = two(student.content_loss(answers, target), "content_loss")
    right = style.content_loss(answers.astype(float), target.astype(float))
    close(loss, right[0], "content_loss of whole numbers: loss")
    close(slope, right[1], "content_loss of whole numbers: slope")


@pytest.mark.exercise("19.3")
@pytest.mark.points(2)
def test_small_steps_along_the_slope_change_the_loss_as_it_says(student):
    answers = student.rng.normal(size=(2, 4, 3, 5))
    target = style.gram(np.maximum(student.rng.normal(size=(1, 5, 4, 5)), 0))[0]
    loss, slope = two(student.style_loss(answers, target), "style_loss")
    close(
        loss,
        style.style_loss(answers, target)[0],
        "style_loss of answers (2, 4, 3, 5): loss",
    )
    for _ in range(3):
        way = student.rng.normal(size=answers.shape)
        ends = [style.style_loss(answers + e * way, target)[0] for e in (1e-6, -1e-6)]
        rise = np.sum(np.asarray(slope) * way, axis=(1, 2, 3))
        tried = "style_loss: the slope along a random way, beside the loss's rise"
        assert_close(rise, (ends[0] - ends[1]) / 2e-6, tried=tried, rtol=1e-3)


@pytest.mark.exercise("19.4")
@pytest.mark.points(2)
def test_a_bank_of_filters_pulls_noise_to_a_texture(student):
    bank = style.filter_bank(5, factors=(1, 2), size=3, colours=2, seed=4)
    like = student.rng.random((1, 12, 16, 2)).astype(np.float32)
    targets = style.style_targets(bank, like)
    noise = student.rng.uniform(0.3, 0.6, (2, 8, 12, 2)).astype(np.float32)

    def forward(pictures):
        return bank.forward(np.asarray(pictures))

    def measure(answers, target):
        return style.style_loss(np.asarray(answers), np.asarray(target))

    given = noise, forward, bank.back, targets, measure
    loss, slope = two(student.texture_slope(*given), "texture_slope")
    right = style.through(noise, bank, targets, style.style_loss)
    close(loss, right[0], "texture_slope through a bank of two scales: loss")
    close(slope, right[1], "texture_slope through a bank of two scales: slope")


@pytest.mark.exercise("19.4")
@pytest.mark.points(1)
def test_where_there_is_no_slope_nothing_moves(student):
    start = student.rng.uniform(0.2, 0.8, (1, 3, 4, 2))
    pull = student.rng.normal(size=start.shape)
    pull[0, 0] = 0.0

    def slope(pictures):
        return np.sum(np.asarray(pictures) * pull, axis=(1, 2, 3)), pull

    got, losses = two(student.descend(start, slope, [0.01, 0.02, 0.03]), "descend")
    right = style.descend(start, slope, [0.01, 0.02, 0.03])
    close(got, right[0], "descend on a slope that is the same everywhere: pictures")
    close(losses, right[1], "descend on a slope that is the same everywhere: losses")


@pytest.mark.exercise("19.5")
@pytest.mark.points(1)
def test_variation_of_a_ramp_and_of_whole_numbers(student):
    step = float(student.rng.uniform(0.5, 2))
    ramp = np.tile(step * np.arange(5.0), (2, 3, 1))[..., None]
    loss, slope = two(student.total_variation(ramp), "total_variation of a ramp")
    right = style.total_variation(ramp)
    close(loss, right[0], "total_variation of a ramp: loss")
    close(slope, right[1], "total_variation of a ramp: slope")
    pictures = student.rng.integers(0, 9, (2, 4, 3, 2))
    loss, slope = two(
        student.total_variation(pictures), "total_variation of whole numbers"
    )
    right = style.total_variation(pictures.astype(float))
    close(loss, right[0], "total_variation of whole numbers: loss")
    close(slope, right[1], "total_variation of whole numbers: slope")


@pytest.mark.exercise("19.5")
@pytest.mark.points(1)
def test_a_weight_of_0_leaves_a_part_out(student):
    parts = [
        (student.rng.random(3), student.rng.normal(size=(3, 4, 5, 2))) for _ in range(3)
    ]
    weights = np.array([[1.0, 0.0, 0.3], [0.0, 1.0, 0.7], [0.0, 0.0, 0.1]])
    units = np.array([0.02, 3.0, 0.5])
    loss, slope = two(student.mixed(parts, units, weights), "mixed")
    right = style.mixed(parts, units, weights)
    close(loss, right[0], "mixed with weights of 0: loss")
    close(slope, right[1], "mixed with weights of 0: slope")


@pytest.mark.exercise("19.6")
@pytest.mark.points(1)
def test_own_praise_counts_for_nothing(student):
    losses = student.rng.uniform(0.1, 3, (4, 4))
    noise = student.rng.uniform(0.5, 4, 4)
    shares = losses / noise
    right = (shares.sum(axis=1) - shares.diagonal()) / 3
    close(
        student.fair_scores(losses, noise),
        right,
        "fair_scores of 4 kinds of features",
    )
    losses[np.eye(4, dtype=bool)] = 1e6 * student.rng.random(4)
    got = student.fair_scores(losses, noise)
    close(got, right, "fair_scores with large losses by each texture's own features")


@pytest.mark.exercise("19.7")
@pytest.mark.points(1)
def test_contrast_and_brightness_of_a_picture_are_gone(student):
    features = student.rng.normal(size=(2, 5, 4, 3))
    scale, shift = student.rng.uniform(0.5, 2, (2, 3))
    right = style.instance_norm(features, scale, shift, eps=1e-9)
    got = student.instance_norm(7 * features - 2, scale, shift, eps=1e-9)
    close(got, right, "instance_norm of features at 7 times the contrast")
    got = student.instance_norm(features / 9 + 5, scale, shift, eps=1e-9)
    close(got, right, "instance_norm of features at a ninth of the contrast")


@pytest.mark.exercise("19.7")
@pytest.mark.points(1)
def test_restyled_maps_have_the_others_mean_and_spread(student):
    features = student.rng.normal(1, 3, (3, 6, 4, 2))
    like = student.rng.normal(-2, [0.5, 4.0], (3, 2, 7, 2))
    got = np.asarray(student.restyle(features, like, eps=0.0), float)
    spread, middle = (
        like.std(axis=(1, 2), keepdims=True),
        like.mean(axis=(1, 2), keepdims=True),
    )
    flat = (features - features.mean((1, 2), keepdims=True)) / features.std(
        (1, 2), keepdims=True
    )
    close(got, flat * spread + middle, "restyle of features (3, 6, 4, 2), eps=0")
    close(got.std(axis=(1, 2)), spread[:, 0, 0], "spread of restyled maps")


@pytest.mark.exercise("19.8")
@pytest.mark.points(1)
def test_a_slow_call_in_the_middle_does_not_spoil_the_median(student):
    seconds = [
        9.0,
        *student.rng.uniform(0.2, 0.3, 2),
        30.0,
        *student.rng.uniform(0.2, 0.3, 2),
    ]
    now, calls = [0.0], [0]

    def call():
        now[0] += seconds[calls[0]]
        calls[0] += 1

    got = student.steady(call, lambda: now[0], 5)
    close(got, float(np.median(seconds[1:])), "steady with one call of 30 s among five")
    assert_equal(calls[0], 6, tried="steady: number of calls for repeats=5")


@pytest.mark.exercise("19.8")
@pytest.mark.points(1)
def test_equal_losses_and_equal_times(student):
    losses = np.array([8.0, 4.0, 5.0, 4.0, 2.0]) + float(student.rng.integers(3))
    for place, right in ((0, 0.0), (1, 2.0), (4, 8.0)):
        got = student.times_faster(losses, 0.5, losses[place], 0.25)
        close(
            got,
            right,
            f"times_faster where the network's loss is that after {place} steps",
        )
    count = int(student.rng.integers(3, 30))
    close(student.pays_from(2.0 * count, 2.5, 0.5), count + 1, "pays_from with a draw")
    close(
        student.pays_from(1.0, 0.5, 0.75),
        np.inf,
        "pays_from where the network is slower",
    )
