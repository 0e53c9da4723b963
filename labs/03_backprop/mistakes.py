"""Wrong answers that students of lab 03 really give, each with the thought that puts it right."""

import numpy as np

from coursekit.labs import excuse, mistake


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# 3.1 ------------------------------------------------------------------------------------------------------------------


def _dicts(x, y, z, dx, dy, dz, dq, df=1.0):
    values = {"x": x, "y": y, "z": z, "q": x + y, "f": (x + y) * z}
    return values, {"x": dx, "y": dy, "z": dz, "q": dq, "f": df}


@mistake("3.1", name="product-rule-with-its-own-input", tag="formula")
def sum_and_product(x, y, z):
    """Move q a little. By how much does f = q z move?

    The slope of a product in one factor is the *other* factor."""
    q = x + y
    return _dicts(x, y, z, q, q, z, q)


@mistake("3.1", name="local-slopes-only", tag="formula")
def sum_and_product(x, y, z):
    """Your slopes of x and y say how q moves. What was asked is how f moves.

    Multiply the local slope of each node by the gradient that came back to its
    output."""
    return _dicts(x, y, z, 1.0, 1.0, x + y, z)


@mistake("3.1", name="sum-scales-like-a-product", tag="formula")
def sum_and_product(x, y, z):
    """If x grows by 1, by how much does x + y grow? Does that depend on y?

    A sum hands its gradient to both inputs unchanged."""
    return _dicts(x, y, z, z * y, z * x, x + y, z)


@mistake("3.1", name="sum-shares-its-gradient-out", tag="formula")
def sum_and_product(x, y, z):
    """You split the gradient of q between x and y. Move x alone by 1: how far does
    q move?

    Each input of a sum moves it fully, so each receives the whole gradient, not
    half of it."""
    return _dicts(x, y, z, z / 2, z / 2, x + y, z)


@mistake("3.1", name="sweep-starts-with-the-value", tag="formula")
def sum_and_product(x, y, z):
    """What is the slope of f in f itself?

    The backward sweep starts with the number 1 at the output, not with the output's
    value."""
    f = (x + y) * z
    return _dicts(x, y, z, f * z, f * z, f * (x + y), f * z, f)


@mistake("3.1", name="constant-without-a-gradient", tag="edge-case")
def sum_and_product(x, y, z):
    """You treat z as a constant. f = q z moves when z moves, so z has a slope too.

    Every input of a product gets a gradient: z receives 1 times q."""
    return _dicts(x, y, z, z, z, 0.0, z)


@mistake("3.1", name="dicts-exchanged", tag="order")
def sum_and_product(x, y, z):
    """Which of your two dicts comes first?

    Return the values first, then the gradients."""
    return _dicts(x, y, z, z, z, x + y, z)[::-1]


@mistake("3.1", name="sum-scales-with-its-own-input", tag="formula")
def sum_and_product(x, y, z):
    """You multiply the gradient that came back to q by x and by y. By how much does
    x + y grow if x grows by 1?

    A sum has the local slopes 1: it hands its gradient to both inputs unchanged."""
    return _dicts(x, y, z, z * x, z * y, x + y, z)


# 3.2 ------------------------------------------------------------------------------------------------------------------


def _chain(x, w1, w2, *, do=None, dh2=None, do1=None, dh1=None, dw1=None, dw2=None):
    """The chain, with the steps that are given replaced."""
    h1 = w1 * x
    o1 = sigmoid(h1)
    h2 = w2 * o1
    o = sigmoid(h2)
    env = {
        "x": x,
        "w1": w1,
        "h1": h1,
        "o1": o1,
        "w2": w2,
        "h2": h2,
        "o": o,
        "L": -np.log(o),
    }
    g = {"L": 1.0}
    g["o"] = do(env, g) if do else -1 / o
    g["h2"] = dh2(env, g) if dh2 else g["o"] * o * (1 - o)
    g["w2"] = dw2(env, g) if dw2 else g["h2"] * o1
    g["o1"] = do1(env, g) if do1 else g["h2"] * w2
    g["h1"] = dh1(env, g) if dh1 else g["o1"] * o1 * (1 - o1)
    g["w1"] = dw1(env, g) if dw1 else g["h1"] * x
    g["x"] = g["h1"] * w1
    return env, g


@mistake("3.2", name="sigmoid-slope-at-the-output", tag="formula")
def chain(x, w1, w2):
    """At which value do you take the slope of sigma: at what goes into it, or at
    what comes out?

    sigma(h)(1 - sigma(h)) is taken at the input h. You already have sigma(h): it is
    o (or o1), so the slope is o(1 - o)."""

    def slope(a):
        return sigmoid(a) * (1 - sigmoid(a))

    return _chain(
        x,
        w1,
        w2,
        dh2=lambda v, g: g["o"] * slope(v["o"]),
        dh1=lambda v, g: g["o1"] * slope(v["o1"]),
    )


@mistake("3.2", name="sigmoid-slope-from-the-sum", tag="sign")
def chain(x, w1, w2):
    """h(1 - h) can be negative, yet sigma never falls.

    The slope of sigma is written with its output: o(1 - o), where o = sigma(h)."""
    return _chain(
        x,
        w1,
        w2,
        dh2=lambda v, g: g["o"] * v["h2"] * (1 - v["h2"]),
        dh1=lambda v, g: g["o1"] * v["h1"] * (1 - v["h1"]),
    )


