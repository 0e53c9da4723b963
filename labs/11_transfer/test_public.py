"""Public checks of lab 11: the student sees these run after every exercise."""

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
    counterexample,
)


def parts(got, names, tried):
    """The parts of a returned tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(names)
    expected = f"{len(names)} results: {', '.join(names)}"
    assert_true(fits, tried=tried, expected=expected, got=got)
    return [np.asarray(part) for part in got]


# 11.1 -----------------------------------------------------------------------------------


def task_one_by_one(y, classes, per_class=None):
    """Walk over the rows and count what was kept."""
    rows, labels, kept = [], [], dict.fromkeys(classes, 0)
    for row, c in enumerate(np.asarray(y).tolist()):
        if c in kept and (per_class is None or kept[c] < per_class):
            rows.append(row)
            labels.append(list(classes).index(c))
            kept[c] += 1
    return rows, labels


def compare_task(student, y, classes, per_class=None):
    options = {} if per_class is None else {"per_class": per_class}
    tried = f"make_task(y, {classes}, per_class={per_class}) with y = {np.asarray(y).tolist()}"
    rows, labels = parts(
        student.make_task(y, classes, **options), ("rows", "labels"), tried
    )
    right_rows, right_labels = task_one_by_one(y, classes, per_class)
    assert_equal(rows, right_rows, tried=f"rows of {tried}")
    assert_equal(labels, right_labels, tried=f"labels of {tried}")


@pytest.mark.exercise("11.1")
@pytest.mark.points(1)
def test_make_task_keeps_its_classes_in_the_order_of_the_rows(student):
    for n, total, k in [(12, 4, 2), (20, 6, 3)]:
        y = student.rng.permutation(np.arange(n) % total)
        classes = np.sort(student.rng.permutation(total)[:k]).tolist()
        compare_task(student, y, classes)


@pytest.mark.exercise("11.1")
@pytest.mark.points(1)
def test_make_task_counts_labels_in_the_order_of_the_list(student):
    y = student.rng.permutation(np.arange(18) % 6) + 3
    classes = [8, 3, 6]
    compare_task(student, y, classes)
    compare_task(student, y, classes[::-1])


@pytest.mark.exercise("11.1")
@pytest.mark.points(1)
def test_make_task_keeps_the_first_of_each_class(student):
    y = student.rng.permutation(np.repeat([1, 4, 7, 2], [6, 3, 5, 4]))
    for per_class in (1, 2, 4):
        compare_task(student, y, [7, 1, 4], per_class)


def draw_task(rng, size):
    y = rng.integers(0, size + 2, 2 * size + 2)
    classes = rng.permutation(np.unique(y))[: size + 1].tolist()
    return y, classes, int(rng.integers(1, 3))


def rows_of_task(y, classes, per_class):
    return tuple(np.array(part) for part in task_one_by_one(y, classes, per_class))


counterexample("11.1", "make_task", draw=draw_task, oracle=rows_of_task)

# 11.2 -----------------------------------------------------------------------------------


def dense_pair(student, first=3, last=4, sizes=(5, 4)):
    """Two networks of dense layers that differ in their last one, with random weights."""
    path = "coursekit.models.mlp"
    pair = [
        student.make(path, (6,), k, hidden=sizes, dropout=0.1) for k in (first, last)
    ]
    return [give_weights(student.rng, model) for model in pair]


def convolution_pair(student, first=3, last=2):
    """The same with convolutions and poolings between them."""
    path, stages = "coursekit.models.cifar_cnn", ((2,), (3, 2))
    pair = [student.make(path, (4, 4, 3), k, stages=stages) for k in (first, last)]
    return [give_weights(student.rng, model) for model in pair]


def give_weights(rng, model):
    """Random numbers for all weights, biases too."""
    model.set_weights(
        [rng.normal(size=np.shape(w)).astype("float32") for w in model.get_weights()]
    )
    return model


def flags(model):
    """Whether each layer with weights learns."""
    return [bool(d["trainable"]) for d in model.layers if d["count_params"]]


def grafted(student, pair, n, frozen):
    """The result's weights beside what is due, and the source's beside its own before."""
    source, target = pair
    before, fresh = source.get_weights(), target.get_weights()
    result = student.graft(source, target, n, frozen)
    tried = (
        f"graft(source, target, {n}, {frozen}), {len(before) // 2} layers with weights"
    )
    assert_true(
        hasattr(result, "_ref"),
        tried=tried,
        expected="the target, a Keras model",
        got=result,
    )
    assert_close(
        result.get_weights(),
        before[: 2 * n] + fresh[2 * n :],
        tried=f"weights after {tried}",
        rtol=1e-6,
    )
    return result, before, tried


@pytest.mark.exercise("11.2")
@pytest.mark.points(1)
def test_graft_copies_the_first_n_layers_with_weights(student):
    pair = convolution_pair(student)
    for n in (1, 3, 0, 2):
        pair = [give_weights(student.rng, model) for model in pair]
        result, before, tried = grafted(student, pair, n, False)
    due = [True] * (len(before) // 2)
    assert_equal(flags(result), due, tried=f"which layers learn after {tried}")


@pytest.mark.exercise("11.2")
@pytest.mark.points(1)
def test_graft_freezes_the_copied_layers_and_no_others(student):
    for n in (2, 1):
        result, before, tried = grafted(student, dense_pair(student), n, True)
        due = [place >= n for place in range(len(before) // 2)]
        assert_equal(flags(result), due, tried=f"which layers learn after {tried}")


@pytest.mark.exercise("11.2")
@pytest.mark.points(1)
def test_graft_leaves_the_source_alone_now_and_later(student):
    pair = dense_pair(student)
    result, before, tried = grafted(student, pair, 2, True)
    give_weights(student.rng, result)  # what fine-tuning does
    assert_close(
        pair[0].get_weights(),
        before,
        tried=f"the source's weights after {tried}, when the result went on learning",
        rtol=1e-6,
    )
    due = [True] * (len(before) // 2)
    assert_equal(
        flags(pair[0]), due, tried=f"which layers of the source learn after {tried}"
    )


# 11.3 -----------------------------------------------------------------------------------


def paired_interval(scores, baseline):
    """Mean and interval of the differences, by SciPy."""
    gains = np.asarray(scores) - np.asarray(baseline)[:, None]
    found = ttest_1samp(gains, 0.0).confidence_interval(0.95)
    return gains.mean(axis=0), found.low, found.high


def compare_gain(student, scores, baseline, tried):
    got = parts(student.gain(scores, baseline), ("mean", "low", "high"), tried)
    for part, due, name in zip(
        got, paired_interval(scores, baseline), ("mean", "low", "high"), strict=True
    ):
        assert_close(part, due, tried=f"{name} of {tried}")


@pytest.mark.exercise("11.3")
@pytest.mark.points(1)
def test_gain_is_the_mean_difference_within_seeds(student):
    for k, depths in [(3, 4), (5, 2)]:
        scores, baseline = (
            student.rng.uniform(0.4, 0.9, (k, depths)),
            student.rng.random(k),
        )
        tried = f"gain of {k} seeds at {depths} depths"
        mean = parts(student.gain(scores, baseline), ("mean", "low", "high"), tried)[0]
        assert_close(
            mean, (scores - baseline[:, None]).mean(axis=0), tried=f"mean of {tried}"
        )


@pytest.mark.exercise("11.3")
@pytest.mark.points(2)
def test_gain_has_the_interval_of_a_paired_t_test(student):
    for k, depths in [(2, 3), (3, 3), (8, 1)]:
        luck = student.rng.normal(0, 0.2, k)
        scores = 0.6 + luck[:, None] + student.rng.normal(0, 0.02, (k, depths))
        compare_gain(
            student, scores, 0.5 + luck, f"gain of {k} seeds at {depths} depths"
        )


def draw_gain(rng, size):
    k = max(2, size)
    return rng.integers(0, 10, (k, size)) / 10, rng.integers(0, 10, k) / 10


counterexample("11.3", "gain", draw=draw_gain, oracle=paired_interval)

# 11.4 -----------------------------------------------------------------------------------


def ridge_scores(features, labels, new_features, strength=1.0):
    """scikit-learn's ridge on standardised features and one-hot targets."""
    scaler = StandardScaler().fit(features)
    targets = np.equal.outer(labels, np.arange(np.max(labels) + 1)).astype(float)
    ridge = Ridge(strength).fit(scaler.transform(features), targets)
    return ridge.predict(scaler.transform(new_features))


