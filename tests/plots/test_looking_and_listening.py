"""Heat, attention, strokes, sound and animations: what is shown is what was given."""

from __future__ import annotations

import base64
import io
import re
import wave

import numpy as np
import pytest
from PIL import Image

from coursekit.errors import InvalidInputError
from coursekit.plots import subplots
from coursekit.plots.animation import animate
from coursekit.plots.overlays import draw_attention, draw_heat, draw_strokes
from coursekit.plots.sound import audio_tag, draw_spectrogram, wav_bytes


@pytest.fixture
def ax():
    return subplots()[1]


def test_heat_of_any_size_covers_the_whole_image_in_grey(ax):
    draw_heat(ax, np.zeros((8, 12, 3), np.uint8), np.eye(2), limits=(0, 2))
    under, over = ax.get_images()
    assert under.get_array().ndim == 2
    assert tuple(over.get_extent()) == (-0.5, 11.5, 7.5, -0.5)
    assert over.get_clim() == (0, 2)
    with pytest.raises(InvalidInputError, match="heat"):
        draw_heat(ax, np.zeros((4, 4)), np.zeros(4))


def test_attention_has_a_row_for_each_symbol_of_the_target(ax):
    draw_attention(ax, [[1, 0, 0], [0, 0.5, 0.5]], ["one", "two", "three"], ["a", "b"])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["one", "two", "three"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    np.testing.assert_array_equal(ax.get_images()[0].get_array()[1], [0, 0.5, 0.5])
    with pytest.raises(InvalidInputError, match="target by source"):
        draw_attention(ax, np.zeros((3, 2)), ["x", "y", "z"], ["a", "b"])


def test_strokes_are_drawn_with_y_down_at_one_scale(ax):
    made = [np.array([[0, 0], [3, 4]]), np.array([[5, 1]])]
    draw_strokes(ax, made, points=True)
    assert ax.yaxis_inverted()
    assert ax.get_aspect() == 1
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), made[0])
    assert [text.get_text() for text in ax.texts] == ["1", "2"]
    draw_strokes(ax, made)
    assert ax.yaxis_inverted()


def test_a_spectrogram_has_seconds_and_kilohertz(ax):
    power = np.ones((50, 129))
    power[:, 32] = 100
    draw_spectrogram(ax, power, rate=8000, hop=80)
    (image,) = ax.get_images()
    assert tuple(image.get_extent()) == (0, 0.5, 0, 4)
    assert image.get_array().shape == (129, 50)
    assert image.get_clim() == pytest.approx((-50, 20))
    with pytest.raises(InvalidInputError, match="power"):
        draw_spectrogram(ax, -power, rate=8000, hop=80)


def test_a_sound_is_heard_as_it_was_given():
    signal = 0.2 * np.sin(np.arange(400) / 5)
    with wave.open(io.BytesIO(wav_bytes(signal, 8000))) as file:
        assert (file.getframerate(), file.getnframes(), file.getsampwidth()) == (8000, 400, 2)
        heard = np.frombuffer(file.readframes(400), "<i2") / 32767
    np.testing.assert_allclose(heard, 0.95 * signal / np.abs(signal).max(), atol=1e-4)
    with wave.open(io.BytesIO(wav_bytes(10 * signal, 8000, normalise=False))) as file:
        assert np.abs(np.frombuffer(file.readframes(400), "<i2")).max() == 32767
    with pytest.raises(InvalidInputError, match="finite"):
        wav_bytes([np.nan], 8000)


def test_the_player_holds_the_sound_and_says_what_is_heard():
    tag = audio_tag(np.zeros(8), 8000, 'a "seven" <3')
    (data,) = re.findall(r"base64,([^\"]+)", tag)
    assert base64.b64decode(data).startswith(b"RIFF")
    assert 'aria-label="a &quot;seven&quot; &lt;3"' in tag
    assert "http" not in tag


@pytest.mark.parametrize("format", ["png", "gif"])
def test_an_animation_has_its_frames_and_its_speed(format):
    frames = [np.full((4, 6), value) for value in (0.0, 0.5, 1.0)]
    made = animate(frames, "A grey field grows light.", zoom=3, format=format, frames_per_second=5)
    assert made.size == (18, 12)
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.n_frames == 3
        assert image.info["duration"] == 200
        image.seek(2)
        assert image.convert("L").getpixel((9, 6)) == pytest.approx(255, abs=2)
    assert f"data:image/{format};base64," in made._repr_html_()
    assert 'alt="A grey field grows light."' in made.html()


def test_figures_can_move_too_and_colours_stay():
    frames = []
    for value in (0, 1):
        figure, axes = subplots(size=(2, 1))
        axes.plot([0, value])
        frames.append(figure)
    assert animate(frames, "A line that rises.", dpi=50).size == (100, 50)
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 255
    with Image.open(io.BytesIO(animate([red, red[::-1]], "Red stays red here.").data)) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: animate([], "nothing at all moves"),
        lambda: animate([np.zeros((2, 2))], "short"),
        lambda: animate([np.zeros((2, 2)), np.zeros((2, 3))], "two different sizes"),
        lambda: animate([np.zeros((2, 2))], "an odd format is asked", format="mp4"),
        lambda: animate([np.zeros(2)], "a frame that is a line"),
    ],
)
def test_wrong_animations_are_named(call):
    with pytest.raises(InvalidInputError, match="Received"):
        call()
