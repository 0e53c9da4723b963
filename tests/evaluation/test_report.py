"""The report: numbers against scikit-learn, honest about what is undefined, and in every form it is
read in."""

import dataclasses
import json
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from coursekit.errors import InvalidInputError
from coursekit.evaluation import evaluate, reliability, report, wilson_interval
from coursekit.evaluation.scores import scores_of_codes


def sample(n=300, k=4, seed=0, skill=2.0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k))
    logits[np.arange(n), truth] += skill
    return truth, logits


@given(st.integers(3, 6), st.integers(0, 10_000), st.integers(30, 120))
@settings(deadline=None, max_examples=30)
def test_areas_and_losses_equal_scikit_learn(k, seed, n):
    truth, logits = sample(n, k, seed)
    truth[:k] = np.arange(k)
    result = evaluate(truth, logits)
    p = result.probabilities
    for average in ("macro", "weighted"):
        expected = metrics.roc_auc_score(
            truth, p, multi_class="ovr", average=average, labels=range(k)
        )
        assert result.averages[f"{average}_auc"] == pytest.approx(expected)
        expected = metrics.average_precision_score(np.eye(k)[truth], p, average=average)
        assert result.averages[f"{average}_average_precision"] == pytest.approx(expected)
    assert result.averages["micro_auc"] == pytest.approx(
        metrics.roc_auc_score(np.eye(k)[truth], p, average="micro")
    )
    assert result.calibration["log_loss"] == pytest.approx(
        metrics.log_loss(truth, p, labels=range(k))
    )
    assert result.calibration["brier"] == pytest.approx(
        np.mean(np.sum((p - np.eye(k)[truth]) ** 2, axis=1))
    )
    assert result.accuracy == pytest.approx(metrics.accuracy_score(truth, p.argmax(axis=1)))
    for top in range(1, k + 1):
        expected = (
            metrics.top_k_accuracy_score(truth, p, k=top, labels=range(k)) if top < k else 1.0
        )
        assert result.top_k(top) == pytest.approx(expected)


def test_curves_have_the_areas_that_the_report_states():
    truth, logits = sample()
    result = evaluate(truth, logits)
    roc, pr = result.roc_curves(), result.pr_curves()
    for code in range(4):
        assert roc[code].area == pytest.approx(result.per_class["roc_auc"][code])
        assert pr[code].area == pytest.approx(result.per_class["average_precision"][code])
        assert pr[code].chance == pytest.approx(np.mean(truth == code))
        assert np.all(np.diff(pr[code].x) >= 0)
    assert roc["macro"].area == pytest.approx(result.averages["macro_auc"])
    assert metrics.auc(roc["macro"].x, roc["macro"].y) == pytest.approx(
        result.averages["macro_auc"], abs=2e-3
    )
    assert roc["micro"].area == pytest.approx(result.averages["micro_auc"])
    assert pr["micro"].area == pytest.approx(result.averages["micro_average_precision"])


def test_an_absent_class_is_undefined_and_named_and_left_out_of_the_mean():
    truth, logits = sample(k=3)
    wide = np.concatenate([logits, np.full((len(truth), 1), -9.0)], axis=1)
    result = evaluate(truth, wide, class_names=["ant", "bee", "cat", "dodo"])
    assert result.confusion_matrix.shape == (4, 4)
    for name in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        assert np.isnan(result.per_class[name][3])
        assert not np.isnan(result.per_class[name][:3]).any()
    assert result.averages["macro_f1"] == pytest.approx(np.nanmean(result.per_class["f1"]))
    assert result.averages["macro_auc"] == pytest.approx(np.nanmean(result.per_class["roc_auc"]))
    assert any("Not in y_true" in note and "dodo" in note for note in result.notes)
    assert any("Never predicted" in note and "dodo" in note for note in result.notes)


def test_one_class_only_leaves_areas_undefined_without_a_warning():
    result = evaluate([2] * 20, np.tile([0.2, 0.3, 0.5], (20, 1)))
    assert result.accuracy == 1
    assert np.isnan(result.per_class["roc_auc"]).all()
    assert np.isnan(result.per_class["specificity"][2])
    assert np.isnan(result.averages["macro_auc"])
    assert any("Only one class" in note for note in result.notes)
    assert json.loads(result.to_json())["averages"]["macro_auc"] is None


