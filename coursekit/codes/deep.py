"""Codes that need Keras: deep, linear and convolutional autoencoders, three ways to use layers that
were trained without labels, and codes whose distances mean something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import keras
import numpy as np
from keras import layers, ops
from sklearn.svm import LinearSVC

from coursekit import losses
from coursekit.codes.map import View
from coursekit.codes.shallow import Layer, encode_stack
from coursekit.errors import InvalidInputError
from coursekit.training import fit, one_cycle

PROTOCOLS = ("random start, all layers", "codes, then an SVM", "codes, then all layers")


def apply(model: keras.Model, x: np.ndarray, *, batch_size: int = 1000) -> np.ndarray:
    """What a model makes of rows, without a compilation: for models that are asked once or twice.
    A chain of Dense layers runs in NumPy.

    Args:
        model: built.
        x: rows `(n, ...)`.
        batch_size: rows at a time.
    """
    dense = all(isinstance(layer, layers.Dense) for layer in model.layers)
    run = (
        View(np.empty((0, 2)), dense_parts(model)).decode
        if dense
        else partial(model, training=False)
    )
    parts = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    return np.concatenate([ops.convert_to_numpy(run(part)) for part in parts])


class Autoencoder:
    """An encoder and a decoder that train as one.

    Args:
        encoder: model from inputs to codes.
        decoder: model from codes to inputs.

    Attributes:
        model: both in a row.
    """

    def __init__(self, encoder: keras.Sequential, decoder: keras.Sequential):
        self.encoder, self.decoder = encoder, decoder
        self.model = keras.Sequential([keras.Input(encoder.input_shape[1:]), encoder, decoder])

    def fit(
        self,
        x: np.ndarray,
        *,
        epochs: int,
        batch_size: int = 100,
        learning_rate: float = 2e-3,
        seed: int = 0,
    ) -> list[float]:
        """Train on the squared error by Adam, one cycle of the rate; the mean error a value, epoch
        by epoch."""
        steps = epochs * -(-len(x) // batch_size)
        rate = one_cycle(learning_rate, steps)
        self.model.compile(keras.optimizers.Adam(rate), loss="mse")
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        return fit(self.model, x, x, **options).history["loss"]

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Codes `(n, code)`."""
        return apply(self.encoder, x)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """What the decoder makes of codes."""
        return apply(self.decoder, codes)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """`decode(encode(x))`."""
        return self.decode(self.encode(x))


def autoencoder(
    code: int,
    widths: Sequence[int] = (1000, 500, 250),
    *,
    inputs: int = 784,
    back: Sequence[int] | None = None,
    seed: int = 0,
) -> Autoencoder:
    """The deep autoencoder of Hinton and Salakhutdinov 2006, with ReLU: 784-1000-500-250-30 and
    back at the defaults with `code=30`.

    Args:
        code: numbers in a code; its units are linear.
        widths: layers of the encoder.
        inputs: numbers of an input, in [0, 1].
        back: layers of the decoder; `widths` turned round if None.
        seed: of the weights.
    """
    back = tuple(reversed(widths)) if back is None else back
    keras.utils.set_random_seed(seed)
    hidden = [layers.Dense(width, activation="relu") for width in widths]
    encoder = keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(code)])
    hidden = [layers.Dense(width, activation="relu") for width in back]
    top = layers.Dense(inputs, activation="sigmoid")
    return Autoencoder(encoder, keras.Sequential([keras.Input((code,)), *hidden, top]))


def linear_autoencoder(code: int, inputs: int, *, seed: int = 0) -> Autoencoder:
    """Two matrices and nothing else, for data whose mean is zero.

    Args:
        code: numbers in a code.
        inputs: numbers of an input.
        seed: of the weights.
    """
    keras.utils.set_random_seed(seed)
    first, second = (layers.Dense(width, use_bias=False) for width in (code, inputs))
    encoder = keras.Sequential([keras.Input((inputs,)), first])
    return Autoencoder(encoder, keras.Sequential([keras.Input((code,)), second]))


