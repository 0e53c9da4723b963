"""Known wrong answers of lab 04, each with its hints."""

import numpy as np

from coursekit.labs import excuse, mistake

# 4.1 ------------------------------------------------------------------------------------------------------------------


def _values(name, z, **other):
    z = np.asarray(z, dtype=float)
    table = {
        "identity": lambda: z,
        "sigmoid": lambda: 0.5 + 0.5 * np.tanh(z / 2),
        "tanh": lambda: np.tanh(z),
        "relu": lambda: np.maximum(z, 0),
        "leaky_relu": lambda: np.where(z > 0, z, 0.1 * z),
        "elu": lambda: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1),
        "gaussian": lambda: np.exp(-(z**2) / 2),
    } | {key: lambda value=value: value(z) for key, value in other.items()}
    return table[name]()


def _slopes(name, z, **other):
    z = np.asarray(z, dtype=float)
    s = 0.5 + 0.5 * np.tanh(z / 2)
    table = {
        "identity": lambda: np.ones_like(z),
        "sigmoid": lambda: s * (1 - s),
        "tanh": lambda: 1 - np.tanh(z) ** 2,
        "relu": lambda: 1.0 * (z > 0),
        "leaky_relu": lambda: np.where(z > 0, 1.0, 0.1),
        "elu": lambda: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
        "gaussian": lambda: -z * np.exp(-(z**2) / 2),
    } | {key: lambda value=value: value(z) for key, value in other.items()}
    return table[name]()


@mistake("4.1", name="leak-and-elu-on-the-wrong-side", tag="leakage")
def activate(name, z):
    """Draw leaky ReLU and ELU. On which side should they be the identity?

    Positive sums pass unchanged; the leak and the exponential belong to the
    negative side."""
    return _values(
        name,
        z,
        leaky_relu=lambda v: np.where(v > 0, 0.1 * v, v),
        elu=lambda v: np.where(v > 0, np.exp(np.minimum(v, 700)) - 1, v),
    )


@mistake("4.1", name="gaussian-without-the-half", tag="formula")
def activate(name, z):
    """Your bell is narrower than the one in the table.

    The exponent is -z^2 / 2. The half belongs to it."""
    return _values(name, z, gaussian=lambda v: np.exp(-(v**2)))


@mistake("4.1", name="elu-jumps-at-zero", tag="edge-case")
def activate(name, z):
    """Follow your ELU from -0.01 to 0.01: it jumps.

    The negative side is e^z - 1, which is 0 at 0. Where is the -1?"""
    return _values(name, z, elu=lambda v: np.where(v > 0, v, np.exp(np.minimum(v, 0))))


@mistake("4.1", name="tanh-overflows", tag="formula")
def activate(name, z):
    """For a sum of several hundred, your tanh is infinity divided by infinity.

    e^z leaves the range of a float near z = 710. np.tanh takes care of that."""
    with np.errstate(all="ignore"):
        return _values(
            name, z, tanh=lambda v: (np.exp(v) - np.exp(-v)) / (np.exp(v) + np.exp(-v))
        )


@mistake("4.1", name="slope-taken-at-the-output", tag="formula")
def derivative(name, z):
    """Your sigmoid and tanh slopes are formulas of f(z), fed with z.

    s(1-s) holds for s = sigmoid(z). Here the argument is z: compute the activation
    first."""
    return _slopes(name, z, sigmoid=lambda v: v * (1 - v), tanh=lambda v: 1 - v**2)


@mistake("4.1", name="kink-from-the-right", tag="leakage")
def derivative(name, z):
    """All your slopes are right, except exactly at 0.

    0 belongs to the left piece of ReLU and leaky ReLU (z > 0 is the other one), so
    its slope is 0 or 0.1."""
    return _slopes(
        name,
        z,
        relu=lambda v: 1.0 * (v >= 0),
        leaky_relu=lambda v: np.where(v >= 0, 1.0, 0.1),
    )


@mistake("4.1", name="gaussian-slope-sign", tag="sign")
def derivative(name, z):
    """Right of 0 the bell falls. What sign has its slope there?

    The chain rule brings down -z, minus sign included."""
    return _slopes(name, z, gaussian=lambda v: v * np.exp(-(v**2) / 2))


@mistake("4.1", name="tanh-slope-not-squared", tag="sign")
def derivative(name, z):
    """Your slope of tanh is not symmetric; the curve is.

    It is 1 minus tanh *squared*."""
    return _slopes(name, z, tanh=lambda v: 1 - np.tanh(v))


@mistake("4.1", name="elu-slope-as-relu", tag="sign")
def derivative(name, z):
    """Your ELU stops learning for negative sums, as ReLU does.

    The slope of e^z - 1 is e^z."""
    return _slopes(name, z, elu=lambda v: 1.0 * (v > 0))


@mistake("4.1", name="sigmoid-slope-overflows", tag="formula")
def derivative(name, z):
    """For a sum of -1,000 your sigmoid's slope is no number.

    e^1000 overflows. Write the slope as s(1-s), with an s that stays between 0 and
    1."""
    with np.errstate(all="ignore"):
        return _slopes(name, z, sigmoid=lambda v: np.exp(-v) / (1 + np.exp(-v)) ** 2)


@mistake("4.1", name="if-on-a-whole-array", tag="formula")
def activate(name, z):
    """`if z > 0` decides once, and z holds many numbers.

    np.where(z > 0, ..., ...) decides for every entry."""
    if name == "relu":
        return z if z > 0 else 0.0
    return _values(name, z)


@mistake("4.1", name="leaky-slope-as-relu", tag="leakage")
def derivative(name, z):
    """Your leaky ReLU stops learning for negative sums.

    Left of 0 it is 0.1 z, a line. What is its slope?"""
    return _slopes(name, z, leaky_relu=lambda v: np.where(v > 0, 1.0, 0.0))


@mistake("4.1", name="sums-changed-in-place", tag="aliasing")
def activate(name, z):
    """Look at z after the call.

    Setting entries of z changes the caller's array too. Make a new one, with
    np.where or np.maximum."""
    if name == "relu":
        z[z < 0] = 0
        return z
    return _values(name, z)


