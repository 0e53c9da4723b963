"""Assertions with messages for students."""

import numpy as np
import pytest

from coursekit.labs.testing import (
    assert_close,
    assert_equal,
    assert_gradient,
    assert_probabilities,
    assert_true,
    assert_unchanged,
)


def message(function, *args, **kwargs):
    with pytest.raises(AssertionError) as caught:
        function(*args, **kwargs)
    return str(caught.value)


def test_three_lines_with_shapes_and_the_first_difference():
    got = message(
        assert_close,
        np.array([[1.0, 2.0], [3.0, 5.0]]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        tried="f of a square",
    )
    lines = got.splitlines()
    assert lines[0] == "tried:    f of a square"
    assert lines[1].startswith("expected: array of shape (2, 2), float64")
    assert lines[2].startswith("got:      array of shape (2, 2), float64")
    assert lines[2].endswith("1 of 4 differ, first at [1, 1]: 5 instead of 4")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (0.5, 0.5),
        (np.float32(1 / 3), 1 / 3),
        ([1, 2], np.array([1, 2])),
        (np.nan, np.nan),
        (3, 3.0),
        (True, True),
        ("a", "a"),
    ],
)
def test_equal_up_to_rounding_passes(got, expected):
    assert_close(got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        (1.01, 1.0, "got:      1.01"),
        (None, 1.0, "does the function end with `return`"),
        (np.ones((3, 1)), np.ones(3), "the shape differs"),
        ("1", 1.0, "'1'"),
        (["1.5"], [1.5], "numbers are due"),
        (np.array([b"1.5"]), np.array([1.5]), "numbers are due"),
        (np.timedelta64(1, "s"), 1.0, "numbers are due"),
        (np.nan, 1.0, "nan"),
        ([1.0, [2.0]], np.ones(2), "[1.0, [2.0]]"),
        (np.float64(1 / 3 + 1e-5), 1 / 3, "0.33334333"),
        ("b", "a", "'b'"),
        (1, "a", "1"),
        (1j, 1.0, "1j"),
    ],
)
def test_differences_fail_and_are_shown(got, expected, says):
    assert says in message(assert_close, got, expected, tried="f")


def test_the_tolerance_follows_what_the_check_asks():
    assert_close(np.float32(1) + np.float32(1e-5), np.float32(1))
    assert_close(1 + 1e-5, 1.0, inputs=np.ones(2, np.float32))
    with pytest.raises(AssertionError):
        assert_close(1 + 1e-5, 1.0)
    assert_close(np.array([1e6, 1e-3]), np.array([1e6, 0.0]))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_an_answer_does_not_choose_its_tolerance(dtype):
    with pytest.raises(AssertionError, match=f"{np.dtype(dtype)} holds about"):
        assert_close(dtype(1.005), 1.0)
    with pytest.raises(AssertionError):
        assert_probabilities(np.array([0.6, 0.41], dtype))


def test_nested_results_say_which_part():
    assert_close((1.0, {"a": [1, 2]}), (1.0, {"a": [1, 2]}))
    assert "part 2 of 2" in message(
        assert_close, (np.ones(2), np.ones(3)), (np.ones(2), np.zeros(3)), tried="pair"
    )
    assert "entry 'f1'" in message(assert_close, {"f1": 0.5}, {"f1": 0.6}, tried="scores")
    assert "keys ['f1']" in message(assert_close, {"f2": 0.5}, {"f1": 0.6}, tried="scores")


def test_exactly_equal():
    assert_equal([1, 2], np.array([1, 2]))
    message(assert_equal, 1 + 1e-12, 1.0)


def test_unchanged_arguments():
    x = np.arange(3.0)
    assert_unchanged(x, [x.copy()])
    assert "work on a copy" in message(assert_unchanged, x, [x + 1e-9])


def test_probabilities():
    assert_probabilities(np.array([[0.2, 0.8], [1.0, 0.0]]))
    assert "between 0 and 1" in message(assert_probabilities, np.array([-0.5, 1.5]))
    assert "a sum of 1.1" in message(assert_probabilities, np.array([0.5, 0.6]))
    assert "array of probabilities" in message(assert_probabilities, None)


def test_gradients_are_compared_with_finite_differences():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert_gradient(2 * x, lambda v: np.sum(v**2), x)
    assert "differ" in message(assert_gradient, x, lambda v: np.sum(v**2), x)


def test_properties():
    assert_true(np.ones(2) > 0, tried="a", expected="positive values", got=1)
    assert "expected: positive values" in message(
        assert_true, np.zeros(2) > 0, tried="a", expected="positive values", got=0
    )
