"""What tests everywhere may ask for: a headless Chromium, axe, and the built site."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        reason = "there is no Chromium on this machine"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    quiet = ("quic", "background-networking", "component-update", "sync", "gpu")
    args = ["--no-sandbox", "--no-first-run", *(f"--disable-{what}" for what in quiet)]
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=args)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe():
    """`axe(page, scope=None)`: what axe-core finds wrong on a page, one line each."""
    kit = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is missing")
    script = (Path(kit.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

    def look(page, scope: str | None = None, *, impacts: tuple[str, ...] = ()) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(script)
        found = page.evaluate(
            "async (scope) => (await axe.run(scope || document)).violations", scope
        )
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']} {node['html'][:160]}"
            for rule in found
            for node in rule["nodes"]
            if not impacts or rule["impact"] in impacts
        ]

    return look


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site: out/site, which `make docs` writes."""
    folder = Path(__file__).parent / "out" / "site"
    if not (folder / "index.html").is_file():
        reason = "the site is not built: make docs"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return folder


@pytest.fixture(scope="session")
def site_address(site):
    """The built site, served on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, site_address):
    """`visit("index.html", width=..., scheme=...)` opens a page of the site; an error in it, or a
    question to another address, fails the test. `page.sizes` holds bytes by address."""
    opened = []

    def go(path: str, *, width: int = 1400, scheme: str = "light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.problems, page.sizes = [], {}
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: page.problems.append(said.text) if said.type == "error" else None,
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((site_address, "data:", "blob:"))
                else page.problems.append(request.url)
            ),
        )
        page.on(
            "response",
            lambda got: page.sizes.update({got.url: int(got.headers.get("content-length") or 0)}),
        )
        page.goto(site_address + path)
        page.wait_for_load_state("networkidle")
        opened.append((page, context))
        return page

    yield go
    for page, context in opened:
        problems = page.problems
        context.close()
        assert problems == []
