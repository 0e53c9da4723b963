"""Training: `fit` with one tidy progress line, schedules, gradients on both backends, and a check
of the loss."""

from __future__ import annotations

from coursekit.training.checks import Head, check_compile, output_head
from coursekit.training.differentiation import gradients
from coursekit.training.loop import fit, seeded
from coursekit.training.progress import ProgressLine
from coursekit.training.schedules import OneCycle, exponential_decay, one_cycle

__all__ = [
    "Head",
    "OneCycle",
    "ProgressLine",
    "check_compile",
    "exponential_decay",
    "fit",
    "gradients",
    "one_cycle",
    "output_head",
    "seeded",
]
