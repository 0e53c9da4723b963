"""Public checks of the toy lab."""

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_unchanged


@pytest.mark.exercise("90.1")
@pytest.mark.points(2)
@pytest.mark.parametrize("shape", [(5,), (2, 3)])
def test_centred_has_mean_zero(student, shape):
    x = student.rng.normal(size=shape) + 3
    assert_close(
        student.centred(x), x - x.sum() / x.size, tried=f"centred of random values of shape {shape}"
    )


@pytest.mark.exercise("90.1")
def test_scaled_reaches_one(student):
    """The largest magnitude becomes one."""
    x = student.rng.normal(size=6)
    result, after = student.call_tracking("scaled", x)
    assert_close(result, x / abs(x).max(), tried="scaled of six values")
    assert_unchanged(x, after)


@pytest.mark.exercise("90.2")
@pytest.mark.points(3)
def test_total_adds_up(student):
    amounts = student.rng.integers(1, 9, size=4)
    total = student.Total()
    seen = [total.add(int(amount)) for amount in amounts]
    kept = total.value
    assert seen == pytest.approx(np.cumsum(amounts).tolist())
    assert kept == pytest.approx(amounts.sum())


@pytest.mark.exercise("90.2")
def test_twice_calls_two_times(student):
    a = float(student.rng.normal())
    assert_close(
        student.twice(lambda v: a * v + 1, 2.0), a * (a * 2 + 1) + 1, tried="twice of a line"
    )
