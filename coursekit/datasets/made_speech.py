"""Spoken digits that are computed: six voices made of harmonics, formants and hiss."""

from __future__ import annotations

import dataclasses

import numpy as np

from coursekit.datasets._dataset import Split
from coursekit.datasets.spoken_digits import RATE, check_samples
from coursekit.errors import InvalidInputError

# A word is a row of sounds, each (milliseconds, voice, hiss, three formants in Hz, centre of the
# hiss in Hz). Formants of vowels are the means of Peterson and Barney (1952), rounded.
_SILENCE = (45, 0.0, 0.0, (500, 1500, 2500), 2000)
_S = (110, 0.0, 0.5, (400, 1700, 2600), 3600)
_Z = (80, 0.3, 0.3, (350, 1700, 2600), 3500)
_F = (80, 0.0, 0.2, (400, 1200, 2400), 2600)
_V = (60, 0.35, 0.1, (350, 1100, 2300), 2600)
_TH = (80, 0.0, 0.15, (400, 1400, 2500), 3000)
_T = (30, 0.0, 0.6, (400, 1800, 2700), 3300)
_K = (30, 0.0, 0.5, (400, 1800, 2400), 1900)
_N = (80, 0.35, 0.0, (280, 1600, 2600), 2000)
_R = (60, 0.6, 0.0, (310, 1060, 1380), 2000)
_W = (60, 0.6, 0.0, (290, 610, 2150), 2000)


def _vowel(milliseconds: float, *formants: float) -> tuple:
    return milliseconds, 1.0, 0.0, formants, 2000


_IY, _IH = (270, 2290, 3010), (390, 1990, 2550)
_EH, _AH, _AA, _AO = (530, 1840, 2480), (640, 1190, 2390), (730, 1090, 2440), (570, 840, 2410)
_UW = (300, 870, 2240)
_WORDS = (
    (_Z, _vowel(90, *_IH), _R, _vowel(110, *_AO), _vowel(80, *_UW)),
    (_W, _vowel(140, *_AH), _N),
    (_T, _vowel(100, 340, 1200, 2240), _vowel(120, *_UW)),
    (_TH, _R, _vowel(190, *_IY)),
    (_F, _vowel(150, *_AO), (100, 0.7, 0.0, (490, 1350, 1690), 2000)),
    (_F, _vowel(130, *_AA), _vowel(90, *_IH), _V),
    (_S, _vowel(90, *_IH), _SILENCE, _K, _S),
    (_S, _vowel(90, *_EH), _V, _vowel(60, *_AH), _N),
    (_vowel(90, 480, 2000, 2550), _vowel(80, *_IY), _SILENCE, _T),
    (_N, _vowel(120, *_AA), _vowel(80, *_IH), _N),
)


@dataclasses.dataclass(frozen=True)
class _Voice:
    """Pitch in Hz, factor on the formants (a short throat raises them), on the length, and how
    much breath is in the voice."""

    pitch: float
    formants: float
    length: float
    breath: float


_VOICES = {
    "voice 1": _Voice(100, 0.90, 1.15, 0.02),
    "voice 2": _Voice(118, 0.97, 0.90, 0.05),
    "voice 3": _Voice(135, 1.00, 1.00, 0.01),
    "voice 4": _Voice(175, 1.08, 1.10, 0.06),
    "voice 5": _Voice(200, 1.15, 0.85, 0.03),
    "voice 6": _Voice(225, 1.22, 1.00, 0.04),
}
_TEST_TAKES = 5  # as in the Free Spoken Digit Dataset
_STEP = 80  # samples from one description of the throat to the next
_HARMONICS = 40


