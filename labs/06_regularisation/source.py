# ---
# coursekit:
#   title: Model selection and regularisation
#   question: Two networks of the same size saw the same fifteen points. One learned the wave, the other learned the noise. Why?
#   goals:
#     - Choose a model's size and the moment to stop by its validation error
#     - Write weight decay, dropout, augmentation and ensembles by hand, and prove that Keras does the same
#     - Measure the generalisation gap, and how far one training sample can move a prediction
#   prerequisites:
#     - labs 02 and 03 (networks and their training), lab 05 (validation, McNemar's test)
#     - NumPy arrays and broadcasting
#   lecture: "Sydney COMP5318 (weight decay, dropout, generalisation and stability); Session 11, Deep Learning 2 (model selection, regularisation); HES-SO T-MachLe 10 (ensembles, dropout)"
#   seconds: {cpu: 60, fast: 30}
#   accelerator: none needed; all networks here are tiny
# ---

# %% [markdown]
# # Model selection and regularisation
#
# **Two networks of the same size saw the same fifteen points. One learned the wave, the other learned the noise. Why?**
#
# A network with enough units can learn any table by heart. This lab is about the ways to make it learn the rule instead: choosing its size, stopping
# in time, and a handful of tricks that you will write by hand and then find again in Keras.

# %%
import functools
import itertools

import keras
import numpy as np
from scipy.special import softmax
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.callbacks import DelayedPenalty
from coursekit.models import mlp

lab = open_lab("06_regularisation")
check, figures = lab.check, lab.figures
one_thread = threadpool_limits(1, user_api="blas")  # the matrices here are small

# %% [markdown]
# ## Fifteen points and a puzzle
#
# The data: a sine wave plus Gaussian noise of standard deviation 0.3, a favourite of textbooks and the example of Session 11, Deep Learning 2. The network: one input, 40 hidden
# tanh units, one output. Network A and network B have the same units, the same start and the same optimiser (SciPy's L-BFGS). One argument of the call differs.

# %%
BIG, NOISE = 40, 0.3
fit_wave = functools.partial(figures.fit_wave, steps=lab.pick(300, 150))
x_wave, y_wave = figures.wave(15, seed=2, even=True)
x_new, y_new = figures.wave(1000, seed=999)  # plenty of fresh points, for judging only
x_line = np.linspace(0, 1, 300)
puzzle = {
    "network A": fit_wave(x_wave, y_wave, BIG),
    "network B": fit_wave(x_wave, y_wave, BIG, hold=1e-3),
}


def wave_output(x, w, b, v, c):
    """A wave network with these weights on points x (n,), as two layers of Keras."""
    hidden = keras.layers.Dense(len(w), activation="tanh")
    model = keras.Sequential([keras.Input((1,)), hidden, keras.layers.Dense(1)])
    model.set_weights([w[None], b, v[:, None], np.array([c])])
    return keras.ops.convert_to_numpy(model(np.asarray(x)[:, None]))[:, 0]


# %%
curves = {name: wave_output(x_line, *weights) for name, weights in puzzle.items()}
lab.show(figures.puzzle((x_wave, y_wave), curves))
for name, weights in puzzle.items():
    seen = figures.squared_error(weights, x_wave, y_wave)
    unseen = figures.squared_error(weights, x_new, y_new)
    print(
        f"{name}: squared error {seen:.3f} on the 15 points, {unseen:.3f} on new ones"
    )
print(f"The noise alone costs {NOISE**2:.3f}: no network can do better on new points.")

# %% [markdown]
# A is the better answer to the question it was asked, and the worse one to yours. B has just as many weights to remember the points with. What kept it from doing so?
#
# The next cells hold what several exercises use: digits, a small Keras network, and Keras's own word on each exercise.

# %%
(x_a, y_a), (x_b, y_b) = coursekit.load_digits()
x_digits = (np.concatenate([x_a, x_b]) / 255).astype("float32")  # (1797, 28, 28)
y_digits = np.concatenate([y_a, y_b])
few, rest = np.split(np.random.default_rng(lab.seed).permutation(len(y_digits)), [300])
x_few, y_few = x_digits[few], y_digits[few]
x_rest, y_rest = x_digits[rest], y_digits[rest]
EPOCHS, LATE, MEMBERS = lab.pick(25, 10), 3, 7
seeds = [lab.seed + i for i in range(lab.pick(3, 1))]


def train_digits(*, dropout=0.0, callbacks=()):
    """A small Keras network trained on 300 digits, and its accuracy on the others."""
    keras.utils.set_random_seed(lab.seed)
    model = mlp((28, 28), 10, hidden=(64,), dropout=dropout)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss, metrics=["accuracy"])
    how = {"epochs": EPOCHS, "batch_size": 50, "seed": lab.seed, "progress": False}
    coursekit.fit(model, x_few, y_few, callbacks=callbacks, **how)
    logits = keras.ops.convert_to_numpy(model(x_rest, training=False))
    return model, float(np.mean(logits.argmax(axis=1) == y_rest))


def model_layers(model):
    """Kernel and bias of each dense layer as NumPy arrays."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    return [tuple(layer.get_weights()) for layer in dense]


# %%
def keras_early_stopping(errors, patience):
    """What Exercise 6.2 asks for; a model's one weight holds the epoch's number."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    how = {"patience": patience, "restore_best_weights": True}
    stopper = keras.callbacks.EarlyStopping(monitor="val_loss", **how)
    model.stop_training = False
    stopper.set_model(model)
    stopper.on_train_begin()
    for epoch, error in enumerate(errors):
        model.set_weights([np.array([[epoch]], dtype=float)])
        stopper.on_epoch_end(epoch, {"val_loss": error})
        if model.stop_training:
            break
    stopper.on_train_end()
    return int(model.get_weights()[0][0, 0]), epoch


