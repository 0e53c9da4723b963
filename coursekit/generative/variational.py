"""A variational autoencoder with Bernoulli pixels (Kingma and Welling 2014)."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from coursekit.generative.first import dense_net, quick_compile
from coursekit.training import NumpyCopy, fit


class VAE(keras.Model):
    """An encoder that proposes a Gaussian for the code, and a decoder that gives logits of pixels.

    Args:
        pixels: of an image.
        latent: axes of the code.
        units: of each of the two hidden layers on either side.
        beta: how much the divergence counts; 1 is the bound, other values are not.
        seed: of weights and noise.

    Attributes:
        encoder: from images to `2 latent` numbers, the means and then the log variances.
        decoder: from codes to logits of pixels.
    """

    def __init__(
        self,
        pixels: int = 784,
        latent: int = 50,
        units: int = 200,
        *,
        beta: float = 1.0,
        seed: int = 0,
    ):
        super().__init__(name="vae")
        rng = np.random.default_rng(seed)
        self.encoder = dense_net(pixels, (units, units), 2 * latent, rng, name="encoder")
        self.decoder = dense_net(latent, (units, units), pixels, rng, name="decoder")
        self.latent, self.beta = latent, beta
        self.noise = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x):
        """`x`: the work is done in the loss."""
        return x

    def elbo(self, x):
        """The bound of each image in nats, from one draw; pixels become 0 or 1 anew each time."""
        shape = ops.shape(x)
        pixels = ops.cast(keras.random.uniform(shape, seed=self.noise) < x, "float32")
        mean, log_variance = ops.split(self.encoder(pixels), 2, axis=-1)
        noise = keras.random.normal((shape[0], self.latent), seed=self.noise)
        logits = self.decoder(mean + ops.exp(0.5 * log_variance) * noise)
        likelihood = ops.sum(pixels * logits - ops.softplus(logits), axis=-1)
        divergence = ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=-1) / 2
        return likelihood - self.beta * divergence

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Minus the mean bound."""
        return -ops.mean(self.elbo(x))

    def learn(
        self,
        x: np.ndarray,
        *,
        epochs: int,
        batch_size: int = 100,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> list[float]:
        """Train by Adam on images `(n, pixels)` in [0, 1]; the loss by epoch. Rows that fill no
        whole batch are dropped."""
        usable = max(1, len(x) // batch_size) * batch_size
        steps = epochs * max(1, len(x) // batch_size)
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.05)
        self.compile(keras.optimizers.Adam(rate), loss=None, jit_compile=quick_compile())
        options = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "progress": "none"}
        return fit(self, np.asarray(x[:usable], "float32"), **options).history["loss"]

    def propose(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log variance of the code of each image, `(n, latent)` each."""
        mean, log_variance = np.split(NumpyCopy(self.encoder)(x), 2, axis=-1)
        return mean, log_variance

    def logits(self, z: np.ndarray) -> np.ndarray:
        """What the decoder makes of codes `(..., latent)`."""
        z = np.asarray(z, "float32")
        flat = NumpyCopy(self.decoder)(z.reshape(-1, self.latent))
        return flat.reshape(*z.shape[:-1], -1)

    def draw(self, n: int, *, seed: int = 0) -> np.ndarray:
        """`n` new images: the decoder's probabilities at codes from the standard normal."""
        z = np.random.default_rng(seed).normal(size=(n, self.latent))
        return expit(self.logits(z))
