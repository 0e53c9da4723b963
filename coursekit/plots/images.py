"""Pictures of images: photographs, kernels with their numbers, feature maps with zero in mid-grey,
receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.style import INK, PALETTE, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NUMBERS = 121


def draw_image(
    ax: Axes,
    image: np.ndarray,
    *,
    title: str = "",
    signed: bool = False,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Draw one image without axes: black to white, or in colour if it has three channels.

    Args:
        ax: where to draw.
        image: `(h, w)`, `(h, w, 1)` or colour `(h, w, 3)`; colour as uint8 or in [0, 1].
        title: short text above the image.
        signed: draw zero as mid-grey, so that positive is lighter and negative is darker.
        limits: values drawn black and white; from the image if None. Without effect on colour.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if `image` has another shape.
    """
    image = _as_image(image)
    low, high = limits or value_range(image, signed=signed)
    if image.ndim == 2:
        ax.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    else:
        ax.imshow(
            image if image.dtype == np.uint8 else np.clip(image, 0, 1), interpolation="nearest"
        )
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color("#BBBBBB")
    ax.set_title(title, color=INK, fontsize=9)
    return ax


def value_range(image: np.ndarray, *, signed: bool = False) -> tuple[float, float]:
    """Values to draw black and white: the least and the greatest, or `-m, m` with the greatest size
    m if `signed`.

    Args:
        image: array of any shape; entries that are not finite do not count.
        signed: make the range symmetric about zero.

    Returns:
        `low, high` with `low < high`.
    """
    values = np.asarray(image, dtype=float)
    values = values[np.isfinite(values)]
    if values.size == 0:
        return (-1.0, 1.0) if signed else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if signed:
        size = max(abs(low), abs(high)) or 1.0
        return -size, size
    return (low, high) if low < high else (low, low + 1.0)


def draw_kernel(ax: Axes, kernel: np.ndarray, *, title: str = "", digits: int = 2) -> Axes:
    """Draw a kernel as grey cells, zero in mid-grey, with the number written in each of up to 121
    cells.

    Args:
        ax: where to draw.
        kernel: `(kh, kw)` or `(kh, kw, 1)`.
        title: short text above.
        digits: digits after the point; zeros at the end are left out.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if `kernel` is no single kernel.
    """
    kernel = np.asarray(kernel)
    if kernel.ndim == 3 and kernel.shape[2] == 1:
        kernel = kernel[..., 0]
    if kernel.ndim != 2:
        raise InvalidInputError(
            f"`kernel` must be (kh, kw) or (kh, kw, 1). Received: shape {kernel.shape}"
        )
    draw_image(ax, kernel, title=title, signed=True)
    largest = value_range(kernel, signed=True)[1]
    if kernel.size <= _MOST_NUMBERS:
        for (i, j), value in np.ndenumerate(kernel):
            text = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
            colour = "black" if value > -0.15 * largest else "white"
            ax.text(
                j,
                i,
                "0" if text in ("-0", "") else text,
                ha="center",
                va="center",
                color=colour,
                fontsize=8 if kernel.shape[1] < 5 else 6,
            )
    return ax


def image_grid(
    images: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    columns: int | None = None,
    signed: bool | Sequence[bool] = False,
    same_scale: bool = False,
    title: str = "",
    width: float = 8.0,
) -> Figure:
    """Several images in rows, as a new figure.

    Args:
        images: images as `draw_image` takes them; for feature maps `(h, w, c)` pass
            `np.moveaxis(maps, -1, 0)`.
        titles: one per image, or none.
        columns: images in a row; all in one row up to five if None.
        signed: for all images or one per image, see `draw_image`.
        same_scale: draw the same value in the same grey in all images.
        title: text above all.
        width: inches.

    Returns:
        The figure.

    Raises:
        InvalidInputError: if there are no images, or their number and that of `titles` or `signed`
            differ.
    """
    images = [_as_image(image) for image in images]
    signs = [signed] * len(images) if isinstance(signed, bool) else list(signed)
    if not images or (len(titles) and len(titles) != len(images)) or len(signs) != len(images):
        raise InvalidInputError(
            "Expected at least one image, and as many titles and signs as images. "
            f"Received: {len(images)} images, {len(titles)} titles, {len(signs)} signs"
        )
    columns = columns or min(5, len(images))
    rows = -(-len(images) // columns)
    tallest = max(image.shape[0] / image.shape[1] for image in images)
    fig = figure(
        (width, rows * (width / columns * min(tallest, 2.0) + 0.3) + (0.35 if title else 0.0))
    )
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    everything = np.concatenate(
        [image.ravel() for image in images if image.ndim == 2] or [np.zeros(1)]
    )
    limits = value_range(everything, signed=any(signs)) if same_scale else None
    for place, ax in enumerate(axes):
        if place < len(images):
            draw_image(
                ax,
                images[place],
                title=titles[place] if len(titles) else "",
                signed=signs[place],
                limits=limits,
            )
        else:
            ax.axis("off")
    if title:
        fig.suptitle(title, color=INK, fontsize=11)
    return fig


def draw_field(ax: Axes, influence: np.ndarray, *, title: str = "") -> Axes:
    """Draw which input pixels an output unit sees, with a frame around the least rectangle that
    holds them all.

    Args:
        ax: where to draw.
        influence: `(h, w)`, how much the unit changes with each pixel; 0 for pixels that it does
            not see.
        title: short text above.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if no pixel has any influence, or `influence` is no plane.
    """
    from matplotlib.patches import Rectangle

    influence = np.abs(np.asarray(influence, dtype=float))
    if influence.ndim != 2 or not np.any(influence):
        raise InvalidInputError(
            f"`influence` must be (h, w) with an entry that is not 0. Received: shape "
            f"{influence.shape}, largest "
            f"{influence.max(initial=0.0)}"
        )
    draw_image(ax, -influence, title=title, limits=(-float(influence.max()), 0.0))
    rows, columns = np.flatnonzero(influence.any(axis=1)), np.flatnonzero(influence.any(axis=0))
    corner = columns[0] - 0.5, rows[0] - 0.5
    ax.add_patch(
        Rectangle(corner, np.ptp(columns) + 1, np.ptp(rows) + 1, fill=False, ec=PALETTE[1], lw=1.5)
    )
    return ax


def _as_image(image: np.ndarray) -> np.ndarray:
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or image.size == 0:
        raise InvalidInputError(
            f"An image must be (h, w), (h, w, 1) or (h, w, 3). Received: shape {image.shape}"
        )
    return image