def library_dropout(a, u, rate, training):
    """What Exercise 6.4 asks for, by Keras."""
    layer = keras.layers.Dropout(rate, seed=int(1e6 * np.mean(u)))
    return keras.ops.convert_to_numpy(layer(np.asarray(a), training=training))


# %%
outside = {"fill_mode": "constant", "fill_value": 0.0, "data_format": "channels_last"}
layers = keras.layers
LAYERS = [
    layers.RandomTranslation(0.08, 0.08, seed=lab.seed, **outside),
    layers.RandomRotation(12 / 360, seed=lab.seed, **outside),
    layers.RandomZoom(0.12, 0.12, seed=lab.seed, **outside),
]
noise_rng = np.random.default_rng(lab.seed)


def keras_move(image, angle, scale, shift):
    """What Exercise 6.6 asks for, by Keras, which counts columns first."""
    (height, width), turn = image.shape, np.deg2rad(angle)
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    rows, columns = (height - 1) / 2, (width - 1) / 2
    down, right = rows + shift[0], columns + shift[1]
    first = [cos, -sin, columns - cos * right + sin * down]
    second = [sin, cos, rows - sin * right - cos * down]
    transform = np.array([*first, *second, 0.0, 0.0], "float32")
    affine, plane = keras.ops.image.affine_transform, image[..., None].astype("float32")
    moved = affine(plane, transform, interpolation="nearest", **outside)
    return keras.ops.convert_to_numpy(moved)[..., 0]


def moved_by_keras(images):
    """Each image shifted, turned and scaled at random, by three Keras layers."""
    out = images[..., None]
    for layer in LAYERS:
        out = layer(out, training=True)
    return keras.ops.convert_to_numpy(out)[..., 0]


def noisy(images):
    """Input noise: Gaussian noise on every pixel."""
    return (images + 0.4 * noise_rng.normal(size=images.shape)).astype("float32")


# %%
SIZES = [1, 2, 3, 4, 6, 10, 20, BIG]
fits = [lambda x, y, seed, m=m: fit_wave(x, y, m, seed=seed) for m in SIZES]
table = figures.error_table(fits, lab.pick(10, 4))  # (2, data sets, sizes)

# %% [markdown]
# ## How many units?

# %% [markdown]
# ### Exercise 6.1 · Choosing the size
#
# With $M$ hidden units the network computes
# $$f(x)=\sum_{m=1}^{M} v_m\tanh(w_m x + b_m) + c,$$
# where $w_m, b_m, v_m$ belong to unit $m$ and $c$ is the output's bias.
#
# To choose $M$, fit each candidate on several training sets and score it on validation points. A fit sometimes goes wild, so compare the **median** of each candidate's
# validation errors. The smallest median wins; if several share it, the fewest units win (Occam's razor: the simplest of equals).

# %%
lab.predict(
    "6.1",
    "M grows from 1 to 40, with 15 training points. What does the validation error do?",
    choices=["it falls", "it rises", "it falls, then rises"],
)


# %%
def network(x, w, b, v, c):
    """Output of a network with one input and M tanh units.

    Args:
        x: inputs, float array (n,).
        w, b, v: float arrays (M,).
        c: float.

    Returns:
        float array (n,). In the example the units see 0 + 0 and 0 + 1e9, so they give 0
        and 1.

    >>> w, b, v = np.array([1.0, 0.0]), np.array([0.0, 1e9]), np.array([2.0, 5.0])
    >>> network(np.array([0.0]), w, b, v, 3.0)
    array([8.])
    """
    ### BEGIN SOLUTION
    hidden = np.tanh(np.outer(x, w) + np.asarray(b))  # (n, M)
    return hidden @ np.asarray(v) + c
    ### END SOLUTION


def choose_units(units, errors):
    """The number of units with the smallest median error.

    Args:
        units: list of candidate sizes, in any order.
        errors: float array (repeats, len(units)), validation errors.

    Returns:
        int, one of `units`. In the example 9 and 4 share the median 0.2.

    >>> errors = np.array([[0.1, 0.2, 0.8], [0.2, 0.2, 0.9], [7, 0.3, 0.7]])
    >>> choose_units([9, 4, 1], errors)
    4
    """
    ### BEGIN SOLUTION
    medians = np.median(np.asarray(errors), axis=0)
    return int(
        min(
            size
            for size, median in zip(units, medians, strict=True)
            if median == medians.min()
        )
    )
    ### END SOLUTION


# %%
check("6.1")

# %%
with lab.needs("6.1"):
    shown = {m: fit_wave(x_wave, y_wave, m) for m in (1, 3, BIG)}
    lines = {m: network(x_line, *weights) for m, weights in shown.items()}
    theirs = {m: wave_output(x_line, *weights) for m, weights in shown.items()}
    lab.show(figures.three_sizes((x_wave, y_wave), lines, theirs))

# %%
with lab.needs("6.1"):
    best_size = choose_units(SIZES, table[1])
    lab.show(figures.by_size(SIZES, table, best_size))
    at_best = table[1][:, [SIZES.index(best_size)]]
    fewer, _, more = np.sum(table[1][:, [0, 0, -1]] > at_best, axis=0)
    told = f"M = {best_size} has the smallest median. M = 1 is worse in {fewer} and "
    told += f"M = {BIG} in {more} of {len(at_best)} data sets: under- and over-fitting."
    falls, rises = 2 * fewer > len(at_best), 2 * more > len(at_best)
    kinds = {(1, 1): "it falls, then rises", (1, 0): "it falls"}
    lab.reveal("6.1", kinds.get((falls, rises), "it rises"), told)

# %% [markdown]
# The choice is not sharp: neighbours differ by less than the bands are wide. And network B has 40 units, so size is not the whole story.

# %% [markdown]
# ## When to stop

