# ---
# coursekit:
#   title: Handwriting
#   question: One of these four lines was written by people, three by a network that only ever saw where a pen went next. Which is which, and what does a machine know when it knows a hand?
#   goals:
#     - Turn writing into a walk, and let a network give a distribution over the next step instead of a step
#     - Compute its loss, draw from it, and make it neater with one number
#     - Let it read a text through a window that only moves forwards, stop by itself, and go on in a given hand
#   prerequisites:
#     - lab 04, softmax and sigmoid
#     - logarithms, exponentials and broadcasting in NumPy
#   lecture: "Deep learning overview (LSTM networks, diverse applications); CNN and Keras (recurrent networks, many to many); after Graves 2013, Generating sequences with recurrent neural networks"
#   seconds: {cpu: 600, fast: 60}
#   accelerator: none needed
# ---

# %% [markdown]
# # Handwriting
#
# **One of these four lines was written by people, three by a network that only ever saw where a pen went next. Which is
# which, and what does a machine know when it knows a hand?**

# %%
import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import coursekit
from coursekit import NotAnsweredYet, handwriting, open_lab
from coursekit.datasets import sequences
from coursekit.handwriting import Mixture, learning
from coursekit.models import reference
from coursekit.training import NumpyCopy

lab = open_lab("14_handwriting")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Four lines
#
# The pen paths of this lab are those of MNIST's digits: each image is thinned to a line and the line is followed. What
# people wrote here, they wrote; what a network writes below is its own. Its weights come with the course.

# %%
try:
    hands = sequences.load_digit_strokes(lab.pick(10_000, 800))
    others = sequences.load_digit_strokes(lab.pick(2_000, 300), test=True)
    kind = "MNIST digits"
except coursekit.DataUnavailableError:
    (x, y), (x_test, y_test) = coursekit.load_digits()
    hands = sequences.digit_strokes(x[:800], y[:800])
    others, kind = sequences.digit_strokes(x_test[:300], y_test[:300]), "8x8 digits"
hands, others = handwriting.coarser(hands), handwriting.coarser(others)  # fewer points
scribe = handwriting.Scribe.load()

# %%
people = sequences.make_digit_strings(others, 1, digits=4, seed=lab.seed)
four = [scribe.write(people.texts[0], bias=0.8, seed=s).strokes() for s in range(3)]
place = int(np.random.default_rng(lab.seed).integers(4))
four.insert(place, people.strokes(0))
lab.show(figures.four(four))

# %%
lab.predict("14.0", "Which line did people write?", choices=list("ABCD"))

# %% [markdown]
# At the end you will write a few digits with your own hand, and the network will go on in it.

# %% [markdown]
# ## Writing is a walk

# %% [markdown]
# ### Exercise 14.1 · Points and steps
#
# A *stroke* is what the pen leaves between touching the paper and leaving it: points $(x,y)$, $y$ downwards. A network
# gets *offsets* instead, one row $(\Delta x,\Delta y,p)$ for each point of all strokes in turn: the step **to** this
# point from the one before, whatever stroke that was in, and $p=1$ if the pen is lifted **after** this point, else 0. The
# very first step is $(0,0)$. The way back starts at the place $(0,0)$.
#
# Networks like numbers of size 1. Take one number as the unit of both axes: the standard deviation of all $\Delta x$ and
# $\Delta y$ of real points, in one heap.

# %%
lab.predict(
    "14.1",
    "Divide x by its own spread and y by its own. What becomes of the slant of hands?",
    choices=["all stay as they were", "all are stretched alike", "all stand upright"],
)


# %%
def to_offsets(strokes):
    """Steps of a pen, all strokes in turn.

    Args:
        strokes: list of arrays (m, 2), each with at least one point.

    Returns:
        float array (points, 3).

    >>> to_offsets([[[1.0, 1.0], [2.0, 1.0]], [[2.0, 4.0]]])
    array([[0., 0., 0.],
           [1., 0., 1.],
           [0., 3., 1.]])
    """
    ### BEGIN SOLUTION
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    out = np.zeros((len(points), 3))
    out[1:, :2] = points[1:] - points[:-1]
    out[np.cumsum([len(stroke) for stroke in strokes]) - 1, 2] = 1
    return out
    ### END SOLUTION


