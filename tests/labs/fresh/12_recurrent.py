"""Answers to lab 12 by somebody who did not write its catalogue."""

from collections import Counter, defaultdict

import numpy as np
import scipy.special
from scipy.linalg import svdvals
from sklearn.metrics import roc_auc_score

from coursekit.labs.author.fresh import fresh


def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, float)))


# 12.1 ---------------------------------------------------------------------------------


def _forward(x, a_h, a_x, b, a_y, h_0, act=np.tanh, turn=False, out=None):
    h, states = np.array(h_0, float), []
    a_h, a_x, a_y = (np.asarray(m, float) for m in (a_h, a_x, a_y))
    for row in np.asarray(x, float):
        h = act((h @ a_h if turn else a_h @ h) + a_x @ row + b)
        states.append(h)
    return np.array(states), np.array([(out or (lambda v: v))(a_y @ s) for s in states])


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    return _forward(x, a_h, a_x, b, a_y, h_0, turn=True)


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    return _forward(x, a_h, a_x, b, a_y, np.zeros(len(b)))


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    return _forward(x, a_h, a_x, b, a_y, h_0, act=sigmoid)


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    return _forward(x, a_h, a_x, b, a_y, h_0, out=np.tanh)


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    return _forward(x, a_h, a_x, np.zeros(len(b)), a_y, h_0)


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    states, outputs = _forward(x, a_h, a_x, b, a_y, h_0)
    return np.vstack([h_0, states]), outputs


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    states, _ = _forward(x, a_h, a_x, b, a_y, h_0)
    earlier = np.vstack([h_0, states[:-1]])
    return states, earlier @ np.asarray(a_y).T


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    states, outputs = _forward(x, a_h, a_x, b, a_y, h_0)
    return states, outputs[-1]


@fresh("12.1", wrong=True)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    # every step starts from h_0 again
    states = np.tanh(np.dot(a_h, h_0) + np.asarray(x) @ np.asarray(a_x).T + b)
    return states, states @ np.asarray(a_y).T


@fresh("12.1", wrong=False)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    both = np.hstack([np.asarray(a_h), np.asarray(a_x)])
    h, states, outputs = list(h_0), [], []
    for row in x:
        h = np.tanh(np.einsum("ij,j->i", both, np.concatenate([h, row])) + b)
        states.append(list(h))
        outputs.append(list(np.asarray(a_y) @ h))
    return np.array(states), np.array(outputs)


@fresh("12.1", wrong=False)
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    states, outputs = _forward(x, a_h, a_x, b, a_y, h_0)
    return states.tolist(), outputs.tolist()


# 12.2 ---------------------------------------------------------------------------------


def _bptt(x, states, h_0, a_h, g, turn=False, slope=True, carry=True, now=False, first=True):
    x, states, g, a_h = (np.asarray(v, float) for v in (x, states, g, a_h))
    before = np.vstack([h_0 if first else np.zeros(states.shape[1]), states[:-1]])
    da, dx, db = np.zeros_like(a_h), np.zeros((states.shape[1], x.shape[1])), np.zeros(len(a_h))
    d = np.zeros(len(a_h))
    for t in range(len(x) - 1, -1, -1):
        d = g[t] + (d if carry else 0)
        s = d * (1 - states[t] ** 2) if slope else d
        da += np.outer(s, states[t] if now else before[t])
        dx += np.outer(s, x[t])
        db += s
        d = a_h @ s if turn else a_h.T @ s
    return da, dx, db


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return _bptt(x, states, h_0, a_h, d_states, turn=True)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return _bptt(x, states, h_0, a_h, d_states, slope=False)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return _bptt(x, states, h_0, a_h, d_states, carry=False)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return _bptt(x, states, h_0, a_h, d_states, now=True)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return _bptt(x, states, h_0, a_h, d_states, first=False)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    return tuple(v / len(x) for v in _bptt(x, states, h_0, a_h, d_states))


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    da, dx, db = _bptt(x, states, h_0, a_h, d_states)
    return da.T, dx.T, db


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    only_last = np.zeros_like(np.asarray(states, float))
    only_last[-1] = np.asarray(d_states)[-1]
    return _bptt(x, states, h_0, a_h, only_last)


