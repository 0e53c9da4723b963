"""The pictures of lab 02 and what is seen on them. Nothing here answers an exercise."""

import numpy as np
from scipy.spatial import ConvexHull
from sklearn.linear_model import LogisticRegression

from coursekit.plots import GREY, INK, PALETTE, subplots
from coursekit.plots.regions import around, draw_regions, plane

LOOKS = ("o-", "s--", "^:")


def best_line(x, t):
    """The straight line that leaves most points on the side of their class, by trying many.

    Args:
        x: points (n, 2).
        t: classes (n,), 0 and 1.

    Returns:
        (w, b, share): class 1 where x @ w > b; the share of the points that is right.
    """
    best = (np.zeros(2), 0.0, 0.0)
    for angle in np.arange(360) * np.pi / 180:
        w = np.array([np.cos(angle), np.sin(angle)])
        order = np.argsort(x @ w)
        along, ones = (x @ w)[order], t[order]
        # with i points on the side of class 0: its zeros below the cut and its ones above
        zeros_below = np.concatenate([[0], np.cumsum(ones == 0)])
        ones_above = ones.sum() - np.concatenate([[0], np.cumsum(ones == 1)])
        right = (zeros_below + ones_above) / len(t)
        cut = int(np.argmax(right))
        if right[cut] > best[2]:
            ends = np.concatenate([[along[0] - 1], along, [along[-1] + 1]])
            best = (w, float(ends[cut] + ends[cut + 1]) / 2, float(right[cut]))
    return best


def straight_lines(puzzles):
    """Each puzzle with the best straight line there is.

    Args:
        puzzles: dict from a name to points (n, 2) and classes (n,).

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 4, size=(11, 3.2))
    for ax, (name, (x, t)) in zip(axes, puzzles.items(), strict=True):
        w, b, right = best_line(x, t)
        title = f"{name}: {right:.0%} right"
        draw_regions(lambda p, w=w, b=b: p @ w > b, x, t, title=title, ax=ax)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return figure, (
        "Four sets of points in two classes, each with a straight boundary: a ring around a ring, two "
        "half moons, four quadrants, two spiral arms. On every set some points lie on the wrong side."
    )


def half_planes(units, sign_unit, signed_distance):
    """What sign units say in the plane, with lines of equal distance and the arrow w.

    Args:
        units: pairs of weights (w1, w2) and bias.
        sign_unit, signed_distance: functions (x, w, b) -> (n,).

    Returns:
        (figure, alt).
    """
    box, levels = (-2, 3, -2, 2), (-2, -1, 1, 2)
    grid = plane(box, 60)
    figure, axes = subplots(1, len(units), size=(10.5, 3.2))
    for ax, (w, b) in zip(axes, units, strict=True):
        draw_regions(
            lambda p, w=w, b=b: sign_unit(p, w, b), limits=box, threshold=0, ax=ax
        )
        far = np.asarray(signed_distance(grid, w, b)).reshape(60, 60)
        style = {"colors": "0.45", "linewidths": 0.8}
        lines = ax.contour(grid[:60, 0], grid[::60, 1], far, levels=levels, **style)
        foot = -b * np.array(w) / np.dot(w, w)  # nearest to the origin
        out = np.array(w) / np.linalg.norm(w)
        along = np.array([out[1], -out[0]])
        where = [tuple(foot + d * out + (0.6 + 0.3 * d) * along) for d in levels]
        ax.clabel(lines, fontsize=7, manual=where)
        ax.annotate("", foot + out, foot, arrowprops={"arrowstyle": "->", "color": INK})
        ax.plot(0, 0, "+", color=INK, ms=8)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        ax.set_title(f"w = ({w[0]:g}, {w[1]:g}), b = {b:g}")
    return figure, (
        "Three half-planes with parallel boundaries and lines of equal distance. The first two "
        "pictures are the same; in the third, where only the weights are doubled, the boundary lies "
        "nearer to the origin, which a cross marks."
    )


def separable(margin, n, seed):
    """Points that a line separates, none nearer to it than `margin`.

    Returns:
        (x, y, bound): points (n, 2), classes -1 and +1, and Novikoff's bound on the mistakes.
    """
    rng = np.random.default_rng(seed)
    direction, shift = np.array([0.6, 0.8]), 0.2
    x = rng.uniform(-1, 1, (20 * n, 2))
    z = x @ direction + shift
    x, z = x[np.abs(z) >= margin][:n], z[np.abs(z) >= margin][:n]
    longest = np.max(np.sum(x**2, axis=1) + 1)  # squared, with a 1 for the bias
    return x, np.where(z >= 0, 1, -1), longest * (1 + shift**2) / np.min(z**2)


def sweeps(counts, bounds):
    """Mistakes per sweep for several margins.

    Args:
        counts: dict from a margin to the mistakes of each sweep.
        bounds: dict from a margin to the bound on their sum.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 3.4))
    for (margin, mistakes), look, colour in zip(
        counts.items(), LOOKS, PALETTE, strict=False
    ):
        label = (
            f"margin {margin}: {sum(mistakes)} in all, at most {bounds[margin]:,.0f}"
        )
        style = {"color": colour, "ms": 4, "label": label}
        ax.plot(np.arange(1, len(mistakes) + 1), mistakes, look, **style)
    ax.set(xscale="log", ylabel="mistakes in the sweep", xlabel="sweep")
    ax.set_title("A line separates the classes")
    ax.legend(fontsize=8)
    return figure, (
        "Mistakes per sweep for three margins. All three curves reach zero, later for the smaller "
        "margins, and they go up and down on the way."
    )


