"""Decision regions in the plane: what a classifier says everywhere, with the points it learned from
on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.style import INK, PALETTE, figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASS_COLOURS = (PALETTE[1], PALETTE[0])
_MARKERS = "os"
_SHADES = ("#FBE6D6", "#8FBBDD")  # far apart in grey, too


def plane(limits: tuple[float, float, float, float], resolution: int = 120) -> np.ndarray:
    """Points of a regular grid, row by row from the lower left.

    Args:
        limits: left, right, bottom, top.
        resolution: points per side, 2 or more.

    Returns:
        float64 `(resolution**2, 2)`.

    Raises:
        InvalidInputError: if the limits are not finite and in order, or the resolution is below 2.
    """
    left, right, bottom, top = limits
    if not (np.all(np.isfinite(limits)) and left < right and bottom < top):
        raise InvalidInputError(
            f"Expected limits (left, right, bottom, top) with left < right, bottom < top. "
            f"Received: {limits}."
        )
    if resolution < 2:
        raise InvalidInputError(
            f"`resolution` must be 2 or more. Received: resolution={resolution}."
        )
    across, up = np.meshgrid(
        np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    )
    return np.column_stack([across.ravel(), up.ravel()])


def around(x: np.ndarray, *, margin: float = 0.15) -> tuple[float, float, float, float]:
    """Left, right, bottom, top of a box around points `(n, 2)`, wider on every side by `margin`
    times its longer side."""
    x = np.asarray(x, dtype=float)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) == 0:
        raise InvalidInputError(
            f"Expected points of shape (n, 2), n at least 1. Received shape: {x.shape}."
        )
    low, high = x.min(axis=0), x.max(axis=0)
    room = margin * max(float((high - low).max()), 1e-6)
    return float(low[0] - room), float(high[0] + room), float(low[1] - room), float(high[1] + room)


def draw_regions(
    predict: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray | None = None,
    y: np.ndarray | None = None,
    *,
    threshold: float = 0.5,
    soft: bool = False,
    limits: tuple[float, float, float, float] | None = None,
    resolution: int = 120,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Shade where a two-class classifier says 1, draw its boundary, and put the points on top.

    Args:
        predict: takes points `(m, 2)`, gives one score each, `(m,)` or `(m, 1)`; class 1 above
            `threshold`.
        x: points `(n, 2)` to draw, or None.
        y: their labels `(n,)`: class 1 where positive, drawn as squares; the others as discs.
        threshold: score of the boundary; 0.5 for probabilities, 0 for sums and signs.
        soft: shade by the score itself, from `threshold - 0.5` to `threshold + 0.5`, instead of by
            the class.
        limits: left, right, bottom, top; around the points if None.
        resolution: grid points per side.
        title: short text above.
        ax: where to draw; a new figure if None.

    Returns:
        The axes drawn in.

    Raises:
        InvalidInputError: if there are neither points nor limits, or scores and points do not
            match.
    """
    from matplotlib.colors import LinearSegmentedColormap

    if limits is None:
        if x is None:
            raise InvalidInputError(
                "Expected points `x` or `limits=(left, right, bottom, top)`. Received: neither."
            )
        limits = around(x)
    points = plane(limits, resolution)
    scores = np.asarray(predict(points), dtype=float)
    if scores.size != len(points):
        raise InvalidInputError(
            f"Expected one score per point, ({len(points)},). Received shape: {scores.shape}."
        )
    scores = scores.reshape(resolution, resolution)
    shade = np.clip(scores - threshold + 0.5, 0, 1) if soft else (scores > threshold).astype(float)
    if ax is None:
        ax = tidy(figure((4, 4)).subplots())
    ax.grid(False)
    colours = LinearSegmentedColormap.from_list(
        "two classes", [_SHADES[0], "#F7F7F7", _SHADES[1]] if soft else list(_SHADES)
    )
    ax.imshow(
        shade,
        extent=limits,
        origin="lower",
        cmap=colours,
        vmin=0,
        vmax=1,
        interpolation="nearest",
        zorder=0,
    )
    if np.any(scores > threshold) and np.any(scores <= threshold):
        across, up = points[:resolution, 0], points[::resolution, 1]
        ax.contour(across, up, scores, levels=[threshold], colors=INK, linewidths=1.2, zorder=1)
    if x is not None:
        _draw_points(ax, np.asarray(x), y)
    ax.set(xlim=limits[:2], ylim=limits[2:], aspect="equal")
    ax.set_title(title, color=INK, fontsize=10)
    return ax


def _draw_points(ax: Axes, x: np.ndarray, y: np.ndarray | None) -> None:
    positive = np.zeros(len(x), dtype=bool) if y is None else np.asarray(y).ravel() > 0
    if len(positive) != len(x):
        raise InvalidInputError(
            f"Expected one label per point, ({len(x)},). Received: {len(positive)} labels."
        )
    for chosen, colour, marker in zip((~positive, positive), CLASS_COLOURS, _MARKERS, strict=True):
        ax.scatter(
            *x[chosen].T,
            s=12,
            marker=marker,
            color=colour,
            edgecolors="white",
            linewidths=0.4,
            zorder=2,
        )
