"""Pictures from installed packages, from files, and made ones."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from coursekit import style
from coursekit.errors import InvalidInputError


@pytest.mark.parametrize("name", [*style.TEXTURES, *style.PHOTOGRAPHS, *style.OTHERS])
def test_every_picture_lies_in_an_installed_package(name):
    image = style.picture(name, 24)
    assert image.shape == (24, 24, 3)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assert image.std() > 0.01


def test_parts_and_greys():
    whole, part = style.picture("brick", 16, grey=True), style.picture("brick", 16, part=0.25)
    assert whole.shape == (16, 16, 1)
    assert part.shape == (16, 16, 3)
    corner = style.picture("coffee", 16, part=0.3, place=(0.0, 1.0))
    assert np.abs(corner - style.picture("coffee", 16, part=0.3)).mean() > 0.05


def test_ones_own_picture_is_upright_and_square(tmp_path):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:10] = 255
    path, turned = tmp_path / "me.png", tmp_path / "turned.jpg"
    Image.fromarray(pixels).save(path)
    image = style.own_picture(path, 20)
    assert image.shape == (20, 20, 3)
    assert image[:3].mean() > 0.9
    assert image[10:].mean() < 0.1
    exif = Image.Exif()
    exif[0x0112] = 3  # the camera was upside down
    Image.fromarray(pixels[::-1, ::-1]).save(turned, exif=exif)
    assert style.own_picture(turned, 20)[:3].mean() > 0.9
    assert style.own_picture(path, 20, grey=True).shape == (20, 20, 1)


def test_errors_of_files(tmp_path):
    with pytest.raises(InvalidInputError, match="which is not there"):
        style.own_picture(tmp_path / "no.png", 8)
    with pytest.raises(InvalidInputError, match="which is a folder"):
        style.own_picture(tmp_path, 8)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InvalidInputError, match="UnidentifiedImageError"):
        style.own_picture(tmp_path / "text.png", 8)
    with pytest.raises(InvalidInputError, match="brick"):
        style.picture("bricks", 8)
    with pytest.raises(InvalidInputError, match="part=0"):
        style.picture("brick", 8, part=0)


def test_crops_and_strokes_repeat_with_their_seed():
    some = style.crops(7, 16, names=("coffee", "chelsea"), seed=3)
    assert some.shape == (7, 16, 16, 3)
    assert some.dtype == np.float32
    np.testing.assert_array_equal(some, style.crops(7, 16, names=("coffee", "chelsea"), seed=3))
    assert np.abs(some[0] - some[2]).max() > 0.01
    canvas = style.brush_strokes(48, strokes=200, seed=1)
    assert canvas.shape == (48, 48, 3)
    assert canvas.min() >= 0
    assert canvas.max() <= 1
    np.testing.assert_array_equal(canvas, style.brush_strokes(48, strokes=200, seed=1))
    assert canvas[..., 2].mean() > canvas[..., 0].mean()  # more blue than red
