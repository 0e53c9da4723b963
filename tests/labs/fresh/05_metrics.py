"""Answers to lab 05 by somebody who did not write its catalogue."""

import collections
import itertools
import math

import numpy as np
import scipy.stats
from sklearn import metrics
from sklearn.model_selection import KFold, LeavePOut
from sklearn.preprocessing import StandardScaler

from coursekit.labs.author.fresh import fresh


@fresh("5.1", wrong=True)
def k_folds(order, k):
    size = len(order) // k
    order = np.array(order)
    result = []
    for i in range(k):
        validation = order[i * size : (i + 1) * size]
        train = np.concatenate([order[: i * size], order[(i + 1) * size :]])
        result.append((train, validation))
    return result


@fresh("5.1", wrong=True)
def k_folds(order, k):
    order = np.array(order)
    size = len(order) // k
    result = []
    for i in range(k):
        end = len(order) if i == k - 1 else (i + 1) * size
        result.append((np.concatenate([order[: i * size], order[end:]]), order[i * size : end]))
    return result


@fresh("5.1", wrong=True)
def k_folds(order, k):
    order = np.array(order)
    return [
        (np.concatenate([order[j::k] for j in range(k) if j != i]), order[i::k]) for i in range(k)
    ]


@fresh("5.1", wrong=True)
def k_folds(order, k):
    return list(KFold(k).split(order))


@fresh("5.1", wrong=True)
def k_folds(order, k):
    order = np.asarray(order)
    return [(order, part) for part in np.array_split(order, k)]


@fresh("5.1", wrong=True)
def k_folds(order, k):
    order = np.asarray(order)
    shuffled = np.random.default_rng(0).permutation(order)
    return [(shuffled[~np.isin(shuffled, p)], p) for p in np.array_split(shuffled, k)]


@fresh("5.1", wrong=True)
def k_folds(order, k):
    size = math.ceil(len(order) / k)
    order = np.asarray(order)
    pieces = [order[a : a + size] for a in range(0, len(order), size)]
    return [(np.concatenate(pieces[:i] + pieces[i + 1 :]), pieces[i]) for i in range(len(pieces))]


@fresh("5.1", wrong=True)
def leave_p_out(order, p):
    order = np.asarray(order)
    result = []
    for i in range(len(order) - p + 1):
        result.append((np.delete(order, range(i, i + p)), order[i : i + p]))
    return result


@fresh("5.1", wrong=True)
def leave_p_out(order, p):
    result = []
    for out in itertools.permutations(order, p):
        result.append((np.array([r for r in order if r not in out]), np.array(out)))
    return result


@fresh("5.1", wrong=True)
def leave_p_out(order, p):
    n = len(order)
    return [
        (np.setdiff1d(np.arange(n), c), np.array(c)) for c in itertools.combinations(range(n), p)
    ]


@fresh("5.1", wrong=True)
def leave_p_out(order, p):
    order = np.asarray(order)
    return [
        (order[~np.isin(order, c)], np.array(c))
        for c in itertools.combinations_with_replacement(order, p)
    ]


@fresh("5.1", wrong=False)
def k_folds(order, k):
    order = np.asarray(order)
    return [(order[t], order[v]) for t, v in KFold(n_splits=k).split(order)]


@fresh("5.1", wrong=False)
def k_folds(order, k):
    rows, folds, start = list(order), [], 0
    for i in range(k):
        stop = start + len(rows) // k + (1 if i < len(rows) % k else 0)
        folds.append((np.array(rows[:start] + rows[stop:]), np.array(rows[start:stop])))
        start = stop
    return folds


@fresh("5.1", wrong=False)
def leave_p_out(order, p):
    order = np.asarray(order)
    return [(order[t], order[v]) for t, v in LeavePOut(p).split(order)]


