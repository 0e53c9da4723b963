"""Answers to lab 14 by somebody who did not write its catalogue."""

import numpy as np
from scipy.special import expit, log_expit, logsumexp, softmax
from scipy.stats import multivariate_normal

from coursekit.labs.author.fresh import fresh

# 14.1 ---------------------------------------------------------------------------------


def _offsets(strokes, join=True, lift="end", flip=False, start=False):
    points = np.concatenate([np.asarray(s, float) for s in strokes])
    out = np.zeros((len(points), 3))
    out[1:, :2] = np.diff(points, axis=0)
    if start:
        out[0, :2] = points[0]
    row = 0
    for s in strokes:
        if not join:
            out[row, :2] = 0
        row += len(s)
        if lift == "end":
            out[row - 1, 2] = 1
        elif lift == "start":
            out[row - len(s), 2] = 1
        elif lift == "not last" and row < len(points):
            out[row - 1, 2] = 1
    if flip:
        out[:, 1] *= -1
    return out


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes, join=False)


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes, lift="start")


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes, lift="not last")


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes, start=True)


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes, flip=True)


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    return _offsets(strokes)[1:]


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    out = _offsets(strokes)
    out[:, 2] = 1 - out[:, 2]
    return out


@fresh("14.1", wrong=True)
def to_offsets(strokes):
    points = np.concatenate([np.asarray(s, float) for s in strokes])
    out = _offsets(strokes)
    out[:-1, :2] = np.diff(points, axis=0)
    out[-1, :2] = 0
    return out


def _strokes(offsets, drop_open=False, before=False, cum=True, start=None):
    o = np.asarray(offsets, float)
    places = np.cumsum(o[:, :2], 0) if cum else o[:, :2]
    if start is not None:
        places = places - places[0]
    out, now = [], []
    for p, lift in zip(places, o[:, 2], strict=True):
        if before and lift and now:
            out.append(np.array(now))
            now = []
        now.append(p)
        if lift and not before:
            out.append(np.array(now))
            now = []
    if now and not drop_open:
        out.append(np.array(now))
    return out


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    return _strokes(offsets, drop_open=True)


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    return _strokes(offsets, before=True)


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    return _strokes(offsets, cum=False)


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    return _strokes(offsets, start=0)


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    o = np.asarray(offsets, float)
    return np.split(np.cumsum(o[:, :2], 0), np.flatnonzero(o[:, 2]) + 1)


@fresh("14.1", wrong=True)
def to_strokes(offsets):
    o = np.asarray(offsets, float)
    return [np.cumsum(s[:, :2], 0) for s in np.split(o, np.flatnonzero(o[:, 2]) + 1) if len(s)]


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    return float(np.std(np.asarray(offsets, float)[..., :2]))


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    real = np.arange(o.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.std(o[real]))


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    real = np.arange(o.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.std(o[real][:, :2], axis=0).mean())


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    real = np.arange(o.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.std(o[real][:, :2], ddof=1))


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    real = np.arange(o.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.sqrt((o[real][:, :2] ** 2).mean()))


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    return float(np.mean([np.std(line[:n, :2]) for line, n in zip(o, lengths, strict=True)]))


@fresh("14.1", wrong=True)
def step_size(offsets, lengths):
    o = np.asarray(offsets, float)
    real = np.arange(o.shape[1]) <= np.asarray(lengths)[:, None]
    return float(np.std(o[real][:, :2]))


@fresh("14.1", wrong=False)
def to_offsets(strokes):
    rows, before = [], None
    for stroke in strokes:
        for k, (x, y) in enumerate(stroke):
            step = [0.0, 0.0] if before is None else [x - before[0], y - before[1]]
            rows.append([*step, 1 if k == len(stroke) - 1 else 0])
            before = (x, y)
    return rows


@fresh("14.1", wrong=False)
def to_strokes(offsets):
    x = y = 0.0
    out = [[]]
    for dx, dy, lift in offsets:
        x, y = x + dx, y + dy
        out[-1].append([x, y])
        if lift:
            out.append([])
    return [np.array(s) for s in out if s]


