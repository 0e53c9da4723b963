"""Answers to lab 21 by somebody who did not write its catalogue."""

import math
import statistics

import numpy as np
from scipy.stats import linregress

from coursekit.labs.author.fresh import fresh

# 21.1 ---------------------------------------------------------------------------------


def _times(layer, batch, gflops, gb, size, ops=2, share_w=True, act=True, bits=1):
    computing = ops * layer["multiply_adds"] * batch / (gflops * 1e9)
    numbers = layer["weights"] * (1 if share_w else batch) + (
        layer["activations"] * batch if act else 0
    )
    return computing, bits * size * numbers / (gb * 1e9)


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return sum(_times(layer, batch, gflops, gb_per_s, size))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return min(_times(layer, batch, gflops, gb_per_s, size))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, size, ops=1))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, size, share_w=False))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, size, act=False))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, 4))


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, size)) / batch


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    numbers = layer["weights"] + layer["activations"]
    return max(
        2 * layer["multiply_adds"] * batch / (gflops * 1e9), size * numbers / (gb_per_s * 1e9)
    )


@fresh("21.1", wrong=True)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    return max(_times(layer, batch, gflops, gb_per_s, size, bits=8))


def _enough(layer, gflops, gb, size, rounding=math.ceil, none=True, ops=2):
    a = ops * layer["multiply_adds"] / (gflops * 1e9)
    m, f = (size * layer[k] / (gb * 1e9) for k in ("activations", "weights"))
    if a <= m:
        return None if none else math.inf
    return rounding(f / (a - m))


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    return _enough(layer, gflops, gb_per_s, size, rounding=math.floor)


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    return _enough(layer, gflops, gb_per_s, size, rounding=lambda v: math.floor(v) + 1)


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    return _enough(layer, gflops, gb_per_s, size, none=False)


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    return _enough(layer, gflops, gb_per_s, size, ops=1)


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    a = 2 * layer["multiply_adds"] / (gflops * 1e9)
    f = size * layer["weights"] / (gb_per_s * 1e9)
    return math.ceil(f / a)


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    for b in range(1, 100):
        a, m = _times(layer, b, gflops, gb_per_s, size)
        if a >= m:
            return b
    return None


@fresh("21.1", wrong=True)
def enough_images(layer, gflops, gb_per_s, size=4):
    return _enough(layer, gflops, gb_per_s, size, rounding=lambda v: v)


@fresh("21.1", wrong=False)
def layer_seconds(layer, batch, gflops, gb_per_s, size=4):
    giga = 10.0**9
    compute = (
        layer["multiply_adds"] * batch / giga / gflops
        + layer["multiply_adds"] * batch / giga / gflops
    )
    traffic = sum([layer["weights"], batch * layer["activations"]]) / giga * size / gb_per_s
    return compute if compute > traffic else traffic


