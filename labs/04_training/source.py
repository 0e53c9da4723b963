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
from coursekit.training import gradients

lab = open_lab("04_training")
check, figures = lab.check, lab.figures
agreement = {}  # for the receipt: how far your parts are from the library's

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
    blocks = images.astype(np.float32).reshape(-1, 7, 4, 7, 4)
    return blocks.mean(axis=(2, 4)).reshape(-1, 49)


(x_a, y_a), (x_b, y_b) = coursekit.load_digits()
x_all, y_all = shrink(np.concatenate([x_a, x_b])), np.concatenate([y_a, y_b])
order = np.random.default_rng(lab.seed).permutation(len(y_all))
x_raw, y_train = x_all[order[:SIZE]], y_all[order[:SIZE]]
x_judge, y_judge = x_all[order[SIZE:]], y_all[order[SIZE:]]
by_class = np.argsort(y_train, kind="stable")  # all zeros first, then all ones, ...


# %%
def keras_net(start, normalised):
    """Three hidden ReLU layers and ten logits, compiled later."""
    net = [keras.Input((49,))]
    for units in HIDDEN:
        net.append(keras.layers.Dense(units, kernel_initializer=start))
        if normalised:
            net.append(keras.layers.BatchNormalization(momentum=0.9))
        net.append(keras.layers.ReLU())
    return keras.Sequential([*net, keras.layers.Dense(10, kernel_initializer=start)])


def learns(net, rate, x, y, judge, **options):
    """Accuracy on the judging digits after each epoch of net.fit."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.SGD(rate), loss=loss, metrics=["accuracy"])
    options |= {"validation_batch_size": len(judge), "epochs": EPOCHS, "verbose": 0}
    history = net.fit(x, y, validation_data=(judge, y_judge), **options)
    return history.history["val_accuracy"]


keras.utils.set_random_seed(lab.seed)
net = keras_net(keras.initializers.RandomNormal(stddev=1.0), normalised=False)
x, y = x_raw[by_class], y_train[by_class]
plain = learns(net, 0.1, x, y, x_judge, batch_size=SIZE, shuffle=False)
keras.utils.set_random_seed(lab.seed)
rate = keras.optimizers.schedules.ExponentialDecay(0.1, SIZE // 32 * EPOCHS, 0.1)
net, scaler = keras_net("he_normal", normalised=True), StandardScaler().fit(x_raw)
x, judge = scaler.transform(x_raw), scaler.transform(x_judge)
tricky = learns(net, rate, x, y_train, judge, batch_size=32, shuffle=True)

# %%
lab.show(figures.opening(tricky, plain))
print(f"Epoch {EPOCHS}: {tricky[-1]:.0%} with the tricks, {plain[-1]:.0%} without.")

# %% [markdown]
# Why does one learn nothing, and which of the six tricks saves the other? Keep the question; the parts come first.

# %%
FORWARD = {  # by the library: what the lab takes where your own answer is not there yet
    "sigmoid": scipy.special.expit,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0.0),
}
IN_KERAS = {
    "identity": keras.activations.linear,
    "sigmoid": keras.activations.sigmoid,
    "tanh": keras.activations.tanh,
    "relu": keras.activations.relu,
    "leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.1),
    "elu": keras.activations.elu,
    "gaussian": layers.gaussian,  # coursekit's: Keras has none
}


def by_keras(name, z):
    """An activation's values and slopes."""
    f, z = IN_KERAS[name], z.astype(np.float32)
    return ops.convert_to_numpy(f(z)), gradients(lambda v: ops.sum(f(v)), z)


def apart(mine, theirs):
    """Largest difference between an array of yours and a tensor of the library's."""
    return np.abs(np.asarray(mine) - ops.convert_to_numpy(theirs)).max()


def keras_batch_norm(d, scale=None, **options):
    """A BatchNormalization layer of Keras for d columns that has seen no batch yet."""
    bn = keras.layers.BatchNormalization(**options)
    bn.build((None, d))
    bn.set_weights([*(scale or (np.ones(d), np.zeros(d))), np.zeros(d), np.ones(d)])
    return bn


# %% [markdown]
# ## What a unit does with its sum

# %% [markdown]
# ### Exercise 4.1 · Activations and their slopes
#
# A unit forms a weighted sum $z$ of its inputs and passes on $f(z)$, its *activation*. Learning needs the slope $f'(z)$.
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
# ReLU and leaky ReLU have a kink at 0; take the slope of the left piece, to which 0 belongs. Large $|z|$ must give finite
# numbers: `np.tanh` and `np.clip` help.

# %%
lab.predict(
    "4.1a",
    "Five of the seven have the same steepest slope. Which two stay flatter?",
    choices=["sigmoid, gaussian", "sigmoid, tanh", "leaky_relu, elu"],
)

# %%
lab.predict(
    "4.1b",
    "Which have slopes that die out on both sides?",
    choices=["relu, leaky_relu, elu", "sigmoid, tanh, elu", "sigmoid, tanh, gaussian"],
)


