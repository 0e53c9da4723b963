"""`Duel`, an anywidget: play Breakout against a network, under whose eyes your own game is valued
frame by frame. Its face is in duel.js and duel.css beside this file, with nothing fetched from
elsewhere."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from coursekit._widgets import module, still_widget
from coursekit.errors import InvalidInputError
from coursekit.plots import PALETTE, img_tag, subplots
from coursekit.rl.network import QNetwork
from coursekit.rl.pixels import Breakout
from coursekit.rl.player import load_player, packed

_StillWidget = still_widget()  # says what to install where anywidget is missing

import traitlets  # noqa: E402

_HERE = Path(__file__).parent


class Duel(_StillWidget):
    """Your field on the left, the network's on the right, from the same start; under both the
    network's values of left, stay and right.

    The game runs in the page, so that no kernel has to keep pace with it.

    Args:
        player: a network for `Breakout`; the one that comes with the package if None.

    Attributes:
        result: bricks and lost balls of `you` and of the `network`, as the page last told them.

    Raises:
        InvalidInputError: if the network is not one for `Breakout`.
        MissingDependencyError: if anywidget is not installed.

    Works in Jupyter, VS Code and Colab.
    """

    _esm = module(_HERE / "duel.js")
    _css = _HERE / "duel.css"
    player = traitlets.Dict().tag(sync=True)
    result = traitlets.Dict().tag(sync=True)

    def __init__(self, player: QNetwork | None = None, **kwargs: Any):
        network = load_player() if player is None else player
        shape = (*network.observation_shape, network.sizes[-1])
        if shape != (*Breakout.observation_shape, Breakout.num_actions):
            raise InvalidInputError(
                f"Expected a network from observations {Breakout.observation_shape} to 3 values. "
                f"Received: {network.observation_shape} to {network.sizes[-1]}"
            )
        self._network = network
        told, weights = packed(network)
        text = base64.b64encode(weights).decode("ascii")
        super().__init__(player={**told, "weights": text}, **kwargs)

    def still_html(self) -> str:
        """A frame of the game, and the network's values of it."""
        world = Breakout(1, seed=3)
        seen = world.reset()
        for _ in range(3):
            seen = world.step(self._network(seen).argmax(axis=1)).observation
        q = self._network(seen)[0]
        figure, axes = subplots(1, 2, size=(5.6, 2.6))
        picture = np.max([seen[0, ..., c] * s for c, s in enumerate((0.8, 1.0, 0.35, 0.5))], axis=0)
        axes[0].imshow(picture, cmap="gray", vmin=0, vmax=1)
        axes[0].set_xticks([])
        axes[0].set_yticks([])
        axes[1].barh(("left", "stay", "right"), q, color=PALETTE[0])
        axes[1].invert_yaxis()
        axes[1].set(xlabel="value of the move")
        told = ", ".join(
            f"{name} {v:.2f}" for name, v in zip(("left", "stay", "right"), q, strict=True)
        )
        alt = f"A frame of Breakout on ten by ten fields, and the network's values: {told}"
        return img_tag(figure, alt, dpi=80)
