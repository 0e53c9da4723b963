"""scikit-image's own claims about HOG, put to ours: the cases of its test suite that say something
about a whole image, run on both."""

from __future__ import annotations

import numpy as np
import pytest

feature = pytest.importorskip("skimage.feature", reason="scikit-image is not installed")
data = pytest.importorskip("skimage.data", reason="scikit-image is not installed")

from skimage import color, util  # noqa: E402

from coursekit.hog import hog  # noqa: E402


def both(image, **options):
    """scikit-image's features and ours of one image."""
    channel_axis = options.pop("channel_axis", None)
    theirs = feature.hog(image, channel_axis=channel_axis, feature_vector=True, **options)
    ours = hog(np.asarray(image)[None], **options)[0]
    return theirs, ours


@pytest.mark.parametrize("norm", ["L1", "L1-sqrt", "L2", "L2-Hys"])
def test_a_photograph_gives_the_same_features(norm):
    image = util.img_as_float(data.astronaut()[:128, :64].mean(axis=2).astype(np.uint8))
    theirs, ours = both(
        image, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(1, 1), block_norm=norm
    )
    assert ours.shape == (9 * (128 // 8) * (64 // 8),)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_colour_photographs_agree():
    theirs, ours = both(data.astronaut()[::4, ::4], channel_axis=-1, cells_per_block=(2, 2))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    grey = color.rgb2gray(data.astronaut()[::4, ::4])
    np.testing.assert_allclose(*both(grey, cells_per_block=(2, 2)), atol=1e-6)


def test_square_roots_of_the_pixels_agree():
    image = data.astronaut()[:64, :64].mean(axis=2)
    np.testing.assert_allclose(*both(image, transform_sqrt=True), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_the_orientation_of_a_grating_is_found(dtype):
    """A wave along x has its whole gradient in the bin of 0 degrees, whatever the dtype."""
    x = np.arange(64)
    wave = (127 * (1 + np.sin(2 * np.pi * x / 16))).astype(dtype)
    image = np.broadcast_to(wave, (64, 64))
    theirs, ours = both(np.ascontiguousarray(image), cells_per_block=(1, 1))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    bins = ours.reshape(-1, 9)
    assert (bins.argmax(axis=1) == 0).all()
    assert ours.dtype == np.float32, "documented: float32 whatever comes in"


def test_a_flat_image_has_no_gradient():
    theirs, ours = both(np.full((48, 48), 100, np.uint8))
    np.testing.assert_array_equal(ours, 0)
    np.testing.assert_array_equal(theirs, 0)


@pytest.mark.parametrize("orientations", [1, 2, 8, 9, 12, 19])
def test_every_number_of_orientations_agrees(orientations):
    rng = np.random.default_rng(orientations)
    image = rng.random((40, 56))
    np.testing.assert_allclose(
        *both(image, orientations=orientations, cells_per_block=(2, 2)), atol=1e-6
    )
