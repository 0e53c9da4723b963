"""Style and content in numbers, and a picture that learns: Gram matrices and their slopes, total
variation, Adam on pixels, instance normalisation. Plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError

if TYPE_CHECKING:
    from coursekit.style.filters import Chain, RandomBank

    Network = RandomBank | Chain


def gram(features) -> np.ndarray:
    """Gram matrices `(n, c, c)` of features `(n, h, w, c)`: means over all places of the products
    of two features (Gatys et al. 2016, eq. 3, divided by the number of places)."""
    features = np.asarray(features)
    flat = features.reshape(len(features), -1, features.shape[-1])
    return np.matmul(flat.transpose(0, 2, 1), flat) / flat.shape[1]


def style_targets(network, pictures) -> list[np.ndarray]:
    """Gram matrices `(c, c)` of a style, one for each layer.

    Args:
        network: a `RandomBank` or `Chain`.
        pictures: `(n, h, w, colours)`; of several the mean. Only places whose filters lie inside
            count.
    """
    answers = network.forward(pictures, wrap=False)
    return [gram(np.maximum(a, 0)).mean(axis=0) for a in answers]


def style_loss(answers, target) -> tuple[np.ndarray, np.ndarray]:
    """How far pictures are from a style in one layer, and the slope of that.

    Args:
        answers: of the filters, before ReLU, `(n, h, w, c)`.
        target: Gram matrix of the style after ReLU, `(c, c)`.

    Returns:
        The loss `(n,)`, the squared distance of the Gram matrices over the squared size of the
        target; and its slope in the answers `(n, h, w, c)`.
    """
    answers = np.asarray(answers)
    features = np.maximum(answers, 0)
    gap = gram(features) - target
    unit = np.sum(np.square(target))
    places = answers.shape[1] * answers.shape[2]
    flat = features.reshape(len(features), places, -1)
    slope = np.matmul(flat, gap).reshape(answers.shape) * (answers > 0)
    return np.sum(gap**2, axis=(1, 2)) / unit, slope * answers.dtype.type(4 / (places * unit))


def content_loss(answers, target) -> tuple[np.ndarray, np.ndarray]:
    """Mean squared difference of answers from the target's, both `(n, h, w, c)`: the loss `(n,)`
    and its slope."""
    gap = np.asarray(answers) - target
    size = gap[0].size
    return np.sum(gap**2, axis=(1, 2, 3)) / size, gap * gap.dtype.type(2 / size)


def through(pictures, network, targets: Sequence, measure: Callable):
    """The mean of a loss over a network's layers, and its slope in the pixels.

    Args:
        pictures: `(n, h, w, colours)`.
        network: has `forward` and `back`.
        targets: one for each layer.
        measure: function `(answers, target)` to `(loss, slope)`.

    Returns:
        `(n,)` and an array of the shape of `pictures`.
    """
    pairs = [measure(a, t) for a, t in zip(network.forward(pictures), targets, strict=True)]
    loss = np.mean([loss for loss, _ in pairs], axis=0)
    return loss, network.back([slope / len(pairs) for _, slope in pairs])


def total_variation(pictures) -> tuple[np.ndarray, np.ndarray]:
    """Mean squared difference of pixels that lie beside or below one another, `(n,)`, and its slope
    in the pictures `(n, h, w, colours)`. Edges are edges."""
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    count = down[0].size + right[0].size
    loss = (np.sum(down**2, axis=(1, 2, 3)) + np.sum(right**2, axis=(1, 2, 3))) / count
    slope = np.zeros_like(pictures)
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += right
    slope[:, :, :-1] -= right
    return loss, slope * slope.dtype.type(2 / count)


def mixed(parts: Sequence, units: Sequence[float], weights) -> tuple[np.ndarray, np.ndarray]:
    """Losses with their slopes, each in its unit and weighed, added up.

    Args:
        parts: pairs of a loss `(n,)` and a slope `(n, h, w, colours)`.
        units: one number for each part.
        weights: `(parts, n)`.

    Returns:
        Loss `(n,)` and slope `(n, h, w, colours)`.
    """
    loss, slope = 0.0, 0.0
    for (value, steep), unit, weight in zip(parts, units, weights, strict=True):
        factor = np.asarray(weight, np.asarray(steep).dtype) / unit
        loss = loss + factor * value
        slope = slope + factor[:, None, None, None].astype(steep.dtype) * steep
    return loss, slope


def descend(
    start, slope: Callable, rates: Sequence[float], *, watch: Callable | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Let pictures go down a loss by Adam (Kingma and Ba 2015); pixels are cut to 0...1.

    Args:
        start: `(n, h, w, colours)`; stays as it is.
        slope: function of pictures that gives a loss `(n,)` and its slope.
        rates: one for each step.
        watch: called as `watch(step, pictures)` after each step.

    Returns:
        The pictures, float32, and the losses `(steps, n)`, each from before its step.
    """
    pictures = np.array(start, dtype="float32")
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for step, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        size = np.sqrt(v / (1 - 0.999**step)) + 1e-7
        pictures = np.clip(pictures - rate * (m / (1 - 0.9**step)) / size, 0, 1)
        pictures = pictures.astype("float32")
        if watch is not None:
            watch(step, pictures)
    return pictures, np.array(losses)


