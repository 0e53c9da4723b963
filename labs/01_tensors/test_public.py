"""Public checks of lab 01: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_probabilities,
    assert_true,
    assert_unchanged,
    counterexample,
)

# 1.1 ------------------------------------------------------------------------------------------------------------------


def colour_images(rng, n, h, w, c):
    return rng.integers(0, 256, (n, h, w, c)).astype("uint8")


def channel_by_channel(images):
    channels = range(images.shape[-1])
    return np.stack([np.stack([image[..., k] for k in channels]) for image in images])


def pixel_by_pixel(images):
    rows = [[pixel / 255 for row in image for pixel in row] for image in images]
    return np.array(rows, dtype="float32")


@pytest.mark.exercise("1.1")
@pytest.mark.points(1)
def test_channels_first_moves_axes_and_keeps_every_channel_whole(student):
    for n, h, w, c in [(2, 4, 5, 3), (3, 2, 6, 4), (1, 3, 2, 2)]:
        images = colour_images(student.rng, n, h, w, c)
        got = student.channels_first(images)
        tried = f"channels_first of images of shape {images.shape}"
        assert_equal(got, channel_by_channel(images), tried=tried)
        assert_true(
            np.asarray(got).dtype == images.dtype,
            tried=f"the dtype of {tried}, {images.dtype}",
            expected=str(images.dtype),
            got=str(np.asarray(got).dtype),
        )


@pytest.mark.exercise("1.1")
@pytest.mark.points(1)
def test_flat_rows_gives_one_row_per_image(student):
    for n, h, w in [(3, 2, 5), (2, 7, 3), (5, 4, 1)]:
        images = student.rng.integers(0, 256, (n, h, w)).astype("uint8")
        got = student.flat_rows(images)
        assert_close(
            got,
            pixel_by_pixel(images),
            tried=f"flat_rows of uint8 images of shape {images.shape}",
            rtol=1e-5,
        )


@pytest.mark.exercise("1.1")
@pytest.mark.points(1)
def test_flat_rows_scales_dark_images_like_bright_ones_and_gives_float32(student):
    images = student.rng.integers(10, 60, (2, 3, 4)).astype(
        "uint8"
    )  # neither 0 nor 255 occurs
    got = np.asarray(student.flat_rows(images))
    assert_close(
        got,
        images.reshape(2, 12) / 255.0,
        tried="flat_rows of images without black and white pixels",
        rtol=1e-5,
    )
    assert_true(
        got.dtype == np.float32,
        tried="the dtype of flat_rows",
        expected="float32",
        got=str(got.dtype),
    )


# 1.2 ------------------------------------------------------------------------------------------------------------------


def distances_by_loop(a, b):
    return np.array(
        [
            [
                sum((float(p) - float(q)) ** 2 for p, q in zip(u, v, strict=True))
                for v in b
            ]
            for u in a
        ]
    )


@pytest.mark.exercise("1.2")
@pytest.mark.points(1)
def test_squared_distances_of_every_row_to_every_row(student):
    for n, m, d in [(4, 3, 2), (2, 5, 7), (3, 4, 1)]:
        a, b = student.rng.normal(size=(n, d)), student.rng.normal(size=(m, d))
        got = student.squared_distances(a, b)
        assert_close(
            got,
            distances_by_loop(a, b),
            tried=f"squared_distances of shapes {a.shape} and {b.shape}",
            rtol=1e-6,
        )


@pytest.mark.exercise("1.2")
@pytest.mark.points(1)
def test_squared_distances_when_both_have_equally_many_rows(student):
    a, b = student.rng.normal(size=(4, 6)), student.rng.normal(size=(4, 6))
    got = student.squared_distances(a, b)
    assert_close(
        got,
        distances_by_loop(a, b),
        tried="squared_distances of two arrays (4, 6): all 16 pairs",
        rtol=1e-6,
    )


@pytest.mark.exercise("1.2")
@pytest.mark.points(1)
def test_squared_distances_of_uint8_pixels_do_not_wrap_around(student):
    a = student.rng.integers(0, 256, (3, 8)).astype("uint8")
    b = student.rng.integers(0, 256, (2, 8)).astype("uint8")
    got = student.squared_distances(a, b)
    assert_close(
        got,
        distances_by_loop(a, b),
        tried=f"squared_distances of uint8 rows, a[0]={a[0].tolist()}",
        rtol=1e-5,
    )


# 1.3 ------------------------------------------------------------------------------------------------------------------


def softmax_by_loop(z):
    rows = []
    for row in np.asarray(z, dtype=np.float64):
        powers = [np.exp(value - max(row)) for value in row]
        rows.append([power / sum(powers) for power in powers])
    return np.array(rows)


def dense_by_loop(x, w, b):
    (n, d), c = x.shape, len(b)
    return np.array(
        [
            [sum(x[i, k] * w[k, j] for k in range(d)) + b[j] for j in range(c)]
            for i in range(n)
        ]
    )


@pytest.mark.exercise("1.3")
@pytest.mark.points(1)
def test_dense_is_a_matrix_product_and_a_bias_per_unit(student):
    for n, d, c in [
        (3, 3, 3),
        (4, 3, 2),
        (1, 5, 3),
        (3, 1, 4),
    ]:  # the square one first: wrong products fit there too
        x, w, b = (
            student.rng.normal(size=(n, d)),
            student.rng.normal(size=(d, c)),
            student.rng.normal(size=c),
        )
        assert_close(
            student.dense(x, w, b),
            dense_by_loop(x, w, b),
            tried=f"dense with x {x.shape}, w {w.shape}, b {b.shape}",
        )


@pytest.mark.exercise("1.3")
@pytest.mark.points(1)
def test_softmax_turns_each_row_into_probabilities(student):
    for n, c in [(3, 4), (5, 2), (1, 6), (4, 4)]:
        z = student.rng.normal(0, 2, (n, c))
        got, after = student.call_tracking("softmax", z)
        assert_close(
            got, softmax_by_loop(z), tried=f"softmax of logits of shape {z.shape}"
        )
        assert_probabilities(
            got, tried=f"rows of the softmax of logits of shape {z.shape}"
        )
        assert_unchanged([z], after, tried="the logits after softmax", name="z")


@pytest.mark.exercise("1.3")
@pytest.mark.points(1)
def test_softmax_survives_logits_of_any_size(student):
    for shift in (1000.0, -1000.0):
        z = student.rng.normal(size=(3, 4)) + shift * np.array([[1.0], [0.5], [2.0]])
        assert_close(
            student.softmax(z),
            softmax_by_loop(z),
            tried=f"softmax of logits near {shift:g}",
            rtol=1e-6,
        )
    z = student.rng.normal(0, 3000, (2, 5))
    assert_close(
        student.softmax(z),
        softmax_by_loop(z),
        tried="softmax of logits thousands apart",
        rtol=1e-6,
    )


# 1.4 ------------------------------------------------------------------------------------------------------------------


def wavy(matrix):
    """A function in which every entry matters differently, up as well as down."""
    return lambda v: float(
        np.sum(np.sin(3 * np.asarray(v)) * matrix) + 2 * np.prod(np.asarray(v))
    )


@pytest.mark.exercise("1.4")
@pytest.mark.points(2)
def test_slopes_is_the_gradient_in_the_shape_of_x(student):
    for shape in [(3,), (2, 3), (2, 1, 2)]:
        f = wavy(student.rng.normal(size=shape))
        x = student.rng.uniform(-1, 1, shape)
        got, after = student.call_tracking("slopes", f, x)
        assert_gradient(
            got, f, x, tried=f"slopes of a function at x of shape {shape}", rtol=3e-6
        )
        assert_unchanged(
            [x], after[1:], tried=f"x of shape {shape} after slopes", name="x"
        )


@pytest.mark.exercise("1.4")
@pytest.mark.points(1)
def test_slopes_looks_to_both_sides_by_h(student):
    for h in (0.5, 2.0):
        x = np.round(student.rng.uniform(1, 3, 3), 2)
        got = student.slopes(lambda v: float(np.sum(np.asarray(v) ** 3)), x, h=h)
        wanted = ((x + h) ** 3 - (x - h) ** 3) / (2 * h)
        assert_close(
            got, wanted, tried=f"slopes of sum(x**3) at {x.tolist()} with h={h}"
        )


@pytest.mark.exercise("1.4")
@pytest.mark.points(1)
def test_slopes_takes_integers(student):
    x = student.rng.integers(1, 9, 3)
    got = student.slopes(lambda v: float(np.sum(np.asarray(v) ** 2)), x)
    assert_close(
        got,
        2.0 * x,
        tried=f"slopes of sum(x**2) at the integers {x.tolist()}",
        rtol=1e-5,
    )


# 1.5 ------------------------------------------------------------------------------------------------------------------


def relu_net(weights, x):
    """Logits from a list of weights, in float64."""
    h = np.asarray(x, dtype=np.float64)
    for i in range(0, len(weights), 2):
        h = h @ weights[i] + weights[i + 1]
        if i + 2 < len(weights):
            h = np.where(h > 0, h, 0)
    return h


SIZES = {
    2: [[5, 3], [2, 4]],
    3: [[6, 4, 3], [3, 5, 2]],
    4: [[4, 5, 3, 2], [3, 4, 6, 2]],
    5: [[2, 5, 3, 6, 4], [6, 3, 4, 2, 5]],
}


def random_sizes(rng, count):
    """One of two lists of sizes, no two alike: JAX compiles every shape anew, so there are few."""
    return SIZES[count][rng.integers(2)]


def shape_list(sizes):
    return [shape for a, b in itertools.pairwise(sizes) for shape in ((a, b), (b,))]


def of_class(model, kind, expected, tried):
    """That a handle's class has `kind` in its name, said in words a student expects."""
    assert_true(
        kind in repr(model),
        tried=f"the class of {tried}",
        expected=expected,
        got=repr(model),
    )


