"""Wrong answers that students of lab 16 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 16.1 ---------------------------------------------------------------------------------


@mistake("16.1", tag="formula", edit=("x.T @ d_in + d_out.T @ h", "x.T @ d_in"))
def encoders_part_alone():
    """Where does W stand in the network? Count its uses.

    W encodes, and turned round it decodes. Your slope holds the encoder's part alone; the decoder's is added to it."""


@mistake("16.1", tag="formula", edit=("x.T @ d_in + d_out.T @ h", "d_out.T @ h"))
def decoders_part_alone():
    """Where does W stand in the network? Count its uses.

    W decodes, and before that it encodes. Your slope holds the decoder's part alone; send the error further down, to x."""


@mistake(
    "16.1",
    tag="formula",
    edit=("x.T @ d_in + d_out.T @ h", "(x.T @ d_in + d_out.T @ h) / 2"),
)
def mean_of_both_parts():
    """A small step of W moves the loss in two ways at once. Is the total their mean or their sum?

    Slopes of a node that is used twice are added (lab 03)."""


@mistake(
    "16.1",
    tag="missing-1/n",
    edit=(
        "d_out = (out - x) * (1 - out**2) / len(x)",
        "d_out = (out - x) * (1 - out**2)",
    ),
)
def slopes_of_the_sum():
    """Give every row twice. Your loss stays; do your slopes?

    The loss is a mean over rows, so everything behind it carries 1/n."""


@mistake(
    "16.1",
    tag="missing-1/n",
    edit=("0.5 * np.sum((out - x) ** 2) / len(x)", "0.5 * np.mean((out - x) ** 2)"),
)
def mean_over_the_pixels_too():
    """Which sizes does your mean divide by? The text averages over rows only.

    Within a row the squares are summed. np.mean divides by the number of inputs as well."""


@mistake(
    "16.1",
    tag="formula",
    edit=("loss = 0.5 * np.sum(", "loss = np.sum("),
)
def half_forgotten():
    """Your loss and your slopes do not fit together. Which factor stands in front of the square?

    Half the squared error: the 1/2 takes back the 2 of the derivative."""


@mistake(
    "16.1",
    tag="formula",
    edit=("(out - x) * (1 - out**2) / len(x)", "(out - x) / len(x)"),
)
def output_taken_for_straight():
    """What stands between the decoder's sum and x'? Its derivative is missing.

    x' = tanh(...), so the error passes tanh' = 1 - x'^2 on its way down."""


@mistake(
    "16.1", tag="formula", edit=("(d_out @ weights) * (1 - h**2)", "d_out @ weights")
)
def code_taken_for_straight():
    """What stands between the encoder's sum and h? Its derivative is missing.

    h = tanh(...), so what arrives at h is multiplied by 1 - h^2."""


@mistake("16.1", tag="formula", edit=("* (1 - h**2)", "* h * (1 - h)"))
def derivative_of_the_sigmoid():
    """h(1-h) belongs to which function? Look at the values that h can take.

    That is the sigmoid's derivative. tanh has 1 - h^2."""


@mistake("16.1", tag="sign", edit=("d_out = (out - x)", "d_out = (x - out)"))
def slopes_turned_round():
    """Add a little of your slope to W. Does the loss rise? A slope points uphill.

    The derivative of half (x'-x)^2 in x' is x' - x, not x - x'."""


@mistake("16.1", name="order-of-the-slopes", tag="order")
def tied_gradient(x, weights, bias, out_bias):
    """Which of your two bias slopes has the shape of b?

    The order is that of the parameters: W, then the encoder's b, then the decoder's c."""
    x, weights = np.asarray(x, float), np.asarray(weights, float)
    h = np.tanh(x @ weights + bias)
    out = np.tanh(h @ weights.T + out_bias)
    d_out = (out - x) * (1 - out**2) / len(x)
    d_in = (d_out @ weights) * (1 - h**2)
    loss = 0.5 * np.sum((out - x) ** 2) / len(x)
    return float(loss), x.T @ d_in + d_out.T @ h, d_out.sum(axis=0), d_in.sum(axis=0)


