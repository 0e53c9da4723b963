"""Answers to lab 08 by somebody who did not write its catalogue."""

import keras
import numpy as np
import scipy.ndimage
from keras import layers
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from coursekit.hog import HOGTransformer
from coursekit.labs.author.fresh import fresh


def _rows(x):
    x = np.asarray(x, float)
    return x.reshape(len(x), -1)


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    return (a - a.mean(axis=0)) / 255, (b - b.mean(axis=0)) / 255


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    m = np.concatenate([a, b]).mean(axis=0)
    return (a - m) / 255, (b - m) / 255


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    return (a - a.mean()) / 255, (b - a.mean()) / 255


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    m = a.mean(axis=0)
    return (a - m) / a.max(), (b - m) / b.max()


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    scaler = StandardScaler().fit(_rows(x_train))
    return scaler.transform(_rows(x_train)), scaler.transform(_rows(x_test))


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    m = a.mean(axis=0)
    return a / 255 - m, b / 255 - m


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a = np.asarray(x_train, float).transpose(0, 2, 1).reshape(len(x_train), -1)
    b = np.asarray(x_test, float).transpose(0, 2, 1).reshape(len(x_test), -1)
    m = a.mean(axis=0)
    return (a - m) / 255, (b - m) / 255


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    m = a.mean(axis=1, keepdims=True)
    return (a - m) / 255, (b - b.mean(axis=1, keepdims=True)) / 255


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    a, b = _rows(x_train), _rows(x_test)
    m = a.mean(axis=0)
    a -= m
    a /= 255
    b -= m
    b /= 255
    return a, b


@fresh("8.1", wrong=True)
def prepare(x_train, x_test):
    x_train, x_test = np.asarray(x_train) / 255, np.asarray(x_test) / 255
    m = x_train.mean(axis=0)
    return x_train - m, x_test - m


@fresh("8.1", wrong=False)
def prepare(x_train, x_test):
    scaler = StandardScaler(with_std=False)
    flat = [np.array([np.ravel(i) for i in x], dtype="float64") / 255 for x in (x_train, x_test)]
    return scaler.fit_transform(flat[0]), scaler.transform(flat[1])


@fresh("8.1", wrong=False)
def prepare(x_train, x_test):
    x_train, x_test = np.asarray(x_train, "float32"), np.asarray(x_test, "float32")
    mean = sum(x_train) / len(x_train)
    size = mean.size
    return tuple(((x - mean) / 255).reshape(-1, size) for x in (x_train, x_test))


def _mlp(input_shape, num_classes, hidden, activation="relu", last=None, extra=()):
    model = keras.Sequential([keras.Input(input_shape), layers.Flatten()])
    for units in hidden:
        model.add(layers.Dense(units, activation=activation))
        for make in extra:
            model.add(make())
    model.add(layers.Dense(num_classes, activation=last))
    return model


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, last="softmax")


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    model = _mlp(input_shape, num_classes, hidden)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, extra=[lambda: layers.Dropout(0.2)])


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, activation=None)


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, last="relu")


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden[::-1])


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, (300, 100))


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    model = keras.Sequential([layers.Flatten()])
    for units in hidden:
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(num_classes))
    return model


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    model = keras.Sequential(
        [keras.Input(input_shape), layers.Rescaling(1 / 255), layers.Flatten()]
    )
    for units in hidden:
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(num_classes))
    return model


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, activation="gelu")


@fresh("8.2", wrong=True)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    return _mlp(input_shape, num_classes, hidden, extra=[layers.BatchNormalization])


@fresh("8.2", wrong=False)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    model = keras.Sequential(name="reader")
    model.add(layers.InputLayer(shape=tuple(input_shape)))
    model.add(layers.Flatten())
    for k, units in enumerate(hidden):
        model.add(layers.Dense(units, name=f"hidden_{k}"))
        model.add(layers.ReLU())
    model.add(layers.Dense(num_classes, activation="linear", name="logits"))
    return model


@fresh("8.2", wrong=False)
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    units = [*hidden, num_classes]
    dense = [layers.Dense(n, "relu") for n in units[:-1]] + [layers.Dense(units[-1])]
    model = keras.Sequential([layers.Flatten(), *dense])
    model.build((None, *input_shape))
    return model


