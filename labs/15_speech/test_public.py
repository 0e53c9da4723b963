"""Public checks of lab 15: they run in the notebook."""

import numpy as np
import pytest
import scipy.signal
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin
from sklearn.preprocessing import StandardScaler

from coursekit.datasets import spectrograms
from coursekit.evaluation.signal import log_spectral_distortion as distortion
from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_true,
    counterexample,
)


def two(got, tried):
    """The two results of a function that gives two."""
    assert_true(
        isinstance(got, tuple | list) and len(got) == 2,
        tried=tried,
        expected="two results",
        got=got,
    )
    return got


# 15.1 ---------------------------------------------------------------------------------


def cut(x, size, hop):
    """Frames by NumPy's windows."""
    return np.lib.stride_tricks.sliding_window_view(x, size)[::hop]


def by_fft(x, size, hop):
    """Powers by NumPy's transform and SciPy's window."""
    window = scipy.signal.get_window("hann", size)
    return np.abs(np.fft.rfft(cut(np.asarray(x, float), size, hop) * window)) ** 2


@pytest.mark.exercise("15.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("sizes", [(20, 5, 2), (19, 4, 3), (12, 4, 4), (9, 9, 3)])
def test_every_frame_that_fits_is_a_row(student, sizes):
    n, size, hop = sizes
    x = student.rng.normal(size=n)
    tried = f"frames of {n} samples, size {size}, hop {hop}"
    assert_close(student.frames(x, size, hop), cut(x, size, hop), tried=tried)


@pytest.mark.exercise("15.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(40, 8, 3), (30, 9, 4), (16, 16, 5)])
def test_powers_are_those_of_the_fourier_transform(student, sizes):
    n, size, hop = sizes
    x = student.rng.normal(size=n)
    tried = f"power_spectrogram of {n} samples, size {size}, hop {hop}"
    assert_close(
        student.power_spectrogram(x, size, hop), by_fft(x, size, hop), tried=tried
    )


@pytest.mark.exercise("15.1")
@pytest.mark.points(1)
def test_a_tone_stands_in_its_bin(student):
    k = int(student.rng.integers(3, 13))
    x = np.cos(2 * np.pi * k * np.arange(64) / 32 + student.rng.uniform(0, 6))
    got = student.power_spectrogram(x, 32, 16)
    assert_close(got, by_fft(x, 32, 16), tried=f"power of a tone in bin {k}, size 32")


# 15.2 ---------------------------------------------------------------------------------


@pytest.mark.exercise("15.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("span", [60.0, 25.0])
def test_levels_are_ratios_to_the_reference(student, span):
    power = 10 ** student.rng.uniform(-8, 2, (4, 3))
    reference = float(student.rng.uniform(2, 50))
    power[1, 2] = 3 * reference
    tried = f"decibels, reference {reference:.3g}, span {span:g}"
    expected = spectrograms.levels(power, reference, span)
    assert_close(student.decibels(power, reference, span), expected, tried=tried)


@pytest.mark.exercise("15.2")
@pytest.mark.points(1)
def test_silence_lies_on_the_floor_in_every_sound(student):
    loud, quiet = student.rng.uniform(1, 5, 3), student.rng.uniform(1, 5, 3) * 1e-3
    reference = float(loud.max())
    for name, power in (("loud", loud), ("quiet", quiet)):
        power = np.append(power, 0.0)
        expected = spectrograms.levels(power, reference, 40.0)
        got = student.decibels(power, reference, 40.0)
        assert_close(got, expected, tried=f"decibels of a {name} sound with a zero")


@pytest.mark.exercise("15.2")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5,), (2, 3)])
def test_the_way_back_gives_powers(student, shape):
    level = student.rng.uniform(-50, 5, shape)
    reference = float(student.rng.uniform(2, 50))
    expected = reference * np.exp(level * np.log(10) / 10)
    tried = f"power_of, reference {reference:.3g}"
    assert_close(student.power_of(level, reference), expected, tried=tried)


# 15.3 ---------------------------------------------------------------------------------


def edges_of(count, rate):
    """Equal steps in mel, in Hz."""
    top = np.log1p(rate / 1400)
    return 700 * np.expm1(np.linspace(0, top, count + 2))


@pytest.mark.exercise("15.3")
@pytest.mark.points(1)
@pytest.mark.parametrize("count", [1, 5, 23])
def test_edges_are_equally_far_apart_in_mel(student, count):
    rate = float(student.rng.choice([8000, 11025, 16000]))
    expected = edges_of(count, rate)
    assert_close(
        student.mel_edges(count, rate), expected, tried=f"mel_edges({count}, {rate:g})"
    )


