"""Training: `fit` with one tidy progress line, schedules, gradients on both backends, two players,
images that learn and images that attack, signals sent back to the pixels, NumPy copies for moments
of decision, and a check of the loss."""

from __future__ import annotations

from coursekit.training.attacks import adversarial_loss, fast_gradient_sign
from coursekit.training.backward import BackwardStep, attribution, backward_steps
from coursekit.training.checks import Head, check_compile, output_head
from coursekit.training.copies import NumpyCopy
from coursekit.training.differentiation import adjoint, gradients, input_gradient
from coursekit.training.keeping import Kept, train_or_load
from coursekit.training.loop import fit, seeded
from coursekit.training.players import ImageLayer, Player, optimise_image
from coursekit.training.progress import ProgressLine
from coursekit.training.schedules import OneCycle, exponential_decay, one_cycle

__all__ = [
    "BackwardStep",
    "Head",
    "ImageLayer",
    "Kept",
    "NumpyCopy",
    "OneCycle",
    "Player",
    "ProgressLine",
    "adjoint",
    "adversarial_loss",
    "attribution",
    "backward_steps",
    "check_compile",
    "exponential_decay",
    "fast_gradient_sign",
    "fit",
    "gradients",
    "input_gradient",
    "one_cycle",
    "optimise_image",
    "output_head",
    "seeded",
    "train_or_load",
]
