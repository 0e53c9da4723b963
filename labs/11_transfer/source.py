# ---
# coursekit:
#   title: Transfer learning
#   question: Two networks learned the same digits, and never saw a single 3. One of them reads 3s. Who taught it?
#   goals:
#     - Carry layers from one task to another, frozen or fine-tuned, and measure how deep they stay useful
#     - Tell a gain from the luck of a seed, with paired runs and an interval
#     - Probe what each layer knows, and put features to use where labels are few
#     - Distil one network into another, derive the slope of soft answers, and mend the bias of a class that was never shown
#   prerequisites:
#     - lab 07, convolution by hand; lab 04, softmax and cross-entropy
#     - lab 05, validation; weight decay from lab 06
#   lecture: "CNN and Keras (layer transfer, after Yosinski et al.); Session 11, Deep Learning 2 (distillation among the losses)"
#   seconds: {cpu: 600, fast: 50}
#   accelerator: helps the trainings; nothing here needs one
# ---

# %% [markdown]
# # Transfer learning
#
# **Two networks learned the same digits, and never saw a single 3. One of them reads 3s. Who taught it?**
#
# What one network has learned can be handed to another in two ways: as *layers*, and as *answers*. This lab measures both, and the second one solves the
# riddle.

# %%
import functools
import itertools
import os
from pathlib import Path

import keras
import numpy as np
from scipy import stats
from scipy.special import softmax
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler

import coursekit
from coursekit import NotAnsweredYet, losses, models, open_lab
from coursekit.datasets.cifar10 import CIFAR10
from coursekit.datasets.scenes import KINDS, make_scenes
from coursekit.training import fit, gradients, seeded

lab = open_lab("11_transfer")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## The riddle
#
# The cells below train three networks on digits. The *teacher* sees all ten classes. Networks A and B have the same size and the same start, and learn from the same
# images: **those of the other nine digits; there is no 3 among them.** They differ in what they are told about each image. A is told its label. B is told the teacher's ten
# *logits* for it: the final sums, before softmax.

# %%
LARGE, SMALL = lab.pick(((800, 800), (400, 400)), ((200, 200), (100, 100)))
TEACHER_EPOCHS, DIGIT_EPOCHS = lab.pick((4, 15), (6, 12))
from_labels = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def from_teacher(told, answered):
    """How far answers are from what the teacher told, both softened (Exercise 11.6)."""
    labels = keras.ops.argmax(told, axis=-1)
    return losses.distillation(labels, answered, told, temperature=20.0, alpha=1.0)


def dense_net(hidden, images, told, loss, epochs, **dropout):
    """A network of dense layers, trained."""
    with seeded(lab.seed):
        model = models.mlp((28, 28, 1), 10, hidden=hidden, **dropout)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    how = {"batch_size": lab.pick(128, 64), "seed": lab.seed, "progress": "none"}
    fit(model, images, told, epochs=epochs, **how)
    return model


def train_teacher():
    """A larger network with dropout, on images also shown moved by two pixels."""
    moves = itertools.product((-2, 2), (1, 2))
    images = np.concatenate([x, *(np.roll(x, step, axis) for step, axis in moves)])
    dropped = {"dropout": 0.5, "input_dropout": 0.2}
    labels = np.tile(y, 5)
    return dense_net(LARGE, images, labels, from_labels, TEACHER_EPOCHS, **dropped)


def answers(net, images):
    """What a network says of images, as an array: logits (n, k)."""
    return keras.ops.convert_to_numpy(net(images, training=False))


def errors(net):
    """Number of new digits that a network gets wrong."""
    return int(np.sum(answers(net, x_new).argmax(axis=1) != y_new))


# %%
mnist = functools.partial(coursekit.load_mnist, limit=20_000)
try:
    (x, y), (x_new, y_new) = lab.pick(mnist, coursekit.load_digits)()
except coursekit.DataUnavailableError:
    (x, y), (x_new, y_new) = coursekit.load_digits()
x, x_new = ((a[..., None] / 255).astype("float32") for a in (x, x_new))
shown, threes = y != 3, y_new == 3
teacher = train_teacher()
told = answers(teacher, x)  # (n, 10), its logits
net_a = dense_net(SMALL, x[shown], y[shown], from_labels, DIGIT_EPOCHS)
net_b = dense_net(SMALL, x[shown], told[shown], from_teacher, DIGIT_EPOCHS)

# %%
lab.predict(
    "11.0",
    "How many of the 3s that nobody showed it does network B call a 3?",
    choices=["none", "fewer than half", "half or more"],
)

