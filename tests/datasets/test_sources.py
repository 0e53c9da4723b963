"""Each source's own format, and the registry."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import re
import struct
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from scipy.io import wavfile

import coursekit
from coursekit import datasets
from coursekit.datasets import (
    _formats,
    load,
    load_cifar10,
    load_fashion_mnist,
    load_spoken_digits,
    registry,
)
from coursekit.datasets._formats import Damaged
from coursekit.errors import DataUnavailableError, InvalidInputError

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("COURSEKIT_DATA", ""))


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(
        struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
    )


def with_hashes(source: registry.Source, contents: dict[str, bytes], url) -> registry.Source:
    """The source with these contents' hashes and mirrors."""
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    forms = tuple(
        replace(form, sha256={n: sha256[n] for n in form.sha256}) for form in source.forms
    )
    downloads = tuple(
        replace(d, urls=(url(d.name),) * 2, sha256=sha256[d.name]) for d in source.downloads
    )
    return replace(source, forms=forms, downloads=downloads)


@pytest.fixture
def fashion(use, mirror, tiny):
    contents = {
        name: idx(array)
        for name, array in zip(
            registry.SOURCES["fashion_mnist"].forms[0].files, tiny.arrays.values(), strict=True
        )
    }
    source = use(
        with_hashes(
            registry.SOURCES["fashion_mnist"],
            contents,
            lambda name: mirror.serve(f"/{name}", contents[name], mirror.habit.get(name, "good")),
        )
    )
    return source, contents


def test_fashion_mnist_comes_from_four_files(fashion, tiny, cache):
    (x_train, y_train), (x_test, y_test) = load_fashion_mnist()
    np.testing.assert_array_equal(x_train, tiny.arrays["x_train"])
    np.testing.assert_array_equal(y_train, tiny.arrays["y_train"])
    np.testing.assert_array_equal(x_test, tiny.arrays["x_test"])
    np.testing.assert_array_equal(y_test, tiny.arrays["y_test"])
    data = load("fashion_mnist")
    assert data.class_names[9] == "ankle boot"
    assert data.source.endswith("from cache/4 files")


def test_a_download_goes_on_with_the_files_that_are_missing(fashion, cache, mirror):
    source, contents = fashion
    cache.mkdir()
    first, second, *_ = source.forms[0].files
    (cache / first).write_bytes(contents[first])
    (cache / second).write_bytes(b"damaged")
    load_fashion_mnist()
    assert sorted(mirror.hits) == sorted(f"/{name}" for name in source.forms[0].files[1:])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        gzip.compress(b""),
        gzip.compress(b"\0\0\x08"),
        gzip.compress(b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0"),
        gzip.compress(b"\0\0\x08\x01\0\0\0\x09ab"),
        idx(np.zeros(9, np.uint8))[:-9],
    ],
    # gzip writes the time into its header: names made of it would differ between workers
    ids=["empty", "nothing-packed", "cut-magic", "wrong-kind", "too-short", "cut-stream"],
)
def test_broken_idx_file_is_damaged(content, tmp_path):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Damaged):
        _formats.read_idx([tmp_path / "file"] * 4)


def cifar_archive(images: np.ndarray, labels: np.ndarray) -> bytes:
    """Two training images in each of five batches, the rest in the test batch."""
    buffer = io.BytesIO()
    parts = {f"data_batch_{i + 1}": slice(2 * i, 2 * i + 2) for i in range(5)} | {
        "test_batch": slice(10, None)
    }
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, rows in parts.items():
            planes = images[rows].transpose(0, 3, 1, 2).reshape(-1, 3072)
            content = pickle.dumps({b"data": planes, b"labels": labels[rows].tolist()})
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def test_cifar10_pixels_come_out_of_their_planes(use, mirror):
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (13, 32, 32, 3)).astype(np.uint8), rng.integers(0, 10, 13)
    content = cifar_archive(images, labels)
    use(
        with_hashes(
            registry.SOURCES["cifar10"],
            {"cifar-10-python.tar.gz": content},
            lambda name: mirror.serve(f"/{name}", content),
        )
    )
    (x_train, y_train), (x_test, y_test) = load_cifar10()
    np.testing.assert_array_equal(x_train, images[:10])
    np.testing.assert_array_equal(y_train, labels[:10])
    np.testing.assert_array_equal(x_test, images[10:])
    np.testing.assert_array_equal(y_test, labels[10:])
    assert load("cifar10").source.endswith("from cache/cifar-10-python.tar.gz")


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_pickle_of_an_unknown_archive_is_never_opened(use, cache, tmp_path, monkeypatch):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        content = pickle.dumps(Bomb(tmp_path / "exploded"))
        member = tarfile.TarInfo("cifar-10-batches-py/test_batch")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    cache.mkdir()
    (cache / "cifar-10-python.tar.gz").write_bytes(buffer.getvalue())
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    with pytest.raises(DataUnavailableError, match="wrong SHA-256"):
        load_cifar10()
    assert not (tmp_path / "exploded").exists()


