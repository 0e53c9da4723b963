"""Losses against their NumPy forms, on this process's backend and, in a process of its own, on
JAX."""

from __future__ import annotations

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops
from scipy.spatial.distance import jensenshannon

from coursekit import losses
from coursekit.errors import InvalidInputError
from coursekit.training import gradients


def call(loss, *args, **kwargs):
    return np.asarray(ops.convert_to_numpy(loss(*args, **kwargs)))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def probabilities(rng, shape):
    p = rng.random(shape).astype("float32")
    return p / p.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("negative", [0, -1])
def test_margin_losses_take_labels_of_both_kinds(rng, negative):
    f = rng.normal(size=(6, 3)).astype("float32")
    sign = np.where(rng.random((6, 3)) < 0.5, -1, 1)
    y = np.where(sign > 0, 1, negative)
    np.testing.assert_allclose(
        call(losses.exponential, y, f), np.exp(-sign * f).mean(-1), rtol=1e-5
    )
    np.testing.assert_allclose(
        call(losses.logistic, y, f), np.log2(1 + np.exp(-sign * f)).mean(-1), rtol=1e-5
    )


def test_margin_losses_at_margin_zero_are_one_and_none_lies_below_the_zero_one_error(rng):
    zero = np.zeros((1, 1), "float32")
    assert call(losses.exponential, zero, zero) == pytest.approx(1)
    assert call(losses.logistic, zero, zero) == pytest.approx(1)
    f = rng.normal(size=(50, 1)).astype("float32") * 3
    wrong = (f[:, 0] <= 0).astype(float)
    for loss in (losses.exponential, losses.logistic):
        assert np.all(call(loss, np.ones((50, 1)), f) >= wrong)


def test_logistic_does_not_overflow_and_in_nats_is_binary_cross_entropy(rng):
    far = np.array([[-1000.0], [1000.0]], "float32")
    np.testing.assert_allclose(
        call(losses.logistic, np.ones((2, 1)), far), [1000 / np.log(2), 0], rtol=1e-5
    )
    y, f = rng.integers(0, 2, (8, 1)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    theirs = call(keras.losses.binary_crossentropy, y, f, from_logits=True)
    np.testing.assert_allclose(call(losses.logistic, y, f, base=np.e), theirs, rtol=1e-5)


def test_contrastive_pulls_equal_pairs_and_pushes_others_to_the_margin():
    y = np.array([1, 1, 0, 0, 0], "float32")
    d = np.array([0.5, 2, 0.5, 1.5, 4], "float32")
    expected = [0.125, 2, 0.125, 0, 0]
    np.testing.assert_allclose(call(losses.contrastive, y, d), expected, rtol=1e-6)
    np.testing.assert_allclose(
        call(losses.contrastive, y[:, None], d[:, None]), expected, rtol=1e-6
    )
    np.testing.assert_allclose(
        call(losses.contrastive, y, d, margin=2.0), [0.125, 2, 1.125, 0.125, 0], rtol=1e-6
    )


def test_triplet_is_zero_once_the_negative_is_far_enough(rng):
    a, p, n = rng.normal(size=(3, 9, 4)).astype("float32")
    near, far = np.sum((a - p) ** 2, -1), np.sum((a - n) ** 2, -1)
    np.testing.assert_allclose(
        call(losses.triplet, a, p, n, margin=0.3), np.maximum(near - far + 0.3, 0), rtol=1e-4
    )
    assert np.all(call(losses.triplet, a, a, a + 10) == 0)
    np.testing.assert_allclose(call(losses.triplet, a, a, a, margin=0.7), 0.7, rtol=1e-6)


def test_kl_sparsity_is_zero_at_the_target_and_grows_on_both_sides(rng):
    h = rng.random((20, 5)).astype("float32")
    rho = h.mean(0)
    expected = np.sum(0.1 * np.log(0.1 / rho) + 0.9 * np.log(0.9 / (1 - rho)))
    assert call(losses.kl_sparsity, h, 0.1) == pytest.approx(expected, rel=1e-5)
    flat = [
        float(call(losses.kl_sparsity, np.full((4, 1), value, "float32"), 0.2))
        for value in (0.05, 0.2, 0.6)
    ]
    assert flat[1] == pytest.approx(0, abs=1e-6)
    assert min(flat[0], flat[2]) > 0.1
    assert np.isfinite(call(losses.kl_sparsity, np.zeros((4, 2), "float32"), 0.05))


def test_jensen_shannon_is_scipys_distance_squared(rng):
    p, q = probabilities(rng, (7, 4)), probabilities(rng, (7, 4))
    np.testing.assert_allclose(
        call(losses.jensen_shannon, p, q), jensenshannon(p, q, axis=1) ** 2, rtol=1e-4, atol=1e-7
    )
    np.testing.assert_allclose(
        call(losses.jensen_shannon, p, q), call(losses.jensen_shannon, q, p), rtol=1e-5
    )
    apart = call(
        losses.jensen_shannon, np.eye(3, dtype="float32"), np.roll(np.eye(3, dtype="float32"), 1, 0)
    )
    np.testing.assert_allclose(apart, np.log(2), rtol=1e-6)


def test_jensen_shannon_has_a_gradient_where_a_probability_is_zero():
    p = np.array([[1.0, 0.0], [0.5, 0.5]], "float32")
    slope = gradients(
        lambda q: ops.sum(losses.jensen_shannon(p, q)),
        np.array([[0.4, 0.6], [1.0, 0.0]], "float32"),
    )
    assert np.all(np.isfinite(slope))


def test_distillation_weighs_teacher_and_labels(rng):
    s, t = rng.normal(size=(2, 6, 4)).astype("float32")
    y = rng.integers(0, 4, 6)

    def softmax(z):
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)

    temperature = 3.0
    soft_t, soft_s = softmax(t / temperature), softmax(s / temperature)
    kl = np.sum(soft_t * np.log(soft_t / soft_s), -1)
    hard = -np.log(softmax(s)[np.arange(6), y])
    got = call(losses.distillation, y, s, t, temperature=temperature, alpha=0.7)
    np.testing.assert_allclose(got, 0.7 * 9 * kl + 0.3 * hard, rtol=1e-4)
    np.testing.assert_allclose(call(losses.distillation, y, s, s, alpha=1.0), 0, atol=1e-6)


