"""Answers to lab 09 by somebody who did not write its catalogue."""

import itertools
import math

import numpy as np

from coursekit.labs.author.fresh import fresh

# 9.1 ----------------------------------------------------------------------------------


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * inputs
    return outputs * (taps + bias + 2 * norm), size[0] * size[1] * outputs * taps


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * inputs // groups
    return outputs * (taps + bias + 4 * norm), size[0] * size[1] * outputs * taps


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * (inputs // groups)
    weights = (outputs // groups) * taps + outputs * (bias + 2 * norm)
    return weights, size[0] * size[1] * outputs // groups * taps


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * inputs // groups
    weights = outputs * taps + bias + 2 * norm
    return weights, size[0] * size[1] * outputs * taps


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] ** 2 * inputs // groups
    return outputs * (taps + bias + 2 * norm), size[0] ** 2 * outputs * taps


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * inputs // groups
    weights = outputs * (taps + bias + 2 * norm)
    return weights, size[0] * size[1] * weights


@fresh("9.1", wrong=True)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    taps = kernel[0] * kernel[1] * inputs / groups
    return (
        outputs * (taps + (1 if bias and not norm else 0) + 2 * norm),
        size[0] * size[1] * outputs * taps,
    )


@fresh("9.1", wrong=False)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    per_group = math.prod(kernel) * (inputs // groups) * (outputs // groups)
    weights = per_group * groups
    work = weights * math.prod(size)
    if bias:
        weights += outputs
    if norm:
        weights += 2 * outputs
    return np.int64(weights), np.int64(work)


@fresh("9.1", wrong=False)
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    weights = work = 0
    for _ in range(groups):
        one = kernel[0] * kernel[1] * (inputs // groups) * (outputs // groups)
        weights, work = weights + one, work + one * size[0] * size[1]
    return [weights + outputs * (int(bias) + 2 * int(norm)), work]


# 9.2 ----------------------------------------------------------------------------------


@fresh("9.2", wrong=True)
def neighbours(maps, run):
    return [tuple(range(start, start + run)) for start in range(maps - run + 1)]


@fresh("9.2", wrong=True)
def neighbours(maps, run):
    return [tuple(sorted((s + k) % maps for k in range(run))) for s in range(maps)]


@fresh("9.2", wrong=True)
def neighbours(maps, run):
    return list(itertools.combinations(range(maps), run))


@fresh("9.2", wrong=True)
def neighbours(maps, run):
    return [tuple((s + k) % (maps - 1) for k in range(run)) for s in range(maps)]


@fresh("9.2", wrong=True)
def partial_cost(table, kernel, size):
    weights = kernel[0] * kernel[1] * sum(map(len, table)) + 1
    return weights, weights * size[0] * size[1]


@fresh("9.2", wrong=True)
def partial_cost(table, kernel, size):
    taps = kernel[0] * kernel[1] * sum(map(len, table))
    return taps + len(table), taps * size[0] * size[1]


@fresh("9.2", wrong=True)
def partial_cost(table, kernel, size):
    inputs = len({m for seen in table for m in seen})
    weights = len(table) * (kernel[0] * kernel[1] * inputs + 1)
    return weights, weights * size[0] * size[1]


@fresh("9.2", wrong=True)
def partial_cost(table, kernel, size):
    weights = sum(kernel[0] * kernel[1] * len(seen) + 1 for seen in table)
    return weights, weights * size[0] * size[1] * len(table)


@fresh("9.2", wrong=False)
def neighbours(maps, run):
    ring = list(range(maps)) * 2
    return [tuple(ring[start : start + run]) for start in range(maps)]


@fresh("9.2", wrong=False)
def partial_cost(table, kernel, size):
    pairs = np.sum([len(seen) for seen in table])
    weights = math.prod(kernel) * pairs + len(table)
    return weights, weights * math.prod(size)


# 9.3 ----------------------------------------------------------------------------------


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        return one + three + five, (one + 9 * three + 25 * five) * inputs * size[0] * size[1]
    taps = inputs * (one + r3 + r5 + project) + 9 * r3 * three + 25 * r5 * five
    return one + three + five + project, taps * size[0] * size[1]


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        taps = inputs * (one + 9 * three + 25 * five)
        return one + three + five + inputs, taps * size[0] * size[1]
    taps = inputs * (one + r3 + r5 + project) + 9 * r3 * three + 25 * r5 * five
    return sum(maps), taps * size[0] * size[1]


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        taps = inputs * (one + 9 * three + 25 * five)
        return one + three + five + inputs, taps * size[0] * size[1]
    taps = inputs * (one + 9 * three + 25 * five + project + r3 + r5)
    return one + three + five + project, taps * size[0] * size[1]


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        taps = inputs * (one + 9 * three + 25 * five + 9 * inputs)
        return one + three + five + inputs, taps * size[0] * size[1]
    taps = inputs * (one + r3 + r5 + project) + 9 * r3 * three + 25 * r5 * five
    return one + three + five + project, taps * size[0] * size[1]


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        taps = inputs * (one + 9 * three + 25 * five)
        return one + three + five + inputs, taps
    taps = inputs * (one + r3 + r5 + project) + 9 * r3 * three + 25 * r5 * five
    return one + three + five + project, taps


@fresh("9.3", wrong=True)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        taps = inputs * (one + 3 * three + 5 * five)
        return one + three + five + inputs, taps * size[0] * size[1]
    taps = inputs * (one + r3 + r5 + project) + 3 * r3 * three + 5 * r5 * five
    return one + three + five + project, taps * size[0] * size[1]


@fresh("9.3", wrong=False)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = maps
    if naive:
        branches = [[(1, inputs, one)], [(3, inputs, three)], [(5, inputs, five)]]
    else:
        branches = [
            [(1, inputs, one)],
            [(1, inputs, r3), (3, r3, three)],
            [(1, inputs, r5), (5, r5, five)],
            [(1, inputs, project)],
        ]
    work = sum(k * k * a * b for branch in branches for k, a, b in branch)
    out = sum(branch[-1][2] for branch in branches) + (inputs if naive else 0)
    return out, work * math.prod(size)


@fresh("9.3", wrong=False)
def inception_cost(inputs, maps, size, naive=False):
    one, r3, three, r5, five, project = (np.int64(m) for m in maps)
    places = size[0] * size[1]
    work = places * inputs * one
    if naive:
        work += places * inputs * (9 * three + 25 * five)
        return one + three + five + inputs, work
    work += places * (inputs * r3 + 9 * r3 * three)
    work += places * (inputs * r5 + 25 * r5 * five) + places * inputs * project
    return one + three + five + project, work


# 9.4 ----------------------------------------------------------------------------------


@fresh("9.4", wrong=True)
def residual_block(x, w1, w2):
    x, w1, w2 = map(np.asarray, (x, w1, w2))
    return x + np.maximum(0, np.maximum(0, x @ w1) @ w2)


@fresh("9.4", wrong=True)
def residual_block(x, w1, w2):
    x, w1, w2 = map(np.asarray, (x, w1, w2))
    return np.maximum(0, x + x @ w1 @ w2)


@fresh("9.4", wrong=True)
def residual_block(x, w1, w2):
    x, w1, w2 = map(np.asarray, (x, w1, w2))
    return np.maximum(0, np.maximum(0, x @ w1) @ w2)


@fresh("9.4", wrong=True)
def block_gradient(x, w1, w2, upstream):
    x, w1, w2, d = map(np.asarray, (x, w1, w2, upstream))
    z = x @ w1
    return d + ((d @ w2.T) * (z > 0)) @ w1.T


@fresh("9.4", wrong=True)
def block_gradient(x, w1, w2, upstream):
    x, w1, w2, d = map(np.asarray, (x, w1, w2, upstream))
    z = x @ w1
    d = d * (x + np.maximum(0, z) @ w2 > 0)
    return d + (d @ w2.T) @ w1.T


@fresh("9.4", wrong=True)
def block_gradient(x, w1, w2, upstream):
    x, w1, w2, d = map(np.asarray, (x, w1, w2, upstream))
    z = x @ w1
    d = d * (x + np.maximum(0, z) @ w2 > 0)
    return 1 + ((d @ w2.T) * (z > 0)) @ w1.T


@fresh("9.4", wrong=True)
def block_gradient(x, w1, w2, upstream):
    x, w1, w2, d = map(np.asarray, (x, w1, w2, upstream))
    z = x @ w1
    d = d * (x + np.maximum(0, z) @ w2 >= 0)
    return d + ((d @ w2.T) * (z >= 0)) @ w1.T


@fresh("9.4", wrong=True)
def shortcut(x, maps, stride):
    x = np.asarray(x)
    n, h, w, c = x.shape
    x = x.reshape(n, h // stride, stride, w // stride, stride, c).mean(axis=(2, 4))
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (0, maps - c)))


@fresh("9.4", wrong=True)
def shortcut(x, maps, stride):
    x = np.asarray(x)[:, ::stride, ::stride]
    return np.concatenate([np.zeros((*x.shape[:3], maps - x.shape[-1])), x], axis=-1)


@fresh("9.4", wrong=True)
def shortcut(x, maps, stride):
    x = np.asarray(x)[:, ::stride, ::stride]
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (0, maps)))


