# ---
# coursekit:
#   title: Making training work
#   question: Two networks, the same layers, the same digits, the same number of passes. One learns, one does not. Why?
#   goals:
#     - Compute the activations and losses of the lectures, and their slopes, without overflow
#     - Measure how gradients vanish and explode with depth, and set them against the bound that the lecture gives
#     - Write batch normalisation for training and for testing, equal to Keras's
#     - Say what each trick (normalising, shuffling, minibatches, schedule, initialisation, batch norm) is worth, by experiment
#   prerequisites:
#     - NumPy broadcasting and matrix products
#     - lab 03, or the chain rule for one dense layer
#   lecture: "Sydney COMP5318 (back-prop in practice, rectified linear units, vanishing gradients, batch normalisation); CNN and Keras (activations, losses, batch normalisation); Session 11, Deep Learning 2 (learning rate)"
#   seconds: {cpu: 40, fast: 25}
#   accelerator: none needed; the networks are tiny and stay on the CPU
# ---

# %% [markdown]
# # Making training work
#
# **Two networks, the same layers, the same digits, the same number of passes. One learns, one does not. Why?**
#
# You will write the parts that decide it: activations, losses, scales, batches, rates and batch normalisation. Each exercise asks you
# to predict, to write one or two short functions, to run a check, and to read a picture that your own code drew. At the end your
# parts train many small networks, and one picture says what each trick is worth.

# %%
import itertools
import types

import keras
import numpy as np
import scipy.special
from keras import ops
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

import coursekit
from coursekit import NotAnsweredYet, layers, losses, open_lab
from coursekit.plots import PALETTE, subplots
from coursekit.training import gradients

lab = open_lab("04_training")
check = lab.check

# %% [markdown]
# ## Two networks and a puzzle
#
# The data: scanned digits, averaged over blocks of 4x4 pixels to 7x7 = 49 numbers between 0 and 255. 1,280 images train, the others
# judge. Both networks have three hidden layers of 32 units and are trained by gradient descent with the same first rate, for the same
# number of *epochs* (passes over the training images). The second one uses the six tricks of this lab; you need not understand
# its code yet.

# %%
SIZE = 1280  # a multiple of the batch size, so that every batch is full
EPOCHS = lab.pick(8, 6)
HIDDEN = (32, 32, 32)


def shrink(images):
    """Mean of every 4x4 block: images (n, 28, 28) -> (n, 49), values from 0 to 255."""
    return (
        images.astype(np.float32)
        .reshape(-1, 7, 4, 7, 4)
        .mean(axis=(2, 4))
        .reshape(-1, 49)
    )


(x_a, y_a), (x_b, y_b) = coursekit.load_digits()
x_all, y_all = shrink(np.concatenate([x_a, x_b])), np.concatenate([y_a, y_b])
order = np.random.default_rng(lab.seed).permutation(len(y_all))
x_raw, y_train = x_all[order[:SIZE]], y_all[order[:SIZE]]
x_judge, y_judge = x_all[order[SIZE:]], y_all[order[SIZE:]]
by_class = np.argsort(y_train, kind="stable")  # all zeros first, then all ones, ...


def keras_net(tricks):
    """Three hidden ReLU layers and ten logits, with or without batch normalisation and a careful start."""
    start = "he_normal" if tricks else keras.initializers.RandomNormal(stddev=1.0)
    net = [keras.Input((49,))]
    for units in HIDDEN:
        net.append(keras.layers.Dense(units, kernel_initializer=start))
        net += [keras.layers.BatchNormalization(momentum=0.9)] if tricks else []
        net.append(keras.layers.ReLU())
    return keras.Sequential([*net, keras.layers.Dense(10, kernel_initializer=start)])


opening = {}
scaler = StandardScaler().fit(x_raw)
for tricks in (False, True):
    keras.utils.set_random_seed(lab.seed)
    net = keras_net(tricks)
    rate = (
        keras.optimizers.schedules.ExponentialDecay(0.1, SIZE // 32 * EPOCHS, 0.1)
        if tricks
        else 0.1
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.SGD(rate), loss=loss, metrics=["accuracy"])
    x, y, judge = (
        (scaler.transform(x_raw), y_train, scaler.transform(x_judge))
        if tricks
        else (x_raw[by_class], y_train[by_class], x_judge)
    )
    history = net.fit(
        x,
        y,
        epochs=EPOCHS,
        batch_size=32 if tricks else SIZE,
        shuffle=tricks,
        validation_data=(judge, y_judge),
        validation_batch_size=len(judge),
        verbose=0,
    )
    opening[tricks] = history.history["val_accuracy"]

figure, ax = subplots(size=(6.8, 3.4))
passes = np.arange(1, EPOCHS + 1)
ax.plot(passes, opening[True], "o-", color=PALETTE[0], label="with six tricks")
ax.plot(passes, opening[False], "s--", color=PALETTE[1], label="as the data came")
ax.axhline(0.1, color="0.5", ls=":", lw=1, label="guessing")
ax.set(
    xlabel="epochs",
    ylabel="accuracy on unseen digits",
    ylim=(0, 1.02),
    title="Same layers, same first rate, same number of passes",
)
ax.legend(fontsize=8, loc="center right")
lab.show(
    figure,
    alt="Accuracy on unseen digits against epochs for two networks. One starts high and rises further; the other stays on the line of guessing.",
)
print(
    f"After {EPOCHS} epochs: {opening[True][-1]:.0%} with the tricks, {opening[False][-1]:.0%} without."
)

# %% [markdown]
# Why does one learn nothing, and which of the six tricks saves the other? Keep the question; the parts come first.
#
# ## What a unit does with its sum
#
# **Exercise 4.1** Activations and their slopes. A unit forms a weighted sum $z$ of its inputs and passes on $f(z)$, its *activation*. Learning needs the slope $f'(z)$ as well.
#
# | name | $f(z)$ |
# |---|---|
# | `identity` | $z$ |
# | `sigmoid` | $1/(1+e^{-z})$ |
# | `tanh` | $(e^z-e^{-z})/(e^z+e^{-z})$ |
# | `relu` | $z$ if $z>0$, else 0 |
# | `leaky_relu` | $z$ if $z>0$, else $0.1z$ |
# | `elu` | $z$ if $z>0$, else $e^z-1$ |
# | `gaussian` | $e^{-z^2/2}$ |
#
# ReLU and leaky ReLU have a kink at 0; take the slope of the piece that 0 belongs to, the one on the left. Large $|z|$ must give finite
# numbers: `np.tanh` and `np.clip` help. Leave `z` as it is.
#
# *Predict:* five of the seven have the same steepest slope. Which two stay flatter? And which three have slopes that die out on *both* sides?


# %%
def activate(name, z):
    """f(z), entry by entry.

    Args:
        name: "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "gaussian".
        z: float array of any shape; |z| may be 1,000.

    Returns:
        array of the shape of z, finite. activate("leaky_relu", np.array([-2.0, 3.0])) is [-0.2, 3].
    """
    ### BEGIN SOLUTION
    below = np.minimum(z, 0)
    return {
        "identity": lambda: z + 0,
        "sigmoid": lambda: 0.5 + 0.5 * np.tanh(z / 2),
        "tanh": lambda: np.tanh(z),
        "relu": lambda: np.maximum(z, 0),
        "leaky_relu": lambda: np.maximum(z, 0) + 0.1 * below,
        "elu": lambda: np.where(z > 0, z, np.exp(below) - 1),
        "gaussian": lambda: np.exp(-(z**2) / 2),
    }[name]()
    ### END SOLUTION


def derivative(name, z):
    """f'(z), entry by entry, as a function of z (not of f(z)).

    Args and shape as for `activate`. derivative("leaky_relu", np.array([-2.0, 0.0, 3.0])) is [0.1, 0.1, 1].
    """
    ### BEGIN SOLUTION
    s, t = 0.5 + 0.5 * np.tanh(z / 2), np.tanh(z)
    return {
        "identity": lambda: np.ones_like(z),
        "sigmoid": lambda: s * (1 - s),
        "tanh": lambda: 1 - t**2,
        "relu": lambda: np.where(z > 0, 1.0, 0.0),
        "leaky_relu": lambda: np.where(z > 0, 1.0, 0.1),
        "elu": lambda: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
        "gaussian": lambda: -z * np.exp(-(z**2) / 2),
    }[name]()
    ### END SOLUTION


# %%
check("4.1")

# %%
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gaussian")
IN_KERAS = {
    "identity": keras.activations.linear,
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.1),
    "elu": keras.activations.elu,
    "gaussian": layers.gaussian,  # coursekit's: Keras has none
}
agreement = {}  # for the receipt: how far your parts are from the library's

