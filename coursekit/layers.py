"""Activations, layers and cells of the lectures that Keras lacks: the Gaussian, the threshold unit,
maxout, response normalisation, bits, the UGRNN, the soft window over a text."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from coursekit.errors import InvalidInputError

_register = keras.saving.register_keras_serializable(package="coursekit")


@_register
def gaussian(x):
    """Gaussian activation `exp(-x^2 / 2)`: 1 at 0, towards 0 on both sides. Pass it as
    `activation=gaussian`."""
    x = ops.convert_to_tensor(x)
    return ops.exp(-0.5 * x * x)


@_register
def threshold(x):
    """Threshold unit: 1 where x is positive, 0 elsewhere (Rosenblatt 1958). Its slope is 0 wherever
    it has one."""
    x = ops.convert_to_tensor(x)
    return ops.cast(x > 0, x.dtype)


@_register
class Maxout(keras.layers.Layer):
    """The largest of several linear maps, unit by unit (Goodfellow et al. 2013): `max_k (x w_k +
    b_k)`.

    Args:
        units: number of outputs.
        pieces: number of linear maps that compete for each output, at least 1. Two can form ReLU or
            the absolute value.
        kernel_initializer: for the weights; each piece is drawn as a Dense kernel of its own.
        bias_initializer: for the biases.

    Input `(..., d)`, output `(..., units)`; weights `kernel` `(pieces, d, units)` and `bias`
    `(pieces, units)`.

    Raises:
        InvalidInputError: if `units` or `pieces` is not a positive integer.
    """

    def __init__(
        self,
        units: int,
        pieces: int = 2,
        *,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units, self.pieces = _positive("units", units), _positive("pieces", pieces)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Make the weights for inputs of the given shape."""
        d = input_shape[-1]

        def stack_of_kernels(shape, dtype=None):
            pieces = [
                self.kernel_initializer.clone()(shape[1:], dtype=dtype) for _ in range(shape[0])
            ]
            return ops.stack(pieces)

        self.kernel = self.add_weight(
            name="kernel", shape=(self.pieces, d, self.units), initializer=stack_of_kernels
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.pieces, self.units), initializer=self.bias_initializer
        )

    def call(self, x):
        """The outputs `(..., units)`."""
        maps = ops.einsum("...d,kdu->...ku", x, self.kernel) + self.bias  # (..., pieces, units)
        return ops.max(maps, axis=-2)

    def compute_output_shape(self, input_shape):
        """`(..., units)`."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


@_register
class UGRNNCell(keras.layers.Layer):
    """Update-gate recurrent cell (Collins, Sohl-Dickstein and Sussillo 2017): the least that still
    has a gate. Pass it to `keras.layers.RNN`.

        g = sigmoid(x W_g + h U_g + b_g)
        c = tanh(x W_c + h U_c + b_c)
        h' = g h + (1 - g) c

    Args:
        units: size of the state.
        gate_bias: first value of b_g: positive keeps the state at the start of training.

    Weights `kernel` `(d, 2 units)`, `recurrent_kernel` `(units, 2 units)`, `bias` `(2 units,)`, the
    gate in the first half; `2 units (units + d + 1)` numbers.

    Raises:
        InvalidInputError: if `units` is not a positive integer.
    """

    def __init__(self, units: int, *, gate_bias: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.units = _positive("units", units)
        self.gate_bias = float(gate_bias)
        self.state_size = self.output_size = self.units

    def build(self, input_shape):
        """Make the weights for inputs of the given shape."""
        d, n = input_shape[-1], self.units

        def bias(shape, dtype=None):
            gate = ops.full((n,), self.gate_bias, dtype=dtype)
            return ops.concatenate([gate, ops.zeros((n,), dtype=dtype)])

        self.kernel = self.add_weight(name="kernel", shape=(d, 2 * n))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(n, 2 * n), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(2 * n,), initializer=bias)
        self.built = True

    def call(self, inputs, states, training=False):
        """One step: the output `(n, units)` and the new state."""
        (h,) = states if isinstance(states, list | tuple) else (states,)
        z = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        gate = ops.sigmoid(z[:, : self.units])
        h = gate * h + (1 - gate) * ops.tanh(z[:, self.units :])
        return h, [h]

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {**super().get_config(), "units": self.units, "gate_bias": self.gate_bias}


@_register
class SoftWindowCell(keras.layers.Layer):
    """LSTM cell that reads a text through a window which only moves forwards (Graves 2013,
    equations 46 to 51).

    The text does not change from step to step: it is carried along as one more state, flattened,
    and handed on as it came. `SoftWindow` makes the states and runs the cell.

    Args:
        units: size of the LSTM.
        memory_shape: `(u, v)`, symbols of the text and numbers of each.
        components: Gaussians of the window.
        step_bias: first bias of the logarithm of the window's steps. At 0 it runs off the text
            before it has learned anything; log of symbols per step is a good start.
        return_weights: append the window's weights `(n, u)` to the output.

    Output `(n, units + v)`, the LSTM's output and what the window shows, and the weights if asked
    for. States: h, c, places of the Gaussians `(n, components)`, what the window showed `(n, v)`,
    the text `(n, u v)`. The first symbol stands at place 0.

    Raises:
        InvalidInputError: if a size is not a positive integer.
    """

    def __init__(
        self,
        units: int,
        memory_shape: tuple[int, int],
        components: int = 10,
        *,
        step_bias: float = -2.0,
        return_weights: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units, self.components = _positive("units", units), _positive("components", components)
        self.memory_shape = tuple(_positive("memory_shape", side) for side in memory_shape)
        self.step_bias, self.return_weights = float(step_bias), bool(return_weights)
        u, v = self.memory_shape
        self.lstm = keras.layers.LSTMCell(self.units, name="lstm")
        self.window = keras.layers.Dense(3 * self.components, name="window")
        self.state_size = [self.units, self.units, self.components, v, u * v]
        self.output_size = self.units + v + (u if return_weights else 0)

    def build(self, input_shape):
        """Make the weights for inputs of the given shape."""
        v, k = self.memory_shape[1], self.components
        self.lstm.build((None, input_shape[-1] + v))
        self.window.build((None, self.units))
        self.window.bias.assign(np.repeat([0.0, 0.0, self.step_bias], k))
        self.built = True

    def call(self, inputs, states, training=False):
        """One step: the output and the new states."""
        h, c, place, seen, text = states
        u, v = self.memory_shape
        h, (h, c) = self.lstm(ops.concatenate([inputs, seen], axis=-1), [h, c])
        height, sharpness, step = ops.split(ops.exp(self.window(h)), 3, axis=-1)  # (n, k) each
        place = place + step
        gap = place[..., None] - ops.cast(ops.arange(u), place.dtype)  # (n, k, u)
        weights = ops.sum(height[..., None] * ops.exp(-sharpness[..., None] * gap**2), axis=1)
        seen = ops.squeeze(ops.matmul(weights[:, None], ops.reshape(text, (-1, u, v))), 1)
        parts = [h, seen, weights] if self.return_weights else [h, seen]
        return ops.concatenate(parts, axis=-1), [h, c, place, seen, text]

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "memory_shape": self.memory_shape,
            "components": self.components,
            "step_bias": self.step_bias,
            "return_weights": self.return_weights,
        }


@_register
class SoftWindow(keras.layers.Layer):
    """Runs a `SoftWindowCell` over sequences, each beside its own text.

    Call it as `layer([x, text])` with x `(n, t, d)` and text `(n, u, v)`; the output is `(n, t,
    units + v)`, with the window's weights `(n, t, u)` appended if the cell returns them.

    Args:
        cell: the cell.
        return_state: return the cell's last states too, to go on from.
    """

    def __init__(self, cell: SoftWindowCell, *, return_state: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.cell, self.return_state = cell, return_state
        self.rnn = keras.layers.RNN(
            cell, return_sequences=True, return_state=return_state, name="rnn"
        )

    def build(self, input_shape):
        """Make the cell's weights."""
        self.rnn.build(tuple(input_shape[0]))
        self.built = True

    def first_states(self, x, text) -> list:
        """Zeros, and the text in its state."""
        one = ops.zeros_like(x[:, 0, :1])  # (n, 1), of the batch's size
        zeros = [ops.repeat(one, size, axis=1) for size in self.cell.state_size[:-1]]
        return [*zeros, ops.reshape(ops.cast(text, x.dtype), (-1, self.cell.state_size[-1]))]

    def call(self, inputs, initial_state=None, training=False):
        """The outputs of all steps, and the states if asked for."""
        x, text = inputs
        states = self.first_states(x, text) if initial_state is None else initial_state
        return self.rnn(x, initial_state=states, training=training)

    def compute_output_shape(self, input_shape):
        """`(n, t, output_size)`, followed by those of the states if they are returned."""
        n, t = input_shape[0][:2]
        out = (n, t, self.cell.output_size)
        return [out, *((n, size) for size in self.cell.state_size)] if self.return_state else out

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
            "return_state": self.return_state,
        }

    @classmethod
    def from_config(cls, config: dict) -> SoftWindow:
        """The layer of a configuration."""
        return cls(keras.saving.deserialize_keras_object(config.pop("cell")), **config)


