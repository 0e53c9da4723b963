"""Wrong answers that students of lab 18 really give, each with the thought that puts it right."""

import numpy as np
from scipy.special import expit, logsumexp, xlogy

from coursekit.labs import excuse, mistake

# 18.1 ---------------------------------------------------------------------------------


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="formula",
    edit=("np.exp(log_variance) + mean**2", "log_variance**2 + mean**2"),
)
def log_variance_taken_for_sigma():
    """Two axes with mean 0 and log variance 0: is your divergence 0?

    What comes in is the logarithm of the variance: turn it into a variance first."""


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="formula",
    edit=("np.exp(log_variance) + mean**2", "np.exp(2 * log_variance) + mean**2"),
)
def variance_squared():
    """What is e to the power of your log variance: a sigma or a variance?

    It is the variance already; it needs no square."""


@mistake(
    "18.1", of="kl_to_standard", tag="missing-1/n", edit=("0.5 * np.sum(", "np.sum(")
)
def half_left_out():
    """Mean 1, variance 1, one axis: (z² - (z - 1)²)/2 has the mean one half. What do you get?

    Both log densities carry a half before the square, and before the log variance."""


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="axis",
    edit=("0.5 * np.sum(", "0.5 * np.mean("),
)
def mean_over_the_axes_of_z():
    """Double the number of axes. What should become of the divergence?

    Independent axes add their divergences up: a sum over the last axis, no mean."""


@mistake("18.1", of="kl_to_standard", tag="axis", edit=(", axis=-1)", ")"))
def one_number_for_the_whole_batch():
    """How many divergences does a batch of rows have?

    One for each row: only the last axis is summed."""


@mistake("18.1", of="kl_to_standard", tag="axis", edit=("axis=-1", "axis=0"))
def summed_over_the_rows():
    """Which axis of your arrays holds the axes of z?

    The last one; what stands before it are rows, which stay apart."""


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="sign",
    edit=("- 1 - log_variance", "- 1 + log_variance"),
)
def sign_of_the_log_variance():
    """Make the variance very small. Should the divergence rise without end, or fall below 0?

    log q is high where q is narrow: minus the log variance, times one half."""


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="formula",
    edit=("mean**2 - 1 - log_variance", "mean**2 - log_variance"),
)
def one_left_out():
    """What is the divergence of the standard normal from itself?

    E[(z - μ)²]/σ² is 1 on every axis, and log q takes half of it off."""


@mistake(
    "18.1", of="kl_to_standard", tag="sign", edit=("return 0.5 *", "return -0.5 *")
)
def divergence_below_zero():
    """Can a divergence be negative?

    It is E[log q - log p], in this order."""


