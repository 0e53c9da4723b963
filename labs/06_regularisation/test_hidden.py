"""Hidden checks of lab 06: run at grading only."""

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_true,
    assert_unchanged,
)

# 6.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_network_does_not_care_for_the_order_of_its_units(student):
    x, (w, b, v), c = (
        student.rng.normal(size=6),
        student.rng.normal(size=(3, 4)),
        float(student.rng.normal()),
    )
    order = student.rng.permutation(4)
    wanted = v @ np.tanh(w[:, None] * x + b[:, None]) + c
    assert_close(
        student.network(x, w[order], b[order], v[order], c),
        wanted,
        tried="network with its units in another order",
    )
    x32, w32, b32, v32 = (values.astype(np.float32) for values in (x, w, b, v))
    assert_close(
        student.network(x32, w32, b32, v32, c),
        wanted,
        tried="network in float32",
        inputs=x32,
    )


@pytest.mark.exercise("6.1")
@pytest.mark.points(1)
def test_choose_units_with_one_data_set_and_one_candidate(student):
    units = (1 + student.rng.permutation(30)[:6]).tolist()
    errors = student.rng.uniform(0.1, 1, (1, 6))
    assert_equal(
        student.choose_units(units, errors),
        units[int(np.argmin(errors))],
        tried=f"choose_units({units}, errors of one data set)",
    )
    assert_equal(
        student.choose_units(units[:1], errors[:, :1]),
        units[0],
        tried=f"choose_units({units[:1]}, one error)",
    )


# 6.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.2")
@pytest.mark.points(1)
def test_early_stopping_never_looks_ahead(student):
    errors = np.concatenate(
        [student.rng.uniform(1, 2, 6), student.rng.uniform(2.1, 3, 8)]
    )
    best = int(np.argmin(errors))
    for later in (np.zeros(0), np.full(4, 0.1), student.rng.uniform(0, 1, 9)):
        got = [
            int(value)
            for value in student.early_stopping(np.concatenate([errors, later]), 6)
        ]
        assert_equal(
            got,
            [best, best + 6],
            tried=f"early_stopping with patience 6 and {len(later)} better epochs after the stop",
        )


@pytest.mark.exercise("6.2")
@pytest.mark.points(1)
def test_early_stopping_with_equal_errors_and_negative_ones(student):
    level = float(student.rng.normal())
    for patience in (1, 3):
        got = [int(value) for value in student.early_stopping([level] * 10, patience)]
        assert_equal(
            got,
            [0, patience],
            tried=f"early_stopping of ten equal errors, patience {patience}: a tie is no record",
        )
    falling = -np.sort(student.rng.uniform(1, 2, 5))
    got = [int(value) for value in student.early_stopping(falling, 1)]
    assert_equal(
        got, [4, 4], tried="early_stopping of negative errors that keep falling"
    )
    got = [int(value) for value in student.early_stopping([level], 1)]
    assert_equal(got, [0, 0], tried="early_stopping of a single epoch")


# 6.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.3")
@pytest.mark.points(1)
def test_penalty_takes_weights_of_any_shape_and_counts_each_layer(student):
    w, kernel, b = (
        student.rng.normal(size=4),
        student.rng.normal(size=(2, 3, 2)),
        student.rng.normal(size=3),
    )
    layers = [(w, b), (kernel, np.array(2.0)), (w.astype(np.float32), b)]
    both = np.concatenate([w, kernel.ravel(), w])
    got = student.penalty(layers, 0.3, 0.9)
    assert_close(
        got,
        0.3 * np.abs(both).sum() + 0.45 * (both**2).sum(),
        tried="penalty with weights of shapes (4,), (2, 3, 2), (4,)",
        rtol=1e-5,
    )
    assert_close(
        student.penalty(layers, 0.0, 0.0), 0.0, tried="penalty with both strengths 0"
    )
    grads = student.penalty_gradient(layers, 0.3, 0.9)
    assert_true(
        len(grads) == 3,
        tried="penalty_gradient of three layers",
        expected="3 pairs",
        got=f"{len(grads)}",
    )
    for (dw, db), (weights, bias) in zip(grads, layers, strict=True):
        assert_close(
            dw,
            0.3 * np.sign(weights) + 0.9 * weights,
            tried=f"penalty_gradient: dW of shape {np.shape(weights)}",
            rtol=1e-5,
        )
        assert_close(
            np.asarray(db, dtype=float),
            np.zeros(np.shape(bias)),
            tried=f"penalty_gradient: db of shape {np.shape(bias)}",
        )