@fresh("5.1", wrong=False)
def leave_p_out(order, p):
    order = np.asarray(order)
    found = []
    for bits in range(2 ** len(order)):
        mask = np.array([bits >> i & 1 for i in range(len(order))], dtype=bool)
        if mask.sum() == p:
            found.append((order[~mask], order[mask]))
    return found


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    s = x.std(axis=0)
    s[s == 0] = 1
    z = (x - x.mean(axis=0)) / s
    return np.array([np.mean(fit_predict(z[t], y[t], z[v]) == y[v]) for t, v in folds])


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    def standardise(a):
        s = a.std(axis=0)
        s[s == 0] = 1
        return (a - a.mean(axis=0)) / s

    scores = []
    for t, v in folds:
        predicted = fit_predict(standardise(x[t]), y[t], standardise(x[v]))
        scores.append(np.mean(predicted == y[v]))
    return np.array(scores)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    scores = []
    for t, v in folds:
        m, s = np.mean(x[t], axis=0), np.std(x[t], axis=0, ddof=1)
        s[s == 0] = 1
        scores.append(np.mean(fit_predict((x[t] - m) / s, y[t], (x[v] - m) / s) == y[v]))
    return np.array(scores)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].std(axis=0) + 1e-8
        scores.append(np.mean(fit_predict((x[t] - m) / s, y[t], (x[v] - m) / s) == y[v]))
    return np.array(scores)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    scores = []
    for t, v in folds:
        m, s = x[t].mean(), x[t].std()
        if s == 0:
            s = 1
        scores.append(np.mean(fit_predict((x[t] - m) / s, y[t], (x[v] - m) / s) == y[v]))
    return np.array(scores)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    correct = []
    for t, v in folds:
        scaler = StandardScaler().fit(x[t])
        predicted = fit_predict(scaler.transform(x[t]), y[t], scaler.transform(x[v]))
        correct.append(np.sum(predicted == y[v]) / len(y))
    return np.array(correct)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    correct = []
    for t, v in folds:
        scaler = StandardScaler().fit(x[t])
        predicted = fit_predict(scaler.transform(x[t]), y[t], scaler.transform(x[v]))
        correct.append(np.mean(predicted != y[v]))
    return np.array(correct)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].std(axis=0)
        s[s == 0] = 1
        x -= m
        x /= s
        scores.append(np.mean(fit_predict(x[t], y[t], x[v]) == y[v]))
        x *= s
        x += m + 1e-3
    return np.array(scores)


@fresh("5.2", wrong=True)
def fold_scores(fit_predict, x, y, folds):
    scores = []
    for t, v in folds:
        m, s = x[t].mean(axis=0), x[t].var(axis=0)
        s[s == 0] = 1
        scores.append(np.mean(fit_predict((x[t] - m) / s, y[t], (x[v] - m) / s) == y[v]))
    return np.array(scores)


@fresh("5.2", wrong=False)
def fold_scores(fit_predict, x, y, folds):
    def one(train, validation):
        scaler = StandardScaler()
        z = scaler.fit_transform(x[train])
        return metrics.accuracy_score(
            y[validation], fit_predict(z, y[train], scaler.transform(x[validation]))
        )

    return np.array([one(*fold) for fold in folds])


