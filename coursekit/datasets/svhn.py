"""Street View House Numbers, cropped digits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coursekit.datasets import images
from coursekit.datasets._dataset import Split
from coursekit.datasets._formats import Arrays, Damaged, damage
from coursekit.datasets._source import DIGIT_NAMES, Form, RemoteFile, Source, register

_HASHES = {
    "train_32x32.mat": "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
    "test_32x32.mat": "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
}
_SIZES = {"train_32x32.mat": 182_040_794, "test_32x32.mat": 64_275_384}
_HOME = "http://ufldl.stanford.edu/housenumbers/"
_ARCHIVE = "https://web.archive.org/web/2020id_/"
_COLOUR = {"x_train": (32, 32, 3), "y_train": (), "x_test": (32, 32, 3), "y_test": ()}


def read_mat(paths: Sequence[Path]) -> Arrays:
    """Two MATLAB files, training and test: `X` `(32, 32, 3, n)`, and `y`, where 10 stands for 0."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    arrays: Arrays = {}
    for part, path in zip(("train", "test"), paths, strict=True):
        with damage():
            try:
                content = loadmat(path, variable_names=["X", "y"])
            except (MatReadError, TypeError, IndexError, NotImplementedError) as error:
                raise Damaged(f"not readable: {error}") from error
            x, y = content["X"], content["y"].reshape(-1)
            if x.ndim != 4:
                raise Damaged(f"X has shape {x.shape}, expected (32, 32, 3, n)")
            arrays[f"x_{part}"] = np.ascontiguousarray(np.moveaxis(x, -1, 0))
            arrays[f"y_{part}"] = (y % 10).astype(np.uint8)
    return arrays


SVHN = register(
    Source(
        name="svhn",
        title="SVHN, cropped digits (Netzer et al. 2011)",
        licence="non-commercial use only; cite Netzer et al. 2011",
        homepage="http://ufldl.stanford.edu/housenumbers/",
        examples="73,257 + 26,032 colour 32x32",
        class_names=DIGIT_NAMES,
        forms=(Form(tuple(_HASHES), read_mat, sha256=_HASHES),),
        downloads=tuple(
            RemoteFile(name, (_HOME + name, _ARCHIVE + _HOME + name), _SIZES[name], _HASHES[name])
            for name in _HASHES
        ),
        shapes=_COLOUR,
    )
)


def load_svhn(*, limit: int | None = None) -> Split:
    """Load Street View House Numbers: single digits cut out of photographs of house numbers.

    Args:
        limit: keep the first `limit` training images; None keeps all 73,257.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 32, 32, 3)`, red, green, blue from
        0 to 255; labels int64 `(n,)`, the digit.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Netzer et al. 2011, "Reading digits in natural images with unsupervised feature
        learning"; non-commercial use only.
    """
    return images.load_split("svhn", limit)
