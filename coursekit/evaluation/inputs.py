"""What people pass in, brought to one form: class codes, float64 probabilities and a label order,
or one clear error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError

_SWAPPED = "If these are scores, the arguments are swapped: the order is (y_true, y_score)."
_SUM_TOLERANCE = 5e-3  # float16 softmax misses 1 by up to about 1e-3
_BFLOAT16_TOLERANCE = 3e-2


@dataclass(frozen=True, eq=False)
class Inputs:
    """Truth, predictions and scores in one form.

    Attributes:
        codes: int64 `(n,)`, position of the true label in `labels`.
        predicted: int64 `(n,)`, position of the predicted label.
        probabilities: float64 `(n, k)`, rows sum to 1; None if only predictions were given.
        labels: the `k` labels in the order of the score columns.
        class_names: their `k` names.
        scores: what the scores were read as: "probabilities", "logits" or "predictions" (no
            scores).
    """

    codes: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    labels: tuple
    class_names: tuple[str, ...]
    scores: str


def prepare(
    y_true: ArrayLike,
    y_score: ArrayLike | None = None,
    *,
    y_pred: ArrayLike | None = None,
    labels: Sequence | None = None,
    class_names: Sequence[str] | None = None,
    from_logits: bool | str = "auto",
) -> Inputs:
    """Check and convert the arguments of `coursekit.evaluation.evaluate`, which documents them.

    Raises:
        InvalidInputError: for anything that cannot be read in one way only.
    """
    if y_score is None and y_pred is None:
        raise InvalidInputError(
            "Expected y_score or y_pred. Received neither. Pass scores, evaluate(y_true, y_score)."
        )
    truth = read_labels(y_true, "y_true")
    scores = None if y_score is None else _read_scores(y_score, from_logits)
    predictions = None if y_pred is None else read_labels(y_pred, "y_pred")
    for name, other in (("y_score", scores), ("y_pred", predictions)):
        if other is not None and len(other) != len(truth):
            raise InvalidInputError(
                f"Expected one row of {name} per true label. Received: {len(truth)} labels and "
                f"{len(other)} rows of {name}. "
                "Collect both in one pass over the data."
            )
    columns = None if scores is None else max(scores.shape[1], 2)
    order = _label_order(truth, predictions, labels, class_names, columns)
    names = _class_names(class_names, order)
    codes = _codes(truth, order, "y_true")
    probabilities, kind = (
        (None, "predictions") if scores is None else _to_probabilities(scores, from_logits)
    )
    if predictions is not None:
        predicted = _codes(predictions, order, "y_pred")
    elif scores.shape[1] == 1:
        predicted = (probabilities[:, 1] > 0.5).astype(np.int64)
    else:
        predicted = np.argmax(scores, axis=1).astype(np.int64)
    return Inputs(codes, predicted, probabilities, tuple(order.tolist()), names, kind)


def prepare_pair(
    y_true: ArrayLike, y_pred: ArrayLike, labels: Sequence | None = None
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Codes of truth and predictions in one label order: `(codes, predicted, labels)`."""
    inputs = prepare(y_true, y_pred=y_pred, labels=labels)
    return inputs.codes, inputs.predicted, inputs.labels


class _OneHot(np.ndarray):
    """Codes that came from one-hot rows; `columns` is the width."""

    columns: int


