"""Public checks of lab 05: the student sees these run after every exercise."""

import itertools
import math

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_true, counterexample


def read_folds(got, count, tried):
    """The pairs of a list of folds as arrays, after a look at their form."""
    assert_true(
        isinstance(got, list | tuple | np.ndarray) and len(got) == count,
        tried=tried,
        expected=f"a list of {count} pairs (train, validation)",
        got=f"{len(got)} pairs"
        if isinstance(got, list | tuple | np.ndarray)
        else repr(got),
    )
    for pair in got:
        assert_true(
            isinstance(pair, list | tuple | np.ndarray) and len(pair) == 2,
            tried=tried,
            expected="pairs (train, validation)",
            got=pair,
        )
    return [(np.asarray(train), np.asarray(validation)) for train, validation in got]


def read_parts(got, names, tried):
    """The parts of a returned tuple, after a look at its form."""
    fits = isinstance(got, list | tuple | np.ndarray) and len(got) == len(names)
    assert_true(
        fits, tried=tried, expected=f"{len(names)} results: {', '.join(names)}", got=got
    )
    return list(got)


def read_scores(got, tried):
    """The dictionary of scores, after a look at its keys."""
    keys = ["precision", "recall", "specificity", "f1", "macro_f1"]
    assert_true(
        isinstance(got, dict) and set(keys) <= set(got),
        tried=tried,
        expected=f"a dict with the keys {keys}",
        got=list(got) if isinstance(got, dict) else got,
    )
    return got


def shuffled_rows(rng, n):
    """n distinct row numbers in random order, not simply 0 to n-1."""
    return rng.permutation(3 * n)[:n]


# 5.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_k_folds_validates_every_row_exactly_once(student):
    for k in (2, 3, 5):
        order = shuffled_rows(
            student.rng, 3 * k + student.rng.integers(1, k)
        )  # k never divides n
        folds = read_folds(
            student.k_folds(order, k), k, f"k_folds of {len(order)} rows with k={k}"
        )
        seen = np.sort(np.concatenate([validation for _, validation in folds]))
        assert_close(
            seen,
            np.sort(order),
            tried=f"all validation rows of {k} folds of {len(order)} rows, sorted",
        )


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_k_folds_cuts_consecutive_pieces_and_trains_on_all_the_rest(student):
    for k in (2, 3, 4):
        order = shuffled_rows(student.rng, 2 * k + student.rng.integers(1, k))
        pieces = np.array_split(order, k)
        tried = f"k_folds({order.tolist()}, {k})"
        for i, (train, validation) in enumerate(
            read_folds(student.k_folds(order, k), k, tried)
        ):
            assert_close(
                np.sort(validation),
                np.sort(pieces[i]),
                tried=f"{tried}: validation rows of fold {i}, sorted",
            )
            rest = np.sort([row for row in order if row not in pieces[i]])
            assert_close(
                np.sort(train),
                rest,
                tried=f"{tried}: training rows of fold {i}, sorted",
            )


@pytest.mark.exercise("5.1")
@pytest.mark.points(1)
def test_leave_p_out_holds_out_every_set_of_p_rows_once(student):
    for n, p in [(5, 2), (6, 3), (4, 1), (4, 3)]:
        order = shuffled_rows(student.rng, n)
        tried = f"leave_p_out({order.tolist()}, {p})"
        pairs = read_folds(student.leave_p_out(order, p), math.comb(n, p), tried)
        wanted = {frozenset(rows) for rows in itertools.combinations(order.tolist(), p)}
        held_out = [frozenset(validation.tolist()) for _, validation in pairs]
        assert_true(
            set(held_out) == wanted,
            tried=tried,
            expected=f"every set of {p} rows once",
            got=f"{len(set(held_out) & wanted)} of the {len(wanted)} sets",
        )
        for train, validation in pairs:
            rest = np.setdiff1d(order, validation)
            assert_close(
                np.sort(train),
                rest,
                tried=f"{tried}: training rows when {validation.tolist()} are held out, sorted",
            )


