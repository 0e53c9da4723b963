import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.training import check_compile, output_head


def model(units=3, activation=None, *, loss, metrics=None):
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation=activation)])
    net.compile("sgd", loss, metrics=metrics)
    return net


LOSSES = keras.losses
INTEGERS = np.array([0, 1, 2])
ONE_HOT = np.eye(3)


@pytest.mark.parametrize(
    ("net", "y", "message"),
    [
        (lambda: model(loss="sparse_categorical_crossentropy"), None, "from_logits=True"),
        (lambda: model(loss="categorical_crossentropy"), None, "from_logits=True"),
        (lambda: model(loss=LOSSES.SparseCategoricalCrossentropy()), None, "silently wrong"),
        (lambda: model(loss=LOSSES.sparse_categorical_crossentropy), None, "silently wrong"),
        (
            lambda: model(
                activation="softmax", loss=LOSSES.SparseCategoricalCrossentropy(from_logits=True)
            ),
            None,
            "twice",
        ),
        (lambda: model(1, loss="binary_crossentropy"), None, "BinaryCrossentropy"),
        (
            lambda: model(1, "sigmoid", loss=LOSSES.BinaryCrossentropy(from_logits=True)),
            None,
            "twice",
        ),
        (
            lambda: model(1, "softmax", loss="sparse_categorical_crossentropy"),
            None,
            "one output unit",
        ),
        (
            lambda: model(
                1, loss=LOSSES.BinaryCrossentropy(from_logits=True), metrics=["accuracy"]
            ),
            None,
            "threshold=0.0",
        ),
        (
            lambda: model(activation="softmax", loss="sparse_categorical_crossentropy"),
            ONE_HOT,
            "one-hot",
        ),
        (
            lambda: model(activation="softmax", loss="categorical_crossentropy"),
            INTEGERS,
            "to_categorical",
        ),
        (
            lambda: model(activation="sigmoid", loss="binary_crossentropy"),
            INTEGERS,
            "3 output units under a binary loss",
        ),
        (
            lambda: model(activation="softmax", loss="sparse_categorical_crossentropy"),
            INTEGERS + 1,
            "0 to 2",
        ),
    ],
)
def test_silent_errors_are_named(net, y, message):
    with pytest.raises(InvalidInputError, match=message):
        check_compile(net(), y)


@pytest.mark.parametrize(
    ("net", "y"),
    [
        (lambda: model(loss=LOSSES.SparseCategoricalCrossentropy(from_logits=True)), INTEGERS),
        (
            lambda: model(loss=LOSSES.SparseCategoricalCrossentropy(from_logits=True)),
            INTEGERS[:, None],
        ),
        (
            lambda: model(
                activation="softmax", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
            ),
            INTEGERS,
        ),
        (lambda: model(activation="softmax", loss="categorical_crossentropy"), ONE_HOT),
        (
            lambda: model(1, "sigmoid", loss="binary_crossentropy", metrics=["accuracy"]),
            INTEGERS % 2,
        ),
        (lambda: model(activation="sigmoid", loss="binary_crossentropy"), ONE_HOT),
        (lambda: model(loss="mse"), ONE_HOT),
        (lambda: model(1, loss="hinge"), np.array([-1, 1, 1])),
    ],
)
def test_sound_settings_pass(net, y):
    check_compile(net(), y)


def test_an_uncompiled_model_is_refused():
    with pytest.raises(InvalidInputError, match="compile"):
        check_compile(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]))


def test_the_head_is_seen_through_wrappers():
    inputs = keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6), keras.layers.Softmax()])
    wrapped = keras.Model(inputs, keras.layers.Reshape((6,))(inner(inputs)))
    assert (output_head(wrapped).units, output_head(wrapped).activation) == (6, "softmax")
    by_op = keras.Model(inputs, keras.ops.softmax(keras.layers.Dense(3)(inputs)))
    assert output_head(by_op).activation == "softmax"
    cast = keras.Sequential(
        [inputs, keras.layers.Dense(2), keras.layers.Activation("linear", dtype="float32")]
    )
    assert output_head(cast).from_logits


def test_labels_of_sequences_are_not_taken_for_one_hot():
    net = keras.Sequential([keras.Input((3, 4)), keras.layers.Dense(3)])  # (b, 3, 3)
    net.compile("sgd", LOSSES.SparseCategoricalCrossentropy(from_logits=True))
    check_compile(net, np.zeros((5, 3), int))
