"""Texts, numbers in words, problems of memory."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coursekit.datasets import load, registry
from coursekit.datasets.sequences import (
    load_text,
    make_adding,
    make_additions,
    make_copy,
    make_number_words,
    number_spans,
    number_words,
)
from coursekit.errors import DataUnavailableError, InvalidInputError

DATA = Path(os.environ.get("COURSEKIT_DATA", ""))


def test_the_manual_is_always_there_and_names_its_python():
    manual = load_text("manual")
    assert len(manual) > 300_000
    assert "manual of Python 3." in manual.source
    assert manual.sha256 == hashlib.sha256(manual.text.encode()).hexdigest()
    assert "".join(sorted(set(manual.text))) == manual.symbols


def test_text_and_numbers_turn_into_one_another():
    manual = load_text("manual")
    ids = manual.encode("a = 'b'\n")
    assert ids.dtype == np.int64
    assert manual.decode(ids) == "a = 'b'\n"
    assert [manual.symbols[i] for i in manual.encode()[:50]] == list(manual.text[:50])
    with pytest.raises(InvalidInputError, match="☃"):
        manual.encode("snow ☃")


def test_a_split_cuts_at_the_end_of_a_line():
    manual = load_text("manual")
    train, test = manual.split(0.8)
    assert train + test == manual.text
    assert train.endswith("\n")
    assert len(train) == pytest.approx(0.8 * len(manual), rel=0.01)
    with pytest.raises(InvalidInputError, match="share"):
        manual.split(1)


@pytest.fixture
def small_text(use, mirror):
    content = "First Citizen:\nBefore we proceed, hör\n".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    source = registry.SOURCES["tiny_shakespeare"]
    form = replace(source.forms[0], sha256={"tiny_shakespeare.txt": sha256})
    bad = mirror.serve("/bad.txt", b"something else")
    good = mirror.serve("/good.txt", content)
    remote = replace(source.downloads[0], urls=(bad, good), sha256=sha256)
    use(replace(source, forms=(form,), downloads=(remote,)))
    return content.decode()


def test_a_text_comes_from_the_mirror_whose_hash_is_right(small_text, mirror, cache):
    text = load_text("tiny_shakespeare")
    assert text.text == small_text
    assert mirror.hits == ["/bad.txt", "/good.txt"]
    assert text.source.endswith("from cache/tiny_shakespeare.txt")


def test_without_a_copy_there_is_an_error_or_the_manual(monkeypatch, small_text):
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    with pytest.raises(DataUnavailableError, match="tiny_shakespeare"):
        load_text("tiny_shakespeare")
    assert load_text("tiny_shakespeare", fallback=True).name == "manual"
    with pytest.raises(InvalidInputError, match="Known texts"):
        load_text("hamlet")
    with pytest.raises(InvalidInputError, match="load_names"):
        load("names")


@pytest.mark.skipif(not (DATA / "names.txt").is_file(), reason="needs names.txt in COURSEKIT_DATA")
def test_the_real_texts_have_the_sizes_that_their_cards_state(monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(DATA))
    assert len(load_text("names").text.split()) == 32_033
    plays = load_text("tiny_shakespeare")
    assert (len(plays), len(plays.symbols)) == (1_115_394, 65)


@pytest.mark.parametrize(
    ("number", "english", "german", "french"),
    [
        (0, "zero", "null", "zéro"),
        (1, "one", "eins", "un"),
        (16, "sixteen", "sechzehn", "seize"),
        (21, "twenty-one", "einundzwanzig", "vingt et un"),
        (30, "thirty", "dreißig", "trente"),
        (71, "seventy-one", "einundsiebzig", "soixante et onze"),
        (77, "seventy-seven", "siebenundsiebzig", "soixante-dix-sept"),
        (80, "eighty", "achtzig", "quatre-vingts"),
        (81, "eighty-one", "einundachtzig", "quatre-vingt-un"),
        (97, "ninety-seven", "siebenundneunzig", "quatre-vingt-dix-sept"),
        (101, "one hundred one", "einhunderteins", "cent un"),
        (
            345,
            "three hundred forty-five",
            "dreihundertfünfundvierzig",
            "trois cent quarante-cinq",
        ),
        (600, "six hundred", "sechshundert", "six cents"),
        (1001, "one thousand one", "eintausendeins", "mille un"),
        (21_000, "twenty-one thousand", "einundzwanzigtausend", "vingt et un mille"),
        (
            80_080,
            "eighty thousand eighty",
            "achtzigtausendachtzig",
            "quatre-vingt mille quatre-vingts",
        ),
        (
            200_200,
            "two hundred thousand two hundred",
            "zweihunderttausendzweihundert",
            "deux cent mille deux cents",
        ),
    ],
)
def test_numbers_in_words(number, english, german, french):
    said = [number_words(number, language) for language in ("en", "de", "fr")]
    assert said == [english, german, french]


def test_no_two_numbers_have_the_same_words():
    rng = np.random.default_rng(0)
    numbers = np.unique(np.concatenate([np.arange(2000), rng.integers(0, 1_000_000, 3000)]))
    for language in ("en", "de", "fr"):
        assert len({number_words(n, language) for n in numbers}) == len(numbers)


def parsed_english(text):
    """A number from its English words, by another way than the speller's."""
    ones = {number_words(n): n for n in range(100)}
    total = part = 0
    for word in text.split():
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = part * 1000, 0
        else:
            part += ones[word]
    return total + part


