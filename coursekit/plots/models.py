"""A Keras model as a picture, with matplotlib alone: boxes for layers, arrows for tensors, shapes
and parameter counts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from coursekit.errors import InvalidInputError
from coursekit.plots.style import GREY, INK, PALETTE, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT, _STEP_X, _STEP_Y = 1.9, 0.52, 2.15, 0.92  # inches


@dataclass
class _Box:
    """One layer: what is written in its box, and the boxes that feed it."""

    name: str
    kind: str
    shape: str
    params: int
    trainable: bool = True
    before: list = field(default_factory=list)


def draw_model(model: Any, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the layers of a model from its inputs at the top to its outputs at the bottom; Graphviz
    is not needed.

    Each box names the layer, its class, the shape of what it gives (b is the batch) and its number
    of parameters. A layer that is used twice has one box and all its arrows. A model inside the
    model is one box. Inputs are blue and outputs have a thick frame; frozen layers are hatched.

    Args:
        model: a built Keras model, Sequential or Functional.
        title: written above; by default the model's name and its number of parameters.
        ax: where to draw; a figure of the right size by default.

    Returns:
        The axes drawn in.

    Raises:
        InvalidInputError: if the model has no graph: it is not built, or it is a subclass with a
            `call` of its own.
    """
    boxes, last = _read(model)
    places, bends = _place(boxes)
    xs = [x for x, _ in places.values()] + [x for stops in bends.values() for x, _ in stops]
    ys = [y for _, y in places.values()]
    left, right = min(xs) - _WIDTH / 2 - 0.1, max(xs) + _WIDTH / 2 + 0.1
    low, high = min(ys) - _HEIGHT / 2 - 0.1, max(ys) + _HEIGHT / 2 + 0.1
    if ax is None:
        ax = figure((max(right - left, 3.0), high - low + 0.35)).subplots()
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    ax.axis("off")
    ax.set_title(
        title or f"{model.name}: {model.count_params():,} parameters", color=INK, fontsize=10
    )
    for (above, below), stops in bends.items():
        _arrow(ax, [places[above], *stops, places[below]])
    for key, box in boxes.items():
        _draw_box(ax, *places[key], box, is_input=not box.before, is_output=key in last)
    return ax


def _read(model: Any) -> tuple[dict[Any, _Box], set]:
    """The boxes of a model in the order of its computation, and the keys of its outputs."""
    try:
        outputs, inputs = list(model.outputs), {id(tensor) for tensor in model.inputs}
    except (AttributeError, ValueError, TypeError):
        raise InvalidInputError(
            f"Expected a built Sequential or Functional Keras model. Received: "
            f"{type(model).__name__} without a graph; "
            "start it with keras.Input(shape)."
        ) from None
    boxes, last = _walk(outputs, inputs, per_use=False)
    if _in_order(boxes) is None:  # a layer that reads its own result: one box per use
        boxes, last = _walk(outputs, inputs, per_use=True)
    return {key: boxes[key] for key in _in_order(boxes) or boxes}, last


def _walk(outputs: list, inputs: set[int], *, per_use: bool) -> tuple[dict[Any, _Box], set]:
    boxes: dict[Any, _Box] = {}
    done = set()

    def visit(tensor: Any):
        operation, use, _ = tensor._keras_history
        key = (id(operation), use) if per_use else id(operation)
        if (id(operation), use) not in done:
            done.add((id(operation), use))
            sources = (
                operation._inbound_nodes[use].input_tensors if id(tensor) not in inputs else []
            )
            before = [visit(source) for source in sources]
            box = boxes.setdefault(key, _describe(operation, tensor))
            box.before += [other for other in dict.fromkeys(before) if other not in box.before]
        return key

    return boxes, {visit(tensor) for tensor in outputs}


def _in_order(boxes: dict[Any, _Box]) -> list | None:
    """The keys, each after those that feed it; None if there is a cycle."""
    order: list = []
    while len(order) < len(boxes):
        ready = [
            key
            for key, box in boxes.items()
            if key not in order and all(other in order for other in box.before)
        ]
        if not ready:
            return None
        order += ready
    return order


