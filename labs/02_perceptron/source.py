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
from matplotlib.path import Path
from scipy.spatial import ConvexHull
from sklearn.linear_model import LogisticRegression, Perceptron

import coursekit
from coursekit import NotAnsweredYet, open_lab
from coursekit.playground import Network, Playground, Settings, Trainer
from coursekit.plots import GREY, INK, PALETTE, subplots
from coursekit.plots.regions import around, draw_regions, plane

lab = open_lab("02_perceptron")
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
# ## Four small puzzles
#
# Every point has two coordinates and one of two classes: orange discs and blue squares. Below, a method that you will meet soon has
# placed the best straight line it can find.

# %%
PUZZLES = {
    "circles": coursekit.make_circles(300, noise=0.06, seed=lab.seed),
    "moons": coursekit.make_moons(300, noise=0.1, seed=lab.seed),
    "xor": coursekit.make_xor(300, noise=0.02, seed=lab.seed),
    "spiral": coursekit.make_spiral(300, noise=0.05, seed=lab.seed),
}
figure, axes = subplots(1, 4, size=(11, 3.2))
for ax, (name, (x, t)) in zip(axes, PUZZLES.items(), strict=True):
    line = LogisticRegression().fit(x, t)
    right = line.score(x, t)
    draw_regions(line.predict, x, t, title=f"{name}: {right:.0%} right", ax=ax)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    print(f"{name}: the line is right on {right:.0%} of the points")
lab.show(
    figure,
    alt="Four sets of points in two classes, each with a straight boundary: a ring around a ring, two half moons, four "
    "quadrants, two spiral arms. Only the moons are mostly on their own side of the line.",
)

# %% [markdown]
# A few lines more would do for each of these, you may feel. But how many, and who should combine them? At the end you will draw this
# picture again with networks, and say how many pieces each one needed.
#
# ## One unit
#
# **Exercise 2.1** The sign unit. A *unit* takes a point $x=(x_1,\dots,x_d)$, multiplies each coordinate by a *weight* $w_i$ and adds a *bias* $b$. Its weighted sum is
# $z = w\cdot x + b$. A **sign unit** gives $+1$ if $z\ge 0$ and $-1$ otherwise.
#
# The points with $z=0$ form a line (in the plane), the unit's *boundary*. The vector $w$ stands upright on it and points to the $+1$ side. The
# **signed distance** of $x$ from the boundary is $z/\lVert w\rVert$ with the length $\lVert w\rVert=\sqrt{\sum_i w_i^2}$.
#
# *Predict:* if you double $w$ and $b$ together, what happens to the boundary? And if you double $w$ alone?


# %%
def sign_unit(x, w, b):
    """What a sign unit gives for every row of x.

    Args:
        x: float array (n, d).
        w: float array (d,).
        b: number.

    Returns:
        array (n,) of +1 and -1; +1 on the boundary itself.
        sign_unit([[3, 0], [0, 1], [0, 2]], [1, -1], 1) is [1, 1, -1]: the sums are 4, 0, -1.
    """
    ### BEGIN SOLUTION
    return np.where(np.asarray(x) @ np.asarray(w) + b >= 0, 1, -1)
    ### END SOLUTION


def signed_distance(x, w, b):
    """Distance of every row of x from the boundary, positive on the +1 side.

    Returns:
        float array (n,). signed_distance([[3, 1]], [3, 4], -3) is [2.0]: the sum is 10, the length of w is 5.
    """
    ### BEGIN SOLUTION
    w = np.asarray(w, dtype=float)
    return (np.asarray(x) @ w + b) / np.sqrt(np.sum(w**2))
    ### END SOLUTION


# %%
check("2.1")

# %%
with lab.needs("2.1"):
    box = (-2, 3, -2, 2)
    figure, axes = subplots(1, 3, size=(10.5, 3.2))
    for ax, (w, b) in zip(
        axes, [((1.0, 2.0), -1.0), ((2.0, 4.0), -2.0), ((2.0, 4.0), -1.0)], strict=True
    ):
        draw_regions(
            lambda p, w=w, b=b: sign_unit(p, w, b), limits=box, threshold=0, ax=ax
        )
        grid = plane(box, 60)
        far = signed_distance(grid, w, b).reshape(60, 60)
        lines = ax.contour(
            grid[:60, 0],
            grid[::60, 1],
            far,
            levels=[-2, -1, 1, 2],
            colors="0.45",
            linewidths=0.8,
        )
        foot = (
            -b * np.array(w) / np.dot(w, w)
        )  # the point of the boundary that is nearest to the origin
        out = np.array(w) / np.linalg.norm(w)
        along = np.array([out[1], -out[0]])
        ax.clabel(
            lines,
            fontsize=7,
            manual=[
                tuple(foot + far * out + (0.6 + 0.3 * far) * along)
                for far in (-2, -1, 1, 2)
            ],
        )
        ax.annotate("", foot + out, foot, arrowprops={"arrowstyle": "->", "color": INK})
        ax.set(
            xlabel="$x_1$", ylabel="$x_2$", title=f"w = ({w[0]:g}, {w[1]:g}), b = {b:g}"
        )
    lab.show(
        figure,
        alt="Three half-planes with parallel boundaries and lines of equal distance. The first two pictures are the same; in "
        "the third, where only the weights are doubled, the boundary lies nearer to the origin.",
    )
    nearest = [
        abs(float(signed_distance(np.zeros((1, 2)), w, b)[0]))
        for w, b in [((1, 2), -1), ((2, 4), -2), ((2, 4), -1)]
    ]
    print(
        "Distance of the origin from the boundary: "
        + ", ".join(f"{d:.3f}" for d in nearest)
        + "."
    )
    print(
        "One sign unit cuts the plane into two half-planes, and the scale of (w, b) does not matter."
    )

