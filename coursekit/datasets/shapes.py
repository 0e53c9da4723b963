"""White shapes on black that differ in one idea: taller or wider, convex or not (after Larochelle
et al. 2007)."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError

SIDE = 28
_BATCH = 500


def make_rectangles(n: int = 1200, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Outlines of rectangles, wider (0) or taller (1) than the other way by at least 3 pixels.

    Args:
        n: number of images.
        seed: of sizes and places.

    Returns:
        `(x, y)`: x uint8 `(n, 28, 28)`, 0 and 255; y int64 `(n,)`.

    Raises:
        InvalidInputError: if `n` is below 1.
    """
    _check(n)
    rng = np.random.default_rng(seed)
    sides = np.array([(h, w) for h in range(2, SIDE) for w in range(2, SIDE) if abs(h - w) >= 3])
    height, width = sides[rng.integers(0, len(sides), n)].T
    top, left = (rng.integers(0, SIDE - side) for side in (height, width))
    rows, columns = np.arange(SIDE)[:, None], np.arange(SIDE)[None, :]
    x = np.zeros((n, SIDE, SIDE), np.uint8)
    for i in range(n):
        down, across = rows - top[i], columns - left[i]
        inside = (down >= 0) & (down <= height[i]) & (across >= 0) & (across <= width[i])
        edge = (down == 0) | (down == height[i]) | (across == 0) | (across == width[i])
        x[i] = 255 * (inside & edge)
    return x, (height > width).astype(np.int64)


def make_convex(n: int = 8000, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Regions that are convex (1): what some half-planes have in common; or not (0): two such
    regions, kept only if a point half way between two of its points lies clearly outside.

    Arguments, result and errors as in `make_rectangles`; half of each class.
    """
    _check(n)
    rng = np.random.default_rng(seed)
    found: dict[int, list[np.ndarray]] = {0: [], 1: []}
    wanted = {0: n // 2, 1: n - n // 2}
    while sum(map(len, found[1])) < wanted[1]:
        regions = _convex(_BATCH, rng)
        found[1].append(regions[_fair(regions)])
    while sum(map(len, found[0])) < wanted[0]:
        first, second = _convex(_BATCH, rng), _convex(_BATCH, rng)
        regions = first | second
        found[0].append(regions[_fair(regions) & _dented(first, second, rng)])
    parts = [np.concatenate(found[kind])[: wanted[kind]] for kind in (0, 1)]
    order = rng.permutation(n)
    x = np.concatenate(parts)[order].astype(np.uint8) * 255
    return x, np.repeat([0, 1], [wanted[0], wanted[1]])[order].astype(np.int64)


def _convex(n: int, rng: np.random.Generator) -> np.ndarray:
    """Common parts of 3 to 8 half-planes around a point, bool `(n, 28, 28)`."""
    most = 8
    heart = rng.uniform(4, SIDE - 5, (n, 1, 2))
    angle = rng.uniform(0, 2 * np.pi, (n, most))
    normal = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (n, 2, most)
    reach = rng.uniform(2, 14, (n, 1, most))
    reach[np.arange(most) >= rng.integers(3, most + 1, n)[:, None, None]] = np.inf
    places = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1)
    inside = ((places.reshape(1, -1, 2) - heart) @ normal <= reach).all(axis=-1)
    return inside.reshape(n, SIDE, SIDE)


def _fair(regions: np.ndarray) -> np.ndarray:
    """Neither nearly black nor nearly white."""
    share = regions.mean(axis=(1, 2))
    return (share > 0.06) & (share < 0.7)


def _dented(first: np.ndarray, second: np.ndarray, rng: np.random.Generator, tries: int = 40):
    """Whether the middle of a pair of points, one of each region, is black with its neighbours."""
    union = np.pad(first | second, ((0, 0), (1, 1), (1, 1)))
    found = np.zeros(len(first), bool)
    for i in range(len(first)):
        a, b = (np.argwhere(region[i]) for region in (first, second))
        pairs = a[rng.integers(0, len(a), tries)], b[rng.integers(0, len(b), tries)]
        middle = (pairs[0] + pairs[1]) // 2 + 1  # in the padded picture
        near = [
            union[i, middle[:, 0] + down, middle[:, 1] + across]
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
        ]
        found[i] = bool((~np.any(near, axis=0)).any())
    return found


def _check(n: int) -> None:
    if n < 1:
        raise InvalidInputError(f"`n` must be at least 1. Received: n={n}")
