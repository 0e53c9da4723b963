# ---
# coursekit:
#   title: Style transfer
#   question: One of these walls is a photograph, the other was made out of noise by a network. How many pictures had that network learned from?
#   goals:
#     - Say what style and content are in numbers, and send both back to the pixels by hand
#     - Make a texture out of noise, and paint a photograph in a style, with forty lines of your own
#     - Judge features, weights and networks fairly, and pay for painting once instead of every time
#   prerequisites:
#     - lab 03, gradients; lab 07, convolution
#     - lab 10, an image that learns
#   lecture: "Deep Learning 2 (style transfer, after Gatys et al. 2015; fast neural style transfer)"
#   seconds: {cpu: 600, fast: 45}
#   accelerator: helps the training of 19.8 a little; none needed
# ---

# %% [markdown]
# # Style transfer
#
# **One of these walls is a photograph, the other was made out of noise by a network. How many pictures had that network learned from?**

# %%
import time

import keras
import numpy as np

from coursekit import NotAnsweredYet, models, open_lab, style
from coursekit.datasets.scenes import make_scenes
from coursekit.style import learning
from coursekit.training import fit

lab = open_lab("19_style")
check, figures = lab.check, lab.figures
MOVED = ["not at all", "by less than a tenth of its size", "by more"]
APART = ["hardly at all", "half as far as before", "as far as before"]
MANY = ["fewer than 20", "20 to 1,000", "more than 1,000, or never"]
rng = np.random.default_rng(lab.seed)
agreement = {}  # for the receipt: how far your parts are from the library's

# %% [markdown]
# ## Two walls

# %%
side, steps = lab.pick((128, 500), (64, 150))
wall, grass, gravel = (
    style.picture(name, 128, grey=True)[None] for name in ("brick", "grass", "gravel")
)
lab.show(figures.opening(wall, side, steps, lab.seed))

# %%
lab.predict(
    "19.0",
    "How many pictures had the network behind the wall on the right learned from?",
    choices=["none", "a thousand", "more than a million"],
)

# %% [markdown]
# At the end you will paint a photograph of your own. All pictures come with scikit-image and scikit-learn; nothing is downloaded.
#
# ## Two losses

# %% [markdown]
# ### Exercise 19.1 · What is together
#
# Filters look at every place of a picture; after ReLU their answers are the *features*, $F_{pi}$ at place $p$ for filter $i$. Gatys et al. (2016) keep of a style
# only how strongly features are **active together**: the *Gram matrix* $G_{ij}$ is the mean, over all places, of the product of features $i$ and $j$.
#
# A mean and not a sum, so that pictures of different sizes can be compared. A batch of $n$ pictures has $n$ matrices.

# %%
lab.predict(
    "19.1a",
    "The wall's features are thrown to other places at random, all filters alike. The "
    "Gram matrix moves",
    choices=MOVED,
)

# %%
lab.predict(
    "19.1b",
    "Now the wall's pixels are thrown about, before the filters look. It moves",
    choices=MOVED,
)


# %%
def gram(features):
    """Gram matrix of each picture.

    Args:
        features: (n, h, w, c).

    Returns:
        array (n, c, c).

    >>> gram([[[[1.0, 2.0], [3.0, 0.0]]]])
    array([[[5., 1.],
            [1., 2.]]])
    """
    ### BEGIN SOLUTION
    features = np.asarray(features)
    n, h, w, c = features.shape
    flat = features.reshape(n, h * w, c)
    return np.matmul(flat.transpose(0, 2, 1), flat) / (h * w)
    ### END SOLUTION


# %%
check("19.1")

# %% [markdown]
# The filters of this lab look at three scales: at pixels, at blocks of 2x2, and at blocks of 4x4 pixels.

# %%
bank = style.filter_bank(lab.pick(64, 48), size=7, colours=1, seed=lab.seed)


def seen(pictures):
    """Features at the finest scale."""
    return np.maximum(bank.forward(pictures)[0], 0)


# %%
with lab.needs("19.1"):
    thrown = {"features": figures.thrown(seen(wall), rng)}
    thrown["pixels"] = seen(figures.thrown(wall, rng))
    grams = {"wall": gram(seen(wall))[0]}
    grams |= {name: gram(features)[0] for name, features in thrown.items()}
    moves = {n: figures.apart(grams["wall"], grams[n]) for n in ("features", "pixels")}
    lab.show(figures.three_grams(grams))
    words = {n: MOVED[int(m > 1e-4) + int(m > 0.1)] for n, m in moves.items()}
    told = {name: f"by {move:.1%} of its size" for name, move in moves.items()}
    lab.reveal("19.1a", words["features"], told["features"])
    lab.reveal("19.1b", words["pixels"], told["pixels"])

# %% [markdown]
# A Gram matrix does not know where anything is. What lies together within one filter's view, it knows.

