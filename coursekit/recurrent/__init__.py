"""Recurrent networks: characters in and out, what a network's states are while it reads, and a text
that is coloured by one of its cells, in the page too.

`networks`, which is imported by its own name, holds what needs Keras: layers of four kinds of
cells, models of characters, the adding problem.
"""

from __future__ import annotations

from coursekit.recurrent.characters import (
    ALPHABET,
    Reading,
    decode,
    encode,
    plain,
    quoted,
    read,
    write,
)
from coursekit.recurrent.painted import PaintedText, draw_painted

__all__ = [
    "ALPHABET",
    "PaintedText",
    "Reading",
    "decode",
    "draw_painted",
    "encode",
    "plain",
    "quoted",
    "read",
    "write",
]
