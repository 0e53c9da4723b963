"""Wrong answers that students of lab 19 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 19.1 ---------------------------------------------------------------------------------


@mistake("19.1", tag="missing-1/n", edit=(" / (h * w)", ""))
def sum_over_places():
    """Put the same picture four times side by side. Does your matrix stay as it is?

    A mean over the places, so that pictures of different sizes can be compared."""


@mistake("19.1", tag="missing-1/n", edit=("/ (h * w)", "/ (h * w * c)"))
def divided_by_the_filters_too():
    """Add a filter that is silent everywhere. Do the other entries change? They should not.

    The mean is over places alone."""


@mistake("19.1", name="one-matrix-for-the-batch", tag="axis")
def gram(features):
    """How many matrices come out for two pictures?

    Each picture has a matrix of its own: the batch axis stays in front."""
    features = np.asarray(features)
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat / len(flat)


@mistake("19.1", name="mean-over-the-batch", tag="axis")
def gram(features):
    """Do pictures of a batch share their places? Each has its own matrix, of its own places.

    Divide by the number of places of one picture, not by those of all."""
    features = np.asarray(features)
    return np.einsum("nhwi,nhwj->nij", features, features) / np.prod(features.shape[:3])


@mistake("19.1", name="places-by-places", tag="transpose")
def gram(features):
    """What are the rows of your matrix? Two pictures of different sizes could not be compared.

    The matrix is filters by filters, c x c; the places are summed away."""
    features = np.asarray(features)
    n, h, w, c = features.shape
    flat = features.reshape(n, h * w, c)
    return np.matmul(flat, flat.transpose(0, 2, 1)) / (h * w)


@mistake("19.1", name="reshape-in-place-of-transpose", tag="transpose")
def gram(features):
    """Follow one number: which place and which filter is entry [0, 1] of your reshaped table?

    `reshape` to (c, places) mixes places and filters; reshape to (places, c) first, then turn the
    table over."""
    features = np.asarray(features)
    n, h, w, c = features.shape
    flat = features.reshape(n, c, h * w)
    return np.matmul(flat, flat.transpose(0, 2, 1)) / (h * w)


@mistake("19.1", name="mean-taken-off", tag="formula")
def gram(features):
    """A covariance takes the mean of each feature off. Does the Gram matrix?

    How often a feature is active at all belongs to the style: nothing is taken off."""
    features = np.asarray(features)
    n, h, w, c = features.shape
    flat = features.reshape(n, h * w, c)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return np.matmul(flat.transpose(0, 2, 1), flat) / (h * w)


@mistake("19.1", name="lengths-taken-out", tag="formula")
def gram(features):
    """Double the contrast of a picture. Should its matrix stay as it is?

    Cosines are not asked for: products, as they are."""
    features = np.asarray(features, dtype=float)
    n, h, w, c = features.shape
    flat = features.reshape(n, h * w, c)
    flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    return np.matmul(flat.transpose(0, 2, 1), flat)


@mistake("19.1", name="relu-once-more", tag="formula")
def gram(features):
    """Try features of which some are negative. Are they still there?

    What comes in are the features: nothing is cut off any more."""
    features = np.maximum(features, 0)
    n, h, w, c = features.shape
    flat = features.reshape(n, h * w, c)
    return np.matmul(flat.transpose(0, 2, 1), flat) / (h * w)


@mistake("19.1", name="side-instead-of-area", tag="missing-1/n")
def gram(features):
    """How many places has a picture of 3 x 5?

    All of them: height times width."""
    features = np.asarray(features)
    return np.einsum("nhwi,nhwj->nij", features, features) / features.shape[1]


# 19.2 ---------------------------------------------------------------------------------


@mistake("19.2", tag="missing-1/n", edit=("axis=(1, 2, 3)) / size", "axis=(1, 2, 3))"))
def loss_as_a_sum():
    """Your slope belongs to a mean. Does your loss?

    The mean over places and filters of one picture."""


@mistake("19.2", tag="missing-1/n", edit=("2 * gap / size", "2 * gap"))
def slope_of_a_sum():
    """Your loss is a mean. By which factor is its slope smaller than that of a sum?

    Divide by the count of answers of one picture."""


@mistake(
    "19.2",
    tag="missing-1/n",
    edit=[("axis=(1, 2, 3)) / size", "axis=(1, 2, 3))"), ("2 * gap / size", "2 * gap")],
)
def sums_everywhere():
    """Twice as large a picture: should the loss double?

    The loss is a mean over places and filters."""


@mistake("19.2", tag="formula", edit=("2 * gap / size", "gap / size"))
def two_forgotten():
    """What is the derivative of x squared?

    The 2 stays: no half stands before this loss."""


@mistake("19.2", tag="axis", edit=("gap[0].size", "gap.size"))
def divided_by_the_batch():
    """Put a second picture into the batch. Does the loss of the first change? It should not.

    Each picture's mean is over its own answers."""


@mistake("19.2", name="one-loss-for-all", tag="axis")
def content_loss(answers, target):
    """How many losses does a batch of three pictures have?

    One for each picture: the mean runs over all axes but the first."""
    gap = np.asarray(answers) - np.asarray(target)
    return np.mean(gap**2), 2 * gap / gap.size


@mistake("19.2", name="places-alone", tag="axis")
def content_loss(answers, target):
    """Over what is the mean taken? Count what you divide by.

    Over places *and* filters: height times width times c."""
    gap = np.asarray(answers) - np.asarray(target)
    count = gap.shape[1] * gap.shape[2]
    return np.sum(gap**2, axis=(1, 2, 3)) / count, 2 * gap / count


@mistake(
    "19.2",
    tag="sign",
    edit=(
        "np.asarray(answers) - np.asarray(target)",
        "np.asarray(target) - np.asarray(answers)",
    ),
)
def downhill_instead_of_the_slope():
    """Raise an answer that is too large already. Does the loss rise? Look at the sign of your slope.

    The slope points uphill: answers minus target."""


