"""Spoken digits that are computed."""

import numpy as np
import pytest

from coursekit import make_spoken_digits
from coursekit.datasets.spoken_digits import RATE
from coursekit.errors import InvalidInputError


@pytest.fixture(scope="module")
def words():
    return make_spoken_digits(7, return_speakers=True, seed=1)


def test_rows_stand_as_those_of_the_recordings(words):
    (x_train, y_train, who_train), (x_test, y_test, who_test) = words
    assert (x_train.shape, x_test.shape, x_train.dtype) == ((120, RATE), (300, RATE), np.float32)
    assert np.bincount(y_test).tolist() == [30] * 10
    assert np.bincount(y_train).tolist() == [12] * 10
    assert len(set(who_test)) == 6
    assert set(zip(y_train[:60], who_train[:60], strict=True)) == set(
        zip(y_test[:60], who_test[:60], strict=True)
    ), "the first sixty rows hold each digit by each voice"
    assert 0.2 < np.abs(x_train).max() <= 1


def test_a_seed_repeats_and_another_does_not(words):
    again = make_spoken_digits(7, return_speakers=True, seed=1)
    other = make_spoken_digits(7, return_speakers=True, seed=2)
    np.testing.assert_array_equal(again[0][0], words[0][0])
    assert np.abs(other[0][0] - words[0][0]).max() > 0.01


def test_voices_have_their_own_pitch(words):
    (x, y, who), _ = words
    rhythm = {}
    for name in ("voice 1", "voice 6"):
        sounds = x[(who == name) & (y == 9)]
        echoes = np.fft.irfft(np.abs(np.fft.rfft(sounds, 2 * RATE)) ** 2)[:, :160].mean(axis=0)
        rhythm[name] = RATE / (30 + echoes[30:].argmax())
    assert 85 < rhythm["voice 1"] < 120
    assert 190 < rhythm["voice 6"] < 260


def test_a_six_begins_and_ends_with_hiss_and_a_nine_does_not(words):
    (x, y, _), _ = words

    def high(sound):
        power = np.abs(np.fft.rfft(sound)) ** 2
        return power[len(power) * 3 // 4 :].sum() / power.sum()

    six, nine = (np.mean([high(s[:800]) for s in x[y == digit]]) for digit in (6, 9))
    assert six > 10 * nine


@pytest.mark.parametrize(
    ("arguments", "name"), [({"takes": 5}, "takes"), ({"samples": 0}, "samples")]
)
def test_impossible_numbers_are_refused(arguments, name):
    with pytest.raises(InvalidInputError, match=name):
        make_spoken_digits(**arguments)
