"""Hidden checks of lab 05: run at grading only."""

import itertools
import math

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_true, assert_unchanged

# 5.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_k_folds_with_k_equal_n_leaves_one_out(student):
    order = student.rng.permutation(50)[: student.rng.integers(4, 9)]
    folds = student.k_folds(order, len(order))
    held_out = [np.asarray(validation).tolist() for _, validation in folds]
    assert_true(
        held_out == [[row] for row in order.tolist()],
        tried=f"k_folds({order.tolist()}, {len(order)})",
        expected="one row held out per fold, in order",
        got=held_out,
    )
    single = student.leave_p_out(order, 1)
    alone = sorted(np.asarray(validation).tolist() for _, validation in single)
    assert_true(
        alone == sorted(held_out),
        tried=f"leave_p_out({order.tolist()}, 1)",
        expected="every row held out alone, once",
        got=alone,
    )
    for train, validation in [*folds, *single]:
        assert_close(
            np.sort(np.concatenate([train, validation])),
            np.sort(order),
            tried=f"training and validation rows together, order={order}",
        )


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_k_folds_gives_the_first_pieces_the_extra_rows(student):
    k = int(student.rng.integers(6, 10))
    extra = int(student.rng.integers(2, k))
    order = 100 + student.rng.permutation(2 * k + extra)
    sizes = [len(validation) for _, validation in student.k_folds(order, k)]
    assert_close(
        np.array(sizes),
        np.array([3] * extra + [2] * (k - extra)),
        tried=f"sizes of the validation pieces, n={len(order)}, k={k}",
    )


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_leave_p_out_repeats_no_set_and_shares_rows_evenly(student):
    n, p = int(student.rng.integers(6, 9)), 4
    order = student.rng.permutation(40)[:n]
    sets = [
        tuple(sorted(np.asarray(validation).tolist()))
        for _, validation in student.leave_p_out(order, p)
    ]
    tried = f"leave_p_out({order.tolist()}, {p})"
    assert_true(
        len(sets) == len(set(sets)) == math.comb(n, p),
        tried=tried,
        expected=f"{math.comb(n, p)} different sets",
        got=f"{len(sets)} sets, {len(set(sets))} different",
    )
    times = np.array(
        [sum(row in held_out for held_out in sets) for row in order.tolist()]
    )
    assert_close(
        times,
        np.full(n, math.comb(n - 1, p - 1)),
        tried=f"{tried}: how often each row is held out",
    )


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_cutting_leaves_order_unchanged(student):
    order = student.rng.permutation(11)
    for name, number in (("k_folds", 4), ("leave_p_out", 2)):
        pairs, after = student.call_tracking(name, order, number)
        count = {"k_folds": 1, "leave_p_out": 10}[name]  # how often each row validates
        assert_close(
            np.sort(np.concatenate([validation for _, validation in pairs])),
            np.repeat(np.arange(11), count),
            tried=f"the validation rows of {name}(order, {number})",
        )
        assert_unchanged(
            order, after[0], tried=f"{name}(order, {number})", name="`order`"
        )


