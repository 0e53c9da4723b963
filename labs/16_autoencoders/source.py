# ---
# coursekit:
#   title: Autoencoders and codes
#   question: Two numbers stand for a picture of 784 pixels. One machine makes grey fog of them, another draws a digit. What does it know, and who decides what a code keeps?
#   goals:
#     - Train an encoder and its decoder by hand, and know the number below which no straight code can get
#     - Ask more of a code than a copy - sparse, robust to noise, still under a trembling input, useful with few labels
#     - Code without a network (sparse coding), without a gradient (a kernel layer), and by distances alone
#   prerequisites:
#     - lab 03, gradients; lab 04, sigmoid and tanh
#     - eigenvalues of a symmetric matrix in NumPy
#   lecture: "Sydney COMP5318 (autoencoders, training protocols, convolutional kernel networks); CNN and Keras (regularised autoencoders, sparse coding); Session 11, Deep Learning 2 (deep autoencoders, contrastive and triplet losses); Deep learning overview (stacked denoising autoencoders)"
#   seconds: {cpu: 600, fast: 60}
#   accelerator: helps the deep autoencoder; nothing here needs one
# ---

# %% [markdown]
# # Autoencoders and codes
#
# **Two numbers stand for a picture of 784 pixels. One machine makes grey fog of them, another draws a digit. What does it
# know, and who decides what a code keeps?**

# %%
import itertools
from functools import partial

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

import coursekit
from coursekit import NotAnsweredYet, codes, losses, open_lab
from coursekit.codes import deep
from coursekit.datasets import make_convex, make_rectangles
from coursekit.training import gradients

lab = open_lab("16_autoencoders")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Two numbers
#
# *Principal component analysis* (PCA) and an *autoencoder* both turn an image into two numbers, its *code*, and build the
# image anew from the code alone. Neither saw a label. The test digits below are new to both.

# %%
try:
    (x, y), (x_test, y_test) = coursekit.load_mnist()
except coursekit.DataUnavailableError:
    (x, y), (x_test, y_test) = coursekit.load_digits()
kind = "MNIST" if len(x) > 10_000 else "8x8 digits"
x, y = x[: lab.pick(60_000, 1_200)], y[: lab.pick(60_000, 1_200)]
x_test, y_test = x_test[: lab.pick(10_000, 400)], y_test[: lab.pick(10_000, 400)]
x, x_test = (a.reshape(len(a), -1) / np.float32(255) for a in (x, x_test))
some, y_some = x[:20_000], y[:20_000]  # enough for what is small


def mean_error(wanted, got):
    """Squared error, summed over the pixels of an image, averaged over images."""
    return float(np.sum((wanted - got) ** 2, axis=1).mean())


batch, pace = lab.pick(100, 50), lab.pick(2e-3, 5e-3)
two = deep.autoencoder(2, (256, 64), back=(32, 64), seed=lab.seed)
two.fit(x, epochs=lab.pick(12, 9), batch_size=lab.pick(100, 25), learning_rate=pace)
pca2 = PCA(2, random_state=lab.seed).fit(x)
built = pca2.inverse_transform(pca2.transform(x_test)), two.reconstruct(x_test)
lab.show(figures.two_numbers(x_test, y_test, *built))

# %% [markdown]
# Two numbers each, and the same digits. At the end you will fly over the plane of these codes and see each place drawn.

# %%
lab.predict(
    "16.0",
    "How many numbers does PCA need to be as close as the autoencoder is with two?",
    number=True,
)

# %% [markdown]
# ## An encoder and its mirror

# %% [markdown]
# ### Exercise 16.1 · One matrix, used twice
#
# An *autoencoder* is a network whose target is its own input. In the lecture's form (Sydney COMP5318)
# $$h=\tanh(xW+b),\qquad x'=\tanh(hW^\top+c).$$
# $h$ is the code of a row $x$, and $x'$ its reconstruction. The decoder takes the encoder's matrix, turned round: the
# weights are *tied*. The loss of a row is $\frac12\lVert x'-x\rVert^2$, averaged over rows. Pixels are stretched to
# $-1\dots1$, where $\tanh$ can reach them.
#
# Give the loss and its slopes. In the graph of the computation $W$ is one node with two arrows out of it; recall from
# lab 03 what that means on the way back.

# %%
lab.predict(
    "16.1",
    "W starts tiny. Of its slope, one part comes through the encoder, one through the "
    "decoder. Which is larger?",
    choices=["the encoder's", "the decoder's", "they are nearly equal"],
)


