"""A network with error bars: its cost, its draws, and that it learns."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import norm

from coursekit.datasets import load_digits
from coursekit.generative import bayes
from coursekit.training import gradients


@pytest.fixture(scope="module")
def digits():
    (x, y), (x_test, y_test) = load_digits()
    flat = [a.reshape(len(a), -1).astype("float32") / 255 for a in (x, x_test)]
    return flat[0][:400], y[:400], flat[1][:200], y_test[:200]


def tiny(seed=0):
    layers = [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)]
    keras.utils.set_random_seed(seed)
    return keras.Sequential(layers)


def test_the_loss_is_cross_entropy_plus_cost_by_image(monkeypatch):
    net = bayes.BayesNet(tiny(), rho=-1.0)
    net.images = 7
    noise = iter(np.random.default_rng(0).normal(size=(9, 100)).astype("float32"))
    drawn = []

    def normal(shape, seed=None):
        drawn.append(next(noise)[: int(np.prod(shape))].reshape(shape))
        return ops.convert_to_tensor(drawn[-1])

    monkeypatch.setattr(keras.random, "normal", normal)
    x, y = np.ones((2, 3), "float32") * [[1], [2]], np.array([0, 1])
    got = float(net.compute_loss(ops.convert_to_tensor(x, "float32"), y))
    mean, rho = net.flat()
    eps = np.concatenate([d.ravel() for d in drawn])
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * eps
    prior = bayes.SHARE * norm.pdf(w, 0, bayes.WIDE)
    prior += (1 - bayes.SHARE) * norm.pdf(w, 0, bayes.NARROW)
    cost = np.sum(norm.logpdf(w, mean, sigma) - np.log(prior))
    monkeypatch.undo()
    logits = net.logits(w, x, batch_size=2)
    wrong = np.mean([np.logaddexp.reduce(row) - row[k] for row, k in zip(logits, y, strict=True)])
    assert got == pytest.approx(wrong + cost / 7, rel=1e-4)


def test_slopes_reach_means_and_rhos():
    net = bayes.BayesNet(tiny(), rho=-1.0)
    x = ops.ones((2, 3))
    variables = [*net.means, *net.rhos]
    assert [v.shape for v in net.trainable_variables] == [v.shape for v in variables]
    found = gradients(lambda: net.compute_loss(x, np.array([0, 1])), variables)
    assert all(np.abs(g).max() > 0 for g in found)


def test_draws_differ_and_narrow_weights_agree(digits):
    _, _, x, _ = digits
    net = bayes.BayesNet(bayes.small_cnn(10, 4), rho=-1.0)
    p = net.answers(x[:7], draws=3, batch_size=4)
    assert p.shape == (3, 7, 10)
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-5)
    assert np.abs(p[0] - p[1]).max() > 1e-3
    sure = bayes.BayesNet(bayes.small_cnn(10, 4), rho=-40.0)
    p = sure.answers(x[:7], draws=2, batch_size=4)
    np.testing.assert_allclose(p[0], p[1], atol=1e-6)


def test_it_learns_digits(digits):
    x, y, x_test, y_test = digits
    net = bayes.BayesNet(bayes.small_cnn(10, 6, seed=1), seed=1)
    losses = net.learn(x, y, epochs=20, batch_size=50, learning_rate=4e-3)
    assert losses[-1] < losses[0]
    said = net.logits(net.flat()[0], x_test, batch_size=50).argmax(axis=1)
    assert np.mean(said == y_test) > 0.6