# %%
def activate(name, z):
    """f(z), entry by entry.

    Args:
        name: "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu" or "gaussian".
        z: float array of any shape; |z| may be 1,000.

    Returns:
        new array of the shape of z, finite; z stays as it is.

    >>> activate("leaky_relu", np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
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

    Args and shape as for `activate`.

    >>> derivative("leaky_relu", np.array([-2.0, 0.0, 3.0]))
    array([0.1, 0.1, 1. ])
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
with lab.needs("4.1"):
    z = np.linspace(-4, 4, 400)  # 0 itself is not among them
    curves = {name: (activate(name, z), derivative(name, z)) for name in IN_KERAS}
    lab.show(figures.activations(z, curves))
    steep = {name: np.abs(slope).max() for name, (_, slope) in curves.items()}
    flat = [name for name in steep if steep[name] < 0.99]
    lab.reveal("4.1a", ", ".join(flat), f"{steep[flat[0]]:.2f}: it will come back.")
    ends = {name: np.abs(slope[[0, -1]]).max() for name, (_, slope) in curves.items()}
    fading = [name for name in ends if ends[name] < 0.1]
    told = f"At z = 4 and -4 at most {max(ends[name] for name in fading):.3f} is left."
    lab.reveal("4.1b", ", ".join(fading), told)

# %% [markdown]
# **The silent half.** Sydney COMP5318 says that in a randomly initialised network "only about 50 % of hidden units" are active. The next cell feeds digits to
# ReLU layers with random weights that are as often positive as negative, and counts outputs that are exactly zero.

# %%
with lab.needs("4.1"):
    silent = figures.silent_shares(activate, x_raw[:300] / 255.0, lab.pick(20, 8))
    lab.show(figures.silent(silent))
    print(f"Silent: {silent.mean():.1%} ({silent.min():.0%} to {silent.max():.0%}).")

# %% [markdown]
# Half of the outputs are silent because a random sum is as often negative as positive.
#
# ## Units that look at several sums

# %% [markdown]
# ### Exercise 4.2 · Softmax and maxout
#
# **Softmax** (lab 01) makes $p_i = e^{z_i}/\sum_j e^{z_j}$ of the *logits* (final sums) $z_1,\dots,z_c$ of a row; taking the row's largest off first changes nothing and keeps the
# exponentials finite. New are its slopes, a $c\times c$ matrix: $\partial p_i/\partial z_j = p_i(\delta_{ij} - p_j)$, where $\delta_{ij}$ is 1 if $i=j$ and 0 otherwise.
#
# **Maxout** gives each unit $k$ linear maps of its input $x$ and passes on the largest:
# $\max\,(x W_1 + b_1,\dots,x W_k + b_k)$ with weights $W_1,\dots,W_k$ and biases $b_1,\dots,b_k$.

# %%
lab.predict(
    "4.2a",
    "Two maps per unit, the second all zeros. Which activation is that?",
    choices=["the identity", "ReLU", "the absolute value"],
)

# %%
lab.predict(
    "4.2b",
    "And if the second map is the first with its sign turned?",
    choices=["the identity", "ReLU", "the absolute value"],
)


# %%
def softmax(z):
    """Probabilities of each row.

    Args:
        z: float array (n, c), any finite logits, such as 1,000.

    Returns:
        array (n, c), rows sum to 1.

    >>> softmax(np.log([[1.0, 3.0]]))
    array([[0.25, 0.75]])
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


def softmax_slopes(p):
    """Slopes of one row's probabilities p (c,): entry [i, j] is that of p_i by z_j.

    >>> softmax_slopes(np.array([0.25, 0.75]))
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    ### BEGIN SOLUTION
    return np.diag(p) - np.outer(p, p)
    ### END SOLUTION


def maxout(x, w, b):
    """Largest of k linear maps, for each row and unit.

    Args:
        x: float array (n, d).
        w: float array (k, d, units), one matrix per map.
        b: float array (k, units).

    Returns:
        array (n, units); in the example the larger of 2 and -2 + 5.

    >>> w, b = np.array([[[1.0]], [[-1.0]]]), np.array([[0.0], [5.0]])
    >>> maxout(np.array([[2.0]]), w, b)
    array([[3.]])
    """
    ### BEGIN SOLUTION
    return np.max([x @ w[k] + b[k] for k in range(len(w))], axis=0)
    ### END SOLUTION


# %%
check("4.2")

# %%
with lab.needs("4.2"):
    line, b = np.linspace(-2, 2, 200)[:, None], np.zeros((2, 1))  # one input
    zero, turned = np.array([[1.0, 0.0], [1.0, -1.0]])[..., None, None]
    five = np.array([-1.6, -0.7, 0.0, 0.7, 1.6])[:, None, None]
    outputs = {
        "second map zero": maxout(line, zero, b),
        "second map turned": maxout(line, turned, b),
        "five maps": maxout(line, five, -0.4 * five[:, 0] ** 2),
    }
    lab.show(figures.maxout(line, outputs))
    same = np.allclose(outputs["second map zero"], np.maximum(line, 0))
    told = "More maps give any shape that bends upwards."
    lab.reveal("4.2a", "ReLU" if same else "the identity", told)
    same = np.allclose(outputs["second map turned"], np.abs(line))
    lab.reveal("4.2b", "the absolute value" if same else "ReLU", "A sum, or minus it.")

# %% [markdown]
# ## What an error costs

# %% [markdown]
# ### Exercise 4.3 · Losses
#
# A *loss* is the price of an answer. For two classes let $s$ be $-1$ or $+1$ for label 0 or 1, $f$ a real score, and $m = s f$ the **margin**: positive when the
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

# %%
lab.predict(
    "4.3",
    "Which loss punishes a margin of 3, which is right and decided, most?",
    choices=["square", "logistic", "exponential", "hinge"],
)


# %%
def margin_loss(name, y, f):
    """Loss of each row.

    Args:
        name: "square", "logistic", "exponential" or "hinge"; logistic is finite for |f|
            up to 1,000.
        y: integer array (n,) of labels 0 and 1.
        f: float array (n,) of scores; positive means class 1.

    Returns:
        array (n,).

    >>> margin_loss("hinge", np.array([1, 0]), np.array([0.5, 0.5]))
    array([0.5, 1.5])
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
        float, finite; ln 2 in the example.

    >>> round(cross_entropy(np.array([[0.0, 0.0]]), np.array([1])), 4)
    0.6931
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
    m, names = np.linspace(-3, 4, 200), ("square", "logistic", "exponential", "hinge")
    ones, some = np.ones(len(m), dtype=int), m[::20]
    curves = {name: margin_loss(name, ones, m) for name in names}
    bits = [cross_entropy(np.array([[0.0, f]]), ones[:1]) / np.log(2) for f in some]
    lab.show(figures.losses(m, curves, some, bits))
    at_three = {k: float(margin_loss(k, ones[:1], np.array([3.0]))[0]) for k in names}
    told = ", ".join(f"{name} {value:.2f}" for name, value in at_three.items())
    told += ". Only the square minds an answer that is too right."
    lab.reveal("4.3", max(at_three, key=at_three.get), told)

# %% [markdown]
# The exponential lets one bad row outweigh all others. With two classes cross-entropy *is* the logistic loss.
#
# ## Gradients through many layers

# %% [markdown]
# ### Exercise 4.4 · The product of Jacobians
#
# Layer $j$ computes $h_j = f(z_j)$ with $z_j = h_{j-1}W_j + b_j$, where $h_0$ is the input row. A change of $h_0$ reaches $h_t$ through every layer, so the matrix of slopes
# $\partial h_t/\partial h_0$ is a product of one **Jacobian** per layer, $\operatorname{diag}(f'(z_j))\,W_j^T$, the last layer on the left. ($\operatorname{diag}(v)$ is the matrix with $v$
# on its diagonal.)
#
# The *norm* $\lVert A\rVert$ of a matrix is the largest factor by which it stretches a vector (`np.linalg.norm(A, 2)`). With $\beta_W$ the largest $\lVert W_j\rVert$ and $\beta_h$
# the largest $|f'(z_j)|$ of any unit in any layer, Sydney COMP5318 bounds
#
# $$\lVert\partial h_t/\partial h_0\rVert \le (\beta_W\beta_h)^t.$$

