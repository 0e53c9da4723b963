"""Painting in Keras: the same bank as a fixed model, the loop in which a picture learns, and a
small network that learns to paint any picture in one pass (Johnson et al. 2016)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
from keras import layers, ops

from coursekit.errors import InvalidInputError
from coursekit.style import painting
from coursekit.style.filters import CENTRE, RandomBank
from coursekit.training import Player, gradients, one_cycle, optimise_image


def bank_model(bank: RandomBank, size: int) -> keras.Model:
    """The bank as a Keras model from pictures `(b, size, size, colours)` to a list with the answers
    of each scale, before ReLU. Its weights do not learn."""
    colours, half = bank.kernels[0].shape[2], bank.kernels[0].shape[0] // 2
    inputs = keras.Input((size, size, colours))
    outputs = []
    for factor, kernel in zip(bank.factors, bank.kernels, strict=True):
        grid = layers.AveragePooling2D(factor)(inputs) if factor > 1 else inputs
        grid = _goes_on(grid - CENTRE, half)
        maps = kernel.shape[3]
        layer = layers.Conv2D(maps, kernel.shape[0], use_bias=False, trainable=False)
        outputs.append(layer(grid))
        layer.set_weights([kernel])
    return keras.Model(inputs, outputs, trainable=False)


def _goes_on(x, half: int):
    """Pixels of the opposite edges put around pictures."""
    if half == 0:
        return x
    x = ops.concatenate([x[:, -half:], x, x[:, :half]], axis=1)
    return ops.concatenate([x[:, :, -half:], x, x[:, :, :half]], axis=2)


class PaintingLoss:
    """Content at one scale of a bank, style at all, and total variation, each in its unit and
    weighed: in NumPy with slopes, and in `keras.ops`.

    Args:
        bank: the filters.
        targets: Gram matrices of the style, one for each scale.
        size: side of the pictures.
        units: of content, style and total variation.
        weights: of the three.
        place: number of the scale that holds the content; the coarsest by default.
    """

    def __init__(
        self,
        bank: RandomBank,
        targets: Sequence[np.ndarray],
        size: int,
        units: Sequence[float],
        weights: Sequence[float],
        *,
        place: int = -1,
    ):
        if len(units) != 3 or len(weights) != 3 or len(targets) != len(bank.factors):
            raise InvalidInputError(
                f"Expected three units and weights, and {len(bank.factors)} targets. Received: "
                f"{len(units)} units, {len(weights)} weights, {len(targets)} targets."
            )
        self.bank, self.size, self.place = bank, size, place % len(targets)
        self.targets = [np.asarray(t, "float32") for t in targets]
        self.units, self.weights = tuple(map(float, units)), tuple(map(float, weights))
        self.model = bank_model(bank, size)

    def slope(self, pictures, photographs) -> tuple[np.ndarray, np.ndarray]:
        """Losses `(n,)` and their slope in the pictures, in NumPy."""
        content = self.bank.only(self.place)
        parts = (
            painting.through(
                pictures, content, content.forward(photographs), painting.content_loss
            ),
            painting.through(pictures, self.bank, self.targets, painting.style_loss),
            painting.total_variation(pictures),
        )
        weights = np.tile(np.array(self.weights, "float32")[:, None], len(pictures))
        return painting.mixed(parts, self.units, weights)

    def values(self, pictures, photographs) -> np.ndarray:
        """Losses `(n,)`, in NumPy."""
        return self.slope(np.asarray(pictures), np.asarray(photographs))[0]

    def in_ops(self, pictures, photographs, model):
        """Losses `(n,)` as a tensor; `model` is `self.model`, handed in by the step that is
        compiled."""
        answers, wanted = model(pictures), model(photographs)[self.place]
        gap = ops.square(answers[self.place] - wanted)
        losses = [ops.mean(gap, axis=(1, 2, 3)), 0.0, _variation(pictures)]
        for a, target in zip(answers, self.targets, strict=True):
            f = ops.relu(a)
            f = ops.reshape(f, (-1, a.shape[1] * a.shape[2], a.shape[3]))
            gram = ops.matmul(ops.transpose(f, (0, 2, 1)), f) / f.shape[1]
            far = ops.sum(ops.square(gram - target), axis=(1, 2)) / np.sum(target**2)
            losses[1] = losses[1] + far / len(answers)
        return sum(w / u * v for w, u, v in zip(self.weights, self.units, losses, strict=True))


def _variation(pictures):
    down = ops.square(pictures[:, 1:] - pictures[:, :-1])
    right = ops.square(pictures[:, :, 1:] - pictures[:, :, :-1])
    count = int(np.prod(down.shape[1:]) + np.prod(right.shape[1:]))
    return (ops.sum(down, axis=(1, 2, 3)) + ops.sum(right, axis=(1, 2, 3))) / count


def style_slope(answers, target) -> np.ndarray:
    """The slope of `painting.style_loss` in the answers `(1, h, w, c)`, by automatic
    differentiation."""
    answers = np.asarray(answers, "float32")
    maps = answers.shape[-1]

    def loss(a):
        flat = ops.reshape(ops.relu(a), (-1, maps))
        gap = ops.matmul(ops.transpose(flat), flat) / flat.shape[0] - target
        return ops.sum(ops.square(gap)) / float(np.sum(np.square(target)))

    return gradients(loss, answers)


def instance_norm(features, scale, shift, *, eps: float = 1e-5) -> np.ndarray:
    """What Keras's layer makes of features `(n, h, w, c)`: `painting.instance_norm`."""
    layer = layers.GroupNormalization(groups=-1, epsilon=eps)
    layer.build(np.shape(features))
    layer.set_weights([np.asarray(scale, "float32"), np.asarray(shift, "float32")])
    return ops.convert_to_numpy(layer(np.asarray(features, "float32")))


