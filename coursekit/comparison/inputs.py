"""What people hand to `compare`, brought to one form, or one clear error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.base import clone

from coursekit.comparison.systems import build_systems
from coursekit.datasets import Dataset
from coursekit.errors import InvalidInputError


def as_dataset(data) -> Dataset:
    """A `Dataset` from one, or from `(x_train, y_train), (x_test, y_test)`."""
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


def as_estimators(classifiers, seed: int) -> dict[str, object]:
    """Unfitted classifiers by name: those of the registry, or the caller's own."""
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


def as_sizes(train_sizes: Sequence[int], data: Dataset) -> list[int]:
    """Training sizes in rising order, each once, each fit for `data`."""
    classes = len(data.class_names)
    for size in train_sizes:
        if not 2 * classes <= size < len(data.x_train):
            raise InvalidInputError(
                f"Expected training sizes from {2 * classes} (two per class) to "
                f"{len(data.x_train) - 1}. Received: {size}."
            )
    return sorted(set(train_sizes))


def stratified_rows(y: np.ndarray, size: int, seed: int) -> np.ndarray:
    """`size` row numbers in which every class keeps its share, and no class is without at least two
    rows where it has them."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    ranks = np.empty(len(y), dtype=np.int64)
    for label in np.unique(y):
        mine = order[y[order] == label]
        ranks[mine] = np.arange(len(mine)) * (len(y) / len(mine)) // 1
    return np.sort(order[np.argsort(ranks[order], kind="stable")][:size])


def with_seed(estimator, seed: int):
    """A fresh copy that trains with `seed`, or None where nothing in it is drawn.

    Every parameter named `seed` or `random_state` is set, in the steps of a pipeline too.
    """
    if not hasattr(estimator, "get_params"):
        return None
    names = [
        name
        for name in estimator.get_params(deep=True)
        if name.rpartition("__")[2] in ("seed", "random_state")
    ]
    return clone(estimator).set_params(**dict.fromkeys(names, seed)) if names else None


def fresh(estimator):
    """An unfitted copy, so that nothing learned from the test rows or another size carries over."""
    return clone(estimator) if hasattr(estimator, "get_params") else estimator
