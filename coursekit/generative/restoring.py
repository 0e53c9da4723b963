"""Four ways to damage a photograph, the classical remedy for each, and one loop that undoes them
all: a step towards the data, then a denoiser (Venkatakrishnan et al. 2013, plug and play)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from coursekit.evaluation.signal import psnr

NOISE, GRAIN, SHRINK, KEPT = 0.1, 0.01, 2, 0.4
_BORDER = 8


@dataclass(frozen=True)
class Damage:
    """One damaged photograph, `y = forward(x) + noise`.

    Attributes:
        y: what was seen.
        forward: the linear map from photographs to what is seen.
        back: its adjoint.
        start: a first guess, in the shape of the photograph.
        classic: the best that the classical method does, its one setting chosen by looking at
            the truth.
        method: its name.
        rate: size of a step towards the data.
        levels: of noise that the denoiser is told of, round by round.
    """

    y: np.ndarray = field(repr=False)
    forward: Callable
    back: Callable
    start: np.ndarray = field(repr=False)
    classic: np.ndarray = field(repr=False)
    method: str
    rate: float
    levels: np.ndarray = field(repr=False)


def smear() -> np.ndarray:
    """A 7x7 kernel of sum 1: a spot with a tail to one side, unlike itself when turned."""
    row, column = np.mgrid[:7, :7] - 3.0
    kernel = np.zeros((7, 7))
    for t in range(4):
        kernel += np.exp(-t / 2 - ((row - 0.5 * t) ** 2 + (column - 0.75 * t) ** 2) / 1.2)
    return kernel / kernel.sum()


def damaged(
    photograph: np.ndarray, blur_back: Callable, blocks_back: Callable, *, seed: int = 0
) -> dict[str, Damage]:
    """The four damages of one photograph.

    Args:
        photograph: `(h, w)` in [0, 1]; both sides even.
        blur_back: adjoint of the blur, a function of `(y, kernel)`.
        blocks_back: adjoint of means of blocks, a function of `(y, k)`.
        seed: of noise and mask.

    Returns:
        By the names "denoise", "in-paint", "super-resolve" and "deblur".
    """
    from skimage.restoration import inpaint_biharmonic

    rng = np.random.default_rng(seed)
    noisy = photograph + rng.normal(0, NOISE, photograph.shape)
    kept = rng.random(photograph.shape) < KEPT
    kernel = smear()

    def same(x):
        return np.asarray(x, float)

    def mask(x):
        return np.where(kept, x, 0.0)

    def blur(x):
        return ndimage.correlate(np.asarray(x, float), kernel, mode="constant")

    def shrink(x):
        h, w = np.shape(x)
        return np.reshape(x, (h // SHRINK, SHRINK, w // SHRINK, SHRINK)).mean(axis=(1, 3))

    small = shrink(photograph)
    blurred = blur(photograph) + rng.normal(0, GRAIN, photograph.shape)
    holes, filled = mask(photograph), _filled(photograph, kept)
    return {
        "denoise": Damage(
            noisy,
            same,
            same,
            noisy,
            _best(photograph, [_tv(noisy, w) for w in (0.05, 0.07, 0.1, 0.14)]),
            "TV",
            1.0,
            np.array([NOISE]),
        ),
        "in-paint": Damage(
            holes,
            mask,
            mask,
            filled,
            inpaint_biharmonic(holes, ~kept),
            "biharmonic",
            1.0,
            np.geomspace(0.1, 0.01, 24),
        ),
        "super-resolve": Damage(
            small,
            shrink,
            lambda y: blocks_back(y, SHRINK),
            _bicubic(small),
            _bicubic(small),
            "bicubic",
            float(SHRINK**2),
            np.geomspace(0.04, 0.008, 16),
        ),
        "deblur": Damage(
            blurred,
            blur,
            lambda y: blur_back(y, kernel),
            blurred,
            _best(photograph, [_wiener(blurred, kernel, b) for b in np.geomspace(3e-3, 0.3, 7)]),
            "Wiener",
            1.5,
            np.geomspace(0.03, 0.008, 40),
        ),
    }


def restored(
    damage: Mapping[str, Damage], data_step: Callable, denoise: Callable
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What the classical method and the loop make of each damage.

    Args:
        damage: of `damaged`.
        data_step: function of `(x, y, forward, back, rate)`.
        denoise: function of `(x, level)`.

    Returns:
        Pairs of pictures, the classical one first.
    """
    results = {}
    for name, case in damage.items():
        x = case.start
        for level in case.levels:
            x = denoise(data_step(x, case.y, case.forward, case.back, case.rate), level)
        results[name] = case.classic, np.clip(x, 0, 1)
    return results


def decibels(photograph: np.ndarray, pictures) -> tuple[float, ...]:
    """PSNR of each picture inside a frame of 8 pixels, where no method had to guess."""
    inside = (slice(_BORDER, -_BORDER),) * 2
    return tuple(psnr(photograph[inside], picture[inside]) for picture in pictures)


def _best(photograph, pictures):
    return max(pictures, key=lambda picture: decibels(photograph, [picture])[0])


def _tv(image, weight):
    from skimage.restoration import denoise_tv_chambolle

    return denoise_tv_chambolle(image, weight=weight)


def _filled(photograph, kept):
    """Holes filled with a weighted mean of what is near."""
    near = ndimage.gaussian_filter(np.where(kept, photograph, 0.0), 1.0)
    weight = ndimage.gaussian_filter(kept.astype(float), 1.0)
    return np.where(kept, photograph, near / np.maximum(weight, 1e-6))


def _bicubic(small):
    from skimage.transform import resize

    return resize(small, [SHRINK * n for n in small.shape], order=3, mode="edge")


def _wiener(image, kernel, balance):
    """Wiener's filter. scikit-image convolves, so the kernel is turned."""
    from skimage.restoration import wiener

    padded = np.pad(image, _BORDER, mode="edge")
    found = wiener(padded, kernel[::-1, ::-1], balance, clip=False)
    return found[_BORDER:-_BORDER, _BORDER:-_BORDER]
