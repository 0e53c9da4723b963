import copy
import pickle
import subprocess
import sys
from functools import partial

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from coursekit.classifier import KerasClassifier
from coursekit.errors import InvalidInputError
from coursekit.models import lenet5, mlp

SMALL = partial(mlp, hidden=(16,))


def blobs(n=240, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    centres = 4 * np.array([[0, 1], [1, 0], [-1, -1], [1, 1]])[:classes]
    return centres[y] + rng.normal(size=(n, 2)), y


def images(n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    x = rng.integers(0, 90, (n, 12, 12))
    x[y == 1, 3:9, 3:9] += 120
    return x.astype(np.uint8), y


def classifier(build=SMALL, **options):
    return KerasClassifier(
        build, **{"epochs": 15, "batch_size": 32, "learning_rate": 0.02, **options}
    )


@pytest.fixture(scope="module")
def fitted():
    x, y = blobs()
    return classifier().fit(x, y), x, y


def test_it_learns_and_reports_itself(fitted):
    model, x, y = fitted
    proba = model.predict_proba(x)
    assert model.score(x, y) > 0.95
    assert proba.dtype == np.float64
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    assert model.n_features_in_ == 2
    assert model.n_parameters_ == 2 * 16 + 16 + 16 * 3 + 3
    assert len(model.history_["loss"]) == 15


def test_clone_and_parameters():
    model = classifier(epochs=3)
    again = clone(model).set_params(epochs=7, seed=4)
    assert (model.epochs, again.epochs, again.seed) == (3, 7, 4)
    assert set(model.get_params()) >= {
        "build",
        "epochs",
        "batch_size",
        "optimizer",
        "early_stopping",
        "scale",
    }


def test_one_seed_gives_one_result_and_another_seed_another():
    x, y = blobs(80)
    first, second, other = (
        classifier(epochs=2, seed=seed).fit(x, y).predict_proba(x) for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(first, second, rtol=1e-5)
    assert np.abs(first - other).max() > 1e-3


def test_string_labels_come_back_as_strings():
    x, y = blobs()
    names = np.array(["two", "ten", "one"])[y]
    model = classifier().fit(x, names)
    assert list(model.classes_) == ["one", "ten", "two"]
    assert (model.predict(x) == names).mean() > 0.95


def head(units, activation):
    def build(input_shape, num_classes):
        return keras.Sequential(
            [keras.Input(input_shape), keras.layers.Dense(units, activation=activation)]
        )

    return build


@pytest.mark.parametrize(
    ("units", "activation"), [(2, None), (2, "softmax"), (1, None), (1, "sigmoid")]
)
def test_every_kind_of_head_is_trained_as_what_it_is(units, activation):
    x, y = blobs(classes=2)
    model = classifier(head(units, activation), learning_rate=0.1).fit(x, y)
    assert model.score(x, y) > 0.95
    assert model.history_["accuracy"][-1] > 0.95
    raw = np.asarray(model.model_(x.astype("float32")), float)
    right = np.where(y == 1, raw[:, -1], 1 - raw[:, -1]) if activation else None
    if activation:
        np.testing.assert_allclose(
            model.predict_proba(x)[np.arange(len(y)), y], right, rtol=1e-5, atol=1e-6
        )
    else:
        logit = raw[:, 0] if units == 1 else raw[:, 1] - raw[:, 0]
        np.testing.assert_allclose(
            model.predict_proba(x)[:, 1], 1 / (1 + np.exp(-logit)), rtol=1e-5, atol=1e-9
        )


def test_cross_validation_and_pipeline():
    x, y = blobs()
    pipeline = make_pipeline(StandardScaler(), classifier(epochs=8))
    assert cross_val_score(pipeline, 100 * x, y, cv=2).min() > 0.9


def test_scikit_learns_displays_take_it():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    x, y = blobs(classes=2)
    display = RocCurveDisplay.from_estimator(classifier().fit(x, y), x, y)
    assert display.roc_auc > 0.95
    plt.close("all")


def test_early_stopping_keeps_the_best_epoch():
    rng = np.random.default_rng(0)
    x, y = (
        rng.normal(size=(200, 20)),
        rng.integers(0, 2, 200),
    )  # nothing to learn: validation loss only rises
    model = classifier(epochs=60, validation_split=0.25, early_stopping=2).fit(x, y)
    losses = model.history_["val_loss"]
    assert len(losses) < 60
    assert np.argmin(losses) == len(losses) - 3


def test_images_are_scaled_and_get_a_channel_axis():
    x, y = images()
    model = classifier(partial(lenet5), epochs=3, learning_rate=0.003).fit(x, y)
    assert model.model_.input_shape == (None, 12, 12, 1)
    assert model.score(x, y) > 0.95
    np.testing.assert_allclose(
        model.predict_proba(x[:5]), model.predict_proba(x)[:5], rtol=1e-4, atol=1e-6
    )
    with pytest.raises(InvalidInputError, match="uint8"):
        model.predict(x.astype(float))


@pytest.mark.parametrize("options", [{}, {"validation_split": 0.25}, {"scale": "standard"}])
def test_uint8_images_train_as_the_same_numbers_in_floats(options):
    x, y = images(90)
    whole = classifier(mlp, epochs=2, **options).fit(x, y)
    floats = classifier(mlp, epochs=2, **options).fit(x / np.float32(255), y)
    np.testing.assert_allclose(whole.history_["loss"], floats.history_["loss"], rtol=1e-4)


def test_several_steps_per_call_train_as_one_by_one():
    x, y = blobs(90)
    one, several = (
        classifier(epochs=2, steps_per_execution=steps).fit(x, y) for steps in (1, 2)
    )  # 3 steps an epoch
    np.testing.assert_allclose(one.history_["loss"], several.history_["loss"], rtol=1e-4)


def test_standardisation_is_learnt_from_the_training_data():
    x, y = blobs()
    model = classifier(scale="standard").fit(1e4 * x + 1e6, y)
    assert model.score(1e4 * x + 1e6, y) > 0.95


def test_a_model_is_copied_reshaped_to_and_left_alone():
    x, y = images()
    keras.utils.set_random_seed(0)
    net = mlp((144,), 2, hidden=(8,))
    before = net.get_weights()
    model = classifier(net, epochs=4).fit(x, y)
    assert model.score(x, y) > 0.9
    assert not net.compiled
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning:keras"
)
@pytest.mark.parametrize("again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_fitted_classifier_can_be_copied_and_pickled(fitted, again):
    model, x, _ = fitted
    np.testing.assert_allclose(again(model).predict_proba(x), model.predict_proba(x), rtol=1e-6)


@pytest.mark.parametrize("schedule", ["one_cycle", "exponential", lambda rate, steps: rate / 2])
def test_schedules_reach_the_optimiser(schedule):
    x, y = blobs(64)
    model = classifier(schedule=schedule, epochs=4).fit(x, y)
    last = float(np.asarray(model.model_.optimizer.learning_rate))
    assert last < 0.02


def test_an_optimiser_given_as_such_keeps_its_settings():
    x, y = blobs(64)
    given = keras.optimizers.SGD(0.3, momentum=0.5)
    model = classifier(optimizer=given, epochs=1).fit(x, y)
    assert model.model_.optimizer is not given
    assert float(model.model_.optimizer.learning_rate) == pytest.approx(0.3)
    assert model.model_.optimizer.momentum == 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"early_stopping": 3}, "validation_split"),
        ({"validation_split": 1.5}, "validation_split"),
        ({"scale": "much"}, "scale"),
        ({"schedule": "zigzag"}, "schedule"),
        ({"epochs": 0}, "epochs"),
        ({"steps_per_execution": 0}, "steps_per_execution"),
        ({"build": 3}, "build"),
        ({"build": head(5, None)}, "3 classes need 3 output units"),
        ({"build": head(3, "sigmoid")}, "softmax"),
        ({"build": lambda shape, classes: "no model"}, "must return a keras.Model"),
    ],
)
def test_settings_that_do_not_fit_are_named(options, message):
    x, y = blobs(40)
    with pytest.raises(InvalidInputError, match=message):
        classifier(**options).fit(x, y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((4, 2)), np.zeros(4), "class"),
        (np.zeros((4, 2)), np.zeros(3), "inconsistent"),
        (np.full((4, 2), np.nan), np.array([0, 1, 0, 1]), "NaN"),
        (np.zeros((0, 2)), np.zeros(0), "0 sample"),
    ],
)
def test_data_that_do_not_fit_are_named(x, y, message):
    with pytest.raises(InvalidInputError, match=message):
        classifier().fit(x, y)


