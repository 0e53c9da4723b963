"""Computational graphs as pictures: what each node gives on its way forward, and what comes
back."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coursekit.errors import InvalidInputError
from coursekit.plots.style import GREY, INK, PALETTE, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEP_X, _STEP_Y, _RADIUS = 1.5, 1.1, 0.24  # inches
_VALUE_COLOUR, _GRADIENT_COLOUR = PALETTE[0], PALETTE[1]


def draw_graph(
    nodes: Mapping[str, str] | Sequence[str],
    edges: Iterable[tuple[str, str]],
    values: Mapping[Any, Any] | None = None,
    gradients: Mapping[Any, Any] | None = None,
    *,
    positions: Mapping[str, tuple[float, float]] | None = None,
    digits: int = 3,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a computational graph from left to right, values above its edges and gradients below
    them.

    Args:
        nodes: the node names, or a mapping from name to the text drawn in the node. Nodes that no
            edge enters are inputs and have no ring. Of two nodes in one column that pull equally,
            the one named first is drawn higher.
        edges: pairs (from, to). A pair that comes twice is drawn as two arcs.
        values: node name -> number or text, written on every edge that leaves the node, and on an
            arrow out of a last node. A key (from, to) speaks for one edge.
        gradients: the same for what flows back, written below the edge. A node that feeds several
            others has one share per edge: give (from, to) keys to show the shares.
        positions: node name -> (x, y) in steps to the right and up; by default the nodes are placed
            in columns, each one step before the first node that needs it.
        digits: significant digits of the numbers.
        legend: whether to say which text is which.
        ax: where to draw; a figure of the right size by default.

    Returns:
        The axes drawn in.

    Raises:
        InvalidInputError: if an edge, a value, a gradient or a position names an unknown node or
            edge, a position is missing, or the edges form a cycle.

    Source: the pictures of CS231n (Li, Johnson and Yeung, 2017), lecture 4.
    """
    texts = dict(nodes) if isinstance(nodes, Mapping) else {name: str(name) for name in nodes}
    edges = [tuple(edge) for edge in edges]
    values, gradients = dict(values or {}), dict(gradients or {})
    _check(texts, edges, values, gradients, positions)
    places, bends = _place(list(texts), edges) if positions is None else (dict(positions), {})
    spots = {name: (x * _STEP_X, y * _STEP_Y) for name, (x, y) in places.items()}
    last = [name for name in texts if not any(a == name for a, _ in edges)]
    ax = _canvas(spots, bends, last, ax, legend and bool(values or gradients))
    entered = {b for _, b in edges}
    seen: dict[tuple[str, str], int] = {}
    for edge in edges:
        turn = seen[edge] = seen.get(edge, -1) + 1
        through = [(x * _STEP_X, y * _STEP_Y) for x, y in bends.get(edge, ())]
        points = [spots[edge[0]], *through, spots[edge[1]]]
        if edges.count(edge) > 1:
            points = _arc(points, turn, edges.count(edge))
        _edge(
            ax,
            points,
            edge[0] in entered,
            _text(values, edge, digits),
            _text(gradients, edge, digits),
        )
    for name in last:
        x, y = spots[name]
        end = (x + 0.62 * _STEP_X + _RADIUS, y)
        _edge(
            ax,
            [(x, y), end],
            True,
            _text(values, (name, None), digits),
            _text(gradients, (name, None), digits),
        )
    for name, (x, y) in spots.items():
        _node(ax, x, y, texts[name], ring=name in entered)
    return ax


def _check(texts, edges, values, gradients, positions) -> None:
    for edge in edges:
        if len(edge) != 2 or not set(edge) <= set(texts):
            raise InvalidInputError(
                f"Expected edges (from, to) between {', '.join(map(str, texts))}. Received: "
                f"{edge!r}."
            )
    for kind, given in (("values", values), ("gradients", gradients)):
        for key in given:
            if key not in texts and key not in edges:
                raise InvalidInputError(
                    f"Expected the keys of `{kind}` to be nodes or edges of the graph. "
                    f"Received: {key!r}."
                )
    if positions is not None and set(positions) != set(texts):
        wrong = sorted(map(str, set(positions) ^ set(texts)))
        raise InvalidInputError(
            f"Expected a position for each node and no other. Received: {', '.join(wrong)} on "
            f"one side only."
        )
    _ranks(list(texts), edges)


