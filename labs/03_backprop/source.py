# ---
# coursekit:
#   title: Back-propagation by hand
#   question: A network has thousands of weights. How does one sweep find the slope of the error in every one of them?
#   goals:
#     - Send gradients backwards through any graph of operations, by hand and with an engine of your own
#     - Derive the delta rule, and the backward pass of a network with a hidden layer
#     - Check every gradient twice, with finite differences and with Keras
#   prerequisites:
#     - derivatives and the chain rule
#     - NumPy matrix products and broadcasting
#     - "lab 02: sigmoid and ReLU units, layers, weights, gradient descent"
#   lecture: "Machine Learning and Data Mining, COMP5318 (training, back-propagation); CNN and Keras (chain rule, the graph of (x + y) z); Deep Learning Overview, Spring 2017 (the delta rule)"
#   seconds: {cpu: 20, fast: 15}
#   accelerator: none needed; the networks are small
# ---

# %% [markdown]
# # Back-propagation by hand
#
# **A network has thousands of weights. How does one sweep find the slope of the error in every one of them?**
#
# You will carry gradients backwards through two small graphs, learn to distrust your own derivatives, and then build
# the machine that does it for any graph: an engine of less than a hundred lines. At the end a network that learns by your gradients runs
# beside the same network in Keras.

# %%
import inspect
import time

import keras
import numpy as np
from keras import ops
from scipy.optimize import approx_fprime
from threadpoolctl import threadpool_limits

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.plots import PALETTE, draw_graph, subplots

one_core = threadpool_limits(
    1
)  # NumPy multiplies these small matrices faster on one core, and times are steadier
lab = open_lab("03_backprop")
check = lab.check
claims = {}  # rows of the receipt at the end; each part of the lab adds its own


def claim(text, source, stated, measured, note=""):
    """Add a row to the receipt; a cell that runs again replaces its row."""
    claims[text] = {
        "claim": text,
        "source": source,
        "stated": stated,
        "measured": measured,
        "note": note,
    }


# %% [markdown]
# ## A price that does not add up
#
# The network of this lab reads a digit of $28\times 28$ pixels, has one hidden layer of ReLU units, $\max(0,\cdot)$, and gives the probability of each of ten
# classes. Its *error* is the mean of $-\log$(probability of the right class). To train it you need the **gradient**: the slope of the error in each weight.
#
# The plain way: move one weight a little up, then a little down, and run the network each time. Below, that is timed for hidden layers of growing width,
# beside the gradient that Keras computes.


# %%
def sigmoid(x):
    """1 / (1 + exp(-x)), for numbers and arrays."""
    return 1 / (1 + np.exp(-x))


def start_weights(width, seed):
    """Random weights of the network: w1 (784, width), b1 (width,), w2 (width, 10), b2 (10,)."""
    rng = np.random.default_rng(seed)
    w1 = rng.normal(0, np.sqrt(2 / 784), (784, width))
    return (
        w1,
        np.zeros(width),
        rng.normal(0, np.sqrt(2 / width), (width, 10)),
        np.zeros(10),
    )


def forward(params, x):
    """Run the network: weighted sums of the hidden units (n, m), their activities (n, m), probabilities (n, classes)."""
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    s = h @ w2 + b2
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return net, h, e / e.sum(axis=1, keepdims=True)


def error(params, x, labels):
    """Mean of -log(probability of the right class) over the rows of x."""
    return -np.mean(np.log(forward(params, x)[-1][np.arange(len(x)), labels]))


def keras_error(params, x, labels):
    """The same error in keras.ops, for coursekit.gradients."""
    w1, b1, w2, b2 = params
    logits = ops.matmul(ops.relu(ops.matmul(x, w1) + b1), w2) + b2
    return ops.mean(
        keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    )


