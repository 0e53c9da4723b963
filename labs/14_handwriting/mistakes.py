"""Wrong answers that students of lab 14 really give, each with the thought that puts it right."""

import numpy as np
from scipy.special import expit, logsumexp, softmax
from scipy.stats import multivariate_normal

from coursekit.labs import excuse, mistake

# 14.1 ---------------------------------------------------------------------------------


@mistake("14.1", name="each-stroke-from-its-own-start", tag="formula")
def to_offsets(strokes):
    """Look at the first row of your second stroke. Where does the pen come from?

    The pen travels through the air too: the step to the first point of a stroke starts at the last point of the stroke
    before."""
    rows = []
    for stroke in strokes:
        stroke = np.asarray(stroke, float)
        steps = np.diff(stroke, axis=0, prepend=stroke[:1])
        rows.append(np.column_stack([steps, np.arange(len(stroke)) == len(stroke) - 1]))
    return np.concatenate(rows).astype(float)


@mistake(
    "14.1",
    of="to_offsets",
    tag="off-by-one",
    edit=(
        "np.cumsum([len(stroke) for stroke in strokes]) - 1, 2",
        "np.cumsum([0, *[len(stroke) for stroke in strokes[:-1]]]), 2",
    ),
)
def lift_marked_at_the_start():
    """Which point of a stroke carries your 1?

    p says that the pen is lifted *after* this point, so it stands at the last point of each stroke."""


@mistake(
    "14.1",
    of="to_offsets",
    tag="edge-case",
    edit=(
        "out[1:, :2] = points[1:] - points[:-1]",
        "out[:, :2] = np.diff(points, axis=0, prepend=0)",
    ),
)
def first_step_from_the_corner_of_the_paper():
    """What is your very first row? The line may stand anywhere on the paper.

    The first step is (0, 0), wherever the first point lies."""


@mistake(
    "14.1",
    of="to_offsets",
    tag="sign",
    edit=("points[1:] - points[:-1]", "points[:-1] - points[1:]"),
)
def steps_backwards():
    """Move the pen to the right. Is your step positive?

    A step leads to this point from the one before: this point minus the one before."""


@mistake(
    "14.1",
    of="to_offsets",
    tag="off-by-one",
    edit=(
        "out[1:, :2] = points[1:] - points[:-1]",
        "out[:-1, :2] = points[1:] - points[:-1]",
    ),
)
def steps_to_the_next_point():
    """Which row of yours holds the step to the second point?

    A row holds the step *to* its own point, so the first row is zero and the last is not."""


@mistake(
    "14.1",
    of="to_offsets",
    tag="formula",
    edit=("out[1:, :2] = points[1:] - points[:-1]", "out[:, :2] = points"),
)
def places_instead_of_steps():
    """Move the whole line to the right. Do your rows change? They should not.

    Rows hold steps, differences of neighbouring points, not places."""


@mistake(
    "14.1",
    of="to_offsets",
    tag="edge-case",
    edit=(
        "out[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1",
        "out[-1, 2] = 1",
    ),
)
def only_the_last_lift():
    """How often is the pen lifted in a line of two strokes?

    After every stroke, not only at the end of the line."""


@mistake("14.1", name="each-stroke-back-from-zero", tag="formula")
def to_strokes(offsets):
    """Where does your second stroke begin?

    The sum of the steps runs through the whole line: the pen goes on from where it was lifted."""
    offsets = np.asarray(offsets, float)
    ends = np.flatnonzero(offsets[:, 2]) + 1
    parts = np.split(offsets[:, :2], ends)
    return [np.cumsum(part, axis=0) for part in parts if len(part)]


@mistake(
    "14.1",
    of="to_strokes",
    tag="off-by-one",
    edit=("np.flatnonzero(offsets[:, 2]) + 1", "np.flatnonzero(offsets[:, 2])"),
)
def cut_before_the_lifted_point():
    """To which of two strokes does the point with p = 1 belong?

    The pen is lifted after it, so it is the last of the stroke that ends there."""


@mistake(
    "14.1",
    of="to_strokes",
    tag="edge-case",
    edit=("np.split(places, ends)", "np.split(places, ends)[:-1]"),
)
def what_follows_the_last_lift_is_lost():
    """Try a walk whose last row has p = 0. Are all points still there?

    Points after the last lift make a stroke of their own."""


@mistake("14.1", of="to_strokes", tag="edge-case", edit=(" if len(stroke)]", "]"))
def an_empty_stroke_at_the_end():
    """How many strokes has a walk that ends with p = 1? Count yours.

    Where the last point is lifted nothing follows; no stroke may be empty."""


@mistake(
    "14.1",
    of="to_strokes",
    tag="formula",
    edit=("places = np.cumsum(offsets[:, :2], axis=0)", "places = offsets[:, :2]"),
)
def steps_not_added_up():
    """Take two equal steps to the right. Is your second point further to the right than the first?

    Places are the running sum of the steps."""


@mistake(
    "14.1",
    of="to_strokes",
    tag="axis",
    edit=("np.cumsum(offsets[:, :2], axis=0)", "np.cumsum(offsets[:, :2], axis=1)"),
)
def added_across_x_and_y():
    """Take a step in x alone. Does your y move?

    Add up along the points, for x and y on their own: axis 0."""


@mistake(
    "14.1",
    of="step_size",
    tag="formula",
    edit=(
        "np.std(offsets[real][:, :2])",
        "np.std(offsets[real][:, :2], axis=0).mean()",
    ),
)
def mean_of_two_spreads():
    """Is the spread of all numbers in one heap the mean of the two spreads?

    Put all dx and all dy into one list, and take one standard deviation of it."""


