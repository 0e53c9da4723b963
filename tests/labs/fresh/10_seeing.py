"""Answers to lab 10 by somebody who did not write its catalogue."""

import numpy as np
import scipy.stats

from coursekit.labs.author.fresh import fresh

# 10.1 ---------------------------------------------------------------------------------


def _slope(x, kernels, w, c, gate=lambda a: a > 0):
    x, kernels, w = map(np.asarray, (x, kernels, w))
    kh, kw = kernels.shape[:2]
    h, v = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    slope = np.zeros(x.shape)
    for i in range(h):
        for j in range(v):
            a = np.tensordot(x[i : i + kh, j : j + kw], kernels, 3)
            slope[i : i + kh, j : j + kw] += kernels @ (w[:, c] * gate(a))
    return slope, h * v


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c)
    return (slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, _ = _slope(x, kernels, w, c)
    return np.abs(slope).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c, lambda a: np.ones_like(a))
    return np.abs(slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c, lambda a: np.maximum(a, 0))
    return np.abs(slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c)
    return np.abs(slope / places).mean(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, np.asarray(kernels)[::-1, ::-1], w, c)
    return np.abs(slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c)
    return np.abs(np.asarray(x) * slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, places = _slope(x, kernels, w, c, lambda a: a >= 0)
    return np.abs(slope / places).max(axis=-1)


@fresh("10.1", wrong=True)
def saliency(x, kernels, w, c):
    slope, _ = _slope(x, kernels, w, c)
    return np.abs(slope / (np.shape(x)[0] * np.shape(x)[1])).max(axis=-1)


@fresh("10.1", wrong=False)
def saliency(x, kernels, w, c):
    x, kernels, w = (np.asarray(a, float) for a in (x, kernels, w))
    kh, kw = kernels.shape[:2]
    patches = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(0, 1))
    a = np.einsum("ijcab,abck->ijk", patches, kernels)
    back = (a > 0) * w[:, c] / (a.shape[0] * a.shape[1])
    slope = np.zeros_like(x)
    for p in range(kh):
        for q in range(kw):
            slope[p : p + a.shape[0], q : q + a.shape[1]] += back @ kernels[p, q].T
    return np.max(np.abs(slope), axis=2)


@fresh("10.1", wrong=False)
def saliency(x, kernels, w, c):
    slope, places = _slope(np.array(x, np.float64), kernels, w, c)
    return np.maximum(slope.max(axis=2), -slope.min(axis=2)) / places


# 10.2 ---------------------------------------------------------------------------------


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal), np.asarray(x)
    if rule == "gradient":
        return np.maximum(signal, 0) * (x > 0)
    if rule == "deconvnet":
        return np.maximum(signal, 0)
    return signal * (x > 0)


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal), np.asarray(x)
    if rule == "gradient":
        return signal * x * (x > 0)
    return np.maximum(signal, 0) * (1 if rule == "deconvnet" else x > 0)


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal), np.asarray(x)
    if rule == "gradient":
        return signal * (x >= 0)
    return np.maximum(signal, 0) * (1 if rule == "deconvnet" else x >= 0)


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal), np.asarray(x)
    if rule == "gradient":
        return signal * (x > 0)
    if rule == "deconvnet":
        return np.abs(signal)
    return np.abs(signal) * (x > 0)


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal), np.asarray(x)
    if rule == "gradient":
        return signal * (x > 0)
    if rule == "deconvnet":
        return np.maximum(signal, 0)
    return signal * ((x > 0) | (signal > 0))


@fresh("10.2", wrong=True)
def relu_back(signal, x, rule):
    signal = np.array(signal, float)
    x = np.asarray(x)
    if rule == "deconvnet":
        return np.maximum(signal, 0)
    return np.maximum(x, 0) if rule == "gradient" else np.maximum(signal, 0) * (x > 0)