# 16.2 ---------------------------------------------------------------------------------


@mistake(
    "16.2",
    of="least_error",
    tag="formula",
    edit=("centred = x - x.mean(axis=0)", "centred = x"),
)
def not_centred():
    """Add 100 to every input. Does the least error change? It should not.

    The covariance is about the mean of the rows; take it away first."""


@mistake(
    "16.2", tag="order", edit=("values[: len(values) - k]", "values[len(values) - k :]")
)
def what_is_kept():
    """With k = 0 nothing is kept. Which error does your function give?

    You added up the k largest: that is what the code keeps. Lost are the others."""


@mistake("16.2", tag="order", edit=("values[: len(values) - k]", "values[k:]"))
def smallest_directions_kept():
    """eigvalsh sorts upwards. Which eigenvalues does your slice leave out?

    You dropped the k smallest. A good code keeps the k largest, at the end of the list."""


@mistake(
    "16.2",
    tag="missing-1/n",
    edit=("centred.T @ centred / len(x)", "np.cov(centred, rowvar=False)"),
)
def divided_by_n_minus_one():
    """By what does np.cov divide? The error is averaged over all n rows.

    np.cov estimates the variance of a population and divides by n - 1; here it is 1/n (bias=True)."""


@mistake(
    "16.2",
    tag="missing-1/n",
    edit=("centred.T @ centred / len(x)", "centred.T @ centred"),
)
def summed_over_the_rows():
    """Give every row twice. Should the error of a row grow?

    It is averaged over rows."""


@mistake(
    "16.2",
    tag="formula",
    edit=("centred.T @ centred / len(x)", "centred.T @ centred / centred.size"),
)
def averaged_over_inputs_too():
    """Over what is the error averaged, and over what is it summed?

    Summed over the inputs of a row, averaged over rows: divide by the number of rows alone."""


@mistake(
    "16.2",
    tag="formula",
    edit=("np.clip(cosines.min(), 0, 1)", "np.clip(cosines.max(), 0, 1)"),
)
def smallest_angle():
    """Two planes that share one direction: which angle do you give?

    The largest angle belongs to the smallest cosine."""


@mistake("16.2", name="columns-compared", tag="formula")
def largest_angle(a, b):
    """Swap the columns of A. The plane is the same; is your angle?

    You compared the first vector with the first, the second with the second. A plane has many bases: make them
    orthonormal, and take the singular values of their product."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    a, b = (v / np.linalg.norm(v, axis=0) for v in (a, b))
    return float(
        np.degrees(np.arccos(np.clip(np.abs(np.sum(a * b, axis=0)).min(), 0, 1)))
    )


@mistake("16.2", name="not-orthonormal", tag="formula")
def largest_angle(a, b):
    """Are the columns that you multiply at right angles to one another, and of length 1?

    Only orthonormal bases have cosines as singular values: np.linalg.qr first. Lengths alone are not enough."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    a, b = (v / np.linalg.norm(v, axis=0) for v in (a, b))
    cosines = np.linalg.svd(a.T @ b, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))


@mistake(
    "16.2", tag="formula", edit=("float(np.degrees(np.arccos(", "float((np.arccos(")
)
def angle_in_radians():
    """Which angle do you give for vectors at right angles: 90, or 1.57?

    np.arccos gives radians; the answer is in degrees."""


# 16.3 ---------------------------------------------------------------------------------


@mistake("16.3", name="divergence-turned-round", tag="order")
def sparsity(h, target):
    """Which of the two coins stands in front of the logarithm? Swap them in your formula, and compare.

    KL is not symmetric. Wished is KL(rho || rho_hat): weighed with the target, not with the mean."""
    h = np.asarray(h)
    mean = h.mean(axis=0)
    value = mean * np.log(mean / target) + (1 - mean) * np.log(
        (1 - mean) / (1 - target)
    )
    slope = (np.log(mean / target) - np.log((1 - mean) / (1 - target))) / len(h)
    return float(np.sum(value)), np.tile(slope, (len(h), 1))


