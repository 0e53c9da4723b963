"""Answers to lab 01 by somebody who did not write its catalogue."""

import copy
import pickle
import tempfile
from pathlib import Path

import keras
import numpy as np
import scipy.spatial
import scipy.special
from keras import layers, ops

from coursekit.labs.author.fresh import fresh


@fresh("1.1", wrong=True)
def channels_first(images):
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


@fresh("1.1", wrong=True)
def channels_first(images):
    return np.swapaxes(images, 1, 3)


@fresh("1.1", wrong=True)
def channels_first(images):
    return np.moveaxis(images, -1, 0)


@fresh("1.1", wrong=True)
def channels_first(images):
    return images.T


@fresh("1.1", wrong=True)
def channels_first(images):
    return np.stack([images[..., c].astype("float32") for c in range(images.shape[3])], axis=1)


@fresh("1.1", wrong=True)
def channels_first(images):
    out = images[:, None, :, :, 0]
    return np.repeat(out, images.shape[3], axis=1)


@fresh("1.1", wrong=True)
def flat_rows(images):
    return images.reshape(len(images), -1).astype("float32") / images.max()


@fresh("1.1", wrong=True)
def flat_rows(images):
    return images.reshape(len(images), -1) / 255


@fresh("1.1", wrong=True)
def flat_rows(images):
    return (images.reshape(len(images), -1) // 255).astype("float32")


@fresh("1.1", wrong=True)
def flat_rows(images):
    x = images.reshape(len(images), -1).astype("float32")
    return (x - x.min(axis=1, keepdims=True)) / (np.ptp(x, axis=1, keepdims=True) + 1e-7)


@fresh("1.1", wrong=True)
def flat_rows(images):
    return images.reshape(-1, len(images)).T.astype("float32") / 255


@fresh("1.1", wrong=True)
def flat_rows(images):
    return images.transpose(0, 2, 1).reshape(len(images), -1).astype("float32") / 255


@fresh("1.1", wrong=True)
def flat_rows(images):
    images = images.reshape(len(images), -1)
    images /= 255
    return images.astype("float32")


@fresh("1.1", wrong=True)
def flat_rows(images):
    return images.reshape(len(images), -1).astype("float32") / 256


@fresh("1.1", wrong=False)
def channels_first(images):
    return np.einsum("nhwc->nchw", images)


@fresh("1.1", wrong=False)
def channels_first(images):
    n, h, w, c = images.shape
    out = np.empty((n, c, h, w), images.dtype)
    for k in range(c):
        out[:, k] = images[:, :, :, k]
    return out


@fresh("1.1", wrong=False)
def flat_rows(images):
    return np.array([(image / 255.0).ravel() for image in images]).astype(np.float32)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    return np.sum((a[:, None] - b[None]) ** 2, axis=2)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    return np.sum((a[:, None] - b[None]).astype(float) ** 2, axis=2)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(float), b.astype(float)
    return np.sqrt(np.sum((a[:, None] - b[None]) ** 2, axis=2))


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(float), b.astype(float)
    return np.sum((b[:, None] - a[None]) ** 2, axis=2)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(float), b.astype(float)
    return np.mean((a[:, None] - b[None]) ** 2, axis=2)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(np.int16), b.astype(np.int16)
    return np.sum((a[:, None] - b[None]) ** 2, axis=2).astype(float)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    return scipy.spatial.distance.cdist(a, b)


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(float), b.astype(float)
    return np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None] - a @ b.T


@fresh("1.2", wrong=True)
def squared_distances(a, b):
    a, b = a.astype(float), b.astype(float)
    return np.array([np.sum((row - b) ** 2) for row in a])


@fresh("1.2", wrong=False)
def squared_distances(a, b):
    return scipy.spatial.distance.cdist(a, b, "sqeuclidean")


@fresh("1.2", wrong=False)
def squared_distances(a, b):
    out = np.zeros((len(a), len(b)))
    for i, p in enumerate(a.tolist()):
        for j, q in enumerate(b.tolist()):
            out[i, j] = sum((u - v) ** 2 for u, v in zip(p, q, strict=True))
    return out


@fresh("1.3", wrong=True)
def dense(x, w, b):
    return x @ w


@fresh("1.3", wrong=True)
def dense(x, w, b):
    return x @ (w + b)


@fresh("1.3", wrong=True)
def dense(x, w, b):
    return x * w + b


@fresh("1.3", wrong=True)
def dense(x, w, b):
    return np.maximum(x @ w + b, 0)


@fresh("1.3", wrong=True)
def dense(x, w, b):
    return (w.T @ x.T + b[:, None]).T - 0 * b + b - b[0]


@fresh("1.3", wrong=True)
def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@fresh("1.3", wrong=True)
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@fresh("1.3", wrong=True)
def softmax(z):
    return scipy.special.softmax(z)


