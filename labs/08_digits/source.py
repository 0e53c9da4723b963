# ---
# coursekit:
#   title: "Digit recognition: raw pixels, HOG, CNN"
#   question: Two readers of handwriting score nearly alike on tidy digits. Push every digit by a few pixels and they part. Why?
#   goals:
#     - Build an MLP (Sequential), a HOG pipeline and a CNN (Functional) that read handwritten digits
#     - Compute gradients, orientation histograms and block normalisation by hand, and meet the library's HOG
#     - Compare readers on the same rows, look at their worst mistakes, and draw a digit of your own for them
#   prerequisites:
#     - labs 02 and 05; from lab 07, convolution and pooling
#     - NumPy arrays, scikit-learn's fit and predict
#   lecture: "HES-SO T-MachLe 10 (practical work on MNIST: from raw data, from HOG features, with a CNN); CNN and Keras (the Sequential and the Functional API)"
#   seconds: {cpu: 120, fast: 45}
#   accelerator: none needed; a GPU helps once you train on all of MNIST
# ---

# %% [markdown]
# # Digit recognition: raw pixels, HOG, CNN
#
# **Two readers of handwriting score nearly alike on tidy digits. Push every digit by a few pixels and they part. Why?**
#
# You will build three readers: one sees plain pixels, one sees histograms of edge directions, one learns its own
# features. Then you compare them fairly, and at the end you draw a digit for all three.

# %%
import os
from functools import partial

import keras
import numpy as np
from keras import layers
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC, LinearSVC

import coursekit
from coursekit import DataUnavailableError, KerasClassifier, NotAnsweredYet, open_lab
from coursekit.comparison import build_systems
from coursekit.datasets import preprocess_digit
from coursekit.errors import MissingDependencyError
from coursekit.evaluation import wilson_interval
from coursekit.hog import HOGTransformer, hog
from coursekit.models import digit_cnn, lenet5, mlp
from coursekit.plots import PALETTE, subplots

lab = open_lab("08_digits")
check = lab.check

# %% [markdown]
# ## The data
#
# MNIST is 70,000 handwritten digits, grey images of 28 x 28 pixels, white ink on black. The lab takes it where it finds it and downloads nothing unasked: set
# `COURSEKIT_OFFLINE` to `"0"` in the cell below to fetch it. Without it, the digits that ship with scikit-learn step in: other writers, brought to the same 28 x 28 frame.

# %%
os.environ.setdefault(
    "COURSEKIT_OFFLINE", "1"
)  # "0" lets this lab download MNIST once, 11 MB
try:
    (x_train, y_train), (x_test, y_test) = coursekit.load_mnist()
    is_mnist = True
except DataUnavailableError:
    (x_train, y_train), (x_test, y_test) = coursekit.load_digits()
    is_mnist = False
on_disk = len(x_train)
x_train, y_train = x_train[: lab.pick(4000, 400)], y_train[: lab.pick(4000, 400)]
x_test, y_test = x_test[: lab.pick(2000, 200)], y_test[: lab.pick(2000, 200)]
EPOCHS, STEPS = lab.pick(5 if is_mnist else 12, 4), lab.pick(300, 90)
data_name = "MNIST" if is_mnist else "scikit-learn's digits, which are not MNIST"
print(
    f"Data: {data_name}. {len(x_train):,} training and {len(x_test):,} test images of {x_train.shape[1]} x {x_train.shape[2]} pixels."
)

# %% [markdown]
# ## Two readers and a puzzle
#
# Two readers, A and B, are trained on the training images. Then every test image is pushed to the right, and to the left, by the same number of
# pixels. You would read on without noticing.


# %%
def pushed(images, pixels):
    """Images (n, h, w) moved to the right (to the left if negative); black comes in at the other side."""
    moved = np.zeros_like(images)
    if pixels >= 0:
        moved[:, :, pixels:] = images[:, :, : images.shape[2] - pixels]
    else:
        moved[:, :, :pixels] = images[:, :, -pixels:]
    return moved


def keras_reader(build):
    """A builder (input_shape, num_classes) -> model as a classifier that takes uint8 images (n, h, w)."""
    return KerasClassifier(
        build,
        epochs=EPOCHS,
        min_steps=STEPS,
        batch_size=32,
        learning_rate=5e-3,
        schedule="one_cycle",
        seed=lab.seed,
    )


def accuracy_when_pushed(readers, prepare_images=lambda images: images):
    """Accuracy (readers, distances), the mean of pushes to the left and to the right."""
    table = np.zeros((len(readers), len(PUSHES)))
    for j, distance in enumerate(PUSHES):
        for sign in (-1, 1)[: 1 + (distance > 0)]:
            images = prepare_images(pushed(x_test, sign * distance))
            for i, reader in enumerate(readers):
                table[i, j] += np.mean(reader.predict(images) == y_test) / (
                    1 + (distance > 0)
                )
    return table


def hog_system(C=0.1, seed=0):
    """Coursekit's HOG reader."""
    return build_systems(["hog_linear_svm"], seed=seed)["hog_linear_svm"]


def draw_pushes(ax, table, names):
    """One line per reader."""
    for row, name, colour, marker, dashes in zip(
        table, names, PALETTE, "osD", ("-", "--", "-."), strict=False
    ):
        ax.plot(PUSHES, row, dashes, marker=marker, color=colour, label=name)
    ax.set(xlabel="push, pixels", ylabel="accuracy on the test images", ylim=(0, 1.03))
    ax.legend(fontsize=8, loc="lower left")


PUSHES = range(6)
mystery = [keras_reader(partial(mlp, hidden=(300, 100))), hog_system()]
for reader in mystery:
    reader.fit(x_train, y_train)
