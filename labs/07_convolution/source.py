# ---
# coursekit:
#   title: Convolution by hand
#   question: Two networks learned the same two shapes equally well. Why can only one of them find the shapes in a new place?
#   goals:
#     - Write correlation, convolution, padding, stride, colour layers and pooling in NumPy, and prove them equal to Keras
#     - Count what sharing weights saves, and turn a dense layer into a convolution
#     - Measure shift equivariance, shift invariance and the growth of receptive fields
#     - Derive the gradient of a convolution, and learn a kernel with it
#   prerequisites:
#     - NumPy slices and broadcasting
#     - A dense layer and what training one means (labs 01 to 04)
#   lecture: "Sydney COMP5318 (convolutional networks); CNN and Keras; Session 11, Deep Learning 2 (CNN); HES-SO T-MachLe 10 (10.2)"
#   seconds: {cpu: 60, fast: 30}
#   accelerator: none needed; the networks have a few thousand weights
# ---

# %% [markdown]
# # Convolution by hand
#
# **Two networks learned the same two shapes equally well. Why can only one of them find the shapes in a new place?**
#
# You will write every part of a convolutional network in NumPy, try each part on photographs, and prove that Keras computes the same.

# %%
import keras
import numpy as np
import scipy.ndimage
import scipy.signal
from keras import layers, ops
from skimage import data
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from coursekit import NotAnsweredYet, open_lab
from coursekit.training import fit, gradients, seeded

lab = open_lab("07_convolution")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Two networks and a puzzle
#
# Each image is noise with one bright bar in it, lying (class 0) or standing (class 1). All **training** bars are in the left half.
#
# - The **dense network** sends every pixel to each of 64 units, and these to 2 scores.
# - The **convolutional network** has a few small filters, and a step called pooling, before the 2 scores. What these words mean is what this lab is about.
#
# Afterwards each network is asked about bars everywhere.

# %%
SIDE = 16
LEFT, RIGHT, ANYWHERE = np.arange(2, 6), np.arange(10, 14), np.arange(2, 14)


def dense_network():
    """Every pixel to every unit."""
    return [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(2)]


def flat_cnn():
    """Filters, then a dense layer that still sees where each answer came from."""
    filters = layers.Conv2D(4, 5, padding="same", activation="relu")
    return [filters, layers.Flatten(), layers.Dense(2)]


def pooled_cnn():
    """Filters, then only the largest answer of each filter."""
    filters = layers.Conv2D(4, 5, padding="same", activation="relu")
    return [filters, layers.GlobalMaxPooling2D(), layers.Dense(2)]


RECIPES = {  # name: (layers, columns of the training bars' centres, learning rate)
    "dense, left half": (dense_network, LEFT, 3e-3),
    "convolution + pooling, left half": (pooled_cnn, LEFT, 2e-2),
    "convolution without pooling, left half": (flat_cnn, LEFT, 1e-2),
    "dense, bars everywhere": (dense_network, ANYWHERE, 3e-3),
}


# %%
def train(name, seed):
    """The network `name`, trained from its own random start on its own bars."""
    build, columns, learning_rate = RECIPES[name]
    with seeded(seed):
        model = keras.Sequential([keras.Input((SIDE, SIDE, 1)), *build()])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(learning_rate), loss)
    rng = np.random.default_rng(1000 + seed)
    x, y = figures.draw_bars(lab.pick(4000, 2500), columns, rng)
    fit(model, x, y, epochs=8, batch_size=100, seed=seed, progress="none")
    return model


def scores_of(model, x):
    """The network's two scores for each image, as a NumPy array (n, 2)."""
    return ops.convert_to_numpy(model(x, training=False))


def apart(mine, library):
    """Largest difference of two arrays, in words."""
    mine, library = np.asarray(mine), np.asarray(library)
    if mine.shape != library.shape:
        return f"shapes {mine.shape}, {library.shape}"
    return f"{np.abs(mine - library).max():.0e}"


# %%
two = list(RECIPES)[:2]
trained = {(name, lab.seed): train(name, lab.seed) for name in two}
maps = {}
for name in two:
    model = trained[name, lab.seed]
    maps[name] = figures.accuracy_map(
        lambda x, model=model: scores_of(model, x).argmax(axis=1), lab.seed
    )
    left, right = maps[name][:, :4].mean(), maps[name][:, 8:].mean()
    print(f"{name}: {model.count_params():,} weights;", end=" ")
    print(f"right where it trained {left:.0%}, in the right half {right:.0%}")
lab.show(figures.puzzle(maps))

# %% [markdown]
# The network with far fewer weights knows more. What did it learn that holds in places it has never seen? At the end you will run its weights through your own
# functions, and know.

# %% [markdown]
# The next cells hold the pictures and kernels of this lab, and what Keras and SciPy say to each exercise: your answers will be laid beside theirs.

# %%
camera = figures.shrunk(data.camera(), 4)[..., 0]  # (128, 128), values in [0, 1]
wall = figures.shrunk(data.brick(), 4)[..., 0]
astronaut = figures.shrunk(data.astronaut(), 4)  # (128, 128, 3)
coin = figures.cut_out_coin()  # (48, 48, 1)
KERNELS = {
    "blur": np.ones((5, 5)) / 25,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "emboss": np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    "Laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
}
LINES = {
    "lying": np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]) / 3,
    "standing": np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]]) / 3,
    "rising": np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]) / 3,
    "falling": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) / 3,
}
point, emboss = np.pad(np.ones((1, 1)), 2), KERNELS["emboss"]
white, line = np.ones((3, 3)), 3 * LINES["standing"]
ZERO_SUM = {name: kernel - 1 / 9 for name, kernel in LINES.items()}
COLOUR_FILTERS = [np.stack([kernel] * 3, -1) / 3 for kernel in ZERO_SUM.values()]
COLOUR_FILTERS.append(np.ones((3, 3, 1)) * [1, 0, -1] / 9)  # red without blue

# %%
digits = load_digits()
dense = LogisticRegression(C=1.0, max_iter=300)
dense.fit(digits.data[:1200] / 16, digits.target[:1200])
chosen = 1200 + np.random.default_rng(lab.seed).permutation(500)[:7]
framed = np.pad(digits.images[chosen] / 16, ((0, 0), (0, 0), (1, 1)))  # (7, 8, 10)
strip = np.concatenate(list(framed), axis=1)[..., None]  # (8, 70, 1)
first = np.arange(1, 70, 10)  # first column of each digit on the strip


