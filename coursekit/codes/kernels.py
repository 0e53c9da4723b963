"""Layers of a convolutional kernel network (Mairal 2016): convolutions that come from a kernel,
without labels and without a gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from coursekit.codes.patches import grid_patches, pool_grid
from coursekit.errors import InvalidInputError


def kernel_map(patches: np.ndarray, anchors: np.ndarray, alpha: float) -> np.ndarray:
    """Features whose inner products are nearly `|p| |q| exp(alpha (cos(p, q) - 1))`, exactly so for
    patches in the directions of anchors.

    Args:
        patches: `(n, d)`.
        anchors: `(k, d)` of length 1, no two alike.
        alpha: how narrow the kernel is.

    Returns:
        `(n, k)`.
    """
    lengths = np.linalg.norm(patches, axis=1, keepdims=True)
    cosines = patches @ anchors.T / np.maximum(lengths, 1e-12)
    values, axes = np.linalg.eigh(np.exp(alpha * (anchors @ anchors.T - 1)))
    root = (axes / np.sqrt(np.maximum(values, 1e-7))) @ axes.T
    return lengths * (np.exp(alpha * (cosines - 1)) @ root.astype(patches.dtype))


@dataclasses.dataclass(frozen=True)
class KernelLayer:
    """Patches, their kernel map, and mean pooling.

    Args:
        anchors: `(k, size * size * channels)` of length 1.
        alpha: see `kernel_map`.
        size: side of the patches.
        pool: side of the pooled squares.
        centre: take each patch's mean away first.
    """

    anchors: np.ndarray
    alpha: float
    size: int
    pool: int
    centre: bool

    def __call__(self, images: np.ndarray, features: Callable = kernel_map) -> np.ndarray:
        """`(n, h, w)` or `(n, h, w, c)` gives `(n, h', w', k)`, float32; zeros around the edges.

        Args:
            images: float.
            features: what maps `(patches, anchors, alpha)`, `kernel_map` or another.
        """
        parts = []
        for some in np.array_split(images, max(1, len(images) // 200)):
            patches = _patches(some, self.size, self.centre)
            flat = patches.reshape(-1, patches.shape[-1])
            mapped = np.asarray(features(flat, self.anchors, self.alpha), np.float32)
            parts.append(pool_grid(mapped.reshape(*patches.shape[:3], -1), self.pool))
        return np.concatenate(parts)


def fit_kernel_layer(
    images: np.ndarray,
    filters: int,
    *,
    size: int = 5,
    pool: int = 2,
    alpha: float = 4.0,
    centre: bool = True,
    sample: int = 20_000,
    rounds: int = 10,
    seed: int = 0,
) -> KernelLayer:
    """Choose the anchors by spherical k-means on patches: no labels, no gradient.

    Args:
        images: `(n, h, w)` or `(n, h, w, c)`, float.
        filters: number of anchors.
        size: side of the patches.
        pool: side of the pooled squares.
        alpha: see `kernel_map`.
        centre: take each patch's mean away first.
        sample: how many patches to look at.
        rounds: of k-means.
        seed: of patches and start.

    Raises:
        InvalidInputError: if there are too few patches that are not flat.
    """
    rng = np.random.default_rng(seed)
    some = images[rng.permutation(len(images))[: max(20, sample // 100)]]
    patches = _patches(some, size, centre)
    patches = patches.reshape(-1, patches.shape[-1])
    lengths = np.linalg.norm(patches, axis=1)
    patches = patches[lengths > 0.05 * lengths.max()]
    patches = patches[rng.permutation(len(patches))[:sample]]
    if len(patches) < 2 * filters:
        raise InvalidInputError(
            f"Expected at least {2 * filters} patches that are not flat. Received: {len(patches)}."
        )
    patches = patches / np.linalg.norm(patches, axis=1, keepdims=True)
    anchors = patches[rng.choice(len(patches), filters, replace=False)]
    for _ in range(rounds):
        nearest = (patches @ anchors.T).argmax(axis=1)
        sums = np.zeros_like(anchors)
        np.add.at(sums, nearest, patches)
        empty = np.linalg.norm(sums, axis=1) < 1e-6
        sums[empty] = patches[rng.choice(len(patches), empty.sum())]
        anchors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return KernelLayer(anchors.astype(np.float32), alpha, size, pool, centre)


def kernel_network(
    images: np.ndarray,
    examples: int,
    filters: Sequence[int],
    *,
    features: Callable = kernel_map,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Features of images by two kernel layers, with 5x5 and 3x3 patches, and the images themselves.

    Args:
        images: `(n, 28, 28)` in [0, 1].
        examples: the first so many images give the anchors.
        filters: anchors of both layers.
        features: see `KernelLayer`.
        seed: of both layers.

    Returns:
        "pixels", "one layer" and "two layers", each `(n, h, w, k)` or `(n, h, w)`.
    """
    first = fit_kernel_layer(images[:examples], filters[0], size=5, pool=2, seed=seed)
    maps = first(images, features)
    second = fit_kernel_layer(maps[:examples], filters[1], size=3, pool=3, centre=False, seed=seed)
    found = {"pixels": images, "one layer": pool_grid(maps, 2)}
    return found | {"two layers": second(maps, features)}


def _patches(images: np.ndarray, size: int, centre: bool) -> np.ndarray:
    """All patches at stride 1 around each place, float32."""
    images = np.asarray(images, np.float32)
    images = images[..., None] if images.ndim == 3 else images
    low, high = (size - 1) // 2, size // 2
    padded = np.pad(images, ((0, 0), (low, high), (low, high), (0, 0)))
    patches = grid_patches(padded, size)
    return patches - patches.mean(axis=-1, keepdims=True) if centre else patches