# %%
def to_strokes(offsets):
    """The way back: strokes of a walk that starts at (0, 0).

    Args:
        offsets: (points, 3), at least one row.

    Returns:
        list of arrays (m, 2), none empty; points after the last lift are a stroke, too.

    >>> [s.tolist() for s in to_strokes([[0.0, 0.0, 1], [2.0, 1.0, 0]])]
    [[[0.0, 0.0]], [[2.0, 1.0]]]
    """
    ### BEGIN SOLUTION
    offsets = np.asarray(offsets, float)
    places = np.cumsum(offsets[:, :2], axis=0)
    ends = np.flatnonzero(offsets[:, 2]) + 1
    return [stroke for stroke in np.split(places, ends) if len(stroke)]
    ### END SOLUTION


# %%
def step_size(offsets, lengths):
    """The unit for a set of lines.

    Args:
        offsets: (lines, points, 3), filled up behind the end of each line.
        lengths: (lines,), points of each that are real.

    Returns:
        float: standard deviation of all their dx and dy in one heap.

    >>> two = [[[0.0, 0.0, 0], [2.0, 0.0, 1]], [[0.0, 2.0, 1], [9.0, 9.0, 0]]]
    >>> step_size(two, [2, 1])
    0.9428090415820634
    """
    ### BEGIN SOLUTION
    offsets = np.asarray(offsets, float)
    real = np.arange(offsets.shape[1]) < np.asarray(lengths)[:, None]
    return float(np.std(offsets[real][:, :2]))
    ### END SOLUTION


# %%
check("14.1")

# %%
with lab.needs("14.1"):
    strokes = others.strokes(4)
    lab.show(figures.walk(strokes, to_offsets(strokes), to_strokes))
    sample = sequences.make_digit_strings(hands, 200, seed=lab.seed)
    size = step_size(sample.offsets, sample.lengths)
    print(f"in lines of three digits one unit is {size:.2f} pixels; 3 is used below")
    apart, together = figures.leaning(hands)
    told = f"all divided apart: slants times {apart:.2f}; together: {together:.2f}"
    lab.reveal("14.1", "b" if abs(apart - 1) > 0.02 else "a", told)

# %% [markdown]
# A picture of 784 pixels has become a walk of about 20 steps, and nothing of the writing is lost.

# %% [markdown]
# ## A network that gives a distribution

# %% [markdown]
# ### Exercise 14.2 · A tilted hill
#
# Which step comes next? A single answer would be an average of ways that nobody goes. So let the answer be a hill of
# probability over the plane. A *bivariate Gaussian* with mean $\mu$, standard deviations $\sigma_x,\sigma_y$ and
# *correlation* $\rho$ has the covariance
# $$\Sigma=\begin{pmatrix}\sigma_x^2&\rho\,\sigma_x\sigma_y\\\rho\,\sigma_x\sigma_y&\sigma_y^2\end{pmatrix},\qquad
# \log N(x)=-\tfrac12 d^\top\Sigma^{-1}d-\tfrac12\log\det\Sigma-\log2\pi,\quad d=x-\mu.$$
# Millions of them are needed, so no matrix may be inverted one at a time: work out $\det\Sigma$ and $\Sigma^{-1}$ on
# paper, in terms of $\sigma_x,\sigma_y,\rho$, and compute with whole arrays. All arguments are broadcast.

# %%
lab.predict(
    "14.2",
    "ρ rises from 0 to 0.95, the sigmas stay. How many times as high is the top?",
    number=True,
    unit="times",
)


# %%
def log_normal(x, mean, sigma, rho):
    """Log density of bivariate Gaussians.

    Args:
        x: places (..., 2).
        mean: (..., 2).
        sigma: standard deviations (..., 2), positive.
        rho: correlations (...), between -1 and 1.

    Returns:
        array (...).

    >>> np.round(log_normal([[1.0, 0.0]], [[1.0, 2.0]], [[2.0, 1.0]], [0.0]), 4)
    array([-4.531])
    """
    ### BEGIN SOLUTION
    z = (np.asarray(x, float) - mean) / sigma
    rho = np.asarray(rho, float)
    rest = 1 - rho**2
    square = (z**2).sum(axis=-1) - 2 * rho * z[..., 0] * z[..., 1]
    log_area = np.log(sigma).sum(axis=-1) + 0.5 * np.log(rest)
    return -0.5 * square / rest - log_area - np.log(2 * np.pi)
    ### END SOLUTION


