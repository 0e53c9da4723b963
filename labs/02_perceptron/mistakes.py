"""Wrong answers that students of lab 02 really give, each with the thought that puts it right."""

import itertools

import numpy as np

from coursekit.labs import excuse, mistake


def _sign(z):
    return np.where(np.asarray(z) >= 0, 1, -1)


# 2.1 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "2.1",
    tag="sign",
    edit=(
        "where(np.asarray(x) @ np.asarray(w) + b >= 0, 1, -1)",
        "sign(np.asarray(x) @ np.asarray(w) + b)",
    ),
)
def sign_of_zero_is_zero():
    """What does your unit give exactly on its boundary?

    np.sign(0) is 0, but a sign unit has only two answers. A sum of 0 counts as +1:
    np.where(z >= 0, 1, -1)."""


@mistake("2.1", tag="ties", edit=(">= 0", "> 0"))
def boundary_on_the_minus_side():
    """Your boundary falls to the other side.

    z >= 0 gives +1; you asked for z > 0."""


@mistake(
    "2.1",
    tag="off-by-one",
    edit=(
        "np.where(np.asarray(x) @ np.asarray(w) + b >= 0, 1, -1)",
        "(np.asarray(x) @ np.asarray(w) + b >= 0).astype(int)",
    ),
)
def zero_for_minus_one():
    """Your answers are 0 and 1. Which two are asked for?

    A sign unit gives -1, not 0, on its other side."""


@mistake("2.1", name="bias-left-out", tag="formula")
def sign_unit(x, w, b):
    """Put all coordinates to 0. Which sum should be left?

    Without b every boundary runs through the origin."""
    return _sign(np.asarray(x) @ np.asarray(w))


@mistake("2.1", tag="formula", edit=("+ b >= 0", ">= b"))
def bias_as_threshold():
    """Does a larger b make +1 more likely, or less?

    You compare w . x with b, so b acts as a threshold. Here it is added: z = w . x
    + b."""


@mistake("2.1", name="sum-not-distance", tag="formula")
def signed_distance(x, w, b):
    """Double w and b: your distances double, but the boundary stays.

    Divide the sum by the length of w."""
    return np.asarray(x) @ np.asarray(w) + b


@mistake("2.1", name="distance-without-sign", tag="sign")
def signed_distance(x, w, b):
    """On which side is your point? The distance should tell.

    Keep the sign: negative on the -1 side."""
    return np.abs(np.asarray(x) @ np.asarray(w) + b) / np.linalg.norm(w)


@mistake("2.1", name="squared-length", tag="formula")
def signed_distance(x, w, b):
    """Double w and b together: your distances are halved.

    The length is the root of the sum of squares."""
    return (np.asarray(x) @ np.asarray(w) + b) / np.sum(np.asarray(w) ** 2)


@mistake("2.1", name="bias-outside-the-division", tag="formula")
def signed_distance(x, w, b):
    """At which point is your distance 0? Is its sum 0 too?

    The whole sum, with b, is divided by the length of w."""
    return np.asarray(x) @ np.asarray(w) / np.linalg.norm(w) + b


@mistake("2.1", name="only-the-bias-divided", tag="formula")
def signed_distance(x, w, b):
    """Your distances grow with the scale of w. Which part did you divide?

    / binds before +: put the whole sum in brackets, then divide by the length of w."""
    return np.asarray(x) @ np.asarray(w) + b / np.linalg.norm(w)


@mistake("2.1", name="length-with-bias", tag="formula")
def signed_distance(x, w, b):
    """Which numbers make up the length of w?

    The bias shifts the boundary and does not belong to w: only the w_i count."""
    return (np.asarray(x) @ np.asarray(w) + b) / np.sqrt(
        np.sum(np.asarray(w) ** 2) + b**2
    )


@mistake("2.1", name="sizes-added-for-the-length", tag="formula")
def signed_distance(x, w, b):
    """How long is the vector (3, 4): 5, or 7?

    The length is the root of the sum of squares: np.linalg.norm(w)."""
    return (np.dot(x, w) + b) / np.sum(np.abs(w))


@mistake("2.1", name="twice-the-step", tag="formula")
def sign_unit(x, w, b):
    """Your answers are 0 and 2. Which two are asked for?

    2 * (z >= 0) lies one too high: take 1 off."""
    return 2 * (np.dot(x, w) + b >= 0)


@mistake("2.1", name="sum-rounded", tag="ties")
def sign_unit(x, w, b):
    """What does your unit make of a sum of -0.3?

    Rounded it is 0, and 0 gives +1. Compare the sum as it is."""
    return _sign(np.round(np.asarray(x) @ np.asarray(w) + b))


# 2.2 ------------------------------------------------------------------------------------------------------------------


@mistake("2.2", name="update-at-every-point", tag="formula")
def perceptron_sweep(x, y, w, b):
    """Take points that are all right already. Your weights still move.

    Only a mistake moves weights and bias: test y * z <= 0 first."""
    w, mistakes = np.array(w, dtype=float), 0
    for row, label in zip(x, y, strict=True):
        mistakes += int(label * (row @ w + b) <= 0)
        w, b = w + label * row, b + label
    return w, b, mistakes