# %%
lab.predict(
    "4.4a",
    "With weights of variance 1 / inputs, the largest norm of a W is about 2. "
    "For which of sigmoid, tanh, ReLU does the bound prove that gradients vanish?",
    choices=["sigmoid alone", "sigmoid and tanh", "all three"],
)


# %%
def jacobian(weights, slopes):
    """Slopes of the last layer's outputs by the first layer's inputs.

    Args:
        weights: list of t arrays, W_j of shape (d_{j-1}, d_j).
        slopes: list of t arrays, f'(z_j) of shape (d_j,).

    Returns:
        array (d_t, d_0); entry [i, k] is the slope of output i by input k.

    >>> jacobian([np.array([[2.0], [4.0]])], [np.array([0.5])])
    array([[1., 2.]])
    """
    ### BEGIN SOLUTION
    product = np.eye(len(weights[0]))
    for w, slope in zip(weights, slopes, strict=True):
        product = slope[:, None] * (w.T @ product)
    return product
    ### END SOLUTION


def jacobian_bound(weights, slopes):
    """The bound (beta_W beta_h) ** t, a float, for lists as above.

    >>> jacobian_bound([np.eye(2), 3 * np.eye(2)], [np.ones(2), -np.ones(2)])
    9.0
    """
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


def random_net(depth, name, gain, seed, width=48):
    """Weights of variance gain / inputs, and the slopes that one digit meets."""
    rng, h, weights, slopes = np.random.default_rng(seed), x_raw[seed] / 255.0, [], []
    for _ in range(depth):
        weights.append(rng.normal(0, np.sqrt(gain / len(h)), (len(h), width)))
        z = h @ weights[-1]
        slopes.append(SLOPED[name](z))
        h = FORWARD[name](z)
    return weights, slopes


# %%
with lab.needs("4.4"):
    cases = [("sigmoid", 1.0), ("tanh", 1.0), ("relu", 2.0), ("relu", 4.5)]
    norms = np.zeros((len(cases), lab.pick(5, 2), 20))
    bounds, strongest = np.ones_like(norms), np.zeros(norms.shape[:2])
    for i, seed in np.ndindex(norms.shape[:2]):
        weights, slopes = random_net(20, *cases[i], seed)
        strongest[i, seed] = max(np.linalg.norm(w, 2) for w in weights)
        for t in range(1, 21):
            product = jacobian(weights[:t], slopes[:t])
            norms[i, seed, t - 1] = np.linalg.norm(product, 2)
            bounds[i, seed, t - 1] = jacobian_bound(weights[:t], slopes[:t])
    lab.show(figures.jacobians(norms, bounds, cases))
    last, beta = bounds[..., -1].mean(axis=1), strongest.mean(axis=1)
    rows = zip(cases, norms[..., -1], last, beta, strict=True)
    for (name, gain), norm, bound, b in rows:
        print(
            f"{name}, variance {gain:g}/inputs, 20 layers: {norm.mean():.1e},", end=""
        )
        print(f" bound {bound:.1e}; the largest norm of a W is {b:.2f}.")
    within = np.mean(norms <= bounds * (1 + 1e-9))
    count = int(np.sum(last[:3] < 1))
    answer = ["none", "sigmoid alone", "sigmoid and tanh", "all three"][count]
    told = f"It holds in {within:.0%} of {norms.size} cases. A quarter times about two "
    told += "is below 1; for tanh and ReLU it allows growth: there the scale decides."
    lab.reveal("4.4a", answer, told)

# %% [markdown]
# ## The right scale

# %% [markdown]
# ### Exercise 4.5 · Standardised inputs, balanced weights
#
# Sums grow with their inputs and weights, so training starts well when both are in proportion.
#
# **Standardise** each column: $(x-\mu)/\sigma$, with its mean $\mu$ and standard deviation $\sigma$ (root of the mean squared distance from $\mu$), learned from the **training** rows and used for all. Where a
# column is constant, $\sigma=0$; divide by 1.
#
# **Initialise** with independent random numbers of mean 0. A sum over $n$ inputs of mean square 1 has the variance $n$ times that of a weight, so take weights of variance $g/n$. The *gain* $g$ makes up for what the activation
# takes away: $g=2$ for ReLU, whose silent half carries nothing.

# %%
lab.predict(
    "4.5",
    "Ten ReLU layers with gain 1 instead. From the first to the tenth, the mean square "
    "of the outputs",
    choices=["stays", "shrinks about tenfold", "shrinks about 500-fold"],
)


# %%
def standardise(x_train, x_other):
    """Both arrays with columns of the training rows' mean 0 and standard deviation 1.

    Args:
        x_train: float array (n, d).
        x_other: float array (m, d).

    Returns:
        (train, other), arrays (n, d) and (m, d).

    >>> standardise(np.array([[0.0], [2.0]]), np.array([[5.0]]))[1]
    array([[4.]])
    """
    ### BEGIN SOLUTION
    mu, sigma = x_train.mean(axis=0), x_train.std(axis=0)
    sigma = np.where(sigma == 0, 1, sigma)
    return (x_train - mu) / sigma, (x_other - mu) / sigma
    ### END SOLUTION


