"""Answers to lab 19 by somebody who did not write its catalogue."""

import math

import numpy as np

from coursekit.labs.author.fresh import fresh

# 19.1 ---------------------------------------------------------------------------------


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n, h * w, c)
    return flat.transpose(0, 2, 1) @ flat


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n, h * w, c)
    return flat.transpose(0, 2, 1) @ flat / (h * w * c)


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n * h * w, c)
    return flat.T @ flat / len(flat)


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n, c, h * w)
    return flat @ flat.transpose(0, 2, 1) / (h * w)


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n, h * w, c)
    return flat @ flat.transpose(0, 2, 1) / c


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    n, h, w, c = f.shape
    flat = f.reshape(n, h * w, c)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat.transpose(0, 2, 1) @ flat / (h * w)


@fresh("19.1", wrong=True)
def gram(features):
    f = np.asarray(features)
    return np.stack([np.corrcoef(x.reshape(-1, x.shape[-1]).T) for x in f])


@fresh("19.1", wrong=False)
def gram(features):
    f = np.asarray(features, float)
    return np.einsum("nhwi,nhwj->nij", f, f) / (f.shape[1] * f.shape[2])


@fresh("19.1", wrong=False)
def gram(features):
    out = []
    for picture in features:
        rows = [np.asarray(cell, float) for row in picture for cell in row]
        out.append((sum(np.outer(r, r) for r in rows) / len(rows)).tolist())
    return out


# 19.2 ---------------------------------------------------------------------------------


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(gap**2), 2 * gap / gap.size


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(gap**2, axis=(1, 2, 3)), 2 * gap / gap.size


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(gap**2, axis=(1, 2, 3)), 2 * gap


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.sum(gap**2, axis=(1, 2, 3)) / 2, gap


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(gap**2, axis=(1, 2, 3)), gap / gap[0].size


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(target) - np.asarray(answers)
    return np.mean(gap**2, axis=(1, 2, 3)), 2 * gap / gap[0].size


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    places = gap.shape[1] * gap.shape[2]
    return np.sum(gap**2, axis=(1, 2, 3)) / places, 2 * gap / places


@fresh("19.2", wrong=True)
def content_loss(answers, target):
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(np.abs(gap), axis=(1, 2, 3)), np.sign(gap) / gap[0].size


@fresh("19.2", wrong=False)
def content_loss(answers, target):
    a, t = np.asarray(answers, np.float64), np.asarray(target, np.float64)
    losses, slopes = [], []
    for one, other in zip(a, t, strict=True):
        losses.append(np.mean(np.square(other - one)))
        slopes.append((one - other) * 2 / one.size)
    return losses, np.stack(slopes)


@fresh("19.2", wrong=False)
def content_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    flat = (a - t).reshape(len(a), -1)
    return np.einsum("ni,ni->n", flat, flat) / flat.shape[1], (flat / (flat.shape[1] / 2)).reshape(
        a.shape
    )


# 19.3 ---------------------------------------------------------------------------------


def _style(answers, target, relu=True, mask=True, four=4.0, unit=True, places=True, strict=True):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    n, h, w, c = a.shape
    f = (np.maximum(a, 0) if relu else a).reshape(n, h * w, c)
    gap = f.transpose(0, 2, 1) @ f / (h * w) - t
    u = np.sum(t**2) if unit else 1.0
    slope = (four * f @ gap / ((h * w if places else 1) * u)).reshape(a.shape)
    return np.sum(gap**2, axis=(1, 2)) / u, slope * (a > 0) if mask else slope


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, four=2.0)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, four=-4.0)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, relu=False)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, relu=False, mask=False)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, unit=False)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    return _style(answers, target, places=False)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    loss, slope = _style(a, t)
    return loss.mean(), slope / len(a)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    n, h, w, c = a.shape
    f = np.maximum(a, 0).reshape(n, h * w, c)
    gap = f.transpose(0, 2, 1) @ f / (h * w) - t
    u = np.sum(t) ** 2
    return np.sum(gap**2, axis=(1, 2)) / u, (4 * f @ gap / (h * w * u)).reshape(a.shape)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    n, h, w, c = a.shape
    f = np.maximum(a, 0).reshape(n, h * w, c)
    gap = f.transpose(0, 2, 1) @ f / (h * w) - t
    return np.mean(gap**2, axis=(1, 2)), (4 * f @ gap / (h * w * c * c)).reshape(a.shape)