# %% [markdown]
# ### Exercise 6.2 · Early stopping
#
# Training goes in *epochs*, passes over the data. After each, the error on validation points is written down. Epochs count from 0.
#
# An epoch is a *record* if its error is strictly below all before it; epoch 0 is one. **Early stopping** with *patience* $p$ ends training after the epoch at which
# $p$ epochs in a row have brought no record. It then gives back the weights of the last record, not those of the last epoch. If patience never runs out, all epochs are run.
#
# While you train, you cannot look ahead: what comes after the stop never counts.

# %%
lab.predict(
    "6.2",
    "Forty units train on the 15 points. Patience 1 instead of 100: which weights "
    "are kept?",
    choices=["earlier ones", "the same", "later ones"],
)


# %%
def early_stopping(errors, patience):
    """Where training ends, and which weights are kept.

    Args:
        errors: validation error of each epoch, list or float array (epochs,), at least
            one.
        patience: int, at least 1.

    Returns:
        (best, last), two ints: the epoch whose weights are kept, and the last one that
        is run. In the example epochs 4 and 5 bring no record, and the 1 is never seen.

    >>> early_stopping([5, 3, 4, 2, 2, 6, 1], 2)
    (3, 5)
    """
    ### BEGIN SOLUTION
    best = 0
    for epoch, error in enumerate(errors):
        if error < errors[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(errors) - 1
    ### END SOLUTION


# %%
check("6.2")

# %%
judge, epochs = figures.wave(30, seed=103), lab.pick(4000, 1500)
over_time, thetas = figures.train_wave(x_wave, y_wave, judge, BIG, epochs)
with lab.needs("6.2"):
    errors = over_time[:, 1]
    best, last = early_stopping(errors, patience=100)
    lab.show(figures.over_epochs(over_time, best, last))
    mine = {p: tuple(early_stopping(errors, p)) for p in (1, 10, 100)}
    equal = [found == keras_early_stopping(errors, p) for p, found in mine.items()]
    print(f"Keras's EarlyStopping keeps and ends as you do: {equal}")
    print(f"Kept: {errors[best]:.3f}; after all {epochs} epochs: {errors[-1]:.3f}")
    places = "earlier ones", "the same", "later ones"
    truth = places[int(np.sign(mine[1][0] - best)) + 1]
    lab.reveal("6.2", truth, f"Epoch {mine[1][0]} instead of {best}.")

# %% [markdown]
# The network is as large as A. Stopped in time, it never gets round to the noise: time is a second knob for complexity.

# %% [markdown]
# ## A price on weights

# %% [markdown]
# ### Exercise 6.3 · Weight decay
#
# To bend sharply, a network needs large weights. So let them cost something. With $E$ the error on the data, minimise
# $$E + \lambda_1\sum_i |w_i| + \frac{\lambda_2}{2}\sum_i w_i^2,$$
# where $i$ runs over the weights of all layers and $\lambda_1,\lambda_2\ge 0$ set the price (L1 and L2; the half is that of Session 11, Deep Learning 2). **Biases are free**: they
# shift the curve and do not bend it.
#
# Write the added terms, and their gradient; at the kink of $|w|$ take 0.

# %%
lab.predict(
    "6.3",
    "Which price leaves more weights below a thousandth?",
    choices=["L1", "L2", "both alike"],
)


# %%
def penalty(layers, l1, l2):
    """What the weights cost.

    Args:
        layers: list of pairs (W, b) of float arrays, weights and biases of a layer; W
            of any shape.
        l1, l2: floats, the strengths lambda_1 and lambda_2.

    Returns:
        float; in the example 1 * 4 + 2 / 2 * 10.

    >>> penalty([(np.array([[3.0, -1.0]]), np.array([7.0]))], 1, 2)
    14.0
    """
    ### BEGIN SOLUTION
    weights = [np.asarray(w, dtype=float) for w, _ in layers]
    return float(sum(l1 * np.sum(np.abs(w)) + l2 / 2 * np.sum(w**2) for w in weights))
    ### END SOLUTION


def penalty_gradient(layers, l1, l2):
    """Gradient of `penalty`: a list of pairs (dW, db), each of the shape of its W or b.

    >>> penalty_gradient([(np.array([[3.0, -1.0]]), np.array([7.0]))], 1, 2)
    [(array([[ 7., -3.]]), array([0.]))]
    """
    ### BEGIN SOLUTION
    return [
        (l1 * np.sign(w) + l2 * np.asarray(w, dtype=float), np.zeros(np.shape(b)))
        for w, b in layers
    ]
    ### END SOLUTION


# %%
check("6.3")

# %%
with lab.needs("6.3"):

    def priced(strength):
        """Fit 40 units with your penalty and your gradient."""

        def both(w):
            return penalty(w, 0.0, strength), penalty_gradient(w, 0.0, strength)

        return lambda x, y, seed: fit_wave(x, y, BIG, penalise=both, seed=seed)

    STRENGTHS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    by_price = figures.error_table([priced(s) for s in STRENGTHS], lab.pick(8, 3))
    lab.show(figures.by_price(STRENGTHS, by_price))
    price, size = (np.median(t[1], axis=0).min() for t in (by_price, table))
    print(f"Best price: validation error {price:.3f}. Best size alone: {size:.3f}.")

# %% [markdown]
# The picture of size, mirrored: a high price acts like few units. Network B was network A with a price on its weights.
#
# **On digits, switched on late.** Sydney COMP5318 advises a bit of L1 or L2, but turned on "after a couple of epochs". `coursekit.callbacks.DelayedPenalty` does that for a Keras model. Keras's `l2` has no half, so it is
# your $\lambda_2/2$. Pixels that are black in all training digits are left out of the picture.

# %%
runs = {
    "no penalty": train_digits(),
    "L2 from the start": train_digits(callbacks=[DelayedPenalty(0, l2=3e-3)]),
    f"L2 from epoch {LATE}": train_digits(callbacks=[DelayedPenalty(LATE, l2=3e-3)]),
    f"L1 from epoch {LATE}": train_digits(callbacks=[DelayedPenalty(LATE, l1=1e-3)]),
}
alive = x_few.reshape(len(x_few), -1).max(axis=0) > 0
with lab.needs("6.3"):
    sizes, small = {}, {}
    for name, (model, accuracy) in runs.items():
        (W, _), (V, _) = model_layers(model)
        sizes[name] = np.abs(np.concatenate([W[alive].ravel(), V.ravel()]))
        small[name] = np.mean(sizes[name] < 1e-3)
        print(f"{name}: accuracy {accuracy:.1%} on {len(rest)} digits")
    lab.show(figures.weight_sizes(sizes))
    here = model_layers(runs["no penalty"][0])
    theirs = sum(float(keras.regularizers.L1L2(0.01, 0.02 / 2)(w)) for w, _ in here)
    print(f"Their cost: yours {penalty(here, 0.01, 0.02):.4f}, Keras's {theirs:.4f}")
    _, _, l2, l1 = small.values()
    truth = "both alike" if abs(l1 - l2) < 0.02 else ("L1" if l1 > l2 else "L2")
    lab.reveal("6.3", truth, f"{l1:.0%} of the weights with L1, {l2:.0%} with L2.")

# %% [markdown]
# L2 makes all weights smaller, and leaves them at every size. L1 sorts them: a few stay large, the rest fall to about 0. Gradient steps of a fixed size jump over 0 and back,
# so they rattle closely around it instead of resting there.

# %% [markdown]
# ## Training with missing units

# %% [markdown]
# ### Exercise 6.4 · Dropout
#
# In each training step, every unit is *dropped* (set to 0) with chance `rate`, and kept otherwise. The next layer must get as much as before **on average**
# over masks: by which factor do the kept values have to grow? At test every unit speaks, and on average nothing has changed: what is left to do there?
#
# The classic form leaves kept values alone in training and pays at test, with smaller weights.
#
# **Erratum.** Sydney COMP5318 drops with probability $p$. Session 11, Deep Learning 2 gives $p=0.8$ for inputs and 0.5 for hidden units: those are chances of *keeping* (rates 0.2 and 0.5).

# %%
lab.predict(
    "6.4",
    "Read as a rate, how many of 784 pixels would the slide's 0.8 leave?",
    number=True,
    unit="pixels",
)


# %%
def dropout(a, u, rate, training):
    """Dropout that keeps the mean.

    Args:
        a: activations, float array of any shape.
        u: float array of the shape of `a`, uniform in [0, 1). A unit is kept where
            u >= rate.
        rate: chance of being dropped, 0 <= rate < 1.
        training: bool.

    Returns:
        array of the shape of `a`.

    >>> dropout(np.array([4.0, 6.0]), np.array([0.3, 0.1]), 0.2, True)
    array([5., 0.])
    """
    ### BEGIN SOLUTION
    a = np.asarray(a)
    if not training:
        return a
    return np.where(np.asarray(u) >= rate, a / (1 - rate), 0.0)
    ### END SOLUTION


# %%
check("6.4")

# %%
with lab.needs("6.4"):
    rng, draws, rate = np.random.default_rng(lab.seed), lab.pick(4000, 1000), 0.5
    a = np.sort(rng.uniform(0, 2, 25))
    tiled = np.tile(a, (draws, 1))  # (draws, 25)
    many = dropout(tiled, rng.random((draws, 25)), rate, True)
    theirs = library_dropout(tiled, rng.random((draws, 25)), rate, True)
    means = [masks.mean(axis=0) for masks in (many, theirs, many * (1 - rate))]
    lab.show(figures.dropout_means(a, *means, draws))
    kept = np.abs(theirs - tiled / (1 - rate))[theirs != 0].max()
    print(f"What Keras keeps is a / (1 - rate), up to {kept:.1g}.")
    dropout_gap, dropout_draws = float(np.abs(means[0] - means[1]).max()), draws
    left = np.count_nonzero(dropout(np.ones(784), rng.random(784), 0.8, True))
    lab.reveal("6.4", left, "One mask of yours; a rate of 0.2 leaves four times that.")

# %% [markdown]
# ## An average of 2^n networks

# %% [markdown]
# ### Exercise 6.5 · What the test network stands for
#
# $n$ units that may be dropped make $2^n$ *thinned* networks, one per mask. Ideally you would average them all. Take the last layer: activations $h$ of $n$ units, weights $V$,
# biases $c$ and a softmax (lab 01).
#
# With $k$ the chance of keeping a unit (`keep`), units fall out independently; work out the chance of a mask. The exact average is the sum over all masks of chance times $\mathrm{softmax}((\text{mask}\cdot h)V+c)$.
#
# **Weight scaling** needs one pass: $\mathrm{softmax}(h\,(kV)+c)$.
#
# `itertools.product((0, 1), repeat=n)` lists all masks.

# %%
lab.predict(
    "6.5",
    "How far do probabilities of the two lie apart, at most?",
    choices=["not at all", "by less than 0.1", "by more than 0.1"],
)


# %%
def average_over_masks(h, V, c, keep):
    """Exact average of the outputs of all 2^n thinned networks.

    Args:
        h: activations (rows, n).
        V: weights (n, classes); c: biases (classes,).
        keep: chance that a unit is kept, 0 < keep <= 1.

    Returns:
        probabilities (rows, classes). In the example: half of softmax([50, 0]) plus
        half of softmax([0, 0]). `softmax(z, axis=1)` is imported.

    >>> h, V, c = np.array([[50.0]]), np.array([[1.0, 0.0]]), np.array([0.0, 0.0])
    >>> average_over_masks(h, V, c, 0.5).round(3)
    array([[0.75, 0.25]])
    """
    ### BEGIN SOLUTION
    h, total = np.asarray(h), 0.0
    for mask in itertools.product((0, 1), repeat=h.shape[1]):
        kept = sum(mask)
        chance = keep**kept * (1 - keep) ** (len(mask) - kept)
        total = total + chance * softmax((h * np.array(mask)) @ V + c, axis=1)
    return total
    ### END SOLUTION


def weight_scaling(h, V, c, keep):
    """One pass with scaled weights; same arguments and shape of result.

    >>> h, V, c = np.array([[50.0]]), np.array([[1.0, 0.0]]), np.array([0.0, 25.0])
    >>> weight_scaling(h, V, c, 0.5)
    array([[0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    return softmax(np.asarray(h) @ (keep * np.asarray(V)) + c, axis=1)
    ### END SOLUTION


# %%
check("6.5")

# %%
with lab.needs("6.5"):
    rng = np.random.default_rng(lab.seed)
    h, V = np.maximum(rng.normal(size=(60, 10)), 0), 0.6 * rng.normal(size=(10, 4))
    last = h, V, rng.normal(size=4), 0.5
    exact, scaled = average_over_masks(*last), weight_scaling(*last)
    lab.show(figures.one_for_all(exact, scaled, 2**10))
    scaling_gap, same = (
        np.abs(exact - scaled).max(),
        exact.argmax(1) == scaled.argmax(1),
    )
    masks = np.array(list(itertools.product((0, 1), repeat=10)))
    logs = [np.log(softmax((h * mask) @ V + last[2], axis=1)) for mask in masks]
    geometric = softmax(np.mean(logs, axis=0), axis=1)  # keep = 0.5: all masks alike
    print(
        f"Off the geometric mean over masks by {np.abs(geometric - scaled).max():.0e}."
    )
    kinds = "not at all", "by less than 0.1", "by more than 0.1"
    told = (
        f"By {scaling_gap:.3f}; the same class is on top in {same.mean():.0%} of rows."
    )
    lab.reveal("6.5", kinds[int(scaling_gap > 1e-6) + int(scaling_gap > 0.1)], told)

# %% [markdown]
# The geometric mean is a theorem: averaging logarithms averages $z$, and the mean of mask times $h$ is $k\,h$. Now the digits, with a network trained with dropout. Its 64 hidden units have too many masks to list, so draw some.

# %%
runs["dropout"] = train_digits(dropout=0.5)
drop = lab.answer("6.4", fallback=library_dropout)
with lab.needs("6.5"):
    (W, b), (V, c) = model_layers(runs["dropout"][0])
    h = np.maximum(x_rest.reshape(len(rest), -1) @ W + b, 0)  # (rows, 64)
    rng, counts = np.random.default_rng(lab.seed), [1, 2, 5, 10, 20, 50, 100]
    drawn = (drop(h, rng.random(h.shape), 0.5, True) for _ in range(100))
    summed = np.cumsum([softmax(thin @ V + c, axis=1) for thin in drawn], axis=0)
    wrong = np.mean(summed.argmax(axis=2) != y_rest, axis=1)[np.array(counts) - 1]
    # Keras divided by 0.5 while training: the classic form's activations are h / 0.5.
    one_pass = np.mean(weight_scaling(h / 0.5, V, c, 0.5).argmax(axis=1) != y_rest)
    lab.show(figures.drawn_masks(counts, wrong, one_pass))
    fifty = wrong[counts.index(50)]
    print(
        f"One mask errs on {wrong[0]:.1%}, 50 on {fifty:.1%}, one pass {one_pass:.1%}."
    )

# %% [markdown]
# ## More data from the same data

# %% [markdown]
# ### Exercise 6.6 · Augmentation
#
# A digit moved a little is still the same digit. To move an image, ask for every *output* pixel $(i,j)$ where it comes from. With middle $m$ (row $(H-1)/2$, column $(W-1)/2$ for height $H$, width $W$), angle $\alpha$ and scale $s$ the source is
# $$m + \tfrac1s R\,\big((i,j)-m-\text{shift}\big),\quad R=\begin{pmatrix}\cos\alpha&\sin\alpha\\-\sin\alpha&\cos\alpha\end{pmatrix}.$$
# Round it (`np.rint`) and copy that pixel, or 0 if it lies outside.
#
# Then build the training set: the originals, followed by changed copies. Validation rows stay **untouched**, and no copy of them may reach the training rows.

# %%
lab.predict(
    "6.6",
    "Suppose you sent each pixel of a digit where it goes, at scale 1.4. "
    "How many of the 784 places would get none?",
    choices=["none", "about a quarter", "about half"],
)


# %%
def move(image, angle, scale, shift):
    """Image turned, scaled and then shifted, with the nearest pixel.

    Args:
        image: array (H, W).
        angle: degrees, counter-clockwise.
        scale: factor above 0 (2 makes the content twice as large).
        shift: (rows, columns), down and right.

    Returns:
        array (H, W) of the image's dtype.

    >>> move(np.array([[1, 2], [3, 4]]), 0, 1, (0, 1))
    array([[0, 1],
           [0, 3]])
    """
    ### BEGIN SOLUTION
    image = np.asarray(image)
    sizes = np.array(image.shape)[:, None, None]
    middle, turn = (sizes - 1) / 2, np.deg2rad(angle)
    matrix = (
        np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / scale
    )
    offsets = (
        np.indices(image.shape) - middle - np.reshape(shift, (2, 1, 1))
    )  # (2, H, W)
    source = np.rint(np.tensordot(matrix, offsets, 1) + middle).astype(int)
    inside = np.all((source >= 0) & (source < sizes), axis=0)
    rows, columns = np.where(inside, source, 0)
    return np.where(inside, image[rows, columns], 0).astype(image.dtype)
    ### END SOLUTION


def augmented_split(images, labels, train, validation, change, copies):
    """Split into training and validation rows, and enlarge the training rows.

    Args:
        images: array (n, H, W); labels: array (n,).
        train, validation: integer arrays of row numbers.
        change: function from images (r, H, W) to changed images of the same shape,
            different at every call. Call it once per copy, on all training images.
        copies: number of changed copies, at least 0.

    Returns:
        (x_train, y_train, x_validation, y_validation). x_train holds the originals,
        then the first copy, then the second...; (copies + 1) * len(train) rows.

    >>> x, y = np.array([[[1]], [[2]], [[3]]]), np.array([7, 8, 9])
    >>> train, validation = np.array([0, 2]), np.array([1])
    >>> change = lambda images: 10 * images
    >>> augmented_split(x, y, train, validation, change, 1)[0].ravel()
    array([ 1,  3, 10, 30])
    """
    ### BEGIN SOLUTION
    x, y = images[train], labels[train]
    x_train = np.concatenate([x, *(change(x) for _ in range(copies))])
    return x_train, np.tile(y, copies + 1), images[validation], labels[validation]
    ### END SOLUTION


# %%
check("6.6")

# %%
with lab.needs("6.6"):
    plain = (0, 0)
    settings = [(0, 1, plain), (0, 1, (3, -4)), (20, 1, plain), (-35, 1, plain)]
    settings += [(0, 1.4, plain), (15, 0.7, (2, 2))]
    image = x_few[np.flatnonzero(y_few == 4)[0]]
    mine, theirs = ([f(image, *how) for how in settings] for f in (move, keras_move))
    lab.show(figures.moves(settings, mine, theirs))
    equal = np.isclose(mine, theirs, atol=1e-6).mean(axis=(1, 2)).min()
    print(f"Yours and Keras's agree in at least {equal:.1%} of the pixels.")
    goes = np.rint((np.indices(image.shape) - 13.5) * 1.4 + 13.5).astype(int)
    inside = np.all((goes >= 0) & (goes < 28), axis=0)
    landed = len({tuple(place) for place in goes[:, inside].T.tolist()})
    kinds, empty = ("none", "about a quarter", "about half"), 1 - landed / 784
    told = (
        f"{784 - landed} of them: so ask where a pixel comes from, not where it goes."
    )
    lab.reveal("6.6", kinds[(empty > 0) + (empty > 0.37)], told)

# %% [markdown]
# Does it pay? Three networks, each with the same number of steps: one sees the 300 digits again and again, one sees moved copies too, one noisy copies.

# %%
with lab.needs("6.6"):
    passes = 11 * lab.pick(20, 6)
    tests = {"as they are": x_rest, "moved": moved_by_keras(x_rest)}
    tests["noisy"] = noisy(x_rest)
    ways = [("originals only", None, 0), ("moved copies", moved_by_keras, 10)]
    augmented = {}
    for name, change, k in [*ways, ("noisy copies", noisy, 10)]:
        x, y, _, _ = augmented_split(x_digits, y_digits, few, rest, change, k)
        net = figures.trained_on(x, y, passes // (k + 1), lab.seed)
        flat = [x.reshape(len(x), -1) for x in tests.values()]
        augmented[name] = [net.score(x, y_rest) for x in flat]
        print(f"trained on {name}: {np.round(augmented[name], 3)} {list(tests)}")
    lab.show(figures.shown_and_tested(augmented, tests))

# %% [markdown]
# Copies teach the change that they show, if it was hard before. Noise of this strength hurts the plain network little, so noisy copies have little to
# mend: is their gain more than luck? Lab 05 has the test.

# %% [markdown]
# ## Many heads

# %% [markdown]
# ### Exercise 6.7 · Ensembles
#
# Several networks, the *members*, answer together: average their class **probabilities**, then take the most likely class. A member that hesitates then weighs less than one that is sure.
#
# Why should this help? For numbers and squared error there is an exact answer (Krogh and Vedelsby, 1995). With $f_m(x)$ member $m$'s prediction, $\bar f(x)$ the mean over members and $y$ the truth, averaged over points:
#
# error of $\bar f$ = mean error of the members - *spread*,
#
# where spread is the mean of $(f_m(x)-\bar f(x))^2$ over members and points.

# %%
lab.predict(
    "6.7",
    "Squared errors. The mean of the members is surely not worse than ...",
    choices=["the best member", "the average member", "neither"],
)


# %%
def ensemble_labels(probabilities):
    """Class of each row by the mean of the members; of equal means the lowest class.

    Args:
        probabilities: float array (members, rows, classes).

    Returns:
        int array (rows,). In the example the means are 0.567 and 0.433.

    >>> ensemble_labels(np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]]))
    array([0])
    """
    ### BEGIN SOLUTION
    return np.argmax(np.mean(probabilities, axis=0), axis=-1)
    ### END SOLUTION


def error_and_spread(predictions, y):
    """The three terms of the equation above.

    Args:
        predictions: float array (members, points); y: float array (points,).

    Returns:
        (error of the mean, mean error of the members, spread), floats.

    >>> error_and_spread(np.array([[1.0], [5.0]]), np.array([2.0]))
    (1.0, 5.0, 4.0)
    """
    ### BEGIN SOLUTION
    predictions, y = np.asarray(predictions), np.asarray(y)
    together = predictions.mean(axis=0)
    return tuple(
        float(np.mean(d**2))
        for d in (together - y, predictions - y, predictions - together)
    )
    ### END SOLUTION


# %%
check("6.7")

# %%
splits = [figures.crowds(x_digits, y_digits, seed, MEMBERS) for seed in seeds]
with lab.needs("6.7"):
    contests = [
        {n: figures.contest(p, ensemble_labels(p), y) for n, p in found.items()}
        for found, y in splits
    ]
    lab.show(figures.ensembles(contests[0], len(splits[0][1])))
    margins = [won - one.max() for kinds in contests for one, won, _ in kinds.values()]
    ahead = f"{sum(margin > 0 for margin in margins)} of {len(margins)}"
    crowd = [fit_wave(x_wave, y_wave, 10, seed=seed) for seed in range(MEMBERS)]
    answers = np.clip([wave_output(x_new, *weights) for weights in crowd], -3, 3)
    error, each, spread = error_and_spread(answers, y_new)
    told = f"The wave: mean error {each:.3f} - spread {spread:.3f} = {error:.3f}. "
    told += f"With classes your ensemble beat its best member in {ahead} cases."
    lab.reveal("6.7", "the average member", told)

# %% [markdown]
# For classes nothing is certain, but an ensemble often beats even its best member, if the members
# are about equally good and err on different rows. (Which member is the best, only the judging digits tell.)

# %% [markdown]
# ## One sample more or less

# %% [markdown]
# ### Exercise 6.8 · Stability
#
# The *generalisation gap* is |training error - error on new data|. Sydney COMP5318 ties it to *stability*: change the training data slightly, and see how far the answers move.
#
# Measure it. Train on all rows and predict at probe points. Then, for each spare row $i$: put spare $i$ in place of training row $i$, **all other rows as they were**, train anew, predict again. *Instability* is the mean absolute change of
# the predictions, over probes and spares.

# %%
lab.predict(
    "6.8",
    "With weight decay and twice the data, what becomes of the instability?",
    choices=["it stays", "about half", "about a quarter"],
)


# %%
def instability(fit_predict, x, y, x_spare, y_spare, x_probe):
    """How far predictions move when one training row is replaced.

    Args:
        fit_predict: function (x, y, x_probe) -> predictions (probes,). It trains anew
            at every call.
        x, y: training rows, arrays (n,).
        x_spare, y_spare: replacements, arrays (s,) with 1 <= s <= n.
        x_probe: float array (probes,).

    Returns:
        float. In the example the mean of y moves from 0 to 2.

    >>> mean = lambda x, y, probe: [sum(y) / len(y)]
    >>> x, y, probe = np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([5.0])
    >>> instability(mean, x, y, np.array([3.0]), np.array([4.0]), probe)
    2.0
    """
    ### BEGIN SOLUTION
    before = np.asarray(fit_predict(x, y, x_probe))
    changes = []
    for i in range(len(x_spare)):
        x_other, y_other = np.array(x), np.array(y)  # fresh copies
        x_other[i], y_other[i] = x_spare[i], y_spare[i]
        changes.append(
            np.mean(np.abs(np.asarray(fit_predict(x_other, y_other, x_probe)) - before))
        )
    return float(np.mean(changes))
    ### END SOLUTION


# %%
check("6.8")

# %%
with lab.needs("6.8"):
    counts, trials = lab.pick([10, 20, 40, 80, 160], [10, 20, 40, 80]), lab.pick(6, 3)
    # (2, counts, trials) each, without and with weight decay
    moved_by, gaps = figures.one_row_changed(instability, fit_wave, counts, trials)
    lab.show(figures.stability(counts, moved_by, gaps))
    middles = np.log(np.median(moved_by, axis=2))  # (2, counts)
    slopes = np.polyfit(np.log(counts), middles.T, 1)[0]
    rank = spearmanr(moved_by.ravel(), gaps.ravel()).statistic
    print(f"Rank correlation of instability and gap: {rank:.2f}.")
    factor = 2 ** slopes[1]
    told = f"Times {factor:.2f}; without weight decay times {2 ** slopes[0]:.2f}."
    kinds = {0.25: "about a quarter", 0.5: "about half", 1.0: "it stays"}
    lab.reveal("6.8", kinds[min(kinds, key=lambda f: abs(np.log(factor / f)))], told)

# %% [markdown]
# ## The first picture, explained
#
# The fifteen points again, with 40 units each time, and three of your remedies.

# %%
with lab.needs("6.2", "6.3"):
    best, _ = early_stopping(over_time[:, 1], patience=100)
    with_price = priced(1e-3)(x_wave, y_wave, 0)
    alike = [fit_wave(x_wave, y_wave, BIG, seed=seed) for seed in range(MEMBERS)]
    networks = {
        "A: nothing done": [puzzle["network A"]],
        "B: your weight decay": [with_price],
        "stopped by your rule": [thetas[best]],
        f"mean of {MEMBERS} like A": alike,
    }

    def mean_of(members, x):
        return np.mean([wave_output(x, *weights) for weights in members], axis=0)

    lines = {name: mean_of(members, x_line) for name, members in networks.items()}
    lab.show(figures.four_ways((x_wave, y_wave), lines))
    for name, members in networks.items():
        error = np.mean((mean_of(members, x_new) - y_new) ** 2)
        print(f"{name}: {error:.3f} on new points")
    each = np.mean([figures.squared_error(weights, x_new, y_new) for weights in alike])
    print(f"The {MEMBERS} networks behind the mean err by {each:.3f} on average.")

# %% [markdown]
# Now you can explain it. B paid for its weights, so it bent only where the points insisted. Fewer units, less time, dearer weights, missing
# units and moved copies each take away some of the freedom to follow single points. The mean of many takes nothing from its members: it beats their average, but
# where all of them over-fit alike it over-fits with them. Each remedy has a knob, and only data that was not trained on can set it.
#
# ## Receipt
#
# What lectures and papers say, beside what just ran. What has not been measured yet is left out.

# %%
claims = []
session, sydney = "Session 11, Deep Learning 2", "Sydney COMP5318"
hesso, srivastava = "HES-SO T-MachLe 10", "Srivastava et al. 2014"


def claim(text, source, measured, stated="", note=""):
    """One row of the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append({**row, "measured": measured, "note": note})


