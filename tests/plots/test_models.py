"""Pictures of Keras models: every layer once, its shape and parameters written in it, and boxes
that do not cover one another."""

import re

import keras
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from coursekit.errors import InvalidInputError
from coursekit.plots.models import draw_model


def texts(ax):
    return [text.get_text() for text in ax.texts]


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def arrows(ax):
    return [
        text for text in ax.texts if isinstance(getattr(text, "arrow_patch", None), FancyArrowPatch)
    ]


def two_in_two_out():
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    reader = keras.layers.Dense(4, activation="relu", name="reader")
    read = [reader(left), reader(right)]
    both = keras.layers.Concatenate(name="both")(read)
    outputs = {
        "digit": keras.layers.Dense(3, name="digit")(read[0]),
        "larger": keras.layers.Dense(1, name="larger")(both),
    }
    return keras.Model([left, right], outputs, name="pair")


def test_sequential_is_a_column_with_shapes_and_counts():
    model = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(7, "relu", name="hidden"), keras.layers.Dense(2)],
        name="net",
    )
    ax = draw_model(model)
    written = texts(ax)
    assert "hidden" in written
    assert "Dense, relu" in written
    assert "(b, 7)   42 parameters" in written
    assert "(b, 2)   16 parameters" in written
    assert ax.get_title() == "net: 58 parameters"
    assert len(boxes(ax)) == 3
    assert len(arrows(ax)) == 2
    assert len({round(text.get_position()[0], 6) for text in ax.texts if text.get_text()}) == 1


def test_a_shared_layer_has_one_box_and_all_its_arrows():
    ax = draw_model(two_in_two_out())
    assert texts(ax).count("reader") == 1
    assert len(boxes(ax)) == 6
    assert len(arrows(ax)) == 5  # both inputs to reader, reader to both and digit, both to larger


def test_outputs_have_a_thick_frame_and_inputs_another_colour():
    ax = draw_model(two_in_two_out())
    assert sum(box.get_linewidth() > 2 for box in boxes(ax)) == 2
    assert len({box.get_facecolor() for box in boxes(ax)}) == 2


def test_an_edge_over_other_rows_goes_around_their_boxes():
    x = keras.Input((4,), name="x")
    h = keras.layers.Dense(4, name="first")(x)
    h = keras.layers.Dense(4, name="second")(h)
    ax = draw_model(keras.Model(x, keras.layers.Add(name="sum")([x, h])))
    spots = [
        (b.get_x() - 0.05, b.get_y() - 0.05, b.get_width() + 0.1, b.get_height() + 0.1)
        for b in boxes(ax)
    ]
    for line in ax.lines:
        for x_line, y_line in zip(*line.get_data(), strict=True):
            inside = [
                left < x_line < left + w and low + 1e-6 < y_line < low + h - 1e-6
                for left, low, w, h in spots
            ]
            assert not any(inside)
    for i, a in enumerate(spots):
        for b in spots[:i]:
            apart = (
                a[0] + a[2] <= b[0] + 1e-9
                or b[0] + b[2] <= a[0] + 1e-9
                or a[1] + a[3] <= b[1]
                or b[1] + b[3] <= a[1]
            )
            assert apart


def test_a_layer_that_reads_its_own_result_has_one_box_per_use():
    again = keras.layers.Dense(3, name="again")
    x = keras.Input((3,), name="x")
    ax = draw_model(keras.Model(x, again(again(x))))
    assert texts(ax).count("again") == 2
    assert len(arrows(ax)) == 2


def test_a_model_inside_a_model_and_an_operation_are_boxes():
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="inner")
    x = keras.Input((3,), name="x")
    ax = draw_model(keras.Model(x, keras.ops.tanh(inner(x)) * 2.0))
    assert "inner" in texts(ax)
    assert "(b, 2)   8 parameters" in texts(ax)
    assert any(re.match("tanh", text, re.IGNORECASE) for text in texts(ax))


def test_frozen_layers_are_hatched():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)])
    model.layers[0].trainable = False
    assert [bool(box.get_hatch()) for box in boxes(draw_model(model))] == [False, True, False]


def test_draws_into_given_axes_and_takes_a_title():
    from coursekit.plots import subplots

    _, (ax, other) = subplots(1, 2)
    assert draw_model(two_in_two_out(), title="mine", ax=ax) is ax
    assert ax.get_title() == "mine"
    assert not other.texts


@pytest.mark.parametrize("model", [keras.Sequential([keras.layers.Dense(3)]), object()])
def test_a_model_without_a_graph_is_named(model):
    with pytest.raises(InvalidInputError, match="built Sequential or Functional"):
        draw_model(model)