# 5.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_with_string_labels_and_uneven_folds(student):
    n = int(student.rng.integers(9, 20))
    x = student.rng.normal(5, 3, (n, 2)).astype(np.float32)
    y = student.rng.choice(["ill", "healthy"], n)
    rows = student.rng.permutation(n)
    folds = [
        (rows[1:], rows[:1]),
        (rows[:-4], rows[-4:]),
        (rows[3:6], rows[6:9]),
    ]  # one row; four; a fold that uses a part of the data
    got = student.fold_scores(
        lambda x_train, y_train, x_validation: np.array(["ill"] * len(x_validation)),
        x,
        y,
        folds,
    )
    assert_close(
        got,
        np.array([np.mean(y[validation] == "ill") for _, validation in folds]),
        tried="accuracy of always answering 'ill' in folds of 1, 4 and 3 rows",
    )


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_never_lets_validation_rows_change_the_training_rows(student):
    x, y = student.rng.normal(size=(12, 2)), student.rng.integers(0, 2, 12)
    fold = [(np.arange(8), np.arange(8, 12))]
    seen = []

    def remember(x_train, y_train, x_validation):
        seen.append(np.asarray(x_train))
        return np.zeros(len(x_validation), dtype=int)

    student.fold_scores(remember, x, y, fold)
    far = x.copy()
    far[8:] += 1000 * (1 + student.rng.random((4, 2)))
    student.fold_scores(remember, far, y, fold)
    assert_true(
        len(seen) == 2,
        tried="fold_scores with one fold, twice",
        expected="2 calls of fit_predict, one per fold",
        got=f"{len(seen)} calls",
    )
    assert_close(
        seen[1],
        seen[0],
        tried="x_train of the same fold after the validation rows moved far away",
    )


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_divides_a_constant_column_by_one_in_validation_rows_too(student):
    x, y = student.rng.normal(size=(12, 2)), student.rng.integers(0, 2, 12)
    x[:8, 1] = student.rng.integers(1, 50)  # constant in the training rows alone
    seen = []

    def remember(x_train, y_train, x_validation):
        seen.append(np.asarray(x_validation))
        return np.zeros(len(x_validation), dtype=int)

    got = student.fold_scores(remember, x, y, [(np.arange(8), np.arange(8, 12))])
    assert_close(got, [np.mean(y[8:] == 0)], tried="every row predicted as 0")
    assert_close(
        seen[0][:, 1],
        x[8:, 1] - x[0, 1],
        tried="validation rows of a column that is constant in the training rows",
    )


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_leaves_the_data_unchanged(student):
    x, y = student.rng.normal(3, 2, (10, 3)), student.rng.integers(0, 2, 10)
    folds = [(np.arange(5), np.arange(5, 10)), (np.arange(5, 10), np.arange(5))]
    scores, after = student.call_tracking(
        "fold_scores",
        lambda x_train, y_train, x_validation: np.zeros(len(x_validation), dtype=int),
        x,
        y,
        folds,
    )
    assert_close(
        scores,
        [np.mean(y[5:] == 0), np.mean(y[:5] == 0)],
        tried="fold_scores with two folds, every row predicted as 0",
    )
    assert_unchanged(x, after[1], tried="fold_scores with two folds", name="`x`")
    assert_unchanged(y, after[2], tried="fold_scores with two folds", name="`y`")


# 5.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_margins_count_the_rows(student):
    labels = student.rng.permutation([7, 3, 12, 5]).tolist()
    y_true, y_pred = student.rng.choice(labels, (2, 80))
    got = np.asarray(student.confusion_matrix(y_true, y_pred, labels))
    assert_true(
        got.shape == (4, 4),
        tried=f"labels={labels}",
        expected="a matrix of shape (4, 4)",
        got=f"shape {got.shape}",
    )
    assert_close(
        got.sum(axis=1),
        np.array([np.sum(y_true == a) for a in labels]),
        tried=f"row sums, labels={labels}: rows per actual class",
    )
    assert_close(
        got.sum(axis=0),
        np.array([np.sum(y_pred == a) for a in labels]),
        tried=f"column sums, labels={labels}: rows per predicted class",
    )
    assert_close(
        np.diag(got),
        np.array([np.sum((y_true == a) & (y_pred == a)) for a in labels]),
        tried=f"diagonal, labels={labels}: right answers per class",
    )


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_of_one_row_and_of_one_class(student):
    labels = ["b", "a", "c"]
    t, p = student.rng.permutation(3)[:2]
    wanted = np.zeros((3, 3))
    wanted[t, p] = 1
    assert_close(
        student.confusion_matrix([labels[t]], [labels[p]], labels),
        wanted,
        tried=f"one row, actual {labels[t]!r}, predicted {labels[p]!r}, labels={labels}",
    )
    n = int(student.rng.integers(2, 9))
    assert_close(
        student.confusion_matrix([4] * n, [4] * n, [4]),
        np.array([[n]]),
        tried=f"{n} rows of one class",
    )


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_follows_a_new_order_of_labels(student):
    y_true, y_pred = student.rng.integers(0, 4, (2, 50))
    plain = np.asarray(student.confusion_matrix(y_true, y_pred, [0, 1, 2, 3]))
    assert_close(plain.sum(), 50, tried="sum of all entries for 50 rows")
    order = [2, 0, 3, 1]
    got = student.confusion_matrix(y_true, y_pred, order)
    wanted = [[np.sum((y_true == a) & (y_pred == b)) for b in order] for a in order]
    assert_close(
        got,
        np.array(wanted),
        tried=f"50 rows with labels={order}: rows and columns follow this order",
    )


