"""Hidden checks of lab 08: run at grading only."""

import itertools

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    assert_unchanged,
)

# 8.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.1")
@pytest.mark.points(1)
def test_prepare_takes_floats_and_leaves_images_unchanged(student):
    for dtype in ("float32", "float64"):
        x_train = student.rng.uniform(0, 255, (5, 2, 3)).astype(dtype)
        x_test = student.rng.uniform(0, 90, (2, 2, 3)).astype(dtype)
        got, after = student.call_tracking("prepare", x_train, x_test)
        mean = x_train.mean(axis=0)
        for z, x, name in zip(
            got, (x_train, x_test), ("z_train", "z_test"), strict=True
        ):
            assert_close(
                z,
                ((x - mean) / 255).reshape(len(x), 6),
                tried=f"{name} of {dtype} images",
                atol=1e-5,
            )
        assert_unchanged(
            [x_train, x_test],
            list(after),
            tried=f"prepare(x_train, x_test), {dtype}",
            name="an image array",
        )


@pytest.mark.exercise("8.1")
@pytest.mark.points(1)
def test_prepare_of_one_training_image_and_dark_pixels(student):
    x_train = student.rng.integers(0, 256, (1, 4, 3), dtype=np.uint8)
    x_train[:, 0] = 0
    x_test = np.concatenate([x_train, 255 - x_train])
    z_train, z_test = student.prepare(x_train, x_test)
    assert_close(
        z_train,
        np.zeros((1, 12)),
        tried="z_train of a single training image: it is its own mean",
        atol=1e-6,
    )
    wanted = np.stack([np.zeros(12), (255 - 2.0 * x_train[0].ravel()) / 255])
    assert_close(
        z_test,
        wanted,
        tried="z_test of the training image and of its negative",
        atol=1e-5,
    )


# 8.2 ------------------------------------------------------------------------------------------------------------------


def last_step_aside(logits, got):
    """What to compare `got` with: the logits, or their softmax where `got` is one. Another check judges
    the last activation."""
    got = np.asarray(got)
    if got.shape == logits.shape and np.allclose(got.sum(axis=1), 1, atol=1e-3):
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
    return logits


def fill(rng, model, spread=0.5):
    weights = [
        rng.normal(0, spread, np.shape(w)).astype(np.float32)
        for w in model.get_weights()
    ]
    model.set_weights(weights)
    return weights


@pytest.mark.exercise("8.2")
@pytest.mark.points(1)
def test_mlp_without_hidden_layers_is_linear(student):
    model = student.build_mlp((3, 5, 1), 4, ())
    found = [np.shape(w) for w in model.get_weights()]
    assert_true(
        found == [(15, 4), (4,)],
        tried="weights of build_mlp((3, 5, 1), 4, ())",
        expected="shapes [(15, 4), (4,)]",
        got=f"shapes {found}",
    )
    weight, bias = fill(student.rng, model)
    x = student.rng.normal(size=(5, 3, 5, 1)).astype(np.float32)
    assert_close(
        model(x),
        x.reshape(5, 15) @ weight + bias,
        tried="build_mlp((3, 5, 1), 4, ()): z W + b",
        rtol=1e-3,
    )


@pytest.mark.exercise("8.2")
@pytest.mark.points(1)
def test_mlp_defaults_to_300_and_100_units(student):
    classes = int(student.rng.integers(5, 20))
    models = [student.build_mlp((6, 4, 1), classes) for _ in range(2)]
    units = [24, 300, 100, classes]
    shapes = [s for a, b in itertools.pairwise(units) for s in ((a, b), (b,))]
    for model in models:
        found = [np.shape(w) for w in model.get_weights()]
        assert_true(
            found == shapes,
            tried=f"weights of build_mlp((6, 4, 1), {classes})",
            expected=f"shapes {shapes}",
            got=f"shapes {found}",
        )
    weights = [fill(student.rng, model, 0.1) for model in models]
    x = student.rng.normal(size=(3, 6, 4, 1)).astype(np.float32)
    for model, (w1, b1, w2, b2, w3, b3) in zip(models, weights, strict=True):
        hidden = np.maximum(x.reshape(3, 24) @ w1 + b1, 0)
        hidden = np.maximum(hidden @ w2 + b2, 0)
        got = model(x)
        assert_close(
            got,
            last_step_aside(hidden @ w3 + b3, got),
            tried="logits of one of two models that got weights of their own",
            rtol=1e-3,
            atol=1e-3,
        )


