# ---
# coursekit:
#   title: Convolution by hand
#   question: Two networks learned the same two shapes equally well. Why can only one of them find the shapes in a new place?
#   goals:
#     - Write correlation, convolution, padding, stride, colour layers and pooling in NumPy, and prove them equal to Keras
#     - Count what sharing weights saves, and turn a dense layer into a convolution
#     - Measure shift equivariance, shift invariance and the growth of receptive fields
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
from coursekit.plots import PALETTE, figure, subplots
from coursekit.plots.images import draw_field, draw_image, draw_kernel, image_grid
from coursekit.training import fit, gradients, seeded

lab = open_lab("07_convolution")
check = lab.check

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
SIDE, LENGTH = 16, 5
LEFT, RIGHT, ANYWHERE = (
    np.arange(2, 6),
    np.arange(10, 14),
    np.arange(2, 14),
)  # columns of a bar's centre


def bars(rows, columns, standing, rng, noise=0.25):
    """Images (n, 16, 16, 1) with one bar each, centred at (rows, columns)."""
    x = noise * rng.normal(size=(len(rows), SIDE, SIDE, 1))
    along, image = np.arange(LENGTH) - LENGTH // 2, np.arange(len(rows))[:, None]
    x[
        image,
        rows[:, None] + along * standing[:, None],
        columns[:, None] + along * (1 - standing[:, None]),
        0,
    ] += 1
    return x.astype("float32")


def draw_bars(n, columns, rng):
    """n images with bars at random rows and at random ones of `columns`, and their classes."""
    standing = rng.integers(0, 2, n)
    return bars(
        rng.choice(ANYWHERE, n), rng.choice(columns, n), standing, rng
    ), standing


def dense_network():
    """Every pixel to every unit."""
    return [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(2)]


