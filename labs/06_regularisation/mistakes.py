"""Known wrong answers of lab 06, each with hints that name the thought."""

import itertools

import numpy as np
from scipy.special import softmax

from coursekit.labs import mistake

# 6.1 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "6.1",
    name="output-bias-forgotten",
    hints=[
        "Your network passes through 0 where the units are silent.",
        "Add c, once, at the end.",
    ],
)
def network(x, w, b, v, c):
    return np.tanh(np.outer(x, w) + b) @ v


@mistake(
    "6.1",
    name="tanh-of-the-sum",
    hints=[
        "You put the output through tanh as well.",
        "Only hidden units bend. The output is a plain weighted sum, so that it can leave [-1, 1].",
    ],
)
def network(x, w, b, v, c):
    return np.tanh(np.tanh(np.outer(x, w) + b) @ v + c)


@mistake(
    "6.1",
    name="bias-scaled-with-the-input",
    hints=[
        "Where does your wave's slope sit?",
        "w multiplies x only; b comes afterwards: w x + b, not w (x + b).",
    ],
)
def network(x, w, b, v, c):
    return np.tanh((np.asarray(x)[:, None] + b) * w) @ v + c


@mistake(
    "6.1",
    name="sigmoid-units",
    hints=[
        "Your units lie between 0 and 1.",
        "tanh runs from -1 to 1, and through 0: np.tanh.",
    ],
)
def network(x, w, b, v, c):
    return 1 / (1 + np.exp(-(np.outer(x, w) + b))) @ v + c


@mistake(
    "6.1",
    name="mean-not-median",
    hints=[
        "One wild fit decides your choice.",
        "The mean follows a single huge error. The exercise asks for the median of each candidate.",
    ],
)
def choose_units(units, errors):
    means = np.mean(errors, axis=0)
    return int(
        min(
            size
            for size, value in zip(units, means, strict=True)
            if value == means.min()
        )
    )


@mistake(
    "6.1",
    name="luckiest-single-fit",
    hints=[
        "You picked the size with the luckiest single fit.",
        "One low error can be luck. Compare medians over the data sets, column by column.",
    ],
)
def choose_units(units, errors):
    lowest = np.min(errors, axis=0)
    return int(
        min(
            size
            for size, value in zip(units, lowest, strict=True)
            if value == lowest.min()
        )
    )


@mistake(
    "6.1",
    name="place-not-size",
    hints=[
        "Is your answer one of `units`?",
        "argmin gives the place in the list; the answer is the size that stands there.",
    ],
)
def choose_units(units, errors):
    return int(np.argmin(np.median(errors, axis=0)))


@mistake(
    "6.1",
    name="first-of-equals",
    hints=[
        "Several sizes share the best median. Which one did you take?",
        "argmin takes the first in the list. Among equals the fewest units win, wherever they stand.",
    ],
)
def choose_units(units, errors):
    return int(units[int(np.argmin(np.median(errors, axis=0)))])


@mistake(
    "6.1",
    name="most-units-of-equals",
    hints=[
        "Among equals you took the largest.",
        "Occam: the simplest of equals, so the fewest units.",
    ],
)
def choose_units(units, errors):
    medians = np.median(errors, axis=0)
    return int(
        max(
            size
            for size, value in zip(units, medians, strict=True)
            if value == medians.min()
        )
    )


@mistake(
    "6.1",
    name="inputs-times-units-in-one-product",
    hints=[
        "n inputs meet M units: that makes n times M sums.",
        "np.outer(x, w) has a row per input and a column per unit.",
    ],
)
def network(x, w, b, v, c):
    return np.tanh(np.dot(w, x) + np.asarray(b)) @ np.asarray(v) + c


@mistake(
    "6.1",
    name="bias-for-every-unit",
    hints=[
        "You added c once per unit.",
        "c belongs to the output: add it once, after the sum.",
    ],
)
def network(x, w, b, v, c):
    return (np.tanh(np.outer(x, w) + np.asarray(b)) * np.asarray(v) + c).sum(axis=1)