@mistake("3.2", name="dL-do-left-out", tag="off-by-one")
def chain(x, w1, w2):
    """Your sweep starts at o. But the slope that was asked is that of L.

    Between o and L lies one more node, -log, whose local slope is -1/o. Every other
    gradient contains it as a factor."""
    return _chain(x, w1, w2, do=lambda v, g: 1.0)


@mistake("3.2", name="minus-of-the-log-lost", tag="sign")
def chain(x, w1, w2):
    """If o grows, does L = -log o grow or shrink? Look at the sign of your
    gradient of o.

    The slope of log o is 1/o; the minus in front of the log stays."""
    return _chain(x, w1, w2, do=lambda v, g: 1 / v["o"])


@mistake("3.2", name="w2-left-out-on-the-way-to-w1", tag="formula")
def chain(x, w1, w2):
    """On its way from h2 to o1 the gradient passes a product. By what is it
    multiplied there?

    h2 = w2 o1, so the slope of h2 in o1 is w2."""
    return _chain(x, w1, w2, do1=lambda v, g: g["h2"])


@mistake("3.2", name="own-input-for-the-other", tag="formula")
def chain(x, w1, w2):
    """h2 = w2 o1. How far does h2 move when w2 moves by 1?

    The slope of a product in a weight is what the weight is multiplied with: o1 for
    w2, x for w1."""
    return _chain(
        x,
        w1,
        w2,
        dw2=lambda v, g: g["h2"] * v["w2"],
        dw1=lambda v, g: g["h1"] * v["w1"],
    )


@mistake("3.2", name="first-sigmoid-without-slope", tag="formula")
def chain(x, w1, w2):
    """Count the factors of your slope in w1. The lecture has five.

    Between o1 and h1 lies a sigmoid as well: multiply by o1(1 - o1)."""
    return _chain(x, w1, w2, dh1=lambda v, g: g["o1"])


@mistake("3.2", name="local-slopes-alone", tag="formula")
def chain(x, w1, w2):
    """Your gradients say how each node moves with its input. Asked for is how L
    moves.

    Walk from the right: each gradient is the one that came back, times the local
    slope."""
    return _chain(
        x,
        w1,
        w2,
        dh2=lambda v, g: v["o"] * (1 - v["o"]),
        dw2=lambda v, g: v["o1"],
        do1=lambda v, g: v["w2"],
        dh1=lambda v, g: v["o1"] * (1 - v["o1"]),
        dw1=lambda v, g: v["x"],
    )


@mistake("3.2", name="slope-of-the-other-sigmoid", tag="formula")
def chain(x, w1, w2):
    """There are two sigmoids. Whose output is in your gradient of h1?

    o1 = sigma(h1) has the slope o1(1 - o1), not o(1 - o)."""
    return _chain(x, w1, w2, dh1=lambda v, g: g["o1"] * v["o"] * (1 - v["o"]))


@mistake("3.2", name="first-sigmoid-slope-at-its-output", tag="formula")
def chain(x, w1, w2):
    """Your gradient of h2 is right, that of h1 is not. At which value do you take
    the slope of the first sigma?

    You put o1 into sigma once more. sigma(h1) is o1 already, so the slope is
    o1(1 - o1)."""

    def slope(v):
        again = sigmoid(v["o1"])
        return again * (1 - again)

    return _chain(x, w1, w2, dh1=lambda v, g: g["o1"] * slope(v))


@mistake("3.2", name="minus-of-the-loss-lost", tag="sign")
def chain(x, w1, w2):
    """Is your L positive? o lies between 0 and 1.

    L = -log o: your value lacks the minus."""
    values, gradients = _chain(x, w1, w2)
    return values | {"L": -values["L"]}, gradients


@mistake("3.2", name="factors-of-both-products-exchanged", tag="formula")
def chain(x, w1, w2):
    """h2 = w2 o1. How far does h2 move when w2 moves by 1, and how far when o1 does?

    A product's slope in one factor is the other one: o1 for w2, and w2 for o1; x for
    w1, and w1 for x."""
    values, gradients = _chain(
        x,
        w1,
        w2,
        dw2=lambda v, g: g["h2"] * v["w2"],
        do1=lambda v, g: g["h2"] * v["o1"],
        dw1=lambda v, g: g["h1"] * v["w1"],
    )
    return values, gradients | {"x": gradients["h1"] * x}


@mistake("3.2", name="each-local-slope-by-itself", tag="formula")
def chain(x, w1, w2):
    """Each of your gradients is one node's own slope. Asked for is how L moves.

    Walk from the right: each gradient is the one that came back, times the local
    slope."""
    values, gradients = _chain(
        x,
        w1,
        w2,
        dh2=lambda v, g: v["o"] * (1 - v["o"]),
        dw2=lambda v, g: v["o1"],
        do1=lambda v, g: v["w2"],
        dh1=lambda v, g: v["o1"] * (1 - v["o1"]),
        dw1=lambda v, g: v["x"],
    )
    return values, gradients | {"x": w1}


@mistake("3.2", name="input-without-a-gradient", tag="edge-case")
def chain(x, w1, w2):
    """x is an input of the graph as well. Where is its gradient?

    h1 = w1 x: the slope of L in x is that in h1, times w1."""
    values, gradients = _chain(x, w1, w2)
    return values, {key: g for key, g in gradients.items() if key != "x"}


