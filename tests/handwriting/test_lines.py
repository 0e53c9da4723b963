"""Pen paths on their way into a network."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets.sequences import from_offsets, make_digit_strings, render, to_offsets
from coursekit.errors import InvalidInputError
from coursekit.handwriting import (
    STEP,
    coarser,
    make_lines,
    on_one_line,
    one_hot,
    own_line,
    picture,
    resample,
    slant,
)


def test_lines_are_the_steps_in_units_with_a_rest_behind(strokes):
    lines = make_lines(strokes, shake=0.0)
    assert lines.before.shape == lines.after.shape == (60, lines.points.shape[1], 3)
    np.testing.assert_array_equal(lines.before[:, 1:], lines.after[:, :-1])
    for row in (0, 7):
        last = strokes.lengths[row]
        np.testing.assert_allclose(lines.offsets(row), strokes.offsets[row, :last], atol=1e-5)
        assert lines.points[row].sum() == last - 1
        rest = lines.after[row, last - 1 : last + 3]
        np.testing.assert_array_equal(rest, [[0, 0, 1]] * 4)
        assert lines.ends[row].sum() == 4
        assert not (lines.points[row] * lines.ends[row]).any()
        assert not lines.after[row, last + 3 :].any()
    np.testing.assert_array_equal(lines.text.argmax(-1)[:, 0], [int(t) for t in lines.texts])


def test_shaking_moves_points_and_not_the_line(strokes):
    calm, shaken = make_lines(strokes, shake=0.0), make_lines(strokes, shake=0.2, seed=1)
    there = calm.points > 0
    gap = np.cumsum(shaken.after - calm.after, axis=1)[there][:, :2] * calm.scale
    assert 0.2 < gap.std() < 0.35  # the first point is moved as well
    np.testing.assert_array_equal(shaken.after[..., 2], calm.after[..., 2])


def test_long_lines_are_left_out_and_texts_checked(strokes):
    short = make_lines(strokes, length=20)
    assert 0 < len(short) < len(strokes)
    assert short.before.shape[1] == 20
    with pytest.raises(InvalidInputError, match="up to 3 points"):
        make_lines(strokes, length=3)
    with pytest.raises(InvalidInputError, match="'4!'"):
        one_hot(["12", "4!"])
    np.testing.assert_array_equal(one_hot(["b", "ab"], "abc")[0], [[0, 1, 0], [0, 0, 0]])


def test_lines_are_cut_by_slices(strokes):
    lines = make_lines(strokes)
    part = lines[5:9]
    assert (len(part), part.texts) == (4, lines.texts[5:9])
    np.testing.assert_array_equal(part.after, lines.after[5:9])
    assert len(part.real()) == part.points.sum()


def test_coarser_paths_have_points_a_step_apart_and_the_same_ends(strokes):
    line = [np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([[3.0, 3.0], [3.0, 4.0]])]
    long, short = resample(line, 2.0)
    np.testing.assert_allclose(long[:, 0], [0, 2, 4, 6, 8, 10])
    np.testing.assert_allclose(short, [[3, 3], [3, 4]])
    again = coarser(strokes, 4.0)
    assert again.lengths.sum() < 0.7 * strokes.lengths.sum()
    for row in range(5):
        np.testing.assert_allclose(
            again.strokes(row)[-1][-1], strokes.strokes(row)[-1][-1], atol=1e-3
        )


def test_slant_is_positive_for_a_hand_that_leans_to_the_right():
    upright = [np.array([[0.0, 0.0], [0.0, 9.0]]), np.array([[5.0, 0.0], [5.0, 9.0]])]
    assert slant(upright) == pytest.approx(0)
    leaning = [s + np.column_stack([-0.3 * s[:, 1], 0 * s[:, 1]]) for s in upright]
    assert slant(leaning) == pytest.approx(0.3)
    assert slant([np.zeros((1, 2))]) == 0


def drawn(strokes, rows, gap=40.0):
    """Digits as a hand would draw them on a wide pad: ten times as large, in a row."""
    return [10 * s for s in on_one_line([strokes.strokes(r) for r in rows], gap=gap / 10)]


def test_an_own_line_is_brought_to_the_size_of_the_data(strokes):
    rows = [0, 1, 2]
    text = "".join(strokes.texts[r] for r in rows)
    offsets = own_line(drawn(strokes, rows), text)
    places = np.concatenate(from_offsets(offsets))
    assert 14 < np.ptp(places[:, 1]) < 22
    assert offsets[-1, 2] == 1
    steps = np.hypot(*offsets[1:, :2].T)[offsets[:-1, 2] == 0]
    assert np.median(steps) == pytest.approx(STEP, abs=0.3)
    alone = from_offsets(own_line(drawn(strokes, [0]), strokes.texts[0]))
    mine, again = (
        render(one, 28, fit=True, thickness=5.0) > 127 for one in (strokes.strokes(0), alone)
    )
    assert (mine & again).sum() > 0.6 * (mine | again).sum()


def test_strokes_over_each_other_are_one_digit_and_missing_ones_are_told():
    cross = [np.array([[0.0, 50.0], [60.0, 50.0]]), np.array([[30.0, 0.0], [30.0, 90.0]])]
    one = [np.array([[120.0, 0.0], [120.0, 90.0]])]
    offsets = own_line([*one, *cross], "41")
    assert offsets[:, 2].sum() == 3
    with pytest.raises(InvalidInputError, match=r"Expected 3 digits.*Received: 2 pieces"):
        own_line([*one, *cross], "417")
    for text in ("", "4a", "²"):
        with pytest.raises(InvalidInputError, match="in digits"):
            own_line(one, text)


def test_a_picture_is_in_mnists_frame(strokes):
    image = picture(strokes.strokes(3))
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    rows = np.flatnonzero(image.any(axis=1))
    assert 17 <= np.ptp(rows) <= 23
    assert not picture([]).any()


def test_strings_keep_their_texts(strokes):
    lines = make_lines(make_digit_strings(strokes, 5, digits=2, seed=0))
    assert lines.text.shape[:2] == (5, 2)
    back = from_offsets(lines.offsets(0))
    assert to_offsets(back)[:, 2].sum() == lines.offsets(0)[:, 2].sum()
