"""The playground as a notebook widget: controls on the left, decision region and loss curves on the
right."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.playground.network import ACTIVATIONS
from coursekit.playground.trainer import DATA, PENALTIES, Settings, Trainer
from coursekit.plots import GREY, PALETTE, img_tag, subplots, tidy
from coursekit.plots.regions import around, draw_regions

MAX_LAYERS, MAX_UNITS = 4, 8
STEPS_PER_FRAME = 20
_PAUSE = 0.03  # seconds in which the kernel can hear the buttons
_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_STRENGTHS = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1)


class Playground(widgets.HBox):
    """Choose data and network, press play, watch. Every change of a control starts afresh.

    Args:
        **settings: where to start, as in `Settings`.

    Attributes:
        trainer: the `Trainer` at work.
        playing: whether frames follow one another by themselves.

    Raises:
        InvalidInputError: as `Settings`.
    """

    def __init__(self, **settings: Any):
        start = Settings(**settings)
        self.trainer, self.playing, self._task = Trainer(start), False, None
        self.controls = _controls(start)
        self.buttons = {
            name: widgets.Button(description=text, icon=icon, layout=widgets.Layout(width="86px"))
            for name, text, icon in (
                ("play", "Play", "play"),
                ("pause", "Pause", "pause"),
                ("step", "Step", "step-forward"),
                ("reset", "Reset", "refresh"),
            )
        }
        for name, button in self.buttons.items():
            button.on_click(partial(self._pressed, name))
        for control in self.controls.values():
            control.observe(self._changed, names="value")
        self.picture = widgets.HTML()
        self.status = widgets.HTML()
        rows = widgets.VBox(list(self.controls.values()))
        left = widgets.VBox([widgets.HBox(list(self.buttons.values())), rows, self.status])
        super().__init__([left, self.picture])
        self.draw()

    def play(self) -> None:
        """Train frame by frame until `pause`. Needs a running event loop, as a notebook has;
        without one, takes one frame."""
        if self.playing:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.step()
            return
        self.playing = True
        self._task = loop.create_task(self._run())

    def pause(self) -> None:
        """Stop after the frame at hand."""
        self.playing = False

    def step(self, count: int = STEPS_PER_FRAME) -> None:
        """Take `count` training steps and draw."""
        self.trainer.step(count)
        self.trainer.record()
        self.draw()

    def reset(self) -> None:
        """Stop, and start again with the settings that the controls show."""
        self.pause()
        self.trainer = Trainer(self.settings())
        self.draw()

    def settings(self) -> Settings:
        """The settings that the controls show now."""
        values = {name: control.value for name, control in self.controls.items()}
        hidden = (values.pop("units"),) * values.pop("layers")
        kept = {
            name: getattr(self.trainer.settings, name)
            for name in ("n", "optimizer", "batch_size", "test_share", "seed")
        }
        return Settings(**values, hidden=hidden, **kept)

    def draw(self) -> None:
        """Draw the network as it is now."""
        trainer = self.trainer
        fig, (left, right) = subplots(1, 2, size=(8.4, 3.9))
        x, y = trainer.x_train, trainer.y_train
        draw_regions(
            trainer.network,
            x,
            y,
            soft=True,
            limits=around(x),
            resolution=60,
            title=f"step {trainer.steps}",
            ax=left,
        )
        left.set(xlabel="$x_1$", ylabel="$x_2$")
        steps, train, test = np.array(trainer.history).T
        tidy(right).plot(steps, train, "-", color=PALETTE[0], label="training")
        right.plot(steps, test, "--", color=PALETTE[1], label="test")
        right.axhline(np.log(2), color=GREY, lw=0.8, ls=":")
        right.annotate(
            "guessing", (steps[-1], np.log(2)), ha="right", va="bottom", fontsize=8, color=GREY
        )
        right.set(xlabel="training steps", ylabel="loss", ylim=(0, None))
        right.legend(fontsize=8, loc="lower left")
        on_train, on_test = trainer.accuracy()
        layers = ", ".join(map(str, trainer.settings.hidden)) or "none"
        self.picture.value = img_tag(
            fig,
            f"Decision region of a network with hidden layers {layers} on the "
            f"{trainer.settings.data} data after {trainer.steps} "
            f"steps, and its loss curves, which end at {train[-1]:.2f} in training and "
            f"{test[-1]:.2f} in the test.",
            dpi=80,
        )
        self.status.value = (
            f"<b>{trainer.network.parameters}</b> parameters. Right on <b>{on_train:.0%}</b> "
            f"of the training points, "
            f"<b>{on_test:.0%}</b> of the test points."
        )

    def _pressed(self, name: str, _: Any) -> None:
        getattr(self, name)()

    def _changed(self, _: Any) -> None:
        self.reset()

    async def _run(self) -> None:
        try:
            while self.playing:
                self.step()
                await asyncio.sleep(_PAUSE)
        finally:
            self.playing = False


def _controls(start: Settings) -> dict[str, widgets.Widget]:
    """One control per choice, in the order in which they are shown."""
    look = {
        "style": {"description_width": "95px"},
        "layout": widgets.Layout(width="340px"),
        "continuous_update": False,
    }
    drop = {key: look[key] for key in ("style", "layout")}

    def choice(text: str, options: Any, value: Any) -> widgets.Dropdown:
        return widgets.Dropdown(
            description=text, options=sorted({*options, value}), value=value, **drop
        )

    return {
        "data": widgets.Dropdown(description="data", options=list(DATA), value=start.data, **drop),
        "noise": widgets.FloatSlider(
            description="noise", min=0, max=0.5, step=0.05, value=start.noise, **look
        ),
        "layers": widgets.IntSlider(
            description="hidden layers", min=0, max=MAX_LAYERS, value=len(start.hidden), **look
        ),
        "units": widgets.IntSlider(
            description="units in each",
            min=1,
            max=MAX_UNITS,
            value=max(start.hidden, default=4),
            **look,
        ),
        "activation": widgets.Dropdown(
            description="activation", options=list(ACTIVATIONS), value=start.activation, **drop
        ),
        "learning_rate": choice("learning rate", _RATES, start.learning_rate),
        "penalty": widgets.Dropdown(
            description="penalty", options=list(PENALTIES), value=start.penalty, **drop
        ),
        "strength": choice("its strength", _STRENGTHS, start.strength),
    }