# %%
def tied_gradient(x, weights, bias, out_bias):
    """Loss of the tied autoencoder and its slopes.

    Args:
        x: rows (n, inputs).
        weights: W, (inputs, units).
        bias: b, (units,).
        out_bias: c, (inputs,).

    Returns:
        (loss, d_weights, d_bias, d_out_bias): a float, and arrays in the shapes of the
        parameters.

    >>> tied_gradient([[0.5]], [[1.0]], [-0.5], [0.0])
    (0.125, array([[-0.25]]), array([-0.5]), array([-0.5]))
    """
    ### BEGIN SOLUTION
    x, weights = np.asarray(x, float), np.asarray(weights, float)
    h = np.tanh(x @ weights + bias)
    out = np.tanh(h @ weights.T + out_bias)
    loss = 0.5 * np.sum((out - x) ** 2) / len(x)
    d_out = (out - x) * (1 - out**2) / len(x)
    d_in = (d_out @ weights) * (1 - h**2)
    d_weights = x.T @ d_in + d_out.T @ h
    return float(loss), d_weights, d_in.sum(axis=0), d_out.sum(axis=0)
    ### END SOLUTION


# %%
check("16.1")

# %%
with lab.needs("16.1"):
    signed, signed_test = 2 * some - 1, 2 * x_test - 1  # from 0..1 to -1..1
    tied, progress = codes.fit_tied(
        tied_gradient, signed, 64, epochs=lab.pick(6, 12), batch_size=batch
    )
    lab.show(figures.tied(*tied, progress, signed_test))
    tiny = np.random.default_rng(lab.seed).normal(0, 0.001, (784, 64))
    _, through, back, *_ = codes.tied_slopes(
        signed[:500] - signed[:500].mean(axis=0), tiny, np.zeros(64), np.zeros(784)
    )
    ratio = np.linalg.norm(through) / np.linalg.norm(back)
    truth = "c" if 0.8 < ratio < 1.25 else "a" if ratio > 1 else "b"
    told = f"encoder's part {ratio:.3f} times the decoder's, pixels centred"
    lab.reveal("16.1", truth, told)

# %% [markdown]
# A weight with two jobs gets two slopes, and they add up. While $W$ is tiny, both push it the same way: along the
# directions in which the data vary most. The next exercise takes that literally.

# %% [markdown]
# ### Exercise 16.2 · Straight codes, and the floor under them
#
# Take the bends away: a linear encoder to $k$ numbers, a linear decoder, both free. Then there is a floor that no
# training gets below. Let $\Sigma=\frac1n\sum(x-\bar x)(x-\bar x)^\top$; an eigenvector of $\Sigma$ is a direction, its
# eigenvalue the variance along it. A code keeps $k$ directions. What is lost?
#
# To compare two *planes* (spans of the columns of $A$ and of $B$), take orthonormal bases $Q_A,Q_B$: the singular values
# of $Q_A^\top Q_B$ are cosines of the *principal angles*. Give the largest angle in degrees: 0 means the same plane.

# %%
lab.predict(
    "16.2a",
    "A linear autoencoder with 6 numbers, trained to the end. Its weight vectors are",
    choices=[
        "the 6 principal axes, up to sign",
        "other vectors in the same plane",
        "vectors in another plane, as good as PCA's",
    ],
)

# %%
lab.predict(
    "16.2b",
    "Thirty numbers: a deep autoencoder's error on test digits beside PCA's?",
    choices=["about the same", "about half", "about a third", "under a fifth"],
)