@fresh("8.3", wrong=True)
def image_gradients(image):
    gy, gx = np.gradient(np.asarray(image, float))
    return gy, gx


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image)
    gy, gx = np.zeros(image.shape), np.zeros(image.shape)
    gy[1:-1] = image[2:] - image[:-2]
    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return gy, gx


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image, float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[1:-1, 1:-1] = image[2:, 1:-1] - image[:-2, 1:-1]
    gx[1:-1, 1:-1] = image[1:-1, 2:] - image[1:-1, :-2]
    return gy, gx


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image, float)
    gy = np.roll(image, -1, axis=0) - np.roll(image, 1, axis=0)
    gx = np.roll(image, -1, axis=1) - np.roll(image, 1, axis=1)
    return gy, gx


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image, float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[1:-1] = image[:-2] - image[2:]
    gx[:, 1:-1] = image[:, :-2] - image[:, 2:]
    return gy, gx


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image, float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[1:-1] = image[2:] - image[:-2]
    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return gx, gy


@fresh("8.3", wrong=True)
def image_gradients(image):
    image = np.asarray(image, float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[:-1] = np.diff(image, axis=0)
    gx[:, :-1] = np.diff(image, axis=1)
    return gy, gx


def _hist(gy, gx, n, *, period=180, swap=False, weight=np.hypot, mean=True, unit=True):
    gy, gx = np.asarray(gy, float), np.asarray(gx, float)
    angle = np.arctan2(gx, gy) if swap else np.arctan2(gy, gx)
    angle = np.degrees(angle) % period if unit else angle % 180
    bins = np.minimum((angle / period * n).astype(int), n - 1)
    h = np.zeros(n)
    np.add.at(h, bins.ravel(), weight(gx, gy).ravel())
    return h / gy.size if mean else h


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, period=360)


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, mean=False)


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, swap=True)


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, unit=False)


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, weight=lambda a, b: np.ones_like(a))


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    return _hist(gy, gx, orientations, weight=lambda a, b: np.abs(a) + np.abs(b))


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    gy, gx = np.asarray(gy, float), np.asarray(gx, float)
    angle = np.abs(np.degrees(np.arctan2(gy, gx)))
    bins = np.minimum((angle / 180 * orientations).astype(int), orientations - 1)
    return np.bincount(bins.ravel(), np.hypot(gx, gy).ravel(), minlength=orientations) / gy.size


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    gy, gx = np.asarray(gy, float), np.asarray(gx, float)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    bins = np.round(angle / 180 * orientations).astype(int) % orientations
    return np.bincount(bins.ravel(), np.hypot(gx, gy).ravel(), minlength=orientations) / gy.size


@fresh("8.3", wrong=True)
def cell_histogram(gy, gx, orientations=9):
    gy, gx = np.asarray(gy, float), np.asarray(gx, float)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    bins = (angle // 20).astype(int)
    h = np.zeros(orientations)
    for b, m in zip(bins.ravel(), np.hypot(gx, gy).ravel(), strict=True):
        if b < orientations:
            h[b] += m
    return h / gy.size


@fresh("8.3", wrong=False)
def cell_histogram(gy, gx, orientations=9):
    h = [0.0] * orientations
    g = list(zip(np.ravel(gy).tolist(), np.ravel(gx).tolist(), strict=True))
    for dy, dx in g:
        degrees = np.degrees(np.arctan2(dy, dx))
        if degrees < 0:
            degrees += 180
        if degrees >= 180:
            degrees -= 180
        h[min(int(degrees * orientations / 180), orientations - 1)] += (dy * dy + dx * dx) ** 0.5
    return np.array(h) / len(g)


@fresh("8.3", wrong=False)
def cell_histogram(gy, gx, orientations=9):
    gy, gx = np.asarray(gy, float), np.asarray(gx, float)
    angle = np.degrees(np.angle(gx + 1j * gy)) % 180
    angle[angle >= 180] = 0
    edges = np.arange(orientations + 1) * 180 / orientations
    return np.histogram(angle, bins=edges, weights=np.hypot(gx, gy))[0] / gy.size


@fresh("8.3", wrong=False)
def image_gradients(image):
    image = np.asarray(image, float)
    gy = scipy.ndimage.correlate1d(image, [-1, 0, 1], axis=0)
    gx = scipy.ndimage.correlate1d(image, [-1, 0, 1], axis=1)
    gy[[0, -1]] = 0
    gx[:, [0, -1]] = 0
    return gy, gx


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v = v / np.sqrt(np.sum(v**2) + 1e-10)
    return np.minimum(v, 0.2)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    return v / np.sqrt(np.sum(v**2) + 1e-10)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    for _ in range(2):
        v = np.minimum(v / np.sqrt(np.sum(v**2) + 1e-10), 0.2)
    return v


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v = np.minimum(v / np.sqrt(np.sum(v**2) + 1e-5), 0.2)
    return v / np.sqrt(np.sum(v**2) + 1e-5)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v = np.minimum(v / np.sqrt(np.sum(v**2, axis=-1, keepdims=True) + 1e-10), 0.2)
    return v / np.sqrt(np.sum(v**2, axis=-1, keepdims=True) + 1e-10)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v = np.minimum(v / (np.sum(v) + 1e-5), 0.2)
    return v / (np.sum(v) + 1e-5)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v /= np.sqrt(np.sum(v**2) + 1e-10)
    np.minimum(v, 0.2, out=v)
    v /= np.sqrt(np.sum(v**2) + 1e-10)
    return v


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    with np.errstate(all="ignore"):
        v = np.minimum(v / np.linalg.norm(v), 0.2)
        return v / np.linalg.norm(v)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.ravel(np.asarray(block, float))
    v = np.minimum(v / np.sqrt(v @ v + 1e-10), 0.2)
    return v / np.sqrt(v @ v + 1e-10)


@fresh("8.4", wrong=True)
def normalise_block(block):
    v = np.asarray(block, float)
    v = v / np.sqrt(np.sum(v**2) + 1e-10)
    v = np.where(v > 0.2, 0, v)
    return v / np.sqrt(np.sum(v**2) + 1e-10)


@fresh("8.4", wrong=False)
def normalise_block(block):
    v = np.asarray(block, float)
    for top in (0.2, np.inf):
        v = np.clip(v / np.hypot(np.linalg.norm(v.ravel()), 1e-5), 0, top)
    return v


@fresh("8.4", wrong=False)
def normalise_block(block):
    shape, flat = np.shape(block), [float(v) for v in np.ravel(block)]
    length = (sum(v * v for v in flat) + 1e-10) ** 0.5
    flat = [min(v / length, 0.2) for v in flat]
    length = (sum(v * v for v in flat) + 1e-10) ** 0.5
    return np.array([v / length for v in flat]).reshape(shape)


def _hog(o=9, p=4, b=2, **more):
    return HOGTransformer(orientations=o, pixels_per_cell=(p, p), cells_per_block=(b, b), **more)


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(p=8), LinearSVC(C=C, random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), LinearSVC(random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), LinearSVC(C=C))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), StandardScaler(), LinearSVC(C=C, random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), SVC(C=C, kernel="linear", random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(b=1), LinearSVC(C=C, random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), LinearSVC(C=0.1, random_state=0))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(LinearSVC(C=C, random_state=seed), _hog())


