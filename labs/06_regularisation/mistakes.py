"""Known wrong answers of lab 06, each with hints that name the thought."""

import itertools

import numpy as np
from scipy.special import softmax

from coursekit.labs import excuse, mistake

# 6.1 ------------------------------------------------------------------------------------------------------------------


@mistake("6.1", name="output-bias-forgotten", tag="formula")
def network(x, w, b, v, c):
    """Your network passes through 0 where the units are silent.

    Add c, once, at the end."""
    return np.tanh(np.outer(x, w) + b) @ v


@mistake("6.1", name="tanh-of-the-sum", tag="formula")
def network(x, w, b, v, c):
    """You put the output through tanh as well.

    Only hidden units bend. The output is a plain weighted sum, so that it can leave
    [-1, 1]."""
    return np.tanh(np.tanh(np.outer(x, w) + b) @ v + c)


@mistake("6.1", name="bias-scaled-with-the-input", tag="formula")
def network(x, w, b, v, c):
    """Where does your wave's slope sit?

    w multiplies x only; b comes afterwards: w x + b, not w (x + b)."""
    return np.tanh((np.asarray(x)[:, None] + b) * w) @ v + c


@mistake("6.1", name="sigmoid-units", tag="formula")
def network(x, w, b, v, c):
    """Your units lie between 0 and 1.

    tanh runs from -1 to 1, and through 0: np.tanh."""
    return 1 / (1 + np.exp(-(np.outer(x, w) + b))) @ v + c


@mistake("6.1", name="mean-not-median", tag="edge-case")
def choose_units(units, errors):
    """One wild fit decides your choice.

    The mean follows a single huge error. The exercise asks for the median of each
    candidate."""
    means = np.mean(errors, axis=0)
    return int(
        min(
            size
            for size, value in zip(units, means, strict=True)
            if value == means.min()
        )
    )


@mistake("6.1", name="luckiest-single-fit", tag="edge-case")
def choose_units(units, errors):
    """You picked the size with the luckiest single fit.

    One low error can be luck. Compare medians over the data sets, column by column."""
    lowest = np.min(errors, axis=0)
    return int(
        min(
            size
            for size, value in zip(units, lowest, strict=True)
            if value == lowest.min()
        )
    )


@mistake("6.1", name="place-not-size", tag="formula")
def choose_units(units, errors):
    """Is your answer one of `units`?

    argmin gives the place in the list; the answer is the size that stands there."""
    return int(np.argmin(np.median(errors, axis=0)))


@mistake("6.1", name="first-of-equals", tag="ties")
def choose_units(units, errors):
    """Several sizes share the best median. Which one did you take?

    argmin takes the first in the list. Among equals the fewest units win, wherever
    they stand."""
    return int(units[int(np.argmin(np.median(errors, axis=0)))])


@mistake("6.1", name="most-units-of-equals", tag="ties")
def choose_units(units, errors):
    """Among equals you took the largest.

    Occam: the simplest of equals, so the fewest units."""
    medians = np.median(errors, axis=0)
    return int(
        max(
            size
            for size, value in zip(units, medians, strict=True)
            if value == medians.min()
        )
    )


@mistake("6.1", name="inputs-times-units-in-one-product", tag="broadcasting")
def network(x, w, b, v, c):
    """n inputs meet M units: that makes n times M sums.

    np.outer(x, w) has a row per input and a column per unit."""
    return np.tanh(np.dot(w, x) + np.asarray(b)) @ np.asarray(v) + c


@mistake("6.1", name="bias-for-every-unit", tag="formula")
def network(x, w, b, v, c):
    """You added c once per unit.

    c belongs to the output: add it once, after the sum."""
    return (np.tanh(np.outer(x, w) + np.asarray(b)) * np.asarray(v) + c).sum(axis=1)