@fresh("12.2", wrong=True)
def bptt(x, states, h_0, a_h, d_states):
    # carried through the weights, and the slope of tanh forgotten on that way
    x, states, g, a_h = (np.asarray(v, float) for v in (x, states, d_states, a_h))
    before = np.vstack([h_0, states[:-1]])
    da, dx, db = np.zeros_like(a_h), np.zeros((states.shape[1], x.shape[1])), np.zeros(len(a_h))
    d = np.zeros(len(a_h))
    for t in range(len(x) - 1, -1, -1):
        d = g[t] + a_h.T @ d if t < len(x) - 1 else g[t]
        s = d * (1 - states[t] ** 2)
        da, dx, db = da + np.outer(s, before[t]), dx + np.outer(s, x[t]), db + s
    return da, dx, db


@fresh("12.2", wrong=False)
def bptt(x, states, h_0, a_h, d_states):
    x, states = [np.array(v, float) for v in x], [np.array(v, float) for v in states]
    total = [0.0, 0.0, 0.0]
    for end in range(len(x)):  # each output's slope walks back on its own
        s = np.array(d_states[end], float)
        for t in range(end, -1, -1):
            s = s * (1 - states[t] ** 2)
            before = states[t - 1] if t else np.asarray(h_0, float)
            total = [total[0] + np.outer(s, before), total[1] + np.outer(s, x[t]), total[2] + s]
            s = s @ np.asarray(a_h)
    return tuple(total)


@fresh("12.2", wrong=False)
def bptt(x, states, h_0, a_h, d_states):
    return [v.tolist() for v in _bptt(x, states, h_0, a_h, d_states)]


# 12.3 ---------------------------------------------------------------------------------


def _memory(states, a_h, side=True, order=-1, norm=2):
    out, product = [], np.eye(len(a_h))
    for h in np.asarray(states, float)[::order]:
        j = np.diag(1 - h**2) @ np.asarray(a_h, float)
        product = product @ j if side else j @ product
        out.append(
            np.linalg.norm(product, norm) if norm != "rho" else max(abs(np.linalg.eigvals(product)))
        )
    return np.array(out)


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return _memory(states, a_h, side=False)


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return _memory(states, a_h, order=1)


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return _memory(states, a_h, norm="fro")


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return _memory(states, a_h, norm="rho")


@fresh("12.3", wrong=True)
def memory(states, a_h):
    top = np.linalg.norm(np.asarray(a_h), 2)
    return top ** np.arange(1, len(states) + 1)


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return np.concatenate([[1.0], _memory(states, a_h)[:-1]])


@fresh("12.3", wrong=True)
def memory(states, a_h):
    return _memory(states, a_h)[::-1]


@fresh("12.3", wrong=True)
def memory(states, a_h):
    out, product = [], np.eye(len(a_h))
    for h in np.asarray(states, float)[::-1]:
        product = product @ (np.asarray(a_h) @ np.diag(1 - h**2))
        out.append(np.linalg.norm(product, 2))
    return np.array(out)


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    return [np.clip(s, -limit, limit) for s in slopes]


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    return [np.asarray(s) * min(1.0, limit / np.linalg.norm(np.ravel(s))) for s in slopes]


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    length = np.sqrt(sum(np.sum(np.square(s)) for s in slopes))
    return [np.asarray(s) * limit / length for s in slopes]


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    length = sum(np.linalg.norm(np.ravel(s)) for s in slopes)
    return [np.asarray(s) * min(1.0, limit / length) for s in slopes]


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    length = sum(np.sum(np.square(s)) for s in slopes)
    return [np.asarray(s) * (limit / length if length > limit else 1) for s in slopes]


@fresh("12.3", wrong=True)
def clip(slopes, limit):
    flat = np.concatenate([np.ravel(s) for s in slopes])
    return flat * min(1.0, limit / np.linalg.norm(flat))


