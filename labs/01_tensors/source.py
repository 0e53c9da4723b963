# ---
# coursekit:
#   title: Tensors and Keras
#   question: One neuron, one picture, and an orange number under every arrow. Where do the orange numbers come from, and what are they for?
#   goals:
#     - "Handle tensors with certainty: axes, dtype, broadcasting, reshape against transpose, the batch axis"
#     - Say what a computational graph is, and measure and compute gradients on it
#     - Build, train, take apart, save and load networks in Keras 3, as a chain and as a graph with several inputs and outputs
#   prerequisites:
#     - Python functions and NumPy arrays
#     - the derivative of a function of one variable
#   lecture: "CNN and Keras lecture (TensorFlow, Keras models); HES-SO T-MachLe 10 (Keras, GPU and TPU)"
#   seconds: {cpu: 40, fast: 25}
#   accelerator: none needed; on a GPU or TPU the section on speed shows what it gives
# ---

# %% [markdown]
# # Tensors and Keras
#
# **One neuron, one picture, and an orange number under every arrow. Where do the orange numbers come from, and what are they for?**
#
# Deep learning is arithmetic on boxes of numbers. You will write the arithmetic by hand first, then let Keras do it, and show each time that the two agree.

# %%
import itertools
import tempfile
import time
import warnings
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from sklearn.metrics.pairwise import euclidean_distances

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.plots import PALETTE, draw_graph, subplots
from coursekit.plots.models import draw_model

lab = open_lab("01_tensors")
check = lab.check
results = {}  # what the receipt at the end reports

# %% [markdown]
# ## A neuron and a puzzle
#
# This neuron has two inputs $x_1, x_2$ with weights $w_1, w_2$, and a bias $b$. It computes $s = w_1x_1 + w_2x_2 + b$ and answers
# $y = \sigma(s) = 1/(1+e^{-s})$, a number between 0 and 1. The target is $t$, the error $e = y - t$, and the *loss* $L = e^2$ says how wrong the answer is.
#
# The picture is its **computational graph**: circles are operations, and along each arrow runs a number.

# %%
NODES = {
    "x1": "$x_1$", "w1": "$w_1$", "x2": "$x_2$", "w2": "$w_2$", "b": "$b$", "t": "$t$",
    "p1": "×", "p2": "×", "s": "+", "y": "$\\sigma$", "e": "−", "L": "$e^2$",
}  # fmt: skip
EDGES = [
    ("x1", "p1"), ("w1", "p1"), ("x2", "p2"), ("w2", "p2"), ("p1", "s"), ("p2", "s"), ("b", "s"),
    ("s", "y"), ("y", "e"), ("t", "e"), ("e", "L"),
]  # fmt: skip
START = [2.0, -0.5, 0.0, 3.0, 0.5, 1.0]  # x1, w1, x2, w2, b, t


def neuron(push, exp=np.exp):
    """The twelve numbers in the graph, in the order of NODES; `push[i]` is added to number i where it arises."""
    x1, w1, x2, w2, b, t = (START[i] + push[i] for i in range(6))
    p1 = x1 * w1 + push[6]
    p2 = x2 * w2 + push[7]
    s = p1 + p2 + b + push[8]
    y = 1 / (1 + exp(-s)) + push[9]
    e = y - t + push[10]
    loss = e * e + push[11]
    return [x1, w1, x2, w2, b, t, p1, p2, s, y, e, loss]


def graph_picture(orange):
    """The graph with its values, and `orange[i]` under the arrow of node i."""
    values = dict(zip(NODES, neuron(np.zeros(12)), strict=True))
    shown = {
        name: round(float(number), 3) + 0.0
        for name, number in zip(NODES, orange, strict=True)
    }
    return draw_graph(NODES, EDGES, values, shown)


backwards = coursekit.gradients(lambda push: neuron(push, ops.exp)[-1], np.zeros(12))
lab.show(
    graph_picture(backwards),
    alt="A graph of one neuron from left to right. Six inputs flow through two products, a sum, a sigmoid, a difference and a square. "
    "Above each arrow stands a value, below it a gradient; the gradient of the last node is 1, that of w2 is 0.",
)

# %% [markdown]
# The blue numbers are easy: follow the arrows and calculate. But the orange ones? Why is the last one 1, and why does $w_2$, the largest input of all,
# get a 0? `coursekit.gradients` found them in a moment. At the end you will draw this picture with your own code, and explain it.
#
# ## A tensor is a box of numbers
#
# A **tensor** is an array of numbers, all of one type. Its **rank** is the number of its **axes** (directions to count along), its **shape** says how long each axis
# is, and its **dtype** says what kind of numbers it holds. Axis 0 is usually the **batch axis**: one entry per sample.

# %%
(x_train, y_train), (x_test, y_test) = (
    coursekit.load_digits()
)  # real handwritten digits, no network needed

boxes = {
    "a loss": np.float32(0.25),
    "class scores of one image": np.zeros(10, dtype="float32"),
    "one grey image": x_train[0],
    "a batch of grey images": x_train,
    "a batch of colour images": np.stack([x_train[:8]] * 3, axis=-1),
}
print(f"{'what':28}{'rank':>5}  {'shape':18}dtype")
for what, box in boxes.items():
    print(f"{what:28}{box.ndim:5}  {box.shape!s:18}{box.dtype}")
tensor = ops.convert_to_tensor(x_train[:2], dtype="float32")
print(
    f"\nKeras makes the same of it: {type(tensor).__name__}, shape {tuple(tensor.shape)}, {keras.backend.standardize_dtype(tensor.dtype)}."
)
wrapped = np.array([3], dtype="uint8") - np.array([5], dtype="uint8")
print(
    f"Mind the dtype: 3 - 5 in uint8 is {wrapped[0]}, as this type knows only 0 to 255 and starts again."
)

