"""The autoencoder's bound against NumPy, its draws, and the denoiser."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from coursekit.generative import binarised, log_gaussian
from coursekit.generative.denoising import Denoiser
from coursekit.generative.images import patches, photograph
from coursekit.generative.variational import VAE


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    middle = rng.uniform(2, 5, (240, 2))
    at = np.stack(np.mgrid[:8, :8], axis=-1).reshape(-1, 2)
    return np.exp(-((at - middle[:, None]) ** 2).sum(axis=-1) / 3).astype("float32")


def test_the_bound_of_many_draws_is_that_of_numpy(blobs):
    vae = VAE(64, 3, 10, seed=1)
    x = binarised(blobs[:2])
    told = np.mean([ops.convert_to_numpy(vae.elbo(x)) for _ in range(400)], axis=0)
    mean, log_variance = vae.propose(x)
    z = mean + np.exp(0.5 * log_variance) * np.random.default_rng(2).normal(size=(4000, 2, 3))
    logits = vae.logits(z)
    seen = (x * logits - np.logaddexp(0, logits)).sum(axis=-1)
    weights = seen + log_gaussian(z, 0.0, 0.0) - log_gaussian(z, mean, log_variance)
    np.testing.assert_allclose(told, weights.mean(axis=0), atol=0.4)


def test_it_learns_and_draws(blobs):
    vae = VAE(64, 2, 24, seed=1)
    losses = vae.learn(blobs, epochs=30, batch_size=40, learning_rate=4e-3)
    assert losses[-1] < losses[0] - 3
    images = vae.draw(7, seed=3)
    assert images.shape == (7, 64)
    assert 0 <= images.min() < images.max() <= 1
    np.testing.assert_array_equal(images, vae.draw(7, seed=3))


def test_a_dear_divergence_empties_the_code(blobs):
    spread = {}
    for beta in (1.0, 200.0):
        vae = VAE(64, 2, 24, beta=beta, seed=1)
        vae.learn(blobs, epochs=80, batch_size=40, learning_rate=1e-2)
        spread[beta] = vae.draw(50).std(axis=0).mean()
    assert spread[200.0] < spread[1.0] / 3


def test_the_denoiser_takes_off_noise_and_less_where_it_is_told_of_less():
    denoiser = Denoiser(8, depth=3, seed=0)
    losses = denoiser.learn(patches(64, 16), steps=120, batch_size=16, learning_rate=5e-3)
    assert len(losses) == 1
    rng, clean = np.random.default_rng(1), patches(1, 32, seed=9)[0, ..., 0]
    noisy = clean + rng.normal(0, 0.15, clean.shape)
    cleaned = denoiser.clean(noisy, 0.15)
    assert cleaned.dtype == np.float64
    assert np.mean((cleaned - clean) ** 2) < 0.8 * np.mean((noisy - clean) ** 2)
    touched = [np.mean((denoiser.clean(noisy, level) - noisy) ** 2) for level in (0.01, 0.15)]
    assert touched[0] < touched[1]


def test_the_denoiser_of_the_package_beats_total_variation():
    from skimage.restoration import denoise_tv_chambolle

    truth = photograph("camera", 96)
    noisy = truth + np.random.default_rng(3).normal(0, 0.1, truth.shape)
    error = np.mean((Denoiser.load().clean(noisy, 0.1) - truth) ** 2)
    weights = (0.05, 0.07, 0.1, 0.14)
    assert error < min(np.mean((denoise_tv_chambolle(noisy, w) - truth) ** 2) for w in weights)


def test_learning_again_starts_the_optimiser_anew(blobs):
    vae = VAE(64, 2, 8)
    for _ in range(2):
        vae.learn(blobs[:40], epochs=1, batch_size=20)
    assert isinstance(vae.optimizer, keras.optimizers.Adam)
