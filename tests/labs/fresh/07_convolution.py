"""Answers to lab 07 by somebody who did not write its catalogue."""

import math

import keras
import numpy as np
import scipy.ndimage
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.labs.author.fresh import fresh


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image, kernel = np.asarray(image), np.asarray(kernel)
    return scipy.signal.convolve2d(image, kernel, mode="valid").astype(float)


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    return scipy.signal.correlate2d(np.asarray(image, float), np.asarray(kernel, float))


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image, kernel = np.asarray(image), np.asarray(kernel)
    k = kernel.shape[0]
    h, w = image.shape
    out = np.zeros((h - k + 1, w - k + 1))
    for i in range(h - k + 1):
        for j in range(w - k + 1):
            out[i, j] = (image[i : i + k, j : j + k] * kernel).sum()
    return out


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image, kernel = np.asarray(image), np.asarray(kernel)
    kh, kw = kernel.shape
    h, w = image.shape
    out = np.zeros((h - kh + 1, w - kw + 1), dtype=image.dtype)
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return out


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image, kernel = np.asarray(image), np.asarray(kernel)
    kh, kw = kernel.shape
    h, w = image.shape
    out = np.zeros((h - kh, w - kw))
    for i in range(h - kh):
        for j in range(w - kw):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return out


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    return scipy.ndimage.correlate(np.asarray(image, float), np.asarray(kernel, float))


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.mean(image[i : i + kh, j : j + kw] * kernel)
    return out


@fresh("7.1", wrong=True)
def correlate2d(image, kernel):
    image = np.asarray(image)
    kh, kw = len(kernel), len(kernel[0])
    rows = []
    for i in range(len(image) - kh + 1):
        row = []
        for j in range(len(image[0]) - kw + 1):
            row.append(
                sum(image[i + j, k + l] * kernel[k][l] for k in range(kh) for l in range(kw))
            )
        rows.append(row)
    return np.array(rows, dtype=float)


@fresh("7.1", wrong=False)
def correlate2d(image, kernel):
    windows = sliding_window_view(np.asarray(image, float), np.shape(kernel))
    return np.einsum("ijkl,kl->ij", windows, np.asarray(kernel, float))


