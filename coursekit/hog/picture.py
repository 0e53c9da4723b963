"""What HOG sees: the image, and beside it one star of strokes for each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.hog._batch import as_batch, hog
from coursekit.hog._plan import Plan, make_plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

STROKE = "#ffb000"  # amber on black: clear to every kind of colour vision
GRID = "#4a5060"
MAX_GRID = 16  # cells a side; beyond it the grid hides the picture


def show_hog(
    image: np.ndarray,
    *,
    orientations: int = 9,
    pixels_per_cell: tuple[int, int] = (4, 4),
    cells_per_block: tuple[int, int] = (2, 2),
    block_norm: str = "L2-Hys",
    transform_sqrt: bool = False,
    colour: str = STROKE,
    title: str | None = None,
    ax: Axes | tuple[Axes, Axes] | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure:
    """Draw an image beside its histograms of oriented gradients.

    Each cell gets one stroke per orientation bin, along the edge (across the gradient); the longer
    and brighter, the larger the feature, averaged over the blocks that the cell is in.

    Args:
        image: `(h, w)`, `(h, w, 1)` or `(h, w, 3)`; uint8, or float from 0 to 1 in colour.
        orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt: As in `hog`.
        colour: Of the strokes, any matplotlib colour.
        title: Above the image; None for "Image".
        ax: Two axes for image and strokes, or one for the strokes alone.
        figure: A figure or subfigure to put two new axes on. Without `ax` and `figure` a new figure
            is made.

    Returns:
        The figure drawn on; it is not shown.

    Raises:
        InvalidInputError: if the image or a parameter does not fit.
    """
    image = np.asarray(image)
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise InvalidInputError(
            f"Expected one image (h, w), (h, w, 1) or (h, w, 3). Received: shape {image.shape}."
        )
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    plan = make_plan(orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt)
    strengths = cell_strengths(image, plan)
    axes = _axes(ax, figure)
    if len(axes) == 2:
        _draw_image(axes[0], image, plan, strengths.shape[:2])
        axes[0].set_title("Image" if title is None else title)
    elif title is not None:
        axes[0].set_title(title)
    _draw_strokes(axes[-1], image.shape, strengths, plan, colour)
    if len(axes) == 2:
        axes[1].set_title(f"What HOG sees: {plan.orientations} directions in each cell")
    return axes[0].get_figure(root=False)


def cell_strengths(image: np.ndarray, plan: Plan) -> np.ndarray:
    """Features of each cell, averaged over the blocks that hold it: `(cells_row, cells_col,
    orientations)`, 0 to 1."""
    height, width = image.shape[:2]
    (rows, columns), (b_row, b_col) = plan.blocks(height, width), plan.cells_per_block
    features = hog(
        as_batch(image[None]),
        orientations=plan.orientations,
        pixels_per_cell=plan.pixels_per_cell,
        cells_per_block=plan.cells_per_block,
        block_norm=plan.block_norm,
        transform_sqrt=plan.transform_sqrt,
    ).reshape(rows, columns, b_row, b_col, plan.orientations)
    total = np.zeros((*plan.cells(height, width), plan.orientations))
    blocks_of_cell = np.zeros(total.shape[:2])
    for i in range(b_row):
        for j in range(b_col):
            total[i : i + rows, j : j + columns] += features[:, :, i, j]
            blocks_of_cell[i : i + rows, j : j + columns] += 1
    return total / blocks_of_cell[..., None]


def strokes(strengths: np.ndarray, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Line segments `(m, 2, 2)` of (x, y) ends in pixels, and their strengths `(m,)` from 0 to 1,
    the faintest first."""
    bins = strengths.shape[2]
    c_row, c_col = plan.pixels_per_cell
    relative = strengths / (strengths.max() or 1.0)
    row, column, bin_ = np.nonzero(relative > 0.02)
    strength = relative[row, column, bin_]
    angle = np.pi * (bin_ + 0.5) / bins  # of the gradient, x right and y down
    reach = 0.48 * min(c_row, c_col) * strength**0.7
    along = (
        np.stack([-np.sin(angle), np.cos(angle)], axis=-1) * reach[:, None]
    )  # of the edge, across the gradient
    centre = (
        np.stack([(column + 0.5) * c_col, (row + 0.5) * c_row], axis=-1) - 0.5
    )  # pixel centres are whole numbers
    order = np.argsort(strength, kind="stable")
    return np.stack([centre - along, centre + along], axis=1)[order], strength[order]


def _draw_image(axes: Axes, image: np.ndarray, plan: Plan, cells: tuple[int, int]) -> None:
    axes.imshow(image, cmap="gray" if image.ndim == 2 else None, interpolation="nearest")
    _draw_grid(axes, plan, cells)
    axes.set_axis_off()


def _draw_strokes(
    axes: Axes, shape: tuple[int, ...], strengths: np.ndarray, plan: Plan, colour: str
) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    height, width = shape[:2]
    axes.imshow(np.zeros((height, width)), cmap="gray", vmin=0, vmax=1)
    _draw_grid(axes, plan, strengths.shape[:2])
    segments, strength = strokes(strengths, plan)
    colours = np.tile(to_rgba(colour), (len(segments), 1))
    colours[:, 3] = 0.1 + 0.9 * strength
    points_per_cell = (
        axes.get_window_extent().height / axes.figure.dpi * 72 / max(1, strengths.shape[0])
    )
    axes.add_collection(
        LineCollection(
            segments,
            colors=colours,
            linewidths=np.clip(points_per_cell / 14, 0.4, 2.4),
            capstyle="round",
        )
    )
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    axes.set_axis_off()


def _draw_grid(axes: Axes, plan: Plan, cells: tuple[int, int]) -> None:
    if max(cells) > MAX_GRID:
        return
    (rows, columns), (c_row, c_col) = cells, plan.pixels_per_cell
    bottom, right = rows * c_row - 0.5, columns * c_col - 0.5
    axes.hlines(np.arange(rows + 1) * c_row - 0.5, -0.5, right, colors=GRID, linewidths=0.5)
    axes.vlines(np.arange(columns + 1) * c_col - 0.5, -0.5, bottom, colors=GRID, linewidths=0.5)


def _axes(ax, figure) -> list:
    if ax is not None and figure is not None:
        raise InvalidInputError("Expected `ax` or `figure`, not both. Received: both.")
    if ax is not None:
        axes = list(np.atleast_1d(np.asarray(ax, dtype=object)).ravel())
        if len(axes) not in (1, 2):
            raise InvalidInputError(f"Expected one or two axes in `ax`. Received: {len(axes)}.")
        return axes
    if figure is None:
        import matplotlib.pyplot as plt

        figure = plt.figure(figsize=(7.6, 4.2), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    return list(figure.subplots(1, 2))
