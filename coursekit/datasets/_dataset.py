"""The `Dataset` that commands and comparisons take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from coursekit.errors import InvalidInputError

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


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