@mistake(
    "18.1",
    of="kl_to_standard",
    tag="formula",
    edit=("mean**2 - 1", "np.abs(mean) - 1"),
)
def mean_not_squared():
    """Move the mean from 1 to 2. How does E[z²] grow?

    It holds the square of the mean."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("np.exp(0.5 * np.asarray(log_variance))", "np.exp(np.asarray(log_variance))"),
)
def variance_taken_for_sigma():
    """With log variance λ, what is σ?

    σ is the root of the variance: e to half of λ."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("np.exp(0.5 * np.asarray(log_variance))", "np.asarray(log_variance)"),
)
def lambda_taken_for_sigma():
    """Is a log variance of 0 a standard deviation of 0?

    σ² is e to the power λ."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("[:, None] * noise / sigma", "[:, None] * noise"),
)
def score_without_sigma():
    """By how much does log q(z) change when μ moves a little, for a wide Gaussian and a narrow one?

    Its slope is (z - μ)/σ², which is not the noise alone."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("noise / sigma", "noise / sigma**2"),
)
def score_divided_twice():
    """You divide by a variance. Which distance stands above it?

    The slope is (z - μ)/σ², and z - μ is the noise times σ."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="sign",
    edit=("[:, None] * noise / sigma", "[:, None] * -noise / sigma"),
)
def score_with_the_wrong_sign():
    """Move μ towards z. Does log q(z) rise or fall?

    It rises: the slope by μ has the sign of z - μ."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("return slope_of_f(z),", "return slope_of_f(z) * sigma,"),
)
def slope_by_the_noise():
    """If μ moves by 1, by how much does z move?

    By 1, whatever σ: the slope by μ takes no further factor."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("z = mean + sigma * noise", "z = sigma * noise"),
)
def draw_without_the_mean():
    """Where is the middle of your draws?

    z is the mean plus σ times the noise."""


@mistake(
    "18.1",
    of="two_slopes",
    tag="formula",
    edit=("np.asarray(f(z))[:, None] * noise", "slope_of_f(z) * noise"),
)
def score_with_the_slope_of_f():
    """The second way needs no slope of f. Which number of each draw does it take instead?

    f(z) itself, one number a draw, times the slope of log q by each mean."""


@mistake("18.1", name="averaged-over-the-draws", tag="axis")
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    """How many estimates are asked for?

    One for each draw and axis, (k, d): their spread is what the picture shows."""
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    score = np.asarray(f(z))[:, None] * noise / sigma
    return np.mean(slope_of_f(z), axis=0), score.mean(axis=0)


@mistake("18.1", name="the-two-exchanged", tag="order")
def two_slopes(f, slope_of_f, mean, log_variance, noise):
    """Which of your two results uses the slope of f?

    The first is the way through the draw."""
    noise, sigma = np.asarray(noise, float), np.exp(0.5 * np.asarray(log_variance))
    z = mean + sigma * noise
    return np.asarray(f(z))[:, None] * noise / sigma, slope_of_f(z)


# 18.2 ---------------------------------------------------------------------------------


@mistake("18.2", of="log_bernoulli", tag="missing-1/n", edit=("np.sum(", "np.mean("))
def mean_over_pixels():
    """An image of twice as many pixels: is its probability the same?

    Probabilities of pixels are multiplied, so their logs are summed. A mean makes the divergence count
    784 times as much."""


@mistake("18.2", name="squared-error-as-likelihood", tag="formula")
def log_bernoulli(x, logits):
    """Which distribution has your loss as its minus log probability?

    A pixel is 1 with the probability sigmoid(logit): take the log of what the pixel's own value
    got."""
    return -np.sum((np.asarray(x) - expit(logits)) ** 2, axis=-1)


@mistake("18.2", name="logits-as-probabilities", tag="logits-as-probabilities")
def log_bernoulli(x, logits):
    """Is a logit of -3 a probability?

    Logits are any real numbers; the sigmoid makes them probabilities."""
    x, p = np.asarray(x), np.clip(logits, 1e-7, 1 - 1e-7)
    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


@mistake("18.2", name="only-the-ones-count", tag="formula")
def log_bernoulli(x, logits):
    """Take an image of zeros only. Is it certain, whatever the logits?

    A pixel of 0 has a probability, too: one minus that of a 1."""
    logits = np.asarray(logits, float)
    return np.sum(np.asarray(x) * -np.logaddexp(0, -logits), axis=-1)


@mistake("18.2", name="clipped-logs", tag="edge-case")
def log_bernoulli(x, logits):
    """A logit of -1000 and a pixel of 1: what is the log of the pixel's probability?

    It is about -1000. Clipped probabilities never say so; write the log of the sigmoid without the
    sigmoid."""
    x, p = np.asarray(x), np.clip(expit(np.asarray(logits, float)), 1e-7, 1 - 1e-7)
    return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


@mistake("18.2", name="logs-that-overflow", tag="edge-case")
def log_bernoulli(x, logits):
    """Try a logit of 1000. What does the exponential give?

    log(1 + e^l) for a large l is l. `np.logaddexp` knows it."""
    x, logits = np.asarray(x, float), np.asarray(logits, float)
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-logits))
        return np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


@mistake(
    "18.2",
    of="log_bernoulli",
    tag="sign",
    edit=(
        "np.asarray(x) * logits - np.logaddexp(0, logits)",
        "np.logaddexp(0, logits) - np.asarray(x) * logits",
    ),
)
def the_loss_and_not_the_log_probability():
    """Can the log of a probability be positive?

    Minus the cross-entropy is asked for."""


@mistake("18.2", of="log_bernoulli", tag="axis", edit=("axis=-1", "axis=0"))
def pixels_summed_over_images():
    """Which axis holds the pixels of an image?

    The last one; images stay apart."""


@mistake("18.2", of="log_bernoulli", tag="axis", edit=(", axis=-1)", ")"))
def one_number_for_all_images():
    """How many numbers come back for several images?

    One for each: sum over the last axis alone."""


@mistake("18.2", name="mean-of-the-logs-twice", tag="order")
def bounds(log_joint, log_q):
    """With one draw both bounds are equal. Are yours with five? They should not be.

    The second is the log of the mean of the weights, not the mean of their logs."""
    log_w = np.asarray(log_joint, float) - log_q
    return log_w.mean(axis=0), log_w.mean(axis=0)


@mistake("18.2", of="bounds", tag="missing-1/n", edit=(" - np.log(len(log_w))", ""))
def sum_of_the_weights():
    """Take the same draw twice. Does your second bound change? It should not.

    The mean of the weights is their sum divided by k, in logs: take log k off."""


@mistake(
    "18.2",
    of="bounds",
    tag="sign",
    edit=(
        "np.asarray(log_joint, float) - log_q",
        "np.asarray(log_joint, float) + log_q",
    ),
)
def weights_multiplied_by_q():
    """What is the log of a quotient?

    w is p(x, z) divided by q(z|x)."""


@mistake("18.2", name="exponentials-that-vanish", tag="edge-case")
def bounds(log_joint, log_q):
    """Log weights near -900: what does np.exp give?

    Take the largest one out before the exponentials, and put it back behind the log; or let
    `logsumexp` do it."""
    log_w = np.asarray(log_joint, float) - log_q
    with np.errstate(all="ignore"):
        return log_w.mean(axis=0), np.log(np.mean(np.exp(log_w), axis=0))


@mistake(
    "18.2",
    of="bounds",
    tag="axis",
    edit=(
        "log_w.mean(axis=0), logsumexp(log_w, axis=0) - np.log(len(log_w))",
        "log_w.mean(axis=1), logsumexp(log_w, axis=1) - np.log(log_w.shape[1])",
    ),
)
def averaged_over_the_images():
    """Which axis holds the draws?

    The first, (k, n): each image keeps a bound of its own."""


@mistake(
    "18.2",
    of="bounds",
    tag="axis",
    edit=("logsumexp(log_w, axis=0)", "logsumexp(log_w)"),
)
def weights_of_all_images_in_one_heap():
    """Does the second bound of one image depend on the others? It should not.

    Sum over the draws of an image, axis 0, alone."""


@mistake("18.2", name="the-bounds-exchanged", tag="order")
def bounds(log_joint, log_q):
    """Which of the two is never below the other?

    The weighted bound is the larger one, and comes second."""
    log_w = np.asarray(log_joint, float) - log_q
    return logsumexp(log_w, axis=0) - np.log(len(log_w)), log_w.mean(axis=0)


# 18.3 ---------------------------------------------------------------------------------


@mistake("18.3", of="best_critic", tag="order", edit=("np.divide(p,", "np.divide(q,"))
def chance_of_being_fake():
    """At a place with real points alone, what should the critic say?

    1: it gives the probability of being real."""


@mistake(
    "18.3",
    of="best_critic",
    tag="formula",
    edit=(
        "np.divide(p, both, out=np.full(both.shape, 0.5), where=both > 0)",
        "np.where(p > q, 1.0, np.where(p < q, 0.0, 0.5))",
    ),
)
def critic_that_decides():
    """Where p is 0.6 and q is 0.2, does it pay to be certain?

    A quarter of the points there are fakes, and -log(1 - D) has no limit. Set the slope of
    p log D + q log(1 - D) to 0."""


@mistake("18.3", of="best_critic", tag="formula", edit=("both = p + q", "both = q"))
def ratio_of_the_densities():
    """Is p/q a probability?

    Solve p/D = q/(1 - D) for D."""


@mistake(
    "18.3",
    of="best_critic",
    tag="edge-case",
    edit=("np.full(both.shape, 0.5)", "np.zeros(both.shape)"),
)
def nothing_there_means_fake():
    """What do you say where neither density is above 0?

    One half: nothing speaks for either side. (0 divided by a small number is 0.)"""


@mistake("18.3", name="nan-where-nothing-is", tag="edge-case")
def best_critic(p, q):
    """What is 0/0?

    Look for places where both densities are 0, and say one half there."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    with np.errstate(all="ignore"):
        return p / (p + q)


@mistake(
    "18.3",
    of="game_value",
    tag="missing-1/n",
    edit=(
        "np.sum(xlogy(p, critic)) + np.sum(xlogy(q, 1 - critic))",
        "np.mean(xlogy(p, critic)) + np.mean(xlogy(q, 1 - critic))",
    ),
)
def mean_over_the_cells():
    """Cut every cell into two. Does your value change? It should not.

    The shares are the weights of the mean, and they sum to 1 already."""


@mistake(
    "18.3",
    of="game_value",
    tag="order",
    edit=("xlogy(q, 1 - critic)", "xlogy(q, critic)"),
)
def fakes_scored_as_real():
    """What does the critic gain at a fake by saying 1?

    At fakes it gets log(1 - D)."""


@mistake(
    "18.3",
    of="game_value",
    tag="order",
    edit=(
        "np.sum(xlogy(p, critic)) + np.sum(xlogy(q, 1 - critic))",
        "np.sum(xlogy(q, critic)) + np.sum(xlogy(p, 1 - critic))",
    ),
)
def labels_exchanged():
    """A critic that is right everywhere: is its value 0, the highest there is?

    log D belongs to real points, p, and log(1 - D) to the generator's, q."""