@fresh("12.3", wrong=False)
def memory(states, a_h):
    states = np.asarray(states, float)
    found = []
    for k in range(1, len(states) + 1):
        product = np.eye(len(a_h))
        for h in states[len(states) - k :]:  # oldest first, from the left
            product = (np.diag(1 - h**2) @ np.asarray(a_h)) @ product
        found.append(float(svdvals(product)[0]))
    return found


@fresh("12.3", wrong=False)
def clip(slopes, limit):
    flat = np.concatenate([np.ravel(np.asarray(s, float)) for s in slopes])
    shorter = flat / max(1.0, np.linalg.norm(flat) / limit)
    out, place = [], 0
    for s in slopes:
        n = np.size(s)
        out.append(shorter[place : place + n].reshape(np.shape(s)))
        place += n
    return out


# 12.4 ---------------------------------------------------------------------------------


def _ugrnn(x, h, k, r, b, gate_last=False, other=False, cand=np.tanh, tanh_gate=False):
    h = np.asarray(h, float)
    n = h.shape[1]
    s = np.asarray(x, float) @ np.asarray(k) + h @ np.asarray(r) + np.asarray(b)
    g, c = (s[:, n:], s[:, :n]) if gate_last else (s[:, :n], s[:, n:])
    g, c = (np.tanh(g) if tanh_gate else sigmoid(g)), cand(c)
    return (1 - g) * h + g * c if other else g * h + (1 - g) * c


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, bias, gate_last=True)


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, bias, other=True)


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, bias, cand=sigmoid)


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, bias, cand=lambda v: v)


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, bias, tanh_gate=True)


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    return _ugrnn(x, h, kernel, recurrent, np.zeros(np.shape(bias)))


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    h = np.asarray(h, float)
    s = np.asarray(x) @ np.asarray(kernel) + h @ np.asarray(recurrent) + bias
    g, c = sigmoid(s[:, ::2]), np.tanh(s[:, 1::2])
    return g * h + (1 - g) * c


@fresh("12.4", wrong=True)
def ugrnn_step(x, h, kernel, recurrent, bias):
    # the candidate sees the gated state, as in a GRU
    h, n = np.asarray(h, float), np.shape(h)[1]
    kernel, recurrent, bias = map(np.asarray, (kernel, recurrent, bias))
    g = sigmoid(x @ kernel[:, :n] + h @ recurrent[:, :n] + bias[:n])
    c = np.tanh(x @ kernel[:, n:] + (g * h) @ recurrent[:, n:] + bias[n:])
    return g * h + (1 - g) * c


@fresh("12.4", wrong=True)
def bias_for_half_life(steps):
    return float(0.5 ** (1 / steps))


@fresh("12.4", wrong=True)
def bias_for_half_life(steps):
    gate = 0.5**steps
    return float(np.log(gate / (1 - gate)))


@fresh("12.4", wrong=True)
def bias_for_half_life(steps):
    gate = 1 - 1 / (2 * steps)
    return float(np.log(gate / (1 - gate)))


@fresh("12.4", wrong=True)
def bias_for_half_life(steps):
    gate = 0.5 ** (1 / steps)
    return float(np.log((1 - gate) / gate))


@fresh("12.4", wrong=True)
def bias_for_half_life(steps):
    gate = np.exp(-1 / steps)
    return float(np.log(gate / (1 - gate)))


@fresh("12.4", wrong=False)
def ugrnn_step(x, h, kernel, recurrent, bias):
    kernel, recurrent, bias = map(np.array, (kernel, recurrent, bias))
    rows = []
    for a, old in zip(np.array(x, float), np.array(h, float), strict=True):
        s = a @ kernel + old @ recurrent + bias
        n = len(old)
        u = 0.5 * (1 + np.tanh(s[:n] / 2))
        c = np.tanh(s[n:])
        rows.append(c + u * (old - c))
    return np.array(rows)


@fresh("12.4", wrong=False)
def bias_for_half_life(steps):
    return scipy.special.logit(2.0 ** (-1.0 / steps))