# %% [markdown]
# ### Exercise 19.2 · What is where
#
# *Content* is the opposite: the same answers at the same places. The content loss of a picture is the **mean**, over places and filters, of the squared difference
# between its answers and the target's. (Here: the answers before ReLU.)
#
# Every picture of a batch has a loss of its own. Return the losses, and the slope of each in its own answers: how much does the loss of picture $k$ grow with
# one answer of picture $k$?

# %%
lab.predict(
    "19.2",
    "Move the wall half a brick to the side. At the finest scale its content loss, "
    "beside that of a lawn in place of the wall:",
    choices=["less than half", "half to whole", "more than that of the lawn"],
)


# %%
def content_loss(answers, target):
    """Loss of each picture, and its slope.

    Args:
        answers: (n, h, w, c).
        target: of the same shape.

    Returns:
        (loss, slope): arrays (n,) and (n, h, w, c).

    >>> content_loss([[[[1.0, 5.0]]]], [[[[1.0, 2.0]]]])
    (array([4.5]), array([[[[0., 3.]]]]))
    """
    ### BEGIN SOLUTION
    gap = np.asarray(answers) - np.asarray(target)
    size = gap[0].size
    return np.sum(gap**2, axis=(1, 2, 3)) / size, 2 * gap / size
    ### END SOLUTION


# %%
check("19.2")

# %%
with lab.needs("19.1", "19.2"):
    shifts = range(0, 33, 4)
    moved = [np.roll(wall, shift, axis=2) for shift in shifts]
    places, together = [], []
    for scale, there in enumerate(bank.forward(wall)):
        *here, lawn = (bank.forward(picture)[scale] for picture in (*moved, grass))
        unit = content_loss(lawn, there)[0][0]
        places.append([content_loss(a, there)[0][0] / unit for a in here])
        own, far, *rest = (gram(np.maximum(a, 0)) for a in (there, lawn, *here))
        unit = figures.apart(own, far)
        together.append([figures.apart(own, g) / unit for g in rest])
    lab.show(figures.moved(list(shifts), places, together))
    half = places[0][1]  # four pixels: bricks are eight or nine wide
    told = f"{half:.2f} of the lawn's; the Gram matrix's move: {together[0][1]:.0e}"
    lab.reveal("19.2", "abc"[int(half > 0.5) + int(half > 1)], told)

# %% [markdown]
# Content asks "the same here?", style "the same anywhere?". So a style can be taken from one picture and the content from another.
#
# ## Back to the pixels

# %% [markdown]
# ### Exercise 19.3 · The slope of a style
#
# Let $A$ be the style's Gram matrix and $G$ the picture's. The style loss is the sum over all $ij$ of $(G_{ij}-A_{ij})^2$, divided by the sum of all $A_{ij}^2$: 0 is the style
# itself, 1 is as far from it as a picture to which no filter answers.

# %%
lab.predict(
    "19.3",
    "A filter answers often in the style, and nowhere in the picture: all its answers "
    "are below 0. The slope that the style loss gives to them is",
    choices=["none", "small", "the largest of all"],
)

# %% [markdown]
# How does the loss change with one answer $a_{pi}$, **before** ReLU? Feature $F_{pi}$ stands in a whole row and a whole column of $G$, each a mean over places; and ReLU passes a slope only
# where $a_{pi}>0$. Gatys et al. (2016, eq. 6) have the result; find it on paper. It takes two matrix products and no loop over places.


# %%
def style_loss(answers, target):
    """Loss of each picture in one layer, and its slope.

    Args:
        answers: before ReLU, (n, h, w, c).
        target: the style's Gram matrix, after ReLU, (c, c); symmetric.

    Returns:
        (loss, slope): arrays (n,) and (n, h, w, c).

    >>> style_loss([[[[1.0, -2.0]]]], [[3.0, 0.0], [0.0, 4.0]])
    (array([0.8]), array([[[[-0.32,  0.  ]]]]))
    """
    ### BEGIN SOLUTION
    answers, target = np.asarray(answers), np.asarray(target)
    n, h, w, c = answers.shape
    features = np.maximum(answers, 0).reshape(n, h * w, c)
    gap = np.matmul(features.transpose(0, 2, 1), features) / (h * w) - target
    unit = np.sum(target**2)
    slope = 4 * np.matmul(features, gap) / (h * w * unit)
    loss = np.sum(gap**2, axis=(1, 2)) / unit
    return loss, slope.reshape(n, h, w, c) * (answers > 0)
    ### END SOLUTION


# %%
check("19.3")


# %%
targets = style.style_targets(bank, wall)  # the wall's Gram matrices, for each scale
few = bank.forward(rng.random((1, 32, 32, 1)).astype("float32"))[0]
few[..., 5] = -1.0  # a filter that is silent everywhere