def read_labels(values: ArrayLike, name: str) -> np.ndarray:
    """One label per row as int64 or str `(n,)`, from a list, `(n,)`, `(n, 1)` or one-hot `(n, k)`;
    booleans become 0 and 1."""
    array = _as_array(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        return _read_one_hot(array, name)
    if array.ndim != 1:
        raise InvalidInputError(
            f"Expected {name} with one label per row, shape (n,). Received: shape {array.shape}."
        )
    if array.dtype.kind == "O":
        array = _read_objects(array, name)
    if array.dtype.kind == "S":
        array = np.char.decode(array)
    if array.dtype.kind == "U":
        return array
    if array.dtype.kind == "f":
        _refuse_nan(array, name)
        if not np.array_equal(array, np.floor(array)) or not np.isfinite(array).all():
            value = array[(array != np.floor(array)) | ~np.isfinite(array)][0]
            raise InvalidInputError(
                f"Expected class labels in {name}. Received: {float(value):g}. {_SWAPPED}"
            )
    elif array.dtype.kind not in "iub":
        raise InvalidInputError(
            f"Expected {name} of integers, booleans or strings. Received: dtype {array.dtype}."
        )
    return array.astype(np.int64)


def _read_one_hot(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype.kind not in "iubf":
        raise InvalidInputError(
            f"Expected one label per row in {name}, shape (n,). Received: shape {array.shape}."
        )
    if array.dtype.kind == "f":
        _refuse_nan(array, name)
    if not np.isin(array, (0, 1)).all():
        raise InvalidInputError(
            f"Expected labels or one-hot rows in {name}. Received: shape {array.shape} of "
            f"scores. {_SWAPPED}"
        )
    counts = array.sum(axis=1)
    if not (counts == 1).all():
        row = int(np.flatnonzero(counts != 1)[0])
        raise InvalidInputError(
            f"Expected exactly one 1 in each one-hot row of {name}. Received: "
            f"{int(counts[row])} in row {row}. "
            "Data with several labels per row is not supported; evaluate each label by itself."
        )
    codes = np.argmax(array, axis=1).astype(np.int64).view(_OneHot)
    codes.columns = array.shape[1]
    return codes


def _read_objects(array: np.ndarray, name: str) -> np.ndarray:
    missing = [
        row
        for row, value in enumerate(array)
        if value is None or value is not value or _differs_from_itself(value)
    ]
    if missing:
        raise InvalidInputError(
            f"Expected a label in every row of {name}. Received: {len(missing)} missing, the "
            f"first in row {missing[0]}. "
            "Drop these rows from truth and scores alike."
        )
    for kinds, dtype in (
        ((str,), str),
        ((bool, np.bool_, int, np.integer), np.int64),
        ((float, int, np.number), np.float64),
    ):
        if all(isinstance(value, kinds) for value in array):
            return array.astype(dtype)
    kinds = sorted({type(value).__name__ for value in array})
    raise InvalidInputError(
        f"Expected labels of one kind in {name}. Received: {', '.join(kinds)}. Convert them to "
        f"strings."
    )


def _differs_from_itself(value: Any) -> bool:
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA refuses to be a truth value
        return True


def _read_scores(values: ArrayLike, from_logits: bool | str) -> np.ndarray:
    """Scores as float64 `(n, k)`, or `(n, 1)` for one column about two classes."""
    if not (from_logits == "auto" or isinstance(from_logits, (bool, np.bool_))):
        raise InvalidInputError(
            f'Expected from_logits to be "auto", True or False. Received: {from_logits!r}.'
        )
    array = _as_array(values, "y_score")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise InvalidInputError(
            f"Expected y_score of shape (n, k), one column per class, or (n,) for two classes. "
            f"Received: shape {array.shape}."
        )
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                "Expected numbers in y_score. Received: objects. Pass class labels as y_pred=."
            ) from error
    if array.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"Expected numbers in y_score. Received: dtype {array.dtype}. Pass predicted "
            f"labels as evaluate(y_true, y_pred=...)."
        )
    if array.dtype.kind == "f":
        _refuse_nan(array, "y_score")
    if array.shape[1] == 1 and from_logits == "auto":
        _refuse_predictions(array)
    scores = array.astype(np.float64)
    if np.isposinf(scores).any() or np.isneginf(scores).all(axis=1).any():
        raise InvalidInputError(
            "Expected finite scores. Received: infinity in y_score. Clip the scores, or look "
            "for overflow."
        )
    return scores