# 3.3 ------------------------------------------------------------------------------------------------------------------


@mistake("3.3", name="one-sided", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """You take one step up from x. The formula takes one up and one down.

    (f(x + h) - f(x)) / h is wrong by about h, the central difference only by about
    h squared."""
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up = x.copy()
        up[i] += h
        g[i] = (f(up) - f(x)) / h
    return g


@mistake("3.3", name="divided-by-h", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """Your gradient is a whole factor off. How far apart are the two points?

    From x - h to x + h it is 2h."""
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / h
    return g


@mistake("3.3", name="all-entries-move-together", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """You move all of x at once, so you find the slope along the diagonal.

    The gradient has one slope per entry: move entry i alone, and leave the others
    where they are."""
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mistake("3.3", name="entry-not-put-back", tag="aliasing")
def numerical_gradient(f, x, h=1e-5):
    """After the first entry, where does x stand when you move the second?

    Put the entry back before you go on, or move a fresh copy each time."""
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        g[i] = (up - f(x)) / (2 * h)
    return g


@mistake("3.3", name="integers-cannot-move", tag="dtype")
def numerical_gradient(f, x, h=1e-5):
    """What is 3 + 0.00001 in an array of integers?

    Make a float64 copy of x first; an integer array cuts off what you add."""
    x = np.asarray(x)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] = up[i] + h
        down[i] = down[i] - h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


@mistake("3.3", name="rows-for-entries", tag="axis")
def numerical_gradient(f, x, h=1e-5):
    """Your loop runs over the first axis. What does x[i] mean when x is a matrix?

    For a matrix x[i] is a whole row. np.ndindex(x.shape) visits every single entry."""
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


def _centrally(x, difference, h):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        g[i] = difference(x, nudge)
    return g


@mistake("3.3", name="half-by-precedence", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """Read your division aloud.

    / 2 * h divides by 2 and then multiplies by h. Put 2 * h in brackets."""
    return _centrally(x, lambda x, u: (f(x + u) - f(x - u)) / 2 * h, h)


@mistake("3.3", name="step-fixed", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """Your result does not change when h does.

    0.00001 is only the default: use the argument."""
    return _centrally(x, lambda x, u: (f(x + u) - f(x - u)) / 2e-5, 1e-5)


@mistake("3.3", name="gradient-laid-flat", tag="formula")
def numerical_gradient(f, x, h=1e-5):
    """The numbers are right, the shape is not.

    A gradient has the shape of x: one slope in the place of each entry."""
    return _centrally(x, lambda x, u: (f(x + u) - f(x - u)) / (2 * h), h).ravel()


@mistake("3.3", tag="dtype", edit=("dtype=np.float64", "dtype=np.float32"))
def float32_copy():
    """How many digits does 1.00001 need, and how many does float32 hold?

    Two values that differ by 0.00002 lose nearly all their digits in float32: work in
    float64."""


@mistake(
    "3.3",
    tag="formula",
    edit=("(f(up) - f(down)) / (2 * h)", "f(up) - f(down) / 2 * h"),
)
def only_the_second_value_divided():
    """What does your division divide: the difference, or only f(down)?

    Two pairs of brackets are missing: (f(up) - f(down)) / (2 * h)."""


@mistake(
    "3.3",
    tag="aliasing",
    edit=(
        ("        up, down = x.copy(), x.copy()\n", ""),
        (
            "gradient = np.zeros(x.shape)",
            "gradient, up, down = np.zeros(x.shape), x.copy(), x.copy()",
        ),
    ),
)
def copies_made_once():
    """When you come to the second entry, does the first still stand where it was
    moved to?

    Make the two copies anew for every entry, or put the entry back."""


# 3.4 ------------------------------------------------------------------------------------------------------------------


def _delta(x, t, w_hidden, w_out):
    x, t, w_hidden, w_out = (
        np.asarray(a, dtype=float) for a in (x, t, w_hidden, w_out)
    )
    a = sigmoid(w_hidden @ x)
    o = sigmoid(w_out @ a)
    return x, t, w_hidden, w_out, a, o, (t - o) * o * (1 - o)


@mistake("3.4", name="as-printed-uphill", tag="sign")
def delta_step(x, t, w_hidden, w_out, eta):
    """Run one step and compute E before and after. Which way did it go?

    delta contains T - a, so adding eta delta a goes downhill; with a - T you would
    have to subtract."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    back = (w_out.T @ d) * a * (1 - a)
    return w_hidden - eta * np.outer(back, x), w_out - eta * np.outer(d, a)


@mistake("3.4", name="output-weights-updated-first", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """Your output weights are right. Which output weights does the hidden delta
    see?

    delta_j asks how the error came about, so it needs the w_kj of the forward pass,
    not the new ones.

    Compute both deltas first, then change both matrices."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    w_out = w_out + eta * np.outer(d, a)
    back = (w_out.T @ d) * a * (1 - a)
    return w_hidden + eta * np.outer(back, x), w_out


@mistake("3.4", name="weights-not-transposed", tag="transpose")
def delta_step(x, t, w_hidden, w_out, eta):
    """In delta_j the sum runs over the output units k. Along which axis of w_out
    do they lie?

    w_out has shape (k, m) and maps m activities to k outputs. On the way back it
    must map k deltas to m: transpose it."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    back = (w_out @ d) * a * (1 - a)
    return w_hidden + eta * np.outer(back, x), w_out + eta * np.outer(d, a)


@mistake("3.4", name="slope-of-the-activity", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """sigma'(net) is the slope at the weighted sum. You put the activity into
    sigma once more.

    With a = sigma(net) the slope is a(1 - a)."""
    x, t, w_hidden, w_out, a, o, _ = _delta(x, t, w_hidden, w_out)
    d = (t - o) * sigmoid(o) * (1 - sigmoid(o))
    back = (w_out.T @ d) * sigmoid(a) * (1 - sigmoid(a))
    return w_hidden + eta * np.outer(back, x), w_out + eta * np.outer(d, a)


@mistake("3.4", name="output-slope-left-out", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """Your output delta is T - a. That is the slope of E in the activity; the
    weights act on net.

    Between net and activity lies the sigmoid: multiply by a(1 - a)."""
    x, t, w_hidden, w_out, a, o, _ = _delta(x, t, w_hidden, w_out)
    d = t - o
    back = (w_out.T @ d) * a * (1 - a)
    return w_hidden + eta * np.outer(back, x), w_out + eta * np.outer(d, a)


@mistake("3.4", name="hidden-slope-left-out", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """The output weights are right. What does a hidden unit do with its weighted
    sum?

    The hidden units are sigmoids as well: delta_j ends with a_j(1 - a_j)."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    return w_hidden + eta * np.outer(w_out.T @ d, x), w_out + eta * np.outer(d, a)


@mistake("3.4", name="activity-of-the-receiver", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """In delta_j a_i, whose activity is a_i: that of the unit the weight comes
    from, or of the one it leads to?

    a_i stands at the input side of the weight: x for the hidden weights, the hidden
    activities for the output weights."""
    x, t, w_hidden, w_out, a, o, d = _delta(x, t, w_hidden, w_out)
    back = (w_out.T @ d) * a * (1 - a)
    return w_hidden + eta * (back * a)[:, None], w_out + eta * (d * o)[:, None]


@mistake("3.4", name="learning-rate-left-out", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """Change eta: does the step change?

    The step is eta times delta times the activity."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    return w_hidden + np.outer((w_out.T @ d) * a * (1 - a), x), w_out + np.outer(d, a)


@mistake("3.4", name="steps-for-weights", tag="formula")
def delta_step(x, t, w_hidden, w_out, eta):
    """With eta = 0, what do you return?

    Asked for are the new weights: the old ones plus the steps."""
    x, t, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    return eta * np.outer((w_out.T @ d) * a * (1 - a), x), eta * np.outer(d, a)


@mistake("3.4", name="callers-weights-changed", tag="aliasing")
def delta_step(x, t, w_hidden, w_out, eta):
    """The new weights are right, but the old ones are gone for whoever called you.

    w += ... writes into the caller's array. Make a new one: w + ..."""
    _, _, w_hidden, w_out, a, _o, d = _delta(x, t, w_hidden, w_out)
    back = (w_out.T @ d) * a * (1 - a)
    w_hidden += eta * np.outer(back, x)
    w_out += eta * np.outer(d, a)
    return w_hidden, w_out


# 3.5 ------------------------------------------------------------------------------------------------------------------


def _shrink(g, shape):
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


@mistake("3.5", name="mean-over-the-copies", tag="missing-1/n")
def unbroadcast(g, shape):
    """A bias that 20 rows use moves the error through all 20. Does one slope
    become smaller because there are more rows?

    Every use adds its share: sum over the copies. (A mean belongs in the loss, if
    it is one.)"""
    g = np.asarray(g)
    g = g.mean(axis=tuple(range(g.ndim - len(shape))))
    return g.mean(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


@mistake("3.5", name="length-one-axis-dropped", tag="axis")
def unbroadcast(g, shape):
    """The numbers are right. Compare the shape of your result with `shape`.

    (1, 3) and (3,) are different shapes: sum with keepdims=True over the axes of
    length 1."""
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))


@mistake("3.5", name="only-missing-axes-summed", tag="edge-case")
def unbroadcast(g, shape):
    """Your sum handles (3,) inside (4, 3). What about a column (4, 1), which was
    repeated along its second axis?

    NumPy repeats axes of length 1 as well; sum over them too, and keep them."""
    g = np.asarray(g)
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


@mistake("3.5", name="first-copy-taken", tag="aliasing")
def unbroadcast(g, shape):
    """You keep one copy's gradient and forget the others. All copies are the same
    value: when it moves, all move.

    Sum over the repeated axes."""
    g = np.asarray(g)
    g = g[(0,) * (g.ndim - len(shape))]
    return g[tuple(slice(0, n) for n in shape)]


@mistake("3.5", name="everything-summed-over-the-rows", tag="axis")
def unbroadcast(g, shape):
    """You always sum over axis 0. Which axis was repeated for a column (4, 1)?

    Compare the two shapes from the right: sum where g has an axis that `shape`
    lacks, or where `shape` has length 1."""
    g = np.asarray(g)
    return (
        g
        if g.shape == tuple(shape)
        else g.sum(axis=0).reshape(shape)
        if g.shape[1:] == tuple(shape)[-1:]
        else g.sum(axis=0)
    )


@mistake(
    "3.5",
    tag="broadcasting",
    edit=("unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)", "g * b, g * a"),
)
def product_not_shrunk():
    """Your two gradients both have the shape of the output. Which shape has b,
    when b is a row used n times?

    Each gradient comes in the shape of its input: send it through unbroadcast."""


@mistake("3.5", name="product-with-its-own-factor", tag="formula")
def pull_multiply(g, a, b):
    """The slope of a b in a is the other factor.

    g times b is the gradient of a; g times a that of b."""
    return _shrink(g * a, a.shape), _shrink(g * b, b.shape)


@mistake("3.5", name="product-forgets-what-came-back", tag="formula")
def pull_multiply(g, a, b):
    """You return the local slopes. Where is g?

    A pull-back multiplies the local slope by the gradient of the output, entry by
    entry."""
    return _shrink(np.broadcast_to(b, g.shape), a.shape), _shrink(
        np.broadcast_to(a, g.shape), b.shape
    )


@mistake("3.5", tag="transpose", edit=(".T, a.T", ", a"))
def matrices_not_transposed():
    """Write the three shapes under your products: g is (n, m), a is (n, k), b is
    (k, m).

    The gradient of a must be (n, k): only g (n, m) times the transpose of b (m, k)
    has that shape."""


@mistake("3.5", tag="order", edit=("g @ b.T, a.T @ g", "b.T @ g, g @ a.T"))
def matrix_factors_in_the_wrong_order():
    """You transpose, but in which order do the factors stand? With square matrices
    both orders run; only one is right.

    For C = A B: g comes first in the gradient of A, and last in that of B, as A and
    B stand in the product."""


@mistake("3.5", tag="formula", edit=("g @ b.T, a.T @ g", "a.T @ g, g @ b.T"))
def matrix_gradients_exchanged():
    """Compare the shapes of your two results with those of a and b.

    The first result belongs to a, the second to b."""


@mistake("3.5", name="copies-summed-before-the-factor", tag="order")
def pull_multiply(g, a, b):
    """The copies of b met different rows of a. May you add them up before they are
    multiplied?

    First the entry-wise product g a, in the shape of g; then unbroadcast it."""
    return _shrink(g, a.shape) * b, _shrink(g, b.shape) * a


@mistake(
    "3.5",
    tag="axis",
    edit=("tuple(range(g.ndim - len(shape)))", "tuple(range(len(shape), g.ndim))"),
)
def axes_dropped_at_the_end():
    """Which axes of g does a row of shape (3,) lack inside (4, 3): those in front, or
    those at the end?

    NumPy lines shapes up from the right, so the missing axes are in front: sum over
    the first g.ndim - len(shape) axes."""


# 3.6 ------------------------------------------------------------------------------------------------------------------


@mistake("3.6", name="derivative-at-the-output", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """Which X do you hand to module i on the way back: the one that went into it,
    or the one that came out?

    F_i(X_{i-1}, W_i) is differentiated at its input X_{i-1}. Store x before you
    call forward."""
    outputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        x = run(x, w)
        outputs.append(x)
    g, found = loss_gradient(x), []
    for (_, backward), w, out in zip(
        reversed(modules), reversed(weights), reversed(outputs), strict=True
    ):
        g, dw = backward(out, w, g)
        found.append(dw)
    return found[::-1], g


@mistake("3.6", name="gradient-not-carried-on", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """Every module of yours gets the same g. What does the second-last module
    need?

    g must become dE/dX of one module further down after each step: keep the first
    result of backward."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = loss_gradient(x), []
    last = g
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        last, dw = backward(x_in, w, g)
        found.append(dw)
    return found[::-1], last


@mistake("3.6", name="gradients-in-the-order-of-the-sweep", tag="order")
def backpropagate(modules, weights, x, loss_gradient):
    """The gradients are right, but they stand in the order in which you met the
    modules.

    The sweep meets the last module first. The list is asked for from W_1 to W_n:
    turn it round."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = loss_gradient(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        found.append(dw)
    return found, g


@mistake("3.6", name="forwards-instead-of-backwards", tag="order")
def backpropagate(modules, weights, x, loss_gradient):
    """In which direction does your second loop run? dE/dX is known at the end, not
    at the start.

    Go through the modules from the last to the first: reversed(...)."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = loss_gradient(x), []
    for (_, backward), w, x_in in zip(modules, weights, inputs, strict=True):
        g, dw = backward(x_in, w, g)
        found.append(dw)
    return found, g


@mistake("3.6", name="loss-left-out", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """With which gradient does your sweep begin? E is not the sum of X_n.

    The first gradient is dE/dX_n, what loss_gradient gives for the last output."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = np.asarray(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        found.append(dw)
    return found[::-1], g


@mistake("3.6", name="results-of-backward-exchanged", tag="order")
def backpropagate(modules, weights, x, loss_gradient):
    """Which of the two results of `backward` travels on to the module below?

    backward returns (dE/dX_{i-1}, dE/dW_i), in this order; the first travels, the
    second stays."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = loss_gradient(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        dw, g_down = backward(x_in, w, g)
        found.append(dw)
        g = g_down if g_down is not None else g
    return found[::-1], g


@mistake("3.6", name="loss-at-the-last-input", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """At which X do you ask loss_gradient: X_n, or the one before?

    E is a function of X_n, what the last module gave."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    last = np.asarray(loss_gradient(inputs[-1]))
    g, found = last if last.shape == np.shape(x) else np.ones_like(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        found.append(dw)
    return found[::-1], g


@mistake("3.6", name="sweep-starts-with-ones", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """With which gradient does your sweep begin? Ones would be right if E were the
    sum of X_n.

    E = C(X_n): the first gradient is dE/dX_n, what loss_gradient gives for the last
    output."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = np.ones_like(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        found.append(dw)
    return found[::-1], g


@mistake("3.6", name="none-left-out", tag="edge-case")
def backpropagate(modules, weights, x, loss_gradient):
    """How many gradients do you return, and how many modules are there?

    A module without weights keeps its place in the list: its entry is None."""
    inputs = []
    for (run, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = run(x, w)
    g, found = loss_gradient(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        if dw is not None:
            found.append(dw)
    return found[::-1], g


@mistake("3.6", name="first-input-for-every-module", tag="formula")
def backpropagate(modules, weights, x, loss_gradient):
    """Each module had an input of its own. With which one do you call the backward of
    the last module: its own, or that of the first?

    Keep every X on the way up: module i was given X_{i-1}, and needs it again."""
    last = x
    for (run, _), w in zip(modules, weights, strict=True):
        last = run(last, w)
    g, found = loss_gradient(last), []
    for (_, backward), w in zip(reversed(modules), reversed(weights), strict=True):
        g, dw = backward(x, w, g)
        found.append(dw)
    return found[::-1], g


@mistake("3.6", tag="order", edit=("g, dw = backward", "dw, g = backward"))
def names_of_the_two_results_exchanged():
    """Which of the two results of `backward` comes first, dE/dX or dE/dW?

    backward returns (dE/dX_{i-1}, dE/dW_i); the first travels on to the module
    below, the second goes into the list."""


# 3.7 ------------------------------------------------------------------------------------------------------------------


def _order(root):
    found, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for v in node.inputs:
                visit(v)
            found.append(node)

    visit(root)
    return found


class _Base:
    __array_priority__ = 100

    def __init__(self, data, inputs=(), pull=None):
        self.data, self.inputs, self.pull = np.asarray(data), tuple(inputs), pull
        self.grad = np.zeros(self.data.shape)

    def _shares(self):
        if self.pull is None:
            return []
        return list(
            zip(
                self.inputs,
                self.pull(self.grad, *(v.data for v in self.inputs)),
                strict=True,
            )
        )

    def _start(self):
        order = _order(self)
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        return order


@mistake("3.7", name="shares-overwritten", tag="aliasing")
class Value(_Base):
    """In x x y + x, what does x hold after the first of its shares has arrived,
    and what after the second?

    A node used twice moves the result along two paths: each share is added to what
    is there already."""

    def backward(self):
        for node in reversed(self._start()):
            for v, share in node._shares():
                v.grad = share


@mistake("3.7", name="yesterdays-gradients-kept", tag="edge-case")
class Value(_Base):
    """Call backward twice. Does the gradient of a leaf double?

    Before the sweep, set the gradient of every node below to zero, and that of the
    root to ones."""

    def backward(self):
        order = _order(self)
        self.grad = self.grad + np.ones(self.data.shape)
        for node in reversed(order):
            for v, share in node._shares():
                v.grad = v.grad + share


@mistake("3.7", name="sweep-never-started", tag="edge-case")
class Value(_Base):
    """All your gradients are zero. What is multiplied by what?

    The sweep starts with the slope of the root in itself: set the root's grad to
    ones."""

    def backward(self):
        order = _order(self)
        for node in order:
            node.grad = np.zeros(node.data.shape)
        for node in reversed(order):
            for v, share in node._shares():
                v.grad = v.grad + share


@mistake("3.7", name="walked-from-the-leaves", tag="order")
class Value(_Base):
    """In which direction do you walk the list? A gradient must be complete before
    it is passed on.

    The list runs from leaves to root; the backward sweep begins at the root:
    reversed(order)."""

    def backward(self):
        for node in self._start():
            for v, share in node._shares():
                v.grad = v.grad + share


@mistake("3.7", name="passed-on-before-complete", tag="order")
class Value(_Base):
    """A node with two users passes its gradient on when the first share arrives,
    and again with the second. What is counted twice?

    Wait until all users have spoken: walk the nodes in reversed topological order,
    each once."""

    def backward(self):
        self._start()

        def push(node):
            for v, share in node._shares():
                v.grad = v.grad + share
                push(v)

        push(self)


@mistake("3.7", name="result-for-the-inputs", tag="formula")
class Value(_Base):
    """With which arrays do you call the pull-back? Its slopes are taken at the
    inputs, not at the result.

    node.pull(node.grad, *arrays) wants the data of node.inputs."""

    def backward(self):
        for node in reversed(self._start()):
            if node.pull is not None:
                shares = node.pull(node.grad, *(node.data for _ in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = v.grad + share


@mistake("3.7", name="nodes-listed-once-per-path", tag="formula")
def topological_order(root):
    """How often does a node stand in your list if two others use it?

    Remember the nodes you have seen, by id(node), and visit each only once."""
    order = []
    for v in root.inputs:
        order += topological_order_again(v)
    return [*order, root]


def topological_order_again(root):
    return [node for v in root.inputs for node in topological_order_again(v)] + [root]


@mistake("3.7", name="node-before-its-inputs", tag="order")
def topological_order(root):
    """You add a node when you enter it. Have its inputs been listed by then?

    First visit all inputs, then add the node itself."""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            for v in node.inputs:
                visit(v)

    visit(root)
    return order


@mistake("3.7", name="breadth-first", tag="formula")
def topological_order(root):
    """You list the nodes level by level, seen from the root. On which level is a
    node that is used on a short path and on a long one?

    A node must wait for its farthest user. Visit the inputs of a node first, then
    add the node."""
    order, seen = [root], {id(root)}
    for node in order:
        for v in node.inputs:
            if id(v) not in seen:
                seen.add(id(v))
                order.append(v)
    return order[::-1]


@mistake("3.7", name="constants-forgotten", tag="edge-case")
def record(forward_operation, pull, *inputs):
    """Your result remembers fewer inputs than the operation had. To which of them
    will the second share of the pull-back go?

    A pull-back gives one share per input, constants included. Make constants into
    Values, so that each share finds its place."""
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    arrays = [v.data if isinstance(v, kind) else v for v in inputs]
    return kind(
        forward_operation(*arrays), [v for v in inputs if isinstance(v, kind)], pull
    )


@mistake("3.7", name="how-it-was-made-forgotten", tag="formula")
def record(forward_operation, pull, *inputs):
    """Your result has the right data. Ask it for its inputs.

    Value(data) makes a leaf. A result needs the inputs and the pull-back as well:
    Value(data, inputs, pull)."""
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    return kind(
        forward_operation(*(v.data if isinstance(v, kind) else v for v in inputs))
    )


@mistake("3.7", name="root-left-out", tag="formula")
def topological_order(root):
    """Is the root itself in your list?

    The list ends with the root: it needs its place, for the sweep starts there."""
    return _order(root)[:-1]


@mistake("3.7", name="users-before-inputs", tag="order")
def topological_order(root):
    """Which node stands first in your list, a leaf or the root?

    Inputs come first, the root last; `backward` turns it round."""
    return _order(root)[::-1]


@mistake("3.7", name="number-at-the-root", tag="edge-case")
class Value(_Base):
    """Which shape has the gradient of the root?

    A gradient has the shape of its node's data: ones of that shape, also at the
    root."""

    def backward(self):
        order = self._start()
        self.grad = 1.0
        for node in reversed(order):
            for v, share in node._shares():
                v.grad = v.grad + share


@mistake("3.7", name="each-node-when-first-reached", tag="order")
class Value(_Base):
    """You visit a node when its first user has spoken. Have all its users?

    A gradient may be passed on only when it is complete: walk the topological order
    from its end."""

    def backward(self):
        self._start()
        queue, done = [self], set()
        while queue:
            node = queue.pop(0)
            if id(node) in done:
                continue
            done.add(id(node))
            for v, share in node._shares():
                v.grad = v.grad + share
                queue.append(v)


@mistake("3.7", name="shares-added-in-place", tag="aliasing")
class Value(_Base):
    """A pull-back may hand one and the same array to two inputs, as that of a sum may.
    In (x + y) + x, what happens to the gradient of y when x gets its second share?

    With += you write into an array that another node holds as well. Add into a new
    one."""

    def backward(self):
        order = _order(self)
        for node in order:
            node.grad = None
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            for v, share in node._shares():
                if v.grad is None:
                    v.grad = share
                else:
                    v.grad += share


@mistake("3.7", name="inputs-copied", tag="aliasing")
def record(forward_operation, pull, *inputs):
    """Run backward on your result. Who receives the gradient of x: x, or a copy of it?

    Keep a Value as it is. Only numbers and arrays become new Values."""
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    values = [kind(v.data if isinstance(v, kind) else v) for v in inputs]
    return kind(forward_operation(*(v.data for v in values)), values, pull)


@mistake("3.7", name="level-by-level", tag="order")
def topological_order(root):
    """You list the nodes level by level, seen from the root. On which level is a
    node that is used on a short path and on a long one?

    A node must wait for its farthest user. Visit the inputs of a node first, then
    add the node."""
    order, level = [], [root]
    while level:
        order = [n for n in level if all(n is not m for m in order)] + order
        level = [v for n in level for v in n.inputs]
    return order


@mistake("3.7", name="pull-forgotten", tag="formula")
def record(forward_operation, pull, *inputs):
    """Your result knows its inputs. Does it know its pull-back?

    Value(data, inputs, pull): without `pull` the sweep stops at this node."""
    kind = next(type(v) for v in inputs if hasattr(v, "pull"))
    values = [v if isinstance(v, kind) else kind(v) for v in inputs]
    return kind(forward_operation(*(v.data for v in values)), values)


# 3.8 ------------------------------------------------------------------------------------------------------------------


def _network(params, x, labels):
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    s = h @ w2 + b2
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return w2, net, h, p, np.eye(p.shape[1])[labels]


@mistake("3.8", name="one-over-n-forgotten", tag="axis")
def network_gradients(params, x, labels):
    """Hand in every row twice. Should the gradient of a mean double?

    The error is a mean over the batch, so its gradient is smaller by 1/n."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = p - right
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="bias-gradient-a-mean", tag="missing-1/n")
def network_gradients(params, x, labels):
    """Your weight gradients are right. The 1/n is already in the gradient of s;
    how often do your biases use it?

    A bias is used by every row, so its gradient is the sum over the rows, not one
    more mean."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.mean(axis=0), h.T @ ds, ds.mean(axis=0)


@mistake("3.8", name="right-answer-not-taken-off", tag="formula")
def network_gradients(params, x, labels):
    """Your gradient pushes every probability down, also that of the right class.

    At the right class the slope is p - 1, elsewhere p; all over n."""
    w2, net, h, p, _ = _network(params, x, labels)
    ds = p / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="gradient-of-the-log-likelihood", tag="sign")
def network_gradients(params, x, labels):
    """Every entry has the wrong sign: one step of descent would raise the error.

    E is *minus* the mean log-probability: p - 1 at the right class, not 1 - p."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = (right - p) / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="relu-slope-left-out", tag="sign")
def network_gradients(params, x, labels):
    """The gradients of w2 and b2 are right. What did the hidden units do to their
    sums on the way up?

    A unit whose sum was negative gave 0 and would still give 0 after a small step:
    its slope is 0."""
    w2, _net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = ds @ w2.T
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="relu-applied-to-the-gradient", tag="sign")
def network_gradients(params, x, labels):
    """You cut off the negative gradients. It is not the gradient whose sign
    decides, but the sum that went into the unit.

    Multiply by 1 where net > 0 and by 0 elsewhere, whatever sign the gradient has."""
    w2, _net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = np.maximum(ds @ w2.T, 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="hidden-sums-for-activities", tag="transpose")
def network_gradients(params, x, labels):
    """The gradient of w2 is off. What is w2 multiplied with in the forward pass:
    net, or max(0, net)?

    s = h w2 + b2, so the gradient of w2 is h transposed times that of s."""
    w2, net, _h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), net.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="output-weights-not-transposed", tag="transpose")
def network_gradients(params, x, labels):
    """On the way back, w2 must carry gradients of c classes to m hidden units.
    Which shape does that?

    ds (n, c) times w2 transposed (c, m) gives (n, m)."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = (ds @ w2) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="right-classes-taken-off-every-row", tag="formula")
def network_gradients(params, x, labels):
    """Print your gradient of s for three rows. In how many columns of a row is 1
    taken off?

    ds[:, labels] takes the columns of all labels in every row. Pair each row with
    its own label: ds[np.arange(n), labels]."""
    w2, net, h, p, _ = _network(params, x, labels)
    ds = p.copy()
    ds[:, labels] -= 1
    ds /= len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="one-over-n-twice", tag="formula")
def network_gradients(params, x, labels):
    """The biases are right. How often do the weights divide by n?

    1/n is in the gradient of s already, and travels on with it."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet / len(x), dnet.sum(axis=0), h.T @ ds / len(x), ds.sum(axis=0)


@mistake("3.8", name="activity-for-the-slope-of-relu", tag="formula")
def network_gradients(params, x, labels):
    """With what do you multiply on the way from h down to net?

    max(0, net) has the slope 1 or 0. Multiply by (net > 0), not by h."""
    w2, _net, h, p, right = _network(params, x, labels)
    ds = (p - right) / len(x)
    dnet = (ds @ w2.T) * h
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="mean-over-rows-and-classes", tag="axis")
def network_gradients(params, x, labels):
    """You divide by n times the number of classes.

    The error is a mean over the n rows; each row has one right class."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = (p - right) / p.size
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", name="slope-of-the-log-at-the-logits", tag="formula")
def network_gradients(params, x, labels):
    """Your gradient of s is -1/p at the right class and 0 elsewhere. Is that the
    slope in s, or the one in p?

    Between s and p lies the softmax. Together they give p - 1 at the right class and
    p elsewhere, over n."""
    w2, net, h, p, right = _network(params, x, labels)
    ds = -right / p / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


@mistake("3.8", tag="ties", edit=("(net > 0)", "(net >= 0)"))
def slope_one_at_the_kink():
    """A hidden sum is exactly 0. Which slope has max(0, net) there, by the text above?

    The slope is 1 only where net is more than 0; a unit at 0 passes nothing on."""


@mistake("3.8", name="softmax-overflows", tag="edge-case")
def network_gradients(params, x, labels):
    """Let a logit be 900. What is exp(900) to a computer, and what divided by itself?

    Take the largest logit of each row off before exp: the probabilities stay as they
    are. `forward` at the top of the lab does that for you."""
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    with np.errstate(all="ignore"):
        e = np.exp(h @ w2 + b2)
        p = e / e.sum(axis=1, keepdims=True)
    ds = (p - np.eye(p.shape[1])[labels]) / len(x)
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)


# Mutants that may live -----------------------------------------------------------------------------------------------

excuse(
    "3.3",
    "numerical_gradient: np.array(x, dtype=np.float64) -> np.asarray(x, dtype=np.float64)",
    "only the copies up and down are written to",
)
excuse(
    "3.8", "network_gradients: p.copy() -> p", "p is not read after ds is made of it"
)
