"""A step in Keras is the step in NumPy, on either backend."""

from __future__ import annotations

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from coursekit.rl import Catch, QNetwork, learn, rules, studies
from coursekit.rl.in_keras import KerasLearner, as_keras, chosen_action_loss


def test_the_loss_is_the_one_by_hand():
    rng = np.random.default_rng(0)
    q = rng.normal(0, 2, (9, 4)).astype("float32")
    actions, goals = rng.integers(0, 4, 9), rng.normal(0, 2, 9).astype("float32")
    rows = chosen_action_loss(np.column_stack([actions, goals]).astype("float32"), q)
    assert np.mean(rows) == pytest.approx(rules.chosen_loss(q, actions, goals)[0], rel=1e-5)


def test_values_and_steps_agree():
    network = QNetwork((3, 2, 1), 4, (5, 6), seed=2)
    x = np.random.default_rng(1).random((7, 3, 2, 1)).astype("float32")
    np.testing.assert_allclose(
        as_keras(network).predict_on_batch(x.reshape(7, 6)), network(x), atol=1e-5
    )
    assert max(studies.beside_keras(rules.chosen_loss, 12, seed=1)) < 1e-4


def test_another_loss_is_seen():
    def unbounded(q, actions, targets):
        rows = np.arange(len(q))
        slope = np.zeros_like(q)
        slope[rows, actions] = (q[rows, actions] - targets) / len(q)
        return 0.0, slope

    assert max(studies.beside_keras(unbounded, 12, seed=1)) > 1e-3


def test_it_learns_in_the_same_loop():
    plan = studies.CATCH.but(steps=600, tests=1, episodes=10)
    run = learn(Catch, plan, seed=0, learner=KerasLearner)
    same = learn(Catch, plan, seed=0)
    np.testing.assert_allclose(run.network.parameters, same.network.parameters, atol=2e-3)


@pytest.mark.slow
def test_the_other_backend_takes_the_same_steps():
    other = "tensorflow" if keras.backend.backend() == "jax" else "jax"
    pytest.importorskip(other)
    code = (
        "import keras; from coursekit.rl import rules, studies; "
        "print(keras.backend.backend(), max(studies.beside_keras(rules.chosen_loss, 12, seed=1)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": other},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    name, gap = done.stdout.split()
    assert name == other
    assert float(gap) < 1e-4