# %%
reads = {"A": net_a, "B": net_b}
reads = {name: answers(net, x_new) for name, net in reads.items()}
read_as = {name: logits.argmax(axis=1) for name, logits in reads.items()}
lab.show(figures.threes(x_new[threes], {n: r[threes] for n, r in read_as.items()}))
found = {name: int(np.sum(r[threes] == 3)) for name, r in read_as.items()}
told_3 = ", ".join(f"{n} calls {k} of {threes.sum()} a 3" for n, k in found.items())
kinds = ["none", "fewer than half", "half or more"]
kind = kinds[int(found["B"] > 0) + int(2 * found["B"] >= threes.sum())]
lab.reveal("11.0", kind, f"{told_3}.")

# %% [markdown]
# A cannot know of a tenth class. B was never shown one either. Keep the question; the layers come first.
#
# ## Handing on layers

# %% [markdown]
# The photographs below (CIFAR-10 at 16x16 pixels; generated scenes where it is not at hand) make two tasks, A and B, with no class in common. Task A has many
# images. Of task B you get a few with labels. The next cells hold what several exercises use.

# %%
count, SEEDS = lab.pick(10_000, 1200), [lab.seed + i for i in range(lab.pick(3, 2))]
try:
    (photos, y_photo), (unseen, y_unseen) = coursekit.load_cifar10(limit=count)
    NAMES, NATURAL, MADE = CIFAR10.class_names, [2, 3, 4, 5, 6, 7], [0, 1, 8, 9]
    A, B = list(range(5)), list(range(5, 10))
except coursekit.DataUnavailableError:
    scenes = make_scenes(count + 1000, objects=1, seed=lab.seed)
    photos, unseen = np.split(scenes.images, [count])
    y_photo, y_unseen = np.split(scenes.classes[:, 0], [count])
    NAMES, A, B, NATURAL, MADE = KINDS, [0, 1, 2], [3, 4, 5], [0, 2, 4, 5], [1, 3]


def shrunk(images):
    """16x16 instead of 32x32, values from 0 to 1."""
    blocks = images.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4))
    return (blocks / 255).astype("float32")


photos, unseen = shrunk(photos), shrunk(unseen[: lab.pick(2000, 600)])
y_photo, y_unseen = np.ravel(y_photo), np.ravel(y_unseen)[: len(unseen)]


# %%
def task(classes, labels):
    """Rows and new labels of a task's images, by scikit-learn; `classes` in order."""
    rows = np.flatnonzero(np.isin(labels, classes))
    return rows, LabelEncoder().fit(classes).transform(labels[rows])


def few(classes, seed, times=1):
    """Rows and new labels of a few images per class, or `times` as many, at random."""
    rows, labels = task(classes, y_photo)
    each = times * lab.pick(60, 20)
    how = {"train_size": each * len(classes), "stratify": labels, "random_state": seed}
    return train_test_split(rows, labels, **how)[::2]


def network(classes, seed=0):
    """Five convolutions, two poolings and a dense layer, untrained."""
    with seeded(seed):
        stages = (16,), (24, 32), (32, 32)
        return models.cifar_cnn((16, 16, 3), classes, stages=stages)


# %%
@functools.cache
def workbench(classes, free):
    """A network compiled with some layers free to learn, and its optimiser's start."""
    model = network(classes)
    weighted = (layer for layer in model.layers if layer.weights)
    for layer, learns in zip(weighted, free, strict=True):
        layer.trainable = learns
    model.compile(keras.optimizers.Adam(2e-3), from_labels)
    model.optimizer.build(model.trainable_variables)
    return model, [np.array(v) for v in model.optimizer.variables]


def learn(model, rows, labels, epochs, seed):
    """Train on these photographs, in a twin that was compiled once for all."""
    free = tuple(layer.trainable for layer in model.layers if layer.weights)
    twin, start = workbench(model.output_shape[-1], free)
    twin.set_weights(model.get_weights())
    for variable, value in zip(twin.optimizer.variables, start, strict=True):
        variable.assign(value)
    how = {"batch_size": 50, "seed": seed, "progress": "none"}
    fit(twin, photos[rows], labels, epochs=epochs, **how)
    model.set_weights(twin.get_weights())
    return model


def judge(model, classes):
    """Accuracy on unseen photographs of a task."""
    rows, labels = task(classes, y_unseen)
    chosen = answers(model, unseen[rows]).argmax(axis=1)
    return float(np.mean(chosen == labels))


# %%
DEPTHS = lab.pick([1, 2, 3, 4, 5], [1, 5])
EPOCHS, SOURCE_EPOCHS = lab.pick((30, 10), (10, 6))
REGIMES = {  # where the layers come from, and whether they are frozen
    "AnB": ("A", True),
    "AnB+": ("A", False),
    "BnB": ("B", True),
    "BnB+": ("B", False),
    "random": ("random", True),
}
if lab.fast:  # the controls are left out
    REGIMES = {name: REGIMES[name] for name in ("AnB", "AnB+")}


@functools.cache
def expert(classes, seed):
    """A network trained on all images of a task."""
    rows, labels = task(classes, y_photo)
    return learn(network(len(classes), seed), rows, labels, SOURCE_EPOCHS, seed)