# 8.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.3")
@pytest.mark.points(1)
def test_gradients_of_narrow_images_and_unchanged_input(student):
    image = student.rng.integers(0, 256, (2, 6), dtype=np.uint8)
    (gy, gx), after = student.call_tracking("image_gradients", image)
    assert_close(
        gy,
        np.zeros((2, 6)),
        tried="gy of an image of two rows: every row is a rim",
        atol=1e-9,
    )
    wanted = np.zeros((2, 6))
    wanted[:, 1:-1] = image[:, 2:].astype(float) - image[:, :-2]
    assert_close(gx, wanted, tried="gx of an image of two rows", atol=1e-5)
    assert_unchanged(image, after[0], tried="image_gradients(image)", name="`image`")


@pytest.mark.exercise("8.3")
@pytest.mark.points(1)
def test_cell_by_hand_is_the_librarys(student):
    from coursekit.hog import hog

    image = student.rng.integers(0, 256, (8, 10), dtype=np.uint8)
    gy, gx = student.image_gradients(image)
    orientations = int(student.rng.integers(3, 13))
    mine = np.asarray(
        student.cell_histogram(
            np.asarray(gy)[:, 5:], np.asarray(gx)[:, 5:], orientations
        ),
        dtype=float,
    )
    theirs = hog(
        image[None],
        orientations=orientations,
        pixels_per_cell=(8, 5),
        cells_per_block=(1, 1),
        block_norm="L1",
    )
    assert_close(
        mine / (mine.sum() + 1e-5),
        theirs[0, orientations:],
        tried=f"the right half of an 8 x 10 image as a cell, {orientations} bins",
        atol=1e-3,
    )


@pytest.mark.exercise("8.3")
@pytest.mark.points(1)
def test_cell_histogram_of_a_flat_cell_and_total_magnitude(student):
    assert_close(
        student.cell_histogram(np.zeros((4, 4)), np.zeros((4, 4)), 9),
        np.zeros(9),
        tried="cell_histogram of a flat cell",
    )
    gy, gx = np.zeros((2, 2, 3))
    strength = float(student.rng.uniform(1, 50))
    gy[0, 1], gx[0, 1] = -1e-20, strength
    got = np.asarray(student.cell_histogram(gy, gx, 9), dtype=float)
    assert_true(
        got.shape == (9,),
        tried="a gradient a hair below 180 degrees, which rounds to 180",
        expected="9 bins, and no bin more",
        got=f"shape {got.shape}",
    )
    assert_close(
        np.array([got[0] + got[-1], *got[1:-1]]),
        strength / 6 * np.eye(8)[0],
        tried="a gradient a hair below 180 degrees: the first bin and the last, together",
    )
    gy, gx = student.rng.normal(0, 20, (2, 6, 3))
    got = np.asarray(student.cell_histogram(gy, gx), dtype=float)
    assert_true(
        got.shape == (9,),
        tried="cell_histogram(gy, gx)",
        expected="9 bins by default",
        got=f"shape {got.shape}",
    )
    assert_close(
        got.sum(),
        np.hypot(gy, gx).mean(),
        tried="sum of the bins: the mean magnitude of the cell",
        rtol=1e-5,
    )


