"""Patches of images: cut out, whitened, and their codes pooled."""

from __future__ import annotations

import dataclasses

import numpy as np

from coursekit.errors import InvalidInputError


def grid_patches(images: np.ndarray, size: int, stride: int = 1) -> np.ndarray:
    """All patches on a grid.

    Args:
        images: `(n, h, w)` or `(n, h, w, c)`.
        size: side of a patch.
        stride: from one patch to the next.

    Returns:
        `(n, rows, columns, size * size * c)`, in the images' dtype.

    Raises:
        InvalidInputError: if no patch fits.
    """
    images = images[..., None] if images.ndim == 3 else images
    if min(images.shape[1:3]) < size:
        raise InvalidInputError(
            f"Expected images of at least {size} x {size}. Received: shape {images.shape}."
        )
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (n, rows, columns, c, size, size)
    windows = np.moveaxis(windows, 3, -1)
    return windows.reshape(*windows.shape[:3], -1)


def pool_grid(codes: np.ndarray, size: int, *, largest: bool = False) -> np.ndarray:
    """Codes pooled over squares of the grid; what the squares do not cover at the end is left out.

    Args:
        codes: `(n, rows, columns, k)`.
        size: side of a square.
        largest: the largest value instead of the mean.

    Returns:
        `(n, rows // size, columns // size, k)`.
    """
    n, rows, columns, k = codes.shape
    rows, columns = rows // size, columns // size
    squares = codes[:, : rows * size, : columns * size].reshape(n, rows, size, columns, size, k)
    return squares.max(axis=(2, 4)) if largest else squares.mean(axis=(2, 4))


@dataclasses.dataclass(frozen=True)
class Whitening:
    """Takes each patch's mean and size away, then the links between pixels (ZCA).

    Args:
        mean: of the patches `(d,)`.
        matrix: symmetric, `(d, d)`.
        floor: added to a patch's standard deviation before it divides, so that flat patches stay
            small.
    """

    mean: np.ndarray
    matrix: np.ndarray
    floor: float

    def __call__(self, patches: np.ndarray) -> np.ndarray:
        """`(..., d)` gives `(..., d)`."""
        return (_levelled(patches, self.floor) - self.mean) @ self.matrix


def _levelled(patches: np.ndarray, floor: float) -> np.ndarray:
    patches = patches - patches.mean(axis=-1, keepdims=True)
    return patches / (patches.std(axis=-1, keepdims=True) + floor)


def fit_whitening(patches: np.ndarray, *, floor: float = 0.1, ridge: float = 0.1) -> Whitening:
    """Measure the whitening of patches `(n, d)`.

    Args:
        patches: examples.
        floor: see `Whitening`.
        ridge: added to the variances before their roots are taken; keeps noise small.
    """
    flat = _levelled(patches.reshape(-1, patches.shape[-1]), floor)
    mean = flat.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(flat - mean, rowvar=False))
    matrix = (axes / np.sqrt(np.maximum(values, 0) + ridge)) @ axes.T
    return Whitening(mean, matrix.astype(flat.dtype), floor)


def photograph_patches(count: int, size: int = 8, *, seed: int = 0) -> np.ndarray:
    """Patches of grey photographs that come with scikit-image (no network): `(count, size * size)`
    in [0, 1], float32, in random order."""
    from skimage import color, data, transform

    rng = np.random.default_rng(seed)
    names = ("astronaut", "camera", "chelsea", "coffee", "rocket", "grass", "gravel", "brick")
    parts = []
    for name in names:
        photo = getattr(data, name)()
        grey = color.rgb2gray(photo) if photo.ndim == 3 else photo / 255
        small = transform.rescale(grey, 256 / min(grey.shape), anti_aliasing=True)
        high, wide = (rng.integers(0, side - size, -(-count // len(names))) for side in small.shape)
        parts += [
            small[i : i + size, j : j + size].ravel() for i, j in zip(high, wide, strict=True)
        ]
    return np.array(parts, np.float32)[rng.permutation(len(parts))[:count]]
