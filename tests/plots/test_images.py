"""Pictures of images: what is drawn is what was given, zero is mid-grey, and wrong shapes are
named."""

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.plots import subplots
from coursekit.plots.images import draw_field, draw_image, draw_kernel, image_grid, value_range


@pytest.fixture
def ax():
    return subplots()[1]


def drawn(ax):
    return ax.get_images()[0]


@pytest.mark.parametrize(
    ("image", "signed", "expected"),
    [
        ([[1, 5]], False, (1, 5)),
        ([[1, 5]], True, (-5, 5)),
        ([[-7, 5]], True, (-7, 7)),
        ([[3, 3]], False, (3, 4)),
        ([[0, 0]], True, (-1, 1)),
        ([[np.nan, 2, 4, np.inf]], False, (2, 4)),
        ([[np.nan]], False, (0, 1)),
        ([[np.nan]], True, (-1, 1)),
    ],
)
def test_value_range(image, signed, expected):
    assert value_range(np.array(image), signed=signed) == expected


def test_signed_images_show_zero_in_mid_grey(ax):
    draw_image(ax, np.array([[-1.0, 0.0], [4.0, 2.0]]), signed=True, title="map")
    picture = drawn(ax)
    assert picture.norm(0.0) == pytest.approx(0.5)
    assert picture.norm(4.0) == pytest.approx(1.0)
    assert ax.get_title() == "map"
    assert list(ax.get_xticks()) == []


def test_images_keep_their_values_and_limits(ax):
    image = np.arange(6.0).reshape(2, 3, 1)
    draw_image(ax, image, limits=(-1, 9))
    np.testing.assert_allclose(drawn(ax).get_array(), image[..., 0])
    assert drawn(ax).get_clim() == (-1, 9)


def test_colour_is_clipped_and_bytes_are_kept(ax):
    draw_image(ax, np.full((2, 2, 3), 1.5))
    assert drawn(ax).get_array().max() == 1
    draw_image(ax, np.full((2, 2, 3), 200, dtype=np.uint8))
    assert ax.get_images()[1].get_array().max() == 200


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2), (2, 2, 4), (1, 2, 2, 3), (0, 3)])
def test_other_shapes_are_refused(ax, shape):
    with pytest.raises(InvalidInputError, match="Received: shape"):
        draw_image(ax, np.zeros(shape))


def test_kernels_carry_their_numbers(ax):
    draw_kernel(ax, np.array([[0.5, -1.0, -0.001], [2.25, 10.0, 1 / 3]]))
    assert [text.get_text() for text in ax.texts] == ["0.5", "-1", "0", "2.25", "10", "0.33"]


def test_dark_cells_carry_white_numbers(ax):
    draw_kernel(ax, np.array([[-4.0, 0.0, 1.0]]), digits=0)
    assert [(t.get_text(), t.get_color()) for t in ax.texts] == [
        ("-4", "white"),
        ("0", "black"),
        ("1", "black"),
    ]


def test_large_kernels_carry_no_numbers(ax):
    draw_kernel(ax, np.ones((12, 12, 1)))
    assert not ax.texts
    with pytest.raises(InvalidInputError, match="kernel"):
        draw_kernel(ax, np.ones((3, 3, 2)))


def test_grid_has_one_panel_per_image_and_hides_the_rest():
    fig = image_grid(
        [np.eye(4) * k for k in range(7)], [f"{k}" for k in range(7)], columns=4, title="maps"
    )
    assert len(fig.axes) == 8
    assert [ax.get_title() for ax in fig.axes[:7]] == list("0123456")
    assert not fig.axes[7].axison
    assert fig.get_suptitle() == "maps"


def test_grid_on_one_scale():
    fig = image_grid(
        [np.array([[0.0, 1.0]]), np.array([[-3.0, 0.0]])], signed=True, same_scale=True
    )
    assert {drawn(ax).get_clim() for ax in fig.axes} == {(-3.0, 3.0)}
    fig = image_grid([np.array([[0.0, 1.0]]), np.array([[-3.0, 0.0]])], signed=[False, True])
    assert [drawn(ax).get_clim() for ax in fig.axes] == [(0, 1), (-3, 3)]


@pytest.mark.parametrize(
    ("images", "options"),
    [([], {}), ([np.eye(2)], {"titles": ["a", "b"]}), ([np.eye(2)], {"signed": [True, False]})],
)
def test_grid_refuses_numbers_that_differ(images, options):
    with pytest.raises(InvalidInputError, match="as many titles"):
        image_grid(images, **options)


def test_field_is_framed(ax):
    influence = np.zeros((9, 12))
    influence[2:5, 3:8] = -0.5
    influence[3, 5] = 2
    draw_field(ax, influence, title="two layers")
    frame = ax.patches[0]
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (2.5, 1.5, 5, 3)
    assert drawn(ax).norm(0.0) == 1  # what is not seen is white
    with pytest.raises(InvalidInputError, match="not 0"):
        draw_field(ax, np.zeros((3, 3)))