@mistake("4.1", name="sigmoid-overflows", tag="formula")
def activate(name, z):
    """For a sum of several hundred, your sigmoid is infinity divided by infinity.

    e^z leaves the range of a float near z = 710. 0.5 + 0.5 tanh(z / 2) is the same
    curve without it."""
    with np.errstate(all="ignore"):
        return _values(name, z, sigmoid=lambda v: np.exp(v) / (1 + np.exp(v)))


@mistake("4.1", name="leak-of-a-hundredth", tag="formula")
def activate(name, z):
    """How steep is your leaky ReLU left of 0?

    In the table it is 0.1 z there. Libraries differ in this number."""
    return _values(name, z, leaky_relu=lambda v: np.where(v > 0, v, 0.01 * v))


@mistake("4.1", name="gaussian-slope-without-z", tag="formula")
def derivative(name, z):
    """What is the slope of a bell at its top? Yours is not 0 there.

    The chain rule brings down -z: the slope is -z times the bell."""
    return _slopes(name, z, gaussian=lambda v: -np.exp(-(v**2) / 2))


@mistake("4.1", name="leaky-kink-from-the-right", tag="ties")
def derivative(name, z):
    """All your slopes are right, except those exactly at 0.

    0 belongs to the left piece of leaky ReLU (z > 0 is the other one), so its slope
    is 0.1."""
    return _slopes(name, z, leaky_relu=lambda v: np.where(v >= 0, 1.0, 0.1))


@mistake("4.1", name="elu-slope-is-its-value", tag="formula")
def derivative(name, z):
    """Is your slope of ELU negative somewhere? The curve rises everywhere.

    The slope of e^z - 1 is e^z: a constant has no slope."""
    return _slopes(
        name, z, elu=lambda v: np.where(v > 0, 1.0, np.expm1(np.minimum(v, 0)))
    )


@mistake("4.1", name="identity-slope-is-one-number", tag="dtype")
def derivative(name, z):
    """Compare the shapes of z and of your slope of the identity.

    Every entry has a slope of its own, 1 here: np.ones_like(z)."""
    return _slopes(name, z, identity=lambda v: 1.0)


# 4.2 ------------------------------------------------------------------------------------------------------------------


@mistake("4.2", name="softmax-overflows", tag="logits-as-probabilities")
def softmax(z):
    """What is e^1000? Your softmax divides infinity by infinity.

    Subtract the largest logit of each row before taking exponentials: the
    probabilities stay the same."""
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(z, dtype=float))
        return e / e.sum(axis=1, keepdims=True)


@mistake("4.2", name="softmax-one-maximum-for-all", tag="logits-as-probabilities")
def softmax(z):
    """One row with large logits makes another row 0/0.

    You subtracted the largest logit of the whole array. Each row needs its own:
    z.max(axis=1, keepdims=True)."""
    with np.errstate(all="ignore"):
        e = np.exp(z - np.max(z))
        return e / e.sum(axis=1, keepdims=True)


@mistake("4.2", name="softmax-over-rows", tag="axis")
def softmax(z):
    """Which sums are 1: those of your rows or those of your columns?

    The classes of one row lie along axis 1."""
    e = np.exp(z - np.max(z, axis=0))
    return e / e.sum(axis=0)


@mistake("4.2", name="softmax-over-everything", tag="axis")
def softmax(z):
    """Your whole array sums to 1.

    Each row is a distribution of its own: sum along axis 1 and keep the axis."""
    e = np.exp(z - np.max(z))
    return e / e.sum()


@mistake("4.2", tag="formula", edit=("(p) - np.outer(p, p)", "(p * (1 - p))"))
def slopes_only_on_the_diagonal():
    """If one probability rises, what do the others do?

    They share one sum, so every p_i depends on every z_j: off the diagonal stands
    -p_i p_j."""


@mistake("4.2", name="slopes-off-the-diagonal-positive", tag="logits-as-probabilities")
def softmax_slopes(p):
    """Raise one logit: the other probabilities must fall.

    Off the diagonal the slope is *minus* p_i p_j."""
    out = np.outer(p, p)
    np.fill_diagonal(out, p * (1 - p))
    return out


@mistake("4.2", name="maxout-over-units", tag="formula")
def maxout(x, w, b):
    """The units compete with each other in your maxout. They should not.

    Stack the k maps and take the largest over *maps*, for each unit by itself."""
    return np.stack([(x @ w[k] + b[k]).max(axis=1) for k in range(len(w))], axis=1)


@mistake("4.2", name="maxout-bias-after-the-competition", tag="order")
def maxout(x, w, b):
    """Your biases do not take part in the competition.

    Add b_k to its own map *before* looking for the largest."""
    return np.max([x @ w[k] for k in range(len(w))], axis=0) + np.max(b, axis=0)


@mistake("4.2", tag="formula", edit=("np.max", "np.mean"))
def maxout_as_mean():
    """Your unit averages its maps, so it is linear again.

    The largest map wins alone: max, not mean."""


@mistake("4.2", name="softmax-axis-not-kept", tag="axis")
def softmax(z):
    """Shapes (n, c) and (n,) do not fit together: NumPy lines them up from the
    right.

    Keep the axis that you sum over: max(axis=1, keepdims=True), and the same for
    the sum."""
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


@mistake(
    "4.2", tag="axis", edit=("[x @ w[k] + b[k] for k in range(len(w))]", "x @ w + b")
)
def maxout_bias_lined_up_wrongly():
    """x @ w has the shape (k, n, units), b has (k, units). Which axis is missing
    from b?

    One bias per map and unit, the same for all rows: b[:, None, :], or add b[k] map
    by map."""


@mistake("4.2", tag="broadcasting", edit=("np.outer(p, p)", "p * p"))
def slopes_with_squares_everywhere():
    """Is your matrix symmetric?

    Entry [i, j] holds p_i times p_j: np.outer(p, p), not p * p."""


@mistake("4.2", tag="formula", edit=("x @ w[k] + b[k]", "x @ w[k]"))
def maxout_without_bias():
    """What does your unit give for an input of zeros?

    Each map has a bias: x @ w[k] + b[k]."""


@mistake("4.2", tag="formula", edit=("np.max", "np.sum"))
def maxout_as_sum():
    """Your unit adds up its maps, so it is linear again.

    The largest map wins alone: max, not sum."""


