"""An MLP that reads pixels."""

from __future__ import annotations

from coursekit.comparison.systems._system import System


def build(seed: int):
    """The classifier, not fitted; `seed` makes its training repeatable."""
    from coursekit.classifier import mlp_classifier

    return mlp_classifier(seed=seed)


SYSTEM = System(
    "MLP on raw pixels",
    "Two hidden layers of ReLU units read the pixels as a flat vector.",
    build,
)
