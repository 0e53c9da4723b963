"""Answers to lab 02 by somebody who did not write its catalogue."""

import itertools
import math

import numpy as np
from scipy.special import expit

from coursekit.labs.author.fresh import fresh


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return np.sign(np.dot(x, w) + b)


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return np.where(np.dot(x, w) + b > 0, 1, -1)


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return (np.dot(x, w) + b >= 0).astype(int)


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return np.where(np.dot(x, w) >= b, 1, -1)


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return 2 * (np.dot(x, w) + b >= 0)


@fresh("2.1", wrong=True)
def sign_unit(x, w, b):
    return np.where(np.round(np.dot(x, w) + b) >= 0, 1, -1)


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    return np.abs(np.dot(x, w) + b) / np.linalg.norm(w)


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    return (np.dot(x, w) + b) / np.dot(w, w)


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    return np.dot(x, w) / np.linalg.norm(w) + b


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    return (np.dot(x, w) + b) / np.linalg.norm(w, 1)


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    w = np.asarray(w, dtype=float)
    length = np.linalg.norm(w)
    w /= length
    return np.dot(x, w) + b / length


@fresh("2.1", wrong=True)
def signed_distance(x, w, b):
    return (np.dot(x, w) + b) / np.linalg.norm([*w, b])


@fresh("2.1", wrong=False)
def sign_unit(x, w, b):
    return np.array(
        [1 if sum(p * q for p, q in zip(row, w, strict=True)) + b >= 0 else -1 for row in x]
    )


@fresh("2.1", wrong=False)
def signed_distance(x, w, b):
    length = math.sqrt(sum(v * v for v in w))
    return np.array([(sum(p * q for p, q in zip(row, w, strict=True)) + b) / length for row in x])


@fresh("2.1", wrong=False)
def signed_distance(x, w, b):
    x, w = np.asarray(x, dtype=float), np.asarray(w, dtype=float)
    foot = -b * w / np.dot(w, w)
    return np.einsum("ij,j->i", x - foot, w / np.sqrt(w @ w))


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) < 0:
            w, b = w + label * row, b + label
            mistakes += 1
    return w, b, mistakes


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.asarray(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) <= 0:
            w += label * row
            b += label
            mistakes += 1
    return w, b, mistakes


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    x, y, w = np.asarray(x), np.asarray(y), np.array(w, float)
    wrong = y * (x @ w + b) <= 0
    return w + y[wrong] @ x[wrong], b + y[wrong].sum(), int(wrong.sum())


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) <= 0:
            w = w + label * row
            mistakes += 1
    return w, b, mistakes


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) <= 0:
            mistakes += 1
        w, b = w + label * row, b + label
    return w, b, mistakes


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        said = 1 if row @ w + b >= 0 else -1
        if said != label:
            w, b = w + (label - said) * row, b + (label - said)
            mistakes += 1
    return w, b, mistakes


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w = np.array(w, float)
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) <= 0:
            w, b = w + label * row, b + label
    return w, b, int(np.sum(np.asarray(y) * (np.asarray(x) @ w + b) <= 0))


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w = np.array(w, float)
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w + b) <= 0:
            return w + label * row, b + label, 1
    return w, b, 0


@fresh("2.2", wrong=True)
def perceptron_sweep(x, y, w, b):
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x), y, strict=True):
        if label * (row @ w) <= -b * label:
            w, b = w + 0.5 * label * row, b + 0.5 * label
            mistakes += 1
    return w, b, mistakes


@fresh("2.2", wrong=False)
def perceptron_sweep(x, y, w, b):
    x = np.hstack([np.asarray(x, float), np.ones((len(x), 1))])
    v, count = np.array([*w, b], float), 0
    for i in range(len(x)):
        if y[i] * np.dot(v, x[i]) <= 0:
            v += y[i] * x[i]
            count += 1
    return v[:-1], v[-1], count


@fresh("2.2", wrong=False)
def perceptron_sweep(x, y, w, b):
    w, count = [float(v) for v in w], 0
    for row, label in zip(x, y, strict=True):
        z = b
        for p, q in zip(row, w, strict=True):
            z += p * q
        if not label * z > 0:
            w = [q + label * p for p, q in zip(row, w, strict=True)]
            b += label
            count += 1
    return np.array(w), b, count


@fresh("2.3", wrong=True)
def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


@fresh("2.3", wrong=True)
def sigmoid(z):
    return 1 / (1 + np.exp(np.clip(z, -500, 500)))


@fresh("2.3", wrong=True)
def sigmoid(z):
    return np.tanh(z)


@fresh("2.3", wrong=True)
def sigmoid(z):
    return np.array([1 / (1 + math.exp(-v)) for v in np.ravel(z)])


@fresh("2.3", wrong=True)
def sigmoid(z):
    s = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return s * (1 - s)


