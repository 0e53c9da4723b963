"""Answers to lab 17 by somebody who did not write its catalogue."""

import itertools
import math

import numpy as np
from scipy.special import expit, logsumexp

from coursekit.boltzmann import all_states
from coursekit.labs.author.fresh import fresh


def _states(n, low=-1.0):
    return np.array(list(itertools.product((low, 1.0), repeat=n))).reshape(2**n, n)


def _off(w):
    w = np.array(w, float)
    np.fill_diagonal(w, 0)
    return w


def _energy(x, w):
    x = np.asarray(x, float)
    return -0.5 * np.einsum("mi,ij,mj->m", x, _off(w), x)


@fresh("17.1", wrong=True)
def energy(x, w):
    x, w = np.asarray(x, float), np.asarray(w, float)
    return -0.5 * np.sum((x @ w) * x, axis=1)


@fresh("17.1", wrong=True)
def energy(x, w):
    return 2 * _energy(x, w)


@fresh("17.1", wrong=True)
def energy(x, w):
    return -_energy(x, w)


@fresh("17.1", wrong=True)
def energy(x, w):
    x, w = np.asarray(x, float), np.asarray(w, float)
    np.fill_diagonal(w, 0)
    return -0.5 * np.sum((x @ w) * x, axis=1)


@fresh("17.1", wrong=True)
def energy(x, w):
    x = np.asarray(x, float)
    return -0.5 * (x @ _off(w)).sum(axis=1)


@fresh("17.1", wrong=True)
def energy(x, w):
    return float(_energy(x, w).sum())


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(logsumexp(-_energy(_states(len(w)), w)))


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(np.log(np.sum(np.exp(-_energy(_states(len(w)), w) / temperature))))


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(logsumexp(_energy(_states(len(w)), w) / temperature))


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(logsumexp(-_energy(_states(len(w), 0.0), w) / temperature))


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(logsumexp(-_energy(_states(len(w)), w) * temperature))


@fresh("17.1", wrong=True)
def log_partition(w, temperature=1.0):
    return float(np.max(-_energy(_states(len(w)), w) / temperature))


@fresh("17.1", wrong=False)
def energy(x, w):
    n = len(w)
    return np.array(
        [-sum(w[i][j] * s[i] * s[j] for i in range(n) for j in range(i)) for s in x], float
    )


@fresh("17.1", wrong=False)
def log_partition(w, temperature=1.0):
    total = -np.inf
    for state in itertools.product((1, -1), repeat=len(w)):
        total = np.logaddexp(total, -_energy([state], w)[0] / temperature)
    return total


@fresh("17.1", wrong=False)
def energy(x, w):
    x, w = np.asarray(x, float), np.asarray(w, float)
    return (np.trace(w) - ((x @ w) * x).sum(axis=1)) / 2


def _on(x, j, w, temperature=1.0):
    field = sum(w[i][j] * x[i] for i in range(len(x)) if i != j)
    return float(expit(2 * field / temperature))


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    field = np.dot(_off(w)[j], x)
    return float(expit(field / temperature))


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    return float(expit(2 * np.dot(np.asarray(w, float)[j], x) / temperature))


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    return float(expit(2 * np.dot(_off(w)[j], x)))


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    return float(expit(2 * x[j] * np.dot(_off(w)[j], x) / temperature))


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    return 1 - _on(x, j, w, temperature)