# %%
def keras_correlate(image, kernel):
    """What Exercise 7.1 asks for, by keras.ops.conv."""
    x = np.asarray(image, "float32")[None, :, :, None]
    w = np.asarray(kernel, "float32")[:, :, None, None]
    return ops.convert_to_numpy(ops.conv(x, w, padding="valid"))[0, :, :, 0]


def places_of_keras(n, k, stride):
    """Keras's answers to 1, 2, ..., n with ones as kernel, padding "same"."""
    ramp = np.arange(1.0, n + 1, dtype="float32").reshape(1, n, 1)
    ones = np.ones((k, 1, 1), "float32")
    return ops.convert_to_numpy(ops.conv(ramp, ones, stride, padding="same")).ravel()


def keras_layer(x, w, b, stride=1, padding="valid"):
    """A convolutional layer by keras.layers.Conv2D, with these weights put in."""
    layer = layers.Conv2D(w.shape[3], w.shape[:2], strides=stride, padding=padding)
    layer.build((None, *x.shape))
    layer.set_weights([w, b])
    return ops.convert_to_numpy(layer(np.asarray(x, "float32")[None]))[0]


def library_conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """What Exercise 7.4 asks for, by Keras."""
    return keras_layer(np.pad(x, (*pad, (0, 0))), w, b, stride)


# %%
SLIDE = (200, 200, 1), (200, 200, 10), (10, 10)  # the example of Sydney COMP5318


def keras_counts(in_shape, out_shape, field, bias=True):
    """What Exercise 7.5 asks for, with Keras's own counts where it has the layer."""
    dense = layers.Dense(out_shape[2], use_bias=bias)
    shared = layers.Conv2D(out_shape[2], field, use_bias=bias)
    dense.build((None, int(np.prod(in_shape))))
    shared.build((None, *in_shape))
    one, places = shared.count_params(), out_shape[0] * out_shape[1]
    dense_count = dense.count_params() * places
    return {"dense": dense_count, "local": one * places, "shared": one}


def library_shift(x, dy, dx):
    """What Exercise 7.6 asks for, by SciPy."""
    by = (dy, dx) + (0,) * (np.ndim(x) - 2)
    return scipy.ndimage.shift(np.asarray(x), by, order=0)


def library_pool2d(x, size=2, stride=None, mode="max"):
    """What Exercise 7.7 asks for, by Keras."""
    pool = ops.max_pool if mode == "max" else ops.average_pool
    x, step = np.asarray(x, "float32")[None], stride or size
    return ops.convert_to_numpy(pool(x, size, strides=step, padding="valid"))[0]


# %%
def change(before, after):
    """How far a description moved, as a share of its length."""
    return float(np.linalg.norm(after - before) / np.linalg.norm(before))


