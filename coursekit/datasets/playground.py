"""Small problems in the plane, for looking at what a network does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.errors import InvalidInputError

Points = tuple[np.ndarray, np.ndarray]


def make_circles(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """A ring around a ring: class 0 at radius 1, class 1 at radius 1/2.

    Args:
        n: number of points, both classes together.
        noise: standard deviation of the Gaussian added to each coordinate.
        seed: of order and noise.

    Returns:
        `(x, y)`: x float32 `(n, 2)`, y int64 `(n,)`, 0 or 1, half of each.

    Raises:
        InvalidInputError: if `n` is below 2 or `noise` is negative.
    """
    from sklearn.datasets import make_circles as circles

    _check(n, noise)
    return _points(*circles(n, noise=noise, factor=0.5, random_state=seed))


def make_moons(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """Two half circles that reach into each other. Arguments, result and errors as in
    `make_circles`."""
    from sklearn.datasets import make_moons as moons

    _check(n, noise)
    return _points(*moons(n, noise=noise, random_state=seed))


def make_spiral(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """Two arms of a spiral, each one and a half turns out to radius 1. Arguments, result and errors
    as in `make_circles`.

    `noise` is scaled by 0.2 here, for the arms are a third of a unit apart.
    """
    _check(n, noise)
    rng = np.random.default_rng(seed)
    y = rng.permutation(n) % 2
    along = np.sqrt(rng.uniform(0.01, 1, n))  # dense outside as inside
    angle = 3 * np.pi * along + np.pi * y
    x = along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _points(x + rng.normal(0, 0.2 * noise, (n, 2)), y)


def make_xor(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """Four quadrants of a square of side 2: class 1 where the coordinates differ in sign.
    Arguments, result and errors as in `make_circles`.
    """
    _check(n, noise)
    rng = np.random.default_rng(seed)
    quadrant = rng.permutation(n) % 4
    right, up = quadrant % 2 == 0, (quadrant == 0) | (quadrant == 3)
    x = rng.uniform(0, 1, (n, 2)) * np.column_stack([np.where(right, 1, -1), np.where(up, 1, -1)])
    return _points(x + rng.normal(0, noise, (n, 2)), right != up)


def make_plane(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """For regression: a target that rises evenly, half the sum of the coordinates, on the square
    from -1 to 1.

    Args:
        n: number of points.
        noise: standard deviation of the Gaussian added to the target.
        seed: of points and noise.

    Returns:
        `(x, y)`: x float32 `(n, 2)`, y float32 `(n,)`, from -1 to 1 without noise.

    Raises:
        InvalidInputError: if `n` is below 2 or `noise` is negative.
    """
    return _targets(n, noise, seed, lambda x: x.mean(axis=1))


def make_hills(n: int = 400, *, noise: float = 0.1, seed: int = 0) -> Points:
    """For regression: two hills of height 1 and two hollows of depth 1, in the four quadrants.
    Arguments, result and errors as in `make_plane`."""
    corners = np.array([[-0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [0.5, -0.5]])
    signs = np.array([1, 1, -1, -1])

    def heights(x: np.ndarray) -> np.ndarray:
        far = ((x[:, None] - corners) ** 2).sum(axis=2)
        return np.exp(-far / 0.08) @ signs

    return _targets(n, noise, seed, heights)


def _targets(
    n: int, noise: float, seed: int, heights: Callable[[np.ndarray], np.ndarray]
) -> Points:
    _check(n, noise)
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 2))
    y = heights(x) + rng.normal(0, noise, n)
    return x.astype(np.float32), y.astype(np.float32)


def _check(n: int, noise: float) -> None:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 2:
        raise InvalidInputError(f"`n` must be an integer of at least 2. Received: n={n!r}.")
    if not np.isfinite(noise) or noise < 0:
        raise InvalidInputError(
            f"`noise` must be a finite number, 0 or more. Received: noise={noise!r}."
        )


def _points(x: np.ndarray, y: np.ndarray) -> Points:
    return x.astype(np.float32), np.asarray(y).astype(np.int64)
