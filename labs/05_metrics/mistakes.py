"""Wrong answers that students of lab 05 really give, each with the thought that puts it right."""

import itertools
import math

import numpy as np
import scipy.stats
from sklearn import metrics

from coursekit.labs import excuse, mistake

# 5.1 ------------------------------------------------------------------------------------------------------------------


@mistake("5.1", name="remainder-dropped", tag="formula")
def k_folds(order, k):
    """Add up the sizes of your validation pieces. Is every row there?

    When k does not divide n, pieces of n // k rows leave a few rows that never
    validate.

    Let the first n % k pieces be one row longer; np.array_split cuts like this."""
    order = np.asarray(order)
    size = len(order) // k
    pieces = [order[i * size : (i + 1) * size] for i in range(k)]
    return [
        (np.array([row for row in order if row not in piece]), piece)
        for piece in pieces
    ]


@mistake("5.1", name="remainder-in-the-last-fold", tag="formula")
def k_folds(order, k):
    """Every row validates once, but look at the size of your last piece.

    The spare rows belong one by one to the first pieces, so that sizes differ by at
    most one."""
    order = np.asarray(order)
    size = len(order) // k
    cuts = [i * size for i in range(k)] + [len(order)]
    return [
        (
            np.concatenate([order[: cuts[i]], order[cuts[i + 1] :]]),
            order[cuts[i] : cuts[i + 1]],
        )
        for i in range(k)
    ]


@mistake("5.1", name="validation-rows-also-train", tag="formula")
def k_folds(order, k):
    """Does any row stand on both sides of your pair?

    A model that trained on its validation rows is judged by memory. Take the piece
    out of the training rows."""
    return [
        (np.asarray(order), piece) for piece in np.array_split(np.asarray(order), k)
    ]


@mistake("5.1", name="order-ignored", tag="order")
def k_folds(order, k):
    """Your pairs hold positions 0 to n-1. What are the numbers in `order` for?

    Tables are often sorted by class; the caller shuffled `order` for this reason.
    Cut `order` itself, not np.arange(n)."""
    rows = np.arange(len(order))
    return [(np.setdiff1d(rows, piece), piece) for piece in np.array_split(rows, k)]


@mistake(
    "5.1",
    tag="transpose",
    edit=(
        "np.concatenate(pieces[:i] + pieces[i + 1 :]), piece",
        "piece, np.concatenate(pieces[:i] + pieces[i + 1 :])",
    ),
)
def train_and_validation_swapped():
    """Which side of your pair is the large one?

    Each pair is (train, validation): one piece validates, and all the others train."""


@mistake("5.1", name="rows-dealt-like-cards", tag="order")
def k_folds(order, k):
    """Your folds are fair, but they are other folds than those asked for.

    order[i::k] deals rows out in turn; a piece is a run of neighbours in `order`."""
    order = np.asarray(order)
    return [
        (np.array([row for row in order if row not in order[i::k]]), order[i::k])
        for i in range(k)
    ]


@mistake("5.1", name="blocks-of-p", tag="formula")
def leave_p_out(order, p):
    """You hold out each row once. Leave-p-out holds out every *set* of p rows.

    With rows a, b, c, d and p = 2 there are six sets: ab, ac, ad, bc, bd, cd. You
    have only two of them.

    itertools.combinations lists them."""
    order = np.asarray(order)
    blocks = [order[i : i + p] for i in range(0, len(order), p)]
    return [
        (np.array([row for row in order if row not in block]), block)
        for block in blocks
    ]


@mistake("5.1", name="windows-of-p", tag="formula")
def leave_p_out(order, p):
    """Your held-out rows are always neighbours. What about the first row and the
    last?

    Leave-p-out takes every set of p rows, neighbours or not:
    itertools.combinations."""
    order = np.asarray(order)
    return [
        (np.delete(order, range(i, i + p)), order[i : i + p])
        for i in range(len(order) - p + 1)
    ]


@mistake("5.1", name="sets-counted-in-every-order", tag="order")
def leave_p_out(order, p):
    """You list too many pairs. Do two of them hold out the same rows?

    Holding out {4, 8} and {8, 4} is the same model fitted twice: combinations, not
    permutations."""
    order = np.asarray(order)
    return [
        (np.delete(order, list(c)), order[list(c)])
        for c in itertools.permutations(range(len(order)), p)
    ]


@mistake("5.1", name="dealt-in-turn", tag="order")
def k_folds(order, k):
    """Your folds are fair, but they are other folds than those asked for.

    order[i::k] deals rows out in turn; a piece is a run of neighbours in `order`."""
    order = np.asarray(order)
    return [
        (np.concatenate([order[j::k] for j in range(k) if j != i]), order[i::k])
        for i in range(k)
    ]


@mistake("5.1", name="shuffled-once-more", tag="order")
def k_folds(order, k):
    """Does your first piece hold the first rows of `order`?

    Asked for are runs of neighbours in `order`; the caller has shuffled already."""
    pieces = np.array_split(np.random.permutation(order), k)
    return [
        (np.concatenate(pieces[:i] + pieces[i + 1 :]), piece)
        for i, piece in enumerate(pieces)
    ]