# %%
def least_error(x, k):
    """The smallest mean squared error (summed over columns, averaged over rows) of any
    linear code.

    Args:
        x: rows (n, inputs), not centred.
        k: numbers in the code, from 0 to inputs.

    Returns:
        float.

    >>> least_error([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]], 1)
    0.5
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, float)
    centred = x - x.mean(axis=0)
    values = np.linalg.eigvalsh(centred.T @ centred / len(x))  # ascending
    return float(values[: len(values) - k].sum())
    ### END SOLUTION


def largest_angle(a, b):
    """Largest principal angle between the spans of the columns.

    Args:
        a, b: (inputs, k), columns independent, not orthonormal.

    Returns:
        float, in degrees.

    >>> round(largest_angle([[3.0], [0.0]], [[1.0], [1.0]]), 6)
    45.0
    """
    ### BEGIN SOLUTION
    first, second = (np.linalg.qr(np.asarray(part, float))[0] for part in (a, b))
    cosines = np.linalg.svd(first.T @ second, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))
    ### END SOLUTION


# %%
check("16.2")

# %%
angle, KS = float("nan"), (1, 2, 3, 6, 10, 20, 30)
straight = codes.pca_errors(x, x_test, range(1, 60))
with lab.needs("16.2"):
    middle = some.mean(axis=0)
    linear = deep.linear_autoencoder(6, 784, seed=lab.seed)
    linear.fit(
        some - middle,
        epochs=lab.pick(30, 6),
        batch_size=lab.pick(100, 30),
        learning_rate=5e-3,
    )
    columns = linear.decoder.get_weights()[0].T
    axes = PCA(6, random_state=lab.seed).fit(some).components_.T
    angle = largest_angle(columns, axes)
    cosine = np.abs((columns / np.linalg.norm(columns, axis=0)).T @ axes).max(axis=1)
    floor = {k: least_error(some, k) for k in KS}
    reached = mean_error(some - middle, linear.reconstruct(some - middle))
    lab.show(figures.floor(floor, reached, mean_error(x_test, built[1])))
    told = f"planes {angle:.1f} degrees apart, vectors up to {cosine.min():.2f} alike"
    lab.reveal("16.2a", "b" if angle < 20 and cosine.min() < 0.97 else "a", told)
    near = min(k for k, e in straight.items() if e <= mean_error(x_test, built[1]))
    lab.reveal("16.0", near, f"two bent numbers: {mean_error(x_test, built[1]):.1f}")

# %% [markdown]
# A network without bends finds PCA's plane, and nothing else. Every autoencoder is judged against this floor. Now
# Hinton and Salakhutdinov's comparison (2006): codes of 30 numbers, from a deep network and, beside it, one of
# convolutions.

# %%
thirty = deep.autoencoder(30, lab.pick((1000, 500, 250), (200, 100)), seed=lab.seed)
epochs = lab.pick(16, 10)
thirty.fit(x, epochs=epochs, batch_size=lab.pick(200, 50), learning_rate=pace)
images = some.reshape(-1, 28, 28, 1)
conv = deep.conv_autoencoder(30, width=lab.pick(16, 4), seed=lab.seed)
often = lab.pick({"epochs": 4, "batch_size": 50}, {"epochs": 6, "batch_size": 20})
conv.fit(images, **often, learning_rate=lab.pick(4e-3, 5e-3))
drawn = conv.reconstruct(x_test.reshape(-1, 28, 28, 1)).reshape(len(x_test), -1)
pca30 = PCA(30, random_state=lab.seed).fit(x)
copies = {
    "PCA": pca30.inverse_transform(pca30.transform(x_test)),
    "deep": thirty.reconstruct(x_test),
    "convolutional": drawn,
}
error30 = {name: mean_error(x_test, copy) for name, copy in copies.items()}
with lab.needs("16.2"):
    lab.show(figures.thirty(x_test, copies, error30))
    share = error30["deep"] / error30["PCA"]
    truth = (
        "a" if share > 0.75 else "b" if share > 0.42 else "c" if share > 0.2 else "d"
    )
    told = (
        f"{error30['deep']:.2f} against {error30['PCA']:.2f}, {share:.2f} times PCA's"
    )
    if share > 1.25:  # no answer of the four
        print(f"This training is too short to decide 16.2b: {told}")
    else:
        lab.reveal("16.2b", truth, told)

# %% [markdown]
# ## More than a copy

# %% [markdown]
# ### Exercise 16.3 · A wish about averages
#
# With more hidden units than pixels a copy is easy, and says nothing. So a wish is added to the loss: each unit is on
# for a share $\rho$ of the images only. Let $\hat\rho_j$ be the mean of unit $j$ over the rows of a batch, values between 0
# and 1. The penalty of a unit compares two coins, one with heads $\rho$, one with heads $\hat\rho_j$:
# $$\mathrm{KL}(\rho\,\Vert\,\hat\rho)=\sum_{\text{heads, tails}}\rho\,\log\frac{\rho}{\hat\rho},$$
# where tails have the rest of each. Sum it over units. Give it with its slope in **every entry** of $h$: how much of
# $\hat\rho_j$ does one row own?

# %%
lab.predict(
    "16.3",
    "Wanted: on for 5 % of the images. One unit is on for 50 %, one for 0.1 %. Which "
    "feels the larger slope?",
    choices=["the one that is on too often", "the nearly silent one", "both alike"],
)


# %%
def sparsity(h, target):
    """Sparsity penalty and its slope.

    Args:
        h: hidden values (n, units), between 0 and 1.
        target: wanted mean of each unit, between 0 and 1.

    Returns:
        (value, slope): a float, and an array of the shape of h.

    >>> value, slope = sparsity([[0.5], [0.5]], 0.25)
    >>> round(value, 4), slope.tolist()
    (0.1308, [[0.5], [0.5]])
    """
    ### BEGIN SOLUTION
    h = np.asarray(h)
    mean = h.mean(axis=0)
    heads = target * np.log(target / mean)
    tails = (1 - target) * np.log((1 - target) / (1 - mean))
    slope = (-target / mean + (1 - target) / (1 - mean)) / len(h)
    return float(np.sum(heads + tails)), np.tile(slope, (len(h), 1))
    ### END SOLUTION


# %%
check("16.3")

# %% [markdown]
# The same layer of sigmoid units, once without a wish and once with yours. (`train_layer` takes a function that gives a
# penalty and its slopes in $h$ and in $W$.)

# %%
wide = {"units": lab.pick(300, 80), "epochs": lab.pick(6, 20), "batch_size": batch}
wide["learning_rate"] = lab.pick(3e-3, 1e-2)
kinds = {"plain": codes.train_layer(some, **wide, seed=lab.seed)}
with lab.needs("16.3"):

    def thrifty(h, weights):
        value, slope = sparsity(h, 0.05)
        return 2 * value, 2 * slope, 0.0

    kinds["sparse"] = codes.train_layer(some, **wide, penalty=thrifty, seed=lab.seed)
    lab.show(figures.sparse(kinds, x_test))
    slopes = sparsity(np.array([[0.5, 0.001]]), 0.05)[1][0]
    told = f"slopes {slopes[0]:+.1f} and {slopes[1]:+.1f}"
    lab.reveal("16.3", "ba"[int(abs(slopes[0]) > abs(slopes[1]))], told)

# %% [markdown]
# A wish about an average acts on every image alike. What is left on for few images has to mean something: strokes
# instead of fog.

# %% [markdown]
# ### Exercise 16.4 · Mend what was broken
#
# A *denoising* autoencoder (Vincent et al. 2008) sees a corrupted image $\tilde x$ and is judged by what the image was
# **before**. Three corruptions, driven by numbers `noise` of the shape of $x$:
#
# - `"mask"`: a pixel becomes 0 where its number (uniform in $[0,1)$) is below `amount`;
# - `"salt"`: of the same share `amount`, the lower half of the numbers becomes 0, the upper half 1;
# - `"gauss"`: `amount` times the number (standard normal) is added.
#
# `denoising_error` is the squared error of a reconstruction, summed over pixels, averaged over rows.

# %%
lab.predict(
    "16.4",
    "Hand both the plain and the denoising layer *clean* test digits. Whose copy is "
    "closer?",
    choices=["the plain one's", "the denoising one's", "equal within 5 %"],
)


# %%
def corrupt(x, kind, amount, noise):
    """A corrupted copy of the rows.

    Args:
        x: rows (n, inputs).
        kind: "mask", "salt" or "gauss".
        amount: share of the pixels; of "gauss", the size of the noise.
        noise: (n, inputs).

    Returns:
        array (n, inputs).

    >>> corrupt([[0.5, 0.5, 0.5]], "salt", 0.4, [[0.1, 0.3, 0.9]])
    array([[0. , 1. , 0.5]])
    """
    ### BEGIN SOLUTION
    x, noise = np.array(x), np.asarray(noise)
    if kind == "gauss":
        return x + amount * noise
    x[noise < amount] = 0
    if kind == "salt":
        x[(noise >= amount / 2) & (noise < amount)] = 1
    return x
    ### END SOLUTION


def denoising_error(reconstruct, x, kind, amount, noise):
    """How well `reconstruct` mends corrupted rows.

    Args:
        reconstruct: function from rows (n, inputs) to rows (n, inputs).
        x: clean rows (n, inputs).
        kind, amount, noise: as for `corrupt`.

    Returns:
        float.

    >>> denoising_error(lambda v: v, [[3.0, 1.0]], "mask", 0.5, [[0.1, 0.9]])
    9.0
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    mended = np.asarray(reconstruct(corrupt(x, kind, amount, noise)))
    return float(np.sum((mended - x) ** 2, axis=1).mean())
    ### END SOLUTION