@fresh("9.4", wrong=True)
def shortcut(x, maps, stride):
    x = np.asarray(x)
    x = x[:, : x.shape[1] // stride * stride : stride, : x.shape[2] // stride * stride : stride]
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (0, maps - x.shape[-1])))


@fresh("9.4", wrong=False)
def block_gradient(x, w1, w2, upstream):
    x, w1, w2, d = (np.array(a, dtype=float) for a in (x, w1, w2, upstream))
    out = np.zeros_like(x)
    for i in range(len(x)):
        z = x[i] @ w1
        y = x[i] + np.where(z > 0, z, 0) @ w2
        gate = np.diag((y > 0).astype(float))
        jacobian = (np.eye(len(x[i])) + w1 @ np.diag((z > 0) * 1.0) @ w2) @ gate
        out[i] = jacobian @ d[i]
    return out


@fresh("9.4", wrong=False)
def shortcut(x, maps, stride):
    x = np.asarray(x)
    n, h, w, c = x.shape
    out = np.zeros((n, -(-h // stride), -(-w // stride), maps), x.dtype)
    for i, row in enumerate(range(0, h, stride)):
        for j, column in enumerate(range(0, w, stride)):
            out[:, i, j, :c] = x[:, row, column]
    return out


@fresh("9.4", wrong=False)
def residual_block(x, w1, w2):
    x, w1, w2 = (np.asarray(a, dtype=float) for a in (x, w1, w2))
    hidden = x.dot(w1)
    y = x + (hidden * (hidden > 0)).dot(w2)
    return y * (y > 0)


# 9.5 ----------------------------------------------------------------------------------


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    if columns == 1:
        return [conv(z)]
    half = fractal(z, columns - 1, conv)
    return [conv(z), *half]


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    if columns == 1:
        return [conv(z)]
    first = fractal(z, columns - 1, conv)
    second = fractal(sum(first) / len(first), columns - 1, conv)
    return [conv(z), sum(second) / len(second)]


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    if columns == 1:
        return [conv(z)]
    first = fractal(z, columns - 1, conv)
    second = fractal(sum(first), columns - 1, conv)
    return [conv(z), *second]


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    if columns == 1:
        return [conv(z)]
    first = fractal(z, columns - 1, conv)
    second = fractal(first[-1], columns - 1, conv)
    return [conv(z), *second]


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    out = []
    for column in range(columns):
        value = z
        for _ in range(2**column):
            value = conv(value)
        out.append(value)
    return out


@fresh("9.5", wrong=True)
def fractal(z, columns, conv):
    if columns == 1:
        return [conv(z)]
    first = fractal(z, columns - 1, conv)
    second = fractal(sum(first) / len(first), columns - 1, conv)
    return [*second, conv(z)]


@fresh("9.5", wrong=True)
def path_lengths(columns):
    return [2**c for c in range(columns)]


@fresh("9.5", wrong=True)
def path_lengths(columns):
    if columns == 1:
        return [1]
    half = path_lengths(columns - 1)
    return sorted([1, *(2 * a for a in half)])


@fresh("9.5", wrong=True)
def path_lengths(columns):
    if columns == 1:
        return [1]
    half = path_lengths(columns - 1)
    return sorted({1, *(a + b for a in half for b in half)})


@fresh("9.5", wrong=True)
def path_lengths(columns):
    if columns == 1:
        return [1]
    half = path_lengths(columns - 1)
    return sorted([1, *half, *half])


@fresh("9.5", wrong=True)
def path_lengths(columns):
    if columns == 1:
        return [1]
    half = path_lengths(columns - 1)
    return [1] + [a + b for a in half for b in half]


@fresh("9.5", wrong=False)
def fractal(z, columns, conv):
    alone = conv(z)
    if columns == 1:
        return [alone]
    inner = fractal(z, columns - 1, conv)
    total = inner[0]
    for value in inner[1:]:
        total = total + value
    return [alone] + fractal(total * (1 / len(inner)), columns - 1, conv)


@fresh("9.5", wrong=False)
def path_lengths(columns):
    counts = {1: 1}
    for _ in range(columns - 1):
        twice = {1: 1}
        for (a, n), (b, m) in itertools.product(counts.items(), repeat=2):
            twice[a + b] = twice.get(a + b, 0) + n * m
        counts = twice
    return [length for length in sorted(counts) for _ in range(counts[length])]


# 9.6 ----------------------------------------------------------------------------------


@fresh("9.6", wrong=True)
def local_kept(draws, rate):
    return np.asarray(draws) >= rate


@fresh("9.6", wrong=True)
def local_kept(draws, rate):
    draws = np.asarray(draws)
    kept = draws < rate
    return kept if kept.any() else draws == draws.max()


@fresh("9.6", wrong=True)
def local_kept(draws, rate):
    draws = np.asarray(draws)
    kept = draws >= rate
    return kept if kept.any() else np.ones(len(draws), bool)


@fresh("9.6", wrong=True)
def local_kept(draws, rate):
    draws = np.asarray(draws)
    kept = draws > rate
    return kept if kept.any() else draws == draws.max()


@fresh("9.6", wrong=True)
def local_kept(draws, rate):
    draws = np.asarray(draws)
    kept = draws >= rate
    if not kept.any():
        kept[0] = True
    return kept


@fresh("9.6", wrong=True)
def global_kept(joins, columns, draw):
    return [np.array(j) == int(draw() * columns) for j in joins]


@fresh("9.6", wrong=True)
def global_kept(joins, columns, draw):
    column = int(draw() * columns)
    return [np.array(j) == column for j in joins]


@fresh("9.6", wrong=True)
def global_kept(joins, columns, draw):
    column = round(draw() * columns)
    kept = [np.array(j) == column for j in joins]
    return [k if k.any() else np.ones_like(k) for k in kept]


@fresh("9.6", wrong=True)
def global_kept(joins, columns, draw):
    kept = []
    for j in joins:
        column = int(draw() * columns)
        k = np.array(j) == column
        kept.append(k if k.any() else np.ones_like(k))
    return kept


@fresh("9.6", wrong=True)
def global_kept(joins, columns, draw):
    column = int(draw() * columns)
    return [np.arange(len(j)) == min(column, len(j) - 1) for j in joins]


@fresh("9.6", wrong=True)
def join(paths, kept):
    return np.mean(np.asarray(paths) * np.asarray(kept)[:, None], axis=0)


@fresh("9.6", wrong=True)
def join(paths, kept):
    return np.asarray(paths)[np.asarray(kept)].sum(axis=0)


@fresh("9.6", wrong=True)
def join(paths, kept):
    return np.asarray(paths)[np.asarray(kept)].mean()


@fresh("9.6", wrong=True)
def join(paths, kept):
    return np.asarray(paths).mean(axis=0)


@fresh("9.6", wrong=False)
def join(paths, kept):
    chosen = [np.asarray(p, float) for p, k in zip(paths, kept, strict=True) if k]
    return sum(chosen) / len(chosen)


@fresh("9.6", wrong=False)
def local_kept(draws, rate):
    kept = [d >= rate for d in draws]
    if not any(kept):
        kept[int(np.argmax(draws))] = True
    return np.array(kept)


@fresh("9.6", wrong=False)
def global_kept(joins, columns, draw):
    u = draw()
    column = np.searchsorted(np.arange(1, columns) / columns, u, side="right")
    return [
        np.array([c == column for c in j]) if column in j else np.full(len(j), True) for j in joins
    ]


# 9.7 ----------------------------------------------------------------------------------


def _patches(image, k):
    padded = np.pad(np.asarray(image, float), k // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, (k, k))


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    p, w, r = _patches(image, len(weights)), np.asarray(weights), selectivity
    e, v = (p * w).sum((2, 3)), (p**2).sum((2, 3))
    return r * np.maximum(0, (1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    p, w, r = _patches(image, len(weights)), np.asarray(weights), selectivity
    e, v = (p * w).sum((2, 3)), np.sqrt((p**2).sum((2, 3)))
    return np.maximum(0, (1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    p, w, r = _patches(image, len(weights)), np.asarray(weights), selectivity
    e, v = (p * w).sum((2, 3)), np.sqrt((p**2).sum((2, 3)))
    return r * ((1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    p, w, r = _patches(image, len(weights)), np.asarray(weights), selectivity
    e, v = (p * w[::-1, ::-1]).sum((2, 3)), np.sqrt((p**2).sum((2, 3)))
    return r * np.maximum(0, (1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    w, r = np.asarray(weights), selectivity
    p = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), w.shape)
    e, v = (p * w).sum((2, 3)), np.sqrt((p**2).sum((2, 3)))
    return r * np.maximum(0, (1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def s_plane(image, weights, selectivity):
    w, r = np.asarray(weights), selectivity
    p = _patches(image, len(weights))
    e, v = (p * w).sum((2, 3)), np.sqrt((p**2).mean((2, 3)))
    return r * np.maximum(0, (1 + e) / (1 + r / (1 + r) * v) - 1)


@fresh("9.7", wrong=True)
def c_plane(plane, size, stride):
    m = _patches(plane, size)[::stride, ::stride].max((2, 3))
    return m / (0.1 + m)


@fresh("9.7", wrong=True)
def c_plane(plane, size, stride):
    return _patches(plane, size)[::stride, ::stride].mean((2, 3))


@fresh("9.7", wrong=True)
def c_plane(plane, size, stride):
    m = _patches(plane, size)[stride // 2 :: stride, stride // 2 :: stride].mean((2, 3))
    return m / (0.1 + m)


@fresh("9.7", wrong=True)
def c_plane(plane, size, stride):
    m = _patches(plane, size)[::stride, ::stride].sum((2, 3))
    return m / (0.1 + m)


@fresh("9.7", wrong=True)
def c_plane(plane, size, stride):
    plane = np.asarray(plane, float)
    padded = np.pad(plane, size // 2, mode="edge")
    m = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    m = m[::stride, ::stride].mean((2, 3))
    return m / (0.1 + m)


@fresh("9.7", wrong=False)
def c_plane(plane, size, stride):
    plane = np.asarray(plane, float)
    h, w = plane.shape
    half, out = size // 2, []
    for i in range(0, h, stride):
        row = []
        for j in range(0, w, stride):
            square = plane[max(0, i - half) : i + half + 1, max(0, j - half) : j + half + 1]
            m = square.sum() / size**2
            row.append(m / (0.1 + m))
        out.append(row)
    return np.array(out)


@fresh("9.7", wrong=False)
def s_plane(image, weights, selectivity):
    from scipy.ndimage import correlate

    image, weights = np.asarray(image, float), np.asarray(weights, float)
    e = correlate(image, weights, mode="constant")
    v = np.sqrt(np.maximum(0, correlate(image**2, np.ones_like(weights), mode="constant")))
    b = selectivity / (selectivity + 1)
    return selectivity * np.clip((e - b * v) / (1 + b * v), 0, None)


# 9.8 ----------------------------------------------------------------------------------


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    best = np.argsort(-np.asarray(scores), axis=1, kind="stable")[:, :k]
    return 1 - np.mean([label in row for label, row in zip(labels, best, strict=True)])


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    best = np.argsort(scores, axis=1)[:, :k]
    return 1 - np.mean([label in row for label, row in zip(labels, best, strict=True)])


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    return float(np.mean((scores > mine).sum(1) >= k))


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    return float(np.mean((scores >= mine).sum(1) >= k))


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    return float(np.mean((scores >= mine).sum(1) <= k))


@fresh("9.8", wrong=True)
def top_k_error(scores, labels, k=5):
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    return 100 * float(np.mean((scores >= mine).sum(1) > k))


@fresh("9.8", wrong=False)
def top_k_error(scores, labels, k=5):
    wrong = 0
    for row, label in zip(np.asarray(scores).tolist(), np.asarray(labels).tolist(), strict=True):
        others = [s for c, s in enumerate(row) if c != label]
        wrong += sum(s >= row[label] for s in others) >= k
    return wrong / len(labels)


@fresh("9.8", wrong=False)
def top_k_error(scores, labels, k=5):
    scores, labels = np.asarray(scores, dtype=np.float64), np.asarray(labels)
    lowered = scores.copy()
    rows = np.arange(len(labels))
    better = np.delete(lowered.ravel(), rows * scores.shape[1] + labels).reshape(len(labels), -1)
    return (np.sum(better >= scores[rows, labels][:, None], axis=1) > k - 1).mean()
