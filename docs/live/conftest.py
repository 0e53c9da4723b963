"""The parts' tests use the browser and the built site as the other tests do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "shared_fixtures", Path(__file__).parents[2] / "tests" / "conftest.py"
)
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
axe, browser, site, site_address, visit = (
    getattr(_shared, name) for name in ("axe", "browser", "site", "site_address", "visit")
)