@fresh("19.3", wrong=True)
def style_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    n, h, w, c = a.shape
    f = np.maximum(a, 0).reshape(n, h * w, c)
    g = f.transpose(0, 2, 1) @ f / (h * w)
    gap = g - t
    u = np.sum(g**2, axis=(1, 2))
    slope = 4 * f @ gap / (h * w * u[:, None, None])
    return np.sum(gap**2, axis=(1, 2)) / u, slope.reshape(a.shape)


@fresh("19.3", wrong=False)
def style_loss(answers, target):
    a, t = np.asarray(answers, float), np.asarray(target, float)
    f = np.where(a > 0, a, 0)
    p = a.shape[1] * a.shape[2]
    gap = np.einsum("nhwi,nhwj->nij", f, f) / p - t
    unit = np.vdot(t, t)
    slope = np.einsum("nhwi,nij->nhwj", f, gap) + np.einsum("nhwi,nji->nhwj", f, gap)
    return np.einsum("nij,nij->n", gap, gap) / unit, 2 * slope / (p * unit) * (a > 0)


@fresh("19.3", wrong=False)
def style_loss(answers, target):
    t = np.asarray(target, float)
    losses, slopes = [], []
    for a in np.asarray(answers, float):
        flat = np.clip(a, 0, None).reshape(-1, a.shape[-1])
        gap = flat.T @ flat / len(flat) - t
        losses.append(float((gap**2).sum() / (t**2).sum()))
        slopes.append(
            np.sign(np.maximum(a, 0)) * (4 * flat @ gap / len(flat) / (t**2).sum()).reshape(a.shape)
        )
    return losses, slopes


# 19.4 ---------------------------------------------------------------------------------


@fresh("19.4", wrong=True)
def texture_slope(pictures, forward, back, targets, measure):
    pairs = [measure(a, t) for a, t in zip(forward(pictures), targets, strict=True)]
    return np.sum([l for l, _ in pairs], axis=0), back([s for _, s in pairs])


@fresh("19.4", wrong=True)
def texture_slope(pictures, forward, back, targets, measure):
    pairs = [measure(a, t) for a, t in zip(forward(pictures), targets, strict=True)]
    return np.mean([l for l, _ in pairs], axis=0), back([s for _, s in pairs])


@fresh("19.4", wrong=True)
def texture_slope(pictures, forward, back, targets, measure):
    pairs = [measure(a, t) for a, t in zip(forward(pictures), targets, strict=True)]
    return np.mean([l for l, _ in pairs]), back([s / len(pairs) for _, s in pairs])


@fresh("19.4", wrong=True)
def texture_slope(pictures, forward, back, targets, measure):
    pairs = [measure(t, a) for a, t in zip(forward(pictures), targets, strict=True)]
    return np.mean([l for l, _ in pairs], axis=0), back([s / len(pairs) for _, s in pairs])


@fresh("19.4", wrong=True)
def texture_slope(pictures, forward, back, targets, measure):
    loss, slope = measure(forward(pictures)[-1], targets[-1])
    answers = forward(pictures)
    zeros = [np.zeros_like(a) for a in answers[:-1]]
    return loss, back([*zeros, slope])


