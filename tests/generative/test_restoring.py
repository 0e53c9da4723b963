"""Damages and their adjoints, the loop, photographs, the ring: what needs no backend."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import signal
from scipy.stats import multivariate_normal

from coursekit import generative
from coursekit.errors import InvalidInputError
from coursekit.generative.restoring import NOISE, SHRINK, smear


def blur_back(y, kernel):
    return signal.convolve2d(y, kernel, mode="same")


def blocks_back(y, k):
    return np.kron(y, np.ones((k, k))) / k**2


def step(x, y, forward, back, rate):
    return x - rate * back(forward(x) - y)


@pytest.fixture(scope="module")
def photograph():
    return generative.photograph("camera", 48)


@pytest.fixture(scope="module")
def damage(photograph):
    return generative.damaged(photograph, blur_back, blocks_back, seed=1)


def test_each_way_back_is_the_adjoint(damage, photograph):
    rng = np.random.default_rng(0)
    assert list(damage) == ["denoise", "in-paint", "super-resolve", "deblur"]
    for case in damage.values():
        x, y = rng.normal(size=photograph.shape), rng.normal(size=case.y.shape)
        assert np.sum(case.forward(x) * y) == pytest.approx(np.sum(x * case.back(y)), rel=1e-9)


def test_the_damage_is_what_its_name_says(damage, photograph):
    assert np.std(damage["denoise"].y - photograph) == pytest.approx(NOISE, rel=0.1)
    assert damage["super-resolve"].y.shape == tuple(n // SHRINK for n in photograph.shape)
    holes = damage["in-paint"]
    kept = holes.forward(np.ones_like(photograph)) > 0
    assert 0.3 < kept.mean() < 0.5
    np.testing.assert_array_equal(holes.start[kept], photograph[kept])
    assert not np.allclose(smear(), smear()[::-1, ::-1])
    assert smear().sum() == pytest.approx(1)


def test_classical_remedies_remedy(damage, photograph):
    for case in damage.values():
        before, after = generative.decibels(photograph, [case.start, case.classic])
        assert after >= before
        assert case.classic.shape == photograph.shape


def test_the_loop_with_a_perfect_denoiser_ends_at_the_truth(damage, photograph):
    results = generative.restored(damage, step, lambda x, level: photograph)
    for classic, best in results.values():
        np.testing.assert_array_equal(best, photograph)
        assert classic.shape == photograph.shape
    seen = []
    generative.restored(damage, step, lambda x, level: seen.append(level) or x)
    assert len(seen) == sum(len(case.levels) for case in damage.values())


def test_photographs_and_patches_are_grey_and_repeatable():
    image = generative.photograph("astronaut", 64)
    assert image.shape == (64, 64)
    assert 0 <= image.min() < image.max() <= 1
    cuts = generative.patches(20, 16, seed=3)
    assert cuts.shape == (20, 16, 16, 1)
    assert cuts.dtype == np.float32
    np.testing.assert_array_equal(cuts, generative.patches(20, 16, seed=3))
    with pytest.raises(InvalidInputError, match="skimage"):
        generative.photograph("nobody")
    with pytest.raises(InvalidInputError, match="side"):
        generative.photograph("camera", 600)


def test_the_ring_has_eight_bumps():
    centres = generative.ring_centres()
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 2)
    points, bump = generative.ring_points(4000, seed=0)
    away = np.linalg.norm(points[:, None] - centres, axis=-1)
    assert (away.argmin(axis=1) == bump).all()
    assert np.std(points - centres[bump]) == pytest.approx(0.1, rel=0.05)


def test_pixels_become_ones_as_often_as_they_are_grey():
    ones = generative.binarised(np.full((5000, 2), [0.2, 1.0]), seed=0)
    assert set(np.unique(ones)) == {0, 1}
    np.testing.assert_allclose(ones.mean(axis=0), [0.2, 1.0], atol=0.02)


def test_the_log_density_is_scipys():
    rng = np.random.default_rng(1)
    z, mean, log_variance = rng.normal(size=(3, 4))
    expected = multivariate_normal(mean, np.diag(np.exp(log_variance))).logpdf(z)
    assert generative.log_gaussian(z, mean, log_variance) == pytest.approx(expected)


def test_the_room_itself_loads_no_backend():
    code = (
        "import sys, coursekit.generative\n"
        "print([m for m in ('keras', 'tensorflow', 'jax') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
