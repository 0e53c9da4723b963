"""What feedback and report draw: bars, a histogram, and two tables side by side."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit._html import Html, el
from coursekit._text import number, short_number

STYLE = """
.bars { display: grid; grid-template-columns: auto minmax(4rem, 1fr) auto; gap: .3rem .8rem; align-items: center; max-width: 40rem; margin: 1rem 0; }
.bars .track, .share { display: block; height: .8rem; background: var(--line); border-radius: 3px; overflow: hidden; } .bars .fill, .share .fill { display: block; height: 100%; background: var(--bar); }
.share { min-width: 5rem; margin-top: .35rem; }
.columns { display: grid; grid-template-columns: repeat(10, 1fr); gap: 3px; max-width: 40rem; align-items: end; font-size: .75rem; text-align: center; }
.columns .up { height: 8rem; display: flex; flex-direction: column; justify-content: flex-end; } .columns .fill { display: block; background: var(--bar); border-radius: 3px 3px 0 0; }
.tables { display: flex; flex-wrap: wrap; gap: 1rem; } .tables > div { min-width: 0; }
"""


def bars(values: Sequence[tuple[str, float, float]], *, alt: str) -> Html:
    """Horizontal bars `(label, value, maximum)`, the value written beside each."""
    cells = []
    for label, value, most in values:
        track = el("span", _fill("width", value, most), class_="track")
        cells += [el("span", label), track]
        cells.append(el("span", f"{number(value, 2)} of {number(most, 2)}", class_="number"))
    return el("div", *cells, class_="bars", role="img", aria_label=alt)


def share(value: float, most: float) -> Html:
    """A small bar within a line; what it shows must be written beside it."""
    return el("span", _fill("width", value, most), class_="share", aria_hidden="true")


def _fill(side: str, value: float, most: float) -> Html:
    part = min(1.0, max(0.0, value / most)) if most else 0.0
    return el("span", class_="fill", style=f"{side}:{100 * part:.1f}%")


def histogram(shares: Sequence[float], *, alt: str) -> Html:
    """How many of `shares` (0 to 100 per cent) fall into each tenth, as columns with their
    counts."""
    counts = [0] * 10
    for value in shares:
        counts[min(9, max(0, int(value // 10)))] += 1
    most = max([*counts, 1])
    columns = [
        el("span", count or "", _fill("height", 0.85 * count, most), class_="up")
        for count in counts
    ]
    feet = [el("span", f"{10 * place}") for place in range(10)]
    grid = el("div", *columns, *feet, class_="columns", role="img", aria_label=alt)
    told = "Students by per cent of the points; each column begins at the number below it."
    return el("figure", grid, el("figcaption", told))


def tables_side_by_side(expected: list[list[float]], got: list[list[float]]) -> Html:
    """Two tables as pictures, darker for larger on one scale; what differs is framed, and small
    tables show their numbers. Any finite numbers will do."""
    low, high, most = _range(expected, got)
    widest = max(len(expected[0]), len(got[0]))
    side = 48 if widest <= 6 else 20
    alt = f"The array that was expected beside the one that came; {_differences(expected, got)}"
    pictures = []
    for name, table, other in (("expected", expected, got), ("got", got, expected)):
        squares = [
            _square(side * c, side * r, side, value, _share(value, low, high, most), differs)
            for r, row in enumerate(table)
            for c, value in enumerate(row)
            for differs in [_differs(value, other, r, c, most)]
        ]
        width, height = side * len(table[0]), side * len(table)
        box = f"-1 -1 {width + 2} {height + 2}"
        picture = el("svg", *squares, viewBox=box, width=width, aria_hidden="true")
        caption = el("div", f"{name}, {len(table)} x {len(table[0])}", class_="soft")
        pictures.append(el("div", caption, picture))
    return el("div", *pictures, class_="tables", role="img", aria_label=alt)


def _range(*tables: list[list[float]]) -> tuple[float, float, float]:
    """Lowest and highest as shares of the largest magnitude, and that; sums of huge numbers
    overflow, shares do not."""
    values = [value for table in tables for row in table for value in row]
    most = max(abs(value) for value in values) or 1.0
    return min(values) / most, max(values) / most, most


def _share(value: float, low: float, high: float, most: float) -> float:
    return (value / most - low) / (high - low) if high > low else 0.0


def _differs(value: float, other: list[list[float]], row: int, column: int, most: float) -> bool:
    if row >= len(other) or column >= len(other[row]):
        return True
    return abs(other[row][column] / most - value / most) > 1e-3


def _square(x: int, y: int, side: int, value: float, share: float, differs: bool) -> Html:
    red, green, blue = (round(255 + share * (dark - 255)) for dark in (0, 82, 136))
    inset = 2 if differs else 0.5
    frame = {"stroke": "#d55e00", "stroke_width": 3} if differs else {"stroke": "#8886"}
    size = side - 2 * inset
    place = {"x": x + inset, "y": y + inset, "width": size, "height": size}
    square = el("rect", **place, fill=f"rgb({red},{green},{blue})", **frame)
    if side < 40:
        return square
    ink = "#fff" if share > 0.5 else "#000"
    middle = {"x": x + side / 2, "y": y + side / 2 + 4, "text_anchor": "middle"}
    text = el("text", short_number(value), **middle, style=f"fill:{ink}")
    return Html(square + text)


def _differences(expected: list[list[float]], got: list[list[float]]) -> str:
    shapes = [f"{len(table)} by {len(table[0])}" for table in (expected, got)]
    if shapes[0] != shapes[1]:
        return f"{shapes[0]} entries were due, {shapes[1]} came."
    _, _, most = _range(expected, got)
    wrong = sum(
        _differs(value, got, r, c, most)
        for r, row in enumerate(expected)
        for c, value in enumerate(row)
    )
    return f"{wrong} of {len(expected) * len(expected[0])} entries differ."
