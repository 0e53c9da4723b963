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
from scipy.ndimage import maximum_filter
from scipy.spatial.distance import cdist
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import coursekit
from coursekit import DataUnavailableError, KerasClassifier, NotAnsweredYet, open_lab
from coursekit.comparison import build_systems
from coursekit.datasets import preprocess_digit
from coursekit.errors import MissingDependencyError
from coursekit.hog import HOGTransformer, hog
from coursekit.models import digit_cnn, lenet5, mlp

lab = open_lab("08_digits")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## The data
#
# MNIST is 70,000 handwritten digits, grey images of 28 x 28 pixels, white ink on black. The lab takes it where it finds it and downloads nothing unasked: set
# `COURSEKIT_OFFLINE` to `"0"` in the cell below to fetch it. Without it, the digits that ship with scikit-learn step in: other writers, brought to the same 28 x 28 frame.

# %%
os.environ.setdefault("COURSEKIT_OFFLINE", "1")  # "0" may download MNIST once, 11 MB
try:
    (x_train, y_train), (x_test, y_test) = coursekit.load_mnist()
    data_name = "MNIST"
except DataUnavailableError:
    (x_train, y_train), (x_test, y_test) = coursekit.load_digits()
    data_name = "scikit-learn's digits"
is_mnist, few, some = data_name == "MNIST", lab.pick(4000, 384), lab.pick(2000, 192)
x_train, y_train = x_train[:few], y_train[:few]
x_test, y_test = x_test[:some], y_test[:some]
EPOCHS, STEPS = lab.pick(5 if is_mnist else 12, 4), lab.pick(300, 48)
PUSHES = range(6)  # pixels
print(f"{data_name}: {len(x_train):,} training and {len(x_test):,} test images")

# %% [markdown]
# Four helpers, for all that follows.


# %%
def pushed(images, pixels):
    """Images (n, h, w) moved right (left if negative); black comes in behind them."""
    wide = np.pad(images, ((0, 0), (0, 0), (abs(pixels), abs(pixels))))
    start = abs(pixels) - pixels
    return wide[:, :, start : start + images.shape[2]]


def keras_reader(build):
    """A builder of Keras models as a classifier that takes uint8 images (n, h, w)."""
    how = {"epochs": EPOCHS, "min_steps": STEPS, "batch_size": 32, "seed": lab.seed}
    return KerasClassifier(build, learning_rate=5e-3, schedule="one_cycle", **how)


def hog_system(C=0.1, seed=0):
    """Coursekit's HOG reader, without its probabilities."""
    return build_systems(["hog_linear_svm"], seed=seed)["hog_linear_svm"].estimator


def accuracy_when_pushed(readers, prepared=lambda images: images):
    """Accuracy (readers, pushes), the mean of pushes to the left and to the right."""
    table = []
    for distance in PUSHES:
        both = [prepared(pushed(x_test, d)) for d in sorted({-distance, distance})]
        table.append([np.mean([r.score(x, y_test) for x in both]) for r in readers])
    return np.array(table).T


# %% [markdown]
# ## Two readers and a puzzle
#
# Two readers, A and B, are trained on the training images. Then every test image is pushed to the right, and to the left, by the same number of
# pixels. You would read on without noticing.

# %%
mystery = [keras_reader(partial(mlp, hidden=(300, 100))), hog_system()]
for reader in mystery:
    reader.fit(x_train, y_train)
pushes_survived = accuracy_when_pushed(mystery)
seven = x_test[y_test == 7][:1]
two = ["reader A", "reader B"]
lab.show(figures.opening(seven[0], pushed(seven, 3)[0], pushes_survived, two))
for name, row in zip(two, pushes_survived, strict=True):
    print(f"{name}: {row[0]:.1%} unmoved, {row[2]:.1%} by 2 pixels, {row[4]:.1%} by 4")

# %% [markdown]
# On the unmoved digits you would hardly worry which one you got.

