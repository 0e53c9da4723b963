"""Two networks that learn against each other, one at a time, and an image that learns against a
fixed network: the same step on TensorFlow and on JAX."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from coursekit.errors import InvalidInputError


class Player(keras.Model):
    """One player's training step: its own weights move, the other's stand still.

    Compile each player with an optimiser of its own and call `train_on_batch` in turn. The weights
    of `other` enter the compiled step with the values that they have at that moment, and leave it
    unchanged to the last bit.

        critic_step = Player(critic, generator, critic_loss)
        generator_step = Player(generator, critic, generator_loss)
        for step in (critic_step, generator_step):
            step.compile(keras.optimizers.Adam(1e-3, beta_1=0.5))
        critic_step.train_on_batch(real)

    Args:
        learner: built layer or model whose trainable weights are moved.
        other: built layer or model that stands still, or None.
        loss: function `(learner, other, x, seed)` of `keras.ops` that returns a scalar. `x` is what
            `train_on_batch` was given; `seed` is a `keras.random.SeedGenerator` for noise.
        seed: of the noise.

    Layers of `other` that keep running figures, such as batch normalisation, keep them from
    changing only if the loss calls `other` with `training=False`.

    Raises:
        InvalidInputError: if `learner` or `other` has no weights yet.
    """

    def __init__(
        self,
        learner: keras.Layer,
        other: keras.Layer | None,
        loss: Callable,
        *,
        seed: int = 0,
        name: str | None = None,
    ):
        super().__init__(name=name)
        for role, layer in (("learner", learner), ("other", other)):
            if layer is not None and not layer.built:
                raise InvalidInputError(
                    f"`{role}` must be built, for its weights belong to the step. Received: "
                    f"{layer.name!r}, not built. Start it with keras.Input, or call it once."
                )
        self.learner, self.other, self._loss = learner, other, loss
        self.noise = keras.random.SeedGenerator(seed)
        self.built = True

    @property
    def trainable_variables(self) -> list:
        """The learner's trainable weights."""
        return self.learner.trainable_variables

    @property
    def non_trainable_variables(self) -> list:
        """What the step carries along: the learner's other weights, all of the other's, the state
        of the noise."""
        theirs = [] if self.other is None else self.other.variables
        return [*self.learner.non_trainable_variables, *theirs, self.noise.state]

    @property
    def trainable_weights(self) -> list:
        """As `trainable_variables`."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self) -> list:
        """As `non_trainable_variables`."""
        return self.non_trainable_variables

    def call(self, x):
        """`x`: the work is done in the loss."""
        return x

    def train_on_batch(self, *batch, **options):
        """A step and its batch's loss: before Keras 3.15 the mean of all so far would come."""
        self.reset_metrics()
        return super().train_on_batch(*batch, **options)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The player's loss, a scalar."""
        return self._loss(self.learner, self.other, x, self.noise)


class _Between(keras.constraints.Constraint):
    """Values cut to a range. A class, as Keras up to 3.13 takes no plain function."""

    def __init__(self, least: float, greatest: float):
        self.least, self.greatest = least, greatest

    def __call__(self, w):
        return ops.clip(w, self.least, self.greatest)

    def get_config(self):
        return {"least": self.least, "greatest": self.greatest}


class ImageLayer(keras.Layer):
    """A layer whose only weight is an image (or a batch of images); calling it gives the image.

    Args:
        start: array of any shape, the first image.
        limits: least and greatest value; each step is cut to them. None lets the values run free.
    """

    def __init__(self, start, limits: tuple[float, float] | None = None, **kwargs):
        super().__init__(**kwargs)
        start = np.array(start, dtype="float32")
        self.image = self.add_weight(
            name="image",
            shape=start.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(start, dtype),
            constraint=None if limits is None else _Between(*limits),
        )
        self.built = True

    def call(self, x=None):
        """The image, whatever `x`."""
        return self.image + 0.0  # a tensor, not the variable


def optimise_image(
    loss: Callable,
    start,
    network: keras.Layer | None = None,
    *,
    steps: int = 100,
    optimizer: keras.optimizers.Optimizer | None = None,
    limits: tuple[float, float] | None = None,
    watch: Callable[[int, np.ndarray, float], None] | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Move an image, not a network, down a loss: activation maximisation, style, in-painting.

    Args:
        loss: function `(image, network, seed)` of `keras.ops` that returns a scalar; `image` is a
            tensor of the shape of `start`, `seed` a `SeedGenerator` for jitter and the like.
        start: array, the first image, most often `(1, h, w, c)`.
        network: what the loss looks at the image with; its weights stay as they are. A network
            that the loss reads without getting it here is fixed when the step is compiled.
        steps: number of steps.
        optimizer: `Adam(0.02)` if None.
        limits: least and greatest value of a pixel, or None.
        watch: called as `watch(step, image, loss)` after each step.
        seed: of `seed`.

    Returns:
        The image after the last step, float32, and the losses `(steps,)`, each from before its
        step.

    Raises:
        InvalidInputError: if `steps` is not positive.
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise InvalidInputError(f"`steps` must be a positive integer. Received: steps={steps!r}")
    layer = ImageLayer(start, limits)
    player = Player(layer, network, lambda me, net, _, noise: loss(me(), net, noise), seed=seed)
    player.compile(optimizer or keras.optimizers.Adam(0.02))
    nothing, losses = np.zeros((1, 1), "float32"), np.zeros(steps)
    for step in range(steps):
        losses[step] = float(player.train_on_batch(nothing))
        if watch is not None:
            watch(step, layer.get_weights()[0], losses[step])
    return layer.get_weights()[0], losses