@mistake(
    "14.1",
    of="step_size",
    tag="edge-case",
    edit=("offsets[real][:, :2]", "offsets[..., :2]"),
)
def filling_counted():
    """Change the numbers behind the end of a line. Does your unit change? It should not.

    Only the first `lengths` points of each line are real: make a mask."""


@mistake(
    "14.1",
    of="step_size",
    tag="axis",
    edit=("offsets[real][:, :2]", "offsets[real]"),
)
def lifts_in_the_heap():
    """How many columns go into your heap?

    dx and dy alone: the third column is no step."""


@mistake(
    "14.1",
    of="step_size",
    tag="formula",
    edit=(
        "np.std(offsets[real][:, :2])",
        "np.sqrt(np.mean(offsets[real][:, :2] ** 2))",
    ),
)
def mean_not_taken_off():
    """Add 5 to every step. Does your unit change? A standard deviation does not.

    It is the root of the mean square *around the mean*; yours is around zero."""


@mistake(
    "14.1",
    of="step_size",
    tag="off-by-one",
    edit=(
        "np.arange(offsets.shape[1]) < np.asarray(lengths)[:, None]",
        "np.arange(offsets.shape[1]) <= np.asarray(lengths)[:, None]",
    ),
)
def one_point_too_many():
    """A line of 1 point: how many of its points does your mask keep?

    Points are counted from 0, so real are those whose number is below the length."""


@mistake("14.1", name="hypotenuse", tag="formula")
def step_size(offsets, lengths):
    """Is the length of a step asked for, or its two parts?

    dx and dy go into the heap one by one, with their signs."""
    offsets = np.asarray(offsets, float)
    real = np.arange(offsets.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.std(np.hypot(*offsets[real][:, :2].T)))


# 14.2 ---------------------------------------------------------------------------------


@mistake(
    "14.2",
    tag="formula",
    edit=(" + 0.5 * np.log(rest)", ""),
)
def determinant_without_rho():
    """Write det Σ out. Does ρ stand in it?

    det Σ = σx² σy² (1 - ρ²): a tilted ellipse has a smaller area, and a higher top."""


@mistake("14.2", tag="formula", edit=("-0.5 * square / rest", "-0.5 * square"))
def inverse_without_one_over_one_minus_rho_squared():
    """Multiply your Σ⁻¹ by Σ. Do you get ones on the diagonal?

    The inverse of a 2x2 matrix is divided by its determinant, so 1 - ρ² divides the square, too."""


@mistake("14.2", tag="formula", edit=("0.5 * np.log(rest)", "np.log(rest)"))
def root_of_the_determinant_forgotten():
    """Which factor stands before log det Σ?

    One half: from (1 - ρ²) in the determinant only its root comes into the density."""


@mistake("14.2", tag="sign", edit=(" - 2 * rho", " + 2 * rho"))
def ellipse_turned_the_wrong_way():
    """With ρ near 1, where is the density higher: at (1, 1) or at (1, -1)?

    Off the diagonal Σ⁻¹ has the opposite sign of Σ, so the mixed term is taken off."""


@mistake("14.2", tag="formula", edit=(" - 2 * rho * z", " - rho * z"))
def mixed_term_once():
    """How often does z_x z_y come up in d' Σ⁻¹ d?

    Twice: once from each corner of the matrix."""


@mistake(
    "14.2",
    tag="formula",
    edit=(
        "return -0.5 * square / rest - log_area - np.log(2 * np.pi)",
        "return np.exp(-0.5 * square / rest - log_area - np.log(2 * np.pi))",
    ),
)
def density_instead_of_its_log():
    """All your values are positive and tiny far away. What does the name of the function promise?

    The log of the density: no exponential at the end, or far places become minus infinity later."""


@mistake(
    "14.2",
    tag="formula",
    edit=("log_area - np.log(2 * np.pi)", "log_area - 0.5 * np.log(2 * np.pi)"),
)
def constant_of_one_dimension():
    """Integrate your density over the plane. Is it 1?

    One half log 2π for each dimension, and there are two."""


@mistake(
    "14.2",
    tag="formula",
    edit=(
        "(np.asarray(x, float) - mean) / sigma",
        "(np.asarray(x, float) - mean) / np.asarray(sigma) ** 2",
    ),
)
def divided_by_the_variance():
    """How many sigmas away is a place that lies one sigma off?

    z is the distance in sigmas: divide by σ, and square afterwards."""


@mistake(
    "14.2",
    tag="formula",
    edit=("np.log(sigma).sum(axis=-1) + 0.5", "2 * np.log(sigma).sum(axis=-1) + 0.5"),
)
def determinant_not_halved():
    """Make both sigmas 10 times as large. By which factor should the top fall?

    By 100, the area: half of log det Σ is log σx + log σy."""


@mistake("14.2", tag="formula", edit=("rest = 1 - rho**2", "rest = 1 - rho"))
def rho_not_squared():
    """Turn the sign of ρ. Does the height of your top change? It should not.

    The determinant holds the product of both corners: ρ²."""


# 14.3 ---------------------------------------------------------------------------------


@mistake("14.3", name="softmax-over-the-points", tag="axis")
def mixture(outputs):
    """Add up the weights of one point. Are they 1?

    The softmax runs over the hills, the last axis, not over points or lines."""
    outputs = np.asarray(outputs, float)
    parts = outputs[..., 1:].reshape(*outputs.shape[:-1], 6, -1)
    weights = softmax(parts[..., 0, :], axis=0)
    means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)
    logs = np.stack([parts[..., 3, :], parts[..., 4, :]], axis=-1)
    rho = 0.95 * np.tanh(parts[..., 5, :])
    return weights, means, np.exp(np.clip(logs, -5, 3)), rho, expit(outputs[..., 0])


