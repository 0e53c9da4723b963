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
from timeit import repeat

import keras
import numpy as np
from keras import ops
from scipy.optimize import approx_fprime
from threadpoolctl import threadpool_limits

import coursekit
from coursekit import NotAnsweredYet, open_lab

# NumPy multiplies these small matrices faster on one core, and times are steadier
one_core = threadpool_limits(1)
lab = open_lab("03_backprop")
check, figures = lab.check, lab.figures


class Found(dict):
    """What each part measures, for the receipt; what is missing is waited for."""

    def __missing__(self, name):
        raise NotAnsweredYet(f"the exercise that measures {name!r}")


found = Found()

# %% [markdown]
# ## A price that does not add up
#
# The network of this lab reads a digit of $28\times 28$ pixels, has one hidden layer of ReLU units, $\max(0,\cdot)$, and gives the probability of each of ten
# classes (softmax). Its *error* is the mean of $-\log$(probability of the right class). To train it you need the **gradient**: the slope of the error in each weight.


# %%
def sigmoid(x):
    """1 / (1 + exp(-x)), for numbers and arrays."""
    return 1 / (1 + np.exp(-x))


def start_weights(width, seed):
    """Random weights: w1 (784, width), b1 (width,), w2 (width, 10), b2 (10,)."""
    rng = np.random.default_rng(seed)
    w1 = rng.normal(0, np.sqrt(2 / 784), (784, width))
    w2 = rng.normal(0, np.sqrt(2 / width), (width, 10))
    return w1, np.zeros(width), w2, np.zeros(10)


def forward(params, x):
    """Hidden units' sums (n, m) and activities (n, m), probabilities (n, c)."""
    w1, b1, w2, b2 = params
    net = x @ w1 + b1
    h = np.maximum(net, 0)
    s = h @ w2 + b2
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return net, h, e / e.sum(axis=1, keepdims=True)


def error(params, x, labels):
    """Mean of -log(probability of the right class) over the rows of x."""
    return -np.mean(np.log(forward(params, x)[-1][np.arange(len(x)), labels]))


# %% [markdown]
# The plain way: move one weight a little up, then a little down, and run the network each time. The next cell times that for hidden layers of growing width,
# beside the gradient that Keras computes.


# %%
def keras_gradients(params, x, labels):
    """The gradients of the same error, by Keras's own differentiation."""

    def keras_error(values):
        w1, b1, w2, b2 = values
        s = ops.matmul(ops.relu(ops.matmul(x, w1) + b1), w2) + b2
        price = keras.losses.sparse_categorical_crossentropy(
            labels, s, from_logits=True
        )
        return ops.mean(price)

    return coursekit.gradients(keras_error, list(params))


def seconds(work, runs=9):
    """Time of one call, the shortest of several."""
    return min(repeat(work, number=1, repeat=runs))


(x_train, y_train), (x_test, y_test) = coursekit.load_digits()
x_train, x_test = x_train.reshape(-1, 784) / 255.0, x_test.reshape(-1, 784) / 255.0
few = x_train[:64], y_train[:64]

# %%
networks = [start_weights(width, lab.seed) for width in (8, 32, 128, 512)]
sizes = [sum(p.size for p in params) for params in networks]
one_run = [seconds(lambda p=p: error(p, *few)) for p in networks]
prices = {
    "two runs for each weight": 2 * np.array(sizes) * one_run,
    "Keras": [seconds(lambda p=p: keras_gradients(p, *few), 5) for p in networks],
    "one run of the network": one_run,
}
lab.show(figures.prices(sizes, prices))
plain, by_keras = prices["two runs for each weight"][-1], prices["Keras"][-1]
print(f"{sizes[-1]:,} weights: two runs for each take {plain / 60:.0f} minutes,")
print(f"Keras takes {by_keras:.3f} s: {plain / by_keras:,.0f} times less.")

# %% [markdown]
# Keras cannot have tried the weights one by one. At the end you will put a gradient of your own into this picture, and explain its price.

# %% [markdown]
# Three helpers stand in where you have not written an answer yet: the gradients that Keras and SciPy find.


# %%
def keras_pull(operation):
    """The pull-back of a two-input operation of keras.ops, by Keras's own gradient."""

    def pull(g, a, b):
        return coursekit.gradients(lambda v: ops.sum(g * operation(*v)), [a, b])

    pull.__name__ = f"pull-back of keras.ops.{operation.__name__}"
    return pull


def keras_unbroadcast(g, shape):
    """What Exercise 3.5 asks of unbroadcast, by Keras's gradient of a broadcast."""
    return coursekit.gradients(
        lambda v: ops.sum(g * ops.broadcast_to(v, g.shape)), np.zeros(shape)
    )


def scipy_gradient(f, x, h=1e-7):
    """What Exercise 3.3 asks for, by SciPy's one-sided differences."""
    shape = np.shape(x)
    return approx_fprime(np.ravel(x), lambda v: f(v.reshape(shape)), h).reshape(shape)


