"""FractalNet (Larsson, Maire and Shakhnarovich 2017): very deep without shortcuts, trained with
drop-path."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers, ops

from coursekit.errors import InvalidInputError

_register = keras.saving.register_keras_serializable(package="coursekit")
_EVERY_COLUMN = -1


def fractalnet(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    columns: int = 3,
    filters: Sequence[int] = (64, 128, 256, 512, 512),
    local_rate: float = 0.15,
    global_share: float = 0.5,
    dropout: Sequence[float] = (),
    seed: int | None = None,
    name: str = "fractalnet",
) -> keras.Model:
    """FractalNet as a Functional model (Larsson et al. 2017, fig. 1). 33,734,922 trainable
    parameters at the defaults.

    A block of C columns is `f_C(z) = join(f_{C-1}(f_{C-1}(z)), conv(z))`: column c has 2^(c-1)
    convolutions, the whole 2^C - 1, and joins that meet at one place are one. A join is the mean of
    what arrives.

    The literature gives 38.6 million for this network (Huang et al. 2017, table 2). Here the first
    convolution of each column reads the maps of the block before, as the rule says; if all seven
    convolutions of each block read as many maps as they write, it would be 38,485,194, which is the
    nearest reading that we know.

    Args:
        input_shape: `(height, width, channels)` of one image.
        num_classes: number of logits.
        columns: C, at least 1.
        filters: maps of each block; pooling halves the image after each.
        local_rate: local drop-path: probability that a join loses an input (one always stays).
        global_share: share of the batches in which a single column is kept in the whole network.
        dropout: rate after each block, or () for none; the paper takes 0 to 0.4.
        seed: int makes the draws repeatable, None takes Keras's global seed.
        name: name of the model.

    Returns:
        An uncompiled model from `(b, h, w, c)` to logits `(b, num_classes)`. Its columns can be had
        alone: see `fractal_column`.

    Raises:
        InvalidInputError: if `columns` is not positive.
    """
    if columns < 1:
        raise InvalidInputError(f"`columns` must be at least 1. Received: columns={columns}")
    seeds = iter([None] * 1000 if seed is None else range(seed, seed + 1000))
    inputs = x = keras.Input(tuple(input_shape))
    # One draw for the whole network: the same tensor goes to every join.
    column = GlobalDropPath(columns, global_share, seed=next(seeds), name="global_drop_path")(x)
    for block, width in enumerate(filters, start=1):
        reads = [x] * columns  # what each column's next convolution reads
        for row in range(1, 2 ** (columns - 1) + 1):
            here = [c for c in range(columns) if row % 2 ** (columns - 1 - c) == 0]
            x = [_unit(reads[c], width, f"block{block}_column{c + 1}_row{row}") for c in here]
            if len(here) > 1:
                place = f"block{block}_join_row{row}"
                x = Join(here, local_rate, seed=next(seeds), name=place)(x, column)
            else:
                (x,) = x
            for c in here:
                reads[c] = x
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)  # (b, 16, 16, 64) ... (b, 1, 1, ·)
        if dropout:
            x = layers.Dropout(dropout[block - 1], name=f"block{block}_dropout")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)  # (b, 512)
    return keras.Model(inputs, layers.Dense(num_classes, name="logits")(x), name=name)


def fractal_column(model: keras.Model, column: int) -> keras.Model:
    """One column of a FractalNet as a network of its own, with the same layers: a plain network of
    `2^(column - 1)` convolutions a block.

    Args:
        model: what `fractalnet` gave; training it further trains the column, and the other way
            round.
        column: 1 for the shallowest up to the number of columns.

    Raises:
        InvalidInputError: if there is no such column.
    """
    names = [layer.name for layer in model.layers]
    if not any(f"_column{column}_row" in name for name in names):
        raise InvalidInputError(
            f"`column` must be one of the network's columns, counted from 1. "
            f"Received: column={column}"
        )
    inputs = x = keras.Input(model.input_shape[1:])
    blocks = sum(name.endswith("_pool") for name in names)
    for block in range(1, blocks + 1):
        mine = f"block{block}_column{column}_row"
        for stem in [name for name in names if name.startswith(mine) and name.endswith("_conv")]:
            for step in ("conv", "norm", "relu"):
                x = model.get_layer(f"{stem.removesuffix('conv')}{step}")(x)
        for last in (f"block{block}_pool", f"block{block}_dropout"):
            if last in names:
                x = model.get_layer(last)(x)
    for last in ("mean", "logits"):
        x = model.get_layer(last)(x)
    return keras.Model(inputs, x, name=f"{model.name}_column{column}")


@_register
class GlobalDropPath(layers.Layer):
    """Draws, at each call while training, the one column that the whole network keeps.

    The number must reach every join as a tensor of the graph. Drawn in Python it would be drawn
    once, when the model is built, and drawn in each join it would be another in each.

    Args:
        columns: number of columns.
        share: share of the calls in which a column is drawn.
        seed: int, or None for Keras's global seed.

    Returns of a call: int32 `()`: 0 to `columns - 1`, or -1 where every column stays, as in test
        mode.
    """

    def __init__(self, columns: int, share: float = 0.5, *, seed: int | None = None, **options):
        super().__init__(**options)
        self.columns, self.share, self.seed = columns, share, seed
        self._generator = keras.random.SeedGenerator(seed)

    def call(self, x, training: bool = False):
        """The column of this call; `x` is not looked at."""
        if not training:
            return ops.full((), _EVERY_COLUMN, dtype="int32")
        draws = keras.random.uniform((2,), dtype="float32", seed=self._generator)
        column = ops.cast(ops.floor(draws[1] * self.columns), "int32")
        return ops.where(draws[0] < self.share, column, _EVERY_COLUMN)

    def compute_output_spec(self, x, training: bool = False):
        """A single whole number."""
        return keras.KerasTensor((), dtype="int32")

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("columns", "share", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}


@_register
class Join(layers.Layer):
    """The mean of several paths; while training, of those that drop-path leaves.

    Args:
        columns: the column, counted from 0, that each path belongs to.
        rate: local drop-path: probability that a path is dropped, drawn anew at each call. If it
            takes all, the one that came nearest to staying stays.
        seed: int, or None for Keras's global seed.

    Called with a list of `(b, ...)` and the number that `GlobalDropPath` drew. Where that column is
    among the paths, it alone is kept. The mean is over the survivors, so test mode needs no
    rescaling.
    """

    def __init__(
        self, columns: Sequence[int], rate: float = 0.15, *, seed: int | None = None, **options
    ):
        super().__init__(**options)
        self.columns, self.rate, self.seed = tuple(columns), rate, seed
        self._generator = keras.random.SeedGenerator(seed)

    def call(self, paths, column, training: bool = False):
        """Join `paths`."""
        if not training:
            return sum(paths[1:], start=paths[0]) / len(paths)
        draws = keras.random.uniform((len(paths),), dtype="float32", seed=self._generator)
        local = ops.logical_or(draws >= self.rate, draws == ops.max(draws))
        alone = ops.equal(ops.convert_to_tensor(self.columns, dtype="int32"), column)
        kept = ops.cast(ops.where(ops.any(alone), alone, local), paths[0].dtype)  # (paths,)
        kept = kept / ops.sum(kept)
        return sum(kept[i] * path for i, path in enumerate(paths))

    def compute_output_spec(self, paths, column, training: bool = False):
        """As each of `paths`."""
        return keras.KerasTensor(paths[0].shape, dtype=self.compute_dtype)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("columns", "rate", "seed")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _unit(x, width: int, stem: str):
    """Convolution, batch normalisation, ReLU: the smallest fractal."""
    x = layers.Conv2D(
        width, 3, padding="same", kernel_initializer="he_normal", name=f"{stem}_conv"
    )(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{stem}_norm")(x)
    return layers.ReLU(name=f"{stem}_relu")(x)
