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

lab = open_lab("01_tensors")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## A neuron and a puzzle
#
# This neuron has two inputs $x_1, x_2$ with weights $w_1, w_2$, and a bias $b$. It computes $s = w_1x_1 + w_2x_2 + b$ and answers
# $y = \sigma(s) = 1/(1+e^{-s})$, a number between 0 and 1. The target is $t$, the error $e = y - t$, and the *loss* $L = e^2$ says how wrong the answer is.
#
# The picture is its **computational graph**: circles are operations, and along each arrow runs a number.

# %%
START = [2.0, -0.5, 0.0, 3.0, 0.5, 1.0]  # x1, w1, x2, w2, b, t


def neuron(push, exp=np.exp):
    """The graph's twelve numbers; `push[i]` is added to number i where it arises."""
    x1, w1, x2, w2, b, t = (START[i] + push[i] for i in range(6))
    p1 = x1 * w1 + push[6]
    p2 = x2 * w2 + push[7]
    s = p1 + p2 + b + push[8]
    y = 1 / (1 + exp(-s)) + push[9]
    e = y - t + push[10]
    loss = e * e + push[11]
    return [x1, w1, x2, w2, b, t, p1, p2, s, y, e, loss]


backwards = coursekit.gradients(lambda push: neuron(push, ops.exp)[-1], np.zeros(12))
lab.show(figures.graph(neuron(np.zeros(12)), backwards))

# %% [markdown]
# The blue numbers are easy: follow the arrows and calculate. But the orange ones? Why is the last one 1, and why do others differ so much in size and sign?
# `coursekit.gradients` found them in a moment. At the end you will draw this picture with your own code, and explain it.
#
# ## A tensor is a box of numbers
#
# A **tensor** is an array of numbers, all of one type. Its **rank** is the number of its **axes** (directions to count along), its **shape** says how long each axis
# is, and its **dtype** says what kind of numbers it holds. Axis 0 is usually the **batch axis**: one entry per sample.

# %%
# real handwritten digits, no network needed
(x_train, y_train), (x_test, y_test) = coursekit.load_digits()
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
made = f"{type(tensor).__name__}, shape {tuple(tensor.shape)}"
dtype = keras.backend.standardize_dtype(tensor.dtype)
print(f"\nKeras makes the same of it: {made}, {dtype}.")
wrapped = np.array([3], dtype="uint8") - np.array([5], dtype="uint8")
print(f"Mind the dtype: 3 - 5 in uint8 is {wrapped[0]}: it knows only 0 to 255.")


# %%
def library_rows(images):
    """What Exercise 1.1 asks for, by two layers of Keras."""
    return ops.convert_to_numpy(layers.Flatten()(layers.Rescaling(1 / 255)(images)))


# %% [markdown]
# ### Exercise 1.1 · Move axes, or recount them
#
# `np.transpose(a, order)` moves whole axes: axis `order[k]` of `a` becomes axis `k`. `reshape` keeps the numbers in their
# order in memory (last axis fastest) and only cuts the row of numbers anew; a length of -1 means: whatever is left.
#
# - Keras stores colour images as $(n, h, w, c)$: $n$ images, $h$ rows, $w$ columns, $c$ channels. Other libraries want $(n, c, h, w)$: the *same picture* in every channel.
# - A dense layer wants one flat row per image. Pixels 0 to 255 become `float32` between 0 and 1: divide by 255, always, so that every image is treated alike.

# %%
lab.predict(
    "1.1",
    "You reshape (n, h, w, c) straight to (n, c, h, w). The shape is right. "
    "What does the first of three channels hold?",
    choices=[
        "the whole picture in one colour",
        "a third of the picture, all colours in turn",
        "every third pixel, in one colour",
    ],
)


# %%
def channels_first(images):
    """Bring the channel axis from last to second place.

    Args:
        images: array (n, h, w, c), any dtype.

    Returns:
        array (n, c, h, w), same dtype.

    The first channel of one image of 1 by 2 pixels:

    >>> channels_first(np.arange(6).reshape(1, 1, 2, 3))[0, 0]
    array([[0, 3]])
    """
    ### BEGIN SOLUTION
    return np.transpose(images, (0, 3, 1, 2))
    ### END SOLUTION


