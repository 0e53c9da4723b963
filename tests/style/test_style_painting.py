"""Losses, their slopes, and a picture that goes down them."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import style
from coursekit.errors import InvalidInputError


def rise_of(function, x, way, step=1e-6):
    """How fast the losses grow along a way."""
    return (function(x + step * way)[0] - function(x - step * way)[0]) / (2 * step)


@pytest.mark.parametrize("name", ["style", "content", "variation"])
def test_slopes_are_those_of_small_steps(name):
    rng = np.random.default_rng(0)
    x, way = rng.normal(size=(2, 3, 5, 4, 3))
    x, way = rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(2, 4, 5, 3))
    target = rng.normal(size=(2, 4, 5, 3))
    gram = style.gram(np.abs(rng.normal(size=(1, 2, 3, 3))))[0]
    function = {
        "style": lambda v: style.style_loss(v, gram),
        "content": lambda v: style.content_loss(v, target),
        "variation": style.total_variation,
    }[name]
    slope = function(x)[1]
    np.testing.assert_allclose(
        np.sum(slope * way, axis=(1, 2, 3)), rise_of(function, x, way), rtol=1e-5
    )


def test_gram_counts_what_is_together_and_black_is_one_away():
    features = np.array([[[[1.0, 2.0], [3.0, 0.0]]]])
    np.testing.assert_array_equal(style.gram(features), [[[5.0, 1.0], [1.0, 2.0]]])
    loss, slope = style.style_loss(-np.ones((2, 3, 3, 2)), style.gram(features)[0])
    np.testing.assert_array_equal(loss, [1.0, 1.0])
    assert not slope.any()


def test_a_mixture_weighs_each_picture_by_itself():
    parts = [(np.array([1.0, 2.0, 3.0]), np.ones((3, 2, 4, 1)))] * 2
    loss, slope = style.mixed(parts, [0.5, 2.0], [[1.0, 0.0, 1.0], [0.0, 4.0, 2.0]])
    np.testing.assert_allclose(loss, [2.0, 4.0, 9.0])
    np.testing.assert_allclose(slope[:, 0, 0, 0], [2.0, 2.0, 3.0])


def test_descent_steps_as_adam_does_and_leaves_the_start():
    start, seen = np.full((1, 2, 2, 1), 0.5, "float32"), []

    def slope(pictures):
        return np.sum(pictures, axis=(1, 2, 3)), np.full(pictures.shape, 7.0)

    pictures, losses = style.descend(
        start, slope, [0.1, 0.2, 0.3], watch=lambda step, _: seen.append(step)
    )
    np.testing.assert_allclose(pictures, 0.0)  # 0.5 - 0.1 - 0.2 - 0.3, cut at 0
    np.testing.assert_allclose(losses[:, 0], [2.0, 1.6, 0.8], rtol=1e-5)
    assert seen == [1, 2, 3]
    assert start.min() == 0.5


def test_noise_becomes_a_texture_of_stripes():
    rng = np.random.default_rng(1)
    column = 0.5 + 0.2 * np.sin(np.arange(48) * np.pi / 4)
    stripes = np.tile(column.astype("float32")[None, :, None, None], (1, 1, 48, 1))
    bank = style.filter_bank(12, factors=(1, 2), size=5, colours=1, seed=2)
    targets = style.style_targets(bank, stripes)
    noise = rng.uniform(0.45, 0.55, (1, 24, 24, 1)).astype("float32")
    made, losses = style.descend(
        noise,
        lambda x: style.through(x, bank, targets, style.style_loss),
        style.cooling(60, 0.05),
    )
    assert losses[-1, 0] < 0.05 * losses[0, 0]
    down, right = np.diff(made, axis=1).std(), np.diff(made, axis=2).std()
    assert down > 2 * right  # stripes lie on their side


def test_instance_norm_takes_contrast_out():
    x = np.random.default_rng(3).normal(size=(2, 5, 4, 3))
    out = style.instance_norm(x, np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(out.mean(axis=(1, 2)), np.tile([0.0, 1.0, 2.0], (2, 1)), atol=1e-9)
    np.testing.assert_allclose(out.std(axis=(1, 2)), np.tile([1.0, 2.0, 3.0], (2, 1)), rtol=1e-4)
    same = style.instance_norm(9 * x + 4, eps=0.0)
    np.testing.assert_allclose(same, style.instance_norm(x, eps=0.0), atol=1e-9)


def test_rates_cool_in_the_second_half():
    rates = style.cooling(10, 0.1, 0.01)
    assert rates[:6] == pytest.approx([0.1] * 6)
    assert rates[-1] == pytest.approx(0.1 * 0.01**0.8)
    with pytest.raises(InvalidInputError, match="must be positive"):
        style.cooling(0)


def test_textures_and_rebuilt_pictures_of_several_kinds_of_features():
    kinds = {
        "fine": style.filter_bank(40, factors=(1,), size=3, colours=1, seed=1),
        "coarse": style.filter_bank(40, factors=(4,), size=3, colours=1, seed=2),
    }
    picture = style.picture("gravel", 32, part=0.25, grey=True)[None]
    start = np.random.default_rng(5).uniform(0.45, 0.55, picture.shape).astype("float32")
    rates = style.cooling(40, 0.05)
    made, table, noise = style.textures_by(kinds, picture, start, rates)
    assert len(made) == 2
    assert table.shape == (2, 2)
    assert noise.shape == (2,)
    assert np.all(np.diag(table) < 0.3 * noise)
    targets = style.style_targets(kinds["coarse"], picture)
    seen, _ = style.through(made[0], kinds["coarse"], targets, style.style_loss)
    assert table[0, 1] == pytest.approx(seen[0])
    rebuilt, alike = style.rebuilt_by(kinds, picture, start, rates)
    assert alike[0] > 0.9 > alike[1]  # what blocks of 4 x 4 pixels show is little
    assert np.corrcoef(rebuilt[0].ravel(), picture.ravel())[0, 1] == pytest.approx(alike[0])