@mistake(
    "2.2",
    tag="edge-case",
    edit=[
        ("np.asarray(x), np.asarray(y)", "x, y"),
        (
            "<= 0:\n            w, b = w + label * row, b + label\n            mistakes +=",
            "< 0:\n            w, b, mistakes = w + label * row, b + label, mistakes +",
        ),
    ],
)
def zero_sum_never_updates():
    """Start with w = 0 and b = 0. Does anything ever move?

    With all weights 0 every sum is 0, and no point is on the wrong side. A point on
    the boundary is a mistake as well: <= 0."""


@mistake("2.2", name="sign-unit-as-judge", tag="sign")
def perceptron_sweep(x, y, w, b):
    """A point of class +1 lies exactly on the boundary. Is it a mistake here?

    The sign unit calls the boundary +1, but the rule counts y * z <= 0 as a
    mistake, also for y = +1."""
    w, mistakes = np.array(w, dtype=float), 0
    for row, label in zip(x, y, strict=True):
        if _sign(row @ w + b) != label:
            w, b, mistakes = w + label * row, b + label, mistakes + 1
    return w, b, mistakes


@mistake(
    "2.2",
    tag="formula",
    edit=[
        ("np.asarray(x), np.asarray(y)", "x, y"),
        (
            "b = w + label * row, b + label\n            mistakes +=",
            "mistakes = w + label * row, mistakes +",
        ),
    ],
)
def bias_not_updated():
    """Compare your bias before and after the sweep.

    The bias moves with the weights: b + y."""


@mistake(
    "2.2",
    tag="formula",
    edit=[
        ("np.asarray(x), np.asarray(y)", "x, y"),
        (
            "= w + label * row, b + label\n            mistakes +=",
            ", mistakes = w + row, b + 1, mistakes +",
        ),
    ],
)
def class_left_out_of_the_update():
    """A mistake of class -1 should lower the sum. Does yours?

    Add y * x and y, not x and 1: the class says in which direction to move."""


@mistake(
    "2.2",
    tag="axis",
    edit=[
        ("np.asarray(x), np.asarray(y)", "x, y"),
        (
            "= w + label * row, b + label\n            mistakes +=",
            ", mistakes = w - label * row, b - label, mistakes +",
        ),
    ],
)
def wrong_direction():
    """After a move, is the point nearer to its own side?

    The rule adds y * x; you take it off."""


@mistake("2.2", name="all-points-judged-by-old-weights", tag="formula")
def perceptron_sweep(x, y, w, b):
    """When the second point comes up, which weights judge it?

    You judge all points before any of them moves the weights. Each point sees the
    weights that the one before it left."""
    x, y = np.asarray(x, dtype=float), np.asarray(y)
    wrong = y * (x @ np.asarray(w, dtype=float) + b) <= 0
    return (
        np.asarray(w, dtype=float) + y[wrong] @ x[wrong],
        b + y[wrong].sum(),
        int(wrong.sum()),
    )


@mistake("2.2", name="classes-zero-and-one", tag="edge-case")
def perceptron_sweep(x, y, w, b):
    """Which values does y have here: 0 and 1, or -1 and +1?

    The rule with (target - output) for 0 and 1 moves by 2 y or loses one class. Use
    y = -1, +1 as it comes."""
    w, mistakes = np.array(w, dtype=float), 0
    for row, label in zip(x, y, strict=True):
        miss = label - int(row @ w + b >= 0)
        if miss:
            w, b, mistakes = w + miss * row, b + miss, mistakes + 1
    return w, b, mistakes


@mistake("2.2", name="stops-at-the-first-mistake", tag="formula")
def perceptron_sweep(x, y, w, b):
    """How many rows does your sweep visit?

    The return stands inside the loop. A sweep visits every row."""
    w = np.array(w, dtype=float)
    for row, label in zip(x, y, strict=True):
        if label * (row @ w + b) <= 0:
            return w + label * row, b + label, 1
    return w, b, 0


@mistake("2.2", name="sweeps-until-all-is-right", tag="formula")
def perceptron_sweep(x, y, w, b):
    """How often does your function visit a row?

    One sweep is one visit to each row. The cell below repeats it."""
    w, mistakes, turns = np.array(w, dtype=float), 1, 0
    while mistakes and turns < 100:
        mistakes, turns = 0, turns + 1
        for row, label in zip(x, y, strict=True):
            if label * (row @ w + b) <= 0:
                w, b, mistakes = w + label * row, b + label, mistakes + 1
    return w, b, mistakes


@mistake("2.2", name="mistakes-counted-at-the-end", tag="formula")
def perceptron_sweep(x, y, w, b):
    """Weights and bias are right. When do you count?

    A mistake is a row that is wrong when it is *visited*; at the end other weights
    judge. Count where you update."""
    w = np.array(w, dtype=float)
    for row, label in zip(x, y, strict=True):
        if label * (row @ w + b) <= 0:
            w, b = w + label * row, b + label
    return w, b, int(np.sum(y * (x @ w + b) <= 0))


@mistake("2.2", name="callers-weights-changed", tag="aliasing")
def perceptron_sweep(x, y, w, b):
    """The result is right, but the w that was passed in is no longer what it was.

    w += ... writes into the caller's array. Make a new one: w = w + ..."""
    mistakes = 0
    for row, label in zip(x, y, strict=True):
        if label * (row @ w + b) <= 0:
            w += label * row
            b, mistakes = b + label, mistakes + 1
    return w, b, mistakes