def flat_rows(images):
    """One row of numbers in [0, 1] per image.

    Args:
        images: uint8 array (n, h, w), 0 to 255.

    Returns:
        float32 array (n, h * w).

    >>> flat_rows(np.array([[[0, 255], [51, 0]]], dtype="uint8"))
    array([[0. , 1. , 0.2, 0. ]], dtype=float32)
    """
    ### BEGIN SOLUTION
    return images.reshape(len(images), -1).astype("float32") / 255
    ### END SOLUTION


# %%
check("1.1")

# %%
with lab.needs("1.1"):
    digits = [x_train[y_train == d][0][:, 2:-2] for d in (3, 5, 8)]
    three = np.stack(digits, axis=-1)[None]  # (1, 28, 24, 3)
    moved, recounted = channels_first(three), three.reshape(1, 3, 28, 24)
    lab.show(figures.channels(three[0], transpose=moved[0], reshape=recounted[0]))
    keras_way = ops.convert_to_numpy(ops.transpose(three, (0, 3, 1, 2)))
    print(f"Yours equals keras.ops.transpose: {np.array_equal(moved, keras_way)}.")
    third = np.array_equal(recounted[0, 0].ravel(), three.ravel()[: 28 * 24])
    told = (
        "Its numbers are the first third of the memory. The shape alone proves nothing."
    )
    lab.reveal("1.1", "b" if third else "a", told)

# %% [markdown]
# ### Exercise 1.2 · Broadcasting
#
# When two shapes differ, NumPy and Keras align them *from the right*; an axis of length 1, or a missing one, is stretched to fit, without a copy:
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

# %%
lab.predict(
    "1.2",
    "Shrink each digit to 7 x 7 numbers and give it the label of the nearest training "
    "digit. How often is that right?",
    number=True,
    unit="%",
)


# %%
def squared_distances(a, b):
    """Squared distance of every row of a to every row of b.

    Args:
        a: array (n, d), integers or floats; uint8 is allowed.
        b: array (m, d).

    Returns:
        float array (n, m).

    >>> squared_distances(np.array([[0, 0], [1, 1]]), np.array([[3, 4]]))
    array([[25.],
           [13.]])
    """
    ### BEGIN SOLUTION
    a, b = a.astype(float), b.astype(float)
    return np.sum((a[:, None, :] - b[None, :, :]) ** 2, axis=-1)
    ### END SOLUTION


# %%
check("1.2")

# %%
with lab.needs("1.2"):
    by_class = np.argsort(y_train, kind="stable")
    judged = np.argsort(y_test, kind="stable")[::3]
    a, b = figures.coarse(x_test[judged]), figures.coarse(x_train[by_class])
    every = squared_distances(a, b)
    few = slice(None, None, 6)
    lab.show(figures.distances(every[:, few], y_test[judged], y_train[by_class][few]))
    gap = np.abs(every - euclidean_distances(a, b, squared=True)).max() / every.max()
    a, b = ops.expand_dims(a[:20], 1), ops.expand_dims(b[:30], 0)
    with_keras = ops.convert_to_numpy(ops.sum(ops.square(a - b), axis=-1))
    keras_gap = np.abs(every[:20, :30] - with_keras).max() / every.max()
    print(f"Relative gap to scikit-learn {gap:.0e}, to keras.ops {keras_gap:.0e}.")
    right = np.mean(y_train[by_class][every.argmin(axis=1)] == y_test[judged])
    lab.reveal("1.2", 100 * right, f"Of {len(judged)} test digits; chance gives 10 %.")

# %% [markdown]
# ## The layer, by hand

# %% [markdown]
# ### Exercise 1.3 · A dense layer and a softmax
#
# A **dense layer** with $d$ inputs and $c$ units holds a weight matrix $W$ $(d, c)$ and a bias $b$ $(c,)$. For a batch $X$ $(n, d)$ it gives
# $Z = XW + b$: the matrix product (`@`, not `*`) takes each row times each column, and $b$ is broadcast to every row.
#
# Row by row, $Z$ holds one score per class, called **logits**: any real numbers. The **softmax** makes probabilities of a row $z$:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# But $e^{1000}$ overflows. What happens to $p$ if you take the same number off every $z_j$ of a row, and which number makes all powers safe?