opening = accuracy_when_pushed(mystery)

figure, axes = subplots(1, 2, size=(8.6, 3.4), width_ratios=[1, 1.9])
seven = x_test[np.flatnonzero(y_test == 7)[0]]
axes[0].imshow(np.vstack([seven, pushed(seven[None], 3)[0]]), cmap="gray")
axes[0].axhline(27.5, color="white", lw=1)
axes[0].set(xticks=[], yticks=[], title="a 7, and pushed by 3 pixels")
axes[0].grid(False)
draw_pushes(axes[1], opening, ["reader A", "reader B"])
axes[1].set_title("Nearly equal at 0, and then?")
lab.show(
    figure,
    alt="Left: a handwritten 7 and the same 7 three pixels further right. Right: accuracy of two readers against the push. "
    "Both start high; reader A falls steeply from the second pixel on, reader B much less.",
)
for name, row in zip("AB", opening, strict=True):
    print(
        f"reader {name}: {row[0]:.1%} unmoved, {row[2]:.1%} pushed by 2 pixels, {row[4]:.1%} by 4"
    )

# %% [markdown]
# On the unmoved digits you would hardly worry which one you got. What does each reader see, that the same push hurts one so much more than the other?

# %% [markdown]
# ## Raw pixels
#
# **Exercise 8.1** Pixels as a row. An image has $h$ rows and $w$ columns of pixels, 0 to 255. An MLP takes a plain row of numbers. *Flatten* the image: the pixel in row $r$, column $c$
# becomes entry $j = r\,w + c$. Then centre and scale every entry,
#
# $$z_j = (x_j - m_j)\,/\,255,$$
#
# where $m_j$ is the mean of entry $j$ over the **training** images. Test images use the same $m_j$. If they had a share in $m$, or a scale of their own, they would tell the model about themselves: data
# would *leak*.
#
# *Predict:* flatten a digit and its copy pushed by two pixels. Are the two rows closer to each other than to rows of other digits?


# %%
def prepare(x_train, x_test):
    """Flatten images, then centre and scale every pixel, all by the training images.

    Args:
        x_train: images (n, h, w), uint8 or float, 0 to 255.
        x_test: images (m, h, w).

    Returns:
        (z_train, z_test): float arrays (n, h*w) and (m, h*w).
        prepare([[[0, 255]], [[255, 255]]], [[[255, 0]]]) is ([[-0.5, 0], [0.5, 0]], [[0.5, -1]]).
    """
    ### BEGIN SOLUTION
    rows = [
        np.asarray(x, dtype=np.float32).reshape(len(x), -1) for x in (x_train, x_test)
    ]
    mean = rows[0].mean(axis=0)
    return (rows[0] - mean) / 255, (rows[1] - mean) / 255
    ### END SOLUTION


# %%
check("8.1")

# %%
with lab.needs("8.1"):
    z_train, z_test = prepare(x_train, x_test[:200])
    squares = (
        np.sum(z_test**2, axis=1)[:, None]
        + np.sum(z_train**2, axis=1)
        - 2 * z_test @ z_train.T
    )
    squares[y_test[:200, None] == y_train] = np.inf  # only digits of another class
    to_another = float(np.mean(np.sqrt(squares.min(axis=1))))
    to_itself = [
        float(
            np.mean(
                np.linalg.norm(
                    prepare(x_train, pushed(x_test[:200], p))[1] - z_test, axis=1
                )
            )
        )
        for p in PUSHES
    ]
    figure, ax = subplots(size=(6.6, 3.4))
    ax.plot(PUSHES, to_itself, "o-", label="to itself, pushed")
    ax.axhline(
        to_another,
        color=PALETTE[1],
        ls="--",
        label="to the nearest digit of another class, unmoved",
    )
    ax.set(
        xlabel="push, pixels",
        ylabel="distance between rows",
        title="For raw pixels, a pushed digit is a stranger",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Distance of a digit's pixel row to the row of its own pushed copy, rising steeply with the push and soon crossing a "
        "dashed line, the distance to the nearest digit of another class.",
    )
    crossing = next((p for p in PUSHES if to_itself[p] > to_another), None)
    print(
        f"Distance to itself pushed by 1, 2, 3 pixels: {', '.join(f'{d:.1f}' for d in to_itself[1:4])}; to another digit: {to_another:.1f}."
    )
    if crossing is not None:
        print(
            f"Pushed by {crossing} pixel{'s' * (crossing > 1)}, an average digit is farther from itself than from its nearest neighbour of another class."
        )

# %% [markdown]
# **Exercise 8.2** The MLP. Keras's *Sequential* model is a chain: each layer feeds the next. Build the multilayer perceptron
#
# input $\to$ Flatten $\to$ Dense + ReLU (one per entry of `hidden`) $\to$ Dense.
#
# A `Dense` layer computes $Wz + b$; ReLU is $\max(0, \cdot)$. The last layer has one unit per class and **no** activation: its outputs are *logits*, any real numbers. Softmax turns logits into probabilities
# later, inside the loss, where that is safe from rounding. Do not compile: how a model is trained is not part of what it is.
#
# *Predict:* shuffle the 784 pixels, in the same way for all training and test images. No human could read them. Could the MLP?