@mistake("16.3", name="mean-over-the-units", tag="axis")
def sparsity(h, target):
    """How many means do you have: one for each unit, or one for each row?

    The wish is about a unit, over the rows of the batch: axis 0."""
    h = np.asarray(h)
    mean = h.mean(axis=1)
    value = target * np.log(target / mean) + (1 - target) * np.log(
        (1 - target) / (1 - mean)
    )
    slope = (-target / mean + (1 - target) / (1 - mean)) / h.shape[1]
    return float(np.sum(value)), np.tile(slope[:, None], (1, h.shape[1]))


@mistake("16.3", tag="missing-1/n", edit=(") / len(h)\n", ")\n"))
def slope_of_the_mean():
    """Move one entry of h by 0.01. By how much does the unit's mean move?

    You gave the slope in the mean. A row owns 1/n of it."""


@mistake("16.3", tag="formula", edit=("np.sum(heads + tails)", "np.sum(heads)"))
def heads_alone():
    """With a mean of exactly rho the penalty is 0. Is it near 0 anywhere else, or even negative?

    A coin has two sides: the same term with 1 - rho and 1 - rho_hat is added."""


@mistake(
    "16.3",
    tag="missing-1/n",
    edit=("float(np.sum(heads + tails))", "float(np.mean(heads + tails))"),
)
def averaged_over_units():
    """Add a second unit like the first. Should the penalty double?

    It is summed over units."""


@mistake(
    "16.3",
    tag="sign",
    edit=(
        "(-target / mean + (1 - target) / (1 - mean))",
        "(target / mean - (1 - target) / (1 - mean))",
    ),
)
def slope_turned_round():
    """A unit is on too often. Should the slope in its values be positive or negative?

    More of it would cost more, so positive: -rho/rho_hat + (1-rho)/(1-rho_hat)."""


@mistake(
    "16.3",
    tag="formula",
    edit=("-target / mean + (1 - target) / (1 - mean)", "-target / mean"),
)
def tails_forgotten_in_the_slope():
    """A unit is at its target. Is your slope 0 there?

    The tails have a slope too, and there both cancel."""


@mistake("16.3", name="divergence-of-every-entry", tag="axis")
def sparsity(h, target):
    """May a unit be on for one image, and off for nineteen? Under your penalty each image pays.

    The wish is about the mean over rows: average h first, then compare the coins."""
    h = np.asarray(h)
    each = target * np.log(target / h) + (1 - target) * np.log((1 - target) / (1 - h))
    slope = (-target / h + (1 - target) / (1 - h)) / len(h)
    return float(np.sum(each.mean(axis=0))), slope


# 16.4 ---------------------------------------------------------------------------------


@mistake(
    "16.4",
    of="denoising_error",
    tag="leakage",
    edit=("(mended - x) ** 2", "(mended - corrupt(x, kind, amount, noise)) ** 2"),
)
def judged_by_the_corrupted_image():
    """Against what do you hold the reconstruction: the image as it was, or as it arrived?

    To mend means to give back what was there before. The target stays clean."""


@mistake(
    "16.4",
    of="denoising_error",
    tag="leakage",
    edit=("reconstruct(corrupt(x, kind, amount, noise))", "reconstruct(x)"),
)
def nothing_was_broken():
    """Which rows does `reconstruct` see in your function? Change the noise: does anything change?

    It gets the corrupted rows."""


@mistake(
    "16.4",
    of="denoising_error",
    tag="missing-1/n",
    edit=("np.sum((mended - x) ** 2, axis=1).mean()", "np.mean((mended - x) ** 2)"),
)
def error_of_a_pixel():
    """Over what do you average? The error of a row adds up its pixels.

    Sum over the pixels, then the mean over rows."""