@fresh("5.2", wrong=False)
def fold_scores(fit_predict, x, y, folds):
    out = np.zeros(len(folds))
    for i in range(len(folds)):
        rows, judge = folds[i]
        z = np.array(x, dtype=float)
        for j in range(x.shape[1]):
            m = sum(x[r, j] for r in rows) / len(rows)
            s = (sum((x[r, j] - m) ** 2 for r in rows) / len(rows)) ** 0.5
            z[:, j] = (x[:, j] - m) / (s if s > 1e-15 else 1)
        said = fit_predict(z[rows], y[rows], z[judge])
        for a, b in zip(said, y[judge], strict=True):
            out[i] += (a == b) / len(judge)
    return out


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        m[labels.index(p), labels.index(t)] += 1
    return m


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    return metrics.confusion_matrix(y_true, y_pred)


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    m = np.zeros((len(labels), len(labels)))
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            m[i, j] = sum(t == a and p == b for t, p in zip(y_true, y_pred, strict=True))
    return m / np.maximum(m.sum(axis=1, keepdims=True), 1)


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    index = {label: i for i, label in enumerate(labels)}
    m = np.zeros((len(labels), len(labels)), dtype=int)
    rows = [index[t] for t in y_true]
    columns = [index[p] for p in y_pred]
    m[rows, columns] += 1
    return m


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    names = sorted(labels)
    m = np.zeros((len(names), len(names)), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        m[names.index(t), names.index(p)] += 1
    return m


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        m[t, p] += 1
    return m


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            m[i, j] = np.sum((y_true == a) & (y_pred == b))
    return m


@fresh("5.3", wrong=True)
def confusion_matrix(y_true, y_pred, labels):
    labels.sort()
    return metrics.confusion_matrix(y_true, y_pred, labels=labels)


@fresh("5.3", wrong=False)
def confusion_matrix(y_true, y_pred, labels):
    counts = collections.Counter(zip(list(y_true), list(y_pred), strict=True))
    return np.array([[counts[a, b] for b in labels] for a in labels])


@fresh("5.3", wrong=False)
def confusion_matrix(y_true, y_pred, labels):
    t, p, names = np.asarray(y_true), np.asarray(y_pred), np.asarray(labels)
    actual = (t[:, None] == names).astype(np.int64)
    predicted = (p[:, None] == names).astype(np.int64)
    return actual.T @ predicted


@fresh("5.4", wrong=True)
def class_scores(matrix):
    m = np.array(matrix, dtype=float)
    tp = np.diag(m)
    with np.errstate(all="ignore"):
        precision = np.nan_to_num(tp / m.sum(axis=1))
        recall = np.nan_to_num(tp / m.sum(axis=0))
        fn, fp = m.sum(axis=0) - tp, m.sum(axis=1) - tp
        tn = m.sum() - tp - fn - fp
        specificity = np.nan_to_num(tn / (tn + fp))
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    return {
        "precision": precision,
        "recall": recall,
        "specificity": specificity,
        "f1": f1,
        "macro_f1": f1.mean(),
    }


def _scores(matrix):
    m = np.array(matrix, dtype=float)
    tp = np.diag(m).copy()
    fn, fp = m.sum(axis=1) - tp, m.sum(axis=0) - tp
    tn = m.sum() - tp - fn - fp
    return tp, fn, fp, tn


def _div(a, b):
    with np.errstate(all="ignore"):
        return np.where(b == 0, 0.0, a / b)


def _all(matrix):
    tp, fn, fp, tn = _scores(matrix)
    p, r = _div(tp, tp + fp), _div(tp, tp + fn)
    f1 = _div(2 * p * r, p + r)
    return {
        "precision": p,
        "recall": r,
        "specificity": _div(tn, tn + fp),
        "f1": f1,
        "macro_f1": float(np.mean(f1)),
    }


@fresh("5.4", wrong=True)
def class_scores(matrix):
    tp, fn, fp, tn = _scores(matrix)
    return _all(matrix) | {"specificity": _div(tn, tp + fn)}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    f1 = (result["precision"] + result["recall"]) / 2
    return result | {"f1": f1, "macro_f1": float(f1.mean())}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    matrix = np.array(matrix)
    result = _all(matrix)
    return result | {"macro_f1": float(np.trace(matrix) / matrix.sum())}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    p, r = result["precision"].mean(), result["recall"].mean()
    return result | {"macro_f1": 2 * p * r / (p + r) if p + r else 0.0}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    support = np.array(matrix).sum(axis=1)
    return result | {"macro_f1": float(np.average(result["f1"], weights=support))}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    occurs = np.array(matrix).sum(axis=1) > 0
    return result | {"macro_f1": float(result["f1"][occurs].mean())}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    matrix = np.asarray(matrix)
    result = _all(matrix)
    np.fill_diagonal(matrix, 0)
    return result


@fresh("5.4", wrong=True)
def class_scores(matrix):
    tp, fn, fp, tn = _scores(matrix)
    with np.errstate(all="ignore"):
        p, r, s = tp / (tp + fp), tp / (tp + fn), tn / (tn + fp)
        f1 = 2 * p * r / (p + r)
    return {"precision": p, "recall": r, "specificity": s, "f1": f1, "macro_f1": np.nanmean(f1)}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    r = result["recall"]
    others = np.array([np.delete(r, i).mean() if len(r) > 1 else 0.0 for i in range(len(r))])
    return result | {"specificity": others}


@fresh("5.4", wrong=True)
def class_scores(matrix):
    result = _all(matrix)
    p, r = result["precision"], result["recall"]
    f1 = _div(p * r, p + r)
    return result | {"f1": f1, "macro_f1": float(f1.mean())}


@fresh("5.4", wrong=False)
def class_scores(matrix):
    tp, fn, fp, tn = _scores(matrix)
    f1 = _div(2 * tp, 2 * tp + fp + fn)
    return {
        "macro_f1": sum(f1) / len(f1),
        "f1": f1,
        "specificity": _div(tn, tn + fp),
        "recall": _div(tp, tp + fn),
        "precision": _div(tp, tp + fp),
    }


@fresh("5.4", wrong=False)
def class_scores(matrix):
    c = len(matrix)
    names = ("precision", "recall", "specificity", "f1")
    out = {name: np.zeros(c) for name in names}
    total = sum(sum(row) for row in matrix)
    for i in range(c):
        hit = matrix[i][i]
        row, column = sum(matrix[i]), sum(matrix[k][i] for k in range(c))
        rest = total - row - column + hit
        if column:
            out["precision"][i] = hit / column
        if row:
            out["recall"][i] = hit / row
        if total - row:
            out["specificity"][i] = rest / (total - row)
        if row + column:
            out["f1"][i] = 2 * hit / (row + column)
    out["macro_f1"] = float(np.mean(out["f1"]))
    return out


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    y_true = np.asarray(y_true)
    y = y_true[np.argsort(-np.asarray(y_score), kind="stable")]
    tpr = np.concatenate([[0], np.cumsum(y) / y.sum()])
    fpr = np.concatenate([[0], np.cumsum(1 - y) / (1 - y).sum()])
    return fpr, tpr


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    fpr, tpr, _ = metrics.roc_curve(y_true, y_score)
    return fpr, tpr


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    fpr, tpr = [0.0], [0.0]
    for t in sorted(set(y_score.tolist()), reverse=True):
        called = y_score > t
        tpr.append(np.mean(called[y_true == 1]))
        fpr.append(np.mean(called[y_true == 0]))
    return np.array(fpr), np.array(tpr)


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    fpr, tpr = [], []
    for t in np.unique(y_score)[::-1]:
        called = y_score >= t
        tpr.append(np.mean(called[y_true == 1]))
        fpr.append(np.mean(called[y_true == 0]))
    return np.array(fpr), np.array(tpr)


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    fpr, tpr = [0.0], [0.0]
    for t in np.linspace(1, 0, 101):
        called = y_score >= t
        tpr.append(np.mean(called[y_true == 1]))
        fpr.append(np.mean(called[y_true == 0]))
    return np.array(fpr), np.array(tpr)


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    fpr, tpr = [0.0], [0.0]
    for t in np.unique(y_score)[::-1]:
        called = y_score >= t
        tpr.append(np.sum(called & (y_true == 1)) / np.sum(called))
        fpr.append(np.sum(called & (y_true == 0)) / np.sum(called))
    return np.array(fpr), np.array(tpr)


@fresh("5.5", wrong=True)
def roc_curve(y_true, y_score):
    fpr, tpr, _ = metrics.roc_curve(y_true, y_score, drop_intermediate=False)
    return tpr, fpr


@fresh("5.5", wrong=True)
def area_under(x, y):
    return sum((x[i + 1] - x[i]) * y[i] for i in range(len(x) - 1))


@fresh("5.5", wrong=True)
def area_under(x, y):
    return float(np.trapezoid(y))


@fresh("5.5", wrong=True)
def area_under(x, y):
    return float(np.trapezoid(x, y))


@fresh("5.5", wrong=True)
def area_under(x, y):
    x, y = np.asarray(x), np.asarray(y)
    return np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]))


