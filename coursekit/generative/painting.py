"""Captions become pictures: scenes of two things in 16x16 pixels, a painter that learns against a
critic (Reed et al. 2016, GAN-CLS), and a reader that says what a picture shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from coursekit._files import replacing
from coursekit.datasets.scenes import COLOUR_NAMES, make_scenes
from coursekit.errors import InvalidInputError
from coursekit.generative.first import glorot, quick_compile
from coursekit.seq2seq import Symbols
from coursekit.training import Player, fit, input_gradient

SIDE, NOISE, LENGTH = 16, 32, 10
SHAPES = ("circle", "square", "cross")
RELATIONS = ("left of", "above")
CHANCE = {"colour": 100 / len(COLOUR_NAMES), "shape": 100 / len(SHAPES), "relation": 25.0}
"""What a reader finds by chance: of colours and shapes of things, and, where both colours are
found, of the order and direction."""

WEIGHTS = Path(__file__).parent / "painter.npz"
_WORDS = " ".join(("a large above left of", *COLOUR_NAMES, *SHAPES))
_READER, _PAINTER = 16, 24
_SIZES = (len(COLOUR_NAMES), len(SHAPES), len(RELATIONS), len(COLOUR_NAMES), len(SHAPES))


@dataclass(frozen=True)
class Captioned:
    """Pictures of two things, and what is true of them.

    Attributes:
        images: float32 `(n, 16, 16, 3)` in [0, 1].
        captions: such as "a large red circle left of a large blue square".
        codes: int64 `(n, 5)`: colour and shape of the first thing, relation, colour and shape of
            the second; indices into `COLOUR_NAMES`, `SHAPES`, `RELATIONS`.
    """

    images: np.ndarray = field(repr=False)
    captions: list[str] = field(repr=False)
    codes: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.images)


def make_captioned(n: int, *, seed: int = 0) -> Captioned:
    """Scenes of two large things without grain, in small; their captions name the left or upper
    one first.

    Args:
        n: how many.
        seed: of the draws.
    """
    images, captions, tries = [], [], 0
    while len(captions) < n:
        many = 5 * n + 20
        scenes = make_scenes(many, objects=2, kinds=SHAPES, noise=0.0, seed=seed + 1000 * tries)
        scenes = scenes[scenes.large.all(axis=1)]
        small = scenes.images.reshape(len(scenes), SIDE, 2, SIDE, 2, 3).mean(axis=(2, 4))
        images.append(small.astype(np.float32) / 255)
        captions += scenes.captions()
        tries += 1
    captions = captions[:n]
    return Captioned(np.concatenate(images)[:n], captions, coded(captions))


def coded(captions: Sequence[str]) -> np.ndarray:
    """What captions say, as `Captioned.codes`.

    Raises:
        InvalidInputError: if a caption has another form.
    """
    rows = []
    for caption in captions:
        relation = [r for r in RELATIONS if f" {r} " in caption]
        words = caption.split()
        colours = [COLOUR_NAMES.index(w) for w in words if w in COLOUR_NAMES]
        shapes = [SHAPES.index(w) for w in words if w in SHAPES]
        if (len(relation), len(colours), len(shapes)) != (1, 2, 2):
            raise InvalidInputError(
                f'Expected captions like "a large red circle left of a large blue square", with '
                f"colours out of {', '.join(COLOUR_NAMES)}, shapes out of {', '.join(SHAPES)}, and "
                f"one of {', '.join(RELATIONS)}. Received: {caption!r}"
            )
        where = RELATIONS.index(relation[0])
        rows.append([colours[0], shapes[0], where, colours[1], shapes[1]])
    return np.array(rows)


class Reader:
    """A convolutional network that says which two things a picture shows, and how they lie.

    Args:
        width: maps of its first layer.
        seed: of the weights.
    """

    def __init__(self, width: int = _READER, *, seed: int = 0):
        drawn = {"kernel_initializer": glorot(np.random.default_rng(seed))}
        shape = {"padding": "same", "activation": "relu", **drawn}
        picture = keras.Input((SIDE, SIDE, 3))
        x = layers.Conv2D(width, 3, **shape)(picture)  # (b, 16, 16, w)
        x = layers.Conv2D(2 * width, 3, strides=2, **shape)(x)  # (b, 8, 8, 2 w)
        x = layers.Conv2D(2 * width, 3, strides=2, **shape)(x)  # (b, 4, 4, 2 w)
        x = layers.Dense(4 * width, "relu", **drawn)(layers.Flatten()(x))
        self.model = keras.Model(picture, layers.Dense(sum(_SIZES), **drawn)(x))

    def learn(
        self,
        scenes: Captioned,
        *,
        epochs: int,
        batch_size: int = 50,
        learning_rate: float = 3e-3,
        seed: int = 0,
    ) -> list[float]:
        """Train on real scenes by Adam; the loss by epoch. Rows that fill no batch are dropped."""
        usable = max(1, len(scenes) // batch_size) * batch_size
        rate = keras.optimizers.schedules.CosineDecay(
            learning_rate, epochs * max(1, len(scenes) // batch_size), alpha=0.05
        )
        self.model.compile(keras.optimizers.Adam(rate), _reader_loss, jit_compile=quick_compile())
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        x, y = scenes.images[:usable], scenes.codes[:usable].astype("int32")
        return fit(self.model, x, y, **options).history["loss"]

    def read(self, images: np.ndarray) -> np.ndarray:
        """What pictures show, `(n, 5)` as `Captioned.codes`."""
        said = []
        for start in range(0, len(images), 200):
            rows = np.resize(np.arange(start, min(start + 200, len(images))), 200)
            said.append(self.model.predict_on_batch(images[rows]))
        parts = np.split(np.concatenate(said)[: len(images)], np.cumsum(_SIZES)[:-1], axis=1)
        return np.stack([part.argmax(axis=1) for part in parts], axis=1)

    def judge(self, images: np.ndarray, wanted: Captioned) -> dict[str, float]:
        """How often what is found is what was wanted, in per cent: colours and shapes over all
        things, the relation over pictures whose two colours are found in whatever order (nan if
        there are none)."""
        return judged(self.read(images), wanted.codes)


def judged(found: np.ndarray, wanted: np.ndarray) -> dict[str, float]:
    """Shares right in per cent of codes `(n, 5)`; see `Reader.judge`."""
    right = np.asarray(found) == wanted
    both = np.all(np.sort(found[:, [0, 3]]) == np.sort(wanted[:, [0, 3]]), axis=1)
    related = right[both][:, [0, 2, 3]].all(axis=1)
    return {
        "colour": 100 * float(right[:, [0, 3]].mean()),
        "shape": 100 * float(right[:, [1, 4]].mean()),
        "relation": 100 * float(related.mean()) if both.any() else float("nan"),
    }


class Painter:
    """A generator of pictures from noise and a caption, and its critic. Each reads the caption for
    itself, word by word at its place.

    Args:
        width: maps of the generator's inner layer; the critic has as many.
        seed: of weights and noise.

    Attributes:
        generator: from noise `(n, 32)` and words `(n, 10)` to pictures in [0, 1].
        critic: from pictures and words to logits `(n, 1)`.
    """

    def __init__(self, width: int = _PAINTER, *, seed: int = 0):
        self.words = Symbols([_WORDS], words=True)
        rng = np.random.default_rng(seed)
        self.generator = _generator(len(self.words), width, rng)
        self.critic = _critic(len(self.words), width, rng)

    def learn(
        self,
        scenes: Captioned,
        wrong_rows: Callable,
        *,
        rounds: int,
        batch_size: int = 64,
        rates: tuple[float, float] = (1e-3, 1e-3),
        wrong: bool = True,
        seed: int = 0,
    ) -> np.ndarray:
        """Train the two against each other, one step each in a round.

        Args:
            scenes: real pictures and their captions.
            wrong_rows: function of `(captions, numbers)` that gives a row with another caption
                for each.
            rounds: how many.
            batch_size: pictures of a step.
            rates: of Adam, for critic and generator.
            wrong: whether the critic is shown real pictures with wrong captions.
            seed: of order and noise.

        Returns:
            The losses of critic and generator, `(rounds, 2)`.
        """
        weight = 0.5 if wrong else 0.0

        def critic_loss(critic, generator, x, noise):
            pictures, right, others = x
            fake = generator([_noise(pictures, noise), right])
            taken = ops.softplus(critic([fake, right]))
            swapped = ops.softplus(critic([pictures, others]))
            slope = input_gradient(lambda v: critic([v, right]), pictures)
            penalty = ops.mean(ops.sum(slope**2, axis=(1, 2, 3)))
            loss = ops.mean(ops.softplus(-critic([pictures, right])))
            loss = loss + (1 - weight) * ops.mean(taken) + weight * ops.mean(swapped)
            return loss + 0.5 * penalty

        def generator_loss(generator, critic, x, noise):
            fake = generator([_noise(x[0], noise), x[1]])
            return ops.mean(ops.softplus(-critic([fake, x[1]])))

        players = (
            Player(self.critic, self.generator, critic_loss, seed=seed),
            Player(self.generator, self.critic, generator_loss, seed=seed + 1),
        )
        for player, rate in zip(players, rates, strict=True):
            player.compile(
                keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99), jit_compile=quick_compile()
            )
        tokens = self._tokens(scenes.captions)
        rng, told = np.random.default_rng(seed), np.zeros((rounds, 2))
        for step in range(rounds):
            rows = rng.integers(0, len(scenes), batch_size)
            taken = wrong_rows([scenes.captions[i] for i in rows], rng.random(batch_size))
            x = [scenes.images[rows], tokens[rows], tokens[rows[np.asarray(taken, int)]]]
            told[step] = [float(player.train_on_batch(x)) for player in players]
        return told

    def paint(self, captions: Sequence[str], *, seed: int = 0) -> np.ndarray:
        """A new picture for each caption, float32 `(n, 16, 16, 3)`.

        Raises:
            InvalidInputError: if a caption has a word that is not known, or too many.
        """
        tokens = self._tokens(captions)
        noise = np.random.default_rng(seed).normal(size=(len(tokens), NOISE)).astype("float32")
        made = []
        for start in range(0, len(tokens), 100):
            rows = np.resize(np.arange(start, min(start + 100, len(tokens))), 100)
            made.append(self.generator.predict_on_batch([noise[rows], tokens[rows]]))
        return np.concatenate(made)[: len(tokens)]

    def _tokens(self, captions: Sequence[str]) -> np.ndarray:
        return self.words.encode(captions, LENGTH).astype("int32")


def load(path: Path = WEIGHTS) -> tuple[Reader, Painter]:
    """The reader and the painter that come with the package; the painter's critic is new."""
    reader, painter = Reader(), Painter()
    with np.load(path) as arrays:
        for name, model in (("reader", reader.model), ("generator", painter.generator)):
            kept = [arrays[key] for key in arrays.files if key.startswith(name)]
            model.set_weights([w.astype("float32") for w in kept])
    return reader, painter