def _refuse_predictions(array: np.ndarray) -> None:
    if array.dtype.kind in "iub" or np.array_equal(array, np.floor(array)):
        raise InvalidInputError(
            "Expected scores in y_score, such as probabilities. Received: one column of whole "
            "numbers, which look like predicted "
            "labels. Pass them as evaluate(y_true, y_pred=...), or say from_logits=True or "
            "False if they are scores."
        )


def _to_probabilities(scores: np.ndarray, from_logits: bool | str) -> tuple[np.ndarray, str]:
    """float64 probabilities `(n, k)` with rows that sum to 1, and what the scores were read as."""
    logits = _look_like_logits(scores) if from_logits == "auto" else bool(from_logits)
    if logits:
        if scores.shape[1] == 1:
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True), "logits"
    if scores.min() < -_SUM_TOLERANCE or (
        scores.shape[1] == 1 and scores.max() > 1 + _SUM_TOLERANCE
    ):
        raise InvalidInputError(
            f"Expected probabilities. Received: values from {scores.min():g} to "
            f"{scores.max():g}. Pass from_logits=True for logits."
        )
    scores = np.clip(scores, 0.0, 1.0 if scores.shape[1] == 1 else None)
    if scores.shape[1] == 1:
        return np.concatenate([1.0 - scores, scores], axis=1), "probabilities"
    sums = scores.sum(axis=1, keepdims=True)
    if (sums == 0).any():
        row = int(np.flatnonzero(sums == 0)[0])
        raise InvalidInputError(
            f"Expected probabilities that sum to 1. Received: row {row} of y_score is all zeros."
        )
    return scores / sums, "probabilities"


def _look_like_logits(scores: np.ndarray) -> bool:
    low, high = float(scores.min()), float(scores.max())
    if scores.shape[1] == 1:
        if low >= -1e-6 and high <= 1 + _SUM_TOLERANCE:
            return False
        if low < 0:
            return True
        reason = f"one column of values from {low:g} to {high:g}"
    else:
        sums = scores.sum(axis=1)
        if low >= -1e-6 and np.abs(sums - 1).max() <= _BFLOAT16_TOLERANCE:
            return False
        if low < 0:
            return True
        if high <= 1:
            reason = f"values in [0, 1] whose rows sum to {sums.min():.3g} to {sums.max():.3g}"
        elif np.ptp(sums) <= 1e-6 * sums.max():
            reason = f"rows that all sum to {sums[0]:g}"
        else:
            return True
    raise InvalidInputError(
        f"Expected logits, or probabilities whose rows sum to 1. Received: {reason}, which may "
        f"be either. "
        "Pass from_logits=True (softmax is applied) or from_logits=False (rows are divided by "
        "their sum)."
    )


def _label_order(
    truth: np.ndarray,
    predictions: np.ndarray | None,
    labels: Sequence | None,
    class_names: Sequence[str] | None,
    columns: int | None,
) -> np.ndarray:
    """The labels in the order of the score columns. With nothing said: 0, 1, ... for integers,
    sorted for strings."""
    one_hot = getattr(truth, "columns", None) or getattr(predictions, "columns", None)
    if one_hot and columns and one_hot != columns:
        raise InvalidInputError(
            f"Expected as many one-hot columns as scores. Received: {one_hot} and {columns}."
        )
    if labels is not None:
        order = _given_labels(labels)
    elif truth.dtype.kind == "U":
        order = _string_order(truth, predictions, class_names, columns)
    elif columns or one_hot or class_names is not None:
        order = np.arange(columns or one_hot or len(class_names))
    else:
        order = (
            np.unique(np.concatenate([truth, predictions]))
            if predictions.dtype.kind != "U"
            else np.unique(truth)
        )
    width = columns or one_hot
    if width and len(order) != width:
        raise InvalidInputError(
            f"Expected one label per score column. Received: {len(order)} labels and {width} "
            f"columns. "
            "Pass labels= in the order of the columns, such as classifier.classes_."
        )
    return order


