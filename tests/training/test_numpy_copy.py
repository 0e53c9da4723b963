"""A NumPy copy says what its model says, at once and step by step."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from coursekit.errors import InvalidInputError
from coursekit.layers import UGRNNCell
from coursekit.training import NumpyCopy


def drawn(model, seed=0):
    rng = np.random.default_rng(seed)
    model.set_weights([np.abs(rng.normal(size=w.shape)) * 0.4 for w in model.get_weights()])
    for layer in model.layers:
        if not isinstance(layer, layers.BatchNormalization):
            layer.set_weights([rng.normal(size=w.shape) * 0.4 for w in layer.get_weights()])
    return model


def theirs(model, x):
    return ops.convert_to_numpy(model(x, training=False))


CHAINS = {
    "dense": ((6,), [layers.Dense(5, "relu"), layers.Dropout(0.5), layers.Dense(3, "softmax")]),
    "activations": (
        (4,),
        [layers.Dense(4, "tanh"), layers.Dense(4, "elu"), layers.Activation("softplus")],
    ),
    "convolution": (
        (9, 7, 2),
        [
            layers.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(4, (2, 3), use_bias=False),
            layers.Flatten(),
            layers.Dense(2),
        ],
    ),
    "pooling": (
        (7, 7, 2),
        [
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.AveragePooling2D(2),
            layers.ReLU(),
            layers.Reshape((8,)),
            layers.Dense(3, "sigmoid"),
        ],
    ),
    "average": ((5, 5, 3), [layers.Rescaling(1 / 5, 1.0), layers.GlobalAveragePooling2D()]),
    "lstm": ((6, 3), [layers.LSTM(4, return_sequences=True), layers.LSTM(5), layers.Dense(2)]),
    "gru": ((6, 3), [layers.GRU(4, return_sequences=True), layers.GRU(3, reset_after=False)]),
    "ugrnn": ((6, 3), [layers.RNN(UGRNNCell(4), return_sequences=True), layers.Dense(2)]),
    "rnn": ((6, 3), [layers.SimpleRNN(4, use_bias=False, return_sequences=True)]),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_copy_equals_its_model(name):
    shape, chain = CHAINS[name]
    model = drawn(keras.Sequential([keras.Input(shape), *map(_fresh, chain)]))
    x = np.random.default_rng(1).normal(size=(4, *shape)).astype("float32")
    got = NumpyCopy(model)(x)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, theirs(model, x), rtol=2e-4, atol=2e-5)


def _fresh(layer):
    return type(layer).from_config(layer.get_config())


@pytest.mark.parametrize("cell", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_step_by_step_equals_all_at_once(cell):
    inputs = keras.Input((7,), dtype="int32")
    x = layers.Embedding(5, 3)(inputs)
    x = cell(4, return_sequences=True)(x)
    x = cell(6, return_sequences=True)(x)
    model = drawn(keras.Model(inputs, layers.Dense(5)(x)))
    ids = np.random.default_rng(2).integers(0, 5, (3, 7))
    copy = NumpyCopy(model)
    state, steps = copy.initial_state(3), []
    start = [np.array(part) for layer in state for part in layer]
    first = state
    for t in range(7):
        y, state = copy.step(ids[:, t], state)
        steps.append(y)
    np.testing.assert_allclose(np.stack(steps, 1), theirs(model, ids), rtol=2e-4, atol=2e-5)
    unchanged = [part for layer in first for part in layer]
    assert all((a == b).all() for a, b in zip(start, unchanged, strict=True))


def test_a_copy_keeps_its_weights_until_it_is_refreshed():
    model = drawn(keras.Sequential([keras.Input((3,)), layers.Dense(2)]))
    copy, x = NumpyCopy(model), np.ones((1, 3), "float32")
    before = copy(x)
    model.set_weights([2 * w for w in model.get_weights()])
    np.testing.assert_array_equal(copy(x), before)
    np.testing.assert_allclose(copy.refresh()(x), 2 * before, rtol=1e-6)


def test_branches_and_strange_layers_are_named():
    inputs = keras.Input((3,))
    one, other = layers.Dense(2)(inputs), layers.Dense(2)(inputs)
    with pytest.raises(InvalidInputError, match="branches"):
        NumpyCopy(keras.Model(inputs, layers.Add()([one, other])))
    strange = keras.Sequential([keras.Input((4, 3)), layers.Conv1D(2, 2, name="odd")])
    with pytest.raises(InvalidInputError, match="odd"):
        NumpyCopy(strange)
    with pytest.raises(InvalidInputError, match="gelu"):
        NumpyCopy(keras.Sequential([keras.Input((3,)), layers.Dense(2, "gelu")]))
    with pytest.raises(InvalidInputError, match="go_backwards"):
        NumpyCopy(keras.Sequential([keras.Input((4, 3)), layers.GRU(2, go_backwards=True)]))