# %%
check("14.2")

# %%
with lab.needs("14.2"):
    lab.show(figures.hills(log_normal, (0.0, 0.6, 0.95)))
    top = [log_normal(np.zeros(2), np.zeros(2), np.ones(2), r) for r in (0.0, 0.95)]
    times = float(np.exp(top[1] - top[0]))
    lab.reveal("14.2", times, f"{times:.2f} times: the same mass on a smaller ellipse")

# %% [markdown]
# $\rho$ turns and thins the ellipse: two sigmas alone could never say "down and to the left together".

# %% [markdown]
# ### Exercise 14.3 · Numbers become a mixture
#
# At a fork one hill is not enough. With $m$ hills, the network's last layer gives $6m+1$ numbers for each point: one for
# the lift, then six rows of $m$ numbers: weights, means in $x$, means in $y$, then $s_x$, $s_y$, $r$. Any real numbers
# come; the mixture needs:
#
# - *weights*: positive, of sum 1 over the $m$ hills (softmax, lab 04; numbers of 1000 must not overflow);
# - $\sigma=e^{s}$, where $s$ is first clipped to $-5\dots3$, so that no hill becomes a needle;
# - $\rho=0.95\tanh r$, so that no ellipse loses its area;
# - the probability of the lift: a sigmoid.

# %%
lab.predict(
    "14.3",
    "All m weight numbers of a point grow by 5. What changes in the mixture?",
    choices=["all weights grow", "the largest weight grows", "nothing"],
)


# %%
def mixture(outputs):
    """The mixture that a network's numbers stand for.

    Args:
        outputs: (..., 6 m + 1); m follows from the length.

    Returns:
        (weights, means, sigmas, rho, lift): arrays (..., m), (..., m, 2), (..., m, 2),
            (..., m) and (...); means and sigmas hold x and y on the last axis.

    >>> numbers = [0.0, 7.0, 3.0, 4.0, 0.0, -9.0, 0.0]
    >>> weights, means, sigmas, rho, lift = mixture(numbers)
    >>> weights, means, sigmas.round(4), rho, float(lift)
    (array([1.]), array([[3., 4.]]), array([[1.    , 0.0067]]), array([0.]), 0.5)
    """
    ### BEGIN SOLUTION
    outputs = np.asarray(outputs, float)
    parts = outputs[..., 1:].reshape(*outputs.shape[:-1], 6, -1)
    grown = np.exp(parts[..., 0, :] - parts[..., 0, :].max(axis=-1, keepdims=True))
    weights = grown / grown.sum(axis=-1, keepdims=True)
    means = np.stack([parts[..., 1, :], parts[..., 2, :]], axis=-1)
    logs = np.stack([parts[..., 3, :], parts[..., 4, :]], axis=-1)
    lift = 0.5 * (1 + np.tanh(0.5 * outputs[..., 0]))
    return (
        weights,
        means,
        np.exp(np.clip(logs, -5, 3)),
        0.95 * np.tanh(parts[..., 5, :]),
        lift,
    )
    ### END SOLUTION


# %%
check("14.3")

# %%
some = handwriting.make_lines(people)
outputs, looked = scribe.outputs(some)
with lab.needs("14.3"):
    lab.show(figures.forecasts(people, outputs[0], mixture, scribe.scale))
    moved = outputs[0, :1].copy()
    moved[:, 1:11] += 5
    gap = np.abs(mixture(moved)[0] - mixture(outputs[0, :1])[0]).max()
    lab.reveal("14.3", "c" if gap < 1e-6 else "a", f"weights differ by {gap:.0e}")

# %% [markdown]
# Along a stroke one narrow ellipse lies where the pen is heading. Where a stroke may end or a path may fork, several do.

# %% [markdown]
# ### Exercise 14.4 · The loss
#
# The loss of a point is minus the log of what the network gave to it: the mixture's density at the step, times the
# probability of what the pen did. Given are $\log w_k$, $\log N_k$ of $m$ hills and the **logit** $\ell$ of the lift,
# whose probability is $1/(1+e^{-\ell})$. A point 30 sigmas off every hill has densities that underflow to 0, and a logit
# of 800 overflows; the loss must be right all the same. (`scipy.special.logsumexp`, `np.logaddexp`.)
#
# Then the mean over all points of all lines. Lines have different lengths and are filled up behind their end; what is
# filled up does not count.

