"""Hidden checks of lab 11: run at grading only."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from scipy.stats import ttest_1samp
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_true,
    assert_unchanged,
)


def compare_parts(got, due, names, tried, **tolerances):
    """Compare a returned tuple part by part."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(due)
    expected = f"{len(due)} results: {', '.join(names)}"
    assert_true(fits, tried=tried, expected=expected, got=got)
    for part, right, name in zip(got, due, names, strict=True):
        assert_close(part, right, tried=f"{name} of {tried}", **tolerances)


# 11.1 -----------------------------------------------------------------------------------


@pytest.mark.exercise("11.1")
@pytest.mark.points(1)
def test_make_task_with_one_class_and_with_fewer_images_than_asked_for(student):
    y = student.rng.permutation(np.repeat([0, 5, 9], [4, 2, 5]))
    order = np.argsort(y, kind="stable")
    compare_parts(
        student.make_task(y, [9]),
        (np.sort(order[6:]), np.zeros(5, int)),
        ("rows", "labels"),
        "make_task of a single class",
        rtol=0,
        atol=0,
    )
    rows = np.sort(np.concatenate([order[4:6], np.sort(order[6:])[:3]]))
    compare_parts(
        student.make_task(y, [9, 5], per_class=3),
        (rows, (y[rows] == 5).astype(int)),
        ("rows", "labels"),
        "make_task with 3 of each, where class 5 has 2 images",
        rtol=0,
        atol=0,
    )


@pytest.mark.exercise("11.1")
@pytest.mark.points(1)
def test_make_task_leaves_its_arguments_and_shares_no_row(student):
    y, classes = student.rng.permutation(np.arange(24) % 8), [6, 1, 3]
    got, after = student.call_tracking("make_task", y, classes, 2)
    rows = np.sort(np.concatenate([np.flatnonzero(y == c)[:2] for c in classes]))
    labels = [{6: 0, 1: 1, 3: 2}[c] for c in y[rows].tolist()]
    names, tried = ("rows", "labels"), "make_task of classes 6, 1, 3, two of each"
    compare_parts(got, (rows, labels), names, tried, rtol=0, atol=0)
    assert_unchanged([y, classes, 2], after, tried=tried)
    other = np.asarray(student.make_task(y, [0, 2])[0])
    assert_equal(np.intersect1d(rows, other), [], tried="rows that two tasks share")


# 11.2 -----------------------------------------------------------------------------------


def give_weights(rng, model):
    """Random numbers for all weights, biases too."""
    model.set_weights(
        [rng.normal(size=np.shape(w)).astype("float32") for w in model.get_weights()]
    )
    return model


def convolutions(student, classes):
    """A network with poolings between its layers, and random weights."""
    path, stages = "coursekit.models.cifar_cnn", ((2,), (2, 3))
    return give_weights(
        student.rng, student.make(path, (4, 4, 2), classes, stages=stages)
    )


@pytest.mark.exercise("11.2")
@pytest.mark.points(2)
def test_frozen_layers_stay_bit_for_bit_when_the_rest_learns(student):
    n = int(student.rng.integers(1, 3))
    source, target = convolutions(student, 4), convolutions(student, 3)
    kept, fresh = source.get_weights(), target.get_weights()
    model = student.graft(source, target, n, True)
    tried = f"graft(source, target, {n}, True), then a step of training"
    expected = "the target, a Keras model"
    assert_true(hasattr(model, "_ref"), tried=tried, expected=expected, got=model)
    optimizer = student.make("keras.optimizers.SGD", 0.1)
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=True)
    x = student.rng.normal(size=(6, 4, 4, 2)).astype("float32")
    model.fit(x, student.rng.normal(size=(6, 3)).astype("float32"), verbose=0)
    after = model.get_weights()
    assert_close(
        after[: 2 * n], kept[: 2 * n], tried=f"frozen weights: {tried}", rtol=0, atol=0
    )
    learned = [
        not np.array_equal(a, b) for a, b in zip(after[-2:], fresh[-2:], strict=True)
    ]
    assert_equal(
        learned, [True, True], tried=f"whether the last layer learned: {tried}"
    )
    assert_close(
        source.get_weights(), kept, tried=f"the source: {tried}", rtol=0, atol=0
    )