@fresh("14.1", wrong=False)
def step_size(offsets, lengths):
    heap = [
        v for line, n in zip(offsets, lengths, strict=True) for row in line[:n] for v in row[:2]
    ]
    middle = sum(heap) / len(heap)
    return (sum((v - middle) ** 2 for v in heap) / len(heap)) ** 0.5


# 14.2 ---------------------------------------------------------------------------------


def _log_normal(
    x,
    mean,
    sigma,
    rho,
    cross=2.0,
    half=True,
    det=True,
    rest=True,
    two_pi=True,
    sign=1.0,
    half_det=0.5,
):
    d = (np.asarray(x, float) - mean) / np.asarray(sigma, float)
    r = np.asarray(rho, float)
    q = d[..., 0] ** 2 + d[..., 1] ** 2 - sign * cross * r * d[..., 0] * d[..., 1]
    if rest:
        q = q / (1 - r**2)
    out = -(0.5 if half else 1.0) * q - np.log(sigma).sum(-1)
    if det:
        out = out - half_det * np.log(1 - r**2)
    return out - (np.log(2 * np.pi) if two_pi else 0)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, cross=1.0)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, half=False)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, det=False)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, rest=False)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, two_pi=False)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, sign=-1.0)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, rho, half_det=1.0)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return np.exp(_log_normal(x, mean, sigma, rho))


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, np.sqrt(sigma), rho)


@fresh("14.2", wrong=True)
def log_normal(x, mean, sigma, rho):
    return _log_normal(x, mean, sigma, np.zeros(np.shape(rho)))


@fresh("14.2", wrong=False)
def log_normal(x, mean, sigma, rho):
    x, mean, sigma = np.broadcast_arrays(*(np.asarray(v, float) for v in (x, mean, sigma)))
    rho = np.broadcast_to(np.asarray(rho, float), np.broadcast_shapes(x.shape[:-1], np.shape(rho)))
    x, mean, sigma = (np.broadcast_to(v, (*rho.shape, 2)) for v in (x, mean, sigma))
    out = np.empty(rho.shape)
    for k in np.ndindex(rho.shape):
        a, b = sigma[k]
        cov = [[a * a, rho[k] * a * b], [rho[k] * a * b, b * b]]
        out[k] = multivariate_normal(mean[k], cov).logpdf(x[k])
    return out


@fresh("14.2", wrong=False)
def log_normal(x, mean, sigma, rho):
    # x first, then y given x
    d, s, r = np.subtract(x, mean), np.asarray(sigma, float), np.asarray(rho, float)
    a = d[..., 0] / s[..., 0]
    left = s[..., 1] * np.sqrt(1 - r * r)
    b = (d[..., 1] - r * s[..., 1] * a) / left
    return -(a * a + b * b) / 2 - np.log(s[..., 0]) - np.log(left) - np.log(2 * np.pi)


# 14.3 ---------------------------------------------------------------------------------


def _mixture(
    o,
    soft=softmax,
    clip=(-5, 3),
    after=False,
    rho=0.95,
    lift=expit,
    order=(0, 1, 2, 3, 4, 5),
    last=False,
    inter=False,
    axis=-1,
):
    o = np.asarray(o, float)
    pen, rest = (o[..., -1], o[..., :-1]) if last else (o[..., 0], o[..., 1:])
    m = rest.shape[-1] // 6
    if inter:
        parts = [rest[..., k::6] for k in range(6)]
    else:
        parts = [rest[..., k * m : (k + 1) * m] for k in range(6)]
    w, mx, my, sx, sy, r = (parts[k] for k in order)
    s = np.stack([sx, sy], -1)
    s = (
        np.clip(np.exp(s), *np.exp(clip))
        if after == "exp"
        else np.exp(np.clip(s, *clip) if clip else s)
    )
    return soft(w, axis=axis), np.stack([mx, my], -1), s, rho * np.tanh(r), lift(pen)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, soft=lambda w, axis: np.exp(w) / np.exp(w).sum(axis, keepdims=True))


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, clip=None)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, rho=1.0)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, clip=(-3, 5))


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, last=True)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, inter=True)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, lift=lambda v: v)


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, soft=lambda w, axis: softmax(w))