@mistake(
    "16.4",
    of="denoising_error",
    tag="missing-1/n",
    edit=("np.sum((mended - x) ** 2, axis=1).mean()", "np.sum((mended - x) ** 2)"),
)
def error_of_all_rows():
    """Give every row twice. Should the error of a row grow?

    It is averaged over rows."""


@mistake(
    "16.4",
    tag="aliasing",
    edit=(
        "x, noise = np.array(x), np.asarray(noise)",
        "x, noise = np.asarray(x), np.asarray(noise)",
    ),
)
def clean_image_overwritten():
    """Look at the caller's x after the call. Is it still clean?

    np.asarray hands you the caller's own array, and x[...] = 0 writes into it. Work on a copy."""


@mistake(
    "16.4",
    of="corrupt",
    tag="ties",
    edit=("x[noise < amount] = 0", "x[noise <= amount] = 0"),
)
def equal_is_masked():
    """A pixel whose number equals `amount`: does it stay?

    It becomes 0 where its number is *below* the amount."""


@mistake(
    "16.4",
    of="corrupt",
    tag="formula",
    edit=("(noise >= amount / 2) & (noise < amount)", "noise < amount / 2"),
)
def salt_and_pepper_swapped():
    """Which half of the numbers becomes white in your copy?

    The lower half becomes 0, the upper half 1."""


@mistake(
    "16.4",
    of="corrupt",
    tag="formula",
    edit=("(noise >= amount / 2) & (noise < amount)", "noise >= amount / 2"),
)
def salt_without_an_upper_end():
    """With an amount of 0.1, how many of your pixels are changed?

    White is only what lies between amount/2 and amount; beyond it nothing happens."""


@mistake(
    "16.4", of="corrupt", tag="ties", edit=("noise >= amount / 2", "noise > amount / 2")
)
def border_of_salt_left_black():
    """A pixel whose number is exactly half the amount: 0 or 1?

    The lower half lies below amount/2; from there on it is the upper half."""


@mistake("16.4", name="one-mask-for-the-batch", tag="broadcasting")
def corrupt(x, kind, amount, noise):
    """Are the same pixels missing in every image of your batch?

    `noise` has a row for each image. One mask for all, and the network learns to live without those pixels."""
    x, noise = np.array(x), np.asarray(noise)
    if kind == "gauss":
        return x + amount * noise[0]
    x[:, noise[0] < amount] = 0
    if kind == "salt":
        x[:, (noise[0] >= amount / 2) & (noise[0] < amount)] = 1
    return x


@mistake("16.4", of="corrupt", tag="formula", edit=("x + amount * noise", "x + noise"))
def noise_of_size_one():
    """Ask for half as much Gaussian noise. Does your copy change?

    The amount is the size of the noise: multiply."""


@mistake(
    "16.4",
    of="corrupt",
    tag="formula",
    edit=("return x + amount * noise", "return np.clip(x + amount * noise, 0, 1)"),
)
def noise_clipped():
    """May a corrupted pixel be below 0? The text adds, and nothing else.

    Clipping takes away a part of the noise, and more of it on black ground."""


# 16.5 ---------------------------------------------------------------------------------


@mistake(
    "16.5",
    tag="formula",
    edit=("(h * (1 - h)) ** 2 @ lengths", "(h * (1 - h)) @ lengths"),
)
def slope_not_squared():
    """An entry of J is h(1-h) times a weight. What is its square?

    Both factors are squared; you squared the weights alone."""


@mistake(
    "16.5",
    tag="axis",
    edit=("np.sum(weights**2, axis=0)", "np.sum(weights**2, axis=1)"),
)
def summed_over_the_wrong_axis():
    """How many lengths do you have: one for each unit, or one for each input?

    Each unit has one h(1-h), and the weights of all inputs to it belong to that: sum over the inputs, axis 0."""


