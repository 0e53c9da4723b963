"""Answers to lab 15 by somebody who did not write its catalogue."""

import numpy as np
from scipy.signal import get_window
from scipy.spatial.distance import cdist
from scipy.special import expit

from coursekit.labs.author.fresh import fresh

# 15.1 ---------------------------------------------------------------------------------


def _frames(x, size, hop):
    x = np.asarray(x)
    starts = np.arange(0, len(x) - size + 1, hop)
    return x[starts[:, None] + np.arange(size)]


def _hann(size):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


@fresh("15.1", wrong=True)
def frames(x, size, hop):
    x = np.asarray(x)
    return np.array([x[s : s + size] for s in range(0, len(x) - size, hop)]).reshape(-1, size)


@fresh("15.1", wrong=True)
def frames(x, size, hop):
    x = np.asarray(x)
    count = -(-len(x) // hop)
    padded = np.concatenate([x, np.zeros(size)])
    return np.array([padded[i * hop : i * hop + size] for i in range(count)])


@fresh("15.1", wrong=True)
def frames(x, size, hop):
    x = np.asarray(x)
    return x[: len(x) // size * size].reshape(-1, size)


@fresh("15.1", wrong=True)
def frames(x, size, hop):
    return _frames(x, size, hop).T


@fresh("15.1", wrong=True)
def frames(x, size, hop):
    return np.array([np.asarray(x)[s : s + size] for s in range(0, len(x) - size + 1, hop)])


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    window = np.hanning(size)
    return np.abs(np.fft.rfft(_frames(x, size, hop) * window, axis=1)) ** 2


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    return np.abs(np.fft.rfft(_frames(x, size, hop) * _hann(size), axis=1))


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    return np.abs(np.fft.rfft(_frames(x, size, hop), axis=1)) ** 2


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    return np.abs(np.fft.fft(_frames(x, size, hop) * _hann(size), axis=1)) ** 2


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    full = np.abs(np.fft.fft(_frames(x, size, hop) * _hann(size), axis=1)) ** 2
    return full[:, : size // 2]


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    return np.abs(np.fft.rfft(_frames(x, size, hop) * _hann(size), axis=1)) ** 2 / size


@fresh("15.1", wrong=True)
def power_spectrogram(x, size, hop):
    return (np.fft.rfft(_frames(x, size, hop) * _hann(size), axis=1) ** 2).real


@fresh("15.1", wrong=False)
def frames(x, size, hop):
    x = np.asarray(x)
    if len(x) < size:
        return np.empty((0, size), x.dtype)
    return np.lib.stride_tricks.sliding_window_view(x, size)[::hop].copy()


@fresh("15.1", wrong=False)
def power_spectrogram(x, size, hop):
    pieces = _frames(np.asarray(x, float), size, hop)
    spectrum = np.fft.rfft(get_window("hann", size, fftbins=True) * pieces, axis=-1)
    return spectrum.real**2 + spectrum.imag**2


# 15.2 ---------------------------------------------------------------------------------


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    return 20 * np.log10(np.maximum(p, reference * 10 ** (-span / 10)) / reference)


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    return 10 * np.log(np.maximum(p, reference * 10 ** (-span / 10)) / reference)


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(p / reference)


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    return 10 * np.log10(np.maximum(p, 1e-10) / reference)


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    floor = p.max() * 10 ** (-span / 10)
    return 10 * np.log10(np.maximum(p, floor) / p.max())


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    level = 10 * np.log10(np.maximum(p, reference * 10 ** (-span / 10)) / reference)
    return np.minimum(level, 0)


@fresh("15.2", wrong=True)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float)
    return 10 * np.log10(p / reference + 10 ** (-span / 10))


@fresh("15.2", wrong=True)
def power_of(level, reference):
    return reference * 10 ** (np.asarray(level) / 20)


@fresh("15.2", wrong=True)
def power_of(level, reference):
    return reference * np.exp(np.asarray(level) / 10)


@fresh("15.2", wrong=True)
def power_of(level, reference):
    return 10 ** (np.asarray(level) / 10)


@fresh("15.2", wrong=False)
def decibels(power, reference, span=60.0):
    p = np.asarray(power, float) / reference
    with np.errstate(divide="ignore"):
        return np.maximum(10 * np.log10(p), -span)


@fresh("15.2", wrong=False)
def power_of(level, reference):
    return np.exp(np.asarray(level) * np.log(10) / 10) * reference


# 15.3 ---------------------------------------------------------------------------------


def _edges(count, rate):
    top = 2595 * np.log10(1 + rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)


def _bank(bins, edges):
    e = np.asarray(edges)[:, None]
    left, middle, right = e[:-2], e[1:-1], e[2:]
    up, down = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0, np.minimum(up, down))


@fresh("15.3", wrong=True)
def mel_edges(count, rate):
    return np.linspace(0, rate / 2, count + 2)


@fresh("15.3", wrong=True)
def mel_edges(count, rate):
    top = 2595 * np.log10(1 + rate / 700)
    return 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)