def xor_walk(states):
    """Weights and bias while the corners of XOR are visited.

    Args:
        states: rows (w1, w2, b), one before each visit and one after the last.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 2.8))
    columns = np.asarray(states, dtype=float).T
    names = ("$w_1$", "$w_2$", "$b$")
    for values, name, look, colour in zip(columns, names, LOOKS, PALETTE, strict=False):
        ax.plot(values, look, color=colour, ms=4, label=name)
    ax.set(xlabel="corners visited", ylabel="value", ylim=(-2.3, 2.3))
    ax.set(xticks=range(0, len(states), 4), title="The four corners of XOR")
    ax.legend(fontsize=8, loc="upper right")
    return figure, (
        "Two weights and the bias while the four XOR corners are visited again and again: all three "
        "go through the same few values in every sweep."
    )


def sigmoid_units(puzzles, fitted, sigmoid):
    """Trained sigmoid units, shaded by the probability they give.

    Args:
        puzzles: dict from a name to points and classes.
        fitted: dict from a name to (w, b, probabilities of the points).
        sigmoid: function of sums.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, len(fitted), size=(8.4, 3.6))
    for ax, (name, (w, b, given)) in zip(axes, fitted.items(), strict=True):
        x, t = puzzles[name]
        draw_regions(lambda p, w=w, b=b: sigmoid(p @ w + b), x, t, soft=True, ax=ax)
        library = LogisticRegression(C=np.inf, tol=1e-8).fit(x.astype(float), t)
        off = max(np.abs(library.coef_[0] - w).max(), abs(library.intercept_[0] - b))
        right = np.mean((np.asarray(given) > 0.5) == t)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        told = f"weights within {off:.1g} of scikit-learn's"
        ax.set_title(f"{name}: {right:.0%} right\n{told}", fontsize=9)
    return figure, (
        "A sigmoid unit on two sets. On the moons the shade passes from orange to blue across a "
        "straight line; on XOR it is nearly the same pale grey everywhere."
    )


def two_lines(W, beta, answers):
    """The lines of two hidden units, and what networks make of them.

    Args:
        W, beta: weights (2, 2) and biases (2,) of the hidden units.
        answers: dict from a title to a function of points that gives -1 and +1.

    Returns:
        (figure, alt).
    """
    corners = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    classes = np.array([-1, 1, -1, 1])
    panels = {
        f"hidden unit {unit + 1}": lambda p, unit=unit: p @ W[:, unit] + beta[unit]
        for unit in range(2)
    } | answers
    figure, axes = subplots(1, len(panels), size=(11, 3.2))
    for ax, (title, give) in zip(axes, panels.items(), strict=True):
        box = (-1.6, 1.6, -1.6, 1.6)
        style = {"limits": box, "threshold": 0, "title": title}
        draw_regions(give, corners, classes, ax=ax, **style)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return figure, (
        "Two hidden units, each a half-plane; the output unit's region, which puts all four XOR "
        "corners on the side of their class; and the region of the mirrored network, which does the "
        "same with other lines."
    )


