"""A user's own data: an npz file, or a folder with one subfolder of pictures per class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from coursekit.datasets._dataset import Dataset
from coursekit.datasets._formats import Arrays, Damaged, read_npz
from coursekit.errors import InvalidInputError

_SUFFIXES = (".png", ".jpg", ".jpeg")
_SPLIT_KEYS = ("x_train", "y_train", "x_test", "y_test")
_WHOLE_KEYS = (("x", "y"), ("images", "labels"))
_LICENCE = "not stated"


def from_npz(path: str | os.PathLike, *, test_share: float = 0.2, seed: int = 0) -> Dataset:
    """Read images and labels from an npz file.

    Args:
        path: a file with the arrays `x_train, y_train, x_test, y_test`, or `x, y`, or `images,
            labels`. Images `(n, h, w)` or `(n, h, w, c)` with 1, 3 or 4 channels: uint8, other
            integers from 0 to 255, or floats in [0, 1] or [0, 255]. Labels `(n,)`: integers or
            texts.
        test_share: share of test images where the file has no split; every class keeps its share.
        seed: of that split.

    Returns:
        A `Dataset`; labels are numbered in sorted order, and `class_names` holds what they were.

    Raises:
        InvalidInputError: if the file cannot be read, holds pickled objects, or its arrays do not
            fit together.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidInputError(
            f"Expected an npz file. Received: {path}, which is "
            f"{'a folder' if path.is_dir() else 'not there'}."
        )
    try:
        arrays = read_npz([path])
    except Damaged as error:
        raise InvalidInputError(
            f"Expected an npz file of plain arrays at {path}. Received: {error}. Write it with "
            f"np.savez(path, x=images, y=labels), "
            "with no object arrays."
        ) from error
    source = f"the file {path.name}"
    if all(key in arrays for key in _SPLIT_KEYS):
        parts = [
            (_images(arrays[x], x), arrays[y], y)
            for x, y in (("x_train", "y_train"), ("x_test", "y_test"))
        ]
        return _given_split(path.stem, parts, source)
    for x_key, y_key in _WHOLE_KEYS:
        if x_key in arrays and y_key in arrays:
            return _own_split(
                path.stem,
                _images(arrays[x_key], x_key),
                arrays[y_key],
                y_key,
                source,
                test_share,
                seed,
            )
    raise InvalidInputError(
        f"Expected the arrays x_train, y_train, x_test, y_test, or x and y, in {path}. "
        f"Received: {_keys(arrays)}. Rename them."
    )