def initial_weights(fan_in, fan_out, gain, seed):
    """Random weights (fan_in, fan_out), mean 0, variance gain / fan_in.

    They are normal or uniform. The same seed (int) gives the same weights, another seed
    others: use np.random.default_rng(seed).

    >>> round(float(np.std(initial_weights(900, 900, 2.25, 0))), 2)
    0.05
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
    power = {gain: np.zeros(10) for gain in (1.0, 2.0, 4.0)}
    for gain, seed in itertools.product(power, range(5)):
        h = x[:200]
        for j in range(10):
            w = initial_weights(h.shape[1], 100, gain, 100 * seed + j)
            h = FORWARD["relu"](h @ w)
            power[gain][j] += np.mean(h**2) / 5
    lab.show(figures.signal(power))
    fold = power[1.0][0] / power[1.0][-1]
    scale = ["stays", "shrinks about tenfold", "shrinks about 500-fold"]
    told = f"{fold:.0f}-fold: a half in each layer, and 2 to the 9th is {2**9}."
    lab.reveal("4.5", scale[sum(fold > np.array([3, 100]))], told)

# %% [markdown]
# ## Small steps, in random order

# %% [markdown]
# ### Exercise 4.6 · Minibatches and a schedule
#
# **Minibatch** descent steps after every few rows, not once per epoch. Shuffle the row numbers, then cut them into consecutive pieces of `size`; the last piece keeps whatever is left.
# Every epoch shuffles anew, here by its own `seed`.
#
# A **schedule** lowers the *learning rate*, the length of the steps. Session 11, Deep Learning 2 advises to decrease it exponentially after a fixed number of epochs. With epochs counted from 0: keep the `initial` rate while
# `epoch <= hold`; after that the rate falls smoothly and halves every `half_life` epochs.

# %%
lab.predict("4.6a", "1,000 rows, size 32: how many steps has an epoch?", number=True)

# %%
lab.predict("4.6b", "And how long is the last piece?", number=True, unit="rows")


# %%
def minibatches(n, size, seed):
    """Row numbers 0 to n-1 in random order, cut into pieces.

    Args:
        n: number of rows.
        size: rows per piece.
        seed: int for np.random.default_rng.

    Returns:
        list of integer arrays, all of length `size` but the last, which may be shorter
        (never empty).

    >>> [len(piece) for piece in minibatches(5, 2, seed=0)]
    [2, 2, 1]
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + size] for start in range(0, n, size)]
    ### END SOLUTION


def learning_rate(epoch, initial, hold, half_life):
    """The rate of an epoch (0, 1, 2, ...), a float.

    >>> learning_rate(2, 0.8, hold=2, half_life=3), learning_rate(5, 0.8, 2, 3)
    (0.8, 0.4)
    >>> round(learning_rate(3, 0.8, hold=2, half_life=3), 4)
    0.635
    """
    ### BEGIN SOLUTION
    return initial * 0.5 ** (max(0, epoch - hold) / half_life)
    ### END SOLUTION


# %%
check("4.6")

# %%
with lab.needs("4.6"):
    mine = [learning_rate(epoch, 0.1, 3, 2.0) for epoch in range(12)]
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    theirs = [float(decay(max(0, epoch - 3))) for epoch in range(12)]
    print(f"Rates differ from Keras's by at most {apart(mine, theirs):.1g}.")
    pieces = np.arange(SIZE).reshape(-1, 32), minibatches(SIZE, 32, lab.seed)
    shares = [
        [np.bincount(y_train[by_class[rows]]).max() / 32 for rows in cut]
        for cut in pieces
    ]
    lab.show(figures.batches_and_rates(shares, mine, theirs))
    sizes = [len(rows) for rows in minibatches(1000, 32, lab.seed)]
    lab.reveal("4.6a", len(sizes), f"{len(sizes) - 1} full ones and the rest.")
    lab.reveal("4.6b", sizes[-1], f"1,000 is {len(sizes) - 1} times 32, and that.")

# %% [markdown]
# A sorted batch asks the network to call everything one digit; a shuffled one is a small picture of the whole.
#
# ## Batch normalisation

# %% [markdown]
# ### Exercise 4.7 · Training mode
#
# Standardising the input helps the first layer. **Batch normalisation** does the same before *every* activation, with the rows of the current minibatch.
#
# It replaces each column of $x$ ($m$ rows, mean $\mu$, variance $\sigma^2$ divided by $m$) by the line $y = a\,x + c$ that gives the column the mean $\beta$ and, for $\gamma>0$, the standard
# deviation $\gamma$. Find $a$ and $c$ (for $\gamma<0$ the same formulas hold). A constant column would divide by 0, so a small number $\epsilon$ joins $\sigma^2$ before any root is taken.
#
# Each column has its own $\gamma$ and $\beta$. They are learned, so that the network may undo the normalisation where that helps.

# %%
lab.predict(
    "4.7a",
    "All weights of a layer become ten times as large. What happens to y?",
    choices=["ten times as large", "nothing", "it depends on gamma"],
)

# %%
lab.predict(
    "4.7b",
    "And what is y for a batch of one row?",
    choices=["the row itself", "0", "beta", "gamma"],
)


# %%
def batch_norm(x, gamma, beta, epsilon):
    """Batch normalisation with the statistics of this batch.

    Args:
        x: float array (m, d).
        gamma: float array (d,), what the columns' spread is to be.
        beta: float array (d,), what their mean is to be.
        epsilon: float, at least 0.

    Returns:
        array (m, d); x stays as it is.

    >>> batch_norm(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([5.0]), 0.0)
    array([[3.],
           [7.]])
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
    rng, curves = np.random.default_rng(lab.seed), {}
    for normalised, factor in itertools.product((False, True), (0.3, 3.0)):
        h, spread = x_raw[:200] / 255.0, []
        for _ in range(10):
            z = h @ rng.normal(0, factor / np.sqrt(h.shape[1]), (h.shape[1], 64))
            z = batch_norm(z, np.ones(64), np.zeros(64), 1e-5) if normalised else z
            h = np.tanh(z)
            spread.append(z.std(axis=0).mean())
        curves[factor, normalised] = spread
    lab.show(figures.spreads(curves))
    x, scale = rng.normal(2, 3, (20, 4)), (np.full(4, 0.5), np.arange(1.0, 5.0))
    gap = apart(batch_norm(10 * x, *scale, 0.0), batch_norm(x, *scale, 0.0))
    answer = "nothing" if gap < 1e-6 else "ten times as large"
    lab.reveal("4.7a", answer, f"Ten times the input changes it by {gap:.1g}.")
    answer = "beta" if np.allclose(batch_norm(x[:1], *scale, 1e-3), scale[1]) else "0"
    lab.reveal("4.7b", answer, "A row is its own mean: whatever it was, it is gone.")

# %% [markdown]
# ### Exercise 4.8 · Test mode
#
# At test time one row may come alone, and its answer must not depend on its neighbours. So training keeps *moving* statistics: after each batch, with $\mu$ and $\sigma^2$ its mean and variance (divided by $m$, as
# in 4.7), each moving number becomes
#
# $$\text{momentum}\cdot\text{old} + (1-\text{momentum})\cdot\text{batch}.$$
#
# That is Keras's convention (0.99 by default); other libraries call $1-$ momentum by that name. In **test mode** the moving mean and variance take the place of $\mu$ and $\sigma^2$, and the batch's own are not looked at.

# %%
lab.predict(
    "4.8a",
    "Momentum 0.99, 40 steps. How much of the starting value is left in a moving mean?",
    number=True,
    unit="%",
)


# %%
def update_moving(moving_mean, moving_variance, x, momentum):
    """Moving statistics after one more batch.

    Args:
        moving_mean, moving_variance: float arrays (d,).
        x: float array (m, d).
        momentum: float in [0, 1].

    Returns:
        (mean, variance), new arrays (d,).

    >>> update_moving(np.zeros(1), np.ones(1), np.array([[1.0], [3.0]]), momentum=0.9)
    (array([0.2]), array([1.]))
    """
    ### BEGIN SOLUTION
    mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    variance = momentum * moving_variance + (1 - momentum) * x.var(axis=0)
    return mean, variance
    ### END SOLUTION


def batch_norm_test(x, gamma, beta, moving_mean, moving_variance, epsilon):
    """Batch normalisation in test mode, array (m, d).

    >>> one, two, five, nine = np.array([[1.0], [2.0], [5.0], [9.0]])
    >>> batch_norm_test(np.array([[4.0]]), two, five, one, nine, 0.0)
    array([[7.]])
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
    scale = rng.random(4) + 0.5, rng.normal(size=4)
    bn, path = keras_batch_norm(4, scale, epsilon=1e-3, momentum=0.8), []
    moved = np.zeros(4), np.ones(4)
    for _ in range(25):
        x = rng.normal([3, 0, -2, 1], [1, 2, 0.5, 3], (16, 4)).astype(np.float32)
        bn(x, training=True)
        moved = update_moving(*moved, x, 0.8)
        theirs = ops.convert_to_numpy(bn.moving_mean)
        path.append([moved[0][0], x[:, 0].mean(), theirs[0]])
    lab.show(figures.moving(path))
    left = {0.99: np.ones(1), 0.9: np.ones(1)}
    for _, momentum in itertools.product(range(40), left):
        left[momentum], _ = update_moving(
            left[momentum], 1.0, np.zeros((2, 1)), momentum
        )
    told = f"With momentum 0.9 it is {100 * left[0.9][0]:.1f} %. Short runs need a "
    told += "smaller momentum than Keras's default; the network below takes 0.9."
    lab.reveal("4.8a", float(100 * left[0.99][0]), told)

