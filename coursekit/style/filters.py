"""Features of pictures in NumPy, and the way back from slopes in the features to a slope in the
pixels: a bank of random filters that never learned anything, and chains of convolutions with the
weights of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coursekit.errors import InvalidInputError

if TYPE_CHECKING:
    import keras

CENTRE = 0.5
"""What is taken off every pixel first: the middle of black and white."""


@dataclass(frozen=True)
class RandomBank:
    """Random filters at several scales, one layer deep.

    After Ustyuzhaninov et al. 2016, whose filters are of several sizes on one grid; filters of one
    size on several grids see as far and cost less. A scale looks at the means of blocks of pixels.

    Attributes:
        factors: side of a block in pixels, for each scale.
        kernels: of each scale `(k, k, colours, maps)`, k odd.
    """

    factors: tuple[int, ...]
    kernels: tuple[np.ndarray, ...]

    @classmethod
    def draw(
        cls,
        maps: int = 64,
        *,
        factors: Sequence[int] = (1, 2, 4),
        size: int = 5,
        colours: int = 3,
        brightness: float = 0.2,
        seed: int = 0,
    ) -> RandomBank:
        """A bank of independent normal weights.

        Args:
            maps: filters of each scale.
            factors: side of a block in pixels, for each scale.
            size: side of a filter in blocks, odd.
            colours: channels of the pictures.
            brightness: share of each filter's own mean that is kept. At 1 nearly all that filters
                tell is how bright a picture is, and little of what is seen on it.
            seed: of the weights.

        Raises:
            InvalidInputError: if `size` is not odd.
        """
        if size < 1 or size % 2 == 0:
            raise InvalidInputError(f"`size` must be odd and positive. Received: size={size!r}.")
        rng = np.random.default_rng(seed)
        kernels = []
        for _ in factors:
            kernel = rng.normal(0, 1 / (size * np.sqrt(colours)), (size, size, colours, maps))
            kernel -= (1 - brightness) * kernel.mean(axis=(0, 1), keepdims=True)
            kernels.append(kernel.astype("float32"))
        return cls(tuple(factors), tuple(kernels))

    @property
    def multiple(self) -> int:
        """Sides of pictures must be divisible by this."""
        return int(np.lcm.reduce(self.factors))

    def only(self, *places: int) -> RandomBank:
        """A bank of some of the scales, by their number."""
        return RandomBank(
            tuple(self.factors[p] for p in places), tuple(self.kernels[p] for p in places)
        )

    @property
    def last(self) -> RandomBank:
        """A bank of the last scale alone."""
        return self.only(len(self.factors) - 1)

    def forward(self, images, *, wrap: bool = True) -> list[np.ndarray]:
        """Answers of the filters of each scale, before ReLU.

        Args:
            images: `(n, h, w, colours)`, values from 0 to 1; both sides divisible by `multiple`.
            wrap: go on at the opposite edge, as on a tiled floor; otherwise only where the whole
                filter lies inside.

        Returns:
            For each scale `(n, h / factor, w / factor, maps)`; with `wrap=False` k - 1 less on both
            sides.

        Raises:
            InvalidInputError: if `images` has another shape, or is too small.
        """
        images = _checked(images, self.kernels[0].shape[2], self.multiple)
        answers = []
        for factor, kernel in zip(self.factors, self.kernels, strict=True):
            least = factor * kernel.shape[0]
            if min(images.shape[1:3]) < least:
                raise InvalidInputError(
                    f"Expected pictures of at least {least} x {least} pixels for filters of "
                    f"{kernel.shape[0]} x {kernel.shape[0]} blocks of {factor} pixels. Received: "
                    f"shape {images.shape}."
                )
            grid = pooled(images, factor) - images.dtype.type(CENTRE)
            answers.append(convolved(grid, kernel, wrap=wrap))
        return answers

    def back(self, slopes: Sequence[np.ndarray]) -> np.ndarray:
        """The slope in the pixels, from the slopes in what `forward(images)` gave.

        Args:
            slopes: for each scale an array of the shape of its answers.

        Returns:
            `(n, h, w, colours)`: the sum over the scales.
        """
        total = 0.0
        for factor, kernel, slope in zip(self.factors, self.kernels, slopes, strict=True):
            total = total + spread(convolved_back(np.asarray(slope), kernel), factor)
        return total


class Chain:
    """Convolutions, ReLU and average pooling one after the other, with the weights of a network:
    its answers before each ReLU.

    Gatys et al. 2016 put average pooling in the place of a network's max pooling; so does this.
    Pictures go on at the opposite edge, as in `RandomBank`.

    Args:
        layers: pairs `(kernel, bias)` with kernels `(k, k, in, out)`, k odd, and integers: the side
            of a pooling.
        scale, offset: pixels are multiplied by `scale`, then `offset` is added; numbers, or one for
            each colour.
        listen: numbers of the convolutions, from 0, whose answers count; None takes all.
        reverse: whether the network takes blue first.
    """

    def __init__(
        self,
        layers: Sequence,
        *,
        scale=1.0,
        offset=0.0,
        listen: Sequence[int] | None = None,
        reverse: bool = False,
    ):
        self.layers = list(layers)
        self.scale, self.offset = np.float32(scale), np.float32(offset)
        self.reverse = reverse
        count = sum(not isinstance(layer, int) for layer in self.layers)
        self.listen = tuple(range(count)) if listen is None else tuple(listen)
        if not self.listen or not 0 <= min(self.listen) <= max(self.listen) < count:
            raise InvalidInputError(
                f"`listen` must name some of the {count} convolutions, from 0. Received: "
                f"{listen!r}."
            )
        self._signs: list[np.ndarray] = []

    @classmethod
    def of(cls, model: keras.Model, *, listen: Sequence[int] | None = None) -> Chain:
        """A chain with the convolutions of a Sequential model of Rescaling, Conv2D, ReLU and
        pooling, up to its first layer of another kind.

        Raises:
            InvalidInputError: if it does not begin with such layers.
        """
        layers, scale, offset = [], 1.0, 0.0
        for layer in model.layers:
            kind = type(layer).__name__
            if kind == "Conv2D":
                weights = [np.asarray(w, "float32") for w in layer.get_weights()]
                bias = weights[1] if len(weights) > 1 else np.zeros(1, "float32")
                layers.append((weights[0], bias))
            elif kind in ("MaxPooling2D", "AveragePooling2D"):
                layers.append(int(layer.pool_size[0]))
            elif kind == "Rescaling" and not layers:
                scale, offset = layer.scale, layer.offset
            elif kind not in ("InputLayer", "ReLU", "Dropout", "SpatialDropout2D"):
                break
        if not layers:
            raise InvalidInputError(
                f"Expected a Sequential model that begins with Conv2D layers. Received: "
                f"{model.name!r}."
            )
        return cls(layers, scale=scale, offset=offset, listen=listen)

    @property
    def multiple(self) -> int:
        """Sides of pictures must be divisible by this."""
        return int(np.prod([1, *(layer for layer in self.layers if isinstance(layer, int))]))

    def only(self, *places: int) -> Chain:
        """A chain that listens to the convolutions of these numbers alone."""
        chain = Chain(self.layers, listen=places, reverse=self.reverse)
        chain.scale, chain.offset = self.scale, self.offset
        return chain

    @property
    def last(self) -> Chain:
        """A chain that listens to the last of its convolutions that count."""
        return self.only(max(self.listen))

    def forward(self, images, *, wrap: bool = True) -> list[np.ndarray]:
        """Answers of the convolutions that count, before ReLU.

        Args:
            images: `(n, h, w, colours)`, values from 0 to 1; both sides divisible by `multiple`.
            wrap: with False, what the opposite edge has reached is left out, as far as the first
                picture of a batch goes.

        Returns:
            A list of `(n, h', w', maps)`.

        Raises:
            InvalidInputError: if `images` has another shape.
        """
        first = next(layer for layer in self.layers if not isinstance(layer, int))
        x = _checked(images, first[0].shape[2], self.multiple)
        x = (x[..., ::-1] if self.reverse else x) * self.scale + self.offset
        answers, number, reached, self._signs = [], 0, 0, []
        for layer in self.layers:
            if number > max(self.listen):
                break
            if isinstance(layer, int):
                x, reached = pooled(x, layer), -(-reached // layer)
                continue
            kernel, bias = layer
            a = convolved(x, kernel) + bias
            reached += kernel.shape[0] // 2
            if number in self.listen:
                clean = slice(reached, -reached)
                answers.append(a if wrap else a[:, clean, clean])
            self._signs.append(a > 0)
            x, number = np.maximum(a, 0), number + 1
        return answers

    def back(self, slopes: Sequence[np.ndarray]) -> np.ndarray:
        """The slope in the pixels, from the slopes in what the last `forward` gave.

        Args:
            slopes: an array for each of the answers, of its shape.

        Returns:
            `(n, h, w, colours)`.
        """
        waiting = dict(zip(self.listen, slopes, strict=True))
        number, signal, started = len(self._signs), 0.0, False
        for layer in reversed(self._used()):
            if isinstance(layer, int):
                signal = spread(signal, layer) if started else signal
                continue
            number -= 1
            if started:
                signal = signal * self._signs[number]
            if number in waiting:
                signal, started = signal + np.asarray(waiting[number]), True
            if started:
                signal = convolved_back(signal, layer[0])
        signal = signal * self.scale
        return signal[..., ::-1] if self.reverse else signal

    def _used(self) -> list:
        """The layers up to the last convolution that counts."""
        used, number = [], 0
        for layer in self.layers:
            if number > max(self.listen):
                break
            used.append(layer)
            number += not isinstance(layer, int)
        return used


def convolved(x: np.ndarray, kernel: np.ndarray, *, wrap: bool = True) -> np.ndarray:
    """Cross-correlation of `(n, h, w, in)` with `(k, k, in, out)`: `(n, h, w, out)`, k - 1 less on
    both sides with `wrap=False`."""
    k, _, channels, maps = kernel.shape
    if wrap:
        half = k // 2
        x = np.pad(x, [(0, 0), (half, half), (half, half), (0, 0)], mode="wrap")
    seen = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    n, h, w = seen.shape[:3]
    patches = seen.transpose(0, 1, 2, 4, 5, 3).reshape(n * h * w, k * k * channels)
    return (patches @ kernel.reshape(-1, maps)).reshape(n, h, w, maps)


def convolved_back(slope: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The adjoint of `convolved` with `wrap=True`: `(n, h, w, out)` to `(n, h, w, in)`."""
    k, _, channels, maps = kernel.shape
    n, h, w = slope.shape[:3]
    half = k // 2
    parts = (slope.reshape(-1, maps) @ kernel.reshape(-1, maps).T).reshape(n, h, w, k, k, channels)
    out = np.zeros((n, h + k - 1, w + k - 1, channels), parts.dtype)
    for i, j in np.ndindex(k, k):
        out[:, i : i + h, j : j + w] += parts[:, :, :, i, j]
    for axis, side in ((1, h), (2, w)):  # what was read beyond an edge belongs to the opposite one
        out = np.moveaxis(out, axis, 0)
        inner = out[half : half + side].copy()
        inner[side - half :] += out[:half]
        inner[:half] += out[half + side :]
        out = np.moveaxis(inner, 0, axis)
    return out


def pooled(x: np.ndarray, side: int) -> np.ndarray:
    """Means of blocks of `side` x `side`."""
    n, h, w, channels = x.shape
    return x.reshape(n, h // side, side, w // side, side, channels).mean(axis=(2, 4))


def spread(slope: np.ndarray, side: int) -> np.ndarray:
    """The adjoint of `pooled`."""
    return np.repeat(np.repeat(slope, side, axis=1), side, axis=2) / slope.dtype.type(side**2)


def _checked(images, colours: int, multiple: int) -> np.ndarray:
    images = np.asarray(images)
    fits = images.ndim == 4 and images.shape[3] == colours
    if not fits or images.shape[1] % multiple or images.shape[2] % multiple:
        raise InvalidInputError(
            f"Expected pictures (n, h, w, {colours}) with both sides divisible by {multiple}. "
            f"Received: shape {images.shape}."
        )
    return images
