"""Small problems in the plane."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from coursekit.datasets import (
    make_circles,
    make_hills,
    make_moons,
    make_plane,
    make_spiral,
    make_xor,
)
from coursekit.errors import InvalidInputError

ALL = [make_circles, make_moons, make_spiral, make_xor]


@pytest.mark.parametrize("make", ALL)
def test_points_are_balanced_mixed_and_follow_the_seed(make):
    x, y = make(100, seed=4)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((100, 2), np.float32, (100,), np.int64)
    assert np.bincount(y).tolist() == [50, 50]
    assert 0 < y[:50].sum() < 50
    np.testing.assert_array_equal(x, make(100, seed=4)[0])
    assert (x != make(100, seed=5)[0]).any()
    assert len(make()[0]) == 400


def test_circles_have_their_radii():
    x, y = make_circles(200, noise=0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1, 0.5), rtol=1e-5)


def test_xor_is_the_sign_of_the_product():
    x, y = make_xor(200, noise=0)
    np.testing.assert_array_equal(y, x.prod(1) < 0)
    assert sorted({(bool(a), bool(b)) for a, b in x > 0}) == [
        (False, False),
        (False, True),
        (True, False),
        (True, True),
    ]


def test_spiral_arms_are_one_turned_by_half_a_turn():
    x, y = make_spiral(500, noise=0)
    radius = np.hypot(*x.T)
    angle = np.arctan2(x[:, 1], x[:, 0])
    off = (angle - 3 * np.pi * radius - np.pi * y + np.pi) % (2 * np.pi) - np.pi
    np.testing.assert_allclose(off, 0, atol=1e-4)
    assert (radius.min() >= 0.099, radius.max() <= 1.001) == (True, True)


def test_moons_interleave():
    x, y = make_moons(100, noise=0)
    assert x[y == 0, 1].min() >= -1e-6, "the upper moon"
    assert x[y == 1, 1].max() <= 0.5 + 1e-6, "the lower moon"


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize(
    "arguments", [{"n": 1}, {"n": 2.5}, {"n": True}, {"noise": -0.1}, {"noise": float("nan")}]
)
def test_wrong_arguments_are_refused(make, arguments):
    with pytest.raises(InvalidInputError, match="Received"):
        make(**arguments)


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, coursekit.datasets; print(*{'keras', 'tensorflow', 'jax', "
        "'matplotlib', 'sklearn', 'pooch', 'PIL'} & set(sys.modules))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == ""
    )


@pytest.mark.parametrize("make", [make_plane, make_hills])
def test_targets_follow_the_seed_and_noise_is_on_them_alone(make):
    (x, y), (same, noisy) = make(90, noise=0, seed=2), make(90, noise=0.3, seed=2)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((90, 2), np.float32, (90,), np.float32)
    assert np.abs(x).max() <= 1
    assert np.abs(y).max() <= 1.001
    np.testing.assert_array_equal(x, same)
    assert 0.2 < np.std(noisy - y) < 0.4


def test_the_plane_is_half_the_sum_and_hills_have_their_tops():
    x, y = make_plane(50, noise=0)
    np.testing.assert_allclose(y, x.mean(axis=1), atol=1e-6)
    x, y = make_hills(4000, noise=0)
    top = x[np.argsort(y)[-20:]]
    assert (top.prod(axis=1) > 0).all()
    np.testing.assert_allclose(np.abs(top), 0.5, atol=0.12)
