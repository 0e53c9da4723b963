"""Symbols and their numbers, rows for teaching, and one step of a decoder in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from coursekit.errors import InvalidInputError
from coursekit.seq2seq import GO, PAD, STOP, Steps, Symbols, counted, shifted, until_stop


def test_letters_and_words_go_to_numbers_and_back():
    letters = Symbols(["cab", "b"])
    assert letters.names[3:] == ("a", "b", "c")
    assert letters.rows(["cab"]) == [[5, 3, 4]]
    np.testing.assert_array_equal(letters.encode(["cab", "b"], 4), [[5, 3, 4, 0], [4, 0, 0, 0]])
    words = Symbols(["a red box", "a box"], words=True)
    assert len(words) == 6
    assert words.decode([*words.rows(["a red box"])[0], STOP, 5]) == "a red box"
    assert until_stop([5, 4]) == [5, 4]


def test_what_does_not_fit_is_refused():
    letters = Symbols(["ab"])
    with pytest.raises(InvalidInputError, match="'c'"):
        letters.rows(["abc"])
    with pytest.raises(InvalidInputError, match="longest text, 2"):
        letters.encode(["ab"], 1)


def test_what_is_given_lags_one_behind_what_is_wanted():
    given, wanted = shifted([[5, 7], [], [4]], 4)
    np.testing.assert_array_equal(given, [[GO, 5, 7, 0], [GO, 0, 0, 0], [GO, 4, 0, 0]])
    np.testing.assert_array_equal(wanted, [[5, 7, STOP, 0], [STOP, 0, 0, 0], [4, STOP, 0, 0]])


def test_counted_pairs_are_probabilities_without_padding():
    given, wanted = shifted([[3, 4], [3, 3]], 5)
    table = counted(given, wanted, 5)
    assert np.exp(table[GO, 3]) == 1
    np.testing.assert_allclose(np.exp(table[3]), [0, 0, 1 / 3, 1 / 3, 1 / 3])
    assert np.all(np.isneginf(table[:, PAD]))


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
def test_a_step_gives_probabilities_and_leaves_the_state(attention):
    rng, units = np.random.default_rng(0), 4
    weights = {
        "symbols": [rng.normal(size=(7, 3))],
        "lstm_0": [rng.normal(size=s) for s in ((3, 16), (4, 16), (16,))],
        "logits": [rng.normal(size=(4, 7)), np.zeros(7)],
    }
    state = [rng.normal(size=(2, units)).astype("float32") for _ in range(2)]
    if attention != "none":
        weights["combine"] = [rng.normal(size=(8, 4)), np.zeros(4)]
        state += [rng.normal(size=(2, 5, units)), np.array([[1, 1, 1, 0, 0], [1] * 5])]
    if attention == "additive":
        weights |= {"query": [rng.normal(size=(4, 6))], "key": [rng.normal(size=(4, 6))]}
        weights["score"] = [rng.normal(size=(6, 1))]
    before = [part.copy() for part in state]
    log_probs, after, looked = Steps(weights)([3, 5], tuple(state))
    np.testing.assert_allclose(logsumexp(log_probs, axis=1), 0, atol=1e-5)
    for part, old in zip(state, before, strict=True):
        np.testing.assert_array_equal(part, old)
    assert not np.allclose(after[0], before[0])
    assert (looked is None) == (attention == "none")
    if looked is not None:
        np.testing.assert_allclose(looked.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_array_equal(looked[0, 3:], 0)