@fresh("21.1", wrong=False)
def enough_images(layer, gflops, gb_per_s, size=4):
    def enough(b):
        a, m = _times(layer, b, gflops, gb_per_s, size)
        return a >= m

    high = 1
    while not enough(high):
        high *= 2
        if high > 2**80:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# 21.2 ---------------------------------------------------------------------------------


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen = []
    for _ in range(repeats):
        t = clock()
        step()
        seen.append(clock() - t)
    return float(np.median(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    t = clock()
    for _ in range(repeats):
        wait(step())
    return (clock() - t) / repeats


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        step()
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(np.median(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(np.mean(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(min(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(sorted(seen)[len(seen) // 2])


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(np.median(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen = []
    for _ in range(repeats):
        promise = step()
        t = clock()
        wait(promise)
        seen.append(clock() - t)
    return float(np.median(seen))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    seen = []
    for _ in range(repeats):
        t = clock()
        wait(step())
        seen.append(clock() - t)
    return float(np.median(seen[warmup:]))


@fresh("21.2", wrong=True)
def honest_seconds(step, wait, clock, warmup, repeats):
    for _ in range(warmup):
        wait(step())
    seen, last = [], clock()
    for _ in range(repeats):
        wait(step)
        now = clock()
        seen.append(now - last)
        last = now
    return float(np.median(seen))


@fresh("21.2", wrong=False)
def honest_seconds(step, wait, clock, warmup, repeats):
    seen = []
    for k in range(warmup + repeats):
        start = clock() if k >= warmup else None
        wait(step())
        if start is not None:
            seen.append(clock() - start)
    return statistics.median(seen)


@fresh("21.2", wrong=False)
def honest_seconds(step, wait, clock, warmup, repeats):
    promise = None
    for _ in range(warmup):
        promise = step()
        wait(promise)
    seen = np.zeros(repeats)
    for k in range(repeats):
        seen[k] = -clock()
        wait(step())
        seen[k] += clock()
    seen.sort()
    return (seen[(repeats - 1) // 2] + seen[repeats // 2]) / 2


# 21.3 ---------------------------------------------------------------------------------


def _round_to(x, e, f, sub=True, rint=np.round, inf=True, bias=0, extra=0, low=None):
    x = np.asarray(x, float)
    most = 2 ** (e - 1) - 1 + bias
    with np.errstate(all="ignore"):
        k = np.floor(np.log2(np.abs(x)))
        k = np.where(np.isfinite(k), k, 0)
        if sub:
            k = np.maximum(k, 1 - most)
        gap = 2.0 ** (k - f - extra)
        near = rint(x / gap) * gap
        if low is not None:
            near = np.where(np.abs(near) < low, 0.0, near)
        top = (2 - 2.0**-f) * 2.0**most
        if inf:
            near = np.where(np.abs(near) > top, np.copysign(np.inf, x), near)
    return np.where(np.isnan(x), x, near)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(x, exponent_bits, fraction_bits, sub=False)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(x, exponent_bits, fraction_bits, rint=np.trunc)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(
        x, exponent_bits, fraction_bits, rint=lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5)
    )


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(x, exponent_bits, fraction_bits, inf=False)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    top = (2 - 2.0**-fraction_bits) * 2.0 ** (2 ** (exponent_bits - 1) - 1)
    return np.clip(_round_to(x, exponent_bits, fraction_bits, inf=False), -top, top)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(x, exponent_bits, fraction_bits, extra=1)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return _round_to(x, exponent_bits, fraction_bits, bias=1)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    low = 2.0 ** (2 - 2 ** (exponent_bits - 1))
    return _round_to(x, exponent_bits, fraction_bits, low=low)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return np.asarray(x, np.float16).astype(float)


@fresh("21.3", wrong=True)
def round_to(x, exponent_bits, fraction_bits):
    return np.round(np.asarray(x, float) * 2.0**fraction_bits) / 2.0**fraction_bits


def _scaled(
    w, g, scale, rate, clip, unscale="first", each=False, skip=True, half=True, always=False
):
    if skip and not np.isfinite(g).all():
        return np.array(w), scale / 2 if half else scale
    s = np.asarray(g, np.float32)
    if unscale == "first":
        s = s / scale
    if each:
        s = np.clip(s, -clip, clip)
    else:
        n = np.linalg.norm(s)
        if n > clip or always:
            s = s * (clip / n)
    if unscale == "last":
        s = s / scale
    return np.asarray(w) - rate * s, float(scale)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, unscale="last")


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, unscale="never")


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, each=True)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, skip=False)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, half=False)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    return _scaled(weights, gradient, scale, rate, clip, always=True)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    w, s = _scaled(weights, gradient, scale, rate, clip)
    return np.asarray(w, np.float16), s


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    if np.isnan(gradient).any():
        return np.array(weights), scale / 2
    return _scaled(weights, gradient, scale, rate, clip, skip=False)


@fresh("21.3", wrong=True)
def scaled_step(weights, gradient, scale, rate, clip):
    g = np.asarray(gradient, np.float16) / np.float16(scale)
    if not np.isfinite(gradient).all():
        return np.array(weights), scale / 2
    n = np.linalg.norm(g)
    g = g * np.float16(clip / n) if n > clip else g
    return np.asarray(weights) - np.float32(rate) * g, float(scale)


@fresh("21.3", wrong=False)
def round_to(x, exponent_bits, fraction_bits):
    def one(v):
        if v == 0 or not math.isfinite(v):
            return v
        most = 2 ** (exponent_bits - 1) - 1
        m, k = math.frexp(abs(v))
        k = max(k - 1, 1 - most)
        units = round(math.ldexp(abs(v), fraction_bits - k))
        out = math.ldexp(units, k - fraction_bits)
        top = math.ldexp(2 ** (fraction_bits + 1) - 1, most - fraction_bits)
        return math.copysign(math.inf if out > top else out, v)

    x = np.asarray(x, float)
    return np.array([one(float(v)) for v in x.ravel()]).reshape(x.shape)


@fresh("21.3", wrong=False)
def scaled_step(weights, gradient, scale, rate, clip):
    slope = np.asarray(gradient, np.float64) / scale
    length = math.sqrt(float(np.sum(slope * slope)))
    if not math.isfinite(length):
        return np.asarray(weights, float).copy(), 0.5 * scale
    return np.asarray(weights, float) - rate * slope * min(1.0, clip / max(length, 1e-300)), scale


# 21.4 ---------------------------------------------------------------------------------


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    return np.mean(gradients, axis=0)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    share = np.asarray(rows, float) / np.sum(rows)
    return np.tensordot(share, np.asarray(gradients, float), 1)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    return sum(np.asarray(g, float) * n for g, n in zip(gradients, rows, strict=True) if n)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    kept = [np.asarray(g, float) for g, n in zip(gradients, rows, strict=True) if n]
    return np.mean(kept, axis=0)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    total = sum(np.asarray(g, float) * n for g, n in zip(gradients, rows, strict=True) if n)
    return total / len(rows)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    return sum(np.asarray(g, float) for g, n in zip(gradients, rows, strict=True) if n)


@fresh("21.4", wrong=True)
def combine(gradients, rows):
    clean = np.nan_to_num(np.asarray(gradients, float))
    return np.tensordot(np.asarray(rows, float), clean, 1) / (len(rows) * max(rows))


def _pooled(m, v, rows, between=True, weighted=True, ddof=0, sign=1):
    m, v, n = np.asarray(m, float), np.asarray(v, float), np.asarray(rows, float)[:, None]
    s = n / n.sum() if weighted else np.full_like(n, 1 / len(n))
    mean = (s * m).sum(0)
    var = (s * (v + (sign * (m - mean) ** 2 if between else 0))).sum(0)
    return mean, var * n.sum() / (n.sum() - ddof)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    return _pooled(means, variances, rows, between=False)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    return _pooled(means, variances, rows, weighted=False)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    return _pooled(means, variances, rows, ddof=1)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    return _pooled(means, variances, rows, sign=-1)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    mean, _ = _pooled(means, variances, rows)
    return mean, np.var(means, axis=0)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    m, v, n = (
        np.asarray(means, float),
        np.asarray(variances, float),
        np.asarray(rows, float)[:, None],
    )
    mean = (n * m).sum(0) / n.sum()
    return mean, ((n - 1) * v + n * (m - mean) ** 2).sum(0) / (n.sum() - 1)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    mean, var = _pooled(means, variances, rows)
    return mean, np.sqrt(var)


@fresh("21.4", wrong=True)
def pooled(means, variances, rows):
    m, v, n = (
        np.asarray(means, float),
        np.asarray(variances, float),
        np.asarray(rows, float)[:, None],
    )
    middle = m.mean(0)
    mean = (n * m).sum(0) / n.sum()
    return mean, (n * (v + (m - middle) ** 2)).sum(0) / n.sum()


@fresh("21.4", wrong=False)
def combine(gradients, rows):
    kept = [k for k in range(len(rows)) if rows[k] != 0]
    return np.average(
        [np.asarray(gradients[k], float) for k in kept], axis=0, weights=[rows[k] for k in kept]
    )


@fresh("21.4", wrong=False)
def pooled(means, variances, rows):
    m, v, n = np.asarray(means, float), np.asarray(variances, float), np.asarray(rows)
    first = n @ m / n.sum()
    second = n @ (v + m * m) / n.sum()
    return [first, second - first**2]


# 21.5 ---------------------------------------------------------------------------------


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    # whole arrays go round
    n = len(arrays)
    totals = [np.array(a, float) for a in arrays]
    moving = [np.array(a, float) for a in arrays]
    for _ in range(n - 1):
        arrived = [np.asarray(send(d, moving[d])) for d in range(n)]
        moving = [arrived[(d - 1) % n] for d in range(n)]
        totals = [t + m for t, m in zip(totals, moving, strict=True)]
    return totals


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    total = np.sum([np.asarray(a, float) for a in arrays], axis=0)
    return [total.copy() for _ in arrays]


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    # one after the other, then back round
    n = len(arrays)
    total = np.array(arrays[0], float)
    for d in range(n - 1):
        total = np.asarray(send(d, total)) + arrays[d + 1]
    out = [None] * n
    out[n - 1] = total
    for k in range(n - 1):
        d = (n - 1 + k) % n
        total = np.asarray(send(d, total))
        out[(d + 1) % n] = total
    return out


def _ring(arrays, send, first=None, second=None, add_always=False, start=0, mean=False, shift=0):
    n = len(arrays)
    held = [np.array_split(np.array(a, float), n) for a in arrays]
    for t in range(n - 1 if first is None else first):
        out = [np.asarray(send(d, held[d][(d - t + start) % n])) for d in range(n)]
        for d in range(n):
            held[(d + 1) % n][(d - t + start) % n] = held[(d + 1) % n][(d - t + start) % n] + out[d]
    for t in range(n - 1 if second is None else second):
        out = [np.asarray(send(d, held[d][(d + 1 - t + start + shift) % n])) for d in range(n)]
        for d in range(n):
            k = (d + 1 - t + start + shift) % n
            held[(d + 1) % n][k] = held[(d + 1) % n][k] + out[d] if add_always else out[d]
    done = [np.concatenate(h) for h in held]
    return [v / n for v in done] if mean else done


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, add_always=True)


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, second=0)


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, mean=True)


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, shift=1)


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, first=len(arrays))


@fresh("21.5", wrong=True)
def ring_sum(arrays, send):
    return _ring(arrays, send, first=len(arrays) - 2)


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return (count - 1) * (latency + size * numbers / count / (gb_per_s * 1e9))


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return 2 * (count - 1) * (latency + size * numbers / (gb_per_s * 1e9))


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return latency + 2 * (count - 1) * size * numbers / count / (gb_per_s * 1e9)


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return 2 * count * (latency + size * numbers / count / (gb_per_s * 1e9))


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return 2 * (count - 1) * (latency + numbers / count / (gb_per_s * 1e9))


@fresh("21.5", wrong=True)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    return 2 * (count - 1) * count * (latency + size * numbers / count / (gb_per_s * 1e9))


@fresh("21.5", wrong=False)
def ring_sum(arrays, send):
    return _ring(arrays, send)


@fresh("21.5", wrong=False)
def ring_sum(arrays, send):
    n, size = len(arrays), len(arrays[0])
    cuts = [len(p) for p in np.array_split(np.zeros(size), n)]
    ends = np.cumsum([0, *cuts])
    mine = [np.array(a, dtype=float) for a in arrays]
    for half in ("add", "put"):
        for t in range(n - 1):
            box = {}
            for d in range(n):
                k = (d - t + (1 if half == "put" else 0)) % n
                box[(d + 1) % n] = k, send(d, mine[d][ends[k] : ends[k + 1]].copy())
            for d, (k, numbers) in box.items():
                here = slice(ends[k], ends[k + 1])
                mine[d][here] = numbers + (mine[d][here] if half == "add" else 0)
    return mine


@fresh("21.5", wrong=False)
def ring_seconds(numbers, count, latency, gb_per_s, size=4):
    piece = numbers / count * size
    each = latency + piece / gb_per_s * 1e-9
    return sum(each for _ in range(count - 1)) + (count - 1) * each


# 21.6 ---------------------------------------------------------------------------------


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    a = (alone + shared) / (alone + shared / p)
    return a, (alone + p * shared) / (alone + shared / p)


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    return 1 / (alone + shared / p), alone + p * shared


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    a = (alone + shared) / (alone + shared / p)
    return (alone + p * shared) / (alone + shared), a


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    a = (alone + shared) / (alone / p + shared)
    return a, (shared + p * alone) / (alone + shared)


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    a = (alone + shared) / (alone + shared / p)
    return a, p * a


@fresh("21.6", wrong=True)
def speed_ups(alone, shared, p):
    return (alone + shared) / ((alone + shared) / p), (alone + p * shared) / (alone + shared)


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    s, a = np.polyfit(np.asarray(counts, float), np.asarray(seconds, float), 1)
    return float(a / (a + s))


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    s, a = np.polyfit(1 / np.asarray(counts, float), np.asarray(seconds, float), 1)
    return float(s / (a + s))


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    s, a = np.polyfit(1 / np.asarray(counts, float), np.asarray(seconds, float), 1)
    return float(a / s)


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    s, a = np.polyfit(1 / np.asarray(counts, float), np.asarray(seconds, float), 1)
    return float(a)


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    c, t = np.asarray(counts, float), np.asarray(seconds, float)
    shared = (t[0] - t[-1]) / (1 / c[0] - 1 / c[-1])
    alone = t[0] - shared / c[0]
    return float(alone / (alone + shared))


@fresh("21.6", wrong=True)
def lonely_share(counts, seconds):
    s, a = np.polyfit(1 / np.asarray(counts, float), np.asarray(seconds, float), 1)
    return float(a / seconds[0])


def _pipe(prepare, train, room, at="begin", ahead=True, off=0):
    made, free, begun, ended = 0.0, 0.0, [], []
    for i, (m, u) in enumerate(zip(prepare, train, strict=True)):
        k = i - room + off
        gate = (begun if at == "begin" else ended)[k] if 0 <= k < i else 0.0
        made = max(made, gate if ahead else free) + m
        begun.append(max(made, free))
        free = begun[-1] + u
        ended.append(free)
    return float(free)


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return float(sum(prepare) + sum(train))


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return _pipe(prepare, train, room, at="end")


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return _pipe(prepare, train, len(prepare))


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return _pipe(prepare, train, room + 1)


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return float(max(sum(prepare), sum(train)))


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return float(sum(max(a, b) for a, b in zip(prepare, train, strict=True)))


@fresh("21.6", wrong=True)
def pipeline_seconds(prepare, train, room):
    return _pipe(prepare, train, 1)


@fresh("21.6", wrong=False)
def speed_ups(alone, shared, p):
    one = alone + shared
    return np.float64(one / (alone + shared / p)), p - alone / one * (p - 1)


@fresh("21.6", wrong=False)
def lonely_share(counts, seconds):
    line = linregress([1 / c for c in counts], seconds)
    return line.intercept / (line.intercept + line.slope)


@fresh("21.6", wrong=False)
def pipeline_seconds(prepare, train, room):
    n = len(prepare)
    ready, begin, end = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        start = ready[i - 1] if i else 0.0
        if i - room >= 0:
            start = max(start, begin[i - room])
        ready[i] = start + prepare[i]
        begin[i] = max(ready[i], end[i - 1]) if i else ready[i]
        end[i] = begin[i] + train[i]
    return end[-1]


# 21.7 ---------------------------------------------------------------------------------


def _rate(
    step,
    base,
    bb,
    p,
    share,
    n,
    warmup,
    drops,
    scale=True,
    from_zero=False,
    floor=True,
    root=False,
    once=False,
    per_epoch=False,
    late=False,
):
    batch = p * share
    factor = batch / bb if scale else 1
    target = base * (np.sqrt(factor) if root else factor)
    per = n // batch if floor else n / batch
    epoch = step / per
    if per_epoch:
        epoch = step // per
    if epoch < warmup:
        low = 0.0 if from_zero else base
        return low + (target - low) * epoch / warmup
    hit = [epoch > d if late else epoch >= d for d in drops]
    return target / 10 ** (any(hit) if once else sum(hit))


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, from_zero=True)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, root=True)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, floor=False)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, p, p, share, n, warmup, drops)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, once=True)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, per_epoch=True)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, warmup, drops, late=True)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, 1, share, n, warmup, drops)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step, base_rate, base_batch, p, share, n, 0, drops)


@fresh("21.7", wrong=True)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    return _rate(step + 1, base_rate, base_batch, p, share, n, warmup, drops)


@fresh("21.7", wrong=False)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    per = n // (p * share)
    top = base_rate * p * share / base_batch
    if step < warmup * per:
        part = step / (warmup * per)
        return (1 - part) * base_rate + part * top
    for d in drops:
        if step >= d * per:
            top *= 0.1
    return top


@fresh("21.7", wrong=False)
def rate_at(step, base_rate, base_batch, p, share, n, warmup, drops=()):
    steps = n // (p * share)
    top = base_rate * (p * share) / base_batch
    rate = np.interp(step, [0, warmup * steps], [base_rate, top]) if warmup else top
    return np.float64(rate * 10.0 ** -np.sum(step >= steps * np.asarray(drops, float)))


# 21.8 ---------------------------------------------------------------------------------


def _rows(order, step, batch, hosts, host, slices=True, partial=False, whole=False):
    order = np.asarray(order)
    rows = order[step * batch : (step + 1) * batch]
    if len(rows) < batch and not partial:
        return order[:0]
    if whole:
        return rows
    return np.array_split(rows, hosts)[host] if slices else rows[host::hosts]


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    return _rows(order, step, batch, hosts, host, slices=False)


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    return _rows(order, step, batch, hosts, host, partial=True)


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    return _rows(order, step, batch, hosts, host, whole=True)


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    order, share = np.asarray(order), batch // hosts
    part = np.array_split(order, hosts)[host]
    return part[step * share : (step + 1) * share]


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    start = step * batch + host * (batch // hosts)
    out = np.arange(start, start + batch // hosts)
    return out if (step + 1) * batch <= len(order) else out[:0]


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    order = np.asarray(order)
    return order[(np.arange(batch // hosts) + step * batch + host * (batch // hosts)) % len(order)]


@fresh("21.8", wrong=True)
def host_rows(order, step, batch, hosts, host):
    return _rows(order, step, batch, hosts, hosts - 1 - host)


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.std(seeds, axis=0)
    return float(np.max(np.abs(np.subtract(one, other)) / s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.std(seeds, axis=0, ddof=1)
    return float(np.mean(np.abs(np.subtract(one, other)) / s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.std(seeds, axis=0, ddof=1)
    return float(np.max(np.subtract(one, other) / s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.std(seeds, axis=0, ddof=1)
    return float(np.max(np.abs(np.subtract(one, other))) / np.mean(s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.std(seeds, ddof=1)
    return float(np.max(np.abs(np.subtract(one, other)) / s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    s = np.var(seeds, axis=0, ddof=1)
    return float(np.max(np.abs(np.subtract(one, other)) / s))


@fresh("21.8", wrong=True)
def drift(one, other, seeds):
    d = np.abs(np.subtract(one, other))
    k = int(np.argmax(d))
    return float(d[k] / np.std(np.asarray(seeds)[:, k], ddof=1))


@fresh("21.8", wrong=False)
def host_rows(order, step, batch, hosts, host):
    full = len(order) // batch
    if step >= full:
        return np.array([], int)
    table = np.reshape(list(order)[: full * batch], (full, hosts, batch // hosts))
    return table[step, host]


@fresh("21.8", wrong=False)
def drift(one, other, seeds):
    worst = 0.0
    for k in range(len(one)):
        column = [run[k] for run in seeds]
        worst = max(worst, abs(one[k] - other[k]) / statistics.stdev(column))
    return worst