@mistake("6.1", name="one-of-the-two-middle-values", tag="formula")
def choose_units(units, errors):
    """Of an even number of errors you took one of the two in the middle.

    The median is then the mean of both: np.median does that."""
    errors = np.sort(np.asarray(errors), axis=0)
    middle = errors[(len(errors) - 1) // 2]
    return int(
        min(
            size
            for size, value in zip(units, middle, strict=True)
            if value == middle.min()
        )
    )


@mistake("6.1", name="median-over-candidates", tag="axis")
def choose_units(units, errors):
    """Which axis holds the repeats?

    One median per candidate: over the rows, axis=0."""
    medians = np.median(np.asarray(errors), axis=1)
    return int(units[int(np.argmin(medians)) % len(units)])


@mistake("6.1", name="tanh-of-everything", tag="order")
def network(x, w, b, v, c):
    """You add the units up first, and then take one tanh. Can such a network rise and
    fall again?

    Each unit bends by itself: tanh of w x + b, then times v, then the sum, then c."""
    return np.tanh((np.outer(x, w) + np.asarray(b)) @ np.asarray(v) + c)


@mistake("6.1", name="no-tanh", tag="formula")
def network(x, w, b, v, c):
    """Draw your network: it is a straight line.

    Each unit gives tanh(w x + b), not w x + b."""
    return (np.outer(x, w) + np.asarray(b)) @ np.asarray(v) + c


@mistake("6.1", name="bias-outside-the-tanh", tag="formula")
def network(x, w, b, v, c):
    """Where do you add b: before tanh, or after?

    b belongs to the unit's sum: tanh(w x + b)."""
    return np.tanh(np.outer(x, w)) @ np.asarray(v) + np.sum(b) + c


@mistake("6.1", name="sizes-sorted-alone", tag="order")
def choose_units(units, errors):
    """You sorted the sizes. Do the columns of `errors` still belong to them?

    Column i belongs to units[i] as given: leave the list in its order (and the
    caller's list alone)."""
    units = sorted(units)
    return int(units[np.argmin(np.median(np.asarray(errors), axis=0))])


# 6.2 ------------------------------------------------------------------------------------------------------------------


def _stop(
    errors,
    patience,
    better=lambda new, old: new < old,
    late=lambda waited, patience: waited >= patience,
):
    best = 0
    for epoch, error in enumerate(errors):
        if epoch and better(error, errors[best]):
            best = epoch
        if late(epoch - best, patience):
            return best, epoch
    return best, len(errors) - 1


@mistake("6.2", name="keeps-the-last-weights", tag="formula")
def early_stopping(errors, patience):
    """Which weights do you give back?

    The last epochs brought no record: that is why you stopped. Keep the weights of
    the last record."""
    _, last = _stop(errors, patience)
    return last, last


@mistake("6.2", name="best-of-all-epochs", tag="formula")
def early_stopping(errors, patience):
    """You chose an epoch that was never run.

    What comes after the stop does not exist for you. Find the best among the epochs
    up to there."""
    return int(np.argmin(errors)), _stop(errors, patience)[1]


@mistake("6.2", name="never-stops", tag="formula")
def early_stopping(errors, patience):
    """You look for the best among all errors. How many of them had been seen when
    patience ran out?

    Stop as soon as patience epochs in a row have brought no record; what comes after
    does not count."""
    return int(np.argmin(errors)), len(errors) - 1


@mistake("6.2", name="one-epoch-too-patient", tag="formula")
def early_stopping(errors, patience):
    """You stop one epoch late.

    After p epochs in a row without a record it is over: the distance to the record
    is then p, not p + 1."""
    return _stop(errors, patience, late=lambda waited, patience: waited > patience)


@mistake("6.2", name="one-epoch-too-soon", tag="formula")
def early_stopping(errors, patience):
    """You stop one epoch early.

    The record's own epoch does not count as waiting."""
    return _stop(
        errors, patience, late=lambda waited, patience: waited >= max(1, patience - 1)
    )


@mistake("6.2", name="ties-are-records", tag="ties")
def early_stopping(errors, patience):
    """What do you do when an error equals the best so far?

    A record is strictly below all before it. A tie brings nothing new."""
    return _stop(errors, patience, better=lambda new, old: new <= old)


@mistake("6.2", name="compares-with-the-epoch-before", tag="formula")
def early_stopping(errors, patience):
    """You count epochs that are worse than the one before.

    A small recovery is no record: compare with the best so far, not with yesterday."""
    best, waited = 0, 0
    for epoch in range(1, len(errors)):
        waited = 0 if errors[epoch] < errors[epoch - 1] else waited + 1
        best = epoch if errors[epoch] < errors[best] else best
        if waited >= patience:
            return best, epoch
    return best, len(errors) - 1


@mistake("6.2", name="patience-never-renewed", tag="formula")
def early_stopping(errors, patience):
    """You add up all epochs without a record.

    "In a row": a record sets the waiting back to 0."""
    best, waited = 0, 0
    for epoch in range(1, len(errors)):
        if errors[epoch] < errors[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(errors) - 1


@mistake("6.2", name="epochs-from-one", tag="off-by-one")
def early_stopping(errors, patience):
    """Your epochs are one too high.

    The first epoch has number 0."""
    best, last = _stop(errors, patience)
    return best + 1, last + 1


@mistake("6.2", name="patience-ignored", tag="formula")
def early_stopping(errors, patience):
    """You stop at the first epoch without a record.

    Wait until `patience` epochs in a row have brought none."""
    best = 0
    for epoch in range(1, len(errors)):
        if not errors[epoch] < errors[best]:
            return best, epoch
        best = epoch
    return best, len(errors) - 1


@mistake("6.2", name="runs-past-the-end", tag="formula")
def early_stopping(errors, patience):
    """Your last epoch was never run.

    If the list ends before patience does, the last epoch is the last of the list,
    not best + patience."""
    best = 0
    for epoch in range(len(errors)):
        if errors[epoch] < errors[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, best + patience


# 6.3 ------------------------------------------------------------------------------------------------------------------


def _cost(arrays, l1, l2):
    return float(sum(l1 * np.abs(w).sum() + l2 * np.square(w).sum() for w in arrays))


def _weights(layers):
    return [np.asarray(w, dtype=float) for w, _ in layers]


def _slopes(layers, l1, l2):
    return [
        (l1 * np.sign(w) + l2 * np.asarray(w, dtype=float), np.zeros(np.shape(b)))
        for w, b in layers
    ]


@mistake("6.3", name="l2-without-the-half", tag="formula")
def penalty(layers, l1, l2):
    """Your L2 part is twice as large as asked.

    The lecture writes lambda/2 times the sum of squares. (Keras leaves the half
    out.)"""
    return _cost(_weights(layers), l1, l2)


@mistake("6.3", name="biases-pay-too", tag="formula")
def penalty(layers, l1, l2):
    """Who pays in your penalty?

    Biases shift the curve and do not bend it: they are free. Sum over the weights
    only."""
    return _cost(
        [*_weights(layers), *(np.asarray(b, dtype=float) for _, b in layers)],
        l1,
        l2 / 2,
    )


@mistake("6.3", name="l1-without-absolute-value", tag="sign")
def penalty(layers, l1, l2):
    """Can your penalty be negative?

    L1 adds up sizes, |w|. Without the bars, large negative weights would be paid
    for."""
    return float(sum(l1 * w.sum() + l2 / 2 * (w**2).sum() for w in _weights(layers)))


@mistake("6.3", name="mean-over-weights", tag="missing-1/n")
def penalty(layers, l1, l2):
    """Your penalty does not grow with the number of weights.

    Every weight pays its own price: a sum, not a mean."""
    return float(
        sum(l1 * np.abs(w).mean() + l2 / 2 * (w**2).mean() for w in _weights(layers))
    )


@mistake("6.3", name="norm-not-squared", tag="formula")
def penalty(layers, l1, l2):
    """You took the length of the weights.

    The L2 price is the sum of squares, w.w, without the root."""
    return float(
        sum(
            l1 * np.abs(w).sum() + l2 / 2 * np.sqrt((w**2).sum())
            for w in _weights(layers)
        )
    )


@mistake("6.3", name="strengths-exchanged", tag="formula")
def penalty(layers, l1, l2):
    """Your two strengths have changed places.

    l1 goes with |w|, l2 with w squared."""
    return _cost(_weights(layers), l2, l1 / 2)


@mistake("6.3", name="only-the-last-layer", tag="formula")
def penalty(layers, l1, l2):
    """Some of the weights do not pay.

    The sum runs over all layers, not over one."""
    return _cost(_weights(layers)[-1:], l1, l2 / 2)


@mistake("6.3", name="half-left-in-the-gradient", tag="formula")
def penalty_gradient(layers, l1, l2):
    """Your slope of L2 is half of what finite differences say.

    The derivative of w squared is 2w, and the half cancels the 2."""
    return _slopes(layers, l1, l2 / 2)


@mistake("6.3", name="two-left-in-the-gradient", tag="formula")
def penalty_gradient(layers, l1, l2):
    """Your slope of L2 is twice what finite differences say.

    The 2 from the square meets the half in front of it."""
    return _slopes(layers, l1, 2 * l2)


@mistake("6.3", tag="sign", edit=("sign", "abs"))
def l1_slope_is_the_size():
    """Your L1 slope depends on how large the weight is.

    |w| rises equally fast everywhere: its slope is the sign of w, +1 or -1."""


@mistake("6.3", tag="sign", edit=("* np.sign(w)", ""))
def l1_slope_without_sign():
    """Your L1 pushes negative weights the wrong way.

    Right of 0 the slope of |w| is +1, left of it -1: np.sign."""


@mistake("6.3", name="bias-gradient", tag="edge-case")
def penalty_gradient(layers, l1, l2):
    """Your biases are pulled to 0.

    They are free, so db is all zeros."""
    return [
        (dw, l1 * np.sign(b) + l2 * np.asarray(b, dtype=float))
        for (dw, _), (_, b) in zip(_slopes(layers, l1, l2), layers, strict=True)
    ]


@mistake(
    "6.3",
    tag="sign",
    edit=[
        ("sign(w)", "where(np.asarray(w) >= 0, 1.0, -1.0)"),
        ("(np.shape(b))", "(np.shape(b)),"),
    ],
)
def sign_of_zero_is_one():
    """What does your slope say at w = 0?

    |w| has a corner there; take 0, as np.sign does, or a weight at rest is pushed
    off."""


@mistake("6.3", name="half-for-both", tag="formula")
def penalty(layers, l1, l2):
    """Your L1 price is half of what it should be.

    The half belongs to the squares alone: it meets the 2 of their slope."""
    return float(
        sum(0.5 * (l1 * np.abs(w).sum() + l2 * np.square(w).sum()) for w, _ in layers)
    )


@mistake("6.3", name="square-of-the-sum", tag="sign")
def penalty(layers, l1, l2):
    """Weights of opposite sign cancel in your L2 price.

    Square each weight first, then add: np.sum(w**2)."""
    return float(sum(l1 * np.abs(w).sum() + l2 / 2 * np.sum(w) ** 2 for w, _ in layers))


@mistake("6.3", name="biases-left-out", tag="edge-case")
def penalty_gradient(layers, l1, l2):
    """A layer has weights and biases. How many arrays do you give for a layer?

    The result is a list of pairs (dW, db); db is all zeros."""
    return [dw for dw, _ in _slopes(layers, l1, l2)]


@mistake("6.3", name="one-zero-for-all-biases", tag="edge-case")
def penalty_gradient(layers, l1, l2):
    """Which shape does your db have, and which has b?

    A gradient has the shape of what it is a gradient of: np.zeros(np.shape(b))."""
    return [(dw, 0.0) for dw, _ in _slopes(layers, l1, l2)]


# 6.4 ------------------------------------------------------------------------------------------------------------------


@mistake("6.4", name="no-rescaling", tag="formula")
def dropout(a, u, rate, training):
    """On average the next layer gets less than before.

    Make up for it while training: divide what is kept by the chance of being kept."""
    return np.where(np.asarray(u) >= rate, a, 0.0) if training else np.asarray(a)


@mistake("6.4", name="rescaled-by-the-rate", tag="formula")
def dropout(a, u, rate, training):
    """You divided by the chance of being dropped.

    Of rate 0.2, four fifths are kept: divide by 1 - rate."""
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) / (rate or 1.0), 0.0)
        if training
        else np.asarray(a)
    )