@mistake("4.2", name="maxout-by-absolute-value", tag="sign")
def maxout(x, w, b):
    """Two maps say -5 and 2. Which of them wins?

    The larger number, 2. Signs count: no absolute value."""
    maps = np.array([x @ w[k] + b[k] for k in range(len(w))])
    return np.take_along_axis(maps, np.abs(maps).argmax(axis=0)[None], axis=0)[0]


@mistake(
    "4.2",
    tag="sign",
    edit=("np.diag(p) - np.outer(p, p)", "np.outer(p, p) - np.diag(p)"),
)
def slopes_with_the_sign_turned():
    """Raise one logit. Does its own probability rise or fall?

    It rises: on the diagonal stands p_i (1 - p_i), off it -p_i p_j."""


@mistake("4.2", tag="broadcasting", edit=("np.outer(p, p)", "p @ p"))
def slopes_with_one_number_subtracted():
    """p @ p is a single number. What do you subtract at [i, j]?

    Entry [i, j] holds p_i times p_j: np.outer(p, p)."""


@mistake("4.2", name="slopes-as-if-two-classes", tag="formula")
def softmax_slopes(p):
    """Raise one logit: by your matrix no probability falls.

    p_i (1 - p_i) stands on the diagonal alone. Off it the slope is -p_i p_j."""
    return np.outer(p, 1 - p)


@mistake("4.2", name="slopes-all-negative", tag="sign")
def softmax_slopes(p):
    """Raise one logit. Does its own probability fall, as your diagonal says?

    On the diagonal p_i is added: p_i - p_i p_i."""
    return -np.outer(p, p)


# 4.3 ------------------------------------------------------------------------------------------------------------------


def _losses(name, m, **other):
    table = {
        "square": lambda: (1 - m) ** 2,
        "logistic": lambda: np.logaddexp(0, -m) / np.log(2),
        "exponential": lambda: np.exp(-m),
        "hinge": lambda: np.maximum(0, 1 - m),
    } | {key: lambda value=value: value(m) for key, value in other.items()}
    return table[name]()


@mistake("4.3", name="labels-0-and-1-in-the-margin", tag="formula")
def margin_loss(name, y, f):
    """What is your margin for label 0, whatever the score?

    y * f is 0 for every row of class 0. Turn the labels into -1 and +1 first: s =
    2y - 1."""
    with np.errstate(all="ignore"):
        return _losses(name, np.asarray(y) * f)


@mistake("4.3", name="margin-turned", tag="formula")
def margin_loss(name, y, f):
    """Your losses are small for wrong answers.

    A positive margin is a right answer: label 1 has s = +1, label 0 has s = -1."""
    with np.errstate(all="ignore"):
        return _losses(name, np.where(np.asarray(y) == 1, -f, f))


@mistake("4.3", name="natural-logarithm", tag="formula")
def margin_loss(name, y, f):
    """At margin 0 your logistic loss is 0.69, not 1.

    The table has a logarithm to base 2: divide by ln 2."""
    return _losses(
        name,
        np.where(np.asarray(y) == 1, f, -f),
        logistic=lambda m: np.logaddexp(0, -m),
    )


@mistake("4.3", name="logistic-overflows", tag="formula")
def margin_loss(name, y, f):
    """For a margin of -1,000 your logistic loss is infinite; it should be near
    1,443.

    e^1000 overflows. np.logaddexp(0, -m) gives ln(1 + e^-m) without it."""
    with np.errstate(all="ignore"):
        return _losses(
            name,
            np.where(np.asarray(y) == 1, f, -f),
            logistic=lambda m: np.log2(1 + np.exp(-m)),
        )


@mistake("4.3", name="hinge-goes-negative", tag="sign")
def margin_loss(name, y, f):
    """Your hinge pays a reward for margins above 1.

    A loss of this kind stops at 0: max(0, 1 - m)."""
    return _losses(name, np.where(np.asarray(y) == 1, f, -f), hinge=lambda m: 1 - m)


@mistake("4.3", name="hinge-without-a-margin", tag="formula")
def margin_loss(name, y, f):
    """Your hinge is content with any margin above 0.

    It wants a margin of 1: max(0, 1 - m). What you have is the perceptron's loss."""
    return _losses(
        name, np.where(np.asarray(y) == 1, f, -f), hinge=lambda m: np.maximum(0, -m)
    )


@mistake("4.3", name="cross-entropy-of-log-zero", tag="edge-case")
def cross_entropy(z, y):
    """A probability was rounded to 0, and its logarithm is minus infinity.

    Do not form p at all: ln p_y = z_y - ln(sum of e^z_j), with the row's largest
    logit taken off first."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        return float(
            -np.mean(np.log((e / e.sum(axis=1, keepdims=True))[np.arange(len(y)), y]))
        )


@mistake("4.3", name="cross-entropy-clipped", tag="formula")
def cross_entropy(z, y):
    """Your loss never exceeds about 16, however wrong the answer.

    Clipping the probability hides how wrong it is, and its gradient is 0 there.
    Work with logarithms instead."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    p = np.clip(e / e.sum(axis=1, keepdims=True), 1e-7, 1)
    return float(-np.mean(np.log(p[np.arange(len(y)), y])))


@mistake("4.3", name="cross-entropy-summed", tag="formula")
def cross_entropy(z, y):
    """Your loss grows with the number of rows.

    It is a mean over rows, so that the learning rate need not follow the batch
    size."""
    z = z - np.max(z, axis=1, keepdims=True)
    return float(
        -np.sum(
            (z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(y)), y]
        )
    )


@mistake("4.3", name="cross-entropy-over-all-classes", tag="formula")
def cross_entropy(z, y):
    """Your loss charges each row for all of its classes.

    Only the label's own log-probability counts: pick entry y of each row."""
    z = z - np.max(z, axis=1, keepdims=True)
    return float(-np.mean(z - np.log(np.exp(z).sum(axis=1, keepdims=True))))