# %%
def study(graft, first, second, regimes, depths):
    """Graft from one task to another by the student's `graft`, with every seed.

    Returns accuracies on the second task: dict from a regime to (seeds, depths), and
    those from scratch (seeds,).
    """
    runs, scratch = {name: np.zeros((len(SEEDS), len(depths))) for name in regimes}, []
    for s, seed in enumerate(SEEDS):
        lessons = few(second, seed)
        own = learn(network(len(second), seed), *lessons, EPOCHS, seed)
        scratch.append(judge(own, second))
        sources = {"A": expert(tuple(first), seed), "B": own}
        sources["random"] = network(len(first), seed + 100)
        for (d, n), (name, how) in itertools.product(
            enumerate(depths), regimes.items()
        ):
            source, frozen = sources[how[0]], how[1]
            target = graft(source, network(len(second), seed + 1), n, frozen)
            learn(target, *lessons, EPOCHS, seed)
            runs[name][s, d] = judge(target, second)
            pair = source.get_weights()[0], target.get_weights()[0]
            assert not frozen or np.array_equal(*pair), "a frozen layer has changed"
    return runs, np.array(scratch)


# %%
def features_of(model, images):
    """Outputs of every convolution after ReLU, averaged over places: list of arrays."""
    outputs = [layer.output for layer in model.layers if "relu" in layer.name]
    maps = keras.Model(model.inputs[0], outputs)(images, training=False)
    return [keras.ops.convert_to_numpy(m).mean(axis=(1, 2)) for m in maps]


def read_layers(probe, net, classes):
    """Accuracy of the student's probe on every convolution, for one task."""
    rows, labels = few(classes, lab.seed, 3)
    rows_new, labels_new = task(classes, y_unseen)
    known, new = features_of(net, photos[rows]), features_of(net, unseen[rows_new])
    scores = [probe(f, labels, g) for f, g in zip(known, new, strict=True)]
    return [float(np.mean(s.argmax(axis=1) == labels_new)) for s in scores]


def published_features(images):
    """MobileNetV2's features where a file of its weights lies in the data folder."""
    file = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5"
    path = Path(os.environ.get("COURSEKIT_DATA", "")) / file
    if not path.is_file():
        return {}
    how = {"include_top": False, "weights": str(path), "pooling": "avg"}
    net = keras.applications.MobileNetV2((96, 96, 3), **how)
    return {"MobileNetV2": net.predict(2 * images - 1, verbose=0)}


# %% [markdown]
# ### Exercise 11.1 · A task is a choice of classes
#
# A network for $k$ classes has $k$ outputs, counted from 0. So a task needs its own labels: the class that stands first in the list `classes` gets 0, the next
# one 1, and so on. All other images are left out.
#
# Give back *rows*, not images, in the order in which they stand in the data: images are large, and rows show at once whether two tasks share any.
# With `per_class` the task is kept small: only the first so many images of **each** class stay.

# %%
lab.predict(
    "11.1",
    "From task A to task B the last layer must be replaced, and only it. Which share "
    "of the network's weights is that?",
    choices=["less than 1 %", "about 10 %", "more than half"],
)


# %%
def make_task(y, classes, per_class=None):
    """Rows and labels of a task.

    Args:
        y: integer array (n,), the class of every image.
        classes: the task's classes, in any order.
        per_class: how many images of each class to keep; None keeps all.

    Returns:
        (rows, labels), two integer arrays (m,): the rows in rising order, and for each
        the place of its class in `classes`.

    >>> make_task(np.array([7, 3, 5, 7, 3, 7]), [7, 3], per_class=2)
    (array([0, 1, 3, 4]), array([0, 1, 0, 1]))
    """
    ### BEGIN SOLUTION
    y, classes = np.asarray(y), list(classes)
    chosen = [np.flatnonzero(y == c)[:per_class] for c in classes]
    rows = np.sort(np.concatenate(chosen))
    return rows, np.array([classes.index(c) for c in y[rows]])
    ### END SOLUTION


# %%
check("11.1")

# %%
with lab.needs("11.1"):
    samples = {
        f"task {name}": (classes, make_task(y_photo, classes, per_class=6))
        for name, classes in (("A", A), ("B", B))
    }
    lab.show(figures.tasks(photos, samples, NAMES))
    alike = [np.array_equal(make_task(y_photo, c), task(c, y_photo)) for c in (A, B)]
    print(f"The same as by scikit-learn: {alike}")
    net = network(len(B))
    last, whole = net.layers[-1].count_params(), net.count_params()
    kinds, share = ["less than 1 %", "about 10 %", "more than half"], last / whole
    kind = kinds[int(share > 0.03) + int(share > 0.4)]
    lab.reveal("11.1", kind, f"{last} of {whole:,} weights, {share:.1%}.")