# %%
check("16.4")

# %%
with lab.needs("16.4"):

    def broken(rows, rng):
        return corrupt(rows, "mask", 0.25, rng.random(rows.shape))

    kinds["denoising"] = codes.train_layer(some, **wide, corrupt=broken, seed=lab.seed)
    noise = np.random.default_rng(lab.seed).random(x_test.shape)
    mending = figures.mended(denoising_error, kinds, x_test, noise)
    seen = corrupt(x_test[:8], "mask", 0.5, noise[:8])
    lab.show(figures.mending(x_test[:8], seen, kinds, mending))
    clean = mending["denoising", 0.0] / mending["plain", 0.0]
    truth = "a" if clean > 1.05 else "b" if clean < 0.95 else "c"
    lab.reveal("16.4", truth, f"the denoising layer's error is {clean:.2f} times")

# %% [markdown]
# To fill holes a layer has to know what digits are like. A copy does not ask for that.

# %% [markdown]
# ### Exercise 16.5 · Hold still
#
# A code should not move when its input trembles. For $h=\sigma(xW+b)$, with $\sigma$ the sigmoid, the *Jacobian* $J$ of a
# row is the table of all $\partial h_j/\partial x_i$. The *contractive* autoencoder (Rifai et al. 2011) adds
# $\lVert J\rVert^2$, the sum of the squares of all its entries, averaged over rows.
#
# Write down one entry (lab 04 gives $\sigma'$ in terms of $\sigma$), square it, and sort the double sum so that no table
# of rows times units times inputs is ever made.

# %%
lab.predict(
    "16.5a",
    "Each pixel gets small Gaussian noise of size s. The squared distance that the "
    "code moves is, on average,",
    choices=["s times ‖J‖", "s² times ‖J‖²", "s² times ‖J‖² times 784"],
)

# %%
lab.predict(
    "16.5b",
    "Few labels, many images without. Which protocol makes the fewest errors on new "
    "digits with the fewest labels?",
    choices=list(deep.PROTOCOLS),
)