@mistake("4.3", name="logits-taken-for-probabilities", tag="logits-as-probabilities")
def cross_entropy(z, y):
    """You took the logarithm of the logits themselves.

    Logits are no probabilities; they can be negative. Softmax, or ln p_y = z_y -
    ln(sum of e^z_j), comes first."""
    with np.errstate(all="ignore"):
        return float(-np.mean(np.log(np.clip(z, 1e-7, None)[np.arange(len(y)), y])))


@mistake("4.3", name="square-of-label-minus-score", tag="sign")
def margin_loss(name, y, f):
    """Which number stands for label 0 in your square?

    (1 - m)^2 is (s - f)^2 with s of -1 or +1, not with the label itself."""
    y = np.asarray(y)
    return (y - f) ** 2 if name == "square" else _losses(name, np.where(y == 1, f, -f))


@mistake("4.3", name="cross-entropy-sign", tag="sign")
def cross_entropy(z, y):
    """A loss of a likely label is small, of an unlikely one large.

    ln p is negative: the loss is *minus* its mean."""
    z = z - z.max(axis=1, keepdims=True)
    return float(
        np.mean(
            (z - np.log(np.exp(z).sum(axis=1, keepdims=True)))[np.arange(len(y)), y]
        )
    )


@mistake("4.3", name="square-stops-at-the-margin", tag="formula")
def margin_loss(name, y, f):
    """What does your square say of a margin of 3?

    The table has (1 - m)^2 for every margin. Only the hinge stops at 0."""
    m = np.where(np.asarray(y) == 1, f, -f)
    return _losses(name, m, square=lambda m: np.maximum(0, 1 - m) ** 2)


@mistake("4.3", tag="broadcasting", edit=("[np.arange(len(y)), y]", "[:, y]"))
def every_row_meets_every_label():
    """How many numbers do you average? With 6 rows there should be 6.

    [:, y] gives each row the labels of all rows. [np.arange(len(y)), y] takes one
    number from each row."""


@mistake("4.3", name="softmax-over-the-batch-in-the-loss", tag="axis")
def cross_entropy(z, y):
    """For a single row your loss is right. With more, do the probabilities of one row
    add up to 1?

    Each row has a sum of its own: axis=1, keepdims=True."""
    log_p = z - z.max() - np.log(np.exp(z - z.max()).sum())
    return float(-np.mean(log_p[np.arange(len(y)), y]))


# 4.4 ------------------------------------------------------------------------------------------------------------------


def _product(weights, slopes):
    product = np.eye(len(weights[0]))
    for w, slope in zip(weights, slopes, strict=True):
        product = slope[:, None] * (w.T @ product)
    return product


@mistake("4.4", name="jacobian-transposed", tag="transpose")
def jacobian(weights, slopes):
    """Rows and columns of your matrix have changed places.

    Outputs go in rows: shape (d_t, d_0). The last layer stands on the left of the
    product."""
    return _product(weights, slopes).T


@mistake("4.4", name="slopes-left-out", tag="formula")
def jacobian(weights, slopes):
    """Your product knows the weights only, as if every layer were linear.

    Each layer multiplies by f'(z_j) as well: diag(slopes[j]) on the left of W_j^T."""
    return _product(weights, [np.ones_like(slope) for slope in slopes])


@mistake("4.4", name="last-layer-only", tag="formula")
def jacobian(weights, slopes):
    """Your matrix has the slopes by the *last* layer's inputs.

    h_t depends on h_0 through all layers: multiply all their Jacobians."""
    return _product(weights[-1:], slopes[-1:])


@mistake("4.4", name="only-the-last-slopes", tag="formula")
def jacobian(weights, slopes):
    """You used the slopes of one layer only.

    Every layer has its own diag(f'(z_j)), between its weights and the next."""
    return _product(
        weights, [np.ones_like(slope) for slope in slopes[:-1]] + [slopes[-1]]
    )


@mistake(
    "4.4",
    tag="transpose",
    edit=("slope[:, None] * (w.T @ product)", "(np.diag(slope) @ w) @ product"),
)
def weights_not_transposed():
    """Your matrices do not fit together, or fit only where layers are of equal
    size.

    W_j leads from inputs (rows) to outputs (columns). A Jacobian has outputs in
    rows: W_j^T."""


@mistake("4.4", name="frobenius-norm", tag="formula")
def jacobian_bound(weights, slopes):
    """Your norm of a matrix is larger than its largest stretch.

    np.linalg.norm(W) without a second argument adds all squares (Frobenius). The
    stretch is np.linalg.norm(W, 2)."""
    return float(
        (max(np.linalg.norm(w) for w in weights) * max(np.abs(s).max() for s in slopes))
        ** len(weights)
    )


@mistake("4.4", name="largest-entry-for-norm", tag="formula")
def jacobian_bound(weights, slopes):
    """The largest entry of a matrix is not how far it stretches a vector.

    Use np.linalg.norm(W, 2), its largest singular value."""
    return float(
        (max(np.abs(w).max() for w in weights) * max(np.abs(s).max() for s in slopes))
        ** len(weights)
    )


@mistake("4.4", name="negative-slopes-forgotten", tag="sign")
def jacobian_bound(weights, slopes):
    """A slope of -1.2 stretches as much as one of +1.2.

    Take the absolute value before looking for the largest slope."""
    return float(
        (max(np.linalg.norm(w, 2) for w in weights) * max(s.max() for s in slopes))
        ** len(weights)
    )


@mistake("4.4", name="product-of-layer-bounds", tag="formula")
def jacobian_bound(weights, slopes):
    """Yours is a bound, and a tighter one, but not the one asked for.

    The lecture takes one beta_W and one beta_h that hold for *all* layers, then a
    power t."""
    return float(
        np.prod(
            [
                np.linalg.norm(w, 2) * np.abs(s).max()
                for w, s in zip(weights, slopes, strict=True)
            ]
        )
    )


@mistake("4.4", name="power-missing", tag="edge-case")
def jacobian_bound(weights, slopes):
    """Your bound is that of a single layer.

    t layers, t factors: raise beta_W beta_h to the power t."""
    return float(
        max(np.linalg.norm(w, 2) for w in weights)
        * max(np.abs(s).max() for s in slopes)
    )