@pytest.mark.exercise("6.3")
@pytest.mark.points(1)
def test_penalty_of_whole_numbers_and_unchanged_layers(student):
    w = student.rng.integers(-5, 6, (3, 4))
    layers = [(w, student.rng.integers(1, 5, 4))]
    for name in ("penalty", "penalty_gradient"):
        _, after = student.call_tracking(name, layers, 0.25, 0.5)
        assert_unchanged(w, after[0][0][0], tried=f"{name} of one layer", name="W")
    got = student.penalty_gradient(layers, 0.25, 0.5)
    assert_close(
        got[0][0],
        0.25 * np.sign(w) + 0.5 * w,
        tried="penalty_gradient of integer weights: dW",
    )


# 6.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.4")
@pytest.mark.points(1)
def test_dropout_leaves_its_inputs_unchanged(student):
    a, u = student.rng.normal(size=(4, 5)), student.rng.random((4, 5))
    for training in (True, False):
        got, after = student.call_tracking("dropout", a, u, 0.4, training)
        kept = np.asarray(got) != 0
        assert_close(
            got,
            np.where(kept, a / 0.6, 0) if training else a,
            tried=f"dropout with training={training}",
        )
        assert_true(
            np.any(kept),
            tried=f"dropout with training={training}",
            expected="some entries kept",
            got=got,
        )
        assert_unchanged(
            a, after[0], tried=f"dropout with training={training}", name="`a`"
        )
        assert_unchanged(
            u, after[1], tried=f"dropout with training={training}", name="`u`"
        )


@pytest.mark.exercise("6.4")
@pytest.mark.points(1)
def test_dropout_of_whole_numbers_and_float32(student):
    a, u = student.rng.integers(-9, 10, (6, 3)), student.rng.random((6, 3))
    assert_close(
        student.dropout(a, u, 0.7, True),
        np.where(u < 0.7, 0.0, a / 0.3),
        tried="dropout of integers, rate 0.7",
    )
    a32 = student.rng.normal(size=(3, 7)).astype(np.float32)
    u = student.rng.random((3, 7))
    assert_close(
        student.dropout(a32, u, 0.1, True),
        np.where(u < 0.1, 0.0, a32 / 0.9),
        tried="dropout in float32, rate 0.1",
        inputs=a32,
    )
    assert_close(
        student.dropout(a32, u, 0.0, True), a32, tried="dropout with rate 0", inputs=a32
    )


# 6.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.5")
@pytest.mark.points(1)
def test_weight_scaling_is_the_normalised_geometric_mean(student):
    n, classes, keep = 5, 3, float(student.rng.uniform(0.3, 0.9))
    h, V, c = (
        student.rng.normal(size=(2, n)),
        student.rng.normal(size=(n, classes)),
        student.rng.normal(size=classes),
    )
    logs = np.zeros((2, classes))
    for bits in range(2**n):
        mask = (bits >> np.arange(n)) & 1
        z = (h * mask) @ V + c
        logs += np.prod(np.where(mask, keep, 1 - keep)) * (
            z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        )
    wanted = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    assert_close(
        student.weight_scaling(h, V, c, keep),
        wanted,
        tried=f"weight_scaling beside the geometric mean over masks, keep={keep:.2f}",
    )