# 12.5 ---------------------------------------------------------------------------------


def _lstm(x, h, c, k, r, b, order="ifco", inner=np.tanh, outer=np.tanh, old=False):
    s = np.asarray(x, float) @ np.asarray(k) + np.asarray(h, float) @ np.asarray(r) + b
    part = dict(zip(order, np.split(s, 4, axis=1), strict=True))
    i, f, o = (sigmoid(part[name]) for name in "ifo")
    c = np.asarray(c, float)
    new = f * c + i * inner(part["c"])
    return o * outer(c if old else new), new


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    return _lstm(x, h, c, kernel, recurrent, bias, order="fico")


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    return _lstm(x, h, c, kernel, recurrent, bias, order="ifoc")


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    return _lstm(x, h, c, kernel, recurrent, bias, inner=sigmoid)


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    return _lstm(x, h, c, kernel, recurrent, bias, outer=lambda v: v)


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    return _lstm(x, h, c, kernel, recurrent, bias, old=True)


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    new_h, new_c = _lstm(x, h, c, kernel, recurrent, bias)
    return new_c, new_h


@fresh("12.5", wrong=True)
def lstm_step(x, h, c, kernel, recurrent, bias):
    s = np.asarray(x) @ np.asarray(kernel) + np.asarray(h) @ np.asarray(recurrent) + bias
    i, _, new, o = np.split(s, 4, axis=1)
    c = (1 - sigmoid(i)) * c + sigmoid(i) * np.tanh(new)
    return sigmoid(o) * np.tanh(c), c


def _gru(x, h, k, r, b, after=False, other=False, swap=False):
    x, h = np.asarray(x, float), np.asarray(h, float)
    k, r, b = (np.asarray(v, float) for v in (k, r, b))
    n = h.shape[1]
    s = x @ k + b
    z, g = (sigmoid(s[:, p] + h @ r[:, p]) for p in (slice(0, n), slice(n, 2 * n)))
    if swap:
        z, g = g, z
    u = g * (h @ r[:, 2 * n :]) if after else (g * h) @ r[:, 2 * n :]
    new = np.tanh(s[:, 2 * n :] + u)
    return (1 - z) * h + z * new if other else z * h + (1 - z) * new


@fresh("12.5", wrong=True)
def gru_step(x, h, kernel, recurrent, bias):
    return _gru(x, h, kernel, recurrent, bias, after=True)


@fresh("12.5", wrong=True)
def gru_step(x, h, kernel, recurrent, bias):
    return _gru(x, h, kernel, recurrent, bias, other=True)


@fresh("12.5", wrong=True)
def gru_step(x, h, kernel, recurrent, bias):
    return _gru(x, h, kernel, recurrent, bias, swap=True)


@fresh("12.5", wrong=True)
def gru_step(x, h, kernel, recurrent, bias):
    s = np.asarray(x) @ np.asarray(kernel) + np.asarray(h) @ np.asarray(recurrent) + bias
    z, _, new = np.split(s, 3, axis=1)
    return sigmoid(z) * h + (1 - sigmoid(z)) * np.tanh(new)


@fresh("12.5", wrong=True)
def gru_step(x, h, kernel, recurrent, bias):
    x, h, n = np.asarray(x, float), np.asarray(h, float), np.shape(h)[1]
    k, r, b = (np.asarray(v, float) for v in (kernel, recurrent, bias))
    s = x @ k + b
    z, g = sigmoid(s[:, :n] + h @ r[:, :n]), sigmoid(s[:, n : 2 * n] + h @ r[:, n : 2 * n])
    new = np.tanh(s[:, 2 * n :] + (g * h) @ r[:, 2 * n :])
    return z * (g * h) + (1 - z) * new


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    n = 0
    while blocks * (n + 1) * (n + 1 + inputs) <= weights:
        n += 1
    return n


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    n = 0
    while blocks * n * (n + inputs + 1) <= weights:
        n += 1
    return n


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    n = 0
    while blocks * (n + 1) * (n + inputs + 2) < weights:
        n += 1
    return n


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    half = (inputs + 1) / 2
    return int(round(np.sqrt(half**2 + weights / blocks) - half))


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    n = 1
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    while blocks * (n + 1) * (n + inputs + 2) <= weights:
        n += 1
    return n