# %% [markdown]
# ## Yours beside the library's
#
# Every part has its counterpart in Keras, coursekit, SciPy or scikit-learn. How far apart are they?

# %%
with lab.needs("4.1"):
    z = np.linspace(-4, 4, 400)
    gaps = [
        np.abs(np.subtract((activate(f, z), derivative(f, z)), by_keras(f, z))).max()
        for f in IN_KERAS
    ]
    agreement["activations and their slopes"] = max(gaps)

# %%
with lab.needs("4.2"):
    unit = layers.Maxout(1, len(five))
    unit.build((None, 1))
    unit.set_weights([five, -0.4 * five[:, 0] ** 2])
    gaps = [apart(outputs["five maps"], unit(line.astype(np.float32)))]
    logits = np.random.default_rng(lab.seed).normal(0, 2, (3, 5)).astype(np.float32)
    p, rule = softmax(logits), keras.activations.softmax
    rows = [gradients(lambda v, i=i: rule(v)[0, i], logits)[0] for i in range(5)]
    gaps += [apart(p, rule(logits)), apart(softmax_slopes(p[0]), np.array(rows))]
    agreement["softmax, its slopes, maxout"] = max(gaps)

# %%
with lab.needs("4.3"):
    rng = np.random.default_rng(lab.seed)
    y, f = rng.integers(0, 2, 50), rng.normal(0, 3, 50).astype(np.float32)
    pair = y[:, None].astype(np.float32), f[:, None]
    by_name = {"logistic": losses.logistic, "exponential": losses.exponential}
    by_name["hinge"] = keras.losses.hinge
    mine = {name: margin_loss(name, y, f) for name in by_name}
    gaps = [apart(mine[k], rule(*pair)) / mine[k].max() for k, rule in by_name.items()]
    logits, y = rng.normal(0, 3, (50, 6)).astype(np.float32), rng.integers(0, 6, 50)
    theirs = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
    gaps.append(apart(cross_entropy(logits, y), theirs))
    agreement["logistic, exponential, hinge, cross-entropy losses"] = max(gaps)

# %%
with lab.needs("4.4"):
    weights, slopes = random_net(6, "tanh", 1.0, lab.seed)

    def first_unit(x):
        """Unit 0 of the sixth tanh layer, in Keras."""
        for w in weights:
            x = ops.tanh(x @ w.astype(np.float32))
        return x[0, 0]

    theirs = gradients(first_unit, x_raw[lab.seed][None].astype(np.float32) / 255.0)
    agreement["a row of the Jacobian"] = apart(jacobian(weights, slopes)[0], theirs[0])
with lab.needs("4.5"):
    x, _ = standardise(x_raw.astype(float), x_judge.astype(float))
    theirs = StandardScaler().fit_transform(x_raw.astype(float))
    agreement["standardised digits"] = apart(x, theirs)
    theirs = ops.convert_to_numpy(keras.initializers.HeNormal(seed=1)((400, 300)))
    print(f"Spread of weights: {initial_weights(400, 300, 2.0, 1).std():.4f},", end=" ")
    print(f"of Keras's HeNormal {theirs.std():.4f}.")

# %%
with lab.needs("4.7", "4.8"):
    x = np.random.default_rng(lab.seed).normal(1, 2, (9, 3)).astype(np.float32)
    bn, plain = (
        keras_batch_norm(3, momentum=0.7, epsilon=1e-2),
        (np.ones(3), np.zeros(3)),
    )
    gap = apart(batch_norm(x, *plain, 1e-2), bn(x, training=True))
    agreement["batch norm in training mode"] = gap
    after = update_moving(np.zeros(3), np.ones(3), x, 0.7)
    gap = apart(batch_norm_test(x, *plain, *after, 1e-2), bn(x, training=False))
    agreement["batch norm in test mode"] = gap
for parts, gap in agreement.items():
    print(f"{parts}: off by at most {gap:.1g}")

# %% [markdown]
# ## All parts in one network
#
# Lab 03 derived the backward pass of dense layers; here it is given, with batch normalisation in it. Every part is yours where it passes its checks, and a library's where it does not.


# %%
def library_activate(name, z):
    """An activation, by NumPy or SciPy."""
    return FORWARD[name](z)


def scipy_softmax(z):
    """Probabilities of each row, by SciPy."""
    return scipy.special.softmax(z, axis=1)


