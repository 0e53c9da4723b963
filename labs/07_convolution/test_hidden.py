"""Hidden checks of lab 07: they run at grading."""

import numpy as np
import pytest

from coursekit.labs.testing import assert_close, assert_true, assert_unchanged

# 7.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.1")
@pytest.mark.points(1)
def test_correlate2d_is_linear_in_image_and_kernel(student):
    a, b = student.rng.normal(size=(2, 6, 5))
    v, w = student.rng.normal(size=(2, 2, 3))
    s, t = student.rng.normal(size=2)
    mixed = student.correlate2d(s * a + t * b, v)
    apart = s * np.asarray(student.correlate2d(a, v)) + t * np.asarray(
        student.correlate2d(b, v)
    )
    assert_close(
        mixed,
        apart,
        tried="a mixture of two images, beside the mixture of their answers",
        rtol=1e-6,
        atol=1e-6,
    )
    both = np.asarray(student.correlate2d(a, v)) + np.asarray(student.correlate2d(a, w))
    assert_close(
        student.correlate2d(a, v + w),
        both,
        tried="the sum of two kernels, beside the sum of their answers",
        rtol=1e-6,
        atol=1e-6,
    )
    i, j = int(student.rng.integers(0, 5)), int(student.rng.integers(0, 3))
    assert_close(
        np.asarray(student.correlate2d(a, v))[i, j],
        np.sum(v * a[i : i + 2, j : j + 3]),
        tried=f"entry ({i}, {j}) of a 6x5 image",
    )


@pytest.mark.exercise("7.1")
@pytest.mark.points(1)
def test_correlate2d_of_a_kernel_as_large_as_the_image_leaves_the_image_alone(student):
    for dtype in (np.float32, np.float64):
        image, kernel = (
            student.rng.normal(size=(3, 4)).astype(dtype) for _ in range(2)
        )
        got, after = student.call_tracking("correlate2d", image, kernel)
        assert_close(
            got,
            np.array([[np.sum(image.astype(float) * kernel)]]),
            tried=f"kernel as large as the image, {dtype.__name__}",
            inputs=image,
        )
        assert_unchanged([image, kernel], after, tried="correlate2d")


# 7.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.2")
@pytest.mark.points(1)
def test_convolve2d_does_not_mind_which_is_the_kernel(student):
    a, b, c = (
        student.rng.normal(size=(4, 5)),
        student.rng.normal(size=(2, 3)),
        student.rng.normal(size=(3, 2)),
    )
    ab = np.asarray(student.convolve2d(a, b))
    assert_close(
        student.convolve2d(b, a),
        ab,
        tried="image and kernel exchanged",
        rtol=1e-6,
        atol=1e-6,
    )
    assert_close(
        student.convolve2d(ab, c),
        student.convolve2d(a, student.convolve2d(b, c)),
        tried="(a * b) * c beside a * (b * c)",
        rtol=1e-6,
        atol=1e-6,
    )
    weighted = sum(b[m, n] * a[3 - m, 4 - n] for m in range(2) for n in range(3))
    assert_close(
        ab[3, 4], weighted, tried="entry (3, 4) of a 4x5 image with a 2x3 kernel"
    )


@pytest.mark.exercise("7.2")
@pytest.mark.points(1)
def test_convolve2d_keeps_sums_and_takes_float32(student):
    for dtype in (np.float32, np.float64, np.uint8):
        image = (10 * student.rng.random((5, 3)) + 30).astype(dtype)
        kernel = student.rng.random((2, 2)) + 0.25
        got, after = student.call_tracking("convolve2d", image, kernel)
        wanted = image.astype(float).sum() * kernel.sum()
        assert_close(
            np.asarray(got, dtype=float).sum(),
            wanted,
            tried=f"sum of the answer, {dtype.__name__} image",
            rtol=1e-4,
        )
        assert_close(
            np.asarray(got)[-1, -1],
            float(image[-1, -1]) * kernel[-1, -1],
            tried="last entry: last pixel times last weight",
            rtol=1e-4,
        )
        assert_unchanged([image, kernel], after, tried="convolve2d")


