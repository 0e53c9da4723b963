"""The five systems of the main job: raw pixels, HOG features with classic classifiers, and a
convolutional network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.validation import check_is_fitted

from coursekit.errors import InvalidInputError

_HOG = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}
_KEPT_VARIANCE = 0.73


@dataclass(frozen=True)
class System:
    """A system that `compare` knows by name.

    Attributes:
        title: what a reader sees.
        summary: one sentence on how it works.
        build: `build(seed) -> classifier`, not fitted; it takes uint8 images `(n, h, w)` or `(n, h,
            w, 3)`.
    """

    title: str
    summary: str
    build: Callable[[int], object]


class TemperatureScaled(ClassifierMixin, BaseEstimator):
    """Probabilities for a classifier that only gives decision values: softmax of the values over
    one fitted temperature.

    The temperature is fitted on rows that the rehearsal fit has not seen; the classifier that is
    kept is fitted on all rows. Which label wins is never changed. Source: Guo et al. 2017, "On
    calibration of modern neural networks".

    Args:
        estimator: a classifier with `fit` and `decision_function`.
        rehearsal_rows: int. At most so many training rows are used to find the temperature.
        seed: int. Draws those rows.
    """

    def __init__(self, estimator, *, rehearsal_rows: int = 4000, seed: int = 0):
        self.estimator = estimator
        self.rehearsal_rows = rehearsal_rows
        self.seed = seed

    def fit(self, x, y) -> TemperatureScaled:
        """Fit on `x` `(n, ...)` and labels `y` `(n,)`."""
        y = np.asarray(y)
        self.estimator_ = clone(self.estimator).fit(x, y)
        self.classes_ = self.estimator_.classes_
        self.temperature_ = self._fit_temperature(x, y)
        return self

    def _fit_temperature(self, x, y) -> float:
        _, counts = np.unique(y, return_counts=True)
        rows = np.arange(len(y))
        if counts.min() < 4:
            return 1.0
        if len(y) > self.rehearsal_rows:
            rows, _ = train_test_split(
                rows, train_size=self.rehearsal_rows, stratify=y, random_state=self.seed
            )
        fit_rows, held_out = train_test_split(
            rows, test_size=0.25, stratify=y[rows], random_state=self.seed
        )
        rehearsal = clone(self.estimator).fit(x[fit_rows], y[fit_rows])
        scores = _decision_columns(rehearsal, x[held_out])
        truth = np.searchsorted(rehearsal.classes_, y[held_out])

        def loss(log_temperature: float) -> float:
            return -float(
                np.mean(
                    log_softmax(scores / np.exp(log_temperature), axis=1)[
                        np.arange(len(truth)), truth
                    ]
                )
            )

        return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x))

    def decision_function(self, x) -> np.ndarray:
        """The classifier's decision values, `(n, classes)`."""
        check_is_fitted(self, "estimator_")
        return _decision_columns(self.estimator_, x)

    def predict_proba(self, x) -> np.ndarray:
        """Probabilities `(n, classes)`, float64, rows sum to one."""
        return softmax(self.decision_function(x) / self.temperature_, axis=1)

    def predict(self, x) -> np.ndarray:
        """Labels `(n,)`."""
        return self.classes_[np.argmax(self.decision_function(x), axis=1)]


def _decision_columns(estimator, x) -> np.ndarray:
    """Decision values as one column per class, also for two classes, where scikit-learn gives a
    single column."""
    scores = np.asarray(estimator.decision_function(x), dtype=np.float64)
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def _mlp(seed: int):
    from coursekit.classifier import mlp_classifier

    return mlp_classifier(seed=seed)


def _hog_linear_svm(seed: int):
    from coursekit.hog import HOGTransformer

    svm = LinearSVC(C=0.1, random_state=seed)
    return TemperatureScaled(make_pipeline(HOGTransformer(**_HOG), svm), seed=seed)


def _hog_kernel_svm(seed: int):
    from coursekit.hog import HOGTransformer

    svm = SVC(C=10.0, kernel="rbf", gamma="scale", cache_size=1000)
    pca = PCA(_KEPT_VARIANCE, svd_solver="covariance_eigh")
    return TemperatureScaled(make_pipeline(HOGTransformer(**_HOG), pca, svm), seed=seed)


def _hog_mlp(seed: int):
    from coursekit.classifier import mlp_classifier
    from coursekit.hog import HOGTransformer

    return make_pipeline(HOGTransformer(**_HOG), mlp_classifier(seed=seed))


def _cnn(seed: int):
    from coursekit.classifier import digit_cnn_classifier

    return digit_cnn_classifier(seed=seed)


SYSTEMS: dict[str, System] = {
    "mlp": System(
        "MLP on raw pixels",
        "Two hidden layers of ReLU units read the pixels as a flat vector.",
        _mlp,
    ),
    "hog_linear_svm": System(
        "HOG + linear SVM",
        "Histograms of oriented gradients, then one separating hyperplane per class.",
        _hog_linear_svm,
    ),
    "hog_kernel_svm": System(
        "HOG + kernel SVM",
        "The same features, projected on the principal components that hold 73 % of their "
        "variance, then an SVM with a Gaussian kernel.",
        _hog_kernel_svm,
    ),
    "hog_mlp": System(
        "HOG + MLP", "The same features, read by the same MLP as the raw pixels.", _hog_mlp
    ),
    "cnn": System(
        "CNN", "A small convolutional network learns its features from the pixels.", _cnn
    ),
}


def build_systems(names=None, *, seed: int = 0) -> dict[str, object]:
    """The named systems, not fitted, in the given order; all five when `names` is None.

    Raises:
        InvalidInputError: for a name that is not in `SYSTEMS`.
    """
    names = list(SYSTEMS) if names is None else list(names)
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown or not names:
        raise InvalidInputError(
            f"Expected systems among {', '.join(SYSTEMS)}. Received: "
            f"{', '.join(unknown) or 'none'}. Name them with a comma between."
        )
    if len(set(names)) < len(names):
        raise InvalidInputError(
            f"Expected each system once. Received: {', '.join(names)}. Leave the repeated name out."
        )
    return {name: SYSTEMS[name].build(seed) for name in names}


def count_parameters(estimator) -> int | None:
    """Numbers that fitting put into `estimator`: weights, support vectors with their coefficients,
    principal axes.

    Returns None for an estimator of which this is not known.
    """
    if hasattr(estimator, "n_parameters_"):
        return int(estimator.n_parameters_)
    if hasattr(estimator, "count_params"):
        return int(estimator.count_params())
    if hasattr(estimator, "steps"):
        counts = [count_parameters(step) for _, step in estimator.steps]
        return None if counts[-1] is None else sum(count or 0 for count in counts)
    if hasattr(estimator, "estimator_"):
        inner = count_parameters(estimator.estimator_)
        return None if inner is None else inner + int(isinstance(estimator, TemperatureScaled))
    names = ("support_vectors_", "dual_coef_", "coef_", "intercept_", "components_", "mean_")
    if hasattr(estimator, "support_vectors_"):
        names = ("support_vectors_", "dual_coef_", "intercept_")
    sizes = [np.size(getattr(estimator, name)) for name in names if hasattr(estimator, name)]
    return int(sum(sizes)) or None