@mistake("2.2", name="step-of-the-difference", tag="formula")
def perceptron_sweep(x, y, w, b):
    """By how much do your weights move at a mistake: by one row, or by two?

    y minus your answer is 2 or -2. The rule adds y times the row, once."""
    w, mistakes = np.array(w, float), 0
    for row, label in zip(np.asarray(x, float), y, strict=True):
        said = 1 if row @ w + b >= 0 else -1
        if said != label:
            w, b, mistakes = w + (label - said) * row, b + (label - said), mistakes + 1
    return w, b, mistakes


# 2.3 ------------------------------------------------------------------------------------------------------------------


@mistake("2.3", name="overflow-to-nan", tag="edge-case")
def sigmoid(z):
    """Try z = 1000. What is exp(1000) divided by itself, to a computer?

    inf / inf is NaN. For z >= 0 use 1 / (1 + exp(-z)); for negative z, exp(z) / (1
    + exp(z))."""
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(z, dtype=float))
        return e / (1 + e)


@mistake("2.3", name="exponent-without-minus", tag="sign")
def sigmoid(z):
    """Should p grow or fall with z?

    1 / (1 + exp(z)) falls. The minus sign is missing."""
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(np.asarray(z, dtype=float)))


@mistake("2.3", name="clipped-too-soon", tag="formula")
def sigmoid(z):
    """Compare your sigmoid with the formula at z = 4.

    Clipping z changes values that were fine. Clip far out, or not at all."""
    return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -3, 3)))


@mistake("2.3", name="tanh-for-sigmoid", tag="formula")
def sigmoid(z):
    """Which values lie between your smallest and largest answer?

    tanh runs from -1 to 1. A probability runs from 0 to 1."""
    return np.tanh(np.asarray(z, dtype=float) / 2)


def _p(x, w, b):
    return 1 / (1 + np.exp(-np.clip(np.asarray(x) @ np.asarray(w) + b, -500, 500)))


@mistake("2.3", name="sum-not-mean", tag="missing-1/n")
def error_slopes(x, t, w, b):
    """Give every point twice. Should the slopes change?

    The error is a mean over the points, so the slopes are too: divide by n."""
    miss = _p(x, w, b) - np.asarray(t)
    return np.asarray(x).T @ miss, float(miss.sum())


@mistake("2.3", name="bias-slope-summed", tag="formula")
def error_slopes(x, t, w, b):
    """Your dw is right. Is your db a mean, too?

    Divide the sum of (p - t) by n."""
    miss = _p(x, w, b) - np.asarray(t)
    return np.asarray(x).T @ miss / len(x), float(miss.sum())


@mistake("2.3", name="slopes-downhill", tag="sign")
def error_slopes(x, t, w, b):
    """Raise a weight a little: does the error go where your slope says?

    The slope is p - t. The minus sign belongs to the step."""
    miss = np.asarray(t) - _p(x, w, b)
    return np.asarray(x).T @ miss / len(x), float(miss.mean())


@mistake("2.3", name="slope-of-the-squared-error", tag="formula")
def error_slopes(x, t, w, b):
    """Which error do your slopes belong to?

    The factor p (1 - p) belongs to the squared error. With -log it cancels, and p -
    t is left."""
    p = _p(x, w, b)
    miss = (p - np.asarray(t)) * p * (1 - p)
    return np.asarray(x).T @ miss / len(x), float(miss.mean())


@mistake("2.3", name="sum-for-probability", tag="formula")
def error_slopes(x, t, w, b):
    """What lies between the sum z and the miss?

    You compare z itself with t. First take p = sigmoid(z)."""
    miss = np.asarray(x) @ np.asarray(w) + b - np.asarray(t)
    return np.asarray(x).T @ miss / len(x), float(miss.mean())


@mistake("2.3", name="bias-left-out-of-the-sum", tag="formula")
def error_slopes(x, t, w, b):
    """Change b: do your slopes change?

    p is the sigmoid of the whole sum z = w . x + b."""
    miss = _p(x, w, 0.0) - np.asarray(t)
    return np.asarray(x).T @ miss / len(x), float(miss.mean())


@mistake("2.3", name="divided-by-the-coordinates", tag="formula")
def error_slopes(x, t, w, b):
    """Your db is right. By which number do you divide for dw?

    The mean runs over the n points, not over the d weights."""
    miss = _p(x, w, b) - np.asarray(t)
    return np.asarray(x).T @ miss / np.shape(x)[1], float(miss.mean())


@mistake("2.3", name="slope-for-the-sigmoid", tag="formula")
def sigmoid(z):
    """What does your function give for z = 0: a half, or a quarter?

    p (1 - p) is the slope of the sigmoid. Asked for is p itself."""
    p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return p * (1 - p)


@mistake("2.3", name="one-slope-for-all-weights", tag="axis")
def error_slopes(x, t, w, b):
    """How many weights are there, and how many slopes do you give?

    Each weight has its own slope: the mean runs over the points, not over the
    coordinates."""
    z = np.dot(x, w) + b
    miss = np.exp(-np.logaddexp(0, -z)) - np.asarray(t)
    return float(np.mean(np.dot(np.transpose(x), miss))), float(np.mean(miss))


