"""The mixture density of the next point."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from coursekit.errors import InvalidInputError
from coursekit.handwriting import Mixture, fit_constant, fit_mixture, log_normal


def outputs(*shape, seed=0):
    return np.random.default_rng(seed).normal(0, 1, shape)


def test_log_normal_is_scipys():
    rng = np.random.default_rng(1)
    x, mean, sigma = rng.normal(size=2), rng.normal(size=2), rng.uniform(0.3, 2, 2)
    off = 0.7 * sigma.prod()
    covariance = [[sigma[0] ** 2, off], [off, sigma[1] ** 2]]
    expected = multivariate_normal(mean, covariance).logpdf(x)
    assert log_normal(x, mean, sigma, 0.7) == pytest.approx(expected)


def test_outputs_of_another_length_are_refused():
    with pytest.raises(InvalidInputError, match="6 m \\+ 1"):
        Mixture.of(np.zeros((3, 12)))


def test_heat_has_mass_one_and_follows_the_pen():
    m = Mixture.of(outputs(19))
    xs, ys = np.linspace(-15, 15, 201), np.linspace(-14, 16, 151)
    picture = m.heat(np.array([1.0, 2.0]), xs, ys)
    assert picture.shape == (151, 201)
    assert picture.sum() * 0.15 * 0.2 == pytest.approx(1, abs=0.01)
    moved = m.heat(np.array([4.0, 2.0]), xs + 3, ys)
    np.testing.assert_allclose(moved, picture)


def test_nats_are_minus_the_log_of_density_times_probability():
    m = Mixture.of(outputs(4, 13))
    points = outputs(4, 3, seed=2)
    points[:, 2] = [0, 1, 0, 1]
    for row in range(4):
        one = Mixture.of(outputs(4, 13)[row])
        density = one.heat(np.zeros(2), points[row, :1], points[row, 1:2])[0, 0]
        chance = 1 / (1 + np.exp(-one.pen))
        chance = chance if points[row, 2] else 1 - chance
        assert m.nats(points)[row] == pytest.approx(-np.log(density * chance))


def test_draws_follow_the_mixture():
    m = Mixture.of(np.tile(outputs(19, seed=3), (20_000, 1)))
    points = m.draw(np.random.default_rng(0))
    np.testing.assert_allclose(points[:, :2].mean(0), m.mean()[0], atol=0.06)
    assert points[:, 2].mean() == pytest.approx(1 / (1 + np.exp(-m.pen[0])), abs=0.02)
    one = Mixture.of(np.array([0.0, 0, 1, -1, 0.2, -0.3, 0.8]))
    drawn = np.array([one.draw(np.random.default_rng(i)) for i in range(4000)])
    found = np.cov(drawn[:, :2].T)
    sigma, rho = one.sigmas[0], one.rho[0]
    np.testing.assert_allclose(np.sqrt(np.diag(found)), sigma, rtol=0.06)
    assert found[0, 1] / sigma.prod() == pytest.approx(rho, abs=0.05)


def test_bias_makes_narrower_hills_and_sharper_weights():
    m = Mixture.of(outputs(5, 25))
    neat = m.biased(1.0)
    np.testing.assert_allclose(neat.sigmas, m.sigmas / np.e)
    assert (neat.weights.max(-1) > m.weights.max(-1)).all()
    np.testing.assert_allclose(neat.weights.sum(-1), 1)
    np.testing.assert_array_equal(neat.means, m.means)


def test_answers_without_a_memory_are_better_the_more_hills_they_have():
    rng = np.random.default_rng(0)
    around = rng.uniform(0, 2 * np.pi, 2000)
    steps = np.column_stack([np.cos(around), 2 * np.sin(around)]) + rng.normal(0, 0.1, (2000, 2))
    points = np.column_stack([steps, rng.random(2000) < 0.1])
    losses = [
        Mixture.of(fit).nats(points).mean()
        for fit in (fit_constant(points), fit_mixture(points, 8))
    ]
    assert losses[1] < losses[0] - 0.3
    wrong = fit_constant(points) + np.array([0, 0, 0.5, 0, 0, 0, 0])
    assert Mixture.of(wrong).nats(points).mean() > losses[0]
