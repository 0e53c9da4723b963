"""Train once, load afterwards: the weights of a long training, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np

from coursekit._files import cache_folder, replacing
from coursekit.errors import InvalidInputError

_ABOUT = "about"


@dataclass(frozen=True)
class Kept:
    """A trained model and where it comes from.

    Attributes:
        model: the model, with its trained weights.
        loaded: True if they were read, False if the training ran now.
        about: what `train` returned, and `seconds` that the training took.
        path: the file that holds the weights.
    """

    model: keras.Model = field(repr=False)
    loaded: bool
    about: dict
    path: Path


def train_or_load(
    builder: Callable[[], keras.Model],
    name: str,
    train: Callable[[keras.Model], dict | None],
    *,
    folder: str | os.PathLike | None = None,
    retrain: bool = False,
) -> Kept:
    """Give a trained model: from its file if there is one that fits, otherwise by training it now.

    The file belongs to the shapes and settings of the layers: when `builder` makes another model,
    the training runs again. When `train` changes and the model does not, ask for `retrain`.

    Args:
        builder: makes the model, built, with fresh weights.
        name: lower-case letters, digits, `_` and `-`; part of the file's name.
        train: trains the model in place; may return a dict of plain values to keep with it, such
            as an accuracy.
        folder: where the file lies; `weights` in the cache if None.
        retrain: train even if there is a file, and replace it.

    Returns:
        `Kept`.

    Raises:
        InvalidInputError: if `name` is no such name or the model is not built.
        OutputError: if the file cannot be written.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name or ""):
        raise InvalidInputError(
            f"`name` must be of lower-case letters, digits, _ and -. Received: name={name!r}"
        )
    model = builder()
    if not model.built:
        raise InvalidInputError(
            f"`builder` must give a built model. Received: {model.name!r} without weights. Start "
            f"it with keras.Input."
        )
    place = Path(folder) if folder is not None else cache_folder() / "weights"
    path = place / f"{name}-{fingerprint(model)[:12]}.npz"
    if not retrain and (about := _read(path, model)) is not None:
        return Kept(model, True, about, path)
    start = time.perf_counter()
    about = dict(train(model) or {})
    about["seconds"] = round(time.perf_counter() - start, 1)
    text = json.dumps(about, default=float)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        weights = {f"w{i}": np.asarray(w) for i, w in enumerate(model.get_weights())}
        np.savez_compressed(file, **weights, **{_ABOUT: np.array(text)})
    return Kept(model, False, json.loads(text), path)


def fingerprint(model: keras.Model) -> str:
    """SHA-256 of the kinds, settings and weight shapes of a model's layers; names do not count."""
    parts = [
        [
            type(layer).__name__,
            {key: v for key, v in layer.get_config().items() if key != "seed" and _is_plain(v)},
            [list(w.shape) for w in layer.weights],
        ]
        for layer in _leaves(model)
    ]
    for _, settings, _ in parts:
        settings.pop("name", None)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _leaves(model: keras.Model) -> Iterator[keras.Layer]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _is_plain(value) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _read(path: Path, model: keras.Model) -> dict | None:
    """Put the weights of the file into the model and return what is kept with them; None if there
    is no file that fits, and the model is as it was."""
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            weights = [file[f"w{i}"] for i in range(len(model.weights))]
            about = json.loads(str(file[_ABOUT]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    if [w.shape for w in weights] != [tuple(w.shape) for w in model.weights]:
        return None
    model.set_weights(weights)
    return about
