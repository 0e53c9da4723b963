# ---
# coursekit:
#   title: Architectures
#   question: A deeper network can copy a shallower one and do nothing in its other layers. Why does it learn worse, and what let networks grow to 152 layers?
#   goals:
#     - Count the weights and the work of every published network, to the last weight
#     - Build by hand what changed from 1980 to 2017 - S- and C-cells, LeNet's connection table, Inception, residual blocks, fractals with drop-path
#     - Measure what each idea buys, and read the competition that made them known
#   prerequisites:
#     - lab 07, convolution by hand; lab 03, gradients
#     - batch normalisation from lab 04
#   lecture: "Sydney COMP5318 (depth and error, ResNets, Inception); CNN and Keras (LeNet to ResNet, ILSVRC); Session 11, Deep Learning 2 (architectures, FractalNet); Deep learning overview (neocognitron, error table)"
#   seconds: {cpu: 420, fast: 60}
#   accelerator: helps the three trainings; nothing here needs one
# ---

# %% [markdown]
# # Architectures
#
# **A deeper network can copy a shallower one and do nothing in its other layers. Why does it learn worse, and what let
# networks grow to 152 layers?**

# %%
import itertools

import keras
import numpy as np
from sklearn.neural_network import MLPClassifier

import coursekit
from coursekit import NotAnsweredYet, models, open_lab
from coursekit.datasets.scenes import make_scenes
from coursekit.models.googlenet import MODULES
from coursekit.training import fit, one_cycle

lab = open_lab("09_architectures")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Deeper and worse
#
# *Plain* networks are 3x3 convolutions one after another, each with batch normalisation and ReLU. The cell below trains
# a few that differ in depth alone, on colour photographs shrunk to 16x16 (generated scenes where CIFAR-10 is not at
# hand).

# %%
count = lab.pick(4000, 600)
try:
    (x, y), (x_new, y_new) = coursekit.load_cifar10(limit=count)
except coursekit.DataUnavailableError:
    scenes = make_scenes(count + 2000, objects=1, seed=lab.seed)
    x, x_new = np.split(scenes.images, [count])
    y, y_new = np.split(scenes.classes[:, 0], [count])


def shrunk(images):
    """16x16 instead of 32x32, values from about -2 to 2."""
    small = images.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)) / 64 - 2
    return small.astype("float32")


x, x_new = shrunk(x), shrunk(x_new[: lab.pick(2000, 300)])
y_new = y_new[: len(x_new)]


# %%
BATCH, EPOCHS = lab.pick((64, 8), (30, 3))