@fresh("5.5", wrong=True)
def area_under(x, y):
    keep = np.unique(x, return_index=True)[1]
    return float(np.trapezoid(np.asarray(y)[keep], np.asarray(x)[keep]))


@fresh("5.5", wrong=True)
def area_under(x, y):
    x, y = np.sort(x), np.sort(y)
    return float(np.trapezoid(y, x))


@fresh("5.5", wrong=False)
def area_under(x, y):
    return metrics.auc(x, y)


@fresh("5.5", wrong=False)
def roc_curve(y_true, y_score):
    by_score = collections.defaultdict(lambda: [0, 0])
    for t, s in zip(y_true, y_score, strict=True):
        by_score[float(s)][int(t)] += 1
    negatives = sum(v[0] for v in by_score.values())
    positives = sum(v[1] for v in by_score.values())
    fp = tp = 0
    points = [(0.0, 0.0)]
    for s in sorted(by_score, reverse=True):
        fp, tp = fp + by_score[s][0], tp + by_score[s][1]
        points.append((fp / negatives, tp / positives))
    return np.array([p[0] for p in points]), np.array([p[1] for p in points])


@fresh("5.5", wrong=False)
def roc_curve(y_true, y_score):
    fpr, tpr, _ = metrics.roc_curve(y_true, y_score, drop_intermediate=False)
    return fpr, tpr


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    y = np.asarray(y_true)[np.argsort(-np.asarray(y_score), kind="stable")]
    found = np.cumsum(y)
    return found / y.sum(), found / np.arange(1, len(y) + 1)


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return recall[::-1], precision[::-1]


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return recall, precision