@mistake(
    "6.1",
    name="one-of-the-two-middle-values",
    hints=[
        "Of an even number of errors you took one of the two in the middle.",
        "The median is then the mean of both: np.median does that.",
    ],
)
def choose_units(units, errors):
    errors = np.sort(np.asarray(errors), axis=0)
    middle = errors[(len(errors) - 1) // 2]
    return int(
        min(
            size
            for size, value in zip(units, middle, strict=True)
            if value == middle.min()
        )
    )


@mistake(
    "6.1",
    name="median-over-candidates",
    hints=[
        "Which axis holds the repeats?",
        "One median per candidate: over the rows, axis=0.",
    ],
)
def choose_units(units, errors):
    medians = np.median(np.asarray(errors), axis=1)
    return int(units[int(np.argmin(medians)) % len(units)])


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


@mistake(
    "6.2",
    name="keeps-the-last-weights",
    hints=[
        "Which weights do you give back?",
        "The last epochs brought no record: that is why you stopped. Keep the weights of the last record.",
    ],
)
def early_stopping(errors, patience):
    _, last = _stop(errors, patience)
    return last, last


@mistake(
    "6.2",
    name="best-of-all-epochs",
    hints=[
        "You chose an epoch that was never run.",
        "What comes after the stop does not exist for you. Find the best among the epochs up to there.",
    ],
)
def early_stopping(errors, patience):
    return int(np.argmin(errors)), _stop(errors, patience)[1]


@mistake(
    "6.2",
    name="never-stops",
    hints=[
        "Your training always runs to the end.",
        "Stop as soon as patience epochs in a row have brought no record.",
    ],
)
def early_stopping(errors, patience):
    return int(np.argmin(errors)), len(errors) - 1


@mistake(
    "6.2",
    name="one-epoch-too-patient",
    hints=[
        "You stop one epoch late.",
        "After p epochs in a row without a record it is over: the distance to the record is then p, not p + 1.",
    ],
)
def early_stopping(errors, patience):
    return _stop(errors, patience, late=lambda waited, patience: waited > patience)


@mistake(
    "6.2",
    name="one-epoch-too-soon",
    hints=[
        "You stop one epoch early.",
        "The record's own epoch does not count as waiting.",
    ],
)
def early_stopping(errors, patience):
    return _stop(
        errors, patience, late=lambda waited, patience: waited >= max(1, patience - 1)
    )


@mistake(
    "6.2",
    name="ties-are-records",
    hints=[
        "What do you do when an error equals the best so far?",
        "A record is strictly below all before it. A tie brings nothing new.",
    ],
)
def early_stopping(errors, patience):
    return _stop(errors, patience, better=lambda new, old: new <= old)


@mistake(
    "6.2",
    name="compares-with-the-epoch-before",
    hints=[
        "You count epochs that are worse than the one before.",
        "A small recovery is no record: compare with the best so far, not with yesterday.",
    ],
)
def early_stopping(errors, patience):
    best, waited = 0, 0
    for epoch in range(1, len(errors)):
        waited = 0 if errors[epoch] < errors[epoch - 1] else waited + 1
        best = epoch if errors[epoch] < errors[best] else best
        if waited >= patience:
            return best, epoch
    return best, len(errors) - 1


@mistake(
    "6.2",
    name="patience-never-renewed",
    hints=[
        "You add up all epochs without a record.",
        '"In a row": a record sets the waiting back to 0.',
    ],
)
def early_stopping(errors, patience):
    best, waited = 0, 0
    for epoch in range(1, len(errors)):
        if errors[epoch] < errors[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(errors) - 1


@mistake(
    "6.2",
    name="epochs-from-one",
    hints=["Your epochs are one too high.", "The first epoch has number 0."],
)
def early_stopping(errors, patience):
    best, last = _stop(errors, patience)
    return best + 1, last + 1


@mistake(
    "6.2",
    name="patience-ignored",
    hints=[
        "You stop at the first epoch without a record.",
        "Wait until `patience` epochs in a row have brought none.",
    ],
)
def early_stopping(errors, patience):
    best = 0
    for epoch in range(1, len(errors)):
        if not errors[epoch] < errors[best]:
            return best, epoch
        best = epoch
    return best, len(errors) - 1


@mistake(
    "6.2",
    name="runs-past-the-end",
    hints=[
        "Your last epoch was never run.",
        "If the list ends before patience does, the last epoch is the last of the list, not best + patience.",
    ],
)
def early_stopping(errors, patience):
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


@mistake(
    "6.3",
    name="l2-without-the-half",
    hints=[
        "Your L2 part is twice as large as asked.",
        "The lecture writes lambda/2 times the sum of squares. (Keras leaves the half out.)",
    ],
)
def penalty(layers, l1, l2):
    return _cost(_weights(layers), l1, l2)


@mistake(
    "6.3",
    name="biases-pay-too",
    hints=[
        "Who pays in your penalty?",
        "Biases shift the curve and do not bend it: they are free. Sum over the weights only.",
    ],
)
def penalty(layers, l1, l2):
    return _cost(
        [*_weights(layers), *(np.asarray(b, dtype=float) for _, b in layers)],
        l1,
        l2 / 2,
    )


@mistake(
    "6.3",
    name="l1-without-absolute-value",
    hints=[
        "Can your penalty be negative?",
        "L1 adds up sizes, |w|. Without the bars, large negative weights would be paid for.",
    ],
)
def penalty(layers, l1, l2):
    return float(sum(l1 * w.sum() + l2 / 2 * (w**2).sum() for w in _weights(layers)))


@mistake(
    "6.3",
    name="mean-over-weights",
    hints=[
        "Your penalty does not grow with the number of weights.",
        "Every weight pays its own price: a sum, not a mean.",
    ],
)
def penalty(layers, l1, l2):
    return float(
        sum(l1 * np.abs(w).mean() + l2 / 2 * (w**2).mean() for w in _weights(layers))
    )


@mistake(
    "6.3",
    name="norm-not-squared",
    hints=[
        "You took the length of the weights.",
        "The L2 price is the sum of squares, w.w, without the root.",
    ],
)
def penalty(layers, l1, l2):
    return float(
        sum(
            l1 * np.abs(w).sum() + l2 / 2 * np.sqrt((w**2).sum())
            for w in _weights(layers)
        )
    )


@mistake(
    "6.3",
    name="strengths-exchanged",
    hints=[
        "Your two strengths have changed places.",
        "l1 goes with |w|, l2 with w squared.",
    ],
)
def penalty(layers, l1, l2):
    return _cost(_weights(layers), l2, l1 / 2)


@mistake(
    "6.3",
    name="only-the-last-layer",
    hints=[
        "Some of the weights do not pay.",
        "The sum runs over all layers, not over one.",
    ],
)
def penalty(layers, l1, l2):
    return _cost(_weights(layers)[-1:], l1, l2 / 2)


@mistake(
    "6.3",
    name="half-left-in-the-gradient",
    hints=[
        "Your slope of L2 is half of what finite differences say.",
        "The derivative of w squared is 2w, and the half cancels the 2.",
    ],
)
def penalty_gradient(layers, l1, l2):
    return _slopes(layers, l1, l2 / 2)


@mistake(
    "6.3",
    name="two-left-in-the-gradient",
    hints=[
        "Your slope of L2 is twice what finite differences say.",
        "The 2 from the square meets the half in front of it.",
    ],
)
def penalty_gradient(layers, l1, l2):
    return _slopes(layers, l1, 2 * l2)


@mistake(
    "6.3",
    name="l1-slope-is-the-size",
    hints=[
        "Your L1 slope depends on how large the weight is.",
        "|w| rises equally fast everywhere: its slope is the sign of w, +1 or -1.",
    ],
)
def penalty_gradient(layers, l1, l2):
    return [
        (l1 * np.abs(w) + l2 * np.asarray(w, dtype=float), np.zeros(np.shape(b)))
        for w, b in layers
    ]


@mistake(
    "6.3",
    name="l1-slope-without-sign",
    hints=[
        "Your L1 pushes negative weights the wrong way.",
        "Right of 0 the slope of |w| is +1, left of it -1: np.sign.",
    ],
)
def penalty_gradient(layers, l1, l2):
    return [
        (l1 + l2 * np.asarray(w, dtype=float), np.zeros(np.shape(b))) for w, b in layers
    ]


@mistake(
    "6.3",
    name="bias-gradient",
    hints=["Your biases are pulled to 0.", "They are free, so db is all zeros."],
)
def penalty_gradient(layers, l1, l2):
    return [
        (dw, l1 * np.sign(b) + l2 * np.asarray(b, dtype=float))
        for (dw, _), (_, b) in zip(_slopes(layers, l1, l2), layers, strict=True)
    ]


@mistake(
    "6.3",
    name="sign-of-zero-is-one",
    hints=[
        "What does your slope say at w = 0?",
        "|w| has a corner there; take 0, as np.sign does, or a weight at rest is pushed off.",
    ],
)
def penalty_gradient(layers, l1, l2):
    return [
        (
            l1 * np.where(np.asarray(w) >= 0, 1.0, -1.0)
            + l2 * np.asarray(w, dtype=float),
            np.zeros(np.shape(b)),
        )
        for w, b in layers
    ]


@mistake(
    "6.3",
    name="half-for-both",
    hints=[
        "Your L1 price is half of what it should be.",
        "The half belongs to the squares alone: it meets the 2 of their slope.",
    ],
)
def penalty(layers, l1, l2):
    return float(
        sum(0.5 * (l1 * np.abs(w).sum() + l2 * np.square(w).sum()) for w, _ in layers)
    )


@mistake(
    "6.3",
    name="square-of-the-sum",
    hints=[
        "Weights of opposite sign cancel in your L2 price.",
        "Square each weight first, then add: np.sum(w**2).",
    ],
)
def penalty(layers, l1, l2):
    return float(sum(l1 * np.abs(w).sum() + l2 / 2 * np.sum(w) ** 2 for w, _ in layers))


# 6.4 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "6.4",
    name="no-rescaling",
    hints=[
        "On average the next layer gets less than before.",
        "Make up for it while training: divide what is kept by the chance of being kept.",
    ],
)
def dropout(a, u, rate, training):
    return np.where(np.asarray(u) >= rate, a, 0.0) if training else np.asarray(a)


@mistake(
    "6.4",
    name="rescaled-by-the-rate",
    hints=[
        "You divided by the chance of being dropped.",
        "Of rate 0.2, four fifths are kept: divide by 1 - rate.",
    ],
)
def dropout(a, u, rate, training):
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) / (rate or 1.0), 0.0)
        if training
        else np.asarray(a)
    )