# %% [markdown]
# Everything below the last layer *could* serve both tasks. Whether it does is the question.

# %% [markdown]
# ### Exercise 11.2 · Grafting
#
# Yosinski et al. name their networks by three marks. In **A3B** the first 3 layers come from a network trained on task A, are *frozen* (training does not
# change them), and the rest starts afresh and learns task B. In **A3B+** the copied layers go on learning: *fine-tuning*. **B3B** and **B3B+** do the same with
# layers from task B itself: a control.
#
# All four are one function with two switches. Count only layers that **have weights**: pooling, ReLU and rescaling have none. The source is needed
# again, so it must not change, now or later.
#
# In Keras `layer.trainable` is read when the model is compiled: freeze first.

# %%
lab.predict(
    "11.2",
    "All five convolutions come from task A and are frozen; the last layer learns task "
    "B from a few images. Beside a network that learns these images from scratch it is",
    choices=["better", "about as good (within 2 %)", "worse"],
)


# %%
def graft(source, target, n, frozen):
    """Put the first n layers with weights of one network into another.

    Args:
        source: Keras model; it is not changed.
        target: Keras model with the same layers, but for the size of the last one.
        n: int from 0 to the number of layers with weights less one.
        frozen: bool. True: the n copied layers keep their weights in training. All the
            other layers of `target` learn.

    Returns:
        `target`, changed in place; not compiled. In the example 8 of 12 arrays learn.

    >>> len(graft(network(3), network(2), 2, True).trainable_weights)
    8
    """
    ### BEGIN SOLUTION
    theirs = [layer for layer in source.layers if layer.weights]
    mine = [layer for layer in target.layers if layer.weights]
    for place, (old, new) in enumerate(zip(theirs, mine, strict=True)):
        if place < n:
            new.set_weights(old.get_weights())
        new.trainable = place >= n or not frozen
    return target
    ### END SOLUTION


# %%
check("11.2")

# %%
with lab.needs("11.2"):
    runs, scratch = study(graft, A, B, REGIMES, DEPTHS)
    lab.show(figures.regimes(DEPTHS, runs, scratch))
    at_5, alone = runs["AnB"][:, -1].mean(), scratch.mean()
    places = int(at_5 > alone - 0.02) + int(at_5 > alone + 0.02)
    kind = ["worse", "about as good (within 2 %)", "better"][places]
    told_5 = f"A{DEPTHS[-1]}B {at_5:.1%}, from scratch {alone:.1%}, means of seeds."
    lab.reveal("11.2", kind, told_5)

# %% [markdown]
# The dots are single seeds. They scatter: before you believe a line, measure the scatter.

# %% [markdown]
# ### Exercise 11.3 · A gain, or luck?
#
# A *gain* is the accuracy of a grafted network less that of the network from scratch. With one pair of runs you cannot tell it from luck. But seed $i$ gave both networks the same few
# images: a lucky draw lifts both, and cancels in the difference. So take the difference **within each seed first**.
#
# For $k$ seeds report the mean difference, and around it the 95 % interval $\pm\,t\,s/\sqrt{k}$. Here $s$ is the sample standard deviation, and $t$ is the point of
# Student's distribution with $k-1$ degrees of freedom that leaves 2.5 % above it: `stats.t.ppf(0.975, ...)` from SciPy.

# %%
lab.predict(
    "11.3",
    "Of all these gains, at every depth: which share has an interval that lies wholly "
    "above 0?",
    choices=["none or hardly any", "about half", "nearly all"],
)


# %%
def gain(scores, baseline):
    """Mean gain at each depth, and its 95 % interval over the seeds.

    Args:
        scores: float array (k, depths), a row per seed; k is at least 2.
        baseline: float array (k,), the accuracy from scratch of the same seeds.

    Returns:
        (mean, low, high), float arrays (depths,). In the example the gains are 0.1 and
        0.3, s / sqrt(k) is 0.1, and t is 12.706.

    >>> gain([[0.5], [0.9]], [0.4, 0.6])
    (array([0.2]), array([-1.071]), array([1.471]))
    """
    ### BEGIN SOLUTION
    gains = np.asarray(scores) - np.asarray(baseline)[:, None]
    k = len(gains)
    half = stats.t.ppf(0.975, k - 1) * gains.std(axis=0, ddof=1) / np.sqrt(k)
    mean = gains.mean(axis=0)
    return mean, mean - half, mean + half
    ### END SOLUTION


# %%
check("11.3")

