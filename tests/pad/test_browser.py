"""The pad in a real browser: its own module drawn on with a real mouse, answered by a real
`DigitPad`."""

from __future__ import annotations

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.pad import DigitPad

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAITS = ("names", "answers", "seen", "message", "answered", "still")
# Stands in for the notebook's widget manager: the same get, on, off and send, carried by HTTP
# instead of a kernel.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Digit pad</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/digit_pad.css">
<style>:root{color-scheme:light dark} body{background:Canvas;color:CanvasText;margin:16px}</style><main><h1>Pad</h1><div id="pad"></div></main>
<script type="module">
import widget from "/digit_pad.js";
let state = STATE;
const listeners = new Map();
const model = {
  get: (name) => state[name],
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
  off: (event, listener) => listeners.set(event, (listeners.get(event) || []).filter((other) => other !== listener)),
  send: async (content) => {
    const reply = await fetch("/message", { method: "POST", body: JSON.stringify(content) });
    const before = state;
    state = await reply.json();
    for (const name of Object.keys(state)) {
      if (JSON.stringify(before[name]) !== JSON.stringify(state[name])) for (const l of listeners.get(`change:${name}`) || []) l();
    }
  },
};
window.call = (event) => (listeners.get(event) || []).forEach((listener) => listener());
window.stop = widget.render({ model, el: document.getElementById("pad") });
window.listening = () => [...listeners.values()].flat().length;
</script></html>"""


class Site:
    """A page on 127.0.0.1 with a pad behind it."""

    def __init__(self, pad):
        self.pad, self.sent = pad, []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                files = {
                    "/digit_pad.js": (site.pad._esm, "text/javascript"),
                    "/digit_pad.css": (site.pad._css, "text/css"),
                }
                if self.path in files:
                    text, kind = files[self.path]
                    self.reply(str(text).encode(), kind)
                else:
                    self.reply(
                        PAGE.replace("STATE", json.dumps(site.state())).encode(), "text/html"
                    )

            def do_POST(self):
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                site.sent.append(content)
                site.pad._on_message(site.pad, content, [])
                self.reply(json.dumps(site.state()).encode(), "application/json")

            def reply(self, body, kind):
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def state(self):
        return {name: getattr(self.pad, name) for name in TRAITS}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site(digit_reader):
    def unsure(images):
        return images.mean() * np.linspace(0, 0.05, 10)  # logits, nearly flat

    site = Site(
        DigitPad(
            {"nearest neighbours": digit_reader, "unsure": unsure, "broken": lambda images: 1 / 0}
        )
    )
    yield site
    site.close()


@pytest.fixture
def page(browser, site):
    page = browser.new_page(viewport={"width": 760, "height": 760})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda message: page.problems.append(message.text) if message.type == "error" else None,
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site.address, "data:"))
            else page.problems.append(request.url)
        ),
    )
    page.goto(site.address)
    page.wait_for_selector(".coursekit-pad")
    yield page
    problems = page.problems
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


SEVEN = [(0.25, 0.2), (0.72, 0.2), (0.42, 0.85)]
ONE = [(0.52, 0.15), (0.5, 0.85)]


def answered(page, number=1):
    """Wait until the whole drawing, not one on the way to it, has its answers."""
    page.wait_for_function(
        """(n) => {
          const status = document.querySelector(".coursekit-pad [role=status]").textContent;
          const cards = document.querySelectorAll(".card .verdict small");
          return status !== "" && !status.includes("Asking") && cards.length >= n;
        }""",
        arg=number,
        timeout=20_000,
    )


def verdict(page):
    return page.locator("section[aria-label='nearest neighbours'] .verdict").inner_text().split()[0]


def seen(page):
    """The pixels of the canvas that shows what the models see."""
    code = (
        "() => [...document.querySelector('.seen').getContext('2d').getImageData(0, 0, 28, "
        "28).data]"
    )
    return np.array(page.evaluate(code), dtype=np.uint8).reshape(28, 28, 4)[..., 0]


@pytest.mark.parametrize(("points", "digit"), [(SEVEN, "7"), (ONE, "1")])
def test_a_digit_drawn_with_the_mouse_is_read(page, site, points, digit, tmp_path):
    assert seen(page).max() == 0
    stroke(page, points)
    answered(page, 2)
    assert verdict(page) == digit
    image = seen(page)
    np.testing.assert_array_equal(image, site.pad.reading.image)
    mass = np.indices(image.shape).reshape(2, -1) @ image.ravel() / image.sum()
    np.testing.assert_allclose(mass, 13.5, atol=1)  # the centre of mass is in the middle
    assert page.locator(".seen").evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
    assert page.locator(".seen").bounding_box()["width"] >= 200
    rows = page.locator("section[aria-label='nearest neighbours'] tr")
    assert rows.count() == 10
    assert rows.locator("nth=7").get_attribute("class") == ("best" if digit == "7" else "")
    assert "ZeroDivisionError" in page.locator("section[aria-label='broken'] .error").inner_text()
    assert f"nearest neighbours: {digit}" in page.locator("[role=status]").inner_text()
    page.screenshot(path=tmp_path / f"pad-{digit}.png")


def test_two_strokes_are_one_drawing_and_clear_forgets_it(page, site):
    stroke(page, [(0.3, 0.15), (0.3, 0.55), (0.7, 0.55)])
    answered(page, 2)
    stroke(page, [(0.62, 0.3), (0.62, 0.9)])
    page.wait_for_function(
        "() => !document.querySelector('[role=status]').textContent.includes('Asking')"
    )
    first, both = (
        np.frombuffer(base64.b64decode(content["ink"]), np.uint8)
        for content in site.sent
        if content["lifted"]
    )
    assert (both >= first).all()
    assert np.count_nonzero(both) > 1.2 * np.count_nonzero(first)
    numbers = [content["number"] for content in site.sent]
    assert numbers == sorted(set(numbers))
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("() => !document.querySelector('.card .verdict small')")
    assert seen(page).max() == 0
    ink = (
        "() => document.querySelector('.drawing').getContext('2d').getImageData(0, 0, 280, "
        "280).data.some((v, i) => v && i % 4 < 3)"
    )
    assert page.evaluate(ink) is False


def test_a_digit_is_read_at_least_twice_while_it_is_drawn(page, site):
    box = page.locator(".drawing").bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 40):
        page.mouse.move(box["x"] + 70 + 3 * step, box["y"] + 60 + step)
        page.wait_for_timeout(60)
        if sum(content["kind"] == "drawing" for content in site.sent) >= 2 and verdict(page) != "–":
            break
    assert [content["lifted"] for content in site.sent] == [False] * len(site.sent)
    assert len(site.sent) >= 2
    assert verdict(page) in "0123456789"
    page.mouse.up()
    page.wait_for_function(
        "() => document.querySelector('[role=status]').textContent.includes('neighbours')"
    )
    assert site.sent[-1]["lifted"]


def test_undo_takes_back_the_last_stroke(page, site):
    undo = page.get_by_role("button", name="Undo")
    assert undo.is_disabled()
    stroke(page, ONE)
    answered(page, 2)
    stroke(page, [(0.1, 0.5), (0.9, 0.5)])
    page.wait_for_function(
        "() => !document.querySelector('[role=status]').textContent.includes('Asking')"
    )
    undo.click()
    page.wait_for_function(
        "() => !document.querySelector('[role=status]').textContent.includes('Asking')"
    )
    lifted = [content["ink"] for content in site.sent if content.get("lifted")]
    assert lifted[2] == lifted[0] != lifted[1]
    assert verdict(page) == "1"
    page.locator(".drawing").focus()
    page.keyboard.press("Backspace")
    page.wait_for_function("() => !document.querySelector('.card .verdict small')")
    assert undo.is_disabled()


def test_a_dot_gets_a_sentence_and_no_digit(page, site):
    stroke(page, [(0.5, 0.5), (0.51, 0.5)])
    page.wait_for_function("() => document.querySelector('[role=status]').textContent !== ''")
    assert (
        page.get_by_role("status").inner_text()
        == "That is a dot. Draw one digit, as large as the field."
    )
    page.wait_for_timeout(300)
    assert {content["kind"] for content in site.sent} == {"clear"}
    assert verdict(page) == "–"
    stroke(page, SEVEN)
    answered(page, 2)
    assert "neighbours" in page.get_by_role("status").inner_text()


def test_a_restarted_kernel_is_said_at_once(page, site):
    stroke(page, SEVEN)
    answered(page, 2)
    sent = len(site.sent)
    page.evaluate(
        "() => { document.getElementById('pad').classList.add('jupyter-widgets-disconnected'); call('comm_live_update'); }"
    )
    page.wait_for_selector(".notice:has-text('Run this cell again')", timeout=500)
    assert page.get_by_role("button", name="Clear").is_disabled()
    stroke(page, ONE)
    page.wait_for_timeout(100)
    assert len(site.sent) == sent


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pad(page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    stroke(page, SEVEN)
    answered(page, 2)
    assert axe(page) == []


def test_the_keyboard_draws_as_well(page):
    page.locator(".drawing").focus()
    for key, times in [("ArrowUp", 14), (" ", 1), ("ArrowDown", 28), (" ", 1)]:
        for _ in range(times):
            page.keyboard.press(key)
    answered(page, 2)
    assert verdict(page) == "1"
    page.keyboard.press("Delete")
    page.wait_for_function("() => !document.querySelector('.card .verdict small')")


def test_everything_has_a_name_for_readers_who_do_not_see_it(page):
    stroke(page, SEVEN)
    answered(page, 2)
    tree = page.locator(".coursekit-pad").aria_snapshot()
    for words in (
        "Drawing area for a digit",
        "Clear",
        "28 by 28 pixels",
        "Probabilities of the ten digits by unsure",
        "status",
    ):
        assert words in tree
    assert page.locator(".drawing").get_attribute("aria-describedby") == page.locator(
        ".help"
    ).get_attribute("id")


def contrast(first, second):
    def luminance(colour):
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in np.array(colour) / 255
        ]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_bars_stand_out_in_light_and_dark(page, scheme, tmp_path):
    page.emulate_media(color_scheme=scheme)
    stroke(page, SEVEN)
    answered(page, 2)
    shot = page.screenshot(path=tmp_path / f"pad-{scheme}.png")
    pixels = np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))

    def darkest_and_lightest(selector):
        box = page.locator(selector).first.bounding_box()
        patch = pixels[
            int(box["y"]) : int(box["y"] + box["height"]),
            int(box["x"]) : int(box["x"] + box["width"]),
        ].reshape(-1, 3)
        order = patch.sum(axis=1).argsort()
        return patch[order[0]], patch[order[-1]]

    for selector in (".card .name", ".verdict", ".help", ".clear"):
        assert contrast(*darkest_and_lightest(selector)) >= 4.5, selector
    box = page.locator(".best .fill").first.bounding_box()
    bar = pixels[int(box["y"] + box["height"] / 2), int(box["x"] + 3)]
    assert contrast(bar, pixels[2, 2]) >= 3
    assert (pixels[2, 2].sum() > 600) == (scheme == "light")


def test_a_view_that_is_closed_stops_listening(page):
    assert page.evaluate("() => window.listening()") == 5
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.listening()") == 0


def test_a_touch_draws(browser, site):
    context = browser.new_context(has_touch=True, viewport={"width": 400, "height": 900})
    page = context.new_page()
    page.goto(site.address)
    box = page.locator(".drawing").bounding_box()
    session = context.new_cdp_session(page)

    def touch(kind, x, y):
        points = (
            []
            if kind == "touchEnd"
            else [{"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.5, 0.15)
    for y in np.linspace(0.15, 0.85, 15):
        touch("touchMove", 0.5, float(y))
    touch("touchEnd", 0, 0)
    answered(page, 2)
    assert verdict(page) == "1"
    context.close()