def _adam(
    start,
    slope,
    rates,
    first=1,
    correct=True,
    clip=True,
    eps=1e-7,
    root=True,
    before=True,
    sign=-1.0,
    b2=0.999,
    copy=True,
):
    x = np.array(start, float) if copy else start
    m, v, losses = np.zeros(x.shape), np.zeros(x.shape), []
    for t, rate in enumerate(rates, start=first):
        loss, g = slope(x)
        if before:
            losses.append(loss)
        m = 0.9 * m + 0.1 * g
        v = b2 * v + (1 - b2) * g**2
        mh, vh = (m / (1 - 0.9**t), v / (1 - b2**t)) if correct else (m, v)
        step = rate * mh / ((np.sqrt(vh) if root else vh) + eps)
        x = x + sign * step
        if clip:
            x = np.clip(x, 0, 1)
        if not before:
            losses.append(slope(x)[0])
    return x, np.array(losses)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, correct=False)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, clip=False)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, first=2)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, root=False)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, before=False)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    return _adam(start, slope, rates, sign=1.0)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    x, losses = np.array(start, float), []
    for rate in rates:
        loss, g = slope(x)
        losses.append(loss)
        x = np.clip(x - rate * g, 0, 1)
    return x, np.array(losses)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    x, losses = _adam(start, slope, rates)
    return np.clip(_adam(start, slope, rates, clip=False)[0], 0, 1), losses


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    x, losses = _adam(start, slope, [rates[0]] * len(rates))
    return x, losses


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    x, losses = _adam(start, slope, rates)
    return x, losses.mean(axis=1)


@fresh("19.4", wrong=True)
def descend(start, slope, rates):
    x, losses = _adam(start, slope, rates)
    start[:] = x
    return x, losses


@fresh("19.4", wrong=False)
def texture_slope(pictures, forward, back, targets, measure):
    losses, slopes = [], []
    answers = forward(pictures)
    for k in range(len(answers)):
        loss, slope = measure(answers[k], targets[k])
        losses.append(np.asarray(loss) / len(answers))
        slopes.append(np.asarray(slope) / len(answers))
    return sum(losses), back(slopes)


@fresh("19.4", wrong=False)
def descend(start, slope, rates):
    x = np.asarray(start, float).copy()
    m = v = 0.0
    kept = []
    for k, rate in enumerate(rates):
        loss, g = slope(x)
        kept.append(np.array(loss, float))
        g = np.asarray(g, float)
        m = m + (g - m) * 0.1
        v = v + (g * g - v) * 0.001
        ahead = m / (1 - 0.9 ** (k + 1))
        x = x - rate * ahead / ((v / (1 - 0.999 ** (k + 1))) ** 0.5 + 1e-7)
        x = np.minimum(np.maximum(x, 0.0), 1.0)
    return x, kept


# 19.5 ---------------------------------------------------------------------------------


def _tv(pictures, wrap=False, two=2.0, count=True, absolute=False):
    x = np.asarray(pictures, float)
    if wrap:
        down, right = np.roll(x, -1, axis=1) - x, np.roll(x, -1, axis=2) - x
        n = down[0].size + right[0].size
        slope = np.roll(down, 1, axis=1) - down + np.roll(right, 1, axis=2) - right
        return (
            np.sum(down**2, axis=(1, 2, 3)) + np.sum(right**2, axis=(1, 2, 3))
        ) / n, 2 * slope / n
    down, right = np.diff(x, axis=1), np.diff(x, axis=2)
    n = (down[0].size + right[0].size) if count else 1
    slope = np.zeros(x.shape)
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += right
    slope[:, :, :-1] -= right
    return (np.sum(down**2, axis=(1, 2, 3)) + np.sum(right**2, axis=(1, 2, 3))) / n, two * slope / n


@fresh("19.5", wrong=True)
def total_variation(pictures):
    return _tv(pictures, wrap=True)


@fresh("19.5", wrong=True)
def total_variation(pictures):
    return _tv(pictures, two=1.0)


@fresh("19.5", wrong=True)
def total_variation(pictures):
    return _tv(pictures, two=-2.0)