@mistake(
    "6.4",
    name="multiplied-by-keep",
    hints=[
        "You made the kept values smaller.",
        "Some are missing, so the others have to speak louder: divide by 1 - rate.",
    ],
)
def dropout(a, u, rate, training):
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) * (1 - rate), 0.0)
        if training
        else np.asarray(a)
    )


@mistake(
    "6.4",
    name="active-at-test",
    hints=[
        "Your network still drops units at test.",
        "Look at `training`: at test nothing is dropped.",
    ],
)
def dropout(a, u, rate, training):
    return np.where(np.asarray(u) >= rate, np.asarray(a) / (1 - rate), 0.0)


@mistake(
    "6.4",
    name="scaled-twice",
    hints=[
        "You rescale while training and again at test.",
        "The kept values were already made louder. At test give back a as it is.",
    ],
)
def dropout(a, u, rate, training):
    return (
        np.where(np.asarray(u) >= rate, np.asarray(a) / (1 - rate), 0.0)
        if training
        else np.asarray(a) * (1 - rate)
    )


@mistake(
    "6.4",
    name="rate-taken-as-keep",
    hints=[
        "You keep the units with the chance that was meant for dropping.",
        "This is the erratum: `rate` is the chance of being dropped. Keep where u >= rate.",
    ],
)
def dropout(a, u, rate, training):
    return (
        np.where(np.asarray(u) < rate, np.asarray(a) / (rate or 1.0), 0.0)
        if training
        else np.asarray(a)
    )


