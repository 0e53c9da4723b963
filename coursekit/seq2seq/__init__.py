"""Sequence to sequence: symbols and their numbers, and a decoder that writes one symbol at a time,
in NumPy.

`networks` and `relations`, which are imported by their own names, hold what needs Keras: encoders
and decoders for sentences, pictures and sounds, and networks that answer questions about pairs.
"""

from __future__ import annotations

from coursekit.seq2seq.steps import Steps
from coursekit.seq2seq.symbols import GO, PAD, STOP, Symbols, counted, shifted, until_stop

__all__ = ["GO", "PAD", "STOP", "Steps", "Symbols", "counted", "shifted", "until_stop"]