@mistake("4.4", name="first-layer-on-the-left", tag="broadcasting")
def jacobian(weights, slopes):
    """Whose slopes act last on the way to the output?

    Each new layer is multiplied on the *left*: diag(slope) @ W.T @ product so far."""
    product = np.eye(len(slopes[0]))
    for place, (w, slope) in enumerate(zip(weights, slopes, strict=True)):
        step = slope[:, None] * w.T
        product = step if place == 0 else product @ step
    return product


@mistake("4.4", name="norm-itself-for-its-bound", tag="formula")
def jacobian_bound(weights, slopes):
    """You measured the product itself. A bound knows only the largest weights and
    slopes.

    Compute beta_W and beta_h over all layers, then (beta_W beta_h) to the power t."""
    return float(np.linalg.norm(_product(weights, slopes), 2))


@mistake("4.4", name="grown-on-the-right", tag="order")
def jacobian(weights, slopes):
    """Which layer's matrix stands leftmost in your product?

    The last layer acts last, so each new factor goes on the left:
    diag(slope) @ W.T @ product so far."""
    product = np.eye(weights[-1].shape[1])
    for w, slope in zip(weights, slopes, strict=True):
        product = product @ (np.diag(slope) @ w.T)
    return product


@mistake(
    "4.4",
    tag="broadcasting",
    edit=("slope[:, None] * (w.T @ product)", "(w.T @ product) * slope"),
)
def slopes_along_the_inputs():
    """Which axis of w.T @ product counts the units that have these slopes?

    The outputs of a layer go in rows: multiply by slope[:, None]."""


@mistake("4.4", name="last-slopes-left-out", tag="off-by-one")
def jacobian(weights, slopes):
    """Does your matrix change when the slopes of the last layer do?

    h_t is f(z_t): the last layer has its diag(f'(z_t)) like all others."""
    return _product(weights, [*slopes[:-1], np.ones_like(slopes[-1])])


@mistake("4.4", tag="formula", edit=("np.abs(slope).max()", "np.linalg.norm(slope)"))
def slopes_added_up():
    """beta_h is the slope of a single unit. Is yours larger?

    np.linalg.norm adds up the units of a layer; take np.abs(slope).max()."""


@mistake("4.4", tag="formula", edit=("** len(weights)", "* len(weights)"))
def times_instead_of_power():
    """Your bound grows in equal steps with the depth.

    Every layer multiplies by beta_W beta_h: a power of t, not t times."""


# 4.5 ------------------------------------------------------------------------------------------------------------------


def _scaled(x, mu, sigma):
    with np.errstate(all="ignore"):
        return (x - mu) / sigma


def _safe(sigma):
    return np.where(sigma == 0, 1, sigma)


@mistake("4.5", name="others-scaled-by-themselves", tag="formula")
def standardise(x_train, x_other):
    """Your second array has mean 0 too. Should it?

    A network that learned in the training rows' units must meet new rows in the
    same units: use the training mean and deviation for both."""
    return tuple(
        _scaled(x, x.mean(axis=0), _safe(x.std(axis=0))) for x in (x_train, x_other)
    )


@mistake("4.5", name="statistics-of-all-rows", tag="formula")
def standardise(x_train, x_other):
    """Your mean has seen the other rows.

    Learn mean and deviation from the training rows alone."""
    rows = np.concatenate([x_train, x_other])
    return tuple(
        _scaled(x, rows.mean(axis=0), _safe(rows.std(axis=0)))
        for x in (x_train, x_other)
    )


@mistake("4.5", name="one-mean-for-all-columns", tag="axis")
def standardise(x_train, x_other):
    """Columns on different scales stay on different scales in yours.

    Each column has its own mean and deviation: axis=0."""
    return tuple(_scaled(x, x_train.mean(), x_train.std()) for x in (x_train, x_other))


@mistake("4.5", name="constant-column-by-zero", tag="edge-case")
def standardise(x_train, x_other):
    """One of the columns is constant. What is 0/0?

    Where sigma is 0, divide by 1: np.where(sigma == 0, 1, sigma)."""
    return tuple(
        _scaled(x, x_train.mean(axis=0), x_train.std(axis=0))
        for x in (x_train, x_other)
    )


@mistake("4.5", name="divided-by-variance", tag="formula")
def standardise(x_train, x_other):
    """Your columns do not have spread 1.

    Divide by the standard deviation, the root of the variance."""
    return tuple(
        _scaled(x, x_train.mean(axis=0), _safe(x_train.var(axis=0)))
        for x in (x_train, x_other)
    )


@mistake("4.5", name="deviation-with-n-minus-1", tag="sign")
def standardise(x_train, x_other):
    """Your deviation is a little too large.

    Here it is the root of the *mean* squared distance: divide by n, not by n - 1."""
    return tuple(
        _scaled(x, x_train.mean(axis=0), _safe(x_train.std(axis=0, ddof=1)))
        for x in (x_train, x_other)
    )


@mistake("4.5", tag="formula", edit=("np.sqrt(gain / fan_in)", "gain / fan_in"))
def variance_given_as_deviation():
    """Your weights are too small.

    gain / fan_in is their *variance*; a generator wants the standard deviation, its
    root."""


@mistake("4.5", tag="formula", edit=("/ fan_in", "/ fan_out"))
def fan_out_for_fan_in():
    """You divided by the wrong size.

    A sum runs over its inputs, so the number of *inputs* decides: fan_in."""


@mistake("4.5", tag="formula", edit=("gain /", "1 /"))
def gain_ignored():
    """Your weights do not change with the gain.

    The variance is gain / fan_in, so gain belongs under the root too."""


@mistake("4.5", name="uniform-limit-as-deviation", tag="formula")
def initial_weights(fan_in, fan_out, gain, seed):
    """Uniform numbers between -a and a spread less than a.

    Their variance is a^2 / 3, so the limit must be sqrt(3 gain / fan_in)."""
    a = np.sqrt(gain / fan_in)
    return np.random.default_rng(seed).uniform(-a, a, (fan_in, fan_out))


@mistake("4.5", name="positive-weights-only", tag="missing-1/n")
def initial_weights(fan_in, fan_out, gain, seed):
    """All your weights are positive, so every sum of positive inputs is large.

    Their mean should be 0: rng.normal, or rng.uniform from -a to a."""
    return np.sqrt(gain / fan_in) * np.random.default_rng(seed).random(
        (fan_in, fan_out)
    )