@fresh("12.5", wrong=True)
def units_for(kind, weights, inputs):
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 3}[kind]
    n = 0
    while blocks * (n + 1) * (n + inputs + 2) <= weights:
        n += 1
    return n


@fresh("12.5", wrong=False)
def lstm_step(x, h, c, kernel, recurrent, bias):
    x, h, c = (np.array(v, float) for v in (x, h, c))
    u = h.shape[1]
    all_in = np.concatenate([x, h], axis=1)
    w = np.concatenate([kernel, recurrent], axis=0)
    cuts = [
        all_in @ w[:, j * u : (j + 1) * u] + np.array(bias)[j * u : (j + 1) * u] for j in range(4)
    ]
    cell = scipy.special.expit(cuts[1]) * c
    cell += scipy.special.expit(cuts[0]) * np.tanh(cuts[2])
    return [(scipy.special.expit(cuts[3]) * np.tanh(cell)).tolist(), cell.tolist()]


@fresh("12.5", wrong=False)
def gru_step(x, h, kernel, recurrent, bias):
    out = []
    k, r, b = (np.split(np.asarray(v, float), 3, axis=-1) for v in (kernel, recurrent, bias))
    for row, old in zip(np.asarray(x, float), np.asarray(h, float), strict=True):
        z = scipy.special.expit(row @ k[0] + old @ r[0] + b[0])
        reset = scipy.special.expit(row @ k[1] + old @ r[1] + b[1])
        new = np.tanh(row @ k[2] + (reset * old) @ r[2] + b[2])
        out.append(new + z * (old - new))
    return np.stack(out)


@fresh("12.5", wrong=False)
def units_for(kind, weights, inputs):
    blocks = ["rnn", "ugrnn", "gru", "lstm"].index(kind) + 1
    for n in range(weights, -1, -1):
        if blocks * (n * n + n * inputs + n) <= weights:
            return np.int64(n)
    return 0


# 12.6 ---------------------------------------------------------------------------------


@fresh("12.6", wrong=True)
def pad(sequences):
    longest = max(len(s) for s in sequences)
    return np.array([list(s) + [0] * (longest - len(s)) for s in sequences], int)


@fresh("12.6", wrong=True)
def pad(sequences):
    longest = max(len(s) for s in sequences)
    return np.array([[0] * (longest - len(s)) + [v + 1 for v in s] for s in sequences], int)


@fresh("12.6", wrong=True)
def pad(sequences):
    longest = max(len(s) for s in sequences)
    return np.array([list(s) + [-1] * (longest - len(s)) for s in sequences], int)


@fresh("12.6", wrong=True)
def pad(sequences):
    shortest = min(len(s) for s in sequences)
    return np.array([[v + 1 for v in s[:shortest]] for s in sequences], int)


@fresh("12.6", wrong=True)
def pad(sequences):
    longest = max(len(s) for s in sequences)
    return np.array([list(s) + [0] * (longest - len(s)) for s in sequences], int) + 1


@fresh("12.6", wrong=True)
def pad(sequences):
    longest = max(len(s) for s in sequences) + 1
    return np.array([[v + 1 for v in s] + [0] * (longest - len(s)) for s in sequences], int)


@fresh("12.6", wrong=True)
def last_states(states, ids):
    return np.asarray(states)[:, -1]


@fresh("12.6", wrong=True)
def last_states(states, ids):
    states, n = np.asarray(states), np.sum(np.asarray(ids) > 0, axis=1)
    return states[np.arange(len(states)), n - 1]


@fresh("12.6", wrong=True)
def last_states(states, ids):
    states, n = np.asarray(states), np.sum(np.asarray(ids) > 0, axis=1)
    return states[np.arange(len(states)), np.minimum(n, states.shape[1] - 1)]


