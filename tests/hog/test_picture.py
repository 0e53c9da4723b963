import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from coursekit.errors import InvalidInputError
from coursekit.hog import show_hog
from coursekit.hog._plan import make_plan
from coursekit.hog.picture import cell_strengths, strokes

PLAN = make_plan(9, (4, 4), (2, 2), "L2-Hys", False)


@pytest.fixture(autouse=True)
def _close():
    with mpl.rc_context({"backend": "agg"}):
        yield
        plt.close("all")


@pytest.fixture
def image():
    picture = np.zeros((28, 28), np.uint8)
    picture[:, 14:] = 255
    return picture


def collections(axes):
    return [
        c for c in axes.collections if isinstance(c, LineCollection) and c.get_capstyle() == "round"
    ]


def test_strokes_run_along_the_edge(image):
    segments, strength = strokes(cell_strengths(image, PLAN), PLAN)
    along = segments[:, 1] - segments[:, 0]
    assert len(segments) == 7  # one stroke in each cell of the column that holds the edge
    assert np.all(
        np.abs(along[:, 1]) > 5 * np.abs(along[:, 0])
    )  # upright, within half a bin of 20 degrees
    np.testing.assert_allclose(segments.mean(axis=1)[:, 0], 13.5)
    assert strength.max() == pytest.approx(1)


def test_strokes_lie_in_their_cells():
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    segments, strength = strokes(cell_strengths(noise, PLAN), PLAN)
    cells = (segments.mean(axis=1) + 0.5) // 4
    np.testing.assert_array_equal((segments + 0.5) // 4, np.repeat(cells[:, None], 2, axis=1))
    assert np.all(np.diff(strength) >= 0)


def test_a_flat_image_has_no_strokes():
    segments, _ = strokes(cell_strengths(np.full((28, 28), 7), PLAN), PLAN)
    assert segments.shape == (0, 2, 2)
    assert isinstance(show_hog(np.full((28, 28), 7)), Figure)


def test_a_new_figure_holds_the_image_and_the_strokes(image):
    before, parameters = plt.get_fignums(), dict(mpl.rcParams)
    figure = show_hog(image)
    assert len(figure.axes) == 2
    assert [a.get_title() for a in figure.axes] == [
        "Image",
        "What HOG sees: 9 directions in each cell",
    ]
    assert len(plt.get_fignums()) == len(before) + 1
    assert dict(mpl.rcParams) == parameters
    figure.savefig(io.BytesIO())


def test_it_draws_on_what_is_given(image):
    figure, (left, right) = plt.subplots(1, 2)
    assert show_hog(image, ax=(left, right), title="five") is figure
    assert left.get_title() == "five"
    assert left.images
    assert len(collections(right)) == 1
    alone, ax = plt.subplots()
    assert show_hog(image, ax=ax) is alone
    assert len(collections(ax)) == 1
    own = Figure()
    assert show_hog(image, figure=own) is own
    assert len(own.axes) == 2


def test_colour_and_odd_sizes_are_drawn():
    colour = np.random.default_rng(1).integers(0, 256, (50, 37, 3), dtype=np.uint8)
    figure = show_hog(colour, pixels_per_cell=(8, 6), orientations=6)
    assert figure.axes[0].images[0].get_array().shape == (50, 37, 3)
    assert show_hog(colour[..., :1]).axes[0].images[0].get_array().shape == (50, 37)


@pytest.mark.parametrize("shape", [(28,), (2, 28, 28), (28, 28, 2), (1, 28, 28, 1)])
def test_what_is_not_one_image_is_refused(shape):
    with pytest.raises(InvalidInputError, match="one image"):
        show_hog(np.zeros(shape))


def test_ax_and_figure_together_are_refused(image):
    figure, ax = plt.subplots()
    with pytest.raises(InvalidInputError, match="not both"):
        show_hog(image, ax=ax, figure=figure)
    with pytest.raises(InvalidInputError, match="one or two axes"):
        show_hog(image, ax=(ax, ax, ax))
