"""Answers to lab 16 by somebody who did not write its catalogue."""

import itertools

import numpy as np
from scipy.linalg import subspace_angles
from scipy.special import rel_entr

from coursekit.labs.author.fresh import fresh

# 16.1 ---------------------------------------------------------------------------------


def _tied(x, w, b, c, mean=True, half=True, enc=True, dec=True, s_out=True, s_in=True):
    x, w = np.asarray(x, float), np.asarray(w, float)
    h = np.tanh(x @ w + b)
    out = np.tanh(h @ w.T + c)
    n = len(x) if mean else 1
    loss = (0.5 if half else 1.0) * np.sum((out - x) ** 2) / n
    d_out = (out - x) * ((1 - out**2) if s_out else 1) / n * (1 if half else 2)
    d_in = (d_out @ w) * ((1 - h**2) if s_in else 1)
    dw = (x.T @ d_in if enc else 0) + (d_out.T @ h if dec else 0)
    return float(loss), dw, d_in.sum(0), d_out.sum(0)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, dec=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, enc=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, mean=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, half=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, s_out=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    return _tied(x, weights, bias, out_bias, s_in=False)


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    loss, dw, db, dc = _tied(x, weights, bias, out_bias)
    return loss / np.shape(x)[1], dw / np.shape(x)[1], db / np.shape(x)[1], dc / np.shape(x)[1]


@fresh("16.1", wrong=True)
def tied_gradient(x, weights, bias, out_bias):
    loss, dw, db, dc = _tied(x, weights, bias, out_bias)
    return loss, dw, dc, db


@fresh("16.1", wrong=False)
def tied_gradient(x, weights, bias, out_bias):
    x, w = np.asarray(x, float), np.asarray(weights, float)
    loss, dw = 0.0, np.zeros_like(w)
    db, dc = np.zeros(w.shape[1]), np.zeros(w.shape[0])
    for row in x:
        h = np.tanh(row @ w + bias)
        out = np.tanh(w @ h + out_bias)
        e = (out - row) * (1 - out * out)
        g = (e @ w) * (1 - h * h)
        loss += ((out - row) ** 2).sum() / 2
        dw += np.outer(e, h) + np.outer(row, g)
        db, dc = db + g, dc + e
    n = len(x)
    return loss / n, dw / n, db / n, dc / n


# 16.2 ---------------------------------------------------------------------------------


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    values = np.linalg.eigvalsh(x.T @ x / len(x))
    return float(values[: len(values) - k].sum())


@fresh("16.2", wrong=True)
def least_error(x, k):
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(np.asarray(x, float).T)))
    return float(values[: len(values) - k].sum())


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    c = x - x.mean(0)
    values = np.linalg.eigvalsh(c.T @ c / len(x))
    return float(values[len(values) - k :].sum())


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    c = x - x.mean(0)
    values = np.linalg.eigvalsh(c.T @ c / len(x))
    return float(values[:-k].sum())


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    c = x - x.mean(0)
    values = np.linalg.eigvalsh(c.T @ c / len(x))
    return float(values[: len(values) - k].mean())


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    s = np.linalg.svd(x - x.mean(0), compute_uv=False)
    return float(s[k:].sum() / len(x))


@fresh("16.2", wrong=True)
def least_error(x, k):
    x = np.asarray(x, float)
    c = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1)
    values = np.linalg.eigvalsh(c.T @ c / len(x))
    return float(values[: len(values) - k].sum())


@fresh("16.2", wrong=True)
def largest_angle(a, b):
    q, r = (np.linalg.qr(np.asarray(m, float))[0] for m in (a, b))
    s = np.linalg.svd(q.T @ r, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(s.max(), 0, 1))))


@fresh("16.2", wrong=True)
def largest_angle(a, b):
    q, r = (np.linalg.qr(np.asarray(m, float))[0] for m in (a, b))
    s = np.linalg.svd(q.T @ r, compute_uv=False)
    return float(np.arccos(np.clip(s.min(), 0, 1)))


@fresh("16.2", wrong=True)
def largest_angle(a, b):
    s = np.linalg.svd(np.asarray(a, float).T @ np.asarray(b, float), compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(s.min(), 0, 1))))


@fresh("16.2", wrong=True)
def largest_angle(a, b):
    a, b = (np.asarray(m, float) for m in (a, b))
    a, b = a / np.linalg.norm(a, axis=0), b / np.linalg.norm(b, axis=0)
    s = np.linalg.svd(a.T @ b, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(s.min(), 0, 1))))


