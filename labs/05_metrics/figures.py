"""The pictures of lab 05 and what is seen on them. Nothing here answers an exercise."""

import math
import time

import numpy as np
from scipy import stats
from sklearn import metrics

from coursekit.plots import PALETTE, subplots

MARKERS = "osD"


def seconds(work, repeats=5):
    """Wall-clock seconds of one call of `work`, the mean of some."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def shuffles(scores, names, intervals=None):
    """The accuracy of each model after each shuffle; a thin line joins the models of a shuffle.

    Args:
        scores: float array (shuffles, 3).
        names: the three models' names.
        intervals: float array (shuffles, 3, 2) of low and high ends, or None.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(8, 3.8))
    places = np.arange(len(scores))[:, None] + np.array([-0.22, 0, 0.22])
    if intervals is not None:
        for i in range(3):
            ends = intervals[:, i].T
            ax.vlines(places[:, i], *ends, color=PALETTE[i], alpha=0.35, lw=4)
    ax.plot(places.T, scores.T, color="0.75", lw=1, zorder=1)
    for i, (name, marker) in enumerate(zip(names, MARKERS, strict=True)):
        ax.plot(places[:, i], scores[:, i], marker, color=PALETTE[i], label=name, ms=5)
    ax.set(xlabel="shuffle", ylabel="accuracy on a fifth of the rows")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    if intervals is None:
        ax.set_title("Same rows, same models, another shuffle: another winner")
        return figure, (
            "Validation accuracy of three models for many shuffles. Each model moves up and down by "
            "several per cent, and which model is on top changes from shuffle to shuffle."
        )
    ax.set_title("What one fifth of the rows can know")
    return figure, (
        "The opening picture again, each point with its 95 per cent interval as a pale bar. In nearly "
        "every shuffle the three bars overlap, and most bars are longer than the distance between "
        "winner and loser."
    )


def fold_grid(dark):
    """Which rows validate in which fold.

    Args:
        dark: array (folds, rows) of 0 and 1.

    Returns:
        (figure, alt).
    """
    folds, n = dark.shape
    figure, ax = subplots(size=(7, 2.3))
    ax.pcolormesh(
        dark, cmap="Greys", vmin=-0.3, vmax=1.2, edgecolors="white", linewidth=2
    )
    ax.invert_yaxis()
    ax.set(
        xlabel="row number", ylabel="fold", title="Dark rows validate, light rows train"
    )
    ax.set_xticks(np.arange(n) + 0.5, range(n))
    ax.set_yticks(np.arange(folds) + 0.5, range(folds))
    return figure, (
        f"A grid of {folds} folds by {n} rows. Every column holds exactly one dark cell: each row "
        f"validates in one fold and trains in the others."
    )


def leave_p_out_cost(counted, all_rows):
    """How many models leave-p-out fits, counted and by formula, on a logarithmic axis.

    Args:
        counted: what leave_p_out gave on 12 rows for p = 1, 2, ...
        all_rows: the rows of the whole data set.

    Returns:
        (figure, alt).
    """
    held_out = np.arange(1, len(counted) + 1)
    figure, ax = subplots(size=(7, 3.4))
    for n, dashes in [(12, "-"), (50, "--"), (all_rows, ":")]:
        fits = [math.comb(n, p) for p in held_out]
        ax.plot(held_out, fits, dashes, color="0.3", label=f"formula, n = {n} rows")
    label = "your leave_p_out, n = 12, counted"
    ax.plot(held_out, counted, "o", color=PALETTE[1], label=label)
    ax.set(yscale="log", xlabel="p, rows held out together", ylabel="models to fit")
    ax.set_title("Leave-p-out: the price of trying every set")
    ax.legend(fontsize=8)
    return figure, (
        f"Number of models to fit against p on a logarithmic axis. For {all_rows} rows the curve "
        f"climbs about twenty powers of ten by p = 11; for 12 rows it rises until p = 6 and falls again."
    )