with lab.needs("6.1"):
    medians = np.median(table[1], axis=0)
    note = (
        f"validation error {medians[0]:.3f} at M = 1, {medians.min():.3f} at the best,"
    )
    note += f" {medians[-1]:.3f} at M = {BIG}"
    told = "sinusoid: best generalisation between under- and over-fitting"
    claim(
        told, session, f"best M = {choose_units(SIZES, table[1])}", "in between", note
    )
with lab.needs("6.2"):
    best, _ = early_stopping(over_time[:, 1], len(over_time))
    start, turn, end = over_time[[0, best, -1], 1]
    note = f"validation {start:.2f}, {turn:.3f} at the turn, {end:.3f} at the end"
    told = "validation error falls, then rises; stop at the turn"
    claim(told, session, f"turn at epoch {best}", "yes", note)

# %%
# Quadratic error: t gradient steps from zero beside ridge with strength 1 / (rate * t).
bumps = np.exp(-0.5 * ((x_wave[:, None] - np.linspace(0, 1, 9)) / 0.12) ** 2)
values, directions = np.linalg.eigh(bumps.T @ bumps)
apart = 0.0
for t in (10, 100, 1000):
    stopped = 1 - (1 - values / values.max()) ** t
    ridge = values / (values + values.max() / t)
    along = (stopped - ridge) / values * (directions.T @ bumps.T @ y_wave)
    apart = max(apart, float(np.sqrt(np.mean((bumps @ directions @ along) ** 2))))
