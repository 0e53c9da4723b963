"""CONTRIBUTING's table of rooms names every room once, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _rooms() -> set[str]:
    """Folders of the package, modules that are rooms of their own, and the other top folders."""
    package = {
        f"coursekit/{path.relative_to(ROOT / 'coursekit').as_posix()}"
        for path in [*(ROOT / "coursekit").rglob("__init__.py")]
        for path in [path.parent]
        if path != ROOT / "coursekit" and len(path.relative_to(ROOT / "coursekit").parts) <= 2
    }
    modules = {
        f"coursekit/{path.name}"
        for path in (ROOT / "coursekit").glob("*.py")
        if not path.name.startswith("__")
    }
    return package | modules | {"labs/NN_topic", "tests", "benchmarks", "docs", "data"}


def test_the_table_names_every_room_once():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where a line lives")[2].partition("\n## ")[0]
    named = [
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    ]
    assert sorted(set(named)) == sorted(named), "a room is named twice"
    missing, gone = _rooms() - set(named), set(named) - _rooms()
    assert not missing, f"add a line to the table of CONTRIBUTING.md for {sorted(missing)}"
    assert not gone, f"the table of CONTRIBUTING.md names what is no room: {sorted(gone)}"