# %%
with lab.needs("19.3"):
    _, slope = style_loss(few, targets[0])
    theirs = learning.style_slope(few, targets[0])  # by automatic differentiation
    agreement["style slope"] = np.abs(slope - theirs).max() / np.abs(theirs).max()
    lab.show(figures.slopes_beside(slope, theirs))
    silent = np.abs(slope[..., 5]).max()
    word = "none" if silent == 0 else "small"
    lab.reveal("19.3", word, f"largest slope there: {silent:g}")

# %% [markdown]
# So a picture must not start where many filters are silent: it could not learn to wake them. Grey noise will do.

# %% [markdown]
# ### Exercise 19.4 · A wall out of noise
#
# A picture learns, the filters stand still. `texture_slope`: `forward` gives the answers of all layers, a list; `measure` gives loss and slope of one layer; `back` takes a slope for
# each layer and adds up what they mean for the pixels. The loss is the **mean** over the layers.
#
# `descend`: Adam (Kingma and Ba 2015). From slope $g$: $m\leftarrow0.9m+0.1g$, $\;v\leftarrow0.999v+0.001g^2$, and each pixel moves by
# $-\text{rate}\cdot\hat m/(\sqrt{\hat v}+10^{-7})$. As $m$ and $v$ begin at 0, they are too small at first. With equal slopes, by what factor after $t$ steps?
# Divide it out: that is the hat. After each step pixels are cut to 0...1.

# %%
lab.predict(
    "19.4",
    "The same wall as the style, other noise to start from. The pixels of the two "
    "results correlate by (1: the same, 0: nothing in common)",
    number=True,
)


# %%
def texture_slope(pictures, forward, back, targets, measure):
    """The loss of each picture, and its slope in the pixels.

    Args:
        pictures: (n, h, w, colours).
        forward: function from pictures to a list of answers, one array for each layer.
        back: function from a list of slopes to the slope in the pixels.
        targets: list, one for each layer.
        measure: function of (answers, target) that gives (loss (n,), slope).

    Returns:
        (loss, slope): arrays (n,) and (n, h, w, colours).

    >>> twice = lambda x: [x, 3 * x]
    >>> total = lambda slopes: slopes[0] + 3 * slopes[1]
    >>> square = lambda a, t: (np.sum((a - t) ** 2, axis=(1, 2, 3)), 2 * (a - t))
    >>> texture_slope(np.ones((1, 1, 1, 1)), twice, total, [0.0, 2.0], square)
    (array([1.]), array([[[[4.]]]]))
    """
    ### BEGIN SOLUTION
    pairs = [measure(a, t) for a, t in zip(forward(pictures), targets, strict=True)]
    loss = np.mean([loss for loss, _ in pairs], axis=0)
    return loss, back([slope / len(pairs) for _, slope in pairs])
    ### END SOLUTION


def descend(start, slope, rates):
    """The pictures after all steps.

    Args:
        start: (n, h, w, colours); stays as it is.
        slope: function of pictures that gives (loss (n,), slope in the pixels).
        rates: the rate of each step.

    Returns:
        (pictures, losses): arrays (n, h, w, colours) and (steps, n); the losses are
            from before each step.

    >>> line = lambda x: (np.sum(x, axis=(1, 2, 3)), np.full(x.shape, 7.0))
    >>> pictures, losses = descend(np.full((1, 1, 1, 1), 0.5), line, [0.1, 0.2])
    >>> np.round(pictures, 3), np.round(losses, 3)
    (array([[[[0.2]]]]), array([[0.5], [0.4]]))
    """
    ### BEGIN SOLUTION
    pictures = np.array(start, dtype=float)
    m, v, losses = np.zeros_like(pictures), np.zeros_like(pictures), []
    for t, rate in enumerate(rates, start=1):
        loss, g = slope(pictures)
        losses.append(loss)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-7
        pictures = np.clip(pictures - rate * (m / (1 - 0.9**t)) / size, 0, 1)
    return pictures, np.array(losses)
    ### END SOLUTION


# %%
check("19.4")

# %%
noise = rng.uniform(0.4, 0.5, (2, side, side, 1)).astype("float32")
rates = style.cooling(steps)

# %%
with lab.needs("19.3", "19.4"):

    def to_wall(pictures):
        """Loss and slope, by your functions."""
        pictures = np.asarray(pictures, "float32")  # float32 is twice as fast
        return texture_slope(pictures, bank.forward, bank.back, targets, style_loss)

    made, losses = descend(noise, to_wall, rates)
    lab.show(figures.out_of_noise(wall, noise, made, losses))
    alike = np.corrcoef(made[0].ravel(), made[1].ravel())[0, 1]
    told = f"{alike:.2f}; style losses {losses[-1, 0]:.4f} and {losses[-1, 1]:.4f}"
    lab.reveal("19.4", alike, told)
    lab.reveal(
        "19.0", "none", "its filters are random numbers; nothing was ever trained"
    )