@mistake("19.2", name="gram-matrices-compared", tag="formula")
def content_loss(answers, target):
    """Move the picture to the side. Does your loss notice?

    Content compares the answers themselves, place by place; Gram matrices are for style."""
    answers, target = np.asarray(answers), np.asarray(target)
    places = answers.shape[1] * answers.shape[2]
    gap = np.einsum("nhwi,nhwj->nij", answers, answers)
    gap = (gap - np.einsum("nhwi,nhwj->nij", target, target)) / places
    slope = 4 * np.einsum("nhwi,nij->nhwj", answers, gap) / places
    return np.sum(gap**2, axis=(1, 2)), slope


@mistake("19.2", name="absolute-differences", tag="formula")
def content_loss(answers, target):
    """A difference of 3: what does it add to your loss, and what should it?

    Squares, and the slope of a square."""
    gap = np.asarray(answers) - np.asarray(target)
    size = gap[0].size
    return np.sum(np.abs(gap), axis=(1, 2, 3)) / size, np.sign(gap) / size


@mistake("19.2", name="relu-first", tag="formula")
def content_loss(answers, target):
    """What does your loss say of two answers, -1 and -2?

    This loss is of the answers as they are, before ReLU."""
    on = np.maximum(answers, 0)
    gap = on - np.maximum(target, 0)
    size = gap[0].size
    return np.sum(gap**2, axis=(1, 2, 3)) / size, 2 * gap * (on > 0) / size


@mistake("19.2", name="half-of-the-squares", tag="formula")
def content_loss(answers, target):
    """A picture has a single answer, and it is off by 1: what is the mean of squares? Yours is half of it.

    Gatys's half is not in this text: the plain mean of squares."""
    gap = np.asarray(answers) - np.asarray(target)
    size = gap[0].size
    return 0.5 * np.sum(gap**2, axis=(1, 2, 3)) / size, gap / size


@mistake("19.2", name="root-of-the-mean", tag="formula")
def content_loss(answers, target):
    """Twice the difference: four times the loss. Yours?

    No root over the mean of the squares."""
    gap = np.asarray(answers) - np.asarray(target)
    size = gap[0].size
    loss = np.sqrt(np.sum(gap**2, axis=(1, 2, 3)) / size)
    return loss, gap / size / np.maximum(loss, 1e-12)[:, None, None, None]


# 19.3 ---------------------------------------------------------------------------------


@mistake(
    "19.3",
    tag="formula",
    edit=("4 * np.matmul(features, gap)", "2 * np.matmul(features, gap)"),
)
def row_or_column_forgotten():
    """In how many entries of G does one feature stand? Count its row and its column.

    Both, and both give the same: another factor of 2 beside that of the square."""


@mistake(
    "19.3",
    tag="formula",
    edit=("4 * np.matmul(features, gap)", "np.matmul(features, gap)"),
)
def both_twos_forgotten():
    """Two factors of 2 are missing: one from the square, one from a place in the matrix.

    A feature stands in a row *and* in a column of G."""


@mistake("19.3", tag="formula", edit=(" * (answers > 0)", ""))
def slope_through_a_closed_relu():
    """An answer of -3: does a small change of it change any feature?

    ReLU passes a slope only where the answer is above 0."""


@mistake("19.3", tag="ties", edit=("(answers > 0)", "(answers >= 0)"))
def slope_at_zero():
    """What does the text say of an answer that is exactly 0?

    Only where it is above 0 a slope passes."""


@mistake("19.3", tag="missing-1/n", edit=(" / (h * w * unit)", " / unit"))
def places_missing_in_the_slope():
    """G is a mean over places. What does that do to the slope in one place?

    It is smaller by the number of places."""


@mistake("19.3", tag="missing-1/n", edit=(" / (h * w * unit)", " / (h * w)"))
def unit_missing_in_the_slope():
    """You divide the loss by the size of the style's matrix. The slope, too?

    What divides the loss divides its slope."""


@mistake("19.3", tag="missing-1/n", edit=("axis=(1, 2)) / unit", "axis=(1, 2))"))
def unit_missing_in_the_loss():
    """A picture to which no filter answers has G = 0. Is your loss for it 1?

    Divide by the sum of all squares of A."""


@mistake(
    "19.3",
    tag="missing-1/n",
    edit=[("axis=(1, 2)) / unit", "axis=(1, 2))"), (" / (h * w * unit)", " / (h * w)")],
)
def no_unit_at_all():
    """A picture to which no filter answers has G = 0. Is your loss for it 1?

    Loss and slope are both divided by the sum of all squares of A."""


@mistake("19.3", tag="formula", edit=("np.sum(target**2)", "np.sum(np.abs(target))"))
def unit_not_squared():
    """The loss is to be 1 where no filter answers. Put G = 0 into it: what must it be divided by?

    By the sum of the *squares* of A."""


@mistake("19.3", tag="formula", edit=("np.sum(target**2)", "target.size"))
def mean_over_the_matrix():
    """You divide by the number of entries. What does the text divide by?

    By the sum of all squares of A, so that the loss has no unit."""


@mistake("19.3", tag="missing-1/n", edit=(" / (h * w) - target", " - target"))
def gram_as_a_sum():
    """Is your G a mean or a sum over places? A is a mean.

    Divide by the number of places before A is taken off."""


@mistake("19.3", tag="sign", edit=("slope = 4 *", "slope = -4 *"))
def slope_downhill():
    """Where the picture has too much of a feature, what does more of it do to the loss?

    The slope points uphill; whoever descends takes it off."""


@mistake(
    "19.3",
    tag="order",
    edit=("np.maximum(answers, 0).reshape", "np.asarray(answers).reshape"),
)
def relu_left_out():
    """The target is of features, after ReLU. What is your G made of?

    Negative answers count as 0 before anything is multiplied."""


@mistake("19.3", tag="axis", edit=("axis=(1, 2)) / unit", "axis=None) / unit"))
def losses_of_the_batch_added():
    """How many losses does a batch of three pictures have?

    One for each picture: add up over the two axes of its own matrix."""


