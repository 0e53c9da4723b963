"""`CodeMap`: a plane of two-number codes that one flies over, with what a decoder draws for the
place under the pointer. All of it stands in the output: no kernel, no network."""

from __future__ import annotations

import base64
import dataclasses
import json
import uuid
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
from scipy.special import expit

from coursekit.errors import InvalidInputError
from coursekit.plots import PALETTE, img_tag, subplots

_HERE = Path(__file__).parent
_ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": expit,
}
_LARGE = 10_000  # weights of a layer from which on each takes one byte


@dataclasses.dataclass(frozen=True)
class View:
    """One way to place images in the plane, and its way back.

    Args:
        points: codes of the images, `(n, 2)`.
        layers: weights `(inputs, outputs)`, bias `(outputs,)` and activation ("linear", "relu",
            "tanh" or "sigmoid") of each layer of the decoder, which gives 784 pixels in [0, 1].
    """

    points: np.ndarray
    layers: Sequence[tuple[np.ndarray, np.ndarray, str]]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """What the decoder makes of codes: `(n, 2)` gives `(n, 784)`."""
        for weights, bias, activation in self.layers:
            codes = _ACTIVATIONS[activation](codes @ weights + bias)
        return codes

    def frame(self) -> tuple[np.ndarray, float]:
        """Centre of the plane, and half its side: nearly all points lie inside."""
        low, high = np.percentile(self.points, [0.5, 99.5], axis=0)
        return (low + high) / 2, float((high - low).max() / 2) or 1.0


class CodeMap:
    """A map that moves in a page: choose a view and the images flow to their new places; move the
    pointer (or the arrow keys) and the decoder draws.

    Args:
        views: views of the same images, by the name on their button.
        labels: classes of the images, 0 to 9, `(n,)`.

    Raises:
        InvalidInputError: if points, labels and decoders do not fit together.

    In a notebook it is the last value of a cell. Where scripts do not run, a still picture shows.
    """

    def __init__(self, views: Mapping[str, View], labels: np.ndarray):
        labels = np.asarray(labels)
        for name, view in views.items():
            last = view.layers[-1][0].shape[1] if view.layers else 0
            known = all(activation in _ACTIVATIONS for *_, activation in view.layers)
            if np.shape(view.points) != (len(labels), 2) or last != 784 or not known:
                raise InvalidInputError(
                    f"Expected points ({len(labels)}, 2) and a decoder to 784 pixels with "
                    f"activations among {', '.join(_ACTIVATIONS)}. Received in view {name!r}: "
                    f"points {np.shape(view.points)}, {last} outputs."
                )
        if not views or labels.size == 0 or labels.min() < 0 or labels.max() > 9:
            raise InvalidInputError(
                "Expected at least one view and labels from 0 to 9. Received: "
                f"{len(views)} views, {labels.size} labels."
            )
        self.views, self.labels = dict(views), labels.astype(np.uint8)
        self.alt = (
            f"{len(views)} maps of {len(labels):,} test digits, each written at the place of its "
            f"code: {', '.join(views)}. In the page the maps flow into one another, and the "
            "decoder draws the digit that belongs to the place under the pointer."
        )

    def __repr__(self) -> str:
        return f"<map of {len(self.labels)} codes: {', '.join(self.views)}>"

    def _repr_html_(self) -> str:
        return self.html()

    def html(self) -> str:
        """The figure with its data, style and script."""
        key = f"coursekit-codemap-{uuid.uuid4().hex[:12]}"
        data = json.dumps(self._data()).replace("<", "\\u003c")
        script = (_HERE / "map.js").read_text(encoding="utf-8")
        style = (_HERE / "map.css").read_text(encoding="utf-8")
        alt = escape(
            "Plane of codes with test digits; arrow keys or the pointer choose a place, and the "
            "decoder draws it beside the plane."
        )
        return (
            f'<figure class="coursekit-codemap" id="{key}"><style>{style}</style>'
            '<div class="bar" role="group" aria-label="Codes" hidden></div>'
            '<div class="stage" hidden>'
            f'<canvas class="plane" width="520" height="520" tabindex="0" role="img" '
            f'aria-label="{alt}"></canvas>'
            '<div class="side"><canvas class="drawn" width="196" height="196" role="img" '
            'aria-label="What the decoder draws"></canvas><p class="said"></p></div></div>'
            f'<div class="still">{img_tag(self.still(), self.alt, dpi=80)}</div>'
            f"<script>(() => {{\n{script}\n"
            f'coursekitCodeMap(document.getElementById("{key}"), {data});\n}})();</script></figure>'
        )

    def still(self):
        """The views side by side, as a figure."""
        figure, axes = subplots(1, len(self.views), size=(3.4 * len(self.views), 3.4))
        for ax, (name, view) in zip(np.atleast_1d(axes), self.views.items(), strict=True):
            draw_codes(ax, view.points, self.labels, title=name)
        return figure

    def _data(self) -> dict:
        views = []
        for name, view in self.views.items():
            centre, half = view.frame()
            points = np.clip((view.points - centre) / half, -1, 1)
            views.append(
                {
                    "name": name,
                    "centre": [float(c) for c in centre],
                    "half": half,
                    "points": _text((points * 32767).round().astype("<i2")),
                    "layers": [_packed(*layer) for layer in view.layers],
                }
            )
        return {"labels": _text(self.labels), "views": views}


def draw_codes(ax, points: np.ndarray, labels: np.ndarray, *, title: str = ""):
    """Write each label at the place of its code; colours repeat after eight, digits do not.

    Args:
        ax: where to draw.
        points: `(n, 2)`.
        labels: `(n,)`, 0 to 9.
        title: short text above.

    Returns:
        `ax`.
    """
    for kind in np.unique(labels):
        own = points[labels == kind]
        options = {"marker": f"${kind}$", "s": 18, "linewidths": 0}
        ax.scatter(*own.T, color=PALETTE[int(kind) % len(PALETTE)], **options)
    centre, half = View(points, ()).frame()
    for axis, middle in zip("xy", centre, strict=True):
        ax.set(**{f"{axis}lim": (middle - 1.05 * half, middle + 1.05 * half)})
    ax.set(aspect="equal", title=title, xlabel="first number", ylabel="second number")
    return ax


def _packed(weights: np.ndarray, bias: np.ndarray, activation: str) -> dict:
    """One layer as text; of a large one each weight is a byte, with a scale for each output."""
    packed = {"activation": activation, "bias": _text(np.asarray(bias, "<f4"))}
    if weights.size < _LARGE:
        return packed | {"weights": _text(np.asarray(weights, "<f4"))}
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
    bytes_ = (weights / scale).round().astype(np.int8)
    return packed | {"weights": _text(bytes_), "scale": _text(np.asarray(scale, "<f4"))}


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