# 2.4 ------------------------------------------------------------------------------------------------------------------


@mistake("2.4", name="hidden-sums-not-signed", tag="sign")
def sign_network(x, W, beta, v, c):
    """What does the output unit take as input: sums, or signs?

    Without a sign in between, two layers are one linear unit. Take the sign of the
    hidden sums first."""
    return _sign((np.asarray(x) @ np.asarray(W) + np.asarray(beta)) @ np.asarray(v) + c)


@mistake("2.4", name="hidden-zero-and-one", tag="edge-case")
def sign_network(x, W, beta, v, c):
    """What does a hidden unit give when it is off?

    A sign unit gives -1, not 0."""
    hidden = (np.asarray(x) @ np.asarray(W) + np.asarray(beta) >= 0).astype(int)
    return _sign(hidden @ np.asarray(v) + c)


@mistake("2.4", name="hidden-sign-of-zero", tag="sign")
def sign_network(x, W, beta, v, c):
    """What if a hidden sum is exactly 0?

    np.sign(0) is 0. Here a sum of 0 gives +1, in both layers."""
    return _sign(
        np.sign(np.asarray(x) @ np.asarray(W) + np.asarray(beta)) @ np.asarray(v) + c
    )


@mistake(
    "2.4",
    tag="edge-case",
    edit=("hidden @ np.asarray(v) + c >= 0", "hidden @ np.asarray(v) + c > 0"),
)
def output_sum_zero_gives_minus_one():
    """Your hidden units are right. What does the output unit give if its sum is
    exactly 0?

    A sum of 0 gives +1 in both layers: >=, not >."""


@mistake("2.4", name="output-sum-not-signed", tag="sign")
def sign_network(x, W, beta, v, c):
    """Which values does your network give?

    The output unit is a sign unit as well."""
    return _sign(np.asarray(x) @ np.asarray(W) + np.asarray(beta)) @ np.asarray(v) + c


@mistake("2.4", name="output-bias-left-out", tag="formula")
def sign_network(x, W, beta, v, c):
    """Change c: does your answer change?

    The output unit has a bias, too: hidden @ v + c."""
    return _sign(
        _sign(np.asarray(x) @ np.asarray(W) + np.asarray(beta)) @ np.asarray(v)
    )


@mistake("2.4", tag="formula", edit=("[1, 1],", "[1, 1], -"))
def all_of_two_that_exclude_each_other():
    """Your two half-planes are good ones. Can a point lie in both?

    One covers the corner (1, -1), the other (-1, 1). The output must fire if
    *either* does: c = +1."""


@mistake("2.4", tag="order", edit=("[1, 1],", "[-1, -1], -"))
def xor_reversed():
    """Your network answers +1 at (1, 1). Is that asked for?

    +1 where the signs differ. Turn the signs of v and c round."""


@mistake(
    "2.4",
    tag="formula",
    edit=(
        "[[1, -1], [-1, 1]], [-1, -1], [1, 1], 1",
        "[[1, 1], [1, 1]], [1, 1], [1, 1], 0",
    ),
)
def plain_or():
    """At which corner is your network wrong?

    Your region is 'at least one coordinate is positive', and it holds (1, 1). A
    second half-plane must cut that corner off."""


@mistake(
    "2.4",
    tag="sign",
    edit=(
        "[[1, -1], [-1, 1]], [-1, -1], [1, 1],",
        "[[1, 0], [0, 1]], [0, 0], [1, -1], -",
    ),
)
def hidden_units_are_the_coordinates():
    """Your hidden units give the signs of x_1 and x_2. Has the output unit an
    easier problem now?

    It sees the same four corners again, so no weights of it can help. Choose
    slanted half-planes that each single out a corner."""


@mistake(
    "2.4",
    tag="edge-case",
    edit=(
        "[[1, -1], [-1, 1]], [-1, -1], [1, 1], 1",
        "[[1, -1], [1, -1]], [-0.5, 1.5], [1, 1], -1.5",
    ),
)
def corners_zero_and_one():
    """At which corners did you work it out: 0 and 1, or -1 and 1?

    OR and NAND with thresholds 0.5 and 1.5 belong to inputs 0 and 1. Here the
    corners are -1 and +1, so the biases differ."""


@mistake("2.4", name="hidden-bias-left-out", tag="sign")
def sign_network(x, W, beta, v, c):
    """Change beta: does your answer change?

    Each hidden unit has its bias: x @ W + beta, then the sign."""
    return _sign(_sign(np.asarray(x) @ np.asarray(W)) @ np.asarray(v) + c)


@mistake("2.4", tag="formula", edit=("-1, -1", "-2, -2"))
def right_at_the_corners_alone():
    """At the corners themselves you are right. How far from the corners do your
    boundaries pass?

    The points may move by 0.2 each way. Let the boundaries pass halfway between the
    corners."""


@mistake(
    "2.4",
    tag="edge-case",
    edit=(
        "[[1, -1], [-1, 1]], [-1, -1], [1, 1], 1",
        "[[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5",
    ),
)
def xor_for_zero_and_one():
    """Which coordinates have the corners here: 0 and 1, or -1 and +1?

    Your weights solve XOR on the unit square. Put a corner of -1 and +1 into your
    hidden units, and move their boundaries."""


