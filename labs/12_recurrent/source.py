# ---
# coursekit:
#   title: Recurrent networks
#   question: A network learned one thing only, to guess the next character. Inside it one number rises when a quotation begins and falls when it ends. Nobody asked for that. How does a network remember, and how would you find that number?
#   goals:
#     - Run the lecture's recurrent network by hand, and send slopes back through time
#     - Measure how fast memory fades beside its bound, and what clipping can and cannot cure
#     - Step a UGRNN, a GRU and an LSTM from Keras's own weights, and compare them at equal size
#     - Feed sequences of many lengths without learning from the padding
#     - Hold a network against a Markov chain in bits per character, and find the cell that knows when it is inside quotes
#   prerequisites:
#     - lab 03, back-propagation by hand; vanishing slopes from lab 04
#     - lab 05, area under the ROC curve
#   lecture: "Session 11, Deep Learning 2 (recurrent networks, UGRNN, GRU, LSTM, inside quotes); CNN and Keras (unfolding, sequences of vectors); Deep learning overview (LSTM and its applications)"
#   seconds: {cpu: 900, fast: 60}
#   accelerator: helps the trainings; nothing here needs one
# ---

# %% [markdown]
# # Recurrent networks
#
# **A network learned one thing only, to guess the next character. Inside it one number rises when a quotation begins and falls when it ends. Nobody asked for
# that. How does a network remember, and how would you find that number?**

# %%
import keras
import numpy as np
from scipy.special import expit, softmax
from sklearn.metrics import roc_auc_score

import coursekit
from coursekit import NotAnsweredYet, open_lab, recurrent
from coursekit.datasets.sequences import load_text
from coursekit.evaluation.text import bits_per_character
from coursekit.recurrent import networks
from coursekit.training import NumpyCopy, fit, seeded

lab = open_lab("12_recurrent")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## A cell that nobody asked for
#
# The text is Python's own manual, half a million characters; you have it wherever you have Python. A network with a state of
# 128 numbers read it character by character, and learned to guess which one comes next. It never saw the part below.
# Each letter has the colour of **one** of the numbers, just after that letter was read.

# %%
known, unseen = networks.split_manual()  # nine tenths, and the rest
known, unseen = known[: lab.pick(None, 60_000)], unseen[: lab.pick(None, 5_000)]
STEPS, PACE = lab.pick((2500, 5e-3), (100, 2e-2))


def learn_to_guess(kind):
    """A network of some kind of cells that has learned to guess the next character."""
    length = lab.pick(64, 24)
    model = networks.character_model(kind, 128, length=length, seed=lab.seed)
    ids = recurrent.encode(known)
    training = {"steps": STEPS, "learning_rate": PACE, "seed": lab.seed}
    return networks.train_characters(model, ids, **training)


def keras_outputs(layer, x, weights):
    """What a Keras layer with these weights gives for x (n, t, d)."""
    layer.build(x.shape)
    layer.set_weights(weights)
    return keras.ops.convert_to_numpy(layer(x.astype("float32")))


# %%
# In fast mode it was trained before: its weights come with the package.
guesser = networks.manual_reader() if lab.fast else learn_to_guess("ugrnn")
copy = NumpyCopy(guesser)  # the same network in NumPy, which is quick for one step
reading = recurrent.read(copy, recurrent.encode(unseen))
lab.show(figures.opening(unseen, reading.states))

# %%
lab.predict(
    "12.0",
    "How many characters back does this number remember that a quote was opened?",
    choices=["3 or 4", "about 10, then it fades", "until the quotation ends"],
)

# %% [markdown]
# ## One step, again and again

# %% [markdown]
# ### Exercise 12.1 · The same matrices at every step
#
# A *recurrent network* reads a sequence $x_1,x_2,\dots$ one vector at a time and keeps a *state* $h_t$, a vector of $n$ numbers. In the lecture's form (Session 11)
# $$h_t=\tanh(A_h h_{t-1}+A_x x_t+b),\qquad \hat y_t=A_y h_t .$$
# The matrices are the same at every step, so a sequence may have any length. Give all states and all outputs of one sequence. Vectors are columns here, as in the
# lecture: $A_x$ has a row for each number of the state.

# %%
lab.predict(
    "12.1",
    "In a sequence of 40 vectors the 10th and the 11th are exchanged. Which outputs "
    "change?",
    choices=["those two", "all from the 10th on", "all 40"],
)