def test_another_number_of_features_is_refused(fitted):
    with pytest.raises(InvalidInputError, match="features"):
        fitted[0].predict(np.zeros((3, 5)))


def test_small_data_get_more_epochs_until_there_are_enough_steps():
    x, y = blobs(64)
    model = classifier(epochs=2, batch_size=32, min_steps=7).fit(x, y)
    assert len(model.history_["loss"]) == 4


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint16, np.float32])
def test_after_uint8_no_other_pixels_are_taken_unscaled(dtype):
    x, y = images(60)
    model = classifier(mlp, epochs=1).fit(x, y)
    with pytest.raises(InvalidInputError, match="pass uint8 again"):
        model.predict_proba(x.astype(dtype))
    model.predict_proba((x // 255).astype(dtype))  # 0 and 1: scaled already


def test_wide_integers_that_look_like_pixels_are_refused_or_told():
    x, y = images(60)
    with pytest.raises(InvalidInputError, match="look like pixels"):
        classifier(mlp, epochs=1).fit(x.astype(np.int64), y)
    with pytest.warns(UserWarning, match="look like pixels"):
        classifier(epochs=1).fit(x.reshape(60, -1).astype(np.int64), y)
    classifier(mlp, epochs=1, scale=False).fit(x.astype(np.int64), y)
    classifier(epochs=1).fit(np.arange(120).reshape(60, 2), y)  # a table of whole numbers


def test_weights_count_in_the_loss_as_repeated_rows_do():
    x, y = blobs(120)
    heavy = np.where(y == 2, 3.0, 1.0)
    alone = {"epochs": 3, "batch_size": 1000, "optimizer": "sgd", "seed": 1}
    weighted = classifier(**alone).fit(x, y, sample_weight=heavy)
    rows = np.repeat(np.arange(120), heavy.astype(int))
    factor = len(rows) / 120  # Keras divides by the rows, not by their weights
    alone["learning_rate"] = 0.02 * factor
    repeated = classifier(**alone).fit(x[rows], y[rows])
    np.testing.assert_allclose(
        weighted.predict_proba(x), repeated.predict_proba(x), rtol=1e-3, atol=1e-5
    )
    same = classifier(**(alone | {"learning_rate": 0.02}), class_weight={0: 1, 1: 1, 2: 3})
    np.testing.assert_allclose(
        same.fit(x, y).predict_proba(x), weighted.predict_proba(x), rtol=1e-4, atol=1e-6
    )


def test_balanced_classes_help_the_rare_one():
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.06).astype(int)
    x = rng.normal(size=(400, 2)) + 1.2 * y[:, None]
    plain, balanced = (
        classifier(epochs=10, class_weight=weight).fit(x, y) for weight in (None, "balanced")
    )
    assert balanced.predict(x)[y == 1].mean() > plain.predict(x)[y == 1].mean() + 0.2


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(3), "sample_weight"),
        (np.zeros(40), "not all 0|non-zero"),
        (-np.ones(40), "0 or more"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, message):
    x, y = blobs(40)
    with pytest.raises(InvalidInputError, match=message):
        classifier(epochs=1).fit(x, y, sample_weight=weights)


