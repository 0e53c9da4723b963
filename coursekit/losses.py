"""Losses that Keras lacks, in `keras.ops`: by margin, on distances, between distributions, for
distillation, for a critic with a gradient penalty, and for the next point of a pen.

Functions of `(y_true, y_pred)` give one loss per sample, as Keras's own do, and may be passed to
`compile`. The others take what their definition names. All work on every backend; floats keep their
dtype.
"""

from __future__ import annotations

import math

import keras
from keras import ops

from coursekit.errors import InvalidInputError
from coursekit.training.differentiation import input_gradient

_register = keras.saving.register_keras_serializable(package="coursekit")


@_register
def exponential(y_true, y_pred):
    """Exponential loss `exp(-margin)` (AdaBoost; Freund and Schapire 1997).

    Args:
        y_true: labels `(..., k)`, 0 and 1 or -1 and +1.
        y_pred: scores `(..., k)`, any real number; positive means class 1.

    Returns:
        Losses `(...)`, averaged over the last axis.
    """
    return ops.mean(ops.exp(-_margin(y_true, y_pred)), axis=-1)


@_register
def logistic(y_true, y_pred, base: float = 2.0):
    """Logistic loss `log(1 + exp(-margin))`, without overflow; in bits at the default base, so that
    it is 1 at margin 0.

    Args:
        y_true: labels `(..., k)`, 0 and 1 or -1 and +1.
        y_pred: scores `(..., k)`, any real number; positive means class 1.
        base: of the logarithm; `math.e` gives Keras's binary cross-entropy from logits.

    Returns:
        Losses `(...)`, averaged over the last axis.

    Raises:
        InvalidInputError: if `base` is not above 1.
    """
    if not base > 1:
        raise InvalidInputError(f"`base` must be above 1. Received: base={base}")
    return ops.mean(ops.softplus(-_margin(y_true, y_pred)) / math.log(base), axis=-1)


@_register
def contrastive(y_true, y_pred, margin: float = 1.0):
    """Contrastive loss on distances: pull equal pairs together, push others to `margin` (Hadsell,
    Chopra and LeCun 2006).

    Args:
        y_true: `(...)` or `(..., 1)`, 1 for a pair of the same class, 0 for a pair of two classes.
        y_pred: distances of the pairs, of the shape of `y_true`, at least 0.
        margin: distance beyond which a pair of two classes costs nothing.

    Returns:
        `0.5 d^2` for equal pairs and `0.5 max(0, margin - d)^2` for the others; an axis of length 1
        at the end is dropped.
    """
    distance = _float(y_pred)
    same = ops.cast(y_true, distance.dtype)
    loss = 0.5 * (same * distance**2 + (1 - same) * ops.maximum(margin - distance, 0.0) ** 2)
    return ops.squeeze(loss, -1) if loss.shape and loss.shape[-1] == 1 else loss


@_register
def triplet(anchor, positive, negative, margin: float = 0.2):
    """Triplet loss on squared distances (Schroff, Kalenichenko and Philbin 2015).

    Args:
        anchor: codes `(n, d)`.
        positive: codes `(n, d)` of the anchors' classes.
        negative: codes `(n, d)` of other classes.
        margin: by how much the negative must be further from the anchor than the positive.

    Returns:
        `max(0, |a - p|^2 - |a - n|^2 + margin)`, shape `(n,)`.
    """
    anchor, positive, negative = _float(anchor), _float(positive), _float(negative)
    near = ops.sum((anchor - positive) ** 2, axis=-1)
    far = ops.sum((anchor - negative) ** 2, axis=-1)
    return ops.maximum(near - far + margin, 0.0)


@_register
def kl_sparsity(activations, target: float = 0.05):
    """Sparsity penalty: the divergence of each unit's mean activation from `target`, summed over
    units (Ng 2011).

    Args:
        activations: `(n, units)`, between 0 and 1, such as sigmoid outputs.
        target: wanted mean activation, in (0, 1).

    Returns:
        A scalar, 0 if every unit is active `target` of the time.

    Raises:
        InvalidInputError: if `target` is not in (0, 1).
    """
    if not 0 < target < 1:
        raise InvalidInputError(
            f"`target` must lie between 0 and 1, exclusive. Received: target={target}"
        )
    activations = _float(activations)
    mean = ops.mean(ops.reshape(activations, (-1, activations.shape[-1])), axis=0)
    tiny = keras.config.epsilon()
    mean = ops.clip(mean, tiny, 1 - tiny)
    return ops.sum(
        target * ops.log(target / mean) + (1 - target) * ops.log((1 - target) / (1 - mean))
    )


@_register
def jensen_shannon(y_true, y_pred):
    """Jensen-Shannon divergence of two distributions, in nats: 0 if they are equal, log 2 if they
    have nothing in common.

    Args:
        y_true: probabilities `(..., k)` that sum to one along the last axis.
        y_pred: probabilities `(..., k)` that sum to one along the last axis.

    Returns:
        Divergences `(...)`.
    """
    q = _float(y_pred)
    p = ops.cast(y_true, q.dtype)
    middle = (p + q) / 2
    return (_divergence(p, middle) + _divergence(q, middle)) / 2


