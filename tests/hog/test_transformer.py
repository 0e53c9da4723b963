import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline

from coursekit.errors import InvalidInputError
from coursekit.hog import HOGTransformer, hog

DIGITS = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)


def test_features_are_those_of_hog(images):
    features = HOGTransformer().fit_transform(images)
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, hog(images, **DIGITS))


def test_all_forms_of_the_same_images_give_the_same_features(images):
    expected = hog(images, **DIGITS)
    flat = images.reshape(12, 784)
    np.testing.assert_array_equal(HOGTransformer().fit_transform(images[..., None]), expected)
    np.testing.assert_array_equal(
        HOGTransformer(image_shape=(28, 28)).fit_transform(flat), expected
    )
    np.testing.assert_array_equal(
        HOGTransformer(image_shape=(28, 28, 1)).fit_transform(flat), expected
    )
    np.testing.assert_allclose(
        HOGTransformer(image_shape=[28, 28]).fit_transform(flat / 1.0), expected, atol=1e-6
    )


def test_colour_counts_the_strongest_channel(images):
    colour = np.stack([images, images // 2, np.zeros_like(images)], axis=-1)
    np.testing.assert_array_equal(HOGTransformer().fit_transform(colour), hog(images, **DIGITS))


def test_names_follow_the_feature_order(images):
    transformer = HOGTransformer(orientations=3, pixels_per_cell=(7, 7)).fit(images)
    names = transformer.get_feature_names_out()
    assert len(names) == len(set(names)) == transformer.n_features_out_ == 108
    assert names[:4].tolist() == [
        "hog_r0_c0_i0_j0_o0",
        "hog_r0_c0_i0_j0_o1",
        "hog_r0_c0_i0_j0_o2",
        "hog_r0_c0_i0_j1_o0",
    ]
    assert names[-1] == "hog_r2_c2_i1_j1_o2"
    assert transformer.n_features_in_ == 784


def test_output_can_be_a_frame(images):
    frame = HOGTransformer().set_output(transform="pandas").fit_transform(images)
    assert frame.shape == (12, 1296)
    assert frame.columns[0] == "hog_r0_c0_i0_j0_o0"


def test_clone_and_pickle_keep_the_parameters(images):
    transformer = HOGTransformer(orientations=5, block_norm="L1", image_shape=(28, 28))
    assert clone(transformer).get_params() == transformer.get_params()
    again = pickle.loads(pickle.dumps(transformer.fit(images)))
    np.testing.assert_array_equal(again.transform(images), transformer.transform(images))


def test_a_pipeline_learns_from_the_features():
    images = np.zeros((40, 16, 16), np.uint8)
    images[:20, :, 8:] = 200  # vertical edges, then horizontal ones
    images[20:, 8:, :] = 200
    labels = np.repeat(["vertical", "horizontal"], 20)
    pipeline = make_pipeline(HOGTransformer(), RidgeClassifier()).fit(images[::2], labels[::2])
    assert pipeline.score(images[1::2], labels[1::2]) == 1.0


def test_transform_before_fit_is_refused(images):
    with pytest.raises(NotFittedError):
        HOGTransformer().transform(images)


@pytest.mark.parametrize(
    ("parameters", "shape", "message"),
    [
        ({}, (3, 784), r"Pass HOGTransformer\(image_shape=\(28, 28\)\)"),
        ({"image_shape": (27, 28)}, (3, 784), "784 values in all"),
        ({"image_shape": (784,)}, (3, 784), r"Received: \(784,\)"),
        ({"image_shape": 784}, (3, 784), r"`image_shape` as \(h, w\).*Received: 784"),
        ({"image_shape": (-28, -28)}, (3, 784), "positive whole numbers"),
        ({"image_shape": (28.0, 28.0)}, (3, 784), r"Received: \(28.0, 28.0\)"),
        ({"image_shape": (16, 16)}, (3, 28, 28), r"`image_shape`, \(16, 16\)"),
        ({"image_shape": (28, 28)}, (3, 28, 28, 3), r"Received: \(28, 28, 3\)"),
        ({"block_norm": np.array(["L1", "L2"])}, (3, 28, 28), "`block_norm`"),
        ({}, (784,), r"Received: shape \(784,\)"),
        ({}, (), r"Received: shape \(\)\.$"),
        ({}, (1, 1, 1, 28, 28), r"Received: shape \(1, 1, 1, 28, 28\)\.$"),
        ({}, (3, 6, 6), "at least 8x8"),
        ({"block_norm": "max"}, (3, 28, 28), "L2-Hys"),
    ],
)
def test_images_that_do_not_fit_are_refused(parameters, shape, message):
    with pytest.raises(InvalidInputError, match=message):
        HOGTransformer(**parameters).fit(np.zeros(shape, np.uint8))


def test_a_list_of_images_of_several_sizes_is_refused():
    with pytest.raises(InvalidInputError, match="of one size"):
        HOGTransformer().fit([np.zeros((28, 28)), np.zeros((20, 28))])


def test_images_may_have_the_shape_that_flat_rows_have(images):
    for shape in ((28, 28), (28, 28, 1)):
        transformer = HOGTransformer(image_shape=shape).fit(images)
        np.testing.assert_array_equal(
            transformer.transform(images[..., None]), transformer.transform(images)
        )


def test_the_number_of_features_follows_the_parameters(images):
    transformer = HOGTransformer()
    assert not hasattr(transformer, "n_features_out_")
    transformer.fit(images).set_params(orientations=4)
    features = transformer.transform(images)
    assert transformer.n_features_out_ == features.shape[1] == 576
    assert len(transformer.get_feature_names_out()) == 576


def test_another_image_shape_than_in_fit_is_refused(images):
    transformer = HOGTransformer().fit(images)
    with pytest.raises(InvalidInputError, match=r"seen in fit, \(28, 28, 1\)"):
        transformer.transform(images[:, :24])