# %%
def contraction(h, weights):
    """Squared size of the encoder's Jacobian, averaged over rows.

    Args:
        h: hidden values (n, units) of a sigmoid encoder.
        weights: W, (inputs, units).

    Returns:
        float.

    >>> contraction([[0.5]], [[2.0]])
    0.25
    """
    ### BEGIN SOLUTION
    h, weights = np.asarray(h, float), np.asarray(weights, float)
    lengths = np.sum(weights**2, axis=0)
    return float(np.mean((h * (1 - h)) ** 2 @ lengths))
    ### END SOLUTION


# %%
check("16.5")

# %%
norms = {}
with lab.needs("16.5"):

    def still(h, weights):
        return codes.contraction(h, weights)

    kinds["contractive"] = codes.train_layer(some, **wide, penalty=still, seed=lab.seed)
    hidden = {name: layer.encode(x_test) for name, layer in kinds.items()}
    norms = {n: contraction(h, kinds[n].weights) for n, h in hidden.items()}
    rebuilt = {n: mean_error(x_test, k.reconstruct(x_test)) for n, k in kinds.items()}
    trembles = figures.tremble(kinds["plain"].encode, x_test[:1000])
    lab.show(figures.contractive(norms, rebuilt, trembles))
    share = trembles[0.01] / norms["plain"]
    truth = "b" if 0.8 < share < 1.25 else "c" if share > 1.25 else "a"
    lab.reveal("16.5a", truth, f"measured: {share:.2f} times s² ‖J‖², at s = 0.01")

# %% [markdown]
# Noise too small to see, averaged, *is* this penalty. Now the layers are put to use: *stacked*, each trained on the codes
# of the one below, without labels (*greedy*; lab 17 does it with another machine). The lectures' three protocols then get
# few labels.

# %%
COUNTS, SEEDS = lab.pick((100, 1000, 10_000), (50, 200)), lab.pick((0, 1, 2), (0,))
sizes = lab.pick((300, 300, 300), (100, 100))
table, generated = {}, {}
with lab.needs("16.4"):
    protocols = deep.Protocols(
        sizes, epochs=lab.pick(4, 1), rows=lab.pick(6_000, 4_000), learning_rate=pace
    )
    greedy = {"corrupt": broken, "epochs": lab.pick(4, 12), "batch_size": batch}
    greedy["learning_rate"] = 2 * pace
    for seed in SEEDS:
        stack = codes.train_stack(some, sizes, **greedy, seed=seed)
        for count in COUNTS:
            rows = deep.few_of_each(y_some, count, seed=seed)
            labelled = some[rows], y_some[rows]
            table[count, seed] = protocols.errors(
                stack, labelled, (x_test, y_test), seed=seed
            )
    lab.show(figures.few_labels(table))
    fewest = [table[COUNTS[0], seed] for seed in SEEDS]
    means = {n: np.mean([row[n] for row in fewest]) for n in deep.PROTOCOLS}
    told = "; ".join(f"{name}: {error:.1%} wrong" for name, error in means.items())
    lab.reveal("16.5b", min(means, key=means.get), told)

# %% [markdown]
# Two problems where the classes differ in one idea, not in pixels (generated after Larochelle et al. 2007): is a
# rectangle tall or wide, is a region convex?

# %%
SHAPES = {"rectangles": make_rectangles, "convex": make_convex}
made = {"rectangles": lab.pick(1_200, 300), "convex": lab.pick(8_000, 200)}
with lab.needs("16.4"):
    for name, make in SHAPES.items():
        (a, ya), (b, yb) = (
            make(n, seed=s) for n, s in ((made[name], 1), (lab.pick(5_000, 400), 2))
        )
        a, b = (v.reshape(len(v), -1) / np.float32(255) for v in (a, b))
        stack = codes.train_stack(a, sizes, **greedy, seed=lab.seed)
        generated[name] = protocols.errors(stack, (a, ya), (b, yb), seed=lab.seed)
    lab.show(figures.generated(generated, {n: m(6, seed=1) for n, m in SHAPES.items()}))

# %% [markdown]
# ## Codes without a network

# %% [markdown]
# ### Exercise 16.6 · A code that is searched for
#
# In *sparse coding* the code $z$ of $x$ is a minimum. The *atoms* are the rows of a dictionary $D$, each of length 1:
# $$E(z)=\tfrac12\lVert x-zD\rVert^2+\lambda\lVert z\rVert_1,$$
# where $\lVert z\rVert_1$ adds up the sizes of all numbers. *ISTA* repeats: one step of gradient descent on the first part,
# with rate $1/L$ ($L$ the largest eigenvalue of $DD^\top$), then every number moves towards 0 as far as the second part asks
# at the **same rate**, and stops there. *FISTA* takes that step from a point $p$ ahead of the code, $z_0=p_0=0$, $t_0=1$:
# $$z_{i+1}=\mathrm{step}(p_i),\; t_{i+1}=\tfrac12\bigl(1+\sqrt{1+4t_i^2}\bigr),\;
# p_{i+1}=z_{i+1}+\tfrac{t_i-1}{t_{i+1}}(z_{i+1}-z_i).$$

