# ---
# coursekit:
#   title: From perceptron to deep network
#   question: One unit draws one line. What do layers of units add, and how would you count it?
#   goals:
#     - Train a perceptron, and know when its rule must stop and when it never can
#     - Build half-planes, convex regions and their combinations from units, by hand
#     - Count the convex pieces of a network's decision region, and compare width with depth at equal size
#   prerequisites:
#     - NumPy matrix products and broadcasting
#     - lines in the plane, the dot product, a derivative
#   lecture: "Machine Learning and Data Mining, COMP5318 (the perceptron, what hidden layers add, the playground); CNN and Keras (perceptron, multilayer perceptron); Deep Learning Overview, Spring 2017 (why deep nets are powerful)"
#   seconds: {cpu: 30, fast: 15}
#   accelerator: none needed; every network here is tiny
# ---

# %% [markdown]
# # From perceptron to deep network
#
# **One unit draws one line. What do layers of units add, and how would you count it?**
#
# You will build a single unit, let it learn, watch it fail, and then stack units until it does not. Each exercise asks you to predict,
# to write one or two short functions, to run a check, and to read a picture that your own code drew.

# %%
import itertools

import numpy as np
from sklearn.linear_model import Perceptron

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.playground import Network, Playground, Settings, Trainer
from coursekit.plots.regions import around, plane

lab = open_lab("02_perceptron")
check, figures = lab.check, lab.figures

# %% [markdown]
# ## Four small puzzles
#
# Every point has two coordinates and one of two classes: orange discs and blue squares. Below, a search through many directions and shifts has
# found, for each puzzle, the straight line that leaves the most points on the side of their class.

# %%
PUZZLES = {
    "circles": coursekit.make_circles(300, noise=0.06, seed=lab.seed),
    "moons": coursekit.make_moons(300, noise=0.1, seed=lab.seed),
    "xor": coursekit.make_xor(300, noise=0.02, seed=lab.seed),
    "spiral": coursekit.make_spiral(300, noise=0.05, seed=lab.seed),
}
CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
CORNER_CLASSES = np.array([-1, 1, -1, 1])  # XOR: +1 where the coordinates' signs differ
lab.show(figures.straight_lines(PUZZLES))

# %% [markdown]
# A few lines more would do for each of these, you may feel. But how many, and who should combine them? At the end you will draw this
# picture again with networks, and count the pieces that each one has.

# %% [markdown]
# ## One unit

# %% [markdown]
# ### Exercise 2.1 · The sign unit
#
# A *unit* takes a point $x=(x_1,\dots,x_d)$, multiplies each coordinate by a *weight* $w_i$ and adds a *bias* $b$. Its weighted sum is
# $z = w\cdot x + b$. A **sign unit** gives $+1$ if $z\ge 0$ and $-1$ otherwise.
#
# The points with $z=0$ form a line (in the plane), the unit's *boundary*. The vector $w$ stands upright on it and points to the $+1$ side.
#
# Start at a point of the boundary and walk a distance $s$ straight away from it, in the direction of $w$. How large is $z$ there? Turn your answer round for the **signed distance** of any point, positive on the $+1$ side.

# %%
lab.predict(
    "2.1a",
    "You double w and b together. What does the boundary do?",
    choices=[
        "it stays",
        "it moves towards the origin",
        "it moves away from the origin",
    ],
)

# %%
lab.predict(
    "2.1b",
    "And if you double w alone (b is not 0)?",
    choices=[
        "it stays",
        "it moves towards the origin",
        "it moves away from the origin",
    ],
)


# %%
def sign_unit(x, w, b):
    """What a sign unit gives for every row of x.

    Args:
        x: float array (n, d).
        w: float array (d,).
        b: number.

    Returns:
        array (n,) of +1 and -1; +1 on the boundary itself. In the example the sums are
        4, 0 and -1.

    >>> sign_unit([[3, 0], [0, 1], [0, 2]], [1, -1], 1)
    array([ 1,  1, -1])
    """
    ### BEGIN SOLUTION
    return np.where(np.asarray(x) @ np.asarray(w) + b >= 0, 1, -1)
    ### END SOLUTION


def signed_distance(x, w, b):
    """Distance of every row of x from the boundary, positive on the +1 side.

    Returns:
        float array (n,). In the example the boundary is the line 3 x_1 + 4 x_2 = 3.

    >>> signed_distance([[3, 1], [1, 0]], [3, 4], -3)
    array([2., 0.])
    """
    ### BEGIN SOLUTION
    w = np.asarray(w, dtype=float)
    return (np.asarray(x) @ w + b) / np.sqrt(np.sum(w**2))
    ### END SOLUTION


