"""Rectangles and convex regions: what they promise holds for each image."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets import make_convex, make_rectangles
from coursekit.errors import InvalidInputError


def test_rectangles_are_outlines_that_are_taller_or_wider_as_labelled():
    x, y = make_rectangles(150, seed=3)
    assert (x.shape, x.dtype, y.dtype) == ((150, 28, 28), np.uint8, np.int64)
    assert set(np.unique(x)) == {0, 255}
    assert 0.3 < y.mean() < 0.7
    for image, label in zip(x, y, strict=True):
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        height, width = (int(v[-1] - v[0]) for v in (rows, columns))
        assert (height > width) == bool(label)
        assert abs(height - width) >= 3
        assert np.sum(image > 0) == 2 * (height + width), "an outline, closed and one pixel wide"


def test_convex_regions_are_convex_and_the_others_are_dented():
    from skimage.morphology import convex_hull_image

    x, y = make_convex(80, seed=5)
    assert x.shape == (80, 28, 28)
    assert y.sum() == 40
    for image, label in zip(x > 0, y, strict=True):
        assert 0.05 < image.mean() < 0.9
        hull = convex_hull_image(image, offset_coordinates=False)
        missing = np.sum(hull & ~image)
        assert (missing <= 2) if label else (missing > 2)


def test_the_same_seed_gives_the_same_shapes():
    for make in (make_rectangles, make_convex):
        first, again, other = make(20, seed=1), make(20, seed=1), make(20, seed=2)
        np.testing.assert_array_equal(first[0], again[0])
        assert np.any(first[0] != other[0])
        with pytest.raises(InvalidInputError, match="n=0"):
            make(0)
