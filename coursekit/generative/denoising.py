"""A small convolutional network that takes off noise of any level it is told of (after Zhang et al.
2017, DnCNN, and 2018, FFDNet)."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from coursekit._files import replacing
from coursekit.generative.first import glorot, quick_compile
from coursekit.generative.images import patches as photograph_patches
from coursekit.generative.images import photograph
from coursekit.generative.restoring import decibels
from coursekit.training import fit

WEIGHTS = Path(__file__).parent / "denoiser.npz"


class Denoiser(keras.Model):
    """A network that predicts the noise in grey pictures whose sides are even; its hidden layers
    work at half the size.

    Args:
        width: maps of each hidden layer.
        depth: convolutions, the first and the last with stride 2.
        largest: level of noise up to which it learns.
        seed: of weights and noise.
    """

    def __init__(self, width: int = 32, *, depth: int = 7, largest: float = 0.2, seed: int = 0):
        super().__init__(name="denoiser")
        shape = {"padding": "same", "kernel_initializer": glorot(np.random.default_rng(seed))}
        first = layers.Conv2D(width, 4, strides=2, activation="relu", **shape)
        hidden = [layers.Conv2D(width, 3, activation="relu", **shape) for _ in range(depth - 2)]
        last = layers.Conv2DTranspose(1, 4, strides=2, **shape)
        self.net = keras.Sequential([keras.Input((None, None, 2)), first, *hidden, last])
        self.largest = largest
        self.noise = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x):
        """`x`: the work is done in the loss."""
        return x

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean square of what is wrong with the predicted noise, over the level, so that faint
        noise counts, too."""
        shape = ops.shape(x)
        level = keras.random.uniform((shape[0], 1, 1, 1), 0.0, self.largest, seed=self.noise)
        noise = level * keras.random.normal(shape, seed=self.noise)
        told = ops.concatenate([x + noise, level + ops.zeros_like(x)], axis=-1)
        return ops.mean((level * self.net(told) - noise) ** 2 / (level + 0.01))

    def learn(
        self,
        patches: np.ndarray,
        *,
        steps: int,
        batch_size: int = 32,
        learning_rate: float = 2e-3,
        seed: int = 0,
    ) -> list[float]:
        """Train by Adam on clean patches `(n, side, side, 1)` in [0, 1]; the loss by pass."""
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.02)
        self.compile(keras.optimizers.Adam(rate), loss=None, jit_compile=quick_compile())
        rows = np.resize(np.random.default_rng(seed).permutation(len(patches)), steps * batch_size)
        per_pass = max(1, min(steps, 500)) * batch_size
        told = []
        for start in range(0, len(rows), per_pass):
            part = rows[start : start + per_pass]
            options = {"epochs": 1, "batch_size": batch_size, "seed": seed, "progress": "none"}
            told += fit(self, patches[part], **options).history["loss"]
        return told

    def clean(self, picture: np.ndarray, level: float) -> np.ndarray:
        """A picture `(h, w)` without noise of this standard deviation, float64."""
        seen = np.asarray(picture, "float32")
        told = np.stack([seen, np.full_like(seen, level)], axis=-1)[None]
        noise = level * self.net.predict_on_batch(told)[0, ..., 0]
        return np.asarray(picture, float) - noise

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Denoiser:
        """The one that comes with the package; `train_reference` made it."""
        denoiser = cls()
        with np.load(path) as arrays:
            denoiser.net.set_weights([arrays[name].astype("float32") for name in arrays.files])
        return denoiser


def train_reference(*, steps: int = 3_500, seed: int = 0, path: Path = WEIGHTS) -> str:
    """Train the denoiser that comes with the package, on scikit-image's photographs but "camera",
    and keep its weights as float16; says how well it does on "camera"."""
    denoiser = Denoiser(seed=seed)
    denoiser.learn(photograph_patches(8_000, seed=seed), steps=steps, seed=seed)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        weights = [w.astype(np.float16) for w in denoiser.net.get_weights()]
        np.savez_compressed(file, **{f"{i:03d}": w for i, w in enumerate(weights)})
    truth = photograph()
    noisy = truth + np.random.default_rng(seed).normal(0, 0.1, truth.shape)
    before, after = decibels(truth, [noisy, denoiser.clean(noisy, 0.1)])
    return f'"camera" at a noise of 0.1: {before:.1f} dB before, {after:.1f} dB after'


def count(path: Path = WEIGHTS) -> int:
    """Numbers in the file of weights."""
    with np.load(path) as arrays:
        return sum(arrays[name].size for name in arrays.files)