@fresh("16.2", wrong=True)
def largest_angle(a, b):
    q, r = (np.linalg.qr(np.asarray(m, float))[0] for m in (a, b))
    return float(np.degrees(np.arccos(np.clip(np.diag(q.T @ r).min(), -1, 1))))


@fresh("16.2", wrong=False)
def least_error(x, k):
    x = np.asarray(x, float)
    s = np.linalg.svd(x - x.mean(0), compute_uv=False)
    return np.sum(s[k:] ** 2) / len(x)


@fresh("16.2", wrong=False)
def largest_angle(a, b):
    return np.rad2deg(subspace_angles(np.asarray(a, float), np.asarray(b, float)).max())


# 16.3 ---------------------------------------------------------------------------------


def _sparse(h, t, n=None, sign=1, flip=False, reduce=np.sum, tails=True):
    h = np.asarray(h, float)
    m = h.mean(0)
    value = m * np.log(m / t) if flip else t * np.log(t / m)
    rest = (1 - m) * np.log((1 - m) / (1 - t)) if flip else (1 - t) * np.log((1 - t) / (1 - m))
    slope = -t / m + ((1 - t) / (1 - m) if tails else 0)
    if flip:
        slope = np.log(m / t) - np.log((1 - m) / (1 - t))
    value = value + rest if tails else value
    return float(reduce(value)), np.tile(sign * slope / (n or len(h)), (len(h), 1))


@fresh("16.3", wrong=True)
def sparsity(h, target):
    return _sparse(h, target, n=1)


@fresh("16.3", wrong=True)
def sparsity(h, target):
    return _sparse(h, target, sign=-1)


@fresh("16.3", wrong=True)
def sparsity(h, target):
    return _sparse(h, target, flip=True)


@fresh("16.3", wrong=True)
def sparsity(h, target):
    return _sparse(h, target, reduce=np.mean)


@fresh("16.3", wrong=True)
def sparsity(h, target):
    return _sparse(h, target, tails=False)


@fresh("16.3", wrong=True)
def sparsity(h, target):
    h = np.asarray(h, float)
    kl = target * np.log(target / h) + (1 - target) * np.log((1 - target) / (1 - h))
    slope = (-target / h + (1 - target) / (1 - h)) / len(h)
    return float(kl.mean(0).sum()), slope


@fresh("16.3", wrong=True)
def sparsity(h, target):
    value, slope = _sparse(h, target)
    return value, slope[0]


@fresh("16.3", wrong=True)
def sparsity(h, target):
    h = np.asarray(h, float)
    return _sparse(np.full_like(h, h.mean()), target)


@fresh("16.3", wrong=False)
def sparsity(h, target):
    h = np.asarray(h, float)
    m = h.sum(axis=0) / h.shape[0]
    value = rel_entr(target, m).sum() + rel_entr(1 - target, 1 - m).sum()
    return value, np.ones_like(h) * (m - target) / (m * (1 - m)) / h.shape[0]


@fresh("16.3", wrong=False)
def sparsity(h, target):
    value, slope = _sparse(h, target)
    return np.float64(value), slope.copy()


# 16.4 ---------------------------------------------------------------------------------


def _corrupt(x, kind, amount, noise):
    x, noise = np.array(x, float), np.asarray(noise)
    if kind == "gauss":
        return x + amount * noise
    x[noise < amount] = 0
    if kind == "salt":
        x[(noise >= amount / 2) & (noise < amount)] = 1
    return x


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    x, noise = np.array(x, float), np.asarray(noise)
    if kind == "gauss":
        return x + amount * noise
    x[noise > amount] = 0
    if kind == "salt":
        x[noise > (1 + amount) / 2] = 1
    return x


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    x, noise = np.array(x, float), np.asarray(noise)
    if kind == "gauss":
        return x + noise
    return _corrupt(x, kind, amount, noise)


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    noise = np.asarray(noise)
    if kind == "salt":
        x = np.array(x, float)
        x[noise < amount / 2] = 1
        x[(noise >= amount / 2) & (noise < amount)] = 0
        return x
    return _corrupt(x, kind, amount, noise)


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    noise = np.asarray(noise)
    if kind == "gauss":
        return x + amount * noise
    x[noise < amount] = 0
    if kind == "salt":
        x[(noise >= amount / 2) & (noise < amount)] = 1
    return x


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    noise = np.asarray(noise)
    if kind == "salt":
        x = np.array(x, float)
        x[noise < amount] = 0
        x[noise >= 1 - amount] = 1
        return x
    return _corrupt(x, kind, amount, noise)