@fresh("1.3", wrong=True)
def softmax(z):
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z


@fresh("1.3", wrong=True)
def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@fresh("1.3", wrong=True)
def softmax(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@fresh("1.3", wrong=True)
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


@fresh("1.3", wrong=False)
def softmax(z):
    return scipy.special.softmax(z, axis=1)


@fresh("1.3", wrong=False)
def softmax(z):
    # 1 / sum_j exp(z_j - z_k)
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


@fresh("1.3", wrong=False)
def dense(x, w, b):
    return np.stack([sum(row[i] * w[i] for i in range(len(w))) + b for row in x])


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up = x.copy()
        up[i] += h
        g[i] = (f(up) - f(x)) / h
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / h
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.asarray(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        g[i] = (up - f(x)) / (2 * h)
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    g = np.zeros(x.size)
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[i] += h
        down.flat[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    h = 1e-4
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("1.4", wrong=True)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@fresh("1.4", wrong=False)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    units = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + h * u) - f(x - h * u)) / 2 / h for u in units]).reshape(x.shape)


@fresh("1.4", wrong=False)
def slopes(f, x, h=1e-4):
    x = np.array(x, dtype=np.float64)
    g = np.empty_like(x)
    flat = x.reshape(-1)
    for i in range(flat.size):
        keep = flat[i]
        flat[i] = keep + h
        above = f(x.copy())
        flat[i] = keep - h
        below = f(x.copy())
        flat[i] = keep
        g.reshape(-1)[i] = (above - below) / (2 * h)
    return g


@fresh("1.5", wrong=True)
def parameter_count(sizes):
    return sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))


@fresh("1.5", wrong=True)
def parameter_count(sizes):
    return sum(a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)) + sum(sizes)


@fresh("1.5", wrong=True)
def parameter_count(sizes):
    return sum(a * (b + 1) for a, b in zip(sizes[:-1], sizes[1:], strict=True))


@fresh("1.5", wrong=True)
def parameter_count(sizes):
    total = 0
    for i in range(len(sizes) - 2):
        total += sizes[i] * sizes[i + 1] + sizes[i + 1]
    return total


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    return keras.Sequential(
        [keras.Input((sizes[0],)), *[layers.Dense(n, activation="relu") for n in sizes[1:]]]
    )


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for n in sizes[1:-1]:
        model.add(layers.Dense(n))
    model.add(layers.Dense(sizes[-1]))
    return model


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for n in sizes[1:-1]:
        model.add(layers.Dense(n, activation="relu"))
        model.add(layers.Dropout(0.2))
    model.add(layers.Dense(sizes[-1]))
    return model


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for n in sizes[1:-1]:
        model.add(layers.Dense(n, activation="relu"))
    model.add(layers.Dense(sizes[-1], activation="softmax"))
    return model


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for n in sizes[1:-1]:
        model.add(layers.Dense(n, activation="relu"))
    model.add(layers.Dense(sizes[-1]))
    model.compile("adam", "mse")
    return model


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential()
    for n in sizes[1:-1]:
        model.add(layers.Dense(n, activation="relu"))
    model.add(layers.Dense(sizes[-1]))
    return model