@mistake("19.3", name="other-way-round", tag="transpose")
def style_loss(answers, target):
    """Take a target that is not the picture's own. Is your slope that of the loss, entry by entry?

    The slope of a feature is the sum over all filters of gap times **their** features at this place:
    features times the gap of the matrices."""
    answers, target = np.asarray(answers), np.asarray(target)
    n, h, w, c = answers.shape
    features = np.maximum(answers, 0).reshape(n, h * w, c)
    gap = np.matmul(features.transpose(0, 2, 1), features) / (h * w) - target
    unit = np.sum(target**2)
    slope = 4 * features * gap.sum(axis=1, keepdims=True) / (h * w * unit)
    loss = np.sum(gap**2, axis=(1, 2)) / unit
    return loss, slope.reshape(n, h, w, c) * (answers > 0)


@mistake("19.3", name="unit-of-the-picture", tag="formula")
def style_loss(answers, target):
    """Whose size divides the loss: the style's, or the picture's own?

    The sum of all squares of A, which does not move with the picture."""
    answers, target = np.asarray(answers), np.asarray(target)
    n, h, w, c = answers.shape
    features = np.maximum(answers, 0).reshape(n, h * w, c)
    own = np.matmul(features.transpose(0, 2, 1), features) / (h * w)
    gap, unit = own - target, np.sum(own**2, axis=(1, 2)) + 1e-12
    slope = 4 * np.matmul(features, gap) / (h * w * unit[:, None, None])
    loss = np.sum(gap**2, axis=(1, 2)) / unit
    return loss, slope.reshape(n, h, w, c) * (answers > 0)


@mistake("19.3", name="root-of-the-distance", tag="formula")
def style_loss(answers, target):
    """Is a distance asked for, or its square?

    Squares over squares, without a root."""
    answers, target = np.asarray(answers), np.asarray(target)
    n, h, w, c = answers.shape
    features = np.maximum(answers, 0).reshape(n, h * w, c)
    gap = np.matmul(features.transpose(0, 2, 1), features) / (h * w) - target
    loss = np.sqrt(np.sum(gap**2, axis=(1, 2)) / np.sum(target**2))
    slope = 4 * np.matmul(features, gap) / (h * w * np.sum(target**2))
    slope = slope / (2 * loss[:, None, None])
    return loss, slope.reshape(n, h, w, c) * (answers > 0)


@mistake("19.3", name="mean-over-pictures-in-the-slope", tag="missing-1/n")
def style_loss(answers, target):
    """Put a second picture into the batch. Does the slope of the first change? It should not.

    Each picture has a loss of its own, which is not divided by their number."""
    answers, target = np.asarray(answers), np.asarray(target)
    n, h, w, c = answers.shape
    features = np.maximum(answers, 0).reshape(n, h * w, c)
    gap = np.matmul(features.transpose(0, 2, 1), features) / (h * w) - target
    unit = np.sum(target**2)
    slope = 4 * np.matmul(features, gap) / (n * h * w * unit)
    loss = np.sum(gap**2, axis=(1, 2)) / unit
    return loss, slope.reshape(n, h, w, c) * (answers > 0)


# 19.4 ---------------------------------------------------------------------------------


@mistake(
    "19.4",
    of="texture_slope",
    tag="missing-1/n",
    edit=("[slope / len(pairs) for", "[slope for"),
)
def slopes_of_a_sum():
    """Your loss is a mean over layers. Is your slope that of a mean?

    Each layer's slope is divided by the number of layers before it goes back."""


@mistake(
    "19.4",
    of="texture_slope",
    tag="missing-1/n",
    edit=(
        "np.mean([loss for loss, _ in pairs], axis=0)",
        "np.sum([loss for loss, _ in pairs], axis=0)",
    ),
)
def losses_summed():
    """A second layer with the same loss: should the loss double?

    The mean over the layers."""


@mistake(
    "19.4",
    of="texture_slope",
    tag="missing-1/n",
    edit=[
        (
            "np.mean([loss for loss, _ in pairs], axis=0)",
            "np.sum([loss for loss, _ in pairs], axis=0)",
        ),
        ("[slope / len(pairs) for", "[slope for"),
    ],
)
def sum_over_layers():
    """A second layer with the same loss: should the loss double?

    Loss and slope are means over the layers."""


@mistake(
    "19.4",
    of="texture_slope",
    tag="axis",
    edit=(
        "np.mean([loss for loss, _ in pairs], axis=0)",
        "np.mean([loss for loss, _ in pairs])",
    ),
)
def one_loss_for_all_pictures():
    """How many losses do two pictures have?

    The mean is over layers alone: axis 0 of the list."""


@mistake("19.4", name="slopes-of-the-layers", tag="formula")
def texture_slope(pictures, forward, back, targets, measure):
    """What shape has your slope? It should be that of the pictures.

    `back` takes the list of slopes to the pixels."""
    pairs = [measure(a, t) for a, t in zip(forward(pictures), targets, strict=True)]
    loss = np.mean([loss for loss, _ in pairs], axis=0)
    return loss, np.asarray(pairs[0][1]) / len(pairs)


@mistake("19.4", name="last-layer-alone", tag="edge-case")
def texture_slope(pictures, forward, back, targets, measure):
    """Which layers does your loss see? Change the first target.

    Every layer counts, each with its own target."""
    answers = forward(pictures)
    loss, slope = measure(answers[-1], targets[-1])
    slopes = [np.zeros(np.shape(a)) for a in answers[:-1]]
    return np.asarray(loss), back([*slopes, slope])


@mistake("19.4", of="descend", tag="formula", edit=("(1 - 0.999**t)", "1"))
def second_hat_forgotten():
    """What is v after the first step, beside the square of g? By which root is your step too long?

    v, too, is divided by what is missing: 1 minus its own 0.999 to the power of t."""


@mistake("19.4", of="descend", tag="formula", edit=("(m / (1 - 0.9**t))", "m"))
def first_hat_forgotten():
    """How far does your very first step go, beside the rate?

    m begins at 0: divide it by 1 minus 0.9 to the power of t."""


