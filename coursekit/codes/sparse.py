"""Sparse coding by FISTA, a dictionary that learns, and k-means features beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.codes.patches import fit_whitening, grid_patches, pool_grid
from coursekit.errors import InvalidInputError


def fista(x: np.ndarray, dictionary: np.ndarray, penalty: float, steps: int = 50) -> np.ndarray:
    """Sparse codes: least `0.5 |x - z D|^2 + penalty |z|_1` for each row (Beck and Teboulle 2009).

    Args:
        x: data `(n, d)`.
        dictionary: D, one atom a row `(atoms, d)`.
        penalty: price of the codes' size, 0 or more.
        steps: of the iteration.

    Returns:
        Codes `(n, atoms)`.
    """
    gram, target = dictionary @ dictionary.T, x @ dictionary.T
    rate = 1 / np.linalg.eigvalsh(gram)[-1].astype(x.dtype)
    z = ahead = np.zeros_like(target)
    pace = 1.0
    for _ in range(steps):
        moved = ahead - rate * (ahead @ gram - target)
        new = np.sign(moved) * np.maximum(np.abs(moved) - rate * penalty, 0)
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = new + x.dtype.type((pace - 1) / faster) * (new - z)
        z, pace = new, faster
    return z


def learn_dictionary(
    x: np.ndarray,
    atoms: int,
    penalty: float,
    *,
    code: Callable = fista,
    steps: int = 40,
    epochs: int = 2,
    batch_size: int = 500,
    seed: int = 0,
) -> np.ndarray:
    """A dictionary in which data have sparse codes, by the online rule of Mairal et al. 2009.

    Args:
        x: data `(n, d)`.
        atoms: how many.
        penalty: as in `fista`.
        code: `code(x, dictionary, penalty, steps)` gives the codes.
        steps: of `code`.
        epochs: passes over the data.
        batch_size: rows coded at a time.
        seed: of start and order.

    Returns:
        Atoms `(atoms, d)` of length 1.

    Raises:
        InvalidInputError: if there are fewer rows than atoms.
    """
    if len(x) < atoms:
        raise InvalidInputError(f"Expected at least {atoms} rows. Received: {len(x)}.")
    rng = np.random.default_rng(seed)
    d = _unit(
        x[rng.choice(len(x), atoms, replace=False)] + rng.normal(0, 1e-3, (atoms, x.shape[1]))
    )
    d = d.astype(x.dtype)
    seen, sums, batches = np.zeros((atoms, atoms)), np.zeros((atoms, x.shape[1])), 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x) - batch_size + 1, batch_size) or (0,):
            batch = x[order[start : start + batch_size]]
            z = np.asarray(code(batch, d, penalty, steps))
            keep = 1 - 1 / (batches + 1) ** 0.7  # older codes belong to older atoms
            seen, sums = keep * seen + z.T @ z / len(z), keep * sums + z.T @ batch / len(z)
            batches += 1
            for j in np.flatnonzero(seen.diagonal() > 1e-8):
                d[j] += ((sums[j] - seen[j] @ d) / seen[j, j]).astype(d.dtype)
                d[j] /= max(np.linalg.norm(d[j]), 1e-8)
            for j in np.flatnonzero(seen.diagonal() <= 1e-8):  # never used: a fresh start
                d[j] = _unit(batch[rng.integers(len(batch))][None])[0]
    return d


def kmeans_codes(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """How much nearer than the average centre each centre is, 0 where it is further ("triangle" of
    Coates, Ng and Lee 2011): `(n, d)` and `(k, d)` give `(n, k)`."""
    squares = (x**2).sum(axis=1)[:, None] - 2 * x @ centres.T + (centres**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares, 0))
    return np.maximum(distance.mean(axis=1, keepdims=True) - distance, 0)


def patch_features(
    images: np.ndarray,
    examples: int,
    atoms: int,
    *,
    code: Callable = fista,
    penalty: float = 0.3,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Three ways to describe images by their patches, all of the same size: k-means, one layer of
    sparse codes, two layers. Each is pooled to 3 x 3 places.

    The second layer codes neighbourhoods of 3 x 3 pooled codes of the first.

    Args:
        images: `(n, 28, 28)` in [0, 1], float32.
        examples: the first so many images are looked at when centres and atoms are learned.
        atoms: of each layer, and number of centres.
        code: as in `learn_dictionary`.
        penalty: of the sparse codes.
        seed: of start and order.

    Returns:
        Features `(n, 9 * atoms)` by name.
    """
    from sklearn.cluster import MiniBatchKMeans

    rng = np.random.default_rng(seed)

    def learn(grid):
        flat = grid[:examples].reshape(-1, grid.shape[-1])
        return flat[rng.permutation(len(flat))[: 100 * atoms]]

    def encode(grid, function):
        parts = [function(some.reshape(-1, grid.shape[-1])) for some in _chunks(grid)]
        return np.concatenate(parts).reshape(*grid.shape[:3], -1)

    def sparse(grid):
        d = learn_dictionary(learn(grid), atoms, penalty, code=code, seed=seed)
        return encode(grid, lambda x: np.abs(np.asarray(code(x, d, penalty, 30), np.float32)))

    grid = grid_patches(images, 8, 2)  # (n, 11, 11, 64)
    grid = fit_whitening(learn(grid))(grid)
    means = MiniBatchKMeans(atoms, n_init=1, batch_size=2048, random_state=seed).fit(learn(grid))
    centres = means.cluster_centers_.astype(grid.dtype)
    one = sparse(grid)
    near = grid_patches(pool_grid(one, 2), 3)  # (n, 3, 3, 9 atoms)
    pooled = {
        "k-means": pool_grid(encode(grid, lambda x: kmeans_codes(x, centres)), 3),
        "sparse, one layer": pool_grid(one, 3),
        "sparse, two layers": sparse(fit_whitening(learn(near))(near)),
    }
    return {name: part.reshape(len(images), -1) for name, part in pooled.items()}


