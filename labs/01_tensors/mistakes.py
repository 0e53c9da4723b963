"""Wrong answers of lab 01 that a student would defend, each with its hints."""

import itertools
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import layers

from coursekit.labs import excuse, mistake

# 1.1 ------------------------------------------------------------------------------------------------------------------


@mistake("1.1", name="reshape-for-transpose", tag="transpose")
def channels_first(images):
    """The shape is right, the pictures are torn. Did the axes move, or were the
    numbers only cut anew?

    reshape keeps the order in memory, where the channels of one pixel stand side by
    side. Moving an axis is a transpose."""
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


@mistake("1.1", tag="transpose", edit=("1, 2", "2, 1"))
def rows_and_columns_swapped():
    """Each of your channels lies on its side.

    np.transpose(images) and images.T turn *all* axes round. Name the new order:
    batch, channel, row, column."""


@mistake(
    "1.1",
    tag="axis",
    edit=("transpose(images, (0, 3, 1, 2))", "moveaxis(images, -1, 0)"),
)
def batch_axis_moved():
    """What counts the images in your result?

    The batch axis stays in front; only the channel axis passes by the rows and
    columns."""


@mistake("1.1", tag="axis", edit=("len(images),", ""))
def batch_flattened_too():
    """You have one long row for all images together.

    The batch axis is not part of the picture: keep it, and flatten the rest.
    reshape(len(images), -1)."""


@mistake("1.1", tag="axis", edit=("images.", "images.transpose(0, 2, 1)."))
def column_by_column():
    """Your rows hold the right pixels in another order.

    Numbers are counted off with the last axis fastest: a picture row by row."""


@mistake(
    "1.1",
    tag="dtype",
    edit=(
        'images.reshape(len(images), -1).astype("float32") / 255',
        '(images.reshape(len(images), -1) // 255).astype("float32")',
    ),
)
def whole_number_division():
    """Nearly all of your numbers are 0.

    // drops what is behind the point. Make floats first, then divide by 255 with /."""


@mistake("1.1", tag="formula", edit=("255", "images.max()"))
def divided_by_the_largest_pixel():
    """A dark image came out bright.

    Dividing by the largest pixel treats each batch differently. The scale of a
    pixel is fixed: 255."""


@mistake("1.1", tag="formula", edit=("/ 255", ""))
def not_scaled():
    """Your numbers go up to 255.

    The pixels are flat, but not yet between 0 and 1: divide by 255."""


@mistake("1.1", tag="dtype", edit=('.astype("float32")', ""))
def float64():
    """The values are right. Look at the dtype.

    uint8 divided by a Python number gives float64 in NumPy, twice the memory and
    not what Keras works in. Ask for float32."""


@mistake("1.1", tag="order", edit=("3, 1, 2", "2, 3, 1"))
def order_read_as_destinations():
    """Say what counts axis 1 of your result: channels, or columns?

    order[k] names the *old* axis that becomes axis k: the channels, old axis 3,
    come second."""


@mistake(
    "1.1", tag="transpose", edit=("np.transpose(images, (0, 3, 1, 2))", "images.T")
)
def all_axes_turned_round():
    """What counts the images in your result: its first axis, or its last?

    images.T turns *all* axes round. Name the new order: batch, channel, row, column."""


@mistake(
    "1.1",
    tag="dtype",
    edit=(
        "np.transpose(images, (0, 3, 1, 2))",
        'np.transpose(images, (0, 3, 1, 2)).astype("float32")',
    ),
)
def channels_made_floats():
    """The values are right. Look at the dtype.

    Moving an axis changes no number: the result has the dtype of the images."""


@mistake(
    "1.1",
    tag="axis",
    edit=("images.reshape(len(images), -1)", "images.reshape(-1, len(images)).T"),
)
def pixels_dealt_out_in_turn():
    """Does your first row hold the pixels of the first image only?

    reshape counts the numbers off in the order of memory, image after image: ask for
    len(images) rows at once, without a transpose."""


@mistake("1.1", name="each-image-stretched", tag="formula")
def flat_rows(images):
    """A grey image came out with black and with white in it.

    Every image is treated alike: divide by 255, whatever its own darkest and
    brightest pixels are."""
    x = images.reshape(len(images), -1).astype("float32")
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    return (x - low) / np.maximum(high - low, 1e-7)


# 1.2 ------------------------------------------------------------------------------------------------------------------


