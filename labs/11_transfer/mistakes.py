"""Known wrong answers of lab 11, each with hints that name the thought."""

import numpy as np
import scipy.stats
from scipy.special import softmax

from coursekit.labs import excuse, mistake

# 11.1 -----------------------------------------------------------------------------------


@mistake(
    "11.1",
    tag="formula",
    edit=("np.array([classes.index(c) for c in y[rows]])", "y[rows]"),
)
def labels_not_renumbered():
    """A network for two classes has outputs 0 and 1. Which labels do you hand it?

    The label is the place of the class in `classes`: `classes.index(...)`."""


@mistake("11.1", tag="order", edit=("list(classes)", "sorted(classes)"))
def classes_sorted():
    """Whose order counts?

    The class that stands first in the list gets 0, even if it is not the smallest."""


@mistake(
    "11.1",
    tag="order",
    edit=("np.sort(np.concatenate(chosen))", "np.concatenate(chosen)"),
)
def class_after_class():
    """Your rows come class after class.

    They are due in the order in which they stand in the data: sort the rows before you
    look up their labels."""


@mistake("11.1", name="few-rows-in-all", tag="formula")
def make_task(y, classes, per_class=None):
    """You kept the first images of the task. How many of each class are they?

    `per_class` counts within each class: cut each class's rows before you put them
    together."""
    y, classes = np.asarray(y), list(classes)
    rows = np.flatnonzero(np.isin(y, classes))
    rows = rows if per_class is None else rows[: per_class * len(classes)]
    return rows, np.array([classes.index(c) for c in y[rows]])


@mistake(
    "11.1", tag="order", edit=("[:per_class]", "[-per_class if per_class else None:]")
)
def the_last_of_each_class():
    """You kept the last images of each class.

    `[:per_class]` takes the first."""


@mistake("11.1", name="per-class-ignored", tag="edge-case", edit=("[:per_class]", ""))
def per_class_ignored():
    """Is your task small when it should be?

    With `per_class` only the first so many rows of each class stay."""


@mistake("11.1", name="places-in-the-task", tag="formula")
def make_task(y, classes, per_class=None):
    """Your rows count the task's own images.

    A row is a place in `y`, where the other classes stand too: np.flatnonzero gives
    it."""
    y, classes = np.asarray(y), list(classes)
    chosen = [np.flatnonzero(y == c)[:per_class] for c in classes]
    rows = np.sort(np.concatenate(chosen))
    return np.arange(len(rows)), np.array([classes.index(c) for c in y[rows]])


@mistake("11.1", name="renumbered-as-they-appear", tag="order")
def make_task(y, classes, per_class=None):
    """You number the classes as they turn up in the data.

    Then the numbers change with the data. The place in `classes` decides."""
    y, classes = np.asarray(y), list(classes)
    chosen = [np.flatnonzero(y == c)[:per_class] for c in classes]
    rows = np.sort(np.concatenate(chosen))
    seen = list(dict.fromkeys(y[rows].tolist()))
    return rows, np.array([seen.index(c) for c in y[rows].tolist()])


# 11.2 -----------------------------------------------------------------------------------


@mistake("11.2", name="poolings-counted", tag="off-by-one")
def graft(source, target, n, frozen):
    """Which layers do you count?

    `model.layers` holds poolings, ReLU and rescaling too. Count only those with
    weights: `[layer for layer in model.layers if layer.weights]`."""
    for place, (old, new) in enumerate(zip(source.layers, target.layers, strict=True)):
        if place < n:
            new.set_weights(old.get_weights())
        new.trainable = place >= n or not frozen
    return target


@mistake(
    "11.2",
    tag="off-by-one",
    edit=("if place < n:", "if place <= n and place < len(mine) - 1:"),
)
def one_layer_more():
    """You copied one layer more than asked for.

    Places count from 0: the first n are 0 to n - 1."""


@mistake(
    "11.2", tag="sign", edit=("place >= n or not frozen", "place < n or not frozen")
)
def freezes_the_new_layers():
    """Which layers stand still in yours?

    The copied ones are frozen; the fresh ones have to learn."""


