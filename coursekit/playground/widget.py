"""`Playground`, an anywidget. The network trains in the page, by playground.js beside this file;
Python gives settings, points and weights, and is told of every change."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import numpy as np

from coursekit._widgets import module, still_widget
from coursekit.errors import InvalidInputError
from coursekit.playground.network import Network
from coursekit.playground.settings import (
    DATA,
    FEATURES,
    REGRESSION,
    Settings,
    features,
    plain,
    points,
)
from coursekit.playground.structure import read_mlp
from coursekit.plots import img_tag, subplots
from coursekit.plots.regions import around, draw_regions

_StillWidget = still_widget()  # says what to install where anywidget is missing

import traitlets  # noqa: E402

_HERE = Path(__file__).parent


class Playground(_StillWidget):
    """Choose data and network, press Play, watch it train; change its weights by hand.

    Args:
        model: None for a network of the playground's own, or a built Keras MLP of Dense layers with
            one output (a logit, a probability, a number) or two (logits or probabilities). Its
            weights are taken, and what they become in the page is written back into it.
        **settings: where to start, as in `Settings`. With `model`, its structure stands and
            `hidden` and `activation` are not given; `features` are as many as it has inputs.

    Attributes:
        current: the `Settings` that the page shows.
        model: the Keras model, or None.
        steps: training steps so far.
        settings, points, fixed, weights, picture: what the page is told (synchronised traits);
            `weights` are nested lists in the order of `model.get_weights()`.

    Raises:
        InvalidInputError: as `Settings` and `read_mlp`.
        MissingDependencyError: if anywidget is not installed.

    A change of data, features or layers starts afresh; of rate, penalty, batch size or noise it
    does not. Works in Jupyter, VS Code and Colab.
    """

    _esm = module(_HERE / "playground.js")
    _css = _HERE / "playground.css"
    settings = traitlets.Dict().tag(sync=True)
    points = traitlets.Dict().tag(sync=True)
    fixed = traitlets.Dict().tag(sync=True)
    weights = traitlets.List().tag(sync=True)
    steps = traitlets.Int(0).tag(sync=True)
    picture = traitlets.Unicode("").tag(sync=True)  # PNG as the page last drew it, a data address

    def __init__(self, model: Any = None, **settings: Any):
        fixed: dict[str, Any] = {}
        if model is None:
            start = Settings(**settings)
            network = Network(
                start.hidden, start.activation, inputs=len(start.features), seed=start.seed
            )
            pairs = zip(network.weights, network.biases, strict=True)
            weights = [p.tolist() for pair in pairs for p in pair]
        else:
            start, fixed, weights = _bound(model, settings)
        self.model = model
        super().__init__(
            settings=plain(start),
            points=points(start),
            fixed=fixed,
            weights=weights,
        )
        self.observe(self._told, names=["weights", "settings", "picture"])

    @property
    def current(self) -> Settings:
        """The settings that the page shows now."""
        return Settings(**self.settings)

    def answer(self, x: np.ndarray) -> np.ndarray:
        """What the network as it stands in the page says of points `(n, 2)`: the probability of
        class 1 or, for regression data, the number, `(n,)`."""
        values = features(x, self.current.features)
        arrays = [np.asarray(w, dtype=float) for w in self.weights]
        layers = self.fixed["layers"] if self.fixed else None
        for index in range(0, len(arrays) - 2, 2):
            name = layers[index // 2]["activation"] if layers else self.current.activation
            values = _ACTIVATE[name](values @ arrays[index] + arrays[index + 1])
        z = values @ arrays[-2] + arrays[-1]
        if self.current.data in REGRESSION:
            return z[:, 0]
        return _ACTIVATE["sigmoid"](z[:, 1] - z[:, 0] if z.shape[1] == 2 else z[:, 0])

    def still_html(self) -> str:
        """The picture of the page, or before there is one, what the network says of the plane."""
        s = self.current
        alt = (
            f"What a network with hidden layers {', '.join(map(str, self._hidden())) or 'none'} "
            f"says of the plane after {self.steps} steps on the {s.data} points."
        )
        if self.picture:
            return f'<img src="{self.picture}" alt="{html.escape(alt)}" style="max-width:100%">'
        x, y = DATA[s.data][1](s.n, noise=s.noise, seed=s.seed)
        fig, ax = subplots(1, 1, size=(4.2, 3.9))
        if s.data in REGRESSION:
            ax.scatter(*x.T, c=y, cmap="RdBu", vmin=-1, vmax=1, s=12)
        else:
            draw_regions(self.answer, x, y, soft=True, limits=around(x), resolution=60, ax=ax)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        return img_tag(fig, alt, dpi=80)

    def _hidden(self) -> list[int]:
        return [len(bias) for bias in self.weights[1:-2:2]]

    def _told(self, change: dict[str, Any]) -> None:
        if change["name"] == "weights" and self.model is not None:
            self.model.set_weights([np.asarray(w) for w in self.weights])
        elif change["name"] == "picture":
            self._refresh_still()


_ACTIVATE = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(0.5 * z)),
    "linear": lambda z: z,
}


def _bound(model: Any, given: dict[str, Any]) -> tuple[Settings, dict[str, Any], list]:
    """Settings, structure and weights of a student's model."""
    twice = [name for name in ("hidden", "activation") if name in given]
    if twice:
        raise InvalidInputError(
            f"With a model, its own structure stands. Received: {twice[0]}={given[twice[0]]!r}. "
            "Leave it out."
        )
    layers = read_mlp(model)
    inputs = int(np.prod(model.input_shape[1:]))
    if inputs > len(FEATURES):
        raise InvalidInputError(
            f"Expected a model of 1 to {len(FEATURES)} inputs. Received: {inputs} inputs."
        )
    given.setdefault("features", tuple(FEATURES)[:inputs])
    start = Settings(**given, hidden=())
    if len(start.features) != inputs:
        raise InvalidInputError(
            f"Expected as many features as the model has inputs, {inputs}. Received: "
            f"features={start.features}."
        )
    top = layers[-1]
    regression = (top["units"], top["activation"]) == (1, "linear")
    if start.data in REGRESSION and not regression:
        raise InvalidInputError(
            f"Expected one linear output for {start.data!r}. Received: {top['units']} outputs "
            f"with activation {top['activation']!r}."
        )
    weights = [np.asarray(w, dtype=float).tolist() for w in model.get_weights()]
    return start, {"layers": layers, "regression": regression, "weights": weights}, weights