@pytest.mark.exercise("15.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(4, 64), (10, 256), (6, 63)])
def test_filters_are_triangles_between_neighbours(student, sizes):
    rate = float(student.rng.choice([8000, 11025, 16000]))
    expected = spectrograms.mel_filters(*sizes, rate)
    tried = f"mel_filters({sizes[0]}, {sizes[1]}, {rate:g})"
    assert_close(student.mel_filters(*sizes, rate), expected, tried=tried)


# 15.4 ---------------------------------------------------------------------------------


def by_covariance(window, rate, points):
    """Both spreads by NumPy's weighted covariance."""
    power = np.abs(np.fft.fft(window, points)) ** 2
    times = np.arange(len(window)) / rate
    frequencies = np.fft.fftfreq(points, 1 / rate)
    pairs = ((times, np.square(window)), (frequencies, power))
    return tuple(float(np.sqrt(np.cov(x, aweights=w, ddof=0))) for x, w in pairs)


@pytest.mark.exercise("15.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(6, 6), (9, 40), (16, 33)])
def test_both_spreads_are_standard_deviations(student, sizes):
    n, points = sizes
    window, rate = student.rng.uniform(0.1, 2, n), float(student.rng.uniform(5, 5000))
    tried = f"spreads of a window of {n} samples, rate {rate:.4g}, {points} points"
    got = two(student.spreads(window, rate, points), tried)
    for name, mine, right in zip(
        ("seconds", "hertz"), got, by_covariance(window, rate, points), strict=True
    ):
        assert_close(mine, right, tried=f"{tried}: {name}")


@pytest.mark.exercise("15.4")
@pytest.mark.points(1)
def test_a_longer_window_of_the_same_form_is_narrower_in_frequency(student):
    rate = float(student.rng.integers(4000, 9000))
    for n in (32, 128):
        window = scipy.signal.get_window("hann", n)
        tried = f"spreads of a Hann window of {n} samples"
        got = two(student.spreads(window, rate, 8 * n), tried)
        assert_close(got, by_covariance(window, rate, 8 * n), tried=tried)


# 15.5 ---------------------------------------------------------------------------------


def parted(groups, held):
    """Both parts, row by row."""
    inside = [any(bool(group == one) for one in held) for group in groups]
    rows = list(enumerate(inside))
    return np.array([i for i, h in rows if not h]), np.array([i for i, h in rows if h])


@pytest.mark.exercise("15.5")
@pytest.mark.points(1)
@pytest.mark.parametrize("held", [["eve"], ["bob", "eve"], ["ann", "bob", "nobody"]])
def test_a_group_stands_on_one_side(student, held):
    groups = student.rng.permutation(np.repeat(["ann", "anna", "bob", "eve"], 4))
    tried = f"split_rows of 16 rows by 4 people, held {held}"
    got = two(student.split_rows(groups, held), tried)
    for name, mine, right in zip(
        ("train", "test"), got, parted(groups, held), strict=True
    ):
        assert_equal(mine, right, tried=f"{tried}: {name} rows")


@pytest.mark.exercise("15.5")
@pytest.mark.points(1)
def test_takes_are_groups_too(student):
    takes = student.rng.permutation(np.repeat(np.arange(8), 3))
    got = two(student.split_rows(takes, [0, 1, 2]), "split_rows by take")
    for mine, right in zip(got, parted(takes, [0, 1, 2]), strict=True):
        assert_equal(mine, right, tried="split_rows of 24 rows by take, held 0, 1, 2")


@pytest.mark.exercise("15.5")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5, 4, 3), (2, 7, 2), (3, 1, 5)])
def test_mean_and_deviation_are_the_training_parts(student, shape):
    train = student.rng.normal(3, 2, shape) * student.rng.uniform(0.5, 3, shape[2])
    test = student.rng.normal(-1, 1, (3, *shape[1:]))
    train[..., 0] = 2.0
    scaler = StandardScaler().fit(train.reshape(-1, shape[2]))
    tried = f"standardise, train {shape}, first band constant"
    got = two(student.standardise(train, test), tried)
    for name, mine, x in zip(("train", "test"), got, (train, test), strict=True):
        right = scaler.transform(x.reshape(-1, shape[2])).reshape(x.shape)
        assert_close(mine, right, tried=f"{tried}: {name}")


# 15.6 ---------------------------------------------------------------------------------


def by_library(one, other):
    """The library's distortion, which takes powers."""
    return distortion(*(10 ** (np.asarray(x) / 10) for x in (one, other)), floor=1e-30)


