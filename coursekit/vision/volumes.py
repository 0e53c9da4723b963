"""From voxels to cells, and from scans to maps and labels, without networks."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from coursekit.datasets.volumes import Brains


def dark(images: np.ndarray) -> np.ndarray:
    """How likely each voxel is membrane, from its darkness alone.

    Args:
        images: grey `(n, d, h, w)`.

    Returns:
        `(n, d, h, w)` from 0 to 1: a smooth step at the grey half-way between the 5th and the 95th
        percentile, after a slight blur within each slice.
    """
    blurred = ndimage.gaussian_filter(np.asarray(images, float), (0, 0, 0.7, 0.7))
    low, high = np.quantile(blurred, (0.05, 0.95))
    return 1 / (1 + np.exp((blurred - (low + high) / 2) * 12 / (high - low)))


def flood(membrane: np.ndarray, *, inside: float = 0.35, smallest: int = 20) -> np.ndarray:
    """Cells from the probability of membrane: connected insides are seeds, and a flood from them
    (watershed) gives each voxel to one.

    Args:
        membrane: `(d, h, w)` from 0 to 1.
        inside: below this, after a slight blur, a voxel belongs to a seed.
        smallest: voxels of a seed; smaller ones are left to the flood.

    Returns:
        int32 `(d, h, w)`, from 1; all 1 if there is no seed.
    """
    from skimage.segmentation import watershed

    smooth = ndimage.gaussian_filter(np.asarray(membrane, float), (0.4, 0.6, 0.6))
    seeds, _ = ndimage.label(smooth < inside)
    sizes = np.bincount(seeds.ravel())
    seeds[(sizes < smallest)[seeds]] = 0
    if not seeds.any():
        return np.ones(membrane.shape, np.int32)
    return watershed(smooth, seeds).astype(np.int32)


def examples(brains: Brains) -> tuple[np.ndarray, np.ndarray]:
    """Single scans of all people and their tasks, for a reader.

    Every voxel is taken relative to the same person's mean and spread over time, after a straight
    line was taken off; voxels outside the head are 0.

    Returns:
        float32 `(m, d, h, w)` and int64 `(m,)`, scans with a label alone.
    """
    there = np.flatnonzero(brains.labels >= 0)
    time = np.linspace(-1, 1, brains.scans.shape[1])
    x = brains.scans - brains.scans.mean(axis=1, keepdims=True)
    slope = np.einsum("t,ptdhw->pdhw", time, x) / np.sum(time**2)
    x = x - time[:, None, None, None] * slope[:, None]
    x = x / (x.std(axis=1, keepdims=True) + 1e-6) * brains.head
    x = x[:, there].reshape(-1, *brains.shape)
    return x.astype(np.float32), np.tile(brains.labels[there], len(brains))


def by_voxel(known: Brains, new: Brains) -> float:
    """Share of the scans of new people whose task a logistic regression on all voxels names."""
    from sklearn.linear_model import LogisticRegression

    (x, y), (x_new, y_new) = examples(known), examples(new)
    model = LogisticRegression(C=1e-3, max_iter=200)
    model.fit(x[:, known.head], y)
    return float(model.score(x_new[:, known.head], y_new))


def t_map(brains: Brains) -> np.ndarray:
    """The general linear model of the first person, voxel by voxel: right hand against left.

    The series is explained by the two expected responses, a constant and two slow cosines; t is the
    difference of the two weights over its standard error.

    Returns:
        `(d, h, w)`; 0 outside the head.
    """
    series = brains.scans[0].reshape(len(brains.labels), -1).astype(float)
    time = np.linspace(0, 1, len(series))
    slow = np.cos(np.pi * np.outer(time, (0, 1, 2)))  # the first is constant
    design = np.concatenate([brains.responses, slow], axis=1)
    contrast = np.array([-1.0, 1.0, 0.0, 0.0, 0.0])
    weights, *_ = np.linalg.lstsq(design, series, rcond=None)
    rest = series - design @ weights
    variance = np.sum(rest**2, axis=0) / (len(series) - design.shape[1])
    spread = contrast @ np.linalg.inv(design.T @ design) @ contrast
    t = contrast @ weights / np.sqrt(variance * spread + 1e-12)
    return t.reshape(brains.shape) * brains.head