def from_folder(
    path: str | os.PathLike,
    *,
    size: int | tuple[int, int] | None = None,
    test_share: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Read pictures from `FOLDER/class name/*.png` (or jpg), or from `FOLDER/train/...` and
    `FOLDER/test/...` of that form.

    Args:
        path: the folder.
        size: None expects that all pictures have one size; an integer or `(height, width)` brings
            them to it.
        test_share: share of test images where the folder has no split; every class keeps its share.
        seed: of that split, and of the order of the training images.

    Returns:
        A `Dataset`, grey `(n, h, w)` if all pictures are grey, else colour `(n, h, w, 3)`.

    Raises:
        InvalidInputError: if a picture cannot be read, sizes differ, or there are too few pictures
            or classes.
    """
    path = Path(path)
    if not path.is_dir():
        raise InvalidInputError(
            f"Expected a folder with one subfolder per class. Received: {path}, which is not a "
            f"folder."
        )
    name, source = path.resolve().name, f"the folder {path.resolve().name}"
    size = _size(size)
    if not all((path / part).is_dir() for part in ("train", "test")):
        pictures, labels = _files(path)
        return _own_split(
            name, _stack(pictures, size), labels, "class folders", source, test_share, seed
        )
    train, y_train = _files(path / "train")
    test, y_test = _files(path / "test")
    x = _stack(train + test, size)
    order = np.random.default_rng(seed).permutation(len(train))
    parts = [(x[: len(train)][order], y_train[order], "train/"), (x[len(train) :], y_test, "test/")]
    return _given_split(name, parts, source)


def _keys(arrays: Arrays) -> str:
    return ", ".join(sorted(arrays)[:8]) or "no arrays"


def _images(x: np.ndarray, name: str) -> np.ndarray:
    """uint8 `(n, h, w)` or `(n, h, w, c)` from what a file holds."""
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in (3, 4)) or 0 in x.shape[1:]:
        raise InvalidInputError(
            f"Expected images of shape (n, height, width) or (n, height, width, channels) in "
            f"{name}. Received: shape {x.shape}. "
            "Reshape them, for example with x.reshape(-1, 28, 28)."
        )
    if x.dtype.kind not in "biuf":
        raise InvalidInputError(
            f"Expected images of numbers in {name}. Received: dtype {x.dtype}. Convert them to "
            f"uint8."
        )
    if x.dtype == np.uint8:
        return x
    if not len(x):
        return x.astype(np.uint8)
    low, high = float(x.min()), float(x.max())
    if not (np.isfinite([low, high]).all() and low >= 0 and high <= 255):
        raise InvalidInputError(
            f"Expected images from 0 to 255 (or floats from 0 to 1) in {name}. Received: "
            f"{low:g} to {high:g}. Rescale them."
        )
    unit = x.dtype.kind == "b" or (x.dtype.kind == "f" and high <= 1)
    return np.rint(x.astype(np.float64) * (255 if unit else 1)).astype(np.uint8)


def _labels(y: np.ndarray, x: np.ndarray, name: str) -> np.ndarray:
    """One plain label per image: integers or texts, `(n,)`."""
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1:
        hint = (
            "Take np.argmax(y, axis=1) of one-hot labels."
            if y.ndim == 2
            else "Give one label per image."
        )
        raise InvalidInputError(
            f"Expected labels of shape (n,) in {name}. Received: shape {y.shape}. {hint}"
        )
    if len(y) != len(x):
        raise InvalidInputError(
            f"Expected one label per image in {name}. Received: {len(x)} images and {len(y)} "
            f"labels. Check how they were saved."
        )
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise InvalidInputError(
                f"Expected a label for every image in {name}. Received: NaN or infinite "
                f"labels. Remove them."
            )
        if (y != np.rint(y)).any():
            raise InvalidInputError(
                f"Expected classes as labels in {name}. Received: fractions such as "
                f"{y[y != np.rint(y)][0]:g}."
            )
        return y.astype(np.int64)
    if y.dtype.kind not in "biuUS":
        raise InvalidInputError(
            f"Expected integers or texts as labels in {name}. Received: dtype {y.dtype}."
        )
    return (
        y.astype(str) if y.dtype.kind == "S" else y.astype(np.int64) if y.dtype.kind in "biu" else y
    )


def _given_split(
    name: str, parts: list[tuple[np.ndarray, np.ndarray, str]], source: str
) -> Dataset:
    """A `Dataset` from `[(x, y, what to call y) for training, the same for test]`."""
    (x_train, y_train, train_name), (x_test, y_test, test_name) = parts
    y_train, y_test = _labels(y_train, x_train, train_name), _labels(y_test, x_test, test_name)
    if x_train.shape[1:] != x_test.shape[1:]:
        raise InvalidInputError(
            f"Expected training and test images of one shape. Received: {x_train.shape[1:]} "
            f"and {x_test.shape[1:]}. Resize them."
        )
    if (y_train.dtype.kind == "U") != (y_test.dtype.kind == "U"):
        raise InvalidInputError(
            f"Expected labels of one kind. Received: {train_name} {y_train.dtype}, {test_name} "
            f"{y_test.dtype}."
        )
    if not len(y_test):
        raise InvalidInputError(f"Expected at least one test image. Received: none in {test_name}.")
    classes = _classes(y_train, train_name)
    if len(strange := np.setdiff1d(y_test, classes)):
        raise InvalidInputError(
            f"Expected that every test class can be learnt. Received: {strange[0]!s}, which "
            f"{train_name} lacks."
        )
    encoded = [np.searchsorted(classes, y).astype(np.int64) for y in (y_train, y_test)]
    return Dataset(
        name,
        x_train,
        encoded[0],
        x_test,
        encoded[1],
        [str(label) for label in classes],
        source,
        _LICENCE,
    )


def _own_split(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    label_name: str,
    source: str,
    test_share: float,
    seed: int,
) -> Dataset:
    """A `Dataset` with a stratified split of our own."""
    from sklearn.model_selection import train_test_split

    if not 0 < test_share < 1:
        raise InvalidInputError(f"`test_share` must lie between 0 and 1. Received: {test_share!r}.")
    y = _labels(y, x, label_name)
    classes = _classes(y, label_name)
    y = np.searchsorted(classes, y).astype(np.int64)
    counts = np.bincount(y)
    if counts.min() < 2:
        raise InvalidInputError(
            "Expected at least two images of each class, one to learn and one to test. "
            f"Received: {counts.min()} of class {classes[counts.argmin()]!s}. Add images or "
            f"leave the class out."
        )
    n_test = int(np.clip(np.ceil(test_share * len(y)), len(classes), len(y) - len(classes)))
    train, test = train_test_split(
        np.arange(len(y)), test_size=n_test, stratify=y, random_state=seed
    )
    return Dataset(
        name,
        x[train],
        y[train],
        x[test],
        y[test],
        [str(label) for label in classes],
        source,
        _LICENCE,
    )


def _classes(y: np.ndarray, name: str) -> np.ndarray:
    if len(y) < 2:
        raise InvalidInputError(
            f"Expected at least two labelled images in {name}. Received: {len(y)}. Add images."
        )
    classes = np.unique(y)
    if len(classes) < 2:
        raise InvalidInputError(
            f"Expected at least two classes in {name}. Received: only {classes[0]!s}. Add "
            f"another class."
        )
    return classes


def _size(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    """`(height, width)`, or None."""
    if size is None:
        return None
    pair = (size, size) if isinstance(size, int) else tuple(size)
    if len(pair) != 2 or not all(isinstance(side, int) and side > 0 for side in pair):
        raise InvalidInputError(
            f"`size` must be a positive integer or (height, width). Received: {size!r}."
        )
    return pair


def _files(folder: Path) -> tuple[list[Path], np.ndarray]:
    """The pictures of a folder and the names of their classes."""
    classes = sorted(
        entry
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.name.startswith((".", "__"))
    )
    pictures, labels = [], []
    for entry in classes:
        found = sorted(
            file
            for file in entry.iterdir()
            if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".")
        )
        if not found:
            raise InvalidInputError(
                f"Expected png or jpg pictures in {entry}. Received: none. Add some or remove "
                f"the folder."
            )
        pictures += found
        labels += [entry.name] * len(found)
    if len(classes) < 2:
        raise InvalidInputError(
            f"Expected a subfolder for each of at least two classes in {folder}. Received: "
            f"{len(classes)}. "
            "Sort the pictures into subfolders named after their class."
        )
    return pictures, np.array(labels)


def _stack(pictures: list[Path], size: tuple[int, int] | None) -> np.ndarray:
    """uint8 `(n, h, w)`, or `(n, h, w, 3)` if any picture has colour."""
    read = [_picture(path, size) for path in pictures]
    for path, picture in zip(pictures, read, strict=True):
        if picture.shape[:2] != read[0].shape[:2]:
            (h, w), (first_h, first_w) = picture.shape[:2], read[0].shape[:2]
            raise InvalidInputError(
                f"Expected pictures of one size. Received: {pictures[0].name} with "
                f"{first_h}x{first_w} and {path.name} with {h}x{w}. "
                "Resize them, or call from_folder(..., size=(height, width))."
            )
    if all(picture.ndim == 2 for picture in read):
        return np.stack(read)
    return np.stack(
        [
            picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
            for picture in read
        ]
    )


def _picture(path: Path, size: tuple[int, int] | None) -> np.ndarray:
    """uint8 `(h, w)` if the file is grey, else `(h, w, 3)`."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.mode.startswith("I;16"):
                picture = Image.fromarray((np.asarray(picture, np.uint16) >> 8).astype(np.uint8))
            picture = picture.convert("L" if picture.mode in ("1", "L", "LA", "I", "F") else "RGB")
            if size is not None:
                picture = picture.resize((size[1], size[0]), Image.Resampling.LANCZOS)
            return np.asarray(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = "not a picture" if type(error).__name__ == "UnidentifiedImageError" else str(error)
        raise InvalidInputError(
            f"Expected a readable picture at {path}. Received: {reason}. Replace or remove it."
        ) from error