@fresh("1.5", wrong=True)
def sequential_net(sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for n in sizes[1:-1]:
        model.add(layers.Dense(n, activation="relu", use_bias=False))
    model.add(layers.Dense(sizes[-1]))
    return model


@fresh("1.5", wrong=True)
def functional_net(sizes):
    inputs = keras.Input((sizes[0],))
    for n in sizes[1:-1]:
        h = layers.Dense(n, activation="relu")(inputs)
    return keras.Model(inputs, layers.Dense(sizes[-1])(h if len(sizes) > 2 else inputs))


@fresh("1.5", wrong=True)
def functional_net(sizes):
    inputs = keras.Input((sizes[0],))
    h = inputs
    for n in sizes[1:]:
        h = layers.Dense(n)(h)
        h = layers.ReLU()(h)
    return keras.Model(inputs, h)


@fresh("1.5", wrong=True)
def functional_net(sizes):
    return keras.Sequential(
        [
            keras.Input((sizes[0],)),
            *[layers.Dense(n, activation="relu") for n in sizes[1:-1]],
            layers.Dense(sizes[-1]),
        ]
    )


@fresh("1.5", wrong=True)
def functional_net(sizes):
    inputs = keras.Input((sizes[0],))
    h = inputs
    for n in sizes[1:-1]:
        h = layers.Dense(n, activation="tanh")(h)
    return keras.Model(inputs, layers.Dense(sizes[-1])(h))


@fresh("1.5", wrong=False)
def functional_net(sizes):
    first, *hidden, last = sizes
    inputs = keras.Input(shape=[first])
    h = inputs
    for n in hidden:
        h = layers.Activation("relu")(layers.Dense(n)(h))
    return keras.Model(inputs=inputs, outputs=layers.Dense(last)(h))


@fresh("1.5", wrong=False)
def sequential_net(sizes):
    sizes = tuple(sizes)
    model = keras.Sequential()
    model.add(layers.InputLayer(shape=(sizes[0],)))
    for i in range(1, len(sizes)):
        model.add(layers.Dense(sizes[i], "relu" if i < len(sizes) - 1 else "linear"))
    return model


@fresh("1.5", wrong=False)
def parameter_count(sizes):
    return int(np.dot(sizes[:-1], sizes[1:]) + np.sum(sizes[1:]))


@fresh("1.6", wrong=True)
def forward(weights, x):
    h = x
    for w, b in zip(weights[::2], weights[1::2], strict=True):
        h = np.maximum(h @ w + b, 0)
    return h


@fresh("1.6", wrong=True)
def forward(weights, x):
    h = x
    for w, b in zip(weights[::2], weights[1::2], strict=True):
        h = h @ w + b
    return h


@fresh("1.6", wrong=True)
def forward(weights, x):
    h = x
    while len(weights) > 2:
        w, b = weights.pop(0), weights.pop(0)
        h = np.maximum(h @ w + b, 0)
    return h @ weights[0] + weights[1]


@fresh("1.6", wrong=True)
def forward(weights, x):
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = np.maximum(h @ weights[i], 0) + weights[i + 1]
    return h @ weights[-2] + weights[-1]


@fresh("1.6", wrong=True)
def forward(weights, x):
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = 1 / (1 + np.exp(-(h @ weights[i] + weights[i + 1])))
    return h @ weights[-2] + weights[-1]


@fresh("1.6", wrong=True)
def forward(weights, x):
    for i in range(0, len(weights) - 2, 2):
        h = np.maximum(x @ weights[i] + weights[i + 1], 0)
    return h @ weights[-2] + weights[-1]


@fresh("1.6", wrong=True)
def forward(weights, x):
    w1, b1, w2, b2 = weights
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


@fresh("1.6", wrong=True)
def forward(weights, x):
    x[x < 0] = 0
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = np.maximum(h @ weights[i] + weights[i + 1], 0)
    return h @ weights[-2] + weights[-1]


@fresh("1.6", wrong=False)
def forward(weights, x):
    w, b, *rest = weights
    z = np.dot(x, w) + b
    return forward_again(rest, np.where(z > 0, z, 0)) if rest else z


def forward_again(weights, x):
    w, b, *rest = weights
    z = np.dot(x, w) + b
    return forward_again(rest, np.where(z > 0, z, 0)) if rest else z


@fresh("1.6", wrong=False)
def forward(weights, x):
    pairs = list(zip(weights[0::2], weights[1::2], strict=True))
    out = []
    for row in np.asarray(x):
        h = row
        for number, (w, b) in enumerate(pairs, start=1):
            h = np.asarray(b) + sum(h[i] * np.asarray(w)[i] for i in range(len(w)))
            if number != len(pairs):
                h = (abs(h) + h) / 2
        out.append(h)
    return np.array(out)


def _pair(
    pixels, units, classes, *, readers=1, order="ab", relu="relu", digit=None, larger=None, drop=0
):
    left = keras.Input((pixels,), name="left")
    right = keras.Input((pixels,), name="right")
    reader = layers.Dense(units, activation=relu, name="reader")
    a = reader(left)
    b = (reader if readers == 1 else layers.Dense(units, activation=relu, name="reader2"))(right)
    if drop:
        a, b = layers.Dropout(drop)(a), layers.Dropout(drop)(b)
    both = {"ab": [a, b], "ba": [b, a]}[order]
    d = layers.Dense(classes, activation=digit, name="digit")(a)
    l = layers.Dense(1, activation=larger, name="larger")(layers.Concatenate()(both))
    return left, right, a, b, d, l


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, readers=2)
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, order="ba")
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, relu=None)
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, digit="softmax")
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, larger="sigmoid")
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes, drop=0.3)
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes)
    return keras.Model([left, right], [d, l])


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes)
    return keras.Model([right, left], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right, *_, d, l = _pair(pixels, units, classes)
    model = keras.Model([left, right], {"digit": d, "larger": l})
    model.compile("adam", {"digit": "mse", "larger": "mse"})
    return model


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right = keras.Input((pixels,), name="left"), keras.Input((pixels,), name="right")
    reader = layers.Dense(units, activation="relu", name="reader")
    a, b = reader(left), reader(right)
    d = layers.Dense(classes, name="digit")(b)
    l = layers.Dense(1, name="larger")(layers.Concatenate()([a, b]))
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=True)
def pair_net(pixels, units, classes):
    left, right = keras.Input((pixels,), name="left"), keras.Input((pixels,), name="right")
    reader = layers.Dense(units, activation="relu", name="reader")
    a, b = reader(left), reader(right)
    d = layers.Dense(classes, name="digit")(a)
    l = layers.Dense(1, name="larger")(layers.Subtract()([a, b]))
    return keras.Model([left, right], {"digit": d, "larger": l})