# %%
lab.predict(
    "14.4a",
    "Minus a log, averaged: what sign has the mean loss of a good network?",
    choices=["always positive", "it may be negative"],
)

# %%
lab.predict(
    "14.4b",
    "Start from one Gaussian that is the same for every point. What brings more?",
    choices=["20 hills instead of one", "an LSTM's memory, with one hill"],
)


# %%
def pen_losses(log_weights, log_normals, logit, lifted):
    """Loss of each point, in nats.

    Args:
        log_weights: logarithms of the weights (..., m).
        log_normals: log densities of the step under each hill (..., m).
        logit: of the lift (...).
        lifted: (...), 1 where the pen was lifted after the point, else 0.

    Returns:
        array (...).

    >>> np.round(pen_losses([[-0.6931, -0.6931]], [[-1.0, -1.0]], [0.0], [1]), 3)
    array([1.693])
    """
    ### BEGIN SOLUTION
    step = logsumexp(np.asarray(log_weights) + log_normals, axis=-1)
    signed = np.where(np.asarray(lifted) > 0, 1.0, -1.0) * logit
    return -step + np.logaddexp(0, -signed)
    ### END SOLUTION


# %%
def mean_loss(losses, lengths):
    """Mean over the points that there are.

    Args:
        losses: (lines, points), filled up behind the end of each line.
        lengths: (lines,), points of each that are real.

    Returns:
        float.

    >>> mean_loss([[1.0, 3.0, 9.0], [5.0, 9.0, 9.0]], [2, 1])
    3.0
    """
    ### BEGIN SOLUTION
    losses = np.asarray(losses, float)
    real = np.arange(losses.shape[1]) < np.asarray(lengths)[:, None]
    return float(losses[real].mean())
    ### END SOLUTION


# %%
check("14.4")

# %% [markdown]
# Strings of three digits, each string of one hand as far as slant and height tell; those to be judged are of other
# people than those to learn from. First two answers without a memory, then an LSTM (lab 12) with one hill and with ten.

# %%
count, epochs = lab.pick(6_000, 256), lab.pick(10, 12)
strings = sequences.make_digit_strings(hands, count, seed=lab.seed)
lines = handwriting.make_lines(strings, length=84)
strings = sequences.make_digit_strings(others, lab.pick(500, 60), seed=lab.seed)
unseen = handwriting.make_lines(strings, length=84)
answers = {"one hill": handwriting.fit_constant(lines.real())}
answers["20 hills"] = handwriting.fit_mixture(lines.real(), seed=lab.seed)
free, group = {}, {"epochs": epochs, "batch_size": lab.pick(64, 32), "seed": lab.seed}
for name, hills in (("LSTM, one hill", 1), ("LSTM, ten hills", 10)):
    free[name] = learning.free_writer(lab.pick(128, 48), hills)
    learning.train(free[name], lines, **group)
    answers[name] = NumpyCopy(free[name])(unseen.before)
nats = {name: handwriting.mean_nats(out, unseen) for name, out in answers.items()}

# %%
with lab.needs("14.4"):
    out = Mixture.of(answers["LSTM, ten hills"])
    steps = unseen.after[..., None, :2]
    hills = handwriting.log_normal(steps, out.means, out.sigmas, out.rho)
    losses = pen_losses(np.log(out.weights), hills, out.pen, unseen.after[..., 2])
    mine = mean_loss(losses, unseen.points.sum(axis=1).astype(int))
    print(
        f"your mean loss {mine:.4f}, the package's {nats['LSTM, ten hills']:.4f} nats"
    )
    lab.show(figures.ladder(nats))
    told = "; ".join(f"{name}: {value:.2f}" for name, value in nats.items())
    best = min(min(nats.values()), scribe.nats(unseen))
    lab.reveal(
        "14.4a", "b" if best < 0 else "a", f"the best network's mean is {best:.2f}"
    )
    if lab.fast:
        print(f"This training is too short to decide 14.4b. {told}")
    else:
        truth = "a" if nats["20 hills"] < nats["LSTM, one hill"] else "b"
        lab.reveal("14.4b", truth, told)

# %% [markdown]
# A density is no probability: on a small ellipse it exceeds 1, and then its loss is below 0. Only differences count.

