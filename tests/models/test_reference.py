"""Weights that come with the package."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from coursekit import load_cifar10, load_mnist
from coursekit.classifier.references import RECIPES, RandomCrops, train_reference
from coursekit.errors import DataUnavailableError, InvalidInputError
from coursekit.models import digit_cnn, reference, reference_facts
from coursekit.models.references import BUILDERS, FOLDER, all_facts, save_reference

SHAPES = {"cifar_cnn": (32, 32, 3), "mnist_cnn": (28, 28, 1)}
AT_LEAST = {"cifar_cnn": 0.70, "mnist_cnn": 0.992}


def test_every_reference_that_is_kept_has_a_builder_a_recipe_weights_and_facts():
    assert set(BUILDERS) == set(RECIPES) == set(SHAPES)
    assert set(all_facts()) == set(BUILDERS)
    for name, facts in all_facts().items():
        assert (FOLDER / f"{name}.npz").stat().st_size < 1_000_000
        assert facts["test_accuracy"] >= AT_LEAST[name]
        assert facts["parameters"] == BUILDERS[name]().count_params()
        assert {"trained_on", "date", "backend", "seed", "epochs", "sha256"} <= set(facts)


@pytest.mark.parametrize("name", sorted(all_facts()))
def test_a_reference_gives_logits_and_is_a_model_of_its_own(name):
    model, other = reference(name), reference(name)
    logits = np.asarray(model(np.zeros((2, *SHAPES[name]), "float32")))
    assert logits.shape == (2, 10)
    assert np.isfinite(logits).all()
    assert not model.compiled
    model.set_weights([0 * np.asarray(weight) for weight in model.weights])
    assert np.abs(np.asarray(other.weights[0])).max() > 0


@pytest.mark.parametrize("name", sorted(all_facts()))
def test_a_reference_is_as_good_on_unseen_images_as_its_facts_say(name):
    try:
        _, (x, y) = {"cifar_cnn": load_cifar10, "mnist_cnn": load_mnist}[name]()
    except DataUnavailableError as error:
        pytest.skip(str(error))
    x = x.reshape(len(x), *SHAPES[name])[:2000].astype("float32") / 255
    right = np.argmax(reference(name).predict(x, verbose=0), axis=1) == y[:2000]
    assert right.mean() == pytest.approx(reference_facts(name)["test_accuracy"], abs=0.01)


def test_a_reference_gives_the_same_logits_on_jax():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    code = """
import numpy as np
from coursekit.models import reference
from coursekit.models.references import all_facts
for model in map(reference, all_facts()):
    x = np.random.default_rng(0).random((3, *model.input_shape[1:]), dtype="float32")
    print(np.asarray(model(x, training=False)).round(3).tolist())
"""
    lines = []
    for backend in ("jax", "tensorflow"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"KERAS_BACKEND": backend},
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        lines.append([json.loads(line) for line in done.stdout.splitlines()])
    for on_jax, on_tensorflow in zip(*lines, strict=True):
        np.testing.assert_allclose(on_jax, on_tensorflow, atol=0.02)


def test_a_wrong_name_and_a_damaged_file_are_refused(tmp_path, monkeypatch):
    with pytest.raises(InvalidInputError, match="mnist_cnn"):
        reference("resnet9")
    for name in ("weights.json", "mnist_cnn.npz"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    with (tmp_path / "mnist_cnn.npz").open("ab") as file:
        file.write(b"more")
    monkeypatch.setattr(sys.modules["coursekit.models.references"], "FOLDER", tmp_path)
    (tmp_path / "weights.json").write_text("{}")
    with pytest.raises(InvalidInputError, match="coursekit models train cifar_cnn"):
        reference("cifar_cnn")
    (tmp_path / "weights.json").write_bytes((FOLDER / "weights.json").read_bytes())
    with pytest.raises(InvalidInputError, match="coursekit models train mnist_cnn"):
        reference("mnist_cnn")


def test_weights_that_float16_cannot_hold_are_refused(tmp_path):
    model = digit_cnn()
    model.set_weights([np.full(w.shape, 1e5) for w in model.weights])
    with pytest.raises(InvalidInputError, match="65504"):
        save_reference("mnist_cnn", model, {}, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_recipe_trains_and_keeps_what_it_judged(name, tmp_path):
    rng = np.random.default_rng(0)
    shape = SHAPES[name] if name == "cifar_cnn" else SHAPES[name][:2]
    y = rng.integers(0, 10, 256)
    x = (rng.random((256, *shape)) * 60 + 15 * y.reshape(-1, *[1] * len(shape))).astype("uint8")
    path, facts = train_reference(name, ((x, y), (x[:50], y[:50])), epochs=1, folder=tmp_path)
    kept = json.loads((tmp_path / "weights.json").read_text())[name]
    assert kept | {"sha256": ""} == facts | {"parameters": kept["parameters"], "sha256": ""}
    with np.load(path) as arrays:
        assert {arrays[key].dtype for key in arrays.files} == {np.dtype("float16")}
        model = BUILDERS[name]()
        model.set_weights([arrays[key].astype("float32") for key in arrays.files])
    logits = model.predict(x[:50].reshape(50, *SHAPES[name]).astype("float32") / 255, verbose=0)
    assert np.mean(logits.argmax(axis=1) == y[:50]) == pytest.approx(
        facts["test_accuracy"], abs=1e-4
    )


def test_random_crops_move_and_mirror_every_image_once_an_epoch():
    x = np.arange(40 * 6 * 6, dtype="float32").reshape(40, 6, 6, 1)
    feed = RandomCrops(x, np.arange(40), batch_size=8, shift=2, mirror=True, seed=0)
    batches = [feed[i] for i in range(len(feed))]
    assert sorted(np.concatenate([y for _, y in batches]).tolist()) == list(range(40))
    moved, mirrored = 0, 0
    for images, labels in batches:
        assert images.shape == (8, 6, 6, 1)
        for image, label in zip(images, labels, strict=True):
            whole = np.pad(x[label, :, :, 0], 2, mode="reflect")
            crops = np.lib.stride_tricks.sliding_window_view(whole, (6, 6)).reshape(-1, 6, 6)
            same = [(crops == side).all(axis=(1, 2)) for side in (image[..., 0], image[:, ::-1, 0])]
            assert same[0].any() or same[1].any()
            mirrored += not same[0].any()
            moved += not np.array_equal(image, x[label])
    assert mirrored > 5
    assert moved > 20
    first = [y for _, y in batches]
    feed.on_epoch_end()
    assert any((feed[i][1] != first[i]).any() for i in range(len(feed)))
