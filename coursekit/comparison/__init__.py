"""The main job: several classifiers, one data set, the same rows, one report.

One way: `run` makes the numbers (`results`) and hands them to `report`, which draws `figures` and
writes the `page`. Names are resolved on first use, so that the list of systems costs nothing.
"""

from __future__ import annotations

import importlib

_PUBLIC = {
    "SYSTEMS": "systems",
    "System": "systems",
    "build_systems": "systems",
    "known_systems": "systems",
    "TemperatureScaled": "temperature",
    "count_parameters": "parameters",
    "Pair": "results",
    "SystemResult": "results",
    "Comparison": "run",
    "compare": "run",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'coursekit.comparison' has no attribute {name!r}")
    return getattr(importlib.import_module(f"coursekit.comparison.{_PUBLIC[name]}"), name)
