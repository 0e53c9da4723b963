"""HOG of a batch compiled by numba: one image at a time through scratch that stays in the cache.

Importing this module imports numba (half a second). The functions release the GIL, so plain threads
run them side by side; numba's own thread pool, which does not survive a fork, is not used. Two
things keep the loops fast: slices and unsigned indices (a signed index costs a test for negative
values and keeps LLVM from using vectors), and sums in float32 that round after each pixel just as
scikit-image's do.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from coursekit.hog._plan import BLOCK_NORMS, Plan, bin_edges, find_bins, gradient_tables

F32, U64, I32, U8 = np.float32, np.uint64, np.int32, np.uint8
CENTRE = np.int32(255 * 511 + 255)  # where the tables hold the zero gradient
ROW_STEP = np.int32(511)
UNSURE = np.uint8(255)  # a bin that is left to NumPy
L1, L1_SQRT, L2, L2_HYS = range(4)  # positions in BLOCK_NORMS
REORDER = {"reassoc", "contract", "nsz"}  # sums of a block may be taken in any order


def _jit(function=None, *, fastmath=False):
    """`numba.njit` with the compiled code kept on disk, or without where no folder can be
    written."""
    if function is None:
        return lambda f: _jit(f, fastmath=fastmath)
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # "no locator available"
        return numba.njit(**options)(function)


def fill(images: np.ndarray, plan: Plan, out: np.ndarray) -> None:
    """Write the features of `images` `(n, h, w, c)`, uint8, float32 or float64, to float32 `out`
    `(n, features)`.

    Both arrays are C-contiguous.
    """
    n, height, width, channels = images.shape
    plan.blocks(height, width)
    rows, columns = plan.cells(height, width)
    cells = np.zeros(rows * columns * plan.orientations, np.float32)
    scratch = np.zeros(rows * columns + plan.block_features, np.float32)
    geometry = (plan.orientations, *plan.pixels_per_cell, rows, columns)
    blocks = (*plan.cells_per_block, BLOCK_NORMS.index(plan.block_norm))
    if images.dtype == np.uint8:
        magnitude, bins = gradient_tables(plan.orientations)
        line = np.zeros(width, np.int32)
        if channels == 1:
            _fill_grey(
                images.reshape(n, height, width),
                magnitude,
                bins,
                geometry,
                blocks,
                cells,
                scratch,
                line,
                out,
            )
        else:
            _fill_colour(images, magnitude, bins, geometry, blocks, cells, scratch, out)
        return
    edges = bin_edges(plan.orientations)
    radians = np.deg2rad(edges)
    gy, gx, voted = (
        np.empty((n, height, width)),
        np.empty((n, height, width)),
        np.empty((n, height, width), np.uint8),
    )
    _gradients_float(images, np.sin(radians), np.cos(radians), gy, gx, voted)
    unsure = np.flatnonzero(voted == UNSURE)
    if len(unsure):
        voted.ravel()[unsure] = find_bins(gy.ravel()[unsure], gx.ravel()[unsure], plan.orientations)
    _fill_votes(gy, gx, voted, geometry, blocks, cells, scratch, out)


def bytes_per_pixel(plan: Plan, dtype: np.dtype, channels: int) -> int:
    """Scratch memory of `fill` for one pixel: gradient and bin of floats, some of them once
    more."""
    return 0 if dtype == np.uint8 else 24


@_jit
def _fill_grey(images, magnitude, bins, geometry, blocks, cells, scratch, line, out):
    for i in range(images.shape[0]):
        _histograms_grey(images[i], magnitude, bins, geometry, cells, line)
        _normalise(cells, geometry, blocks, scratch, out[i])


@_jit
def _fill_colour(images, magnitude, bins, geometry, blocks, cells, scratch, out):
    for i in range(images.shape[0]):
        _histograms_colour(images[i], magnitude, bins, geometry, cells)
        _normalise(cells, geometry, blocks, scratch, out[i])


@_jit
def _fill_votes(gy, gx, voted, geometry, blocks, cells, scratch, out):
    for i in range(gy.shape[0]):
        _histograms_votes(gy[i], gx[i], voted[i], geometry, cells)
        _normalise(cells, geometry, blocks, scratch, out[i])


@_jit
def _histograms_grey(image, magnitude, bins, geometry, cells, line):
    """Histogram sums of one byte image `(h, w)`; `line` holds the table positions of one row of
    pixels."""
    orientations, c_row, c_col, rows, columns = geometry
    height, width = image.shape
    cells[:] = 0
    y = 0
    for r in range(rows):
        votes = cells[r * columns * orientations : (r + 1) * columns * orientations]
        for _ in range(c_row):
            line[:] = CENTRE
            if 0 < y < height - 1:
                above, below = image[y - 1], image[y + 1]
                for x in range(width):
                    line[x] += ROW_STEP * (I32(below[x]) - I32(above[x]))
            if width > 2:
                left, right, inner = image[y, : width - 2], image[y, 2:], line[1 : width - 1]
                for x in range(width - 2):
                    inner[x] += I32(right[x]) - I32(left[x])
            cell, x = U64(0), U64(0)
            for _ in range(columns):
                for _ in range(c_col):
                    entry = U64(line[x])
                    slot = cell + U64(bins[entry])
                    votes[slot] = F32(votes[slot] + magnitude[entry])
                    x += U64(1)
                cell += U64(orientations)
            y += 1


@_jit
def _histograms_colour(image, magnitude, bins, geometry, cells):
    """Histogram sums of one byte image `(h, w, c)`; each pixel votes with its strongest channel."""
    orientations, c_row, c_col, rows, columns = geometry
    height, width, channels = image.shape
    cells[:] = 0
    for y in range(rows * c_row):
        above, below = (
            image[y - 1 if 0 < y < height - 1 else y],
            image[y + 1 if 0 < y < height - 1 else y],
        )
        row = image[y]
        for c in range(columns):
            first = ((y // c_row) * columns + c) * orientations
            votes = cells[first : first + orientations]
            for x in range(c * c_col, (c + 1) * c_col):
                inside = 0 < x < width - 1
                up, down = above[x], below[x]
                left, right = row[x - 1 if inside else x], row[x + 1 if inside else x]
                entry, strongest = U64(CENTRE), 0.0
                for k in range(channels):
                    gradient = ROW_STEP * (I32(down[k]) - I32(up[k])) + I32(right[k]) - I32(left[k])
                    other = U64(CENTRE + gradient)
                    if magnitude[other] > strongest:
                        entry, strongest = other, magnitude[other]
                slot = U64(bins[entry])
                votes[slot] = F32(votes[slot] + strongest)


@_jit
def _histograms_votes(gy, gx, voted, geometry, cells):
    """Histogram sums of one image from its gradients and bins, each `(h, w)`."""
    orientations, c_row, c_col, rows, columns = geometry
    cells[:] = 0
    for y in range(rows * c_row):
        gy_row, gx_row, bins = gy[y], gx[y], voted[y]
        for c in range(columns):
            first = ((y // c_row) * columns + c) * orientations
            votes = cells[first : first + orientations]
            for x in range(c * c_col, (c + 1) * c_col):
                if bins[x] < orientations:
                    slot = U64(bins[x])
                    votes[slot] = F32(
                        votes[slot] + math.sqrt(gy_row[x] * gy_row[x] + gx_row[x] * gx_row[x])
                    )


@_jit
def _gradients_float(images, sines, cosines, gys, gxs, voted):
    """Gradient of the strongest channel of float images `(n, h, w, c)`, and its bin or `UNSURE`,
    each `(n, h, w)`."""
    n, height, width, channels = images.shape
    lines = np.empty((2, width))
    for i in range(n):
        for y in range(height):
            gy, gx = gys[i, y], gxs[i, y]
            if channels == 1:
                row = images[i, y].ravel()
                gy[:] = 0
                gx[:] = 0
                if 0 < y < height - 1:
                    above, below = images[i, y - 1].ravel(), images[i, y + 1].ravel()
                    for x in range(width):
                        gy[x] = below[x] - above[x]
                if width > 2:
                    left, right, inner = row[: width - 2], row[2:], gx[1 : width - 1]
                    for x in range(width - 2):
                        inner[x] = right[x] - left[x]
            else:
                _strongest_channel(images[i], y, gy, gx)
            _find_bins(gy, gx, sines, cosines, lines, voted[i, y])


@_jit
def _strongest_channel(image, y, gys, gxs):
    """Gradients of row `y` of one float image `(h, w, c)`; of equal channels the first counts, as
    in argmax."""
    height, width, channels = image.shape
    row = image[y]
    above, below = (image[y - 1], image[y + 1]) if 0 < y < height - 1 else (row, row)
    for x in range(width):
        left, right = (row[x - 1], row[x + 1]) if 0 < x < width - 1 else (row[x], row[x])
        up, down = above[x], below[x]
        gy, gx = down[0] - up[0], right[0] - left[0]
        strongest = math.hypot(gy, gx)
        for k in range(1, channels):
            gy_k, gx_k = down[k] - up[k], right[k] - left[k]
            size = math.hypot(gy_k, gx_k)
            if size > strongest:
                gy, gx, strongest = gy_k, gx_k, size
        gys[x], gxs[x] = gy, gx


@_jit
def _find_bins(gys, gxs, sines, cosines, lines, voted):
    """Orientation bins of one row of pixels without an arctangent: count the edges that each
    gradient lies beyond.

    Within 1e-9 of an edge the answer hangs on the last bit of the arctangent, which differs between
    libraries: `UNSURE`.
    """
    ys, xs = lines[0], lines[1]  # the gradient turned into the upper half plane
    for q in range(len(gys)):
        gy, gx = gys[q], gxs[q]
        ys[q] = abs(gy)
        xs[q] = abs(gx) if gy == 0.0 else (gx if gy > 0.0 else -gx)
        voted[q] = U8(0)
    for i in range(len(sines) - 1):
        sine, cosine = sines[i], cosines[i]
        for q in range(len(ys)):
            side = ys[q] * cosine - xs[q] * sine
            bin_ = U8(voted[q] + U8(side >= 0.0))
            unsure = (abs(side) <= 1e-9 * (ys[q] + abs(xs[q]))) | (voted[q] == UNSURE)
            voted[q] = UNSURE if unsure else bin_
    for q in range(len(ys)):
        close = (ys[q] > 0.0) & (ys[q] <= 1e-9 * abs(xs[q]))
        zero = ys[q] == 0.0
        voted[q] = U8(0) if zero else (UNSURE if close else voted[q])


@_jit(fastmath=REORDER)
def _normalise(cells, geometry, blocks, scratch, out):
    """Turn the sums of one image into means, then write its normalised blocks to `out`."""
    orientations, c_row, c_col, rows, columns = geometry
    b_row, b_col, norm = blocks
    sums, block = scratch[: rows * columns], scratch[rows * columns :]
    area = F32(c_row * c_col)
    for q in range(len(cells)):
        cells[q] /= area
    for q in range(rows * columns):
        cell = cells[q * orientations : (q + 1) * orientations]
        sums[q] = _sum(cell) if norm <= L1_SQRT else _energy(cell)
    run = b_col * orientations
    place = 0
    for r in range(rows - b_row + 1):
        for c in range(columns - b_col + 1):
            total = 0.0
            for a in range(b_row):
                for value in sums[(r + a) * columns + c : (r + a) * columns + c + b_col]:
                    total += value
                first = ((r + a) * columns + c) * orientations
                source, target = cells[first : first + run], block[a * run : (a + 1) * run]
                for q in range(run):
                    target[q] = source[q]
            _write(block, F32(_factor(total, norm)), norm, out[place : place + len(block)])
            place += len(block)


@_jit
def _factor(total, norm):
    return 1.0 / (total + 1e-5) if norm <= L1_SQRT else 1.0 / math.sqrt(total + 1e-10)


@_jit(fastmath=REORDER)
def _write(block, factor, norm, out):
    if norm == L2_HYS:
        energy = F32(0)
        for q in range(len(block)):
            value = min(block[q] * factor, F32(0.2))
            block[q] = value
            energy += value * value
        factor = F32(_factor(np.float64(energy), norm))
    if norm == L1_SQRT:
        for q in range(len(block)):
            out[q] = math.sqrt(block[q] * factor)
    else:
        for q in range(len(block)):
            out[q] = block[q] * factor


@_jit(fastmath=REORDER)
def _sum(values):
    total = F32(0)
    for q in range(len(values)):
        total += values[q]
    return total


@_jit(fastmath=REORDER)
def _energy(values):
    total = F32(0)
    for q in range(len(values)):
        total += values[q] * values[q]
    return total