@mistake("5.1", name="pieces-rounded-up", tag="off-by-one")
def k_folds(order, k):
    """Cut 6 rows into 4 pieces. How many do you get, and how long is the last?

    Pieces of n / k rows, rounded up, use the rows up too early. The first n % k
    pieces are one row longer than the others."""
    order = np.asarray(order)
    size = -(-len(order) // k)
    pieces = [order[a : a + size] for a in range(0, len(order), size)]
    return [
        (np.concatenate(pieces[:i] + pieces[i + 1 :]), piece)
        for i, piece in enumerate(pieces)
    ]


@mistake("5.1", name="positions-held-out", tag="order")
def leave_p_out(order, p):
    """Your pairs hold positions 0 to n-1. What are the numbers in `order` for?

    Look the positions up: order[list(positions)]."""
    rows = np.arange(len(order))
    return [
        (np.setdiff1d(rows, c), np.array(c)) for c in itertools.combinations(rows, p)
    ]


@mistake("5.1", name="a-row-held-out-twice", tag="formula")
def leave_p_out(order, p):
    """Can a row be held out twice in the same pair?

    A set holds p *different* rows: itertools.combinations, without replacement."""
    order = np.asarray(order)
    return [
        (order[~np.isin(order, c)], np.array(c))
        for c in itertools.combinations_with_replacement(order, p)
    ]


# 5.2 ------------------------------------------------------------------------------------------------------------------


def _scaled(x, m, s):
    return (x - m) / np.where(s == 0, 1.0, s)


def _accuracy(fit_predict, y, train, validation, x_train, x_validation):
    return np.mean(
        np.asarray(fit_predict(x_train, y[train], x_validation)) == y[validation]
    )


@mistake("5.2", name="scaling-fitted-before-the-split", tag="leakage")
def fold_scores(fit_predict, x, y, folds):
    """Move the validation rows far away: your training rows would move too. Should
    they?

    You took m and s from all rows, so the validation rows leaked into training.

    Compute x[train].mean(axis=0) and x[train].std(axis=0) inside the loop."""
    z = _scaled(x, x.mean(axis=0), x.std(axis=0))
    return np.array([_accuracy(fit_predict, y, t, v, z[t], z[v]) for t, v in folds])


@mistake("5.2", name="validation-scaled-by-itself", tag="leakage")
def fold_scores(fit_predict, x, y, folds):
    """Think of a single new patient. Where would its mean and standard deviation
    come from?

    The validation rows must be measured with the training ruler: the same m and s,
    not their own."""

    def own(rows):
        return _scaled(x[rows], x[rows].mean(axis=0), x[rows].std(axis=0))

    return np.array([_accuracy(fit_predict, y, t, v, own(t), own(v)) for t, v in folds])


@mistake("5.2", name="accuracy-on-the-training-rows", tag="leakage")
def fold_scores(fit_predict, x, y, folds):
    """Your scores say how well the model remembers. What was asked?

    fit_predict trains on its first two arguments and predicts its third: that third
    one must be the validation rows."""
    scores = []
    for t, _ in folds:
        z = _scaled(x[t], x[t].mean(axis=0), x[t].std(axis=0))
        scores.append(_accuracy(fit_predict, y, t, t, z, z))
    return np.array(scores)


@mistake("5.2", name="one-scale-for-all-columns", tag="axis")
def fold_scores(fit_predict, x, y, folds):
    """Is each of your columns centred, or only all numbers together?

    x.mean() without an axis gives one number. m and s belong to a column: axis=0."""
    return np.array(
        [
            _accuracy(
                fit_predict,
                y,
                t,
                v,
                _scaled(x[t], x[t].mean(), x[t].std()),
                _scaled(x[v], x[t].mean(), x[t].std()),
            )
            for t, v in folds
        ]
    )


@mistake("5.2", name="count-not-share", tag="missing-1/n")
def fold_scores(fit_predict, x, y, folds):
    """One of your accuracies is larger than 1.

    Divide the number of right answers by the number of validation rows of that
    fold."""
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].std(axis=0)
        scores.append(
            len(v)
            * _accuracy(fit_predict, y, t, v, _scaled(x[t], m, s), _scaled(x[v], m, s))
        )
    return np.array(scores)


@mistake("5.2", name="constant-column-divided-by-zero", tag="edge-case")
def fold_scores(fit_predict, x, y, folds):
    """What is 0 / 0 in NumPy? Look for a column that never changes.

    A column with s = 0 carries no information; dividing it by 1 leaves zeros and
    breaks nothing.

    np.where(s == 0, 1.0, s)"""
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].std(axis=0)
        with np.errstate(all="ignore"):
            scores.append(
                _accuracy(fit_predict, y, t, v, (x[t] - m) / s, (x[v] - m) / s)
            )
    return np.array(scores)


@mistake("5.2", name="sample-standard-deviation", tag="off-by-one")
def fold_scores(fit_predict, x, y, folds):
    """Your s is slightly too large, most of all in small folds.

    The text defines s as the root of the *mean* squared distance: divide by the
    number of rows, not by one less (ddof=0)."""
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].std(axis=0, ddof=1)
        scores.append(
            _accuracy(fit_predict, y, t, v, _scaled(x[t], m, s), _scaled(x[v], m, s))
        )
    return np.array(scores)


def _fold_by_fold(fit_predict, x, y, folds, ruler, share=np.mean):
    scores = []
    for t, v in folds:
        m, s = ruler(x[t])
        z = [(x[rows] - m) / s for rows in (t, v)]
        scores.append(share(np.asarray(fit_predict(z[0], y[t], z[1])) == y[v]))
    return np.array(scores)


def _ruler(rows):
    s = rows.std(axis=0)
    return rows.mean(axis=0), np.where(s == 0, 1.0, s)


@mistake("5.2", name="variance-for-deviation", tag="formula")
def fold_scores(fit_predict, x, y, folds):
    """What is the standard deviation of one of your columns afterwards? It should be 1.

    s is the *root* of the mean squared distance: std, not var."""

    def ruler(rows):
        s = rows.var(axis=0)
        return rows.mean(axis=0), np.where(s == 0, 1.0, s)

    return _fold_by_fold(fit_predict, x, y, folds, ruler)