# %%
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Multilayer perceptron with ReLU, as an uncompiled keras.Sequential that gives logits.

    Args:
        input_shape: shape of one image, such as (28, 28, 1), or (784,) for rows.
        num_classes: number of logits.
        hidden: units of each hidden layer, input side first; may be empty.

    Returns:
        keras.Sequential from (b, *input_shape) to (b, num_classes).
        build_mlp((28, 28, 1), 10) has 784*300 + 300 + 300*100 + 100 + 100*10 + 10 = 266,610 parameters.
    """
    ### BEGIN SOLUTION
    stack = [keras.Input(input_shape), layers.Flatten()]
    stack += [layers.Dense(units, activation="relu") for units in hidden]
    return keras.Sequential([*stack, layers.Dense(num_classes)])
    ### END SOLUTION


# %%
check("8.2")


# %%
def library_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Coursekit's MLP."""
    return mlp(input_shape, num_classes, hidden=hidden)


mixed_up = np.random.default_rng(lab.seed).permutation(x_train[0].size)


def shuffled(images):
    """Images with their pixels in another order, the same for all."""
    return images.reshape(len(images), -1)[:, mixed_up].reshape(images.shape)


def by_hand(model, x):
    """What a Dense + ReLU chain computes, in NumPy, from its weights."""
    *pairs, (last_weight, last_bias) = zip(
        model.get_weights()[::2], model.get_weights()[1::2], strict=True
    )
    z = x.reshape(len(x), -1)
    for weight, bias in pairs:
        z = np.maximum(0, z @ weight + bias)
    return z @ last_weight + last_bias


my_mlp = lab.answer("8.2", fallback=library_mlp)
readers = {"MLP": keras_reader(my_mlp).fit(x_train, y_train)}
on_shuffled = keras_reader(my_mlp).fit(shuffled(x_train), y_train)
shuffle_scores = {
    "MLP": (
        readers["MLP"].score(x_test, y_test),
        on_shuffled.score(shuffled(x_test), y_test),
    )
}

figure, axes = subplots(2, 5, size=(7.6, 3.5))
for column in range(5):
    for row, images in enumerate((x_test, shuffled(x_test[:5]))):
        axes[row, column].imshow(images[column], cmap="gray")
        axes[row, column].set(xticks=[], yticks=[])
        axes[row, column].grid(False)
for row, words in enumerate(("as written", "shuffled")):
    axes[row, 0].set_ylabel(f"{words}:\n{shuffle_scores['MLP'][row]:.1%} right")
figure.suptitle("The MLP reads both rows about equally well")
lab.show(
    figure,
    alt="Five digits, and below them the same digits with all pixels shuffled, which look like noise. The MLP trained on each "
    "kind has nearly the same accuracy, given at the left.",
)
images = x_test[:50].astype(np.float32)[..., None] / 255
gap = np.abs(
    by_hand(readers["MLP"].model_, images) - np.asarray(readers["MLP"].model_(images))
).max()
print(
    f"Keras's logits and {readers['MLP'].n_parameters_:,} parameters multiplied out in NumPy differ by at most {gap:.0e}."
)
print(
    f"MLP: {shuffle_scores['MLP'][0]:.1%} as written, {shuffle_scores['MLP'][1]:.1%} shuffled. It never knew which pixels are neighbours."
)

# %% [markdown]
# ## Histograms of oriented gradients
#
# Before networks learnt features, people designed them. Dalal and Triggs (2005) asked of every small patch of an image: which way do the edges run, and how strong are they?
# The practical work of HES-SO T-MachLe 10 reads digits from these *histograms of oriented gradients*, HOG.
#
# **Exercise 8.3** One cell. Let $I_{r,c}$ be the grey value in row $r$, column $c$. The *gradient* has two parts, zero at the rim where a neighbour is missing:
#
# $$g^y_{r,c} = I_{r+1,c} - I_{r-1,c},\qquad g^x_{r,c} = I_{r,c+1} - I_{r,c-1}.$$
#
# Its magnitude is $\sqrt{(g^x)^2+(g^y)^2}$, its angle $\operatorname{atan2}(g^y, g^x)$ in degrees. *Unsigned* means modulo 180: light-to-dark and dark-to-light count alike. Cut 0 to 180 into $B$ equal bins; every pixel of a *cell* (a small patch) adds its
# magnitude to the bin of its angle. Divide by the number of pixels.
#
# *Predict:* an upright stroke. Which bin wins, the one near 0 or the one near 90 degrees?


