"""How the reference weights of `coursekit.models` were trained: a recipe for each name."""

from __future__ import annotations

import datetime
import inspect
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.errors import InvalidInputError
from coursekit.models.cifar import cifar_cnn, fold_normalisation
from coursekit.models.digits import digit_cnn
from coursekit.models.references import save_reference
from coursekit.training import fit, one_cycle, seeded


class RandomCrops(keras.utils.PyDataset):
    """Batches of images, each moved by up to `shift` pixels and mirrored at random, in a new order
    every epoch.

    Args:
        x: images `(n, h, w, c)`.
        y: targets `(n, ...)`.
        batch_size: images per batch; a remainder is dropped.
        shift: largest shift along each axis, in pixels; the border is mirrored.
        mirror: whether half the images are flipped left to right.
        seed: of the draws.
    """

    def __init__(
        self, x, y, *, batch_size: int = 128, shift: int = 4, mirror: bool = True, seed: int = 0
    ):
        super().__init__()
        padded = np.pad(x, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
        # (n, 2 shift + 1, 2 shift + 1, c, h, w): a view, every crop of every image
        self.crops = sliding_window_view(padded, x.shape[1:3], axis=(1, 2))
        self.y, self.batch_size, self.mirror = np.asarray(y), batch_size, mirror
        self.rng = np.random.default_rng(seed)
        self.order = self.rng.permutation(len(self.y))

    def __len__(self) -> int:
        return len(self.y) // self.batch_size

    def __getitem__(self, index: int):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        down, right = self.rng.integers(0, self.crops.shape[1], (2, len(rows)))
        x = np.moveaxis(self.crops[rows, down, right], 1, -1)
        if self.mirror:
            flip = self.rng.random(len(rows)) < 0.5
            x[flip] = x[flip, :, ::-1]
        return np.ascontiguousarray(x), self.y[rows]

    def on_epoch_end(self) -> None:
        """Draw the next order."""
        self.order = self.rng.permutation(len(self.y))


def train_cifar_cnn(
    x: np.ndarray, y: np.ndarray, *, epochs: int = 36, seed: int = 0
) -> keras.Model:
    """`cifar_cnn` on shifted and mirrored images, by AdamW with a one-cycle rate; its batch
    normalisation is folded away afterwards.

    Args:
        x: images `(n, 32, 32, 3)` from 0 to 1.
        y: classes `(n,)`.
        epochs: passes over the data.
        seed: of weights and draws.
    """
    with seeded(seed):
        model = cifar_cnn(normalised=True, dropout=0.2)
    batches = RandomCrops(x.astype("float32"), y, seed=seed)
    rate = one_cycle(4e-3, epochs * len(batches))
    _compile(model, keras.optimizers.AdamW(rate, weight_decay=0.02))
    fit(model, batches, epochs=epochs, seed=seed)
    return fold_normalisation(model, cifar_cnn())


def train_mnist_cnn(x: np.ndarray, y: np.ndarray, *, epochs: int = 8, seed: int = 0) -> keras.Model:
    """`digit_cnn` on digits that are distorted a little, by Adam with a one-cycle rate.

    Args:
        x: images `(n, 28, 28, 1)` from 0 to 1.
        y: classes `(n,)`.
        epochs: passes over the data.
        seed: of weights and draws.
    """
    with seeded(seed):
        model = digit_cnn(distortion=True)
    rate = one_cycle(1e-2, epochs * -(-len(x) // 128))
    _compile(model, keras.optimizers.Adam(rate))
    fit(model, x.astype("float32"), y, epochs=epochs, batch_size=128, seed=seed)
    plain = digit_cnn()
    # The layer that distorts has a seed among its variables and no weight.
    plain.set_weights(model.get_weights())
    return plain


def _compile(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])


RECIPES: dict[str, tuple[Callable[..., keras.Model], str]] = {
    "cifar_cnn": (train_cifar_cnn, "cifar10"),
    "mnist_cnn": (train_mnist_cnn, "mnist"),
}
"""Name of a reference to its recipe, called with images from 0 to 1 and their classes, and to the
data set that it was made for."""


def recipe_of(name: str) -> tuple[Callable[..., keras.Model], str]:
    """The recipe and the data set of a reference.

    Raises:
        InvalidInputError: if there is no such reference.
    """
    if name not in RECIPES:
        raise InvalidInputError(
            f"Expected the name of a reference: {', '.join(RECIPES)}. Received: {name!r}."
        )
    return RECIPES[name]


def train_reference(
    name: str, data, *, epochs: int | None = None, seed: int = 0, folder: Path | None = None
) -> tuple[Path, dict]:
    """Train the reference network `name` anew, judge it, and keep its weights and facts.

    Args:
        name: one of `RECIPES`.
        data: `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, h, w)` or `(n, h, w, c)`.
        epochs: passes over the data; None takes the recipe's own number.
        seed: of weights and draws.
        folder: where to; None takes the package's own folder of weights.

    Returns:
        The file of weights, and the facts. The accuracy is that of the weights as they are kept.

    Raises:
        InvalidInputError: if `name` has no recipe.
    """
    recipe, data_set = recipe_of(name)
    (x, y), (x_test, y_test) = data
    options = {} if epochs is None else {"epochs": epochs}
    start = time.perf_counter()
    model = recipe(_scaled(x), np.asarray(y), seed=seed, **options)
    seconds = time.perf_counter() - start
    model.set_weights([np.asarray(w).astype("float16").astype("float32") for w in model.weights])
    right = np.argmax(model.predict(_scaled(x_test), verbose=0), axis=1) == np.asarray(y_test)
    facts = {
        "trained_on": f"{len(x):,} images of {data_set}",
        "test_images": len(x_test),
        "test_accuracy": round(float(right.mean()), 4),
        "epochs": epochs or inspect.signature(recipe).parameters["epochs"].default,
        "seed": seed,
        "seconds": round(seconds),
        "date": datetime.date.today().isoformat(),
        "backend": f"{keras.backend.backend()}, Keras {keras.__version__}",
    }
    return save_reference(name, model, facts, folder=folder), facts


def _scaled(images) -> np.ndarray:
    """Values from 0 to 1, with an axis of channels."""
    x = np.asarray(images, dtype="float32") / 255
    return x if x.ndim == 4 else x[..., None]