@fresh("16.4", wrong=True)
def corrupt(x, kind, amount, noise):
    return np.clip(_corrupt(x, kind, amount, noise), 0, 1)


@fresh("16.4", wrong=True)
def denoising_error(reconstruct, x, kind, amount, noise):
    seen = _corrupt(x, kind, amount, noise)
    return float(np.sum((np.asarray(reconstruct(seen)) - seen) ** 2, axis=1).mean())


@fresh("16.4", wrong=True)
def denoising_error(reconstruct, x, kind, amount, noise):
    x = np.asarray(x, float)
    return float(np.sum((np.asarray(reconstruct(x)) - x) ** 2, axis=1).mean())


@fresh("16.4", wrong=True)
def denoising_error(reconstruct, x, kind, amount, noise):
    x = np.asarray(x, float)
    seen = _corrupt(x, kind, amount, noise)
    return float(np.mean((np.asarray(reconstruct(seen)) - x) ** 2))


@fresh("16.4", wrong=True)
def denoising_error(reconstruct, x, kind, amount, noise):
    x = np.asarray(x, float)
    seen = _corrupt(x, kind, amount, noise)
    return float(np.sum((np.asarray(reconstruct(seen)) - x) ** 2))


@fresh("16.4", wrong=True)
def denoising_error(reconstruct, x, kind, amount, noise):
    x = np.asarray(x, float)
    seen = _corrupt(x, kind, amount, noise)
    return float(np.sum((seen - x) ** 2, axis=1).mean())


@fresh("16.4", wrong=False)
def corrupt(x, kind, amount, noise):
    x, noise = np.asarray(x, float), np.asarray(noise, float)
    if kind == "mask":
        return np.where(noise < amount, 0.0, x)
    if kind == "salt":
        return np.select([noise < amount / 2, noise < amount], [0.0, 1.0], x)
    return x + amount * noise


@fresh("16.4", wrong=False)
def denoising_error(reconstruct, x, kind, amount, noise):
    x = np.asarray(x, float)
    gap = np.asarray(reconstruct(_corrupt(x, kind, amount, noise))) - x
    return np.einsum("ij,ij->", gap, gap) / len(x)


# 16.5 ---------------------------------------------------------------------------------


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((h * (1 - h)) @ (w**2).sum(0)))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.sum((h * (1 - h)) ** 2 @ (w**2).sum(0)))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((1 - h**2) ** 2 @ (w**2).sum(0)))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((h * (1 - h)) ** 2 @ w.sum(0) ** 2))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean(np.sqrt((h * (1 - h)) ** 2 @ (w**2).sum(0))))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((h * (1 - h)) ** 2) * np.sum(w**2))


@fresh("16.5", wrong=True)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((h * (1 - h)) ** 2 * (w**2).sum(0)))


@fresh("16.5", wrong=False)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    total = 0.0
    for row in h:
        total += np.sum((w * (row * (1 - row))) ** 2)
    return total / len(h)


@fresh("16.5", wrong=False)
def contraction(h, weights):
    h, w = np.asarray(h, float), np.asarray(weights, float)
    return np.einsum("nj,ij->", (h - h * h) ** 2, w * w) / h.shape[0]


# 16.6 ---------------------------------------------------------------------------------


def _shrink(z, t):
    z = np.asarray(z, float)
    return np.sign(z) * np.maximum(np.abs(z) - t, 0)


def _step(p, x, d, penalty, steepest, threshold=None, sign=-1):
    d = np.asarray(d, float)
    slope = (np.asarray(p) @ d - x) @ d.T
    t = penalty / steepest if threshold is None else threshold
    return _shrink(p + sign * slope / steepest, t)


@fresh("16.6", wrong=True)
def shrink(z, threshold):
    z = np.asarray(z, float)
    return np.where(np.abs(z) > threshold, z, 0)


@fresh("16.6", wrong=True)
def shrink(z, threshold):
    return np.maximum(np.asarray(z, float) - threshold, 0)


@fresh("16.6", wrong=True)
def shrink(z, threshold):
    z = np.asarray(z, float)
    return z - threshold * np.sign(z)


@fresh("16.6", wrong=True)
def shrink(z, threshold):
    return np.maximum(np.abs(np.asarray(z, float)) - threshold, 0)


