"""MNIST."""

from __future__ import annotations

from coursekit.datasets import images
from coursekit.datasets._dataset import Split


def load_mnist(*, limit: int | None = None) -> Split:
    """Load MNIST handwritten digits.

    Args:
        limit: keep the first `limit` training images; None keeps all 60,000.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 28, 28)`, 0 black to 255 white;
        labels int64 `(n,)`.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: LeCun et al. 1998; CC BY-SA 3.0.
    """
    return images.load_split("mnist", limit)