# %% [markdown]
# **Exercise 1.1** Move axes, or recount them. `np.transpose(a, order)` moves whole axes: axis `order[k]` of `a` becomes axis `k`. `reshape` keeps the numbers in their
# order in memory (last axis fastest) and only cuts the row of numbers anew; a length of -1 means: whatever is left.
#
# - Keras stores colour images as $(n, h, w, c)$: $n$ images, $h$ rows, $w$ columns, $c$ channels. Other libraries want $(n, c, h, w)$: the *same picture* in every channel.
# - A dense layer wants one flat row per image. Pixels 0 to 255 become `float32` between 0 and 1: divide by 255, always, so that every image is treated alike.
#
# *Predict:* you reshape $(n, h, w, c)$ straight to $(n, c, h, w)$. The shape is right. What does a channel look like?


# %%
def channels_first(images):
    """Bring the channel axis from last to second place.

    Args:
        images: array (n, h, w, c), any dtype.

    Returns:
        array (n, c, h, w), same dtype. For shape (1, 1, 2, 3) and numbers 0 to 5, the first channel is [[0, 3]].
    """
    ### BEGIN SOLUTION
    return np.transpose(images, (0, 3, 1, 2))
    ### END SOLUTION


def flat_rows(images):
    """One row of numbers in [0, 1] per image.

    Args:
        images: uint8 array (n, h, w), 0 to 255.

    Returns:
        float32 array (n, h * w). flat_rows of [[[0, 255], [51, 0]]] is [[0, 1, 0.2, 0]].
    """
    ### BEGIN SOLUTION
    return images.reshape(len(images), -1).astype("float32") / 255
    ### END SOLUTION


# %%
check("1.1")

# %%
with lab.needs("1.1"):
    three = np.stack([x_train[y_train == d][0][:, 2:-2] for d in (3, 5, 8)], axis=-1)[
        None
    ]  # (1, 28, 24, 3)
    moved, recounted = channels_first(three)[0], three.reshape(1, 3, 28, 24)[0]
    figure, axes = subplots(2, 4, size=(7.5, 4.2))
    for row, (name, planes) in enumerate(
        [("your transpose", moved), ("reshape", recounted)]
    ):
        axes[row, 0].imshow(three[0])
        axes[row, 0].set_title("colour image (h, w, c)", fontsize=9)
        for channel in range(3):
            axes[row, 1 + channel].imshow(planes[channel], cmap="gray")
            axes[row, 1 + channel].set_title(f"{name}: channel {channel}", fontsize=9)
    for ax in axes.flat:
        ax.axis("off")
    lab.show(
        figure,
        alt="A colour image made of a three in red, a five in green and an eight in blue. After the transpose the three channels "
        "show the three digits. After the reshape each channel shows a third of the image, torn into stripes.",
    )
    keras_way = ops.convert_to_numpy(ops.transpose(three, (0, 3, 1, 2)))
    print(
        f"Yours equals keras.ops.transpose: {np.array_equal(channels_first(three), keras_way)}. The shape alone proves nothing."
    )


# %% [markdown]
# **Exercise 1.2** Broadcasting. When two shapes differ, NumPy and Keras align them *from the right*; an axis of length 1, or a missing one, is stretched to fit, without a copy:
#
# | shapes | result |
# |---|---|
# | $(n, d)$ and $(d,)$ | $(n, d)$: the vector meets every row |
# | $(n, 1, d)$ and $(1, m, d)$ | $(n, m, d)$: every row meets every row |
#
# `a[:, None, :]` inserts an axis of length 1. With it you need no loop for all **squared distances** between $n$ rows $a_i$ and $m$ rows $b_j$, each of $d$ numbers:
#
# $$D_{ij} = \sum_{k=1}^{d} (a_{ik} - b_{jk})^2.$$
#
# Mind the dtype: rows of `uint8` pixels must give right distances too.
#
# *Predict:* label a digit like its nearest training digit. How often is that right?


# %%
def squared_distances(a, b):
    """Squared distance of every row of a to every row of b.

    Args:
        a: array (n, d), integers or floats; uint8 is allowed.
        b: array (m, d).

    Returns:
        float array (n, m). squared_distances([[0, 0], [1, 1]], [[3, 4]]) is [[25], [13]] (given as arrays).
    """
    ### BEGIN SOLUTION
    a, b = a.astype(float), b.astype(float)
    return np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=-1)
    ### END SOLUTION


# %%
check("1.2")

# %%
with lab.needs("1.2"):

    def coarse(images):
        """Means over cells of 4 x 4 pixels, as rows of 49 numbers: a reshape that splits both axes, then a mean over two of four."""
        return images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)

    by_class_train, by_class_test = (
        np.argsort(y_train, kind="stable"),
        np.argsort(y_test, kind="stable")[::3],
    )
    few = by_class_train[::6]
    picture = squared_distances(coarse(x_test[by_class_test]), coarse(x_train[few]))
    figure, ax = subplots(size=(7.5, 4.6))
    drawn = ax.imshow(np.sqrt(picture), cmap="gray", aspect="auto")
    for axis, labels in (("x", y_train[few]), ("y", y_test[by_class_test])):
        middle = [np.mean(np.flatnonzero(labels == d)) for d in range(10)]
        ax.set(**{f"{axis}ticks": middle, f"{axis}ticklabels": range(10)})
    ax.grid(False)
    ax.set(
        xlabel="training images, sorted by digit",
        ylabel="test images, sorted by digit",
        title="Distance of every test image to every training image",
    )
    figure.colorbar(drawn, label="distance (dark: near)")
    lab.show(
        figure,
        alt="A grey matrix of distances between test and training digits, both sorted by class. Dark blocks lie along the diagonal: "
        "images of the same digit are near each other. Zeros and sixes stand out most clearly.",
    )
    every = squared_distances(coarse(x_test[by_class_test]), coarse(x_train))
    nearest_right = np.mean(y_train[every.argmin(axis=1)] == y_test[by_class_test])
    a, b = (
        ops.convert_to_tensor(coarse(x_test[:20]), "float32"),
        ops.convert_to_tensor(coarse(x_train[:30]), "float32"),
    )
    with_keras = ops.convert_to_numpy(
        ops.sum(ops.square(ops.expand_dims(a, 1) - ops.expand_dims(b, 0)), axis=-1)
    )
    mine = squared_distances(coarse(x_test[:20]), coarse(x_train[:30]))
    library = euclidean_distances(
        coarse(x_test[:20]), coarse(x_train[:30]), squared=True
    )
    print(
        f"The nearest training digit is of the right class for {nearest_right:.1%} of {len(by_class_test)} test digits."
    )
    print(
        f"Relative gap to scikit-learn {np.abs(mine - library).max() / mine.max():.0e}, to keras.ops in float32 {np.abs(mine - with_keras).max() / mine.max():.0e}."
    )

