"""Real pictures by what came before deep networks: histograms of gradients and a linear
classifier."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from coursekit.datasets import load
from coursekit.hog import hog

_COLOUR_CELLS = 4  # along each side, of the coarse colours beside the gradients


@dataclass(frozen=True)
class Reading:
    """How a baseline read the test images of a data set.

    Attributes:
        name: of the data set.
        accuracy: share of the test images that were right.
        balanced: mean over classes of the share that was right.
        most_common: share of the most common class.
        trained, tested: images.
        seconds: of features and training.
    """

    name: str
    accuracy: float
    balanced: float
    most_common: float
    trained: int
    tested: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.accuracy:.1%} of {self.tested:,} right after {self.trained:,} "
            f"(classes weighted alike {self.balanced:.1%}, most common class "
            f"{self.most_common:.1%})"
        )


def features(images: np.ndarray) -> np.ndarray:
    """HOG of the grey picture in cells of 4 x 4 pixels, and the mean colours of 4 x 4 fields.

    Args:
        images: uint8 `(n, h, w, 3)`; sides that 4 divides.

    Returns:
        float32 `(n, f)`.
    """
    grey = images.mean(axis=-1).astype(np.float32) / 255
    n, h, w, _ = images.shape
    fields = images.reshape(
        n, _COLOUR_CELLS, h // _COLOUR_CELLS, _COLOUR_CELLS, w // _COLOUR_CELLS, 3
    )
    colours = fields.mean(axis=(2, 4)).reshape(n, -1) / 255
    gradients = hog(grey, pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    return np.concatenate([gradients, colours.astype(np.float32)], axis=1)


def read(name: str, *, limit: int | None = None, seed: int = 0) -> Reading:
    """Train a least-squares linear classifier on `features` and read the test images.

    Args:
        name: a registered data set of colour images.
        limit: train on so many images, drawn at random; None takes all.
        seed: of the draw.

    Returns:
        `Reading`.

    Raises:
        DataUnavailableError: if the data set is neither here nor to be had.
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.metrics import balanced_accuracy_score

    data = load(name)
    rows = np.random.default_rng(seed).permutation(len(data.x_train))[:limit]
    start = time.perf_counter()
    model = RidgeClassifier(alpha=10.0)
    model.fit(features(data.x_train[rows]), data.y_train[rows])
    seconds = time.perf_counter() - start
    guess = model.predict(features(data.x_test))
    common = np.bincount(data.y_test).max() / len(data.y_test)
    return Reading(
        name,
        float(np.mean(guess == data.y_test)),
        float(balanced_accuracy_score(data.y_test, guess)),
        float(common),
        len(rows),
        len(data.y_test),
        seconds,
    )