# %%
lab.predict(
    "1.3",
    "Take the mean image of each digit as a column of W. "
    "How many test digits does this untrained layer read rightly?",
    number=True,
    unit="%",
)


# %%
def dense(x, w, b):
    """A dense layer without activation.

    Args:
        x: float array (n, d), one sample per row.
        w: float array (d, c).
        b: float array (c,).

    Returns:
        float array (n, c).

    >>> w = np.array([[3.0, 0.0, 1.0], [4.0, 1.0, 0.0]])
    >>> dense(np.array([[1.0, 2.0]]), w, np.array([0.0, 0.0, 5.0]))
    array([[11.,  2.,  6.]])
    """
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


def softmax(z):
    """Probabilities of each row of logits, safe for logits of any size.

    Args:
        z: float array (n, c). It is not changed.

    Returns:
        float array (n, c), each row sums to 1.

    >>> softmax(np.array([[0.0, np.log(3)]]))
    array([[0.25, 0.75]])
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("1.3")


# %%
to_rows = lab.answer("1.1", fallback=library_rows, name="flat_rows")
rows_train, rows_test = to_rows(x_train), to_rows(x_test)

# %%
with lab.needs("1.3"):
    means = [rows_train[y_train == d].mean(axis=0) for d in range(10)]
    w = np.stack(means, axis=1)  # (784, 10): a mean image per column
    b = -np.sum(w**2, axis=0) / 2  # now the largest logit belongs to the nearest mean
    z = dense(rows_test, w, b)
    one_each = [int(np.flatnonzero(y_test == d)[3]) for d in range(10)]
    lab.show(figures.templates(w, softmax(z)[one_each]))
    layer = keras.Sequential([keras.Input((784,)), layers.Dense(10)])
    layer.set_weights([w, b])
    gap = np.abs(z - ops.convert_to_numpy(layer(rows_test))).max()
    right = 100 * np.mean(z.argmax(axis=1) == y_test)
    lab.reveal("1.3", right, f"Your logits and keras.layers.Dense: {gap:.0e} apart.")

# %% [markdown]
# A dense unit compares the input with a template. Training will find better templates than means. For that we need to know which way to turn each weight.

# %% [markdown]
# ## Gradients

# %% [markdown]
# ### Exercise 1.4 · Nudge and look
#
# How does a number $f(x)$ react to entry $x_i$ of a tensor $x$? Move that entry alone by a small step $h$ to both sides:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\,u_i) - f(x - h\,u_i)}{2h},$$
#
# where $u_i$ is 1 at entry $i$ and 0 elsewhere. These *central differences*, one per entry, approximate the **gradient** of $f$ at $x$, a tensor of the shape of $x$.
#
# Work on a float copy: a nudge of 0.0001 to an integer is lost, and the caller's $x$ must stay as it was.

# %%
lab.predict(
    "1.4",
    "In the first picture, you raise w2 a little. What does the loss do?",
    choices=["it rises", "it falls", "it stays"],
)


# %%
def slopes(f, x, h=1e-4):
    """Gradient of a function by central differences.

    Args:
        f: function of a float array of the shape of x that returns a number.
        x: array of any shape, floats or integers. It is not changed.
        h: step.

    Returns:
        float array of the shape of x. In the example (27 - 1) / 2.

    >>> slopes(lambda x: x[0] ** 3, np.array([2.0]), h=1.0)
    array([13.])
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
    nudge_gap = np.abs(nudged - backwards).max()
    print(f"Nudged and automatic gradients differ by at most {nudge_gap:.0e}.")
    push, path = np.zeros(12), []
    free = np.isin(np.arange(12), [1, 3, 4])  # only w1, w2 and b may change
    for _ in range(41):  # walk downhill
        path.append(neuron(push)[-1])
        push -= 0.5 * free * slopes(lambda push: neuron(push)[-1], push)
    lab.show(figures.downhill(path))
    told = f"Its slope is {nudged[3]:.3g}: x2 = {START[2]:g}, and nothing gets through."
    told += f" After 40 steps L is {path[-1]:.3f}, not {path[0]:.3f}."
    lab.reveal("1.4", ["c", "a", "b"][int(np.sign(round(nudged[3], 6)))], told)

