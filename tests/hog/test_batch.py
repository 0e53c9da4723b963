import importlib.util
import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skimage.feature import hog as skimage_hog

from coursekit.errors import InvalidInputError
from coursekit.hog import _batch, _portable, hog

NUMBA = importlib.util.find_spec("numba") is not None
BLOCK_NORMS = ("L1", "L1-sqrt", "L2", "L2-Hys")
DIGITS = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}


@pytest.fixture(params=["fast", "portable"])
def path(request, monkeypatch):
    if request.param == "portable":
        monkeypatch.setattr(_batch, "_engine", lambda: (_portable.fill, _portable.bytes_per_pixel))
    elif not NUMBA:
        pytest.skip("numba is not installed")
    return request.param


def reference(images, **parameters):
    channel_axis = -1 if images.ndim == 4 else None
    return np.stack(
        [skimage_hog(image, channel_axis=channel_axis, **parameters) for image in images]
    )


def assert_equals_skimage(images, **parameters):
    np.testing.assert_allclose(
        hog(images, **parameters), reference(images, **parameters), rtol=0, atol=1e-6
    )


def draw_images(seed, shape, dtype, kind):
    rng = np.random.default_rng(seed)
    if kind == "flat":
        images = np.full(shape, rng.integers(0, 256))
    elif kind == "sparse":
        images = rng.integers(0, 256, shape) * (rng.random(shape) < 0.2)
    elif kind == "two-valued":
        images = rng.integers(0, 2, shape)
    else:
        images = rng.integers(0, 256, shape)
    if dtype == "unit":
        return images / 255
    return images.astype(dtype)


@pytest.mark.usefixtures("path")
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    channels=st.sampled_from([None, 1, 2, 3]),
    dtype=st.sampled_from(
        ["uint8", "bool", "int16", "uint16", "float16", "float32", "float64", "unit"]
    ),
    kind=st.sampled_from(["any", "flat", "sparse", "two-valued"]),
    orientations=st.sampled_from([1, 4, 7, 8, 9, 12, 18]),
    cell=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    block=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    block_norm=st.sampled_from(BLOCK_NORMS),
    transform_sqrt=st.booleans(),
)
def test_equals_skimage_on_any_batch(
    seed, size, channels, dtype, kind, orientations, cell, block, block_norm, transform_sqrt
):
    size = tuple(max(s, c * b) for s, c, b in zip(size, cell, block, strict=True))
    images = draw_images(
        seed, (3, *size) if channels is None else (3, *size, channels), dtype, kind
    )
    assert_equals_skimage(
        images,
        orientations=orientations,
        pixels_per_cell=cell,
        cells_per_block=block,
        block_norm=block_norm,
        transform_sqrt=transform_sqrt,
    )