@fresh("15.3", wrong=True)
def mel_edges(count, rate):
    top = 2595 * np.log10(1 + rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, top, count) / 2595) - 1)


@fresh("15.3", wrong=True)
def mel_edges(count, rate):
    return np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), count + 2)


@fresh("15.3", wrong=True)
def mel_edges(count, rate):
    top = 2595 * np.log(1 + rate / 2 / 700)
    return 700 * (10 ** (np.linspace(0, top, count + 2) / 2595) - 1)


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    return _bank(np.arange(size) * rate / size, _edges(count, rate))


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    bank = _bank(np.arange(size // 2 + 1) * rate / size, _edges(count, rate))
    return bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-12)


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    def mel(f):
        return 2595 * np.log10(1 + f / 700)

    return _bank(mel(np.arange(size // 2 + 1) * rate / size), mel(_edges(count, rate)))


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    return _bank(np.arange(size // 2 + 1) * rate / size, _edges(count, rate)).T


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    bins = np.arange(size // 2 + 1) * rate / size
    e = _edges(count, rate)[:, None]
    return ((bins >= e[:-2]) & (bins <= e[2:])).astype(float)


@fresh("15.3", wrong=True)
def mel_filters(count, size, rate):
    e = np.floor((size + 1) * _edges(count, rate) / rate)
    return np.nan_to_num(_bank(np.arange(size // 2 + 1), e))


@fresh("15.3", wrong=False)
def mel_filters(count, size, rate):
    bins = np.arange(size // 2 + 1) * rate / size
    e = _edges(count, rate)
    return np.array(
        [np.interp(bins, e[i : i + 3], [0, 1, 0], left=0, right=0) for i in range(count)]
    )


@fresh("15.3", wrong=False)
def mel_edges(count, rate):
    steps = np.arange(count + 2) / (count + 1)
    return 700 * ((1 + rate / 1400) ** steps - 1)


# 15.4 ---------------------------------------------------------------------------------


def _spread(places, weights):
    p = weights / weights.sum()
    mean = (p * places).sum()
    return float(np.sqrt((p * (places - mean) ** 2).sum()))


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(points, 1 / rate)
    return _spread(t, w), _spread(f, np.abs(np.fft.fft(w, points)))


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.arange(points) * rate / points
    return _spread(t, w**2), _spread(f, np.abs(np.fft.fft(w, points)) ** 2)


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.rfftfreq(points, 1 / rate)
    return _spread(t, w**2), _spread(f, np.abs(np.fft.rfft(w, points)) ** 2)


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(len(w), 1 / rate)
    return _spread(t, w**2), _spread(f, np.abs(np.fft.fft(w)) ** 2)


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)), np.fft.fftfreq(points)
    return _spread(t, w**2), _spread(f, np.abs(np.fft.fft(w, points)) ** 2)


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(points, 1 / rate)
    return _spread(t, w**2) ** 2, _spread(f, np.abs(np.fft.fft(w, points)) ** 2) ** 2


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(points, 1 / rate)
    p, q = w**2, np.abs(np.fft.fft(w, points)) ** 2
    return float(np.sqrt((p * t**2).sum() / p.sum())), float(np.sqrt((q * f**2).sum() / q.sum()))


@fresh("15.4", wrong=True)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(points, 1 / rate)
    return _spread(f, np.abs(np.fft.fft(w, points)) ** 2), _spread(t, w**2)


@fresh("15.4", wrong=False)
def spreads(window, rate, points):
    w = np.asarray(window, float)
    t, f = np.arange(len(w)) / rate, np.fft.fftfreq(points, 1 / rate)
    out = []
    for places, weights in ((t, w**2), (f, np.abs(np.fft.fft(w, points)) ** 2)):
        mean = np.average(places, weights=weights)
        out.append(np.sqrt(np.average((places - mean) ** 2, weights=weights)))
    return tuple(out)


@fresh("15.4", wrong=False)
def spreads(window, rate, points):
    w = np.concatenate([np.asarray(window, float), np.zeros(points - len(window))])
    p = w**2
    t = np.arange(points) / rate
    spectrum = np.fft.fftshift(np.abs(np.fft.fft(w)) ** 2)
    f = np.fft.fftshift(np.fft.fftfreq(points, 1 / rate))
    return [_spread(t, p), _spread(f, spectrum)]


# 15.5 ---------------------------------------------------------------------------------


@fresh("15.5", wrong=True)
def split_rows(groups, held):
    inside = np.isin(groups, held)
    return np.flatnonzero(inside), np.flatnonzero(~inside)


@fresh("15.5", wrong=True)
def split_rows(groups, held):
    inside = np.isin(groups, held)
    return ~inside, inside


@fresh("15.5", wrong=True)
def split_rows(groups, held):
    inside = np.asarray(groups) == held[0]
    return np.flatnonzero(~inside), np.flatnonzero(inside)


@fresh("15.5", wrong=True)
def split_rows(groups, held):
    test = np.concatenate([np.flatnonzero(np.asarray(groups) == h) for h in held])
    return np.setdiff1d(np.arange(len(groups)), test), test


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    both = np.concatenate([train, test])
    mean, s = both.mean((0, 1)), both.std((0, 1))
    s = np.where(s > 0, s, 1)
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=True)
def standardise(train, test):
    def own(x):
        x = np.asarray(x)
        s = x.std((0, 1))
        return (x - x.mean((0, 1))) / np.where(s > 0, s, 1)

    return own(train), own(test)


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, s = train.mean(0), train.std(0)
    s = np.where(s > 0, s, 1)
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, s = train.mean((0, 1)), train.std((0, 1)) + 1e-3
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, s = train.mean(), train.std()
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, s = train.mean((0, 1)), train.std((0, 1), ddof=1)
    s = np.where(s > 0, s, 1)
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=True)
def standardise(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, s = train.mean((0, 1)), train.std((0, 1))
    return (train - mean) / s, (test - mean) / s


@fresh("15.5", wrong=False)
def split_rows(groups, held):
    held = set(held)
    test = [i for i, g in enumerate(groups) if g in held]
    train = [i for i, g in enumerate(groups) if g not in held]
    return np.array(train, int), np.array(test, int)


@fresh("15.5", wrong=False)
def standardise(train, test):
    from sklearn.preprocessing import StandardScaler

    train, test = np.asarray(train, float), np.asarray(test, float)
    bands = train.shape[-1]
    scaler = StandardScaler().fit(train.reshape(-1, bands))
    return tuple(scaler.transform(x.reshape(-1, bands)).reshape(x.shape) for x in (train, test))


# 15.6 ---------------------------------------------------------------------------------


@fresh("15.6", wrong=True)
def log_spectral_distortion(level_true, level_pred):
    d = np.asarray(level_true) - np.asarray(level_pred)
    return float(np.sqrt((d**2).mean()))


@fresh("15.6", wrong=True)
def log_spectral_distortion(level_true, level_pred):
    d = np.asarray(level_true) - np.asarray(level_pred)
    return float(np.abs(d).mean())


@fresh("15.6", wrong=True)
def log_spectral_distortion(level_true, level_pred):
    d = np.asarray(level_true) - np.asarray(level_pred)
    return float(np.sqrt((d**2).mean(axis=0)).mean())


@fresh("15.6", wrong=True)
def log_spectral_distortion(level_true, level_pred):
    d = np.asarray(level_true) - np.asarray(level_pred)
    return float(np.sqrt((d**2).sum(axis=1)).mean())


@fresh("15.6", wrong=True)
def log_spectral_distortion(level_true, level_pred):
    d = np.asarray(level_true) - np.asarray(level_pred)
    return float((d**2).mean(axis=1).mean())


def _overlap(pieces, hop, window, top=1, bottom=2):
    pieces, w = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    total, weight = np.zeros((2, (count - 1) * hop + size))
    for i, piece in enumerate(pieces):
        total[i * hop : i * hop + size] += w**top * piece
        weight[i * hop : i * hop + size] += w**bottom
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    return _overlap(pieces, hop, window, top=0)


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    return _overlap(pieces, hop, window, bottom=1)


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    return _overlap(pieces, hop, window, top=0, bottom=0)


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    pieces, w = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    total = np.zeros((count - 1) * hop + size)
    for i, piece in enumerate(pieces):
        total[i * hop : i * hop + size] += w * piece
    return total


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    pieces, w = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    total, weight = np.zeros((2, count * hop + size))
    for i, piece in enumerate(pieces):
        total[i * hop : i * hop + size] += w * piece
        weight[i * hop : i * hop + size] += w**2
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


@fresh("15.6", wrong=True)
def overlap_add(pieces, hop, window):
    pieces, w = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    total, weight = np.zeros((2, (count - 1) * hop + size))
    for i, piece in enumerate(pieces):
        total[i * hop : i * hop + size] += w * piece
        weight[i * hop : i * hop + size] += w**2
    return total / np.maximum(weight, 0.1)


@fresh("15.6", wrong=False)
def overlap_add(pieces, hop, window):
    pieces, w = np.asarray(pieces, float), np.asarray(window, float)
    count, size = pieces.shape
    n = (count - 1) * hop + size
    a = np.zeros((count * size, n))
    for i in range(count):
        a[i * size + np.arange(size), i * hop + np.arange(size)] = w
    return np.linalg.pinv(a) @ pieces.ravel()


@fresh("15.6", wrong=False)
def log_spectral_distortion(level_true, level_pred):
    a, b = np.asarray(level_true, float), np.asarray(level_pred, float)
    return np.mean([np.linalg.norm(x - y) / np.sqrt(len(x)) for x, y in zip(a, b, strict=True)])


# 15.7 ---------------------------------------------------------------------------------


@fresh("15.7", wrong=True)
def noisy_code(z, noise):
    return expit(np.asarray(z)) + np.asarray(noise)


@fresh("15.7", wrong=True)
def noisy_code(z, noise):
    return expit(np.asarray(z) * np.asarray(noise))


@fresh("15.7", wrong=True)
def noisy_code(z, noise):
    return (expit(np.asarray(z) + np.asarray(noise)) >= 0.5).astype(float)


@fresh("15.7", wrong=True)
def noisy_code(z, noise):
    return np.asarray(z) + np.asarray(noise)


@fresh("15.7", wrong=True)
def hard_code(z):
    return (np.asarray(z) > 0).astype(float)


@fresh("15.7", wrong=True)
def hard_code(z):
    return (np.asarray(z) >= 0.5).astype(float)


@fresh("15.7", wrong=True)
def hard_code(z):
    return np.sign(np.asarray(z))


@fresh("15.7", wrong=True)
def hard_code(z):
    return np.asarray(z) >= 0


@fresh("15.7", wrong=True)
def straight_through(z, upstream):
    return np.asarray(upstream)


@fresh("15.7", wrong=True)
def straight_through(z, upstream):
    bits = (np.asarray(z) >= 0).astype(float)
    return np.asarray(upstream) * bits * (1 - bits)


@fresh("15.7", wrong=True)
def straight_through(z, upstream):
    return np.asarray(upstream) * expit(np.asarray(z))


@fresh("15.7", wrong=True)
def straight_through(z, upstream):
    p = expit(np.asarray(z))
    return p * (1 - p)


@fresh("15.7", wrong=True)
def straight_through(z, upstream):
    z = np.asarray(z)
    return np.asarray(upstream) * z * (1 - z)


@fresh("15.7", wrong=False)
def straight_through(z, upstream):
    z = np.asarray(z, float)
    return np.asarray(upstream) * expit(z) * expit(-z)


@fresh("15.7", wrong=False)
def hard_code(z):
    return np.round(expit(np.asarray(z, float)) + 1e-12)


@fresh("15.7", wrong=False)
def noisy_code(z, noise):
    s = np.asarray(z, float) + np.asarray(noise, float)
    return 0.5 * (1 + np.tanh(s / 2))


# 15.8 ---------------------------------------------------------------------------------


def _vq(x, books, far=False, score=None, bits=None):
    x, out, cost, start = np.asarray(x, float), [], 0.0, 0
    for book in map(np.asarray, books):
        part = x[:, start : start + book.shape[1]]
        gaps = cdist(part, book, "sqeuclidean") if score is None else score(part, book)
        out.append(book[gaps.argmin(1)])
        cost += np.log2(len(book)) if bits is None else bits(book)
        start += book.shape[1]
    return np.hstack(out), float(cost)


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    return _vq(x, codebooks, score=lambda p, b: cdist(p, b, "cityblock"))


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    return _vq(x, codebooks, bits=lambda b: np.log(len(b)))


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    return _vq(x, codebooks, bits=len)


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    return _vq(x, codebooks, bits=lambda b: np.ceil(np.log2(len(b))))


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    return _vq(x, codebooks, score=lambda p, b: -(p @ b.T))


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    rebuilt, bits = _vq(x, codebooks)
    return rebuilt, bits * len(rebuilt)


@fresh("15.8", wrong=True)
def vector_quantise(x, codebooks):
    x, out, start = np.asarray(x, float), [], 0
    for book in map(np.asarray, codebooks):
        part = x[:, start : start + book.shape[1]]
        out.append(cdist(part, book).argmin(1)[:, None])
        start += book.shape[1]
    return np.hstack(out), float(sum(np.log2(len(b)) for b in codebooks))


@fresh("15.8", wrong=True)
def hamming(one, other):
    return np.mean(np.asarray(one)[:, None] != np.asarray(other), axis=2)


@fresh("15.8", wrong=True)
def hamming(one, other):
    return np.sum(np.asarray(one)[:, None] == np.asarray(other), axis=2)


@fresh("15.8", wrong=True)
def hamming(one, other):
    return np.sum(np.asarray(one)[:, None] != np.asarray(other), axis=2).T


@fresh("15.8", wrong=True)
def hamming(one, other):
    return np.asarray(one) @ (1 - np.asarray(other)).T


@fresh("15.8", wrong=True)
def hamming(one, other):
    return np.sqrt(cdist(np.asarray(one), np.asarray(other), "sqeuclidean"))


@fresh("15.8", wrong=False)
def hamming(one, other):
    a, b = np.asarray(one, int), np.asarray(other, int)
    return a @ (1 - b).T + (1 - a) @ b.T


@fresh("15.8", wrong=False)
def vector_quantise(x, codebooks):
    x = np.asarray(x, float)
    out = np.empty_like(x)
    for row, target in zip(x, out, strict=True):
        start = 0
        for book in codebooks:
            book = np.asarray(book, float)
            stop = start + book.shape[1]
            target[start:stop] = min(book, key=lambda e: ((row[start:stop] - e) ** 2).sum())
            start = stop
    return out, float(np.log2([len(b) for b in codebooks]).sum())