# %% [markdown]
# Every run lays other bricks. What the Gram matrices of **random** filters keep is enough to tell a wall; nothing had to be learned, only looked at.
# (Gatys et al. 2015 had thought that untrained filters fail; Ustyuzhaninov et al. 2016 found that filters of many sizes do it.)
#
# ## Painting

# %% [markdown]
# ### Exercise 19.5 · A compromise, with units
#
# `total_variation`: the mean of the squared differences of pixels that lie side by side or one above the other, all such pairs and colours in one heap; and its slope. Edges are edges: the
# last column is no neighbour of the first. Noise has much of it.
#
# `mixed`: now add losses of different kinds. A content loss of 0.02 may be terrible and a style loss of 0.02 good, so each is divided by a *unit*, what counts as "bad", before it is
# weighed. Every picture of the batch has weights of its own: that makes a strip.

# %%
lab.predict(
    "19.5",
    "Content and style weigh the same, each in units of what grey noise has. Which of "
    "the two comes nearer to its goal?",
    choices=["content", "style", "both within a factor of 2"],
)


# %%
def total_variation(pictures):
    """Loss of each picture, and its slope.

    Args:
        pictures: (n, h, w, colours), h and w at least 2.

    Returns:
        (loss, slope): arrays (n,) and (n, h, w, colours).

    >>> loss, slope = total_variation([[[[1.0], [3.0]], [[1.0], [3.0]]]])
    >>> loss, slope[0, :, :, 0]
    (array([2.]), array([[-1.,  1.], [-1.,  1.]]))
    """
    ### BEGIN SOLUTION
    pictures = np.asarray(pictures)
    down, right = np.diff(pictures, axis=1), np.diff(pictures, axis=2)
    count = down[0].size + right[0].size
    loss = (np.sum(down**2, axis=(1, 2, 3)) + np.sum(right**2, axis=(1, 2, 3))) / count
    slope = np.zeros(pictures.shape)
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += right
    slope[:, :, :-1] -= right
    return loss, 2 * slope / count
    ### END SOLUTION


def mixed(parts, units, weights):
    """Losses and slopes, each in its unit and weighed, added up.

    Args:
        parts: list of k pairs (loss (n,), slope (n, h, w, colours)).
        units: (k,), one for each of the k parts.
        weights: (k, n), those of each part for each picture.

    Returns:
        (loss, slope): arrays (n,) and (n, h, w, colours).

    >>> one = np.array([4.0]), np.full((1, 1, 1, 1), 6.0)
    >>> two = np.array([5.0]), np.full((1, 1, 1, 1), 1.0)
    >>> mixed([one, two], [2.0, 10.0], [[1.0], [20.0]])
    (array([12.]), array([[[[5.]]]]))
    """
    ### BEGIN SOLUTION
    loss, slope = 0.0, 0.0
    for (value, steep), unit, weight in zip(parts, units, weights, strict=True):
        share = np.asarray(weight) / unit
        loss = loss + share * np.asarray(value)
        slope = slope + share[:, None, None, None] * np.asarray(steep)
    return loss, slope
    ### END SOLUTION


# %%
check("19.5")

# %%
colours = style.filter_bank(lab.pick(96, 64), size=5, seed=lab.seed)  # three channels
blocks = colours.only(1)  # content: what blocks of 2x2 pixels show
size = lab.pick(128, 64)
photo = style.picture("astronaut", size, part=0.5, place=(0.02, 0.45))[None]
strokes = style.brush_strokes(192, seed=lab.seed)[None]
swirls = style.style_targets(colours, strokes)
grey = rng.uniform(0.47, 0.53, (1, size, size, 3)).astype("float32")
ahead = blocks.forward(photo)  # the answers that content should have
units = style.through(grey, blocks, ahead, style.content_loss)[0]
units = [*units, *style.through(grey, colours, swirls, style.style_loss)[0]]
units = np.array([*units, *style.total_variation(photo)[0]])

# %%
with lab.needs("19.2", "19.3", "19.4", "19.5"):

    def losses_of(pictures, filters, filters_content, wanted, grams):
        """Content, style and variation with their slopes, by your functions."""
        pictures = np.asarray(pictures, "float32")
        wanted = [np.repeat(a, len(pictures), axis=0) for a in wanted]
        there = filters_content.forward, filters_content.back
        content = texture_slope(pictures, *there, wanted, content_loss)
        there = filters.forward, filters.back
        of_style = texture_slope(pictures, *there, grams, style_loss)
        return content, of_style, total_variation(pictures)

    def parts(pictures):
        """The three losses for this photograph and this style."""
        return losses_of(pictures, colours, blocks, ahead, swirls)

    shares = np.array([1.0, 0.8, 0.5, 0.2, 0.0])  # of content
    weights = np.stack([shares, 1 - shares, np.full(5, 0.1)])
    start = np.repeat(grey, 5, axis=0)
    rates = style.cooling(lab.pick(250, 50))
    strip, _ = descend(start, lambda x: mixed(parts(x), units, weights), rates)
    left = np.array([value for value, _ in parts(strip)]) / units[:, None]
    lab.show(figures.strip(photo, strokes, strip, shares, left))
    ratio = left[0, 2] / left[1, 2]
    word = "abc"[2 if 0.5 <= ratio <= 2 else int(ratio > 1)]
    told = f"in the middle, content {left[0, 2]:.3f} and style {left[1, 2]:.3f}"
    lab.reveal("19.5", word, told + " of their units")

