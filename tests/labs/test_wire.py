"""The encoding between a check and a student's code."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.labs.exchange import wire

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
DTYPES = st.sampled_from(
    [
        "bool",
        "int8",
        "uint8",
        "int64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "<U5",
        "S3",
        ">f8",
    ]
)


def same(first, second):
    if type(first) is not type(second):
        return False
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    return first == second


@given(PLAIN)
def test_plain_values_come_back_with_their_types(value):
    assert same(wire.unpack(wire.pack(value)), value)


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
def test_arrays_come_back_with_dtype_shape_and_values(array):
    back = wire.unpack(wire.pack(array))
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == np.ascontiguousarray(array).tobytes()
    assert back.flags.writeable


def test_scalars_sets_slices_and_views_come_back():
    value = {
        "s": np.float32(1.5),
        "e": {1, 2},
        "r": slice(1, None, 2),
        "v": np.arange(12).reshape(3, 4).T[::2],
    }
    back = wire.unpack(wire.pack(value))
    assert type(back["s"]) is np.float32
    assert back["s"] == 1.5
    assert back["e"] == {1, 2}
    assert back["r"] == slice(1, None, 2)
    np.testing.assert_array_equal(back["v"], value["v"])


@pytest.mark.parametrize(
    "value", [np.array([object()]), np.array([1, "a", None], dtype=object), [object()]]
)
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(wire.WireError, match="Expected"):
        wire.pack(value)


def test_record_arrays_are_refused():
    with pytest.raises(wire.WireError, match="dtype"):
        wire.pack(np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]))


def test_depth_and_size_are_limited_both_ways():
    deep = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(wire.WireError, match="levels"):
        wire.pack(deep)
    roomy = wire.pack(deep, limits=wire.Limits(depth=100))
    with pytest.raises(wire.WireError, match="levels"):
        wire.unpack(roomy)
    tight = wire.Limits(size=1000)
    with pytest.raises(wire.WireError, match="bytes"):
        wire.pack(np.zeros(1000), limits=tight)
    with pytest.raises(wire.WireError, match="bytes"):
        wire.unpack(wire.pack(np.zeros(1000)), limits=tight)
    with pytest.raises(wire.WireError, match="values"):
        wire.unpack(wire.pack(list(range(500))), limits=wire.Limits(items=100))


def forge(tree, blobs=(), sizes=None):
    text = json.dumps([tree, [len(b) for b in blobs] if sizes is None else sizes]).encode()
    return b"CK1" + struct.pack("<I", len(text)) + text + b"".join(blobs)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"CK1",
        b"XXX\x00\x00\x00\x00",
        b"CK1\xff\xff\xff\xff{}",
        forge(["a", "<f8", [10**9], 0], [b"12345678"]),
        forge(["a", "<f8", [-1], 0], [b"12345678"]),
        forge(["a", "|O", [1], 0], [b"12345678"]),
        forge(["a", "<f8,<f8", [1], 0], [b"1234567812345678"]),
        forge(["a", "|S0", [10**9], 0], [b""]),
        forge(["a", "<f8", [0, 10**30], 0], [b""]),
        forge(["a", "<f8", [1] * 60, 0], [b"12345678"]),
        forge(["a", "<f8", [1], 3], [b"12345678"]),
        forge(["a", "<f8", [True], 0], [b"12345678"]),
        forge(["b", 0], [b"abc"], sizes=[10**12]),
        forge(["b", 0], [b"abc"], sizes=[-1]),
        forge(["b", 0], [b"abc"], sizes=[1]),
        forge(["d", [[["l", []], 1]]]),
        forge(["d", 3]),
        forge(["_array", 1]),
        forge(["q", 1]),
        forge([]),
        forge({"a": 1}),
        forge(["h", "1", "x"]),
        forge(["i", "zz"]),
        b"CK1" + struct.pack("<I", 200_000) + b"[" * 200_000,
    ],
)
def test_malformed_messages_are_refused_without_a_crash(data):
    with pytest.raises(wire.WireError):
        wire.unpack(data)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_damaged_messages_raise_nothing_but_wire_errors(noise, place):
    good = bytearray(wire.pack({"x": np.arange(6.0), "y": [1, "two", (3.0, None)]}))
    good[place % len(good) : place % len(good) + len(noise)] = noise
    with contextlib.suppress(wire.WireError):
        wire.unpack(bytes(good))


def test_pandas_series_are_sent_as_arrays():
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(wire.unpack(wire.pack(pandas.Series([1.0, 2.0]))), [1.0, 2.0])


def test_keras_tensors_are_sent_as_arrays_and_symbols_are_not():
    keras = pytest.importorskip("keras")
    back = wire.unpack(wire.pack([keras.ops.ones((2, 2)), keras.Variable([1.0, 2.0])]))
    np.testing.assert_array_equal(back[0], np.ones((2, 2)))
    np.testing.assert_array_equal(back[1], [1.0, 2.0])
    with pytest.raises(wire.WireError, match="plain data"):
        wire.pack(keras.Input((3,)))


def packed(tree, *blobs):
    text = json.dumps([tree, [len(blob) for blob in blobs]]).encode()
    return b"CK1" + struct.pack("<I", len(text)) + text + b"".join(blobs)


@pytest.mark.parametrize("tag", ["e", "d"])
def test_members_of_one_hash_never_make_a_table(tag):
    members = [i * (2**61 - 1) for i in range(1, 40)]
    assert len({hash(member) for member in members}) == 1
    tree = [tag, members if tag == "e" else [[member, 0] for member in members]]
    with pytest.raises(wire.WireError, match="one hash"):
        wire.unpack(packed(tree))


def test_ordinary_sets_and_dicts_are_not_in_the_way():
    for value in (set(range(-500, 500)), {(i, j): i for i in range(40) for j in range(40)}):
        assert wire.unpack(wire.pack(value)) == value


def test_a_part_stands_for_one_value():
    part = ["a", "<f8", [1], 0]
    with pytest.raises(wire.WireError, match="once"):
        wire.unpack(packed(["l", [part, part]], bytes(8)))


@pytest.mark.parametrize(
    "limits", [wire.Limits(items=50), wire.Limits(hashed=50), wire.Limits(references=50)]
)
def test_sums_are_limited(limits):
    value = [{i} for i in range(60)], [wire.Ref("handle", i, "x") for i in range(60)]
    assert wire.unpack(wire.pack(value))
    with pytest.raises(wire.WireError, match="at most"):
        wire.unpack(wire.pack(value), limits=limits)


@pytest.mark.parametrize(
    "value", [np.zeros((10, 10), np.int8), np.zeros((100, 0)), [np.zeros(50), np.zeros(50, bool)]]
)
def test_entries_of_arrays_are_limited_in_their_sum_whatever_bytes_they_take(value):
    packed = wire.pack(value)
    wire.unpack(packed, limits=wire.Limits(entries=100))
    with pytest.raises(wire.WireError, match="at most 99 entries"):
        wire.unpack(packed, limits=wire.Limits(entries=99))


def test_a_tree_of_empty_lists_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(wire.json, "loads", lambda text: pytest.fail("it was read"))
    with pytest.raises(wire.WireError, match="at most"):
        wire.unpack(packed([[]] * 1000), limits=wire.Limits(items=100))