@mistake("5.2", name="small-number-added", tag="edge-case")
def fold_scores(fit_predict, x, y, folds):
    """You add a small number to every s. Is it small beside a column of small numbers?

    s stays as it is. Only where it is 0 divide by 1: np.where(s == 0, 1.0, s)."""
    return _fold_by_fold(
        fit_predict, x, y, folds, lambda rows: (rows.mean(axis=0), rows.std(0) + 1e-8)
    )


@mistake("5.2", name="share-of-all-rows", tag="missing-1/n")
def fold_scores(fit_predict, x, y, folds):
    """Add up your scores: can a fold reach 1?

    Divide by the number of validation rows of the fold, not by all rows."""
    return _fold_by_fold(
        fit_predict, x, y, folds, _ruler, lambda right: np.sum(right) / len(y)
    )


@mistake("5.2", name="share-of-errors", tag="sign")
def fold_scores(fit_predict, x, y, folds):
    """A reader that is always right gets 0 from you.

    Accuracy is the share of *right* labels: ==, not !=."""
    return _fold_by_fold(
        fit_predict, x, y, folds, _ruler, lambda right: 1 - np.mean(right)
    )


# 5.3 ------------------------------------------------------------------------------------------------------------------


@mistake("5.3", name="rows-and-columns-swapped", tag="transpose")
def confusion_matrix(y_true, y_pred, labels):
    """Your matrix is the mirror image of the right one.

    Rows are the *actual* classes. An actual cat called a dog belongs to the cat's
    row and the dog's column."""
    return np.array(
        [
            [
                sum(t == b and p == a for t, p in zip(y_true, y_pred, strict=True))
                for b in labels
            ]
            for a in labels
        ]
    )


@mistake("5.3", name="repeated-index-counted-once", tag="formula")
def confusion_matrix(y_true, y_pred, labels):
    """Add up your matrix. Are all rows in it?

    matrix[rows, columns] += 1 writes each cell once, however often its index
    occurs.

    Use a loop, or np.add.at(matrix, (rows, columns), 1)."""
    labels = list(labels)
    matrix = np.zeros((len(labels), len(labels)), dtype=int)
    matrix[[labels.index(t) for t in y_true], [labels.index(p) for p in y_pred]] += 1
    return matrix


@mistake("5.3", name="labels-sorted", tag="order")
def confusion_matrix(y_true, y_pred, labels):
    """Your counts are right, but do they stand in the order of `labels`?

    np.unique sorts. The caller chose the order of `labels`; keep it."""
    labels = sorted(labels)
    return np.array(
        [
            [
                sum(t == a and p == b for t, p in zip(y_true, y_pred, strict=True))
                for b in labels
            ]
            for a in labels
        ]
    )


@mistake("5.3", name="absent-class-dropped", tag="edge-case")
def confusion_matrix(y_true, y_pred, labels):
    """Your matrix is too small when a class does not occur.

    Take the classes from `labels`, not from the data: a class nobody met still
    deserves its row of zeros."""
    present = [a for a in labels if a in list(y_true) or a in list(y_pred)]
    return np.array(
        [
            [
                sum(t == a and p == b for t, p in zip(y_true, y_pred, strict=True))
                for b in present
            ]
            for a in present
        ]
    )


@mistake("5.3", name="shares-not-counts", tag="formula")
def confusion_matrix(y_true, y_pred, labels):
    """Your entries are shares.

    Counts were asked for: with shares one cannot tell 1 of 2 from 500 of 1,000."""
    counts = np.array(
        [
            [
                sum(t == a and p == b for t, p in zip(y_true, y_pred, strict=True))
                for b in labels
            ]
            for a in labels
        ]
    )
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@mistake("5.3", name="classes-taken-from-the-data", tag="edge-case")
def confusion_matrix(y_true, y_pred, labels):
    """Which class does your first row belong to? And where is a class that never
    occurs?

    The caller's `labels` say which classes there are, and in which order."""
    return metrics.confusion_matrix(y_true, y_pred)


@mistake(
    "5.3",
    tag="formula",
    edit=("position[actual], position[predicted]", "actual, predicted"),
)
def labels_used_as_positions():
    """Can "benign" be an index? A label says which class, not which row.

    Look up its place: labels.index(actual)."""


@mistake("5.3", name="lists-compared-with-a-label", tag="dtype")
def confusion_matrix(y_true, y_pred, labels):
    """Your matrix is right for arrays. What is ["cat", "dog"] == "cat" for a list?

    It is False, one word for the whole list. np.asarray(y_true) == a compares entry
    by entry."""
    return np.array(
        [[np.sum((y_true == a) & (y_pred == b)) for b in labels] for a in labels]
    )


# 5.4 ------------------------------------------------------------------------------------------------------------------


def _share(part, whole):
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _scores(matrix, **changes):
    """The right scores, with some of the formulas replaced."""
    matrix = np.asarray(matrix)
    tp = np.diag(matrix).astype(float)
    fn, fp = matrix.sum(axis=1) - tp, matrix.sum(axis=0) - tp
    tn = matrix.sum() - tp - fn - fp
    count = {"tp": tp, "fn": fn, "fp": fp, "tn": tn, "matrix": matrix}
    out = {}
    for key, formula in {
        "precision": lambda c, o: _share(c["tp"], c["tp"] + c["fp"]),
        "recall": lambda c, o: _share(c["tp"], c["tp"] + c["fn"]),
        "specificity": lambda c, o: _share(c["tn"], c["tn"] + c["fp"]),
        "f1": lambda c, o: _share(
            2 * o["precision"] * o["recall"], o["precision"] + o["recall"]
        ),
        "macro_f1": lambda c, o: float(np.mean(o["f1"])),
    }.items():
        out[key] = changes.get(key, formula)(count, out)
    return out


