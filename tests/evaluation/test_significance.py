"""Intervals cover, tests agree with the tables and with scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from coursekit.errors import InvalidInputError
from coursekit.evaluation import (
    accuracy,
    bootstrap_interval,
    difference_interval,
    holm,
    macro_f1_interval,
    mcnemar,
    paired_bootstrap,
    wilson_interval,
)
from coursekit.evaluation.significance import weighted_macro_f1_interval


@given(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.8, 0.95, 0.99]),
)
@settings(deadline=None)
def test_wilson_equals_scipy(pair, confidence):
    k, n = pair
    expected = stats.binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert wilson_interval(k, n, confidence) == pytest.approx(
        (expected.low, expected.high), abs=1e-12
    )


def test_wilson_at_the_edges():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(10, 10)[1] == 1.0
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[0] == pytest.approx(0.7225, abs=1e-4)


@pytest.mark.parametrize(
    "args", [(3, 2), (-1, 2), (1, 2, 1.0), (1, 2, 0), ("3", 10), (1, np.inf), (1, 2, "95")]
)
def test_wilson_refuses_what_is_no_share(args):
    with pytest.raises(InvalidInputError, match="Received"):
        wilson_interval(*args)


def predictions(both, b, c, neither):
    """Truth and two classifiers of which A alone is right on b rows and B alone on c."""
    right_a = np.repeat([1, 1, 0, 0], [both, b, c, neither])
    right_b = np.repeat([1, 0, 1, 0], [both, b, c, neither])
    return np.ones(len(right_a), int), right_a, right_b


@pytest.mark.parametrize(("b", "c"), [(7, 0), (3, 9), (12, 12), (1, 0), (20, 4)])
def test_few_disagreements_use_the_binomial(b, c):
    result = mcnemar(*predictions(50, b, c, 5))
    assert (result.b, result.c, result.exact) == (b, c, True)
    assert result.p_value == pytest.approx(stats.binomtest(b, b + c).pvalue)


@pytest.mark.parametrize(("b", "c"), [(25, 0), (60, 35), (13, 13), (300, 340)])
def test_many_disagreements_use_chi_square_with_continuity_correction(b, c):
    result = mcnemar(*predictions(50, b, c, 5))
    assert result.exact is False
    assert result.statistic == pytest.approx(max(0, abs(b - c) - 1) ** 2 / (b + c))
    assert result.p_value == pytest.approx(stats.chi2.sf(result.statistic, 1))


def test_exact_can_be_asked_for_at_any_size():
    result = mcnemar(*predictions(0, 700, 900, 0), exact=True)
    assert result.p_value == pytest.approx(stats.binomtest(700, 1600).pvalue, rel=1e-6)
    assert mcnemar(*predictions(9, 0, 0, 1), exact=False).p_value == 1


def test_no_disagreement_is_no_evidence():
    assert mcnemar(*predictions(90, 0, 0, 10)).p_value == 1


def test_mcnemar_names_the_argument_that_does_not_fit():
    with pytest.raises(InvalidInputError, match="pred_b"):
        mcnemar([0, 1], [0, 1], [0, 1, 1])


def test_the_fast_macro_f1_interval_agrees_with_resampled_rows():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 300)
    said = np.where(rng.random(300) < 0.8, truth, rng.integers(0, 4, 300))
    fast = macro_f1_interval(metrics.confusion_matrix(truth, said), n_resamples=4000, seed=1)
    slow = bootstrap_interval(
        lambda t, p: metrics.f1_score(t, p, average="macro"), truth, said, n_resamples=600, seed=2
    )
    assert fast == pytest.approx(slow, abs=0.012)
    assert fast[0] < metrics.f1_score(truth, said, average="macro") < fast[1]


def test_the_macro_f1_interval_is_repeatable():
    rng = np.random.default_rng(0)
    matrix = rng.integers(1, 20, (10, 10)) + np.diag(np.full(10, 900))
    first = macro_f1_interval(matrix, seed=5)
    assert first == macro_f1_interval(matrix, seed=5)
    assert first != macro_f1_interval(matrix, seed=6)


def test_the_macro_f1_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    share = np.array([[0.27, 0.04, 0.02], [0.03, 0.25, 0.05], [0.02, 0.03, 0.29]])
    expected = np.mean(2 * np.diag(share) / (share.sum(axis=0) + share.sum(axis=1)))
    inside = 0
    for seed in range(200):
        low, high = macro_f1_interval(
            rng.multinomial(400, share.ravel()).reshape(3, 3), n_resamples=300, seed=seed
        )
        inside += low <= expected <= high
    assert 0.89 <= inside / 200 <= 0.99


def test_a_class_never_seen_leaves_the_macro_f1_interval_as_it_is():
    matrix = np.array([[9, 1, 0], [2, 8, 0], [0, 0, 0]])
    assert macro_f1_interval(matrix) == macro_f1_interval(matrix[:2, :2])


def test_the_bootstrap_of_accuracy_is_near_wilson():
    truth = np.ones(400, int)
    said = np.repeat([1, 0], [340, 60])
    interval = bootstrap_interval(lambda t, p: float(np.mean(t == p)), truth, said, seed=4)
    assert interval == pytest.approx(wilson_interval(340, 400), abs=0.01)


def test_paired_differences_are_narrower_than_two_intervals_apart():
    rng = np.random.default_rng(0)
    truth = np.ones(500, int)
    a = (rng.random(500) < 0.9).astype(int)
    b = a.copy()
    b[np.flatnonzero(a)[:12]] = 0
    low, high = paired_bootstrap(lambda t, p: float(np.mean(t == p)), truth, a, b)
    assert 0 < low < 12 / 500 < high
    separate = wilson_interval(int(a.sum()), 500)
    assert high - low < separate[1] - separate[0]


def test_resamples_without_a_score_are_left_out_or_refused():
    truth = np.array([0] * 6 + [1])

    def needs_both(t, p):
        return accuracy(t, p) if len(np.unique(t)) == 2 else float("nan")

    low, high = bootstrap_interval(needs_both, truth, truth)
    assert (low, high) == (1.0, 1.0)
    with pytest.raises(InvalidInputError, match="nan in 10 of 10"):
        bootstrap_interval(lambda t, p: float("nan"), truth, truth, n_resamples=10)
    with pytest.raises(InvalidInputError, match="one length"):
        bootstrap_interval(needs_both, truth, truth[:3])
    with pytest.raises(InvalidInputError, match="resample"):
        bootstrap_interval(needs_both, truth, truth, n_resamples=0)
    with pytest.raises(InvalidInputError, match="seed=-1"):
        bootstrap_interval(needs_both, truth, truth, seed=-1)


def test_holm_by_hand():
    assert holm([0.005, 0.04, 0.03, 0.5]) == pytest.approx([0.02, 0.09, 0.09, 0.5])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
    for unfit in ([0.01, 2], [0.01, np.nan], [-0.1], ["0.1"]):
        with pytest.raises(InvalidInputError, match="from 0 to 1"):
            holm(unfit)


def test_the_difference_of_accuracies_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    truth = np.zeros(150, int)
    inside = 0
    for _ in range(400):
        both = rng.choice(4, size=150, p=[0.85, 0.08, 0.03, 0.04])  # right/right, /wrong, ...
        a, b = (both >= 2).astype(int), (both % 2).astype(int)
        _, (low, high) = difference_interval(truth, a, b)
        inside += low <= (0.08 - 0.03) <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_the_difference_of_accuracies_has_the_sign_of_the_first():
    truth = [1] * 40
    difference, (low, high) = difference_interval(truth, truth, [1] * 30 + [0] * 10)
    assert difference == pytest.approx(0.25)
    assert 0 < low < 0.25 < high < 1
    mirrored, (low2, high2) = difference_interval(truth, [1] * 30 + [0] * 10, truth)
    assert (mirrored, low2, high2) == pytest.approx((-difference, -high, -low))


def test_weighted_resampling_agrees_with_the_fast_interval_where_weights_are_equal():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 300)
    said = np.where(rng.random(300) < 0.8, truth, rng.integers(0, 4, 300))
    fast = macro_f1_interval(metrics.confusion_matrix(truth, said), n_resamples=2000, seed=1)
    slow = weighted_macro_f1_interval(truth, said, 4, np.full(300, 0.5), seed=2)
    assert fast == pytest.approx(slow, abs=0.015)
