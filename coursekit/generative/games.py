"""A generator against a critic on a ring of eight bumps: the plain game, the Wasserstein game with
its penalty, and a game in which the bump is ordered."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops

from coursekit import losses
from coursekit.errors import InvalidInputError
from coursekit.generative.first import dense_net, glorot, quick_compile
from coursekit.generative.rings import MODES, ring_points
from coursekit.training import Player

NOISE = 4
_SHOWN, _POINTS = 8, 1000


@dataclass(frozen=True)
class Rule:
    """How a game is played: its losses, steps of the critic in a round, and how many times as
    quick the generator's rate is as the critic's."""

    losses: tuple[Callable, Callable]
    critic_steps: int
    quicker: float


@dataclass(frozen=True)
class Run:
    """A game as it went.

    Attributes:
        kind: one of `RULES`.
        at: rounds after which points were drawn, int `(shots,)`.
        shots: the generator's points at these rounds, `(shots, points, 2)`, always from the same
            noise.
        moved_by_critic: numbers of the generator that a critic's step has changed, over all
            rounds at which that was looked at.
    """

    kind: str
    at: np.ndarray
    shots: np.ndarray = field(repr=False)
    moved_by_critic: int


def critic_of_gan(critic, generator, real, seed):
    """Loss of a critic with logits: minus the value."""
    fake = generator(_noise(real, seed))
    return ops.mean(ops.softplus(-critic(real))) + ops.mean(ops.softplus(critic(fake)))


def generator_of_gan(generator, critic, real, seed):
    """The loss that is steep where the generator loses."""
    return ops.mean(ops.softplus(-critic(generator(_noise(real, seed)))))


def critic_of_wgan(critic, generator, real, seed):
    """Wasserstein with penalty."""
    fake = generator(_noise(real, seed))
    return losses.wasserstein_critic(critic, real, fake, seed, penalty=1.0)


def generator_of_wgan(generator, critic, real, seed):
    """Less the critic's mean score."""
    return losses.wasserstein_generator(critic, generator(_noise(real, seed)))


RULES = {
    "GAN": Rule((critic_of_gan, generator_of_gan), 1, 3.0),  # Metz et al. 2017
    "WGAN-GP": Rule((critic_of_wgan, generator_of_wgan), 3, 1.0),  # Gulrajani et al. 2017
    "GAN, critic ahead": Rule((critic_of_gan, generator_of_gan), 3, 1.0),
}
"""The games by name: the plain one and the Wasserstein one as their papers play them, and the plain
one by the other's rule."""


def ring_race(kind: str, *, rounds: int, seed: int = 0, quick: bool = False) -> Run:
    """Let a generator learn the ring.

    Args:
        kind: one of `RULES`.
        rounds: steps of the generator.
        seed: of weights, noise and points.
        quick: smaller networks, and faster steps.

    Returns:
        `Run`.

    Raises:
        InvalidInputError: if `kind` is not known.
    """
    if kind not in RULES:
        raise InvalidInputError(f"`kind` must be one of {', '.join(RULES)}. Received: {kind!r}")
    rule = RULES[kind]
    width, batch = _sizes(quick)
    rng = np.random.default_rng(seed)
    generator = dense_net(NOISE, (width,) * 2, 2, rng)
    critic = dense_net(2, (width,) * 2, 1, rng)
    game = _Game(critic, generator, rule, quick, seed)
    fixed = np.random.default_rng(seed + 1).normal(size=(_POINTS, NOISE)).astype("float32")
    points, _ = ring_points(20_000, seed=seed)
    at = np.unique(np.linspace(0, rounds, _SHOWN).round().astype(int))
    shots, moved = [], 0
    for done in range(rounds + 1):
        if done in at:
            shots.append(ops.convert_to_numpy(generator(fixed)))
        if done == rounds:
            break
        if done in at:
            before = [np.array(w) for w in generator.get_weights()]
        for step in range(rule.critic_steps):
            game.critic.train_on_batch(points[rng.integers(0, len(points), batch)])
            if step == 0 and done in at:
                after = generator.get_weights()
                moved += sum(int(np.sum(a != b)) for a, b in zip(before, after, strict=True))
        game.generator.train_on_batch(points[rng.integers(0, len(points), batch)])
    return Run(kind, at, np.stack(shots), moved)