@mistake("5.4", name="specificity-as-on-the-slide", tag="formula")
def class_scores(matrix):
    """That is the slide's formula. Which patients does its denominator count?

    TP + FN are the patients *with* cancer. A share of the healthy must be divided
    by the healthy.

    The healthy are TN + FP."""
    return _scores(matrix, specificity=lambda c, o: _share(c["tn"], c["tp"] + c["fn"]))


@mistake("5.4", name="f1-as-arithmetic-mean", tag="formula")
def class_scores(matrix):
    """Your F1 is kinder than it should be when precision and recall differ.

    Precision 1 with recall 0 is useless; the arithmetic mean still says 0.5. The
    harmonic mean is 2PR/(P+R)."""
    return _scores(matrix, f1=lambda c, o: (o["precision"] + o["recall"]) / 2)


@mistake("5.4", name="precision-and-recall-swapped", tag="transpose")
def class_scores(matrix):
    """Your precision and recall have changed places.

    Rows are actual classes, so recall divides by the row sum (axis=1), and
    precision by the column sum (axis=0)."""
    return _scores(
        matrix,
        precision=lambda c, o: _share(c["tp"], c["tp"] + c["fn"]),
        recall=lambda c, o: _share(c["tp"], c["tp"] + c["fp"]),
    )


@mistake("5.4", name="macro-f1-of-mean-precision-and-recall", tag="formula")
def class_scores(matrix):
    """Your macro F1 is close, but it averages too early.

    First the F1 of every class, then the mean of those; not the F1 of mean
    precision and mean recall."""

    def early(c, o):
        p, r = np.mean(o["precision"]), np.mean(o["recall"])
        return float(2 * p * r / (p + r)) if p + r else 0.0

    return _scores(matrix, macro_f1=early)


@mistake("5.4", name="micro-instead-of-macro", tag="formula")
def class_scores(matrix):
    """Your macro F1 lets large classes speak louder.

    Pooling the counts of all classes gives the micro F1, which here is the
    accuracy. Macro gives every class one vote."""
    return _scores(
        matrix,
        macro_f1=lambda c, o: float(np.sum(c["tp"]) / max(np.sum(c["matrix"]), 1)),
    )


@mistake("5.4", name="weighted-instead-of-macro", tag="formula")
def class_scores(matrix):
    """You weighted each class by how often it occurs.

    That is the weighted F1. In the macro mean a rare class counts as much as a
    common one."""
    return _scores(
        matrix,
        macro_f1=lambda c, o: float(np.average(o["f1"], weights=c["tp"] + c["fn"])),
    )


@mistake("5.4", name="true-negatives-from-the-diagonal", tag="sign")
def class_scores(matrix):
    """With three classes: an actual dog called a horse. Seen from the cat, is that
    an error?

    No: it is not a cat and was not called one, a true negative. TN is everything
    outside the class's row and column.

    TN = total - TP - FN - FP."""
    return _scores(
        matrix,
        specificity=lambda c, o: _share(
            c["tp"].sum() - c["tp"], c["tp"].sum() - c["tp"] + c["fp"]
        ),
    )


@mistake("5.4", name="zero-over-zero", tag="edge-case")
def class_scores(matrix):
    """Somewhere you divide 0 by 0. Which class never occurs, or is never
    predicted?

    A score with denominator 0 counts as 0: decide this before the division
    (np.divide with where=, or np.where)."""
    with np.errstate(all="ignore"):
        return _scores(
            matrix,
            precision=lambda c, o: c["tp"] / (c["tp"] + c["fp"]),
            recall=lambda c, o: c["tp"] / (c["tp"] + c["fn"]),
            f1=lambda c, o: (
                2 * o["precision"] * o["recall"] / (o["precision"] + o["recall"])
            ),
        )


@mistake("5.4", name="matrix-read-the-other-way", tag="transpose")
def class_scores(matrix):
    """Which sum counts the patients who *are* ill: that of a row, or of a column?

    Rows are actual classes, so FN lies in the class's row and FP in its column."""
    return _scores(np.transpose(matrix))


@mistake("5.4", name="absent-classes-left-out", tag="edge-case")
def class_scores(matrix):
    """Over how many classes do you average when one of them never occurs?

    All of them: an absent class counts with an F1 of 0."""
    return _scores(
        matrix,
        macro_f1=lambda c, o: float(np.mean(o["f1"][c["tp"] + c["fn"] > 0])),
    )


@mistake("5.4", name="zero-over-zero-everywhere", tag="edge-case")
def class_scores(matrix):
    """Somewhere you divide 0 by 0. Which class never occurs, or is never predicted?

    A score with denominator 0 counts as 0, in the mean as well: decide this before
    the division (np.divide with where=, or np.where)."""
    with np.errstate(all="ignore"):
        return _scores(
            matrix,
            precision=lambda c, o: c["tp"] / (c["tp"] + c["fp"]),
            recall=lambda c, o: c["tp"] / (c["tp"] + c["fn"]),
            specificity=lambda c, o: c["tn"] / (c["tn"] + c["fp"]),
            f1=lambda c, o: (
                2 * o["precision"] * o["recall"] / (o["precision"] + o["recall"])
            ),
            macro_f1=lambda c, o: float(np.nanmean(o["f1"])),
        )