@mistake(
    "2.4",
    tag="order",
    edit=(
        "[[1, -1], [-1, 1]], [-1, -1], [1, 1], 1",
        "[[1, 1], [1, 1]], [1, -1], [-1, 1], 1",
    ),
)
def minus_one_between_the_boundaries():
    """Your two boundaries are good ones. What does your network answer between them?

    Between them lie (1, -1) and (-1, 1), where the signs differ: +1 is asked for. Turn
    the signs of v and c round."""


# 2.5 ------------------------------------------------------------------------------------------------------------------


@mistake("2.5", tag="edge-case", edit=("1 - k", "0.5 - k + 2"))
def all_of_for_zero_and_one():
    """Let one of k inputs be -1. What is the sum of the inputs?

    Inputs are -1 and +1: with one -1 the sum is k - 2, not k - 1. So the bias must
    lie between -k and 2 - k."""


@mistake("2.5", tag="off-by-one", edit=("1 - k", "0"))
def all_of_is_majority():
    """Let half of the inputs and one more be +1. What does your unit say?

    All k must be +1, not most of them: the bias depends on k."""


@mistake("2.5", tag="off-by-one", edit=("1 - k", "2 - k"))
def all_of_without_one():
    """Let all inputs but one be +1. What is your unit's sum then?

    It is 0, and 0 gives +1. One -1 makes the inputs add up to k - 2; the bias must take
    that below 0."""


@mistake("2.5", tag="formula", edit=("1 - k", "-k / 2"))
def all_of_up_to_three():
    """Right for three inputs. What does your unit say when five of six are +1?

    With one -1 the sum is k - 2. The bias must take that below 0 for every k, so it
    falls by 1 when k grows by 1."""


@mistake("2.5", tag="formula", edit=("1 - k", "-k - 1"))
def all_of_never():
    """Let all inputs be +1. Does your unit fire?

    The largest sum is k; with your bias even that stays below 0."""


@mistake("2.5", tag="formula", edit=("- 1", ""))
def any_of_always():
    """Let all inputs be -1. Does your unit stay silent?

    The smallest sum is -k. It must stay below 0, so the bias is less than k."""


@mistake("2.5", tag="edge-case", edit=("k - 1", "0"))
def any_of_is_majority():
    """Let one of five inputs be +1, the others -1. What does your unit say?

    The inputs then add up to 2 - k. The bias must lift that to 0 or more, for every
    k."""


@mistake("2.5", tag="off-by-one", edit=("k - 1", "k - 3"))
def any_of_asks_for_two():
    """Let one input be +1, the others -1. Does your unit fire?

    The inputs then add up to 2 - k, and with your bias -1 is left: it takes two."""


@mistake("2.5", tag="edge-case", edit=("k - 1", "-0.5"))
def any_of_for_zero_and_one():
    """Let one of five inputs be +1, the others -1. What is their sum?

    A threshold of 1/2 belongs to inputs 0 and 1. With -1 and +1, one on gives the
    sum 2 - k."""


@mistake(
    "2.5",
    tag="sign",
    edit=(
        "edges = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([-edges[:, 1], edges[:, 0]])",
        "e = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([e[:, 1], -e[:, 0]])",
    ),
)
def polygon_inside_out():
    """Put a point in the middle of the triangle. Which signs do your units give?

    Turn the edge to the left, not to the right: (-e_2, e_1)."""


@mistake(
    "2.5",
    tag="sign",
    edit=(
        "edges = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([-edges[:, 1], edges[:, 0]])",
        "e = np.roll(corners, 1, axis=0) - corners\n    normals = np.stack([-e[:, 1], e[:, 0]])",
    ),
)
def edges_walked_backwards():
    """From a corner, to which other one does your edge run?

    To the one before, so the inside lies to its right. Walk from each corner to the
    *next* one; np.roll moves entries forwards for +1."""


@mistake("2.5", name="bias-without-minus", tag="sign")
def polygon_units(corners):
    """Is your unit's sum 0 at both ends of its edge?

    n . p + beta must be 0 at the corner p, so beta = -n . p."""
    corners = np.asarray(corners, dtype=float)
    e = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-e[:, 1], e[:, 0]])
    return normals, np.sum(normals.T * corners, axis=1)


@mistake("2.5", name="edge-as-normal", tag="edge-case")
def polygon_units(corners):
    """Your boundaries cross the edges. Which way does w point from its boundary?

    w stands upright on the boundary: turn the edge by a right angle."""
    corners = np.asarray(corners, dtype=float)
    e = (np.roll(corners, -1, axis=0) - corners).T
    return e, -np.sum(e.T * corners, axis=1)


@mistake(
    "2.5",
    tag="edge-case",
    edit=(
        "edges = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([-edges[:, 1], edges[:, 0]])",
        "e = corners - np.roll(corners, 1, axis=0)\n    normals = np.stack([-e[:, 1], e[:, 0]])",
    ),
)
def edge_from_the_corner_before():
    """Which edge does your first column belong to?

    Column i is the edge from corner i to the next: np.roll(corners, -1, axis=0)."""


