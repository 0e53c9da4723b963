"""HOG features, a Gaussian kernel."""

from __future__ import annotations

from coursekit.comparison.systems._system import HOG, System

_KEPT_VARIANCE = 0.73  # the components left out are noise to the kernel


def build(seed: int):
    """The classifier, not fitted; `seed` makes its training repeatable."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    from coursekit.comparison.temperature import TemperatureScaled
    from coursekit.hog import HOGTransformer

    svm = SVC(C=10.0, kernel="rbf", gamma="scale", cache_size=1000)
    pca = PCA(_KEPT_VARIANCE, svd_solver="covariance_eigh")
    return TemperatureScaled(make_pipeline(HOGTransformer(**HOG), pca, svm), seed=seed)


SYSTEM = System(
    "HOG + kernel SVM",
    "The same features, projected on the principal components that hold 73 % of their "
    "variance, then an SVM with a Gaussian kernel.",
    build,
)