# %%
lab.predict(
    "3.0",
    "Your own gradient of the largest network: how much time will it take?",
    choices=["under ten runs of the network", "about a hundred runs", "thousands"],
)

# %% [markdown]
# ## Two rules

# %% [markdown]
# ### Exercise 3.1 · A sum and a product
#
# A *computational graph* has one node per operation. Values run forwards along its edges. What runs backwards is the **gradient**: the slope of
# the last value $f$ in the value on that edge. The sweep starts with $\partial f/\partial f=1$. Each node takes the gradient of its output and gives each
# input that gradient times its own *local* slope:
#
# - a sum has local slopes 1: it hands the gradient on, unchanged;
# - a product $a\,b$ has slope $b$ in $a$, and $a$ in $b$.
#
# The graph (CNN and Keras lecture, after CS231n): $q=x+y$ and $f=q\,z$.

# %%
lab.predict(
    "3.1",
    "At x = -2, y = 5, z = -4: should x grow or shrink to make f larger?",
    choices=["grow", "shrink", "x alone cannot change f"],
)


# %%
def sum_and_product(x, y, z):
    """Values and gradients of the graph q = x + y, f = q z.

    Args:
        x, y, z: numbers.

    Returns:
        (values, gradients), two dicts with the keys "x", "y", "z", "q", "f";
        gradients[k] is the slope of f in k.

    >>> values, gradients = sum_and_product(1, 2, 10)
    >>> values["q"], values["f"]
    (3, 30)
    >>> gradients["x"], gradients["z"], gradients["f"]
    (10.0, 3.0, 1.0)
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
    lab.show(figures.sum_and_product(values, gradients))
    theirs = coursekit.gradients(lambda v: (v[0] + v[1]) * v[2], [-2.0, 5.0, -4.0])
    mine = ", ".join(f"{gradients[k]:g}" for k in "xyz")
    print(f"Slopes in x, y, z: {mine}. Keras: {[float(g) for g in theirs]}.")
    told = f"The slope in x is {gradients['x']:g}. Each node needed its own two inputs "
    told += "and the gradient that came back, and nothing else of the graph."
    lab.reveal("3.1", "grow" if gradients["x"] > 0 else "shrink", told)
    found["sum and product"] = mine

# %% [markdown]
# ## A chain

# %% [markdown]
# ### Exercise 3.2 · Five factors
#
# The chain of the Sydney lecture (COMP5318), with $\sigma(h)=1/(1+e^{-h})$:
#
# $$h_1=w_1x,\quad o_1=\sigma(h_1),\quad h_2=w_2o_1,\quad o=\sigma(h_2),\quad L=-\log o.$$
#
# The lecture writes
# $\frac{\partial L}{\partial w_1}=\frac{\partial L}{\partial o}\frac{\partial o}{\partial h_2}\frac{\partial h_2}{\partial o_1}\frac{\partial o_1}{\partial h_1}\frac{\partial h_1}{\partial w_1}.$
# Walk from the right end to the left and multiply as you go: every gradient on the way is a product that you already have, times one more factor. You need
# two more local slopes: $-\log o$ has slope $-1/o$, and $\sigma(h)$ has slope $\sigma(h)\,(1-\sigma(h))$.

# %%
lab.predict(
    "3.2",
    "At x = 1.5, w1 = 0.8, w2 = -1.2: which weight moves L more?",
    choices=["w2, near the end", "w1, at the start", "both equally"],
)


# %%
def chain(x, w1, w2):
    """Values and gradients of the chain o = sigmoid(w2 sigmoid(w1 x)), L = -log o.

    Args:
        x, w1, w2: numbers.

    Returns:
        (values, gradients), two dicts with the keys "x", "w1", "h1", "o1", "w2", "h2",
        "o", "L"; gradients[k] is the slope of L in k.

    >>> values, gradients = chain(0, 1, 2)
    >>> round(float(values["o"]), 4), round(float(gradients["o"]), 4)
    (0.7311, -1.3679)
    >>> round(float(gradients["h2"]), 4), round(float(gradients["w2"]), 4)
    (-0.2689, -0.1345)
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
with lab.needs("3.2"):
    x, w = 1.5, [0.8, -1.2]
    values, gradients = chain(x, *w)
    lab.show(figures.chain(values, gradients))
    g1, g2 = gradients["w1"], gradients["w2"]
    theirs = coursekit.gradients(
        lambda v: -ops.log(ops.sigmoid(v[1] * ops.sigmoid(v[0] * x))), np.array(w)
    )
    found["chain"] = gap = np.abs(theirs - np.array([g1, g2])).max()
    print(f"Off Keras by at most {gap:.0e}. Two factors have merged: the gradient")
    print(f"of h2 is {gradients['h2']:.4f}, and o - 1 is {values['o'] - 1:.4f}.")
    answer = "w2, near the end" if abs(g2) > abs(g1) else "w1, at the start"
    told = f"Slopes: {g1:.4f} in w1, {g2:.4f} in w2. One walk gave all of them."
    lab.reveal("3.2", answer, told)