def svm_error(
    x: np.ndarray,
    y: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    *,
    scale: str = "each",
) -> float:
    """Share of test rows that a linear SVM on features gets wrong.

    Args:
        x: features `(n, ...)`.
        y: classes `(n,)`.
        x_test: features `(m, ...)`.
        y_test: classes `(m,)`.
        scale: "each" brings every feature to mean 0 and deviation 1; "all" divides all features by
            one number, so that their relations stay.
    """
    from sklearn.svm import LinearSVC

    x, x_test = (np.reshape(part, (len(part), -1)) for part in (x, x_test))
    if scale == "each":
        mean, size, strength = x.mean(axis=0), x.std(axis=0) + 0.01, 1 / x.shape[1]
    else:
        mean, size, strength = 0, np.sqrt((x**2).sum(axis=1).mean()), 10.0
    svm = LinearSVC(C=strength, max_iter=5000).fit((x - mean) / size, y)
    return float(1 - svm.score((x_test - mean) / size, y_test))


def orientation(atoms: np.ndarray) -> np.ndarray:
    """How much of each square atom's power lies along one direction of the frequency plane, from 0
    (all directions alike) to 1 (a grating): `(n, side * side)` gives `(n,)`."""
    side = int(np.sqrt(atoms.shape[1]))
    power = np.abs(np.fft.fft2(atoms.reshape(-1, side, side))) ** 2
    fy, fx = np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side), indexing="ij")
    twice = np.exp(2j * np.arctan2(fy, fx)) * ((fx != 0) | (fy != 0))
    power[:, 0, 0] = 0
    total = power.sum(axis=(1, 2))
    return np.abs((power * twice).sum(axis=(1, 2))) / np.maximum(total, 1e-12)


def _chunks(grid: np.ndarray) -> list[np.ndarray]:
    return np.array_split(grid, max(1, len(grid) // 200))


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-8)