# %%
with lab.needs("11.2", "11.3"):
    gains = {name: np.array(gain(scores, scratch)) for name, scores in runs.items()}
    lab.show(figures.gains(DEPTHS, gains, len(SEEDS)))
    scipys = stats.ttest_rel(runs["AnB"], scratch[:, None]).confidence_interval()
    gap = np.abs(np.array([scipys.low, scipys.high]) - gains["AnB"][1:]).max()
    print(f"SciPy's paired t-test gives the same intervals up to {gap:.0e}.")
    sure = np.array([low > 0 for _, low, _ in gains.values()])
    kinds = ["none or hardly any", "about half", "nearly all"]
    kind = kinds[int(sure.mean() > 0.25) + int(sure.mean() > 0.75)]
    lab.reveal("11.3", kind, f"{sure.sum()} of {sure.size}, {len(SEEDS)} seeds each.")

# %% [markdown]
# **Tasks that are less alike.** A and B each hold animals and vehicles. Now the source learns animals only (with scenes: some shapes), and the target is vehicles (the others). This takes minutes; fast mode leaves it out.

# %%
with lab.needs("11.2", "11.3"):
    if not lab.fast:
        far, far_alone = study(graft, NATURAL, MADE, {"AnB": ("A", True)}, DEPTHS)
        far_gain = np.array(gain(far["AnB"], far_alone))
        lab.show(figures.near_and_far(DEPTHS, gains["AnB"], far_gain, len(SEEDS)))

# %% [markdown]
# ## What a layer knows

# %% [markdown]
# ### Exercise 11.4 · A linear probe
#
# What can be *read off* a layer by one linear map? Take its outputs as features $x$ and fit **ridge regression** to the labels.
#
# 1. Standardise: every feature less its mean, divided by its standard deviation, both from the labelled rows. A feature that never varies is only centred.
# 2. The target $Y$ has a row per labelled image, with 1 in the column of its class and 0 elsewhere. The column means $\bar y$ are the answer where all features are average; nobody
#    pays for them.
# 3. $W$ makes $\lVert ZW - (Y-\bar y)\rVert^2 + \lambda\lVert W\rVert^2$ smallest, where $Z$ holds the standardised features and $\lambda\ge0$ is the `strength`.
#
# The scores of new images are $Z_{new}W + \bar y$.

# %%
lab.predict(
    "11.4a",
    "Probes on the five convolutions of a network trained on task A. Which one reads "
    "task A best?",
    choices=["1", "2", "3", "4", "5"],
)

# %%
lab.predict(
    "11.4b",
    "From the first convolution to the last, task A gains (or loses) something. Task B "
    "gains",
    choices=["more than A", "about as much (within 3 %)", "less than A"],
)


