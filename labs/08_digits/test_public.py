"""Public checks of lab 08: the student sees these run after every exercise."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_true,
    assert_unchanged,
    counterexample,
)


def read_pair(got, tried, names):
    """The two parts of a result, after a look at its form."""
    fits = isinstance(got, list | tuple) and len(got) == 2
    assert_true(fits, tried=tried, expected=f"two results, ({names})", got=got)
    return np.asarray(got[0]), np.asarray(got[1])


# 8.1 ------------------------------------------------------------------------------------------------------------------


def prepared(x_train, x_test):
    mean = np.mean(x_train, axis=0, dtype=np.float64)
    return tuple(((x - mean) / 255).reshape(len(x), -1) for x in (x_train, x_test))


@pytest.mark.exercise("8.1")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("n", "m", "h", "w"), [(7, 3, 4, 6), (5, 5, 3, 2), (4, 1, 1, 5)]
)
def test_prepare_flattens_centres_and_scales_by_the_training_images(
    student, n, m, h, w
):
    x_train = student.rng.integers(0, 256, (n, h, w), dtype=np.uint8)
    x_test = student.rng.integers(0, 200, (m, h, w), dtype=np.uint8)
    tried = f"prepare of {n} training and {m} test images, {h} x {w}, uint8"
    z_train, z_test = read_pair(
        student.prepare(x_train, x_test), tried, "z_train, z_test"
    )
    wanted = prepared(x_train, x_test)
    assert_close(z_train, wanted[0], tried=f"{tried}: z_train", rtol=1e-4, atol=1e-5)
    assert_close(z_test, wanted[1], tried=f"{tried}: z_test", rtol=1e-4, atol=1e-5)


@pytest.mark.exercise("8.1")
@pytest.mark.points(1)
def test_prepare_lets_no_test_image_change_anything_but_its_own_row(student):
    x_train = student.rng.integers(0, 256, (6, 3, 5), dtype=np.uint8)
    x_test = student.rng.integers(0, 256, (4, 3, 5), dtype=np.uint8)
    together = read_pair(student.prepare(x_train, x_test), "prepare", "z_train, z_test")
    alone = read_pair(
        student.prepare(x_train, x_test[:1]), "prepare", "z_train, z_test"
    )
    assert_close(
        alone[0],
        together[0],
        tried="z_train with 4 test images, and with 1 of them",
        rtol=1e-4,
        atol=1e-5,
    )
    assert_close(
        alone[1],
        together[1][:1],
        tried="z_test of an image among 4, and alone",
        rtol=1e-4,
        atol=1e-5,
    )
    assert_close(
        alone[1],
        prepared(x_train, x_test[:1])[1],
        tried="z_test of one image",
        rtol=1e-4,
        atol=1e-5,
    )


# 8.2 ------------------------------------------------------------------------------------------------------------------


def give_weights(rng, model, shapes, tried):
    """Random weights of the expected shapes, put into the model; biases too, so that each has an effect."""
    found = [np.asarray(w).shape for w in model.get_weights()]
    assert_true(
        found == shapes,
        tried=f"weights of {tried}",
        expected=f"shapes {shapes}",
        got=f"shapes {found}",
    )
    weights = [
        rng.normal(0, 1 / np.sqrt(max(1, np.prod(s[:-1]))), s).astype(np.float32)
        for s in shapes
    ]
    model.set_weights(weights)
    return weights


def dense_shapes(units):
    return [shape for a, b in itertools.pairwise(units) for shape in ((a, b), (b,))]


def mlp_logits(x, weights):
    z = x.reshape(len(x), -1).astype(np.float64)
    for i in range(0, len(weights), 2):
        z = z @ weights[i] + weights[i + 1]
        if i + 2 < len(weights):
            z = np.maximum(z, 0)
    return z


def last_step_aside(logits, got):
    """What to compare `got` with: the logits, or their softmax where `got` is one. Another check judges
    the last activation."""
    got = np.asarray(got)
    if got.shape == logits.shape and np.allclose(got.sum(axis=1), 1, atol=1e-3):
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
    return logits


def kind_of(model):
    return repr(model).strip("<>").split()[0]


MLPS = [((4, 6, 1), 3, (5, 7)), ((9,), 4, (6,)), ((2, 3, 2), 2, (8, 4, 5))]


@pytest.mark.exercise("8.2")
@pytest.mark.points(2)
@pytest.mark.parametrize(("shape", "classes", "hidden"), MLPS)
def test_mlp_computes_relu_layers_and_logits(student, shape, classes, hidden):
    tried = f"build_mlp({shape}, {classes}, {hidden})"
    model = student.build_mlp(shape, classes, hidden)
    weights = give_weights(
        student.rng, model, dense_shapes([int(np.prod(shape)), *hidden, classes]), tried
    )
    x = student.rng.normal(size=(6, *shape)).astype(np.float32)
    got = np.asarray(model(x))
    hint = ""
    if got.shape == (6, classes) and np.allclose(got.sum(axis=1), 1, atol=1e-3):
        hint = "the rows sum to 1: these are probabilities; logits are asked for."
    assert_close(
        got,
        mlp_logits(x, weights),
        tried=f"{tried} on 6 inputs, recomputed from its weights",
        rtol=1e-3,
        hint=hint,
    )


@pytest.mark.exercise("8.2")
@pytest.mark.points(1)
def test_mlp_is_a_sequential_model_without_a_compile(student):
    hidden = tuple(int(u) for u in student.rng.integers(2, 30, 2))
    model = student.build_mlp((5, 4, 1), 3, hidden)
    tried = f"build_mlp((5, 4, 1), 3, {hidden})"
    weights = give_weights(student.rng, model, dense_shapes([20, *hidden, 3]), tried)
    x = student.rng.normal(size=(3, 5, 4, 1)).astype(np.float32)
    got = model(x)
    assert_close(
        got,
        last_step_aside(mlp_logits(x, weights), got),
        tried=f"{tried} on 3 inputs, recomputed from its weights",
        rtol=1e-3,
        atol=1e-4,
    )
    assert_close(
        model(x, training=True),
        np.asarray(got),
        tried=f"{tried}(x, training=True), beside training=False",
        rtol=1e-3,
        atol=1e-4,
        hint="a layer behaves otherwise in training; the exercise names none that does.",
    )
    assert_true(
        kind_of(model) == "Sequential",
        tried="build_mlp((5, 4, 1), 3)",
        expected="a keras.Sequential",
        got=f"a {kind_of(model)}",
    )
    assert_true(
        not model.compiled,
        tried="build_mlp((5, 4, 1), 3).compiled",
        expected="False",
        got=model.compiled,
    )


# 8.3 ------------------------------------------------------------------------------------------------------------------


def slopes(image):
    image = np.asarray(image, dtype=np.float64)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    for r in range(image.shape[0]):
        for c in range(image.shape[1]):
            gy[r, c] = (
                image[r + 1, c] - image[r - 1, c] if 0 < r < image.shape[0] - 1 else 0
            )
            gx[r, c] = (
                image[r, c + 1] - image[r, c - 1] if 0 < c < image.shape[1] - 1 else 0
            )
    return gy, gx


def histogram(gy, gx, orientations):
    total = np.zeros(orientations)
    for y, x in zip(np.ravel(gy), np.ravel(gx), strict=True):
        angle = np.degrees(np.arctan2(y, x)) % 180
        total[min(int(angle / (180 / orientations)), orientations - 1)] += np.hypot(
            y, x
        )
    return total / np.size(gy)


@pytest.mark.exercise("8.3")
@pytest.mark.points(2)
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_gradients_are_differences_of_the_two_neighbours(student, dtype):
    for shape in [(5, 7), (4, 3)]:
        image = student.rng.integers(0, 256, shape).astype(dtype)
        tried = f"image_gradients of a {shape[0]} x {shape[1]} image, {dtype}"
        gy, gx = read_pair(student.image_gradients(image), tried, "gy, gx")
        wanted = slopes(image)
        assert_close(gy, wanted[0], tried=f"{tried}: gy", atol=1e-4)
        assert_close(gx, wanted[1], tried=f"{tried}: gx", atol=1e-4)


@pytest.mark.exercise("8.3")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("shape", "orientations"), [((4, 4), 9), ((3, 5), 6), ((2, 7), 4), ((1, 1), 12)]
)
def test_cell_histogram_weighs_unsigned_angles_by_magnitude(
    student, shape, orientations
):
    gy, gx = student.rng.normal(0, 40, (2, *shape))
    assert_close(
        student.cell_histogram(gy, gx, orientations),
        histogram(gy, gx, orientations),
        tried=f"cell_histogram of {shape[0]} x {shape[1]} random gradients, {orientations} bins",
        atol=1e-5,
    )


@pytest.mark.exercise("8.3")
@pytest.mark.points(1)
def test_cell_histogram_votes_alike_for_opposite_gradients(student):
    gy, gx = student.rng.normal(0, 40, (2, 4, 6))
    here, there = student.cell_histogram(gy, gx, 9), student.cell_histogram(-gy, -gx, 9)
    assert_close(
        there,
        here,
        tried="the histogram after all gradients turned round: light and dark change places",
        atol=1e-5,
    )
    strength = float(student.rng.uniform(1, 50))
    sideways = np.zeros((3, 3))
    sideways[1] = -strength
    wanted = np.eye(9)[0] * strength / 3
    assert_close(
        student.cell_histogram(np.zeros((3, 3)), sideways, 9),
        wanted,
        tried="gradients to the left: 180 degrees is bin 0",
        atol=1e-5,
    )


# 8.4 ------------------------------------------------------------------------------------------------------------------


def l2_hys(block):
    def unit(v):
        return v / np.sqrt(np.sum(v * v) + 1e-10)

    return unit(np.minimum(unit(np.asarray(block, dtype=np.float64)), 0.2))


@pytest.mark.exercise("8.4")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(2, 2, 9), (3, 2, 6), (1, 1, 40), (60,)])
def test_block_is_normalised_limited_and_normalised_again(student, shape):
    block = student.rng.gamma(0.4, 20, shape)
    block.flat[int(student.rng.integers(block.size))] = (
        3 * block.sum()
    )  # one strong edge, so that the limit matters
    assert_close(
        student.normalise_block(block),
        l2_hys(block),
        tried=f"normalise_block of shape {shape}",
        atol=1e-6,
    )


@pytest.mark.exercise("8.4")
@pytest.mark.points(1)
def test_block_forgets_the_pressure_of_the_pen(student):
    block = student.rng.gamma(1.0, 10, (2, 2, 9)) + 0.1
    factor = float(student.rng.uniform(3, 30))
    got = np.asarray(student.normalise_block(block))
    assert_close(got, l2_hys(block), tried="normalise_block of 36 numbers", rtol=1e-4)
    assert_close(
        student.normalise_block(factor * block),
        got,
        tried=f"a block, and the block times {factor:.1f}",
        rtol=1e-5,
        atol=1e-6,
    )
    assert_close(
        np.sum(got.astype(float) ** 2),
        1.0,
        tried="sum of squares after normalisation",
        rtol=1e-5,
    )


@pytest.mark.exercise("8.4")
@pytest.mark.points(1)
def test_an_empty_block_stays_empty(student):
    shape = (2, int(student.rng.integers(2, 5)), 9)
    assert_close(
        student.normalise_block(np.zeros(shape)),
        np.zeros(shape),
        tried=f"normalise_block of zeros, shape {shape}",
    )
    faint = student.rng.uniform(0.5, 2, shape) * 1e-10
    assert_close(
        student.normalise_block(faint),
        l2_hys(faint),
        tried="a block with next to no ink, which epsilon keeps small",
        rtol=1e-2,
    )


# 8.5 ------------------------------------------------------------------------------------------------------------------


def strokes(rng, n, h, w):
    """Images of three classes of bars (upright, flat, slanting) at random places, with noise."""
    images, labels = np.zeros((n, h, w)), np.arange(n) % 3
    for image, label in zip(images, labels, strict=True):
        r, c = int(rng.integers(3, h - 4)), int(rng.integers(3, w - 4))
        if label == 0:
            image[2 : h - 2, c : c + 2] = 200
        elif label == 1:
            image[r : r + 2, 2 : w - 2] = 200
        else:
            for i in range(2, min(h, w) - 2):
                image[i, max(0, i - 1) : i + 1] = 200
    images += rng.integers(0, 56, images.shape)
    return images.astype(np.uint8), labels


def reference(x, y, x_new, C, seed, **changed):
    from sklearn.svm import LinearSVC

    from coursekit.hog import hog

    settings = {
        "orientations": 9,
        "pixels_per_cell": (4, 4),
        "cells_per_block": (2, 2),
    } | changed
    return (
        LinearSVC(C=C, random_state=seed)
        .fit(hog(x, **settings), y)
        .decision_function(hog(x_new, **settings))
    )


@pytest.mark.exercise("8.5")
@pytest.mark.points(2)
@pytest.mark.parametrize(("h", "w", "C"), [(16, 20, 0.1), (28, 28, 0.02)])
def test_pipeline_scores_hog_features_with_a_linear_svm(student, h, w, C):
    x, y = strokes(student.rng, 18, h, w)
    x_new, _ = strokes(student.rng, 7, h, w)
    reader = student.build_hog_reader(C, 0)
    reader.fit(x, y)
    assert_close(
        reader.decision_function(x_new),
        reference(x, y, x_new, C, 0),
        tried=f"build_hog_reader({C}, 0) fitted on 18 images of {h} x {w}: decision values of 7 others",
        rtol=0.01,
        atol=0.005,
    )


@pytest.mark.exercise("8.5")
@pytest.mark.points(1)
def test_pipeline_is_one_unfitted_pipeline_of_two_steps(student):
    model = student.build_hog_reader()
    assert_true(
        kind_of(model) == "Pipeline",
        tried="build_hog_reader()",
        expected="a scikit-learn Pipeline",
        got=f"a {kind_of(model)}",
    )
    assert_true(
        len(model) == 2,
        tried="steps of build_hog_reader()",
        expected="2 steps, HOGTransformer and LinearSVC",
        got=f"{len(model)} steps",
    )
    x, y = strokes(student.rng, 12, 16, 16)
    x_new, _ = strokes(student.rng, 9, 16, 16)
    names = np.array(["flat", "slanting", "upright"])  # in the order of a classifier
    model.fit(x, names[y].tolist())
    scores = reference(x, y, x_new, 0.1, 0)
    ordered = np.sort(scores, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > 0.05  # rounding cannot turn the answer
    said = np.asarray(model.predict(x_new))
    assert_true(
        said.shape == clear.shape
        and np.all(said[clear] == names[scores.argmax(axis=1)][clear]),
        tried="build_hog_reader() on 9 new images of bars, with words for labels",
        expected=f"{names[scores.argmax(axis=1)].tolist()}",
        got=said,
    )
    assert_close(
        model.decision_function(x_new),
        scores,
        tried="decision values of those 9 images",
        rtol=0.01,
        atol=0.005,
    )


# 8.6 ------------------------------------------------------------------------------------------------------------------


def cnn_shapes(shape, classes, filters):
    h, w, channels = shape
    shapes = []
    for count in filters:
        shapes += [(3, 3, channels, count), (count,)]
        h, w, channels = h // 2, w // 2, count
    return [*shapes, (h * w * channels, classes), (classes,)]


def convolve(x, kernel, bias):
    """Cross-correlation with 3 x 3 kernels and one ring of zeros: (b, h, w, c) -> (b, h, w, kernels)."""
    h, w = x.shape[1:3]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return bias + sum(
        padded[:, i : i + h, j : j + w] @ kernel[i, j]
        for i in range(3)
        for j in range(3)
    )


def cnn_logits(x, weights):
    z = x.astype(np.float64)
    for i in range(0, len(weights) - 2, 2):
        z = np.maximum(convolve(z, weights[i], weights[i + 1]), 0)
        h, w = z.shape[1] // 2, z.shape[2] // 2
        z = z[:, : 2 * h, : 2 * w].reshape(len(z), h, 2, w, 2, -1).max(axis=(2, 4))
    return z.reshape(len(z), -1) @ weights[-2] + weights[-1]


CNNS = [((8, 12, 1), 3, (4,)), ((9, 7, 2), 5, (3, 6)), ((16, 8, 1), 2, (2, 5, 3))]


@pytest.mark.exercise("8.6")
@pytest.mark.points(2)
@pytest.mark.parametrize(("shape", "classes", "filters"), CNNS)
def test_cnn_convolves_pools_and_gives_logits(student, shape, classes, filters):
    tried = f"build_cnn({shape}, {classes}, {filters})"
    model = student.build_cnn(shape, classes, filters)
    weights = give_weights(
        student.rng, model, cnn_shapes(shape, classes, filters), tried
    )
    x = student.rng.normal(size=(4, *shape)).astype(np.float32)
    got = np.asarray(model(x))
    hint = ""
    if got.shape == (4, classes) and np.allclose(got.sum(axis=1), 1, atol=1e-3):
        hint = "the rows sum to 1: these are probabilities; logits are asked for."
    assert_close(
        got,
        cnn_logits(x, weights),
        tried=f"{tried} on 4 images, recomputed from its weights",
        rtol=1e-3,
        hint=hint,
    )


@pytest.mark.exercise("8.6")
@pytest.mark.points(1)
def test_cnn_is_a_functional_model_without_a_compile(student):
    filters = tuple(int(f) for f in student.rng.integers(2, 9, 2))
    model = student.build_cnn((12, 8, 1), 4, filters)
    tried = f"build_cnn((12, 8, 1), 4, {filters})"
    shapes = cnn_shapes((12, 8, 1), 4, filters)
    weights = give_weights(student.rng, model, shapes, tried)
    x = student.rng.normal(size=(3, 12, 8, 1)).astype(np.float32)
    got = model(x)
    assert_close(
        got,
        last_step_aside(cnn_logits(x, weights), got),
        tried=f"{tried} on 3 images, recomputed from its weights",
        rtol=1e-3,
        atol=1e-4,
    )
    assert_close(
        model(x, training=True),
        np.asarray(got),
        tried=f"{tried}(x, training=True), beside training=False",
        rtol=1e-3,
        atol=1e-4,
        hint="a layer behaves otherwise in training; the exercise names none that does.",
    )
    assert_true(
        kind_of(model) == "Functional",
        tried="build_cnn((12, 8, 1), 4)",
        expected="a keras.Model made of inputs and outputs (Functional)",
        got=f"a {kind_of(model)}",
    )
    assert_true(
        not model.compiled,
        tried="build_cnn((12, 8, 1), 4).compiled",
        expected="False",
        got=model.compiled,
    )


# 8.7 ------------------------------------------------------------------------------------------------------------------


def guesses(rng, n, classes, wrong):
    """Truth and probabilities of n rows, of which `wrong` are read wrong; all probabilities differ."""
    probabilities = rng.dirichlet(np.full(classes, 0.7), n)
    y_true = probabilities.argmax(axis=1)
    for row in rng.permutation(n)[:wrong]:
        others = np.delete(np.arange(classes), y_true[row])
        y_true[row] = rng.choice(others)
    return y_true, probabilities


def ranked(y_true, probabilities, k):
    rows = [
        i for i in range(len(y_true)) if int(np.argmax(probabilities[i])) != y_true[i]
    ]
    return np.array(
        sorted(rows, key=lambda i: (probabilities[i, y_true[i]], i))[:k], dtype=int
    )


@pytest.mark.exercise("8.7")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("n", "classes", "wrong", "k"), [(30, 10, 12, 5), (25, 3, 10, 4), (14, 4, 14, 14)]
)
def test_worst_mistakes_gave_the_truth_the_least(student, n, classes, wrong, k):
    y_true, probabilities = guesses(student.rng, n, classes, wrong)
    got = student.worst_mistakes(y_true, probabilities, k)
    assert_close(
        got,
        ranked(y_true, probabilities, k),
        tried=f"worst_mistakes of {n} rows, {wrong} of them wrong, k={k}",
    )


def torn(rng, right, wrong):
    """Truth and probabilities of rows that a reader of three classes got right by a hair, each truth
    with little, and of rows that it got wrong by a hair, each truth with much; in random order."""
    low, high = rng.uniform(0.345, 0.38, right), rng.uniform(0.40, 0.48, wrong)
    mine = np.concatenate([low, high])
    other = np.concatenate([(1 - low) / 2, 0.995 - high])
    probabilities = np.stack([mine, other, 1 - mine - other], axis=1)
    order = rng.permutation(right + wrong)
    shift = rng.integers(0, 3, (right + wrong, 1))  # the truth is any of the classes
    places = (np.arange(3) + shift) % 3
    turned = np.empty_like(probabilities)
    np.put_along_axis(turned, places, probabilities[order], axis=1)
    return places[:, 0], turned


@pytest.mark.exercise("8.7")
@pytest.mark.points(1)
def test_worst_mistakes_lists_wrong_rows_only(student):
    k = int(student.rng.integers(3, 6))
    y_true, probabilities = torn(student.rng, 9, 7)
    assert_close(
        student.worst_mistakes(y_true, probabilities, k),
        ranked(y_true, probabilities, k),
        tried=f"worst_mistakes of 16 rows, 7 of them wrong by a hair, k={k}",
    )
    y_true, probabilities = guesses(student.rng, 20, 5, 3)
    got = np.asarray(student.worst_mistakes(y_true, probabilities, 10))
    wanted = ranked(y_true, probabilities, 10)
    assert_true(
        len(got) == 3,
        tried="worst_mistakes of 20 rows, 3 of them wrong, k=10",
        expected="3 rows",
        got=f"{len(got)} rows",
    )
    assert_close(got, wanted, tried="worst_mistakes of 20 rows, 3 of them wrong, k=10")


# 8.8 ------------------------------------------------------------------------------------------------------------------


def balanced(image):
    h, w = image.shape
    rows, columns = np.indices(image.shape)
    mass = image.sum(dtype=float)
    down = h // 2 - round(float((rows * image.astype(float)).sum() / mass))
    right = w // 2 - round(float((columns * image.astype(float)).sum() / mass))
    moved = np.zeros_like(image)
    for r in range(h):
        for c in range(w):
            if 0 <= r + down < h and 0 <= c + right < w:
                moved[r + down, c + right] = image[r, c]
    return moved


def blot(rng, h, w, height, width, dtype, top=None, left=None):
    """Ink of uneven strength in a small box somewhere on black, its centre of mass far from a tie of rounding."""
    for _ in range(200):
        image = np.zeros((h, w), dtype)
        r = int(rng.integers(0, h - height + 1)) if top is None else top
        c = int(rng.integers(0, w - width + 1)) if left is None else left
        image[r : r + height, c : c + width] = (
            rng.gamma(0.5, 60, (height, width)).clip(1, 255)
        ).astype(dtype)
        mass = image.sum(dtype=float)
        places = [
            np.arange(h) @ image.sum(axis=1, dtype=float) / mass,
            np.arange(w) @ image.sum(axis=0, dtype=float) / mass,
        ]
        if all(abs(place % 1 - 0.5) > 0.02 for place in places):
            break
    return image


@pytest.mark.exercise("8.8")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("h", "w", "height", "width"),
    [(12, 17, 5, 4), (28, 28, 14, 9), (9, 6, 3, 3), (15, 10, 2, 6)],
)
def test_centre_brings_the_centre_of_mass_to_the_middle_pixel(
    student, h, w, height, width
):
    for dtype in ("uint8", "float64"):
        image = blot(student.rng, h, w, height, width, dtype)
        assert_close(
            student.centre(image),
            balanced(image),
            tried=f"centre of a {h} x {w} image, {dtype}, with ink in a box of {height} x {width}",
        )


@pytest.mark.exercise("8.8")
@pytest.mark.points(1)
def test_centre_loses_what_leaves_the_frame_and_lets_black_in(student):
    image = blot(student.rng, 12, 14, 4, 3, "uint8", top=0, left=0)
    image[11, 13] = 9  # a speck in the far corner, which the move pushes out
    image[:4, :3] = np.maximum(image[:4, :3], 60)
    got, wanted = np.asarray(student.centre(image)), balanced(image)
    assert_close(
        got,
        wanted,
        tried="centre of ink in the upper left corner with a speck in the lower right one",
    )


@pytest.mark.exercise("8.8")
@pytest.mark.points(1)
def test_centre_leaves_its_input_and_black_images_alone(student):
    image = blot(student.rng, 10, 8, 3, 3, "uint8", top=0, left=4)
    got, after = student.call_tracking("centre", image)
    assert_close(got, balanced(image), tried="centre of a 10 x 8 image")
    assert_unchanged(image, after[0], tried="centre(image)", name="`image`")
    assert_close(
        student.centre(np.zeros((5, 7))),
        np.zeros((5, 7)),
        tried="centre of a black 5 x 7 image",
    )


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def small_image(rng, size):
    """Whole numbers, a row more than `size` on each side."""
    return rng.integers(0, 10, (size + 2, size + 2)).astype(float)


def small_cell(rng, size):
    """Gradients whose angles lie inside 9 bins of 20 degrees, and not at a border of two."""
    turn = 20 * rng.integers(0, 18, (1, size)) + 10
    lengths = rng.integers(1, 5, (1, size))
    wave = [lengths * f(np.radians(turn)) for f in (np.sin, np.cos)]
    return wave[0].round(2), wave[1].round(2), 9


def small_guesses(rng, size):
    """Probabilities in hundredths, most rows wrong; no truth has the same as another."""
    shares = 0.05 + 0.1 * rng.permutation(9)[: size + 1] + rng.integers(0, 5) / 100
    rows = np.stack([shares, 1 - shares], axis=1).round(2)
    return np.zeros(size + 1, dtype=int), rows, int(rng.integers(1, size + 2))


def small_ink(rng, size):
    """A dot or two on black, not halfway between pixels."""
    while True:
        image = np.zeros((size + 2, size + 2), dtype=int)
        for value in (8, 1)[: rng.integers(1, 3)]:
            image[tuple(rng.integers(0, size + 2, 2))] = value
        middle = (np.indices(image.shape) * image).sum(axis=(1, 2)) / image.sum()
        if np.all(np.abs(middle % 1 - 0.5) > 0.02):
            return (image,)


counterexample(
    "8.1",
    "prepare",
    draw=lambda rng, size: (
        255 * rng.integers(0, 2, (size + 1, 1, 2)),
        255 * rng.integers(0, 2, (1, 1, 2)),
    ),
    oracle=prepared,
)
counterexample(
    "8.3",
    "image_gradients",
    draw=lambda rng, size: (small_image(rng, size),),
    oracle=slopes,
)
counterexample("8.3", "cell_histogram", draw=small_cell, oracle=histogram)
counterexample(
    "8.4",
    "normalise_block",
    draw=lambda rng, size: (rng.integers(1, 9, (1, size + 1)).astype(float),),
    oracle=l2_hys,
)
counterexample("8.7", "worst_mistakes", draw=small_guesses, oracle=ranked)
counterexample("8.8", "centre", draw=small_ink, oracle=balanced)