# 5.2 ------------------------------------------------------------------------------------------------------------------


def touchy(x_train, x_validation):
    """Labels that change with any change of scale."""
    return (
        np.floor(
            50 * (np.asarray(x_validation).sum(axis=1) + np.asarray(x_train)[0].sum())
        )
        % 2
    ).astype(int)


def table(rng, n=24, d=3):
    """Columns on different scales, labels that the first column half explains."""
    x = rng.normal(size=(n, d)) * np.array([1.0, 30.0, 0.01])[:d] + rng.normal(size=d)
    y = (x[:, 0] + rng.normal(size=n) > x[:, 0].mean()).astype(int)
    y[:4] = [0, 1, 0, 1]
    return x, y


def thirds(rng, n):
    rows = rng.permutation(n)
    pieces = np.array_split(rows, 3)
    return [(np.setdiff1d(rows, piece), piece) for piece in pieces]


@pytest.mark.exercise("5.2")
@pytest.mark.points(2)
def test_fold_scores_scales_with_the_training_rows_only(student):
    x, y = table(student.rng)
    folds = thirds(student.rng, len(y))
    calls = []

    def remember(x_train, y_train, x_validation):
        calls.append(
            (np.asarray(x_train), np.asarray(y_train), np.asarray(x_validation))
        )
        return touchy(x_train, x_validation)

    student.fold_scores(remember, x, y, folds)
    assert_true(
        len(calls) == 3,
        tried="fold_scores with 3 folds",
        expected="3 calls of fit_predict, one per fold",
        got=f"{len(calls)} calls",
    )
    for i, (train, validation) in enumerate(folds):
        m, s = x[train].mean(axis=0), x[train].std(axis=0)
        assert_close(
            calls[i][0],
            (x[train] - m) / s,
            tried=f"x_train as fit_predict received it in fold {i}",
            rtol=1e-5,
        )
        assert_close(
            calls[i][1],
            y[train],
            tried=f"y_train as fit_predict received it in fold {i}",
        )
        assert_close(
            calls[i][2],
            (x[validation] - m) / s,
            tried=f"x_validation as fit_predict received it in fold {i}",
            rtol=1e-5,
        )


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_is_the_share_of_right_validation_labels(student):
    x, y = table(student.rng, n=26)
    folds = thirds(student.rng, len(y))
    answers = [student.rng.integers(0, 2, len(validation)) for _, validation in folds]
    answers[0] = y[folds[0][1]].copy()
    answers[0][0] = (
        1 - answers[0][0]
    )  # one wrong in the first fold, so that shares differ
    queue = iter(answers)
    got = student.fold_scores(
        lambda x_train, y_train, x_validation: next(queue), x, y, folds
    )
    wanted = [
        np.mean(a == y[validation])
        for a, (_, validation) in zip(answers, folds, strict=True)
    ]
    assert_close(
        got,
        np.array(wanted),
        tried="accuracy per fold of a classifier that answers at random (26 rows, 3 folds)",
    )


@pytest.mark.exercise("5.2")
@pytest.mark.points(1)
def test_fold_scores_survives_a_constant_column(student):
    x, y = table(student.rng)
    x[:, 1] = student.rng.integers(1, 50)  # a whole number, so that its mean is exact
    folds = thirds(student.rng, len(y))
    seen = []

    def remember(x_train, y_train, x_validation):
        seen.append((np.asarray(x_train)[:, 1], np.asarray(x_validation)[:, 1]))
        return (
            touchy(x_train, x_validation)
            if np.all(np.isfinite(x_train))
            else np.zeros(len(x_validation), dtype=int)
        )

    student.fold_scores(remember, x, y, folds)
    assert_true(
        len(seen) == 3,
        tried="fold_scores with 3 folds",
        expected="3 calls of fit_predict",
        got=f"{len(seen)} calls",
    )
    for column in itertools.chain(*seen):
        assert_close(
            column,
            np.zeros(len(column)),
            tried="a constant column after standardising, dividing by 1 where s is 0",
        )


