import keras
import numpy as np
import pytest

from coursekit.training.feed import fed, shuffled_batches

on_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="shuffled_batches needs TensorFlow"
)
X, Y = np.arange(40, dtype=np.uint8).reshape(10, 2, 2, 1), np.arange(10)


def epoch(batches):
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return [len(part) for part in labels], np.concatenate(images), np.concatenate(labels)


@on_tensorflow
def test_every_sample_comes_once_per_epoch_beside_its_label():
    sizes, images, labels = epoch(shuffled_batches(X, Y, 4))
    assert sizes == [4, 4, 2]
    np.testing.assert_array_equal(np.sort(labels), Y)
    np.testing.assert_array_equal(images, X[labels])
    assert images.dtype == np.uint8


@on_tensorflow
def test_the_scaled_samples_are_float32():
    _, images, labels = epoch(shuffled_batches(X, Y, 4, scale=1 / 255))
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, X[labels] / 255, rtol=1e-6)


@on_tensorflow
def test_orders_differ_between_epochs_and_follow_the_seed():
    orders = []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        batches = shuffled_batches(X, Y, 3)
        orders.append([epoch(batches)[2].tolist() for _ in range(2)])
    assert orders[0] == orders[1]
    assert orders[0][0] != orders[0][1]


def test_model_fit_takes_them_epoch_after_epoch():
    model = keras.Sequential(
        [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = model.fit(**fed(X, Y, 4, scale=1 / 40), epochs=30, verbose=0).history["loss"]
    assert len(losses) == 30
    assert losses[-1] < losses[0]
