"""Public checks of lab 07: the student sees these run after every exercise."""

import math

import numpy as np
import pytest
import scipy.signal

from coursekit.labs.testing import assert_close, assert_true, counterexample


def correlation(image, kernel):
    """Cross-correlation inside the image, a weight at a time."""
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    (h, w), (kh, kw) = image.shape, kernel.shape
    out = np.zeros((h - kh + 1, w - kw + 1))
    for k in range(kh):
        for n in range(kw):
            out += kernel[k, n] * image[k : k + h - kh + 1, n : n + w - kw + 1]
    return out


def full_convolution(image, kernel):
    """Full convolution: every pixel times every weight lands at the sum of their places."""
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    out = np.zeros(
        (image.shape[0] + kernel.shape[0] - 1, image.shape[1] + kernel.shape[1] - 1)
    )
    for (i, j), pixel in np.ndenumerate(image):
        out[i : i + kernel.shape[0], j : j + kernel.shape[1]] += pixel * kernel
    return out


def layer_by_planes(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """A convolutional layer out of plane correlations: each filter sums over the channels and adds its bias."""
    x = np.pad(np.asarray(x, dtype=float), (*pad, (0, 0)))
    maps = []
    for f in range(w.shape[3]):
        planes = [correlation(x[..., c], w[:, :, c, f]) for c in range(x.shape[2])]
        maps.append(np.sum(planes, axis=0)[::stride, ::stride] + b[f])
    return np.stack(maps, axis=-1)


def random_layer(rng, h, w, c, kh, kw, filters):
    """An image, weights and biases."""
    return (
        rng.normal(size=(h, w, c)),
        rng.normal(size=(kh, kw, c, filters)),
        rng.normal(size=filters) + 2,
    )


def moved(x, dy, dx):
    """Image moved entry by entry, zeros where nothing came."""
    out = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if 0 <= i - dy < x.shape[0] and 0 <= j - dx < x.shape[1]:
                out[i, j] = x[i - dy, j - dx]
    return out


def pooled(x, size, stride, reduce):
    rows, columns = (
        range(0, x.shape[0] - size + 1, stride),
        range(0, x.shape[1] - size + 1, stride),
    )
    return np.array(
        [
            [
                [reduce(x[i : i + size, j : j + size, c]) for c in range(x.shape[2])]
                for j in columns
            ]
            for i in rows
        ]
    )


# 7.1 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.1")
@pytest.mark.points(2)
def test_correlate2d_sums_what_lies_under_the_kernel(student):
    for (h, w), (kh, kw) in [
        ((5, 7), (3, 3)),
        ((6, 4), (2, 3)),
        ((4, 9), (1, 4)),
        ((3, 5), (3, 1)),
    ]:
        image, kernel = (
            student.rng.normal(size=(h, w)),
            student.rng.normal(size=(kh, kw)),
        )
        got = student.correlate2d(image, kernel)
        assert_close(
            got,
            correlation(image, kernel),
            tried=f"image of shape {(h, w)}, kernel of shape {(kh, kw)}",
        )


@pytest.mark.exercise("7.1")
@pytest.mark.points(1)
def test_correlate2d_of_a_photograph_in_bytes_gives_floats(student):
    image = student.rng.integers(100, 256, (6, 8)).astype(np.uint8)
    for kernel in (
        np.full((3, 3), 1 / 9),
        np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    ):
        got = student.correlate2d(image, kernel)
        assert_close(
            got,
            correlation(image, kernel),
            tried=f"uint8 image of shape (6, 8), kernel {np.round(kernel, 2).tolist()}",
        )


# 7.2 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.2")
@pytest.mark.points(2)
def test_convolve2d_is_the_formula_with_zeros_outside(student):
    for (h, w), (kh, kw) in [
        ((4, 6), (3, 3)),
        ((5, 3), (2, 4)),
        ((1, 6), (1, 3)),
        ((2, 3), (4, 5)),
    ]:
        image, kernel = (
            student.rng.normal(size=(h, w)),
            student.rng.normal(size=(kh, kw)),
        )
        got = student.convolve2d(image, kernel)
        assert_close(
            got,
            full_convolution(image, kernel),
            tried=f"image of shape {(h, w)}, kernel of shape {(kh, kw)}",
        )


@pytest.mark.exercise("7.2")
@pytest.mark.points(1)
def test_convolve2d_of_one_white_pixel_is_the_kernel_itself(student):
    kernel = student.rng.integers(1, 10, (3, 4))
    image = np.zeros((5, 6), dtype=int)
    i, j = int(student.rng.integers(0, 5)), int(student.rng.integers(0, 6))
    image[i, j] = 1
    wanted = np.zeros((7, 9))
    wanted[i : i + 3, j : j + 4] = kernel
    assert_close(
        student.convolve2d(image, kernel),
        wanted,
        tried=f"one white pixel at ({i}, {j}) of a 5x6 image, kernel {kernel.tolist()}",
    )


# 7.3 ------------------------------------------------------------------------------------------------------------------


def starts_that_fit(n, k, stride):
    return len(range(0, n - k + 1, stride))


def zeros_of_same(n, k, stride):
    """What is missing for ceil(n / stride) places, the odd one behind."""
    zeros = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
    return (zeros // 2, zeros - zeros // 2)


@pytest.mark.exercise("7.3")
@pytest.mark.points(1)
def test_output_size_counts_the_places_that_fit(student):
    for _ in range(8):
        k, stride = int(student.rng.integers(1, 6)), int(student.rng.integers(1, 5))
        n, before, after = (
            k + int(student.rng.integers(0, 12)),
            int(student.rng.integers(0, 4)),
            int(student.rng.integers(0, 4)),
        )
        got = student.output_size(n, k, stride, before, after)
        wanted = starts_that_fit(n + before + after, k, stride)
        assert_close(
            got,
            wanted,
            tried=f"output_size(n={n}, k={k}, stride={stride}, before={before}, after={after})",
        )


@pytest.mark.exercise("7.3")
@pytest.mark.points(1)
def test_output_size_without_padding_where_the_stride_does_not_divide(student):
    for stride in (2, 3):
        n = 6 * int(student.rng.integers(1, 4)) + 4
        assert_close(
            student.output_size(n, 3, stride),
            starts_that_fit(n, 3, stride),
            tried=f"output_size({n}, 3, stride={stride})",
        )
        assert_close(
            student.output_size(n, n, stride),
            1,
            tried=f"output_size({n}, {n}, stride={stride}): one place",
        )


@pytest.mark.exercise("7.3")
@pytest.mark.points(2)
def test_same_padding_puts_the_odd_zero_behind(student):
    for k in (2, 3, 4, 5, 6):
        n = int(student.rng.integers(6, 20))
        wanted = ((k - 1) // 2, k - 1 - (k - 1) // 2)
        assert_close(
            student.same_padding(n, k),
            np.array(wanted),
            tried=f"same_padding({n}, {k}) with stride 1",
        )
    for stride in (2, 3):
        for k in (3, 4, 5):
            n = int(student.rng.integers(7, 20))
            wanted = zeros_of_same(n, k, stride)
            assert_close(
                student.same_padding(n, k, stride),
                np.array(wanted),
                tried=f"same_padding({n}, {k}, stride={stride})",
            )


# 7.4 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.4")
@pytest.mark.points(2)
def test_conv_layer_sums_over_channels_for_every_filter(student):
    for shape in [(5, 6, 3, 3, 3, 2), (4, 7, 2, 1, 3, 4), (3, 3, 1, 2, 2, 1)]:
        x, w, b = random_layer(student.rng, *shape)
        got = student.conv_layer(x, w, b)
        assert_close(
            got,
            layer_by_planes(x, w, b),
            tried=f"x of shape {x.shape}, w of shape {w.shape}, stride 1, no padding",
        )


@pytest.mark.exercise("7.4")
@pytest.mark.points(1)
def test_conv_layer_steps_by_the_stride_both_ways(student):
    for stride, size in [(2, (9, 6)), (3, (7, 10))]:
        x, w, b = random_layer(student.rng, *size, 2, 3, 2, 3)
        got = student.conv_layer(x, w, b, stride)
        assert_close(
            got,
            layer_by_planes(x, w, b, stride),
            tried=f"x of shape {x.shape}, w of shape {w.shape}, stride {stride}",
        )


@pytest.mark.exercise("7.4")
@pytest.mark.points(1)
def test_conv_layer_pads_rows_and_columns_with_zeros(student):
    x, w, b = random_layer(student.rng, 5, 4, 2, 3, 3, 2)
    for pad in (((1, 1), (1, 1)), ((0, 1), (2, 0))):
        got = student.conv_layer(x, w, b, 1, pad)
        assert_close(
            got,
            layer_by_planes(x, w, b, 1, pad),
            tried=f"x of shape {x.shape}, pad={pad}",
        )


# 7.5 ------------------------------------------------------------------------------------------------------------------


def counts_by_places(in_shape, out_shape, field, bias):
    """Numbers to learn, added up one output at a time."""
    dense = local = 0
    for _ in range(out_shape[0] * out_shape[1] * out_shape[2]):
        dense += in_shape[0] * in_shape[1] * in_shape[2] + (1 if bias else 0)
        local += field[0] * field[1] * in_shape[2] + (1 if bias else 0)
    shared = local // (out_shape[0] * out_shape[1])
    return {"dense": dense, "local": local, "shared": shared}


def read_counts(got, tried):
    keys = {"dense", "local", "shared"}
    assert_true(
        isinstance(got, dict) and keys <= set(got),
        tried=tried,
        expected=f"a dict with the keys {sorted(keys)}",
        got=got,
    )
    return {key: got[key] for key in ("dense", "local", "shared")}


@pytest.mark.exercise("7.5")
@pytest.mark.points(2)
def test_parameter_counts_with_biases(student):
    for _ in range(4):
        in_shape = tuple(int(v) for v in student.rng.integers(2, 9, 3))
        out_shape = tuple(int(v) for v in student.rng.integers(2, 6, 3))
        field = int(student.rng.integers(1, 3)), int(student.rng.integers(3, 5))
        tried = f"parameter_counts({in_shape}, {out_shape}, {field})"
        got = read_counts(student.parameter_counts(in_shape, out_shape, field), tried)
        assert_close(
            got, counts_by_places(in_shape, out_shape, field, True), tried=tried
        )


@pytest.mark.exercise("7.5")
@pytest.mark.points(1)
def test_parameter_counts_without_biases(student):
    in_shape = (int(student.rng.integers(3, 9)), 4, 3)
    out_shape = (3, int(student.rng.integers(2, 6)), 5)
    tried = f"parameter_counts({in_shape}, {out_shape}, (3, 2), bias=False)"
    got = read_counts(
        student.parameter_counts(in_shape, out_shape, (3, 2), bias=False), tried
    )
    assert_close(got, counts_by_places(in_shape, out_shape, (3, 2), False), tried=tried)


@pytest.mark.exercise("7.5")
@pytest.mark.points(2)
def test_dense_as_kernels_gives_the_answers_of_the_dense_layer(student):
    for in_shape, units in [((3, 4, 2), 5), ((2, 5, 3), 1), ((1, 6, 1), 3)]:
        x, weights = (
            student.rng.normal(size=in_shape),
            student.rng.normal(size=(int(np.prod(in_shape)), units)),
        )
        kernels = np.asarray(student.dense_as_kernels(weights, in_shape))
        tried = f"dense_as_kernels(weights of shape {weights.shape}, {in_shape})"
        fits = kernels.shape == (*in_shape, units)
        assert_true(
            fits,
            tried=tried,
            expected=f"shape {(*in_shape, units)}",
            got=f"shape {kernels.shape}",
        )
        answer = [np.sum(x * kernels[..., u]) for u in range(units)]
        assert_close(
            answer,
            x.ravel() @ weights,
            tried=f"{tried}: kernels laid on an image, beside x.ravel() @ weights",
        )


# 7.6 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.6")
@pytest.mark.points(2)
def test_shift_moves_down_and_right_and_zeros_come_in(student):
    for shape in [(4, 6), (5, 3, 2)]:
        x = student.rng.normal(size=shape) + 5
        for dy, dx in [
            (1, 0),
            (0, 2),
            (-1, 1),
            (2, -2),
            (0, 0),
            (-3, -1),
            (5, 0),
            (1, -7),
        ]:
            assert_close(
                student.shift(x, dy, dx),
                moved(x, dy, dx),
                tried=f"shift of an image of shape {shape} by dy={dy}, dx={dx}",
            )


@pytest.mark.exercise("7.6")
@pytest.mark.points(1)
def test_equivariance_gap_is_zero_for_what_treats_all_pixels_alike(student):
    x = student.rng.normal(size=(7, 9))
    for dy, dx in [(1, 2), (-2, 0), (0, -3)]:
        got = student.equivariance_gap(
            lambda image: 3 * np.asarray(image) ** 2 + 1, x, dy, dx, 3
        )
        assert_close(
            got,
            0.0,
            tried=f"gap of the layer 3x^2 + 1, shift by ({dy}, {dx}), margin 3",
            atol=1e-9,
        )
    got = student.equivariance_gap(
        lambda image: np.asarray(image) * np.arange(9), x, 0, 1, 2
    )
    assert_true(
        np.ndim(got) == 0 and float(got) > 0.01,
        tried="gap of a layer that multiplies each column by its number",
        expected="more than 0",
        got=got,
    )


@pytest.mark.exercise("7.6")
@pytest.mark.points(2)
def test_equivariance_gap_finds_the_largest_difference_inside_the_margin(student):
    for shape, margin in [((7, 9), 2), ((8, 6, 2), 1), ((6, 7), 0)]:
        x, gains = student.rng.normal(size=shape), student.rng.normal(size=shape)
        dy, dx = int(student.rng.integers(-2, 3)), int(student.rng.integers(1, 3))
        if margin == 0:
            x[:, -dx:] *= 50  # falls out; what comes back on the other side shows
        difference = np.abs(gains * moved(x, dy, dx) - moved(gains * x, dy, dx))
        wanted = difference[
            margin : shape[0] - margin, margin : shape[1] - margin
        ].max()
        got = student.equivariance_gap(
            lambda image, gains=gains: gains * np.asarray(image), x, dy, dx, margin
        )
        assert_close(
            got,
            wanted,
            tried=f"layer with its own weight at each place, shape {shape}, shift ({dy}, {dx}), margin {margin}",
        )


# 7.7 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.exercise("7.7")
@pytest.mark.points(1)
def test_pool2d_keeps_the_largest_of_each_window_and_channel(student):
    for shape, size in [((4, 6, 2), 2), ((6, 9, 1), 3)]:
        x = student.rng.normal(size=shape)
        got = student.pool2d(x, size)
        assert_close(
            got,
            pooled(x, size, size, np.max),
            tried=f"max pooling of a map of shape {shape}, size {size}",
        )


@pytest.mark.exercise("7.7")
@pytest.mark.points(1)
def test_pool2d_averages(student):
    for shape, size in [((6, 4, 3), 2), ((3, 7, 2), 3)]:
        x = student.rng.normal(size=shape)
        got = student.pool2d(x, size, mode="average")
        assert_close(
            got,
            pooled(x, size, size, np.mean),
            tried=f"average pooling of a map of shape {shape}, size {size}",
        )


@pytest.mark.exercise("7.7")
@pytest.mark.points(2)
def test_pool2d_with_overlap_and_with_rows_left_over(student):
    for shape, size, stride in [
        ((5, 7, 2), 2, None),
        ((5, 6, 1), 3, 1),
        ((7, 8, 2), 2, 3),
        ((8, 6, 2), 3, 2),
    ]:
        x = student.rng.normal(size=shape) - 3  # mostly negative
        got = student.pool2d(x, size, stride)
        wanted = pooled(x, size, stride or size, np.max)
        assert_close(
            got,
            wanted,
            tried=f"max pooling of negative values, shape {shape}, size {size}, stride {stride}",
        )


# 7.8 ------------------------------------------------------------------------------------------------------------------


def reach(stack):
    """Receptive field after each layer, by walking back from one unit of the top: the span of inputs it needs."""
    sizes = []
    for top in range(1, len(stack) + 1):
        first, last = 0, 0
        for k, s in reversed(stack[:top]):
            first, last = first * s, last * s + k - 1
        sizes.append(last - first + 1)
    return sizes


def random_stack(rng, depth, strides=(1, 2, 3)):
    return [(int(rng.integers(1, 8)), int(rng.choice(strides))) for _ in range(depth)]


@pytest.mark.exercise("7.8")
@pytest.mark.points(1)
def test_receptive_field_grows_by_k_minus_one_at_stride_one(student):
    for depth in (1, 2, 5):
        stack = random_stack(student.rng, depth, strides=(1,))
        assert_close(
            student.receptive_field(stack),
            np.array(reach(stack)),
            tried=f"receptive_field({stack})",
        )


@pytest.mark.exercise("7.8")
@pytest.mark.points(2)
def test_receptive_field_takes_wider_steps_after_a_stride(student):
    for depth in (2, 3, 5):
        stack = random_stack(student.rng, depth, strides=(2, 3))
        assert_close(
            student.receptive_field(stack),
            np.array(reach(stack)),
            tried=f"receptive_field({stack})",
        )


# 7.9 ------------------------------------------------------------------------------------------------------------------


def loss(image, kernel, slope, stride):
    """A loss with this slope: the answers, weighted with it and added up."""
    return float(np.sum(slope * correlation(image, kernel)[::stride, ::stride]))


def poked(shape, value):
    """value(x) for every x of this shape that is 1 in one place and 0 elsewhere: the loss is linear."""
    out = np.zeros(shape)
    for place in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        out[place] = value(unit)
    return out


def random_slope(rng, image, kernel, stride):
    """Image, kernel and slope of these shapes."""
    rows, columns = ((n - k) // stride + 1 for n, k in zip(image, kernel, strict=True))
    return (
        rng.normal(size=image),
        rng.normal(size=kernel),
        rng.normal(size=(rows, columns)),
    )


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_kernel_gradient_adds_up_every_use_of_a_weight(student):
    for shape, size, stride in [((5, 7), (3, 2), 1), ((4, 3), (2, 2), 1)]:
        x, w, d = random_slope(student.rng, shape, size, stride)
        assert_close(
            student.kernel_gradient(x, w, d, stride),
            poked(size, lambda unit, x=x, d=d, s=stride: loss(x, unit, d, s)),
            tried=f"image of shape {shape}, kernel of shape {size}, stride {stride}",
        )


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_kernel_gradient_with_stride_and_pixels_left_over(student):
    for shape, size, stride in [((8, 6), (3, 3), 2), ((7, 9), (1, 4), 3)]:
        x, w, d = random_slope(student.rng, shape, size, stride)
        assert_close(
            student.kernel_gradient(x, w, d, stride),
            poked(size, lambda unit, x=x, d=d, s=stride: loss(x, unit, d, s)),
            tried=f"image of shape {shape}, kernel of shape {size}, stride {stride}",
        )


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_image_gradient_adds_up_every_use_of_a_pixel(student):
    for shape, size, stride in [((5, 7), (3, 2), 1), ((4, 3), (2, 2), 1)]:
        x, w, d = random_slope(student.rng, shape, size, stride)
        assert_close(
            student.image_gradient(x, w, d, stride),
            poked(shape, lambda unit, w=w, d=d, s=stride: loss(unit, w, d, s)),
            tried=f"image of shape {shape}, kernel of shape {size}, stride {stride}",
        )


@pytest.mark.exercise("7.9")
@pytest.mark.points(1)
def test_image_gradient_with_stride_and_pixels_left_over(student):
    for shape, size, stride in [((8, 6), (3, 3), 2), ((7, 9), (1, 4), 3)]:
        x, w, d = random_slope(student.rng, shape, size, stride)
        assert_close(
            student.image_gradient(x, w, d, stride),
            poked(shape, lambda unit, w=w, d=d, s=stride: loss(unit, w, d, s)),
            tried=f"image of shape {shape}, kernel of shape {size}, stride {stride}",
        )


# Smallest examples ----------------------------------------------------------------------------------------------------


def small_pair(rng, size):
    """An image of whole numbers and a kernel that fits inside it."""
    image = rng.integers(0, 5, (size, size + 1)).astype(float)
    kernel = rng.integers(
        -2, 3, (int(rng.integers(1, size + 1)), int(rng.integers(1, size + 1)))
    )
    return image, kernel.astype(float)


def small_gradient(rng, size):
    """Image, kernel and slope at stride 1."""
    image, kernel = small_pair(rng, size)
    shape = [n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True)]
    return image, kernel, rng.integers(-2, 3, shape).astype(float)


counterexample(
    "7.1",
    "correlate2d",
    draw=small_pair,
    oracle=lambda image, kernel: scipy.signal.correlate2d(image, kernel, "valid"),
)
counterexample("7.2", "convolve2d", draw=small_pair, oracle=scipy.signal.convolve2d)
counterexample(
    "7.9",
    "kernel_gradient",
    draw=small_gradient,
    oracle=lambda image, kernel, slope: scipy.signal.correlate2d(image, slope, "valid"),
)
counterexample(
    "7.9",
    "image_gradient",
    draw=small_gradient,
    oracle=lambda image, kernel, slope: scipy.signal.convolve2d(slope, kernel),
)


def small_layer(rng, size):
    """An image of one row of pixels, weights, biases and a stride."""
    x = rng.integers(0, 4, (1, size + 2, 2)).astype(float)
    w = rng.integers(-2, 3, (1, 2, 2, 1)).astype(float)
    return x, w, rng.integers(1, 4, 1).astype(float), int(rng.integers(1, 3))


def small_map(rng, size):
    """A feature map of one channel, a window, a stride and a mode."""
    x = rng.integers(-9, 10, (size + 1, size + 2, 1)).astype(float)
    return x, 2, int(rng.integers(1, 3)), str(rng.choice(["max", "average"]))


counterexample(
    "7.3",
    "output_size",
    draw=lambda rng, size: (
        3 + int(rng.integers(0, 6)),
        int(rng.integers(1, 4)),
        int(rng.integers(1, 4)),
        *rng.integers(0, 2, 2).tolist(),
    ),
    oracle=lambda n, k, stride, before, after: starts_that_fit(
        n + before + after, k, stride
    ),
)
counterexample(
    "7.3",
    "same_padding",
    draw=lambda rng, size: (
        3 + int(rng.integers(0, 6)),
        int(rng.integers(1, 6)),
        int(rng.integers(1, 4)),
    ),
    oracle=zeros_of_same,
)
counterexample("7.4", "conv_layer", draw=small_layer, oracle=layer_by_planes)
counterexample(
    "7.5",
    "parameter_counts",
    draw=lambda rng, size: (
        (size, size, int(rng.integers(1, 3))),
        (1, size, int(rng.integers(1, 3))),
        (1, int(rng.integers(1, 3))),
        bool(rng.integers(2)),
    ),
    oracle=counts_by_places,
)
counterexample(
    "7.6",
    "shift",
    draw=lambda rng, size: (
        1 + np.arange(size * (size + 1), dtype=float).reshape(size, size + 1),
        *rng.integers(-1, 2, 2).tolist(),
    ),
    oracle=moved,
)
counterexample(
    "7.7",
    "pool2d",
    draw=small_map,
    oracle=lambda x, size, stride, mode: pooled(
        x, size, stride, np.max if mode == "max" else np.mean
    ),
)
counterexample(
    "7.8",
    "receptive_field",
    draw=lambda rng, size: (random_stack(rng, size),),
    oracle=reach,
)
