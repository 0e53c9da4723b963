"""Numbers in words: English, German and French, from 0 to 999,999."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError

LANGUAGES = ("en", "de", "fr")
LARGEST = 999_999


def _words(text: str) -> list[str]:
    return text.split()


_EN = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_DE = _words(
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS = _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_FR = _words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf"
)
_FR_TENS = _words("vingt trente quarante cinquante soixante")


def number_words(number: int, language: str = "en") -> str:
    """A number in words.

    English without "and"; German in one word, "einhundert" and "eintausend" with their "ein";
    French as in France, in the spelling before 1990.

    Args:
        number: 0 to 999,999.
        language: "en", "de" or "fr".

    Raises:
        InvalidInputError: if either is out of range.

    >>> number_words(345, "de"), number_words(97, "fr")
    ('dreihundertfünfundvierzig', 'quatre-vingt-dix-sept')
    """
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or not 0 <= number <= LARGEST:
        raise InvalidInputError(
            f"`number` must be an integer from 0 to {LARGEST:,}. Received: number={number!r}"
        )
    if language not in LANGUAGES:
        raise InvalidInputError(
            f"`language` must be one of {', '.join(LANGUAGES)}. Received: language={language!r}"
        )
    return {"en": _english, "de": _german, "fr": _french}[language](int(number))


def make_number_words(
    n: int,
    *,
    source: str = "en",
    target: str = "de",
    largest: int = 999,
    seed: int = 0,
) -> tuple[list[str], list[str]]:
    """`n` different numbers in two languages, for translation.

    Args:
        n: how many, at most `largest + 1`.
        source: language of the first list.
        target: language of the second.
        largest: greatest number.
        seed: of the draw.

    Returns:
        Two lists of `n` texts.

    Raises:
        InvalidInputError: if an argument is out of range.
    """
    if not 0 < n <= largest + 1 or largest > LARGEST:
        raise InvalidInputError(
            f"`n` must be from 1 to `largest` + 1, and `largest` at most {LARGEST:,}. Received: "
            f"n={n!r}, largest={largest!r}"
        )
    drawn = np.random.default_rng(seed).choice(largest + 1, n, replace=False)
    first, second = ([number_words(v, lang) for v in drawn] for lang in (source, target))
    return first, second


Span = tuple[int, int]


def number_spans(number: int) -> list[tuple[Span, Span]]:
    """Which letters of a number's English words say the same as which of the German ones.

    Args:
        number: 0 to 999,999.

    Returns:
        Pairs of `(start, stop)`, the first in the English text, the second in the German one, in
        the English order. Spaces, hyphens and "und" belong to none.

    Raises:
        InvalidInputError: if `number` is out of range.

    >>> number_spans(45)  # forty-five, fünfundvierzig: the lines cross
    [((0, 5), (7, 14)), ((6, 10), (0, 4))]
    """
    number_words(number)
    english, german = (
        dict(_placed(parts)) for parts in (_english_parts(number), _german_parts(number))
    )
    return [(span, german[part]) for part, span in english.items()]


def _placed(parts: list[tuple[str, str]]):
    start = 0
    for part, text in parts:
        if part:
            yield part, (start, start + len(text))
        start += len(text)


def _english_parts(n: int, at: str = "") -> list[tuple[str, str]]:
    """Pairs of a part's name, "" for what joins, and its text."""
    if n < 20:
        return [(f"{at}1", _EN[n])]
    if n < 100:
        ones = [("", "-"), (f"{at}1", _EN[n % 10])] if n % 10 else []
        return [(f"{at}10", _EN_TENS[n // 10 - 2]), *ones]
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    rest = [("", " "), *_english_parts(n % size, at)] if n % size else []
    times = _english_parts(n // size, f"{at}{size} ")
    return [*times, ("", " "), (f"{at}{size}", name), *rest]


def _german_parts(n: int, at: str = "") -> list[tuple[str, str]]:
    if n < 20:
        return [(f"{at}1", _DE[n] + ("s" if n == 1 and not at else ""))]
    if n < 100:
        ones = [(f"{at}1", _DE[n % 10]), ("", "und")] if n % 10 else []
        return [*ones, (f"{at}10", _DE_TENS[n // 10 - 2])]
    size, name = (1000, "tausend") if n >= 1000 else (100, "hundert")
    rest = _german_parts(n % size, at) if n % size else []
    return [*_german_parts(n // size, f"{at}{size} "), (f"{at}{size}", name), *rest]


def _english(n: int) -> str:
    if n < 20:
        return _EN[n]
    if n < 100:
        return _EN_TENS[n // 10 - 2] + (f"-{_EN[n % 10]}" if n % 10 else "")
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    rest = f" {_english(n % size)}" if n % size else ""
    return f"{_english(n // size)} {name}{rest}"


def _german(n: int) -> str:
    words = _german_stem(n)
    return words + "s" if n % 100 == 1 else words  # eins, einhunderteins, but einundzwanzig


def _german_stem(n: int) -> str:
    if n < 20:
        return _DE[n]
    if n < 100:
        return (f"{_DE[n % 10]}und" if n % 10 else "") + _DE_TENS[n // 10 - 2]
    size, name = (1000, "tausend") if n >= 1000 else (100, "hundert")
    return _german_stem(n // size) + name + (_german_stem(n % size) if n % size else "")


def _french(n: int, *, plural: bool = True) -> str:
    """`plural`: whether a final "cents" or "quatre-vingts" keeps its s; before "mille" it does
    not."""
    if n < 20:
        return _FR[n]
    if n < 100:
        return _french_tens(n, plural)
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        word = "cent" if hundreds == 1 else f"{_FR[hundreds]} cent"
        if rest:
            return f"{word} {_french(rest, plural=plural)}"
        return word + ("s" if plural and hundreds > 1 else "")
    thousands, rest = divmod(n, 1000)
    word = "mille" if thousands == 1 else f"{_french(thousands, plural=False)} mille"
    return f"{word} {_french(rest)}" if rest else word


def _french_tens(n: int, plural: bool) -> str:
    if n >= 80:
        if n == 80:
            return "quatre-vingts" if plural else "quatre-vingt"
        return f"quatre-vingt-{_FR[n - 80]}"
    tens, ones = divmod(n, 10)
    if tens == 7:
        tens, ones = 6, ones + 10
    word = _FR_TENS[tens - 2]
    if ones in (1, 11):
        return f"{word} et {_FR[ones]}"
    return f"{word}-{_FR[ones]}" if ones else word