@mistake("6.4", name="multiplied-by-keep", tag="edge-case")
def dropout(a, u, rate, training):
    """You made the kept values smaller.

    Some are missing, so the others have to speak louder: divide by 1 - rate."""
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) * (1 - rate), 0.0)
        if training
        else np.asarray(a)
    )


@mistake("6.4", name="active-at-test", tag="leakage")
def dropout(a, u, rate, training):
    """Your network still drops units at test.

    Look at `training`: at test nothing is dropped."""
    return np.where(np.asarray(u) >= rate, np.asarray(a) / (1 - rate), 0.0)


@mistake("6.4", name="scaled-twice", tag="leakage")
def dropout(a, u, rate, training):
    """You rescale while training and again at test.

    The kept values were already made louder. At test give back a as it is."""
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) / (1 - rate), 0.0)
        if training
        else np.asarray(a) * (1 - rate)
    )


@mistake("6.4", name="rate-taken-as-keep", tag="formula")
def dropout(a, u, rate, training):
    """You keep the units with the chance that was meant for dropping.

    This is the erratum: `rate` is the chance of being dropped. Keep where u >=
    rate."""
    return (
        np.where(np.asarray(u) < rate, np.asarray(a) / (rate or 1.0), 0.0)
        if training
        else np.asarray(a)
    )