@mistake("11.2", tag="edge-case", edit=("place >= n or not frozen", "place >= n"))
def freezes_always():
    """What does your function do when `frozen` is False?

    Then the copied layers go on learning, too: fine-tuning."""


@mistake(
    "11.2", tag="formula", edit=("new.trainable = place >= n or not frozen", "pass")
)
def never_freezes():
    """Nothing is frozen in your network.

    A layer whose `trainable` is False keeps its weights in training."""


@mistake("11.2", name="layers-shared-with-the-source", tag="aliasing")
def graft(source, target, n, frozen):
    """Train your network, then look at the source again.

    You put the source's own layers into the new network: what one learns, the other has
    learned.

    Copy numbers, not layers: `get_weights` of one layer, `set_weights` of another."""
    import keras

    weighted = [layer for layer in source.layers if layer.weights]
    cut = source.layers.index(weighted[n - 1]) + 1 if n else 0
    for layer in weighted[:n]:
        layer.trainable = not frozen
    shape = source.input_shape[1:]
    layers = [*source.layers[:cut], *target.layers[cut:]]
    return keras.Sequential([keras.Input(shape), *layers])


# 11.3 -----------------------------------------------------------------------------------


def _interval(mean, deviation, k, t=None):
    half = (
        (scipy.stats.t.ppf(0.975, k - 1) if t is None else t) * deviation / np.sqrt(k)
    )
    return mean, mean - half, mean + half


@mistake("11.3", name="not-paired", tag="formula")
def gain(scores, baseline):
    """Your interval still holds the luck of the draw.

    You subtracted the mean of the baseline. Subtract within each seed first, then take
    mean and deviation of the differences."""
    scores = np.asarray(scores)
    gains = scores - np.mean(baseline)
    return _interval(gains.mean(axis=0), gains.std(axis=0, ddof=1), len(gains))


@mistake("11.3", tag="missing-1/n", edit=("ddof=1", "ddof=0"))
def deviation_divided_by_k():
    """Which standard deviation did you take?

    The sample's: divided by k - 1, `ddof=1`. With three seeds that is no small
    matter."""


@mistake("11.3", tag="missing-1/n", edit=(" / np.sqrt(k)", ""))
def spread_not_error_of_the_mean():
    """Your interval says where single seeds lie.

    The mean of k seeds scatters less: divide by the square root of k."""


@mistake("11.3", tag="missing-1/n", edit=("np.sqrt(k)", "k"))
def divided_by_k_not_its_root():
    """You divided by k.

    The mean of k seeds scatters less by the square root of k."""


@mistake(
    "11.3",
    tag="formula",
    edit=("stats.t.ppf(0.975, k - 1)", "stats.norm.ppf(0.975)"),
)
def normal_instead_of_t():
    """1.96 holds when the deviation is known.

    Yours is estimated from a few seeds: take Student's t with k - 1 degrees of
    freedom."""


@mistake("11.3", tag="off-by-one", edit=("ppf(0.975, k - 1)", "ppf(0.975, k)"))
def k_degrees_of_freedom():
    """How many degrees of freedom are left when the mean is taken?

    k - 1."""


@mistake("11.3", tag="formula", edit=("0.975", "0.95"))
def five_per_cent_on_each_side():
    """How much lies outside your interval in all?

    95 % inside leaves 2.5 % on each side: the point at 0.975."""


@mistake(
    "11.3",
    tag="sign",
    edit=(
        "np.asarray(scores) - np.asarray(baseline)[:, None]",
        "np.asarray(baseline)[:, None] - np.asarray(scores)",
    ),
)
def loss_instead_of_gain():
    """Is it a gain when your number is positive?

    Grafted less from scratch."""


@mistake("11.3", name="the-best-seed", tag="formula")
def gain(scores, baseline):
    """You report the luckiest seed.

    The mean over the seeds is asked for."""
    gains = np.asarray(scores) - np.asarray(baseline)[:, None]
    return _interval(gains.max(axis=0), gains.std(axis=0, ddof=1), len(gains))


# 11.4 -----------------------------------------------------------------------------------