told = "early stopping is similar to weight decay for quadratic errors"
note = "root mean square; linear model on 9 bumps, stopped after 10, 100, 1000 steps"
claim(told, session, f"curves differ by {apart:.3f}", "similar", note)
measured = ", ".join(f"{n} {runs[n][1]:.3f}" for n in runs if n.startswith("L"))
note = (
    f"accuracy; no penalty {runs['no penalty'][1]:.3f}; one seed, {len(rest)} digits: "
)
note += "differences of a few rows decide nothing"
told = "a bit of L1 or L2, best turned on after a couple of epochs"
claim(told, sydney, measured, "late is better", note)
measured = f"{runs['dropout'][1]:.3f} with, {runs['no penalty'][1]:.3f} without"
told, note = "dropout is not as effective for small data sets", "accuracy, 300 digits"
claim(told, session, measured, "less effective", note)
note = "erratum: Sydney COMP5318 drops with p; Keras's rate is 0.2 and 0.5"
told, measured = "typical p: 0.8 for inputs, 0.5 for hidden units", "chances of keeping"
claim(told, session, measured, "p = 0.8, 0.5", note)

# %%
with lab.needs("6.4"):
    note = f"{dropout_draws} masks, rate 0.5, activations up to 2"
    measured = f"means differ by at most {dropout_gap:.3f}"
    claim("dropout by hand is Keras's in expectation", "Keras", measured, 0, note)