def _pr(y_true, y_score):
    precision, recall, _ = metrics.precision_recall_curve(y_true, y_score)
    return recall[:-1][::-1], precision[:-1][::-1]


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    recall, precision = _pr(y_true, y_score)
    return precision, recall


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    recall, precision = _pr(y_true, y_score)
    return recall[::-1], precision[::-1]


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    recall, precision = [], []
    for t in np.unique(y_score)[::-1]:
        tp = np.sum((y_score >= t) & (y_true == 1))
        recall.append(tp / len(y_true))
        precision.append(tp / np.sum(y_score >= t))
    return np.array(recall), np.array(precision)


@fresh("5.6", wrong=True)
def precision_recall_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    recall, precision = [], []
    for t in np.unique(y_score)[::-1]:
        called = y_score > t
        tp = np.sum(called & (y_true == 1))
        recall.append(tp / np.sum(y_true))
        precision.append(tp / called.sum() if called.any() else 1.0)
    return np.array(recall), np.array(precision)


@fresh("5.6", wrong=True)
def average_precision(recall, precision):
    recall = np.concatenate([[0], recall])
    precision = np.concatenate([[1], precision])
    return float(np.trapezoid(precision, recall))


@fresh("5.6", wrong=True)
def average_precision(recall, precision):
    return float(np.sum(np.diff(recall) * np.asarray(precision)[1:]))


@fresh("5.6", wrong=True)
def average_precision(recall, precision):
    return float(np.mean(precision))


@fresh("5.6", wrong=True)
def average_precision(recall, precision):
    best = np.maximum.accumulate(np.asarray(precision)[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0) * best))


@fresh("5.6", wrong=True)
def average_precision(recall, precision):
    total, before, height = 0, 0, 1
    for r, p in zip(recall, precision, strict=True):
        total += (r - before) * height
        before, height = r, p
    return total


@fresh("5.6", wrong=False)
def average_precision(recall, precision):
    total, before = 0, 0
    for r, p in zip(recall, precision, strict=True):
        total += (r - before) * p
        before = r
    return total


@fresh("5.6", wrong=False)
def precision_recall_curve(y_true, y_score):
    return _pr(y_true, y_score)


@fresh("5.6", wrong=False)
def precision_recall_curve(y_true, y_score):
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    order = np.argsort(y_score)[::-1]
    s, y = y_score[order], y_true[order]
    ends = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)
    found = np.cumsum(y)[ends]
    return found / found[-1], found / (ends + 1)


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    p = k / n
    half = z * np.sqrt(p * (1 - p) / n)
    return max(0.0, p - half), min(1.0, p + half)


def _wilson(k, n, z):
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    return _wilson(k, n, 1.96)


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    low, high = _wilson(k, n, z)
    return high, low


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    return _wilson(k, n, math.sqrt(z))


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    p, q = k / n, z**2 / n
    a, b, c = 1 + q, -(2 * p + q), p**2
    root = math.sqrt(b**2 - 4 * a * c)
    return (-b - root) / 2 * a, (-b + root) / 2 * a


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    n, k = n + z**2, k + z**2 / 2
    p = k / n
    half = z * math.sqrt(p * (1 - p) / n)
    return max(0.0, p - half), min(1.0, p + half)


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    level = 2 * scipy.stats.norm.cdf(z) - 1
    ci = scipy.stats.binomtest(int(k), int(n)).proportion_ci(level)
    return float(ci.low), float(ci.high)


