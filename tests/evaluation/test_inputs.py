"""Each way that people hand over labels and scores ends in the right numbers or in one clear
error."""

import numpy as np
import pandas as pd
import pytest

from coursekit.errors import InvalidInputError
from coursekit.evaluation import confusion_matrix, evaluate

TRUTH = np.array([0, 1, 2, 2, 1, 0])
PROBABILITIES = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.1, 0.8, 0.1],
        [0.2, 0.2, 0.6],
        [0.3, 0.4, 0.3],
        [0.25, 0.5, 0.25],
        [0.5, 0.25, 0.25],
    ]
)
LOGITS = np.log(PROBABILITIES) + np.array([[3.0], [-1.0], [0.5], [2.0], [-4.0], [0.0]])


def refuses(pattern, *args, **kwargs):
    with pytest.raises(InvalidInputError, match=pattern) as caught:
        evaluate(*args, **kwargs)
    assert "\n" not in str(caught.value)
    assert "Received" in str(caught.value)


@pytest.mark.parametrize(
    "truth",
    [
        TRUTH.tolist(),
        TRUTH[:, None],
        TRUTH.astype(np.float32),
        TRUTH.astype(np.uint8),
        np.eye(3)[TRUTH],
        np.eye(3, dtype=bool)[TRUTH],
        pd.Series(TRUTH, index=range(10, 16)),
        TRUTH.astype(object),
    ],
    ids=["list", "(n, 1)", "float", "uint8", "one-hot", "one-hot bool", "Series", "object"],
)
def test_every_form_of_truth_gives_the_same_report(truth):
    assert evaluate(truth, PROBABILITIES).to_dict() == evaluate(TRUTH, PROBABILITIES).to_dict()


def test_logits_are_detected_and_give_the_report_of_their_softmax():
    by_logits = evaluate(TRUTH, LOGITS)
    assert by_logits.scores == "logits"
    np.testing.assert_allclose(by_logits.probabilities, PROBABILITIES, atol=1e-12)
    assert "Scores were read as logits." in by_logits.notes
    assert by_logits.averages == pytest.approx(evaluate(TRUTH, PROBABILITIES).averages)


def test_logits_of_any_size_do_not_overflow():
    result = evaluate([0, 1], [[5e4, -5e4], [-1e300, 1e300]])
    np.testing.assert_allclose(result.probabilities, np.eye(2))


def test_log_probabilities_with_minus_infinity_are_logits():
    np.testing.assert_allclose(
        evaluate([0, 1], [[0.0, -np.inf], [np.log(0.25), np.log(0.75)]]).probabilities[1],
        [0.25, 0.75],
    )


def test_positive_logits_that_reach_above_one_are_logits():
    assert evaluate([0, 1], [[3.0, 1.0], [0.5, 7.0]]).scores == "logits"


@pytest.mark.parametrize(
    "scores",
    [[[0.9, 0.8, 0.1], [0.2, 0.3, 0.1]], [[60.0, 40.0, 0.0], [10.0, 20.0, 70.0]]],
    ids=["sigmoids", "per cent"],
)
def test_scores_that_may_be_either_are_refused_until_said(scores):
    refuses("from_logits=", [0, 1], scores)
    assert evaluate([0, 1], scores, from_logits=True).scores == "logits"
    shares = evaluate([0, 1], scores, from_logits=False).probabilities
    np.testing.assert_allclose(shares, np.array(scores) / np.sum(scores, axis=1, keepdims=True))


def test_saying_probabilities_of_logits_is_an_error():
    refuses("from_logits=True", TRUTH, LOGITS, from_logits=False)
    refuses('"auto", True or False', TRUTH, LOGITS, from_logits="yes")
    refuses("all zeros", [0, 1], [[0.0, 0.0], [0.5, 0.5]], from_logits=False)


def test_float16_probabilities_are_renormalised_in_float64():
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(10), 500)
    truth = rng.integers(0, 10, 500)
    half = evaluate(truth, scores.astype(np.float16))
    assert half.scores == "probabilities"
    assert half.probabilities.dtype == np.float64
    np.testing.assert_allclose(half.probabilities.sum(axis=1), 1, atol=1e-12)
    assert half.averages["macro_auc"] == pytest.approx(
        evaluate(truth, scores).averages["macro_auc"], abs=1e-3
    )