def _ranks(names: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """Column of each node: operations as early as their inputs allow, inputs just before they are
    needed."""
    before = {name: [a for a, b in edges if b == name] for name in names}
    after = {name: [b for a, b in edges if a == name] for name in names}
    rank: dict[str, int] = {}
    while len(rank) < len(names):
        ready = [
            name for name in names if name not in rank and all(a in rank for a in before[name])
        ]
        if not ready:
            stuck = ", ".join(str(name) for name in names if name not in rank)
            raise InvalidInputError(
                f"Expected a graph without cycles. Received: one through some of {stuck}."
            )
        rank.update({name: max((rank[a] + 1 for a in before[name]), default=0) for name in ready})
    for name in names:
        if not before[name] and after[name]:
            rank[name] = min(rank[b] for b in after[name]) - 1
    return rank


def _place(names: list[str], edges: list[tuple[str, str]]):
    """Places of the nodes in steps, and the bends of edges that pass over other columns (Sugiyama's
    layers, barycentres)."""
    rank = _ranks(names, edges)
    columns: list[list] = [[] for _ in range(max(rank.values(), default=0) + 1)]
    for name in names:
        columns[rank[name]].append(name)
    links, dummies = [], {}
    for edge in dict.fromkeys(edges):
        stops = [(edge, column) for column in range(rank[edge[0]] + 1, rank[edge[1]])]
        dummies[edge] = stops
        for stop in stops:
            columns[stop[1]].append(stop)
        chain = [edge[0], *stops, edge[1]]
        links += list(itertools.pairwise(chain))
    y: dict[Any, float] = {}
    _spread(columns, y)
    for turn in range(8):
        for column in columns if turn % 2 else columns[::-1]:
            pull = {}
            for item in column:
                near = [y[a] for a, b in links if b == item] + [y[b] for a, b in links if a == item]
                pull[item] = sum(near) / len(near) if near else y[item]
            column.sort(key=lambda item: -pull[item])
            _spread([column], y)
    places = {name: (float(rank[name]), y[name]) for name in names}
    return places, {
        edge: [(float(column), y[edge, column]) for _, column in stops]
        for edge, stops in dummies.items()
    }


def _spread(columns, y) -> None:
    for column in columns:
        for slot, item in enumerate(column):
            y[item] = (len(column) - 1) / 2 - slot


def _arc(points, turn: int, count: int):
    """The points of one of several edges between the same two nodes, bent to its side (a quadratic
    Bezier curve)."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    side = (0.5 - count / 2 + turn) * -1.1
    xm, ym = (x0 + x1) / 2 - (y1 - y0) / length * side, (y0 + y1) / 2 + (x1 - x0) / length * side
    steps = [i / 14 for i in range(15)]
    curve = [
        (
            (1 - t) ** 2 * x0 + 2 * t * (1 - t) * xm + t**2 * x1,
            (1 - t) ** 2 * y0 + 2 * t * (1 - t) * ym + t**2 * y1,
        )
        for t in steps
    ]
    inside = [
        point
        for point in curve
        if min(math.dist(point, end) for end in (points[0], points[-1])) > _RADIUS
    ]
    return [points[0], *inside, points[-1]]


def _canvas(spots, bends, last, ax: Axes | None, legend: bool) -> Axes:
    xs, ys = zip(*spots.values(), strict=True) if spots else ((0.0,), (0.0,))
    left, right = (
        min(xs) - 0.35,
        max(max(xs) + 0.35, *(spots[n][0] + 0.75 * _STEP_X + _RADIUS for n in last), 0.0),
    )
    ys = [*ys, *(y * _STEP_Y for stops in bends.values() for _, y in stops)]
    low, high = min(ys) - 0.5 - 0.28 * legend, max(ys) + 0.5
    if ax is None:
        ax = figure((right - left, high - low), layout="none").add_axes((0, 0, 1, 1))
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    ax.axis("off")
    if legend:
        ax.text(
            left + 0.1,
            low + 0.1,
            "above: value",
            color=_VALUE_COLOUR,
            fontsize=9,
            fontweight="bold",
        )
        ax.text(
            left + 1.2,
            low + 0.1,
            "below: gradient",
            color=_GRADIENT_COLOUR,
            fontsize=9,
            style="italic",
        )
    return ax


def _node(ax: Axes, x: float, y: float, text: str, *, ring: bool) -> None:
    from matplotlib.patches import Circle

    edge = INK if ring else "none"
    ax.add_patch(
        Circle((x, y), _RADIUS, facecolor="white", edgecolor=edge, linewidth=1.4, zorder=3)
    )
    short = "\\" in text or len(re.sub(r"[$_{}]", "", text)) <= 2
    ax.text(x, y, text, ha="center", va="center", color=INK, fontsize=13 if short else 9, zorder=4)


def _edge(ax: Axes, points, from_operation: bool, value: str, gradient: str) -> None:
    """A line along `points` with an arrow head, its two texts beside the longest straight piece."""
    points = [*_shorten(points[:2], _RADIUS if from_operation else 0.8 * _RADIUS), *points[2:]]
    points = [*points[:-2], *_shorten(points[:-3:-1], _RADIUS)[::-1]] if len(points) > 1 else points
    ax.plot(
        *zip(*points, strict=True), color=GREY, linewidth=1.2, zorder=1, solid_joinstyle="round"
    )
    arrow = {
        "arrowstyle": "-|>",
        "color": GREY,
        "linewidth": 1.2,
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 11,
    }
    ax.annotate("", points[-1], xytext=points[-2], arrowprops=arrow, zorder=1)
    pieces = list(itertools.pairwise(points))
    flattest = max(pieces, key=lambda piece: (piece[1][0] - piece[0][0]) ** 2 / math.dist(*piece))
    (x0, y0), (x1, y1) = (
        pieces[len(pieces) // 2] if len(pieces) > 8 else flattest
    )  # the middle of a curve, or a piece
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    up = ((y0 - y1) / length, (x1 - x0) / length)
    up = up if up[1] >= 0 else (-up[0], -up[1])
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    for text, sign, colour, look in (
        (value, 1, _VALUE_COLOUR, {"fontweight": "bold"}),
        (gradient, -1, _GRADIENT_COLOUR, {"style": "italic"}),
    ):
        if text:
            away = sign * (0.12 + 0.035 * len(text) * abs(up[0]))
            place = (x + away * up[0], y + away * up[1])
            ax.text(
                *place, text, ha="center", va="center", fontsize=9, color=colour, zorder=2, **look
            )


def _shorten(pair, by: float):
    """The pair of points with its first moved towards its second."""
    (x0, y0), (x1, y1) = pair
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    return [(x0 + (x1 - x0) * by / length, y0 + (y1 - y0) * by / length), (x1, y1)]


def _text(given: Mapping[Any, Any], edge: tuple[str, str | None], digits: int) -> str:
    value = given.get(edge, given.get(edge[0], ""))
    if isinstance(value, str):
        return value
    return f"{float(value):.{digits}g}".replace("-", "\N{MINUS SIGN}")