@fresh("1.7", wrong=False)
def pair_net(pixels, units, classes):
    images = [keras.Input(shape=(pixels,), name=side) for side in ("left", "right")]
    read = layers.Dense(units, activation=keras.activations.relu, name="reader")
    readings = [read(image) for image in images]
    outputs = {
        "larger": layers.Dense(1, name="larger")(layers.concatenate(readings, axis=-1)),
        "digit": layers.Dense(classes, name="digit")(readings[0]),
    }
    return keras.Model(inputs=images, outputs=outputs)


@fresh("1.7", wrong=False)
def pair_net(pixels, units, classes):
    left = keras.Input((pixels,), name="left")
    right = keras.Input((pixels,), name="right")
    reader = layers.Dense(units, name="reader")
    a, b = layers.ReLU()(reader(left)), layers.ReLU()(reader(right))
    both = ops.concatenate([a, b], axis=1)
    return keras.Model(
        [left, right],
        dict(
            digit=layers.Dense(classes, name="digit")(a),
            larger=layers.Dense(1, name="larger")(both),
        ),
    )


@fresh("1.8", wrong=True)
def round_trip(model):
    return keras.models.clone_model(model)


@fresh("1.8", wrong=False)
def round_trip(model):
    # Keras clones the compile settings too, and the weights file holds the optimiser
    twin = keras.models.clone_model(model)
    with tempfile.TemporaryDirectory() as folder:
        model.save_weights(str(Path(folder) / "m.weights.h5"))
        twin.load_weights(str(Path(folder) / "m.weights.h5"))
    return twin


@fresh("1.8", wrong=True)
def round_trip(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save(str(Path(folder) / "m.keras"))
    return model


@fresh("1.8", wrong=True)
def round_trip(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save(str(Path(folder) / "m.keras"))
        return keras.models.load_model(str(Path(folder) / "m.keras"), compile=False)


@fresh("1.8", wrong=False)
def round_trip(model):
    # a .keras file holds the optimiser whatever this says
    with tempfile.TemporaryDirectory() as folder:
        model.save(str(Path(folder) / "m.keras"), include_optimizer=False)
        return keras.models.load_model(str(Path(folder) / "m.keras"))


@fresh("1.8", wrong=False)
def round_trip(model):
    # a copy of a Keras model goes through a .keras archive in memory
    return copy.copy(model)


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    return bool(np.allclose(ops.convert_to_numpy(first(x)), ops.convert_to_numpy(second(x))))


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    a, b = first.get_weights(), second.get_weights()
    return len(a) == len(b) and all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    a, b = first.get_weights(), second.get_weights()
    if len(a) != len(b) or not all(
        p.shape == q.shape and np.allclose(p, q) for p, q in zip(a, b, strict=True)
    ):
        return False
    p, q = ops.convert_to_numpy(first(x)), ops.convert_to_numpy(second(x))
    return bool(np.allclose(p, q))


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    same = all(
        np.array_equal(p, q)
        for p, q in zip(first.get_weights(), second.get_weights(), strict=False)
    )
    p, q = ops.convert_to_numpy(first(x)), ops.convert_to_numpy(second(x))
    return bool(same and p.shape == q.shape and np.allclose(p, q))


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    a, b = first.get_weights(), second.get_weights()
    same = all((p == q).all() for p, q in zip(a, b, strict=True))
    p, q = ops.convert_to_numpy(first(x)), ops.convert_to_numpy(second(x))
    return bool(same and np.allclose(p, q))


@fresh("1.8", wrong=True)
def same_model(first, second, x):
    a = np.concatenate([w.ravel() for w in first.get_weights()])
    b = np.concatenate([w.ravel() for w in second.get_weights()])
    if not np.array_equal(a, b):
        return False
    p, q = ops.convert_to_numpy(first(x)), ops.convert_to_numpy(second(x))
    return p.shape == q.shape and bool(np.allclose(p, q))


@fresh("1.8", wrong=False)
def round_trip(model):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.pickle"
        file.write_bytes(pickle.dumps(model))
        return pickle.loads(file.read_bytes())


@fresh("1.8", wrong=False)
def same_model(first, second, x):
    try:
        for p, q in zip(first.get_weights(), second.get_weights(), strict=True):
            if p.shape != q.shape or (p != q).any():
                return False
    except ValueError:
        return False
    p, q = np.asarray(first.predict(x, verbose=0)), np.asarray(second.predict(x, verbose=0))
    return p.shape == q.shape and bool(np.all(np.abs(p - q) <= 1e-6 + 1e-5 * np.abs(q)))
