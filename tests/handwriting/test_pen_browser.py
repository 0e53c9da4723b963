"""The pen pad in a real browser: written on with a real mouse and with keys, answered by a real
`PenPad`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.handwriting import PenPad

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAITS = ("written", "message", "answered", "bias", "still")
# Stands in for the notebook's widget manager: the same get, on, off and send.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pen pad</title>
<style>STYLE</style><main><h1>Pad</h1><div id="pad"></div></main><script type="module">
const code = new Blob([CODE], { type: "text/javascript" });
const widget = (await import(URL.createObjectURL(code))).default;
let state = STATE;
const listeners = new Map();
const model = {
  get: (name) => state[name],
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
  off: (event, listener) =>
    listeners.set(event, (listeners.get(event) || []).filter((other) => other !== listener)),
  send: async (content) => {
    const before = state;
    state = JSON.parse(await window.ask(JSON.stringify(content)));
    for (const name of Object.keys(state)) {
      if (JSON.stringify(before[name]) !== JSON.stringify(state[name]))
        for (const l of listeners.get(`change:${name}`) || []) l();
    }
  },
};
window.stop = widget.render({ model, el: document.getElementById("pad") });
window.listening = () => [...listeners.values()].flat().length;
</script></html>"""


@pytest.fixture
def pad(small_scribe):
    return PenPad(small_scribe, text="12")


@pytest.fixture
def page(browser, pad):
    page = browser.new_page(viewport={"width": 800, "height": 800}, reduced_motion="reduce")
    problems, sent = [], []
    page.sent = sent
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda r: problems.append(r.url) if r.url.startswith("http") else None)

    def state():
        return json.dumps({name: getattr(pad, name) for name in TRAITS})

    def ask(content):
        sent.append(json.loads(content))
        pad._on_message(pad, json.loads(content), [])
        return state()

    page.expose_function("ask", ask)
    style = Path(PenPad.__module__.replace(".", "/")).with_name("pen.css")
    style = (Path(__file__).resolve().parents[2] / style).read_text(encoding="utf-8")
    code = json.dumps(str(pad._esm)).replace("</", "<\\/")
    page.set_content(PAGE.replace("STYLE", style).replace("CODE", code).replace("STATE", state()))
    page.wait_for_selector(".coursekit-pen")
    yield page
    page.close()
    assert problems == []


def stroke(page, points):
    """Draw through points given as shares of the canvas."""
    box = page.locator(".drawing").bounding_box()
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=12)
    page.mouse.up()


def done(page):
    page.wait_for_function(
        "() => !document.querySelector('.status').textContent.includes('Writing')"
    )


SEVEN = [(0.1, 0.2), (0.22, 0.2), (0.14, 0.85)]
ONE = [(0.4, 0.15), (0.4, 0.85)]


def test_it_shows_a_line_before_anybody_has_written(page, pad):
    assert page.locator(".text").inner_text() == "12"
    assert page.locator(".wanted").input_value() == "12"
    page.wait_for_function("() => document.querySelector('.coursekit-pen').dataset.points > 0")


def test_a_line_drawn_with_the_mouse_is_gone_on_with(page, pad):
    stroke(page, SEVEN)
    stroke(page, ONE)
    page.click(".go")
    assert "Type which digits" in page.locator(".status").inner_text()
    page.fill(".own", "71")
    page.fill(".wanted", "30")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.text').textContent === '7130'")
    done(page)
    assert page.locator(".text .known").count() == 2
    assert [len(s) > 5 for s in page.sent[-1]["strokes"]] == [True, True]
    assert pad.result.known == 2


def test_what_cannot_be_written_is_told(page):
    stroke(page, ONE)
    page.fill(".own", "123")
    page.click(".go")
    page.wait_for_function(
        "() => document.querySelector('.status').textContent.includes('Expected 3 digits')"
    )


def test_keys_draw_undo_and_clear(page):
    page.focus(".drawing")
    for key in ("Space", *["ArrowDown"] * 4, "Space", "ArrowRight", "Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    page.fill(".own", "11")
    page.click(".undo")
    page.fill(".own", "1")
    page.click(".go")
    done(page)
    assert [len(s) for s in page.sent[-1]["strokes"]] == [5]
    page.click(".clear")
    assert page.locator(".own").input_value() == ""
    page.click(".go")
    done(page)
    assert page.sent[-1]["strokes"] == []


def test_it_leaves_nothing_behind(page):
    page.evaluate("window.stop()")
    assert page.evaluate("window.listening()") == 0
