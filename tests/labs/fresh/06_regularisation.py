"""Answers to lab 06 by somebody who did not write its catalogue."""

import itertools
import math
import statistics

import numpy as np
import scipy.ndimage
from scipy.special import expit, softmax

from coursekit.labs.author.fresh import fresh


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return np.tanh(np.outer(x, w) + np.asarray(b)) @ np.asarray(v)


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return np.tanh((np.outer(x, w) + np.asarray(b)) @ np.asarray(v) + c)


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return expit(np.outer(x, w) + np.asarray(b)) @ np.asarray(v) + c


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return np.tanh(np.outer(x, w)) @ np.asarray(v) + np.sum(b) + c


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return np.sum(np.tanh(np.outer(x, w) + np.asarray(b)) * np.asarray(v) + c, axis=1)


@fresh("6.1", wrong=True)
def network(x, w, b, v, c):
    return (np.outer(x, w) + np.asarray(b)) @ np.asarray(v) + c


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    return int(units[np.argmin(np.median(np.asarray(errors), axis=0))])


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    means = np.mean(np.asarray(errors), axis=0)
    return int(min(u for u, m in zip(units, means, strict=True) if m == means.min()))


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    return int(np.argmin(np.median(np.asarray(errors), axis=0)))


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    m = np.median(np.asarray(errors), axis=0)
    return int(max(u for u, e in zip(units, m, strict=True) if e == m.min()))


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    m = np.min(np.asarray(errors), axis=0)
    return int(min(u for u, e in zip(units, m, strict=True) if e == m.min()))


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    units.sort()
    return int(units[np.argmin(np.median(np.asarray(errors), axis=0))])


@fresh("6.1", wrong=True)
def choose_units(units, errors):
    m = [statistics.median_low(column) for column in np.transpose(errors).tolist()]
    return min(u for u, e in zip(units, m, strict=True) if e == min(m))


@fresh("6.1", wrong=False)
def choose_units(units, errors):
    def price(i):
        return statistics.median([row[i] for row in errors]), units[i]

    return int(units[min(range(len(units)), key=price)])


@fresh("6.1", wrong=False)
def network(x, w, b, v, c):
    y = np.full(len(x), float(c))
    for wm, bm, vm in zip(w, b, v, strict=True):
        y += vm * np.tanh(wm * np.asarray(x, float) + bm)
    return y


@fresh("6.1", wrong=False)
def network(x, w, b, v, c):
    z = np.asarray(x)[:, np.newaxis] * np.asarray(w) + np.asarray(b)
    return np.einsum("nm,m->n", 1 - 2 / (np.exp(2 * z) + 1), np.asarray(v, float)) + c


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best = int(np.argmin(errors))
    return best, min(best + patience, len(errors) - 1)


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best = 0
    for i, e in enumerate(errors):
        if e <= errors[best]:
            best = i
        if i - best >= patience:
            return best, i
    return best, len(errors) - 1


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best = 0
    for i, e in enumerate(errors):
        if e < errors[best]:
            best = i
        if i - best > patience:
            return best, i
    return best, len(errors) - 1


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best, bad = 0, 0
    for i in range(1, len(errors)):
        if errors[i] < errors[best]:
            best = i
        else:
            bad += 1
        if bad == patience:
            return best, i
    return best, len(errors) - 1


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best, bad = 0, 0
    for i in range(1, len(errors)):
        if errors[i] < errors[i - 1]:
            bad = 0
            if errors[i] < errors[best]:
                best = i
        else:
            bad += 1
        if bad == patience:
            return best, i
    return best, len(errors) - 1


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best = 0
    for i, e in enumerate(errors):
        if e < errors[best]:
            best = i
        if i - best >= patience:
            return i, i
    return len(errors) - 1, len(errors) - 1


@fresh("6.2", wrong=True)
def early_stopping(errors, patience):
    best, bad = math.inf, 0
    kept = 0
    for i, e in enumerate(errors):
        if e < best:
            best, kept, bad = e, i, 0
        else:
            bad += 1
            if bad >= patience:
                break
    return kept, i + 1


@fresh("6.2", wrong=False)
def early_stopping(errors, patience):
    lowest = np.minimum.accumulate(errors)
    record = np.concatenate([[True], lowest[1:] < lowest[:-1]])
    since = np.arange(len(errors)) - np.maximum.accumulate(
        np.where(record, np.arange(len(errors)), 0)
    )
    stops = np.flatnonzero(since >= patience)
    last = int(stops[0]) if len(stops) else len(errors) - 1
    return last - int(since[last]), last