@mistake(
    "18.3",
    of="game_value",
    tag="sign",
    edit=("float(np.sum(xlogy(p", "float(-np.sum(xlogy(p"),
)
def sign_of_the_first_part():
    """Both parts are means of logs of probabilities. Which sign has each?

    Neither can be above 0."""


@mistake("18.3", name="zero-times-log-zero-is-nan", tag="edge-case")
def game_value(p, q, critic):
    """p = 0 and D = 0 in one cell: what does 0 · log 0 give in NumPy?

    No point ever falls there, so it counts 0. `scipy.special.xlogy` knows it."""
    p, q, critic = (np.asarray(a, float) for a in (p, q, critic))
    with np.errstate(all="ignore"):
        return float(np.sum(p * np.log(critic) + q * np.log(1 - critic)))


@mistake("18.3", name="clipped-critic", tag="edge-case")
def game_value(p, q, critic):
    """A critic that is certain and wrong in one cell: what is its value?

    Minus infinity. A clipped D hides it, and shifts other values a little, too."""
    critic = np.clip(np.asarray(critic, float), 1e-7, 1 - 1e-7)
    return float(np.sum(p * np.log(critic)) + np.sum(q * np.log(1 - critic)))


@mistake("18.3", name="half-of-each", tag="missing-1/n")
def game_value(p, q, critic):
    """What is the value of a critic that always says one half?

    -log 4: the two means are added, not averaged."""
    critic = np.asarray(critic, float)
    with np.errstate(divide="ignore"):
        return float(0.5 * (np.sum(xlogy(p, critic)) + np.sum(xlogy(q, 1 - critic))))


@mistake("18.3", name="the-two-losses-exchanged", tag="order")
def generator_loss(logits, saturating):
    """Which of the two is flat where the critic is sure of a fake?

    log(1 - D), the saturating one."""
    logits = np.asarray(logits, float)
    if not saturating:
        losses, slopes = -np.logaddexp(0, logits), -expit(logits)
    else:
        losses, slopes = np.logaddexp(0, -logits), -expit(-logits)
    return float(losses.mean()), slopes / len(logits)


@mistake(
    "18.3",
    of="generator_loss",
    tag="missing-1/n",
    edit=("slopes / len(logits)", "slopes"),
)
def slopes_of_the_sum():
    """The loss is a mean over n fakes. By how much does it move when one logit does?

    By 1/n of what its own loss moves."""


@mistake(
    "18.3", of="generator_loss", tag="sign", edit=("-expit(-logits)", "expit(-logits)")
)
def slope_of_minus_log_d_upwards():
    """Raise a logit a little. Does -log D rise or fall?

    It falls, so its slope is negative."""


@mistake(
    "18.3",
    of="generator_loss",
    tag="sign",
    edit=(
        "-np.logaddexp(0, logits), -expit(logits)",
        "np.logaddexp(0, logits), expit(logits)",
    ),
)
def critics_loss_instead():
    """Whose loss falls when fakes are recognised?

    The critic's. The generator lowers log(1 - D) itself, which is negative."""


@mistake(
    "18.3",
    of="generator_loss",
    tag="formula",
    edit=(
        "losses, slopes = np.logaddexp(0, -logits), -expit(-logits)",
        "losses, slopes = np.logaddexp(0, -logits), -1 / expit(logits)",
    ),
)
def slope_by_d_and_not_by_the_logit():
    """By what is the slope asked: by D, or by the logit?

    D itself moves with the logit at the rate D(1 - D): chain rule."""


@mistake("18.3", name="logits-taken-for-probabilities", tag="logits-as-probabilities")
def generator_loss(logits, saturating):
    """Is -2 a probability?

    The critic gives logits; D is their sigmoid."""
    d = np.clip(np.asarray(logits, float), 1e-7, 1 - 1e-7)
    if saturating:
        return float(np.log(1 - d).mean()), -1 / (1 - d) / len(d)
    return float(-np.log(d).mean()), -1 / d / len(d)


@mistake("18.3", name="sigmoid-then-log", tag="edge-case")
def generator_loss(logits, saturating):
    """A logit of 800 or -800: what is the log of 0?

    log(1 - D) of a large logit is about minus the logit. `np.logaddexp` gets there without D."""
    d = expit(np.asarray(logits, float))
    with np.errstate(all="ignore"):
        if saturating:
            return float(np.mean(np.log(1 - d))), -d / len(d)
        return float(np.mean(-np.log(d))), (d - 1) / len(d)


# 18.4 ---------------------------------------------------------------------------------


@mistake(
    "18.4",
    of="wasserstein",
    tag="order",
    edit=("np.sort(x) - np.sort(y)", "np.asarray(x, float) - np.asarray(y, float)"),
)
def pairs_as_they_come():
    """Exchange two points of one set. Does your distance change? It should not.

    Crossing paths cost more: bring both sets into order first."""


@mistake(
    "18.4",
    of="wasserstein",
    tag="order",
    edit=("np.sort(x) - np.sort(y)", "np.sort(x) - np.asarray(y, float)"),
)
def one_set_sorted():
    """Which of the two sets is in order?

    Both have to be."""


@mistake("18.4", of="wasserstein", tag="missing-1/n", edit=("np.mean(", "np.sum("))
def sum_of_the_ways():
    """Put every point there twice. Is the mass carried further?

    The mean way is asked for."""


@mistake(
    "18.4",
    of="wasserstein",
    tag="formula",
    edit=(
        "np.mean(np.abs(np.sort(x) - np.sort(y)))",
        "np.abs(np.mean(x) - np.mean(y))",
    ),
)
def distance_of_the_means():
    """Two sets with one mean, a narrow one and a wide one: is nothing to be carried?

    Each point has a way of its own: the mean of the lengths, not the length of the mean."""


@mistake(
    "18.4",
    of="wasserstein",
    tag="formula",
    edit=("np.abs(np.sort(x) - np.sort(y))", "(np.sort(x) - np.sort(y)) ** 2"),
)
def squares_of_the_ways():
    """A shift by 3 should cost 3. What does yours cost?

    The length of a way, not its square."""


@mistake("18.4", name="nearest-point-of-the-other-set", tag="formula")
def wasserstein(x, y):
    """May two points be carried to the same place?

    Each place takes one point only."""
    gaps = np.abs(np.asarray(x, float)[:, None] - np.asarray(y, float))
    return float(gaps.min(axis=1).mean())


@mistake("18.4", name="one-number-for-all-rows", tag="broadcasting")
def penalty(slope, real, fake, numbers):
    """At how many places between its own pair is each row looked at?

    Every row has its own share u, which counts for all entries of the row."""
    real, fake = np.asarray(real, float), np.asarray(fake, float)
    u = np.ravel(numbers)[0]
    slopes = np.reshape(slope(fake + u * (real - fake)), (len(real), -1))
    return float(np.mean((np.linalg.norm(slopes, axis=1) - 1) ** 2))