@fresh("8.5", wrong=False)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(HOGTransformer(), LinearSVC(C=C, random_state=seed))


@fresh("8.5", wrong=True)
def build_hog_reader(C=0.1, seed=0):
    return make_pipeline(_hog(), LinearSVC(C=C, random_state=seed, max_iter=10000, dual=False))


@fresh("8.5", wrong=False)
def build_hog_reader(C=0.1, seed=0):
    return Pipeline([("edges", _hog()), ("svm", LinearSVC(random_state=seed, C=C))])


@fresh("8.5", wrong=False)
def build_hog_reader(C=0.1, seed=0):
    reader = Pipeline(steps=[("hog", HOGTransformer()), ("classifier", LinearSVC())])
    reader.set_params(
        hog__orientations=9,
        hog__pixels_per_cell=(4, 4),
        hog__cells_per_block=(2, 2),
        classifier__C=C,
        classifier__random_state=seed,
    )
    return reader


def _cnn(
    shape, classes, filters, *, k=3, padding="same", act="relu", pool=None, last=None, extra=None
):
    pool = pool or (lambda: layers.MaxPooling2D(2))
    inputs = x = keras.Input(shape)
    for n in filters:
        x = layers.Conv2D(n, k, padding=padding, activation=act)(x)
        x = pool()(x)
        if extra:
            x = extra()(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(classes, activation=last)(x))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, padding="valid")


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, last="softmax")


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, k=5)


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, act=None)


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, pool=lambda: layers.AveragePooling2D(2))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(
        input_shape, num_classes, filters, pool=lambda: layers.MaxPooling2D(2, padding="same")
    )


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, extra=lambda: layers.Dropout(0.25))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    model = _cnn(input_shape, num_classes, filters)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, sorted(filters, reverse=True))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    inputs = x = keras.Input(input_shape)
    for n in filters:
        x = layers.Conv2D(n, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    inputs = x = keras.Input(input_shape)
    for n in filters:
        x = layers.Conv2D(n, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)))


@fresh("8.6", wrong=True)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    return _cnn(input_shape, num_classes, filters, pool=lambda: layers.MaxPooling2D(2, strides=1))


@fresh("8.6", wrong=False)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    def stage(x, n):
        x = layers.Conv2D(n, (3, 3), padding="same")(x)
        return layers.MaxPool2D(pool_size=(2, 2))(layers.Activation("relu")(x))

    inputs = keras.Input(shape=tuple(input_shape), name="image")
    x = inputs
    for n in filters:
        x = stage(x, n)
    x = layers.Flatten()(x)
    return keras.Model(inputs=inputs, outputs=layers.Dense(num_classes, name="logits")(x))