@fresh("2.3", wrong=True)
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    np.clip(z, -30, 30, out=z)
    return 1 / (1 + np.exp(-z))


@fresh("2.3", wrong=True)
def sigmoid(z):
    return np.clip(0.5 + np.asarray(z) / 4, 0, 1)


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    miss = expit(np.dot(x, w) + b) - t
    return np.dot(np.transpose(x), miss), miss.sum()


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    miss = t - expit(np.dot(x, w) + b)
    return np.dot(np.transpose(x), miss) / len(x), miss.mean()


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    p = expit(np.dot(x, w) + b)
    d = (p - t) * p * (1 - p)
    return np.dot(np.transpose(x), d) / len(x), d.mean()


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    miss = expit(np.dot(x, w) + b) - t
    return np.mean(np.dot(np.transpose(x), miss)), miss.mean()


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    miss = expit(np.dot(x, w) + b) - t
    return np.dot(np.transpose(x), miss) / len(x), miss.sum()


@fresh("2.3", wrong=True)
def error_slopes(x, t, w, b):
    miss = expit(np.dot(x, w)) - t
    return np.dot(np.transpose(x), miss) / len(x), miss.mean()


@fresh("2.3", wrong=False)
def sigmoid(z):
    return expit(np.asarray(z, dtype=float))


@fresh("2.3", wrong=False)
def sigmoid(z):
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


@fresh("2.3", wrong=False)
def error_slopes(x, t, w, b):
    dw, db = np.zeros(len(w)), 0.0
    for row, target in zip(x, t, strict=True):
        z = sum(p * q for p, q in zip(row, w, strict=True)) + b
        p = 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))
        for i in range(len(w)):
            dw[i] += (p - target) * row[i] / len(x)
        db += (p - target) / len(x)
    return dw, db


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    return np.sign(np.sign(np.dot(x, W) + beta) @ v + c)


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    hidden = np.where(np.dot(x, np.transpose(W)) + beta >= 0, 1, -1)
    return np.where(hidden @ v + c >= 0, 1, -1)


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    hidden = np.dot(x, W) + beta
    return np.where(hidden @ v + c >= 0, 1, -1)


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    hidden = (np.dot(x, W) + beta >= 0).astype(int)
    return np.where(hidden @ v + c >= 0, 1, -1)


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    hidden = np.where(np.dot(x, W) + beta >= 0, 1, -1)
    return hidden @ v + c


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    hidden = np.where(np.dot(x, W) + beta >= 0, 1, -1)
    return np.where(hidden @ v + c > 0, 1, -1)


@fresh("2.4", wrong=True)
def sign_network(x, W, beta, v, c):
    x = np.asarray(x, dtype=float)
    x -= x.mean(axis=0) * 0
    hidden = np.where(x @ W + beta > 0, 1, -1)
    return np.where(hidden @ v + c >= 0, 1, -1)


@fresh("2.4", wrong=True)
def xor_weights():
    return np.array([[1, 1], [1, 1]]), np.array([1, -1]), np.array([-1, 1]), 1


@fresh("2.4", wrong=True)
def xor_weights():
    # the classic one, for inputs 0 and 1
    return np.array([[1, 1], [1, 1]]), np.array([-0.5, -1.5]), np.array([1, -1]), -0.5


@fresh("2.4", wrong=True)
def xor_weights():
    return np.array([[1.0], [1.0]]), np.array([0.0]), np.array([1.0]), -0.5


@fresh("2.4", wrong=True)
def xor_weights():
    return np.array([[1, 1], [1, 1]]), np.array([0.1, -0.1]), np.array([1, -1]), -1


@fresh("2.4", wrong=True)
def xor_weights():
    return np.array([[1, -1], [-1, 1]]), np.array([-1, -1]), np.array([1, 1]), -1


@fresh("2.4", wrong=False)
def xor_weights():
    return np.array([[1, 1], [1, 1]]), np.array([1, -1]), np.array([1, -1]), -1


@fresh("2.4", wrong=False)
def xor_weights():
    return [[-30.0, 0.7], [-30.0, 0.7]], (30.0, 0.7), (2.0, 2.0), -2.5


@fresh("2.4", wrong=False)
def sign_network(x, W, beta, v, c):
    out = []
    for row in np.asarray(x, float):
        hidden = [
            1 if np.dot(row, w) >= -t else -1 for w, t in zip(np.transpose(W), beta, strict=True)
        ]
        out.append(1 if sum(a * q for a, q in zip(hidden, v, strict=True)) >= -c else -1)
    return np.array(out)


@fresh("2.5", wrong=True)
def all_of(k):
    return np.ones(k), 0


@fresh("2.5", wrong=True)
def all_of(k):
    return np.ones(k), 2 - k


