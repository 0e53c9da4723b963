"""Train once, load afterwards."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from coursekit.errors import InvalidInputError
from coursekit.training import train_or_load


def builder(units=3):
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, name=f"d{id(units)}")])


@pytest.fixture
def trainings():
    return []


@pytest.fixture
def train(trainings):
    def train(model):
        trainings.append(model)
        model.set_weights([w + len(trainings) for w in model.get_weights()])
        return {"accuracy": np.float32(0.5)}

    return train


def test_the_second_time_the_weights_are_loaded(tmp_path, train, trainings):
    first = train_or_load(builder, "net", train, folder=tmp_path)
    second = train_or_load(builder, "net", train, folder=tmp_path)
    assert (first.loaded, second.loaded, len(trainings)) == (False, True, 1)
    for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.about == second.about
    assert second.about["accuracy"] == 0.5
    assert "seconds" in second.about
    assert [path.name for path in tmp_path.iterdir()] == [second.path.name]


def test_another_model_or_a_wish_trains_again(tmp_path, train, trainings):
    train_or_load(builder, "net", train, folder=tmp_path)
    train_or_load(lambda: builder(4), "net", train, folder=tmp_path)
    assert len(trainings) == 2
    again = train_or_load(builder, "net", train, folder=tmp_path, retrain=True)
    assert (again.loaded, len(trainings)) == (False, 3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", None])
def test_a_damaged_file_is_trained_anew(content, tmp_path, train, trainings):
    path = train_or_load(builder, "net", train, folder=tmp_path).path
    path.write_bytes(path.read_bytes()[:200] if content is None else content)
    assert not train_or_load(builder, "net", train, folder=tmp_path).loaded
    assert train_or_load(builder, "net", train, folder=tmp_path).loaded


def test_the_cache_is_the_folder_unless_another_is_named(tmp_path, train, monkeypatch):
    monkeypatch.setenv("COURSEKIT_CACHE", str(tmp_path / "cache"))
    kept = train_or_load(builder, "net", train)
    assert kept.path.parent == tmp_path / "cache" / "weights"


def test_a_training_that_fails_leaves_no_file(tmp_path):
    def fail(model):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_or_load(builder, "net", fail, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_names_and_models_are_checked(tmp_path, train):
    with pytest.raises(InvalidInputError, match="name"):
        train_or_load(builder, "../net", train, folder=tmp_path)
    with pytest.raises(InvalidInputError, match="built"):
        train_or_load(
            lambda: keras.Sequential([keras.layers.Dense(1)]), "net", train, folder=tmp_path
        )