@mistake("6.4", name="dropped-kept-exchanged", tag="formula")
def dropout(a, u, rate, training):
    """Your mask is inside out.

    A unit is kept where u >= rate, and set to 0 where u is below."""
    return (
        np.where(np.asarray(u) < rate, np.asarray(a) / (1 - rate), 0.0)
        if training
        else np.asarray(a)
    )


@mistake("6.4", name="rescaled-by-the-share-that-happened", tag="formula")
def dropout(a, u, rate, training):
    """You divide by the share of units that this mask happened to keep.

    Rescaling uses the *chance* 1 - rate, the same in every step."""
    kept = np.asarray(u) >= rate
    return (
        np.where(kept, np.asarray(a) / max(kept.mean(), 1e-9), 0.0)
        if training
        else np.asarray(a)
    )


@mistake("6.4", name="classic-form", tag="leakage")
def dropout(a, u, rate, training):
    """Yours is the classic form, which scales at test.

    Here kept values are divided by 1 - rate while training, and the test leaves
    everything alone."""
    return np.where(u >= rate, a, 0.0) if training else np.asarray(a) * (1 - rate)


@mistake("6.4", name="equal-is-dropped", tag="ties")
def dropout(a, u, rate, training):
    """One of your units is dropped at the very edge.

    A unit is kept where u >= rate; equal counts as kept."""
    return (
        np.where(u > rate, np.asarray(a) / (1 - rate), 0.0)
        if training
        else np.asarray(a)
    )


# 6.5 ------------------------------------------------------------------------------------------------------------------


def _masks(n):
    return [np.array(mask) for mask in itertools.product((0, 1), repeat=n)]


def _chance(mask, keep):
    return keep ** mask.sum() * (1 - keep) ** (len(mask) - mask.sum())


@mistake("6.5", name="all-masks-equally-likely", tag="ties")
def average_over_masks(h, V, c, keep):
    """With keep = 0.5 you are right; otherwise not.

    Masks differ in chance: keep once per kept unit, 1 - keep once per dropped one."""
    return np.mean(
        [softmax((h * mask) @ V + c, axis=1) for mask in _masks(np.shape(h)[1])], axis=0
    )


@mistake("6.5", name="average-before-softmax", tag="order")
def average_over_masks(h, V, c, keep):
    """You averaged z and took the softmax once.

    That is what weight scaling does. Here each thinned network answers by itself,
    and the answers are averaged."""
    return softmax(
        sum(
            _chance(mask, keep) * ((h * mask) @ V + c)
            for mask in _masks(np.shape(h)[1])
        ),
        axis=1,
    )


@mistake("6.5", name="keep-and-drop-exchanged", tag="edge-case")
def average_over_masks(h, V, c, keep):
    """Your chances are those of a network that drops with chance keep.

    keep belongs to the ones of the mask, 1 - keep to the zeros."""
    return sum(
        _chance(mask, 1 - keep) * softmax((h * mask) @ V + c, axis=1)
        for mask in _masks(np.shape(h)[1])
    )


@mistake("6.5", name="empty-mask-left-out", tag="edge-case")
def average_over_masks(h, V, c, keep):
    """Your probabilities do not sum to one.

    The mask that drops every unit is one of the 2^n: the biases then speak alone."""
    return (
        sum(
            _chance(mask, keep) * softmax((h * mask) @ V + c, axis=1)
            for mask in _masks(np.shape(h)[1])
            if mask.any() or len(mask) == 0
        )
        + 0.0
    )


@mistake("6.5", name="rescaled-as-while-training", tag="formula")
def average_over_masks(h, V, c, keep):
    """You divided the kept activations by keep.

    That is Keras's form. Here thinned networks leave h alone, and weight scaling
    takes keep times V."""
    return sum(
        _chance(mask, keep) * softmax((h * mask) / keep @ V + c, axis=1)
        for mask in _masks(np.shape(h)[1])
    )


@mistake("6.5", name="softmax-over-rows", tag="axis")
def average_over_masks(h, V, c, keep):
    """Your probabilities sum to one over the rows.

    Each row has its own probabilities, over the classes: axis=1."""
    return sum(
        _chance(mask, keep) * softmax((h * mask) @ V + c, axis=0)
        for mask in _masks(np.shape(h)[1])
    )


@mistake("6.5", tag="leakage", edit=("(keep * np.asarray(V))", "V"))
def weights_not_scaled():
    """You used the full weights at test.

    In training, on average only the share keep of the units spoke: scale V by keep."""


@mistake(
    "6.5",
    tag="formula",
    edit=(
        "np.asarray(h) @ (keep * np.asarray(V)) + c",
        "keep * (np.asarray(h) @ V + c)",
    ),
)
def bias_scaled_too():
    """You scaled z as a whole.

    Biases are never dropped, so only h V is scaled."""


@mistake(
    "6.5",
    tag="formula",
    edit=("np.asarray(h) @ (keep * np.asarray(V))", "(1 - keep) * np.asarray(h) @ V"),
)
def scaled_by_the_chance_of_dropping():
    """Right only for 0.5.

    keep is the chance of staying: multiply by it, not by 1 - keep."""


@mistake("6.5", tag="leakage", edit=("(keep * np.asarray(V))", "V / keep"))
def divided_by_keep():
    """Your weights grew.

    At test all units speak, more than in training. Make the weights smaller: times
    keep."""