# 5.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_of_many_classes_one_against_the_rest(student):
    c = int(student.rng.integers(5, 9))
    matrix = student.rng.integers(0, 9, (c, c)) + np.diag(
        student.rng.integers(1, 40, c)
    )
    got = student.class_scores(matrix)
    for i in range(c):
        rest = np.arange(c) != i
        small = np.array(
            [
                [matrix[i, i], matrix[i, rest].sum()],
                [matrix[rest, i].sum(), matrix[np.ix_(rest, rest)].sum()],
            ],
            dtype=float,
        )
        precision, recall = (
            small[0, 0] / small[:, 0].sum(),
            small[0, 0] / small[0].sum(),
        )
        wanted = {
            "precision": precision,
            "recall": recall,
            "specificity": small[1, 1] / small[1].sum(),
            "f1": 2 / (1 / precision + 1 / recall),
        }
        for key, value in wanted.items():
            assert_close(
                got[key][i],
                value,
                tried=f"{key} of class {i} against the other {c - 1}, counts {small.astype(int).tolist()}",
            )


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_transposing_swaps_precision_and_recall(student):
    matrix = student.rng.integers(1, 50, (3, 3))
    got, turned = student.class_scores(matrix), student.class_scores(matrix.T)
    assert_close(
        turned["recall"],
        got["precision"],
        tried="recall of the transposed matrix against precision of the matrix",
    )
    assert_close(
        turned["f1"],
        got["f1"],
        tried="f1 of the transposed matrix: swapping precision and recall must not move it",
    )
    assert_close(
        got["recall"],
        np.diag(matrix) / matrix.sum(axis=1),
        tried=f"recall of {matrix.tolist()}",
    )
    assert_close(
        got["macro_f1"],
        np.mean(2 * np.diag(matrix) / (matrix.sum(axis=0) + matrix.sum(axis=1))),
        tried=f"macro_f1 of {matrix.tolist()}",
    )


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_when_denominators_vanish(student):
    n = int(student.rng.integers(1, 30))
    only = student.class_scores(np.array([[n]]))
    for key, value in {
        "precision": 1.0,
        "recall": 1.0,
        "specificity": 0.0,
        "f1": 1.0,
    }.items():
        assert_close(
            np.asarray(only[key]),
            np.array([value]),
            tried=f"{key} of [[{n}]]: one class, so there are no others to let go",
        )
    missed = student.class_scores(
        np.array([[0, n], [0, 2 * n]])
    )  # class 0 is never predicted
    for key, value in {
        "precision": [0, 2 / 3],
        "recall": [0, 1],
        "specificity": [1, 0],
        "f1": [0, 0.8],
    }.items():
        assert_close(
            missed[key],
            np.array(value, dtype=float),
            tried=f"{key} of {[[0, n], [0, 2 * n]]}: class 0 is never predicted",
        )
    assert_close(missed["macro_f1"], 0.4, tried=f"macro_f1 of {[[0, n], [0, 2 * n]]}")


