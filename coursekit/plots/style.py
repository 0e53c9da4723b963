"""One look for all pictures: colours that colour-blind readers tell apart, figures without pyplot
state, PNG with alt text."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

from coursekit.errors import InvalidInputError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008), with the yellow darkened so that a line of it can be seen on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A6F00", "#000000")
INK = "#222222"
GREY = "#8A8A8A"
SEQUENTIAL = "Blues"
MIN_ALT = 10


def figure(size: tuple[float, float] = (6.4, 4.0), **kwargs: Any) -> Figure:
    """A white matplotlib figure that pyplot does not know of: nothing to close, nothing left open.

    Args:
        size: width and height in inches.
        **kwargs: for `matplotlib.figure.Figure`; `layout` is "constrained" unless given.

    Returns:
        The figure. A notebook shows it when it is the last value of a cell.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class CoursekitFigure(Figure):
        def _repr_png_(self) -> bytes:
            return png_bytes(self)

    fig = CoursekitFigure(figsize=size, **{"layout": "constrained", "facecolor": "white", **kwargs})
    FigureCanvasAgg(fig)
    return fig


def subplots(
    nrows: int = 1, ncols: int = 1, *, size: tuple[float, float] | None = None, **kwargs: Any
) -> tuple[Figure, Axes | np.ndarray]:
    """`figure` with a grid of tidy axes.

    Args:
        nrows: rows of panels.
        ncols: columns of panels.
        size: width and height of the whole figure in inches; 4.4 x 3.4 a panel if None.
        **kwargs: for `Figure.subplots`, such as `sharex=True` or `squeeze=False`.

    Returns:
        The figure, and one axes or an array of axes `(nrows, ncols)`, squeezed as matplotlib does.
    """
    fig = figure(size or (4.4 * ncols, 3.4 * nrows))
    axes = fig.subplots(nrows, ncols, **kwargs)
    for ax in fig.axes:
        tidy(ax)
    return fig, axes


def tidy(ax: Axes, *, grid: bool = True) -> Axes:
    """Two spines, dark text on white whatever the user's style sheet, a faint grid, and the palette
    as colour cycle."""
    from matplotlib import cycler

    ax.set_facecolor("white")
    ax.set_prop_cycle(cycler(color=PALETTE))
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.tick_params(colors=INK, labelcolor=INK)
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(INK)
    ax.set_axisbelow(True)
    ax.grid(grid, color="#DDDDDD", linewidth=0.6) if grid else ax.grid(False)
    return ax


def png_bytes(fig: Figure, *, dpi: int = 110) -> bytes:
    """The figure as a PNG. Figures that are built alike give the same bytes."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def img_tag(fig: Figure, alt: str, *, dpi: int = 110) -> str:
    """The figure as an HTML `<img>` with its data inside, at most as wide as the page.

    Args:
        fig: the figure.
        alt: what is seen, for readers who do not see it; at least 10 characters.
        dpi: dots per inch of the PNG.

    Raises:
        InvalidInputError: if `alt` says too little.
    """
    alt = " ".join(alt.split())
    if len(alt) < MIN_ALT:
        raise InvalidInputError(
            f"Expected alt text that says what is seen, {MIN_ALT} characters or more. "
            f"Received: {alt!r}."
        )
    width, height = (round(side * dpi) for side in fig.get_size_inches())
    data = base64.b64encode(png_bytes(fig, dpi=dpi)).decode("ascii")
    style = "max-width:100%;height:auto;background:white"
    return (
        f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'style="{style}" alt="{escape(alt)}">'
    )
