"""A convolutional network."""

from __future__ import annotations

from coursekit.comparison.systems._system import System


def build(seed: int):
    """The classifier, not fitted; `seed` makes its training repeatable."""
    from coursekit.classifier import digit_cnn_classifier

    return digit_cnn_classifier(seed=seed)


SYSTEM = System(
    "CNN",
    "A small convolutional network learns its features from the pixels.",
    build,
)
