"""Settings, their link, and the points that the page gets."""

import base64

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.playground import DATA, Settings
from coursekit.playground.settings import features, points


@pytest.mark.parametrize(
    "fault",
    [
        {"data": "squares"},
        {"activation": "step"},
        {"penalty": "l3"},
        {"optimizer": "newton"},
        {"learning_rate": 0},
        {"batch_size": 0},
        {"speed": 0},
        {"strength": -1},
        {"noise": 0.6},
        {"features": ("x3",)},
        {"features": ()},
        {"hidden": (9,)},
        {"hidden": (1, 1, 1, 1, 1)},
        {"test_share": 1.0},
        {"n": 2, "test_share": 0.1},
    ],
)
def test_faults_are_named(fault):
    with pytest.raises(InvalidInputError, match=f"`{list(fault)[-1]}`"):
        Settings(**fault)


def test_a_link_brings_every_setting_back():
    settings = Settings(
        data="hills",
        noise=0.25,
        features=("x1", "product", "sin_x2"),
        hidden=(8, 3),
        activation="relu",
        learning_rate=0.3,
        penalty="l1",
        strength=0.01,
        optimizer="sgd",
        batch_size=8,
        test_share=0.2,
        seed=4,
        speed=20,
        show_test=True,
        discretize=True,
    )
    assert Settings.from_link(f"file:///somewhere.html#{settings.to_link()}") == settings
    assert Settings.from_link(Settings(hidden=()).to_link()).hidden == ()


@pytest.mark.parametrize("link", ["colour=red", "noise=loud", "show_test=perhaps", "hidden=a"])
def test_a_damaged_link_is_refused(link):
    with pytest.raises(InvalidInputError, match="link"):
        Settings.from_link(link)


@pytest.mark.parametrize("name", sorted(DATA))
@pytest.mark.parametrize("noise", [0.0, 0.15, 0.5])
def test_the_pages_points_are_those_of_datasets(name, noise):
    settings = Settings(n=60, seed=3)
    sent = points(settings)[name]
    base, direction = (
        np.frombuffer(base64.b64decode(sent[part]), "<f4").reshape(-1, 3)
        for part in ("base", "direction")
    )
    x, y = DATA[name][1](60, noise=noise, seed=3)
    found = base + noise * direction
    np.testing.assert_allclose(found[:, :2], x, atol=2e-6)
    np.testing.assert_allclose(found[:, 2], y, atol=2e-6)


def test_features_are_columns_in_the_order_asked():
    x = np.array([[0.5, -1.0], [2.0, 3.0]])
    found = features(x, ("product", "x1_squared", "sin_x1"))
    np.testing.assert_allclose(found, [[-0.5, 0.25, 1.0], [6.0, 4.0, 0.0]], atol=1e-12)
