"""A figure as SVG: as a file of its own, or inside a page whose light and dark it follows."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from coursekit._html import Html, text
from coursekit.errors import InvalidInputError
from coursekit.plots.style import GREY, INK, MIN_ALT, PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ON_COLOUR = ("#fdfdfd", "#232323")
"""Light and dark text on a ground that has its own colour, a cell of a heat map say; it stays as it
is on any page."""

_NAMES = {
    INK: "ink",
    GREY: "grey",
    "#ffffff": "card",
    "#dddddd": "line",
    **{colour: f"c{place}" for place, colour in enumerate(PALETTE)},
}
_DARK = ("#5AB4E5", "#FF9A5C", "#2FCFA0", "#E6A3C8", "#F5C04A", "#8FD0F5", "#CFC24A", "#E8E6E1")
STYLE = (
    ":root{--grey:#707070;"
    + "".join(f"--c{place}:{colour};" for place, colour in enumerate(PALETTE))
    + "}@media (prefers-color-scheme:dark){:root{--grey:#9aa3b0;"
    + "".join(f"--c{place}:{colour};" for place, colour in enumerate(_DARK))
    + "}}"
    "figure svg{width:100%;height:auto;max-width:var(--wide,60rem);display:block}"
    "figure svg image{image-rendering:pixelated}"
)
"""What a page that holds such pictures adds to its style sheet; `--ink`, `--card` and `--line` are
those of every page."""


def svg_text(fig: Figure) -> str:
    """The figure as an SVG document in which text stays text. Figures built alike give the same."""
    import matplotlib

    out = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": "coursekit", "svg.image_inline": True}
    with matplotlib.rc_context(settings):
        fig.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def svg_tag(svg: str, alt: str, *, name: str) -> Html:
    """An SVG document as a part of a page, in the page's own colours.

    Args:
        svg: what `svg_text` gave.
        alt: what is seen, for readers who do not see it; at least 10 characters.
        name: of the picture, different from every other on the page; its ids begin with it.

    Raises:
        InvalidInputError: if `alt` says too little.
    """
    alt = " ".join(alt.split())
    if len(alt) < MIN_ALT:
        raise InvalidInputError(
            f"Expected alt text that says what is seen, {MIN_ALT} characters or more. "
            f"Received: {alt!r}."
        )
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    name = re.sub(r"\W", "_", name)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{name}-", body)
    for colour, variable in _NAMES.items():
        body = re.sub(colour, f"var(--{variable}, {colour.lower()})", body, flags=re.IGNORECASE)
    said = f'role="img" aria-label="{text(alt)}" '
    width = re.search(r'width="([\d.]+)pt"', body)
    style = f'style="--wide:{float(width[1]) * 4 / 3:.0f}px" ' if width else ""
    body = re.sub(r'<svg\s+(?:height|width)="[\d.]+pt"', "<svg", body, count=1)
    body = re.sub(r' (?:width|height)="[\d.]+pt"', "", body, count=2)
    return Html(body.replace("<svg", f"<svg {said}{style}", 1))
