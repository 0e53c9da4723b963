import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.models import digit_cnn, lenet5, mlp, perceptron


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (lambda: lenet5(), 61_706),
        (lambda: lenet5((28, 28, 1)), 61_706),
        (lambda: mlp(), 784 * 512 + 512 + 512 * 256 + 256 + 256 * 10 + 10),
        (lambda: mlp((784,), 10, hidden=(300,)), 784 * 300 + 300 + 300 * 10 + 10),
        (lambda: digit_cnn(), 114_250),
        (lambda: perceptron((2,), 1), 3),
        (lambda: perceptron((28, 28, 1), 10), 7_850),
    ],
)
def test_parameters_are_those_of_the_papers(model, parameters):
    assert model().count_params() == parameters


@pytest.mark.parametrize("build", [perceptron, mlp, lenet5, digit_cnn])
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3)])
def test_builders_give_uncompiled_models_with_finite_logits(build, shape):
    model = build(shape, 7)
    logits = np.asarray(
        model(np.random.default_rng(0).random((3, *shape), dtype=np.float32), training=False)
    )
    assert not model.compiled
    assert logits.shape == (3, 7)
    assert np.isfinite(logits).all()
    assert logits.min() < 0


@pytest.mark.parametrize("build", [lenet5, digit_cnn])
def test_convolutional_builders_ask_for_three_axes(build):
    with pytest.raises(InvalidInputError, match="height, width, channels"):
        build((28, 28), 10)


def test_dropout_appears_only_where_asked_for():
    assert not [layer for layer in mlp().layers if isinstance(layer, keras.layers.Dropout)]
    rates = [
        layer.rate
        for layer in mlp(dropout=0.5, input_dropout=0.2).layers
        if isinstance(layer, keras.layers.Dropout)
    ]
    assert rates == [0.2, 0.5, 0.5]


def test_mlp_without_hidden_layers_is_the_perceptron():
    assert mlp((5,), 3, hidden=()).count_params() == perceptron((5,), 3).count_params()