@pytest.mark.exercise("6.5")
@pytest.mark.points(1)
def test_average_over_masks_of_silent_units_and_unchanged_inputs(student):
    h, V, c = (
        np.zeros((2, 3)),
        student.rng.normal(size=(3, 4)),
        student.rng.normal(size=4),
    )
    wanted = np.tile(np.exp(c) / np.exp(c).sum(), (2, 1))
    got, after = student.call_tracking("average_over_masks", h, V, c, 0.7)
    assert_close(
        got,
        wanted,
        tried="average_over_masks where all activations are 0: only the biases speak",
    )
    for before, now, name in zip((h, V, c), after, ("`h`", "`V`", "`c`"), strict=False):
        assert_unchanged(before, now, tried="average_over_masks", name=name)
    h = student.rng.normal(size=(1, 1)) + 3
    both = [np.exp(z) / np.exp(z).sum() for z in (h[0, 0] * V[0] + c, c)]
    got = student.average_over_masks(h, V[:1], c, 0.9)
    assert_close(
        got,
        (0.9 * both[0] + 0.1 * both[1])[None],
        tried="average_over_masks with a single unit, keep=0.9",
    )


# 6.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.6")
@pytest.mark.points(1)
def test_move_by_nothing_and_out_of_sight(student):
    for shape in [(1, 6), (5, 4), (3, 3)]:
        image = student.rng.integers(1, 255, shape).astype(np.uint8)
        got, after = student.call_tracking("move", image, 0, 1, (0, 0))
        assert_equal(got, image, tried=f"move of an image {shape} by nothing")
        assert_true(
            np.asarray(got).dtype == image.dtype,
            tried=f"the dtype of what move gives for an image of {image.dtype}",
            expected=f"the image's dtype, {image.dtype}",
            got=str(np.asarray(got).dtype),
        )
        assert_unchanged(image, after[0], tried="move", name="the image")
        far = student.move(image, 0, 1, (shape[0], 0))
        assert_equal(
            far,
            np.zeros_like(image),
            tried=f"move of an image {shape} down by {shape[0]} rows",
        )


@pytest.mark.exercise("6.6")
@pytest.mark.points(1)
def test_move_turns_a_square_by_quarter_turns(student):
    for size in (4, 5):
        image = student.rng.random((size, size))
        for angle, wanted in [
            (90, np.rot90(image)),
            (180, image[::-1, ::-1]),
            (-90, np.rot90(image, -1)),
        ]:
            got = np.asarray(student.move(image, angle, 1, (0, 0)))
            assert_close(
                got, wanted, tried=f"move of a {size} x {size} image by {angle} degrees"
            )


@pytest.mark.exercise("6.6")
@pytest.mark.points(1)
def test_augmented_split_without_copies_and_inputs_unchanged(student):
    images, labels = student.rng.random((6, 2, 3)), np.array(list("abcdef"))
    rows = student.rng.permutation(6)

    def change(x):
        return np.asarray(x)[:, ::-1] + 1

    x_train, y_train, x_validation, y_validation = student.augmented_split(
        images, labels, rows[:2], rows[2:], change, 0
    )
    assert_close(
        x_train, images[rows[:2]], tried="augmented_split with copies=0: x_train"
    )
    assert_equal(
        y_train, labels[rows[:2]], tried="augmented_split with copies=0: y_train"
    )
    assert_close(
        x_validation,
        images[rows[2:]],
        tried="augmented_split with copies=0: x_validation",
    )
    assert_equal(
        y_validation,
        labels[rows[2:]],
        tried="augmented_split with copies=0: y_validation",
    )
    got, after = student.call_tracking(
        "augmented_split", images, labels, rows[:4], rows[4:], change, 2
    )
    assert_unchanged(images, after[0], tried="augmented_split", name="`images`")
    assert_equal(
        got[1],
        np.tile(labels[rows[:4]], 3),
        tried="augmented_split with string labels and 2 copies: y_train",
    )
    assert_close(
        got[2], images[rows[4:]], tried="augmented_split with 2 copies: x_validation"
    )


