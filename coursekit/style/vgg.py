"""VGG's filters from a weights file that lies on this computer. Nothing is downloaded."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.style.filters import Chain

VARIABLE = "COURSEKIT_VGG"
"""Environment variable with the path of a weights file."""

FILES = (
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
)
_MEAN = (103.939, 116.779, 123.68)  # of ImageNet, blue first
_LAYER = re.compile(r"(?:^|/)block(\d)_conv(\d)(?=/|$)")


def find_vgg(path: str | os.PathLike | None = None) -> Path | None:
    """Where a weights file lies: the path given; or what COURSEKIT_VGG names; or one of `FILES` in
    COURSEKIT_DATA or Keras's own folder. None if there is none.

    Raises:
        InvalidInputError: if `path` or COURSEKIT_VGG names a file that is not there.
    """
    named = path or os.environ.get(VARIABLE)
    if named:
        found = Path(named).expanduser()
        if not found.is_file():
            who = "`path`" if path else VARIABLE
            raise InvalidInputError(
                f"Expected {who} to name VGG's weights file. Received: {str(found)!r}, which is "
                "not there."
            )
        return found
    folders = [Path.home() / ".keras" / "models"]
    if data := os.environ.get("COURSEKIT_DATA"):
        folders.insert(0, Path(data).expanduser())
    places = (folder / name for folder in folders for name in FILES)
    return next((place for place in places if place.is_file()), None)


def load_vgg(path: str | os.PathLike, *, listen: Sequence[str] | None = None) -> Chain:
    """VGG's convolutions from a file of `keras.applications`, with average pooling.

    Args:
        path: weights of VGG16 or VGG19, with or without its dense layers: an HDF5 file whose layers
            are called block1_conv1, block1_conv2, ... Their widths are the file's.
        listen: names of the layers that count; None takes the first of each block but the last, as
            far as there are (Gatys et al. 2016 took all five).

    Returns:
        A `Chain`. It takes pictures with red first and values from 0 to 1.

    Raises:
        InvalidInputError: if the file cannot be read, holds no such layers, or lacks one of
            `listen`.
    """
    kernels = _read(Path(path))
    names = sorted(kernels)
    if not names:
        raise InvalidInputError(
            f"Expected layers block1_conv1, block1_conv2, ... in {str(path)!r}. Received: none. "
            "Give the weights file of keras.applications.VGG19 or VGG16."
        )
    called = [f"block{block}_conv{place}" for block, place in names]
    if listen is None:
        listen = [name for name in called if name.endswith("conv1") and name < "block5"]
    missing = [name for name in listen if name not in called]
    if missing:
        raise InvalidInputError(
            f"Expected names of layers of this file: {', '.join(called)}. Received: "
            f"{', '.join(missing)}."
        )
    layers: list = []
    for place, name in enumerate(names):
        if place and name[0] != names[place - 1][0]:
            layers.append(2)
        layers.append(kernels[name])
    offset = -np.array(_MEAN, "float32")
    numbers = [called.index(name) for name in listen]
    return Chain(layers, scale=255.0, offset=offset, listen=numbers, reverse=True)


def _read(path: Path) -> dict[tuple[int, int], tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of each convolution, by block and place."""
    import h5py

    found: dict[tuple[int, int], dict[int, np.ndarray]] = {}

    def visit(name: str, item) -> None:
        match = _LAYER.search(name)
        if match and isinstance(item, h5py.Dataset) and item.ndim in (1, 4):
            key = int(match[1]), int(match[2])
            found.setdefault(key, {})[item.ndim] = np.asarray(item[()], "float32")

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except OSError as error:
        raise InvalidInputError(
            f"Expected an HDF5 file at {str(path)!r}. Received: {error}."
        ) from error
    for (block, place), weights in found.items():
        if set(weights) != {1, 4} or weights[4].shape[3:] != weights[1].shape:
            raise InvalidInputError(
                f"Expected a kernel and a bias for block{block}_conv{place} in {str(path)!r}. "
                f"Received: shapes {[w.shape for w in weights.values()]}."
            )
    return {key: (weights[4], weights[1]) for key, weights in found.items()}