# 5.3 ------------------------------------------------------------------------------------------------------------------


def count_pairs(y_true, y_pred, labels):
    return np.array(
        [
            [
                sum(t == a and p == b for t, p in zip(y_true, y_pred, strict=True))
                for b in labels
            ]
            for a in labels
        ]
    )


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_has_actual_classes_in_rows(student):
    for c, n in [(3, 15), (2, 700), (5, 60)]:
        y_true = student.rng.integers(0, c, n)
        y_pred = np.where(
            student.rng.random(n) < 0.6, y_true, 0
        )  # errors fall towards class 0, so the matrix is not symmetric
        y_true[:3], y_pred[:3] = 1, 0
        labels = list(range(c))
        got = student.confusion_matrix(y_true, y_pred, labels)
        assert_close(
            got, count_pairs(y_true, y_pred, labels), tried=f"{n} rows, labels={labels}"
        )


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_keeps_the_order_of_labels_and_takes_strings(student):
    labels = ["malignant", "benign", "unclear"]
    y_true = [
        "malignant",
        "malignant",
        "benign",
        *student.rng.choice(labels, 17).tolist(),
    ]
    y_pred = ["benign", "benign", "malignant", *student.rng.choice(labels, 17).tolist()]
    got = student.confusion_matrix(y_true, y_pred, labels)
    assert_close(
        got,
        count_pairs(y_true, y_pred, labels),
        tried=f"20 rows of strings, labels={labels} (not in alphabetical order)",
    )


@pytest.mark.exercise("5.3")
@pytest.mark.points(1)
def test_confusion_matrix_keeps_a_class_that_never_occurs(student):
    labels = [0, 1, 2, 3]
    y_true, y_pred = student.rng.choice([0, 1, 3], (2, 25))
    y_true[0], y_pred[0] = 3, 0
    got = np.asarray(student.confusion_matrix(y_true, y_pred, labels))
    assert_close(
        got,
        count_pairs(y_true, y_pred, labels),
        tried="25 rows in which class 2 never occurs, labels=[0, 1, 2, 3]",
    )


# 5.4 ------------------------------------------------------------------------------------------------------------------