# %% [markdown]
# ## Trust nothing

# %% [markdown]
# ### Exercise 3.3 · The gradient check
#
# A wrong derivative rarely crashes; the network learns a little worse, and nobody knows why. So compare with the definition, as in lab 01, now for a function $f$ of an
# array $x$ of any shape: move entry $i$ by a small step $h$ both ways and leave the others alone,
#
# $$\frac{\partial f}{\partial x_i}\approx\frac{f(x+h\,e_i)-f(x-h\,e_i)}{2h},$$
#
# where $e_i$ is 1 at entry $i$ and 0 elsewhere. This *central difference* is wrong by about $h^2$; a one-sided one, $(f(x+h\,e_i)-f(x))/h$, by about $h$. Work in
# float64.

# %%
lab.predict(
    "3.3",
    "How does the error of the slope change as h goes from 0.1 to 0.0000000000001?",
    choices=["it falls all the way", "it falls, then stays", "it falls, then rises"],
)


# %%
def numerical_gradient(f, x, h=1e-5):
    """Gradient of f at x by central differences.

    Args:
        f: function of one float64 array with the shape of x; gives a number.
        x: array or list of any shape, of floats or integers; it is left as it was.
        h: step, a float.

    Returns:
        float64 array with the shape of x.

    >>> np.round(numerical_gradient(lambda v: v[0] ** 2 * v[1], [3, 2]), 6)
    array([12.,  9.])
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
    at = np.array([0.7])  # f: the last two nodes of the chain
    true_slope = sigmoid(at[0]) - 1

    def last_two(v):
        """-log(sigmoid(h)) of an array with one entry."""
        return float(-np.log(sigmoid(v[0])))

    steps = 10.0 ** -np.arange(1, 14)
    central = [numerical_gradient(last_two, at, h)[0] for h in steps]
    one_sided = [(last_two(at + h) - last_two(at)) / h for h in steps]
    central, one_sided = np.abs(np.array([central, one_sided]) - true_slope)
    lab.show(figures.steps(steps, central, one_sided))
    rises = "rises" if central[-1] > 10 * central.min() else "stays"
    told = f"Best at {steps[central.argmin()]:.0e}: off by {central.min():.0e} (one-"
    told += f"sided: {one_sided.min():.0e}). Tiny steps subtract almost equal numbers."
    lab.reveal("3.3", f"it falls, then {rises}", told)

# %% [markdown]
# ## The delta rule

# %% [markdown]
# ### Exercise 3.4 · Output and hidden units
#
# In the Deep Learning Overview, unit $j$ has the sum $net_j=\sum_i w_{ji}a_i$ and the activity $a_j=\sigma(net_j)$; $w_{ji}$ is the weight
# **from** $i$ **to** $j$. With a target $T_k$ for each output $k$, the error is $E=\frac12\sum_k(T_k-a_k)^2$. Define $\delta=-\partial E/\partial net$:
#
# $$\delta_k=(T_k-a_k)\,\sigma'(net_k),\qquad \delta_j=\Big[\sum_k w_{kj}\delta_k\Big]\sigma'(net_j)$$
#
# for output units $k$ and hidden units $j$, with $\sigma'$ the slope of $\sigma$ from Exercise 3.2. Then $w_{ji}\leftarrow w_{ji}+\eta\,\delta_ja_i$, with learning rate $\eta$. All $\delta$ are
# computed with the weights *before* the step. (The same slides also print $w_{ij}\leftarrow w_{ij}+\eta\,\partial E/\partial w_{ij}$.)

# %%
lab.predict(
    "3.4",
    "What does the rule in brackets do to E?",
    choices=["E falls as fast", "E falls, but more slowly", "E rises"],
)


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
        (new w_hidden, new w_out), new arrays.

    The hidden activity is 0.5, the output 0.8808, both deltas are 0.01252:

    >>> delta_step([2.0], [1.0], [[0.0]], [[4.0]], 1.0)
    (array([[0.02503]]), array([[4.00626]]))
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
with lab.needs("3.4"):
    rates = {"+ η δ a: the delta rule": 1.5, "+ η ∂E/∂w: as printed": -1.5}
    curves = {
        name: figures.xor_errors(delta_step, eta, lab.pick(2000, 1200), lab.seed)
        for name, eta in rates.items()
    }
    lab.show(figures.xor(curves))
    (_, down), (start, up) = found["xor"] = [(c[0], c[-1]) for c in curves.values()]
    told = f"From {start:.3f} to {up:.3f}, by the delta rule to {down:.3f}. Erratum: "
    told += "δ a is minus the slope, so adding the slope climbs; descent subtracts it."
    lab.reveal("3.4", "E rises" if up > start else "E falls as fast", told)

# %% [markdown]
# Read $\delta_j$ again: the weights that carried activity forwards carry $\delta$ backwards, with rows and columns exchanged.
#
# ## Whole arrays at once

# %% [markdown]
# ### Exercise 3.5 · Pull-backs
#
# A *pull-back* takes $g$, the gradient of $E$ in an operation's output, and gives the gradient in each input, **in the shape of that input**.
#
# - Matrix product $C=AB$: $\;gB^\top$ for $A$ and $A^\top g$ for $B$. The shapes allow no other order.
# - Entry-wise product $a\,b$: $\;g\,b$ for $a$ and $g\,a$ for $b$.
#
# But NumPy *broadcasts*: a bias of shape $(m,)$ added to $(n,m)$ values is used $n$ times, and a value used several times receives the **sum** of what comes
# back. So `unbroadcast` sums $g$ over every axis that was repeated: those that the shape lacks in front, and those where its length is 1.

# %%
lab.predict(
    "3.5",
    "E is a mean over the rows. Every row now comes twice. The bias's gradient is then",
    choices=["half as large", "the same", "twice as large"],
)


# %%
def unbroadcast(g, shape):
    """Sum g over the axes along which an array of `shape` was repeated.

    Args:
        g: float array whose shape `shape` can be broadcast to.
        shape: tuple of ints, with no more axes than g.

    Returns:
        array of shape `shape`.

    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2,))
    array([4., 6.])
    >>> unbroadcast(np.array([[1.0, 2.0], [3.0, 4.0]]), (2, 1))
    array([[3.],
           [7.]])
    """
    ### BEGIN SOLUTION
    g = np.asarray(g)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(i for i, length in enumerate(shape) if length == 1)
    return g.sum(axis=repeated, keepdims=True)
    ### END SOLUTION


def pull_multiply(g, a, b):
    """Gradients of a and b from the gradient g of a * b.

    Args:
        g, a, b: arrays; a and b broadcast together to the shape of g.

    >>> a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0])
    >>> pull_multiply(np.ones((2, 2)), a, b)
    (array([[10., 20.],
           [10., 20.]]), array([4., 6.]))
    """
    ### BEGIN SOLUTION
    return unbroadcast(g * b, a.shape), unbroadcast(g * a, b.shape)
    ### END SOLUTION


def pull_matmul(g, a, b):
    """Gradients of a (n, k) and b (k, m) from the gradient g (n, m) of a @ b.

    >>> pull_matmul(np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[4.0], [5.0]]))
    (array([[4., 5.]]), array([[2.],
           [3.]]))
    """
    ### BEGIN SOLUTION
    return g @ b.T, a.T @ g
    ### END SOLUTION


# %%
check("3.5")

# %%
with lab.needs("3.5"):
    rng = np.random.default_rng(lab.seed)
    trials = {
        "matrix product (5, 3) @ (3, 4)": (pull_matmul, "matmul", (5, 3), (3, 4)),
        "product (5, 4) * (5, 4)": (pull_multiply, "multiply", (5, 4), (5, 4)),
        "broadcast product (5, 4) * (4,)": (pull_multiply, "multiply", (5, 4), (4,)),
    }
    pairs = {}
    for name, (pull, operation, *shapes) in trials.items():
        g, a, b = (rng.normal(size=shape) for shape in [(5, 4), *shapes])
        both = pull(g, a, b), keras_pull(getattr(ops, operation))(g, a, b)
        pairs[name] = [np.concatenate([np.ravel(v) for v in got]) for got in both]
    lab.show(figures.diagonal(pairs))
    g = rng.normal(size=(10, 3))  # slopes of each row's error
    once, twice = unbroadcast(g / 10, (3,)), unbroadcast(np.vstack([g, g]) / 20, (3,))
    answer = "the same" if np.allclose(once, twice) else "twice as large"
    told = "Twice as many uses add their shares, and each share is half as large."
    lab.reveal("3.5", answer, told)

# %% [markdown]
# ## Modules in a row

# %% [markdown]
# ### Exercise 3.6 · The recurrence
#
# The Sydney lecture stacks $n$ modules: $X_i=F_i(X_{i-1},W_i)$ for $i=1\dots n$, with input $X_0$, weights $W_i$ and error $E=C(X_n)$. Backwards:
#
# $$\frac{\partial E}{\partial W_i}=\frac{\partial E}{\partial X_i}\frac{\partial F_i(X_{i-1},W_i)}{\partial W_i},\qquad
# \frac{\partial E}{\partial X_{i-1}}=\frac{\partial E}{\partial X_i}\frac{\partial F_i(X_{i-1},W_i)}{\partial X_{i-1}}.$$
#
# Here a module is a pair of functions. `forward(x, w)` gives $X_i$ from its **input** $x=X_{i-1}$. `backward(x, w, g)` gets the same input and weights and
# $g=\partial E/\partial X_i$, and returns the pair $(\partial E/\partial X_{i-1},\ \partial E/\partial W_i)$.

# %%
lab.predict(
    "3.6",
    "Ten sigmoid layers, each slope at most 1/4. The smallest gradient is that of",
    choices=[
        "weights near the input",
        "weights near the output",
        "none: all are alike",
    ],
)


# %%
def backpropagate(modules, weights, x, loss_gradient):
    """Gradients of all weights and of the input of a row of modules.

    Args:
        modules: list of n pairs (forward, backward), first module first.
        weights: list of n arrays; None for a module without weights.
        x: the input X_0, an array.
        loss_gradient: function of X_n that gives dE/dX_n.

    Returns:
        (list of n weight gradients dE/dW_1 ... dE/dW_n, as the modules' backward gave
        them; dE/dX_0).

    Two modules "times w", and E = X_2:

    >>> times = (lambda x, w: x * w, lambda x, w, g: (g * w, g * x))
    >>> backpropagate([times, times], [2.0, 5.0], 3.0, lambda out: 1.0)
    ([15.0, 6.0], 10.0)
    """
    ### BEGIN SOLUTION
    inputs = []
    for (forward_i, _), w in zip(modules, weights, strict=True):
        inputs.append(x)
        x = forward_i(x, w)
    g, weight_gradients = loss_gradient(x), []
    for (_, backward), w, x_in in zip(
        reversed(modules), reversed(weights), reversed(inputs), strict=True
    ):
        g, dw = backward(x_in, w, g)
        weight_gradients.append(dw)
    return weight_gradients[::-1], g
    ### END SOLUTION


# %%
check("3.6")

# %%
matmul_back = lab.answer("3.5", fallback=keras_pull(ops.matmul), name="pull_matmul")
dense = (np.matmul, lambda x, w, g: matmul_back(g, x, w))
squash = (
    lambda x, w: sigmoid(x),
    lambda x, w, g: (g * sigmoid(x) * (1 - sigmoid(x)), None),
)

# %%
with lab.needs("3.6"):
    rng, width = np.random.default_rng(lab.seed), 40
    shapes = [(784, width)] + [(width, width)] * 9
    matrices = [rng.normal(0, 1 / np.sqrt(shape[0]), shape) for shape in shapes]
    weights = [w for matrix in matrices for w in (matrix, None)]
    x, target = few[0], np.eye(width)[few[1]]  # one corner of the cube per class
    gradients, _ = backpropagate(  # E: mean over rows of half the squared distance
        [dense, squash] * 10, weights, x, lambda out: (out - target) / len(out)
    )

    def keras_stack(ws):
        """The same error in keras.ops."""
        out = ops.convert_to_tensor(x, dtype=ws[0].dtype)
        for w in ws:
            out = ops.sigmoid(ops.matmul(out, w))
        return 0.5 * ops.sum((out - target) ** 2) / len(x)

    module_slopes = gradients[::2]
    keras_slopes = coursekit.gradients(keras_stack, matrices)

# %%
with lab.needs("3.6"):
    both = module_slopes, keras_slopes
    lengths = [[np.sqrt(np.mean(np.square(g))) for g in by] for by in both]
    lab.show(figures.fading(*lengths))
    gaps = [np.abs(a - b).max() / np.abs(b).max() for a, b in zip(*both, strict=True)]
    print(f"Relative distance from Keras: at most {max(gaps):.0e}.")
    place = "input" if np.argmin(lengths[0]) < 5 else "output"
    told = f"From layer 10 to layer 2 it shrinks {lengths[0][-1] / lengths[0][1]:.0e} "
    told += "times: every sigmoid on the way down multiplies by its slope."
    lab.reveal("3.6", f"weights near the {place}", told)
    found["modules"] = max(gaps)

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
# ### Exercise 3.7 · The engine
#
# Let every value remember how it was made. A `Value` holds `data`, its `inputs` (the values it
# was computed from) and `pull`, the pull-back of its operation. Three pieces are missing:
#
# - `record` computes an operation and remembers inputs and pull-back. Numbers and arrays become `Value`s without inputs.
# - `topological_order` lists all nodes below a root, each once, inputs before their users.
# - `backward` walks that list from its end: a node's gradient is complete when all its users have been visited. Each share is **added**, for a node may be used
#   twice.

# %%
lab.predict("3.7", "f = x · x · y + x. How many shares does x collect?", number=True)


# %%
def record(forward_operation, pull, *inputs):
    """Apply an operation to values, and remember how.

    Args:
        forward_operation: function of arrays, such as np.add.
        pull: its pull-back, pull(g, *arrays) -> one gradient per input.
        *inputs: Values, numbers or arrays.

    Returns:
        a Value whose `data` is the result, whose `inputs` are all inputs as Values, in
        their order, and whose `pull` is `pull`.

    >>> record(np.add, lambda g, a, b: (g, g), Value(2.0), 3.0).data
    array(5.)
    """
    ### BEGIN SOLUTION
    inputs = [v if isinstance(v, Value) else Value(v) for v in inputs]
    return Value(forward_operation(*(v.data for v in inputs)), inputs, pull)
    ### END SOLUTION


def topological_order(root):
    """List of the nodes that `root` depends on and `root` itself.

    Each stands there once, and every node after all of its `inputs`.

    >>> a = Value(1.0)
    >>> b = Value(2.0, [a, a])
    >>> len(topological_order(Value(3.0, [b, a])))
    3
    """
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
    """An array that remembers how it was made.

    Value(data) is a leaf, Value(data, inputs, pull) a result. `backward` sets `grad`:

    >>> a = Value(3.0)
    >>> Value(6.0, [a, a], lambda g, left, right: (2.0, 1.0)).backward()
    >>> a.grad
    array(3.)
    """

    __array_priority__ = 100  # NumPy leaves array + Value to this class

    def __init__(self, data, inputs=(), pull=None):
        self.data, self.inputs, self.pull = np.asarray(data), tuple(inputs), pull
        self.grad = np.zeros(self.data.shape)

    def backward(self):
        """Set `grad` of this node and all below it to the gradient of sum(self.data).

        This node's own gradient is ones. A node with pull None passes nothing on;
        node.pull(node.grad, *arrays), with the data of the node's inputs, gives one
        share per input; two of them may be one and the same array. A second call gives
        the same gradients, not their double.
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
with lab.needs("3.7"):
    x, y = Value(3.0), Value(-2.0)
    f = x * x * y + x
    f.backward()
    order, symbols = topological_order(f), {id(pull): s for s, pull in pulls.items()}
    lab.show(figures.recorded(order, {id(x): "$x$", id(y): "$y$"}, symbols))
    shares = sum(v is x for node in order for v in node.inputs)
    told = f"Together {float(x.grad):g}. Overwriting would keep only one share of them."
    lab.reveal("3.7", shares, told)