# %% [markdown]
# ## Learning by mistakes
#
# **Exercise 2.2** The perceptron rule. Rosenblatt's rule (1958) visits the points one by one. Let $y$ be the class of a point, $-1$ or $+1$. A point is a *mistake* if it lies on the wrong side or on the
# boundary: $y\,z\le 0$. Then, and only then, weights and bias move:
#
# $$w \leftarrow w + y\,x, \qquad b \leftarrow b + y.$$
#
# This raises $y\,z$ of that point by $\lVert x\rVert^2+1$. The next point sees the new weights. One visit to each row, in order, is a **sweep**. Write one sweep,
# and count its mistakes.
#
# *Predict:* on data that a line separates, will the mistakes per sweep fall steadily? What about the four corners of XOR?


# %%
def perceptron_sweep(x, y, w, b):
    """One sweep of the perceptron rule over the rows of x, in order.

    Args:
        x: float array (n, d).
        y: array (n,) of -1 and +1.
        w: float array (d,); it is not changed.
        b: number.

    Returns:
        (w, b, mistakes): new weights (d,), new bias, and how many rows were mistakes when visited.
        perceptron_sweep([[2, 1], [1, 0]], [1, -1], [0, 0], 0) is ([1, 1], 0, 2):
        the first row lies on the boundary, which gives ([2, 1], 1); then z = 3 for the second row, whose y is -1.
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
def separable(margin, n, seed):
    """n points of a square of side 2 and their classes; none is nearer than `margin` to the line between the classes."""
    rng = np.random.default_rng(seed)
    direction, shift = np.array([0.6, 0.8]), 0.2
    x = rng.uniform(-1, 1, (20 * n, 2))
    z = x @ direction + shift
    x, z = x[np.abs(z) >= margin][:n], z[np.abs(z) >= margin][:n]
    return x, np.where(z >= 0, 1, -1), direction, shift


CORNERS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
CORNER_CLASSES = np.array(
    [-1, 1, -1, 1]
)  # XOR: +1 where the signs of the coordinates differ

with lab.needs("2.2"):
    figure, (left, right) = subplots(1, 2, size=(9, 3.4))
    for margin, look, colour in [
        (0.2, "o-", PALETTE[0]),
        (0.05, "s--", PALETTE[1]),
        (0.01, "^:", PALETTE[2]),
    ]:
        x, y, direction, shift = separable(margin, 200, lab.seed)
        w, b, counts = np.zeros(2), 0, []
        while not counts or (counts[-1] and len(counts) < 500):
            w, b, mistakes = perceptron_sweep(x, y, w, b)
            counts.append(mistakes)
        left.plot(
            np.arange(1, len(counts) + 1),
            counts,
            look,
            color=colour,
            ms=4,
            label=f"margin {margin}",
        )
        reach = np.max(
            np.sum(x**2, axis=1) + 1
        )  # squared length of the longest row, with a 1 for the bias
        gap = np.min(y * (x @ direction + shift)) ** 2 / (1 + shift**2)
        print(
            f"margin {margin}: {sum(counts)} mistakes in {len(counts)} sweeps; never more than {reach / gap:,.0f}"
        )
        if margin == 0.05:
            claim(
                "perceptron on separable data: mistakes in all",
                "Novikoff 1962",
                f"at most {reach / gap:,.0f}",
                sum(counts),
                "200 points, margin 0.05; the bound is for the worst case",
            )
            theirs = Perceptron(max_iter=3, tol=None, shuffle=False).fit(x, y)
            w, b = np.zeros(2), 0
            for _ in range(3):
                w, b, _ = perceptron_sweep(x, y, w, b)
            same = np.allclose(theirs.coef_[0], w) and np.isclose(
                theirs.intercept_[0], b
            )
            print(
                f"After three sweeps your weights are those of scikit-learn's Perceptron: {same}"
            )
    w, b, states, wrong = np.zeros(2), 0, [], 0
    for visit in range(13):
        states.append([*np.asarray(w, dtype=float).tolist(), float(b)])
        row = slice(
            visit % 4, visit % 4 + 1
        )  # a sweep over a single corner is one visit
        w, b, mistakes = perceptron_sweep(CORNERS[row], CORNER_CLASSES[row], w, b)
        wrong += mistakes
    for values, name, look, colour in zip(
        zip(*states, strict=True),
        ("$w_1$", "$w_2$", "$b$"),
        ("o-", "s--", "^:"),
        PALETTE,
        strict=False,
    ):
        right.plot(range(13), values, look, color=colour, ms=4, label=name)
    right.legend(fontsize=8, loc="upper right")
    left.set(
        xscale="log",
        ylabel="mistakes in the sweep",
        title="A line separates the classes: it ends",
    )
    left.set_xlabel("sweep")
    right.set(
        xlabel="corners visited",
        ylabel="value",
        ylim=(-2.3, 2.3),
        xticks=range(0, 13, 4),
        title="XOR: round and round",
    )
    left.legend(fontsize=8)
    lab.show(
        figure,
        alt="Left, mistakes per sweep reach zero for three margins, later for the smaller ones and not steadily. Right, on the "
        "four XOR corners two weights and the bias go through the same four values again and again.",
    )
    period = next((n for n in range(1, 3) if np.allclose(states[4 * n], states[0])), 0)
    again = {0: "not in two sweeps", 1: "after one sweep", 2: "after two sweeps"}[
        period
    ]
    print(
        f"XOR: {wrong} mistakes in {len(states)} visits. The weights return to their start {again}{', and so on for ever' if period else ''}."
    )
    claim(
        "perceptron on the corners of XOR",
        "COMP5318: the perceptron is a linear classifier",
        "cannot separate",
        f"weights return to their start {again}",
        f"{wrong} mistakes in {len(states)} visits, from zero weights",
    )

# %% [markdown]
# The rule stops if any line can do the job, and the number of its mistakes is bounded by the margin (Novikoff 1962). On XOR no line can, and it runs in circles.
#
# ## A unit that says how sure it is
#
# **Exercise 2.3** The sigmoid unit. It replaces the sign by $p=\sigma(z)=1/(1+e^{-z})$, the **sigmoid**, which climbs smoothly from 0 to 1 and is read as the probability of class 1. Let $t$ be the class,
# now 0 or 1. The *error* of $n$ points is the mean of $-\log(\text{probability given to the right class})$.
#
# Being smooth, it has a slope in every weight. For one point, the slope of $-\log$ in $z$ is $p-t$; and $z$ changes by $x_i$ when $w_i$ changes by 1. So the
# slope in $w_i$ is the mean over the points of $(p-t)\,x_i$, and in $b$ the mean of $(p-t)$. Training steps against the slopes.
#
# *Predict:* which $p$ will a sigmoid unit give on XOR, once it is trained?


# %%
def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry, also for z = 1000 and z = -1000 (no NaN).

    Returns:
        float array of the shape of z. sigmoid([0.0, 1.0]) is [0.5, 0.731...].
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
        error_slopes([[2, 0], [4, 6]], [1, 0], [0, 0], 0) is ([0.5, 1.5], 0.0): p is 0.5 twice.
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
    figure, axes = subplots(1, 2, size=(8, 3.5))
    for ax, name in zip(axes, ("moons", "xor"), strict=True):
        x, t = PUZZLES[name][0].astype(float), PUZZLES[name][1]
        w, b = np.zeros(2), 0.0
        for _ in range(3000):
            dw, db = error_slopes(x, t, w, b)
            w, b = w - 1.0 * dw, b - 1.0 * db
        draw_regions(lambda p, w=w, b=b: sigmoid(p @ w + b), x, t, soft=True, ax=ax)
        given = sigmoid(x @ w + b)
        right = np.mean((given > 0.5) == t)
        ax.set(xlabel="$x_1$", ylabel="$x_2$", title=f"{name}: {right:.0%} right")
        theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(x, t)
        off = max(np.abs(theirs.coef_[0] - w).max(), abs(theirs.intercept_[0] - b))
        print(
            f"{name}: p from {given.min():.2f} to {given.max():.2f}; weights within {off:.1g} of scikit-learn's LogisticRegression"
        )
    lab.show(
        figure,
        alt="A sigmoid unit on two sets. On the moons the shade passes from orange to blue across a straight line; on XOR it is "
        "nearly the same pale grey everywhere.",
    )
    print(
        "Smooth or not, one unit has one straight boundary. On XOR the best it can say is: I do not know."
    )
    claim(
        "one sigmoid unit on XOR, share right",
        "COMP5318: 0 hidden layers, linear classifier",
        "",
        f"{right:.0%}",
        "300 points",
    )

# %% [markdown]
# ## A second layer
#
# **Exercise 2.4** Two units and a third. Now let units feed a unit. Let the $h$ *hidden* units have weights in the columns of a matrix $W$ of shape $(d,h)$ and biases $\beta$. Each gives $a_j=\pm1$. The *output*
# unit takes $a=(a_1,\dots,a_h)$ as its input, with weights $v$ and bias $c$. All are sign units ($+1$ at sum 0).
#
# Write the network, then choose weights with two hidden units that solve XOR: $+1$ where the signs of $x_1$ and $x_2$ differ. Ask: which *two* half-planes
# would you need, and what must the output unit do with them?
#
# *Predict:* is there only one solution?


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
        sign_network([[5], [1]], [[1, 1]], [-2, -4], [1, 1], -1) is [1, -1]: hidden (1, 1) and (-1, -1), sums 1 and -3.
    """
    ### BEGIN SOLUTION
    hidden = np.where(np.asarray(x) @ np.asarray(W) + np.asarray(beta) >= 0, 1, -1)
    return np.where(hidden @ np.asarray(v) + c >= 0, 1, -1)
    ### END SOLUTION