@mistake(
    "11.4",
    tag="leakage",
    edit=(
        "(np.asarray(new_features) - mean) / deviation",
        "((new := np.asarray(new_features)) - new.mean(axis=0)) "
        "/ np.where(new.std(axis=0) > 0, new.std(axis=0), 1.0)",
    ),
)
def new_images_scaled_by_themselves():
    """Does the score of one new image depend on the others in your probe?

    Mean and deviation come from the labelled rows, for the new ones too."""


@mistake("11.4", name="scaled-by-all-images", tag="leakage")
def probe(features, labels, new_features, strength=1.0):
    """Whose mean and deviation did you take?

    New images must not have a say: only the labelled rows."""
    features, labels = np.asarray(features, dtype=float), np.asarray(labels)
    both = np.concatenate([features, np.asarray(new_features)])
    mean, deviation = both.mean(axis=0), both.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    z, new = (
        (features - mean) / deviation,
        (np.asarray(new_features) - mean) / deviation,
    )
    targets = np.eye(labels.max() + 1)[labels]
    average = targets.mean(axis=0)
    square = z.T @ z + strength * np.eye(z.shape[1])
    return new @ np.linalg.solve(square, z.T @ (targets - average)) + average


@mistake("11.4", tag="formula", edit=("@ weights + average", "@ weights"))
def average_left_out():
    """What does your probe answer where all features are average?

    The column means of the targets: add them again at the end."""


@mistake("11.4", name="intercept-paid-for", tag="formula")
def probe(features, labels, new_features, strength=1.0):
    """In your probe the average answer costs something.

    Nobody pays for it: take the column means off the targets first, and add them to the
    scores, instead of a column of ones among the features."""
    features, labels = np.asarray(features, dtype=float), np.asarray(labels)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)

    def ready(f):
        z = (np.asarray(f) - mean) / deviation
        return np.concatenate([z, np.ones((len(z), 1))], axis=1)

    z, targets = ready(features), np.eye(labels.max() + 1)[labels]
    square = z.T @ z + strength * np.eye(z.shape[1])
    return ready(new_features) @ np.linalg.solve(square, z.T @ targets)


@mistake(
    "11.4", tag="missing-1/n", edit=("strength * np.eye", "len(z) * strength * np.eye")
)
def price_per_image():
    """Your penalty grows with the number of images.

    The sum of squares is not divided by n, so the penalty is not multiplied by n."""


@mistake(
    "11.4",
    tag="edge-case",
    edit=(
        "deviation = np.where(deviation > 0, deviation, 1.0)",
        "deviation = deviation + 0",
    ),
)
def divides_by_no_deviation():
    """What happens to a feature that is 0 in every labelled row?

    Its deviation is 0. It is only centred: divide by 1."""


@mistake(
    "11.4",
    tag="missing-1/n",
    edit=("features.std(axis=0)", "features.std(axis=0, ddof=1)"),
)
def sample_deviation():
    """Your features are a little smaller than standard.

    Here the plain standard deviation is meant, divided by n: NumPy's default, and
    scikit-learn's StandardScaler."""


@mistake("11.4", tag="formula", edit=("strength * np.eye", "strength**2 * np.eye"))
def strength_squared():
    """Set the derivative to zero again: how does lambda enter?

    As it is, not squared: Z'Z + lambda I."""


@mistake(
    "11.4", tag="formula", edit=("(features - mean) / deviation", "features - mean")
)
def labelled_rows_not_scaled():
    """The labelled rows and the new ones have different units in yours.

    Divide both by the same deviation."""


# 11.5 -----------------------------------------------------------------------------------


@mistake(
    "11.5",
    tag="formula",
    edit=("np.asarray(logits) / temperature", "np.asarray(logits) * temperature"),
)
def heats_the_wrong_way():
    """Is your answer flatter at a high temperature?

    Divide the logits by T."""


@mistake("11.5", name="divides-probabilities", tag="logits-as-probabilities")
def soften(logits, temperature):
    """You divided after softmax, and made the rows sum to 1 again. What has changed?

    Nothing. Divide the logits, before softmax."""
    return softmax(np.asarray(logits), axis=1)