@pytest.mark.usefixtures("path")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32 - 1),
    exponent=st.integers(-12, 12),
    channels=st.sampled_from([None, 3]),
    double=st.booleans(),
)
def test_equals_skimage_on_floats_of_any_scale_and_sign(seed, exponent, channels, double):
    shape = (2, 19, 26) if channels is None else (2, 19, 26, channels)
    images = (np.random.default_rng(seed).normal(size=shape) * 10.0**exponent).astype(
        np.float64 if double else np.float32
    )
    assert_equals_skimage(images, pixels_per_cell=(5, 4), cells_per_block=(2, 3))


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("block_norm", BLOCK_NORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_equals_skimage_on_the_largest_pixels(block_norm, dtype):
    bright = np.random.default_rng(0).random((2, 24, 24)) < 0.5
    images = np.where(bright, _batch.LARGEST, -_batch.LARGEST).astype(np.float32).astype(dtype)
    images = (images * np.float32(0.999)).astype(dtype)
    assert_equals_skimage(images, cells_per_block=(1, 1), block_norm=block_norm)


@pytest.mark.usefixtures("path")
def test_gradients_on_a_bin_edge_fall_where_skimage_puts_them():
    y, x = np.mgrid[:24, :24]
    ramps = np.stack([a * x + b * y for a in (-3, -1, 0, 1, 3) for b in (-3, -1, 0, 1, 3)])
    for scale in (
        1.0,
        0.1,
        1 / 255,
    ):  # the last bits of 0.1 and 1/255 push gradients to either side of the edge
        for orientations in (2, 4, 8, 12):
            assert_equals_skimage(ramps * scale, **DIGITS | {"orientations": orientations})


@pytest.mark.usefixtures("path")
def test_equals_skimage_with_large_cells():
    images = np.random.default_rng(0).integers(0, 256, (2, 260, 260), dtype=np.uint8)
    assert_equals_skimage(
        images, pixels_per_cell=(128, 128), cells_per_block=(2, 2), block_norm="L1-sqrt"
    )


def test_the_default_parameters_are_those_of_skimage(path):
    images = np.random.default_rng(1).integers(0, 256, (2, 40, 33), dtype=np.uint8)
    np.testing.assert_allclose(hog(images), reference(images), rtol=0, atol=1e-6)


def test_a_vertical_edge_votes_in_the_first_bin_only(path):
    image = np.zeros((1, 8, 8), np.uint8)
    image[:, :, 4:] = 100
    features = hog(
        image, orientations=4, pixels_per_cell=(8, 8), cells_per_block=(1, 1), block_norm="L2"
    )
    np.testing.assert_allclose(features, [[1, 0, 0, 0]], atol=1e-6)


def test_many_pieces_on_several_threads_give_what_one_image_at_a_time_gives(path, monkeypatch):
    images = np.random.default_rng(2).integers(0, 256, (700, 28, 28), dtype=np.uint8)
    single = np.concatenate([hog(image[None], **DIGITS) for image in images])
    monkeypatch.setattr(_batch, "PIECE_IMAGES", 64)
    monkeypatch.setattr(_batch, "_threads", lambda: 3)
    np.testing.assert_array_equal(hog(images, **DIGITS), single)


def test_callers_on_several_threads_do_not_disturb_one_another(path):
    images = np.random.default_rng(3).integers(0, 256, (6, 200, 28, 28), dtype=np.uint8)
    alone = [hog(batch, **DIGITS) for batch in images]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda batch: hog(batch, **DIGITS), images))
    np.testing.assert_array_equal(together, alone)


def test_strided_and_reversed_images_are_read_in_their_own_order(path):
    images = np.random.default_rng(4).integers(0, 256, (4, 60, 64), dtype=np.uint8)[::-1, ::2, ::-2]
    assert_equals_skimage(images, **DIGITS)


@pytest.mark.parametrize("axis", [1, -3, 3, -1])
def test_channel_axis_may_be_any_but_the_batch(axis):
    images = np.random.default_rng(5).integers(0, 256, (2, 24, 24, 3), dtype=np.uint8)
    expected = hog(images, **DIGITS)
    np.testing.assert_array_equal(
        hog(np.moveaxis(images, -1, axis), channel_axis=axis, **DIGITS), expected
    )


def test_one_channel_is_the_grey_image():
    images = np.random.default_rng(6).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(hog(images[..., None], **DIGITS), hog(images, **DIGITS))


def test_out_is_filled_and_returned(path):
    images = np.random.default_rng(7).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    out = np.full((5, 1296), np.nan, np.float32)
    assert hog(images, out=out, **DIGITS) is out
    np.testing.assert_array_equal(out, hog(images, **DIGITS))


