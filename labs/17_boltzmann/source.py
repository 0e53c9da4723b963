# ---
# coursekit:
#   title: Boltzmann machines and belief nets
#   question: This network was never told to draw. Switch its input off, and it draws digits. What did it learn, and how sure can we be?
#   goals:
#     - Turn an energy into a probability, and learn by waking minus dreaming
#     - Train a restricted Boltzmann machine, and compute the likelihood that is said to be out of reach
#     - Stack machines into a belief net and a deep Boltzmann machine, and let them dream
#   prerequisites:
#     - lab 03, gradients; lab 05, train and test
#     - sums, logarithms and exponentials in NumPy
#   lecture: "Deep learning overview (Boltzmann machines, belief nets, Hinton 2006); T-MachLe 10 (layer-wise training)"
#   seconds: {cpu: 90, fast: 30}
#   accelerator: none needed; this lab is NumPy but for one fine-tuning
# ---

# %% [markdown]
# # Boltzmann machines and belief nets
#
# **This network was never told to draw. Switch its input off, and it draws digits. What did it learn, and how sure can
# we be?**

# %%
import numpy as np
from scipy.special import expit, logsumexp

import coursekit
from coursekit import NotAnsweredYet, boltzmann, open_lab
from coursekit.boltzmann import all_states

lab = open_lab("17_boltzmann")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## A dream
#
# The cell below trains a machine of binary units on digits **and** their labels, then throws the digits away. It holds
# one label unit on, fills the pixels with coin tosses, and lets the units talk to one another. Each column is one
# label; time runs downwards.

# %%
try:
    (x_train, y_train), (x_test, y_test) = coursekit.load_mnist()
except coursekit.DataUnavailableError:
    (x_train, y_train), (x_test, y_test) = coursekit.load_digits()
is_mnist = len(x_train) > 10_000
x_train, y_train = (
    x_train[: lab.pick(10_000, 1_300)],
    y_train[: lab.pick(10_000, 1_300)],
)
grey, grey_test = (x.reshape(len(x), -1) / np.float32(255) for x in (x_train, x_test))
ink_test = (grey_test[: lab.pick(10_000, 1_000)] > 0.5).astype(
    np.float64
)  # black or white, for likelihoods

options = {"batch_size": 20, "persistent": True, "seed": lab.seed}
joint = boltzmann.train_joint(
    grey, y_train, lab.pick(300, 120), epochs=lab.pick(25, 30), **options
)
STEPS = lab.pick(500, 150)
dreams = boltzmann.dream(joint, range(10), steps=STEPS, keep=6)
lab.show(figures.dreams(dreams, STEPS))

# %% [markdown]
# Nobody told it what a 7 is *made of*. At the end you will hold parts of a digit and watch it invent the rest, and you
# will know which number, in nats, says how good such a machine is.

# %% [markdown]
# ## Energy

# %% [markdown]
# ### Exercise 17.1 · Energy and partition function
#
# $n$ units $x_i$ are $+1$ or $-1$. A symmetric matrix $w$ links them; its diagonal means nothing, for no unit is linked
# to itself. A whole state has the *energy*
# $$E(x) = -\tfrac12\sum_{i\ne j} w_{ij}\,x_i x_j,$$
# the half because the sum meets each pair twice. At *temperature* $T$ a state has the probability
# $P(x) = e^{-E(x)/T}/Z$; the *partition function* $Z$ is the sum of $e^{-E/T}$ over all $2^n$ states, written as
# $\log Z$ so that it does not overflow. `all_states(n, low=-1)` lists the states.

# %%
lab.predict(
    "17.1",
    "Ten units become twenty. How many times as many terms has Z?",
    choices=["2 times", "4 times", "1,024 times"],
)


# %%
def energy(x, w):
    """Energy of each state of -1 and +1.

    Args:
        x: states (m, n).
        w: symmetric weights (n, n); the diagonal does not count.

    Returns:
        array (m,).

    >>> energy([[1, 1], [1, -1]], [[9, 2], [2, 9]])
    array([-2.,  2.])
    """
    ### BEGIN SOLUTION
    x, w = np.asarray(x, float), np.array(w, float)
    np.fill_diagonal(w, 0.0)
    return -0.5 * np.sum((x @ w) * x, axis=1)
    ### END SOLUTION