with lab.needs("4.1"):
    z = np.linspace(-4, 4, 400)  # 0 itself is not among them
    figure, axes = subplots(2, 4, size=(10, 4.6), sharex=True, sharey=True)
    gap, steepest = 0.0, {}
    for ax, name in zip(axes.flat, ACTIVATIONS, strict=False):
        value, slope = activate(name, z), derivative(name, z)
        ax.plot(z, value, color=PALETTE[0], lw=2, label="your f(z)")
        ax.plot(z, slope, "--", color=PALETTE[1], label="your slope f'(z)")
        ax.set(title=name, ylim=(-1.3, 2.2))
        steepest[name] = np.abs(slope).max()
        z32 = z.astype(np.float32)
        theirs = (
            ops.convert_to_numpy(IN_KERAS[name](z32)),
            gradients(lambda v, f=IN_KERAS[name]: ops.sum(f(v)), z32),
        )
        gap = max(gap, np.abs(value - theirs[0]).max(), np.abs(slope - theirs[1]).max())
    axes[1, 3].axis("off")
    axes[1, 3].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", fontsize=9)
    for ax in axes[1, :3]:
        ax.set_xlabel("z, the weighted sum")
    lab.show(
        figure,
        alt="Seven panels with an activation and its slope each. The slopes of sigmoid, tanh and Gaussian die out on both sides; "
        "those of ReLU, leaky ReLU, ELU and identity stay at one for positive sums.",
    )
    agreement["activations and their slopes"] = gap
    print(f"Values and slopes differ from Keras's by at most {gap:.1g}.")
    print(
        "Steepest slope: "
        + ", ".join(f"{name} {steep:.2f}" for name, steep in steepest.items())
        + "."
    )

# %% [markdown]
# Remember the sigmoid's steepest slope: a quarter. It will come back.
#
# **The silent half.** Sydney COMP5318 says that in a randomly initialised network "only about 50 % of hidden units" are active. The next cell feeds digits to
# ReLU layers with random weights that are as often positive as negative, and counts outputs that are exactly zero.

# %%
silent = np.zeros((lab.pick(20, 8), 4))  # (networks, layers)
with lab.needs("4.1"):
    for seed in range(len(silent)):
        rng, h = np.random.default_rng(seed), x_raw[:300] / 255.0
        for depth in range(silent.shape[1]):
            h = activate(
                "relu", h @ rng.normal(0, np.sqrt(2 / h.shape[1]), (h.shape[1], 200))
            )
            silent[seed, depth] = np.mean(h == 0)
    figure, ax = subplots(size=(6, 3))
    jitter = np.linspace(-0.15, 0.15, len(silent))[:, None]
    ax.plot(np.arange(1, 5) + jitter, silent, "o", color=PALETTE[0], ms=4, alpha=0.6)
    ax.axhline(0.5, color="0.3", ls="--", lw=1)
    ax.set(
        xticks=range(1, 5),
        ylim=(0, 1),
        xlabel="hidden layer",
        ylabel="share of silent outputs",
    )
    ax.set_title("One dot per random network: about half is silent")
    lab.show(
        figure,
        alt="Share of ReLU outputs that are zero in four hidden layers, one dot per random network. All dots lie close to the dashed line at one half.",
    )
    print(
        f"Silent on average: {silent.mean():.1%}; single layers range from {silent.min():.0%} to {silent.max():.0%} of {200 * 300} outputs."
    )

# %% [markdown]
# Half of the outputs are silent because a random sum is as often negative as positive.
#
# ## Units that look at several sums
#
# **Exercise 4.2** Softmax and maxout. **Softmax** turns the $c$ *logits* (final sums) $z_1,\dots,z_c$ of a row into probabilities $p_i = e^{z_i}/\sum_j e^{z_j}$. Adding a constant to all logits of a row changes
# nothing, so subtract the row's largest first, and no exponential overflows. Its slopes form a $c\times c$ matrix:
# $\partial p_i/\partial z_j = p_i(\delta_{ij} - p_j)$, where $\delta_{ij}$ is 1 if $i=j$ and 0 otherwise.
#
# **Maxout** gives each unit $k$ linear maps of its input $x$ and passes on the largest:
# $\max\,(x W_1 + b_1,\dots,x W_k + b_k)$ with weights $W_1,\dots,W_k$ and biases $b_1,\dots,b_k$.
#
# *Predict:* two maps per unit, the second all zeros. Which activation is that? And if the second is the first with its sign
# turned?


