"""From a drawing to answers: the shared digit preprocessing, then every classifier on the same
28x28 image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.datasets import preprocess_digit
from coursekit.errors import InvalidInputError


@dataclass(frozen=True)
class Answer:
    """What one classifier says of one drawing.

    Attributes:
        name: as the classifier was given.
        probabilities: one per label, in the labels' order, summing to 1; None if the classifier
            failed.
        label: the likeliest label as text, or "" if the classifier failed.
        error: why it failed, one line, or "".
    """

    name: str
    probabilities: tuple[float, ...] | None
    label: str = ""
    error: str = ""


@dataclass(frozen=True)
class Reading:
    """A drawing as the classifiers saw it, and their answers.

    Attributes:
        image: uint8 `(28, 28)`, white on black.
        answers: one per classifier, in the order given.
    """

    image: np.ndarray
    answers: tuple[Answer, ...]


def check_classifiers(classifiers: Mapping[str, object]) -> dict[str, object]:
    """The classifiers as a dict, after a look at each.

    Raises:
        InvalidInputError: if there are none, or one cannot be asked.
    """
    if not isinstance(classifiers, Mapping) or not classifiers:
        raise InvalidInputError(
            f'Expected a dict from name to classifier, such as {{"CNN": cnn}}. Received: '
            f"{type(classifiers).__name__} "
            f"{'without entries' if isinstance(classifiers, Mapping) else ''}".rstrip()
            + "."
        )
    for name, classifier in classifiers.items():
        if hasattr(classifier, "predict_on_batch"):
            raise InvalidInputError(
                f"A Keras model does not say how its pixels are scaled. Received: {name!r} as "
                f"{type(classifier).__name__}. "
                "Pass a fitted KerasClassifier, or a function from uint8 images (1, 28, 28) to "
                "scores (1, 10)."
            )
        if not (_asks(classifier) or callable(classifier)):
            raise InvalidInputError(
                f"Expected a classifier with predict_proba, or a function of images. Received: "
                f"{name!r} as {type(classifier).__name__}."
            )
    return {str(name): classifier for name, classifier in classifiers.items()}


def read_drawing(
    drawing: np.ndarray, classifiers: Mapping[str, object], *, labels: Sequence = range(10)
) -> Reading:
    """Bring a drawing into MNIST's frame and ask every classifier.

    Args:
        drawing: grey picture `(h, w)` of any size, or colour; see
            `coursekit.datasets.preprocess_digit`.
        classifiers: name -> fitted classifier with `predict_proba` or `decision_function`, or a
            function. Each is asked with uint8 images `(1, 28, 28)`. Scores that are no
            probabilities are taken as logits.
        labels: the labels shown, in the order of a function's scores; a classifier's `classes_`
            says where its columns go.

    Returns:
        `Reading`. A classifier that raises gets an `Answer` with its error; the others answer all
        the same.

    Raises:
        InvalidInputError: if the drawing is empty or no picture, or a classifier cannot be asked.
    """
    classifiers = check_classifiers(classifiers)
    image = preprocess_digit(drawing)
    names = [str(label) for label in labels]
    return Reading(
        image,
        tuple(_ask(name, classifier, image, names) for name, classifier in classifiers.items()),
    )


def _ask(name: str, classifier: object, image: np.ndarray, labels: list[str]) -> Answer:
    try:
        method = _asks(classifier)
        scores = (getattr(classifier, method) if method else classifier)(image[None].copy())
        probabilities = _probabilities(np.asarray(scores, dtype=np.float64), classifier, labels)
    except (
        Exception
    ) as error:  # whatever a student's function raises is shown beside the others' answers
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Answer(name, None, error=text[:200])
    return Answer(name, tuple(map(float, probabilities)), labels[int(np.argmax(probabilities))])


def _asks(classifier: object) -> str:
    return next(
        (name for name in ("predict_proba", "decision_function") if hasattr(classifier, name)), ""
    )


def _probabilities(scores: np.ndarray, classifier: object, labels: list[str]) -> np.ndarray:
    """Scores of one image as probabilities `(labels,)`."""
    if scores.ndim > 2 or (scores.ndim == 2 and len(scores) != 1) or not np.isfinite(scores).all():
        raise InvalidInputError(
            f"Expected finite scores of one image, shape (1, {len(labels)}). Received: shape "
            f"{scores.shape}."
        )
    scores = scores.ravel()
    columns = [str(label) for label in getattr(classifier, "classes_", labels)]
    if len(scores) != len(columns) or not set(columns) <= set(labels):
        raise InvalidInputError(
            f"Expected one score for each of {', '.join(labels)}. Received: {len(scores)} scores."
        )
    if scores.min() < 0 or abs(scores.sum() - 1) > 1e-3:
        scores = np.exp(scores - scores.max())
    placed = np.zeros(len(labels))
    placed[[labels.index(column) for column in columns]] = scores / scores.sum()
    return placed