# %%
def value_sigmoid(v):
    """sigmoid(v) from what a Value can do: exp(-log(1 + exp(-v)))."""
    return (-((-v).exp() + 1.0).log()).exp()


differences = lab.answer("3.3", fallback=scipy_gradient)


def slopes_three_ways(graph, at):
    """By engine, differences and Keras; graph(sigmoid, log, *leaves) is a number."""
    leaves = [Value(number) for number in at]
    graph(value_sigmoid, Value.log, *leaves).backward()
    by_engine = [float(v.grad) for v in leaves]
    numeric = differences(lambda v: float(graph(sigmoid, np.log, *v)), np.array(at))
    at = [np.array(number) for number in at]
    theirs = coursekit.gradients(lambda v: graph(ops.sigmoid, ops.log, *v), at)
    return np.array(by_engine), numeric, np.array([float(g) for g in theirs])


# %%
with lab.needs("3.7"):
    graphs = [
        ("(x + y) z", lambda s, log, x, y, z: (x + y) * z, [-2.0, 5.0, -4.0]),
        ("chain", lambda s, log, w1, w2, x: -log(s(w2 * s(w1 * x))), [0.8, -1.2, 1.5]),
        ("x x y + x", lambda s, log, x, y: x * x * y + x, [3.0, -2.0]),
    ]
    gaps = []
    for name, graph, at in graphs:
        mine, numeric, theirs = slopes_three_ways(graph, at)
        gaps.append([np.abs(mine - numeric).max(), np.abs(mine - theirs).max()])
        print(f"{name} at {at}: your engine's slopes are {mine.round(4).tolist()}.")
    apart, off = np.max(gaps, axis=0)
    print(f"Off by at most {apart:.0e} from differences, {off:.0e} from Keras.")
    parts = [record, topological_order, add_up, pulls["×"], pulls["@"]]
    parts += [part for part in vars(Value).values() if callable(part)]
    lines = figures.lines_of(parts) + 4 + 2 + len(pulls)  # class lines, table of pulls
    print(f"Your engine has {lines} lines of code.")
    found["engine"] = apart, off, lines

