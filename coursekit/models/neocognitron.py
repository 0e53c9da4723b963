"""The neocognitron (Fukushima 1980): S-cells that detect, C-cells that forget where. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.errors import InvalidInputError

GAIN = 4.0
"""How strongly patches drive the cells: the ratio saturates, so that faint strokes count too."""


class Neocognitron:
    """Two or more stages of S- and C-cells that learn without labels, and labelled examples in the
    code that they give.

    A stage's S-planes are found by competition: patches of what the stage below answers are
    compared with the planes there are; one that resembles none of them becomes a new plane, and
    then each patch teaches the plane that wins it. All cells of a plane share its weights, so what
    is learned in one place is known everywhere.

    Args:
        planes: S-planes of each stage.
        size: side of the patch that an S-cell sees.
        selectivity: r of each stage's S-cells: a cell answers where the cosine between patch and
            weights exceeds about `r / (1 + r)`.
        blur: side of the patch that a C-cell sees.
        strides: step between C-cells, for each stage.
        seed: of the patches that are looked at.

    Differs from Fukushima 1980 in its size (his had three stages), in that weights are learned
    stage by stage from patches, and in the last step, where he took the loudest cell.
    """

    def __init__(
        self,
        planes: Sequence[int] = (16, 100),
        *,
        size: int = 5,
        selectivity: Sequence[float] = (4.0, 2.0),
        blur: int = 5,
        strides: Sequence[int] = (2, 3),
        seed: int = 0,
    ):
        self.planes, self.size, self.selectivity = tuple(planes), size, tuple(selectivity)
        self.blur, self.strides, self.seed = blur, tuple(strides), seed
        self.weights: list[np.ndarray] = []

    def fit(self, x, y) -> Neocognitron:
        """Learn the planes of each stage from images `(n, h, w)` from 0 to 1, and keep their codes
        with the labels `y`."""
        rng = np.random.default_rng(self.seed)
        maps = _as_maps(x)
        self.weights = []
        for stage, planes in enumerate(self.planes):
            self.weights.append(_compete(_patches(maps, self.size, 8000, rng), planes, rng))
            maps = self._stage(maps, stage)
        flat = maps.reshape(len(maps), -1)
        self.middle_, self.labels_ = flat.mean(axis=0), np.asarray(y)
        self.codes_ = _unit_rows(flat - self.middle_)
        return self

    def codes(self, x) -> np.ndarray:
        """What the last C-cells answer, less their mean on the training images, `(n, d)`; each row
        has length 1.

        Raises:
            InvalidInputError: before `fit`.
        """
        maps = _as_maps(x)
        for stage in range(len(self._trained())):
            maps = self._stage(maps, stage)
        return _unit_rows(maps.reshape(len(maps), -1) - self.middle_)

    def predict(self, x) -> np.ndarray:
        """The label of the stored example whose code is most alike."""
        return self.labels_[np.argmax(self.codes(x) @ self.codes_.T, axis=1)]

    def score(self, x, y) -> float:
        """Share of labels predicted correctly."""
        return float(np.mean(self.predict(x) == np.asarray(y)))

    def _stage(self, maps: np.ndarray, stage: int) -> np.ndarray:
        found = s_cells(maps, self.weights[stage], self.selectivity[stage])
        return c_cells(found, self.blur, self.strides[stage])

    def _trained(self) -> list[np.ndarray]:
        if not self.weights:
            raise InvalidInputError("Expected a trained network. Received: none. Call fit first.")
        return self.weights


def s_cells(maps: np.ndarray, weights: np.ndarray, selectivity: float) -> np.ndarray:
    """Answers of the S-cells: excitation, divided by what the inhibitory cell collects, and cut off
    at 0.

    Args:
        maps: `(n, h, w, c)`.
        weights: `(planes, size, size, c)`, each plane of length 1.
        selectivity: r, positive; the larger, the more alike a patch must be.

    Returns:
        `(n, h, w, planes)`, seen with a border of zeros: `r max(0, (1 + e) / (1 + r v / (1 + r)) -
        1)`, where the excitation e is `GAIN` times the weighted patch and the inhibition v `GAIN`
        times its length.
    """
    size = weights.shape[1]
    before = (size - 1) // 2
    border = (before, size - 1 - before)
    padded = np.pad(maps, ((0, 0), border, border, (0, 0)))
    windows = np.moveaxis(sliding_window_view(padded, (size, size), axis=(1, 2)), 3, -1)
    kernel = weights.reshape(len(weights), -1).T
    found = np.empty((*maps.shape[:3], len(weights)), dtype=maps.dtype)
    for rows in range(0, len(maps), 100):  # patches of 100 images at a time fit in memory
        patches = windows[rows : rows + 100].reshape(-1, len(kernel))
        excitation = GAIN * (patches @ kernel)
        inhibition = GAIN * np.sqrt(np.sum(patches * patches, axis=1, keepdims=True))
        share = (1 + excitation) / (1 + selectivity / (1 + selectivity) * inhibition)
        answer = selectivity * np.maximum(0, share - 1)
        found[rows : rows + 100] = answer.reshape(-1, *found.shape[1:])
    return found


def c_cells(found: np.ndarray, size: int, stride: int, *, alpha: float = 0.5) -> np.ndarray:
    """Answers of the C-cells: each S-plane blurred, squashed by `x / (alpha + x)` and sampled.

    Args:
        found: `(n, h, w, planes)`, not negative.
        size: side of the patch that a C-cell sees, weighted by a Gaussian.
        stride: step between C-cells.
        alpha: the sum at which a cell answers 1/2.

    Returns:
        `(n, ceil(h / stride), ceil(w / stride), planes)`, in [0, 1).
    """
    at = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(at**2) / (2 * (size / 4) ** 2)).astype(found.dtype)
    before = (size - 1) // 2
    border = (before, size - 1 - before)
    padded = np.pad(found, ((0, 0), border, border, (0, 0)))
    h, w = found.shape[1:3]
    rows = sum(g * padded[:, k : k + h : stride] for k, g in enumerate(bell))
    total = sum(g * rows[:, :, k : k + w : stride] for k, g in enumerate(bell))
    return total / (alpha + total)


def _patches(maps: np.ndarray, size: int, number: int, rng) -> np.ndarray:
    """Patches `(number, size, size, c)` of length 1, at places that are not empty."""
    windows = np.moveaxis(sliding_window_view(maps, (size, size), axis=(1, 2)), 3, -1)
    image = rng.integers(0, len(maps), 4 * number)
    row, column = rng.integers(0, windows.shape[1:3], (4 * number, 2)).T
    patches = windows[image, row, column]
    length = np.sqrt(np.sum(patches**2, axis=(1, 2, 3), keepdims=True))
    busy = length.ravel() > 0.5 * np.median(length[length > 0])
    return (patches[busy] / length[busy])[:number]


def _compete(patches: np.ndarray, planes: int, rng, *, rounds: int = 8) -> np.ndarray:
    """Weights `(planes, size, size, c)` of length 1: the least alike patches as seeds, then each
    patch teaches its winner."""
    flat = patches.reshape(len(patches), -1)
    seeds = [int(rng.integers(len(flat)))]
    likeness = flat @ flat[seeds[0]]
    while len(seeds) < planes:
        new = int(np.argmin(likeness))
        seeds.append(new)
        likeness = np.maximum(likeness, flat @ flat[new])
    weights = flat[seeds]
    for _ in range(rounds):
        winner = np.argmax(flat @ weights.T, axis=1)
        taught = np.zeros_like(weights)
        np.add.at(taught, winner, flat)
        length = np.linalg.norm(taught, axis=1, keepdims=True)
        weights = np.where(length > 0, taught / np.maximum(length, 1e-12), weights)
    return weights.reshape(planes, *patches.shape[1:])


def _as_maps(x) -> np.ndarray:
    x = np.asarray(x, dtype="float32")
    if x.ndim not in (3, 4):
        raise InvalidInputError(
            f"`x` must be images (n, h, w) or (n, h, w, c). Received: shape {x.shape}"
        )
    return x[..., None] if x.ndim == 3 else x


def _unit_rows(flat: np.ndarray) -> np.ndarray:
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