# 7.3 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.3")
@pytest.mark.points(1)
def test_same_padding_never_takes_zeros_away(student):
    for k, stride in [(1, 2), (1, 3), (2, 3), (2, 5)]:
        for n in (
            stride * int(student.rng.integers(2, 5)) - 1,
            stride * int(student.rng.integers(2, 5)),
        ):
            out = -(-n // stride)
            zeros = max(0, (out - 1) * stride + k - n)
            wanted = np.array([zeros // 2, zeros - zeros // 2])
            assert_close(
                student.same_padding(n, k, stride),
                wanted,
                tried=f"same_padding({n}, {k}, stride={stride})",
            )


@pytest.mark.exercise("7.3")
@pytest.mark.points(1)
def test_same_padding_and_output_size_fit_together(student):
    for _ in range(8):
        n, k, stride = (
            int(student.rng.integers(4, 30)),
            int(student.rng.integers(1, 7)),
            int(student.rng.integers(1, 4)),
        )
        assert_close(
            student.output_size(n + k, k), n + 1, tried=f"output_size({n + k}, {k})"
        )
        before, after = (int(v) for v in student.same_padding(n, k, stride))
        tried = f"same_padding({n}, {k}, {stride}) is ({before}, {after})"
        assert_close(
            student.output_size(n, k, stride, before, after),
            -(-n // stride),
            tried=f"{tried}; output_size with it",
        )
        minimal = before + after == 0 or (n + before + after - 1 - k) // stride + 1 < -(
            -n // stride
        )
        assert_true(
            0 <= after - before <= 1 and minimal,
            tried=tried,
            expected="as few zeros as the size takes, an odd one behind",
            got=(before, after),
        )


# 7.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.4")
@pytest.mark.points(1)
def test_conv_layer_of_one_by_one_is_a_dense_layer_at_each_pixel(student):
    x, w, b = (
        student.rng.normal(size=(4, 6, 3)),
        student.rng.normal(size=(1, 1, 3, 5)),
        student.rng.normal(size=5),
    )
    got, after = student.call_tracking("conv_layer", x, w, b)
    assert_close(
        got,
        x @ w[0, 0] + b,
        tried="a 1x1 layer on x of shape (4, 6, 3), beside x @ w[0, 0] + b",
    )
    assert_unchanged([x, w, b], after, tried="conv_layer")


@pytest.mark.exercise("7.4")
@pytest.mark.points(1)
def test_conv_layer_with_stride_and_uneven_padding(student):
    x = student.rng.normal(size=(7, 5, 2)).astype(np.float32)
    w = student.rng.normal(size=(2, 3, 2, 3)).astype(np.float32)
    b = student.rng.normal(size=3).astype(np.float32)
    pad = ((1, 0), (0, 2))
    got = np.asarray(student.conv_layer(x, w, b, stride=2, pad=pad))
    padded = np.pad(x.astype(float), (*pad, (0, 0)))
    wanted = np.zeros((4, 3, 3))
    for i, j, f in np.ndindex(4, 3, 3):
        wanted[i, j, f] = b[f] + np.sum(
            padded[2 * i : 2 * i + 2, 2 * j : 2 * j + 3] * w[..., f]
        )
    assert_close(
        got,
        wanted,
        tried=f"float32, x of shape (7, 5, 2), w of shape (2, 3, 2, 3), stride 2, pad={pad}",
        inputs=x,
    )


# 7.5 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.5")
@pytest.mark.points(1)
def test_parameter_counts_of_large_layers(student):
    side, maps = int(student.rng.integers(150, 300)), int(student.rng.integers(5, 20))
    got = student.parameter_counts(
        (side, side + 7, 3), (side, side + 7, maps), (5, 4), bias=False
    )
    pixels = side * (side + 7)
    wanted = {
        "dense": 3 * pixels * pixels * maps,
        "local": pixels * maps * 60,
        "shared": maps * 60,
    }
    for key, count in wanted.items():
        assert_close(
            got[key],
            count,
            tried=f"{key}: image {side}x{side + 7}x3, {maps} maps of its size, fields of 5x4, no biases",
            rtol=1e-12,
        )


@pytest.mark.exercise("7.5")
@pytest.mark.points(1)
def test_dense_as_kernels_keeps_the_order_of_rows(student):
    h, w, c, units = 3, 5, 2, 4
    weights = student.rng.normal(size=(h * w * c, units))
    got, after = student.call_tracking("dense_as_kernels", weights, (h, w, c))
    wanted = np.zeros((h, w, c, units))
    for i, j, k in np.ndindex(h, w, c):
        wanted[i, j, k] = weights[(i * w + j) * c + k]
    assert_close(
        got,
        wanted,
        tried=f"weights of shape {weights.shape}, image (3, 5, 2): kernel[i, j, k] is row (5i + j)2 + k",
    )
    assert_unchanged([weights], after[:1], tried="dense_as_kernels")


# 7.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.6")
@pytest.mark.points(1)
def test_shift_beyond_the_edge_leaves_nothing(student):
    x = student.rng.normal(size=(3, 5)) + 4
    for dy, dx in [(3, 0), (-3, 1), (0, 5), (1, -6), (8, 8), (-4, -9)]:
        got, after = student.call_tracking("shift", x, dy, dx)
        assert_close(
            got,
            np.zeros((3, 5)),
            tried=f"shift of a 3x5 image by dy={dy}, dx={dx}",
            atol=1e-12,
        )
        assert_unchanged([x], after[:1], tried="shift")
    there = student.shift(student.shift(x, 1, -2), -1, 2)
    wanted = x.copy()
    wanted[-1], wanted[:, :2] = 0, 0
    assert_close(
        there, wanted, tried="down and left, and back again: what left stays lost"
    )


@pytest.mark.exercise("7.6")
@pytest.mark.points(1)
def test_equivariance_gap_looks_at_size_not_sign_and_leaves_the_border_out(student):
    h, w, margin = 8, 10, 3
    x = student.rng.random((h, w)) + 1
    sign = np.full((h, w), 1.0)
    sign[:, w // 2 :] = 3.0
    for layer in (sign, 4 - sign):  # once the moved answer is larger, once smaller
        answer = np.zeros((h, w))
        answer[:, 1:] = x[:, :-1]
        difference = np.abs(
            layer * answer
            - np.concatenate([np.zeros((h, 1)), (layer * x)[:, :-1]], axis=1)
        )
        got = student.equivariance_gap(
            lambda image, layer=layer: layer * np.asarray(image), x, 0, 1, margin
        )
        assert_close(
            got,
            difference[margin:-margin, margin:-margin].max(),
            tried="a layer that changes its weight in the middle, margin 3",
        )


@pytest.mark.exercise("7.6")
@pytest.mark.points(1)
def test_equivariance_gap_sees_the_zeros_that_come_in(student):
    x, bias = student.rng.normal(size=(6, 9)), float(student.rng.uniform(2, 5))
    for dy, dx in [(1, 0), (0, -2), (-1, 2)]:
        for margin, wanted in [(0, bias), (2, 0.0)]:
            got = student.equivariance_gap(
                lambda image: np.asarray(image) + bias, x, dy, dx, margin
            )
            tried = f"layer x + {bias:.3f}, shift by ({dy}, {dx}), margin {margin}: at the border, zeros stand beside the bias"
            assert_close(got, wanted, tried=tried, atol=1e-9)


# 7.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.7")
@pytest.mark.points(1)
def test_global_pooling_forgets_the_place(student):
    x = student.rng.normal(size=(6, 6, 3)) - 4
    order = student.rng.permutation(36)
    mixed = x.reshape(36, 3)[order].reshape(6, 6, 3)
    for mode, wanted in [("max", x.max(axis=(0, 1))), ("average", x.mean(axis=(0, 1)))]:
        got, after = student.call_tracking("pool2d", x, 6, None, mode)
        assert_close(
            got,
            wanted[None, None],
            tried=f"global {mode} pooling of a 6x6 map with 3 channels",
        )
        assert_close(
            student.pool2d(mixed, 6, None, mode),
            wanted[None, None],
            tried=f"global {mode} pooling after all places are exchanged",
        )
        assert_unchanged([x], after[:1], tried="pool2d")


@pytest.mark.exercise("7.7")
@pytest.mark.points(1)
def test_average_pooling_with_stride_in_float32(student):
    x = student.rng.normal(size=(7, 9, 2)).astype(np.float32)
    got = student.pool2d(x, size=3, stride=2, mode="average")
    wanted = [
        [
            [x[i : i + 3, j : j + 3, c].astype(float).mean() for c in range(2)]
            for j in (0, 2, 4, 6)
        ]
        for i in (0, 2, 4)
    ]
    assert_close(
        got,
        np.array(wanted),
        tried="average pooling, float32, shape (7, 9, 2), size 3, stride 2",
        inputs=x,
    )
    assert_close(
        student.pool2d(x, 1), x, tried="windows of 1x1: nothing changes", inputs=x
    )
    assert_close(
        student.pool2d(x),
        x[:6, :8].reshape(3, 2, 4, 2, 2).max(axis=(1, 3)),
        tried="pool2d of shape (7, 9, 2) without a size: the largest of 2x2",
        inputs=x,
    )


# 7.8 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.8")
@pytest.mark.points(2)
def test_receptive_field_is_what_poking_pixels_finds(student):
    for _ in range(4):
        stack = [
            (int(student.rng.integers(1, 5)), int(student.rng.integers(1, 4)))
            for _ in range(int(student.rng.integers(2, 5)))
        ]
        got = list(np.asarray(student.receptive_field(stack)).tolist())
        wanted = []
        for depth in range(1, len(stack) + 1):
            reached = {0}
            for k, s in reversed(stack[:depth]):
                reached = {unit * s + tap for unit in reached for tap in range(k)}
            wanted.append(max(reached) - min(reached) + 1)
        assert_close(got, np.array(wanted), tried=f"receptive_field({stack})")


# 7.9 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_gradients_predict_how_the_loss_moves(student):
    for stride in (1, 2):
        x, w = student.rng.normal(size=(6, 9)), student.rng.normal(size=(2, 3))
        by_x, by_w = student.rng.normal(size=x.shape), student.rng.normal(size=w.shape)
        rows, columns = (6 - 2) // stride + 1, (9 - 3) // stride + 1
        d = student.rng.normal(size=(rows, columns))

        def answers(image, kernel, stride=stride, shape=d.shape):
            out = np.zeros(shape)
            for i, j in np.ndindex(shape):
                window = image[stride * i : stride * i + 2, stride * j : stride * j + 3]
                out[i, j] = np.sum(window * kernel)
            return out

        moves = [
            ("kernel_gradient", by_w, np.sum(d * answers(x, by_w))),
            ("image_gradient", by_x, np.sum(d * answers(by_x, w))),
        ]
        for name, step, wanted in moves:
            got = np.asarray(getattr(student, name)(x, w, d, stride), dtype=float)
            assert_close(np.shape(got), np.shape(step), tried=f"shape of {name}")
            assert_close(
                np.sum(got * step),
                wanted,
                tried=f"{name}, stride {stride}: gradient times a step, beside the change of the loss",
                rtol=1e-6,
                atol=1e-6,
            )


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_gradients_of_whole_numbers_leave_their_arguments_alone(student):
    image = student.rng.integers(1, 9, (4, 5)).astype(np.uint8)
    kernel = student.rng.integers(1, 9, (4, 2)).astype(np.int64)
    slope = student.rng.normal(size=(1, 4))
    by_w, by_x = np.zeros((4, 2)), np.zeros((4, 5))
    for j in range(4):
        by_w += slope[0, j] * image[:, j : j + 2]
        by_x[:, j : j + 2] += slope[0, j] * kernel
    for name, wanted in [("kernel_gradient", by_w), ("image_gradient", by_x)]:
        got, after = student.call_tracking(name, image, kernel, slope)
        assert_close(
            got, wanted, tried=f"{name} of a uint8 image, kernel as high as the image"
        )
        assert_unchanged([image, kernel, slope], after, tried=name)
