import pytest
from sklearn.base import clone

from coursekit.classifier import digit_cnn_classifier, mlp_classifier, quick_digit_cnn_classifier
from coursekit.datasets import load_digits, load_mnist
from coursekit.errors import DataUnavailableError


@pytest.mark.parametrize(
    "recipe", [mlp_classifier, digit_cnn_classifier, quick_digit_cnn_classifier]
)
def test_recipes_can_be_cloned_and_changed(recipe):
    model = clone(recipe(seed=3, batch_size=64))
    assert (model.seed, model.batch_size) == (3, 64)
    assert model.set_params(epochs=1).epochs == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "least"),
    [(mlp_classifier, 0.95), (digit_cnn_classifier, 0.97), (quick_digit_cnn_classifier, 0.96)],
)
def test_recipes_learn_the_digits_that_come_with_the_package(recipe, least):
    train, test = load_digits()
    assert recipe().fit(*train).score(*test) >= least


@pytest.mark.slow
def test_the_quick_recipe_learns_mnist():
    try:
        train, test = load_mnist(limit=20_000)
    except DataUnavailableError as error:
        pytest.skip(str(error))
    assert quick_digit_cnn_classifier().fit(*train).score(*test) >= 0.98
