"""A trained writer in NumPy: it scores lines all at once or point by point, and writes.

One step costs tens of microseconds, so that a line is there before the hand has left the keyboard.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from coursekit._files import replacing
from coursekit.datasets import preprocess_digit
from coursekit.datasets.sequences import from_offsets, render
from coursekit.datasets.sequences.strokes import Stroke
from coursekit.errors import InvalidInputError
from coursekit.handwriting.density import Mixture
from coursekit.handwriting.lines import SYMBOLS, Lines, one_hot

_HERE = Path(__file__).parent
WEIGHTS = _HERE / "weights.npz"


class Window(NamedTuple):
    """What a writer of `n` lines remembers between two points.

    Attributes:
        h, c: of the LSTM, `(n, units)`.
        places: of the window's Gaussians on the text, `(n, k)`.
        seen: what the window showed, `(n, v)`.
        text: `(n, u, v)`.
        heights, sharpness: of the window's Gaussians at the last step, `(n, k)`.
    """

    h: np.ndarray
    c: np.ndarray
    places: np.ndarray
    seen: np.ndarray
    text: np.ndarray
    heights: np.ndarray
    sharpness: np.ndarray

    def weights(self) -> np.ndarray:
        """Of each symbol, and of the place behind the last: `(n, u + 1)`."""
        gap = self.places[..., None] - np.arange(self.text.shape[1] + 1)
        each = self.heights[..., None] * np.exp(-self.sharpness[..., None] * gap**2)
        return each.sum(axis=1)


@dataclass(frozen=True)
class Written:
    """A line that a network wrote.

    Attributes:
        offsets: of the new points, `(m, 3)` in pixels.
        weights: of the window over the symbols of the text, and over the place behind the last,
            as each new point was drawn: `(m, u + 1)`.
        text: the whole text, that of the prime included.
        known: symbols of the text that the prime had.
        stopped: whether the window left the text; otherwise the points ran out.
    """

    offsets: np.ndarray = field(repr=False)
    weights: np.ndarray = field(repr=False)
    text: str
    known: int
    stopped: bool

    def strokes(self) -> list[Stroke]:
        """The new strokes, from the end of the prime at (0, 0)."""
        return from_offsets(self.offsets)

    def symbols(self) -> np.ndarray:
        """Which symbol each point belongs to: `(m,)`. A stroke belongs to one symbol, strokes come
        in the order of the text, and of all ways to share them out this one agrees best with what
        the window looked at."""
        share = self.weights[:, :-1] + 1e-9
        agrees = np.log(share / share.sum(axis=1, keepdims=True))
        starts = np.append(0, self._ends()[:-1])
        best, came = np.zeros(share.shape[1]), []
        for scores in np.add.reduceat(agrees, starts, axis=0):  # (symbols,), stroke by stroke
            so_far = np.maximum.accumulate(best)
            came.append([int(np.argmax(best[: u + 1])) for u in range(len(best))])
            best = so_far + scores
        owners = [int(np.argmax(best))]
        for before in reversed(came[1:]):
            owners.append(before[owners[-1]])
        return np.repeat(owners[::-1], np.diff(np.append(starts, len(share))))

    def pieces(self) -> list[list[Stroke]]:
        """The new strokes of each symbol that the prime had not."""
        places, owner = np.cumsum(self.offsets[:, :2], axis=0), self.symbols()
        out: list[list[Stroke]] = [[] for _ in self.text[self.known :]]
        for stroke, of in zip(
            np.split(places, self._ends()[:-1]), owner[self._ends() - 1], strict=True
        ):
            if of >= self.known:
                out[of - self.known].append(stroke)
        return out

    def _ends(self) -> np.ndarray:
        """Behind the last point of each stroke."""
        return np.flatnonzero(np.append(self.offsets[:-1, 2] > 0.5, True)) + 1


def picture(strokes: Sequence[Stroke]) -> np.ndarray:
    """One digit as a network of images knows them: uint8 `(28, 28)`, in MNIST's frame."""
    if not strokes:
        return np.zeros((28, 28), np.uint8)
    return preprocess_digit(render(strokes, 84, fit=True, thickness=7.0))