@fresh("6.2", wrong=False)
def early_stopping(errors, patience):
    best, epoch, wait = 0, 0, 0
    while epoch + 1 < len(errors) and wait < patience:
        epoch += 1
        wait += 1
        if errors[epoch] < min(errors[:epoch]):
            best, wait = epoch, 0
    return [best, epoch] if False else (best, epoch)


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    every = [np.ravel(np.asarray(a, float)) for pair in layers for a in pair]
    a = np.concatenate(every)
    return float(l1 * np.abs(a).sum() + l2 / 2 * (a**2).sum())


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(sum(l1 * np.abs(w).sum() + l2 * np.square(w).sum() for w, _ in layers))


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(sum(l1 * np.sum(w) + l2 / 2 * np.square(w).sum() for w, _ in layers))


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(sum(l1 * np.mean(np.abs(w)) + l2 / 2 * np.mean(np.square(w)) for w, _ in layers))


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(
        sum(l1 * np.abs(w).sum() + l2 / 2 * np.sqrt(np.square(w).sum()) for w, _ in layers)
    )


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(
        sum(l1 * np.linalg.norm(w, 1) + l2 / 2 * np.linalg.norm(w) ** 2 for w, _ in layers)
    )


@fresh("6.3", wrong=True)
def penalty(layers, l1, l2):
    return float(sum(l1 / 2 * np.abs(w).sum() + l2 / 2 * np.square(w).sum() for w, _ in layers))


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [
        (l1 * np.sign(w) + 2 * l2 * np.asarray(w, float), np.zeros(np.shape(b))) for w, b in layers
    ]


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [
        (l1 * np.sign(w) + l2 * np.asarray(w, float), l1 * np.sign(b) + l2 * np.asarray(b, float))
        for w, b in layers
    ]


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [
        (
            l1 * np.where(np.asarray(w) >= 0, 1.0, -1.0) + l2 * np.asarray(w, float),
            np.zeros(np.shape(b)),
        )
        for w, b in layers
    ]


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [(l1 * np.sign(w) + l2 * np.asarray(w, float), 0.0) for w, b in layers]


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [(l1 + l2 * np.asarray(w, float), np.zeros(np.shape(b))) for w, b in layers]


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    result = []
    for w, b in layers:
        w, b = np.asarray(w, float), np.asarray(b, float)
        b *= 0
        result.append((l1 * np.sign(w) + l2 * w, b))
    return result


@fresh("6.3", wrong=True)
def penalty_gradient(layers, l1, l2):
    return [l1 * np.sign(w) + l2 * np.asarray(w, float) for w, _ in layers]


@fresh("6.3", wrong=False)
def penalty(layers, l1, l2):
    total = 0.0
    for w, _ in layers:
        for value in np.ravel(w).tolist():
            total += l1 * abs(value) + 0.5 * l2 * value * value
    return total


@fresh("6.3", wrong=False)
def penalty_gradient(layers, l1, l2):
    out = []
    for w, b in layers:
        w = np.array(w, dtype=float)
        slope = (w > 0).astype(float) - (w < 0)
        out.append([l1 * slope + l2 * w, np.array(b, dtype=float) * 0])
    return out


@fresh("6.3", wrong=False)
def penalty(layers, l1, l2):
    flat = np.hstack([np.ravel(w) for w, _ in layers]).astype(float)
    return float(l1 * np.linalg.norm(flat, 1) + 0.5 * l2 * np.dot(flat, flat))


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    return np.where(np.asarray(u) >= rate, a, 0.0) if training else a


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    return np.where(np.asarray(u) >= rate, a / rate, 0.0) if training and rate > 0 else a


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    return np.where(np.asarray(u) > rate, a / (1 - rate), 0.0) if training else a


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    return np.where(np.asarray(u) < rate, a / (1 - rate), 0.0) if training else a


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    return np.where(np.asarray(u) >= rate, a, 0.0) if training else a * (1 - rate)


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    return np.where(np.asarray(u) >= rate, np.asarray(a) / (1 - rate), 0.0)


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    if training:
        a[np.asarray(u) < rate] = 0
        a = a / (1 - rate)
    return a


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    if not training:
        return a
    mask = np.asarray(u) >= rate
    return a * mask * mask.size / max(mask.sum(), 1)


@fresh("6.4", wrong=True)
def dropout(a, u, rate, training):
    a = np.asarray(a)
    keep = np.random.random(a.shape) >= rate  # of its own, but the same in each run
    return a * keep / (1 - rate) if training else a


