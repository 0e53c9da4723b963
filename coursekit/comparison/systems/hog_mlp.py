"""HOG features, an MLP."""

from __future__ import annotations

from coursekit.comparison.systems._system import HOG, System


def build(seed: int):
    """The classifier, not fitted; `seed` makes its training repeatable."""
    from sklearn.pipeline import make_pipeline

    from coursekit.classifier import mlp_classifier
    from coursekit.hog import HOGTransformer

    return make_pipeline(HOGTransformer(**HOG), mlp_classifier(seed=seed))


SYSTEM = System(
    "HOG + MLP",
    "The same features, read by the same MLP as the raw pixels.",
    build,
)
