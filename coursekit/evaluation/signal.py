"""Numbers for sounds and pictures that were rebuilt: log-spectral distortion, PSNR, SSIM."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError


def log_spectral_distortion(y_true, y_pred, *, floor: float = 1e-10) -> float:
    """Log-spectral distortion in decibels: per frame the root of the mean squared difference of
    the levels over frequency, then the mean over frames.

    Args:
        y_true: power spectra `(frames, frequencies)`, 0 or more (powers, not amplitudes).
        y_pred: of the same shape.
        floor: powers below count as this.

    >>> log_spectral_distortion([[1.0, 1.0]], [[10.0, 0.1]])
    10.0
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if y_true.ndim != 2 or min(y_true.min(), y_pred.min()) < 0:
        raise InvalidInputError(
            f"Expected power spectra (frames, frequencies), 0 or more. Received: shape "
            f"{y_true.shape}, least {min(y_true.min(), y_pred.min()):.3g}"
        )
    level = [10 * np.log10(np.maximum(power, floor)) for power in (y_true, y_pred)]
    return float(np.sqrt(((level[0] - level[1]) ** 2).mean(axis=1)).mean())


def psnr(y_true, y_pred, *, data_range: float | None = None) -> float:
    """Peak signal-to-noise ratio in decibels, infinite for equal pictures (scikit-image's).

    Args:
        y_true: picture of any shape.
        y_pred: of the same shape.
        data_range: distance of the least and greatest value that could occur; 255 for uint8 and 1
            for floats if None.
    """
    one, other = _pair(y_true, y_pred)
    if np.array_equal(one, other):
        return float("inf")
    from skimage.metrics import peak_signal_noise_ratio

    return float(peak_signal_noise_ratio(one, other, data_range=_range(y_true, data_range)))


def ssim(y_true, y_pred, *, data_range: float | None = None) -> float:
    """Structural similarity of two pictures `(h, w)` or `(h, w, c)`, at most 1 (Wang et al. 2004;
    scikit-image's). Arguments as in `psnr`."""
    from skimage.metrics import structural_similarity

    one, other = _pair(y_true, y_pred)
    axis = -1 if one.ndim == 3 else None
    span = _range(y_true, data_range)
    return float(structural_similarity(one, other, data_range=span, channel_axis=axis))


def _range(image, data_range: float | None) -> float:
    if data_range is None:
        return 255.0 if np.asarray(image).dtype.kind in "ui" else 1.0
    return float(data_range)


def _pair(one, other) -> tuple[np.ndarray, np.ndarray]:
    one, other = np.asarray(one, float), np.asarray(other, float)
    if one.shape != other.shape or not one.size:
        raise InvalidInputError(
            f"Expected two arrays of one shape. Received: {one.shape} and {other.shape}"
        )
    return one, other