def influence(stack, size=48):
    """How much a middle unit after `stack` changes with each pixel, by Keras."""
    ones = {"kernel_initializer": "ones", "use_bias": False}
    network = [layers.Conv2D(1, k, strides=s, **ones) for k, s in stack]

    def middle_unit(x):
        for layer in network:
            x = layer(x)
        return x[0, x.shape[1] // 2, x.shape[2] // 2, 0]

    return gradients(middle_unit, np.zeros((1, size, size, 1), "float32"))[0, :, :, 0]


def keras_gradients(image, kernel, slope):
    """What Exercise 7.9 asks for at stride 1, by Keras: by kernel, by image."""
    d = np.asarray(slope, "float32")[None, :, :, None]
    x = np.asarray(image, "float32")[None, :, :, None]
    w = np.asarray(kernel, "float32")[:, :, None, None]
    by_x, by_w = gradients(lambda v: ops.sum(d * ops.conv(v[0], v[1])), [x, w])
    return by_w[:, :, 0, 0], by_x[0, :, :, 0]


# %% [markdown]
# ## Sliding a small pattern

# %% [markdown]
# ### Exercise 7.1 · Cross-correlation
#
# A **kernel** is a small array of weights $W$. Lay it on the image $X$ with its corner at row $i$, column $j$, multiply what lies on top of each other,
# and add up:
#
# $$A_{ij} = \sum_{k,l} W_{kl}\,X_{i+k,\,j+l}.$$
#
# Do this wherever the kernel fits inside the image. ($k$ counts the kernel's rows from 0, $l$ its columns.) The slides of Sydney COMP5318 print $X_{i+j,\,k+l}$:
# the indices have slipped, since then $A$ would depend on $i+j$ alone.

# %%
lab.predict(
    "7.1",
    "The Laplacian kernel is [[0, 1, 0], [1, -4, 1], [0, 1, 0]]. "
    "What does it answer on a blank wall of brightness 0.7?",
    number=True,
)


# %%
def correlate2d(image, kernel):
    """Cross-correlation wherever the kernel fits inside the image.

    Args:
        image: array (h, w), integers or floats.
        kernel: array (kh, kw), kh <= h, kw <= w; it need not be square.

    Returns:
        float array (h - kh + 1, w - kw + 1); in the example [[1 - 5, 2 - 6]].

    >>> image, kernel = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, -1]])
    >>> correlate2d(image, kernel)
    array([[-4., -4.]])
    """
    ### BEGIN SOLUTION
    image, kernel = np.asarray(image), np.asarray(kernel)
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(kernel * image[i : i + kh, j : j + kw])
    return out
    ### END SOLUTION


# %%
check("7.1")

# %%
with lab.needs("7.1"):
    answers = {name: correlate2d(camera, kernel) for name, kernel in KERNELS.items()}
    theirs = {name: keras_correlate(camera, kernel) for name, kernel in KERNELS.items()}
    lab.show(figures.kernels_at_work(camera, KERNELS, answers, theirs))
    blank = correlate2d(np.full((5, 5), 0.7), KERNELS["Laplacian"])
    told = "Weights that add up to 0 see only change, and a blank wall has none."
    lab.reveal("7.1", abs(round(float(blank[0, 0]), 9)), told)

# %% [markdown]
# **A kernel is also a pattern that it looks for.** HES-SO T-MachLe 10 detects lines with weights 1/3 along the line and 0 elsewhere. The next cell tries it on
# bricks, once as printed, and twice with 1/9 taken off every weight so that they add up to 0.

# %%
with lab.needs("7.1"):
    pictures = [wall, correlate2d(wall, LINES["standing"])]
    for name in ("standing", "lying"):
        pictures.append(np.maximum(0, correlate2d(wall, ZERO_SUM[name])))
    lab.show(figures.line_detectors(pictures))
    for text, kernels in [("as printed", LINES), ("adding up to 0", ZERO_SUM)]:
        on = [abs(correlate2d(x, kernels["standing"])[0, 0]) for x in (line, white)]
        print(f"{text}: a standing line {on[0]:.2f}, a blank white patch {on[1]:.2f}")

# %% [markdown]
# As printed, the detector likes a blank white patch just as much as its line; a pattern needs weights that say what must *not* be there.

# %% [markdown]
# ## The kernel turned round

# %% [markdown]
# ### Exercise 7.2 · Convolution
#
# The CNN and Keras lecture writes, with $I$ the image and $K$ the kernel,
#
# $$(I * K)_{ij} = \sum_{m,n} I_{i-m,\,j-n}\,K_{mn}.$$
#
# The minus signs turn the kernel by half a turn: this is **convolution**; what you wrote before was cross-correlation, which is what deep-learning libraries call convolution.
# (The lecture's second line, with $K(-m,-n)$, should let $m$ and $n$ run from $-(k-1)$ to 0.)
#
# Count pixels outside the image as 0, and return *every* place that kernel and image share: the **full** convolution.

# %%
lab.predict(
    "7.2",
    "Which of the four kernels above give another answer when they are turned?",
    choices=["all four", "sharpen and emboss", "only emboss", "none"],
)


# %%
def convolve2d(image, kernel):
    """Full convolution, with the kernel turned round and zeros outside the image.

    Args:
        image: array (h, w), integers or floats.
        kernel: array (kh, kw) of any size, also larger than the image.

    Returns:
        float array (h + kh - 1, w + kw - 1); entry (i, j) is the formula above, with
        m, n from 0. In the example, (1 + 2t)(3 + 4t) = 3 + 10t + 8t^2.

    >>> convolve2d(np.array([[1, 2]]), np.array([[3, 4]]))
    array([[ 3., 10.,  8.]])
    """
    ### BEGIN SOLUTION
    image, kernel = np.asarray(image), np.asarray(kernel)
    h, w = image.shape
    out = np.zeros((h + kernel.shape[0] - 1, w + kernel.shape[1] - 1))
    for (m, n), weight in np.ndenumerate(kernel):
        out[m : m + h, n : n + w] += (
            weight * image
        )  # each weight lays down a copy of the image, moved by (m, n)
    return out
    ### END SOLUTION


# %%
check("7.2")

# %%
with lab.needs("7.1", "7.2"):
    points = [correlate2d(point, emboss), convolve2d(point, emboss)[2:5, 2:5]]
    convolved = convolve2d(camera, emboss)
    photos = [camera, correlate2d(camera, emboss), convolved[2:-2, 2:-2]]
    lab.show(figures.turned(emboss, points, photos))
    gap = apart(convolved, scipy.signal.convolve2d(camera, emboss))
    swapped = apart(convolved, convolve2d(emboss, camera))
    print(f"Off SciPy by {gap}; image and kernel exchanged: off by {swapped}.")
    other = []
    for name, kernel in KERNELS.items():
        e = len(kernel) - 1  # entries at the border, which correlate2d leaves out
        inside = convolve2d(camera, kernel)[e:-e, e:-e]
        other += [] if np.allclose(inside, correlate2d(camera, kernel)) else [name]
    told = f"{', '.join(other)}: the others look the same after half a turn."
    lab.reveal("7.2", "only emboss" if other == ["emboss"] else "all four", told)

# %% [markdown]
# A network *learns* its kernels, so it does not matter to it which of the two it uses.

# %% [markdown]
# ## Edges and steps

# %% [markdown]
# ### Exercise 7.3 · Padding and stride
#
# Look along one axis: $n$ pixels, a kernel of $k$ weights. **Padding** puts `before` zeros in front of the pixels and `after` zeros behind. The
# kernel starts on the first number and moves on by $s$, the **stride**, for as long as it fits entirely.
#
# Two habits have names. **valid**: no zeros. **same**: the output has $\lceil n/s \rceil$ entries ($\lceil\cdot\rceil$: rounded up), with no more zeros than that
# takes; they are split evenly, and an odd one goes *behind*.
#
# Write the output size, and the zeros of "same".

# %%
lab.predict(
    "7.3",
    'A kernel of 2, stride 1: can "same" put as many zeros in front as behind?',
    choices=["yes", "no"],
)


# %%
def output_size(n, k, stride=1, before=0, after=0):
    """Number of places of a kernel along one axis.

    Args:
        n, k: pixels and weights, integers >= 1; n + before + after >= k.
        stride: step, >= 1.
        before, after: zeros on either side.

    Returns:
        int; in the example the kernel starts at 0, 2 and 4. For n = 8 it is 3 too.

    >>> output_size(7, 3, stride=2)
    3
    """
    ### BEGIN SOLUTION
    return (n + before + after - k) // stride + 1
    ### END SOLUTION


def same_padding(n, k, stride=1):
    """Zeros (before, after) of padding "same".

    >>> same_padding(5, 4)
    (1, 2)
    >>> same_padding(6, 3, stride=2)
    (0, 1)
    """
    ### BEGIN SOLUTION
    out = -(-n // stride)
    zeros = max(0, (out - 1) * stride + k - n)
    return zeros // 2, zeros - zeros // 2
    ### END SOLUTION


# %%
check("7.3")

# %%
with lab.needs("7.3"):
    lab.show(figures.places(output_size, same_padding))
    agree = []
    for n, k, s in [(n, k, s) for n in (7, 8) for k in (1, 3, 4) for s in (1, 2, 3)]:
        padded = np.pad(np.arange(1, n + 1), same_padding(n, k, s))
        starts = s * np.arange(output_size(n, k, s, *same_padding(n, k, s)))
        by_hand = [padded[i : i + k].sum() for i in starts]
        agree.append(np.array_equal(by_hand, places_of_keras(n, k, s)))
    print(f"Keras agrees in {sum(agree)} of {len(agree)} settings.")
    before, after = same_padding(8, 2)
    told = f"{before} in front and {after} behind: an even kernel has no middle."
    lab.reveal("7.3", "yes" if before == after else "no", told)

# %% [markdown]
# Padding decides whether the border gets an answer, stride how many answers there are.

# %% [markdown]
# ## A layer: colours in, features out

# %% [markdown]
# ### Exercise 7.4 · A convolutional layer
#
# A colour image has three **channels**: $X$ has shape (h, w, c). A layer has $F$ **filters**; each has its own weights for every channel, sums over all of
# them, and adds one number $b_f$, its **bias**. With stride $s$ and output channel $f$,
#
# $$Z_{ijf} = b_f + \sum_{k,l,c} W_{klcf}\,X_{si+k,\;sj+l,\;c}.$$
#
# Here $X$ is the image after padding. Each output channel is called a **feature map**. Most layers then apply a **ReLU**, $\max(0, Z)$; leave that out of your function.

# %%
lab.predict(
    "7.4",
    "A 3x3 filter has weights 1/9 for red, 0 for green and -1/9 for blue. "
    "Where does it light up: an astronaut in an orange suit beside a white rocket?",
    choices=["on the suit", "on the rocket", "on both", "along the edges"],
)


# %%
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """One convolutional layer (cross-correlation, as in Keras) for one image.

    Args:
        x: float array (h, w, c_in).
        w: float array (kh, kw, c_in, filters).
        b: float array (filters,).
        stride: step in both directions.
        pad: zeros to put around x first, ((rows above, rows below), (columns left,
            columns right)).

    Returns:
        float array (h_out, w_out, filters); in the example [[[5 + 1 * 3 + 2 * 4]]].

    >>> x, w = np.array([[[1, 2]]]), np.array([[[[3], [4]]]])
    >>> conv_layer(x, w, np.array([5]))
    array([[[16.]]])
    """
    ### BEGIN SOLUTION
    x = np.pad(x, (*pad, (0, 0)))
    kh, kw, _, filters = w.shape
    rows, columns = (x.shape[0] - kh) // stride + 1, (x.shape[1] - kw) // stride + 1
    out = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            window = x[i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[i, j] = np.tensordot(window, w, axes=3) + b
    return out
    ### END SOLUTION


# %%
check("7.4")

# %%
with lab.needs("7.4"):
    weights, nothing = np.stack(COLOUR_FILTERS, axis=-1), np.zeros(5)
    features = conv_layer(astronaut, weights, nothing, pad=((1, 1), (1, 1)))
    lab.show(figures.feature_maps(astronaut, features, LINES))
    gap = apart(features, keras_layer(astronaut, weights, nothing, padding="same"))
    by_hand = conv_layer(astronaut, weights, nothing + 1, stride=3)
    strided = apart(by_hand, keras_layer(astronaut, weights, nothing + 1, stride=3))
    print(f"Off Keras by {gap}; with bias and stride 3 by {strided}.")
    red, green, blue = astronaut[features[..., 4] > 0.3].mean(axis=0)
    told = f"It answers most at red {red:.2f}, green {green:.2f}, blue {blue:.2f}:"
    lab.reveal("7.4", "on the suit", f"{told} orange. In white, red and blue cancel.")

# %% [markdown]
# One layer, five questions to every place of the picture. Here we chose the weights; a network learns them.

# %% [markdown]
# ## What sharing saves
#
# Every answer of a convolution is a weighted sum of pixels, so a convolution *is* a dense layer. The next cell writes down the matrix of that layer: a row for each
# output, a column for each pixel of a 6x6 image.

# %%
correlate = lab.answer("7.1", fallback=keras_correlate)
kernel = np.arange(1.0, 10).reshape(3, 3)
columns = [correlate(pixel.reshape(6, 6), kernel).ravel() for pixel in np.eye(36)]
lab.show(figures.dense_matrix(np.stack(columns, axis=1)))  # (16, 36)

# %% [markdown]
# ### Exercise 7.5 · Counting weights
#
# Input (h, w, c), output (h', w', F). Three ways to connect them:
#
# - **dense**: every input to every output;
# - **local**: each output sees its own field of fh x fw pixels, in all c channels, with its own weights;
# - **shared**: as local, but all places of a feature map use the same weights.
#
# One bias goes with each set of weights; outputs that share their weights share it.
#
# It works backwards as well: a dense layer on an image (h, w, c), *flattened* row by row with the channels last, is a convolution with kernels as large as the
# image. Write these kernels.

# %%
lab.predict(
    "7.5a",
    "A 200x200 image, ten maps of its size, fields of 10x10, no biases. "
    "How many weights has the dense way?",
    choices=["400 thousand", "40 million", "16 billion"],
)

# %%
lab.predict("7.5b", "And how many has the shared way?", number=True, unit="weights")


# %%
def parameter_counts(in_shape, out_shape, field, bias=True):
    """Numbers to learn, for three ways to connect an input with an output.

    Args:
        in_shape: (h, w, c).
        out_shape: (h', w', maps).
        field: (fh, fw), the pixels that an output sees if it is local.
        bias: whether biases count.

    Returns:
        dict with keys "dense", "local", "shared", integers.

    >>> parameter_counts((1, 3, 1), (1, 2, 1), (1, 2))
    {'dense': 8, 'local': 6, 'shared': 3}
    """
    ### BEGIN SOLUTION
    inputs, outputs, maps = (
        int(np.prod(in_shape)),
        int(np.prod(out_shape)),
        out_shape[2],
    )
    seen = field[0] * field[1] * in_shape[2]
    return {
        "dense": outputs * (inputs + bias),
        "local": outputs * (seen + bias),
        "shared": maps * (seen + bias),
    }
    ### END SOLUTION


def dense_as_kernels(weights, in_shape):
    """Kernels of the convolution that equals a dense layer.

    Args:
        weights: array (h * w * c, units); row r belongs to entry r of the flattened
            image.
        in_shape: (h, w, c).

    Returns:
        array (h, w, c, units), as `conv_layer` takes it.

    >>> dense_as_kernels(np.array([[5], [6], [7]]), (1, 3, 1))[0, 2, 0]
    array([7])
    """
    ### BEGIN SOLUTION
    return np.reshape(weights, (*in_shape, np.shape(weights)[1]))
    ### END SOLUTION


# %%
check("7.5")

# %%
with lab.needs("7.5"):
    counts = parameter_counts(*SLIDE, bias=False)
    lab.show(figures.weight_bars(counts, keras_counts(*SLIDE, bias=False)))
    told = f"being local saves a factor of {counts['dense'] // counts['local']:,}"
    lab.reveal("7.5a", "16 billion", f"{counts['dense']:,}; {told}.")
    told = f"Sharing saves another {counts['local'] // counts['shared']:,}."
    lab.reveal("7.5b", counts["shared"], told)

# %% [markdown]
# Now the way back. A dense layer learned digits of 8x8 pixels. As a convolution it can read a longer strip, at every place at once.

# %%
layer_of = lab.answer("7.4", fallback=library_conv_layer)
with lab.needs("7.5"):
    kernels = dense_as_kernels(dense.coef_.T, (8, 8, 1))  # (8, 8, 1, 10)
    score = layer_of(strip, kernels, dense.intercept_)[0]  # (63, 10)
    lab.show(figures.strip_of_digits(strip, score, first, digits.target[chosen]))
    gap = apart(score[first], dense.decision_function(digits.data[chosen] / 16))
    read = np.mean(score[first].argmax(axis=1) == digits.target[chosen])
    print(f"Off the dense layer by {gap}; {read:.0%} of the digits are read rightly.")

# %% [markdown]
# A dense layer is a convolution that happens to fit in one place only.

# %% [markdown]
# ## Move the input

# %% [markdown]
# ### Exercise 7.6 · Shift equivariance
#
# Let $S$ move an image down by `dy` pixels and right by `dx` (up and left if negative); zeros come in, and what leaves is lost. A layer $f$ is **shift-equivariant** if moving first or last makes no
# difference: $f(S x) = S f(x)$.
#
# Measure it: the **gap** is the largest $|f(Sx) - S f(x)|$. Near the border zeros have come in, so leave out all entries that are fewer than `margin` rows or columns from an edge.

# %%
lab.predict(
    "7.6",
    "A convolution with bias and ReLU; the same with stride 2; one with other weights "
    "at each place. How many of the three keep the gap at 0 for every shift?",
    choices=["one", "two", "all three"],
)


# %%
def shift(x, dy, dx):
    """Move an image; zeros come in.

    Args:
        x: array (h, w) or (h, w, c).
        dy, dx: integers, rows down and columns to the right; they may be negative, or
            larger than the image.

    Returns:
        array of the shape of x.

    >>> shift(np.array([[1, 2], [3, 4]]), 1, 0)
    array([[0, 0],
           [1, 2]])
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    out = np.zeros_like(x)
    h, w = x.shape[:2]
    if abs(dy) < h and abs(dx) < w:
        out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = x[
            max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)
        ]
    return out
    ### END SOLUTION


def equivariance_gap(layer, x, dy, dx, margin):
    """How far layer(shift(x)) and shift(layer(x)) lie apart.

    Args:
        layer: function of an array (h, w) or (h, w, c); its result has the same height
            and width.
        margin: entries left out at every edge, 0 <= margin < half of height and width.

    Returns:
        float >= 0. In the example f(Sx) = [[3, 5]], but S f(x) = [[0, 5]].

    >>> x = np.array([[2, 9]])
    >>> equivariance_gap(lambda image: image + 3, x, 0, 1, 0)
    3.0
    """
    ### BEGIN SOLUTION
    difference = np.abs(layer(shift(x, dy, dx)) - shift(layer(x), dy, dx))
    h, w = difference.shape[:2]
    return float(difference[margin : h - margin, margin : w - margin].max())
    ### END SOLUTION


# %%
check("7.6")

# %%
move = lab.answer("7.6", fallback=library_shift, name="shift")
laplacian = KERNELS["Laplacian"][:, :, None, None].astype(float)
own_gains = np.random.default_rng(lab.seed).uniform(0.5, 1.5, coin.shape)


def edges(x, stride=1):
    """Laplacian, bias and ReLU: where a pixel is darker than its neighbours."""
    bias, pad = np.array([-0.02]), ((1, 1), (1, 1))
    return np.maximum(0, layer_of(x, laplacian, bias, stride, pad))


LAYERS = {
    "convolution, bias, ReLU": edges,
    "the same with stride 2": lambda x: edges(x, 2).repeat(2, 0).repeat(2, 1),
    "other weights at each place": lambda x: own_gains * edges(x),
}

# %%
with lab.needs("7.6"):
    gaps = {}
    for name, layer in LAYERS.items():
        found = [equivariance_gap(layer, coin, 0, step, 10) for step in range(9)]
        gaps[name] = np.array(found) / layer(coin).max()
        print(f"{name}: largest gap {max(gaps[name]):.2g}", end=", ")
        print(f"at even shifts {max(gaps[name][::2]):.2g}")
    lab.show(figures.gap_curves(gaps))
    print(f"Off SciPy by {apart(shift(coin, -3, 7), library_shift(coin, -3, 7))}.")
    keep = sum(max(gap) < 1e-9 for gap in gaps.values())
    told = "Shared weights commute with every shift, a stride only with its multiples."
    lab.reveal("7.6", ["none", "one", "two", "all three"][keep], told)

# %% [markdown]
# Move the sliders (in a running notebook) and watch the feature map follow the coin.


# %%
def moved_coin(dy, dx):
    """The coin and its feature map, before and after a move."""
    moved = move(coin, dy, dx)
    return figures.moved_coin(coin, edges(coin), moved, edges(moved), (dy, dx))


lab.show(moved_coin(-6, 9))
figures.with_sliders(lab.show, moved_coin)

# %% [markdown]
# ## Say what, not where

# %% [markdown]
# ### Exercise 7.7 · Pooling
#
# Slide a window of `size` x `size` over each feature map, `stride` entries at a time, and keep one number: the largest (**max pooling**) or the mean (**average pooling**). Windows
# must fit entirely; leftover rows and columns are dropped. Each channel is pooled by itself. If no stride is given, windows touch without overlapping: stride = size.
#
# With a window as large as the map, one number per channel is left: **global pooling**.
#
# A function $f$ is **shift-invariant** if $f(Sx) = f(x)$: moving changes nothing.

# %%
lab.predict(
    "7.7",
    "The slides of Session 11, Deep Learning 2 say that small translations do not "
    "affect the outputs of max pooling. Windows of 2x2, a shift by one pixel: "
    "how far does the pooled map change, as a share of its size?",
    choices=["not at all", "by less than a tenth", "by more than a tenth"],
)


# %%
def pool2d(x, size=2, stride=None, mode="max"):
    """Pool every channel over square windows that fit entirely.

    Args:
        x: float array (h, w, c); values may be negative.
        size: rows and columns of a window.
        stride: step between windows; `size` if None.
        mode: "max" or "average".

    Returns:
        float array ((h - size) // stride + 1, (w - size) // stride + 1, c).

    >>> x = np.array([[1, 5, 2], [3, 4, 0]])[:, :, None]
    >>> pool2d(x, 2, stride=1)[..., 0]
    array([[5., 5.]])
    >>> pool2d(x, 2, mode="average")[..., 0]
    array([[3.25]])
    """
    ### BEGIN SOLUTION
    stride = stride or size
    reduce = np.max if mode == "max" else np.mean
    out = np.zeros(
        (
            (x.shape[0] - size) // stride + 1,
            (x.shape[1] - size) // stride + 1,
            x.shape[2],
        )
    )
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = reduce(
                x[i * stride : i * stride + size, j * stride : j * stride + size],
                axis=(0, 1),
            )
    return out
    ### END SOLUTION


# %%
check("7.7")

# %%
pool = lab.answer("7.7", fallback=library_pool2d)
WINDOWS = {"no pooling": 1, "max 2x2": 2, "max 4x4": 4, "max 8x8": 8, "global max": 48}

# %%
with lab.needs("7.7"):
    mine = edges(coin)
    shown = {name: pool2d(mine, size) for name, size in list(WINDOWS.items())[:4]}
    shown["average 4x4"] = pool2d(mine, 4, mode="average")
    lab.show(figures.pooled_maps(shown))
    settings = [(2, None, "max"), (3, 1, "max"), (3, 2, "average")]
    gap = [apart(pool2d(mine, *how), library_pool2d(mine, *how)) for how in settings]
    print(f"You and Keras differ by {', '.join(gap)}.")

# %%
with lab.needs("7.7"):
    ways = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    moved = [[edges(move(coin, s * y, s * x)) for y, x in ways] for s in range(10)]
    changes = {}
    for name, size in WINDOWS.items():
        before = pool2d(edges(coin), size)
        changes[name] = [
            np.mean([change(before, pool2d(m, size)) for m in maps]) for maps in moved
        ]
    lab.show(figures.changes(changes))
    by_one = changes["max 2x2"][1]
    kinds = "not at all", "by less than a tenth", "by more than a tenth"
    told = (
        f"By {by_one:.0%}; windows of 8x8 change by {changes['max 8x8'][1]:.0%}, the "
    )
    told += f"global maximum by {changes['global max'][1]:.0%}: it forgets the place."
    lab.reveal("7.7", kinds[int(by_one > 1e-6) + int(by_one > 0.1)], told)

# %% [markdown]
# ## How far a unit sees

# %% [markdown]
# ### Exercise 7.8 · Receptive fields
#
# A unit of the first layer sees $k$ pixels along an axis. A unit of the second sees several units of the first, whose fields overlap. Its **receptive field** is counted along one
# axis, from the first pixel that can reach it to the last.
#
# Go up layer by layer. Let neighbouring units stand $d$ pixels apart in the input ($d=1$ for pixels). A layer with kernel or window $k$ reaches $k-1$ units further, each $d$ pixels
# away. What its stride does to $d$, draw on paper. Pooling counts like a convolution.

# %%
lab.predict(
    "7.8a",
    "How many 3x3 layers see as far as one 7x7 layer?",
    number=True,
    unit="layers",
)

# %%
lab.predict(
    "7.8b",
    "Which of the two has fewer weights, with 64 channels everywhere?",
    choices=["the 3x3 layers", "the 7x7 layer", "the same"],
)


# %%
def receptive_field(stack):
    """Receptive field after each layer, in pixels along one axis.

    Args:
        stack: list of pairs (k, s): kernel size and stride of each layer, the first
            layer first.

    Returns:
        list of integers, one per layer. In the example the last kernel's steps are 2
        pixels wide.

    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    [3, 4, 8]
    """
    ### BEGIN SOLUTION
    sees, apart_by, sizes = 1, 1, []
    for k, s in stack:
        sees += (k - 1) * apart_by
        apart_by *= s
        sizes.append(sees)
    return sizes
    ### END SOLUTION


# %%
check("7.8")

# %%
STACKS = {"3x3 layers": [(3, 1)] * 6, "5x5 layers": [(5, 1)] * 4}
STACKS |= {"7x7 layers": [(7, 1)] * 3, "3x3, with 2x2 pooling": [(3, 1), (2, 2)] * 3}
with lab.needs("7.8"):
    formula = {name: receptive_field(stack) for name, stack in STACKS.items()}
    measured = {}
    for name, stack in STACKS.items():
        reached = [influence(stack[:n]) for n in range(1, len(stack) + 1)]
        measured[name] = [np.sum(field.any(axis=0)) for field in reached]
    lab.show(figures.growth(formula, measured))
    sizes = [((k, k, 64), (1, 1, 64), (k, k), False) for k in (3, 7)]
    three, seven = (keras_counts(*size)["shared"] for size in sizes)
    n = formula["3x3 layers"].index(receptive_field([(7, 1)])[0]) + 1
    lab.reveal("7.8a", n, f"Their fields are {formula['3x3 layers'][:n]} pixels.")
    fewer = "the 3x3 layers" if n * three < seven else "the 7x7 layer"
    lab.reveal("7.8b", fewer, f"{n * three:,} against {seven:,} weights.")

# %%
fields = {n: influence([(3, 1)] * n, size=17) for n in (1, 2, 3, 6)}
lab.show(figures.influences(fields))

# %% [markdown]
# Depth widens the view cheaply, but pixels in the middle keep most of the say: many paths lead from them, one from a corner.
#
# **Can stacked 3x3 layers do all that a 5x5 layer can?** HES-SO T-MachLe 10 says that several 3x3 layers can implement other sizes. Two of them without a ReLU in between are one 5x5
# kernel: the full convolution of the two. The cell below looks for the pair, or the sum over two channels of pairs, that comes nearest to a given 5x5 kernel.

# %%
convolve = lab.answer("7.2", fallback=scipy.signal.convolve2d)
units = np.eye(9).reshape(9, 3, 3)
products = np.array([[convolve(a, b).ravel() for b in units] for a in units])
rng, bell = np.random.default_rng(lab.seed), np.outer([1, 2, 1], [1, 2, 1]) / 16
both, rounds = convolve(bell, bell), lab.pick(400, 150)
targets = {"a bell-shaped blur": both, "a random kernel": rng.normal(size=(5, 5))}
pair_errors = {}
for name, target in targets.items():
    for c in (1, 2):
        error = figures.best_pairs(target, products, c, rng, rounds)
        pair_errors[name, c] = error
        print(f"{name} (5x5) by 3x3 layers, channels between: {c}; off by {error:.1%}")
lab.show(figures.two_in_one(bell, bell, both))

# %% [markdown]
# Nine and nine weights cannot be any 25; through more channels they can. What stacking gives besides is a ReLU in the middle.

# %% [markdown]
# ## How a kernel is learned

# %% [markdown]
# ### Exercise 7.9 · The gradient of a convolution
#
# Let $A$ be what `correlate2d` gives with stride $s$:
#
# $$A_{ij} = \sum_{k,l} W_{kl}\,X_{si+k,\;sj+l}.$$
#
# A loss $L$ looks at $A$ alone, and you are told its **slope** $D_{ij} = \partial L/\partial A_{ij}$. Find $\partial L/\partial W$, which teaches this layer, and
# $\partial L/\partial X$, which the layer below needs.
#
# One rule of lab 03 is enough: a number that is used several times gets something from each use. In which sums does one weight occur? And one pixel? Both
# gradients have the shape of what they belong to; a pixel under which no kernel ever lies gets 0.

# %%
lab.predict(
    "7.9",
    "With stride 1 the gradient by X is a sliding sum again, of D and W. Which one?",
    choices=["cross-correlation", "convolution, the kernel turned", "neither"],
)


# %%
def kernel_gradient(image, kernel, slope, stride=1):
    """Gradient of the loss by the kernel's weights.

    Args:
        image: array (h, w).
        kernel: array (kh, kw).
        slope: array (rows, columns), the loss's slope at each answer:
            rows = (h - kh) // stride + 1, and columns likewise.
        stride: step in both directions.

    Returns:
        float array (kh, kw); in the example [[1, 2], [4, 5]] + 2 * [[2, 3], [5, 6]].

    >>> image, kernel = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, -1]])
    >>> kernel_gradient(image, kernel, np.array([[1, 2]]))
    array([[ 5.,  8.],
           [14., 17.]])
    """
    ### BEGIN SOLUTION
    image, slope = np.asarray(image), np.asarray(slope)
    kh, kw = np.shape(kernel)
    out = np.zeros((kh, kw))
    for (i, j), d in np.ndenumerate(slope):  # every place uses the same weights
        out += d * image[i * stride : i * stride + kh, j * stride : j * stride + kw]
    return out
    ### END SOLUTION


def image_gradient(image, kernel, slope, stride=1):
    """Gradient of the loss by the pixels, a float array (h, w); same arguments.

    >>> image, kernel = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0], [0, -1]])
    >>> image_gradient(image, kernel, np.array([[1, 2]]))
    array([[ 1.,  2.,  0.],
           [ 0., -1., -2.]])
    """
    ### BEGIN SOLUTION
    kernel, slope = np.asarray(kernel), np.asarray(slope)
    kh, kw = kernel.shape
    out = np.zeros(np.shape(image))
    for (i, j), d in np.ndenumerate(slope):  # windows overlap: add, do not overwrite
        out[i * stride : i * stride + kh, j * stride : j * stride + kw] += d * kernel
    return out
    ### END SOLUTION


# %%
check("7.9")

# %% [markdown]
# **Learn a kernel.** The cell below is shown an image of noise and what the emboss kernel makes of it, never the kernel. It starts with zeros and goes down
# your gradient of the mean squared difference, as lab 03 did.

# %%
with lab.needs("7.9"):
    noise = np.random.default_rng(lab.seed).normal(size=(24, 24))
    goal = correlate(noise, KERNELS["emboss"])
    w, losses, kept = np.zeros((3, 3)), [], {}
    for step in range(25):
        if step in (0, 1, 3, 24):
            kept[f"step {step}"] = w
        difference = correlate(noise, w) - goal
        losses.append(np.mean(difference**2))
        w = w - 0.3 * kernel_gradient(noise, w, 2 * difference / difference.size)
    lab.show(figures.learned_kernels({**kept, "goal": KERNELS["emboss"]}, losses))

# %%
with lab.needs("7.9"):
    rng = np.random.default_rng(lab.seed)
    x, w, d = (rng.normal(size=size) for size in [(9, 7), (3, 2), (7, 6)])
    mine = kernel_gradient(x, w, d), image_gradient(x, w, d)
    pairs = zip(mine, keras_gradients(x, w, d), strict=True)
    gradient_gap = max(np.abs(ours - theirs).max() for ours, theirs in pairs)
    turned = np.abs(mine[1] - scipy.signal.convolve2d(d, w)).max()
    kind = "convolution, the kernel turned" if turned < 1e-9 else "neither"
    told = f"Off SciPy's convolution by {turned:.0e}; both gradients are Keras's"
    lab.reveal("7.9", kind, f"{told} up to {gradient_gap:.0e}.")

# %% [markdown]
# ## The puzzle, solved
#
# Back to the bars. Two more networks take part: a convolutional one **without pooling**, whose dense layer still sees where each answer came from, and a dense one that
# trains on bars **everywhere**. Every point is one network from its own random start, on its own training images.

# %%
lab.predict(
    "7.0",
    "A convolution is equivariant. Without pooling, how many of the bars in the right "
    "half does it tell apart after training on the left?",
    choices=["nearly all", "clearly more than half", "about half, like guessing"],
)

# %%
seeds = [lab.seed + i for i in range(lab.pick(5, 1))]
for name in RECIPES:
    for seed in seeds:
        if (name, seed) not in trained:
            trained[name, seed] = train(name, seed)


def shares(places):
    """Share of right answers on 1000 bars at `places`, for each network and seed."""
    x, y = figures.draw_bars(1000, places, np.random.default_rng(3000 + lab.seed))
    return {
        name: [
            float(np.mean(scores_of(trained[name, seed], x).argmax(axis=1) == y))
            for seed in seeds
        ]
        for name in RECIPES
    }


# %%
seen_score, unseen_score = shares(LEFT), shares(RIGHT)
lab.show(figures.carried_over(seen_score, unseen_score))
for name in RECIPES:
    left, right = np.mean(seen_score[name]), np.mean(unseen_score[name])
    print(f"{name}: left {left:.1%}, right {right:.1%} (seeds: {len(seeds)})")
unpooled = np.mean(unseen_score["convolution without pooling, left half"])
kinds = "about half, like guessing", "clearly more than half", "nearly all"
told = f"{unpooled:.0%}: its dense layer never met an answer that came from the right."
lab.reveal("7.0", kinds[int(unpooled > 0.65) + int(unpooled > 0.9)], told)

# %% [markdown]
# **Run the network by hand.** Its weights, your functions: one standing bar without noise on the left, and the same bar eight columns further.

# %%
network = trained["convolution + pooling, left half", lab.seed]
w_conv, b_conv, w_dense, b_dense = network.get_weights()
at = np.array([7]), np.array([4]), np.array([1])
bar = figures.bars(*at, np.random.default_rng(0), noise=0)[0]
images, feature_maps = [bar, move(bar, 0, 8)], []
for image in images:
    z = layer_of(image, w_conv, b_conv, pad=((2, 2), (2, 2)))  # (16, 16, 4)
    feature_maps.append(np.maximum(0, z))
    by_hand = pool(feature_maps[-1], SIDE)[0, 0] @ w_dense + b_dense
    gap = apart(by_hand, scores_of(network, image[None])[0])
    other = scores_of(trained["dense, left half", lab.seed], image[None])[0]
    print(f"by hand: lying {by_hand[0]:.3f}, standing {by_hand[1]:.3f};", end=" ")
    print(f"off Keras by {gap}; dense network: {other[0]:.3f}, {other[1]:.3f}")
lab.show(figures.run_by_hand(images, feature_maps))

# %% [markdown]
# Now you can explain the first picture. The dense network has separate weights for every pixel; those of the right half met only noise, so bars there fall on
# weights that learned nothing. A filter learned on the left is *shared*, hence looks everywhere (equivariance); pooling then forgets where it answered (invariance). Take away either one, and
# what was learned stays where it was learned.
#
# ## Receipt

# %%
sydney, keras_lecture = "Sydney COMP5318", "CNN and Keras lecture"
session, hes = "Session 11, Deep Learning 2", "HES-SO T-MachLe 10"
claims = []


def claim(text, source, stated, measured, note=""):
    """One row of the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append({**row, "measured": measured, "note": note})


