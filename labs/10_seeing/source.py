# ---
# coursekit:
#   title: What a CNN sees
#   question: Two pictures explain what a network looked at. One of the two networks has been destroyed. Which picture is it?
#   goals:
#     - Send a score back to the pixels in five ways, by hand, and say what each picture can and cannot tell
#     - Fool a network with a change that nobody sees, and train one that resists
#     - Test an explanation before you believe it
#   prerequisites:
#     - lab 03, gradients; lab 07, convolution and receptive fields
#     - lab 05, train and test
#   lecture: "Session 11, Deep Learning 2 (deconvolutional networks); Deep learning overview (visual pathway, adversarial input, t-SNE of hidden layers); T-MachLe 10 (V1, V2, V4, IT)"
#   seconds: {cpu: 210, fast: 45}
#   accelerator: helps the trainings; nothing here needs one
# ---

# %% [markdown]
# # What a CNN sees
#
# **Two pictures explain what a network looked at. One of the two networks has been destroyed. Which picture is it?**

# %%
import keras
import numpy as np
import scipy.stats
from keras import ops
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.metrics import pairwise_distances

import coursekit
from coursekit import NotAnsweredYet, evaluation, models, open_lab
from coursekit.datasets.scenes import KINDS, make_scenes
from coursekit.models.cifar import fold_normalisation
from coursekit.training import (
    Player,
    adjoint,
    adversarial_loss,
    attribution,
    backward_steps,
    fit,
    gradients,
    one_cycle,
    optimise_image,
)
from coursekit.training.backward import RULES

lab = open_lab("10_seeing")
check, figures = lab.check, lab.figures
agreement = {}  # for the receipt: how far your parts are from the library's

# %% [markdown]
# ## Two explanations
#
# A small network learns to name the thing in a generated scene: circle, square, triangle, cross, ring or person. It is a chain of 3x3
# convolutions, ReLU and max pooling; at the end the mean of each map, and a *logit* (final sum) for each kind. We know where each thing
# lies, so we can judge every explanation.

# %%
count, epochs = lab.pick((4000, 12), (800, 9))
STAGES = lab.pick(((16,), (32,), (48, 48)), ((8,), (24,), (32, 32)))
one = {"objects": 1, "noise": 2.0}  # one thing a scene, a little grain
taught = make_scenes(count, seed=1000 + lab.seed, **one)
scenes = make_scenes(lab.pick(500, 240), seed=2000 + lab.seed, **one)
x, kinds = scenes.images.astype("float32") / 255, scenes.classes[:, 0]
things = scenes.instance_mask > 0  # where the thing is, (n, 32, 32)
two = make_scenes(400, objects=2, noise=2.0, seed=3000 + lab.seed)
two = two[two.classes[:, 0] != two.classes[:, 1]][: lab.pick(200, 18)]
x_two = two.images.astype("float32") / 255