def seconds(function, repeats=9):
    """Time of one call, the shortest of several."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def draw_prices(ax):
    """Seconds for one gradient against the number of weights."""
    for (name, times), look, colour in zip(
        prices.items(), ("s--", "o-", "D-", "^:"), PALETTE, strict=False
    ):
        ax.plot(sizes, times, look, color=colour, label=name)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="weights in the network",
        ylabel="seconds for one gradient",
    )
    ax.legend(fontsize=8)


(x_train, y_train), (x_test, y_test) = coursekit.load_digits()
x_train, x_test = x_train.reshape(-1, 784) / 255.0, x_test.reshape(-1, 784) / 255.0
x_few, y_few = x_train[:64], y_train[:64]

networks = [start_weights(width, lab.seed) for width in (8, 32, 128, 512)]
sizes = [sum(p.size for p in params) for params in networks]
one_run = [
    seconds(lambda params=params: error(params, x_few, y_few)) for params in networks
]
prices = {
    "two runs for each weight": [
        2 * size * run for size, run in zip(sizes, one_run, strict=True)
    ],
    "Keras": [
        seconds(
            lambda p=p: coursekit.gradients(
                lambda q: keras_error(q, x_few, y_few), list(p)
            ),
            5,
        )
        for p in networks
    ],
    "one run of the network": one_run,
}
figure, ax = subplots(size=(6.6, 3.8))
draw_prices(ax)
ax.set_title("Keras knows all slopes. How can it be so cheap?")
lab.show(
    figure,
    alt="Seconds for one gradient against the number of weights, both axes logarithmic. Two runs for each weight climb steeply; "
    "at the largest network Keras and a single run of the network stay thousands of times lower.",
)
print(
    f"{sizes[-1]:,} weights: two runs for each weight take {prices['two runs for each weight'][-1] / 60:.0f} minutes,"
)
print(
    f"Keras takes {prices['Keras'][-1]:.3f} s: {prices['two runs for each weight'][-1] / prices['Keras'][-1]:,.0f} times less."
)

# %% [markdown]
# Keras cannot have tried the weights one by one. At the end you will put a gradient of your own into this picture, and explain its price.
#
# ## Two rules
#
# **Exercise 3.1** A sum and a product. A *computational graph* has one node per operation. Values run forwards along its edges. What runs backwards is the **gradient**: the slope of
# the last value $f$ in the value on that edge. The sweep starts with $\partial f/\partial f=1$. Each node takes the gradient of its output and gives each
# input that gradient times its own *local* slope:
#
# - a sum has local slopes 1: it hands the gradient on, unchanged;
# - a product $a\,b$ has slope $b$ in $a$, and $a$ in $b$.
#
# The graph (CNN and Keras lecture, after CS231n): $q=x+y$ and $f=q\,z$.
#
# *Predict:* at $x=-2,\ y=5,\ z=-4$, should $x$ grow or shrink to make $f$ larger?


# %%
def sum_and_product(x, y, z):
    """Values and gradients of the graph q = x + y, f = q z.

    Args:
        x, y, z: numbers.

    Returns:
        (values, gradients), two dicts with the keys "x", "y", "z", "q", "f"; gradients[k] is the slope of f in k.
        sum_and_product(1, 2, 10): q is 3, f is 30; the gradients of x, y, z, q, f are 10, 10, 3, 10, 1.
    """
    ### BEGIN SOLUTION
    q = x + y
    values = {"x": x, "y": y, "z": z, "q": q, "f": q * z}
    df = 1.0
    dq, dz = df * z, df * q
    gradients = {"x": dq, "y": dq, "z": dz, "q": dq, "f": df}
    return values, gradients
    ### END SOLUTION


# %%
check("3.1")

# %%
with lab.needs("3.1"):
    values, gradients = sum_and_product(-2.0, 5.0, -4.0)
    nodes = {"x": "$x$", "y": "$y$", "q": "+", "z": "$z$", "f": "×"}
    ax = draw_graph(
        nodes, [("x", "q"), ("y", "q"), ("q", "f"), ("z", "f")], values, gradients
    )
    lab.show(
        ax,
        alt="The graph of (x + y) z. Values above the edges: -2, 5, 3, -4 and -12. Gradients below them: -4 for x, y and their "
        "sum, 3 for z, and 1 at the end.",
    )
    theirs = coursekit.gradients(lambda v: (v[0] + v[1]) * v[2], [-2.0, 5.0, -4.0])
    print(
        f"Yours: {[float(gradients[k]) for k in 'xyz']}. Keras: {[float(g) for g in theirs]}."
    )
    print(
        "Each node needed its own two inputs and the gradient that came back, and nothing else of the graph."
    )
    measured = ", ".join(f"{gradients[k]:g}" for k in "xyz")
    claim(
        "(x + y) z at (-2, 5, -4): slopes in x, y, z",
        "CNN and Keras lecture, after CS231n (2017)",
        "-4, -4, 3",
        measured,
    )

# %% [markdown]
# ## A chain
#
# **Exercise 3.2** Five factors. The chain of the Sydney lecture (COMP5318), with $\sigma(h)=1/(1+e^{-h})$:
#
# $$h_1=w_1x,\quad o_1=\sigma(h_1),\quad h_2=w_2o_1,\quad o=\sigma(h_2),\quad L=-\log o.$$
#
# The lecture writes
# $\frac{\partial L}{\partial w_1}=\frac{\partial L}{\partial o}\frac{\partial o}{\partial h_2}\frac{\partial h_2}{\partial o_1}\frac{\partial o_1}{\partial h_1}\frac{\partial h_1}{\partial w_1}.$
# Walk from the right end to the left and multiply as you go: every gradient on the way is a product that you already have, times one more factor. You need
# two more local slopes: $-\log o$ has slope $-1/o$, and $\sigma(h)$ has slope $\sigma(h)\,(1-\sigma(h))$.
#
# *Predict:* which weight moves $L$ more, $w_2$ near the end or $w_1$ at the start?


# %%
def chain(x, w1, w2):
    """Values and gradients of the chain o = sigmoid(w2 sigmoid(w1 x)), L = -log o.

    Args:
        x, w1, w2: numbers.

    Returns:
        (values, gradients), two dicts with the keys "x", "w1", "h1", "o1", "w2", "h2", "o", "L";
        gradients[k] is the slope of L in k. chain(0, 1, 2): o1 is 1/2, h2 is 1, o is 0.7311;
        the gradients of L, o, h2, w2, o1, h1, w1, x are 1, -1.3679, -0.2689, -0.1345, -0.5379, -0.1345, 0, -0.1345.
    """
    ### BEGIN SOLUTION
    h1 = w1 * x
    o1 = sigmoid(h1)
    h2 = w2 * o1
    o = sigmoid(h2)
    do = -1 / o
    dh2 = do * o * (1 - o)
    do1 = dh2 * w2
    dh1 = do1 * o1 * (1 - o1)
    values = {
        "x": x,
        "w1": w1,
        "h1": h1,
        "o1": o1,
        "w2": w2,
        "h2": h2,
        "o": o,
        "L": -np.log(o),
    }
    return values, {
        "x": dh1 * w1,
        "w1": dh1 * x,
        "h1": dh1,
        "o1": do1,
        "w2": dh2 * o1,
        "h2": dh2,
        "o": do,
        "L": 1.0,
    }
    ### END SOLUTION


# %%
check("3.2")

# %%
CHAIN_NODES = {
    "w1": "$w_1$",
    "x": "$x$",
    "h1": "×",
    "o1": r"$\sigma$",
    "w2": "$w_2$",
    "h2": "×",
    "o": r"$\sigma$",
    "L": "−log",
}
CHAIN_EDGES = [
    ("w1", "h1"),
    ("x", "h1"),
    ("h1", "o1"),
    ("o1", "h2"),
    ("w2", "h2"),
    ("h2", "o"),
    ("o", "L"),
]

with lab.needs("3.2"):
    x, w1, w2 = 1.5, 0.8, -1.2
    values, gradients = chain(x, w1, w2)
    lab.show(
        draw_graph(CHAIN_NODES, CHAIN_EDGES, values, gradients),
        alt="The chain from w1 and x through a product, a sigmoid, a product with w2, a sigmoid and minus log. The gradient "
        "below the edges is 1 at the end, -3.5 before minus log, and shrinks in size from there to 0.23 at w1.",
    )
    keras_chain = coursekit.gradients(
        lambda w: -ops.log(ops.sigmoid(w[1] * ops.sigmoid(w[0] * x))),
        np.array([w1, w2]),
    )
    chain_gap = max(
        abs(gradients[k] - g) for k, g in zip(("w1", "w2"), keras_chain, strict=True)
    )
    print(
        f"Slopes: {gradients['w1']:.4f} in w1, {gradients['w2']:.4f} in w2; off Keras by at most {chain_gap:.0e}."
    )
    print(
        f"Two of the factors have merged: the gradient of h2 is {gradients['h2']:.4f}, and o - 1 is {values['o'] - 1:.4f}."
    )
    claim(
        "the chain's slopes are products along the chain",
        "COMP5318",
        "Keras's gradient",
        f"off by {chain_gap:.0e}",
        "Keras counts in float32 here"
        if keras.backend.backend() == "jax"
        else "Keras in float64",
    )

# %% [markdown]
# One walk gave all slopes, because every gradient was used again by the nodes below it.
#
# ## Trust nothing
#
# **Exercise 3.3** The gradient check. A wrong derivative rarely crashes; the network learns a little worse, and nobody knows why. So compare with the definition. For
# a function $f$ of an array $x$, move entry $i$ by a small step $h$ both ways and leave the others alone:
#
# $$\frac{\partial f}{\partial x_i}\approx\frac{f(x+h\,e_i)-f(x-h\,e_i)}{2h},$$
#
# where $e_i$ is 1 at entry $i$ and 0 elsewhere. This *central difference* is wrong by about $h^2$; a one-sided one, $(f(x+h\,e_i)-f(x))/h$, by about $h$. Work in
# float64: float32 loses small steps. (Whoever wrote `slopes` in lab 01 may bring it along.)
#
# *Predict:* how does the error change as $h$ goes from $10^{-1}$ to $10^{-13}$?


# %%
def numerical_gradient(f, x, h=1e-5):
    """Gradient of f at x by central differences.

    Args:
        f: function of one float64 array with the shape of x; gives a number.
        x: array or list of any shape, of floats or integers; it is left as it was.
        h: step, a float.

    Returns:
        float64 array with the shape of x. numerical_gradient(lambda v: v[0] ** 2 * v[1], [3, 2]) is about [12, 9].
    """
    ### BEGIN SOLUTION
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient
    ### END SOLUTION


# %%
check("3.3")

# %%
with lab.needs("3.3"):
    at = np.array([0.7])
    true_slope = (
        sigmoid(at[0]) - 1
    )  # of -log(sigmoid(h)), the last two factors of the chain

    def last_two_nodes(v):
        """-log(sigmoid(h)) of an array with one entry."""
        return float(-np.log(sigmoid(v[0])))

    steps = 10.0 ** -np.arange(1, 14)
    central = [
        abs(numerical_gradient(last_two_nodes, at, h)[0] - true_slope) for h in steps
    ]
    one_sided = [
        abs((last_two_nodes(at + h) - last_two_nodes(at)) / h - true_slope)
        for h in steps
    ]
    figure, ax = subplots(size=(6.6, 3.6))
    ax.plot(steps, one_sided, "s--", color=PALETTE[1], label="one-sided")
    ax.plot(
        steps, central, "o-", color=PALETTE[0], label="central: your numerical_gradient"
    )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="step h",
        ylabel="distance from the true slope",
    )
    ax.set_title("A step can be too large, and too small")
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Distance from the true slope against the step, both logarithmic, for one-sided and central differences. Both fall "
        "as the step shrinks, the central one faster and deeper, and rise again for tiny steps.",
    )
    best = int(np.argmin(central))
    print(
        f"Best central step: {steps[best]:.0e}, off by {central[best]:.0e}. One-sided at its best: {min(one_sided):.0e}."
    )
    print(
        "Large steps cut the corner of the curve; tiny ones subtract two numbers that agree in almost all digits."
    )

# %% [markdown]
# ## The delta rule
#
# **Exercise 3.4** Output and hidden units. In the Deep Learning Overview, unit $j$ has the sum $net_j=\sum_i w_{ji}a_i$ and the activity $a_j=\sigma(net_j)$; $w_{ji}$ is the weight
# **from** $i$ **to** $j$. With a target $T_k$ for each output $k$, the error is $E=\frac12\sum_k(T_k-a_k)^2$. Define $\delta=-\partial E/\partial net$:
#
# $$\delta_k=(T_k-a_k)\,\sigma'(net_k),\qquad \delta_j=\Big[\sum_k w_{kj}\delta_k\Big]\sigma'(net_j)$$
#
# for output units $k$ and hidden units $j$, with $\sigma'$ the slope of $\sigma$ from Exercise 3.2. Then $w_{ji}\leftarrow w_{ji}+\eta\,\delta_ja_i$, with learning rate $\eta$. All $\delta$ are
# computed with the weights *before* the step.
#
# **Erratum.** The same slides print $w_{ij}\leftarrow w_{ij}+\eta\,\partial E/\partial w_{ij}$. Since $\delta_ja_i=-\partial E/\partial w_{ji}$, that climbs; descent subtracts
# the gradient.
#
# *Predict:* what does the printed rule do to $E$?


# %%
def delta_step(x, t, w_hidden, w_out, eta):
    """One step of the delta rule on one sample; sigmoid units, no biases.

    Args:
        x: inputs, float array (d,).
        t: targets, float array (k,).
        w_hidden: weights (m, d); row j holds the weights into hidden unit j.
        w_out: weights (k, m); row k holds the weights into output unit k.
        eta: learning rate.

    Returns:
        (new w_hidden, new w_out), new arrays. delta_step([2.0], [1.0], [[0.0]], [[4.0]], 1.0):
        the hidden activity is 0.5, the output 0.8808, its delta 0.01252, the hidden delta 0.01252,
        so the new weights are [[0.02503]] and [[4.00626]].
    """
    ### BEGIN SOLUTION
    x, t, w_hidden, w_out = (
        np.asarray(a, dtype=float) for a in (x, t, w_hidden, w_out)
    )
    a_hidden = sigmoid(w_hidden @ x)
    a_out = sigmoid(w_out @ a_hidden)
    delta_out = (t - a_out) * a_out * (1 - a_out)
    delta_hidden = (w_out.T @ delta_out) * a_hidden * (1 - a_hidden)
    return w_hidden + eta * np.outer(delta_hidden, x), w_out + eta * np.outer(
        delta_out, a_hidden
    )
    ### END SOLUTION


# %%
check("3.4")

# %%
XOR_INPUTS = np.array(
    [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float
)  # the last input is always 1: a bias
XOR_TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])


def xor_error(w_hidden, w_out):
    """E, averaged over the four samples of XOR."""
    a_out = sigmoid(sigmoid(XOR_INPUTS @ w_hidden.T) @ w_out.T)
    return float(np.mean(0.5 * np.sum((XOR_TARGETS - a_out) ** 2, axis=1)))


with lab.needs("3.4"):
    sweeps = lab.pick(2000, 1200)
    xor_curves = {}
    for name, eta in [
        ("+ η δ a: the delta rule", 1.5),
        ("+ η ∂E/∂w: as printed", -1.5),
    ]:
        rng = np.random.default_rng(lab.seed)
        w_hidden, w_out = rng.normal(size=(5, 3)), rng.normal(size=(1, 5))
        xor_curves[name] = [xor_error(w_hidden, w_out)]
        for _ in range(sweeps):
            for x, t in zip(XOR_INPUTS, XOR_TARGETS, strict=True):
                w_hidden, w_out = delta_step(x, t, w_hidden, w_out, eta)
            xor_curves[name].append(xor_error(w_hidden, w_out))
    figure, ax = subplots(size=(6.6, 3.4))
    for (name, curve), look, colour in zip(
        xor_curves.items(), ("-", "--"), PALETTE, strict=False
    ):
        ax.plot(curve, look, color=colour, lw=2, label=name)
    ax.set(
        xlabel="sweeps over the four samples of XOR",
        ylabel="mean error E",
        ylim=(0, None),
    )
    ax.set_title("The sign decides which way is downhill")
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Mean error on XOR against sweeps. With the delta rule it falls from its start to near zero; with the printed sign it "
        "climbs at once and stays high.",
    )
    stated = ["descends", "called gradient descent"]
    notes = ["agrees", "erratum: adding the gradient climbs, descent subtracts it"]
    for (name, curve), words, note in zip(
        xor_curves.items(), stated, notes, strict=True
    ):
        print(f"w {name}: E from {curve[0]:.3f} to {curve[-1]:.3f}")
        measured = f"error on XOR from {curve[0]:.3f} to {curve[-1]:.3f}"
        claim(
            f"w {name}", "Deep Learning Overview (Spring 2017)", words, measured, note
        )

# %% [markdown]
# Read $\delta_j$ again: the weights that carried activity forwards carry $\delta$ backwards, with rows and columns exchanged.
#
# ## Whole arrays at once
#
# **Exercise 3.5** Pull-backs. A *pull-back* takes $g$, the gradient of $E$ in an operation's output, and gives the gradient in each input, **in the shape of that input**.
#
# - Matrix product $C=AB$: $\;gB^\top$ for $A$ and $A^\top g$ for $B$. The shapes allow no other order.
# - Entry-wise product $a\,b$: $\;g\,b$ for $a$ and $g\,a$ for $b$.
#
# But NumPy *broadcasts*: a bias of shape $(m,)$ added to $(n,m)$ values is used $n$ times, and a value used several times receives the **sum** of what comes
# back. So `unbroadcast` sums $g$ over every axis that was repeated: those that the shape lacks in front, and those where its length is 1.
#
# *Predict:* a batch grows from 10 to 20 rows. What happens to the bias's summed gradient?


# %%
def unbroadcast(g, shape):
    """Sum g over the axes along which an array of `shape` was repeated.

    Args:
        g: float array whose shape `shape` can be broadcast to.
        shape: tuple of ints, with no more axes than g.

    Returns:
        array of shape `shape`. With g = [[1, 2], [3, 4]]: shape (2,) gives [4, 6], (2, 1) gives [[3], [7]], () gives 10.
    """
    ### BEGIN SOLUTION
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(i for i, length in enumerate(shape) if length == 1)
    return g.sum(axis=repeated, keepdims=True)
    ### END SOLUTION


def pull_multiply(g, a, b):
    """Gradients of a and b from the gradient g of a * b; a and b are arrays that broadcast together."""
    ### BEGIN SOLUTION
    return unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)
    ### END SOLUTION


def pull_matmul(g, a, b):
    """Gradients of a (n, k) and b (k, m) from the gradient g (n, m) of a @ b."""
    ### BEGIN SOLUTION
    return g @ b.T, a.T @ g
    ### END SOLUTION


# %%
check("3.5")


# %%
def keras_pull(operation):
    """The pull-back of a two-input operation of keras.ops, by Keras's own gradient."""

    def pull(g, a, b):
        return coursekit.gradients(
            lambda pair: ops.sum(g * operation(pair[0], pair[1])), [a, b]
        )

    pull.__name__ = f"pull-back of keras.ops.{operation.__name__}"
    return pull