@fresh("10.2", wrong=True)
def send_back(steps, signal, rule):
    for kind, x, back in steps:
        signal = relu_back(signal, x, rule) if kind == "relu" else back(signal)  # noqa: F821
    return signal


@fresh("10.2", wrong=True)
def send_back(steps, signal, rule):
    for kind, _, back in reversed(steps):
        signal = np.maximum(signal, 0) if kind == "relu" else back(signal)
    return signal


@fresh("10.2", wrong=True)
def send_back(steps, signal, rule):
    for kind, x, back in reversed(steps):
        if kind == "relu":
            return np.asarray(signal) * (np.asarray(x) > 0)
        signal = back(signal)
    return signal


@fresh("10.2", wrong=True)
def send_back(steps, signal, rule):
    for kind, x, back in reversed(steps[1:]):
        signal = relu_back(signal, x, rule) if kind == "relu" else back(signal)  # noqa: F821
    return signal


@fresh("10.2", wrong=False)
def relu_back(signal, x, rule):
    signal, x = np.asarray(signal, float), np.asarray(x, float)
    passes = {"gradient": x > 0, "deconvnet": signal > 0, "guided": (x > 0) & (signal > 0)}
    return np.where(passes[rule], signal, 0.0)


@fresh("10.2", wrong=False)
def send_back(steps, signal, rule):
    if not steps:
        return signal
    *below, (kind, x, back) = steps
    if kind == "relu":
        return send_back(below, relu_back(signal, x, rule), rule)  # noqa: F821
    return send_back(below, back(signal), rule)


# 10.3 ---------------------------------------------------------------------------------


def _place(signal, x, choose):
    signal, x = np.asarray(signal), np.asarray(x)
    out = np.zeros(x.shape)
    for n, i, j, m in np.ndindex(*signal.shape):
        block = x[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, m]
        p, q = choose(block)
        out[n, 2 * i + p, 2 * j + q, m] = signal[n, i, j, m]
    return out


@fresh("10.3", wrong=True)
def unpool(signal, x):
    return np.repeat(np.repeat(np.asarray(signal), 2, axis=1), 2, axis=2)


@fresh("10.3", wrong=True)
def unpool(signal, x):
    big = np.repeat(np.repeat(np.asarray(signal), 2, axis=1), 2, axis=2)
    x = np.asarray(x)
    n, h, w, c = np.shape(signal)
    top = x.reshape(n, h, 2, w, 2, c).max(axis=(2, 4))
    return big * (x == np.repeat(np.repeat(top, 2, axis=1), 2, axis=2))


@fresh("10.3", wrong=True)
def unpool(signal, x):
    return _place(signal, x, lambda b: (0, 0))


@fresh("10.3", wrong=True)
def unpool(signal, x):
    return _place(signal, x, lambda b: np.unravel_index(b.T.argmax(), (2, 2))[::-1])


@fresh("10.3", wrong=True)
def unpool(signal, x):
    return _place(signal, x, lambda b: np.unravel_index(3 - b.ravel()[::-1].argmax(), (2, 2)))


@fresh("10.3", wrong=True)
def unpool(signal, x):
    return _place(signal, x, lambda b: np.unravel_index(np.abs(b).argmax(), (2, 2)))


@fresh("10.3", wrong=True)
def unpool(signal, x):
    signal, x = np.asarray(signal), np.asarray(x)
    out = np.zeros(x.shape)
    for n, i, j, m in np.ndindex(*signal.shape):
        block = x[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=-1)
        p, q = np.unravel_index(block.argmax(), (2, 2))
        out[n, 2 * i + p, 2 * j + q, m] = signal[n, i, j, m]
    return out


@fresh("10.3", wrong=True)
def unpool(signal, x):
    out = _place(signal, x, lambda b: np.unravel_index(b.argmax(), (2, 2)))
    return np.where(out != 0, np.asarray(x, float), 0)


@fresh("10.3", wrong=False)
def unpool(signal, x):
    return _place(signal, x, lambda b: divmod(int(np.argmax(b)), 2))