@mistake("14.3", name="softmax-over-everything", tag="axis")
def mixture(outputs):
    """Add up the weights of one point. Are they 1?

    The softmax runs over the hills of each point on its own: axis=-1."""
    outputs = np.asarray(outputs, float)
    parts = outputs[..., 1:].reshape(*outputs.shape[:-1], 6, -1)
    grown = np.exp(parts[..., 0, :] - parts[..., 0, :].max())
    means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)
    logs = np.stack([parts[..., 3, :], parts[..., 4, :]], axis=-1)
    rho, sigmas = 0.95 * np.tanh(parts[..., 5, :]), np.exp(np.clip(logs, -5, 3))
    return grown / grown.sum(), means, sigmas, rho, expit(outputs[..., 0])


@mistake(
    "14.3",
    tag="edge-case",
    edit=(
        "np.exp(parts[..., 0, :] - parts[..., 0, :].max(axis=-1, keepdims=True))",
        "np.exp(parts[..., 0, :])",
    ),
)
def softmax_that_overflows():
    """Try a weight number of 1000. What does np.exp give?

    Take the largest number of each point off first; the softmax does not change (lab 04)."""


@mistake(
    "14.3",
    tag="formula",
    edit=("np.exp(np.clip(logs, -5, 3))", "np.clip(logs, -5, 3)"),
)
def sigma_without_exp():
    """Are all your sigmas positive?

    The network gives s, any number; a standard deviation is e to the power s."""


@mistake("14.3", tag="formula", edit=("np.exp(np.clip(logs, -5, 3))", "np.exp(logs)"))
def sigma_not_clipped():
    """How small can your sigma become when s is -50?

    s is clipped to -5 to 3 before the exponential."""


@mistake(
    "14.3",
    tag="order",
    edit=("np.exp(np.clip(logs, -5, 3))", "np.clip(np.exp(logs), -5, 3)"),
)
def clipped_after_the_exponential():
    """What is your smallest sigma? It should be e to the power -5.

    Clip s first, then take the exponential."""


@mistake("14.3", tag="formula", edit=("0.95 * np.tanh(parts", "np.tanh(parts"))
def rho_reaches_one():
    """What is your ρ when r is 100? An ellipse with ρ = 1 has no area.

    0.95 times the tanh stays away from both ends."""


@mistake(
    "14.3",
    tag="formula",
    edit=("0.95 * np.tanh(parts[..., 5, :])", "np.clip(parts[..., 5, :], -0.95, 0.95)"),
)
def rho_clipped():
    """Is your ρ for small r the same as r? It should be smaller.

    tanh bends any number into -1 to 1; then 0.95 times that. Clipping would leave no slope to learn by."""


@mistake(
    "14.3",
    tag="transpose",
    edit=(
        ".reshape(*outputs.shape[:-1], 6, -1)",
        ".reshape(*outputs.shape[:-1], -1, 6).swapaxes(-1, -2)",
    ),
)
def numbers_of_each_hill_side_by_side():
    """In which order do the numbers come: all weights first, or all numbers of the first hill?

    Six rows of m numbers: all weights, then all means in x, and so on."""


@mistake("14.3", name="lift-last", tag="order")
def mixture(outputs):
    """Which number of the row is the lift?

    The first one; the six rows of m numbers follow it."""
    outputs = np.asarray(outputs, float)
    parts = outputs[..., :-1].reshape(*outputs.shape[:-1], 6, -1)
    means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)
    logs = np.stack([parts[..., 3, :], parts[..., 4, :]], axis=-1)
    rho, sigmas = 0.95 * np.tanh(parts[..., 5, :]), np.exp(np.clip(logs, -5, 3))
    return (
        softmax(parts[..., 0, :], axis=-1),
        means,
        sigmas,
        rho,
        expit(outputs[..., -1]),
    )


@mistake(
    "14.3",
    tag="logits-as-probabilities",
    edit=("0.5 * (1 + np.tanh(0.5 * outputs[..., 0]))", "outputs[..., 0]"),
)
def lift_left_as_a_logit():
    """Does your probability of the lift lie between 0 and 1?

    The network gives a logit; the sigmoid makes a probability of it."""


@mistake(
    "14.3",
    tag="transpose",
    edit=(
        "means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)",
        "means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-2)",
    ),
)
def means_with_x_and_y_in_front():
    """Compare the shape of your means with what is asked: (..., m, 2).

    x and y of one hill stand side by side, on the last axis."""


@mistake(
    "14.3",
    tag="order",
    edit=(
        "np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)",
        "np.stack([parts[..., 2, :], parts[..., 1, :]], axis=-1)",
    ),
)
def y_before_x():
    """Which of your two means is that in x?

    The row of means in x comes first, and x comes first on the last axis."""


@mistake(
    "14.3",
    tag="formula",
    edit=("np.exp(np.clip(logs, -5, 3))", "np.exp(2 * np.clip(logs, -5, 3))"),
)
def variance_for_sigma():
    """What is your sigma for s = 1? It should be e.

    Standard deviations are asked for, not their squares."""


# 14.4 ---------------------------------------------------------------------------------


@mistake("14.4", name="log-of-a-sum-of-exponentials", tag="edge-case")
def pen_losses(log_weights, log_normals, logit, lifted):
    """Try log densities of -2000. What is the sum of their exponentials?

    It underflows to 0, and its log is minus infinity. Stay in logarithms: logsumexp takes the largest off first."""
    step = np.log(np.sum(np.exp(np.asarray(log_weights) + log_normals), axis=-1))
    signed = np.where(np.asarray(lifted) > 0, 1.0, -1.0) * logit
    return -step + np.logaddexp(0, -signed)