keras.utils.set_random_seed(lab.seed)
net = models.cifar_cnn(num_classes=6, stages=STAGES, normalised=True)
net.compile(
    keras.optimizers.Adam(one_cycle(1.5e-2, epochs * count // 40)),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
options = {"epochs": epochs, "batch_size": 40, "seed": lab.seed, "progress": "none"}
fit(net, taught.images.astype("float32") / 255, taught.classes[:, 0], **options)
net = fold_normalisation(net, models.cifar_cnn(num_classes=6, stages=STAGES))
deep = keras.Model(net.inputs[0], net.layers[-3].output)  # up to the last ReLU


# %%
def run(network, images):
    """What a network gives, as an array."""
    out = network(np.asarray(images, "float32"), training=False)
    return ops.convert_to_numpy(out)


def accuracy(network):
    """Share of the new scenes that a network names rightly."""
    return float(np.mean(run(network, x).argmax(axis=1) == kinds))


def strength(maps):
    """Largest size over the colours: (n, h, w, colours) to (n, h, w)."""
    return np.abs(maps).max(axis=-1)


def alike(one, other):
    """Mean rank correlation of two stacks of maps."""
    pairs = zip(one, other, strict=True)
    return float(np.mean([evaluation.rank_correlation(a, b) for a, b in pairs]))


asked = np.eye(6, dtype="float32")[kinds]  # one-hot: the kind that is asked for
right = run(net, x).argmax(axis=1) == kinds
six = [int(np.flatnonzero(right & (kinds == kind))[0]) for kind in range(6)]
rest = np.setdiff1d(np.flatnonzero(right), six)[: lab.pick(58, 12)]
some = np.concatenate(
    [six, rest]
)  # scenes that it names rightly, one of each kind first
print(f"The network names {accuracy(net):.0%} of the new scenes rightly.")

# %%
EPS = 0.25  # for digits, which come later: values from 0 to 1
try:
    (x_digit, y_digit), (x_new, y_new) = coursekit.load_mnist(
        limit=lab.pick(None, 1000)
    )
except coursekit.DataUnavailableError:
    (x_digit, y_digit), (x_new, y_new) = coursekit.load_digits()
x_new, y_new = (v[: lab.pick(10_000, 500)] for v in (x_new, y_new))
x_digit, x_new = (v[..., None] / np.float32(255) for v in (x_digit, x_new))

# %% [markdown]
# In the second network the top is destroyed: its last convolution and its logits are random. Both are asked why these are what they are, by a
# method of 2015 with much-praised pictures. It sends signals from the top of the network back to the pixels; bright pixels mattered.

# %%
ruin = keras.models.clone_model(net)  # the same layers, with new random weights
for layer, old in zip(ruin.layers[:-4], net.layers[:-4], strict=True):
    layer.set_weights(old.get_weights())
order = np.random.default_rng(lab.seed).permutation(2)
pair = [net, ruin]
rows = [attribution(pair[i], x[some], kinds[some], rule="guided")[:6] for i in order]
lab.show(figures.opening(x[six], rows, KINDS))

# %%
lab.predict("10.0", "Which row is the destroyed network's?", choices=["A", "B"])

# %% [markdown]
# At the end you will know how to find out. First, how such pictures are made.
#
# ## A score and its pixels

# %% [markdown]
# ### Exercise 10.1 · Saliency by hand
#
# A tiny network: kernels $k$ slide over image $x$ without padding and without turning (lab 07), which gives maps $a_k$; then ReLU $r$, the mean over all
# places (the bar), and weights $w$. Class $c$ has the score
# $$s_c = \sum_k w_{kc}\;\overline{r(a_k)}.$$
# The *saliency* of a pixel is the size of the slope of $s_c$ there, without its sign; of several colours, the steepest (Simonyan et al. 2014).
# Find the slope by going through places: which pixels does one place see, and with which weights? The slope of $r$ at 0 is 0.
#
# Take the score, not its probability: where a network is sure, a probability is flat.

# %%
lab.predict(
    "10.1",
    "The 20 most salient of a scene's 1,024 pixels: what share of them lies on the "
    "thing itself?",
    number=True,
    unit="%",
)


# %%
def saliency(x, kernels, w, c):
    """Size of the slope of score c, pixel by pixel.

    Args:
        x: image (height, width, colours).
        kernels: (kh, kw, colours, k).
        w: (k, classes).
        c: the class.

    Returns:
        array (height, width), 0 or more.

    >>> saliency([[[1.0], [-2.0]]], [[[[2.0]]]], [[-3.0]], 0)
    array([[3., 0.]])
    """
    ### BEGIN SOLUTION
    x, kernels, w = np.asarray(x), np.asarray(kernels), np.asarray(w)
    kh, kw = kernels.shape[:2]
    rows, columns = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    slope = np.zeros(x.shape)
    for i, j in np.ndindex(rows, columns):
        a = np.tensordot(x[i : i + kh, j : j + kw], kernels, 3)
        slope[i : i + kh, j : j + kw] += kernels @ (w[:, c] * (a > 0))
    return np.abs(slope / (rows * columns)).max(axis=-1)
    ### END SOLUTION


# %%
check("10.1")

# %%
rng = np.random.default_rng(lab.seed)
tiny = [rng.normal(size=s).astype("float32") for s in ((8, 8, 3), (3, 3, 3, 4), (4, 6))]


def tiny_score(v):
    """Score of class 2 in keras.ops."""
    means = ops.mean(ops.relu(ops.conv(v[None], tiny[1])), axis=(0, 1, 2))
    return ops.sum(means * tiny[2][:, 2])


with lab.needs("10.1"):
    theirs = strength(gradients(tiny_score, tiny[0]))
    agreement["saliency"] = np.abs(saliency(*tiny, 2) - theirs).max() / theirs.max()
    slope = gradients(lambda v: ops.sum(net(v, training=False) * asked[some]), x[some])
    found = strength(slope)
    on_thing = figures.share_of_strongest(found, things[some])
    lab.show(figures.maps_beside(x[some[:6]], found[:6], "saliency"))
    told = f"though things cover {things[some].mean():.0%} of a scene."
    lab.reveal("10.1", 100 * on_thing, told)

# %% [markdown]
# A slope asks "which pixel would change the score?", not "which pixel is the thing?". Floor beside an edge counts too.
#
# ## Three rules

# %% [markdown]
# ### Exercise 10.2 · What ReLU does on the way back
#
# On the way back a signal meets the layers in reverse. Three famous methods differ in one place, ReLU. There $x$ went in on the way forward, and a
# signal comes back from above:
#
# - the *gradient* lets the signal pass where $x$ was positive;
# - the *deconvnet* (Zeiler and Fergus 2014) does not look at $x$: it sends the signal itself through ReLU;
# - *guided* back-propagation (Springenberg et al. 2015) passes only what both would pass.
#
# `send_back` walks a chain. Each step is `(kind, x, back)`, the first layer first: for `"relu"` use `relu_back`, for all others the function
# `back`, from a signal to the signal below.

# %%
lab.predict(
    "10.2",
    "Ask for another kind than the scene shows. Whose map changes least?",
    choices=list(RULES),
)


# %%
def relu_back(signal, x, rule):
    """The signal below a ReLU.

    Args:
        signal: array that comes from above.
        x: array of the same shape that went into ReLU.
        rule: "gradient", "deconvnet" or "guided".

    >>> relu_back([2.0, -2.0, 2.0, -2.0], [1.0, 1.0, -1.0, -1.0], "deconvnet")
    array([2., 0., 2., 0.])
    """
    ### BEGIN SOLUTION
    signal, x = np.asarray(signal), np.asarray(x)
    if rule != "gradient":
        signal = np.maximum(signal, 0)
    return signal if rule == "deconvnet" else signal * (x > 0)
    ### END SOLUTION


def send_back(steps, signal, rule):
    """The signal below the first step.

    Args:
        steps: list of (kind, x, back), the first layer first.
        signal: array of the shape of the last layer's output.
        rule: as above.

    >>> steps = [("other", None, lambda s: 3 * s), ("relu", [-1.0, 1.0], None)]
    >>> send_back(steps, np.array([5.0, 5.0]), "gradient")
    array([ 0., 15.])
    """
    ### BEGIN SOLUTION
    for kind, x, back in reversed(steps):
        signal = relu_back(signal, x, rule) if kind == "relu" else back(signal)
    return signal
    ### END SOLUTION


# %%
check("10.2")

# %%
steps = backward_steps(net, x[some])  # (kind, x, back) for every layer of the network

# %%
with lab.needs("10.2"):
    other = np.roll(asked[some], 1, axis=1)  # the next kind of the list
    sent = {rule: send_back(steps, asked[some], rule) for rule in RULES}
    kept = {
        r: alike(strength(sent[r]), strength(send_back(steps, other, r))) for r in RULES
    }
    by_library = attribution(net, x[some], kinds[some], rule="guided")
    agreement["guided"] = np.abs(sent["guided"] - by_library).max() / by_library.max()
    lab.show(
        figures.three_rules(x[some[:4]], {r: strength(s[:4]) for r, s in sent.items()})
    )
    told = ", ".join(f"{rule} {value:.2f}" for rule, value in kept.items())
    told += ": rank correlation of the maps for the right and for a wrong kind."
    lab.reveal("10.2", max(kept, key=kept.get), told)

# %% [markdown]
# An explanation of "why a circle" that looks like that of "why a cross" explains neither.

# %% [markdown]
# ### Exercise 10.3 · Unpooling with switches
#
# Max pooling keeps the largest of each 2x2 block and forgets where it stood. The deconvnet remembers: its *switches* say which of the four was the
# largest. On the way back each value goes to that place, and zeros go to the other three. If several are equally large, the first counts, row by row.
#
# Write it for a batch, given what went into the pooling.

# %%
lab.predict(
    "10.3",
    "For each of the last maps take the nine scenes that excite it most. What do "
    "they share, beyond chance?",
    choices=["mostly the kind of thing", "mostly its colour"],
)


# %%
def unpool(signal, x):
    """The signal below 2x2 max pooling.

    Args:
        signal: (n, h, w, maps), from above.
        x: (n, 2h, 2w, maps), what went into the pooling.

    Returns:
        array of the shape of x.

    >>> unpool([[[[7.0]]]], [[[[1.0], [4.0]], [[3.0], [2.0]]]])[0, :, :, 0]
    array([[0., 7.],
           [0., 0.]])
    """
    ### BEGIN SOLUTION
    signal, x = np.asarray(signal), np.asarray(x)
    n, h, w, maps = signal.shape
    blocks = x.reshape(n, h, 2, w, 2, maps).transpose(0, 1, 3, 5, 2, 4)
    switch = blocks.reshape(n, h, w, maps, 4).argmax(axis=-1)
    placed = (np.eye(4)[switch] * signal[..., None]).reshape(n, h, w, maps, 2, 2)
    return placed.transpose(0, 1, 4, 2, 5, 3).reshape(x.shape)
    ### END SOLUTION


# %%
check("10.3")

# %%
with lab.needs("10.2", "10.3"):
    excited = run(deep, x).max(axis=(1, 2))  # (n, maps)
    top = np.argsort(-excited, axis=0)[: len(some)].T  # a row of scenes for each map
    labels = {"kind": kinds, "colour": scenes.colours[:, 0]}
    shared = figures.more_alike(top[:, :9], labels)
    strongest = [int(m) for m in np.argsort(-excited.max(axis=0))[:4]]
    seen = [figures.nine_of(net, x[top[m]], m, send_back, unpool) for m in strongest]
    lab.show(figures.top_nine(x, top[strongest, :9], seen))
    words = ("mostly the kind of thing", "mostly its colour")
    answer = words[int(shared["colour"] > shared["kind"])]
    told = f"Beyond chance the kind agrees in {shared['kind']:.0%}, the colour in "
    lab.reveal("10.3", answer, told + f"{shared['colour']:.0%}.")
    before, signal = (np.float32(rng.normal(size=(4, k, k, 3))) for k in (8, 4))
    by_library = adjoint(keras.layers.MaxPooling2D(2), before, signal)
    agreement["unpooling"] = float(np.abs(unpool(signal, before) - by_library).max())

# %% [markdown]
# Your unpooling *is* the gradient of max pooling (the receipt says how closely): the deconvnet is back-propagation with one rule changed.
#
# ## Where, in the deep layers

# %% [markdown]
# ### Exercise 10.4 · Grad-CAM
#
# Deep maps are coarse but know most. Grad-CAM (Selvaraju et al. 2017) asks of each of the last maps $A_k$ how much it counts for the class: $\alpha_k$, the
# *mean* over places of the slope of the score in $A_k$. It adds the maps with these weights, then keeps what speaks **for** the class: negative sums become zero.
#
# Each scene of the batch has its own $\alpha_k$.

# %%
lab.predict(
    "10.4",
    "Two things in a scene; you ask for one of them. How often does Grad-CAM's peak "
    "lie in its box?",
    number=True,
    unit="%",
)


# %%
def grad_cam(maps, slopes):
    """Where the class is seen.

    Args:
        maps: (n, h, w, k).
        slopes: (n, h, w, k), of the class's score.

    Returns:
        array (n, h, w), 0 or more.

    >>> grad_cam([[[[1.0, 2.0]]]], [[[[3.0, -1.0]]]])
    array([[[1.]]])
    """
    ### BEGIN SOLUTION
    maps, slopes = np.asarray(maps), np.asarray(slopes)
    alpha = slopes.mean(axis=(1, 2), keepdims=True)
    return np.maximum(np.sum(alpha * maps, axis=-1), 0)
    ### END SOLUTION


# %%
check("10.4")


# %%
with lab.needs("10.4"):
    peaks = {"Grad-CAM": [], "guided": []}
    for place in (0, 1):  # ask for the first thing of each scene, then for the second
        heat = grad_cam(*figures.deep(net, x_two, two.classes[:, place]))
        guided = attribution(net, x_two, two.classes[:, place], rule="guided")
        for name, found in {"Grad-CAM": heat, "guided": strength(guided)}.items():
            boxes = two.boxes[:, [place, 1 - place]]  # asked for, and the other
            peaks[name] += list(figures.peak_in_boxes(found, boxes))
        lab.show(figures.heats(x_two[:5], heat[:5], two.classes[:5, place], KINDS))
    hits = {name: np.mean(found, axis=0) for name, found in peaks.items()}
    told = "{:.0%} on the other thing; ".format(hits["Grad-CAM"][1])
    told += "guided back-propagation {:.0%} and {:.0%}.".format(*hits["guided"])
    lab.reveal("10.4", 100 * hits["Grad-CAM"][0], told)

# %% [markdown]
# It never saw two things at once, and no scene told it where anything is.

# %% [markdown]
# ### Exercise 10.5 · Cover and see
#
# The plainest question needs no slopes: cover a square of the image with grey and see how far the score *falls* (Zeiler and Fergus 2014).
#
# The square's upper left corner visits every `stride`-th row and column, from the first, as long as the whole square lies inside the image. Ask `score` for
# all covered images in one call: it takes a batch `(n, h, w, colours)` and gives `(n,)`.

# %%
lab.predict(
    "10.5",
    "In what share of scenes does covering floor, without touching the thing, raise "
    "its score?",
    number=True,
    unit="%",
)


# %%
def occlusion(image, score, size, stride, fill=0.5):
    """How far the score falls where the square lies.

    Args:
        image: (h, w, colours).
        score: function from images (n, h, w, colours) to scores (n,).
        size: side of the square in pixels.
        stride: step between places.
        fill: value of the covered pixels.

    Returns:
        array (rows, columns) of places.

    >>> total = lambda images: np.sum(images, axis=(1, 2, 3))
    >>> occlusion(np.array([[[1.0], [2.0], [4.0]]]), total, 1, 2, fill=0.0)
    array([[1., 4.]])
    """
    ### BEGIN SOLUTION
    rows = range(0, image.shape[0] - size + 1, stride)
    columns = range(0, image.shape[1] - size + 1, stride)
    covered = []
    for i in rows:
        for j in columns:
            picture = np.array(image, dtype=float)
            picture[i : i + size, j : j + size] = fill
            covered.append(picture)
    fall = score(np.array([image]))[0] - score(np.array(covered))
    return fall.reshape(len(rows), len(columns))
    ### END SOLUTION


# %%
check("10.5")

# %%
SQUARE, STRIDE = 8, 2


def score_of(kind):
    """The network's score for a kind, as a function of images."""
    return lambda images: run(net, images)[:, kind]


with lab.needs("10.5"):
    chosen = some[: lab.pick(64, 16)]
    falls = [occlusion(x[i], score_of(kinds[i]), SQUARE, STRIDE) for i in chosen]
    touch = figures.touched(things[chosen], SQUARE, STRIDE)
    best = [hit[fall == fall.max()][0] for hit, fall in zip(touch, falls, strict=True)]
    pairs = zip(touch, falls, strict=True)
    rises = [bool(fall[~hit].min(initial=0) < 0) for hit, fall in pairs]
    lab.show(figures.score_falls(x[chosen[:6]], falls[:6]))
    told = f"The greatest fall touches the thing in {np.mean(best):.0%} of scenes."
    lab.reveal("10.5", 100 * np.mean(rises), told)

# %% [markdown]
# Slow, and honest: it measures what the network does, not what a formula says of it. But grey squares are no scenes that it knows.
#
# ## What it would like to see

# %% [markdown]
# ### Exercise 10.6 · An image that learns
#
# Now the network stands still and the image learns: climb the score. At each step the images are first moved by that step's `(down, right)`, round the edge as
# `np.roll` does; the slope is taken there and moved back. That is *jitter*: no pixel can count on its place. The climb is on
# $$s(x) - \text{decay}\cdot\sum (x - 0.5)^2,$$
# by `rate` times its slope, and after each step pixels are cut to 0...1.

# %%
lab.predict(
    "10.6",
    "Climb from grey without decay or jitter. The made circle's score, beside those of "
    "all real circles in the test:",
    choices=["below most", "among them", "above every one"],
)


# %%
def climb(start, slope, shifts, rate, decay):
    """The images after the climb.

    Args:
        start: images (n, h, w, colours); stays as it is.
        slope: function from images to the slope of the score, of the same shape.
        shifts: a pair (down, right) for each step.
        rate: step size.
        decay: weight of the pull towards 0.5.

    Returns:
        new images, float, from 0 to 1.

    >>> climb(np.full((1, 1, 2, 1), 0.25), np.zeros_like, [(0, 1)], 1.0, 0.25).ravel()
    array([0.375, 0.375])
    """
    ### BEGIN SOLUTION
    images = np.array(start, dtype=float)
    for down, right in shifts:
        moved = np.roll(images, (down, right), axis=(1, 2))
        steep = np.roll(slope(moved), (-down, -right), axis=(1, 2))
        steep = steep - 2 * decay * (images - 0.5)
        images = np.clip(images + rate * steep, 0, 1)
    return images
    ### END SOLUTION


# %%
check("10.6")


# %%
grey, still = rng.normal(0.5, 0.02, (6, 32, 32, 3)), [(0, 0)] * lab.pick(80, 12)
shifts = np.random.default_rng(lab.seed).integers(-3, 4, (len(still), 2)).tolist()

# %%
with lab.needs("10.6"):
    slope_at, minus_score = figures.own_scores(net)  # image i is asked for kind i
    made = {"nothing but the score": climb(grey, slope_at, still, 0.02, 0.0)}
    made["decay and jitter"] = climb(grey, slope_at, shifts, 0.02, 0.5)
    how = {"steps": len(still), "limits": (0, 1)}
    how["optimizer"] = keras.optimizers.SGD(0.02)
    by_library, _ = optimise_image(minus_score, grey, net, **how)
    gaps = np.abs(by_library - made["nothing but the score"])
    agreement["climb (median pixel)"] = float(np.median(gaps))
    scores = run(net, made["nothing but the score"])
    real = run(net, x[kinds == 0])[:, 0]
    lab.show(figures.dreamt(made, KINDS))
    above = np.mean(scores[0, 0] > real)
    word = (
        "above every one"
        if above == 1
        else "among them"
        if above > 0.5
        else "below most"
    )
    lab.reveal(
        "10.6", word, f"{scores[0, 0]:.1f}; the best real circle {real.max():.1f}."
    )

# %% [markdown]
# The network loves what no scene ever showed. It learned to tell six kinds apart, not what they are.
#
# ## What fools it

# %% [markdown]
# ### Exercise 10.7 · The worst small change
#
# An attacker may change every pixel by at most $\epsilon$. To first order a change $\delta$ raises the loss by $\sum_i g_i\delta_i$, where $g$ is the slope of the loss in the
# pixels. Which $\delta$ raises it most? Apply it, and keep pixels between 0 and 1. Where $g_i=0$, leave the pixel alone.
#
# *Logistic regression* has the score $f=x\cdot w+b$ and, with labels $y=\pm1$, the loss $\ln(1+e^{-yf})$. There no "first order" is needed. `worst_loss` is the mean over rows
# of the largest loss that such a change can cause (pixels may leave 0...1).

# %%
lab.predict(
    "10.7a",
    "Logistic regression tells 3 from 7. Every pixel may change by 0.25. Its errors:",
    number=True,
    unit="%",
)

# %%
lab.predict(
    "10.7b",
    "And if each pixel goes up or down by 0.25 at random?",
    choices=["fewer than 10 % errors", "about half of that", "nearly as many"],
)


# %%
def fgsm(x, gradient, eps):
    """The attacked images.

    Args:
        x: images, values from 0 to 1, any shape; stays as it is.
        gradient: slope of the loss in x, the same shape.
        eps: largest change of a pixel.

    >>> fgsm([0.5, 0.5, 0.5, 0.9], [0.001, -7.0, 0.0, 2.0], 0.25)
    array([0.75, 0.25, 0.5 , 1.  ])
    """
    ### BEGIN SOLUTION
    return np.clip(np.asarray(x) + eps * np.sign(gradient), 0, 1)
    ### END SOLUTION


def worst_loss(x, y, w, b, eps):
    """Mean over rows of the largest loss.

    Args:
        x: (n, d); y: (n,) of -1 and +1; w: (d,); b: number.
        eps: largest change of an entry of x.

    >>> round(worst_loss([[1.0, 1.0]], [1], [2.0, -1.0], 0.5, 0.5), 4)
    0.6931
    """
    ### BEGIN SOLUTION
    margin = np.asarray(y) * (np.asarray(x) @ np.asarray(w) + b)
    return float(np.mean(np.logaddexp(0, eps * np.abs(w).sum() - margin)))
    ### END SOLUTION


# %%
check("10.7")

# %%
flat, flat_new = x_digit.reshape(len(x_digit), -1), x_new.reshape(len(x_new), -1)
pair, pair_new = (np.isin(labels, (3, 7)) for labels in (y_digit, y_new))
linear = LogisticRegression(C=0.05, max_iter=300).fit(flat[pair], y_digit[pair])
x_pair, sign = flat_new[pair_new], np.where(y_new[pair_new] == 7, 1, -1)  # 7 is +1

# %%
with lab.needs("10.7"):
    w, b = linear.coef_[0], float(linear.intercept_[0])
    hurt = fgsm(x_pair, -sign[:, None] * w, EPS)
    noisy = np.clip(x_pair + EPS * rng.choice([-1, 1], x_pair.shape), 0, 1)
    wrong = {
        name: float(np.mean(sign * (images @ w + b) <= 0))
        for name, images in {"clean": x_pair, "attack": hurt, "noise": noisy}.items()
    }
    change = fgsm(np.full(784, 0.5), -w, EPS) - 0.5  # of a grey 7
    lab.show(figures.one_change(x_pair, hurt, sign, w, change))
    losses = worst_loss(x_pair, sign, w, b, 0.0), worst_loss(x_pair, sign, w, b, EPS)
    told = (
        f"{wrong['clean']:.1%} before; mean loss {losses[0]:.2f}, then {losses[1]:.1f}."
    )
    lab.reveal("10.7a", 100 * wrong["attack"], told)
    words = ("fewer than 10 % errors", "about half of that", "nearly as many")
    word = words[int(wrong["noise"] > 0.1) + int(wrong["noise"] > 0.7)]
    lab.reveal("10.7b", word, f"{wrong['noise']:.1%}: noise has no direction.")

# %% [markdown]
# One single picture, added to every 7 and taken from every 3. It works because 784 small changes all push the same way.
#
# **Deep networks too?** The package's trained CNN, a softmax, a network of two hidden layers (plain), and the same network trained half on images that FGSM attacks anew at every step (hardened).

# %%
lab.predict(
    "10.7c",
    "Trained on attacks, a network is attacked. Its errors beside the plain one's:",
    choices=["about the same", "half as many", "less than half as many"],
)


# %%
UNITS, ROUNDS = lab.pick(((300, 300), 6), ((128, 128), 6))
how = {"batch_size": 100, "epochs": ROUNDS, "verbose": 0}
networks = {"CNN": models.reference("mnist_cnn")}  # comes with the package, trained
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for name, units in {"softmax": (), "plain": UNITS, "hardened": UNITS}.items():
    keras.utils.set_random_seed(lab.seed)
    networks[name] = models.mlp(hidden=units)
    if name == "hardened":
        step = Player(networks[name], None, adversarial_loss(EPS))
        step.compile(keras.optimizers.Adam(1e-3))
        step.fit({"x": x_digit, "y": y_digit}, **how)
    else:
        networks[name].compile(keras.optimizers.Adam(1e-3), loss)
        networks[name].fit(x_digit, y_digit, **how)


# %%
with lab.needs("10.7"):
    table, hurt = {}, {}
    for name, network in networks.items():
        hurt[name] = fgsm(x_new, figures.loss_slope(network, x_new, y_new), EPS)
        both = (
            figures.judged(network, images, y_new) for images in (x_new, hurt[name])
        )
        table[name] = sum(both, ())  # error and confidence, clean and attacked
    lab.show(figures.attacked(table, x_new, hurt["plain"], networks["plain"]))
    left = table["hardened"][2] / table["plain"][2]
    words = ("less than half as many", "half as many", "about the same")
    told = f"{table['hardened'][2]:.0%} against {table['plain'][2]:.0%}."
    lab.reveal("10.7c", words[int(left > 0.45) + int(left > 0.75)], told)

# %% [markdown]
# Training on attacks helps against *this* attack. It is no proof against the next.
#
# ## What lies next to what

# %% [markdown]
# ### Exercise 10.8 · Perplexity
#
# The *code* of a scene is the list of its mean activations before the logits. t-SNE draws codes in the plane so that neighbours stay neighbours. First it asks how near $j$ is to
# $i$: from squared distances $d_{ij}^2$,
# $$p_{j|i} \propto e^{-\beta_i d_{ij}^2}\ (j\ne i),\qquad p_{i|i} = 0,\qquad \sum_j p_{j|i} = 1.$$
# The *perplexity* $2^H$, with the entropy $H$ of $p_{\cdot|i}$ in bits, says how many neighbours that makes. It falls as $\beta_i$ grows, so halve an interval of $\ln\beta_i$ until it is as
# wished. Large distances must not make everything 0.

# %%
lab.predict(
    "10.8",
    "The scene whose pixels are nearest: in what share of cases does it show the same "
    "kind of thing? (Six kinds.)",
    number=True,
    unit="%",
)


# %%
def shares(d2, i, beta):
    """Row i of the conditional probabilities.

    Args:
        d2: squared distances (n, n).
        i: which row.
        beta: positive number.

    Returns:
        array (n,); sums to 1.

    >>> shares([[0.0, 1.0, 1.0], [1.0, 0.0, 4.0], [1.0, 4.0, 0.0]], 0, 2.0)
    array([0. , 0.5, 0.5])
    """
    ### BEGIN SOLUTION
    near = np.array(d2, dtype=float)[i]
    near[i] = np.inf
    p = np.exp(-beta * (near - near.min()))
    return p / p.sum()
    ### END SOLUTION


def tuned(d2, i, perplexity):
    """Row i with the wished perplexity, to a thousandth.

    Args:
        d2: squared distances (n, n), all different within a row.
        perplexity: more than 1, less than n - 1.

    Returns:
        array (n,).

    >>> p = tuned([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]], 0, 1.75)
    >>> p.round(3)
    array([0.   , 0.752, 0.248])
    """
    ### BEGIN SOLUTION
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        p = shares(d2, i, np.exp(middle))
        inside = p[p > 0]
        if 2 ** -np.sum(inside * np.log2(inside)) > perplexity:
            low = middle
        else:
            high = middle
    return p
    ### END SOLUTION


# %%
check("10.8")

# %%
codes = run(deep, x).mean(axis=(1, 2))
same, places, ranked, (SOME, T) = {}, {}, {}, lab.pick((300, 1000), (100, 300))
for name, view in (("pixels", x.reshape(len(x), -1)), ("codes", codes)):
    apart = pairwise_distances(view)
    ranked[name] = np.argsort(apart + np.diag(np.full(len(view), np.inf)), axis=1)
    same[name] = float(np.mean(kinds[ranked[name][:, 0]] == kinds))
    tsne = TSNE(perplexity=20, max_iter=T, method="exact", random_state=lab.seed)
    places[name] = tsne.fit_transform(view[:SOME])

# %%
with lab.needs("10.8"):
    d2 = pairwise_distances(codes[:100]) ** 2
    lab.show(figures.neighbourhoods(d2[0], {p: tuned(d2, 0, p) for p in (2, 10, 40)}))
    lab.show(figures.planes(places, kinds[:SOME], KINDS))
    lab.show(figures.nearest(x, ranked, six))
    told = f"By codes: {same['codes']:.0%}. Pixels find the same colour and place."
    lab.reveal("10.8", 100 * same["pixels"], told)

# %% [markdown]
# A t-SNE picture keeps neighbours. The sizes of its islands and the gaps between them mean nothing.
#
# ## Layer by layer, beside the visual pathway

# %% [markdown]
# ### Exercise 10.9 · Orientation and colour
#
# Cells of V1, the first visual area of the cortex, answer to edges of one orientation. So show gratings at several angles and note the responses. 0° and 180° are the
# same: put the angles on a circle on which 180° is *one whole turn*, each as an arrow as long as its response, and add the arrows. The sum's length over the sum of lengths is the
# *selectivity*; its direction, turned back into an angle from 0° to 180°, the *preference*. A silent unit gets 0 for both.
#
# *Colour*: the share of a kernel's squared weights that is left when, at every place, the mean over the three channels is taken off.

# %%
lab.predict(
    "10.9",
    "Beside fresh random kernels, the trained first layer is",
    choices=["more oriented", "more coloured", "both", "neither"],
)


# %%
def orientation(responses, angles):
    """Preference in degrees and selectivity of each unit.

    Args:
        responses: (units, angles), 0 or more.
        angles: (angles,) in degrees, evenly spaced over 180.

    Returns:
        (preference, selectivity), two arrays (units,).

    >>> preference, selectivity = orientation([[3.0, 0.0, 1.0, 0.0]], [0, 45, 90, 135])
    >>> selectivity
    array([0.5])
    """
    ### BEGIN SOLUTION
    responses, turned = np.asarray(responses), 2 * np.radians(angles)
    arrow = responses @ np.exp(1j * turned)
    total = responses.sum(axis=1)
    preference = np.degrees(np.angle(arrow)) / 2 % 180
    selectivity = np.abs(arrow) / np.where(total > 0, total, 1)
    return np.where(total > 0, preference, 0.0), selectivity
    ### END SOLUTION


def colour_share(kernels):
    """Share of the squared weights that is colour, for each kernel.

    Args:
        kernels: (kh, kw, 3, k), none of them all zeros.

    Returns:
        array (k,), 0 (grey) to 1.

    >>> colour_share([[[[1.0, 1.0], [1.0, -1.0], [1.0, 0.0]]]])
    array([0., 1.])
    """
    ### BEGIN SOLUTION
    kernels = np.asarray(kernels)
    left = kernels - kernels.mean(axis=2, keepdims=True)
    return np.sum(left**2, axis=(0, 1, 2)) / np.sum(kernels**2, axis=(0, 1, 2))
    ### END SOLUTION


# %%
check("10.9")

# %%
ANGLES = np.arange(0, 180, 15)
fresh = [keras.models.clone_model(net) for _ in range(lab.pick(5, 2))]
RELUS = ("relu1a", "relu2a", "relu3a", "relu3b")

# %%
with lab.needs("10.9"):
    first = {"trained": [net], "random": fresh}
    of_all, share_of_all = [], []  # trained, then random
    for group in first.values():
        answers = [figures.grating_responses(n, "relu1a", ANGLES) for n in group]
        of_all.append(np.concatenate([orientation(a, ANGLES)[1] for a in answers]))
        weights = [n.get_layer("conv1a").get_weights()[0] for n in group]
        share_of_all.append(np.concatenate([colour_share(w) for w in weights]))
    tuned_to, coloured = (
        dict(zip(first, v, strict=True)) for v in (of_all, share_of_all)
    )
    lab.show(figures.first_layer(net, tuned_to, coloured))
    gains = [np.mean(d["trained"]) - np.mean(d["random"]) for d in (tuned_to, coloured)]
    word = ["neither", "more coloured", "more oriented", "both"]
    told = [f"{np.mean(d[n]):.2f}" for d in (tuned_to, coloured) for n in first]
    told = "Mean selectivity {}, random {}; colour {}, random {}.".format(*told)
    lab.reveal("10.9", word[2 * (gains[0] > 0.02) + (gains[1] > 0.02)], told)

# %% [markdown]
# **Side by side.** T-MachLe 10 tells the pathway so: V1 holds elementary feature detectors (oriented edges), V2 junctions of lines, V4 more complex features, IT individual faces. The next cell
# measures four things for each layer of ours: how much of the image a unit sees, its selectivity for orientation, how little its maps change if the scene moves by 4 pixels, and how well kinds can be read
# from it by a linear reader.

# %%
with lab.needs("10.9"):
    areas = figures.pathway(net, x, kinds, RELUS)
    for name, row in zip(RELUS, areas, strict=True):
        answers = figures.grating_responses(net, name, ANGLES)
        row["orientation"] = float(np.mean(orientation(answers, ANGLES)[1]))
    lab.show(figures.beside_cortex(areas))

# %% [markdown]
# Fields grow and kinds become readable, as along the pathway. But four layers are no cortex, and a likeness is no proof.
#
# ## Does the picture depend on the network?

# %% [markdown]
# ### Exercise 10.10 · Destroy it from the top
#
# An explanation of what a network learned must change when that is destroyed (Adebayo et al. 2018). `destroyed` puts the entries of the **top** `count` weight arrays into random order, each array within
# itself; a seed decides the order, and the arrays that come in stay as they are.
#
# `agreement_of` tells how alike two stacks of maps are: for each image the *rank correlation* of the two maps' **sizes** (without sign), then the mean over images. It is the ordinary correlation of ranks;
# equal values share their mean rank (`scipy.stats.rankdata`). A constant map has no order: count 0.

# %%
lab.predict(
    "10.10",
    "The top two of five arrays are destroyed. Rank correlation of the guided maps, "
    "before and after (1: the same order, 0: none):",
    number=True,
)


# %%
def destroyed(weights, count, seed):
    """The weights with the top `count` arrays in random order.

    Args:
        weights: list of arrays, the first layer's first.
        count: 0 to len(weights).
        seed: of the order.

    Returns:
        list of new arrays.

    >>> out = destroyed([np.array([1.0, 2.0]), np.arange(9.0)], 1, 0)
    >>> out[0]
    array([1., 2.])
    >>> np.sort(out[1])
    array([0., 1., 2., 3., 4., 5., 6., 7., 8.])
    >>> bool(np.any(out[1] != np.arange(9.0)))
    True
    """
    ### BEGIN SOLUTION
    rng, kept = np.random.default_rng(seed), len(weights) - count
    out = [np.array(w) for w in weights]
    for i in range(kept, len(weights)):
        out[i] = rng.permutation(out[i].ravel()).reshape(out[i].shape)
    return out
    ### END SOLUTION


def agreement_of(before, after):
    """Mean over images of the rank correlation of sizes.

    Args:
        before, after: maps (n, h, w).

    >>> round(agreement_of([[[1.0, -2.0, 3.0]]], [[[-10.0, 1000.0, 100.0]]]), 6)
    0.5
    """
    ### BEGIN SOLUTION
    found = []
    for one, other in zip(before, after, strict=True):
        ranks = [scipy.stats.rankdata(np.abs(m), axis=None) for m in (one, other)]
        level = min(np.ptp(r) for r in ranks) == 0
        found.append(0.0 if level else np.corrcoef(ranks)[0, 1])
    return float(np.mean(found))
    ### END SOLUTION


# %%
check("10.10")

# %%
weighted = [layer for layer in net.layers if layer.weights]  # four convolutions, logits
kernels = [layer.get_weights()[0] for layer in weighted]


def put(arrays):
    """Give the network these kernels; its biases stay."""
    for layer, kernel in zip(weighted, arrays, strict=True):
        layer.set_weights([kernel, *layer.get_weights()[1:]])


# %%
with lab.needs("10.4", "10.10"):
    states = [destroyed(kernels, n, lab.seed) for n in range(len(kernels) + 1)]
    health, survival = [], []
    for state in states:
        put(state)
        health.append(accuracy(net))
        survival.append(figures.explain(net, x[some], kinds[some], grad_cam))
    put(kernels)
    curves = {
        name: [agreement_of(survival[0][name], now[name]) for now in survival]
        for name in survival[0]
    }
    lab.show(figures.survival(curves, health))
    told = "Gradient {:.2f}, Grad-CAM {:.2f}; ".format(
        *(curves[name][2] for name in ("gradient", "Grad-CAM"))
    )
    told += f"the accuracy went from {health[0]:.0%} to {health[2]:.0%}."
    lab.reveal("10.10", curves["guided"][2], told)

# %% [markdown]
# **An explanation that survives brain damage.** Destroy layers from the top (a slider where your notebook has widgets) and watch the picture of guided back-propagation.

# %%
with lab.needs("10.4", "10.10"):
    figures.slide(x[some[:6]], [now["guided"][:6] for now in survival], health)
    frames = [now["guided"][:2] for now in survival]
    lab.show(figures.damage(x[some[:2]], frames, health))
    answer = "AB"[list(order).index(1)]
    told = f"Accuracy {accuracy(net):.0%} and {accuracy(ruin):.0%}: the rows hid that."
    lab.reveal("10.0", answer, told)

# %% [markdown]
# The network no longer knows its kinds, and the picture still frames the thing: most of it comes from the image and the lower layers. Before you believe an explanation, destroy what it claims to explain.
#
# ## Receipt

# %%
claims = []


def claim(text, source, stated, measured, note=""):
    """Add a row to the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append(row | {"measured": measured, "note": note})


GOODFELLOW = "Goodfellow et al. 2015"
ADEBAYO = "Adebayo et al. 2018"
ours_are = f"{len(x_digit):,} training digits, {len(x_new):,} test digits, eps 0.25"
with lab.needs("10.7"):
    text = "3 against 7, logistic regression: errors, then under FGSM"
    measured = f"{wrong['clean']:.1%}, then {wrong['attack']:.1%}"
    claim(text, GOODFELLOW, "1.6 %, then 99 %", measured, ours_are)
    text = "the same with random signs: errors"
    claim(text, GOODFELLOW, "next to no effect", f"{wrong['noise']:.1%}")
    stated = {"softmax": "99.9 %, 79.3 %", "plain": "89.4 %, 97.6 % (maxout)"}
    stated["hardened"] = "17.9 % (maxout)"
    dense = f"; {len(UNITS)} ReLU layers of {UNITS[0]}, no dropout, one seed"
    for name, (clean, _, bad, sure) in table.items():
        text = f"FGSM on {name}: errors, and confidence in them"
        note = f"clean error {clean:.2%}"
        note += dense if name in ("plain", "hardened") else ""
        measured = f"{bad:.1%}, {sure:.1%}"
        claim(text, GOODFELLOW, stated.get(name, ""), measured, note)
    change = table["hardened"][0] - table["plain"][0]
    text = "clean error by training on attacks, in points"
    stated = "-0.16 (0.94 % to 0.78 %)"
    claim(text, GOODFELLOW, stated, f"{100 * change:+.2f}", "one seed")

# %%
with lab.needs("10.4", "10.10"):
    for name, stated in {
        "guided": "does not depend on the top",
        "gradient": "falls",
    }.items():
        text = f"{name}: rank correlation with 1 to 5 arrays destroyed"
        measured = ", ".join(f"{v:.2f}" for v in curves[name][1:])
        note = "four convolutions, not Inception; the accuracy goes "
        note += " to ".join(f"{h:.0%}" for h in (health[0], health[1], health[-1]))
        claim(text, ADEBAYO, stated, measured, note)
    measured = ", ".join(f"{v:.2f}" for v in curves["Grad-CAM"][1:])
    claim("Grad-CAM: the same", ADEBAYO, "falls", measured)
    text = "Grad-CAM: peak in the box of the thing asked for"
    claim(text, "Selvaraju et al. 2017", "class-specific", f"{hits['Grad-CAM'][0]:.0%}")
with lab.needs("10.5"):
    text = "occlusion: the greatest fall touches the thing"
    measured, note = f"{np.mean(best):.0%}", f"{len(best)} scenes, square of 8"
    claim(text, "Zeiler and Fergus 2014", "on the object", measured, note)
with lab.needs("10.9"):
    text = "first layer: selectivity for orientation; share of colour"
    measured = f"{np.mean(tuned_to['trained']):.2f}; {np.mean(coloured['trained']):.2f}"
    note = (
        f"random {np.mean(tuned_to['random']):.2f}; {np.mean(coloured['random']):.2f}"
    )
    note += "; 3x3 kernels on scenes, theirs 11x11 on photographs"
    claim(text, "Krizhevsky et al. 2012", "oriented and coloured", measured, note)

# %%
text, note = "nearest neighbour of the same kind: pixels, codes", f"{len(x)} scenes"
measured = f"{same['pixels']:.0%}, {same['codes']:.0%}"
claim(text, "Krizhevsky et al. 2012", "codes: mostly alike", measured, note)
for part, gap in agreement.items():
    claim(f"{part}: by hand as by library", "Keras, coursekit", 0, f"off by {gap:.1g}")
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Train with all things in one place, then with all in one colour. What do Grad-CAM and the nine strongest scenes show now?
# - Take smaller steps in the attack and clip after each (it is then called PGD). What is left of the hardened network's figures?
# - Destroy from the bottom instead of from the top. Which maps change first, and why?
# - Make the square of 10.5 the mean colour of the scene instead of grey. Which peaks move?
# - Draw t-SNE with perplexities 2 and 100. Which statement about your first picture survives?