# %%
def probe(features, labels, new_features, strength=1.0):
    """Scores of a linear probe.

    Args:
        features: float array (n, d), of the labelled images.
        labels: integer array (n,), 0 to k - 1, each of them present.
        new_features: float array (m, d).
        strength: float, lambda.

    Returns:
        float array (m, k); the largest of a row is the probe's choice.

    >>> probe([[0.0], [2.0]], [0, 1], [[2.0], [1.0]], strength=0.0)
    array([[0. , 1. ],
           [0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    features, labels = np.asarray(features, dtype=float), np.asarray(labels)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    z = (features - mean) / deviation
    targets = np.eye(labels.max() + 1)[labels]
    average = targets.mean(axis=0)
    square = z.T @ z + strength * np.eye(z.shape[1])
    weights = np.linalg.solve(square, z.T @ (targets - average))
    return (np.asarray(new_features) - mean) / deviation @ weights + average
    ### END SOLUTION


# %%
check("11.4")


# %%
with lab.needs("11.4"):
    on_a, untrained = expert(tuple(A), SEEDS[0]), network(len(A), 100)
    nets, on = (
        {"trained on A": on_a, "untrained": untrained},
        {"task A": A, "task B": B},
    )
    read = {(n, k): read_layers(probe, nets[n], on[k]) for n in nets for k in on}
    lab.show(figures.probes([f.shape[1] for f in features_of(on_a, unseen[:1])], read))
    rise, rise_b = (
        read["trained on A", k][-1] - read["trained on A", k][0] for k in on
    )
    of_a = read["trained on A", "task A"]
    told_4 = f"It reads {max(of_a):.1%}; mind that the layers differ in width."
    lab.reveal("11.4a", str(1 + int(np.argmax(of_a))), told_4)
    kinds = ["less than A", "about as much (within 3 %)", "more than A"]
    kind = kinds[int(rise_b - rise > -0.03) + int(rise_b - rise > 0.03)]
    lab.reveal("11.4b", kind, f"A gains {rise:+.1%}, B {rise_b:+.1%}.")

# %% [markdown]
# Features have a use far from both tasks. scikit-image brings 200 patches of 25x25 pixels: 100 faces, 100 without. Your probe learns from 20 of them, on pixels and on features.
# If a file of MobileNetV2's published weights lies in your data folder, that network joins; nothing is downloaded.

# %%
patches, small, large, is_face = figures.face_patches()
views = {"pixels": small[..., 0].reshape(len(small), -1)}
with lab.needs("11.4"):
    views |= {name: features_of(net, small)[2] for name, net in nets.items()}
    views |= published_features(large)
    on_faces = figures.face_scores(probe, views, is_face)
    lab.show(figures.faces(patches, on_faces))

# %% [markdown]
# ## Handing on answers

# %% [markdown]
# ### Exercise 11.5 · Soft answers
#
# A trained network is nearly sure of everything: it gives one class nearly everything, and what it thinks of the other nine drowns in the decimals. Dividing all logits by a
# *temperature* $T>1$ before softmax makes the small probabilities visible; $T<1$ makes them smaller still.
#
# Write it twice: from logits, and from nothing but the probabilities at $T=1$. (A service on the web gives you only these. Are the logits lost?) Both must stay finite for
# logits of 1,000 and for temperatures such as 0.002; a probability of 0 stays 0.

# %%
lab.predict(
    "11.5",
    "T rises from 1 to 20. What happens to the ten probabilities of one image?",
    choices=[
        "their order changes",
        "their order stays, their ratios shrink",
        "order and ratios stay",
    ],
)


# %%
def soften(logits, temperature):
    """Softmax at a temperature.

    Args:
        logits: float array (n, k).
        temperature: float, above 0.

    Returns:
        float array (n, k), rows sum to 1.

    >>> soften([[0.0, 2 * np.log(3)]], 2.0)
    array([[0.25, 0.75]])
    """
    ### BEGIN SOLUTION
    z = np.asarray(logits) / temperature
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


def soften_probabilities(p, temperature):
    """The same, from the probabilities at temperature 1.

    Args and shape as there; p (n, k), rows sum to 1.

    >>> soften_probabilities([[0.1, 0.9]], 2.0)
    array([[0.25, 0.75]])
    """
    ### BEGIN SOLUTION
    p = np.asarray(p)
    powers = (p / p.max(axis=1, keepdims=True)) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("11.5")

# %%
with lab.needs("11.5"):
    exact = told.astype(float)
    row = int(np.argsort(softmax(exact, axis=1)[:, 3] * shown)[-1])
    softened = {T: soften(exact[[row]], T)[0] for T in (1, 4, 20)}
    lab.show(figures.softened(x[row], int(y[row]), softened))
    again = soften_probabilities(soften(exact, 1.0), 20.0)
    gap = np.abs(again - softmax(exact / 20.0, axis=1)).max()
    print(f"From probabilities alone, beside SciPy's softmax: off by {gap:.0e}")
    cold, warm = softened[1], softened[20]
    order = np.array_equal(np.argsort(cold), np.argsort(warm))
    ratios = [np.ptp(np.log10(p)) for p in (cold, warm)]
    kinds = ["order and ratios stay", "their order stays, their ratios shrink"]
    kind = kinds[int(ratios[1] < ratios[0])] if order else "their order changes"
    said = f"Largest over smallest: 10 to the {ratios[0]:.1f}, then {ratios[1]:.1f}."
    lab.reveal("11.5", kind, said)

# %% [markdown]
# The image above is the one among the *lessons of network B* that the teacher finds most like a 3. Hinton calls what becomes visible "dark knowledge".

# %% [markdown]
# ### Exercise 11.6 · Learning from soft answers
#
# For a row let $q_T$ be the student's and $p_T$ the teacher's probabilities at temperature $T$, and $c$ the label. The row's loss is
# $$\alpha\,T^2\sum_j p_{T,j}\log\frac{p_{T,j}}{q_{T,j}} \;-\; (1-\alpha)\log q_{1,c},$$
# with $\alpha$ between 0 and 1: how far the student believes the teacher. The loss of a batch is the **mean** over its $n$ rows.
#
# Derive its gradient with respect to the student's logits. The teacher's are constants. (From lab 04: cross-entropy after softmax has the slope probability less target. What does
# a logit that is first divided by $T$ change about it?)

# %%
lab.predict(
    "11.6a",
    "Leave the factor T squared out. When T doubles from 20 to 40, the slope of the "
    "teacher's part",
    choices=["stays", "halves", "falls to a quarter"],
)

# %%
lab.predict(
    "11.6b",
    "A small network learns all digits from the teacher's answers, an equal one from "
    "labels. On new digits the first makes",
    choices=["fewer errors", "as many (within a twentieth)", "more errors"],
)


# %%
def distillation_gradient(student, teacher, y, temperature, alpha):
    """Gradient of the batch's loss with respect to the student's logits.

    Args:
        student, teacher: logits, float arrays (n, k).
        y: integer array (n,), labels.
        temperature: float, above 0.
        alpha: float in [0, 1], weight of the teacher.

    Returns:
        float array (n, k). In the example q is (0.5, 0.5) and p is (0.25, 0.75).

    >>> teacher = [[0.0, 2 * np.log(3)]]
    >>> distillation_gradient([[0.0, 0.0]], teacher, [0], 2.0, 1.0)
    array([[ 0.5, -0.5]])
    """
    ### BEGIN SOLUTION
    student, teacher = np.asarray(student), np.asarray(teacher)
    n, k = student.shape
    q = softmax(student / temperature, axis=1)
    p = softmax(teacher / temperature, axis=1)
    hard = softmax(student, axis=1) - np.eye(k)[np.asarray(y)]
    return (alpha * temperature * (q - p) + (1 - alpha) * hard) / n
    ### END SOLUTION


# %%
check("11.6")

# %%
with lab.needs("11.6"):
    z, v, c = answers(net_a, x[:50]), told[:50], y[:50]
    in_keras = functools.partial(losses.distillation, c, teacher_logits=v)
    by_keras = gradients(lambda s: keras.ops.mean(in_keras(s)), z)
    gap = np.abs(by_keras - distillation_gradient(z, v, c, 4.0, 0.5)).max()
    print(f"Keras differentiates coursekit's loss to the same slopes, up to {gap:.0e}")
    heats = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0])
    slopes = [distillation_gradient(z, v, c, t, 1.0) for t in heats]
    sizes = np.array([np.linalg.norm(slope) for slope in slopes])
    lab.show(figures.slopes(heats, sizes, sizes / heats**2))
    left = sizes[5] / sizes[4] / 4
    kinds = {1.0: "stays", 0.5: "halves", 0.25: "falls to a quarter"}
    near_to = min(kinds, key=lambda share: abs(np.log(left / share)))
    lab.reveal("11.6a", kinds[near_to], f"To {left:.2f} of it.")

# %%
plain = dense_net(SMALL, x, y, from_labels, DIGIT_EPOCHS)
distilled = dense_net(SMALL, x, told, from_teacher, DIGIT_EPOCHS)
wrong = [errors(net) for net in (teacher, plain, distilled)]
with lab.needs("11.6"):
    kinds = ["fewer errors", "as many (within a twentieth)", "more errors"]
    fewer = wrong[2] / max(1, wrong[1])
    said = (
        f"Of {len(y_new):,} digits {wrong[2]} and {wrong[1]}; the teacher {wrong[0]}."
    )
    lab.reveal("11.6b", kinds[int(fewer > 0.95) + int(fewer > 1.05)], said)

# %% [markdown]
# ### Exercise 11.7 · A class that nobody showed
#
# No answer that network B learned from was ever "3". So its logit of class 3 may be too low *everywhere*, by the same amount.
# A number added to one logit of every row, like a bias, would mend that, and no image has to be learned.
#
# How much? Suppose you know how often the class occurs: one digit in ten is a 3. Then no label is needed. Find the **smallest shift** of logit $k$, negative if need be, with which
# at least `count` rows are read as $k$. A row is read as $k$ when its logit $k$ is at least as high as every other.

# %%
lab.predict(
    "11.7",
    "After the shift, which share of the unseen 3s does network B get right?",
    number=True,
    unit="%",
)


# %%
def bias_shift(logits, k, count):
    """The smallest number that, added to logit k, has `count` rows read as k.

    Args:
        logits: float array (n, classes).
        k: int, the class.
        count: int from 1 to n.

    Returns:
        float. In the example class 1 lacks 2 in the first row, 4 in the second, and
        leads by 3 in the third.

    >>> bias_shift([[2.0, 0.0], [5.0, 1.0], [0.0, 3.0]], 1, 2)
    2.0
    """
    ### BEGIN SOLUTION
    logits = np.asarray(logits)
    others = np.delete(logits, k, axis=1).max(axis=1)
    return float(np.sort(others - logits[:, k])[count - 1])
    ### END SOLUTION


# %%
check("11.7")

# %%
with lab.needs("11.7"):
    unlabelled = answers(net_b, x)  # its lessons, and 3s among them: no labels
    shift = bias_shift(unlabelled, 3, len(x) // 10)
    mended = reads["B"] + shift * np.eye(10)[3]
    now = mended.argmax(axis=1)
    tried = np.linspace(min(0, shift) - 2, max(0, shift) * 2 + 2, 60)
    shifted = [(reads["B"] + s * np.eye(10)[3]).argmax(axis=1) for s in tried]
    missed = [[np.sum(r != y_new), np.sum(r[threes] != 3)] for r in shifted]
    lab.show(figures.shift_curve(tried, np.array(missed), shift))
    lab.show(figures.threes(x_new[threes], {"B, shifted": now[threes]}))
    right, before = 100 * np.mean(now[threes] == 3), 100 * found["B"] / threes.sum()
    told_7 = f"Before the shift {before:.1f} %; the shift is {shift:+.2f}."
    lab.reveal("11.7", right, told_7)

# %% [markdown]
# ## The riddle, solved
#
# These are lessons of network B: images of other digits. The number is the teacher's softened probability of a 3.

# %%
with lab.needs("11.5"):
    like_3 = soften(told, 20.0)[:, 3]
    by_class = [like_3[y == digit].mean() for digit in range(10)]
    closest = np.argsort(np.where(shown, like_3, 0))[::-1][:16]
    lab.show(figures.lessons(x[closest], y[closest], like_3[closest], by_class))

# %% [markdown]
# Every answer of the teacher speaks of all ten classes. One digit leans towards a 3 a little, another a little less: thousands of such remarks say what is 3-like about an image, though no
# image is a 3. Labels say nothing of the kind, and A learned nothing of the kind. What was missing in B was one number, its bias.
#
# So there are two ways to hand on what was learned. Layers carry it where tasks share their parts, and your intervals say how surely; answers carry it even to a network of another shape.
#
# ## Receipt

# %%
claims, YOSINSKI, HINTON = [], "Yosinski et al. 2014", "Hinton et al. 2015"


def claim(text, source, stated, measured, note=""):
    """One row of the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append({**row, "measured": measured, "note": note})