def labels_of(rng, n, k):
    """n labels, each of the k classes at least once, not equally often."""
    return rng.permutation(np.concatenate([np.arange(k), rng.integers(0, 2, n - k)]))


@pytest.mark.exercise("11.4")
@pytest.mark.points(2)
def test_probe_gives_the_scores_of_ridge_regression(student):
    for n, d, m, k in [(20, 3, 5, 2), (12, 6, 1, 4)]:
        features = student.rng.normal(3, 2, (n, d))
        labels, new = labels_of(student.rng, n, k), student.rng.normal(0, 2, (m, d))
        for strength in (1.0, 7.5):
            assert_close(
                student.probe(features, labels, new, strength=strength),
                ridge_scores(features, labels, new, strength),
                tried=f"probe, {n} images of {k} classes, {d} features, {m} new, lambda {strength}",
                rtol=1e-6,
            )


@pytest.mark.exercise("11.4")
@pytest.mark.points(1)
def test_probe_does_not_care_for_the_units_of_a_feature(student):
    features, new = student.rng.normal(size=(15, 4)), student.rng.normal(size=(6, 4))
    labels = labels_of(student.rng, 15, 3)
    unit, origin = student.rng.uniform(0.01, 100, 4), student.rng.normal(0, 50, 4)
    assert_close(
        student.probe(features * unit + origin, labels, new * unit + origin),
        ridge_scores(features, labels, new),
        tried="probe of features in other units and with another origin, lambda 1",
        rtol=1e-5,
    )