@mistake("1.2", name="row-with-its-partner", tag="axis")
def squared_distances(a, b):
    """You compared row i of a with row i of b only.

    Every row of a meets every row of b: a needs an axis of length 1 where b has its
    rows, and b one where a has them.

    a[:, None, :] - b[None, :, :] has shape (n, m, d)."""
    return np.sum((np.asarray(a, float) - np.asarray(b, float)) ** 2, axis=1)


@mistake("1.2", name="pixels-wrap-around", tag="sign")
def squared_distances(a, b):
    """Right for floats, wrong for pixels.

    In uint8, 3 - 5 is 254, and squares above 255 start again too. Turn both into
    floats before you subtract."""
    return np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=-1).astype(float)


@mistake("1.2", name="float-too-late", tag="order")
def squared_distances(a, b):
    """You made floats, but after the subtraction.

    By then 3 - 5 has become 254. Convert a and b themselves, first of all."""
    return np.sum((a[:, None, :] - b[None, :, :]).astype(float) ** 2, axis=-1)


@mistake(
    "1.2",
    tag="transpose",
    edit=[
        (
            "a.astype(float), b.astype(float)",
            "np.asarray(a, float), np.asarray(b, float)",
        ),
        ("a[:, None, :] - b", "b[:, None, :] - a"),
    ],
)
def transposed():
    """Your matrix lies on its side.

    Row i belongs to row i of *a*, column j to row j of b: the shape is (n, m)."""


@mistake("1.2", name="root-taken", tag="formula")
def squared_distances(a, b):
    """Your numbers are distances.

    Asked for are *squared* distances: no root."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.sqrt(np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=-1))


@mistake(
    "1.2",
    tag="missing-1/n",
    edit=(
        "a.astype(float), b.astype(float)\n    return np.sum",
        "np.asarray(a, float), np.asarray(b, float)\n    return np.mean",
    ),
)
def mean_for_sum():
    """Your numbers are too small, by a factor that depends on d.

    The definition sums over k; you took the mean."""


@mistake("1.2", name="squared-after-the-sum", tag="order")
def squared_distances(a, b):
    """Differences of opposite sign cancel in your sum.

    Square each difference first, then sum."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.sum(a[:, None, :] - b[None, :, :], axis=-1) ** 2


@mistake("1.2", name="middle-term-forgotten", tag="edge-case")
def squared_distances(a, b):
    """You added the squared lengths of both rows.

    (p - q)^2 is p^2 - 2pq + q^2: the product of the rows is missing."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None]


@mistake("1.2", name="middle-term-once", tag="formula")
def squared_distances(a, b):
    """Give both arrays the same row: is your distance 0?

    (p - q)^2 is p^2 - 2pq + q^2: the product counts twice."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)[None] - a @ b.T


@mistake("1.2", name="short-integers", tag="dtype")
def squared_distances(a, b):
    """Right for differences of pixels, too small for their squares: how large may a
    number in your dtype be?

    255 squared is 65,025, and int16 ends at 32,767. Convert to float."""
    a, b = np.asarray(a).astype(np.int16), np.asarray(b).astype(np.int16)
    return np.sum((a[:, None] - b[None]) ** 2, axis=2).astype(float)


