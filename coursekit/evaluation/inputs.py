"""What people pass in, brought to one form: class codes, scores and a label order, or one clear
error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation.checks import as_array, column_names, in_order, refuse_nan
from coursekit.evaluation.score_columns import read_scores, to_shares

_DROP = "Drop these rows from truth and scores alike."
_EXACT = 2**53  # float64 tells whole numbers apart below this
_SWAPPED = "If these are scores, the arguments are swapped: the order is (y_true, y_score)."


@dataclass(frozen=True, eq=False)
class Inputs:
    """Truth, predictions and scores in one form.

    Attributes:
        codes: int64 `(n,)`, position of the true label in `labels`.
        predicted: int64 `(n,)`, position of the predicted label.
        probabilities: float64 `(n, k)`, rows sum to 1; None if only predictions were given.
        ranking: float64 `(n, k)`, what curves and areas order rows by; None likewise.
        labels: the `k` labels in the order of the score columns.
        class_names: their `k` names.
        scores: what the scores were read as: "probabilities", "logits" or "predictions" (no
            scores).
    """

    codes: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    ranking: np.ndarray | None
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
    labels = None if labels is None else in_order(labels, "labels")
    class_names = None if class_names is None else in_order(class_names, "class_names")
    truth = read_labels(y_true, "y_true")
    scores = None if y_score is None else read_scores(y_score, from_logits)
    predictions = None if y_pred is None else read_labels(y_pred, "y_pred")
    for name, other in (("y_score", scores), ("y_pred", predictions)):
        if other is not None and len(other) != len(truth):
            raise InvalidInputError(
                f"Expected one row of {name} per true label. Received: {len(truth)} labels and "
                f"{len(other)} rows of {name}. "
                "Collect both in one pass over the data."
            )
    named = None if scores is None else column_names(y_score, scores.shape[1])
    if labels is None and class_names is None and _of_one_kind(named, truth):
        labels = named
    columns = None if scores is None else max(scores.shape[1], 2)
    order = _label_order(truth, predictions, labels, class_names, columns)
    names = _class_names(class_names, order)
    codes = _codes(truth, order, "y_true", names)
    probabilities, ranking, kind = None, None, "predictions"
    if scores is not None:
        if named is not None:
            scores = scores[:, _places(named, order, names)]
        probabilities, ranking, kind = to_shares(scores, from_logits)
    if predictions is not None:
        predicted = _codes(predictions, order, "y_pred", names)
    elif scores.shape[1] == 1:
        predicted = (probabilities[:, 1] > 0.5).astype(np.int64)
    else:
        predicted = np.argmax(scores, axis=1).astype(np.int64)
    return Inputs(codes, predicted, probabilities, ranking, tuple(order.tolist()), names, kind)


def prepare_pair(
    y_true: ArrayLike, y_pred: ArrayLike, labels: Sequence | None = None
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Codes of truth and predictions in one label order: `(codes, predicted, labels)`."""
    inputs = prepare(y_true, y_pred=y_pred, labels=labels)
    return inputs.codes, inputs.predicted, inputs.labels


class _OneHot(np.ndarray):
    """Codes that came from one-hot rows; `columns` is the width, `names` are those of a
    DataFrame."""

    columns: int
    names: list | None


def read_labels(values: ArrayLike, name: str) -> np.ndarray:
    """One label per row as int64 or str `(n,)`, from a list, `(n,)`, `(n, 1)` or one-hot `(n, k)`;
    booleans become 0 and 1."""
    array = as_array(values, name)
    if array.dtype.kind == "U" and isinstance(values, (list, tuple)):
        array = np.array(values, dtype=object)  # among strings numpy makes a missing value "nan"
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        return _read_one_hot(array, name, column_names(values, array.shape[1]))
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
        refuse_nan(array, name, _DROP)
        if not np.array_equal(array, np.floor(array)) or not np.isfinite(array).all():
            value = array[(array != np.floor(array)) | ~np.isfinite(array)][0]
            raise InvalidInputError(
                f"Expected class labels in {name}. Received: {float(value):g}. {_SWAPPED}"
            )
    elif array.dtype.kind not in "iub":
        raise InvalidInputError(
            f"Expected {name} of integers, booleans or strings. Received: dtype {array.dtype}."
        )
    limit = _EXACT if array.dtype.kind == "f" else 2**63
    if array.dtype.kind in "fu" and (abs(array) >= limit).any():
        _refuse_large(array[abs(array) >= limit][0], name)
    return array.astype(np.int64)


def _refuse_large(value: Any, name: str) -> None:
    raise InvalidInputError(
        f"Expected labels in {name} that 64 bits tell apart. Received: {value}. Pass such labels "
        f"as strings."
    )


def _read_one_hot(array: np.ndarray, name: str, names: list | None) -> np.ndarray:
    if array.dtype.kind not in "iubf":
        raise InvalidInputError(
            f"Expected one label per row in {name}, shape (n,). Received: shape {array.shape}."
        )
    if array.dtype.kind == "f":
        refuse_nan(array, name, _DROP)
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
    codes.columns, codes.names = array.shape[1], names
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
            f"first in row {missing[0]}. {_DROP}"
        )
    for kinds, dtype in (
        ((str,), str),
        ((bool, np.bool_, int, np.integer), np.int64),
        ((float, int, np.number), np.float64),
    ):
        if all(isinstance(value, kinds) for value in array):
            if dtype is np.int64 and max(map(abs, map(int, array))) >= 2**63:
                _refuse_large(max(array, key=abs), name)
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


def _of_one_kind(named: list | None, truth: np.ndarray) -> bool:
    """Are columns named as the labels of the truth are: by strings, by whole numbers, or by the
    names of its one-hot columns?"""
    if named is None:
        return False
    if getattr(truth, "names", None) is not None:
        return set(truth.names) == set(named)
    kind = str if truth.dtype.kind == "U" else Integral
    return all(isinstance(name, kind) for name in named)


def _places(named: list, order: np.ndarray, names: tuple[str, ...]) -> list[int]:
    """The place, among columns with names, of each label in `order`, or of its class name."""
    for wanted in (order.tolist(), list(names)):
        if len(named) == len(set(named)) and set(named) == set(wanted):
            return [named.index(label) for label in wanted]
    raise InvalidInputError(
        f"Expected columns of a DataFrame that are named after the labels, "
        f"{_shorten(order.tolist())}, or after class_names. Received: {_shorten(named)}. Name them "
        f"so, or pass its to_numpy() if they are in the order of the labels."
    )


def _codes(values: np.ndarray, order: np.ndarray, name: str, names: tuple[str, ...]) -> np.ndarray:
    """Position of each value in `order`."""
    if isinstance(values, _OneHot):
        if values.columns != len(order):
            raise InvalidInputError(
                f"Expected {len(order)} one-hot columns in {name}, one per label. Received: "
                f"{values.columns}."
            )
        codes = np.asarray(values)
        if values.names is None or not {*values.names} & {*order.tolist(), *names}:
            return codes
        return np.argsort(_places(values.names, order, names))[codes]
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
