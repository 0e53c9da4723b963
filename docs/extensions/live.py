"""`{live} NAME`: the moving part that `docs/live/NAME/part.py` laid out, put into the page."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Live(SphinxDirective):
    """Insert the part, its address relative to the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The part as raw HTML."""
        name = self.arguments[0]
        text = Path(self.env.srcdir, "_live", f"{name}.html").read_text(encoding="utf-8")
        up = "../" * self.env.docname.count("/")
        return [nodes.raw("", text.replace("{here}", f"./{up}_static/live/{name}"), format="html")]


def setup(app) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("live", Live)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
