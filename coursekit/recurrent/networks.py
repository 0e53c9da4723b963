"""Recurrent networks in Keras: layers of four kinds of cells, models of characters, and the adding
problem."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import keras
import numpy as np

from coursekit._files import replacing
from coursekit.datasets.sequences import load_text, make_adding
from coursekit.errors import InvalidInputError
from coursekit.layers import UGRNNCell
from coursekit.recurrent.characters import ALPHABET, encode, plain
from coursekit.training import fit, one_cycle, seeded
from coursekit.training.feed import fed

KINDS = ("rnn", "ugrnn", "gru", "lstm")
"""Cells in the order of their number of weights: 1, 2, 3 and 4 times as many as the first."""

_MANUAL = Path(__file__).parent / "manual.npz"


def layer(kind: str, units: int, **options) -> keras.layers.Layer:
    """A recurrent layer.

    Args:
        kind: "rnn" (tanh), "ugrnn", "gru" (as Cho et al. 2014 have it, with one bias) or "lstm".
        units: size of the state.
        **options: such as `return_sequences=True`.

    Raises:
        InvalidInputError: if there is no such kind.
    """
    if kind not in KINDS:
        raise InvalidInputError(f"`kind` must be one of {', '.join(KINDS)}. Received: {kind!r}")
    if kind == "ugrnn":
        return keras.layers.RNN(UGRNNCell(units), **options)
    makers = {
        "rnn": keras.layers.SimpleRNN,
        "gru": partial(keras.layers.GRU, reset_after=False),
        "lstm": keras.layers.LSTM,
    }
    return makers[kind](units, **options)


def unrolls(length: int) -> bool:
    """Whether so few steps are quicker written out one by one than in a loop: on TensorFlow, where
    to build a loop takes long; JAX compiles a loop once, and each step of the other."""
    return keras.backend.backend() == "tensorflow" and length <= 16


def character_model(
    kind: str = "ugrnn", units: int = 128, *, length: int | None = None, seed: int = 0
) -> keras.Model:
    """A network that gives logits of the next character at every step: `(n, length)` places in
    `ALPHABET` to `(n, length, 96)`.

    Args:
        kind: of the cells, see `layer`.
        units: size of the state.
        length: of the sequences; None leaves it open.
        seed: of the first weights.
    """
    symbols = len(ALPHABET)
    with seeded(seed):
        return keras.Sequential(
            [
                keras.Input((length,), dtype="int32"),
                keras.layers.Embedding(symbols, 32),
                layer(kind, units, return_sequences=True),
                keras.layers.Dense(symbols),
            ]
        )


def train_characters(
    model: keras.Model,
    ids: np.ndarray,
    *,
    steps: int,
    batch_size: int = 64,
    learning_rate: float = 5e-3,
    seed: int = 0,
) -> keras.Model:
    """Train a model of characters on pieces of a text that begin anywhere, with a one-cycle rate
    and slopes clipped to a norm of 1.

    Args:
        model: from `character_model`, with a fixed length.
        ids: the text, `(n,)`.
        steps: batches.
        batch_size: pieces in each.
        learning_rate: the highest.
        seed: of the draws.

    Returns:
        `model`.

    Raises:
        InvalidInputError: if the text is shorter than a piece.
    """
    length = model.input_shape[1]
    if len(ids) < length + 2:
        raise InvalidInputError(
            f"Expected more than {length + 1} characters. Received: {len(ids)}."
        )
    starts = np.random.default_rng(seed).integers(0, len(ids) - length - 1, steps * batch_size)
    pieces = np.asarray(ids, "int32")[starts[:, None] + np.arange(length + 1)]
    rate = one_cycle(learning_rate, steps)
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    how = {"epochs": 1, "seed": seed, "progress": "none"}
    fit(model, **fed(pieces[:, :-1], pieces[:, 1:], batch_size), **how)
    return model


def split_manual() -> tuple[str, str]:
    """Python's manual in the characters of `ALPHABET`: the first nine tenths to learn from, the
    rest to be judged on."""
    text = plain(load_text("manual").text)
    cut = 9 * len(text) // 10
    return text[:cut], text[cut:]


def manual_reader() -> keras.Model:
    """A network of 128 UGRNN cells that has learned to guess the next character of Python's manual,
    with weights from the package; `train_manual_reader` made them."""
    model = character_model("ugrnn", 128, length=64)
    with np.load(_MANUAL) as kept:
        model.set_weights([kept[key].astype("float32") for key in kept.files])
    return model


def train_manual_reader(
    path: str | os.PathLike | None = None, *, steps: int = 2500, seed: int = 0
) -> Path:
    """Train the network of `manual_reader` anew and keep its weights, in float16: a few minutes on
    two cores.

        python -c "from coursekit.recurrent import networks; networks.train_manual_reader()"

    Args:
        path: where to; None takes the package's own file.
        steps: batches.
        seed: of weights and draws.

    Returns:
        The file.
    """
    path = _MANUAL if path is None else Path(path)
    model = character_model("ugrnn", 128, length=64, seed=seed)
    train_characters(model, encode(split_manual()[0]), steps=steps, seed=seed)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        halves = [np.asarray(w).astype("float16") for w in model.get_weights()]
        np.savez_compressed(file, **{f"{i:02d}": w for i, w in enumerate(halves)})
    return path


def train_adding(
    kind: str,
    units: int,
    *,
    length: int = 100,
    steps: int = 2000,
    batch_size: int = 50,
    learning_rate: float = 5e-3,
    points: int = 20,
    seed: int = 0,
) -> np.ndarray:
    """Train on the adding problem, each sequence seen once.

    Args:
        kind: of the cells, see `layer`.
        units: size of the state.
        length: steps of a sequence.
        steps: batches.
        batch_size: sequences in each.
        learning_rate: of Adam.
        points: length of the result.
        seed: of weights and draws.

    Returns:
        Mean squared errors of sequences before they were learned from, each over an equal share of
        the steps, `(points,)`. The guess 1 has 1/6.
    """
    with seeded(seed):
        model = keras.Sequential(
            [
                keras.Input((length, 2)),
                layer(kind, units, unroll=unrolls(length)),
                keras.layers.Dense(1),
            ]
        )
    model.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=1.0), "mse")
    errors = []
    for step in range(steps):
        x, y = make_adding(batch_size, length, seed=1_000_000 * seed + step)
        model.reset_metrics()  # before Keras 3.15 the mean of all batches so far would come
        errors.append(float(model.train_on_batch(x, y[:, None])))
    return np.array([np.mean(part) for part in np.array_split(errors, points)])