def test_cifar10_whole_set_comes_before_the_subset(tmp_path, monkeypatch, use):
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    rng = np.random.default_rng(2)
    arrays = {
        "x_train": rng.integers(0, 256, (20, 32, 32, 3)).astype(np.uint8),
        "y_train": np.arange(20).reshape(-1, 1) % 10,
        "x_test": rng.integers(0, 256, (10, 32, 32, 3)).astype(np.uint8),
        "y_test": np.arange(10).reshape(-1, 1),
    }
    subset = registry.SOURCES["cifar10"].forms[2]
    use(
        replace(
            registry.SOURCES["cifar10"],
            forms=(*registry.SOURCES["cifar10"].forms[:2], replace(subset, arrays={})),
        )
    )
    np.savez(tmp_path / "cifar10_subset.npz", **arrays)
    assert load("cifar10").source.endswith(
        "$COURSEKIT_DATA/cifar10_subset.npz (a subset of 10,000 + 2,000 images)"
    )
    np.savez(tmp_path / "cifar10.npz", **arrays)
    data = load("cifar10")
    assert "$COURSEKIT_DATA/cifar10.npz (no published hash" in data.source
    np.testing.assert_array_equal(data.y_test, np.arange(10))


@pytest.mark.parametrize(
    "change",
    [
        {"x_test": np.zeros((6, 28, 28), np.float32)},
        {"x_test": np.zeros((6, 28, 27), np.uint8)},
        {"y_test": np.zeros(5, np.uint8)},
        {"y_test": np.full(6, 10, np.uint8)},
        {"y_test": np.zeros((6, 10), np.uint8)},
        {"x_train": None},
    ],
)
def test_file_without_a_known_hash_is_checked_for_its_shapes(change, tiny, tmp_path, monkeypatch):
    arrays = {key: value for key, value in (tiny.arrays | change).items() if value is not None}
    np.savez(tmp_path / "fashion_mnist.npz", **arrays)
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    with pytest.raises(DataUnavailableError, match=r"fashion_mnist\.npz array"):
        load_fashion_mnist()


def recordings(count: int) -> tuple[bytes, dict[str, np.ndarray]]:
    """A zip as GitHub packs it: two speakers say 3 and 7, `count` times each."""
    rng, buffer, sounds = np.random.default_rng(3), io.BytesIO(), {}
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("free-spoken-digit-dataset-1.0.10/README.md", "text")
        for digit in (7, 3):
            for speaker in ("theo", "george"):
                for index in range(count):
                    name = f"{digit}_{speaker}_{index}.wav"
                    sounds[name] = rng.integers(-32768, 32768, rng.integers(5, 50)).astype(np.int16)
                    wav = io.BytesIO()
                    wavfile.write(wav, 8000, sounds[name])
                    archive.writestr(
                        f"free-spoken-digit-dataset-1.0.10/recordings/{name}", wav.getvalue()
                    )
    return buffer.getvalue(), sounds


@pytest.fixture
def spoken(tmp_path, use, mirror):
    content, sounds = recordings(6)
    (tmp_path / "archive.zip").write_bytes(content)
    _formats.recordings_to_npz(tmp_path / "archive.zip", tmp_path / "spoken.npz")
    hashes = {
        key: _formats.array_sha256(value)
        for key, value in _formats.read_npz([tmp_path / "spoken.npz"]).items()
    }
    source = registry.SOURCES["spoken_digits"]
    remote = replace(
        source.downloads[0],
        urls=(mirror.serve("/bad.zip", recordings(5)[0]), mirror.serve("/good.zip", content)),
    )
    use(replace(source, forms=(replace(source.forms[0], arrays=hashes),), downloads=(remote,)))
    return sounds


