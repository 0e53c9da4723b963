import keras
import numpy as np
import pytest

from coursekit.models import RandomDistortion


def image():
    x = np.zeros((1, 9, 9, 1), "float32")
    x[0, 4, 4] = x[0, 2, 4] = 1.0
    return np.repeat(x, 64, axis=0)


def test_prediction_leaves_images_alone():
    np.testing.assert_array_equal(np.asarray(RandomDistortion()(image(), training=False)), image())


def test_without_amplitude_training_leaves_images_alone():
    still = RandomDistortion(shift=0, rotation=0, scale=0, shear=0)
    np.testing.assert_allclose(np.asarray(still(image(), training=True)), image(), atol=1e-5)


def test_shifts_move_the_centre_of_mass_by_no_more_than_asked():
    moved = np.asarray(RandomDistortion(shift=1.5, rotation=0, scale=0, seed=0)(image(), training=True))[..., 0]
    rows = (moved.sum(axis=2) * np.arange(9)).sum(axis=1) / moved.sum(axis=(1, 2))
    assert np.abs(rows - 3).max() <= 1.5 + 1e-4
    assert np.ptp(rows) > 1.5


def test_rotation_keeps_the_middle_pixel():
    turned = np.asarray(RandomDistortion(shift=0, rotation=40, scale=0, seed=0)(image(), training=True))[..., 0]
    np.testing.assert_allclose(turned[:, 4, 4], 1, atol=1e-4)
    assert turned[:, 2, 4].min() < 0.9


def test_images_of_a_batch_are_changed_differently_and_repeatably():
    first, second = (np.asarray(RandomDistortion(seed=5)(image(), training=True)) for _ in range(2))
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert np.abs(first[0] - first[1]).max() > 0.05


def test_it_survives_saving():
    layer = RandomDistortion(shift=3, rotation=4, scale=0.2, shear=0.1, seed=1)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert {name: again.get_config()[name] for name in ("shift", "rotation", "scale", "shear", "seed")} == pytest.approx(
        {"shift": 3, "rotation": 4, "scale": 0.2, "shear": 0.1, "seed": 1}
    )
