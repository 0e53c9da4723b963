"""A headless Chromium, where there is one."""

from __future__ import annotations

import os
import shutil
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