def measured_slope(name, z):
    """The slope of an activation by its differences."""
    return (FORWARD[name](z + 1e-3) - FORWARD[name](z - 1e-3)) / 2e-3


def fixed_norm(x, gamma, beta, mean, variance, epsilon):
    """Batch normalisation with given statistics, by Keras."""
    z = ops.batch_normalization(x, mean, variance, -1, epsilon=epsilon)
    return ops.convert_to_numpy(z) * gamma + beta


def batch_statistics_norm(x, gamma, beta, epsilon):
    """Batch normalisation with the batch's own statistics, by Keras."""
    return fixed_norm(x, gamma, beta, x.mean(axis=0), x.var(axis=0), epsilon)


def averaged_moving(mean, variance, x, momentum):
    """Moving statistics, by NumPy's weighted average."""
    both, shares = [(mean, x.mean(0)), (variance, x.var(0))], [momentum, 1 - momentum]
    return tuple(np.average(pair, axis=0, weights=shares) for pair in both)


# %%
def sklearn_standardise(x_train, x_other):
    """Both arrays by scikit-learn's scaler."""
    fitted = StandardScaler().fit(x_train)
    return fitted.transform(x_train), fitted.transform(x_other)


def keras_weights(fan_in, fan_out, gain, seed):
    """Weights by Keras's initialiser."""
    kind = "fan_in", "untruncated_normal"
    draw = keras.initializers.VarianceScaling(gain, *kind, seed=seed)
    return ops.convert_to_numpy(draw((fan_in, fan_out)))


def sklearn_minibatches(n, size, seed):
    """Batches cut by scikit-learn."""
    shuffled = np.random.default_rng(seed).permutation(n)
    return [shuffled[piece] for piece in gen_batches(n, size)]


def keras_rate(epoch, initial, hold, half_life):
    """The rate by Keras's schedule."""
    schedule = keras.optimizers.schedules.ExponentialDecay(initial, half_life, 0.5)
    return float(schedule(max(epoch, hold) - hold))


# %%
FALLBACKS = {
    "activate": ("4.1", library_activate),
    "derivative": ("4.1", measured_slope),
    "softmax": ("4.2", scipy_softmax),
    "standardise": ("4.5", sklearn_standardise),
    "initial_weights": ("4.5", keras_weights),
    "minibatches": ("4.6", sklearn_minibatches),
    "learning_rate": ("4.6", keras_rate),
    "batch_norm": ("4.7", batch_statistics_norm),
    "update_moving": ("4.8", averaged_moving),
    "batch_norm_test": ("4.8", fixed_norm),
}
part = types.SimpleNamespace()
for name, (exercise, fallback) in FALLBACKS.items():
    setattr(part, name, lab.answer(exercise, fallback=fallback, name=name))
EPSILON = 1e-3


# %%
class Net:
    """Hidden: a = h W, z = a + b or batch_norm(a), h = f(z). Last: logits."""

    def __init__(self, weights, activation, normalised):
        self.weights = [w.astype(np.float32) for w in weights]
        self.bias = [np.zeros(w.shape[1], np.float32) for w in weights]
        self.gamma = [np.ones_like(b) for b in self.bias]
        self.moving = [(np.zeros_like(b), np.ones_like(b)) for b in self.bias]
        self.activation, self.normalised = activation, normalised

    def forward(self, x, training=False):
        """Logits (n, 10); remembers outputs h and sums a, z of hidden layers."""
        self.h, self.a, self.z = [x], [], []
        for j, w in enumerate(self.weights[:-1]):
            a, b, gamma = self.h[-1] @ w, self.bias[j], self.gamma[j]
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


# %%
def net_gradients(net, x, y):
    """Gradients of the cross-entropy by weights, biases, gammas, layer by layer."""
    d = part.softmax(net.forward(x, training=True))
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    found = [(net.h[-1].T @ d, d.sum(axis=0), 0.0)]
    for j in range(len(net.weights) - 2, -1, -1):
        d = (d @ net.weights[j + 1].T) * part.derivative(net.activation, net.z[j])
        by_bias, by_gamma = d.sum(axis=0), 0.0
        if net.normalised:
            a = net.a[j] - net.a[j].mean(axis=0)
            root = np.sqrt(np.square(a).mean(axis=0) + EPSILON)
            a /= root  # from here on the normalised sums
            by_gamma = np.sum(d * a, axis=0)
            centred = d - d.mean(axis=0) - a * np.mean(d * a, axis=0)
            d = net.gamma[j] / root * centred
        found.insert(0, (net.h[j].T @ d, by_bias, by_gamma))
    return found


def descend(net, x, y, rate):
    """One step of gradient descent."""
    for j, slopes in enumerate(net_gradients(net, x, y)):
        for values, slope in zip(
            (net.weights, net.bias, net.gamma), slopes, strict=True
        ):
            values[j] = (values[j] - rate * slope).astype(np.float32)


# %%
def start_net(seed, hidden, activation, normalised, gain=None):
    """A net with weights of variance gain / inputs, or, without a gain, of spread 1."""
    pairs = list(itertools.pairwise([49, *hidden, 10]))
    if gain is None:
        rng = np.random.default_rng(seed)
        return Net([rng.normal(0, 1, p) for p in pairs], activation, normalised)
    seeds = range(1000 * seed, 1000 * seed + len(pairs))
    weights = [
        part.initial_weights(*p, gain, s) for p, s in zip(pairs, seeds, strict=True)
    ]
    return Net(weights, activation, normalised)


x_train, x_unseen = part.standardise(x_raw, x_judge)
x_train, x_unseen = x_train.astype(np.float32), x_unseen.astype(np.float32)

# %% [markdown]
# **Is the backward pass right?** The next cell compares it with Keras's own differentiation.

# %%
net = start_net(lab.seed, (16, 12), "tanh", True, gain=1.0)
hidden = [0, 1]  # its hidden layers have a scale gamma each, besides weights and biases
mine = net_gradients(net, x_train[:64], y_train[:64])
mine = [m[0] for m in mine] + [m[1] for m in mine] + [mine[j][2] for j in hidden]


def keras_loss(values):
    """The same network and loss in keras.ops, batch normalisation in training mode."""
    weights, bias, gamma = values[:3], values[3:6], values[6:]
    h = ops.convert_to_tensor(x_train[:64])
    for j in hidden:
        a = ops.matmul(h, weights[j])
        a = (a - ops.mean(a, axis=0)) / ops.sqrt(ops.var(a, axis=0) + EPSILON)
        h = ops.tanh(gamma[j] * a + bias[j])
    logits = ops.matmul(h, weights[2]) + bias[2]
    price = keras.losses.sparse_categorical_crossentropy
    return ops.mean(price(y_train[:64], logits, from_logits=True))