# %%
lab.predict(
    "8.0",
    "A sees plain pixels, B histograms of edge directions. "
    "Why does the same push hurt one so much more than the other?",
    words=True,
)

# %% [markdown]
# ## Raw pixels

# %% [markdown]
# ### Exercise 8.1 · Pixels as a row
#
# An image has $h$ rows and $w$ columns of pixels, 0 to 255. An MLP takes a plain row of numbers. *Flatten* the image: the pixel in row $r$, column $c$
# becomes entry $j = r\,w + c$. Then centre and scale every entry,
#
# $$z_j = (x_j - m_j)\,/\,255,$$
#
# where $m_j$ is the mean of entry $j$ over the **training** images. Test images use the same $m_j$. If they had a share in $m$, or a scale of their own, they would tell the model about themselves: data
# would *leak*.

# %%
lab.predict(
    "8.1",
    "Flatten a digit and its copy pushed by two pixels. "
    "What is the digit's row closer to, on average?",
    choices=["the row of its copy", "the nearest row of another class of digits"],
)


# %%
def prepare(x_train, x_test):
    """Flatten images, then centre and scale every pixel, all by the training images.

    Args:
        x_train: images (n, h, w), uint8 or float, 0 to 255.
        x_test: images (m, h, w).

    Returns:
        (z_train, z_test): float arrays (n, h*w) and (m, h*w).

    >>> prepare([[[0, 255]], [[255, 255]]], [[[255, 0]]])
    (array([[-0.5, 0. ], [0.5, 0. ]]), array([[0.5, -1. ]]))
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
    apart = cdist(z_test, z_train)
    apart[y_test[:200, None] == y_train] = np.inf  # only digits of another class
    to_another = apart.min(axis=1).mean()
    z_pushed = [prepare(x_train, pushed(x_test[:200], p))[1] for p in PUSHES]
    to_itself = [np.linalg.norm(z - z_test, axis=1).mean() for z in z_pushed]
    lab.show(figures.distances(to_itself, to_another))
    told = (
        f"{to_itself[2]:.1f} to its copy, {to_another:.1f} to a digit of another class"
    )
    lab.reveal("8.1", "a" if to_itself[2] < to_another else "b", f"{told}.")

# %% [markdown]
# ### Exercise 8.2 · The MLP
#
# Keras's *Sequential* model is a chain: each layer feeds the next. Build the multilayer perceptron
#
# input $\to$ Flatten $\to$ Dense + ReLU (one per entry of `hidden`) $\to$ Dense.
#
# A `Dense` layer computes $Wz + b$; ReLU is $\max(0, \cdot)$. The last layer has one unit per class and **no** activation: its outputs are *logits*, any real numbers. Softmax turns logits into probabilities
# later, inside the loss, where that is safe from rounding. Do not compile: how a model is trained is not part of what it is.

# %%
lab.predict(
    "8.2",
    "Shuffle the 784 pixels, in the same way for all training and test images, so that "
    "nobody could read them. How well does an MLP that is trained on them read?",
    choices=["as well as before, or nearly", "much worse", "no better than guessing"],
)


# %%
def build_mlp(input_shape, num_classes, hidden=(300, 100)):
    """Multilayer perceptron with ReLU, as an uncompiled keras.Sequential with logits.

    Args:
        input_shape: shape of one image, such as (28, 28, 1), or (784,) for rows.
        num_classes: number of logits.
        hidden: units of each hidden layer, input side first; may be empty.

    Returns:
        keras.Sequential from (b, *input_shape) to (b, num_classes).

    Its parameters are 4 * 5 + 5 and 5 * 3 + 3:

    >>> build_mlp((4,), 3, hidden=(5,)).count_params()
    43
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


