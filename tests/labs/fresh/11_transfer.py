"""Answers to lab 11 by somebody who did not write its catalogue."""

import numpy as np
from scipy import stats
from scipy.special import logsumexp, softmax

from coursekit.labs.author.fresh import fresh

# 11.1 ---------------------------------------------------------------------------------


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    rows = np.concatenate([np.flatnonzero(y == c)[:per_class] for c in classes])
    return rows, np.array([list(classes).index(c) for c in y[rows]])


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    rows = np.sort(np.concatenate([np.flatnonzero(y == c)[:per_class] for c in classes]))
    return rows, y[rows]


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    rows = np.sort(np.concatenate([np.flatnonzero(y == c)[:per_class] for c in classes]))
    return rows, np.searchsorted(sorted(classes), y[rows])


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    rows = np.flatnonzero(np.isin(y, classes))[:per_class]
    return rows, np.array([list(classes).index(c) for c in y[rows]], dtype=int)


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    rows = np.flatnonzero(np.isin(y, classes))
    return rows, np.array([list(classes).index(c) for c in y[rows]])


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    limit = None if per_class is None else per_class * len(classes)
    rows = np.flatnonzero(np.isin(y, classes))[:limit]
    return rows, np.array([list(classes).index(c) for c in y[rows]])


@fresh("11.1", wrong=True)
def make_task(y, classes, per_class=None):
    y = np.asarray(y)
    keep = per_class or 0
    parts = [np.flatnonzero(y == c) for c in classes]
    rows = np.sort(np.concatenate([p[len(p) - keep :] if keep else p for p in parts]))
    return rows, np.array([list(classes).index(c) for c in y[rows]])


@fresh("11.1", wrong=False)
def make_task(y, classes, per_class=None):
    seen, rows, labels = dict.fromkeys(classes, 0), [], []
    for row, c in enumerate(np.asarray(y).tolist()):
        if c in seen and (per_class is None or seen[c] < per_class):
            seen[c] += 1
            rows.append(row)
            labels.append(list(classes).index(c))
    return np.array(rows, dtype=int), np.array(labels, dtype=int)


@fresh("11.1", wrong=False)
def make_task(y, classes, per_class=None):
    y, classes = np.asarray(y), np.asarray(classes)
    hit = y[:, None] == classes
    if per_class is not None:
        hit &= np.cumsum(hit, axis=0) <= per_class
    rows = np.flatnonzero(hit.any(axis=1))
    return rows, hit[rows].argmax(axis=1)


# 11.2 ---------------------------------------------------------------------------------


def _layers(model):
    return [layer for layer in model.layers if layer.weights]


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(source.layers[:n], target.layers[:n], strict=True):
        new.set_weights(old.get_weights())
        new.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[:n], _layers(target)[:n], strict=True):
        new.set_weights(old.get_weights())
        new.trainable = frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[:n], _layers(target)[:n], strict=True):
        new.set_weights(old.get_weights())
    target.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[:n], _layers(target)[:n], strict=True):
        old.trainable = not frozen
        new.set_weights(old.get_weights())
        new.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[:n], _layers(target)[:n], strict=True):
        new.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[-n:], _layers(target)[-n:], strict=True):
        if [w.shape for w in old.weights] == [w.shape for w in new.weights]:
            new.set_weights(old.get_weights())
        new.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[: n + 1], _layers(target)[: n + 1], strict=True):
        if [w.shape for w in old.weights] == [w.shape for w in new.weights]:
            new.set_weights(old.get_weights())
        new.trainable = not frozen
    return target


@fresh("11.2", wrong=True)
def graft(source, target, n, frozen):
    for old, new in zip(_layers(source)[:n], _layers(target)[:n], strict=True):
        new.set_weights(old.get_weights())
        new.trainable = not frozen
    return source


@fresh("11.2", wrong=False)
def graft(source, target, n, frozen):
    copied = 0
    for old, new in zip(source.layers, target.layers, strict=True):
        if not old.weights:
            continue
        if copied < n:
            for variable, value in zip(new.weights, old.get_weights(), strict=True):
                variable.assign(value)
            new.trainable = not frozen
        else:
            new.trainable = True
        copied += 1
    return target