@mistake("1.2", name="summed-over-all-of-b", tag="axis")
def squared_distances(a, b):
    """You have one number for each row of a. With how many rows does it meet?

    Sum over the d numbers of a pair only: axis=-1 of the array (n, m, d)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.array([np.sum((row - b) ** 2) for row in a])


# 1.3 ------------------------------------------------------------------------------------------------------------------


def _softmax(z, axis=1):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake("1.3", tag="broadcasting", edit=("@ w", "* w"))
def star_for_at():
    """* multiplies entry by entry. A unit sums over all inputs.

    The matrix product takes each row of x times each column of w: x @ w."""


@mistake("1.3", tag="broadcasting", edit=("+ b", ""))
def bias_forgotten():
    """For an input of zeros your layer gives zeros.

    Each unit also adds its bias: + b, broadcast to every row."""


@mistake(
    "1.3", tag="logits-as-probabilities", edit=("x @ w + b", "np.maximum(x @ w + b, 0)")
)
def activation_added():
    """None of your results is negative.

    This layer has no activation: its logits may be any numbers."""


@mistake("1.3", tag="transpose", edit=("w +", "w.T +"))
def weights_transposed():
    """It works only if the layer has as many units as inputs, and then it is
    wrong.

    Here column j of w belongs to unit j, so the product is x @ w as it stands."""


@mistake("1.3", tag="formula", edit=("w + b", "(w + b)"))
def bias_inside():
    """Your bias is multiplied by the weights.

    The bias comes after the product: (x @ w) + b."""


@mistake("1.3", name="softmax-overflows", tag="logits-as-probabilities")
def softmax(z):
    """Right for small logits; for large ones it breaks down.

    e^1000 is more than a float can hold. Take the largest logit of the row off
    first; the result stays the same."""
    with np.errstate(all="ignore"):
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)


@mistake("1.3", name="softmax-over-the-batch", tag="axis")
def softmax(z):
    """Your columns sum to 1. Which axis holds the classes?

    Each sample shares out its own probability: sum along axis 1, with
    keepdims=True."""
    return _softmax(z, axis=0)


@mistake("1.3", name="softmax-over-everything", tag="axis")
def softmax(z):
    """All your probabilities together sum to 1.

    Each row is a sample of its own and sums to 1 by itself: axis=1."""
    e = np.exp(z - np.max(z))
    return e / e.sum()


@mistake("1.3", name="one-maximum-for-all-rows", tag="logits-as-probabilities")
def softmax(z):
    """You took the largest logit of the whole batch off every row.

    A row far below it turns into 0/0. Each row loses its own maximum: z.max(axis=1,
    keepdims=True)."""
    with np.errstate(all="ignore"):
        e = np.exp(z - np.max(z))
        return e / e.sum(axis=1, keepdims=True)


@mistake(
    "1.3",
    tag="aliasing",
    edit=(
        "e = np.exp(z - z.max(axis=1, keepdims=True))",
        "z -= z.max(axis=1, keepdims=True)\n    e = np.exp(z)",
    ),
)
def softmax_changes_its_input():
    """The result is right, but the caller's logits are not what they were.

    -= and /= write into the array that you were given. Make a new one: z = z - ..."""


@mistake("1.3", name="divided-by-the-maximum", tag="sign")
def softmax(z):
    """You divided by the maximum.

    Subtracting m inside the exponent cancels in the fraction; dividing by m changes
    the result."""
    return _softmax(z / np.max(z, axis=1, keepdims=True))


@mistake("1.3", name="shares-without-the-exponential", tag="logits-as-probabilities")
def softmax(z):
    """Your shares are of the logits themselves, which may be negative.

    Softmax takes e to the power of each logit first."""
    return z / z.sum(axis=1, keepdims=True)


@mistake("1.3", tag="broadcasting", edit=("sum(axis=1, keepdims=True)", "sum(axis=1)"))
def keepdims_forgotten():
    """Which shape has z.max(axis=1), and how is it aligned with z?

    (n,) is aligned with the last axis, the classes. With keepdims=True it is (n,
    1), and each row gets its own number."""


@mistake("1.3", tag="axis", edit=("e.sum(axis=1, keepdims=True)", "e.sum()"))
def divided_by_the_sum_of_all_rows():
    """Add up one row of your result: is it 1?

    Each row is a sample of its own and sums to 1 by itself: e.sum(axis=1,
    keepdims=True)."""


@mistake("1.3", name="logits-cut-off", tag="edge-case")
def softmax(z):
    """What do you make of the logits 1000 and 2000? After your cut they are equal.

    Subtract the largest logit of the row instead: that changes no probability."""
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


# 1.4 ------------------------------------------------------------------------------------------------------------------


def _each(x, difference):
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[i] = 1
        gradient[i] = difference(x, nudge)
    return gradient


@mistake("1.4", name="one-sided", tag="formula")
def slopes(f, x, h=1e-4):
    """Close, but not close enough: what do you compare f(x + h) with?

    The difference to f(x) itself is off by about h; to both sides, (f(x + h) - f(x
    - h)) / (2h), by h squared."""
    return _each(x, lambda x, u: (f(x + h * u) - f(x)) / h)


@mistake("1.4", name="divided-by-h-once", tag="formula")
def slopes(f, x, h=1e-4):
    """All of your slopes are twice too large.

    The two points are 2h apart, so divide by 2h."""
    return _each(x, lambda x, u: (f(x + h * u) - f(x - h * u)) / h)


@mistake("1.4", name="half-by-precedence", tag="formula")
def slopes(f, x, h=1e-4):
    """Read your division aloud.

    / 2 * h divides by 2 and then multiplies by h. Put 2 * h in brackets."""
    return _each(x, lambda x, u: (f(x + h * u) - f(x - h * u)) / 2 * h)


@mistake("1.4", name="sign-turned", tag="sign")
def slopes(f, x, h=1e-4):
    """Your gradient points the wrong way.

    f at the larger x comes first: f(x + h) - f(x - h)."""
    return _each(x, lambda x, u: (f(x - h * u) - f(x + h * u)) / (2 * h))


@mistake("1.4", name="all-entries-at-once", tag="formula")
def slopes(f, x, h=1e-4):
    """Every entry of your gradient is the same number.

    You nudged the whole tensor. Nudge one entry, leave the others, and go on to the
    next."""
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mistake("1.4", name="step-fixed", tag="formula")
def slopes(f, x, h=1e-4):
    """Your result does not change when h does.

    0.0001 is only the default: use the argument."""
    return _each(x, lambda x, u: (f(x + 1e-4 * u) - f(x - 1e-4 * u)) / 2e-4)


@mistake("1.4", name="integers-stay-integers", tag="dtype")
def slopes(f, x, h=1e-4):
    """Right for floats; for integers the nudge is lost.

    np.array([3]) + 0.0001 written into an integer array is 3 again. Make a float
    copy first."""
    x = np.array(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += np.asarray(h).astype(x.dtype)
        down[i] -= np.asarray(h).astype(x.dtype)
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


@mistake("1.4", name="nudges-pile-up", tag="formula")
def slopes(f, x, h=1e-4):
    """Your first entry is right, and the later ones drift.

    Each nudge has to be taken back before the next entry gets its own; otherwise x
    wanders off."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        gradient[i] = (up - f(x)) / (2 * h)  # x[i] stays h too low
    return gradient