# %% [markdown]
# ## The network, by hand

# %% [markdown]
# ### Exercise 3.8 · The backward pass of the digit network
#
# For a batch of $n$ rows $x$, `forward` at the top of this lab computes
#
# $$net=x\,w_1+b_1,\quad h=\max(0,net),\quad s=h\,w_2+b_2,\quad p=\mathrm{softmax}(s)$$
#
# (softmax as in lab 01). With $y_i$ the right class of row $i$, the error is $E=-\frac1n\sum_i\log p_{i,y_i}$.
#
# As in the chain, the last factors merge: $\partial E/\partial s_{ic}=\frac1n\left(p_{ic}-1\right)$ for the right class $c=y_i$, and $\frac1n\,p_{ic}$ for the others.
# The slope of $\max(0,net)$ is 1 where $net>0$ and 0 elsewhere. Go on from there.

# %%
lab.predict(
    "3.8",
    "You in float64, Keras in float32, same start, same batches. After training their "
    "losses differ by",
    choices=["less than 0.00001", "about 0.001", "more than 0.1"],
)


# %%
def network_gradients(params, x, labels):
    """Gradient of the mean error in all weights, by one sweep backwards.

    Args:
        params: (w1, b1, w2, b2), arrays (d, m), (m,), (m, c), (c,).
        x: float array (n, d).
        labels: integer array (n,), right classes 0 to c-1.

    Returns:
        (dw1, db1, dw2, db2), arrays of the same shapes; finite also where logits s are
        in the hundreds.

    One row, and w2 = 0, b2 = 0, so that both probabilities are 0.5:

    >>> params = np.ones((2, 1)), np.zeros(1), np.zeros((1, 2)), np.zeros(2)
    >>> network_gradients(params, np.array([[1.0, 2.0]]), np.array([0]))[3]
    array([-0.5,  0.5])
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

# %%
with lab.needs("3.8"):
    rng, gaps = np.random.default_rng(lab.seed), []
    small = [rng.normal(0, 0.3, shape) for shape in [(20, 6), 6, (6, 10), 10]]
    rows = few[0][:5, 300:320], few[1][:5]
    for i, mine in enumerate(network_gradients(small, *rows)):
        before, after = small[:i], small[i + 1 :]
        checked = differences(
            lambda p, b=before, a=after: error([*b, p, *a], *rows), small[i]
        )
        gaps.append(np.abs(mine - checked).max())
    print(f"Gradient check: off finite differences by at most {max(gaps):.0e}.")

# %% [markdown]
# ## Three ways to train
#
# Now train the network three times: with your `network_gradients` in float64, with your engine in float64, which is told nothing but the forward pass,
# and with Keras in float32. All start from the same weights, and see the same batches in the same order.

# %%
WIDTH, BATCH, RATE, TOLERANCE = 32, 50, 0.2, 1e-5
rng, per_epoch = np.random.default_rng(lab.seed), len(x_train) // BATCH
orders = [rng.permutation(len(x_train)) for _ in range(lab.pick(8, 3))]
batches = [b for o in orders for b in np.split(o[: per_epoch * BATCH], per_epoch)]


def train(gradient_of):
    """Losses before each step of descent, and the accuracy on the test digits."""
    params, losses = start_weights(WIDTH, lab.seed), []
    for rows in batches:
        loss, grads = gradient_of(params, x_train[rows], y_train[rows])
        losses.append(float(loss))
        params = [p - RATE * g for p, g in zip(params, grads, strict=True)]
    return np.array(losses), np.mean(forward(params, x_test)[-1].argmax(1) == y_test)


def engine_gradients(params, x, labels):
    """Loss and gradients from a forward pass written with Values."""
    w1, b1, w2, b2 = leaves = [Value(p) for p in params]
    s = (x @ w1 + b1).relu() @ w2 + b2
    s = s - s.data.max(axis=1, keepdims=True)  # keeps exp in range, changes no p
    log_p = s - (s.exp() @ np.ones((10, 1))).log()
    right = (log_p * np.eye(10)[labels]) @ np.ones((10, 1))  # of the right class
    loss = np.ones((1, len(x))) @ right * (-1 / len(x))
    loss.backward()
    return loss.data.item(), [v.grad for v in leaves]


# %%
def train_keras():
    """The same for the same network in Keras."""
    hidden = keras.layers.Dense(WIDTH, activation="relu")
    model = keras.Sequential([keras.Input((784,)), hidden, keras.layers.Dense(10)])
    model.set_weights([p.astype("float32") for p in start_weights(WIDTH, lab.seed)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(RATE), loss)
    x, losses = x_train.astype("float32"), []
    for rows in batches:
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x[rows], y_train[rows])))
    found = model.predict_on_batch(x_test.astype("float32")).argmax(axis=1)
    return np.array(losses), np.mean(found == y_test)


runs = {"Keras, float32": train_keras()}
with lab.needs("3.8"):
    runs["your network_gradients"] = train(
        lambda p, x, y: (error(p, x, y), network_gradients(p, x, y))
    )
with lab.needs("3.7"):
    runs["your engine"] = train(engine_gradients)

# %%
with lab.needs("3.8"):
    curves = {name: losses for name, (losses, _) in runs.items()}
    lab.show(figures.training(curves, TOLERANCE))
    keras_losses, keras_share = runs["Keras, float32"]
    print(f"Keras: {keras_share:.1%} of the test digits right.")
    for name, (losses, share) in list(runs.items())[1:]:
        gap = np.abs(losses - keras_losses).max()
        print(f"{name}: {share:.1%} right, losses off by at most {gap:.0e}.")
        found[name] = gap, share
    gap, size = found["your network_gradients"][0], np.array([TOLERANCE, 0.1])
    truth = ["less than 0.00001", "about 0.001", "more than 0.1"][sum(gap > size)]
    lab.reveal("3.8", truth, f"At most {gap:.0e}, in {len(batches)} steps.")

# %% [markdown]
# ## The first picture, explained

# %%
with lab.needs("3.8"):
    name = "your network_gradients"
    prices[name] = [seconds(lambda p=p: network_gradients(p, *few)) for p in networks]
    lab.show(figures.prices(sizes, prices))
    ratio = prices[name][-1] / one_run[-1]
    bins = ["under ten runs of the network", "about a hundred runs", "thousands"]
    told = f"{ratio:.1f} runs of the network, not {2 * sizes[-1]:,}."
    lab.reveal("3.0", bins[sum(ratio > np.array([10, 1000]))], told)
    found["price"] = round(ratio, 1)

# %% [markdown]
# Now you can explain it. Trying a weight repeats the whole network for one slope. The sweep backwards visits each operation once: it multiplies
# what came back by a local slope, adds the shares where paths meet, and every gradient it finds is used again by all that lies below. A product of matrices in the
# forward run becomes two products on the way back. So the price is a small number of runs, however many weights there are. Griewank (1989) shows that the
# reverse sweep never needs more than five times the cost of the function.
#
# ## Receipt
#
# What the lectures say, beside what just ran. Where the two differ, the note says why.

# %%
claims = []


def claim(text, source, stated, measured, note=""):
    """Add a row to the receipt."""
    row = {"claim": text, "source": source, "stated": stated}
    claims.append(row | {"measured": measured, "note": note})


with lab.needs("3.1"):
    source, text = (
        "CNN and Keras lecture, after CS231n (2017)",
        "(x + y) z at (-2, 5, -4)",
    )
    claim(f"{text}: slopes", source, "-4, -4, 3", found["sum and product"])
with lab.needs("3.2"):
    text, off = "the chain's slopes are products along the chain", found["chain"]
    counts = "Keras in " + (
        "float32" if keras.backend.backend() == "jax" else "float64"
    )
    claim(text, "COMP5318", "Keras's gradient", f"off by {off:.0e}", counts)
with lab.needs("3.4"):
    source, (down, up) = "Deep Learning Overview (Spring 2017)", found["xor"]
    end = f"error on XOR from {down[0]:.3f} to {down[1]:.3f}"
    claim("w + η δ a: the delta rule", source, "descends", end, "agrees")
    note = "erratum: adding the gradient climbs, descent subtracts it"
    end = f"error on XOR from {up[0]:.3f} to {up[1]:.3f}"
    claim("w + η ∂E/∂w: as printed", source, "called gradient descent", end, note)
with lab.needs("3.6"):
    text, off = "the recurrence gives dE/dW of every module", found["modules"]
    note = "10 sigmoid layers, relative"
    claim(text, "COMP5318", "Keras's gradient", f"off by {off:.0e}", note)

# %%
with lab.needs("3.7"):
    apart, off, lines = found["engine"]
    text = "the engine's slopes on both graphs of the lectures, and on x x y + x"
    note, source = f"off differences by {apart:.0e}", "CNN and Keras lecture; COMP5318"
    claim(text, source, "Keras's gradient", f"off by {off:.0e}", note)
    claim("lines of the engine", "this lab", "at most 100", lines, "without docstrings")
with lab.needs("3.8"):
    for name in [name for name in found if name.startswith("your")]:
        gap, share = found[name]
        text, stated = f"loss curve of {name} is Keras's", f"within {TOLERANCE:g}"
        note = f"{len(batches)} steps in float64; test accuracy {share:.3f}, Keras "
        claim(
            text, "this lab", stated, f"off by {gap:.0e}", note + f"{keras_share:.3f}"
        )
    note = "the bound counts operations; this is time on this machine"
    text = "price of all slopes, in runs of the function"
    claim(text, "Griewank (1989)", "at most 5", found["price"], note)
lab.receipt(claims, seeds=[lab.seed])

# %% [markdown]
# ## Go further
#
# - Break your engine: overwrite instead of add. Train the digit network again, and look for the damage in the loss curve. Would you have noticed?
# - Give `Value` a `tanh`, a division and a power. Check each with `numerical_gradient`.
# - The sweep keeps every forward value until it comes back. Measure the memory of a deep stack, then recompute every second value instead of keeping it.
# - Call a pull-back with `Value`s in place of arrays, and let the engine differentiate its own gradient: second derivatives.
# - Give the delta rule biases and two hidden layers. Which formula of the lecture do you use twice?