def scores_by_loop(matrix):
    """Four scores per class, entry by entry."""
    matrix = np.asarray(matrix)
    c = len(matrix)
    out = {"precision": [], "recall": [], "specificity": [], "f1": []}
    for i in range(c):
        others = [j for j in range(c) if j != i]
        tp, fn, fp = (
            matrix[i, i],
            sum(matrix[i, j] for j in others),
            sum(matrix[j, i] for j in others),
        )
        tn = sum(matrix[a, b] for a in others for b in others)
        precision, recall = (
            tp / (tp + fp) if tp + fp else 0.0,
            tp / (tp + fn) if tp + fn else 0.0,
        )
        out["precision"].append(precision)
        out["recall"].append(recall)
        out["specificity"].append(tn / (tn + fp) if tn + fp else 0.0)
        out["f1"].append(
            2 * precision * recall / (precision + recall) if precision + recall else 0.0
        )
    return {key: np.array(values) for key, values in out.items()}


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_precision_and_recall(student):
    for c in (2, 3, 4):
        matrix = student.rng.integers(1, 30, (c, c)) + np.triu(np.full((c, c), 20), 1)
        got, wanted = (
            read_scores(
                student.class_scores(matrix), f"class_scores({matrix.tolist()})"
            ),
            scores_by_loop(matrix),
        )
        for key in ("precision", "recall"):
            assert_close(
                got[key],
                wanted[key],
                tried=f"{key} of every class of matrix {matrix.tolist()}",
            )


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_specificity_is_the_recall_of_the_others(student):
    matrix = student.rng.integers(1, 30, (2, 2)) + np.array([[0, 40], [0, 0]])
    got = read_scores(student.class_scores(matrix), f"class_scores({matrix.tolist()})")
    recall = np.diag(matrix) / matrix.sum(axis=1)
    assert_close(
        got["specificity"],
        recall[::-1],
        tried=f"two classes, {matrix.tolist()}: specificity of one is the recall of the other",
    )
    matrix = student.rng.integers(1, 30, (4, 4))
    got = read_scores(student.class_scores(matrix), f"class_scores({matrix.tolist()})")
    assert_close(
        got["specificity"],
        scores_by_loop(matrix)["specificity"],
        tried=f"specificity of four classes, {matrix.tolist()}",
    )


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_f1_is_a_harmonic_mean_and_macro_f1_its_average(student):
    for c in (2, 3):
        matrix = student.rng.integers(1, 12, (c, c))
        matrix[0, -1] += 50  # a class with far lower recall than precision
        got, wanted = (
            read_scores(
                student.class_scores(matrix), f"class_scores({matrix.tolist()})"
            ),
            scores_by_loop(matrix),
        )
        assert_close(
            got["f1"], wanted["f1"], tried=f"f1 of every class of {matrix.tolist()}"
        )
        assert_close(
            got["macro_f1"],
            wanted["f1"].mean(),
            tried=f"macro_f1 of {matrix.tolist()}, the mean of the classes' f1",
        )


@pytest.mark.exercise("5.4")
@pytest.mark.points(1)
def test_class_scores_counts_an_empty_denominator_as_zero(student):
    a, b, c = student.rng.integers(1, 20, 3).tolist()
    matrix = np.array(
        [[a, b, 0], [c, a, 0], [0, 0, 0]]
    )  # class 2 never occurs and is never predicted
    got, wanted = (
        read_scores(student.class_scores(matrix), f"class_scores({matrix.tolist()})"),
        scores_by_loop(matrix),
    )
    for key in ("precision", "recall", "f1"):
        assert_close(
            got[key],
            wanted[key],
            tried=f"{key} of {matrix.tolist()}, where class 2 never occurs",
        )
    assert_close(
        got["macro_f1"],
        wanted["f1"].mean(),
        tried=f"macro_f1 of {matrix.tolist()}: an absent class still counts, with 0",
    )
    lone = read_scores(student.class_scores(np.array([[a]])), f"class_scores([[{a}]])")
    assert_close(
        np.asarray(lone["specificity"]),
        np.array([0.0]),
        tried=f"specificity of [[{a}]]: one class, so there are no others to let go",
    )


# 5.5 ------------------------------------------------------------------------------------------------------------------


def noisy_scores(rng, n, decimals=None):
    """Labels with both classes, and scores that half know them; rounding makes ties."""
    y = rng.integers(0, 2, n)
    y[:2] = [0, 1]
    score = rng.normal(size=n) + y
    return y, score if decimals is None else np.round(score, decimals)


def roc_by_loop(y, score):
    fpr, tpr = [0.0], [0.0]
    for threshold in sorted(set(np.asarray(score).tolist()), reverse=True):
        called = score >= threshold
        fpr.append(np.sum(called & (y == 0)) / np.sum(y == 0))
        tpr.append(np.sum(called & (y == 1)) / np.sum(y == 1))
    return np.array(fpr), np.array(tpr)


@pytest.mark.exercise("5.5")
@pytest.mark.points(1)
def test_roc_curve_has_one_point_per_distinct_score(student):
    for n in (5, 20):
        y, score = noisy_scores(student.rng, n)
        fpr, tpr = read_parts(
            student.roc_curve(y, score), ["fpr", "tpr"], f"roc_curve of {len(y)} rows"
        )
        wanted = roc_by_loop(y, score)
        assert_close(fpr, wanted[0], tried=f"fpr of {n} rows without ties")
        assert_close(tpr, wanted[1], tried=f"tpr of {n} rows without ties")