@mistake("16.5", name="size-not-squared", tag="formula")
def contraction(h, weights):
    """Halve all weights. Does your penalty become a half or a quarter?

    Asked for is the squared size: no root at the end."""
    h, weights = np.asarray(h, float), np.asarray(weights, float)
    squares = (h * (1 - h)) ** 2 @ np.sum(weights**2, axis=0)
    return float(np.mean(np.sqrt(squares)))


@mistake("16.5", tag="missing-1/n", edit=("np.mean((h", "np.sum((h"))
def summed_over_rows():
    """Give every row twice. Should the penalty grow?

    It is averaged over rows."""


@mistake("16.5", tag="formula", edit=("(h * (1 - h)) ** 2", "(1 - h**2) ** 2"))
def slope_of_tanh():
    """Which function has the derivative 1 - h^2? Look at what h is here.

    That is tanh. The sigmoid has h(1-h)."""


@mistake("16.5", name="weights-alone", tag="formula")
def contraction(h, weights):
    """Does your penalty change with h? A unit far out on the flat part of the sigmoid does not move.

    Each squared weight is multiplied by the squared slope of its unit."""
    return float(np.sum(np.asarray(weights, float) ** 2))


@mistake("16.5", name="mean-before-the-square", tag="order")
def contraction(h, weights):
    """You averaged h over the rows, and bent it afterwards. Is that the mean of the bent ones?

    Each row has its own Jacobian: square first, then average over rows."""
    h, weights = np.asarray(h, float).mean(axis=0), np.asarray(weights, float)
    return float((h * (1 - h)) ** 2 @ np.sum(weights**2, axis=0))


@mistake("16.5", name="sum-before-the-square", tag="formula")
def contraction(h, weights):
    """Two weights of a unit, 1 and -1. Does your sum of squares see them?

    Square every entry of J by itself, then add."""
    h, weights = np.asarray(h, float), np.asarray(weights, float)
    return float(np.mean((h * (1 - h)) ** 2 @ np.sum(weights, axis=0) ** 2))


@mistake(
    "16.5",
    tag="missing-1/n",
    edit=(
        "np.mean((h * (1 - h)) ** 2 @ lengths)",
        "np.mean((h * (1 - h)) ** 2 * lengths)",
    ),
)
def averaged_over_units_as_well():
    """By what does your mean divide? The squares of all units of a row are added.

    Sum over units, mean over rows."""


# 16.6 ---------------------------------------------------------------------------------


@mistake("16.6", name="hard-threshold", tag="formula")
def shrink(z, threshold):
    """What becomes of 3 with a threshold of 1: 3, or 2?

    Every number moves by the threshold, also those that survive."""
    z = np.asarray(z)
    return np.where(np.abs(z) > threshold, z, 0.0)


@mistake(
    "16.6",
    of="shrink",
    tag="sign",
    edit=(
        "np.sign(z) * np.maximum(np.abs(z) - threshold, 0)",
        "np.maximum(z - threshold, 0)",
    ),
)
def negative_numbers_lost():
    """What becomes of -2 with a threshold of 1?

    Towards 0 means upwards for negative numbers: shrink the size, keep the sign."""


@mistake(
    "16.6",
    of="shrink",
    tag="edge-case",
    edit=("np.maximum(np.abs(z) - threshold, 0)", "(np.abs(z) - threshold)"),
)
def moved_beyond_zero():
    """What becomes of 0.5 with a threshold of 1?

    It stops at 0 and does not come out on the other side."""


@mistake(
    "16.6", of="ista_step", tag="formula", edit=("penalty / steepest)", "penalty)")
)
def threshold_not_divided():
    """Make L very large, so that a step is tiny. How far do your codes move?

    Both parts of E are descended at the same rate 1/L: the threshold is lambda/L."""


@mistake(
    "16.6",
    of="ista_step",
    tag="sign",
    edit=("p - slope / steepest", "p + slope / steepest"),
)
def step_uphill():
    """Does E fall after your step?

    The slope of the first part is (zD - x)D'; go against it."""