@mistake(
    "11.5",
    tag="edge-case",
    edit=("np.exp(z - z.max(axis=1, keepdims=True))", "np.exp(z)"),
)
def overflows():
    """What is exp(1000)?

    Take the largest logit of the row off first; the ratios stay."""


@mistake(
    "11.5",
    tag="axis",
    of="soften",
    edit=("e / e.sum(axis=1, keepdims=True)", "e / e.sum(axis=0, keepdims=True)"),
)
def sums_over_the_batch():
    """Which of your sums is 1?

    Every row is one image: sum over the classes, axis 1."""


@mistake("11.5", name="softmax-of-probabilities", tag="logits-as-probabilities")
def soften_probabilities(p, temperature):
    """You treat probabilities as if they were logits.

    Their logarithms are logits, up to one number per row.

    Dividing a logarithm by T is taking a power: p ** (1 / T)."""
    return softmax(np.asarray(p) / temperature, axis=1)


@mistake(
    "11.5",
    tag="formula",
    edit=("** (1 / temperature)", "** temperature"),
)
def power_upside_down():
    """Does your power make small probabilities larger?

    Dividing the logarithm by T is the power 1 / T."""


@mistake(
    "11.5",
    tag="axis",
    edit=("z - z.max(axis=1, keepdims=True)", "z - z.max()"),
)
def one_maximum_for_all_rows():
    """One row near 1,000, one near 0: what is exp of the second less the first?

    Take each row's own maximum off."""


@mistake("11.5", name="powers-that-do-not-sum-to-1", tag="formula")
def soften_probabilities(p, temperature):
    """What do your rows sum to?

    A power of each probability changes their sum: divide each row by it."""
    return np.asarray(p) ** (1 / temperature)


@mistake(
    "11.5",
    tag="edge-case",
    edit=("(p / p.max(axis=1, keepdims=True)) **", "p **"),
)
def powers_that_vanish():
    """What is 0.1 to the power 500?

    Too small for a float. Divide each row by its largest probability first: ratios are
    all that counts."""


@mistake("11.5", name="logarithm-of-zero", tag="edge-case")
def soften_probabilities(p, temperature):
    """A probability of 0 has no logarithm, and you give it some weight.

    A small number added before the logarithm is no 0 any more after the T-th root. Use
    a power: 0 stays 0."""
    return softmax(np.log(np.asarray(p) + 1e-12) / temperature, axis=1)


@mistake(
    "11.5", tag="formula", edit=("powers / powers.sum(axis=1, keepdims=True)", "powers")
)
def powers_not_normalised():
    """Do your rows sum to 1?

    Divide the powers by their sum."""


# 11.6 -----------------------------------------------------------------------------------


@mistake(
    "11.6",
    tag="formula",
    edit=("alpha * temperature * (q - p)", "alpha * (q - p) / temperature"),
)
def factor_left_out():
    """The teacher's part shrinks in yours as T grows.

    The loss has the factor T squared; the chain rule takes one T of it away."""


@mistake(
    "11.6",
    tag="formula",
    edit=("alpha * temperature * (q - p)", "alpha * temperature**2 * (q - p)"),
)
def inner_derivative_left_out():
    """What is the derivative of z / T with respect to z?

    1 / T: of T squared one T is left."""


@mistake("11.6", tag="missing-1/n", edit=(" / n", ""))
def sum_over_the_batch():
    """You summed over the batch.

    The loss is a mean, so its gradient is smaller by 1 / n."""


@mistake("11.6", name="ascends", tag="sign")
def distillation_gradient(student, teacher, y, temperature, alpha):
    """Which way does your gradient point?

    A logit whose probability is too high has a positive slope: student less target."""
    student, teacher = np.asarray(student), np.asarray(teacher)
    n, k = student.shape
    soft = softmax(teacher / temperature, axis=1) - softmax(
        student / temperature, axis=1
    )
    hard = np.eye(k)[np.asarray(y)] - softmax(student, axis=1)
    return (alpha * temperature * soft + (1 - alpha) * hard) / n


@mistake(
    "11.6",
    tag="formula",
    edit=("softmax(student / temperature, axis=1)", "softmax(student, axis=1)"),
)
def student_left_cold():
    """At which temperature does your student answer the teacher?

    Both are compared at T."""