@mistake(
    "19.4",
    of="descend",
    tag="formula",
    edit=[("(1 - 0.999**t)", "1"), ("(m / (1 - 0.9**t))", "m")],
)
def no_hats():
    """How far does your very first step go, beside the rate?

    m and v begin at 0 and are too small: each is divided by 1 minus its own factor to the power of t."""


@mistake("19.4", of="descend", tag="off-by-one", edit=("start=1", "start=2"))
def steps_counted_from_two():
    """After the first step, t is 1. What is yours?

    m is then 0.1 g, and 1 - 0.9 is what it must be divided by."""


@mistake(
    "19.4", of="descend", tag="sign", edit=("pictures - rate *", "pictures + rate *")
)
def uphill():
    """Do your losses fall?

    Down is against the slope."""


@mistake("19.4", of="descend", tag="formula", edit=("0.001 * g**2", "0.001 * g"))
def slope_not_squared():
    """v stands under a root. What happens to it where the slope is negative?

    v is a mean of the squares of g."""


@mistake(
    "19.4",
    of="descend",
    tag="formula",
    edit=("np.sqrt(v / (1 - 0.999**t)) + 1e-7", "v / (1 - 0.999**t) + 1e-7"),
)
def root_forgotten():
    """Make all slopes ten times as large. Adam's steps stay as they are. Yours?

    The root of v has the unit of a slope."""


@mistake(
    "19.4",
    of="descend",
    tag="formula",
    edit=("np.sqrt(v / (1 - 0.999**t)) + 1e-7", "np.sqrt(v / (1 - 0.999**t) + 1e-7)"),
)
def small_number_under_the_root():
    """Where does the small number stand, under the root or beside it? Where slopes are tiny it matters.

    Beside it: the root first, then 1e-7."""


@mistake("19.4", of="descend", tag="edge-case", edit=(" + 1e-7", ""))
def small_number_left_out():
    """What happens at a pixel whose slope has always been 0?

    0 divided by 0. The small number beside the root prevents it."""


@mistake("19.4", name="gradient-descent", tag="formula")
def descend(start, slope, rates):
    """Make all slopes ten times as large. Adam's steps stay as they are. Yours?

    Each pixel's step is divided by the size of its own slopes, the root of v."""
    pictures, losses = np.array(start, dtype=float), []
    for rate in rates:
        loss, g = slope(pictures)
        losses.append(loss)
        pictures = np.clip(pictures - rate * np.asarray(g), 0, 1)
    return pictures, np.array(losses)


@mistake("19.4", name="cut-at-the-end-alone", tag="order")
def descend(start, slope, rates):
    """Where is a pixel between two of your steps? Let one be pushed below 0, then pulled up.

    Cut after *each* step, not once at the end."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.9 * m + 0.1 * np.asarray(g)
        v = 0.999 * v + 0.001 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = pictures - rate * (m / (1 - 0.9**t)) / size
    return np.clip(pictures, 0, 1), np.array(losses)


@mistake("19.4", name="never-cut", tag="edge-case")
def descend(start, slope, rates):
    """Are all your pixels between 0 and 1?

    Cut them after each step."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.9 * m + 0.1 * np.asarray(g)
        v = 0.999 * v + 0.001 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = pictures - rate * (m / (1 - 0.9**t)) / size
    return pictures, np.array(losses)


@mistake("19.4", name="losses-after-the-steps", tag="order")
def descend(start, slope, rates):
    """Which picture is your first loss of?

    losses[0] is that of the start, from before the first step."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        _, g = slope(pictures)
        m = 0.9 * m + 0.1 * np.asarray(g)
        v = 0.999 * v + 0.001 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = np.clip(pictures - rate * (m / (1 - 0.9**t)) / size, 0, 1)
        losses.append(slope(pictures)[0])
    return pictures, np.array(losses)


@mistake("19.4", name="slope-of-the-start", tag="order")
def descend(start, slope, rates):
    """Do your losses change from step to step?

    Ask for the slope anew at each step, where the pictures are then."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    loss, g = slope(pictures)
    for t, rate in enumerate(rates, start=1):
        losses.append(loss)
        m = 0.9 * m + 0.1 * np.asarray(g)
        v = 0.999 * v + 0.001 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = np.clip(pictures - rate * (m / (1 - 0.9**t)) / size, 0, 1)
    return pictures, np.array(losses)


@mistake("19.4", name="hats-kept", tag="order")
def descend(start, slope, rates):
    """What goes into the next step: m, or m with its hat?

    The hats are for this step alone; m and v go on as they are."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = (0.9 * m + 0.1 * np.asarray(g)) / (1 - 0.9**t)
        v = (0.999 * v + 0.001 * np.asarray(g) ** 2) / (1 - 0.999**t)
        pictures = np.clip(pictures - rate * m / (np.sqrt(v) + 1e-7), 0, 1)
    return pictures, np.array(losses)


@mistake("19.4", name="memories-exchanged", tag="order")
def descend(start, slope, rates):
    """Which of the two forgets sooner: the mean of the slopes, or that of their squares?

    0.9 belongs to m, 0.999 to v, in the hats as well."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.999 * m + 0.001 * np.asarray(g)
        v = 0.9 * v + 0.1 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.9**t)) + 1e-7
        pictures = np.clip(pictures - rate * (m / (1 - 0.999**t)) / size, 0, 1)
    return pictures, np.array(losses)