@mistake("5.4", name="specificity-as-the-others-mean-recall", tag="formula")
def class_scores(matrix):
    """With two classes you are right. With three, are a cat called a dog and a dog
    called a dog alike, seen from the horse?

    Yes, both are true negatives: TN / (TN + FP), over all rows that are not the
    class."""

    def others(c, o):
        r = o["recall"]
        if len(r) == 1:
            return np.zeros(1)
        return np.array([np.delete(r, i).mean() for i in range(len(r))])

    return _scores(matrix, specificity=others)


@mistake("5.4", name="f1-without-the-two", tag="formula")
def class_scores(matrix):
    """Precision 1 and recall 1: what is your F1?

    The harmonic mean has a factor of 2: 2PR / (P + R)."""
    return _scores(
        matrix,
        f1=lambda c, o: _share(
            o["precision"] * o["recall"], o["precision"] + o["recall"]
        ),
    )


# 5.5 ------------------------------------------------------------------------------------------------------------------


def _points(y_true, y_score, thresholds, reached=np.greater_equal):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called = reached(y_score, np.asarray(thresholds)[:, None])
    return called[:, y_true == 0].mean(axis=1), called[:, y_true == 1].mean(axis=1)


def _from_origin(fpr, tpr):
    return np.concatenate([[0.0], fpr]), np.concatenate([[0.0], tpr])


@mistake("5.5", name="roc-ties-one-by-one", tag="ties")
def roc_curve(y_true, y_score):
    """Your curve has a point per row. Which threshold parts two rows with the same
    score?

    None does. Tied rows enter together, or the curve depends on how the table
    happened to be sorted.

    Step through np.unique(y_score), not through the rows."""
    ranked = np.asarray(y_true)[np.argsort(-np.asarray(y_score), kind="stable")]
    return _from_origin(
        np.cumsum(ranked == 0) / np.sum(ranked == 0),
        np.cumsum(ranked == 1) / np.sum(ranked == 1),
    )


@mistake("5.5", name="thresholds-ascending", tag="sign")
def roc_curve(y_true, y_score):
    """Your curve runs backwards.

    The lowest threshold calls everyone ill, and that is the last point. Start with
    the highest score."""
    fpr, tpr = _points(y_true, y_score, np.unique(y_score))
    return np.concatenate([fpr, [0.0]]), np.concatenate([tpr, [0.0]])


@mistake("5.5", name="no-starting-point", tag="formula")
def roc_curve(y_true, y_score):
    """Your first point already calls someone ill.

    Before any threshold is reached nobody is called ill: put (0, 0) in front."""
    return _points(y_true, y_score, np.unique(y_score)[::-1])


@mistake("5.5", name="strictly-above-the-threshold", tag="ties")
def roc_curve(y_true, y_score):
    """Your curve does not end at (1, 1).

    A score *at* the threshold counts as ill too: >= rather than >."""
    return _from_origin(
        *_points(y_true, y_score, np.unique(y_score)[::-1], reached=np.greater)
    )


@mistake("5.5", name="shares-of-all-rows", tag="formula")
def roc_curve(y_true, y_score):
    """Your last point is not (1, 1).

    TPR is a share of the ill, and FPR a share of the healthy; you divided both by
    all rows."""
    fpr, tpr = _points(y_true, y_score, np.unique(y_score)[::-1])
    ill = np.mean(np.asarray(y_true) == 1)
    return _from_origin(fpr * (1 - ill), tpr * ill)


@mistake("5.5", name="false-share-of-calls", tag="axis")
def roc_curve(y_true, y_score):
    """Your second axis asks: of those called ill, how many are healthy?

    FPR asks: of the *healthy*, how many are called ill? Divide FP by FP + TN."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called = y_score >= np.unique(y_score)[::-1][:, None]
    return _from_origin(
        (called & (y_true == 0)).sum(axis=1) / called.sum(axis=1),
        called[:, y_true == 1].mean(axis=1),
    )


@mistake("5.5", name="fpr-and-tpr-swapped", tag="transpose")
def roc_curve(y_true, y_score):
    """Your curve is mirrored at the diagonal.

    Return (fpr, tpr): the false alarms come first, as they go on the horizontal
    axis."""
    return _from_origin(*_points(y_true, y_score, np.unique(y_score)[::-1])[::-1])


@mistake(
    "5.5",
    tag="ties",
    edit=("((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2)", "(np.diff(x) * y[:-1])"),
)
def left_riemann_sum():
    """Your strips are flat on top, at the height of their left end.

    A trapezoid takes the mean of both heights. With tied scores the curve has
    slanted parts, and there it matters."""


@mistake(
    "5.5",
    tag="formula",
    edit=("(x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2", "np.diff(x) * y[1:]"),
)
def right_riemann_sum():
    """Your strips are as high as their right end.

    A trapezoid takes the mean of the heights at both ends."""


@mistake("5.5", name="mean-height", tag="ties")
def area_under(x, y):
    """You averaged heights as if all points were equally far apart.

    Each strip counts by its width, x[i+1] - x[i]."""
    return float(np.mean(np.asarray(y, dtype=float)))


@mistake("5.5", name="corners-only", tag="formula")
def roc_curve(y_true, y_score):
    """Count your points: is there one for each distinct score?

    sklearn leaves out points on straight lines. drop_intermediate=False keeps them."""
    return metrics.roc_curve(y_true, y_score)[:2]


@mistake("5.5", name="thresholds-on-a-grid", tag="formula")
def roc_curve(y_true, y_score):
    """Is there a point for each distinct score? Yours come from a grid of thresholds.

    Scores may lie anywhere, above 1 or below 0. The thresholds are the scores that
    occur: np.unique(y_score)[::-1]."""
    return _from_origin(*_points(y_true, y_score, np.linspace(1, 0, 101)))


@mistake("5.5", name="shares-of-the-called", tag="formula")
def roc_curve(y_true, y_score):
    """Your shares are of those who are *called* ill. Your last point is not (1, 1).

    TPR is a share of the ill, FPR a share of the healthy."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called = y_score >= np.unique(y_score)[::-1][:, None]
    shares = [(called & (y_true == c)).sum(1) / called.sum(1) for c in (0, 1)]
    return _from_origin(*shares)