@fresh("12.6", wrong=True)
def last_states(states, ids):
    states, real = np.asarray(states), np.asarray(ids) > 0
    return (states * real[:, :, None]).sum(1) / np.maximum(real.sum(1), 1)[:, None]


@fresh("12.6", wrong=True)
def last_states(states, ids):
    states, n = np.asarray(states), np.sum(np.asarray(ids) > 0, axis=1)
    return states[:, n - 1]


@fresh("12.6", wrong=True)
def masked_mean(losses, ids):
    return float(np.mean(np.asarray(losses) * (np.asarray(ids) > 0)))


@fresh("12.6", wrong=True)
def masked_mean(losses, ids):
    real = np.asarray(ids) > 0
    per = (np.asarray(losses) * real).sum(1) / np.maximum(real.sum(1), 1)
    return float(per.mean())


@fresh("12.6", wrong=True)
def masked_mean(losses, ids):
    return float(np.sum(np.asarray(losses) * (np.asarray(ids) > 0)))


@fresh("12.6", wrong=True)
def masked_mean(losses, ids):
    return float(np.mean(np.asarray(losses)[np.asarray(ids) == 0]))


@fresh("12.6", wrong=True)
def masked_mean(losses, ids):
    return float(np.sum(np.asarray(losses) * (np.asarray(ids) > 0)) / len(losses))


@fresh("12.6", wrong=False)
def pad(sequences):
    width = max(len(s) for s in sequences)
    return [[int(s[j]) + 1 if j < len(s) else 0 for j in range(width)] for s in sequences]


@fresh("12.6", wrong=False)
def last_states(states, ids):
    out = []
    for rows, marks in zip(states, ids, strict=True):
        kept = np.zeros(len(rows[0]))
        for row, mark in zip(rows, marks, strict=True):
            if mark != 0:
                kept = np.array(row)
        out.append(kept)
    return np.stack(out)


@fresh("12.6", wrong=False)
def masked_mean(losses, ids):
    real = (np.asarray(ids) != 0).astype("float64")
    return np.average(losses, weights=real)


# 12.7 ---------------------------------------------------------------------------------


@fresh("12.7", wrong=True)
def count_contexts(text, order):
    table = {}
    for i in range(len(text)):
        seen = table.setdefault(text[max(0, i - order) : i], {})
        seen[text[i]] = seen.get(text[i], 0) + 1
    return table


@fresh("12.7", wrong=True)
def count_contexts(text, order):
    table = {}
    for i in range(len(text) - order):
        table.setdefault(text[i : i + order], {})[text[i + order]] = 1
    return table


@fresh("12.7", wrong=True)
def count_contexts(text, order):
    table = {}
    for i in range(len(text) - order - 1):
        seen = table.setdefault(text[i : i + order], {})
        seen[text[i + order]] = seen.get(text[i + order], 0) + 1
    return table


@fresh("12.7", wrong=True)
def count_contexts(text, order):
    table = {}
    for i in range(len(text) - order):
        seen = table.setdefault(text[i : i + order], {})
        seen[text[i + order]] = seen.get(text[i + order], 0) + 1
    return {c: {k: v / sum(seen.values()) for k, v in seen.items()} for c, seen in table.items()}


@fresh("12.7", wrong=True)
def count_contexts(text, order):
    table = {}
    for i in range(0, len(text) - order, order + 1):
        seen = table.setdefault(text[i : i + order], {})
        seen[text[i + order]] = seen.get(text[i + order], 0) + 1
    return table


