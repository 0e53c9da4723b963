"""Answers to lab 04 by somebody who did not write its catalogue."""

import math

import numpy as np
import scipy.special
import scipy.stats
from sklearn.preprocessing import StandardScaler

from coursekit.labs.author.fresh import fresh

_F = {
    "identity": lambda z: np.array(z, float),
    "sigmoid": lambda z: scipy.special.expit(z),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.1 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "gaussian": lambda z: np.exp(-(z**2) / 2),
}
_D = {
    "identity": lambda z: np.ones(np.shape(z)),
    "sigmoid": lambda z: scipy.special.expit(z) * scipy.special.expit(-z),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (z > 0).astype(float),
    "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.1),
    "elu": lambda z: np.exp(np.minimum(z, 0.0)),
    "gaussian": lambda z: -z * np.exp(-(z**2) / 2),
}


@fresh("4.1", wrong=True)
def activate(name, z):
    with np.errstate(all="ignore"):
        return {**_F, "sigmoid": lambda z: np.exp(z) / (1 + np.exp(z))}[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    with np.errstate(all="ignore"):
        naive = lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))  # noqa: E731
        return {**_F, "tanh": naive}[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    return {**_F, "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z)}[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    return {**_F, "gaussian": lambda z: np.exp(-(z**2))}[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    return {**_F, "elu": lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)))}[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    if name == "relu":
        z[z < 0] = 0
        return z
    return _F[name](z)


@fresh("4.1", wrong=True)
def activate(name, z):
    z = np.clip(z, -100, 100)
    return _F[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "relu": lambda z: (z >= 0).astype(float)}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "sigmoid": lambda z: z * (1 - z)}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "gaussian": lambda z: -np.exp(-(z**2) / 2)}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "leaky_relu": lambda z: np.where(z >= 0, 1.0, 0.1)}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "elu": lambda z: np.where(z > 0, 1.0, np.expm1(np.minimum(z, 0)))}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "tanh": lambda z: 1 - np.tanh(z)}[name](z)


@fresh("4.1", wrong=True)
def derivative(name, z):
    return {**_D, "identity": lambda z: 1.0}[name](z)


@fresh("4.1", wrong=False)
def activate(name, z):
    z = np.asarray(z, float)
    if name == "identity":
        return z.copy()
    if name == "sigmoid":
        return np.exp(-np.logaddexp(0, -z))
    if name == "tanh":
        return 2 * scipy.special.expit(2 * z) - 1
    if name == "relu":
        return (z + np.abs(z)) / 2
    if name == "leaky_relu":
        return np.maximum(z, z / 10)
    if name == "elu":
        return np.maximum(z, 0) + np.expm1(np.minimum(z, 0))
    return np.sqrt(2 * np.pi) * scipy.stats.norm.pdf(z)


@fresh("4.1", wrong=False)
def derivative(name, z):
    z = np.asarray(z, float)
    out = np.empty(z.shape)
    for i, v in np.ndenumerate(z):
        if name == "identity":
            out[i] = 1
        elif name == "sigmoid":
            e = math.exp(-abs(v))
            out[i] = e / (1 + e) ** 2
        elif name == "tanh":
            out[i] = 1 - math.tanh(v) ** 2
        elif name == "relu":
            out[i] = 1 if v > 0 else 0
        elif name == "leaky_relu":
            out[i] = 1 if v > 0 else 0.1
        elif name == "elu":
            out[i] = 1 if v > 0 else math.exp(v)
        else:
            out[i] = -v * math.exp(-v * v / 2)
    return out


@fresh("4.2", wrong=True)
def softmax(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@fresh("4.2", wrong=True)
def softmax(z):
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max())
        return e / e.sum(axis=1, keepdims=True)


@fresh("4.2", wrong=True)
def softmax(z):
    return scipy.special.softmax(z)


@fresh("4.2", wrong=True)
def softmax(z):
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@fresh("4.2", wrong=True)
def softmax(z):
    return scipy.special.log_softmax(z, axis=1)