@mistake(
    "6.5",
    tag="formula",
    edit=(
        "softmax(np.asarray(h) @ (keep * np.asarray(V)) + c, axis=1)",
        "keep * softmax(np.asarray(h) @ V + c, axis=1)",
    ),
)
def probabilities_scaled():
    """Your rows sum to keep.

    Scale the weights, before the softmax; its outputs stay probabilities."""


@mistake("6.5", name="only-the-kept-count", tag="formula")
def average_over_masks(h, V, c, keep):
    """Your chances add up to more than 1.

    Dropped units have a chance too: times (1 - keep) for each of them."""
    masks = itertools.product((0, 1), repeat=h.shape[1])
    return sum(
        keep ** sum(mask) * softmax((h * np.array(mask)) @ V + c, axis=1)
        for mask in masks
    )


@mistake(
    "6.5",
    tag="formula",
    edit=(
        "softmax(np.asarray(h) @ (keep * np.asarray(V)) + c, axis=1)",
        "np.asarray(h) @ (keep * np.asarray(V)) + c",
    ),
)
def no_softmax():
    """Do your rows sum to 1?

    The output is a probability: the softmax comes last."""


@mistake(
    "6.5",
    tag="axis",
    edit=("V + c, axis=1)\n    return total", "V + c)\n    return total"),
)
def softmax_over_all_rows_of_the_average():
    """Add up one row of your result. And all of it?

    Without an axis, softmax shares 1 out among all rows. Each row has its own
    probabilities: axis=1."""


@mistake(
    "6.5",
    tag="axis",
    edit=("(keep * np.asarray(V)) + c, axis=1)", "(keep * np.asarray(V)) + c)"),
)
def softmax_over_all_rows():
    """Add up one row of your result. And all of it?

    Without an axis, softmax shares 1 out among all rows. Each row has its own
    probabilities: axis=1."""


@mistake("6.5", tag="formula", edit=("np.array(mask)) @ V + c", "np.array(mask)) @ V"))
def biases_left_out_of_the_average():
    """Set h to zeros. Does c still speak in your result?

    Every thinned network keeps its biases: softmax((mask h) V + c)."""


@mistake(
    "6.5", tag="formula", edit=("(keep * np.asarray(V)) + c", "(keep * np.asarray(V))")
)
def biases_left_out_of_the_one_pass():
    """Set h to zeros. Does c still speak in your result?

    Only the weights are scaled; the biases stay: h (k V) + c."""


# 6.6 ------------------------------------------------------------------------------------------------------------------


def _moved(image, matrix, shift, middle=None, rounding=np.rint):
    image = np.asarray(image)
    middle = (np.array(image.shape) - 1) / 2 if middle is None else middle
    out = np.zeros_like(image)
    for place in np.ndindex(image.shape):
        r, s = rounding(middle + matrix @ (np.array(place) - middle - shift)).astype(
            int
        )
        if 0 <= r < image.shape[0] and 0 <= s < image.shape[1]:
            out[place] = image[r, s]
    return out


def _turn(angle):
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@mistake("6.6", name="degrees-as-radians", tag="formula")
def move(image, angle, scale, shift):
    """Your images are turned by an odd amount.

    np.cos and np.sin take radians: np.deg2rad(angle)."""
    return _moved(image, _turn(angle) / scale, shift)


@mistake("6.6", name="turns-the-other-way", tag="sign")
def move(image, angle, scale, shift):
    """Your image turns the wrong way.

    Check the signs of the two sines in R, and which row they are in."""
    return _moved(image, _turn(-np.deg2rad(angle)) / scale, shift)


@mistake("6.6", name="scales-the-other-way", tag="formula")
def move(image, angle, scale, shift):
    """With scale 2 your content gets smaller.

    You ask where a pixel comes from. If the content grows, sources lie closer
    together: divide by the scale."""
    return _moved(image, _turn(np.deg2rad(angle)) * scale, shift)


@mistake("6.6", name="shifts-the-other-way", tag="sign")
def move(image, angle, scale, shift):
    """Your image goes up and left.

    To come from where it was, a target pixel looks back: subtract the shift."""
    return _moved(image, _turn(np.deg2rad(angle)) / scale, -np.asarray(shift))


@mistake("6.6", name="about-the-corner", tag="formula")
def move(image, angle, scale, shift):
    """Your image turns about its upper left corner.

    Measure places from the middle, (H - 1)/2 and (W - 1)/2, and add it again at the
    end."""
    return _moved(image, _turn(np.deg2rad(angle)) / scale, shift, middle=np.zeros(2))


@mistake("6.6", name="middle-at-half-the-size", tag="formula")
def move(image, angle, scale, shift):
    """Your middle is half a pixel off.

    Pixels 0 to H - 1 have their middle at (H - 1)/2."""
    return _moved(
        image,
        _turn(np.deg2rad(angle)) / scale,
        shift,
        middle=np.array(np.shape(image)) / 2,
    )


@mistake("6.6", name="cut-instead-of-rounded", tag="dtype")
def move(image, angle, scale, shift):
    """Your pixels are taken up to one place too far up or left.

    astype(int) cuts the fraction off. Round to the nearest pixel first: np.rint."""
    return _moved(image, _turn(np.deg2rad(angle)) / scale, shift, rounding=np.floor)


@mistake("6.6", name="wraps-around", tag="sign")
def move(image, angle, scale, shift):
    """What leaves on one side comes in on the other.

    Outside the image there is nothing: 0. Negative indices in NumPy count from the
    end, so test for them."""
    image = np.asarray(image)
    height, width = image.shape
    middle, out = (np.array(image.shape) - 1) / 2, np.zeros_like(image)
    for place in np.ndindex(image.shape):
        source = middle + _turn(np.deg2rad(angle)) / scale @ (
            np.array(place) - middle - shift
        )
        r, s = np.rint(source).astype(int)
        out[place] = image[r % height, s % width]
    return out