with lab.needs("7.1"):
    x = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1]])
    x = np.concatenate([x, [[0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]])  # the slide's image
    w = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    printed = np.zeros((3, 3))
    for i, j, k, m in np.ndindex(3, 3, 3, 3):
        printed[i, j] += w[k, m] * x[i + j, k + m]
    same = f"equal in {np.sum(printed == correlate2d(x, w))} of 9 entries"
    note = "erratum: should be X_(i+k, j+l); as printed, A depends on i+j alone"
    claim(
        "feature map, 5x5 example", sydney, "A_ij = sum W_kl X_(i+j, k+l)", same, note
    )
with lab.needs("7.2"):
    x = np.random.default_rng(lab.seed).normal(size=(9, 7))
    gap = apart(convolve2d(x, x[:3, :4]), scipy.signal.convolve2d(x, x[:3, :4]))
    note = "its second line needs m, n from -(k-1) to 0"
    told = "convolution turns the kernel round"
    claim(told, keras_lecture, "I(i-m, j-n) K(m, n)", f"off SciPy by {gap}", note)

# %%
with lab.needs("7.5"):
    counts, full = parameter_counts(*SLIDE, bias=False), parameter_counts(*SLIDE)
    slide_says = {"dense": "16 billion", "local": "40 million", "shared": "1000"}
    for key, stated in slide_says.items():
        told, note = (
            f"200x200 image, 400,000 units, {key}",
            f"with biases {full[key]:,}",
        )
        claim(told, sydney, stated, f"{counts[key]:,}", note)
    size = (128, 128, 3), (1, 1, 64), (3, 3)
    measured = f"{parameter_counts(*size, bias=False)['dense']:,}"
    told = "128x128x3 image to 64 units"
    claim(told, session, "about 3,000,000", measured, "without biases")
with lab.needs("7.6"):
    gap = equivariance_gap(edges, coin, 0, 1, 10)
    largest = max(gaps["the same with stride 2"])
    note = f"with stride 2 it is {largest:.0%} of the largest answer at odd shifts"
    claim("the output shifts, otherwise unchanged", sydney, "gap 0", f"{gap:.1g}", note)
with lab.needs("7.7"):
    by_one = {name: values[1] for name, values in changes.items()}
    note = f"without pooling {by_one['no pooling']:.0%}, with global pooling 0 %"
    told = "max pooling: small translations do not affect the output"
    claim(told, session, "0 %", f"{by_one['max 2x2']:.0%} for 2x2 and one pixel", note)
    larger = scipy.ndimage.zoom(coin[..., 0], 1.25, order=1)[6:54, 6:54, None]
    small, whole = (
        change(pool(edges(coin), k), pool(edges(larger), k)) for k in (4, 48)
    )
    note = "coin enlarged by a quarter; pooling gives invariance to place, not to scale"
    measured = f"{small:.0%} (max 4x4), {whole:.0%} (global max)"
    claim("pooling: scale invariance", keras_lecture, "0 %", measured, note)

# %%
with lab.needs("7.8"):
    measured, note = (
        str(receptive_field([(3, 1)] * 3)),
        "by gradient in Keras: the same",
    )
    claim("receptive fields of 3x3 layers", session, "no figure", measured, note)
one, more = pair_errors["a random kernel", 1], pair_errors["a random kernel", 2]
told, measured = "stacked 3x3 kernels can implement other sizes", f"off by {one:.0%}"
note = f"a random 5x5, one channel in between; with two channels {more:.1%}"
claim(told, hes, "yes", measured, note)
with lab.needs("7.9"):
    told = "gradients of a convolution by hand are Keras's"
    claim(told, "Keras", "0", f"off by {gradient_gap:.0e}")
for name in RECIPES:
    note = f"worst seed {min(unseen_score[name]):.1%}"
    note += f"; left half {np.mean(seen_score[name]):.1%}"
    told, measured = f"right half: {name}", f"{np.mean(unseen_score[name]):.1%}"
    claim(told, session, "CNN generalises a lot better", measured, note)
lab.receipt(claims, seeds=seeds)

# %% [markdown]
# The last row trained on bars everywhere, so for it no place was unseen; it stands there to show that its place is all the dense network lacked.
#
# ## Go further
#
# - A convolution with 1x1 kernels is a dense layer at every pixel. Where is that useful?
# - Learn the emboss kernel again, from the photograph instead of noise. Why does it take so many more steps?
# - Train the network without pooling on images that are shifted at random. How many does it need to match pooling?
# - Zeros at the border tell a network where the border is. Can the pooled network learn to tell a bar at the edge from one in the middle?
# - Blur before a stride of 2, and measure the gap of Exercise 7.6 again (Zhang 2019).
# - Convolution is multiplication after a Fourier transform. From which kernel size on is `np.fft` faster than your loops?
# - Let the receptive field's weights be random instead of 1: is the centre still stronger (Luo et al. 2016)?