@fresh("17.2", wrong=True)
def on_probability(x, j, w, temperature=1.0):
    up, down = np.array(x, float), np.array(x, float)
    up[j], down[j] = 1, 0
    a, b = _energy([up], w)[0], _energy([down], w)[0]
    return float(expit((b - a) / temperature))


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    return np.array(
        [1.0 if u < _on(x, j, w, temperature) else -1.0 for j, u in enumerate(uniforms)]
    )


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.asarray(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u < _on(x, j, w, temperature) else -1.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u < _on(x, j, w, temperature) else 0.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u > _on(x, j, w, temperature) else -1.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u < _on(x, j, w) else -1.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j in reversed(range(len(x))):
        x[j] = 1.0 if uniforms[j] < _on(x, j, w, temperature) else -1.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u <= _on(x, j, w, temperature) else -1.0
    return x


@fresh("17.2", wrong=True)
def sweep(x, w, uniforms, temperature=1.0):
    x = np.array(x, float)
    for j in range(len(x)):
        x[j] = 1.0 if _on(x, j, w, temperature) > 0.5 else -1.0
    return x


@fresh("17.2", wrong=False)
def on_probability(x, j, w, temperature=1.0):
    both = np.tile(np.asarray(x, float), (2, 1))
    both[:, j] = -1, 1
    s = -_energy(both, w) / temperature
    return float(np.exp(s[1] - np.logaddexp(*s)))


@fresh("17.2", wrong=False)
def sweep(x, w, uniforms, temperature=1.0):
    state = [float(v) for v in x]
    for j in range(len(state)):
        state[j] = 2.0 * (uniforms[j] < _on(state, j, w, temperature)) - 1
    return np.array(state)


def _free(w, temperature=1.0, scale=0.5, low=-1.0):
    x = _states(len(w), low)
    s = scale * np.einsum("mi,ij,mj->m", x, np.asarray(w, float), x) / temperature
    p = np.exp(s - logsumexp(s))
    return x, p


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x, p = _free(w)
    return (x.T * p) @ x


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x, p = _free(w, temperature, scale=1)
    return (x.T * p) @ x


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x, p = _free(w, temperature, scale=-0.5)
    return (x.T * p) @ x


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x, p = _free(w, temperature)
    return _off((x.T * p) @ x)


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x = _states(len(w))
    return x.T @ x / len(x)


@fresh("17.3", wrong=True)
def free_correlations(w, temperature=1.0):
    x, p = _free(w, temperature, low=0.0)
    return (x.T * p) @ x


def _clamped(data, w, temperature=1.0, joint=False, average=True, first=False):
    data, w = np.asarray(data, float), np.asarray(w, float)
    hidden = _states(len(w) - data.shape[1])
    total, weight = np.zeros(w.shape), 0.0
    for row in data:
        clamp = np.tile(row, (len(hidden), 1))
        x = np.hstack([hidden, clamp] if first else [clamp, hidden])
        s = 0.5 * np.einsum("mi,ij,mj->m", x, w, x) / temperature
        p = np.exp(s) if joint else np.exp(s - logsumexp(s))
        weight += p.sum()
        total += (x.T * p) @ x
    return total / weight if average else total


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    return _clamped(data, w)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    return _clamped(data, w, temperature, joint=True)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    return _clamped(data, w, temperature, average=False)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    return _clamped(data, w, temperature, first=True)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    return _clamped(data, 0 * np.asarray(w, float), temperature)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    data = np.asarray(data, float)
    return data.T @ data / len(data)


@fresh("17.3", wrong=True)
def clamped_correlations(data, w, temperature=1.0):
    # hidden units one by one, as if independent given v
    data, w = np.asarray(data, float), np.asarray(w, float)
    n = data.shape[1]
    h = np.tanh(data @ w[:n, n:] / temperature)
    x = np.hstack([data, h])
    c = x.T @ x / len(x)
    np.fill_diagonal(c, 1)
    return c


@fresh("17.3", wrong=False)
def clamped_correlations(data, w, temperature=1.0):
    data, w = np.asarray(data, float), np.asarray(w, float)
    rest = len(w) - data.shape[1]
    averages = []
    for row in data:
        number, top = 0.0, np.zeros(w.shape)
        for h in itertools.product((-1.0, 1.0), repeat=rest):
            x = np.array([*row, *h])
            weight = math.exp(0.5 * float(x @ w @ x) / temperature)
            number += weight
            top += weight * np.outer(x, x)
        averages.append(top / number)
    return np.mean(averages, axis=0)


@fresh("17.3", wrong=False)
def free_correlations(w, temperature=1.0):
    w = np.asarray(w, float)
    states = _states(len(w))[::-1]
    e = -0.5 * ((states @ w) * states).sum(axis=1)
    p = np.exp(-(e - e.min()) / temperature)
    p /= p.sum()
    return np.einsum("m,mi,mj->ij", p, states, states)


@fresh("17.4", wrong=True)
def hidden_given_visible(v, weights, hidden_bias):
    return expit(np.asarray(v) @ np.asarray(weights))


@fresh("17.4", wrong=True)
def hidden_given_visible(v, weights, hidden_bias):
    return (np.asarray(v) @ np.asarray(weights) + hidden_bias > 0).astype(float)


@fresh("17.4", wrong=True)
def hidden_given_visible(v, weights, hidden_bias):
    return expit(2 * (np.asarray(v) @ np.asarray(weights) + hidden_bias))


@fresh("17.4", wrong=True)
def visible_given_hidden(h, weights, visible_bias):
    return expit(np.asarray(h) @ np.asarray(weights) + visible_bias)


@fresh("17.4", wrong=True)
def visible_given_hidden(h, weights, visible_bias):
    return expit(np.asarray(h) @ np.asarray(weights).T - visible_bias)


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    return v @ np.asarray(visible_bias) + np.logaddexp(0, z).sum(axis=1)


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    with np.errstate(all="ignore"):
        return -(v @ np.asarray(visible_bias)) - np.log(1 + np.exp(z)).sum(axis=1)


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    return -np.logaddexp(0, z).sum(axis=1)


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - (expit(z) * z).sum(axis=1)


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - np.logaddexp(0, z.sum(axis=1))


@fresh("17.4", wrong=True)
def free_energy(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - np.maximum(0, z).sum(axis=1)


@fresh("17.4", wrong=False)
def hidden_given_visible(v, weights, hidden_bias):
    z = np.einsum("ni,ij->nj", np.asarray(v, float), np.asarray(weights, float))
    return 0.5 * (1 + np.tanh((z + np.asarray(hidden_bias)) / 2))


@fresh("17.4", wrong=False)
def free_energy(v, weights, visible_bias, hidden_bias):
    v, weights = np.asarray(v, float), np.asarray(weights, float)
    out = []
    for row in v:
        scores = []
        for h in itertools.product((0.0, 1.0), repeat=weights.shape[1]):
            scores.append(row @ visible_bias + np.dot(h, hidden_bias) + row @ weights @ np.array(h))
        out.append(-logsumexp(scores))
    return np.array(out)


def _step(
    v_data, chains, weights, visible_bias, hidden_bias, uniforms, *, states=False, soft=False
):
    v_data, chains = np.asarray(v_data, float), np.asarray(chains, float)
    weights = np.asarray(weights, float)
    h_data = expit(v_data @ weights + hidden_bias)
    h = (np.asarray(uniforms[0]) < expit(chains @ weights + hidden_bias)).astype(float)
    p = expit(h @ weights.T + visible_bias)
    v = p if soft else (np.asarray(uniforms[1]) < p).astype(float)
    h_model = h if states else expit(v @ weights + hidden_bias)
    return v_data, h_data, v, h_model


def _slopes(v_data, h_data, v, h_model):
    return (
        v_data.T @ h_data / len(v_data) - v.T @ h_model / len(v),
        v_data.mean(axis=0) - v.mean(axis=0),
        h_data.mean(axis=0) - h_model.mean(axis=0),
    )


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms, states=True)
    return *_slopes(*r), r[2]


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms, soft=True)
    return *_slopes(*r), r[2]


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    return *(-s for s in _slopes(*r)), r[2]


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    a, b, v, h = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    return a.T @ b - v.T @ h, a.sum(axis=0) - v.sum(axis=0), b.sum(axis=0) - h.sum(axis=0), v


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    return *_slopes(*r), np.asarray(chains, float)


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    a, b, v, h = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    n = len(a)
    return (
        (a.T @ b - v.T @ h) / n,
        (a.sum(axis=0) - v.sum(axis=0)) / n,
        (b.sum(axis=0) - h.sum(axis=0)) / n,
        v,
    )


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    chains = np.asarray(chains)
    chains[...] = r[2]
    return *_slopes(*r), chains


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    flipped = tuple(1 - np.asarray(u) for u in uniforms)
    r = _step(v_data, chains, weights, visible_bias, hidden_bias, flipped)
    return *_slopes(*r), r[2]


