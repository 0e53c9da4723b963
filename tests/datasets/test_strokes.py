"""Digits and letters as pen paths."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from coursekit.datasets import load_digits, load_mnist
from coursekit.datasets.sequences import (
    digit_strokes,
    from_offsets,
    load_digit_strokes,
    make_digit_strings,
    make_words,
    render,
    to_offsets,
    trace,
)
from coursekit.errors import InvalidInputError

DATA = Path(os.environ.get("COURSEKIT_DATA", ""))


def picture(*lines):
    return np.array([[255 * (c == "#") for c in line] for line in lines], np.uint8)


@pytest.fixture(scope="module")
def digits():
    (x, y), _ = load_digits()
    return x[:80], y[:80]


@pytest.fixture(scope="module")
def strokes(digits):
    return digit_strokes(*digits)


def test_a_line_is_one_stroke_from_its_upper_end():
    (stroke,) = trace(picture(*[".........", *["....#...."] * 7, "........."]), step=1)
    np.testing.assert_allclose(stroke[[0, -1]], [[4, 1], [4, 7]])
    np.testing.assert_allclose(np.diff(stroke, axis=0), [[0, 1]] * 6, atol=1e-9)


def test_a_cross_is_two_straight_strokes():
    image = picture(*["....#...."] * 4, "#########", *["....#...."] * 4)
    first, second = trace(image, step=1)
    np.testing.assert_allclose(first[:, 0], 4, atol=1e-9)
    np.testing.assert_allclose(second[:, 1], 4, atol=1e-9)
    assert (len(first), len(second)) == (9, 9)


def test_a_loop_comes_back_to_its_start():
    y, x = np.mgrid[:28, :28]
    ring = np.where(np.abs(np.hypot(x - 13, y - 13) - 8) < 1.5, 255, 0)
    (stroke,) = trace(ring)
    np.testing.assert_allclose(stroke[0], stroke[-1])
    assert len(stroke) == pytest.approx(2 * np.pi * 8 / 1.5, rel=0.2)


def test_an_empty_picture_has_no_strokes_and_a_dot_has_one():
    assert trace(np.zeros((28, 28), np.uint8)) == []
    dot = np.zeros((9, 9), np.uint8)
    dot[4, 5] = 255
    np.testing.assert_allclose(trace(dot)[0][0], [5, 4])


def test_points_are_a_step_apart(strokes):
    for row in range(10):
        for stroke in strokes.strokes(row):
            if len(stroke) > 3:
                gaps = np.hypot(*np.diff(stroke, axis=0).T)
                assert gaps.max() < 1.9
                assert np.median(gaps) == pytest.approx(1.5, abs=0.2)


def test_what_the_strokes_draw_is_what_was_written(digits):
    assert np.mean(overlaps(digits[0], thickness=4)) > 0.75


def overlaps(images, thickness):
    """Intersection over union of each picture and its strokes, a pixel of tolerance around both."""
    shares = []
    for image in images:
        drawn = binary_dilation(render(trace(image), thickness=thickness) >= 64)
        seen = binary_dilation(image >= 64)
        shares.append((drawn & seen).sum() / (drawn | seen).sum())
    return shares


@pytest.mark.skipif(not (DATA / "mnist.npz").is_file(), reason="needs mnist.npz in COURSEKIT_DATA")
def test_strokes_of_mnist_cover_their_digits(monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(DATA))
    shares = overlaps(load_mnist(limit=200)[0][0], thickness=2.6)
    assert np.mean(shares) > 0.8
    assert min(shares) > 0.6


def test_offsets_and_strokes_turn_into_one_another():
    made = [np.array([[3.0, 1.0], [4.0, 2.5]]), np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 5.0]])]
    offsets = to_offsets(made)
    assert offsets[:, 2].tolist() == [0, 1, 0, 0, 1]
    assert offsets[0].tolist() == [0, 0, 0]
    for stroke, back in zip(made, from_offsets(offsets), strict=True):
        np.testing.assert_allclose(back, stroke - made[0][0], atol=1e-6)
    assert to_offsets([]).shape == (0, 3)
    assert len(from_offsets(np.array([[0, 0, 0], [1, 1, 0]]))) == 1


def test_many_are_padded_with_zeros_and_masked(strokes, digits):
    assert len(strokes) == 80
    assert strokes.offsets.shape == (80, strokes.lengths.max(), 3)
    assert not strokes.offsets[~strokes.mask].any()
    assert strokes.mask.sum() == strokes.lengths.sum()
    assert strokes.texts == tuple(str(label) for label in digits[1])
    assert not strokes.generated
    steps = strokes.offsets[strokes.mask][:, :2]
    assert strokes.scale == pytest.approx(steps.std(), rel=1e-5)
    part = strokes[strokes.lengths > 20]
    assert len(part) == (strokes.lengths > 20).sum()
    with pytest.raises(InvalidInputError, match="slices"):
        strokes[0]


def test_strings_stand_side_by_side_and_say_their_digits(strokes):
    made = make_digit_strings(strokes, 20, digits=3, seed=4)
    assert all(len(text) == 3 for text in made.texts)
    for row in range(20):
        points = np.concatenate(made.strokes(row))
        assert np.ptp(points[:, 0]) > 1.2 * np.ptp(points[:, 1]) - 8
        assert points[-1, 0] > points[0, 0]
    again = make_digit_strings(strokes, 20, digits=3, seed=4)
    np.testing.assert_array_equal(made.offsets, again.offsets)
    with pytest.raises(InvalidInputError, match="single digits"):
        make_digit_strings(made, 2)


def test_words_are_marked_as_generated_and_each_letter_has_ink():
    made = make_words(["a b", "fix"], seed=1)
    assert made.generated
    assert made.texts == ("a b", "fix")
    assert len(made.strokes(1)) == 2 + 2 + 2
    other = make_words(["a b", "fix"], seed=2)
    assert (made.lengths != other.lengths).any()
    alphabet = make_words(list("abcdefghijklmnopqrstuvwxyz"), jitter=0)
    pictures = [render(alphabet.strokes(row), 28, fit=True) for row in range(26)]
    assert min((p > 0).sum() for p in pictures) > 30
    flat = np.array([p.ravel() / 255.0 for p in pictures])
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=-1) + 99 * np.eye(26)
    assert apart.min() > 2
    for wrong in ("A", "", "  "):
        with pytest.raises(InvalidInputError, match="letters"):
            make_words([wrong])


def test_render_puts_points_where_they_are():
    drawn = render([np.array([[3.0, 5.0], [10.0, 5.0]])], (12, 16), thickness=1)
    assert drawn.shape == (12, 16)
    assert (drawn[5, 3:11] == 255).all()
    assert not drawn[:4].any()
    assert not render([], 8).any()
    rows, columns = np.nonzero(render([np.array([[0.0, 0.0], [2.0, 100.0]])], 28, fit=True) > 128)
    assert (rows.min(), rows.max()) == pytest.approx((4, 23), abs=1)
    assert np.mean(columns) == pytest.approx(13.5, abs=1)


def test_traced_digits_are_kept_in_the_cache(monkeypatch, digits, cache):
    from coursekit.datasets import mnist

    calls = []

    def load_mnist():
        calls.append(1)
        return (digits, digits)

    monkeypatch.setattr(mnist, "load_mnist", load_mnist)
    first = load_digit_strokes(limit=12)
    second = load_digit_strokes(limit=12)
    assert len(calls) == 1
    np.testing.assert_array_equal(first.offsets, second.offsets)
    assert first.texts == second.texts
    with pytest.raises(InvalidInputError, match="limit"):
        load_digit_strokes(limit=0)
