"""Pages: a few functions that build HTML, escaping by construction.

Whatever is not `Html` already is text: its control characters are made visible and its markup is
escaped. There is no way to hand over a string of tags but by building it here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from coursekit._text import clean

_VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
STYLE = Path(__file__).with_name("_page.css").read_text(encoding="utf-8")


class Html(str):
    """HTML that this module made, not to be escaped again."""

    __slots__ = ()


def text(value: object) -> Html:
    """Anything as text; `Html` stays what it is."""
    return value if isinstance(value, Html) else Html(escape(clean(value)))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Several pieces, one after another."""
    return Html(text(between).join(text(part) for part in parts))


def el(name: str, /, *children: object, **attributes: object) -> Html:
    """One element. Attributes: `class_` is class, `aria_label` is aria-label; None and False leave
    one out, True gives it without a value.

    >>> el("p", "1 < 2 ", el("b", "so"), class_="soft")
    '<p class="soft">1 &lt; 2 <b>so</b></p>'
    """
    said = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        said += f" {key}" if value is True else f' {key}="{escape(clean(value))}"'
    if name in _VOID:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{join(children)}</{name}>")


def words(name: str) -> str:
    """A name in code as a sentence: `accuracy_is_a_share` is "Accuracy is a share"."""
    said = " ".join(name.removeprefix("test_").replace("_", " ").split())
    return said[:1].upper() + said[1:]


def table(
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    label: str,
    numbers: Iterable[int] = (),
    **attributes: object,
) -> Html:
    """A table that scrolls within the page where it is too wide. `label` names it; the first cell
    of each row is its heading; columns in `numbers` are set flush right."""
    flush = set(numbers)

    def kind(place: int) -> str | None:
        return "number" if place in flush else None

    top = el("tr", *(el("th", v, scope="col", class_=kind(i)) for i, v in enumerate(head)))
    body = [
        el(
            "tr",
            *(
                el("td" if i else "th", v, class_=kind(i), scope=None if i else "row")
                for i, v in enumerate(row)
            ),
        )
        for row in rows
    ]
    made = el("table", el("thead", top), el("tbody", *body), **attributes)
    return el("div", made, class_="scroll", tabindex="0", role="region", aria_label=label)


def folded(summary: object, *children: object, open_: bool = False) -> Html:
    """A part that opens on demand."""
    return el("details", el("summary", summary), *children, open=open_)


def page(title: str, parts: Iterable[object], *, style: str = "", script: str = "") -> str:
    """A whole page that loads nothing from anywhere. Only `script` may run in it, told by its
    hash."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"; script-src 'sha256-{digest}'" if script else ""
    head = (
        el("meta", charset="utf-8"),
        el("title", title),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el(
            "meta",
            http_equiv="Content-Security-Policy",
            content=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:{allowed}",
        ),
        Html(f"<style>{STYLE}{style}</style>"),
    )
    body = el("main", join(parts, "\n"))
    code = Html(f"<script>{script}</script>") if script else ""
    return "<!doctype html>\n" + el("html", el("head", *head), el("body", body, code), lang="en")