@mistake("2.5", name="units-in-rows", tag="transpose")
def polygon_units(corners):
    """Which shape has your W?

    One column per unit, as in Exercise 2.4: (2, k). Transpose."""
    corners = np.asarray(corners, dtype=float)
    e = np.roll(corners, -1, axis=0) - corners
    normals = np.column_stack([-e[:, 1], e[:, 0]])
    return normals, -np.sum(normals * corners, axis=1)


@mistake("2.5", name="edge-back-to-the-start-forgotten", tag="edge-case")
def polygon_units(corners):
    """How many edges has a triangle, and how many units do you give?

    The last edge runs from the last corner to the first."""
    corners = np.asarray(corners, dtype=float)
    e = np.diff(corners, axis=0)
    normals = np.stack([-e[:, 1], e[:, 0]])
    return normals, -np.sum(normals.T * corners[:-1], axis=1)


@mistake(
    "2.5",
    tag="sign",
    edit=(
        "edges = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([-edges[:, 1], edges[:, 0]])",
        "e = np.roll(corners, -1, axis=0) - corners\n    normals = np.stack([e[:, 1], e[:, 0]])",
    ),
)
def coordinates_exchanged():
    """Is your w at right angles to the edge?

    Turning left exchanges the coordinates *and* changes one sign: (-e_2, e_1)."""


# 2.6 ------------------------------------------------------------------------------------------------------------------


def _patterns(x, weights, biases, *, activate=True):
    a, seen = np.asarray(x, dtype=float), [np.zeros((len(x), 1), dtype=bool)]
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + np.asarray(b)
        seen.append(z > 0)
        a = np.maximum(z, 0) if activate else z
    return seen


@mistake("2.6", name="last-layer-only", tag="formula")
def count_pieces(x, weights, biases):
    """Two points agree in the last layer, but not in the first. Are they in one
    piece?

    The pattern holds *all* hidden units: join the layers side by side before you
    count."""
    return len(np.unique(_patterns(x, weights, biases)[-1], axis=0))


@mistake("2.6", name="first-layer-only", tag="formula")
def count_pieces(x, weights, biases):
    """Does a second layer change your count?

    Deeper units switch, too. Their on/off belongs to the pattern."""
    return len(np.unique(_patterns(x, weights[:1], biases[:1])[-1], axis=0))


@mistake("2.6", name="relu-left-out", tag="formula")
def count_pieces(x, weights, biases):
    """What does the second layer take in?

    Each layer feeds max(0, z) to the next, not z."""
    return len(
        np.unique(np.hstack(_patterns(x, weights, biases, activate=False)), axis=0)
    )


@mistake("2.6", name="number-of-units-on", tag="formula")
def count_pieces(x, weights, biases):
    """Unit 1 is on and unit 2 off, or the other way round: is this the same piece?

    You count how *many* units are on. What matters is *which*."""
    return len(np.unique(np.hstack(_patterns(x, weights, biases)).sum(axis=1)))


@mistake("2.6", name="pieces-multiplied-by-layer", tag="formula")
def count_pieces(x, weights, biases):
    """Does every pattern of the first layer meet every pattern of the second?

    Multiplying the layers' counts includes combinations that no point shows. Join
    the patterns, then count."""
    return int(
        np.prod([len(np.unique(p, axis=0)) for p in _patterns(x, weights, biases)])
    )


@mistake("2.6", name="bias-left-out-of-the-units", tag="formula")
def count_pieces(x, weights, biases):
    """Move a bias: do your pieces change?

    A unit switches where w . x + b = 0; you left b out."""
    zero = [np.zeros_like(np.asarray(b, dtype=float)) for b in biases]
    return len(np.unique(np.hstack(_patterns(x, weights, zero)), axis=0))


@mistake("2.6", tag="ties", edit=("z > 0", "z >= 0"))
def zero_counts_as_on():
    """A unit's sum is exactly 0. Is the unit on, or off?

    Its output max(0, z) is 0 there, as wherever it is off. On means z > 0."""


@mistake("2.6", name="values-counted", tag="formula")
def count_pieces(x, weights, biases):
    """Two points lie in one piece. Do the units give the same values there, or are only
    the same units on?

    The values change from point to point. Keep for each unit whether it is on, and
    count the patterns."""
    a = np.asarray(x, dtype=float)
    for w, b in zip(weights, biases, strict=True):
        a = np.maximum(a @ np.asarray(w) + np.asarray(b), 0)
    return len(np.unique(a, axis=0))


@mistake("2.6", tag="formula", edit=("1 + h + h * (h - 1) // 2", "2**h"))
def two_to_the_h():
    """Three lines: can you draw eight pieces?

    Not every on/off pattern fits into the plane. Line j + 1 adds at most j + 1
    pieces."""


@mistake("2.6", tag="formula", edit=("1 + h + h * (h - 1) // 2", "h + 1"))
def parallel_lines():
    """Two lines: how many pieces if they cross?

    A new line is cut by each of the older ones, and adds one piece more than the
    cuts."""


@mistake("2.6", tag="edge-case", edit=("1 + h + h * (h - 1)", "h * (h + 1)"))
def the_empty_plane_forgotten():
    """How many pieces before the first line?

    Start from 1: the whole plane is one piece."""


