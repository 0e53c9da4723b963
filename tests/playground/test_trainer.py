"""The playground without a page: it learns what a line cannot, and repeats itself."""

import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.playground import Settings, Trainer


def test_it_learns_circles_and_a_line_does_not():
    deep, line = (Trainer(Settings(hidden=hidden, learning_rate=0.05)) for hidden in ((6,), ()))
    for trainer in (deep, line):
        trainer.step(400)
    assert deep.accuracy()[1] > 0.95
    assert line.accuracy()[1] < 0.7


def test_the_same_settings_give_the_same_weights():
    first, second = Trainer(), Trainer()
    first.step(30)
    second.step(10)
    second.step(20)
    np.testing.assert_array_equal(first.network.weights[0], second.network.weights[0])


def test_a_penalty_makes_weights_small():
    sizes = {}
    for penalty in ("none", "l1", "l2"):
        trainer = Trainer(Settings(penalty=penalty, strength=0.1, hidden=(5,)))
        trainer.step(300)
        sizes[penalty] = sum(np.abs(w).sum() for w in trainer.network.weights)
    assert sizes["l1"] < 0.5 * sizes["none"]
    assert sizes["l2"] < 0.5 * sizes["none"]


def test_every_training_row_is_used_once_before_any_is_used_twice(monkeypatch):
    trainer = Trainer(Settings(n=40, batch_size=5))
    seen = []
    monkeypatch.setattr(trainer.network, "step", lambda x, y, **_: seen.extend(map(tuple, x)))
    trainer.step(4)
    assert sorted(seen) == sorted(map(tuple, trainer.x_train))


def test_regression_is_refused():
    with pytest.raises(InvalidInputError, match="two classes"):
        Trainer(Settings(data="plane"))
