"""Networks that say where, how far and in which order, in Keras, and how they are taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from scipy.special import expit, softmax

from coursekit.datasets.scenes import ACTIONS, KEYPOINTS, KINDS
from coursekit.errors import InvalidInputError
from coursekit.models import unet
from coursekit.training import fit
from coursekit.training.loop import quiet_retracing
from coursekit.vision.worlds import READ_FRAMES, READ_SIZE, Rated, found, seconds_each

READERS = ("average", "LSTM", "Conv3D")
_CLASSES, _JOINTS = len(KINDS) + 1, len(KEYPOINTS)


def teach(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    loss: Callable,
    *,
    epochs: int,
    batch_size: int = 50,
    learning_rate: float = 3e-3,
    seed: int = 0,
    progress: str = "none",
) -> list[float]:
    """Train by Adam; the rate falls to a tenth along a cosine.

    Args:
        model: of this module.
        x, y: rows; the first ones are repeated until they fill the last batch.
        loss: one of this module, `loss(y, output)`.
        epochs: passes over the rows; with 0 nothing happens.
        batch_size: rows of a step, at most all of them.
        learning_rate: at the start.
        seed: of the order.
        progress: as in `coursekit.training.fit`.

    Returns:
        The loss by epoch.
    """
    if not epochs:
        return []
    batch_size = min(batch_size, len(x))
    steps = -(-len(x) // batch_size)
    rows = np.resize(np.arange(len(x)), steps * batch_size)
    if len(rows) > len(x):
        x, y = x[rows], y[rows]
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps, alpha=0.1)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=5.0), loss)
    options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": progress}
    return fit(model, x, y, **options).history["loss"]


def outputs(model: keras.Model, x: np.ndarray, *, batch_size: int = 50) -> np.ndarray:
    """What a model gives for all rows, always in batches of one size."""
    parts = []
    for start in range(0, len(x), batch_size):
        part = x[start : start + batch_size]
        short = batch_size - len(part)
        filled = np.concatenate([part, np.repeat(part[-1:], short, axis=0)]) if short else part
        with quiet_retracing():
            parts.append(np.asarray(model.predict_on_batch(filled))[: len(part)])
    return np.concatenate(parts)


# Boxes ----------------------------------------------------------------------------------


def detector(
    size: int, cells: int, *, num_classes: int = len(KINDS), width: int = 16, seed: int = 0
) -> keras.Model:
    """One-stage detector: convolutions halve the picture until one cell is a pixel (after Redmon et
    al. 2016).

    Args:
        size: side of the pictures; `cells` times a power of two.
        cells: of the grid, along each side.
        num_classes: how many there are.
        width: maps of the first convolution.
        seed: of the weights.

    Returns:
        Model from pictures `(b, size, size, 3)`, 0 to 255, to logits `(b, cells, cells, 5 +
        num_classes)`.

    Raises:
        InvalidInputError: if the picture cannot be halved to the grid.
    """
    halvings = int(np.log2(size / cells))
    if cells * 2**halvings != size or halvings < 1:
        raise InvalidInputError(
            f"`size` must be `cells` times 2, 4, 8, ... Received: size={size!r}, cells={cells!r}"
        )
    keras.utils.set_random_seed(seed)
    inputs, x = _picture((size, size, 3))
    for step in range(halvings):
        x = _convolution(x, width * 2**step, strides=2)
    x = _convolution(x, width * 2**halvings // 2)
    x = _convolution(x, width * 2**halvings // 2)
    return keras.Model(inputs, layers.Conv2D(5 + num_classes, 1)(x), name="detector")


def grid_loss(grid, logits):
    """Error of a grid: whether there is a thing, over all cells; place, size and class, over the
    cells with one. Divided by the number of things."""
    there = grid[..., 0]
    count = ops.maximum(ops.sum(there), 1)
    presence = ops.sum(_binary(there, logits[..., 0]))
    cells = ops.cast(ops.shape(grid)[1], logits.dtype)
    off = ops.abs(ops.sigmoid(logits[..., 1:5]) - grid[..., 1:5])
    off = ops.sum(off[..., :2], axis=-1) + cells * ops.sum(off[..., 2:], axis=-1)  # in cells
    named = -ops.sum(grid[..., 5:] * ops.log_softmax(logits[..., 5:], axis=-1), axis=-1)
    return (presence + ops.sum(there * (2 * off + named))) / count


def grids(model: keras.Model, images: np.ndarray, *, batch_size: int = 50) -> np.ndarray:
    """A detector's grids `(n, cells, cells, 5 + classes)`, numbers from 0 to 1."""
    logits = outputs(model, images, batch_size=batch_size)
    return np.concatenate([expit(logits[..., :5]), softmax(logits[..., 5:], axis=-1)], axis=-1)


