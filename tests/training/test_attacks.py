import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.training import Player, adversarial_loss, fast_gradient_sign, gradients


def test_every_pixel_goes_as_far_as_it_may():
    found = fast_gradient_sign(np.array([0.5, 0.5, 0.5, 0.9]), np.array([1e-6, -7, 0, 2]), 0.25)
    np.testing.assert_allclose(found, [0.75, 0.25, 0.5, 1.0], rtol=1e-6)
    free = fast_gradient_sign(np.array([0.9]), np.array([2.0]), 0.25, limits=None)
    np.testing.assert_allclose(free, [1.15], rtol=1e-6)


def linear(seed=0):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def cross_entropy(model, x, y):
    price = keras.losses.sparse_categorical_crossentropy
    return keras.ops.mean(price(y, model(x), from_logits=True))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_loss_mixes_clean_and_attacked_images(share):
    rng = np.random.default_rng(2)
    x, y = rng.random((5, 6)).astype("float32"), rng.integers(0, 3, 5)
    model = linear()
    slope = gradients(lambda v: cross_entropy(model, v, y), x)
    attacked = np.clip(x + 0.1 * np.sign(slope), 0, 1)
    clean, hurt = (float(cross_entropy(model, v, y)) for v in (x, attacked))
    step = Player(model, None, adversarial_loss(0.1, share=share))
    step.compile(keras.optimizers.SGD(0.0))
    found = float(step.train_on_batch({"x": x, "y": y}))
    assert found == pytest.approx((1 - share) * clean + share * hurt, rel=1e-4)
    assert hurt > clean


def test_training_on_attacks_lowers_the_errors_under_attack():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 300)
    x = np.clip(0.5 + 0.12 * rng.normal(size=(300, 6)), 0, 1)
    x[np.arange(300), y] += 0.35
    x = x.clip(0, 1).astype("float32")
    model = linear(4)
    step = Player(model, None, adversarial_loss(0.05))
    step.compile(keras.optimizers.Adam(0.05))
    losses = [float(step.train_on_batch({"x": x, "y": y})) for _ in range(40)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("wrong", [-0.1, float("nan")])
def test_wrong_sizes_are_refused(wrong):
    with pytest.raises(InvalidInputError, match="eps"):
        fast_gradient_sign(np.zeros(2), np.zeros(2), wrong)
    with pytest.raises(InvalidInputError, match="share"):
        adversarial_loss(0.1, share=wrong)
