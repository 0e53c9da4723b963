"""The pictures of lab 08 and what is seen on them. Nothing here answers an exercise."""

import numpy as np

from coursekit.evaluation import wilson_interval
from coursekit.plots import PALETTE, subplots
from coursekit.plots.images import draw_image

MARKERS, DASHES = "osD", ("-", "--", "-.")
PERCENT = "errors on the test images, %"


def _pushes(ax, table, names):
    """Accuracy against the push, one line per reader."""
    looks = zip(table, names, PALETTE, MARKERS, DASHES, strict=False)
    for row, name, colour, marker, dashes in looks:
        ax.plot(row, dashes, marker=marker, color=colour, label=name)
    ax.set(xlabel="push, pixels", ylabel="accuracy on the test images", ylim=(0, 1.03))
    ax.legend(fontsize=8, loc="lower left")


def opening(image, moved, table, names):
    """A digit and its pushed copy, and what two readers make of pushed digits.

    Args:
        image, moved: the digit (28, 28) and the same pushed by 3 pixels.
        table: accuracies (2, pushes).
        names: of the readers.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(8.6, 3.4), width_ratios=[1, 1.9])
    draw_image(axes[0], np.vstack([image, moved]))
    axes[0].axhline(27.5, color="white", lw=1)
    axes[0].set_title("a 7, and pushed by 3 pixels")
    _pushes(axes[1], table, names)
    axes[1].set_title("Nearly equal at 0, and then?")
    ends = " and ".join(
        f"{name} from {row[0]:.0%} to {row[4]:.0%}"
        for name, row in zip(names, table, strict=True)
    )
    return figure, (
        "Left: a handwritten 7 and the same 7 three pixels further right. Right: accuracy of two readers "
        f"against the push. From no push to one of 4 pixels {ends}."
    )


def pushed_and_centred(before, after, names):
    """The opening picture with three readers, and the same after centring every image.

    Args:
        before, after: accuracies (3, pushes).
        names: of the readers.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(8.8, 3.5), sharey=True)
    _pushes(axes[0], before, names)
    _pushes(axes[1], after, names)
    axes[0].set_title("your readers, pushed as at the start")
    axes[1].set_title("pushed, then centred by you")
    axes[1].set_ylabel("")
    falls = ", ".join(
        f"{name} {row[0]:.0%} to {row[-1]:.0%}"
        for name, row in zip(names, before, strict=True)
    )
    return figure, (
        f"Accuracy of three readers against the push. Left, as pushed, they fall: {falls}. Right, with "
        f"every image centred first, the lowest point of all three lines is {np.min(after):.0%}."
    )


def distances(to_itself, to_another):
    """How far a digit's row of pixels is from its pushed copy's.

    Args:
        to_itself: distances, one per push of 0, 1, 2, ... pixels.
        to_another: distance to the nearest digit of another class.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.4))
    ax.plot(to_itself, "o-", label="to itself, pushed")
    label = "to the nearest digit of another class, unmoved"
    ax.axhline(to_another, color=PALETTE[1], ls="--", label=label)
    ax.set(xlabel="push, pixels", ylabel="distance between rows")
    ax.set_title("For raw pixels, a pushed digit is a stranger")
    ax.legend(fontsize=8)
    above = next((p for p, d in enumerate(to_itself) if d > to_another), None)
    crossing = "stays below" if above is None else f"from {above} pixels on lies above"
    return figure, (
        "Distance of a digit's pixel row to the row of its own pushed copy. It rises steeply with the push "
        f"and {crossing} a dashed line, the distance to the nearest digit of another class."
    )


def shuffled_pixels(images, mixed, shares):
    """Digits as written and with their pixels shuffled, and how well the MLP reads each kind.

    Args:
        images, mixed: five images of either kind.
        shares: accuracies of the MLP on the two kinds.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(2, 5, size=(7.6, 3.5))
    for row, kind in zip(axes, (images, mixed), strict=True):
        for ax, image in zip(row, kind, strict=True):
            draw_image(ax, image)
    for ax, words, share in zip(
        axes[:, 0], ("as written", "shuffled"), shares, strict=True
    ):
        ax.set_ylabel(f"{words}:\n{share:.1%} right")
    return figure, (
        "Five digits, and below them the same digits with all pixels shuffled, which look like noise. The "
        f"MLP trained on each kind reads {shares[0]:.1%} of the upper and {shares[1]:.1%} of the lower."
    )


