"""The playground as the site has it."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def play(page):
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "() => Number(document.querySelector('.coursekit-playground').dataset.steps) > 20",
        timeout=60_000,
    )
    page.get_by_role("button", name="Pause", exact=True).click()


def test_it_trains_in_the_page_and_the_address_holds_its_state(visit):
    page = visit("playground.html")
    play(page)
    page.get_by_label("Data set").select_option("moons")
    page.wait_for_function("() => location.hash.includes('data=moons')")
    page.reload()
    assert page.get_by_label("Data set").input_value() == "moons"


def test_it_runs_from_a_folder_without_a_server(browser, site):
    page = browser.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((site / "playground.html").as_uri())
    play(page)
    page.close()
    assert problems == []


@pytest.mark.parametrize("width", [1400, 390])
def test_it_is_laid_out(visit, width):
    page = visit("playground.html", width=width)
    map_box = page.locator(".coursekit-playground .map").bounding_box()
    assert 200 <= map_box["width"] <= 290
    assert page.locator(".coursekit-playground").bounding_box()["height"] < 2500