# %% [markdown]
# There is no right mixture. There is a unit, chosen by you, and a weight.

# %% [markdown]
# ### Exercise 19.6 · Which features?
#
# Do trained features carry style better than random ones? Make one texture with each of $k$ kinds of features and compare their losses: but whose? Each kind is proud of its
# own work, and the losses of two kinds have nothing in common. So let each texture be judged by all kinds of features **but its own**, and let each judge say what share of noise's loss is left:
# the texture's loss over the loss that this same judge gives to the noise.
#
# A texture's score is the mean of these over its judges.

# %%
lab.predict(
    "19.6",
    "The same small network, once trained to name things, once left random. Whose "
    "texture is judged better by the others?",
    choices=["the trained one's", "the random one's", "alike, within a fifth"],
)


# %%
def fair_scores(losses, noise):
    """Score of each texture; small is good.

    Args:
        losses: (k, k), row i and column j: the texture made with features i, as
            features j see it.
        noise: (k,), the loss of the noise as features j see it.

    Returns:
        array (k,).

    >>> losses = [[0.0, 2.0, 3.0], [1.0, 0.0, 1.0], [3.0, 4.0, 0.0]]
    >>> fair_scores(losses, [2.0, 4.0, 10.0])
    array([0.4 , 0.3 , 1.25])
    """
    ### BEGIN SOLUTION
    shares = np.array(losses, dtype=float) / np.asarray(noise)
    np.fill_diagonal(shares, 0.0)
    return shares.sum(axis=1) / (len(shares) - 1)
    ### END SOLUTION


# %%
check("19.6")

# %% [markdown]
# Six kinds: single pixels (colours alone), filters at one fine or one coarse scale, the bank with all scales, and two networks of three layers of which one was trained to name things in scenes.
# From each a texture is made; below it, a face is rebuilt from the same features *at their places*, as content is.

# %%
count, epochs = lab.pick((4000, 8), (240, 4))
taught = make_scenes(count, seed=lab.seed, objects=1, noise=2.0)
keras.utils.set_random_seed(lab.seed)
net = models.cifar_cnn(num_classes=6, stages=((16,), (24,), (32,)))
random_net = style.Chain.of(net)
net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
x, y = taught.images.astype("float32") / 255, taught.classes[:, 0]
history = fit(net, x, y, epochs=epochs, batch_size=40, seed=lab.seed, progress="none")

# %%
other = [style.filter_bank(lab.pick(64, 32), size=5, seed=s) for s in (11, 12, 13)]
kinds = {"pixels": style.filter_bank(16, factors=(1,), size=1, brightness=1.0)}
kinds |= {"fine": other[0].only(0), "coarse": other[1].only(2), "all scales": other[2]}
kinds |= {"trained net": style.Chain.of(net), "random net": random_net}
bricks = np.repeat(wall, 3, axis=-1)
across, rates = lab.pick(96, 64), style.cooling(lab.pick(250, 60))
grey = rng.uniform(0.4, 0.5, (1, across, across, 3)).astype("float32")
textures, table, at_start = style.textures_by(kinds, bricks, grey, rates)
face = style.picture("astronaut", across, part=0.5, place=(0.02, 0.45))[None]
rebuilt, alike_face = style.rebuilt_by(kinds, face, grey, rates)

# %%
with lab.needs("19.6"):
    scores = dict(zip(kinds, fair_scores(table, at_start), strict=True))
    own = dict(zip(kinds, np.diag(table) / at_start, strict=True))
    lab.show(figures.six_kinds(textures, rebuilt, alike_face, scores, own))
    ratio = scores["trained net"] / scores["random net"]
    word = "abc"[2 if abs(np.log(ratio)) < np.log(1.2) else int(ratio > 1)]
    told = f"{scores['trained net']:.2f} and {scores['random net']:.2f}"
    lab.reveal("19.6", word, told + " of the noise's loss")

# %% [markdown]
# Where a picture's own features praise it and all others do not, it has learned to please them. Compare *fine* and *coarse* with *all scales*, and the trained net with the random one: which matters more, how
# many scales are looked at, or whether anything was learned? (One seed of each.) And single pixels rebuild the face as long as they keep their places; thrown together, they know hardly anything of a wall.

