"""The choice of a data set by name, file or folder."""

from __future__ import annotations

import os
from pathlib import Path

from coursekit.datasets import _cache, images, own, registry
from coursekit.datasets._dataset import Dataset, check_limit
from coursekit.errors import InvalidInputError, did_you_mean


def load(spec: str | os.PathLike, *, limit: int | None = None, seed: int = 0) -> Dataset:
    """Load a data set of images by name, npz file or folder.

    Args:
        spec: the name of a registered data set of images, such as "digits" or "mnist"; or the path
            of an npz file (see `from_npz`) or of a folder of images (see `from_folder`).
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
    check_limit(limit)
    text = os.fspath(spec) if isinstance(spec, str | os.PathLike) else None
    if not text:
        raise InvalidInputError(
            f"A data set is named by a text or a path. Received: {spec!r}. {known()}"
        )
    name = text.strip().lower().replace("-", "_")
    if name in registry.image_sets():
        return images.dataset(name).limited(limit)
    if name in registry.SOURCES:
        raise InvalidInputError(
            f"{name} holds {registry.SOURCES[name].kind}, not images. Use coursekit.load_{name}()."
        )
    path = Path(text).expanduser()
    if path.is_dir():
        return own.from_folder(path, seed=seed).limited(limit)
    if path.exists():
        return own.from_npz(path, seed=seed).limited(limit)
    if path.suffix.lower() == ".npz" or len(path.parts) > 1:
        raise InvalidInputError(f"There is no file or folder {text}. Check the path. {known()}")
    raise InvalidInputError(
        f"No data set is called {text!r}.{did_you_mean(name, registry.image_sets())} {known()}"
    )


def at_hand(name: str) -> bool:
    """Whether a registered data set lies on this machine or needs no file. Nothing is downloaded,
    and the content is not looked at.

    Raises:
        InvalidInputError: if no data set has that name.
    """
    if name not in registry.SOURCES:
        raise InvalidInputError(
            f"No data set is called {name!r}.{did_you_mean(str(name), registry.NAMES)} Known: "
            f"{', '.join(registry.NAMES)}."
        )
    source = registry.SOURCES[name]
    return source.bundled is not None or next(_cache.copies(source), None) is not None


def known() -> str:
    """One sentence that names all that `load` takes."""
    return (
        f"Known: {', '.join(registry.image_sets())}, the path of an npz file, or a folder with one "
        f"subfolder of images per class."
    )
