"""Wrong answers that students of lab 10 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake

# 10.1 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.1",
    tag="sign",
    edit=("np.abs(slope / (rows * columns))", "(slope / (rows * columns))"),
)
def slopes_with_their_sign():
    """A pixel whose brightening lowers the score: does it matter less?

    Saliency is the *size* of the slope. Take the sign off before you look for the
    steepest colour."""


@mistake(
    "10.1",
    tag="order",
    edit=(
        "np.abs(slope / (rows * columns)).max(axis=-1)",
        "np.abs((slope / (rows * columns)).max(axis=-1))",
    ),
)
def steepest_before_size():
    """Slopes -5 and 1 in two colours: which is steeper? You took 1.

    First the size of each, then the largest."""


@mistake("10.1", tag="axis", edit=(".max(axis=-1)", ".sum(axis=-1)"))
def colours_added_up():
    """You added the colours. The task takes one of them.

    Of several colours the steepest counts."""


@mistake("10.1", tag="missing-1/n", edit=("slope / (rows * columns)", "slope"))
def slope_of_a_sum():
    """The score takes the mean over all places. What share has one place in a mean?"""


@mistake(
    "10.1", tag="missing-1/n", edit=("(rows * columns)", "(x.shape[0] * x.shape[1])")
)
def mean_over_pixels():
    """Over how many places does the mean run? A kernel that stays inside has fewer
    places than the image has pixels."""


@mistake("10.1", tag="formula", edit=("(w[:, c] * (a > 0))", "w[:, c]"))
def relu_has_no_say():
    """What does a place tell the score when ReLU turns it to 0?

    Nothing, so its slope is 0: only places with a positive sum count."""


@mistake(
    "10.1", tag="formula", edit=("(w[:, c] * (a > 0))", "(w[:, c] * np.maximum(a, 0))")
)
def value_for_slope():
    """You multiplied by what ReLU gives. What is its *slope* where it lets through?"""


@mistake("10.1", tag="formula", edit=("w[:, c] *", "w.sum(axis=1) *"))
def all_classes_at_once():
    """Which class did you ask about? Your slopes are those of the sum of all scores.

    Take the weights of class c alone."""


@mistake(
    "10.1",
    tag="formula",
    edit=(
        "i : i + kh, j : j + kw] += kernels @",
        "i : i + kh, j : j + kw] = kernels @",
    ),
)
def last_place_wins():
    """How many places see one pixel in the middle? What do you keep of them?

    Slopes that reach a pixel on several ways are added."""


@mistake("10.1", tag="transpose", edit=("+= kernels @", "+= kernels[::-1, ::-1] @"))
def kernel_turned_round():
    """Which weight joins the upper left pixel of a patch to its place? On the way back
    it is the same one.

    If you go place by place, nothing is turned: only the formula for the whole image
    has a turned kernel in it."""


@mistake("10.1", tag="dtype", edit=("np.zeros(x.shape)", "np.zeros_like(x)"))
def whole_numbers_kept():
    """Try an image of integers. What becomes of a slope of 0.3 in an array of integers?"""


# 10.2 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.2",
    tag="formula",
    edit=('if rule == "deconvnet" else', 'if rule == "none" else'),
)
def deconvnet_looks_at_the_input():
    """Your deconvnet is silent where x was negative. Does the deconvnet look at x?

    It sends the signal itself through ReLU and nothing more. With x in it, it is
    guided back-propagation."""


@mistake(
    "10.2",
    tag="formula",
    edit=(
        'return signal if rule == "deconvnet" else',
        'return signal if rule != "gradient" else',
    ),
)
def guided_forgets_the_input():
    """Guided passes only what *both* others would pass. Which of the two did you leave
    out?"""


@mistake(
    "10.2", tag="formula", edit=('if rule != "gradient":', 'if rule == "deconvnet":')
)
def guided_passes_negative_signals():
    """Guided passes only what both others would pass. Would the deconvnet pass a
    negative signal?"""


@mistake("10.2", tag="formula", edit=('if rule != "gradient":', "if True:"))
def gradient_is_rectified():
    """Does a gradient ever lose its negative entries?

    The plain gradient asks for x alone, whatever the sign of the signal."""


@mistake("10.2", tag="edge-case", edit=("signal * (x > 0)", "signal * (x >= 0)"))
def zero_lets_through():
    """What is the slope of ReLU at 0 in this lab? A signal at x = 0 does not pass."""


@mistake("10.2", tag="formula", edit=("signal * (x > 0)", "np.maximum(x, 0)"))
def rectifies_the_input():
    """You sent x through ReLU. What comes from above, and what only decides?

    The signal is what travels; x only opens or shuts the way."""


@mistake("10.2", tag="formula", edit=("signal * (x > 0)", "signal * np.maximum(x, 0)"))
def multiplies_by_the_activation():
    """A signal of 1 at x = 5: what arrives below? The slope of ReLU there is 1, not 5."""


@mistake("10.2", tag="order", edit=("in reversed(steps)", "in steps"))
def walks_forward():
    """Which layer does a signal from the top meet first?

    Walk the list from its end."""


@mistake(
    "10.2",
    tag="formula",
    edit=(
        'relu_back(signal, x, rule) if kind == "relu"',
        'relu_back(signal, x, "gradient") if kind == "relu"',
    ),
)
def rule_is_lost():
    """Your walk takes the same rule whatever is asked for. Hand `rule` on."""


# 10.3 -----------------------------------------------------------------------------------------------------------------


@mistake("10.3", name="value-in-all-four", tag="formula")
def unpool(signal, x):
    """How many of the four pixels of a block did the maximum come from?

    Each value goes to one place; the other three get 0."""
    return np.repeat(np.repeat(np.asarray(signal), 2, axis=1), 2, axis=2)


@mistake("10.3", name="ties-filled-twice", tag="ties")
def unpool(signal, x):
    """A block 1, 1, 0, 0: how often does its value arrive?

    If several are equally large, only the first gets it."""
    signal, x = np.asarray(signal), np.asarray(x)
    n, h, w, maps = signal.shape
    top = x.reshape(n, h, 2, w, 2, maps).max(axis=(2, 4))
    spread = [np.repeat(np.repeat(a, 2, axis=1), 2, axis=2) for a in (top, signal)]
    return (x == spread[0]) * spread[1]


@mistake(
    "10.3",
    tag="ties",
    edit=(".argmax(axis=-1)", "[..., ::-1].argmax(axis=-1) * -1 + 3"),
)
def last_of_equal_ones():
    """If several are equally large, which of them counts? You took the last."""


@mistake(
    "10.3",
    name="always-the-upper-left",
    tag="formula",
    edit=("np.eye(4)[switch]", "np.eye(4)[0 * switch]"),
)
def upper_left_always():
    """Your values all stand at the upper left of their blocks. What did the switches
    remember?"""


@mistake(
    "10.3",
    tag="transpose",
    edit=(
        "n, h, w, maps, 2, 2)\n    return",
        "n, h, w, maps, 2, 2).swapaxes(4, 5)\n    return",
    ),
)
def rows_and_columns_exchanged():
    """A maximum at the upper right: where does your value stand?

    Of the four places the second is to the *right* of the first, the third below it."""


@mistake(
    "10.3",
    tag="formula",
    edit=("* signal[..., None]", "* blocks.max(axis=(-2, -1))[..., None]"),
)
def the_maximum_itself():
    """What comes from above, and what did go up? You put the old maximum back.

    The *signal* goes to the place of the maximum."""


@mistake("10.3", tag="formula", edit=(".argmax(axis=-1)", ".argmin(axis=-1)"))
def place_of_the_smallest():
    """Which of the four did the pooling keep?"""


@mistake(
    "10.3",
    name="largest-in-size",
    tag="sign",
    edit=(
        "blocks.reshape(n, h, w, maps, 4)",
        "np.abs(blocks).reshape(n, h, w, maps, 4)",
    ),
)
def largest_by_size():
    """A block -5, 1, 0, 0: what does max pooling keep? Its sign counts."""


# 10.4 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.4",
    tag="order",
    edit=(
        "np.maximum(np.sum(alpha * maps, axis=-1), 0)",
        "np.sum(np.maximum(alpha * maps, 0), axis=-1)",
    ),
)
def relu_before_the_sum():
    """A map against the class lies over one for it. Which wins in your sum?

    Add first, so that they can cancel; then keep what is positive."""


@mistake(
    "10.4",
    tag="sign",
    edit=(
        "np.maximum(np.sum(alpha * maps, axis=-1), 0)",
        "np.sum(alpha * maps, axis=-1)",
    ),
)
def keeps_what_speaks_against():
    """Some of your values are negative. What do they speak for?

    Only what speaks for the class stays: negative sums become zero."""


@mistake("10.4", tag="sign", edit=("alpha = slopes", "alpha = -slopes"))
def slope_of_the_loss():
    """Your signs are those of a loss. A map that *raises* the score counts positive."""


@mistake("10.4", tag="axis", edit=("axis=(1, 2), keepdims", "axis=3, keepdims"))
def mean_over_the_maps():
    """How many alphas has a scene? One for each *map*.

    The mean runs over places, so each map keeps its own."""


@mistake("10.4", tag="axis", edit=("axis=(1, 2), keepdims", "axis=(0, 1, 2), keepdims"))
def one_alpha_for_the_batch():
    """Do two scenes of a batch share their alphas? The mean runs over places alone."""


@mistake("10.4", tag="missing-1/n", edit=(".mean(axis=(1, 2)", ".sum(axis=(1, 2)"))
def sum_of_slopes():
    """Alpha is the mean over places. Yours grows with the size of the map."""


@mistake("10.4", tag="formula", edit=("np.sum(alpha * maps", "np.sum(slopes * maps"))
def slopes_place_by_place():
    """You multiplied place by place. What does a map's *one* weight alpha say?

    First the mean of its slopes over places, then the map times that number."""


@mistake(
    "10.4", tag="order", edit=("slopes.mean(axis", "np.maximum(slopes, 0).mean(axis")
)
def slopes_rectified():
    """You took only positive slopes into alpha. May a map count against the class?

    Yes: alpha may be negative. The zero comes after the sum."""


@mistake(
    "10.4",
    tag="formula",
    edit=("np.sum(alpha * maps, axis=-1)", "np.mean(alpha * maps, axis=-1)"),
)
def mean_over_weighted_maps():
    """The weighted maps are added. You divided by their number."""


# 10.5 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.5",
    tag="sign",
    edit=(
        "score(np.array([image]))[0] - score(np.array(covered))",
        "score(np.array(covered)) - score(np.array([image]))[0]",
    ),
)
def rise_for_fall():
    """Where the thing is covered, which way does the score go? You measure how far it
    *rises*."""


@mistake(
    "10.5", tag="formula", edit=("score(np.array([image]))[0] - score", "0.0 - score")
)
def nothing_to_compare_with():
    """How far does the score fall, from where? Ask it for the whole image too."""


@mistake(
    "10.5",
    tag="off-by-one",
    edit=[
        ("image.shape[0] - size + 1, stride", "image.shape[0] - size, stride"),
        ("image.shape[1] - size + 1, stride", "image.shape[1] - size, stride"),
    ],
)
def last_place_left_out():
    """A square of 2 in a row of 3 pixels: how many places? You found one.

    The corner may stand at n - size too."""


@mistake(
    "10.5",
    tag="edge-case",
    edit=[
        (
            "range(0, image.shape[0] - size + 1, stride)",
            "range(0, image.shape[0], stride)",
        ),
        (
            "range(0, image.shape[1] - size + 1, stride)",
            "range(0, image.shape[1], stride)",
        ),
    ],
)
def square_hangs_over_the_edge():
    """Your square leaves the image at the right and below. The task wants it inside as
    a whole."""


@mistake("10.5", name="covers-pile-up", tag="aliasing")
def occlusion(image, score, size, stride, fill=0.5):
    """How many squares are grey in your last image? Each place starts from the whole
    image again.

    Copy the image before you cover a part of it."""
    rows = range(0, image.shape[0] - size + 1, stride)
    columns = range(0, image.shape[1] - size + 1, stride)
    whole, picture, covered = np.array(image), np.array(image, float), []
    for i in rows:
        for j in columns:
            picture[i : i + size, j : j + size] = fill
            covered.append(picture.copy())
    fall = score(whole[None])[0] - score(np.array(covered))
    return np.reshape(fall, (len(rows), len(columns)))


@mistake("10.5", tag="formula", edit=("j : j + size] = fill", "j : j + size] = 0.0"))
def always_black():
    """What is `fill` for? Your square is black whatever is asked for."""


@mistake("10.5", tag="axis", edit=("j : j + size] = fill", "j : j + size, 0] = fill"))
def covers_one_colour():
    """Cover a red thing in the green channel alone: can the network still see it?

    All colours of the square become `fill`."""


@mistake(
    "10.5",
    tag="off-by-one",
    edit=("i : i + size, j : j + size]", "i : i + size + 1, j : j + size + 1]"),
)
def square_one_too_large():
    """How many pixels does `i : i + size + 1` cover?"""


@mistake(
    "10.5",
    tag="transpose",
    edit=(
        "fall.reshape(len(rows), len(columns))",
        "fall.reshape(len(columns), len(rows)).T",
    ),
)
def rows_and_columns_of_places():
    """In which order did you visit the places? The first row from left to right, then
    the second: reshape in that order."""


@mistake(
    "10.5",
    tag="formula",
    edit=("return fall", "return (fall / score(np.array([image]))[0])"),
)
def fall_in_shares():
    """You divided by the score of the whole image. A score can be 0 or negative.

    The task asks for the fall itself."""


@mistake(
    "10.5",
    tag="formula",
    edit=(
        "range(0, image.shape[1] - size + 1, stride)",
        "range(0, image.shape[1] - size + 1)",
    ),
)
def stride_down_only():
    """Your square steps by `stride` downwards only. It does so to the right as well."""


# 10.6 -----------------------------------------------------------------------------------------------------------------


@mistake("10.6", tag="sign", edit=("images + rate * steep", "images - rate * steep"))
def goes_downhill():
    """You took a step against the slope. That lowers the score.

    A loss is descended; a score is climbed."""


@mistake("10.6", tag="sign", edit=("steep - 2 * decay", "steep + 2 * decay"))
def pushes_away_from_grey():
    """Which way does the decay push a bright pixel? Yours makes it brighter.

    It is taken off the score, so its slope is taken off too."""


@mistake(
    "10.6", tag="formula", edit=("2 * decay * (images - 0.5)", "decay * (images - 0.5)")
)
def half_the_decay():
    """What is the slope of (x - 0.5) squared? Something is missing in front."""


@mistake("10.6", tag="formula", edit=("(images - 0.5)", "images"))
def pulls_to_black():
    """Where does the decay pull to? Its term is 0 at grey, 0.5, not at black."""


@mistake(
    "10.6",
    tag="order",
    edit=[
        (
            "images = np.clip(images + rate * steep, 0, 1)",
            "images = images + rate * steep",
        ),
        ("return images", "return np.clip(images, 0, 1)"),
    ],
)
def cut_at_the_end_only():
    """What does the network see in between, if pixels may leave 0...1?

    Cut after *each* step, so that a pixel at the edge can come back."""


@mistake(
    "10.6",
    tag="edge-case",
    edit=("np.clip(images + rate * steep, 0, 1)", "images + rate * steep"),
)
def never_cut():
    """Some of your pixels are below 0 or above 1. Who could show that image?"""


@mistake("10.6", tag="order", edit=("(-down, -right)", "(0, 0)"))
def slope_not_moved_back():
    """The slope was taken at moved images. Which pixel does its first entry belong to?

    Move it back by the same way before you use it."""


@mistake("10.6", tag="sign", edit=("(-down, -right)", "(down, right)"))
def slope_moved_further():
    """There two down, and back...? Turn both signs."""


@mistake(
    "10.6",
    tag="transpose",
    edit=("(down, right), axis=(1, 2)", "(down, right), axis=(2, 1)"),
)
def down_and_right_exchanged():
    """Which axis of (n, h, w, colours) runs downwards?"""


@mistake("10.6", tag="formula", edit=("slope(moved)", "slope(images)"))
def slope_at_images_that_stand_still():
    """Where did you ask for the slope? The jitter moves the images *before* that."""


@mistake(
    "10.6",
    tag="aliasing",
    name="start-changes",
    edit=[
        ("np.array(start, dtype=float)", "start"),
        (
            "images = np.clip(images + rate * steep, 0, 1)",
            "images[...] = np.clip(images + rate * steep, 0, 1)",
        ),
    ],
)
def works_on_the_start():
    """Look at `start` after your call. Work on a copy."""


# 10.7 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.7",
    tag="formula",
    edit=("eps * np.sign(gradient)", "eps * np.asarray(gradient)"),
)
def gradient_without_its_sign():
    """A pixel with a slope of 0.001: how far may it move, and how far does yours?

    Each pixel may use its whole eps, however small its slope; only the direction
    matters."""


@mistake(
    "10.7",
    tag="formula",
    edit=(
        "eps * np.sign(gradient)",
        "eps * np.asarray(gradient) / np.linalg.norm(gradient)",
    ),
)
def step_of_length_eps():
    """You made the whole change eps long. The limit holds for *each pixel* by itself.

    Under that limit every pixel may go as far as eps."""


@mistake(
    "10.7",
    tag="formula",
    edit=(
        "eps * np.sign(gradient)",
        "eps * np.asarray(gradient) / np.abs(gradient).max()",
    ),
)
def largest_slope_moves_alone():
    """Only the pixel with the largest slope uses its whole eps. May the others not?"""


@mistake(
    "10.7",
    tag="sign",
    edit=("np.asarray(x) + eps * np.sign", "np.asarray(x) - eps * np.sign"),
)
def helps_the_network():
    """You went down the loss: that is what training does. The attacker wants it high."""


@mistake(
    "10.7",
    tag="edge-case",
    edit=(
        "np.clip(np.asarray(x) + eps * np.sign(gradient), 0, 1)",
        "np.asarray(x) + eps * np.sign(gradient)",
    ),
)
def beyond_white():
    """A pixel of 0.9 and eps 0.25: is there an image with your result?

    Keep pixels between 0 and 1."""


@mistake(
    "10.7",
    tag="edge-case",
    edit=("np.sign(gradient)", "np.where(np.asarray(gradient) >= 0, 1, -1)"),
)
def zero_slope_moves():
    """Where the slope is 0, what do you do? Leave the pixel alone."""


@mistake(
    "10.7",
    tag="formula",
    edit=("eps * np.sign(gradient), 0, 1)", "eps / 255 * np.sign(gradient), 0, 1)"),
)
def eps_in_grey_levels():
    """On which scale are these images, 0 to 255 or 0 to 1? And eps?"""


@mistake(
    "10.7",
    tag="sign",
    edit=("eps * np.abs(w).sum() - margin", "-eps * np.abs(w).sum() - margin"),
)
def best_case():
    """Your loss falls when the attacker gets more freedom.

    The change is against us: the margin gets smaller by what it can do at most."""


@mistake("10.7", tag="formula", edit=("np.abs(w).sum()", "np.linalg.norm(w)"))
def length_of_the_weights():
    """Each entry may change by eps, each by itself. What is the largest change of
    the sum of w times delta?

    Every entry pushes by eps in the direction of its weight: add the sizes."""


@mistake("10.7", tag="formula", edit=("eps * np.abs(w).sum()", "eps * abs(np.sum(w))"))
def sizes_after_the_sum():
    """Weights 1 and -1: can the attacker change the score? In your formula not.

    Each entry picks its own sign."""


@mistake("10.7", tag="formula", edit=("np.abs(w).sum()", "np.abs(w).max()"))
def one_entry_only():
    """How many entries may the attacker change? All of them."""


@mistake(
    "10.7", tag="missing-1/n", edit=("np.mean(np.logaddexp", "np.sum(np.logaddexp")
)
def sum_over_rows():
    """The mean over rows is asked for. Yours grows with their number."""


@mistake(
    "10.7", tag="formula", edit=("np.asarray(y) * (np.asarray(x)", "(np.asarray(x)")
)
def labels_forgotten():
    """Does your loss know which class a row has? The margin is y times the score."""


# 10.8 -----------------------------------------------------------------------------------------------------------------


@mistake("10.8", tag="edge-case", edit=("near[i] = np.inf", "near[i] = 0.0"))
def point_is_its_own_neighbour():
    """Who is nearest to a point? Not the point itself: its own share is 0."""


@mistake(
    "10.8",
    tag="formula",
    edit=("-beta * (near - near.min())", "-(near - near.min()) / beta"),
)
def divides_by_beta():
    """What happens to the shares of far points when beta grows? Yours grow."""


@mistake(
    "10.8",
    tag="formula",
    edit=(
        "-beta * (near - near.min())",
        "-beta * (np.sqrt(near) - np.sqrt(near.min()))",
    ),
)
def distances_not_squared():
    """`d2` holds squared distances, and the exponent wants them squared. You took the
    root."""


@mistake(
    "10.8",
    tag="formula",
    edit=("-beta * (near - near.min())", "-beta * (near**2 - near.min() ** 2)"),
)
def squared_twice():
    """`d2` holds squared distances already."""


@mistake("10.8", tag="edge-case", edit=("(near - near.min())", "near"))
def far_points_underflow():
    """All distances near 1000: what does exp(-2000) give, and what is 0 / 0?

    Only differences matter: take the smallest off before exp."""


@mistake(
    "10.8",
    name="never-divided",
    tag="missing-1/n",
    edit=("return p / p.sum()", "return p"),
)
def shares_not_divided():
    """What do your shares add up to?"""


@mistake("10.8", tag="formula", edit=("np.log2(inside)", "np.log(inside)"))
def natural_logarithm_with_powers_of_two():
    """Bits and powers of two belong together. Which logarithm did you take?"""


@mistake(
    "10.8",
    tag="formula",
    edit=(
        "2 ** -np.sum(inside * np.log2(inside)) > perplexity",
        "-np.sum(inside * np.log2(inside)) > perplexity",
    ),
)
def entropy_for_perplexity():
    """You compared the entropy itself. Perplexity is 2 to its power: a number of
    neighbours, not of bits."""


@mistake(
    "10.8",
    tag="sign",
    edit=[
        ("            low = middle", "            high, low = middle, low"),
        (
            "            high = middle\n    return",
            "            low = middle\n    return",
        ),
    ],
)
def halves_the_wrong_side():
    """The perplexity is too large: must beta grow or shrink?

    A larger beta makes far points count less, so fewer neighbours: grow."""


@mistake("10.8", tag="off-by-one", edit=("range(100)", "range(8)"))
def stops_too_early():
    """How wide is your interval at the end? Go on until the perplexity is met to a
    thousandth."""


@mistake(
    "10.8", tag="edge-case", edit=("low, high = -50.0, 50.0", "low, high = -5.0, 5.0")
)
def interval_too_narrow():
    """Distances can be a thousand or a thousandth. Which betas can you reach?"""


# 10.9 -----------------------------------------------------------------------------------------------------------------


@mistake(
    "10.9",
    tag="formula",
    edit=[
        ("2 * np.radians(angles)", "np.radians(angles)"),
        ("np.degrees(np.angle(arrow)) / 2", "np.degrees(np.angle(arrow))"),
    ],
)
def half_a_circle():
    """Where do 0 and 179 degrees lie on your circle? Far apart, and they are
    neighbours.

    180 degrees are to be one whole turn: double the angles."""


@mistake(
    "10.9",
    tag="formula",
    edit=("np.degrees(np.angle(arrow)) / 2", "np.degrees(np.angle(arrow))"),
)
def not_turned_back():
    """You doubled the angles. The direction of the sum is doubled too."""


@mistake("10.9", tag="edge-case", edit=("/ 2 % 180", "/ 2"))
def negative_angles():
    """Some of your preferences are negative. Which angle from 0 to 180 is -20 degrees?"""


@mistake("10.9", tag="formula", edit=("np.degrees(np.angle(arrow))", "np.angle(arrow)"))
def radians_as_degrees():
    """Your preferences lie between 0 and 3. Which unit is that?"""


@mistake(
    "10.9",
    tag="missing-1/n",
    edit=("np.where(total > 0, total, 1)", "responses.shape[1]"),
)
def over_the_number_of_angles():
    """A unit that answers twice as strongly: is it twice as selective?

    Divide by the sum of the lengths, not by their number."""


@mistake(
    "10.9",
    tag="formula",
    edit=(
        "preference = np.degrees(np.angle(arrow)) / 2 % 180",
        "preference = np.asarray(angles)[responses.argmax(axis=1)] * 1.0",
    ),
)
def angle_of_the_largest():
    """You took the angle with the largest response. What if two neighbours answer
    nearly alike?

    The direction of the *sum* lies between them."""


@mistake("10.9", tag="edge-case", edit=[("np.where(total > 0, total, 1)", "total")])
def silent_units_divide_by_zero():
    """What is 0 / 0? A unit that never answers gets 0."""


@mistake(
    "10.9",
    tag="axis",
    edit=(
        "kernels.mean(axis=2, keepdims=True)",
        "kernels.mean(axis=(0, 1, 2), keepdims=True)",
    ),
)
def mean_of_the_whole_kernel():
    """Which mean is grey? That of the three channels at *one place*.

    With the mean of the whole kernel, a grey edge counts as colour."""


@mistake(
    "10.9",
    tag="formula",
    edit=(
        "kernels - kernels.mean(axis=2, keepdims=True)",
        "0 * kernels + kernels.mean(axis=2, keepdims=True)",
    ),
)
def share_of_grey():
    """A grey kernel gets 1 from you. The share of *colour* is asked for: what is left."""


@mistake(
    "10.9",
    tag="order",
    edit=("np.sum(left**2, axis=(0, 1, 2))", "np.sum(left, axis=(0, 1, 2)) ** 2"),
)
def squares_after_the_sum():
    """What does the rest add up to over the channels? Zero, always.

    Square first, then add."""


@mistake(
    "10.9",
    tag="axis",
    edit=(
        "np.sum(left**2, axis=(0, 1, 2)) / np.sum(kernels**2, axis=(0, 1, 2))",
        "np.sqrt(np.sum(left**2, axis=(0, 1, 2)) / np.sum(kernels**2, axis=(0, 1, 2)))",
    ),
)
def root_of_the_share():
    """You took a root. The share is one of squared weights."""


# 10.10 ----------------------------------------------------------------------------------------------------------------


@mistake("10.10", tag="order", edit=("range(kept, len(weights))", "range(count)"))
def destroys_from_the_bottom():
    """Which end of the list is the top? The first layer's array comes first."""