# %% [markdown]
# ### Exercise 19.7 · Contrast is style
#
# A network that paints should not care whether a photograph is bright or dull. *Instance normalisation* (Ulyanov et al. 2016) brings every map of every picture **on its own** to mean 0 and
# variance 1 over its places, at test time as in training; $\epsilon$ is added to the variance. Then each map gets a scale and a shift.
#
# `restyle` (Huang and Belongie 2017) goes one step on: the scale and shift of a map are the standard deviation and the mean of the same map of **another** picture, number $k$ of `like` for
# number $k$ of `features`. That picture may have another size.

# %%
lab.predict(
    "19.7a",
    "A photograph, and itself at half the contrast: filters look, the maps are "
    "normalised. How far are the two apart?",
    choices=APART,
)

# %%
lab.predict(
    "19.7b",
    "Two painting networks, trained alike, one with batch, one with instance "
    "normalisation. Which loss is lower on a new photograph?",
    choices=["batch", "instance", "alike, within 5 %"],
)


# %%
def instance_norm(features, scale, shift, eps=1e-5):
    """Every map of every picture normalised, then scaled and shifted.

    Args:
        features: (n, h, w, c).
        scale: (c,).
        shift: (c,).
        eps: added to the variance.

    Returns:
        array (n, h, w, c).

    >>> instance_norm([[[[1.0], [3.0]]]], [2.0], [5.0], eps=0.0)
    array([[[[3.], [7.]]]])
    """
    ### BEGIN SOLUTION
    features = np.asarray(features)
    mean = features.mean(axis=(1, 2), keepdims=True)
    variance = features.var(axis=(1, 2), keepdims=True)
    return (features - mean) / np.sqrt(variance + eps) * scale + shift
    ### END SOLUTION


def restyle(features, like, eps=1e-5):
    """Every map of every picture with the mean and spread of the same map of another.

    Args:
        features: (n, h, w, c).
        like: (n, h2, w2, c).
        eps: added to the variance of `features`.

    Returns:
        array (n, h, w, c).

    >>> restyle([[[[1.0], [3.0]]]], [[[[10.0], [10.0], [40.0], [40.0]]]], eps=0.0)
    array([[[[10.], [40.]]]])
    """
    ### BEGIN SOLUTION
    features, like = np.asarray(features), np.asarray(like)
    mean = features.mean(axis=(1, 2), keepdims=True)
    variance = features.var(axis=(1, 2), keepdims=True)
    spread = like.std(axis=(1, 2), keepdims=True)
    middle = like.mean(axis=(1, 2), keepdims=True)
    return (features - mean) / np.sqrt(variance + eps) * spread + middle
    ### END SOLUTION


# %%
check("19.7")

# %%
with lab.needs("19.7"):
    dull = 0.5 + 0.5 * (photo - 0.5)
    maps = [blocks.forward(picture)[0] for picture in (photo, dull)]
    scale, shift = np.full(maps[0].shape[-1], 1.5), np.arange(maps[0].shape[-1]) / 10
    normed = [instance_norm(m, scale, shift) for m in maps]
    gaps = [figures.apart(*pair) for pair in (maps, normed)]
    inks = [
        style.picture(n, size)[None] for n in ("hubble_deep_field", "ihc", "retina")
    ]
    dyed = [restyle(photo, like) for like in (strokes, *inks)]
    lab.show(figures.dyed(photo, [strokes, *inks], dyed))
    word = APART[int(gaps[1] > 0.1 * gaps[0]) + int(gaps[1] > 0.75 * gaps[0])]
    lab.reveal("19.7a", word, f"{gaps[0]:.0%} apart before, {gaps[1]:.1%} after")
    theirs = learning.instance_norm(maps[0], scale, shift)  # Keras's layer
    agreement["instance norm"] = np.abs(normed[0] - theirs).max() / np.abs(theirs).max()

# %% [markdown]
# In two numbers for each colour, mean and spread, lies a good part of a style, and no filter was needed. Normalising takes it out; scale and shift put another in.
#
# ## Pay once

# %% [markdown]
# ### Exercise 19.8 · The network against the loop
#
# A network can learn to do in one pass what the loop does in many steps (Johnson et al. 2016). Compare:
#
# - `steady`: seconds of a call. The first call compiles and does not count; of `repeats` further calls, each timed on its own by `clock()`, the median.
# - `times_faster`: at **equal loss**. After how many steps is the loop's loss for the first time no more than the network's? How many times as long as one pass do they take? If it never gets there: infinity.
# - `pays_from`: training costs time, too. From which number of pictures on do training and passes take **less** time than loops? If never: infinity.

# %%
lab.predict(
    "19.8",
    "From how many pictures on does it pay to train the network, instead of running "
    "the loop for each?",
    choices=MANY,
)


