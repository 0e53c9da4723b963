"""The pictures of lab 06, and the data and trainings they show. Nothing here answers an exercise."""

import itertools
import warnings

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from coursekit.evaluation import mcnemar
from coursekit.plots import PALETTE, subplots

NOISE = 0.3
LINE = np.linspace(0, 1, 300)


# Data and trainings ---------------------------------------------------------------------


def wave(n, seed, even=False):
    """n noisy points of a sine wave: x in [0, 1], drawn at random or evenly spaced, and y."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, n) if even else rng.random(n)
    return x, np.sin(2 * np.pi * x) + NOISE * rng.normal(size=n)


def first_weights(units, seed):
    """A start for a wave network, as one vector (3 * units + 1,)."""
    rng = np.random.default_rng(seed)
    w = rng.normal(0, 4, units)
    b = -w * rng.random(units)  # each unit's slope somewhere in [0, 1]
    return np.concatenate([w, b, rng.normal(0, units**-0.5, units), [0.0]])


def parts(theta):
    """The vector of all weights as w, b, v (units,) and c (a number)."""
    return (*theta[:-1].reshape(3, -1), theta[-1])


def wave_loss(theta, x, y, penalise=None, hold=0.0):
    """Mean squared error of a wave network plus what is asked for, and the gradient by theta.

    Args:
        penalise: function from layers [(w, b), (v, c)] to a value and its gradients, or None.
        hold: weight of a spring that pulls each number but the biases towards the origin.
    """
    w, b, v, c = parts(theta)
    inputs = np.stack([x, np.ones_like(x)])  # (2, n)
    bent = np.tanh(np.stack([w, b]).T @ inputs)  # (units, n)
    error = v @ bent + c - y
    slope = 2 * error / len(x)
    by_w, by_b = inputs @ (slope * (1 - bent**2) * v[:, None]).T
    gradient = np.concatenate([by_w, by_b, bent @ slope, [slope.sum()]])
    value = np.mean(error**2)
    if penalise is not None:
        extra, ((dw, db), (dv, dc)) = penalise([(w, b), (v, c)])
        value = value + extra
        gradient = gradient + np.concatenate([dw, db, dv, [dc]])
    if hold:
        spring = np.sqrt(hold / 2) * np.concatenate([w, 0 * b, v, [0.0]])
        value, gradient = value + spring @ spring, gradient + np.sqrt(2 * hold) * spring
    return value, gradient


def fit_wave(x, y, units, steps, penalise=None, hold=0.0, seed=0):
    """Weights w, b, v, c of a wave network fitted to x and y by SciPy's L-BFGS."""
    how = {"maxiter": steps, "maxcor": 20, "ftol": 1e-12, "gtol": 1e-8}
    start, given = first_weights(units, seed), (x, y, penalise, hold)
    fit = minimize(wave_loss, start, given, "L-BFGS-B", jac=True, options=how)
    return parts(fit.x)


def squared_error(weights, x, y):
    """Mean squared error of a wave network with these weights on points x, y."""
    return float(wave_loss(np.concatenate([*weights[:3], [weights[3]]]), x, y)[0])


def train_wave(x, y, judge, units, steps, rate=0.01):
    """Adam on a wave network; one pass over all points is one epoch.

    Returns:
        errors (epochs, 2), on x, y and on `judge`; and the weights after each epoch.
    """
    theta = first_weights(units, 0)
    mean = square = np.zeros_like(theta)
    errors, history = [], []
    for step in range(1, steps + 1):
        _, gradient = wave_loss(theta, x, y)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        size = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        theta = theta - rate * (mean / (1 - 0.9**step)) / size
        errors.append([wave_loss(theta, *points)[0] for points in ((x, y), judge)])
        history.append(parts(theta))
    return np.array(errors), history


def error_table(fits, repeats):
    """Training and validation error of several ways to fit, on several data sets.

    Args:
        fits: functions (x, y, seed) -> weights.
        repeats: number of data sets.

    Returns:
        array (2, repeats, len(fits)).
    """
    table = np.zeros((2, repeats, len(fits)))
    for repeat, (j, fit) in itertools.product(range(repeats), enumerate(fits)):
        points, fresh = wave(15, repeat, even=True), wave(200, 500 + repeat)
        weights = fit(*points, repeat)
        table[:, repeat, j] = [squared_error(weights, *p) for p in (points, fresh)]
    return table