@fresh("4.2", wrong=True)
def softmax_slopes(p):
    return np.diag(p * (1 - p))


@fresh("4.2", wrong=True)
def softmax_slopes(p):
    return np.outer(p, p) - np.diag(p)


@fresh("4.2", wrong=True)
def softmax_slopes(p):
    return -np.outer(p, p)


@fresh("4.2", wrong=True)
def softmax_slopes(p):
    return np.diag(p) - p @ p


@fresh("4.2", wrong=True)
def softmax_slopes(p):
    return np.outer(p, 1 - p)


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    return np.max([x @ w[k] for k in range(len(w))], axis=0)


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    return np.max([x @ w[k] for k in range(len(w))], axis=0) + np.max(b, axis=0)


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    return np.max([np.maximum(x @ w[k] + b[k], 0) for k in range(len(w))], axis=0)


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    return np.sum([x @ w[k] + b[k] for k in range(len(w))], axis=0)


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    return np.array([x @ w[k] + b[k] for k in range(len(w))]).max(axis=2).T


@fresh("4.2", wrong=True)
def maxout(x, w, b):
    z = np.array([x @ w[k] + b[k] for k in range(len(w))])
    return np.take_along_axis(z, np.abs(z).argmax(axis=0)[None], axis=0)[0]


@fresh("4.2", wrong=False)
def maxout(x, w, b):
    return (np.einsum("nd,kdu->nku", x, w) + b).max(axis=1)


@fresh("4.2", wrong=False)
def softmax_slopes(p):
    return (np.eye(len(p)) - p) * p[:, None]


@fresh("4.2", wrong=False)
def softmax(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None])


def _margin(y, f):
    return (2 * np.asarray(y) - 1) * np.asarray(f, float)


def _loss(name, m):
    return {
        "square": lambda: (1 - m) ** 2,
        "logistic": lambda: np.logaddexp(0, -m) / np.log(2),
        "exponential": lambda: np.exp(-m),
        "hinge": lambda: np.maximum(0, 1 - m),
    }[name]()


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    return _loss(name, y * f)


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    m = _margin(y, f)
    return np.logaddexp(0, -m) if name == "logistic" else _loss(name, m)


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    m = _margin(y, f)
    with np.errstate(all="ignore"):
        return np.log2(1 + np.exp(-m)) if name == "logistic" else _loss(name, m)


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    m = _margin(y, f)
    return 1 - m if name == "hinge" else _loss(name, m)


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    return _loss(name, -_margin(y, f))


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    return _loss(name, _margin(y, f)).mean()


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    m = _margin(y, f)
    return np.maximum(0, 1 - m) ** 2 if name == "square" else _loss(name, m)


@fresh("4.3", wrong=True)
def margin_loss(name, y, f):
    y *= 2
    y -= 1
    return _loss(name, y * f)


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    p = scipy.special.softmax(z, axis=1)
    with np.errstate(all="ignore"):
        return float(-np.mean(np.log(p[np.arange(len(y)), y])))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    p = np.clip(scipy.special.softmax(z, axis=1), 1e-7, 1)
    return float(-np.mean(np.log(p[np.arange(len(y)), y])))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    return float(-np.sum(scipy.special.log_softmax(z, axis=1)[np.arange(len(y)), y]))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    return float(-np.mean(scipy.special.log_softmax(z, axis=1)[:, y]))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    return float(-np.mean(scipy.special.log_softmax(z)[np.arange(len(y)), y]))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    onehot = np.eye(z.shape[1])[y]
    return float(-np.mean(onehot * scipy.special.log_softmax(z, axis=1)))


@fresh("4.3", wrong=True)
def cross_entropy(z, y):
    return float(-np.mean(scipy.special.log_softmax(z, axis=1)[np.arange(len(y)), y] / np.log(2)))