@mistake("6.6", name="edge-repeated", tag="edge-case")
def move(image, angle, scale, shift):
    """Your border is smeared over the gap.

    A pixel from outside is 0, not a copy of the nearest edge."""
    image = np.asarray(image)
    middle, out = (np.array(image.shape) - 1) / 2, np.zeros_like(image)
    for place in np.ndindex(image.shape):
        source = np.rint(
            middle
            + _turn(np.deg2rad(angle)) / scale @ (np.array(place) - middle - shift)
        ).astype(int)
        r, s = np.clip(source, 0, np.array(image.shape) - 1)
        out[place] = image[r, s]
    return out


@mistake("6.6", name="pushed-not-pulled", tag="formula")
def move(image, angle, scale, shift):
    """Your turned image has holes.

    You sent each pixel to where it goes; two may land on one place and some get
    none. Ask every target where it comes from."""
    image = np.asarray(image)
    middle, out = (np.array(image.shape) - 1) / 2, np.zeros_like(image)
    for place in np.ndindex(image.shape):
        r, s = np.rint(
            middle
            + scale * _turn(-np.deg2rad(angle)) @ (np.array(place) - middle)
            + shift
        ).astype(int)
        if 0 <= r < image.shape[0] and 0 <= s < image.shape[1]:
            out[r, s] = image[place]
    return out


def _split(images, labels, train, validation):
    return images[train], labels[train], images[validation], labels[validation]


@mistake("6.6", name="validation-augmented-too", tag="formula")
def augmented_split(images, labels, train, validation, change, copies):
    """Your validation rows are not the ones that were measured.

    Validation stands for the digits to come, and those come as they are. Change
    training rows only."""
    x, y, xv, yv = _split(images, labels, train, validation)
    x_all = np.concatenate([x, *(change(x) for _ in range(copies))])
    xv_all = np.concatenate([xv, *(change(xv) for _ in range(copies))])
    return x_all, np.tile(y, copies + 1), xv_all, np.tile(yv, copies + 1)


@mistake("6.6", name="copied-before-the-split", tag="leakage")
def augmented_split(images, labels, train, validation, change, copies):
    """Copies of validation rows are in your training set.

    Split first, then copy: a moved twin of a validation image is an answer sheet."""
    x_all = np.concatenate([images[train], *(change(images) for _ in range(copies))])
    return (
        x_all,
        np.concatenate([labels[train], np.tile(labels, copies)]),
        images[validation],
        labels[validation],
    )


@mistake("6.6", name="labels-out-of-step", tag="aliasing")
def augmented_split(images, labels, train, validation, change, copies):
    """Your images and labels have come out of step.

    Copies follow one another as whole sets, so the labels do too: np.tile, where
    np.repeat would double each one in place."""
    x, y, xv, yv = _split(images, labels, train, validation)
    return (
        np.concatenate([x, *(change(x) for _ in range(copies))]),
        np.repeat(y, copies + 1),
        xv,
        yv,
    )


@mistake("6.6", name="one-change-for-all-copies", tag="aliasing")
def augmented_split(images, labels, train, validation, change, copies):
    """All your copies are the same.

    change draws anew at every call. Call it once per copy."""
    x, y, xv, yv = _split(images, labels, train, validation)
    once = change(x)
    return np.concatenate([x, *([once] * copies)]), np.tile(y, copies + 1), xv, yv


@mistake("6.6", name="originals-left-out", tag="formula")
def augmented_split(images, labels, train, validation, change, copies):
    """Where have the originals gone?

    The training set holds the unchanged images first, then the copies: copies + 1
    sets."""
    x, y, xv, yv = _split(images, labels, train, validation)
    return (
        np.concatenate([change(x) for _ in range(copies)] or [x]),
        np.tile(y, max(copies, 1)),
        xv,
        yv,
    )


@mistake("6.6", name="copies-of-copies", tag="aliasing")
def augmented_split(images, labels, train, validation, change, copies):
    """Your later copies have been changed several times.

    Every copy starts from the originals, or it drifts further away each time."""
    x, y, xv, yv = _split(images, labels, train, validation)
    stack = [x]
    for _ in range(copies):
        stack.append(change(stack[-1]))
    return np.concatenate(stack), np.tile(y, copies + 1), xv, yv


@mistake("6.6", name="shifted-after-turning-back", tag="order")
def move(image, angle, scale, shift):
    """Without an angle you are right; with one, your shift is turned too.

    The shift came last on the way there, so it is undone first: R (offset - shift),
    not R offset - shift."""
    image = np.asarray(image)
    sizes, turn = np.array(image.shape)[:, None, None], np.deg2rad(angle)
    matrix = (
        np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / scale
    )
    middle = (sizes - 1) / 2
    source = (
        np.tensordot(matrix, np.indices(image.shape) - middle, 1)
        - np.reshape(shift, (2, 1, 1))
        + middle
    )
    source = np.rint(source).astype(int)
    inside = np.all((source >= 0) & (source < sizes), axis=0)
    rows, columns = np.where(inside, source, 0)
    return np.where(inside, image[rows, columns], 0).astype(image.dtype)


@mistake("6.6", name="originals-last", tag="order")
def augmented_split(images, labels, train, validation, change, copies):
    """The rows are there, in another order.

    The originals come first, then the copies."""
    x = images[train]
    x_train = np.concatenate([*(change(x) for _ in range(copies)), x])
    return (
        x_train,
        np.tile(labels[train], copies + 1),
        images[validation],
        labels[validation],
    )


