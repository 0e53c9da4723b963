"""Answers to lab 18 by somebody who did not write its catalogue."""

import numpy as np
from scipy import stats
from scipy.ndimage import convolve, correlate
from scipy.signal import convolve2d, correlate2d
from scipy.spatial.distance import cdist
from scipy.special import entr, expit, log_expit, logsumexp, softplus, xlogy

from coursekit.labs.author.fresh import fresh

# 18.1 ---------------------------------------------------------------------------------


def _kl(mean, log_variance, axis=-1):
    mean, log_variance = np.asarray(mean, float), np.asarray(log_variance, float)
    return 0.5 * np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=axis)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    return _kl(mean, log_variance, axis=None)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    return _kl(mean, log_variance, axis=0)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    return 2 * _kl(mean, log_variance)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    return -_kl(mean, log_variance)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    return _kl(mean, 2 * np.asarray(log_variance, float))


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    mean, v = np.asarray(mean, float), np.asarray(log_variance, float)
    return 0.5 * np.sum(np.exp(-v) * (1 + mean**2) - 1 + v, axis=-1)


@fresh("18.1", wrong=True)
def kl_to_standard(mean, log_variance):
    mean, v = np.asarray(mean, float), np.asarray(log_variance, float)
    return 0.5 * np.mean(np.exp(v) + mean**2 - 1 - v, axis=-1)


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(np.asarray(log_variance))
    z = mean + sigma * noise
    return slope_of_f(z), np.asarray(f(z))[:, None] * noise / sigma


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return slope_of_f(z), np.asarray(f(z))[:, None] * noise


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return slope_of_f(z) * noise, np.asarray(f(z))[:, None] * noise / sigma


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return slope_of_f(z), np.asarray(f(z))[:, None] * noise / sigma**2


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return slope_of_f(z).mean(axis=0), (np.asarray(f(z))[:, None] * noise / sigma).mean(0)


@fresh("18.1", wrong=True)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return np.asarray(f(z))[:, None] * noise / sigma, slope_of_f(z)


@fresh("18.1", wrong=False)
def kl_to_standard(mean, log_variance):
    mean, v = np.asarray(mean, float), np.asarray(log_variance, float)
    out = np.zeros(mean.shape[:-1])
    for j in range(mean.shape[-1]):
        m, s = mean[..., j], np.sqrt(np.exp(v[..., j]))
        out = out - np.log(s) + (s * s + m * m) / 2 - 0.5
    return out


@fresh("18.1", wrong=False)
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    mean, var = np.asarray(mean, float), np.exp(np.asarray(log_variance, float))
    z = mean + np.sqrt(var) * np.asarray(noise, float)
    values = np.asarray(f(z))
    return np.asarray(slope_of_f(z)), np.einsum("k,kd->kd", values, (z - mean) / var)


# 18.2 ---------------------------------------------------------------------------------


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    p = expit(np.asarray(logits, float))
    x = np.asarray(x)
    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    p = np.clip(expit(np.asarray(logits, float)), 1e-7, 1 - 1e-7)
    x = np.asarray(x)
    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    return np.mean(x * logits - np.logaddexp(0, logits), axis=-1)


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    return np.sum(x * logits - np.logaddexp(0, logits))


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    return -np.sum(x * logits - np.logaddexp(0, logits), axis=-1)


@fresh("18.2", wrong=True)
def log_bernoulli(x, logits):
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    return np.sum(x * log_expit(logits), axis=-1)


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) - log_q
    return w.mean(axis=0), np.log(np.mean(np.exp(w), axis=0))


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) - log_q
    return w.mean(axis=0), logsumexp(w, axis=0)


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) - log_q
    return w.mean(axis=1), logsumexp(w, axis=1) - np.log(w.shape[1])


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) + log_q
    return w.mean(axis=0), logsumexp(w, axis=0) - np.log(len(w))


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) - log_q
    return logsumexp(w, axis=0) - np.log(len(w)), w.mean(axis=0)


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    log_joint, log_q = np.asarray(log_joint, float), np.asarray(log_q, float)
    w = log_joint - log_q
    return w.mean(axis=0), logsumexp(log_joint, axis=0) - logsumexp(log_q, axis=0)