@fresh("4.3", wrong=False)
def cross_entropy(z, y):
    total = 0.0
    for row, label in zip(z, y, strict=True):
        total += np.log(np.sum(np.exp(row - row.max()))) + row.max() - row[label]
    return total / len(y)


@fresh("4.3", wrong=False)
def cross_entropy(z, y):
    z = np.asarray(z, float)
    return np.mean(scipy.special.logsumexp(z - np.take_along_axis(z, y[:, None], axis=1), axis=1))


@fresh("4.3", wrong=False)
def margin_loss(name, y, f):
    s = np.array([-1.0, 1.0])[y]
    if name == "square":
        return (s - f) ** 2
    if name == "logistic":
        return np.logaddexp2(0, -s * f / np.log(2))
    if name == "exponential":
        return 1 / np.exp(s * f)
    return np.clip(1 - s * f, 0, None)


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    product = np.eye(weights[0].shape[0])
    for w, s in zip(weights, slopes, strict=True):
        product = product @ w * s
    return product


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    product = np.eye(weights[0].shape[0])
    for w in weights:
        product = w.T @ product
    return product


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    product = np.eye(weights[-1].shape[1])
    for w, s in zip(weights, slopes, strict=True):
        product = product @ (np.diag(s) @ w.T)
    return product


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    product = np.eye(weights[0].shape[0])
    for w, s in zip(weights, slopes, strict=True):
        product = w.T @ product * s
    return product


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    w, s = weights[-1], slopes[-1]
    return np.diag(s) @ w.T


@fresh("4.4", wrong=True)
def jacobian(weights, slopes):
    product = np.eye(weights[0].shape[0])
    for i, (w, s) in enumerate(zip(weights, slopes, strict=True)):
        product = w.T @ product
        if i < len(weights) - 1:
            product = s[:, None] * product
    return product


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bw = max(np.linalg.norm(w) for w in weights)
    return float((bw * max(np.abs(s).max() for s in slopes)) ** len(weights))


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bw = max(np.linalg.norm(w, 2) for w in weights)
    return float((bw * max(s.max() for s in slopes)) ** len(weights))


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bound = 1.0
    for w, s in zip(weights, slopes, strict=True):
        bound *= np.linalg.norm(w, 2) * np.abs(s).max()
    return bound


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bw = max(np.linalg.norm(w, 2) for w in weights)
    return float((bw * max(np.linalg.norm(s) for s in slopes)) ** len(weights))


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bw = max(np.abs(w).max() for w in weights)
    return float((bw * max(np.abs(s).max() for s in slopes)) ** len(weights))


@fresh("4.4", wrong=True)
def jacobian_bound(weights, slopes):
    bw = max(np.linalg.norm(w, 2) for w in weights)
    return float(bw * max(np.abs(s).max() for s in slopes) * len(weights))


@fresh("4.4", wrong=False)
def jacobian_bound(weights, slopes):
    bw = max(np.linalg.svd(w, compute_uv=False)[0] for w in weights)
    bh = max(abs(v) for s in slopes for v in s)
    return math.prod([float(bw) * float(bh)] * len(weights))


@fresh("4.4", wrong=False)
def jacobian(weights, slopes):
    factors = [np.diag(s) @ w.T for w, s in zip(weights, slopes, strict=True)][::-1]
    return factors[0] if len(factors) == 1 else np.linalg.multi_dot(factors)