def test_spoken_digits_are_decoded_checked_and_split(spoken, mirror, cache):
    (x_train, y_train), (x_test, y_test) = load_spoken_digits(samples=30)
    assert mirror.hits == ["/bad.zip", "/good.zip"], "an archive with other recordings is refused"
    assert [path.name for path in cache.glob("[!.]*")] == ["spoken_digits.npz"]
    assert (x_train.shape, x_test.shape, x_train.dtype) == ((4, 30), (20, 30), np.float32)
    assert y_train.tolist() == [3, 3, 7, 7]
    last = spoken["7_theo_5.wav"][:30]
    np.testing.assert_allclose(x_train[3, : len(last)], last / 32768, rtol=1e-6)
    assert not x_train[3, len(last) :].any()
    assert sorted(y_test.tolist()) == [3] * 10 + [7] * 10
    assert y_test[:4].tolist() == [3, 3, 7, 7], "digits take turns"
    train, test = load_spoken_digits(samples=30, return_speakers=True)
    assert train[2].tolist() == ["george", "theo"] * 2
    np.testing.assert_array_equal(test[0], x_test)
    assert sorted(test[2]) == ["george"] * 10 + ["theo"] * 10


@pytest.mark.parametrize("samples", [0, -1, 1.5, True])
def test_spoken_digits_refuse_a_wrong_length(samples):
    with pytest.raises(InvalidInputError, match="samples"):
        load_spoken_digits(samples=samples)


def test_every_download_has_two_mirrors_and_a_check():
    for source in registry.fetched().values():
        assert source.licence
        assert urlsplit(source.homepage).netloc
        for remote in source.downloads:
            assert len({urlsplit(url).netloc for url in remote.urls}) >= 2
            assert remote.size > 0
            checks = [remote.sha256] if remote.sha256 else list(source.forms[0].arrays.values())
            assert checks
            assert all(re.fullmatch(r"[0-9a-f]{64}", check) for check in checks)


def test_a_line_of_registration_is_all_that_a_data_set_needs():
    assert list(registry.SOURCES) == list(registry.NAMES)
    for name in registry.NAMES:
        assert getattr(datasets, f"load_{name}") is registry.LOADERS[f"load_{name}"]
        assert getattr(coursekit, f"load_{name}") is registry.LOADERS[f"load_{name}"]
        assert f"load_{name}" in datasets.__all__
        assert f"load_{name}" in coursekit.__all__


def test_cards_name_every_source_licence_and_hash():
    cards = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for source in registry.SOURCES.values():
        for form in source.forms:
            expected = [*form.files, *form.sha256.values(), *form.arrays.values()]
            assert [text for text in expected if text not in cards] == []
        for remote in source.downloads:
            assert [url for url in remote.urls if url not in cards] == []
        assert source.licence in cards
        assert source.homepage in cards


@pytest.mark.skipif(not (DATA / "mnist.npz").is_file(), reason="needs mnist.npz in COURSEKIT_DATA")
def test_real_mnist_has_the_published_hashes(monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(DATA))
    data = load("mnist", limit=100)
    assert (
        data.source
        == "MNIST handwritten digits (LeCun et al. 1998), from $COURSEKIT_DATA/mnist.npz"
    )
    assert (data.x_train.shape, data.x_test.shape) == ((100, 28, 28), (10_000, 28, 28))
    assert data.y_train[:5].tolist() == [5, 0, 4, 1, 9]


@pytest.mark.skipif(
    not (DATA / "spoken_digits.npz").is_file(), reason="needs spoken_digits.npz in COURSEKIT_DATA"
)
def test_real_spoken_digits_have_their_official_split(monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(DATA))
    (x_train, y_train), (x_test, y_test) = load_spoken_digits()
    assert (x_train.shape, x_test.shape) == ((2700, 8000), (300, 8000))
    assert np.bincount(y_test).tolist() == [30] * 10
    assert np.bincount(y_train).tolist() == [270] * 10
    assert np.abs(x_train).max() <= 1