def test_logarithms_of_probabilities_do_not_round_to_minus_infinity():
    x, y = blobs(classes=2)
    for units in (1, 2):
        model = classifier(head(units, None), learning_rate=0.1).fit(x, y)
        logs = model.predict_log_proba(1e3 * x)
        assert np.isfinite(logs).all()
        assert logs.min() < -100
        np.testing.assert_allclose(np.exp(logs), model.predict_proba(1e3 * x), atol=1e-12)


NOTEBOOK = """
import sys, pickle
import keras, numpy as np
from coursekit.classifier import KerasClassifier

def mine(input_shape, num_classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(num_classes)])

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 3)), np.arange(40) % 2
model = KerasClassifier(mine, epochs=1).fit(x, y)
with open(sys.argv[1], "wb") as file:
    pickle.dump((model, x, model.predict_proba(x)), file)
"""


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning:keras"
)
def test_a_model_whose_builder_lives_in_a_notebook_loads_elsewhere(tmp_path):
    path = tmp_path / "model.pkl"
    subprocess.run([sys.executable, "-c", NOTEBOOK, str(path)], check=True, timeout=300)
    model, x, expected = pickle.loads(path.read_bytes())
    np.testing.assert_allclose(model.predict_proba(x), expected, rtol=1e-5)
    y = np.arange(40) % 2
    assert clone(model).fit(x, y).n_parameters_ == model.n_parameters_
    with pytest.raises(InvalidInputError, match="give it a `build` again"):
        clone(model).fit(x[:, :2], y)
