"""Trained weights that come with the package, for labs that begin where training has ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np

from coursekit._files import replacing, write_atomic
from coursekit.errors import InvalidInputError
from coursekit.models.cifar import cifar_cnn
from coursekit.models.digits import digit_cnn

BUILDERS: dict[str, Callable[[], keras.Model]] = {"cifar_cnn": cifar_cnn, "mnist_cnn": digit_cnn}
"""Name of a reference to the builder of its architecture. `coursekit models train NAME` trains
it."""

FOLDER = Path(__file__).parent / "weights"


def reference(name: str) -> keras.Model:
    """A trained network, with weights from the package: no network access, no training.

    Args:
        name: one of those that `coursekit models list` shows: "cifar_cnn" for 32x32
            colour photographs of CIFAR-10's ten classes, "mnist_cnn" for 28x28 digits. They take
            values from 0 to 1, channels last, and give logits.

    Returns:
        An uncompiled model of its own at each call.

    Raises:
        InvalidInputError: if there is no such reference, its weights are not here, or its file is
            damaged.
    """
    facts = reference_facts(name)
    path = FOLDER / f"{name}.npz"
    if (found := _sha256(path)) != facts["sha256"]:
        raise InvalidInputError(
            f"Expected {path} with SHA-256 {facts['sha256']}. Received: {found}. "
            f"Install coursekit again, or train it: coursekit models train {name}."
        )
    model = BUILDERS[name]()
    with np.load(path) as arrays:
        model.set_weights([arrays[key].astype("float32") for key in arrays.files])
    return model


def reference_facts(name: str) -> dict:
    """How a reference came about: what it was trained on, its accuracy on unseen images, date,
    backend, SHA-256.

    Raises:
        InvalidInputError: if there is no such reference, or its weights are not here.
    """
    known = all_facts()
    if name not in known:
        advice = f" Train it: coursekit models train {name}." if name in BUILDERS else ""
        raise InvalidInputError(
            f"Expected the name of a reference whose weights are here: "
            f"{', '.join(sorted(known)) or 'none'}. Received: {name!r}.{advice}"
        )
    return known[name]


def all_facts() -> dict[str, dict]:
    """The facts of every reference that is here."""
    record = FOLDER / "weights.json"
    return json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}


def save_reference(
    name: str, model: keras.Model, facts: Mapping, *, folder: Path | None = None
) -> Path:
    """Keep a trained model's weights as float16, and its facts in `weights.json` beside them.

    Args:
        name: one of `BUILDERS`.
        model: trained model of that architecture.
        facts: what `reference_facts` shall give; the hash is added.
        folder: where to; None takes the package's own.

    Raises:
        InvalidInputError: if a weight is too large for float16, or the file would exceed 1 MB.
    """
    folder = FOLDER if folder is None else Path(folder)
    with np.errstate(over="ignore"):  # too large becomes inf, which is told below
        half = [np.asarray(weight).astype("float16") for weight in model.weights]
    if not all(np.isfinite(weight).all() for weight in half):
        raise InvalidInputError(
            f"Expected weights that float16 can hold (up to 65504). Received: {name} with a larger "
            "one, or one that is not finite. Train it again with a lower rate."
        )
    path = folder / f"{name}.npz"
    with replacing(path) as temporary:
        np.savez_compressed(temporary, **{f"{i:03d}": weight for i, weight in enumerate(half)})
        if (size := temporary.stat().st_size) > 1_000_000:
            raise InvalidInputError(
                f"Expected at most 1,000,000 bytes. Received: {size:,} for {name}. Make the "
                "network smaller."
            )
    record = folder / "weights.json"
    known = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    known[name] = {**facts, "parameters": model.count_params(), "sha256": _sha256(path)}
    write_atomic(record, json.dumps(dict(sorted(known.items())), indent=2) + "\n")
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
