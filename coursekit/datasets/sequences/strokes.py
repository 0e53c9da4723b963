"""Writing as a path of the pen: from the picture of a digit to strokes, from strokes to offsets,
and back to a picture.

A stroke is a float array `(m, 2)` of points, x to the right and y down. Offsets are float32
`(t, 3)`: the step in x and y to each point, and 1 if the pen is lifted after it. The first step
starts from the first point, so that it is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit._files import cache_folder, replacing
from coursekit.errors import InvalidInputError

Stroke = np.ndarray
_INK = 64  # grey from which on a pixel is written on
_SPUR = 4  # a stroke of fewer pixels is a burr of the thinning
_STEP = 1.5  # pixels between two points
_VERSION = 1


@dataclass(frozen=True)
class Strokes:
    """`n` pieces of writing as pen paths.

    Attributes:
        offsets: float32 `(n, t, 3)`: dx, dy, pen lifted after this point; zeros after the end.
        lengths: int64 `(n,)`, points of each.
        texts: what is written, one text each.
        generated: True if nobody's hand wrote it.
    """

    offsets: np.ndarray = field(repr=False)
    lengths: np.ndarray = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    generated: bool = False

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def mask(self) -> np.ndarray:
        """bool `(n, t)`: which points there are."""
        return np.arange(self.offsets.shape[1]) < self.lengths[:, None]

    @property
    def scale(self) -> float:
        """Standard deviation of the steps, x and y together: divide both by it and the slant
        stays."""
        return float(np.std(self.offsets[self.mask][:, :2]))

    def strokes(self, row: int) -> list[Stroke]:
        """The strokes of one piece, from its first point at (0, 0)."""
        return from_offsets(self.offsets[row, : self.lengths[row]])

    def __getitem__(self, index) -> Strokes:
        """The pieces of a slice, a mask or an array of rows."""
        if isinstance(index, int | np.integer):
            raise InvalidInputError(
                f"Strokes are cut by slices, masks or arrays. Received: {index}. Use "
                f"strokes[{index}:{index + 1}], or strokes.strokes({index})."
            )
        chosen = np.arange(len(self))[index]
        texts = tuple(self.texts[i] for i in chosen)
        return Strokes(self.offsets[chosen], self.lengths[chosen], texts, self.generated)


def to_offsets(strokes: Sequence[Stroke]) -> np.ndarray:
    """Offsets float32 `(t, 3)` of strokes, all points of all strokes in turn.

    >>> to_offsets([np.array([[1.0, 1.0], [2.0, 1.0]]), np.array([[2.0, 4.0]])])
    array([[0., 0., 0.],
           [1., 0., 1.],
           [0., 3., 1.]], dtype=float32)
    """
    if not strokes:
        return np.zeros((0, 3), np.float32)
    points = np.concatenate([np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes])
    out = np.zeros((len(points), 3), np.float32)
    out[1:, :2] = np.diff(points, axis=0)
    out[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
    return out


def from_offsets(offsets: np.ndarray) -> list[Stroke]:
    """Strokes from offsets `(t, 3)`; the path starts at (0, 0). Points after the last lift of the
    pen make a stroke of their own."""
    offsets = np.asarray(offsets, float)
    points = np.cumsum(offsets[:, :2], axis=0)
    ends = np.flatnonzero(offsets[:, 2] > 0.5) + 1
    return [stroke for stroke in np.split(points, ends) if len(stroke)]


def trace(image: np.ndarray, *, step: float = _STEP) -> list[Stroke]:
    """The path of a pen that could have written a digit: thin the ink to a line and follow it.

    A stroke starts at a loose end, the uppermost first, goes straight on where lines cross, and
    ends where nothing is left to follow. Thinning and an order of the points are how de Jong (2016)
    made MNIST a set of sequences.

    Args:
        image: uint8 `(h, w)`, white on black.
        step: distance of the points in pixels.

    Returns:
        Strokes in pixels, in the order in which they are found; none if there is no ink.
    """
    from skimage.morphology import skeletonize

    links = _links(skeletonize(np.asarray(image) >= _INK))
    found = [] if any(links.values()) else [[pixel] for pixel in links]
    while any(links.values()):
        found.append(_follow(links, _start(links)))
    long = [path for path in found if len(path) >= _SPUR] or found[:1]
    return [_resampled(np.array(path, float)[:, ::-1], step) for path in long]


def render(
    strokes: Sequence[Stroke],
    size: int | tuple[int, int] = 28,
    *,
    thickness: float = 2.6,
    fit: bool = False,
) -> np.ndarray:
    """Draw strokes with a round pen.

    Args:
        strokes: strokes in pixels.
        size: side, or height and width, of the picture.
        thickness: of the line in pixels.
        fit: bring the strokes into a frame of 20 pixels of 28, centred, whatever their size.

    Returns:
        uint8 `(h, w)`, white on black.
    """
    height, width = (size, size) if isinstance(size, int) else size
    strokes = [np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes]
    if not strokes:
        return np.zeros((height, width), np.uint8)
    if fit:
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        zoom = min(width, height) * 18 / 28 / max(float(np.max(high - low)), 1e-6)
        middle = np.array([width - 1, height - 1]) / 2
        strokes = [(stroke - (low + high) / 2) * zoom + middle for stroke in strokes]
    starts = np.concatenate([s[:-1] if len(s) > 1 else s for s in strokes])
    ends = np.concatenate([s[1:] if len(s) > 1 else s for s in strokes])
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).reshape(-1, 1, 2)
    along, offset = ends - starts, grid - starts
    share = (offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9)
    gap = np.hypot(*np.moveaxis(offset - np.clip(share, 0, 1)[..., None] * along, -1, 0)).min(1)
    ink = np.clip(thickness / 2 + 0.5 - gap, 0, 1).reshape(height, width)
    return (255 * ink).astype(np.uint8)


def digit_strokes(images: np.ndarray, labels: np.ndarray) -> Strokes:
    """Trace pictures of digits `(n, 28, 28)`; about a millisecond each."""
    traced = [to_offsets(trace(image)) for image in images]
    return _packed(traced, [str(label) for label in labels])


def load_digit_strokes(limit: int = 5000, *, test: bool = False) -> Strokes:
    """MNIST digits as pen strokes, traced once and kept in the cache.

    Args:
        limit: how many, from the first on.
        test: of the test images instead of the training images.

    Returns:
        `Strokes`; the texts are single digits.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy of MNIST is found.
    """
    from coursekit.datasets._dataset import check_limit
    from coursekit.datasets.mnist import load_mnist

    check_limit(limit)
    part = "test" if test else "train"
    path = cache_folder() / f"digit_strokes-v{_VERSION}-{part}-{limit}.npz"
    if path.is_file():
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            return Strokes(file["offsets"], file["lengths"], tuple(file["texts"].tolist()))
    images, labels = load_mnist()[1 if test else 0]
    made = digit_strokes(images[:limit], labels[:limit])
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(
            file, offsets=made.offsets, lengths=made.lengths, texts=np.array(made.texts)
        )
    return made


def make_digit_strings(strokes: Strokes, n: int, *, digits: int = 3, seed: int = 0) -> Strokes:
    """Strings of digits on one line, each of one hand as far as slant and height tell.

    For each string a digit is drawn, and the others from those nearest to it in slant and height.

    Args:
        strokes: single digits.
        n: number of strings.
        digits: digits in a string.
        seed: of all draws.

    Returns:
        `Strokes`; the texts have `digits` characters.

    Raises:
        InvalidInputError: if `strokes` does not hold single digits, or too few.
    """
    if len(strokes) < 10 * digits or any(len(text) != 1 for text in strokes.texts):
        raise InvalidInputError(
            f"Expected at least {10 * digits} single digits as strokes. Received: {len(strokes)} "
            f"pieces such as {strokes.texts[:1]}. Use load_digit_strokes()."
        )
    rng = np.random.default_rng(seed)
    pieces = [strokes.strokes(row) for row in range(len(strokes))]
    hand = np.array([_hand(piece) for piece in pieces])
    hand = (hand - hand.mean(axis=0)) / (hand.std(axis=0) + 1e-9)
    near = min(len(strokes), max(50, 10 * digits))
    made, texts = [], []
    for _ in range(n):
        away = ((hand - hand[rng.integers(len(hand))]) ** 2).sum(axis=1)
        rows = rng.choice(np.argpartition(away, near - 1)[:near], digits, replace=False)
        made.append(to_offsets(_line([pieces[row] for row in rows], rng)))
        texts.append("".join(strokes.texts[row] for row in rows))
    return _packed(made, texts, strokes.generated)


def _packed(offsets: list[np.ndarray], texts: Sequence[str], generated: bool = False) -> Strokes:
    lengths = np.array([len(piece) for piece in offsets], np.int64)
    out = np.zeros((len(offsets), max(lengths, default=0), 3), np.float32)
    for row, piece in enumerate(offsets):
        out[row, : len(piece)] = piece
    return Strokes(out, lengths, tuple(texts), generated)


def _line(pieces: list[list[Stroke]], rng: np.random.Generator) -> list[Stroke]:
    """Pieces side by side on a base line, with gaps between them."""
    out, edge = [], 0.0
    for piece in pieces:
        points = np.concatenate(piece)
        move = np.array([edge - points[:, 0].min(), -points[:, 1].max() + rng.normal(0, 0.7)])
        out += [stroke + move for stroke in piece]
        edge += np.ptp(points[:, 0]) + rng.uniform(3, 6)
    return out


def _hand(piece: list[Stroke]) -> tuple[float, float]:
    """Slant (x per y by least squares) and height."""
    points = np.concatenate(piece)
    x, y = (points - points.mean(axis=0)).T
    return float((x * y).sum() / ((y * y).sum() + 1e-9)), float(np.ptp(points[:, 1]))


_AROUND = [(-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)]
Pixel = tuple[int, int]


def _links(thin: np.ndarray) -> dict[Pixel, list[Pixel]]:
    """The neighbours of each pixel of a line; a diagonal counts only where no corner is taken."""
    line = set(zip(*map(np.ndarray.tolist, np.nonzero(thin)), strict=True))

    def neighbours(pixel: Pixel) -> Iterator[Pixel]:
        row, column = pixel
        for down, right in _AROUND:
            other = row + down, column + right
            corners = {(row, column + right), (row + down, column)} - {pixel, other}
            if other in line and not (down and right and corners & line):
                yield other

    return {pixel: list(neighbours(pixel)) for pixel in sorted(line)}


def _start(links: dict[Pixel, list[Pixel]]) -> Pixel:
    """The uppermost loose end, else an uppermost fork, else the uppermost pixel."""
    left = [pixel for pixel, others in links.items() if others]
    for odd in (lambda n: n == 1, lambda n: n % 2 == 1):
        ends = [pixel for pixel in left if odd(len(links[pixel]))]
        if ends:
            return ends[0]
    return left[0]


def _follow(links: dict[Pixel, list[Pixel]], here: Pixel) -> list[Pixel]:
    """Walk along unused links, straight on where there is a choice; uses them up."""
    path = [here]
    while links[here]:
        back = path[max(0, len(path) - 4)]
        heading = here[0] - back[0], here[1] - back[1]

        def turn(other: Pixel, here: Pixel = here, heading: Pixel = heading) -> float:
            step = other[0] - here[0], other[1] - here[1]
            length = (step[0] ** 2 + step[1] ** 2) ** 0.5
            return -(heading[0] * step[0] + heading[1] * step[1]) / length

        ahead = min(links[here], key=turn)
        links[here].remove(ahead)
        links[ahead].remove(here)
        path.append(ahead)
        here = ahead
    return path


def _resampled(points: np.ndarray, step: float) -> np.ndarray:
    """Points at equal distances along a smoothed line."""
    if len(points) > 2:
        smooth = points.copy()
        smooth[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        points = smooth
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, round(along[-1] / step) + 1))
    return np.column_stack([np.interp(places, along, axis) for axis in points.T])