@fresh("4.4", wrong=False)
def jacobian(weights, slopes):
    columns = []
    for k in range(weights[0].shape[0]):
        h = np.zeros(weights[0].shape[0])
        h[k] = 1
        for w, s in zip(weights, slopes, strict=True):
            h = (h @ w) * s
        columns.append(h)
    return np.stack(columns, axis=1)


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    s = x_train.std(axis=0, ddof=1)
    s = np.where(s == 0, 1, s)
    m = x_train.mean(axis=0)
    return (x_train - m) / s, (x_other - m) / s


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    one = lambda x: (x - x.mean(axis=0)) / np.where(x.std(axis=0) == 0, 1, x.std(axis=0))  # noqa: E731
    return one(x_train), one(x_other)


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    scaler = StandardScaler().fit(np.vstack([x_train, x_other]))
    return scaler.transform(x_train), scaler.transform(x_other)


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    m, s = x_train.mean(axis=0), x_train.std(axis=0)
    s[s == 0] = 1
    x_train -= m
    x_train /= s
    return x_train, (x_other - m) / s


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    m, s = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - m) / (s + 1e-7), (x_other - m) / (s + 1e-7)


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    m, s = x_train.mean(), x_train.std()
    return (x_train - m) / s, (x_other - m) / s


@fresh("4.5", wrong=True)
def standardise(x_train, x_other):
    m, s = x_train.mean(axis=0), x_train.std(axis=0)
    with np.errstate(all="ignore"):
        return np.nan_to_num((x_train - m) / s), np.nan_to_num((x_other - m) / s)


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    return np.random.default_rng(seed).normal(0, gain / fan_in, (fan_in, fan_out))


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    s = np.sqrt(gain / fan_in)
    return np.random.default_rng(seed).uniform(-s, s, (fan_in, fan_out))


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    s = np.sqrt(2 * gain / (fan_in + fan_out))
    return np.random.default_rng(seed).normal(0, s, (fan_in, fan_out))


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    return np.random.default_rng().normal(0, np.sqrt(gain / fan_in), (fan_in, fan_out))


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    return np.random.default_rng(0).normal(0, np.sqrt(gain / fan_in), (fan_in, fan_out))


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    return np.random.default_rng(seed).random((fan_in, fan_out)) * np.sqrt(12 * gain / fan_in)


@fresh("4.5", wrong=True)
def initial_weights(fan_in, fan_out, gain, seed):
    return np.random.default_rng(seed).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


@fresh("4.5", wrong=False)
def initial_weights(fan_in, fan_out, gain, seed):
    edge = math.sqrt(3 * gain / fan_in)
    return np.random.default_rng(seed).uniform(-edge, edge, size=(fan_in, fan_out))


@fresh("4.5", wrong=False)
def initial_weights(fan_in, fan_out, gain, seed):
    rng = np.random.default_rng(seed)
    columns = [rng.standard_normal(fan_in) for _ in range(fan_out)]
    return np.stack(columns, axis=1) * (gain / fan_in) ** 0.5


@fresh("4.5", wrong=False)
def standardise(x_train, x_other):
    scaler = StandardScaler()
    return scaler.fit_transform(x_train), scaler.transform(x_other)


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[i * size : (i + 1) * size] for i in range(n // size)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[i * size : (i + 1) * size] for i in range(n // size + 1)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    return [np.arange(s, min(s + size, n)) for s in range(0, n, size)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return np.array_split(order, math.ceil(n / size))


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, n, min(size, n - s)) for s in range(0, n, size)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    order = np.random.default_rng(0).permutation(n)
    return [order[s : s + size] for s in range(0, n, size)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    rng = np.random.default_rng(seed)
    return [s + rng.permutation(min(size, n - s)) for s in range(0, n, size)]


@fresh("4.6", wrong=True)
def minibatches(n, size, seed):
    pieces = [np.arange(s, min(s + size, n)) for s in range(0, n, size)]
    return [pieces[i] for i in np.random.default_rng(seed).permutation(len(pieces))]


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial * 0.5 ** (max(0, epoch - hold) // half_life)


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial * math.exp(-max(0, epoch - hold) / half_life)


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial if epoch <= hold else initial * 0.5 ** (epoch / half_life)


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial if epoch < hold else initial * 0.5 ** ((epoch - hold + 1) / half_life)


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial * 0.5 ** ((epoch - hold) / half_life)


@fresh("4.6", wrong=True)
def learning_rate(epoch, initial, hold, half_life):
    return initial / (1 + max(0, epoch - hold) / half_life)


@fresh("4.6", wrong=False)
def learning_rate(epoch, initial, hold, half_life):
    rate = float(initial)
    for _ in range(hold, epoch):
        rate *= 2 ** (-1 / half_life)
    return rate


@fresh("4.6", wrong=False)
def learning_rate(epoch, initial, hold, half_life):
    if epoch <= hold:
        return float(initial)
    return float(np.exp(np.log(initial) - np.log(2) * (epoch - hold) / half_life))


@fresh("4.6", wrong=False)
def minibatches(n, size, seed):
    rows = np.arange(n)
    np.random.default_rng(seed).shuffle(rows)
    return np.split(rows, range(size, n, size))


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + epsilon) + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + epsilon) + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + epsilon) + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + epsilon) + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * ((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon) + beta)


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + epsilon) + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    x -= x.mean(axis=0)
    x /= np.sqrt(np.mean(x**2, axis=0) + epsilon)
    return gamma * x + beta