@fresh("16.6", wrong=True)
def ista_step(p, x, dictionary, penalty, steepest):
    return _step(p, x, dictionary, penalty, steepest, threshold=penalty)


@fresh("16.6", wrong=True)
def ista_step(p, x, dictionary, penalty, steepest):
    return _step(p, x, dictionary, penalty, steepest, sign=1)


@fresh("16.6", wrong=True)
def ista_step(p, x, dictionary, penalty, steepest):
    d = np.asarray(dictionary, float)
    return _shrink(p - (np.asarray(p) @ d - x) @ d.T, penalty / steepest)


@fresh("16.6", wrong=True)
def ista_step(p, x, dictionary, penalty, steepest):
    return _step(p, x, dictionary, penalty, steepest, threshold=0)


def _fista(x, d, penalty, steps, largest=True, ahead=True, from_p=True, give_p=False):
    d = np.asarray(d, float)
    values = np.linalg.eigvalsh(d @ d.T)
    steepest = values[-1] if largest else values.sum()
    z = p = np.zeros((len(x), len(d)))
    t = 1.0
    for _ in range(steps):
        new = _step(p if from_p else z, x, d, penalty, steepest)
        faster = (1 + np.sqrt(1 + 4 * t**2)) / 2
        p = new + (t - 1) / faster * (new - z) if ahead else new
        z, t = new, faster
    return p if give_p else z


@fresh("16.6", wrong=True)
def fista(x, dictionary, penalty, steps):
    return _fista(x, dictionary, penalty, steps, ahead=False)


@fresh("16.6", wrong=True)
def fista(x, dictionary, penalty, steps):
    return _fista(x, dictionary, penalty, steps, give_p=True)


@fresh("16.6", wrong=True)
def fista(x, dictionary, penalty, steps):
    return _fista(x, dictionary, penalty, steps - 1)


@fresh("16.6", wrong=True)
def fista(x, dictionary, penalty, steps):
    return _fista(x, dictionary, penalty, steps, largest=False)


@fresh("16.6", wrong=False)
def shrink(z, threshold):
    z = np.asarray(z, float)
    return z - np.clip(z, -threshold, threshold)


@fresh("16.6", wrong=False)
def ista_step(p, x, dictionary, penalty, steepest):
    p, x, d = (np.asarray(a, float) for a in (p, x, dictionary))
    return _shrink(p + (x - p @ d) @ d.T / steepest, penalty / steepest)


@fresh("16.6", wrong=False)
def fista(x, dictionary, penalty, steps):
    x, d = np.asarray(x, float), np.asarray(dictionary, float)
    rate = 1 / np.linalg.norm(d, 2) ** 2
    old = now = np.zeros((len(x), len(d)))
    t_old, t = 1.0, 1.0
    for i in range(steps):
        ahead = now if i == 0 else now + (t_old - 1) / t * (now - old)
        old, now = now, _shrink(ahead - rate * (ahead @ d - x) @ d.T, penalty * rate)
        t_old, t = t, (1 + np.sqrt(1 + 4 * t * t)) / 2
    return now


# 16.7 ---------------------------------------------------------------------------------


def _kernel(patches, anchors, alpha, power=-0.5, scale=True, norm=True, shift=1.0):
    p, z = np.asarray(patches, float), np.asarray(anchors, float)
    lengths = np.linalg.norm(p, axis=1, keepdims=True)
    cos = p @ z.T / (np.where(lengths > 0, lengths, 1) if norm else 1)
    values, axes = np.linalg.eigh(np.exp(alpha * (z @ z.T - shift)))
    out = np.exp(alpha * (cos - shift)) @ ((axes * values**power) @ axes.T)
    return lengths * out if scale else out


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, power=-1.0)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, power=0.5)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, power=0.0)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, scale=False)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, norm=False)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha, shift=0.0)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    p, z = np.asarray(patches, float), np.asarray(anchors, float)
    lengths = np.linalg.norm(p, axis=1, keepdims=True)
    cos = p @ z.T / np.where(lengths > 0, lengths, 1)
    m = np.exp(alpha * (z @ z.T - 1))
    root = np.linalg.inv(np.linalg.cholesky(m)).T
    return lengths * (np.exp(alpha * (cos - 1)) @ root)