def test_accuracy_carries_its_wilson_interval_and_macro_f1_its_bootstrap_interval():
    truth, logits = sample()
    result = evaluate(truth, logits, confidence=0.9, seed=3)
    assert result.accuracy_interval == wilson_interval(round(result.accuracy * 300), 300, 0.9)
    low, high = result.macro_f1_interval
    assert low < result.averages["macro_f1"] < high
    assert (
        result.macro_f1_interval
        == evaluate(truth, logits, confidence=0.9, seed=3).macro_f1_interval
    )
    wider = evaluate(truth, logits, confidence=0.99, seed=3).macro_f1_interval
    assert wider[0] < low
    assert wider[1] > high
    with pytest.raises(InvalidInputError, match="confidence"):
        evaluate(truth, logits, confidence=95)


def test_expected_calibration_error_by_hand():
    p = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.35, 0.65]])
    found = reliability(np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1]), p)
    assert found["ece"] == pytest.approx(0.5 * abs(0.95 - 0.5) + 0.5 * abs(0.65 - 1.0))
    assert found["bins"]["count"].tolist() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 2]
    assert np.isnan(found["bins"]["accuracy"][0])
    with pytest.raises(InvalidInputError, match="n_bins=0"):
        reliability(np.array([0]), np.array([0]), np.array([[1.0, 0.0]]), n_bins=0)


def test_confidences_of_zero_and_one_fall_in_a_bin():
    found = reliability(np.array([0, 1]), np.array([0, 0]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert found["bins"]["count"].sum() == 2
    assert np.isfinite(found["log_loss"])


def test_the_worst_mistakes_come_first_and_are_mistakes():
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.99, 0.01], [0.2, 0.8]])
    result = evaluate([0, 1, 1, 1], p)
    assert result.worst().tolist() == [2, 1]
    assert result.worst(1).tolist() == [2]
    assert evaluate([0, 1], y_pred=[1, 1]).worst().tolist() == [0]
    with pytest.raises(InvalidInputError, match="k=-1"):
        result.worst(-1)


def test_top_k_breaks_ties_as_the_prediction_does():
    tied = evaluate([0, 1, 2], np.full((3, 3), 1 / 3))
    assert tied.top_k(1) == tied.accuracy == pytest.approx(1 / 3)
    assert tied.top_k(2) == pytest.approx(2 / 3)
    with pytest.raises(InvalidInputError, match="1 <= k <= 3"):
        tied.top_k(4)
    with pytest.raises(InvalidInputError, match="predictions only"):
        evaluate([0, 1], y_pred=[0, 1]).top_k(1)


def test_the_rows_are_passed_over_a_fixed_number_of_times(monkeypatch):
    calls = []

    def counted(*args, **kwargs):
        calls.append(len(args[0]))
        return scores_of_codes(*args, **kwargs)

    monkeypatch.setattr(report, "scores_of_codes", counted)
    truth, logits = sample(10_000, 10)
    evaluate(truth, logits)
    assert calls == [10_000], "the bootstrap draws cells of the matrix and touches no row"


def test_weights_count_as_repeated_rows():
    truth, logits = sample(200, 4)
    weights = np.random.default_rng(0).integers(1, 4, 200)
    weighted = evaluate(truth, logits, sample_weight=weights)
    repeated = evaluate(np.repeat(truth, weights), np.repeat(logits, weights, axis=0))
    assert weighted.accuracy == pytest.approx(repeated.accuracy)
    np.testing.assert_allclose(weighted.confusion_matrix, repeated.confusion_matrix)
    assert weighted.averages == pytest.approx(repeated.averages)
    for name, values in repeated.per_class.items():
        np.testing.assert_allclose(weighted.per_class[name], values, err_msg=name)
    for name in ("ece", "brier", "log_loss"):
        assert weighted.calibration[name] == pytest.approx(repeated.calibration[name])
    assert weighted.top_k(2) == pytest.approx(repeated.top_k(2))
    np.testing.assert_allclose(weighted.roc_curves()[0].area, repeated.roc_curves()[0].area)
    np.testing.assert_allclose(weighted.pr_curves()[0].chance, repeated.pr_curves()[0].chance)
    assert any("effective rows of 200" in note for note in weighted.notes)
    assert "undefined" not in weighted.to_html(pictures=True)


def test_equal_weights_change_no_score_and_uneven_ones_widen_the_interval():
    truth, logits = sample(300, 3)
    plain, twos = evaluate(truth, logits), evaluate(truth, logits, sample_weight=np.full(300, 2.0))
    assert twos.accuracy_interval == pytest.approx(plain.accuracy_interval)
    assert twos.macro_f1_interval == pytest.approx(plain.macro_f1_interval, abs=0.02)
    uneven = evaluate(truth, logits, sample_weight=np.r_[np.full(30, 50.0), np.ones(270)])
    assert np.ptp(uneven.accuracy_interval) > np.ptp(plain.accuracy_interval)