@fresh("19.5", wrong=True)
def total_variation(pictures):
    return _tv(pictures, count=False)


@fresh("19.5", wrong=True)
def total_variation(pictures):
    loss, slope = _tv(pictures)
    return loss.mean(), slope / len(loss)


@fresh("19.5", wrong=True)
def total_variation(pictures):
    x = np.asarray(pictures, float)
    down, right = np.diff(x, axis=1), np.diff(x, axis=2)
    loss = np.mean(down**2, axis=(1, 2, 3)) + np.mean(right**2, axis=(1, 2, 3))
    slope = np.zeros(x.shape)
    slope[:, 1:] += down / down[0].size
    slope[:, :-1] -= down / down[0].size
    slope[:, :, 1:] += right / right[0].size
    slope[:, :, :-1] -= right / right[0].size
    return loss, 2 * slope


@fresh("19.5", wrong=True)
def total_variation(pictures):
    x = np.asarray(pictures, float)
    right = np.diff(x, axis=2)
    slope = np.zeros(x.shape)
    slope[:, :, 1:] += right
    slope[:, :, :-1] -= right
    return np.mean(right**2, axis=(1, 2, 3)), 2 * slope / right[0].size


@fresh("19.5", wrong=True)
def total_variation(pictures):
    x = np.asarray(pictures, float)
    loss, slope = _tv(x)
    return loss, slope * x.shape[-1]


def _mixed(parts, units, weights, unit=True, both=True, weigh=True):
    loss, slope = 0.0, 0.0
    for (value, steep), u, w in zip(parts, units, weights, strict=True):
        share = np.asarray(w, float) / (u if unit else 1)
        loss = loss + share * np.asarray(value)
        slope = slope + (share if both else np.asarray(w, float))[:, None, None, None] * np.asarray(
            steep
        )
    return loss, slope


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    return _mixed(parts, units, weights, unit=False)


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    return _mixed(parts, units, weights, both=False)


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    return _mixed(parts, 1 / np.asarray(units, float), weights)


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    weights = np.asarray(weights, float)
    return _mixed(parts, units, weights / weights.sum(axis=0))


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    weights = np.asarray(weights, float)
    return _mixed(parts, units, np.repeat(weights[:, :1], weights.shape[1], axis=1))


@fresh("19.5", wrong=True)
def mixed(parts, units, weights):
    loss, slope = 0.0, 0.0
    for (value, steep), u, w in zip(parts, units, weights, strict=True):
        share = np.asarray(w, float) / u
        loss = loss + share * np.asarray(value)
        slope = slope + share * np.asarray(steep)
    return loss, slope


@fresh("19.5", wrong=False)
def total_variation(pictures):
    x = np.asarray(pictures, float)
    n, h, w, c = x.shape
    count = c * (h * (w - 1) + w * (h - 1))
    up = np.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)), mode="edge")
    side = np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0)), mode="edge")
    slope = 4 * x - up[:, 2:] - up[:, :-2] - side[:, :, 2:] - side[:, :, :-2]
    loss = [
        float(np.sum((p[1:] - p[:-1]) ** 2) + np.sum((p[:, 1:] - p[:, :-1]) ** 2)) / count
        for p in x
    ]
    return loss, 2 * slope / count


@fresh("19.5", wrong=False)
def mixed(parts, units, weights):
    shares = np.asarray(weights, float) / np.asarray(units, float)[:, None]
    losses = np.stack([p[0] for p in parts])
    slopes = np.stack([p[1] for p in parts])
    return np.einsum("kn,kn->n", shares, losses), np.einsum("kn,knhwc->nhwc", shares, slopes)