@fresh("6.4", wrong=False)
def dropout(a, u, rate, training):
    scale = (np.array(u) >= rate) / (1.0 - rate) if training else 1.0
    return np.array(a) * scale


@fresh("6.4", wrong=False)
def dropout(a, u, rate, training):
    out = np.array(a, dtype=float)
    if training:
        for i in np.ndindex(out.shape):
            out[i] = 0 if np.asarray(u)[i] < rate else out[i] / (1 - rate)
    return out


def _masks(n):
    return (np.array(m) for m in itertools.product((0, 1), repeat=n))


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    return np.mean([softmax((h * m) @ V + c, axis=1) for m in _masks(h.shape[1])], axis=0)


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    n = h.shape[1]
    return sum(
        (1 - keep) ** m.sum() * keep ** (n - m.sum()) * softmax((h * m) @ V + c, axis=1)
        for m in _masks(n)
    )


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    n = h.shape[1]
    z = sum(keep ** m.sum() * (1 - keep) ** (n - m.sum()) * ((h * m) @ V + c) for m in _masks(n))
    return softmax(z, axis=1)


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    n = h.shape[1]
    return sum(
        keep ** m.sum() * (1 - keep) ** (n - m.sum()) * softmax((h * m / keep) @ V + c, axis=1)
        for m in _masks(n)
    )


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    n = h.shape[1]
    return sum(
        keep ** m.sum() * (1 - keep) ** (n - m.sum()) * softmax((h * m) @ V + c) for m in _masks(n)
    )


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    rng = np.random.default_rng(0)
    draws = [softmax((h * (rng.random(h.shape[1]) < keep)) @ V + c, axis=1) for _ in range(2000)]
    return np.mean(draws, axis=0)


@fresh("6.5", wrong=True)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h)
    n = h.shape[1]
    return sum(
        keep ** m.sum() * (1 - keep) ** (n - m.sum()) * softmax((h * m) @ V, axis=1)
        for m in _masks(n)
    )


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    return softmax(np.asarray(h) @ V + c, axis=1)


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    return softmax(keep * (np.asarray(h) @ V + c), axis=1)


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    return softmax(np.asarray(h) @ np.asarray(V) / keep + c, axis=1)


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    return keep * softmax(np.asarray(h) @ np.asarray(V) + c, axis=1)


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    return softmax(keep * (np.asarray(h) @ np.asarray(V)) + c)


@fresh("6.5", wrong=True)
def weight_scaling(h, V, c, keep):
    V = np.asarray(V, float)
    V *= keep
    return softmax(np.asarray(h) @ V + c, axis=1)


@fresh("6.5", wrong=False)
def weight_scaling(h, V, c, keep):
    z = np.einsum("rn,nc->rc", keep * np.asarray(h, float), np.asarray(V, float)) + np.asarray(c)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@fresh("6.5", wrong=False)
def average_over_masks(h, V, c, keep):
    h, V = np.asarray(h, float), np.asarray(V, float)

    def below(unit, z):
        if unit == h.shape[1]:
            return softmax(z, axis=1)
        on = below(unit + 1, z + np.outer(h[:, unit], V[unit]))
        return keep * on + (1 - keep) * below(unit + 1, z)

    return below(0, np.tile(np.asarray(c, float), (len(h), 1)))


@fresh("6.5", wrong=False)
def average_over_masks(h, V, c, keep):
    h = np.asarray(h, float)
    masks = np.array(list(itertools.product([False, True], repeat=h.shape[1])))
    chance = np.prod(np.where(masks, keep, 1 - keep), axis=1)
    p = softmax((masks[:, None] * h) @ np.asarray(V, float) + np.asarray(c), axis=-1)
    return np.tensordot(chance, p, 1)


def _move(
    image, angle, scale, shift, *, turn=1, power=-1, middle=0.5, unit=np.pi / 180, inside=None
):
    image = np.asarray(image)
    h, w = image.shape
    out = np.zeros_like(image)
    m = np.array([(h - 2 * middle) / 2, (w - 2 * middle) / 2])
    a = angle * unit * turn
    r = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    for i in range(h):
        for j in range(w):
            p = m + scale**power * (r @ (np.array([i, j]) - m - np.asarray(shift)))
            y, x = np.rint(p).astype(int)
            if inside == "wrap":
                out[i, j] = image[y % h, x % w]
            elif inside == "edge":
                out[i, j] = image[min(max(y, 0), h - 1), min(max(x, 0), w - 1)]
            elif 0 <= y < h and 0 <= x < w:
                out[i, j] = image[y, x]
    return out


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, turn=-1)


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, power=1)


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, middle=0)


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, unit=1)


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, (shift[1], shift[0]))


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, inside="edge")


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift, inside="wrap")


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    return _move(image, angle, scale, shift).astype(float)


