"""The Free Spoken Digit Dataset."""

from __future__ import annotations

import numpy as np

from coursekit.datasets import _cache, registry
from coursekit.datasets._dataset import Split
from coursekit.errors import InvalidInputError

RATE = 8000  # samples a second
_TEST_RECORDINGS = 5  # of each speaker and digit, the first five are the test set


def load_spoken_digits(*, samples: int = RATE) -> Split:
    """Load spoken digits: six speakers, fifty recordings of each digit by each.

    The split is the data set's own: recordings 0 to 4 of each speaker and digit are the test set.
    Digits and speakers take turns, so that any part of the rows holds all of them.

    Args:
        samples: length to which every recording is brought, at 8,000 samples a second: a shorter
            one is followed by silence, a longer one loses its end. One second holds 99 of 100
            recordings whole.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; sounds float32 `(2700, samples)` and `(300,
        samples)` in [-1, 1]; labels int64 `(n,)`, the digit.

    Raises:
        InvalidInputError: if `samples` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Jackson et al. 2018, Free Spoken Digit Dataset v1.0.10; CC BY-SA 4.0.
    """
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples <= 0:
        raise InvalidInputError(
            f"`samples` must be a positive integer. Received: samples={samples!r}. One second "
            f"is 8000."
        )
    arrays, _ = _cache.resolve(registry.SOURCES["spoken_digits"])
    starts, lengths = arrays["offsets"][:-1], np.diff(arrays["offsets"])
    x = np.zeros((len(starts), samples), np.float32)
    for row, start, length in zip(x, starts, np.minimum(lengths, samples), strict=True):
        row[:length] = arrays["signal"][start : start + length]
    x /= 32768
    y, index = arrays["label"].astype(np.int64), arrays["index"]
    turns = np.lexsort((arrays["speaker"], y, index))
    train, test = turns[index[turns] >= _TEST_RECORDINGS], turns[index[turns] < _TEST_RECORDINGS]
    return (x[train], y[train]), (x[test], y[test])
