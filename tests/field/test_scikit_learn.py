"""scikit-learn's own estimator checks on our estimators."""

from __future__ import annotations

import unittest
from functools import partial

import pytest

estimator_checks = pytest.importorskip(
    "sklearn.utils.estimator_checks", reason="scikit-learn is not installed"
)

from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

from coursekit.classifier import KerasClassifier  # noqa: E402
from coursekit.comparison import TemperatureScaled  # noqa: E402
from coursekit.hog import HOGTransformer  # noqa: E402
from coursekit.models import mlp  # noqa: E402

pytestmark = pytest.mark.slow


class RowOfPixels(HOGTransformer):
    """Takes a row of any length for an image one pixel high, for the checks bring rows of many
    lengths."""

    def _flat_shape(self, values):
        return (1, values)


def _failures(estimator, expected: dict[str, str]) -> tuple[dict[str, str], int]:
    """What failed beside the expected, by check, and how many checks ran."""
    failed, ran = {}, 0
    for one, check in estimator_checks.estimator_checks_generator(estimator):
        name = getattr(check, "func", check).__name__
        try:
            check(one)
        except unittest.SkipTest:  # an option of scikit-learn's is not switched on
            continue
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
        ran += 1
    unexpected = {name: what for name, what in failed.items() if name not in expected}
    missing = [name for name in expected if name not in failed]
    assert missing == [], "these pass: take them off the list"
    return unexpected, ran


def test_hog_transformer_passes_every_check():
    row = RowOfPixels(
        orientations=2, pixels_per_cell=(1, 1), cells_per_block=(1, 1), image_shape=(1, 1)
    )
    failed, ran = _failures(row, {})
    assert failed == {}
    assert ran >= 40


def test_keras_classifier_passes_every_check():
    model = KerasClassifier(
        partial(mlp, hidden=(16,)),
        epochs=30,
        batch_size=16,
        learning_rate=0.01,
        scale="standard",
    )
    batches = "mini-batches hold other rows where a row stands twice instead of weighing two"
    failed, ran = _failures(model, {"check_sample_weight_equivalence_on_dense_data": batches})
    assert failed == {}
    assert ran >= 50


@pytest.mark.parametrize("inner", [LogisticRegression(), LinearSVC()], ids=["logistic", "svm"])
def test_temperature_scaling_passes_every_check(inner):
    failed, ran = _failures(TemperatureScaled(inner), {})
    assert failed == {}
    assert ran >= 50
