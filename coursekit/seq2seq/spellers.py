"""Two small translators of number words, taught once: what lab 13 begins with in fast mode."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from coursekit._files import replacing
from coursekit.datasets import sequences
from coursekit.errors import InvalidInputError
from coursekit.seq2seq.networks import Writer, translator
from coursekit.seq2seq.symbols import PAD, Symbols, shifted

WEIGHTS = Path(__file__).parent / "spellers.npz"
LARGEST, KNOWN, UNITS = 99, 80, 48
EPOCHS = 300
KINDS = {"thought vector": None, "attention": "additive"}


class Lesson(NamedTuple):
    """The numbers of lab 13 in fast mode, in its order; the first `KNOWN` are taught.

    Attributes:
        sizes: symbols of English and of German.
        x: sources, `(n, letters)`.
        given, wanted: targets, `(n, length)`.
    """

    sizes: tuple[int, int]
    x: np.ndarray
    given: np.ndarray
    wanted: np.ndarray


def lesson() -> Lesson:
    """All numbers up to `LARGEST`."""
    english, german = sequences.make_number_words(LARGEST + 1, largest=LARGEST, seed=7)
    source, target = Symbols(english), Symbols(german)
    rows = target.rows(german)
    length = max(map(len, rows)) + 1
    return Lesson((len(source), len(target)), source.encode(english), *shifted(rows, length))


def recall(writer: Writer, kind: str, path: Path = WEIGHTS) -> Writer:
    """Give a translator of `UNITS` units the weights that `coursekit models train spellers` left.

    Args:
        writer: from English to German number words, up to `LARGEST`.
        kind: "thought vector" or "attention".
        path: the file.

    Raises:
        InvalidInputError: if there is no such file, or the writer has another form.
    """
    if not path.is_file():
        raise InvalidInputError(
            f"Expected trained translators in {path}. Received: no file. Run "
            "`coursekit models train spellers`."
        )
    with np.load(path) as kept:
        arrays = [kept[f"{kind} {k}"] for k in range(sum(n.startswith(kind) for n in kept.files))]
    shapes = [tuple(v.shape) for v in writer.model.trainable_variables]
    if [a.shape for a in arrays] != shapes:
        raise InvalidInputError(
            f"Expected a translator whose weights have the shapes {[a.shape for a in arrays]}. "
            f"Received: {shapes}."
        )
    return _give(writer, arrays)


def learn(
    writer: Writer, kind: str, lessons: Sequence[np.ndarray], *, fast: bool, **options: Any
) -> None:
    """Teach a translator `lessons` for 60 epochs, with other options as `Writer.fit` takes them;
    with `fast`, see `recall`."""
    if fast:
        recall(writer, kind)
    else:
        writer.fit(*lessons, **{"epochs": 60} | options)


def about(path: Path = WEIGHTS) -> dict[str, Any]:
    """What was written beside the weights: "epochs", "right" by kind, "parameters" of both."""
    with np.load(path) as kept:
        return json.loads(str(kept["about"]))


def train(*, epochs: int = EPOCHS, seed: int = 0, path: Path = WEIGHTS) -> dict[str, float]:
    """Teach both translators the first `KNOWN` numbers of lab 13, and keep their weights.

    Returns:
        Share of the other numbers that each spells right to the last letter.
    """
    sizes, x, given, wanted = lesson()
    right: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    for kind, attention in KINDS.items():
        net = translator(*sizes, units=UNITS, attention=attention, seed=seed)
        known = (part[:KNOWN] for part in (x, given, wanted))
        net.fit(*known, epochs=epochs, batch_size=KNOWN // 4, learning_rate=5e-3, seed=seed)
        weights = [keras.ops.convert_to_numpy(v) for v in net.model.trainable_variables]
        half = [value.astype(np.float16) for value in weights]
        arrays |= {f"{kind} {k}": value for k, value in enumerate(half)}
        written, _ = _give(net, half).greedy(x[KNOWN:], wanted.shape[1])
        there = wanted[KNOWN:] != PAD
        right[kind] = float(np.mean(np.all((written == wanted[KNOWN:]) | ~there, axis=1)))
    with replacing(path) as new, open(new, "wb") as file:
        facts = {"epochs": epochs, "right": right}
        facts["parameters"] = sum(value.size for value in arrays.values())
        np.savez_compressed(file, about=json.dumps(facts), **arrays)
    return right


def _give(writer: Writer, arrays: list[np.ndarray]) -> Writer:
    for variable, value in zip(writer.model.trainable_variables, arrays, strict=True):
        variable.assign(value.astype(np.float32))
    return writer
