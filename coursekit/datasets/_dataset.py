"""The `Dataset` that commands and comparisons take, and the choice of one by name, file or
folder."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from coursekit.errors import InvalidInputError

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
IMAGE_SETS = ("digits", "mnist", "fashion_mnist", "cifar10")


@dataclass(frozen=True)
class Dataset:
    """Images with labels, split into training and test.

    Attributes:
        name: "mnist", or the name of the file or folder.
        x_train, x_test: uint8 `(n, h, w)` or `(n, h, w, c)`, 0 to 255.
        y_train, y_test: int64 `(n,)`, indices into `class_names`.
        class_names: the classes, in label order.
        source: where the data come from.
        licence: under which terms they may be used.
    """

    name: str
    x_train: np.ndarray = field(repr=False)
    y_train: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    class_names: list[str]
    source: str
    licence: str

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image, `(h, w)` or `(h, w, c)`."""
        return self.x_train.shape[1:]

    @property
    def split(self) -> Split:
        """`(x_train, y_train), (x_test, y_test)`."""
        return (self.x_train, self.y_train), (self.x_test, self.y_test)

    def limited(self, limit: int | None) -> Dataset:
        """The same with only the first `limit` training images; `None` keeps all."""
        check_limit(limit)
        return replace(self, x_train=self.x_train[:limit], y_train=self.y_train[:limit])


def check_limit(limit: int | None) -> None:
    """Raise `InvalidInputError` unless `limit` is a positive integer or None."""
    if limit is None:
        return
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit <= 0:
        raise InvalidInputError(
            f"`limit` must be a positive integer or None. Received: limit={limit!r}. Leave it "
            f"out to keep all."
        )


def load(spec: str | os.PathLike, *, limit: int | None = None, seed: int = 0) -> Dataset:
    """Load a data set of images by name, npz file or folder.

    Args:
        spec: "digits", "mnist", "fashion_mnist" or "cifar10"; or the path of an npz file (see
            `from_npz`) or of a folder of images (see `from_folder`).
        limit: keep the first `limit` training images; None keeps all. The test images stay as they
            are.
        seed: of the split, where a file or folder has none of its own.

    Returns:
        A `Dataset`; its `source` says which copy was read.

    Raises:
        InvalidInputError: if nothing is known by that name or the file or folder is not as
            expected.
        DataUnavailableError: if the data are neither on this machine nor to be downloaded.
    """
    from coursekit.datasets import images, own

    check_limit(limit)
    text = os.fspath(spec) if isinstance(spec, str | os.PathLike) else None
    if not text:
        raise InvalidInputError(
            f"A data set is named by a text or a path. Received: {spec!r}. {known()}"
        )
    name = text.strip().lower().replace("-", "_")
    if name in IMAGE_SETS:
        return images.dataset(name).limited(limit)
    if name == "spoken_digits":
        raise InvalidInputError(
            "spoken_digits holds sounds, not images. Use coursekit.load_spoken_digits()."
        )
    path = Path(text).expanduser()
    if path.is_dir():
        return own.from_folder(path, seed=seed).limited(limit)
    if path.exists():
        return own.from_npz(path, seed=seed).limited(limit)
    if path.suffix.lower() == ".npz" or len(path.parts) > 1:
        raise InvalidInputError(f"There is no file or folder {text}. Check the path. {known()}")
    raise InvalidInputError(
        f"No data set is called {text!r}.{suggestion(name, IMAGE_SETS)} {known()}"
    )


def known() -> str:
    """One sentence that names all that `load` takes."""
    return (
        f"Known: {', '.join(IMAGE_SETS)}, the path of an npz file, or a folder with one "
        f"subfolder of images per class."
    )


def suggestion(name: str, names: tuple[str, ...]) -> str:
    """ " Did you mean ...?", or nothing."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