@mistake(
    "10.10",
    tag="off-by-one",
    edit=("len(weights) - count", "len(weights) - max(count, 1)"),
)
def zero_destroys_one():
    """count = 0 asks for the network as it is. What does yours give?

    (`weights[-0:]` is the whole list, not an empty one.)"""


@mistake(
    "10.10",
    tag="axis",
    edit=(
        "rng.permutation(out[i].ravel()).reshape(out[i].shape)",
        "rng.permutation(out[i])",
    ),
)
def whole_rows_move():
    """`rng.permutation` of a matrix moves whole rows. What stays together that way?

    Every entry takes a new place: flatten, shuffle, reshape."""


@mistake(
    "10.10",
    tag="formula",
    edit=(
        "rng.permutation(out[i].ravel()).reshape(out[i].shape)",
        "rng.normal(size=out[i].shape)",
    ),
)
def new_numbers():
    """Your arrays hold numbers that were not there before. Then size and order change
    at once, and you cannot tell which did it.

    Shuffle the entries that there are."""


@mistake(
    "10.10",
    tag="aliasing",
    edit=[
        ("[np.array(w) for w in weights]", "list(weights)"),
        (
            "out[i] = rng.permutation(out[i].ravel()).reshape(out[i].shape)",
            "out[i][...] = rng.permutation(out[i].ravel()).reshape(out[i].shape)",
        ),
    ],
)
def the_original_dies_too():
    """Look at `weights` after your call. A new list may still hold the old arrays."""