@pytest.mark.exercise("11.4")
@pytest.mark.points(1)
def test_probe_bears_a_feature_that_never_varies(student):
    features, new = student.rng.normal(size=(14, 3)), student.rng.normal(size=(4, 3))
    features[:, 1] = 0.0
    labels = labels_of(student.rng, 14, 2)
    assert_close(
        student.probe(features, labels, new, strength=2.0),
        ridge_scores(features, labels, new, 2.0),
        tried="probe where the second feature is 0 in every labelled row",
        rtol=1e-6,
    )


# 11.5 -----------------------------------------------------------------------------------


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_is_softmax_of_cooler_logits(student):
    for n, k, temperature in [(4, 3, 2.0), (1, 10, 20.0), (3, 2, 0.5)]:
        logits = student.rng.normal(0, 5, (n, k))
        assert_close(
            student.soften(logits, temperature),
            softmax(logits / temperature, axis=1),
            tried=f"soften of {n} rows, {k} classes, T = {temperature}",
        )


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_stays_finite(student):
    small = student.rng.normal(0, 1, (3, 4))
    logits = small + np.array([[1000.0], [0.0], [-1000.0]])
    assert_close(
        student.soften(logits, 2.0),
        softmax(logits / 2, axis=1),
        tried="soften of rows near 1,000, 0 and -1,000, T = 2",
    )
    assert_close(
        student.soften(small + 1, 0.002),
        softmax((small + 1) / 0.002, axis=1),
        tried="soften of logits near 1, T = 0.002",
        atol=1e-9,
    )


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_probabilities_gives_what_the_logits_would_give(student):
    for n, k, temperature in [(4, 3, 2.0), (2, 10, 20.0), (3, 5, 0.25)]:
        logits = student.rng.normal(0, 2, (n, k))
        assert_close(
            student.soften_probabilities(softmax(logits, axis=1), temperature),
            softmax(logits / temperature, axis=1),
            tried=f"soften_probabilities of {n} rows, {k} classes, T = {temperature}",
        )


@pytest.mark.exercise("11.5")
@pytest.mark.points(1)
def test_soften_probabilities_bears_zeros_and_small_temperatures(student):
    logits = student.rng.normal(size=(3, 4))
    p = softmax(logits, axis=1)
    p = np.insert(p, 2, 0.0, axis=1)
    due = np.insert(softmax(logits / 3, axis=1), 2, 0.0, axis=1)
    tried = "soften_probabilities where one class has probability 0, T = 3"
    assert_close(student.soften_probabilities(p, 3.0), due, tried=tried)
    logits = student.rng.normal(0, 0.002, (2, 10))
    assert_close(
        student.soften_probabilities(softmax(logits, axis=1), 0.002),
        softmax(logits / 0.002, axis=1),
        tried="soften_probabilities of ten classes nearly alike, T = 0.002",
        rtol=1e-6,
    )


def draw_soft(rng, size):
    p = rng.integers(1, 5, (max(1, size - 1), size + 1)).astype(float)
    return p / p.sum(axis=1, keepdims=True), float(rng.choice([2.0, 0.5, 3.0]))


counterexample(
    "11.5",
    "soften_probabilities",
    draw=draw_soft,
    oracle=lambda p, temperature: softmax(np.log(p) / temperature, axis=1),
)
counterexample(
    "11.5",
    "soften",
    draw=lambda rng, size: (rng.integers(-3, 4, (size, size + 1)) * 1.0, 2.0),
    oracle=lambda z, temperature: softmax(z / temperature, axis=1),
)