# %%
def image_gradients(image):
    """Differences of neighbours two pixels apart; image (h, w), uint8 or float.

    Returns:
        (gy, gx), float arrays (h, w): gy is zero in the first and last row, gx in the first and last column.
        image_gradients([[1, 2, 4], [0, 0, 0], [3, 2, 1]]) is ([[0,0,0],[2,0,-3],[0,0,0]], [[0,3,0],[0,0,0],[0,-2,0]]).
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[1:-1] = image[2:] - image[:-2]
    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return gy, gx
    ### END SOLUTION


def cell_histogram(gy, gx, orientations=9):
    """Mean gradient magnitude per bin of unsigned angle; gy and gx are the (h, w) gradients of one cell.

    Returns:
        float array (orientations,); bin i holds angles from 180*i/orientations up to 180*(i+1)/orientations degrees.
        cell_histogram([[3, 0]], [[4, -2]], 4) is [3.5, 0, 0, 0]: 5 at 36.9 degrees and 2 at 180, which is 0.
    """
    ### BEGIN SOLUTION
    gy, gx = np.asarray(gy, dtype=float), np.asarray(gx, dtype=float)
    angle = np.rad2deg(np.arctan2(gy, gx)) % 180
    bins = np.minimum(angle * orientations // 180, orientations - 1).astype(int)
    return (
        np.bincount(bins.ravel(), np.hypot(gx, gy).ravel(), minlength=orientations)
        / gy.size
    )
    ### END SOLUTION


# %%
check("8.3")

# %%
with lab.needs("8.3"):
    upright = x_test[np.flatnonzero(y_test == 1)[0]]
    gy, gx = image_gradients(upright)
    strength = (
        (np.abs(gx) - np.abs(gy)).reshape(7, 4, 7, 4).sum(axis=(1, 3))
    )  # an upright edge
    r, c = 4 * np.array(np.unravel_index(strength.argmax(), (7, 7)))
    histogram = cell_histogram(gy[r : r + 4, c : c + 4], gx[r : r + 4, c : c + 4])
    figure, axes = subplots(1, 2, size=(8.4, 3.6))
    axes[0].imshow(upright, cmap="gray")
    inside = np.mgrid[r : r + 4, c : c + 4]
    axes[0].quiver(
        inside[1], inside[0], gx[r : r + 4, c : c + 4], gy[r : r + 4, c : c + 4],
        color=PALETTE[4], angles="xy", width=0.008, scale=2600,
    )  # fmt: skip
    axes[0].plot(
        c - 0.5 + 4 * np.array([0, 1, 1, 0, 0]),
        r - 0.5 + 4 * np.array([0, 0, 1, 1, 0]),
        color=PALETTE[5],
        lw=2,
    )
    axes[0].set(xticks=[], yticks=[], title="gradients in one cell of 4 x 4 pixels")
    axes[0].grid(False)
    axes[1].bar(
        10 + 20 * np.arange(9),
        histogram,
        width=17,
        color=PALETTE[4],
        edgecolor="black",
        lw=0.5,
    )
    axes[1].set(
        xlabel="unsigned angle of the gradient, degrees", ylabel="mean magnitude, grey values",
        title="your histogram of that cell", xticks=range(0, 181, 20),
    )  # fmt: skip
    lab.show(
        figure,
        alt="Left: an upright 1 with gradient arrows in one small cell on the edge of the stroke, pointing sideways. Right: the cell's nine-bin "
        "histogram, with nearly all of its weight at the ends, near 0 and 180 degrees.",
    )
    sideways = histogram[[0, 1, 7, 8]].sum() / histogram.sum()
    print(
        f"{sideways:.0%} of the weight lies within 40 degrees of 0 (which is 180): a gradient runs across its edge, not along it."
    )

# %% [markdown]
# **Exercise 8.4** A block. Press harder with the pen and every histogram grows. To forget the pressure, HOG joins neighbouring cells to a *block* and normalises all its numbers $v_i$ together (the scheme is called L2-Hys):
#
# 1. $u_i = v_i \big/ \sqrt{\sum_k v_k^2 + \varepsilon^2}$, where $\varepsilon = 10^{-5}$ keeps empty blocks from dividing by zero;
# 2. limit each $u_i$ to at most 0.2, so that one strong edge cannot drown the rest;
# 3. repeat step 1 on the limited numbers.
#
# Blocks overlap, so a cell is seen against several backgrounds.
#
# *Predict:* write a digit with half the ink. By how much do its block's numbers change after step 3?


# %%
def normalise_block(block):
    """L2-Hys normalisation of one block of cell histograms.

    Args:
        block: non-negative array of any shape, such as (2, 2, 9): cell row, cell column, bin.

    Returns:
        float array of the same shape.
        normalise_block([[3.0, 4.0]]) is about [[0.7071, 0.7071]]: 0.6 and 0.8 are both limited to 0.2.
    """

    ### BEGIN SOLUTION
    def unit(v):
        return v / np.sqrt(np.sum(v**2) + 1e-5**2)

    return unit(np.minimum(unit(np.asarray(block, dtype=float)), 0.2))
    ### END SOLUTION


# %%
check("8.4")


# %%
def cell_grid(image):
    """Histograms (7, 7, 9) of all 4 x 4 cells of a 28 x 28 image."""
    gy, gx = image_gradients(image)
    corners = [
        (slice(r, r + 4), slice(c, c + 4))
        for r in range(0, 28, 4)
        for c in range(0, 28, 4)
    ]
    return np.array([cell_histogram(gy[cell], gx[cell]) for cell in corners]).reshape(
        7, 7, 9
    )


def hog_by_hand(image):
    """All 6 x 6 overlapping blocks of 2 x 2 cells of an image: 1,296 numbers."""
    grid = cell_grid(image)
    return np.concatenate(
        [
            normalise_block(grid[r : r + 2, c : c + 2]).ravel()
            for r in range(6)
            for c in range(6)
        ]
    )


with lab.needs("8.3", "8.4"):
    block = cell_grid(upright)[r // 4 - (r == 24) :, c // 4 - (c == 24) :][:2, :2]
    figure, axes = subplots(1, 2, size=(8.4, 3.3))
    panels = [
        ("before: mean magnitude, grey values", lambda v: v),
        ("after: share of the block's length", normalise_block),
    ]
    for ax, (words, step) in zip(axes, panels, strict=True):
        ax.plot(
            step(block).ravel(),
            "-",
            color=PALETTE[0],
            lw=3,
            alpha=0.6,
            label="full ink",
        )
        ax.plot(
            step(block / 2).ravel(), ":", color="black", lw=1.6, label="half the ink"
        )
        ax.set(xlabel="number in the block (4 cells of 9 bins)", ylabel=words)
    axes[0].legend(fontsize=8)
    figure.suptitle("After normalisation the pressure of the pen is gone")
    lab.show(
        figure,
        alt="Two panels of the 36 numbers of a block. Before normalisation the half-ink line has half the height of the full-ink line; "
        "after it the two lines lie on each other.",
    )
    change = np.abs(normalise_block(block) - normalise_block(block / 2)).max()
    hand = np.array([hog_by_hand(image) for image in x_test[:20]])
    theirs = hog(
        x_test[:20], orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2)
    )
    print(f"Half the ink changes the block by at most {change:.0e}.")
    print(
        f"Your {hand.shape[1]:,} numbers of 20 digits and coursekit.hog's differ by at most {np.abs(hand - theirs).max():.0e}."
    )

# %% [markdown]
# **Exercise 8.5** The HOG pipeline. A scikit-learn *pipeline* is a list of steps that behaves as one classifier: `fit` and `predict` send images through all of them. Chain
#
# 1. `HOGTransformer`, the descriptor you built by hand: 9 orientations, cells of 4 x 4 pixels, blocks of 2 x 2 cells;
# 2. `LinearSVC`, a linear support vector machine: one weight per feature and class. Its `C` says how much an error on a training image costs; `random_state` fixes its chance.
#
# Return it unfitted. A step that learns from data, put inside the pipeline, learns from training rows only: leakage has no place to happen.
#
# *Predict:* of the 1,296 weights of class 7, where will the large positive ones be?


# %%
def build_hog_reader(C=0.1, seed=0):
    """HOG features, then a linear SVM, as one unfitted scikit-learn Pipeline.

    Args:
        C: cost of errors, for LinearSVC.
        seed: int, LinearSVC's random_state.

    Returns:
        Pipeline of HOGTransformer (9 orientations, 4 x 4 pixels per cell, 2 x 2 cells per block, its other settings as they come) and
        LinearSVC (its other settings as they come). It takes images (n, h, w); of 28 x 28 pixels it makes 1,296 features.
    """
    ### BEGIN SOLUTION
    features = HOGTransformer(
        orientations=9, pixels_per_cell=(4, 4), cells_per_block=(2, 2)
    )
    return make_pipeline(features, LinearSVC(C=C, random_state=seed))
    ### END SOLUTION


# %%
check("8.5")


# %%
def draw_strokes(ax, grid):
    """Positive weights (7, 7, 9) as strokes along the edges that they ask for."""
    strength = np.clip(grid, 0, None) / grid.max()
    for r, c, b in np.argwhere(strength > 0.08):
        angle, reach = np.deg2rad(20 * b + 10), 1.9 * strength[r, c, b]
        along = reach * np.array(
            [-np.sin(angle), np.cos(angle)]
        )  # an edge runs across its gradient
        x, y = 4 * c + 1.5, 4 * r + 1.5
        ax.plot(
            [x - along[0], x + along[0]],
            [y - along[1], y + along[1]],
            color=PALETTE[4],
            lw=1.2,
            alpha=0.35 + 0.65 * strength[r, c, b],
        )
    ax.set(xlim=(-0.5, 27.5), ylim=(27.5, -0.5), xticks=[], yticks=[])
    ax.set_facecolor("black")
    ax.grid(False)


my_hog_reader = lab.answer("8.5", fallback=hog_system)
readers["HOG"] = my_hog_reader(seed=lab.seed).fit(x_train, y_train)
svm = getattr(readers["HOG"], "estimator_", readers["HOG"])[-1]
blocks = svm.coef_.reshape(10, 6, 6, 2, 2, 9)
cells = np.zeros((10, 7, 7, 9))
for i in range(2):
    for j in range(2):
        cells[:, i : i + 6, j : j + 6] += blocks[:, :, :, i, j]
figure, axes = subplots(2, 5, size=(8, 3.7))
for digit, ax in enumerate(axes.ravel()):
    draw_strokes(ax, cells[digit])
    ax.set_title(str(digit), fontsize=10)
figure.suptitle("Edges that make the linear SVM say each digit")
lab.show(
    figure,
    alt="Ten black panels, one per digit, with bright strokes where the SVM's weights are positive. Many strokes follow the outline of the panel's "
    "digit; others mark edges that tell it from its rivals.",
)
print(
    f"HOG + linear SVM: {readers['HOG'].score(x_test, y_test):.1%} right, MLP on pixels: {shuffle_scores['MLP'][0]:.1%}."
)
print(
    "Weights belong to cells: within a cell of 4 pixels an edge may move freely, beyond it the SVM looks in vain."
)

# %% [markdown]
# ## Learnt features
#
# **Exercise 8.6** The CNN. In Keras's *Functional* API you call layers on tensors and name where they start and end: `x = layer(x)`, then `keras.Model(inputs, outputs)`. Build
#
# input $\to$ [Conv2D of 3 x 3, `"same"` padding, ReLU $\to$ MaxPooling2D of 2 x 2] for every entry of `filters` $\to$ Flatten $\to$ Dense.
#
# An entry of `filters` is the number of kernels. `"same"` pads with zeros so that height and width stay; the pooling halves them, dropping an odd last row or column. As before, the outputs are logits, and nothing is compiled.
#
# *Predict:* the MLP did not mind shuffled pixels. Will the CNN? And which of the two has more parameters?


# %%
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Convolutional network with the Functional API, uncompiled, giving logits.

    Args:
        input_shape: (height, width, channels) of one image; large enough to be halved once per entry of `filters`.
        num_classes: number of logits.
        filters: kernels of each convolution, input side first; at least one entry.

    Returns:
        keras.Model from (b, *input_shape) to (b, num_classes).
        build_cnn((28, 28, 1), 10) has 160 + 4,640 + 18,496 + 5,770 = 29,066 parameters; the last map is 3 x 3 x 64.
    """
    ### BEGIN SOLUTION
    inputs = x = keras.Input(input_shape)
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(x)))
    ### END SOLUTION