def as_built(model, x, got, tried):
    """That a model answers in training as it does otherwise, and that nobody has compiled it."""
    while_training = model(x, training=True)
    names = list(got) if isinstance(got, dict) else [None]
    for name in names:
        assert_close(
            while_training if name is None else while_training[name],
            np.asarray(got if name is None else got[name]),
            tried=f"{tried}, called with training=True and without",
            rtol=1e-4,
            atol=1e-5,
            hint="a layer behaves otherwise in training; the exercise names none that does.",
        )
    assert_true(
        not model.compiled,
        tried=f"{tried}.compiled",
        expected="False",
        got=str(model.compiled),
    )


def check_net(model, sizes, rng, tried):
    """That a model is the perceptron of these sizes: its weights in shape, its answers as the weights say."""
    weights = model.get_weights()
    shapes = [tuple(np.shape(w)) for w in weights]
    assert_true(
        shapes == shape_list(sizes),
        tried=f"the weights of {tried}",
        expected=f"shapes {shape_list(sizes)}",
        got=str(shapes or "no weights: does it start with keras.Input?"),
    )
    drawn = [rng.normal(0, 0.8, np.shape(w)).astype("float32") for w in weights]
    model.set_weights(drawn)
    x = rng.normal(size=(7, sizes[0])).astype("float32")
    got = model(x)
    assert_close(
        got,
        relu_net(drawn, x),
        tried=f"the logits of {tried} for a batch of 7, from its weights",
        rtol=1e-4,
    )
    as_built(model, x, got, tried)