@mistake("19.4", name="one-rate-for-all", tag="edge-case")
def descend(start, slope, rates):
    """Which rate has your second step?

    Each step takes its own from the list."""
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t in range(1, len(rates) + 1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.9 * m + 0.1 * np.asarray(g)
        v = 0.999 * v + 0.001 * np.asarray(g) ** 2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = np.clip(pictures - rates[0] * (m / (1 - 0.9**t)) / size, 0, 1)
    return pictures, np.array(losses)


# 19.5 ---------------------------------------------------------------------------------


@mistake("19.5", name="round-the-edge", tag="edge-case")
def total_variation(pictures):
    """What is the neighbour on the right of a pixel in the last column?

    It has none: `np.roll` makes the first column its neighbour."""
    pictures = np.asarray(pictures)
    down, right = (np.roll(pictures, -1, axis=axis) - pictures for axis in (1, 2))
    count = 2 * pictures[0].size
    loss = np.sum(down**2 + right**2, axis=(1, 2, 3)) / count
    slope = np.roll(down, 1, axis=1) - down + np.roll(right, 1, axis=2) - right
    return loss, 2 * slope / count


@mistake("19.5", name="means-of-both-ways-added", tag="formula")
def total_variation(pictures):
    """Are there as many pairs side by side as one above the other? In one heap each pair counts the
    same.

    Add all squares of both kinds, and divide by how many pairs there are in all."""
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    loss = np.mean(down**2, axis=(1, 2, 3)) + np.mean(right**2, axis=(1, 2, 3))
    slope = np.zeros(pictures.shape)
    slope[:, 1:] += down / down[0].size
    slope[:, :-1] -= down / down[0].size
    slope[:, :, 1:] += right / right[0].size
    slope[:, :, :-1] -= right / right[0].size
    return loss, 2 * slope


@mistake(
    "19.5",
    of="total_variation",
    tag="missing-1/n",
    edit=("down[0].size + right[0].size", "pictures[0].size"),
)
def divided_by_the_pixels():
    """How many pairs of neighbours has a picture of 2 x 2 pixels?

    Divide by the number of pairs, not of pixels."""


@mistake(
    "19.5",
    of="total_variation",
    tag="missing-1/n",
    edit=("down[0].size + right[0].size", "1"),
)
def variation_as_a_sum():
    """Twice as large a picture: should the loss double?

    The mean over all pairs."""


@mistake(
    "19.5",
    of="total_variation",
    tag="axis",
    edit=("down[0].size + right[0].size", "down.size + right.size"),
)
def pairs_of_the_whole_batch():
    """Put a second picture into the batch. Does the loss of the first change? It should not.

    Count the pairs of one picture."""


@mistake(
    "19.5",
    of="total_variation",
    tag="formula",
    edit=("2 * slope / count", "slope / count"),
)
def slope_without_the_two():
    """What is the derivative of a square?

    The 2 stays."""


@mistake(
    "19.5",
    of="total_variation",
    tag="formula",
    edit=[
        ("slope[:, :-1] -= down\n", "slope[:, :-1] -= 0 * down\n"),
        ("slope[:, :, :-1] -= right\n", "slope[:, :, :-1] -= 0 * right\n"),
    ],
)
def one_end_of_each_pair():
    """A pair has two pixels. What does the loss do when the *first* of them grows?

    Each difference gives a slope to both of its pixels, with opposite signs."""


@mistake(
    "19.5",
    of="total_variation",
    tag="sign",
    edit=("2 * slope / count", "-2 * slope / count"),
)
def variation_downhill():
    """A bright pixel on a dark ground: raise it. Does the variation grow? Look at its slope.

    The slope points uphill."""


@mistake("19.5", name="absolute-variation", tag="formula")
def total_variation(pictures):
    """A difference of 3: what does it add to your loss, and what should it?

    Squares are asked for here, not sizes."""
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    count = down[0].size + right[0].size
    loss = np.sum(np.abs(down), axis=(1, 2, 3)) + np.sum(np.abs(right), axis=(1, 2, 3))
    slope = np.zeros(pictures.shape)
    slope[:, 1:] += np.sign(down)
    slope[:, :-1] -= np.sign(down)
    slope[:, :, 1:] += np.sign(right)
    slope[:, :, :-1] -= np.sign(right)
    return loss / count, slope / count


@mistake(
    "19.5",
    of="total_variation",
    tag="axis",
    edit=(
        "np.diff(pictures, axis=1), np.diff(pictures, axis=2)",
        "np.diff(pictures, axis=1), 0 * np.diff(pictures, axis=2)",
    ),
)
def downwards_alone():
    """Take a picture of upright stripes. Is your loss 0?

    Neighbours lie one above the other, and side by side."""


@mistake(
    "19.5",
    of="mixed",
    tag="formula",
    edit=("np.asarray(weight) / unit", "np.asarray(weight)"),
)
def units_forgotten():
    """Measure one loss in units ten times as small. Does your mixture change?

    Each part is divided by its unit before it is weighed."""


@mistake(
    "19.5",
    of="mixed",
    tag="formula",
    edit=("np.asarray(weight) / unit", "np.asarray(weight) * unit"),
)
def times_the_unit():
    """A loss that equals its unit counts 1. What does yours count?

    Divide by the unit."""


@mistake(
    "19.5",
    of="mixed",
    tag="broadcasting",
    edit=("share[:, None, None, None] *", "np.mean(share) *"),
)
def one_weight_for_all_pictures():
    """Give the pictures of a batch different weights. Do their slopes follow?

    Picture k has weights[:, k]: bring the weights to the shape (n, 1, 1, 1)."""


@mistake(
    "19.5",
    of="mixed",
    tag="formula",
    edit=("share[:, None, None, None] * np.asarray(steep)", "np.asarray(steep)"),
)
def slopes_not_weighed():
    """You weigh the losses. The slopes, too?

    A slope has the unit and the weight of its loss."""


@mistake("19.5", name="weights-made-shares", tag="formula")
def mixed(parts, units, weights):
    """Double all weights. Should your loss stay as it is?

    Weights are taken as they are; they need not sum to 1."""
    weights = np.asarray(weights, dtype=float)
    weights = weights / weights.sum(axis=0)
    loss, slope = 0.0, 0.0
    for (value, steep), unit, weight in zip(parts, units, weights, strict=True):
        loss = loss + weight / unit * np.asarray(value)
        slope = slope + (weight / unit)[:, None, None, None] * np.asarray(steep)
    return loss, slope


@mistake("19.5", name="losses-added-up", tag="axis")
def mixed(parts, units, weights):
    """How many losses do three pictures have?

    One for each picture: add over the parts alone."""
    loss, slope = 0.0, 0.0
    for (value, steep), unit, weight in zip(parts, units, weights, strict=True):
        share = np.asarray(weight) / unit
        loss = loss + np.sum(share * np.asarray(value))
        slope = slope + share[:, None, None, None] * np.asarray(steep)
    return loss, slope


@mistake("19.5", name="mean-of-two-means", tag="formula")
def total_variation(pictures):
    """Are there as many pairs side by side as one above the other? In one heap each pair counts the
    same.

    Divide by how many pairs of both kinds there are in all."""
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    loss = np.mean(down**2, axis=(1, 2, 3)) + np.mean(right**2, axis=(1, 2, 3))
    slope = np.zeros(pictures.shape)
    slope[:, 1:] += down / down[0].size
    slope[:, :-1] -= down / down[0].size
    slope[:, :, 1:] += right / right[0].size
    slope[:, :, :-1] -= right / right[0].size
    return loss / 2, slope


@mistake("19.5", name="colours-not-counted", tag="missing-1/n")
def total_variation(pictures):
    """Put the same picture into all three colours. Should the loss be three times as large?

    Every colour has pairs of its own, and all are counted."""
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    count = (down[0].size + right[0].size) / pictures.shape[3]
    loss = (np.sum(down**2, axis=(1, 2, 3)) + np.sum(right**2, axis=(1, 2, 3))) / count
    slope = np.zeros(pictures.shape)
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += right
    slope[:, :, :-1] -= right
    return loss, 2 * slope / count


@mistake("19.5", name="slopes-not-in-their-units", tag="formula")
def mixed(parts, units, weights):
    """You divide the losses by their units. The slopes, too?

    What divides a loss divides its slope."""
    loss, slope = 0.0, 0.0
    for (value, steep), unit, weight in zip(parts, units, weights, strict=True):
        loss = loss + np.asarray(weight) / unit * np.asarray(value)
        slope = slope + np.asarray(weight)[:, None, None, None] * np.asarray(steep)
    return loss, slope


# 19.6 ---------------------------------------------------------------------------------


@mistake("19.6", name="own-praise-counted", tag="leakage")
def fair_scores(losses, noise):
    """Who judges your first texture? May its own features?

    Leave the diagonal out, and divide by the number of judges that are left."""
    return np.mean(np.asarray(losses) / np.asarray(noise), axis=1)


@mistake("19.6", tag="off-by-one", edit=("(len(shares) - 1)", "len(shares)"))
def one_judge_too_many():
    """How many judges has a texture, if its own features may not?

    One less than there are kinds."""


@mistake("19.6", tag="leakage", edit=("    np.fill_diagonal(shares, 0.0)\n", ""))
def own_praise_in_the_sum():
    """Make the losses on the diagonal large. Do your scores change? They should not.

    A texture's own features do not judge it."""


@mistake(
    "19.6", tag="broadcasting", edit=("np.asarray(noise)", "np.asarray(noise)[:, None]")
)
def noise_of_the_maker():
    """By whose loss of the noise do you divide: the judge's, or the maker's?

    Column j is what features j see, so column j is divided by noise[j]."""


@mistake("19.6", tag="axis", edit=("shares.sum(axis=1)", "shares.sum(axis=0)"))
def judges_scored():
    """Which texture does your first score belong to? Rows are textures, columns judges.

    For each row, the mean over the columns."""


@mistake("19.6", name="losses-in-their-own-units", tag="formula")
def fair_scores(losses, noise):
    """May losses of different judges be averaged as they are?

    Each judge's loss is first divided by the same judge's loss of the noise."""
    losses = np.array(losses, dtype=float)
    np.fill_diagonal(losses, 0.0)
    return losses.sum(axis=1) / (len(losses) - 1)


@mistake("19.6", name="ratio-of-sums", tag="order")
def fair_scores(losses, noise):
    """Let one judge's losses all be a thousand times as large. Do your scores change?

    First each judge's own share, then the mean of the shares."""
    losses = np.array(losses, dtype=float)
    np.fill_diagonal(losses, 0.0)
    noise = np.asarray(noise, dtype=float)
    return losses.sum(axis=1) / (noise.sum() - noise)


@mistake("19.6", name="median-of-judges", tag="formula")
def fair_scores(losses, noise):
    """The mean of the shares is asked for. What did you take?

    np.mean over the judges that are left."""
    shares = np.array(losses, dtype=float) / np.asarray(noise)
    np.fill_diagonal(shares, np.nan)
    return np.nanmedian(shares, axis=1)


@mistake(
    "19.6",
    tag="sign",
    edit=(
        "np.array(losses, dtype=float) / np.asarray(noise)",
        "np.asarray(noise) / np.array(losses, dtype=float)",
    ),
)
def share_upside_down():
    """A texture as bad as noise has the share 1, a good one less. Yours?

    The texture's loss over the noise's."""


@mistake("19.6", name="sum-of-shares", tag="missing-1/n")
def fair_scores(losses, noise):
    """With more judges, should the score grow?

    The mean over the judges that are left."""
    shares = np.array(losses, dtype=float) / np.asarray(noise)
    np.fill_diagonal(shares, 0.0)
    return shares.sum(axis=1)


# 19.7 ---------------------------------------------------------------------------------


@mistake("19.7", name="batch-norm", tag="axis")
def instance_norm(features, scale, shift, eps=1e-5):
    """Put a second picture into the batch. Does the first one's result change? It should not.

    Statistics over height and width of one picture: axes 1 and 2, not 0."""
    features = np.asarray(features)
    mean, variance = features.mean(axis=(0, 1, 2)), features.var(axis=(0, 1, 2))
    return (features - mean) / np.sqrt(variance + eps) * scale + shift


@mistake("19.7", name="layer-norm", tag="axis")
def instance_norm(features, scale, shift, eps=1e-5):
    """Make one map ten times as strong. Do the other maps change? They should not.

    Each map has its own mean and variance: the axis of the maps stays."""
    features = np.asarray(features)
    mean = features.mean(axis=(1, 2, 3), keepdims=True)
    variance = features.var(axis=(1, 2, 3), keepdims=True)
    return (features - mean) / np.sqrt(variance + eps) * scale + shift


@mistake("19.7", name="over-the-maps", tag="axis")
def instance_norm(features, scale, shift, eps=1e-5):
    """Over what do your means run? A map is all places of one filter.

    Over places, axes 1 and 2, not over the filters."""
    features = np.asarray(features)
    mean = features.mean(axis=-1, keepdims=True)
    variance = features.var(axis=-1, keepdims=True)
    return (features - mean) / np.sqrt(variance + eps) * scale + shift


@mistake(
    "19.7",
    of="instance_norm",
    tag="formula",
    edit=("np.sqrt(variance + eps)", "(np.sqrt(variance) + eps)"),
)
def eps_outside_the_root():
    """Take eps = 0.5 and a constant map. Under the root or beside it: where does eps stand?

    It is added to the variance."""


@mistake(
    "19.7", of="instance_norm", tag="edge-case", edit=("variance + eps", "variance")
)
def eps_forgotten():
    """What do you give for a map that is constant?

    eps is added to the variance before the root."""


@mistake(
    "19.7",
    of="instance_norm",
    tag="formula",
    edit=("np.sqrt(variance + eps)", "(variance + eps)"),
)
def divided_by_the_variance():
    """Double the contrast. Your result should stay as it is. Does it?

    Divide by the root of the variance."""


@mistake(
    "19.7",
    of="instance_norm",
    tag="missing-1/n",
    edit=(
        "features.var(axis=(1, 2), keepdims=True)",
        "features.var(axis=(1, 2), ddof=1, keepdims=True)",
    ),
)
def one_less_place():
    """Is the variance of your result 1? Count what you divide by.

    The variance over all places: divided by their number, not by one less."""


@mistake(
    "19.7",
    of="instance_norm",
    tag="order",
    edit=(" * scale + shift", " * (scale + shift)"),
)
def scaled_by_the_sum():
    """Set every scale to 0. What is left should be the shift.

    First the scale, then the shift."""


@mistake(
    "19.7",
    of="instance_norm",
    tag="formula",
    edit=("(features - mean) / np", "features / np"),
)
def instance_mean_left_in():
    """Brighten the picture. Your result should stay as it is. Does it?

    The mean of each map is taken off first."""


@mistake("19.7", of="instance_norm", tag="order", edit=(" * scale + shift", ""))
def scale_and_shift_left_out():
    """Where do scale and shift go in your result?

    After normalising, each map is multiplied by its scale, and its shift is added."""


@mistake(
    "19.7", of="restyle", tag="order", edit=(" * spread + middle", " * middle + spread")
)
def mean_and_spread_exchanged():
    """Which of the two is the scale?

    The standard deviation scales, the mean shifts."""


@mistake("19.7", of="restyle", tag="formula", edit=("like.std(", "like.var("))
def variance_as_the_scale():
    """Double the contrast of the other picture. By how much should yours grow?

    By 2: scale with the standard deviation."""


@mistake(
    "19.7",
    of="restyle",
    tag="axis",
    edit=[
        ("like.std(axis=(1, 2)", "like.std(axis=(0, 1, 2)"),
        ("like.mean(axis=(1, 2)", "like.mean(axis=(0, 1, 2)"),
    ],
)
def all_the_others_together():
    """Of which picture are your mean and spread? Number k takes those of number k.

    Statistics of each other picture on its own: axes 1 and 2."""


@mistake(
    "19.7",
    of="restyle",
    tag="axis",
    edit=[
        ("like.std(axis=(1, 2)", "like.std(axis=(1, 2, 3)"),
        ("like.mean(axis=(1, 2)", "like.mean(axis=(1, 2, 3)"),
    ],
)
def one_spread_for_all_maps():
    """Each map takes mean and spread of *the same map*. How many means have you?

    One for each picture and map: the axis of the maps stays."""


@mistake(
    "19.7",
    of="restyle",
    tag="axis",
    edit=[
        ("features.mean(axis=(1, 2)", "features.mean(axis=(0, 1, 2)"),
        ("features.var(axis=(1, 2)", "features.var(axis=(0, 1, 2)"),
    ],
)
def own_statistics_over_the_batch():
    """Put a second picture into the batch. Does the first one's result change? It should not.

    Each picture is normalised on its own: axes 1 and 2."""


@mistake(
    "19.7",
    of="restyle",
    tag="formula",
    edit=("(features - mean) / np.sqrt(variance + eps)", "(features - mean)"),
)
def restyled_without_normalising():
    """What is the spread of your result? It should be the other's.

    First bring each map to mean 0 and variance 1."""


@mistake(
    "19.7",
    of="restyle",
    tag="formula",
    edit=(
        "(features - mean) / np.sqrt(variance + eps)",
        "features / np.sqrt(variance + eps)",
    ),
)
def own_mean_left_in():
    """What is the mean of your result? It should be the other's.

    Take your own mean off first."""


@mistake(
    "19.7",
    of="restyle",
    tag="formula",
    edit=(
        "like.std(axis=(1, 2), keepdims=True)",
        "np.sqrt(like.var(axis=(1, 2), keepdims=True) + eps)",
    ),
)
def eps_in_the_others_spread():
    """Take eps = 0.5. To which variance does the text add it?

    To that of your own features alone; the other picture's spread is taken as it is."""


@mistake(
    "19.7",
    of="restyle",
    tag="formula",
    edit=("np.sqrt(variance + eps)", "(np.sqrt(variance) + eps)"),
)
def eps_beside_the_root():
    """Take eps = 0.5. Under the root or beside it: where does eps stand?

    It is added to the variance."""


# 19.8 ---------------------------------------------------------------------------------


@mistake(
    "19.8",
    of="steady",
    tag="order",
    edit=("    call()\n    seconds = []\n", "    seconds = []\n"),
)
def compilation_timed():
    """Let the first call take a minute. Does your figure change? It should not.

    Call once before you look at the clock."""


@mistake(
    "19.8", of="steady", tag="formula", edit=("np.median(seconds)", "np.mean(seconds)")
)
def mean_seconds():
    """Let one call in the middle take half a minute. What should a typical call be?

    Time each call on its own, then take the median."""


@mistake("19.8", name="best-of-all", tag="formula")
def steady(call, clock, repeats):
    """The quickest call is not what a call usually takes.

    The median of the timed calls."""
    call()
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(min(seconds))


@mistake("19.8", name="first-among-the-repeats", tag="off-by-one")
def steady(call, clock, repeats):
    """How many calls do you time, and how many are asked for?

    `repeats` calls are timed, *further* ones after the first."""
    call()
    seconds = []
    for _ in range(repeats - 1):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(np.median(seconds)) if seconds else 0.0


@mistake("19.8", name="clock-read-once", tag="order")
def steady(call, clock, repeats):
    """From when does each of your times count?

    Read the clock before every call and after it: each call is timed on its own."""
    call()
    start, seconds = clock(), []
    for _ in range(repeats):
        call()
        seconds.append(clock() - start)
    return float(np.median(seconds))


@mistake("19.8", name="total-over-repeats", tag="formula")
def steady(call, clock, repeats):
    """Let one call in the middle take half a minute. What should a typical call be?

    Time each call on its own, then take the median."""
    call()
    start = clock()
    for _ in range(repeats):
        call()
    return float((clock() - start) / repeats)


@mistake("19.8", of="times_faster", tag="ties", edit=("<= net_loss", "< net_loss"))
def equal_is_not_enough():
    """Let the loop's loss be exactly that of the network. Is it there?

    "No more than": equal counts."""


@mistake("19.8", of="times_faster", tag="order", edit=("there[0] *", "there[-1] *"))
def last_time_below():
    """When is the loop there for the *first* time?

    The first step whose loss is low enough."""


@mistake(
    "19.8", of="times_faster", tag="off-by-one", edit=("there[0] *", "(there[0] + 1) *")
)
def a_step_too_many():
    """losses[0] is the start. After how many steps is losses[3]?

    The place in the list is the number of steps."""


@mistake("19.8", name="whole-loop-timed", tag="formula")
def times_faster(losses, step_seconds, net_loss, net_seconds):
    """Must the loop go on after it is as good as the network?

    Count the steps to the *same loss* alone."""
    if not np.any(np.asarray(losses) <= net_loss):
        return float("inf")
    return float((len(losses) - 1) * step_seconds / net_seconds)


@mistake(
    "19.8",
    of="times_faster",
    tag="order",
    edit=("step_seconds / net_seconds", "net_seconds / step_seconds"),
)
def ratio_upside_down():
    """The network is quicker, so the figure should be large. Is it?

    The loop's time over the network's."""


@mistake("19.8", name="never-is-the-whole-loop", tag="edge-case")
def times_faster(losses, step_seconds, net_loss, net_seconds):
    """What if the loop never gets as low as the network?

    Then no number of its steps is enough: infinity."""
    there = np.flatnonzero(np.asarray(losses) <= net_loss)
    count = there[0] if len(there) else len(losses) - 1
    return float(count * step_seconds / net_seconds)


@mistake("19.8", name="argmax-of-nothing", tag="edge-case")
def times_faster(losses, step_seconds, net_loss, net_seconds):
    """What does argmax give where nothing is True?

    0, as if the loop were there at once. If it never is, give infinity."""
    first = int(np.argmax(np.asarray(losses) <= net_loss))
    return float(first * step_seconds / net_seconds)


@mistake("19.8", name="steps-above-counted", tag="order")
def times_faster(losses, step_seconds, net_loss, net_seconds):
    """Let the loop's loss go up for once after it was low enough. Does your count grow?

    Not how many losses are too high: the *first* place that is low enough."""
    losses = np.asarray(losses)
    if not np.any(losses <= net_loss):
        return float("inf")
    return float(np.sum(losses > net_loss) * step_seconds / net_seconds)


@mistake("19.8", name="rounded", tag="off-by-one")
def pays_from(training_seconds, loop_seconds, net_seconds):
    """Put your number into both sums. Is the network's smaller?

    The next whole number above the quotient, whatever its fraction is."""
    if net_seconds >= loop_seconds:
        return float("inf")
    return round(training_seconds / (loop_seconds - net_seconds))


@mistake(
    "19.8",
    of="pays_from",
    tag="ties",
    edit=(
        "int(training_seconds // (loop_seconds - net_seconds)) + 1",
        "int(np.ceil(training_seconds / (loop_seconds - net_seconds)))",
    ),
)
def a_draw_is_no_gain():
    """Let both take the same time in all. Does the network take *less*?

    With a draw one more picture is needed."""


@mistake(
    "19.8",
    of="pays_from",
    tag="off-by-one",
    edit=("(loop_seconds - net_seconds)) + 1", "(loop_seconds - net_seconds))"),
)
def one_picture_too_few():
    """Put your number into both sums. Is the network's smaller?

    The next whole number above the quotient."""


@mistake(
    "19.8",
    of="pays_from",
    tag="formula",
    edit=("// (loop_seconds - net_seconds)", "// loop_seconds"),
)
def passes_for_nothing():
    """Do passes of the network cost no time?

    Each picture saves the difference of the two."""


@mistake(
    "19.8",
    of="pays_from",
    tag="edge-case",
    edit=('    if net_seconds >= loop_seconds:\n        return float("inf")\n', ""),
)
def never_forgotten():
    """What if a pass takes longer than the loop, or as long?

    Then training never pays: infinity."""


@mistake(
    "19.8",
    of="pays_from",
    tag="ties",
    edit=("net_seconds >= loop_seconds", "net_seconds > loop_seconds"),
)
def equal_times_divide_by_zero():
    """What does a picture save where both take the same time?

    Nothing, so training never pays: infinity."""


# Mutants that compute the same ---------------------------------------------------------

excuse(
    "19.4",
    "descend: np.array(start, dtype=float) -> np.asarray(start, dtype=float)",
    "np.clip gives a new array at every step, and nothing is changed in place",
)
excuse(
    "19.4",
    "descend: np.array(losses) -> np.asarray(losses)",
    "a list becomes a new array either way",
)
excuse(
    "19.6",
    "fair_scores: np.array(losses, dtype=float) -> np.asarray(losses, dtype=float)",
    "the division gives a new array, and only that is changed",
)