# %%
check("8.6")

# %%
my_cnn = lab.answer("8.6", fallback=digit_cnn)
readers["CNN"] = keras_reader(my_cnn).fit(x_train, y_train)
on_shuffled = keras_reader(my_cnn).fit(shuffled(x_train), y_train)
shuffle_scores["CNN"] = (
    readers["CNN"].score(x_test, y_test),
    on_shuffled.score(shuffled(x_test), y_test),
)
figure, ax = subplots(size=(6, 3.6))
intervals = {}
for kind, (words, colour, marker) in enumerate(
    [("as written", PALETTE[0], "o"), ("pixels shuffled", PALETTE[1], "s")]
):
    for place, name in enumerate(shuffle_scores):
        share = shuffle_scores[name][kind]
        low, high = intervals[name, kind] = wilson_interval(
            round(share * len(y_test)), len(y_test)
        )
        x = place + 0.24 * (kind - 0.5)
        ax.plot(
            [x, x],
            [100 * (1 - high), 100 * (1 - low)],
            color=colour,
            lw=4,
            alpha=0.4,
            solid_capstyle="butt",
        )
        ax.plot(
            x,
            100 * (1 - share),
            marker,
            color=colour,
            ms=8,
            label=words if place == 0 else None,
        )
ax.set(
    xticks=[0, 1],
    xlim=(-0.6, 1.6),
    ylabel="errors on the test images, %",
    title="Does the order of the pixels matter?",
)
ax.set_ylim(bottom=0)
ax.set_xticklabels(
    [f"{name}\n{readers[name].n_parameters_:,} parameters" for name in ("MLP", "CNN")]
)
ax.legend(fontsize=8)
lab.show(
    figure,
    alt="Test errors of MLP and CNN with 95 per cent intervals, on digits as written and with shuffled pixels. "
    "The CNN errs more on shuffled pixels, the MLP hardly differs; the intervals are wide.",
)
for name, (plain, mixed) in shuffle_scores.items():
    change = (plain - mixed) * len(y_test)
    print(
        f"{name}: {plain:.1%} as written, {mixed:.1%} shuffled ({change:+.0f} errors), {readers[name].n_parameters_:,} parameters."
    )
