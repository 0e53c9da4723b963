"""What must hold of drop-path, on whichever backend is loaded. Run as a program it prints "right"."""

from __future__ import annotations

import keras
import numpy as np

from coursekit.models import fractal_column, fractalnet
from coursekit.models.fractalnet import GlobalDropPath, Join


def small(**options) -> keras.Model:
    return fractalnet((8, 8, 3), 4, columns=3, filters=(4, 6), seed=0, **options)


def joins_of(model: keras.Model) -> keras.Model:
    """The same network with every join's inputs and output to be seen."""
    joins = [layer for layer in model.layers if isinstance(layer, Join)]
    seen = [[*layer.input[: len(layer.columns)], layer.output] for layer in joins]
    return keras.Model(model.input, seen), joins


def weights_at(paths, joined) -> np.ndarray:
    """The share that each path has in what a join gave."""
    columns = np.stack([np.asarray(path).ravel() for path in paths], axis=1)
    return np.linalg.lstsq(columns, np.asarray(joined).ravel(), rcond=None)[0]


def check_every_call_draws_anew() -> None:
    model = small()
    x = np.random.default_rng(0).random((5, 8, 8, 3), dtype=np.float32)
    calls = [np.asarray(model(x, training=True)) for _ in range(6)]
    assert len({call.tobytes() for call in calls}) >= 4
    tests = [np.asarray(model(x, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(*tests)


def check_compiled_steps_draw_anew() -> None:
    """A step that is traced once must not keep its first draw."""

    class Recorder(keras.Model):
        def __init__(self):
            super().__init__()
            self.draw = GlobalDropPath(3, 1.0, seed=1)
            self.seen = [
                self.add_weight(shape=(), initializer="zeros", trainable=False) for _ in range(3)
            ]
            self.scale = self.add_weight(shape=(), initializer="ones")

        def call(self, x, training=False):
            column = self.draw(x, training=training)
            for number, count in enumerate(self.seen):
                count.assign_add(keras.ops.cast(column == number, "float32"))
            return x * self.scale

    model = Recorder()
    model.compile("sgd", "mse", run_eagerly=False)
    x = np.ones((40, 1), "float32")
    model.fit(x, x, batch_size=1, epochs=1, verbose=0)
    counts = [float(np.asarray(count)) for count in model.seen]
    assert sum(counts) == 40
    assert min(counts) >= 4, counts


def check_a_global_call_keeps_the_same_column_everywhere() -> None:
    model, joins = joins_of(small(global_share=1.0))
    x = np.random.default_rng(1).random((3, 8, 8, 3), dtype=np.float32)
    drawn = set()
    for _ in range(12):
        seen = model(x, training=True)
        kept = set()
        for layer, (*paths, joined) in zip(joins, seen, strict=True):
            share = weights_at(paths, joined)
            if len(layer.columns) == 3:  # where all columns meet
                assert np.allclose(sorted(share), [0, 0, 1], atol=1e-3), share
                kept.add(int(share.argmax()))
        assert len(kept) == 1, kept
        drawn |= kept
    assert drawn == {0, 1, 2}


def check_a_local_call_takes_the_mean_of_the_survivors() -> None:
    model, _ = joins_of(small(global_share=0.0, local_rate=0.5))
    x = np.random.default_rng(2).random((3, 8, 8, 3), dtype=np.float32)
    survivors = []
    for _ in range(25):
        for *paths, joined in model(x, training=True):
            share = weights_at(paths, joined)
            alive = share > 1e-3
            np.testing.assert_allclose(share, alive / alive.sum(), atol=1e-3)
            survivors.append((len(share), tuple(alive)))
    of_three = {alive for paths, alive in survivors if paths == 3}
    assert len(of_three) >= 6  # of the seven that are not empty
    pairs = [alive for paths, alive in survivors if paths == 2]
    assert 0.35 < np.mean([sum(alive) == 1 for alive in pairs]) < 0.98  # three in four at rate 1/2


def check_a_column_alone_is_what_a_global_call_keeps() -> None:
    model = small(global_share=1.0)
    x = np.random.default_rng(3).random((2, 8, 8, 3), dtype=np.float32)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False  # test mode, so that both see the same statistics
    alone = [np.asarray(fractal_column(model, c)(x, training=False)) for c in (1, 2, 3)]
    for _ in range(8):
        whole = np.asarray(model(x, training=True))
        gaps = [np.abs(whole - column).max() for column in alone]
        assert min(gaps) < 1e-4, gaps
    depth = [
        sum(isinstance(layer, keras.layers.Conv2D) for layer in fractal_column(model, c).layers)
        for c in (1, 2, 3)
    ]
    assert depth == [2, 4, 8]


CASES = [
    check_every_call_draws_anew,
    check_compiled_steps_draw_anew,
    check_a_global_call_keeps_the_same_column_everywhere,
    check_a_local_call_takes_the_mean_of_the_survivors,
    check_a_column_alone_is_what_a_global_call_keeps,
]

if __name__ == "__main__":
    for case in CASES:
        case()
    print("right")
