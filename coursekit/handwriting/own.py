"""A line in somebody's own hand, brought to the form of the lines that a writer has learned."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from coursekit.datasets.sequences import render, to_offsets, trace
from coursekit.datasets.sequences.strokes import Stroke
from coursekit.errors import InvalidInputError
from coursekit.handwriting.lines import STEP

GAP = 4.5  # pixels between two digits


def own_line(strokes: Sequence[Stroke], text: str) -> np.ndarray:
    """Digits that somebody wrote in a row, as offsets `(p, 3)` in pixels.

    Each digit is drawn at MNIST's size, thinned, and traced as the images of MNIST were: the writer
    has never met the order in which a hand really moves.

    Args:
        strokes: as drawn, of any size, y down.
        text: what they say, one digit a symbol.

    Raises:
        InvalidInputError: if there is no digit for each symbol, or the text holds no digits alone.
    """
    if not text or not text.isascii() or not text.isdigit():
        raise InvalidInputError(f"Expected what you wrote, in digits. Received: {text!r}.")
    strokes = [np.asarray(s, float).reshape(-1, 2) for s in strokes if len(s)]
    groups = _groups(strokes, len(text))
    pieces = [trace(render(group, 28, fit=True), step=STEP) for group in groups]
    return to_offsets(on_one_line(pieces))


def on_one_line(pieces: Sequence[Sequence[Stroke]], gap: float = GAP) -> list[Stroke]:
    """Pieces of writing side by side on one base line.

    Args:
        pieces: strokes of each.
        gap: pixels between them.
    """
    out, edge = [], 0.0
    for piece in pieces:
        points = np.concatenate(piece)
        move = np.array([edge - points[:, 0].min(), -points[:, 1].max()])
        out += [stroke + move for stroke in piece]
        edge += np.ptp(points[:, 0]) + gap
    return out


def _groups(strokes: list[Stroke], count: int) -> list[list[Stroke]]:
    """Strokes from left to right in `count` groups: the strokes of one digit lie over each other,
    and where there are more heaps than digits the nearest are one."""
    heaps: list[tuple[float, float, list[Stroke]]] = []
    for stroke in sorted(strokes, key=lambda s: s[:, 0].min()):
        left, right = stroke[:, 0].min(), stroke[:, 0].max()
        if heaps and left <= heaps[-1][1]:
            low, high, held = heaps.pop()
            left, right, stroke = low, max(high, right), [*held, stroke]
        heaps.append((left, right, stroke if isinstance(stroke, list) else [stroke]))
    while len(heaps) > count:
        gaps = [b[0] - a[1] for a, b in itertools.pairwise(heaps)]
        at = int(np.argmin(gaps))
        first, second = heaps[at : at + 2]
        heaps[at : at + 2] = [(first[0], max(first[1], second[1]), first[2] + second[2])]
    if len(heaps) < count:
        raise InvalidInputError(
            f"Expected {count} digits with a gap between them. Received: {len(heaps)} "
            f"{'piece' if len(heaps) == 1 else 'pieces'} of writing."
        )
    return [held for *_, held in heaps]