overlap = intervals["CNN", 0][0] <= intervals["CNN", 1][1]
print(
    f"On {len(y_test)} test images the CNN's two intervals {'overlap: read the size of the effect with care' if overlap else 'do not overlap'}."
)
print(
    "Its kernels look at 3 x 3 neighbours at a time. Shuffling takes the neighbours away; to the MLP they never meant anything."
)

# %% [markdown]
# ## A fair comparison
#
# `coursekit.compare` trains every reader anew on the same rows, lets them answer the same test rows, and tests each pair with McNemar's test (lab 05; Holm's correction for three pairs). With `train_sizes` it
# repeats the training on fewer images.
#
# *Predict:* with a tenth of the images, which reader loses least?

# %%
contestants = {
    "MLP": keras_reader(my_mlp),
    "HOG": my_hog_reader(seed=lab.seed),
    "CNN": keras_reader(my_cnn),
}
sizes = lab.pick((100, 300, 1000) if is_mnist else (100, 400), (60, 150))
result = coursekit.compare(
    contestants,
    ((x_train, y_train), (x_test, y_test)),
    seed=lab.seed,
    train_sizes=sizes,
)
print(result)
for a, b, test, p in result.pairs:
    print(
        f"{a} against {b}: {test.b} rows only {a} gets right, {test.c} only {b}; p = {p:.2g} after Holm"
    )

figure, ax = subplots(size=(6.8, 3.8))
for (name, colour), marker, dashes in zip(
    zip(contestants, PALETTE, strict=False), "osD", ("-", "--", "-."), strict=True
):
    points = sorted(
        (p for p in result.train_sizes if p.name == name), key=lambda p: p.size
    )
    places, shares = [p.size for p in points], np.array([p.accuracy for p in points])
    ax.plot(places, 100 * (1 - shares), dashes, marker=marker, color=colour, label=name)
    low, high = np.array([p.interval for p in points]).T
    ax.fill_between(
        places, 100 * (1 - high), 100 * (1 - low), color=colour, alpha=0.15, lw=0
    )
ticks = sorted({p.size for p in result.train_sizes})
ax.set(
    xscale="log",
    yscale="log",
    xlabel="training images",
    ylabel="errors on the test images, %",
    title="What you know need not be learnt",
)
ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
ax.set_xticks([], minor=True)
ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
ax.yaxis.set_minor_formatter(
    lambda value, _: f"{value:g}" if f"{value:e}"[0] in "235" else ""
)
ax.legend(fontsize=8)
lab.show(
    figure,
    alt="Test errors of MLP, HOG and CNN against the number of training images, both axes logarithmic, with 95 per cent bands. "
    "HOG errs least on few images; the others come closer as the images become more.",
)
fewest = {p.name: p.accuracy for p in result.train_sizes if p.size == min(sizes)}
best = max(fewest, key=fewest.get)
print(
    f"With {min(sizes)} images: "
    + ", ".join(f"{name} {share:.1%}" for name, share in fewest.items())
    + f". {best} leads."
)

# %% [markdown]
# ## Where readers go wrong
#
# **Exercise 8.7** Worst mistakes. A score says how often a reader errs, not why. Look at the errors. Let $p_{ik}$ be the probability that a reader gives class $k$ for test image $i$; it says the class of the largest
# $p_{ik}$, and $y_i$ is the true class. Among the rows it gets **wrong**, the worst are those where it gave the truth the least: smallest $p_{i,y_i}$ first. Return their row numbers, at most $k$. If there are fewer mistakes than that, return them all. Equal
# values stay in the order of their rows.
#
# *Predict:* whose fault will most of them be, the reader's or the writer's?


