"""Probabilities for classifiers that only give decision values."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, _safe_indexing, get_tags, indexable
from sklearn.utils.validation import check_is_fitted


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

    def __sklearn_tags__(self) -> Tags:
        """What may come in is the estimator's to say."""
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags

    def fit(self, x, y) -> TemperatureScaled:
        """Fit on `x` `(n, ...)` and labels `y` `(n,)`."""
        self.estimator_ = clone(self.estimator).fit(x, y)
        self.classes_ = self.estimator_.classes_
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        x, y = indexable(x, np.asarray(y).reshape(-1))
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
        rehearsal = clone(self.estimator).fit(_safe_indexing(x, fit_rows), y[fit_rows])
        scores = _decision_columns(rehearsal, _safe_indexing(x, held_out))
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
        """The classifier's decision values: `(n, classes)`; for two classes `(n,)`, positive for
        the second one."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.decision_function(x)

    def predict_proba(self, x) -> np.ndarray:
        """Probabilities `(n, classes)`, float64, rows sum to one."""
        check_is_fitted(self, "estimator_")
        return softmax(_decision_columns(self.estimator_, x) / self.temperature_, axis=1)

    def predict(self, x) -> np.ndarray:
        """Labels `(n,)`."""
        check_is_fitted(self, "estimator_")
        return self.classes_[np.argmax(_decision_columns(self.estimator_, x), axis=1)]


def _decision_columns(estimator, x) -> np.ndarray:
    """Decision values as one column per class, also for two classes, where scikit-learn gives a
    single column."""
    scores = np.asarray(estimator.decision_function(x), dtype=np.float64)
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores
