"""Answers to lab 03 by somebody who did not write its catalogue."""

import numpy as np
from scipy.special import expit
from scipy.special import softmax as probabilities

from coursekit.labs.author.fresh import fresh


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    return {"x": x, "y": y, "z": z, "q": q, "f": q * z}, {"x": 1, "y": 1, "z": q, "q": z, "f": 1}


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    return values, {"x": z * x, "y": z * y, "z": q, "q": z, "f": 1}


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    return values, {"x": q, "y": q, "z": z, "q": q, "f": 1}


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    f = q * z
    values = {"x": x, "y": y, "z": z, "q": q, "f": f}
    return values, {"x": f * z, "y": f * z, "z": f * q, "q": f * z, "f": f}


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    return {"x": z, "y": z, "z": q, "q": z, "f": 1}, values


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    return values, {"x": z, "y": z, "z": x, "q": z, "f": 1}


@fresh("3.1", wrong=True)
def sum_and_product(x, y, z):
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    return values, {"x": z / 2, "y": z / 2, "z": q, "q": z, "f": 1}


@fresh("3.1", wrong=False)
def sum_and_product(x, y, z):
    v = dict(x=x, y=y, z=z)
    v["q"] = v["x"] + v["y"]
    v["f"] = v["q"] * v["z"]
    g = dict.fromkeys(v, 0)
    g["f"] += 1
    g["q"] += g["f"] * v["z"]
    g["z"] += g["f"] * v["q"]
    for k in "xy":
        g[k] += g["q"]
    return v, g


@fresh("3.1", wrong=False)
def sum_and_product(x, y, z):
    names = ["x", "y", "z", "q", "f"]
    values = [x, y, z, x + y, x * z + y * z]
    slopes = [float(z), float(z), float(x + y), float(z), 1.0]
    return [dict(zip(names, numbers, strict=True)) for numbers in (values, slopes)]


def _chain(x, w1, w2):
    h1 = w1 * x
    o1 = expit(h1)
    h2 = w2 * o1
    o = expit(h2)
    values = dict(x=x, w1=w1, h1=h1, o1=o1, w2=w2, h2=h2, o=o, L=-np.log(o))
    g = {"L": 1.0, "o": -1 / o}
    g["h2"] = g["o"] * o * (1 - o)
    g["w2"], g["o1"] = g["h2"] * o1, g["h2"] * w2
    g["h1"] = g["o1"] * o1 * (1 - o1)
    g["w1"], g["x"] = g["h1"] * x, g["h1"] * w1
    return values, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    g["o"] = 1 / v["o"]
    g["h2"] = g["o"] * v["o"] * (1 - v["o"])
    g["w2"], g["o1"] = g["h2"] * v["o1"], g["h2"] * w2
    g["h1"] = g["o1"] * v["o1"] * (1 - v["o1"])
    g["w1"], g["x"] = g["h1"] * x, g["h1"] * w1
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    s = expit(v["o1"])
    g["h1"] = g["o1"] * s * (1 - s)
    g["w1"], g["x"] = g["h1"] * x, g["h1"] * w1
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    g["h1"] = g["o1"]
    g["w1"], g["x"] = g["h1"] * x, g["h1"] * w1
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    g["w2"], g["o1"] = g["h2"] * w2, g["h2"] * v["o1"]
    g["h1"] = g["o1"] * v["o1"] * (1 - v["o1"])
    g["w1"], g["x"] = g["h1"] * w1, g["h1"] * x
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    local = {
        "L": 1.0,
        "o": -1 / v["o"],
        "h2": v["o"] * (1 - v["o"]),
        "o1": w2,
        "w2": v["o1"],
        "h1": v["o1"] * (1 - v["o1"]),
        "w1": x,
        "x": w1,
    }
    return v, local


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    v["L"] = np.log(v["o"])
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    g["w2"] = g["h2"] * v["h1"]
    return v, g


@fresh("3.2", wrong=True)
def chain(x, w1, w2):
    v, g = _chain(x, w1, w2)
    del g["x"]
    return v, g


@fresh("3.2", wrong=False)
def chain(x, w1, w2):
    v, _ = _chain(x, w1, w2)
    miss = v["o"] - 1
    below = miss * w2 * v["o1"] * (1 - v["o1"])
    return v, {
        "x": below * w1,
        "w1": below * x,
        "h1": below,
        "o1": miss * w2,
        "w2": miss * v["o1"],
        "h2": miss,
        "o": -1 / v["o"],
        "L": 1,
    }