@pytest.mark.exercise("1.5")
@pytest.mark.points(1)
def test_parameter_count_counts_weights_and_biases(student):
    for count in (2, 3, 5):
        sizes = random_sizes(student.rng, count)
        wanted = sum(int(np.prod(shape)) for shape in shape_list(sizes))
        assert_equal(
            student.parameter_count(sizes), wanted, tried=f"parameter_count({sizes})"
        )


@pytest.mark.exercise("1.5")
@pytest.mark.points(1)
def test_sequential_net_is_the_perceptron_as_a_chain(student):
    for count in (4, 2):
        sizes = random_sizes(student.rng, count)
        model = student.sequential_net(sizes)
        of_class(model, "Sequential", "keras.Sequential", f"sequential_net({sizes})")
        check_net(model, sizes, student.rng, f"sequential_net({sizes})")


@pytest.mark.exercise("1.5")
@pytest.mark.points(1)
def test_functional_net_is_the_same_network_as_a_graph(student):
    for count in (4, 2):
        sizes = random_sizes(student.rng, count)
        model = student.functional_net(sizes)
        of_class(
            model,
            "Functional",
            "keras.Model(inputs, outputs)",
            f"functional_net({sizes})",
        )
        check_net(model, sizes, student.rng, f"functional_net({sizes})")


# 1.6 ------------------------------------------------------------------------------------------------------------------


def random_weights(rng, sizes, dtype="float64"):
    return [rng.normal(size=shape).astype(dtype) for shape in shape_list(sizes)]