def test_the_images_are_not_changed(path):
    images = np.random.default_rng(8).random((4, 28, 28))
    before = images.copy()
    hog(images, transform_sqrt=True, **DIGITS)
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("shape", [(0, 28, 28), (0, 28, 28, 3)])
def test_an_empty_batch_gives_no_rows(path, shape):
    features = hog(np.zeros(shape, np.float32), **DIGITS)
    assert features.shape == (0, 1296)
    assert features.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_memory_stays_within_the_output_plus_64_mb(path, dtype):
    images = np.zeros((4000, 64, 64), dtype)
    out = np.empty((4000, 8100), np.float32)
    hog(images[:2], out=out[:2], **DIGITS)  # what is compiled or tabled once is not counted
    tracemalloc.start()
    try:
        hog(images, out=out, **DIGITS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64e6


BATCH = np.zeros((2, 28, 28), np.uint8)


@pytest.mark.parametrize(
    ("images", "parameters", "message"),
    [
        (BATCH[0], {}, r"\(n, h, w\) or \(n, h, w, c\).*image\[None\]"),
        (BATCH[None, None], {}, r"Received: shape \(1, 1, 2, 28, 28\)"),
        (BATCH, {"channel_axis": -1}, "four axes"),
        (BATCH[..., None], {"channel_axis": 0}, "axis 0 is the batch"),
        (BATCH[..., None], {"channel_axis": 7}, "Received: 7"),
        (BATCH[..., None][..., :0], {}, "at least one colour channel"),
        (BATCH.astype(complex), {}, "complex128"),
        (BATCH.astype(str), {}, "dtype <U"),
        (BATCH[:, :23], {}, "at least 24x24 pixels.*Received: 23x28"),
        (BATCH, {"block_norm": "l2"}, "L2-Hys. Received: 'l2'"),
        (BATCH, {"block_norm": None}, "Received: None"),
        (BATCH, {"block_norm": np.array(["L1", "L2"])}, "`block_norm`"),
        ([BATCH[0], BATCH[0, :20]], {}, "of one size"),
        (BATCH, {"orientations": 0}, "`orientations`.*Received: 0"),
        (BATCH, {"orientations": 9.0}, "`orientations`.*Received: 9.0"),
        (BATCH, {"orientations": 255}, "1 to 254"),
        (BATCH, {"pixels_per_cell": 4}, "`pixels_per_cell`.*Received: 4"),
        (BATCH, {"pixels_per_cell": (4, 0)}, "`pixels_per_cell`"),
        (BATCH, {"cells_per_block": (2, 2, 2)}, "`cells_per_block`"),
        (BATCH, {"cells_per_block": (2, True)}, "`cells_per_block`"),
        (np.full((1, 28, 28), np.nan), {}, "finite"),
        (np.full((1, 28, 28), np.inf, np.float32), {}, "finite"),
        (np.full((1, 28, 28), -1e200), {}, r"-1e\+18 to 1e\+18. Received: 1e\+200"),
        (np.full((1, 28, 28), 3e38, np.float32), {}, "Divide them"),
        (np.full((1, 28, 28), 2**64 - 1, np.uint64), {}, "Divide them"),
        (np.full((1, 28, 28), -(2**63)), {}, "Divide them"),
        (np.full((1, 28, 28), -1.0), {"transform_sqrt": True}, "negative"),
        (np.full((1, 28, 28), -1), {"transform_sqrt": True}, "negative"),
    ],
)
def test_bad_input_is_refused_in_one_line(images, parameters, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        hog(images, **parameters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.empty((2, 1296)), r"float32 array of shape \(2, 1296\). Received: float64"),
        (np.empty((3, 1296), np.float32), r"Received: float32 \(3, 1296\)"),
        (np.empty((2, 2592), np.float32)[:, ::2], "not C-contiguous"),
        ([[0.0]], "Received: list"),
    ],
)
def test_a_wrong_out_is_refused(out, message):
    with pytest.raises(InvalidInputError, match=message):
        hog(BATCH, out=out, **DIGITS)


def test_a_read_only_out_is_refused():
    out = np.empty((2, 1296), np.float32)
    out.flags.writeable = False
    with pytest.raises(InvalidInputError, match="read-only"):
        hog(BATCH, out=out, **DIGITS)


def run_python(code, **environment):
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_importing_the_room_loads_no_framework():
    code = (
        "import sys, coursekit.hog as room; room.hog; assert 'HOG' in dir(room)\n"
        "print([m for m in ('keras', 'tensorflow', 'jax', 'sklearn', 'matplotlib', 'skimage', "
        "'numba') if m in sys.modules])"
    )
    assert run_python(code) == "[]"


def test_without_numba_the_portable_path_runs():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np; from coursekit.hog import hog, _batch, _portable\n"
        "print(hog(np.eye(24)[None]).shape, _batch._engine()[0] is _portable.fill)"
    )
    assert run_python(code) == "(1, 81) True"


def test_with_jit_disabled_the_portable_path_runs():
    pytest.importorskip("numba")
    code = (
        "from coursekit.hog import _batch, _portable; print(_batch._engine()[0] is _portable.fill)"
    )
    assert run_python(code, NUMBA_DISABLE_JIT="1") == "True"


@pytest.mark.slow
def test_the_kernel_compiles_where_no_cache_can_be_written(tmp_path):
    pytest.importorskip("numba")
    code = (
        "import numba.core.caching as c; c.CacheImpl._locator_classes = []\n"
        "import numpy as np; from coursekit.hog import hog, _batch, _portable\n"
        "assert _batch._engine()[0] is not _portable.fill\n"
        "print(hog(np.zeros((1, 24, 24), np.uint8)).sum())"
    )
    assert run_python(code) == "0.0"