def xor_weights():
    """Weights that make sign_network solve XOR at the corners (1, 1), (-1, 1), (-1, -1), (1, -1).

    They must still be right when every coordinate of a corner moves by up to 0.2. Any solution is welcome.

    Returns:
        (W, beta, v, c) of shapes (2, 2), (2,), (2,) and a number; the output is +1 where the two signs differ.
    """
    ### BEGIN SOLUTION
    return [[1, -1], [-1, 1]], [-1, -1], [1, 1], 1
    ### END SOLUTION


# %%
check("2.4")

# %%
with lab.needs("2.4"):
    W, beta, v, c = (np.asarray(part, dtype=float) for part in xor_weights())
    x, t = PUZZLES["xor"]
    figure, axes = subplots(1, 3, size=(10.5, 3.4))
    box = (-1.6, 1.6, -1.6, 1.6)
    for unit, ax in enumerate(axes[:2]):
        draw_regions(
            lambda p, unit=unit: np.where(p @ W[:, unit] + beta[unit] >= 0, 1, -1),
            CORNERS,
            CORNER_CLASSES,
            limits=box,
            threshold=0,
            title=f"hidden unit {unit + 1}",
            ax=ax,
        )
    draw_regions(
        lambda p: sign_network(p, W, beta, v, c),
        CORNERS,
        CORNER_CLASSES,
        limits=box,
        threshold=0,
        title="output unit",
        ax=axes[2],
    )
    for ax in axes:
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    lab.show(
        figure,
        alt="Two hidden units, each a half-plane, and the output unit's region, which puts all four XOR corners on the side of "
        "their class: a boundary of two lines.",
    )
    solved = np.array_equal(sign_network(CORNERS, W, beta, v, c), CORNER_CLASSES)
    print(f"All four corners right: {solved}. Two lines do what no single line can.")
    print(
        f"The puzzle asks for whole quadrants, not corners: on its {len(x)} points this reaches {np.mean((sign_network(x, W, beta, v, c) > 0) == t):.0%}."
    )
    claim(
        "XOR corners with one hidden layer of two units",
        "CNN and Keras: multilayer perceptron",
        "solved",
        "solved" if solved else "not",
    )

