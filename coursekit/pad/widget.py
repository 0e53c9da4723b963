"""`DigitPad`, an anywidget: its face is in digit_pad.js and digit_pad.css beside this file, with
nothing fetched from elsewhere."""

from __future__ import annotations

import base64
import binascii
import html
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coursekit._widgets import module, still_widget
from coursekit.errors import InvalidInputError
from coursekit.pad.reading import Reading, check_classifiers, read_drawing

_StillWidget = still_widget()  # says what to install where anywidget is missing

import traitlets  # noqa: E402

_HERE = Path(__file__).parent
_MAX_SIDE = 1024  # pixels of a drawing that a message may bring


class DigitPad(_StillWidget):
    """Draw a digit with mouse, finger, pen or keys; every classifier answers while you draw and
    after each stroke.

    Args:
        classifiers: name -> fitted classifier with `predict_proba` or `decision_function`, or a
            function from uint8 images `(1, 28, 28)` to scores `(1, 10)`. A change of what a name
            stands for needs a new pad.

    Attributes:
        reading: the last `Reading`, or None; `reading.image` is what the classifiers saw.
        names, answers, seen, message, answered: what the page is told (synchronised traits).

    Raises:
        InvalidInputError: if there is no classifier, or one cannot be asked.
        MissingDependencyError: if anywidget is not installed.

    Works in Jupyter, VS Code and Colab.
    """

    _esm = module(_HERE / "digit_pad.js")
    _css = _HERE / "digit_pad.css"
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answers = traitlets.List(traitlets.Dict()).tag(sync=True)
    seen = traitlets.Unicode("").tag(sync=True)  # 784 bytes of the 28x28 image, base64
    message = traitlets.Unicode("").tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)  # number of the last drawing that was answered

    def __init__(self, classifiers: Mapping[str, object], **kwargs: Any):
        self._classifiers = check_classifiers(classifiers)
        self.reading: Reading | None = None
        super().__init__(names=list(self._classifiers), **kwargs)
        self.on_msg(self._on_message)

    def read(self, drawing: np.ndarray) -> Reading:
        """Answer a picture `(h, w)` from Python, as if it had been drawn, and return the answers.

        Raises:
            InvalidInputError: if the picture is empty or no picture.
        """
        self._show(read_drawing(drawing, self._classifiers), self.answered + 1)
        return self.reading

    def clear(self) -> None:
        """Forget the last drawing's answers."""
        self.reading = None
        with self.hold_sync():
            self.answers, self.seen, self.message = [], "", ""

    def still_html(self) -> str:
        """What the classifiers last saw and said."""
        if self.reading is None:
            names = ", ".join(self.names)
            return f"<p>A pad to draw a digit on, for {html.escape(names)} to read.</p>"
        buffer = io.BytesIO()
        Image.fromarray(self.reading.image).save(buffer, "PNG")
        picture = base64.b64encode(buffer.getvalue()).decode("ascii")
        rows = "".join(
            f"<tr><th scope='row'>{html.escape(a.name)}</th><td>{html.escape(a.label or a.error)}"
            f"</td><td>{f'{max(a.probabilities):.0%}' if a.probabilities else ''}</td></tr>"
            for a in self.reading.answers
        )
        return (
            f'<img src="data:image/png;base64,{picture}" width="140" height="140" '
            'alt="The digit last drawn, as the classifiers saw it" '
            f'style="image-rendering:pixelated"><table><tbody>{rows}</tbody></table>'
        )

    def _show(self, reading: Reading, number: int) -> None:
        self.reading = reading
        with self.hold_sync():
            self.answers = [
                {
                    "name": a.name,
                    "probabilities": list(a.probabilities or ()),
                    "label": a.label,
                    "error": a.error,
                }
                for a in reading.answers
            ]
            self.seen = base64.b64encode(reading.image.tobytes()).decode("ascii")
            self.message = ""
            self.answered = number

    def _on_message(self, widget: object, content: object, buffers: object) -> None:
        kind = content.get("kind") if isinstance(content, Mapping) else None
        if kind == "clear":
            self.clear()
            if type(content.get("number")) is int:
                self.answered = content["number"]
            self._refresh_still()
        elif kind == "drawing":
            number = content.get("number")
            number = (
                number
                if isinstance(number, int) and not isinstance(number, bool)
                else self.answered + 1
            )
            try:
                self._show(read_drawing(_decode(content), self._classifiers), number)
            except InvalidInputError as error:
                self.clear()
                with self.hold_sync():
                    self.message, self.answered = str(error), number
            if content.get("lifted", True):
                self._refresh_still()


def _decode(content: Mapping) -> np.ndarray:
    """The picture in a message of the page: `width` x `height` bytes of ink, base64."""
    height, width, ink = (content.get(key) for key in ("height", "width", "ink"))
    sides = all(isinstance(side, int) and 1 <= side <= _MAX_SIDE for side in (height, width))
    try:
        data = base64.b64decode(ink, validate=True) if isinstance(ink, str) else b""
    except binascii.Error:
        data = b""
    if not sides or len(data) != height * width:
        raise InvalidInputError(
            f"Expected a drawing of width x height bytes. Received: {len(data)} bytes. Draw again."
        )
    return np.frombuffer(data, np.uint8).reshape(height, width)