# 5.5 ------------------------------------------------------------------------------------------------------------------


def scored(rng, n, decimals=1):
    y = rng.integers(0, 2, n)
    y[:2] = [1, 0]
    return y, np.round(rng.normal(size=n) + 0.8 * y, decimals)


@pytest.mark.exercise("5.5")
@pytest.mark.points(2)
def test_area_of_roc_is_the_share_of_pairs_in_the_right_order(student):
    for decimals in (0, 1):
        y, score = scored(student.rng, 35, decimals)
        ill, healthy = score[y == 1][:, None], score[y == 0]
        wanted = np.mean(ill > healthy) + 0.5 * np.mean(ill == healthy)
        fpr, tpr = student.roc_curve(y, score)
        assert_close(
            student.area_under(fpr, tpr),
            wanted,
            tried="AUC of 35 rows with ties, against the share of (ill, healthy) pairs in the right order, ties half",
        )


@pytest.mark.exercise("5.5")
@pytest.mark.points(1)
def test_roc_curve_depends_on_the_order_of_scores_only(student):
    y, score = scored(student.rng, 25)
    fpr, tpr = student.roc_curve(y, score)
    for name, changed in {
        "exp(score)": np.exp(score),
        "score - 100": score - 100,
        "score / 1000": score / 1000,
    }.items():
        again = student.roc_curve(y, changed)
        assert_close(
            np.stack(again),
            np.stack([fpr, tpr]),
            tried=f"ROC of {name} against ROC of score",
        )
    mixed = student.rng.permutation(len(y))
    assert_close(
        np.stack(student.roc_curve(y[mixed], score[mixed])),
        np.stack([fpr, tpr]),
        tried="ROC after shuffling the rows",
    )
    n_points = 1 + len(np.unique(score))
    assert_true(
        len(fpr) == n_points,
        tried=f"roc_curve with {n_points - 1} distinct scores",
        expected=f"{n_points} points",
        got=f"{len(fpr)} points",
    )


@pytest.mark.exercise("5.5")
@pytest.mark.points(1)
def test_roc_curve_of_equal_perfect_and_reversed_scores(student):
    n = int(student.rng.integers(4, 12))
    y = student.rng.permutation(np.arange(n) % 2)
    fpr, tpr = student.roc_curve(y, np.full(n, student.rng.normal()))
    assert_close(
        np.stack([fpr, tpr]),
        np.array([[0.0, 1.0], [0.0, 1.0]]),
        tried=f"ROC of {n} rows that all have the same score: two points",
    )
    for sign, area in ((1, 1.0), (-1, 0.0)):
        score = sign * (y + 0.5 * student.rng.random(n))
        fpr, tpr = student.roc_curve(y, score)
        assert_close(
            np.array([fpr[0], tpr[0], fpr[-1], tpr[-1]]),
            np.array([0.0, 0.0, 1.0, 1.0]),
            tried="first and last point of the curve: fpr, tpr, fpr, tpr",
        )
        assert_close(
            student.area_under(fpr, tpr),
            area,
            tried="AUC when every ill row scores "
            + ("above" if sign > 0 else "below")
            + " every healthy one",
        )


@pytest.mark.exercise("5.5")
@pytest.mark.points(1)
def test_area_under_is_exact_for_straight_lines_and_lists(student):
    a, b = student.rng.uniform(-1, 1, 2)
    x = np.sort(student.rng.uniform(-2, 3, 7))
    x[3] = x[4]  # a vertical step has no width
    wanted = a * (x[-1] ** 2 - x[0] ** 2) / 2 + b * (x[-1] - x[0])
    assert_close(
        student.area_under(x.tolist(), (a * x + b).tolist()),
        wanted,
        tried=f"area under the line {a:.2f} x + {b:.2f} at 7 uneven points, given as lists",
    )


