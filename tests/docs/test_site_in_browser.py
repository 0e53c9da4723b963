"""The built site in a real Chromium: every kind of page in light and dark, by keyboard, and how
much is fetched."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KINDS = {
    "first": "index.html",
    "guide": "grading.html",
    "term": "teaching.html",
    "list of labs": "labs/index.html",
    "lab": "labs/05_metrics.html",
    "receipts": "receipts.html",
    "names": "api/index.html",
    "room": "api/hog.html",
    "commands": "commands.html",
    "glossary": "glossary.html",
    "notation": "notation.html",
    "playground": "playground.html",
    "pad": "pad.html",
    "dream": "dream.html",
    "duel": "duel.html",
    "search": "search.html?q=softmax",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, axe, kind, scheme):
    page = visit(KINDS[kind], scheme=scheme)
    page.wait_for_timeout(300)
    assert axe(page, impacts=("serious", "critical")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_a_phone(visit, kind):
    page = visit(KINDS[kind], width=390)
    page.wait_for_timeout(300)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_the_first_page_is_small(visit):
    page = visit("index.html")
    assert 20_000 < sum(page.sizes.values()) < 500_000


def test_the_keyboard_reaches_search_links_and_folded_parts(visit):
    page = visit("labs/05_metrics.html")
    seen = []
    for _ in range(150):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const e = document.activeElement; return e.tagName + ' ' + (e.className || e.name || '') + ' ' + (e.innerText || '').slice(0, 30); }"
            )
        )
    assert any(what.startswith("INPUT") for what in seen), "search"
    assert any("For instructors" in what for what in seen), "navigation"
    assert any(what.startswith("SUMMARY") for what in seen), "folded parts"
    summary = page.locator("article summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("e => e.parentElement.open")


def test_a_prediction_is_made_in_the_page(visit):
    page = visit("labs/05_metrics.html")
    card = page.locator(".prediction.asked").first
    shown = page.locator(f".prediction.revealed[data-key='{card.get_attribute('data-key')}']")
    card.get_by_role("button").nth(0).click()
    assert card.get_by_role("button").nth(0).get_attribute("aria-pressed") == "true"
    assert card.locator(".said").inner_text().startswith("You say a)")
    assert "you said a)" in shown.locator(".said").text_content()
    truth = shown.locator("div strong").text_content()
    card.get_by_role("button").nth("abc".index(truth[0])).click()
    assert shown.locator(".said").text_content() == f"you said {truth}, and so it is."


def test_search_finds_a_lab(visit):
    page = visit("search.html?q=McNemar")
    page.wait_for_selector("ul.search li a", timeout=20_000)
    assert page.locator("ul.search li a").count() >= 2
