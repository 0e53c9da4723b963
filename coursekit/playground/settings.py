"""What can be chosen in a playground, and the points that each choice of data stands for."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np

from coursekit import datasets
from coursekit.errors import InvalidInputError
from coursekit.playground.network import ACTIVATIONS

DATA = {
    "circles": ("Circles", datasets.make_circles),
    "moons": ("Moons", datasets.make_moons),
    "spiral": ("Spiral", datasets.make_spiral),
    "xor": ("Exclusive or", datasets.make_xor),
    "plane": ("Plane", datasets.make_plane),
    "hills": ("Hills", datasets.make_hills),
}
"""Name -> its title and its function in `coursekit.datasets`. The last two are for regression."""
REGRESSION = ("plane", "hills")

FEATURES = {
    "x1": lambda x: x[:, 0],
    "x2": lambda x: x[:, 1],
    "x1_squared": lambda x: x[:, 0] ** 2,
    "x2_squared": lambda x: x[:, 1] ** 2,
    "product": lambda x: x[:, 0] * x[:, 1],
    "sin_x1": lambda x: np.sin(np.pi * x[:, 0]),
    "sin_x2": lambda x: np.sin(np.pi * x[:, 1]),
}
"""Name -> what it makes of points `(n, 2)`. A test holds that the page makes the same of them."""

PENALTIES = ("none", "l1", "l2")
OPTIMIZERS = ("adam", "sgd")
MOST_LAYERS, MOST_UNITS = 4, 8


@dataclasses.dataclass(frozen=True)
class Settings:
    """What can be chosen.

    Args:
        data: a key of `DATA`.
        n: number of points.
        noise: as in `coursekit.datasets.make_circles`, 0 to 0.5.
        features: inputs of the network, keys of `FEATURES`.
        hidden: units of each hidden layer, at most four layers of eight.
        activation: of the hidden units, a key of `ACTIVATIONS`.
        learning_rate: length of a step.
        penalty: "none", "l1" (sum of sizes) or "l2" (half the sum of squares).
        strength: weight of the penalty.
        optimizer: "adam" or "sgd".
        batch_size: rows per step.
        test_share: share of the points kept for the test.
        seed: of points, first weights and order.
        speed: steps per picture.
        show_test: whether test points are shown.
        discretize: whether only the decision is shown.

    Raises:
        InvalidInputError: if a choice is unknown or a number is out of range; the message names it.
    """

    data: str = "circles"
    n: int = 400
    noise: float = 0.1
    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (4, 4)
    activation: str = "tanh"
    learning_rate: float = 0.03
    penalty: str = "none"
    strength: float = 0.001
    optimizer: str = "adam"
    batch_size: int = 32
    test_share: float = 0.5
    seed: int = 0
    speed: int = 5
    show_test: bool = False
    discretize: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(int(units) for units in self.hidden))
        object.__setattr__(self, "features", tuple(self.features))
        choices = {
            "data": DATA,
            "activation": ACTIVATIONS,
            "penalty": PENALTIES,
            "optimizer": OPTIMIZERS,
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                self._refuse(name, f"one of {', '.join(known)}")
        if not self.features or not set(self.features) <= set(FEATURES):
            self._refuse("features", f"some of {', '.join(FEATURES)}")
        for name in ("learning_rate", "batch_size", "speed"):
            if not getattr(self, name) > 0:
                self._refuse(name, "above 0")
        if self.strength < 0:
            self._refuse("strength", "0 or more")
        if not 0 <= self.noise <= 0.5:
            self._refuse("noise", "0 to 0.5")
        if len(self.hidden) > MOST_LAYERS or not all(1 <= u <= MOST_UNITS for u in self.hidden):
            self._refuse("hidden", f"at most {MOST_LAYERS} layers of 1 to {MOST_UNITS} units")
        if not 0 < self.test_share < 1 or not 1 <= round(self.n * self.test_share) < self.n:
            raise InvalidInputError(
                f"`test_share` must leave rows on both sides. Received: "
                f"test_share={self.test_share!r}, n={self.n!r}."
            )

    def _refuse(self, name: str, expected: str) -> None:
        raise InvalidInputError(
            f"`{name}` must be {expected}. Received: {name}={getattr(self, name)!r}."
        )

    def to_link(self) -> str:
        """The settings as the part of an address after `#`, as the site's playground reads it."""
        words = {
            name: ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            for name, value in dataclasses.asdict(self).items()
            if name != "n"
        }
        for name in ("show_test", "discretize"):
            words[name] = words[name].lower()
        return urlencode(words, safe=",")

    @classmethod
    def from_link(cls, link: str) -> Settings:
        """Read what `to_link` or the page's "Copy link" wrote.

        Raises:
            InvalidInputError: if a name or value in it is unknown.
        """
        known = {field.name: field.default for field in dataclasses.fields(cls)}
        found: dict[str, Any] = {}
        for name, (text, *_) in parse_qs(
            link.rpartition("#")[2], keep_blank_values=True, strict_parsing=True
        ).items():
            if name not in known:
                raise InvalidInputError(f"A link names one of {', '.join(known)}. Received: {name}")
            kind = type(known[name])
            try:
                if kind is bool:
                    found[name] = {"true": True, "false": False}[text]
                elif kind is tuple:
                    items = [item for item in text.split(",") if item]
                    found[name] = tuple(map(int, items) if name == "hidden" else items)
                else:
                    found[name] = kind(text)
            except (KeyError, ValueError):
                raise InvalidInputError(
                    f"A link must hold {kind.__name__} for {name}. Received: {name}={text}"
                ) from None
        return cls(**found)


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as the page takes them."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(settings).items()
    }


def features(x: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """The network's inputs `(n, len(names))` of points `(n, 2)`."""
    return np.stack([FEATURES[name](np.asarray(x, dtype=float)) for name in names], axis=1)


def points(settings: Settings) -> dict[str, dict[str, str]]:
    """Every data set as the page takes it, at the settings' size and seed.

    Noise is a Gaussian times its size, so points are `base + noise * direction`: two arrays
    `(n, 3)` of x1, x2 and target say all of them at once. Arrays are float32 in base64.
    """
    found = {}
    for name, (title, make) in DATA.items():
        (x0, y0), (x1, y1) = (make(settings.n, noise=s, seed=settings.seed) for s in (0.0, 1.0))
        base, moved = (np.column_stack(pair).astype(np.float64) for pair in ((x0, y0), (x1, y1)))
        found[name] = {
            "title": title,
            "kind": "regression" if name in REGRESSION else "classification",
            "base": _text(base),
            "direction": _text(moved - base),
        }
    return found


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")