def train_reference(
    *,
    scenes: int = 8_000,
    epochs: int = 8,
    rounds: int = 600,
    seed: int = 0,
    path: Path = WEIGHTS,
) -> str:
    """Train the pair that comes with the package, and keep the weights as float16; says what the
    reader finds in real scenes and in paintings of unseen captions."""
    real, unseen = make_captioned(scenes, seed=seed), make_captioned(1_000, seed=seed + 1)
    reader, painter = Reader(seed=seed), Painter(seed=seed)
    reader.learn(real, epochs=epochs, seed=seed)
    painter.learn(real, _another, rounds=rounds, seed=seed)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        kept = {}
        for name, model in (("reader", reader.model), ("generator", painter.generator)):
            for i, weight in enumerate(model.get_weights()):
                kept[f"{name}_{i:03d}"] = weight.astype(np.float16)
        np.savez_compressed(file, **kept)
    painted = painter.paint(unseen.captions, seed=seed)
    found = {"real": unseen.images, "painted": painted}
    return "; ".join(
        f"{name}: " + ", ".join(f"{part} {v:.0f} %" for part, v in reader.judge(x, unseen).items())
        for name, x in found.items()
    )


def count(path: Path = WEIGHTS) -> int:
    """Numbers in the file of weights."""
    with np.load(path) as arrays:
        return sum(arrays[name].size for name in arrays.files)