def conv_autoencoder(code: int, *, width: int = 8, seed: int = 0) -> Autoencoder:
    """Two convolutions with stride 2 down to 7x7, a code, and transposed convolutions back, for
    images `(28, 28, 1)` in [0, 1].

    Args:
        code: numbers in a code.
        width: maps of the outer convolutions; the inner ones have twice as many.
        seed: of the weights.
    """
    keras.utils.set_random_seed(seed)
    shape = {"strides": 2, "padding": "same"}
    encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(width, 3, activation="relu", **shape),  # (b, 14, 14, width)
            layers.Conv2D(2 * width, 3, activation="relu", **shape),  # (b, 7, 7, 2 width)
            layers.Flatten(),
            layers.Dense(code),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((code,)),
            layers.Dense(7 * 7 * 2 * width, activation="relu"),
            layers.Reshape((7, 7, 2 * width)),
            layers.Conv2DTranspose(width, 3, activation="relu", **shape),
            layers.Conv2DTranspose(1, 3, activation="sigmoid", **shape),  # (b, 28, 28, 1)
        ]
    )
    return Autoencoder(encoder, decoder)


class Protocols:
    """Three ways to learn from labels (Sydney COMP5318; CNN and Keras lecture): all layers from
    random weights; an SVM on codes that were learned without labels; all layers from those codes.

    One network is compiled once and starts anew for each run.

    Args:
        sizes: units of the sigmoid layers, as the stacks have them.
        inputs: numbers of an input.
        num_classes: classes.
        epochs: passes over `rows` rows; fewer labels are repeated until they fill them.
        rows: see `epochs`.
        batch_size: rows of a step.
        learning_rate: of Adam.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        inputs: int = 784,
        num_classes: int = 10,
        *,
        epochs: int = 10,
        rows: int = 10_000,
        batch_size: int = 100,
        learning_rate: float = 1e-3,
    ):
        self.epochs, self.rows, self.batch_size = epochs, rows, batch_size
        hidden = [layers.Dense(units, activation="sigmoid") for units in sizes]
        self.model = keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(num_classes)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(keras.optimizers.Adam(learning_rate), loss)
        self.model.optimizer.build(self.model.trainable_variables)
        self._fresh = _values(self.model.optimizer.variables)

    def tune(
        self, x: np.ndarray, y: np.ndarray, stack: Sequence[Layer] = (), *, seed: int = 0
    ) -> keras.Model:
        """Train all layers from random weights, or from those of a stack; gives the network, which
        the next call trains anew."""
        rng = np.random.default_rng(seed)
        for variable, value in zip(self.model.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        for layer in self.model.layers:
            inputs, units = layer.kernel.shape
            reach = np.sqrt(6 / (inputs + units))  # Glorot and Bengio 2010
            layer.set_weights([rng.uniform(-reach, reach, (inputs, units)), np.zeros(units)])
        for layer, trained in zip(self.model.layers, stack, strict=False):
            layer.set_weights([trained.weights, trained.bias])
        times = max(1, self.rows // len(x))
        x, y = np.tile(x, (times, 1)), np.tile(y, times)
        usable = max(1, len(x) // self.batch_size) * self.batch_size  # one shape, one compilation
        options = {"epochs": self.epochs, "batch_size": self.batch_size, "progress": "none"}
        fit(self.model, x[:usable], y[:usable], seed=seed, **options)
        return self.model

    def errors(
        self,
        stack: Sequence[Layer],
        train: tuple[np.ndarray, np.ndarray],
        test: tuple[np.ndarray, np.ndarray],
        *,
        seed: int = 0,
    ) -> dict[str, float]:
        """Share of test images that each protocol gets wrong, by its name in `PROTOCOLS`.

        Args:
            stack: layers that were trained without labels.
            train: `(x, y)` with the labels that may be used.
            test: `(x, y)`.
            seed: of weights and order.
        """
        x_test, y_test = test
        svm = LinearSVC(C=0.1, random_state=seed, max_iter=5000)
        svm.fit(encode_stack(stack, train[0]), train[1])
        codes = svm.predict(encode_stack(stack, x_test))
        found = [codes]
        for start in ((), stack):
            model = self.tune(*train, start, seed=seed)
            found.append(apply(model, x_test).argmax(axis=1))
        order = (found[1], found[0], found[2])
        return {
            name: float(np.mean(read != y_test))
            for name, read in zip(PROTOCOLS, order, strict=True)
        }


def few_of_each(y: np.ndarray, count: int, *, seed: int = 0) -> np.ndarray:
    """Rows of `count` labels, equally many of each class as far as that goes, in random order.

    Raises:
        InvalidInputError: if `count` is below the number of classes.
    """
    rng, kinds = np.random.default_rng(seed), np.unique(y)
    if count < len(kinds):
        raise InvalidInputError(
            f"Expected at least one label for each of {len(kinds)} classes. Received: {count}."
        )
    turn = np.zeros(len(y))
    order = rng.permutation(len(y))
    for kind in kinds:
        own = order[y[order] == kind]
        turn[own] = np.arange(len(own)) + rng.random()
    return rng.permutation(np.argsort(turn, kind="stable")[:count])


def train_pairs(
    x: np.ndarray,
    y: np.ndarray,
    *,
    code: int = 2,
    margin: float = 1.0,
    steps: int = 1000,
    batch_size: int = 200,
    seed: int = 0,
) -> keras.Sequential:
    """An encoder trained by `losses.contrastive` on pairs, half of which share their class.

    Args:
        x: data `(n, inputs)`.
        y: classes `(n,)`.
        code: numbers in a code.
        margin: of the loss.
        steps: of Adam.
        batch_size: pairs of a step.
        seed: of weights and pairs.
    """

    def loss(same, codes):
        apart = ops.sum((codes[:, 0] - codes[:, 1]) ** 2, axis=-1)
        return losses.contrastive(same[:, 0, 0], ops.sqrt(apart + 1e-9), margin=margin)

    rng = np.random.default_rng(seed)
    encoder, pairs = _siamese(x.shape[1], code, 2, loss, steps, seed)
    members = {kind: np.flatnonzero(y == kind) for kind in np.unique(y)}
    for _ in range(steps):
        first = rng.integers(0, len(x), batch_size)
        second = rng.integers(0, len(x), batch_size)
        for place in range(0, batch_size, 2):  # every second pair is of one class
            second[place] = rng.choice(members[y[first[place]]])
        same = np.broadcast_to((y[first] == y[second])[:, None, None], (batch_size, 2, code))
        pairs.train_on_batch(x[np.stack([first, second], axis=1)], same.astype("float32"))
    return encoder


def train_triplets(
    x: np.ndarray,
    y: np.ndarray,
    choose: Callable,
    *,
    code: int = 2,
    margin: float = 1.0,
    steps: int = 500,
    group: int = 60,
    batch_size: int = 200,
    seed: int = 0,
) -> keras.Sequential:
    """An encoder trained by `losses.triplet` on triplets that somebody chooses from small groups.

    Args:
        x: data `(n, inputs)`.
        y: classes `(n,)`.
        choose: `choose(codes, y, margin)` gives rows (anchor, positive, negative).
        code: numbers in a code.
        margin: of the loss.
        steps: of Adam; a group without a triplet is passed over.
        group: images from which triplets are chosen.
        batch_size: triplets of a step, drawn from those chosen.
        seed: of weights, groups and draws.
    """

    def loss(_, codes):
        return losses.triplet(codes[:, 0], codes[:, 1], codes[:, 2], margin=margin)

    rng = np.random.default_rng(seed)
    encoder, triplets = _siamese(x.shape[1], code, 3, loss, steps, seed)
    nothing = np.zeros((batch_size, 3, code), "float32")
    for _ in range(steps):
        rows = rng.choice(len(x), min(group, len(x)), replace=False)
        found = np.asarray(choose(apply(encoder, x[rows]), y[rows], margin))
        if len(found):
            drawn = found[rng.integers(0, len(found), batch_size)]
            triplets.train_on_batch(x[rows[drawn]], nothing)
    return encoder


def dense_parts(model: keras.Sequential) -> list[tuple[np.ndarray, np.ndarray, str]]:
    """Weights, bias and name of the activation of each Dense layer, for `CodeMap`."""
    parts = []
    for layer in model.layers:
        kernel, *bias = _values(layer.weights)
        bias = bias[0] if bias else np.zeros(kernel.shape[1], kernel.dtype)
        parts.append((kernel, bias, layer.activation.__name__))
    return parts


def _values(variables: Sequence) -> list[np.ndarray]:
    """Copies of variables as arrays."""
    return [ops.convert_to_numpy(ops.copy(variable)) for variable in variables]


def _siamese(inputs: int, code: int, images: int, loss: Callable, steps: int, seed: int):
    """An encoder, and a compiled model that applies it to several images at once."""
    keras.utils.set_random_seed(seed)
    shared = [layers.Dense(width, activation="relu") for width in (256, 64)]
    shared.append(layers.Dense(code))
    encoder = keras.Sequential([keras.Input((inputs,)), *shared])
    several = keras.Sequential([keras.Input((images, inputs)), *shared])
    several.compile(keras.optimizers.Adam(one_cycle(3e-3, steps)), loss=loss)
    return encoder, several