scales = [net.gamma[j] for j in hidden]
theirs = gradients(keras_loss, [*net.weights, *net.bias, *scales])
gaps = [apart(m, t) / np.abs(t).max() for m, t in zip(mine, theirs, strict=True)]
agreement["backward pass of the network"] = max(gaps)
print(f"Differences of gradients: at most {max(gaps):.1g} of the largest entry.")

# %% [markdown]
# Now the gradient of every layer's weights on 128 digits, in networks of 5, 10 and 20 hidden layers, for three activations, without and with batch normalisation: six panels.
# Call a panel *level* if at 20 layers the gradients of the first and the last layer lie within a factor of twenty.

# %%
lab.predict("4.4b", "How many of the six panels are level?", number=True)

# %%
GAINS = {"sigmoid": 1.0, "tanh": 1.0, "relu": 2.0}
by_layer = {}
for name, normalised, depth in itertools.product(GAINS, (False, True), (5, 10, 20)):
    runs = []
    for seed in range(lab.pick(3, 1)):
        net = start_net(seed, [32] * depth, name, normalised, GAINS[name])
        found = net_gradients(net, x_train[:128], y_train[:128])
        runs.append([np.linalg.norm(g[0]) for g in found])
    by_layer[name, normalised, depth] = np.mean(runs, axis=0)

# %%
with lab.needs("4.4"):
    lab.show(figures.layer_gradients(by_layer))
    fall = {
        (name, normalised): values[0] / values[-1]
        for (name, normalised, depth), values in by_layer.items()
        if depth == 20
    }
    for name in GAINS:
        print(f"{name}: first layer's gradient over the last's", end=" ")
        print(
            f"{fall[name, False]:.1e} without, {fall[name, True]:.1e} with batch norm."
        )
    level = [panel for panel, ratio in fall.items() if 0.05 <= ratio <= 20]
    names = [f"{name} {'with' if with_it else 'without'}" for name, with_it in level]
    lab.reveal("4.4b", len(level), f"Level: {', '.join(names)}.")

# %% [markdown]
# In the sigmoid network without batch normalisation, the first layers hear nothing of the error. Batch normalisation repairs exactly that, because it stretches every layer's sums back to spread 1, and their gradients
# with them. Tanh and ReLU owe their curves to their start; there batch normalisation is no gain, and ReLU's gradients now even grow towards the input. Does the lecture's bound survive it? With fixed statistics, batch normalisation multiplies column $i$ of $W_j$ by $\gamma_i/\sqrt{\sigma_i^2+\epsilon}$, so it can be folded into the weights, and the
# bound holds for the folded ones. The cell counts.

# %%
with lab.needs("4.4"):
    folded = []
    for name, gain in GAINS.items():
        net = start_net(lab.seed, [32] * 20, name, True, gain)
        net.forward(x_train[:128], training=True)
        roots = [np.sqrt(a.var(axis=0) + EPSILON) for a in net.a]
        weights = [w / root for w, root in zip(net.weights, roots, strict=False)]
        slopes = [part.derivative(name, z[0]) for z in net.z]
        for t in (1, 2, 5, 10, 20):
            measured = np.linalg.norm(jacobian(weights[:t], slopes[:t]), 2)
            bound = jacobian_bound(weights[:t], slopes[:t])
            folded.append(measured <= bound * (1 + 1e-9))
        print(f"{name}, batch norm, 20 layers: {measured:.1e}, bound {bound:.1e}.")
    print(f"The bound holds in {sum(folded)} of {len(folded)} cases.")

# %% [markdown]
# **Larger learning rates?** Ioffe and Szegedy (2015) report that batch normalisation allows much larger rates; they raised theirs 5 and 30 times. Here is a ten-layer ReLU network at rates from 0.01 to 10.


# %%
def trained_accuracy(net, x, y, judge, rates, *, size, shuffled=True):
    """Accuracy on the judging digits after an epoch for each rate.

    A net whose numbers overflow counts as it guesses.
    """
    with np.errstate(all="ignore"):
        for epoch, rate in enumerate(rates):
            batches = np.arange(len(y)).reshape(-1, size)
            for rows in part.minibatches(len(y), size, epoch) if shuffled else batches:
                descend(net, x[rows], y[rows], rate)
            if not np.isfinite(net.weights[0]).all():
                break
        return np.mean(np.argmax(net.forward(judge), axis=1) == y_judge)


RATES = 10.0 ** np.arange(-2, lab.pick(1.25, 1.5), lab.pick(0.25, 0.5))
sweep = np.zeros((2, len(RATES), lab.pick(3, 1)))
for i, j, seed in np.ndindex(sweep.shape):
    net = start_net(seed, [32] * 10, "relu", bool(i), gain=2.0)
    data = x_train, y_train, x_unseen
    sweep[i, j, seed] = trained_accuracy(net, *data, 3 * [RATES[j]], size=64)
sweep = sweep.mean(axis=2)
lab.show(figures.rates(RATES, sweep))
usable = [RATES[row >= 0.9 * row.max()].max() for row in sweep]
print(
    f"Largest rate within 90 % of the best accuracy: {usable[0]:.2g} without,", end=" "
)
print(f"{usable[1]:.2g} with batch norm: {usable[1] / usable[0]:.1f} times.")

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

# %%
lab.predict(
    "4.8b",
    "Which trick helps most alone, added to the bare network?",
    choices=[
        *("normalise", "shuffle", "minibatch"),
        *("schedule", "initialise", "batch norm"),
    ],
)

# %%
lab.predict(
    "4.0",
    "Which is missed most when it is taken away from the full one?",
    choices=[
        *("normalise", "shuffle", "minibatch"),
        *("schedule", "initialise", "batch norm"),
    ],
)

# %%
TRICKS = ("normalise", "shuffle", "minibatch", "schedule", "initialise", "batch norm")
SEEDS, ROUNDS = list(range(lab.pick(3, 1))), lab.pick(6, 4)