@mistake("1.4", name="caller-changed", tag="aliasing")
def slopes(f, x, h=1e-4):
    """The slopes are right, but the caller's x has moved.

    You nudged the array that you were given. Work on a copy: np.array(x,
    dtype=float)."""
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        keep = x[i]
        x[i] = keep + h
        up = f(x)
        x[i] = keep - h
        gradient[i] = (up - f(x)) / (2 * h)
    return gradient


@mistake("1.4", name="flat-gradient", tag="formula")
def slopes(f, x, h=1e-4):
    """The numbers are right, the shape is not.

    A gradient has the shape of x: one slope in the place of each entry."""
    return _each(x, lambda x, u: (f(x + h * u) - f(x - h * u)) / (2 * h)).ravel()


@mistake("1.4", name="rows-for-entries", tag="axis")
def slopes(f, x, h=1e-4):
    """Your loop runs over the first axis. What is x[i] when x is a matrix?

    For a matrix x[i] is a whole row. np.ndindex(x.shape) visits every single entry."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        nudge = np.zeros_like(x)
        nudge[i] = h
        gradient[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


@mistake("1.4", name="difference-not-divided", tag="formula")
def slopes(f, x, h=1e-4):
    """Halve h: your numbers halve as well.

    A slope is a difference per step: divide by 2h."""
    return _each(x, lambda x, u: f(x + h * u) - f(x - h * u))


@mistake(
    "1.4",
    tag="dtype",
    edit=("np.zeros_like(x)", "np.zeros(x.shape, dtype=int)"),
    of="slopes",
)
def gradient_of_whole_numbers():
    """All of your slopes are whole numbers.

    Into an array of integers only integers go; what is behind the point is cut off.
    Make the gradient an array of floats."""


# 1.5 ------------------------------------------------------------------------------------------------------------------


def _chain(sizes, hidden="relu", last=None, **kwargs):
    inner = [layers.Dense(units, activation=hidden) for units in sizes[1:-1]]
    return keras.Sequential(
        [
            keras.Input((sizes[0],)),
            *inner,
            layers.Dense(sizes[-1], activation=last, **kwargs),
        ]
    )


@mistake(
    "1.5",
    tag="formula",
    edit=("(inputs + 1) * units for inputs, units", "a * b for a, b"),
)
def weights_only():
    """Your count is too small. What does a unit own besides its weights?

    Each unit has a bias: (inputs + 1) times units."""


@mistake(
    "1.5",
    tag="formula",
    edit=("(inputs + 1) * units for inputs, units", "a * b + a for a, b"),
)
def bias_per_input():
    """You gave a bias to every input of a layer.

    Biases belong to the units: a layer from a to b numbers has a*b weights and b
    biases."""


@mistake(
    "1.5",
    tag="edge-case",
    edit=("(inputs + 1) * units for inputs, units", "a * b + 1 for a, b"),
)
def one_bias_per_layer():
    """You counted a single bias for each layer.

    Every unit has a bias of its own."""


@mistake("1.5", name="input-units-counted", tag="formula")
def parameter_count(sizes):
    """You counted biases for the inputs too.

    The input is no layer: it has no weights and no biases."""
    return sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes)


@mistake("1.5", name="softmax-at-the-end", tag="logits-as-probabilities")
def sequential_net(sizes):
    """Your network gives probabilities.

    Asked for are logits: the last layer has no activation. The loss does the rest."""
    return _chain(sizes, last="softmax")


@mistake("1.5", name="relu-at-the-end", tag="logits-as-probabilities")
def sequential_net(sizes):
    """None of your logits is negative.

    The last layer has no activation."""
    return _chain(sizes, last="relu")


@mistake("1.5", name="no-activation", tag="formula")
def sequential_net(sizes):
    """A chain of dense layers without activation is one dense layer in disguise.

    Every layer but the last needs activation="relu"."""
    return _chain(sizes, hidden=None)


@mistake("1.5", name="sigmoid-for-relu", tag="formula")
def sequential_net(sizes):
    """Your hidden units answer between 0 and 1.

    The activation asked for is relu."""
    return _chain(sizes, hidden="sigmoid")


@mistake(
    "1.5",
    tag="formula",
    edit=[("hidden =", "inner ="), ("keras.Input((sizes[0],)), *hidden", "*inner")],
)
def input_forgotten():
    """Your network has no weights yet.

    Without keras.Input a Sequential model does not know how many inputs come, and
    makes its weights at the first call."""


@mistake(
    "1.5",
    tag="formula",
    edit=[
        (
            'hidden = [layers.Dense(units, activation="relu") for units in sizes[1:-1]]',
            'inner = [layers.Dense(units, activation="relu") for units in sizes[:-1]]',
        ),
        ("hidden,", "inner,"),
    ],
)
def a_layer_for_the_input():
    """You have a layer too many.

    keras.Input stands for the input. The first dense layer has sizes[1] units."""


@mistake("1.5", tag="formula", edit=("(h)\n    return", "(inputs)\n    return"))
def every_layer_reads_the_input():
    """Your layers do not follow one another.

    Each layer is called on the result of the one before: h = layer(h), not
    layer(inputs)."""


@mistake("1.5", name="functional-relu-at-the-end", tag="logits-as-probabilities")
def functional_net(sizes):
    """None of the logits of your Functional network is negative.

    Its last layer has no activation, as in the chain."""
    inputs = h = keras.Input((sizes[0],))
    for units in sizes[1:]:
        h = layers.Dense(units, activation="relu")(h)
    return keras.Model(inputs, h)


@mistake("1.5", name="functional-is-sequential", tag="formula")
def functional_net(sizes):
    """That is a Sequential model again.

    Build the graph yourself: start at keras.Input, call layer after layer, then
    keras.Model(inputs, outputs)."""
    return _chain(sizes)


@mistake("1.5", name="one-hidden-layer-only", tag="formula")
def sequential_net(sizes):
    """Your network has one hidden layer, however long sizes is.

    Every entry between the first and the last is a layer."""
    return _chain([sizes[0], *sizes[1:-1][:1], sizes[-1]])


@mistake(
    "1.5",
    tag="logits-as-probabilities",
    edit=[
        (
            "= keras.Input((sizes[0],))\n    h = inputs",
            "= h = keras.Input((sizes[0],))",
        ),
        ("layers.Dense(sizes[-1])(h)", "h"),
    ],
)
def output_layer_forgotten():
    """Where does your graph end: at the last hidden layer, or at the logits?

    One more dense layer, with sizes[-1] units and no activation, follows the hidden
    ones."""


@mistake("1.5", name="last-layer-not-counted", tag="off-by-one")
def parameter_count(sizes):
    """How many dense layers has sizes [3, 5, 2]? How many have you counted?

    Each pair of neighbours in `sizes` is a layer, the last pair too."""
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes[:-1]))


def _with_each(sizes, extra=None, use_bias=True):
    stack = [keras.Input((sizes[0],))]
    for units in sizes[1:-1]:
        stack.append(layers.Dense(units, activation="relu", use_bias=use_bias))
        stack += [] if extra is None else [extra()]
    return keras.Sequential([*stack, layers.Dense(sizes[-1])])


@mistake("1.5", name="dropout-in-the-chain", tag="formula")
def sequential_net(sizes):
    """Your network answers otherwise in training. Does the exercise ask for dropout?

    Dense layers and relu, and nothing else."""
    return _with_each(sizes, lambda: layers.Dropout(0.5))


@mistake("1.5", name="hidden-layers-without-bias", tag="formula")
def sequential_net(sizes):
    """Count the arrays that your network holds. Which layers have one instead of two?

    Every unit has a bias: leave use_bias as it comes."""
    return _with_each(sizes, use_bias=False)


@mistake("1.5", name="chain-compiled", tag="formula")
def sequential_net(sizes):
    """The builder says what the network is, not how it is trained.

    Leave compile out."""
    model = _chain(sizes)
    model.compile("adam", "mse")
    return model


@mistake("1.5", tag="formula", edit=('activation="relu")(h)', 'activation="tanh")(h)'))
def graph_with_tanh():
    """Your hidden units answer between -1 and 1.

    The activation asked for is relu."""


# 1.6 ------------------------------------------------------------------------------------------------------------------


def _through(weights, x, after, last=lambda s: s):
    h = x
    for i in range(0, len(weights), 2):
        h = h @ weights[i] + weights[i + 1]
        h = after(h) if i + 2 < len(weights) else last(h)
    return h


def _relu(s):
    return np.maximum(s, 0)


@mistake("1.6", name="relu-on-the-logits", tag="logits-as-probabilities")
def forward(weights, x):
    """None of your logits is negative.

    The last layer has no activation: apply relu only while another layer follows."""
    return _through(weights, x, _relu, _relu)


@mistake("1.6", name="no-relu", tag="formula")
def forward(weights, x):
    """Where does your network bend?

    After every layer but the last comes max(0, h)."""
    return _through(weights, x, lambda s: s)


@mistake("1.6", name="relu-before-the-layer", tag="order")
def forward(weights, x):
    """Right as long as the input has no negative numbers.

    The relu comes *after* a layer. Yours stands before it, and cuts the input as
    well."""
    h = x
    for i in range(0, len(weights), 2):
        h = _relu(h) @ weights[i] + weights[i + 1]
    return h


@mistake("1.6", name="softmax-at-the-end-of-forward", tag="logits-as-probabilities")
def forward(weights, x):
    """Your rows sum to 1.

    Logits are asked for, not probabilities."""
    return _through(weights, x, _relu, _softmax)


@mistake("1.6", name="biases-skipped", tag="formula")
def forward(weights, x):
    """You used the matrices only.

    Every second array in the list is the bias of the layer before it: + b."""
    h = x
    for i in range(0, len(weights), 2):
        h = h @ weights[i]
        h = _relu(h) if i + 2 < len(weights) else h
    return h


@mistake("1.6", name="bias-after-relu", tag="order")
def forward(weights, x):
    """Your bias comes after the relu.

    The layer is hW + b as a whole; the relu acts on its result."""
    h = x
    for i in range(0, len(weights), 2):
        h = h @ weights[i]
        h = (_relu(h) if i + 2 < len(weights) else h) + weights[i + 1]
    return h


@mistake("1.6", name="two-layers-only", tag="formula")
def forward(weights, x):
    """Your function knows networks of two layers.

    Any number of pairs may come, one or four: loop over them."""
    return _relu(x @ weights[0] + weights[1]) @ weights[2] + weights[3]


@mistake("1.6", name="input-changed", tag="formula")
def forward(weights, x):
    """The result is right, but an argument is no longer what it was.

    += and out= write into the arrays that you were given."""
    logits = _through(weights, x, _relu)
    x *= 0
    x += logits.mean()
    return logits


@mistake("1.6", name="last-layer-forgotten", tag="formula")
def forward(weights, x):
    """What does your function give for a network of one layer?

    The last pair is a layer like the others, without the relu."""
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = _relu(h @ weights[i] + weights[i + 1])
    return h


@mistake("1.6", name="sigmoid-between-the-layers", tag="formula")
def forward(weights, x):
    """Your hidden numbers lie between 0 and 1.

    After every layer but the last comes max(0, h), not the sigmoid."""
    return _through(weights, x, lambda s: 1 / (1 + np.exp(-s)))


@mistake("1.6", name="every-layer-reads-x", tag="formula")
def forward(weights, x):
    """What does your second layer read: the result of the first, or x again?

    h = max(0, h W + b): each layer takes what the one before gave."""
    h = x
    for i in range(0, len(weights) - 2, 2):
        h = _relu(x @ weights[i] + weights[i + 1])
    return h @ weights[-2] + weights[-1]


# 1.7 ------------------------------------------------------------------------------------------------------------------


def _pair(
    pixels,
    units,
    classes,
    *,
    relu="relu",
    digit="a",
    order="ab",
    last=None,
    first=None,
    shared=True,
    form=dict,
):
    left, right = (
        keras.Input((pixels,), name="left"),
        keras.Input((pixels,), name="right"),
    )
    reader = layers.Dense(units, activation=relu, name="reader")
    second = (
        reader if shared else layers.Dense(units, activation=relu, name="reader_right")
    )
    seen = {"a": reader(left), "b": second(right)}
    both = layers.Concatenate()([seen[key] for key in order])
    heads = {
        "digit": layers.Dense(classes, activation=first, name="digit")(
            seen.get(digit, both)
        ),
        "larger": layers.Dense(1, activation=last, name="larger")(both),
    }
    return keras.Model([left, right], heads if form is dict else list(heads.values()))


@mistake("1.7", name="two-readers", tag="formula")
def pair_net(pixels, units, classes):
    """You have more parameters than one reader needs.

    Two calls of layers.Dense(...) make two layers. Make one, keep it in a variable,
    and call it on both inputs."""
    return _pair(pixels, units, classes, shared=False)


@mistake("1.7", name="digit-sees-both", tag="formula")
def pair_net(pixels, units, classes):
    """Your output digit reads both images.

    Which digit the left one is, the left reading tells alone."""
    return _pair(pixels, units, classes, digit="both")


@mistake("1.7", name="digit-of-the-right-image", tag="formula")
def pair_net(pixels, units, classes):
    """Your output digit changes when the right image does.

    It reads the right image; the left one is asked for."""
    return _pair(pixels, units, classes, digit="b")


@mistake("1.7", name="right-reading-first", tag="order")
def pair_net(pixels, units, classes):
    """Output digit is right; output larger has its two readings in the wrong
    places.

    Concatenate puts them side by side in the order of its list: left first."""
    return _pair(pixels, units, classes, order="ba")


@mistake("1.7", name="sigmoid-on-larger", tag="logits-as-probabilities")
def pair_net(pixels, units, classes):
    """Your output larger lies between 0 and 1.

    A logit is asked for: no activation. Its sign decides, and the loss applies the
    sigmoid."""
    return _pair(pixels, units, classes, last="sigmoid")


@mistake("1.7", name="softmax-on-digit", tag="logits-as-probabilities")
def pair_net(pixels, units, classes):
    """Your output digit gives probabilities.

    Logits are asked for: the layer digit has no activation."""
    return _pair(pixels, units, classes, first="softmax")


@mistake("1.7", name="reader-without-relu", tag="sign")
def pair_net(pixels, units, classes):
    """Your readings may be negative.

    The reader is a dense layer with relu: activation="relu"."""
    return _pair(pixels, units, classes, relu=None)


@mistake("1.7", name="outputs-in-a-list", tag="formula")
def pair_net(pixels, units, classes):
    """Your outputs have no names.

    Give keras.Model a dict of outputs: {"digit": ..., "larger": ...}."""
    return _pair(pixels, units, classes, form=list)


@mistake("1.7", name="readings-merged", tag="formula")
def pair_net(pixels, units, classes):
    """Your layer larger has half the weights it should have.

    A sum or a difference makes one reading of two, and mixes them. Put them side by
    side, left first: layers.Concatenate()([a, b])."""
    left, right = (
        keras.Input((pixels,), name="left"),
        keras.Input((pixels,), name="right"),
    )
    reader = layers.Dense(units, activation="relu", name="reader")
    a, b = reader(left), reader(right)
    heads = {
        "digit": layers.Dense(classes, name="digit")(a),
        "larger": layers.Dense(1, name="larger")(layers.Add()([a, b])),
    }
    return keras.Model([left, right], heads)


@mistake("1.7", name="pair-compiled", tag="formula")
def pair_net(pixels, units, classes):
    """The builder says what the network is, not how it is trained.

    Leave compile out."""
    model = _pair(pixels, units, classes)
    model.compile("adam", {"digit": "mse", "larger": "mse"})
    return model


@mistake(
    "1.7", tag="order", edit=("keras.Model([left, right]", "keras.Model([right, left]")
)
def inputs_exchanged():
    """In which order does your model take its two images?

    keras.Model([left, right], ...): the left image comes first."""


@mistake(
    "1.7",
    tag="formula",
    edit=(
        "a, b = reader(left), reader(right)",
        "drop = layers.Dropout(0.5)\n    a, b = drop(reader(left)), drop(reader(right))",
    ),
)
def readings_dropped():
    """Your network answers otherwise in training. Does the exercise ask for dropout?

    The reader, the two layers that read it, and nothing else."""


# 1.8 ------------------------------------------------------------------------------------------------------------------


def _weights_equal(first, second):
    return all(
        np.array_equal(a, b)
        for a, b in zip(first.get_weights(), second.get_weights(), strict=False)
    )


def _answers_equal(first, second, x):
    return bool(np.allclose(np.asarray(first(x)), np.asarray(second(x))))


@mistake("1.8", name="no-copy", tag="aliasing")
def round_trip(model):
    """You saved the model and gave back the one you had.

    The model that went through the file is what load_model returns."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(str(Path(folder) / "model.keras"))
    return model