@mistake(
    "11.6",
    tag="formula",
    edit=("softmax(teacher / temperature, axis=1)", "softmax(teacher, axis=1)"),
)
def teacher_left_cold():
    """At which temperature does your teacher answer?

    Both are compared at T."""


@mistake(
    "11.6",
    tag="formula",
    edit=(
        "softmax(student, axis=1) - np.eye",
        "softmax(student / temperature, axis=1) - np.eye",
    ),
)
def labels_softened():
    """The label's part of the loss knows no temperature.

    There the student's probabilities are taken at T = 1."""


@mistake(
    "11.6",
    tag="order",
    edit=(
        "alpha * temperature * (q - p) + (1 - alpha) * hard",
        "(1 - alpha) * temperature * (q - p) + alpha * hard",
    ),
)
def weights_exchanged():
    """Whom does a student with alpha = 1 believe?

    The teacher: alpha weighs the soft part."""


@mistake(
    "11.6",
    tag="logits-as-probabilities",
    edit=(
        "(q - p)",
        "(student - teacher) / temperature / k",
    ),
)
def logits_matched():
    """You compare logits. That is the limit for a very high temperature.

    At a finite T the slope is a difference of probabilities."""


# 11.7 -----------------------------------------------------------------------------------


@mistake(
    "11.7",
    tag="edge-case",
    edit=("np.delete(logits, k, axis=1).max(axis=1)", "logits.max(axis=1)"),
)
def never_negative():
    """Your shift is never negative. What if too many rows are read as k already?

    A row that is read as k lacks less than nothing.

    Compare logit k with the largest of the *other* logits, and cut nothing off at 0."""


@mistake(
    "11.7", tag="off-by-one", edit=("[count - 1]", "[min(count, len(others) - 1)]")
)
def one_row_too_many():
    """How many rows are read as k after your shift?

    One more than asked for: places count from 0."""


@mistake("11.7", tag="sign", edit=("others - logits[:, k]", "logits[:, k] - others"))
def lead_instead_of_lack():
    """Does your shift lift the class or push it down?

    A row lacks what the best other logit has more than logit k."""


@mistake("11.7", tag="order", edit=("[count - 1]", "[-count]"))
def dearest_rows_first():
    """Which rows are the cheapest to win?

    Those that lack least: count from the smallest."""


@mistake("11.7", name="mean-lack", tag="formula")
def bias_shift(logits, k, count):
    """A mean wins some number of rows. Which number?

    You need `count` of them: sort what the rows lack and take the last one you need."""
    logits = np.asarray(logits)
    others = np.delete(logits, k, axis=1).max(axis=1)
    return float(np.mean(np.sort(others - logits[:, k])[:count]))


@mistake("11.7", name="lack-of-probability", tag="logits-as-probabilities")
def bias_shift(logits, k, count):
    """What you add is a logit. What did you measure?

    You took the lack of probability; a bias is added before softmax, so compare
    logits."""
    p = softmax(np.asarray(logits, dtype=float), axis=1)
    others = np.delete(p, k, axis=1).max(axis=1)
    return float(np.sort(others - p[:, k])[count - 1])


@mistake("11.7", name="rows-to-add", tag="off-by-one")
def bias_shift(logits, k, count):
    """Some rows are read as k before any shift. Did you count them?

    `count` is the number of all rows read as k afterwards, not of those that join."""
    logits = np.asarray(logits)
    lacking = np.sort(np.delete(logits, k, axis=1).max(axis=1) - logits[:, k])
    there = int(np.sum(lacking <= 0))
    return float(lacking[min(there + count, len(lacking)) - 1])


# Mutants that compute the same ---------------------------------------------------------

_CENTRED = (
    "the standardised features sum to 0, so a constant in the targets has no effect"
)
excuse("11.4", "probe: targets - average -> targets", _CENTRED)
excuse("11.4", "probe: targets - average -> targets + average", _CENTRED)
excuse("11.4", "probe: 1.0 -> 2.0", "a feature that never varies gets the weight 0")
