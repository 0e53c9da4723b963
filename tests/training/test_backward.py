import keras
import numpy as np
import pytest
from keras import layers, ops

from coursekit.errors import InvalidInputError
from coursekit.training import attribution, backward_steps, gradients


def chain():
    """Convolution, ReLU, pooling, convolution, ReLU, mean, logits; weights drawn by NumPy."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(4, 3, padding="same"),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(5, 3, padding="same"),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3),
        ]
    )
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.fixture
def images():
    return np.random.default_rng(1).normal(size=(4, 8, 8, 2)).astype("float32")


def test_the_gradient_rule_is_the_gradient(images):
    model, classes = chain(), [0, 2, 1, 1]
    wanted = np.eye(3, dtype="float32")[classes]
    slope = gradients(lambda v: ops.sum(model(v, training=False) * wanted), images)
    found = attribution(model, images, classes)
    np.testing.assert_allclose(found, slope, rtol=1e-4, atol=1e-6)


def test_a_class_for_all_images(images):
    model = chain()
    np.testing.assert_array_equal(
        attribution(model, images, 2), attribution(model, images, [2] * 4)
    )


@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
def test_the_other_rules_clip_the_signal_at_every_relu(images, rule):
    model = chain()
    steps = backward_steps(model, images)
    signal = np.eye(3, dtype="float32")[[1, 1, 1, 1]]
    for step in steps[:4:-1]:
        signal = step.back(signal)
    for place in (4, 1):
        assert steps[place].kind == "relu"
        open_ways = (steps[place].x > 0) if rule == "guided" else 1.0
        signal = signal.clip(0) * open_ways
        for step in steps[place - 1 : place - 3 if place > 2 else None : -1]:
            signal = step.back(signal)
    found = attribution(model, images, 1, rule=rule)
    np.testing.assert_allclose(found, signal, rtol=1e-4, atol=1e-6)
    assert not np.allclose(found, attribution(model, images, 1))


def test_steps_hold_what_went_into_each_layer(images):
    model = chain()
    steps = backward_steps(model, images)
    assert [s.kind for s in steps] == ["other", "relu", "pool", "other", "relu", "other", "other"]
    np.testing.assert_array_equal(steps[0].x, images)
    np.testing.assert_allclose(steps[2].x, steps[1].x.clip(0), rtol=1e-6)


def test_what_is_no_chain_of_plain_layers_is_refused(images):
    hidden = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation="relu")])
    with pytest.raises(InvalidInputError, match="layers of their own"):
        backward_steps(hidden, np.ones((1, 3)))
    x = keras.Input((3,))
    with pytest.raises(InvalidInputError, match="Sequential"):
        backward_steps(keras.Model(x, layers.Dense(2)(x)), np.ones((1, 3)))
    with pytest.raises(InvalidInputError, match="rule"):
        attribution(chain(), images, 0, rule="smooth")