@fresh("2.5", wrong=True)
def all_of(k):
    return np.ones(k), -k - 1


@fresh("2.5", wrong=True)
def all_of(k):
    return np.ones(k), -k / 2


@fresh("2.5", wrong=True)
def any_of(k):
    return np.ones(k), k


@fresh("2.5", wrong=True)
def any_of(k):
    return np.ones(k), 0


@fresh("2.5", wrong=True)
def any_of(k):
    return np.ones(k), -0.5


@fresh("2.5", wrong=True)
def any_of(k):
    return np.ones(k), k - 3


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.roll(corners, -1, axis=0) - corners
    n = np.stack([e[:, 1], -e[:, 0]])
    return n, -np.sum(n.T * corners, axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.roll(corners, -1, axis=0) - corners
    n = np.stack([-e[:, 1], e[:, 0]])
    return n, np.sum(n.T * corners, axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.diff(corners, axis=0)
    n = np.stack([-e[:, 1], e[:, 0]])
    return n, -np.sum(n.T * corners[:-1], axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.roll(corners, 1, axis=0) - corners
    n = np.stack([-e[:, 1], e[:, 0]])
    return n, -np.sum(n.T * corners, axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.roll(corners, -1, axis=0) - corners
    n = np.stack([-e[:, 1], e[:, 0]], axis=1)
    return n, -np.sum(n * corners, axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    e = np.roll(corners, -1, axis=0) - corners
    return e.T, -np.sum(e * corners, axis=1)


@fresh("2.5", wrong=True)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    middle = corners.mean(axis=0)
    corners -= middle
    e = np.roll(corners, -1, axis=0) - corners
    n = np.stack([-e[:, 1], e[:, 0]])
    return n, -np.sum(n.T * (corners + middle), axis=1)


@fresh("2.5", wrong=False)
def all_of(k):
    return [2.0] * k, 1.0 - 2 * k


@fresh("2.5", wrong=False)
def any_of(k):
    return np.full(k, 0.5), (k - 0.5) / 2


@fresh("2.5", wrong=False)
def polygon_units(corners):
    corners = np.asarray(corners, float)
    W, beta = [], []
    for p, q in zip(corners, np.vstack([corners[1:], corners[:1]]), strict=True):
        n = np.array([p[1] - q[1], q[0] - p[0]])
        n = n / np.hypot(*n)
        W.append(n)
        beta.append(-(n @ q))
    return np.column_stack(W), np.array(beta)


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    if len(weights) == 0:
        return 1
    a = np.asarray(x, float)
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + b
        a = np.maximum(z, 0)
    return len(np.unique(z > 0, axis=0))


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a, patterns = np.asarray(x, float), np.zeros((len(x), 1), bool)
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + b
        patterns, a = np.hstack([patterns, z >= 0]), np.maximum(z, 0)
    return len(np.unique(patterns, axis=0))


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a, on = np.asarray(x, float), np.zeros(len(x), int)
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + b
        on, a = on + (z > 0).sum(axis=1), np.maximum(z, 0)
    return len(np.unique(on))


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a, total = np.asarray(x, float), 1
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + b
        total *= len(np.unique(z > 0, axis=0))
        a = np.maximum(z, 0)
    return total


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a, patterns = np.asarray(x, float), np.zeros((len(x), 1), bool)
    for w, b in zip(weights, biases, strict=True):
        a = a @ np.asarray(w) + b
        patterns = np.hstack([patterns, a > 0])
    return len(np.unique(patterns, axis=0))


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a = np.asarray(x, float)
    for w, b in zip(weights, biases, strict=True):
        a = np.maximum(a @ np.asarray(w) + b, 0)
    return len(np.unique(a, axis=0))


@fresh("2.6", wrong=True)
def count_pieces(x, weights, biases):
    a, patterns = np.asarray(x, float), []
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + b
        patterns.append(z > 0)
        a = np.maximum(z, 0)
    return len(np.unique(np.hstack(patterns)))


@fresh("2.6", wrong=True)
def most_pieces(h):
    return 2**h


@fresh("2.6", wrong=True)
def most_pieces(h):
    return 1 + h * (h - 1) // 2


@fresh("2.6", wrong=True)
def most_pieces(h):
    return h**2 - h + 2 if h else 1


@fresh("2.6", wrong=True)
def most_pieces(h):
    return 2 * h if h else 1


@fresh("2.6", wrong=False)
def most_pieces(h):
    return 1 if h == 0 else h + sum(range(h)) + 1


@fresh("2.6", wrong=False)
def most_pieces(h):
    return sum(math.comb(h, i) for i in range(3))


@fresh("2.6", wrong=False)
def count_pieces(x, weights, biases):
    seen = set()
    for row in x:
        a, bits = np.asarray(row, float), []
        for w, b in zip(weights, biases, strict=True):
            z = np.dot(a, w) + b
            bits += [bool(v > 0) for v in z]
            a = z * (z > 0)
        seen.add(tuple(bits))
    return len(seen)


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    return np.diff(values) / np.diff(knots)


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    return np.diff(np.diff(values) / np.diff(knots))


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    return np.diff(values, prepend=values[0])[1:] - np.concatenate([[0], np.diff(values)[:-1]])


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    s = np.diff(values) / np.diff(knots)
    return np.concatenate([[s[0]], s[:-1] - s[1:]])


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    s = np.diff(values) / np.diff(knots)
    return np.diff(s, append=0.0)


@fresh("2.7", wrong=True)
def bend_weights(knots, values):
    s = np.gradient(np.asarray(values, float), np.asarray(knots, float))[:-1]
    return np.diff(s, prepend=0.0)


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    x = np.asarray(x, float)
    return start + (x[:, None] - np.asarray(at, float)) @ np.asarray(c, float)


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    x = np.asarray(x, float)
    return np.maximum(x[:, None] - np.asarray(at, float), 0) @ np.asarray(c, float)


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    x = np.asarray(x, float)
    return start + np.maximum((x[:, None] - np.asarray(at)) * np.asarray(c), 0).sum(axis=1)


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    x = np.asarray(x, float)
    return start + (x[:, None] > np.asarray(at, float)) @ np.asarray(c, float)


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    x = np.asarray(x, float)
    return np.maximum(
        0, start + np.maximum(x[:, None] - np.asarray(at, float), 0) @ np.asarray(c, float)
    )


@fresh("2.7", wrong=True)
def relu_curve(x, start, at, c):
    return np.interp(x, at, start + np.cumsum(c))


@fresh("2.7", wrong=False)
def bend_weights(knots, values):
    c, slope = [], 0.0
    for i in range(len(knots) - 1):
        new = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        c.append(new - slope)
        slope = new
    return np.array(c)


@fresh("2.7", wrong=False)
def bend_weights(knots, values):
    k, f = np.asarray(knots, float), np.asarray(values, float)
    return np.linalg.solve(np.maximum(k[1:, None] - k[:-1], 0), f[1:] - f[0])


@fresh("2.7", wrong=False)
def relu_curve(x, start, at, c):
    y = np.full(len(x), float(start))
    for k, weight in zip(at, c, strict=True):
        y += weight * np.clip(np.asarray(x, float) - k, 0, None)
    return y


@fresh("2.8", wrong=True)
def count_parameters(sizes):
    return sum(a * b for a, b in itertools.pairwise(sizes))


@fresh("2.8", wrong=True)
def count_parameters(sizes):
    return sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes)


@fresh("2.8", wrong=True)
def count_parameters(sizes):
    return sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes[1:-1])


@fresh("2.8", wrong=True)
def count_parameters(sizes):
    return sum(a * b for a, b in itertools.pairwise(sizes)) + len(sizes) - 1


def _count(sizes):
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes))


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    w = 1
    while _count([inputs] + [w + 1] * depth + [outputs]) < budget:
        w += 1
    return w


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    w = 1
    while _count([inputs] + [w] * depth + [outputs]) <= budget:
        w += 1
    return w


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    w = 1
    while _count([2] + [w + 1] * depth + [1]) <= budget:
        w += 1
    return w


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    fits = [w for w in range(1, 51) if _count([inputs] + [w] * depth + [outputs]) <= budget]
    return max(fits)


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    w = 1
    while _count([inputs] + [w + 1] * (depth + 1) + [outputs]) <= budget:
        w += 1
    return w


@fresh("2.8", wrong=True)
def widest(depth, budget, inputs=2, outputs=1):
    best = min(
        range(1, budget), key=lambda w: abs(_count([inputs] + [w] * depth + [outputs]) - budget)
    )
    return best


@fresh("2.8", wrong=False)
def widest(depth, budget, inputs=2, outputs=1):
    a, b = depth - 1, inputs + outputs + depth
    c = outputs - budget
    w = -c // b if a == 0 else int((-b + math.sqrt(b * b - 4 * a * c)) / (2 * a))
    while _count([inputs] + [w + 1] * depth + [outputs]) <= budget:
        w += 1
    while w > 1 and _count([inputs] + [w] * depth + [outputs]) > budget:
        w -= 1
    return int(w)


@fresh("2.8", wrong=False)
def widest(depth, budget, inputs=2, outputs=1):
    low, high = 1, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _count([inputs, *[middle] * depth, outputs]) <= budget:
            low = middle
        else:
            high = middle
    return low


@fresh("2.8", wrong=False)
def count_parameters(sizes):
    total, below = 0, sizes[0]
    for units in sizes[1:]:
        for _ in range(units):
            total += below + 1
        below = units
    return total