@pytest.mark.exercise("5.5")
@pytest.mark.points(2)
def test_roc_curve_lets_tied_scores_enter_together(student):
    y, score = noisy_scores(student.rng, 30, decimals=0)
    fpr, tpr = read_parts(
        student.roc_curve(y, score), ["fpr", "tpr"], f"roc_curve of {len(y)} rows"
    )
    wanted = roc_by_loop(y, score)
    assert_close(
        fpr,
        wanted[0],
        tried=f"fpr of 30 rows with only {len(np.unique(score))} distinct scores",
    )
    assert_close(
        tpr,
        wanted[1],
        tried=f"tpr of 30 rows with only {len(np.unique(score))} distinct scores",
    )


@pytest.mark.exercise("5.5")
@pytest.mark.points(1)
def test_area_under_takes_trapezoids(student):
    for n in (3, 12):
        x = np.concatenate([[0.0], np.sort(student.rng.random(n)), [1.0]])
        y = 0.4 * student.rng.random(n + 2)
        wanted = sum((x[i + 1] - x[i]) * (y[i] + y[i + 1]) / 2 for i in range(n + 1))
        assert_close(
            student.area_under(x, y),
            wanted,
            tried=f"area under {n + 2} points at uneven distances",
        )


# 5.6 ------------------------------------------------------------------------------------------------------------------


def pr_by_loop(y, score):
    recall, precision = [], []
    for threshold in sorted(set(np.asarray(score).tolist()), reverse=True):
        called = score >= threshold
        recall.append(np.sum(called & (y == 1)) / np.sum(y == 1))
        precision.append(np.sum(called & (y == 1)) / np.sum(called))
    return np.array(recall), np.array(precision)


@pytest.mark.exercise("5.6")
@pytest.mark.points(1)
def test_precision_recall_curve_walks_from_the_highest_score(student):
    for n in (4, 25):
        y, score = noisy_scores(student.rng, n)
        recall, precision = read_parts(
            student.precision_recall_curve(y, score),
            ["recall", "precision"],
            f"precision_recall_curve of {len(y)} rows",
        )
        wanted = pr_by_loop(y, score)
        assert_close(
            recall,
            wanted[0],
            tried=f"recall at each of {n} distinct scores, highest first",
        )
        assert_close(
            precision,
            wanted[1],
            tried=f"precision at each of {n} distinct scores, highest first",
        )


@pytest.mark.exercise("5.6")
@pytest.mark.points(1)
def test_precision_recall_curve_lets_tied_scores_enter_together(student):
    y, score = noisy_scores(student.rng, 40, decimals=0)
    recall, precision = read_parts(
        student.precision_recall_curve(y, score),
        ["recall", "precision"],
        f"precision_recall_curve of {len(y)} rows",
    )
    wanted = pr_by_loop(y, score)
    assert_close(
        recall,
        wanted[0],
        tried=f"recall of 40 rows with {len(np.unique(score))} distinct scores",
    )
    assert_close(
        precision,
        wanted[1],
        tried=f"precision of 40 rows with {len(np.unique(score))} distinct scores",
    )


@pytest.mark.exercise("5.6")
@pytest.mark.points(2)
def test_average_precision_is_a_sum_of_steps(student):
    for n in (4, 10):
        recall = np.sort(student.rng.random(n))
        recall[-1] = 1.0
        precision = student.rng.random(n)
        wanted, previous = 0.0, 0.0
        for r, p in zip(recall, precision, strict=True):
            wanted += (r - previous) * p
            previous = r
        assert_close(
            student.average_precision(recall, precision),
            wanted,
            tried=f"average precision of {n} points; the first step starts at recall 0",
        )