@mistake(
    "18.4",
    of="penalty",
    tag="order",
    edit=("fake + u * (real - fake)", "real + u * (fake - real)"),
)
def from_the_real_to_the_fake():
    """Where is the point with u = 1?

    At the real one: u is the share of the way from the fake."""


@mistake(
    "18.4",
    of="penalty",
    tag="axis",
    edit=("np.linalg.norm(slopes, axis=1)", "np.linalg.norm(slopes, axis=0)"),
)
def length_over_the_rows():
    """How many lengths are there: one a row, or one an entry?

    One a row. What goes into a length are the entries of one slope."""


@mistake(
    "18.4",
    of="penalty",
    tag="axis",
    edit=("np.linalg.norm(slopes, axis=1)", "np.linalg.norm(slopes)"),
)
def length_of_the_whole_batch():
    """Twice as many rows: is your length larger?

    Each row has a length of its own."""


@mistake(
    "18.4",
    of="penalty",
    tag="axis",
    edit=("np.linalg.norm(slopes, axis=1)", "np.abs(slopes)"),
)
def every_entry_for_itself():
    """Must each entry of a slope be 1, or the slope's length?

    The length: the root of the sum of all squares of a row."""


@mistake(
    "18.4",
    of="penalty",
    tag="axis",
    edit=(
        "np.reshape(slope(fake + u * (real - fake)), (len(real), -1))",
        "np.asarray(slope(fake + u * (real - fake)), float)",
    ),
)
def length_along_the_second_axis_alone():
    """Try images. How many numbers make up one slope?

    All entries of the row, over every axis but the first."""


@mistake(
    "18.4",
    of="penalty",
    tag="formula",
    edit=("np.linalg.norm(slopes, axis=1) - 1", "np.sum(slopes**2, axis=1) - 1"),
)
def square_of_the_length():
    """A slope of length 2: what is its gap to 1?

    Take the root before 1 is taken off."""


@mistake(
    "18.4",
    of="penalty",
    tag="formula",
    edit=(
        "np.mean((np.linalg.norm(slopes, axis=1) - 1) ** 2)",
        "np.mean(np.maximum(np.linalg.norm(slopes, axis=1) - 1, 0) ** 2)",
    ),
)
def only_steep_slopes_pay():
    """A slope of length 0.2: does it cost anything?

    The length should be 1; below counts as much as above."""


@mistake(
    "18.4",
    of="penalty",
    tag="formula",
    edit=(
        "np.mean((np.linalg.norm(slopes, axis=1) - 1) ** 2)",
        "(np.mean(np.linalg.norm(slopes, axis=1)) - 1) ** 2",
    ),
)
def square_of_the_mean_gap():
    """One slope of length 0 and one of length 2: is all well?

    Square each row's gap first, and take the mean of the squares."""


@mistake(
    "18.4",
    of="penalty",
    tag="formula",
    edit=(
        "(np.linalg.norm(slopes, axis=1) - 1) ** 2",
        "np.linalg.norm(slopes, axis=1) ** 2",
    ),
)
def target_zero():
    """A critic without any slope: is that what is wanted?

    The length should be 1."""


@mistake("18.4", of="visits", tag="edge-case", edit=("<= radius", "< radius"))
def edge_left_out():
    """A point exactly at the radius: does it count?

    "No further than" includes it."""


@mistake("18.4", name="near-two-counts-twice", tag="formula")
def visits(points, centres, radius):
    """Two centres close together, a point between them: how often do you count it?

    Once, for the centre that is nearer."""
    gaps = np.asarray(points, float)[:, None] - np.asarray(centres, float)
    return np.sum(np.linalg.norm(gaps, axis=-1) <= radius, axis=0)


@mistake(
    "18.4",
    of="visits",
    tag="edge-case",
    edit=("[away.min(axis=1) <= radius]", ""),
)
def however_far():
    """Does a point halfway across the plane visit anybody?

    Only points no further than the radius count."""


@mistake(
    "18.4",
    of="visits",
    tag="edge-case",
    edit=("np.bincount(near, minlength=len(centres))", "np.bincount(near)"),
)
def centres_without_visits_left_out():
    """How long is your result if nobody visits the last centre?

    One number for each centre, also where it is 0."""


@mistake(
    "18.4",
    of="visits",
    tag="formula",
    edit=("np.linalg.norm(gaps, axis=-1)", "np.abs(gaps).sum(axis=-1)"),
)
def ways_along_the_axes():
    """How far is (1, 1) from (0, 0)?

    The straight way: the root of the sum of squares."""


@mistake(
    "18.4",
    of="visits",
    tag="formula",
    edit=("np.linalg.norm(gaps, axis=-1)", "np.sum(gaps**2, axis=-1)"),
)
def squares_compared_with_the_radius():
    """Which unit has your distance, and which has the radius?

    A square has to be compared with a square."""


# 18.5 ---------------------------------------------------------------------------------


@mistake("18.5", name="class-as-a-number", tag="formula")
def joined(x, labels, classes):
    """Is class 7 seven times class 1?

    One column for each class, with a single 1."""
    return np.concatenate([x, np.asarray(labels, float)[:, None]], axis=1)


@mistake(
    "18.5",
    of="joined",
    tag="order",
    edit=(
        "[x, np.eye(classes)[np.asarray(labels, int)]]",
        "[np.eye(classes)[np.asarray(labels, int)], x]",
    ),
)
def classes_first():
    """What stands in the first column of your rows?

    The row's own numbers come first, its class behind them."""


@mistake("18.5", name="as-many-columns-as-classes-seen", tag="edge-case")
def joined(x, labels, classes):
    """A batch without the last class: how wide are your rows?

    The number of classes is given; a batch need not hold all of them."""
    labels = np.asarray(labels, int)
    return np.concatenate([x, np.eye(labels.max() + 1)[labels]], axis=1)


@mistake(
    "18.5",
    of="joined",
    tag="off-by-one",
    edit=("np.asarray(labels, int)]", "np.asarray(labels, int) - 1]"),
)
def classes_from_one():
    """Where is your 1 for class 0?

    Classes are counted from 0: class 0 has the first column."""


@mistake("18.5", name="added-not-joined", tag="broadcasting")
def joined(x, labels, classes):
    """Can the network still tell the class from the point?

    Put the columns side by side, do not multiply them in."""
    x, ones = np.asarray(x, float), np.eye(classes)[np.asarray(labels, int)]
    return np.einsum("nd,nc->ndc", x, ones).reshape(len(x), -1)


@mistake("18.5", name="any-other-row", tag="edge-case")
def wrong_rows(captions, numbers):
    """Three of four rows say the same. May one of them lend its caption to another?

    No: what is lent must be another caption, not only another row."""
    rows = []
    for i, number in enumerate(numbers):
        others = [j for j in range(len(captions)) if j != i]
        rows.append(others[int(number * len(others))])
    return np.array(rows)