def make_spoken_digits(
    takes: int = 15, *, samples: int = RATE, return_speakers: bool = False, seed: int = 0
) -> Split:
    """Make spoken digits where recordings are not at hand: six voices say each digit, every time a
    little otherwise. They are toys: clear, and easier to tell apart than people.

    Args:
        takes: how often each voice says each digit, more than 5; takes 0 to 4 are the test set.
        samples: length of every sound, at 8,000 samples a second; a longer one loses its end.
        return_speakers: give the voices' names as the third array of each part.
        seed: of everything drawn.

    Returns:
        What `load_spoken_digits` returns, in the same order of rows.

    Raises:
        InvalidInputError: if `takes` is below 6 or `samples` is not positive.
    """
    check_samples(samples)
    if takes <= _TEST_TAKES:
        raise InvalidInputError(
            f"`takes` must be at least {_TEST_TAKES + 1}, for the first {_TEST_TAKES} are the test "
            f"set. Received: takes={takes!r}"
        )
    rng = np.random.default_rng(seed)
    names = list(_VOICES)
    x = np.zeros((takes, len(_WORDS), len(names), samples), np.float32)
    for place in np.ndindex(x.shape[:3]):
        sound = _say(_WORDS[place[1]], _VOICES[names[place[2]]], rng)[:samples]
        x[place][: len(sound)] = sound
    rows = np.indices(x.shape[:3]).reshape(3, -1)
    columns = [x.reshape(-1, samples), rows[1].astype(np.int64)]
    if return_speakers:
        columns.append(np.array(names)[rows[2]])
    parts = rows[0] >= _TEST_TAKES, rows[0] < _TEST_TAKES
    return tuple(tuple(column[part] for column in columns) for part in parts)


def _say(word: tuple, voice: _Voice, rng: np.random.Generator) -> np.ndarray:
    """One word, in [-1, 1]."""
    stretch = voice.length * rng.uniform(0.85, 1.15)
    lengths = np.array([sound[0] for sound in word]) * stretch * rng.uniform(0.9, 1.1, len(word))
    middle = np.cumsum(lengths) - lengths / 2
    steps = max(int(lengths.sum() * RATE / 1000 / _STEP), 4)
    at = (np.arange(steps) + 0.5) * _STEP * 1000 / RATE
    voiced, hiss, centre = (np.interp(at, middle, [s[k] for s in word]) for k in (1, 2, 4))
    formants = np.array([np.interp(at, middle, [s[3][k] for s in word]) for k in range(3)])
    formants *= voice.formants * rng.normal(1, 0.03, (3, 1))
    edge = np.minimum(1, np.minimum(np.arange(steps), np.arange(steps)[::-1]) / 2 + 0.3)
    pitch = voice.pitch * rng.normal(1, 0.04) * np.linspace(1.08, 0.88, steps)
    tones = np.arange(1, _HARMONICS + 1)[:, None] * pitch  # (harmonics, steps)
    loud = np.where(tones < 0.48 * RATE, _throat(tones, formants), 0) / tones**0.3
    time = np.arange(steps * _STEP)

    def spread(values):  # from steps to samples
        return np.interp(time / _STEP - 0.5, np.arange(steps), values)

    phase = 2 * np.pi * np.cumsum(spread(pitch)) / RATE
    start = rng.uniform(0, 2 * np.pi, _HARMONICS)
    sound = sum(
        spread(level * voiced * edge) * np.cos((k + 1) * phase + start[k])
        for k, level in enumerate(loud)
        if level.any()
    )
    breath = 0.3 * hiss + voice.breath * voiced
    sound = sound + _hiss(breath * edge, centre * voice.formants**0.5, rng)
    sound = sound / np.abs(sound).max() * rng.uniform(0.3, 0.9)
    return sound + rng.normal(0, 1e-3, len(sound))


def _throat(frequency: np.ndarray, formants: np.ndarray) -> np.ndarray:
    """How strongly the throat lets frequencies `(k, steps)` through, formants `(3, steps)`."""
    widths, heights = (90.0, 120.0, 160.0), (1.0, 0.5, 0.25)
    bands = zip(formants, widths, heights, strict=True)
    return sum(high / (1 + ((frequency - f) / wide) ** 2) for f, wide, high in bands) + 0.003


def _hiss(level: np.ndarray, centre: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise `(steps * _STEP,)` whose loudness and colour follow the steps."""
    size = 2 * _STEP
    bins = np.arange(size // 2 + 1) * RATE / size
    shape = np.exp(-0.5 * ((bins - centre[:, None]) / 700) ** 2) * level[:, None]
    spectrum = np.fft.rfft(rng.normal(0, 1, (len(level), size))) * shape
    frames = np.fft.irfft(spectrum, size) * np.hanning(size)
    out = np.zeros((len(level) + 1, _STEP))
    out[:-1] += frames[:, :_STEP]
    out[1:] += frames[:, _STEP:]
    return out[:-1].ravel()