@fresh("10.3", wrong=False)
def unpool(signal, x):
    signal, x = np.asarray(signal), np.asarray(x)
    out, free = np.zeros(x.shape), np.ones(signal.shape, bool)
    four = [x[:, p::2, q::2] for p in (0, 1) for q in (0, 1)]
    top = np.maximum.reduce(four)
    for (p, q), part in zip([(0, 0), (0, 1), (1, 0), (1, 1)], four, strict=True):
        here = free & (part == top)
        out[:, p::2, q::2] = np.where(here, signal, 0)
        free &= ~here
    return out


# 10.4 ---------------------------------------------------------------------------------


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    return np.sum(slopes.mean(axis=(1, 2), keepdims=True) * maps, axis=-1)


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    return np.maximum(0, np.sum(slopes * maps, axis=-1))


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    return np.maximum(0, np.sum(slopes.mean(axis=(0, 1, 2)) * maps, axis=-1))


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    return np.maximum(0, np.sum(slopes.sum(axis=(1, 2), keepdims=True) * maps, axis=-1))


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    return np.sum(np.maximum(0, slopes.mean(axis=(1, 2), keepdims=True) * maps), axis=-1)


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    alpha = slopes.mean(axis=(1, 2), keepdims=True)
    return np.maximum(0, np.mean(alpha * maps, axis=-1))


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    cam = np.maximum(0, np.sum(slopes.mean(axis=(1, 2), keepdims=True) * maps, axis=-1))
    return cam / (cam.max() + 1e-12)


@fresh("10.4", wrong=True)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    alpha = np.maximum(slopes.mean(axis=(1, 2), keepdims=True), 0)
    return np.sum(alpha * maps, axis=-1)


@fresh("10.4", wrong=False)
def grad_cam(maps, slopes):
    maps, slopes = np.asarray(maps, float), np.asarray(slopes, float)
    cam = np.einsum("nhwk,nk->nhw", maps, np.einsum("nhwk->nk", slopes))
    return np.clip(cam / (maps.shape[1] * maps.shape[2]), 0, None)


@fresh("10.4", wrong=False)
def grad_cam(maps, slopes):
    out = []
    for a, g in zip(np.asarray(maps), np.asarray(slopes), strict=True):
        cam = a @ g.reshape(-1, g.shape[-1]).mean(axis=0)
        out.append(np.where(cam > 0, cam, 0.0))
    return np.stack(out)


# 10.5 ---------------------------------------------------------------------------------


def _covered(image, size, stride, fill, last=1):
    rows = range(0, image.shape[0] - size + last, stride)
    columns = range(0, image.shape[1] - size + last, stride)
    out = []
    for i in rows:
        for j in columns:
            one = np.array(image, float)
            one[i : i + size, j : j + size] = fill
            out.append(one)
    return np.array(out), (len(rows), len(columns))


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill)
    return score(covered).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill)
    return (score(covered) - score(np.array([image]))[0]).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill, last=0)
    return (score(np.array([image]))[0] - score(covered)).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill, last=size)
    return (score(np.array([image]))[0] - score(covered)).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, 0.5)
    return (score(np.array([image]))[0] - score(covered)).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    rows = range(0, image.shape[0] - size + 1, stride)
    columns = range(0, image.shape[1] - size + 1, stride)
    before = score(np.array([image]))[0]
    out = np.zeros((len(rows), len(columns)))
    for p, i in enumerate(rows):
        for q, j in enumerate(columns):
            image[i : i + size, j : j + size] = fill
            out[p, q] = before - score(np.array([image]))[0]
    return out


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill)
    return np.abs(score(np.array([image]))[0] - score(covered)).reshape(shape)


@fresh("10.5", wrong=True)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill)
    return (score(np.array([image]))[0] - score(covered)).reshape(shape[::-1]).T


