"""Where the pen goes next, as a distribution: a mixture of bivariate Gaussians over the step, and a
coin for the lift of the pen (Graves 2013, section 4.1). NumPy alone.

A network gives 6 m + 1 numbers for a point: the logit of the lift, then m numbers each for the
weights, the means in x and y, the log standard deviations in x and y, and the correlations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from coursekit.errors import InvalidInputError

LOG_SIGMA = (-5.0, 3.0)  # narrower or wider Gaussians would overflow the loss
MOST_RHO = 0.95  # at 1 an ellipse has no area


@dataclass(frozen=True)
class Mixture:
    """Distributions of the next point, for any number of points at once.

    Attributes:
        logits: of the components, `(..., m)`; their softmax is the weights.
        means: `(..., m, 2)`.
        log_sigmas: logarithms of the standard deviations, `(..., m, 2)`.
        rho: correlations, `(..., m)`.
        pen: logit of the lift after this point, `(...)`.
    """

    logits: np.ndarray
    means: np.ndarray
    log_sigmas: np.ndarray
    rho: np.ndarray
    pen: np.ndarray

    @classmethod
    def of(cls, outputs: np.ndarray) -> Mixture:
        """From a network's outputs `(..., 6 m + 1)`.

        Raises:
            InvalidInputError: if the last axis has another length.
        """
        outputs = np.asarray(outputs, float)
        if outputs.ndim == 0 or outputs.shape[-1] % 6 != 1 or outputs.shape[-1] < 7:
            raise InvalidInputError(
                f"Expected outputs with a last axis of 6 m + 1 numbers, m components. Received: "
                f"shape {outputs.shape}."
            )
        rows = outputs[..., 1:].reshape(*outputs.shape[:-1], 6, -1)  # (..., 6, m)
        return cls(
            rows[..., 0, :],
            np.moveaxis(rows[..., 1:3, :], -2, -1),
            np.moveaxis(np.clip(rows[..., 3:5, :], *LOG_SIGMA), -2, -1),
            MOST_RHO * np.tanh(rows[..., 5, :]),
            outputs[..., 0],
        )

    @property
    def weights(self) -> np.ndarray:
        """Of the components, `(..., m)`; they sum to 1."""
        return np.exp(self.logits - logsumexp(self.logits, axis=-1, keepdims=True))

    @property
    def sigmas(self) -> np.ndarray:
        """Standard deviations `(..., m, 2)`."""
        return np.exp(self.log_sigmas)

    def biased(self, bias: float) -> Mixture:
        """The same, neater: Gaussians narrower by exp(-bias), logits times 1 + bias (Graves 2013,
        section 5.4). Means, correlations and the lift stay."""
        logits, log_sigmas = self.logits * (1 + bias), self.log_sigmas - bias
        return Mixture(logits, self.means, log_sigmas, self.rho, self.pen)

    def nats(self, points: np.ndarray) -> np.ndarray:
        """Minus the log density of points `(..., 3)` that came, in nats `(...)`."""
        points = np.asarray(points, float)
        each = log_normal(points[..., None, :2], self.means, self.sigmas, self.rho)
        logits = self.logits - logsumexp(self.logits, axis=-1, keepdims=True)
        lift = np.where(points[..., 2] > 0.5, self.pen, -self.pen)
        return np.logaddexp(0, -lift) - logsumexp(logits + each, axis=-1)

    def mean(self) -> np.ndarray:
        """The mean step `(..., 2)`."""
        return np.sum(self.weights[..., None] * self.means, axis=-2)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A point of each distribution: `(..., 3)`."""
        weights = self.weights
        chosen = np.sum(np.cumsum(weights, -1) < rng.random((*self.pen.shape, 1)), -1)
        chosen = np.minimum(chosen, weights.shape[-1] - 1)[..., None]
        rho = np.take_along_axis(self.rho, chosen, -1)[..., 0]
        mean, sigma = (
            np.take_along_axis(part, chosen[..., None], -2)[..., 0, :]
            for part in (self.means, self.sigmas)
        )
        z = rng.normal(size=mean.shape)
        z[..., 1] = rho * z[..., 0] + np.sqrt(1 - rho**2) * z[..., 1]
        lift = rng.random(self.pen.shape) < expit(self.pen)
        return np.concatenate([mean + sigma * z, lift[..., None]], axis=-1)

    def heat(self, here: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """Density of where the next point of one distribution lies: `(len(ys), len(xs))`.

        Args:
            here: where the pen is, `(2,)`.
            xs, ys: of the places, in the units of the steps.
        """
        places = np.stack(np.meshgrid(xs, ys), axis=-1)[..., None, :] - np.asarray(here)
        each = log_normal(places, self.means, self.sigmas, self.rho)
        return np.sum(self.weights * np.exp(each), axis=-1)


def log_normal(x: np.ndarray, means: np.ndarray, sigmas: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Log density of bivariate Gaussians.

    Args:
        x: places `(..., 2)`.
        means: `(..., 2)`.
        sigmas: standard deviations `(..., 2)`.
        rho: correlations `(...)`, between -1 and 1.

    Returns:
        `(...)`; all arguments are broadcast.
    """
    z = (np.asarray(x) - means) / sigmas
    rest = 1 - np.asarray(rho) ** 2
    square = (z[..., 0] ** 2 + z[..., 1] ** 2 - 2 * rho * z[..., 0] * z[..., 1]) / rest
    return -0.5 * square - 0.5 * np.log(rest) - np.log(sigmas).sum(-1) - np.log(2 * np.pi)


def fit_constant(points: np.ndarray) -> np.ndarray:
    """The outputs `(7,)` that fit points `(n, 3)` best without a memory, with one Gaussian."""
    points = np.asarray(points, float)
    mean, sigma = points[:, :2].mean(0), points[:, :2].std(0)
    rho = np.clip(np.corrcoef(points[:, :2].T)[0, 1] / MOST_RHO, -0.99, 0.99)
    lift = np.clip(points[:, 2].mean(), 1e-4, 1 - 1e-4)
    pen = np.log(lift / (1 - lift))
    return np.array([pen, 0.0, *mean, *np.log(sigma), np.arctanh(rho)])


def fit_mixture(points: np.ndarray, components: int = 20, *, seed: int = 0) -> np.ndarray:
    """The same with a mixture, by expectation maximisation (scikit-learn): `(6 m + 1,)`."""
    from sklearn.mixture import GaussianMixture

    points = np.asarray(points, float)
    points = points[:: max(1, len(points) // 20_000)]  # as good, and there in seconds
    options = {"reg_covar": 1e-4, "random_state": seed, "max_iter": 60, "tol": 1e-2}
    found = GaussianMixture(components, **options).fit(points[:, :2])
    sigmas = np.sqrt(np.diagonal(found.covariances_, axis1=1, axis2=2))
    rho = found.covariances_[:, 0, 1] / sigmas.prod(axis=1)
    rho = np.arctanh(np.clip(rho / MOST_RHO, -0.99, 0.99))
    parts = [np.log(found.weights_), *found.means_.T, *np.log(sigmas).T, rho]
    return np.concatenate([fit_constant(points)[:1], *parts])