# 5.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.6")
@pytest.mark.points(1)
def test_average_precision_is_the_mean_precision_at_each_hit(student):
    for n in (2, 6, 30):
        y = student.rng.permutation(np.arange(n) % 2)
        score = student.rng.permutation(n).astype(np.float32) - n / 2
        ranked = y[np.argsort(-score)]
        hits = np.cumsum(ranked) / (1 + np.arange(n))
        recall, precision = student.precision_recall_curve(y, score)
        assert_close(
            student.average_precision(recall, precision),
            hits[ranked == 1].mean(),
            tried=f"{n} rows without ties: mean of the precisions at the true cases",
        )


@pytest.mark.exercise("5.6")
@pytest.mark.points(1)
def test_precision_recall_curve_of_equal_scores_and_of_one_class(student):
    n = int(student.rng.integers(5, 15))
    y = np.zeros(n, dtype=int)
    y[student.rng.permutation(n)[:2]] = 1
    recall, precision = student.precision_recall_curve(y, np.full(n, 0.3))
    assert_close(
        np.stack([recall, precision]),
        np.array([[1.0], [2 / n]]),
        tried=f"{n} rows with equal scores, 2 of them ill: one point",
    )
    score = student.rng.normal(size=n)
    recall, precision = student.precision_recall_curve(np.ones(n, dtype=int), score)
    assert_close(
        np.stack([recall, precision]),
        np.stack([np.arange(1, n + 1) / n, np.ones(n)]),
        tried=f"{n} rows, all ill: recall climbs, precision stays 1",
    )


@pytest.mark.exercise("5.6")
@pytest.mark.points(1)
def test_precision_recall_curve_with_many_ties(student):
    y, score = scored(student.rng, 60, decimals=0)
    recall, precision = student.precision_recall_curve(y, score)
    levels = sorted(set(score.tolist()), reverse=True)
    assert_true(
        len(recall) == len(levels),
        tried=f"precision_recall_curve with {len(levels)} distinct scores",
        expected=f"{len(levels)} points",
        got=f"{len(recall)} points",
    )
    steps = [((score == level) & (y == 1)).sum() for level in levels]
    calls = [(score >= level).sum() for level in levels]
    found = list(itertools.accumulate(steps))
    wanted = sum(
        s / found[-1] * f / c for s, f, c in zip(steps, found, calls, strict=True)
    )
    assert_close(
        student.average_precision(recall, precision),
        wanted,
        tried=f"average precision of 60 rows with {len(levels)} distinct scores",
    )


# 5.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.7")
@pytest.mark.points(1)
def test_wilson_interval_mirrors_right_and_wrong(student):
    for n in (1, 7, 400):
        k, z = int(student.rng.integers(0, n + 1)), float(student.rng.uniform(0.5, 3))
        low, high = student.wilson_interval(k, n, z)
        other = student.wilson_interval(n - k, n, z)
        assert_close(
            np.array(other),
            np.array([1 - high, 1 - low]),
            tried=f"k={n - k} of {n} against the mirror of k={k}, z={z:.2f}",
            atol=1e-7,
        )
        middle = (k + z * z / 2) / (n + z * z)
        assert_close(
            (low + high) / 2,
            middle,
            tried=f"middle of wilson_interval({k}, {n}, {z:.2f}): it leans from k/n towards 1/2",
            atol=1e-7,
        )
        half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
        assert_close(
            (high - low) / 2,
            half,
            tried=f"half the width of wilson_interval({k}, {n}, {z:.2f})",
            atol=1e-7,
        )


@pytest.mark.exercise("5.7")
@pytest.mark.points(1)
def test_wilson_interval_stays_inside_zero_and_one(student):
    for n in [1, 2, *student.rng.integers(3, 3000, 4).tolist()]:
        for k in (0, n):
            low, high = student.wilson_interval(k, n)
            inside = -1e-7 <= low <= k / n + 1e-7 and k / n - 1e-7 <= high <= 1 + 1e-7
            assert_true(
                inside,
                tried=f"wilson_interval({k}, {n})",
                expected=f"an interval inside [0, 1] that holds {k / n:.0f}",
                got=(low, high),
            )
            assert_close(
                high - low,
                1.96**2 / (n + 1.96**2),
                tried=f"width of wilson_interval({k}, {n})",
                atol=1e-7,
            )