@pytest.mark.exercise("15.6")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(5, 3), (2, 6), (1, 4)])
def test_distortion_is_a_root_over_frequency_and_a_mean_over_frames(student, shape):
    one, other = student.rng.uniform(-60, 0, (2, *shape))
    got = student.log_spectral_distortion(one, other)
    tried = f"log_spectral_distortion of {shape[0]} frames, {shape[1]} frequencies"
    assert_close(got, by_library(one, other), tried=tried)


def least_squares(pieces, hop, window):
    """The sound whose windowed frames are nearest to the pieces; 0 where it is free."""
    pieces, window = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    rows = np.zeros((count, size, (count - 1) * hop + size))
    for i, n in np.ndindex(count, size):
        rows[i, n, i * hop + n] = window[n]
    return np.linalg.lstsq(rows.reshape(count * size, -1), pieces.ravel(), rcond=None)[
        0
    ]


@pytest.mark.exercise("15.6")
@pytest.mark.points(2)
@pytest.mark.parametrize("sizes", [(4, 6, 2), (3, 5, 3), (1, 4, 2), (3, 4, 4)])
def test_pieces_are_laid_together_in_the_least_squares_sense(student, sizes):
    count, size, hop = sizes
    pieces = student.rng.normal(size=(count, size))
    window = student.rng.uniform(0.3, 1, size)
    tried = f"overlap_add of {count} pieces of {size} samples, hop {hop}"
    expected = least_squares(pieces, hop, window)
    assert_close(
        student.overlap_add(pieces, hop, window), expected, rtol=1e-6, tried=tried
    )


@pytest.mark.exercise("15.6")
@pytest.mark.points(1)
def test_a_sound_comes_back_from_its_windowed_frames(student):
    x, window = student.rng.normal(size=40), scipy.signal.get_window("hann", 8)
    got = student.overlap_add(cut(x, 8, 2) * window, 2, window)
    x[0] = 0.0  # where the window is 0
    tried = "overlap_add of the frames of a sound, Hann window, size 8, hop 2"
    assert_close(got, x, tried=tried)


# 15.7 ---------------------------------------------------------------------------------


def sigmoid(z):
    """1 / (1 + e^-z)."""
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


@pytest.mark.exercise("15.7")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(4, 3), (1, 6)])
def test_noise_is_added_to_the_logits(student, shape):
    z, noise = student.rng.normal(0, 2, (2, *shape))
    got = student.noisy_code(z, noise)
    assert_close(got, sigmoid(z + noise), tried=f"noisy_code of {shape} logits")


@pytest.mark.exercise("15.7")
@pytest.mark.points(1)
def test_a_bit_is_on_where_its_probability_is_at_least_a_half(student):
    z = student.rng.uniform(-1, 1, (4, 5))
    z[1, 2], z[3, 0], z[0, 1], z[2, 2] = 0.0, 0.25, -0.4, 0.45
    tried = "hard_code of logits between -1 and 1, one of them 0"
    assert_equal(student.hard_code(z), np.heaviside(z, 1.0), tried=tried)


@pytest.mark.exercise("15.7")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(3, 4), (1, 2)])
def test_the_gradient_passes_as_if_by_the_sigmoid(student, shape):
    z, upstream = student.rng.normal(0, 2, (2, *shape))
    got = student.straight_through(z, upstream)
    tried = f"straight_through of {shape} logits, beside finite differences"
    assert_gradient(got, lambda v: np.sum(upstream * sigmoid(v)), z, tried=tried)


# 15.8 ---------------------------------------------------------------------------------


def nearest(x, books):
    """Parts by their nearest entries, and the bits."""
    x, books = np.asarray(x, float), [np.asarray(book, float) for book in books]
    ends = np.cumsum([book.shape[1] for book in books])
    parts = np.split(x, ends[:-1], axis=1)
    made = [
        b[pairwise_distances_argmin(p, b)] for p, b in zip(parts, books, strict=True)
    ]
    return np.hstack(made), float(np.sum(np.log2([len(book) for book in books])))


@pytest.mark.exercise("15.8")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    "forms", [[(4, 3)], [(8, 2), (2, 4)], [(3, 1), (5, 2), (4, 2)]]
)
def test_each_part_becomes_its_nearest_entry(student, forms):
    books = [student.rng.normal(size=form) for form in forms]
    x = student.rng.normal(size=(6, sum(width for _, width in forms)))
    tried = f"vector_quantise, codebooks {forms}"
    got = two(student.vector_quantise(x, books), tried)
    rebuilt, bits = nearest(x, books)
    assert_close(got[0], rebuilt, tried=f"{tried}: rebuilt")
    assert_close(got[1], bits, tried=f"{tried}: bits of a row")


