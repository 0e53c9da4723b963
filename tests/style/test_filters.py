"""Random filters and chains: what they answer, and the way back to the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import style
from coursekit.errors import InvalidInputError
from coursekit.style.filters import convolved, convolved_back, pooled, spread


def chain(rng, **options):
    """Two convolutions with a pooling between them."""
    layers = [
        (rng.normal(size=(3, 3, 2, 4)), rng.normal(size=4)),
        2,
        (rng.normal(size=(5, 5, 4, 3)), rng.normal(size=3)),
    ]
    return style.Chain(layers, scale=2.0, offset=-0.7, **options)


@pytest.mark.parametrize("wrap", [True, False])
def test_convolution_answers_place_by_place(wrap):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(2, 6, 5, 2)), rng.normal(size=(3, 3, 2, 4))
    got = convolved(x, kernel, wrap=wrap)
    first = -1 if wrap else 0
    for n, y, z in ((0, 0, 0), (1, 2, 1), (1, got.shape[1] - 1, got.shape[2] - 1)):
        rows = np.arange(y + first, y + first + 3) % 6
        columns = np.arange(z + first, z + first + 3) % 5
        patch = x[n][np.ix_(rows, columns)]
        np.testing.assert_allclose(got[n, y, z], np.tensordot(patch, kernel, 3))


@pytest.mark.parametrize("size", [1, 3, 5])
def test_the_way_back_is_the_adjoint(size):
    rng = np.random.default_rng(1)
    x, kernel = rng.normal(size=(2, 6, 8, 3)), rng.normal(size=(size, size, 3, 4))
    signal = rng.normal(size=(2, 6, 8, 4))
    forth = np.sum(convolved(x, kernel) * signal)
    assert np.sum(x * convolved_back(signal, kernel)) == pytest.approx(forth)
    small = rng.normal(size=(2, 3, 4, 3))
    assert np.sum(pooled(x, 2) * small) == pytest.approx(np.sum(x * spread(small, 2)))


@pytest.mark.parametrize("kind", ["bank", "chain", "chain, one layer", "chain, blue first"])
def test_the_slope_of_the_style_loss_is_that_of_small_steps(kind):
    rng = np.random.default_rng(2)
    network = {
        "bank": lambda: style.filter_bank(6, size=3, colours=2, seed=1),
        "chain": lambda: chain(rng),
        "chain, one layer": lambda: chain(rng).last,
        "chain, blue first": lambda: chain(rng, reverse=True, listen=(0,)),
    }[kind]()
    targets = style.style_targets(network, rng.random((1, 24, 32, 2)))
    pictures, way = rng.random((3, 16, 20, 2)), rng.normal(size=(3, 16, 20, 2))

    def loss(step):
        return style.through(pictures + step * way, network, targets, style.style_loss)

    rise = (loss(1e-6)[0] - loss(-1e-6)[0]) / 2e-6
    np.testing.assert_allclose(np.sum(loss(0)[1] * way, axis=(1, 2, 3)), rise, rtol=1e-4)


def test_answers_move_with_the_picture_round_the_edge():
    bank = style.filter_bank(4, size=5, seed=3)
    picture = np.random.default_rng(3).random((1, 24, 32, 3))
    before, after = bank.forward(picture), bank.forward(np.roll(picture, (8, 12), axis=(1, 2)))
    for factor, a, b in zip(bank.factors, before, after, strict=True):
        moved = np.roll(a, (8 // factor, 12 // factor), axis=(1, 2))
        np.testing.assert_allclose(b, moved, atol=1e-12)


def test_filters_hardly_see_brightness_and_are_the_same_for_a_seed():
    one, two = (style.filter_bank(8, brightness=0.0, seed=s) for s in (5, 5))
    np.testing.assert_array_equal(one.kernels[1], two.kernels[1])
    for answers in one.forward(np.full((1, 32, 32, 3), 0.9, "float32")):
        assert np.abs(answers).max() < 1e-6


def test_without_wrapping_the_opposite_edge_is_not_seen():
    rng = np.random.default_rng(6)
    for network in (style.filter_bank(4, size=3, colours=2), chain(rng)):
        left = rng.random((1, 24, 24, 2))
        right = left.copy()
        right[:, :, -1] = 1 - right[:, :, -1]
        pairs = zip(
            network.forward(left, wrap=False), network.forward(right, wrap=False), strict=True
        )
        for a, b in list(pairs):
            np.testing.assert_array_equal(a[:, :, 0], b[:, :, 0])


def test_parts_of_a_bank_and_of_a_chain():
    bank, pictures = style.filter_bank(4), np.zeros((1, 32, 32, 3), "float32")
    assert [a.shape[1] for a in bank.only(0, 2).forward(pictures)] == [32, 8]
    assert bank.last.factors == (4,)
    assert bank.last.multiple == 4
    whole = chain(np.random.default_rng(7))
    x = np.random.default_rng(8).random((1, 12, 12, 2))
    np.testing.assert_array_equal(whole.last.forward(x)[0], whole.forward(x)[1])
    assert len(whole.only(0).forward(x)) == 1
    assert whole.multiple == 2


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: style.filter_bank(size=4), "must be odd"),
        (lambda: style.filter_bank().forward(np.zeros((1, 30, 32, 3))), "divisible by 4"),
        (lambda: style.filter_bank().forward(np.zeros((32, 32, 3))), r"pictures \(n, h, w, 3\)"),
        (lambda: style.filter_bank().forward(np.zeros((1, 16, 16, 3))), "at least 20 x 20"),
        (lambda: chain(np.random.default_rng(0), listen=(2,)), "of the 2 convolutions"),
    ],
)
def test_errors_say_what_is_expected(ask, told):
    with pytest.raises(InvalidInputError, match=told):
        ask()