@pytest.mark.exercise("1.6")
@pytest.mark.points(1)
def test_forward_goes_through_all_layers(student):
    for sizes in ([4, 6, 3], [3, 3, 3], [2, 5, 4, 3]):
        weights = random_weights(student.rng, sizes)
        x = student.rng.normal(size=(5, sizes[0]))
        got = student.forward(weights, x)
        assert_close(
            got,
            relu_net(weights, x),
            tried=f"forward of a batch of 5 through layers of sizes {sizes}",
        )


@pytest.mark.exercise("1.6")
@pytest.mark.points(1)
def test_forward_leaves_logits_of_a_single_layer_alone(student):
    weights = random_weights(student.rng, [3, 6])
    x = student.rng.normal(size=(4, 3))
    got, after = student.call_tracking("forward", weights, x)
    assert_close(
        got,
        x @ weights[0] + weights[1],
        tried="forward with one layer: its logits may be negative",
    )
    assert_unchanged(
        [*weights, x],
        [*after[0], after[1]],
        tried="weights and x after forward",
        name="an argument",
    )


@pytest.mark.exercise("1.6")
@pytest.mark.points(1)
def test_forward_agrees_with_a_keras_model(student):
    sizes = random_sizes(student.rng, 3)
    model = student.make(
        "coursekit.models.mlp", (sizes[0],), sizes[2], hidden=(sizes[1],)
    )
    x = student.rng.normal(0, 2, (6, sizes[0])).astype("float32")
    got = student.forward(model.get_weights(), x)
    assert_close(
        got,
        model(x),
        tried=f"forward with the weights of a Keras model of sizes {sizes}",
        rtol=1e-4,
    )


# 1.7 ------------------------------------------------------------------------------------------------------------------


def named(model, tried):
    """That inputs and layers bear the names that the exercise gives them."""
    of_class(model, "Functional", "keras.Model([left, right], {...})", tried)
    names = [layer["name"] for layer in model.layers]
    wanted = ["left", "right", "reader", "digit", "larger"]
    assert_true(
        set(wanted) <= set(names),
        tried=f"the names of the inputs and layers of {tried}",
        expected=f'{", ".join(wanted)} among them; name="..." gives them',
        got=", ".join(names),
    )


def pair_layers(model, pixels, units, classes, rng):
    """Fresh weights for the three layers of a pair network, put in place; their shapes checked first."""
    wanted = {
        "reader": (pixels, units),
        "digit": (units, classes),
        "larger": (2 * units, 1),
    }
    weights = {}
    for name, shape in wanted.items():
        layer = model.get_layer(name)
        shapes = [tuple(np.shape(w)) for w in layer.get_weights()]
        assert_true(
            shapes == [shape, shape[1:]],
            tried=f"the weights of the layer {name!r} in pair_net({pixels}, {units}, {classes})",
            expected=f"shapes {[shape, shape[1:]]}",
            got=str(shapes),
        )
        weights[name] = [
            rng.normal(0, 0.7, s).astype("float32") for s in (shape, shape[1:])
        ]
        layer.set_weights(weights[name])
    return weights


def pair_by_hand(weights, left, right):
    a, b = (
        np.maximum(
            np.asarray(x, dtype=np.float64) @ weights["reader"][0]
            + weights["reader"][1],
            0,
        )
        for x in (left, right)
    )
    both = np.concatenate([a, b], axis=1)
    return {
        "digit": a @ weights["digit"][0] + weights["digit"][1],
        "larger": both @ weights["larger"][0] + weights["larger"][1],
    }


def ask(model, left, right, tried):
    """Both outputs of a pair network, after a look at their names."""
    got = model({"left": left, "right": right})
    assert_true(
        isinstance(got, dict) and set(got) == {"digit", "larger"},
        tried=tried,
        expected='a dict of outputs with the keys "digit" and "larger"',
        got=list(got) if isinstance(got, dict) else got,
    )
    return got


@pytest.mark.exercise("1.7")
@pytest.mark.points(1)
def test_pair_net_shares_one_reader(student):
    pixels, units, classes = random_sizes(student.rng, 3)
    model = student.pair_net(pixels, units, classes)
    named(model, f"pair_net({pixels}, {units}, {classes})")
    wanted = (pixels + 1) * units + (units + 1) * classes + 2 * units + 1
    assert_equal(
        model.count_params(),
        wanted,
        tried=f"parameters of pair_net({pixels}, {units}, {classes}), the reader counted once",
    )
    x = student.rng.normal(size=(5, pixels)).astype("float32")
    y = student.rng.normal(size=(5, pixels)).astype("float32")
    tried = f"pair_net({pixels}, {units}, {classes}) on a batch of 5"
    one, other = (
        ask(model, x, y, tried)["digit"],
        ask(model, x, x[::-1].copy(), tried)["digit"],
    )
    assert_close(
        one,
        other,
        tried=f"{tried}: output digit, when only the right image changes",
        rtol=1e-5,
    )