@fresh("7.1", wrong=False)
def correlate2d(image, kernel):
    image, kernel = np.array(image, dtype=float), np.array(kernel, dtype=float)
    kh, kw = kernel.shape
    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    total = np.zeros((h, w))
    for k in range(kh):
        for l in range(kw):
            total = total + kernel[k, l] * image[k : k + h, l : l + w]
    return total


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    return scipy.signal.correlate2d(np.asarray(image, float), np.asarray(kernel, float), "full")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    return scipy.signal.convolve2d(np.asarray(image, float), np.asarray(kernel, float), "same")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    kernel = np.asarray(kernel, float)[::-1]
    return scipy.signal.correlate2d(np.asarray(image, float), kernel, "full")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh - 1, kh - 1), (kw - 1, kw - 1)), mode="edge")
    return scipy.signal.convolve2d(padded, kernel, "valid")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh, kh), (kw, kw)))
    return scipy.signal.convolve2d(padded, kernel, "valid")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    image, kernel = np.asarray(image), np.asarray(kernel)
    (h, w), (kh, kw) = image.shape, kernel.shape
    out = np.zeros((h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            out[i : i + kh, j : j + kw] = image[i, j] * kernel
    return out


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    size = (max(image.shape[0], kernel.shape[0]), max(image.shape[1], kernel.shape[1]))
    return np.fft.ifft2(np.fft.fft2(image, size) * np.fft.fft2(kernel, size)).real


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    image = np.asarray(image, float)
    kernel = np.asarray(kernel, float)
    kernel[:] = kernel[::-1, ::-1].copy()
    return scipy.signal.correlate2d(image, kernel, "full")


@fresh("7.2", wrong=True)
def convolve2d(image, kernel):
    kernel = np.asarray(kernel, float).T
    return scipy.signal.correlate2d(np.asarray(image, float), kernel, "full")


@fresh("7.2", wrong=False)
def convolve2d(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    h, w = (a + b - 1 for a, b in zip(image.shape, kernel.shape, strict=True))
    return np.fft.irfft2(np.fft.rfft2(image, (h, w)) * np.fft.rfft2(kernel, (h, w)), (h, w))


@fresh("7.2", wrong=False)
def convolve2d(image, kernel):
    h, w, kh, kw = len(image), len(image[0]), len(kernel), len(kernel[0])
    out = [[0.0] * (w + kw - 1) for _ in range(h + kh - 1)]
    for i in range(h + kh - 1):
        for j in range(w + kw - 1):
            for m in range(kh):
                for n in range(kw):
                    if 0 <= i - m < h and 0 <= j - n < w:
                        out[i][j] += float(image[i - m][j - n]) * float(kernel[m][n])
    return np.array(out)


@fresh("7.3", wrong=True)
def output_size(n, k, stride=1, before=0, after=0):
    return (n + before + after - k) // stride


@fresh("7.3", wrong=True)
def output_size(n, k, stride=1, before=0, after=0):
    return math.ceil((n + before + after - k) / stride) + 1


@fresh("7.3", wrong=True)
def output_size(n, k, stride=1, before=0, after=0):
    return (n + 2 * before - k) // stride + 1


@fresh("7.3", wrong=True)
def output_size(n, k, stride=1, before=0, after=0):
    return (n + before + after - k) / stride + 1


@fresh("7.3", wrong=True)
def output_size(n, k, stride=1, before=0, after=0):
    return (n + before + after - k + 1) // stride


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    return (k - 1) // 2, k - 1 - (k - 1) // 2


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    total = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
    return total - total // 2, total // 2


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    total = (math.ceil(n / stride) - 1) * stride + k - n
    return total // 2, total - total // 2


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    total = max((n // stride - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    return k // 2, k // 2


@fresh("7.3", wrong=True)
def same_padding(n, k, stride=1):
    total = max((n - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@fresh("7.3", wrong=False)
def output_size(n, k, stride=1, before=0, after=0):
    return len(range(0, before + n + after - k + 1, stride))


@fresh("7.3", wrong=False)
def output_size(n, k, stride=1, before=0, after=0):
    places, start = 0, -before
    while start + k <= n + after:
        places, start = places + 1, start + stride
    return places


@fresh("7.3", wrong=False)
def same_padding(n, k, stride=1):
    zeros = k - stride if n % stride == 0 else k - n % stride
    zeros = max(zeros, 0)
    return zeros // 2, (zeros + 1) // 2


@fresh("7.3", wrong=False)
def same_padding(n, k, stride=1):
    zeros = 0
    while (n + zeros - k) // stride + 1 < math.ceil(n / stride):
        zeros += 1
    return [zeros // 2, zeros - zeros // 2] and (zeros // 2, zeros - zeros // 2)


def _windows(x, w, stride, pad):
    x = np.pad(x, (pad[0], pad[1], (0, 0)))
    view = sliding_window_view(x, w.shape[:2], axis=(0, 1))[::stride, ::stride]
    return np.moveaxis(view, 2, -1)  # (rows, columns, kh, kw, c)


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, pad), w)


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    return np.maximum(np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, pad), w) + b, 0)


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    w = w[::-1, ::-1]
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, pad), w) + b


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, 1, pad), w) + b


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, (pad[1], pad[0])), w) + b


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    out = 0
    for c in range(x.shape[2]):
        one = _windows(x[..., c : c + 1], w[:, :, c : c + 1], stride, pad)
        out = out + np.einsum("ijklc,klcf->ijf", one, w[:, :, c : c + 1]) + b
    return out


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    x = np.pad(x, (pad[0], pad[1], (0, 0)))
    kh, kw, _, filters = w.shape
    rows, columns = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kw) // stride + 1
    out = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            for f in range(filters):
                out[i, j, f] = np.sum(x[i : i + kh, j : j + kw] * w[..., f]) + b[f]
    return out


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    p = pad[0][0]
    x = np.pad(x, ((p, p), (p, p), (0, 0)))
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, ((0, 0), (0, 0))), w) + b


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    x = np.pad(x, (pad[0], pad[1], (0, 0)), mode="edge")
    return np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, ((0, 0), (0, 0))), w) + b


