"""Machines that make things: variational autoencoders, two networks against each other, painters of
captions, weights with error bars, and what undoes damage to photographs.

`rings`, `restoring` and `images` need NumPy, SciPy and scikit-image; `variational`, `games`,
`painting`, `bayes` and `denoising`, which are imported by their own names, need Keras.
"""

from __future__ import annotations

from coursekit.generative.images import binarised, log_gaussian, patches, photograph
from coursekit.generative.restoring import Damage, damaged, decibels, restored
from coursekit.generative.rings import ring_centres, ring_points

__all__ = [
    "Damage",
    "binarised",
    "damaged",
    "decibels",
    "log_gaussian",
    "patches",
    "photograph",
    "restored",
    "ring_centres",
    "ring_points",
]
