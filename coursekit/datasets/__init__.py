"""Data sets: real ones found offline first, small ones made on the spot, and a user's own.

Every data set of the registry has its loader here: `load_digits`, `load_mnist` and so on.
"""

from coursekit.datasets._dataset import Dataset
from coursekit.datasets._load import at_hand, load
from coursekit.datasets.made_speech import make_spoken_digits
from coursekit.datasets.own import from_folder, from_npz
from coursekit.datasets.playground import (
    make_circles,
    make_hills,
    make_moons,
    make_plane,
    make_spiral,
    make_xor,
)
from coursekit.datasets.preprocessing import preprocess_digit
from coursekit.datasets.registry import LOADERS
from coursekit.datasets.scenes import make_motion, make_scenes
from coursekit.datasets.shapes import make_convex, make_rectangles
from coursekit.datasets.volumes import make_brains, make_neurites

globals().update(LOADERS)

__all__ = [
    "Dataset",
    "at_hand",
    "from_folder",
    "from_npz",
    "load",
    "make_brains",
    "make_circles",
    "make_convex",
    "make_hills",
    "make_moons",
    "make_motion",
    "make_neurites",
    "make_plane",
    "make_rectangles",
    "make_scenes",
    "make_spiral",
    "make_spoken_digits",
    "make_xor",
    "preprocess_digit",
    *LOADERS,
]