@mistake(
    "6.4",
    name="dropped-kept-exchanged",
    hints=[
        "Your mask is inside out.",
        "A unit is kept where u >= rate, and set to 0 where u is below.",
    ],
)
def dropout(a, u, rate, training):
    return (
        np.where(np.asarray(u) < rate, np.asarray(a) / (1 - rate), 0.0)
        if training
        else np.asarray(a)
    )


@mistake(
    "6.4",
    name="rescaled-by-the-share-that-happened",
    hints=[
        "You divide by the share of units that this mask happened to keep.",
        "Rescaling uses the *chance* 1 - rate, the same in every step.",
    ],
)
def dropout(a, u, rate, training):
    kept = np.asarray(u) >= rate
    return (
        np.where(kept, np.asarray(a) / max(kept.mean(), 1e-9), 0.0)
        if training
        else np.asarray(a)
    )


@mistake(
    "6.4",
    name="classic-form",
    hints=[
        "Yours is the classic form, which scales at test.",
        "Here kept values are divided by 1 - rate while training, and the test leaves everything alone.",
    ],
)
def dropout(a, u, rate, training):
    return np.where(u >= rate, a, 0.0) if training else np.asarray(a) * (1 - rate)


@mistake(
    "6.4",
    name="equal-is-dropped",
    hints=[
        "One of your units is dropped at the very edge.",
        "A unit is kept where u >= rate; equal counts as kept.",
    ],
)
def dropout(a, u, rate, training):
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


@mistake(
    "6.5",
    name="all-masks-equally-likely",
    hints=[
        "With keep = 0.5 you are right; otherwise not.",
        "Masks differ in chance: keep once per kept unit, 1 - keep once per dropped one.",
    ],
)
def average_over_masks(h, V, c, keep):
    return np.mean(
        [softmax((h * mask) @ V + c, axis=1) for mask in _masks(np.shape(h)[1])], axis=0
    )


@mistake(
    "6.5",
    name="average-before-softmax",
    hints=[
        "You averaged z and took the softmax once.",
        "That is what weight scaling does. Here each thinned network answers by itself, and the answers are averaged.",
    ],
)
def average_over_masks(h, V, c, keep):
    return softmax(
        sum(
            _chance(mask, keep) * ((h * mask) @ V + c)
            for mask in _masks(np.shape(h)[1])
        ),
        axis=1,
    )


