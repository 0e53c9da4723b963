"""What the theme and MyST-NB leave undone for readers who do not see the page or use no mouse."""

from __future__ import annotations

from pathlib import Path

CHANGES = (
    # The captions of the navigation are headings without a level.
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<th class="head">', '<th class="head" scope="col">'),
    # Code and wide tables scroll sideways on a phone: site.js takes the stop away where they fit.
    ("<pre>", '<pre tabindex="0">'),
    ('<div id="search-results">', '<h1>Search</h1>\n<div id="search-results">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Pages">'),
    # A folded part is called by the words that are seen on it.
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
)


def improve(folder: Path) -> None:
    """Change every page of a built site."""
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for old, new in CHANGES:
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def finished(app, error: Exception | None) -> None:
    """After Sphinx has written the pages."""
    if error is None:
        improve(Path(app.outdir))


def setup(app) -> dict[str, bool]:
    """Register what is done at the end."""
    app.connect("build-finished", finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
