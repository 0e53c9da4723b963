"""What goes wrong in a training, in its settings and with its model is said in one line."""

import copy
import pickle
from functools import partial

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from coursekit.classifier import KerasClassifier
from coursekit.errors import InvalidInputError
from coursekit.models import mlp

SMALL = partial(mlp, hidden=(8,))
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 3)), np.arange(60) % 3


def classifier(build=SMALL, **options):
    return KerasClassifier(build, **{"epochs": 1, "batch_size": 32, **options})


class Stop(keras.callbacks.Callback):
    """Ctrl-C after the first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


def broken(input_shape, num_classes):
    raise RuntimeError("no model today")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"callbacks": [Stop()]}, KeyboardInterrupt),
        ({"build": broken}, RuntimeError),
        ({"epochs": 0}, InvalidInputError),
    ],
)
def test_a_fit_that_fails_leaves_the_classifier_as_it_was(change, error):
    model = classifier(scale="standard").fit(X, np.array(["cat", "dog", "emu"])[Y])
    before, expected = dict(vars(model)), model.predict_proba(X)
    with pytest.raises(error):
        model.set_params(**change).fit(10 * X[:, :2], Y > 0)
    model.set_params(**{name: before[name] for name in change})
    assert vars(model) == before
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert set(model.predict(X)) <= {"cat", "dog", "emu"}
    fresh = classifier(**change)
    with pytest.raises(error):
        fresh.fit(X, Y)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


def test_a_training_that_diverges_is_refused():
    with pytest.raises(InvalidInputError, match=r"diverged.*Received: learning_rate=1e\+30"):
        classifier(learning_rate=1e30, epochs=3).fit(X, Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite:UserWarning")
def test_a_search_goes_on_after_a_training_that_diverged():
    grid = {"learning_rate": [1e30, 0.01]}
    search = GridSearchCV(classifier(epochs=3), grid, cv=2).fit(X, Y)
    assert search.best_params_ == {"learning_rate": 0.01}
    assert np.isnan(search.cv_results_["mean_test_score"][0])


def test_probabilities_that_are_no_numbers_are_refused():
    model = classifier(scale=False).fit(X, Y)
    with pytest.raises(InvalidInputError, match="Received: numbers up to"):
        model.predict(X * 1e300)
    weights = [np.full_like(weight, np.nan) for weight in model.model_.get_weights()]
    model.model_.set_weights(weights)
    with pytest.raises(InvalidInputError, match="for 60 of 60 samples"):
        model.predict(X)


def test_standardised_inputs_do_not_overflow():
    model = classifier(scale="standard").fit(X * 1e-20, Y)
    with pytest.raises(InvalidInputError, match="finite in float32"):
        model.predict(X * 1e30)


@pytest.mark.parametrize("weight", [1e-50, 1e50])
def test_weights_that_single_precision_does_not_hold_are_refused(weight):
    with pytest.raises(InvalidInputError, match="in float32"):
        classifier().fit(X, Y, sample_weight=np.full(60, weight))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": "3"}, "Received: epochs='3'"),
        ({"epochs": 2.5}, "whole number, at least 1"),
        ({"epochs": True}, "Received: epochs=True"),
        ({"batch_size": 32.0}, "Received: batch_size=32.0"),
        ({"min_steps": -1}, "min_steps"),
        ({"early_stopping": 1.5, "validation_split": 0.2}, "early_stopping"),
        ({"seed": -1}, "at least 0, or None. Received: seed=-1"),
        ({"seed": 2**32}, "seed"),
        ({"validation_split": "0.1"}, "validation_split"),
        ({"scale": [1]}, "scale"),
        ({"schedule": [1]}, r"Received: \[1\]"),
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"optimizer": "adamm"}, "Did you mean 'adam'"),
        ({"optimizer": None}, "optimizer=None"),
        ({"optimizer": keras.optimizers.Adam}, "optimizer"),
        ({"loss": "mse"}, r"integer labels.*outputs \(n, 3\).*Received: loss='mse'"),
        ({"loss": keras.losses.CategoricalCrossentropy()}, "integer labels"),
        ({"loss": "crossentropy"}, "loss='crossentropy'"),
        ({"callbacks": [3]}, "callbacks"),
        ({"callbacks": Stop()}, "callbacks"),
    ],
)
def test_settings_of_the_wrong_kind_are_named_in_one_line(options, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        classifier(**options).fit(X, Y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"callbacks": None},
        {"epochs": np.int64(1), "seed": np.int64(3), "scale": np.True_},
        {"learning_rate": np.float32(0.01), "schedule": "one_cycle"},
        {"loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
        {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy"},
    ],
)
def test_settings_of_the_right_kind_are_taken(options):
    assert classifier(**options).fit(X, Y).predict(X).shape == (60,)


def test_data_of_the_wrong_kind_are_named():
    model = classifier()
    with pytest.raises(InvalidInputError, match=r"Received: sparse csr_matrix; pass X.toarray\(\)"):
        model.fit(sparse.csr_matrix(X), Y)
    with pytest.raises(InvalidInputError, match=r"labels.*Received: NoneType, str"):
        model.fit(X, np.array(["a", None, "b"], object)[Y])


class Doubled(keras.layers.Layer):
    """Not registered with Keras."""

    def call(self, inputs):
        return 2 * inputs


def doubled(input_shape, num_classes):
    layers = [keras.Input(input_shape), Doubled(), keras.layers.Dense(num_classes)]
    return keras.Sequential(layers)


@pytest.mark.parametrize("again", [copy.deepcopy, pickle.dumps])
def test_a_model_that_could_not_be_loaded_is_not_pickled(again):
    model = classifier(doubled).fit(X, Y)
    with pytest.raises(InvalidInputError, match=r"Doubled.*register_keras_serializable\(\)"):
        again(model)
    with keras.saving.custom_object_scope({"Doubled": Doubled}):
        np.testing.assert_allclose(again_of(model).predict_proba(X), model.predict_proba(X))


def again_of(model):
    return pickle.loads(pickle.dumps(model))


class Tower(keras.Model):
    """A subclassed model whose head stands first in `__init__`."""

    def __init__(self, units, activation=None, **options):
        super().__init__(**options)
        self.units, self.activation = units, activation
        self.head = keras.layers.Dense(units, activation=activation)
        self.body = keras.layers.Dense(8, activation="relu")

    def call(self, inputs):
        return self.head(self.body(inputs))

    def get_config(self):
        return {"units": self.units, "activation": self.activation}


class Raw(keras.Model):
    """A subclassed model that Keras cannot follow."""

    def call(self, inputs):
        return inputs.no_such_method()


@pytest.mark.parametrize("activation", [None, "softmax"])
@pytest.mark.parametrize("given", ["function", "model", "built model"])
def test_a_subclassed_model_is_trained_as_what_it_is(activation, given):
    x = X + 4 * np.eye(3)[Y]
    tower = Tower(3, activation)
    if given == "built model":
        tower(x[:1].astype("float32"))
    build = (lambda shape, classes: Tower(classes, activation)) if given == "function" else tower
    model = classifier(build, epochs=40, learning_rate=0.03).fit(x, Y)
    assert model.score(x, Y) > 0.9
    assert model._head.from_logits == (activation is None)
    with keras.saving.custom_object_scope({"Tower": Tower}):
        again = again_of(model)
        np.testing.assert_allclose(again.predict_proba(x), model.predict_proba(x), rtol=1e-5)
        assert again.fit(x, Y).n_parameters_ == model.n_parameters_


def test_a_subclassed_model_that_cannot_be_followed_is_refused():
    with pytest.raises(InvalidInputError, match=r"keras\.ops.*Received: Raw"):
        classifier(lambda shape, classes: Raw()).fit(X, Y)