@fresh("3.2", wrong=False)
def chain(x, w1, w2):
    def sigma(t):
        return 0.5 * (1 + np.tanh(t / 2))

    h1 = np.multiply(w1, x)
    o1 = sigma(h1)
    h2 = np.multiply(w2, o1)
    o = sigma(h2)
    L = np.logaddexp(0, -h2)
    g = [1.0]
    for local in (-1 / o, o * sigma(-h2), w2, o1 * sigma(-h1), x):
        g.append(g[-1] * local)
    grads = dict(zip(("L", "o", "h2", "o1", "h1", "w1"), g, strict=True))
    grads.update(w2=grads["h2"] * o1, x=grads["h1"] * w1)
    return {"x": x, "w1": w1, "h1": h1, "o1": o1, "w2": w2, "h2": h2, "o": o, "L": L}, grads


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        y = x.copy()
        y[i] += h
        g[i] = (f(y) - f(x)) / h
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, "float32")
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = f(up) - f(down) / 2 * h
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        g[i] = (up - f(x)) / (2 * h)
        x[i] += h
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros(x.shape)
    up, down = x.copy(), x.copy()
    for i in np.ndindex(x.shape):
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, float)
    g = []
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g.append((f(up) - f(down)) / (2 * h))
    return np.array(g)


@fresh("3.3", wrong=True)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = h * max(1.0, abs(x[i])) if x[i] else h
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("3.3", wrong=False)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype="float64")
    steps = h * np.eye(x.size).reshape((x.size,) + x.shape)
    return np.reshape([(f(x + s) - f(x - s)) / (2 * h) for s in steps], x.shape).astype(float)


@fresh("3.3", wrong=False)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=np.float64)
    g = np.zeros(x.shape)
    with np.nditer(x, flags=["multi_index"]) as walk:
        for value in walk:
            i = walk.multi_index
            ends = []
            for way in (+1, -1):
                moved = np.array(x)
                moved[i] = value + way * h
                ends.append(float(f(moved)))
            g[i] = (ends[0] - ends[1]) / (h + h)
    return g


def _delta(x, t, w_hidden, w_out):
    x, t, w_hidden, w_out = (np.array(v, float) for v in (x, t, w_hidden, w_out))
    a = expit(w_hidden @ x)
    o = expit(w_out @ a)
    return x, t, w_hidden, w_out, a, o


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (o - t) * o * (1 - o)
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    return w_hidden + eta * np.outer(d_hidden, x), w_out + eta * np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = t - o
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    return w_hidden + eta * np.outer(d_hidden, x), w_out + eta * np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * o * (1 - o)
    w_out = w_out + eta * np.outer(d_out, a)
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    return w_hidden + eta * np.outer(d_hidden, x), w_out


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * o * (1 - o)
    d_hidden = w_out.T @ d_out
    return w_hidden + eta * np.outer(d_hidden, x), w_out + eta * np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * o * (1 - o)
    d_hidden = d_out.sum() * w_out.sum(axis=0) * a * (1 - a)
    return w_hidden + eta * np.outer(d_hidden, x), w_out + eta * np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * expit(o) * (1 - expit(o))
    d_hidden = (w_out.T @ d_out) * expit(a) * (1 - expit(a))
    return w_hidden + eta * np.outer(d_hidden, x), w_out + eta * np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, _, _, a, o = _delta(x, t, w_hidden, w_out)
    w_hidden, w_out = np.asarray(w_hidden, float), np.asarray(w_out, float)
    d_out = (t - o) * o * (1 - o)
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    w_hidden += eta * np.outer(d_hidden, x)
    w_out += eta * np.outer(d_out, a)
    return w_hidden, w_out


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * o * (1 - o)
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    return w_hidden + np.outer(d_hidden, x), w_out + np.outer(d_out, a)


@fresh("3.4", wrong=True)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    d_out = (t - o) * o * (1 - o)
    d_hidden = (w_out.T @ d_out) * a * (1 - a)
    return eta * np.outer(d_hidden, x), eta * np.outer(d_out, a)