@mistake("5.5", name="widths-left-out", tag="formula")
def area_under(x, y):
    """Does your area change when the points move apart?

    np.trapezoid(y) takes a distance of 1 between points. Give it x as well:
    np.trapezoid(y, x)."""
    return float(np.trapezoid(np.asarray(y, dtype=float)))


@mistake("5.5", name="area-beside-the-curve", tag="transpose")
def area_under(x, y):
    """Which of your two arrays is the height?

    np.trapezoid takes the heights first: np.trapezoid(y, x)."""
    return float(np.trapezoid(x, y))


@mistake(
    "5.5",
    tag="formula",
    edit=("(y[1:] + y[:-1]) / 2", "(y[1:] + y[:-1])"),
)
def heights_added():
    """A square of side 1: is your area 1?

    A trapezoid counts with the *mean* of its two heights: divide by 2."""


@mistake("5.5", name="heights-sorted", tag="order")
def area_under(x, y):
    """Which height belongs to your first x?

    Sorted apart, x and y no longer belong together. Take the points as they come."""
    return float(np.trapezoid(np.sort(y), np.sort(x)))


# 5.6 ------------------------------------------------------------------------------------------------------------------


def _recall_precision(y_true, called):
    found = called[:, y_true == 1].sum(axis=1)
    return found / np.sum(y_true == 1), found / np.maximum(called.sum(axis=1), 1)


@mistake("5.6", name="pr-ties-one-by-one", tag="ties")
def precision_recall_curve(y_true, y_score):
    """You have a point per row. Can a threshold stop between two equal scores?

    No: all rows with the same score are called together. One point per distinct
    score."""
    ranked = np.asarray(y_true)[np.argsort(-np.asarray(y_score), kind="stable")]
    return np.cumsum(ranked) / ranked.sum(), np.cumsum(ranked) / np.arange(
        1, len(ranked) + 1
    )


@mistake("5.6", name="lowest-score-first", tag="formula")
def precision_recall_curve(y_true, y_score):
    """Your curve starts where everyone is called ill.

    Walk from the highest score down, so that recall grows."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    return _recall_precision(y_true, y_score >= np.unique(y_score)[:, None])


@mistake("5.6", name="recall-precision-swapped", tag="transpose")
def precision_recall_curve(y_true, y_score):
    """Your two arrays have changed places.

    Return (recall, precision): recall goes on the horizontal axis and ends at 1."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    return _recall_precision(y_true, y_score >= np.unique(y_score)[::-1][:, None])[::-1]


@mistake("5.6", name="starting-point-added", tag="dtype")
def precision_recall_curve(y_true, y_score):
    """You have one point too many.

    ROC starts at (0, 0), but here precision before the first call would be 0/0. The
    curve begins at the highest score."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    recall, precision = _recall_precision(
        y_true, y_score >= np.unique(y_score)[::-1][:, None]
    )
    return np.concatenate([[0.0], recall]), np.concatenate([[1.0], precision])


@mistake("5.6", name="trapezoids", tag="formula")
def average_precision(recall, precision):
    """Your sum is that of ROC: trapezoids. Here it promises precision that no
    threshold reaches.

    Each step in recall counts with the precision at its *end*: (R_i - R_(i-1)) *
    P_i."""
    r, p = np.concatenate([[0.0], recall]), np.concatenate([[precision[0]], precision])
    return float(np.sum(np.diff(r) * (p[1:] + p[:-1]) / 2))


@mistake("5.6", name="plain-mean-of-precisions", tag="formula")
def average_precision(recall, precision):
    """You gave every point the same weight.

    A point at which recall does not grow adds nothing. The weight is the step in
    recall."""
    return float(np.mean(precision))


@mistake("5.6", name="first-step-forgotten", tag="formula")
def average_precision(recall, precision):
    """Your sum is too small. Where does the first step begin?

    np.diff(recall) starts with the second point. With R_0 = 0 the first step is
    recall[0]: prepend a 0."""
    return float(np.sum(np.diff(np.asarray(recall)) * np.asarray(precision)[1:]))


@mistake("5.6", name="precision-at-the-start-of-the-step", tag="formula")
def average_precision(recall, precision):
    """Each of your steps counts with the precision before it.

    (R_i - R_(i-1)) goes with P_i, the precision once the step is made."""
    p = np.concatenate([[1.0], np.asarray(precision)[:-1]])
    return float(np.sum(np.diff(np.asarray(recall), prepend=0.0) * p))


@mistake("5.6", name="pr-as-sklearn-orders-it", tag="order")
def precision_recall_curve(y_true, y_score):
    """Does recall grow along your curve?

    sklearn begins at the lowest score and adds a last point (0, 1). Leave that one
    out, and turn both arrays round."""
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return recall, precision


@mistake("5.6", name="recall-of-all-rows", tag="formula")
def precision_recall_curve(y_true, y_score):
    """Your recall does not end at 1. Of whom is it a share?

    Of the ill: divide by np.sum(y_true == 1), not by all rows."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    recall, precision = _recall_precision(
        y_true, y_score >= np.unique(y_score)[::-1][:, None]
    )
    return recall * np.mean(y_true == 1), precision