@mistake("18.5", name="any-row", tag="edge-case")
def wrong_rows(captions, numbers):
    """Can a row get its own caption back?

    Choose only among the rows whose caption differs."""
    return np.array([int(number * len(captions)) for number in numbers])


@mistake("18.5", name="among-different-captions", tag="formula")
def wrong_rows(captions, numbers):
    """Among what do you count: captions, or rows?

    Rows: a caption that stands there twice is taken twice as often."""
    captions, rows = list(captions), []
    kinds = list(dict.fromkeys(captions))
    for caption, number in zip(captions, numbers, strict=True):
        others = [kind for kind in kinds if kind != caption]
        rows.append(captions.index(others[int(number * len(others))]))
    return np.array(rows)


@mistake(
    "18.5",
    of="wrong_rows",
    tag="off-by-one",
    edit=("int(number * len(others))", "int(round(number * (len(others) - 1)))"),
)
def first_and_last_half_as_often():
    """Draw many u. Does each of the others come up equally often?

    Cut 0 to 1 into m equal parts and take the part that u falls into."""


@mistake(
    "18.5",
    of="wrong_rows",
    tag="formula",
    edit=(
        "rows.append(others[int(number * len(others))])",
        "rows.append(int(number * len(others)))",
    ),
)
def number_among_the_others():
    """Is the third of the others row 3?

    Give the row that stands at that place among the others."""


@mistake(
    "18.5",
    of="wrong_rows",
    tag="formula",
    edit=("captions != caption", "captions == caption"),
)
def rows_with_the_same_caption():
    """Which captions do you lend?

    Those that differ."""


@mistake("18.5", name="captions-not-rows", tag="formula")
def wrong_rows(captions, numbers):
    """What is asked for: captions, or the rows they stand in?

    Rows, as whole numbers."""
    captions, rows = np.asarray(captions), []
    for caption, number in zip(captions, numbers, strict=True):
        others = np.flatnonzero(captions != caption)
        rows.append(str(captions[others[int(number * len(others))]]))
    return rows


@mistake(
    "18.5",
    of="three_kinds",
    tag="formula",
    edit=("+ 0.5 * taken", "+ taken"),
)
def each_wrong_kind_counts_whole():
    """How much do the two wrong kinds weigh together, and how much the right one?

    One half each, so that right and wrong weigh the same."""


@mistake("18.5", name="wrong-captions-never-shown", tag="formula")
def three_kinds(real, fake, wrong):
    """Change the logits of the wrong captions. Does your loss change?

    Real images with wrong captions are a kind of their own, with a half."""
    right, made = np.asarray(real, float), np.asarray(fake, float)
    return float(np.logaddexp(0, -right).mean() + np.logaddexp(0, made).mean())


@mistake("18.5", name="all-wrong-pairs-in-one-heap", tag="missing-1/n")
def three_kinds(real, fake, wrong):
    """Twice as many fakes: do the wrong captions then count for less?

    Each kind has a mean of its own, and then a half."""
    heap = np.concatenate([np.ravel(fake), np.ravel(wrong)])
    right = np.logaddexp(0, -np.asarray(real, float)).mean()
    return float(right + np.logaddexp(0, heap).mean())


@mistake("18.5", name="wrong-captions-called-right", tag="sign")
def three_kinds(real, fake, wrong):
    """A real image with a wrong caption: what should the critic say?

    Wrong. The pair is judged, not the image."""
    right, made, swapped = (np.asarray(part, float) for part in (real, fake, wrong))
    taken = np.logaddexp(0, made).mean() + np.logaddexp(0, -swapped).mean()
    return float(np.logaddexp(0, -right).mean() + 0.5 * taken)


@mistake("18.5", name="right-and-wrong-exchanged", tag="sign")
def three_kinds(real, fake, wrong):
    """A critic that gives all right pairs a logit of 10 and all others -10: is its loss near 0?

    Right pairs pay log(1 + e^-l), wrong ones log(1 + e^l)."""
    right, made, swapped = (np.asarray(part, float) for part in (real, fake, wrong))
    taken = np.logaddexp(0, -made).mean() + np.logaddexp(0, -swapped).mean()
    return float(np.logaddexp(0, right).mean() + 0.5 * taken)


@mistake(
    "18.5", name="scores-instead-of-log-probabilities", tag="logits-as-probabilities"
)
def three_kinds(real, fake, wrong):
    """What does a pair pay: its logit, or minus the log of a probability?

    Put each logit through the sigmoid in logs first."""
    return float(0.5 * (np.mean(fake) + np.mean(wrong)) - np.mean(real))


@mistake("18.5", name="sums-and-not-means", tag="missing-1/n")
def three_kinds(real, fake, wrong):
    """Twice as many pairs: is the loss twice as high?

    Every kind enters with its mean."""
    right, made, swapped = (np.asarray(part, float) for part in (real, fake, wrong))
    taken = np.logaddexp(0, made).sum() + np.logaddexp(0, swapped).sum()
    return float(np.logaddexp(0, -right).sum() + 0.5 * taken)


@mistake("18.5", name="exponentials-that-overflow", tag="edge-case")
def three_kinds(real, fake, wrong):
    """A logit of 800: what does the exponential give?

    log(1 + e^l) is about l there. `np.logaddexp` knows it."""
    right, made, swapped = (np.asarray(part, float) for part in (real, fake, wrong))
    with np.errstate(all="ignore"):
        taken = np.log(1 + np.exp(made)).mean() + np.log(1 + np.exp(swapped)).mean()
        return float(np.log(1 + np.exp(-right)).mean() + 0.5 * taken)


# 18.6 ---------------------------------------------------------------------------------


