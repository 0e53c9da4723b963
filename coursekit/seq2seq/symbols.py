"""Texts as rows of numbers: 0 fills up, 1 starts a target, 2 ends it, the rest are symbols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from coursekit.errors import InvalidInputError

PAD, GO, STOP = 0, 1, 2
_SHOWN = ("", "→", "■")  # in pictures


class Symbols:
    """The symbols of some texts, numbered from 3 in alphabetical order.

    Args:
        texts: all texts whose symbols are to be known.
        words: a symbol is a word between spaces; otherwise a letter.

    Attributes:
        names: text of each number; padding has none.
        words: as given.

    >>> letters = Symbols(["ab", "ca"])
    >>> letters.encode(["ca", "b"])
    array([[5, 3],
           [4, 0]])
    """

    def __init__(self, texts: Iterable[str], *, words: bool = False):
        self.words = words
        found = sorted({symbol for text in texts for symbol in self.split(text)})
        self.names = (*_SHOWN, *found)
        self._numbers = {name: number for number, name in enumerate(found, start=len(_SHOWN))}

    def __len__(self) -> int:
        return len(self.names)

    def split(self, text: str) -> list[str]:
        """The symbols of a text."""
        return text.split() if self.words else list(text)

    def rows(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text, without any filling.

        Raises:
            InvalidInputError: if a text has a symbol that is not known.
        """
        try:
            return [[self._numbers[symbol] for symbol in self.split(text)] for text in texts]
        except KeyError as error:
            raise InvalidInputError(
                f"Expected texts of the {len(self) - len(_SHOWN)} known symbols. Received: "
                f"{error.args[0]!r}. Make Symbols from all texts that it will see."
            ) from None

    def encode(self, texts: Sequence[str], length: int | None = None) -> np.ndarray:
        """int64 `(n, length)`, filled up with `PAD`; as long as the longest text if None.

        Raises:
            InvalidInputError: if a text is longer than `length`, or has an unknown symbol.
        """
        rows = self.rows(texts)
        longest = max(map(len, rows), default=0)
        length = longest if length is None else length
        if longest > length:
            raise InvalidInputError(
                f"`length` must be at least that of the longest text, {longest}. Received: {length}"
            )
        out = np.full((len(rows), length), PAD)
        for line, row in zip(out, rows, strict=True):
            line[: len(row)] = row
        return out

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of a row, up to `STOP`."""
        told = [self.names[number] for number in until_stop(numbers) if number > STOP]
        return (" " if self.words else "").join(told)


def until_stop(numbers: Iterable[int]) -> list[int]:
    """The numbers before the first `STOP`; all if there is none."""
    numbers = [int(number) for number in numbers]
    return numbers[: numbers.index(STOP)] if STOP in numbers else numbers


def shifted(targets: Sequence[Sequence[int]], length: int) -> tuple[np.ndarray, np.ndarray]:
    """What a decoder is given and what is wanted of it when it is taught: `GO` before the target,
    `STOP` behind it.

    Args:
        targets: rows of numbers.
        length: of the rows that come, at least that of the longest target and 1.

    Returns:
        Two int64 arrays `(n, length)`, filled up with `PAD`.
    """
    given, wanted = np.full((2, len(targets), length), PAD)
    for before, after, target in zip(given, wanted, targets, strict=True):
        before[0], before[1 : len(target) + 1] = GO, target
        after[: len(target)], after[len(target)] = target, STOP
    return given, wanted


def counted(given: np.ndarray, wanted: np.ndarray, symbols: int) -> np.ndarray:
    """Log-probability of each symbol at places where a symbol is given, by counting: the best that
    a decoder without a state can know.

    Args:
        given, wanted: numbers of one shape; places where `wanted` is `PAD` do not count.
        symbols: how many there are.

    Returns:
        float64 `(symbols, symbols)`, a row for each symbol given; -inf where a pair was never seen.
    """
    counts = np.zeros((symbols, symbols))
    there = np.asarray(wanted) != PAD
    np.add.at(counts, (np.asarray(given)[there], np.asarray(wanted)[there]), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