@mistake("1.8", name="fresh-weights", tag="aliasing")
def round_trip(model):
    """The layers came back, the weights did not.

    clone_model and from_config copy the architecture and draw new weights."""
    return keras.models.clone_model(model)


@mistake("1.8", name="optimiser-starts-afresh", tag="aliasing")
def round_trip(model):
    """Your copy is compiled, but its optimiser has forgotten what it knew.

    Compiling again makes a new optimiser without a memory of past gradients. The
    .keras file holds the old one's."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    if model.compiled:
        copy.compile(
            optimizer=type(model.optimizer)(), loss=model.loss, run_eagerly=True
        )
    return copy


@mistake(
    "1.8", tag="aliasing", edit=("load_model(path)", "load_model(path, compile=False)")
)
def loaded_without_compile():
    """Your copy cannot train: it is not compiled.

    compile=False leaves out loss and optimiser, although the file has them."""


@mistake("1.8", name="weights-compared-only", tag="formula")
def same_model(first, second, x):
    """Two networks with the same weights and other activations are the same to
    you.

    Let both predict on x as well."""
    a, b = first.get_weights(), second.get_weights()
    return len(a) == len(b) and all(
        np.array_equal(p, q) for p, q in zip(a, b, strict=True)
    )


@mistake("1.8", name="answers-compared-only", tag="formula")
def same_model(first, second, x):
    """Two networks that agree on this batch are the same to you.

    A weight that the batch does not use may differ: compare the weights as well."""
    return _answers_equal(first, second, x)


@mistake("1.8", name="shorter-list-decides", tag="formula")
def same_model(first, second, x):
    """One of two models may have more layers than the other.

    zip stops at the end of the shorter list. Compare the lengths first."""
    return _weights_equal(first, second) and _answers_equal(first, second, x)


@mistake("1.8", name="same-object", tag="formula")
def same_model(first, second, x):
    """To you, two models are the same only if they are one.

    A loaded model is another object. Compare what the two hold and answer."""
    return first is second


@mistake("1.8", name="either-half-is-enough", tag="ties")
def same_model(first, second, x):
    """You let one half of the proof stand for both.

    Equal weights *and* equal answers."""
    a, b = first.get_weights(), second.get_weights()
    return (len(a) == len(b) and _weights_equal(first, second)) or _answers_equal(
        first, second, x
    )


@mistake("1.8", name="counts-compared", tag="ties")
def same_model(first, second, x):
    """You compared how many weights the two have, not which.

    Equally many weights may hold other numbers. Compare array by array, entry by
    entry: np.array_equal."""
    return first.count_params() == second.count_params() and _answers_equal(
        first, second, x
    )


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "1.1",
    "flat_rows: 1 -> 2",
    "reshape takes any negative size for the one that it works out",
)
excuse(
    "1.4",
    "slopes: np.array(x, dtype=float) -> np.asarray(x, dtype=float)",
    "only the copies up and down are written to",
)
excuse(
    "1.6",
    "forward: 2 -> 3 (2)",
    "weights come in pairs: i + 2 < len(weights) where i + 3 is",
)
