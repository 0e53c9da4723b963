"""A page with the playground in it, answered by a real `Playground` behind a stand-in for the
notebook's widget manager."""

from __future__ import annotations

import json

import pytest

TRAITS = ("settings", "points", "fixed", "weights", "steps", "picture", "still")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Playground</title>
<link rel="icon" href="data:,"><style>CSS</style>
<style>:root{color-scheme:light dark} body{background:Canvas;color:CanvasText;margin:16px}</style>
<main><h1>Playground</h1><div id="here"></div></main>
<script type="module">
import * as kit from "./playground.js";
const state = STATE;
const listeners = new Map();
const call = (event) => (listeners.get(event) || []).forEach((listener) => listener());
window.kit = kit;
window.state = state;
window.saves = 0;
window.call = call;
window.kernel = { slots: [] };
kernel.statusChanged = {
  connect: (slot) => kernel.slots.push(slot),
  disconnect: (slot) => (kernel.slots = kernel.slots.filter((other) => other !== slot)),
};
window.model = {
  widget_manager: { kernel },
  get: (name) => state[name],
  set: (name, value) => (state[name] = value),
  save_changes: () => { window.saves += 1; },
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) || []), listener]),
  off: (event, gone) => listeners.set(event, listeners.get(event).filter((l) => l !== gone)),
};
window.listening = () => [...listeners.values()].flat().length;
window.stop = kit.default.render({ model, el: document.getElementById("here") });
</script></html>"""


@pytest.fixture
def open_playground(browser):
    """`open_playground(playground, width=...)` gives the page; what goes wrong in it fails the
    test."""
    from coursekit.playground.widget import Playground

    pages = []

    def show(playground: Playground, *, width: int = 1280, scheme: str = "light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: page.problems.append(said.text) if said.type == "error" else None,
        )
        state = json.dumps({name: getattr(playground, name) for name in TRAITS})
        bodies = {
            "/": ("text/html", PAGE.replace("CSS", playground._css).replace("STATE", state)),
            "/playground.js": ("text/javascript", playground._esm),
        }

        def serve(route, request):
            path = request.url.removeprefix("http://playground.test").split("#")[0]
            if path not in bodies:
                page.problems.append(request.url)
                route.abort()
                return
            kind, body = bodies[path]
            route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

        page.route("**/*", serve)
        page.goto("http://playground.test/")
        page.wait_for_function("() => document.querySelector('[data-frames]') !== null")
        pages.append(page)
        return page

    yield show
    for page in pages:
        problems = page.problems
        page.close()
        assert problems == []