def shuffle_errors(shares, n, sizes):
    """Test errors of two models on digits as written and shuffled, with their 95 % intervals.

    Args:
        shares: dict from a model's name to its two accuracies.
        n: number of test images.
        sizes: dict from a model's name to its number of parameters.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6, 3.6))
    kinds = [("as written", PALETTE[0], "o"), ("pixels shuffled", PALETTE[1], "s")]
    for kind, (words, colour, marker) in enumerate(kinds):
        for place, pair in enumerate(shares.values()):
            ends = np.array(wilson_interval(round(pair[kind] * n), n))
            x = place + 0.24 * (kind - 0.5)
            bar = {"lw": 4, "alpha": 0.4, "solid_capstyle": "butt"}
            ax.plot([x, x], 100 * (1 - ends), color=colour, **bar)
            label = words if place == 0 else None
            ax.plot(x, 100 * (1 - pair[kind]), marker, color=colour, ms=8, label=label)
    ticks = [f"{name}\n{sizes[name]:,} parameters" for name in shares]
    ax.set_xticks(range(len(shares)), ticks)
    ax.set(xlim=(-0.6, 1.6), ylabel=PERCENT)
    ax.set_title("Does the order of the pixels matter?")
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8)
    told = "; ".join(
        f"{name} {1 - plain:.1%} as written and {1 - mixed:.1%} shuffled"
        for name, (plain, mixed) in shares.items()
    )
    return figure, f"Test errors with 95 per cent intervals as pale bars: {told}."


def one_cell(image, corner, gy, gx, histogram):
    """The gradients in one cell of 4 x 4 pixels, and their histogram.

    Args:
        image: (28, 28).
        corner: row and column of the cell's first pixel.
        gy, gx: gradients of the whole image.
        histogram: of the cell, nine bins.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(8.4, 3.6))
    draw_image(axes[0], image, title="gradients in one cell of 4 x 4 pixels")
    r, c = corner
    cell = slice(r, r + 4), slice(c, c + 4)
    rows, columns = np.mgrid[cell]
    arrows = {"angles": "xy", "width": 0.008, "scale": 2600, "color": PALETTE[4]}
    axes[0].quiver(columns, rows, gx[cell], gy[cell], **arrows)
    frame = 4 * np.array([0, 1, 1, 0, 0]), 4 * np.array([0, 0, 1, 1, 0])
    axes[0].plot(c - 0.5 + frame[0], r - 0.5 + frame[1], color=PALETTE[5], lw=2)
    look = {"width": 17, "color": PALETTE[4], "edgecolor": "black", "lw": 0.5}
    axes[1].bar(10 + 20 * np.arange(9), histogram, **look)
    axes[1].set(xlabel="unsigned angle of the gradient, degrees")
    axes[1].set(ylabel="mean magnitude, grey values", xticks=range(0, 181, 20))
    axes[1].set_title("your histogram of that cell")
    most = 20 * int(np.argmax(histogram))
    return figure, (
        "Left: a handwritten 1 with gradient arrows in one small cell on the edge of the stroke, pointing "
        f"across it. Right: the cell's nine-bin histogram, highest between {most} and {most + 20} degrees."
    )


def ink(before, after):
    """The numbers of one block, written with full ink and with half of it.

    Args:
        before, after: pairs of arrays, full ink first: as histograms, and normalised.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(8.4, 3.3))
    words = "before: mean magnitude, grey values", "after: share of the block's length"
    for ax, (full, half), label in zip(axes, (before, after), words, strict=True):
        ax.plot(np.ravel(full), color=PALETTE[0], lw=3, alpha=0.6, label="full ink")
        ax.plot(np.ravel(half), ":", color="black", lw=1.6, label="half the ink")
        ax.set(xlabel="number in the block (4 cells of 9 bins)", ylabel=label)
    axes[0].legend(fontsize=8)
    gap = np.abs(np.subtract(*after)).max()
    return figure, (
        "Two panels of the 36 numbers of a block. Before normalisation the half-ink line has half the "
        f"height of the full-ink line; after it the two lines differ by at most {gap:.0e}."
    )


def edges(cells):
    """The SVM's positive weights as strokes along the edges that they ask for.

    Args:
        cells: weights (10, 7, 7, 9): digit, cell row, cell column, bin.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(2, 5, size=(8, 3.7))
    for digit, (ax, grid) in enumerate(zip(axes.ravel(), cells, strict=True)):
        strength = np.clip(grid, 0, None) / grid.max()
        for r, c, b in np.argwhere(strength > 0.08):
            share = strength[r, c, b]
            angle = np.deg2rad(20 * b + 10)  # an edge runs across its gradient
            x, y = 1.9 * share * np.array([-np.sin(angle), np.cos(angle)])
            ends = (
                [4 * c + 1.5 - x, 4 * c + 1.5 + x],
                [
                    4 * r + 1.5 - y,
                    4 * r + 1.5 + y,
                ],
            )
            ax.plot(*ends, color=PALETTE[4], lw=1.2, alpha=0.35 + 0.65 * share)
        ax.set(xlim=(-0.5, 27.5), ylim=(27.5, -0.5), xticks=[], yticks=[])
        ax.set_facecolor("black")
        ax.grid(False)
        ax.set_title(str(digit), fontsize=10)
    figure.suptitle("Edges that make the linear SVM say each digit")
    return figure, (
        "Ten black panels, one per digit, with bright strokes where the SVM's weights are positive. Many "
        "strokes follow the outline of the panel's digit; others mark edges that tell it from its rivals."
    )


