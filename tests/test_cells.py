"""UGRNN and soft window, step by step in NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.layers import SoftWindow, SoftWindowCell, UGRNNCell


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def drawn(layer, seed=0):
    rng = np.random.default_rng(seed)
    layer.set_weights([0.4 * rng.normal(size=w.shape) for w in layer.get_weights()])
    return [np.array(w) for w in layer.get_weights()]


def array(x):
    return np.asarray(ops.convert_to_numpy(x))


def test_ugrnn_steps_as_its_equations_say():
    layer = keras.layers.RNN(UGRNNCell(4), return_sequences=True)
    x = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")
    layer.build(x.shape)
    w, u, b = drawn(layer)
    assert layer.count_params() == 2 * 4 * (4 + 2 + 1)
    h, expected = np.zeros((3, 4)), []
    for t in range(5):
        z = x[:, t] @ w + h @ u + b
        g = sigmoid(z[:, :4])
        h = g * h + (1 - g) * np.tanh(z[:, 4:])
        expected.append(h)
    np.testing.assert_allclose(array(layer(x)), np.stack(expected, 1), rtol=1e-4, atol=1e-5)


def test_ugrnn_starts_with_an_open_memory_and_can_be_saved():
    cell = UGRNNCell(3, gate_bias=2.0)
    cell.build((None, 2))
    np.testing.assert_array_equal(cell.get_weights()[2], [2, 2, 2, 0, 0, 0])
    again = UGRNNCell.from_config(cell.get_config())
    assert (again.units, again.gate_bias) == (3, 2.0)
    with pytest.raises(InvalidInputError, match="units"):
        UGRNNCell(0)


def by_hand(x, text, weights, k):
    """Graves's equations, one sample: outputs `(t, units)`, window `(t, v)`, weights `(t, u)`."""
    kernel, recurrent, bias, dense, dense_bias = weights
    n, v = recurrent.shape[0], text.shape[1]
    h, c, kappa, w = np.zeros(n), np.zeros(n), np.zeros(k), np.zeros(v)
    hs, ws, phis = [], [], []
    for step in x:
        z = np.concatenate([step, w]) @ kernel + h @ recurrent + bias
        i, f, g, o = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        alpha, beta, rise = np.split(np.exp(h @ dense + dense_bias), 3)
        kappa = kappa + rise
        phi = sum(
            alpha[m] * np.exp(-beta[m] * (kappa[m] - np.arange(len(text))) ** 2) for m in range(k)
        )
        w = phi @ text
        hs.append(h)
        ws.append(w)
        phis.append(phi)
    return np.array(hs), np.array(ws), np.array(phis)


def test_soft_window_is_graves_equations_and_goes_on_from_its_states():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 6, 3)).astype("float32")
    text = np.eye(5, dtype="float32")[rng.integers(0, 5, (2, 4))]
    cell = SoftWindowCell(7, (4, 5), 2, return_weights=True)
    layer = SoftWindow(cell, return_state=True)
    out, *states = layer([x, text])
    weights = drawn(layer)
    out, *states = layer([x, text])
    out = array(out)
    assert out.shape == (2, 6, 7 + 5 + 4)
    for row in range(2):
        expected = np.concatenate(by_hand(x[row], text[row], weights, 2), axis=1)
        np.testing.assert_allclose(out[row], expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(array(states[4]), text.reshape(2, -1))
    _, *half = layer([x[:, :3], text])
    rest, *_ = layer([x[:, 3:], text], initial_state=half)
    np.testing.assert_allclose(array(rest), out[:, 3:], rtol=1e-3, atol=1e-4)


def test_soft_window_trains_inside_a_model_and_only_moves_forwards():
    inputs, text = keras.Input((None, 2)), keras.Input((3, 4))
    cell = SoftWindowCell(6, (3, 4), 1, return_weights=True)
    out = SoftWindow(cell)([inputs, text])
    model = keras.Model([inputs, text], keras.layers.Dense(2)(out))
    assert model.output_shape == (None, None, 2)
    model.compile("adam", "mse")
    rng = np.random.default_rng(3)
    data = [rng.normal(size=(8, 5, 2)), np.eye(4)[rng.integers(0, 4, (8, 3))]]
    losses = [float(model.train_on_batch(data, np.zeros((8, 5, 2)))) for _ in range(8)]
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(np.array(cell.window.get_weights()[1])[2], -2.0, atol=0.1)
    places = SoftWindow(cell, return_state=True)
    kappa = [array(places([data[0][:, :t].astype("float32"), data[1]])[3]) for t in (1, 3, 5)]
    assert (kappa[0] < kappa[1]).all()
    assert (kappa[1] < kappa[2]).all()


def test_soft_window_is_restored_from_its_configuration():
    layer = SoftWindow(SoftWindowCell(6, (3, 4), 2, step_bias=-1.5))
    again = SoftWindow.from_config(layer.get_config())
    assert (again.cell.units, tuple(again.cell.memory_shape)) == (6, (3, 4))
    assert again.cell.step_bias == -1.5