# 11.6 -----------------------------------------------------------------------------------


def distillation_loss(student_logits, teacher_logits, y, temperature, alpha):
    """The batch's loss as the exercise writes it down."""
    log_q = log_softmax(student_logits / temperature, axis=1)
    log_p = log_softmax(teacher_logits / temperature, axis=1)
    soft = np.sum(np.exp(log_p) * (log_p - log_q), axis=1)
    hard = -log_softmax(student_logits, axis=1)[np.arange(len(y)), y]
    return float(np.mean(alpha * temperature**2 * soft + (1 - alpha) * hard))


def compare_gradient(student, n, k, temperature, alpha):
    z, v = student.rng.normal(0, 2, (2, n, k))
    y = student.rng.integers(0, k, n)
    assert_gradient(
        student.distillation_gradient(z, v, y, temperature, alpha),
        lambda logits: distillation_loss(logits, v, y, temperature, alpha),
        z,
        tried=f"distillation_gradient, {n} rows, {k} classes, T = {temperature}, alpha = {alpha}",
    )


@pytest.mark.exercise("11.6")
@pytest.mark.points(1)
def test_gradient_of_the_labels_part(student):
    for n, k, temperature in [(1, 3, 3.0), (4, 5, 2.0)]:
        compare_gradient(student, n, k, temperature, 0.0)


@pytest.mark.exercise("11.6")
@pytest.mark.points(2)
def test_gradient_of_the_teachers_part(student):
    for n, k, temperature in [(1, 3, 1.0), (1, 4, 2.0), (5, 3, 4.0)]:
        compare_gradient(student, n, k, temperature, 1.0)


@pytest.mark.exercise("11.6")
@pytest.mark.points(1)
def test_gradient_weighs_both_parts(student):
    for n, k, temperature, alpha in [(2, 4, 3.0, 0.2), (6, 3, 1.5, 0.8)]:
        compare_gradient(student, n, k, temperature, alpha)


# 11.7 -----------------------------------------------------------------------------------


def smallest_shift(logits, k, count):
    """Try every shift at which a row begins to be read as k, from the smallest on."""
    logits = np.asarray(logits, dtype=float)
    others = np.array([max(np.delete(row, k)) for row in logits])
    for shift in sorted(others - logits[:, k]):
        if np.count_nonzero(others - logits[:, k] <= shift) >= count:
            return float(shift)
    raise ValueError("more rows asked for than there are")


@pytest.mark.exercise("11.7")
@pytest.mark.points(1)
def test_bias_shift_of_a_class_that_is_too_low(student):
    for n, classes, count in [(8, 3, 3), (20, 10, 7)]:
        k = int(student.rng.integers(classes))
        logits = student.rng.normal(0, 2, (n, classes))
        logits[:, k] -= 6
        assert_close(
            student.bias_shift(logits, k, count),
            smallest_shift(logits, k, count),
            tried=f"bias_shift of {n} rows, {classes} classes, k = {k}, count = {count}",
        )


@pytest.mark.exercise("11.7")
@pytest.mark.points(1)
def test_bias_shift_counts_rows_that_are_read_as_k_already(student):
    logits = student.rng.normal(0, 1, (12, 4))
    logits[:4, 2] += 8  # these are
    for count in (6, 12, 4, 1):
        assert_close(
            student.bias_shift(logits, 2, count),
            smallest_shift(logits, 2, count),
            tried=f"bias_shift of 12 rows, four of them read as class 2 already, count = {count}",
        )


@pytest.mark.exercise("11.7")
@pytest.mark.points(1)
def test_bias_shift_is_just_enough(student):
    logits = np.round(student.rng.normal(0, 4, (15, 5)), 3)
    k, count = 1, 6
    got = float(student.bias_shift(logits, k, count))
    others = np.delete(logits, k, axis=1).max(axis=1)
    read = [int(np.sum(logits[:, k] + got + step >= others)) for step in (1e-6, -1e-3)]
    tried = (
        f"rows read as class {k} after your shift of {got:.4g}, and after 0.001 less"
    )
    assert_equal(
        read,
        [
            count,
            int(
                np.sum(others - logits[:, k] <= smallest_shift(logits, k, count) - 1e-3)
            ),
        ],
        tried=tried,
    )


def draw_shift(rng, size):
    logits = rng.integers(-3, 4, (size + 1, size + 1)).astype(float)
    return logits, int(rng.integers(size + 1)), int(rng.integers(1, size + 2))


counterexample("11.7", "bias_shift", draw=draw_shift, oracle=smallest_shift)
