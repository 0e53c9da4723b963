"""A small network that trains in the page while you watch, and whose weights you can change.

`Playground()` is the widget for a notebook; `Playground(model=...)` takes a Keras MLP. `Network` is
a NumPy net of any depth and `Trainer` trains one without a page.
"""

from __future__ import annotations

import importlib

from coursekit.playground.network import ACTIVATIONS, Network
from coursekit.playground.settings import DATA, FEATURES, PENALTIES, Settings
from coursekit.playground.trainer import Trainer

__all__ = [
    "ACTIVATIONS",
    "DATA",
    "FEATURES",
    "PENALTIES",
    "Network",
    "Playground",
    "Settings",
    "Trainer",
]


def __getattr__(name: str):
    if name == "Playground":
        return importlib.import_module("coursekit.playground.widget").Playground
    raise AttributeError(f"module 'coursekit.playground' has no attribute {name!r}")