@mistake("2.6", tag="formula", edit=("+ h *", "*"))
def one_line_too_few():
    """One line makes two pieces. What do you get for h = 1?

    Line j + 1 adds j + 1 pieces, not j: crossing j lines cuts it into j + 1
    stretches."""


@mistake("2.6", name="layers-counted-apart", tag="formula")
def count_pieces(x, weights, biases):
    """A piece has one pattern over all layers. Do you add up the layers' counts?

    Join the on/off columns of all layers side by side, then count the different
    rows once."""
    return max(
        1, sum(len(np.unique(p, axis=0)) for p in _patterns(x, weights, biases)[1:])
    )


@mistake("2.6", tag="formula", edit=("1 + h + h * (h - 1) // 2", "max(1, 2 * h)"))
def two_pieces_per_line():
    """Three lines: draw them so that each crosses the others.

    The pieces that a line adds grow with the lines before it."""


# 2.7 ------------------------------------------------------------------------------------------------------------------


@mistake("2.7", name="slopes-not-bends", tag="formula")
def bend_weights(knots, values):
    """Once unit 0 is on, does it ever stop adding its slope?

    All earlier units keep climbing, so c_i is only the *change* of slope: s_i -
    s_(i-1)."""
    return np.diff(np.asarray(values, dtype=float)) / np.diff(
        np.asarray(knots, dtype=float)
    )


@mistake(
    "2.7",
    tag="formula",
    edit=("diff(slopes, prepend=0.0)", "concatenate([[0.0], np.diff(slopes)])"),
)
def first_slope_forgotten():
    """How steep is your curve just after the first knot?

    Before k_0 the slope is 0, so c_0 is s_0 itself."""


@mistake("2.7", name="spacing-ignored", tag="formula")
def bend_weights(knots, values):
    """Are the knots one apart?

    A slope is a rise divided by a run: divide by the distance of the knots."""
    return np.diff(np.diff(np.asarray(values, dtype=float)), prepend=0.0)


@mistake("2.7", name="even-spacing-assumed", tag="formula")
def bend_weights(knots, values):
    """Are all gaps between knots as wide as the first?

    Each piece has its own run: np.diff(knots)."""
    knots = np.asarray(knots, dtype=float)
    return np.diff(
        np.diff(np.asarray(values, dtype=float)) / (knots[1] - knots[0]), prepend=0.0
    )


@mistake("2.7", name="bends-reversed", tag="order")
def bend_weights(knots, values):
    """Does your curve turn up where it should turn down?

    The bend is the new slope minus the old one."""
    slopes = np.diff(np.asarray(values, dtype=float)) / np.diff(
        np.asarray(knots, dtype=float)
    )
    c = -np.diff(slopes, prepend=0.0)
    c[0] = slopes[0]
    return c


@mistake("2.7", name="slopes-at-the-knots", tag="formula")
def bend_weights(knots, values):
    """How steep is the curve between two knots, and how steep do you make it?

    np.gradient gives a slope *at* each knot, a mean of those on its two sides. Each
    piece has a slope of its own: its rise over its run."""
    knots, values = np.asarray(knots, dtype=float), np.asarray(values, dtype=float)
    return np.diff(np.gradient(values, knots)[:-1], prepend=0.0)


@mistake("2.7", name="start-left-out", tag="formula")
def relu_curve(x, start, at, c):
    """What is your curve left of every unit?

    Where all units are off, the start is left: add it."""
    return np.maximum(np.asarray(x)[:, None] - np.asarray(at), 0) @ np.asarray(c)


@mistake("2.7", name="relu-after-the-sum", tag="order")
def relu_curve(x, start, at, c):
    """Can your curve go below its start?

    Each unit has its own max(0, .); the sum comes after it."""
    return start + np.maximum(
        (np.asarray(x)[:, None] - np.asarray(at)) @ np.asarray(c), 0
    )


@mistake("2.7", name="no-relu", tag="formula")
def relu_curve(x, start, at, c):
    """Does anything bend in your curve?

    A unit is off left of its place: max(0, x - at)."""
    return start + (np.asarray(x)[:, None] - np.asarray(at)) @ np.asarray(c)


@mistake("2.7", name="weight-inside-the-relu", tag="sign")
def relu_curve(x, start, at, c):
    """What does a unit with a negative weight give?

    c multiplies what max(0, .) gives. Inside, a negative weight turns the unit
    round."""
    return start + np.maximum(
        (np.asarray(x)[:, None] - np.asarray(at)) * np.asarray(c), 0
    ).sum(axis=1)


@mistake(
    "2.7",
    tag="formula",
    edit=(
        "diff(slopes, prepend=0.0)",
        "append(np.diff(slopes, prepend=0.0), -slopes[-1])",
    ),
)
def unit_at_the_last_knot():
    """How many units are asked for, and how many do you give?

    Nothing has to bend at the last knot: m units for m + 1 knots."""


@mistake("2.7", name="start-once-per-unit", tag="formula")
def relu_curve(x, start, at, c):
    """Double the number of units with weight 0: does your curve move?

    The start is added once, after the sum over the units."""
    return np.sum(
        start + np.maximum(np.asarray(x)[:, None] - np.asarray(at), 0) * np.asarray(c),
        axis=1,
    )


