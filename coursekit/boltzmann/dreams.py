"""A machine that knows images and their labels at once, and what it sees when it runs alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.special import expit, softmax

from coursekit.boltzmann.rbm import RBM, sample, train_rbm
from coursekit.errors import InvalidInputError


@dataclasses.dataclass(frozen=True)
class JointRBM:
    """A machine whose visible units are the pixels and, behind them, one unit for each class."""

    machine: RBM
    num_classes: int

    @property
    def pixels(self) -> int:
        """How many of the visible units are pixels."""
        return self.machine.visible_bias.size - self.num_classes


def train_joint(
    x: np.ndarray,
    labels: np.ndarray,
    hidden: int,
    *,
    num_classes: int = 10,
    progress: Callable[[str], None] = lambda text: None,
    **training,
) -> JointRBM:
    """Train on images and labels together (Hinton, Osindero and Teh 2006, the top layer).

    Args:
        x: `(n, pixels)` in [0, 1].
        labels: `(n,)` integers below `num_classes`.
        hidden: number of hidden units.
        num_classes: number of label units.
        progress: called with a line after each epoch.
        **training: as for `train_rbm`.
    """
    rows = np.concatenate([x, np.eye(num_classes, dtype=np.float32)[labels]], axis=1)
    return JointRBM(train_rbm(rows, hidden, progress=progress, **training), num_classes)


def dream(
    joint: JointRBM, labels: np.ndarray, *, steps: int = 300, seed: int = 0, keep: int = 1
) -> np.ndarray:
    """Images that the machine makes while its label units are held.

    Args:
        joint: the machine.
        labels: the class of each image, `(n,)`.
        steps: Gibbs steps from random pixels.
        seed: of the states.
        keep: how many moments of the run to return, evenly spaced, the last one included.

    Returns:
        pixel probabilities `(keep, n, pixels)`.
    """
    rng = np.random.default_rng(seed)
    held = np.eye(joint.num_classes, dtype=np.float32)[np.asarray(labels)]
    v = sample(np.full((len(held), joint.pixels), 0.5), rng)
    moments = set(np.linspace(0, steps - 1, keep + 1).round().astype(int)[1:].tolist())
    kept = []
    for step in range(steps):
        p = _down(joint, sample(_up(joint, v, held), rng))[0]
        v = sample(p, rng)
        if step in moments:
            kept.append(p)
    return np.stack(kept)


def complete(
    joint: JointRBM,
    image: np.ndarray,
    known: np.ndarray,
    *,
    chains: int = 8,
    steps: int = 100,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Fill in the pixels that are not known, by chains in which the known ones are held.

    Args:
        joint: the machine.
        image: `(pixels,)` in [0, 1].
        known: `(pixels,)` bool; where False, `image` is not looked at.
        chains: how many completions.
        steps: Gibbs steps of each.
        seed: of the states.

    Returns:
        `(images, classes)`: pixel probabilities `(chains, pixels)` with the known pixels as given,
        and the probability of each class at the end of each chain, `(chains, num_classes)`.

    Raises:
        InvalidInputError: if `image` or `known` does not have one value for each pixel.
    """
    image, known = np.asarray(image, np.float32), np.asarray(known, bool)
    if image.shape != (joint.pixels,) or known.shape != image.shape:
        raise InvalidInputError(
            f"Expected image and known of shape ({joint.pixels},). "
            f"Received: {image.shape} and {known.shape}."
        )
    rng = np.random.default_rng(seed)
    v = np.where(known, image, sample(np.full((chains, joint.pixels), 0.5), rng))
    held = np.full((chains, joint.num_classes), 1 / joint.num_classes, np.float32)
    p, classes = v, held
    for _ in range(steps):
        p, logits = _down(joint, sample(_up(joint, v, held), rng))
        classes = softmax(logits, axis=1)
        chosen = (classes.cumsum(axis=1) > rng.random((chains, 1))).argmax(axis=1)
        held = np.eye(joint.num_classes, dtype=np.float32)[chosen]
        v = np.where(known, image, sample(p, rng))
    return np.where(known, image, p), classes


def _up(joint: JointRBM, v: np.ndarray, labels: np.ndarray) -> np.ndarray:
    w, n = joint.machine.weights, joint.pixels
    return expit(v @ w[:n] + labels @ w[n:] + joint.machine.hidden_bias)


def _down(joint: JointRBM, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    w, b, n = joint.machine.weights, joint.machine.visible_bias, joint.pixels
    return expit(h @ w[:n].T + b[:n]), h @ w[n:].T + b[n:]