# %%
def log_partition(w, temperature=1.0):
    """log Z over all states of -1 and +1.

    Args:
        w: symmetric weights (n, n); the diagonal does not count.
        temperature: T > 0.

    Returns:
        float.

    >>> round(log_partition([[0, 0], [0, 0]]), 6)
    1.386294
    """
    ### BEGIN SOLUTION
    states = all_states(len(w), low=-1)
    return float(logsumexp(-energy(states, w) / temperature))
    ### END SOLUTION


# %%
check("17.1")

# %%
with lab.needs("17.1"):
    w_triangle = np.array(
        [[0, 1.0, 1.0], [1.0, 0, -1.0], [1.0, -1.0, 0]]
    )  # two friends who quarrel
    levels = energy(all_states(3, low=-1), w_triangle)
    shares = {
        t: np.exp(-levels / t - log_partition(w_triangle, t)) for t in (0.5, 2.0, 8.0)
    }
    lab.show(figures.levels(all_states(3, low=-1), levels, shares))
    lab.reveal("17.1", "1,024 times", f"{2**20:,} states instead of {2**10:,}")

# %% [markdown]
# No state pleases all three links, so six states share the lowest energy. Heat makes all states alike, cold leaves the
# lowest alone.

# %% [markdown]
# ### Exercise 17.2 · One unit, given all others
#
# The sum $Z$ is out of reach for many units, but one unit needs no sum. Compare the two states that differ in unit $j$
# alone: their energies differ by $2\sum_{i\ne j}w_{ij}x_i$ in favour of $x_j=+1$ (when positive). Two states, one
# difference: the odds follow. *Gibbs sampling* draws one unit after the other in this way, each from the present state
# of the others.

# %%
lab.predict(
    "17.2",
    "All units drawn at one moment from the old state: the same in the long run?",
    choices=["yes", "no"],
)