def test_distillation_does_not_teach_the_teacher(rng):
    s, t = rng.normal(size=(2, 3, 4)).astype("float32")
    slope = gradients(
        lambda teacher: ops.sum(losses.distillation(np.array([0, 1, 2]), s, teacher)), t
    )
    assert np.all(slope == 0)


@pytest.mark.parametrize(
    ("loss", "args", "options"),
    [
        (losses.logistic, ([1.0], [1.0]), {"base": 1.0}),
        (losses.kl_sparsity, ([[0.5]],), {"target": 0.0}),
        (losses.distillation, ([0], [[1.0, 2.0]], [[1.0, 2.0]]), {"temperature": 0}),
        (losses.distillation, ([0], [[1.0, 2.0]], [[1.0, 2.0]]), {"alpha": 1.5}),
    ],
)
def test_wrong_settings_are_refused_by_name(loss, args, options):
    with pytest.raises(InvalidInputError, match=f"Received: .*{next(iter(options))}="):
        loss(*args, **options)


@pytest.mark.parametrize("loss", [losses.exponential, losses.logistic])
def test_a_model_trains_with_a_margin_loss(loss, rng):
    x = rng.normal(size=(64, 2)).astype("float32")
    y = (x[:, :1] > x[:, 1:]).astype("float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(0.5), loss=loss)
    model.fit(x, y, epochs=3, batch_size=16, verbose=0)
    assert np.mean((model.predict_on_batch(x) > 0) == (y > 0)) > 0.9


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="this process already runs on JAX")
def test_the_same_holds_on_jax():
    pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_gradient_penalty_of_a_linear_critic_is_the_distance_of_its_slope_from_one(rng):
    w = np.array([3.0, 4.0], "float32")  # slope 5 everywhere
    real, fake = rng.normal(size=(2, 6, 2)).astype("float32")
    seed = keras.random.SeedGenerator(0)

    def critic(x):
        return ops.matmul(x, w)

    np.testing.assert_allclose(
        call(losses.gradient_penalty, critic, real, fake, seed), np.full(6, 16.0), rtol=1e-4
    )
    np.testing.assert_allclose(
        call(losses.gradient_penalty, critic, real, fake, seed, target=5), 0, atol=1e-5
    )
    expected = fake.mean(0) @ w - real.mean(0) @ w + 10 * 16
    got = call(losses.wasserstein_critic, critic, real, fake, seed)
    assert got == pytest.approx(expected, rel=1e-4)
    got = call(losses.wasserstein_generator, critic, fake)
    assert got == pytest.approx(-(fake @ w).mean(), rel=1e-4)


def test_gradient_penalty_looks_between_real_and_fake_and_is_finite_on_a_plain(rng):
    # The slope of |x|^2 / 2 is x itself, so that the penalty tells where it was looked.
    real, fake = np.full((50, 1), 2.0, "float32"), np.full((50, 1), 6.0, "float32")
    seed = keras.random.SeedGenerator(1)
    found = call(losses.gradient_penalty, lambda x: ops.sum(x**2, 1) / 2, real, fake, seed)
    places = np.sqrt(found) + 1
    assert places.min() > 2
    assert places.max() < 6
    assert places.std() > 0.5, "one mixing number for each pair"
    flat = call(losses.gradient_penalty, lambda x: 0 * ops.sum(x, 1), real, fake, seed)
    np.testing.assert_allclose(flat, 1, rtol=1e-4)