def seen_and_unseen(seen, unseen):
    """Accuracy per fold on training rows and on validation rows.

    Args:
        seen, unseen: dicts from a model's name to an array (folds,).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 2.8))
    for i, (name, marker) in enumerate(zip(seen, MARKERS, strict=True)):
        ax.plot(seen[name], np.full(len(seen[name]), i + 0.12), "x", color="0.35")
        heights = np.full(len(unseen[name]), i - 0.12)
        ax.plot(unseen[name], heights, marker, color=PALETTE[i])
    ax.plot([], [], "x", color="0.35", label="judged on its training rows")
    ax.plot([], [], "o", color="0.35", label="judged on validation rows")
    ax.set(yticks=range(3), yticklabels=list(seen), ylim=(-0.5, 2.5))
    ax.set(xlabel="accuracy of one fold", title="A training score is a memory test")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure, (
        "Accuracy per fold on training and on validation rows for three models. The random forest "
        "scores 100 per cent on its training rows and has lower, spread-out scores on validation rows."
    )


def confusion(matrix):
    """A confusion matrix of digits, darker where there are more errors.

    Args:
        matrix: integer array (10, 10), rows actual, columns predicted.

    Returns:
        (figure, alt).
    """
    errors = matrix - np.diag(np.diag(matrix))
    figure, ax = subplots(size=(5.2, 4.8))
    ax.imshow(errors, cmap="Blues")
    ax.grid(False)
    for i, j in zip(*np.nonzero(matrix), strict=True):
        shade = "white" if errors[i, j] > 0.6 * errors.max() else "black"
        ax.text(j, i, matrix[i, j], ha="center", va="center", fontsize=8, color=shade)
    ax.set(xticks=range(10), yticks=range(10))
    ax.set(xlabel="predicted digit", ylabel="actual digit")
    ax.set_title("Linear SVM, 200 training digits: the darker, the more errors")
    return figure, (
        "Ten by ten confusion matrix of handwritten digits. Most counts lie on the diagonal; a few "
        "dark cells off it hold most of the errors."
    )


def slide_scores(mine, slide, formula):
    """Four scores of the slide's example: computed, printed, and by the slide's formula.

    Args:
        mine: dict of score names and arrays, the class of interest first.
        slide: dict of score names and printed numbers.
        formula: what TN/(TP+FN) gives.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 3))
    ours = [mine[key][0] for key in slide]
    ax.plot(ours, range(4), "o", color=PALETTE[0], ms=8, label="your class_scores")
    ring = {"mfc": "none", "mec": PALETTE[1], "ms": 13, "mew": 1.5}
    ax.plot(list(slide.values()), range(4), "s", **ring, label="number on the slide")
    label = "formula on the slide, TN/(TP+FN)"
    ax.plot([formula], [2], "x", color=PALETTE[1], ms=9, mew=2, label=label)
    ax.set(yticks=range(4), yticklabels=list(slide), ylim=(3.5, -0.5))
    ax.set(xlim=(0.3, 1), xlabel="score")
    ax.set_title("Six found, two missed, one false alarm, three let go")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, markerscale=0.7)
    return figure, (
        "Four scores of the slide's cancer example. Your values sit inside the slide's squares for "
        "recall and specificity, and to the left of their middle for precision and F1. The printed "
        "formula for specificity lies far to the left."
    )


def roc(curves, auc, y_true, y_scores):
    """ROC curves with scikit-learn's on top.

    Args:
        curves: dict from a model's name to (fpr, tpr).
        auc: dict from a model's name to its area.
        y_true: labels (n,), 0 and 1.
        y_scores: dict from a model's name to its scores (n,) or (n, 2).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(5.6, 5))
    gaps = []
    for i, (name, (fpr, tpr)) in enumerate(curves.items()):
        label = f"{name}: AUC {auc[name]:.3f}"
        ax.plot(fpr, tpr, color=PALETTE[i], lw=2.5, alpha=0.7, label=label)
        theirs = metrics.roc_curve(y_true, y_scores[name])
        ax.plot(theirs[0], theirs[1], ":", color="black", lw=1.2)
        gaps.append(abs(metrics.roc_auc_score(y_true, y_scores[name]) - auc[name]))
    label = f"scikit-learn, areas off by at most {max(gaps):.1g}"
    ax.plot([], [], ":", color="black", label=label)
    ax.plot([0, 1], [0, 1], "--", color="0.6", lw=1, label="scores that know nothing")
    ax.set(xlabel="FPR: share of the healthy called ill", aspect="equal")
    ax.set(ylabel="TPR: share of the ill that is found")
    ax.set_title("Your ROC curves, two measurements only")
    ax.legend(fontsize=8, loc="lower right")
    return figure, (
        "ROC curves of three models, all well above the diagonal, with scikit-learn's curves as dotted "
        "lines lying exactly on top of them."
    )


def precision_recall(curves, areas, versions):
    """Precision-recall curves of the same scores with two shares of healthy rows.

    Args:
        curves: dict from a version's name to (recall, precision).
        areas: the average precisions, in that order.
        versions: dict from a version's name to its labels (n,) and scores (n,).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(5.8, 4.8))
    gaps = []
    drawn = zip(curves.items(), areas, PALETTE, strict=False)
    for (name, (recall, precision)), area, colour in drawn:
        label = f"{name}: average precision {area:.3f}"
        style = {"color": colour, "lw": 2.5, "alpha": 0.7, "label": label}
        ax.step(recall, precision, where="pre", **style)
        y_true, y_score = versions[name]
        theirs = metrics.precision_recall_curve(y_true, y_score)
        dots = {"ls": ":", "color": "black", "lw": 1.2}
        ax.step(theirs[1][:-1], theirs[0][:-1], where="post", **dots)
        ax.axhline(y_true.mean(), color=colour, lw=1, ls="--")
        gaps.append(abs(metrics.average_precision_score(y_true, y_score) - area))
    label = f"scikit-learn, areas off by at most {max(gaps):.1g}"
    ax.plot([], [], ":", color="black", label=label)
    ax.plot([], [], "--", color="0.4", lw=1, label="scores that know nothing")
    ax.set(xlabel="recall: share of the ill that is found", ylim=(0, 1.02))
    ax.set(ylabel="precision: share of calls that is right")
    ax.set_title("Same model, same scores, rarer disease")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure, (
        "Two precision-recall curves of the same scores. With ten times the healthy rows the curve "
        "drops far below the original, while scikit-learn's dotted curves lie on both."
    )