@fresh("11.2", wrong=False)
def graft(source, target, n, frozen):
    target.trainable = True
    for old, new in list(zip(_layers(source), _layers(target), strict=True))[:n]:
        new.set_weights([np.array(w) for w in old.get_weights()])
        if frozen:
            new.trainable = False
    return target


# 11.3 ---------------------------------------------------------------------------------


def _gain(scores, baseline, quantile=0.975, lost=1, ddof=1, root=True):
    gains = np.asarray(scores) - np.asarray(baseline)[:, None]
    k = len(gains)
    half = stats.t.ppf(quantile, k - lost) * gains.std(axis=0, ddof=ddof)
    half = half / np.sqrt(k) if root else half
    return gains.mean(axis=0), gains.mean(axis=0) - half, gains.mean(axis=0) + half


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    return _gain(scores, baseline, quantile=0.95)


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    return _gain(scores, baseline, ddof=0)


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    return _gain(scores, baseline, root=False)


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    return _gain(scores, baseline, lost=0)


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    scores, baseline = np.asarray(scores), np.asarray(baseline)
    mean, k = scores.mean(axis=0) - baseline.mean(), len(scores)
    half = stats.t.ppf(0.975, k - 1) * scores.std(axis=0, ddof=1) / np.sqrt(k)
    return mean, mean - half, mean + half


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    gains = np.asarray(scores) - np.asarray(baseline)[:, None]
    half = 1.96 * gains.std(axis=0, ddof=1) / np.sqrt(len(gains))
    return gains.mean(axis=0), gains.mean(axis=0) - half, gains.mean(axis=0) + half


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    scores, baseline = np.asarray(scores), np.asarray(baseline)
    gains = scores - baseline.mean()
    half = stats.t.ppf(0.975, len(gains) - 1) * gains.std(0, ddof=1) / np.sqrt(len(gains))
    return gains.mean(0), gains.mean(0) - half, gains.mean(0) + half


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    mean, low, high = _gain(scores, baseline)
    return -mean, -high, -low


@fresh("11.3", wrong=True)
def gain(scores, baseline):
    mean, low, high = _gain(scores, baseline)
    return mean, high, low


@fresh("11.3", wrong=False)
def gain(scores, baseline):
    gains = (np.asarray(scores, float).T - np.asarray(baseline, float)).T
    mean = gains.mean(axis=0)
    low, high = stats.t.interval(0.95, len(gains) - 1, loc=mean, scale=stats.sem(gains, axis=0))
    return mean, low, high


@fresh("11.3", wrong=False)
def gain(scores, baseline):
    means, lows, highs = [], [], []
    for column in np.asarray(scores).T:
        g = column - np.asarray(baseline)
        m = g.sum() / len(g)
        s = np.sqrt(((g - m) ** 2).sum() / (len(g) - 1))
        half = stats.t.isf(0.025, len(g) - 1) * s / len(g) ** 0.5
        means.append(m)
        lows.append(m - half)
        highs.append(m + half)
    return np.array(means), np.array(lows), np.array(highs)


# 11.4 ---------------------------------------------------------------------------------