@_register
class LocalResponseNormalization(keras.layers.Layer):
    """Each map divided by what its neighbours answer at the same place (Krizhevsky et al. 2012,
    section 3.3): `x_i / (k + alpha * sum of x_j^2 over the n maps around i) ** beta`.

    Args:
        n: maps that count as neighbours, the map itself in the middle.
        k, alpha, beta: constants; the defaults are the paper's.

    Shapes: `(b, h, w, c)` to the same. It has no weights.
    """

    def __init__(
        self, n: int = 5, *, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kw
    ):
        super().__init__(**kw)
        self.n, self.k, self.alpha, self.beta = n, k, alpha, beta

    def call(self, x):
        """Divide."""
        before, maps = self.n // 2, x.shape[-1]
        around = ops.pad(x * x, ((0, 0), (0, 0), (0, 0), (before, self.n - 1 - before)))
        total = sum(around[..., shift : shift + maps] for shift in range(self.n))
        return x / (self.k + self.alpha * total) ** self.beta

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return super().get_config() | {
            name: getattr(self, name) for name in ("n", "k", "alpha", "beta")
        }


@_register
class BinaryCode(keras.layers.Layer):
    """Logits become bits: 1 where the probability `sigmoid(x)` is at least a half, otherwise 0.

    A step has no slope to learn by, so training takes another way:

    - "straight-through" (Hinton 2012, Bengio et al. 2013): bits go up, and the gradient comes down
      as if they had been `sigmoid(x)`;
    - "noise" (Salakhutdinov and Hinton 2009): `sigmoid(x + noise)` goes up, and a unit that wants
      to be heard through the noise learns large logits;
    - "none": `sigmoid(x)` goes up, and nothing asks for a decision.

    Args:
        training: how it is trained, one of the three above. With `training=False` each gives bits.
        noise: standard deviation of the noise.
        seed: of the noise.

    Shapes: `(..., d)` to the same. It has no weights.

    Raises:
        InvalidInputError: if `training` is another word.
    """

    def __init__(
        self,
        training: str = "straight-through",
        *,
        noise: float = 4.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if training not in ("straight-through", "noise", "none"):
            raise InvalidInputError(
                f'`training` must be "straight-through", "noise" or "none". Received: {training!r}'
            )
        self.training, self.noise, self.seed = training, float(noise), seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        """The code."""
        x = ops.convert_to_tensor(x)
        bits = ops.cast(x >= 0, x.dtype)
        if not training:
            return bits
        if self.training == "straight-through":
            soft = ops.sigmoid(x)
            return soft + ops.stop_gradient(bits - soft)
        if self.training == "noise":
            x = x + self.noise * keras.random.normal(
                ops.shape(x), dtype=x.dtype, seed=self.generator
            )
        return ops.sigmoid(x)

    def compute_output_shape(self, input_shape):
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return super().get_config() | {
            name: getattr(self, name) for name in ("training", "noise", "seed")
        }


def _positive(name: str, value) -> int:
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise InvalidInputError(f"`{name}` must be a positive integer. Received: {name}={value}")
    return int(value)