@fresh("8.6", wrong=False)
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    image = keras.Input(input_shape)
    x = image
    for n in list(filters):
        conv = layers.Conv2D(filters=n, kernel_size=3, strides=1, padding="SAME", activation="relu")
        x = layers.MaxPooling2D((2, 2), strides=2, padding="valid")(conv(x))
    return keras.Model([image], layers.Dense(num_classes, activation="linear")(layers.Flatten()(x)))


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    order = np.argsort(-p[wrong, y[wrong]], kind="stable")
    return wrong[order][:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    return np.argsort(p[np.arange(len(y)), y], kind="stable")[:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    order = np.argsort(p[np.arange(len(y)), y], kind="stable")[:k]
    return order[p[order].argmax(axis=1) != y[order]]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = p.argmax(axis=1) != y
    return np.argsort(p[wrong, y[wrong]], kind="stable")[:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    return wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")][:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    order = np.argsort(p[wrong, y[wrong]][::-1], kind="stable")
    return wrong[::-1][order][:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p[np.arange(len(y)), y] < 0.5)
    return wrong[np.argsort(p[wrong, y[wrong]], kind="stable")][:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    margin = p[wrong].max(axis=1) - p[wrong, y[wrong]]
    return wrong[np.argsort(-margin, kind="stable")][:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    score = p[np.arange(len(y)), y].astype(float)
    score[p.argmax(axis=1) == y] = 2
    return np.argsort(score, kind="stable")[:k]


@fresh("8.7", wrong=True)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    return wrong[:k]


@fresh("8.7", wrong=False)
def worst_mistakes(y_true, probabilities, k):
    found = []
    for i, (label, row) in enumerate(zip(y_true, probabilities, strict=True)):
        if int(np.argmax(row)) != label:
            found.append((float(row[label]), i))
    return np.array([i for _, i in sorted(found)[:k]], dtype=int)


@fresh("8.7", wrong=False)
def worst_mistakes(y_true, probabilities, k):
    y, p = np.asarray(y_true), np.asarray(probabilities)
    truth = np.take_along_axis(p, y[:, None], axis=1)[:, 0]
    said = np.argmax(p, axis=1)
    order = np.lexsort((np.arange(len(y)), truth))
    return order[(said != y)[order]][:k]


def _place(image, down, right):
    image = np.asarray(image)
    out = np.zeros_like(image)
    h, w = image.shape
    for r in range(h):
        for c in range(w):
            if 0 <= r + down < h and 0 <= c + right < w:
                out[r + down, c + right] = image[r, c]
    return out


def _means(image):
    image = np.asarray(image, float)
    h, w = image.shape
    return np.arange(h) @ image.sum(axis=1) / image.sum(), np.arange(w) @ image.sum(
        axis=0
    ) / image.sum()


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return np.roll(image, (h // 2 - round(r), w // 2 - round(c)), axis=(0, 1))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    with np.errstate(all="ignore"):
        r, c = _means(image)
    h, w = image.shape
    return _place(image, h // 2 - round(r), w // 2 - round(c))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image > 0)
    h, w = image.shape
    return _place(image, h // 2 - round(r), w // 2 - round(c))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return _place(image, h // 2 - int(r), w // 2 - int(c))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return _place(image, round(r) - h // 2, round(c) - w // 2)


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return _place(image, round((h - 1) / 2 - r - 0.01), round((w - 1) / 2 - c - 0.01))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    rows, columns = np.nonzero(image)
    h, w = image.shape
    r, c = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    return _place(image, h // 2 - round(r), w // 2 - round(c))


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if image.any():
        r, c = _means(image)
        h, w = image.shape
        image[...] = _place(image, h // 2 - round(r), w // 2 - round(c))
    return image


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return scipy.ndimage.shift(image.astype(float), (h // 2 - r, w // 2 - c), order=1)


@fresh("8.8", wrong=True)
def centre(image):
    image = np.asarray(image)
    if not image.any():
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return _place(image, h // 2 - round(c), w // 2 - round(r))


@fresh("8.8", wrong=False)
def centre(image):
    image = np.asarray(image)
    if image.max() == 0:
        return np.array(image)
    r, c = scipy.ndimage.center_of_mass(image.astype(float))
    h, w = image.shape
    step = (h // 2 - int(np.rint(r)), w // 2 - int(np.rint(c)))
    return scipy.ndimage.shift(image, step, order=0, mode="constant", cval=0)


@fresh("8.8", wrong=False)
def centre(image):
    image = np.asarray(image)
    if not np.any(image):
        return image.copy()
    r, c = _means(image)
    h, w = image.shape
    return _place(image, round(h // 2 - r), round(w // 2 - c))
