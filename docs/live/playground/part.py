"""Lays the playground out for the site."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


def build(out: Path, npm: Path) -> str:
    """Write the playground's files into `out`. Arguments and result as for every part; npm brings
    nothing here.

    The module stands in the page itself, so that the page also runs from a folder, without a
    server.
    """
    import coursekit.playground
    from coursekit._widgets import module
    from coursekit.playground.settings import Settings, plain, points

    face = Path(coursekit.playground.__file__).parent
    shutil.copy(face / "playground.css", out)
    start = Settings()
    given = json.dumps({"settings": plain(start), "points": points(start)})
    code = module(face / "playground.js").replace("</", "<\\/")
    return (
        '<link rel="stylesheet" href="{here}/playground.css">\n'
        '<div id="live-playground"><p>The playground needs JavaScript.</p></div>\n'
        f'<script type="module">\n{code}\n'
        'const here = document.getElementById("live-playground");\nhere.replaceChildren();\n'
        f"mount(here, {given});\n</script>\n"
    )