# %%
def steady(call, clock, repeats):
    """Median seconds of a call, without the first.

    Args:
        call: function without arguments.
        clock: function that gives the time in seconds.
        repeats: how many calls are timed, at least 1.

    Returns:
        float.

    >>> now, seconds = [0.0], iter([60.0, 5.0, 1.0, 12.0])  # of four calls
    >>> steady(lambda: now.append(now[-1] + next(seconds)), lambda: now[-1], 3)
    5.0
    """
    ### BEGIN SOLUTION
    call()
    seconds = []
    for _ in range(repeats):
        start = clock()
        call()
        seconds.append(clock() - start)
    return float(np.median(seconds))
    ### END SOLUTION


def times_faster(losses, step_seconds, net_loss, net_seconds):
    """How many times as long as the network the loop takes to the same loss.

    Args:
        losses: (steps + 1,): of the loop, after 0, 1, 2, ... steps.
        step_seconds: of one step.
        net_loss: of the network's picture.
        net_seconds: of one pass.

    Returns:
        float.

    >>> times_faster([9.0, 6.0, 5.0, 7.0, 4.0], 0.5, 5.0, 0.25)
    4.0
    """
    ### BEGIN SOLUTION
    there = np.flatnonzero(np.asarray(losses) <= net_loss)
    if len(there) == 0:
        return float("inf")
    return float(there[0] * step_seconds / net_seconds)
    ### END SOLUTION


