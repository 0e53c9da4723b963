"""How a system is described. Importing this, or a system, loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

HOG = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}
"""The features of all systems that read them: 1,296 of a 28x28 image."""


@dataclass(frozen=True)
class System:
    """A system that `compare` knows by name.

    Attributes:
        title: what a reader sees.
        summary: one sentence on how it works.
        build: `build(seed) -> classifier`, not fitted; it takes uint8 images `(n, h, w)` or `(n, h,
            w, 3)`.
    """

    title: str
    summary: str
    build: Callable[[int], object]
