"""Where a network looks: heat over an image, attention between two sequences, strokes of a pen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.images import draw_image
from coursekit.plots.style import INK, PALETTE, SEQUENTIAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEAT = "inferno"


def draw_heat(
    ax: Axes,
    image: np.ndarray,
    heat: np.ndarray,
    *,
    title: str = "",
    strength: float = 0.6,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Lay a map over a grey picture of the image that it belongs to.

    Args:
        ax: where to draw.
        image: as `draw_image` takes it; shown in grey, so that colour means heat alone.
        heat: `(a, b)` of any size; it is stretched over the image.
        title: short text above.
        strength: opacity of the map, 0 to 1.
        limits: values drawn coldest and hottest; from the map if None.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if `heat` is no plane.
    """
    image, heat = np.asarray(image), np.asarray(heat, dtype=float)
    if heat.ndim != 2 or heat.size == 0:
        raise InvalidInputError(f"`heat` must be (a, b). Received: shape {heat.shape}")
    grey = image.mean(axis=-1) if image.ndim == 3 and image.shape[-1] == 3 else image
    draw_image(ax, grey, title=title)
    height, width = grey.shape[:2]
    low, high = limits or (None, None)
    frame = (-0.5, width - 0.5, height - 0.5, -0.5)
    ax.imshow(
        heat, cmap=HEAT, alpha=strength, vmin=low, vmax=high, extent=frame, interpolation="bilinear"
    )
    ax.set(xlim=frame[:2], ylim=frame[2:])
    return ax


def draw_attention(
    ax: Axes, weights: np.ndarray, source: Sequence[str], target: Sequence[str], *, title: str = ""
) -> Axes:
    """Draw which symbols of the source each symbol of the target looked at: a row for each symbol
    of the target, dark where the weight is large.

    Args:
        ax: where to draw.
        weights: `(target, source)`, 0 to 1.
        source: symbols along the top.
        target: symbols down the side.
        title: short text above.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if the numbers of symbols do not fit.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.shape != (len(target), len(source)):
        raise InvalidInputError(
            f"`weights` must be ({len(target)}, {len(source)}), target by source. Received: shape "
            f"{weights.shape}"
        )
    ax.imshow(weights, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    ax.grid(False)
    turn = 0 if max(map(len, source), default=0) < 3 else 60
    ax.set_xticks(range(len(source)), list(source), rotation=turn, ha="left" if turn else "center")
    ax.set_yticks(range(len(target)), list(target))
    ax.tick_params(length=0, labelsize=9, labelcolor=INK)
    ax.xaxis.tick_top()
    ax.set_title(title, color=INK, fontsize=10)
    return ax


def draw_strokes(
    ax: Axes,
    strokes: Sequence[np.ndarray],
    *,
    title: str = "",
    points: bool = False,
    colour: str = PALETTE[0],
    width: float = 2.0,
) -> Axes:
    """Draw strokes of a pen, y down, at one scale in both directions.

    Args:
        ax: where to draw.
        strokes: arrays `(m, 2)` of x and y.
        title: short text above.
        points: mark each point, and number the starts of the strokes in their order.
        colour: of the line.
        width: of the line in points.

    Returns:
        `ax`.
    """
    for number, stroke in enumerate(strokes, 1):
        x, y = np.asarray(stroke, dtype=float).reshape(-1, 2).T
        ax.plot(x, y, color=colour, lw=width, solid_capstyle="round", marker="." if points else "")
        if points:
            ax.annotate(str(number), (x[0], y[0]), xytext=(-7, 5), textcoords="offset points",
                        color=PALETTE[1], fontsize=8)  # fmt: skip
        elif len(x) == 1:
            ax.plot(x, y, color=colour, marker="o", ms=width)
    ax.set_aspect("equal")
    ax.margins(0.08)
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    ax.axis("off")
    ax.set_title(title, color=INK, fontsize=9)
    return ax