# 11.3 -----------------------------------------------------------------------------------


@pytest.mark.exercise("11.3")
@pytest.mark.points(1)
def test_gain_with_luck_that_all_share(student):
    luck = student.rng.normal(0, 1, 4)
    scores = luck[:, None] + student.rng.uniform(0, 0.05, (4, 6))
    found = ttest_1samp(scores - luck[:, None], 0.0).confidence_interval()
    due = (scores - luck[:, None]).mean(axis=0), found.low, found.high
    names, tried = (
        ("mean", "low", "high"),
        "gain where each seed lifts all networks alike",
    )
    got, after = student.call_tracking("gain", scores, luck)
    compare_parts(got, due, names, tried, rtol=1e-6)
    assert_unchanged([scores, luck], after, tried=tried)


@pytest.mark.exercise("11.3")
@pytest.mark.points(1)
def test_gain_takes_float32_and_as_many_seeds_as_depths(student):
    scores = student.rng.uniform(0.2, 0.9, (5, 5)).astype("float32")
    baseline = student.rng.uniform(0.2, 0.9, 5).astype("float32")
    gains = scores.astype(float) - baseline.astype(float)[:, None]
    found = ttest_1samp(gains, 0.0).confidence_interval()
    due = gains.mean(axis=0), found.low, found.high
    got = student.gain(scores, baseline)
    compare_parts(
        got, due, ("mean", "low", "high"), "gain in float32", rtol=1e-4, atol=1e-5
    )


# 11.4 -----------------------------------------------------------------------------------


def ridge_scores(features, labels, new_features, strength):
    """scikit-learn's ridge on standardised features and one-hot targets."""
    scaler = StandardScaler().fit(features)
    targets = np.equal.outer(labels, np.arange(max(labels) + 1)).astype(float)
    ridge = Ridge(strength).fit(scaler.transform(features), targets)
    return ridge.predict(scaler.transform(new_features))


@pytest.mark.exercise("11.4")
@pytest.mark.points(1)
def test_probe_with_more_features_than_images(student):
    features, new = student.rng.normal(2, 3, (7, 20)), student.rng.normal(2, 3, (3, 20))
    labels = student.rng.permutation([0, 0, 0, 0, 1, 2, 2])
    tried = "probe with 7 images and 20 features, lambda 0.3"
    got, after = student.call_tracking("probe", features, labels, new, 0.3)
    assert_close(got, ridge_scores(features, labels, new, 0.3), tried=tried, rtol=1e-6)
    assert_unchanged([features, labels, new, 0.3], after, tried=tried)


