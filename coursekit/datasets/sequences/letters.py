"""Single-stroke letters of our own drawing, for words as pen paths. Nobody's hand wrote them."""

from __future__ import annotations

import numpy as np

from coursekit.datasets.sequences.strokes import Strokes, _packed, to_offsets
from coursekit.errors import InvalidInputError

# Points on a grid: x to the right from 0, y upwards from the base line at 0; small letters are 4
# high, tall ones 7, tails reach to -3. A curve goes through the points of a stroke; strokes are
# parted by a bar.
_GLYPHS = {
    "a": "4,3 3,4 1,4 0,2 1,0 3,0 4,2 4,4 4,1 5,0",
    "b": "0,7 0,3 0,0 2,0 4,1 4,3 2,4 0,3",
    "c": "4,3 3,4 1,4 0,2 1,0 3,0 4,1",
    "d": "4,3 3,4 1,4 0,2 1,0 3,0 4,2 4,7 4,1 5,0",
    "e": "0,2 4,2 4,3 3,4 1,4 0,2 1,0 3,0 4,1",
    "f": "4,6 3,7 2,6 2,3 2,0|0,4 4,4",
    "g": "4,3 3,4 1,4 0,2 1,0 3,0 4,2 4,4 4,-1 3,-3 1,-3 0,-2",
    "h": "0,7 0,3 0,0|0,2 1,4 3,4 4,3 4,0",
    "i": "0,4 0,1 1,0|0,5.5 0.2,5.7",
    "j": "2,4 2,-1 1,-3 0,-2|2,5.5 2.2,5.7",
    "k": "0,7 0,3 0,0|3,4 0,2 2,1 3.5,0",
    "l": "0,7 0,4 0,1 1,0",
    "m": "0,4 0,2 0,0|0,2 1,4 2.5,4 3,3 3,0|3,2 4,4 5.5,4 6,3 6,0",
    "n": "0,4 0,2 0,0|0,2 1,4 3,4 4,3 4,0",
    "o": "2,4 0.5,3.5 0,2 0.5,0.5 2,0 3.5,0.5 4,2 3.5,3.5 2,4",
    "p": "0,4 0,1 0,-3|0,3 2,4 4,3 4,1 2,0 0,1",
    "q": "4,3 3,4 1,4 0,2 1,0 3,0 4,2 4,4 4,0 4,-3 5,-2",
    "r": "0,4 0,2 0,0|0,2 1,4 2.5,4 3,3.5",
    "s": "3.5,3.5 2,4 0.5,3.5 0.5,2.5 2,2 3.5,1.5 3.5,0.5 2,0 0,0.5",
    "t": "2,7 2,3 2,1 3,0 4,0.5|0,4 4,4",
    "u": "0,4 0,1 1,0 3,0 4,2 4,4 4,1 5,0",
    "v": "0,4 1,2 2,0 3,2 4,4",
    "w": "0,4 0.7,2 1.5,0 2.3,2 3,4 3.7,2 4.5,0 5.3,2 6,4",
    "x": "0,4 2,2 4,0|4,4 2,2 0,0",
    "y": "0,4 0,2 1,0 3,0 4,2 4,4 4,-1 3,-3 1,-3 0,-2",
    "z": "0,4 2,4 4,4 2,2 0,0 2,0 4,0",
}
LETTERS = "".join(_GLYPHS)
_HEIGHT = 3.0  # pixels a unit of the grid
_SPACE = 4.0
_STEP = 1.5


def make_words(texts, *, seed: int = 0, jitter: float = 0.25) -> Strokes:
    """Words as pen paths, each in a made-up hand: a slant, a width and a size of its own.

    Args:
        texts: words of the letters a to z and spaces.
        seed: of the hands.
        jitter: standard deviation by which each point of a letter is moved, in units of a quarter
            of a small letter's height.

    Returns:
        `Strokes` with `generated=True`.

    Raises:
        InvalidInputError: if a text is empty or holds another character.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    rng = np.random.default_rng(seed)
    return _packed([to_offsets(_word(t, rng, jitter)) for t in texts], texts, True)


def _word(text: str, rng: np.random.Generator, jitter: float) -> list[np.ndarray]:
    if not text.strip() or set(text) - set(LETTERS) - {" "}:
        raise InvalidInputError(
            f"Words are written in the letters {LETTERS[0]} to {LETTERS[-1]} and spaces. "
            f"Received: {text!r}"
        )
    slant, width, size = rng.normal(0.15, 0.15), rng.uniform(0.8, 1.15), rng.uniform(0.85, 1.15)
    strokes, edge = [], 0.0
    for letter in text:
        if letter == " ":
            edge += _SPACE
            continue
        parts = [
            np.array([[float(v) for v in point.split(",")] for point in part.split()])
            for part in _GLYPHS[letter].split("|")
        ]
        parts = [part + rng.normal(0, jitter, part.shape) for part in parts]
        for part in parts:
            x, y = (part + np.array([edge, 0])).T
            strokes.append(_curve(np.column_stack([width * (x + slant * y), -y]) * size * _HEIGHT))
        edge += max(part[:, 0].max() for part in parts) + rng.uniform(1.0, 1.8)
    return strokes


def _curve(points: np.ndarray) -> np.ndarray:
    """A smooth line through the points that does not overshoot, with points at equal distances."""
    from scipy.interpolate import PchipInterpolator

    chord = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T) + 1e-6)])
    fine = PchipInterpolator(chord, points)(np.linspace(0, chord[-1], 12 * len(points)))
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(fine, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, round(along[-1] / _STEP) + 1))
    return np.column_stack([np.interp(places, along, axis) for axis in fine.T])
