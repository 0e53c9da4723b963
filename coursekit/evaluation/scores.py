"""Scores of predicted labels. scikit-learn counts; here the label order is explicit and "undefined"
is nan, without a warning.

The lecture's example: 12 patients, of whom 8 have cancer; 6 of these are found, and 1 healthy
person is called ill.

>>> y_true = ["cancer"] * 8 + ["healthy"] * 4
>>> y_pred = ["cancer"] * 6 + ["healthy"] * 2 + ["cancer"] * 1 + ["healthy"] * 3
>>> confusion_matrix(y_true, y_pred)
array([[6, 2],
       [1, 3]])
>>> precision(y_true, y_pred, pos_label="cancer") == 6 / 7
True
>>> recall(y_true, y_pred, pos_label="cancer")
0.75
>>> specificity(y_true, y_pred, pos_label="cancer")
0.75
>>> round(f1(y_true, y_pred, pos_label="cancer"), 6)
0.8
>>> accuracy(y_true, y_pred)
0.75
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation.averages import AVERAGES, averaged
from coursekit.evaluation.inputs import prepare_pair, read_labels


def confusion_matrix(
    y_true: ArrayLike, y_pred: ArrayLike, *, labels: Sequence | None = None
) -> np.ndarray:
    """Counts, int64 `(k, k)`: row = true class, column = predicted class.

    Args:
        y_true: true labels `(n,)`, `(n, 1)` or one-hot `(n, k)`.
        y_pred: predicted labels, likewise.
        labels: all classes in the wanted order; sorted labels that occur if None.

    Raises:
        InvalidInputError: if a label is not among `labels` (nothing is dropped silently).

    >>> confusion_matrix([0, 0, 2], [0, 2, 2], labels=[0, 1, 2])
    array([[1, 0, 1],
           [0, 0, 0],
           [0, 0, 1]])
    """
    codes, predicted, order = prepare_pair(y_true, y_pred, labels)
    return count_codes(codes, predicted, len(order))


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of labels predicted correctly.

    >>> accuracy([0, 1, 2, 2], [0, 1, 2, 1])
    0.75
    """
    codes, predicted, _ = prepare_pair(y_true, y_pred)
    return float(np.mean(codes == predicted))


def precision(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    pos_label: int | str | None = None,
    average: str | None = None,
    labels: Sequence | None = None,
) -> float | np.ndarray:
    """Of the rows called positive, the share that is: TP / (TP + FP).

    Args:
        y_true: true labels.
        y_pred: predicted labels.
        pos_label: the positive class, when `average` is None; all others count as negative. 1 if
            None, with two classes.
        average: None (the positive class alone), "per_class" (array `(k,)`), "macro" (mean of the
            classes where it is defined), "weighted" (by true count) or "micro" (all decisions
            pooled).
        labels: all classes in order, for `average`; sorted labels that occur if None.

    Returns:
        A float, or an array for "per_class". nan where nothing was called positive.

    Raises:
        InvalidInputError: for an unknown average, and for more than two classes with neither
            `average` nor `pos_label`.

    >>> precision([1, 1, 0, 0], [1, 0, 1, 0])
    0.5
    """
    return _score("precision", y_true, y_pred, pos_label, average, labels)


def recall(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    pos_label: int | str | None = None,
    average: str | None = None,
    labels: Sequence | None = None,
) -> float | np.ndarray:
    """Of the positive rows, the share that was found (sensitivity): TP / (TP + FN). Arguments as in
    `precision`.

    >>> recall([1, 1, 1, 0], [1, 0, 1, 0]) == 2 / 3
    True
    """
    return _score("recall", y_true, y_pred, pos_label, average, labels)


def specificity(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    pos_label: int | str | None = None,
    average: str | None = None,
    labels: Sequence | None = None,
) -> float | np.ndarray:
    """Of the negative rows, the share called negative (true negative rate): TN / (TN + FP).
    Arguments as in `precision`.

    >>> specificity([1, 0, 0, 0], [1, 0, 0, 1])
    0.6666666666666666
    """
    return _score("specificity", y_true, y_pred, pos_label, average, labels)