@pytest.mark.exercise("1.7")
@pytest.mark.points(2)
def test_pair_net_computes_both_outputs_from_its_layers(student):
    for n in (4, 1):
        pixels, units, classes = random_sizes(student.rng, 3)
        model = student.pair_net(pixels, units, classes)
        named(model, f"pair_net({pixels}, {units}, {classes})")
        weights = pair_layers(model, pixels, units, classes, student.rng)
        left, right = (
            student.rng.normal(size=(n, pixels)).astype("float32") for _ in range(2)
        )
        tried = f"pair_net({pixels}, {units}, {classes}) on a batch of {n}, from the weights of its layers"
        got, wanted = ask(model, left, right, tried), pair_by_hand(weights, left, right)
        for name in ("digit", "larger"):
            assert_close(
                got[name], wanted[name], tried=f"output {name} of {tried}", rtol=1e-4
            )
        call = f"pair_net({pixels}, {units}, {classes})"
        as_built(model, {"left": left, "right": right}, got, call)
        listed = model([left, right])
        assert_close(
            listed["larger"],
            wanted["larger"],
            tried=f"output larger of {call}([left, right])",
            rtol=1e-4,
            hint="keras.Model([left, right], ...) fixes the order of the inputs.",
        )


# 1.8 ------------------------------------------------------------------------------------------------------------------


def small_net(student, sizes, *, compiled=False):
    """A little perceptron on the student's side, with random weights."""
    model = student.make(
        "coursekit.models.mlp", (sizes[0],), sizes[-1], hidden=tuple(sizes[1:-1])
    )
    model.set_weights(
        [
            student.rng.normal(size=np.shape(w)).astype("float32")
            for w in model.get_weights()
        ]
    )
    if compiled:
        optimizer = student.make(
            "keras.optimizers.SGD", 0.02, momentum=0.9
        )  # a memory of past gradients
        model.compile(optimizer=optimizer, loss="mse", run_eagerly=True)
    return model


def batch(rng, sizes, n=8):
    return rng.normal(size=(n, sizes[0])).astype("float32"), rng.normal(
        size=(n, sizes[-1])
    ).astype("float32")


@pytest.mark.exercise("1.8")
@pytest.mark.points(1)
def test_round_trip_gives_an_equal_model_of_its_own(student):
    sizes = [5, 4, 3]
    model = small_net(student, sizes)
    x, _ = batch(student.rng, sizes)
    kept, answers = model.get_weights(), model(x)
    loaded = student.round_trip(model)
    of_class(
        loaded,
        "Sequential",
        "the loaded model, a Sequential as the one given",
        "what round_trip gives back",
    )
    assert_close(
        loaded.get_weights(),
        kept,
        tried=f"the weights of a model of sizes {sizes} after round_trip",
    )
    assert_close(
        loaded(x), answers, tried="what the model answers after round_trip", rtol=1e-5
    )
    loaded.set_weights([w + 1 for w in kept])
    assert_close(
        model.get_weights(),
        kept,
        tried="the original's weights, after the loaded model's were changed",
    )


