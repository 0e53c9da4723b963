"""HOG of a batch in plain NumPy: the path for machines without numba, and the one that pictures
use."""

from __future__ import annotations

import numpy as np

from coursekit.hog._plan import Plan, find_bins, gradient_tables

EPS = 1e-5  # in the block norms of scikit-image
CLIP = 0.2  # L2-Hys limits each value to this


def bytes_per_pixel(plan: Plan, dtype: np.dtype, channels: int) -> float:
    """Scratch memory of `fill` for one pixel: gradients of every channel, magnitude, index and bin,
    partly twice."""
    histogram = 24 * plan.orientations / (plan.pixels_per_cell[0] * plan.pixels_per_cell[1])
    return (48 if dtype == np.uint8 else 56) + 24 * channels + histogram


def fill(images: np.ndarray, plan: Plan, out: np.ndarray) -> None:
    """Write the features of `images` `(n, h, w, c)`, uint8, float32 or float64, to float32 `out`
    `(n, features)`."""
    n, height, width, _ = images.shape
    rows, columns = plan.blocks(height, width)
    (b_row, b_col), bins = plan.cells_per_block, plan.orientations
    cells = cell_histograms(images, plan)  # (n, cells_row, cells_col, bins)
    blocks = np.lib.stride_tricks.sliding_window_view(cells, (b_row, b_col), axis=(1, 2))
    blocks = blocks.transpose(0, 1, 2, 4, 5, 3)  # (n, rows, columns, b_row, b_col, bins)
    out = out.reshape(n, rows, columns, b_row, b_col, bins)
    if plan.block_norm in ("L1", "L1-sqrt"):
        np.multiply(
            blocks,
            _spread(1 / (_block_sums(cells.sum(-1), plan) + EPS)),
            out=out,
            casting="same_kind",
        )
        if plan.block_norm == "L1-sqrt":
            np.sqrt(out, out=out)
        return
    energy = _block_sums(np.einsum("...o,...o->...", cells, cells), plan)
    np.multiply(blocks, _spread(1 / np.sqrt(energy + EPS**2)), out=out, casting="same_kind")
    if plan.block_norm == "L2-Hys":
        np.minimum(out, np.float32(CLIP), out=out)
        flat = out.reshape(n, rows, columns, plan.block_features)
        energy = np.einsum("...o,...o->...", flat, flat).astype(np.float64)
        out *= _spread(1 / np.sqrt(energy + EPS**2)).astype(np.float32)


def cell_histograms(images: np.ndarray, plan: Plan) -> np.ndarray:
    """Mean gradient magnitude per cell and orientation bin: float64 `(n, cells_row, cells_col,
    orientations)`."""
    n, height, width, _ = images.shape
    (rows, columns), (c_row, c_col), bins = (
        plan.cells(height, width),
        plan.pixels_per_cell,
        plan.orientations,
    )
    magnitude, bin_ = (
        _byte_votes(images, plan) if images.dtype == np.uint8 else _float_votes(images, plan)
    )
    magnitude = magnitude[
        :, : rows * c_row, : columns * c_col
    ]  # (n, h, w) without the rim beyond the cells
    cell = (np.arange(rows * c_row) // c_row)[:, None] * columns + np.arange(
        columns * c_col
    ) // c_col
    index = np.arange(n)[:, None, None] * (rows * columns) + cell
    index *= bins + 1  # one more bin for angles in none
    index += bin_[:, : rows * c_row, : columns * c_col]
    sums = np.bincount(index.ravel(), magnitude.ravel(), minlength=n * rows * columns * (bins + 1))
    sums = sums.reshape(n, rows, columns, bins + 1)[..., :bins]
    return sums.astype(np.float32) / np.float64(c_row * c_col)


def _byte_votes(images: np.ndarray, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    magnitudes, bins = gradient_tables(plan.orientations)
    index = np.full(images.shape, 255 * 511 + 255, np.int32)  # (n, h, w, c)
    index[:, 1:-1] += np.int32(511) * np.subtract(images[:, 2:], images[:, :-2], dtype=np.int32)
    index[:, :, 1:-1] += np.subtract(images[:, :, 2:], images[:, :, :-2], dtype=np.int32)
    if images.shape[3] > 1:
        strongest = magnitudes[index].argmax(axis=3)[..., None]
        index = np.take_along_axis(index, strongest, axis=3)
    index = index[..., 0]
    return magnitudes[index], bins[index]


def _float_votes(images: np.ndarray, plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    gy, gx = np.zeros_like(images), np.zeros_like(images)
    np.subtract(images[:, 2:], images[:, :-2], out=gy[:, 1:-1])
    np.subtract(images[:, :, 2:], images[:, :, :-2], out=gx[:, :, 1:-1])
    if images.shape[3] > 1:
        strongest = np.hypot(gy, gx).argmax(axis=3)[..., None]
        gy, gx = (np.take_along_axis(g, strongest, axis=3) for g in (gy, gx))
    gy, gx = (g[..., 0].astype(np.float64, copy=False) for g in (gy, gx))
    return np.hypot(gx, gy), find_bins(gy, gx, plan.orientations)


def _block_sums(cells: np.ndarray, plan: Plan) -> np.ndarray:
    """Sum `(n, cells_row, cells_col)` over the cells of each block: `(n, rows, columns)`."""
    return np.lib.stride_tricks.sliding_window_view(cells, plan.cells_per_block, axis=(1, 2)).sum(
        axis=(-2, -1)
    )


def _spread(factors: np.ndarray) -> np.ndarray:
    return factors[..., None, None, None]