# %% [markdown]
# Nudging is honest and slow: two runs of the graph for every number. **Automatic differentiation** walks the graph backwards once and gets all of them, exact up to
# rounding; lab 03 opens that machine. TensorFlow and JAX do it for any function made of their operations, and `coursekit.gradients(f, x)` asks whichever is there.

# %% [markdown]
# ## The same network twice

# %% [markdown]
# ### Exercise 1.5 · Count, then build
#
# A **multilayer perceptron** with `sizes` $[n_0, n_1, \dots, n_L]$ has $n_0$ inputs and $L$ dense layers; layer $i$ has $n_i$ units, each with a weight for every number
# that comes in, and a bias. Every layer but the last is followed by the *activation* $\mathrm{relu}(s) = \max(0, s)$. The last gives logits.
#
# Keras builds it in two styles:
#
# - **Sequential**, a chain: `keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), ...])`;
# - **Functional**, a graph: call each layer on a tensor, `h = layers.Dense(3)(h)`, then name both ends, `keras.Model(inputs, outputs)`.
#
# `keras.Input((4,))` stands for a batch of rows of 4 numbers; the batch axis is left out.

# %%
lab.predict("1.5", "How many parameters for sizes [784, 32, 10]?", number=True)


# %%
def parameter_count(sizes):
    """Weights and biases of a multilayer perceptron, as an int.

    >>> parameter_count([3, 5, 2])
    32
    """
    ### BEGIN SOLUTION
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
    ### END SOLUTION


def sequential_net(sizes):
    """The perceptron as keras.Sequential, not compiled.

    Args:
        sizes: list of at least two ints.

    Returns:
        keras.Sequential from (n, sizes[0]) to logits (n, sizes[-1]).

    >>> sequential_net([3, 5, 2]).count_params()
    32
    """
    ### BEGIN SOLUTION
    hidden = [layers.Dense(units, activation="relu") for units in sizes[1:-1]]
    return keras.Sequential(
        [keras.Input((sizes[0],)), *hidden, layers.Dense(sizes[-1])]
    )
    ### END SOLUTION


def functional_net(sizes):
    """The same network as a keras.Model made from its input and output tensors.

    >>> functional_net([3, 5, 2]).count_params()
    32
    """
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