@fresh("18.2", wrong=True)
def bounds(log_joint, log_q):
    w = np.asarray(log_joint, float) - log_q
    return w.mean(axis=0), w.max(axis=0)


@fresh("18.2", wrong=False)
def log_bernoulli(x, logits):
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    return np.sum(log_expit((2 * x - 1) * logits), axis=-1)


@fresh("18.2", wrong=False)
def bounds(log_joint, log_q):
    w = np.array(log_joint, float) - np.array(log_q, float)
    top = w.max(axis=0)
    return list(np.average(w, axis=0)), list(top + np.log(np.exp(w - top).mean(axis=0)))


# 18.3 ---------------------------------------------------------------------------------


@fresh("18.3", wrong=True)
def best_critic(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    return p / (p + q)


@fresh("18.3", wrong=True)
def best_critic(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    return p / (p + q + 1e-8)


@fresh("18.3", wrong=True)
def best_critic(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    both = p + q
    return np.divide(q, both, out=np.full(both.shape, 0.5), where=both > 0)


@fresh("18.3", wrong=True)
def best_critic(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    return np.where(p > q, 1.0, np.where(p < q, 0.0, 0.5))


@fresh("18.3", wrong=True)
def best_critic(p, q):
    p, q = np.asarray(p, float), np.asarray(q, float)
    both = p + q
    return np.divide(p, both, out=np.zeros(both.shape), where=both > 0)


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    return float(np.sum(p * np.log(d) + q * np.log(1 - d)))


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    d = np.clip(d, 1e-7, 1 - 1e-7)
    return float(np.sum(p * np.log(d) + q * np.log(1 - d)))


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    return float(np.mean(xlogy(p, d)) + np.mean(xlogy(q, 1 - d)))


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    return float(-np.sum(xlogy(p, d)) - np.sum(xlogy(q, 1 - d)))


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    return float(np.sum(xlogy(p, d)) + np.sum(xlogy(q, d)))


@fresh("18.3", wrong=True)
def game_value(p, q, critic):
    p, q, d = (np.asarray(a, float) for a in (p, q, critic))
    return float((np.sum(xlogy(p, d)) + np.sum(xlogy(q, 1 - d))) / np.log(2))


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    if saturating:
        losses, slopes = -np.logaddexp(0, l), -expit(l)
    else:
        losses, slopes = np.logaddexp(0, -l), -expit(-l)
    return float(losses.mean()), slopes


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    if not saturating:
        losses, slopes = -np.logaddexp(0, l), -expit(l)
    else:
        losses, slopes = np.logaddexp(0, -l), -expit(-l)
    return float(losses.mean()), slopes / len(l)


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    d = expit(l)
    if saturating:
        losses, slopes = np.log(1 - d), -1 / (1 - d)
    else:
        losses, slopes = -np.log(d), -1 / d
    return float(losses.mean()), slopes / len(l)


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    d = expit(l)
    if saturating:
        losses, slopes = np.log(1 - d), -d
    else:
        losses, slopes = -np.log(d), -(1 - d)
    return float(losses.mean()), slopes / len(l)


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    if saturating:
        losses, slopes = -np.logaddexp(0, l), expit(l)
    else:
        losses, slopes = np.logaddexp(0, -l), expit(-l)
    return float(losses.mean()), slopes / len(l)


@fresh("18.3", wrong=True)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    if saturating:
        losses, slopes = -np.logaddexp(0, l), -expit(l)
    else:
        losses, slopes = np.logaddexp(0, -l), -expit(-l)
    return float(losses.sum()), slopes


@fresh("18.3", wrong=False)
def best_critic(p, q):
    return (
        [0.5 if a + b == 0 else a / (a + b) for a, b in zip(p, q, strict=True)]
        if np.ndim(p) == 1
        else np.where(
            np.add(p, q) > 0, np.asarray(p) / np.where(np.add(p, q) > 0, np.add(p, q), 1), 0.5
        )
    )


@fresh("18.3", wrong=False)
def game_value(p, q, critic):
    total = 0.0
    for a, b, d in zip(np.ravel(p), np.ravel(q), np.ravel(critic), strict=True):
        if a > 0:
            total += a * np.log(d) if d > 0 else -np.inf
        if b > 0:
            total += b * np.log1p(-d) if d < 1 else -np.inf
    return total


@fresh("18.3", wrong=False)
def generator_loss(logits, saturating):
    l = np.asarray(logits, float)
    n = l.size
    if saturating:
        return np.mean(log_expit(-l)), (expit(-l) - 1) / n
    return -np.mean(log_expit(l)), (expit(l) - 1) / n


# 18.4 ---------------------------------------------------------------------------------


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    return float(np.mean(np.abs(np.asarray(x, float) - np.asarray(y, float))))


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    return float(np.mean(np.sort(x) - np.sort(y)))


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    return float(np.sum(np.abs(np.sort(x) - np.sort(y))))


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    return float(np.sqrt(np.mean((np.sort(x) - np.sort(y)) ** 2)))


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    return float(abs(np.mean(x) - np.mean(y)))


@fresh("18.4", wrong=True)
def wasserstein(x, y):
    gaps = np.abs(np.subtract.outer(np.asarray(x, float), np.asarray(y, float)))
    return float(gaps.min(axis=1).mean())


def _penalty(slope, real, fake, numbers, swap=False, square=False, flat=True, one=1.0):
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    if swap:
        real, fake = fake, real
    u = np.reshape(numbers, (-1, *[1] * (real.ndim - 1)))
    g = slope(fake + u * (real - fake))
    g = np.reshape(g, (len(real), -1)) if flat else g
    length = np.linalg.norm(g, axis=-1)
    return float(np.mean((length**2 - one) ** 2 if square else (length - one) ** 2))


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    return _penalty(slope, real, fake, numbers, swap=True)


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    return _penalty(slope, real, fake, numbers, square=True)


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    return _penalty(slope, real, fake, numbers, one=0.0)


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    return _penalty(slope, real, fake, numbers, flat=False)


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    real = np.asarray(real, float)
    g = np.reshape(slope(real), (len(real), -1))
    return float(np.mean((np.linalg.norm(g, axis=1) - 1) ** 2))


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    u = np.reshape(numbers, (-1, *[1] * (real.ndim - 1)))
    g = np.reshape(slope(fake + u * (real - fake)), (len(real), -1))
    return float((np.linalg.norm(g, axis=1).mean() - 1) ** 2)


@fresh("18.4", wrong=True)
def penalty(slope, real, fake, numbers):
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    u = np.reshape(numbers, (-1, *[1] * (real.ndim - 1)))
    g = np.reshape(slope(fake + u * (real - fake)), (len(real), -1))
    return float(np.mean(np.maximum(np.linalg.norm(g, axis=1) - 1, 0) ** 2))


@fresh("18.4", wrong=True)
def visits(points, centres, radius):
    away = cdist(np.asarray(points, float), np.asarray(centres, float))
    near = away.argmin(axis=1)[away.min(axis=1) < radius]
    return np.bincount(near, minlength=len(centres))


@fresh("18.4", wrong=True)
def visits(points, centres, radius):
    away = cdist(np.asarray(points, float), np.asarray(centres, float))
    return (away <= radius).sum(axis=0)


@fresh("18.4", wrong=True)
def visits(points, centres, radius):
    away = cdist(np.asarray(points, float), np.asarray(centres, float))
    return np.bincount(away.argmin(axis=1), minlength=len(centres))


@fresh("18.4", wrong=True)
def visits(points, centres, radius):
    away = cdist(np.asarray(points, float), np.asarray(centres, float))
    return np.bincount(away.argmin(axis=1)[away.min(axis=1) <= radius])


@fresh("18.4", wrong=True)
def visits(points, centres, radius):
    away = cdist(np.asarray(points, float), np.asarray(centres, float), "cityblock")
    near = away.argmin(axis=1)[away.min(axis=1) <= radius]
    return np.bincount(near, minlength=len(centres))


@fresh("18.4", wrong=False)
def wasserstein(x, y):
    return stats.wasserstein_distance(x, y)


@fresh("18.4", wrong=False)
def penalty(slope, real, fake, numbers):
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    mixed = np.stack([u * r + (1 - u) * f for u, r, f in zip(numbers, real, fake, strict=True)])
    return np.mean([(np.sqrt(np.sum(np.square(g))) - 1) ** 2 for g in np.asarray(slope(mixed))])


@fresh("18.4", wrong=False)
def visits(points, centres, radius):
    out = [0] * len(centres)
    for p in np.asarray(points, float):
        gaps = [float(np.sqrt(np.sum((p - c) ** 2))) for c in np.asarray(centres, float)]
        if min(gaps) <= radius:
            out[gaps.index(min(gaps))] += 1
    return out


# 18.5 ---------------------------------------------------------------------------------


@fresh("18.5", wrong=True)
def joined(x, labels, classes):
    return np.concatenate([np.eye(classes)[np.asarray(labels, int)], x], axis=1)


@fresh("18.5", wrong=True)
def joined(x, labels, classes):
    return np.column_stack([x, labels])


@fresh("18.5", wrong=True)
def joined(x, labels, classes):
    labels = np.asarray(labels, int)
    return np.concatenate([x, np.eye(labels.max() + 1)[labels]], axis=1)


@fresh("18.5", wrong=True)
def joined(x, labels, classes):
    return np.concatenate([x, np.eye(classes)[np.asarray(labels, int) - 1]], axis=1)


@fresh("18.5", wrong=True)
def joined(x, labels, classes):
    x = np.asarray(x)
    out = np.zeros((len(x), x.shape[1] + classes), int)
    out[:, : x.shape[1]] = x
    out[np.arange(len(x)), x.shape[1] + np.asarray(labels, int)] = 1
    return out


@fresh("18.5", wrong=True)
def wrong_rows(captions, numbers):
    n = len(captions)
    return np.array([int(u * n) for u in numbers])


@fresh("18.5", wrong=True)
def wrong_rows(captions, numbers):
    n = len(captions)
    rows = []
    for i, u in enumerate(numbers):
        others = [j for j in range(n) if j != i]
        rows.append(others[int(u * len(others))])
    return np.array(rows)


@fresh("18.5", wrong=True)
def wrong_rows(captions, numbers):
    captions, rows = np.asarray(captions), []
    for c, u in zip(captions, numbers, strict=True):
        others = np.flatnonzero(captions != c)
        rows.append(int(u * len(others)))
    return np.array(rows)


@fresh("18.5", wrong=True)
def wrong_rows(captions, numbers):
    captions, rows = np.asarray(captions), []
    for c, u in zip(captions, numbers, strict=True):
        others = np.flatnonzero(captions != c)
        rows.append(others[min(int(round(u * len(others))), len(others) - 1)])
    return np.array(rows)


@fresh("18.5", wrong=True)
def wrong_rows(captions, numbers):
    captions, rows = np.asarray(captions), []
    for c, u in zip(captions, numbers, strict=True):
        others = sorted({k for k in captions if k != c})
        pick = others[int(u * len(others))]
        rows.append(int(np.flatnonzero(captions == pick)[0]))
    return np.array(rows)


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(np.logaddexp(0, -r).mean() + np.logaddexp(0, f).mean() + np.logaddexp(0, w).mean())


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(np.logaddexp(0, -r).mean() + np.logaddexp(0, np.concatenate([f, w])).mean())


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(
        np.logaddexp(0, -r).mean() + 0.5 * (np.logaddexp(0, f).mean() + np.logaddexp(0, -w).mean())
    )


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(
        -np.log(expit(r)).mean() - 0.5 * (np.log(1 - expit(f)).mean() + np.log(1 - expit(w)).mean())
    )


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(
        np.logaddexp(0, -r).sum() + 0.5 * (np.logaddexp(0, f).sum() + np.logaddexp(0, w).sum())
    )


@fresh("18.5", wrong=True)
def three_kinds(real, fake, wrong):
    r, f, w = (np.asarray(a, float) for a in (real, fake, wrong))
    return float(
        np.logaddexp(0, r).mean() + 0.5 * (np.logaddexp(0, -f).mean() + np.logaddexp(0, -w).mean())
    )


@fresh("18.5", wrong=False)
def joined(x, labels, classes):
    return [
        [*map(float, row), *[float(k == c) for k in range(classes)]]
        for row, c in zip(np.asarray(x), labels, strict=True)
    ]


@fresh("18.5", wrong=False)
def wrong_rows(captions, numbers):
    out = []
    for i in range(len(captions)):
        others = [j for j in range(len(captions)) if captions[j] != captions[i]]
        out.append(others[int(np.floor(numbers[i] * len(others)))])
    return out


@fresh("18.5", wrong=False)
def three_kinds(real, fake, wrong):
    return (
        -np.mean(log_expit(np.asarray(real, float)))
        - np.mean(log_expit(-np.asarray(fake, float))) / 2
        - np.mean(log_expit(-np.asarray(wrong, float))) / 2
    )


# 18.6 ---------------------------------------------------------------------------------


def _draw(mean, rho, noise, batches, share, wide, narrow, sigma=None, swap=False, flip=False):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho) if sigma is None else sigma
    w = mean + sigma * noise
    if swap:
        wide, narrow = narrow, wide
    log_q = stats.norm.logpdf(w, mean, sigma)
    log_p = np.logaddexp(
        np.log(share) + stats.norm.logpdf(w, 0, wide),
        np.log(1 - share) + stats.norm.logpdf(w, 0, narrow),
    )
    gap = log_p - log_q if flip else log_q - log_p
    return w, gap, batches


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (w / z) ** 2 for s, z in ((share, wide), (1 - share, narrow))
    ]
    return w, float(np.sum(log_q - np.logaddexp(*parts)))


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.exp(rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (w / z) ** 2 for s, z in ((share, wide), (1 - share, narrow))
    ]
    return w, float(np.sum(log_q - np.logaddexp(*parts)) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.log(1 + np.exp(rho))
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (w / z) ** 2 for s, z in ((share, wide), (1 - share, narrow))
    ]
    return w, float(np.sum(log_q - np.logaddexp(*parts)) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (w / z) ** 2 for s, z in ((share, wide), (1 - share, narrow))
    ]
    return w, float(np.mean(log_q - np.logaddexp(*parts)) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (w / z) ** 2 for s, z in ((share, narrow), (1 - share, wide))
    ]
    return w, float(np.sum(log_q - np.logaddexp(*parts)) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    log_p = share * (-np.log(wide) - 0.5 * (w / wide) ** 2) + (1 - share) * (
        -np.log(narrow) - 0.5 * (w / narrow) ** 2
    )
    return w, float(np.sum(log_q - log_p) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    p = share * stats.norm.pdf(w, 0, wide) + (1 - share) * stats.norm.pdf(w, 0, narrow)
    return w, float(np.sum(stats.norm.logpdf(w, mean, sigma) - np.log(p)) / batches)


@fresh("18.6", wrong=True)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    w = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    parts = [
        np.log(s) - np.log(z) - 0.5 * (mean / z) ** 2
        for s, z in ((share, wide), (1 - share, narrow))
    ]
    return w, float(np.sum(log_q - np.logaddexp(*parts)) / batches)


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    out[np.argsort(np.abs(out), kind="stable")[:number]] = 0
    return out


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    out[np.argsort(out / np.logaddexp(0, rho), kind="stable")[:number]] = 0
    return out


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    out[np.argsort(-np.abs(out) / np.logaddexp(0, rho), kind="stable")[:number]] = 0
    return out


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    ratio = np.abs(out) / np.logaddexp(0, rho)
    out[np.argsort(ratio, kind="stable")[number:]] = 0
    return out


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    ratio = np.abs(mean) / np.logaddexp(0, rho)
    return np.delete(np.asarray(mean, float), np.argsort(ratio, kind="stable")[:number])


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    ratio = np.abs(out) / np.abs(rho)
    out[np.argsort(ratio, kind="stable")[:number]] = 0
    return out


@fresh("18.6", wrong=True)
def cut(mean, rho, number):
    out = np.array(mean, float)
    ratio = np.abs(out) / np.logaddexp(0, rho)
    out[ratio < np.sort(ratio)[number]] = 0
    return out


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=0)
    return entr(m).sum(axis=-1)


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=0)
    return entr(p).sum(axis=-1).mean(axis=0) - entr(m).sum(axis=-1)


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=0)
    return -(m * np.log(m)).sum(axis=-1) + (p * np.log(p)).sum(axis=-1).mean(axis=0)


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    return p.std(axis=0).mean(axis=-1)


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=0)
    return (entr(m).sum(axis=-1) - entr(p).sum(axis=-1).mean(axis=0)) / np.log(2)


