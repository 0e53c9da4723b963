"""Pen paths on their way into a network: steps in units of their own spread, a text in symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.datasets.sequences import Strokes, to_offsets
from coursekit.datasets.sequences.strokes import Stroke
from coursekit.errors import InvalidInputError

SYMBOLS = "0123456789abcdefghijklmnopqrstuvwxyz"
REST = 4  # points after the end at which the pen is up and stands still
STEP = 2.0  # pixels from point to point
SCALE = 3.0  # pixels that a writer counts as one


@dataclass(frozen=True)
class Lines:
    """`n` lines of writing. Steps are divided by `scale`, x and y alike, so that the slant stays.

    Attributes:
        before: what a network sees, float32 `(n, t, 3)`: the point before the one to be written.
        after: what it is to write, float32 `(n, t, 3)`.
        text: one symbol a row, float32 `(n, u, len(symbols))`, one-hot, zeros after the end.
        points: float32 `(n, t)`, 1 for each point of the writing.
        ends: float32 `(n, t)`, 1 for the points at rest after it.
        texts: the same as strings.
        scale: pixels of one unit.
    """

    before: np.ndarray = field(repr=False)
    after: np.ndarray = field(repr=False)
    text: np.ndarray = field(repr=False)
    points: np.ndarray = field(repr=False)
    ends: np.ndarray = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    scale: float = SCALE

    def __len__(self) -> int:
        return len(self.before)

    def __getitem__(self, index) -> Lines:
        """The lines of a slice, a mask or an array of rows."""
        chosen = np.arange(len(self))[index]
        arrays = (self.before, self.after, self.text, self.points, self.ends)
        texts = tuple(self.texts[i] for i in chosen)
        return Lines(*(array[chosen] for array in arrays), texts, self.scale)

    def real(self) -> np.ndarray:
        """All points of the writing in one table `(points, 3)`."""
        return self.after[self.points > 0]

    def offsets(self, row: int) -> np.ndarray:
        """Offsets of one line in pixels, without its rest, as `from_offsets` takes them."""
        last = int(self.points[row].sum())
        steps = np.concatenate([self.before[row, :1], self.after[row, :last]])
        return steps * [self.scale, self.scale, 1]


def one_hot(texts: Sequence[str], symbols: str = SYMBOLS, length: int | None = None) -> np.ndarray:
    """Texts as float32 `(n, u, len(symbols))`, zeros after the end of each.

    Raises:
        InvalidInputError: if a text is empty or holds another symbol.
    """
    bad = next((t for t in texts if not t or set(t) - set(symbols)), None)
    if bad is not None or not len(texts):
        raise InvalidInputError(
            f"Texts are written in the symbols {symbols}. Received: {bad if texts else texts!r}"
        )
    out = np.zeros((len(texts), length or max(map(len, texts)), len(symbols)), np.float32)
    for row, text in enumerate(texts):
        out[row, np.arange(len(text)), [symbols.index(symbol) for symbol in text]] = 1
    return out


def make_lines(
    strokes: Strokes,
    *,
    length: int | None = None,
    symbols: str = SYMBOLS,
    scale: float = SCALE,
    shake: float = 0.1,
    seed: int = 0,
) -> Lines:
    """Strokes as a network learns them.

    Traced points are equally far apart, which no pen does and which would make the density a
    needle: each is moved by `shake` pixels.

    Args:
        strokes: pieces of writing.
        length: points of a line, rest included; longer lines are left out. None: of the longest.
        symbols: that texts are made of.
        scale: pixels of one unit.
        shake: standard deviation in pixels.
        seed: of the shaking.
    """
    length = int(strokes.lengths.max()) - 1 + REST if length is None else length
    kept = np.flatnonzero((strokes.lengths - 1 + REST <= length) & (strokes.lengths > 1))
    strokes = strokes[kept]
    if not len(strokes):
        raise InvalidInputError(f"Expected lines of up to {length} points. Received: none.")
    steps = np.zeros((len(strokes), length + 1, 3))
    width = min(length + 1, strokes.offsets.shape[1])
    steps[:, :width] = strokes.offsets[:, :width]
    place = np.arange(length + 1)[None]
    ends = (place >= strokes.lengths[:, None]) & (place < strokes.lengths[:, None] + REST)
    steps[ends, 2] = 1
    there = ends | (place < strokes.lengths[:, None])
    moved = np.random.default_rng(seed).normal(0, shake, (*steps.shape[:2], 2)) * there[..., None]
    steps[:, 1:, :2] += np.diff(moved, axis=1) * there[:, 1:, None]
    steps = (steps / [scale, scale, 1]).astype(np.float32)
    text = one_hot(strokes.texts, symbols)
    return Lines(
        steps[:, :-1],
        steps[:, 1:],
        text,
        (there & ~ends)[:, 1:].astype(np.float32),
        ends[:, 1:].astype(np.float32),
        strokes.texts,
        scale,
    )


def resample(strokes: Sequence[Stroke], step: float = STEP) -> list[Stroke]:
    """Strokes with points `step` apart."""
    out = []
    for stroke in strokes:
        stroke = np.asarray(stroke, float).reshape(-1, 2)
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
        places = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
        out.append(np.column_stack([np.interp(places, along, axis) for axis in stroke.T]))
    return out


def coarser(strokes: Strokes, step: float = STEP) -> Strokes:
    """The same paths with fewer points, `step` pixels apart."""
    made = [to_offsets(resample(strokes.strokes(row), step)) for row in range(len(strokes))]
    lengths = np.array([len(offsets) for offsets in made], np.int64)
    out = np.zeros((len(made), max(lengths, default=0), 3), np.float32)
    for row, offsets in enumerate(made):
        out[row, : len(offsets)] = offsets
    return Strokes(out, lengths, strokes.texts, strokes.generated)


def slant(strokes: Sequence[Stroke]) -> float:
    """How far a hand leans to the right: x gained for each pixel upwards, by least squares, after
    each stroke is put on its own middle."""
    centred = [s - np.mean(s, axis=0) for s in strokes]
    x, y = np.concatenate([np.zeros((1, 2)), *centred]).T
    return float(-(x * y).sum() / ((y * y).sum() + 1e-9))