def pays_from(training_seconds, loop_seconds, net_seconds):
    """Smallest number of pictures for which the network takes less time in all.

    Args:
        training_seconds: once.
        loop_seconds: for each picture, by the loop.
        net_seconds: for each picture, by the network.

    Returns:
        whole number, or infinity.

    >>> pays_from(10.0, 3.0, 1.0)
    6
    """
    ### BEGIN SOLUTION
    if net_seconds >= loop_seconds:
        return float("inf")
    return int(training_seconds // (loop_seconds - net_seconds)) + 1
    ### END SOLUTION


# %%
check("19.8")

# %%
small, count, batches = lab.pick((64, 300, 1200), (48, 24, 30))
taught = [name for name in style.PHOTOGRAPHS if name != "chelsea"]
lessons = style.crops(count, small, names=taught, seed=lab.seed)
unseen = style.crops(8, small, names=["chelsea"], seed=lab.seed + 1)
scales = style.filter_bank(lab.pick(48, 24), size=5, seed=lab.seed)
task = learning.PaintingLoss(
    scales, style.style_targets(scales, strokes), small, units, (0.3, 0.7, 0.1), place=1
)
form = lab.pick({"width": 16, "blocks": 2}, {"width": 8, "blocks": 1})
form["seed"] = lab.seed
painters = {n: learning.painter(norm=n, **form) for n in ("batch", "instance")}
_, trained = learning.train_painters(
    painters, lessons, task, steps=batches, seed=lab.seed
)
judged = {
    norm: task.values(net.predict_on_batch(unseen), unseen)
    for norm, net in painters.items()
}
one = style.picture("chelsea", small)[None]
slow, falling, moments = learning.paint_in_a_loop(task, one, steps=lab.pick(300, 20))

# %%
with lab.needs("19.8"):
    painter = painters["instance"]
    seconds = steady(lambda: painter.predict_on_batch(one), time.perf_counter, 9)
    fast = painter.predict_on_batch(one)
    reached = float(task.values(fast, one)[0])
    step_seconds = float(np.median(np.diff(moments)))
    faster = times_faster(falling, step_seconds, reached, seconds)
    needed = faster * seconds / step_seconds  # steps of the loop to the same loss
    loop_seconds = step_seconds * min(needed, len(falling) - 1)
    pays = pays_from(trained / 2, loop_seconds, seconds)
    lab.show(figures.race(one, slow, fast, falling, reached, judged))
    told = f"{trained / 2:.0f} s of training; {1000 * seconds:.1f} ms a pass; the loop "
    same = f"takes {needed:.0f} steps to the same loss, {faster:.0f} times as long"
    told += same if np.isfinite(faster) else "never gets to the same loss"
    word = MANY[int(pays >= 20) + int(pays > 1000)]
    lab.reveal("19.8", word, told + f"; training pays from {pays} pictures on")

# %%
means = {norm: float(np.mean(values)) for norm, values in judged.items()}
with lab.needs("19.4"):
    _, by_hand = descend(one, lambda x: task.slope(np.float32(x), one), [0.02] * 6)
    agreement["descent"] = np.abs(by_hand[:, 0] - falling[:6]).max() / falling[0]
with lab.needs("19.7"):
    ratio = means["instance"] / means["batch"]
    word = "c" if abs(ratio - 1) < 0.05 else "ab"[int(ratio < 1)]
    told = f"batch {means['batch']:.2f}, instance {means['instance']:.2f}"
    lab.reveal("19.7b", word, told + f" on {len(unseen)} pieces of a new photograph")

# %% [markdown]
# The loop looks for every picture anew; the network has paid once. It knows one style only, and a photograph unlike all its lessons may come out badly. (In fast mode it learns for a moment only and paints little more than colours.)
#
# ## Your own photograph
#
# Put a picture file beside this notebook, write its name, and run the two cells. Where a weights file of VGG lies on your computer (`COURSEKIT_VGG` names it), its filters paint; otherwise the random ones.

# %%
PHOTO = ""  # such as "me.jpg"
mine = (
    style.own_picture(PHOTO, size)[None]
    if PHOTO
    else style.picture("chelsea", size)[None]
)
file = style.find_vgg()
filters = style.load_vgg(file) if file else colours
content = filters.last if file else blocks
styles = {"strokes": strokes, "brick": bricks}
styles["tissue"] = style.picture("ihc", 128)[None]
rates = style.cooling(lab.pick(250, 40))
mixture = np.array([[0.4], [0.6], [0.1]])  # of content, style and variation

# %%
with lab.needs("19.2", "19.3", "19.4", "19.5"):
    painted = {}
    for name, like in styles.items():
        wanted, tables = content.forward(mine), style.style_targets(filters, like)
        given = filters, content, wanted, tables
        per = np.array([loss[0] for loss, _ in losses_of(1 - mine, *given)])  # negative

        def falls(picture, given=given, per=per):
            """The mixture for this style."""
            return mixed(losses_of(picture, *given), per, mixture)

        painted[name], _ = descend(mine, falls, rates)
    lab.show(
        figures.painted(mine, styles, painted, "VGG" if file else "random filters")
    )

# %% [markdown]
# Now you can say what this style is: how strongly features are active together, wherever they are. It is little enough that random filters see it, and enough to tell a wall from a lawn.
# What it does not hold is order at a distance: hardly a course of bricks runs straight through, because no filter looks that far.
#
# ## Receipt

# %%
claims = []


def claim(text, source, stated, measured, note=""):
    """Add a row to the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append(row | {"measured": measured, "note": note})


FILTERS, GATYS = "Ustyuzhaninov et al. 2016", "Gatys et al. 2016"
JOHNSON, ULYANOV = "Johnson et al. 2016, from memory", "Ulyanov et al. 2016"
with lab.needs("19.3", "19.4"):
    text = "brick out of noise by random filters: relative style loss"
    measured = f"{losses[0, 0]:.3f} to {losses[-1, 0]:.4f}"
    note = f"{side}x{side}, {len(losses)} steps, {len(bank.factors)} scales"
    claim(text, FILTERS, "untrained filters suffice", measured, note)
    text = "other noise, another wall: correlation of pixels"
    claim(text, "", "", f"{alike:.2f}", f"loss {losses[-1, 1]:.4f}")
with lab.needs("19.1"):
    text = "Gram matrix after features change places, after pixels do"
    measured = f"{moves['features']:.0e}, {moves['pixels']:.0%}"
    claim(text, GATYS, "places do not count", measured)
    turned = gram(seen(np.roll(wall, (20, 12), axis=(1, 2))))[0]
    measured = f"{figures.apart(turned, grams['wall']):.0e}"
    claim("Gram matrix after a shift round the edge", GATYS, "the same", measured)

# %%
with lab.needs("19.2", "19.3", "19.4", "19.5"):
    text = "content and style left, each in units of grey noise's"
    measured = "; ".join(
        f"{s:.0%}: {a:.3f}, {b:.3f}" for s, a, b in zip(shares, *left[:2], strict=True)
    )
    claim(text, GATYS, "a trade-off", measured, "by the share of content")
with lab.needs("19.6"):
    text = "texture judged by all other features, noise is 1"
    measured = ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
    note = "three 3x3 layers trained on scenes, not VGG; one seed"
    claim(text, FILTERS, "random often rivals VGG", measured, note)

# %%
with lab.needs("19.8"):
    text = "one pass against the loop at equal loss"
    note = f"{small}x{small}, {batches} batches of 4; the loop's loss after "
    note += f"{len(falling) - 1} steps {falling[-1]:.2f}, the network's {reached:.2f}"
    stated = "about 1,060 times, 500 steps at 256x256 on a GPU"
    claim(text, JOHNSON, stated, f"{faster:.0f} times, {needed:.0f} steps", note)
    claim("training pays from", "", "", f"{pays} pictures", f"{trained / 2:.0f} s")
text = "loss on a new photograph: batch, instance normalisation"
measured = f"{means['batch']:.3f}, {means['instance']:.3f}"
claim(
    text, ULYANOV, "instance is better", measured, f"{len(unseen)} pieces of a new one"
)
for part, gap in agreement.items():
    claim(f"{part}: by hand as by library", "Keras", 0, f"off by {gap:.1g}")
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Give the bank one more scale, `factors=(1, 2, 4, 8)`. Do the courses of bricks run straighter?
# - Start the wall from the photograph of the lawn. What is left of the lawn?
# - Keep the diagonal of the Gram matrices alone. Which textures survive?
# - Train the painter on your own photographs, and paint somebody else's.
# - Where you have VGG's file, put its filters into 19.6.
