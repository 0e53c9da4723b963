"""Two arrays side by side: small ones as framed tables, images as images, what differs marked."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

import numpy as np

from coursekit.labs.testing import tolerance

LARGEST_TABLE = 8
_IMAGE_SIDES = range(LARGEST_TABLE + 1, 257)
_FRAME = "border:1px solid rgba(128,128,128,.45)"
_DIFFERS = "outline:2px solid #d55e00;outline-offset:-2px;font-weight:bold"
_TITLE = ' title="differs"'
_BESIDE = "display:inline-block;vertical-align:top;margin:.2em 1.5em .4em 0;color:inherit"


def beside_html(expected: Any, got: Any) -> str:
    """Both arrays as HTML; empty where they are neither small tables nor images."""
    tables = [_as_table(array) for array in (expected, got)]
    if all(table is not None for table in tables):
        marks = _differences(*tables)
        names = ["expected", "got"]
        shapes = [" x ".join(map(str, np.shape(array))) for array in (expected, got)]
        if shapes[0] != shapes[1]:
            names = [f"{n}: {shape}" for n, shape in zip(names, shapes, strict=True)]
        return "".join(map(_table, names, tables, marks))
    images = [_as_image(array) for array in (expected, got)]
    return "" if any(image is None for image in images) else _images(*images)


def beside_text(expected: Any, got: Any) -> list[str]:
    """Both arrays as lines, if they are tables of several rows; a star marks what differs."""
    tables = [_as_table(array) for array in (expected, got)]
    if any(table is None or len(table) < 2 for table in tables):
        return []
    lines = []
    for name, table, marks in zip(("expected", "got"), tables, _differences(*tables), strict=True):
        cells = [
            [_short(v) + ("*" if m else " ") for v, m in zip(row, mark, strict=True)]
            for row, mark in zip(table, marks, strict=True)
        ]
        width = max(len(cell) for row in cells for cell in row)
        rows = [" ".join(cell.rjust(width) for cell in row) for row in cells]
        lines += [f"{name if not i else '':<9} {row}" for i, row in enumerate(rows)]
    return [*lines, "* differs"] if any("*" in line for line in lines) else lines


def _as_table(array: Any) -> list[list[Any]] | None:
    """The values of an array of one or two axes with at most `LARGEST_TABLE` rows and columns."""
    values = np.asarray(array)
    if values.dtype.kind not in "biufcSU" or not 1 <= values.ndim <= 2 or values.size < 2:
        return None
    if max(values.shape) > LARGEST_TABLE:
        return None
    return np.atleast_2d(values).tolist()


def _differences(one: list[list[Any]], two: list[list[Any]]) -> tuple[list[list[bool]], ...]:
    """For each cell of both tables whether the other has something else there, or nothing."""
    sizes = [abs(v) for t in (one, two) for row in t for v in row if _finite(v)]
    slack = 1e-12 + tolerance(np.float32(0)) * max(sizes, default=0.0)

    def differs(value: Any, other: list[list[Any]], r: int, c: int) -> bool:
        if r >= len(other) or c >= len(other[r]):
            return True
        there = other[r][c]
        if _finite(value) and _finite(there):
            return abs(value - there) > slack
        return value != there and not (value != value and there != there)

    return tuple(
        [[differs(v, other, r, c) for c, v in enumerate(row)] for r, row in enumerate(table)]
        for table, other in ((one, two), (two, one))
    )


def _finite(value: Any) -> bool:
    return isinstance(value, bool | int | float | complex) and bool(np.isfinite(value))


def _table(name: str, table: list[list[Any]], marks: list[list[bool]]) -> str:
    rows = ""
    for row, mark in zip(table, marks, strict=True):
        cells = "".join(
            f'<td style="{_FRAME};padding:.15em .5em;text-align:right;color:inherit;'
            f'background:transparent;{_DIFFERS if differs else ""}"'
            f"{_TITLE if differs else ''}>{escape(_short(value))}</td>"
            for value, differs in zip(row, mark, strict=True)
        )
        rows += f'<tr style="background:transparent">{cells}</tr>'
    return (
        f'<table style="{_BESIDE};border-collapse:collapse;font-family:monospace;font-size:90%">'
        f'<caption style="caption-side:top;text-align:left;white-space:nowrap;color:inherit">'
        f"{name}</caption>"
        f"<tbody>{rows}</tbody></table>"
    )


def _short(value: Any) -> str:
    if isinstance(value, bool | str | int):
        return str(value)[:20]
    return f"{value:.4g}"


def _as_image(array: Any) -> np.ndarray | None:
    """An array that may be a picture, as floats (height, width) or (height, width, 3)."""
    values = np.squeeze(np.asarray(array))
    if values.dtype.kind not in "buif" or not 2 <= values.ndim <= 3:
        return None
    if values.ndim == 3 and values.shape[-1] != 3:
        return None
    if not all(side in _IMAGE_SIDES for side in values.shape[:2]):
        return None
    values = values.astype(float)
    return values if np.isfinite(values).all() else None


def _images(expected: np.ndarray, got: np.ndarray) -> str:
    low, high = min(expected.min(), got.min()), max(expected.max(), got.max())
    shown = [("expected", expected, ""), ("got", got, "")]
    if expected.shape == got.shape:
        apart = np.abs(expected - got)
        apart = apart.max(axis=-1) if apart.ndim == 3 else apart
        wrong = apart > 1e-12 + tolerance(np.float32(0)) * max(abs(low), abs(high))
        shown.append(("white where they differ", wrong.astype(float), f", {wrong.mean():.0%}"))
    parts = []
    for place, (name, values, more) in enumerate(shown):
        scaled = values if place == 2 else (values - low) / ((high - low) or 1.0)
        size = " x ".join(map(str, values.shape))
        alt = f"The image {name}{more}, {size} values, on one scale for both."
        parts.append(
            f'<figure style="{_BESIDE}"><img src="data:image/png;base64,{_png(scaled)}" '
            f'alt="{alt}" style="image-rendering:pixelated;width:160px;'
            f'border:1px solid rgba(128,128,128,.6)"><figcaption style="color:inherit">'
            f"{name}{more}</figcaption></figure>"
        )
    return "".join(parts)


def _png(values: np.ndarray) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    pixels = np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