# %% [markdown]
# ## Half-plane, convex region, combination
#
# **Exercise 2.5** Cutting out a shape. A region is **convex** if it holds, with any two of its points, all of the segment between them. Where half-planes overlap, the overlap is convex.
#
# - An **all-of** unit over $k$ inputs $\pm1$ gives $+1$ only if all are $+1$. An **any-of** unit gives $+1$ if at least one is. Both are sign units.
# - A polygon's *corners* are listed anticlockwise. Seen from corner $p$ to the next, $q$, the inside lies to the left: the edge $e=q-p$, turned left, is
#   $(-e_2,e_1)$, and points inwards. One hidden unit per edge, then all-of, gives the polygon.
#
# A third layer, any-of, can join polygons.
#
# *Predict:* how many units does a five-pointed star need?


# %%
def all_of(k):
    """Weights (k,) and bias of a sign unit that gives +1 only if all k inputs (+1 or -1) are +1; k is 1 or more."""
    ### BEGIN SOLUTION
    return np.ones(k), 1 - k
    ### END SOLUTION


def any_of(k):
    """Weights (k,) and bias of a sign unit that gives +1 if at least one of k inputs (+1 or -1) is +1."""
    ### BEGIN SOLUTION
    return np.ones(k), k - 1
    ### END SOLUTION