# %%
def rnn_forward(x, a_h, a_x, b, a_y, h_0):
    """States and outputs of a recurrent network for one sequence.

    Args:
        x: (t, d), one vector a row; t is at least 1.
        a_h: A_h, (n, n).
        a_x: A_x, (n, d).
        b: (n,).
        a_y: A_y, (k, n).
        h_0: (n,), the state before the first vector.

    Returns:
        (states, outputs): h_1 to h_t, an array (t, n), and the outputs, (t, k).

    >>> parts = [[0.5]], [[2.0]], [0.0], [[10.0]], [1.0]
    >>> [np.round(part, 2).tolist() for part in rnn_forward([[1.0], [0.0]], *parts)]
    [[[0.99], [0.46]], [[9.87], [4.57]]]
    """
    ### BEGIN SOLUTION
    h, states = np.asarray(h_0, float), []
    for x_t in np.asarray(x, float):
        h = np.tanh(np.dot(a_h, h) + np.dot(a_x, x_t) + b)
        states.append(h)
    states = np.array(states)
    return states, states @ np.transpose(a_y)
    ### END SOLUTION


# %%
check("12.1")

# %%
x, net = figures.small_network(seed=lab.seed)  # 40 vectors; a_h, a_x, b, a_y, h_0
a_h, a_x, b, a_y, h_0 = net
with lab.needs("12.1"):
    exchanged = x[[*range(9), 10, 9, *range(11, 40)]]
    before, after = (rnn_forward(v, *net)[1] for v in (x, exchanged))
    layer = keras.layers.SimpleRNN(len(b), return_sequences=True)
    gap = keras_outputs(layer, x[None], [a_x.T, a_h.T, b])[0] @ a_y.T - before
    lab.show(figures.exchange(before, after, np.abs(gap).max()))
    other = np.flatnonzero(np.abs(after - before).max(axis=1) > 0)
    truth = "a" if len(other) == 2 else "b" if other[0] == 9 else "c"
    told = f"{len(other)} outputs differ, the first of them the {other[0] + 1}th"
    lab.reveal("12.1", truth, told)

# %% [markdown]
# What was once read stays in the state, in ever smaller traces. How small, is the question of the next two exercises.

# %% [markdown]
# ### Exercise 12.2 · Back through time
#
# Unrolled, the network is a deep network whose layers share their weights, and back-propagation runs through it from the last step to the first. Let $L$ be a loss, and
# let $g_t$ be its slope in $h_t$ **through the output of step t alone**. But $h_t$ has a second way to the loss: through $h_{t+1}$.
#
# Give the slopes of $L$ in $A_h$, $A_x$ and $b$. Recall from lab 03 what a weight with many uses gets.

# %%
lab.predict(
    "12.2",
    "The loss looks at the last of 40 outputs only. Which uses of A_h make most of its "
    "slope?",
    choices=["the first steps'", "the last steps'", "all steps' alike"],
)


# %%
def bptt(x, states, h_0, a_h, d_states):
    """Slopes of a loss in the shared weights.

    Args:
        x: (t, d).
        states: h_1 to h_t, (t, n).
        h_0: (n,), the state before the first step.
        a_h: A_h, (n, n).
        d_states: g_1 to g_t, (t, n): slopes of the loss in each state through the
            output of that step alone.

    Returns:
        (d_a_h, d_a_x, d_b): arrays (n, n), (n, d) and (n,).

    >>> bptt([[1.0], [2.0]], [[0.0], [0.5]], [1.0], [[2.0]], [[1.0], [4.0]])
    (array([[7.]]), array([[13.]]), array([10.]))
    """
    ### BEGIN SOLUTION
    x, states = np.asarray(x, float), np.asarray(states, float)
    earlier = np.vstack([h_0, states[:-1]])
    d_sums, d_h = np.zeros_like(states), np.zeros(states.shape[1])
    for t in reversed(range(len(x))):
        d_h = d_h + d_states[t]
        d_sums[t] = d_h * (1 - states[t] ** 2)
        d_h = np.transpose(a_h) @ d_sums[t]
    return d_sums.T @ earlier, d_sums.T @ x, d_sums.sum(axis=0)
    ### END SOLUTION


# %%
check("12.2")

# %%
with lab.needs("12.2"):
    layer = keras.layers.SimpleRNN(len(b), return_sequences=True)
    states = keras_outputs(layer, x[None], [a_x.T, a_h.T, b])[0]
    at_the_end = np.zeros_like(states)
    at_the_end[-1] = a_y.T @ (a_y @ states[-1] - 1.0)  # half a squared error
    uses = figures.uses(bptt, x, states, h_0, a_h, at_the_end)
    lab.show(figures.shares(uses))
    late, early = uses[-13:].sum() / uses.sum(), uses[:13].sum() / uses.sum()
    truth = "b" if late > 0.5 else "a" if early > 0.5 else "c"
    told = f"the last 13 steps make {late:.0%}, the first 13 make {early:.1%}"
    lab.reveal("12.2", truth, told)

# %% [markdown]
# A slope that hardly hears of the first steps cannot teach the network to use them.