# 6.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.7")
@pytest.mark.points(1)
def test_ensemble_labels_do_not_multiply_probabilities(student):
    classes = 3
    veto, other = student.rng.permutation(classes)[:2]
    p = np.full((4, 1, classes), 0.0)
    p[:3, 0, veto], p[:3, 0, other] = 0.9, 0.1
    p[3, 0, veto], p[3, 0, other] = 1e-12, 1 - 1e-12
    assert_equal(
        student.ensemble_labels(p),
        np.array([veto]),
        tried="three members sure of a class, one that gives it almost no chance",
    )
    tied = np.tile(np.array([0.2, 0.4, 0.4]), (int(student.rng.integers(2, 6)), 2, 1))
    assert_equal(
        student.ensemble_labels(tied),
        np.array([1, 1]),
        tried="two classes with equal means: the lower one",
    )


@pytest.mark.exercise("6.7")
@pytest.mark.points(1)
def test_error_and_spread_fit_together(student):
    f, y = student.rng.normal(2, 3, (5, 12)), student.rng.normal(size=12)
    together, each, spread = (float(value) for value in student.error_and_spread(f, y))
    assert_close(
        together,
        float(np.mean((f.mean(axis=0) - y) ** 2)),
        tried="error of the mean of 5 members",
    )
    assert_close(
        each - spread,
        together,
        tried="mean error of the members - spread, beside the error of the mean",
    )
    one = student.error_and_spread(f[:1], y)
    assert_close(float(one[2]), 0.0, tried="spread of a single member", atol=1e-12)
    shifted = student.error_and_spread(f + 7, y + 7)
    assert_close(
        [float(v) for v in shifted],
        [together, each, spread],
        tried="predictions and truth all shifted by 7",
    )


# 6.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("6.8")
@pytest.mark.points(1)
def test_instability_leaves_the_training_rows_unchanged(student):
    x, y, spare = (
        student.rng.normal(size=5),
        student.rng.normal(size=5),
        student.rng.normal(size=(2, 3)),
    )
    seen = []

    def learn(x, y, probe):
        seen.append((np.array(x), np.array(y)))
        return np.full(len(probe), float(np.sum(np.asarray(y) * np.arange(1, 6))))

    _, after = student.call_tracking(
        "instability", learn, x, y, spare[0], spare[1], np.zeros(2)
    )
    assert_unchanged(
        x, after[1], tried="instability with 5 rows and 3 spares", name="`x`"
    )
    assert_unchanged(
        y, after[2], tried="instability with 5 rows and 3 spares", name="`y`"
    )
    replaced = sorted(int(np.sum(seen_y != y)) for _, seen_y in seen)
    assert_true(
        replaced.count(1) == 3 and max(replaced) == 1,
        tried="the rows that fit_predict received",
        expected="three times one row replaced, otherwise the rows as they were",
        got=f"numbers of rows replaced: {replaced}",
    )


@pytest.mark.exercise("6.8")
@pytest.mark.points(1)
def test_instability_with_whole_numbers_and_opposite_changes(student):
    y = student.rng.integers(0, 9, 4)
    y_spare = np.array([y[0] + 0.5, y[1] - 0.5])

    def learn(x, y, probe):
        return np.sum(np.asarray(y, dtype=float)) * np.ones(len(probe))

    got = student.instability(
        learn, np.arange(4.0), y.astype(float), np.zeros(2), y_spare, np.zeros(3)
    )
    assert_close(
        got,
        0.5,
        tried="one change up by 0.5, one down by 0.5: the mean absolute change is 0.5",
    )
    still = student.instability(
        learn,
        np.arange(4.0),
        y.astype(float),
        np.arange(2.0),
        y[:2].astype(float),
        np.zeros(3),
    )
    assert_close(still, 0.0, tried="spares equal to the rows they replace")
