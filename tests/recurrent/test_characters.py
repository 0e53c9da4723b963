"""Characters as numbers, labels of quotations, and a network that reads and writes in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import recurrent
from coursekit.errors import InvalidInputError


class Counter:
    """Stands for a network: its state counts characters, and it bets on the one after the last."""

    def initial_state(self, n=1):
        return [[np.zeros((n, 1))]]

    def step(self, x, state):
        logits = np.zeros((len(x), len(recurrent.ALPHABET)))
        logits[np.arange(len(x)), (np.asarray(x) + 1) % len(recurrent.ALPHABET)] = np.log(5.0)
        return logits, [[state[0][0] + 1]]


def test_the_alphabet_goes_there_and_back():
    assert len(recurrent.ALPHABET) == 96
    ids = recurrent.encode(recurrent.ALPHABET)
    np.testing.assert_array_equal(ids, np.arange(96))
    assert recurrent.decode(ids) == recurrent.ALPHABET
    assert recurrent.plain("“it’s” – 3 °C…") == "it's - 3 C..."
    for strange in ("é", "\t", "\x1f"):
        with pytest.raises(InvalidInputError, match="plain"):
            recurrent.encode(f"a{strange}b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a "b" c', "0011000"),
        ('"a\nb"c', "111100"),
        ('"a\n\nb"c', "1110011"),
        ('\n\n"a\n\n\n"', "00111001"),
        ("", ""),
    ],
)
def test_a_quotation_is_open_until_a_mark_or_an_empty_line(text, expected):
    assert "".join(str(int(v)) for v in recurrent.quoted(text)) == expected


def test_reading_in_pieces_gives_states_and_bets_in_order():
    ids = recurrent.encode("abcxyzab")
    found = recurrent.read(Counter(), ids, rows=1, warm=0)
    np.testing.assert_array_equal(found.states[:, 0], np.arange(1, 9))
    won = np.log(5 / (5 + 95)), np.log(1 / (5 + 95))
    expected = [np.log(1 / 96), won[0], won[0], won[1], won[0], won[0], won[1], won[0]]
    np.testing.assert_allclose(found.log_probabilities, expected)
    pieces = recurrent.read(Counter(), ids, rows=3, warm=4)
    assert pieces.states.shape == (8, 1)
    np.testing.assert_allclose(pieces.log_probabilities[1:], expected[1:])
    np.testing.assert_array_equal(pieces.states[:, 0], [5, 6, 7, 5, 6, 7, 5, 6])


def test_writing_draws_from_what_it_is_handed():
    def sure(logits):
        return np.eye(len(logits))[np.argmax(logits)]

    assert recurrent.write(Counter(), "xa", 4, probabilities=sure) == "bcde"
    texts = {
        recurrent.write(Counter(), "a", 12, probabilities=np.exp, seed=seed) for seed in (1, 1, 2)
    }
    assert len(texts) == 2
