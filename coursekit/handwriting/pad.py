"""`PenPad`, an anywidget: write digits, type a number, and the writer goes on in your hand. Its
face is in pen.js and pen.css beside this file, with nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursekit._widgets import module, still_widget
from coursekit.datasets.sequences import from_offsets
from coursekit.errors import InvalidInputError
from coursekit.handwriting.own import own_line
from coursekit.handwriting.scribe import Scribe, Written
from coursekit.plots import img_tag, subplots
from coursekit.plots.overlays import draw_strokes
from coursekit.plots.style import GREY, PALETTE

_StillWidget = still_widget()  # says what to install where anywidget is missing

import traitlets  # noqa: E402

_HERE = Path(__file__).parent
_MOST_POINTS = 20_000  # of a drawing that a message may bring
_MOST_OWN, _MOST_TEXT = 6, 12  # symbols


class PenPad(_StillWidget):
    """Write a few digits, say which, type what is to follow: the writer reads your line point by
    point and goes on where you stopped, stroke by stroke, while a pointer walks along the text.

    Args:
        scribe: the writer.
        prime: offsets `(p, 3)` in pixels of a line to begin with, before anybody has written.
        prime_text: what it says.
        text: what is written on at first.
        bias: neatness at first.

    Attributes:
        result: the last `Written`, or None.
        written, message, answered: what the page is told (synchronised traits).

    Raises:
        MissingDependencyError: if anywidget is not installed.

    Works in Jupyter, VS Code and Colab.
    """

    _esm = module(_HERE / "pen.js")
    _css = _HERE / "pen.css"
    written = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)  # number of the last request that was answered
    bias = traitlets.Float(1.0).tag(sync=True)

    def __init__(
        self,
        scribe: Scribe,
        *,
        prime: np.ndarray | None = None,
        prime_text: str = "",
        text: str = "2026",
        bias: float = 1.0,
        **kwargs: Any,
    ):
        self.scribe, self.result = scribe, None
        super().__init__(bias=bias, **kwargs)
        self.go_on(prime, prime_text, text, bias=bias)
        self.on_msg(self._on_message)

    def go_on(
        self,
        prime: np.ndarray | None,
        prime_text: str,
        text: str,
        *,
        bias: float = 1.0,
        seed: int = 0,
        number: int = 0,
    ) -> Written:
        """Write on from a line and show it; see `Scribe.write`."""
        given = {} if prime is None else {"prime": prime, "prime_text": prime_text}
        self.result = self.scribe.write(text, **given, bias=bias, seed=seed)
        mine = [] if prime is None else from_offsets(prime)
        start = np.zeros(2) if prime is None else np.sum(prime[:, :2], axis=0)
        self._drawn = mine, [stroke + start for stroke in self.result.strokes()]
        with self.hold_sync():
            self.message, self.answered = "", number
            self.written = {
                "own": _plain(self._drawn[0]),
                "strokes": _plain(self._drawn[1]),
                "symbols": self.result.symbols().tolist(),
                "text": self.result.text,
                "known": self.result.known,
                "stopped": self.result.stopped,
            }
        return self.result

    def still_html(self) -> str:
        """The line and what was written on."""
        figure, ax = subplots(size=(7, 1.6))
        draw_strokes(ax, self._drawn[0], colour=GREY)
        draw_strokes(ax, self._drawn[1], colour=PALETTE[0])
        known, rest = self.result.text[: self.result.known], self.result.text[self.result.known :]
        alt = f"Handwriting: {known or 'nothing'} in a given hand, in grey, and behind it {rest}, "
        return img_tag(figure, alt + "written on by the network, in colour", dpi=80)

    def _on_message(self, widget: object, content: object, buffers: object) -> None:
        if not isinstance(content, Mapping) or content.get("kind") != "write":
            return
        number, seed = (_whole(content.get(key)) for key in ("number", "seed"))
        try:
            own, text, bias = _asked(content)
            prime = own_line(_strokes(content.get("strokes")), own) if own else None
            self.go_on(prime, own, text, bias=bias, seed=seed, number=number)
        except InvalidInputError as error:
            with self.hold_sync():
                self.message, self.answered = str(error), number
        self._refresh_still()


def _asked(content: Mapping) -> tuple[str, str, float]:
    own, text = (str(content.get(key) or "").strip().lower() for key in ("own", "text"))
    bias = content.get("bias")
    if isinstance(bias, bool) or not isinstance(bias, int | float) or not 0 <= bias <= 10:
        raise InvalidInputError(f"Expected a neatness from 0 to 10. Received: {bias!r}.")
    if len(own) > _MOST_OWN or len(text) > _MOST_TEXT:
        raise InvalidInputError(
            f"Expected up to {_MOST_OWN} digits of yours and {_MOST_TEXT} symbols to write. "
            f"Received: {len(own)} and {len(text)}."
        )
    return own, text, float(bias)


def _strokes(sent: object) -> list[np.ndarray]:
    """Strokes of a message of the page: lists of points [x, y]."""
    try:
        strokes = [np.asarray(stroke, float).reshape(-1, 2) for stroke in sent or ()]
    except (TypeError, ValueError):
        strokes = [np.full((1, 2), np.nan)]
    points = sum(map(len, strokes))
    if points > _MOST_POINTS or not all(np.isfinite(s).all() for s in strokes):
        raise InvalidInputError(
            f"Expected strokes of points [x, y], {_MOST_POINTS:,} points at most. Received: "
            f"{points:,} points. Clear the pad and write again."
        )
    return strokes


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _plain(strokes: Sequence[np.ndarray]) -> list:
    return [np.round(stroke, 2).tolist() for stroke in strokes]
