"""`compare`: fit, time and evaluate several classifiers on the same rows, then test every pair."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from coursekit.comparison.systems import SYSTEMS, build_systems, count_parameters
from coursekit.datasets import Dataset
from coursekit.errors import InvalidInputError
from coursekit.evaluation import Evaluation, McNemarResult, evaluate, holm, mcnemar, wilson_interval

if TYPE_CHECKING:
    import pandas as pd

_PACKAGES = (
    "coursekit",
    "keras",
    "tensorflow",
    "jax",
    "numpy",
    "scikit-learn",
    "scikit-image",
    "numba",
)


@dataclass(frozen=True)
class SystemResult:
    """One classifier's part of a comparison.

    Attributes:
        name, title, summary: how it is called, shown and described.
        evaluation: its scores on the test rows.
        scores: float64 `(n_test, classes)`, probabilities where the classifier gives them.
        predictions: index of the predicted class, `(n_test,)`.
        parameters: fitted numbers, or None where unknown.
        fit_seconds, predict_seconds: wall clock; feature extraction and compilation included.
    """

    name: str
    title: str
    summary: str
    evaluation: Evaluation
    scores: np.ndarray
    predictions: np.ndarray
    parameters: int | None
    fit_seconds: float
    predict_seconds: float

    def to_dict(self) -> dict:
        """The entry of this system in `report.json`."""
        scores = self.evaluation.averages
        return {
            "name": self.name,
            "title": self.title,
            "accuracy": self.evaluation.accuracy,
            "accuracy_interval": [float(end) for end in self.evaluation.accuracy_interval],
            "macro_f1": _number(scores["macro_f1"]),
            "macro_auc": _number(scores["macro_auc"]),
            "parameters": self.parameters,
            "fit_seconds": self.fit_seconds,
            "predict_seconds": self.predict_seconds,
            "confusion_matrix": np.asarray(self.evaluation.confusion_matrix).tolist(),
        }


@dataclass(frozen=True)
class SizePoint:
    """Accuracy of one system after training on `size` images."""

    name: str
    size: int
    accuracy: float
    interval: tuple[float, float]
    fit_seconds: float

    def to_dict(self) -> dict:
        """Plain data for `report.json`."""
        return {
            "name": self.name,
            "size": self.size,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.interval),
            "fit_seconds": self.fit_seconds,
        }


@dataclass(frozen=True)
class Comparison:
    """What `compare` found: one result per system, one test per pair, and where it ran.

    `print(comparison)` shows the table, `comparison.save(folder)` writes the report.
    """

    data: Dataset
    systems: tuple[SystemResult, ...]
    pairs: tuple[tuple[str, str, McNemarResult, float], ...]
    environment: dict
    seed: int
    train_sizes: tuple[SizePoint, ...] = field(default=())

    def to_dict(self) -> dict:
        """The content of `report.json`, strict JSON types only."""
        data = self.data
        return {
            "data": {
                "name": data.name,
                "source": data.source,
                "licence": data.licence,
                "train": len(data.x_train),
                "test": len(data.x_test),
                "image_shape": list(data.x_train.shape[1:]),
                "classes": list(data.class_names),
            },
            "systems": [result.to_dict() for result in self.systems],
            "pairs": [
                {
                    "a": a,
                    "b": b,
                    "only_a_right": test.b,
                    "only_b_right": test.c,
                    "mcnemar_p": test.p_value,
                    "mcnemar_p_holm": holm,
                }
                for a, b, test, holm in self.pairs
            ],
            "train_sizes": [point.to_dict() for point in self.train_sizes],
            "environment": {**self.environment, "seed": self.seed},
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per system, in the order they were given."""
        import pandas as pd

        rows = []
        for result in self.systems:
            low, high = result.evaluation.accuracy_interval
            rows.append(
                {
                    "system": result.name,
                    "accuracy": result.evaluation.accuracy,
                    "accuracy_low": low,
                    "accuracy_high": high,
                    "macro_f1": result.evaluation.averages["macro_f1"],
                    "macro_auc": result.evaluation.averages["macro_auc"],
                    "parameters": result.parameters,
                    "fit_seconds": result.fit_seconds,
                    "predict_seconds": result.predict_seconds,
                }
            )
        return pd.DataFrame(rows).set_index("system")

    def __str__(self) -> str:
        width = max(len(result.title) for result in self.systems)
        lines = [
            f"{'':{width}}  accuracy  95 % interval      macro F1  macro AUC   parameters    "
            f"fit s  predict s"
        ]
        for result in self.systems:
            low, high = result.evaluation.accuracy_interval
            parameters = "" if result.parameters is None else f"{result.parameters:,}"
            lines.append(
                f"{result.title:{width}}  {result.evaluation.accuracy:8.2%}  {low:.2%} - "
                f"{high:.2%}  "
                f"{result.evaluation.averages['macro_f1']:8.4f}  "
                f"{result.evaluation.averages['macro_auc']:9.4f}  "
                f"{parameters:>11}  {result.fit_seconds:7.1f}  {result.predict_seconds:9.2f}"
            )
        return "\n".join(lines)

    def save(self, folder: str | os.PathLike) -> dict:
        """Write `report.html`, `report.json` and the PNG figures into `folder`; all of them or
        none.

        Returns:
            A dict from file name to path.
        """
        from coursekit.comparison.report import save_report

        return save_report(self, folder)


