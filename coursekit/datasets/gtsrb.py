"""The German Traffic Sign Recognition Benchmark."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from coursekit.datasets import _formats, images
from coursekit.datasets._dataset import Split
from coursekit.datasets._formats import Arrays, Damaged, damage
from coursekit.datasets._source import Form, RemoteFile, Source, register

SIDE = 32
_HOME = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"
_OLD_HOME = "https://benchmark.ini.rub.de/Dataset/"
_ZIPS = {
    "GTSRB-Training_fixed.zip": (
        187_490_228,
        "df4144942083645bd60b594de348aa6930126c3e0e5de09e39611630abf8455a",
    ),
    "GTSRB_Final_Test_Images.zip": (
        88_978_620,
        "48ba6fab7e877eb64eaf8de99035b0aaecfbc279bee23e35deca4ac1d0a837fa",
    ),
    "GTSRB_Final_Test_GT.zip": (
        99_620,
        "f94e5a7614d75845c74c04ddb26b8796b9e483f43541dd95dd5b726504e16d6d",
    ),
}
_DECODED = ("gtsrb_train.npz", "gtsrb_test_images.npz", "gtsrb_test_labels.npz")
_COLOUR = {"x_train": (SIDE, SIDE, 3), "y_train": (), "x_test": (SIDE, SIDE, 3), "y_test": ()}
_LIMITS = tuple(f"speed limit {n} km/h" for n in (20, 30, 50, 60, 70, 80))
_NAMES = (
    *_LIMITS,
    "end of speed limit 80 km/h",
    "speed limit 100 km/h",
    "speed limit 120 km/h",
    "no overtaking",
    "no overtaking for lorries",
    "priority at the next crossing",
    "priority road",
    "give way",
    "stop",
    "no vehicles",
    "no lorries",
    "no entry",
    "danger",
    "bend to the left",
    "bend to the right",
    "double bend",
    "bumps",
    "slippery road",
    "road narrows on the right",
    "road works",
    "traffic lights",
    "pedestrians",
    "children",
    "bicycles",
    "snow or ice",
    "wild animals",
    "end of all limits",
    "turn right ahead",
    "turn left ahead",
    "ahead only",
    "ahead or right",
    "ahead or left",
    "keep right",
    "keep left",
    "roundabout",
    "end of no overtaking",
    "end of no overtaking for lorries",
)


def _rows(archive: zipfile.ZipFile) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line of the tables in an archive, with the folder of its table."""
    for name in sorted(archive.namelist()):
        if name.endswith(".csv"):
            text = archive.read(name).decode("utf-8-sig")
            for row in csv.DictReader(io.StringIO(text), delimiter=";"):
                yield name.rpartition("/")[0], row


def _signs(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The signs that an archive's tables name, cut out and brought to one size: images, classes (-1
    where a table has none), file names."""
    from PIL import Image

    pictures, classes, names = [], [], []
    with damage(), zipfile.ZipFile(path) as archive:
        for folder, row in _rows(archive):
            with Image.open(io.BytesIO(archive.read(f"{folder}/{row['Filename']}"))) as image:
                box = tuple(int(row[f"Roi.{corner}"]) for corner in ("X1", "Y1", "X2", "Y2"))
                cut = image.convert("RGB").crop((box[0], box[1], box[2] + 1, box[3] + 1))
                small = cut.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
            pictures.append(np.asarray(small))
            classes.append(int(row.get("ClassId") or -1))
            names.append(row["Filename"])
    if not pictures:
        raise Damaged("no table of signs in it")
    return np.stack(pictures), np.array(classes), names


def training_to_npz(archive: Path, target: Path) -> None:
    """Decode the training archive: `x_train` uint8, `y_train`."""
    x, y, _ = _signs(archive)
    if y.min() < 0:
        raise Damaged("a sign without a class")
    with open(target, "wb") as file:
        np.savez_compressed(file, x_train=x, y_train=y.astype(np.uint8))


def test_images_to_npz(archive: Path, target: Path) -> None:
    """Decode the archive of test images, in the order of their file names: `x_test` uint8."""
    x, _, names = _signs(archive)
    with open(target, "wb") as file:
        np.savez_compressed(file, x_test=x[np.argsort(names)])


def test_labels_to_npz(archive: Path, target: Path) -> None:
    """Decode the table of the test images' classes, in the order of their file names: `y_test`."""
    with damage(), zipfile.ZipFile(archive) as files:
        found = {row["Filename"]: int(row["ClassId"]) for _, row in _rows(files)}
    labels = [found[name] for name in sorted(found)]
    with open(target, "wb") as file:
        np.savez_compressed(file, y_test=np.array(labels, np.uint8))


test_images_to_npz.__test__ = test_labels_to_npz.__test__ = False


def read_decoded(paths: Sequence[Path]) -> Arrays:
    """The three decoded files."""
    arrays: Arrays = {}
    for path in paths:
        arrays |= _formats.read_npz([path])
    return arrays


_CONVERT = (training_to_npz, test_images_to_npz, test_labels_to_npz)
GTSRB = register(
    Source(
        name="gtsrb",
        title="German Traffic Sign Recognition Benchmark (Stallkamp et al. 2012)",
        licence="free for research; cite Stallkamp et al. 2012",
        homepage="https://benchmark.ini.rub.de/",
        examples="26,640 + 12,630 colour 32x32",
        class_names=_NAMES,
        forms=(
            Form(
                _DECODED,
                read_decoded,
                remark="decoded from archives whose hashes were checked when they were fetched",
            ),
        ),
        downloads=tuple(
            RemoteFile(decoded, (_HOME + name, _OLD_HOME + name), size, sha256, convert)
            for decoded, (name, (size, sha256)), convert in zip(
                _DECODED, _ZIPS.items(), _CONVERT, strict=True
            )
        ),
        shapes=_COLOUR,
    )
)


def load_gtsrb(*, limit: int | None = None) -> Split:
    """Load traffic signs cut out of photographs from a driving car, in 43 classes.

    The signs are cut along the boxes that come with them, without the border, and brought to 32 x
    32 pixels. Thirty training images in a row show one and the same sign from nearer and nearer, so
    a validation set has to keep such rows together.

    Args:
        limit: keep the first `limit` training images; None keeps all 26,640. They come class by
            class: shuffle before you cut.

    Returns:
        `(x_train, y_train), (x_test, y_test)`; images uint8 `(n, 32, 32, 3)`, red, green, blue from
        0 to 255; labels int64 `(n,)`.

    Raises:
        InvalidInputError: if `limit` is not positive.
        DataUnavailableError: if no copy is found; the message says where was looked and what to do.

    Source: Stallkamp et al. 2012, "Man vs. computer: benchmarking machine learning algorithms for
        traffic sign recognition".
    """
    return images.load_split("gtsrb", limit)
