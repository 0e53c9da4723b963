"""The parts that `benchmarks/mnist_best.py` adds to the package: its normalisation against Keras's,
its frame, its members."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from coursekit.training import gradients

# Keras variables under NumPy 2
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning:keras"
)


@pytest.fixture(scope="module")
def recipe():
    path = Path(__file__).parents[1] / "benchmarks" / "mnist_best.py"
    spec = importlib.util.spec_from_file_location("mnist_best", path)
    module = sys.modules["mnist_best"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mnist_best"]


def test_fused_normalisation_agrees_with_keras_while_training_and_after(recipe):
    rng = np.random.default_rng(4)
    images = (3 * rng.standard_normal((16, 5, 5, 3)) + [1, -2, 0]).astype("float32")
    pair = [recipe.FusedBatchNormalization(momentum=0.5), layers.BatchNormalization(momentum=0.5)]
    for layer in pair:
        layer.build(images.shape)
        layer.set_weights([np.array([1, 2, 0.5]), np.array([0, 1, -1]), np.zeros(3), np.ones(3)])
    fused, plain = (np.asarray(layer(images, training=True)) for layer in pair)
    np.testing.assert_allclose(fused, plain, atol=1e-4)
    for ours, theirs in zip(pair[0].weights, pair[1].weights, strict=True):
        # One kernel averages the variance over n - 1 of the 400 values, the other over n.
        np.testing.assert_allclose(
            np.asarray(ours), np.asarray(theirs), rtol=1 / 399, err_msg=ours.name
        )
    fused, plain = (np.asarray(layer(images)) for layer in pair)
    np.testing.assert_allclose(fused, plain, atol=0.02)


def test_fused_normalisation_has_the_gradients_of_keras(recipe):
    rng = np.random.default_rng(5)
    images, weight = (rng.standard_normal((8, 4, 4, 2)).astype("float32") for _ in range(2))

    def gradient(layer):
        return np.asarray(
            gradients(lambda x: keras.ops.sum(layer(x, training=True) * weight), images)
        )

    fused, plain = gradient(recipe.FusedBatchNormalization()), gradient(layers.BatchNormalization())
    np.testing.assert_allclose(fused, plain, atol=1e-4)


def test_frame_holds_the_ink_in_its_middle(recipe):
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 3:7, 20:26] = 200  # 4 rows, 6 columns
    images[1, 10, 10] = 255
    framed = recipe.framed(images, 24)
    assert framed.shape == (2, 24, 24)
    assert [np.argwhere(image).mean(axis=0).tolist() for image in framed] == [
        [11.5, 11.5],
        [11.0, 11.0],
    ]
    assert framed.sum() == images.sum()


@pytest.mark.parametrize("index", [0, 1])
def test_members_end_in_ten_logits(recipe, index):
    kind = recipe.MEMBERS[index]
    images = recipe.prepared(np.full((3, 28, 28), 9, np.uint8), kind)
    model = recipe.build((*images.shape[1:], 1), 10, kind=kind)
    assert model.predict(images[..., None], verbose=0).shape == (3, 10)
    assert model.layers[-3].output.shape[1] == 4 * kind.channels[-1]  # 2x2 is left
