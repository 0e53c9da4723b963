"""Sound in a page: its waveform or spectrogram drawn, and a player that works offline."""

from __future__ import annotations

import base64
import io
import wave
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RANGE = 70.0  # decibels from black to white


def draw_spectrogram(
    ax: Axes,
    power: np.ndarray,
    *,
    rate: float,
    hop: int,
    title: str = "",
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Draw a power spectrogram in decibels, time to the right and frequency up.

    Args:
        ax: where to draw.
        power: `(frames, frequencies)`, 0 or more, from 0 Hz to half the rate.
        rate: samples a second.
        hop: samples from one frame to the next.
        title: short text above.
        limits: decibels drawn darkest and brightest; 70 below the loudest if None.

    Returns:
        `ax`.

    Raises:
        InvalidInputError: if `power` is no plane of powers.
    """
    power = np.asarray(power, dtype=float)
    if power.ndim != 2 or power.size == 0 or power.min() < 0:
        raise InvalidInputError(
            f"`power` must be (frames, frequencies), 0 or more. Received: shape {power.shape}"
        )
    loudest = max(float(power.max()), 1e-30)
    level = 10 * np.log10(np.maximum(power, loudest * 1e-12))
    low, high = limits or (10 * np.log10(loudest) - _RANGE, 10 * np.log10(loudest))
    ax.imshow(
        level.T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=low,
        vmax=high,
        extent=(0, len(power) * hop / rate, 0, rate / 2000),
        interpolation="nearest",
    )
    ax.grid(False)
    ax.set(xlabel="s", ylabel="kHz")
    ax.set_title(title, color=INK, fontsize=9)
    return ax


def wav_bytes(signal: np.ndarray, rate: int, *, normalise: bool = True) -> bytes:
    """A sound as a WAV file of 16 bits.

    Args:
        signal: floats `(n,)`.
        rate: samples a second.
        normalise: bring the loudest sample to 0.95; otherwise what is beyond -1 and 1 is cut.

    Raises:
        InvalidInputError: if `signal` is no line of finite numbers.
    """
    signal = np.asarray(signal, dtype=float)
    if signal.ndim != 1 or signal.size == 0 or not np.isfinite(signal).all():
        raise InvalidInputError(
            f"`signal` must be (n,), finite and not empty. Received: shape {signal.shape}"
        )
    peak = np.abs(signal).max()
    if normalise and peak > 0:
        signal = 0.95 * signal / peak
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes((32767 * np.clip(signal, -1, 1)).round().astype("<i2").tobytes())
    return buffer.getvalue()


def audio_tag(signal: np.ndarray, rate: int, label: str, *, normalise: bool = True) -> str:
    """A player with the sound inside, as HTML; nothing is loaded.

    Args:
        signal: floats `(n,)`.
        rate: samples a second.
        label: what is heard; shown beside the player and read aloud.
        normalise: see `wav_bytes`.
    """
    data = base64.b64encode(wav_bytes(signal, rate, normalise=normalise)).decode("ascii")
    return (
        f'<figure style="margin:4px 0"><figcaption>{escape(label)}</figcaption>'
        f'<audio controls preload="metadata" aria-label="{escape(label)}" '
        f'src="data:audio/wav;base64,{data}"></audio></figure>'
    )