@fresh("10.5", wrong=False)
def occlusion(image, score, size, stride, fill=0.5):
    image = np.asarray(image, float)
    rows = np.arange(0, image.shape[0] - size + 1, stride)
    columns = np.arange(0, image.shape[1] - size + 1, stride)
    batch = np.repeat(image[None], 1 + len(rows) * len(columns), axis=0)
    for k, (i, j) in enumerate((i, j) for i in rows for j in columns):
        batch[k + 1, i : i + size, j : j + size] = fill
    scores = score(batch)
    return (scores[0] - scores[1:]).reshape(len(rows), len(columns))


@fresh("10.5", wrong=False)
def occlusion(image, score, size, stride, fill=0.5):
    covered, shape = _covered(image, size, stride, fill)
    fall = np.asarray(score(np.asarray(image)[None])) - np.asarray(score(covered))
    return np.reshape(fall, shape)


# 10.6 ---------------------------------------------------------------------------------


def _climbed(start, slope, shifts, rate, decay, back=-1, sign=1, pull=2.0, centre=0.5, cut=True):
    images = np.array(start, dtype=float)
    for down, right in shifts:
        g = slope(np.roll(images, (down, right), axis=(1, 2)))
        g = np.roll(g, (back * down, back * right), axis=(1, 2))
        images = images + sign * rate * (g - pull * decay * (images - centre))
        images = np.clip(images, 0, 1) if cut else images
    return images


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, shifts, rate, decay, sign=-1)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, shifts, rate, decay, pull=1.0)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, shifts, rate, decay, back=0)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, shifts, rate, decay, centre=0.0)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return np.clip(_climbed(start, slope, shifts, rate, decay, cut=False), 0, 1)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, shifts, rate, decay, pull=-2.0)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    images = start
    for down, right in shifts:
        g = slope(np.roll(images, (down, right), axis=(1, 2)))
        g = np.roll(g, (-down, -right), axis=(1, 2)) - 2 * decay * (images - 0.5)
        images += rate * g
        np.clip(images, 0, 1, out=images)
    return images


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, [(right, down) for down, right in shifts], rate, decay)


@fresh("10.6", wrong=True)
def climb(start, slope, shifts, rate, decay):
    images = np.array(start, dtype=float)
    for down, right in shifts:
        moved = np.roll(images, (down, right), axis=(1, 2))
        images = np.clip(moved + rate * (slope(moved) - 2 * decay * (moved - 0.5)), 0, 1)
    return images


@fresh("10.6", wrong=False)
def climb(start, slope, shifts, rate, decay):
    images = np.array(start, dtype=np.float64)
    for down, right in shifts:
        images = np.roll(np.roll(images, down, axis=1), right, axis=2)
        images = images + rate * (slope(images) + 2 * decay * (0.5 - images))
        images = np.minimum(np.maximum(images, 0), 1)
        images = np.roll(np.roll(images, -right, axis=2), -down, axis=1)
    return images


@fresh("10.6", wrong=False)
def climb(start, slope, shifts, rate, decay):
    return _climbed(start, slope, list(shifts), rate, decay)


# 10.7 ---------------------------------------------------------------------------------


@fresh("10.7", wrong=True)
def fgsm(x, gradient, eps):
    return np.clip(np.asarray(x) - eps * np.sign(gradient), 0, 1)


@fresh("10.7", wrong=True)
def fgsm(x, gradient, eps):
    return np.asarray(x) + eps * np.sign(gradient)


@fresh("10.7", wrong=True)
def fgsm(x, gradient, eps):
    return np.clip(np.asarray(x) + eps * np.asarray(gradient), 0, 1)


@fresh("10.7", wrong=True)
def fgsm(x, gradient, eps):
    g = np.asarray(gradient)
    return np.clip(np.asarray(x) + eps * g / np.linalg.norm(g), 0, 1)


