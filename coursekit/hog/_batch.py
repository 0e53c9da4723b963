"""`hog`: check the batch, cut it into pieces that fit the memory bound, and send the pieces to
threads."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.hog import _portable
from coursekit.hog._plan import Plan, make_plan

SCRATCH_BYTES = 24 * 2**20  # of all threads together; the budget beside the output is 64 MB
PIECE_IMAGES = 512  # enough to hide the start of a piece, few enough to share the work evenly
LARGEST = 1e18  # of pixels, so that float32 holds the squares of their gradients
SERIAL_PIXELS = 100_000  # below this a thread costs more than it saves


def hog(
    images: np.ndarray,
    *,
    orientations: int = 9,
    pixels_per_cell: tuple[int, int] = (8, 8),
    cells_per_block: tuple[int, int] = (3, 3),
    block_norm: str = "L2-Hys",
    transform_sqrt: bool = False,
    channel_axis: int | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Histograms of oriented gradients of a batch, equal to `skimage.feature.hog` of each image
    within 1e-6.

    Args:
        images: `(n, h, w)`, or `(n, h, w, c)` in colour, where each pixel counts with its strongest
            channel. Any integer or float dtype; the features hardly depend on the scale of the
            values, so 0 to 255 and 0 to 1 are both fine, but none may lie beyond 1e18.
        orientations: Number of bins that share 180 degrees, 1 to 254.
        pixels_per_cell: Size of a cell in pixels, (rows, columns).
        cells_per_block: Size of a block in cells, (rows, columns). Blocks overlap; each is
            normalised by itself.
        block_norm: "L1", "L1-sqrt", "L2" or "L2-Hys".
        transform_sqrt: Take the square root of the pixels first, which softens shadows. Not for
            negative values.
        channel_axis: Axis of the colour channels in the batch. None takes the last axis of a 4-D
            batch.
        out: C-contiguous float32 `(n, features)` to write to. Reusing one saves the time of
            fetching fresh memory, which for large batches is longer than the arithmetic.

    Returns:
        float32 `(n, features)`, in scikit-image's order (block row, block column, cell row, cell
        column, orientation); `out` itself if it was given. An empty batch gives `(0, features)`.
        Always float32, also for float64 images: it is what networks and `out=` take, half the
        memory that a large batch is bound by, and its rounding (6e-8) is below the 1e-6 that is
        promised. scikit-image gives float64 for all but float32 and float16 images.

    Raises:
        InvalidInputError: if an argument has the wrong form, an image is smaller than one block, or
            a pixel is not finite or lies beyond 1e18.

    With numba installed the work runs compiled, on as many threads as the process has cores;
    without it, in NumPy. Beside the output at most 64 MB are used (or one image as float64 per
    core, where that is more).

    >>> hog(np.zeros((2, 16, 16), np.uint8), cells_per_block=(2, 2)).shape
    (2, 36)

    Source: Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005.
    """
    plan = make_plan(orientations, pixels_per_cell, cells_per_block, block_norm, transform_sqrt)
    images = as_batch(images, channel_axis)  # (n, h, w, c)
    _check_values(images, plan)
    shape = (len(images), plan.features(*images.shape[1:3]))
    if out is None:
        out = np.empty(shape, np.float32)
    else:
        _check_out(out, shape)
    if len(images):
        _run(images, plan, out)
    return out


def as_batch(images, channel_axis: int | None = None) -> np.ndarray:
    """Return `images` as an array `(n, h, w, c)` without copying an array.

    Raises:
        InvalidInputError: if they are not such a batch.
    """
    images = as_array(images)
    if images.dtype.kind not in "buif":
        raise InvalidInputError(
            f"Expected images of an integer or float dtype. Received: dtype {images.dtype}."
        )
    if images.ndim == 3 and channel_axis is None:
        return images[..., None]
    if images.ndim != 4:
        hint = " Pass `image[None]` for a single image." if images.ndim == 2 else ""
        hint = " `channel_axis` is for batches with four axes." if images.ndim == 3 else hint
        raise InvalidInputError(
            f"Expected images of shape (n, h, w) or (n, h, w, c). Received: shape "
            f"{images.shape}.{hint}"
        )
    axis = -1 if channel_axis is None else channel_axis
    if axis not in (-3, -2, -1, 1, 2, 3):
        raise InvalidInputError(
            f"Expected `channel_axis` from 1 to 3 or -3 to -1, as axis 0 is the batch. "
            f"Received: {axis!r}."
        )
    images = np.moveaxis(images, axis, -1)
    if images.shape[3] == 0:
        raise InvalidInputError(
            f"Expected at least one colour channel. Received: shape {images.shape}, channels last."
        )
    return images