@mistake("4.5", tag="formula", edit=("(seed)", "(0)"))
def seed_ignored():
    """Your weights are the same for every seed.

    Give the generator the argument: np.random.default_rng(seed)."""


@mistake(
    "4.5",
    tag="edge-case",
    edit=("(axis=0)\n    sigma = np.where(sigma == 0, 1, sigma)", "(axis=0) + 1e-8"),
)
def small_number_added_to_sigma():
    """Look at the constant column of the *other* rows: it explodes.

    Nothing is added to sigma here. Where it is 0, divide by 1: np.where(sigma == 0,
    1, sigma)."""


@mistake("4.5", name="mean-not-subtracted", tag="sign")
def standardise(x_train, x_other):
    """Your columns do not have mean 0.

    Subtract the training mean first, then divide."""
    sigma = _safe(x_train.std(axis=0))
    return x_train / sigma, x_other / sigma


@mistake("4.5", tag="formula", edit=("gain / fan_in", "2 * gain / (fan_in + fan_out)"))
def glorot_for_he():
    """Yours is the rule of Glorot, which averages inputs and outputs.

    Here the sum going forward decides: variance gain / fan_in."""


@mistake(
    "4.5",
    tag="edge-case",
    edit=("(axis=0)\n    sigma = np.where(sigma == 0, 1, sigma)", "(axis=0) + 1e-7"),
)
def epsilon_of_keras_added_to_sigma():
    """Look at the constant column of the *other* rows: it explodes.

    Nothing is added to sigma here. Where it is 0, divide by 1: np.where(sigma == 0,
    1, sigma)."""


@mistake("4.5", name="nan-replaced-afterwards", tag="edge-case")
def standardise(x_train, x_other):
    """What has become of the constant column in the *other* rows?

    nan_to_num turns 0/0 into 0, but 3/0 into the largest float. Divide by 1 where
    sigma is 0."""
    mu, sigma = x_train.mean(axis=0), x_train.std(axis=0)
    return tuple(np.nan_to_num(_scaled(x, mu, sigma)) for x in (x_train, x_other))


@mistake("4.5", tag="formula", edit=("default_rng(seed)", "default_rng()"))
def seed_not_given():
    """Call it twice with the same seed. Do you get the same weights?

    Give the generator the argument: np.random.default_rng(seed)."""


@mistake("4.5", name="positive-with-the-right-spread", tag="sign")
def initial_weights(fan_in, fan_out, gain, seed):
    """The spread of your weights is right. What is their mean?

    random() lies between 0 and 1. Draw from -a to a, or take off a half first."""
    a = np.sqrt(12 * gain / fan_in)
    return np.random.default_rng(seed).random((fan_in, fan_out)) * a


@mistake("4.5", tag="formula", edit=("gain /", "2 /"))
def gain_of_two_written_in():
    """Your weights do not change with the gain.

    2 is the gain for ReLU. The variance is gain / fan_in, whatever the gain."""


# 4.6 ------------------------------------------------------------------------------------------------------------------


@mistake("4.6", name="not-shuffled", tag="order")
def minibatches(n, size, seed):
    """Your batches come in file order.

    Shuffle the row numbers first: np.random.default_rng(seed).permutation(n)."""
    return [np.arange(n)[i : i + size] for i in range(0, n, size)]


@mistake("4.6", name="only-the-batches-shuffled", tag="order")
def minibatches(n, size, seed):
    """Your batches come in random order, but each holds neighbours.

    In a sorted file such a batch has one class only. Shuffle the rows, then cut."""
    pieces = [np.arange(n)[i : i + size] for i in range(0, n, size)]
    last = pieces.pop() if n % size else None
    pieces = [pieces[i] for i in np.random.default_rng(seed).permutation(len(pieces))]
    return pieces if last is None else [*pieces, last]


@mistake(
    "4.6",
    tag="off-by-one",
    edit=(
        "[start : start + size] for start in range(0, n, size)",
        "[i * size : (i + 1) * size] for i in range(n // size)",
    ),
)
def last_rows_dropped():
    """Some rows never come up in an epoch.

    When size does not divide n, the last piece is shorter; keep it."""


@mistake("4.6", name="drawn-with-replacement", tag="aliasing")
def minibatches(n, size, seed):
    """Some rows come twice in your epoch, others never.

    An epoch visits every row once: a permutation, not random draws."""
    drawn = np.random.default_rng(seed).integers(0, n, n)
    return [drawn[i : i + size] for i in range(0, n, size)]


@mistake(
    "4.6",
    tag="edge-case",
    edit=(
        "[start : start + size] for start in range(0, n, size)",
        "[i * size : (i + 1) * size] for i in range(n // size + 1)",
    ),
)
def empty_batch_at_the_end():
    """One of your batches has no rows.

    When size divides n there is no rest. Step with range(0, n, size)."""


@mistake("4.6", name="same-order-every-epoch", tag="order")
def minibatches(n, size, seed):
    """Every seed gives the same order.

    Use the seed that is passed in, so that each epoch has its own order."""
    order = np.random.default_rng(0).permutation(n)
    return [order[i : i + size] for i in range(0, n, size)]