def cooling(steps: int, rate: float = 0.04, last: float = 0.1) -> list[float]:
    """Rates that stay for the first half of the steps, then fall to a share `last` of themselves in
    equal ratios."""
    if steps < 1:
        raise InvalidInputError(f"`steps` must be positive. Received: steps={steps!r}.")
    fall = np.clip((np.arange(steps) - steps / 2) / (steps / 2), 0, 1)
    return (rate * last**fall).tolist()


def textures_by(
    networks: Mapping[str, Network], like, start, rates: Sequence[float]
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """A texture by each of several networks, judged by all.

    Args:
        networks: by name.
        like: pictures of the style, `(n, h, w, colours)`.
        start: noise, `(1, h, w, colours)`.
        rates: of the steps of `descend`.

    Returns:
        The textures; their style losses `(k, k)`, row i and column j: made with network i, as j
        sees it; and the losses `(k,)` of `start`.
    """
    targets = {name: style_targets(network, like) for name, network in networks.items()}

    def judged(name, pictures):
        pictures = np.asarray(pictures, "float32")
        return through(pictures, networks[name], targets[name], style_loss)

    made = [descend(start, lambda x, n=name: judged(n, x), rates)[0] for name in networks]
    table = [[judged(name, picture)[0][0] for name in networks] for picture in made]
    return made, np.array(table), np.array([judged(name, start)[0][0] for name in networks])


def rebuilt_by(
    networks: Mapping[str, Network], photograph, start, rates: Sequence[float]
) -> tuple[list[np.ndarray], np.ndarray]:
    """A photograph rebuilt out of noise from the features of each of several networks, all at their
    places (Mahendran and Vedaldi 2015).

    Args:
        networks: by name.
        photograph: `(1, h, w, colours)`.
        start: noise of the same shape.
        rates: of the steps of `descend`.

    Returns:
        The pictures, and the correlation `(k,)` of their pixels with the photograph's.
    """

    def judged(network, wanted, pictures):
        pairs = []
        for a, target in zip(network.forward(pictures), wanted, strict=True):
            loss, slope = content_loss(np.maximum(a, 0), np.maximum(target, 0))
            unit = np.mean(np.square(np.maximum(target, 0)))
            pairs.append((loss / unit, slope * (a > 0) / unit))
        return np.mean([loss for loss, _ in pairs], axis=0), network.back([s for _, s in pairs])

    made = []
    for network in networks.values():
        wanted = network.forward(np.asarray(photograph, "float32"))
        made.append(descend(start, lambda x, f=network, w=wanted: judged(f, w, x), rates)[0])
    flat = np.ravel(photograph)
    return made, np.array([np.corrcoef(np.ravel(p), flat)[0, 1] for p in made])


def instance_norm(features, scale=1.0, shift=0.0, *, eps: float = 1e-5) -> np.ndarray:
    """Every map of every picture brought to mean 0 and variance 1, then scaled and shifted (Ulyanov
    et al. 2016).

    Args:
        features: `(n, h, w, c)`.
        scale, shift: numbers, or `(c,)`.
        eps: added to the variance.
    """
    features = np.asarray(features)
    mean = features.mean(axis=(1, 2), keepdims=True)
    variance = features.var(axis=(1, 2), keepdims=True)
    return scale * (features - mean) / np.sqrt(variance + eps) + shift