@mistake("6.6", name="change-sees-all-rows", tag="leakage")
def augmented_split(images, labels, train, validation, change, copies):
    """Which images do you hand to change?

    Only the training rows: what depends on all images at once would let the
    validation rows in."""
    changed = [change(images)[train] for _ in range(copies)]
    return (
        np.concatenate([images[train], *changed]),
        np.tile(labels[train], copies + 1),
        images[validation],
        labels[validation],
    )


@mistake("6.6", name="validation-changed", tag="leakage")
def augmented_split(images, labels, train, validation, change, copies):
    """You call change once too often. On which rows?

    Validation stands for the digits to come, and those come as they are: leave it
    untouched."""
    x, y, xv, yv = _split(images, labels, train, validation)
    x = np.concatenate([x, *(change(x) for _ in range(copies))])
    return x, np.tile(y, copies + 1), change(xv), yv


@mistake("6.6", name="a-copy-for-the-originals", tag="formula")
def augmented_split(images, labels, train, validation, change, copies):
    """You call change once too often. Which set of rows should have stayed as it
    was?

    The first set holds the originals, unchanged; `copies` changed sets follow."""
    x, y, xv, yv = _split(images, labels, train, validation)
    x = np.concatenate([change(x) for _ in range(copies + 1)])
    return x, np.tile(y, copies + 1), xv, yv


# 6.7 ------------------------------------------------------------------------------------------------------------------


@mistake("6.7", name="averages-labels", tag="formula")
def ensemble_labels(probabilities):
    """You averaged the labels.

    The mean of digit 1 and digit 9 is not digit 5: labels are names. Average
    probabilities, then choose."""
    return np.rint(np.mean(np.argmax(probabilities, axis=-1), axis=0)).astype(int)


@mistake("6.7", name="majority-vote", tag="formula")
def ensemble_labels(probabilities):
    """You let each member cast one vote.

    A vote forgets how sure a member is. Average the probabilities first and choose
    once."""
    votes = np.argmax(probabilities, axis=-1)
    return np.array(
        [
            np.bincount(column, minlength=np.shape(probabilities)[-1]).argmax()
            for column in votes.T
        ]
    )


@mistake("6.7", tag="formula", edit=("mean", "max"), of="ensemble_labels")
def most_confident_member():
    """You listened to the loudest member only.

    The most likely class of the *mean*: one sure member can be surely wrong."""


@mistake(
    "6.7",
    tag="formula",
    edit=("probabilities,", "np.log(np.maximum(probabilities, 1e-300)),"),
)
def product_of_probabilities():
    """In your ensemble one member can veto a class.

    You averaged logarithms (a geometric mean). Average the probabilities
    themselves."""


@mistake("6.7", tag="axis", edit=(", axis=0", ", axis=1"))
def mean_over_rows():
    """Your answer has one label per member.

    Members are the first axis: average over it, and one label per row remains."""


@mistake("6.7", tag="formula", edit=("mean", "median"), of="ensemble_labels")
def median_of_probabilities():
    """You took the median over the members.

    The exercise averages: the mean keeps how sure each member is."""


def _terms(predictions, y):
    f, y = np.asarray(predictions, dtype=float), np.asarray(y, dtype=float)
    mean = f.mean(axis=0)
    return (
        float(np.mean((mean - y) ** 2)),
        float(np.mean((f - y) ** 2)),
        float(np.mean((f - mean) ** 2)),
    )


@mistake("6.7", name="spread-with-m-minus-one", tag="off-by-one")
def error_and_spread(predictions, y):
    """Your spread is too large, most of all with few members.

    np.var with ddof=1 divides by members - 1; the spread is a plain mean over
    members."""
    together, each, spread = _terms(predictions, y)
    members = len(predictions)
    return together, each, spread * members / max(members - 1, 1)


@mistake("6.7", name="spread-over-everything", tag="axis")
def error_and_spread(predictions, y):
    """Your spread also counts how the truth rises and falls between points.

    Compare members at the *same* point: the mean over members, axis 0."""
    together, each, _ = _terms(predictions, y)
    return together, each, float(np.var(predictions))


@mistake("6.7", name="standard-deviation", tag="formula")
def error_and_spread(predictions, y):
    """Your spread is a distance, the errors are squared distances.

    Leave the root out, and the equation holds."""
    together, each, _ = _terms(predictions, y)
    return together, each, float(np.mean(np.std(predictions, axis=0)))


@mistake("6.7", name="errors-exchanged", tag="formula")
def error_and_spread(predictions, y):
    """Your first two numbers have changed places.

    First the error of the mean prediction, then the mean of the members' errors,
    which is never smaller."""
    together, each, spread = _terms(predictions, y)
    return each, together, spread


@mistake("6.7", name="absolute-errors", tag="formula")
def error_and_spread(predictions, y):
    """You took absolute errors.

    The equation holds for squared errors."""
    f, y = np.asarray(predictions, dtype=float), np.asarray(y, dtype=float)
    mean = f.mean(axis=0)
    return (
        float(np.mean(np.abs(mean - y))),
        float(np.mean(np.abs(f - y))),
        float(np.mean(np.abs(f - mean))),
    )


@mistake("6.7", name="spread-about-the-truth", tag="formula")
def error_and_spread(predictions, y):
    """Your spread is the members' error once more.

    It is measured from the members' own mean, not from y."""
    predictions, y = np.asarray(predictions), np.asarray(y)
    each = float(np.mean((predictions - y) ** 2))
    return float(np.mean((predictions.mean(axis=0) - y) ** 2)), each, each


# 6.8 ------------------------------------------------------------------------------------------------------------------