# 5.8 ------------------------------------------------------------------------------------------------------------------


def split(rng, only_a, only_b, both, neither, names):
    """Rows of two classes with the given counts, in random order."""
    truth = rng.integers(0, 2, only_a + only_b + both + neither)
    a_right = np.repeat([1, 0, 1, 0], [only_a, only_b, both, neither])
    b_right = np.repeat([0, 1, 1, 0], [only_a, only_b, both, neither])
    rows = np.stack(
        [
            truth,
            np.where(a_right, truth, 1 - truth),
            np.where(b_right, truth, 1 - truth),
        ]
    )
    return [
        [names[value] for value in row] for row in rows[:, rng.permutation(len(truth))]
    ]


@pytest.mark.exercise("5.8")
@pytest.mark.points(1)
def test_mcnemar_takes_strings_and_ignores_rows_that_cannot_decide(student):
    only_a, only_b = int(student.rng.integers(4, 9)), int(student.rng.integers(0, 4))
    few = student.mcnemar(*split(student.rng, only_a, only_b, 3, 0, ["healthy", "ill"]))
    many = student.mcnemar(
        *split(student.rng, only_a, only_b, 90, 40, ["healthy", "ill"])
    )
    wanted = min(
        1.0,
        2
        * sum(math.comb(only_a + only_b, i) for i in range(only_b + 1))
        / 2 ** (only_a + only_b),
    )
    assert_close(
        np.array(few),
        np.array([only_a, only_b, wanted]),
        tried=f"(b, c, p) for strings, {only_a} to {only_b}",
    )
    assert_close(
        np.array(many),
        np.array([only_a, only_b, wanted]),
        tried="the same split with 127 more rows on which both models agree",
    )


@pytest.mark.exercise("5.8")
@pytest.mark.points(1)
def test_mcnemar_swapping_the_models_swaps_the_counts_only(student):
    only_a = int(student.rng.integers(10, 150))
    only_b = only_a + int(student.rng.integers(1, 20))
    y, a, b = split(student.rng, only_a, only_b, 20, 5, [0, 1])
    first, second = student.mcnemar(y, a, b), student.mcnemar(y, b, a)
    assert_close(
        np.array(first[:2]),
        np.array([only_a, only_b]),
        tried=f"(b, c) of {len(y)} rows",
    )
    assert_close(
        np.array(second),
        np.array([first[1], first[0], first[2]]),
        tried="(b, c, p) after swapping the models: the p-value stays",
    )
    tail = sum(math.comb(only_a + only_b, i) for i in range(only_a + 1))
    assert_close(
        first[2],
        min(1.0, 2 * tail / 2 ** (only_a + only_b)),
        tried=f"p-value of {only_a} to {only_b}",
    )


@pytest.mark.exercise("5.8")
@pytest.mark.points(1)
def test_mcnemar_of_one_row_and_of_models_that_never_part(student):
    y = student.rng.integers(0, 5, 12)
    wrong = (y + 1) % 5
    assert_close(
        np.array(student.mcnemar(y, wrong, wrong)),
        np.array([0, 0, 1.0]),
        tried="two models that are wrong on every row: nothing to decide",
    )
    assert_close(
        np.array(student.mcnemar(y[:1], y[:1], wrong[:1])),
        np.array([1, 0, 1.0]),
        tried="one row, which only A gets right",
    )
    assert_close(
        student.mcnemar(y[:8], y[:8], wrong[:8])[2],
        2 / 2**8,
        tried="eight rows, all of which only A gets right",
    )