@_register
def distillation(
    y_true, student_logits, teacher_logits, temperature: float = 4.0, alpha: float = 0.5
):
    """Learn from a teacher's soft answers and from the labels (Hinton, Vinyals and Dean 2015).

    Args:
        y_true: integer labels `(n,)`.
        student_logits: `(n, k)`.
        teacher_logits: `(n, k)`; no gradient flows into them.
        temperature: divides both logits where student and teacher are compared; that part is
            multiplied by its square, which keeps the size of its gradient.
        alpha: weight of the teacher, in [0, 1]; the labels have the rest.

    Returns:
        Losses `(n,)`: `alpha T^2 KL(teacher || student) + (1 - alpha) cross-entropy`.

    Raises:
        InvalidInputError: if `temperature` is not positive or `alpha` not in [0, 1].
    """
    if not temperature > 0 or not 0 <= alpha <= 1:
        raise InvalidInputError(
            f"`temperature` must be positive and `alpha` in [0, 1]. Received: "
            f"temperature={temperature}, alpha={alpha}"
        )
    student, teacher = _float(student_logits), ops.stop_gradient(_float(teacher_logits))
    log_s = ops.log_softmax(student / temperature, axis=-1)
    log_t = ops.log_softmax(teacher / temperature, axis=-1)
    soft = ops.sum(ops.exp(log_t) * (log_t - log_s), axis=-1)
    hard = keras.losses.sparse_categorical_crossentropy(y_true, student, from_logits=True)
    return alpha * temperature**2 * soft + (1 - alpha) * hard


def gradient_penalty(critic, real, fake, seed, *, target: float = 1.0):
    """How far the critic's slope is from `target` between real and fake (Gulrajani et al. 2017).

    Args:
        critic: function of samples `(n, ...)` that gives scores; batch normalisation has no place
            in it, for the slope at one sample must not depend on the others.
        real: samples `(n, ...)`.
        fake: as many samples of the same shape.
        seed: `keras.random.SeedGenerator`; draws a mixing number for each pair.
        target: wanted size of the slope.

    Returns:
        `(|slope| - target)^2` at the mixed samples, `(n,)`; it can be differentiated again.
    """
    real, fake = _float(real), _float(fake)
    shape = ops.shape(real)
    mix = keras.random.uniform((shape[0], *[1] * (len(shape) - 1)), dtype=real.dtype, seed=seed)
    slope = input_gradient(critic, mix * real + (1 - mix) * fake)
    square = ops.sum(slope**2, axis=tuple(range(1, len(shape))))
    return (ops.sqrt(square + 1e-12) - target) ** 2  # the root has no slope at 0


def wasserstein_critic(critic, real, fake, seed, *, penalty: float = 10.0):
    """The critic's loss in a WGAN-GP: mean score of the fakes less that of the real ones, plus
    `penalty` times the mean `gradient_penalty`. A scalar. Arguments as there."""
    gap = ops.mean(critic(fake)) - ops.mean(critic(real))
    return gap + penalty * ops.mean(gradient_penalty(critic, real, fake, seed))


def wasserstein_generator(critic, fake):
    """The generator's loss in a WGAN: less the critic's mean score of the fakes. A scalar."""
    return -ops.mean(critic(fake))


@_register
def pen_nats(y_true, y_pred):
    """Minus the log density of the pen's next point under a mixture of bivariate Gaussians and a
    coin for its lift (Graves 2013, equations 18 to 26), in nats.

    Args:
        y_true: steps in x and y, and 1 where the pen is lifted after the point, `(..., 3)`.
        y_pred: `(..., 6 m + 1)`: the logit of the lift, then m numbers each for the weights (before
            the softmax), the means in x and in y, the log standard deviations in x and in y, and
            the correlations (before 0.95 tanh).

    Returns:
        Losses `(...)`. Densities may exceed 1, so that a loss may be negative.
    """
    out = _float(y_pred)
    y = ops.cast(y_true, out.dtype)
    logits, mean_x, mean_y, log_x, log_y, rho = ops.split(out[..., 1:], 6, axis=-1)
    log_x, log_y = ops.clip(log_x, -5.0, 3.0), ops.clip(log_y, -5.0, 3.0)
    rho = 0.95 * ops.tanh(rho)
    x = (y[..., 0:1] - mean_x) * ops.exp(-log_x)
    z = (y[..., 1:2] - mean_y) * ops.exp(-log_y)
    rest = 1 - rho * rho
    each = -(x * x + z * z - 2 * rho * x * z) / (2 * rest)
    each = each - log_x - log_y - ops.log(rest) / 2 - math.log(2 * math.pi)
    step = ops.logsumexp(ops.log_softmax(logits, axis=-1) + each, axis=-1)
    lift = ops.where(y[..., 2] > 0.5, out[..., 0], -out[..., 0])
    return ops.softplus(-lift) - step


def _float(x):
    x = ops.convert_to_tensor(x)
    return (
        x
        if keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype))
        else ops.cast(x, keras.config.floatx())
    )


def _margin(y_true, y_pred):
    """Score times label, the label taken as -1 or +1."""
    score = _float(y_pred)
    return ops.where(ops.convert_to_tensor(y_true) > 0, score, -score)


def _divergence(p, q):
    """KL(p || q) along the last axis; where p is 0 it adds nothing."""
    empty = p <= 0
    ratio = ops.where(empty, ops.ones_like(p), p) / ops.where(empty, ops.ones_like(q), q)
    return ops.sum(p * ops.log(ratio), axis=-1)
