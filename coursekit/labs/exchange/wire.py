"""The encoding between a check and a student's code: plain data only, never pickle, every length
checked before it is believed.

A packed value is a JSON tree and the raw bytes that the tree refers to (arrays, byte strings):

    b"CK1" | u32 length of the JSON | JSON | blob | blob | ...

The tree holds None, bool, int, float and str as they are; anything else is a list that starts with
a one-letter tag. Only the standard library and NumPy are imported here, and no backend: tensors are
recognised by the module of their type.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import struct
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.errors import CoursekitError

REQUEST, REPLY, CALLBACK, ANSWER = b"Q", b"R", b"C", b"A"
"""The first byte of a message between a check and the student's side."""

LAB_MODULE = "_coursekit_lab_"
"""How the names of modules start that are made from a lab's own files."""

_MAGIC = b"CK1"
_LENGTH = struct.Struct("<I")
_DTYPE = re.compile(r"[<>|=]?(?:[biufc?]\d{0,2}|[SU]\d{1,6}|[mM]8(?:\[[a-zA-Z0-9]{1,6}\])?)")
_MOST_ALIKE = 16  # members of a table with one hash
_TENSOR_ROOTS = frozenset({"tensorflow", "jax", "jaxlib", "torch", "keras"})


class WireError(CoursekitError):
    """A value that cannot be sent, or bytes that are not a well-formed message."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a message may hold: bytes in all, nested levels, values in the tree, array axes, keys of
    dicts and members of sets, references to objects that stay where they are, entries of arrays.

    An axis of length 0 counts as 1 among the entries: a sum along it makes an array of all others.
    """

    size: int = 256 * 2**20
    depth: int = 40
    items: int = 2_000_000
    axes: int = 16
    hashed: int = 100_000
    references: int = 10_000
    entries: int = 2**28


DEFAULT_LIMITS = Limits()


@dataclasses.dataclass(frozen=True)
class Ref:
    """A stand-in for something that stays where it is.

    `kind` is "handle" (an object kept by the student's side, `key` an int), "name" (a name in the
    student's namespace) or "callback" (a function kept by the side of the check). `about` says in
    words what it stands for.
    """

    kind: str
    key: int | str
    about: str = ""


_REF_TAGS = {"handle": "h", "name": "n", "callback": "f"}


