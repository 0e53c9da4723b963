"""A headless Chromium, where there is one."""

from __future__ import annotations

import os
import shutil

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