def test_bfloat16_probabilities_are_accepted():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    result = evaluate(TRUTH, PROBABILITIES.astype(ml_dtypes.bfloat16))
    assert result.scores == "probabilities"
    assert result.accuracy == pytest.approx(5 / 6)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_binary_with_one_column_equals_binary_with_two(shape):
    truth, p = [0, 1, 1, 0], np.array([0.2, 0.7, 0.4, 0.1])
    one = evaluate(truth, p.reshape(shape))
    two = evaluate(truth, np.stack([1 - p, p], axis=1))
    assert one.to_dict() == two.to_dict()
    assert one.averages["macro_auc"] == pytest.approx(1.0)
    logit = evaluate(truth, np.log(p / (1 - p)).reshape(shape))
    assert logit.scores == "logits"
    np.testing.assert_allclose(logit.probabilities, one.probabilities)


def test_binary_truth_may_be_booleans_or_strings():
    assert evaluate([False, True], [0.2, 0.9]).accuracy == 1
    result = evaluate(["no", "yes"], [0.2, 0.9])
    assert result.labels == ("no", "yes")
    assert result.accuracy == 1
    assert evaluate(["yes", "no"], [0.2, 0.9], labels=["yes", "no"]).accuracy == 1


def test_one_column_of_positive_values_may_be_either():
    refuses("from_logits=", [0, 1], [0.5, 1.5])


@pytest.mark.parametrize(
    "said", [[0, 1, 1], [0.0, 1.0, 1.0], [True, False, True], [0, 2, 1], ["a", "b", "a"]]
)
def test_predicted_labels_in_place_of_scores_are_refused(said):
    refuses("y_pred=", [0, 1, 0] if said[0] != "a" else ["a", "b", "b"], said)


def test_predicted_labels_have_their_own_argument():
    result = evaluate([0, 1, 2, 2], y_pred=[0, 1, 1, 2])
    assert result.accuracy == 0.75
    assert result.scores == "predictions"
    assert np.isnan(result.averages["macro_auc"])
    assert np.isnan(result.calibration["ece"])


def test_predictions_beside_scores_decide_the_matrix_and_scores_the_areas():
    result = evaluate(TRUTH, PROBABILITIES, y_pred=[0] * 6)
    assert result.confusion_matrix[:, 0].tolist() == [2, 2, 2]
    assert result.averages["macro_auc"] == evaluate(TRUTH, PROBABILITIES).averages["macro_auc"]


def test_swapped_arguments_are_named():
    refuses("swapped", PROBABILITIES, TRUTH)
    refuses("swapped", [0.2, 0.7, 0.4], [0, 1, 1])
    refuses("swapped", PROBABILITIES, np.eye(3)[TRUTH])


def test_nan_and_infinity_are_counted_and_located():
    bad = PROBABILITIES.copy()
    bad[4, 1] = np.nan
    refuses("NaN in 1 of 6 rows, the first in row 4", TRUTH, bad)
    refuses("NaN in 1 of 3 rows", [0, np.nan, 1], y_pred=[0, 1, 1])
    bad[4, 1] = np.inf
    refuses("infinity", TRUTH, bad)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_label_is_not_a_class(missing):
    refuses("1 missing, the first in row 1", ["a", missing, "b"], y_pred=["a", "a", "b"])
    refuses(
        "1 missing, the first in row 1",
        pd.Series(["a", missing, "b"], dtype=object),
        y_pred=["a", "a", "b"],
    )


def test_string_labels_follow_labels_or_class_names_so_that_10_comes_after_2():
    names = [str(i) for i in range(1, 12)]
    truth = [*names, "10"]
    scores = np.eye(11)[[*range(11), 9]] * 0.9 + 0.1 / 11
    for given in ({"labels": names}, {"class_names": names}):
        result = evaluate(truth, scores, **given)
        assert result.accuracy == 1
        assert list(result.class_names) == names
    refuses("Pass labels= in the order of the score columns", truth, scores)


def test_string_labels_without_an_order_are_sorted_as_scikit_learn_sorts_them():
    result = evaluate(["dog", "cat"], [[0.1, 0.9], [0.8, 0.2]])
    assert result.labels == ("cat", "dog")
    assert result.accuracy == 1


def test_labels_name_the_columns_in_any_order():
    result = evaluate(
        [7, 3, 5], np.eye(3), labels=[7, 3, 5], class_names=["seven", "three", "five"]
    )
    assert result.accuracy == 1
    assert result.labels == (7, 3, 5)
    assert result.class_names == ("seven", "three", "five")


def test_labels_that_do_not_fit_are_refused():
    refuses("one label per score column", TRUTH, PROBABILITIES, labels=[0, 1])
    refuses("each label once", TRUTH, PROBABILITIES, labels=[0, 1, 1])
    refuses(r"Received: \[3\]", [0, 3], np.eye(3)[:2])
    refuses("of one kind", TRUTH, PROBABILITIES, labels=["a", "b", "c"])
    refuses("one class name per class", TRUTH, PROBABILITIES, class_names=["a"])
    refuses("as many one-hot columns", np.eye(4)[TRUTH], PROBABILITIES)
    refuses(
        "Received: int, str|Received: str, int", np.array([1, "a"], dtype=object), y_pred=[1, 1]
    )
    refuses("Received: int, str", [1, "a"], y_pred=["a", "a"])


