"""What the theme and MyST-NB leave undone for readers who do not see the page or use no mouse."""

from __future__ import annotations

import re
from typing import Any


def improve(app, page: str, template: str, context: dict[str, Any], doctree) -> None:
    """Headers of tables get a scope, pictures without a text an empty one only where they
    decorate, and blocks that scroll can be reached with the keyboard."""
    body = context.get("body")
    if not body:
        return
    body = re.sub(r'<th class="head">', '<th class="head" scope="col">', body)
    # A table wide enough to scroll, and code: both scroll sideways on a phone.
    body = re.sub(r"<pre>", '<pre tabindex="0">', body)
    body = re.sub(
        r'<div class="table-wrapper([^"]*)">',
        r'<div class="table-wrapper\1" tabindex="0" role="region" aria-label="Table">',
        body,
    )
    context["body"] = body


def setup(app) -> dict[str, bool]:
    """Register what is done to each page."""
    app.connect("html-page-context", improve, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
