"""House numbers, traffic signs and skin lesions: small files of their formats, from a local server
and from a folder."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from coursekit.datasets import (
    at_hand,
    load,
    load_gtsrb,
    load_skin_lesions,
    load_svhn,
    registry,
)
from coursekit.errors import DataUnavailableError, InvalidInputError


def served(name, contents, mirror, use, *, first="good"):
    """The source with these contents at two mirrors and their hashes; the first has a habit."""
    source = registry.SOURCES[name]
    downloads = []
    for remote, content in zip(source.downloads, contents, strict=True):
        urls = tuple(
            mirror.serve(f"/{place}/{remote.name}", content, habit)
            for place, habit in (("first", first), ("second", "good"))
        )
        sha256 = hashlib.sha256(content).hexdigest()
        downloads.append(replace(remote, urls=urls, sha256=sha256))
    hashes = {d.name: d.sha256 for d in downloads}
    forms = tuple(replace(f, sha256={n: hashes[n] for n in f.sha256}) for f in source.forms)
    return use(replace(source, forms=forms, downloads=tuple(downloads)))


def mat(images, digits):
    """A file as SVHN's: the last axis counts images, 10 stands for 0."""
    buffer = io.BytesIO()
    y = np.where(digits == 0, 10, digits).astype(np.uint8)[:, None]
    savemat(buffer, {"X": np.moveaxis(images, 0, -1), "y": y})
    return buffer.getvalue()


@pytest.fixture
def numbers(rng):
    images = rng.integers(0, 256, (9, 32, 32, 3)).astype(np.uint8)
    return images, np.array([3, 0, 9, 1, 0, 7, 2, 0, 5])


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("habit", ["good", "missing", "broken-off", "short"])
def test_house_numbers_come_from_the_mirror_that_is_well(numbers, mirror, use, cache, habit):
    images, digits = numbers
    contents = [mat(images[:6], digits[:6]), mat(images[6:], digits[6:])]
    served("svhn", contents, mirror, use, first=habit)
    assert not at_hand("svhn")
    (x_train, y_train), (x_test, y_test) = load_svhn()
    np.testing.assert_array_equal(x_train, images[:6])
    np.testing.assert_array_equal(y_train, digits[:6])
    np.testing.assert_array_equal(x_test, images[6:])
    np.testing.assert_array_equal(y_test, digits[6:])
    assert y_train.dtype == np.int64
    assert at_hand("svhn")
    hits = len(mirror.hits)
    assert load("svhn", limit=2).source.endswith("from cache/2 files")
    assert len(mirror.hits) == hits, "the second time nothing is fetched"


def test_house_numbers_of_another_file_are_refused(numbers, mirror, use, cache):
    images, digits = numbers
    contents = [mat(images[:6], digits[:6]), mat(images[6:], digits[6:])]
    source = served("svhn", contents, mirror, use)
    for remote in source.downloads:
        for url in remote.urls:
            mirror.content[url.removeprefix(mirror.root)] = mat(images[:1], digits[:1])
    with pytest.raises(DataUnavailableError, match="wrong SHA-256"):
        load_svhn()
    assert not [path for path in cache.glob("*") if path.suffix == ".mat"]


def test_a_file_that_is_no_mat_file_is_damaged(mirror, use):
    served("svhn", [b"no mat file", b"nor this"], mirror, use)
    with pytest.raises(DataUnavailableError, match="SVHN"):
        load_svhn()