# %% [markdown]
# ### Exercise 14.5 · One knob for neatness
#
# To write, draw a point, feed it in, and so on. *Bias* $b\ge0$ makes it neater (Graves 2013): $\sigma=e^{s-b}$, and the weight numbers $a_k$ (large ones, too) are multiplied by $1+b$ **before** the softmax.
# Means, $\rho$ and the lift stay.
#
# Draw with given random numbers: the hill is the first $k$ whose weights up to and including $k$ sum to more than the
# first uniform number $u_0$; the pen is lifted where $u_1$ is below the probability. From two independent normal
# numbers $z_1,z_2$ make a step of the hill: $x$ from $z_1$ alone, $y$ from both, so that their correlation is $\rho$ and
# the spread in $y$ is $\sigma_y$.

# %%
lab.predict(
    "14.5",
    "The same text twice, with a very large bias. The two lines",
    choices=["differ as before", "are nearly the same", "differ more"],
)


# %%
def biased(logits, log_sigmas, bias):
    """Weights and standard deviations after the bias.

    Args:
        logits: weight numbers before the softmax (..., m).
        log_sigmas: (..., m, 2).
        bias: b, 0 or more.

    Returns:
        (weights, sigmas): arrays (..., m) and (..., m, 2).

    >>> weights, sigmas = biased([0.0, 1.0], [[0.0, 0.0], [1.0, 2.0]], 1.0)
    >>> np.round(weights, 4), np.round(sigmas, 4).tolist()
    (array([0.1192, 0.8808]), [[0.3679, 0.3679], [1.0, 2.7183]])
    """
    ### BEGIN SOLUTION
    logits = np.asarray(logits, float) * (1 + bias)
    weights = np.exp(logits - logsumexp(logits, axis=-1, keepdims=True))
    return weights, np.exp(np.asarray(log_sigmas) - bias)
    ### END SOLUTION


# %%
def draw(weights, means, sigmas, rho, lift, uniforms, normals):
    """One point of one mixture.

    Args:
        weights: (m,), of sum 1.
        means: (m, 2).
        sigmas: (m, 2).
        rho: (m,).
        lift: probability that the pen is lifted.
        uniforms: (u0, u1), in [0, 1).
        normals: (z1, z2).

    Returns:
        array (3,): dx, dy, and 1.0 or 0.0.

    >>> draw([1.0], [[5.0, 0.0]], [[1.0, 2.0]], [0.6], 0.3, (0.9, 0.2), (1.0, -1.0))
    array([ 6. , -0.4,  1. ])
    """
    ### BEGIN SOLUTION
    k = int(np.sum(np.cumsum(weights) <= uniforms[0]))
    z1, z2 = normals
    bent = rho[k] * z1 + np.sqrt(1 - rho[k] ** 2) * z2
    x = means[k][0] + sigmas[k][0] * z1
    return np.array([x, means[k][1] + sigmas[k][1] * bent, float(uniforms[1] < lift)])
    ### END SOLUTION


# %%
check("14.5")

# %%
with lab.needs("14.5"):
    copy = NumpyCopy(free["LSTM, ten hills"])
    unread = [figures.let_write(copy, biased, draw, 0.5, seed) for seed in range(3)]
    lab.show(figures.free_lines(unread, lines.scale))
    biases = (0.0, 1.0, 10.0)
    rows = figures.by_bias(scribe, "314", biases, biased, draw)
    lab.show(figures.neatness(rows, biases))
    gaps = figures.difference(rows)
    truth = "b" if gaps[10.0] < gaps[0.0] / 2 else "a"
    lab.reveal("14.5", truth, f"apart by {gaps[0.0]:.1f} and {gaps[10.0]:.1f} pixels")

# %% [markdown]
# The upper lines are by the LSTM of 14.4, which knows no text: the longer it trains, the more they look like digits that nobody
# ordered. The lower ones are by the network of the opening. How does that one know what to write?

# %% [markdown]
# ## A text

# %% [markdown]
# ### Exercise 14.6 · A window that only moves forwards
#
# The text is a table $C$, a row for each symbol, at the places $u=0,1,2,\dots$ At every point $t$ the network gives, for
# each of $K$ small Gaussians over the places, a height $\alpha$, a sharpness $\beta$ and a step $\delta$, all positive.
# The steps of one Gaussian **add up** from point to point to its place $\kappa$ on the text, beginning with the first
# step. The *window* (Graves 2013, section 5.1) gives symbol $u$ the weight
# $$\varphi(t,u)=\sum_{k}\alpha_{tk}\,e^{-\beta_{tk}(\kappa_{tk}-u)^2},$$
# and shows the network the sum of the rows of $C$ with these weights. Weights need not sum to 1.

