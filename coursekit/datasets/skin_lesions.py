"""Skin lesions: HAM10000 in the small size of DermaMNIST."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coursekit.datasets import _formats, images
from coursekit.datasets._dataset import Split
from coursekit.datasets._formats import Arrays, Damaged
from coursekit.datasets._source import Form, RemoteFile, Source, register

_FILE = "dermamnist.npz"
_SHA256 = "1a309fec2e33bb6aba88e7d078e5ccbb9736c84a0b415ac197eb3c8fa331e050"
_COLOUR = {"x_train": (28, 28, 3), "y_train": (), "x_test": (28, 28, 3), "y_test": ()}


def read_parts(paths: Sequence[Path]) -> Arrays:
    """One npz with train, val and test images and labels; the first two make the training set."""
    found = _formats.read_npz(paths)
    names = [f"{part}_{kind}" for part in ("train", "val", "test") for kind in ("images", "labels")]
    if missing := [name for name in names if name not in found]:
        raise Damaged(f"array {missing[0]!r} is missing")
    with _formats.damage():
        return {
            "x_train": np.concatenate([found["train_images"], found["val_images"]]),
            "y_train": np.concatenate([found["train_labels"], found["val_labels"]]).reshape(-1),
            "x_test": found["test_images"],
            "y_test": found["test_labels"].reshape(-1),
        }


SKIN_LESIONS = register(
    Source(
        name="skin_lesions",
        title="HAM10000 as DermaMNIST (Tschandl et al. 2018, Yang et al. 2023)",
        licence="CC BY-NC 4.0",
        homepage="https://medmnist.com/",
        examples="8,010 + 2,005 colour 28x28",
        class_names=(
            "actinic keratoses",
            "basal cell carcinoma",
            "benign keratosis",
            "dermatofibroma",
            "melanoma",
            "melanocytic nevi",
            "vascular lesions",
        ),
        forms=(Form((_FILE,), read_parts, sha256={_FILE: _SHA256}),),
        downloads=(
            RemoteFile(
                _FILE,
                (
                    f"https://zenodo.org/records/10519652/files/{_FILE}?download=1",
                    "https://huggingface.co/datasets/albertvillanova/medmnist-v2/resolve/main/data/"
                    + _FILE,
                ),
                19_700_000,
                _SHA256,
            ),
        ),
        shapes=_COLOUR,
    )
)


def load_skin_lesions(*, limit: int | None = None) -> Split:
    """Load photographs of pigmented skin lesions, taken through a dermatoscope: seven diagnoses,
    two thirds of them melanocytic nevi.

    The pictures are those of HAM10000, made small for DermaMNIST; its training and validation parts
    are the training set here. Pictures of one lesion may lie in both sets.

    Args:
        limit: keep the first `limit` training images; None keeps all 8,010.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 28, 28, 3)`, red, green, blue from
        0 to 255; labels int64 `(n,)`.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Tschandl et al. 2018, "The HAM10000 dataset"; Yang et al. 2023, "MedMNIST v2"; CC BY-NC
        4.0. No tool for any diagnosis.
    """
    return images.load_split("skin_lesions", limit)
