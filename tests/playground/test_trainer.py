"""The playground without a browser: it learns what a line cannot, repeats itself, and starts afresh
on reset."""

import time

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


def test_history_starts_before_training_and_grows_with_record():
    trainer = Trainer()
    trainer.step(100)
    trainer.record()
    steps, train, test = np.array(trainer.history).T
    assert steps.tolist() == [0, 100]
    assert train[1] < train[0]
    assert test[1] == pytest.approx(trainer.network.loss(trainer.x_test, trainer.y_test))


def test_reset_starts_afresh():
    trainer = Trainer()
    before = trainer.network.weights[0].copy()
    trainer.step(5)
    trainer.reset()
    np.testing.assert_array_equal(trainer.network.weights[0], before)
    assert (trainer.steps, len(trainer.history)) == (0, 1)


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


def test_a_step_takes_milliseconds():
    trainer = Trainer(Settings(hidden=(8, 8, 8, 8)))
    times = []
    for _ in range(30):
        start = time.perf_counter()
        trainer.step()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


@pytest.mark.parametrize(
    "fault",
    [
        {"data": "squares"},
        {"activation": "step"},
        {"penalty": "l3"},
        {"optimizer": "newton"},
        {"learning_rate": 0},
        {"batch_size": 0},
        {"strength": -1},
        {"test_share": 1.0},
        {"n": 2, "test_share": 0.1},
    ],
)
def test_faults_are_named(fault):
    with pytest.raises(InvalidInputError, match=f"`{list(fault)[-1]}`"):
        Settings(**fault)