def interval(triple):
    """Mean gains and intervals in points of per cent."""
    columns = 100 * np.transpose(triple)
    return ", ".join(f"{m:+.1f} ({low:+.1f} to {up:+.1f})" for m, low, up in columns)


# %%
GRAFTS = """AnB+|helps, wherever cut|+1.6 % on average (from memory)
AnB|frozen layers fall with n: specific|falls from n = 4 on
BnB|frozen own layers dip: co-adaptation|dip at n = 4, 5
BnB+|fine-tuning mends the dip|no dip
random|random frozen layers fall|falls from n = 2 on"""
with lab.needs("11.2", "11.3"):
    each = len(few(B, 0)[0]) // len(B)
    setting = f"gain in points over scratch ({scratch.mean():.1%}) at n = {DEPTHS}"
    setting += f", 95 % intervals; {each} labels a class, five small convolutions"
    for line in GRAFTS.splitlines():
        name, text, stated = line.split("|")
        if name in gains:
            claim(f"{name}: {text}", YOSINSKI, stated, interval(gains[name]), setting)
    if not lab.fast:
        note = f"animals to vehicles, n = {DEPTHS}; alike: {interval(gains['AnB'])}"
        told_far = "tasks that are less alike transfer worse"
        claim(told_far, YOSINSKI, "worse", interval(far_gain), note)