def read_back(written: Sequence[Written], reader: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What a reader of single digits reads in written lines.

    Args:
        written: lines of digits.
        reader: from images `(n, 28, 28, 1)` in [0, 1] to scores `(n, 10)`.

    Returns:
        bool, one for each digit that was asked for: whether it is read as that digit.
    """
    pictures = [picture(piece) for line in written for piece in line.pieces()]
    asked = [int(symbol) for line in written for symbol in line.text[line.known :]]
    scores = reader(np.stack(pictures)[..., None].astype(np.float32) / 255)
    blank = np.array([not image.any() for image in pictures])
    return (np.asarray(scores).argmax(axis=1) == asked) & ~blank


class Scribe:
    """A soft-window writer in NumPy.

    Args:
        weights: by name: `kernel`, `recurrent`, `bias` of the LSTM, `window`, `window_bias`,
            `out`, `out_bias`.
        symbols: that it can write.
        scale: pixels of one unit.
        about: how it was trained.
    """

    def __init__(
        self,
        weights: Mapping[str, np.ndarray],
        *,
        symbols: str = SYMBOLS,
        scale: float,
        about: Mapping | None = None,
    ):
        self.weights = {name: np.asarray(w, np.float32) for name, w in weights.items()}
        self.symbols, self.scale, self.about = symbols, float(scale), dict(about or {})

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Scribe:
        """The writer that comes with the package: digits in the hands of MNIST's writers, letters
        in made-up hands. `coursekit models train writer` trains it anew.

        Raises:
            InvalidInputError: if the file is not there.
        """
        if not path.is_file():
            raise InvalidInputError(
                f"Expected the writer's weights in {path}. Received: no such file. Install "
                "coursekit again, or train it: coursekit models train writer"
            )
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            weights = {name: file[name] for name in file.files if name != "about"}
        return cls(weights, symbols=about["symbols"], scale=about["scale"], about=about)

    def save(self, path: Path) -> None:
        """Keep the weights as float16, with what is known about them."""
        about = {**self.about, "symbols": self.symbols, "scale": self.scale}
        half = {name: w.astype(np.float16) for name, w in self.weights.items()}
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **half, about=np.array(json.dumps(about)))

    def count(self) -> int:
        """Number of weights."""
        return sum(w.size for w in self.weights.values())

    def start(self, texts: Sequence[str]) -> Window:
        """The state before the first point of lines with these texts.

        Raises:
            InvalidInputError: if a text is empty or holds a symbol that it cannot write.
        """
        text = one_hot(texts, self.symbols)
        n, k = len(texts), self.weights["window"].shape[1] // 3
        units = self.weights["recurrent"].shape[0]
        h, c, places, seen = (
            np.zeros((n, size), np.float32) for size in (units, units, k, text.shape[2])
        )
        return Window(h, c, places, seen, text, np.zeros_like(places), np.zeros_like(places))

    def step(self, point: np.ndarray, state: Window) -> tuple[np.ndarray, Window]:
        """One point: it goes in, and the distribution of the next comes out.

        Args:
            point: `(n, 3)`, steps in units.
            state: before it; it is not changed.

        Returns:
            Outputs `(n, 6 m + 1)` and the new state.
        """
        w = self.weights
        x = np.concatenate([np.asarray(point, np.float32), state.seen], axis=1)
        gates = x @ w["kernel"] + state.h @ w["recurrent"] + w["bias"]
        i, forget, new, o = np.split(gates, 4, axis=1)
        c = expit(forget) * state.c + expit(i) * np.tanh(new)
        h = expit(o) * np.tanh(c)
        heights, sharpness, forwards = np.split(
            np.exp(h @ w["window"] + w["window_bias"]), 3, axis=1
        )
        state = state._replace(
            h=h, c=c, places=state.places + forwards, heights=heights, sharpness=sharpness
        )
        seen = np.einsum("nu,nuv->nv", state.weights()[:, :-1], state.text)
        outputs = np.concatenate([h, seen], axis=1) @ w["out"] + w["out_bias"]
        return outputs, state._replace(seen=seen)

    def outputs(self, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
        """Teacher forcing: at every point of given lines the outputs `(n, t, 6 m + 1)`, and the
        window's weights `(n, t, u + 1)`."""
        state, made, weights = self.start(lines.texts), [], []
        for t in range(lines.before.shape[1]):
            out, state = self.step(lines.before[:, t], state)
            made.append(out)
            weights.append(state.weights())
        return np.stack(made, axis=1), np.stack(weights, axis=1)

    def nats(self, lines: Lines) -> float:
        """Mean minus log density of the points of lines, in nats a point."""
        return mean_nats(self.outputs(lines)[0], lines)

    def write(
        self,
        text: str,
        *,
        prime: np.ndarray | None = None,
        prime_text: str = "",
        bias: float = 1.0,
        limit: int = 60,
        seed: int | np.random.Generator = 0,
    ) -> Written:
        """Write a text, in the hand of a given line if there is one. It stops when the pen is up
        and the window has left the text.

        Args:
            text: what to write.
            prime: offsets `(p, 3)` in pixels of a line that is already there.
            prime_text: what that line says.
            bias: 0 for the distribution as it is, 1 and more for neater writing.
            limit: most points for each symbol.
            seed: of the draws.

        Raises:
            InvalidInputError: if a text is empty or holds a symbol that it cannot write, or only
                one of prime and prime_text is given.
        """
        if (prime is None) != (not prime_text):
            raise InvalidInputError(
                "Expected prime and prime_text together. Received: only one of them."
            )
        if not text:
            raise InvalidInputError("Expected a text to write. Received: an empty one.")
        rng, state = np.random.default_rng(seed), self.start([prime_text + text])
        unit = np.array([self.scale, self.scale, 1], np.float32)
        read = [np.zeros(3)] if prime is None else np.asarray(prime, float) / unit
        for point in read:
            outputs, state = self.step(point[None], state)
        points, weights, stopped = [], [], False
        while len(points) < limit * len(text):
            looked = state.weights()[0]
            lifted = bool(points) and points[-1][2] > 0.5
            if stopped := bool(lifted and looked[-1] > looked[:-1].max()):
                break
            point = Mixture.of(outputs).biased(bias).draw(rng)
            outputs, state = self.step(point, state)
            points.append(point[0])
            weights.append(looked)
        offsets = np.array(points) * unit
        offsets[-1, 2] = 1
        return Written(offsets, np.array(weights), prime_text + text, len(prime_text), stopped)


def mean_nats(outputs: np.ndarray, lines: Lines) -> float:
    """Mean minus log density of the points of lines under outputs `(n, t, 6 m + 1)`, or under one
    row of outputs for all points, in nats a point."""
    each = Mixture.of(outputs).nats(lines.after)
    return float((each * lines.points).sum() / lines.points.sum())


def squared_error(outputs: np.ndarray, lines: Lines) -> float:
    """Mean squared distance from the mean of the mixture to the point that came, in units."""
    gap = Mixture.of(outputs).mean() - lines.after[..., :2]
    return float(((gap**2).sum(-1) * lines.points).sum() / lines.points.sum())


def order_kept(weights: np.ndarray, lines: Lines) -> np.ndarray:
    """For each line, whether the window, over its points, looks hardest at the first symbol, later
    at the second, and so on to the last: bool `(n,)`."""
    kept = []
    for row, text in enumerate(lines.texts):
        hardest = weights[row, lines.points[row] > 0, : len(text)].argmax(axis=0)
        kept.append(bool((np.diff(hardest) > 0).all()))
    return np.array(kept)