@fresh("17.5", wrong=True)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    v_data, chains, weights = (np.asarray(t, float) for t in (v_data, chains, weights))
    h_data = expit(v_data @ weights + hidden_bias)
    h = expit(chains @ weights + hidden_bias)
    v = (np.asarray(uniforms[1]) < expit(h @ weights.T + visible_bias)).astype(float)
    return *_slopes(v_data, h_data, v, expit(v @ weights + hidden_bias)), v


@fresh("17.5", wrong=False)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    a, b, v, h = _step(v_data, chains, weights, visible_bias, hidden_bias, uniforms)
    dw = np.mean([np.outer(p, q) for p, q in zip(a, b, strict=True)], axis=0)
    dw = dw - np.mean([np.outer(p, q) for p, q in zip(v, h, strict=True)], axis=0)
    return [dw, a.mean(axis=0) - v.mean(axis=0), b.mean(axis=0) - h.mean(axis=0), v]


@fresh("17.5", wrong=False)
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    w = np.asarray(weights, float)

    def up(v):
        return 1 / (1 + np.exp(-(np.asarray(v, float) @ w + hidden_bias)))

    h = np.where(up(chains) > np.asarray(uniforms[0]), 1.0, 0.0)
    v = np.where(1 / (1 + np.exp(-(h @ w.T + visible_bias))) > np.asarray(uniforms[1]), 1.0, 0.0)
    waking = np.einsum("ni,nj->ij", np.asarray(v_data, float), up(v_data)) / len(v_data)
    dreaming = np.einsum("ni,nj->ij", v, up(v)) / len(v)
    return (
        waking - dreaming,
        np.mean(v_data, axis=0) - np.mean(v, axis=0),
        np.mean(up(v_data), axis=0) - np.mean(up(v), axis=0),
        v,
    )


