"""Small animations as one picture file: PNG or GIF, with alt text, no player and no script."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.style import MIN_ALT, png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "gif")


@dataclass(frozen=True)
class Animation:
    """A moving picture that a notebook shows as the last value of a cell.

    Attributes:
        data: the file.
        alt: what is seen to move.
        format: "png" or "gif".
        size: width and height in pixels.
    """

    data: bytes = field(repr=False)
    alt: str
    format: str
    size: tuple[int, int]

    def _repr_html_(self) -> str:
        return self.html()

    def html(self) -> str:
        """An `<img>` with the animation inside, at most as wide as the page."""
        text = base64.b64encode(self.data).decode("ascii")
        return (
            f'<img src="data:image/{self.format};base64,{text}" width="{self.size[0]}" '
            f'height="{self.size[1]}" style="max-width:100%;height:auto;image-rendering:auto" '
            f'alt="{escape(self.alt)}">'
        )


def animate(
    frames: Sequence[np.ndarray | Figure],
    alt: str,
    *,
    frames_per_second: float = 8.0,
    zoom: int = 1,
    format: str = "png",
    loops: int = 0,
    dpi: int = 80,
) -> Animation:
    """Make an animation of images or figures.

    Args:
        frames: images `(h, w)` or `(h, w, 3)`, uint8 or in [0, 1], or figures; all of one size.
        alt: what moves, and how it ends, for readers who do not see it.
        frames_per_second: speed.
        zoom: each pixel of an image becomes so many squared, without blur.
        format: "png" keeps all colours; "gif" has 256 and is known everywhere.
        loops: how often it runs; 0 for ever.
        dpi: of figures.

    Returns:
        `Animation`.

    Raises:
        InvalidInputError: if there are no frames, their sizes differ, or `alt` says too little.
    """
    from PIL import Image

    alt = " ".join(alt.split())
    if len(alt) < MIN_ALT:
        raise InvalidInputError(
            f"Expected alt text that says what moves, {MIN_ALT} characters or more. Received: "
            f"{alt!r}."
        )
    if format not in FORMATS or not frames_per_second > 0 or zoom < 1:
        raise InvalidInputError(
            f"`format` must be one of {', '.join(FORMATS)}, `frames_per_second` positive, `zoom` "
            f"at least 1. Received: {format!r}, {frames_per_second!r}, {zoom!r}"
        )
    pictures = [_picture(frame, zoom, dpi) for frame in frames]
    sizes = {picture.size for picture in pictures}
    if len(sizes) != 1:
        raise InvalidInputError(
            f"Expected at least one frame, all of one size. Received: {len(pictures)} frames of "
            f"{len(sizes)} sizes"
        )
    buffer = io.BytesIO()
    if format == "gif":
        pictures = [picture.convert("P", palette=Image.Palette.ADAPTIVE) for picture in pictures]
    pictures[0].save(
        buffer,
        format=format.upper(),
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / frames_per_second),
        loop=loops,
    )
    return Animation(buffer.getvalue(), alt, format, pictures[0].size)


def _picture(frame, zoom: int, dpi: int):
    from PIL import Image

    if hasattr(frame, "savefig"):
        return Image.open(io.BytesIO(png_bytes(frame, dpi=dpi))).convert("RGB")
    frame = np.asarray(frame)
    frame = frame[..., 0] if frame.ndim == 3 and frame.shape[-1] == 1 else frame
    if frame.ndim not in (2, 3) or (frame.ndim == 3 and frame.shape[-1] != 3) or not frame.size:
        raise InvalidInputError(
            f"A frame must be (h, w), (h, w, 3) or a figure. Received: shape {frame.shape}"
        )
    if frame.dtype != np.uint8:
        frame = (255 * np.clip(frame.astype(float), 0, 1)).round().astype(np.uint8)
    frame = frame.repeat(zoom, axis=0).repeat(zoom, axis=1)
    return Image.fromarray(frame).convert("RGB")