@mistake("14.4", name="lift-through-a-sigmoid", tag="edge-case")
def pen_losses(log_weights, log_normals, logit, lifted):
    """Try a logit of 800 where the pen was not lifted. What is 1 minus its sigmoid?

    Exactly 0, with a log of minus infinity. log(1 - sigmoid) of a logit is minus logaddexp(0, logit)."""
    step = logsumexp(np.asarray(log_weights) + log_normals, axis=-1)
    chance = expit(np.asarray(logit, float))
    with np.errstate(divide="ignore"):
        return -step - np.log(np.where(np.asarray(lifted) > 0, chance, 1 - chance))


@mistake(
    "14.4",
    of="pen_losses",
    tag="formula",
    edit=(
        "logsumexp(np.asarray(log_weights) + log_normals, axis=-1)",
        "np.sum(np.exp(log_weights) * log_normals, axis=-1)",
    ),
)
def mean_of_the_logs():
    """Is the log of a sum the sum of the logs?

    Densities are weighted and added up first; the log comes after. In logs: logsumexp of log w + log N."""


@mistake(
    "14.4",
    of="pen_losses",
    tag="formula",
    edit=("np.asarray(log_weights) + log_normals", "np.asarray(log_normals)"),
)
def weights_left_out():
    """Give all the weight to one hill. Does your loss change?

    Each density counts with its weight: add log w to log N inside the sum."""


@mistake(
    "14.4", of="pen_losses", tag="sign", edit=("return -step + np", "return step + np")
)
def density_with_the_wrong_sign():
    """Raise the density at the step. Should the loss rise or fall?

    The loss is minus the log, so the log of the density is taken off."""


@mistake(
    "14.4",
    of="pen_losses",
    tag="sign",
    edit=("np.logaddexp(0, -signed)", "np.logaddexp(0, signed)"),
)
def lift_the_wrong_way_round():
    """The pen was lifted, and the logit is 10. Is your loss of the lift small?

    Minus log of 1/(1 + e^-l) is log(1 + e^-l): small where the logit agrees with what happened."""


@mistake(
    "14.4",
    of="pen_losses",
    tag="formula",
    edit=("return -step + np.logaddexp(0, -signed)", "return -step"),
)
def lift_left_out():
    """Change the logit of the lift. Does your loss change?

    What the pen did has a probability too, and the loss holds minus its log."""


@mistake("14.4", name="only-where-lifted", tag="formula")
def pen_losses(log_weights, log_normals, logit, lifted):
    """What does your loss say of the lift where the pen stayed down?

    Staying down has the probability 1 minus that of the lift, and costs minus its log."""
    step = logsumexp(np.asarray(log_weights) + log_normals, axis=-1)
    return -step + np.asarray(lifted) * np.logaddexp(0, -np.asarray(logit, float))


@mistake("14.4", name="probability-taken-for-a-logit", tag="logits-as-probabilities")
def pen_losses(log_weights, log_normals, logit, lifted):
    """A logit may be any number. What does your code take it for?

    Not for a probability: that is 1/(1 + e^-logit)."""
    step = logsumexp(np.asarray(log_weights) + log_normals, axis=-1)
    chance = np.clip(logit, 1e-7, 1 - 1e-7)
    return -step - np.log(np.where(np.asarray(lifted) > 0, chance, 1 - chance))


@mistake(
    "14.4",
    of="pen_losses",
    tag="axis",
    edit=("log_normals, axis=-1)", "log_normals, axis=0)"),
)
def summed_over_the_points():
    """Which axis holds the hills? Compare the shape of your result with the points.

    The last one: each point has a sum of its own."""


@mistake(
    "14.4",
    of="mean_loss",
    tag="edge-case",
    edit=("losses[real].mean()", "losses.mean()"),
)
def filling_in_the_mean():
    """Change what stands behind the end of a line. Does your mean change? It should not.

    Only the first `lengths` points of each line count."""


@mistake("14.4", name="mean-of-line-means", tag="formula")
def mean_loss(losses, lengths):
    """A line of 1 point and a line of 100: how much does one point of each count in your mean?

    Every point counts the same: add up all real points, then divide by how many they are."""
    return float(
        np.mean([np.mean(row[:m]) for row, m in zip(losses, lengths, strict=True)])
    )


@mistake(
    "14.4",
    of="mean_loss",
    tag="missing-1/n",
    edit=("losses[real].mean()", "losses[real].sum()"),
)
def sum_instead_of_mean():
    """Give every line twice. Should the result change?

    Nats *a point*: divide by the number of real points."""


@mistake("14.4", name="zeros-counted-in-the-divisor", tag="missing-1/n")
def mean_loss(losses, lengths):
    """By how many points do you divide?

    By the real ones alone; what is filled up counts neither above nor below."""
    losses = np.asarray(losses, float)
    real = np.arange(losses.shape[1]) < np.asarray(lengths)[:, None]
    return float((losses * real).mean())


@mistake(
    "14.4",
    of="mean_loss",
    tag="missing-1/n",
    edit=("losses[real].mean()", "losses[real].sum() / len(losses)"),
)
def nats_a_line():
    """Divide by how many: lines, or points?

    By the number of real points of all lines."""


@mistake(
    "14.4",
    of="mean_loss",
    tag="off-by-one",
    edit=(
        "np.arange(losses.shape[1]) < np.asarray(lengths)[:, None]",
        "np.arange(losses.shape[1]) <= np.asarray(lengths)[:, None]",
    ),
)
def one_more_than_real():
    """A line of 1 point: how many of its losses does your mask keep?

    Points are counted from 0, so real are those whose number is below the length."""


