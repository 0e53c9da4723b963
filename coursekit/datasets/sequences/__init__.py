"""Sequences: texts, numbers in words, problems that ask for a memory, and writing as pen paths."""

from coursekit.datasets._text import Text
from coursekit.datasets.sequences.letters import make_words
from coursekit.datasets.sequences.numerals import (
    make_number_words,
    number_spans,
    number_words,
)
from coursekit.datasets.sequences.problems import make_adding, make_additions, make_copy
from coursekit.datasets.sequences.strokes import (
    Strokes,
    digit_strokes,
    from_offsets,
    load_digit_strokes,
    make_digit_strings,
    render,
    to_offsets,
    trace,
)
from coursekit.datasets.sequences.texts import load_text

__all__ = [
    "Strokes",
    "Text",
    "digit_strokes",
    "from_offsets",
    "load_digit_strokes",
    "load_text",
    "make_adding",
    "make_additions",
    "make_copy",
    "make_digit_strings",
    "make_number_words",
    "make_words",
    "number_spans",
    "number_words",
    "render",
    "to_offsets",
    "trace",
]
