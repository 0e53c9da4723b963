"""Generated volumes: nerve cells in slices of tissue, and brains in a scanner while hands move."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from coursekit.errors import InvalidInputError

TASKS = ("rest", "left hand", "right hand")
_MEMBRANE, _INSIDE, _ORGANELLE = 0.22, 0.72, 0.42  # grey
_SMALLEST_PIECE = 30  # voxels; less is counted as membrane
_SECONDS_A_SCAN = 2.0


@dataclass(frozen=True)
class Neurites:
    """Pieces of tissue.

    Attributes:
        images: float32 `(n, d, h, w)`, grey from about 0 (dark) to 1; the first axis is depth.
        labels: int32 `(n, d, h, w)`, 0 for membrane, else the number of the cell.
    """

    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.images)


def make_neurites(
    n: int,
    *,
    shape: tuple[int, int, int] = (10, 40, 40),
    cells: int = 10,
    gaps: float = 0.12,
    photons: float = 60.0,
    seed: int = 0,
) -> Neurites:
    """Draw `n` volumes of nerve cells that run through a stack of slices, side by side.

    Each slice is cut up among curves that wander from slice to slice; where two cells meet is
    membrane, dark. In places the membrane of a slice has faded, and inside cells lie dark grains,
    so that a slice alone does not tell which is which.

    Args:
        n: number of volumes.
        shape: slices, height, width; at least 4, 16 and 16.
        cells: curves through the volume, at least 2.
        gaps: share of the membrane that has faded, from 0 to 0.5.
        photons: per pixel at full brightness; the fewer, the more noise.
        seed: of all draws.

    Returns:
        `Neurites`.

    Raises:
        InvalidInputError: if an argument is out of range.
    """
    if n < 1 or len(shape) != 3 or shape[0] < 4 or min(shape[1:]) < 16:
        raise InvalidInputError(
            f"Expected at least one volume of at least (4, 16, 16) voxels. Received: n={n!r}, "
            f"shape={shape!r}"
        )
    if cells < 2 or not 0 <= gaps <= 0.5 or not photons > 0:
        raise InvalidInputError(
            f"`cells` must be at least 2, `gaps` from 0 to 0.5, `photons` positive. Received: "
            f"cells={cells!r}, gaps={gaps!r}, photons={photons!r}"
        )
    rng = np.random.default_rng(seed)
    drawn = [_tissue(rng, shape, cells, gaps, photons) for _ in range(n)]
    images, labels = (np.stack(part) for part in zip(*drawn, strict=True))
    return Neurites(images, labels)


def _smooth(rng: np.random.Generator, shape, sigma) -> np.ndarray:
    """Noise without sharp edges, of standard deviation 1."""
    from scipy import ndimage

    noise = ndimage.gaussian_filter(rng.standard_normal(shape), sigma)
    return noise / noise.std()


def _tissue(rng: np.random.Generator, shape, cells: int, gaps: float, photons: float):
    from scipy import ndimage, special

    depth, height, width = shape
    side = np.array([height, width])
    start = rng.random((cells, 1, 2)) * side
    drift = np.cumsum(rng.normal(0, 0.7, (cells, depth, 2)), axis=1)
    drift = ndimage.gaussian_filter1d(drift, 1.5, axis=1)
    centre = start + drift  # (cells, depth, 2)
    weight = rng.normal(0, 0.5, (cells, 1)) * height * width / cells / np.pi
    y, x = (grid.astype(float) for grid in np.mgrid[:height, :width])
    warp = 2.2 * np.stack([_smooth(rng, shape, (3, 4, 4)) for _ in range(2)])
    away = (y + warp[0] - centre[:, :, 0, None, None]) ** 2
    away += (x + warp[1] - centre[:, :, 1, None, None]) ** 2
    owner = (away - weight[:, :, None, None]).argmin(axis=0)
    border = np.zeros(shape, bool)
    border[:, :-1] |= owner[:, :-1] != owner[:, 1:]
    border[:, :, :-1] |= owner[:, :, :-1] != owner[:, :, 1:]
    border[:-1] |= owner[:-1] != owner[1:]
    flat = ndimage.generate_binary_structure(3, 1)
    flat[[0, 2]] = False  # a membrane is thick within its slice
    border = ndimage.binary_dilation(border, flat)
    labels = _pieces(np.where(border, -1, owner))
    grey = np.where(border, _MEMBRANE, _INSIDE) + 0.04 * _smooth(rng, shape, (1, 3, 3))
    fade = _smooth(rng, shape, (0.3, 3, 3))
    faded = border & (fade > np.sqrt(2) * special.erfinv(1 - 2 * gaps) if gaps else False)
    grey = np.where(faded, _INSIDE - 0.08, grey)
    grains = _smooth(rng, shape, (0.5, 1.3, 1.3)) > 2.35
    grey = np.where(grains & ~border, _ORGANELLE, grey)
    grey = ndimage.gaussian_filter(grey, (0, 0.6, 0.6))
    counted = rng.poisson(np.clip(grey, 0.02, 1) * photons) / photons
    return counted.astype(np.float32), labels


def _pieces(owner: np.ndarray) -> np.ndarray:
    """Numbers for the connected parts of each owner; -1 and small parts become 0."""
    from scipy import ndimage

    out, last = np.zeros(owner.shape, np.int32), 0
    for name in range(owner.max() + 1):
        parts, count = ndimage.label(owner == name)
        sizes = np.bincount(parts.ravel(), minlength=count + 1)
        for part in range(1, count + 1):
            if sizes[part] >= _SMALLEST_PIECE:
                last += 1
                out[parts == part] = last
    return out


@dataclass(frozen=True)
class Brains:
    """Scans of several people who follow one course of blocks.

    Attributes:
        scans: float32 `(people, t, d, h, w)`, signal with a mean of about 100 inside the head.
        labels: int64 `(t,)`, index into `TASKS` of the task whose response a scan shows; -1 where
            the response rises or falls.
        responses: float64 `(t, 2)`, the expected response to each hand.
        active: bool `(people, 2, d, h, w)`, where each hand's blob lies.
        head: bool `(d, h, w)`.
    """

    scans: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    responses: np.ndarray = field(repr=False)
    active: np.ndarray = field(repr=False)
    head: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.scans)

    def __getitem__(self, people: slice) -> Brains:
        """Some of the people."""
        if not isinstance(people, slice):
            raise InvalidInputError(f"People are cut by slices. Received: {people!r}")
        return Brains(
            self.scans[people], self.labels, self.responses, self.active[people], self.head
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one scan."""
        return self.scans.shape[2:]