def rate(model: keras.Model, score: float, images: np.ndarray) -> Rated:
    """A detector's score, and its speed on single pictures with double answers taken out."""

    def step(image):
        return found(grids(model, image[None], batch_size=1)[0], len(image))

    return Rated(float(score), 1 / seconds_each(step, images))


# Maps -----------------------------------------------------------------------------------


@dataclass
class Maps:
    """What a `mapper` says of `n` pictures.

    Attributes:
        net: the network itself.
        classes: int `(n, h, w)`, 0 for the floor.
        depth: `(n, h, w)`, distance.
        joints: `(n, h, w, 14)`, logits of the joints' places.
    """

    net: keras.Model = field(repr=False)
    classes: np.ndarray = field(repr=False)
    depth: np.ndarray = field(repr=False)
    joints: np.ndarray = field(repr=False)


def mapper(
    size: int, *, skips: bool = True, filters: Sequence[int] = (12, 24, 48), seed: int = 0
) -> keras.Model:
    """A small U-Net with three answers for every pixel: logits of seven classes, a distance, and
    logits of 14 joints `(b, size, size, 22)`. It works on blocks of 2 x 2 pixels, which come in
    through one convolution and go out through a transposed one."""
    keras.utils.set_random_seed(seed)
    inputs, x = _picture((size, size, 3))
    x = layers.Conv2D(2 * filters[0], 2, 2, activation="relu")(x)
    net = unet(x.shape[1:], 2 * filters[0], filters=filters, padding="same", skips=skips)
    x = layers.Conv2DTranspose(_CLASSES + 1 + _JOINTS, 2, 2)(layers.ReLU()(net(x)))
    return keras.Model(inputs, x, name="mapper")


def map_loss(target, output):
    """Cross-entropy of the pixels' classes, in which things weigh four times as much as the floor,
    absolute error of distance, and cross-entropy of each joint's map over the whole picture.
    `target` as `coursekit.vision.map_targets` makes it."""
    target = ops.cast(target, output.dtype)
    one_hot = ops.one_hot(ops.cast(target[..., 0], "int32"), _CLASSES, dtype=output.dtype)
    named = -ops.sum(one_hot * ops.log_softmax(output[..., :_CLASSES], axis=-1), axis=-1)
    named = named * (1 + 3 * (1 - one_hot[..., 0]))  # six pixels of seven are floor
    far = ops.abs(target[..., 1] - output[..., _CLASSES])
    pixels = output.shape[1] * output.shape[2]
    heat = ops.reshape(target[..., 2:], (-1, pixels, _JOINTS))
    logits = ops.reshape(output[..., _CLASSES + 1 :], (-1, pixels, _JOINTS))
    placed = -ops.sum(heat * ops.log_softmax(logits, axis=1), axis=1)
    return ops.mean(named) + ops.mean(far) + 0.2 * ops.mean(placed)


def maps(model: keras.Model, images: np.ndarray, *, batch_size: int = 50) -> Maps:
    """What a `mapper` says of pictures."""
    given = outputs(model, images, batch_size=batch_size)
    classes = given[..., :_CLASSES].argmax(axis=-1)
    return Maps(model, classes, given[..., _CLASSES], given[..., _CLASSES + 1 :])


