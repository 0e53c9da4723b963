"""The coloured text: what it refuses, what stands in its page, and the page in a real Chromium."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.plots import subplots
from coursekit.recurrent import ALPHABET, PaintedText, draw_painted


def weights(units=5, seed=0):
    rng, table = np.random.default_rng(seed), 4
    shapes = [
        (len(ALPHABET), table),
        (table, 2 * units),
        (units, 2 * units),
        (2 * units,),
        (units, len(ALPHABET)),
        (len(ALPHABET),),
    ]
    return [rng.normal(size=shape) for shape in shapes]


def make(**options):
    signs = np.array([1, -1, 1, -1, 1])
    return PaintedText(weights(), 1, **{"signs": signs, "text": 'Say "<b>" to é.', **options})


def by_hand(text, units=5):
    table, kernel, recurrent, bias, *_ = weights(units)
    h, out = np.zeros(units), []
    for letter in "\n\n" + text:
        sums = table[ALPHABET.index(letter)] @ kernel + h @ recurrent + bias
        gate = 1 / (1 + np.exp(-sums[:units]))
        h = gate * h + (1 - gate) * np.tanh(sums[units:])
        out.append(h)
    return np.array(out[2:]) * [1, -1, 1, -1, 1]


def test_other_weights_and_cells_are_refused():
    with pytest.raises(InvalidInputError, match="UGRNN"):
        PaintedText(weights()[:5], 0, text="a")
    with pytest.raises(InvalidInputError, match="cell 5"):
        PaintedText(weights(), 5, text="a")


def test_values_are_the_states_of_the_cell():
    np.testing.assert_allclose(make().values("a b."), by_hand("a b."), rtol=1e-10)
    assert make().values("").shape == (0, 5)


def test_the_page_fetches_nothing_and_has_a_still_picture():
    html = make()._repr_html_()
    assert re.search(r"https?://|import\(|fetch\(|src=\"(?!data:)", html) is None
    assert html.count("<script>") == 1
    assert "cell 1 of 5" in html
    assert "<b>" not in html, "a text cannot become markup"


def test_letters_are_drawn_at_their_places():
    _, ax = subplots()
    draw_painted(ax, "ab\ncdef$x", np.linspace(-1, 1, 9), columns=3)
    placed = {t.get_text(): t.get_position() for t in ax.texts}
    assert placed == {
        "a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (1, 1), "e": (2, 1), "f": (0, 2), "$": (1, 2), "x": (2, 2),
    }  # fmt: skip
    ground = ax.images[0].get_array()
    assert ground.shape == (3, 3)
    assert np.isclose(ground[2, 2], 1)


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 900, "height": 700})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "http" in request.url else 0)
    yield page
    page.close()
    assert problems == []


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_reads_as_numpy_does_and_follows_the_keys(page, axe):
    page.set_content(
        f'<!doctype html><html lang="en"><title>Text</title><main><h1>Text</h1>{make().html()}'
        "</main>"
    )
    root = ".coursekit-painted"
    page.wait_for_selector(f"{root} .painted span")
    assert not page.locator(f"{root} .still").is_visible()
    text = 'It said "abc", and\n"d".'
    for cell in range(5):
        found = page.evaluate(
            "([t, c]) => document.querySelector('.coursekit-painted').paintedText.values(t, c)",
            [text, cell],
        )
        np.testing.assert_allclose(found, by_hand(text)[:, cell], atol=2e-3)
    field = page.locator(f"{root} textarea")
    field.fill("abé")
    assert page.locator(f"{root} .painted").inner_text() == "abé"
    colours = page.locator(f"{root} .painted span").evaluate_all(
        "spans => spans.map((s) => s.style.backgroundColor)"
    )
    assert [bool(c) for c in colours] == [True, True, False], "what it cannot read has no colour"
    page.locator(f"{root} input").fill("3")
    assert page.locator(root).get_attribute("data-cell") == "3"
    page.get_by_role("button", name="The cell that you found").click()
    assert page.locator(root).get_attribute("data-cell") == "1"
    assert "cell 1 is at" in page.locator(f"{root} .said").inner_text()
    assert axe(page, root) == []