def prepare(model, optimizer):
    """Compile a digit classifier that gives logits."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def losses_of(model):
    """Train on the digits; the loss after each epoch."""
    how = {"epochs": EPOCHS, "batch_size": 64, "seed": lab.seed, "progress": "none"}
    return coursekit.fit(model, rows_train, y_train, **how).history["loss"]


# %%
keras.utils.set_random_seed(lab.seed)
build = lab.answer("1.5", fallback=library_net, name="sequential_net")
net = prepare(build([784, 32, 10]), keras.optimizers.Adam(2e-3))
first_weights = net.get_weights()
chain_losses = losses_of(net)
quiet = {"batch_size": len(rows_test), "verbose": 0}
report = net.evaluate(rows_test, y_test, return_dict=True, **quiet)
predicted = net.predict(rows_test, **quiet)
print(f"evaluate: {report['accuracy']:.1%} of {len(y_test)} test digits right")
largest = f"{predicted[0].argmax()}, and it was a {y_test[0]}"
print(f"predict: {predicted.shape}, logits; the class is the largest: {largest}")

# %%
with lab.needs("1.5"):
    graph_net = prepare(functional_net([784, 32, 10]), keras.optimizers.Adam(2e-3))
    graph_net.set_weights(first_weights)  # the same start; the seed gives the batches
    losses = {"Sequential": chain_losses, "Functional": losses_of(graph_net)}
    models = {"Sequential": net, "Functional": graph_net}
    lab.show(figures.two_styles(models, losses))
    style_gap = np.abs(np.subtract(*losses.values())).max()
    print(f"The two loss curves differ by at most {style_gap:.0e}.")
    told = f"Keras counts {net.count_params():,}."
    lab.reveal("1.5", parameter_count([784, 32, 10]), told)

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
    one_hot = keras.utils.to_categorical(np.arange(64) % 10, 10)
    old.fit(made_up, one_hot, epochs=1, batch_size=32, verbose=0)
    classes = old.predict(made_up, verbose=0)
complaints = [str(w.message) for w in spoken if "input_dim" in str(w.message)]
print(f"It runs, with {len(complaints)} warning: {complaints[0] if complaints else ''}")
sums = f"each row sums to {classes[0].sum():.3f}"
print(f"`classes` has shape {classes.shape}; {sums}: probabilities, not classes.")

# %%
mixed = keras.Sequential([keras.Input((784,)), layers.Dense(10)])  # logits ...
mixed.compile(loss="sparse_categorical_crossentropy")  # ... where it expects shares
try:
    coursekit.check_compile(mixed)
except coursekit.InvalidInputError as error:
    print(f"Mixing old and new trains silently wrong in Keras. coursekit says: {error}")

# %% [markdown]
# ## Nothing hidden

# %% [markdown]
# ### Exercise 1.6 · Keras without Keras
#
# A trained model is a list of arrays: `model.get_weights()` gives $[W_1, b_1, W_2, b_2, \dots]$, layer by layer. With them and NumPy you can do what `model.predict` does.
#
# Go through the pairs $(W_i, b_i)$. Each layer takes the result of the one before: $h \leftarrow hW_i + b_i$, then $h \leftarrow \max(0, h)$ for every layer **but the last**.

# %%
lab.predict(
    "1.6",
    "The last layer gets the relu as well. What goes wrong?",
    choices=[
        "nothing: the largest logit stays the largest",
        "no logit is negative any more, and probabilities are wrong",
        "every class gets the same probability",
    ],
)


# %%
def forward(weights, x):
    """Logits of a multilayer perceptron with relu, in NumPy.

    Args:
        weights: list of arrays [W1, b1, W2, b2, ...], Wi (inputs, units), bi (units,);
            at least one pair.
        x: float array (n, inputs of the first layer). Neither x nor the weights are
            changed.

    Returns:
        float array (n, units of the last layer).

    >>> first = [np.array([[1, -1]]), np.array([0, 0])]
    >>> last = [np.array([[2], [1]]), np.array([5])]
    >>> forward([*first, *last], np.array([[3], [-4]]))
    array([[11],
           [ 9]])
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
    lab.show(figures.logits(predicted, mine))
    hand_gap = np.abs(mine - predicted).max()
    alike = np.mean(mine.argmax(axis=1) == predicted.argmax(axis=1))
    print(
        f"Largest difference {hand_gap:.0e}; same class for {alike:.1%} of the digits."
    )
    negative = np.mean(mine < 0)
    told = f"{negative:.0%} of these logits are negative; a relu would make them all 0."
    lab.reveal("1.6", "b" if negative > 0 else "a", told)

# %% [markdown]
# ## A graph that is no chain

# %% [markdown]
# ### Exercise 1.7 · Two inputs, two outputs
#
# Show a network two digits, `left` and `right`. It shall say which digit the left one is, and whether it is larger than the right one. A chain cannot; a graph can:
#
# - `reader`, one dense layer with relu, reads **both** images. Made once, called twice: one set of weights;
# - `digit`, a dense layer on the left reading, gives one logit per class;
# - `larger`, a dense layer with one unit, gives one logit from both readings side by side, left first (`layers.Concatenate()([a, b])`). Above 0 it means yes.
#
# Every layer and input gets its name with `name=`. `keras.Model([left, right], {"digit": ..., "larger": ...})` ties both ends together.

# %%
lab.predict(
    "1.7",
    "Which output will be right less often, on pairs it has not seen?",
    choices=["digit, with ten answers", "larger, with two"],
)