def keras_unbroadcast(g, shape):
    """What Exercise 3.5 asks of unbroadcast, by Keras's gradient of a broadcast."""
    return coursekit.gradients(
        lambda v: ops.sum(g * ops.broadcast_to(v, g.shape)), np.zeros(shape)
    )


with lab.needs("3.5"):
    rng = np.random.default_rng(lab.seed)
    trials = {
        "matrix product (5, 3) @ (3, 4)": (pull_matmul, ops.matmul, (5, 3), (3, 4)),
        "entry-wise product (5, 4) * (5, 4)": (
            pull_multiply,
            ops.multiply,
            (5, 4),
            (5, 4),
        ),
        "broadcast product (5, 4) * (4,)": (pull_multiply, ops.multiply, (5, 4), (4,)),
    }
    figure, ax = subplots(size=(5.6, 4.6))
    pull_gap = 0.0
    for (name, (pull, operation, *shapes)), marker, colour in zip(
        trials.items(), "osD", PALETTE, strict=False
    ):
        g, a, b = (
            rng.normal(size=(5, 4)),
            rng.normal(size=shapes[0]),
            rng.normal(size=shapes[1]),
        )
        mine, theirs = (
            np.concatenate([np.ravel(v) for v in p(g, a, b)])
            for p in (pull, keras_pull(operation))
        )
        pull_gap = max(pull_gap, np.abs(mine - theirs).max())
        ax.plot(theirs, mine, marker, color=colour, mfc="none", label=name)
    ax.axline((0, 0), slope=1, color="0.5", lw=1, ls=":")
    ax.set(
        xlabel="gradient entry by Keras",
        ylabel="the same entry by your pull-back",
        title="Three operations, one diagonal",
    )
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Every entry of the gradients of three array operations, the student's pull-back against Keras. All circles, squares "
        "and diamonds lie on the diagonal.",
    )
    ten, twenty = (unbroadcast(np.ones((n, 3)), (3,)) for n in (10, 20))
    print(f"Largest difference from Keras: {pull_gap:.0e}.")
    print(
        f"Gradient of a bias used by 10 rows: {ten}; by 20 rows: {twenty}. Each use adds its share."
    )