@fresh("14.3", wrong=True)
def mixture(outputs):
    w, means, s, r, lift = _mixture(outputs)
    return w, np.swapaxes(means, -1, -2), np.swapaxes(s, -1, -2), r, lift


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, order=(0, 1, 3, 2, 4, 5))


@fresh("14.3", wrong=True)
def mixture(outputs):
    return _mixture(outputs, lift=lambda v: 0.5 * (1 + np.tanh(v)))


@fresh("14.3", wrong=False)
def mixture(outputs):
    o = np.asarray(outputs, float)
    m = (o.shape[-1] - 1) // 6
    w, mx, my, sx, sy, r = np.split(o[..., 1:], 6, axis=-1)
    assert w.shape[-1] == m
    low, high = np.exp(-5.0), np.exp(3.0)
    with np.errstate(over="ignore"):
        sigma = np.minimum(np.maximum(np.exp(np.stack((sx, sy), axis=-1)), low), high)
    return (
        np.exp(w - logsumexp(w, axis=-1, keepdims=True)),
        np.stack((mx, my), axis=-1),
        sigma,
        0.95 * np.tanh(r),
        np.exp(log_expit(o[..., 0])),
    )


@fresh("14.3", wrong=False)
def mixture(outputs):
    return list(_mixture(outputs))


# 14.4 ---------------------------------------------------------------------------------


def _pen(lw, ln, logit, lifted, pen=True, flip=False, step=True):
    s = -logsumexp(np.asarray(lw, float) + np.asarray(ln, float), axis=-1)
    y = np.asarray(lifted) > 0
    if flip:
        y = ~y
    z = np.asarray(logit, float)
    p = np.logaddexp(0, np.where(y, -z, z))
    return (s if step else 0) + (p if pen else 0)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    return _pen(log_weights, log_normals, logit, lifted, pen=False)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    return _pen(log_weights, log_normals, logit, lifted, flip=True)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    return -_pen(log_weights, log_normals, logit, lifted)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    dens = np.sum(np.exp(log_weights) * np.exp(log_normals), axis=-1)
    return -np.log(dens + 1e-8) + _pen(log_weights, log_normals, logit, lifted, step=False)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    p = expit(np.asarray(logit, float))
    y = np.asarray(lifted, float)
    bce = -(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))
    return _pen(log_weights, log_normals, logit, lifted, pen=False) + bce


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    each = np.sum(np.exp(log_weights) * np.asarray(log_normals), axis=-1)
    return -each + _pen(log_weights, log_normals, logit, lifted, step=False)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    s = -logsumexp(np.asarray(log_normals), axis=-1)
    return s + _pen(log_weights, log_normals, logit, lifted, step=False)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    s = -logsumexp(np.asarray(log_weights) + np.asarray(log_normals))
    return s + _pen(log_weights, log_normals, logit, lifted, step=False)


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    s = -logsumexp(np.asarray(log_weights) + np.asarray(log_normals), axis=-1)
    return s - np.asarray(lifted) * log_expit(np.asarray(logit, float))


@fresh("14.4", wrong=True)
def pen_losses(log_weights, log_normals, logit, lifted):
    s = -np.max(np.asarray(log_weights) + np.asarray(log_normals), axis=-1)
    return s + _pen(log_weights, log_normals, logit, lifted, step=False)


@fresh("14.4", wrong=True)
def mean_loss(losses, lengths):
    return float(np.mean(losses))


@fresh("14.4", wrong=True)
def mean_loss(losses, lengths):
    return float(np.mean([np.mean(v[:n]) for v, n in zip(losses, lengths, strict=True)]))


@fresh("14.4", wrong=True)
def mean_loss(losses, lengths):
    v = np.asarray(losses, float)
    real = np.arange(v.shape[1]) < np.asarray(lengths)[:, None]
    return float((v * real).mean())


@fresh("14.4", wrong=False)
def mean_loss(losses, lengths):
    v = np.asarray(losses, float)
    real = np.arange(v.shape[1]) < np.asarray(lengths)[:, None]
    return float((v * real).sum() / real.sum())


