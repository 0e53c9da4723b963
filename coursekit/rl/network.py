"""Dense networks from what is seen to the value of every action, in NumPy: to act with, and to
learn with where a step takes less time than a framework needs to start one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from coursekit.errors import InvalidInputError


class QNetwork:
    """Dense layers with ReLUs between them; the last gives one value for each action.

    Args:
        observation_shape: of one observation; more than one axis is laid out in a row.
        num_actions: values that come out.
        hidden: units of each hidden layer; none makes the network linear.
        seed: of the starting weights (Glorot's, as Keras has them).

    Attributes:
        parameters: all weights in one float32 vector.
        weights: the same as arrays, kernel `(below, units)` and bias `(units,)` by turns, in the
            order of Keras's `get_weights()`: views, so that a change of one is one of the other.
    """

    def __init__(
        self,
        observation_shape: tuple[int, ...],
        num_actions: int,
        hidden: Sequence[int] = (64,),
        *,
        seed: int = 0,
    ):
        self.observation_shape = tuple(observation_shape)
        self.sizes = (math.prod(self.observation_shape), *map(int, hidden), int(num_actions))
        if min(self.sizes) < 1:
            raise InvalidInputError(
                f"Layers must have at least one unit. Received: {self.observation_shape}, "
                f"{tuple(hidden)}, {num_actions}"
            )
        pairs = list(zip(self.sizes, self.sizes[1:], strict=False))
        self.parameters = np.zeros(sum((a + 1) * b for a, b in pairs), np.float32)
        self.weights = self.views(self.parameters)
        rng = np.random.default_rng(seed)
        for kernel in self.weights[::2]:
            limit = np.sqrt(6 / sum(kernel.shape))
            kernel[:] = rng.uniform(-limit, limit, kernel.shape)

    def views(self, vector: np.ndarray) -> list[np.ndarray]:
        """A vector as long as `parameters`, seen as arrays of the shapes of `weights`."""
        views, at = [], 0
        for below, units in zip(self.sizes, self.sizes[1:], strict=False):
            for shape in ((below, units), (units,)):
                end = at + math.prod(shape)
                views.append(vector[at:end].reshape(shape))
                at = end
        return views

    def copy(self) -> QNetwork:
        """A network of its own with the weights of now."""
        new = QNetwork(self.observation_shape, self.sizes[-1], self.sizes[1:-1])
        new.parameters[:] = self.parameters
        return new

    def load(self, weights: Sequence[np.ndarray]) -> None:
        """Take arrays in the shapes of `weights`."""
        for mine, theirs in zip(self.weights, weights, strict=True):
            mine[:] = theirs

    def layers(self, x: np.ndarray) -> list[np.ndarray]:
        """Everything from the input, as rows, to the values `(n, actions)`."""
        found = [np.asarray(x, np.float32).reshape(len(x), -1)]
        last = len(self.weights) - 2
        for place in range(0, len(self.weights), 2):
            z = found[-1] @ self.weights[place] + self.weights[place + 1]
            found.append(z if place == last else np.maximum(z, 0, out=z))
        return found

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Values `(n, actions)` of observations `(n, ...)`."""
        return self.layers(x)[-1]

    def hidden(self, x: np.ndarray) -> np.ndarray:
        """The last hidden layer `(n, units)`; the input itself where there is none."""
        return self.layers(x)[-2]

    def gradient(self, layers: list[np.ndarray], slope: np.ndarray) -> np.ndarray:
        """Slopes of the parameters, as one vector, from those of the values.

        Args:
            layers: what `layers` gave.
            slope: dL/dq `(n, actions)`.
        """
        out = np.empty_like(self.parameters)
        views = self.views(out)
        slope = np.asarray(slope, np.float32)
        for place in range(len(views) - 2, -1, -2):
            below = layers[place // 2]
            np.matmul(below.T, slope, out=views[place])
            slope.sum(axis=0, out=views[place + 1])
            if place:
                slope = (slope @ self.weights[place].T) * (below > 0)
        return out


class Adam:
    """Kingma and Ba's steps on one vector, as Keras takes them."""

    def __init__(self, size: int, rate: float):
        self.rate, self.turn = rate, 0
        self._mean = np.zeros(size, np.float32)
        self._square = np.zeros(size, np.float32)
        self._work = np.empty(size, np.float32)

    def step(self, parameters: np.ndarray, gradient: np.ndarray) -> None:
        """Move `parameters` against `gradient`, in place."""
        self.turn += 1
        work = self._work  # all in place: a step is short, and new arrays would be half of it
        self._mean *= np.float32(0.9)
        self._mean += np.multiply(gradient, np.float32(0.1), out=work)
        self._square *= np.float32(0.999)
        np.multiply(gradient, gradient, out=work)
        work *= np.float32(0.001)
        self._square += work
        np.sqrt(self._square, out=work)
        work += np.float32(1e-7)
        np.divide(self._mean, work, out=work)
        rate = self.rate * math.sqrt(1 - 0.999**self.turn) / (1 - 0.9**self.turn)
        work *= np.float32(rate)
        parameters -= work