def quiet_fit(net, x, y):
    """Fit, and do not warn where training ends before it has converged: here that is meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.fit(x, y)


def trained_on(x, y, epochs, seed):
    """scikit-learn's network with 64 hidden units on images x, labels y."""
    how = {"batch_size": 50, "max_iter": epochs, "n_iter_no_change": 10**4}
    net = MLPClassifier((64,), learning_rate_init=3e-3, random_state=seed, **how)
    return quiet_fit(net, x.reshape(len(x), -1), y)


OTHERS = [(12,), (14,), (16,), (16, 12), (12, "tanh"), (16, "tanh"), (12, "logistic")]


def member(x, y, x_judged, shape, seed):
    """Probabilities of a small network, trained on images x, for x_judged.

    Args:
        shape: hidden layers, and an activation if it is not ReLU.
    """
    activation = shape[-1] if isinstance(shape[-1], str) else "relu"
    units = [size for size in shape if size != activation]
    how = {"batch_size": 30, "max_iter": 60, "learning_rate_init": 5e-3}
    net = MLPClassifier(units, activation=activation, random_state=seed, **how)
    quiet_fit(net, x.reshape(len(x), -1), y)
    return net.predict_proba(x_judged.reshape(len(x_judged), -1))


def crowds(x, y, seed, members):
    """Three kinds of members and all together, trained on 120 images (few, so that they err).

    Returns:
        dict of probabilities (members, rows, 10), and the labels of the judged rows.
    """
    rng = np.random.default_rng(seed)
    rows, judged = np.split(rng.permutation(len(y)), [120])

    def one(which, shape, start):
        return member(x[which], y[which], x[judged], shape, start)

    found = {
        "same data": [one(rows, (12,), s) for s in range(members)],
        "subsets": [one(rng.permutation(rows)[:90], (12,), s) for s in range(members)],
        "other architectures": [one(rows, shape, 0) for shape in OTHERS[:members]],
    }
    found = {name: np.array(probabilities) for name, probabilities in found.items()}
    return found | {"all together": np.concatenate(list(found.values()))}, y[judged]


