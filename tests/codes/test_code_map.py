"""The map of codes: what it refuses, what stands in its page, and the page in a real Chromium."""

from __future__ import annotations

import re

import numpy as np
import pytest

from coursekit.codes import CodeMap, View
from coursekit.errors import InvalidInputError


def make(seed=0, n=60):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    bent = [
        (rng.normal(size=(2, 32)), rng.normal(size=32), "relu"),
        (rng.normal(0, 0.3, (32, 784)), rng.normal(size=784), "sigmoid"),
    ]
    flat = [(rng.normal(size=(2, 784)), rng.random(784), "linear")]
    views = {
        "straight": View(rng.normal(size=(n, 2)), flat),
        "bent <b>": View(3 + rng.normal(size=(n, 2)), bent),
    }
    return CodeMap(views, labels)


def test_what_does_not_fit_is_refused():
    made = make()
    view = made.views["straight"]
    with pytest.raises(InvalidInputError, match=r"Received in view 'a'"):
        CodeMap({"a": View(view.points[:5], view.layers)}, made.labels)
    with pytest.raises(InvalidInputError, match="0 outputs"):
        CodeMap({"a": View(view.points, [])}, made.labels)
    with pytest.raises(InvalidInputError, match="from 0 to 9"):
        CodeMap({"a": view}, made.labels + 5)


def test_the_page_fetches_nothing_and_has_a_still_picture():
    html = make()._repr_html_()
    assert re.search(r"https?://|import\(|fetch\(|src=\"(?!data:)", html) is None
    assert html.count("<script>") == 1
    assert 'alt="2 maps of 60 test digits' in html
    assert "bent <b>" not in html.split("<script>")[1], "names cannot end the script"


def test_view_frames_nearly_all_points():
    view = make().views["bent <b>"]
    centre, half = view.frame()
    inside = np.abs(view.points - centre).max(axis=1) <= half + 1e-9
    assert inside.mean() > 0.95


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 900, "height": 800})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if "http" in request.url else 0)
    yield page
    page.close()
    assert problems == []


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_decodes_as_numpy_does_and_everything_moves(page, axe):
    made = make()
    page.set_content(
        f'<!doctype html><html lang="en"><title>Map</title><main><h1>Map</h1>{made.html()}</main>'
    )
    root = ".coursekit-codemap"
    page.wait_for_selector(f"{root} .plane")
    assert not page.locator(f"{root} .still").is_visible()
    spots = np.random.default_rng(1).normal(size=(5, 2))
    for place, view in enumerate(made.views.values()):
        for spot in spots:
            found = page.evaluate(
                "([k, code]) => document.querySelector('.coursekit-codemap').codeMap.decode(k, code)",
                [place, spot.tolist()],
            )
            np.testing.assert_allclose(found, view.decode(spot[None])[0], atol=0.03)
    before = page.locator(root).get_attribute("data-code")
    page.locator(f"{root} .plane").hover(position={"x": 100, "y": 120})
    moved = page.locator(root).get_attribute("data-code")
    assert moved != before
    page.locator(f"{root} .plane").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(root).get_attribute("data-code") != moved
    page.get_by_role("button", name="bent").click()
    page.wait_for_function(
        "() => document.querySelector('.coursekit-codemap').dataset.view.startsWith('bent')"
    )
    page.get_by_role("button", name="Fly from 0 to 9").click()
    first = page.locator(root).get_attribute("data-code")
    page.wait_for_function(
        "(first) => document.querySelector('.coursekit-codemap').dataset.code !== first", arg=first
    )
    page.get_by_role("button", name="Fly from 0 to 9").click()
    assert "nearest test digit" in page.locator(f"{root} .said").inner_text()
    assert axe(page, root) == []
