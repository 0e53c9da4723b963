"""Readers of the file formats in which the data sets come, and the check of what was read. A bad
file raises `Damaged`."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import math
import pickle
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
_IDX_UINT8 = 0x08
_RECORDING = re.compile(r"recordings/(\d)_([a-z]+)_(\d+)\.wav$")


class Damaged(Exception):
    """A file is not what it should be; the text says in a few words why."""


@contextlib.contextmanager
def damage() -> Iterator[None]:
    """Turn what readers raise on a broken file into `Damaged`."""
    try:
        yield
    except Damaged:
        raise
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        tarfile.TarError,
        pickle.PickleError,
    ) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Damaged(f"not readable: {' '.join(reason.split())[:120]}") from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def array_sha256(array: np.ndarray) -> str:
    """SHA-256 of an array's values in C order, in hexadecimal."""
    return hashlib.sha256(
        np.ascontiguousarray(array).data if array.dtype.kind != "U" else array.tobytes()
    ).hexdigest()


def check_file(path: Path, sha256: str) -> None:
    """Raise `Damaged` unless the file has that SHA-256."""
    with damage():
        got = file_sha256(path)
    if got != sha256:
        raise Damaged(f"wrong SHA-256 (expected {sha256[:12]}..., got {got[:12]}...)")


def check_arrays(arrays: Arrays, hashes: Mapping[str, str]) -> None:
    """Raise `Damaged` unless each named array is there and has its SHA-256."""
    for key, sha256 in hashes.items():
        if key not in arrays:
            raise Damaged(f"array {key!r} is missing")
        if array_sha256(arrays[key]) != sha256:
            raise Damaged(f"array {key!r} has a wrong SHA-256")


def read_npz(paths: Sequence[Path]) -> Arrays:
    """All arrays of one npz file; object arrays are refused."""
    with damage(), open(paths[0], "rb") as file:
        loaded = np.load(file, allow_pickle=False)
        if not isinstance(loaded, np.lib.npyio.NpzFile):
            raise Damaged("a single array, not an npz file")
        with loaded:
            return {key: loaded[key] for key in loaded.files}


def read_text(paths: Sequence[Path]) -> Arrays:
    """One file of UTF-8 text, as its bytes `text` uint8 `(n,)`."""
    with damage():
        content = Path(paths[0]).read_bytes()
        content.decode()
    return {"text": np.frombuffer(content, np.uint8)}


def read_idx(paths: Sequence[Path]) -> Arrays:
    """The four gzip-compressed IDX files of MNIST and its likes, in the order x_train, y_train,
    x_test, y_test."""
    return dict(
        zip(("x_train", "y_train", "x_test", "y_test"), map(_read_idx_file, paths), strict=True)
    )


def _read_idx_file(path: Path) -> np.ndarray:
    with damage():
        content = gzip.decompress(Path(path).read_bytes())
    dimensions = content[3] if len(content) > 3 else 0
    start = 4 + 4 * dimensions
    if (
        len(content) < start
        or content[:2] != b"\0\0"
        or content[2] != _IDX_UINT8
        or dimensions == 0
    ):
        raise Damaged("not an IDX file of bytes")
    shape = tuple(int(side) for side in np.frombuffer(content, ">u4", dimensions, offset=4))
    if len(content) - start != math.prod(shape):
        raise Damaged(
            f"its header announces {math.prod(shape)} bytes, but {len(content) - start} follow"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_cifar(paths: Sequence[Path]) -> Arrays:
    """The archive of pickled batches of CIFAR-10. Its SHA-256 must be checked first: a pickle can
    run code."""
    batches: dict[str, dict] = {}
    with damage(), tarfile.open(paths[0], "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name == "test_batch" or name.startswith("data_batch_"):
                batches[name] = pickle.load(archive.extractfile(member), encoding="bytes")
        test, train = batches.pop("test_batch"), [batches[name] for name in sorted(batches)]
        arrays = {
            "x_train": np.concatenate([batch[b"data"] for batch in train]),
            "y_train": np.concatenate([batch[b"labels"] for batch in train]).astype(np.uint8),
            "x_test": np.asarray(test[b"data"]),
            "y_test": np.asarray(test[b"labels"], np.uint8),
        }
        for key in ("x_train", "x_test"):  # planes of red, green and blue -> pixels
            arrays[key] = np.ascontiguousarray(
                arrays[key].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
            )
    return arrays


def recordings_to_npz(archive: Path, target: Path) -> None:
    """Decode a zip of the Free Spoken Digit Dataset into one npz: `signal` int16 end to end,
    `offsets` (n + 1,), and per recording `label`, `speaker`, `index`; `rate` in Hz."""
    from scipy.io import wavfile

    signals, labels, speakers, indices, rates = [], [], [], [], set()
    with damage(), zipfile.ZipFile(archive) as files:
        named = sorted(
            (name.rpartition("/")[2], name) for name in files.namelist() if _RECORDING.search(name)
        )
        for _, name in named:
            label, speaker, index = _RECORDING.search(name).groups()
            rate, signal = wavfile.read(io.BytesIO(files.read(name)))
            signals.append(np.asarray(signal, np.int16))
            labels.append(int(label))
            speakers.append(speaker)
            indices.append(int(index))
            rates.add(int(rate))
        if len(rates) != 1:
            raise Damaged(f"{len(signals)} recordings with {len(rates)} sampling rates")
        lengths = [len(signal) for signal in signals]
        arrays = {
            "signal": np.concatenate(signals),
            "offsets": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            "label": np.array(labels, np.uint8),
            "speaker": np.array(speakers, "<U8"),
            "index": np.array(indices, np.uint8),
            "rate": np.array(rates.pop(), np.int64),
        }
    with open(target, "wb") as file:
        np.savez_compressed(file, **arrays)