@fresh("14.4", wrong=True)
def mean_loss(losses, lengths):
    v = np.asarray(losses, float)
    real = np.arange(v.shape[1]) <= np.asarray(lengths)[:, None]
    return float(v[real].mean())


@fresh("14.4", wrong=True)
def mean_loss(losses, lengths):
    v = np.asarray(losses, float)
    real = np.arange(v.shape[1]) < np.asarray(lengths)[:, None]
    return float(v[real].sum() / len(v))


@fresh("14.4", wrong=False)
def pen_losses(log_weights, log_normals, logit, lifted):
    both = np.asarray(log_weights, float) + np.asarray(log_normals, float)
    top = both.max(-1, keepdims=True)
    step = top[..., 0] + np.log(np.exp(both - top).sum(-1))
    z, y = np.asarray(logit, float), np.asarray(lifted, float)
    return -step + np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))


@fresh("14.4", wrong=False)
def mean_loss(losses, lengths):
    heap = np.concatenate([np.asarray(v)[: int(n)] for v, n in zip(losses, lengths, strict=True)])
    return heap.mean()


# 14.5 ---------------------------------------------------------------------------------


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    w = softmax(np.asarray(logits, float), axis=-1) * (1 + bias)
    return w / w.sum(-1, keepdims=True), np.exp(np.asarray(log_sigmas) - bias)


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) * (1 + bias), axis=-1), np.exp(
        np.asarray(log_sigmas) + bias
    )


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) * bias, axis=-1), np.exp(np.asarray(log_sigmas) - bias)


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) + bias, axis=-1), np.exp(np.asarray(log_sigmas) - bias)


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) * (1 + bias), axis=-1), np.exp(log_sigmas) - bias


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) * (1 + bias)), np.exp(np.asarray(log_sigmas) - bias)


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    e = np.exp(np.asarray(logits, float) * (1 + bias))
    return e / e.sum(-1, keepdims=True), np.exp(np.asarray(log_sigmas) - bias)


@fresh("14.5", wrong=True)
def biased(logits, log_sigmas, bias):
    return softmax(np.asarray(logits, float) * (1 + bias), axis=-1), np.exp(
        np.asarray(log_sigmas)
    ) / (1 + bias)


def _draw(w, mu, s, r, lift, u, z, k=None, swap=False, flat=False, pen=1, root=True, sq=False):
    k = int(np.searchsorted(np.cumsum(w), u[0], side="right")) if k is None else k
    a, b = z[::-1] if swap else z
    rho = 0.0 if flat else r[k]
    rest = (1 - rho**2) if not root else np.sqrt(1 - rho**2)
    sx, sy = (np.sqrt(v) for v in s[k]) if sq else s[k]
    return np.array([mu[k][0] + sx * a, mu[k][1] + sy * (rho * a + rest * b), float(u[pen] < lift)])


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, k=int(np.argmax(weights)))


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, swap=True)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, flat=True)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, pen=0)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, root=False)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, sq=True)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    out = _draw(weights, means, sigmas, rho, lift, uniforms, normals)
    out[2] = float(uniforms[1] > lift)
    return out


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    out = _draw(weights, means, sigmas, rho, lift, uniforms, normals)
    out[2] = float(lift > 0.5)
    return out


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    m = np.asarray(weights) @ np.asarray(means)
    k = int(np.searchsorted(np.cumsum(weights), uniforms[0], side="right"))
    moved = np.array(means, float)
    moved[k] = m
    return _draw(weights, moved, sigmas, rho, lift, uniforms, normals)


@fresh("14.5", wrong=True)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    k = (
        int(np.flatnonzero(np.asarray(weights) > uniforms[0])[0])
        if max(weights) > uniforms[0]
        else 0
    )
    return _draw(weights, means, sigmas, rho, lift, uniforms, normals, k=k)


@fresh("14.5", wrong=False)
def biased(logits, log_sigmas, bias):
    a = (1 + bias) * np.asarray(logits, float)
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)[..., None], np.exp(log_sigmas) * np.exp(-bias)