# 5.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("5.7")
@pytest.mark.points(2)
def test_wilson_interval_ends_lie_z_of_their_own_deviations_away(student):
    for only_one_wrong in (True, False, False, False):
        n = int(student.rng.integers(5, 12 if only_one_wrong else 60))
        k = n - 1 if only_one_wrong else int(student.rng.integers(1, n))
        z = float(student.rng.uniform(1.5 if only_one_wrong else 0.8, 3.0))
        ends = read_parts(
            student.wilson_interval(k, n, z),
            ["low", "high"],
            f"wilson_interval({k}, {n}, {z:.3f})",
        )
        assert_true(
            ends[0] < k / n < ends[1],
            tried=f"wilson_interval({k}, {n}, {z:.3f})",
            expected=f"low < {k / n:.4f} < high",
            got=ends,
        )
        for end in ends:
            away = abs(k / n - end)
            assert_close(
                away,
                z * math.sqrt(max(end * (1 - end), 0.0) / n),
                tried=f"k={k}, n={n}, z={z:.3f}: distance of the end {end:.4f} from k/n",
            )


@pytest.mark.exercise("5.7")
@pytest.mark.points(1)
def test_wilson_interval_has_width_even_when_all_rows_are_right(student):
    n = int(student.rng.integers(2, 40))
    ends = read_parts(
        student.wilson_interval(n, n), ["low", "high"], f"wilson_interval({n}, {n})"
    )
    assert_close(
        np.array(ends),
        np.array([n / (n + 1.96**2), 1.0]),
        tried=f"wilson_interval({n}, {n}): all rows right",
    )


# 5.8 ------------------------------------------------------------------------------------------------------------------


def coin_p(b, c):
    """Chance that m fair coins split at least as unevenly as b to c, counted outcome by outcome."""
    m = b + c
    return (
        sum(math.comb(m, i) for i in range(m + 1) if abs(2 * i - m) >= abs(b - c))
        / 2**m
    )


def judged_rows(rng, *, both, only_a, only_b, neither):
    """Labels and two predictions, with the given numbers of rows that both, one or neither got right."""
    y = rng.integers(0, 4, both + only_a + only_b + neither)
    a_right = np.repeat([True, True, False, False], [both, only_a, only_b, neither])
    b_right = np.repeat([True, False, True, False], [both, only_a, only_b, neither])
    a = np.where(a_right, y, (y + rng.integers(1, 4, len(y))) % 4)
    b = np.where(b_right, y, (y + rng.integers(1, 4, len(y))) % 4)
    mixed = rng.permutation(len(y))
    return y[mixed], a[mixed], b[mixed]


@pytest.mark.exercise("5.8")
@pytest.mark.points(1)
def test_mcnemar_counts_the_rows_that_only_one_model_gets_right(student):
    for _ in range(3):
        only_b = int(student.rng.integers(0, 8))
        only_a = only_b + int(student.rng.integers(1, 8))
        y, a, b = judged_rows(
            student.rng, both=9, only_a=only_a, only_b=only_b, neither=12
        )
        got = read_parts(
            student.mcnemar(y, a, b), ["b", "c", "p"], f"mcnemar of {len(y)} rows"
        )
        assert_close(
            np.array(got[:2]),
            np.array([only_a, only_b]),
            tried="(b, c) of 4 classes; some rows both models get wrong in different ways",
        )


@pytest.mark.exercise("5.8")
@pytest.mark.points(2)
def test_mcnemar_p_value_is_that_of_fair_coins(student):
    for a_wins, base in ((True, 0), (False, 0), (True, 3), (False, 40)):
        low = base + int(student.rng.integers(0, 9))
        high = low + (base + 5) // 3 + int(student.rng.integers(0, 8))
        pair = (high, low) if a_wins else (low, high)
        y, a, b = judged_rows(
            student.rng, both=10, only_a=pair[0], only_b=pair[1], neither=3
        )
        assert_close(
            read_parts(
                student.mcnemar(y, a, b), ["b", "c", "p"], f"mcnemar of {len(y)} rows"
            )[2],
            coin_p(*pair),
            tried=f"p-value when only A is right on {pair[0]} rows, only B on {pair[1]}",
        )