@fresh("10.7", wrong=True)
def fgsm(x, gradient, eps):
    return np.clip(np.asarray(x) + eps * np.where(np.asarray(gradient) >= 0, 1, -1), 0, 1)


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.logaddexp(0, -margin)) + eps * np.abs(w).sum())


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.logaddexp(0, eps * np.linalg.norm(w) - margin)))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.logaddexp(0, -eps * np.abs(w).sum() - margin)))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.sum(np.logaddexp(0, eps * np.abs(w).sum() - margin)))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.max(np.logaddexp(0, eps * np.abs(w).sum() - margin)))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.logaddexp(0, eps * np.sum(w) - margin)))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    x, y, w = map(np.asarray, (x, y, w))
    margin = y * (fgsm(x, -y[:, None] * w, eps) @ w + b)  # noqa: F821
    return float(np.mean(np.log1p(np.exp(-margin))))


@fresh("10.7", wrong=True)
def worst_loss(x, y, w, b, eps):
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.log(1 + np.exp(eps * np.abs(w).sum() - margin))))


@fresh("10.7", wrong=False)
def fgsm(x, gradient, eps):
    x, g = np.array(x, float), np.asarray(gradient)
    x[g > 0] += eps
    x[g < 0] -= eps
    return np.minimum(1, np.maximum(0, x))


@fresh("10.7", wrong=False)
def worst_loss(x, y, w, b, eps):
    x, y, w = np.asarray(x, float), np.asarray(y, float), np.asarray(w, float)
    attacked = x - eps * y[:, None] * np.sign(w)
    z = -y * (attacked @ w + b)
    return np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


# 10.8 ---------------------------------------------------------------------------------


@fresh("10.8", wrong=True)
def shares(d2, i, beta):
    p = np.exp(-beta * np.asarray(d2, float)[i])
    return p / p.sum()


@fresh("10.8", wrong=True)
def shares(d2, i, beta):
    p = np.exp(-beta * np.asarray(d2, float)[i])
    p[i] = 0
    return p / p.sum()


@fresh("10.8", wrong=True)
def shares(d2, i, beta):
    p = np.exp(-np.asarray(d2, float)[i] / beta)
    p[i] = 0
    return p / p.sum()


@fresh("10.8", wrong=True)
def shares(d2, i, beta):
    near = np.sqrt(np.array(d2, float)[i])
    near[i] = np.inf
    p = np.exp(-beta * (near - near.min()))
    return p / p.sum()


@fresh("10.8", wrong=True)
def shares(d2, i, beta):
    near = np.asarray(d2, float)[i]
    near = near - np.delete(near, i).min()
    p = np.exp(-beta * near)
    p = p / p.sum()
    p[i] = 0
    return p


@fresh("10.8", wrong=True)
def tuned(d2, i, perplexity):
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        p = shares(d2, i, np.exp(middle))  # noqa: F821
        q = p[p > 0]
        if 2 ** -np.sum(q * np.log(q)) > perplexity:
            low = middle
        else:
            high = middle
    return p


@fresh("10.8", wrong=True)
def tuned(d2, i, perplexity):
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        p = shares(d2, i, np.exp(middle))  # noqa: F821
        q = p[p > 0]
        if -np.sum(q * np.log2(q)) > perplexity:
            low = middle
        else:
            high = middle
    return p


@fresh("10.8", wrong=True)
def tuned(d2, i, perplexity):
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        p = shares(d2, i, np.exp(middle))  # noqa: F821
        q = p[p > 0]
        if 2 ** -np.sum(q * np.log2(q)) > perplexity:
            high = middle
        else:
            low = middle
    return p


@fresh("10.8", wrong=True)
def tuned(d2, i, perplexity):
    low, high = -3.0, 3.0
    for _ in range(60):
        middle = (low + high) / 2
        p = shares(d2, i, np.exp(middle))  # noqa: F821
        q = p[p > 0]
        if 2 ** -np.sum(q * np.log2(q)) > perplexity:
            low = middle
        else:
            high = middle
    return p