@fresh("14.5", wrong=False)
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    total, chosen = 0.0, len(weights) - 1
    for k, w in enumerate(weights):
        total += w
        if total > uniforms[0]:
            chosen = k
            break
    a, b = sigmas[chosen]
    r = rho[chosen]
    low = np.array([[a, 0.0], [r * b, b * np.sqrt(1 - r * r)]])
    step = np.asarray(means[chosen]) + low @ np.asarray(normals)
    return [float(step[0]), float(step[1]), 1 if uniforms[1] < lift else 0]


# 14.6 ---------------------------------------------------------------------------------


def _window(
    h, b, s, text, add=True, base=0, square=True, norm=False, shift=False, beta=True, minus=True
):
    h, b, s, text = (np.asarray(v, float) for v in (h, b, s, text))
    k = np.cumsum(s, 0) if add else s
    if shift:
        k = k - s
    u = np.arange(base, len(text) + base)
    gap = k[:, None] - u[:, None]
    bell = np.exp(
        (-1 if minus else 1) * (b[:, None] if beta else 1.0) * (gap**2 if square else np.abs(gap))
    )
    w = (h[:, None] * bell).sum(-1)
    if norm:
        w = w / w.sum(1, keepdims=True)
    return w, w @ text


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, add=False)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, base=1)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, square=False)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, norm=True)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, shift=True)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, sharpness, steps, text, beta=False)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(np.ones(np.shape(heights)), sharpness, steps, text)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    return _window(heights, np.asarray(sharpness, float) ** 2, steps, text)


@fresh("14.6", wrong=True)
def read_window(heights, sharpness, steps, text):
    h, b, s, text = (np.asarray(v, float) for v in (heights, sharpness, steps, text))
    k = np.cumsum(s, 1)
    gap = k[:, None] - np.arange(len(text))[:, None]
    w = (h[:, None] * np.exp(-b[:, None] * gap**2)).sum(-1)
    return w, w @ text


@fresh("14.6", wrong=False)
def read_window(heights, sharpness, steps, text):
    points, k = np.shape(heights)
    places, weights = [0.0] * k, np.zeros((points, len(text)))
    for t in range(points):
        for j in range(k):
            places[j] += steps[t][j]
            for u in range(len(text)):
                weights[t, u] += heights[t][j] * np.exp(-sharpness[t][j] * (places[j] - u) ** 2)
    return weights, np.einsum("tu,uv->tv", weights, np.asarray(text, float))


@fresh("14.6", wrong=False)
def read_window(heights, sharpness, steps, text):
    w, shown = _window(heights, sharpness, steps, text)
    return w.tolist(), shown.tolist()


# 14.7 ---------------------------------------------------------------------------------


def _heat(
    w,
    mu,
    s,
    r,
    here,
    xs,
    ys,
    indexing="xy",
    moved=True,
    log=False,
    var=False,
    cross=True,
    minus=False,
):
    xx, yy = np.meshgrid(np.asarray(xs, float), np.asarray(ys, float), indexing=indexing)
    hx, hy = here if moved else (0.0, 0.0)
    if minus:
        hx, hy = -hx, -hy
    out = np.zeros(xx.shape)
    for k in range(len(w)):
        a, b = s[k]
        rho = r[k] if cross else 0.0
        cov = np.array([[a * a, rho * a * b], [rho * a * b, b * b]])
        if var:
            cov = np.array([[a, rho * np.sqrt(a * b)], [rho * np.sqrt(a * b), b]])
        d = np.stack([xx - hx - mu[k][0], yy - hy - mu[k][1]], -1)
        q = np.einsum("...i,ij,...j->...", d, np.linalg.inv(cov), d)
        out += w[k] * np.exp(-q / 2) / (2 * np.pi * np.sqrt(np.linalg.det(cov)))
    return np.log(out) if log else out


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, indexing="ij")


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, moved=False)


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, minus=True)


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, log=True)


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, var=True)


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, cross=False)


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    p = _heat(weights, means, sigmas, rho, here, xs, ys)
    return p / p.sum()


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys)[::-1]