@mistake(
    "10.10",
    tag="formula",
    edit=("np.random.default_rng(seed)", "np.random.default_rng()"),
)
def seed_ignored():
    """Call it twice with one seed. Are the two alike?"""


@mistake(
    "10.10",
    name="none-but-the-last",
    tag="off-by-one",
    edit=("range(kept, len(weights))", "range(kept, min(kept + 1, len(weights)))"),
)
def only_one_array():
    """How many arrays change with count = 3? *All* from there to the top."""


@mistake("10.10", tag="sign", edit=("np.abs(m)", "m"))
def signed_maps():
    """A slope of -9 becomes +9. Did the pixel's importance change?

    Compare sizes, without sign."""


@mistake(
    "10.10",
    tag="formula",
    edit=(
        "[scipy.stats.rankdata(np.abs(m), axis=None) for m in (one, other)]",
        "[np.abs(m).ravel() for m in (one, other)]",
    ),
)
def no_ranks():
    """One very bright pixel: how much does it decide in your number?

    Correlate *ranks*: the order of the pixels, not their heights."""


@mistake(
    "10.10",
    tag="ties",
    edit=(
        "scipy.stats.rankdata(np.abs(m), axis=None)",
        "np.argsort(np.abs(m), axis=None)",
    ),
)
def argsort_for_ranks():
    """`argsort` says which pixel comes first, not which place a pixel has."""