# %%
def pair_net(pixels, units, classes):
    """The network above, not compiled.

    Args:
        pixels: numbers per image; the two inputs are named "left" and "right".
        units: units of the layer named "reader".
        classes: units of the layer named "digit"; "larger" has one unit.

    Returns:
        keras.Model with inputs [left, right], each (n, pixels), and a dict of outputs
        "digit" (n, classes) and "larger" (n, 1), both logits.

    Here 28 + 15 + 9 parameters:

    >>> pair_net(6, 4, 3).count_params()
    52
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
    larger = (labels[first] > labels[second])[:, None].astype("float32")
    inputs = {"left": rows[first], "right": rows[second]}
    return inputs, {"digit": labels[first], "larger": larger}


# %%
with lab.needs("1.7"):
    keras.utils.set_random_seed(lab.seed)
    pair = pair_net(784, 48, 10)
    yes = keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    pair.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss={"digit": sparse, "larger": binary},
        metrics={"digit": ["accuracy"], "larger": [yes]},
    )
    count = 128 * lab.pick(94, 40)  # full batches: JAX compiles each size anew
    pairs = make_pairs(rows_train, y_train, count, lab.seed)
    unseen = make_pairs(rows_test, y_test, 128 * 8, lab.seed + 1)
    how = {"epochs": lab.pick(10, 6), "batch_size": 128, "validation_data": unseen}
    history = coursekit.fit(pair, *pairs, seed=lab.seed, progress="none", **how).history
    lab.show(figures.pairs(pair, history))
    answers, truth = pair.predict(unseen[0], batch_size=128, verbose=0), unseen[1]
    pair_accuracy = [
        np.mean(answers["digit"].argmax(axis=1) == truth["digit"]),
        np.mean((answers["larger"] > 0) == (truth["larger"] > 0)),
    ]
    told = "digit {:.1%}, larger {:.1%}".format(*pair_accuracy)
    told += f"; always saying no would give {1 - truth['larger'].mean():.1%}."
    lab.reveal("1.7", "ab"[int(np.argmin(pair_accuracy))], told)

# %% [markdown]
# One `fit` trained both: the loss is the sum of the two, and the gradient of `reader` adds up what comes back along both of its uses.

# %% [markdown]
# ## Keep it

# %% [markdown]
# ### Exercise 1.8 · Save, load, equal
#
# `model.save("folder/name.keras")` writes one file with all that it takes to go on training; `keras.models.load_model` reads it. Do both in a folder that vanishes,
# `with tempfile.TemporaryDirectory() as folder:`.
#
# Then prove it. Two models are the same **on a batch $x$** if they have equally many weight arrays, each exactly equal to its partner (`np.array_equal`), *and* predict the same on $x$ (`np.allclose`). Either
# half alone can be fooled.

# %%
lab.predict(
    "1.8a",
    "In the middle of training you copy the weights alone into a new model, and go on. "
    "What does the loss do, compared with never stopping?",
    choices=["just the same", "it lags behind", "it gets ahead"],
)


# %%
def round_trip(model):
    """A new model, equal to the given one, that has been through a file.

    Args:
        model: built keras.Model, compiled or not.

    Returns:
        keras.Model, a separate object with weights of its own; compiled if the given
        one was. Training it goes on as with the original.
    """
    ### BEGIN SOLUTION
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        return keras.models.load_model(path)
    ### END SOLUTION


def same_model(first, second, x):
    """Whether two models have equal weights and predict the same on the batch x (n, d).

    Both models take such a batch and have one output.

    Returns:
        True or False, also if the weights differ in number or shape.
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
def fresh():
    """A small digit classifier with a fast optimiser, the same each time."""
    keras.utils.set_random_seed(lab.seed)
    return prepare(library_net([784, 32, 10]), keras.optimizers.SGD(0.1, momentum=0.9))


def train_on(model, steps):
    """Loss at each of so many steps on all training digits at once."""
    losses = []
    for _ in range(steps):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(rows_train, y_train)[0]))
    return losses