# %% [markdown]
# ## Modules in a row
#
# **Exercise 3.6** The recurrence. The Sydney lecture stacks $n$ modules: $X_i=F_i(X_{i-1},W_i)$ for $i=1\dots n$, with input $X_0$, weights $W_i$ and error $E=C(X_n)$. Backwards:
#
# $$\frac{\partial E}{\partial W_i}=\frac{\partial E}{\partial X_i}\frac{\partial F_i(X_{i-1},W_i)}{\partial W_i},\qquad
# \frac{\partial E}{\partial X_{i-1}}=\frac{\partial E}{\partial X_i}\frac{\partial F_i(X_{i-1},W_i)}{\partial X_{i-1}}.$$
#
# Here a module is a pair of functions. `forward(x, w)` gives $X_i$ from its **input** $x=X_{i-1}$. `backward(x, w, g)` gets the same input and weights and
# $g=\partial E/\partial X_i$, and returns the pair $(\partial E/\partial X_{i-1},\ \partial E/\partial W_i)$.
#
# *Predict:* ten sigmoid modules, each with slope $\sigma'\le\frac14$. Which weights get the smallest gradient?


# %%
def backpropagate(modules, weights, x, loss_gradient):
    """Gradients of all weights and of the input of a row of modules.

    Args:
        modules: list of n pairs (forward, backward), first module first.
        weights: list of n arrays; None for a module without weights.
        x: the input X_0, an array.
        loss_gradient: function of X_n that gives dE/dX_n.

    Returns:
        (list of n weight gradients dE/dW_1 ... dE/dW_n, as the modules' backward gave them; dE/dX_0).
        Two modules "times w" with weights 2 and 5, x = 3, E = X_2: the weight gradients are [15, 6], dE/dX_0 is 10.
    """
    ### BEGIN SOLUTION
    inputs = []
    for (forward_i, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward_i(x, w)
    g, weight_gradients = loss_gradient(x), []
    for (_, backward_i), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward_i(x_in, w, g)
        weight_gradients.append(dw)
    return weight_gradients[::-1], g
    ### END SOLUTION


# %%
check("3.6")

# %%
matmul_back = lab.answer("3.5", fallback=keras_pull(ops.matmul), name="pull_matmul")


def dense_backward(x, w, g):
    """dE/dx and dE/dw of x @ w."""
    return matmul_back(g, x, w)


def sigmoid_backward(x, w, g):
    """dE/dx of sigmoid(x), entry by entry; there are no weights."""
    return g * sigmoid(x) * (1 - sigmoid(x)), None


with lab.needs("3.6"):
    depth, width = 10, 40
    rng = np.random.default_rng(lab.seed)
    modules = [
        (np.matmul, dense_backward),
        (lambda x, w: sigmoid(x), sigmoid_backward),
    ] * depth
    shapes = [(784, width)] + [(width, width)] * (depth - 1)
    weights = [
        w
        for shape in shapes
        for w in (rng.normal(0, 1 / np.sqrt(shape[0]), shape), None)
    ]
    target = np.eye(width)[
        y_few
    ]  # E: mean over rows of half the squared distance to one corner per class
    weight_gradients, _ = backpropagate(
        modules, weights, x_few, lambda out: (out - target) / len(out)
    )

    def keras_stack(ws):
        """The same error in keras.ops."""
        out = ops.convert_to_tensor(x_few, dtype=ws[0].dtype)
        for w in ws:
            out = ops.sigmoid(ops.matmul(out, w))
        return 0.5 * ops.sum((out - target) ** 2) / len(x_few)

    sizes_by_layer = [np.sqrt(np.mean(np.square(dw))) for dw in weight_gradients[::2]]
    theirs = coursekit.gradients(keras_stack, weights[::2])
    stack_gap = max(
        np.abs(a - b).max() / np.abs(b).max()
        for a, b in zip(weight_gradients[::2], theirs, strict=True)
    )
    figure, ax = subplots(size=(6.6, 3.4))
    ax.bar(
        range(1, depth + 1),
        sizes_by_layer,
        color=PALETTE[0],
        label="your backpropagate",
    )
    ax.plot(
        range(1, depth + 1),
        [np.sqrt(np.mean(np.square(g))) for g in theirs],
        "kx",
        label="Keras",
    )
    ax.set(
        yscale="log",
        xticks=range(1, depth + 1),
        xlabel="layer, from the input (1) to the output",
        ylabel="root mean square of dE/dW",
    )
    ax.set_title("The message fades on its way down")
    ax.legend(fontsize=8)
    lab.show(
        figure,
        alt="Root mean square of the weight gradient in ten layers, logarithmic. The bar of the last layer is the tallest, and each layer "
        "further down is several times smaller; Keras's crosses sit on every bar.",
    )
    print(
        f"From layer {depth} to layer 2 the gradient shrinks {sizes_by_layer[-1] / sizes_by_layer[1]:.0e} times."
    )
    print(f"Relative distance from Keras: at most {stack_gap:.0e}.")
    note = f"{depth} sigmoid layers, relative"
    claim(
        "the recurrence gives dE/dW of every module",
        "COMP5318",
        "Keras's gradient",
        f"off by {stack_gap:.0e}",
        note,
    )

# %% [markdown]
# ## An engine for any graph
#
# A row of modules is one kind of graph. For all others we need the pull-back of every operation that may occur. Here are six, each by its symbol; `+`, `×` and `@`
# are made from your Exercise 3.5, and $e^a$, $\log a$ and $\max(0,a)$ have the slopes $e^a$, $1/a$ and 0 or 1.

# %%
add_up = lab.answer("3.5", fallback=keras_unbroadcast, name="unbroadcast")
pulls = {
    "+": lambda g, a, b: (add_up(g, a.shape), add_up(g, b.shape)),
    "×": lab.answer("3.5", fallback=keras_pull(ops.multiply), name="pull_multiply"),
    "@": matmul_back,
    "exp": lambda g, a: (g * np.exp(a),),
    "log": lambda g, a: (g / a,),
    "relu": lambda g, a: (g * (a > 0),),
}

# %% [markdown]
# **Exercise 3.7** The engine. Let every value remember how it was made. A `Value` holds `data`, its `inputs` (the values it
# was computed from) and `pull`, the pull-back of its operation. Three pieces are missing:
#
# - `record` computes an operation and remembers inputs and pull-back. Numbers and arrays become `Value`s without inputs.
# - `topological_order` lists all nodes below a root, each once, inputs before their users.
# - `backward` walks that list from its end: a node's gradient is complete when all its users have been visited. Each share is **added**, for a node may be used
#   twice.
#
# *Predict:* $f=x\cdot x\cdot y+x$. How many shares does $x$ collect?


# %%
def record(forward_operation, pull, *inputs):
    """Apply an operation to values, and remember how.

    Args:
        forward_operation: function of arrays, such as np.add.
        pull: its pull-back, pull(g, *arrays) -> one gradient per input.
        *inputs: Values, numbers or arrays.

    Returns:
        a Value whose `data` is the result, whose `inputs` are all inputs as Values, in their order, and whose `pull` is `pull`.
    """
    ### BEGIN SOLUTION
    inputs = [v if isinstance(v, Value) else Value(v) for v in inputs]
    return Value(forward_operation(*(v.data for v in inputs)), inputs, pull)
    ### END SOLUTION


def topological_order(root):
    """List of the nodes that `root` depends on and `root` itself: each once, every node after all of its `inputs`."""
    ### BEGIN SOLUTION
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for v in node.inputs:
                visit(v)
            order.append(node)

    visit(root)
    return order
    ### END SOLUTION


class Value:
    """An array that remembers how it was made: Value(data) for a leaf, Value(data, inputs, pull) for a result."""

    __array_priority__ = 100  # NumPy leaves array + Value to this class

    def __init__(self, data, inputs=(), pull=None):
        self.data, self.inputs, self.pull = np.asarray(data), tuple(inputs), pull
        self.grad = np.zeros(self.data.shape)

    def backward(self):
        """Set `grad` of this node and of all nodes below it to the gradient of sum(self.data).

        This node's own gradient is ones. A node with pull None passes nothing on; node.pull(node.grad, *arrays), with the data
        of the node's inputs, gives one share per input. A second call gives the same gradients, not their double.
        Value(6.0, [a, a], pull) where pull gives (2.0, 1.0): a.grad becomes 3.0.
        """
        ### BEGIN SOLUTION
        order = topological_order(self)
        for node in order:
            node.grad = np.zeros(node.data.shape)
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            if node.pull is not None:
                shares = node.pull(node.grad, *(v.data for v in node.inputs))
                for v, share in zip(node.inputs, shares, strict=True):
                    v.grad = v.grad + share
        ### END SOLUTION

    def __add__(self, other):
        return record(np.add, pulls["+"], self, other)

    def __mul__(self, other):
        return record(np.multiply, pulls["×"], self, other)

    def __matmul__(self, other):
        return record(np.matmul, pulls["@"], self, other)

    def __rmatmul__(self, other):
        return record(np.matmul, pulls["@"], other, self)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def exp(self):
        return record(np.exp, pulls["exp"], self)

    def log(self):
        return record(np.log, pulls["log"], self)

    def relu(self):
        return record(lambda a: np.maximum(a, 0), pulls["relu"], self)

    __radd__, __rmul__ = __add__, __mul__


# %%
check("3.7")


# %%
def scipy_gradient(f, x, h=1e-7):
    """What Exercise 3.3 asks for, by SciPy's one-sided differences."""
    return approx_fprime(np.ravel(x), lambda v: f(v.reshape(np.shape(x))), h).reshape(
        np.shape(x)
    )


def draw_value(root, names):
    """Draw the graph that the engine recorded; `names` maps leaves to their texts. Each edge shows its own share."""
    order = topological_order(root)
    symbols = {id(pull): symbol for symbol, pull in pulls.items()}
    ids = {id(node): f"n{i}" for i, node in enumerate(order)}
    texts = {ids[id(v)]: names.get(id(v)) or symbols[id(v.pull)] for v in order}
    edges, shares = [], {ids[id(root)]: root.grad}
    for node in order:
        given = (
            node.pull(node.grad, *(v.data for v in node.inputs)) if node.pull else ()
        )
        for v, share in zip(node.inputs, given, strict=True):
            edges.append((ids[id(v)], ids[id(node)]))
            shares[edges[-1]] = share
    return draw_graph(texts, edges, {ids[id(v)]: v.data for v in order}, shares)


with lab.needs("3.7"):
    x, y = Value(3.0), Value(-2.0)
    f = x * x * y + x
    f.backward()
    lab.show(
        draw_value(f, {id(x): "$x$", id(y): "$y$"}),
        alt="The recorded graph of x x y + x at x = 3, y = -2. Two arcs lead from x into the first product, each with the share -6; a third "
        "edge leads from x to the sum with the share 1.",
    )

    def value_sigmoid(v):
        """sigmoid(v) from what a Value can do: exp(-log(1 + exp(-v)))."""
        return (-((-v).exp() + 1.0).log()).exp()

    graphs = {  # name: a function of sigmoid, log and leaves, and where to take the slopes
        "(x + y) z": (lambda s, log, x, y, z: (x + y) * z, [-2.0, 5.0, -4.0]),
        "-log s(w2 s(w1 x))": (
            lambda s, log, w1, w2, x: -log(s(w2 * s(w1 * x))),
            [0.8, -1.2, 1.5],
        ),
        "x x y + x": (lambda s, log, x, y: x * x * y + x, [3.0, -2.0]),
    }
    differences, gaps = (
        lab.answer("3.3", fallback=scipy_gradient),
        {"finite differences": 0.0, "Keras": 0.0},
    )
    for name, (graph, at) in graphs.items():
        leaves = [Value(number) for number in at]
        graph(value_sigmoid, Value.log, *leaves).backward()
        mine = np.array([float(v.grad) for v in leaves])
        numeric = differences(
            lambda v, graph=graph: float(graph(sigmoid, np.log, *v)), np.array(at)
        )
        places = range(len(at))
        theirs = coursekit.gradients(
            lambda v, graph=graph, places=places: graph(
                ops.sigmoid, ops.log, *(v[i] for i in places)
            ),
            np.array(at),
        )
        for other, slopes in (("finite differences", numeric), ("Keras", theirs)):
            gaps[other] = max(gaps[other], np.abs(mine - slopes).max())
        print(f"{name} at {at}: your engine's slopes are {mine.round(4).tolist()}.")
    print(
        "The engine differs at most by "
        + ", ".join(f"{gap:.0e} from {other}" for other, gap in gaps.items())
        + "."
    )
    claim(
        "the engine's slopes on both graphs of the lectures, and on x x y + x",
        "CNN and Keras lecture; COMP5318",
        "Keras's gradient",
        f"off by {gaps['Keras']:.0e}",
        f"off finite differences by {gaps['finite differences']:.0e}",
    )
    parts = [record, topological_order, add_up, pulls["×"], pulls["@"]]
    parts += {
        id(part): part for part in vars(Value).values() if inspect.isfunction(part)
    }.values()
    engine_lines = sum(
        len([s for s in inspect.getsource(p).splitlines() if s.strip()]) for p in parts
    )
    engine_lines += (
        4 + 2 + len(pulls)
    )  # the other lines of the class, and the table of pull-backs
    print(f"Your engine, with all its docstrings, has {engine_lines} lines.")
    claim(
        "lines of the engine",
        "this lab",
        "at most 100",
        engine_lines,
        "docstrings counted",
    )

# %% [markdown]
# With overwriting in place of adding, $x$ would have kept only its last share.
#
# ## The network, by hand
#
# **Exercise 3.8** The backward pass of the digit network. For a batch of $n$ rows $x$, `forward` at the top of this lab computes
#
# $$net=x\,w_1+b_1,\quad h=\max(0,net),\quad s=h\,w_2+b_2,\quad p=\mathrm{softmax}(s),$$
#
# that is $p_{ic}=e^{s_{ic}}/\sum_k e^{s_{ik}}$ for row $i$ and class $c$. With $y_i$ the right class of row $i$, the error is
# $E=-\frac1n\sum_i\log p_{i,y_i}$.
#
# As in the chain, the last factors merge: $\partial E/\partial s_{ic}=\frac1n\left(p_{ic}-1\right)$ for the right class $c=y_i$, and $\frac1n\,p_{ic}$ for the others.
# The slope of $\max(0,net)$ is 1 where $net>0$ and 0 elsewhere. Go on from there.
#
# *Predict:* how far will your loss curve and Keras's drift apart?


# %%
def network_gradients(params, x, labels):
    """Gradient of the mean error in all weights, by one sweep backwards.

    Args:
        params: (w1, b1, w2, b2), arrays (d, m), (m,), (m, c), (c,).
        x: float array (n, d).
        labels: integer array (n,), right classes 0 to c-1.

    Returns:
        (dw1, db1, dw2, db2), arrays of the same shapes; finite also where logits s are in the hundreds. One row, w2 = 0 and b2 = 0 with two classes: p is [0.5, 0.5],
        so for label 0 db2 is [-0.5, 0.5].
    """
    ### BEGIN SOLUTION
    n, w2 = len(x), params[2]
    net, h, p = forward(params, x)
    ds = p.copy()
    ds[np.arange(n), labels] -= 1
    ds /= n
    dnet = (ds @ w2.T) * (net > 0)
    return x.T @ dnet, dnet.sum(axis=0), h.T @ ds, ds.sum(axis=0)
    ### END SOLUTION


# %%
check("3.8")

# %% [markdown]
# Now train the network three times: with your `network_gradients` in float64, with your engine in float64, which is told nothing but the forward pass,
# and with Keras in float32. All start from the same weights, and see the same batches in the same order. **Tolerance:** all losses of all steps agree within $10^{-5}$.

# %%
WIDTH, BATCH, RATE, TOLERANCE = 32, 50, 0.2, 1e-5
epochs = lab.pick(8, 3)
rng = np.random.default_rng(lab.seed)
per_epoch = len(x_train) // BATCH
orders = [rng.permutation(len(x_train))[: per_epoch * BATCH] for _ in range(epochs)]
batches = [rows for order in orders for rows in np.split(order, per_epoch)]


def train(gradient_of):
    """Loss before each step of gradient descent; gradient_of(params, x, labels) gives loss and gradients."""
    params, losses = start_weights(WIDTH, lab.seed), []
    for rows in batches:
        loss, grads = gradient_of(params, x_train[rows], y_train[rows])
        losses.append(float(loss))
        params = [p - RATE * g for p, g in zip(params, grads, strict=True)]
    return np.array(losses), params


def engine_gradients(params, x, labels):
    """Loss and gradients from a forward pass written with Values."""
    w1, b1, w2, b2 = leaves = [Value(p) for p in params]
    s = (x @ w1 + b1).relu() @ w2 + b2
    s = s - s.data.max(
        axis=1, keepdims=True
    )  # keeps exp in range, changes no probability
    log_p = s - (s.exp() @ np.ones((10, 1))).log()
    loss = (
        np.ones((1, len(x)))
        @ (log_p * np.eye(10)[labels])
        @ np.ones((10, 1))
        * (-1 / len(x))
    )
    loss.backward()
    return loss.data.item(), [v.grad for v in leaves]


def train_keras():
    """Loss before each step, and the model."""
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(WIDTH, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    model.set_weights([p.astype("float32") for p in start_weights(WIDTH, lab.seed)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(RATE), loss)
    losses = []
    for rows in batches:
        model.reset_metrics()
        losses.append(
            float(model.train_on_batch(x_train[rows].astype("float32"), y_train[rows]))
        )
    return np.array(losses), model


curves, accuracies = {}, {}
curves["Keras, float32"], keras_model = train_keras()
accuracies["Keras, float32"] = np.mean(
    np.argmax(keras_model.predict_on_batch(x_test.astype("float32")), axis=1) == y_test
)
with lab.needs("3.8"):

    def loss_and_gradients(params, x, labels):
        return (
            error(params, x, labels),
            network_gradients(params, x, labels),
        )

    curves["your network_gradients"], by_hand = train(loss_and_gradients)
    accuracies["your network_gradients"] = np.mean(
        forward(by_hand, x_test)[-1].argmax(axis=1) == y_test
    )
    differences = lab.answer("3.3", fallback=scipy_gradient)
    w1, *others = start_weights(6, lab.seed)
    small = [rng.normal(0, 0.3, p.shape) for p in (w1[:20], *others)]
    rows = x_few[:5, 300:320], y_few[:5]
    check_gap = 0.0
    for i, mine in enumerate(network_gradients(small, *rows)):
        checked = differences(
            lambda p, i=i: error([*small[:i], p, *small[i + 1 :]], *rows), small[i]
        )
        check_gap = max(check_gap, np.abs(mine - checked).max())
    print(
        f"Gradient check of network_gradients: off finite differences by at most {check_gap:.0e}."
    )
with lab.needs("3.7"):
    curves["your engine"], by_engine = train(engine_gradients)
    accuracies["your engine"] = np.mean(
        forward(by_engine, x_test)[-1].argmax(axis=1) == y_test
    )

figure, (left, right) = subplots(1, 2, size=(9.5, 3.7))
for (name, losses), look, colour, width in zip(
    curves.items(), ("-", "--", ":"), ("0.7", *PALETTE), (5, 1.6, 1.6), strict=False
):
    left.plot(losses, look, color=colour, lw=width, label=name)
    if name != "Keras, float32":
        right.plot(
            np.maximum(np.abs(losses - curves["Keras, float32"]), 1e-12),
            look,
            color=colour,
            label=f"{name} to Keras",
        )
right.axhline(TOLERANCE, color="0.4", lw=1, ls="-.", label="tolerance")
left.set(
    xlabel="step",
    ylabel="error on the batch",
    title="Same start, same batches",
    ylim=(0, None),
)
right.set(
    xlabel="step",
    ylabel="distance between the losses",
    yscale="log",
    ylim=(1e-13, 1e-4),
    title="As close as float32 allows",
)
left.legend(fontsize=8)
right.legend(fontsize=8, loc="lower left")
lab.show(
    figure,
    alt="Left: training error falling over the steps, the curves of Keras, of the hand-written gradient and of the engine on top of each "
    "other. Right: their distance from Keras on a logarithmic axis, below the tolerance line throughout.",
)
drift = {
    name: np.abs(losses - curves["Keras, float32"]).max()
    for name, losses in curves.items()
    if name != "Keras, float32"
}
for name, share in accuracies.items():
    gap = (
        f", losses off Keras by at most {drift[name]:.0e} (within {TOLERANCE:g}: {drift[name] < TOLERANCE})"
        if name in drift
        else ""
    )
    print(f"{name}: {share:.1%} of the test digits right{gap}")
for name, gap in drift.items():
    note = f"float64 against float32, {len(batches)} steps; test accuracy {accuracies[name]:.3f}, Keras {accuracies['Keras, float32']:.3f}"
    claim(
        f"loss curve of {name} is Keras's",
        "this lab",
        f"within {TOLERANCE:g}",
        f"off by {gap:.0e}",
        note,
    )

# %% [markdown]
# ## The first picture, explained

# %%
with lab.needs("3.8"):
    prices["your network_gradients"] = [
        seconds(lambda p=p: network_gradients(p, x_few, y_few)) for p in networks
    ]
    figure, ax = subplots(size=(6.6, 3.8))
    draw_prices(ax)
    ax.set_title("One sweep forwards, one sweep back")
    lab.show(
        figure,
        alt="The opening picture with one more curve: the student's own gradient lies just above a single run of the network, and "
        "thousands of times below two runs for each weight.",
    )
    price_ratio = prices["your network_gradients"][-1] / one_run[-1]
    print(
        f"{sizes[-1]:,} weights: your gradient costs {price_ratio:.1f} runs of the network, not {2 * sizes[-1]:,}."
    )
    note = "the bound counts operations; this is time on this machine"
    claim(
        "price of all slopes, in runs of the function",
        "Griewank (1989)",
        "at most 5",
        round(price_ratio, 1),
        note,
    )

# %% [markdown]
# Now you can explain it. Trying a weight repeats the whole network for one slope. The sweep backwards visits each operation once: it multiplies
# what came back by a local slope, adds the shares where paths meet, and every gradient it finds is used again by all that lies below. A product of matrices in the
# forward run becomes two products on the way back. So the price is a small number of runs, however many weights there are. Griewank (1989) shows that the
# reverse sweep never needs more than five times the cost of the function.
#
# ## Receipt

# %%
lab.receipt(list(claims.values()), seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Break your engine: overwrite instead of add. Train the digit network again, and look for the damage in the loss curve. Would you have noticed?
# - Give `Value` a `tanh`, a division and a power. Check each with `numerical_gradient`.
# - The sweep keeps every forward value until it comes back. Measure the memory of a deep stack, then recompute every second value instead of keeping it.
# - Call a pull-back with `Value`s in place of arrays, and let the engine differentiate its own gradient: second derivatives.
# - Give the delta rule biases and two hidden layers. Which formula of the lecture do you use twice?