# %%
def worst_mistakes(y_true, probabilities, k):
    """Rows of the k worst mistakes, the worst first.

    Args:
        y_true: integer array (n,), true classes 0 to c-1.
        probabilities: float array (n, c), rows sum to 1.
        k: how many rows at most.

    Returns:
        integer array of at most k row numbers.
        worst_mistakes([0, 1, 1], [[0.4, 0.6], [0.9, 0.1], [0.2, 0.8]], 5) is [1, 0]: row 2 is right.
    """
    ### BEGIN SOLUTION
    y_true, probabilities = np.asarray(y_true), np.asarray(probabilities)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != y_true)
    order = np.argsort(probabilities[wrong, y_true[wrong]], kind="stable")
    return wrong[order][:k]
    ### END SOLUTION


# %%
check("8.7")

# %%
with lab.needs("8.7"):
    figure, axes = subplots(3, 7, size=(8.4, 4.4))
    agreed = True
    for row, system in zip(axes, result.systems, strict=True):
        shares = system.evaluation.probabilities
        rows = worst_mistakes(y_test, shares, 7)
        theirs = system.evaluation.worst(7)
        agreed &= np.allclose(
            shares[rows, y_test[rows]], shares[theirs, y_test[theirs]]
        )
        for ax in row:
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
            ax.spines[:].set_visible(False)
        for ax, i in zip(row, rows, strict=False):
            ax.imshow(x_test[i], cmap="gray")
            ax.set_title(f"{y_test[i]} read as {shares[i].argmax()}", fontsize=8)
        row[0].set_ylabel(
            f"{system.name}\n{np.sum(shares.argmax(axis=1) != y_test)} wrong",
            fontsize=9,
        )
    figure.suptitle("The worst mistakes of each reader")
    lab.show(
        figure,
        alt="Three rows of digits, the worst mistakes of MLP, HOG and CNN, each titled with the truth and the answer. Many are untidy, "
        "and some digits stand in more than one row.",
    )
    wrong = {
        s.name: set(np.flatnonzero(s.predictions != y_test)) for s in result.systems
    }
    print(f"Your rows and coursekit.evaluate's have the same probabilities: {agreed}.")
    print(
        f"{len(set.intersection(*wrong.values()))} digits defeat all three readers; {len(set.union(*wrong.values()))} defeat at least one."
    )

# %% [markdown]
# ## Help the reader
#
# **Exercise 8.8** Centre of mass. The people who made MNIST never let a digit sit off centre. The *centre of mass* of an image $I$ of height $h$ and width $w$, numbered from 0, is
#
# $$\bar r = \frac{\sum_{r,c} r\, I_{r,c}}{\sum_{r,c} I_{r,c}}, \qquad \bar c = \frac{\sum_{r,c} c\, I_{r,c}}{\sum_{r,c} I_{r,c}}.$$
#
# Move the image by whole pixels: down by $h/\!/2 - \bar r$ and right by $w/\!/2 - \bar c$, each rounded to the nearest whole number ($/\!/$ drops the remainder, negative means up or left). Ink that leaves the frame is lost, black comes in on the other side. An image without ink stays as it is.
#
# *Predict:* centre every test image first, and draw the opening picture again.


# %%
def centre(image):
    """Move an image so that its centre of mass comes to the middle pixel (h // 2, w // 2).

    Args:
        image: (h, w), uint8 or float, 0 is black; not changed.

    Returns:
        array (h, w).
        centre([[8, 0, 0], [0, 0, 0], [0, 0, 0]]) is [[0, 0, 0], [0, 8, 0], [0, 0, 0]].
    """
    ### BEGIN SOLUTION
    image = np.asarray(image)
    (h, w), mass = image.shape, image.sum(dtype=float)
    if mass == 0:
        return image.copy()
    down = h // 2 - round(np.arange(h) @ image.sum(axis=1, dtype=float) / mass)
    right = w // 2 - round(np.arange(w) @ image.sum(axis=0, dtype=float) / mass)
    moved = np.zeros_like(image)
    moved[max(down, 0) : h + down, max(right, 0) : w + right] = image[
        max(-down, 0) : h - down, max(-right, 0) : w - right
    ]
    return moved
    ### END SOLUTION


# %%
check("8.8")

# %% [markdown]
# ### The first picture, explained

# %%
with lab.needs("8.8"):
    names = ["MLP on raw pixels (was A)", "HOG + linear SVM (was B)", "CNN"]
    before = accuracy_when_pushed(readers.values())
    after = accuracy_when_pushed(
        readers.values(), lambda images: np.array([centre(image) for image in images])
    )
    figure, axes = subplots(1, 2, size=(8.8, 3.5), sharey=True)
    draw_pushes(axes[0], before, names)
    draw_pushes(axes[1], after, names)
    axes[0].set_title("your readers, pushed as at the start")
    axes[1].set_title("pushed, then centred by you")
    axes[1].set_ylabel("")
    lab.show(
        figure,
        alt="Left: the opening picture with your three readers: the MLP on raw pixels falls steepest, HOG and the CNN hold on longer. Right: after "
        "centring every image, all three stay high until the pushed digits lose ink at the frame's edge.",
    )
    for name, pushed_row, centred_row in zip(names, before, after, strict=True):
        print(
            f"{name}: pushed by 3 pixels {pushed_row[3]:.1%}, then centred {centred_row[3]:.1%}"
        )