# %%
with lab.needs("1.8"):
    straight, only_weights, more = fresh(), fresh(), lab.pick(20, 12)
    before = train_on(straight, 8)
    loaded = round_trip(straight)
    only_weights.set_weights(straight.get_weights())
    equal = same_model(straight, loaded, rows_test)
    curves = {
        "never interrupted": train_on(straight, more),
        "your round trip": train_on(loaded, more),
        "weights alone, new optimiser": train_on(only_weights, more),
    }
    lab.show(figures.trained_on(before, curves))
    whole, trip, alone = map(np.array, curves.values())
    trip_gap, behind = np.abs(trip - whole).max(), np.mean(alone - whole)
    print(f"same_model says {equal}; trained on, {trip_gap:.0e} apart.")
    told = (
        f"On average {behind:+.3f}: the optimiser's memory of past gradients was lost."
    )
    way = int(np.sign(behind)) if abs(behind) > 1e-4 else 0
    lab.reveal("1.8a", ["just the same", "it lags behind", "it gets ahead"][way], told)

# %%
with lab.needs("1.7", "1.8"):
    branched = pair_net(784, 48, 10)
    again = round_trip(branched)
    two = {"left": rows_test[:32], "right": rows_test[32:64]}
    outputs = [
        {k: ops.convert_to_numpy(v) for k, v in m(two).items()}
        for m in (branched, again)
    ]
    kept = all(map(np.array_equal, branched.get_weights(), again.get_weights()))
    alike = all(np.allclose(outputs[0][name], outputs[1][name]) for name in outputs[0])
    print(f"Two inputs, two outputs: equal weights {kept}; equal answers {alike}.")

# %% [markdown]
# ## Where does it run, and how fast?
#
# The same Keras code runs on a CPU, a GPU (graphics processor) or a TPU (Google's chip for matrix products). Multiplying two $n \times n$ matrices takes $n^3$ multiplications and as many additions. One
# GFLOP/s is a thousand million of these operations a second. Both sides below use `float32`.

# %%
lab.predict(
    "1.8b",
    "From 64 to 128 rows and columns, a product has 8 times the work. "
    "How many times as long does it take in Keras?",
    choices=["fewer than 6 times", "6 to 10 times", "more than 10 times"],
)

# %%
place = coursekit.devices.describe()
print(place)


def seconds_of(product, at_least=5):
    """The shortest of many runs of `product`, in seconds, after one to warm up."""
    product()
    taken = []
    while len(taken) < at_least or sum(taken) < 0.2:
        start = time.perf_counter()
        product()
        taken.append(time.perf_counter() - start)
    return min(taken)


def with_keras(a):
    """A product whose result is waited for: devices work ahead."""
    float(ops.convert_to_numpy(ops.matmul(a, a)[0, 0]))


# %%
sides = lab.pick([64, 128, 256, 512, 1024, 2048], [64, 128, 256, 512])
names = "NumPy, on the CPU", f"keras.ops, on this {place.kind.upper()}"
speeds = {name: [] for name in names}  # GFLOP/s
for n in sides:
    a = np.random.default_rng(lab.seed).normal(size=(n, n)).astype("float32")
    b = ops.convert_to_tensor(a)
    runs = lambda a=a: a @ a, lambda b=b: with_keras(b)
    for name, run in zip(names, runs, strict=True):
        speeds[name].append(2 * n**3 / seconds_of(run) / 1e9)
lab.show(figures.speed(sides, speeds))
for name, gflops in speeds.items():
    print(f"{name}: {', '.join(f'{speed:.3g}' for speed in gflops)} GFLOP/s")
longer = 8 * speeds[names[1]][0] / speeds[names[1]][1]
told = f"{longer:.1f} times as long, on this machine and in this run."
lab.reveal("1.8b", "a" if longer < 6 else "b" if longer <= 10 else "c", told)

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
    lab.show(figures.graph(neuron(np.zeros(12)), nudged))
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def net_loss():
        """Mean loss of the digit network on 64 images."""
        return loss_of(y_train[:64], net(rows_train[:64], training=False))

    once = seconds_of(lambda: float(net_loss()), at_least=3)
    runs, weights = 2 * net.count_params(), net.trainable_variables
    back = seconds_of(lambda: coursekit.gradients(net_loss, weights), at_least=3)
    print(f"The digit network by nudging: {runs:,} runs, about {runs * once:.0f} s.")
    print(f"Backwards through the graph: {1000 * back:.0f} ms.")

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