# 14.5 ---------------------------------------------------------------------------------


@mistake("14.5", name="weights-powered-and-not-renormalised", tag="formula")
def biased(logits, log_sigmas, bias):
    """Add up your weights at bias 2. Are they 1?

    Bias acts on the numbers before the softmax; the softmax then makes them sum to 1."""
    weights = softmax(np.asarray(logits, float), axis=-1) * (1 + bias)
    return weights, np.exp(np.asarray(log_sigmas) - bias)


@mistake("14.5", of="biased", tag="formula", edit=(" * (1 + bias)", ""))
def weights_without_bias():
    """Raise the bias. Do your weights change? (The same number added to all logits changes nothing in a softmax.)

    They are multiplied by 1 + b, so that the largest hill gains."""


@mistake("14.5", of="biased", tag="formula", edit=(" * (1 + bias)", " * bias"))
def logits_times_bias():
    """What are your weights at bias 0? They should be those of the network.

    1 + b is the factor, and at b = 0 it is 1."""


@mistake(
    "14.5",
    of="biased",
    tag="sign",
    edit=("np.asarray(log_sigmas) - bias", "np.asarray(log_sigmas) + bias"),
)
def wider_with_bias():
    """Do your hills get narrower or wider as the bias grows?

    Neat writing keeps to the middle: s - b."""


@mistake(
    "14.5",
    of="biased",
    tag="formula",
    edit=("np.asarray(log_sigmas) - bias", "np.asarray(log_sigmas) * (1 + bias)"),
)
def log_sigmas_stretched():
    """A hill with s = 0: does your bias make it narrower?

    The bias is taken off s, whatever s is."""


@mistake(
    "14.5",
    of="biased",
    tag="formula",
    edit=(
        "np.exp(np.asarray(log_sigmas) - bias)",
        "np.exp(np.asarray(log_sigmas)) - bias",
    ),
)
def bias_taken_off_sigma():
    """Can your sigmas become negative?

    The bias is taken off inside the exponential."""


@mistake("14.5", name="softmax-over-all-points", tag="axis")
def biased(logits, log_sigmas, bias):
    """Add up the weights of one point. Are they 1?

    The softmax runs over the hills, the last axis, not over the first."""
    weights = softmax(np.asarray(logits, float) * (1 + bias), axis=0)
    return weights, np.exp(np.asarray(log_sigmas) - bias)


@mistake("14.5", name="softmax-overflows", tag="edge-case")
def biased(logits, log_sigmas, bias):
    """Try numbers near 900. What does np.exp give?

    Take the largest of each point off first (after the factor), as in 14.3."""
    with np.errstate(over="ignore", invalid="ignore"):
        grown = np.exp(np.asarray(logits, float) * (1 + bias))
        weights = grown / grown.sum(axis=-1, keepdims=True)
    return weights, np.exp(np.asarray(log_sigmas) - bias)


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=("rho[k] * z1 + np.sqrt(1 - rho[k] ** 2) * z2", "z2"),
)
def correlation_left_out():
    """Draw many steps of a hill with ρ = 0.9 and look at them. Do they lie along a slope?

    y takes ρ of z1, and the root of 1 - ρ² of z2."""


@mistake(
    "14.5", of="draw", tag="formula", edit=("np.sqrt(1 - rho[k] ** 2)", "(1 - rho[k])")
)
def shares_instead_of_a_root():
    """What is the variance of ρ z1 + (1 - ρ) z2? It should be 1.

    Variances of independent numbers add up: ρ² + (root of 1 - ρ²)² = 1."""


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=("np.sqrt(1 - rho[k] ** 2)", "(1 - rho[k] ** 2)"),
)
def root_forgotten():
    """What is the variance of ρ z1 + (1 - ρ²) z2? It should be 1.

    The factor of z2 is a root."""


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=("int(np.sum(np.cumsum(weights) <= uniforms[0]))", "int(np.argmax(weights))"),
)
def always_the_largest_hill():
    """Draw with another u0. Does your hill change?

    Each hill is taken with the probability of its weight: compare u0 with the running sum of the weights."""


@mistake(
    "14.5",
    of="draw",
    tag="ties",
    edit=("np.cumsum(weights) <= uniforms[0]", "np.cumsum(weights) < uniforms[0]"),
)
def equal_sum_taken():
    """Weights 0.25 and 0.75, u0 = 0.25. Which hill is yours?

    The first whose sum is *more* than u0: the second."""


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=(
        "np.sum(np.cumsum(weights) <= uniforms[0])",
        "np.sum(np.asarray(weights) <= uniforms[0])",
    ),
)
def weights_not_added_up():
    """With weights 0.4, 0.3, 0.3 and u0 = 0.9: which hill should it be, and which is yours?

    Compare u0 with the *running sum* of the weights."""


@mistake(
    "14.5", of="draw", tag="sign", edit=("uniforms[1] < lift", "uniforms[1] > lift")
)
def lifted_too_often():
    """The probability of the lift is 0.9. For which share of numbers u1 do you lift?

    u1 < p happens with probability p."""


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=("float(uniforms[1] < lift)", "float(lift > 0.5)"),
)
def lifted_when_probable():
    """Draw with another u1. Does your lift change?

    A lift of probability 0.3 happens three times in ten: compare u1 with it."""


@mistake(
    "14.5", of="draw", tag="ties", edit=("uniforms[1] < lift", "uniforms[1] <= lift")
)
def lifted_at_equality():
    """What does your pen do when u1 equals the probability?

    It is lifted where u1 is *below* it."""