def test_english_words_read_back_to_their_number():
    for n in np.random.default_rng(1).integers(0, 1_000_000, 400):
        assert parsed_english(number_words(n)) == n


def test_parts_that_say_the_same_are_found_in_both_languages():
    english = {number_words(n): n for n in range(100)} | {"hundred": 100, "thousand": 1000}
    german = {number_words(n, "de"): n for n in range(100)} | {"hundert": 100, "tausend": 1000}
    german["ein"] = 1
    for n in [*range(1, 1100, 7), *range(100_000, 1_000_000, 9_973)]:
        words = number_words(n), number_words(n, "de")
        pairs = number_spans(n)
        for (a, b), (c, d) in pairs:
            assert english[words[0][a:b]] == german[words[1][c:d]]
        told = "".join(words[0][a:b] for (a, b), _ in pairs)
        assert told == words[0].replace(" ", "").replace("-", "")
        left = words[1]
        for _, (c, d) in sorted(pairs, key=lambda pair: -pair[1][0]):
            left = left[:c] + left[d:]
        assert left.replace("und", "") == ""
    with pytest.raises(InvalidInputError, match="number="):
        number_spans(-1)


def test_pairs_of_languages_say_the_same_numbers():
    english, french = make_number_words(50, source="en", target="fr", largest=99, seed=3)
    numbers = [parsed_english(text) for text in english]
    assert len(set(numbers)) == 50
    assert french == [number_words(n, "fr") for n in numbers]
    with pytest.raises(InvalidInputError, match="`n`"):
        make_number_words(101, largest=99)


@pytest.mark.parametrize(
    ("number", "language"), [(-1, "en"), (10**6, "en"), (1.5, "en"), (1, "nl")]
)
def test_wrong_numbers_and_languages_are_named(number, language):
    with pytest.raises(InvalidInputError, match="Received"):
        number_words(number, language)


def test_adding_has_a_mark_in_each_half_and_chance_costs_a_sixth():
    x, y = make_adding(20_000, 11, seed=1)
    assert (x.shape, x.dtype, y.dtype) == ((20_000, 11, 2), np.float32, np.float32)
    marks = x[:, :, 1]
    assert (marks[:, :5].sum(axis=1) == 1).all()
    assert (marks[:, 5:].sum(axis=1) == 1).all()
    np.testing.assert_allclose(
        [row[m == 1].sum() for row, m in zip(x[:9, :, 0], marks, strict=False)], y[:9], rtol=1e-6
    )
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)


def test_copy_shows_waits_asks_and_wants_the_same():
    x, y = make_copy(5, remember=3, delay=4, symbols=2, seed=0)
    assert x.shape == y.shape == (5, 10)
    np.testing.assert_array_equal(x[:, :3], y[:, -3:])
    assert set(np.unique(x[:, :3])) == {1, 2}
    assert (x[:, 7] == 3).all()
    assert not x[:, 3:7].any()
    assert not x[:, 8:].any()
    assert not y[:, :-3].any()


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_sums_are_right_different_and_of_one_length(digits):
    asked, answers = make_additions(90, digits=digits, seed=2)
    assert len(set(asked)) == 90
    for question, answer in zip(asked, answers, strict=True):
        assert len(question) == 2 * digits + 1
        assert len(answer) == digits + 1
        assert sum(map(int, question.split("+"))) == int(answer)
    turned, _ = make_additions(90, digits=digits, reverse=True, seed=2)
    assert [text[::-1] for text in turned] == asked


@pytest.mark.parametrize(
    "call",
    [
        lambda: make_adding(3, 1),
        lambda: make_copy(0),
        lambda: make_copy(2, symbols=1),
        lambda: make_additions(101, digits=1),
    ],
)
def test_wrong_sizes_are_named(call):
    with pytest.raises(InvalidInputError, match="Received"):
        call()