def claim(*row):
    """Add a row to the receipt: claim, source, stated, measured, and perhaps a note."""
    columns = ("claim", "source", "stated", "measured", "note")
    claims.append(dict(zip(columns, row, strict=False)))


at = np.array([-2.0, 5.0, -4.0])
measured = coursekit.gradients(lambda v: (v[0] + v[1]) * v[2], at).round(4).tolist()
text, stated = "gradient of (x+y)z at (-2, 5, -4)", "df/dq = z = -4, df/dz = q = 3"
claim(text, keras_talk, stated, f"{measured}", "q = x + y; automatic")
text, note = "the Sequential listing of 2018 runs", "input_dim is discouraged"
claim(text, keras_talk, "runs", f"runs, {len(complaints)} warning", note)
text, note = "classes = model.predict(x)", "probabilities; classes are their argmax"
claim(text, keras_talk, "classes", f"shape {classes.shape}", note)
text, stated = "one front end, several back ends", "TensorFlow, CNTK, MXNet, Theano"
note = "this run; the last three are gone"
claim(text, keras_talk, stated, keras.backend.backend(), note)
text, note = "same code on CPU, GPU, TPU", "one device in this run"
claim(text, machle, "no rewriting", place.summary, note)
measured = f"{max(map(max, speeds.values())):.3g} GFLOP/s"
note = "float32; depends on the machine and on who shares it"
claim("fastest matrix product here", "this run", "", measured, note)
text, measured = "784-32-10 network on the digits", f"accuracy {report['accuracy']:.3f}"
claim(text, machle, "", measured, "scikit-learn's 1,797 digits, not MNIST")

# %%
with lab.needs("1.4"):
    measured, note = f"off by {nudge_gap:.0e}", "neuron, against central differences"
    claim("derivatives come automatically", keras_talk, "no gap", measured, note)
with lab.needs("1.5"):
    note = "no figure on the slide: stated is your formula, measured is Keras"
    for sizes in ([100, 64, 10], [784, 64, 64, 10]):
        text = f"parameters of the listing {'-'.join(map(str, sizes))}"
        counted = (
            f"{parameter_count(sizes):,}",
            f"{library_net(sizes).count_params():,}",
        )
        claim(text, keras_talk, *counted, note)
    text, note = "Sequential and Functional are one network", f"{EPOCHS} epochs"
    claim(text, keras_talk, "no gap", f"losses off by {style_gap:.0e}", note)
with lab.needs("1.6"):
    measured, note = f"logits off by {hand_gap:.0e}", "float32 rounding"
    claim("the model is its weights", "Exercise 1.6", "no gap", measured, note)
with lab.needs("1.7"):
    measured = "digit {:.3f}, larger {:.3f}".format(*pair_accuracy)
    note = "accuracy on 1,024 unseen pairs; no figure stated"
    claim("multi-input, multi-output", keras_talk, "possible", measured, note)
with lab.needs("1.8"):
    measured = f"{equal}; trained on, off by {trip_gap:.0e}"
    claim("saved and loaded, equal", "Exercise 1.8", "equal", measured)
with lab.needs("1.7", "1.8"):
    text, measured = "saved and loaded, two inputs and two outputs", f"{kept and alike}"
    claim(text, "Exercise 1.8", "equal", measured)
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Draw the error of `slopes` against $h$ from $10^{-1}$ to $10^{-12}$, in float64 and in float32. Why does it grow again on the left?
# - Expand $\lVert a-b\rVert^2 = \lVert a\rVert^2 - 2a\cdot b + \lVert b\rVert^2$ and write `squared_distances` with one matrix product. How much faster is it, and what happens for two equal rows?
# - Take the `reader` out of the pair network, `keras.Model(pair.inputs[0], pair.outputs[0])`, and score it on the digits alone. What became of `larger`?
# - A `.keras` file is a zip archive. Open it with `zipfile` and find the weights, the graph and the optimiser.
# - Restart with `KERAS_BACKEND=jax` and run the lab again. Which numbers change, and which do not?
