"""`compare`: fit, time and evaluate several classifiers on the same rows, then test every pair."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from coursekit import devices
from coursekit.comparison.inputs import (
    as_dataset,
    as_estimators,
    as_sizes,
    fresh,
    stratified_rows,
    with_seed,
)
from coursekit.comparison.parameters import count_parameters
from coursekit.comparison.report import save_report
from coursekit.comparison.results import Pair, Results, SizePoint, SystemResult
from coursekit.comparison.systems import SYSTEMS
from coursekit.datasets import Dataset
from coursekit.errors import InvalidInputError
from coursekit.evaluation import difference_interval, evaluate, holm, mcnemar, wilson_interval

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


class Comparison(Results):
    """What `compare` found: one result per system, one test per pair, and where it ran.

    `print(comparison)` shows the table, `comparison.save(folder)` writes the report.
    """

    def save(self, folder: str | os.PathLike) -> dict[str, Path]:
        """Write `report.html`, `report.json` and the SVG figures into `folder`; all of them or
        none.

        Returns:
            A dict from file name to path.
        """
        return save_report(self, folder)


def compare(
    classifiers: Mapping[str, object] | Sequence[str] | None,
    data: Dataset | tuple,
    *,
    seed: int = 0,
    seeds: int = 1,
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
        seeds: with how many training seeds, from `seed` on, each system is tried: 3 trains all that
            draw anything twice more and says how far their accuracies spread. 1 leaves that out,
            and the report says so.
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
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise InvalidInputError(
            f"Expected a whole number of training seeds, 1 or more. Received: seeds={seeds!r}."
        )
    say = progress or (lambda line: None)
    data = as_dataset(data)
    estimators = as_estimators(classifiers, seed)
    sizes = as_sizes(train_sizes, data)
    results = []
    for position, (name, estimator) in enumerate(estimators.items(), start=1):
        say(
            f"[{position}/{len(estimators)}] {_title(name)}: fitting on {len(data.x_train):,} "
            f"images"
        )
        results.append(_run(name, estimator, data))
    for number in range(2, seeds + 1):
        for place, (name, estimator) in enumerate(estimators.items()):
            again = with_seed(estimator, seed + number - 1)
            if again is not None:
                say(f"[seed {number}/{seeds}] {_title(name)}: fitting once more")
                results[place] = _with_accuracy(results[place], again, data)
    points = []
    for position, size in enumerate(sizes, start=1):
        rows = stratified_rows(data.y_train, size, seed)
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
        data=data,
        systems=tuple(results),
        pairs=_test_pairs(results, data),
        environment=_environment(),
        seed=seed,
        seeds=seeds,
        train_sizes=tuple(points),
    )


def _with_accuracy(result: SystemResult, estimator, data: Dataset) -> SystemResult:
    """The same result with the accuracy after one more training."""
    estimator.fit(data.x_train, data.y_train)
    accuracy = float(np.mean(estimator.predict(data.x_test) == data.y_test))
    before = result.seed_accuracies or (result.evaluation.accuracy,)
    return replace(result, seed_accuracies=(*before, accuracy))


def _run(name: str, estimator, data: Dataset) -> SystemResult:
    model = fresh(estimator)
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
    model = fresh(estimator)
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


def _test_pairs(results: list[SystemResult], data: Dataset) -> tuple[Pair, ...]:
    couples = list(itertools.combinations(results, 2))
    tests = [mcnemar(data.y_test, a.predictions, b.predictions) for a, b in couples]
    corrected = holm([test.p_value for test in tests])
    return tuple(
        Pair(
            a.name, b.name, *difference_interval(data.y_test, a.predictions, b.predictions), test, p
        )
        for (a, b), test, p in zip(couples, tests, corrected, strict=True)
    )


def _title(name: str) -> str:
    return SYSTEMS[name].title if name in SYSTEMS else name


def _environment() -> dict:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
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