@fresh("14.7", wrong=True)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(np.ones(len(weights)), means, sigmas, rho, here, xs, ys)


@fresh("14.7", wrong=False)
def heat(weights, means, sigmas, rho, here, xs, ys):
    rows = []
    for y in ys:
        row = []
        for x in xs:
            p = 0.0
            for w, m, (a, b), r in zip(weights, means, sigmas, rho, strict=True):
                u, v = (x - here[0] - m[0]) / a, (y - here[1] - m[1]) / b
                z = u * u - 2 * r * u * v + v * v
                p += w * np.exp(-z / (2 * (1 - r * r))) / (2 * np.pi * a * b * np.sqrt(1 - r * r))
            row.append(p)
        rows.append(row)
    return rows


@fresh("14.7", wrong=False)
def heat(weights, means, sigmas, rho, here, xs, ys):
    return _heat(weights, means, sigmas, rho, here, xs, ys, indexing="xy").astype(np.float64)


# 14.8 ---------------------------------------------------------------------------------


def _weights(h, b, p, n):
    gap = np.asarray(p, float) - np.arange(n)[:, None]
    return (np.asarray(h, float) * np.exp(-np.asarray(b, float) * gap**2)).sum(1)


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    return bool(np.mean(places) > symbols)


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    return bool(np.max(places) >= symbols - 0.5)


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols)
    return bool(np.argmax(w) == symbols - 1)


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols + 1)
    return bool(w[-1] > w[-2])


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols + 1)
    return bool(w[-1] > w[:-1].sum())


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols + 1)
    return bool(w[-1] > 0.5)


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols + 2)
    return bool(w[-1] > w[:-1].max())


@fresh("14.8", wrong=True)
def finished(heights, sharpness, places, symbols):
    w = _weights(heights, sharpness, places, symbols + 1)
    return bool(w[-1] < w[:-1].max())


def _go_on(
    step,
    state,
    prime,
    draw_point,
    stop,
    limit,
    drop_state=False,
    lag=False,
    check=True,
    whole=False,
    late=False,
):
    first = state
    for p in prime:
        out, state = step(p, state)
    if drop_state:
        state = first
    points = []
    while len(points) < limit:
        if check and not late and stop(state):
            break
        points.append(draw_point(out))
        new, state = step(prime[-1] if lag else points[-1], state)
        out = new
        if late and stop(state):
            break
    points = [*prime, *points] if whole else points
    return np.array(points, float).reshape(-1, 3)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit, drop_state=True)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit, lag=True)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit, check=False)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit, whole=True)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit, late=True)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    point, points = prime[-1], []
    while len(points) < limit and not stop(state):
        out, state = step(point, state)
        point = draw_point(out)
        points.append(point)
    return np.array(points, float).reshape(-1, 3)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    for p in prime:
        out, state = step(p, state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(out))
        out, _ = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    for p in prime:
        out, state = step(p, state)
        draw_point(out)
    point, points = prime[-1], []
    while len(points) < limit and not stop(state):
        out, state = step(point, state)  # the last point is read twice
        point = draw_point(out)
        points.append(point)
    return np.array(points, float).reshape(-1, 3)


@fresh("14.8", wrong=True)
def go_on(step, state, prime, draw_point, stop, limit):
    return _go_on(step, state, prime, draw_point, stop, limit + 1)


@fresh("14.8", wrong=False)
def finished(heights, sharpness, places, symbols):
    def weight(u):
        return sum(
            a * np.exp(-b * (k - u) ** 2)
            for a, b, k in zip(heights, sharpness, places, strict=True)
        )

    return all(weight(symbols) > weight(u) for u in range(symbols))


@fresh("14.8", wrong=False)
def go_on(step, state, prime, draw_point, stop, limit):
    out = None
    for point in np.asarray(prime, float):
        out, state = step(point, state)
    rows = np.zeros((0, 3))
    for _ in range(limit):
        if stop(state):
            return rows
        point = np.asarray(draw_point(out), float)
        rows = np.vstack([rows, point])
        out, state = step(point, state)
    return rows