def polygon(k, centre, radius, turn=0.0):
    """Corners of a regular polygon, anticlockwise, (k, 2)."""
    angle = turn + 2 * np.pi * np.arange(k) / k
    return np.asarray(centre) + radius * np.column_stack([np.cos(angle), np.sin(angle)])


def shapes():
    """A hexagon, a five-pointed star and a pair, each as a list of convex polygons."""
    tips = polygon(5, (0, 0), 1.6, np.pi / 2)
    inner = polygon(5, (0, 0), 1.6 * 0.382, np.pi / 2 + np.pi / 5)
    star = [
        np.array([tips[i], inner[(i + 1) % 5], inner[(i + 3) % 5]]) for i in range(5)
    ]
    pair = [polygon(4, (-0.9, 0.7), 0.8), polygon(3, (0.8, -0.5), 0.9)]
    return {"hexagon": [polygon(6, (0, 0), 1.4)], "star": star, "pair": pair}


def hull_gap(inside, points):
    """Share of the points in a region's convex hull that the region leaves out; 0 if it is convex,
    up to the grid, or too small to tell."""
    if np.sum(inside) <= 300:
        return 0.0
    faces = ConvexHull(points[inside]).equations
    in_hull = np.all(points @ faces[:, :-1].T + faces[:, -1] <= 1e-9, axis=1)
    return float(np.mean(~inside[in_hull]))


def cut_out(made, union):
    """Regions of units chosen by hand, and how far each is from convex.

    Args:
        made: dict from a name to a list of convex polygons.
        union: function (polygons, points) -> True inside one of them.

    Returns:
        (figure, alt).
    """
    box = (-2, 2, -2, 2)
    grid = plane(box, 90)
    figure, axes = subplots(1, len(made), size=(9.5, 3.6))
    for ax, (name, parts) in zip(axes, made.items(), strict=True):
        draw_regions(lambda p, s=parts: union(s, p), limits=box, resolution=160, ax=ax)
        gap = hull_gap(union(parts, grid), grid)
        told = f"leaves out {gap:.0%} of its convex hull"
        ax.set_title(f"{name}: {len(parts)} all-of\n{told}", fontsize=9)
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return figure, (
        "Three shaded regions from units chosen by hand: a hexagon, a five-pointed star with sharp "
        "tips, and a square beside a triangle."
    )


def _draw_network(ax, trainer, title):
    """The region of a trained network, with a thin line wherever a hidden unit switches."""
    limits = around(trainer.x_train)
    network, grid = trainer.network, plane(limits, 120)
    draw_regions(network, trainer.x_test, trainer.y_test, limits=limits, ax=ax)
    style = {"levels": [0.5], "colors": "0.35", "linewidths": 0.4}
    for layer in network.forward(grid)[1:-1]:
        for unit in layer.T:
            on = (unit > 0).astype(float).reshape(120, 120)
            if 0 < on.mean() < 1:
                ax.contour(grid[:120, 0], grid[::120, 1], on, **style)
    ax.set_title(title, fontsize=9)
    ax.set(xticks=[], yticks=[])