# %% [markdown]
# ### Exercise 12.3 · How fast memory fades
#
# A small change of $h_{T-k}$ changes $h_T$ by the matrix $\partial h_T/\partial h_{T-k}$, the product of $k$ Jacobians $\partial h_t/\partial h_{t-1}$. Its largest
# singular value says what is left of the change at best. Give it for $k=1,\dots,T$.
#
# Bengio, Simard and Frasconi (1994) bound it: no factor can exceed the largest singular value $\sigma$ of $A_h$, so what is left is at most $\sigma^k$.
#
# Where slopes grow instead, one bad batch can throw the weights far away. The common remedy *clips*: if the length of **all slopes together**, written as one long
# vector, is above a limit, all are shortened by one factor, so that the length is the limit.

# %%
lab.predict(
    "12.3",
    "A_h has the largest singular value 1.3. Going back 40 steps, what is left of a "
    "slope?",
    choices=["it has grown", "it has shrunk", "it is about as large"],
)


# %%
def memory(states, a_h):
    """Largest singular value of the Jacobian of the last state in each earlier one.

    Args:
        states: h_1 to h_T, (T, n).
        a_h: A_h, (n, n).

    Returns:
        array (T,): for the states 1, 2, ... T steps before the last; the last entry
        belongs to h_0.

    >>> memory([[0.5], [0.0]], [[2.0]])
    array([2., 3.])
    """
    ### BEGIN SOLUTION
    product, left = np.eye(len(a_h)), []
    for h in np.asarray(states, float)[::-1]:
        product = product @ ((1 - h**2)[:, None] * np.asarray(a_h))
        left.append(np.linalg.norm(product, 2))
    return np.array(left)
    ### END SOLUTION


def clip(slopes, limit):
    """Slopes that are not too long together.

    Args:
        slopes: list of arrays of any shapes.
        limit: positive number.

    Returns:
        list of arrays, in the same order and shapes.

    >>> clip([np.array([3.0]), np.array([[0.0, 4.0]])], 1.0)
    [array([0.6]), array([[0. , 0.8]])]
    """
    ### BEGIN SOLUTION
    length = np.sqrt(sum(np.sum(np.square(s)) for s in slopes))
    factor = limit / length if length > limit else 1.0
    return [np.asarray(s) * factor for s in slopes]
    ### END SOLUTION


# %%
check("12.3")

# %%
SCALES, left = (0.5, 0.8, 1.0, 1.3, 2.0), {}
turn = np.linalg.qr(a_h)[0]  # all singular values are 1
with lab.needs("12.3"):
    for scale in SCALES:
        layer = keras.layers.SimpleRNN(len(b), return_sequences=True)
        weights = [a_x.T, scale * turn.T, b]
        left[scale] = memory(keras_outputs(layer, x[None], weights)[0], scale * turn)
    lab.show(figures.fading(left))
    last = left[1.3][-1]
    truth = "a" if last > 1.5 else "b" if last < 0.67 else "c"
    lab.reveal("12.3", truth, f"{last:.3g} is left; the bound is {1.3**40:,.0f}")
    old, new = clip([np.full(3, left[0.8][-1]), np.full(3, 50.0)], 1.0)
    print(f"clipped: {np.round(new, 2)} from near, {old[0]:.0e} from 40 steps ago")

# %% [markdown]
# A bound above 1 promises nothing: $\tanh$ flattens, and memory fades all the same. Clipping shortens what is too long, and shortens the faint with it. The cure for fading has
# to be another cell.

# %% [markdown]
# ## Gates

# %% [markdown]
# ### Exercise 12.4 · One gate
#
# The *UGRNN* (Collins, Sohl-Dickstein and Sussillo 2017) is the lecture's smallest cure. A *candidate* is made just as the plain network makes its new state. A *gate* $u$,
# between 0 and 1 for each number of the state, is made from $x_t$ and $h_{t-1}$ with weights of its own. The state keeps the share $u$ of
# what it was and takes the rest from the candidate.
#
# From here on samples are rows, as in Keras: $x$ times `kernel`, $h$ times `recurrent`.
#
# If nothing moves the gate and the candidate is 0, the gate's bias alone decides how long a value lasts. With which bias is half of it left after so many steps?

# %%
lab.predict(
    "12.4",
    "A gate stands at 0.9 and the candidate at 0. After how many steps is half of a "
    "value left?",
    number=True,
    unit="steps",
)