# %%
lab.predict(
    "16.6",
    "If atoms might have any length, what would make E smaller and smaller?",
    choices=[
        "longer atoms, smaller codes",
        "shorter atoms, larger codes",
        "nothing, length does not matter",
    ],
)


# %%
def shrink(z, threshold):
    """Every number moved towards 0 by `threshold`, no further than 0.

    >>> shrink([3.0, 0.5, -2.0], 1.0)
    array([ 2.,  0., -1.])
    """
    ### BEGIN SOLUTION
    z = np.asarray(z)
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)
    ### END SOLUTION


def ista_step(p, x, dictionary, penalty, steepest):
    """One step of ISTA from the codes p.

    Args:
        p: codes (n, atoms).
        x: data (n, inputs).
        dictionary: D, (atoms, inputs).
        penalty: lambda.
        steepest: L.

    Returns:
        codes (n, atoms).

    >>> ista_step([[0.0]], [[3.0]], [[1.0]], 1.0, 2.0)
    array([[1.]])
    """
    ### BEGIN SOLUTION
    dictionary = np.asarray(dictionary)
    slope = (np.asarray(p) @ dictionary - x) @ dictionary.T
    return shrink(p - slope / steepest, penalty / steepest)
    ### END SOLUTION


def fista(x, dictionary, penalty, steps):
    """Sparse codes after so many steps of FISTA.

    Args:
        x: data (n, inputs).
        dictionary: D, (atoms, inputs), rows of length 1.
        penalty: lambda.
        steps: how many, at least 1.

    Returns:
        codes (n, atoms).

    >>> fista([[3.0, 0.5]], [[1.0, 0.0], [0.0, 1.0]], 1.0, 3)
    array([[2., 0.]])
    """
    ### BEGIN SOLUTION
    dictionary = np.asarray(dictionary)
    steepest = np.linalg.eigvalsh(dictionary @ dictionary.T)[-1]
    z = p = np.zeros((len(x), len(dictionary)))
    t = 1.0
    for _ in range(steps):
        new = ista_step(p, x, dictionary, penalty, steepest)
        faster = (1 + np.sqrt(1 + 4 * t**2)) / 2
        p = new + (t - 1) / faster * (new - z)
        z, t = new, faster
    return z
    ### END SOLUTION


# %%
check("16.6")

# %% [markdown]
# Your FISTA codes patches of photographs, a dictionary learns from your codes, and then digits: `patch_features` turns
# each into nine places times the atoms, by one layer of your codes, by a second on top, and by k-means.

# %%
oriented, patchwork, atoms = float("nan"), {}, lab.pick(100, 25)
with lab.needs("16.6"):
    patches = codes.photograph_patches(lab.pick(20_000, 2_000), seed=lab.seed)
    white = codes.fit_whitening(patches)(patches)
    learned = codes.learn_dictionary(white, atoms, 0.5, code=fista, seed=lab.seed)
    lab.show(figures.atoms(learned, white[:300], ista_step, fista))
    oriented = np.mean(codes.orientation(learned) > 0.5)
    cost = {k: figures.cost(fista, white[:200], k * learned, 0.5) for k in (1, 4, 16)}
    told = f"E for atoms of length 1, 4 and 16: {np.round(list(cost.values()), 2)}"
    lab.reveal("16.6", "a" if cost[16] < cost[1] else "b", told)
    few, most = lab.pick(1000, 150), lab.pick(2000, 150)
    pictures = np.concatenate([x[:few], x_test[:most]]).reshape(-1, 28, 28)
    for name, f in codes.patch_features(pictures, few, atoms, code=fista).items():
        patchwork[name] = codes.svm_error(f[:few], y[:few], f[few:], y_test[:most])
    lab.show(figures.patchwork(patchwork, few))

# %% [markdown]
# Atoms that were only asked to be used seldom become edges, most of them at one angle, as cells of the visual cortex
# prefer them (Olshausen and Field 1996).

# %% [markdown]
# ### Exercise 16.7 · A layer from a kernel
#
# Compare patches $p,q$ by $K(p,q)=\lVert p\rVert\,\lVert q\rVert\,\kappa(\cos\angle(p,q))$ with $\kappa(u)=e^{\alpha(u-1)}$. A *convolutional kernel
# network* (Mairal 2016) wants features $\psi(p)$ of $k$ numbers whose plain inner products give $K$. Choose $k$ *anchors*
# $z_i$ of length 1 (the rows of $Z$), and try
# $$\psi(p)=\lVert p\rVert\;\kappa\!\left(Z\,p/\lVert p\rVert\right)A,$$
# $\kappa$ entry by entry, $A$ symmetric, $k\times k$. Let $M=\kappa(ZZ^\top)$. Put two anchors for $p$ and $q$: which $A$ makes
# $\psi(z_i)\cdot\psi(z_j)=M_{ij}$? A patch of zeros has the features 0. (`np.linalg.eigh` takes $M$ apart.)

