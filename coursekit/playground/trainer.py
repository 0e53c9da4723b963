"""A small network trained without a page, for a lab that needs a dozen of them."""

from __future__ import annotations

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.playground.network import Network
from coursekit.playground.settings import DATA, REGRESSION, Settings, features


class Trainer:
    """A network for two classes and its data.

    Args:
        settings: what to train; `Settings()` if None.

    Attributes:
        network: the `Network` in training.
        x_train, y_train, x_test, y_test: inputs `(n, features)` and classes `(n,)`.

    Raises:
        InvalidInputError: if the data are for regression.
    """

    def __init__(self, settings: Settings | None = None):
        self.settings = s = settings or Settings()
        if s.data in REGRESSION:
            raise InvalidInputError(f"A Trainer takes two classes. Received: data={s.data!r}.")
        x, y = DATA[s.data][1](s.n, noise=s.noise, seed=s.seed)
        x, cut = features(x, s.features), s.n - round(s.n * s.test_share)
        (self.x_train, self.x_test), (self.y_train, self.y_test) = (
            np.split(x, [cut]),
            np.split(y, [cut]),
        )
        self.network = Network(s.hidden, s.activation, inputs=len(s.features), seed=s.seed)
        self._rng, self._queue = np.random.default_rng(s.seed), np.zeros(0, dtype=int)

    def step(self, count: int = 1) -> None:
        """Take `count` training steps, each on the next `batch_size` training rows in shuffled
        order."""
        s = self.settings
        l1, l2 = (s.strength * (s.penalty == name) for name in ("l1", "l2"))
        size = min(s.batch_size, len(self.x_train))
        for _ in range(count):
            if len(self._queue) < size:
                self._queue = self._rng.permutation(len(self.x_train))
            rows, self._queue = np.split(self._queue, [size])
            self.network.step(
                self.x_train[rows],
                self.y_train[rows],
                rate=s.learning_rate,
                l1=l1,
                l2=l2,
                optimizer=s.optimizer,
            )

    def accuracy(self) -> tuple[float, float]:
        """Share of rows classified rightly, among training and among test rows."""
        pairs = ((self.x_train, self.y_train), (self.x_test, self.y_test))
        train, test = (float(np.mean((self.network(x) > 0.5) == (y > 0))) for x, y in pairs)
        return train, test