# %%
def ugrnn_step(x, h, kernel, recurrent, bias):
    """One step of a UGRNN.

    Args:
        x: inputs (n, d).
        h: states (n, units).
        kernel: (d, 2 units), the gate's columns first.
        recurrent: (units, 2 units), likewise.
        bias: (2 units,), likewise.

    Returns:
        new states (n, units).

    >>> ugrnn_step([[5.0]], [[2.0]], [[0.0, 0.0]], [[0.0, 0.0]], [0.0, 0.0])
    array([[1.]])
    """
    ### BEGIN SOLUTION
    h = np.asarray(h)
    units = h.shape[1]
    sums = np.asarray(x) @ kernel + h @ recurrent + bias
    gate = expit(sums[:, :units])
    return gate * h + (1 - gate) * np.tanh(sums[:, units:])
    ### END SOLUTION


def bias_for_half_life(steps):
    """The gate's bias with which half of a value is left after `steps` steps, where
    nothing else moves the gate and the candidate is 0.

    Args:
        steps: positive number.

    Returns:
        float.

    >>> round(bias_for_half_life(2), 3)
    0.881
    """
    ### BEGIN SOLUTION
    gate = 0.5 ** (1 / steps)
    return float(np.log(gate / (1 - gate)))
    ### END SOLUTION


# %%
check("12.4")

# %%
with lab.needs("12.4"):
    values = [np.array(w) for w in guesser.layers[1].get_weights()]
    rows = figures.vectors(5, values[0].shape[0], seed=lab.seed)  # (5, t, d)
    theirs = keras_outputs(networks.layer("ugrnn", 128), rows, values)
    h = np.zeros((5, 128))
    for t in range(rows.shape[1]):
        h = ugrnn_step(rows[:, t], h, *values)
    off = np.abs(h - theirs).max()
    print(f"beside the trained layer of the beginning: off by at most {off:.0e}")
    lab.show(figures.half_lives(ugrnn_step, bias_for_half_life))
    lab.reveal("12.4", np.log(0.5) / np.log(0.9), f"0.9 to the 7th is {0.9**7:.2f}")

# %% [markdown]
# A gate at 0.99 is a road of 69 steps, for values on the way up and for slopes on the way back.

# %% [markdown]
# ### Exercise 12.5 · Two older cells, and a fair race
#
# *LSTM* (Hochreiter and Schmidhuber 1997) keeps a second state, the cell $c$, with sigmoid gates: the *input gate* $i$ weighs the candidate that is added to $c$,
# the *forget gate* $f$ what stays of $c$, the *output gate* $o$ how much of $\tanh(c)$ is shown as $h$. *GRU* (Cho et al. 2014): $z$ is the share of $h$
# that stays, and the *reset gate* $r$ weighs $h$ **before** it meets the candidate's matrix. Candidates are $\tanh$.
#
# A gate costs as many weights as the plain network. So the fair race is between cells with equally many weights, biases included.

# %%
lab.predict(
    "12.5a",
    "A plain network with 128 units reads 2 numbers a step. How many units may an LSTM "
    "with as many weights have?",
    number=True,
    unit="units",
)


# %%
def lstm_step(x, h, c, kernel, recurrent, bias):
    """One step of an LSTM.

    Args:
        x: inputs (n, d).
        h, c: states (n, units).
        kernel, recurrent, bias: (d, 4 units), (units, 4 units), (4 units,); columns in
            the order i, f, candidate, o.

    Returns:
        (h, c), the new states.

    >>> lstm_step([[1.0]], [[0.0]], [[4.0]], [[0.0] * 4], [[0.0] * 4], [0.0] * 4)[1]
    array([[2.]])
    """
    ### BEGIN SOLUTION
    sums = np.asarray(x) @ kernel + np.asarray(h) @ recurrent + bias
    i, f, new, o = np.split(sums, 4, axis=1)
    c = expit(f) * c + expit(i) * np.tanh(new)
    return expit(o) * np.tanh(c), c
    ### END SOLUTION


def gru_step(x, h, kernel, recurrent, bias):
    """One step of a GRU, as Keras's `GRU(units, reset_after=False)` takes it.

    Args:
        x: inputs (n, d).
        h: states (n, units).
        kernel, recurrent, bias: (d, 3 units), (units, 3 units), (3 units,); columns in
            the order z, r, candidate.

    Returns:
        new states (n, units).

    >>> gru_step([[5.0]], [[2.0]], [[0.0] * 3], [[0.0] * 3], [0.0] * 3)
    array([[1.]])
    """
    ### BEGIN SOLUTION
    h, recurrent = np.asarray(h), np.asarray(recurrent)
    two = 2 * h.shape[1]
    sums = np.asarray(x) @ kernel + bias
    z, r = np.split(expit(sums[:, :two] + h @ recurrent[:, :two]), 2, axis=1)
    new = np.tanh(sums[:, two:] + (r * h) @ recurrent[:, two:])
    return z * h + (1 - z) * new
    ### END SOLUTION