# 8.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.4")
@pytest.mark.points(1)
@pytest.mark.parametrize("scale", [3e-6, 1e-10])
def test_block_of_tiny_numbers_keeps_epsilon_under_the_root(student, scale):
    block = student.rng.uniform(0.5, 2, (2, 2, 9)) * scale
    first = block / np.sqrt(np.sum(block**2) + 1e-10)
    limited = np.minimum(first, 0.2)
    wanted = limited / np.sqrt(np.sum(limited**2) + 1e-10)
    assert_close(
        student.normalise_block(block),
        wanted,
        tried="a block of numbers about as small as epsilon",
        rtol=1e-4,
    )


@pytest.mark.exercise("8.4")
@pytest.mark.points(1)
def test_block_of_float32_and_unchanged_input(student):
    block = student.rng.gamma(0.5, 30, (2, 3, 8)).astype(np.float32)
    got, after = student.call_tracking("normalise_block", block)
    wide = block.astype(float)
    first = np.minimum(wide / np.sqrt((wide**2).sum() + 1e-10), 0.2)
    assert_close(
        got,
        first / np.sqrt((first**2).sum() + 1e-10),
        tried="normalise_block of float32 numbers",
        rtol=1e-4,
        atol=1e-5,
    )
    assert_unchanged(block, after[0], tried="normalise_block(block)", name="`block`")