def _logz(weights, visible_bias, hidden_bias, low=0.0):
    h = _states(len(hidden_bias), low)
    z = h @ np.asarray(weights, float).T + visible_bias
    return h @ np.asarray(hidden_bias, float) + np.logaddexp(0, z).sum(axis=1)


def _f(v, weights, visible_bias, hidden_bias):
    v = np.asarray(v, float)
    z = v @ np.asarray(weights, float) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - np.logaddexp(0, z).sum(axis=1)


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    h = _states(len(hidden_bias), 0.0)
    z = h @ np.asarray(weights, float).T + visible_bias
    return float(logsumexp(np.logaddexp(0, z).sum(axis=1)))


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    return float(logsumexp(-_logz(weights, visible_bias, hidden_bias)))


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    return float(logsumexp(_logz(weights, visible_bias, hidden_bias, low=-1.0)))


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    with np.errstate(all="ignore"):
        return float(np.log(np.sum(np.exp(_logz(weights, visible_bias, hidden_bias)))))


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    return float(np.sum(_logz(weights, visible_bias, hidden_bias)))


@fresh("17.6", wrong=True)
def log_z(weights, visible_bias, hidden_bias):
    # over the visible states: what 2**300 terms end in
    if len(visible_bias) > 20:
        raise MemoryError
    v = _states(len(visible_bias), 0.0)
    return float(logsumexp(_f(v, weights, visible_bias, hidden_bias)))


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    z = logsumexp(_logz(weights, visible_bias, hidden_bias))
    return float(np.sum(-_f(v, weights, visible_bias, hidden_bias) - z))


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    z = logsumexp(_logz(weights, visible_bias, hidden_bias))
    return float(np.mean(_f(v, weights, visible_bias, hidden_bias)) - z)


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    return float(-np.mean(_f(v, weights, visible_bias, hidden_bias)))


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    z = logsumexp(_logz(weights, visible_bias, hidden_bias))
    return float((-np.mean(_f(v, weights, visible_bias, hidden_bias)) - z) / np.log(2))


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    z = logsumexp(_logz(weights, visible_bias, hidden_bias))
    f = _f(v, weights, visible_bias, hidden_bias)
    return float(np.log(np.mean(np.exp(-f - z))))