def polygon_units(corners):
    """Sign units, one per edge of a convex polygon, each +1 on the inner side of its edge.

    Args:
        corners: float array (k, 2), anticlockwise; the last edge runs back to the first corner.

    Returns:
        (W, beta): float arrays (2, k) and (k,), column i for the edge from corner i to the next; their scale is free.
        For the triangle [[0, 0], [4, 0], [0, 4]] the first unit is +1 where x_2 >= 0: column (0, 1), bias 0, for example.
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
def polygon(k, centre, radius, turn=0.0):
    """Corners of a regular polygon, anticlockwise."""
    angle = turn + 2 * np.pi * np.arange(k) / k
    return np.asarray(centre) + radius * np.column_stack([np.cos(angle), np.sin(angle)])


def star():
    """Five triangles that together make a five-pointed star: each from a tip to the two inner corners beyond its neighbours."""
    tips, inner = (
        polygon(5, (0, 0), 1.6, np.pi / 2),
        polygon(5, (0, 0), 1.6 * 0.382, np.pi / 2 + np.pi / 5),
    )
    return [
        np.array([tips[i], inner[(i + 1) % 5], inner[(i + 3) % 5]]) for i in range(5)
    ]


def convexity_gap(inside, points):
    """Share of the points in the convex hull of a region that the region leaves out; 0 if it is convex, up to the grid."""
    hull = Path(points[inside][ConvexHull(points[inside]).vertices]).contains_points(
        points
    )
    return float(np.mean(~inside[hull]))


def sign(z):
    """+1 where z >= 0, else -1."""
    return np.where(z >= 0, 1, -1)


with lab.needs("2.5"):
    box = (-2, 2, -2, 2)

    def polygons_network(shapes):
        """Two hidden layers: the edges of all shapes, one all-of unit per shape, and any-of on top."""

        def give(p):
            inside = []
            for corners in shapes:
                W, beta = (np.asarray(part) for part in polygon_units(corners))
                v, c = all_of(len(corners))
                inside.append(sign(sign(p @ W + beta) @ v + c))
            v, c = any_of(len(shapes))
            return sign(np.stack(inside, axis=1) @ v + c)

        return give

    hexagon = polygon(6, (0, 0), 1.4)
    shapes = {
        "0 hidden layers": [lambda p: sign(p @ np.array([1.0, 0.5]) - 0.3), "1 unit"],
        "1 hidden layer": [polygons_network([hexagon]), "6 + 1 units"],
        "2 hidden layers": [polygons_network(star()), "15 + 5 + 1 units"],
        "2 hidden layers ": [
            polygons_network(
                [polygon(4, (-0.9, 0.7), 0.8), polygon(3, (0.8, -0.5), 0.9)]
            ),
            "7 + 2 + 1 units",
        ],
    }
    figure, axes = subplots(1, 4, size=(11, 3.2))
    for ax, (name, (give, units)) in zip(axes, shapes.items(), strict=True):
        draw_regions(give, limits=box, threshold=0, resolution=160, ax=ax)
        ax.set_title(f"{name.strip()}, {units}", fontsize=9)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    lab.show(
        figure,
        alt="Four shaded regions from units chosen by hand: a half-plane with no hidden layer, a hexagon with one, and with two "
        "hidden layers a five-pointed star and a pair of separate polygons.",
    )
    grid = plane(box, 90)
    gaps = [convexity_gap(give(grid) > 0, grid) for give, _ in shapes.values()]
    right_inside = Path(hexagon).contains_points(grid) == (
        shapes["1 hidden layer"][0](grid) > 0
    )
    print(
        f"Your hexagon agrees with matplotlib's on {np.mean(right_inside):.1%} of {len(grid)} points."
    )
    print(
        "Share of the convex hull that the region leaves out: "
        + ", ".join(f"{gap:.1%}" for gap in gaps)
        + "."
    )
    for hidden, text, gap in [
        (0, "linear classifier", gaps[0]),
        (1, "boundary of convex region", gaps[1]),
        (2, "combinations of convex regions", gaps[2]),
    ]:
        claim(
            f"{hidden} hidden layer(s), units by hand",
            "COMP5318",
            text,
            f"hull left out: {gap:.1%}",
            "half-plane, hexagon, star",
        )

# %% [markdown]
# Half-planes, then their overlap, then any combination: with two hidden layers of sign units you can cut out every shape that has straight edges.
#
# ## Counting pieces
#
# **Exercise 2.6** How many pieces? Networks that learn use smoother units. A **ReLU** unit gives $\max(0,z)$: it is *off* ($z\le0$) or *on* ($z>0$). Each layer feeds the next. Where no unit
# switches, the whole network is one linear function. So the plane falls into **pieces**, one per on/off pattern of *all* hidden units, and every
# piece is convex. Count them by trying many points: the number of different patterns.
#
# In one hidden layer each of $h$ units draws one line. A new line crosses each of the $j$ older ones at most once, so it cuts through at most $j+1$ pieces and adds
# as many.
#
# *Predict:* how many pieces can 10 lines make: 20, 56 or 1024?


# %%
def count_pieces(x, weights, biases):
    """How many different on/off patterns the hidden ReLU units show on the rows of x.

    Args:
        x: float array (n, d).
        weights: list of arrays, (units below, units) per hidden layer, from the input upwards; it may be empty.
        biases: list of arrays (units,), one per hidden layer.

    Returns:
        int, 1 if there is no hidden layer.
        count_pieces([[-1], [1], [3]], [[[1, 1]]], [[0, -2]]) is 3: off off, on off, on on.
    """
    ### BEGIN SOLUTION
    a, patterns = np.asarray(x, dtype=float), np.zeros((len(x), 1), dtype=bool)
    for w, b in zip(weights, biases, strict=True):
        z = a @ np.asarray(w) + np.asarray(b)
        patterns, a = np.hstack([patterns, z > 0]), np.maximum(z, 0)
    return len(np.unique(patterns, axis=0))
    ### END SOLUTION


def most_pieces(h):
    """The largest number of pieces into which h lines can cut the plane; most_pieces(0) is 1, most_pieces(2) is 4."""
    ### BEGIN SOLUTION
    return 1 + h + h * (h - 1) // 2
    ### END SOLUTION


# %%
check("2.6")


# %%
def trained(name, hidden, *, steps, seed=0, noise=0.05, rate=0.02, n=400):
    """A playground network with ReLU units after some training steps."""
    trainer = Trainer(
        Settings(
            data=name,
            hidden=hidden,
            activation="relu",
            learning_rate=rate,
            noise=noise,
            n=n,
            seed=seed,
            test_share=0.5,
        )
    )
    trainer.step(steps)
    return trainer


def draw_pieces(network, limits, ax):
    """A thin line wherever a hidden unit switches."""
    grid = plane(limits, 120)
    for layer in network.forward(grid)[1:-1]:
        for unit in layer.T:
            on = (unit > 0).astype(float).reshape(120, 120)
            if 0 < on.mean() < 1:
                ax.contour(
                    grid[:120, 0],
                    grid[::120, 1],
                    on,
                    levels=[0.5],
                    colors="0.35",
                    linewidths=0.4,
                )


DEPTHS = [(), (8,), (8, 8)]
galleries = {
    (name, hidden): trained(name, hidden, steps=lab.pick(2000, 500), seed=lab.seed)
    for name in PUZZLES
    for hidden in DEPTHS
}

with lab.needs("2.6"):
    figure, axes = subplots(3, 4, size=(11, 8.6))
    pieces, dents = {}, {}
    for (name, hidden), ax in zip(
        itertools.product(PUZZLES, DEPTHS), axes.T.ravel(), strict=True
    ):
        trainer = galleries[name, hidden]
        network, limits = trainer.network, around(trainer.x_train)
        hidden_layers = network.weights[:-1], network.biases[:-1]
        grid = plane(limits, 150)
        blue = network(grid) > 0.5
        dents[name, hidden] = convexity_gap(blue, grid) if blue.sum() > 300 else 0.0
        pieces[name, hidden] = (
            count_pieces(grid, *hidden_layers),
            count_pieces(grid[blue], *hidden_layers) if blue.any() else 0,
        )
        draw_regions(network, trainer.x_test, trainer.y_test, limits=limits, ax=ax)
        draw_pieces(network, limits, ax)
        every, of_blue = pieces[name, hidden]
        ax.set_title(
            f"{name}, {len(hidden)} hidden: {trainer.accuracy()[1]:.0%} right\n{every} piece{'s' * (every > 1)}, {of_blue} in blue",
            fontsize=9,
        )
        ax.set(xticks=[], yticks=[])
    lab.show(
        figure,
        alt="Decision regions on four data sets in columns, with 0, 1 and 2 hidden layers of eight ReLU units in rows. Thin "
        "lines cut the plane into convex pieces, more of them with each layer, and the blue region bends along them.",
    )
    for hidden in DEPTHS:
        rows = [pieces[name, hidden] for name in PUZZLES]
        right = [galleries[name, hidden].accuracy()[1] for name in PUZZLES]
        print(
            f"Hidden layers: {len(hidden)}. Pieces on average: {np.mean([r[0] for r in rows]):.0f} "
            f"({np.mean([r[1] for r in rows]):.0f} in blue), {np.mean(right):.0%} of the test points right"
        )
        claim(
            f"trained, {len(hidden)} hidden layer(s): convex pieces in the blue region",
            "COMP5318",
            [
                "linear: one half-plane",
                "boundary of a convex region",
                "combinations of convex regions",
            ][len(hidden)],
            ", ".join(
                f"{name} {p[1]} ({dents[name, hidden]:.0%})"
                for name, p in zip(PUZZLES, rows, strict=True)
            ),
            "in brackets, share of the convex hull that the region leaves out"
            + (
                "; not convex once the top unit may also subtract"
                if len(hidden) == 1
                else ""
            ),
        )
    print(
        f"Eight lines make at most {most_pieces(8)} pieces, ten at most {most_pieces(10)}."
    )

# %% [markdown]
# Every piece is convex, but the blue region need not be: one hidden layer with a *free* output unit already does more than one convex region, as the output may
# also subtract. A second layer bends the lines of the first, and the pieces multiply.
#
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
#
# **Exercise 2.7** A wide hidden layer can follow any curve. Let $f$ be a function of one number, known at *knots* $k_0<k_1<\dots<k_m$ with values $f_0,\dots,f_m$. One hidden layer of $m$ ReLU units can pass through all of them, by straight pieces:
#
# $$g(x)=f_0+\sum_{i=0}^{m-1} c_i\,\max(0,\;x-k_i).$$
#
# Unit $i$ switches on at $k_i$ and *changes* the slope by its output weight $c_i$. Between $k_i$ and $k_{i+1}$ the slope must be $s_i=(f_{i+1}-f_i)/(k_{i+1}-k_i)$. So what is
# $c_0$, and what is $c_i$ for later units?
#
# *Predict:* if you double the units, does the largest error halve, or do better?


# %%
def bend_weights(knots, values):
    """Output weights of the ReLU network that passes through all knots.

    Args:
        knots: float array (m + 1,), increasing, not necessarily evenly spaced; m is 1 or more.
        values: float array (m + 1,).

    Returns:
        float array (m,). bend_weights([0, 1, 3], [5, 7, 3]) is [2, -4]: slope 2, then slope -2.
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
        float array (n,). relu_curve([0, 1, 3], 5, [0, 1], [2, -4]) is [5, 7, 3].
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
def target(x):
    """A smooth curve with slow and fast parts."""
    return np.sin(6 * x) * np.exp(-x) + 0.5 * x