# %%
lab.predict(
    "14.6",
    "Of 100 lines of three digits, in how many does the window look hardest at the "
    "first, later at the second, later still at the third?",
    number=True,
    unit="lines",
)


# %%
def read_window(heights, sharpness, steps, text):
    """A whole line's window.

    Args:
        heights: alpha, (points, K).
        sharpness: beta, (points, K).
        steps: (points, K), positive.
        text: C, (symbols, v).

    Returns:
        (weights, shown): arrays (points, symbols) and (points, v).

    >>> numbers = [[1.0], [2.0]], [[9.0], [9.0]], [[0.5], [0.5]]
    >>> weights, shown = read_window(*numbers, [[5.0], [7.0]])
    >>> np.round(weights, 2).tolist(), np.round(shown, 2).tolist()
    ([[0.11, 0.11], [0.0, 2.0]], [[1.26], [14.0]])
    """
    ### BEGIN SOLUTION
    text = np.asarray(text, float)
    places = np.cumsum(steps, axis=0)[:, None]  # (points, 1, K)
    gap = places - np.arange(len(text))[:, None]
    bells = np.exp(-np.asarray(sharpness)[:, None] * gap**2)
    weights = np.sum(np.asarray(heights)[:, None] * bells, axis=-1)
    return weights, weights @ text
    ### END SOLUTION


# %%
check("14.6")

# %% [markdown]
# The same LSTM as above with such a window, on the same strings. (In fast mode the network of the opening stands in.)

# %%
reader = scribe
if not lab.fast:
    reader = learning.train_scribe(lines, units=128, **group)
nats["LSTM and text"] = reader.nats(unseen)
answers["LSTM and text"], looked = reader.outputs(unseen)
errors = {name: handwriting.squared_error(out, unseen) for name, out in answers.items()}
in_order = handwriting.order_kept(scribe.outputs(unseen)[1], unseen)
with lab.needs("14.6"):
    lab.show(figures.ladder(nats))
    weights, _ = read_window(
        *figures.window_numbers(scribe, unseen[:1]), unseen.text[0]
    )
    lab.show(figures.window(strings, weights, unseen.texts[0]))
    share = 100 * float(in_order.mean())
    lab.reveal("14.6", share, f"{share:.0f} of 100, on lines of people it never saw")

# %% [markdown]
# Nobody told the network which points belong to which digit. It found out, because a window that stands at the right
# symbol makes the next step less of a surprise.

# %% [markdown]
# ### Exercise 14.7 · A map of doubt
#
# The mixture is over *steps*, the paper has *places*. The pen is at `here`; on a grid of places, give the density that
# the **next point** lies there: a picture whose rows are $y$ and whose columns are $x$. The lift does not matter.
# `scipy.stats.multivariate_normal(mean, cov).pdf(places)` takes places of the shape `(..., 2)`.

# %%
lab.predict(
    "14.7",
    "Which points surprise the network most, in nats?",
    choices=["those inside a stroke", "the last of a stroke", "the first of a stroke"],
)


# %%
def heat(weights, means, sigmas, rho, here, xs, ys):
    """Density of the next point on a grid of places.

    Args:
        weights: (m,).
        means: of the step, (m, 2).
        sigmas: (m, 2).
        rho: (m,).
        here: where the pen is, (x, y).
        xs: (columns,), rising.
        ys: (rows,), rising.

    Returns:
        array (rows, columns).

    >>> one = [1.0], [[1.0, 0.0]], [[1.0, 1.0]], [0.0]
    >>> np.round(heat(*one, (2.0, 0.0), [2.0, 3.0, 4.0], [0.0]), 4)
    array([[0.0965, 0.1592, 0.0965]])
    """
    ### BEGIN SOLUTION
    places = np.stack(np.meshgrid(xs, ys), axis=-1) - np.asarray(here, float)
    picture = np.zeros(places.shape[:2])
    for weight, mean, (a, b), r in zip(weights, means, sigmas, rho, strict=True):
        covariance = [[a * a, r * a * b], [r * a * b, b * b]]
        density = multivariate_normal(mean, covariance).pdf(places)
        picture += weight * np.reshape(density, picture.shape)
    return picture
    ### END SOLUTION


