"""Numbers for sequences of symbols: bits per character, exact match, BLEU."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from coursekit.errors import InvalidInputError

Tokens = str | Sequence


def bits_per_character(log_probabilities) -> float:
    """Mean surprise in bits.

    Args:
        log_probabilities: natural logarithms of the probability that each true character was given,
            of any shape. Leave padding out.

    >>> bits_per_character(np.log([0.5, 0.25]))
    1.5
    """
    values = np.asarray(log_probabilities, float)
    if values.size == 0 or np.any(values > 1e-6) or np.any(np.isnan(values)):
        raise InvalidInputError(
            f"Expected logarithms of probabilities, at most 0, at least one. Received: "
            f"{values.size} values, the largest {values.max(initial=-np.inf):.3g}"
        )
    return float(-values.mean() / math.log(2))


def exact_match(y_true: Sequence, y_pred: Sequence) -> float:
    """Share of sequences that are right from the first symbol to the last.

    >>> exact_match(["ab", "cd"], ["ab", "ce"])
    0.5
    """
    _same_number(y_true, y_pred)
    return float(np.mean([_plain(a) == _plain(b) for a, b in zip(y_true, y_pred, strict=True)]))


def bleu(references: Sequence, candidates: Sequence[Tokens], *, max_n: int = 4) -> float:
    """BLEU of a corpus (Papineni et al. 2002): geometric mean of the clipped precisions of 1 to
    `max_n` words, times a penalty for candidates that are too short. Without smoothing: a corpus
    that shares no `max_n` words has 0.

    Args:
        references: for each candidate one sentence as text, or a list of sentences, each as text
            or as a list of tokens.
        candidates: sentences, as text (split at spaces) or as lists of tokens.
        max_n: longest run of words.

    >>> round(bleu(["the cat is on the mat"], ["the the the the the the the"], max_n=1), 4)
    0.2857
    """
    _same_number(references, candidates)
    hits, total = np.zeros(max_n), np.zeros(max_n)
    length = wanted = 0
    for several, candidate in zip(references, candidates, strict=True):
        words = _words(candidate)
        choices = [_words(one) for one in ([several] if isinstance(several, str) else several)]
        length += len(words)
        wanted += min((abs(len(c) - len(words)), len(c)) for c in choices)[1]
        for n in range(1, max_n + 1):
            most: Counter = Counter()
            for choice in choices:
                most |= _runs(choice, n)
            found = _runs(words, n)
            hits[n - 1] += (found & most).total()
            total[n - 1] += found.total()
    if not hits.all():
        return 0.0
    brevity = min(0.0, 1 - wanted / length)
    return float(np.exp(np.mean(np.log(hits / total)) + brevity))


def _words(sentence: Tokens) -> list:
    return sentence.split() if isinstance(sentence, str) else list(sentence)


def _runs(words: list, n: int) -> Counter:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _plain(sequence):
    return sequence if isinstance(sequence, str) else list(sequence)


def _same_number(one: Sequence, other: Sequence) -> None:
    if len(one) != len(other) or not len(one):
        raise InvalidInputError(
            f"Expected as many sequences on both sides, at least one. Received: {len(one)} and "
            f"{len(other)}"
        )