@fresh("18.6", wrong=True)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=1)
    return entr(m).sum(axis=-1) - entr(p).sum(axis=-1).mean(axis=1)


@fresh("18.6", wrong=False)
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = softplus(np.asarray(rho, float))
    w = mean + sigma * noise
    log_q = stats.norm.logpdf(noise) - np.log(sigma)
    log_p = logsumexp(
        [stats.norm.logpdf(w, scale=wide), stats.norm.logpdf(w, scale=narrow)],
        axis=0,
        b=np.reshape([share, 1 - share], (2, *[1] * w.ndim)),
    )
    return w, np.sum(log_q - log_p) / batches


@fresh("18.6", wrong=False)
def cut(mean, rho, number):
    ratio = [abs(m) / np.logaddexp(0, r) for m, r in zip(mean, rho, strict=True)]
    gone = set(sorted(range(len(ratio)), key=lambda i: ratio[i])[:number])
    return [0.0 if i in gone else float(m) for i, m in enumerate(mean)]


@fresh("18.6", wrong=False)
def doubt(probabilities):
    p = np.asarray(probabilities, float)
    m = p.mean(axis=0, keepdims=True)
    safe = np.where(p > 0, p, 1)
    return np.sum(p * (np.log(safe) - np.log(np.where(m > 0, m, 1))), axis=-1).mean(axis=0)


