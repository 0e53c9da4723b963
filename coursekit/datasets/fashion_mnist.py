"""Fashion-MNIST."""

from __future__ import annotations

from coursekit.datasets import _formats, images
from coursekit.datasets._dataset import Split
from coursekit.datasets._source import GOOGLE, GREY_28, Form, RemoteFile, Source, register

_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_FILES = {
    "train-images-idx3-ubyte.gz": (
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    "train-labels-idx1-ubyte.gz": (
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    "t10k-images-idx3-ubyte.gz": (
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
}

FASHION_MNIST = register(
    Source(
        name="fashion_mnist",
        title="Fashion-MNIST (Xiao, Rasul and Vollgraf 2017)",
        licence="MIT",
        homepage="https://github.com/zalandoresearch/fashion-mnist",
        examples="60,000 + 10,000 grey 28x28",
        class_names=(
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
        forms=(
            Form(
                tuple(_FILES),
                _formats.read_idx,
                sha256={name: sha for name, (_, sha) in _FILES.items()},
            ),
            Form(
                ("fashion_mnist.npz",),
                _formats.read_npz,
                remark="no published hash; only shapes were checked",
            ),
        ),
        downloads=tuple(
            RemoteFile(name, (_ZALANDO + name, GOOGLE + name), size, sha256)
            for name, (size, sha256) in _FILES.items()
        ),
        shapes=GREY_28,
    )
)


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
