"""The one digit preprocessing: scikit-learn's digits, a scan and a drawing of one's own all end in
MNIST's frame."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError

FRAME = 28  # pixels: side of the picture
BOX = 20  # pixels: longer side of the digit inside it
_FAINT = 0.1  # share of the full range: weaker contrast is an empty picture, weaker ink is paper
# what exceeds the ground by less than this many median deviations of the border is shadow or noise
_SHADOW = 3
# quantile of a shrunken stroke's grey values that becomes full ink, so that a thin pen does not
# fade
_CORE = 0.75
_LUMINANCE = np.array([0.299, 0.587, 0.114])


def preprocess_digit(image: np.ndarray, *, white_on_black: bool | str = "auto") -> np.ndarray:
    """Bring one digit of any size to MNIST's frame.

    The digit is cropped to its ink, scaled to fit into 20x20 keeping its aspect, and placed into
    28x28 so that its centre of mass is at the middle, white (255) on black (0).

    Args:
        image: `(h, w)` grey, `(h, w, 1)` grey, `(h, w, 3)` RGB or `(h, w, 4)` RGBA; bool, integers
            over the range of their type (uint8: 0 to 255), or floats in [0, 1] or [0, 255]. A
            transparent picture is laid on the paper that contrasts with its ink.
        white_on_black: True for light ink on a dark ground, False for dark ink on light paper,
            "auto" to take the ground from the picture's border.

    Returns:
        uint8 `(28, 28)`, 0 ground to 255 ink.

    Raises:
        InvalidInputError: if the image has another shape or range, holds NaN, or has no ink.

    Source: the normalisation described with the MNIST data (LeCun et al. 1998).
    """
    ink = _ink(_grey(np.asarray(image)), white_on_black)
    rows, columns = np.flatnonzero(ink.max(1) > _FAINT), np.flatnonzero(ink.max(0) > _FAINT)
    digit = _fit(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return np.rint(255 * _centre(digit)).astype(np.uint8)


def _grey(image: np.ndarray) -> np.ndarray:
    """`(h, w)` float64 in [0, 1] from any accepted form."""
    if (
        image.ndim not in (2, 3)
        or (image.ndim == 3 and image.shape[2] not in (1, 3, 4))
        or 0 in image.shape
    ):
        raise InvalidInputError(
            "A digit must be one picture of shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4). "
            f"Received: shape {image.shape}. Pass the pictures one by one."
        )
    if image.dtype.kind not in "biuf":
        raise InvalidInputError(
            f"A digit must hold numbers. Received: dtype {image.dtype}. Convert it to uint8."
        )
    unit = image.astype(np.float64)
    if not np.isfinite(unit).all() or unit.min() < 0:
        raise InvalidInputError(
            "A digit must hold finite values from 0 upwards. Received: NaN, infinite or "
            "negative values."
        )
    unit /= _full_range(image, unit)
    if unit.ndim == 2:
        return unit
    if unit.shape[2] == 1:
        return unit[..., 0]
    grey = unit[..., :3] @ _LUMINANCE
    return grey if unit.shape[2] == 3 else _on_paper(grey, unit[..., 3])


def _full_range(image: np.ndarray, unit: np.ndarray) -> float:
    if image.dtype.kind == "f" or image.dtype.itemsize > 2:
        if unit.max() > 255:
            raise InvalidInputError(
                f"A digit must lie in [0, 1] or [0, 255]. Received: a maximum of "
                f"{unit.max():g}. Rescale it."
            )
        return 1.0 if image.dtype.kind == "f" and unit.max() <= 1 else 255.0
    return 1.0 if image.dtype.kind == "b" else float(np.iinfo(image.dtype).max)


def _on_paper(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Lay a transparent picture on black where its ink is light and on white where it is dark."""
    if alpha.min() == 1:
        return grey
    ink_is_light = alpha.sum() > 0 and np.average(grey, weights=alpha) > 0.5
    return grey * alpha + (0.0 if ink_is_light else 1.0) * (1 - alpha)


def _ink(grey: np.ndarray, white_on_black: bool | str) -> np.ndarray:
    """Ink in [0, 1]: the distance from the ground, the strongest stroke at 1."""
    if not isinstance(white_on_black, bool | np.bool_) and white_on_black != "auto":
        raise InvalidInputError(
            f'`white_on_black` must be True, False or "auto". Received: {white_on_black!r}.'
        )
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    ground = float(np.median(border))
    if white_on_black == "auto":
        white_on_black = grey.max() - ground >= ground - grey.min()
    ink = grey if white_on_black else 1 - grey
    ground = min(ground if white_on_black else 1 - ground, float(np.median(ink)))
    unevenness = _SHADOW * float(
        np.median(np.abs((border if white_on_black else 1 - border) - ground))
    )
    ink = np.clip(ink - ground - unevenness, 0, None)
    if ink.max() < _FAINT:
        raise InvalidInputError(
            "A digit must stand out from its ground. Received: an empty picture. Draw a digit, "
            "or say which is ink with "
            "white_on_black=True or False."
        )
    return ink / ink.max()


def _fit(digit: np.ndarray) -> np.ndarray:
    """Scale to a longer side of 20 pixels. A small picture is enlarged by splines, and the blur
    this brings is taken back."""
    from skimage.transform import resize

    enlargement = BOX / max(digit.shape)
    shape = tuple(max(1, round(side * enlargement)) for side in digit.shape)
    if shape == digit.shape:
        return digit
    if enlargement < 1:
        scaled = resize(digit, shape, order=1, anti_aliasing=True, mode="constant", cval=0)
        return np.clip(scaled / np.quantile(scaled[scaled > _FAINT * scaled.max()], _CORE), 0, 1)
    scaled = resize(digit, shape, order=3, anti_aliasing=False, mode="constant", cval=0)
    contrast = max(
        0.5, 1.5 - 0.5 * enlargement
    )  # width of the grey range that is spread over [0, 1]
    return np.clip((scaled - 0.5) / contrast + 0.5, 0, 1)


def _centre(digit: np.ndarray) -> np.ndarray:
    """`(28, 28)` with the digit's centre of mass at the middle, to the nearest pixel; a very
    lopsided digit ends at the edge."""
    frame = np.zeros((FRAME, FRAME))
    start = []
    for axis, side in enumerate(digit.shape):
        mass = digit.sum(1 - axis)
        centre = float(np.arange(side) @ mass / mass.sum())
        start.append(int(np.clip(round(FRAME / 2 - centre), 0, FRAME - side)))
    row, column = start
    frame[row : row + digit.shape[0], column : column + digit.shape[1]] = digit
    return frame
