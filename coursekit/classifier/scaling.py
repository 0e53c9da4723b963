"""The scale of the training data, and the inputs that surely come in another one."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from coursekit.errors import InvalidInputError

_MANY_FEATURES, _BRIGHT = 49, 200  # flat rows of whole numbers that are taken for pictures
_DARK = 16  # bytes that go no further are counts or levels of grey, no pixels from 0 to 255
_NOISY = 2  # floats from 0 to 1 may go that far when noise was added to them
_ROWS = 1000  # looked at in one go


@dataclass(frozen=True)
class TrainedScale:
    """What is remembered of training data whose uint8 values are divided by 255.

    Args:
        dtype: of the data as they came.
        low: their smallest value.
        high: their largest value.
        bits: whether they hold nothing but 0 and 1.
    """

    dtype: np.dtype
    low: float
    high: float
    bits: bool

    @classmethod
    def of(cls, x: np.ndarray) -> TrainedScale:
        """The scale of `x` `(n, ...)`."""
        low, high = x.min().item(), x.max().item()
        return cls(x.dtype, low, high, low >= 0 and high <= 1 and _whole(x))

    def check(self, x: np.ndarray) -> None:
        """Refuse inputs `(n, ...)` that are surely scaled in another way. What may be meant so
        passes: an image of 0 and 1 after images in bytes, say.

        Raises:
            InvalidInputError: says what the model was trained on, what came and what to pass.
        """
        if x.dtype.kind not in "iuf":
            return
        low, high = x.min().item(), x.max().item()
        came = f"Received: {x.dtype} up to {high:g}"
        if self.dtype == np.uint8:
            if x.dtype != np.uint8 and self._unscaled(x, low, high):
                raise InvalidInputError(
                    f"the training images were uint8 and scaled to [0, 1]. {came}; pass uint8 again"
                )
        elif x.dtype == np.uint8:
            if self._shrunk(high):
                raise InvalidInputError(
                    f"the training data were {self.dtype} from {self.low:g} to {self.high:g}, "
                    f"taken as they are, but uint8 is divided by 255. {came}; pass "
                    f"x.astype({self.dtype.name!r}), scaled as the training data were"
                )
        elif self.low >= -1 and self.high <= 1 and self._pixels(x, low, high):
            raise InvalidInputError(
                f"the training data were {self.dtype} from {self.low:g} to {self.high:g}. {came}, "
                f"which look like pixels; scale them as the training data were, or fit with "
                f"scale=False if they are meant so"
            )

    def _unscaled(self, x: np.ndarray, low: float, high: float) -> bool:
        """After bytes: numbers outside [0, 1], or 0 and 1 that stand for themselves."""
        if high > 1 or (x.dtype.kind in "iu" and low < 0):
            return True
        return high == 1 and self.high <= _DARK and _whole(x)

    def _shrunk(self, high: float) -> bool:
        """After other numbers: bytes that are as large as those were before their division."""
        if self.bits:
            return 0 < high <= _DARK
        limit = _NOISY if self.dtype.kind == "f" else 1
        return high > 0 and (self.high > limit or (self.low == -1 and self.high <= 1))

    def _pixels(self, x: np.ndarray, low: float, high: float) -> bool:
        """After numbers in [-1, 1]: whole numbers that are pixels."""
        counted = self.bits or self.dtype.kind != "f"  # 2 may follow on 0 and 1 in a count
        if x.dtype.kind == "f" or counted:
            return low >= 0 and _BRIGHT < high <= 255 and _whole(x)
        return low >= 0 and high > 1


def check_pixels(x: np.ndarray) -> None:
    """Say it where training data are pixels in wide integers, which are not scaled as those in
    uint8 are.

    Raises:
        InvalidInputError: if they are images; flat rows that look like pixels get a warning.
    """
    wide = x.dtype.kind in "iu" and x.dtype != np.uint8
    if not wide or x.min() < 0 or not 1 < x.max() <= 255:
        return
    message = (
        f"`scale=True` divides uint8 by 255 and leaves other numbers as they are. Received: "
        f"{x.dtype} from {x.min()} to {x.max()}, which look like pixels; pass "
        f'x.astype("uint8"), or scale=False if they are meant so'
    )
    if x.ndim > 2:
        raise InvalidInputError(message)
    if x.shape[1] >= _MANY_FEATURES and x.max() > _BRIGHT:
        warnings.warn(message, UserWarning, stacklevel=4)


def check_range(x: np.ndarray) -> None:
    """Refuse numbers that single precision, in which networks compute, does not hold.

    Raises:
        InvalidInputError: names the largest.
    """
    if x.dtype.kind != "f" or x.dtype.itemsize <= 4:
        return
    largest, limit = max(x.max(), -x.min()), np.finfo(np.float32).max
    if largest > limit:
        raise InvalidInputError(
            f"networks compute in float32, up to {limit:.1e}. Received: numbers up to "
            f"{largest:g}; divide them first, by StandardScaler for example"
        )


def _whole(x: np.ndarray) -> bool:
    """Whether `x` `(n, ...)` holds whole numbers only."""
    if x.dtype.kind != "f":
        return True
    parts = (x[start : start + _ROWS] for start in range(0, len(x), _ROWS))
    return all((part == np.rint(part)).all() for part in parts)