def contest(members, together, labels):
    """Members against their ensemble.

    Args:
        members: probabilities (members, rows, classes).
        together: the ensemble's classes (rows,).
        labels: what is right (rows,).

    Returns:
        accuracy of each member; of the ensemble; and the p-values of McNemar's test (lab 05) of the
        ensemble against the middle and against the best member.
    """
    alone = members.argmax(axis=2)
    scores = np.mean(alone == labels, axis=1)
    order = np.argsort(scores)
    rivals = alone[order[len(order) // 2]], alone[order[-1]]
    p_values = [mcnemar(labels, together, rival).p_value for rival in rivals]
    return scores, float(np.mean(together == labels)), p_values


def one_row_changed(instability, fit_wave, counts, trials):
    """What Exercise 6.8 measures, without and with a price, beside the generalisation gap.

    Args:
        instability: the function of Exercise 6.8.
        fit_wave: function (x, y, units, hold=...) -> weights.
        counts: numbers of training rows.

    Returns:
        two arrays (2, counts, trials).
    """
    moved_by, gaps = np.zeros((2, 2, len(counts), trials))
    probe, fresh = np.linspace(0.05, 0.95, 50), wave(1000, 999)
    for p, j, t in np.ndindex(moved_by.shape):
        (x, y), spare = wave(counts[j], t), wave(max(2, trials - 2), 50 + t)

        def fit_predict(x, y, at, hold=(0.0, 1e-3)[p]):
            w, b, v, c = fit_wave(x, y, 10, hold=hold)
            return (
                v @ np.tanh(np.stack([w, b]).T @ np.stack([at, np.ones_like(at)])) + c
            )

        moved_by[p, j, t] = instability(fit_predict, x, y, *spare, probe)
        weights = fit_wave(x, y, 10, hold=(0.0, 1e-3)[p])
        seen, unseen = squared_error(weights, x, y), squared_error(weights, *fresh)
        gaps[p, j, t] = abs(seen - unseen)
    return moved_by, gaps


# Pictures -------------------------------------------------------------------------------


def draw_wave(ax, points, curves):
    """The training points, the true wave, and named curves on LINE."""
    ax.plot(LINE, np.sin(2 * np.pi * LINE), color="0.7", lw=4, label="true wave")
    ax.plot(*points, "o", color="black", ms=5, label="training points")
    dashes = ("-", "--", "-.", ":")
    for (name, curve), c, dash in zip(curves.items(), PALETTE, dashes, strict=False):
        ax.plot(LINE, curve, dash, color=c, lw=2, label=name)
    ax.set(xlabel="x", ylabel="y", ylim=(-2, 2))


def puzzle(points, curves):
    """Two fits of the same points."""
    figure, ax = subplots(size=(7.4, 3.8))
    draw_wave(ax, points, curves)
    ax.set_title("Same points, same 40 units, same start")
    figure.legend(loc="outside lower center", ncols=4, fontsize=8)
    return figure, (
        "Fifteen noisy points of a sine wave. Network A bends through nearly every point and strays "
        "from the true wave between them; network B misses many points and stays close to the true "
        "wave."
    )


def three_sizes(points, curves, theirs):
    """Fits with few and with many units; curves, theirs: dicts from M to curve, Keras's second."""
    figure, axes = subplots(1, 3, size=(9.6, 3.2), sharey=True)
    for ax, (size, curve), colour in zip(axes, curves.items(), PALETTE, strict=False):
        draw_wave(ax, points, {})
        ax.plot(LINE, curve, color=colour, lw=2)
        ax.set_title(f"M = {size}")
    gap = max(np.abs(curves[m] - theirs[m]).max() for m in curves)
    figure.supxlabel(
        f"your network and Keras's differ by at most {gap:.0e}", fontsize=9
    )
    return figure, (
        "Three fits of the same points. One unit gives a single slope that misses the wave, three "
        "units follow the wave in steeper steps, forty units bend through the noise."
    )


def _errors(ax, at, table, of):
    """Medians of training and validation error, and the middle half as a band."""
    names = ("training", "validation")
    looks = zip(table, names, PALETTE, ("o-", "s--"), strict=False)
    for errors, name, colour, style in looks:
        low, middle, high = np.quantile(errors, [0.25, 0.5, 0.75], axis=0)
        ax.fill_between(at, low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(at, middle, style, color=colour, label=f"{name} error, {of}")
    ax.axhline(NOISE**2, color="0.7", lw=1, label="noise alone")
    ax.set(xscale="log", ylabel="mean squared error")


def by_size(sizes, table, chosen):
    """Errors against the number of units; table: (2, data sets, sizes)."""
    figure, ax = subplots(size=(6.6, 3.6))
    _errors(ax, sizes, table, f"median of {table.shape[1]} data sets")
    ax.axvline(chosen, color="0.3", ls=":", label=f"your choice, M = {chosen}")
    ax.set(xlabel="M, hidden units", ylim=(0, 0.4), xticks=sizes, xticklabels=sizes)
    ax.minorticks_off()
    ax.set_title("Lines are medians, bands the middle half of the data sets")
    ax.legend(fontsize=8)
    return figure, (
        "Training and validation error against the number of hidden units, with bands. Training "
        "error keeps falling towards zero; validation error falls to its lowest median at a few "
        "units, and beyond it lies higher, with bands that overlap."
    )


def over_epochs(errors, best, last):
    """Errors (epochs, 2) against epochs, with the epoch kept and the last one run."""
    figure, ax = subplots(size=(6.8, 3.6))
    epochs, names = np.arange(1, len(errors) + 1), ("training", "validation")
    for line, name, colour, dash in zip(
        errors.T, names, PALETTE, ("-", "--"), strict=False
    ):
        ax.plot(epochs, line, dash, color=colour, lw=2, label=f"{name} error")
    ax.axvline(best + 1, color="0.2", ls="--", lw=1.2, label="weights you keep")
    ax.axvline(last + 1, color="0.5", ls=":", label="training ends, patience 100")
    ax.set(xscale="log", xlabel="epochs", ylabel="mean squared error", ylim=(0, 0.6))
    ax.set_title("Forty units, stopped in time")
    ax.legend(fontsize=8)
    return figure, (
        "Training and validation error against epochs on a logarithmic axis. Training error falls "
        "throughout; validation error falls, turns at a dashed line and climbs."
    )


def by_price(strengths, table):
    """Errors against the strength of weight decay; table: (2, data sets, strengths)."""
    figure, ax = subplots(size=(6.6, 3.5))
    _errors(ax, strengths, table, "your weight decay")
    ax.set(xlabel="strength of L2", ylim=(0, 0.6), title="Forty units at every price")
    ax.legend(fontsize=8)
    return figure, (
        "Training and validation error of a 40-unit network against the strength of weight decay. "
        "Training error rises with the strength; validation error is lowest in the middle and rises "
        "steeply at the right."
    )


def weight_sizes(weights):
    """Share of weights below a size, for several networks; weights: dict from a name to sizes."""
    figure, ax = subplots(size=(6.8, 3.5))
    dashes = ("-", ":", "--", "-.")
    for (name, sizes), c, dash in zip(weights.items(), PALETTE, dashes, strict=False):
        share = np.arange(1, len(sizes) + 1) / len(sizes)
        at = np.maximum(np.sort(sizes), 1e-6)
        ax.plot(at, share, dash, color=c, lw=2, label=name)
    ax.set(xscale="log", xlim=(1e-5, 1), xlabel="size of a weight")
    ax.set(ylabel="share of weights below", title="What a price does to the weights")
    ax.legend(fontsize=8, loc="upper left")
    return figure, (
        "For four trained networks, the share of weights below a size. Without penalty nearly all "
        "weights lie above one hundredth. The two L2 curves lie close together and rise evenly over "
        "many sizes; the L1 curve has climbed past half of the weights below one hundredth and "
        "flattens there."
    )


def dropout_means(a, mine, theirs, undone, draws):
    """Activations and their means over masks, all arrays (units,)."""
    figure, ax = subplots(size=(6.8, 3.5))
    ax.plot(a, color="0.7", lw=5, label="without dropout")
    ax.plot(mine, "o", color=PALETTE[0], label=f"yours, mean of {draws} masks")
    label = f"Keras's Dropout, mean of {draws} masks"
    ax.plot(theirs, "x", color=PALETTE[1], label=label)
    label = "yours, rescaling undone"
    ax.plot(undone, "^", mfc="none", color=PALETTE[2], label=label)
    ax.set(xlabel="unit, sorted by activation", ylabel="activation")
    ax.set_title("On average nothing is lost, if you rescale")
    ax.legend(fontsize=8)
    return figure, (
        f"Activations of {len(a)} units. The means over many dropout masks, by hand and by Keras, "
        "lie on the line without dropout; without rescaling the means lie at half its height."
    )


def one_for_all(exact, scaled, masks):
    """Probabilities of one pass against the average over all masks."""
    figure, ax = subplots(size=(4.8, 4.4))
    ax.plot([0, 1], [0, 1], color="0.6", lw=1)
    ax.plot(exact.ravel(), scaled.ravel(), "o", color=PALETTE[0], ms=4)
    ax.set(xlabel=f"average over all {masks} masks", aspect="equal")
    ax.set(ylabel="weight scaling, one pass", title="One network speaks for a crowd")
    return figure, (
        "Probabilities from weight scaling against the exact average over all masks. The points "
        "follow the diagonal in a slight S: weight scaling is somewhat more sure of itself."
    )


def drawn_masks(counts, errors, one_pass):
    """Error on digits against the number of masks averaged, and of weight scaling."""
    figure, ax = subplots(size=(6.4, 3.4))
    label = "average of drawn masks"
    ax.plot(counts, 100 * errors, "o-", color=PALETTE[0], label=label)
    label = "your weight scaling, one pass"
    ax.axhline(100 * one_pass, color=PALETTE[1], ls="--", label=label)
    ax.set(xscale="log", xlabel="masks averaged", ylabel="error on digits, %")
    ax.set_title("How many masks is one pass worth?")
    ax.legend(fontsize=8)
    return figure, (
        "Error on digits against the number of averaged masks. The curve falls from its highest "
        "point at one mask and settles near the dashed line of weight scaling."
    )


def moves(settings, mine, theirs):
    """One digit moved in several ways, by hand above and by Keras below."""
    figure, axes = subplots(2, len(settings), size=(9, 3.6))
    figure.suptitle("angle, scale, shift (rows, columns)", fontsize=9)
    for row, images in zip(axes, (mine, theirs), strict=True):
        for ax, image in zip(row, images, strict=True):
            ax.imshow(image, cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
    for ax, (angle, scale, shift) in zip(axes[0], settings, strict=True):
        ax.set_title(f"{angle}°, x{scale}, {shift}", fontsize=8)
    axes[0, 0].set_ylabel("yours", fontsize=9)
    axes[1, 0].set_ylabel("Keras", fontsize=9)
    return figure, (
        "A handwritten 4, shifted, turned and scaled in six ways, in two rows that look alike: by "
        "hand above, by Keras below."
    )


def shown_and_tested(scores, tests):
    """Accuracy of networks trained on different copies; scores: dict from a name to a list."""
    figure, ax = subplots(size=(6.6, 3.2))
    for (name, row), c, marker in zip(scores.items(), PALETTE, "os^", strict=False):
        at, label = 100 * np.array(row), f"trained on {name}"
        ax.plot(at, range(len(row)), marker, color=c, ms=9, label=label)
    labels = [f"tested {name}" for name in tests]
    ax.set(yticks=range(3), yticklabels=labels, ylim=(2.5, -0.5), xlabel="accuracy, %")
    ax.set_title("You learn what you were shown")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure, (
        "Accuracy of three networks on plain, moved and noisy digits. On moved digits the network "
        "trained on moved copies is far ahead of the other two."
    )


def ensembles(contests, rows):
    """Members and their ensembles; contests: dict from a kind to what `contest` gives."""
    figure, ax = subplots(size=(7.5, 3.4))
    for row, (alone, together, p_values) in enumerate(contests.values()):
        at = 100 * np.array(alone)
        ax.plot(at, np.full(len(at), row), "|", color="0.4", ms=14, mew=2)
        ax.plot(100 * together, row, "D", color=PALETTE[0], ms=9)
        told = f"p = {p_values[0]:.1g}, {p_values[1]:.1g}"
        where = {"xytext": (9, -3), "textcoords": "offset points", "fontsize": 8}
        ax.annotate(told, (100 * max(together, *alone), row), **where)
    ax.plot([], [], "|", color="0.4", ms=12, mew=2, label="member")
    label = "your ensemble; McNemar's p against the middle, the best member"
    ax.plot([], [], "D", color=PALETTE[0], label=label)
    ax.set(yticks=range(4), yticklabels=list(contests), ylim=(3.5, -0.5))
    ax.set(xlabel=f"accuracy on {rows} digits, %")
    ax.margins(x=0.2)
    ax.set_title("Three ways to make members differ, and all together")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure, (
        "Accuracy of members and of their ensemble for three kinds of ensemble, and of all together. "
        "The ensembles' diamonds lie at or beyond the right end of their members."
    )


def stability(sizes, moved_by, gaps):
    """Instability and generalisation gap; arrays (2, sizes, trials), without and with a price."""
    figure, axes = subplots(1, 2, size=(8.8, 3.5))
    names = ("no price on weights", "weight decay 0.001")
    for p, (name, style) in enumerate(zip(names, ("o-", "s--"), strict=True)):
        middle, look = (
            np.median(moved_by[p], axis=1),
            {"color": PALETTE[p], "label": name},
        )
        axes[0].plot(sizes, middle, style, **look)
        axes[1].plot(moved_by[p].ravel(), gaps[p].ravel(), style[0], ms=4, **look)
    falling = middle[0] * sizes[0] / np.array(sizes)
    axes[0].plot(sizes, falling, ":", color="0.4", label="falls as 1/n")
    for ax in axes:
        ax.set(xscale="log", yscale="log")
        ax.legend(fontsize=8)
    axes[0].set(xlabel="n, training rows", ylabel="instability")
    axes[0].set_title("What one row can do")
    axes[0].set_xticks(sizes, sizes)
    axes[0].minorticks_off()
    axes[1].set(xlabel="instability", ylabel="generalisation gap")
    axes[1].set_title("Stable answers, small gap")
    return figure, (
        "Left: instability against the number of training rows on logarithmic axes; both lines fall, "
        "the one with weight decay lies lower. Right: generalisation gap against instability; the "
        "cloud of points rises."
    )


def four_ways(points, curves):
    """The opening picture with four curves."""
    figure, ax = subplots(size=(7.6, 4))
    draw_wave(ax, points, curves)
    ax.set_title("Forty units, four ways")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure, (
        "The opening picture with four curves. Weight decay and early stopping stay near the true "
        "wave; network A strays far from it, and the mean of seven networks strays with it."
    )