@pytest.mark.exercise("1.8")
@pytest.mark.points(2)
def test_round_trip_keeps_how_it_trains(student):
    sizes = [5, 4, 3]
    model = small_net(student, sizes, compiled=True)
    x, y = batch(student.rng, sizes)
    for _ in range(3):
        model.train_on_batch(x, y)
    loaded = student.round_trip(model)
    of_class(
        loaded,
        "Sequential",
        "the loaded model, a Sequential as the one given",
        "what round_trip gives back",
    )
    assert_true(
        loaded.compiled,
        tried="a compiled model after round_trip",
        expected="a compiled model",
        got="one that is not",
    )
    before = loaded.get_weights()
    # another target: a fresh optimiser and one with a memory now step differently
    model.train_on_batch(x, -y)
    assert_close(
        loaded.get_weights(),
        before,
        tried="weights of the loaded model while the one that was given trains",
    )
    loaded.train_on_batch(x, -y)
    assert_close(
        loaded.get_weights(),
        model.get_weights(),
        tried="weights after one more training step of both models",
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.exercise("1.8")
@pytest.mark.points(1)
def test_same_model_wants_equal_weights(student):
    sizes = [5, 4, 3]
    first, twin, third = (small_net(student, sizes) for _ in range(3))
    twin.set_weights(first.get_weights())
    x, _ = batch(student.rng, sizes)
    assert_equal(
        bool(student.same_model(first, twin, x)),
        True,
        tried="same_model of two models with equal weights",
    )
    third.set_weights([*first.get_weights()[:-1], first.get_weights()[-1] + 1])
    assert_equal(
        bool(student.same_model(first, third, x)),
        False,
        tried="same_model when the last bias differs",
    )
    unseen = [w.copy() for w in first.get_weights()]
    unseen[0][0, :2] += [
        1,
        -1,
    ]  # weights of an input that is 0 in the batch; their sum stays
    third.set_weights(unseen)
    x[:, 0] = 0
    tried = "same_model when weights differ that this batch does not use"
    assert_equal(bool(student.same_model(first, third, x)), False, tried=tried)


@pytest.mark.exercise("1.8")
@pytest.mark.points(1)
def test_same_model_wants_equal_answers_and_equally_many_weights(student):
    sizes = [5, 4, 3]
    first, twin = small_net(student, sizes), small_net(student, sizes)
    twin.set_weights(first.get_weights())
    x, _ = batch(student.rng, sizes)
    assert_equal(
        bool(student.same_model(first, twin, x)),
        True,
        tried="same_model of two models with equal weights and the same activation",
    )
    smooth = student.make(
        "coursekit.models.mlp",
        (sizes[0],),
        sizes[-1],
        hidden=(sizes[1],),
        activation="tanh",
    )
    smooth.set_weights(first.get_weights())
    tried = "same_model when the weights are equal and one model has tanh for relu"
    assert_equal(bool(student.same_model(first, smooth, x)), False, tried=tried)
    width = sizes[-1]
    alone, longer = (
        small_net(student, [sizes[0], width]),
        small_net(student, [sizes[0], width, width]),
    )
    w, b = (
        student.rng.integers(0, 10, shape).astype("float32")
        for shape in ((sizes[0], width), (width,))
    )
    x = student.rng.integers(0, 10, x.shape).astype(
        "float32"
    )  # no negative numbers: the relu of the longer model changes nothing
    alone.set_weights([w, b])
    longer.set_weights(
        [w, b, np.eye(width, dtype="float32"), np.zeros(width, "float32")]
    )
    for one, two in ((alone, longer), (longer, alone)):
        tried = f"same_model of models with {len(one.get_weights())} and {len(two.get_weights())} weight arrays"
        assert_equal(bool(student.same_model(one, two, x)), False, tried=tried)


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def whole(rng, *shape):
    """Small whole numbers as floats."""
    return rng.integers(-3, 4, shape).astype(float)


def small_layers(rng, size):
    """Weights of `size` layers with one or two units, and a row for them."""
    sizes = [1, *rng.integers(1, 3, size).tolist()]
    return [whole(rng, *shape) for shape in shape_list(sizes)], whole(rng, 1, 1)


counterexample(
    "1.1",
    "channels_first",
    draw=lambda rng, size: (np.arange(4 * size).reshape(size, 1, 2, 2),),
    oracle=channel_by_channel,
)
counterexample(
    "1.1",
    "flat_rows",
    draw=lambda rng, size: (
        rng.choice([0, 51, 102, 255], (size, 2, 2)).astype("uint8"),
    ),
    oracle=pixel_by_pixel,
)
counterexample(
    "1.2",
    "squared_distances",
    draw=lambda rng, size: (whole(rng, size, 2), whole(rng, 2, 2)),
    oracle=distances_by_loop,
)
counterexample(
    "1.3",
    "dense",
    draw=lambda rng, size: (whole(rng, 1, size), whole(rng, size, 2), whole(rng, 2)),
    oracle=dense_by_loop,
)
counterexample(
    "1.3",
    "softmax",
    draw=lambda rng, size: (whole(rng, size, 2) * rng.choice([1, 1000], (size, 1)),),
    oracle=softmax_by_loop,
)
counterexample(
    "1.5",
    "parameter_count",
    draw=lambda rng, size: (rng.integers(1, 5, size + 1).tolist(),),
    oracle=lambda sizes: sum(int(np.prod(shape)) for shape in shape_list(sizes)),
)
counterexample("1.6", "forward", draw=small_layers, oracle=relu_net)