@mistake(
    "2.7", tag="edge-case", edit=("np.diff(slopes, prepend=0.0)", "np.diff(slopes)")
)
def first_unit_left_out():
    """How many units are asked for, and how many do you give?

    Before the first knot the slope is 0, so the first bend is s_0 itself: m units for
    m + 1 knots."""


@mistake(
    "2.7",
    tag="order",
    edit=("np.diff(slopes, prepend=0.0)", "np.diff(slopes, append=0.0)"),
)
def bends_one_knot_too_soon():
    """How steep is your curve just after the first knot?

    The slope is 0 *before* the first knot, not after the last: prepend=0."""


@mistake("2.7", name="units-on-or-off", tag="formula")
def relu_curve(x, start, at, c):
    """Does your curve climb, or jump?

    A unit that is on gives x - at, not 1: max(0, x - at)."""
    on = np.asarray(x, float)[:, None] > np.asarray(at, float)
    return start + on @ np.asarray(c, float)


# 2.8 ------------------------------------------------------------------------------------------------------------------


@mistake(
    "2.8",
    tag="formula",
    edit=("(below + 1) * units for below, units", "a * b for a, b"),
)
def weights_only():
    """Does every unit have a number of its own, beside its weights?

    One bias per unit: (below + 1) * units."""


@mistake(
    "2.8",
    tag="formula",
    edit=("(below + 1) * units for below, units", "a * b + 1 for a, b"),
)
def one_bias_per_layer():
    """How many biases has a layer of 5 units?

    Each unit has its own bias, so a layer has as many as it has units."""


@mistake("2.8", name="bias-for-every-input", tag="formula")
def count_parameters(sizes):
    """Do inputs have biases?

    Inputs are given, not computed. Count units from the second entry of sizes on."""
    return sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes)


@mistake("2.8", name="output-bias-forgotten", tag="formula")
def count_parameters(sizes):
    """Check [2, 5, 1] on paper: how many biases are there?

    The output unit has a bias, too."""
    return sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes[1:-1])


def _count(sizes):
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes))


@mistake("2.8", name="one-over-budget", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """Count the parameters of your network: is it within the budget?

    You return the first width that is too wide. Step back by one."""
    w = 1
    while _count([inputs, *[w] * depth, outputs]) <= budget:
        w += 1
    return w


@mistake("2.8", name="budget-not-used-up", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """What if a width fills the budget exactly?

    'At most' includes the budget itself: <=, not <."""
    w = 1
    while _count([inputs, *[w + 1] * depth, outputs]) < budget:
        w += 1
    return w


@mistake("2.8", name="budget-shared-evenly", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """Does every layer have the same number of parameters?

    A hidden layer over a hidden layer costs w squared. Try widths one after the
    other and count."""
    return max(1, budget // (depth * (inputs + 1)))


@mistake("2.8", name="depth-counts-the-output", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """How many hidden layers does your network have?

    `depth` counts hidden layers only; inputs and outputs come on top."""
    w = 1
    while _count([inputs, *[w + 1] * max(depth - 1, 1), outputs]) <= budget:
        w += 1
    return w


@mistake("2.8", name="inputs-and-outputs-fixed", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """Ask for 12 inputs: does your answer change?

    Two inputs and one output are only the defaults; use the arguments."""
    w = 1
    while _count([2, *[w + 1] * depth, 1]) <= budget:
        w += 1
    return w


@mistake("2.8", name="one-layer-formula", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """Right for one hidden layer. What lies between two of them?

    A hidden layer over a hidden layer has (w + 1) w parameters."""
    return max(1, (budget - outputs) // (inputs + 1 + outputs))


@mistake("2.8", name="nearest-to-the-budget", tag="formula")
def widest(depth, budget, inputs=2, outputs=1):
    """Count the parameters of your network: is it within the budget?

    Nearest to the budget may lie above it. Take the largest width that stays at or
    below."""
    return min(
        range(1, max(2, budget)),
        key=lambda w: abs(_count([inputs, *[w] * depth, outputs]) - budget),
    )


@mistake("2.8", name="one-hidden-layer-too-many", tag="off-by-one")
def widest(depth, budget, inputs=2, outputs=1):
    """How many hidden layers does your network have?

    `depth` of them; inputs and outputs come on top."""
    w = 1
    while _count([inputs, *[w + 1] * (depth + 1), outputs]) <= budget:
        w += 1
    return w


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "2.2",
    "perceptron_sweep: np.array(w, dtype=float) -> np.asarray(w, dtype=float)",
    "w + label * row is a new array, so the caller's w is never written to",
)
excuse(
    "2.3",
    "sigmoid: np.asarray(z) >= 0 -> np.asarray(z) > 0",
    "at 0 both expressions are 1/2",
)
for _place in (2, 3):
    excuse(
        "2.4",
        f"xor_weights: 1 -> 2 ({_place})",
        "other weights that solve XOR, and any solution is welcome",
    )
excuse(
    "2.5", "any_of: 1 -> 2", "a bias of k - 2 parts the same inputs: -2 or less from 0"
)
excuse("2.6", "count_pieces: 1 -> 2", "two columns of zeros tell no rows apart")