# %%
def softmax(z):
    """Probabilities of each row.

    Args:
        z: float array (n, c), any finite logits, such as 1,000.

    Returns:
        array (n, c), rows sum to 1. softmax(np.log([[1.0, 3.0]])) is [[0.25, 0.75]].
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


def softmax_slopes(p):
    """Matrix (c, c) of the slopes of one row's probabilities p (c,); entry [i, j] is the slope of p_i by z_j.

    softmax_slopes(np.array([0.25, 0.75])) is [[0.1875, -0.1875], [-0.1875, 0.1875]].
    """
    ### BEGIN SOLUTION
    return np.diag(p) - np.outer(p, p)
    ### END SOLUTION


def maxout(x, w, b):
    """Largest of k linear maps, for each row and unit.

    Args:
        x: float array (n, d); w: (k, d, units), one matrix per map; b: (k, units).

    Returns:
        array (n, units). maxout([[2.0]], [[[1.0]], [[-1.0]]], [[0.0], [5.0]]) is [[3.0]], the larger of 2 and -2 + 5 (given as arrays).
    """
    ### BEGIN SOLUTION
    return np.max([x @ w[k] + b[k] for k in range(len(w))], axis=0)
    ### END SOLUTION


# %%
check("4.2")

# %%
with lab.needs("4.2"):
    rng = np.random.default_rng(lab.seed)
    line = np.linspace(-2, 2, 200)[:, None]  # one input
    examples = {
        "second map zero": (np.array([[[1.0]], [[0.0]]]), np.zeros((2, 1))),
        "second map turned": (np.array([[[1.0]], [[-1.0]]]), np.zeros((2, 1))),
        "five maps": (
            np.array([-1.6, -0.7, 0.0, 0.7, 1.6]).reshape(5, 1, 1),
            np.array([-0.9, -0.1, 0.1, -0.1, -0.9])[:, None],
        ),
    }
    figure, ax = subplots(size=(6, 3.4))
    gap = 0.0
    for (name, (w, b)), dashes, colour in zip(
        examples.items(), ("-", "--", ":"), PALETTE, strict=False
    ):
        mine = maxout(line, w, b)
        ax.plot(line, mine, dashes, color=colour, lw=2, label=name)
        unit = layers.Maxout(1, len(w))
        unit.build((None, 1))
        unit.set_weights([w, b])
        gap = max(
            gap,
            np.abs(mine - ops.convert_to_numpy(unit(line.astype(np.float32)))).max(),
        )
    ax.set(
        xlabel="x, the only input",
        ylabel="output of the unit",
        title="One maxout unit learns its own activation",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Three outputs of a maxout unit: with a second map of zeros it is ReLU, with the second map turned it is the "
        "absolute value, with five maps it is a bowl made of straight pieces.",
    )
    z = rng.normal(0, 2, (3, 5)).astype(np.float32)
    p = softmax(z)
    soft_gap = np.abs(p - ops.convert_to_numpy(keras.activations.softmax(z))).max()
    rows = [
        gradients(lambda v, i=i: keras.activations.softmax(v)[0, i], z)[0]
        for i in range(5)
    ]
    slope_gap = np.abs(softmax_slopes(p[0]) - np.array(rows)).max()
    agreement["softmax, its slopes, maxout"] = max(gap, soft_gap, slope_gap)
    print(
        f"Maxout differs from coursekit.layers.Maxout by at most {gap:.1g}, softmax from Keras's by {soft_gap:.1g},"
    )
    print(
        f"its slopes from those that Keras's differentiation finds by {slope_gap:.1g}."
    )

# %% [markdown]
# ReLU and the absolute value are two maxout units; with more maps a unit can take any shape that bends upwards.
#
# ## What an error costs
#
# **Exercise 4.3** Losses. A *loss* is the price of an answer. For two classes let $s$ be $-1$ or $+1$ for label 0 or 1, $f$ a real score, and $m = s f$ the **margin**: positive when the
# sign of $f$ is right, larger when it is more decided.
#
# | `square` | `logistic` | `exponential` | `hinge` |
# |---|---|---|---|
# | $(1-m)^2$ | $\log_2(1+e^{-m})$ | $e^{-m}$ | $\max(0, 1-m)$ |
#
# `np.logaddexp(0, a)` is $\ln(1+e^a)$ without overflow.
#
# For $c$ classes, **cross-entropy** is $-\ln p_y$, where $p$ is the softmax of the row's logits and $y$ its label; take the mean over rows. Work
# with logarithms, $\ln p_y = z_y - \ln\sum_j e^{z_j}$, so that no probability is rounded to 0 first.
#
# *Predict:* which loss punishes a margin of 3, which is right and decided?


# %%
def margin_loss(name, y, f):
    """Loss of each row.

    Args:
        name: "square", "logistic" (finite for |f| up to 1,000), "exponential" or "hinge".
        y: integer array (n,) of labels 0 and 1.
        f: float array (n,) of scores; positive means class 1.

    Returns:
        array (n,). margin_loss("hinge", np.array([1, 0]), np.array([0.5, 0.5])) is [0.5, 1.5].
    """
    ### BEGIN SOLUTION
    m = np.where(y == 1, f, -f)
    return {
        "square": lambda: (1 - m) ** 2,
        "logistic": lambda: np.logaddexp(0, -m) / np.log(2),
        "exponential": lambda: np.exp(-m),
        "hinge": lambda: np.maximum(0, 1 - m),
    }[name]()
    ### END SOLUTION


def cross_entropy(z, y):
    """Mean over rows of -ln p_y.

    Args:
        z: float array (n, c), logits up to +-1,000 (not probabilities).
        y: integer array (n,), labels from 0 to c - 1.

    Returns:
        float, finite. cross_entropy(np.array([[0.0, 0.0]]), np.array([1])) is ln 2 = 0.693...
    """
    ### BEGIN SOLUTION
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-np.mean(log_p[np.arange(len(y)), y]))
    ### END SOLUTION


# %%
check("4.3")

# %%
with lab.needs("4.3"):
    m = np.linspace(-3, 4, 200)
    ones = np.ones(len(m), dtype=int)
    figure, ax = subplots(size=(6.6, 3.8))
    ax.plot(m, (m <= 0).astype(float), color="0.6", lw=3, label="wrong or not (0 or 1)")
    at_three = {}
    for name, dashes, colour in zip(
        ("square", "logistic", "exponential", "hinge"),
        ("-.", "-", ":", "--"),
        PALETTE,
        strict=False,
    ):
        ax.plot(m, margin_loss(name, ones, m), dashes, color=colour, lw=2, label=name)
        at_three[name] = float(
            margin_loss(name, np.ones(1, dtype=int), np.array([3.0]))[0]
        )
    some = m[::20]
    two_classes = [cross_entropy(np.array([[0.0, f]]), np.array([1])) for f in some]
    ax.plot(
        some,
        np.array(two_classes) / np.log(2),
        "o",
        color="black",
        ms=4,
        label="cross-entropy, two classes, / ln 2",
    )
    ax.set(
        xlabel="margin m",
        ylabel="loss of one row",
        ylim=(-0.1, 6),
        title="Five prices for the same answer",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Losses against the margin, all equal to one at margin zero and above the grey step. Exponential climbs steepest for "
        "wrong answers, hinge is zero beyond one, the square rises again, and dots of cross-entropy lie on the logistic curve.",
    )
    rng = np.random.default_rng(lab.seed)
    y, f = rng.integers(0, 2, 50), rng.normal(0, 3, 50).astype(np.float32)
    column = y[:, None].astype(np.float32), f[:, None]
    theirs = {
        "logistic": losses.logistic(*column),
        "exponential": losses.exponential(*column),
        "hinge": keras.losses.hinge(*column),
    }
    worst = max(
        np.abs(margin_loss(k, y, f) - ops.convert_to_numpy(v)).max()
        / margin_loss(k, y, f).max()
        for k, v in theirs.items()
    )
    z, labels = rng.normal(0, 3, (50, 6)).astype(np.float32), rng.integers(0, 6, 50)
    scce = float(
        keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, z)
    )
    agreement["logistic, exponential, hinge, cross-entropy losses"] = max(
        worst, abs(scce - cross_entropy(z, labels))
    )
    print(
        "At margin 3: "
        + ", ".join(f"{name} {value:.2f}" for name, value in at_three.items())
        + "."
    )
    print(
        f"Keras's and coursekit's losses differ from yours by at most {worst:.1g} of the largest; cross-entropy differs by {abs(scce - cross_entropy(z, labels)):.1g}."
    )

# %% [markdown]
# Only the square punishes an answer for being too right, and the exponential lets one bad row outweigh all others. With two classes cross-entropy *is* the logistic loss.
#
# ## Gradients through many layers
#
# **Exercise 4.4** The product of Jacobians. Layer $j$ computes $h_j = f(z_j)$ with $z_j = h_{j-1}W_j + b_j$, where $h_0$ is the input row. A change of $h_0$ reaches $h_t$ through every layer, so the matrix of slopes
# $\partial h_t/\partial h_0$ is a product of one **Jacobian** per layer, $\operatorname{diag}(f'(z_j))\,W_j^T$, the last layer on the left. ($\operatorname{diag}(v)$ is the matrix with $v$
# on its diagonal.)
#
# The *norm* $\lVert A\rVert$ of a matrix is the largest factor by which it stretches a vector (`np.linalg.norm(A, 2)`). With $\beta_W$ the largest $\lVert W_j\rVert$ and $\beta_h$
# the largest $|f'(z_j)|$ of any unit in any layer, Sydney COMP5318 bounds
#
# $$\lVert\partial h_t/\partial h_0\rVert \le (\beta_W\beta_h)^t.$$
#
# *Predict:* with weights of variance 1 / inputs $\beta_W$ is about 2 (the cell below measures it). For which of sigmoid, tanh, ReLU does the bound *prove* that gradients vanish?


# %%
def jacobian(weights, slopes):
    """Slopes of the last layer's outputs by the first layer's inputs.

    Args:
        weights: list of t arrays, W_j of shape (d_{j-1}, d_j).
        slopes: list of t arrays, f'(z_j) of shape (d_j,).

    Returns:
        array (d_t, d_0); entry [i, k] is the slope of output i by input k.
        jacobian([np.array([[2.0], [4.0]])], [np.array([0.5])]) is [[1, 2]].
    """
    ### BEGIN SOLUTION
    product = np.eye(len(weights[0]))
    for w, slope in zip(weights, slopes, strict=True):
        product = slope[:, None] * (w.T @ product)
    return product
    ### END SOLUTION


def jacobian_bound(weights, slopes):
    """The bound (beta_W beta_h) ** t, a float. jacobian_bound([np.eye(2), 3 * np.eye(2)], [np.ones(2), -np.ones(2)]) is 9."""
    ### BEGIN SOLUTION
    beta_w = max(np.linalg.norm(w, 2) for w in weights)
    beta_h = max(np.abs(slope).max() for slope in slopes)
    return float((beta_w * beta_h) ** len(weights))
    ### END SOLUTION


# %%
check("4.4")

# %%
SLOPED = {
    "sigmoid": lambda z: scipy.special.expit(z) * scipy.special.expit(-z),
    "tanh": lambda z: np.cosh(np.clip(z, -300, 300)) ** -2.0,
    "relu": lambda z: np.heaviside(z, 0.0),
}
FORWARD = {
    "sigmoid": scipy.special.expit,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
}


def random_net(depth, name, gain, seed, width=48):
    """Weights of `depth` layers with variance gain / inputs, and the slopes that one digit meets in them."""
    rng, h = np.random.default_rng(seed), x_raw[seed] / 255.0
    weights, slopes = [], []
    for _ in range(depth):
        weights.append(rng.normal(0, np.sqrt(gain / len(h)), (len(h), width)))
        z = h @ weights[-1]
        slopes.append(SLOPED[name](z))
        h = FORWARD[name](z)
    return weights, slopes


CASES = [("sigmoid", 1.0), ("tanh", 1.0), ("relu", 2.0), ("relu", 4.5)]
DEPTHS = np.arange(1, 21)
stacks = [[] for _ in CASES]  # the weights of every network
measured_norms = np.zeros((len(CASES), lab.pick(5, 2), len(DEPTHS)))
proven_bounds = np.ones_like(measured_norms)

with lab.needs("4.4"):
    for i, (name, gain) in enumerate(CASES):
        for seed in range(measured_norms.shape[1]):
            weights, slopes = random_net(20, name, gain, seed)
            stacks[i].append(weights)
            for j, t in enumerate(DEPTHS):
                measured_norms[i, seed, j] = np.linalg.norm(
                    jacobian(weights[:t], slopes[:t]), 2
                )
                proven_bounds[i, seed, j] = jacobian_bound(weights[:t], slopes[:t])
    figure, axes = subplots(1, 4, size=(11, 3.2), sharex=True, sharey=True)
    for i, (ax, (name, gain)) in enumerate(zip(axes, CASES, strict=True)):
        ax.semilogy(DEPTHS, measured_norms[i].T, color=PALETTE[i], lw=1, alpha=0.8)
        ax.semilogy(
            DEPTHS, proven_bounds[i].mean(axis=0), "--", color="0.2", label="bound"
        )
        ax.set(
            title=f"{name}, weight variance {gain:g}/inputs", xlabel="layers between, t"
        )
        ax.title.set_fontsize(9)
    axes[0].set_ylabel("stretch of a gradient")
    axes[0].legend(fontsize=8)
    lab.show(
        figure,
        alt="Norm of the product of Jacobians against the number of layers on a logarithmic axis, with the bound dashed above. Sigmoid falls by many "
        "powers of ten; tanh and ReLU stay level with moderate weights; ReLU with large weights explodes.",
    )
    holds = np.mean(measured_norms <= proven_bounds * (1 + 1e-9))
    for i, (name, gain) in enumerate(CASES):
        print(
            f"{name}, variance {gain:g}/inputs: after 20 layers {measured_norms[i, :, -1].mean():.1e}, bound {proven_bounds[i, :, -1].mean():.1e}."
        )
        beta_w = np.mean(
            [jacobian_bound(w, [np.ones(1)]) ** (1 / 20) for w in stacks[i]]
        )
        print(f"  beta_W is {beta_w:.2f} on average.")
    print(f"The bound holds in {holds:.0%} of {measured_norms.size} cases.")
    weights, slopes = random_net(6, "tanh", 1.0, lab.seed)

    def first_unit(x):
        """Unit 0 of the sixth tanh layer, in Keras."""
        for w in weights:
            x = ops.tanh(x @ w.astype(np.float32))
        return x[0, 0]

    by_keras = gradients(first_unit, x_raw[lab.seed][None].astype(np.float32) / 255.0)[
        0
    ]
    print(
        f"A row of your product and Keras's own gradient differ by at most {np.abs(by_keras - jacobian(weights, slopes)[0]).max():.1g}."
    )

# %% [markdown]
# The bound proves that the sigmoid's gradients vanish, since a quarter times about two is below one. For tanh and ReLU it allows growth and decides nothing: there the
# weights' scale does.
#
# ## The right scale
#
# **Exercise 4.5** Standardised inputs, balanced weights. Sums grow with their inputs and weights, so training starts well when both are in proportion.
#
# **Standardise** each column: $(x-\mu)/\sigma$, with its mean $\mu$ and standard deviation $\sigma$ (root of the mean squared distance from $\mu$), learned from the **training** rows and used for all. Where a
# column is constant, $\sigma=0$; divide by 1.
#
# **Initialise** with independent random numbers of mean 0. A sum over $n$ inputs of mean square 1 has the variance $n$ times that of a weight, so take weights of variance $g/n$. The *gain* $g$ makes up for what the activation
# takes away: $g=2$ for ReLU, whose silent half carries nothing.
#
# *Predict:* ten ReLU layers with $g=1$ instead: by what factor does the mean square shrink?


# %%
def standardise(x_train, x_other):
    """Both arrays with columns of the training rows' mean 0 and standard deviation 1.

    Args:
        x_train: float array (n, d); x_other: float array (m, d).

    Returns:
        (train, other), arrays (n, d) and (m, d). Training rows [[0], [2]] turn another row [5] into (5 - 1) / 1 = 4.
    """
    ### BEGIN SOLUTION
    mu, sigma = x_train.mean(axis=0), x_train.std(axis=0)
    sigma = np.where(sigma == 0, 1, sigma)
    return (x_train - mu) / sigma, (x_other - mu) / sigma
    ### END SOLUTION


def initial_weights(fan_in, fan_out, gain, seed):
    """Random weights (fan_in, fan_out), mean 0, variance gain / fan_in, normal or uniform.

    The same seed (int) gives the same weights, another seed others: use np.random.default_rng(seed).
    initial_weights(400, 300, 2.0, 0).std() is about sqrt(2 / 400) = 0.071.
    """
    ### BEGIN SOLUTION
    return np.random.default_rng(seed).normal(
        0, np.sqrt(gain / fan_in), (fan_in, fan_out)
    )
    ### END SOLUTION


# %%
check("4.5")

# %%
with lab.needs("4.5"):
    x, _ = standardise(x_raw.astype(float), x_judge.astype(float))
    library_gap = np.abs(x - StandardScaler().fit_transform(x_raw.astype(float))).max()
    figure, ax = subplots(size=(6.4, 3.6))
    after_ten = {}
    for gain, mark, colour in [
        (1.0, "s--", PALETTE[1]),
        (2.0, "o-", PALETTE[0]),
        (4.0, "^:", PALETTE[2]),
    ]:
        power = []
        for seed in range(5):
            h, squares = x[:200], []
            for layer in range(10):
                h = FORWARD["relu"](
                    h @ initial_weights(h.shape[1], 100, gain, 100 * seed + layer)
                )
                squares.append(np.mean(h**2))
            power.append(squares)
        ax.semilogy(
            range(1, 11),
            np.mean(power, axis=0),
            mark,
            color=colour,
            label=f"gain {gain:g}",
        )
        after_ten[gain] = np.mean(power, axis=0)[[0, -1]]
    ax.set(
        xlabel="hidden ReLU layer",
        ylabel="mean square of its outputs",
        title="Gain 2 keeps the signal alive",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Mean square of ReLU outputs against the layer on a logarithmic axis. With gain two it stays level over ten layers, with gain one it falls, "
        "with gain four it rises, both along straight lines.",
    )
    theirs = ops.convert_to_numpy(keras.initializers.HeNormal(seed=1)((400, 300)))
    print(
        f"Gain 1, layers 1 to 10: the mean square shrinks {after_ten[1.0][0] / after_ten[1.0][1]:.0f}-fold; 2 to the 9th is {2**9}."
    )
    print(
        f"Your standardised digits and scikit-learn's differ by at most {library_gap:.1g}; your weights for 400 inputs spread"
    )
    print(
        f"by {np.std(initial_weights(400, 300, 2.0, 1)):.4f}, Keras's HeNormal by {theirs.std():.4f}."
    )

# %% [markdown]
# A factor of two per layer is nothing in one layer and decides everything in ten.
#
# ## Small steps, in random order
#
# **Exercise 4.6** Minibatches and a schedule. **Minibatch** descent steps after every few rows, not once per epoch. Shuffle the row numbers, then cut them into consecutive pieces of `size`; the last piece keeps whatever is left.
# Every epoch shuffles anew, here by its own `seed`.
#
# A **schedule** lowers the *learning rate*, the length of the steps. Session 11, Deep Learning 2 advises to decrease it exponentially after a fixed number of epochs. With epochs counted from 0: keep the `initial` rate while
# `epoch <= hold`; after that the rate falls smoothly and halves every `half_life` epochs.
#
# *Predict:* 1,000 rows, `size` 32. How many steps has an epoch, and how long is the last piece?


# %%
def minibatches(n, size, seed):
    """Row numbers 0 to n-1 in random order, cut into pieces.

    Args:
        n: number of rows; size: rows per piece; seed: int for np.random.default_rng.

    Returns:
        list of integer arrays, all of length `size` but the last, which may be shorter (never empty).
        Five rows in pieces of 2 might give [3, 0], [4, 1], [2].
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + size] for start in range(0, n, size)]
    ### END SOLUTION


