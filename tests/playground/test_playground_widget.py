"""`Playground` on the Python side: what it takes, what the page's changes do."""

import keras
import numpy as np
import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from coursekit.errors import InvalidInputError
from coursekit.models import mlp
from coursekit.playground import Network, Playground, Settings


def model(hidden=(4, 3), outputs=1, activation="tanh", inputs=2, top=None):
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            *(keras.layers.Dense(units, activation=activation) for units in hidden),
            keras.layers.Dense(outputs, activation=top),
        ]
    )


def test_it_starts_with_the_networks_weights_and_answers_like_it():
    playground = Playground(data="xor", hidden=(3,), seed=2, n=40)
    network = Network((3,), "tanh", seed=2)
    x = np.random.default_rng(0).normal(size=(5, 2))
    np.testing.assert_allclose(playground.answer(x), network(x))
    assert playground.current == Settings(data="xor", hidden=(3,), seed=2, n=40)


@pytest.mark.parametrize(
    ("outputs", "top", "activation"),
    [(1, None, "tanh"), (1, "sigmoid", "relu"), (2, None, "sigmoid"), (2, "softmax", "linear")],
)
def test_a_keras_models_answers_are_its_own(outputs, top, activation):
    net = model((5, 4), outputs, activation, top=top)
    x = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    given = np.asarray(net(x), dtype=float)
    if outputs == 1:
        expected = given[:, 0] if top else 1 / (1 + np.exp(-given[:, 0]))
    else:
        expected = given[:, 1] if top else 1 / (1 + np.exp(given[:, 0] - given[:, 1]))
    np.testing.assert_allclose(Playground(model=net, n=40).answer(x), expected, atol=1e-5)


def test_weights_of_the_page_are_written_into_the_model():
    net = model((4,))
    playground = Playground(model=net, data="moons", n=40)
    changed = [np.asarray(w) + 0.5 for w in playground.weights]
    playground.set_state({"weights": [w.tolist() for w in changed]})
    for now, expected in zip(net.get_weights(), changed, strict=True):
        np.testing.assert_allclose(now, expected, atol=1e-6)


def test_activations_may_stand_in_layers_of_their_own():
    net = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(4),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3),
            keras.layers.Activation("tanh"),
            keras.layers.Dense(1),
        ]
    )
    layers = Playground(model=net, n=40).fixed["layers"]
    assert [layer["activation"] for layer in layers] == ["relu", "tanh", "linear"]
    assert Playground(model=mlp((2,), 2, hidden=(4,)), n=40).fixed["layers"][-1]["units"] == 2


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (lambda: model((17,)), "17 units"),
        (lambda: model((4,), 3), "3 outputs"),
        (lambda: model((4,), activation="elu"), "'elu'"),
        (lambda: keras.Sequential([keras.layers.Dense(1)]), "not built"),
        (
            lambda: keras.Sequential(
                [keras.Input((4, 4, 1)), keras.layers.Conv2D(1, 3), keras.layers.Flatten()]
            ),
            "Conv2D",
        ),
        (lambda: object(), "no Dense layer"),
    ],
)
def test_other_models_are_refused(net, said):
    with pytest.raises(InvalidInputError, match=said):
        Playground(model=net())


def test_settings_must_fit_the_model():
    with pytest.raises(InvalidInputError, match="own structure stands"):
        Playground(model=model(), hidden=(3,))
    with pytest.raises(InvalidInputError, match="as many features"):
        Playground(model=model(), features=("x1",))
    with pytest.raises(InvalidInputError, match="one linear output"):
        Playground(model=model(outputs=2), data="plane")
    with pytest.raises(InvalidInputError, match="data"):
        Playground(data="squares")


@pytest.mark.parametrize("data", ["circles", "hills"])
def test_a_still_picture_stands_under_it_and_follows_the_page(data, monkeypatch):
    shown = []

    class Handle:
        def update(self, html):
            shown.append(html.data)

    def display(what, **how):
        shown.append(what if how.get("raw") else what.data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    playground = Playground(data=data, hidden=(3,), n=40)
    playground._ipython_display_()
    view, still = shown
    assert "application/vnd.jupyter.widget-view+json" in view
    assert "Run this cell again" in still
    assert playground.still in still
    assert "data:image/png;base64," in still
    assert (
        f'alt="What a network with hidden layers 3 says of the plane after 0 steps on the {data}'
        in still
    )
    playground.set_state({"steps": 7, "picture": "data:image/png;base64,AAAA"})
    assert "base64,AAAA" in shown[-1]
    assert "after 7 steps" in shown[-1]


def test_its_face_comes_with_the_package_and_fetches_nothing():
    text = Playground._esm + str(Playground._css)
    assert not any(word in text for word in ("http:", "https:", "//cdn", "import ", "url("))
