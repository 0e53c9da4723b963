"""Sphinx's settings. `docs/build.py` lays the pages out and calls Sphinx; see `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

from coursekit import __version__

project = "coursekit"
author = "the coursekit authors"
copyright = "the coursekit authors, MIT licence"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.mathjax",
    "live",
    "accessible",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_static", "_live", "generated"]
suppress_warnings = ["mystnb.unknown_mime_type", "myst.xref_missing"]
nitpicky = False

# Notebooks come executed; their widgets would ask a server elsewhere for JavaScript.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence", "attrs_inline"]
myst_heading_anchors = 3
myst_dmath_double_inline = True

html_theme = "furo"
html_title = "coursekit"
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5e96",
        "color-brand-content": "#0b5e96",
        "color-foreground-muted": "#595d63",
        "color-foreground-secondary": "#4f5358",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cc0ee",
        "color-brand-content": "#7cc0ee",
        "color-foreground-muted": "#a8adb5",
        "color-foreground-secondary": "#b4b9c1",
    },
}
html_favicon = "_static/favicon.svg"

# build.py lays MathJax beside the pages where npm brought it; without it formulas stay as written.
_MATHJAX = Path(__file__).parent / "_static" / "mathjax"
mathjax_path = "mathjax/es5/tex-chtml.js" if _MATHJAX.is_dir() else "no-mathjax.js"
mathjax3_config = {"options": {"enableMenu": False}}