@mistake("14.5", name="mean-of-all-hills", tag="formula")
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    """Two hills far apart: where do your points fall?

    A point comes from one hill, chosen by u0, not from a blend of all."""
    w = np.asarray(weights)[:, None]
    mean, sigma = (
        (w * np.asarray(means)).sum(axis=0),
        (w * np.asarray(sigmas)).sum(axis=0),
    )
    r = float(np.dot(weights, rho))
    y = r * normals[0] + np.sqrt(1 - r**2) * normals[1]
    return np.array([*(mean + sigma * [normals[0], y]), float(uniforms[1] < lift)])


@mistake(
    "14.5",
    of="draw",
    tag="formula",
    edit=("sigmas[k][0] * z1", "sigmas[k][0] ** 2 * z1"),
)
def variance_as_a_spread():
    """How far is a point from the mean when z1 is 1?

    One standard deviation: times σ, not σ²."""


@mistake(
    "14.5",
    of="draw",
    tag="order",
    edit=("float(uniforms[1] < lift)", "float(uniforms[0] < lift)"),
)
def one_uniform_for_both():
    """Which uniform number decides the lift?

    u1. With u0 for both, the hill and the lift would always go together."""


@mistake("14.5", of="draw", tag="order", edit=("z1, z2 = normals", "z2, z1 = normals"))
def normals_exchanged():
    """From which of the two numbers is your x made?

    x from z1 alone; y from both."""


# 14.6 ---------------------------------------------------------------------------------


@mistake(
    "14.6",
    tag="formula",
    edit=("np.cumsum(steps, axis=0)[:, None]", "np.asarray(steps, float)[:, None]"),
)
def steps_not_added():
    """Give equal steps at every point. Does your window move on?

    The place is the running sum of the steps over the points."""


@mistake(
    "14.6",
    tag="axis",
    edit=("np.cumsum(steps, axis=0)[:, None]", "np.cumsum(steps, axis=1)[:, None]"),
)
def added_over_the_gaussians():
    """Along which axis do points follow one another?

    The running sum goes over points, axis 0; each Gaussian has a place of its own."""


@mistake(
    "14.6",
    tag="off-by-one",
    edit=("np.arange(len(text))[:, None]", "np.arange(1, len(text) + 1)[:, None]"),
)
def places_counted_from_one():
    """Where does your first symbol stand?

    At place 0: a window at 0 looks at it."""


@mistake(
    "14.6",
    tag="off-by-one",
    edit=(
        "np.cumsum(steps, axis=0)[:, None]",
        "(np.cumsum(steps, axis=0) - steps)[:, None]",
    ),
)
def window_one_step_late():
    """Where does your window stand at the first point?

    The sum begins with the first step: at the first point the place is that step."""


@mistake("14.6", name="normalised", tag="formula")
def read_window(heights, sharpness, steps, text):
    """Add up your weights of one point. Must they be 1?

    The window has no softmax: heights say how much is shown, and it may be more or less than one symbol."""
    text = np.asarray(text, float)
    gap = np.cumsum(steps, axis=0)[:, None] - np.arange(len(text))[:, None]
    bells = np.exp(-np.asarray(sharpness)[:, None] * gap**2)
    weights = np.sum(np.asarray(heights)[:, None] * bells, axis=-1)
    weights = weights / weights.sum(axis=1, keepdims=True)
    return weights, weights @ text


@mistake("14.6", tag="formula", edit=("* gap**2)", "* np.abs(gap))"))
def distance_not_squared():
    """How does the weight fall with the distance: with itself, or with its square?

    With its square, as in a Gaussian."""


@mistake(
    "14.6",
    tag="formula",
    edit=(
        "-np.asarray(sharpness)[:, None] * gap**2",
        "-gap**2 / np.asarray(sharpness)[:, None]",
    ),
)
def sharpness_as_a_width():
    """Raise the sharpness. Does your window get narrower?

    β multiplies the square; a large one makes the Gaussian narrow."""


@mistake("14.6", tag="formula", edit=("np.asarray(heights)[:, None] * bells", "bells"))
def heights_left_out():
    """Double all heights. Do your weights double?

    Each Gaussian counts with its height α."""


@mistake(
    "14.6",
    tag="formula",
    edit=(
        "-np.asarray(sharpness)[:, None] * gap**2",
        "-0.5 * np.asarray(sharpness)[:, None] * gap**2",
    ),
)
def half_in_the_exponent():
    """Is there a half in the exponent?

    Not here: β takes its part. Read the formula again."""


@mistake("14.6", tag="sign", edit=("np.exp(-np", "np.exp(np"))
def bell_upside_down():
    """Where is your weight largest: near the place, or far from it?

    The exponent is negative, so that far symbols weigh little."""


@mistake(
    "14.6",
    tag="axis",
    edit=(
        "np.asarray(heights)[:, None] * bells, axis=-1)",
        "np.asarray(heights)[:, None] * bells, axis=-1) / np.shape(heights)[1]",
    ),
)
def mean_over_the_gaussians():
    """One Gaussian or two of the same: should the weight double?

    The Gaussians are added up, not averaged."""


# 14.7 ---------------------------------------------------------------------------------


@mistake("14.7", tag="formula", edit=(" - np.asarray(here, float)", ""))
def steps_drawn_at_absolute_places():
    """Move the pen. Does your picture move with it?

    The mixture is over steps: a place is reached by the step place minus `here`."""


@mistake(
    "14.7",
    tag="sign",
    edit=(" - np.asarray(here, float)", " + np.asarray(here, float)"),
)
def pen_moved_the_wrong_way():
    """Move the pen to the right. Does your spot move to the right?

    The step to a place is the place minus where the pen is."""