@fresh("4.7", wrong=True)
def batch_norm(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(np.mean(x**2, axis=0) + epsilon) + beta


@fresh("4.7", wrong=False)
def batch_norm(x, gamma, beta, epsilon):
    out = np.zeros(x.shape)
    for j in range(x.shape[1]):
        column = [float(v) for v in x[:, j]]
        mu = sum(column) / len(column)
        var = sum((v - mu) ** 2 for v in column) / len(column)
        for i, v in enumerate(column):
            out[i, j] = beta[j] + gamma[j] * (v - mu) / math.sqrt(var + epsilon)
    return out


@fresh("4.7", wrong=False)
def batch_norm(x, gamma, beta, epsilon):
    scale = gamma / np.sqrt(np.var(x, axis=0) + epsilon)
    return (x - np.average(x, axis=0)) * scale + beta


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    m, v = x.mean(axis=0), x.var(axis=0)
    return (
        (1 - momentum) * moving_mean + momentum * m,
        (1 - momentum) * moving_variance + momentum * v,
    )


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    m, v = x.mean(axis=0), x.var(axis=0, ddof=1)
    return (
        momentum * moving_mean + (1 - momentum) * m,
        momentum * moving_variance + (1 - momentum) * v,
    )


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    moving_mean *= momentum
    moving_mean += (1 - momentum) * x.mean(axis=0)
    moving_variance *= momentum
    moving_variance += (1 - momentum) * x.var(axis=0)
    return moving_mean, moving_variance


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    v = np.mean((x - mean) ** 2, axis=0)
    return mean, momentum * moving_variance + (1 - momentum) * v


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    return mean, momentum * moving_variance + (1 - momentum) * x.std(axis=0)


@fresh("4.8", wrong=True)
def update_moving(moving_mean, moving_variance, x, momentum):
    return momentum * moving_mean + x.mean(axis=0), momentum * moving_variance + x.var(axis=0)


@fresh("4.8", wrong=True)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon) + beta


@fresh("4.8", wrong=True)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    return gamma * (x - moving_mean) / (np.sqrt(moving_variance) + epsilon) + beta


@fresh("4.8", wrong=True)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    return gamma * (x - moving_mean) / (moving_variance + epsilon) + beta


@fresh("4.8", wrong=True)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    return (x - moving_mean) / np.sqrt(moving_variance + epsilon)


@fresh("4.8", wrong=True)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    x -= moving_mean
    x /= np.sqrt(moving_variance + epsilon)
    return gamma * x + beta


@fresh("4.8", wrong=False)
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    root = np.sqrt(moving_variance + epsilon)
    return x * (gamma / root) + (beta - gamma * moving_mean / root)


@fresh("4.8", wrong=False)
def update_moving(moving_mean, moving_variance, x, momentum):
    m = np.average(x, axis=0)
    v = np.average(x * x, axis=0) - m * m
    step = 1 - momentum
    return moving_mean + step * (m - moving_mean), moving_variance + step * (v - moving_variance)