def coverage(ends, n):
    """How often each interval holds the true accuracy, whatever that is.

    Args:
        ends: dict from an interval's name to its ends (n + 1, 2) for 0 to n right answers.
        n: rows of a test set.

    Returns:
        (figure, alt).
    """
    truths = np.linspace(0.5, 0.995, 300)[:, None]
    chance = stats.binom.pmf(np.arange(n + 1), n, truths)  # (truths, n + 1)
    figure, ax = subplots(size=(7, 3.4))
    looks = zip(ends.items(), ("--", "-"), (PALETTE[1], PALETTE[0]), strict=True)
    for (name, pair), dashes, colour in looks:
        inside = (pair[:, 0] <= truths) & (truths <= pair[:, 1])
        if "Wilson" in name:
            theirs = [
                stats.binomtest(k, n).proportion_ci(method="wilson")
                for k in range(n + 1)
            ]
            name += f" (SciPy's: off by {np.abs(pair - theirs).max():.1g})"
        ax.plot(truths, (chance * inside).sum(axis=1), dashes, color=colour, label=name)
    ax.axhline(0.95, color="0.4", lw=1, ls=":", label="what both promise")
    ax.set(xlabel="true accuracy of the model", ylim=(0.15, 1.02))
    ax.set_ylabel("share of test sets whose\ninterval holds the truth")
    ax.set_title(f"Which interval keeps its promise on {n} rows?")
    ax.legend(fontsize=8, loc="lower left")
    return figure, (
        "How often two intervals hold the truth, against the true accuracy. Wilson's stays close to "
        "the promised 95 per cent throughout; the textbook interval falls far below it as the accuracy "
        "nears one."
    )


def contests(rows):
    """Pairs of models, and how many rows only one of the two gets right.

    Args:
        rows: (data, first, second, b, c, p) for each pair.

    Returns:
        (figure, alt).
    """
    colours = dict(
        zip(("linear SVM", "kernel SVM", "random forest"), PALETTE, strict=False)
    )
    figure, ax = subplots(size=(7.5, 3.6))
    for place, (_, first, second, b, c, p) in enumerate(rows):
        ax.barh(place, -b, color=colours[first])
        ax.barh(place, c, color=colours[second])
        where = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
        ax.annotate(f"{b} to {c}, p = {p:.2g}", (c, place), **where, fontsize=8)
    ax.axvline(0, color="black", lw=0.8)
    ax.margins(x=0.2)
    labels = [f"{data}: {first} | {second}" for data, first, second, *_ in rows]
    ax.set_yticks(range(len(rows)), labels, fontsize=8)
    ax.set(xlabel="rows that only this model gets right")
    ax.set_title("Only the rows on which they part can decide")
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    ax.invert_yaxis()
    return figure, (
        "For six pairs of models, bars to the left and right count the rows that only one of the two "
        "gets right. All bars of the cancer data are short; the longest of the digits are several "
        "times as long."
    )