def train(model, epochs):
    """Train in place; gives the accuracy on the training images, epoch by epoch."""
    rate = one_cycle(0.1, epochs * len(x) // BATCH)
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    options = {"batch_size": BATCH, "seed": lab.seed, "progress": "none"}
    return fit(model, x, y, epochs=epochs, **options).history["accuracy"]


def accuracy(model):
    """Share of new images that the model gets right."""
    right = model.predict(x_new, verbose=0).argmax(axis=1) == y_new
    return float(right.mean())


def deep(depth, residual):
    """A network of `depth` layers for 16x16 photographs, with or without shortcuts."""
    return models.cifar_resnet(depth, (16, 16, 3), residual=residual, width=8)


DEPTHS = lab.pick([8, 20, 44], [8, 14])
plain = {depth: train(deep(depth, False), EPOCHS) for depth in DEPTHS}
lab.show(figures.learning({"plain": plain}))

# %% [markdown]
# This is not overfitting: the curves are judged on the images that they train on. The deepest network *could* be the
# shallowest with layers that do nothing. It does not find that out. At the end you will know what it takes.

# %%
COUNTED = ("kernel", "inputs", "outputs", "size", "groups", "bias")


def network_cost(table, cost):
    """Weights and multiply-adds of each layer of a table, by the function `cost`.

    Normalisation follows the convolutions without a bias.
    """
    return {
        row["name"]: cost(*(row[key] for key in COUNTED), norm=not row["bias"])
        for row in table
        if row["kind"] != "norm"
    }


# %% [markdown]
# ## What a layer costs

# %% [markdown]
# ### Exercise 9.1 · Weights and work
#
# Count one convolution. A *weight* is a number that training changes; a *multiply-add* is one product added to one sum
# (biases and normalisation cost next to nothing and are left out of the work).
#
# - With *groups*, inputs and outputs are cut into as many equal parts, and each part of the outputs sees its own part
#   of the inputs only: AlexNet did so because its maps lay on two graphics cards.
# - *Batch normalisation* (`norm`) follows some convolutions. Recall from lab 04 which of its four numbers per map are
#   learned from the gradient.
#
# A dense layer is a convolution with a 1x1 kernel and one place.

# %%
lab.predict(
    "9.1a",
    "AlexNet: where are most of its weights, and where is most of its work?",
    choices=[
        "both in the convolutions",
        "weights in the dense layers, work in the convolutions",
        "weights in the convolutions, work in the dense layers",
    ],
)

# %%
lab.predict(
    "9.1b",
    "VGG-19 has 16 convolutions, AlexNet 5. How many times AlexNet's weights has it?",
    number=True,
)


# %%
def layer_cost(kernel, inputs, outputs, size, groups=1, bias=True, norm=False):
    """Trained weights and multiply-adds of a convolution.

    Args:
        kernel: (height, width) of its kernels.
        inputs, outputs: numbers of maps; `groups` divides both.
        size: (height, width) of the output maps.
        groups: parts that do not see one another.
        bias: whether each output map has a bias.
        norm: whether batch normalisation follows.

    Returns:
        (weights, multiply_adds), two ints. LeNet's first layer:

    >>> layer_cost((5, 5), 1, 6, (28, 28))
    (156, 117600)
    """
    ### BEGIN SOLUTION
    taps = kernel[0] * kernel[1] * inputs // groups  # products behind one output
    weights = outputs * (taps + bool(bias) + 2 * bool(norm))
    return weights, size[0] * size[1] * outputs * taps
    ### END SOLUTION


# %%
check("9.1")


# %%
with lab.needs("9.1"):
    alexnet = network_cost(models.layer_table(models.alexnet), layer_cost)
    lab.show(figures.cost_bars(alexnet, "AlexNet"))
    in_dense = [sum(c[k] for n, c in alexnet.items() if "dense" in n) for k in (0, 1)]
    total = np.sum(list(alexnet.values()), axis=0)
    weights, work = in_dense / total
    told = f"dense: {weights:.0%} of {total[0]:,} weights, {work:.0%} of the work."
    lab.reveal("9.1a", "weights in the dense layers, work in the convolutions", told)
    vgg19 = models.count_params(models.vgg, "E")
    lab.reveal("9.1b", vgg19 / total[0], f"{vgg19:,} weights, counted by Keras.")

# %% [markdown]
# The published sum is met to the last weight. Later networks throw the dense layers away: watch the weights fall while
# the work grows.

# %% [markdown]
# ## 1998: a layer that leaves connections out

# %% [markdown]
# ### Exercise 9.2 · LeNet's third layer
#
# LeNet-5's layer C3 makes 16 maps from the 6 maps below, and no map sees all but the last: six see 3 neighbours each,
# six see 4 neighbours, three see 4 that are not neighbours, one sees all 6. *Neighbours* lie on a ring: after the last
# map comes the first.
#
# List the runs of neighbours, then count a layer whose map $j$ sees the maps `table[j]`. Each output map has one bias.
# LeCun counts as a *connection* every number that is added into an output, its bias too, for every place of every map.

# %%
lab.predict(
    "9.2",
    "C3 uses 60 of the 96 possible pairs of maps, with 5x5 kernels. All 96 would take "
    "2,416 weights. How many has C3?",
    number=True,
)


# %%
def neighbours(maps, run):
    """All runs of neighbours on a ring of maps, by where they start.

    >>> neighbours(4, 3)
    [(0, 1, 2), (1, 2, 3), (2, 3, 0), (3, 0, 1)]
    """
    ### BEGIN SOLUTION
    return [
        tuple((start + step) % maps for step in range(run)) for start in range(maps)
    ]
    ### END SOLUTION


def partial_cost(table, kernel, size):
    """Weights and connections of a convolution that leaves pairs of maps out.

    Args:
        table: for each output map, the input maps that it sees.
        kernel: (height, width) of its kernels.
        size: (height, width) of the output maps.

    Returns:
        (weights, connections), two ints.

    >>> partial_cost([(0,), (0, 1)], (2, 2), (3, 3))
    (14, 126)
    """
    ### BEGIN SOLUTION
    weights = sum(kernel[0] * kernel[1] * len(seen) + 1 for seen in table)
    return weights, weights * size[0] * size[1]
    ### END SOLUTION


# %%
check("9.2")

# %%
with lab.needs("9.2"):
    apart = [(0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)]  # fours that are no neighbours
    c3 = neighbours(6, 3) + neighbours(6, 4) + apart + [tuple(range(6))]
    c3_cost = partial_cost(c3, (5, 5), (10, 10))
    lab.show(figures.connections(c3))
    told = f"and {c3_cost[1]:,} connections. No two maps see the same choice."
    lab.reveal("9.2", c3_cost[0], told)
    lenet = models.count_params(models.lenet5_1998, trainable=True)
    print(f"LeNet-5 as published, trained weights: {lenet:,}")

# %% [markdown]
# LeCun gives two reasons: fewer connections to compute, and maps that are forced to differ, because they see different
# inputs.
#
# ## 2014: several kernels side by side

# %% [markdown]
# ### Exercise 9.3 · The Inception module
#
# Four branches see the same maps, and their outputs are laid on top of each other: a 1x1 convolution; a 3x3; a 5x5; and
# 3x3 max pooling with stride 1. The *naive* module is just that. The module of GoogLeNet puts a 1x1 convolution
# **before** the 3x3 and before the 5x5, which *reduces* the number of maps, and one **after** the pooling, which
# *projects* its maps to fewer.
#
# `maps` is one row of the paper's table. All branches keep height and width. Pooling is free; count multiply-adds of
# convolutions only.

# %%
lab.predict(
    "9.3",
    "GoogLeNet stacks nine modules and ends with 1,024 maps. With nine naive modules "
    "it would end with",
    number=True,
    unit="maps",
)


# %%
def inception_cost(inputs, maps, size, naive=False):
    """Output maps and multiply-adds of an Inception module.

    Args:
        inputs: maps that come in.
        maps: (one, reduce3, three, reduce5, five, project): maps of the 1x1; of the
            1x1 before the 3x3, and the 3x3; the same of the 5x5; of the 1x1 after
            pooling.
        size: (height, width) of all maps.
        naive: leave the reductions and the projection out.

    Returns:
        (output_maps, multiply_adds), two ints.

    >>> inception_cost(10, (1, 2, 3, 4, 5, 6), (1, 1))
    (15, 684)
    >>> inception_cost(10, (1, 2, 3, 4, 5, 6), (1, 1), naive=True)
    (19, 1530)
    """
    ### BEGIN SOLUTION
    one, reduce3, three, reduce5, five, project = maps
    if naive:
        outputs = one + three + five + inputs
        taps = inputs * one + 9 * inputs * three + 25 * inputs * five
    else:
        outputs = one + three + five + project
        taps = inputs * (one + reduce3 + reduce5 + project)
        taps += 9 * reduce3 * three + 25 * reduce5 * five
    return outputs, taps * size[0] * size[1]
    ### END SOLUTION


# %%
check("9.3")

# %%
with lab.needs("9.3"):
    growth = {False: [192], True: [192]}  # maps after each module; 192 come in
    spent = {False: [], True: []}
    for name, row in MODULES.items():
        side = {"3": 28, "4": 14, "5": 7}[name[0]]
        for naive in (False, True):
            outputs, work = inception_cost(growth[naive][-1], row, (side, side), naive)
            growth[naive].append(outputs)
            spent[naive].append(work)
    lab.show(figures.inception(growth, spent, list(MODULES)))
    ratio = sum(spent[True]) / sum(spent[False])
    told = f"and cost {ratio:.0f} times the work: pooling hands on all that comes in."
    lab.reveal("9.3", growth[True][-1], told)

# %% [markdown]
# ## 2015: add what came in

# %% [markdown]
# ### Exercise 9.4 · A residual block, both ways
#
# In a residual block the layers learn only the change $F$: with $x$ as rows and ReLU $r(z)=\max(0,z)$,
# $$y = r\bigl(x + F(x)\bigr),\qquad F(x) = r(xW_1)\,W_2 .$$
#
# Write the block, then its way back: from the gradient of the loss with respect to $y$ (`upstream`) the gradient with
# respect to $x$. Take 0 as the slope of ReLU at 0.
#
# Where a stage halves the maps and has more of them, $x$ no longer fits. He's *option A* has no weights: keep every
# `stride`-th row and column, from the first, and add maps of zeros behind.

# %%
lab.predict(
    "9.4a",
    "100 blocks with small random weights. How much of the gradient's length at the "
    "top arrives at the bottom?",
    choices=[
        "plain and residual: next to nothing",
        "plain: next to nothing; residual: about as much as was sent",
        "plain: about as much as was sent; residual: far more",
    ],
)


# %%
def residual_block(x, w1, w2):
    """y of the block.

    Args:
        x: float array (n, d).
        w1: (d, h); w2: (h, d).

    >>> residual_block([[1.0, -2.0]], [[1.0], [0.0]], [[0.5, 3.0]])
    array([[1.5, 1. ]])
    """
    ### BEGIN SOLUTION
    x, w1, w2 = np.asarray(x), np.asarray(w1), np.asarray(w2)
    return np.maximum(0, x + np.maximum(0, x @ w1) @ w2)
    ### END SOLUTION


def block_gradient(x, w1, w2, upstream):
    """Gradient of the loss with respect to x, (n, d).

    >>> block_gradient([[1.0, -2.0]], [[1.0], [0.0]], [[0.5, 3.0]], [[1.0, 1.0]])
    array([[4.5, 1. ]])
    """
    ### BEGIN SOLUTION
    x, w1, w2 = np.asarray(x), np.asarray(w1), np.asarray(w2)
    before = x @ w1
    at_sum = np.asarray(upstream) * (x + np.maximum(0, before) @ w2 > 0)
    return at_sum + ((at_sum @ w2.T) * (before > 0)) @ w1.T
    ### END SOLUTION


def shortcut(x, maps, stride):
    """x made to fit: (n, h, w, c) to (n, ceil(h / stride), ceil(w / stride), maps).

    >>> shortcut([[[[5.0], [6.0], [7.0]]]], 2, 2)
    array([[[[5., 0.],
             [7., 0.]]]])
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)[:, ::stride, ::stride]
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (0, maps - x.shape[-1])))
    ### END SOLUTION


# %%
check("9.4")


# %%
def lengths(back, blocks=100, width=64, scale=0.05):
    """Length of the gradient after each block on the way down, 1 at the top."""
    rng = np.random.default_rng(lab.seed)
    signal, sent = rng.normal(size=(8, width)), []
    for _ in range(blocks):
        a, w1, w2 = (rng.normal(size=s) for s in ((8, width), *[(width, width)] * 2))
        signal = back(np.abs(a) + 1, scale * w1, scale * w2, signal)
        sent.append(np.linalg.norm(signal))
    return np.array(sent) / sent[0]


def plain_gradient(x, w1, w2, upstream):
    """The same block without "x +"."""
    return ((upstream @ w2.T) * (x @ w1 > 0)) @ w1.T


# %%
with lab.needs("9.4"):
    arrives = {"residual": lengths(block_gradient), "plain": lengths(plain_gradient)}
    lab.show(figures.gradient_lengths(arrives))
    top, bottom = arrives["residual"][-1], arrives["plain"][-1]
    told = f"residual {top:.2g}, plain {bottom:.0e}: the sum hands on what came."
    lab.reveal(
        "9.4a", "plain: next to nothing; residual: about as much as was sent", told
    )

# %% [markdown]
# **Now with training.** The networks of the first picture had batch normalisation, which keeps signals from vanishing.
# The next cell gives them shortcuts, nothing else: the same weights, the same work.

# %%
lab.predict(
    "9.4b",
    "With shortcuts, which depth fits its training images best?",
    choices=["the shallowest", "one in between", "the deepest", "all within 3 points"],
)

# %%
with lab.needs("9.4"):
    networks = {depth: deep(depth, True) for depth in DEPTHS}
    residual = {d: train(net, EPOCHS) for d, net in networks.items()}
    lab.show(figures.learning({"plain": plain, "residual": residual}))
    last = {d: curve[-1] for d, curve in residual.items()}
    near = max(last.values()) - min(last.values()) <= 0.03
    named = {DEPTHS[0]: "the shallowest", DEPTHS[-1]: "the deepest"}
    best = named.get(max(last, key=last.get), "one in between")
    told = [f"{d} layers {v:.0%} (plain {plain[d][-1]:.0%})" for d, v in last.items()]
    lab.reveal("9.4b", "all within 3 points" if near else best, ", ".join(told))

# %% [markdown]
# ## 2017: very deep without a shortcut

# %% [markdown]
# ### Exercise 9.5 · The fractal rule
#
# FractalNet grows by a rule. A block of 1 *column* is one convolution. A block of $C$ columns is two blocks of $C-1$ columns, one after the
# other, and beside them one new convolution of the same input. Where paths meet, a *join* takes their **mean**; joins
# that meet at the same place are one join.
#
# `fractal` returns what arrives at the block's last join, as a list, the single convolution first; the block's output
# is the mean of that list. `conv(z)` makes a **new** convolution and applies it to `z`. `path_lengths` lists how many
# convolutions lie on each path from the block's input to its output.

# %%
lab.predict(
    "9.5", "How many different paths lead through a block of 4 columns?", number=True
)


# %%
def fractal(z, columns, conv):
    """What arrives at the last join of a block, the shallowest first.

    >>> fractal(0.0, 3, lambda z: z + 1)
    [1.0, 2.5, 3.5]
    """
    ### BEGIN SOLUTION
    if columns == 1:
        return [conv(z)]
    first = fractal(z, columns - 1, conv)
    middle = sum(first) / len(first)
    return [conv(z), *fractal(middle, columns - 1, conv)]
    ### END SOLUTION


def path_lengths(columns):
    """Convolutions on each path through a block, sorted.

    >>> path_lengths(2)
    [1, 2]
    """
    ### BEGIN SOLUTION
    if columns == 1:
        return [1]
    half = path_lengths(columns - 1)
    return sorted([1, *(a + b for a in half for b in half)])
    ### END SOLUTION


# %%
check("9.5")

# %%
with lab.needs("9.5"):
    made = []
    fractal(0.0, 4, lambda z: made.append(z) or z)
    lab.show(figures.path_histogram({c: path_lengths(c) for c in (2, 3, 4)}))
    paths = path_lengths(4)
    told = f"{len(made)} convolutions; paths of {paths[0]} to {paths[-1]} of them."
    lab.reveal("9.5", len(paths), told)

# %% [markdown]
# ### Exercise 9.6 · Drop-path
#
# Joins can lose inputs while the network trains, as dropout loses units.
#
# - *Local*: each input of a join is dropped with probability `rate`. `draws` holds one number from [0, 1) for each
#   input: dropped if below `rate`. If all are, the one with the largest draw stays.
# - *Global*: one column is kept in the **whole** network. `draw()` gives a new number from [0, 1) at each call; cut
#   [0, 1) into `columns` equal parts to choose. Joins that the column does not reach keep all their inputs.
#
# `join` takes the mean of what is kept.

# %%
lab.predict(
    "9.6a",
    "A FractalNet was trained without drop-path. Its deepest column alone, cut out of "
    "it, gets right",
    choices=[
        "about as much as the whole",
        "somewhat less",
        "hardly more than guessing",
    ],
)

# %%
lab.predict(
    "9.6b",
    "And if it was trained with drop-path?",
    choices=[
        "about as much as the whole",
        "somewhat less",
        "hardly more than guessing",
    ],
)


# %%
def local_kept(draws, rate):
    """Which inputs of a join stay, an array of booleans (k,).

    >>> local_kept([0.5, 0.1, 0.9], 0.3)
    array([ True, False,  True])
    """
    ### BEGIN SOLUTION
    draws = np.asarray(draws)
    kept = draws >= rate
    return kept if kept.any() else draws == draws.max()
    ### END SOLUTION


def global_kept(joins, columns, draw):
    """Which inputs stay in each join when one column is kept.

    Args:
        joins: for each join, the columns (from 0) that its inputs belong to.
        columns: number of columns.
        draw: function without arguments that gives a new random number in [0, 1).

    Returns:
        list with an array of booleans for each join.

    >>> global_kept([(1, 2), (0, 1, 2)], 3, lambda: 0.1)
    [array([ True,  True]), array([ True, False, False])]
    """
    ### BEGIN SOLUTION
    column = int(draw() * columns)
    kept = [np.array(reached) == column for reached in joins]
    return [k if k.any() else np.ones_like(k) for k in kept]
    ### END SOLUTION


def join(paths, kept):
    """Mean of the paths that are kept.

    Args:
        paths: array (k, ...); kept: booleans (k,), at least one True.

    >>> join([[1.0, 2.0], [3.0, 6.0], [5.0, 5.0]], [True, True, False])
    array([2., 4.])
    """
    ### BEGIN SOLUTION
    return np.asarray(paths)[np.asarray(kept)].mean(axis=0)
    ### END SOLUTION


# %%
check("9.6")

# %% [markdown]
# **The library's FractalNet** does this with one drawn number that reaches every join as a tensor, so that each step draws anew. (A number drawn in Python, while
# the network is built, would stay for ever: known ports have this fault.) The next cell trains one network with
# drop-path and one without, then judges every column alone.


# %%
def fractalnet(share, rate):
    """Three columns and three blocks; `share` of the steps keep one column only."""
    sizes = lab.pick((12, 24, 48), (8,))
    options = {"local_rate": rate, "global_share": share, "seed": lab.seed}
    return models.fractalnet((16, 16, 3), filters=sizes, columns=3, **options)


COLUMNS = ["column 1", "column 2", "column 3", "all"]
ANSWERS = ["hardly more than guessing", "somewhat less", "about as much as the whole"]

# %%
with lab.needs("9.6"):
    judged = {}
    for name, options in {"without": (0.0, 0.0), "with": (0.5, 0.15)}.items():
        net = fractalnet(*options)
        train(net, lab.pick(10, 3))
        parts = [*(models.fractal_column(net, c) for c in (1, 2, 3)), net]
        judged[name] = [accuracy(part) for part in parts]
    lab.show(figures.columns_alone(judged, COLUMNS))
    words, told = {}, {}
    for name, (*_, deepest, whole) in judged.items():
        left = (deepest - 0.1) / (whole - 0.1)  # 0.1 is guessing
        words[name] = ANSWERS[int(left > 0.35) + int(left > 0.9)]
        told[name] = f"column 3 alone {deepest:.0%}, the whole {whole:.0%}."
    lab.reveal("9.6a", words["without"], told["without"])
    lab.reveal("9.6b", words["with"], told["with"])

# %% [markdown]
# **One network, four networks.** Keep one column, or all (a slider where your notebook has widgets): the graph shows
# what is used.

# %%
with lab.needs("9.6"):
    batch = x_new[:200]
    speeds = [figures.milliseconds(part.predict_on_batch, batch) for part in parts]
    errors = [1 - right for right in judged["with"]]
    shown = {"errors": errors, "speeds": speeds, "blocks": lab.pick(3, 1)}
    figures.slide([figures.lit([c], **shown)[0] for c in range(4)], COLUMNS)
    lab.show(figures.lit(range(4), **shown))

# %% [markdown]
# ## 1980: where it began

# %% [markdown]
# ### Exercise 9.7 · S-cells and C-cells
#
# Fukushima's *neocognitron* alternates two kinds of cells. For an **S-cell** that sees a patch $p$ of the image, let $e$ be the sum of the patch times
# the cell's weights (length 1), and $v$ the length of the patch itself. Excitation $e$ is **divided** by inhibition:
# $$s = R\max\Bigl(0,\; \frac{1+e}{1+\frac{R}{1+R}\,v} - 1\Bigr)$$
# with selectivity $R>0$. All cells of a *plane* share their weights; at the border, patches are filled up with zeros.
#
# A **C-cell** at every `stride`-th row and column (from the first) takes the *mean* $m$ of the S-cells in a square of `size` around it (zeros outside), and answers
# $m/(0.1+m)$. Patches and squares have odd sides.

# %%
lab.predict(
    "9.7a",
    "A bright pattern that fits the cell becomes three times as bright. The S-cell's "
    "answer",
    choices=["triples", "falls to a third", "changes by less than half"],
)

# %%
lab.predict(
    "9.7b",
    "Two networks learned centred digits. The digits move sideways by 4 pixels. Which "
    "network gets more right?",
    choices=["the neocognitron", "the dense network", "both alike"],
)


# %%
def s_plane(image, weights, selectivity):
    """One answer for each pixel, (h, w).

    Args:
        image: (h, w); weights: (k, k), k odd; selectivity: R.

    >>> s_plane([[3.0, 0.0]], [[1.0]], 1.0)
    array([[0.6, 0. ]])
    """
    ### BEGIN SOLUTION
    image, weights = np.asarray(image, dtype=float), np.asarray(weights)
    k = len(weights)
    padded = np.pad(image, k // 2)
    patches = np.lib.stride_tricks.sliding_window_view(padded, (k, k))
    e = np.sum(patches * weights, axis=(2, 3))
    v = np.sqrt(np.sum(patches**2, axis=(2, 3)))
    share = (1 + e) / (1 + selectivity / (1 + selectivity) * v)
    return selectivity * np.maximum(0, share - 1)
    ### END SOLUTION


def c_plane(plane, size, stride):
    """Answers of the C-cells, (ceil(h / stride), ceil(w / stride)).

    >>> c_plane([[0.0, 0.0, 0.9]], 3, 2)
    array([[0. , 0.5]])
    """
    ### BEGIN SOLUTION
    padded = np.pad(np.asarray(plane, dtype=float), size // 2)
    squares = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    mean = squares[::stride, ::stride].mean(axis=(2, 3))
    return mean / (0.1 + mean)
    ### END SOLUTION


# %%
check("9.7")

# %%
try:
    (x_digits, y_digits), (x_moved, y_moved) = coursekit.load_mnist(limit=3000)
except coursekit.DataUnavailableError:
    (x_digits, y_digits), (x_moved, y_moved) = coursekit.load_digits()
x_digits, y_digits = (a[: lab.pick(3000, 600)] for a in (x_digits / 255, y_digits))
x_moved, y_moved = (a[: lab.pick(500, 200)] for a in (x_moved / 255, y_moved))

# %%
with lab.needs("9.7"):
    bars = figures.bars()  # soft lines of 5x5 pixels in four directions, length 1
    found = [s_plane(x_digits[0], bar, 3.0) for bar in bars]
    blurred = [c_plane(plane, 5, 2) for plane in found]
    lab.show(figures.cells(x_digits[0], bars, found, blurred))
    bright = [s_plane(b * bars[0], bars[0], 3.0)[2, 2] for b in (4.0, 12.0)]
    words = "changes by less than half" if bright[1] < 1.5 * bright[0] else "triples"
    told = f"{bright[0]:.2f}, then {bright[1]:.2f}: what excites it inhibits it."
    lab.reveal("9.7a", words, told)

# %%
with lab.needs("9.7"):
    neo = models.Neocognitron(planes=lab.pick((16, 100), (8, 40)), seed=lab.seed)
    neo.fit(x_digits, y_digits)
    dense = MLPClassifier((100,), early_stopping=True, random_state=lab.seed)
    dense.fit(x_digits.reshape(len(x_digits), -1), y_digits)
    shifts = [0, 1, 2, 3, 4, 6]
    moved = [np.roll(x_moved, s, axis=2) for s in shifts]
    curves = {"the neocognitron": [neo.score(m, y_moved) for m in moved]}
    flat = [m.reshape(len(m), -1) for m in moved]
    curves["the dense network"] = [dense.score(m, y_moved) for m in flat]
    lab.show(figures.shift_curves(shifts, curves))
    at_4 = {name: curve[4] for name, curve in curves.items()}
    alike = np.ptp(list(at_4.values())) < 0.05
    told = ", ".join(f"{name} {value:.0%}" for name, value in at_4.items())
    lab.reveal("9.7b", "both alike" if alike else max(at_4, key=at_4.get), told)

# %% [markdown]
# ## The competition

# %% [markdown]
# ### Exercise 9.8 · Top-k error
#
# ImageNet has 1,000 classes, and photographs show more than one thing. So ILSVRC counts an image as wrong only if its label is not among the network's
# $k=5$ best guesses. The **top-k error** is the share of wrong images.
#
# Ties must not help: a network that gives all classes the same score knows nothing. So other classes that score **as
# high as** the label stand before it.

# %%
lab.predict(
    "9.8",
    "Ten classes, and a network that guesses: random scores. Its top-5 error is",
    number=True,
)


# %%
def top_k_error(scores, labels, k=5):
    """Share of rows whose label is not among the k best.

    Args:
        scores: float array (n, classes), higher means more likely.
        labels: integer array (n,).

    >>> top_k_error([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]], [2, 0], 1)
    1.0
    >>> top_k_error([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]], [2, 0], 2)
    0.0
    """
    ### BEGIN SOLUTION
    scores, labels = np.asarray(scores), np.asarray(labels)
    mine = scores[np.arange(len(labels)), labels][:, None]
    rank = np.sum(scores >= mine, axis=1)  # the label itself counts: 1 is best
    return float(np.mean(rank > k))
    ### END SOLUTION


# %%
check("9.8")

# %%
with lab.needs("9.4", "9.8"):
    rng = np.random.default_rng(lab.seed)
    guesses = rng.normal(size=(20_000, 10)), rng.integers(0, 10, 20_000)
    logits = networks[DEPTHS[-1]].predict(x_new, verbose=0)
    for k in (1, 2, 3, 5):
        ours, guess = top_k_error(logits, y_new, k), top_k_error(*guesses, k)
        print(f"top-{k} error: residual network {ours:.1%}, guessing {guess:.1%}")
    lab.reveal("9.8", guess, "Five of ten guesses hold the label half the time.")

# %% [markdown]
# ## Cost against error
#
# Every bubble is counted by your `layer_cost`; its area is the number of weights. The errors are the papers', for a
# single network that averages ten cut-outs of each validation image. The dots on the right are entries to the
# competition, mostly several networks averaged.

# %%
BUILDERS = {
    "AlexNet": (models.alexnet, {}),
    "ZFNet": (models.zfnet, {}),
    "VGG-16": (models.vgg, {"configuration": "D"}),
    "GoogLeNet": (models.googlenet, {}),
    "ResNet-50": (models.resnet, {"depth": 50}),
    "ResNet-152": (models.resnet, {"depth": 152}),
}
counted = {}
with lab.needs("9.1"):
    for name in lab.pick(list(BUILDERS), list(BUILDERS)[:4]):
        builder, options = BUILDERS[name]
        costs = network_cost(models.layer_table(builder, **options), layer_cost)
        counted[name] = tuple(sum(pair) for pair in zip(*costs.values(), strict=True))
    lab.show(figures.bubbles(counted))
    print(figures.error_table())

# %% [markdown]
# ## The question, answered
#
# The deep plain network was not too weak; it was too hard to train. A layer that should do nothing has to *learn* the
# identity, through all layers above it. Residual blocks start from the identity and learn the change; FractalNet keeps
# a short path beside every long one. Both give the gradient a way that does not pass through every layer. And counting
# tells the rest of the story: from AlexNet to ResNet the weights moved out of the dense layers, the work went up, and
# the error went down.
#
# ## Receipt

# %%
PUBLISHED = [  # claim, source, stated, builder, options
    ("LeNet-5", "LeCun 1998", "60,000", models.lenet5_1998, {}),
    ("AlexNet", "Krizhevsky 2012", "60 million", models.alexnet, {}),
    ("VGG-16", "Simonyan 2015", "138 million", models.vgg, {}),
    ("VGG-19", "Simonyan 2015", "144 million", models.vgg, {"configuration": "E"}),
    ("GoogLeNet", "Szegedy 2015", "about 7 million", models.googlenet, {}),
    ("ResNet-18", "He 2016", "", models.resnet, {"depth": 18}),
    ("CIFAR ResNet-20", "He 2016", "0.27 million", models.cifar_resnet, {}),
    ("FractalNet", "Huang 2017", "38.6 million", models.fractalnet, {}),
]
if not lab.fast:
    deep_ones = [(50, "25.6 million"), (152, "60.2 million")]
    PUBLISHED[6:6] = [
        (f"ResNet-{d}", "He 2016", stated, models.resnet, {"depth": d})
        for d, stated in deep_ones
    ]
claims = []
for name, source, stated, builder, options in PUBLISHED:
    measured = models.count_params(builder, trainable=True, **options)
    row = {"claim": f"{name}: trained weights", "source": source, "stated": stated}
    claims.append(row | {"measured": f"{measured:,}"})
claims[-1]["note"] = (
    "as the rule says; 38.5 million if all layers of a block read its own width"
)

# %%
with lab.needs("9.1", "9.2"):
    row = {"claim": "AlexNet by your count", "source": "Krizhevsky 2012"}
    claims.append(row | {"stated": "60 million", "measured": f"{total[0]:,}"})
    row = {"claim": "C3: weights; connections", "stated": "1,516; 151,600"}
    row |= {"source": "LeCun 1998", "measured": "; ".join(f"{n:,}" for n in c3_cost)}
    claims.append(row)
with lab.needs("9.4"):
    said = {"plain": "deeper is worse", "residual": "deeper is better"}
    for (name, stated), curve in zip(said.items(), (plain, residual), strict=True):
        ends = ", ".join(f"{depth}: {curve[depth][-1]:.1%}" for depth in DEPTHS)
        row = {"claim": f"{name}, accuracy in training by depth", "measured": ends}
        row |= {"source": "He 2016, fig. 6", "stated": stated}
        claims.append(row | {"note": f"{len(x):,} small images, one seed"})

# %%
with lab.needs("9.6"):
    for name, scores in judged.items():
        row = {"claim": f"{name} drop-path: columns 1, 2, 3, all; new images"}
        row |= {"stated": "deepest 92.7 %, all 92.7 %" if name == "with" else ""}
        row |= {"measured": ", ".join(f"{score:.1%}" for score in scores)}
        row |= {"note": f"{len(x):,} images of 16x16; theirs 50,000 of 32x32"}
        claims.append(row | {"source": "Larsson 2017"})
with lab.needs("9.7"):
    row = {"claim": "neocognitron on unseen digits", "stated": "98.6 % on ETL-1"}
    row |= {"source": "Fukushima 2003", "note": "two stages, other digits"}
    claims.append(row | {"measured": f"{curves['the neocognitron'][0]:.1%}"})
    row = {"claim": "digits moved by 4 pixels", "source": "Fukushima 1980"}
    row |= {"stated": "not affected by shift"}
    ends = ", ".join(f"{name} {share:.1%}" for name, share in at_4.items())
    claims.append(row | {"measured": ends})
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - `keras.applications.ResNet50` counts 25,636,712 weights. Explain the difference to 25,557,032 to the last weight:
#   which biases does it have, and what else does it count?
# - Train the residual networks with 0.9 and with 0.99 as the momentum of batch normalisation, and judge them on new images after every epoch.
# - Give each join of a FractalNet its own "global" column. What do single columns learn now?
# - Draw the neocognitron's planes (`neo.weights`). Which of them would you have drawn by hand?
# - GoogLeNet with its side heads has 13,378,280 weights. Which layer holds most of the extra ones, and could it be smaller?