@mistake(
    "16.6",
    of="ista_step",
    tag="formula",
    edit=(
        "(np.asarray(p) @ dictionary - x) @ dictionary.T",
        "-np.asarray(x) @ dictionary.T",
    ),
)
def what_is_explained_already():
    """Start from a code that explains x perfectly. Does your gradient step stay there?

    The slope is that of what is *left*: x - zD, not x."""


@mistake(
    "16.6",
    of="ista_step",
    tag="order",
    edit=(
        "shrink(p - slope / steepest, penalty / steepest)",
        "shrink(p, penalty / steepest) - slope / steepest",
    ),
)
def shrunk_before_the_step():
    """Are there zeros among your codes after a step?

    First the step of gradient descent, then everything shrinks: what comes out below lambda/L is 0."""


@mistake(
    "16.6",
    of="ista_step",
    tag="formula",
    edit=("slope / steepest", "2 * slope / steepest"),
)
def half_forgotten_in_the_slope():
    """What does the 1/2 in front of the square do to its slope?

    It takes the 2 back: (zD - x)D' without a factor."""


@mistake(
    "16.6",
    of="fista",
    tag="formula",
    edit=("p = new + (t - 1) / faster * (new - z)", "p = new"),
)
def no_run_up():
    """Your codes after three steps are those of ISTA. From where does FISTA take its step?

    From p, a point ahead of the code on the way that it last moved. Is p moved on, and is it p that the step is given?"""


@mistake(
    "16.6",
    of="fista",
    tag="order",
    edit=("(t - 1) / faster * (new - z)", "(t - 1) / t * (new - z)"),
)
def run_up_with_the_old_pace():
    """Which t stands below the fraction, the old one or the new one?

    t_i - 1 over t_{i+1}: compute the new t first."""


@mistake(
    "16.6",
    of="fista",
    tag="formula",
    edit=(
        "np.linalg.eigvalsh(dictionary @ dictionary.T)[-1]",
        "np.trace(dictionary @ dictionary.T)",
    ),
)
def all_eigenvalues_added():
    """With twice as many atoms your steps become half as long. Which of the eigenvalues limits a step?

    The largest one alone: in no direction is E steeper. The trace adds them all up."""


@mistake(
    "16.6",
    of="fista",
    tag="formula",
    edit=(
        "np.linalg.eigvalsh(dictionary @ dictionary.T)[-1]",
        "np.linalg.svd(dictionary, compute_uv=False)[0]",
    ),
)
def singular_value_not_squared():
    """L is an eigenvalue of D D'. How is it related to the singular values of D?

    It is the square of the largest singular value."""


@mistake("16.6", of="fista", tag="order", edit=("    return z\n", "    return p\n"))
def point_ahead_returned():
    """Are there exact zeros in your result? The point ahead has none where a code just changed.

    Return the code z, not the point from which the next step would start."""


@mistake(
    "16.6",
    of="fista",
    tag="off-by-one",
    edit=("for _ in range(steps):", "for _ in range(steps - 1):"),
)
def one_step_too_few():
    """How often does your loop run for steps = 1?

    As often as asked."""


# 16.7 ---------------------------------------------------------------------------------


@mistake("16.7", tag="formula", edit=("return lengths * (np.exp", "return (np.exp"))
def length_thrown_away():
    """Double all pixels of a patch. Do your features change?

    K has the lengths of both patches in front; each side brings its own."""


@mistake(
    "16.7", tag="formula", edit=("/ np.sqrt(values)) @ axes.T", "/ values) @ axes.T")
)
def inverse_instead_of_its_root():
    """Take two anchors for p and q. Which power of M comes out between the two kappa's of your inner product?

    A stands on both sides: A A must be the inverse of M, so A is the inverse *root*."""


