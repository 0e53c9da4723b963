"""Deep autoencoders, the three protocols and codes by distance, in Keras on this process's backend."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from coursekit import codes
from coursekit.codes import deep
from coursekit.datasets import load_digits
from coursekit.errors import InvalidInputError


@pytest.fixture(scope="module")
def digits():
    (x, y), (x_test, y_test) = load_digits()
    x, x_test = (v.reshape(len(v), -1) / np.float32(255) for v in (x, x_test))
    return (x[:400], y[:400]), (x_test[:200], y_test[:200])


def test_the_published_autoencoder_has_its_layers():
    made = deep.autoencoder(30)
    widths = [layer.units for part in (made.encoder, made.decoder) for layer in part.layers]
    assert widths == [1000, 500, 250, 30, 250, 500, 1000, 784]
    assert made.encoder.layers[3].activation is keras.activations.linear


def test_an_autoencoder_trains_encodes_and_decodes(digits):
    (x, _), _ = digits
    made = deep.autoencoder(4, (16,), back=(8, 16))
    losses = made.fit(x, epochs=6, batch_size=50)
    assert losses[-1] < 0.8 * losses[0]
    codes_ = made.encode(x[:9])
    assert codes_.shape == (9, 4)
    np.testing.assert_allclose(made.decode(codes_), made.reconstruct(x[:9]), rtol=1e-4, atol=1e-5)


def test_a_linear_autoencoder_nears_pcas_error(digits):
    (x, _), _ = digits
    x = x - x.mean(axis=0)
    made = deep.linear_autoencoder(2, 784)
    made.fit(x, epochs=60, batch_size=50, learning_rate=5e-3)
    pca = PCA(2).fit(x)
    least = np.sum((x - pca.inverse_transform(pca.transform(x))) ** 2)
    assert 1 - 1e-5 < np.sum((x - made.reconstruct(x)) ** 2) / least < 1.02


def test_a_convolutional_autoencoder_comes_back_to_its_image():
    made = deep.conv_autoencoder(5, width=2)
    assert made.encoder.output_shape == (None, 5)
    assert made.model.output_shape == (None, 28, 28, 1)


def test_few_of_each_takes_every_class_alike():
    y = np.array([0] * 30 + [1] * 30 + [2] * 3)
    rows = deep.few_of_each(y, 9, seed=1)
    assert sorted(np.bincount(y[rows])) == [3, 3, 3]
    assert len(set(rows.tolist())) == 9
    assert len(deep.few_of_each(y, 60)) == 60
    with pytest.raises(InvalidInputError, match="3 classes"):
        deep.few_of_each(y, 2)


def test_the_protocols_start_where_they_say(digits):
    (x, y), test = digits
    stack = codes.train_stack(x, [30, 20], epochs=10, batch_size=20, learning_rate=0.01)
    protocols = deep.Protocols((30, 20), epochs=10, rows=1000, batch_size=20)
    found = protocols.errors(stack, (x[:100], y[:100]), test, seed=1)
    assert tuple(found) == deep.PROTOCOLS
    assert all(0 <= error < 0.9 for error in found.values())
    again = protocols.errors(stack, (x[:100], y[:100]), test, seed=1)
    assert again == pytest.approx(found, abs=0.02), "a run leaves nothing behind"
    still = deep.Protocols((30, 20), epochs=1, rows=20, batch_size=20)
    still.model.optimizer.learning_rate.assign(0.0)
    still._fresh = deep._values(still.model.optimizer.variables)
    model = still.tune(x[:20], y[:20], stack)
    (kernel, _) = deep._values(model.layers[1].weights)
    np.testing.assert_allclose(kernel, stack[1].weights, rtol=1e-6)


@pytest.mark.parametrize("kind", ["pairs", "triplets"])
def test_codes_by_distance_gather_the_classes(digits, kind):
    (x, y), _ = digits

    def everything(points, labels, margin):
        same = labels[:, None] == labels[None]
        squares = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
        near = same & ~np.eye(len(labels), dtype=bool)
        costs = squares[:, :, None] - squares[:, None, :] + margin > 0
        return np.argwhere(costs & near[:, :, None] & ~same[:, None, :])

    options = {"steps": 60, "batch_size": 60, "seed": 2}
    if kind == "pairs":
        encoder = deep.train_pairs(x, y, **options)
    else:
        encoder = deep.train_triplets(x, y, everything, group=30, **options)
    points = encoder.predict_on_batch(x)
    assert points.shape == (400, 2)
    within = np.mean([points[y == k].var(axis=0).sum() for k in range(10)])
    assert within < 0.5 * points.var(axis=0).sum()


def test_no_triplet_no_step(digits):
    (x, y), _ = digits
    options = {"steps": 2, "group": 10, "seed": 3}
    none = deep.train_triplets(x, y, lambda *_: np.zeros((0, 3), int), **options)
    fresh, _ = deep._siamese(784, 2, 3, None, 2, 3)
    first, second = (deep._values(made.weights)[0] for made in (none, fresh))
    np.testing.assert_array_equal(first, second)


def test_dense_parts_decode_as_the_model_does(digits):
    (x, _), _ = digits
    made = deep.autoencoder(2, (8,), back=(6, 7))
    parts = deep.dense_parts(made.decoder)
    assert [activation for *_, activation in parts] == ["relu", "relu", "sigmoid"]
    points = made.encode(x[:5])
    np.testing.assert_allclose(
        codes.View(points, parts).decode(points), made.decode(points), rtol=1e-3, atol=1e-4
    )
