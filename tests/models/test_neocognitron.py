import numpy as np
import pytest

from coursekit.datasets import load_digits
from coursekit.errors import InvalidInputError
from coursekit.models import Neocognitron
from coursekit.models.neocognitron import GAIN, c_cells, s_cells


@pytest.fixture(scope="module")
def digits():
    (x_train, y_train), (x_test, y_test) = load_digits()
    return x_train[:600] / 255, y_train[:600], x_test[:200] / 255, y_test[:200]


def test_an_s_cell_answers_its_own_pattern_most_and_nothing_to_an_empty_place():
    rng = np.random.default_rng(0)
    weights = rng.random((3, 5, 5, 2)).astype("float32")
    weights /= np.linalg.norm(weights.reshape(3, -1), axis=1)[:, None, None, None]
    maps = np.zeros((3, 11, 11, 2), "float32")
    maps[:, 3:8, 3:8] = 2 * weights
    answers = s_cells(maps, weights, 4.0)
    assert answers.shape == (3, 11, 11, 3)
    assert answers[:, 5, 5].argmax(axis=1).tolist() == [0, 1, 2]
    assert (
        answers.max(axis=(1, 2))[range(3), range(3)].tolist()
        == answers[range(3), 5, 5, range(3)].tolist()
    )
    v = 2 * GAIN
    wanted = 4 * ((1 + v) / (1 + 0.8 * v) - 1)
    np.testing.assert_allclose(answers[range(3), 5, 5, range(3)], wanted, rtol=1e-4)
    assert not answers[:, 0, 0].any()


def test_selectivity_decides_how_alike_a_patch_must_be():
    weights = np.zeros((1, 1, 1, 2), "float32")
    weights[..., 0] = 1
    angles = np.linspace(0, np.pi / 2, 91)
    maps = 1000 * np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype("float32")[None, None]
    for r in (1.0, 4.0):
        answers = s_cells(maps, weights, r)[0, 0, :, 0]
        assert np.cos(angles)[answers > 0].min() == pytest.approx(r / (1 + r), abs=0.02)


def test_c_cells_do_not_mind_a_pixel_and_do_mind_many():
    found = np.zeros((1, 21, 21, 1), "float32")
    found[0, 10, 10] = 1
    at = c_cells(found, 5, 1)[0, :, :, 0]
    assert at[10, 10] > at[10, 11] > at[10, 12] > 0
    assert at[10, 11] > 0.7 * at[10, 10]
    assert at[10, 13] == 0
    assert c_cells(100 * found, 5, 3).max() < 1
    assert c_cells(found, 5, 2).shape == (1, 11, 11, 1)


def test_it_learns_digits_and_stands_a_shift_that_pixels_do_not(digits):
    x, y, x_test, y_test = digits
    model = Neocognitron(planes=(12, 40), seed=1).fit(x, y)
    assert model.score(x_test, y_test) > 0.88
    moved = np.roll(x_test, 2, axis=2)
    flat = x.reshape(len(x), -1)
    nearest = (
        moved.reshape(len(moved), -1) @ (flat / np.linalg.norm(flat, axis=1)[:, None]).T
    ).argmax(1)
    assert model.score(moved, y_test) > np.mean(y[nearest] == y_test) + 0.05
    np.testing.assert_allclose(np.linalg.norm(model.codes(x_test), axis=1), 1, rtol=1e-4)


def test_it_says_what_is_missing(digits):
    with pytest.raises(InvalidInputError, match="fit first"):
        Neocognitron().codes(digits[2])
    with pytest.raises(InvalidInputError, match="shape"):
        Neocognitron().fit(np.zeros((3, 4)), [0, 1, 2])
