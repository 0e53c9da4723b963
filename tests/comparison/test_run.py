"""`compare` fits each classifier afresh on the same rows and tests pairs on the same answers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from coursekit.comparison import TemperatureScaled, compare, count_parameters
from coursekit.comparison.run import _stratified_rows
from coursekit.errors import InvalidInputError


def _flat(x):
    return np.asarray(x, dtype=np.float64).reshape(len(x), -1)


def _over_pixels(classifier):
    return make_pipeline(FunctionTransformer(_flat), StandardScaler(), classifier)


@pytest.fixture(scope="module")
def squares():
    """Bright squares at one of three heights on a noisy 8x8 ground."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    x = rng.integers(0, 160, (400, 8, 8))
    for image, label in zip(x, y, strict=True):
        image[2 * label : 2 * label + 2, 2:6] += 35
    return (x[:300].astype(np.uint8), y[:300]), (x[300:].astype(np.uint8), y[300:])


@pytest.fixture(scope="module")
def comparison(squares):
    return compare(
        {
            "bayes": _over_pixels(GaussianNB()),
            "linear": _over_pixels(LogisticRegression()),
            "svm": _over_pixels(LinearSVC(C=0.01)),
            "guess": DummyClassifier(strategy="prior"),
        },
        squares,
        train_sizes=[30, 100],
    )


def test_scores_are_those_of_the_same_classifier_fitted_alone(comparison, squares):
    (x_train, y_train), (x_test, y_test) = squares
    alone = _over_pixels(LogisticRegression()).fit(x_train, y_train)
    together = next(result for result in comparison.systems if result.name == "linear")
    np.testing.assert_allclose(together.scores, alone.predict_proba(x_test), rtol=1e-12)
    assert together.evaluation.accuracy == pytest.approx(alone.score(x_test, y_test))
    low, high = together.evaluation.accuracy_interval
    assert low < together.evaluation.accuracy < high


def test_the_confusion_matrix_counts_every_test_row_by_true_class(comparison, squares):
    y_test = squares[1][1]
    for result in comparison.systems:
        assert (
            np.asarray(result.evaluation.confusion_matrix).sum(axis=1).tolist()
            == np.bincount(y_test).tolist()
        )


def test_pairs_count_the_rows_on_which_one_alone_is_right(comparison, squares):
    y_test = squares[1][1]
    answers = {result.name: result.predictions == y_test for result in comparison.systems}
    assert len(comparison.pairs) == 6
    for a, b, test, corrected in comparison.pairs:
        assert test.b == np.sum(answers[a] & ~answers[b])
        assert test.c == np.sum(answers[b] & ~answers[a])
        assert test.p_value <= corrected <= 1


def test_a_guess_is_told_from_a_classifier(comparison):
    p = {(a, b): corrected for a, b, _, corrected in comparison.pairs}
    assert p["linear", "guess"] < 1e-4
    assert p["linear", "svm"] > 1e-4


def test_train_sizes_end_with_the_whole_training_set(comparison):
    points = [point for point in comparison.train_sizes if point.name == "linear"]
    assert [point.size for point in points] == [30, 100, 300]
    assert points[-1].accuracy == comparison.to_frame().loc["linear", "accuracy"]


def test_report_json_is_strict_and_has_the_promised_keys(comparison):
    report = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert {"data", "systems", "pairs", "environment"} <= set(report)
    keys = {
        "name",
        "accuracy",
        "accuracy_interval",
        "macro_f1",
        "macro_auc",
        "parameters",
        "fit_seconds",
        "predict_seconds",
        "confusion_matrix",
    }
    assert all(keys <= set(system) for system in report["systems"])
    assert all({"a", "b", "mcnemar_p"} <= set(pair) for pair in report["pairs"])
    assert report["data"]["train"] == 300
    assert report["environment"]["seed"] == 0


def test_the_printed_table_names_every_system(comparison):
    assert [line.split()[0] for line in str(comparison).splitlines()[1:]] == [
        "bayes",
        "linear",
        "svm",
        "guess",
    ]


def test_save_writes_the_page_the_data_and_the_figures(comparison, tmp_path):
    written = comparison.save(tmp_path / "new" / "folder")
    assert {
        "report.html",
        "report.json",
        "accuracy.png",
        "cost.png",
        "train_sizes.png",
        "linear_scores.png",
    } <= set(written)
    page = written["report.html"].read_text()
    assert page.count("<img") == page.count(" alt='") + page.count(' alt="')
    assert "src='http" not in page
    assert 'src="http' not in page
    assert sorted(path.name for path in written["report.html"].parent.iterdir()) == sorted(written)


def test_an_interrupted_save_leaves_nothing(comparison, tmp_path, monkeypatch):
    from coursekit.comparison import report

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(report.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        comparison.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_stratified_rows_keep_every_class():
    y = np.repeat([0, 1, 2], [900, 90, 10])
    rows = _stratified_rows(y, 100, seed=0)
    assert len(np.unique(rows)) == 100
    assert np.bincount(y[rows]).tolist() == pytest.approx([90, 9, 1], abs=1)


def test_temperature_scaling_keeps_answers_and_improves_the_likelihood(squares):
    (x_train, y_train), (x_test, y_test) = squares
    svm = _over_pixels(LinearSVC(C=0.01))
    scaled = TemperatureScaled(svm).fit(x_train, y_train)
    plain = svm.fit(x_train, y_train)
    assert scaled.predict(x_test).tolist() == plain.predict(x_test).tolist()
    np.testing.assert_allclose(scaled.predict_proba(x_test).sum(axis=1), 1)
    raw = np.exp(scaled.decision_function(x_test))
    raw /= raw.sum(axis=1, keepdims=True)
    picked = np.arange(len(y_test)), y_test
    assert np.mean(np.log(scaled.predict_proba(x_test)[picked])) > np.mean(np.log(raw[picked]))


def test_parameters_of_classic_classifiers_are_counted():
    x = np.random.default_rng(0).normal(size=(60, 5))
    y = np.arange(60) % 3
    assert count_parameters(LogisticRegression().fit(x, y)) == 3 * 5 + 3
    assert count_parameters(make_pipeline(StandardScaler(), LinearSVC()).fit(x, y)) == 5 + 3 * 5 + 3
    assert count_parameters(DummyClassifier().fit(x, y)) is None


@pytest.mark.parametrize(
    ("classifiers", "message"),
    [
        ({}, "at least one classifier"),
        (["mlp", "resnet"], "Received: resnet"),
        (["mlp", "mlp"], "each system once"),
        ({"a": object()}, "fit and predict_proba"),
    ],
)
def test_a_wrong_list_of_classifiers_is_one_clear_line(classifiers, message, squares):
    with pytest.raises(InvalidInputError, match=message) as raised:
        compare(classifiers, squares)
    assert "\n" not in str(raised.value)


def test_data_that_do_not_fit_together_are_refused(squares):
    (x_train, y_train), test = squares
    guess = {"guess": DummyClassifier()}
    with pytest.raises(InvalidInputError, match="300 images and 299 labels"):
        compare(guess, ((x_train, y_train[:-1]), test))
    with pytest.raises(InvalidInputError, match="at least two classes"):
        compare(guess, ((x_train, np.zeros(300, dtype=int)), test))
    with pytest.raises(InvalidInputError, match="Expected a Dataset"):
        compare(guess, x_train)
    with pytest.raises(InvalidInputError, match="training sizes"):
        compare(guess, squares, train_sizes=[5])