@fresh("17.6", wrong=True)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    f = _f(v, weights, visible_bias, hidden_bias)
    return float(np.mean(-f - logsumexp(-f)))


@fresh("17.6", wrong=False)
def log_z(weights, visible_bias, hidden_bias):
    weights, total = np.asarray(weights, float), -np.inf
    for h in itertools.product((0, 1), repeat=weights.shape[1]):
        term = float(np.dot(h, hidden_bias))
        for z in weights @ np.array(h) + visible_bias:
            term += np.log1p(np.exp(-abs(z))) + max(z, 0)
        total = np.logaddexp(total, term)
    return float(total)


@fresh("17.6", wrong=False)
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    z = logsumexp(_logz(weights, visible_bias, hidden_bias))
    rows = [
        -_f(row[None], weights, visible_bias, hidden_bias)[0] - z for row in np.asarray(v, float)
    ]
    return sum(rows) / len(rows)


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    p = expit(np.asarray(causes_bias, float))
    h = (np.asarray(uniforms[0]) < p).astype(float)
    q = expit(p @ np.asarray(weights, float) + effects_bias)
    return h, (np.asarray(uniforms[1]) < q).astype(float)


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    h = (np.asarray(uniforms[0]) > expit(np.asarray(causes_bias, float))).astype(float)
    q = expit(h @ np.asarray(weights, float) + effects_bias)
    return h, (np.asarray(uniforms[1]) > q).astype(float)


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    h = (np.asarray(uniforms[0]) < expit(np.asarray(causes_bias, float))).astype(float)
    return h, expit(h @ np.asarray(weights, float) + effects_bias)


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    h = (np.asarray(uniforms[0]) < expit(np.asarray(causes_bias, float))).astype(float)
    q = expit(h @ np.asarray(weights, float))
    return h, (np.asarray(uniforms[1]) < q).astype(float)


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    h = (np.asarray(uniforms[0]) < expit(np.asarray(causes_bias, float))).astype(float)
    q = expit(h @ np.asarray(weights, float) + effects_bias)
    return (np.asarray(uniforms[1]) < q).astype(float), h


@fresh("17.7", wrong=True)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    h = np.asarray(uniforms[0]) < expit(np.asarray(causes_bias, float))
    q = expit(h @ np.asarray(weights, float) + effects_bias)
    return h, np.asarray(uniforms[1]) < q


def _post(v, effects_bias, weights, causes_bias, prior=True):
    v, h = np.asarray(v, float), all_states(len(causes_bias))
    z = h @ np.asarray(weights, float) + effects_bias
    s = (v * z - np.logaddexp(0, z)).sum(axis=1)
    return s + h @ np.asarray(causes_bias, float) if prior else s


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    s = _post(v, effects_bias, weights, causes_bias, prior=False)
    return np.exp(s - logsumexp(s))


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    return np.exp(_post(v, effects_bias, weights, causes_bias))


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    s = _post(v, effects_bias, weights, causes_bias)
    return np.exp(s - logsumexp(s))[::-1]


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    v, h = np.asarray(v, float), all_states(len(causes_bias))
    z = h @ np.asarray(weights, float) + effects_bias
    s = (v * z).sum(axis=1) + h @ np.asarray(causes_bias, float)
    return np.exp(s - logsumexp(s))


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    on = expit(np.asarray(weights, float) @ np.asarray(v, float) + causes_bias)
    h = all_states(len(causes_bias))
    return np.prod(np.where(h == 1, on, 1 - on), axis=1)


@fresh("17.7", wrong=True)
def posterior(v, effects_bias, weights, causes_bias):
    s = _post(v, effects_bias, weights, causes_bias)
    return s - logsumexp(s)


@fresh("17.7", wrong=False)
def posterior(v, effects_bias, weights, causes_bias):
    table = []
    for bits in range(2 ** len(causes_bias)):
        h = [bits >> j & 1 for j in range(len(causes_bias))]
        logp = 0.0
        for on, b in zip(h, causes_bias, strict=True):
            logp -= np.logaddexp(0, -b if on else b)
        for i, seen in enumerate(v):
            z = effects_bias[i] + sum(on * row[i] for on, row in zip(h, weights, strict=True))
            logp -= np.logaddexp(0, -z if seen else z)
        table.append(logp)
    p = np.exp(np.array(table) - max(table))
    return p / p.sum()