@fresh("5.7", wrong=True)
def wilson_interval(k, n, z=1.96):
    p, q = k / n, z**2 / n
    r = np.roots([1 + q, -(2 * p + q), p**2])
    return r[0], r[1]


@fresh("5.7", wrong=False)
def wilson_interval(k, n, z=1.96):
    p, q = k / n, z**2 / n
    low, high = sorted(np.roots([1 + q, -(2 * p + q), p**2]).real)
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))


@fresh("5.7", wrong=False)
def wilson_interval(k, n, z=1.96):
    level = 2 * scipy.stats.norm.cdf(z) - 1
    ci = scipy.stats.binomtest(int(k), int(n)).proportion_ci(level, method="wilson")
    return float(ci.low), float(ci.high)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    a = np.array(pred_a) == np.array(y_true)
    b = np.array(pred_b) == np.array(y_true)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    m = only_a + only_b
    p = sum(math.comb(m, i) for i in range(min(only_a, only_b) + 1)) / 2**m
    return only_a, only_b, min(1.0, p)


def _counts(y_true, pred_a, pred_b):
    a = np.array(pred_a) == np.array(y_true)
    b = np.array(pred_b) == np.array(y_true)
    return int((a & ~b).sum()), int((b & ~a).sum())


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    b, c = _counts(y_true, pred_a, pred_b)
    if b + c == 0:
        return b, c, 1.0
    statistic = (abs(b - c) - 1) ** 2 / (b + c)
    return b, c, float(scipy.stats.chi2.sf(statistic, 1))


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    b, c = _counts(y_true, pred_a, pred_b)
    return b, c, 2 * sum(math.comb(b + c, i) for i in range(min(b, c) + 1)) / 2 ** (b + c)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    b, c = _counts(y_true, pred_a, pred_b)
    tail = sum(math.comb(b + c, i) for i in range(min(b, c)))
    return b, c, min(1.0, 2 * tail / 2 ** (b + c))


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    a = np.array(pred_a) == np.array(y_true)
    b = np.array(pred_b) == np.array(y_true)
    na, nb = int(a.sum()), int(b.sum())
    m = na + nb
    return na, nb, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(na, nb) + 1)) / 2**m)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    b, c = _counts(y_true, pred_a, pred_b)
    m = int(np.sum(np.array(pred_a) != np.array(pred_b)))
    return b, c, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(b, c) + 1)) / 2**m)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    a, b_ = pred_a == y_true, pred_b == y_true
    b, c = int(np.sum(a & ~b_)), int(np.sum(~a & b_))
    m = b + c
    return b, c, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(b, c) + 1)) / 2**m)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    c, b = _counts(y_true, pred_a, pred_b)
    m = b + c
    return b, c, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(b, c) + 1)) / 2**m)


@fresh("5.8", wrong=True)
def mcnemar(y_true, pred_a, pred_b):
    a = np.array(pred_a) == np.array(y_true)
    b_ = np.array(pred_b) == np.array(y_true)
    b, c = np.sum(a & ~b_), np.sum(~a & b_)
    with np.errstate(all="ignore"):
        p = 2 * scipy.stats.binom.cdf(min(b, c), b + c, 0.5)
    return b, c, p


@fresh("5.8", wrong=False)
def mcnemar(y_true, pred_a, pred_b):
    b, c = _counts(y_true, pred_a, pred_b)
    return b, c, float(scipy.stats.binomtest(b, b + c).pvalue) if b + c else 1.0


@fresh("5.8", wrong=False)
def mcnemar(y_true, pred_a, pred_b):
    b = c = 0
    for t, p, q in zip(y_true, pred_a, pred_b, strict=True):
        b += p == t and q != t
        c += q == t and p != t
    b, c = int(b), int(c)
    return b, c, min(1.0, float(2 * scipy.stats.binom.cdf(min(b, c), b + c, 0.5)))
