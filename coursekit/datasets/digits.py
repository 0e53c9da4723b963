"""scikit-learn's digits in MNIST's frame: real handwriting that needs no network."""

from __future__ import annotations

import functools

import numpy as np

from coursekit.datasets._dataset import Split
from coursekit.datasets._source import DIGIT_NAMES, GREY_28, Source, register
from coursekit.datasets.preprocessing import preprocess_digit

_FULL_INK = 16  # the strongest value in scikit-learn's copy


def load_digits() -> Split:
    """Load 1,797 real handwritten digits in MNIST's frame, without a network.

    The split is fixed: of each class, every fourth image in scikit-learn's order is a test image.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(1347, 28, 28)` and `(450, 28, 28)`, 0
        black to 255 white; labels int64 `(n,)`.

    Source: Alpaydin and Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0; the copy in
        scikit-learn, brought to 28x28 by
    `preprocess_digit`.
    """
    x, y, is_test = _prepared()
    return (x[~is_test], y[~is_test]), (x[is_test], y[is_test])


@functools.cache
def _prepared() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All images, their labels, and which ones are for the test."""
    from sklearn.datasets import load_digits as load_sklearn_digits

    raw = load_sklearn_digits()
    y = raw.target.astype(np.int64)
    x = np.stack([preprocess_digit(image / _FULL_INK, white_on_black=True) for image in raw.images])
    is_test = np.zeros(len(y), bool)
    is_test[np.argsort(y, kind="stable")[::4]] = True
    return x, y, is_test


DIGITS = register(
    Source(
        name="digits",
        title="Optical recognition of handwritten digits (Alpaydin and Kaynak 1998), the 1,797 "
        "images that scikit-learn brings, enlarged from 8x8 to MNIST's 28x28 frame",
        licence="CC BY 4.0",
        homepage="https://archive.ics.uci.edu/dataset/80",
        examples="1,347 + 450 grey 28x28",
        class_names=DIGIT_NAMES,
        forms=(),
        downloads=(),
        shapes=GREY_28,
        bundled=load_digits,
    )
)