def paint_in_a_loop(
    loss: PaintingLoss, photographs, *, steps: int, rate: float = 0.02
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Let photographs go down the loss with Keras's Adam: the library's version of the loop.

    Args:
        loss: what to go down.
        photographs: `(n, size, size, colours)`: content and start.
        steps: number of steps.
        rate: of Adam.

    Returns:
        The pictures, float32; the mean losses `(steps + 1,)`, from before each step and at the end;
        and the moments in seconds at which the steps were over.
    """
    photographs = np.asarray(photographs, "float32")
    moments: list[float] = []
    pictures, losses = optimise_image(
        lambda image, net, _: ops.mean(loss.in_ops(image, photographs, net)),
        photographs,
        loss.model,
        steps=steps,
        optimizer=keras.optimizers.Adam(rate),
        limits=(0.0, 1.0),
        watch=lambda *_: moments.append(time.perf_counter()),
    )
    last = float(np.mean(loss.values(pictures, photographs)))
    return pictures, np.append(losses, last), moments


def painter(
    *,
    norm: str = "instance",
    width: int = 16,
    blocks: int = 2,
    colours: int = 3,
    seed: int = 0,
) -> keras.Model:
    """A network that paints: down to a quarter of the side, residual blocks, and up again (Johnson
    et al. 2016, smaller).

    Args:
        norm: "instance" (Ulyanov et al. 2016), "batch" or "none".
        width: maps at the full side; twice as many below.
        blocks: residual blocks.
        colours: channels.
        seed: of the first weights, which are the same for each `norm` and on each backend.

    Returns:
        An uncompiled model from pictures `(b, h, w, colours)` with values from 0 to 1 to pictures
        of the same kind; sides must be divisible by 4.

    Raises:
        InvalidInputError: if `norm` is none of the three.
    """
    makers: dict[str, Callable[[], keras.Layer | None]] = {
        "instance": lambda: layers.GroupNormalization(groups=-1, epsilon=1e-5),
        "batch": lambda: layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
        "none": lambda: None,
    }
    if norm not in makers:
        raise InvalidInputError(f"`norm` must be one of {', '.join(makers)}. Received: {norm!r}.")

    rng = np.random.default_rng(seed)

    def he_normal(shape, dtype=None):  # drawn here: JAX would compile a draw for every shape
        spread = np.sqrt(2 / np.prod(shape[:-1]))
        return ops.convert_to_tensor(rng.normal(0, spread, shape).astype("float32"), dtype)

    def step(x, maps, size, strides=1, active=True):
        x = layers.Conv2D(
            maps, size, strides=strides, padding="same", kernel_initializer=he_normal
        )(x)
        layer = makers[norm]()
        x = x if layer is None else layer(x)
        return layers.ReLU()(x) if active else x

    inputs = keras.Input((None, None, colours))
    x = layers.Rescaling(2.0, -1.0)(inputs)
    x = step(x, width, 5)  # (b, h, w, 16)
    x = step(x, 2 * width, 3, 2)  # (b, h/2, w/2, 32)
    x = step(x, 2 * width, 3, 2)  # (b, h/4, w/4, 32)
    for _ in range(blocks):
        x = layers.Add()([x, step(step(x, 2 * width, 3), 2 * width, 3, active=False)])
    x = step(layers.UpSampling2D(2)(x), 2 * width, 3)  # (b, h/2, w/2, 32)
    x = step(layers.UpSampling2D(2)(x), width, 3)  # (b, h, w, 16)
    last = layers.Conv2D(
        colours, 5, padding="same", activation="sigmoid", kernel_initializer=he_normal
    )
    outputs = last(x)
    return keras.Model(inputs, outputs, name=f"painter_{norm}")


def train_painters(
    painters: Mapping[str, keras.Model],
    photographs,
    loss: PaintingLoss,
    *,
    steps: int,
    batch_size: int = 4,
    rate: float = 5e-3,
    seed: int = 0,
    watch: Callable[[int, dict[str, float]], None] | None = None,
) -> tuple[float, float]:
    """Train painters side by side on the same batches; none sees another.

    Args:
        painters: models by name.
        photographs: `(n, size, size, colours)`, n at least `batch_size`.
        loss: what they go down.
        steps: number of batches.
        batch_size: photographs in a batch.
        rate: the highest rate of a one-cycle schedule for Adam.
        seed: of the order.
        watch: called as `watch(step, sum of the losses)` after each step.

    Returns:
        Seconds of the first step, which compiles, and of all others together, for all painters.
    """
    photographs = np.asarray(photographs, "float32")
    if len(photographs) < batch_size:
        raise InvalidInputError(
            f"Expected at least {batch_size} photographs for a batch. Received: {len(photographs)}."
        )
    inputs = keras.Input(photographs.shape[1:])
    together = keras.Model(inputs, [model(inputs) for model in painters.values()])

    def total(learner, model, x, _):
        made = learner(x, training=True)
        made = list(made) if isinstance(made, list | tuple) else [made]
        pictures, wanted = ops.concatenate(made), ops.concatenate([x] * len(made))
        return len(made) * ops.mean(loss.in_ops(pictures, wanted, model))

    player = Player(together, loss.model, total, seed=seed)
    player.compile(keras.optimizers.Adam(one_cycle(rate, steps)))
    rng, start, first = np.random.default_rng(seed), time.perf_counter(), 0.0
    order = rng.permutation(len(photographs))
    for step in range(steps):
        if len(order) < batch_size:
            order = rng.permutation(len(photographs))
        rows, order = order[:batch_size], order[batch_size:]
        value = float(player.train_on_batch(photographs[rows]))
        if step == 0:
            first = time.perf_counter() - start
        if watch is not None:
            watch(step, value)
    return first, time.perf_counter() - start - first
