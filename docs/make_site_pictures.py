"""Make the pictures of the playground and the digit pad again, from the built site.

    make docs && python docs/make_site_pictures.py [--chromium PATH]

Needs playwright and Chromium. What is seen is what the pages did: a network trained on the spiral,
and a drawn 7 as three models read it.
"""

from __future__ import annotations

import argparse
import io
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parent
SITE = DOCS.parent / "out" / "site"
SPIRAL = (
    "data=spiral&hidden=8,6,4&features=x1,x2,sin_x1,sin_x2&speed=20&learning_rate=0.03&noise=0.1"
)
SEVEN = [(0.25, 0.2), (0.72, 0.2), (0.42, 0.85)]


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site and says nothing."""

    def log_message(self, *args: object) -> None:
        """Nothing."""


def keep(shot: bytes, name: str) -> None:
    """Store a screenshot in few colours."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    picture.quantize(96, dither=Image.Dither.NONE).save(
        DOCS / "pictures" / f"{name}.png", optimize=True
    )


def playground(page) -> None:
    """Train for 600 steps and pause."""
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-steps]').dataset.steps) >= 600", timeout=120_000
    )
    page.get_by_role("button", name="Pause", exact=True).click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    keep(page.locator(".coursekit-playground").screenshot(), "playground")


def pad(page) -> None:
    """Draw a 7 and wait for three answers."""
    box = page.locator(".drawing").bounding_box()
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in SEVEN]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=12)
    page.mouse.up()
    page.wait_for_function(
        "() => document.querySelectorAll('.card .verdict small').length === 3", timeout=120_000
    )
    keep(page.locator(".coursekit-pad").screenshot(), "digit_pad")


def main() -> None:
    """Serve the site on this machine, and photograph."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    args = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_address[1]}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=args.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme="light")
        for address, photograph in (
            (f"playground.html#{SPIRAL}", playground),
            ("pad.html", pad),
        ):
            page.goto(f"{here}/{address}")
            page.wait_for_load_state("networkidle")
            photograph(page)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
