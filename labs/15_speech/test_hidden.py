"""Hidden checks of lab 15: they run at grading."""

import numpy as np
import pytest
import scipy.signal
from scipy.spatial.distance import cdist

from coursekit.datasets import spectrograms
from coursekit.labs.testing import assert_close, assert_equal, assert_true


@pytest.mark.exercise("15.1")
@pytest.mark.points(1)
def test_samples_of_whole_numbers_and_a_sound_that_is_too_short(student):
    x = student.rng.integers(-32768, 32768, 50).astype(np.int16)
    window = scipy.signal.get_window("hann", 16)
    pieces = np.lib.stride_tricks.sliding_window_view(x.astype(float), 16)[::7]
    expected = np.abs(np.fft.rfft(pieces * window)) ** 2
    got = student.power_spectrogram(x, 16, 7)
    assert_close(got, expected, tried="power_spectrogram of int16 samples")
    got = student.frames(x[:5], 8, 2)
    assert_close(got, np.zeros((0, 8)), tried="frames of 5 samples, size 8")
    got = student.frames(x[:11], 3, 4)
    expected = np.array([x[0:3], x[4:7], x[8:11]])
    assert_close(got, expected, tried="frames with gaps: size 3, hop 4")


@pytest.mark.exercise("15.1")
@pytest.mark.points(1)
def test_power_of_a_shorter_sound_than_a_frame_has_no_rows(student):
    x = student.rng.normal(size=24)
    window = scipy.signal.get_window("hann", 6)
    pieces = np.lib.stride_tricks.sliding_window_view(x, 6)[::6]
    expected = np.abs(np.fft.rfft(pieces * window)) ** 2
    got = student.power_spectrogram(x, 6, 6)
    assert_close(got, expected, tried="power_spectrogram without overlap")
    got = student.power_spectrogram(x[:4], 6, 2)
    assert_close(got, np.zeros((0, 4)), tried="power_spectrogram of 4 samples, size 6")


@pytest.mark.exercise("15.2")
@pytest.mark.points(1)
def test_there_and_back_is_the_power_where_it_is_above_the_floor(student):
    power = 10 ** student.rng.uniform(-3, 3, (3, 4))
    reference = float(student.rng.uniform(0.1, 3))
    level = student.decibels(power, reference, 90.0)
    expected = spectrograms.levels(power, reference, 90.0)
    assert_close(level, expected, tried="decibels, some above the reference")
    back = student.power_of(expected, reference)
    assert_close(back, power, tried="power_of of these levels")


@pytest.mark.exercise("15.2")
@pytest.mark.points(1)
def test_the_span_is_60_unless_another_is_given(student):
    power = np.append(student.rng.uniform(1, 9, 3), [1e-9, 0.0]).astype(np.float32)
    got = student.decibels(power, 9.0)
    expected = spectrograms.levels(power, 9.0, 60.0)
    assert_close(got, expected, tried="decibels of float32 powers, default span")


@pytest.mark.exercise("15.3")
@pytest.mark.points(1)
def test_middles_weigh_one_and_neighbours_middles_nothing(student):
    count, rate = 7, float(student.rng.choice([8000, 12000]))
    middles = 700 * np.expm1(np.linspace(0, np.log1p(rate / 1400), count + 2))
    assert_close(student.mel_edges(count, rate), middles, tried="mel_edges(7, rate)")
    size = 4096
    bank = np.asarray(student.mel_filters(count, size, rate))
    expected = spectrograms.mel_filters(count, size, rate)
    assert_close(bank, expected, tried=f"mel_filters(7, {size}, {rate:g})")


@pytest.mark.exercise("15.3")
@pytest.mark.points(1)
def test_narrow_filters_between_the_bins_stay_empty(student):
    rate = float(student.rng.choice([8000, 9000, 10000]))
    expected = spectrograms.mel_filters(40, 32, rate)
    got = student.mel_filters(40, 32, rate)
    assert_close(got, expected, tried=f"mel_filters(40, 32, {rate:g})")