def both_scores(build):
    """A trained reader, and its accuracy on digits as written and on shuffled ones."""
    reader = keras_reader(build).fit(x_train, y_train)
    other = keras_reader(build).fit(shuffled(x_train), y_train)
    plain = reader.score(x_test, y_test)
    return reader, (plain, other.score(shuffled(x_test), y_test))


readers, shuffle_scores = {}, {}
my_mlp = lab.answer("8.2", fallback=library_mlp)
readers["MLP"], shuffle_scores["MLP"] = both_scores(my_mlp)

# %%
with lab.needs("8.2"):
    plain, mixed = shuffle_scores["MLP"]
    five = x_test[:5]
    lab.show(figures.shuffled_pixels(five, shuffled(five), (plain, mixed)))
    z = np.reshape(five, (5, -1)) / 255
    weights = readers["MLP"].model_.get_weights()
    for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        z = np.maximum(0, z @ w + b)
    by_keras = readers["MLP"].model_.predict(five[..., None] / 255, verbose=0)
    gap = np.abs(z @ weights[-2] + weights[-1] - by_keras).max()
    print(f"Keras's logits, multiplied out in NumPy: off by at most {gap:.0e}")
    share = (mixed - 0.1) / (plain - 0.1)  # of what it knows more than guessing
    truth = "a" if share > 0.9 else "b" if share > 0.2 else "c"
    told = f"{plain:.1%} as written, {mixed:.1%} shuffled"
    lab.reveal("8.2", truth, f"{told}: it never knew which pixels are neighbours.")

# %% [markdown]
# ## Histograms of oriented gradients
#
# Before networks learnt features, people designed them. Dalal and Triggs (2005) asked of every small patch of an image: which way do the edges run, and how strong are they?
# The practical work of HES-SO T-MachLe 10 reads digits from these *histograms of oriented gradients*, HOG.

# %% [markdown]
# ### Exercise 8.3 · One cell
#
# Let $I_{r,c}$ be the grey value in row $r$, column $c$. The *gradient* has two parts, zero at the rim where a neighbour is missing:
#
# $$g^y_{r,c} = I_{r+1,c} - I_{r-1,c},\qquad g^x_{r,c} = I_{r,c+1} - I_{r,c-1}.$$
#
# Its magnitude is $\sqrt{(g^x)^2+(g^y)^2}$, its angle $\operatorname{atan2}(g^y, g^x)$ in degrees. *Unsigned* means modulo 180: light-to-dark and dark-to-light count alike. Cut 0 to 180 into $B$ equal bins; every pixel of a *cell* (a small patch) adds its
# magnitude to the bin of its angle. Divide by the number of pixels.

# %%
lab.predict(
    "8.3",
    "An upright stroke runs through a cell. Near which angle lies the bin that wins?",
    choices=["0 degrees, which is 180", "90 degrees"],
)