@fresh("10.8", wrong=True)
def tuned(d2, i, perplexity):
    return shares(d2, i, 1 / perplexity)  # noqa: F821


@fresh("10.8", wrong=False)
def shares(d2, i, beta):
    from scipy.special import softmax

    others = np.delete(np.asarray(d2, float)[i], i)
    return np.insert(softmax(-beta * others), i, 0.0)


@fresh("10.8", wrong=False)
def tuned(d2, i, perplexity):
    from scipy.optimize import brentq

    def gap(log_beta):
        p = shares(d2, i, np.exp(log_beta))  # noqa: F821
        return scipy.stats.entropy(p) - np.log(perplexity)

    return shares(d2, i, np.exp(brentq(gap, -60, 60, xtol=1e-13)))  # noqa: F821


# 10.9 ---------------------------------------------------------------------------------


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(1j * np.radians(angles))
    total = r.sum(axis=1)
    return np.where(total > 0, np.degrees(np.angle(arrow)) % 180, 0), np.abs(arrow) / np.where(
        total > 0, total, 1
    )


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(2j * np.radians(angles))
    total = r.sum(axis=1)
    return np.where(total > 0, np.degrees(np.angle(arrow)) % 360, 0), np.abs(arrow) / np.where(
        total > 0, total, 1
    )


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(2j * np.radians(angles))
    total = r.sum(axis=1)
    return np.where(total > 0, np.degrees(np.angle(arrow)) / 2, 0), np.abs(arrow) / np.where(
        total > 0, total, 1
    )


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(2j * np.radians(angles))
    total = r.sum(axis=1)
    return np.asarray(angles)[r.argmax(axis=1)].astype(float), np.abs(arrow) / np.where(
        total > 0, total, 1
    )


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(2j * np.radians(angles))
    return np.degrees(np.angle(arrow)) / 2 % 180, np.abs(arrow) / r.sum(axis=1)


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    arrow = r @ np.exp(2j * np.radians(angles))
    top = r.max(axis=1)
    return np.degrees(np.angle(arrow)) / 2 % 180, np.abs(arrow) / np.where(top > 0, top, 1)


@fresh("10.9", wrong=True)
def orientation(responses, angles):
    r = np.asarray(responses, float)
    total = r.sum(axis=1)
    safe = np.where(total > 0, total, 1)
    arrow = r @ np.exp(2j * np.radians(angles))
    return (r @ np.asarray(angles)) / safe, np.abs(arrow) / safe


@fresh("10.9", wrong=True)
def colour_share(kernels):
    k = np.asarray(kernels, float)
    grey = k.mean(axis=2, keepdims=True)
    return np.sum(grey**2, axis=(0, 1, 2)) / np.sum(k**2, axis=(0, 1, 2))


@fresh("10.9", wrong=True)
def colour_share(kernels):
    k = np.asarray(kernels, float)
    left = k - k.mean(axis=(0, 1), keepdims=True)
    return np.sum(left**2, axis=(0, 1, 2)) / np.sum(k**2, axis=(0, 1, 2))


@fresh("10.9", wrong=True)
def colour_share(kernels):
    k = np.asarray(kernels, float)
    left = k - k.mean(axis=2, keepdims=True)
    return np.abs(left).sum(axis=(0, 1, 2)) / np.abs(k).sum(axis=(0, 1, 2))


@fresh("10.9", wrong=True)
def colour_share(kernels):
    k = np.asarray(kernels, float)
    left = k - k.mean(axis=2, keepdims=True)
    return np.sum(left**2, axis=(0, 1, 2)) / np.sum(k**2)


