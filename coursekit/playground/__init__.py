"""A small network that trains while you watch: data set, layers, rates, and a decision region that
moves.

`Playground()` is the widget for a notebook. `Trainer` is its core and needs no browser; `Network`
is a NumPy net of any depth.
"""

from __future__ import annotations

import importlib

from coursekit.playground.network import ACTIVATIONS, Network
from coursekit.playground.trainer import DATA, PENALTIES, Settings, Trainer

__all__ = ["ACTIVATIONS", "DATA", "PENALTIES", "Network", "Playground", "Settings", "Trainer"]


def __getattr__(name: str):
    if name == "Playground":
        return importlib.import_module("coursekit.playground.widget").Playground
    raise AttributeError(f"module 'coursekit.playground' has no attribute {name!r}")
