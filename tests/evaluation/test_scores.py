"""Scores of predicted labels against values by hand and against scikit-learn."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from coursekit import evaluation
from coursekit.errors import InvalidInputError
from coursekit.evaluation.averages import AVERAGES
from coursekit.evaluation.scores import scores_of_codes

CANCER_TRUTH = [1] * 8 + [0] * 4
CANCER_CALLED = [1] * 6 + [0] * 2 + [1] * 1 + [0] * 3

labelled = st.integers(2, 6).flatmap(
    lambda k: st.tuples(
        st.just(k),
        st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1, max_size=60),
    )
)


WITH_EXAMPLES = ["detection", "ranks", "report", "scores", "signal", "significance", "text"]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_in_the_docstrings_are_true(module):
    found = doctest.testmod(importlib.import_module(f"coursekit.evaluation.{module}"))
    assert found.failed == 0
    assert found.attempted > 0


def test_no_module_with_an_example_is_left_out():
    folder = Path(evaluation.__file__).parent
    with_examples = {path.stem for path in folder.glob("*.py") if ">>> " in path.read_text()}
    assert with_examples == set(WITH_EXAMPLES)


def test_a_new_average_is_one_line_of_registration(monkeypatch):
    monkeypatch.setitem(AVERAGES, "worst", lambda values, support, pooled: float(values.min()))
    truth, p = [0, 0, 1, 2], np.eye(3)[[0, 1, 1, 2]] * 0.7 + 0.1
    assert evaluation.recall(truth, [0, 1, 1, 2], average="worst") == 0.5
    result = evaluation.evaluate(truth, p)
    assert result.averages["worst_recall"] == 0.5
    assert {"worst_auc", "worst_average_precision"} <= set(result.averages)
    assert "worst average" in str(result)
    assert "worst average" in result.to_html()
    assert evaluation.evaluate(truth, y_pred=[0, 1, 1, 2]).averages["worst_recall"] == 0.5


def test_the_lectures_cancer_example():
    assert evaluation.precision(CANCER_TRUTH, CANCER_CALLED) == pytest.approx(6 / 7)
    assert evaluation.recall(CANCER_TRUTH, CANCER_CALLED) == pytest.approx(0.75)
    assert evaluation.specificity(CANCER_TRUTH, CANCER_CALLED) == pytest.approx(0.75)
    assert evaluation.f1(CANCER_TRUTH, CANCER_CALLED) == pytest.approx(0.80)
    assert evaluation.confusion_matrix(CANCER_TRUTH, CANCER_CALLED).tolist() == [[3, 1], [2, 6]]


@given(labelled)
@settings(deadline=None, max_examples=40)
def test_every_score_equals_scikit_learn(case):
    k, pairs = case
    truth, said = np.array(pairs).T
    labels = range(k)
    per_class, averages = scores_of_codes(truth, said, k)
    matrices = metrics.multilabel_confusion_matrix(truth, said, labels=labels)
    for code, ((tn, fp), (fn, tp)) in enumerate(matrices):
        expected = {
            "precision": tp / (tp + fp) if tp + fp else np.nan,
            "recall": tp / (tp + fn) if tp + fn else np.nan,
            "specificity": tn / (tn + fp) if tn + fp else np.nan,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else np.nan,
            "support": tp + fn,
        }
        for name, value in expected.items():
            assert per_class[name][code] == pytest.approx(value, nan_ok=True), name
    for name, function in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        for average in ("macro", "weighted", "micro"):
            value = function(truth, said, labels=labels, average=average, zero_division=np.nan)
            assert averages[f"{average}_{name}"] == pytest.approx(value, nan_ok=True)
    assert averages["micro_f1"] == pytest.approx(metrics.accuracy_score(truth, said))
    np.testing.assert_array_equal(
        evaluation.confusion_matrix(truth, said, labels=labels),
        metrics.confusion_matrix(truth, said, labels=labels),
    )


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_named_average_equals_scikit_learn(name, average):
    truth, said = [0, 1, 2, 2, 1, 0, 0], [0, 2, 2, 2, 1, 1, 0]
    expected = getattr(metrics, f"{name}_score")(
        truth, said, labels=range(4), average=average, zero_division=np.nan
    )
    assert getattr(evaluation, name)(
        truth, said, labels=range(4), average=average
    ) == pytest.approx(expected)


def test_macro_f1_is_the_mean_of_the_classes_f1():
    truth, said = [0, 0, 0, 1, 2], [0, 1, 2, 1, 1]
    per_class = evaluation.f1(truth, said, average="per_class")
    assert evaluation.f1(truth, said, average="macro") == pytest.approx(per_class.mean())
    p, r = (
        getattr(evaluation, name)(truth, said, average="macro") for name in ("precision", "recall")
    )
    assert per_class.mean() != pytest.approx(2 * p * r / (p + r))


def test_undefined_is_nan_without_a_warning():
    assert np.isnan(evaluation.precision([1, 0], [0, 0]))
    assert np.isnan(evaluation.recall([0, 0], [1, 0]))
    assert np.isnan(evaluation.specificity([1, 1], [1, 0]))
    assert np.isnan(evaluation.f1([0, 0], [0, 0]))
    assert evaluation.f1([1, 0], [0, 0]) == 0


def test_one_class_of_many_is_asked_for_by_name():
    truth, said = [3, 5, 7, 7], [3, 7, 7, 7]
    assert evaluation.precision(truth, said, pos_label=7) == pytest.approx(2 / 3)
    assert evaluation.specificity(truth, said, pos_label=7) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("kwargs", "pattern"),
    [
        ({}, "Name the average"),
        ({"pos_label": 9}, "pos_label"),
        ({"average": "mean"}, "per_class, macro, weighted, micro"),
    ],
)
def test_an_unnamed_average_is_refused(kwargs, pattern):
    with pytest.raises(InvalidInputError, match=pattern):
        evaluation.f1([0, 1, 2], [0, 1, 1], **kwargs)


def test_strings_need_a_positive_label():
    with pytest.raises(InvalidInputError, match="pos_label"):
        evaluation.recall(["ill", "well"], ["ill", "ill"])
    assert evaluation.recall(["ill", "well"], ["ill", "ill"], pos_label="ill") == 1


def test_one_hot_predictions_count_as_labels():
    assert evaluation.accuracy(np.eye(3)[[0, 1, 2]], np.eye(3)[[0, 1, 1]]) == pytest.approx(2 / 3)
    assert evaluation.accuracy([0, 1, 2], np.eye(3)[[0, 1, 1]]) == pytest.approx(2 / 3)
    assert evaluation.f1_score is evaluation.f1