def _probe(f, labels, new, strength, ddof=0, guard=True, centre=True, own=False, average=True):
    f, new, labels = np.asarray(f, float), np.asarray(new, float), np.asarray(labels)
    m, s = f.mean(0), f.std(0, ddof=ddof)
    s = np.where(s > 0, s, 1.0) if guard else s
    z, z_new = (f - m) / s, (new - m) / s
    if own:
        z_new = (new - new.mean(0)) / np.where(new.std(0) > 0, new.std(0), 1)
    y = np.eye(labels.max() + 1)[labels]
    bar = y.mean(0)
    w = np.linalg.solve(z.T @ z + strength * np.eye(z.shape[1]), z.T @ (y - bar * centre))
    return z_new @ w + bar * average


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, strength, average=False)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, strength, own=True)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, strength, ddof=1)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, strength, guard=False)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, strength * len(np.asarray(features)))


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    return _probe(features, labels, new_features, 0.0)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    f, new, labels = map(np.asarray, (features, new_features, labels))
    y = np.eye(labels.max() + 1)[labels]
    m, bar = f.mean(0), y.mean(0)
    z = f - m
    w = np.linalg.solve(z.T @ z + strength * np.eye(z.shape[1]), z.T @ (y - bar))
    return (new - m) @ w + bar


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    f, new, labels = np.asarray(features, float), np.asarray(new_features, float), labels
    s = np.where(f.std() > 0, f.std(), 1.0)
    z, z_new = (f - f.mean()) / s, (new - f.mean()) / s
    y = np.eye(max(labels) + 1)[np.asarray(labels)]
    w = np.linalg.solve(z.T @ z + strength * np.eye(z.shape[1]), z.T @ (y - y.mean(0)))
    return z_new @ w + y.mean(0)


@fresh("11.4", wrong=True)
def probe(features, labels, new_features, strength=1.0):
    scores = _probe(features, labels, new_features, strength)
    return scores.argmax(axis=1)


@fresh("11.4", wrong=False)
def probe(features, labels, new_features, strength=1.0):
    f, new, labels = (np.asarray(a) for a in (features, new_features, labels))
    f, new = f.astype(float), new.astype(float)
    m, s = f.mean(0), f.std(0)
    s[s == 0] = 1
    z, z_new = (f - m) / s, (new - m) / s
    y = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    stacked = np.vstack([z, np.sqrt(strength) * np.eye(z.shape[1])])
    target = np.vstack([y - y.mean(0), np.zeros((z.shape[1], y.shape[1]))])
    return z_new @ np.linalg.lstsq(stacked, target, rcond=None)[0] + y.mean(0)


@fresh("11.4", wrong=False)
def probe(features, labels, new_features, strength=1.0):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    z, z_new = scaler.transform(features), scaler.transform(new_features)
    y = np.eye(np.max(labels) + 1)[np.asarray(labels)]
    a = z.T @ z + strength * np.eye(z.shape[1])
    return z_new @ np.linalg.pinv(a) @ z.T @ (y - y.mean(0)) + y.mean(0)


# 11.5 ---------------------------------------------------------------------------------


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    e = np.exp(np.asarray(logits) / temperature)
    return e / e.sum(axis=1, keepdims=True)


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    return softmax(np.asarray(logits) * temperature, axis=1)


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    return softmax(np.asarray(logits), axis=1) / temperature


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    z = np.asarray(logits) / temperature
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    return softmax(np.asarray(logits) / temperature)


@fresh("11.5", wrong=True)
def soften(logits, temperature):
    z = np.asarray(logits)
    e = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=0)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    p = np.asarray(p) / temperature
    return p / p.sum(axis=1, keepdims=True)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    return softmax(np.asarray(p) / temperature, axis=1)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    p = np.asarray(p) ** temperature
    return p / p.sum(axis=1, keepdims=True)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    return np.asarray(p) ** (1 / temperature)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    p = np.asarray(p) ** (1 / temperature)
    return p / p.sum(axis=1, keepdims=True)


@fresh("11.5", wrong=True)
def soften_probabilities(p, temperature):
    z = np.log(np.asarray(p) + 1e-6) / temperature
    return softmax(z, axis=1)


@fresh("11.5", wrong=False)
def soften(logits, temperature):
    z = np.asarray(logits, float) / temperature
    return np.exp(z - logsumexp(z, axis=1, keepdims=True))


@fresh("11.5", wrong=False)
def soften_probabilities(p, temperature):
    with np.errstate(divide="ignore"):
        return softmax(np.log(np.asarray(p, float)) / temperature, axis=1)


# 11.6 ---------------------------------------------------------------------------------