# %% [markdown]
# ## The layer, by hand
#
# **Exercise 1.3** A dense layer and a softmax. A **dense layer** with $d$ inputs and $c$ units holds a weight matrix $W$ $(d, c)$ and a bias $b$ $(c,)$. For a batch $X$ $(n, d)$ it gives
# $Z = XW + b$: the matrix product (`@`, not `*`) takes each row times each column, and $b$ is broadcast to every row.
#
# Row by row, $Z$ holds one score per class, called **logits**: any real numbers. The **softmax** makes probabilities of a row $z$:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} = \frac{e^{z_k-m}}{\sum_j e^{z_j-m}},\qquad m=\max_j z_j.$$
#
# The second form gives the same and never overflows; $e^{1000}$ does.
#
# *Predict:* take the mean image of each digit as a column of $W$. Can an untrained layer read digits?


# %%
def dense(x, w, b):
    """A dense layer without activation.

    Args:
        x: float array (n, d), one sample per row.
        w: float array (d, c).
        b: float array (c,).

    Returns:
        float array (n, c). dense([[1, 2]], [[3, 0, 1], [4, 1, 0]], [0, 0, 5]) is [[11, 2, 6]] (given as arrays).
    """
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


def softmax(z):
    """Probabilities of each row of logits, safe for logits of any size.

    Args:
        z: float array (n, c). It is not changed.

    Returns:
        float array (n, c), each row sums to 1. softmax([[0, np.log(3)]]) is [[0.25, 0.75]] (given as an array).
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("1.3")


# %%
def library_rows(images):
    """What Exercise 1.1 asks for, by two layers of Keras."""
    return ops.convert_to_numpy(layers.Flatten()(layers.Rescaling(1 / 255)(images)))


to_rows = lab.answer("1.1", fallback=library_rows, name="flat_rows")
rows_train, rows_test = to_rows(x_train), to_rows(x_test)
templates = np.stack(
    [rows_train[y_train == d].mean(axis=0) for d in range(10)], axis=1
)  # (784, 10): a mean image per column
offsets = (
    -np.sum(templates**2, axis=0) / 2
)  # with these, the largest logit belongs to the nearest mean

with lab.needs("1.3"):
    logits = dense(rows_test, templates, offsets)
    probabilities = softmax(logits)
    shown = [int(np.flatnonzero(y_test == d)[3]) for d in range(10)]
    figure, axes = subplots(1, 2, size=(8.5, 3.9), width_ratios=(1.25, 1))
    axes[0].imshow(
        np.concatenate(
            [
                np.concatenate(templates.T.reshape(2, 5, 28, 28)[row], axis=1)
                for row in range(2)
            ]
        ),
        cmap="gray",
    )
    axes[0].set_title("The ten columns of W, as images", fontsize=10)
    axes[0].axis("off")
    drawn = axes[1].imshow(probabilities[shown], cmap="gray_r", vmin=0, vmax=1)
    axes[1].set(
        xticks=range(10),
        yticks=range(10),
        xlabel="unit of the layer",
        ylabel="digit in the image",
    )
    axes[1].set_title("Your softmax of ten test images", fontsize=10)
    axes[1].grid(False)
    figure.colorbar(drawn, label="probability")
    lab.show(
        figure,
        alt="Left, ten blurred mean digits from zero to nine: the columns of the weight matrix. Right, a ten by ten matrix of "
        "probabilities for one image of each digit, with most of its weight on the diagonal.",
    )
    layer = layers.Dense(10)
    layer.build((None, 784))
    layer.set_weights([templates, offsets])
    keras_logits = ops.convert_to_numpy(layer(rows_test))
    keras_softmax = ops.convert_to_numpy(ops.softmax(keras_logits))
    print(
        f"No training, one layer: {np.mean(logits.argmax(axis=1) == y_test):.1%} of {len(y_test)} test digits are right."
    )
    print(
        f"Largest gap to keras.layers.Dense {np.abs(logits - keras_logits).max():.0e}, to keras.ops.softmax {np.abs(probabilities - keras_softmax).max():.0e}."
    )

# %% [markdown]
# A dense unit compares the input with a template. Training will find better templates than means. For that we need to know which way to turn each weight.
#
# ## Gradients
#
# **Exercise 1.4** Nudge and look. How does a number $f(x)$ react to entry $x_i$ of a tensor $x$? Move that entry alone by a small step $h$ to both sides:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\,u_i) - f(x - h\,u_i)}{2h},$$
#
# where $u_i$ is 1 at entry $i$ and 0 elsewhere. These *central differences*, one per entry, approximate the **gradient** of $f$ at $x$, a tensor of the shape of $x$.
#
# Work on a float copy: a nudge of 0.0001 to an integer is lost, and the caller's $x$ must stay as it was.
#
# *Predict:* what happens to the loss in the first picture when you nudge $w_2$?


# %%
def slopes(f, x, h=1e-4):
    """Gradient of a function by central differences.

    Args:
        f: function of a float array of the shape of x that returns a number.
        x: array of any shape, floats or integers. It is not changed.
        h: step.

    Returns:
        float array of the shape of x. For f(x) = x[0]**3 at x = [2], h = 1: [(27 - 1) / 2] = [13].
    """
    ### BEGIN SOLUTION
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient
    ### END SOLUTION


# %%
check("1.4")

# %%
with lab.needs("1.4"):
    nudged = slopes(lambda push: neuron(push)[-1], np.zeros(12))
    start = np.array(START)
    parameters = start.copy()
    path = []
    for _ in range(41):  # walk downhill: only w1, w2 and b may change
        push = np.concatenate([parameters - start, np.zeros(6)])
        path.append(neuron(push)[-1])
        step = slopes(lambda push: neuron(push)[-1], push)[:6]
        parameters -= 0.5 * step * np.array([0, 1, 0, 1, 1, 0])
    figure, ax = subplots(size=(6.5, 3))
    ax.plot(path, "o-", ms=3)
    ax.set(
        xlabel="steps against the gradient",
        ylabel="loss $L$",
        ylim=(0, None),
        title="What gradients are for",
    )
    lab.show(
        figure,
        alt="The loss of the neuron against the number of steps. It falls from about 0.39 steeply at first, then more and more "
        "slowly towards zero.",
    )
    results["nudging"] = np.abs(nudged - backwards).max()
    print(
        f"Nudged and automatic gradients of the twelve numbers differ by at most {results['nudging']:.0e}."
    )
    print(
        f"{len(path) - 1} steps against the gradient: L from {path[0]:.3f} to {path[-1]:.3f}; w2 from {START[3]:g} to {parameters[3]:g}."
    )

# %% [markdown]
# Nudging is honest and slow: two runs of the graph for every number. **Automatic differentiation** walks the graph backwards once and gets all of them, exact up to
# rounding; lab 03 opens that machine. TensorFlow and JAX do it for any function made of their operations, and `coursekit.gradients(f, x)` asks whichever is there.

# %% [markdown]
# ## The same network twice
#
# **Exercise 1.5** Count, then build. A **multilayer perceptron** with `sizes` $[n_0, n_1, \dots, n_L]$ has $n_0$ inputs and $L$ dense layers; layer $i$ has $n_i$ units, so $n_{i-1} n_i$ weights and $n_i$
# biases. Every layer but the last is followed by the *activation* $\mathrm{relu}(s) = \max(0, s)$. The last gives logits.
#
# Keras builds it in two styles:
#
# - **Sequential**, a chain: `keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), ...])`;
# - **Functional**, a graph: call each layer on a tensor, `h = layers.Dense(3)(h)`, then name both ends, `keras.Model(inputs, outputs)`.
#
# `keras.Input((4,))` stands for a batch of rows of 4 numbers; the batch axis is left out.
#
# *Predict:* how many parameters for sizes [784, 32, 10]?


# %%
def parameter_count(sizes):
    """Weights and biases of a multilayer perceptron, as an int. parameter_count([3, 5, 2]) is 20 + 12 = 32."""
    ### BEGIN SOLUTION
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
    ### END SOLUTION


def sequential_net(sizes):
    """The perceptron as keras.Sequential, not compiled: (n, sizes[0]) to logits (n, sizes[-1]). sizes is a list of at least two ints."""
    ### BEGIN SOLUTION
    hidden = [layers.Dense(units, activation="relu") for units in sizes[1:-1]]
    return keras.Sequential(
        [keras.Input((sizes[0],)), *hidden, layers.Dense(sizes[-1])]
    )
    ### END SOLUTION


def functional_net(sizes):
    """The same network in the Functional style: a keras.Model made from its input and output tensors."""
    ### BEGIN SOLUTION
    inputs = keras.Input((sizes[0],))
    h = inputs
    for units in sizes[1:-1]:
        h = layers.Dense(units, activation="relu")(h)
    return keras.Model(inputs, layers.Dense(sizes[-1])(h))
    ### END SOLUTION


# %%
check("1.5")

# %% [markdown]
# Four verbs train and use a model, in either style:
#
# - `compile` chooses the optimiser (how to step against the gradient), the loss and what to report. Our loss is the *cross-entropy*: minus the logarithm of the probability
#   that the softmax gives to the right class;
# - `fit` walks through the training data in batches, several *epochs* (passes) long;
# - `evaluate` gives loss and metrics on data with known answers;
# - `predict` gives outputs as NumPy arrays, batch by batch; for a single batch `model(x)` gives them as a tensor.
#
# `coursekit.fit` is Keras's `fit` with a seed and a check that model and loss belong together.

# %%
EPOCHS = lab.pick(12, 6)


def library_net(sizes):
    """What Exercise 1.5 asks for, by coursekit."""
    return coursekit.models.mlp((sizes[0],), sizes[-1], hidden=sizes[1:-1])


def prepare(model):
    """Compile a digit classifier that gives logits."""
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


keras.utils.set_random_seed(lab.seed)
net = prepare(
    lab.answer("1.5", fallback=library_net, name="sequential_net")([784, 32, 10])
)
first_weights = net.get_weights()
chain_history = coursekit.fit(
    net,
    rows_train,
    y_train,
    epochs=EPOCHS,
    batch_size=64,
    seed=lab.seed,
    progress="none",
).history
report = net.evaluate(
    rows_test, y_test, batch_size=len(rows_test), verbose=0, return_dict=True
)
predicted = net.predict(rows_test, batch_size=len(rows_test), verbose=0)
print(
    f"evaluate: {report['accuracy']:.1%} of {len(y_test)} test digits right, loss {report['loss']:.3f}"
)
print(
    f"predict:  {predicted.shape}, logits; the class is the largest: {predicted[0].argmax()}, and it was a {y_test[0]}"
)

# %%
with lab.needs("1.5"):
    graph_net = prepare(functional_net([784, 32, 10]))
    graph_net.set_weights(
        first_weights
    )  # the same start; the seed gives the same batches
    graph_history = coursekit.fit(
        graph_net,
        rows_train,
        y_train,
        epochs=EPOCHS,
        batch_size=64,
        seed=lab.seed,
        progress="none",
    ).history
    figure, axes = subplots(1, 3, size=(9.5, 3.6), width_ratios=(1, 1, 1.5))
    draw_model(net, title=f"Sequential: {net.count_params():,} parameters", ax=axes[0])
    draw_model(
        graph_net,
        title=f"Functional: {graph_net.count_params():,} parameters",
        ax=axes[1],
    )
    passed = np.arange(1, EPOCHS + 1)
    axes[2].plot(
        passed,
        chain_history["loss"],
        color=PALETTE[0],
        lw=5,
        alpha=0.4,
        label="Sequential",
    )
    axes[2].plot(
        passed, graph_history["loss"], ":", color="black", lw=2, label="Functional"
    )
    axes[2].set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    axes[2].legend(fontsize=8)
    lab.show(
        figure,
        alt="Two columns of three boxes each, input, hidden layer and output layer, with the same shapes and parameter counts. Beside them "
        "two falling loss curves that lie on each other.",
    )
    results["styles"] = max(
        abs(a - b)
        for a, b in zip(chain_history["loss"], graph_history["loss"], strict=True)
    )
    print(
        f"Your formula: {parameter_count([784, 32, 10]):,}. Keras counts {net.count_params():,}."
    )
    print(
        f"The two loss curves differ by at most {results['styles']:.0e}: two ways of writing, one network."
    )

# %% [markdown]
# ### What the slides of 2018 write differently
#
# | then | Keras 3 |
# |---|---|
# | `Dense(64, input_dim=100)` | `keras.Input((100,))` as the first entry |
# | `activation="softmax"` and `loss="categorical_crossentropy"` | no activation, and `SparseCategoricalCrossentropy(from_logits=True)`: safer numbers, and labels stay integers |
# | one-hot labels (a row with a single 1) | needed by `categorical_crossentropy` only; the `sparse` one takes class numbers |
# | `classes = model.predict(x)` | `predict` never gave classes: take `argmax` along the last axis |
# | back-ends TensorFlow, CNTK, MXNet, Theano | TensorFlow, JAX, PyTorch, chosen by `KERAS_BACKEND` before the import; this course uses the first two |
# | `from keras.layers import Dense` | still works |
#
# The lecture's own listing, its calls unchanged, on made-up data and for one epoch:

# %%
with warnings.catch_warnings(record=True) as spoken:
    warnings.simplefilter("always")
    old = keras.models.Sequential()
    old.add(layers.Dense(units=64, activation="relu", input_dim=100))
    old.add(layers.Dense(units=10, activation="softmax"))
    old.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    made_up = np.random.default_rng(lab.seed).normal(size=(64, 100)).astype("float32")
    old.fit(
        made_up,
        keras.utils.to_categorical(np.arange(64) % 10, 10),
        epochs=1,
        batch_size=32,
        verbose=0,
    )
    classes = old.predict(made_up, verbose=0)
complaints = [
    str(message.message) for message in spoken if "input_dim" in str(message.message)
]
print(f"It runs, with {len(complaints)} warning: {complaints[0] if complaints else ''}")
print(
    f"`classes` has shape {classes.shape}; each row sums to {classes[0].sum():.3f}: probabilities, not classes."
)

mixed = keras.Sequential([keras.Input((784,)), layers.Dense(10)])  # logits ...
mixed.compile(
    loss="sparse_categorical_crossentropy"
)  # ... under a loss that, written so, expects probabilities
try:
    coursekit.check_compile(mixed)
except coursekit.InvalidInputError as error:
    print(
        f"\nMixing old and new trains silently wrong in Keras. coursekit says: {error}"
    )

# %% [markdown]
# ## Nothing hidden
#
# **Exercise 1.6** Keras without Keras. A trained model is a list of arrays: `model.get_weights()` gives $[W_1, b_1, W_2, b_2, \dots]$, layer by layer. With them and NumPy you can do what `model.predict` does.
#
# Go through the pairs $(W_i, b_i)$. Each layer takes the result of the one before: $h \leftarrow hW_i + b_i$, then $h \leftarrow \max(0, h)$ for every layer **but the last**.
#
# *Predict:* what goes wrong if the last layer gets the relu as well?


# %%
def forward(weights, x):
    """Logits of a multilayer perceptron with relu, in NumPy.

    Args:
        weights: list of arrays [W1, b1, W2, b2, ...], Wi (inputs, units), bi (units,); at least one pair.
        x: float array (n, inputs of the first layer). Neither x nor the weights are changed.

    Returns:
        float array (n, units of the last layer).
        forward([[[1, -1]], [0, 0], [[2], [1]], [5]], [[3], [-4]]) is [[11], [9]] (given as arrays).
    """
    ### BEGIN SOLUTION
    h = x
    for i in range(0, len(weights), 2):
        h = h @ weights[i] + weights[i + 1]
        if i + 2 < len(weights):
            h = np.maximum(h, 0)
    return h
    ### END SOLUTION


# %%
check("1.6")

# %%
with lab.needs("1.6"):
    mine = forward(net.get_weights(), rows_test)
    figure, ax = subplots(size=(4.8, 4.2))
    ax.plot(predicted.ravel(), mine.ravel(), ".", ms=3, alpha=0.5)
    ax.axline((0, 0), slope=1, color="black", lw=0.8)
    ax.set(
        xlabel="logit by model.predict",
        ylabel="logit by your NumPy",
        title=f"{mine.size:,} logits of {len(mine)} test digits",
    )
    lab.show(
        figure,
        alt="Scatter of logits computed by hand against those of Keras. All points lie on the "
        "diagonal line, negative logits as well as positive ones.",
    )
    results["by hand"] = np.abs(mine - predicted).max()
    print(
        f"Largest difference {results['by hand']:.0e}; same class for {np.mean(mine.argmax(axis=1) == predicted.argmax(axis=1)):.1%} of the digits."
    )

# %% [markdown]
# ## A graph that is no chain
#
# **Exercise 1.7** Two inputs, two outputs. Show a network two digits, `left` and `right`. It shall say which digit the left one is, and whether it is larger than the right one. A chain cannot do this; a graph can:
#
# - `reader`, one dense layer with relu, reads **both** images. Made once and called twice, it has one set of weights;
# - `digit`, a dense layer on the left reading, gives one logit per class;
# - `larger`, a dense layer with one unit, gives one logit from both readings side by side, left first (`layers.Concatenate()([a, b])`). A single logit $s$
#   above 0 means yes; $\sigma(s)$ is the probability.
#
# Every layer and input gets its name with `name=`. `keras.Model([left, right], {"digit": ..., "larger": ...})` ties both ends together.
#
# *Predict:* which task will have the lower accuracy?


# %%
def pair_net(pixels, units, classes):
    """The network above, not compiled.

    Args:
        pixels: numbers per image; the two inputs are named "left" and "right".
        units: units of the layer named "reader".
        classes: units of the layer named "digit"; the layer named "larger" has one unit.

    Returns:
        keras.Model with inputs [left, right], each (n, pixels), and a dict of outputs "digit" (n, classes) and "larger" (n, 1), both logits.
        pair_net(6, 4, 3) has 28 + 15 + 9 = 52 parameters.
    """
    ### BEGIN SOLUTION
    left, right = (
        keras.Input((pixels,), name="left"),
        keras.Input((pixels,), name="right"),
    )
    reader = layers.Dense(units, activation="relu", name="reader")
    a, b = reader(left), reader(right)
    digit = layers.Dense(classes, name="digit")(a)
    larger = layers.Dense(1, name="larger")(layers.Concatenate()([a, b]))
    return keras.Model([left, right], {"digit": digit, "larger": larger})
    ### END SOLUTION


# %%
check("1.7")


# %%
def make_pairs(rows, labels, count, seed):
    """Random pairs of digits: two inputs by name, two targets by name."""
    first, second = np.random.default_rng(seed).integers(0, len(rows), (2, count))
    inputs = {"left": rows[first], "right": rows[second]}
    return inputs, {
        "digit": labels[first],
        "larger": (labels[first] > labels[second])[:, None].astype("float32"),
    }


with lab.needs("1.7"):
    keras.utils.set_random_seed(lab.seed)
    pair = pair_net(784, 48, 10)
    pair.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss={
            "digit": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            "larger": keras.losses.BinaryCrossentropy(from_logits=True),
        },
        metrics={
            "digit": ["accuracy"],
            "larger": [keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")],
        },
    )
    pairs = make_pairs(
        rows_train, y_train, 128 * lab.pick(94, 40), lab.seed
    )  # full batches: JAX compiles each size anew
    unseen = make_pairs(rows_test, y_test, 128 * 8, lab.seed + 1)
    pair_history = coursekit.fit(
        pair,
        *pairs,
        epochs=lab.pick(10, 6),
        batch_size=128,
        validation_data=unseen,
        seed=lab.seed,
        progress="none",
    ).history
    figure, axes = subplots(1, 2, size=(9.5, 4.0), width_ratios=(1.25, 1))
    draw_model(
        pair,
        title=f"Two inputs, two outputs: {pair.count_params():,} parameters",
        ax=axes[0],
    )
    passed = np.arange(1, len(pair_history["loss"]) + 1)
    for name, dashes, colour in (
        ("digit", "-", PALETTE[0]),
        ("larger", "--", PALETTE[1]),
    ):
        axes[1].plot(
            passed,
            pair_history[f"val_{name}_accuracy"],
            dashes,
            color=colour,
            marker="o",
            ms=3,
            label=f"output {name}",
        )
    axes[1].set(
        xlabel="epoch", ylabel="accuracy on 1,024 unseen pairs", ylim=(0.4, 1.01)
    )
    axes[1].legend(fontsize=8)
    lab.show(
        figure,
        alt="Left, a graph: two input boxes lead into one shared reader, which feeds the output digit and, through a concatenation, "
        "the output larger. Right, accuracy on unseen pairs for both outputs, both rising, digit above larger.",
    )
    answers = pair.predict(unseen[0], batch_size=128, verbose=0)
    pair_accuracy = {
        "digit": np.mean(answers["digit"].argmax(axis=1) == unseen[1]["digit"]),
        "larger": np.mean((answers["larger"] > 0) == (unseen[1]["larger"] > 0)),
    }
    results["pair"] = (
        f"digit {pair_accuracy['digit']:.3f}, larger {pair_accuracy['larger']:.3f}"
    )
    always_no = 1 - unseen[1]["larger"].mean()
    print(
        f"Unseen pairs: digit {pair_accuracy['digit']:.1%} right, larger {pair_accuracy['larger']:.1%}; always saying no would give {always_no:.1%}."
    )

# %% [markdown]
# One `fit` trained both: the loss is the sum of the two, and the gradient of `reader` adds up what comes back along both of its uses.
#
# ## Keep it
#
# **Exercise 1.8** Save, load, equal. `model.save("folder/name.keras")` writes one file: the layers and how they hang together, all weights, how it was compiled, and the optimiser's memory of
# past gradients. `keras.models.load_model` reads it. Do both in a folder that vanishes, `with tempfile.TemporaryDirectory() as folder:`.
#
# Then prove it. Two models are the same **on a batch $x$** if they have equally many weight arrays, each exactly equal to its partner (`np.array_equal`), *and* predict the same on $x$ (`np.allclose`). Either
# half alone can be fooled.
#
# *Predict:* copy only the weights into a new model in the middle of training, and go on. Does the loss curve notice?


# %%
def round_trip(model):
    """A new model, equal to the given one, that has been through a file; training it goes on as with the original.

    Args:
        model: built keras.Model, compiled or not.

    Returns:
        keras.Model, a separate object with weights of its own; compiled if the given one was.
    """
    ### BEGIN SOLUTION
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        return keras.models.load_model(path)
    ### END SOLUTION


def same_model(first, second, x):
    """Whether two models have equal weights and predict the same on the batch x (n, d): True or False, also if the weights differ in
    number or shape. Both models take such a batch and have one output.
    """
    ### BEGIN SOLUTION
    ours, theirs = first.get_weights(), second.get_weights()
    if len(ours) != len(theirs) or not all(map(np.array_equal, ours, theirs)):
        return False
    mine, other = (ops.convert_to_numpy(model(x)) for model in (first, second))
    return mine.shape == other.shape and bool(np.allclose(mine, other))
    ### END SOLUTION


# %%
check("1.8")

# %%
with lab.needs("1.8"):
    cut, more = 8, lab.pick(20, 12)

    def train_on(model, steps):
        """Loss at each of so many steps on all training digits at once."""
        return [
            float(model.train_on_batch(rows_train, y_train)[0]) for _ in range(steps)
        ]

    def fresh():
        """A small digit classifier with a fast optimiser, the same each time."""
        keras.utils.set_random_seed(lab.seed)
        model = library_net([784, 32, 10])
        model.compile(
            optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    straight = fresh()
    before = train_on(straight, cut)
    loaded, only_weights = round_trip(straight), fresh()
    only_weights.set_weights(straight.get_weights())
    equal = results["equal"] = same_model(straight, loaded, rows_test)
    curves = {
        "never interrupted": train_on(straight, more),
        "your round trip": train_on(loaded, more),
        "weights alone, new optimiser": train_on(only_weights, more),
    }
    figure, ax = subplots(size=(7, 3.4))
    ax.plot(range(1, cut + 1), before, color="0.4", lw=2)
    ax.axvline(cut, color="0.6", ls=":", lw=1)
    steps = range(cut, cut + more + 1)
    for (name, losses), look in zip(curves.items(), ("-", "o", "s--"), strict=True):
        colour = PALETTE[1] if "alone" in name else PALETTE[0]
        ax.plot(
            steps,
            [before[-1], *losses],
            look,
            label=name,
            ms=4,
            lw=2,
            color=colour,
            alpha=0.8,
        )
    ax.set(
        xlabel="step (all training digits at once)",
        ylabel="training loss",
        title="Saved at the dotted line, then trained on",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Training loss against steps, cut by a dotted line where the model was saved. To its right the loaded model's points lie on the "
        "uninterrupted curve; the model that got only the weights follows another curve.",
    )
    results["trip"] = max(
        abs(a - b)
        for a, b in zip(
            curves["never interrupted"], curves["your round trip"], strict=True
        )
    )
    weights_gap = max(
        abs(a - b)
        for a, b in zip(
            curves["never interrupted"],
            curves["weights alone, new optimiser"],
            strict=True,
        )
    )
    print(
        f"Straight after loading, same_model says {equal}. Trained on, the losses differ by at most {results['trip']:.0e}; with the weights alone by {weights_gap:.2f}."
    )

# %%
with lab.needs("1.7", "1.8"):
    branched = pair_net(784, 48, 10)
    again = round_trip(branched)
    two = {"left": rows_test[:32], "right": rows_test[32:64]}
    mine, theirs = branched(two), again(two)
    kept = all(map(np.array_equal, branched.get_weights(), again.get_weights()))
    alike = all(
        np.allclose(
            ops.convert_to_numpy(mine[name]), ops.convert_to_numpy(theirs[name])
        )
        for name in mine
    )
    results["pair trip"] = kept and alike
    print(
        f"The graph with two inputs and two outputs goes through a file as well. Equal weights: {kept}; equal answers: {alike}."
    )

# %% [markdown]
# ## Where does it run, and how fast?
#
# The same Keras code runs on a CPU, a GPU (graphics processor) or a TPU (Google's chip for matrix products). Multiplying two $n \times n$ matrices takes $n^3$ multiplications and as many additions. One
# GFLOP/s is a thousand million of these operations a second. Both sides below use `float32`.
#
# *Predict:* does a matrix of twice the size take eight times as long?

# %%
place = coursekit.devices.describe()
print(place)


def seconds_of(product, at_least=5):
    """The shortest of many runs of `product`, in seconds, after one to warm up: at least so many, and for 0.2 s."""
    product()
    taken = []
    while len(taken) < at_least or sum(taken) < 0.2:
        start = time.perf_counter()
        product()
        taken.append(time.perf_counter() - start)
    return min(taken)


def with_keras(a):
    """A product whose result is waited for: devices work ahead, so one number of it is fetched."""
    float(ops.convert_to_numpy(ops.matmul(a, a)[0, 0]))


sides = lab.pick([64, 128, 256, 512, 1024, 2048], [64, 128, 256, 512])
speeds = {"NumPy, on the CPU": [], f"keras.ops, on this {place.kind.upper()}": []}
for n in sides:
    a = np.random.default_rng(lab.seed).normal(size=(n, n)).astype("float32")
    b = ops.convert_to_tensor(a)
    for name, taken in zip(
        speeds,
        (seconds_of(lambda a=a: a @ a), seconds_of(lambda b=b: with_keras(b))),
        strict=True,
    ):
        speeds[name].append(2 * n**3 / taken / 1e9)
figure, ax = subplots(size=(6.5, 3.4))
for (name, gflops), look, colour in zip(
    speeds.items(), ("s--", "o-"), (PALETTE[1], PALETTE[0]), strict=True
):
    ax.loglog(sides, gflops, look, color=colour, label=name)
ax.set(
    xlabel="n, side of the matrices",
    ylabel="GFLOP/s",
    title="The same matrix product, by size",
)
ax.set_xticks(sides, sides)
ax.minorticks_off()
ax.legend(fontsize=8)
lab.show(
    figure,
    alt="Speed of a matrix product in GFLOP per second against the side of the matrix, both logarithmic: one line for NumPy, one "
    "for Keras. For the smallest matrices Keras reaches only a small part of its best speed.",
)
for name, gflops in speeds.items():
    print(
        f"{name}: "
        + ", ".join(
            f"n={n}: {speed:.3g}" for n, speed in zip(sides, gflops, strict=True)
        )
        + " GFLOP/s"
    )

# %% [markdown]
# Calling the library takes time before any arithmetic begins, and a small product cannot make up for it. That is one reason for the batch axis: it makes one large product of many small ones. A dent in a line is other work on the same machine, or
# threads that wait for one another. To try another device, choose a GPU or TPU
# runtime, restart, and run this section again; no line changes. `coursekit.devices.use("gpu")` before the import of Keras insists on one.

# %% [markdown]
# ## The first picture, explained
#
# The same graph, and every orange number measured by your own `slopes`.

# %%
with lab.needs("1.4"):
    nudged = slopes(lambda push: neuron(push)[-1], np.zeros(12))
    lab.show(
        graph_picture(nudged),
        alt="The opening graph of the neuron again, with the gradients below the arrows now measured by nudging: again 1 at the "
        "loss, 0 at w2, and the same numbers everywhere else.",
    )
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def net_loss():
        """Mean loss of the digit network on 64 images."""
        return loss_of(y_train[:64], net(rows_train[:64], training=False))

    backward_seconds = seconds_of(
        lambda: coursekit.gradients(net_loss, net.trainable_variables), at_least=3
    )
    forward_seconds = seconds_of(lambda: float(net_loss()), at_least=3)
    numbers = net.count_params()
    print(
        f"The digit network has {numbers:,} of them. By nudging: {2 * numbers:,} runs, about {2 * numbers * forward_seconds:.0f} s for one step."
    )
    print(f"Backwards through the graph: {1000 * backward_seconds:.0f} ms.")

# %% [markdown]
# Now you can read it. The orange number under an arrow says how much the loss changes per unit that you add there. At the end it is 1, as the loss follows itself. $w_2$ has 0 because $x_2 = 0$: whatever
# the weight, nothing gets through. And the use: `fit` steps against these numbers, for all weights at once, batch after batch. That is training.
#
# ## Receipt
#
# What the lectures say, beside what just ran.

# %%
claims = []
keras_talk, machle = "CNN and Keras lecture", "HES-SO T-MachLe 10"


def claim(what, source, stated, measured, note=""):
    """One row of the receipt."""
    claims.append(
        {
            "claim": what,
            "source": source,
            "stated": stated,
            "measured": measured,
            "note": note,
        }
    )


lecture_graph = coursekit.gradients(
    lambda v: (v[0] + v[1]) * v[2], np.array([-2.0, 5.0, -4.0])
)
claim(
    "gradient of (x+y)z at (-2, 5, -4)",
    keras_talk,
    "df/dq = z = -4, df/dz = q = 3",
    f"{lecture_graph.round(4).tolist()}",
    "q = x + y; automatic",
)
claim(
    "the Sequential listing of 2018 runs",
    keras_talk,
    "runs",
    f"runs, {len(complaints)} warning",
    "input_dim is discouraged",
)
claim(
    "classes = model.predict(x)",
    keras_talk,
    "classes",
    f"shape {classes.shape}",
    "probabilities; classes are their argmax",
)
claim(
    "one front end, several back ends",
    keras_talk,
    "TensorFlow, CNTK, MXNet, Theano",
    keras.backend.backend(),
    "this run; the last three are gone",
)
claim(
    "same code on CPU, GPU, TPU",
    machle,
    "no rewriting",
    place.summary,
    "one device in this run",
)
fastest = max(max(gflops) for gflops in speeds.values())
claim(
    "fastest matrix product here",
    "this run",
    "",
    f"{fastest:.3g} GFLOP/s",
    "float32; depends on the machine and on who shares it",
)
if "nudging" in results:
    claim(
        "derivatives come automatically",
        keras_talk,
        "no gap",
        f"off by {results['nudging']:.0e}",
        "neuron, against your central differences",
    )
with lab.needs("1.5"):
    listings = {
        "Sequential 100-64-10": [100, 64, 10],
        "Functional 784-64-64-10": [784, 64, 64, 10],
    }
    for name, sizes in listings.items():
        claim(
            f"parameters of the listing {name}",
            keras_talk,
            f"{parameter_count(sizes):,}",
            f"{library_net(sizes).count_params():,}",
            "no figure on the slide: stated is your formula, measured is Keras",
        )
if "styles" in results:
    claim(
        "Sequential and Functional are one network",
        keras_talk,
        "no gap",
        f"losses off by {results['styles']:.0e}",
        f"{EPOCHS} epochs, same start and batches",
    )
if "by hand" in results:
    claim(
        "the model is its weights",
        "Exercise 1.6",
        "no gap",
        f"logits off by {results['by hand']:.0e}",
        "float32 rounding",
    )
if "pair" in results:
    claim(
        "multi-input, multi-output",
        keras_talk,
        "possible",
        results["pair"],
        "accuracy on 1,024 unseen pairs; no figure stated",
    )
if "trip" in results:
    claim(
        "saved and loaded, equal",
        "Exercise 1.8",
        "equal",
        f"{results['equal']}; trained on, off by {results['trip']:.0e}",
    )
if "pair trip" in results:
    claim(
        "saved and loaded, two inputs and two outputs",
        "Exercise 1.8",
        "equal",
        f"{results['pair trip']}",
    )
claim(
    "784-32-10 network on the digits",
    machle,
    "",
    f"accuracy {report['accuracy']:.3f}",
    "scikit-learn's 1,797 digits, not MNIST; lab 08 does the practical work",
)
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Draw the error of `slopes` against $h$ from $10^{-1}$ to $10^{-12}$, in float64 and in float32. Why does it grow again on the left?
# - Expand $\lVert a-b\rVert^2 = \lVert a\rVert^2 - 2a\cdot b + \lVert b\rVert^2$ and write `squared_distances` with one matrix product. How much faster is it, and what happens for two equal rows?
# - Take the `reader` out of the pair network, `keras.Model(pair.inputs[0], pair.outputs[0])`, and score it on the digits alone. What became of `larger`?
# - A `.keras` file is a zip archive. Open it with `zipfile` and find the weights, the graph and the optimiser.
# - Restart with `KERAS_BACKEND=jax` and run the lab again. Which numbers change, and which do not?