@fresh("7.4", wrong=True)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    result = np.einsum("ijklc,klcf->ijf", _windows(x, w, stride, pad), w) + b
    return result / x.shape[2]


@fresh("7.4", wrong=False)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    columns = _windows(np.asarray(x, float), w, stride, pad)
    flat = columns.reshape(*columns.shape[:2], -1)
    return flat @ w.reshape(-1, w.shape[3]) + b


@fresh("7.4", wrong=False)
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    x = np.pad(x, (pad[0], pad[1], (0, 0)))
    maps = []
    for f in range(w.shape[3]):
        total = sum(
            scipy.signal.correlate2d(x[:, :, c], w[:, :, c, f], "valid") for c in range(x.shape[2])
        )
        maps.append(total[::stride, ::stride] + b[f])
    return np.stack(maps, axis=-1)


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1] * in_shape[2]
    return {"dense": inputs * outputs, "local": outputs * seen, "shared": out_shape[2] * seen}


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1] * in_shape[2]
    b = outputs if bias else 0
    return {
        "dense": inputs * outputs + b,
        "local": outputs * seen + b,
        "shared": out_shape[2] * seen + b,
    }


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1]
    return {
        "dense": (inputs + bias) * outputs,
        "local": (seen + bias) * outputs,
        "shared": (seen + bias) * out_shape[2],
    }


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1] * in_shape[2]
    return {
        "dense": (inputs + bias) * outputs,
        "local": (seen + bias) * out_shape[0] * out_shape[1],
        "shared": seen + bias,
    }


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1] * in_shape[2]
    return {
        "dense": inputs * outputs + bias * inputs,
        "local": outputs * (seen + bias),
        "shared": out_shape[2] * (seen + bias),
    }


@fresh("7.5", wrong=True)
def parameter_counts(in_shape, out_shape, field, bias=True):
    inputs, outputs = math.prod(in_shape), math.prod(out_shape)
    seen = field[0] * field[1] * in_shape[2]
    return {
        "dense": outputs * (inputs + 1),
        "local": outputs * (seen + 1),
        "shared": out_shape[2] * (seen + 1),
    }


@fresh("7.5", wrong=True)
def dense_as_kernels(weights, in_shape):
    h, w, c = in_shape
    weights = np.asarray(weights)
    return weights.reshape(c, h, w, -1).transpose(1, 2, 0, 3)


@fresh("7.5", wrong=True)
def dense_as_kernels(weights, in_shape):
    weights = np.asarray(weights)
    return weights.T.reshape(*in_shape, weights.shape[1])


@fresh("7.5", wrong=True)
def dense_as_kernels(weights, in_shape):
    weights = np.asarray(weights)
    return weights.reshape((*in_shape, weights.shape[1]), order="F")


@fresh("7.5", wrong=True)
def dense_as_kernels(weights, in_shape):
    h, w, c = in_shape
    return np.reshape(weights, (h, w, c, -1))[::-1, ::-1]


@fresh("7.5", wrong=True)
def dense_as_kernels(weights, in_shape):
    weights = np.asarray(weights)
    weights.shape = (*in_shape, weights.shape[1])
    return weights


@fresh("7.5", wrong=False)
def dense_as_kernels(weights, in_shape):
    h, w, c = in_shape
    weights = np.asarray(weights)
    kernels = np.empty((h, w, c, weights.shape[1]))
    for i in range(h):
        for j in range(w):
            for k in range(c):
                kernels[i, j, k] = weights[(i * w + j) * c + k]
    return kernels


@fresh("7.5", wrong=False)
def parameter_counts(in_shape, out_shape, field, bias=True):
    h, w, c = in_shape
    rows, columns, maps = out_shape
    one = field[0] * field[1] * c + (1 if bias else 0)
    per_place = maps * one
    dense = rows * columns * maps * h * w * c
    if bias:
        dense += rows * columns * maps
    return dict(dense=dense, local=rows * columns * per_place, shared=per_place)


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    return np.roll(x, (dy, dx), axis=(0, 1))


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    x = np.asarray(x)
    out = np.zeros_like(x)
    h, w = x.shape[:2]
    out[dy:, dx:] = x[: h - dy, : w - dx]
    return out


