import numpy as np
import pytest

from coursekit.labs.testing import assert_close

SECRET_OF_THE_HIDDEN_TESTS = "walnut-7431"


@pytest.mark.exercise("91.1")
@pytest.mark.points(1)
@pytest.mark.parametrize("shape", [(3, 4), (1,), (2, 1, 5)])
def test_mean_square_of_any_shape(student, shape):
    x = student.rng.normal(size=shape).astype(np.float32)
    assert_close(
        student.mean_square(x),
        float(np.mean(x.astype(np.float64) ** 2)),
        tried=f"mean_square of shape {shape}",
        rtol=1e-4,
    )


@pytest.mark.exercise("91.2")
def test_one_row(student):
    x = student.rng.uniform(1, 2, size=(1, 5))
    assert_close(student.normalised(x), x / x.sum(), tried="normalised of one row")


@pytest.mark.exercise("91.3")
def test_there_and_back(student):
    labels = student.rng.integers(0, 9, 20)
    assert_close(
        student.back_to_labels(np.eye(9)[labels]), labels, tried="back_to_labels of one-hot rows"
    )
