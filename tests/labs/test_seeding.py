"""Seeding TensorFlow while its kernels are kept."""

from __future__ import annotations

import pytest

from coursekit.labs.author.seeding import kernels_kept

tf = pytest.importorskip("tensorflow")


def test_random_numbers_are_those_of_plain_seeding():
    traced = tf.function(lambda: tf.random.normal([2]))

    def drawn():
        found = []
        for seed, steps in ((1, 1), (2, 2), (1, 2), (1, 1)):
            tf.random.set_seed(seed)
            for _ in range(steps):
                drawing = (tf.random.uniform([2]), tf.random.uniform([2], seed=5), traced())
                found.append([part.numpy().tolist() for part in drawing])
        return found

    expected = drawn()
    with kernels_kept():
        assert drawn() == expected
    assert drawn() == expected


def test_kernels_are_dropped_only_after_something_random(monkeypatch):
    from tensorflow.python import pywrap_tfe

    drops: list = []
    monkeypatch.setattr(pywrap_tfe, "TFE_ContextClearCaches", drops.append)

    def seed():
        tf.random.set_seed(3)
        return len(drops)

    with kernels_kept():
        assert [seed(), seed()] == [1, 1]  # once for what was before
        tf.random.uniform([])
        assert [seed(), seed()] == [2, 2]
        tf.function(lambda: tf.random.uniform([]))()
        assert [seed(), seed()] == [3, 4]  # it can be run again at any time
    assert [seed(), seed()] == [5, 6]