with lab.needs("2.7"):
    fine = np.linspace(0, 3, 3001)
    sizes, worst = [2, 4, 8, 16, 32, 64, 128, 256], []
    for m in sizes:
        knots = np.linspace(0, 3, m + 1)
        g = relu_curve(
            fine, target(0.0), knots[:-1], bend_weights(knots, target(knots))
        )
        worst.append(float(np.max(np.abs(g - target(fine)))))
    figure, (left, right) = subplots(1, 2, size=(9.5, 3.5))
    left.plot(fine, target(fine), color=GREY, lw=4, alpha=0.5, label="the curve")
    for m, look, colour in [
        (4, ":", PALETTE[2]),
        (8, "--", PALETTE[1]),
        (32, "-", PALETTE[0]),
    ]:
        knots = np.linspace(0, 3, m + 1)
        g = relu_curve(
            fine, target(0.0), knots[:-1], bend_weights(knots, target(knots))
        )
        left.plot(fine, g, look, color=colour, lw=1.4, label=f"{m} units")
    left.set(xlabel="x", ylabel="g(x)", title="More units, closer")
    left.legend(fontsize=8)
    right.plot(sizes, worst, "o-", color=PALETTE[0])
    right.set(
        xscale="log",
        yscale="log",
        xlabel="hidden units",
        ylabel="largest error",
        title="Far out: twice the units, a quarter of the error",
    )
    lab.show(
        figure,
        alt="Left, a wavy curve and networks of 4, 8 and 32 ReLU units that follow it by straight pieces, the last one closely. "
        "Right, the largest error against the number of units on logarithmic axes: from 8 units on nearly a straight line downwards.",
    )
    power = np.polyfit(np.log(sizes[3:]), np.log(worst[3:]), 1)[0]
    gap = np.max(np.abs(g - np.interp(fine, knots, target(knots))))
    print(
        f"From {sizes[3]} units on, the error falls like (units)^{power:.2f}. Your curve and np.interp differ by at most {gap:.1g}."
    )
    claim(
        "universal approximation: largest error on a smooth curve",
        "COMP5318: 2-layer networks are universal",
        "falls to 0",
        f"{worst[0]:.2g} with 2 units, {worst[-1]:.1g} with 256",
        f"power {power:.2f}; weights chosen by formula, not learned",
    )