# %%
check("14.7")

# %%
with lab.needs("14.7"):
    lab.show(figures.doubt(people, outputs[0], heat, scribe.scale))
    out = Mixture.of(scribe.outputs(unseen)[0])
    surprise = figures.surprise(out.nats(unseen.after), unseen)
    told = ", ".join(f"{name} {value:.2f}" for name, value in surprise.items())
    lab.reveal("14.7", "abc"[np.argmax(list(surprise.values()))], f"nats: {told}")

# %% [markdown]
# Inside a stroke the spots are small; where a new stroke begins, and there alone, the network admits that it could be elsewhere.

# %% [markdown]
# ### Exercise 14.8 · Stop, and go on in a hand
#
# The line is over when the window has left the text: when the place **behind the last symbol**, $u=U$ if there are $U$ of
# them, gets more weight than every symbol.
#
# *Priming*: feed in the points of a line that somebody wrote; do not draw, just keep the state. Then draw, and feed in
# what you drew. The outputs after a point are the distribution of the point that follows it. Before each new point, ask
# `stop(state)`. (The lab stops once the line is over **and** the pen is up.) The text in the state is that of both lines
# together, so the window knows where it is.

# %%
lab.predict(
    "14.8a",
    "Two lines, one leaning left, one leaning right; the network goes on from each. "
    "The new digits",
    choices=["lean like the line before", "all lean the same way"],
)

# %%
lab.predict(
    "14.8b",
    "Lab 08's network reads what this one wrote. How many of 100 digits are right?",
    number=True,
    unit="digits",
)


# %%
def finished(heights, sharpness, places, symbols):
    """Whether the window has left the text.

    Args:
        heights: alpha of one point, (K,).
        sharpness: beta, (K,).
        places: kappa, (K,).
        symbols: U, how many symbols the text has.

    Returns:
        bool.

    >>> finished([1.0], [2.0], [2.4], 3), finished([1.0], [2.0], [2.6], 3)
    (False, True)
    """
    ### BEGIN SOLUTION
    gap = np.asarray(places, float) - np.arange(symbols + 1)[:, None]
    weights = (np.asarray(heights) * np.exp(-np.asarray(sharpness) * gap**2)).sum(
        axis=1
    )
    return bool(weights[-1] > weights[:-1].max())
    ### END SOLUTION


# %%
def go_on(step, state, prime, draw_point, stop, limit):
    """Read a line, then go on writing it.

    Args:
        step: function of (point, state) that gives (outputs, new state).
        state: before the first point of the prime.
        prime: points (p, 3) of the line that is there, p at least 1.
        draw_point: function of outputs that gives a point (3,).
        stop: function of a state that gives True when the line is over.
        limit: at most so many new points.

    Returns:
        array (new points, 3), without the prime; (0, 3) if there are none.

    >>> step, twice = lambda p, s: (p, s + 1), lambda o: [2 * v for v in o]
    >>> go_on(step, 0, [[1.0, 0.0, 0.0]], twice, lambda s: s > 2, 9)
    array([[2., 0., 0.],
           [4., 0., 0.]])
    """
    ### BEGIN SOLUTION
    for point in prime:
        outputs, state = step(point, state)
    points = []
    while len(points) < limit and not stop(state):
        points.append(draw_point(outputs))
        outputs, state = step(points[-1], state)
    return np.array(points, float).reshape(-1, 3)
    ### END SOLUTION


# %%
check("14.8")

# %%
order = np.argsort([handwriting.slant(others.strokes(i)) for i in range(len(others))])
count, eighth = lab.pick(60, 12), len(others) // 8
leaning = {"left": others[order[:eighth]], "right": others[order[-eighth:]]}
leaning = {w: sequences.make_digit_strings(p, count) for w, p in leaning.items()}
with lab.needs("14.8"):
    after = {
        way: [
            figures.continued(scribe, line, row, go_on, finished)
            for row in range(count)
        ]
        for way, line in leaning.items()
    }
    lab.show(figures.two_hands(leaning, after))
    lean = {way: np.mean([handwriting.slant(s) for s in p]) for way, p in after.items()}
    told = ", ".join(f"behind {way}: {value:+.2f}" for way, value in lean.items())
    truth = "a" if lean["right"] - lean["left"] > 0.1 else "b"
    lab.reveal("14.8a", truth, f"mean slant {told}")
    lab.reveal(
        "14.0", "ABCD"[place], "traced from people's digits; the others are drawn"
    )