# 18.7 ---------------------------------------------------------------------------------


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    return correlate(np.asarray(y, float), np.asarray(kernel, float), mode="constant")


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    return convolve(np.asarray(y, float), np.asarray(kernel, float))


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    return convolve2d(np.asarray(y, float), np.asarray(kernel, float), mode="full")


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    return correlate2d(np.asarray(y, float), np.asarray(kernel, float).T, mode="same")


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    kernel = np.asarray(kernel, float)
    return convolve2d(np.asarray(y, float), kernel / kernel.sum(), mode="same")


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    return convolve2d(np.asarray(y, float), np.asarray(kernel, float), mode="same", boundary="wrap")


@fresh("18.7", wrong=True)
def blur_back(y, kernel):
    kernel = np.asarray(kernel, float)
    return correlate2d(np.asarray(y, float), kernel[::-1, :], mode="same")


@fresh("18.7", wrong=True)
def blocks_back(y, k):
    return np.kron(np.asarray(y, float), np.ones((k, k)))


@fresh("18.7", wrong=True)
def blocks_back(y, k):
    return np.kron(np.asarray(y, float), np.ones((k, k))) / k


@fresh("18.7", wrong=True)
def blocks_back(y, k):
    return np.kron(np.asarray(y, float), np.ones((k, k))) * k**2


