"""Decision regions: the grid runs from the lower left, shades follow the score, points keep their
class."""

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.plots import png_bytes, subplots
from coursekit.plots.regions import around, draw_regions, plane

BOX = (-1.0, 3.0, 0.0, 2.0)


def test_plane_runs_row_by_row_from_the_lower_left():
    points = plane(BOX, 3)
    assert points.tolist() == [
        [-1, 0],
        [1, 0],
        [3, 0],
        [-1, 1],
        [1, 1],
        [3, 1],
        [-1, 2],
        [1, 2],
        [3, 2],
    ]


def test_around_leaves_a_margin_of_the_longer_side():
    assert around(np.array([[0, 0], [10, 2]]), margin=0.1) == pytest.approx((-1, 11, -1, 3))


def test_class_one_is_shaded_where_the_score_is_above_the_threshold():
    ax = draw_regions(lambda points: points[:, 0], limits=BOX, threshold=1.0, resolution=5)
    shade = ax.get_images()[0].get_array()
    np.testing.assert_allclose(shade, np.tile([0, 0, 0, 1, 1], (5, 1)))
    assert ax.get_images()[0].get_extent() == list(BOX)


def test_the_first_row_of_the_picture_is_the_bottom():
    ax = draw_regions(lambda points: points[:, 1] < 1, limits=BOX, resolution=4)
    np.testing.assert_allclose(ax.get_images()[0].get_array()[:, 0], [1, 1, 0, 0])
    assert ax.get_images()[0].origin == "lower"


def test_soft_shades_follow_the_score():
    ax = draw_regions(
        lambda points: points[:, :1] / 3, limits=(0.0, 3.0, 0.0, 3.0), soft=True, resolution=4
    )
    np.testing.assert_allclose(ax.get_images()[0].get_array()[0], [0, 1 / 3, 2 / 3, 1])


def test_points_are_drawn_by_class_in_colour_and_marker():
    ax = subplots()[1]
    x = np.array([[0.0, 0.5], [1.0, 1.0], [2.0, 1.5]])
    assert (
        draw_regions(lambda points: points[:, 0], x, np.array([-1, 1, 1]), limits=BOX, ax=ax) is ax
    )
    below, above = ax.collections[-2:]
    assert below.get_offsets().tolist() == [[0.0, 0.5]]
    assert above.get_offsets().tolist() == [[1.0, 1.0], [2.0, 1.5]]
    assert below.get_facecolor().tolist() != above.get_facecolor().tolist()
    assert len(below.get_paths()[0].vertices) != len(above.get_paths()[0].vertices)
    assert png_bytes(ax.figure).startswith(b"\x89PNG")


def test_one_class_everywhere_has_no_boundary():
    ax = draw_regions(lambda points: np.zeros(len(points)), limits=BOX, resolution=4)
    assert ax.collections[:] == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: draw_regions(lambda p: p[:, 0]), "neither"),
        (lambda: draw_regions(lambda p: p[:3, 0], limits=BOX), "one score per point"),
        (
            lambda: draw_regions(lambda p: p[:, 0], np.zeros((2, 2)), np.zeros(3), limits=BOX),
            "one label per point",
        ),
        (lambda: plane((1.0, 0.0, 0.0, 1.0)), "left < right"),
        (lambda: plane(BOX, 1), "resolution"),
        (lambda: around(np.zeros((0, 2))), "shape"),
    ],
)
def test_faults_are_named(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()
