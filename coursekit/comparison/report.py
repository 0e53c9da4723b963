"""The report of a comparison on the disk: one self-contained HTML page, one JSON file, and the
figures as SVG."""

from __future__ import annotations

import json
import os
from pathlib import Path

from coursekit._files import write_together
from coursekit.comparison import figures
from coursekit.comparison.page import report_html
from coursekit.comparison.results import Results
from coursekit.plots.svg import svg_text


def save_report(comparison: Results, folder: str | os.PathLike) -> dict[str, Path]:
    """Write `report.html`, `report.json` and `*.svg` into `folder`, all or none of them. Files of
    an earlier report that this one does not have are removed.

    Returns:
        A dict from file name to path.

    Raises:
        OutputError: if the folder cannot be written.
    """
    drawn = {
        name: (svg_text(figure), alt) for name, (figure, alt) in figures.all_figures(comparison)
    }
    files = {f"{name}.svg": svg.encode() for name, (svg, _) in drawn.items()}
    names = [*files, "report.json", "report.html"]
    content = {**comparison.to_dict(), "files": names}
    files["report.json"] = json.dumps(content, indent=2, allow_nan=False).encode()
    files["report.html"] = report_html(comparison, drawn).encode()
    stale = [name for name in _earlier(Path(folder)) if name not in files]
    return write_together(folder, files, remove=stale)


def _earlier(folder: Path) -> list[str]:
    """Names of the files of the report that lies in `folder`; empty where there is none."""
    try:
        names = json.loads((folder / "report.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str) and name == Path(name).name]
