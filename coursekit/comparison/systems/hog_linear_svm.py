"""HOG features, a linear classifier."""

from __future__ import annotations

from coursekit.comparison.systems._system import HOG, System


def build(seed: int):
    """The classifier, not fitted; `seed` makes its training repeatable."""
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from coursekit.comparison.temperature import TemperatureScaled
    from coursekit.hog import HOGTransformer

    svm = LinearSVC(C=0.1, random_state=seed)
    return TemperatureScaled(make_pipeline(HOGTransformer(**HOG), svm), seed=seed)


SYSTEM = System(
    "HOG + linear SVM",
    "Histograms of oriented gradients, then one separating hyperplane per class.",
    build,
)