def as_array(images) -> np.ndarray:
    """`images` as an array.

    Raises:
        InvalidInputError: if they are a list of images of several sizes.
    """
    try:
        return np.asarray(images)
    except ValueError as error:
        raise InvalidInputError(
            "Expected images of one size. Received: a list that is no array, of several sizes. "
            "Bring them to one size first."
        ) from error


def _check_values(images: np.ndarray, plan: Plan) -> None:
    if not images.size or (images.dtype.kind not in "if" and images.dtype != np.uint64):
        return
    low, high = images.min(), images.max()  # NaN in either if it is anywhere
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InvalidInputError(
            "Expected finite pixels. Received: NaN or infinity. Replace them, for example with "
            "np.nan_to_num."
        )
    largest = max(float(high), -float(low))
    if largest > LARGEST:
        raise InvalidInputError(
            f"Expected pixels from {-LARGEST:g} to {LARGEST:g}. Received: {largest:g} in absolute "
            f"value. Divide them, as the features hardly depend on the scale."
        )
    if plan.transform_sqrt and low < 0:
        raise InvalidInputError(
            f"Expected no negative pixels with transform_sqrt=True. Received: minimum {low}. "
            f"Shift the images."
        )


def _check_out(out: np.ndarray, shape: tuple[int, int]) -> None:
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or out.shape != shape:
        got = f"{out.dtype} {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise InvalidInputError(
            f"Expected `out` as a float32 array of shape {shape}. Received: {got}."
        )
    if not (out.flags.c_contiguous and out.flags.writeable):
        state = "read-only" if out.flags.c_contiguous else "not C-contiguous"
        raise InvalidInputError(
            f"Expected `out` C-contiguous and writeable. Received: {state}. Use "
            f"np.empty({shape}, np.float32)."
        )


def _run(images: np.ndarray, plan: Plan, out: np.ndarray) -> None:
    fill, bytes_per_pixel = _engine()
    n, height, width, channels = images.shape
    dtype = _working_dtype(images.dtype, plan)
    threads = _threads() if images.size > SERIAL_PIXELS else 1
    image_bytes = (
        height * width * (2 * channels * dtype.itemsize + bytes_per_pixel(plan, dtype, channels))
    )
    size = max(1, min(PIECE_IMAGES, int(SCRATCH_BYTES / threads / image_bytes), -(-n // threads)))

    def piece(start: int) -> None:
        part = images[start : start + size]
        if plan.transform_sqrt:
            part = np.sqrt(part, dtype=dtype)
        fill(np.ascontiguousarray(part, dtype=dtype), plan, out[start : start + size])

    starts = range(0, n, size)
    if threads == 1 or len(starts) == 1:
        for start in starts:
            piece(start)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="hog") as pool:
        for _ in pool.map(piece, starts):
            pass


def _working_dtype(dtype: np.dtype, plan: Plan) -> np.dtype:
    """The dtype in which scikit-image takes differences: single for half and single, otherwise
    double; bytes stay bytes."""
    if dtype.kind == "f" and dtype.itemsize <= 4:
        return np.dtype(np.float32)
    if dtype in (np.uint8, np.bool_) and not plan.transform_sqrt:
        return np.dtype(np.uint8)
    return np.dtype(np.float64)


@lru_cache(maxsize=1)
def _engine() -> tuple[Callable, Callable]:
    """`fill` of the fastest path there is, and the scratch bytes it needs for each pixel."""
    try:
        import numba

        if not numba.config.DISABLE_JIT:
            from coursekit.hog import _kernel

            return _kernel.fill, _kernel.bytes_per_pixel
    except Exception as error:  # a numba that does not fit this NumPy raises more than ImportError
        logging.getLogger(__name__).debug("hog runs without numba: %s", error)
    return _portable.fill, _portable.bytes_per_pixel


def _threads() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