@mistake(
    "16.7",
    tag="formula",
    edit=("/ np.sqrt(values)) @ axes.T", "* np.sqrt(values)) @ axes.T"),
)
def root_instead_of_its_inverse():
    """Take two anchors for p and q: M A A M must be M. What is A A then?

    The inverse of M. You took its root without turning it round."""


@mistake(
    "16.7",
    tag="formula",
    edit=(
        "    return lengths * (np.exp(alpha * (cosines - 1)) @ root)",
        "    return lengths * np.exp(alpha * (cosines - 1))",
    ),
)
def without_a():
    """Take two anchors: is the inner product of your features M, or M times M?

    Anchors that look alike count twice. A takes that back."""


@mistake(
    "16.7",
    tag="formula",
    edit=(
        "cosines = patches @ anchors.T / np.where(lengths > 0, lengths, 1)",
        "cosines = patches @ anchors.T",
    ),
)
def patches_not_of_length_one():
    """Which angle has a patch with itself, when your "cosine" is its squared length?

    Divide by the patch's length before kappa; the length comes back in front."""


@mistake("16.7", tag="edge-case", edit=("np.where(lengths > 0, lengths, 1)", "lengths"))
def divided_by_no_length():
    """What are your features of a patch of zeros? nan is no answer.

    Where the length is 0, divide by something else: the length in front makes the features 0."""


@mistake(
    "16.7",
    tag="formula",
    edit=("np.exp(alpha * (cosines - 1))", "np.exp(alpha * cosines)"),
)
def kappa_without_its_minus_one():
    """What is kappa of the cosine 1? It should be 1.

    kappa(u) = exp(alpha (u - 1)), for the patches as for the anchors."""


@mistake(
    "16.7",
    tag="formula",
    edit=(
        "np.linalg.eigh(np.exp(alpha * (anchors @ anchors.T - 1)))",
        "np.linalg.eigh(anchors @ anchors.T + 1e-9 * np.eye(len(anchors)))",
    ),
)
def angles_instead_of_kernels():
    """Which table do you take the root of? M holds kernels, not cosines.

    kappa is applied to Z Z' entry by entry first."""


@mistake("16.7", name="not-the-symmetric-root", tag="formula")
def kernel_features(patches, anchors, alpha):
    """Your inner products may be right. Is your A symmetric?

    A Cholesky factor is a root too, but not the symmetric one: take M apart by eigenvectors, and put it together again."""
    patches, anchors = np.asarray(patches), np.asarray(anchors, float)
    lengths = np.linalg.norm(patches, axis=1, keepdims=True)
    cosines = patches @ anchors.T / np.where(lengths > 0, lengths, 1)
    inverse = np.linalg.inv(np.exp(alpha * (anchors @ anchors.T - 1)))
    return lengths * (np.exp(alpha * (cosines - 1)) @ np.linalg.cholesky(inverse))


excuse(
    "16.7",
    "kernel_features: 1 -> 2 (2)",
    "a patch of zeros has the length 0, which takes all its features to 0",
)


# 16.8 ---------------------------------------------------------------------------------


