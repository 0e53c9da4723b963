"""What happens to a drawing before and after the classifiers, without a browser."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.datasets import load_digits, preprocess_digit
from coursekit.errors import InvalidInputError
from coursekit.pad import read_drawing


def say(label):
    """A classifier that gives `label` 0.91 and every other digit 0.01."""
    return lambda images: np.where(np.arange(10) == label, 0.91, 0.01)[None]


def test_every_classifier_sees_the_one_shared_preprocessing(seven):
    seen = {}

    def remember(name):
        def classifier(images):
            seen[name] = images
            return np.full((1, 10), 0.1)

        return classifier

    reading = read_drawing(seven, {"a": remember("a"), "b": remember("b")})
    expected = preprocess_digit(seven)
    assert reading.image.dtype == np.uint8
    for image in (reading.image[None], seen["a"], seen["b"]):
        np.testing.assert_array_equal(image, expected[None])


def test_a_classifier_that_scribbles_on_its_input_spoils_nothing(seven):
    def scribble(images):
        images[:] = 0
        return np.full(10, 0.1)

    reading = read_drawing(
        seven,
        {
            "vandal": scribble,
            "next": lambda images: np.eye(10)[0] if images.max() == 0 else np.eye(10)[7],
        },
    )
    assert reading.image.max() == 255
    assert reading.answers[1].label == "7"


def test_a_real_classifier_reads_a_drawn_seven(seven, digit_reader):
    (answer,) = read_drawing(seven, {"nearest neighbours": digit_reader}).answers
    assert answer.label == "7"
    assert sum(answer.probabilities) == pytest.approx(1)


@pytest.mark.parametrize("factor", [1, -1])
def test_scores_that_are_no_probabilities_become_a_softmax(seven, factor):
    logits = factor * np.linspace(-3, 6, 10)
    (answer,) = read_drawing(seven, {"logits": lambda images: logits}).answers
    np.testing.assert_allclose(answer.probabilities, np.exp(logits) / np.exp(logits).sum())
    assert answer.label == ("9" if factor > 0 else "0")


def test_huge_logits_do_not_overflow(seven):
    (answer,) = read_drawing(seven, {"sure": lambda images: np.arange(10) * 1e6}).answers
    np.testing.assert_allclose(answer.probabilities, np.eye(10)[9])


def test_probabilities_stay_as_they_are(seven):
    (answer,) = read_drawing(seven, {"three": say(3)}).answers
    assert (answer.label, answer.probabilities[3]) == ("3", pytest.approx(0.91))


class Svm:
    classes_ = np.array([3, 8])

    def decision_function(self, images):
        return np.array([[-1.0, 2.0]])


def test_classes_say_where_a_classifiers_columns_belong(seven):
    (answer,) = read_drawing(seven, {"svm": Svm()}).answers
    assert answer.label == "8"
    assert np.flatnonzero(answer.probabilities).tolist() == [3, 8]
    assert answer.probabilities[8] == pytest.approx(1 / (1 + np.exp(-3)))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda images: 1 / 0, "ZeroDivisionError"),
        (lambda images: np.ones((1, 4)), "4 scores"),
        (lambda images: np.full((1, 10), np.nan), "finite"),
        (lambda images: np.full((2, 10), 0.1), r"(2, 10)"),
        (lambda images: "seven", "ValueError"),
    ],
)
def test_a_broken_classifier_is_named_and_the_others_answer(seven, broken, says):
    first, second = read_drawing(seven, {"broken": broken, "works": say(7)}).answers
    assert first.probabilities is None
    assert says in first.error
    assert (second.label, second.error) == ("7", "")


@pytest.mark.parametrize("empty", [np.zeros((50, 50), np.uint8), np.full((50, 50), 255, np.uint8)])
def test_an_empty_drawing_is_refused_by_name(empty):
    with pytest.raises(InvalidInputError, match="empty picture"):
        read_drawing(empty, {"any": say(0)})


class KerasLike:
    def predict_on_batch(self, x):
        return x

    __call__ = predict_on_batch


@pytest.mark.parametrize(
    ("classifiers", "says"),
    [
        ({}, "without entries"),
        (None, "NoneType"),
        ({"n": 3}, "'n' as int"),
        ({"net": KerasLike()}, "KerasClassifier"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(seven, classifiers, says):
    with pytest.raises(InvalidInputError, match=says):
        read_drawing(seven, classifiers)


def test_the_digits_of_the_lab_are_read_as_they_are(digit_reader):
    (x, y), _ = load_digits()
    answers = [read_drawing(image, {"knn": digit_reader}).answers[0].label for image in x[:4]]
    assert answers == [str(label) for label in y[:4]]