# %%
check("2.1")

# %%
with lab.needs("2.1"):
    units = [((1.0, 2.0), -1.0), ((2.0, 4.0), -2.0), ((2.0, 4.0), -1.0)]
    lab.show(figures.half_planes(units, sign_unit, signed_distance))
    origin = np.zeros((1, 2))
    away = [abs(float(signed_distance(origin, w, b)[0])) for w, b in units]
    moves = ["it stays", "it moves away from the origin", "it moves towards the origin"]
    moved = [moves[int(np.sign(round(now - away[0], 9)))] for now in away[1:]]
    told = f"The origin was {away[0]:.3f} from the boundary, then"
    lab.reveal("2.1a", moved[0], f"{told} {away[1]:.3f}.")
    lab.reveal("2.1b", moved[1], f"{told} {away[2]:.3f}.")

# %% [markdown]
# ## Learning by mistakes

# %% [markdown]
# ### Exercise 2.2 · The perceptron rule
#
# Rosenblatt's rule (1958) visits the points one by one. Let $y$ be the class of a point, $-1$ or $+1$. A point is a *mistake* if it lies on the wrong side or on the
# boundary: $y\,z\le 0$. Then, and only then, weights and bias move:
#
# $$w \leftarrow w + y\,x, \qquad b \leftarrow b + y.$$
#
# This raises $y\,z$ of that point by $\lVert x\rVert^2+1$. The next point sees the new weights. One visit to each row, in order, is a **sweep**. Write one sweep,
# and count its mistakes.

# %%
lab.predict(
    "2.2a",
    "A line separates the data. What do the mistakes per sweep do?",
    choices=[
        "they never rise, and reach 0",
        "they rise and fall, and reach 0",
        "they need not reach 0",
    ],
)

# %%
lab.predict(
    "2.2b",
    "And on the four corners of XOR, where no line can: what do the weights do?",
    choices=[
        "they settle where three corners are right",
        "they grow and grow",
        "they come back to where they were",
    ],
)


# %%
def perceptron_sweep(x, y, w, b):
    """One sweep of the perceptron rule over the rows of x, in order.

    Args:
        x: float array (n, d).
        y: array (n,) of -1 and +1.
        w: float array (d,); it is not changed.
        b: number.

    Returns:
        (w, b, mistakes): new weights (d,), new bias, and how many rows were mistakes
        when visited.

    The first row lies on the boundary, which gives ([2, 1], 1); then z = 3:

    >>> perceptron_sweep([[2, 1], [1, 0]], [1, -1], [0, 0], 0)
    (array([1., 1.]), 0, 2)
    """
    ### BEGIN SOLUTION
    w, mistakes = np.array(w, dtype=float), 0
    for row, label in zip(np.asarray(x), np.asarray(y), strict=True):
        if label * (row @ w + b) <= 0:
            w, b = w + label * row, b + label
            mistakes += 1
    return w, b, mistakes
    ### END SOLUTION


# %%
check("2.2")

# %%
with lab.needs("2.2"):
    counts, bounds = {}, {}
    for margin in (0.2, 0.05, 0.01):  # no point is nearer to the separating line
        x, y, bounds[margin] = figures.separable(margin, 200, lab.seed)
        w, b, counts[margin] = np.zeros(2), 0, []
        while not counts[margin] or (counts[margin][-1] and len(counts[margin]) < 500):
            w, b, mistakes = perceptron_sweep(x, y, w, b)
            counts[margin].append(mistakes)
    lab.show(figures.sweeps(counts, bounds))
    rises = any(np.any(np.diff(made) > 0) for made in counts.values())
    ends = all(made[-1] == 0 for made in counts.values())
    how = "they rise and fall" if rises else "they never rise"
    told = (
        "The margin bounds the mistakes in all (Novikoff 1962), not those of a sweep."
    )
    lab.reveal("2.2a", f"{how}, and reach 0" if ends else "they need not reach 0", told)

# %%
with lab.needs("2.2"):
    w, b, states = np.zeros(2), 0, [(0.0, 0.0, 0.0)]
    for visit in range(12):
        corner = [visit % 4]  # a sweep over a single corner is one visit
        w, b, _ = perceptron_sweep(CORNERS[corner], CORNER_CLASSES[corner], w, b)
        states.append((*map(float, w), float(b)))
    lab.show(figures.xor_walk(states))
    back = np.allclose(states[4], states[0]) or np.allclose(states[8], states[4])
    told = f"{states[0]} at first; {states[4]} after one sweep, {states[8]} after two."
    lab.reveal("2.2b", "c" if back else "b", told)