def pack(
    value: Any, *, refer: Callable[[Any], Ref] | None = None, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Encode `value`.

    Args:
        value: None, bool, int, float, complex, str, bytes, list, tuple, dict, set, slice, NumPy
            arrays and scalars, tensors of TensorFlow, JAX, PyTorch or Keras (sent as arrays),
            `Ref`, in any nesting.
        refer: called with anything else; returns the `Ref` to send. Without it such a value is an
            error.
        limits: what may be sent.

    Raises:
        WireError: a value that cannot be sent (an array of dtype object, too deep, too large).
    """
    blobs: list[bytes] = []
    tree = _Encoder(blobs, refer, limits).encode(value, 0)
    text = json.dumps([tree, [len(blob) for blob in blobs]], separators=(",", ":")).encode("utf-8")
    total = len(_MAGIC) + _LENGTH.size + len(text) + sum(map(len, blobs))
    if total > limits.size:
        raise WireError(
            f"Expected at most {limits.size:,} bytes in one message. Received: {total:,}. "
            f"Return less."
        )
    return b"".join([_MAGIC, _LENGTH.pack(len(text)), text, *blobs])


def unpack(
    data: bytes, *, resolve: Callable[[Ref], Any] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """Decode what `pack` made. Every result is of a built-in type or a fresh, writable NumPy array.

    Args:
        data: the bytes of one message.
        resolve: turns a `Ref` into what it stands for; without it the `Ref` itself is returned.
        limits: what may be received.

    Raises:
        WireError: if the bytes are malformed, lie about a length, or exceed a limit.
    """
    start = len(_MAGIC) + _LENGTH.size
    if len(data) > limits.size:
        raise WireError(
            f"Expected at most {limits.size:,} bytes in one message. Received: {len(data):,}."
        )
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        raise WireError("Expected a coursekit message. Received: other bytes.")
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    if start + length > len(data):
        raise WireError("Expected a whole message. Received: one that is cut short.")
    text = bytes(data[start : start + length])
    if text.count(b",") + text.count(b"[") + text.count(b"{") > 4 * limits.items:
        raise WireError(f"Expected at most {limits.items:,} values. Received: more.")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(
            f"Expected a well-formed message. Received: {type(error).__name__}."
        ) from None
    if not (isinstance(parsed, list) and len(parsed) == 2 and isinstance(parsed[1], list)):
        raise WireError("Expected a well-formed message. Received: another structure.")
    blobs, position = [], start + length
    view = memoryview(data)
    for size in parsed[1]:
        if type(size) is not int or size < 0 or position + size > len(data):
            raise WireError(
                "Expected honest lengths. Received: a length that reaches past the message."
            )
        blobs.append(view[position : position + size])
        position += size
    if position != len(data):
        raise WireError("Expected nothing after the message. Received: more bytes.")
    return _Decoder(blobs, resolve, limits).decode(parsed[0], 0)


def tree_bytes(start: bytes) -> int:
    """The length that a packed value announces for its tree, from its first bytes; 0 where they are
    not those of a packed value."""
    if len(start) < len(_MAGIC) + _LENGTH.size or start[: len(_MAGIC)] != _MAGIC:
        return 0
    return _LENGTH.unpack_from(start, len(_MAGIC))[0]


class _Encoder:
    def __init__(self, blobs: list[bytes], refer, limits: Limits):
        self.blobs, self.refer, self.limits, self.count, self.size = blobs, refer, limits, 0, 0

    def encode(self, value: Any, depth: int) -> Any:
        self.count += 1
        if depth > self.limits.depth or self.count > self.limits.items:
            raise WireError(
                f"Expected at most {self.limits.depth} levels and {self.limits.items:,} "
                f"values. Received: more."
            )
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.generic):
            return self._array("s", np.asarray(value))
        if isinstance(value, np.ndarray):
            return self._array("a", value)
        if isinstance(value, int):
            value = int(value)
            return value if value.bit_length() <= 64 else ["i", hex(value)]
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return str.__str__(value)
        return self._compound(value, depth)

    def _compound(self, value: Any, depth: int) -> Any:
        if isinstance(value, complex):
            return ["c", value.real, value.imag]
        if isinstance(value, bytes | bytearray | memoryview):
            return ["b", self._blob(bytes(value))]
        if isinstance(value, Ref):
            return [_REF_TAGS[value.kind], value.key, value.about]
        if isinstance(value, list):
            return ["l", [self.encode(v, depth + 1) for v in value]]
        if isinstance(value, tuple):
            return ["t", [self.encode(v, depth + 1) for v in value]]
        if isinstance(value, Mapping):
            return [
                "d",
                [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()],
            ]
        if isinstance(value, set | frozenset):
            return ["e", [self.encode(v, depth + 1) for v in value]]
        if isinstance(value, slice):
            return ["r", [self.encode(v, depth + 1) for v in (value.start, value.stop, value.step)]]
        if isinstance(value, range):
            return ["l", [self.encode(v, depth + 1) for v in value]]
        array = as_array(value)
        if array is not None:
            return self._array("a", array)
        if self.refer is None:
            raise WireError(f"Expected plain data. Received: {type(value).__name__}.")
        return self.encode(self.refer(value), depth)

    def _array(self, tag: str, array: np.ndarray) -> list:
        if type(array) is not np.ndarray:
            array = np.asarray(array)
        if array.dtype.kind == "V" and array.dtype.names is None and array.dtype.itemsize <= 2:
            array = array.astype(np.float32)  # bfloat16 and float8 are unknown to plain NumPy
        if not _DTYPE.fullmatch(array.dtype.str):
            raise WireError(
                f"Expected an array of numbers, text or times. Received: dtype {array.dtype}, "
                f"shape {array.shape}. "
                "An array of dtype object often comes from rows of different lengths."
            )
        return [
            tag,
            array.dtype.str,
            list(array.shape),
            self._blob(np.ascontiguousarray(array).tobytes()),
        ]

    def _blob(self, blob: bytes) -> int:
        self.size += len(blob)
        if self.size > self.limits.size:
            raise WireError(
                f"Expected at most {self.limits.size:,} bytes in one message. Received: more. "
                f"Return less."
            )
        self.blobs.append(blob)
        return len(self.blobs) - 1


class _Decoder:
    def __init__(self, blobs: list[memoryview], resolve, limits: Limits):
        self.blobs, self.resolve, self.limits, self.count = blobs, resolve, limits, 0
        self.hashed = self.references = self.entries = 0
        self.used: set[int] = set()

    def decode(self, tree: Any, depth: int) -> Any:
        self.count += 1
        if depth > self.limits.depth or self.count > self.limits.items:
            raise WireError(
                f"Expected at most {self.limits.depth} levels and {self.limits.items:,} "
                f"values. Received: more."
            )
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not list or not tree or type(tree[0]) is not str:
            raise WireError("Expected a tagged value. Received: another structure.")
        tag, rest = tree[0], tree[1:]
        reader = getattr(self, f"_read_{tag}", None) if len(tag) == 1 else None
        if reader is None:
            raise WireError(f"Expected a known tag. Received: {tag[:20]!r}.")
        try:
            return reader(depth, *rest)
        except WireError:
            raise
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise WireError(
                f"Expected a well-formed {tag!r} value. Received: {type(error).__name__}."
            ) from None

    def _many(self, values: Any, depth: int) -> list:
        if type(values) is not list:
            raise WireError("Expected a list of values. Received: another structure.")
        return [self.decode(v, depth + 1) for v in values]

    def _read_l(self, depth, values):
        return self._many(values, depth)

    def _read_t(self, depth, values):
        return tuple(self._many(values, depth))

    def _read_e(self, depth, values):
        return set(self._hashable(self._many(values, depth)))

    def _read_r(self, depth, values):
        return slice(*self._many(values, depth))

    def _read_d(self, depth, pairs):
        decoded = [(self.decode(k, depth + 1), self.decode(v, depth + 1)) for k, v in pairs]
        self._hashable([key for key, _ in decoded])
        return dict(decoded)

    def _hashable(self, members: list) -> list:
        """`members`, when a table of them takes no more than its time.

        Whoever chooses the members can choose thousands with one hash, and a table of these takes
        the square of their number, in C, outside every limit. So equal hashes are counted by
        sorting, before there is a table. Text has a hash that nobody outside can know.
        """
        self.hashed += len(members)
        if self.hashed > self.limits.hashed:
            raise WireError(
                f"Expected at most {self.limits.hashed:,} keys of dicts and members of sets. "
                f"Received: more. Return a list or an array."
            )
        hashes = sorted(hash(member) for member in members if type(member) is not str)
        alike = zip(hashes, hashes[_MOST_ALIKE:], strict=False)
        if any(first == second for first, second in alike):
            raise WireError("Expected keys that can be told apart. Received: many with one hash.")
        return members

    def _read_c(self, depth, real, imaginary):
        return complex(float(real), float(imaginary))

    def _read_i(self, depth, text):
        if type(text) is not str or len(text) > 20_000:
            raise WireError("Expected an integer of at most 20,000 digits.")
        return int(text, 16)

    def _read_b(self, depth, index):
        return bytes(self._blob(index))

    def _read_a(self, depth, dtype, shape, index):
        return self._array(dtype, shape, index)

    def _read_s(self, depth, dtype, shape, index):
        return self._array(dtype, shape, index)[()]

    def _read_h(self, depth, key, about):
        return self._ref(Ref("handle", self._typed(key, int), self._typed(about, str)))

    def _read_n(self, depth, key, about):
        return self._ref(Ref("name", self._typed(key, str), self._typed(about, str)))

    def _read_f(self, depth, key, about):
        return self._ref(Ref("callback", self._typed(key, int), self._typed(about, str)))

    def _ref(self, ref: Ref) -> Any:
        self.references += 1
        if self.references > self.limits.references:
            raise WireError(f"Expected at most {self.limits.references:,} objects. Received: more.")
        return ref if self.resolve is None else self.resolve(ref)

    @staticmethod
    def _typed(value: Any, kind: type) -> Any:
        if type(value) is not kind:
            raise WireError(
                f"Expected {kind.__name__} in a reference. Received: {type(value).__name__}."
            )
        return value

    def _blob(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self.blobs):
            raise WireError("Expected the number of a part of this message. Received: another.")
        if index in self.used:  # else a short message could stand for any number of copies
            raise WireError("Expected each part of a message once. Received: one of them again.")
        self.used.add(index)
        return self.blobs[index]

    def _array(self, dtype: Any, shape: Any, index: Any) -> np.ndarray:
        if type(dtype) is not str or not _DTYPE.fullmatch(dtype):
            raise WireError("Expected a plain dtype. Received: another.")
        if (
            type(shape) is not list
            or len(shape) > self.limits.axes
            or any(type(n) is not int or n < 0 for n in shape)
        ):
            raise WireError("Expected a shape of non-negative integers. Received: another.")
        self.entries += math.prod(max(n, 1) for n in shape)
        if self.entries > self.limits.entries:
            raise WireError(
                f"Expected arrays of at most {self.limits.entries:,} entries in all. Received: "
                f"more. Return less."
            )
        kind, blob = np.dtype(dtype), self._blob(index)
        if math.prod(shape) * kind.itemsize != len(blob):
            raise WireError(
                f"Expected {math.prod(shape) * kind.itemsize:,} bytes for shape {shape}. "
                f"Received: {len(blob):,}."
            )
        if not blob:
            if kind.itemsize == 0:
                raise WireError("Expected values of at least one byte. Received: dtype of size 0.")
            return np.zeros(shape, kind)
        return np.frombuffer(blob, dtype=kind).reshape(shape).copy()


def as_array(value: Any) -> np.ndarray | None:
    """The array that a tensor, a Keras variable or a pandas Series holds; None for anything else.
    Imports nothing."""
    root = type(value).__module__.partition(".")[0]
    if root == "pandas" and type(value).__name__ in ("Series", "Index"):
        return np.asarray(value)
    if (
        root not in _TENSOR_ROOTS
        or isinstance(value, type)
        or type(value).__name__ in ("KerasTensor", "SymbolicTensor")
    ):
        return None
    looks_like_tensor = (
        hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "__array__")
    )
    if not looks_like_tensor or (callable(value) and not hasattr(value, "numpy")):
        return None
    try:
        with (
            warnings.catch_warnings()
        ):  # Keras variables lack NumPy 2's copy keyword and warn on every conversion
            warnings.simplefilter("ignore")
            return value.detach().cpu().numpy() if root == "torch" else np.asarray(value)
    except Exception:
        return None