with lab.needs("6.5"):
    told, note = "weight scaling approximates averaging over masks", "one softmax layer"
    measured = f"probabilities within {scaling_gap:.3f}"
    note += ", 10 units, all masks; exact for the geometric mean"
    claim(told, srivastava, measured, "close", note)
    told, note = "about 50 drawn masks match weight scaling", "error; theirs on MNIST"
    claim(told, srivastava, f"{fifty:.3f} against {one_pass:.3f}", "about 50", note)
told, note = (
    "dropout MLP, 3 x 1024 ReLU, MNIST test error",
    "needs MNIST; ours: 300 digits",
)
claim(told, srivastava, "not run", "1.25 %", note)
with lab.needs("6.6"):
    plain, moved_copies, noisy_copies = augmented.values()
    measured = f"{moved_copies[0]:.3f} and {moved_copies[1]:.3f} moved"
    note = f"originals only: {plain[0]:.3f} and {plain[1]:.3f} moved; equal steps"
    told = "moved copies generalise better and make it robust"
    claim(told, session, measured, "better", note)
    measured = f"{noisy_copies[0]:.3f} and {noisy_copies[2]:.3f} noisy"
    note = f"originals only: {plain[0]:.3f} and {plain[2]:.3f} noisy"
    claim("input noise may be seen as augmentation", session, measured, "", note)