@fresh("3.4", wrong=False)
def delta_step(x, t, w_hidden, w_out, eta):
    d, m, k = len(x), len(w_hidden), len(w_out)
    a = [expit(sum(w_hidden[j][i] * x[i] for i in range(d))) for j in range(m)]
    o = [expit(sum(w_out[n][j] * a[j] for j in range(m))) for n in range(k)]
    out = [(t[n] - o[n]) * o[n] * (1 - o[n]) for n in range(k)]
    hidden = [sum(w_out[n][j] * out[n] for n in range(k)) * a[j] * (1 - a[j]) for j in range(m)]
    return (
        np.array([[w_hidden[j][i] + eta * hidden[j] * x[i] for i in range(d)] for j in range(m)]),
        np.array([[w_out[n][j] + eta * out[n] * a[j] for j in range(m)] for n in range(k)]),
    )


@fresh("3.4", wrong=False)
def delta_step(x, t, w_hidden, w_out, eta):
    x, t, w_hidden, w_out, a, o = _delta(x, t, w_hidden, w_out)
    column = ((o - t) * (o - o**2))[:, None]
    slope_out = column * a[None, :]
    slope_hidden = (column * w_out).sum(axis=0)[:, None] * (a - a * a)[:, None] * x
    return w_hidden - eta * slope_hidden, w_out - eta * slope_out


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    while g.ndim > len(shape):
        g = g.mean(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.mean(axis=i, keepdims=True)
    return g


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    while g.ndim > len(shape):
        g = g.sum(axis=-1)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    while g.ndim > len(shape):
        g = g[0]
    for i, n in enumerate(shape):
        if n == 1:
            g = g.take([0], axis=i)
    return g


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    return np.resize(g, shape)


@fresh("3.5", wrong=True)
def unbroadcast(g, shape):
    g = np.asarray(g)
    return g.sum(axis=0) if g.shape != tuple(shape) else g


def _unbroadcast(g, shape):
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


@fresh("3.5", wrong=True)
def pull_multiply(g, a, b):
    return g * b, g * a


@fresh("3.5", wrong=True)
def pull_multiply(g, a, b):
    return _unbroadcast(g * a, a.shape), _unbroadcast(g * b, b.shape)


@fresh("3.5", wrong=True)
def pull_multiply(g, a, b):
    return _unbroadcast(g, a.shape) * b, _unbroadcast(g, b.shape) * a


@fresh("3.5", wrong=True)
def pull_matmul(g, a, b):
    return b.T @ g.T, g.T @ a.T


@fresh("3.5", wrong=True)
def pull_matmul(g, a, b):
    return a.T @ g, g @ b.T


@fresh("3.5", wrong=True)
def pull_matmul(g, a, b):
    return g @ b, a @ g


@fresh("3.5", wrong=True)
def pull_matmul(g, a, b):
    return g @ b.T / len(g), a.T @ g / len(g)


@fresh("3.5", wrong=False)
def unbroadcast(g, shape):
    g = np.array(g, float)
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    for axis in range(g.ndim):
        if full[axis] == 1 and g.shape[axis] != 1:
            g = np.add.reduce(g, axis=axis, keepdims=True)
    return g.reshape(shape)


@fresh("3.5", wrong=False)
def unbroadcast(g, shape):
    out = np.zeros(shape)
    np.add.at(np.broadcast_to(out, np.shape(g)), (), 0) if False else None
    places = np.broadcast_to(np.arange(out.size).reshape(shape), np.shape(g))
    return np.bincount(places.ravel(), np.ravel(g), minlength=out.size).reshape(shape)


@fresh("3.5", wrong=False)
def pull_matmul(g, a, b):
    return np.einsum("nm,km->nk", g, b), np.einsum("nk,nm->km", a, g)


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    outputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        x = forward(x, w)
        outputs.append(x)
    g, grads = loss_gradient(x), []
    for (_, backward), w, out in zip(modules[::-1], weights[::-1], outputs[::-1], strict=True):
        g, dw = backward(out, w, g)
        grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = loss_gradient(x), []
    for (_, backward), w, i in zip(modules[::-1], weights[::-1], inputs[::-1], strict=True):
        g, dw = backward(i, w, g)
        grads.append(dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = loss_gradient(x), []
    for (_, backward), w, i in zip(modules[::-1], weights[::-1], inputs[::-1], strict=True):
        dx, dw = backward(i, w, g)
        grads.insert(0, dw)
    return grads, dx


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = np.ones_like(x), []
    for (_, backward), w, i in zip(modules[::-1], weights[::-1], inputs[::-1], strict=True):
        g, dw = backward(i, w, g)
        grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = loss_gradient(x), []
    modules.reverse()
    weights.reverse()
    for (_, backward), w, i in zip(modules, weights, inputs[::-1], strict=True):
        g, dw = backward(i, w, g)
        grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = loss_gradient(x), []
    for (_, backward), w, i in zip(modules[::-1], weights[::-1], inputs[::-1], strict=True):
        g, dw = backward(i, w, g)
        if dw is not None:
            grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    inputs = []
    for (forward, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward(x, w)
    g, grads = loss_gradient(x), []
    for (_, backward), w, i in zip(modules[::-1], weights[::-1], inputs[::-1], strict=True):
        dw, g = backward(i, w, g)
        grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=True)
def backpropagate(modules, weights, x, loss_gradient):
    out = x
    for (forward, _), w in zip(modules, weights, strict=True):
        out = forward(out, w)
    g, grads = loss_gradient(out), []
    for (_, backward), w in zip(modules[::-1], weights[::-1], strict=True):
        g, dw = backward(x, w, g)
        grads.insert(0, dw)
    return grads, g


@fresh("3.6", wrong=False)
def backpropagate(modules, weights, x, loss_gradient):
    def down(i, value):
        if i == len(modules):
            return [], loss_gradient(value)
        forward, backward = modules[i]
        later, g = down(i + 1, forward(value, weights[i]))
        g, dw = backward(value, weights[i], g)
        return [dw, *later], g

    return down(0, x)


@fresh("3.6", wrong=False)
def backpropagate(modules, weights, x, loss_gradient):
    states = {0: x}
    for i in range(len(modules)):
        states[i + 1] = modules[i][0](states[i], weights[i])
    n = len(modules)
    grads = [None] * n
    g = loss_gradient(states[n])
    while n > 0:
        n -= 1
        g, grads[n] = modules[n][1](states[n], weights[n], g)
    return grads, g


def _back_matmul(g, a, b):
    return g @ b.T, a.T @ g


_PULLS = {
    "+": lambda g, a, b: (_unbroadcast(g, a.shape), _unbroadcast(g, b.shape)),
    "*": lambda g, a, b: (_unbroadcast(g * b, a.shape), _unbroadcast(g * a, b.shape)),
    "@": _back_matmul,
    "exp": lambda g, a: (g * np.exp(a),),
    "log": lambda g, a: (g / a,),
    "relu": lambda g, a: (g * (a > 0),),
}


class _Node:
    __array_priority__ = 100

    def __init__(self, data, inputs=(), pull=None):
        self.data, self.inputs, self.pull = np.asarray(data), tuple(inputs), pull
        self.grad = np.zeros(self.data.shape)

    def _of(self, f, name, *inputs):
        cls = type(self)
        inputs = [v if isinstance(v, cls) else cls(v) for v in inputs]
        return cls(f(*(v.data for v in inputs)), inputs, _PULLS[name])

    def __add__(self, other):
        return self._of(np.add, "+", self, other)

    def __mul__(self, other):
        return self._of(np.multiply, "*", self, other)

    def __matmul__(self, other):
        return self._of(np.matmul, "@", self, other)

    def __rmatmul__(self, other):
        return self._of(np.matmul, "@", other, self)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def exp(self):
        return self._of(np.exp, "exp", self)

    def log(self):
        return self._of(np.log, "log", self)

    def relu(self):
        return self._of(lambda a: np.maximum(a, 0), "relu", self)

    __radd__, __rmul__ = __add__, __mul__

    def _order(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for v in node.inputs:
                    visit(v)
                order.append(node)

        visit(self)
        return order


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        self.grad = np.ones(self.data.shape)
        for node in reversed(self._order()):
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = share


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        self.grad = np.ones(self.data.shape)
        for node in reversed(self._order()):
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = v.grad + share


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        order = self._order()
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        for node in order:
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = v.grad + share


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        order = self._order()
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = 1.0
        for node in reversed(order):
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = v.grad + share


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        # breadth first: each node as soon as one user has been seen
        self.grad = np.ones(self.data.shape)
        queue, done = [self], set()
        for node in self._order()[:-1]:
            node.grad = np.zeros(node.data.shape)
        while queue:
            node = queue.pop(0)
            if id(node) in done or node.pull is None:
                continue
            done.add(id(node))
            shares = node.pull(node.grad, *(v.data for v in node.inputs))
            for v, share in zip(node.inputs, shares, strict=True):
                v.grad = v.grad + share
                queue.append(v)


@fresh("3.7", wrong=True)
class Value(_Node):
    def backward(self):
        order = self._order()
        for node in order:
            node.grad = None
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    if v.grad is None:
                        v.grad = share
                    else:
                        v.grad += share


def _value(data):
    """A leaf of whatever class `Value` is where the answer is used."""
    return data


@fresh("3.7", wrong=True)
def topological_order(root):
    order = []

    def visit(node):
        for v in node.inputs:
            visit(v)
        order.append(node)

    visit(root)
    return order


@fresh("3.7", wrong=True)
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            for v in node.inputs:
                visit(v)

    visit(root)
    return order


@fresh("3.7", wrong=True)
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for v in node.inputs:
                visit(v)
            order.append(node)

    visit(root)
    return order[:-1]


@fresh("3.7", wrong=True)
def topological_order(root):
    layer, order = [root], []
    while layer:
        order = [n for n in layer if all(n is not m for m in order)] + order
        layer = [v for n in layer for v in n.inputs]
    return order


@fresh("3.7", wrong=True)
def record(forward_operation, pull, *inputs):
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    values = [v for v in inputs if isinstance(v, kind)]
    data = [v.data if isinstance(v, kind) else v for v in inputs]
    return kind(forward_operation(*data), values, pull)


@fresh("3.7", wrong=True)
def record(forward_operation, pull, *inputs):
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    values = [v if isinstance(v, kind) else kind(v) for v in inputs]
    return kind(forward_operation(*(v.data for v in values)), values)


@fresh("3.7", wrong=True)
def record(forward_operation, pull, *inputs):
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    values = [kind(v.data) if isinstance(v, kind) else kind(v) for v in inputs]
    return kind(forward_operation(*(v.data for v in values)), values, pull)


@fresh("3.7", wrong=False)
def topological_order(root):
    order, done, stack = [], set(), [(root, iter(root.inputs))]
    started = {id(root)}
    while stack:
        node, rest = stack[-1]
        for v in rest:
            if id(v) not in started:
                started.add(id(v))
                stack.append((v, iter(v.inputs)))
                break
        else:
            stack.pop()
            if id(node) not in done:
                done.add(id(node))
                order.append(node)
    return order


@fresh("3.7", wrong=False)
class Value(_Node):
    def backward(self):
        order = self._order()
        shares = {id(node): [] for node in order}
        shares[id(self)].append(np.ones_like(self.data, dtype=float))
        while order:
            node = order.pop()
            node.grad = sum(shares[id(node)], np.zeros(node.data.shape))
            if node.pull:
                given = node.pull(node.grad, *[v.data for v in node.inputs])
                for v, share in zip(node.inputs, given, strict=True):
                    shares[id(v)].append(share)


def _net(params, x, labels):
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    p = probabilities(h @ w2 + b2, axis=1)
    onehot = np.eye(p.shape[1])[labels]
    return w1, b1, w2, b2, net, h, p, onehot, len(x)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = p - onehot
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = ds @ w2.T
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (onehot - p) / n
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = (ds @ w2.T) * h
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = (ds @ w2.T) * (net >= 0)
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    e = np.exp(h @ w2 + b2)
    ds = (e / e.sum(axis=1, keepdims=True) - np.eye(w2.shape[1])[labels]) / len(x)
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.mean(axis=0), h.T @ ds, ds.mean(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0), net.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = -onehot / p / n
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@fresh("3.8", wrong=True)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = (p - onehot) / n
    d = (ds @ w2.T) * (net > 0)
    return x.T @ d, d.sum(axis=0, keepdims=True), h.T @ ds, ds.sum(axis=0, keepdims=True)


@fresh("3.8", wrong=False)
def network_gradients(params, x, labels):
    w1, b1, w2, b2 = params
    total = [np.zeros(np.shape(a)) for a in params]
    for row, label in zip(x, labels, strict=True):
        net = row @ w1 + b1
        h = np.where(net > 0, net, 0.0)
        s = h @ w2 + b2
        p = np.exp(s - np.logaddexp.reduce(s))
        p[label] -= 1
        back = w2 @ p
        back[net <= 0] = 0
        for t, g in zip(total, (np.outer(row, back), back, np.outer(h, p), p), strict=True):
            t += g / len(x)
    return tuple(total)


@fresh("3.8", wrong=False)
def network_gradients(params, x, labels):
    w1, b1, w2, b2, net, h, p, onehot, n = _net(params, x, labels)
    ds = p / n - onehot / n
    d = np.einsum("nc,mc,nm->nm", ds, w2, np.heaviside(net, 0.0))
    one = np.ones(n)
    return [np.dot(x.T, d), one @ d, np.dot(h.T, ds), one @ ds]