@mistake(
    "6.5",
    name="keep-and-drop-exchanged",
    hints=[
        "Your chances are those of a network that drops with chance keep.",
        "keep belongs to the ones of the mask, 1 - keep to the zeros.",
    ],
)
def average_over_masks(h, V, c, keep):
    return sum(
        _chance(mask, 1 - keep) * softmax((h * mask) @ V + c, axis=1)
        for mask in _masks(np.shape(h)[1])
    )


@mistake(
    "6.5",
    name="empty-mask-left-out",
    hints=[
        "Your probabilities do not sum to one.",
        "The mask that drops every unit is one of the 2^n: the biases then speak alone.",
    ],
)
def average_over_masks(h, V, c, keep):
    return (
        sum(
            _chance(mask, keep) * softmax((h * mask) @ V + c, axis=1)
            for mask in _masks(np.shape(h)[1])
            if mask.any() or len(mask) == 0
        )
        + 0.0
    )


@mistake(
    "6.5",
    name="rescaled-as-while-training",
    hints=[
        "You divided the kept activations by keep.",
        "That is Keras's form. Here thinned networks leave h alone, and weight scaling takes keep times V.",
    ],
)
def average_over_masks(h, V, c, keep):
    return sum(
        _chance(mask, keep) * softmax((h * mask) / keep @ V + c, axis=1)
        for mask in _masks(np.shape(h)[1])
    )


@mistake(
    "6.5",
    name="softmax-over-rows",
    hints=[
        "Your probabilities sum to one over the rows.",
        "Each row has its own probabilities, over the classes: axis=1.",
    ],
)
def average_over_masks(h, V, c, keep):
    return sum(
        _chance(mask, keep) * softmax((h * mask) @ V + c, axis=0)
        for mask in _masks(np.shape(h)[1])
    )


@mistake(
    "6.5",
    name="weights-not-scaled",
    hints=[
        "You used the full weights at test.",
        "In training, on average only the share keep of the units spoke: scale V by keep.",
    ],
)
def weight_scaling(h, V, c, keep):
    return softmax(np.asarray(h) @ V + c, axis=1)


@mistake(
    "6.5",
    name="bias-scaled-too",
    hints=[
        "You scaled z as a whole.",
        "Biases are never dropped, so only h V is scaled.",
    ],
)
def weight_scaling(h, V, c, keep):
    return softmax(keep * (np.asarray(h) @ V + c), axis=1)


@mistake(
    "6.5",
    name="scaled-by-the-chance-of-dropping",
    hints=[
        "Right only for 0.5.",
        "keep is the chance of staying: multiply by it, not by 1 - keep.",
    ],
)
def weight_scaling(h, V, c, keep):
    return softmax((1 - keep) * np.asarray(h) @ V + c, axis=1)


@mistake(
    "6.5",
    name="divided-by-keep",
    hints=[
        "Your weights grew.",
        "At test all units speak, more than in training. Make the weights smaller: times keep.",
    ],
)
def weight_scaling(h, V, c, keep):
    return softmax(np.asarray(h) @ V / keep + c, axis=1)


@mistake(
    "6.5",
    name="probabilities-scaled",
    hints=[
        "Your rows sum to keep.",
        "Scale the weights, before the softmax; its outputs stay probabilities.",
    ],
)
def weight_scaling(h, V, c, keep):
    return keep * softmax(np.asarray(h) @ V + c, axis=1)


@mistake(
    "6.5",
    name="only-the-kept-count",
    hints=[
        "Your chances add up to more than 1.",
        "Dropped units have a chance too: times (1 - keep) for each of them.",
    ],
)
def average_over_masks(h, V, c, keep):
    masks = itertools.product((0, 1), repeat=h.shape[1])
    return sum(
        keep ** sum(mask) * softmax((h * np.array(mask)) @ V + c, axis=1)
        for mask in masks
    )


@mistake(
    "6.5",
    name="no-softmax",
    hints=[
        "Do your rows sum to 1?",
        "The output is a probability: the softmax comes last.",
    ],
)
def weight_scaling(h, V, c, keep):
    return np.asarray(h) @ (keep * np.asarray(V)) + c


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


