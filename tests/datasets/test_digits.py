"""scikit-learn's digits and the one digit preprocessing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from coursekit.datasets import load_digits, preprocess_digit
from coursekit.errors import InvalidInputError

DATA = Path(os.environ.get("COURSEKIT_DATA", ""))


def drawing(shape=(120, 90)) -> np.ndarray:
    """A white L on black, its strokes a tenth of the height wide; off the middle."""
    image = np.zeros(shape, np.uint8)
    h, w = shape
    image[h // 10 : h // 2, w // 10 : w // 10 + h // 10] = 255
    image[h // 2 - h // 10 : h // 2, w // 10 : w // 2] = 255
    return image


def test_digits_have_their_fixed_stratified_split():
    (x_train, y_train), (x_test, y_test) = load_digits()
    assert (x_train.shape, x_test.shape) == ((1347, 28, 28), (450, 28, 28))
    assert (x_train.dtype, y_train.dtype) == (np.uint8, np.int64)
    assert np.bincount(y_test).tolist() == [45, 45, 45, 45, 46, 45, 45, 45, 44, 45]
    assert len(set(y_train[:20].tolist())) == 10, "the first images already hold every digit"
    again = load_digits()
    np.testing.assert_array_equal(again[0][0], x_train)
    again[0][0][:] = 0
    assert load_digits()[0][0].any(), "a caller's change must not reach the next caller"


def test_no_digit_is_in_both_parts():
    (x_train, _), (x_test, _) = load_digits()
    assert not {image.tobytes() for image in x_train} & {image.tobytes() for image in x_test}


def test_digits_lie_in_mnists_frame():
    (x_train, _), (x_test, _) = load_digits()
    for image in np.concatenate([x_train, x_test]):
        rows, columns = np.flatnonzero(image.max(1)), np.flatnonzero(image.max(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
        assert image.max() >= 250
        assert np.abs(np.array(center_of_mass(image)) - 14).max() <= 0.75
    assert 25 < x_train.mean() < 50, "as much ink as in MNIST, whose mean is 33"


def test_digit_is_fitted_into_twenty_pixels_with_its_aspect_kept():
    image = np.zeros((200, 200), np.uint8)
    image[20:180, 60:140] = 255
    result = preprocess_digit(image)
    rows, columns = np.flatnonzero(result.max(1)), np.flatnonzero(result.max(0))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 10)
    assert (result.dtype, result.max()) == (np.uint8, 255)


def test_place_and_size_of_the_drawing_do_not_matter():
    small, large = drawing(), drawing((480, 360))
    reference = preprocess_digit(small)
    assert np.abs(preprocess_digit(large).astype(int) - reference).mean() < 4
    np.testing.assert_array_equal(preprocess_digit(np.pad(small, ((30, 2), (5, 70)))), reference)


@pytest.mark.parametrize(
    "form",
    [
        lambda a: 255 - a,
        lambda a: a / 255.0,
        lambda a: a > 0,
        lambda a: a.astype(np.float32),
        lambda a: a.astype(np.int64),
        lambda a: a.astype(np.uint16) * 257,
        lambda a: a[..., None],
        lambda a: np.stack([a] * 3, axis=-1),
        lambda a: np.stack([255 - a] * 3, axis=-1),
        lambda a: np.stack([0 * a, 0 * a, 0 * a, a], axis=-1),
        lambda a: np.stack([a, a, a, a], axis=-1),
        lambda a: np.stack([a, a, a, 0 * a + 255], axis=-1),
        lambda a: a // 3 + 20,
    ],
    ids=[
        "dark on light",
        "unit floats",
        "bool",
        "floats",
        "int64",
        "uint16",
        "one channel",
        "RGB",
        "RGB dark on light",
        "black on transparent",
        "white on transparent",
        "opaque RGBA",
        "weak contrast",
    ],
)
def test_all_forms_of_one_drawing_end_in_the_same_digit(form):
    difference = np.abs(preprocess_digit(form(drawing())).astype(int) - preprocess_digit(drawing()))
    assert difference.max() <= 1


def test_polarity_can_be_said():
    image = drawing()
    np.testing.assert_array_equal(
        preprocess_digit(image, white_on_black=True), preprocess_digit(image)
    )
    np.testing.assert_array_equal(
        preprocess_digit(255 - image, white_on_black=False), preprocess_digit(image)
    )


def test_shadow_on_paper_is_not_ink():
    rng = np.random.default_rng(0)
    photo = (
        220 - 0.7 * drawing((400, 300)) + np.linspace(-15, 15, 300) + rng.normal(0, 3, (400, 300))
    )
    result, clean = (
        preprocess_digit(photo.astype(np.uint8)).astype(int),
        preprocess_digit(drawing((400, 300))),
    )
    assert min(np.abs(np.roll(result, step, axis=1) - clean).mean() for step in (-1, 0, 1)) < 2


def test_thin_pen_does_not_fade():
    image = np.zeros((600, 600), np.uint8)
    image[100:500, 297:303] = 255
    image[494:500, 100:500] = 255
    result = preprocess_digit(image)
    assert np.count_nonzero(result >= 200) >= 10


def test_input_is_left_as_it_is():
    image = drawing()
    kept = image.copy()
    preprocess_digit(image)
    np.testing.assert_array_equal(image, kept)


def test_what_is_in_the_frame_already_stays():
    for image in load_digits()[1][0][:40]:
        assert np.abs(preprocess_digit(image).astype(int) - image).mean() < 0.2


@pytest.mark.skipif(not (DATA / "mnist.npz").is_file(), reason="needs mnist.npz in COURSEKIT_DATA")
def test_mnist_itself_hardly_changes():
    with np.load(DATA / "mnist.npz") as file:
        images = file["x_test"][:200]
    changes = [np.abs(preprocess_digit(image).astype(int) - image).mean() for image in images]
    assert np.median(changes) == 0
    assert np.mean(changes) < 0.5


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((28, 28)), "empty"),
        (np.full((50, 50), 255, np.uint8), "empty"),
        (np.full((50, 50), 90, np.uint8), "empty"),
        (np.zeros((5, 5, 4), np.uint8), "empty"),
        (np.zeros((0, 5)), "one picture"),
        (np.zeros(784), "one picture"),
        (np.zeros((10, 28, 28)), "one by one"),
        (np.full((5, 5), np.nan), "finite"),
        (-drawing().astype(int), "from 0 upwards"),
        (drawing().astype(float) * 2, r"\[0, 255\]"),
        (np.array([["a", "b"]]), "dtype"),
    ],
)
def test_what_is_no_digit_is_refused(image, message):
    with pytest.raises(InvalidInputError, match=message):
        preprocess_digit(image)


@pytest.mark.parametrize("value", ["yes", None, 2])
def test_unknown_polarity_is_refused(value):
    with pytest.raises(InvalidInputError, match="white_on_black"):
        preprocess_digit(drawing(), white_on_black=value)
