"""What a HOG descriptor looks like: checked parameters, shapes, and the tables that do not depend
on the image."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coursekit.errors import InvalidInputError

BLOCK_NORMS = ("L1", "L1-sqrt", "L2", "L2-Hys")
MAX_ORIENTATIONS = 254  # bin numbers, and one for "no bin", fit a byte


@dataclass(frozen=True)
class Plan:
    """Checked parameters of one descriptor. `block_norm` is one of `BLOCK_NORMS`; pairs are (rows,
    columns)."""

    orientations: int
    pixels_per_cell: tuple[int, int]
    cells_per_block: tuple[int, int]
    block_norm: str
    transform_sqrt: bool

    @property
    def block_features(self) -> int:
        """Numbers in one block."""
        return self.cells_per_block[0] * self.cells_per_block[1] * self.orientations

    def cells(self, height: int, width: int) -> tuple[int, int]:
        """Whole cells in an image, (rows, columns); pixels beyond the last whole cell are not
        counted."""
        return height // self.pixels_per_cell[0], width // self.pixels_per_cell[1]

    def blocks(self, height: int, width: int) -> tuple[int, int]:
        """Overlapping blocks in an image, (rows, columns).

        Raises:
            InvalidInputError: if the image is smaller than one block.
        """
        cells = self.cells(height, width)
        rows, columns = (n - b + 1 for n, b in zip(cells, self.cells_per_block, strict=True))
        if rows < 1 or columns < 1:
            need = tuple(
                c * b for c, b in zip(self.pixels_per_cell, self.cells_per_block, strict=True)
            )
            raise InvalidInputError(
                f"Expected images of at least {need[0]}x{need[1]} pixels, one block of "
                f"{self.cells_per_block} cells of "
                f"{self.pixels_per_cell} pixels. Received: {height}x{width}. Use smaller cells "
                f"or blocks, or larger images."
            )
        return rows, columns

    def features(self, height: int, width: int) -> int:
        """Length of the feature vector of one image."""
        rows, columns = self.blocks(height, width)
        return rows * columns * self.block_features


def make_plan(orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt) -> Plan:
    """Check the parameters and return them as a `Plan`.

    Raises:
        InvalidInputError: naming the parameter, what was expected and what came.
    """
    bins = whole(orientations)
    if bins is None or not 1 <= bins <= MAX_ORIENTATIONS:
        raise InvalidInputError(
            f"Expected `orientations` as a whole number from 1 to {MAX_ORIENTATIONS}. "
            f"Received: {orientations!r}."
        )
    if not isinstance(block_norm, str) or block_norm not in BLOCK_NORMS:
        raise InvalidInputError(
            f"Expected `block_norm` as one of {', '.join(BLOCK_NORMS)}. Received: {block_norm!r}."
        )
    return Plan(
        bins,
        _pair("pixels_per_cell", pixels_per_cell),
        _pair("cells_per_block", cells_per_block),
        str(block_norm),
        bool(transform_sqrt),
    )


@lru_cache(maxsize=32)
def bin_edges(orientations: int) -> np.ndarray:
    """Upper edge of each bin in degrees, float64 `(orientations,)`. scikit-image keeps them in
    single precision."""
    edges = (
        (180.0 / orientations * np.arange(1, orientations + 1))
        .astype(np.float32)
        .astype(np.float64)
    )
    edges.flags.writeable = False
    return edges


@lru_cache(maxsize=8)
def gradient_tables(orientations: int) -> tuple[np.ndarray, np.ndarray]:
    """Magnitude (float64) and bin (uint8) of each of the 511 x 511 gradients that bytes can have.

    Both are flat; a gradient (row `gy`, column `gx`) is at `(gy + 255) * 511 + gx + 255`.
    """
    steps = np.arange(-255.0, 256.0)
    gy, gx = np.meshgrid(steps, steps, indexing="ij")
    magnitude = np.hypot(gx, gy).ravel()
    bins = find_bins(gy, gx, orientations).astype(np.uint8).ravel()
    magnitude.flags.writeable = bins.flags.writeable = False
    return magnitude, bins


def find_bins(gy: np.ndarray, gx: np.ndarray, orientations: int) -> np.ndarray:
    """Orientation bin of float64 gradients; `orientations` stands for none (an angle that rounds up
    to 180 degrees)."""
    angle = np.arctan2(gy, gx)
    angle *= 180 / np.pi
    angle %= 180
    return np.searchsorted(bin_edges(orientations), angle, side="right")


def whole(value) -> int | None:
    """`value` as an int, or None if it is no whole number."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _pair(name: str, value) -> tuple[int, int]:
    try:
        pair = tuple(whole(v) for v in value)
    except TypeError:
        pair = ()
    if len(pair) != 2 or any(v is None or v < 1 for v in pair):
        raise InvalidInputError(
            f"Expected `{name}` as two positive whole numbers, (rows, columns). Received: "
            f"{value!r}."
        )
    return pair