@pytest.mark.exercise("11.4")
@pytest.mark.points(1)
def test_probe_of_one_image_does_not_depend_on_the_others(student):
    features, new = student.rng.normal(1, 2, (16, 3)), student.rng.normal(-4, 9, (5, 3))
    labels = student.rng.permutation(np.arange(16) // 6)
    due = ridge_scores(features, labels, new, 4.0)
    for row in range(2):
        assert_close(
            student.probe(features, labels, new[[row]], 4.0),
            due[[row]],
            tried="probe of one new image alone",
            rtol=1e-6,
        )
    narrow = features.astype("float32")
    assert_close(
        student.probe(narrow, labels, new.astype("float32"), 4.0),
        due,
        tried="probe of features in float32",
        rtol=1e-3,
    )


# 11.5 -----------------------------------------------------------------------------------


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_twice_is_softening_once(student):
    logits = student.rng.normal(0, 4, (5, 6))
    first = softmax(logits / 2.0, axis=1)
    assert_close(
        student.soften_probabilities(first, 3.0),
        softmax(logits / 6.0, axis=1),
        tried="soften_probabilities(..., 3) of what was softened at T = 2 already",
        rtol=1e-6,
    )
    got, after = student.call_tracking("soften_probabilities", first, 1.0)
    assert_close(got, first, tried="soften_probabilities at T = 1")
    assert_unchanged([first, 1.0], after, tried="soften_probabilities at T = 1")


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_leaves_its_argument_and_takes_whole_numbers(student):
    logits = student.rng.integers(-5, 6, (4, 4))
    got, after = student.call_tracking("soften", logits, 2)
    tried = "soften of integers, 4 rows and 4 classes, T = 2"
    assert_close(got, softmax(logits / 2, axis=1), tried=tried)
    assert_unchanged([logits, 2], after, tried=tried)
    wide = student.rng.normal(0, 3, (3, 5)).astype("float32")
    due = softmax(wide.astype(float) / 7, axis=1)
    got, after = student.call_tracking("soften", wide, 7.0)
    assert_close(got, due, tried="soften in float32, T = 7", inputs=wide)
    assert_unchanged([wide, 7.0], after, tried="soften in float32, T = 7")


# 11.6 -----------------------------------------------------------------------------------


def written_loss(z, v, y, temperature, alpha):
    """The batch's loss as the exercise writes it down."""
    log_q = log_softmax(z / temperature, axis=1)
    log_p = log_softmax(v / temperature, axis=1)
    soft = np.sum(np.exp(log_p) * (log_p - log_q), axis=1)
    hard = -log_softmax(z, axis=1)[np.arange(len(y)), y]
    return float(np.mean(alpha * temperature**2 * soft + (1 - alpha) * hard))


@pytest.mark.exercise("11.6")
@pytest.mark.points(1)
def test_gradient_at_low_and_high_temperature(student):
    for n, k, temperature, alpha in [
        (3, 3, 0.5, 0.9),
        (4, 6, 12.0, 0.6),
        (2, 2, 5.0, 0.5),
    ]:
        z, v = student.rng.normal(0, 3, (2, n, k))
        y = student.rng.integers(0, k, n)
        args = z, v, y, temperature, alpha
        got, after = student.call_tracking("distillation_gradient", *args)
        tried = f"distillation_gradient, {n} x {k}, T = {temperature}, alpha = {alpha}"
        assert_gradient(
            got,
            lambda logits, v=v, y=y, t=temperature, a=alpha: written_loss(
                logits, v, y, t, a
            ),
            z,
            tried=tried,
        )
        assert_unchanged(list(args), after, tried=tried)


@pytest.mark.exercise("11.6")
@pytest.mark.points(1)
def test_gradient_of_large_logits(student):
    z = student.rng.normal(0, 1, (4, 5)) + 800.0
    v, y = student.rng.normal(0, 2, (4, 5)) - 900.0, student.rng.integers(0, 5, 4)
    got = student.distillation_gradient(z, v, y, 3.0, 0.5)
    assert_gradient(
        got,
        lambda logits: written_loss(logits, v, y, 3.0, 0.5),
        z,
        tried="distillation_gradient of logits near 800 and -900",
        rtol=1e-3,
    )


# 11.7 -----------------------------------------------------------------------------------


@pytest.mark.exercise("11.7")
@pytest.mark.points(1)
def test_bias_shift_of_one_row_two_classes_and_the_last_class(student):
    logits = student.rng.normal(0, 3, (1, 2))
    for k in (0, 1):
        assert_close(
            student.bias_shift(logits, k, 1),
            logits[0, 1 - k] - logits[0, k],
            tried=f"bias_shift of one row of two classes, k = {k}",
        )
    logits = student.rng.normal(0, 3, (9, 6))
    got, after = student.call_tracking("bias_shift", logits, 5, 9)
    tried = "bias_shift of the last class, all rows asked for"
    assert_close(got, np.max(logits[:, :5].max(axis=1) - logits[:, 5]), tried=tried)
    assert_unchanged([logits, 5, 9], after, tried=tried)


@pytest.mark.exercise("11.7")
@pytest.mark.points(1)
def test_bias_shift_with_ties_and_in_float32(student):
    logits = student.rng.integers(-3, 4, (16, 4)).astype("float32")
    lacking = np.sort(logits[:, [0, 2, 3]].max(axis=1) - logits[:, 1])
    for count in (1, 5, 11, 16):
        assert_close(
            student.bias_shift(logits, 1, count),
            float(lacking[count - 1]),
            tried=f"bias_shift of whole logits with ties, count = {count}",
        )
