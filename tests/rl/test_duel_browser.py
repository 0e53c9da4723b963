"""The game in a notebook's place: a real Chromium, weights from Python, keys, buttons, and what the
page tells back."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.rl import Duel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Duel</title>
<style>STYLE</style><main><h1>Duel</h1><div id="here"></div></main><script type="module">
const code = new Blob([CODE], { type: "text/javascript" });
const widget = (await import(URL.createObjectURL(code))).default;
const state = STATE;
const listeners = new Map();
window.state = state;
const model = {
  get: (name) => state[name],
  set: (name, value) => (state[name] = value),
  save_changes: () => {},
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
  off: (event, gone) => listeners.set(event, (listeners.get(event) || []).filter((l) => l !== gone)),
};
window.stop = widget.render({ model, el: document.getElementById("here") });
window.listening = () => [...listeners.values()].flat().length;
</script></html>"""


@pytest.fixture
def page(browser):
    duel = Duel()
    page = browser.new_page(viewport={"width": 800, "height": 900})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda r: problems.append(r.url) if r.url.startswith("http") else None)
    state = json.dumps({"player": duel.player, "result": {}, "still": duel.still})
    code = json.dumps(str(duel._esm)).replace("</", "<\\/")
    html = PAGE.replace("STYLE", str(duel._css)).replace("STATE", state).replace("CODE", code)
    page.set_content(html)
    page.wait_for_selector(".coursekit-duel")
    yield page
    page.close()
    assert problems == []


def frames(page):
    return page.evaluate("() => Number(document.querySelector('.coursekit-duel').dataset.frames)")


def test_values_stand_there_before_the_first_frame(page):
    page.wait_for_function("() => document.querySelectorAll('.number').length === 6")
    assert all(page.locator(".number").all_inner_texts())
    assert frames(page) == 0


def test_the_clock_runs_and_a_held_button_moves_the_paddle(page):
    page.get_by_label("Pace").select_option("fast")
    page.get_by_role("button", name="Play").click()
    box = page.get_by_role("button", name="Right").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    label = "document.querySelector('[data-who=you] .field').getAttribute('aria-label')"
    page.wait_for_function(f"() => {label}.includes('paddle in column 10')", timeout=20_000)
    page.mouse.up()
    page.get_by_role("button", name="Pause").click()
    before = frames(page)
    page.wait_for_timeout(400)
    assert frames(page) == before
    page.get_by_role("button", name="New game").click()
    assert frames(page) == 0


def test_a_lost_ball_is_told_to_python(page):
    page.get_by_label("Pace").select_option("keys")
    page.get_by_role("button", name="Play").click()
    for _ in range(400):
        page.keyboard.press("ArrowLeft")
        if page.evaluate("() => state.result.you && state.result.you[1] === 1"):
            break
    assert page.evaluate("() => state.result.you[1]") == 1
    assert page.evaluate("() => state.result.network.length") == 2


def test_it_leaves_nothing_behind(page):
    page.get_by_role("button", name="Play").click()
    page.evaluate("window.stop()")
    assert page.evaluate("window.listening()") == 0
    assert page.locator(".coursekit-duel").count() == 0