@mistake("5.6", name="pr-strictly-above-the-threshold", tag="ties")
def precision_recall_curve(y_true, y_score):
    """Whom does your highest threshold call ill? And does recall reach 1?

    A score *at* the threshold counts as called: >= rather than >."""
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    called = y_score > np.unique(y_score)[::-1][:, None]
    recall, precision = _recall_precision(y_true, called)
    return recall, np.where(called.any(axis=1), precision, 1.0)


@mistake("5.6", name="trapezoids-from-precision-one", tag="formula")
def average_precision(recall, precision):
    """Your sum is that of ROC: trapezoids. Here it promises precision that no
    threshold reaches.

    Each step in recall counts with the precision at its *end*: (R_i - R_(i-1)) *
    P_i."""
    r, p = np.concatenate([[0.0], recall]), np.concatenate([[1.0], precision])
    return float(np.trapezoid(p, r))


@mistake("5.6", name="best-precision-from-here-on", tag="formula")
def average_precision(recall, precision):
    """You let precision never rise along the curve, as some contests do. Is that asked
    for?

    P_i is the precision at point i itself."""
    best = np.maximum.accumulate(np.asarray(precision)[::-1])[::-1]
    return float(np.sum(np.diff(np.asarray(recall), prepend=0.0) * best))


# 5.7 ------------------------------------------------------------------------------------------------------------------


def _centre_and_half(k, n, z):
    return (k + z * z / 2) / (n + z * z), z / (n + z * z) * math.sqrt(
        k * (n - k) / n + z * z / 4
    )


@mistake("5.7", name="textbook-interval", tag="formula")
def wilson_interval(k, n, z=1.96):
    """That is the textbook interval. What does it say when all rows are right?

    It trusts the deviation at the observed share, which is 0 there. Wilson asks
    each candidate p for *its own* deviation.

    Solve the quadratic: a = 1 + z^2/n, b = -(2k/n + z^2/n), c = (k/n)^2."""
    half = z * math.sqrt(k / n * (1 - k / n) / n)
    return k / n - half, k / n + half


@mistake("5.7", name="textbook-interval-clipped", tag="formula")
def wilson_interval(k, n, z=1.96):
    """Clipping keeps the ends in [0, 1], but the width is still that of the
    textbook interval.

    Put p, not the observed share, under the root, and solve the quadratic for its
    two ends."""
    half = z * math.sqrt(k / n * (1 - k / n) / n)
    return max(0.0, k / n - half), min(1.0, k / n + half)


@mistake("5.7", name="centred-on-the-observed-share", tag="formula")
def wilson_interval(k, n, z=1.96):
    """The width of your interval is right, its place is not.

    The middle of the two roots is -b/(2a), which leans from k/n towards 1/2."""
    _, half = _centre_and_half(k, n, z)
    return k / n - half, k / n + half


@mistake("5.7", name="textbook-around-the-adjusted-share", tag="formula")
def wilson_interval(k, n, z=1.96):
    """You moved the middle to where it belongs, then used the textbook width there
    (this is Agresti and Coull's interval).

    It is a good approximation, but Wilson's ends are the exact roots of the
    quadratic."""
    m = n + z * z
    p = (k + z * z / 2) / m
    half = z * math.sqrt(p * (1 - p) / m)
    return p - half, p + half


@mistake("5.7", name="z-not-squared", tag="formula")
def wilson_interval(k, n, z=1.96):
    """Where does z stand in your quadratic, and how often is it multiplied by itself?

    Squaring both sides squares z as well: every z in the equation is z^2."""
    return tuple(
        np.clip(
            np.sort(np.roots([1 + z / n, -(2 * k / n + z / n), (k / n) ** 2]).real),
            0,
            1,
        ).tolist()
    )


@mistake("5.7", name="z-ignored", tag="formula")
def wilson_interval(k, n, z=1.96):
    """Your interval does not change when z does.

    1.96 is only the default: use the argument."""
    centre, half = _centre_and_half(k, n, 1.96)
    return max(0.0, centre - half), min(1.0, centre + half)


@mistake("5.7", name="ends-swapped", tag="transpose")
def wilson_interval(k, n, z=1.96):
    """Your first number is the larger one.

    Return (low, high): the root with the minus sign first."""
    centre, half = _centre_and_half(k, n, z)
    return min(1.0, centre + half), max(0.0, centre - half)


@mistake(
    "5.7",
    tag="formula",
    edit=[
        ("(-b - root) / (2 * a)", "(-b - root) / 2 * a"),
        ("(-b + root) / (2 * a)", "(-b + root) / 2 * a"),
    ],
)
def times_a_by_precedence():
    """Read your division aloud: is a above the line or below?

    / 2 * a divides by 2 and then multiplies by a. Put 2 * a in brackets."""


@mistake("5.7", name="times-a-by-precedence-unclipped", tag="formula")
def wilson_interval(k, n, z=1.96):
    """Read your division aloud: is a above the line or below?

    / 2 * a divides by 2 and then multiplies by a. Put 2 * a in brackets."""
    centre, half = _centre_and_half(k, n, z)
    a = 1 + z * z / n
    return (centre - half) * a**2, (centre + half) * a**2


@mistake("5.7", name="adjusted-share-clipped", tag="formula")
def wilson_interval(k, n, z=1.96):
    """You moved the middle to where it belongs, then used the textbook width there
    (this is Agresti and Coull's interval).

    It is a good approximation, but Wilson's ends are the exact roots of the
    quadratic."""
    m = n + z * z
    p = (k + z * z / 2) / m
    half = z * math.sqrt(p * (1 - p) / m)
    return max(0.0, p - half), min(1.0, p + half)