def ppm(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PPM")
    return buffer.getvalue()


HEAD = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2"


def sign(rng, colour):
    """A picture with a border of noise around one colour, and the colour's box."""
    height, width = rng.integers(20, 60, 2)
    image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    box = (3, 4, int(width) - 5, int(height) - 3)  # x0, y0, x1, y1, the last pixels inside
    image[box[1] : box[3] + 1, box[0] : box[2] + 1] = colour
    return image, f"{width};{height};{box[0]};{box[1]};{box[2]};{box[3]}"


def signs(rng):
    """The three archives of the traffic signs: two classes of two, then three test images."""
    contents, colours = [], [(200, 10, 10), (10, 200, 10), (10, 10, 200), (90, 90, 90)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for kind, some in ((7, colours[:2]), (2, colours[2:])):
            folder, lines = f"GTSRB/Training/{kind:05d}", [f"{HEAD};ClassId"]
            for k, colour in enumerate(some):
                image, numbers = sign(rng, colour)
                archive.writestr(f"{folder}/00000_{k:05d}.ppm", ppm(image))
                lines.append(f"00000_{k:05d}.ppm;{numbers};{kind}")
            archive.writestr(f"{folder}/GT-{kind:05d}.csv", "\r\n".join(lines) + "\r\n")
        archive.writestr("GTSRB/Readme-Images.txt", "text")
    contents.append(buffer.getvalue())
    buffer, lines, labels = io.BytesIO(), [HEAD], [f"{HEAD};ClassId"]
    with zipfile.ZipFile(buffer, "w") as archive:
        folder = "GTSRB/Final_Test/Images"
        for k, kind in ((1, 40), (0, 7), (2, 2)):
            image, numbers = sign(rng, colours[k])
            archive.writestr(f"{folder}/{k:05d}.ppm", ppm(image))
            lines.append(f"{k:05d}.ppm;{numbers}")
            labels.append(f"{k:05d}.ppm;{numbers};{kind}")
        archive.writestr(f"{folder}/GT-final_test.test.csv", "\n".join(lines))
    contents.append(buffer.getvalue())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("GT-final_test.csv", "\n".join(labels))
    return [*contents, buffer.getvalue()], colours


def test_traffic_signs_are_cut_out_and_keep_their_classes(rng, mirror, use, cache):
    contents, colours = signs(rng)
    served("gtsrb", contents, mirror, use, first="missing")
    (x_train, y_train), (x_test, y_test) = load_gtsrb()
    assert x_train.shape == (4, 32, 32, 3)
    assert y_train.tolist() == [2, 2, 7, 7], "class by class"
    for image, colour in zip(x_train, [*colours[2:], *colours[:2]], strict=True):
        np.testing.assert_array_equal(image, np.broadcast_to(np.uint8(colour), (32, 32, 3)))
    assert y_test.tolist() == [7, 40, 2], "in the order of the files' names"
    for image, colour in zip(x_test, colours, strict=False):
        np.testing.assert_array_equal(image, np.broadcast_to(np.uint8(colour), (32, 32, 3)))
    data = load("gtsrb")
    assert data.class_names[14] == "stop"
    assert len(data.class_names) == 43
    assert "decoded from archives" in data.source
    assert {path.suffix for path in cache.glob("[!.]*")} == {".npz"}


def test_an_archive_without_a_table_is_refused(rng, mirror, use):
    contents, _ = signs(rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("GTSRB/Training/readme.txt", "nothing")
    served("gtsrb", [buffer.getvalue(), *contents[1:]], mirror, use)
    with pytest.raises(DataUnavailableError, match="no table of signs"):
        load_gtsrb()


def derma(rng, without=()):
    """A file as DermaMNIST's."""
    arrays = {}
    for part, count in (("train", 5), ("val", 2), ("test", 3)):
        arrays[f"{part}_images"] = rng.integers(0, 256, (count, 28, 28, 3)).astype(np.uint8)
        arrays[f"{part}_labels"] = rng.integers(0, 7, (count, 1)).astype(np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **{k: v for k, v in arrays.items() if k not in without})
    return buffer.getvalue(), arrays


def test_skin_lesions_train_on_two_parts_and_test_on_the_third(rng, mirror, use):
    content, arrays = derma(rng)
    served("skin_lesions", [content], mirror, use, first="short")
    (x_train, y_train), (x_test, y_test) = load_skin_lesions()
    np.testing.assert_array_equal(x_train[:5], arrays["train_images"])
    np.testing.assert_array_equal(x_train[5:], arrays["val_images"])
    np.testing.assert_array_equal(y_train[5:], arrays["val_labels"][:, 0])
    np.testing.assert_array_equal(x_test, arrays["test_images"])
    np.testing.assert_array_equal(y_test, arrays["test_labels"][:, 0])
    assert load("skin-lesions").class_names[4] == "melanoma"


def test_skin_lesions_without_labels_are_refused(rng, mirror, use):
    content, _ = derma(rng, without=("val_labels",))
    served("skin_lesions", [content], mirror, use)
    with pytest.raises(DataUnavailableError, match="val_labels"):
        load_skin_lesions()


def test_a_copy_in_a_folder_needs_no_network(rng, mirror, use, tmp_path, monkeypatch):
    content, _ = derma(rng)
    served("skin_lesions", [content], mirror, use)
    (tmp_path / "dermamnist.npz").write_bytes(content)
    assert not at_hand("skin_lesions")
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    monkeypatch.setenv("COURSEKIT_OFFLINE", "1")
    assert at_hand("skin_lesions")
    load_skin_lesions()
    assert mirror.hits == []


def test_at_hand_knows_what_needs_no_file_and_what_does_not_exist():
    assert at_hand("digits")
    with pytest.raises(InvalidInputError, match="svhn"):
        at_hand("svnh")
