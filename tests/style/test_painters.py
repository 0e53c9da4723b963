"""The bank, the loss, the loop and the painter in Keras, beside NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from coursekit import models, style
from coursekit.errors import InvalidInputError
from coursekit.style import learning

SIZE = 24


@pytest.fixture(scope="module")
def task():
    bank = style.filter_bank(6, factors=(1, 2, 4), size=5, seed=0)
    targets = style.style_targets(bank, style.brush_strokes(48, strokes=200)[None])
    return learning.PaintingLoss(bank, targets, SIZE, (0.02, 0.8, 0.01), (0.5, 0.5, 0.05))


def photographs(count):
    return style.crops(count, SIZE, names=("coffee", "chelsea"), seed=1)


def test_the_model_answers_as_the_bank(task):
    pictures = photographs(2)
    got = task.model(pictures)
    for mine, theirs in zip(task.bank.forward(pictures), got, strict=True):
        theirs = keras.ops.convert_to_numpy(theirs)
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    assert not task.model.trainable_variables


def test_the_loss_is_the_same_in_numpy_and_in_keras(task):
    wanted, pictures = photographs(3), np.roll(photographs(3), 1, axis=0) * 0.8
    there = keras.ops.convert_to_numpy(task.in_ops(pictures, wanted, task.model))
    np.testing.assert_allclose(task.values(pictures, wanted), there, rtol=1e-4)


def test_the_loop_goes_where_numpy_goes(task):
    photo, steps = photographs(1), 5
    pictures, losses, moments = learning.paint_in_a_loop(task, photo, steps=steps, rate=0.02)
    mine, by_hand = style.descend(photo, lambda x: task.slope(x, photo), [0.02] * steps)
    np.testing.assert_allclose(losses[:-1], by_hand[:, 0], rtol=1e-3)
    assert np.abs(pictures - mine).mean() < 1e-3
    assert len(losses) == steps + 1
    assert len(moments) == steps
    assert losses[-1] < losses[0]
    assert np.all(np.diff(moments) >= 0)


@pytest.mark.parametrize("norm", ["instance", "batch", "none"])
def test_a_painter_paints_pictures_of_any_side(norm):
    net = learning.painter(norm=norm, width=4, blocks=1)
    for side in (16, 24):
        out = keras.ops.convert_to_numpy(net(np.zeros((2, side, side, 3), "float32")))
        assert out.shape == (2, side, side, 3)
        assert 0 <= out.min() <= out.max() <= 1


def test_painters_begin_alike():
    one, two = (learning.painter(norm=n, width=4, blocks=1) for n in ("instance", "batch"))
    kernels = [
        [layer.get_weights()[0] for layer in net.layers if isinstance(layer, keras.layers.Conv2D)]
        for net in (one, two)
    ]
    for a, b in zip(*kernels, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(kernels[0][3]).max() > 0


def test_a_painter_with_instance_norm_does_not_care_for_its_company():
    keras.utils.set_random_seed(0)
    net = learning.painter(width=4, blocks=1)
    three = photographs(3)
    alone = keras.ops.convert_to_numpy(net(three[:1], training=True))
    in_company = keras.ops.convert_to_numpy(net(three, training=True))
    np.testing.assert_allclose(alone[0], in_company[0], atol=1e-5)


def test_painters_learn_side_by_side(task):
    keras.utils.set_random_seed(0)
    painters = {n: learning.painter(norm=n, width=4, blocks=1) for n in ("instance", "batch")}
    before = [np.array(net.get_weights()[0]) for net in painters.values()]
    bank = [np.array(w) for w in task.model.get_weights()]
    seen = []
    first, rest = learning.train_painters(
        painters,
        photographs(6),
        task,
        steps=12,
        batch_size=2,
        watch=lambda step, loss: seen.append(loss),
    )
    assert first > 0
    assert rest > 0
    assert len(seen) == 12
    assert np.mean(seen[-3:]) < np.mean(seen[:3])
    for net, old in zip(painters.values(), before, strict=True):
        assert np.abs(net.get_weights()[0] - old).max() > 0
    for now, old in zip(task.model.get_weights(), bank, strict=True):
        np.testing.assert_array_equal(now, old)
    moving = painters["batch"].layers[3]
    assert isinstance(moving, keras.layers.BatchNormalization)
    assert np.abs(np.asarray(moving.moving_mean)).max() > 0


def test_a_networks_convolutions_as_a_chain():
    keras.utils.set_random_seed(1)
    net = models.cifar_cnn((SIZE, SIZE, 3), 4, stages=((4,), (5,)))
    chain, x = style.Chain.of(net), photographs(1)
    assert chain.multiple == 2
    first = keras.Model(net.inputs[0], net.get_layer("conv1a").output)(x)
    inner = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_allclose(
        chain.forward(x)[0][inner], keras.ops.convert_to_numpy(first)[inner], atol=1e-4
    )
    with pytest.raises(InvalidInputError, match="begins with Conv2D"):
        style.Chain.of(models.mlp((4, 4, 1), 2))


def test_automatic_slopes_and_keras_own_layer_agree_with_numpy():
    rng = np.random.default_rng(3)
    answers = rng.normal(size=(1, 6, 5, 4)).astype("float32")
    target = style.gram(np.abs(rng.normal(size=(1, 3, 3, 4))))[0].astype("float32")
    mine = style.style_loss(answers, target)[1]
    np.testing.assert_allclose(learning.style_slope(answers, target), mine, atol=1e-6)
    features = rng.normal(2, 3, (2, 5, 4, 3)).astype("float32")
    scale, shift = np.array([1.0, 2.0, 0.5]), np.array([0.0, -1.0, 3.0])
    theirs = learning.instance_norm(features, scale, shift)
    np.testing.assert_allclose(theirs, style.instance_norm(features, scale, shift), atol=1e-4)


def test_errors_say_what_is_expected(task):
    with pytest.raises(InvalidInputError, match="layer"):
        learning.painter(norm="layer")
    with pytest.raises(InvalidInputError, match="at least 4"):
        learning.train_painters({"a": learning.painter()}, photographs(3), task, steps=1)
    with pytest.raises(InvalidInputError, match="2 units"):
        learning.PaintingLoss(task.bank, task.targets, SIZE, (1, 1), (1, 1, 1))