def test_shapes_that_do_not_fit_are_refused():
    refuses("one pass over the data", TRUTH[:5], PROBABILITIES)
    refuses("one pass over the data", TRUTH, y_pred=TRUTH[:3])
    refuses("shape", TRUTH, PROBABILITIES[None])
    refuses("shape", TRUTH[None, None], PROBABILITIES)
    refuses("at least one row", [], np.zeros((0, 3)))
    refuses("different length", TRUTH, [[0.5, 0.5], [1.0]])
    refuses("exactly one 1", [[1, 1, 0], [0, 1, 0]], PROBABILITIES[:2])
    refuses("neither", TRUTH)
    refuses("integers, booleans or strings", np.array([1j, 2]), y_pred=[1, 2])


def test_a_label_that_is_not_listed_is_never_dropped():
    with pytest.raises(InvalidInputError, match=r"y_pred from \[0, 1\]. Received: \[2\]"):
        confusion_matrix([0, 1], [0, 2], labels=[0, 1])


@pytest.mark.parametrize(
    ("truth", "columns", "kwargs"),
    [
        (["a", "b", "a"], ["b", "a"], {}),
        (["a", "b", "a"], ["b", "a"], {"labels": ["a", "b"]}),
        (["a", "b", "a"], ["b", "a"], {"class_names": ["a", "b"]}),
        ([0, 1, 0], [1, 0], {}),
        ([0, 1, 0], ["b", "a"], {"class_names": ["a", "b"]}),
        ([5, 7, 5], [7, 5], {}),
        (pd.DataFrame(np.eye(2)[[0, 1, 0]], columns=["a", "b"]), ["b", "a"], {}),
    ],
)
def test_a_data_frames_columns_are_taken_by_their_names(truth, columns, kwargs):
    scores = pd.DataFrame([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]], columns=columns)
    result = evaluate(truth, scores, **kwargs)
    assert result.accuracy == 1
    assert result.averages["macro_auc"] == 1


def test_columns_that_name_no_label_are_refused_and_plain_ones_count():
    scores = pd.DataFrame(PROBABILITIES, columns=["x", "y", "z"])
    refuses(r"named after the labels, \[0, 1, 2\].*to_numpy\(\)", TRUTH, scores)
    refuses("named after the labels", TRUTH, scores, class_names=["x", "y", "a"])
    refuses(
        r"Received: \['c'\]",
        [*"abcabc"],
        scores[["x", "y"]].set_axis(["a", "b"], axis=1),
        from_logits=False,
    )
    plain = evaluate(TRUTH, pd.DataFrame(PROBABILITIES))
    assert plain.to_dict() == evaluate(TRUTH, PROBABILITIES).to_dict()
    truth = pd.DataFrame(np.eye(3)[TRUTH], columns=["a", "b", "d"])
    refuses("named after the labels", truth, PROBABILITIES, class_names=["a", "b", "c"])


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ([1e300, 2e300], "1e\\+300"),
        (np.array([2**63, 1], np.uint64), str(2**63)),
        ([2**64, 1], str(2**64)),
        ([2.0**53, 2.0**53 + 2], "9007199254740992.0"),
    ],
)
def test_labels_that_would_become_one_are_refused(truth, said):
    refuses(f"Received: {said}. Pass such labels as strings", truth, y_pred=truth[::-1])
    assert evaluate(list(map(str, truth)), y_pred=list(map(str, truth))[::-1]).accuracy == 0


def test_what_has_no_order_of_its_own_names_no_columns():
    for name in ("labels", "class_names"):
        for unfit in (3, "abc", {0, 1, 2}, np.array(3)):
            refuses(f"{name} as a list in the order", TRUTH, PROBABILITIES, **{name: unfit})
        assert evaluate(TRUTH, PROBABILITIES, **{name: (i for i in range(3))}).labels == (0, 1, 2)


def test_what_is_no_list_of_labels_is_named():
    refuses("list or an array.*Received: generator", (i for i in TRUTH), PROBABILITIES)
    refuses("Drop these rows", [0, np.nan, 1], y_pred=[0, 1, 1])
    refuses("1 missing, the first in row 1", [["a"], [np.nan]], y_pred=["a", "a"])


def test_arguments_are_left_as_they_were():
    truth, scores = TRUTH.copy(), PROBABILITIES.copy()
    evaluate(truth, scores)
    assert truth.flags.writeable
    assert scores.flags.writeable
    np.testing.assert_array_equal(truth, TRUTH)
    np.testing.assert_array_equal(scores, PROBABILITIES)
