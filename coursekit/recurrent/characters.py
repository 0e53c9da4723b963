"""Characters as numbers, and a network that reads or writes them one by one, in NumPy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np
from scipy.special import log_softmax

from coursekit.errors import InvalidInputError

ALPHABET = "\n" + "".join(map(chr, range(32, 127)))
"""A line's end and what an English keyboard types: 96 characters, in order of their code."""

_TYPED = str.maketrans({"‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "“": "", "”": ""})


class Stepper(Protocol):
    """What reads a character at a time, such as `coursekit.training.NumpyCopy`."""

    def initial_state(self, n: int = 1) -> list: ...

    def step(self, x, state: list) -> tuple[np.ndarray, list]: ...


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a network did while it read a text of n characters.

    Attributes:
        states: `(n, units)`, the first recurrent layer's output after each character.
        log_probabilities: `(n,)`, natural logarithms of what each character was given before it
            came.
    """

    states: np.ndarray
    log_probabilities: np.ndarray


def plain(text: str) -> str:
    """A text in the characters of `ALPHABET`: dashes and apostrophes as they are typed, anything
    else left out.

    >>> plain("it’s – 3 °C")
    "it's - 3 C"
    """
    known = set(ALPHABET)
    return "".join(c for c in text.translate(_TYPED) if c in known)


def encode(text: str) -> np.ndarray:
    """Places in `ALPHABET`, int32 `(n,)`.

    Raises:
        InvalidInputError: if a character is none of them; `plain` leaves such ones out.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    ids = np.where(codes == 10, 0, codes - 31)
    strange = codes[(ids < 0) | (ids >= len(ALPHABET)) | (codes == 31)]
    if strange.size:
        raise InvalidInputError(
            f"Expected characters that a keyboard types, and line ends. Received: "
            f"{chr(int(strange[0]))!r}. plain(text) leaves such ones out."
        )
    return ids.astype(np.int32)


def decode(ids) -> str:
    """The text of places in `ALPHABET`."""
    return "".join(ALPHABET[i] for i in np.asarray(ids).ravel())


def quoted(text: str) -> np.ndarray:
    """Whether a quotation in straight double quotes is open once a character has been read, bool
    `(n,)`; an empty line ends it."""
    marks = np.cumsum(np.frombuffer(text.encode("utf-32-le"), np.uint32) == ord('"'))
    ends = np.zeros(len(text), bool)
    place = text.find("\n\n")
    while place >= 0:
        ends[place + 1] = True
        place = text.find("\n\n", place + 1)
    before = np.maximum.accumulate(np.where(ends, marks, 0)) if len(text) else marks
    return (marks - before) % 2 == 1


def read(network: Stepper, ids, *, rows: int = 32, warm: int = 100) -> Reading:
    """Let a network read a text.

    The text is cut into `rows` pieces that are read side by side; each begins `warm` characters
    early, so that its first states have a past.

    Args:
        network: takes places in `ALPHABET` and gives logits.
        ids: `(n,)`.
        rows: pieces; 1 reads from the beginning to the end.
        warm: characters that are read before a piece, without being counted.
    """
    ids = np.asarray(ids)
    each = -(-len(ids) // rows)
    around = np.zeros(warm, ids.dtype), np.zeros(rows * each - len(ids), ids.dtype)
    padded = np.concatenate([around[0], ids, around[1]])
    columns = np.stack([padded[r * each : (r + 1) * each + warm] for r in range(rows)], axis=1)
    state, logits = network.initial_state(rows), None
    states, logs = [], []
    for t, column in enumerate(columns):  # (rows,)
        if t >= warm:
            if logits is None:  # nothing came before
                logits = np.zeros((rows, len(ALPHABET)))
            logs.append(log_softmax(logits, axis=-1)[np.arange(rows), column])
        logits, state = network.step(column, state)
        if t >= warm:
            states.append(state[0][0])
    n = len(ids)
    in_order = np.swapaxes(np.array(states), 0, 1)  # (rows, each, units)
    return Reading(
        in_order.reshape(rows * each, -1)[:n], np.swapaxes(np.array(logs), 0, 1).ravel()[:n]
    )


def write(
    network: Stepper,
    start: str,
    length: int,
    *,
    probabilities: Callable[[np.ndarray], np.ndarray],
    seed: int = 0,
) -> str:
    """Let a network go on with a text, each character drawn from what it gives.

    Args:
        network: takes places in `ALPHABET` and gives logits.
        start: what it reads first, at least one character.
        length: characters to draw.
        probabilities: makes probabilities `(96,)` of logits `(96,)`.
        seed: of the draws.

    Returns:
        The characters that were drawn.
    """
    rng, state, drawn = np.random.default_rng(seed), network.initial_state(1), []
    for i in encode(start):
        logits, state = network.step(np.array([i]), state)
    for _ in range(length):
        p = np.asarray(probabilities(logits[0].astype(float)), float)
        drawn.append(rng.choice(len(ALPHABET), p=p / p.sum()))
        logits, state = network.step(np.array(drawn[-1:]), state)
    return decode(drawn)
