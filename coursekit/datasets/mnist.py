"""MNIST."""

from __future__ import annotations

from coursekit.datasets import _formats, images
from coursekit.datasets._dataset import Split
from coursekit.datasets._source import (
    DIGIT_NAMES,
    GOOGLE,
    GREY_28,
    Form,
    RemoteFile,
    Source,
    register,
)

MNIST = register(
    Source(
        name="mnist",
        title="MNIST handwritten digits (LeCun et al. 1998)",
        licence="CC BY-SA 3.0",
        homepage="http://yann.lecun.com/exdb/mnist/",
        examples="60,000 + 10,000 grey 28x28",
        class_names=DIGIT_NAMES,
        forms=(
            Form(
                ("mnist.npz",),
                _formats.read_npz,
                arrays={
                    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
                    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
                    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
                    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
                },
            ),
        ),
        downloads=(
            RemoteFile(
                "mnist.npz",
                (GOOGLE + "mnist.npz", "https://s3.amazonaws.com/img-datasets/mnist.npz"),
                11_490_434,
                "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            ),
        ),
        shapes=GREY_28,
    )
)


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