def _another(captions: Sequence[str], numbers: np.ndarray) -> np.ndarray:
    """For each row, a row with another caption."""
    differs = np.asarray(captions)[:, None] != np.asarray(captions)
    place = (numbers * differs.sum(axis=1)).astype(int)
    return np.array([np.flatnonzero(row)[i] for row, i in zip(differs, place, strict=True)])


def _reader_loss(y_true, logits):
    parts, start = [], 0
    for place, size in enumerate(_SIZES):
        part = logits[:, start : start + size]
        parts.append(
            keras.losses.sparse_categorical_crossentropy(y_true[:, place], part, from_logits=True)
        )
        start += size
    return sum(parts)


def _caption(symbols: int, units: int, rng: np.random.Generator):
    """An input of words, and what is read of them: a table of its own at each place, added up."""
    words = keras.Input((LENGTH,), dtype="int32")
    at = words + symbols * np.arange(LENGTH, dtype="int32")
    table = layers.Embedding(
        symbols * LENGTH,
        units,
        embeddings_initializer=lambda shape, dtype=None: ops.convert_to_tensor(
            rng.normal(0, 0.5, shape), dtype or "float32"
        ),
    )
    return words, ops.sum(table(at), axis=1)


def _generator(symbols: int, width: int, rng: np.random.Generator) -> keras.Model:
    drawn = {"kernel_initializer": glorot(rng)}
    same = {"padding": "same", **drawn}
    noise = keras.Input((NOISE,))
    words, said = _caption(symbols, 64, rng)
    x = ops.concatenate([noise, said], axis=-1)
    x = layers.Dense(128, "relu", **drawn)(x)
    x = layers.Dense(4 * 4 * 2 * width, "relu", **drawn)(x)
    x = layers.Reshape((4, 4, 2 * width))(x)
    x = layers.UpSampling2D(2)(x)  # (b, 8, 8, 2 w)
    x = layers.Conv2D(width, 3, activation="relu", **same)(x)
    x = layers.UpSampling2D(2)(x)  # (b, 16, 16, w)
    x = layers.Conv2D(width // 2, 3, activation="relu", **same)(x)
    picture = layers.Conv2D(3, 3, activation="sigmoid", **same)(x)
    return keras.Model([noise, words], picture)


def _critic(symbols: int, width: int, rng: np.random.Generator) -> keras.Model:
    drawn = {"kernel_initializer": glorot(rng)}
    same = {"padding": "same", "strides": 2, **drawn}
    picture = keras.Input((SIDE, SIDE, 3))
    words, said = _caption(symbols, 128, rng)
    x = layers.Conv2D(width, 4, activation="leaky_relu", **same)(picture)  # (b, 8, 8, w)
    x = layers.Conv2D(2 * width, 4, activation="leaky_relu", **same)(x)  # (b, 4, 4, 2 w)
    x = layers.Dense(128, "leaky_relu", **drawn)(layers.Flatten()(x))
    # a score of the picture, and one of how well it fits (Miyato and Koyama 2018)
    fit_of_both = ops.sum(x * said, axis=-1, keepdims=True) / 11.0
    return keras.Model([picture, words], layers.Dense(1, **drawn)(x) + fit_of_both)


def _noise(like, seed):
    return keras.random.normal((ops.shape(like)[0], NOISE), seed=seed)