@pytest.mark.parametrize(
    "weights",
    [
        [1, 1],
        [1, 1, -1],
        [0, 0, 0],
        [1, 1, np.nan],
        [[1], [1], [1]],
        ["a", "b", "c"],
        [[1], [1, 2], [1]],
        np.array([1j, 1, 1]),
        [1e-200] * 3,
        [1e200] * 3,
    ],
)
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(InvalidInputError, match="sample_weight"):
        evaluate([0, 1, 1], y_pred=[0, 1, 0], sample_weight=weights)


def test_a_truth_of_one_class_has_average_precision_one_as_in_scikit_learn():
    p = np.array([[0.3, 0.7], [0.9, 0.1]])
    result = evaluate([1, 1], p)
    assert result.per_class["average_precision"][1] == 1
    assert metrics.average_precision_score([1, 1], p[:, 1]) == 1
    assert np.isnan(result.per_class["average_precision"][0])
    assert np.isnan(result.per_class["roc_auc"]).all()
    assert result.pr_curves()[1].area == 1
    assert 1 not in result.roc_curves()


def test_the_report_cannot_be_changed():
    result = evaluate(*sample())
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.accuracy = 1.0
    for array in (
        result.confusion_matrix,
        result.probabilities,
        result.per_class["f1"],
        result.calibration["bins"]["count"],
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_json_is_strict_and_complete():
    result = evaluate(
        ["a", "b", "a"], [[0.9, 0.1, 0.0], [0.4, 0.6, 0.0], [0.3, 0.7, 0.0]], labels=["a", "b", "ü"]
    )

    def never(token):
        raise AssertionError(token)

    data = json.loads(result.to_json(indent=1), parse_constant=never)
    assert data == result.to_dict()
    assert data["labels"] == ["a", "b", "ü"]
    assert data["per_class"]["f1"][2] is None
    assert data["confusion_matrix"] == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert data["accuracy_interval"] == pytest.approx(wilson_interval(2, 3))
    assert set(data["calibration"]) == {"bins", "ece", "brier", "log_loss"}


def test_the_frame_has_a_row_for_each_class():
    frame = evaluate(*sample(), class_names=list("abcd")).to_frame()
    assert list(frame.index) == list("abcd")
    assert list(frame.columns) == [
        "precision",
        "recall",
        "specificity",
        "f1",
        "support",
        "roc_auc",
        "average_precision",
    ]
    assert frame["support"].sum() == 300


def test_the_text_is_a_table_that_lines_up():
    text = str(evaluate(*sample(), class_names=["a", "a long name", "c", "d"]))
    assert "macro F1" in text
    assert "macro average" in text
    lines = text.splitlines()
    rules = [i for i, line in enumerate(lines) if line.startswith("---")]
    assert len({len(line) for line in lines[rules[0] - 1 : rules[1] + 4]}) == 1
    assert not any(line != line.rstrip() for line in lines)


def test_the_text_says_undefined_with_a_dash_and_a_note():
    text = str(evaluate([0, 0, 1], y_pred=[0, 0, 1], labels=[0, 1, 2]))
    assert "–" in text
    assert "nan" not in text
    assert "Never predicted, so precision is undefined: 2." in text
    assert "ROC AUC" not in text


class Reader(HTMLParser):
    """Collects tags with attributes, and checks that they nest."""

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_is_a_self_contained_fragment_with_scoped_headers():
    result = evaluate(*sample(), class_names=["<b>", "x&y", "c", "d"])
    html = result.to_html(pictures=True)
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    headers = [attrs for tag, attrs in reader.tags if tag == "th"]
    assert headers
    assert {attrs["scope"] for attrs in headers} == {"row", "col"}
    (image,) = [attrs for tag, attrs in reader.tags if tag == "img"]
    assert image["src"].startswith("data:image/png;base64,")
    assert "accuracy" in image["alt"]
    assert "<b>" not in html
    assert "http" not in html
    assert [tag for tag, _ in reader.tags].count("table") == 3
    assert "<img" not in result.to_html()
    assert result._repr_html_() == result.to_html()
    assert repr(result).startswith("<Evaluation of 300 rows, 4 classes: accuracy 0.")


def test_importing_evaluation_loads_nothing_heavy():
    code = (
        "import sys, coursekit.evaluation, coursekit.plots, coursekit.evaluation.displays\n"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'matplotlib', 'keras', 'tensorflow', "
        "'jax') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


TIED = {
    "sevenths": ([1, 2, 0, 1], np.array([[1, 4, 2], [0, 4, 3], [4, 1, 2], [2, 4, 1]]) / 7),
    "float16": (
        [0, 1, 2, 1, 0, 2],
        (np.array([[3, 3, 1], [1, 5, 1], [2, 3, 2], [2, 3, 2], [3, 3, 1], [1, 3, 3]]) / 7).astype(
            np.float16
        ),
    ),
}


def forest():
    """Truth and votes of seven trees for wine: sevenths, most of them tied."""
    from sklearn.datasets import load_wine
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import train_test_split

    split = train_test_split(
        *load_wine(return_X_y=True), random_state=1, stratify=load_wine().target
    )
    x_train, x_test, y_train, y_test = split
    return y_test, RandomForestClassifier(7, random_state=0).fit(x_train, y_train).predict_proba(
        x_test
    )


@pytest.mark.parametrize("case", [*TIED, "forest"])
def test_ties_stay_ties(case):
    truth, p = TIED[case] if case in TIED else forest()
    result = evaluate(truth, p)
    roc, pr = result.roc_curves(), result.pr_curves()
    for code in range(3):
        hit, scores = np.asarray(truth) == code, p[:, code].astype(np.float64)
        auc, ap = metrics.roc_auc_score(hit, scores), metrics.average_precision_score(hit, scores)
        assert result.per_class["roc_auc"][code] == pytest.approx(auc, abs=1e-12)
        assert result.per_class["average_precision"][code] == pytest.approx(ap, abs=1e-12)
        assert roc[code].area == pytest.approx(auc, abs=1e-12)
        assert pr[code].area == pytest.approx(ap, abs=1e-12)
    hits = np.eye(3)[truth].ravel()
    assert result.averages["micro_auc"] == pytest.approx(metrics.roc_auc_score(hits, p.ravel()))
    if case == "forest":
        assert result.calibration["log_loss"] == pytest.approx(metrics.log_loss(truth, p))
        np.testing.assert_array_equal(result.probabilities, p)


@pytest.mark.parametrize("one_column", [True, False])
def test_two_logits_whose_probability_rounds_to_one_are_still_ranked(one_column):
    truth, margin = [0, 1, 1, 0], np.array([40.0, 50.0, 60.0, -40.0])
    scores = margin if one_column else np.stack([-margin, margin], axis=1) / 2
    assert evaluate(truth, scores, from_logits=True).per_class["roc_auc"].tolist() == [1.0, 1.0]
    assert metrics.roc_auc_score(truth, margin) == 1.0


def test_infinite_logits_of_two_classes_are_ranked_first_and_last():
    result = evaluate([0, 1, 1], [[0.0, -np.inf], [-1e308, 1e308], [-3.0, 1.0]])
    assert result.per_class["roc_auc"].tolist() == [1.0, 1.0]


def test_rows_that_weigh_nothing_are_as_good_as_absent():
    p = np.array([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4], [0.5, 0.2, 0.3]])
    light = evaluate(["a", "b", "c", "a"], p, sample_weight=[1, 1, 0, 1])
    absent = evaluate(["a", "b", "a"], p[[0, 1, 3]], labels=["a", "b", "c"])
    assert np.isnan(light.per_class["average_precision"][2])
    assert light.averages == pytest.approx(absent.averages, nan_ok=True)
    assert light.roc_curves().keys() == absent.roc_curves().keys() == {0, 1, "micro", "macro"}
    assert light.pr_curves().keys() == absent.pr_curves().keys()
    alone = evaluate(["a", "b", "c", "a"], p, sample_weight=[1, 0, 0, 1])
    assert np.isnan(alone.per_class["roc_auc"]).all()
    assert alone.per_class["average_precision"][0] == 1


def test_weights_whose_sums_round_make_no_accuracy_above_one():
    weights = np.random.default_rng(0).random(1001)
    for n in range(900, 1001):
        truth = np.arange(n) % 7
        assert evaluate(truth, y_pred=truth, sample_weight=weights[:n]).accuracy <= 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda r: evaluate([0, 1], y_pred=[0, 1], confidence="95"), "confidence='95'"),
        (lambda r: evaluate([0, 1], y_pred=[0, 1], seed=-1), "seed=-1"),
        (lambda r: evaluate([0, 1], y_pred=[0, 1], seed="x"), "seed='x'"),
        (lambda r: r.top_k(1.5), "k=1.5"),
        (lambda r: r.top_k("1"), "k='1'"),
        (lambda r: r.worst(1.5), "k=1.5"),
    ],
)
def test_a_number_of_the_wrong_kind_is_named(call, said):
    with pytest.raises(InvalidInputError, match=f"Expected .*Received: {said}"):
        call(evaluate([0, 1], [[0.7, 0.3], [0.2, 0.8]]))
