"""Images changed against a network by a little, and training that meets such images at every
step."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.training.differentiation import input_gradient


def fast_gradient_sign(x, gradient, eps: float, *, limits: tuple[float, float] | None = (0.0, 1.0)):
    """The change of at most `eps` a pixel that raises a loss most, to first order (Goodfellow et
    al. 2015).

    Args:
        x: images of any shape.
        gradient: slope of the loss in the images, of the same shape.
        eps: largest change of a pixel, on the scale of the images.
        limits: least and greatest value of a pixel, or None.

    Returns:
        Tensor of the shape of `x`.

    Raises:
        InvalidInputError: if `eps` is negative.
    """
    if not eps >= 0:
        raise InvalidInputError(f"`eps` must be 0 or more. Received: eps={eps!r}")
    moved = ops.convert_to_tensor(x) + eps * ops.sign(gradient)
    return moved if limits is None else ops.clip(moved, *limits)


def adversarial_loss(eps: float, *, share: float = 0.5) -> Callable:
    """A loss for `Player` that mixes clean images with the same images attacked anew at every step.

        step = Player(network, None, adversarial_loss(0.25))
        step.compile(keras.optimizers.Adam(1e-3))
        step.fit({"x": x_train, "y": y_train}, epochs=5)

    Args:
        eps: largest change of a pixel; images have values from 0 to 1.
        share: weight of the attacked images, 0 to 1.

    Returns:
        Function `(learner, other, batch, seed)`; `batch` is a dict of images "x" and integer labels
        "y", and the learner gives logits.

    Raises:
        InvalidInputError: if `share` is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise InvalidInputError(f"`share` must be from 0 to 1. Received: share={share!r}")

    def loss(learner, other, batch, seed):
        x, y = batch["x"], batch["y"]

        def price(images, training):
            logits = learner(images, training=training)
            return keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)

        slope = input_gradient(lambda v: price(v, False), x)
        attacked = fast_gradient_sign(x, ops.stop_gradient(slope), eps)
        return ops.mean((1 - share) * price(x, True) + share * price(attacked, True))

    return loss
