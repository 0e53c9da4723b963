"""A fully connected network for two classes in NumPy: small enough that a training step takes well
under a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.errors import InvalidInputError

ACTIVATIONS: dict[
    str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]
] = {
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype)),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "sigmoid": (lambda z: 0.5 * (1 + np.tanh(0.5 * z)), lambda a: a * (1 - a)),
    "linear": (lambda z: z, np.ones_like),
}
"""Name -> the function, and its derivative written in terms of its output."""


class Network:
    """Layers of units with one sigmoid unit on top, which gives the probability of class 1.

    Args:
        hidden: units per hidden layer, from the input upwards; empty for a single sigmoid unit.
        activation: of the hidden units, a key of `ACTIVATIONS`.
        inputs: numbers per row.
        seed: of the first weights, which are normal with variance 2/m for ReLU and 1/m otherwise, m
            inputs per unit.

    Attributes:
        weights: one array `(units below, units)` per layer, float64.
        biases: one array `(units,)` per layer, zero at the start.

    Raises:
        InvalidInputError: if a layer has no unit, or the activation is unknown.
    """

    def __init__(
        self,
        hidden: Sequence[int] = (4,),
        activation: str = "tanh",
        *,
        inputs: int = 2,
        seed: int = 0,
    ):
        if any(units < 1 for units in (inputs, *hidden)):
            raise InvalidInputError(
                f"Every layer needs at least one unit. Received: inputs={inputs}, "
                f"hidden={tuple(hidden)}."
            )
        if activation not in ACTIVATIONS:
            raise InvalidInputError(
                f"`activation` must be one of {', '.join(ACTIVATIONS)}. Received: "
                f"activation={activation!r}."
            )
        self.sizes, self.activation = (inputs, *hidden, 1), activation
        rng = np.random.default_rng(seed)
        gain = 2 if activation == "relu" else 1
        pairs = list(zip(self.sizes, self.sizes[1:], strict=False))
        self.weights = [
            rng.normal(0, np.sqrt(gain / below), (below, units)) for below, units in pairs
        ]
        self.biases = [np.zeros(units) for units in self.sizes[1:]]
        self._moments, self._steps = (
            [(np.zeros_like(p), np.zeros_like(p)) for p in (*self.weights, *self.biases)],
            0,
        )

    @property
    def parameters(self) -> int:
        """How many numbers are learned, weights and biases together."""
        return sum(p.size for p in (*self.weights, *self.biases))

    def forward(self, x: np.ndarray) -> list[np.ndarray]:
        """What every layer gives, from the input `(n, inputs)` to the weighted sum of the top unit
        `(n, 1)`."""
        function, _ = ACTIVATIONS[self.activation]
        outputs = [np.asarray(x, dtype=float)]
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            outputs.append(function(outputs[-1] @ w + b))
        outputs.append(outputs[-1] @ self.weights[-1] + self.biases[-1])
        return outputs

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Probability of class 1 of each row, `(n,)`."""
        return ACTIVATIONS["sigmoid"][0](self.forward(x)[-1][:, 0])

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Mean of -log(probability of the right class), without penalty.

        Args:
            x: rows `(n, inputs)`.
            y: classes `(n,)`, 0 or 1.
        """
        z = self.forward(x)[-1][:, 0]
        return float(np.mean(np.logaddexp(0, np.where(np.asarray(y) > 0, -z, z))))

    def gradients(
        self, x: np.ndarray, y: np.ndarray, *, l1: float = 0.0, l2: float = 0.0
    ) -> list[np.ndarray]:
        """Slopes of the loss, plus `l1 * sum |w|` and `l2/2 * sum w^2` over the weights, in every
        weight, then in every bias."""
        outputs = self.forward(x)
        _, derivative = ACTIVATIONS[self.activation]
        delta = (
            ACTIVATIONS["sigmoid"][0](outputs[-1]) - np.asarray(y, dtype=float)[:, None]
        ) / len(outputs[0])
        slopes, bias_slopes = [], []
        for layer in reversed(range(len(self.weights))):
            w = self.weights[layer]
            slopes.insert(0, outputs[layer].T @ delta + l1 * np.sign(w) + l2 * w)
            bias_slopes.insert(0, delta.sum(axis=0))
            if layer:
                delta = (delta @ w.T) * derivative(outputs[layer])
        return slopes + bias_slopes

    def step(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        rate: float,
        l1: float = 0.0,
        l2: float = 0.0,
        optimizer: str = "adam",
    ) -> None:
        """Change weights and biases once, downhill on the loss of these rows.

        Args:
            x: rows `(n, inputs)`.
            y: classes `(n,)`, 0 or 1.
            rate: learning rate.
            l1: weight of the sum of sizes.
            l2: weight of half the sum of squares.
            optimizer: "adam" (Kingma and Ba 2015, with its usual constants) or "sgd".
        """
        self._steps += 1
        slopes = self.gradients(x, y, l1=l1, l2=l2)
        for p, slope, (mean, square) in zip(
            (*self.weights, *self.biases), slopes, self._moments, strict=True
        ):
            if optimizer == "sgd":
                p -= rate * slope
                continue
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            p -= (
                rate
                * (mean / (1 - 0.9**self._steps))
                / (np.sqrt(square / (1 - 0.999**self._steps)) + 1e-8)
            )