def _gradient(student, teacher, y, t, alpha, soft=1.0, power=1, hard_t=1.0, n=None):
    s, u = np.asarray(student, float), np.asarray(teacher, float)
    q, p = softmax(s / t, axis=1), softmax(u / t, axis=1)
    hard = softmax(s / hard_t, axis=1) - np.eye(s.shape[1])[np.asarray(y)]
    return (alpha * soft * t**power * (q - p) + (1 - alpha) * hard) / (n or len(s))


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, power=2)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, power=0)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, power=-1)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, n=1)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, hard_t=temperature)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, 1 - alpha)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, soft=-1.0)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    return _gradient(student, teacher, y, temperature, alpha, n=np.size(student))


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    s, u = np.asarray(student, float), np.asarray(teacher, float)
    q, p = softmax(s / temperature, axis=1), softmax(u / temperature, axis=1)
    hard = softmax(s, axis=1) - np.eye(s.shape[1])[np.asarray(y)]
    return (temperature * (q - p) + hard) / len(s)


@fresh("11.6", wrong=True)
def distillation_gradient(student, teacher, y, temperature, alpha):
    s, u = np.asarray(student, float), np.asarray(teacher, float)
    q, p = softmax(s / temperature, axis=1), softmax(u, axis=1)
    hard = softmax(s, axis=1) - np.eye(s.shape[1])[np.asarray(y)]
    return (alpha * temperature * (q - p) + (1 - alpha) * hard) / len(s)


@fresh("11.6", wrong=False)
def distillation_gradient(student, teacher, y, temperature, alpha):
    s, u = np.asarray(student, float), np.asarray(teacher, float)
    out = []
    for row, told, label in zip(s, u, y, strict=True):
        soft = softmax(row / temperature) - softmax(told / temperature)
        hard = softmax(row)
        hard[label] -= 1
        out.append(alpha * temperature**2 * soft / temperature + (1 - alpha) * hard)
    return np.array(out) / len(out)


@fresh("11.6", wrong=False)
def distillation_gradient(student, teacher, y, temperature, alpha):
    s, u = np.asarray(student, float), np.asarray(teacher, float)
    n = len(s)
    q = np.exp(s / temperature - logsumexp(s / temperature, axis=1, keepdims=True))
    p = np.exp(u / temperature - logsumexp(u / temperature, axis=1, keepdims=True))
    g = alpha * temperature / n * (q - p)
    hard = (1 - alpha) / n * np.exp(s - logsumexp(s, axis=1, keepdims=True))
    hard[np.arange(n), np.asarray(y)] -= (1 - alpha) / n
    return g + hard


# 11.7 ---------------------------------------------------------------------------------


def _lack(logits, k):
    logits = np.asarray(logits)
    return np.delete(logits, k, axis=1).max(axis=1) - logits[:, k]


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    logits = np.asarray(logits)
    return float(np.sort(logits.max(axis=1) - logits[:, k])[count - 1])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(np.sort(_lack(logits, k))[count])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(np.sort(_lack(logits, k))[-count])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(max(0, np.sort(_lack(logits, k))[count - 1]))


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(-np.sort(_lack(logits, k))[count - 1])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(_lack(logits, k)[count - 1])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    logits = np.asarray(logits)
    others = np.delete(logits, k, axis=1).mean(axis=1)
    return float(np.sort(others - logits[:, k])[count - 1])


@fresh("11.7", wrong=True)
def bias_shift(logits, k, count):
    return float(np.sort(_lack(logits, k))[count - 1]) + 1e-3


@fresh("11.7", wrong=False)
def bias_shift(logits, k, count):
    gaps = sorted(
        max(v for j, v in enumerate(row) if j != k) - row[k] for row in np.asarray(logits).tolist()
    )
    return gaps[count - 1]


@fresh("11.7", wrong=False)
def bias_shift(logits, k, count):
    logits = np.array(logits, float)
    mine = logits[:, k].copy()
    logits[:, k] = -np.inf
    return np.partition(logits.max(axis=1) - mine, count - 1)[count - 1]
