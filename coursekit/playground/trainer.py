"""What the playground does between two pictures: settings, data, training steps and the losses so
far."""

from __future__ import annotations

import dataclasses

import numpy as np

from coursekit import datasets
from coursekit.errors import InvalidInputError
from coursekit.playground.network import ACTIVATIONS, Network

DATA = {
    "circles": datasets.make_circles,
    "moons": datasets.make_moons,
    "spiral": datasets.make_spiral,
    "xor": datasets.make_xor,
}
PENALTIES = ("none", "l1", "l2")
OPTIMIZERS = ("adam", "sgd")


@dataclasses.dataclass(frozen=True)
class Settings:
    """What can be chosen. `hidden` holds the units of each hidden layer; `strength` is the weight
    of the penalty.

    Raises:
        InvalidInputError: if a choice is unknown or a number is out of range; the message names it.
    """

    data: str = "circles"
    n: int = 400
    noise: float = 0.1
    hidden: tuple[int, ...] = (4, 4)
    activation: str = "tanh"
    learning_rate: float = 0.03
    penalty: str = "none"
    strength: float = 0.001
    optimizer: str = "adam"
    batch_size: int = 32
    test_share: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(int(units) for units in self.hidden))
        choices = {
            "data": DATA,
            "activation": ACTIVATIONS,
            "penalty": PENALTIES,
            "optimizer": OPTIMIZERS,
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise InvalidInputError(
                    f"`{name}` must be one of {', '.join(known)}. Received: "
                    f"{name}={getattr(self, name)!r}."
                )
        for name in ("learning_rate", "batch_size"):
            if not getattr(self, name) > 0:
                raise InvalidInputError(
                    f"`{name}` must be above 0. Received: {name}={getattr(self, name)!r}."
                )
        if self.strength < 0:
            raise InvalidInputError(
                f"`strength` must be 0 or more. Received: strength={self.strength!r}."
            )
        if not 0 < self.test_share < 1 or not 1 <= round(self.n * self.test_share) < self.n:
            raise InvalidInputError(
                f"`test_share` must leave rows on both sides. Received: "
                f"test_share={self.test_share!r}, n={self.n!r}."
            )


class Trainer:
    """A network, its data and its history. Nothing here draws.

    Args:
        settings: what to train; `Settings()` if None.

    Attributes:
        network: the `Network` in training.
        x_train, y_train, x_test, y_test: points `(n, 2)` and classes `(n,)`.
        history: one tuple `(step, training loss, test loss)` per `record()`; the first is from
            before training.
        steps: training steps so far.
    """

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or Settings()
        self.reset()

    def reset(self) -> None:
        """Draw data and first weights again, and forget the history."""
        s = self.settings
        x, y = DATA[s.data](s.n, noise=s.noise, seed=s.seed)
        cut = s.n - round(s.n * s.test_share)
        self.x_train, self.x_test = np.split(x.astype(float), [cut])
        self.y_train, self.y_test = np.split(y, [cut])
        self.network = Network(s.hidden, s.activation, seed=s.seed)
        self._rng, self._queue, self.steps = (
            np.random.default_rng(s.seed),
            np.zeros(0, dtype=int),
            0,
        )
        self.history: list[tuple[int, float, float]] = []
        self.record()

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
            self.steps += 1

    def record(self) -> None:
        """Add the losses as they are now to the history."""
        pairs = ((self.x_train, self.y_train), (self.x_test, self.y_test))
        self.history.append((self.steps, *(self.network.loss(x, y) for x, y in pairs)))

    def accuracy(self) -> tuple[float, float]:
        """Share of rows classified rightly, among training and among test rows."""
        pairs = ((self.x_train, self.y_train), (self.x_test, self.y_test))
        train, test = (float(np.mean((self.network(x) > 0.5) == (y > 0))) for x, y in pairs)
        return train, test