@fresh("6.6", wrong=True)
def move(image, angle, scale, shift):
    image = np.asarray(image)
    h, w = image.shape
    out = np.zeros_like(image)
    m = np.array([(h - 1) / 2, (w - 1) / 2])
    a = np.deg2rad(angle)
    r = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    for i in range(h):
        for j in range(w):
            y, x = np.rint(m + scale * (r @ (np.array([i, j]) - m)) + shift).astype(int)
            if 0 <= y < h and 0 <= x < w:
                out[y, x] = image[i, j]
    return out


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x = np.concatenate([images, *(change(images) for _ in range(copies))])[
        np.concatenate([train + i * len(images) for i in range(copies + 1)])
    ]
    return x, np.tile(labels[train], copies + 1), images[validation], labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x, y = images[train], labels[train]
    x = np.concatenate([x, *(change(x) for _ in range(copies))])
    return x, np.repeat(y, copies + 1), images[validation], labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x, y = images[train], labels[train]
    x = np.concatenate([x, *(change(x) for _ in range(copies))])
    return x, np.tile(y, copies + 1), change(images[validation]), labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x, y = images[train], labels[train]
    changed = change(x)
    x = np.concatenate([x] + [changed] * copies)
    return x, np.tile(y, copies + 1), images[validation], labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x, y = images[train], labels[train]
    x = np.concatenate([change(x) for _ in range(copies + 1)])
    return x, np.tile(y, copies + 1), images[validation], labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    parts = [images[train]]
    for _ in range(copies):
        parts.append(change(parts[-1]))
    y = np.tile(labels[train], copies + 1)
    return np.concatenate(parts), y, images[validation], labels[validation]


@fresh("6.6", wrong=True)
def augmented_split(images, labels, train, validation, change, copies):
    x, y = images[train], labels[train]
    x = np.concatenate([x, *(change(x) for _ in range(copies))])
    return x, np.tile(y, copies + 1), images[train], labels[train]


@fresh("6.6", wrong=False)
def augmented_split(images, labels, train, validation, change, copies):
    xs, ys = [images[train]], [labels[train]]
    while len(xs) <= copies:
        xs.append(change(images[train]))
        ys.append(labels[train])
    return (
        np.vstack(xs),
        np.hstack(ys),
        np.take(images, validation, axis=0),
        np.take(labels, validation),
    )


@fresh("6.6", wrong=False)
def move(image, angle, scale, shift):
    return _move(image, angle, float(scale), shift)


