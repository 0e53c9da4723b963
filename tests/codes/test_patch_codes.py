"""Patches, sparse codes, dictionaries, k-means features and kernel layers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power
from sklearn.linear_model import Lasso

from coursekit import codes
from coursekit.errors import InvalidInputError


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def unit_rows(rng, count, inputs):
    rows = rng.normal(size=(count, inputs))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_grid_patches_are_cut_where_they_should(rng):
    x = rng.random((2, 7, 6, 3))
    found = codes.grid_patches(x, 3, 2)
    assert found.shape == (2, 3, 2, 27)
    np.testing.assert_array_equal(found[1, 2, 1], x[1, 4:7, 2:5].ravel())
    np.testing.assert_array_equal(
        codes.grid_patches(x[..., 0], 3)[0, 1, 2], x[0, 1:4, 2:5, 0].ravel()
    )
    with pytest.raises(InvalidInputError, match="at least 8 x 8"):
        codes.grid_patches(x, 8)


def test_pool_grid_means_and_largest(rng):
    x = rng.random((2, 5, 4, 3))
    np.testing.assert_allclose(codes.pool_grid(x, 2)[1, 1, 0], x[1, 2:4, 0:2].mean(axis=(0, 1)))
    top = codes.pool_grid(x, 2, largest=True)
    assert top.shape == (2, 2, 2, 3)
    np.testing.assert_allclose(top[0, 0, 1], x[0, 0:2, 2:4].max(axis=(0, 1)))


def test_whitened_patches_have_no_links_left(rng):
    x = rng.normal(size=(4000, 6)) @ rng.normal(size=(6, 6)) + 5
    white = codes.fit_whitening(x, ridge=1e-6)(x)
    shares = np.linalg.eigvalsh(np.cov(white, rowvar=False))
    np.testing.assert_allclose(shares[1:], 1, rtol=0.02)  # one direction, the mean, is gone
    assert shares[0] < 0.01


def test_photographs_are_at_hand_without_a_network():
    x = codes.photograph_patches(50, 8, seed=1)
    assert x.shape == (50, 64)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    np.testing.assert_array_equal(x, codes.photograph_patches(50, 8, seed=1))


def test_fista_reaches_the_lassos_codes(rng):
    d, x = unit_rows(rng, 5, 8), rng.normal(0, 2, (3, 8))
    lasso = Lasso(alpha=0.4 / 8, fit_intercept=False, tol=1e-12, max_iter=100_000)
    expected = np.array([lasso.fit(d.T, row).coef_ for row in x])
    np.testing.assert_allclose(codes.fista(x, d, 0.4, 800), expected, atol=1e-6)
    assert codes.fista(x.astype("float32"), d.astype("float32"), 0.4, 5).dtype == np.float32


def test_a_dictionary_finds_the_atoms_that_made_the_data(rng):
    true = unit_rows(rng, 8, 12)
    z = rng.normal(size=(3000, 8)) * (rng.random((3000, 8)) < 0.2)
    found = codes.learn_dictionary(z @ true, 8, 0.05, epochs=6, batch_size=100, seed=2)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-6)
    alike = np.abs(found @ true.T).max(axis=0)
    assert np.sum(alike > 0.9) >= 7
    with pytest.raises(InvalidInputError, match="at least 9"):
        codes.learn_dictionary(z[:8] @ true, 9, 0.1)


def test_kmeans_codes_keep_the_near_centres(rng):
    x, centres = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    found = codes.kmeans_codes(x, centres)
    away = np.array([[np.linalg.norm(row - centre) for centre in centres] for row in x])
    expected = np.maximum(away.mean(axis=1, keepdims=True) - away, 0)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_orientation_tells_a_grating_from_a_spot():
    rows, columns = np.mgrid[:8, :8]
    grating = np.cos(2 * np.pi * (rows + columns) / 8).ravel()
    spot = np.exp(-((rows - 3.5) ** 2 + (columns - 3.5) ** 2) / 4).ravel()
    found = codes.orientation(np.array([grating, spot]))
    assert found[0] > 0.95
    assert found[1] < 0.2


def test_patch_features_have_one_size(rng):
    images = rng.random((24, 28, 28)).astype(np.float32)
    found = codes.patch_features(images, 20, 6)
    assert {name: f.shape for name, f in found.items()} == dict.fromkeys(
        ("k-means", "sparse, one layer", "sparse, two layers"), (24, 54)
    )
    assert all(f.min() >= 0 and f.max() > 0 for f in found.values())


def test_kernel_map_has_the_kernel_as_inner_product(rng):
    anchors, p = unit_rows(rng, 4, 6), rng.normal(size=(5, 6))
    p[2] = 0
    found = codes.kernel_map(p, anchors, 2.0)
    assert np.all(found[2] == 0)
    table = np.exp(2.0 * (anchors @ anchors.T - 1))
    along = codes.kernel_map(3 * anchors, anchors, 2.0)
    np.testing.assert_allclose(along @ along.T, 9 * table, rtol=1e-5)
    sizes = np.linalg.norm(p[:1], axis=1)
    expected = sizes * np.exp(2.0 * (p[:1] @ anchors.T / sizes - 1))
    root = np.real(fractional_matrix_power(table, -0.5))
    np.testing.assert_allclose(found[:1], expected @ root, rtol=1e-5)


def test_a_kernel_layer_sees_patches_and_pools(rng):
    images = rng.random((12, 8, 8)).astype(np.float32)
    layer = codes.fit_kernel_layer(images, 6, size=3, pool=2, sample=400, rounds=3)
    np.testing.assert_allclose(np.linalg.norm(layer.anchors, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(layer.anchors.mean(axis=1), 0, atol=1e-6)  # patches were centred
    found = layer(images)
    assert found.shape == (12, 4, 4, 6)
    patches = codes.grid_patches(np.pad(images[3:4], ((0, 0), (1, 1), (1, 1))), 3)[0, 2:4, 4:6]
    flat = patches.reshape(4, 9)
    mapped = codes.kernel_map(flat - flat.mean(axis=1, keepdims=True), layer.anchors, layer.alpha)
    np.testing.assert_allclose(found[3, 1, 2], mapped.mean(axis=0), rtol=1e-3, atol=1e-5)
    again = codes.fit_kernel_layer(found, 5, size=3, pool=2, centre=False, sample=100)
    assert again(found).shape == (12, 2, 2, 5)
    with pytest.raises(InvalidInputError, match="not flat"):
        codes.fit_kernel_layer(np.zeros((12, 8, 8), np.float32), 6, size=3)
