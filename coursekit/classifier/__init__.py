"""Keras models as scikit-learn classifiers: the wrapper, and recipes for digits that are tuned to
it."""

from coursekit.classifier.recipes import (
    digit_cnn_classifier,
    mlp_classifier,
    quick_digit_cnn_classifier,
)
from coursekit.classifier.wrapper import KerasClassifier

__all__ = [
    "KerasClassifier",
    "digit_cnn_classifier",
    "mlp_classifier",
    "quick_digit_cnn_classifier",
]