# %%
cnn, rng = NumpyCopy(reference("mnist_cnn")), np.random.default_rng(lab.seed)
texts = ["".join(map(str, rng.integers(0, 10, 4))) for _ in range(lab.pick(100, 12))]
seen = [handwriting.picture(others.strokes(i)) for i in range(lab.pick(500, 60))]
said = cnn(np.stack(seen)[..., None] / np.float32(255)).argmax(axis=1)
right = [int(text) for text in others.texts[: len(said)]]
written, read = {}, {"people": 100 * float(np.mean(said == right))}
for bias in (0.0, 1.0, 2.0):
    made = [scribe.write(text, bias=bias, seed=i) for i, text in enumerate(texts)]
    written[bias] = made
    read[bias] = 100 * float(handwriting.read_back(made, cnn).mean())
with lab.needs("14.8"):
    lab.show(figures.read_back(written[1.0][:6], read))
    told = ", ".join(f"{who}: {share:.0f}" for who, share in read.items())
    lab.reveal("14.8b", round(read[1.0]), f"of 100 digits, by bias, {told}")

# %% [markdown]
# One more thing must hold. Point by point, as it writes, a network must give a line the same probability as all at once,
# as it was trained: otherwise two programs were written, and one of them is wrong.

# %%
copy, few = NumpyCopy(free["LSTM, ten hills"]), unseen[:8]
at_once = free["LSTM, ten hills"].predict_on_batch(few.before)
state, by_step = copy.initial_state(len(few)), []
for t in range(few.before.shape[1]):
    out, state = copy.step(few.before[:, t], state)
    by_step.append(out)
pair = [handwriting.mean_nats(out, few) for out in (at_once, np.stack(by_step, 1))]
print(f"all at once {pair[0]:.5f}, point by point {pair[1]:.5f} nats a point")

# %% [markdown]
# And words. Nobody's hand wrote the letters that this network learned from: they are drawn by a program, in made-up hands.

# %%
words = [
    scribe.write(word, bias=1.0, seed=3).strokes() for word in ("deep", "hand", "14")
]
lab.show(figures.words(words))

# %% [markdown]
# ## In your hand
#
# Write two to four digits below, type which they are, and type a number. The network reads your line point by point, and
# goes on. Before you have written, it goes on from a line of MNIST's.

# %%
start = sequences.make_digit_strings(others, 1, seed=5)
handwriting.PenPad(
    scribe, prime=start.offsets[0], prime_text=start.texts[0], text="2026"
)

# %% [markdown]
# Now you can say what it knows. Not pictures: a distribution over the next step, given all steps before (14.3 to 14.5). What to
# write stands in the text, and the window says where it is (14.6); how to write stands in the state, and that is what
# your line put there (14.8).

# %% [markdown]
# ## Go further
#
# - Prime with your own line, then type it again as the text. What does the network not know about your hand?
# - Write "1111111". When does the window lose count?
# - Train with `shake=0` in `make_lines`. How far down does the loss go, and is the writing any better?
# - Give the window one Gaussian instead of six (`learning.text_writer(window=1)`).

# %% [markdown]
# ## Receipt

# %%
trained = f"{kind}, {len(lines):,} strings of 3, {epochs} epochs"
measured = {name: f"{value:.3f}" for name, value in nats.items()}
measured["gain"] = f"{nats['LSTM, ten hills'] - nats['LSTM and text']:.3f}"
ratio = errors["LSTM and text"] / errors["LSTM, ten hills"]
measured["squared error"] = f"{errors['LSTM and text']:.3f}, {ratio:.2f} times"
measured["order"] = f"{in_order.mean():.1%} of {len(unseen)}"
measured |= {f"read {who}": f"{share:.1f} %" for who, share in read.items()}
measured["step"] = f"{abs(pair[0] - pair[1]):.0e}"
notes = {name: trained for name in nats if "LSTM" in name}
lab.receipt(figures.receipt(measured, notes, scribe.about), seeds=[lab.seed])
