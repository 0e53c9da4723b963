"""Pictures that labs and reports share. Each function takes `ax=`, returns axes or a figure, and
shows nothing by itself."""

from __future__ import annotations

from coursekit.plots.graphs import draw_graph
from coursekit.plots.style import GREY, INK, PALETTE, figure, img_tag, png_bytes, subplots, tidy

__all__ = [
    "GREY",
    "INK",
    "PALETTE",
    "draw_graph",
    "figure",
    "img_tag",
    "png_bytes",
    "subplots",
    "tidy",
]