def accuracy_with(tricks, rate, seed):
    """Accuracy on unseen digits of three hidden layers, trained with `tricks`."""
    x, judge = (x_train, x_unseen) if "normalise" in tricks else (x_raw, x_judge)
    rows = slice(None) if "shuffle" in tricks else by_class
    gain, rates = 2.0 if "initialise" in tricks else None, [rate] * ROUNDS
    if "schedule" in tricks:
        rates = [part.learning_rate(epoch, rate, 2, 1.5) for epoch in range(ROUNDS)]
    net = start_net(seed, HIDDEN, "relu", "batch norm" in tricks, gain=gain)
    size = 32 if "minibatch" in tricks else SIZE
    how = {"size": size, "shuffled": "shuffle" in tricks}
    return trained_accuracy(net, x[rows], y_train[rows], judge, rates, **how)


def best_accuracy(*tricks):
    """Accuracies of all seeds at the rate that is best on average."""
    table = [[accuracy_with(tricks, r, s) for s in SEEDS] for r in (0.01, 0.1, 0.5)]
    return max(map(np.array, table), key=np.mean)


bare, full = best_accuracy(), best_accuracy(*TRICKS)
alone = {trick: best_accuracy(trick) for trick in TRICKS}
without = {trick: best_accuracy(*(t for t in TRICKS if t != trick)) for trick in TRICKS}
neither = best_accuracy(*TRICKS[:4])  # a bad start, and no batch norm to mend it

# %%
gained = {trick: alone[trick].mean() - bare.mean() for trick in TRICKS}
lost = {trick: full.mean() - without[trick].mean() for trick in TRICKS}
bad_start = without["batch norm"].mean() - neither.mean()
with lab.needs("4.8"):
    lab.show(figures.worth(alone, without, bare, full, ROUNDS))
    print(f"None of the tricks {bare.mean():.1%}, all six {full.mean():.1%}.")
    for trick in TRICKS:
        print(f"{trick}: alone {gained[trick]:+.1%}, taken away {-lost[trick]:+.1%}.")
    print(f"A bad start costs {lost['initialise']:.1%} with batch norm,", end=" ")
    print(f"{bad_start:.1%} without.")
    best, missed = max(gained, key=gained.get), max(lost, key=lost.get)
    lab.reveal("4.8b", best, f"It adds {gained[best]:.1%}.")
    lab.reveal("4.0", missed, f"Without it {lost[missed]:.1%} are lost.")

# %% [markdown]
# Now you can explain the first picture. The network without tricks met huge sums (raw pixels times weights of spread 1), so its first steps threw it out of range; and with one step per epoch it had no time to
# come back. No single trick repairs all of that. In the full set several tricks do the same work, so one of them can go unnoticed: batch normalisation corrects a bad input scale or a bad start, and a good scale and a good start
# spare a shallow network batch normalisation. Nothing stands in for the many steps that minibatches make, nor for shuffling once batches are small. A trick's worth depends on its company.

# %%
nets = [start_net(lab.seed, HIDDEN, "relu", False, gain=g) for g in (None, 2.0)]
sums = [(x @ n.weights[0]).std() for x, n in zip((x_raw, x_train), nets, strict=True)]
print(f"Spread of the first layer's sums: {sums[0]:.0f} in the bare network,", end=" ")
print(f"{sums[1]:.1f} with scaled pixels and weights.")

# %% [markdown]
# ## Receipt
#
# What the lectures and the paper say, beside what just ran. Where the two differ, the note says why.

# %%
sydney, paper, claims = "Sydney COMP5318", "Ioffe and Szegedy 2015", []


def claim(text, source, stated, measured, note=""):
    """Add a row to the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append(row | {"measured": measured, "note": note})


with lab.needs("4.1"):
    text, active = "share of ReLU units active at random initialisation", 1 - silent
    note = f"seeds 0 to {len(silent) - 1}, a network each of 4 layers of 200, digits"
    spread = f"{active.mean():.1%} ({active.min():.0%} to {active.max():.0%})"
    claim(text, sydney, "about 50 %", spread, note)
with lab.needs("4.4"):
    held = int(np.sum(norms <= bounds * (1 + 1e-9))) + sum(folded)
    count, loose = norms.size + len(folded), bounds[:, :, -1] / norms[:, :, -1]
    text = "norm of the Jacobian of t layers is at most (beta_W beta_h)^t"
    note = (
        f"seeds 0 to {norms.shape[1] - 1}; but loose: at 20 layers the median bound is "
    )
    note += f"10^{np.median(np.log10(loose)):.0f} times what is measured"
    claim(text, sydney, "always", f"holds in {held} of {count} cases", note)

# %%
for name in GAINS:
    text = f"gradients vanish or explode with depth: {name}, 20 layers, first over last"
    ends = [by_layer[name, kind, 20][[0, -1]] for kind in (False, True)]
    shrunk, mended = (first / last for first, last in ends)
    measured = f"{shrunk:.1e}; with batch norm {mended:.1e}"
    note = "weights of variance 1/inputs (ReLU: 2/inputs)"
    claim(text, sydney, "very small or very large quickly", measured, note)
text = "batch norm allows larger learning rates"
note = (
    "largest rate within 90 % of the best accuracy; 10 layers, 3 epochs, digits; less "
    "than the paper's, whose network is Inception on ImageNet, trained long and with "
    "the rate lowered on the way"
)
measured = f"{usable[1] / usable[0]:.1f} times ({usable[0]:.2g} to {usable[1]:.2g})"
claim(text, f"{paper}; {sydney}", "5 to 30 times", measured, note)

# %%
ADVICE = [
    (
        "initialise",
        "batch norm forgives a bad start",
        f"{paper}; {sydney}",
        "less loss",
    ),
    ("shuffle", "shuffle the training samples", sydney, "do it"),
    ("normalise", "normalise the input", sydney, "do it"),
    ("minibatch", "stochastic gradient descent on minibatches", sydney, "do it"),
    (
        "schedule",
        "lower the rate exponentially",
        "Session 11, Deep Learning 2",
        "works",
    ),
]
remarks = {
    "schedule": f"; {ROUNDS} epochs are too short to need it",
    "normalise": "; batch norm after the first layer does its work",
    "initialise": f"; without batch norm a bad start costs {bad_start:.1%}",
}
for trick, text, source, stated in ADVICE:
    note = f"all other tricks on; alone it adds {gained[trick]:+.1%}"
    note += remarks.get(trick, "")
    claim(f"{text}: accuracy lost without", source, stated, f"{lost[trick]:.1%}", note)

# %%
for parts, gap in agreement.items():
    text, measured = f"{parts}: by hand as by library", f"off by {gap:.1g}"
    claim(text, "Keras, coursekit", 0, measured)
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