@mistake("4.6", name="even-pieces", tag="ties")
def minibatches(n, size, seed):
    """Your pieces are of nearly equal length, not of length `size`.

    np.array_split evens them out. Cut at size, 2 size, ...; only the last is
    shorter."""
    return np.array_split(np.random.default_rng(seed).permutation(n), -(-n // size))


@mistake("4.6", tag="formula", edit=("max(0, epoch - hold)", "epoch"))
def hold_ignored():
    """Your rate falls from the first epoch on.

    It stays at `initial` while epoch <= hold."""


@mistake(
    "4.6",
    tag="order",
    edit=(
        "* 0.5 ** (max(0, epoch - hold) / half_life)",
        "if epoch <= hold else initial * 0.5 ** (epoch / half_life)",
    ),
)
def jump_after_the_hold():
    """Your rate jumps when the hold ends.

    Count the decay from the end of the hold: (epoch - hold) / half_life."""


@mistake("4.6", tag="dtype", edit=("/ half_life", "// half_life"))
def stairs():
    """Your rate falls in stairs.

    Smoothly: the exponent (epoch - hold) / half_life is not rounded."""


@mistake(
    "4.6",
    tag="formula",
    edit=(
        "0.5 ** (max(0, epoch - hold) / half_life)",
        "float(np.exp(-max(0, epoch - hold) / half_life))",
    ),
)
def base_e():
    """After one half-life your rate is 0.37 of what it was.

    Halving means base 1/2, not 1/e."""


@mistake("4.6", tag="order", edit=("max(0, epoch - hold)", "(epoch - hold)"))
def rises_before_the_hold():
    """Before the hold ends your rate is above `initial`.

    epoch - hold is negative there. Do not let it fall below 0."""


@mistake(
    "4.6",
    tag="formula",
    edit=(
        "* 0.5 ** (max(0, epoch - hold) / half_life)",
        "/ (1 + max(0, epoch - hold) / half_life)",
    ),
)
def one_over_time():
    """Your rate falls like 1/(1 + t).

    It should halve again and again, each time after `half_life` epochs: a power of
    1/2."""


@mistake("4.6", tag="formula", edit=("- hold", "- hold - 1"))
def one_epoch_late():
    """Your rate falls one epoch too late.

    Epoch hold + 1 is the first with a lower rate: the exponent is (epoch - hold) /
    half_life."""


@mistake("4.6", name="size-taken-as-count", tag="formula")
def minibatches(n, size, seed):
    """You made `size` batches.

    `size` is the number of rows in a batch, not the number of batches."""
    return np.array_split(np.random.default_rng(seed).permutation(n), size)


@mistake("4.6", name="shuffled-inside-the-pieces", tag="order")
def minibatches(n, size, seed):
    """Which rows can your first piece hold? Always the first ones.

    Shuffle all rows, then cut."""
    rng = np.random.default_rng(seed)
    return [s + rng.permutation(min(size, n - s)) for s in range(0, n, size)]


@mistake("4.6", name="all-pieces-shuffled", tag="order")
def minibatches(n, size, seed):
    """Where is your short piece? And does any piece hold rows that are not neighbours?

    You shuffled the pieces. Shuffle the rows, then cut: the rest comes last."""
    pieces = [np.arange(s, min(s + size, n)) for s in range(0, n, size)]
    return [pieces[i] for i in np.random.default_rng(seed).permutation(len(pieces))]


@mistake("4.6", tag="formula", edit=("default_rng(seed)", "default_rng()"))
def order_without_a_seed():
    """Call it twice with the same seed. Do you get the same order?

    Give the generator the argument: np.random.default_rng(seed)."""


@mistake("4.6", tag="off-by-one", edit=("- hold", "- hold + 1"))
def one_epoch_early():
    """Your rate falls one epoch too early.

    At epoch hold the rate is still `initial`: the exponent is (epoch - hold) /
    half_life."""


# 4.7 ------------------------------------------------------------------------------------------------------------------


def _normalised(x, mu, variance, gamma, beta, epsilon):
    with np.errstate(all="ignore"):
        return gamma * (x - mu) / np.sqrt(variance + epsilon) + beta


@mistake("4.7", name="variance-with-m-minus-1", tag="sign")
def batch_norm(x, gamma, beta, epsilon):
    """Your variance is a little too large, the more so in small batches.

    The formula divides by m, not by m - 1."""
    with np.errstate(all="ignore"):
        variance = np.sum((x - x.mean(axis=0)) ** 2, axis=0) / (len(x) - 1)
    return _normalised(x, x.mean(axis=0), variance, gamma, beta, epsilon)


@mistake("4.7", name="epsilon-outside-the-root", tag="formula")
def batch_norm(x, gamma, beta, epsilon):
    """Your epsilon has more weight than it should, or less.

    It is added to the variance, *under* the root."""
    with np.errstate(all="ignore"):
        return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + epsilon) + beta


@mistake("4.7", name="statistics-over-features", tag="axis")
def batch_norm(x, gamma, beta, epsilon):
    """You normalised each row over its columns.

    Batch normalisation asks how one column varies over the rows of the batch:
    axis=0. Over a row it would be layer normalisation."""
    return _normalised(
        x,
        x.mean(axis=1, keepdims=True),
        x.var(axis=1, keepdims=True),
        gamma,
        beta,
        epsilon,
    )


@mistake("4.7", name="one-statistic-for-all", tag="axis")
def batch_norm(x, gamma, beta, epsilon):
    """You used one mean and one variance for all columns.

    Each column has its own: axis=0."""
    return _normalised(x, np.mean(x), np.var(x), gamma, beta, epsilon)


@mistake("4.7", name="scale-and-shift-forgotten", tag="formula")
def batch_norm(x, gamma, beta, epsilon):
    """Your output has mean 0 and spread 1, whatever gamma and beta are.

    The last step is gamma times the normalised value, plus beta."""
    return _normalised(x, x.mean(axis=0), x.var(axis=0), 1, 0, epsilon)


@mistake("4.7", name="root-forgotten", tag="formula")
def batch_norm(x, gamma, beta, epsilon):
    """Your columns come out with a spread that depends on the input's.

    Divide by the root of variance plus epsilon."""
    with np.errstate(all="ignore"):
        return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + epsilon) + beta


@mistake("4.7", name="shift-before-scale", tag="order")
def batch_norm(x, gamma, beta, epsilon):
    """Your beta is multiplied by gamma.

    Scale first, then shift: gamma * x_hat + beta."""
    return gamma * (_normalised(x, x.mean(axis=0), x.var(axis=0), 1, 0, epsilon) + beta)


@mistake("4.7", name="epsilon-forgotten", tag="formula")
def batch_norm(x, gamma, beta, epsilon):
    """Your batch_norm does not change with epsilon.

    It is added to the variance, under the root."""
    return _normalised(
        x,
        x.mean(axis=0),
        np.where(x.var(axis=0) == 0, 1, x.var(axis=0)),
        gamma,
        beta,
        0.0,
    )


@mistake("4.7", name="gamma-and-beta-exchanged", tag="formula")
def batch_norm(x, gamma, beta, epsilon):
    """Your scale and shift have changed places.

    gamma multiplies, beta is added."""
    return _normalised(x, x.mean(axis=0), x.var(axis=0), beta, gamma, epsilon)


