"""Hidden checks of lab 01: run at grading only."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_probabilities,
    assert_true,
    assert_unchanged,
)

# 1.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.1")
@pytest.mark.points(1)
def test_channels_first_keeps_dtype_and_values_of_floats(student):
    images = student.rng.normal(size=(2, 1, 4, 5)).astype("float32")
    got, after = student.call_tracking("channels_first", images)
    assert_equal(
        got,
        np.moveaxis(images, -1, 1),
        tried=f"channels_first of float32 images of shape {images.shape}",
    )
    assert_true(
        np.asarray(got).dtype == np.float32,
        tried="dtype of channels_first of float32",
        expected="float32",
        got=str(np.asarray(got).dtype),
    )
    assert_unchanged([images], after)


@pytest.mark.exercise("1.1")
@pytest.mark.points(1)
def test_flat_rows_of_one_image_and_of_black_images(student):
    images = student.rng.integers(0, 256, (1, 3, 8)).astype("uint8")
    got, after = student.call_tracking("flat_rows", images)
    assert_close(
        got,
        images.reshape(1, 24) / 255.0,
        tried="flat_rows of a single image",
        rtol=1e-5,
    )
    assert_unchanged([images], after)
    assert_close(
        student.flat_rows(np.zeros((2, 3, 2), "uint8")),
        np.zeros((2, 6)),
        tried="flat_rows of black images",
    )


# 1.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.2")
@pytest.mark.points(1)
def test_squared_distances_to_itself(student):
    a = student.rng.normal(5, 2, (6, 3)).astype("float32")
    (got, after) = student.call_tracking("squared_distances", a, a)
    wide = a.astype(float)
    wanted = ((wide[:, None] - wide[None]) ** 2).sum(axis=-1)
    assert_close(
        got, wanted, tried="squared_distances of float32 rows to themselves", rtol=1e-4
    )
    assert_close(
        np.asarray(got),
        np.asarray(got).T,
        tried="squared_distances(a, a) and its transpose",
        rtol=1e-4,
    )
    assert_unchanged([a, a], after)


@pytest.mark.exercise("1.2")
@pytest.mark.points(1)
def test_squared_distances_of_one_row_and_of_mixed_dtypes(student):
    a = student.rng.integers(0, 256, (1, 5)).astype("uint8")
    b = student.rng.integers(-300, 300, (4, 5))
    wanted = ((a.astype(float)[:, None] - b.astype(float)[None]) ** 2).sum(axis=-1)
    assert_close(
        student.squared_distances(a, b),
        wanted,
        tried="squared_distances of one uint8 row to four rows of int64",
        rtol=1e-6,
    )
    assert_close(
        student.squared_distances(b, a),
        wanted.T,
        tried="squared_distances of four rows of int64 to one uint8 row",
        rtol=1e-6,
    )
    long = student.rng.integers(0, 256, (2, 600)).astype("uint8")
    wanted = ((long.astype(float)[:, None] - long.astype(float)[None]) ** 2).sum(
        axis=-1
    )
    assert_close(
        student.squared_distances(long, long),
        wanted,
        tried="squared_distances of long uint8 rows",
        rtol=1e-5,
    )


# 1.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.3")
@pytest.mark.points(1)
def test_dense_in_float32_on_negative_numbers(student):
    n, d, c = 6, int(student.rng.integers(2, 5)), 7
    x, w, b = (
        student.rng.normal(-1, 2, shape).astype("float32")
        for shape in [(n, d), (d, c), (c,)]
    )
    (got, after) = student.call_tracking("dense", x, w, b)
    assert_close(
        got,
        np.einsum("nd,dc->nc", x.astype(float), w) + b,
        tried=f"dense with d={d} in float32, many negative",
        rtol=1e-4,
    )
    assert_unchanged([x, w, b], after)


@pytest.mark.exercise("1.3")
@pytest.mark.points(1)
def test_softmax_ignores_what_all_logits_of_a_row_share(student):
    z = student.rng.normal(size=(4, 3))
    shifted = z + np.array([[0.0], [7.0], [-700.0], [5000.0]])
    assert_close(
        student.softmax(shifted),
        student.softmax(z),
        tried="softmax of rows that are shifted by 0, 7, -700 and 5000",
        rtol=1e-6,
    )
    ties = np.repeat(student.rng.normal(size=(3, 1)), 4, axis=1).astype("float32")
    assert_close(
        student.softmax(ties),
        np.full((3, 4), 0.25),
        tried="softmax of rows of equal logits, float32",
        rtol=1e-5,
    )
    single = student.softmax(student.rng.normal(size=(3, 1)))
    assert_probabilities(single, tried="softmax with a single class")


# 1.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.4")
@pytest.mark.points(1)
def test_slopes_of_a_function_that_ignores_some_entries(student):
    x = student.rng.normal(size=(3, 2))
    got = student.slopes(lambda v: 4.0 * float(np.asarray(v)[1, 0]) - 2.5, x)
    wanted = np.zeros((3, 2))
    wanted[1, 0] = 4.0
    assert_close(
        got, wanted, tried="slopes of 4 x[1, 0] - 2.5 at x of shape (3, 2)", rtol=1e-6
    )


@pytest.mark.exercise("1.4")
@pytest.mark.points(1)
def test_slopes_where_entries_multiply_each_other(student):
    x = student.rng.uniform(0.5, 2, 4).astype("float32")
    got, after = student.call_tracking(
        "slopes", lambda v: float(np.prod(np.asarray(v, dtype=float))), x
    )
    wide = x.astype(float)
    assert_close(
        got,
        np.prod(wide) / wide,
        tried=f"slopes of the product of the entries of a float32 array {x.tolist()}",
        rtol=1e-5,
    )
    assert_unchanged([x], after[1:])
    point = student.rng.uniform(1, 2)
    assert_close(student.slopes(lambda v: float(np.sum(np.asarray(v) ** 4)), np.array([point]), h=0.25),
                 np.array([4 * point**3 + 4 * point * 0.0625]), tried=f"slopes of x**4 at [{point:.3f}] with h=0.25")  # fmt: skip


# 1.5 ------------------------------------------------------------------------------------------------------------------


def layer_shapes(sizes):
    return [shape for a, b in itertools.pairwise(sizes) for shape in ((a, b), (b,))]


def by_layers(weights, x):
    """The logits of a perceptron, a layer at a time."""
    h = x.astype(float)
    for i in range(0, len(weights), 2):
        h = h @ weights[i] + weights[i + 1]
        h = np.maximum(h, 0) if i + 2 < len(weights) else h
    return h


@pytest.mark.exercise("1.5")
@pytest.mark.points(1)
def test_parameter_count_is_what_keras_counts(student):
    sizes = [[7, 31, 1, 12], [20, 3, 9, 2]][student.rng.integers(2)]
    wanted = sum(int(np.prod(shape)) for shape in layer_shapes(sizes))
    assert_equal(
        student.parameter_count(sizes), wanted, tried=f"parameter_count({sizes})"
    )
    x = student.rng.normal(size=(2, sizes[0])).astype("float32")
    for name in ("sequential_net", "functional_net"):
        model = student.call(name, sizes)
        shapes = [tuple(np.shape(w)) for w in model.get_weights()]
        assert_true(
            shapes == layer_shapes(sizes),
            tried=f"the weights of {name}({sizes})",
            expected=f"{wanted} numbers in arrays of shapes {layer_shapes(sizes)}",
            got=f"shapes {shapes}",
        )
        weights = [student.rng.normal(size=shape).astype("float32") for shape in shapes]
        model.set_weights(weights)
        assert_close(
            model(x),
            by_layers(weights, x),
            tried=f"{name}({sizes}) on 2 rows, computed from all of its weights",
            rtol=1e-4,
        )


@pytest.mark.exercise("1.5")
@pytest.mark.points(1)
def test_both_styles_answer_alike_with_the_same_weights(student):
    sizes = [[2, 5, 3, 6, 4], [6, 3, 4, 2, 5]][student.rng.integers(2)]
    chain, graph = student.sequential_net(sizes), student.functional_net(sizes)
    weights = [
        student.rng.normal(size=shape).astype("float32")
        for shape in layer_shapes(sizes)
    ]
    x = student.rng.normal(size=(1, sizes[0])).astype("float32")
    for name, model in (("sequential_net", chain), ("functional_net", graph)):
        model.set_weights(weights)
        assert_close(
            model(x),
            by_layers(weights, x),
            tried=f"{name}({sizes}) on a single row, from its weights",
            rtol=1e-4,
        )


# 1.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.6")
@pytest.mark.points(1)
def test_forward_of_one_row_through_four_layers(student):
    sizes = [int(size) for size in student.rng.integers(2, 7, 5)]
    weights = [
        student.rng.normal(size=shape).astype("float32")
        for shape in layer_shapes(sizes)
    ]
    x = (-np.abs(student.rng.normal(size=(1, sizes[0])))).astype(
        "float32"
    )  # all negative: a relu before the first layer would show
    h = x.astype(float)
    for w, b in zip(weights[0:-2:2], weights[1:-2:2], strict=True):
        h = np.maximum(h @ w + b, 0)
    (got, after) = student.call_tracking("forward", weights, x)
    assert_close(
        got,
        h @ weights[-2] + weights[-1],
        tried=f"forward of one negative row through layers of sizes {sizes}",
        rtol=1e-4,
    )
    assert_unchanged([*weights, x], [*after[0], after[1]])


# 1.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.7")
@pytest.mark.points(1)
def test_pair_net_gives_logits_of_the_right_shape_and_sign(student):
    pixels, units, classes = [(11, 4, 7), (5, 8, 3)][student.rng.integers(2)]
    model = student.pair_net(pixels, units, classes)
    shapes = {
        "reader": (pixels, units),
        "digit": (units, classes),
        "larger": (2 * units, 1),
    }
    weights = {}
    for name, shape in shapes.items():
        weights[name] = [
            student.rng.normal(size=s).astype("float32") for s in (shape, shape[1:])
        ]
        model.get_layer(name).set_weights(weights[name])
    x, y = (student.rng.normal(size=(6, pixels)).astype("float32") for _ in range(2))
    a, b = (
        np.maximum(v.astype(float) @ weights["reader"][0] + weights["reader"][1], 0)
        for v in (x, y)
    )
    got = model({"left": x, "right": y})
    for name, h in (("digit", a), ("larger", np.concatenate([a, b], axis=1))):
        assert_close(
            got[name],
            h @ weights[name][0] + weights[name][1],
            tried=f"output {name} of pair_net({pixels}, {units}, {classes}), from its weights",
            rtol=1e-4,
        )
    bias = np.full(1, -7.5, "float32")
    model.get_layer("larger").set_weights([0 * weights["larger"][0], bias])
    got = model({"left": x, "right": y})
    assert_close(
        got["larger"],
        np.full((6, 1), -7.5),
        tried="output larger when its weights are 0 and its bias -7.5: a logit",
        rtol=1e-5,
    )
    shift = student.rng.normal(0, 5, classes).astype("float32")
    model.get_layer("digit").set_weights([0 * weights["digit"][0], shift])
    got = model({"left": x, "right": y})
    assert_close(
        got["digit"],
        np.tile(shift, (6, 1)),
        tried="output digit when its weights are 0: its biases, as logits",
        rtol=1e-5,
    )


# 1.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("1.8")
@pytest.mark.points(1)
def test_round_trip_of_a_deeper_model_keeps_the_activation(student):
    sizes = [[4, 6, 5, 2], [3, 2, 6, 4]][student.rng.integers(2)]
    model = student.make(
        "coursekit.models.mlp",
        (sizes[0],),
        sizes[-1],
        hidden=tuple(sizes[1:-1]),
        activation="tanh",
    )
    weights = [
        student.rng.normal(size=np.shape(w)).astype("float32")
        for w in model.get_weights()
    ]
    model.set_weights(weights)
    x = student.rng.normal(size=(5, sizes[0])).astype("float32")
    h = x.astype(float)
    for i in range(0, len(weights), 2):
        h = h @ weights[i] + weights[i + 1]
        h = np.tanh(h) if i + 2 < len(weights) else h
    loaded = student.round_trip(model)
    model.set_weights([0 * w for w in weights])  # what comes back is a model of its own
    assert_close(
        loaded(x),
        h,
        tried=f"answers of a tanh network of sizes {sizes} after round_trip",
        rtol=1e-4,
    )
    again = student.round_trip(loaded)
    assert_close(again.get_weights(), weights, tried="weights after two round trips")


@pytest.mark.exercise("1.8")
@pytest.mark.points(1)
def test_same_model_of_other_widths_and_of_a_tiny_change(student):
    pixels, classes = [(5, 3), (4, 6)][student.rng.integers(2)]
    first = student.make("coursekit.models.mlp", (pixels,), classes, hidden=(5,))
    wider = student.make("coursekit.models.mlp", (pixels,), classes, hidden=(6,))
    twin = student.make("coursekit.models.mlp", (pixels,), classes, hidden=(5,))
    x = student.rng.normal(size=(4, pixels)).astype("float32")
    assert_equal(
        bool(student.same_model(first, wider, x)),
        False,
        tried="same_model of 5 and 6 hidden units",
    )
    weights = [w.copy() for w in first.get_weights()]
    twin.set_weights(weights)
    assert_equal(
        bool(student.same_model(first, twin, x)),
        True,
        tried="same_model of equal models",
    )
    weights[0][-1, -1] *= 1.000001
    twin.set_weights(weights)
    exact = all(
        np.array_equal(a, b)
        for a, b in zip(first.get_weights(), twin.get_weights(), strict=True)
    )
    answer = bool(student.same_model(first, twin, x))
    assert_equal(answer, exact, tried="same_model when one weight differs by a millionth",
                hint="equal means exactly equal: np.array_equal")  # fmt: skip
    zeros = []
    for hidden in ((2, 4), (4, 2)):  # as many weights, in arrays of other shapes
        model = student.make("coursekit.models.mlp", (pixels,), pixels, hidden=hidden)
        model.set_weights([0 * w for w in model.get_weights()])
        zeros.append(model)
    assert_equal(
        bool(student.same_model(*zeros, x)),
        False,
        tried="same_model of two models whose weights are all 0 and differ in shape",
    )