@mistake("14.7", tag="formula", edit=("picture += weight * np", "picture += np"))
def weights_not_in_the_picture():
    """Give a hill the weight 0. Is it still in your picture?

    Each hill counts with its weight."""


@mistake("14.7", name="columns-first", tag="transpose")
def heat(weights, means, sigmas, rho, here, xs, ys):
    """How many rows has your picture: as many as there are xs, or ys?

    Rows are y: the shape is (len(ys), len(xs)), which is what np.meshgrid(xs, ys) gives."""
    places = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1) - np.asarray(
        here, float
    )
    picture = np.zeros(places.shape[:2])
    for weight, mean, (a, b), r in zip(weights, means, sigmas, rho, strict=True):
        density = multivariate_normal(
            mean, [[a * a, r * a * b], [r * a * b, b * b]]
        ).pdf(places)
        picture += weight * np.reshape(density, picture.shape)
    return picture


@mistake(
    "14.7",
    tag="formula",
    edit=("[[a * a, r * a * b], [r * a * b, b * b]]", "[[a * a, 0], [0, b * b]]"),
)
def upright_ellipses():
    """With ρ = 0.9 your spots stand upright. Should they?

    ρ σx σy stands in both corners of the covariance."""


@mistake(
    "14.7",
    tag="formula",
    edit=("[[a * a, r * a * b], [r * a * b, b * b]]", "[[a * a, r], [r, b * b]]"),
)
def correlation_for_covariance():
    """Which number stands in the corner of Σ: ρ, or ρ σx σy?

    The covariance: ρ times both sigmas."""


@mistake(
    "14.7",
    tag="formula",
    edit=(
        "[[a * a, r * a * b], [r * a * b, b * b]]",
        "[[a, r * np.sqrt(a * b)], [r * np.sqrt(a * b), b]]",
    ),
)
def sigmas_for_variances():
    """What stands on the diagonal of a covariance?

    Variances: the squares of the sigmas."""


@mistake(
    "14.7",
    tag="sign",
    edit=(
        "[[a * a, r * a * b], [r * a * b, b * b]]",
        "[[a * a, -r * a * b], [-r * a * b, b * b]]",
    ),
)
def spots_mirrored():
    """y runs downwards on paper. Must ρ change its sign for that?

    No: the steps were counted downwards, too. Rows follow the order of ys."""


@mistake("14.7", tag="formula", edit=(".pdf(places)", ".logpdf(places)"))
def logs_added_up():
    """Are all your numbers positive?

    Densities are added, not their logs: pdf."""


@mistake("14.7", name="scaled-to-one", tag="formula")
def heat(weights, means, sigmas, rho, here, xs, ys):
    """Is your largest number 1, or do your numbers sum to 1, whatever the mixture?

    Densities are asked for, as they are."""
    places = np.stack(np.meshgrid(xs, ys), axis=-1) - np.asarray(here, float)
    picture = np.zeros(places.shape[:2])
    for weight, mean, (a, b), r in zip(weights, means, sigmas, rho, strict=True):
        density = multivariate_normal(
            mean, [[a * a, r * a * b], [r * a * b, b * b]]
        ).pdf(places)
        picture += weight * np.reshape(density, picture.shape)
    return picture / picture.sum()


@mistake("14.7", name="upside-down", tag="order")
def heat(weights, means, sigmas, rho, here, xs, ys):
    """Which y belongs to your first row?

    ys[0]: rows come in the order of ys, nothing is turned round."""
    places = np.stack(np.meshgrid(xs, ys), axis=-1) - np.asarray(here, float)
    picture = np.zeros(places.shape[:2])
    for weight, mean, (a, b), r in zip(weights, means, sigmas, rho, strict=True):
        density = multivariate_normal(
            mean, [[a * a, r * a * b], [r * a * b, b * b]]
        ).pdf(places)
        picture += weight * np.reshape(density, picture.shape)
    return picture[::-1]


# 14.8 ---------------------------------------------------------------------------------


@mistake(
    "14.8",
    of="finished",
    tag="off-by-one",
    edit=(
        "bool(weights[-1] > weights[:-1].max())",
        "bool(weights[:-1].argmax() == symbols - 1)",
    ),
)
def over_at_the_last_symbol():
    """When does your line end: when the window comes to the last symbol, or when it leaves it?

    The last symbol has to be written first. Look at the place behind it, u = U."""


@mistake(
    "14.8",
    of="finished",
    tag="off-by-one",
    edit=("np.arange(symbols + 1)[:, None]", "np.arange(1, symbols + 2)[:, None]"),
)
def end_counted_from_one():
    """At which place does the first symbol stand, and at which the one behind the last?

    At 0, and at U: the symbols are at 0 to U - 1."""


@mistake(
    "14.8",
    of="finished",
    tag="formula",
    edit=("bool(weights[-1] > weights[:-1].max())", "bool(np.mean(places) > symbols)"),
)
def mean_place_behind_the_text():
    """Two Gaussians, a high one and a flat one: do both count the same?

    Compare weights, in which heights and sharpness count, not places alone."""


@mistake(
    "14.8",
    of="finished",
    tag="formula",
    edit=(
        "bool(weights[-1] > weights[:-1].max())",
        "bool(weights[-1] > weights[:-1].sum())",
    ),
)
def more_than_all_symbols_together():
    """Must the place behind the text beat every symbol, or all of them together?

    Every single one: compare it with the largest."""