# 19.6 ---------------------------------------------------------------------------------


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    return (np.array(losses, float) / np.asarray(noise)).mean(axis=1)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s = np.array(losses, float) / np.asarray(noise)
    np.fill_diagonal(s, 0)
    return s.mean(axis=1)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s = np.array(losses, float) / np.asarray(noise)[:, None]
    np.fill_diagonal(s, 0)
    return s.sum(axis=1) / (len(s) - 1)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s = np.array(losses, float) / np.asarray(noise)
    np.fill_diagonal(s, 0)
    return s.sum(axis=0) / (len(s) - 1)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s = np.array(losses, float)
    np.fill_diagonal(s, 0)
    return s.sum(axis=1) / (len(s) - 1)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s, noise = np.array(losses, float), np.asarray(noise, float)
    np.fill_diagonal(s, 0)
    return s.sum(axis=1) / (noise.sum() - noise)


@fresh("19.6", wrong=True)
def fair_scores(losses, noise):
    s = 1 - np.array(losses, float) / np.asarray(noise)
    np.fill_diagonal(s, 0)
    return s.sum(axis=1) / (len(s) - 1)


@fresh("19.6", wrong=False)
def fair_scores(losses, noise):
    s = np.asarray(losses, float) / np.asarray(noise, float)
    return np.ma.masked_array(s, mask=np.eye(len(s), dtype=bool)).mean(axis=1).filled()


@fresh("19.6", wrong=False)
def fair_scores(losses, noise):
    k = len(noise)
    return [
        math.fsum(losses[i][j] / noise[j] for j in range(k) if j != i) / (k - 1) for i in range(k)
    ]


# 19.7 ---------------------------------------------------------------------------------


def _norm(f, axis, eps, scale=1.0, shift=0.0, ddof=0):
    f = np.asarray(f, float)
    m, v = f.mean(axis=axis, keepdims=True), f.var(axis=axis, keepdims=True, ddof=ddof)
    return (f - m) / np.sqrt(v + eps) * scale + shift


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    return _norm(features, (0, 1, 2), eps, scale, shift)


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    return _norm(features, (1, 2, 3), eps, scale, shift)


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    return _norm(features, 3, eps, scale, shift)


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    f = np.asarray(features, float)
    return (f - f.mean((1, 2), keepdims=True)) / (
        f.std((1, 2), keepdims=True) + eps
    ) * scale + shift


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    return (_norm(features, (1, 2), eps) + shift) * scale


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    f = np.asarray(features, float)
    return (f - f.mean((1, 2), keepdims=True)) / (
        f.var((1, 2), keepdims=True) + eps
    ) * scale + shift


@fresh("19.7", wrong=True)
def instance_norm(features, scale, shift, eps=1e-5):
    return _norm(features, (1, 2), eps, scale, shift, ddof=1)


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    like = np.asarray(like, float)
    return _norm(features, (1, 2), eps) * like.var((1, 2), keepdims=True) + like.mean(
        (1, 2), keepdims=True
    )


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    like = np.asarray(like, float)
    return _norm(features, (1, 2), eps) * like.std((0, 1, 2)) + like.mean((0, 1, 2))


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    like = np.asarray(like, float)
    return _norm(features, (1, 2), eps) * like.std((1, 2), keepdims=True)


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    f, like = np.asarray(features, float), np.asarray(like, float)
    return _norm(like, (1, 2), eps) * f.std((1, 2), keepdims=True) + f.mean((1, 2), keepdims=True)


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    like = np.asarray(like, float)
    return _norm(features, (1, 2), eps) * like.std((1, 2, 3), keepdims=True) + like.mean(
        (1, 2, 3), keepdims=True
    )


@fresh("19.7", wrong=True)
def restyle(features, like, eps=1e-5):
    f, like = np.asarray(features, float), np.asarray(like, float)
    return f - f.mean((1, 2), keepdims=True) + like.mean((1, 2), keepdims=True)


@fresh("19.7", wrong=False)
def instance_norm(features, scale, shift, eps=1e-5):
    f = np.asarray(features, float)
    out = np.empty(f.shape)
    for i in range(f.shape[0]):
        for k in range(f.shape[3]):
            x = f[i, :, :, k]
            out[i, :, :, k] = (
                scale[k] * (x - x.mean()) / math.sqrt(((x - x.mean()) ** 2).mean() + eps) + shift[k]
            )
    return out