# %% [markdown]
# ## A unit that says how sure it is

# %% [markdown]
# ### Exercise 2.3 · The sigmoid unit
#
# It replaces the sign by $p=\sigma(z)=1/(1+e^{-z})$, the **sigmoid**, which climbs smoothly from 0 to 1 and is read as the probability of class 1. Let $t$ be the class,
# now 0 or 1. The *error* of $n$ points is the mean of $-\log(\text{probability given to the right class})$.
#
# Being smooth, it has a slope in every weight. For one point, the slope of $-\log$ in $z$ is $p-t$ (try $t=1$ on paper). By how much does $z$ change when $w_i$ grows by
# a little, and when $b$ does? Put the two together, over all points. Training steps against the slopes.

# %%
lab.predict(
    "2.3",
    "A sigmoid unit was trained on xor. Which p does it give to the points?",
    choices=[
        "near 0 or near 1 for most",
        "about 1/2 for all",
        "about 1/4 for one class and 3/4 for the other",
    ],
)


# %%
def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry, also for z = 1000 and z = -1000 (no NaN).

    Returns:
        float array of the shape of z.

    >>> sigmoid([0.0, np.log(3)])
    array([0.5 , 0.75])
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))  # never overflows
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))
    ### END SOLUTION


def error_slopes(x, t, w, b):
    """Slopes of the mean error of a sigmoid unit.

    Args:
        x: float array (n, d).
        t: array (n,) of 0 and 1.
        w: float array (d,).
        b: number.

    Returns:
        (dw, db): slopes in the weights, float array (d,), and in the bias, number.

    Here p is 1/2 for both points:

    >>> error_slopes([[2, 0], [4, 6]], [1, 0], [0, 0], 0)
    (array([0.5, 1.5]), 0.0)
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    miss = sigmoid(x @ np.asarray(w) + b) - np.asarray(t)
    return x.T @ miss / len(x), float(np.mean(miss))
    ### END SOLUTION


# %%
check("2.3")

# %%
with lab.needs("2.3"):
    fitted = {}
    for name in ("moons", "xor"):
        x, t = PUZZLES[name][0].astype(float), PUZZLES[name][1]
        w, b = np.zeros(2), 0.0
        for _ in range(3000):
            dw, db = error_slopes(x, t, w, b)
            w, b = w - 1.0 * dw, b - 1.0 * db
        p = sigmoid(x @ w + b)
        fitted[name] = w, b, p
    lab.show(figures.sigmoid_units(PUZZLES, fitted, sigmoid))
    xor_right = float(np.mean((p > 0.5) == t))
    best = figures.best_line(*PUZZLES["xor"])[2]
    told = f"p runs from {p.min():.2f} to {p.max():.2f}; {xor_right:.0%} are right. "
    told += f"A line with {best:.0%} exists, but the mean of -log is less for: no idea."
    lab.reveal("2.3", "b" if p.min() > 0.3 and p.max() < 0.7 else "a", told)

# %% [markdown]
# ## A second layer

# %% [markdown]
# ### Exercise 2.4 · Two units and a third
#
# Now let units feed a unit. The $h$ *hidden* units have weights in the columns of a matrix $W$ of shape $(d,h)$ and biases $\beta$. Each gives $a_j=\pm1$. The *output*
# unit takes $a=(a_1,\dots,a_h)$ as its input, with weights $v$ and bias $c$. All are sign units ($+1$ at sum 0).
#
# Write the network, then choose weights with two hidden units that solve XOR: $+1$ where the signs of $x_1$ and $x_2$ differ. Ask: which *two* half-planes
# would you need, and what must the output unit do with them?

# %%
lab.predict(
    "2.4",
    "Can two quite different pairs of lines solve XOR?",
    choices=["no, one pair of lines fits", "yes"],
)


# %%
def sign_network(x, W, beta, v, c):
    """One hidden layer of sign units, and a sign unit on top.

    Args:
        x: float array (n, d).
        W: float array (d, h), one column per hidden unit.
        beta: float array (h,).
        v: float array (h,).
        c: number.

    Returns:
        array (n,) of +1 and -1.

    Here the hidden units give (1, 1) and (-1, -1), and the last sums are 1 and -3:

    >>> sign_network([[5], [1]], [[1, 1]], [-2, -4], [1, 1], -1)
    array([ 1, -1])
    """
    ### BEGIN SOLUTION
    hidden = np.where(np.asarray(x) @ np.asarray(W) + np.asarray(beta) >= 0, 1, -1)
    return np.where(hidden @ np.asarray(v) + c >= 0, 1, -1)
    ### END SOLUTION


def xor_weights():
    """Weights that make sign_network solve XOR at (1, 1), (-1, 1), (-1, -1), (1, -1).

    They must still be right when every coordinate of a corner moves by up to 0.2. Any
    solution is welcome.

    Returns:
        (W, beta, v, c) of shapes (2, 2), (2,), (2,) and a number; the output is +1
        where the two signs differ.

    >>> W, beta, v, c = xor_weights()
    >>> np.shape(W), np.shape(beta), np.shape(v), np.shape(c)
    ((2, 2), (2,), (2,), ())
    """
    ### BEGIN SOLUTION
    return [[1, -1], [-1, 1]], [-1, -1], [1, 1], 1
    ### END SOLUTION


# %%
check("2.4")

# %%
with lab.needs("2.4"):
    W, beta, v, c = (np.asarray(part, dtype=float) for part in xor_weights())
    mirrored = W * [[-1], [1]], beta, -v, -c - 1e-9  # x_1 turned round, output too
    outputs = {
        "output unit": lambda p: sign_network(p, W, beta, v, c),
        "mirrored network": lambda p: sign_network(p, *mirrored),
    }
    lab.show(figures.two_lines(W, beta, outputs))
    solved = [np.array_equal(f(CORNERS), CORNER_CLASSES) for f in outputs.values()]
    x, t = PUZZLES["xor"]
    reached = np.mean((outputs["output unit"](x) > 0) == t)
    told = "Mirror your lines at an axis and turn the output round: another solution."
    told += f" Of the puzzle's whole quadrants yours gets {reached:.0%} of the points."
    lab.reveal("2.4", "yes" if all(solved) else "no, one pair of lines fits", told)

# %% [markdown]
# ## Half-plane, convex region, combination

# %% [markdown]
# ### Exercise 2.5 · Cutting out a shape
#
# A region is **convex** if it holds, with any two of its points, all of the segment between them. Where half-planes overlap, the overlap is convex.
#
# - An **all-of** unit over $k$ inputs $\pm1$ gives $+1$ only if all are $+1$. An **any-of** unit gives $+1$ if at least one is. Both are sign units.
# - A polygon's *corners* are listed anticlockwise. Seen from corner $p$ to the next, $q$, the inside lies to the left: the edge $e=q-p$, turned left, is
#   $(-e_2,e_1)$, and points inwards. One hidden unit per edge, then all-of, gives the polygon.
#
# A third layer, any-of, can join polygons.

# %%
lab.predict(
    "2.5",
    "A five-pointed star, joined from five triangles in this way: "
    "how many units in all?",
    number=True,
)


# %%
def all_of(k):
    """Weights (k,) and bias of a sign unit that asks for all k inputs; k is 1 or more.

    It gives +1 only if every input (+1 or -1) is +1.

    >>> v, c = all_of(2)
    >>> np.dot([[1, 1], [1, -1], [-1, -1]], v) + c >= 0
    array([ True, False, False])
    """
    ### BEGIN SOLUTION
    return np.ones(k), 1 - k
    ### END SOLUTION


def any_of(k):
    """Weights (k,) and bias of a sign unit that gives +1 if at least one input is +1.

    >>> v, c = any_of(2)
    >>> np.dot([[1, 1], [1, -1], [-1, -1]], v) + c >= 0
    array([ True,  True, False])
    """
    ### BEGIN SOLUTION
    return np.ones(k), k - 1
    ### END SOLUTION


def polygon_units(corners):
    """Sign units, one per edge of a convex polygon, each +1 on the inner side.

    Args:
        corners: float array (k, 2), anticlockwise; the last edge runs back to the first
            corner.

    Returns:
        (W, beta): float arrays (2, k) and (k,), column i for the edge from corner i to
        the next; their scale is free.

    For this triangle the first unit is +1 where x_2 >= 0:

    >>> W, beta = polygon_units([[0, 0], [4, 0], [0, 4]])
    >>> np.dot([[1, 1], [5, -2]], W) + beta >= 0
    array([[ True,  True,  True],
           [False,  True,  True]])
    """
    ### BEGIN SOLUTION
    corners = np.asarray(corners, dtype=float)
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-edges[:, 1], edges[:, 0]])  # (2, k), turned left
    return normals, -np.sum(normals.T * corners, axis=1)
    ### END SOLUTION


# %%
check("2.5")

# %%
with lab.needs("2.4", "2.5"):

    def union(polygons, x):
        """Any-of over one all-of per polygon: True inside at least one of them."""
        inside = []
        for corners in polygons:
            W, beta = polygon_units(corners)
            inside.append(sign_network(x, W, beta, *all_of(len(corners))))
        v, c = any_of(len(polygons))
        return np.stack(inside, axis=1) @ v + c >= 0

    made = figures.shapes()
    lab.show(figures.cut_out(made, union))
    edges, parts = sum(map(len, made["star"])), len(made["star"])
    told = f"{edges} edges, {parts} all-of and one any-of. Must every edge be counted?"
    lab.reveal("2.5", edges + parts + 1, told)

# %% [markdown]
# Half-planes, then their overlap, then any combination: with two hidden layers of sign units you can cut out every shape that has straight edges.

# %% [markdown]
# ## Counting pieces

# %% [markdown]
# ### Exercise 2.6 · How many pieces?
#
# Networks that learn use smoother units. A **ReLU** unit gives $\max(0,z)$: it is *off* ($z\le0$) or *on* ($z>0$). Each layer feeds the next. Where no unit
# switches, the whole network is one linear function. So the plane falls into **pieces**, one per on/off pattern of *all* hidden units, and every
# piece is convex. Count them by trying many points: the number of different patterns.
#
# In one hidden layer each of $h$ units draws one line. A new line crosses each of the $j$ older ones at most once, so it cuts through at most $j+1$ pieces and adds
# as many.

# %%
lab.predict(
    "2.6",
    "Into how many pieces can 10 lines cut the plane?",
    choices=["20", "56", "1024"],
)


# %%
def count_pieces(x, weights, biases):
    """How many different on/off patterns the hidden ReLU units show on the rows of x.

    Args:
        x: float array (n, d).
        weights: list of arrays, (units below, units) per hidden layer, from the input
            upwards; it may be empty.
        biases: list of arrays (units,), one per hidden layer.

    Returns:
        int, 1 if there is no hidden layer.

    Two units, one layer: off off, on off, on on.

    >>> count_pieces([[-1], [1], [3]], [[[1, 1]]], [[0, -2]])
    3
    """
    ### BEGIN SOLUTION
    a, patterns = np.asarray(x, dtype=float), np.zeros((len(x), 1), dtype=bool)
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + np.asarray(b)
        patterns, a = np.hstack([patterns, z > 0]), np.maximum(z, 0)
    return len(np.unique(patterns, axis=0))
    ### END SOLUTION


def most_pieces(h):
    """The largest number of pieces into which h lines can cut the plane; h may be 0.

    >>> most_pieces(2)
    4
    """
    ### BEGIN SOLUTION
    return 1 + h + h * (h - 1) // 2
    ### END SOLUTION


# %%
check("2.6")


# %%
def trained(data, hidden, *, steps, seed, noise=0.05, rate=0.02, n=400):
    """A playground network with ReLU units after some training steps."""
    settings = {"data": data, "noise": noise, "n": n, "seed": seed}
    settings |= {"learning_rate": rate, "test_share": 0.5}
    trainer = Trainer(Settings(**settings))
    trainer.network = Network(hidden, "relu", seed=seed)
    trainer.step(steps)
    return trainer


DEPTHS = [(), (8,), (8, 8)]  # units of each hidden layer
galleries = {
    (name, hidden): trained(name, hidden, steps=lab.pick(2000, 500), seed=lab.seed)
    for name, hidden in itertools.product(PUZZLES, DEPTHS)
}

# %%
with lab.needs("2.6"):
    pieces = {}
    for key, trainer in galleries.items():
        grid, network = plane(around(trainer.x_train), 150), trainer.network
        hidden = network.weights[:-1], network.biases[:-1]
        blue = grid[network(grid) > 0.5]
        in_blue = count_pieces(blue, *hidden) if len(blue) else 0
        pieces[key] = count_pieces(grid, *hidden), in_blue
    lab.show(figures.gallery(galleries, pieces))
    for hidden in DEPTHS:
        every, blue = np.mean([pieces[name, hidden] for name in PUZZLES], axis=0)
        print(
            f"{len(hidden)} hidden: on average {every:.0f} pieces, {blue:.0f} in blue"
        )
    told = f"1 + (1 + 2 + ... + 10). Eight lines make at most {most_pieces(8)}."
    lab.reveal("2.6", str(most_pieces(10)), told)

# %% [markdown]
# Every piece is convex, but the blue region need not be: one hidden layer with a *free* output unit already does more than one convex region, as the output may
# also subtract. A second layer bends the lines of the first, and cuts the pieces again.

# %% [markdown]
# ### The playground
#
# Below, a network trains while you watch, after TensorFlow's playground, to which two of the lectures point. The *activation* is what a hidden unit makes of its sum $z$:
# `relu`, `sigmoid`, `tanh` (a sigmoid from $-1$ to 1) or $z$ itself, `linear`. The *loss* is the error of Exercise 2.3, the *learning rate* sets the length of
# the steps, and a *penalty* adds to the loss what large weights cost: the sum of their sizes, `l1`, or of their squares, `l2`.
#
# Press Play. Then try: which set needs a hidden layer? Does
# `linear` with four layers ever bend the boundary? What does a learning rate of 1 do? What does a strong `l1` penalty take away?

# %%
Playground(data="circles", hidden=(4,), learning_rate=0.03)

# %% [markdown]
# ## Any curve

# %% [markdown]
# ### Exercise 2.7 · A wide hidden layer can follow any curve
#
# Let $f$ be a function of one number, known at *knots* $k_0<k_1<\dots<k_m$ with values $f_0,\dots,f_m$. One hidden layer of $m$ ReLU units can pass through all of them, by straight pieces:
#
# $$g(x)=f_0+\sum_{i=0}^{m-1} c_i\,\max(0,\;x-k_i).$$
#
# Unit $i$ switches on at $k_i$, stays on, and *changes* the slope by its output weight $c_i$. Which slope does $g$ need between $k_i$ and $k_{i+1}$? So what is
# $c_0$, and what is $c_i$ for later units?

# %%
lab.predict(
    "2.7",
    "You double the units, from many to twice as many. What is left of the error?",
    choices=["a half", "a quarter", "an eighth"],
)


# %%
def bend_weights(knots, values):
    """Output weights of the ReLU network that passes through all knots.

    Args:
        knots: float array (m + 1,), increasing, evenly spaced or not; m is 1 or more.
        values: float array (m + 1,).

    Returns:
        float array (m,). In the example the slope is 2, then -2.

    >>> bend_weights([0, 1, 3], [5, 7, 3])
    array([ 2., -4.])
    """
    ### BEGIN SOLUTION
    slopes = np.diff(np.asarray(values, dtype=float)) / np.diff(
        np.asarray(knots, dtype=float)
    )
    return np.diff(slopes, prepend=0.0)
    ### END SOLUTION


def relu_curve(x, start, at, c):
    """g(x) = start + sum over i of c[i] * max(0, x - at[i]), for every x.

    Args:
        x: float array (n,).
        start: number.
        at, c: float arrays (m,).

    Returns:
        float array (n,).

    >>> relu_curve([0, 1, 3], 5, [0, 1], [2, -4])
    array([5., 7., 3.])
    """
    ### BEGIN SOLUTION
    on = np.maximum(
        np.asarray(x, dtype=float)[:, None] - np.asarray(at, dtype=float), 0
    )  # (n, m)
    return start + on @ np.asarray(c, dtype=float)
    ### END SOLUTION


# %%
check("2.7")

# %%
with lab.needs("2.7"):
    fine, curves, worst = np.linspace(0, 3, 3001), {}, {}
    for m in (2, 4, 8, 16, 32, 64, 128, 256):
        knots = np.linspace(0, 3, m + 1)
        c = bend_weights(knots, figures.curve(knots))
        curves[m] = relu_curve(fine, figures.curve(0.0), knots[:-1], c)
        worst[m] = float(np.max(np.abs(curves[m] - figures.curve(fine))))
    lab.show(figures.any_curve(fine, curves, worst))
    left = (worst[256] / worst[16]) ** (1 / 4)  # for each of four doublings
    nearest = min((0.5, 0.25, 0.125), key=lambda share: abs(np.log(share / left)))
    told = f"Of the error at 16 units, each doubling up to 256 leaves {left:.3f}."
    names = {0.5: "a half", 0.25: "a quarter", 0.125: "an eighth"}
    lab.reveal("2.7", names[nearest], told)

# %% [markdown]
# One hidden layer suffices for any continuous curve, if it may be wide (Cybenko 1989; Hornik 1991). It does not say how wide, nor that training finds it.

# %% [markdown]
# ## Width against depth

# %% [markdown]
# ### Exercise 2.8 · A fair comparison
#
# To compare a wide network with a deep one, give both the same number of *parameters*, weights and biases together. You counted them in Exercise 1.5: `sizes` lists the
# layers from the inputs to the outputs, so `[2, 5, 1]` has $2\cdot5+5+5\cdot1+1=21$.
#
# For `depth` hidden layers of equal width $w$, find the widest network that stays within a *budget* of parameters. Then several *seeds* (other points, other first weights)
# decide: a depth wins only if it is best with **every** seed.

# %%
lab.predict(
    "2.8",
    "The spiral, at most 109 parameters: how many hidden layers are best?",
    choices=[
        "1, with every seed",
        "2, with every seed",
        "3, with every seed",
        "it varies",
    ],
)


# %%
def count_parameters(sizes):
    """Weights and biases of a fully connected network, as an int.

    Args:
        sizes: list of layer sizes, inputs first, outputs last; two entries or more.

    >>> count_parameters([2, 5, 1])
    21
    """
    ### BEGIN SOLUTION
    return sum((below + 1) * units for below, units in itertools.pairwise(sizes))
    ### END SOLUTION


def widest(depth, budget, inputs=2, outputs=1):
    """The largest width of `depth` equal hidden layers within `budget` parameters.

    Args:
        depth: hidden layers, 1 or more.
        budget: large enough for width 1.

    Returns:
        int. In the example width 6 would have 25 parameters.

    >>> widest(1, 24)
    5
    """
    ### BEGIN SOLUTION
    w = 1
    while count_parameters([inputs, *[w + 1] * depth, outputs]) <= budget:
        w += 1
    return w
    ### END SOLUTION


# %%
check("2.8")

# %%
SEEDS = range(lab.seed, lab.seed + lab.pick(5, 3))
BUDGETS = lab.pick([57, 109, 177], [57, 109])  # all three depths come close to these
with lab.needs("2.8"):
    training = {"steps": lab.pick(2000, 700), "n": 600}
    widths = {most: [widest(d, most) for d in (1, 2, 3)] for most in BUDGETS}
    shares = {budget: np.zeros((3, len(SEEDS))) for budget in BUDGETS}
    for budget in BUDGETS:
        places = itertools.product(enumerate(widths[budget]), enumerate(SEEDS))
        for (i, width), (j, seed) in places:
            trainer = trained("spiral", (width,) * (i + 1), seed=seed, **training)
            shares[budget][i, j] = trainer.accuracy()[1]

# %%
with lab.needs("2.8"):
    lab.show(figures.contest(shares, widths))
    for budget, table in shares.items():
        means = ", ".join(f"{mean:.1%}" for mean in table.mean(axis=1))
        spread = np.mean(np.ptp(table, axis=1))
        print(f"{budget}: 1, 2, 3 layers {means}; from seed to seed {spread:.1%}")
    first = 1 + shares[109].argmax(axis=0)  # the best depth with each seed
    alone = len(set(first.tolist())) == 1
    answer = f"{first[0]}, with every seed" if alone else "it varies"
    lab.reveal("2.8", answer, f"Best with each seed: {', '.join(map(str, first))}.")

# %% [markdown]
# Depth is not free: for the same parameters a deeper network has narrower layers. Before you call a winner, compare the distance of the means with what another seed does to
# one network. That some functions need depth is a theorem about *those* functions; the tent in "Go further" is one.

# %% [markdown]
# ## The first picture, explained
#
# The same four kinds of points, with networks of two hidden layers of eight units.

# %%
with lab.needs("2.6"):
    deep = {key: trainer for key, trainer in galleries.items() if len(key[1]) == 2}
    lab.show(figures.gallery(deep, pieces))

# %% [markdown]
# Now you can explain it. One unit cuts the plane once, whatever its rule of learning. A hidden layer cuts it many times and the output unit gathers pieces; with each further
# layer pieces are cut again. How many pieces a network *can* have is arithmetic; which ones it *gets* is training.
#
# ## Receipt
#
# What the lectures and papers say, beside what just ran.

# %%
claims = []


def claim(*row):
    """Add a row to the receipt: claim, source, stated, measured, and perhaps a note."""
    columns = ("claim", "source", "stated", "measured", "note")
    claims.append(dict(zip(columns, row, strict=False)))


# %%
with lab.needs("2.2"):
    text, stated = (
        "perceptron on separable data: mistakes",
        f"at most {bounds[0.05]:,.0f}",
    )
    note = "200 points, margin 0.05; the bound is for the worst case"
    claim(text, "Novikoff 1962", stated, sum(counts[0.05]), note)
    x, y, _ = figures.separable(0.05, 200, lab.seed)
    library = Perceptron(max_iter=3, tol=None, shuffle=False).fit(x, y)
    w, b = np.zeros(2), 0
    for _ in range(3):
        w, b, _ = perceptron_sweep(x, y, w, b)
    gap = max(np.abs(library.coef_[0] - w).max(), abs(library.intercept_[0] - b))
    measured = f"off by {gap:.1g}"
    claim("three sweeps by hand are the library's", "scikit-learn", 0, measured)
    source = "COMP5318: the perceptron is a linear classifier"
    measured = f"weights {'return' if back else 'do not return'} to where they were"
    claim("perceptron on the corners of XOR", source, "cannot separate", measured)
with lab.needs("2.3"):
    source, note = "COMP5318: 0 hidden layers, linear classifier", "300 points"
    claim("one sigmoid unit on XOR: right", source, "", f"{xor_right:.0%}", note)
with lab.needs("2.4"):
    source, measured = "CNN and Keras: multilayer perceptron", "solved" * solved[0]
    claim("XOR corners, two hidden units", source, "solved", measured or "not")

# %%
SAID = ["linear: one half-plane", "convex region", "combinations of convex regions"]
with lab.needs("2.4", "2.5"):
    points = plane((-2, 2, -2, 2), 90)
    for layers, name in [(1, "hexagon"), (2, "star")]:
        out = figures.hull_gap(union(made[name], points), points)
        text, measured = (
            f"{layers} hidden, units by hand",
            f"{out:.1%} of hull left out",
        )
        claim(text, "COMP5318", SAID[layers], measured, name)
with lab.needs("2.6"):
    for hidden, said in zip(DEPTHS, SAID, strict=True):
        measured = ", ".join(f"{name} {pieces[name, hidden][1]}" for name in PUZZLES)
        note = "not one convex region, once the top unit may subtract" * (
            len(hidden) == 1
        )
        text = f"{len(hidden)} hidden, trained: convex pieces in blue"
        claim(text, "COMP5318", said, measured, note)
with lab.needs("2.7"):
    measured = f"{worst[2]:.2g} with 2 units, {worst[256]:.1g} with 256"
    note = "weights chosen by formula, not learned"
    source = "COMP5318: 2-layer networks are universal"
    claim("largest error on a smooth curve", source, "falls to 0", measured, note)

# %%
with lab.needs("2.8"):
    note = f"{len(SEEDS)} seeds; the order is not settled by depth alone"
    source, stated = "COMP5318: going deeper", "deeper is better"
    for budget, table in shares.items():
        for depth, row in enumerate(table, start=1):
            text = f"spiral, {depth} hidden, at most {budget} parameters: right"
            measured = f"{row.mean():.1%} ({row.min():.1%} to {row.max():.1%})"
            claim(text, source, stated, measured, note)
with lab.needs("2.8"):
    sizes = [784, 30, 20, 10]
    library = coursekit.models.mlp((784,), 10, hidden=(30, 20)).count_params()
    mine = count_parameters(sizes)
    claim("parameters by hand are those of Keras", "Keras", library, mine)
lab.receipt(claims, seeds=list(SEEDS))

# %% [markdown]
# ## Go further
#
# - Draw the star of Exercise 2.5 with *one* hidden layer: five lines, and an output unit that asks for at least four of them. Is one hidden layer limited to convex regions?
# - Average the weights over all visits of the perceptron rule (Freund and Schapire 1999). How does it do on the moons, where the rule itself never stops?
# - The tent $t(x)=2\min(x,1-x)$ on $[0,1]$ needs two ReLU units. Feed it to itself $k$ times: how many straight pieces, with how many units (Telgarsky 2016)? How many units would one hidden layer need?
# - Train the net of Exercise 2.7 instead of computing it, from several seeds. Which errors does it reach, and where do its knots go?
# - Give the sigmoid unit of Exercise 2.3 the extra inputs $x_1x_2$, $x_1^2$ and $x_2^2$. Which puzzles fall now? What does a hidden layer do that you just did by hand?
# - Count the pieces of a network before and after training. Does training add pieces?