# %%
with lab.needs("11.4"):
    both = ((k, read["trained on A", k]) for k in on)
    ends = (f"{k} {scores[0]:.1%} to {scores[-1]:.1%}" for k, scores in both)
    told_ends = "layers go from general to specific: probes, first to last convolution"
    claim(told_ends, YOSINSKI, "", ", ".join(ends), "network trained on task A")
    faces = (f"{name} {np.mean(scores):.1%}" for name, scores in on_faces.items())
    told_faces = "features serve where labels are few: faces from 20 patches"
    claim(
        told_faces, "scikit-image's patches", "", ", ".join(faces), "mean of 20 draws"
    )
note = f"{len(x):,} digits to learn from, theirs 60,000; {LARGE} units teach {SMALL}, "
note += "theirs (1200, 1200) teach (800, 800)"
measured = f"{', '.join(map(str, wrong))} of {len(y_new):,}"
told_three = "errors: teacher, student from labels, student from the teacher"
claim(told_three, HINTON, "67, 146, 74 of 10,000", measured, note)

# %%
with lab.needs("11.7"):
    last = int(np.sum(now != y_new)), int(np.sum(now[threes] != 3))
    first = int(np.sum(read_as["B"] != y_new)), int(threes.sum()) - found["B"]
    measured = f"{first[0]}, {first[1]} of {threes.sum()}"
    told_none = "never saw a 3: errors, and those on 3s"
    claim(told_none, HINTON, "206, 133 of 1,010", measured)
    measured = f"{last[0]}, {last[1]} (shift {shift:.2f})"
    note = "ours is set without a label; theirs is the best on the test digits"
    claim("the same after a shift of its bias", HINTON, "109, 14 (3.5)", measured, note)
    measured = f"{found['A']} of {threes.sum()}"
    claim("taught by labels, without a 3: 3s read", "this lab", "", measured)
lab.receipt(claims, seeds=SEEDS)

# %% [markdown]
# ## Go further
#
# - Hinton also taught a student with images of 7 and 8 only: 47.3 % errors, 13.2 % after its biases were mended. Which digits does yours read?
# - Vary the temperature: at which does network B read most 3s before the shift? At $T=1$?
# - Take 10, 30, 100 and 300 images of each class of task B. From where on does grafting no longer pay?
# - Put batch normalisation into `network` and unfreeze everything with a large rate. What happens to accuracy, and what does freezing the normalisation alone change?
# - Distil *several* teachers into one student: average their soft answers. Is it better than the best of them?