@mistake(
    "6.6",
    name="degrees-as-radians",
    hints=[
        "Your images are turned by an odd amount.",
        "np.cos and np.sin take radians: np.deg2rad(angle).",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(angle) / scale, shift)


@mistake(
    "6.6",
    name="turns-the-other-way",
    hints=[
        "Your image turns the wrong way.",
        "Check the signs of the two sines in R, and which row they are in.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(-np.deg2rad(angle)) / scale, shift)


@mistake(
    "6.6",
    name="scales-the-other-way",
    hints=[
        "With scale 2 your content gets smaller.",
        "You ask where a pixel comes from. If the content grows, sources lie closer together: divide by the scale.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(np.deg2rad(angle)) * scale, shift)


@mistake(
    "6.6",
    name="shifts-the-other-way",
    hints=[
        "Your image goes up and left.",
        "To come from where it was, a target pixel looks back: subtract the shift.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(np.deg2rad(angle)) / scale, -np.asarray(shift))


@mistake(
    "6.6",
    name="about-the-corner",
    hints=[
        "Your image turns about its upper left corner.",
        "Measure places from the middle, (H - 1)/2 and (W - 1)/2, and add it again at the end.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(np.deg2rad(angle)) / scale, shift, middle=np.zeros(2))


@mistake(
    "6.6",
    name="middle-at-half-the-size",
    hints=[
        "Your middle is half a pixel off.",
        "Pixels 0 to H - 1 have their middle at (H - 1)/2.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(
        image,
        _turn(np.deg2rad(angle)) / scale,
        shift,
        middle=np.array(np.shape(image)) / 2,
    )


@mistake(
    "6.6",
    name="cut-instead-of-rounded",
    hints=[
        "Your pixels are taken up to one place too far up or left.",
        "astype(int) cuts the fraction off. Round to the nearest pixel first: np.rint.",
    ],
)
def move(image, angle, scale, shift):
    return _moved(image, _turn(np.deg2rad(angle)) / scale, shift, rounding=np.floor)


@mistake(
    "6.6",
    name="wraps-around",
    hints=[
        "What leaves on one side comes in on the other.",
        "Outside the image there is nothing: 0. Negative indices in NumPy count from the end, so test for them.",
    ],
)
def move(image, angle, scale, shift):
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


@mistake(
    "6.6",
    name="edge-repeated",
    hints=[
        "Your border is smeared over the gap.",
        "A pixel from outside is 0, not a copy of the nearest edge.",
    ],
)
def move(image, angle, scale, shift):
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


@mistake(
    "6.6",
    name="pushed-not-pulled",
    hints=[
        "Your turned image has holes.",
        "You sent each pixel to where it goes; two may land on one place and some get none. Ask every target where it comes from.",
    ],
)
def move(image, angle, scale, shift):
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


@mistake(
    "6.6",
    name="validation-augmented-too",
    hints=[
        "Your validation rows are not the ones that were measured.",
        "Validation stands for the digits to come, and those come as they are. Change training rows only.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x, y, xv, yv = _split(images, labels, train, validation)
    x_all = np.concatenate([x, *(change(x) for _ in range(copies))])
    xv_all = np.concatenate([xv, *(change(xv) for _ in range(copies))])
    return x_all, np.tile(y, copies + 1), xv_all, np.tile(yv, copies + 1)


@mistake(
    "6.6",
    name="copied-before-the-split",
    hints=[
        "Copies of validation rows are in your training set.",
        "Split first, then copy: a moved twin of a validation image is an answer sheet.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x_all = np.concatenate([images[train], *(change(images) for _ in range(copies))])
    return (
        x_all,
        np.concatenate([labels[train], np.tile(labels, copies)]),
        images[validation],
        labels[validation],
    )


@mistake(
    "6.6",
    name="labels-out-of-step",
    hints=[
        "Your images and labels have come out of step.",
        "Copies follow one another as whole sets, so the labels do too: np.tile, where np.repeat would double each one in place.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x, y, xv, yv = _split(images, labels, train, validation)
    return (
        np.concatenate([x, *(change(x) for _ in range(copies))]),
        np.repeat(y, copies + 1),
        xv,
        yv,
    )


@mistake(
    "6.6",
    name="one-change-for-all-copies",
    hints=[
        "All your copies are the same.",
        "change draws anew at every call. Call it once per copy.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x, y, xv, yv = _split(images, labels, train, validation)
    once = change(x)
    return np.concatenate([x, *([once] * copies)]), np.tile(y, copies + 1), xv, yv


@mistake(
    "6.6",
    name="originals-left-out",
    hints=[
        "Where have the originals gone?",
        "The training set holds the unchanged images first, then the copies: copies + 1 sets.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x, y, xv, yv = _split(images, labels, train, validation)
    return (
        np.concatenate([change(x) for _ in range(copies)] or [x]),
        np.tile(y, max(copies, 1)),
        xv,
        yv,
    )


@mistake(
    "6.6",
    name="copies-of-copies",
    hints=[
        "Your later copies have been changed several times.",
        "Every copy starts from the originals, or it drifts further away each time.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x, y, xv, yv = _split(images, labels, train, validation)
    stack = [x]
    for _ in range(copies):
        stack.append(change(stack[-1]))
    return np.concatenate(stack), np.tile(y, copies + 1), xv, yv


@mistake(
    "6.6",
    name="shifted-after-turning-back",
    hints=[
        "Without an angle you are right; with one, your shift is turned too.",
        "The shift came last on the way there, so it is undone first: R (offset - shift), not R offset - shift.",
    ],
)
def move(image, angle, scale, shift):
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


@mistake(
    "6.6",
    name="originals-last",
    hints=[
        "The rows are there, in another order.",
        "The originals come first, then the copies.",
    ],
)
def augmented_split(images, labels, train, validation, change, copies):
    x = images[train]
    x_train = np.concatenate([*(change(x) for _ in range(copies)), x])
    return (
        x_train,
        np.tile(labels[train], copies + 1),
        images[validation],
        labels[validation],
    )


# 6.7 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "6.7",
    name="averages-labels",
    hints=[
        "You averaged the labels.",
        "The mean of digit 1 and digit 9 is not digit 5: labels are names. Average probabilities, then choose.",
    ],
)
def ensemble_labels(probabilities):
    return np.rint(np.mean(np.argmax(probabilities, axis=-1), axis=0)).astype(int)


@mistake(
    "6.7",
    name="majority-vote",
    hints=[
        "You let each member cast one vote.",
        "A vote forgets how sure a member is. Average the probabilities first and choose once.",
    ],
)
def ensemble_labels(probabilities):
    votes = np.argmax(probabilities, axis=-1)
    return np.array(
        [
            np.bincount(column, minlength=np.shape(probabilities)[-1]).argmax()
            for column in votes.T
        ]
    )


@mistake(
    "6.7",
    name="most-confident-member",
    hints=[
        "You listened to the loudest member only.",
        "The most likely class of the *mean*: one sure member can be surely wrong.",
    ],
)
def ensemble_labels(probabilities):
    return np.argmax(np.max(probabilities, axis=0), axis=-1)


@mistake(
    "6.7",
    name="product-of-probabilities",
    hints=[
        "In your ensemble one member can veto a class.",
        "You averaged logarithms (a geometric mean). Average the probabilities themselves.",
    ],
)
def ensemble_labels(probabilities):
    return np.argmax(
        np.mean(np.log(np.maximum(probabilities, 1e-300)), axis=0), axis=-1
    )


@mistake(
    "6.7",
    name="mean-over-rows",
    hints=[
        "Your answer has one label per member.",
        "Members are the first axis: average over it, and one label per row remains.",
    ],
)
def ensemble_labels(probabilities):
    return np.argmax(np.mean(probabilities, axis=1), axis=-1)


@mistake(
    "6.7",
    name="median-of-probabilities",
    hints=[
        "You took the median over the members.",
        "The exercise averages: the mean keeps how sure each member is.",
    ],
)
def ensemble_labels(probabilities):
    return np.argmax(np.median(probabilities, axis=0), axis=-1)


def _terms(predictions, y):
    f, y = np.asarray(predictions, dtype=float), np.asarray(y, dtype=float)
    mean = f.mean(axis=0)
    return (
        float(np.mean((mean - y) ** 2)),
        float(np.mean((f - y) ** 2)),
        float(np.mean((f - mean) ** 2)),
    )


@mistake(
    "6.7",
    name="spread-with-m-minus-one",
    hints=[
        "Your three numbers do not fit the equation.",
        "np.var with ddof=1 divides by members - 1; the spread is a plain mean over members.",
    ],
)
def error_and_spread(predictions, y):
    together, each, spread = _terms(predictions, y)
    members = len(predictions)
    return together, each, spread * members / max(members - 1, 1)


@mistake(
    "6.7",
    name="spread-over-everything",
    hints=[
        "Your spread also counts how the truth rises and falls between points.",
        "Compare members at the *same* point: the mean over members, axis 0.",
    ],
)
def error_and_spread(predictions, y):
    together, each, _ = _terms(predictions, y)
    return together, each, float(np.var(predictions))


@mistake(
    "6.7",
    name="standard-deviation",
    hints=[
        "Your spread is a distance, the errors are squared distances.",
        "Leave the root out, and the equation holds.",
    ],
)
def error_and_spread(predictions, y):
    together, each, _ = _terms(predictions, y)
    return together, each, float(np.mean(np.std(predictions, axis=0)))


@mistake(
    "6.7",
    name="errors-exchanged",
    hints=[
        "Your first two numbers have changed places.",
        "First the error of the mean prediction, then the mean of the members' errors, which is never smaller.",
    ],
)
def error_and_spread(predictions, y):
    together, each, spread = _terms(predictions, y)
    return each, together, spread


@mistake(
    "6.7",
    name="absolute-errors",
    hints=["You took absolute errors.", "The equation holds for squared errors."],
)
def error_and_spread(predictions, y):
    f, y = np.asarray(predictions, dtype=float), np.asarray(y, dtype=float)
    mean = f.mean(axis=0)
    return (
        float(np.mean(np.abs(mean - y))),
        float(np.mean(np.abs(f - y))),
        float(np.mean(np.abs(f - mean))),
    )


@mistake(
    "6.7",
    name="spread-about-the-truth",
    hints=[
        "Your spread is the members' error once more.",
        "It is measured from the members' own mean, not from y.",
    ],
)
def error_and_spread(predictions, y):
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


@mistake(
    "6.8",
    name="replacements-pile-up",
    hints=[
        "How many rows differ in your last training?",
        "Each spare replaces one row, and all others are as they were. Start from a fresh copy each time.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before, out = np.asarray(fit_predict(x, y, x_probe)), []
    x, y = np.array(x), np.array(y)
    for i in range(len(x_spare)):
        x[i], y[i] = x_spare[i], y_spare[i]
        out.append(np.mean(np.abs(np.asarray(fit_predict(x, y, x_probe)) - before)))
    return float(np.mean(out))


@mistake(
    "6.8",
    name="signed-changes",
    hints=[
        "Up and down cancel in your mean.",
        "A prediction that moves down has moved as well: take the absolute change before you average.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return float(abs(np.mean(_changes(fit_predict, x, y, x_spare, y_spare, x_probe))))


@mistake(
    "6.8",
    name="squared-changes",
    hints=["You averaged squares.", "Instability is the mean *absolute* change."],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return float(np.mean(_changes(fit_predict, x, y, x_spare, y_spare, x_probe) ** 2))


@mistake(
    "6.8",
    name="largest-change",
    hints=[
        "You took the largest change.",
        "A worst case is worth knowing, but here the mean over probes and spares is asked.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    return float(np.max(np.abs(_changes(fit_predict, x, y, x_spare, y_spare, x_probe))))


@mistake(
    "6.8",
    name="row-added",
    hints=[
        "Your changed training sets are larger than the first one.",
        "Replace row i; n stays the same.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    out = [
        np.asarray(fit_predict(np.append(x, a), np.append(y, b), x_probe)) - before
        for a, b in zip(x_spare, y_spare, strict=True)
    ]
    return float(np.mean(np.abs(out)))


@mistake(
    "6.8",
    name="row-left-out",
    hints=[
        "Your changed training sets are one row short.",
        "The spare comes in where row i goes out.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before = np.asarray(fit_predict(x, y, x_probe))
    out = [
        np.asarray(fit_predict(np.delete(x, i), np.delete(y, i), x_probe)) - before
        for i in range(len(x_spare))
        if len(x) > 1
    ]
    return float(np.mean(np.abs(out))) if out else 0.0


@mistake(
    "6.8",
    name="only-the-label-replaced",
    hints=[
        "Half of your replacement is missing.",
        "A sample is x and y together: put both in place of row i.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
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


@mistake(
    "6.8",
    name="always-the-first-row",
    hints=[
        "Your spares all take the same seat.",
        "Spare i takes the place of row i, so that several rows are tried.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before, out = np.asarray(fit_predict(x, y, x_probe)), []
    for a, b in zip(x_spare, y_spare, strict=True):
        x_new, y_new = np.array(x), np.array(y)
        x_new[0], y_new[0] = a, b
        out.append(
            np.mean(np.abs(np.asarray(fit_predict(x_new, y_new, x_probe)) - before))
        )
    return float(np.mean(out))


@mistake(
    "6.8",
    name="beside-the-changed-before",
    hints=[
        "You compared each training with the one just before it.",
        "The yardstick is the training on all rows as given.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    steps = np.concatenate(
        [
            np.zeros((1, len(x_probe))),
            _changes(fit_predict, x, y, x_spare, y_spare, x_probe),
        ]
    )
    return float(np.mean(np.abs(np.diff(steps, axis=0))))


@mistake(
    "6.8",
    name="all-spares-at-once",
    hints=[
        "You replaced several rows in one go.",
        "One training per spare, with that one row replaced.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
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


@mistake(
    "6.8",
    name="sum-over-spares",
    hints=[
        "Your measure grows with the number of spares.",
        "The mean over probes *and* spares.",
    ],
)
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    before, total = np.asarray(fit_predict(x, y, x_probe)), 0.0
    for i in range(len(x_spare)):
        x_other, y_other = np.array(x), np.array(y)
        x_other[i], y_other[i] = x_spare[i], y_spare[i]
        total += float(
            np.mean(np.abs(np.asarray(fit_predict(x_other, y_other, x_probe)) - before))
        )
    return total