@mistake("18.6", of="weight_draw", tag="formula", edit=(") / batches", ")"))
def whole_cost_in_each_batch():
    """600 batches make a pass. How often does a pass pay for the weights?

    Once: each batch pays 1/M."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=(
        "np.log1p(np.exp(-np.abs(rho))) + np.maximum(rho, 0)",
        "np.abs(np.asarray(rho, float))",
    ),
)
def rho_taken_for_sigma():
    """With rho = 0, is your weight without any spread?

    σ is log(1 + e^ρ), which is positive for every ρ."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("np.log1p(np.exp(-np.abs(rho))) + np.maximum(rho, 0)", "np.exp(rho)"),
)
def exponential_of_rho():
    """With rho = 0, what is your sigma?

    log 2: it is the log of one plus the exponential."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("mean + sigma * noise", "mean + sigma**2 * noise"),
)
def noise_times_the_variance():
    """Noise of standard deviation 1, times what, has the standard deviation σ?

    Times σ itself."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("log_q - np.logaddexp(*parts)", "-np.logaddexp(*parts)"),
)
def log_q_left_out():
    """If σ shrinks to 0, should the cost stay as it is?

    The cost is log q minus log P: a sharp q is dear."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="sign",
    edit=("log_q - np.logaddexp(*parts)", "np.logaddexp(*parts) - log_q"),
)
def cost_with_the_wrong_sign():
    """Is a q that lies where the prior is high dear or cheap?

    log q minus log P, in this order."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("-0.5 * noise**2 - np.log(sigma)", "-0.5 * noise**2"),
)
def density_without_its_width():
    """Is a narrow Gaussian higher at its middle than a wide one?

    Its density is divided by σ: minus log σ."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("np.log(part) - np.log(size) - 0.5", "np.log(part) - 0.5"),
)
def prior_without_its_widths():
    """Two Gaussians in the prior: is the narrow one not the higher one at 0?

    Each density is divided by its own standard deviation."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="order",
    edit=(
        "((share, wide), (1 - share, narrow))",
        "((1 - share, wide), (share, narrow))",
    ),
)
def shares_exchanged():
    """Which of the two Gaussians has the share π?

    The wide one."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="formula",
    edit=("0.5 * (weights / size) ** 2", "0.5 * (mean / size) ** 2"),
)
def prior_at_the_means():
    """Of which weights do you ask the prior?

    Of those that were drawn."""


@mistake(
    "18.6",
    of="weight_draw",
    tag="missing-1/n",
    edit=("cost = np.sum(", "cost = np.mean("),
)
def mean_over_the_weights():
    """A network of twice as many weights: is the draw not dearer?

    The costs of all weights add up."""


@mistake("18.6", name="mixture-of-logs", tag="order")
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    """Is the log of a sum the sum of the logs?

    The two densities are mixed first, then comes the log."""
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    sigma = np.logaddexp(0, rho)
    weights = mean + sigma * noise
    log_q = -0.5 * noise**2 - np.log(sigma)
    log_p = share * (-np.log(wide) - 0.5 * (weights / wide) ** 2)
    log_p += (1 - share) * (-np.log(narrow) - 0.5 * (weights / narrow) ** 2)
    return weights, float(np.sum(log_q - log_p) / batches)


@mistake("18.6", name="softplus-that-overflows", tag="edge-case")
def weight_draw(mean, rho, noise, batches, share, wide, narrow):
    """Try ρ = 900 and ρ = -30. What do the exponential and the log give?

    `np.logaddexp(0, ρ)` is the same function, without the exponential in between."""
    mean, noise = np.asarray(mean, float), np.asarray(noise, float)
    with np.errstate(all="ignore"):
        sigma = np.log(1 + np.exp(np.asarray(rho, float)))
        weights = mean + sigma * noise
        log_q = -0.5 * noise**2 - np.log(sigma)
        one = np.log(share / wide) - 0.5 * (weights / wide) ** 2
        other = np.log((1 - share) / narrow) - 0.5 * (weights / narrow) ** 2
        return weights, float(np.sum(log_q - np.logaddexp(one, other)) / batches)


@mistake(
    "18.6",
    of="cut",
    tag="formula",
    edit=("np.abs(mean) / np.logaddexp(0, rho)", "np.abs(mean)"),
)
def smallest_means_go():
    """A large weight with an even larger error bar: does it matter?

    Compare each mean with its own σ."""


@mistake(
    "18.6",
    of="cut",
    tag="sign",
    edit=("np.abs(mean) / np.logaddexp(0, rho)", "mean / np.logaddexp(0, rho)"),
)
def negative_weights_go_first():
    """Does a weight of -4 with a small σ say nothing?

    The size of the mean counts, not its sign."""


@mistake(
    "18.6",
    of="cut",
    tag="formula",
    edit=("np.abs(mean) / np.logaddexp(0, rho)", "np.abs(mean) / np.exp(rho)"),
)
def noise_without_softplus():
    """What is σ for this ρ?

    log(1 + e^ρ), as in the draw. For large ρ the two differ much."""


@mistake(
    "18.6",
    of="cut",
    tag="order",
    edit=('kind="stable")[:number]', 'kind="stable")[number:]'),
)
def the_others_are_cut():
    """Cut 0 weights: are they all still there?

    `number` of them go; the rest stays."""


@mistake(
    "18.6",
    of="cut",
    tag="order",
    edit=("np.argsort(ratio, kind", "np.argsort(-ratio, kind"),
)
def the_best_are_cut():
    """Which weights do you set to 0: those that matter, or the others?

    Those with the least signal to noise."""


@mistake("18.6", name="all-below-a-threshold", tag="ties")
def cut(mean, rho, number):
    """Three weights have equal signal to noise and two are to go. How many do you cut?

    Exactly `number`, and of equals the first."""
    mean = np.array(mean, float)
    ratio = np.abs(mean) / np.logaddexp(0, rho)
    if number:
        mean[ratio <= np.sort(ratio)[number - 1]] = 0
    return mean


@mistake(
    "18.6",
    of="doubt",
    tag="formula",
    edit=(" + xlogy(p, p).sum(axis=-1).mean(axis=0)", ""),
)
def entropy_of_the_mean_alone():
    """All draws agree on one half for each of two classes. Do they contradict one another?

    Take off the mean of the entropies: what every draw alone is unsure of is no contradiction."""


@mistake("18.6", name="mean-of-the-entropies", tag="formula")
def doubt(probabilities):
    """One draw is sure of a 1, another of a 7. Is your doubt 0?

    The entropy of the mean answer belongs to it as well."""
    p = np.asarray(probabilities, float)
    return -xlogy(p, p).sum(axis=-1).mean(axis=0)


@mistake("18.6", name="zero-log-zero", tag="edge-case")
def doubt(probabilities):
    """A probability of 0: what does 0 · log 0 give in NumPy?

    It counts 0. `scipy.special.xlogy` knows it."""
    p = np.asarray(probabilities, float)
    mean = p.mean(axis=0)
    with np.errstate(all="ignore"):
        each = (p * np.log(p)).sum(axis=-1).mean(axis=0)
        return each - (mean * np.log(mean)).sum(axis=-1)


@mistake("18.6", name="spread-of-the-answers", tag="formula")
def doubt(probabilities):
    """Your doubt has no logarithm. What is asked for, in nats?

    An entropy less a mean of entropies."""
    return np.asarray(probabilities, float).var(axis=0).sum(axis=-1)


@mistake(
    "18.6",
    of="doubt",
    tag="sign",
    edit=(
        "-xlogy(mean, mean).sum(axis=-1) + xlogy(p, p)",
        "xlogy(mean, mean).sum(axis=-1) - xlogy(p, p)",
    ),
)
def doubt_below_zero():
    """Is the entropy of a mixture larger or smaller than the mean of the entropies?

    Larger: the entropy of the mean comes first, and doubt is never below 0."""


@mistake(
    "18.6",
    of="doubt",
    tag="axis",
    edit=("xlogy(p, p).sum(axis=-1).mean(axis=0)", "xlogy(p, p).sum(axis=-1)[0]"),
)
def entropy_of_the_first_draw():
    """Whose entropy do you take off?

    The mean over all draws."""


@mistake("18.6", name="in-bits", tag="formula")
def doubt(probabilities):
    """Two draws, each sure of another class: is your doubt log 2 = 0.693, or 1?

    Nats are asked for: natural logarithms."""
    p = np.asarray(probabilities, float)
    mean = p.mean(axis=0)
    nats = xlogy(p, p).sum(axis=-1).mean(axis=0) - xlogy(mean, mean).sum(axis=-1)
    return nats / np.log(2)


# 18.7 ---------------------------------------------------------------------------------


@mistake("18.7", of="blur_back", tag="transpose", edit=("kernel[::-1, ::-1]", "kernel"))
def kernel_not_turned():
    """The kernel smears to the right. To which side must the way back send?

    To the other one: turn the kernel round in both directions."""


@mistake(
    "18.7", of="blur_back", tag="transpose", edit=("kernel[::-1, ::-1]", "kernel[::-1]")
)
def turned_upside_down_only():
    """Does your kernel look to the other side from left to right, too?

    Both axes are turned."""


@mistake(
    "18.7",
    of="blur_back",
    tag="transpose",
    edit=("kernel[::-1, ::-1]", "kernel[:, ::-1]"),
)
def turned_left_to_right_only():
    """Does your kernel stand upside down, too?

    Both axes are turned."""


@mistake(
    "18.7",
    of="blur_back",
    tag="formula",
    edit=(
        "np.pad(np.asarray(y, float), ((r, r), (s, s)))",
        'np.pad(np.asarray(y, float), ((r, r), (s, s)), mode="edge")',
    ),
)
def edges_repeated():
    """What stands outside the picture?

    Zeros. Only then both sides agree at the edge."""


@mistake("18.7", name="around-the-edge", tag="edge-case")
def blur_back(y, kernel):
    """What goes out at the right: does it come in again at the left?

    No: outside the picture there are zeros."""
    y, kernel = np.asarray(y, float), np.asarray(kernel, float)
    r, s = kernel.shape[0] // 2, kernel.shape[1] // 2
    out = np.zeros_like(y)
    for (a, b), weight in np.ndenumerate(kernel):
        out += weight * np.roll(y, (a - r, b - s), axis=(0, 1))
    return out


@mistake("18.7", name="kernel-transposed", tag="transpose")
def blur_back(y, kernel):
    """Which matrix is to be transposed: the kernel, or A?

    A, which is huge. For the kernel that means: turned round in both directions."""
    y, kernel = np.asarray(y, float), np.asarray(kernel, float).T
    r, s = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = np.pad(y, ((r, r), (s, s)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


@mistake("18.7", name="divided-by-the-kernels-sum", tag="formula")
def blur_back(y, kernel):
    """Compare <Ax, y> and <x, A'y>. Which factor is between them?

    The way back takes the kernel's numbers as they are."""
    kernel = np.asarray(kernel, float)
    r, s = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = np.pad(np.asarray(y, float), ((r, r), (s, s)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel[::-1, ::-1]) / kernel.sum()


@mistake("18.7", of="blocks_back", tag="missing-1/n", edit=(" / k**2", ""))
def copied_without_a_share():
    """A pixel is one of k² that a mean is taken of. How much does it weigh?

    1/k², on the way there as on the way back."""


@mistake("18.7", of="blocks_back", tag="missing-1/n", edit=("/ k**2", "/ k"))
def divided_by_the_side():
    """Of how many pixels is a mean taken?

    Of k times k."""


@mistake("18.7", of="blocks_back", tag="formula", edit=("/ k**2", "* k**2"))
def multiplied_by_the_block():
    """Is the adjoint the inverse?

    No: it sends each value back with the weights of the way there."""


@mistake("18.7", name="only-the-corner-of-each-block", tag="formula")
def blocks_back(y, k):
    """Which pixels of a block take part in its mean?

    All of them, so all get something back."""
    y = np.asarray(y, float)
    out = np.zeros((y.shape[0] * k, y.shape[1] * k))
    out[::k, ::k] = y
    return out


@mistake("18.7", name="tiles", tag="order")
def blocks_back(y, k):
    """Where does the first row of y go: into the first k rows, or into one row of each of k copies?

    Each value fills a block of its own, so neighbours in a block are equal."""
    return np.tile(np.asarray(y, float), (k, k)) / k**2


@mistake("18.7", of="data_step", tag="sign", edit=("- rate *", "+ rate *"))
def away_from_the_data():
    """After your step, is Ax nearer to y?

    Down the slope: the step is taken off."""


@mistake(
    "18.7",
    of="data_step",
    tag="formula",
    edit=("back(forward(x) - np.asarray(y))", "back(np.asarray(y) * -1.0)"),
)
def what_x_explains_is_forgotten():
    """If Ax equals y, does your x stay where it is?

    Send back what is still wrong: Ax less y."""


@mistake(
    "18.7",
    of="data_step",
    tag="order",
    edit=(
        "back(forward(x) - np.asarray(y))",
        "forward(back(y)) + 0 * back(forward(x) - np.asarray(y))",
    ),
)
def there_and_back_exchanged():
    """Which of the two functions takes something in the shape of y?

    The way back: compare in the world of y, then go back."""


@mistake(
    "18.7",
    of="data_step",
    tag="formula",
    edit=("np.asarray(x, float) - rate", "np.asarray(back(y), float) - rate"),
)
def start_forgotten():
    """Where does your step begin?

    At x: what is known so far is moved, not replaced."""


@mistake("18.7", of="data_step", tag="formula", edit=("- rate * np", "- np"))
def rate_left_out():
    """Halve the rate. Does your step become half as long?

    η stands before the whole slope."""


@mistake("18.7", of="data_step", tag="formula", edit=("- rate * np", "- 2 * rate * np"))
def half_forgotten():
    """What is differentiated: the square, or half of it?

    Half the square: its slope has no factor 2."""


# 18.8 ---------------------------------------------------------------------------------


@mistake(
    "18.8",
    of="parzen",
    tag="missing-1/n",
    edit=(" - np.log(len(samples))", ""),
)
def sum_of_the_hills():
    """Enter every image twice. Does the score rise? It should not.

    The mean of the m densities is asked for."""


@mistake("18.8", of="parzen", tag="formula", edit=(" - constant", ""))
def constant_left_out():
    """Make σ ten times as large. Does the top of a hill stay where it is?

    Its height falls with σ to the power d. Without this scores of different σ cannot be compared."""


@mistake(
    "18.8",
    of="parzen",
    tag="formula",
    edit=(
        "0.5 * rows.shape[1] * np.log(2 * np.pi * sigma**2)",
        "0.5 * np.log(2 * np.pi * sigma**2)",
    ),
)
def constant_of_one_axis():
    """Over how many axes does the hill spread?

    Over d, and each has its own factor."""


@mistake(
    "18.8",
    of="parzen",
    tag="formula",
    edit=("np.log(2 * np.pi * sigma**2)", "np.log(2 * np.pi * sigma)"),
)
def sigma_for_the_variance_in_the_constant():
    """Integrate one hill over a line. Is it 1?

    The variance stands in the constant, σ²."""


@mistake(
    "18.8",
    of="parzen",
    tag="formula",
    edit=("samples.T) / sigma**2", "samples.T) / sigma"),
)
def exponent_divided_by_sigma():
    """One σ away the density has fallen by e to the power -1/2. By how much has yours?

    The square of the distance is divided by the square of σ."""


@mistake(
    "18.8",
    of="parzen",
    tag="formula",
    edit=(
        "-0.5 * (square - 2 * rows @ samples.T)",
        "-0.5 * np.sqrt(np.abs(square - 2 * rows @ samples.T))",
    ),
)
def distance_not_squared():
    """How does a Gaussian fall: with the distance, or with its square?

    With the square."""


@mistake(
    "18.8",
    of="parzen",
    tag="formula",
    edit=("-0.5 * (square", "-(square"),
)
def half_in_the_exponent_left_out():
    """Which factor stands before the squared distance?

    One half, over σ²."""


@mistake("18.8", name="densities-that-vanish", tag="edge-case")
def parzen(rows, samples, sigma):
    """Two hundred σ away every density is 0 in floating point. What is the log of the mean then?

    Stay with logs: take the largest exponent out, or let `logsumexp` do it."""
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    square = ((rows[:, None] - samples) ** 2).sum(axis=-1)
    with np.errstate(all="ignore"):
        density = np.exp(-0.5 * square / sigma**2) / (2 * np.pi * sigma**2) ** (
            rows.shape[1] / 2
        )
        return np.log(density.mean(axis=1))


@mistake("18.8", name="mean-of-the-logs", tag="order")
def parzen(rows, samples, sigma):
    """One hill lies on the row, all others are far away. Should the far ones spoil the score?

    The densities are averaged first, and then comes the log."""
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    square = ((rows[:, None] - samples) ** 2).sum(axis=-1)
    constant = 0.5 * rows.shape[1] * np.log(2 * np.pi * sigma**2)
    return np.mean(-0.5 * square / sigma**2, axis=1) - constant


@mistake("18.8", name="nearest-hill-alone", tag="formula")
def parzen(rows, samples, sigma):
    """Two of your m hills lie at one place. Is the density there twice that of a single hill? It should be.

    All hills count, not only the nearest."""
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    square = ((rows[:, None] - samples) ** 2).sum(axis=-1).min(axis=1)
    constant = 0.5 * rows.shape[1] * np.log(2 * np.pi * sigma**2)
    return -0.5 * square / sigma**2 - np.log(len(samples)) - constant


@mistake(
    "18.8",
    of="parzen",
    tag="axis",
    edit=(
        "logsumexp(exponents, axis=1) - np.log(len(samples))",
        "logsumexp(exponents, axis=0) - np.log(len(rows))",
    ),
)
def hills_summed_over_the_rows():
    """How many numbers come back: one a row, or one a sample?

    One a row: sum over the samples."""


@mistake("18.8", name="one-density-for-all-rows", tag="axis")
def parzen(rows, samples, sigma):
    """How many log densities do n rows have?

    n: the mean over rows comes later."""
    rows, samples = np.asarray(rows, float), np.asarray(samples, float)
    square = ((rows[:, None] - samples) ** 2).sum(axis=-1)
    constant = 0.5 * rows.shape[1] * np.log(2 * np.pi * sigma**2)
    logs = logsumexp(-0.5 * square / sigma**2, axis=1) - np.log(len(samples)) - constant
    return float(logs.mean())


@mistake(
    "18.8",
    of="report",
    tag="leakage",
    edit=(
        "np.mean(log_density(valid, samples, sigma))",
        "np.mean(log_density(test, samples, sigma))",
    ),
)
def sigma_chosen_on_the_test():
    """Which rows choose your σ, and which judge it?

    Rows that have chosen are no judges any more: choose on those for validation."""


@mistake(
    "18.8",
    of="report",
    tag="leakage",
    edit=(
        "got = np.asarray(log_density(test, samples, sigma), float)",
        "got = np.asarray(log_density(valid, samples, sigma), float)",
    ),
)
def scored_on_validation():
    """On which rows is your score?

    On those of the test, which had no say in σ."""


@mistake("18.8", of="report", tag="sign", edit=("np.argmax(means)", "np.argmin(means)"))
def least_probable_sigma():
    """Is a large log density good or bad?

    Good: take the σ of the largest mean."""


@mistake(
    "18.8",
    of="report",
    tag="formula",
    edit=("got.std() / np.sqrt(len(got))", "got.std()"),
)
def spread_for_the_error():
    """Ten times as many test rows: does the mean become surer?

    The standard error falls with the root of their number."""


@mistake(
    "18.8",
    of="report",
    tag="missing-1/n",
    edit=("got.std() / np.sqrt(len(got))", "got.std() / len(got)"),
)
def divided_by_the_number():
    """How fast does the error of a mean fall with the number of rows?

    With its root."""


@mistake(
    "18.8",
    of="report",
    tag="missing-1/n",
    edit=("got.std() / np.sqrt(len(got))", "got.std(ddof=1) / np.sqrt(len(got))"),
)
def spread_with_n_minus_one():
    """Which standard deviation is asked for?

    NumPy's own, which divides by n."""


@mistake("18.8", name="last-of-equals", tag="ties")
def report(log_density, samples, valid, test, sigmas):
    """Two σ are equally good. Which one do you take?

    The first."""
    means = np.array([np.mean(log_density(valid, samples, sigma)) for sigma in sigmas])
    sigma = sigmas[int(np.flatnonzero(means == means.max())[-1])]
    got = np.asarray(log_density(test, samples, sigma), float)
    return float(sigma), float(got.mean()), float(got.std() / np.sqrt(len(got)))


@mistake("18.8", name="place-of-sigma", tag="off-by-one")
def report(log_density, samples, valid, test, sigmas):
    """What is your first result: a σ, or its place in the list?

    The σ itself."""
    means = [np.mean(log_density(valid, samples, sigma)) for sigma in sigmas]
    best = int(np.argmax(means))
    got = np.asarray(log_density(test, samples, sigmas[best]), float)
    return float(best), float(got.mean()), float(got.std() / np.sqrt(len(got)))


# Mutants that do what the solution does -------------------------------------------------

excuse(
    "18.4",
    "penalty: 1 -> 2",
    "NumPy's reshape takes any negative size for the one that follows",
)
excuse(
    "18.4",
    "penalty: 1 -> 2 (2)",
    "NumPy's reshape takes any negative size for the one that follows",
)
excuse(
    "18.5",
    "wrong_rows: np.array(rows) -> np.asarray(rows)",
    "of a list both make a new array",
)