@pytest.mark.exercise("15.8")
@pytest.mark.points(1)
@pytest.mark.parametrize("dtype", [int, np.uint8])
def test_hamming_counts_the_bits_that_differ(student, dtype):
    one, other = (student.rng.integers(0, 2, (n, 9)).astype(dtype) for n in (4, 6))
    expected = np.round(9 * cdist(one, other, "hamming")).astype(int)
    tried = f"hamming of 4 and 6 codes of 9 bits, {np.dtype(dtype)}"
    assert_close(student.hamming(one, other), expected, tried=tried)


# Small cases, for an answer that no known mistake fits ---------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats."""
    return rng.integers(-3, 4, shape).astype(float)


counterexample(
    "15.1",
    "frames",
    draw=lambda rng, size: (
        whole(rng, size + 1 + int(rng.integers(0, 3))),
        int(rng.integers(1, size + 1)),
        int(rng.integers(1, 3)),
    ),
    oracle=cut,
)
counterexample(
    "15.1",
    "power_spectrogram",
    draw=lambda rng, size: (whole(rng, 2 * size + 2), 2 * size, 1),
    oracle=by_fft,
)
counterexample(
    "15.2",
    "decibels",
    draw=lambda rng, size: (
        rng.choice([0.0, 1.0, 10.0, 100.0], size),
        float(rng.choice([1.0, 10.0])),
        float(rng.choice([5.0, 20.0])),
    ),
    oracle=spectrograms.levels,
)
counterexample(
    "15.2",
    "power_of",
    draw=lambda rng, size: (rng.choice([-20.0, -10.0, 0.0, 10.0], size), 2.0),
    oracle=lambda level, reference: (
        reference * np.exp(np.asarray(level) * np.log(10) / 10)
    ),
)
counterexample(
    "15.3",
    "mel_edges",
    draw=lambda rng, size: (size, float(rng.choice([1400, 8000]))),
    oracle=edges_of,
)
counterexample(
    "15.3",
    "mel_filters",
    draw=lambda rng, size: (size, 4 * size, float(rng.choice([1400, 8000]))),
    oracle=spectrograms.mel_filters,
)
counterexample(
    "15.4",
    "spreads",
    draw=lambda rng, size: (
        rng.integers(1, 4, size + 1).astype(float),
        float(rng.integers(1, 3)),
        size + 1 + int(rng.integers(0, 3)),
    ),
    oracle=by_covariance,
)
counterexample(
    "15.5",
    "split_rows",
    draw=lambda rng, size: (rng.integers(0, 3, size + 1), [0, 2][: size % 2 + 1]),
    oracle=parted,
)
counterexample(
    "15.5",
    "standardise",
    draw=lambda rng, size: (whole(rng, size + 1, 2, 1), whole(rng, 1, 2, 1)),
    oracle=lambda train, test: tuple(
        StandardScaler()
        .fit(train.reshape(-1, 1))
        .transform(x.reshape(-1, 1))
        .reshape(x.shape)
        for x in (train, test)
    ),
)
counterexample(
    "15.6",
    "log_spectral_distortion",
    draw=lambda rng, size: (whole(rng, size, 2), whole(rng, size, 2)),
    oracle=by_library,
)
counterexample(
    "15.6",
    "overlap_add",
    draw=lambda rng, size: (
        whole(rng, size, 2),
        int(rng.integers(1, 3)),
        rng.integers(1, 3, 2).astype(float),
    ),
    oracle=least_squares,
)
counterexample(
    "15.7",
    "noisy_code",
    draw=lambda rng, size: (whole(rng, 1, size), whole(rng, 1, size)),
    oracle=lambda z, noise: sigmoid(z + noise),
)
counterexample(
    "15.7",
    "hard_code",
    draw=lambda rng, size: (rng.choice([-1.0, 0.0, 0.25, 1.0], (1, size)),),
    oracle=lambda z: np.heaviside(z, 1.0),
)
counterexample(
    "15.7",
    "straight_through",
    draw=lambda rng, size: (whole(rng, 1, size), whole(rng, 1, size)),
    oracle=lambda z, upstream: upstream / (2 + np.exp(z) + np.exp(-z)),
)
counterexample(
    "15.8",
    "vector_quantise",
    draw=lambda rng, size: (
        whole(rng, 1, size + 1),
        [whole(rng, 2, 1), whole(rng, 2, size)],
    ),
    oracle=nearest,
)
counterexample(
    "15.8",
    "hamming",
    draw=lambda rng, size: (
        rng.integers(0, 2, (1, size)),
        rng.integers(0, 2, (2, size)),
    ),
    oracle=lambda one, other: np.round(
        np.shape(one)[1] * cdist(one, other, "hamming")
    ).astype(int),
)