@mistake(
    "10.10",
    tag="ties",
    edit=(
        "rankdata(np.abs(m), axis=None)",
        'rankdata(np.abs(m), "ordinal", axis=None)',
    ),
)
def ties_in_order_of_appearance():
    """Two equal values: why should one rank above the other? They share their mean
    rank."""


@mistake(
    "10.10",
    tag="edge-case",
    edit=("0.0 if level else np.corrcoef(ranks)[0, 1]", "np.corrcoef(ranks)[0, 1]"),
)
def level_maps_divide_by_zero():
    """A map that is 0 everywhere: what is its spread, and what do you divide by?

    It has no order, so it counts 0."""


@mistake(
    "10.10",
    tag="edge-case",
    edit=(
        "0.0 if level else np.corrcoef(ranks)[0, 1]",
        "1.0 if level else np.corrcoef(ranks)[0, 1]",
    ),
)
def level_maps_agree_fully():
    """A map without any order: does it agree with every other? The task counts it 0."""


@mistake("10.10", name="all-images-in-one", tag="axis")
def agreement_of(before, after):
    """You ranked all images together. Then a bright image counts more than a dark one.

    One correlation for each image, then the mean."""
    from scipy.stats import spearmanr

    return float(spearmanr(np.abs(before).ravel(), np.abs(after).ravel()).statistic)


