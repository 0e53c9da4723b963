"""Handwriting: pen paths as steps, a mixture density for the next point, and a writer that reads a
text through a soft window (Graves 2013).

`density`, `lines` and `scribe` need NumPy alone; `learning`, which is imported by its own name,
builds and trains writers in Keras. `PenPad` writes on in the hand of whoever draws on it.
"""

from __future__ import annotations

from coursekit.handwriting.density import Mixture, fit_constant, fit_mixture, log_normal
from coursekit.handwriting.lines import (
    STEP,
    SYMBOLS,
    Lines,
    coarser,
    make_lines,
    one_hot,
    resample,
    slant,
)
from coursekit.handwriting.own import on_one_line, own_line
from coursekit.handwriting.scribe import (
    Scribe,
    Window,
    Written,
    mean_nats,
    order_kept,
    picture,
    read_back,
    squared_error,
)

__all__ = [
    "STEP",
    "SYMBOLS",
    "Lines",
    "Mixture",
    "PenPad",
    "Scribe",
    "Window",
    "Written",
    "coarser",
    "fit_constant",
    "fit_mixture",
    "log_normal",
    "make_lines",
    "mean_nats",
    "on_one_line",
    "one_hot",
    "order_kept",
    "own_line",
    "picture",
    "read_back",
    "resample",
    "slant",
    "squared_error",
]


def __getattr__(name: str):
    if name == "PenPad":
        from coursekit.handwriting.pad import PenPad

        return PenPad
    raise AttributeError(f"module 'coursekit.handwriting' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