def _given_labels(labels: Sequence) -> np.ndarray:
    order = read_labels(labels, "labels")
    if len(np.unique(order)) != len(order):
        raise InvalidInputError(f"Expected each label once. Received: labels={order.tolist()}.")
    return np.asarray(order)


def _string_order(
    truth: np.ndarray,
    predictions: np.ndarray | None,
    class_names: Sequence[str] | None,
    columns: int | None,
) -> np.ndarray:
    if class_names is not None:
        return _given_labels(class_names)
    order = np.unique(truth)
    if predictions is not None and predictions.dtype.kind == "U":
        order = np.union1d(order, predictions)
    numeric = all(label.lstrip("+-").isdecimal() for label in order.tolist())
    if columns and numeric and not np.array_equal(order, sorted(order.tolist(), key=int)):
        raise InvalidInputError(
            f"Expected a label order that is plain. Received: labels that sort as text to "
            f"{order.tolist()}. "
            "Pass labels= in the order of the score columns, such as classifier.classes_."
        )
    return order


def _class_names(class_names: Sequence[str] | None, order: np.ndarray) -> tuple[str, ...]:
    if class_names is None:
        return tuple(str(label) for label in order.tolist())
    names = tuple(str(name) for name in class_names)
    if len(names) != len(order):
        raise InvalidInputError(
            f"Expected one class name per class. Received: {len(names)} names for {len(order)} "
            f"classes."
        )
    return names


def _codes(values: np.ndarray, order: np.ndarray, name: str) -> np.ndarray:
    """Position of each value in `order`."""
    if isinstance(values, _OneHot):
        if values.columns != len(order):
            raise InvalidInputError(
                f"Expected {len(order)} one-hot columns in {name}, one per label. Received: "
                f"{values.columns}."
            )
        return np.asarray(values)
    if (values.dtype.kind == "U") != (order.dtype.kind == "U"):
        raise InvalidInputError(
            f"Expected {name} and the labels to be of one kind. Received: {_example(values)} "
            f"in {name} and {_example(order)} "
            "among the labels. Name integer classes with class_names=, or convert one side."
        )
    sorter = np.argsort(order)
    place = np.minimum(np.searchsorted(order, values, sorter=sorter), len(order) - 1)
    codes = sorter[place]
    stray = order[codes] != values
    if stray.any():
        found = np.unique(values[stray]).tolist()
        raise InvalidInputError(
            f"Expected labels in {name} from {_shorten(order.tolist())}. Received: "
            f"{_shorten(found)}. "
            "Pass labels= with all classes in the order of the score columns."
        )
    return codes.astype(np.int64)


def _example(values: np.ndarray) -> str:
    return repr(values[:1].tolist()[0])


def _shorten(values: list) -> str:
    if len(values) <= 10:
        return str(values)
    return f"[{', '.join(map(repr, values[:4]))}, ..., {values[-1]!r}]"


def _as_array(values: ArrayLike, name: str) -> np.ndarray:
    if hasattr(values, "toarray"):
        values = values.toarray()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"Expected {name} as an array. Received: rows of different length."
        ) from error
    if array.dtype.kind == "U" and isinstance(values, (list, tuple)) and array.ndim == 1:
        array = np.array(
            values, dtype=object
        )  # numpy turns a missing value in a list of strings into "nan"
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.size == 0 or array.ndim == 0:
        raise InvalidInputError(
            f"Expected at least one row in {name}. Received: shape {array.shape}."
        )
    return array


def _refuse_nan(array: np.ndarray, name: str) -> None:
    bad = np.isnan(array)
    if bad.any():
        rows = np.flatnonzero(bad if bad.ndim == 1 else bad.any(axis=1))
        raise InvalidInputError(
            f"Expected numbers in {name}. Received: NaN in {len(rows)} of {len(array)} rows, "
            f"the first in row {rows[0]}. "
            "Look for a loss that diverged, or drop these rows from truth and scores alike."
        )