def units_for(kind, weights, inputs):
    """The largest number of units with which a layer has no more than so many weights.

    Args:
        kind: "rnn", "ugrnn", "gru" (as above) or "lstm".
        weights: int, biases counted.
        inputs: int, numbers that come in at each step.

    Returns:
        int; 0 where not even one unit fits.

    >>> [units_for(kind, 24, 1) for kind in ("rnn", "ugrnn", "gru", "lstm")]
    [4, 2, 2, 1]
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "ugrnn": 2, "gru": 3, "lstm": 4}[kind]
    units = 0
    while blocks * (units + 1) * (units + 1 + inputs + 1) <= weights:
        units += 1
    return units
    ### END SOLUTION


# %%
check("12.5")

# %%
lab.predict(
    "12.5b",
    "100 steps, at each a number and a mark; the answer is the sum of the two marked "
    "numbers. With equally many weights, which cell is the first to get it?",
    choices=["plain", "UGRNN", "GRU", "LSTM"],
)

# %%
curves, sizes = {}, {}
BUDGET, T, RACE = lab.pick((16_768, 100, 1500), (1200, 12, 150))
RACERS = lab.pick(networks.KINDS, ("rnn", "gru"))
with lab.needs("12.5"):
    print(figures.beside_keras(lstm_step, gru_step, keras_outputs, networks.layer))
    race = {"length": T, "steps": RACE, "seed": lab.seed}
    for kind in RACERS:
        sizes[kind] = units_for(kind, BUDGET, 2)
        curves[kind] = networks.train_adding(kind, sizes[kind], **race)
    lab.show(figures.race(curves, sizes, T, RACE))
    lab.reveal("12.5a", units_for("lstm", 128 * 131, 2), "four times n (n + 3) weights")
    first = figures.first_below(curves, 0.02)
    told = f"mean squared error at the end: {figures.ends(curves)}"
    if lab.fast:
        print(f"Two cells and {T} steps do not decide prediction 12.5b.")
    else:
        lab.reveal("12.5b", "abcd"[networks.KINDS.index(first)], told)

# %% [markdown]
# Over 100 steps the marks lie tens of steps apart. A cell that lets go of a number in between can do no better than guess 1 each time, at a mean squared error of 1/6. (Fast
# mode has 12 steps, which any cell can bridge.)

# %% [markdown]
# ## Sequences of many lengths

# %% [markdown]
# ### Exercise 12.6 · Padding is not data
#
# Sequences of a batch have different lengths; an array has one. So short ones are *padded* at the end, and a *mask* tells which steps are data. Symbols are numbered from
# 0, and padding must not look like one of them: in the padded array 0 means padding, and every symbol is moved up by one.
#
# The network runs over the padding, too. What it knew after the last real symbol is the state **there**, and a mean loss counts real steps only, each
# as much as any other, whatever sequence it stands in.

# %%
lab.predict(
    "12.6",
    "Half of all steps are padding, which a network soon predicts without fault. Its "
    "mean loss on real symbols is 1.0. Which loss is reported where padding counts?",
    number=True,
)


# %%
def pad(sequences):
    """Sequences of symbols in one array, ready for `Embedding(mask_zero=True)`.

    Args:
        sequences: list of lists or arrays of whole numbers from 0; they may be empty.

    Returns:
        int array (n, longest): each symbol plus 1, then zeros.

    >>> pad([[3, 0], [5]])
    array([[4, 1],
           [6, 0]])
    """
    ### BEGIN SOLUTION
    padded = np.zeros((len(sequences), max(map(len, sequences))), int)
    for row, symbols in zip(padded, sequences, strict=True):
        row[: len(symbols)] = np.add(symbols, 1)
    return padded
    ### END SOLUTION


def last_states(states, ids):
    """The state after the last real symbol of each sequence.

    Args:
        states: (n, t, units), after each step.
        ids: (n, t), padded at the end; 0 is padding.

    Returns:
        array (n, units); zeros for a sequence without symbols.

    >>> last_states([[[1.0], [2.0]], [[4.0], [5.0]]], [[7, 0], [9, 9]])
    array([[1.],
           [5.]])
    """
    ### BEGIN SOLUTION
    states, lengths = np.asarray(states), np.sum(np.asarray(ids) > 0, axis=1)
    last = states[np.arange(len(states)), np.maximum(lengths - 1, 0)]
    return np.where(lengths[:, None] > 0, last, 0.0)
    ### END SOLUTION


def masked_mean(losses, ids):
    """Mean loss over all real steps of a batch.

    Args:
        losses: (n, t), of each step.
        ids: (n, t); 0 is padding. At least one step is real.

    Returns:
        float.

    >>> masked_mean([[1.0, 3.0], [8.0, 100.0]], [[2, 2], [5, 0]])
    4.0
    """
    ### BEGIN SOLUTION
    return float(np.mean(np.asarray(losses)[np.asarray(ids) > 0]))
    ### END SOLUTION


# %%
check("12.6")

# %% [markdown]
# Now one data set, strings of 1 to 6 digits, and the five ways to map sequences, each a line of Keras: one to one (is the first digit even?), one to many (spell it), many to
# one (the sum), many to many in step (the largest so far), many to many afterwards (sort it). One layer reads the string; what differs is which of its states are used.

# %%
COUNT, WIDTH = lab.pick((20_000, 64), (600, 16))
strings, targets = figures.digit_strings(COUNT, seed=lab.seed)
mapped, rows_right = {}, float("nan")
with lab.needs("12.6"):
    ids = pad(strings)  # (n, 6), 0 is padding
    tokens = keras.Input((6,), dtype="int32")
    seen = keras.layers.Embedding(11, 16, mask_zero=True)(tokens)
    one = keras.layers.Flatten()(keras.layers.Embedding(11, 16)(tokens[:, :1]))
    GRU, repeat = keras.layers.GRU, keras.layers.RepeatVector
    how = {"return_sequences": True, "unroll": networks.unrolls(6)}
    each, last = GRU(WIDTH, return_state=True, **how)(seen)
    ways = {
        "one to one": keras.layers.Dense(WIDTH, "relu")(one),
        "one to many": GRU(WIDTH, **how)(repeat(5)(one)),
        "many to one": last,
        "in step": each,
        "afterwards": GRU(WIDTH, **how)(repeat(6)(last)),
    }
    heads = [keras.layers.Dense(n)(ways[k]) for k, n in figures.CLASSES.items()]
    mapper = keras.Model(tokens, heads)
    mapped = figures.train_mapper(mapper, ids, targets, masked_mean, seed=lab.seed)
    lab.show(figures.mappings(mapped, strings, targets))
    lab.reveal("12.6", 0.5, "zeros of padding halve it, and nothing was learned")

# %% [markdown]
# An image is a sequence of rows, too. Here 28 rows of a digit are 28 steps, and the class is read from the last state.

# %%
try:
    load = lab.pick(coursekit.load_mnist, coursekit.load_digits)
    (digits, y), (digits_new, y_new) = load()
except coursekit.DataUnavailableError:
    (digits, y), (digits_new, y_new) = coursekit.load_digits()
with seeded(lab.seed):
    layers = [keras.Input((28, 28)), keras.layers.LSTM(lab.pick(64, 24))]
    row_reader = keras.Sequential([*layers, keras.layers.Dense(10)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
row_reader.compile(keras.optimizers.Adam(lab.pick(2e-3, 1e-2)), loss)
training = {"epochs": lab.pick(3, 2), "seed": lab.seed, "progress": "none"}
fit(row_reader, digits / np.float32(255), y, batch_size=lab.pick(64, 50), **training)
classes = NumpyCopy(row_reader)(digits_new / np.float32(255)).argmax(axis=1)
rows_right = float(np.mean(classes == y_new))
print(f"digits read row by row: {rows_right:.1%} of {len(y_new):,} right")

# %% [markdown]
# ## Guessing the next character

# %% [markdown]
# ### Exercise 12.7 · The baseline that text generators never show
#
# A *Markov chain* of order $k$ predicts from the last $k$ characters, its *context*, by counting in a text what followed it there. A long context tells more and has been seen
# less. So orders are *interpolated*: to the counts of a context are added $s$ imagined ones, spread over the characters as the context that is **one character shorter** predicts
# them. Below the empty context stands the uniform prediction over all symbols.
#
# Where fewer than $k$ characters come before, the contexts that are there have to do. The measure is *bits per character*: the mean of $-\log_2$ of what each character of
# a new text was given.

# %%
lab.predict(
    "12.7a",
    "How many characters should a context have, for the fewest bits on new text?",
    number=True,
    unit="characters",
)

# %%
lab.predict(
    "12.7b",
    "The best chain beside an LSTM that read the same text: which needs fewer bits?",
    choices=["the chain", "the LSTM", "they are within 0.05 bits"],
)


# %%
def count_contexts(text, order):
    """What followed each context of `order` characters, and how often.

    Args:
        text: str.
        order: int from 0; 0 has the single context "".

    Returns:
        dict from a context (str) to a dict from a character to its count. Only what
        occurred is in it.

    >>> count_contexts("abab", 1)
    {'a': {'b': 2}, 'b': {'a': 1}}
    """
    ### BEGIN SOLUTION
    table = {}
    for i in range(order, len(text)):
        follows = table.setdefault(text[i - order : i], {})
        follows[text[i]] = follows.get(text[i], 0) + 1
    return table
    ### END SOLUTION


def probability(tables, context, character, symbols, strength):
    """Interpolated probability of a character after a context.

    Args:
        tables: list; tables[k] holds the counts of contexts of k characters, from
            k = 0 on.
        context: str, all that came before; it may be longer than the highest order, or
            shorter.
        character: str of length 1.
        symbols: int, size of the alphabet.
        strength: s, positive.

    Returns:
        float.

    >>> probability([{"": {"a": 3, "b": 1}}], "", "a", 2, 4.0)
    0.625
    """
    ### BEGIN SOLUTION
    p = 1 / symbols
    for order, table in enumerate(tables[: len(context) + 1]):
        follows = table.get(context[len(context) - order :], {})
        total = sum(follows.values())
        p = (follows.get(character, 0) + strength * p) / (total + strength)
    return p
    ### END SOLUTION


def chain_bits(tables, text, symbols, strength):
    """Bits per character of a text under the interpolated chain.

    Args:
        tables, symbols, strength: as above.
        text: str; the first character has the empty context.

    Returns:
        float.

    >>> chain_bits([{"": {"a": 1}}], "bb", 2, 1.0)
    2.0
    """
    ### BEGIN SOLUTION
    order, surprise = len(tables) - 1, 0.0
    for i, character in enumerate(text):
        context = text[max(0, i - order) : i]
        surprise -= np.log2(probability(tables, context, character, symbols, strength))
    return float(surprise / len(text))
    ### END SOLUTION


# %%
check("12.7")

# %%
ORDERS, chain, bits = range(lab.pick(9, 6)), {}, {}
lstm = NumpyCopy(learn_to_guess("lstm"))
with lab.needs("12.7"):
    tables = [count_contexts(known, order) for order in ORDERS]
    symbols = len(recurrent.ALPHABET)
    for order in ORDERS:
        chain[order] = chain_bits(tables[: order + 1], unseen, symbols, 5.0)
    by_lstm = recurrent.read(lstm, recurrent.encode(unseen))
    bits["UGRNN"] = bits_per_character(reading.log_probabilities)
    bits["LSTM"] = bits_per_character(by_lstm.log_probabilities)
    lab.show(figures.chain_and_networks(chain, bits))
    best = min(chain, key=chain.get)
    told = f"{chain[best]:.3f} bits; without any context {chain[0]:.2f}"
    lab.reveal("12.7a", best, told)
    lead = chain[best] - bits["LSTM"]
    truth = "c" if abs(lead) < 0.05 else "b" if lead > 0 else "a"
    told = f"{chain[best]:.3f} by the chain, {bits['LSTM']:.3f} by the LSTM"
    lab.reveal("12.7b", truth, told)

# %% [markdown]
# Counting is a strong opponent where text is scarce. What it cannot do is remember a quote that was opened beyond its context.

# %% [markdown]
# ### Exercise 12.8 · Find the cell
#
# Which number of the state knows that a quotation is open? Label every character by what holds **once it has been read**: from an opening `"`
# up to the last letter before the closing one. Both marks look alike and take turns, and an empty line (two line ends in a row) closes whatever
# is open.
#
# Then score each number alone by the area under its ROC curve (lab 05). A cell that is *low* inside, and high outside, knows as much.
#
# To write, the network draws from its own guesses. A *temperature* $T$ sharpens ($T<1$) or flattens them: the logits are divided by $T$ before the softmax.

# %%
lab.predict(
    "12.8a",
    "The best single number of the state, on text that is new to it: how well does it "
    "part inside from outside?",
    choices=["AUC below 0.7", "0.7 to 0.9", "above 0.9"],
)

# %%
lab.predict(
    "12.8b",
    "What does the network write at a temperature of 0.1?",
    choices=["whole sentences of the manual", "one phrase again and again", "noise"],
)


# %%
def inside_quotes(text):
    """Where a quotation is open, once each character has been read.

    Args:
        text: str, at least one character.

    Returns:
        int array (len(text),) of zeros and ones.

    >>> inside_quotes('a "b" c')
    array([0, 0, 1, 1, 0, 0, 0])
    """
    ### BEGIN SOLUTION
    is_open, labels = 0, []
    for i, character in enumerate(text):
        if character == '"':
            is_open = 1 - is_open
        elif text[max(0, i - 1) : i + 1] == "\n\n":
            is_open = 0
        labels.append(is_open)
    return np.array(labels)
    ### END SOLUTION


def best_cell(states, labels):
    """The number of the state that parts the two labels best, whichever way round.

    Args:
        states: (n, units).
        labels: (n,), zeros and ones, both present.

    Returns:
        (cell, auc): its place, an int, the first of equals; and the AUC of its values
        for the label 1, above 0.5 if it is high there and below if it is low.

    >>> best_cell([[0.1, 0.9], [0.7, 0.8], [0.3, 0.1]], [0, 0, 1])
    (1, 0.0)
    """
    ### BEGIN SOLUTION
    areas = np.array([roc_auc_score(labels, values) for values in np.transpose(states)])
    cell = int(np.argmax(np.abs(areas - 0.5)))
    return cell, float(areas[cell])
    ### END SOLUTION


def with_temperature(logits, temperature):
    """Probabilities at a temperature.

    Args:
        logits: (k,) or (n, k), of any size.
        temperature: positive number.

    Returns:
        array of the shape of logits; each row sums to 1.

    >>> np.round(with_temperature([0.0, np.log(3.0)], 0.5), 6)
    array([0.1, 0.9])
    """
    ### BEGIN SOLUTION
    return softmax(np.asarray(logits) / temperature, axis=-1)
    ### END SOLUTION


# %%
check("12.8")

# %% [markdown]
# The cell is chosen on text that the network learned from, and judged on text that neither has seen. Beside it stands what the last three characters alone tell.

# %%
found, signs, auc, by_three = 0, None, float("nan"), float("nan")
with lab.needs("12.8"):
    learned = known[-len(unseen) :]
    labels, labels_new = inside_quotes(learned), inside_quotes(unseen)
    states = recurrent.read(copy, recurrent.encode(learned)).states
    found, _ = best_cell(states, labels)
    inside, outside = (states[labels == k].mean(axis=0) for k in (1, 0))
    signs = np.where(inside > outside, 1, -1)
    auc = roc_auc_score(labels_new, signs[found] * reading.states[:, found])
    by_three = figures.last_three(learned, labels, unseen, labels_new)
    lab.show(figures.cells(signs * reading.states, labels_new, found, by_three))
    lab.show(figures.painted(unseen, signs[found] * reading.states[:, found]))
    told = f"cell {found}: AUC {auc:.3f}; the last three characters {by_three:.3f}"
    lab.reveal("12.8a", "a" if auc < 0.7 else "b" if auc <= 0.9 else "c", told)
    lasts = figures.hold(signs[found] * reading.states[:, found], labels_new)
    lab.reveal("12.0", figures.how_long(lasts), figures.told_hold(lasts))

# %%
with lab.needs("12.8"):
    texts = {}
    for t in (0.1, 0.5, 1.0, 2.0):
        texts[t] = recurrent.write(
            copy,
            "\n\nThe ",
            lab.pick(240, 160),
            probabilities=lambda logits, t=t: with_temperature(logits, t),
            seed=lab.seed,
        )
    lab.show(figures.samples(texts))
    truth, told = figures.what_cold_writes(texts[0.1], known)
    lab.reveal("12.8b", truth, told)

# %% [markdown]
# ## Type a sentence
#
# The network of the beginning reads what you type, in the page, and the cell that you found colours it. Open a quotation, and close it again. The manual mostly quotes single
# words, and the cell has learned from that: see what a space does to it. (Until Exercise 12.8 is answered it is just the first cell.)

# %%
first_words = 'He said "it is on", and "off". Type your own: "'
recurrent.PaintedText(guesser.get_weights(), found, signs=signs, text=first_words)

# %% [markdown]
# Now you can say how a network remembers. Its state is carried from step to step; a gate near 1 carries it unchanged; and if guessing gets better by knowing that a quotation is open, the
# slopes that come back through time make some number hold it, as far as the text rewards that. You found it as you would find any good classifier: by scoring all of them, on text of its own.

# %% [markdown]
# ## Go further
#
# - Quotations of the manual are short: half of them have six letters or fewer. Type a long one. After how many letters does the cell let go?
# - Is there a cell for brackets, for the place in the line, for indentation?
# - Train a UGRNN with `gate_bias=0` and with 3. Does it find the quotes sooner?
# - Give the adding problem 200 steps. Which cell gives up first?
# - `load_text("tiny_shakespeare")` has a million characters. Does the chain still stand up to the LSTM?

# %% [markdown]
# ## Receipt

# %%
measured = {
    "bound": figures.under_the_bound(left),
    "rows": f"{rows_right:.2%}",
    "quotes": f"{auc:.3f}",
    "three": f"{by_three:.3f}",
}
measured |= {f"adding {kind}": f"{curve[-1]:.4f}" for kind, curve in curves.items()}
measured |= {f"map {name}": f"{share:.1%}" for name, share in mapped.items()}
measured |= {f"bits {name}": f"{value:.3f}" for name, value in bits.items()}
if chain:
    measured["bits chain"] = f"{min(chain.values()):.3f}"
about = f"{load_text('manual').source}, {load_text('manual').sha256[:12]}"
lab.receipt(figures.receipt(measured, about, sizes, T, RACE), seeds=[lab.seed])
