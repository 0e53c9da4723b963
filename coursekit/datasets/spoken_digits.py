"""The Free Spoken Digit Dataset."""

from __future__ import annotations

import numpy as np

from coursekit.datasets import _cache, _formats
from coursekit.datasets._dataset import Split
from coursekit.datasets._source import DIGIT_NAMES, SOURCES, Form, RemoteFile, Source, register
from coursekit.errors import InvalidInputError

SPOKEN_DIGITS = register(
    Source(
        name="spoken_digits",
        title="Free Spoken Digit Dataset v1.0.10 (Jackson et al. 2018)",
        licence="CC BY-SA 4.0",
        homepage="https://github.com/Jakobovski/free-spoken-digit-dataset",
        examples="2,700 + 300 recordings at 8 kHz",
        class_names=DIGIT_NAMES,
        kind="sounds",
        forms=(
            Form(
                ("spoken_digits.npz",),
                _formats.read_npz,
                arrays={
                    "signal": "6f643a7422de89763625dfc9aa79427e69f7a690223a5bc5752a2f56db5af465",
                    "offsets": "cb339dc762ea25c5d7b1b68fc25353eaa3a75457d58b510fbe70d0196a356bc2",
                    "label": "46344ee0505619dd08f4b2617071eafbbb449fb88baad2ad34d003e40bd6613f",
                    "speaker": "d045ba00b2d160357be06d2062c63df861ec6d4f0313ec5c49e349032bda14fd",
                    "index": "79761b01b3ed19577bf8a7da8e7606637e6362a64491abcc03e8baad60f1eeff",
                    "rate": "3e1f6dbf626619317d04b24ac25799871709e0f3e35cc0e05dae4da21bc5a162",
                },
            ),
        ),
        downloads=(
            RemoteFile(
                "spoken_digits.npz",
                (
                    "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.10.zip",
                    "https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/refs/tags/v1.0.10",
                ),
                16_000_000,
                None,
                _formats.recordings_to_npz,
            ),
        ),
    )
)
RATE = 8000  # samples a second
_TEST_RECORDINGS = 5  # of each speaker and digit, the first five are the test set


def load_spoken_digits(*, samples: int = RATE, return_speakers: bool = False) -> Split:
    """Load spoken digits: six speakers, fifty recordings of each digit by each.

    The split is the data set's own: recordings 0 to 4 of each speaker and digit are the test set.
    Digits and speakers take turns, so that any part of the rows holds all of them.

    Args:
        samples: length to which every recording is brought, at 8,000 samples a second: a shorter
            one is followed by silence, a longer one loses its end. One second holds 99 of 100
            recordings whole.
        return_speakers: give the speakers' names as the third array of each part.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; sounds float32 `(2700, samples)` and `(300,
        samples)` in [-1, 1]; labels int64 `(n,)`, the digit. With `return_speakers`,
        `(x_train, y_train, speakers_train), (x_test, y_test, speakers_test)`; names, text `(n,)`.

    Raises:
        InvalidInputError: if `samples` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Jackson et al. 2018, Free Spoken Digit Dataset v1.0.10; CC BY-SA 4.0.
    """
    check_samples(samples)
    arrays, _ = _cache.resolve(SOURCES["spoken_digits"])
    starts, lengths = arrays["offsets"][:-1], np.diff(arrays["offsets"])
    x = np.zeros((len(starts), samples), np.float32)
    for row, start, length in zip(x, starts, np.minimum(lengths, samples), strict=True):
        row[:length] = arrays["signal"][start : start + length]
    x /= 32768
    y, index = arrays["label"].astype(np.int64), arrays["index"]
    turns = np.lexsort((arrays["speaker"], y, index))
    train, test = turns[index[turns] >= _TEST_RECORDINGS], turns[index[turns] < _TEST_RECORDINGS]
    columns = (x, y, arrays["speaker"]) if return_speakers else (x, y)
    return tuple(tuple(column[rows] for column in columns) for rows in (train, test))


def check_samples(samples: int) -> None:
    """Raise `InvalidInputError` unless `samples` is a positive integer."""
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples <= 0:
        raise InvalidInputError(
            f"`samples` must be a positive integer. Received: samples={samples!r}. One second "
            f"is 8000."
        )
