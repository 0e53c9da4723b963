"""Answers that are no single class: boxes, maps of classes, distances and joints, actions, volumes.

    world = vision.people(1000, size=48, seed=0)
    finder = networks.detector(48, 6)

Networks for them are in `networks`, and such as were taught before in `learning`; these two alone
need Keras. They are imported by their own names, as are `volumes` (cells from voxels, maps of
brains) and `baseline` (real pictures without a network).
"""

from __future__ import annotations

from coursekit.vision.seer import Answer, Seer
from coursekit.vision.worlds import (
    KEPT,
    Bodies,
    Clip,
    Found,
    Rated,
    bodies,
    confusion,
    found,
    kept_facts,
    map_targets,
    people,
    seconds_each,
    smaller,
    things,
    walk,
)

__all__ = [
    "KEPT",
    "Answer",
    "Bodies",
    "Clip",
    "Found",
    "Rated",
    "Seer",
    "bodies",
    "confusion",
    "found",
    "kept_facts",
    "map_targets",
    "people",
    "seconds_each",
    "smaller",
    "things",
    "walk",
]
