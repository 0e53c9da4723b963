"""Pictures of scenes: frames and joints stand where the numbers say."""

import numpy as np
import pytest

from coursekit.datasets.scenes import BONES, make_motion, make_scenes
from coursekit.errors import InvalidInputError
from coursekit.plots import subplots
from coursekit.plots.images import draw_image
from coursekit.plots.scenes import draw_boxes, draw_skeleton, scene_gallery


@pytest.fixture
def ax():
    axes = subplots()[1]
    draw_image(axes, np.zeros((20, 30)))
    return axes


def test_a_box_around_a_pixel_is_drawn_around_it(ax):
    draw_boxes(ax, [[4, 2, 5, 3]], ["one"])
    (patch,) = ax.patches
    assert (patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()) == (3.5, 1.5, 1, 1)
    assert [text.get_text() for text in ax.texts] == ["one"]


def test_no_boxes_draw_nothing_and_labels_must_fit(ax):
    assert len(draw_boxes(ax, np.zeros((0, 4))).patches) == 0
    with pytest.raises(InvalidInputError, match="one label per box"):
        draw_boxes(ax, [[0, 0, 1, 1]], ["a", "b"])


def test_a_skeleton_has_a_line_per_bone(ax):
    joints = np.array([[1.5, 1.5], [5.5, 2.5], [np.nan, np.nan]])
    draw_skeleton(ax, joints, [(0, 1)])
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[1, 1], [5, 2]])


def test_the_gallery_says_what_it_shows():
    scenes = make_scenes(4, objects=2, seed=0)
    clip = make_motion(1, actions=["grows"], seed=0)
    figure, alt = scene_gallery(scenes, clip, BONES)
    assert len(figure.axes) == 25
    assert scenes.captions()[2] in alt
    assert "grows" in alt
