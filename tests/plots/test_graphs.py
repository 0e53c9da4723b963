"""Computational graphs: every number on its edge, no two nodes in one place, faults of the graph
named."""

import itertools
import math

import pytest
from matplotlib.patches import Circle

from coursekit.errors import InvalidInputError
from coursekit.plots import png_bytes, subplots
from coursekit.plots.graphs import draw_graph

NODES = {"x": "x", "y": "y", "q": "+", "z": "z", "f": "×"}
EDGES = [("x", "q"), ("y", "q"), ("q", "f"), ("z", "f")]
VALUES = {"x": -2.0, "y": 5.0, "z": -4.0, "q": 3.0, "f": -12.0}
GRADIENTS = {"x": -4.5, "y": -4.5, "z": 3.25, "q": -4.25, "f": 1.0}


def texts(ax):
    return {text.get_text(): text for text in ax.texts if text.get_text()}


def places(ax, names):
    rings = {
        tuple(round(c, 6) for c in patch.center)
        for patch in ax.patches
        if isinstance(patch, Circle)
    }
    found = {n: t.get_position() for n, t in texts(ax).items() if n in names}
    assert {tuple(round(c, 6) for c in place) for place in found.values()} <= rings
    return found


def test_values_stand_above_gradients_on_every_edge():
    shown = texts(draw_graph(NODES, EDGES, VALUES, GRADIENTS))
    assert {
        "x",
        "y",
        "z",
        "+",
        "×",
        "−2",
        "5",
        "−4",
        "3",
        "−12",
        "−4.5",
        "3.25",
        "−4.25",
        "1",
    } <= set(shown)
    assert shown["3"].get_position()[1] > shown["−4.25"].get_position()[1]
    assert shown["−12"].get_position()[1] > shown["1"].get_position()[1]


def test_graphs_run_from_left_to_right_and_inputs_stand_before_their_first_use():
    ax = draw_graph(NODES, EDGES)
    at = places(ax, set(NODES.values()))
    assert at["x"][0] == at["y"][0] < at["+"][0] == at["z"][0] < at["×"][0]
    assert "above: value" not in texts(ax)


def test_no_two_nodes_share_a_place_and_long_edges_go_round():
    names = [f"n{i}" for i in range(9)]
    edges = [
        (a, b)
        for a, b in itertools.combinations(names, 2)
        if (int(a[1]) * 7 + int(b[1]) * 3) % 4 == 0
    ] + [("n0", "n8")]
    at = places(draw_graph(names, edges), set(names))
    assert len(at) == 9
    assert min(math.dist(a, b) for a, b in itertools.combinations(at.values(), 2)) > 0.5
    chain = ["a", "b", "c", "d"]
    ax = draw_graph(chain, [*itertools.pairwise(chain), ("a", "d")])
    at = places(ax, set(chain))
    long_edge = max(ax.lines, key=lambda line: len(line.get_xdata()))
    gaps = [
        math.dist(at[n], point) for n in "bc" for point in zip(*long_edge.get_data(), strict=True)
    ]
    assert min(gaps) > 0.4


def test_a_node_used_twice_shows_the_share_of_each_edge():
    ax = draw_graph(
        ["x", "f"], [("x", "f"), ("x", "f")], {"x": 3.0}, {("x", "f"): 3.0, "f": "done"}
    )
    curved = [line for line in ax.lines if len(line.get_xdata()) > 5]
    assert len(curved) == 2
    assert [text.get_text() for text in ax.texts].count("3") == 4
    assert "done" in texts(ax)


def test_given_axes_and_positions_are_used():
    fig, axes = subplots(1, 2)
    corners = {"x": (0, 0), "y": (0, 2), "q": (1, 1), "z": (1, -1), "f": (2, 0)}
    ax = draw_graph(NODES, EDGES, VALUES, positions=corners, legend=False, ax=axes[1])
    at = places(ax, set(NODES.values()))
    assert ax is axes[1]
    assert at["y"][1] > at["+"][1] > at["×"][1] == at["x"][1] > at["z"][1]
    assert png_bytes(fig).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("edges", "more", "words"),
    [
        ([("x", "nowhere")], {}, "edges"),
        ([("x", "q"), ("q", "f"), ("f", "q")], {}, "without cycles"),
        (EDGES, {"values": {"w": 1.0}}, "`values`"),
        (EDGES, {"gradients": {("x", "f"): 1.0}}, "`gradients`"),
        (EDGES, {"positions": {"x": (0, 0)}}, "position"),
    ],
)
def test_faults_are_named(edges, more, words):
    with pytest.raises(InvalidInputError, match=words):
        draw_graph(NODES, edges, **more)


def test_one_node_and_none_are_drawn():
    assert "only" in texts(draw_graph(["only"], [], {"only": 2.0}))
    assert png_bytes(draw_graph([], []).figure)