@fresh("16.7", wrong=True)
def kernel_features(patches, anchors, alpha):
    p, z = np.asarray(patches, float), np.asarray(anchors, float)
    lengths = np.linalg.norm(p, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        cos = p / lengths @ z.T
    values, axes = np.linalg.eigh(np.exp(alpha * (z @ z.T - 1)))
    return lengths * (np.exp(alpha * (cos - 1)) @ ((axes / np.sqrt(values)) @ axes.T))


@fresh("16.7", wrong=False)
def kernel_features(patches, anchors, alpha):
    from scipy.linalg import sqrtm

    p, z = np.asarray(patches, float), np.asarray(anchors, float)
    root = np.linalg.inv(sqrtm(np.exp(alpha * (z @ z.T - 1)))).real
    out = np.zeros((len(p), len(z)))
    for i, row in enumerate(p):
        if size := np.linalg.norm(row):
            out[i] = size * np.exp(alpha * (z @ row / size - 1)) @ root
    return out


@fresh("16.7", wrong=False)
def kernel_features(patches, anchors, alpha):
    return _kernel(patches, anchors, alpha)


# 16.8 ---------------------------------------------------------------------------------


def _contrast(a, b, same, margin, mean=True, sign=1, swap=False, factor=1.0, squared=False):
    a, b = np.asarray(a, float), np.asarray(b, float)
    gap = a - b
    d = np.linalg.norm(gap, axis=1)
    if squared:
        push = np.where(margin - d**2 > 0, margin - d**2, 0.0)
    else:
        push = np.divide(np.maximum(margin - d, 0), d, out=np.zeros(len(a)), where=d > 0)
    like = (np.asarray(same) > 0) != swap
    pull = np.where(like, 1.0, -push)
    return sign * factor * gap * pull[:, None] / (len(a) if mean else 1)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    return _contrast(a, b, same, margin, mean=False)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    return _contrast(a, b, same, margin, sign=-1)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    return _contrast(a, b, same, margin, swap=True)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    return _contrast(a, b, same, margin, factor=2.0)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    return _contrast(a, b, same, margin, squared=True)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    gap = np.asarray(a, float) - np.asarray(b, float)
    d = np.linalg.norm(gap, axis=1)
    with np.errstate(all="ignore"):
        pull = np.where(np.asarray(same) > 0, 1.0, -np.maximum(margin - d, 0) / d)
        return gap * pull[:, None] / len(gap)


@fresh("16.8", wrong=True)
def contrastive_slope(a, b, same, margin):
    gap = np.asarray(a, float) - np.asarray(b, float)
    d = np.linalg.norm(gap, axis=1)
    pull = np.where(np.asarray(same) > 0, 1.0, -(margin - d) / np.where(d > 0, d, 1))
    return gap * pull[:, None] / len(gap)


def _triplets(points, y, margin, squared=True, self_ok=False, strict=True, order="apn"):
    points, y = np.asarray(points, float), np.asarray(y)
    found = []
    for a, p, n in itertools.product(range(len(y)), repeat=3):
        if y[a] != y[p] or y[a] == y[n] or (a == p and not self_ok):
            continue
        near, far = points[a] - points[p], points[a] - points[n]
        if squared:
            cost = near @ near - far @ far + margin
        else:
            cost = np.linalg.norm(near) - np.linalg.norm(far) + margin
        if cost > 0 or (cost >= 0 and not strict):
            found.append({"a": a, "p": p, "n": n})
    return np.array([[row[k] for k in order] for row in found], int).reshape(-1, 3)


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    return _triplets(points, y, margin, squared=False)


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    return _triplets(points, y, margin, self_ok=True)


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    return _triplets(points, y, -margin)


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    return _triplets(points, y, margin, order="anp")


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    return _triplets(points, y, np.inf)


@fresh("16.8", wrong=True)
def active_triplets(points, y, margin):
    rows = _triplets(points, y, margin)
    return rows[rows[:, 0] < rows[:, 1]]


@fresh("16.8", wrong=False)
def active_triplets(points, y, margin):
    return _triplets(points, y, margin)


@fresh("16.8", wrong=False)
def contrastive_slope(a, b, same, margin):
    a, b = np.asarray(a, float), np.asarray(b, float)
    out = np.zeros_like(a)
    for i, (u, v, like) in enumerate(zip(a, b, same, strict=True)):
        d = np.sqrt(((u - v) ** 2).sum())
        if like:
            out[i] = u - v
        elif 0 < d < margin:
            out[i] = -(margin - d) * (u - v) / d
    return out / len(a)