def gallery(trainers, pieces):
    """Trained networks, one column per data set and one row per depth.

    Args:
        trainers: dict from (data, hidden layers) to a trainer.
        pieces: dict from the same keys to the pieces everywhere and in the blue region.

    Returns:
        (figure, alt).
    """
    names = list(dict.fromkeys(name for name, _ in trainers))
    rows = len(trainers) // len(names)
    figure, axes = subplots(rows, len(names), size=(11, 2.95 * rows), squeeze=False)
    for ((name, hidden), trainer), ax in zip(
        trainers.items(), axes.T.ravel(), strict=True
    ):
        every, blue = pieces[name, hidden]
        told = f"{every} piece{'s' * (every != 1)}, {blue} in blue"
        right = f"{trainer.accuracy()[1]:.0%} right"
        _draw_network(ax, trainer, f"{name}, {len(hidden)} hidden: {right}\n{told}")
    if rows == 1:
        return figure, (
            "The four sets of the opening picture, each with the region of a network of two hidden "
            "layers. The boundaries bend along many short straight edges and follow the classes."
        )
    return figure, (
        "Decision regions on four data sets in columns, with 0, 1 and 2 hidden layers of eight ReLU "
        "units in rows. Thin lines cut the plane into convex pieces, more of them with each layer, "
        "and the blue region bends along them."
    )


def curve(x):
    """A smooth curve with slow and fast parts."""
    return np.sin(6 * x) * np.exp(-x) + 0.5 * x


def any_curve(x, curves, worst):
    """A curve, networks that follow it, and their largest errors.

    Args:
        x: places (n,).
        curves: dict from a number of units to the network's values (n,).
        worst: dict from a number of units to the largest error.

    Returns:
        (figure, alt).
    """
    figure, (left, right) = subplots(1, 2, size=(9.5, 3.5))
    left.plot(x, curve(x), color=GREY, lw=4, alpha=0.5, label="the curve")
    looks = zip((4, 8, 32), (":", "--", "-"), PALETTE[2::-1], strict=True)
    for units, dashes, colour in looks:
        style = {"color": colour, "lw": 1.4, "label": f"{units} units"}
        left.plot(x, curves[units], dashes, **style)
    left.set(xlabel="x", ylabel="g(x)", title="More units, closer")
    left.legend(fontsize=8)
    right.plot(list(worst), list(worst.values()), "o-", color=PALETTE[0])
    most = max(curves)
    knots = np.linspace(x[0], x[-1], most + 1)
    gap = np.max(np.abs(curves[most] - np.interp(x, knots, curve(knots))))
    told = f"{most} units and np.interp:\noff by at most {gap:.1g}"
    right.text(0.05, 0.08, told, transform=right.transAxes, fontsize=8)
    right.set(xscale="log", yscale="log", xlabel="hidden units")
    right.set(ylabel="largest error", title="The error against the units")
    return figure, (
        "Left, a wavy curve and networks of 4, 8 and 32 ReLU units that follow it by straight pieces, "
        "the last one closely. Right, the largest error against the number of units on logarithmic "
        "axes: from 16 units on nearly a straight line downwards."
    )


def contest(shares, widths):
    """Shares of test points right by depth, one panel per budget.

    Args:
        shares: dict from a budget to an array (depths, seeds).
        widths: dict from a budget to the width at each depth.

    Returns:
        (figure, alt).
    """
    size = (3.6 * len(shares), 3.5)
    figure, axes = subplots(1, len(shares), size=size, sharey=True, squeeze=False)
    for ax, (budget, table) in zip(axes[0], shares.items(), strict=True):
        depths = np.arange(1, len(table) + 1)
        places = depths[:, None] + np.linspace(-0.15, 0.15, table.shape[1])
        ax.plot(places.T, table.T, ls="none", marker="o", color=PALETTE[0], ms=5)
        ax.plot(places, table, color="0.8", lw=0.8, zorder=1)
        ax.hlines(table.mean(axis=1), depths - 0.3, depths + 0.3, color=INK, lw=1.5)
        for depth, width in zip(depths, widths[budget], strict=True):
            ax.annotate(f"width {width}", (depth, 0.46), ha="center", fontsize=8)
        ax.set(xticks=depths, xlim=(0.5, len(table) + 0.5), ylim=(0.43, 1.02))
        ax.set(xlabel="hidden layers", title=f"at most {budget} parameters")
    axes[0, 0].set_ylabel("share of test points right")
    return figure, (
        "Share of spiral test points right for 1, 2 and 3 hidden layers at equal budgets of "
        "parameters: one point per seed, a bar at the mean, and a thin line that joins the points of "
        "one seed. The points of one depth lie far apart, and lines cross."
    )
