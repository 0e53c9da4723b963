"""Tied autoencoders: slopes beside differences, what each penalty and each corruption does, stacks."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from coursekit import codes
from coursekit.errors import InvalidInputError


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def bars(n, seed=0):
    """Images of 4x4 with one white row or column."""
    rng, x = np.random.default_rng(seed), np.zeros((n, 4, 4), np.float32)
    for image, place, across in zip(x, rng.integers(0, 4, n), rng.random(n) < 0.5, strict=True):
        image[(place, slice(None)) if across else (slice(None), place)] = 1
    return x.reshape(n, 16)


def slope_of(function, at):
    """Central differences in float64."""
    out = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = 1e-6
        out[place] = (function(at + step) - function(at - step)) / 2e-6
    return out


def test_sparsity_and_its_slope(rng):
    h = rng.uniform(0.05, 0.95, (5, 3))
    value, slope = codes.sparsity(h, 0.2)
    mean = h.mean(axis=0)
    expected = np.sum(0.2 * np.log(0.2 / mean) + 0.8 * np.log(0.8 / (1 - mean)))
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(slope, slope_of(lambda v: codes.sparsity(v, 0.2)[0], h), rtol=1e-5)


def test_contraction_is_the_jacobian_and_its_slopes_are_slopes(rng):
    w, b, x = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(6, 4))
    layer = codes.Layer(w, b, np.zeros(4))
    h = layer.encode(x)
    value, slope_h, slope_w = codes.contraction(h, w)
    entries = np.einsum("nj,ij->nij", h * (1 - h), w)
    assert value == pytest.approx(np.sum(entries**2) / 6)
    np.testing.assert_allclose(
        slope_h, slope_of(lambda v: codes.contraction(v, w)[0], h), rtol=1e-5, atol=1e-8
    )
    np.testing.assert_allclose(
        slope_w, slope_of(lambda v: codes.contraction(h, v)[0], w), rtol=1e-5, atol=1e-8
    )


def test_tied_slopes_are_those_of_an_untied_network(rng):
    x, w = rng.uniform(-1, 1, (5, 4)), rng.normal(0, 0.5, (4, 3))
    b, c = rng.normal(size=3), rng.normal(size=4)

    def loss(up, down, b=b, c=c):
        out = np.tanh(np.tanh(x @ up + b) @ down.T + c)
        return 0.5 * np.sum((out - x) ** 2) / len(x)

    value, encoder, decoder, d_b, d_c = codes.tied_slopes(x, w, b, c)
    assert value == pytest.approx(loss(w, w))
    np.testing.assert_allclose(encoder, slope_of(lambda v: loss(v, w), w), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(decoder, slope_of(lambda v: loss(w, v), w), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(d_b, slope_of(lambda v: loss(w, w, b=v), b), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(d_c, slope_of(lambda v: loss(w, w, c=v), c), rtol=1e-5, atol=1e-8)


def test_fit_tied_follows_the_slopes_it_is_given():
    def slopes(x, w, b, c):
        loss, encoder, decoder, d_b, d_c = codes.tied_slopes(x, w, b, c)
        return loss, encoder + decoder, d_b, d_c

    x = 2 * bars(200).astype(float) - 1
    (w, b, c), losses = codes.fit_tied(slopes, x, 8, epochs=40, batch_size=20, learning_rate=0.01)
    assert (w.shape, b.shape, c.shape) == ((16, 8), (8,), (16,))
    assert np.mean(losses[-10:]) < 0.2 * np.mean(losses[:10])


def test_a_layer_learns_to_copy_and_the_same_seed_repeats_it():
    x = bars(300)
    first, again = (codes.train_layer(x, 8, epochs=60, learning_rate=0.01) for _ in range(2))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert np.mean((first.reconstruct(x) - x) ** 2) < 0.05
    assert first.encode(x).shape == (300, 8)


def test_each_wish_is_heard():
    x, options = bars(300), {"epochs": 40, "learning_rate": 0.01}
    plain = codes.train_layer(x, 8, **options)

    def thrifty(h, weights):
        value, slope = codes.sparsity(h, 0.05)
        return 3 * value, 3 * slope, 0.0

    sparse = codes.train_layer(x, 8, penalty=thrifty, **options)
    assert sparse.encode(x).mean() < 0.5 * plain.encode(x).mean()
    still = codes.train_layer(x, 8, penalty=codes.contraction, **options)
    sizes = [codes.contraction(m.encode(x), m.weights)[0] for m in (still, plain)]
    assert sizes[0] < 0.5 * sizes[1]


def test_a_denoising_layer_mends_better_than_a_plain_one():
    x, options = bars(400), {"epochs": 60, "learning_rate": 0.01}

    def masked(batch, rng):
        return batch * (rng.random(batch.shape) >= 0.5)

    plain = codes.train_layer(x, 12, **options)
    mending = codes.train_layer(x, 12, corrupt=masked, **options)
    seen = masked(x, np.random.default_rng(9))
    errors = [np.mean((m.reconstruct(seen) - x) ** 2) for m in (mending, plain)]
    assert errors[0] < 0.9 * errors[1]


def test_each_layer_of_a_stack_takes_the_codes_below():
    x = bars(100)
    stack = codes.train_stack(x, [6, 4], epochs=3, seed=5)
    assert [layer.weights.shape for layer in stack] == [(16, 6), (6, 4)]
    np.testing.assert_allclose(
        codes.encode_stack(stack, x), stack[1].encode(stack[0].encode(x)), rtol=1e-6
    )
    alone = codes.train_layer(stack[0].encode(x), 4, epochs=3, seed=6)
    np.testing.assert_allclose(stack[1].weights, alone.weights, rtol=1e-6)


def test_a_decoder_for_codes_that_came_without_one(rng):
    codes_ = 50 + rng.normal(0, [20, 0.1], (400, 2))
    angle = codes_ @ [0.05, 10.0]
    x = 0.5 + 0.4 * np.sin(angle[:, None] + np.arange(6))
    parts = codes.train_decoder(codes_, x, epochs=60, batch_size=50)
    assert [w.shape for w, *_ in parts] == [(2, 32), (32, 64), (64, 6)]
    found = codes.View(codes_, parts).decode(codes_)
    assert np.mean((found - x) ** 2) < 0.1 * np.mean((x - x.mean(axis=0)) ** 2)


def test_pca_errors_are_scikit_learns(rng):
    x, y = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6)), rng.normal(size=(9, 6))
    found = codes.pca_errors(x, y, [0, 2, 6])
    pca = PCA(2).fit(x)
    left = y - pca.inverse_transform(pca.transform(y))
    assert found[2] == pytest.approx(np.sum(left**2) / 9)
    assert found[0] == pytest.approx(np.sum((y - x.mean(axis=0)) ** 2) / 9)
    assert found[6] == pytest.approx(0, abs=1e-9)


def test_pixels_of_255_are_refused():
    with pytest.raises(InvalidInputError, match="from 0 to 255"):
        codes.train_layer(np.array([[0, 255]]), 2)