@fresh("18.7", wrong=True)
def blocks_back(y, k):
    return np.tile(np.asarray(y, float), (k, k)) / k**2


@fresh("18.7", wrong=True)
def blocks_back(y, k):
    y = np.asarray(y, float)
    out = np.zeros((y.shape[0] * k, y.shape[1] * k))
    out[::k, ::k] = y
    return out


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    return np.asarray(x, float) + rate * np.asarray(back(forward(x) - np.asarray(y)))


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    return np.asarray(x, float) - 2 * rate * np.asarray(back(forward(x) - np.asarray(y)))


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    return np.asarray(x, float) - rate * np.asarray(back(np.asarray(y)))


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    x -= rate * np.asarray(back(forward(x) - np.asarray(y)))
    return x


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    return -rate * np.asarray(back(forward(x) - np.asarray(y)))


@fresh("18.7", wrong=True)
def data_step(x, y, forward, back, rate):
    gap = np.asarray(forward(x) - np.asarray(y))
    return np.asarray(x, float) - rate * np.asarray(back(gap)) / gap.size


@fresh("18.7", wrong=False)
def blur_back(y, kernel):
    return convolve2d(np.asarray(y, float), np.asarray(kernel, float), mode="same")


@fresh("18.7", wrong=False)
def blur_back(y, kernel):
    y, kernel = np.asarray(y, float), np.asarray(kernel, float)
    r, s = kernel.shape[0] // 2, kernel.shape[1] // 2
    out = np.zeros(y.shape)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    u, v = i + a - r, j + b - s
                    if 0 <= u < y.shape[0] and 0 <= v < y.shape[1]:
                        out[u, v] += kernel[a, b] * y[i, j]
    return out