# %%
def image_gradients(image):
    """Differences of neighbours two pixels apart; image (h, w), uint8 or float.

    Returns:
        (gy, gx), float arrays (h, w): gy is zero in the first and last row, gx in the
        first and last column.

    >>> gy, gx = image_gradients([[1, 2, 4], [0, 0, 0], [3, 2, 1]])
    >>> gy
    array([[0., 0., 0.], [2., 0., -3.], [0., 0., 0.]])
    >>> gx
    array([[0., 3., 0.], [0., 0., 0.], [0., -2., 0.]])
    """
    ### BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    gy, gx = np.zeros_like(image), np.zeros_like(image)
    gy[1:-1] = image[2:] - image[:-2]
    gx[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return gy, gx
    ### END SOLUTION


def cell_histogram(gy, gx, orientations=9):
    """Mean gradient magnitude per bin of unsigned angle.

    Args:
        gy, gx: gradients (h, w) of one cell.
        orientations: number of bins.

    Returns:
        float array (orientations,); bin i holds angles from 180*i/orientations up to
        180*(i+1)/orientations degrees.

    A gradient of length 5 at 36.9 degrees, and one of length 2 at 180, which is 0:

    >>> cell_histogram([[3, 0]], [[4, -2]], 4)
    array([3.5, 0. , 0. , 0. ])
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
    upright = x_test[y_test == 1][0]
    gy, gx = image_gradients(upright)
    steepness = (np.abs(gx) - np.abs(gy)).reshape(7, 4, 7, 4).sum(axis=(1, 3))
    down, right = np.unravel_index(steepness.argmax(), (7, 7))  # an upright edge
    cell = np.s_[4 * down : 4 * down + 4, 4 * right : 4 * right + 4]
    histogram = cell_histogram(gy[cell], gx[cell])
    lab.show(figures.one_cell(upright, (4 * down, 4 * right), gy, gx, histogram))
    angle = 20 * histogram.argmax() + 10
    truth = "a" if min(angle, 180 - angle) < 45 else "b"
    share = histogram[[0, 1, 7, 8]].sum() / histogram.sum()
    told = f"{share:.0%} of the weight lies within 40 degrees of 0"
    lab.reveal("8.3", truth, f"{told}: a gradient runs across its edge.")

# %% [markdown]
# ### Exercise 8.4 · A block
#
# Press harder with the pen and every histogram grows. To forget the pressure, HOG joins neighbouring cells to a *block* and normalises all its numbers $v_i$ together (the scheme is called L2-Hys):
#
# 1. $u_i = v_i \big/ \sqrt{\sum_k v_k^2 + \varepsilon^2}$, where $\varepsilon = 10^{-5}$ keeps empty blocks from dividing by zero;
# 2. limit each $u_i$ to at most 0.2, so that one strong edge cannot drown the rest;
# 3. repeat step 1 on the limited numbers.
#
# Blocks overlap, so a cell is seen against several backgrounds.

# %%
lab.predict(
    "8.4",
    "Write a digit with half the ink. What becomes of a block's numbers by step 3?",
    choices=["they halve", "they grow", "they stay as they are, or nearly"],
)


# %%
def normalise_block(block):
    """L2-Hys normalisation of one block of cell histograms.

    Args:
        block: non-negative array of any shape, such as (2, 2, 9): cell row, cell
            column, bin.

    Returns:
        float array of the same shape.

    0.6 and 0.8 are both limited to 0.2, so they end up equal:

    >>> normalise_block([[3.0, 4.0]])
    array([[0.7071, 0.7071]])
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
    pair, four = np.array(image_gradients(image)), range(0, 28, 4)
    cells = [pair[:, r : r + 4, c : c + 4] for r in four for c in four]
    return np.reshape([cell_histogram(*cell) for cell in cells], (7, 7, 9))


def hog_by_hand(image):
    """All 6 x 6 overlapping blocks of 2 x 2 cells of an image: 1,296 numbers."""
    grid, six = cell_grid(image), range(6)
    blocks = [normalise_block(grid[r : r + 2, c : c + 2]) for r in six for c in six]
    return np.ravel(blocks)


with lab.needs("8.3", "8.4"):
    block = cell_grid(upright)[min(down, 5) :, min(right, 5) :][:2, :2]
    full, half = normalise_block(block), normalise_block(block / 2)
    lab.show(figures.ink((block, block / 2), (full, half)))
    hand = np.array([hog_by_hand(image) for image in x_test[:20]])
    theirs = hog(x_test[:20], pixels_per_cell=(4, 4), cells_per_block=(2, 2))
    hog_gap = np.abs(hand - theirs).max()
    print(f"Your {hand.shape[1]:,} numbers and coursekit.hog's: off by {hog_gap:.0e}")
    ratio = half.sum() / full.sum()
    truth = "a" if ratio < 0.9 else "b" if ratio > 1.1 else "c"
    told = f"No number changes by more than {np.abs(full - half).max():.0e}."
    lab.reveal("8.4", truth, told)

# %% [markdown]
# ### Exercise 8.5 · The HOG pipeline
#
# A scikit-learn *pipeline* is a list of steps that behaves as one classifier: `fit` and `predict` send images through all of them. Chain
#
# 1. `HOGTransformer`, the descriptor you built by hand: 9 orientations, cells of 4 x 4 pixels, blocks of 2 x 2 cells;
# 2. `LinearSVC`, a linear support vector machine: one weight per feature and class. Its `C` says how much an error on a training image costs; `random_state` fixes its chance.
#
# Return it unfitted. A step that learns from data, put inside the pipeline, learns from training rows only: leakage has no place to happen.

# %%
lab.predict(
    "8.5",
    "The SVM has 1,296 weights for class 7. Where in the image, and for edges that run "
    "which way, is the largest?",
    words=True,
)


# %%
def build_hog_reader(C=0.1, seed=0):
    """HOG features, then a linear SVM, as one unfitted scikit-learn Pipeline.

    Args:
        C: cost of errors, for LinearSVC.
        seed: int, LinearSVC's random_state.

    Returns:
        Pipeline of HOGTransformer (9 orientations, 4 x 4 pixels per cell, 2 x 2 cells
        per block) and LinearSVC, their other settings as they come. It takes images
        (n, h, w).

    >>> build_hog_reader()[0].fit_transform(np.zeros((1, 28, 28))).shape
    (1, 1296)
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
my_hog_reader = lab.answer("8.5", fallback=hog_system)
readers["HOG"] = my_hog_reader(seed=lab.seed).fit(x_train, y_train)

# %%
with lab.needs("8.5"):
    blocks = readers["HOG"][-1].coef_.reshape(10, 6, 6, 2, 2, 9)
    cells = np.zeros((10, 7, 7, 9))  # a cell's weight: the sum over its blocks
    for i, j in np.ndindex(2, 2):
        cells[:, i : i + 6, j : j + 6] += blocks[:, :, :, i, j]
    lab.show(figures.edges(cells))
    shares = [readers[name].score(x_test, y_test) for name in ("HOG", "MLP")]
    print("right: HOG + linear SVM {:.1%}, MLP on pixels {:.1%}".format(*shares))
    *place, strongest = np.unravel_index(cells[7].argmax(), (7, 7, 9))
    tilt = abs(20 * strongest + 10 - 90)  # an edge runs across its gradient
    truth = "cell row {} and column {} of 7".format(*np.add(place, 1))
    truth += f", for edges {tilt} degrees away from flat"
    lab.reveal("8.5", truth, "Inside its cell of 4 x 4 pixels an edge may move freely.")

# %% [markdown]
# ## Learnt features

# %% [markdown]
# ### Exercise 8.6 · The CNN
#
# In Keras's *Functional* API you call layers on tensors and name where they start and end: `x = layer(x)`, then `keras.Model(inputs, outputs)`. Build
#
# input $\to$ [Conv2D of 3 x 3, `"same"` padding, ReLU $\to$ MaxPooling2D of 2 x 2] for every entry of `filters` $\to$ Flatten $\to$ Dense.
#
# An entry of `filters` is the number of kernels. `"same"` pads with zeros so that height and width stay; the pooling halves them, dropping an odd last row or column. As before, the outputs are logits, and nothing is compiled.

# %%
lab.predict(
    "8.6a",
    "Will shuffled pixels cost this network more right answers than they cost the MLP?",
    choices=["yes, more", "no, as few or fewer"],
)

# %%
lab.predict(
    "8.6b",
    "With their default sizes on 28 x 28 pixels: which has more parameters?",
    choices=["the MLP, by far", "the CNN, by far", "about the same"],
)


# %%
def build_cnn(input_shape, num_classes, filters=(16, 32, 64)):
    """Convolutional network with the Functional API, uncompiled, giving logits.

    Args:
        input_shape: (height, width, channels) of one image; large enough to be halved
            once per entry of `filters`.
        num_classes: number of logits.
        filters: kernels of each convolution, input side first; at least one entry.

    Returns:
        keras.Model from (b, *input_shape) to (b, num_classes).

    Its parameters are 3 * 3 * 2 + 2 and, for the last map, 2 * 2 * 2 * 3 + 3:

    >>> build_cnn((4, 4, 1), 3, filters=(2,)).count_params()
    47
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
readers["CNN"], shuffle_scores["CNN"] = both_scores(my_cnn)

# %%
with lab.needs("8.6"):
    n, sizes = len(y_test), {m: readers[m].n_parameters_ for m in ("MLP", "CNN")}
    lab.show(figures.shuffle_errors(shuffle_scores, n, sizes))
    lost = {name: round((a - b) * n) for name, (a, b) in shuffle_scores.items()}
    told = f"CNN {lost['CNN']}, MLP {lost['MLP']} answers of {n} lost"
    truth = "a" if lost["CNN"] > lost["MLP"] else "b"
    lab.reveal("8.6a", truth, f"{told}. Kernels look at neighbours; see the intervals.")
    times = sizes["MLP"] / sizes["CNN"]
    truth = "a" if times > 2 else "b" if times < 0.5 else "c"
    lab.reveal("8.6b", truth, f"{sizes['MLP']:,} against {sizes['CNN']:,}.")

# %% [markdown]
# ## A fair comparison
#
# `coursekit.compare` trains every reader anew on the same rows, lets them answer the same test rows, and tests each pair with McNemar's test (lab 05; Holm's correction for three pairs). With `train_sizes` it
# repeats the training on fewer images.

# %%
lab.predict(
    "8.6c",
    "All three learn again, from a few images of each digit only. Which errs least?",
    choices=["MLP", "HOG", "CNN"],
)

# %%
contestants = {"MLP": keras_reader(my_mlp), "HOG": my_hog_reader(seed=lab.seed)}
contestants["CNN"] = keras_reader(my_cnn)
steps_up = lab.pick((100, 300, 1000) if is_mnist else (100, 400), (64, 160))
data = (x_train, y_train), (x_test, y_test)
result = coursekit.compare(contestants, data, seed=lab.seed, train_sizes=steps_up)

# %%
with lab.needs("8.6"):
    print(result)
    for pair in result.pairs:
        told = f"{pair.a} alone right: {pair.test.b}, {pair.b} alone: {pair.test.c}"
        print(f"{told}; p = {pair.p_holm:.2g} after Holm")
    lab.show(figures.learning_curves(result.train_sizes, contestants))
    small = min(steps_up)
    fewest = {p.name: p.accuracy for p in result.train_sizes if p.size == small}
    told = ", ".join(f"{name} {share:.1%}" for name, share in fewest.items())
    best = max(fewest, key=fewest.get)
    lab.reveal("8.6c", best, f"Right after {small} images: {told}.")

# %% [markdown]
# ## Where readers go wrong

# %% [markdown]
# ### Exercise 8.7 · Worst mistakes
#
# A score says how often a reader errs, not why. Look at the errors. Let $p_{ik}$ be the probability that a reader gives class $k$ for test image $i$; it says the class of the largest
# $p_{ik}$, and $y_i$ is the true class. Among the rows it gets **wrong**, the worst are those where it gave the truth the least: smallest $p_{i,y_i}$ first. Return their row numbers, at most $k$. If there are fewer mistakes than that, return them all. Equal
# values stay in the order of their rows.

# %%
lab.predict(
    "8.7",
    "Take all digits that at least one of the three readers gets wrong. "
    "How many of them do all three get wrong?",
    choices=["nearly all", "about half", "less than a third"],
)


# %%
def worst_mistakes(y_true, probabilities, k):
    """Rows of the k worst mistakes, the worst first.

    Args:
        y_true: integer array (n,), true classes 0 to c-1.
        probabilities: float array (n, c), rows sum to 1.
        k: how many rows at most.

    Returns:
        integer array of at most k row numbers.

    Row 2 is right:

    >>> worst_mistakes([0, 1, 1], [[0.4, 0.6], [0.9, 0.1], [0.2, 0.8]], 5)
    array([1, 0])
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
    shares = {s.name: s.evaluation.probabilities for s in result.systems}
    rows = {name: worst_mistakes(y_test, p, 7) for name, p in shares.items()}
    lab.show(figures.worst(x_test, y_test, rows, shares))
    wrong = np.array([s.predictions != y_test for s in result.systems])
    defeated, all_three = wrong.any(axis=0).sum(), wrong.all(axis=0).sum()
    share = all_three / defeated
    truth = "c" if share < 1 / 3 else "b" if share < 0.7 else "a"
    told = f"{defeated} defeat at least one, {all_three} defeat all three"
    lab.reveal("8.7", truth, f"{told}. Whose fault are those: reader's or writer's?")

# %% [markdown]
# ## Help the reader

# %% [markdown]
# ### Exercise 8.8 · Centre of mass
#
# The people who made MNIST never let a digit sit off centre. The *centre of mass* of an image $I$ of height $h$ and width $w$, numbered from 0, is
#
# $$\bar r = \frac{\sum_{r,c} r\, I_{r,c}}{\sum_{r,c} I_{r,c}}, \qquad \bar c = \frac{\sum_{r,c} c\, I_{r,c}}{\sum_{r,c} I_{r,c}}.$$
#
# Move the image, as in lab 06 but by whole pixels: down by $h/\!/2 - \bar r$ and right by $w/\!/2 - \bar c$, each rounded to the nearest whole number ($/\!/$ drops the remainder, negative means up or left). Ink that leaves the frame is lost, black comes in on the other side. An image without ink stays as it is.

# %%
lab.predict(
    "8.8",
    "Push every test digit by 3 pixels, then centre it. How well does the MLP read it?",
    choices=["as well as unmoved, or nearly", "about halfway", "as badly as pushed"],
)


# %%
def centre(image):
    """Move an image so that its centre of mass comes to the pixel (h // 2, w // 2).

    Args:
        image: (h, w), uint8 or float, 0 is black; not changed.

    Returns:
        array (h, w).

    >>> centre([[8, 0, 0], [0, 0, 0], [0, 0, 0]])
    array([[0, 0, 0], [0, 8, 0], [0, 0, 0]])
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

# %%
with lab.needs("8.8"):
    names = ["MLP on raw pixels (was A)", "HOG + linear SVM (was B)", "CNN"]
    before = accuracy_when_pushed(readers.values())
    after = accuracy_when_pushed(
        readers.values(), lambda x: np.array([*map(centre, x)])
    )
    lab.show(figures.pushed_and_centred(before, after, names))
    regained = (after[0, 3] - before[0, 3]) / (before[0, 0] - before[0, 3])
    truth = "a" if regained > 0.8 else "b" if regained > 0.2 else "c"
    told = f"{before[0, 0]:.1%} unmoved, {before[0, 3]:.1%} pushed"
    lab.reveal("8.8", truth, f"{told}, {after[0, 3]:.1%} pushed and centred.")

# %% [markdown]
# ## The first picture, explained

# %%
with lab.needs("8.8"):
    lost = zip(readers, before[:, 0] - before[:, 3], strict=True)
    falls = ", ".join(f"{name} {share:.1%}" for name, share in lost)
    reason = (
        "A has one weight for every pixel: move the ink and other weights answer. "
        "B asks what edges a cell holds: a small push stays inside the cell"
    )
    lab.reveal("8.0", reason, f"Lost by a push of 3 pixels: {falls}.")

# %% [markdown]
# Now you can explain it. Reader A, the MLP, knows no neighbours. Reader B, HOG, forgives what stays inside a cell. The CNN looks for the same pattern at every place, and each pooling forgets a little more
# of where it was. And the cheapest cure needs no network: put every digit where the reader expects it.
#
# ## Draw your own
#
# A drawing comes large and off centre. `preprocess_digit` crops it, scales it into 20 x 20 pixels, and centres it by mass in 28 x 28. First a 7 drawn by a program, raw and prepared; then the pad is yours.

# %%
canvas = np.zeros((140, 140), np.uint8)
canvas[12, 70:126] = 255  # the flat stroke of a 7, in the upper right corner
slant = np.linspace([12, 125], [85, 92], 200).round().astype(int)
canvas[tuple(slant.T)] = 255
canvas = maximum_filter(canvas, size=9)  # a pen 9 pixels wide
shrunk = canvas.reshape(28, 5, 28, 5).mean(axis=(1, 3)).astype(np.uint8)
views = {"only shrunk": shrunk, "prepared": preprocess_digit(canvas)}
said = {
    words: {
        name: int(reader.predict(view[None])[0]) for name, reader in readers.items()
    }
    for words, view in views.items()
}
lab.show(figures.drawn(canvas, views, said))
for words, answers in said.items():
    print(f"{words}: {list(answers.values()).count(7)} of {len(answers)} readers say 7")

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
    "linear classifier": ("12.0 %", partial(mlp, hidden=())),
    "MLP, 300 hidden units": ("4.7 %", partial(mlp, hidden=(300,))),
    "LeNet-5": ("0.95 %", lenet5),
}
errors = {}
for name, (stated, build) in others.items():
    reader = keras_reader(build).fit(x_train, y_train)
    errors[name] = stated, 1 - reader.score(x_test, y_test)
mine = {s.name: 1 - s.evaluation.accuracy for s in result.systems}
errors["MLP, 300-100 hidden units"] = "3.05 %", mine["MLP"]
errors["HOG + linear SVM"], errors["CNN of this lab"] = (
    ("", mine["HOG"]),
    ("", mine["CNN"]),
)

# %%
counts = f"{len(x_train):,} training and {len(x_test):,} test images"
note = f"{counts} of MNIST's 60,000 and 10,000"
if not is_mnist:
    note = f"not comparable, these are not MNIST's digits; {counts}"
claims = []
for name, (stated, share) in errors.items():
    row = {"claim": f"{name}: test error", "measured": f"{share:.2%}", "note": note}
    row["source"] = "LeCun et al. 1998" if stated else "no figure claimed"
    claims.append(row | {"stated": f"{stated} on MNIST" if stated else ""})
order = ("linear classifier", "MLP, 300-100 hidden units", "LeNet-5")
a, b, c = (errors[name][1] for name in order)
row = {"claim": "order: linear worse than 300-100 MLP worse than LeNet-5"}
row |= {"source": "LeCun et al. 1998", "stated": "yes"}
note = f"{len(y_test)} test images tell apart errors that differ by a few per cent"
claims.append(row | {"measured": "yes" if a > b > c else "no", "note": note})
with lab.needs("8.3", "8.4"):
    row = {"claim": "HOG by hand is the library's", "source": "coursekit.hog"}
    row |= {"stated": 0, "measured": f"off by {hog_gap:.0e}", "note": "20 digits"}
    claims.append(row)
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Push the *training* images too, each by a random amount, and draw the opening picture once more. Which reader gains most? (Lab 06 calls this augmentation.)
# - Fetch all of MNIST and run `coursekit compare --data mnist`: five readers, one report.
# - Replace the linear SVM by `SVC(kernel="rbf")` on the same features, as the practical work suggests, or by your MLP. What do features buy each of them?
# - Rotate instead of pushing. Which orientation bins move where, and from which angle on do the three readers part?
# - Draw ten digits of each kind on the pad with a friend. Is one of you easier to read?
