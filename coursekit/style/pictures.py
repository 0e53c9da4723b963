"""Pictures to paint and to paint with: photographs that lie in the packages of scikit-image and
scikit-learn, one's own from a file, and a canvas of made brush strokes. Nothing is downloaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from coursekit.errors import InvalidInputError

TEXTURES = ("brick", "grass", "gravel")
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "china", "flower")
OTHERS = ("hubble_deep_field", "ihc", "retina", "camera", "coins", "moon")
_SKIMAGE = {
    name: f"{name}.jpg" if name in ("hubble_deep_field", "retina", "rocket") else f"{name}.png"
    for name in (*TEXTURES, *PHOTOGRAPHS, *OTHERS)
    if name not in ("china", "flower")
}


def picture(
    name: str,
    size: int,
    *,
    part: float = 1.0,
    place: tuple[float, float] = (0.5, 0.5),
    grey: bool = False,
) -> np.ndarray:
    """A square picture from an installed package.

    Args:
        name: one of `TEXTURES`, `PHOTOGRAPHS` or `OTHERS`.
        size: side in pixels.
        part: share of the shorter side that is cut out before it is brought to `size`.
        place: where that square lies, from (0, 0) at the top and left to (1, 1).
        grey: one channel instead of three.

    Returns:
        float32 `(size, size, 3)`, or `(size, size, 1)` if `grey`; values from 0 to 1.

    Raises:
        InvalidInputError: if there is no such picture, or `part` is not above 0 and at most 1.
    """
    if name in ("china", "flower"):
        path = resources.files("sklearn.datasets") / "images" / f"{name}.jpg"
    elif name in _SKIMAGE:
        path = resources.files("skimage") / "data" / _SKIMAGE[name]
    else:
        known = ", ".join((*TEXTURES, *PHOTOGRAPHS, *OTHERS))
        raise InvalidInputError(f"Expected a picture's name: {known}. Received: {name!r}.")
    return _opened(Path(str(path)), size, part, place, grey)


def own_picture(path: str | os.PathLike, size: int, *, grey: bool = False) -> np.ndarray:
    """A photograph of one's own: the largest square in its middle, upright as the camera says.

    Args:
        path: a PNG, JPEG or other file that Pillow opens.
        size: side in pixels of the result.
        grey: one channel instead of three.

    Returns:
        As `picture`.

    Raises:
        InvalidInputError: if there is no such file, or it is no picture.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise InvalidInputError(
            f"Expected a picture file. Received: {str(path)!r}, which is "
            f"{'a folder' if path.is_dir() else 'not there'}. Put the file beside the notebook and "
            "give its name."
        )
    return _opened(path, size, 1.0, (0.5, 0.5), grey)


def _opened(path: Path, size: int, part: float, place: tuple[float, float], grey: bool):
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not 0 < part <= 1 or size < 1:
        raise InvalidInputError(
            f"`part` must be above 0 and at most 1, `size` positive. Received: part={part!r}, "
            f"size={size!r}."
        )
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file).convert("L" if grey else "RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InvalidInputError(
            f"Expected a picture at {str(path)!r}. Received: {type(error).__name__}: {error}."
        ) from error
    side = max(1, round(part * min(image.size)))
    left, top = (
        round((length - side) * where)
        for length, where in zip(image.size, reversed(place), strict=True)
    )
    box = (left, top, left + side, top + side)
    small = image.resize((size, size), Image.Resampling.LANCZOS, box=box)
    return np.asarray(small, "float32").reshape(size, size, 1 if grey else 3) / np.float32(255)


def crops(
    count: int, size: int, *, names: Sequence[str] = PHOTOGRAPHS, seed: int = 0
) -> np.ndarray:
    """Random squares of photographs, some of them mirrored: `(count, size, size, 3)` float32."""
    rng = np.random.default_rng(seed)
    whole = {name: picture(name, 4 * size) for name in names}
    out = np.empty((count, size, size, 3), "float32")
    for row in range(count):
        image, step = whole[names[row % len(names)]], int(rng.integers(1, 4))
        top, left = rng.integers(0, len(image) - step * size + 1, 2)
        cut = image[top : top + step * size, left : left + step * size]
        cut = cut.reshape(size, step, size, step, 3).mean(axis=(1, 3))
        out[row] = cut[:, ::-1] if rng.random() < 0.5 else cut
    return out


def brush_strokes(size: int, *, strokes: int = 900, seed: int = 0) -> np.ndarray:
    """A canvas of short curved strokes of paint in blue and yellow, made: `(size, size, 3)` float32
    from 0 to 1. It goes on at the opposite edge.

    Args:
        size: side in pixels.
        strokes: how many, from the broad ones below to the fine ones on top.
        seed: of places and colours.
    """
    rng = np.random.default_rng(seed)
    colours = np.array(
        [
            [0.09, 0.16, 0.42],
            [0.16, 0.32, 0.62],
            [0.40, 0.58, 0.78],
            [0.72, 0.80, 0.78],
            [0.95, 0.80, 0.25],
            [0.88, 0.55, 0.15],
        ]
    )
    canvas = np.tile(colours[1], (size, size, 1))
    waves = rng.uniform(0, 2 * np.pi, 4)
    for number in range(strokes):
        share = number / strokes
        x, y = rng.uniform(0, size, 2)
        turn = 2 * np.pi / size
        angle = 1.2 * np.sin(turn * x + waves[0]) + 1.2 * np.sin(turn * y + waves[1])
        light = np.sin(turn * (x + y) + waves[2]) + np.sin(turn * (x - y) + waves[3])
        pick = np.clip(2.5 + 1.5 * light + rng.normal(0, 0.8), 0, 5)
        colour = np.clip(colours[int(pick)] + rng.normal(0, 0.04, 3), 0, 1)
        length, half = size * (0.09 - 0.04 * share), size * (0.016 - 0.009 * share)
        bend = rng.normal(0, 0.3)
        for t in np.linspace(-0.5, 0.5, 9):
            here = (
                x + length * t * np.cos(angle + bend * t),
                y + length * t * np.sin(angle + bend * t),
            )
            _dab(canvas, here, half * np.sqrt(1.05 - 4 * t * t), colour, angle)
    return canvas.astype("float32")


def _dab(canvas: np.ndarray, here, radius: float, colour, angle: float) -> None:
    """One round touch of a brush whose hairs leave stripes."""
    reach = int(np.ceil(radius)) + 1
    side = np.arange(-reach, reach + 1)
    rows, columns = np.floor(here[1]) + side, np.floor(here[0]) + side
    dy, dx = (rows - here[1])[:, None], (columns - here[0])[None, :]
    cover = np.clip(radius + 0.5 - np.hypot(dx, dy), 0, 1)[..., None]
    hair = 0.07 * np.sin(2.6 * (dy * np.cos(angle) - dx * np.sin(angle)))[..., None]
    index = np.ix_(rows.astype(int) % len(canvas), columns.astype(int) % len(canvas))
    canvas[index] = canvas[index] * (1 - cover) + np.clip(colour + hair, 0, 1) * cover