def learning_curves(points, names):
    """Test errors of each reader against the number of training images.

    Args:
        points: entries with name, size, accuracy and interval.
        names: of the readers.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.8, 3.8))
    told = []
    for name, colour, marker, dashes in zip(
        names, PALETTE, MARKERS, DASHES, strict=False
    ):
        mine = sorted((p for p in points if p.name == name), key=lambda p: p.size)
        sizes = [p.size for p in mine]
        wrong = 100 * (1 - np.array([p.accuracy for p in mine]))
        low, high = 100 * (1 - np.array([p.interval for p in mine]).T)
        ax.plot(sizes, wrong, dashes, marker=marker, color=colour, label=name)
        ax.fill_between(sizes, high, low, color=colour, alpha=0.15, lw=0)
        told.append(f"{name} {wrong[0]:.0f} to {wrong[-1]:.1f}")
    ticks = sorted({p.size for p in points})
    ax.set(xscale="log", yscale="log", xlabel="training images", ylabel=PERCENT)
    ax.set_title("What you know need not be learnt")
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(
        lambda value, _: f"{value:g}" if f"{value:e}"[0] in "235" else ""
    )
    ax.legend(fontsize=8)
    return figure, (
        "Test errors in per cent against the number of training images, both axes logarithmic, with 95 "
        f"per cent bands. From {ticks[0]:,} to {ticks[-1]:,} images: {', '.join(told)}."
    )


def worst(images, y_true, rows, shares):
    """The worst mistakes of each reader.

    Args:
        images, y_true: the test images and their classes.
        rows: dict from a reader's name to the rows of its worst mistakes.
        shares: dict from a reader's name to its probabilities (n, 10).

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(len(rows), 7, size=(8.4, 4.4))
    for panels, (name, mine) in zip(axes, rows.items(), strict=True):
        said = shares[name].argmax(axis=1)
        for ax in panels:
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
            ax.spines[:].set_visible(False)
        for ax, i in zip(panels, mine, strict=False):
            ax.imshow(images[i], cmap="gray")
            ax.set_title(f"{y_true[i]} read as {said[i]}", fontsize=8)
        panels[0].set_ylabel(f"{name}\n{np.sum(said != y_true)} wrong", fontsize=9)
    figure.suptitle("The worst mistakes of each reader")
    return figure, (
        f"Rows of digits, the worst mistakes of {', '.join(rows)}, each titled with the truth and the "
        "answer. Many are untidy, and some stand in more than one row."
    )


def drawn(canvas, views, said):
    """A drawing, what was made of it, and what the readers say.

    Args:
        canvas: the drawing.
        views: dict from words to an image (28, 28).
        said: dict from the same words to a dict of readers' names and answers.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 1 + len(views), size=(8, 3.1))
    panels = {"drawn": canvas} | views
    for ax, (words, image) in zip(axes, panels.items(), strict=True):
        draw_image(ax, image, title=f"{words}, {image.shape[0]} x {image.shape[1]}")
        answers = said.get(words, {})
        ax.set_xlabel(", ".join(f"{name}: {label}" for name, label in answers.items()))
    return figure, (
        "A 7 in the upper right corner of a large canvas; the same only shrunk to 28 x 28 pixels, small and "
        "off centre; and prepared, large and centred. Below the last two stand the answers of the readers."
    )