def learning_rate(epoch, initial, hold, half_life):
    """The rate of an epoch (0, 1, 2, ...), a float.

    With initial 0.8, hold 2, half_life 3, epochs 0, 1 and 2 have 0.8, epoch 5 has 0.4, epoch 8 has 0.2, epoch 3 has 0.635.
    """
    ### BEGIN SOLUTION
    return initial * 0.5 ** (max(0, epoch - hold) / half_life)
    ### END SOLUTION


# %%
check("4.6")

# %%
with lab.needs("4.6"):
    epochs = np.arange(12)
    mine = [learning_rate(int(e), 0.1, 3, 2.0) for e in epochs]
    decay = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=2, decay_rate=0.5
    )
    theirs = [float(decay(max(0, int(e) - 3))) for e in epochs]
    figure, (left, right) = subplots(1, 2, size=(9.6, 3.2))
    for row, batches in enumerate(
        (
            np.split(by_class, SIZE // 32),
            [by_class[b] for b in minibatches(SIZE, 32, lab.seed)],
        )
    ):
        share = (
            np.array([np.bincount(y_train[b], minlength=10) for b in batches]).max(
                axis=1
            )
            / 32
        )
        left.plot(
            range(1, len(share) + 1),
            share,
            ("s--", "o-")[row],
            ms=4,
            color=PALETTE[1 - row],
            label=("file order", "your minibatches")[row],
        )
    left.set(
        xlabel="step in the first epoch",
        ylabel="share of the commonest digit",
        ylim=(0, 1.05),
    )
    left.set_title("Digits sorted by class, in batches of 32")
    left.legend(fontsize=8)
    right.plot(epochs, mine, "o-", color=PALETTE[0], label="your learning_rate")
    right.plot(
        epochs,
        theirs,
        "x",
        color="black",
        ms=9,
        label="Keras's ExponentialDecay, shifted",
    )
    right.set(
        xlabel="epoch",
        ylabel="learning rate",
        title="Hold 3 epochs, then halve every 2",
    )
    right.legend(fontsize=8)
    lab.show(
        figure,
        alt="Left: in file order most batches consist of one digit alone, in your minibatches no digit fills more than about a third. Right: your learning rate is level, then "
        "falls along a curve, with Keras's values as crosses on it.",
    )
    sizes = [len(b) for b in minibatches(1000, 32, lab.seed)]
    print(
        f"1,000 rows in pieces of 32: {len(sizes)} steps, the last on {sizes[-1]} rows. Rates differ from Keras's by at most {np.abs(np.subtract(mine, theirs)).max():.1g}."
    )

# %% [markdown]
# A sorted batch asks the network to call everything one digit; a shuffled one is a small picture of the whole.
#
# ## Batch normalisation
#
# **Exercise 4.7** Training mode. Standardising the input helps the first layer. **Batch normalisation** does the same before *every* activation, with the rows of the current minibatch. For each column of
# $x$ ($m$ rows):
#
# $$\mu=\tfrac1m\sum_i x_i,\quad \sigma^2=\tfrac1m\sum_i (x_i-\mu)^2,\quad \hat x_i=\frac{x_i-\mu}{\sqrt{\sigma^2+\epsilon}},\quad y_i=\gamma\hat x_i+\beta.$$
#
# The small number $\epsilon$ keeps the root away from 0. The scale $\gamma$ and shift $\beta$, one of each per column, are learned, so that the network may undo the normalisation where that helps.
#
# *Predict:* all weights of a layer are made ten times as large. What happens to $y$? And what is $y$ for a batch of one row?


# %%
def batch_norm(x, gamma, beta, epsilon):
    """Batch normalisation with the statistics of this batch.

    Args:
        x: float array (m, d); gamma, beta: float arrays (d,); epsilon: float, at least 0.

    Returns:
        array (m, d); x stays as it is. With x = [[1], [3]], gamma = [2], beta = [5], epsilon = 0 it is [[3], [7]].
    """
    ### BEGIN SOLUTION
    mu = x.mean(axis=0)
    variance = np.mean((x - mu) ** 2, axis=0)
    return gamma * (x - mu) / np.sqrt(variance + epsilon) + beta
    ### END SOLUTION


# %%
check("4.7")

# %%
with lab.needs("4.7"):
    rng = np.random.default_rng(lab.seed)
    figure, ax = subplots(size=(6.4, 3.6))
    for normalised, mark, colour in [
        (False, "s--", PALETTE[1]),
        (True, "o-", PALETTE[0]),
    ]:
        for factor in (0.3, 3.0):
            h, spread = x_raw[:200] / 255.0, []
            for _ in range(10):
                z = h @ rng.normal(0, factor / np.sqrt(h.shape[1]), (h.shape[1], 64))
                z = batch_norm(z, np.ones(64), np.zeros(64), 1e-5) if normalised else z
                h = np.tanh(z)
                spread.append(z.std(axis=0).mean())
            kind = "with your batch_norm" if normalised else "without"
            look = {"mfc": "none", "ms": 11} if factor > 1 else {}
            ax.semilogy(
                range(1, 11),
                spread,
                mark,
                color=colour,
                label=f"{kind}, weights x {factor:g}",
                **look,
            )
    ax.set(
        xlabel="hidden tanh layer",
        ylabel="spread of z over rows",
        title="Whatever the weights, z keeps its spread",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Standard deviation of the sums in ten tanh layers on a logarithmic axis. Without batch normalisation it falls with small weights and grows with "
        "large ones; with it both curves lie on one.",
    )
    x, gamma, beta = (
        rng.normal(2, 3, (20, 4)).astype(np.float32),
        rng.random(4) + 0.5,
        rng.normal(size=4),
    )
    bn = keras.layers.BatchNormalization(epsilon=1e-3)
    bn.build((None, 4))
    bn.set_weights([gamma, beta, np.zeros(4), np.ones(4)])
    train_gap = np.abs(
        batch_norm(x, gamma, beta, 1e-3) - ops.convert_to_numpy(bn(x, training=True))
    ).max()
    ten = np.abs(
        batch_norm(10 * x, gamma, beta, 0.0) - batch_norm(x, gamma, beta, 0.0)
    ).max()
    alone = batch_norm(x[:1], gamma, beta, 1e-3)[0]
    print(
        f"Training mode: yours and Keras's differ by at most {train_gap:.1g}. Ten times the input changes the output by {ten:.1g}."
    )
    print(
        f"A batch of one row gives beta, whatever the row: {np.allclose(alone, beta)}."
    )

# %% [markdown]
# **Exercise 4.8** Test mode. At test time one row may come alone, and its answer must not depend on its neighbours. So training keeps *moving* statistics: after each batch, with $\mu$ and $\sigma^2$ its mean and variance (divided by $m$, as
# in 4.7), each moving number becomes
#
# $$\text{momentum}\cdot\text{old} + (1-\text{momentum})\cdot\text{batch}.$$
#
# That is Keras's convention (0.99 by default); other libraries call $1-$ momentum by that name. In **test mode** the moving mean and variance take the place of $\mu$ and $\sigma^2$, and the batch's own are not looked at.
#
# *Predict:* momentum 0.99 and a run of 40 steps. Which share of the moving mean is still its starting value, 0?


# %%
def update_moving(moving_mean, moving_variance, x, momentum):
    """Moving statistics after one more batch.

    Args:
        moving_mean, moving_variance: float arrays (d,); x: float array (m, d); momentum: float in [0, 1].

    Returns:
        (mean, variance), new arrays (d,). From (0, 1) and x = [[1], [3]] with momentum 0.9: mean 0.2, variance 1.
    """
    ### BEGIN SOLUTION
    mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    variance = momentum * moving_variance + (1 - momentum) * x.var(axis=0)
    return mean, variance
    ### END SOLUTION


def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Batch normalisation in test mode, array (m, d).

    With x = [[4]], gamma = [2], beta = [5], moving_mean = [1], moving_variance = [9], epsilon = 0 it is [[7]].
    """
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return (x - moving_mean) * scale + beta
    ### END SOLUTION


# %%
check("4.8")

# %%
with lab.needs("4.8"):
    rng = np.random.default_rng(lab.seed)
    bn = keras.layers.BatchNormalization(epsilon=1e-3, momentum=0.8)
    bn.build((None, 4))
    gamma, beta = (
        rng.random(4).astype(np.float32) + 0.5,
        rng.normal(size=4).astype(np.float32),
    )
    bn.set_weights([gamma, beta, np.zeros(4), np.ones(4)])
    mean, variance, path = np.zeros(4), np.ones(4), []
    for _ in range(25):
        x = rng.normal([3, 0, -2, 1], [1, 2, 0.5, 3], (16, 4)).astype(np.float32)
        bn(x, training=True)
        mean, variance = update_moving(mean, variance, x, 0.8)
        path.append(
            [mean[0], x[:, 0].mean(), float(ops.convert_to_numpy(bn.moving_mean)[0])]
        )
    path = np.array(path)
    figure, ax = subplots(size=(6.6, 3.2))
    steps = np.arange(1, 26)
    ax.plot(steps, path[:, 1], "s", color="0.6", ms=4, label="mean of this batch")
    ax.plot(steps, path[:, 0], "-", color=PALETTE[0], lw=2, label="your moving mean")
    ax.plot(steps, path[:, 2], "x", color="black", label="Keras's moving mean")
    ax.axhline(3, color="0.3", ls=":", lw=1, label="mean of all data")
    ax.set(
        xlabel="training step",
        ylabel="first column",
        title="The moving mean starts at 0 and forgets slowly",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Moving mean against training steps: it climbs from near zero to the mean of the data and stays there, smoother than the batch means around it; Keras's crosses lie on it.",
    )
    one = rng.normal(size=(1, 4)).astype(np.float32)
    test_gap = np.abs(
        batch_norm_test(one, gamma, beta, mean, variance, 1e-3)
        - ops.convert_to_numpy(bn(one, training=False))
    ).max()
    moving_gap = max(
        np.abs(mean - ops.convert_to_numpy(bn.moving_mean)).max(),
        np.abs(variance - ops.convert_to_numpy(bn.moving_variance)).max(),
    )
    print(
        f"After 25 steps: moving statistics differ from Keras's by at most {moving_gap:.1g}, test mode on one row by {test_gap:.1g}."
    )
    print(
        f"Still the starting value after 40 steps: {0.99**40:.0%} with momentum 0.99, {0.9**40:.1%} with 0.9."
    )

# %% [markdown]
# Short runs need a smaller momentum than Keras's default, or test mode lives on the starting values. The network below takes 0.9.
#
# ## All parts in one network
#
# Lab 03 derived the backward pass of dense layers; here it is given, with batch normalisation in it. Every part is yours where it passes its checks, and a library's where it does not.


# %%
def library_activate(name, z):
    return FORWARD[name](z)


def measured_slope(name, z):
    """The slope of an activation by its differences."""
    return (FORWARD[name](z + 1e-3) - FORWARD[name](z - 1e-3)) / 2e-3


def keras_batch_norm_test(x, gamma, beta, mean, variance, epsilon):
    z = ops.batch_normalization(x, mean, variance, -1, epsilon=epsilon)
    return ops.convert_to_numpy(z) * gamma + beta


def keras_batch_norm(x, gamma, beta, epsilon):
    return keras_batch_norm_test(x, gamma, beta, x.mean(axis=0), x.var(axis=0), epsilon)


def averaged_moving(mean, variance, x, momentum):
    shares = [momentum, 1 - momentum]
    return tuple(
        np.average(pair, axis=0, weights=shares)
        for pair in ([mean, x.mean(axis=0)], [variance, x.var(axis=0)])
    )


def scipy_softmax(z):
    return scipy.special.softmax(z, axis=1)


def sklearn_standardise(x_train, x_other):
    fitted = StandardScaler().fit(x_train)
    return fitted.transform(x_train), fitted.transform(x_other)


def keras_weights(fan_in, fan_out, gain, seed):
    draw = keras.initializers.VarianceScaling(
        gain, "fan_in", "untruncated_normal", seed=seed
    )
    return ops.convert_to_numpy(draw((fan_in, fan_out)))


def sklearn_minibatches(n, size, seed):
    shuffled = np.random.default_rng(seed).permutation(n)
    return [shuffled[piece] for piece in gen_batches(n, size)]


def keras_rate(epoch, initial, hold, half_life):
    return float(
        keras.optimizers.schedules.ExponentialDecay(initial, half_life, 0.5)(
            max(epoch, hold) - hold
        )
    )


part = types.SimpleNamespace(
    activate=lab.answer("4.1", fallback=library_activate, name="activate"),
    derivative=lab.answer("4.1", fallback=measured_slope, name="derivative"),
    softmax=lab.answer("4.2", fallback=scipy_softmax, name="softmax"),
    standardise=lab.answer("4.5", fallback=sklearn_standardise, name="standardise"),
    initial_weights=lab.answer("4.5", fallback=keras_weights, name="initial_weights"),
    minibatches=lab.answer("4.6", fallback=sklearn_minibatches, name="minibatches"),
    learning_rate=lab.answer("4.6", fallback=keras_rate, name="learning_rate"),
    batch_norm=lab.answer("4.7", fallback=keras_batch_norm),
    update_moving=lab.answer("4.8", fallback=averaged_moving, name="update_moving"),
    batch_norm_test=lab.answer(
        "4.8", fallback=keras_batch_norm_test, name="batch_norm_test"
    ),
)
EPSILON = 1e-3


class Net:
    """Dense layers. Hidden: a = h W, z = a + b or batch_norm(a), h = f(z). Last: logits. Loss: cross-entropy."""

    def __init__(self, weights, activation, normalised):
        self.weights = [w.astype(np.float32) for w in weights]
        self.bias = [np.zeros(w.shape[1], np.float32) for w in weights]
        self.gamma = [np.ones_like(b) for b in self.bias]
        self.moving = [(np.zeros_like(b), np.ones_like(b)) for b in self.bias]
        self.activation, self.normalised = activation, normalised

    def forward(self, x, training=False):
        """Logits (n, 10); remembers the outputs h, the sums a and z of every hidden layer."""
        self.h, self.a, self.z = [x], [], []
        for j, (w, b, gamma) in enumerate(
            zip(self.weights[:-1], self.bias, self.gamma, strict=False)
        ):
            a = z = self.h[-1] @ w
            if not self.normalised:
                z = a + b
            elif training:
                z = part.batch_norm(a, gamma, b, EPSILON)
                self.moving[j] = part.update_moving(*self.moving[j], a, 0.9)
            else:
                z = part.batch_norm_test(a, gamma, b, *self.moving[j], EPSILON)
            self.a.append(a)
            self.z.append(z)
            self.h.append(part.activate(self.activation, z).astype(np.float32))
        return self.h[-1] @ self.weights[-1] + self.bias[-1]

    def gradients(self, x, y):
        """Gradients of the mean cross-entropy by weights, biases and gammas, layer by layer, in training mode."""
        d = part.softmax(self.forward(x, training=True))
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        found = [(self.h[-1].T @ d, d.sum(axis=0), 0.0)]
        for j in range(len(self.weights) - 2, -1, -1):
            d = (d @ self.weights[j + 1].T) * part.derivative(
                self.activation, self.z[j]
            )
            by_bias, by_gamma = d.sum(axis=0), 0.0
            if self.normalised:
                a = self.a[j] - self.a[j].mean(axis=0)
                root = np.sqrt(np.square(a).mean(axis=0) + EPSILON)
                a /= root  # from here on the normalised sums
                by_gamma = np.sum(d * a, axis=0)
                d = (
                    self.gamma[j]
                    / root
                    * (d - d.mean(axis=0) - a * np.mean(d * a, axis=0))
                )
            found.insert(0, (self.h[j].T @ d, by_bias, by_gamma))
        return found

    def step(self, x, y, rate):
        """One step of gradient descent."""
        for j, slopes in enumerate(self.gradients(x, y)):
            for values, slope in zip(
                (self.weights, self.bias, self.gamma), slopes, strict=True
            ):
                values[j] = (values[j] - rate * slope).astype(np.float32)


def start_net(seed, hidden, activation, normalised, gain=None, spread=1.0):
    """A net with weights of variance gain / inputs, or, without a gain, of standard deviation `spread`."""
    sizes, rng = [49, *hidden, 10], np.random.default_rng(seed)
    pairs = list(itertools.pairwise(sizes))
    if gain is None:
        weights = [rng.normal(0, spread, pair) for pair in pairs]
    else:
        weights = [
            part.initial_weights(*pair, gain, 1000 * seed + j)
            for j, pair in enumerate(pairs)
        ]
    return Net(weights, activation, normalised)


# %% [markdown]
# **Is the backward pass right?** The next cell compares it with Keras's own differentiation, then measures the gradient of every layer's weights on 128 digits, in networks of 5, 10 and 20 hidden layers.
#
# *Predict:* in which of the six panels are the curves of all three depths level?

# %%
x_train, x_unseen = part.standardise(x_raw, x_judge)
x_train, x_unseen = x_train.astype(np.float32), x_unseen.astype(np.float32)

net = start_net(lab.seed, (16, 12), "tanh", True, gain=1.0)
hidden = [0, 1]  # its hidden layers have a scale gamma each, besides weights and biases
mine = net.gradients(x_train[:64], y_train[:64])
mine = [m[0] for m in mine] + [m[1] for m in mine] + [mine[j][2] for j in hidden]


def keras_loss(values):
    """The same network and loss in keras.ops, batch normalisation in training mode."""
    weights, bias, gamma = values[:3], values[3:6], values[6:]
    h = ops.convert_to_tensor(x_train[:64])
    for j in hidden:
        a = ops.matmul(h, weights[j])
        h = ops.tanh(
            gamma[j]
            * (a - ops.mean(a, axis=0))
            / ops.sqrt(ops.var(a, axis=0) + EPSILON)
            + bias[j]
        )
    logits = ops.matmul(h, weights[2]) + bias[2]
    return ops.mean(
        keras.losses.sparse_categorical_crossentropy(
            y_train[:64], logits, from_logits=True
        )
    )


theirs = gradients(
    keras_loss, [*net.weights, *net.bias, *(net.gamma[j] for j in hidden)]
)
backward_gap = max(
    np.abs(m - t).max() / np.abs(t).max() for m, t in zip(mine, theirs, strict=True)
)
print(
    f"Gradients by weights, biases and scales, by hand and by Keras, differ by at most {backward_gap:.1g} of the largest entry."
)

norms = {}
GAINS = {"sigmoid": 1.0, "tanh": 1.0, "relu": 2.0}
figure, axes = subplots(2, 3, size=(10, 5.4), sharex=True, sharey=True)
for row, normalised in enumerate((False, True)):
    for ax, (name, gain) in zip(axes[row], GAINS.items(), strict=True):
        for depth, mark, colour in [
            (5, "^:", PALETTE[2]),
            (10, "s--", PALETTE[1]),
            (20, "o-", PALETTE[0]),
        ]:
            runs = [
                [
                    np.linalg.norm(g[0])
                    for g in start_net(
                        seed, [32] * depth, name, normalised, gain
                    ).gradients(x_train[:128], y_train[:128])
                ]
                for seed in range(lab.pick(3, 1))
            ]
            norms[name, normalised, depth] = np.mean(runs, axis=0)
            ax.semilogy(
                range(1, depth + 2),
                norms[name, normalised, depth],
                mark,
                color=colour,
                ms=3,
                label=f"{depth} hidden layers",
            )
        ax.set_title(
            f"{name}, {'with' if normalised else 'without'} batch norm", fontsize=10
        )
        if row:
            ax.set_xlabel("layer, from the input")
    axes[row, 0].set_ylabel("norm of the gradient")
axes[0, 0].legend(fontsize=8)
lab.show(
    figure,
    alt="Six panels of gradient norms by layer on a logarithmic axis: sigmoid, tanh, ReLU, without and with batch normalisation, three depths each. Sigmoid without it loses many "
    "powers of ten towards the input; with batch normalisation its curves come up almost level.",
)
for name in GAINS:
    ratios = [
        norms[name, normalised, 20][0] / norms[name, normalised, 20][-1]
        for normalised in (False, True)
    ]
    print(
        f"{name}, 20 hidden layers: first layer's gradient over the last's is {ratios[0]:.1e} without, {ratios[1]:.1e} with batch norm."
    )

# %% [markdown]
# In the sigmoid network without batch normalisation, the first layers hear nothing of the error. Batch normalisation repairs exactly that, because it stretches every layer's sums back to spread 1, and their gradients
# with them. Tanh and ReLU owe their level curves to their start; there batch normalisation is no gain, and ReLU's gradients now even grow towards the input. Does the lecture's bound survive it? With fixed statistics, batch normalisation multiplies column $i$ of $W_j$ by $\gamma_i/\sqrt{\sigma_i^2+\epsilon}$, so it can be folded into the weights, and the
# bound holds for the folded ones. The cell counts.

# %%
folded_cases = folded_holds = 0
with lab.needs("4.4"):
    find_jacobian, find_bound = (
        lab.answer("4.4", name="jacobian"),
        lab.answer("4.4", name="jacobian_bound"),
    )
    for name, gain in GAINS.items():
        net = start_net(lab.seed, [32] * 20, name, True, gain)
        net.forward(x_train[:128], training=True)
        folded = [
            w / np.sqrt(a.var(axis=0) + EPSILON)
            for w, a in zip(net.weights, net.a, strict=False)
        ]
        slopes = [part.derivative(name, z[0]) for z in net.z]
        for t in (1, 2, 5, 10, 20):
            measured, bound = (
                np.linalg.norm(find_jacobian(folded[:t], slopes[:t]), 2),
                find_bound(folded[:t], slopes[:t]),
            )
            folded_cases, folded_holds = (
                folded_cases + 1,
                folded_holds + (measured <= bound * (1 + 1e-9)),
            )
        print(
            f"{name} with batch norm, 20 layers: measured {measured:.1e}, bound {bound:.1e}."
        )
    print(
        f"The bound holds in {folded_holds} of {folded_cases} cases with batch norm folded in."
    )

# %% [markdown]
# **Larger learning rates?** Ioffe and Szegedy (2015) report that batch normalisation allows much larger rates; they raised theirs 5 and 30 times. Here is a ten-layer ReLU network at rates from 0.01 to 10.

# %%
RATES = 10.0 ** np.arange(-2, lab.pick(1.25, 1.5), lab.pick(0.25, 0.5))
SWEEP_SEEDS = list(range(lab.pick(3, 1)))


def trained_accuracy(net, x, y, judge, *, epochs, size, rate_of, shuffled=True):
    """Accuracy on the judging digits after training; a net whose numbers overflow counts as it guesses."""
    with np.errstate(all="ignore"):
        for epoch in range(epochs):
            batches = (
                part.minibatches(len(y), size, epoch)
                if shuffled
                else np.split(np.arange(len(y)), len(y) // size)
            )
            for rows in batches:
                net.step(x[rows], y[rows], rate_of(epoch))
            if not np.isfinite(net.weights[0]).all():
                break
        return np.mean(np.argmax(net.forward(judge), axis=1) == y_judge)


sweep = np.zeros((2, len(RATES), len(SWEEP_SEEDS)))
for i, normalised in enumerate((False, True)):
    for j, rate in enumerate(RATES):
        for k, seed in enumerate(SWEEP_SEEDS):
            net = start_net(seed, [32] * 10, "relu", normalised, gain=2.0)
            sweep[i, j, k] = trained_accuracy(
                net,
                x_train,
                y_train,
                x_unseen,
                epochs=3,
                size=64,
                rate_of=lambda epoch, r=rate: r,
            )
figure, ax = subplots(size=(6.6, 3.4))
for i, (label, mark) in enumerate(
    [("without batch norm", "s--"), ("with batch norm", "o-")]
):
    ax.semilogx(RATES, sweep[i].mean(axis=1), mark, color=PALETTE[1 - i], label=label)
ax.axhline(0.1, color="0.5", ls=":", lw=1)
ax.set(
    xlabel="learning rate",
    ylabel="accuracy after 3 epochs",
    ylim=(0, 1.02),
    title="Ten hidden layers: which rates train at all?",
)
ax.legend(fontsize=8)
lab.show(
    figure,
    alt="Accuracy after three epochs against the learning rate on a logarithmic axis, with and without batch normalisation. Without it accuracy collapses to guessing at a rate where "
    "the curve with batch normalisation still stands high.",
)
usable = [
    RATES[sweep[i].mean(axis=1) >= 0.9 * sweep[i].mean(axis=1).max()].max()
    for i in range(2)
]
print(
    f"Largest rate within 90 % of the best accuracy: {usable[0]:.2g} without, {usable[1]:.2g} with batch norm: {usable[1] / usable[0]:.1f} times."
)

# %% [markdown]
# ## What each trick is worth
#
# Back to the puzzle. Six tricks, each on or off:
#
# | trick | on | off |
# |---|---|---|
# | normalise | `standardise` | numbers from 0 to 255, as they came |
# | shuffle | a new order each epoch | sorted by digit, as files often are |
# | minibatch | steps after 32 rows | one step after all rows |
# | schedule | hold 2 epochs, then halve every 1.5 | constant rate |
# | initialise | variance 2 / inputs | standard deviation 1 |
# | batch norm | in every hidden layer | none |
#
# Each combination is trained at three rates and reported at its best one, so that none loses only for a wrong rate. (That choice is made on the judging digits, so all figures are a little too good, and equally so.)
#
# *Predict:* which trick helps most **alone**, added to the bare network? And which is missed most when it is **taken away** from the full one?

# %%
TRICKS = ("normalise", "shuffle", "minibatch", "schedule", "initialise", "batch norm")
TRY_RATES = (0.01, 0.1, 0.5)
SEEDS, ROUNDS = list(range(lab.pick(3, 1))), lab.pick(6, 4)


def accuracy_with(tricks, rate, seed):
    """Train three hidden layers with the tricks that are named; accuracy on unseen digits."""
    x, y, judge = (
        (x_train, y_train, x_unseen)
        if "normalise" in tricks
        else (x_raw, y_train, x_judge)
    )
    if "shuffle" not in tricks:
        x, y = x[by_class], y[by_class]
    net = start_net(
        seed,
        HIDDEN,
        "relu",
        "batch norm" in tricks,
        gain=2.0 if "initialise" in tricks else None,
    )
    rate_of = (
        (lambda epoch: part.learning_rate(epoch, rate, 2, 1.5))
        if "schedule" in tricks
        else (lambda epoch: rate)
    )
    size = 32 if "minibatch" in tricks else len(y)
    return trained_accuracy(
        net,
        x,
        y,
        judge,
        epochs=ROUNDS,
        size=size,
        rate_of=rate_of,
        shuffled="shuffle" in tricks,
    )


def best_accuracy(tricks):
    """Accuracies of all seeds at the rate that is best on average."""
    table = np.array(
        [[accuracy_with(tricks, rate, seed) for seed in SEEDS] for rate in TRY_RATES]
    )
    return table[table.mean(axis=1).argmax()]


bare, full = best_accuracy(()), best_accuracy(TRICKS)
alone = {trick: best_accuracy((trick,)) for trick in TRICKS}
without = {
    trick: best_accuracy(tuple(t for t in TRICKS if t != trick)) for trick in TRICKS
}
neither = best_accuracy(TRICKS[:4])  # a bad start, and no batch norm to mend it

figure, ax = subplots(size=(8, 4))
places = np.arange(len(TRICKS))
ax.axhline(full.mean(), color=PALETTE[0], lw=1, label="all six")
ax.axhline(bare.mean(), color=PALETTE[1], lw=1, ls="--", label="none")
for group, mark, colour, label, shift in [
    (without, "o", PALETTE[0], "all but this one", -0.12),
    (alone, "s", PALETTE[1], "this one alone", 0.12),
]:
    for place, trick in zip(places, TRICKS, strict=True):
        ax.plot(
            np.full(len(SEEDS), place + shift),
            group[trick],
            mark,
            color=colour,
            ms=4,
            alpha=0.5,
        )
        ax.plot(
            place + shift,
            group[trick].mean(),
            mark,
            color=colour,
            ms=9,
            label=label if place == 0 else None,
        )
ax.set(
    xticks=places,
    xticklabels=TRICKS,
    ylim=(0, 1.02),
    ylabel=f"accuracy after {ROUNDS} epochs",
    title="What is each trick worth?",
)
figure.legend(loc="outside lower center", ncols=4, fontsize=8)
lab.show(
    figure,
    alt="For each of six tricks two accuracies: the full set without it, and the trick alone. Taking away shuffling drops accuracy close to guessing, and taking away minibatches costs a large part of it; "
    "the full set hardly misses any other. Normalising is the best trick alone.",
)
print(
    f"None of the tricks {bare.mean():.1%}, all six {full.mean():.1%} (mean of {len(SEEDS)} seed{'s' if len(SEEDS) > 1 else ''})."
)
for trick in TRICKS:
    print(
        f"{trick}: alone {alone[trick].mean() - bare.mean():+.1%}, when taken away {without[trick].mean() - full.mean():+.1%}."
    )
best_alone, most_missed = (
    max(alone, key=lambda t: alone[t].mean()),
    min(without, key=lambda t: without[t].mean()),
)
print(f"Best alone: {best_alone}. Missed most: {most_missed}.")
print(
    f"A bad start costs {full.mean() - without['initialise'].mean():.1%} with batch norm, {without['batch norm'].mean() - neither.mean():.1%} without."
)
first_sums = x_raw @ start_net(lab.seed, HIDDEN, "relu", False).weights[0]
print(
    f"In the bare network the first layer's sums have a spread of {first_sums.std():.0f}, with scaled pixels and weights of {(x_train @ start_net(lab.seed, HIDDEN, 'relu', False, gain=2.0).weights[0]).std():.1f}."
)

# %% [markdown]
# Now you can explain the first picture. The network without tricks met huge sums (raw pixels times weights of spread 1), so its first steps threw it out of range; and with one step per epoch it had no time to
# come back. No single trick repairs all of that. In the full set several tricks do the same work, so one of them can go unnoticed: batch normalisation corrects a bad input scale or a bad start, and a good scale and a good start
# spare a shallow network batch normalisation. Nothing stands in for the many steps that minibatches make, nor for shuffling once batches are small. A trick's worth depends on its company.
#
# ## Receipt
#
# What the lectures and the paper say, beside what just ran. Where the two differ, the note says why.

# %%
sydney, paper = "Sydney COMP5318", "Ioffe and Szegedy 2015"
claims = []
with lab.needs("4.1"):
    if silent.any():
        active = 1 - silent
        claims.append(
            {
                "claim": "share of ReLU units active at random initialisation",
                "source": sydney,
                "stated": "about 50 %",
                "measured": f"{active.mean():.1%} ({active.min():.0%} to {active.max():.0%})",
                "note": f"seeds 0 to {len(silent) - 1}, a network each of 4 layers of 200, digits",
            }
        )
if folded_cases:
    held, cases = (
        int(np.sum(measured_norms <= proven_bounds * (1 + 1e-9))) + folded_holds,
        measured_norms.size + folded_cases,
    )
    loose = np.median(np.log10(proven_bounds[:, :, -1] / measured_norms[:, :, -1]))
    claims.append(
        {
            "claim": "norm of the Jacobian of t layers is at most (beta_W beta_h)^t",
            "source": sydney,
            "stated": "always",
            "measured": f"holds in {held} of {cases} cases",
            "note": f"seeds 0 to {measured_norms.shape[1] - 1}; but loose: at 20 layers the median bound is 10^{loose:.0f} times what is measured",
        }
    )
for name in GAINS:
    shrunk = norms[name, False, 20][0] / norms[name, False, 20][-1]
    claims.append(
        {
            "claim": f"gradients vanish or explode with depth: {name}, 20 layers, first over last",
            "source": sydney,
            "stated": "very small or very large quickly",
            "measured": f"{shrunk:.1e}; with batch norm {norms[name, True, 20][0] / norms[name, True, 20][-1]:.1e}",
            "note": "weights of variance 1/inputs (ReLU: 2/inputs)",
        }
    )
claims.append(
    {
        "claim": "batch norm allows larger learning rates",
        "source": f"{paper}; {sydney}",
        "stated": "5 to 30 times",
        "measured": f"{usable[1] / usable[0]:.1f} times ({usable[0]:.2g} to {usable[1]:.2g})",
        "note": "largest rate within 90 % of the best accuracy; 10 layers, 3 epochs, digits; less than the paper's, whose network is Inception on ImageNet, trained long and with the rate lowered on the way",
    }
)
for what, trick, stated in [
    (
        "batch norm reduces dependence on initialisation: accuracy lost to weights of spread 1",
        "initialise",
        "less",
    ),
    ("shuffle the training samples: accuracy lost without", "shuffle", "do it"),
    ("normalise the input: accuracy lost without", "normalise", "do it"),
    (
        "stochastic gradient descent on minibatches: accuracy lost with one step an epoch",
        "minibatch",
        "do it",
    ),
    ("lower the rate exponentially: accuracy lost without", "schedule", "works well"),
]:
    lost = full.mean() - without[trick].mean()
    note = (
        f"all other tricks on; alone it adds {alone[trick].mean() - bare.mean():+.1%}"
    )
    measured = f"{lost:.1%}"
    if trick == "initialise":
        measured += (
            f"; without batch norm {without['batch norm'].mean() - neither.mean():.1%}"
        )
    if trick == "schedule":
        note += f"; {ROUNDS} epochs are too short to need it"
    if trick == "normalise":
        note += "; batch norm after the first layer does its work"
    source = {
        "initialise": f"{paper}; {sydney}",
        "schedule": "Session 11, Deep Learning 2",
    }.get(trick, sydney)
    claims.append(
        {
            "claim": what,
            "source": source,
            "stated": stated,
            "measured": measured,
            "note": note,
        }
    )
for parts, gap in {**agreement, "backward pass of the network": backward_gap}.items():
    claims.append(
        {
            "claim": f"{parts}: by hand as by library",
            "source": "Keras, coursekit",
            "stated": 0,
            "measured": f"off by {gap:.1g}",
        }
    )
with lab.needs("4.7", "4.8"):
    rng = np.random.default_rng(lab.seed)
    x = rng.normal(1, 2, (9, 3)).astype(np.float32)
    bn = keras.layers.BatchNormalization(momentum=0.7, epsilon=1e-2)
    hand = batch_norm(x, np.ones(3), np.zeros(3), 1e-2)
    off = [np.abs(hand - ops.convert_to_numpy(bn(x, training=True))).max()]
    after = update_moving(np.zeros(3), np.ones(3), x, 0.7)
    off.append(
        np.abs(
            batch_norm_test(x, np.ones(3), np.zeros(3), *after, 1e-2)
            - ops.convert_to_numpy(bn(x, training=False))
        ).max()
    )
    for mode, gap in zip(("training", "test"), off, strict=True):
        claims.append(
            {
                "claim": f"batch norm by hand is Keras's, {mode} mode",
                "source": "Keras",
                "stated": 0,
                "measured": f"off by {gap:.1g}",
            }
        )
lab.receipt(claims, seeds=sorted({lab.seed, *SEEDS}))

# %% [markdown]
# ## Go further
#
# - Train on 1,283 digits instead of 1,280, so that the last batch of every epoch has three rows. What does batch normalisation make of it, and what would you do?
# - Judge the full network in training mode, on batches of 1, 2, 8 and 64 digits, then on batches of a single class. Why does test mode exist?
# - Replace ReLU by the sigmoid in the last experiment and give the network ten hidden layers. Which trick is missed most now?
# - Put a squared error on sigmoid outputs in place of cross-entropy. What is the gradient of an output that is wrong and sure of it?
# - Which weights would make the bound of 4.4 an equality for the identity? (Look for matrices that stretch nothing.)
# - `coursekit.training.one_cycle` raises the rate before it falls. Does it beat `learning_rate` here?