# 8.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.5")
@pytest.mark.points(1)
def test_pipeline_has_one_weight_per_feature_and_class(student):
    from sklearn.svm import LinearSVC

    from coursekit.hog import hog

    C = float(student.rng.choice([0.01, 0.1]))
    model = student.build_hog_reader(C)
    x = student.rng.integers(0, 256, (12, 28, 28), dtype=np.uint8)
    model.fit(x, np.arange(12) % 4)
    svm = model[1]
    seed = int(student.rng.integers(1, 1000))
    settings = student.build_hog_reader(C, seed)[1].get_params()
    assert_equal(
        {name: repr(value) for name, value in settings.items()},
        {
            name: repr(value)
            for name, value in LinearSVC(C=C, random_state=seed).get_params().items()
        },
        tried=f"settings of LinearSVC in build_hog_reader({C}, {seed})",
    )
    wanted = hog(x, orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    judge = LinearSVC(C=C, random_state=0).fit(wanted, np.arange(12) % 4)
    assert_true(
        np.shape(svm.coef_) == (4, 1296),
        tried="weights for 4 classes, 28 x 28",
        expected="(4, 1296)",
        got=str(np.shape(svm.coef_)),
    )
    features = np.asarray(model[0].transform(x[:3]))
    assert_close(
        features,
        wanted[:3],
        tried="features of 3 images, as the first step makes them",
        rtol=1e-3,
        atol=1e-5,
    )
    scores = wanted[:3] @ np.asarray(svm.coef_).T + np.asarray(svm.intercept_)
    for got, tried in (
        (model.decision_function(x[:3]), "decision values of 3 images"),
        (scores, "their features @ weights + bias"),
    ):
        assert_close(
            got,
            judge.decision_function(wanted[:3]),
            tried=f"{tried}, C={C}",
            rtol=0.01,
            atol=0.005,
        )


@pytest.mark.exercise("8.5")
@pytest.mark.points(1)
def test_pipeline_follows_c_and_is_new_each_time(student):
    from sklearn.svm import LinearSVC

    from coursekit.hog import hog

    x = student.rng.integers(0, 256, (10, 12, 16), dtype=np.uint8)
    y = (np.arange(10) < 2).astype(int)  # two against eight, so that the bias counts
    features = hog(x, orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    first = student.build_hog_reader(0.001)
    second = student.build_hog_reader(0.1)
    first.fit(x, y)
    second.fit(x, y)
    for model, C in ((first, 0.001), (second, 0.1)):
        wanted = (
            LinearSVC(C=C, random_state=0).fit(features, y).decision_function(features)
        )
        assert_close(
            model.decision_function(x),
            wanted,
            tried=f"build_hog_reader({C}) on two classes of noise",
            rtol=0.02,
            atol=0.005,
        )


# 8.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.6")
@pytest.mark.points(1)
def test_cnn_defaults_and_output_shape(student):
    classes = int(student.rng.integers(2, 15))
    model = student.build_cnn((28, 28, 1), classes)
    shapes = [(3, 3, 1, 16), (16,), (3, 3, 16, 32), (32,), (3, 3, 32, 64), (64,)]
    shapes += [(3 * 3 * 64, classes), (classes,)]
    found = [np.shape(w) for w in model.get_weights()]
    assert_true(
        found == shapes,
        tried=f"weights of build_cnn((28, 28, 1), {classes})",
        expected=f"shapes {shapes}",
        got=f"shapes {found}",
    )
    # kernels that hand on the first map as it is: each stage is a pool, and no more
    weights = [np.zeros(shape, np.float32) for shape in shapes]
    for kernel in weights[0:6:2]:
        kernel[1, 1, 0, 0] = 1
    weights[6] = student.rng.normal(size=shapes[6]).astype(np.float32)
    weights[7] = student.rng.normal(size=shapes[7]).astype(np.float32)
    model.set_weights(weights)
    x = student.rng.normal(size=(2, 28, 28, 1)).astype(np.float32)
    pooled = x[:, :24, :24, 0].reshape(2, 3, 8, 3, 8).max(axis=(2, 4)).clip(0)
    got, logits = model(x), pooled.reshape(2, 9) @ weights[6][::64] + weights[7]
    assert_close(
        got,
        last_step_aside(logits, got),
        tried=f"build_cnn((28, 28, 1), {classes}) with kernels that hand an image on",
        rtol=1e-3,
        atol=1e-4,
    )


@pytest.mark.exercise("8.6")
@pytest.mark.points(1)
def test_cnn_forgets_a_push_inside_a_pool_of_one_filter(student):
    model = student.build_cnn((8, 10, 1), 3, (1,))
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1  # keeps the image as it is
    dense = student.rng.normal(size=(20, 3)).astype(np.float32)
    bias = student.rng.normal(size=3).astype(np.float32)
    model.set_weights([kernel, np.zeros(1, np.float32), dense, bias])
    image = np.zeros((3, 8, 10, 1), np.float32)
    r, c = 2 * int(student.rng.integers(0, 4)), 2 * int(student.rng.integers(0, 5))
    image[0, r, c], image[1, r + 1, c + 1] = 1.5, 1.5  # both in the same pool
    image[2, r, c] = -1.5
    wanted = 1.5 * dense[r // 2 * 5 + c // 2] + bias
    assert_close(
        model(image),
        np.stack([wanted, wanted, bias]),
        tried="a dot, a dot pushed inside its pool, and a negative dot",
        rtol=1e-3,
    )


# 8.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.7")
@pytest.mark.points(1)
def test_worst_mistakes_of_equal_probabilities_stay_in_order(student):
    n = int(student.rng.integers(8, 20))
    y_true = student.rng.integers(0, 2, n)
    probabilities = np.where(np.arange(3) == 2, 0.8, 0.1) * np.ones(
        (n, 1)
    )  # all wrong, all alike
    k = int(student.rng.integers(3, n))
    assert_close(
        student.worst_mistakes(y_true, probabilities, k),
        np.arange(k),
        tried=f"{n} equal mistakes, k={k}: the first {k} rows",
    )


@pytest.mark.exercise("8.7")
@pytest.mark.points(1)
def test_worst_mistakes_of_a_perfect_reader_and_of_one_row(student):
    probabilities = student.rng.dirichlet(np.ones(4), 9)
    truth = probabilities.argmax(axis=1)
    (rows, after) = student.call_tracking("worst_mistakes", truth, probabilities, 3)
    assert_true(
        np.size(rows) == 0,
        tried="worst_mistakes of a perfect reader",
        expected="no rows",
        got=rows,
    )
    assert_unchanged(
        probabilities, after[1], tried="worst_mistakes", name="`probabilities`"
    )
    one = np.array([[0.7, 0.3]])
    assert_close(
        student.worst_mistakes(np.array([1]), one, 4),
        np.array([0]),
        tried="one row, read wrong",
    )


@pytest.mark.exercise("8.7")
@pytest.mark.points(1)
def test_worst_mistakes_orders_by_the_truth_not_by_the_answer(student):
    shares = np.array([[0.45, 0.15, 0.40], [0.70, 0.25, 0.05], [0.50, 0.49, 0.01]])
    order = student.rng.permutation(3)
    if order.tolist() == [2, 0, 1]:
        # the right answer must not be the rows as they stand
        order = order[::-1]
    got = student.worst_mistakes(np.array([1, 1, 2])[order], shares[order], 3)
    wanted = [int(np.flatnonzero(order == row)[0]) for row in (2, 0, 1)]
    assert_close(
        got,
        np.array(wanted),
        tried="three mistakes that gave the truth 0.15, 0.25 and 0.01",
    )


# 8.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("8.8")
@pytest.mark.points(1)
def test_centre_undoes_any_push(student):
    h, w = int(student.rng.integers(14, 20)), int(student.rng.integers(21, 28))
    digit = student.rng.gamma(0.5, 60, (5, 7)).clip(1, 250)
    digit[0, 0] = 251  # so that it is not symmetrical
    rows, columns = np.indices(digit.shape)
    mass = [(rows * digit).sum(), (columns * digit).sum()] / digit.sum()
    top, left = h // 2 - round(mass[0]), w // 2 - round(mass[1])
    wanted = np.zeros((h, w))
    wanted[top : top + 5, left : left + 7] = digit
    found = []
    for _ in range(3):
        image = np.zeros((h, w))
        r, c = int(student.rng.integers(0, h - 4)), int(student.rng.integers(0, w - 6))
        image[r : r + 5, c : c + 7] = digit
        found.append(np.asarray(student.centre(image)))
    for got in found:
        assert_close(
            got, wanted, tried=f"a digit at any place of a {h} x {w} image, centred"
        )
    mass = np.indices((h, w)).reshape(2, -1) @ found[0].ravel() / digit.sum()
    assert_true(
        np.abs(mass - [h // 2, w // 2]).max() < 0.52,
        tried="centre of mass afterwards",
        expected=f"within half a pixel of {(h // 2, w // 2)}",
        got=mass,
    )


@pytest.mark.exercise("8.8")
@pytest.mark.points(1)
def test_centre_weighs_ink_by_its_strength(student):
    image = np.zeros((11, 13))
    strong, weak = (
        float(student.rng.uniform(200, 255)),
        float(student.rng.uniform(1, 4)),
    )
    image[2, 3], image[2, 11], image[9, 3] = strong, weak, weak
    wanted = np.zeros((11, 13))
    for (r, c), value in {(2, 3): strong, (2, 11): weak, (9, 3): weak}.items():
        if r + 3 < 11 and c + 3 < 13:
            wanted[r + 3, c + 3] = value
    assert_close(
        student.centre(image),
        wanted,
        tried="one strong dot and two faint ones far away: the strong one goes to the middle",
    )


@pytest.mark.exercise("8.8")
@pytest.mark.points(1)
def test_centre_of_one_pixel_and_of_one_row(student):
    value = float(student.rng.uniform(1, 200))
    row = np.zeros((1, 8))
    row[0, int(student.rng.integers(0, 8))] = value
    assert_close(
        student.centre(row),
        np.where(np.arange(8) == 4, value, 0)[None],
        tried="a single dot in an image of one row",
    )
    assert_close(
        student.centre(np.array([[value]])),
        np.array([[value]]),
        tried="an image of one pixel",
    )