@fresh("18.7", wrong=False)
def blocks_back(y, k):
    return np.repeat(np.repeat(np.asarray(y, float), k, axis=0), k, axis=1) / (k * k)


@fresh("18.7", wrong=False)
def data_step(x, y, forward, back, rate):
    x = np.array(x, dtype=float)
    return x + rate * np.asarray(back(np.asarray(y) - forward(x)))


# 18.8 ---------------------------------------------------------------------------------


def _parzen(rows, samples, sigma):
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    return -0.5 * cdist(rows, samples, "sqeuclidean") / sigma**2, rows.shape[1], len(samples)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return np.log(np.mean(np.exp(e), axis=1)) - 0.5 * d * np.log(2 * np.pi * sigma**2)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return logsumexp(e, axis=1) - 0.5 * d * np.log(2 * np.pi * sigma**2)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return logsumexp(e, axis=1) - np.log(m)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return logsumexp(e, axis=1) - np.log(m) - 0.5 * np.log(2 * np.pi * sigma**2)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return e.mean(axis=1) - 0.5 * d * np.log(2 * np.pi * sigma**2)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return logsumexp(e * sigma, axis=1) - np.log(m) - 0.5 * d * np.log(2 * np.pi * sigma)


@fresh("18.8", wrong=True)
def parzen(rows, samples, sigma):
    e, d, m = _parzen(rows, samples, sigma)
    return logsumexp(e, axis=0) - np.log(e.shape[0]) - 0.5 * d * np.log(2 * np.pi * sigma**2)


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(test, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmax(means))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std() / np.sqrt(len(got)))


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmax(means))]
    return (
        float(s),
        float(max(means)),
        float(np.std(log_density(valid, samples, s)) / np.sqrt(len(valid))),
    )


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmax(means))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std())


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmin(means))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std() / np.sqrt(len(got)))


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmax(means))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std(ddof=1) / np.sqrt(len(got)))


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[len(means) - 1 - int(np.argmax(means[::-1]))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std() / np.sqrt(len(got)))


@fresh("18.8", wrong=True)
def report(log_density, samples, valid, test, sigmas):
    means = [np.mean(log_density(valid, samples, s)) for s in sigmas]
    s = sigmas[int(np.argmax(means))]
    got = np.asarray(log_density(test, samples, s), float)
    return float(s), float(got.mean()), float(got.std() / np.sqrt(len(samples)))


@fresh("18.8", wrong=False)
def parzen(rows, samples, sigma):
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    out = []
    for x in rows:
        each = stats.norm.logpdf(x, loc=samples, scale=sigma).sum(axis=1)
        out.append(logsumexp(each - np.log(len(samples))))
    return out


@fresh("18.8", wrong=False)
def report(log_density, samples, valid, test, sigmas):
    best = max(sigmas, key=lambda s: np.mean(np.asarray(log_density(valid, samples, s))))
    got = np.asarray(log_density(test, samples, best))
    return best, np.mean(got), stats.sem(got, ddof=0)
