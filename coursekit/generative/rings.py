"""Eight bumps on a ring, on which generators show what they forget (Metz et al. 2017; Gulrajani et
al. 2017)."""

from __future__ import annotations

import numpy as np

MODES, RADIUS, SPREAD = 8, 2.0, 0.1


def ring_centres(modes: int = MODES, radius: float = RADIUS) -> np.ndarray:
    """Centres of the bumps, `(modes, 2)`, from the right and then upwards."""
    turn = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1)


def ring_points(
    n: int, *, modes: int = MODES, radius: float = RADIUS, spread: float = SPREAD, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Points in bumps on a ring.

    Args:
        n: how many.
        modes: bumps.
        radius: of the ring.
        spread: standard deviation of a bump.
        seed: of the draws.

    Returns:
        Points, float32 `(n, 2)`, and the bump of each, int64 `(n,)`.
    """
    rng = np.random.default_rng(seed)
    bump = rng.integers(0, modes, n)
    points = ring_centres(modes, radius)[bump] + rng.normal(0, spread, (n, 2))
    return points.astype(np.float32), bump
