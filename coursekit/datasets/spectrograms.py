"""Sounds as pictures: power over time and frequency, mel filters, levels in decibels."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError

_AT_ONCE = 200  # sounds, for memory


def power_spectrogram(x: np.ndarray, size: int = 256, hop: int = 80) -> np.ndarray:
    """Power of each frame at each frequency, through a periodic Hann window (SciPy's transform).

    Args:
        x: samples `(..., n)`, of one sound or of several.
        size: samples of a frame.
        hop: samples from the start of a frame to the start of the next.

    Returns:
        `(..., frames, size // 2 + 1)`, every frame that fits; bin k stands for k * rate / size Hz.

    Raises:
        InvalidInputError: unless 1 <= hop <= size <= n and there is a sound.
    """
    x = np.asarray(x)
    if not 1 <= hop <= size or x.ndim == 0 or x.shape[-1] < size or x.size == 0:
        raise InvalidInputError(
            f"Expected 1 <= hop <= size <= samples. Received: hop={hop}, size={size}, sounds of "
            f"shape {x.shape}."
        )
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64, copy=False)
    rows = x.reshape(-1, x.shape[-1])
    parts = [_power(rows[i : i + _AT_ONCE], size, hop) for i in range(0, len(rows), _AT_ONCE)]
    power = np.concatenate(parts)
    return power.reshape(*x.shape[:-1], *power.shape[1:])


def _power(rows: np.ndarray, size: int, hop: int) -> np.ndarray:
    from scipy.signal import get_window, spectrogram

    window = get_window("hann", size).astype(rows.dtype)
    spectrum = spectrogram(
        rows, window=window, noverlap=size - hop, detrend=False, scaling="spectrum", mode="complex"
    )[2]
    return np.swapaxes(np.abs(spectrum) ** 2 * window.sum() ** 2, 1, 2)


def mel_filters(count: int = 40, size: int = 256, rate: float = 8000) -> np.ndarray:
    """Triangles that stand equally far apart on the mel scale `2595 log10(1 + f / 700)`, from 0 Hz
    to half the rate, each 1 at its middle and 0 at its neighbours' middles.

    Args:
        count: number of filters.
        size: samples of a frame.
        rate: samples a second.

    Returns:
        Weights `(count, size // 2 + 1)` for powers.

    >>> mel_filters(1, 4, 8000).round(3)
    array([[0.   , 0.693, 0.   ]])
    """
    top = 2595 * np.log10(1 + rate / 1400)
    hertz = 700 * np.expm1(np.linspace(0, top, count + 2) * np.log(10) / 2595)
    bins = np.linspace(0, size // 2, size // 2 + 1) * rate / size
    peaks = zip(hertz[:-2], hertz[1:-1], hertz[2:], strict=True)
    return np.array([np.interp(bins, peak, (0.0, 1.0, 0.0)) for peak in peaks])


def levels(power: np.ndarray, reference: float, span: float = 60.0) -> np.ndarray:
    """Powers in decibels above `reference`, never below `-span`; any shape, dtype kept.

    >>> levels(np.array([1.0, 100.0, 0.0]), 100.0)
    array([-20.,   0., -60.])
    """
    power = np.asarray(power)
    return np.maximum(10 * np.log10(np.maximum(power / reference, 1e-30)), -span)
