"""The report as a reader meets it: in a real browser, light and dark, with every picture named."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from coursekit.comparison import compare
from coursekit.datasets import load

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _flat(x):
    return np.asarray(x, dtype=np.float32).reshape(len(x), -1)


@pytest.fixture(scope="module")
def page_address(tmp_path_factory):
    neighbours = make_pipeline(FunctionTransformer(_flat), KNeighborsClassifier(3))
    comparison = compare(
        {"guess": DummyClassifier(), "neighbours": neighbours}, load("digits"), train_sizes=[100]
    )
    return comparison.save(tmp_path_factory.mktemp("report"))["report.html"].as_uri()


@pytest.fixture(params=["light", "dark"])
def page(request, browser, page_address):
    page = browser.new_page(color_scheme=request.param, viewport={"width": 1100, "height": 900})
    page.faults = []
    page.on(
        "console",
        lambda message: page.faults.append(message.text) if message.type == "error" else None,
    )
    page.on("requestfailed", lambda failed: page.faults.append(failed.url))
    page.goto(page_address)
    yield page
    page.close()


def _luminance(colour: str) -> float:
    channels = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground(page):
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    lighter, darker = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 7


def test_every_picture_is_drawn_and_named(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    pictures = page.evaluate(
        "[...document.querySelectorAll('svg')].map(one => [one.getBoundingClientRect().width, "
        "one.getBoundingClientRect().height, one.getAttribute('role'), "
        "one.getAttribute('aria-label')])"
    )
    assert len(pictures) >= 8
    assert all(width > 100 and height > 60 for width, height, _, _ in pictures)
    assert {role for _, _, role, _ in pictures} == {"img"}
    assert min(len(alt) for *_, alt in pictures) >= 30
    assert len({alt for *_, alt in pictures}) == len(pictures)


def test_words_in_pictures_stand_out_from_the_page(page):
    """Words that stand on the page's ground, not on a coloured cell, take the page's ink."""
    ink, card = page.evaluate(
        "[getComputedStyle(document.querySelector('figure svg text')).fill, "
        "getComputedStyle(document.querySelector('figure')).backgroundColor]"
    )
    lighter, darker = sorted((_luminance(ink), _luminance(card)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 7


def test_on_a_phone_tables_scroll_within_the_page(page):
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroll')].slice(0, 2).map(one => [one.scrollWidth > "
        "one.clientWidth, one.tabIndex, getComputedStyle(one, '::after').content])"
    )
    assert wide == [[True, 0, '"more columns: scroll sideways"']] * 2
    page.set_viewport_size({"width": 1100, "height": 900})


def test_headings_run_in_order_inside_one_main(page):
    assert page.evaluate("document.querySelectorAll('main').length") == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_axe_finds_nothing(page):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = axe.Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_the_page_needs_nothing_from_outside_and_fits_its_width(page):
    assert page.faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter(one => "
            "one.name.startsWith('http')).length"
        )
        == 0
    )


def test_the_table_names_its_rows_and_columns(page):
    heads = page.evaluate(
        "[...document.querySelectorAll('table')[0].querySelectorAll('th[scope=col]')].map(one "
        "=> one.textContent)"
    )
    rows = page.evaluate(
        "[...document.querySelectorAll('table')[0].querySelectorAll('th[scope=row]')].map(one "
        "=> one.textContent)"
    )
    assert heads[:3] == ["system", "accuracy", "95 % interval"]
    assert rows == ["guess", "neighbours"]