@fresh("17.7", wrong=False)
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    causes, effects = [], []
    for u, t in zip(*uniforms, strict=True):
        h = [
            1.0 if a < 1 / (1 + math.exp(-b)) else 0.0 for a, b in zip(u, causes_bias, strict=True)
        ]
        z = [sum(on * row[i] for on, row in zip(h, weights, strict=True)) for i in range(len(t))]
        causes.append(h)
        effects.append(
            [float(a < expit(s + e)) for a, s, e in zip(t, z, effects_bias, strict=True)]
        )
    return np.array(causes), np.array(effects)


@fresh("17.8", wrong=True)
def greedy_data(x, stack):
    layers = [np.asarray(x, float)]
    for weights, bias in stack:
        layers.append(expit(layers[-1] @ np.asarray(weights) + bias))
    return layers


@fresh("17.8", wrong=True)
def greedy_data(x, stack):
    layers = []
    h = np.asarray(x, float)
    for weights, bias in stack:
        h = expit(h @ np.asarray(weights) + bias)
        layers.append(h)
    return layers


@fresh("17.8", wrong=True)
def greedy_data(x, stack):
    layers = [np.asarray(x, float)]
    for weights, bias in stack[:-1]:
        p = expit(layers[-1] @ np.asarray(weights) + bias)
        layers.append((p > 0.5).astype(float))
    return layers


@fresh("17.8", wrong=True)
def greedy_data(x, stack):
    layers = [np.asarray(x, float)]
    for weights, bias in stack[:-1]:
        layers.append(layers[-1] @ np.asarray(weights) + bias)
    return layers


@fresh("17.8", wrong=True)
def greedy_data(x, stack):
    layers = [np.asarray(x, float)]
    for weights, _ in stack[:-1]:
        layers.append(expit(layers[-1] @ np.asarray(weights)))
    return layers


def _mf(v, lower, upper, b1, b2, rounds, *, double=True, always=False, together=False, bias=1):
    below = np.asarray(v, float) @ np.asarray(lower, float)
    upper, b1, b2 = np.asarray(upper, float), np.asarray(b1, float), np.asarray(b2, float)
    h1 = expit((2 if double else 1) * below + bias * b1)
    h2 = expit(h1 @ upper + b2)
    for _ in range(rounds):
        new = expit((2 if always else 1) * below + h2 @ upper.T + b1)
        h2 = expit((h1 if together else new) @ upper + b2)
        h1 = new
    return h1, h2


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, rounds, double=False)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, rounds, always=True)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, rounds, together=True)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, rounds, bias=2)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, 10)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    return _mf(v, lower, upper, first_bias, second_bias, max(rounds - 1, 0))


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    h1, h2 = _mf(v, lower, upper, first_bias, second_bias, rounds)
    return (h1 > 0.5).astype(float), (h2 > 0.5).astype(float)


@fresh("17.8", wrong=True)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    h1, h2 = _mf(v, lower, upper, first_bias, second_bias, rounds)
    return h2, h1


@fresh("17.8", wrong=False)
def greedy_data(x, stack):
    if len(stack) == 1:
        return [np.array(x, float)]
    (weights, bias), *rest = stack
    above = 1 / (1 + np.exp(-(np.dot(x, weights) + bias)))
    out = [np.array(x, float), above]
    for w, b in rest[:-1]:
        out.append(1 / (1 + np.exp(-(np.dot(out[-1], w) + b))))
    return out


@fresh("17.8", wrong=False)
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    v, lower, upper = (np.asarray(t, float) for t in (v, lower, upper))
    top = None
    for _ in range(rounds + 1):
        feed = v @ lower if top is None else np.einsum("nk,jk->nj", top, upper)
        middle = expit(v @ lower + feed + np.asarray(first_bias))
        top = expit(middle @ upper + np.asarray(second_bias))
    return middle, top
