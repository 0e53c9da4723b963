"""CIFAR-10."""

from __future__ import annotations

from coursekit.datasets import images
from coursekit.datasets._dataset import Split


def load_cifar10(*, limit: int | None = None) -> Split:
    """Load CIFAR-10: small colour photographs of ten kinds of things.

    A file `cifar10_subset.npz` with 10,000 training and 2,000 test images is taken where the whole
    set is not at hand; `coursekit.datasets.load("cifar10").source` says which one was read.

    Args:
        limit: keep the first `limit` training images; None keeps all 50,000 (10,000 of the subset).

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 32, 32, 3)`, red, green, blue from
        0 to 255; labels int64 `(n,)`.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images"; no licence
        stated.
    """
    return images.load_split("cifar10", limit)