def compare(
    classifiers: Mapping[str, object] | Sequence[str] | None,
    data: Dataset | tuple,
    *,
    seed: int = 0,
    train_sizes: Sequence[int] = (),
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Fit, time, evaluate and test several classifiers on one data set.

    Every classifier is fitted on the same training rows and answers the same test rows, in one
    pass.

    Args:
        classifiers: dict from name to classifier (anything with `fit` and `predict_proba` or
            `decision_function`, or a Keras model that gives logits or probabilities), or names out
            of `coursekit.comparison.SYSTEMS`, or None for all of these.
        data: `coursekit.datasets.Dataset`, or `(x_train, y_train), (x_test, y_test)`.
        seed: int. Given to the systems known by name.
        train_sizes: further runs on so many training images each, to draw accuracy against
            training-set size.
        progress: called with one short line before each step.

    Returns:
        `Comparison`.

    Raises:
        InvalidInputError: if there is nothing to compare, a classifier lacks what is needed, or the
            data do not fit together.

    Significance: McNemar's test for each pair, with Holm's correction for the number of pairs.
    """
    say = progress or (lambda line: None)
    data = _as_dataset(data)
    estimators = _as_estimators(classifiers, seed)
    sizes = _as_sizes(train_sizes, data)
    results = []
    for position, (name, estimator) in enumerate(estimators.items(), start=1):
        say(
            f"[{position}/{len(estimators)}] {_title(name)}: fitting on {len(data.x_train):,} "
            f"images"
        )
        results.append(_run(name, estimator, data))
    points = []
    for position, size in enumerate(sizes, start=1):
        rows = _stratified_rows(data.y_train, size, seed)
        for name, estimator in estimators.items():
            say(f"[size {position}/{len(sizes)}] {_title(name)}: fitting on {size:,} images")
            points.append(_run_size(name, estimator, data, rows))
    points += [
        SizePoint(
            r.name,
            len(data.x_train),
            r.evaluation.accuracy,
            tuple(r.evaluation.accuracy_interval),
            r.fit_seconds,
        )
        for r in results
        if sizes
    ]
    return Comparison(
        data, tuple(results), _test_pairs(results, data), _environment(), seed, tuple(points)
    )


def _run(name: str, estimator, data: Dataset) -> SystemResult:
    model = _fresh(estimator)
    started = time.perf_counter()
    model.fit(data.x_train, data.y_train)
    fitted = time.perf_counter()
    scores, from_logits = _scores(model, data.x_test)
    answered = time.perf_counter()
    columns = [
        list(model.classes_).index(label) if label in model.classes_ else None
        for label in range(len(data.class_names))
    ]
    if None in columns:
        missing = data.class_names[columns.index(None)]
        raise InvalidInputError(
            f"Expected every class in the training rows. Received: no example of {missing!r}. "
            f"Give each class at least one."
        )
    scores = scores[:, columns]
    evaluation = evaluate(
        data.y_test,
        scores,
        labels=range(len(data.class_names)),
        class_names=data.class_names,
        from_logits=from_logits,
    )
    known = SYSTEMS.get(name)
    return SystemResult(
        name=name,
        title=_title(name),
        summary=known.summary if known else type(estimator).__name__,
        evaluation=evaluation,
        scores=scores,
        predictions=np.argmax(scores, axis=1),
        parameters=count_parameters(model),
        fit_seconds=fitted - started,
        predict_seconds=answered - fitted,
    )


def _run_size(name: str, estimator, data: Dataset, rows: np.ndarray) -> SizePoint:
    model = _fresh(estimator)
    started = time.perf_counter()
    model.fit(data.x_train[rows], data.y_train[rows])
    seconds = time.perf_counter() - started
    right = int(np.sum(model.predict(data.x_test) == data.y_test))
    return SizePoint(
        name, len(rows), right / len(data.y_test), wilson_interval(right, len(data.y_test)), seconds
    )


def _scores(model, x) -> tuple[np.ndarray, bool]:
    """Scores `(n, classes)` and whether they are logits."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(x), dtype=np.float64), False
    scores = np.asarray(model.decision_function(x), dtype=np.float64)
    return (np.stack([-scores, scores], axis=1) / 2 if scores.ndim == 1 else scores), True


def _test_pairs(results: list[SystemResult], data: Dataset) -> tuple:
    pairs = [
        (a.name, b.name, mcnemar(data.y_test, a.predictions, b.predictions))
        for a, b in itertools.combinations(results, 2)
    ]
    corrected = holm([test.p_value for _, _, test in pairs])
    return tuple((a, b, test, p) for (a, b, test), p in zip(pairs, corrected, strict=True))


def _as_dataset(data) -> Dataset:
    if not isinstance(data, Dataset):
        try:
            (x_train, y_train), (x_test, y_test) = data
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                "Expected a Dataset or `(x_train, y_train), (x_test, y_test)`. "
                f"Received: {type(data).__name__}. Use coursekit.datasets.load(...) or pass "
                f"the two pairs."
            ) from error
        x_train, x_test = np.asarray(x_train), np.asarray(x_test)
        y_train, y_test = np.asarray(y_train).reshape(-1), np.asarray(y_test).reshape(-1)
        for part, x, y in (("training", x_train, y_train), ("test", x_test, y_test)):
            if len(x) != len(y):
                raise InvalidInputError(
                    f"Expected one label per {part} image. Received: {len(x)} images and "
                    f"{len(y)} labels. Line them up first."
                )
        labels = np.unique(np.concatenate([y_train, y_test]))
        data = Dataset(
            name="arrays",
            x_train=x_train,
            y_train=np.searchsorted(labels, y_train),
            x_test=x_test,
            y_test=np.searchsorted(labels, y_test),
            class_names=[str(label) for label in labels],
            source="arrays given by the caller",
            licence="",
        )
    if len(np.unique(data.y_train)) < 2:
        raise InvalidInputError(
            f"Expected at least two classes to tell apart. Received: "
            f"{len(np.unique(data.y_train))} in {len(data.y_train)} training rows."
        )
    return data