def _changes(fit_predict, x, y, x_spare, y_spare, x_probe):
    before, out = np.asarray(fit_predict(x, y, x_probe)), []
    for i in range(len(x_spare)):
        x_new, y_new = np.array(x), np.array(y)
        x_new[i], y_new[i] = x_spare[i], y_spare[i]
        out.append(np.asarray(fit_predict(x_new, y_new, x_probe)) - before)
    return np.array(out)


@mistake("6.8", name="replacements-pile-up", tag="aliasing")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """How many rows differ in your last training?

    Each spare replaces one row, and all others are as they were. Start from a fresh
    copy each time."""
    before, out = np.asarray(fit_predict(x, y, x_probe)), []
    x, y = np.array(x), np.array(y)
    for i in range(len(x_spare)):
        x[i], y[i] = x_spare[i], y_spare[i]
        out.append(np.mean(np.abs(np.asarray(fit_predict(x, y, x_probe)) - before)))
    return float(np.mean(out))


@mistake("6.8", name="signed-changes", tag="sign")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Up and down cancel in your mean.

    A prediction that moves down has moved as well: take the absolute change before
    you average."""
    return float(abs(np.mean(_changes(fit_predict, x, y, x_spare, y_spare, x_probe))))


@mistake("6.8", name="squared-changes", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """You averaged squares.

    Instability is the mean *absolute* change."""
    return float(np.mean(_changes(fit_predict, x, y, x_spare, y_spare, x_probe) ** 2))


@mistake("6.8", name="largest-change", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """You took the largest change.

    A worst case is worth knowing, but here the mean over probes and spares is
    asked."""
    return float(np.max(np.abs(_changes(fit_predict, x, y, x_spare, y_spare, x_probe))))


@mistake("6.8", name="row-added", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Your changed training sets are larger than the first one.

    Replace row i; n stays the same."""
    before = np.asarray(fit_predict(x, y, x_probe))
    out = [
        np.asarray(fit_predict(np.append(x, a), np.append(y, b), x_probe)) - before
        for a, b in zip(x_spare, y_spare, strict=True)
    ]
    return float(np.mean(np.abs(out)))


@mistake("6.8", name="row-left-out", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Your changed training sets are one row short.

    The spare comes in where row i goes out."""
    before = np.asarray(fit_predict(x, y, x_probe))
    out = [
        np.asarray(fit_predict(np.delete(x, i), np.delete(y, i), x_probe)) - before
        for i in range(len(x_spare))
        if len(x) > 1
    ]
    return float(np.mean(np.abs(out))) if out else 0.0


@mistake("6.8", name="only-the-label-replaced", tag="aliasing")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Half of your replacement is missing.

    A sample is x and y together: put both in place of row i."""
    return (
        float(
            np.mean(
                np.abs(_changes(fit_predict, x, y, x, y_spare, x_probe)[: len(y_spare)])
            )
        )
        if len(x) == len(y_spare)
        else float(
            np.mean(
                np.abs(
                    _changes(
                        fit_predict,
                        x,
                        y,
                        np.asarray(x)[: len(y_spare)],
                        y_spare,
                        x_probe,
                    )
                )
            )
        )
    )


@mistake("6.8", name="always-the-first-row", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Your spares all take the same seat.

    Spare i takes the place of row i, so that several rows are tried."""
    before, out = np.asarray(fit_predict(x, y, x_probe)), []
    for a, b in zip(x_spare, y_spare, strict=True):
        x_new, y_new = np.array(x), np.array(y)
        x_new[0], y_new[0] = a, b
        out.append(
            np.mean(np.abs(np.asarray(fit_predict(x_new, y_new, x_probe)) - before))
        )
    return float(np.mean(out))


@mistake("6.8", name="beside-the-changed-before", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """You compared each training with the one just before it.

    The yardstick is the training on all rows as given."""
    steps = np.concatenate(
        [
            np.zeros((1, len(x_probe))),
            _changes(fit_predict, x, y, x_spare, y_spare, x_probe),
        ]
    )
    return float(np.mean(np.abs(np.diff(steps, axis=0))))


@mistake("6.8", name="all-spares-at-once", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """You replaced several rows in one go.

    One training per spare, with that one row replaced."""
    x_other, y_other, count = np.array(x), np.array(y), len(x_spare)
    x_other[:count], y_other[:count] = x_spare, y_spare
    return float(
        np.mean(
            np.abs(
                np.asarray(fit_predict(x_other, y_other, x_probe))
                - np.asarray(fit_predict(x, y, x_probe))
            )
        )
    )


@mistake("6.8", name="sum-over-spares", tag="formula")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Your measure grows with the number of spares.

    The mean over probes *and* spares."""
    before, total = np.asarray(fit_predict(x, y, x_probe)), 0.0
    for i in range(len(x_spare)):
        x_other, y_other = np.array(x), np.array(y)
        x_other[i], y_other[i] = x_spare[i], y_spare[i]
        total += float(
            np.mean(np.abs(np.asarray(fit_predict(x_other, y_other, x_probe)) - before))
        )
    return total


@mistake("6.8", name="signed-mean", tag="sign")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Up and down cancel in your mean; can your instability be negative?

    A prediction that moves down has moved as well: take the absolute change before
    you average."""
    return float(np.mean(_changes(fit_predict, x, y, x_spare, y_spare, x_probe)))


@mistake("6.8", name="only-the-input-replaced", tag="aliasing")
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """Half of your replacement is missing.

    A sample is x and y together: put both in place of row i."""
    kept = np.asarray(y)[: len(x_spare)]
    return float(np.mean(np.abs(_changes(fit_predict, x, y, x_spare, kept, x_probe))))


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "6.5",
    "average_over_masks: np.array(mask) -> np.asarray(mask)",
    "of a tuple both make a new array",
)