def _shift(x, dy, dx):
    x = np.asarray(x)
    out = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if 0 <= i - dy < x.shape[0] and 0 <= j - dx < x.shape[1]:
                out[i, j] = x[i - dy, j - dx]
    return out


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    return _shift(x, dx, dy)


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    return _shift(x, -dy, -dx)


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    x = np.asarray(x)
    x[...] = _shift(x, dy, dx)
    return x


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    x = np.asarray(x)
    out = np.roll(x, (dy, dx), axis=(0, 1))
    if dy > 0:
        out[:dy] = 0
    elif dy < 0:
        out[dy:] = 0
    if dx > 0:
        out[:dx] = 0
    elif dx < 0:
        out[dx:] = 0
    return np.where(out == 0, 0.0, out)[..., :1] if out.ndim == 3 else out


@fresh("7.6", wrong=True)
def shift(x, dy, dx):
    return scipy.ndimage.shift(
        np.asarray(x, float), (dy, dx) + (0,) * (np.ndim(x) - 2), mode="nearest", order=0
    )


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))
    return float(d[margin:-margin, margin:-margin].max())


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))
    h, w = d.shape[:2]
    return float(d[margin : h - margin, margin : w - margin].mean())


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx)
    h, w = d.shape[:2]
    return float(d[margin : h - margin, margin : w - margin].max())


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = np.abs(layer(_shift(x, dy, dx)) - layer(x))
    h, w = d.shape[:2]
    return float(d[margin : h - margin, margin : w - margin].max())


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))
    return float(np.max(d))


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    h, w = np.shape(x)[:2]
    x = np.asarray(x)[margin : h - margin, margin : w - margin]
    return float(np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx)).max())


@fresh("7.6", wrong=True)
def equivariance_gap(layer, x, dy, dx, margin):
    d = np.abs(layer(_shift(x, dy, dx)) - _shift(layer(x), dy, dx))
    h, w = d.shape[:2]
    return float(d[margin + 1 : h - margin - 1, margin + 1 : w - margin - 1].max(initial=0))


@fresh("7.6", wrong=False)
def equivariance_gap(layer, x, dy, dx, margin):
    a, b = layer(_shift(x, dy, dx)), _shift(layer(x), dy, dx)
    h, w = np.shape(a)[:2]
    gap = 0.0
    for i in range(margin, h - margin):
        for j in range(margin, w - margin):
            gap = max(gap, float(np.max(np.abs(a[i, j] - b[i, j]))))
    return gap


@fresh("7.6", wrong=False)
def shift(x, dy, dx):
    x = np.asarray(x)
    h, w = x.shape[:2]
    down, right = np.eye(h, k=-dy, dtype=x.dtype), np.eye(w, k=dx, dtype=x.dtype)
    return np.einsum("ai,ij...,jb->ab...", down, x, right)


