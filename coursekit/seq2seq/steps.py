"""A decoder in NumPy, one symbol at a time: what greedy and beam search call thousands of times."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, log_softmax, softmax

State = tuple[np.ndarray, ...]


class Steps:
    """A copy of a decoder's weights that takes one step in time.

    Args:
        weights: arrays by the names of the layers, as Keras holds them: "symbols" (the table of
            the symbols), "lstm_0", "lstm_1", ..., "logits", and with attention "combine" and, if
            its scores are additive, "query", "key" and "score".

    A state is `(h_0, c_0, h_1, c_1, ...)`, each `(n, units)`; with attention it goes on with the
    memory `(n, s, units)` and with 1 where the memory holds something, 0 elsewhere, `(n, s)`.
    """

    def __init__(self, weights: Mapping[str, list[np.ndarray]]):
        self.weights = {
            name: [np.asarray(part, np.float32) for part in parts]
            for name, parts in weights.items()
        }
        self.layers = sum(name.startswith("lstm_") for name in weights)
        self.looks_back = "combine" in weights

    def __call__(self, symbols, state: State) -> tuple[np.ndarray, State, np.ndarray | None]:
        """One step.

        Args:
            symbols: integers `(n,)`, what was written last.
            state: of `n` rows; it is not changed.

        Returns:
            Log-probabilities `(n, symbols)` of what comes next, the new state, and the weights of
            the attention `(n, s)` or None.
        """
        x = self.weights["symbols"][0][np.asarray(symbols)]
        new = list(state)
        for k in range(self.layers):
            new[2 * k], new[2 * k + 1] = lstm(x, *state[2 * k : 2 * k + 2], self[f"lstm_{k}"])
            x = new[2 * k]
        looked = None
        if self.looks_back:
            x, looked = self._look_back(x, *state[2 * self.layers :])
        kernel, bias = self["logits"]
        return log_softmax(x @ kernel + bias, axis=-1), tuple(new), looked

    def __getitem__(self, name: str) -> list[np.ndarray]:
        return self.weights[name]

    def _look_back(self, x, memory, there):
        if "score" in self.weights:
            keys = memory @ self["key"][0]
            scores = (np.tanh((x @ self["query"][0])[:, None] + keys) @ self["score"][0])[..., 0]
        else:
            scores = np.einsum("nd,nsd->ns", x, memory) / np.sqrt(np.float32(memory.shape[-1]))
        looked = softmax(np.where(there > 0, scores, -np.inf), axis=-1)
        seen = np.einsum("ns,nsd->nd", looked, memory)
        kernel, bias = self["combine"]
        return np.tanh(np.concatenate([x, seen], axis=-1) @ kernel + bias), looked


def lstm(x, h, c, weights) -> tuple[np.ndarray, np.ndarray]:
    """One step of Keras's LSTM.

    Args:
        x: inputs `(n, d)`.
        h, c: states `(n, units)`.
        weights: kernel, recurrent kernel and bias; gates in Keras's order.

    Returns:
        The new `h` and `c`.
    """
    kernel, recurrent, bias = weights
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = expit(f) * c + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(c), c