@fresh("10.9", wrong=False)
def orientation(responses, angles):
    r, turned = np.asarray(responses, float), np.deg2rad(np.asarray(angles) * 2.0)
    x, y, total = (r * np.cos(turned)).sum(1), (r * np.sin(turned)).sum(1), r.sum(1)
    length = np.hypot(x, y)
    preference = np.rad2deg(np.arctan2(y, x)) / 2
    preference = np.where(preference < 0, preference + 180, preference)
    quiet = total == 0
    return np.where(quiet, 0, preference), np.divide(
        length, total, out=np.zeros_like(total), where=~quiet
    )


@fresh("10.9", wrong=False)
def colour_share(kernels):
    k = np.asarray(kernels, float)
    return 1 - 3 * np.sum(k.mean(axis=2) ** 2, axis=(0, 1)) / np.sum(k**2, axis=(0, 1, 2))


# 10.10 --------------------------------------------------------------------------------


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng(seed)
    out = [np.array(w) for w in weights]
    for i in range(count):
        out[i] = rng.permutation(out[i].ravel()).reshape(out[i].shape)
    return out


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng(seed)
    out = [np.array(w) for w in weights]
    for w in out[-count:]:
        w[...] = rng.permutation(w.ravel()).reshape(w.shape)
    return out


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng(seed)
    for w in weights[len(weights) - count :]:
        w[...] = rng.permutation(w.ravel()).reshape(w.shape)
    return weights


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng(seed)
    out = [np.array(w) for w in weights]
    for i in range(len(out) - count, len(out)):
        out[i] = rng.permutation(out[i])
    return out


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng(seed)
    out = [np.array(w) for w in weights]
    for i in range(len(out) - count, len(out)):
        out[i] = rng.normal(size=out[i].shape)
    return out


@fresh("10.10", wrong=True)
def destroyed(weights, count, seed):
    rng = np.random.default_rng()
    out = [np.array(w) for w in weights]
    for i in range(len(out) - count, len(out)):
        out[i] = rng.permutation(out[i].ravel()).reshape(out[i].shape)
    return out


@fresh("10.10", wrong=True)
def agreement_of(before, after):
    before, after = np.asarray(before), np.asarray(after)
    return float(
        np.mean(
            [
                scipy.stats.spearmanr(a.ravel(), b.ravel())[0]
                for a, b in zip(before, after, strict=True)
            ]
        )
    )


@fresh("10.10", wrong=True)
def agreement_of(before, after):
    a, b = np.abs(before).ravel(), np.abs(after).ravel()
    return float(scipy.stats.spearmanr(a, b)[0])


@fresh("10.10", wrong=True)
def agreement_of(before, after):
    found = [
        np.corrcoef(np.abs(a).ravel(), np.abs(b).ravel())[0, 1]
        for a, b in zip(before, after, strict=True)
    ]
    return float(np.mean(np.nan_to_num(found)))


@fresh("10.10", wrong=True)
def agreement_of(before, after):
    found = []
    for a, b in zip(before, after, strict=True):
        r = [np.abs(m).ravel().argsort() for m in (a, b)]
        found.append(np.corrcoef(*r)[0, 1])
    return float(np.mean(found))


@fresh("10.10", wrong=True)
def agreement_of(before, after):
    found = []
    for a, b in zip(before, after, strict=True):
        r = [np.abs(m).ravel().argsort().argsort() for m in (a, b)]
        found.append(np.corrcoef(*r)[0, 1])
    return float(np.mean(found))


@fresh("10.10", wrong=False)
def destroyed(weights, count, seed):
    rng, out = np.random.default_rng(seed), []
    for place, w in enumerate(weights):
        w = np.array(w, copy=True)
        if place >= len(weights) - count:
            flat = w.reshape(-1)
            rng.shuffle(flat)
        out.append(w)
    return out


@fresh("10.10", wrong=False)
def agreement_of(before, after):
    found = []
    for a, b in zip(np.abs(before), np.abs(after), strict=True):
        if a.min() == a.max() or b.min() == b.max():
            found.append(0.0)
        else:
            found.append(scipy.stats.spearmanr(a.ravel(), b.ravel()).statistic)
    return sum(found) / len(found)