@pytest.mark.exercise("15.4")
@pytest.mark.points(2)
def test_a_gaussian_reaches_the_bound(student):
    rate, width = float(student.rng.integers(1000, 9000)), student.rng.uniform(8, 20)
    window = np.exp(-((np.arange(256) - 127.5) ** 2) / (4 * width**2))
    got = student.spreads(window, rate, 1024)
    assert_true(
        isinstance(got, tuple | list) and len(got) == 2,
        tried="spreads of a Gaussian window",
        expected="two numbers",
        got=got,
    )
    assert_close(got[0], width / rate, rtol=1e-4, tried="spread in time of a Gaussian")
    expected = rate / (4 * np.pi * width)
    assert_close(got[1], expected, rtol=1e-4, tried="spread in frequency of a Gaussian")


@pytest.mark.exercise("15.4")
@pytest.mark.points(1)
def test_whole_numbers_and_a_louder_window_change_nothing(student):
    window = student.rng.integers(1, 100, 12).astype(np.int8)
    times, rate, points = np.arange(12) / 50.0, 50.0, 48
    power = np.abs(np.fft.fft(window, points)) ** 2
    pairs = (
        (times, window.astype(float) ** 2),
        (np.fft.fftfreq(points, 1 / rate), power),
    )
    expected = [float(np.sqrt(np.cov(x, aweights=w, ddof=0))) for x, w in pairs]
    for values, name in ((window, "int8"), (1e3 * window.astype(float), "floats")):
        got = list(student.spreads(values, rate, points))
        assert_close(got, expected, tried=f"spreads of a window of {name}")


@pytest.mark.exercise("15.5")
@pytest.mark.points(1)
def test_both_parts_make_the_whole_and_share_no_group(student):
    groups = student.rng.integers(0, 6, 40)
    held = [int(g) for g in student.rng.choice(6, 2, replace=False)]
    train, test = student.split_rows(groups.tolist(), held)
    inside = (groups == held[0]) | (groups == held[1])
    assert_equal(
        test, np.nonzero(inside)[0], tried=f"split_rows, held {held}: test rows"
    )
    expected = np.nonzero(~inside)[0]
    assert_equal(train, expected, tried=f"split_rows, held {held}: train rows")


@pytest.mark.exercise("15.5")
@pytest.mark.points(1)
def test_what_is_in_the_test_part_does_not_move_the_training_part(student):
    train = student.rng.normal(5, 2, (6, 3, 4)).astype(np.float32)
    test = student.rng.normal(5, 2, (2, 3, 4)).astype(np.float32)
    mean = np.einsum("nfb->b", train.astype(float)) / 18
    deviation = np.sqrt(np.einsum("nfb->b", (train - mean) ** 2) / 18)
    for shift in (0.0, 100.0):
        got = student.standardise(train, test + np.float32(shift))
        assert_close(
            got[0], (train - mean) / deviation, rtol=1e-3, tried="standardise: train"
        )
        expected = (test + np.float32(shift) - mean) / deviation
        tried = f"standardise: test, moved by {shift:g}"
        assert_close(got[1], expected, rtol=1e-3, tried=tried)


@pytest.mark.exercise("15.6")
@pytest.mark.points(1)
def test_one_bad_frame_counts_as_one_frame(student):
    level = student.rng.uniform(-60, 0, (8, 5))
    wrong = level.copy()
    wrong[3] += 16.0
    got = student.log_spectral_distortion(level, wrong)
    assert_close(
        got, 2.0, tried="log_spectral_distortion, one of 8 frames off by 16 dB"
    )
    expected = np.mean([np.linalg.norm(row) / 5**0.5 for row in level])
    got = student.log_spectral_distortion(level.tolist(), np.zeros((8, 5)).tolist())
    assert_close(got, expected, tried="log_spectral_distortion against 0 dB, lists")