# %% [markdown]
# One hidden layer suffices for any continuous curve, if it may be wide (Cybenko 1989; Hornik 1991). It does not say how wide, nor that training finds it.
#
# ## Width against depth
#
# **Exercise 2.8** A fair comparison. To compare a wide network with a deep one, give both the same number of *parameters*, weights and biases together. A layer of $u$ units over $d$ inputs has $d\,u$ weights and $u$ biases. `sizes` lists a
# network's layers from the inputs to the outputs, so `[2, 5, 1]` has $2\cdot5+5+5\cdot1+1=21$ parameters.
#
# For `depth` hidden layers of equal width $w$, find the widest network that stays within a *budget* of parameters.
#
# *Predict:* on the spiral with about 100 parameters, which is better: 1, 2 or 3 hidden layers?


# %%
def count_parameters(sizes):
    """Weights and biases of a fully connected network.

    Args:
        sizes: list of layer sizes, inputs first, outputs last; two entries or more.

    Returns:
        int. count_parameters([2, 5, 1]) is 21.
    """
    ### BEGIN SOLUTION
    return sum((below + 1) * units for below, units in itertools.pairwise(sizes))
    ### END SOLUTION


def widest(depth, budget, inputs=2, outputs=1):
    """The largest width w of `depth` equal hidden layers whose network has at most `budget` parameters.

    Args:
        depth: hidden layers, 1 or more.
        budget: large enough for w = 1.

    Returns:
        int. widest(1, 21) is 5, and so is widest(1, 24): with w = 6 there would be 25 parameters.
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
def keras_parameters(sizes):
    """What Keras counts for the same layers."""
    import keras

    return keras.Sequential(
        [keras.Input((sizes[0],)), *[keras.layers.Dense(units) for units in sizes[1:]]]
    ).count_params()


def library_widest(depth, budget, inputs=2, outputs=1):
    """What Exercise 2.8 asks for, by counting a playground network."""
    return max(
        w
        for w in range(1, budget)
        if w == 1 or Network((w,) * depth, inputs=inputs).parameters <= budget
    )


find_width = lab.answer("2.8", fallback=library_widest, name="widest")
SEEDS = range(lab.seed, lab.seed + lab.pick(5, 3))
BUDGETS = lab.pick(
    [57, 109, 177], [57, 109]
)  # sizes that all three depths come close to
contest = {}
for budget, depth, seed in itertools.product(BUDGETS, (1, 2, 3), SEEDS):
    hidden = (find_width(depth, budget),) * depth
    trainer = trained(
        "spiral", hidden, steps=lab.pick(2000, 700), seed=seed, rate=0.02, n=600
    )
    contest[budget, depth, seed] = trainer.network.parameters, *trainer.accuracy()

figure, axes = subplots(1, len(BUDGETS), size=(3.4 * len(BUDGETS), 3.4), sharey=True)
for ax, budget in zip(axes, BUDGETS, strict=True):
    for depth, marker in zip((1, 2, 3), "osD", strict=True):
        shares = [contest[budget, depth, seed][2] for seed in SEEDS]
        places = depth + np.linspace(-0.12, 0.12, len(shares))
        ax.plot(places, shares, marker, color=PALETTE[depth - 1], ms=5, alpha=0.8)
        ax.hlines(np.mean(shares), depth - 0.3, depth + 0.3, color=INK, lw=1.5)
        ax.annotate(
            f"width {find_width(depth, budget)}", (depth, 0.53), ha="center", fontsize=8
        )
    ax.set(
        xticks=(1, 2, 3),
        xlim=(0.5, 3.5),
        ylim=(0.5, 1.02),
        xlabel="hidden layers",
        title=f"at most {budget} parameters",
    )
axes[0].set_ylabel("share of test points right")
lab.show(
    figure,
    alt="Share of spiral test points right for 1, 2 and 3 hidden layers at equal budgets of parameters, one point per seed and "
    "a bar at the mean. The seeds scatter widely, and larger budgets are better.",
)
for budget, depth in itertools.product(BUDGETS, (1, 2, 3)):
    shares = np.array([contest[budget, depth, seed][2] for seed in SEEDS])
    size = contest[budget, depth, SEEDS[0]][0]
    print(
        f"{depth} hidden of width {find_width(depth, budget)}, {size} parameters: {shares.mean():.1%} right, {shares.min():.1%} to {shares.max():.1%}"
    )
    if budget in (BUDGETS[0], BUDGETS[-1]):
        claim(
            f"{depth} hidden layer(s), {size} parameters: spiral test points right",
            "COMP5318: going deeper, generalising better",
            "deeper is better",
            f"{shares.mean():.1%} ({shares.min():.1%} to {shares.max():.1%})",
            f"{len(shares)} seeds; on two inputs and with little training the order is not settled by depth alone",
        )

# %%
with lab.needs("2.8"):
    nets = [[2, 5, 1], [2, 8, 8, 1], [784, 30, 20, 10]]
    ours, theirs = (
        [count_parameters(net) for net in nets],
        [keras_parameters(net) for net in nets],
    )
    print(f"Your counts {ours}, Keras's {theirs}: equal is {ours == theirs}.")
    claim("parameters by hand are those of Keras", "Keras", theirs, ours)

# %% [markdown]
# Depth is not free: at the smallest budget the layers get narrow, and a narrow layer can lose what the layers above would need. Compare the spread of the seeds with the
# distance of the means before you call a winner.
#
# ## The first picture, explained
#
# The same four kinds of points, with networks of two hidden layers of eight units.

# %%
with lab.needs("2.6"):
    figure, axes = subplots(1, 4, size=(11, 3.3))
    for ax, name in zip(axes, PUZZLES, strict=True):
        trainer = galleries[name, (8, 8)]
        limits = around(trainer.x_train)
        grid = plane(limits, 150)
        found = count_pieces(
            grid[trainer.network(grid) > 0.5],
            trainer.network.weights[:-1],
            trainer.network.biases[:-1],
        )
        draw_regions(
            trainer.network, trainer.x_test, trainer.y_test, limits=limits, ax=ax
        )
        draw_pieces(trainer.network, limits, ax)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        ax.set_title(
            f"{name}: {trainer.accuracy()[1]:.0%}, {found} blue pieces", fontsize=9
        )
        print(
            f"{name}: {trainer.accuracy()[1]:.0%} of unseen points right, blue is a union of {found} convex pieces"
        )
    lab.show(
        figure,
        alt="The four sets of the opening picture, each with the region of a network of two hidden layers. The boundaries now "
        "bend along many short straight edges and follow the classes.",
    )

# %% [markdown]
# Now you can explain it. One unit cuts the plane once, whatever its rule of learning. A hidden layer cuts it many times and the output unit gathers pieces; with each further
# layer pieces are cut again. How many pieces a network *can* have is arithmetic; which ones it *gets* is training.
#
# ## Receipt
#
# What the lectures and papers say, beside what just ran.

# %%
lab.receipt(list(claims.values()), seeds=list(SEEDS))

# %% [markdown]
# ## Go further
#
# - Draw the star of Exercise 2.5 with *one* hidden layer: five lines, and an output unit that asks for at least four of them. Is one hidden layer limited to convex regions?
# - Average the weights over all visits of the perceptron rule (Freund and Schapire 1999). How does it do on the moons, where the rule itself never stops?
# - The tent $t(x)=2\min(x,1-x)$ on $[0,1]$ needs two ReLU units. Feed it to itself $k$ times: how many straight pieces, with how many units (Telgarsky 2016)? How many units would one hidden layer need?
# - Train the net of Exercise 2.7 instead of computing it, from several seeds. Which errors does it reach, and where do its knots go?
# - Give the sigmoid unit of Exercise 2.3 the extra inputs $x_1x_2$, $x_1^2$ and $x_2^2$. Which puzzles fall now? What does a hidden layer do that you just did by hand?
# - Count the pieces of a network before and after training. Does training add pieces?