def ring_classes(
    rows: np.ndarray, *, told: bool, rounds: int, seed: int = 0, quick: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Let a generator learn to put points on the bump that is ordered; Wasserstein with penalty.

    Args:
        rows: points with their classes beside them, one-hot, `(n, 2 + 8)`.
        told: whether the critic sees the class, too.
        rounds: of three steps of the critic and one of the generator.
        seed: of weights, noise and order.
        quick: smaller networks, and faster steps.

    Returns:
        Points `(800, 2)` and the bump that was ordered for each, `(800,)`.

    Raises:
        InvalidInputError: if the rows have another width.
    """
    rows = np.asarray(rows, "float32")
    if rows.ndim != 2 or rows.shape[1] != 2 + MODES:
        raise InvalidInputError(f"`rows` must be (n, {2 + MODES}). Received: {rows.shape}")
    game, batch = _class_game(quick), _sizes(quick)[1]
    game.start(seed)
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rows, np.full((len(rows), 1), told, "float32")], axis=1)
    for _ in range(rounds):
        for _ in range(game.rule.critic_steps):
            game.critic.train_on_batch(rows[rng.integers(0, len(rows), batch)])
        game.generator.train_on_batch(rows[rng.integers(0, len(rows), batch)])
    order = np.arange(800) % MODES
    noise = rng.normal(size=(len(order), NOISE))
    inputs = np.concatenate([noise, np.eye(MODES)[order]], axis=1).astype("float32")
    return ops.convert_to_numpy(game.generator.learner(inputs)), order


@functools.lru_cache(maxsize=2)
def _class_game(quick: bool) -> _Game:
    """The game with orders; it is compiled once, and starts anew for each run. Its rows hold a
    point, its class, and 1 if the critic is told."""

    def judge(net, x):
        order = x[:, 2:-1] * x[:, -1:]
        return lambda points: net(ops.concatenate([points, order], axis=-1))

    def made(net, x, noise):
        return net(ops.concatenate([_noise(x, noise), x[:, 2:-1]], axis=-1))

    def critic_loss(me, other, x, noise):
        fake = made(other, x, noise)
        return losses.wasserstein_critic(judge(me, x), x[:, :2], fake, noise, penalty=1.0)

    def generator_loss(me, other, x, noise):
        return losses.wasserstein_generator(judge(other, x), made(me, x, noise))

    width, rng = _sizes(quick)[0], np.random.default_rng(0)
    generator = dense_net(NOISE + MODES, (width,) * 2, 2, rng)
    critic = dense_net(2 + MODES, (width,) * 2, 1, rng)
    return _Game(critic, generator, Rule((critic_loss, generator_loss), 3, 1.0), quick, 0)


class _Game:
    """Two players, each with an optimiser of its own."""

    def __init__(
        self, critic: keras.Model, generator: keras.Model, rule: Rule, quick: bool, seed: int
    ):
        self.rule = rule
        self.critic = Player(critic, generator, rule.losses[0], seed=seed)
        self.generator = Player(generator, critic, rule.losses[1], seed=seed + 1)
        rate = (3e-3 if quick else 1e-3) / rule.quicker
        self.critic.compile(
            keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.9), jit_compile=quick_compile()
        )
        rate = rate * rule.quicker
        self.generator.compile(
            keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.9), jit_compile=quick_compile()
        )
        for player in (self.critic, self.generator):
            player.optimizer.build(player.trainable_variables)
        self._fresh = [np.array(v.numpy()) for v in self._state()]

    def start(self, seed: int) -> None:
        """Fresh weights, optimisers and noise."""
        rng = np.random.default_rng(seed)
        for variable, value in zip(self._state(), self._fresh, strict=True):
            variable.assign(value)
        for player in (self.critic, self.generator):
            net = player.learner
            net.set_weights(
                [
                    ops.convert_to_numpy(glorot(rng)(w.shape)) if w.ndim > 1 else np.zeros_like(w)
                    for w in net.get_weights()
                ]
            )

    def _state(self) -> list:
        """All variables but the weights."""
        return [
            variable
            for player in (self.critic, self.generator)
            for variable in (*player.optimizer.variables, player.noise.state)
        ]


def _sizes(quick: bool) -> tuple[int, int]:
    """Units of a layer, points of a batch."""
    return (64, 128) if quick else (128, 256)


def _noise(like, seed):
    return keras.random.normal((ops.shape(like)[0], NOISE), seed=seed)