@fresh("19.7", wrong=False)
def restyle(features, like, eps=1e-5):
    out = []
    for f, l in zip(np.asarray(features, float), np.asarray(like, float), strict=True):
        a, b = f.reshape(-1, f.shape[-1]), l.reshape(-1, l.shape[-1])
        z = (a - a.mean(axis=0)) * (a.var(axis=0) + eps) ** -0.5
        out.append((z * np.sqrt(b.var(axis=0)) + b.mean(axis=0)).reshape(f.shape))
    return out


# 19.8 ---------------------------------------------------------------------------------


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(np.median(seconds))


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    call()
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(np.mean(seconds))


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    call()
    start = clock()
    for _ in range(repeats):
        call()
    return float((clock() - start) / repeats)


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(np.median(seconds[1:])) if repeats > 1 else seconds[0]


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    call()
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(min(seconds))


@fresh("19.8", wrong=True)
def steady(call, clock, repeats):
    call()
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(sorted(seconds)[len(seconds) // 2])


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    there = np.flatnonzero(np.asarray(losses) < net_loss)
    return float(there[0] * step_seconds / net_seconds) if len(there) else float("inf")


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    there = np.flatnonzero(np.asarray(losses) <= net_loss)
    return float((there[0] + 1) * step_seconds / net_seconds) if len(there) else float("inf")


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    return float(np.argmax(np.asarray(losses) <= net_loss) * step_seconds / net_seconds)


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    there = np.flatnonzero(np.asarray(losses) > net_loss)
    if len(there) == len(losses):
        return float("inf")
    return float((there[-1] + 1) * step_seconds / net_seconds) if len(there) else 0.0


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    return float((len(losses) - 1) * step_seconds / net_seconds)


@fresh("19.8", wrong=True)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    there = np.flatnonzero(np.asarray(losses) <= net_loss)
    return (
        float(net_seconds / (there[0] * step_seconds)) if len(there) and there[0] else float("inf")
    )


@fresh("19.8", wrong=True)
def pays_from(training_seconds, loop_seconds, net_seconds):
    if net_seconds >= loop_seconds:
        return float("inf")
    return math.ceil(training_seconds / (loop_seconds - net_seconds))


@fresh("19.8", wrong=True)
def pays_from(training_seconds, loop_seconds, net_seconds):
    return training_seconds / (loop_seconds - net_seconds)


@fresh("19.8", wrong=True)
def pays_from(training_seconds, loop_seconds, net_seconds):
    if net_seconds >= loop_seconds:
        return float("inf")
    return round(training_seconds / (loop_seconds - net_seconds))


@fresh("19.8", wrong=True)
def pays_from(training_seconds, loop_seconds, net_seconds):
    return int(training_seconds // loop_seconds) + 1


@fresh("19.8", wrong=True)
def pays_from(training_seconds, loop_seconds, net_seconds):
    return int(training_seconds // (loop_seconds - net_seconds)) + 1


@fresh("19.8", wrong=False)
def steady(call, clock, repeats):
    call()
    spent = np.empty(repeats)
    for i in range(repeats):
        t = clock()
        call()
        spent[i] = clock() - t
    return np.quantile(spent, 0.5)


@fresh("19.8", wrong=False)
def times_faster(losses, step_seconds, net_loss, net_seconds):
    for step, loss in enumerate(losses):
        if loss <= net_loss:
            return step * (step_seconds / net_seconds)
    return math.inf


@fresh("19.8", wrong=False)
def pays_from(training_seconds, loop_seconds, net_seconds):
    if net_seconds >= loop_seconds:
        return np.inf
    k = 1
    while training_seconds + k * net_seconds >= k * loop_seconds:
        k += 1
    return float(k)
