"""How probable are data under a machine: the partition function, exactly or by annealed importance
sampling."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import expit, logsumexp

from coursekit.boltzmann.rbm import RBM, free_energy, sample
from coursekit.errors import InvalidInputError

MOST_EXACT = 24
_CHUNK = 12


def log_partition(rbm: RBM) -> float:
    """log Z in nats, by a sum over all states of the smaller layer.

    Raises:
        InvalidInputError: if the smaller layer has more than 24 units.

    >>> machine = RBM(np.zeros((3, 2)), np.zeros(3), np.zeros(2))
    >>> round(log_partition(machine), 6)  # log of 2^5 states of energy 0
    3.465736
    """
    weights, inner, outer = rbm.weights, rbm.hidden_bias, rbm.visible_bias
    if weights.shape[0] < weights.shape[1]:
        weights, inner, outer = weights.T, outer, inner
    units = inner.size
    if units > MOST_EXACT:
        raise InvalidInputError(
            f"Expected at most {MOST_EXACT} units in the smaller layer, for 2^units states are "
            f"summed. Received: {units}. Use ais_log_partition."
        )
    weights = weights.astype(np.float64)
    low = min(units, _CHUNK)
    patterns = all_states(low)
    base = patterns @ weights[:, :low].T + outer
    parts = []
    for high in all_states(units - low):
        inputs = base + weights[:, low:] @ high
        bias = patterns @ inner[:low] + high @ inner[low:]
        parts.append(logsumexp(bias + _softplus_sums(inputs)))
    return float(logsumexp(parts))


def ais_log_partition(
    rbm: RBM,
    *,
    temperatures: int = 1000,
    chains: int = 100,
    visible_bias: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """log Z by annealed importance sampling (Salakhutdinov and Murray 2008), and its standard
    error.

    Args:
        rbm: the machine.
        temperatures: number of steps from the base machine without weights to this one.
        chains: how many runs are averaged.
        visible_bias: of the base machine; by default the machine's own.
        seed: of the states.

    Returns:
        `(log_z, error)`, nats.
    """
    rng = np.random.default_rng(seed)
    base = np.asarray(rbm.visible_bias if visible_bias is None else visible_bias, np.float64)
    weights, c = rbm.weights.astype(np.float64), rbm.hidden_bias.astype(np.float64)
    b = rbm.visible_bias.astype(np.float64)
    v = sample(np.tile(expit(base), (chains, 1)), rng).astype(np.float64)
    log_weights = np.zeros(chains)
    betas = np.linspace(0.0, 1.0, temperatures)
    for before, beta in itertools.pairwise(betas):
        inputs = v @ weights + c
        log_weights += (beta - before) * (v @ (b - base))
        log_weights += np.logaddexp(0, beta * inputs).sum(axis=1)
        log_weights -= np.logaddexp(0, before * inputs).sum(axis=1)
        h = sample(expit(beta * inputs), rng)
        v = sample(expit((1 - beta) * base + beta * (h @ weights.T + b)), rng).astype(np.float64)
    start = np.logaddexp(0, base).sum() + c.size * np.log(2)
    log_z = start + logsumexp(log_weights) - np.log(chains)
    ratios = np.exp(log_weights - log_weights.max())
    error = ratios.std() / ratios.mean() / np.sqrt(chains)
    return float(log_z), float(error)


def mean_log_likelihood(rbm: RBM, x: np.ndarray, log_z: float) -> float:
    """The mean of log P(v) over rows of binary data, in nats."""
    return float(-free_energy(rbm, np.asarray(x, np.float64)).mean() - log_z)


def _softplus_sums(inputs: np.ndarray) -> np.ndarray:
    """Sum of log(1 + e^z) over each row. Logarithms are the dear part: factors are multiplied by
    the eight before one is taken, where eight of them cannot overflow."""
    if inputs.max(initial=0.0) > 80:
        return np.logaddexp(0, inputs).sum(axis=1)
    factors = np.exp(inputs)
    factors += 1
    starts = np.arange(0, inputs.shape[1], 8)
    return np.log(np.multiply.reduceat(factors, starts, axis=1)).sum(axis=1)


def all_states(units: int, *, low: float = 0.0) -> np.ndarray:
    """All patterns of some binary units, `(2^units, units)`, float64.

    Args:
        units: how many.
        low: the value of a unit that is off: 0, or -1.

    >>> all_states(2)
    array([[0., 0.],
           [1., 0.],
           [0., 1.],
           [1., 1.]])
    """
    on = np.arange(2**units)[:, None] >> np.arange(units) & 1
    return np.where(on, 1.0, low)
