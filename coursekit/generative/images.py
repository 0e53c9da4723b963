"""Images to learn from and to judge on."""

from __future__ import annotations

import math

import numpy as np

from coursekit.errors import InvalidInputError

_LEARNED = ("astronaut", "chelsea", "coffee", "coins", "rocket", "brick", "grass", "gravel", "moon")


def binarised(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Images of zeros and ones: a pixel is 1 with the probability of its grey.

    Args:
        images: in [0, 1].
        seed: of the draws.

    Returns:
        float32, in the shape of `images`.
    """
    rng = np.random.default_rng(seed)
    return (rng.random(np.shape(images)) < images).astype(np.float32)


def log_gaussian(z, mean, log_variance) -> np.ndarray:
    """Log density of Gaussians with independent axes, summed over the last one.

    Args:
        z: places `(..., d)`.
        mean: `(..., d)`.
        log_variance: `(..., d)`; all three are broadcast.

    Returns:
        array `(...)`.
    """
    z, log_variance = np.asarray(z, float), np.asarray(log_variance, float)
    square = (z - mean) ** 2 * np.exp(-log_variance)
    return -0.5 * np.sum(square + log_variance + math.log(2 * math.pi), axis=-1)


def photograph(name: str = "camera", side: int = 128) -> np.ndarray:
    """A grey photograph of scikit-image, made smaller and cut to a square.

    Args:
        name: of a picture in `skimage.data`.
        side: of the square; at least 2.

    Returns:
        float64 `(side, side)` in [0, 1].

    Raises:
        InvalidInputError: if there is no such picture, or it is smaller than the square.
    """
    image = _grey(name)
    step = max(1, min(image.shape) // (2 * side))
    image = _means(image, step)
    if min(image.shape) < side:
        raise InvalidInputError(
            f"`side` must be at most {min(image.shape)} for {name!r}. Received: side={side}"
        )
    top, left = (image.shape[0] - side) // 6, (image.shape[1] - side) // 2
    return image[top : top + side, left : left + side]


def patches(count: int = 4_000, side: int = 32, *, seed: int = 0) -> np.ndarray:
    """Cuts out of grey photographs of scikit-image, made smaller by 2, turned and mirrored at
    random. "camera" is left out, for judging.

    Args:
        count: how many.
        side: of a cut.
        seed: of the draws.

    Returns:
        float32 `(count, side, side, 1)` in [0, 1].
    """
    rng = np.random.default_rng(seed)
    photographs = [_means(_grey(name), 2) for name in _LEARNED]
    cuts = np.empty((count, side, side, 1), np.float32)
    for cut, which in zip(cuts, rng.integers(0, len(photographs), count), strict=True):
        image = photographs[which]
        top, left = (rng.integers(0, n - side + 1) for n in image.shape)
        piece = np.rot90(image[top : top + side, left : left + side], rng.integers(4))
        cut[..., 0] = piece[:, ::-1] if rng.integers(2) else piece
    return cuts


def _grey(name: str) -> np.ndarray:
    from skimage import color, data, util

    load = getattr(data, name, None) if name.isidentifier() else None
    if load is None:
        raise InvalidInputError(
            f"`name` must be that of a picture in skimage.data. Received: {name!r}"
        )
    image = util.img_as_float(load())
    return color.rgb2gray(image[..., :3]) if image.ndim == 3 else image


def _means(image: np.ndarray, k: int) -> np.ndarray:
    """Means of k x k blocks; what is left over at the edges is dropped."""
    h, w = (n // k for n in image.shape)
    return image[: h * k, : w * k].reshape(h, k, w, k).mean(axis=(1, 3))