# %%
with lab.needs("6.7"):
    note = (
        f"four kinds, splits: {len(splits)}; the best is chosen on the judging digits"
    )
    told = "an ensemble frequently beats every member: how often"
    claim(told, hesso, ahead, "frequently", note)
    for name, (alone, won, p) in contests[0].items():
        note = f"members {alone.min():.3f} to {alone.max():.3f}; McNemar p = {p[0]:.2g}"
        note += f" against the middle one, {p[1]:.2g} against the best"
        told = f"ensemble, {name}: frequently better than any member"
        claim(told, hesso, f"{won:.3f}", "better", note)
with lab.needs("6.8"):
    told = "the effect of one changed sample vanishes as data grows"
    measured, note = f"n to the power {slopes[1]:.2f}", "10 units, weight decay 0.001"
    claim(told, sydney, measured, "vanishes", note)
    told, note = (
        "stability implies a small generalisation gap",
        "a tendency, not a proof",
    )
    claim(told, sydney, f"rank correlation {rank:.2f}", "implies", note)
lab.receipt(claims, seeds=seeds)

# %% [markdown]
# ## Go further
#
# - Sydney COMP5318 argues that deeper networks are more stable. Give the wave network a second hidden layer with as many weights in total, and measure it with your `instability`.
# - Switch weight decay on later and later. Draw validation error against the epoch of the switch.
# - Add noise to the inputs of a *linear* model and average over it: which penalty on the weights comes out? Derive it, then check it (Bishop, 1995).
# - Let the members of an ensemble disagree on purpose: how does its error change with the spread?
# - Train with dropout and without on 100, 300 and 1,000 digits. From which size on does dropout help here?
# - Draw training error against $M$ for networks of hundreds of units with the smallest weights that fit. Does validation error fall again? Look up *double descent*.