def pointer(size: int, *, width: int = 16, seed: int = 0) -> keras.Model:
    """A network that gives two numbers for each joint, x and y as shares of the side `(b, 28)`."""
    keras.utils.set_random_seed(seed)
    inputs, x = _picture((size, size, 3))
    for step in range(3):
        x = _convolution(x, width * 2**step, strides=2)
    x = layers.Dense(4 * width, "relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(2 * _JOINTS)(x), name="pointer")


def place_loss(y, output):
    """Mean absolute error."""
    return ops.mean(ops.abs(y - output))


def places(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """A `pointer`'s joints `(n, 14, 2)`, as shares of the side."""
    return outputs(model, images).reshape(len(images), _JOINTS, 2)


# Volumes --------------------------------------------------------------------------------


def membranes(
    shape: Sequence[int], *, flat: bool = False, width: int | None = None, seed: int = 0
) -> keras.Model:
    """Convolutions that say of each voxel whether it is membrane.

    Args:
        shape: `(d, h, w)`.
        flat: kernels of one slice, (1, 3, 3), in place of (3, 3, 3).
        width: maps of each of three layers; by default 10, and 18 if flat, so that both have about
            6,000 weights.
        seed: of the weights.

    Returns:
        Model from grey volumes `(b, d, h, w)` to logits `(b, d, h, w, 1)`.
    """
    keras.utils.set_random_seed(seed)
    width = width or (18 if flat else 10)
    inputs = keras.Input(tuple(shape))
    x = ops.expand_dims(inputs, -1) - 0.5
    for _ in range(3):
        kernel = (1 if flat else 3, 3, 3)
        x = layers.Conv3D(width, kernel, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv3D(1, 1)(x), name="membranes")


def mask_loss(mask, logits):
    """Binary cross-entropy, the mean over all voxels."""
    return ops.mean(_binary(ops.cast(mask, logits.dtype), logits))


def probabilities(model: keras.Model, volumes: np.ndarray, *, batch_size: int = 2) -> np.ndarray:
    """How likely each voxel is membrane `(n, d, h, w)`."""
    return expit(outputs(model, volumes, batch_size=batch_size)[..., 0])


def brain_reader(shape: Sequence[int], *, tasks: int = 3, seed: int = 0) -> keras.Model:
    """Two 3-D convolutions with pooling, then a dense layer: the task that a scan `(b, d, h, w)`
    shows, logits `(b, 1, tasks)`."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(tuple(shape))
    x = ops.expand_dims(inputs, -1)
    for width in (8, 16):
        x = layers.Conv3D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling3D(2)(x)
    x = layers.Dropout(0.3, seed=seed)(layers.Flatten()(x))
    x = layers.Dense(tasks)(x)
    return keras.Model(inputs, ops.expand_dims(x, 1), name="brain_reader")


# Clips ----------------------------------------------------------------------------------


def clip_reader(kind: str, *, seed: int = 0) -> keras.Model:
    """A network that names the action of a clip of 16 frames, 32 x 32 pixels in colour.

    Args:
        kind: "average", a convolutional network on each frame, whose numbers are averaged over the
            frames; "LSTM", the same in front of an LSTM, which answers after every frame (Donahue
            et al. 2015); "Conv3D", convolutions over time and space (Ji et al. 2013).
        seed: of the weights.

    What stands still is taken off first: each pixel's mean over the frames, for the LSTM over those
    until then.

    Returns:
        Model from clips `(b, 16, 32, 32, 3)`, 0 to 255, to logits `(b, steps, 8)`, where steps is
        16 for the LSTM, else 1.

    Raises:
        InvalidInputError: if `kind` is another.
    """
    if kind not in READERS:
        raise InvalidInputError(f"`kind` must be one of {', '.join(READERS)}. Received: {kind!r}")
    keras.utils.set_random_seed(seed)
    inputs, x = _picture((READ_FRAMES, READ_SIZE, READ_SIZE, 3))
    if kind == "LSTM":  # which must not look ahead
        frames = np.arange(1, READ_FRAMES + 1, dtype="float32").reshape(-1, 1, 1, 1)
        seen = ops.cumsum(x, axis=1) / frames
    else:
        seen = ops.mean(x, axis=1, keepdims=True)
    x = 4 * (x - seen)
    if kind == "Conv3D":
        for width, kernel, strides in (
            (8, (3, 5, 5), (1, 2, 2)),
            (16, (3, 3, 3), (2, 2, 2)),
            (32, (3, 3, 3), (2, 2, 2)),
        ):
            x = _convolution_in_time(x, width, kernel, strides)
        x = layers.Dense(32, "relu")(layers.Flatten()(x))
        x = ops.expand_dims(x, 1)
    else:
        x = ops.reshape(x, (-1, READ_SIZE, READ_SIZE, 3))  # all frames of all clips
        for width in (8, 16, 32):
            x = _convolution(x, width, strides=2)
        x = layers.Dense(32, "relu")(layers.Flatten()(x))
        x = ops.reshape(x, (-1, READ_FRAMES, 32))
        if kind == "average":
            x = layers.Dense(32, "relu")(ops.mean(x, axis=1, keepdims=True))
        else:
            x = layers.LSTM(32, return_sequences=True)(x)
    return keras.Model(inputs, layers.Dense(len(ACTIONS))(x), name="clip_reader")


def label_loss(labels, logits):
    """Cross-entropy of one label a row at all its steps, the mean over steps and rows."""
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    one_hot = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    return -ops.mean(ops.sum(one_hot[:, None] * ops.log_softmax(logits, axis=-1), axis=-1))


def chosen(model: keras.Model, x: np.ndarray, *, batch_size: int = 20) -> np.ndarray:
    """The label that a reader names for each row after its last step, `(n,)`."""
    return outputs(model, x, batch_size=batch_size)[:, -1].argmax(axis=-1)


def action_chances(model: keras.Model, clips: np.ndarray) -> np.ndarray:
    """Probabilities of the actions at each step `(n, steps, 8)`, one clip at a time."""
    return softmax(outputs(model, clips, batch_size=1), axis=-1)


# Parts ----------------------------------------------------------------------------------


def _picture(shape: Sequence[int]) -> tuple[Any, Any]:
    """An input of bytes, and its values from -0.5 to 0.5."""
    inputs = keras.Input(tuple(shape), dtype="uint8")
    return inputs, layers.Rescaling(1 / 255, -0.5)(inputs)


def _convolution(x, maps: int, strides: int = 1):
    return layers.Conv2D(maps, 3, strides, padding="same", activation="relu")(x)


def _convolution_in_time(x, maps: int, kernel: tuple[int, ...], strides: tuple[int, ...]):
    """What `Conv3D` computes with padding "same" and ReLU, as a `Conv2D` over frames laid side by
    side as channels: TensorFlow's own gradient of a Conv3D with strides takes a processor ten times
    as long."""
    depth, stride, frames = kernel[0], strides[0], x.shape[1]
    steps = -(-frames // stride)
    spare = max((steps - 1) * stride + depth - frames, 0)
    x = ops.pad(x, ((0, 0), (spare // 2, spare - spare // 2), (0, 0), (0, 0), (0, 0)))
    last = (steps - 1) * stride + 1
    beside = [x[:, i : i + last : stride] for i in range(depth)]
    flat = ops.concatenate(beside, axis=-1)  # (b, steps, h, w, depth * c)
    flat = ops.reshape(flat, (-1, *flat.shape[2:]))
    flat = layers.Conv2D(maps, kernel[1:], strides[1:], padding="same", activation="relu")(flat)
    return ops.reshape(flat, (-1, steps, *flat.shape[1:]))


def _binary(y, logits):
    """Cross-entropy of logits, elementwise."""
    return ops.softplus(logits) - y * logits