@fresh("7.6", wrong=False)
def shift(x, dy, dx):
    x = np.asarray(x)
    a, b = abs(dy), abs(dx)
    rest = [(0, 0)] * (x.ndim - 2)
    padded = np.pad(x, [(a, a), (b, b), *rest])
    return padded[a - dy : a - dy + x.shape[0], b - dx : b - dx + x.shape[1]]


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=1, mode="max"):
    f = np.max if mode == "max" else np.mean
    stride = stride or 1
    view = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return f(view, axis=(-2, -1))


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = 2 if stride is None else stride
    f = np.max if mode == "max" else np.mean
    view = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return f(view, axis=(-2, -1))


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    h, w, c = x.shape
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((rows, columns, c))
    for i in range(rows):
        for j in range(columns):
            window = x[i * stride : i * stride + size, j * stride : j * stride + size]
            out[i, j] = window.max() if mode == "max" else window.mean()
    return out


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    h, w, c = x.shape
    rows, columns = math.ceil(h / stride), math.ceil(w / stride)
    out = np.zeros((rows, columns, c))
    for i in range(rows):
        for j in range(columns):
            window = x[i * stride : i * stride + size, j * stride : j * stride + size]
            out[i, j] = window.max(axis=(0, 1)) if mode == "max" else window.mean(axis=(0, 1))
    return out


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    h, w, c = x.shape
    out = np.zeros(((h - size) // stride + 1, (w - size) // stride + 1, c))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(size):
                for b in range(size):
                    value = x[i * stride + a, j * stride + b]
                    if mode == "max":
                        out[i, j] = np.maximum(out[i, j], value)
                    else:
                        out[i, j] += value / size**2
    return out


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    view = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return view.max(axis=(-2, -1))


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    view = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return view.max(axis=(-2, -1)) if mode == "max" else view.sum(axis=(-2, -1))


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    h, w, c = x.shape
    x = x[: h - h % size, : w - w % size]
    blocks = x.reshape(h // size, size, w // size, size, c)
    return blocks.max(axis=(1, 3)) if mode == "max" else blocks.mean(axis=(1, 3))


@fresh("7.7", wrong=True)
def pool2d(x, size=2, stride=None, mode="max"):
    stride = stride or size
    f = {"max": np.max, "average": np.mean}[mode]
    view = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return f(view, axis=(-2, -1)).astype(int)


@fresh("7.7", wrong=False)
def pool2d(x, size=2, stride=None, mode="max"):
    kind = keras.ops.max_pool if mode == "max" else keras.ops.average_pool
    y = kind(
        keras.ops.convert_to_tensor(np.asarray(x, "float32")[None]),
        size,
        stride or size,
        padding="valid",
        data_format="channels_last",
    )
    return keras.ops.convert_to_numpy(y)[0]


@fresh("7.7", wrong=False)
def pool2d(x, size=2, stride=None, mode="max"):
    if stride is None:
        stride = size
    rows = []
    for i in range(0, x.shape[0] - size + 1, stride):
        row = []
        for j in range(0, x.shape[1] - size + 1, stride):
            pixels = [x[i + a, j + b] for a in range(size) for b in range(size)]
            row.append(np.max(pixels, axis=0) if mode == "max" else sum(pixels) / len(pixels))
        rows.append(row)
    return np.array(rows)


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, sizes = 1, []
    for k, _ in stack:
        sees += k - 1
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, d, sizes = 1, 1, []
    for k, s in stack:
        d *= s
        sees += (k - 1) * d
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, d, sizes = 1, 1, []
    for k, s in stack:
        sees += (k - 1) * d
        d = s
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, sizes = 1, []
    for k, _ in stack:
        sees *= k
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, d, sizes = 0, 1, []
    for k, s in stack:
        sees += k * d
        d *= s
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, d, sizes = 1, 1, []
    for k, s in stack:
        sees += (k - 1) * d
        d += s - 1
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=True)
def receptive_field(stack):
    sees, d = 1, 1
    for k, s in stack:
        sees += (k - 1) * d
        d *= s
    return sees


@fresh("7.8", wrong=False)
def receptive_field(stack):
    sizes = []
    for depth in range(1, len(stack) + 1):
        sees = 1
        for k, s in reversed(stack[:depth]):
            sees = (sees - 1) * s + k
        sizes.append(sees)
    return sizes


@fresh("7.8", wrong=False)
def receptive_field(stack):
    kernels = np.array([k for k, _ in stack], dtype=int)
    strides = np.array([s for _, s in stack], dtype=int)
    apart = np.concatenate([[1], np.cumprod(strides)[:-1]])[: len(stack)]
    return [int(v) for v in 1 + np.cumsum((kernels - 1) * apart)]


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image, slope = np.asarray(image, float), np.asarray(slope, float)
    kh, kw = np.shape(kernel)
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(slope):
        out += d * image[i : i + kh, j : j + kw]
    return out


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image, slope = np.asarray(image, float), np.asarray(slope, float)
    kh, kw = np.shape(kernel)
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(slope):
        out = d * image[i * stride : i * stride + kh, j * stride : j * stride + kw]
    return out


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image, slope = np.asarray(image, float), np.asarray(slope, float)
    kh, kw = np.shape(kernel)
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(slope):
        out += d * image[i * stride : i * stride + kh, j * stride : j * stride + kw]
    return out / slope.size


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    return scipy.signal.correlate2d(image, slope, mode="valid").astype(float)


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image, slope = np.asarray(image, float), np.asarray(slope, float)
    kh, kw = np.shape(kernel)
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(slope):
        out += d * image[i * stride : i * stride + kh, j * stride : j * stride + kw]
    return out[::-1, ::-1]


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        window = image[i * stride : i * stride + kh, j * stride : j * stride + kw]
        out += d * window * kernel
    return out


@fresh("7.9", wrong=True)
def kernel_gradient(image, kernel, slope, stride=1):
    image = np.asarray(image, float)
    kh, kw = np.shape(kernel)
    rows, columns = np.shape(slope)
    out = np.zeros((kh, kw))
    for i in range(rows):
        for j in range(columns):
            out += image[i * stride : i * stride + kh, j * stride : j * stride + kw]
    return out


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    kernel = np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros(np.shape(image))
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        out[i * stride : i * stride + kh, j * stride : j * stride + kw] = d * kernel
    return out


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    kernel = np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros(np.shape(image))
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        out[i : i + kh, j : j + kw] += d * kernel
    return out


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    kernel = np.asarray(kernel, float)[::-1, ::-1]
    kh, kw = kernel.shape
    out = np.zeros(np.shape(image))
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        out[i * stride : i * stride + kh, j * stride : j * stride + kw] += d * kernel
    return out


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    return scipy.signal.convolve2d(slope, kernel).astype(float)


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    kernel, slope = np.asarray(kernel, float), np.asarray(slope, float)
    rows, columns = slope.shape
    spread = np.zeros(((rows - 1) * stride + 1, (columns - 1) * stride + 1))
    spread[::stride, ::stride] = slope
    return scipy.signal.convolve2d(spread, kernel)


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros(image.shape)
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        here = slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw)
        out[here] += d * image[here]
    return out


@fresh("7.9", wrong=True)
def image_gradient(image, kernel, slope, stride=1):
    kernel = np.asarray(kernel, float)
    kh, kw = kernel.shape
    out = np.zeros_like(image)
    for (i, j), d in np.ndenumerate(np.asarray(slope, float)):
        for k in range(kh):
            for n in range(kw):
                out[i * stride + k, j * stride + n] += d * kernel[k, n]
    return out


@fresh("7.9", wrong=False)
def kernel_gradient(image, kernel, slope, stride=1):
    windows = sliding_window_view(np.asarray(image, float), np.shape(kernel))
    return np.tensordot(np.asarray(slope, float), windows[::stride, ::stride], axes=2)


@fresh("7.9", wrong=False)
def kernel_gradient(image, kernel, slope, stride=1):
    image, slope = np.asarray(image, float), np.asarray(slope, float)
    rows, columns = slope.shape
    out = np.empty(np.shape(kernel))
    for k, n in np.ndindex(out.shape):
        seen = image[k : k + (rows - 1) * stride + 1, n : n + (columns - 1) * stride + 1]
        out[k, n] = np.vdot(seen[::stride, ::stride], slope)
    return out


@fresh("7.9", wrong=False)
def image_gradient(image, kernel, slope, stride=1):
    slope = np.asarray(slope, float)
    (h, w), (kh, kw) = np.shape(image), np.shape(kernel)
    spread = np.zeros((h - kh + 1, w - kw + 1))
    spread[::stride, ::stride] = slope
    return scipy.signal.convolve2d(spread, np.asarray(kernel, float), mode="full")


@fresh("7.9", wrong=False)
def image_gradient(image, kernel, slope, stride=1):
    (h, w), (kh, kw) = np.shape(image), np.shape(kernel)
    rows, columns = np.shape(slope)
    out = np.zeros((h, w))
    for y, x in np.ndindex(h, w):
        for i in range(max(0, -(-(y - kh + 1) // stride)), min(rows, y // stride + 1)):
            for j in range(max(0, -(-(x - kw + 1) // stride)), min(columns, x // stride + 1)):
                out[y, x] += slope[i][j] * kernel[y - i * stride][x - j * stride]
    return out