def _describe(operation: Any, tensor: Any) -> _Box:
    count = (
        operation.count_params()
        if hasattr(operation, "count_params") and getattr(operation, "built", True)
        else 0
    )
    sizes = ", ".join(
        "b" if i == 0 and size is None else "?" if size is None else str(size)
        for i, size in enumerate(tensor.shape)
    )
    kind = type(operation).__name__
    activation = getattr(getattr(operation, "activation", None), "__name__", "linear")
    if activation not in ("linear", kind.lower(), str(operation.name)):
        kind += f", {activation}"
    return _Box(
        str(operation.name),
        kind,
        f"({sizes})",
        int(count),
        bool(getattr(operation, "trainable", True)),
    )


def _place(boxes: dict[Any, _Box]):
    """Places in inches, and per edge the points that it passes on its way over other rows
    (Sugiyama's layers, barycentres)."""
    rank: dict[Any, int] = {}
    for key, box in boxes.items():
        rank[key] = max((rank[other] + 1 for other in box.before), default=0)
    after = {key: [other for other, box in boxes.items() if key in box.before] for key in boxes}
    for key, box in boxes.items():
        if not box.before and after[key]:
            rank[key] = min(rank[other] for other in after[key]) - 1
    rows: list[list] = [[] for _ in range(max(rank.values()) + 1)]
    for key in boxes:
        rows[rank[key]].append(key)
    stops_of, links = {}, []
    for below, box in boxes.items():
        for above in box.before:
            stops = [(above, below, row) for row in range(rank[above] + 1, rank[below])]
            for stop in stops:
                rows[stop[2]].append(stop)
            stops_of[above, below] = stops
            links += list(itertools.pairwise([above, *stops, below]))
    x: dict[Any, float] = {}
    for row in rows:
        _spread(row, x)
    for turn in range(6):
        for row in rows if turn % 2 else rows[::-1]:
            near = {
                item: [x[a] for a, b in links if b == item] + [x[b] for a, b in links if a == item]
                for item in row
            }
            row.sort(key=lambda item: sum(near[item]) / len(near[item]) if near[item] else x[item])
            _spread(row, x)
    places = {key: (x[key] * _STEP_X, -rank[key] * _STEP_Y) for key in boxes}
    return places, {
        edge: [(x[s] * _STEP_X, -s[2] * _STEP_Y) for s in stops] for edge, stops in stops_of.items()
    }


def _spread(row: list, x: dict[Any, float]) -> None:
    for slot, item in enumerate(row):
        x[item] = slot - (len(row) - 1) / 2


def _arrow(ax: Axes, points: list[tuple[float, float]]) -> None:
    (x0, y0), (x1, y1) = points[0], points[-1]
    points = [(x0, y0 - _HEIGHT / 2), *points[1:-1], (x1, y1 + _HEIGHT / 2)]
    ax.plot(
        *zip(*points, strict=True), color=GREY, linewidth=1.2, zorder=1, solid_joinstyle="round"
    )
    style = {
        "arrowstyle": "-|>",
        "color": GREY,
        "linewidth": 1.2,
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 11,
    }
    ax.annotate("", points[-1], xytext=points[-2], arrowprops=style, zorder=1)


def _draw_box(ax: Axes, x: float, y: float, box: _Box, *, is_input: bool, is_output: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    face = "#DCEAF5" if is_input else "white"
    patch = FancyBboxPatch(
        (x - _WIDTH / 2 + 0.05, y - _HEIGHT / 2 + 0.05),
        _WIDTH - 0.1,
        _HEIGHT - 0.1,
        boxstyle="round,pad=0.05",
        facecolor=face,
        edgecolor=PALETTE[0] if is_input else INK,
        linewidth=2.4 if is_output else 1.1,
        hatch=None if box.trainable or not box.params else "////",
        zorder=2,
    )
    if not box.trainable and box.params:
        patch.set_edgecolor(GREY)
    ax.add_patch(patch)
    name = box.name if len(box.name) <= 22 else box.name[:20] + "..."
    kind = box.kind if len(box.kind) <= 26 else box.kind[:24] + "..."
    ax.text(
        x,
        y + 0.13,
        name,
        ha="center",
        va="center",
        fontsize=8.5,
        fontweight="bold",
        color=INK,
        zorder=3,
    )
    ax.text(x, y - 0.01, kind, ha="center", va="center", fontsize=7.5, color=INK, zorder=3)
    foot = box.shape + (f"   {box.params:,} parameters" if box.params else "")
    ax.text(x, y - 0.15, foot, ha="center", va="center", fontsize=7.5, color=PALETTE[0], zorder=3)
