import keras
import numpy as np
import pytest

from coursekit.models import Deskew, RandomDistortion


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
    moved = np.asarray(
        RandomDistortion(shift=1.5, rotation=0, scale=0, seed=0)(image(), training=True)
    )[..., 0]
    rows = (moved.sum(axis=2) * np.arange(9)).sum(axis=1) / moved.sum(axis=(1, 2))
    assert np.abs(rows - 3).max() <= 1.5 + 1e-4
    assert np.ptp(rows) > 1.5


def test_rotation_keeps_the_middle_pixel():
    turned = np.asarray(
        RandomDistortion(shift=0, rotation=40, scale=0, seed=0)(image(), training=True)
    )[..., 0]
    np.testing.assert_allclose(turned[:, 4, 4], 1, atol=1e-4)
    assert turned[:, 2, 4].min() < 0.9


def test_images_of_a_batch_are_changed_differently_and_repeatably():
    first, second = (np.asarray(RandomDistortion(seed=5)(image(), training=True)) for _ in range(2))
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert np.abs(first[0] - first[1]).max() > 0.05


def test_it_survives_saving():
    settings = {"shift": 3, "rotation": 4, "scale": 0.2, "shear": 0.1, "elastic": 0.5, "seed": 1}
    again = keras.layers.deserialize(keras.layers.serialize(RandomDistortion(**settings)))
    assert {name: again.get_config()[name] for name in settings} == pytest.approx(settings)


def test_bending_by_nothing_is_the_affine_map_alone():
    x = np.random.default_rng(0).random((16, 9, 7, 2)).astype("float32")
    affine, bent = (
        np.asarray(RandomDistortion(elastic=elastic, seed=3)(x, training=True))
        for elastic in (0.0, 1e-6)
    )
    np.testing.assert_allclose(bent, affine, atol=2e-3)


def test_bending_displaces_the_pixels_by_about_what_was_asked():
    ramp = np.broadcast_to(
        np.arange(40, dtype="float32")[:, None, None], (256, 40, 40, 1)
    )  # brightness tells the row
    bend = RandomDistortion(shift=0, rotation=0, scale=0, elastic=1.0, seed=0)
    moved = (np.asarray(bend(ramp, training=True)) - ramp)[:, 8:32, 8:32, 0]
    assert 0.6 < moved.std() < 1.1  # between the grid's points the draws average out a little
    assert np.abs(moved.mean()) < 0.05
    assert np.abs(np.diff(moved, axis=2)).mean() < 0.15  # neighbours move together


def leaning_bar(slant: float) -> np.ndarray:
    """A bar through the middle, 2 pixels wide, that moves `slant` columns to the right per row."""
    rows, columns = np.mgrid[:28, :28].astype("float32")
    ink = np.clip(1.5 - np.abs(columns - 13.5 - slant * (rows - 13.5)), 0, 1) * (
        np.abs(rows - 13.5) < 9
    )
    return ink[None, :, :, None].astype("float32")


def slant_of(image: np.ndarray) -> float:
    """Columns per row, by least squares on the rows' own centres of mass."""
    ink = np.asarray(image, "float64")[0, :, :, 0]
    rows = np.flatnonzero(ink.sum(axis=1) > 0.5)
    return np.polyfit(rows, ink[rows] @ np.arange(28) / ink[rows].sum(axis=1), 1)[0]


@pytest.mark.parametrize("slant", [-0.5, -0.2, 0.0, 0.3])
def test_deskew_takes_the_slant_out(slant):
    bar = leaning_bar(slant)
    assert slant_of(bar) == pytest.approx(slant, abs=0.01)
    upright = Deskew()(bar)
    assert slant_of(upright) == pytest.approx(0.0, abs=0.02)
    assert float(np.sum(upright)) == pytest.approx(
        float(bar.sum()), rel=0.02
    )  # the ink is moved, not lost


def test_deskew_keeps_a_blank_image_and_an_upright_one():
    np.testing.assert_array_equal(np.asarray(Deskew()(np.zeros((2, 28, 28, 1), "float32"))), 0)
    np.testing.assert_allclose(np.asarray(Deskew()(leaning_bar(0.0))), leaning_bar(0.0), atol=1e-4)


def test_deskew_is_saved_with_its_model():
    model = keras.Sequential([keras.Input((28, 28, 1)), Deskew()])
    again = keras.Sequential.from_config(model.get_config())
    np.testing.assert_allclose(
        np.asarray(again(leaning_bar(0.3))), np.asarray(model(leaning_bar(0.3))), atol=1e-6
    )
