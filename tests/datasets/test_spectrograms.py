"""Spectrograms, mel filters and levels against their definitions."""

import numpy as np
import pytest

from coursekit.datasets.spectrograms import levels, mel_filters, power_spectrogram
from coursekit.errors import InvalidInputError


@pytest.mark.parametrize(("size", "hop"), [(8, 3), (7, 7), (16, 1)])
def test_power_is_that_of_windowed_frames(size, hop):
    x = np.random.default_rng(1).normal(size=(3, 50))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    starts = range(0, 50 - size + 1, hop)
    expected = [[np.abs(np.fft.rfft(row[s : s + size] * window)) ** 2 for s in starts] for row in x]
    np.testing.assert_allclose(power_spectrogram(x, size, hop), expected, rtol=1e-9)
    np.testing.assert_allclose(power_spectrogram(x[0], size, hop), expected[0], rtol=1e-9)


def test_many_sounds_are_taken_in_parts_and_float32_stays():
    x = np.random.default_rng(2).normal(size=(401, 20)).astype(np.float32)
    power = power_spectrogram(x, 8, 4)
    assert (power.shape, power.dtype) == ((401, 4, 5), np.float32)
    np.testing.assert_allclose(power[400], power_spectrogram(x[400], 8, 4), rtol=1e-4)


@pytest.mark.parametrize(("size", "hop", "n"), [(8, 0, 20), (8, 9, 20), (30, 8, 20)])
def test_impossible_frames_are_refused(size, hop, n):
    with pytest.raises(InvalidInputError, match="hop"):
        power_spectrogram(np.zeros(n), size, hop)


def test_mel_filters_share_out_every_frequency_between_the_outer_middles():
    bank = mel_filters(12, 512, 8000)
    peaks = bank.argmax(axis=1)
    assert bank.shape == (12, 257)
    np.testing.assert_allclose(bank.sum(axis=0)[peaks[0] + 1 : peaks[-1]], 1)
    steps = np.diff(2595 * np.log10(1 + peaks * 8000 / 512 / 700))
    assert np.ptp(steps) < 0.25 * steps.mean(), "equally far apart in mel, up to a bin"


def test_levels_are_ratios_with_a_floor():
    np.testing.assert_allclose(
        levels([4.0, 2.0, 1e-9, 0.0], 4.0, 50.0), [0, -3.0103, -50, -50], 1e-5
    )