@mistake("4.7", tag="formula", edit=("(x - mu) ** 2", "x**2"))
def mean_square_for_variance():
    """Add 100 to all numbers of a column. Should its spread change?

    The variance is the mean squared distance from the mean: (x - mu) ** 2."""


# 4.8 ------------------------------------------------------------------------------------------------------------------


@mistake("4.8", name="momentum-the-wrong-way-round", tag="sign")
def update_moving(moving_mean, moving_variance, x, momentum):
    """With momentum 1 yours forgets everything; it should forget nothing.

    In Keras, momentum is the share of the *old* value that is kept."""
    mean = (1 - momentum) * moving_mean + momentum * x.mean(axis=0)
    return mean, (1 - momentum) * moving_variance + momentum * x.var(axis=0)


@mistake("4.8", name="moving-variance-with-m-minus-1", tag="sign")
def update_moving(moving_mean, moving_variance, x, momentum):
    """Your moving mean is right, your moving variance a little too large.

    You divided by m - 1, as some libraries do here. Keras keeps the variance that
    training mode used, divided by m."""
    mean = x.mean(axis=0)
    with np.errstate(all="ignore"):
        variance = np.sum((x - mean) ** 2, axis=0) / (len(x) - 1)
    return momentum * moving_mean + (
        1 - momentum
    ) * mean, momentum * moving_variance + (1 - momentum) * variance


@mistake("4.8", name="moving-deviation", tag="formula")
def update_moving(moving_mean, moving_variance, x, momentum):
    """Your second result mixes variances with standard deviations.

    What is kept is the *variance*: no root before the update."""
    return momentum * moving_mean + (1 - momentum) * x.mean(
        axis=0
    ), momentum * moving_variance + (1 - momentum) * x.std(axis=0)


@mistake("4.8", name="variance-around-the-moving-mean", tag="formula")
def update_moving(moving_mean, moving_variance, x, momentum):
    """Your batch variance is measured from the wrong centre.

    It is the variance that training mode used: around the batch's own mean."""
    mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    return mean, momentum * moving_variance + (1 - momentum) * np.mean(
        (x - mean) ** 2, axis=0
    )


@mistake("4.8", name="old-value-not-weighted", tag="formula")
def update_moving(moving_mean, moving_variance, x, momentum):
    """Your moving numbers grow with every step.

    The two weights must add to 1: momentum for the old value, 1 - momentum for the
    batch's."""
    return moving_mean + (1 - momentum) * x.mean(axis=0), moving_variance + (
        1 - momentum
    ) * x.var(axis=0)


@mistake("4.8", name="batch-statistics-at-test-time", tag="formula")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Your answer for one row depends on its neighbours. Try a batch of one.

    In test mode the batch is not looked at: moving_mean and moving_variance take
    the place of its mean and variance."""
    return _normalised(x, x.mean(axis=0), x.var(axis=0), gamma, beta, epsilon)


@mistake("4.8", name="batch-mean-moving-variance", tag="formula")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """You took the mean of the batch at hand and the variance from the moving
    numbers.

    Both come from training: moving_mean as well."""
    return _normalised(x, x.mean(axis=0), moving_variance, gamma, beta, epsilon)


@mistake("4.8", name="test-variance-without-the-root", tag="formula")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """You divided by the variance.

    As in training mode, divide by the root of variance plus epsilon."""
    return gamma * (x - moving_mean) / (moving_variance + epsilon) + beta


@mistake("4.8", name="test-epsilon-outside-the-root", tag="formula")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Your epsilon is added after the root.

    sqrt(moving_variance + epsilon), as in training mode."""
    return gamma * (x - moving_mean) / (np.sqrt(moving_variance) + epsilon) + beta


@mistake("4.8", name="test-scale-forgotten", tag="leakage")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """gamma and beta do nothing in your test mode.

    Test mode ends as training mode does: times gamma, plus beta."""
    return (x - moving_mean) / np.sqrt(moving_variance + epsilon)


@mistake("4.8", name="test-epsilon-forgotten", tag="leakage")
def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Your test mode does not change with epsilon.

    As in training mode: sqrt(moving_variance + epsilon)."""
    return _normalised(x, moving_mean, moving_variance, gamma, beta, 0.0)


@mistake("4.8", name="old-statistics-overwritten", tag="aliasing")
def update_moving(moving_mean, moving_variance, x, momentum):
    """Look at the old mean after the call.

    `*=` and `+=` write into the caller's array. Compute new ones."""
    moving_mean *= momentum
    moving_mean += (1 - momentum) * x.mean(axis=0)
    moving_variance *= momentum
    moving_variance += (1 - momentum) * x.var(axis=0)
    return moving_mean, moving_variance


@mistake(
    "4.8",
    tag="formula",
    edit=[
        ("(1 - momentum) * x.mean(axis=0)", "x.mean(axis=0)"),
        ("(1 - momentum) * x.var(axis=0)", "x.var(axis=0)"),
    ],
)
def batch_not_weighted():
    """With momentum 1 yours still moves; it should stay as it is.

    The two weights add to 1: momentum for the old value, 1 - momentum for the
    batch's."""


# Mutants that may live -----------------------------------------------------------------------------------------------

for _text in ("z + 0 -> z", "z + 0 -> z - 0"):
    excuse(
        "4.1",
        f"activate: {_text}",
        "a check sees values, and z - 0 and z itself have the same",
    )
excuse("4.1", "activate: z > 0 -> z >= 0", "at 0 both sides of the ELU are 0")
excuse(
    "4.1",
    "derivative: 0.5 + 0.5 * np.tanh(z / 2) -> 0.5 - 0.5 * np.tanh(z / 2)",
    "s (1 - s) is the same for s and 1 - s",
)
excuse("4.1", "derivative: z > 0 -> z >= 0 (3)", "at 0 both slopes of the ELU are 1")
excuse("4.1", "derivative: 0 -> 1 (3)", "above 0 the other side is exp(0), 1 as well")
excuse("4.1", "derivative: 0 -> 1 (4)", "where z is positive that side is not taken")