@mistake("5.7", name="exact-interval", tag="formula")
def wilson_interval(k, n, z=1.96):
    """Yours is the exact interval of Clopper and Pearson, which is wider.

    Wilson's ends are the roots of the quadratic; in SciPy it is method="wilson"."""
    level = 2 * scipy.stats.norm.cdf(z) - 1
    found = scipy.stats.binomtest(int(k), int(n)).proportion_ci(level)
    return float(found.low), float(found.high)


# 5.8 ------------------------------------------------------------------------------------------------------------------


def _b_c(y_true, pred_a, pred_b):
    a, b = (
        np.asarray(pred_a) == np.asarray(y_true),
        np.asarray(pred_b) == np.asarray(y_true),
    )
    return int(np.sum(a & ~b)), int(np.sum(~a & b))


def _tail(b, c):
    return sum(math.comb(b + c, i) for i in range(min(b, c) + 1)) / 2 ** (b + c)


@mistake("5.8", name="all-errors-counted", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """You counted all errors of each model. What do rows say that both get wrong?

    Nothing about which model is better. b and c count only rows on which exactly
    one of the two is right."""
    y = np.asarray(y_true)
    b, c = int(np.sum(np.asarray(pred_b) != y)), int(np.sum(np.asarray(pred_a) != y))
    return b, c, min(1.0, 2 * _tail(b, c))


@mistake("5.8", name="one-sided", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """Your p-value is half of what it should be.

    Before looking you did not know which model would win, so an uneven split on
    either side counts: twice the tail."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return b, c, _tail(b, c)


@mistake("5.8", name="above-one", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """A probability larger than 1?

    When the split is even, twice the tail counts the middle twice. Cap it with
    min(1, ...)."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return b, c, 2 * _tail(b, c)


@mistake("5.8", name="chi-square-approximation", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """You used the chi-square approximation of the test.

    With few rows it strays. The coin-tossing sum is exact, and math.comb makes it
    short."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return b, c, math.erfc(abs(b - c) / math.sqrt(2 * (b + c))) if b + c else 1.0


@mistake("5.8", name="only-the-observed-split", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """Your p-value is the chance of exactly this split.

    "At least this uneven" includes all splits further out: sum from i = 0 to s."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return b, c, min(1.0, 2 * math.comb(b + c, min(b, c)) / 2 ** (b + c))


@mistake("5.8", name="strictly-more-uneven", tag="ties")
def mcnemar(y_true, pred_a, pred_b):
    """Your tail stops one term too early.

    "At least this uneven" includes the observed split itself: range(s + 1)."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return (
        b,
        c,
        min(1.0, 2 * sum(math.comb(b + c, i) for i in range(min(b, c))) / 2 ** (b + c)),
    )


@mistake("5.8", name="coins-for-all-rows", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """You tossed a coin for every row.

    Rows on which the models agree about right and wrong toss no coin: m is b + c,
    not n."""
    b, c = _b_c(y_true, pred_a, pred_b)
    n = len(y_true)
    return b, c, min(1.0, 2 * sum(math.comb(n, i) for i in range(min(b, c) + 1)) / 2**n)


@mistake("5.8", name="b-and-c-swapped", tag="transpose")
def mcnemar(y_true, pred_a, pred_b):
    """Your two counts have changed places.

    b counts the rows that only *A* gets right."""
    b, c = _b_c(y_true, pred_a, pred_b)
    return c, b, min(1.0, 2 * _tail(b, c))


@mistake("5.8", name="numpy-integers-overflow", tag="dtype")
def mcnemar(y_true, pred_a, pred_b):
    """Your p-value is right for few rows and wrong for many.

    np.sum gives a 64-bit integer, and 2**m no longer fits when m is 63 or more.
    Python's own integers never overflow: int(np.sum(...))."""
    a, b = (
        np.asarray(pred_a) == np.asarray(y_true),
        np.asarray(pred_b) == np.asarray(y_true),
    )
    b, c = np.sum(a & ~b), np.sum(~a & b)
    with np.errstate(all="ignore"):
        return (
            b,
            c,
            min(
                1.0,
                2
                * sum(math.comb(b + c, i) for i in range(min(b, c) + 1))
                / 2 ** (b + c),
            ),
        )


@mistake("5.8", name="chi-square-with-correction", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """You used the chi-square approximation of the test.

    With few rows it strays, corrected or not. The coin-tossing sum is exact, and
    math.comb makes it short."""
    b, c = _b_c(y_true, pred_a, pred_b)
    if b + c == 0:
        return b, c, 1.0
    return b, c, math.erfc(abs(abs(b - c) - 1) / math.sqrt(2 * (b + c)))


@mistake("5.8", name="all-right-rows-counted", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """You counted all rows that each model gets right. What do rows say that both get
    right?

    Nothing about which model is better. b and c count only rows on which exactly one
    of the two is right."""
    y = np.asarray(y_true)
    b, c = int(np.sum(np.asarray(pred_a) == y)), int(np.sum(np.asarray(pred_b) == y))
    return b, c, min(1.0, 2 * _tail(b, c))


@mistake("5.8", name="coins-for-different-words", tag="formula")
def mcnemar(y_true, pred_a, pred_b):
    """How many coins do you toss? Some rows both models get wrong, in different ways.

    A coin belongs to a row on which exactly one is right: m is b + c."""
    b, c = _b_c(y_true, pred_a, pred_b)
    m = int(np.sum(np.asarray(pred_a) != np.asarray(pred_b)))
    return b, c, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(b, c) + 1)) / 2**m)


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "5.2",
    "fold_scores: np.array(scores) -> np.asarray(scores)",
    "of a list both make a new array",
)
excuse(
    "5.7",
    "wilson_interval: 1.0 -> 2.0",
    "the larger root exceeds 1 by rounding alone",
)