# Mutants that compute the same ---------------------------------------------------------

excuse(
    "10.10",
    "destroyed: np.array(w) -> np.asarray(w)",
    "what is handed back holds the same numbers, and nobody writes into it",
)
excuse(
    "10.5",
    "occlusion: np.array(covered) -> np.asarray(covered)",
    "of a list both make a new array",
)
excuse(
    "10.6",
    "climb: np.array(start, dtype=float) -> np.asarray(start, dtype=float)",
    "nothing is written into the images; each step makes new ones",
)
_HALVED = "halving a range that is larger, or halving once more, ends at the same place"
for change in ("50.0 -> 100.0", "100 -> 101", "50.0 -> 100.0 (2)"):
    excuse("10.8", f"tuned: {change}", _HALVED)
_PERPLEXITY = "2 ** (-np.sum(inside * np.log2(inside)))"
excuse(
    "10.8",
    f"tuned: {_PERPLEXITY} > perplexity -> {_PERPLEXITY} >= perplexity",
    "the two are never equal on the way but at the very end",
)
_SILENT = (
    "the arrow of a silent unit is 0, whatever it is divided by, and so is its angle"
)
excuse("10.9", "orientation: 1 -> 2 (2)", _SILENT)
excuse("10.9", "orientation: total > 0 -> total >= 0 (2)", _SILENT)