def flat_cnn():
    """Filters, then a dense layer that still sees where each answer came from."""
    return [
        layers.Conv2D(4, 5, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(2),
    ]


def pooled_cnn():
    """Filters, then only the largest answer of each filter."""
    return [
        layers.Conv2D(4, 5, padding="same", activation="relu"),
        layers.GlobalMaxPooling2D(),
        layers.Dense(2),
    ]


def train(build, columns, seed, learning_rate):
    """A network trained on bars at `columns`."""
    with seeded(seed):
        model = keras.Sequential([keras.Input((SIDE, SIDE, 1)), *build()])
    model.compile(
        keras.optimizers.Adam(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    x, y = draw_bars(lab.pick(4000, 2500), columns, np.random.default_rng(1000 + seed))
    fit(model, x, y, epochs=8, batch_size=100, seed=seed, progress="none")
    return model


def scores_of(model, x):
    """The network's two scores for each image, as a NumPy array (n, 2)."""
    return ops.convert_to_numpy(model(x, training=False))


def accuracy_map(model, per_place=20):
    """Share of right answers for every place of the bar's centre, (12, 12)."""
    rows, columns = (
        np.repeat(grid.ravel(), per_place)
        for grid in np.meshgrid(ANYWHERE, ANYWHERE, indexing="ij")
    )
    rng = np.random.default_rng(2000 + lab.seed)
    standing = rng.integers(0, 2, len(rows))
    right = (
        scores_of(model, bars(rows, columns, standing, rng)).argmax(axis=1) == standing
    )
    return right.reshape(len(ANYWHERE), len(ANYWHERE), per_place).mean(axis=2)


RECIPES = {  # name: (layers, columns of the training bars, learning rate)
    "dense, left half": (dense_network, LEFT, 3e-3),
    "convolution + pooling, left half": (pooled_cnn, LEFT, 2e-2),
    "convolution without pooling, left half": (flat_cnn, LEFT, 1e-2),
    "dense, bars everywhere": (dense_network, ANYWHERE, 3e-3),
}
two = list(RECIPES)[:2]
trained = {
    (name, lab.seed): train(
        RECIPES[name][0], RECIPES[name][1], lab.seed, RECIPES[name][2]
    )
    for name in two
}

# %%
examples = bars(
    np.array([5, 9]),
    np.array([4, 11]),
    np.array([1, 0]),
    np.random.default_rng(lab.seed),
)
figure_1 = figure((9, 3.1))
axes = figure_1.subplots(1, 4, width_ratios=[1, 1, 1.25, 1.25])
draw_image(
    axes[0], examples[0], title="a standing bar, left:\nlike the training images"
)
draw_image(axes[1], examples[1], title="a lying bar, right:\nnever trained there")
maps = {name: accuracy_map(trained[name, lab.seed]) for name in two}
for ax, name in zip(axes[2:], two, strict=True):
    shown = ax.imshow(
        maps[name], cmap="gray", vmin=0.4, vmax=1, extent=(1.5, 13.5, 13.5, 1.5)
    )
    ax.axvline(5.5, color=PALETTE[1], lw=2)
    ax.set(
        xlabel="column of the bar's centre",
        ylabel="row",
        xticks=[2, 5, 8, 11],
        yticks=[2, 5, 8, 11],
    )
    ax.set_title(name.partition(",")[0], fontsize=9)
figure_1.colorbar(shown, ax=axes[2:], label="share of right answers", shrink=0.8)
lab.show(
    figure_1,
    alt="Two example images, and for each network a map of its accuracy by place of the bar. The dense network is right "
    "left of the line, where it trained, and guesses on the far right. The convolutional network is right everywhere.",
)
for name in two:
    print(
        f"{name}: {trained[name, lab.seed].count_params():,} weights, right where it trained {maps[name][:, :4].mean():.0%}, "
        f"in the right half {maps[name][:, 8:].mean():.0%}."
    )

# %% [markdown]
# The network with far fewer weights knows more. What did it learn that holds in places it has never seen? At the end you will run its weights through your own
# functions, and know.

# %% [markdown]
# ## Sliding a small pattern
#
# **Exercise 7.1** Cross-correlation. A **kernel** is a small array of weights $W$. Lay it on the image $X$ with its corner at row $i$, column $j$, multiply what lies on top of each other,
# and add up:
#
# $$A_{ij} = \sum_{k,l} W_{kl}\,X_{i+k,\,j+l}.$$
#
# Do this wherever the kernel fits inside the image. ($k$ counts the kernel's rows from 0, $l$ its columns.) The slides of Sydney COMP5318 print $X_{i+j,\,k+l}$:
# the indices have slipped, since then $A$ would depend on $i+j$ alone.
#
# *Predict:* the weights of the Laplacian kernel in the next picture add up to 0. What will it answer on a blank wall?


# %%
def correlate2d(image, kernel):
    """Cross-correlation wherever the kernel fits inside the image.

    Args:
        image: array (h, w), integers or floats.
        kernel: array (kh, kw), kh <= h, kw <= w; it need not be square.

    Returns:
        float array (h - kh + 1, w - kw + 1).
        With image [[1, 2, 3], [4, 5, 6]] and kernel [[1, 0], [0, -1]] it is [[1 - 5, 2 - 6]] = [[-4, -4]].
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
def shrunk(photo, factor):
    """Photograph in [0, 1], each pixel the mean of a block of `factor` x `factor`."""
    photo = photo.reshape(photo.shape[0], photo.shape[1], -1) / 255
    h, w = photo.shape[0] // factor, photo.shape[1] // factor
    return (
        photo[: h * factor, : w * factor]
        .reshape(h, factor, w, factor, -1)
        .mean(axis=(1, 3))
    )


def keras_correlate(image, kernel):
    """`correlate2d` by keras.ops.conv."""
    x, w = (
        np.asarray(image, "float32")[None, :, :, None],
        np.asarray(kernel, "float32")[:, :, None, None],
    )
    return ops.convert_to_numpy(ops.conv(x, w, padding="valid"))[0, :, :, 0]


def apart(mine, library):
    """Largest difference of two arrays, in words."""
    mine, library = np.asarray(mine), np.asarray(library)
    return (
        f"{np.abs(mine - library).max():.0e}"
        if mine.shape == library.shape
        else f"shapes {mine.shape}, {library.shape}"
    )


camera = shrunk(data.camera(), 4)[..., 0]  # (128, 128)
KERNELS = {
    "blur": np.ones((5, 5)) / 25,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "emboss": np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    "Laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
}
with lab.needs("7.1"):
    answers = {name: correlate2d(camera, kernel) for name, kernel in KERNELS.items()}
    figure_2 = figure((9.5, 4.4))
    axes = figure_2.subplots(2, 5, height_ratios=[1, 2])
    axes[0, 0].axis("off")
    draw_image(axes[1, 0], camera, title="photograph", limits=(0, 1))
    for ax, (name, kernel) in zip(axes[0, 1:], KERNELS.items(), strict=True):
        draw_kernel(ax, kernel, title=name)
    for ax, (name, answer) in zip(axes[1, 1:], answers.items(), strict=True):
        signed = name == "Laplacian"
        draw_image(
            ax,
            answer,
            title="zero is mid-grey" if signed else "",
            limits=(-0.5, 0.5) if signed else (0, 1),
        )
    lab.show(
        figure_2,
        alt="A photograph of a man with a camera, and four kernels with what each makes of it: a blurred, a sharpened and "
        "an embossed picture, and one that is grey except along the edges, where it is light and dark.",
    )
    for name, kernel in KERNELS.items():
        print(
            f"{name}: weights add up to {kernel.sum():.3g}; you and Keras differ by {apart(answers[name], keras_correlate(camera, kernel))}."
        )
    print(
        f"Laplacian on a blank wall of brightness 0.7: {np.abs(correlate2d(np.full((5, 5), 0.7), KERNELS['Laplacian'])).max():.0e}."
    )

# %% [markdown]
# Four pictures, one function: the kernel alone decides. Weights that add up to 0 see only change, so the wall gets no answer.
#
# **A kernel is also a pattern that it looks for.** HES-SO T-MachLe 10 detects lines with weights 1/3 along the line and 0 elsewhere. The next cell tries it on a wall
# of bricks, once as printed, and once with 1/9 taken off every weight so that they add up to 0.

# %%
LINES = {
    "lying": np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]) / 3,
    "standing": np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]]) / 3,
    "rising": np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]) / 3,
    "falling": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) / 3,
}
with lab.needs("7.1"):
    wall = shrunk(data.brick(), 4)[..., 0]
    pictures = [wall, correlate2d(wall, LINES["standing"])]
    pictures += [
        np.maximum(0, correlate2d(wall, LINES[name] - 1 / 9))
        for name in ("standing", "lying")
    ]
    titles = [
        "bricks",
        "standing, as printed",
        "standing, adding up to 0",
        "lying, adding up to 0",
    ]
    lab.show(
        image_grid(pictures, titles, columns=4, width=9.5),
        alt="A brick wall and three answers to it. As printed the detector returns nearly the wall itself. With weights that "
        "add up to zero, one answer keeps only the standing joints between bricks and the other only the lying ones.",
    )
    blank = np.ones((3, 3))
    for name, kernel in LINES.items():
        answer = [correlate2d(3 * pattern, kernel)[0, 0] for pattern in LINES.values()]
        print(
            f"{name} detector as printed, on lying, standing, rising, falling lines: {np.round(answer, 2).tolist()}; "
            f"on a blank white patch: {correlate2d(blank, kernel)[0, 0]:.2f}; with 1/9 off: {abs(correlate2d(blank, kernel - 1 / 9)[0, 0]):.2f}."
        )

# %% [markdown]
# Each detector answers its own line most. But as printed it likes a blank white patch just as much; a pattern needs weights that say what must *not* be there.
#
# ## The kernel turned round
#
# **Exercise 7.2** Convolution. The CNN and Keras lecture writes, with $I$ the image and $K$ the kernel,
#
# $$(I * K)_{ij} = \sum_{m,n} I_{i-m,\,j-n}\,K_{mn}.$$
#
# The minus signs turn the kernel by half a turn: this is **convolution**; what you wrote before was cross-correlation, which is what deep-learning libraries call convolution.
# (The lecture's second line, with $K(-m,-n)$, should let $m$ and $n$ run from $-(k-1)$ to 0.)
#
# Count pixels outside the image as 0, and return *every* place that kernel and image share: the **full** convolution.
#
# *Predict:* which kernels of the picture above give the same answer either way?


# %%
def convolve2d(image, kernel):
    """Full convolution, with the kernel turned round and zeros outside the image.

    Args:
        image: array (h, w), integers or floats.
        kernel: array (kh, kw) of any size, also larger than the image.

    Returns:
        float array (h + kh - 1, w + kw - 1); entry (i, j) is the formula above, with m, n from 0.
        convolve2d([[1, 2]], [[3, 4]]) is [[3, 10, 8]], as (1 + 2t)(3 + 4t) = 3 + 10t + 8t^2.
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
    point = np.zeros((5, 5))
    point[2, 2] = 1
    emboss = KERNELS["emboss"]
    figure_3 = figure((9.5, 4.6))
    axes = figure_3.subplots(2, 3)
    draw_kernel(axes[0, 0], emboss, title="emboss kernel")
    draw_kernel(
        axes[0, 1],
        correlate2d(point, emboss),
        title="one white pixel, cross-correlated",
    )
    draw_kernel(
        axes[0, 2],
        convolve2d(point, emboss)[2:5, 2:5],
        title="one white pixel, convolved",
    )
    draw_image(axes[1, 0], camera, title="photograph", limits=(0, 1))
    draw_image(
        axes[1, 1],
        correlate2d(camera, emboss),
        title="cross-correlated: light from one side",
        limits=(0, 1),
    )
    draw_image(
        axes[1, 2],
        convolve2d(camera, emboss)[2:-2, 2:-2],
        title="convolved: from the other",
        limits=(0, 1),
    )
    lab.show(
        figure_3,
        alt="The emboss kernel beside what one white pixel becomes: cross-correlation gives the kernel turned by half a turn, "
        "convolution the kernel itself. Below, the embossed photograph is lit from opposite sides.",
    )
    for name, kernel in KERNELS.items():
        inside = tuple(slice(k - 1, 1 - k) for k in kernel.shape)
        print(
            f"{name}: convolved and cross-correlated differ by {apart(convolve2d(camera, kernel)[inside], correlate2d(camera, kernel))}."
        )
    print(
        f"You and scipy.signal.convolve2d differ by {apart(convolve2d(camera, emboss), scipy.signal.convolve2d(camera, emboss))}."
    )
    swapped = convolve2d(emboss, camera)
    print(
        f"Image and kernel exchanged: a difference of {apart(convolve2d(camera, emboss), swapped)}. Cross-correlation has no such law."
    )

# %% [markdown]
# A convolved point is the kernel; a kernel that looks the same after half a turn cannot tell the two apart. A network *learns* its kernels, so it does not
# matter to it which of the two it uses.
#
# ## Edges and steps
#
# **Exercise 7.3** Padding and stride. Look along one axis: $n$ pixels, a kernel of $k$ weights. **Padding** puts `before` zeros in front of the pixels and `after` zeros behind. The
# kernel starts on the first number and moves on by $s$, the **stride**, for as long as it fits entirely.
#
# Two habits have names. **valid**: no zeros. **same**: the output has $\lceil n/s \rceil$ entries ($\lceil\cdot\rceil$: rounded up), with no more zeros than that
# takes; they are split evenly, and an odd one goes *behind*.
#
# Write the output size, and the zeros of "same".
#
# *Predict:* with $k=2$ and $s=1$, can "same" be symmetric?


# %%
def output_size(n, k, stride=1, before=0, after=0):
    """Number of places of a kernel along one axis.

    Args:
        n, k: pixels and weights, integers >= 1; n + before + after >= k.
        stride: step, >= 1.
        before, after: zeros on either side.

    Returns:
        int. output_size(7, 3, stride=2) is 3: the kernel starts at 0, 2 and 4. For n = 8 it is 3 too.
    """
    ### BEGIN SOLUTION
    return (n + before + after - k) // stride + 1
    ### END SOLUTION


def same_padding(n, k, stride=1):
    """Zeros (before, after) of padding "same": same_padding(5, 4) is (1, 2); same_padding(6, 3, stride=2) is (0, 1)."""
    ### BEGIN SOLUTION
    out = -(-n // stride)
    zeros = max(0, (out - 1) * stride + k - n)
    return zeros // 2, zeros - zeros // 2
    ### END SOLUTION


# %%
check("7.3")

# %%
with lab.needs("7.3"):
    figure_4, axes = subplots(2, 2, size=(9.5, 4.8))
    cases = [
        (8, 3, 1, "valid"),
        (8, 3, 2, "valid"),
        (8, 4, 1, "same"),
        (8, 3, 2, "same"),
    ]
    for ax, (n, k, stride, padding) in zip(axes.ravel(), cases, strict=True):
        before, after = same_padding(n, k, stride) if padding == "same" else (0, 0)
        places = output_size(n, k, stride, before, after)
        ax.plot(range(n), np.zeros(n), "s", color="0.35", ms=12, label="pixel")
        zeros = [*range(-before, 0), *range(n, n + after)]
        ax.plot(
            zeros,
            np.zeros(len(zeros)),
            "s",
            mfc="white",
            mec="0.35",
            ms=12,
            label="zero of the padding",
        )
        for place in range(places):
            start = place * stride - before
            ax.plot(
                [start - 0.4, start + k - 0.6],
                [place + 1] * 2,
                color=PALETTE[0],
                lw=6,
                solid_capstyle="butt",
            )
        ax.plot([], [], color=PALETTE[0], lw=6, label="kernel")
        ax.set(
            xlim=(-2, 11),
            ylim=(9, -0.8),
            yticks=range(1, places + 1),
            title=f"k = {k}, stride {stride}, {padding}: {places} outputs",
        )
    for ax in axes[1]:
        ax.set_xlabel("place along the axis (pixels)")
    for ax in axes[:, 0]:
        ax.set_ylabel("output")
    figure_4.legend(
        *axes[1, 1].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3,
        fontsize=8,
    )
    lab.show(
        figure_4,
        alt="Four rows of eight pixels with the places of a kernel below them. Valid padding keeps all kernels on the pixels; "
        "same padding adds white squares for zeros, one more behind than in front where the number is odd.",
    )
    tries = [(n, k, stride) for n in (7, 8) for k in (1, 3, 4) for stride in (1, 2, 3)]
    agree = 0
    for n, k, stride in tries:
        ramp, ones = (
            np.arange(1.0, n + 1, dtype="float32").reshape(1, n, 1),
            np.ones((k, 1, 1), "float32"),
        )
        before, after = same_padding(n, k, stride)
        padded = np.concatenate([np.zeros(before), ramp.ravel(), np.zeros(after)])
        by_hand = [
            padded[stride * i : stride * i + k].sum()
            for i in range(output_size(n, k, stride, before, after))
        ]
        theirs = ops.convert_to_numpy(
            ops.conv(ramp, ones, strides=stride, padding="same")
        ).ravel()
        valid = layers.Conv1D(1, k, strides=stride).compute_output_shape((None, n, 1))[
            1
        ]
        agree += (
            len(by_hand) == len(theirs)
            and np.allclose(by_hand, theirs)
            and valid == output_size(n, k, stride)
        )
    print(
        f"Sizes and places of the zeros are those of Keras in {agree} of {len(tries)} settings."
    )

# %% [markdown]
# Padding decides whether the border gets an answer, stride how many answers there are.
#
# ## A layer: colours in, features out
#
# **Exercise 7.4** A convolutional layer. A colour image has three **channels**: $X$ has shape (h, w, c). A layer has $F$ **filters**; each has its own weights for every channel, sums over all of
# them, and adds one number $b_f$, its **bias**. With stride $s$ and output channel $f$,
#
# $$Z_{ijf} = b_f + \sum_{k,l,c} W_{klcf}\,X_{si+k,\;sj+l,\;c}.$$
#
# Here $X$ is the image after padding. Each output channel is called a **feature map**. Most layers then apply a **ReLU**, $\max(0, Z)$; leave that out of your function.
#
# *Predict:* a 3x3 filter of weights 1 for red, 0 for green and -1 for blue, all divided by 9: where does it light up on the astronaut below?


# %%
def conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """One convolutional layer (cross-correlation, as in Keras) for one image.

    Args:
        x: float array (h, w, c_in).
        w: float array (kh, kw, c_in, filters).
        b: float array (filters,).
        stride: step in both directions.
        pad: zeros to put around x first, ((rows above, rows below), (columns left, columns right)).

    Returns:
        float array (h_out, w_out, filters).
        One pixel [[[1, 2]]], w of shape (1, 1, 2, 1) with weights 3 and 4, b = [5]: [[[5 + 3 + 8]]] = [[[16]]].
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
def keras_layer(x, w, b, stride=1, padding="valid"):
    """The same by keras.layers.Conv2D, with these weights put in."""
    layer = layers.Conv2D(w.shape[3], w.shape[:2], strides=stride, padding=padding)
    layer.build((None, *x.shape))
    layer.set_weights([w, b])
    return ops.convert_to_numpy(layer(np.asarray(x, "float32")[None]))[0]


def library_conv_layer(x, w, b, stride=1, pad=((0, 0), (0, 0))):
    """What Exercise 7.4 asks for, by Keras."""
    return keras_layer(np.pad(x, (*pad, (0, 0))), w, b, stride)


astronaut = shrunk(data.astronaut(), 4)  # (128, 128, 3)
weights = np.zeros((3, 3, 3, 5))
for f, kernel in enumerate(LINES.values()):
    weights[..., f] = (kernel - 1 / 9)[
        :, :, None
    ] / 3  # the same line in all three colours
weights[..., 4] = np.array([1, 0, -1]) / 9  # orange: red without blue
with lab.needs("7.4"):
    features = conv_layer(astronaut, weights, np.zeros(5), pad=((1, 1), (1, 1)))
    titles = ["colour in", *(f"{name} lines" for name in LINES), "red without blue"]
    lab.show(
        image_grid(
            [astronaut, *np.moveaxis(np.maximum(0, features), -1, 0)],
            titles,
            columns=3,
            width=8.5,
        ),
        alt="A colour photograph of an astronaut in an orange suit, and five feature maps of one layer. Four keep thin lines of one "
        "direction each; the fifth is bright on the whole suit and dark elsewhere.",
    )
    rng = np.random.default_rng(lab.seed)
    for stride in (1, 2, 3):
        w, b = rng.normal(size=(3, 5, 3, 4)), rng.normal(size=4)
        print(
            f"stride {stride}: you and keras.layers.Conv2D differ by {apart(conv_layer(astronaut, w, b, stride), keras_layer(astronaut, w, b, stride))}."
        )
    same = keras_layer(astronaut, weights, np.zeros(5), padding="same")
    print(
        f'The maps above and Conv2D(padding="same") differ by {apart(features, same)}.'
    )

# %% [markdown]
# One layer, five questions to every place of the picture. Here we chose the weights; a network learns them.
#
# ## What sharing saves
#
# Every answer of a convolution is a weighted sum of pixels, so a convolution *is* a dense layer. The next cell writes down the matrix of that layer: a row for each
# output, a column for each pixel of a 6x6 image.

# %%
correlate = lab.answer("7.1", fallback=keras_correlate)
columns = [
    correlate(pixel.reshape(6, 6), np.arange(1.0, 10).reshape(3, 3)).ravel()
    for pixel in np.eye(36)
]
matrix = np.stack(columns, axis=1)  # (16, 36)
figure_5 = figure((7.5, 3.6))
ax = figure_5.subplots()
shown = ax.imshow(matrix, cmap="Greys", vmin=0, vmax=9)
ax.set(
    xlabel="pixel of the 6x6 image, row by row",
    ylabel="output of the 4x4 answer",
    title="A 3x3 convolution as a dense layer: white is no connection",
)
figure_5.colorbar(shown, ax=ax, label="weight (1 to 9)", shrink=0.7)
lab.show(
    figure_5,
    alt="A matrix of 16 rows and 36 columns, mostly white. Each row holds the same nine grey levels in three groups of three, "
    "moved to the right from row to row.",
)
print(
    f"{matrix.size} places, {np.count_nonzero(matrix)} connections, {len(np.unique(matrix[matrix > 0]))} different weights."
)

# %% [markdown]
# **Exercise 7.5** Counting weights. Input (h, w, c), output (h', w', F). Three ways to connect them:
#
# - **dense**: every input to every output;
# - **local**: each output sees its own field of fh x fw pixels, in all c channels, with its own weights;
# - **shared**: as local, but all places of a feature map use the same weights.
#
# Dense and local have one bias for each output, shared one for each map.
#
# It works backwards too: a dense layer on an image (h, w, c), *flattened* row by row with the channels last, is a convolution with kernels as large as the
# image. Write these kernels.
#
# *Predict:* a 200x200 image, ten maps of its size, fields of 10x10: how many weights, for each way?


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
        parameter_counts((1, 3, 1), (1, 2, 1), (1, 2)) is {"dense": 8, "local": 6, "shared": 3}.
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
        weights: array (h * w * c, units); row r belongs to entry r of the flattened image.
        in_shape: (h, w, c).

    Returns:
        array (h, w, c, units), as `conv_layer` takes it.
    """
    ### BEGIN SOLUTION
    return np.reshape(weights, (*in_shape, np.shape(weights)[1]))
    ### END SOLUTION


# %%
check("7.5")


# %%
def keras_counts(in_shape, out_shape, field, bias=True):
    """`parameter_counts` with Keras's own counts where it has the layer."""
    dense, shared = (
        layers.Dense(out_shape[2], use_bias=bias),
        layers.Conv2D(out_shape[2], field, use_bias=bias),
    )
    dense.build((None, int(np.prod(in_shape))))
    shared.build((None, *in_shape))
    places = out_shape[0] * out_shape[1]
    return {
        "dense": dense.count_params() * places,
        "local": shared.count_params() * places,
        "shared": shared.count_params(),
    }


SLIDE = ((200, 200, 1), (200, 200, 10), (10, 10))  # the example of Sydney COMP5318
with lab.needs("7.5"):
    counts = parameter_counts(*SLIDE, bias=False)
    figure_6, ax = subplots(size=(7, 2.6))
    ax.barh(range(3), list(counts.values()), color=[PALETTE[0], PALETTE[4], PALETTE[1]])
    for row, count in enumerate(counts.values()):
        ax.annotate(f" {count:,}", (count, row), va="center", fontsize=9)
    ax.set(
        xscale="log",
        yticks=range(3),
        yticklabels=list(counts),
        xlabel="weights, without biases",
        xlim=(100, 1e13),
    )
    ax.invert_yaxis()
    ax.set_title("200x200 pixels to ten maps, fields of 10x10")
    lab.show(
        figure_6,
        alt="Bars on a logarithmic axis: 16 billion weights for a dense layer, 40 million for a local one, one thousand when "
        "the weights are shared.",
    )
    print(
        f"Your counts with biases are Keras's: {parameter_counts(*SLIDE) == keras_counts(*SLIDE)}."
    )
    print(
        f"128x128x3 pixels to 64 dense units: {parameter_counts((128, 128, 3), (1, 1, 64), (3, 3), bias=False)['dense']:,} weights."
    )

# %% [markdown]
# Being local saves a factor of hundreds, sharing one of tens of thousands more.
#
# Now the way back. A dense layer learned digits of 8x8 pixels. As a convolution it can read a longer strip, at every place at once.

# %%
digits = load_digits()
dense = LogisticRegression(C=1.0, max_iter=300).fit(
    digits.data[:1200] / 16, digits.target[:1200]
)
chosen = 1200 + np.random.default_rng(lab.seed).permutation(500)[:7]
strip = np.concatenate(
    [np.pad(digits.images[i] / 16, ((0, 0), (1, 1))) for i in chosen], axis=1
)[..., None]  # (8, 70, 1)
layer_of = lab.answer("7.4", fallback=library_conv_layer)
with lab.needs("7.5"):
    kernels = dense_as_kernels(dense.coef_.T, (8, 8, 1))  # (8, 8, 1, 10)
    score = layer_of(strip, kernels, dense.intercept_)[0]  # (63, 10)
    chance = np.exp(score - score.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    places = np.arange(1, 70, 10)  # where a digit's first column is
    figure_7, axes = subplots(2, 1, size=(8, 4.2), height_ratios=[1, 2])
    draw_image(axes[0], strip, title="a strip of digits that the layer never saw")
    axes[1].imshow(chance.T, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    axes[1].plot(
        places,
        digits.target[chosen],
        "o",
        mfc="none",
        mec=PALETTE[1],
        ms=14,
        mew=2,
        label="true digit, at its own place",
    )
    axes[1].set(
        xlabel="first column of the window (pixels)", ylabel="class", yticks=range(10)
    )
    axes[1].grid(False)
    figure_7.legend(loc="outside lower center", fontsize=8)
    lab.show(
        figure_7,
        alt="A strip of seven handwritten digits, and below it the probability of each class at every place of the window. Most "
        "circles, which mark the true digit at its own place, hold a dark cell.",
    )
    at_digits = score[places]
    print(
        f"Convolution and dense layer differ by {apart(at_digits, dense.decision_function(digits.data[chosen] / 16))} at the digits."
    )
    print(
        f"{np.mean(at_digits.argmax(axis=1) == digits.target[chosen]):.0%} of the digits are read rightly at their places, without cutting the strip up."
    )

# %% [markdown]
# A dense layer is a convolution that happens to fit in one place only.
#
# ## Move the input
#
# **Exercise 7.6** Shift equivariance. Let $S$ move an image down by `dy` pixels and right by `dx` (up and left if negative); zeros come in, and what leaves is lost. A layer $f$ is **shift-equivariant** if moving first or last makes no
# difference: $f(S x) = S f(x)$.
#
# Measure it: the **gap** is the largest $|f(Sx) - S f(x)|$. Near the border zeros have come in, so leave out all entries that are fewer than `margin` rows or columns from an edge.
#
# *Predict:* which of these keep the gap at 0: a convolution; one with ReLU and bias; one with stride 2; one with other weights at each place?


# %%
def shift(x, dy, dx):
    """Move an image; zeros come in.

    Args:
        x: array (h, w) or (h, w, c).
        dy, dx: integers, rows down and columns to the right; they may be negative, or larger than the image.

    Returns:
        array of the shape of x. shift([[1, 2], [3, 4]], 1, 0) is [[0, 0], [1, 2]].
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
    """Largest difference between layer(shift(x)) and shift(layer(x)), at least `margin` entries from every edge.

    Args:
        layer: function of an array (h, w) or (h, w, c); its result has the same height and width.
        margin: 0 <= margin < half of height and width.

    Returns:
        float >= 0.
    """
    ### BEGIN SOLUTION
    difference = np.abs(layer(shift(x, dy, dx)) - shift(layer(x), dy, dx))
    h, w = difference.shape[:2]
    return float(difference[margin : h - margin, margin : w - margin].max())
    ### END SOLUTION


# %%
check("7.6")


# %%
def library_shift(x, dy, dx):
    """What Exercise 7.6 asks for, by SciPy."""
    x = np.asarray(x)
    return scipy.ndimage.shift(
        x, (dy, dx) + (0,) * (x.ndim - 2), order=0, mode="constant", cval=0
    )


def cut_out_coin():
    """A coin on black, (48, 48, 1), values in [0, 1]."""
    piece = shrunk(data.coins()[22:82, 185:245], 2)[..., 0]  # (30, 30)
    rows, columns = np.mgrid[-14.5:15, -14.5:15]
    coin = np.where(rows**2 + columns**2 < 12.5**2, piece, 0)
    return np.pad(coin, ((9, 9), (9, 9)))[..., None]


coin = cut_out_coin()
move = lab.answer("7.6", fallback=library_shift, name="shift")
laplacian = KERNELS["Laplacian"][:, :, None, None].astype(float)
own_gains = np.random.default_rng(lab.seed).uniform(0.5, 1.5, coin.shape)
padding = ((1, 1), (1, 1))


def edges(x):
    """Laplacian, bias and ReLU: where a pixel is darker than its neighbours."""
    return np.maximum(0, layer_of(x, laplacian, np.array([-0.02]), pad=padding))


def every_second(x):
    """The same with stride 2, each answer repeated to fill the size."""
    strided = np.maximum(
        0, layer_of(x, laplacian, np.array([-0.02]), stride=2, pad=padding)
    )
    return strided.repeat(2, axis=0).repeat(2, axis=1)[: x.shape[0], : x.shape[1]]


LAYERS = {
    "convolution, bias, ReLU": (edges, "o-"),
    "the same with stride 2": (every_second, "s--"),
    "other weights at each place": (lambda x: own_gains * edges(x), "D:"),
}
with lab.needs("7.6"):
    steps = np.arange(9)
    figure_8, ax = subplots(size=(7, 3.4))
    gaps = {}
    for (name, (layer, style)), colour in zip(LAYERS.items(), PALETTE, strict=False):
        gaps[name] = [
            equivariance_gap(layer, coin, 0, int(step), 10) / layer(coin).max()
            for step in steps
        ]
        ax.plot(steps, gaps[name], style, color=colour, label=name)
    ax.set(
        xlabel="shift to the right (pixels)",
        ylabel="gap, share of the largest answer",
        title="What commutes with a shift?",
    )
    figure_8.legend(loc="outside lower center", ncols=3, fontsize=8)
    lab.show(
        figure_8,
        alt="Gap against shift. The convolution stays at zero for every shift. With stride 2 the gap is zero at even shifts and large "
        "at odd ones. With other weights at each place it is large at every shift but zero.",
    )
    for name, gap in gaps.items():
        print(
            f"{name}: largest gap {max(gap):.2g}, at even shifts {max(gap[::2]):.2g}."
        )
    print(
        f"Your shift and SciPy's differ by {apart(shift(coin, -3, 7), library_shift(coin, -3, 7))}."
    )

# %% [markdown]
# Shared weights commute with every shift, a stride only with its multiples. Move the sliders (in a running notebook) and watch the feature map follow the coin; the still
# picture shows one such move.


# %%
def draw_moved(dy, dx):
    """Coin and feature map, before and after a move."""
    moved = move(coin, dy, dx)
    pictures = [coin, edges(coin), moved, edges(moved)]
    titles = [
        "coin",
        "its feature map",
        f"coin moved by ({dy}, {dx})",
        "feature map of the moved coin",
    ]
    return image_grid(pictures, titles, columns=4, width=9)


def with_sliders(draw, alt):
    """Show draw(dy, dx) again whenever one of two sliders moves; without ipywidgets, say what is missing."""
    try:
        from IPython.display import display
        from ipywidgets import IntSlider, interactive
    except ImportError:
        print(
            "Sliders need `pip install ipywidgets`; the still picture shows one move."
        )
        return
    sliders = {
        name: IntSlider(0, -9, 9, description=text)
        for name, text in [("dy", "down"), ("dx", "right")]
    }
    display(interactive(lambda dy, dx: lab.show(draw(dy, dx), alt=alt), **sliders))


lab.show(
    draw_moved(-6, 9),
    alt="A coin and the bright outlines in its feature map; beside them the coin moved up and to the right, with the same outlines "
    "moved by as much.",
)
with_sliders(
    draw_moved,
    "The coin, its feature map, the moved coin and its feature map, which moves with it.",
)

# %% [markdown]
# ## Say what, not where
#
# **Exercise 7.7** Pooling. Slide a window of `size` x `size` over each feature map, `stride` entries at a time, and keep one number: the largest (**max pooling**) or the mean (**average pooling**). Windows
# must fit entirely; leftover rows and columns are dropped. Each channel is pooled by itself. If no stride is given, windows touch without overlapping: stride = size.
#
# With a window as large as the map, one number per channel is left: **global pooling**.
#
# A function $f$ is **shift-invariant** if $f(Sx) = f(x)$: moving changes nothing.
#
# *Predict:* the slides of Session 11, Deep Learning 2 say that small translations do not affect the outputs of max pooling. With 2x2 windows and a shift by one pixel, do you believe it?


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
        The map [[1, 5, 2], [3, 4, 0]] with size 2 gives [[5]], with stride 1 also [[5, 5]]; averaged, [[3.25]].
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
def library_pool2d(x, size=2, stride=None, mode="max"):
    """What Exercise 7.7 asks for, by Keras."""
    pool = ops.max_pool if mode == "max" else ops.average_pool
    return ops.convert_to_numpy(
        pool(
            np.asarray(x, "float32")[None],
            size,
            strides=stride or size,
            padding="valid",
        )
    )[0]


def change(before, after):
    """How far a description moved, as a share of its length."""
    return float(np.linalg.norm(after - before) / np.linalg.norm(before))


pool = lab.answer("7.7", fallback=library_pool2d)
WINDOWS = {"no pooling": 1, "max 2x2": 2, "max 4x4": 4, "max 8x8": 8, "global max": 48}
with lab.needs("7.7"):
    mine = edges(coin)
    pictures = [
        mine,
        pool2d(mine, 2),
        pool2d(mine, 4),
        pool2d(mine, 8),
        pool2d(mine, 4, mode="average"),
    ]
    titles = [
        "feature map, 48x48",
        "max 2x2: 24x24",
        "max 4x4: 12x12",
        "max 8x8: 6x6",
        "average 4x4: 12x12",
    ]
    lab.show(
        image_grid(pictures, titles, columns=5, width=10, same_scale=True),
        alt="A feature map of a coin and what pooling leaves of it: with larger windows the picture gets coarser, and the average is "
        "fainter and smoother than the maximum.",
    )
    for mode, keras_pool in [
        ("max", layers.MaxPooling2D),
        ("average", layers.AveragePooling2D),
    ]:
        rng = np.random.default_rng(lab.seed)
        x = rng.normal(size=(13, 10, 3)).astype("float32")
        theirs = [
            ops.convert_to_numpy(keras_pool(size, strides=step)(x[None]))[0]
            for size, step in [(2, None), (3, None), (3, 1)]
        ]
        same = [
            apart(pool2d(x, size, step, mode), t)
            for (size, step), t in zip(
                [(2, None), (3, None), (3, 1)], theirs, strict=True
            )
        ]
        print(
            f"You and {keras_pool.__name__} differ by {', '.join(same)} (2x2; 3x3; 3x3 with stride 1)."
        )

# %%
with lab.needs("7.7"):
    steps = np.arange(10)
    ways = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    moved_maps = {
        step: [edges(move(coin, int(step * y), int(step * x))) for y, x in ways]
        for step in steps
    }
    figure_9, ax = subplots(size=(7, 3.8))
    changes = {}
    for (name, size), style, colour in zip(
        WINDOWS.items(), ("o-", "s-", "D-", "^-", "v--"), PALETTE, strict=False
    ):
        before = pool2d(edges(coin), size)
        changes[name] = [
            np.mean([change(before, pool2d(moved, size)) for moved in moved_maps[step]])
            for step in steps
        ]
        ax.plot(steps, changes[name], style, color=colour, label=name, ms=5)
    ax.set(
        xlabel="shift (pixels), mean of four directions",
        ylabel="change, share of the size",
    )
    ax.set_title("Pooling buys invariance, window by window")
    figure_9.legend(loc="outside lower center", ncols=5, fontsize=8)
    lab.show(
        figure_9,
        alt="Change of five descriptions against the shift of the coin. Without pooling the change is above one from the first pixel; "
        "the larger the pooling window, the slower it grows; global pooling stays at zero.",
    )
    for name, by_step in changes.items():
        print(
            f"{name}: a shift by one pixel changes {by_step[1]:.0%}, by four pixels {by_step[4]:.0%}."
        )


def draw_pooled(dy, dx):
    """The moved coin, its feature map, its pooled map, and the one number of global pooling."""
    moved = move(coin, dy, dx)
    largest = float(pool(edges(moved), 48)[0, 0, 0])
    titles = [
        f"coin moved by ({dy}, {dx})",
        "feature map",
        f"max 8x8; global max is {largest:.3f}",
    ]
    return image_grid(
        [moved, edges(moved), pool(edges(moved), 8)], titles, columns=3, width=7.5
    )


with_sliders(
    draw_pooled,
    "The moved coin, its feature map, and the pooled map, which changes less and in steps.",
)

# %% [markdown]
# A small pool softens a small shift and does not undo it; only the global maximum forgets the place altogether.
#
# ## How far a unit sees
#
# **Exercise 7.8** Receptive fields. A unit of the first layer sees $k$ pixels along an axis. A unit of the second sees several units of the first, whose fields overlap. Its **receptive field** is counted along one
# axis, from the first pixel that can reach it to the last.
#
# Go up layer by layer. Let neighbouring units stand $d$ pixels apart in the input ($d=1$ for pixels). A layer with kernel or window $k$ and stride $s$ reaches $k-1$ units further, each $d$ pixels
# away; after it, neighbours stand $s$ times as far apart. Pooling counts like a convolution.
#
# *Predict:* how many 3x3 layers see as far as one 7x7 layer? And who has fewer weights?


# %%
def receptive_field(stack):
    """Receptive field after each layer, in pixels along one axis.

    Args:
        stack: list of pairs (k, s): kernel size and stride of each layer, the first layer first.

    Returns:
        list of integers, one per layer.
        receptive_field([(3, 1), (2, 2), (3, 1)]) is [3, 4, 8]: the last kernel's steps are 2 pixels wide.
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
def influence(stack, size=48):
    """How much the middle unit after `stack` changes with each pixel, by Keras's gradient; all weights are 1."""
    network = [
        layers.Conv2D(1, k, strides=s, kernel_initializer="ones", use_bias=False)
        for k, s in stack
    ]

    def middle_unit(x):
        for layer in network:
            x = layer(x)
        return x[0, x.shape[1] // 2, x.shape[2] // 2, 0]

    return gradients(middle_unit, np.zeros((1, size, size, 1), "float32"))[0, :, :, 0]


STACKS = {
    "3x3 layers": [(3, 1)] * 6,
    "5x5 layers": [(5, 1)] * 4,
    "7x7 layers": [(7, 1)] * 3,
    "3x3 layers, each with 2x2 pooling": [(3, 1), (2, 2)] * 3,
}
with lab.needs("7.8"):
    figure_10, ax = subplots(size=(7, 4))
    wrong = 0
    for (name, stack), style, colour in zip(
        STACKS.items(), ("-", "--", "-.", ":"), PALETTE, strict=False
    ):
        sizes = receptive_field(stack)
        depth = range(1, len(stack) + 1)
        measured = [
            int(np.count_nonzero(influence(stack[:n]).any(axis=0))) for n in depth
        ]
        wrong += sum(a != b for a, b in zip(sizes, measured, strict=True))
        ax.plot(depth, sizes, style, color=colour, lw=2, label=f"{name}, your formula")
        ax.plot(depth, measured, "o", mfc="none", mec=colour, ms=8)
    ax.plot(
        [],
        [],
        "o",
        mfc="none",
        mec="0.3",
        ms=8,
        label="measured: pixels with a gradient in Keras",
    )
    ax.set(
        xlabel="layers, pooling counted",
        ylabel="receptive field (pixels)",
        title="Depth widens the view; stride makes it widen faster",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure_10,
        alt="Receptive field against number of layers for four stacks. 3x3 layers grow by two pixels a layer, 5x5 by four, 7x7 by six; "
        "with pooling in between the growth speeds up. All measured circles lie on the lines.",
    )
    print(f"Formula and measurement differ in {wrong} cases.")
    counts_of = lab.answer("7.5", fallback=keras_counts)
    shared = {
        k: counts_of((1, 1, 64), (1, 1, 64), (k, k), bias=False)["shared"]
        for k in (3, 5, 7)
    }
    for layers_3, k in [(2, 5), (3, 7)]:
        sees = receptive_field([(3, 1)] * layers_3)[-1]
        print(
            f"{layers_3} layers of 3x3 see {sees} pixels with {layers_3 * shared[3]:,} weights; one {k}x{k} layer needs {shared[k]:,} (64 channels)."
        )

# %%
figure_11 = figure((9, 2.7))
for ax, n in zip(figure_11.subplots(1, 4), (1, 2, 3, 6), strict=True):
    pixels = influence([(3, 1)] * n, size=17)
    draw_field(
        ax,
        pixels,
        title=f"{n} layer{'s' if n > 1 else ''} of 3x3: centre {pixels.max() / pixels[pixels > 0].min():,.0f}x corner",
    )
    ax.title.set_fontsize(8)
lab.show(
    figure_11,
    alt="Which pixels reach one unit after 1, 2, 3 and 6 layers of 3x3. The frame around them grows, but the dark centre stays small: "
    "most paths run through the middle.",
)

# %% [markdown]
# Depth widens the view cheaply, but pixels in the middle keep most of the say: many paths lead from them, one from a corner.
#
# **Can stacked 3x3 layers do all that a 5x5 layer can?** HES-SO T-MachLe 10 says that several 3x3 layers can implement other sizes. Two of them without a ReLU in between are one 5x5
# kernel: the full convolution of the two. The cell below looks for the pair, or the sum over several channels of pairs, that comes nearest to a given 5x5 kernel.

# %%
convolve = lab.answer("7.2", fallback=scipy.signal.convolve2d)
units = np.eye(9).reshape(9, 3, 3)
PRODUCTS = np.array(
    [[convolve(a, b).ravel() for b in units] for a in units]
)  # (9, 9, 25): one weight of each layer


def best_pairs(target, channels, rng):
    """Least relative error of a sum of `channels` pairs of 3x3 kernels, improving the two layers in turn from five starts."""
    errors = []
    for _ in range(5):
        first = rng.normal(size=(channels, 9))
        for _ in range(lab.pick(400, 150)):
            matrix = np.tensordot(first, PRODUCTS, axes=1).reshape(9 * channels, 25).T
            second = np.linalg.lstsq(matrix, target.ravel(), rcond=None)[0]
            errors.append(
                np.linalg.norm(matrix @ second - target.ravel())
                / np.linalg.norm(target)
            )
            first = second.reshape(channels, 9)
    return min(errors)


rng = np.random.default_rng(lab.seed)
bell = np.outer([1, 2, 1], [1, 2, 1]) / 16
targets = {
    "a bell-shaped blur": convolve(bell, bell),
    "a random kernel": rng.normal(size=(5, 5)),
}
pair_errors = {
    (name, c): best_pairs(target, c, rng)
    for name, target in targets.items()
    for c in (1, 2)
}
for (name, c), error in pair_errors.items():
    print(
        f"{name} (5x5) by 3x3 layers through {c} channel{'s' if c > 1 else ''}: off by {error:.1%}."
    )
figure_12 = figure((7.5, 2.6))
for ax, kernel, title in zip(
    figure_12.subplots(1, 3),
    (bell, bell, convolve(bell, bell)),
    ("first 3x3", "second 3x3", "both together: one 5x5"),
    strict=True,
):
    draw_kernel(ax, kernel, title=title, digits=3)
lab.show(
    figure_12,
    alt="Two bell-shaped 3x3 kernels and the 5x5 kernel that they make together, largest in the middle and falling off to the corners.",
)

# %% [markdown]
# Nine and nine weights cannot be any 25; through more channels they can. What stacking gives besides is a ReLU in the middle.
#
# ## The puzzle, solved
#
# Back to the bars. Two more networks take part: a convolutional one **without pooling**, whose dense layer still sees where each answer came from, and a dense one that
# trains on bars **everywhere**. Every point is one network from its own random start, on its own training images.
#
# *Predict:* a convolution is equivariant. Is that enough?

# %%
seeds = [lab.seed + i for i in range(lab.pick(5, 2))]
for seed in seeds:
    for name, (build, places, rate) in RECIPES.items():
        if (name, seed) not in trained:
            trained[name, seed] = train(build, places, seed, rate)
seen_score, unseen_score = {}, {}
for name in RECIPES:
    for scores, places in [(seen_score, LEFT), (unseen_score, RIGHT)]:
        x, y = draw_bars(1000, places, np.random.default_rng(3000 + lab.seed))
        scores[name] = [
            float(np.mean(scores_of(trained[name, seed], x).argmax(axis=1) == y))
            for seed in seeds
        ]
figure_13, ax = subplots(size=(8, 3.4))
for row, name in enumerate(RECIPES):
    ax.plot(
        seen_score[name],
        np.full(len(seeds), row - 0.13),
        "o",
        mfc="none",
        mec="0.35",
        ms=8,
    )
    ax.plot(
        unseen_score[name], np.full(len(seeds), row + 0.13), "D", color=PALETTE[1], ms=6
    )
ax.plot([], [], "o", mfc="none", mec="0.35", ms=8, label="bars in the left half")
ax.plot([], [], "D", color=PALETTE[1], ms=6, label="bars in the right half")
ax.axvline(0.5, color="0.4", ls=":", lw=1)
ax.set(
    yticks=range(4),
    yticklabels=list(RECIPES),
    xlabel="share of right answers (0.5 is guessing)",
    xlim=(0.35, 1.03),
    ylim=(3.5, -0.5),
)
ax.set_title("Only filters with pooling carry over to unseen places")
figure_13.legend(loc="outside lower center", ncols=2, fontsize=8)
lab.show(
    figure_13,
    alt="Accuracy of four kinds of network for several seeds. Trained on the left half, the dense network and the convolutional one "
    "without pooling guess in the right half; with pooling it is right in both. The dense one trained everywhere lies in between.",
)
for name in RECIPES:
    print(
        f"{name} ({trained[name, seeds[0]].count_params():,} weights): left {np.mean(seen_score[name]):.1%}, right {np.mean(unseen_score[name]):.1%}, "
        f"mean of {len(seeds)} seeds."
    )

# %% [markdown]
# **Run the network by hand.** Its weights, your functions: one standing bar without noise on the left, and the same bar eight columns further.

# %%
network = trained["convolution + pooling, left half", lab.seed]
w_conv, b_conv, w_dense, b_dense = network.get_weights()
bar = bars(
    np.array([7]), np.array([4]), np.array([1]), np.random.default_rng(0), noise=0
)[0]
figure_14 = figure((9.5, 3.8))
axes = figure_14.subplots(2, 5)
for row, image in zip(axes, (bar, move(bar, 0, 8)), strict=True):
    maps = np.maximum(
        0, layer_of(image, w_conv, b_conv, pad=((2, 2), (2, 2)))
    )  # (16, 16, 4)
    largest = pool(maps, SIDE)[0, 0]  # (4,)
    by_hand = largest @ w_dense + b_dense
    draw_image(row[0], image, title="bar")
    for f, ax in enumerate(row[1:]):
        draw_image(
            ax,
            maps[..., f],
            title=f"filter {f + 1}: largest {largest[f]:.2f}",
            limits=(0, float(maps.max())),
        )
    dense_scores = scores_of(trained["dense, left half", lab.seed], image[None])[0]
    print(
        f"By hand: lying {by_hand[0]:.3f}, standing {by_hand[1]:.3f}; Keras differs by {apart(by_hand, scores_of(network, image[None])[0])}. "
        f"Dense network: lying {dense_scores[0]:.3f}, standing {dense_scores[1]:.3f}."
    )
lab.show(
    figure_14,
    alt="A bar on the left with its four feature maps, and below the same bar on the right with its maps: the same blobs, moved. "
    "The largest value of each map is the same in both rows.",
)

# %% [markdown]
# Now you can explain the first picture. The dense network has separate weights for every pixel; those of the right half met only noise, so bars there fall on
# weights that learned nothing. A filter learned on the left is *shared*, hence looks everywhere (equivariance); pooling then forgets where it answered (invariance). Take away either one, and
# what was learned stays where it was learned.
#
# ## Receipt

# %%
sydney, keras_lecture, session, hes = (
    "Sydney COMP5318",
    "CNN and Keras lecture",
    "Session 11, Deep Learning 2",
    "HES-SO T-MachLe 10",
)
claims = []


def claim(text, source, stated, measured, note=""):
    """One row of the receipt."""
    claims.append(
        {
            "claim": text,
            "source": source,
            "stated": stated,
            "measured": measured,
            "note": note,
        }
    )


with lab.needs("7.1"):
    x = np.array(
        [
            [1, 1, 1, 0, 0],
            [0, 1, 1, 1, 0],
            [0, 0, 1, 1, 1],
            [0, 0, 1, 1, 0],
            [0, 1, 1, 0, 0],
        ]
    )  # the slide's image
    w = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    printed = np.array(
        [
            [
                sum(w[k, m] * x[i + j, k + m] for k in range(3) for m in range(3))
                for j in range(3)
            ]
            for i in range(3)
        ]
    )
    mine = correlate2d(x, w)
    note = "erratum: should be X_(i+k, j+l); as printed, A depends on i+j alone"
    claim(
        "feature map of the 5x5 example",
        sydney,
        "A_ij = sum W_kl X_(i+j, k+l)",
        f"equal in {int(np.sum(printed == mine))} of 9 entries",
        note,
    )
with lab.needs("7.2"):
    x = np.random.default_rng(lab.seed).normal(size=(9, 7))
    gap = np.abs(convolve2d(x, x[:3, :4]) - scipy.signal.convolve2d(x, x[:3, :4])).max()
    claim(
        "convolution turns the kernel round",
        keras_lecture,
        "I(i-m, j-n) K(m, n)",
        f"off SciPy by {gap:.0e}",
        "its second line needs m, n from -(k-1) to 0",
    )
with lab.needs("7.5"):
    counts = parameter_counts(*SLIDE, bias=False)
    for key, stated in [
        ("dense", "16 billion"),
        ("local", "40 million"),
        ("shared", "1000"),
    ]:
        claim(
            f"200x200 image, 400,000 units, {key}",
            sydney,
            stated,
            f"{counts[key]:,}",
            f"with biases {parameter_counts(*SLIDE)[key]:,}",
        )
    colour = parameter_counts((128, 128, 3), (1, 1, 64), (3, 3), bias=False)["dense"]
    claim(
        "128x128x3 image to 64 units",
        session,
        "about 3,000,000",
        f"{colour:,}",
        "without biases",
    )
with lab.needs("7.6"):
    gap = equivariance_gap(edges, coin, 0, 1, 10)
    note = f"with stride 2 it is {max(gaps['the same with stride 2']):.0%} of the largest answer at odd shifts"
    claim("the output shifts, otherwise unchanged", sydney, "gap 0", f"{gap:.1g}", note)
with lab.needs("7.7"):
    larger = scipy.ndimage.zoom(coin[..., 0], 1.25, order=1)[6:54, 6:54, None]
    scaled = [
        change(pool2d(edges(coin), size), pool2d(edges(larger), size))
        for size in (4, 48)
    ]
    note = f"without pooling {changes['no pooling'][1]:.0%}, with global pooling {max(changes['global max']):.0%}"
    measured = f"{changes['max 2x2'][1]:.0%} for 2x2 and one pixel"
    claim(
        "max pooling: small translations do not affect the output",
        session,
        "0 %",
        measured,
        note,
    )
    note = "coin enlarged by a quarter; pooling gives invariance to place, not to scale"
    claim(
        "pooling: scale invariance",
        keras_lecture,
        "0 %",
        f"{scaled[0]:.0%} (max 4x4), {scaled[1]:.0%} (global max)",
        note,
    )
with lab.needs("7.8"):
    claim(
        "receptive fields grow with depth",
        session,
        "no figure",
        str(receptive_field([(3, 1)] * 3)),
        "3x3 layers; measured by gradient in Keras: the same",
    )
one, more = pair_errors["a random kernel", 1], pair_errors["a random kernel", 2]
claim(
    "stacked 3x3 kernels can implement other sizes",
    hes,
    "yes",
    f"random 5x5: off by {one:.0%}; two channels {more:.1%}",
    "not any 5x5 with one channel in between",
)
for name in RECIPES:
    note = f"worst seed {min(unseen_score[name]):.1%}; seen places {np.mean(seen_score[name]):.1%}"
    claim(
        f"unseen places: {name}",
        session,
        "CNN generalises a lot better",
        f"{np.mean(unseen_score[name]):.1%}",
        note,
    )
lab.receipt(claims, seeds=seeds)

# %% [markdown]
# The last row trained on bars everywhere, so for it no place was unseen; it stands there to show that its place is all the dense network lacked.
#
# ## Go further
#
# - A convolution with 1x1 kernels is a dense layer at every pixel. Where is that useful?
# - Train the network without pooling on images that are shifted at random. How many does it need to match pooling?
# - Zeros at the border tell a network where the border is. Can the pooled network learn to tell a bar at the edge from one in the middle?
# - Blur before a stride of 2, and measure the gap of Exercise 7.6 again (Zhang 2019).
# - Convolution is multiplication after a Fourier transform. From which kernel size on is `np.fft` faster than your loops?
# - Let the receptive field's weights be random instead of 1: is the centre still stronger (Luo et al. 2016)?
