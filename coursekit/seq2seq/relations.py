"""Questions about scenes: a network that looks at pairs of things, one that looks at all at once,
and one that does not look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import layers, ops

from coursekit.seq2seq.networks import cells
from coursekit.seq2seq.start import Start
from coursekit.training import fit


def pair_network(
    shape: Sequence[int], question: int, answers: int, *, width: int = 64, seed: int = 0
) -> keras.Model:
    """Relation network (Santoro et al. 2017): a small network g looks at each ordered pair of
    things together with the question, the sum over pairs goes on to the answer.

    Args:
        shape: `(things, numbers)` for lists of things; `(side, side, 3)` for pictures in uint8,
            whose cells after three convolutions are the things, each with its place.
        question: numbers of a question.
        answers: how many there are.
        width: units of each layer.
        seed: of the weights.

    Returns:
        Model from `[things, question]` to logits.
    """
    start = Start(seed)
    inputs, asked = _inputs(shape, question)
    things = inputs if len(shape) == 2 else _placed(_seen(start, inputs), shape[0] // 8)
    # g's first layer is linear in its three parts: each is multiplied once, not once a pair
    first = start.dense(width, use_bias=False, name="first")(things)
    second = start.dense(width, use_bias=False, name="second")(things)
    about = start.dense(width, name="about")(asked)
    about = ops.expand_dims(ops.expand_dims(about, 1), 1)
    pairs = ops.expand_dims(first, 2) + ops.expand_dims(second, 1) + about  # (n, k, k, width)
    pairs = start.dense(width, "relu", name="pair")(ops.relu(pairs))
    x = ops.sum(pairs, axis=(1, 2)) / 10.0  # sums of many pairs start large
    x = start.dense(width, "relu", name="together")(x)
    return keras.Model([inputs, asked], start.dense(answers, name="logits")(x))


def pair_function(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """The g of a `pair_network` on lists of things, in NumPy: from rows `(pairs, 2 numbers +
    question)` to `(pairs, width)`."""
    parts = [model.get_layer(name).get_weights() for name in ("first", "second", "about", "pair")]
    (first,), (second,), (about, bias), (kernel, shift) = parts
    into = np.concatenate([first, second, about])

    def g(rows: np.ndarray) -> np.ndarray:
        return np.maximum(np.maximum(rows @ into + bias, 0) @ kernel + shift, 0)

    return g


def pooled(model: keras.Model, things: np.ndarray, question: np.ndarray) -> np.ndarray:
    """The sums over pairs that a `pair_network` computes itself, `(n, width)`."""
    there = keras.Model(model.inputs, model.get_layer("together").input)
    return 10.0 * ops.convert_to_numpy(there([things, question], training=False))


def flat_network(
    shape: Sequence[int], question: int, answers: int, *, width: int = 64, seed: int = 0
) -> keras.Model:
    """The same without pairs: all numbers of all things side by side, two wide layers. Arguments
    as for `pair_network`."""
    start = Start(seed)
    inputs, asked = _inputs(shape, question)
    things = inputs if len(shape) == 2 else _seen(start, inputs)
    x = ops.concatenate([layers.Flatten()(things), asked], axis=-1)
    for _ in range(2):
        x = start.dense(4 * width, "relu")(x)
    return keras.Model([inputs, asked], start.dense(answers, name="logits")(x))


def teach(
    model: keras.Model,
    things: np.ndarray,
    questions,
    *,
    epochs: int,
    batch_size: int = 100,
    learning_rate: float = 2e-3,
    seed: int = 0,
) -> list[float]:
    """Train on questions about scenes by Adam.

    Args:
        model: of the functions above.
        things: `(scenes, ...)`.
        questions: `coursekit.datasets.scenes.Questions` about these scenes.
        epochs: passes over the questions.
        batch_size: questions of a step; what is left of the last one is dropped.
        learning_rate: of Adam, which falls to a tenth along a cosine.
        seed: of the order.

    Returns:
        The loss by epoch.
    """
    usable = max(1, len(questions) // batch_size) * batch_size
    steps = max(1, len(questions) // batch_size) * epochs
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss)
    x = [things[questions.scene[:usable]], questions.code[:usable]]
    options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
    return fit(model, x, questions.answer[:usable], **options).history["loss"]


def answered(model: keras.Model, things: np.ndarray, questions) -> np.ndarray:
    """The answers that a model gives, integers `(m,)`."""
    said = []
    for start in range(0, len(questions), 1000):
        rows = slice(start, start + 1000)
        x = [things[questions.scene[rows]], questions.code[rows]]
        said.append(ops.convert_to_numpy(model(x, training=False)).argmax(axis=-1))
    return np.concatenate(said)


def _inputs(shape: Sequence[int], question: int) -> tuple:
    """Inputs for things and question; pictures come as bytes, for one goes with each question."""
    kind = "float32" if len(shape) == 2 else "uint8"
    return keras.Input(shape, dtype=kind, name="things"), keras.Input((question,), name="question")


def _seen(start: Start, images):
    """The cells of pictures."""
    return cells(start, layers.Rescaling(1 / 255)(images), 24)


def _placed(x, side: int):
    """Cells in a row with their places from -1 to 1 beside them."""
    row, column = np.divmod(np.arange(side * side), side)
    places = 2 * np.stack([column, row], axis=-1) / max(1, side - 1) - 1
    places = ops.zeros_like(x[:, :, :2]) + places.astype("float32")
    return ops.concatenate([x, places], axis=-1)