def f1(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    pos_label: int | str | None = None,
    average: str | None = None,
    labels: Sequence | None = None,
) -> float | np.ndarray:
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). Arguments as in `precision`.

    Macro F1 is the mean of the classes' F1, not the F1 of mean precision and mean recall.

    >>> f1([0, 0, 1, 1, 2], [0, 1, 1, 1, 2], average="per_class").round(3)
    array([0.667, 0.8  , 1.   ])
    """
    return _score("f1", y_true, y_pred, pos_label, average, labels)


f1_score = f1


def count_codes(
    codes: np.ndarray, predicted: np.ndarray, k: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """Confusion matrix `(k, k)` of class codes 0 to k - 1: int64 counts, or float64 sums of
    `weights`."""
    cells = np.bincount(codes * k + predicted, weights=weights, minlength=k * k)
    return cells.reshape(k, k).astype(np.int64 if weights is None else np.float64)


def scores_of_codes(
    codes: np.ndarray, predicted: np.ndarray, k: int, weights: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Per-class scores (arrays `(k,)`, nan where undefined) and their named averages, such as
    "macro_f1"."""
    from sklearn import metrics

    def of_scikit_learn(average: str | None):
        return metrics.precision_recall_fscore_support(
            codes,
            predicted,
            labels=np.arange(k),
            average=average,
            sample_weight=weights,
            zero_division=np.nan,
        )

    matrix = count_codes(codes, predicted, k, weights)
    support = matrix.sum(axis=1)
    negative = matrix.sum() - support
    true_negative = negative - (matrix.sum(axis=0) - np.diag(matrix))
    names = ("precision", "recall", "f1")
    per_class = dict(zip(names, of_scikit_learn(None), strict=False))
    pooled = dict(zip(names, of_scikit_learn("micro"), strict=False))
    per_class["specificity"] = share(true_negative, negative)
    pooled["specificity"] = float(share(true_negative.sum(), negative.sum()))
    averages: dict[str, float] = {}
    for name, values in per_class.items():
        averages |= averaged(name, np.asarray(values, np.float64), support, pooled[name])
    per_class["support"] = support
    keys = ("precision", "recall", "specificity", "f1", "support")
    return {key: np.asarray(per_class[key]) for key in keys}, averages


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole` in float64, nan where `whole` is 0."""
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _score(
    name: str,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    pos_label: int | str | None,
    average: str | None,
    labels: Sequence | None,
) -> float | np.ndarray:
    if average is None:
        return _score_one(name, y_true, y_pred, pos_label)
    known = ("per_class", *AVERAGES)
    if average not in known:
        raise InvalidInputError(
            f"Expected average to be None or one of {', '.join(known)}. Received: {average!r}."
        )
    codes, predicted, order = prepare_pair(y_true, y_pred, labels)
    per_class, averages = scores_of_codes(codes, predicted, len(order))
    return per_class[name] if average == "per_class" else averages[f"{average}_{name}"]


def _score_one(
    name: str, y_true: ArrayLike, y_pred: ArrayLike, pos_label: int | str | None
) -> float:
    truth, predicted = read_labels(y_true, "y_true"), read_labels(y_pred, "y_pred")
    prepare_pair(truth, predicted)
    present = np.union1d(truth, predicted)
    if len(present) > 2 and pos_label is None:
        raise InvalidInputError(
            f"Expected two classes. Received: {len(present)}. Name the average, such as "
            f'average="macro", or one pos_label=.'
        )
    positive = 1 if pos_label is None else pos_label
    if isinstance(positive, str) != (present.dtype.kind == "U") or (
        len(present) > 1 and positive not in present.tolist()
    ):
        raise InvalidInputError(
            f"Expected pos_label to be one of {present.tolist()}. Received: pos_label={positive!r}."
        )
    per_class, _ = scores_of_codes(
        (truth == positive).astype(int), (predicted == positive).astype(int), 2
    )
    return float(per_class[name][1])
