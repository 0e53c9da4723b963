"""`PaintedText`: a text that one types, coloured letter by letter by one cell of a network that
reads it. All of it stands in the output: no kernel, no network access."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from coursekit.errors import InvalidInputError
from coursekit.plots import INK, img_tag, subplots
from coursekit.recurrent.characters import ALPHABET, encode, plain

_HERE = Path(__file__).parent
ON, OFF = "#F5A623", "#7FB8E6"
"""Colours of cells that are on (value 1) and off (value -1); 0 is white."""


class PaintedText:
    """A text field whose letters are coloured by a cell of a UGRNN while it reads them.

    Args:
        weights: of a `networks.character_model("ugrnn", units)`, as `model.get_weights()` gives
            them.
        cell: which cell colours, from 0.
        signs: for each cell 1, or -1 if its values are to be shown turned round, `(units,)`; None
            turns none.
        text: what stands in the field at first.

    Raises:
        InvalidInputError: if the weights are of another kind of model, or there is no such cell.

    In a notebook it is the last value of a cell. Where scripts do not run, a still picture shows.
    """

    def __init__(
        self,
        weights: Sequence[np.ndarray],
        cell: int,
        *,
        signs: np.ndarray | None = None,
        text: str,
    ):
        shapes = [np.shape(w) for w in weights]
        units = shapes[2][0] if len(shapes) == 6 and len(shapes[2]) == 2 else 0
        fits = units and shapes[0][0] == len(ALPHABET) and shapes[2] == (units, 2 * units)
        if not fits or not 0 <= cell < units:
            raise InvalidInputError(
                "Expected the weights of a model of characters with UGRNN cells, and a cell of it. "
                f"Received: arrays of shapes {shapes}, cell {cell}."
            )
        table, kernel, self.recurrent, bias = (np.asarray(w, float) for w in weights[:4])
        self.inputs = table @ kernel + bias  # (96, 2 units)
        self.cell, self.text, self.units = int(cell), plain(text), units
        self.signs = np.ones(units) if signs is None else np.sign(np.asarray(signs, float))

    def __repr__(self) -> str:
        return f"<text coloured by cell {self.cell} of {self.units}>"

    def _repr_html_(self) -> str:
        return self.html()

    def values(self, text: str) -> np.ndarray:
        """States after each character, turned by `signs`: `(n, units)`. The network begins after
        an empty line."""
        h, out = np.zeros(self.units), []
        for i in encode("\n\n" + text):
            sums = self.inputs[i] + h @ self.recurrent
            gate = 0.5 * (1 + np.tanh(0.5 * sums[: self.units]))
            h = gate * h + (1 - gate) * np.tanh(sums[self.units :])
            out.append(h * self.signs)
        return np.array(out[2:]).reshape(-1, self.units)

    @property
    def alt(self) -> str:
        """What is seen, in words."""
        return (
            f"A text in which each letter has the colour of cell {self.cell} of {self.units} after "
            "it has read that letter, orange where it is on. In the page the text can be typed."
        )

    def still(self):
        """The first text and its colours, as a figure."""
        lines = [line for line in self.text.splitlines() if line][:6]
        shown = "\n".join(lines)
        figure, ax = subplots(size=(9, 0.4 + 0.3 * _rows(shown, 76)))
        draw_painted(ax, shown, self.values(shown)[:, self.cell], columns=76)
        return figure

    def html(self) -> str:
        """The figure with its data, style and script."""
        key = f"coursekit-painted-{uuid.uuid4().hex[:12]}"
        data = {
            "units": self.units,
            "cell": self.cell,
            "signs": self.signs.astype(int).tolist(),
            "text": self.text,
            "inputs": _packed(self.inputs),
            "recurrent": _packed(self.recurrent),
        }
        text = json.dumps(data).replace("<", "\\u003c")
        script = (_HERE / "painted.js").read_text(encoding="utf-8")
        style = (_HERE / "painted.css").read_text(encoding="utf-8")
        return (
            f'<figure class="coursekit-painted" id="{key}"><style>{style}</style>'
            '<div class="stage" hidden>'
            f'<label>Type here <textarea rows="3" maxlength="1000" spellcheck="false">'
            f"{escape(self.text)}</textarea></label>"
            '<p class="bar"><label>Cell <input type="number" min="0" '
            f'max="{self.units - 1}" value="{self.cell}"></label>'
            '<button type="button">The cell that you found</button>'
            '<span class="said" aria-live="polite"></span></p>'
            '<p class="painted"></p></div>'
            f'<div class="still">{img_tag(self.still(), self.alt, dpi=80)}</div>'
            f"<script>(() => {{\n{script}\n"
            f'coursekitPaintedText(document.getElementById("{key}"), {text});\n}})();</script>'
            "</figure>"
        )


def draw_painted(ax, text: str, values: np.ndarray, *, columns: int = 76):
    """Write a text with a coloured ground behind each letter: orange where its value is near 1,
    blue near -1.

    Args:
        ax: where to draw.
        text: broken after `columns` letters, and at line ends.
        values: `(len(text),)`.
        columns: of a line.

    Returns:
        `ax`.
    """
    from matplotlib.colors import LinearSegmentedColormap

    row, column, spots = 0, 0, []
    for letter, value in zip(text, values, strict=True):
        if letter == "\n" or column == columns:
            row, column = row + 1, 0
        if letter != "\n":
            spots.append((row, column, letter, float(value)))
            column += 1
    ground = np.full((row + 1, columns), np.nan)
    for r, c, _, value in spots:
        ground[r, c] = value
    colours = LinearSegmentedColormap.from_list("cell", [OFF, "#FFFFFF", ON])
    ax.imshow(ground, cmap=colours, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    for r, c, letter, _ in spots:
        ax.text(
            c, r, letter, family="monospace", fontsize=8.5, ha="center", va="center",
            color=INK, parse_math=False,
        )  # fmt: skip
    ax.grid(False)
    ax.set(xticks=[], yticks=[], xlim=(-0.5, columns - 0.5), ylim=(row + 0.5, -0.5))
    ax.spines[:].set_visible(False)
    return ax


def _rows(text: str, columns: int) -> int:
    return sum(max(1, -(-len(line) // columns)) for line in text.splitlines()) or 1


def _packed(table: np.ndarray) -> dict:
    """A table as whole numbers of two bytes, with a scale for each column."""
    scale = np.maximum(np.abs(table).max(axis=0), 1e-12) / 32767
    whole = (table / scale).round().astype("<i2")
    return {"values": _text(whole), "scale": _text(scale.astype("<f4"))}


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