# %% [markdown]
# Now you can explain it. Reader A, the MLP, has one weight for every single pixel, and knows no neighbours: move the ink and other weights answer. Reader B, HOG, asks what the edges of a *cell* look like, so that small pushes stay inside
# the cell. The CNN looks for the same pattern at every place, and each pooling forgets a little more of where it was. And the cheapest cure needs no network: put every digit where the reader expects it.
#
# ## Draw your own
#
# A drawing comes large and off centre. `preprocess_digit` crops it, scales it into 20 x 20 pixels, and centres it by mass in 28 x 28. First a 7 drawn by a program, raw and prepared; then the pad is yours.

# %%
canvas = np.zeros((140, 140), np.uint8)
for (r0, c0), (r1, c1) in [
    ((12, 70), (12, 125)),
    ((12, 125), (85, 92)),
]:  # two strokes in the upper right corner
    for share in np.linspace(0, 1, 200):
        r, c = round(r0 + share * (r1 - r0)), round(c0 + share * (c1 - c0))
        canvas[r - 4 : r + 5, c - 4 : c + 5] = 255
only_shrunk = canvas.reshape(28, 5, 28, 5).mean(axis=(1, 3)).astype(np.uint8)
views = {"only shrunk": only_shrunk, "prepared": preprocess_digit(canvas)}
said = {
    words: {
        name: int(reader.predict(image[None])[0]) for name, reader in readers.items()
    }
    for words, image in views.items()
}
figure, axes = subplots(1, 3, size=(8, 3.1))
for ax, (words, image) in zip(axes, {"drawn": canvas, **views}.items(), strict=True):
    ax.imshow(image, cmap="gray")
    ax.set(xticks=[], yticks=[], title=f"{words}, {image.shape[0]} x {image.shape[1]}")
    ax.grid(False)
    if words in said:
        ax.set_xlabel(
            ", ".join(f"{name}: {label}" for name, label in said[words].items())
        )
lab.show(
    figure,
    alt="A 7 in the upper right corner of a large canvas; the same only shrunk to 28 x 28 pixels, small and off centre; and prepared, "
    "large and centred. Below the last two stand the answers of the three readers.",
)
for words, answers in said.items():
    print(
        f"{words}: {sum(label == 7 for label in answers.values())} of {len(answers)} readers say 7"
    )

# %%
try:
    from coursekit.pad import DigitPad

    display(DigitPad(readers))
except MissingDependencyError as error:
    print(error)

# %% [markdown]
# Try to fool one reader but not the others: a 1 with a long foot, a 7 with a bar, a 4 that is open or closed, a digit with a gap.

# %% [markdown]
# ## Receipt
#
# LeCun, Bottou, Bengio and Haffner (1998) list test errors on MNIST, trained on 60,000 images. Beside them stands what just ran, on far fewer images.

# %%
others = {
    "linear classifier": ("12.0 %", keras_reader(partial(mlp, hidden=()))),
    "MLP, 300 hidden units": ("4.7 %", keras_reader(partial(mlp, hidden=(300,)))),
    "LeNet-5": ("0.95 %", keras_reader(lenet5)),
}
measured = {
    name: (stated, 1 - reader.fit(x_train, y_train).score(x_test, y_test))
    for name, (stated, reader) in others.items()
}
accuracy = {system.name: system.evaluation.accuracy for system in result.systems}
measured["MLP, 300-100 hidden units"] = ("3.05 %", 1 - accuracy["MLP"])
measured["HOG + linear SVM"] = ("", 1 - accuracy["HOG"])
measured["CNN of this lab"] = ("", 1 - accuracy["CNN"])
if is_mnist:
    note = f"same test set, but {len(x_train):,} of the 60,000 training images and {len(x_test):,} of the 10,000 test images"
else:
    note = f"not comparable: these are not MNIST's digits; {len(x_train):,} training and {len(x_test):,} test images"
claims = [
    {
        "claim": f"{name}: test error",
        "source": "LeCun et al. 1998" if stated else "no figure claimed",
        "stated": f"{stated} on MNIST" if stated else "",
        "measured": f"{share:.2%}",
        "note": note
        if stated
        else f"measured on {'MNIST' if is_mnist else 'the digits of scikit-learn'}",
    }
    for name, (stated, share) in measured.items()
]
order = [
    measured[name][1]
    for name in ("linear classifier", "MLP, 300-100 hidden units", "LeNet-5")
]
claims.append(
    {
        "claim": "order: linear worse than 300-100 MLP worse than LeNet-5",
        "source": "LeCun et al. 1998",
        "stated": "yes",
        "measured": "yes" if order[0] > order[1] > order[2] else "no",
        "note": f"{len(y_test)} test images tell apart errors that differ by a few per cent, no finer",
    }
)
with lab.needs("8.3", "8.4"):
    gap = np.abs(
        np.array([hog_by_hand(image) for image in x_test[:20]])
        - hog(x_test[:20], pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    ).max()
    claims.append(
        {
            "claim": "HOG by hand is the library's",
            "source": "coursekit.hog",
            "stated": 0,
            "measured": f"off by {gap:.0e}",
            "note": "20 digits",
        }
    )
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Push the *training* images too, each by a random amount, and draw the opening picture once more. Which reader gains most? (Lab 06 calls this augmentation.)
# - Fetch all of MNIST and run `coursekit compare --data mnist`: five readers, one report.
# - Replace the linear SVM by `SVC(kernel="rbf")` on the same features, as the practical work suggests, or by your MLP. What do features buy each of them?
# - Rotate instead of pushing. Which orientation bins move where, and from which angle on do the three readers part?
# - Draw ten digits of each kind on the pad with a friend. Is one of you easier to read?
