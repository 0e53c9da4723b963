"""Fashion-MNIST."""

from __future__ import annotations

from coursekit.datasets import images
from coursekit.datasets._dataset import Split


def load_fashion_mnist(*, limit: int | None = None) -> Split:
    """Load Fashion-MNIST: ten kinds of clothes in MNIST's frame.

    Args:
        limit: keep the first `limit` training images; None keeps all 60,000.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 28, 28)`, 0 black to 255 white;
        labels int64 `(n,)`.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Xiao, Rasul and Vollgraf 2017; MIT licence.
    """
    return images.load_split("fashion_mnist", limit)
