"""The shared look: colours that are told apart, figures that leave no trace, pictures with alt
text."""

import base64
import re
import struct

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from coursekit.errors import InvalidInputError
from coursekit.plots import GREY, INK, PALETTE, figure, img_tag, png_bytes, subplots, tidy

# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a, b="white"):
    light = sorted(
        (np.dot([0.2126, 0.7152, 0.0722], linear(c)) + 0.05 for c in (a, b)), reverse=True
    )
    return light[0] / light[1]


@pytest.mark.parametrize("kind", DEFICIENCIES)
def test_colour_blind_readers_tell_the_first_five_colours_apart(kind):
    seen = [lab(DEFICIENCIES[kind] @ linear(colour)) for colour in PALETTE[:5]]
    distances = [np.linalg.norm(seen[i] - seen[j]) for i in range(5) for j in range(i)]
    assert min(distances) > 10


def test_colours_are_seen_on_white_and_text_is_read():
    assert len(set(PALETTE)) == 8
    assert all(contrast(colour) > 2 for colour in PALETTE)
    assert contrast(INK) > 7
    assert contrast(GREY) > 3


def test_figures_are_white_and_unknown_to_pyplot():
    import matplotlib.pyplot as plt

    fig = figure((3, 2), dpi=50)
    assert tuple(fig.get_size_inches()) == (3, 2)
    assert fig.get_facecolor() == (1, 1, 1, 1)
    assert plt.get_fignums() == []
    assert fig._repr_png_().startswith(b"\x89PNG")


def test_a_dark_style_sheet_does_not_make_text_vanish():
    with matplotlib.style.context("dark_background"):
        fig, ax = subplots()
        ax.set(title="title", xlabel="x", ylabel="y")
        fig.canvas.draw()
    for text in (ax.title, ax.xaxis.label, *ax.get_xticklabels()):
        assert contrast(text.get_color()) > 7
    assert to_rgb(ax.get_facecolor()) == (1, 1, 1)


def test_subplots_come_tidy_in_the_shape_asked_for():
    fig, axes = subplots(2, 3, size=(6, 4), squeeze=False)
    assert axes.shape == (2, 3)
    assert tuple(fig.get_size_inches()) == (6, 4)
    assert not any(ax.spines["top"].get_visible() for ax in axes.ravel())
    (line,) = axes[0, 0].plot([0, 1])
    assert line.get_color() == PALETTE[0]
    assert tidy(axes[0, 1], grid=False) is axes[0, 1]


def test_figures_built_alike_give_the_same_bytes():
    def draw():
        fig, ax = subplots(size=(2, 2))
        ax.plot([0, 1])
        return png_bytes(fig, dpi=40)

    assert draw() == draw()


def test_the_img_tag_holds_the_picture_and_its_alt_text():
    fig, ax = subplots(size=(2, 1))
    ax.plot([0, 1])
    tag = img_tag(fig, 'A line "rises" from 0 to 1 <steadily>', dpi=50)
    assert 'alt="A line &quot;rises&quot; from 0 to 1 &lt;steadily&gt;"' in tag
    assert 'width="100" height="50"' in tag
    data = re.search(r"base64,([^\"]+)", tag).group(1)
    png = base64.b64decode(data)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (100, 50)
    with pytest.raises(InvalidInputError, match="alt text"):
        img_tag(fig, " plot ")