@mistake(
    "14.8",
    of="finished",
    tag="formula",
    edit=("bool(weights[-1] > weights[:-1].max())", "bool(weights[-1] > weights[-2])"),
)
def compared_with_the_last_symbol_alone():
    """With which symbols do you compare?

    With every one: a window with several Gaussians may still look at an early symbol."""


@mistake(
    "14.8",
    of="finished",
    tag="ties",
    edit=("weights[-1] > weights[:-1].max()", "weights[-1] >= weights[:-1].max()"),
)
def over_at_equality():
    """The window stands exactly between the last symbol and the place behind it. Is the line over?

    Not yet: it needs *more* weight than every symbol."""


@mistake(
    "14.8",
    of="finished",
    tag="formula",
    edit=("np.asarray(heights) * np.exp", "np.exp"),
)
def end_without_heights():
    """Double the height of one Gaussian. Can that change your answer? It should.

    Weights hold the heights α."""


@mistake("14.8", name="state-thrown-away", tag="formula")
def go_on(step, state, prime, draw_point, stop, limit):
    """Prime with two different lines. Does what you write differ?

    Style lives in the state: go on from the one behind the prime, not from the first."""
    first = state
    for point in prime:
        outputs, state = step(point, state)
    state, points = first, []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)


@mistake("14.8", name="last-point-fed-twice", tag="off-by-one")
def go_on(step, state, prime, draw_point, stop, limit):
    """How often does the last point of the prime go into `step`?

    Once: the outputs behind it are already the distribution of the next point."""
    for point in prime:
        outputs, state = step(point, state)
    outputs, state = step(prime[-1], state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)


@mistake("14.8", name="begins-with-a-zero-point", tag="formula")
def go_on(step, state, prime, draw_point, stop, limit):
    """What goes into `step` between the prime and your first new point?

    Nothing: the first new point is drawn from the outputs behind the prime's last point."""
    for point in prime:
        outputs, state = step(point, state)
    outputs, state = step(np.zeros(3), state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)


@mistake("14.8", name="prime-returned-too", tag="edge-case")
def go_on(step, state, prime, draw_point, stop, limit):
    """How many points do you return if the limit is 3?

    The new points alone, without those of the prime."""
    for point in prime:
        outputs, state = step(point, state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.concatenate(
        [np.asarray(prime, float), np.array(points, float).reshape(-1, 3)]
    )


@mistake(
    "14.8",
    of="go_on",
    tag="order",
    edit=(
        "        outputs, state = step(points[-1], state)\n    return",
        "        _, state = step(points[-1], state)\n    return",
    ),
)
def outputs_of_the_prime_for_all_points():
    """Does your second point come from the same distribution as the first?

    Each point that goes in gives new outputs: keep them, and draw the next from those."""


@mistake(
    "14.8",
    of="go_on",
    tag="order",
    edit=(
        "        outputs, state = step(points[-1], state)\n    return",
        "        outputs, _ = step(points[-1], state)\n    return",
    ),
)
def state_not_kept():
    """Does your state change while you write?

    `step` gives the new state; the next call needs it."""


@mistake("14.8", name="drawn-points-not-fed-in", tag="formula")
def go_on(step, state, prime, draw_point, stop, limit):
    """What goes into `step` while you write: the last point of the prime, or the one just drawn?

    What was drawn: the network must know where its own pen went."""
    for point in prime:
        outputs, state = step(point, state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(prime[-1], state)
    return np.array(points, float).reshape(-1, 3)


@mistake(
    "14.8",
    of="go_on",
    tag="formula",
    edit=(
        "        points.append(draw_point(outputs))\n",
        "        points.append(outputs)\n",
    ),
)
def outputs_taken_for_a_point():
    """What does `step` give you: a point, or numbers that stand for a distribution?

    A distribution: `draw_point` makes a point of it."""


@mistake("14.8", of="go_on", tag="edge-case", edit=(" and not stop(state)", ""))
def never_stops():
    """When does your loop end if `stop` says True?

    Ask stop(state) before each new point."""


@mistake("14.8", name="asked-after-the-point", tag="off-by-one")
def go_on(step, state, prime, draw_point, stop, limit):
    """The line is over right behind the prime. How many points do you write?

    Ask before each new point, the first included."""
    for point in prime:
        outputs, state = step(point, state)
    points = []
    while len(points) < limit:
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
        if stop(state):
            break
    return np.array(points, float).reshape(-1, 3)


@mistake(
    "14.8",
    of="go_on",
    tag="off-by-one",
    edit=("len(points) < limit", "len(points) <= limit"),
)
def one_point_above_the_limit():
    """How many points do you write if the limit is 1?

    At most `limit`: count those that are there before you draw one more."""


@mistake("14.8", name="limit-counts-the-prime", tag="off-by-one")
def go_on(step, state, prime, draw_point, stop, limit):
    """The prime has 5 points and the limit is 6. How many new points do you write?

    The limit counts new points alone."""
    for point in prime:
        outputs, state = step(point, state)
    points = []
    while len(prime) + len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)


# Mutants that do what the solution does -------------------------------------------------

excuse(
    "14.3",
    "mixture: 1 -> 2",
    "NumPy's reshape takes any negative size for the one that follows",
)
excuse(
    "14.7",
    "heat: r * a * b -> r * a",
    "SciPy reads the lower corner of a covariance alone, and this is the upper one",
)
excuse(
    "14.7",
    "heat: r * a -> r",
    "SciPy reads the lower corner of a covariance alone, and this is the upper one",
)
excuse(
    "14.8",
    "go_on: np.array(points, float) -> np.asarray(points)",
    "points that were drawn are floats already",
)
excuse(
    "14.8",
    "go_on: 1 -> 2",
    "NumPy's reshape takes any negative size for the one that follows",
)
