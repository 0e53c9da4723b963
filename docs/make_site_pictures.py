"""Make the pictures of a check, the playground and the digit pad again.

    make docs && python docs/make_site_pictures.py [--chromium PATH] [NAME ...]

Needs playwright and Chromium. NAME is one of check, playground, digit_pad; without it all are
made. What is seen is what ran: a wrong answer checked in a notebook, pages of the built site
with a network trained on the spiral and a drawn 7 as three models read it.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SITE = ROOT / "out" / "site"
SPIRAL = (
    "data=spiral&hidden=8,6,4&features=x1,x2,sin_x1,sin_x2&speed=20&learning_rate=0.03&noise=0.1"
)
SEVEN = [(0.25, 0.2), (0.72, 0.2), (0.42, 0.85)]
CARD = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; background: #fff;
font: 15px/1.4 "DejaVu Sans", sans-serif; width: 860px; padding: 12px; }}</style>{}"""


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


def check(page, here: str) -> None:
    """What a notebook shows when the F1 of lab 05 is written as an arithmetic mean."""
    page.set_content(CARD.format(_checked("05_metrics", "5.4", "f1-as-arithmetic-mean")))
    keep(page.locator("body").screenshot(), "check")


def _checked(lab: str, exercise: str, mistake: str) -> str:
    """The HTML that `check(exercise)` leaves in a notebook whose answer is a known mistake."""
    sys.path.insert(0, str(ROOT / "tests" / "grading"))
    import edited_notebooks as notebooks

    from coursekit.labs.author.bundle import student_files
    from coursekit.labs.author.execute import execute_notebook

    made = notebooks.edited(lab, mistakes=(mistake,))
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    source = ["".join(cell["source"]) for cell in code]
    start = next(at for at, text in enumerate(source) if "open_lab(" in text)
    wanted = f'check("{exercise}")'
    answer = "answer-" + exercise.replace(".", "-")
    picked = [
        cell
        for at, cell in enumerate(code)
        if at == start or cell["id"].startswith(answer) or source[at].startswith(wanted)
    ]
    with tempfile.TemporaryDirectory(prefix="coursekit-check-") as work:
        home = Path(work) / lab
        home.mkdir()
        for path in student_files(ROOT / "labs" / lab):
            shutil.copy(path, home)
        done = execute_notebook(
            {**made, "cells": picked}, home, environment={"COURSEKIT_LABS": str(home.parent)}
        )
    if done.error:
        raise RuntimeError(f"The notebook stops: {done.error}")
    outputs = done.notebook["cells"][-1]["outputs"]
    return "".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs)


def playground(page, here: str) -> None:
    """Train for 600 steps and pause."""
    page.goto(f"{here}/playground.html#{SPIRAL}")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-steps]').dataset.steps) >= 600", timeout=120_000
    )
    page.get_by_role("button", name="Pause", exact=True).click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    keep(page.locator(".coursekit-playground").screenshot(), "playground")


def digit_pad(page, here: str) -> None:
    """Draw a 7 and wait for three answers."""
    page.goto(f"{here}/pad.html")
    page.wait_for_load_state("networkidle")
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


PICTURES = {made.__name__: made for made in (check, playground, digit_pad)}


def main() -> None:
    """Serve the site on this machine, and photograph."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    args = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_address[1]}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=args.chromium, args=["--no-sandbox"])
        for name in args.names or PICTURES:
            page = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme="light")
            PICTURES[name](page, here)
            page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
