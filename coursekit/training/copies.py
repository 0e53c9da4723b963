"""Small networks in NumPy for moments of decision: acting in a game, the next letter, one step of
a beam.

A call costs tens of microseconds, where a framework spends half a millisecond and more on one row.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from coursekit.errors import InvalidInputError


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_ACTIVATIONS: dict[str, Callable] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softmax": _softmax,
    "softplus": lambda x: np.logaddexp(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}


class NumpyCopy:
    """A copy of a chain of Keras layers that runs in NumPy, in inference mode.

    It knows Dense, Conv2D, pooling, Flatten, Reshape, Embedding, activations, BatchNormalization,
    SimpleRNN, LSTM, GRU and an RNN of UGRNN cells; dropout is left out. The weights are those of
    the moment of copying; `refresh` takes them anew.

    Args:
        model: a built Sequential model, or a functional one whose layers form a chain.

    Raises:
        InvalidInputError: if it has a branch or a layer that is not known; the message names it.
    """

    def __init__(self, model: keras.Model):
        self._steps = [_copied(layer) for layer in _chain(model)]

    def refresh(self) -> NumpyCopy:
        """Take the weights that the model has now."""
        for step in self._steps:
            step.refresh()
        return self

    def __call__(self, x) -> np.ndarray:
        """The outputs for inputs `(n, ...)`; recurrent layers run over axis 1 from zero states."""
        x = np.asarray(x)
        for step in self._steps:
            x = step(x)
        return x

    def initial_state(self, n: int = 1) -> list:
        """Zero states of the recurrent layers for `n` rows, to be handed to `step`."""
        return [step.zeros(n) for step in self._steps if isinstance(step, _Recurrent)]

    def step(self, x, state: list) -> tuple[np.ndarray, list]:
        """One step in time.

        Args:
            x: inputs `(n, d)` of this step, or `(n,)` integers for an Embedding.
            state: what `initial_state` or the last `step` gave; it is not changed.

        Returns:
            Outputs `(n, ...)` and the new state.
        """
        x, state, after = np.asarray(x), list(state), []
        for step in self._steps:
            if isinstance(step, _Recurrent):
                new = step.once(x, state[len(after)])
                after.append(new)
                x = new[0]
            else:
                x = step(x)
        return x, after


def _chain(model: keras.Model) -> list[keras.Layer]:
    if isinstance(model, keras.Sequential):
        layers = list(model.layers)
    else:
        by_depth = getattr(model, "_nodes_by_depth", None)
        if not by_depth or any(len(nodes) > 1 for nodes in by_depth.values()):
            raise InvalidInputError(
                f"A NumPy copy is made of a Sequential model or of a functional one without "
                f"branches. Received: {model.name!r}, a {type(model).__name__} that is neither."
            )
        layers = [by_depth[depth][0].operation for depth in sorted(by_depth, reverse=True)]
    chain = []
    for layer in layers:
        if isinstance(layer, keras.Model):
            chain += _chain(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            chain.append(layer)
    return chain


class _Step:
    """One layer: `refresh` copies its weights, calling it applies them."""

    def __init__(self, layer, function: Callable):
        self._layer, self._function = layer, function
        self.refresh()

    def refresh(self) -> None:
        self.weights = [np.array(w, dtype="float32") for w in self._layer.get_weights()]

    def __call__(self, x):
        return self._function(x, *self.weights)


class _Recurrent(_Step):
    """A recurrent layer; `function(x, state, *weights)` gives the state after one step, a list
    whose first entry is the output."""

    def __init__(self, layer, function: Callable, states: int):
        self._states, self._units = states, layer.cell.units
        super().__init__(layer, function)

    def zeros(self, n: int) -> list[np.ndarray]:
        return [np.zeros((n, self._units), "float32") for _ in range(self._states)]

    def once(self, x, state: list) -> list:
        return self._function(x, state, *self.weights)

    def __call__(self, x):
        state, outputs = self.zeros(len(x)), []
        for t in range(x.shape[1]):
            state = self.once(x[:, t], state)
            outputs.append(state[0])
        return np.stack(outputs, axis=1) if self._layer.return_sequences else state[0]


def _copied(layer: keras.Layer) -> _Step:
    kind = type(layer).__name__
    maker = _MAKERS.get(kind)
    if maker is None:
        raise _refusal(layer, f"known are {', '.join(sorted(_MAKERS))}")
    return maker(layer)


def _refusal(layer, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"A NumPy copy of layer {layer.name!r} ({type(layer).__name__}) cannot be made: {why}."
    )


def _activation(layer, attribute: str = "activation") -> Callable:
    name = getattr(getattr(layer, attribute), "__name__", "?")
    if name not in _ACTIVATIONS:
        raise _refusal(layer, f"its activation is {name}, known are {', '.join(_ACTIVATIONS)}")
    return _ACTIVATIONS[name]


def _dense(layer) -> _Step:
    f = _activation(layer)
    return _Step(layer, lambda x, w, b=0.0: f(x @ w + b))


def _pads(shape, window, strides, padding: str) -> list[tuple[int, int]]:
    if padding == "valid":
        return [(0, 0), (0, 0)]
    out = []
    for side, k, s in zip(shape, window, strides, strict=True):
        extra = max((-(-side // s) - 1) * s + k - side, 0)
        out.append((extra // 2, extra - extra // 2))
    return out


def _windows(x, window, strides, padding: str, fill: float = 0.0):
    """Patches `(n, oh, ow, c, kh, kw)` of `(n, h, w, c)`."""
    pads = _pads(x.shape[1:3], window, strides, padding)
    if any(map(any, pads)):
        x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(x, window, axis=(1, 2))
    return seen[:, :: strides[0], :: strides[1]]


def _conv2d(layer) -> _Step:
    if layer.data_format != "channels_last" or layer.groups != 1 or set(layer.dilation_rate) != {1}:
        raise _refusal(layer, "only channels last, without groups or dilation, is known")
    f = _activation(layer)

    def apply(x, kernel, bias=0.0):
        patches = _windows(x, layer.kernel_size, layer.strides, layer.padding)
        return f(np.tensordot(patches, kernel, axes=([4, 5, 3], [0, 1, 2])) + bias)

    return _Step(layer, apply)


def _pooling(layer) -> _Step:
    largest = type(layer).__name__ == "MaxPooling2D"
    if layer.data_format != "channels_last" or (layer.padding != "valid" and not largest):
        raise _refusal(layer, "only channels last, an average without padding, is known")
    fill = -np.inf if largest else 0.0
    reduce = np.max if largest else np.mean

    def apply(x):
        patches = _windows(x, layer.pool_size, layer.strides, layer.padding, fill)
        return reduce(patches, axis=(4, 5))

    return _Step(layer, apply)


def _normalisation(layer) -> _Step:
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise _refusal(layer, "only normalisation of the last axis is known")

    def apply(x, *weights):
        *affine, mean, variance = weights
        y = (x - mean) / np.sqrt(variance + layer.epsilon)
        y = y * affine.pop(0) if layer.scale else y
        return y + affine.pop(0) if layer.center else y

    return _Step(layer, apply)


def _embedding(layer) -> _Step:
    if layer.mask_zero:
        raise _refusal(layer, "masks are not known")
    return _Step(layer, lambda x, table: table[np.asarray(x, int)])


def _checked_recurrent(layer) -> None:
    odd = [name for name in ("go_backwards", "stateful", "return_state") if getattr(layer, name)]
    if odd:
        raise _refusal(layer, f"{odd[0]}=True is not known")


def _simple_rnn(layer) -> _Step:
    _checked_recurrent(layer)
    f = _activation(layer)
    return _Recurrent(layer, lambda x, h, w, r, b=0.0: [f(x @ w + h[0] @ r + b)], 1)


def _ugrnn(layer) -> _Step:
    _checked_recurrent(layer)
    if type(layer.cell).__name__ != "UGRNNCell":
        raise _refusal(layer, "of cells that Keras lacks only UGRNNCell is known")

    def once(x, state, w, r, b):
        (h,) = state
        gate, new = np.split(x @ w + h @ r + b, 2, axis=-1)
        gate = _sigmoid(gate)
        return [gate * h + (1 - gate) * np.tanh(new)]

    return _Recurrent(layer, once, 1)


def _lstm(layer) -> _Step:
    _checked_recurrent(layer)
    f, gate = _activation(layer), _activation(layer, "recurrent_activation")

    def once(x, state, w, r, b=0.0):
        h, c = state
        i, forget, new, o = np.split(x @ w + h @ r + b, 4, axis=-1)
        c = gate(forget) * c + gate(i) * f(new)
        return [gate(o) * f(c), c]

    return _Recurrent(layer, once, 2)


def _gru(layer) -> _Step:
    _checked_recurrent(layer)
    f, gate = _activation(layer), _activation(layer, "recurrent_activation")
    after = layer.reset_after

    def once(x, state, w, r, b=None):
        (h,) = state
        u = h.shape[-1]
        into, back = (0.0, 0.0) if b is None else b if after else (b, 0.0)
        x = x @ w + into
        if after:
            y = h @ r + back
            z, reset = gate(x[:, :u] + y[:, :u]), gate(x[:, u : 2 * u] + y[:, u : 2 * u])
            new = f(x[:, 2 * u :] + reset * y[:, 2 * u :])
        else:
            y = h @ r[:, : 2 * u]
            z, reset = gate(x[:, :u] + y[:, :u]), gate(x[:, u : 2 * u] + y[:, u:])
            new = f(x[:, 2 * u :] + (reset * h) @ r[:, 2 * u :])
        return [z * h + (1 - z) * new]

    return _Recurrent(layer, once, 1)


def _nothing(layer) -> _Step:
    return _Step(layer, lambda x, *weights: x)


def _plain(function: Callable) -> Callable:
    return lambda layer: _Step(layer, lambda x: function(layer, x))


_MAKERS: dict[str, Callable[[keras.Layer], _Step]] = {
    "Activation": lambda layer: _Step(layer, _activation(layer)),
    "AveragePooling2D": _pooling,
    "BatchNormalization": _normalisation,
    "Conv2D": _conv2d,
    "Dense": _dense,
    "Dropout": _nothing,
    "Embedding": _embedding,
    "Flatten": _plain(lambda layer, x: x.reshape(len(x), -1)),
    "GRU": _gru,
    "GlobalAveragePooling2D": _plain(lambda layer, x: x.mean(axis=(1, 2))),
    "LSTM": _lstm,
    "MaxPooling2D": _pooling,
    "RNN": _ugrnn,
    "ReLU": _plain(lambda layer, x: np.maximum(x, 0)),
    "Rescaling": _plain(lambda layer, x: x * np.float32(layer.scale) + np.float32(layer.offset)),
    "Reshape": _plain(lambda layer, x: x.reshape(len(x), *layer.target_shape)),
    "SimpleRNN": _simple_rnn,
    "SpatialDropout2D": _nothing,
}
