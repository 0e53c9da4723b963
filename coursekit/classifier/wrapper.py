"""Any Keras model as a scikit-learn classifier."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from coursekit.classifier.architecture import (
    SavedArchitecture,
    as_graph,
    check_loads,
    travels,
)
from coursekit.classifier.checks import SCHEDULES, check_loss, check_settings, check_trained
from coursekit.classifier.scaling import TrainedScale, check_pixels, check_range
from coursekit.errors import InvalidInputError
from coursekit.training import Head, ProgressLine, output_head
from coursekit.training.feed import fed
from coursekit.training.loop import quiet_retracing, seeded

_PREDICT_BATCH = 1000


class KerasClassifier(ClassifierMixin, BaseEstimator):
    """Wrap a Keras model or its builder for scikit-learn: `clone`, `cross_val_score`, `Pipeline`,
    displays.

    The loss follows from the model's last layer: logits, softmax, one sigmoid unit and one linear
    unit are all trained as what they are, and `predict_proba` gives probabilities from each.

    Args:
        build: `build(input_shape, num_classes)` returning an uncompiled `keras.Model`, called anew
            by each `fit`; or a `keras.Model`, of which each `fit` trains a copy that starts from
            the weights it holds. The `call` of a subclassed model is made of Keras layers and
            `keras.ops`.
        epochs: passes over the training data, at most unless `min_steps` asks for more.
        min_steps: on small data epochs are added until there are this many optimiser steps.
        batch_size: samples per optimiser step.
        optimizer: name of a Keras optimiser, or an optimiser, of which a copy is used as it is set
            up.
        learning_rate: learning rate of an optimiser given by name; the peak or first rate under a
            `schedule`.
        schedule: None, "one_cycle", "exponential", or a function `(learning_rate, total_steps)`
            returning a Keras schedule.
        validation_split: share of the training data held out, by classes, to watch; 0 holds out
            nothing.
        early_stopping: None, or the number of epochs without a lower validation loss after which
            training stops. The weights of the best epoch are restored.
        seed: int makes `fit` repeatable on one machine and backend; None does not.
        verbose: 0 is silent, 1 shows one line of progress.
        scale: True divides uint8 inputs by 255 and leaves other numbers as they are; "standard"
            then also standardises every feature by the training data; False does neither. Unless it
            is False, inputs that are surely scaled in another way than the training data, as uint8
            after floats up to 255, are refused.
        loss: None for the loss described above, or a Keras loss on what the model gives and integer
            labels.
        callbacks: more Keras callbacks for `fit`, or None.
        class_weight: None, "balanced" (each class counts the same in the loss, however many rows it
            has), or a dict from label to weight.
        steps_per_execution: optimiser steps per call of the backend; more make small models
            quicker, and the callbacks and the line of progress are told less often.

    Attributes:
        classes_: the labels, sorted; column order of `predict_proba`.
        model_: the trained `keras.Model`.
        n_parameters_: number of its weights, trainable or not.
        history_: dict of lists, one value per epoch: "loss", "accuracy", and "val_..." where a
            share is held out.
        n_features_in_: length of the second axis of the training data.

    Shapes: `X` is `(n, features)`, images `(n, h, w)` or `(n, h, w, c)`. A builder is asked for
        `(features,)` or `(h, w, c)`;
    grey images get `c = 1`. Inputs are reshaped where a model given as such takes the same numbers
    in another shape.
    """

    def __init__(
        self,
        build: Callable[[tuple[int, ...], int], keras.Model] | keras.Model,
        *,
        epochs: int = 10,
        batch_size: int = 128,
        optimizer: str | keras.optimizers.Optimizer = "adam",
        learning_rate: float = 1e-3,
        schedule: str | Callable | None = None,
        validation_split: float = 0.0,
        early_stopping: int | None = None,
        seed: int | None = 0,
        verbose: int = 0,
        scale: bool | str = True,
        loss: str | keras.losses.Loss | None = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = (),
        min_steps: int = 0,
        steps_per_execution: int = 1,
        class_weight: str | dict | None = None,
    ):
        self.build = build
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.validation_split = validation_split
        self.early_stopping = early_stopping
        self.seed = seed
        self.verbose = verbose
        self.scale = scale
        self.loss = loss
        self.callbacks = callbacks
        self.min_steps = min_steps
        self.steps_per_execution = steps_per_execution
        self.class_weight = class_weight

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.seed is None
        return tags

    def __getstate__(self):
        """What is pickled. Where the builder cannot be imported elsewhere, as one written in a
        notebook, a fitted classifier takes the architecture of its model along instead.

        Raises:
            InvalidInputError: if Keras could not load the model again.
        """
        state = dict(super().__getstate__())
        if hasattr(self, "model_"):
            check_loads(self.model_)
            if not isinstance(self.build, keras.Model) and not travels(self.build):
                state["build"] = SavedArchitecture(self.model_, self._input_shape, self._head.units)
        return state

    def fit(self, X, y, sample_weight=None) -> KerasClassifier:
        """Train a fresh model.

        Args:
            X: numbers `(n, features)`, `(n, h, w)` or `(n, h, w, c)`.
            y: labels `(n,)` of any sortable kind.
            sample_weight: how much each row counts in the loss, `(n,)`; None counts each once.

        Raises:
            InvalidInputError: if data or settings do not fit one another, or the training diverges.

        If `fit` fails or is interrupted, the classifier is what it was before.
        """
        with _unchanged_on_failure(self):
            check_settings(self)
            X, y = self._validated(X, y=y, reset=True)
            self.classes_, labels = np.unique(y, return_inverse=True)
            if len(self.classes_) < 2:
                raise InvalidInputError(
                    "a classifier needs at least 2 classes. Received: data with 1 class; add "
                    "another"
                )
            weights = self._weights(X, y, sample_weight)
            with seeded(self.seed), quiet_retracing():
                self.model_, history = self._train(X, labels, weights)
            self.n_parameters_ = int(self.model_.count_params())
            self.history_ = {
                name: [float(value) for value in values] for name, values in history.items()
            }
        return self

    def _train(self, X, labels, weights) -> tuple[keras.Model, dict[str, list]]:
        """A fresh model, trained, and its history."""
        rows, held_out = self._split(labels)
        self._learn_scale(X if held_out is None else X[rows])
        model, self._input_shape, self._head = self._build(X.shape)
        validation = None
        if held_out is not None:
            validation = (self._prepare(X[held_out]), labels[held_out])
            if weights is not None:
                validation += (weights[held_out],)
        steps = -(-len(rows) // self.batch_size)
        epochs = max(self.epochs, -(-self.min_steps // steps))
        model.compile(
            self._optimizer(steps * epochs),
            self._loss(),
            metrics=[self._accuracy()],
            steps_per_execution=self.steps_per_execution,
        )
        model.optimizer.build(
            model.trainable_variables
        )  # with its variables there, TensorFlow traces the step only once
        history = model.fit(
            **self._feed(X, labels, weights, None if held_out is None else rows),
            epochs=epochs,
            validation_data=validation,
            callbacks=self._callbacks(),
            verbose=0,
        )
        restored = self.early_stopping is not None or bool(self.callbacks)
        losses = history.history.get("loss", [])
        check_trained(model, losses, self.learning_rate, restored=restored)
        return model, history.history

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities `(n, classes)`, float64, rows sum to 1, columns in the order of
        `classes_`."""
        scores = np.exp(self.predict_log_proba(X))
        return scores / scores.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X) -> np.ndarray:
        """Logarithms of the probabilities `(n, classes)`, float64. From logits they are exact where
        the probability itself would round to 0.

        Raises:
            InvalidInputError: if `X` does not fit the training data, or the model gives NaN.
        """
        check_is_fitted(self, "model_")
        x = self._prepare(self._validated(X, reset=False))
        with quiet_retracing():
            scores = np.asarray(
                self.model_.predict(x, batch_size=_PREDICT_BATCH, verbose=0), np.float64
            )
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            logs = self._log_probabilities(scores)
        lost = np.isnan(logs).any(axis=1)
        if lost.any():
            raise InvalidInputError(
                f"the model must give finite numbers. Received: NaN or infinity for {lost.sum()} "
                f"of {len(x)} samples; scale the inputs as the training data were, or train anew "
                f"with a lower `learning_rate`"
            )
        return logs

    def _log_probabilities(self, scores: np.ndarray) -> np.ndarray:
        if not self._head.from_logits:
            if self._head.units == 1:
                scores = np.hstack([1 - scores, scores])
            return np.log(scores / scores.sum(axis=1, keepdims=True))
        if self._head.units == 1:
            return -np.logaddexp(0, np.hstack([scores, -scores]))
        return log_softmax(scores, axis=1)

    def predict(self, X) -> np.ndarray:
        """The likeliest label of each row, `(n,)`, from `classes_`."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def _validated(self, X, *, reset: bool, **y):
        try:
            checked = validate_data(self, X, **y, reset=reset, allow_nd=True, dtype="numeric")
            if y:
                _check_labels(checked[1])
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        except TypeError as error:
            if not hasattr(X, "toarray"):  # for objects scikit-learn asks for a TypeError
                raise
            raise InvalidInputError(
                f"`X` must be dense. Received: sparse {type(X).__name__}; pass X.toarray()"
            ) from error
        x = checked[0] if y else checked
        if reset:
            self._scale = TrainedScale.of(x)
            if self.scale and self.scale != "standard":
                check_pixels(x)
        elif self.scale:
            self._scale.check(x)
        check_range(x)
        return checked

    def _split(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        rows = np.arange(len(labels))
        if not self.validation_split:
            return rows, None
        try:
            rows, held_out = train_test_split(
                rows,
                test_size=self.validation_split,
                stratify=labels,
                random_state=self.seed,
                shuffle=True,
            )
        except ValueError as error:
            raise InvalidInputError(
                f"validation_split={self.validation_split} cannot be held out by classes: {error}"
            ) from error
        return np.sort(rows), np.sort(held_out)

    def _learn_scale(self, X: np.ndarray) -> None:
        self._mean = self._deviation = None
        if self.scale == "standard":
            x = X / np.float32(255) if X.dtype == np.uint8 else X
            self._mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
            deviation = x.std(axis=0, dtype=np.float64).astype(np.float32)
            self._deviation = np.where(deviation > 0, deviation, np.float32(1))

    def _feed(self, X, labels, weights, rows: np.ndarray | None) -> dict:
        """The training data, or those in `rows`, as `model.fit` takes them; images stay uint8 until
        their batch is due."""
        if rows is not None:
            X, labels = X[rows], labels[rows]
            weights = None if weights is None else weights[rows]
        if X.dtype == np.uint8 and self.scale and self.scale != "standard":
            return fed(self._shaped(X), labels, self.batch_size, scale=1 / 255, weights=weights)
        return fed(self._prepare(X), labels, self.batch_size, weights=weights)

    def _weights(self, X: np.ndarray, y: np.ndarray, sample_weight) -> np.ndarray | None:
        if sample_weight is None and self.class_weight is None:
            return None
        try:
            weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
            if self.class_weight is not None:
                weights = weights * compute_sample_weight(self.class_weight, y)
        except ValueError as error:
            raise InvalidInputError(str(error)) from error
        with np.errstate(over="ignore"):
            single = weights.astype(np.float32)
        if not single.any() or weights.min() < 0 or not np.isfinite(single).all():
            raise InvalidInputError(
                f"weights of samples and classes must be 0 or more, and not all 0, in float32. "
                f"Received: values from {weights.min():g} to {weights.max():g}"
            )
        return single

    def _prepare(self, X: np.ndarray) -> np.ndarray:
        x = X.astype(np.float32)
        if X.dtype == np.uint8 and self.scale:
            x *= np.float32(1 / 255)
        if self._mean is not None:
            with np.errstate(over="ignore"):
                x = (x - self._mean) / self._deviation
            if not np.isfinite(x).all():
                raise InvalidInputError(
                    f"standardised inputs must be finite in float32. Received: numbers up to "
                    f"{np.abs(X).max():g} where the training data vary by "
                    f"{self._deviation.min():g} only; divide them first"
                )
        return self._shaped(x)

    def _shaped(self, x: np.ndarray) -> np.ndarray:
        wanted = self._input_shape
        if None in wanted or x.shape[1:] == wanted:
            return x[..., None] if x.ndim == len(wanted) and wanted[-1] == 1 else x
        if np.prod(wanted) != np.prod(x.shape[1:]):
            raise InvalidInputError(
                f"the model takes inputs of shape {wanted}. Received: samples of shape "
                f"{x.shape[1:]}"
            )
        return x.reshape(-1, *wanted)

    def _build(self, shape: tuple[int, ...]) -> tuple[keras.Model, tuple[int, ...], Head]:
        """A fresh model, the shape of its inputs and its head."""
        sample = (*shape[1:], 1) if len(shape) == 3 else tuple(shape[1:])
        if isinstance(self.build, keras.Model):
            model = self._copy(sample)
        elif callable(self.build):
            model = self.build(sample, len(self.classes_))
        else:
            raise InvalidInputError(
                f"`build` must be a keras.Model or a function (input_shape, num_classes). "
                f"Received: {self.build!r}"
            )
        if not isinstance(model, keras.Model):
            raise InvalidInputError(
                f"`build` must return a keras.Model. Received: {type(model).__name__}"
            )
        graph = as_graph(model, sample)
        head = self._check_head(graph)
        if self.loss is not None:
            check_loss(self.loss, head.units)
        return model, tuple(graph.input_shape[1:]), head

    def _copy(self, sample: tuple[int, ...]) -> keras.Model:
        try:
            model = keras.models.clone_model(self.build)
        except (NotImplementedError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"a model given as `build` must be one that Keras can copy, with a get_config. "
                f"Received: {type(self.build).__name__}; give a function that makes it instead"
            ) from error
        if self.build.built:
            as_graph(model, sample)
            model.set_weights(self.build.get_weights())
        return model

    def _check_head(self, model: keras.Model) -> Head:
        head, count = output_head(model), len(self.classes_)
        if len(model.output_shape) != 2 or not (
            head.units == count or (head.units == 1 and count == 2)
        ):
            raise InvalidInputError(
                f"{count} classes need {count} output units{' or 1' if count == 2 else ''}. "
                f"Received: a model with output shape {model.output_shape}"
            )
        if self.loss is None and head.activation not in (
            "linear",
            "sigmoid" if head.units == 1 else "softmax",
        ):
            raise InvalidInputError(
                f"a last layer of {head.units} units should give logits or "
                f"{'sigmoid' if head.units == 1 else 'softmax'}. "
                f"Received: activation {head.activation!r}; leave the activation out"
            )
        return head

    def _loss(self) -> keras.losses.Loss:
        if self.loss is not None:
            return copy.deepcopy(self.loss)
        if self._head.units == 1:
            return keras.losses.BinaryCrossentropy(from_logits=self._head.from_logits)
        return keras.losses.SparseCategoricalCrossentropy(from_logits=self._head.from_logits)

    def _accuracy(self) -> keras.metrics.Metric:
        if self._head.units == 1:
            return keras.metrics.BinaryAccuracy(
                name="accuracy", threshold=0.0 if self._head.from_logits else 0.5
            )
        return keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def _optimizer(self, total_steps: int) -> keras.optimizers.Optimizer:
        if isinstance(self.optimizer, keras.optimizers.Optimizer):
            optimizer = keras.optimizers.deserialize(keras.optimizers.serialize(self.optimizer))
            if self.schedule is None:
                return optimizer
        else:
            optimizer = keras.optimizers.get(self.optimizer)
        rate = self.learning_rate
        if self.schedule is not None:
            rate = SCHEDULES.get(self.schedule, self.schedule)(rate, total_steps)
        config = optimizer.get_config() | {"learning_rate": rate}
        return type(optimizer).from_config(config)

    def _callbacks(self) -> list[keras.callbacks.Callback]:
        callbacks = [*copy.deepcopy(list(self.callbacks or ())), ProgressLine(bool(self.verbose))]
        if self.early_stopping is not None:
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=self.early_stopping, restore_best_weights=True
                )
            )
        return callbacks


def _check_labels(y: np.ndarray) -> None:
    try:
        check_classification_targets(y)
    except TypeError as error:
        kinds = ", ".join(sorted({type(label).__name__ for label in y}))
        raise InvalidInputError(
            f"labels must be of one kind that can be sorted. Received: {kinds}; leave out rows "
            f"without a label"
        ) from error


@contextlib.contextmanager
def _unchanged_on_failure(estimator: BaseEstimator) -> Iterator[None]:
    """Give `estimator` its attributes back if what is inside fails or is interrupted, so that the
    labels of one fit never stand beside the model of another."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
