"""From a name to a `Dataset`: what the loaders of image sets share."""

from __future__ import annotations

import numpy as np

from coursekit.datasets import _cache, digits, registry
from coursekit.datasets._dataset import Dataset, Split, check_limit


def dataset(name: str) -> Dataset:
    """A data set of images of the registry, or scikit-learn's digits, with all that is known about
    it.

    Raises:
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.
    """
    if name == "digits":
        (x_train, y_train), (x_test, y_test) = digits.load_digits()
        return Dataset(
            "digits",
            x_train,
            y_train,
            x_test,
            y_test,
            list(registry.DIGIT_NAMES),
            digits.SOURCE,
            digits.LICENCE,
        )
    source = registry.SOURCES[name]
    arrays, copy = _cache.resolve(source)
    return Dataset(
        name,
        arrays["x_train"],
        arrays["y_train"].astype(np.int64),
        arrays["x_test"],
        arrays["y_test"].astype(np.int64),
        list(source.class_names),
        f"{source.title}, from {copy.origin}",
        source.licence,
    )


def load_split(name: str, limit: int | None) -> Split:
    """What a loader returns: `(x_train, y_train), (x_test, y_test)`."""
    check_limit(limit)
    return dataset(name).limited(limit).split