def _probability(
    tables, context, character, symbols, strength, base=None, orders=None, front=False
):
    p = 1 / symbols if base is None else base
    for k in orders if orders is not None else range(len(tables)):
        if k > len(context):
            break
        last = context[:k] if front else context[len(context) - k :]
        seen = tables[k].get(last, {})
        p = (seen.get(character, 0) + strength * p) / (sum(seen.values()) + strength)
    return p


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    return _probability(tables, context, character, symbols, strength, front=True)


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    return _probability(tables, context, character, symbols, strength, base=0.0)


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    k = min(len(context), len(tables) - 1)
    return _probability(tables, context, character, symbols, strength, orders=[k])


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    k = min(len(context), len(tables) - 1)
    seen = tables[k].get(context[len(context) - k :], {})
    return (seen.get(character, 0) + strength) / (sum(seen.values()) + strength * symbols)


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    for k in range(min(len(context), len(tables) - 1), -1, -1):
        seen = tables[k].get(context[len(context) - k :], {})
        if character in seen:
            return seen[character] / sum(seen.values())
    return 1 / symbols


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    p = 1 / symbols
    for k, table in enumerate(tables):
        seen = table.get(context[-k:], {})
        p = (seen.get(character, 0) + strength * p) / (sum(seen.values()) + strength)
    return p


@fresh("12.7", wrong=True)
def probability(tables, context, character, symbols, strength):
    p = 1 / symbols
    for k in range(min(len(context), len(tables) - 1), -1, -1):
        seen = tables[k].get(context[len(context) - k :], {})
        p = (seen.get(character, 0) + strength * p) / (sum(seen.values()) + strength)
    return p


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    total = 0.0
    for i, c in enumerate(text):
        total -= np.log(_probability(tables, text[:i], c, symbols, strength))
    return float(total / len(text))


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    total = 0.0
    for i, c in enumerate(text):
        total -= np.log2(_probability(tables, text[:i], c, symbols, strength))
    return float(total)


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    ps = [_probability(tables, text[:i], c, symbols, strength) for i, c in enumerate(text)]
    return float(-np.log2(np.mean(ps)))


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    order = len(tables) - 1
    ps = [
        _probability(tables, text[i - order : i], text[i], symbols, strength)
        for i in range(order, len(text))
    ]
    return float(-np.mean(np.log2(ps)))


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    ps = [_probability(tables, text[: i + 1], c, symbols, strength) for i, c in enumerate(text)]
    return float(-np.mean(np.log2(ps)))


@fresh("12.7", wrong=True)
def chain_bits(tables, text, symbols, strength):
    ps = [_probability(tables, text[:i], c, symbols, strength) for i, c in enumerate(text)]
    return float(-np.sum(np.array(ps) * np.log2(ps)))


@fresh("12.7", wrong=False)
def count_contexts(text, order):
    table = defaultdict(Counter)
    for start, c in enumerate(text[order:]):
        table[text[start : start + order]][c] += 1
    return {context: dict(seen) for context, seen in table.items()}


@fresh("12.7", wrong=False)
def probability(tables, context, character, symbols, strength):
    if not tables:
        return 1 / symbols
    k = len(tables) - 1
    if k > len(context):
        return probability(tables[:-1], context, character, symbols, strength)
    shorter = probability(
        tables[:-1], context[1:] if k == len(context) else context, character, symbols, strength
    )
    seen = tables[k].get(context[len(context) - k :], {})
    n = sum(seen.values())
    share = n / (n + strength)
    return share * (seen.get(character, 0) / n if n else 0) + (1 - share) * shorter


@fresh("12.7", wrong=False)
def chain_bits(tables, text, symbols, strength):
    ps = [_probability(tables, text[:i], text[i], symbols, strength) for i in range(len(text))]
    return np.log2(1 / np.array(ps)).mean()


# 12.8 ---------------------------------------------------------------------------------


@fresh("12.8", wrong=True)
def inside_quotes(text):
    n, out = 0, []
    for c in text:
        out.append(n % 2)
        n += c == '"'
    return np.array(out)


@fresh("12.8", wrong=True)
def inside_quotes(text):
    return np.cumsum([c == '"' for c in text]) % 2


@fresh("12.8", wrong=True)
def inside_quotes(text):
    is_open, out = 0, []
    for c in text:
        if c == '"':
            is_open = 1 - is_open
        elif c == "\n":
            is_open = 0
        out.append(is_open)
    return np.array(out)


