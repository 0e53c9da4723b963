import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_unchanged


@pytest.mark.exercise("90.1")
@pytest.mark.points(2)
def test_mean_square_of_a_vector(student):
    x = student.rng.normal(size=7)
    assert_close(student.mean_square(x), float(np.mean(x**2)), tried="mean_square of 7 numbers")


@pytest.mark.exercise("90.2")
@pytest.mark.points(2)
def test_rows_sum_to_one(student):
    x = student.rng.uniform(1, 2, size=(4, 3))
    got, after = student.call_tracking("normalised", x)
    assert_close(got, x / x.sum(axis=1, keepdims=True), tried="normalised of a 4x3 array")
    assert_unchanged(x, after[0], tried="normalised(x)", name="x")


@pytest.mark.exercise("90.3")
def test_one_hot(student):
    labels = student.rng.integers(0, 4, 6)
    assert_close(student.one_hot(labels, 4), np.eye(4)[labels], tried="one_hot of 6 labels")


@pytest.mark.exercise("90.3")
def test_back_to_labels(student):
    rows = student.rng.normal(size=(5, 3))
    assert_close(
        student.back_to_labels(rows), rows.argmax(axis=1), tried="back_to_labels of 5 rows"
    )


@pytest.mark.exercise("90.4")
@pytest.mark.points(2)
def test_the_model_predicts_what_its_weights_say(student):
    x, y = blobs(student.rng)
    model = student.trained(x, y)
    kernel, bias = model.get_weights()
    assert_close(
        model.predict(x, verbose=0),
        x @ kernel + bias,
        tried="predict beside x @ kernel + bias",
        rtol=1e-3,
    )
    assert np.mean(np.argmax(x @ kernel + bias, axis=1) == y) > 0.9, (
        "trained long enough, it separates two far clouds"
    )


def blobs(rng):
    y = rng.integers(0, 2, 128)
    return (rng.normal(size=(128, 2)) + 4 * y[:, None] - 2).astype(np.float32), y
