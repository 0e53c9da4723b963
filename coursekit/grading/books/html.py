"""The few pieces of HTML that feedback and report share. Everything that comes from a student is
escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #009e73; --bad: #d55e00; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.hint { border-left: 4px solid var(--good); padding: .2rem .8rem; background: var(--soft); }
.stamp { border: 2px solid var(--bad); padding: .4rem .8rem; font-weight: 600; }
svg text { fill: currentColor; font: 12px system-ui, sans-serif; }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page; nothing is loaded from anywhere."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta '
        f'charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        f"'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = ()
) -> str:
    """A table; cells that are `Raw` are taken as they are, all others escaped. `numbers` are the
    columns set flush right."""
    flush = set(numbers)

    def cell(tag: str, place: int, value: object) -> str:
        kind = ' class="number"' if place in flush else ""
        return f"<{tag}{kind}>{value if isinstance(value, Raw) else escape(str(value))}</{tag}>"

    lines = ["<table>", "<tr>" + "".join(cell("th", i, v) for i, v in enumerate(head)) + "</tr>"]
    lines += [
        "<tr>" + "".join(cell("td", i, v) for i, v in enumerate(row)) + "</tr>" for row in rows
    ]
    return "\n".join([*lines, "</table>"])


class Raw(str):
    """HTML made here, not to be escaped again."""


def bars(values: Sequence[tuple[str, float, float]], *, alt: str) -> str:
    """Horizontal bars `(label, value, maximum)` as SVG, the value written beside each."""
    height, lines = 24 * len(values) + 4, []
    for row, (label, value, most) in enumerate(values):
        y, width = 24 * row + 2, 300 * (value / most if most else 0.0)
        lines.append(f'<text x="0" y="{y + 15}">{escape(label)}</text>')
        lines.append(f'<rect x="110" y="{y + 3}" width="300" height="15" fill="#8883"/>')
        lines.append(f'<rect x="110" y="{y + 3}" width="{width:.1f}" height="15" fill="#0072b2"/>')
        lines.append(f'<text x="418" y="{y + 15}">{value:g} of {most:g}</text>')
    return (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 520 {height}" '
        f'width="520">{"".join(lines)}</svg>'
    )


def histogram(shares: Sequence[float], *, alt: str) -> str:
    """How many of `shares` (0 to 100 per cent) fall into each tenth, as SVG columns with their
    counts."""
    counts = [0] * 10
    for share in shares:
        counts[min(9, int(share // 10))] += 1
    most, lines = max([*counts, 1]), []
    for place, count in enumerate(counts):
        height, x = 120 * count / most, 10 + 50 * place
        lines.append(
            f'<rect x="{x}" y="{140 - height:.1f}" width="44" height="{height:.1f}" '
            f'fill="#0072b2"/>'
        )
        lines.append(
            f'<text x="{x + 22}" y="{134 - height:.1f}" text-anchor="middle">{count or ""}</text>'
        )
        lines.append(
            f'<text x="{x + 22}" y="156" text-anchor="middle">{10 * place}-{10 * place + 10}</text>'
        )
    return (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 520 175" '
        f'width="520">{"".join(lines)}<text x="10" y="172">per cent of the points</text></svg>'
    )


def tables_side_by_side(expected: list[list[float]], got: list[list[float]]) -> str:
    """Two tables as SVG, darker for larger on one scale; what differs is framed, and small tables
    show their numbers."""
    values = [value for table in (expected, got) for row in table for value in row]
    low, high = min(values), max(values)
    widest = max(len(expected[0]), len(got[0]))
    side = 48 if widest <= 6 else 20
    second, lines = 40 + side * len(expected[0]), []
    for x, name, table, other in ((0, "expected", expected, got), (second, "got", got, expected)):
        lines.append(f'<text x="{x}" y="14">{name}, {len(table)} x {len(table[0])}</text>')
        for r, row in enumerate(table):
            for c, value in enumerate(row):
                there = other[r][c] if r < len(other) and c < len(other[r]) else None
                differs = there is None or abs(there - value) > 1e-3 * max(abs(low), abs(high))
                lines.append(
                    _cell(
                        x + side * c,
                        22 + side * r,
                        side,
                        value,
                        (value - low) / (high - low or 1.0),
                        differs,
                    )
                )
    width, height = second + side * len(got[0]) + 2, 24 + side * max(len(expected), len(got))
    alt = f"The array that was expected beside the one that came; {_differences(expected, got)}"
    return (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="-1 0 {width + 1} {height}" '
        f'width="{width + 1}">{"".join(lines)}</svg>'
    )


def _cell(x: int, y: int, side: int, value: float, share: float, differs: bool) -> str:
    red, green, blue = (round(255 + share * (dark - 255)) for dark in (0, 82, 136))
    frame = ' stroke="#d55e00" stroke-width="3"' if differs else ' stroke="#8886"'
    inset = 2 if differs else 0.5
    square = (
        f'<rect x="{x + inset}" y="{y + inset}" width="{side - 2 * inset}" '
        f'height="{side - 2 * inset}" fill="rgb({red},{green},{blue})"{frame}/>'
    )
    if side < 40:
        return square
    text = f"{value:.3g}" if len(f"{value:.3g}") <= 6 else f"{value:.2g}"
    ink = "#fff" if share > 0.5 else "#000"
    return (
        f'{square}<text x="{x + side / 2}" y="{y + side / 2 + 4}" text-anchor="middle" '
        f'style="fill:{ink}">{text}</text>'
    )


def _differences(expected: list[list[float]], got: list[list[float]]) -> str:
    shapes = [f"{len(table)} by {len(table[0])}" for table in (expected, got)]
    if shapes[0] != shapes[1]:
        return f"{shapes[0]} entries were due, {shapes[1]} came."
    most = max(abs(value) for table in (expected, got) for row in table for value in row)
    wrong = sum(
        abs(a - b) > 1e-3 * most
        for one, two in zip(expected, got, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    return f"{wrong} of {len(expected) * len(expected[0])} entries differ."