@pytest.mark.exercise("5.8")
@pytest.mark.points(1)
def test_mcnemar_p_value_never_exceeds_one(student):
    for same in (0, int(student.rng.integers(1, 9))):
        y, a, b = judged_rows(student.rng, both=5, only_a=same, only_b=same, neither=2)
        assert_close(
            read_parts(
                student.mcnemar(y, a, b), ["b", "c", "p"], f"mcnemar of {len(y)} rows"
            )[2],
            1.0,
            tried=f"p-value of an even split, {same} to {same}",
        )


# Small cases, for an answer that no known mistake fits -----------------------------------------------------------------


def small_answers(rng, size):
    """Labels in no alphabetical order, the last of which may not occur."""
    labels = ["wolf", "cat", "dog"][: 1 + min(size, 2)]
    return [*rng.choice(labels, (2, size + 1)).tolist(), labels]


def small_ranking(rng, size):
    """Both classes, and scores in tenths with ties."""
    y = rng.permutation([0, 1, *rng.integers(0, 2, size)])
    return y, rng.integers(2, 7, size + 2) / 10


def small_curve(rng, size):
    """A curve that never falls back, from 0 to 1, at uneven distances."""
    x, y = np.sort(rng.integers(0, 11, (2, size)) / 10, axis=1)
    return np.concatenate([[0.0], x, [1.0]]), np.concatenate([[0.0], y, [1.0]])


def wilson_by_scipy(k, n, z):
    from scipy import stats

    found = stats.binomtest(k, n).proportion_ci(2 * stats.norm.cdf(z) - 1, "wilson")
    return float(found.low), float(found.high)


def contest(y_true, pred_a, pred_b):
    pairs = [(a == y, b == y) for y, a, b in zip(y_true, pred_a, pred_b, strict=True)]
    b, c = pairs.count((True, False)), pairs.count((False, True))
    return b, c, coin_p(b, c)


def steps_added(recall, precision):
    steps = np.diff([0, *recall])
    return float(sum(p * step for p, step in zip(precision, steps, strict=True)))


counterexample(
    "5.3",
    "confusion_matrix",
    draw=lambda rng, size: tuple(small_answers(rng, size)),
    oracle=count_pairs,
)
counterexample(
    "5.4",
    "class_scores",
    draw=lambda rng, size: (rng.integers(0, 4, (min(size, 2) + 1,) * 2),),
    oracle=lambda matrix: (
        scores_by_loop(matrix)
        | {"macro_f1": float(np.mean(scores_by_loop(matrix)["f1"]))}
    ),
)
counterexample("5.5", "roc_curve", draw=small_ranking, oracle=roc_by_loop)
counterexample(
    "5.5",
    "area_under",
    draw=small_curve,
    oracle=lambda x, y: float(np.trapezoid(y, x)),
)
counterexample("5.6", "precision_recall_curve", draw=small_ranking, oracle=pr_by_loop)
counterexample(
    "5.6",
    "average_precision",
    draw=lambda rng, size: (
        np.append(np.sort(rng.integers(1, 10, size)) / 10, 1.0),
        rng.integers(1, 10, size + 1) / 10,
    ),
    oracle=steps_added,
)
counterexample(
    "5.7",
    "wilson_interval",
    draw=lambda rng, size: (
        int(rng.integers(0, size + 1)),
        size,
        float(rng.choice([1.0, 2.0, 3.0])),
    ),
    oracle=wilson_by_scipy,
)
counterexample(
    "5.8",
    "mcnemar",
    draw=lambda rng, size: tuple(rng.integers(0, 3, (3, size + 1)).tolist()),
    oracle=contest,
)