@mistake(
    "16.8", of="contrastive_slope", tag="missing-1/n", edit=(" / len(apart)\n", "\n")
)
def slope_of_the_summed_loss():
    """Give every pair twice. Should the slope at one code grow?

    The loss is a mean over pairs: divide by their number."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="sign",
    edit=("> 0, 1.0, -push)", "> 0, 1.0, push)"),
)
def unlike_pairs_pulled():
    """Follow your slope downhill: do unlike codes come nearer or part?

    Growing apart lowers their loss, so the slope points from a towards b: a minus."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="formula",
    edit=("> 0, 1.0, -push)", "> 0, -push, 1.0)"),
)
def like_and_unlike_swapped():
    """What does `same` = 1 mean? Which pairs does your slope pull together?

    1 marks pairs of one class: those are pulled."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="formula",
    edit=(
        "push = np.divide(short, distance, out=np.zeros(len(apart)), where=distance > 0)",
        "push = short",
    ),
)
def push_grows_with_the_distance():
    """How long is your slope for unlike codes at distance d? It should be (m - d)/n.

    The difference a - b has the length d itself: divide by it, where it is not 0."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="formula",
    edit=(
        "distance = np.linalg.norm(apart, axis=1)",
        "distance = np.sum(apart**2, axis=1)",
    ),
)
def margin_on_squared_distances():
    """The margin is held against which quantity, d or d squared?

    The contrastive loss takes the distance itself; the triplet loss takes squares."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="formula",
    edit=("short = np.maximum(margin - distance, 0)", "short = margin - distance"),
)
def pushed_beyond_the_margin():
    """Unlike codes at twice the margin: does your slope move them? And which way?

    max(0, m - d) has no slope beyond the margin."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="edge-case",
    edit=(
        "np.divide(short, distance, out=np.zeros(len(apart)), where=distance > 0)",
        "short / (distance + 1e-3)",
    ),
)
def a_little_added_below():
    """Compare with a slope measured by small steps. Is yours a little too short everywhere?

    A constant added to the distance changes all pairs. Only where d is 0 the slope has to be set to 0."""


@mistake(
    "16.8",
    of="contrastive_slope",
    tag="formula",
    edit=("return apart * pull", "return 0.5 * apart * pull"),
)
def half_kept():
    """What becomes of 1/2 d^2 when you take its derivative?

    The half and the 2 cancel."""


@mistake(
    "16.8",
    of="active_triplets",
    tag="edge-case",
    edit=("same & ~np.eye(len(y), dtype=bool)", "same"),
)
def anchor_is_its_own_positive():
    """Is there a row in your list whose anchor and positive are the same image?

    The positive is *another* image of the class."""


@mistake("16.8", of="active_triplets", tag="formula", edit=(" & ~same[:, None, :]", ""))
def negatives_of_the_same_class():
    """Look at the classes of the third column. Do they all differ from the first?

    The negative is of another class than the anchor."""


@mistake(
    "16.8", of="active_triplets", tag="ties", edit=("+ margin > 0", "+ margin >= 0")
)
def satisfied_triplets_kept():
    """A triplet whose loss is exactly 0: what can be learned from it?

    Nothing: keep those above 0."""


@mistake(
    "16.8",
    of="active_triplets",
    tag="formula",
    edit=(
        "squares = np.sum((points[:, None] - points[None]) ** 2, axis=-1)",
        "squares = np.linalg.norm(points[:, None] - points[None], axis=-1)",
    ),
)
def margin_on_distances():
    """Which distances does the triplet loss compare: plain or squared ones?

    Squared. (The contrastive loss takes the distance itself.)"""


@mistake(
    "16.8",
    of="active_triplets",
    tag="sign",
    edit=(
        "squares[:, :, None] - squares[:, None, :] + margin > 0",
        "squares[:, :, None] - squares[:, None, :] - margin > 0",
    ),
)
def margin_on_the_wrong_side():
    """A negative a hair further away than the positive: is your triplet in the list?

    It has to be further by the margin; until then it costs: + m."""


@mistake(
    "16.8",
    of="active_triplets",
    tag="sign",
    edit=(
        "squares[:, :, None] - squares[:, None, :] + margin > 0",
        "squares[:, None, :] - squares[:, :, None] + margin > 0",
    ),
)
def easy_triplets_kept():
    """Which triplets are in your list: those with a near negative or those with a far one?

    The loss is near minus far plus margin: it is the near negatives that cost."""


@mistake(
    "16.8",
    of="active_triplets",
    tag="formula",
    edit=(
        "costs & positive[:, :, None] & ~same[:, None, :]",
        "positive[:, :, None] & ~same[:, None, :]",
    ),
)
def all_triplets_listed():
    """Move the classes far apart. Does your list become shorter?

    A triplet whose negative is far enough costs nothing: leave it out."""