# %%
def on_probability(x, j, w, temperature=1.0):
    """P(x_j = +1) given all other units of one state.

    Args:
        x: state (n,) of -1 and +1; its entry j must not matter.
        j: which unit.
        w: symmetric weights (n, n); the diagonal does not count.
        temperature: T > 0.

    Returns:
        float in [0, 1].

    >>> round(on_probability([-1, 1], 0, [[0, 0.5], [0.5, 0]]), 6)
    0.731059
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, float)
    field = float(np.dot(np.asarray(w, float)[j], x) - w[j][j] * x[j])
    return float(expit(2 * field / temperature))
    ### END SOLUTION


# %%
def sweep(x, w, uniforms, temperature=1.0):
    """Draw every unit once, in order, each given the others as they are by then.

    Args:
        x: state (n,) of -1 and +1; stays as it is.
        w: symmetric weights (n, n).
        uniforms: (n,) numbers in [0, 1); unit j becomes +1 where uniforms[j] is
            below P(x_j = +1).
        temperature: T > 0.

    Returns:
        new state (n,), float.

    >>> sweep([-1, 1], [[0, 3], [3, 0]], [0.5, 0.5])
    array([1., 1.])
    """
    ### BEGIN SOLUTION
    x = np.array(x, float)
    for j, u in enumerate(uniforms):
        x[j] = 1.0 if u < on_probability(x, j, w, temperature) else -1.0
    return x
    ### END SOLUTION


# %%
check("17.2")

# %%
with lab.needs("17.1", "17.2"):
    rng, state, seen = np.random.default_rng(lab.seed), np.ones(3), []
    w_pull = np.array([[0, 0.8, 0.0], [0.8, 0, -0.4], [0.0, -0.4, 0]])
    for _ in range(lab.pick(4000, 1500)):
        state = sweep(state, w_pull, rng.random(3))
        seen.append(int((state + 1) @ [0.5, 1, 2]))  # the state's row in all_states
    share = np.bincount(seen, minlength=8) / len(seen)
    exact = np.exp(-energy(all_states(3, low=-1), w_pull) - log_partition(w_pull))
    lab.show(
        figures.shares(
            share, exact, figures.all_at_once(w_pull, len(seen), on_probability)
        )
    )
    lab.reveal("17.2", "no", "the crosses, drawn all at once, miss the bars")

# %% [markdown]
# A rule that looks at one unit at a time reaches a distribution over whole states. Only the drawing in turn does.

# %% [markdown]
# ## Learning

# %% [markdown]
# ### Exercise 17.3 · Waking minus dreaming
#
# Some units are *visible* (the first ones), the others *hidden*. Learning raises $\log P(v)$ of the data $v$, averaged.
# Its slope in $w_{ij}$ is a difference of two averages of $x_i x_j$:
# $$\frac{\partial}{\partial w_{ij}}\,\overline{\log P(v)} = \frac1T\left(\langle x_i x_j\rangle_{\text{clamped}}
# - \langle x_i x_j\rangle_{\text{free}}\right).$$
# *Clamped*: the visible units are held at a row of the data, the hidden ones take all their states with their
# probabilities given $v$; averaged over rows. *Free*: all units run, with $P(x)$. Few units, so sum exactly.

# %%
lab.predict(
    "17.3",
    "The machine knows its data perfectly. How far apart are the two averages?",
    choices=["zero", "as large as the weights", "it still grows"],
)


# %%
def free_correlations(w, temperature=1.0):
    """Average of x_i x_j over all states with their probabilities.

    Args:
        w: symmetric weights (n, n) with zeros on the diagonal.
        temperature: T > 0.

    Returns:
        array (n, n); ones on the diagonal.

    >>> free_correlations([[0.0, 0.0], [0.0, 0.0]])
    array([[1., 0.],
           [0., 1.]])
    """
    ### BEGIN SOLUTION
    x = all_states(len(w), low=-1)
    scores = 0.5 * np.sum((x @ np.asarray(w, float)) * x, axis=1) / temperature
    p = np.exp(scores - logsumexp(scores))
    return (x * p[:, None]).T @ x
    ### END SOLUTION


# %%
def clamped_correlations(data, w, temperature=1.0):
    """Average of x_i x_j with the visible units held at the data.

    Args:
        data: rows (m, visible) of -1 and +1.
        w: symmetric weights (n, n) with zeros on the diagonal; the first
            `visible` units are visible.
        temperature: T > 0.

    Returns:
        array (n, n).

    >>> clamped_correlations([[1, -1]], [[0.0, 0.0], [0.0, 0.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    ### BEGIN SOLUTION
    data, w = np.asarray(data, float), np.asarray(w, float)
    hidden = all_states(len(w) - data.shape[1], low=-1)
    total = np.zeros_like(w)
    for row in data:
        x = np.hstack([np.tile(row, (len(hidden), 1)), hidden])
        scores = 0.5 * np.sum((x @ w) * x, axis=1) / temperature
        p = np.exp(scores - logsumexp(scores))
        total += (x * p[:, None]).T @ x
    return total / len(data)
    ### END SOLUTION


# %%
check("17.3")

# %%
rule_error = float("nan")
with lab.needs("17.3"):
    patterns = np.array(
        [[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, 1, 1], [-1, -1, -1, -1]]
    )
    w_learnt, scores, gaps = figures.learn(
        patterns,
        6,
        lab.pick(400, 150),
        clamped_correlations,
        free_correlations,
        seed=lab.seed,
    )
    lab.show(figures.learning(scores, gaps))
    rule_error = figures.rule_error(
        patterns, w_learnt, clamped_correlations, free_correlations
    )
    print(f"rule against measured slope of log P: largest difference {rule_error:.1e}")
    lab.reveal(
        "17.3",
        "zero",
        f"the largest difference fell from {gaps[0]:.2f} to {gaps[-1]:.3f}",
    )

# %% [markdown]
# What the data say, minus what the machine says to itself: learning stops when dreams look like waking.

# %% [markdown]
# ## One layer at a time

# %% [markdown]
# ### Exercise 17.4 · The restricted machine
#
# From here on units are 0 or 1. A *restricted* Boltzmann machine (RBM) links visible units $v$ and hidden units $h$, and
# nothing inside a layer:
# $$E(v,h) = -v^\top b - h^\top c - v^\top W h.$$
# So all hidden units are independent given $v$: $P(h_j=1\mid v)=\sigma(c_j+\sum_i v_iW_{ij})$ with
# $\sigma(z)=1/(1+e^{-z})$, and the same from above. Summing out $h$ leaves the *free energy*: $P(v)=e^{-F(v)}/Z$ with
# $F(v)=-\log\sum_h e^{-E(v,h)}$. Write that sum as a product over hidden units before you take the logarithm; `np.logaddexp(0, z)`
# is $\log(1+e^z)$ without overflow.

# %%
lab.predict(
    "17.4",
    "With 784 pixels and 500 hidden units, how many terms does your F(v) add up?",
    choices=["about 500", "784 times 500", "2 to the power 500"],
)


# %%
def hidden_given_visible(v, weights, hidden_bias):
    """P(h_j = 1 | v) for each row.

    Args:
        v: states or probabilities (n, visible).
        weights: (visible, hidden).
        hidden_bias: (hidden,).

    Returns:
        array (n, hidden).

    >>> hidden_given_visible([[1, 0]], [[0.0], [5.0]], [0.0])
    array([[0.5]])
    """
    ### BEGIN SOLUTION
    return expit(np.asarray(v) @ np.asarray(weights) + hidden_bias)
    ### END SOLUTION


# %%
def visible_given_hidden(h, weights, visible_bias):
    """P(v_i = 1 | h) for each row.

    Args:
        h: states (n, hidden).
        weights: (visible, hidden), as above.
        visible_bias: (visible,).

    Returns:
        array (n, visible).

    >>> visible_given_hidden([[1]], [[0.0], [0.0]], [0.0, 0.0])
    array([[0.5, 0.5]])
    """
    ### BEGIN SOLUTION
    return expit(np.asarray(h) @ np.asarray(weights).T + visible_bias)
    ### END SOLUTION


# %%
def free_energy(v, weights, visible_bias, hidden_bias):
    """F(v) of each row.

    Args:
        v: states (n, visible).
        weights: (visible, hidden).
        visible_bias: (visible,).
        hidden_bias: (hidden,).

    Returns:
        array (n,).

    >>> free_energy([[1.0, 1.0]], [[0.0], [0.0]], [1.0, 2.0], [0.0]).round(6)
    array([-3.693147])
    """
    ### BEGIN SOLUTION
    v = np.asarray(v, float)
    inputs = v @ np.asarray(weights) + hidden_bias
    return -(v @ np.asarray(visible_bias)) - np.logaddexp(0, inputs).sum(axis=1)
    ### END SOLUTION


# %%
check("17.4")

# %%
with lab.needs("17.4"):
    m = joint.machine
    digits = np.hstack([ink_test[:200], np.eye(10)[y_test[:200]]])
    kinds = {"digits": digits, "their rows shuffled": figures.shuffled(digits)}
    energies = {
        name: free_energy(x, m.weights, m.visible_bias, m.hidden_bias)
        for name, x in kinds.items()
    }
    lab.show(figures.energies(energies))
    lab.reveal(
        "17.4", "about 500", "one softplus for each hidden unit, and one product with b"
    )

# %% [markdown]
# The machine of the opening finds digits that it never saw far more probable than the same ink in shuffled rows.

# %% [markdown]
# ### Exercise 17.5 · Contrastive divergence, and chains that go on
#
# For an RBM the rule reads $\Delta W\propto\langle v\,h\rangle_{\text{data}}-\langle v\,h\rangle_{\text{free}}$. The free average
# would need endless sampling. *Contrastive divergence* (CD-1, Hinton 2002) starts a chain **at the data** and takes one step;
# *persistent* CD (PCD, Tieleman 2008) goes on from wherever its chains **last stood**. Both are one function, told where
# the chains start. In both phases use the hidden *probabilities* for the statistics; *states* (0 or 1) are drawn only to
# move the chain.

# %%
lab.predict(
    "17.5",
    "Both see the data equally often. Which gives test digits the higher likelihood?",
    choices=[
        "CD-1, it starts at real digits",
        "PCD, its chains wander",
        "no difference",
    ],
)


# %%
def contrastive_step(v_data, chains, weights, visible_bias, hidden_bias, uniforms):
    """One Gibbs step of the chains, and the slopes for the weights.

    Args:
        v_data: batch of data (n, visible).
        chains: where the chains stand (m, visible); CD passes the batch itself here.
        weights: (visible, hidden).
        visible_bias: (visible,).
        hidden_bias: (hidden,).
        uniforms: pair of arrays (m, hidden) and (m, visible) in [0, 1). A unit is 1
            where its number is below its probability: first the hidden units given the
            chains, then the visible units.

    Returns:
        (d_weights, d_visible, d_hidden, chains): averages over the data minus averages
        over the new chains, in the shapes of the parameters; and the new states.

    >>> contrastive_step([[1.0]], [[0.0]], [[0.0]], [0.0], [0.0], ([[0.9]], [[0.2]]))[3]
    array([[1.]])
    """
    ### BEGIN SOLUTION
    v_data, chains = np.asarray(v_data, float), np.asarray(chains, float)
    weights = np.asarray(weights)
    h_data = expit(v_data @ weights + hidden_bias)
    h = (np.asarray(uniforms[0]) < expit(chains @ weights + hidden_bias)).astype(float)
    v = (np.asarray(uniforms[1]) < expit(h @ weights.T + visible_bias)).astype(float)
    h_model = expit(v @ weights + hidden_bias)
    d_weights = v_data.T @ h_data / len(v_data) - v.T @ h_model / len(v)
    d_visible = v_data.mean(axis=0) - v.mean(axis=0)
    d_hidden = h_data.mean(axis=0) - h_model.mean(axis=0)
    return d_weights, d_visible, d_hidden, v
    ### END SOLUTION


# %%
check("17.5")

# %% [markdown]
# Now the same with a loop around it, on digits in black and white, with few hidden units (20 in the full run). Why so
# few, the next exercise tells.

# %%
units, options = lab.pick(20, 12), {"learning_rate": 0.1, "batch_size": 20}
options |= {"epochs": lab.pick(40, 20), "seed": lab.seed}
machines = {"CD-1": boltzmann.train_rbm(grey, units, **options)}
machines["PCD"] = boltzmann.train_rbm(grey, units, persistent=True, **options)
lab.show(figures.filters(machines))

# %% [markdown]
# ### Exercise 17.6 · The number that cannot be had
#
# Textbooks call $Z$ of an RBM intractable: it sums over $2^{784}$ images. But for each $h$ the sum over $v$ is a product
# again, so $Z=\sum_h e^{-F'(h)}$, where $F'$ is the free energy with the roles of the layers exchanged. With 20 hidden
# units that is a sum of about a million terms. Sum over **the hidden states**, in logarithms. The mean of
# $\log P(v)=-F(v)-\log Z$ on test data then says, in nats, how good the machine is.

# %%
lab.predict(
    "17.6",
    "A machine that knows nothing gives each of 784 pixels one half. Its log P(v)?",
    number=True,
    unit="nats",
)


# %%
def log_z(weights, visible_bias, hidden_bias):
    """log Z of an RBM, by a sum over all hidden states.

    Args:
        weights: (visible, hidden), with few hidden units.
        visible_bias: (visible,).
        hidden_bias: (hidden,).

    Returns:
        float.

    >>> round(log_z(np.zeros((3, 2)), np.zeros(3), np.zeros(2)), 6)
    3.465736
    """
    ### BEGIN SOLUTION
    h = all_states(len(hidden_bias))
    inputs = h @ np.asarray(weights).T + visible_bias
    return float(
        logsumexp(h @ np.asarray(hidden_bias) + np.logaddexp(0, inputs).sum(axis=1))
    )
    ### END SOLUTION


# %%
def mean_log_likelihood(v, weights, visible_bias, hidden_bias):
    """Mean of log P(v) over rows, in nats.

    Args:
        v: states (n, visible).
        weights: (visible, hidden).
        visible_bias: (visible,).
        hidden_bias: (hidden,).

    Returns:
        float.

    >>> round(mean_log_likelihood([[1, 0]], [[0.0], [0.0]], [0.0, 0.0], [0.0]), 6)
    -1.386294
    """
    ### BEGIN SOLUTION
    v = np.asarray(v, float)
    inputs = v @ np.asarray(weights) + hidden_bias
    f = -(v @ np.asarray(visible_bias)) - np.logaddexp(0, inputs).sum(axis=1)
    return float(-f.mean() - log_z(weights, visible_bias, hidden_bias))
    ### END SOLUTION


# %%
check("17.6")

# %% [markdown]
# Yours for 10 of the hidden units, and the library's, which sums in pieces, for all. Beside it the estimate that
# people use when the sum is too long: *annealed importance sampling* (AIS), which heats a simple machine up to this one in
# many small steps.

# %%
with lab.needs("17.6"):
    m = machines["PCD"]
    ten = boltzmann.RBM(m.weights[:, :10], m.visible_bias, m.hidden_bias[:10])
    mine, ours = (
        log_z(ten.weights, ten.visible_bias, ten.hidden_bias),
        boltzmann.log_partition(ten),
    )
    print(f"ten units: your log Z {mine:.6f}, the library's {ours:.6f}")
exact_z, estimated_z, likelihood = {}, {}, {}
for name, m in machines.items():
    exact_z[name] = boltzmann.log_partition(m)
    estimated_z[name] = boltzmann.ais_log_partition(
        m, temperatures=lab.pick(1000, 300)
    )[0]
    likelihood[name] = boltzmann.mean_log_likelihood(m, ink_test, exact_z[name])
with lab.needs("17.5", "17.6"):
    lab.show(figures.likelihoods(likelihood, exact_z, estimated_z, 784 * np.log(0.5)))
    ahead = likelihood["PCD"] - likelihood["CD-1"]
    truth = "b" if ahead > 1 else "c" if ahead > -1 else "a"
    lab.reveal("17.5", truth, f"PCD is {ahead:+.1f} nats from CD-1")
    lab.reveal("17.6", 784 * np.log(0.5), "784 times log 1/2")

# %% [markdown]
# CD looks only at what lies near the data; valleys elsewhere stay. A chain that goes on falls into them, and they are
# filled. How well a machine *rebuilds* its input would not tell: one step from the data never goes there.

# %% [markdown]
# ## Causes

# %% [markdown]
# ### Exercise 17.7 · Explaining away
#
# In a *logistic belief net* arrows run from causes $h$ to effects $v$ (units 0 or 1): $P(h_j=1)=\sigma(b_j)$,
# $P(v_i=1\mid h)=\sigma(a_i+\sum_j h_j U_{ji})$. *Ancestral sampling* draws causes first. The other direction is the hard one: the
# *posterior* $P(h\mid v)$ is a table over all $2^{\text{causes}}$ patterns, in the order of `all_states`, and it does not factor.
#
# Hinton's house: it shakes ($v=1$) when a truck hits it **or** when the earth quakes, both rare ($b=-10$), each enough
# ($U=20$), and else hardly ever ($a=-20$).

# %%
lab.predict(
    "17.7",
    "The house shook, and you see the truck. What happens to P(earthquake)?",
    choices=["it rises", "it stays", "it falls back to nearly nothing"],
)


# %%
def ancestral_sample(effects_bias, weights, causes_bias, uniforms):
    """Draw causes, then effects.

    Args:
        effects_bias: a, (effects,).
        weights: U, (causes, effects).
        causes_bias: b, (causes,).
        uniforms: pair of arrays (n, causes) and (n, effects) in [0, 1); a unit is 1
            where its number is below its probability.

    Returns:
        (causes, effects): float arrays (n, causes) and (n, effects) of 0 and 1.

    >>> ancestral_sample([-9.0], [[18.0]], [0.0], ([[0.2]], [[0.5]]))
    (array([[1.]]), array([[1.]]))
    """
    ### BEGIN SOLUTION
    first, second = (np.asarray(u) for u in uniforms)
    h = (first < expit(np.asarray(causes_bias))).astype(float)
    v = (second < expit(h @ np.asarray(weights) + effects_bias)).astype(float)
    return h, v
    ### END SOLUTION


# %%
def posterior(v, effects_bias, weights, causes_bias):
    """P(h | v) for each pattern of causes.

    Args:
        v: one row of effects (effects,), 0 or 1.
        effects_bias: a, (effects,).
        weights: U, (causes, effects).
        causes_bias: b, (causes,).

    Returns:
        array (2^causes,), in the order of `all_states(causes)`, where the first cause
            changes fastest; sums to 1.

    >>> posterior([1], [0.0], [[0.0]], [0.0])
    array([0.5, 0.5])
    """
    ### BEGIN SOLUTION
    v, h = np.asarray(v, float), all_states(len(causes_bias))
    inputs = h @ np.asarray(weights) + effects_bias
    prior = h @ np.asarray(causes_bias)  # what does not depend on h cancels
    scores = prior + (v * inputs - np.logaddexp(0, inputs)).sum(axis=1)
    return np.exp(scores - logsumexp(scores))
    ### END SOLUTION


# %%
check("17.7")

# %%
away = {}
with lab.needs("17.7"):
    table = posterior(
        [1], [-20.0], [[20.0], [20.0]], [-10.0, -10.0]
    )  # none, truck, quake, both
    away = {
        "before": table[2] + table[3],
        "with the truck seen": table[3] / (table[1] + table[3]),
    }
    lab.show(figures.explaining_away(table, away))
    lab.reveal(
        "17.7",
        "it falls back to nearly nothing",
        f"from {away['before']:.2f} to {away['with the truck seen']:.5f}",
    )

# %% [markdown]
# Independent causes become rivals once their effect is seen. This is why inference in belief nets is hard, and why Hinton,
# Osindero and Teh (2006) trained them as a stack of RBMs.

# %% [markdown]
# ## Depth

# %% [markdown]
# ### Exercise 17.8 · Stacks, directed and not
#
# A *deep belief net* (DBN) trains one RBM on the data, the next on the **hidden probabilities** of the first, and so on.
# A *deep Boltzmann machine* (DBM) links the same layers in both directions, so the middle layer listens to two neighbours:
# $P(h^1=1\mid v,h^2)=\sigma(vW_1+h^2W_2^\top+b_1)$. *Mean field* makes both hidden layers agree by turns: first $h^1$ from $v$
# and the present $h^2$, then $h^2=\sigma(h^1W_2+b_2)$. On the first way up $h^2$ is not known yet; then the input from
# below is **doubled**, to stand in for the missing half.

# %%
lab.predict(
    "17.8",
    "Few labels. Is a net better that was first trained without any?",
    choices=["yes", "no difference", "worse"],
)


# %%
def greedy_data(x, stack):
    """What each machine of a stack is trained on.

    Args:
        x: data (n, visible).
        stack: list of pairs (weights, hidden_bias), from below.

    Returns:
        list with one array for each machine: the data for the first, then what the
        machine before it makes of its own data, as probabilities.

    >>> stack = [([[0.0]], [0.0]), ([[2.0]], [0.0])]
    >>> [layer.tolist() for layer in greedy_data([[1.0]], stack)]
    [[[1.0]], [[0.5]]]
    """
    ### BEGIN SOLUTION
    layers = [np.asarray(x)]
    for weights, hidden_bias in stack[:-1]:
        layers.append(expit(layers[-1] @ np.asarray(weights) + hidden_bias))
    return layers
    ### END SOLUTION


# %%
def mean_field(v, lower, upper, first_bias, second_bias, rounds=10):
    """Both hidden layers given v: one way up with doubled input, then rounds by turns.

    Args:
        v: (n, visible).
        lower: W1, (visible, first).
        upper: W2, (first, second).
        first_bias: b1, (first,).
        second_bias: b2, (second,).
        rounds: how often both layers are updated after the way up.

    Returns:
        (h1, h2): probabilities (n, first) and (n, second).

    >>> h1, h2 = mean_field([[1.0]], [[0.0]], [[0.0]], [0.0], [0.0], rounds=0)
    >>> h1.tolist(), h2.tolist()
    ([[0.5]], [[0.5]])
    """
    ### BEGIN SOLUTION
    below = np.asarray(v) @ np.asarray(lower)
    first = expit(2 * below + first_bias)
    second = expit(first @ np.asarray(upper) + second_bias)
    for _ in range(rounds):
        first = expit(below + second @ np.asarray(upper).T + first_bias)
        second = expit(first @ np.asarray(upper) + second_bias)
    return first, second
    ### END SOLUTION


# %%
check("17.8")

# %% [markdown]
# A belief net becomes a classifier by one more layer on top, tuned in Keras with few labels; the same network from random
# weights beside it.

# %%
sizes, few = lab.pick((500, 500), (100, 80)), slice(0, lab.pick(1000, 200))
stack = boltzmann.train_stack(
    grey, sizes, epochs=lab.pick(20, 10), batch_size=20, seed=lab.seed
)
tuned = figures.fine_tune(stack, grey[few], y_train[few], lab.pick(40, 20), lab.seed)
errors = {name: np.mean(read(grey_test) != y_test) for name, read in tuned.items()}
with lab.needs("17.8"):
    lab.show(figures.few_labels(errors, few.stop))
    gain = errors["random start"] - errors["belief net"]
    truth = "a" if gain > 0.005 else "b" if gain > -0.005 else "c"
    shares = "; ".join(f"{name} {share:.1%} wrong" for name, share in errors.items())
    if lab.fast:
        print(f"Trainings this short do not decide 17.8: {shares}")
    else:
        lab.reveal("17.8", truth, shares)

# %% [markdown]
# The deep Boltzmann machine: your mean field beside the library's, and a lower bound on $\log P$ of the test digits, for here
# the sum is out of reach.

# %%
deep = boltzmann.train_dbm(
    grey, lab.pick((200, 200), (60, 40)), epochs=lab.pick(15, 4), seed=lab.seed
)
steps = lab.pick(2000, 200)
bound, bound_error = boltzmann.dbm_bound(deep, ink_test[:1000], temperatures=steps)
print(f"log P of a test digit is at least {bound:.1f} nats (+- {bound_error:.1f})")
with lab.needs("17.8"):
    mine = mean_field(grey_test[:50], deep.lower, deep.upper, *deep.biases[1:])
    ours = boltzmann.mean_field(deep, grey_test[:50])
    gap = max(np.abs(a - b).max() for a, b in zip(mine, ours, strict=True))
    print(f"your mean field and the library's differ by at most {gap:.1e}")

# %% [markdown]
# ## It dreams
#
# Hold what is known and let the rest run. The upper half of a test digit is given; eight chains invent the lower half, and the
# label units say what they now believe it is. Change `row` to try another digit, or draw your own: a pad stands in lab 08.

# %%
row = 3
known = np.arange(784) < 392
images, beliefs = boltzmann.complete(
    joint, grey_test[row], known, steps=lab.pick(200, 60), seed=lab.seed
)
lab.show(figures.completion(grey_test[row], images, beliefs, y_test[row]))

# %% [markdown]
# Now you can say what the picture at the top was: samples from $P(\text{pixels}\mid\text{label})$, drawn by the rule of
# 17.2, from weights learned by waking minus dreaming (17.3, 17.5), and judged by a likelihood that you can compute (17.6).

# %% [markdown]
# ## Go further
#
# - Train PCD with 1 and with 10 steps between updates. Which valleys are left?
# - Let the DBM dream: which of its layers should be clamped to get a 4?
# - Compare `sklearn.neural_network.BernoulliRBM` (it is PCD) by your exact likelihood.

# %% [markdown]
# ## Receipt

# %%
kind = "MNIST" if is_mnist else "8x8 digits"
trained = f"{kind}, {len(grey):,} images, {units} hidden units"
quake = away.get("with the truck seen", float("nan"))
measured = {
    "rule": f"{rule_error:.1e}",
    **{name: f"{value:.1f}" for name, value in likelihood.items()},
    "AIS": f"{abs(estimated_z['PCD'] - exact_z['PCD']):.2f}",
    "quake": f"{quake:.1e}",
    "net": f"{errors['belief net']:.2%}",
    "random": f"{errors['random start']:.2%}",
    "bound": f"{bound:.1f}",
}
labels = f"{kind}, {few.stop} labels"
layers = f"{kind}, {'-'.join(map(str, deep.upper.shape))} units, {len(grey):,} images"
notes = {
    "CD-1": trained,
    "PCD": trained,
    "net": labels,
    "random": labels,
    "bound": units,
}
lab.receipt(figures.receipt(measured, notes), seeds=[lab.seed])