@fresh("12.8", wrong=True)
def inside_quotes(text):
    is_open, out = 0, []
    for c in text:
        if c == '"':
            is_open = 1 - is_open
        out.append(1 if c == '"' else is_open)
    return np.array(out)


@fresh("12.8", wrong=True)
def inside_quotes(text):
    is_open, out = 0, []
    for c in text:
        if c in "\"'":
            is_open = 1 - is_open
        out.append(is_open)
    return np.array(out)


@fresh("12.8", wrong=True)
def inside_quotes(text):
    is_open, out = 0, []
    for i, c in enumerate(text):
        if c == '"':
            is_open = 1 - is_open
        if text[i : i + 2] == "\n\n":
            is_open = 0
        out.append(is_open)
    return np.array(out)


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    areas = [roc_auc_score(labels, v) for v in np.transpose(states)]
    return int(np.argmax(areas)), float(np.max(areas))


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    areas = [roc_auc_score(labels, v) for v in np.transpose(states)]
    areas = np.array([max(a, 1 - a) for a in areas])
    return int(np.argmax(areas)), float(areas.max())


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    areas = np.array([roc_auc_score(labels, v) for v in np.transpose(states)])
    return int(np.argmax(np.abs(areas - 0.5))), float(np.max(np.abs(areas - 0.5)))


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    s, y = np.asarray(states, float), np.asarray(labels)
    gaps = s[y == 1].mean(0) - s[y == 0].mean(0)
    cell = int(np.argmax(np.abs(gaps)))
    return cell, float(roc_auc_score(y, s[:, cell]))


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    areas = np.array([roc_auc_score(labels, v) for v in np.transpose(states)])
    away = np.abs(areas - 0.5)
    cell = len(away) - 1 - int(np.argmax(away[::-1]))
    return cell, float(areas[cell])


@fresh("12.8", wrong=True)
def best_cell(states, labels):
    s, y = np.asarray(states, float), np.asarray(labels)
    right = np.array([((v > 0) == (y == 1)).mean() for v in s.T])
    cell = int(np.argmax(np.abs(right - 0.5)))
    return cell, float(right[cell])


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    return scipy.special.softmax(np.asarray(logits) * temperature, axis=-1)


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    return scipy.special.softmax(np.asarray(logits), axis=-1) ** (1 / temperature)


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    return scipy.special.softmax(np.asarray(logits) / temperature)


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    e = np.exp(np.asarray(logits) / temperature)
    return e / e.sum(axis=-1, keepdims=True)


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    return scipy.special.softmax(np.asarray(logits), axis=-1) / temperature


@fresh("12.8", wrong=True)
def with_temperature(logits, temperature):
    return scipy.special.softmax(np.asarray(logits) / temperature, axis=0)


@fresh("12.8", wrong=False)
def inside_quotes(text):
    paragraphs, marks = text.split("\n\n"), []
    if "\n\n\n" in text:  # the plain way where line ends stand closer
        is_open, marks = False, []
        for before, c in zip(" " + text, text, strict=False):
            is_open = (not is_open) if c == '"' else is_open and not before == c == "\n"
            marks.append(int(is_open))
        return marks
    for n, part in enumerate(paragraphs):
        if n:
            marks += [marks[-1] if marks else 0, 0]
        k = 0
        for c in part:
            k += c == '"'
            marks.append(k % 2)
    return marks


@fresh("12.8", wrong=False)
def best_cell(states, labels):
    best, which = -1.0, None
    y = np.asarray(labels)
    for j in range(np.shape(states)[1]):
        v = np.asarray(states)[:, j]
        highs, lows = v[y == 1][:, None], v[y == 0][None]
        area = float((highs > lows).mean() + 0.5 * (highs == lows).mean())
        if abs(area - 0.5) > best + 1e-12:
            best, which = abs(area - 0.5), (np.int64(j), area)
    return which


@fresh("12.8", wrong=False)
def with_temperature(logits, temperature):
    z = np.asarray(logits, float) / temperature
    return np.exp(z - scipy.special.logsumexp(z, axis=-1, keepdims=True)).tolist()