def _as_estimators(classifiers, seed: int) -> dict[str, object]:
    if classifiers is None or not isinstance(classifiers, Mapping):
        return build_systems(classifiers, seed=seed)
    if not classifiers:
        raise InvalidInputError("Expected at least one classifier. Received: an empty dict.")
    return {name: _as_estimator(name, classifier, seed) for name, classifier in classifiers.items()}


def _as_estimator(name: str, classifier, seed: int):
    if hasattr(classifier, "fit") and (
        hasattr(classifier, "predict_proba") or hasattr(classifier, "decision_function")
    ):
        return classifier
    if hasattr(classifier, "get_weights") and hasattr(classifier, "compile"):
        from coursekit.classifier import KerasClassifier

        return KerasClassifier(classifier, seed=seed)
    raise InvalidInputError(
        f"Expected classifier {name!r} to have fit and predict_proba (or decision_function), "
        f"or to be a Keras model. "
        f"Received: {type(classifier).__name__}. Wrap it, or train it with "
        f"coursekit.KerasClassifier."
    )


def _as_sizes(train_sizes: Sequence[int], data: Dataset) -> list[int]:
    classes = len(data.class_names)
    for size in train_sizes:
        if not 2 * classes <= size < len(data.x_train):
            raise InvalidInputError(
                f"Expected training sizes from {2 * classes} (two per class) to "
                f"{len(data.x_train) - 1}. Received: {size}."
            )
    return sorted(set(train_sizes))


def _stratified_rows(y: np.ndarray, size: int, seed: int) -> np.ndarray:
    """`size` row numbers in which every class keeps its share, and no class is without at least two
    rows where it has them."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    ranks = np.empty(len(y), dtype=np.int64)
    for label in np.unique(y):
        mine = order[y[order] == label]
        ranks[mine] = np.arange(len(mine)) * (len(y) / len(mine)) // 1
    return np.sort(order[np.argsort(ranks[order], kind="stable")][:size])


def _fresh(estimator):
    """An unfitted copy, so that nothing learned from the test rows or another size carries over."""
    return clone(estimator) if hasattr(estimator, "get_params") else estimator


def _title(name: str) -> str:
    return SYSTEMS[name].title if name in SYSTEMS else name


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _environment() -> dict:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    from coursekit import devices

    device = devices.describe()
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "backend": device.backend,
        "device": device.kind,
        "versions": versions,
    }
