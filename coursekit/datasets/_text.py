"""A text with its alphabet, and how a text file enters the registry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from coursekit.datasets import _cache, _formats
from coursekit.datasets._source import SOURCES, Form, RemoteFile, Source, register
from coursekit.errors import InvalidInputError


@dataclass(frozen=True)
class Text:
    """A text and its alphabet.

    Attributes:
        name: "tiny_shakespeare", "names" or "manual".
        text: all of it.
        source: where it comes from; names no folder of this machine.
    """

    name: str
    text: str = field(repr=False)
    source: str

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def symbols(self) -> str:
        """The characters that occur, in order of their code."""
        return "".join(sorted(set(self.text)))

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8: a receipt names it, for the manual differs from one version
        of Python to the next."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def encode(self, text: str | None = None) -> np.ndarray:
        """Places in `symbols`, int64 `(n,)`, of a text or of the whole.

        Raises:
            InvalidInputError: if a character does not occur in the corpus.
        """
        text = self.text if text is None else text
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        known = np.frombuffer(self.symbols.encode("utf-32-le"), np.uint32)
        ids = np.searchsorted(known, codes).clip(max=len(known) - 1)
        strange = codes[known[ids] != codes]
        if strange.size:
            raise InvalidInputError(
                f"The corpus {self.name} does not hold the character {chr(strange[0])!r}, so it "
                f"has no number. Leave it out."
            )
        return ids.astype(np.int64)

    def decode(self, ids) -> str:
        """The text of places in `symbols`."""
        return "".join(self.symbols[i] for i in np.asarray(ids).ravel())

    def split(self, share: float = 0.9) -> tuple[str, str]:
        """The first `share` of the text for training and the rest for testing, cut at the end of a
        line."""
        if not 0 < share < 1:
            raise InvalidInputError(f"`share` must be between 0 and 1. Received: share={share}")
        cut = self.text.rfind("\n", 0, int(share * len(self.text))) + 1
        return self.text[:cut], self.text[cut:]


def register_text(
    name: str, title: str, homepage: str, examples: str, size: int, sha256: str, *urls: str
) -> Source:
    """Register a text in the public domain that is one file of UTF-8."""
    file = f"{name}.txt"
    return register(
        Source(
            name=name,
            title=title,
            licence="public domain",
            homepage=homepage,
            examples=examples,
            class_names=(),
            kind="text",
            forms=(Form((file,), _formats.read_text, sha256={file: sha256}),),
            downloads=(RemoteFile(file, urls, size, sha256),),
        )
    )


def read(name: str) -> Text:
    """A registered text.

    Raises:
        DataUnavailableError: if no copy is found.
    """
    arrays, copy = _cache.resolve(SOURCES[name])
    return Text(
        name, arrays["text"].tobytes().decode(), f"{SOURCES[name].title}, from {copy.origin}"
    )