# %%
lab.predict(
    "16.7",
    "The same patch, twice as bright (all pixels doubled). Its features are",
    choices=["the same", "twice as large", "four times as large"],
)


# %%
def kernel_features(patches, anchors, alpha):
    """Features of patches by a kernel and its anchors.

    Args:
        patches: (n, d).
        anchors: Z, (k, d), rows of length 1, no two alike.
        alpha: of the kernel.

    Returns:
        array (n, k).

    >>> kernel_features([[0.0, 2.0], [0.0, 0.0]], [[0.0, 1.0]], 3.0)
    array([[2.],
           [0.]])
    """
    ### BEGIN SOLUTION
    patches, anchors = np.asarray(patches), np.asarray(anchors, float)
    lengths = np.linalg.norm(patches, axis=1, keepdims=True)
    cosines = patches @ anchors.T / np.where(lengths > 0, lengths, 1)
    values, axes = np.linalg.eigh(np.exp(alpha * (anchors @ anchors.T - 1)))
    root = (axes / np.sqrt(values)) @ axes.T
    return lengths * (np.exp(alpha * (cosines - 1)) @ root)
    ### END SOLUTION


# %%
check("16.7")

# %%
kernel_net = {}
with lab.needs("16.7"):
    lab.show(figures.kernel_agreement(kernel_features, x[:200], seed=lab.seed))
    ratio = figures.brightness(kernel_features)
    truth = "a" if ratio < 1.5 else "b" if ratio < 3 else "c"
    lab.reveal("16.7", truth, f"{ratio:.2f} times")
    few, most, filters = lab.pick((1000, 10_000, (64, 128)), (300, 200, (24, 32)))
    pictures = np.concatenate([x[:few], x_test[:most]]).reshape(-1, 28, 28)
    layered = codes.kernel_network(pictures, few, filters, features=kernel_features)
    for (name, f), n in itertools.product(layered.items(), (3 * few // 10, few)):
        error = codes.svm_error(f[:n], y[:n], f[few:], y_test[:most], scale="all")
        kernel_net[name, n] = error
    lab.show(figures.kernel_net(kernel_net))

# %% [markdown]
# A convolution layer without labels and without a gradient: anchors by k-means, one matrix root, and a linear classifier
# on top.

# %% [markdown]
# ## Codes by distance

# %% [markdown]
# ### Exercise 16.8 · Labels as distances
#
# With labels a code can be asked for *distances*. The *contrastive* loss (Hadsell, Chopra and LeCun 2006) of a pair of codes
# $a,b$ at distance $d$: $\frac12d^2$ for like ones; $\frac12\max(0,m-d)^2$ for unlike ones, with a margin $m$. Give the slope
# of its **mean over pairs** in $a$. Where unlike codes coincide no direction is better: slope 0.
#
# The *triplet* loss (Schroff et al. 2015) of an anchor $a$, a *positive* $p$ of its class (another image) and a *negative*
# $n$ of another class is $\max(0,\lVert a-p\rVert^2-\lVert a-n\rVert^2+m)$. List the triplets from which something can be
# learned.

# %%
lab.predict(
    "16.8",
    "After training, which share of all triplets of the training digits still costs "
    "anything?",
    choices=["over a half", "a fifth to a half", "under a fifth"],
)


# %%
def contrastive_slope(a, b, same, margin):
    """Slope of the mean contrastive loss in the first codes.

    Args:
        a, b: codes of n pairs (n, d).
        same: (n,), 1 for like pairs, 0 for unlike ones.
        margin: m.

    Returns:
        array (n, d).

    >>> contrastive_slope([[0.0, 2.0]], [[0.0, 1.0]], [1], 5.0)
    array([[0., 1.]])
    """
    ### BEGIN SOLUTION
    apart = np.asarray(a, float) - np.asarray(b, float)
    distance = np.linalg.norm(apart, axis=1)
    short = np.maximum(margin - distance, 0)
    push = np.divide(short, distance, out=np.zeros(len(apart)), where=distance > 0)
    pull = np.where(np.asarray(same) > 0, 1.0, -push)
    return apart * pull[:, None] / len(apart)
    ### END SOLUTION


def active_triplets(points, y, margin):
    """All triplets whose loss is above 0.

    Args:
        points: codes (n, d).
        y: classes (n,).
        margin: m.

    Returns:
        int array (triplets, 3): rows anchor, positive, negative, in ascending order.

    >>> active_triplets([[0.0], [1.0], [1.2], [9.0]], [0, 0, 1, 1], 0.2)
    array([[1, 0, 2],
           [2, 3, 0],
           [2, 3, 1]])
    """
    ### BEGIN SOLUTION
    points, y = np.asarray(points, float), np.asarray(y)
    squares = np.sum((points[:, None] - points[None]) ** 2, axis=-1)
    same = y[:, None] == y[None]
    positive = same & ~np.eye(len(y), dtype=bool)
    costs = squares[:, :, None] - squares[:, None, :] + margin > 0
    return np.argwhere(costs & positive[:, :, None] & ~same[:, None, :])
    ### END SOLUTION


# %%
check("16.8")

# %% [markdown]
# `coursekit.losses` has both losses for Keras. Your slope beside Keras's own, then an encoder of each kind with two
# numbers; the triplets are the ones that your function lists.

# %%
steps, group = lab.pick(1500, 90), {"batch_size": lab.pick(200, 100)}
pairs = deep.train_pairs(x, y, steps=steps, seed=lab.seed, **group)
encoders = {"PCA": pca2.transform, "autoencoder": two.encode}
encoders["contrastive"] = partial(deep.apply, pairs)
with lab.needs("16.8"):
    some_codes, labels = deep.apply(pairs, x[:200]), y[:200]
    a, b, same = some_codes[:100], some_codes[100:], labels[:100] == labels[100:]
    by_keras = gradients(figures.mean_contrastive(losses.contrastive, b, same), a)
    gap = np.abs(contrastive_slope(a, b, same, 1.0) - by_keras).max()
    print(f"your slope and Keras's differ by at most {gap:.0e}")
    triplets = deep.train_triplets(x, y, active_triplets, steps=steps, **group)
    encoders["triplet"] = partial(deep.apply, triplets)
    shares = figures.active_share(active_triplets, encoders, x[:100], y[:100])
    share = shares["triplet"]
    told = ", ".join(f"{name} {value:.0%}" for name, value in shares.items())
    lab.reveal("16.8", "a" if share > 0.5 else "b" if share >= 0.2 else "c", told)

# %%
planes = {name: encode(x_test) for name, encode in encoders.items()}
near5 = {}
for name, encode in encoders.items():
    judge = KNeighborsClassifier(5).fit(encode(some), y_some)
    near5[name] = 1 - judge.score(planes[name], y_test)
lab.show(figures.planes(planes, y_test, near5))

# %% [markdown]
# ## Fly over the codes
#
# Each digit below is a test image, written where its code lies. Move the pointer (or the arrow keys): the decoder draws
# what belongs to that place. The buttons send the same digits to their places in another code. The codes by distance
# came without a decoder; the cell trains one for each.

# %%
ways_back = {"PCA": [(pca2.components_, pca2.mean_, "linear")]}
ways_back["autoencoder"] = deep.dense_parts(two.decoder)
for name in list(encoders)[2:]:
    ways_back[name] = codes.train_decoder(encoders[name](some), some, batch_size=batch)
views = {n: codes.View(planes[n][:2000], parts) for n, parts in ways_back.items()}
codes.CodeMap(views, y_test[:2000])

# %% [markdown]
# Now you can say why the two machines of the opening differ. PCA's two numbers span a flat plane, and the floor of 16.2
# holds for it. The autoencoder's plane is bent along the digits: between two neighbours of one kind lies another of that
# kind rather than a double exposure. And what a code keeps is what its loss asks for: a copy, few units, a mended picture, stillness, distances.

# %% [markdown]
# ## Go further
#
# - Fly from a 4 to a 9 in each map. Where does the decoder draw something that is no digit, and what lies there?
# - Share one matrix between the layers of `deep.autoencoder`. What does tying cost on test digits?
# - Corrupt with salt instead of masks, and look at the filters.
# - Let `active_triplets` keep only the hardest negative of each pair. Does training still begin?

# %% [markdown]
# ## Receipt

# %%
trained = f"{kind}, {len(x):,} images, {epochs} epochs"
unlabelled = f"{kind}, {len(some):,} without labels, {'-'.join(map(str, sizes))} units"
measured = {
    "PCA": f"{error30['PCA']:.2f}",
    "deep": f"{error30['deep']:.2f}",
    "conv": f"{error30['convolutional']:.2f}",
    "angle": f"{angle:.1f}",
}
notes = {"deep": trained, "conv": f"{len(images):,} images", "angle": "6 numbers"}
measured |= {f"norm {name}": f"{value:.3g}" for name, value in norms.items()}
for count in COUNTS if table else ():
    for name in deep.PROTOCOLS:
        found = 100 * np.array([table[count, seed][name] for seed in SEEDS])
        key = f"{count:,} labels, {name}"
        measured[key] = f"{found.mean():.1f} % +- {found.std():.1f}"
        notes[key] = f"{unlabelled}; mean and deviation over {len(SEEDS)} seeds"
for name, row in generated.items():
    for protocol in (deep.PROTOCOLS[0], deep.PROTOCOLS[2]):
        measured[f"{name}, {protocol}"] = f"{row[protocol]:.2%}"
measured["oriented"] = f"{oriented:.0%}"
measured |= {name: f"{error:.2%}" for name, error in patchwork.items()}
measured |= {f"CKN {n}, {k}": f"{v:.2%}" for (k, n), v in kernel_net.items()}
measured |= {f"{name} plane": f"{error:.1%}" for name, error in near5.items()}
lab.receipt(figures.receipt(measured, notes, why=not lab.fast), seeds=SEEDS)