@pytest.mark.exercise("15.6")
@pytest.mark.points(2)
def test_windows_that_are_zero_at_their_ends_leave_zeros(student):
    window = np.hanning(9)
    pieces = student.rng.normal(size=(3, 9))
    got = student.overlap_add(pieces, 8, window)
    total, weight = np.zeros(25), np.zeros(25)
    for i in range(3):
        total[8 * i : 8 * i + 9] += window * pieces[i]
        weight[8 * i : 8 * i + 9] += window**2
    expected = np.divide(total, weight, out=np.zeros(25), where=weight > 0)
    assert_close(got, expected, tried="overlap_add, symmetric Hann window, hop 8 of 9")
    got = student.overlap_add(pieces[:, :3].astype(int), 5, np.array([1, 1, 1]))
    expected = np.zeros(13)
    for i in range(3):
        expected[5 * i : 5 * i + 3] = pieces[i, :3].astype(int)
    assert_close(got, expected, tried="overlap_add with gaps: size 3, hop 5")


@pytest.mark.exercise("15.7")
@pytest.mark.points(1)
def test_large_logits_neither_overflow_nor_lose_their_sign(student):
    z = student.rng.choice([-800.0, 800.0], (3, 4))
    on = np.where(z > 0, 1.0, 0.0)
    got = student.noisy_code(z, student.rng.normal(size=(3, 4)))
    assert_close(got, on, tried="noisy_code of logits of 800")
    assert_equal(student.hard_code(z), on, tried="hard_code of logits of 800")
    got = student.straight_through(np.zeros((3, 4)), z)
    assert_close(got, z / 4, tried="straight_through at logits of 0")
    got = student.straight_through(z, np.ones((3, 4)))
    assert_close(got, np.zeros((3, 4)), tried="straight_through at logits of 800")


@pytest.mark.exercise("15.7")
@pytest.mark.points(1)
def test_bits_are_floats(student):
    z = student.rng.normal(size=(5, 6)).astype(np.float32)
    got = student.hard_code(z)
    assert_equal(got, np.heaviside(z, 1.0), tried="hard_code of float32 logits")
    kind = np.asarray(got).dtype
    assert_true(
        kind.kind == "f",
        tried="the dtype of hard_code",
        expected="floats, 0.0 and 1.0",
        got=str(kind),
    )


@pytest.mark.exercise("15.8")
@pytest.mark.points(1)
def test_the_first_of_equal_entries_is_taken_and_bits_may_be_broken(student):
    books = [np.array([[1.0], [-1.0], [3.0]]), np.array([[2.0, 0.0], [0.0, 2.0]])]
    x = np.array([[0.0, 1.0, 1.0], [2.0, 5.0, 5.0]]) * 1.0
    order = student.rng.permutation(2)
    expected = np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]])
    rebuilt, bits = student.vector_quantise(x[order], books)
    assert_close(rebuilt, expected, tried="vector_quantise where two entries are equal")
    assert_close(bits, np.log2(6), tried="bits of codebooks of 3 and 2 entries")


@pytest.mark.exercise("15.8")
@pytest.mark.points(1)
def test_an_entry_is_sent_for_itself_and_distances_are_symmetric(student):
    books = [student.rng.normal(size=(16, 3)), student.rng.normal(size=(4, 2))]
    picks = student.rng.integers(0, 16, 5), student.rng.integers(0, 4, 5)
    x = np.hstack([books[0][picks[0]], books[1][picks[1]]])
    rebuilt, bits = student.vector_quantise(x, books)
    assert_close(rebuilt, x, tried="vector_quantise of rows made of entries")
    assert_close(bits, 6.0, tried="bits of codebooks of 16 and 4 entries")
    codes = student.rng.integers(0, 2, (7, 12)).astype(bool)
    expected = np.round(12 * cdist(codes, codes, "hamming"))
    got = student.hamming(codes, codes)
    assert_close(got, expected, tried="hamming of 7 codes with themselves, bool")