@fresh("6.6", wrong=False)
def move(image, angle, scale, shift):
    image = np.asarray(image)
    a = np.radians(angle)
    matrix = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) / scale
    m = (np.array(image.shape) - 1) / 2
    grid = np.moveaxis(np.indices(image.shape), 0, -1) - m - np.asarray(shift)
    source = np.rint(grid @ matrix.T + m).astype(int)
    flat = scipy.ndimage.map_coordinates(
        image, source.reshape(-1, 2).T, order=0, mode="constant", cval=0
    )
    return flat.reshape(image.shape)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    votes = np.argmax(probabilities, axis=2)
    c = np.shape(probabilities)[2]
    return np.array([np.bincount(votes[:, i], minlength=c).argmax() for i in range(votes.shape[1])])


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    with np.errstate(all="ignore"):
        return np.argmax(np.sum(np.log(probabilities), axis=0), axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    return np.argmax(np.max(probabilities, axis=0), axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    return np.argmax(np.mean(probabilities, axis=1), axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    return np.argmax(np.median(probabilities, axis=0), axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    m = np.mean(probabilities, axis=0)
    return m.shape[1] - 1 - np.argmax(m[:, ::-1], axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    return np.max(np.mean(probabilities, axis=0), axis=1)


@fresh("6.7", wrong=True)
def ensemble_labels(probabilities):
    return np.round(np.mean(np.argmax(probabilities, axis=2), axis=0)).astype(int)


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    m = p.mean(axis=0)
    return (
        float(((m - y) ** 2).mean()),
        float(((p - y) ** 2).mean()),
        float(p.var(axis=0, ddof=1 if len(p) > 1 else 0).mean()),
    )


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    m = p.mean(axis=0)
    return float(((m - y) ** 2).mean()), float(((p - y) ** 2).mean()), float(p.std(axis=0).mean())


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    return float(((p.mean() - y) ** 2).mean()), float(((p - y) ** 2).mean()), float(p.var())


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    m = p.mean(axis=0)
    return float(((p - y) ** 2).mean()), float(((m - y) ** 2).mean()), float(p.var(axis=0).mean())


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    m = p.mean(axis=0)
    return float(np.abs(m - y).mean()), float(np.abs(p - y).mean()), float(np.abs(p - m).mean())


@fresh("6.7", wrong=True)
def error_and_spread(predictions, y):
    p, y = np.asarray(predictions, float), np.asarray(y, float)
    p -= y
    m = p.mean(axis=0)
    return float((m**2).mean()), float((p**2).mean()), float(p.var(axis=0).mean())


@fresh("6.7", wrong=False)
def error_and_spread(predictions, y):
    p, y = np.array(predictions, float), np.array(y, float)
    together = np.square(p.mean(axis=0) - y).mean()
    alone = np.mean([np.mean((member - y) ** 2) for member in p])
    return float(together), float(alone), float(np.var(p, axis=0).mean())


@fresh("6.7", wrong=False)
def ensemble_labels(probabilities):
    total = np.zeros(np.shape(probabilities)[1:])
    for member in probabilities:
        total += np.asarray(member) / len(probabilities)
    return np.array([max(range(len(row)), key=lambda k: (row[k], -k)) for row in total.tolist()])


def _instability(fit_predict, x, y, x_spare, y_spare, x_probe, measure=np.abs, collect=np.mean):
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        xi, yi = np.array(x), np.array(y)
        xi[i], yi[i] = x_spare[i], y_spare[i]
        changes.append(measure(np.asarray(fit_predict(xi, yi, x_probe)) - before))
    return float(collect(changes))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return _instability(fit_predict, x, y, x_spare, y_spare, x_probe, measure=np.square)


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return _instability(fit_predict, x, y, x_spare, y_spare, x_probe, measure=lambda d: d)


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return _instability(fit_predict, x, y, x_spare, y_spare, x_probe, collect=np.max)


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    xi, yi = np.array(x), np.array(y)
    changes = []
    for i in range(len(x_spare)):
        xi[i], yi[i] = x_spare[i], y_spare[i]
        changes.append(np.mean(np.abs(np.asarray(fit_predict(xi, yi, x_probe)) - before)))
    return float(np.mean(changes))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        xi, yi = np.append(x, x_spare[i]), np.append(y, y_spare[i])
        changes.append(np.mean(np.abs(np.asarray(fit_predict(xi, yi, x_probe)) - before)))
    return float(np.mean(changes))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        xi = np.array(x)
        xi[i] = x_spare[i]
        changes.append(np.mean(np.abs(np.asarray(fit_predict(xi, y, x_probe)) - before)))
    return float(np.mean(changes))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        keep = x[i], y[i]
        x[i], y[i] = x_spare[i], y_spare[i]
        changes.append(np.mean(np.abs(np.asarray(fit_predict(x, y, x_probe)) - before)))
        x[i], y[i] = keep
    x[0] = x_spare[0]
    return float(np.mean(changes))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    xi, yi = np.array(x), np.array(y)
    xi[: len(x_spare)], yi[: len(y_spare)] = x_spare, y_spare
    return float(np.mean(np.abs(np.asarray(fit_predict(xi, yi, x_probe)) - before)))


@fresh("6.8", wrong=True)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        xi, yi = np.delete(x, i), np.delete(y, i)
        changes.append(np.mean(np.abs(np.asarray(fit_predict(xi, yi, x_probe)) - before)))
    return float(np.mean(changes))


@fresh("6.8", wrong=False)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    x, y = np.asarray(x), np.asarray(y)
    base = np.asarray(fit_predict(x, y, x_probe))
    moved = []
    for i, (a, b) in enumerate(zip(x_spare, y_spare, strict=True)):
        here = np.arange(len(x)) == i
        moved.append(fit_predict(np.where(here, a, x), np.where(here, b, y), x_probe))
    return np.abs(np.array(moved) - base).mean()


@fresh("6.8", wrong=False)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    base = list(fit_predict(x, y, x_probe))
    total = 0.0
    for i in range(len(y_spare)):
        xi = np.concatenate([x[:i], [x_spare[i]], x[i + 1 :]])
        yi = np.concatenate([y[:i], [y_spare[i]], y[i + 1 :]])
        now = list(fit_predict(xi, yi, x_probe))
        total += sum(abs(p - q) for p, q in zip(now, base, strict=True)) / len(base)
    return float(total / len(y_spare))
