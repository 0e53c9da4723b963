"""Words and numbers that others sent, made fit to be shown on a terminal, in a table, on a page."""

from __future__ import annotations

import math
import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls; an escape sequence begins with one of them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of the writing direction
    "\u2028\u2029\ufff9-\ufffb"  # other line ends, annotation anchors
    "\ud800-\udfff\ufffe\uffff]"  # halves of pairs and what XML refuses
)
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_SPLITS = re.compile(rf"([;,|\t]\s*)(?=[{re.escape(_FORMULA)}])")


def clean(text: object) -> str:
    """Text whose every character shows where it stands; line ends and tabs stay.

    >>> clean("a\\x1b[2Jb")
    'a\ufffd[2Jb'
    """
    return _UNSEEN.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: object, limit: int = 200) -> str:
    """`clean` text on one line, cut at `limit` characters.

    >>> one_line("ann\\nbob", limit=5)
    'ann b…'
    """
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def number(value: object, digits: int = 3) -> str:
    """A number as short as it can be with `digits` decimals; whatever was sent, a text comes back.

    >>> number(6.3333333), number(1.7e308), number(float("nan")), number("x")
    ('6.333', '1.7e+308', 'nan', '?')
    """
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        return "?"
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if abs(value) >= 1e15:
        return f"{value:.4g}"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def short_number(value: object, width: int = 6) -> str:
    """A number in at most about `width` characters, three digits where they fit.

    >>> short_number(0.123456), short_number(-1.7e308)
    ('0.123', '-2e308')
    """
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        return "?"
    for digits in (3, 2, 1):
        text = f"{value:.{digits}g}".replace("e+", "e")
        if len(text) <= width:
            return text
    return text


def cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula, wherever it may split the line."""
    if not isinstance(value, str):
        return value
    text = _SPLITS.sub(r"\1'", one_line(value, 10_000))
    return f"'{text}" if text[:1] and text[0] in _FORMULA else text


def folded(text: str) -> str:
    """Letters and digits in one case, without the accents of European alphabets; signs that make
    another letter in other scripts stay.

    >>> folded("Öz, Çem") == folded("oz cem"), folded("की") == folded("का")
    (True, False)
    """
    return "".join(
        c
        for c in unicodedata.normalize("NFD", text).casefold()
        if c.isalnum()
        or c in "@."
        or (unicodedata.category(c)[0] == "M" and not "\u0300" <= c <= "\u036f")
    )
