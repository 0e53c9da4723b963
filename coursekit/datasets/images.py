"""From a name to a `Dataset`: what the loaders of image sets share."""

from __future__ import annotations

import numpy as np

from coursekit.datasets import _cache
from coursekit.datasets._dataset import Dataset, Split, check_limit
from coursekit.datasets._source import SOURCES


def dataset(name: str) -> Dataset:
    """A registered data set of images with all that is known about it.

    Raises:
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.
    """
    source = SOURCES[name]
    if source.bundled is not None:
        (x_train, y_train), (x_test, y_test) = source.bundled()
        origin = source.title
    else:
        arrays, copy = _cache.resolve(source)
        x_train, y_train, x_test, y_test = (
            arrays[key] for key in ("x_train", "y_train", "x_test", "y_test")
        )
        origin = f"{source.title}, from {copy.origin}"
    return Dataset(
        name,
        x_train,
        y_train.astype(np.int64),
        x_test,
        y_test.astype(np.int64),
        list(source.class_names),
        origin,
        source.licence,
    )


def load_split(name: str, limit: int | None) -> Split:
    """What a loader returns: `(x_train, y_train), (x_test, y_test)`."""
    check_limit(limit)
    return dataset(name).limited(limit).split