def make_brains(
    people: int,
    *,
    shape: tuple[int, int, int] = (8, 20, 20),
    scans: int = 90,
    effect: float = 1.2,
    wander: float = 1.3,
    seed: int = 0,
) -> Brains:
    """Draw scans of heads in a block design: rest, left hand, rest, right hand, nine scans each.

    Two blobs answer, each to the hand of the other side, with the delay of blood; around them lie
    drift, noise that is correlated in time, and small movements of the head. The blobs of two
    people lie a little apart.

    Args:
        people: how many.
        shape: slices, height, width; at least 6, 12 and 12.
        scans: of each person, 36 or more, one every two seconds.
        effect: height of the response, in percent of the signal.
        wander: standard deviation of a blob's place among people, in voxels.
        seed: of all draws.

    Returns:
        `Brains`.

    Raises:
        InvalidInputError: if an argument is out of range.
    """
    if people < 1 or len(shape) != 3 or shape[0] < 6 or min(shape[1:]) < 12 or scans < 36:
        raise InvalidInputError(
            f"Expected at least one person, (6, 12, 12) voxels and 36 scans. Received: "
            f"people={people!r}, shape={shape!r}, scans={scans!r}"
        )
    rng = np.random.default_rng(seed)
    blocks = np.array([0, 1, 0, 2])[np.arange(scans) // 9 % 4]
    shape_in_time = blood_response(np.arange(16) * _SECONDS_A_SCAN)
    boxcars = np.stack([blocks == 1, blocks == 2], axis=1).astype(float)
    responses = np.stack([np.convolve(b, shape_in_time)[:scans] for b in boxcars.T], axis=1)
    responses /= responses.max()
    labels = np.full(scans, -1)
    labels[responses.max(axis=1) < 0.1] = 0
    for hand in (0, 1):
        labels[responses[:, hand] > 0.7] = hand + 1
    grid = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"))
    head = np.sum((grid / np.array([1.05, 0.95, 0.85])[:, None, None, None]) ** 2, axis=0) < 1
    drawn = [_scanned(rng, head, responses, effect, wander) for _ in range(people)]
    pictures, active = (np.stack(part) for part in zip(*drawn, strict=True))
    return Brains(pictures, labels.astype(np.int64), responses, active, head)


def blood_response(seconds: np.ndarray) -> np.ndarray:
    """The usual difference of two gamma densities (Friston et al. 1998): a peak after 5 s, a dip
    after 15 s; its sum is 1."""
    from scipy import special

    t = np.asarray(seconds, float)
    first, second = (t ** (k - 1) * np.exp(-t) / special.gamma(k) for k in (6, 16))
    curve = first - second / 6
    return curve / curve.sum()


def _scanned(rng: np.random.Generator, head, responses, effect: float, wander: float):
    from scipy import ndimage

    depth, height, width = head.shape
    time = np.linspace(0, 1, len(responses))
    base = np.where(head, 100 + 6 * _smooth(rng, head.shape, 1.5), 4.0)
    places = np.array([[0.55, 0.42, 0.68], [0.55, 0.42, 0.32]]) * [depth, height, width]
    places = places + rng.normal(0, wander, (2, 3)) * [0.5, 1, 1]
    z, y, x = np.indices(head.shape)
    blobs = np.stack(
        [
            np.exp(-(((z - c) / 1.2) ** 2 + ((y - b) / 1.8) ** 2 + ((x - a) / 1.8) ** 2) / 2)
            for c, b, a in places
        ]
    )
    blobs = blobs * head
    signal = np.einsum("tk,kdhw->tdhw", responses, blobs) * effect * rng.uniform(0.8, 1.2)
    noise = rng.standard_normal((len(time), *head.shape))
    for t in range(1, len(time)):
        noise[t] = 0.35 * noise[t - 1] + np.sqrt(1 - 0.35**2) * noise[t]
    noise = ndimage.gaussian_filter(noise, (0, 0.5, 0.5, 0.5))
    drift = np.cos(np.pi * np.outer(time, (1, 2))) @ rng.normal(0, 0.5, 2)
    scans = base + (signal + drift[:, None, None, None]) * head + 1.4 * noise * head
    moves = np.cumsum(rng.normal(0, 0.01, (len(time), 3)), axis=0)
    for t, move in enumerate(moves):
        scans[t] = ndimage.shift(scans[t], move, order=1, mode="nearest")
    return scans.astype(np.float32), blobs > 0.5
