"""The plain part of the py:percent format, read without jupytext, whose import takes longer than
grading an answer.

A text that uses anything beyond it (magics, raw cells, titles, cell marks in quotes or fences) is
left to jupytext.
"""

from __future__ import annotations

import re

_START = re.compile(r'# %%(?P<markdown> \[markdown\])?(?P<options>(?: [a-z_]+="[^"\\]*")*)\Z')
_LIKE_A_START = re.compile(r"\s*#\s*(?:%%|<codecell>|In\[)")
_LIKE_A_MAGIC = re.compile(
    r"\s*(?:# "
    r"?)+(?:[%!?+]|\S*\?\s*\Z|\w+\s*=\s*[%!]|(?:cat|cd|copy|cp|ddir|echo|ldir|ls|mkdir|mv|ren|rm|rmdir)\b)|\s*[%!?]|.*#\s*(?:no)?escape"
)
_SPECIAL_OPTIONS = re.compile(r" (?:active|cell_type|title|tags|name|region_name|language)=")


def plain_cells(text: str) -> list[tuple[str, str, dict[str, str]]] | None:
    """The cells of a text as `(kind, source, metadata)`, kind "markdown" or "code"; None where it
    takes jupytext to tell.

    Args:
        text: begins with the first cell's `# %%`.
    """
    cells: list[tuple[str, list[str], dict[str, str]]] = []
    for line in text.splitlines():
        start = _START.match(line)
        if start is not None:
            if _SPECIAL_OPTIONS.search(start["options"]):
                return None
            options = dict(re.findall(r'([a-z_]+)="([^"]*)"', start["options"]))
            cells.append(("markdown" if start["markdown"] else "code", [], options))
        elif not cells or _LIKE_A_START.match(line) or "\x0c" in line:
            return None
        else:
            cells[-1][1].append(line)
    found = []
    for kind, lines, metadata in cells:
        source = _markdown(lines) if kind == "markdown" else _code(lines)
        if source is None:
            return None
        found.append((kind, source, metadata))
    return found


def _without_last_blanks(lines: list[str]) -> list[str] | None:
    """Without the one or two empty lines before the next cell; None where there are others at
    either end."""
    for _ in range(2):
        if lines and not lines[-1]:
            lines = lines[:-1]
    return lines if lines and lines[0].strip() and lines[-1].strip() else None


def _markdown(lines: list[str]) -> str | None:
    lines = _without_last_blanks(lines)
    if lines is None or not all(line == "#" or line.startswith("# ") for line in lines):
        return None
    shown = [line[2:] for line in lines]
    if any(quotes in line for line in shown for quotes in ('"""', "'''", "%%")):
        return None
    return "\n".join(shown)


def _code(lines: list[str]) -> str | None:
    lines = _without_last_blanks(lines)
    if lines is None or all(line.startswith("#") for line in lines):
        return None
    text = "\n".join(lines)
    if text.count('"""') % 2 or "'''" in text:
        return None
    if any(map(_LIKE_A_MAGIC.match, lines)):
        return None
    return text
