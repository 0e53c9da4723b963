"""The pictures of lab 09 and what is seen on them. Nothing here answers an exercise."""

import io
import time

import numpy as np

from coursekit.labs import widgets
from coursekit.plots import PALETTE, subplots
from coursekit.plots.images import draw_image

DASHES = {"plain": "--", "residual": "-"}
MARKERS = "osD^"

SINGLE = {
    "AlexNet": (18.2, "Krizhevsky 2012, table 2"),
    "ZFNet": (16.5, "Zeiler 2014, table 2"),
    "VGG-16": (9.33, "He 2016, table 3; with more cut-outs 7.2"),
    "GoogLeNet": (9.15, "Szegedy 2015, table 3"),
    "ResNet-50": (6.71, "He 2016, table 3"),
    "ResNet-152": (5.71, "He 2016, table 3"),
}
"""Top-5 error in per cent of one network on the validation images of ILSVRC 2012, ten cut-outs of
each, and where it stands."""

ENTRIES = [
    (2012, "ISI, no network (2nd)", 26.2, "26.1 in the overview lecture"),
    (2012, "AlexNet, 5 networks", 16.4, ""),
    (2012, "AlexNet, 7 networks (1st)", 15.3, "other data too"),
    (2013, "ZFNet", 13.5, "14.8 in the paper's table"),
    (2013, "Clarifai", 11.7, ""),
    (2013, "Clarifai (1st)", 11.2, "other data too"),
    (2014, "VGG (2nd)", 7.3, ""),
    (2014, "GoogLeNet, 7 networks (1st)", 6.7, ""),
    (2015, "ResNet, 6 networks (1st)", 3.57, ""),
]
"""Year, entry, top-5 error in per cent on the test images, remark. Sources: ILSVRC's pages of
results for 2012; CNN and Keras lecture; Deep learning overview; Zeiler 2014; Simonyan 2015;
Szegedy 2015; He 2016."""


def milliseconds(work, batch, repeats=5):
    """Milliseconds per image of `work(batch)`, the best of some runs."""
    work(batch)
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work(batch)
        taken.append(time.perf_counter() - start)
    return 1000 * min(taken) / len(batch)


def learning(families):
    """Accuracy on the training images, epoch by epoch.

    Args:
        families: dict from "plain" or "residual" to a dict from depth to a list of accuracies.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 3.6))
    for family, curves in families.items():
        for i, (depth, curve) in enumerate(curves.items()):
            epochs = np.arange(1, len(curve) + 1)
            ax.plot(
                epochs,
                curve,
                DASHES[family],
                marker=MARKERS[i],
                ms=5,
                color=PALETTE[i],
                label=f"{family}, {depth} layers",
            )
    ax.set(xlabel="epoch", ylabel="accuracy in training", ylim=(0, None))
    ax.set_xticks(epochs)
    figure.legend(loc="outside lower center", ncols=len(families), fontsize=8)
    ends = "; ".join(
        f"{family} with {depth} layers ends at {100 * curve[-1]:.0f} per cent"
        for family, curves in families.items()
        for depth, curve in curves.items()
    )
    return figure, f"Accuracy on the training images over the epochs: {ends}."


def cost_bars(costs, name):
    """Weights and multiply-adds of each layer, side by side.

    Args:
        costs: dict from a layer's name to (weights, multiply_adds).
        name: of the network.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(9, 3.2), sharey=True)
    places = np.arange(len(costs))[::-1]
    for ax, part, what in zip(axes, (0, 1), ("weights", "multiply-adds"), strict=True):
        values = [cost[part] / 1e6 for cost in costs.values()]
        dense = ["dense" in layer for layer in costs]
        colours = [PALETTE[1] if flag else PALETTE[0] for flag in dense]
        ax.barh(places, values, color=colours)
        ax.set(xlabel=f"{what}, millions", yticks=places)
        ax.set_yticklabels(["dense" if flag else "convolution" for flag in dense])
    figure.suptitle(f"{name}, layer by layer", fontsize=11)
    return figure, (
        f"Two bar charts of {name}, one bar a layer from the first at the top. Left, weights: "
        f"nearly all in the first two dense layers. Right, multiply-adds: nearly all in the "
        f"convolutions."
    )


def connections(table):
    """Which input maps each output map sees.

    Args:
        table: for each of 16 maps the maps of 6 that it sees.

    Returns:
        (figure, alt).
    """
    seen = np.zeros((6, len(table)))
    for j, inputs in enumerate(table):
        seen[list(inputs), j] = 1
    figure, ax = subplots(size=(7, 2.8))
    ax.pcolormesh(
        seen, cmap="Greys", vmin=-0.2, vmax=1.4, edgecolors="white", linewidth=2
    )
    ax.invert_yaxis()
    ax.set_xticks(np.arange(len(table)) + 0.5, range(len(table)))
    ax.set_yticks(np.arange(6) + 0.5, range(6))
    ax.set(xlabel="map of C3", ylabel="map below", title="Dark: this map sees that one")
    return figure, (
        f"A grid of 6 maps below by {len(table)} maps of C3. The first six columns hold three dark "
        f"cells, the next nine four, the last all six; no two columns are alike. "
        f"{int(seen.sum())} cells are dark."
    )


def inception(growth, spent, names):
    """Maps after each module, and the work of each, with and without 1x1 convolutions.

    Args:
        growth: dict from naive (bool) to the maps before the first and after each module.
        spent: dict from naive (bool) to the multiply-adds of each module.
        names: of the modules.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(9, 3.2))
    for naive, marker, label in [
        (False, "o-", "with 1x1 convolutions"),
        (True, "s--", "naive"),
    ]:
        axes[0].plot(names, growth[naive][1:], marker, ms=5, label=label)
        axes[1].plot(names, np.array(spent[naive]) / 1e6, marker, ms=5)
    axes[0].set(xlabel="module", ylabel="maps that leave it", ylim=(0, None))
    axes[1].set(xlabel="module", ylabel="multiply-adds, millions", yscale="log")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    return figure, (
        f"Left, maps after each of nine modules: up to {growth[False][-1]} with 1x1 convolutions, up "
        f"to {growth[True][-1]} without. Right, the work of each module on a logarithmic axis: the "
        f"naive curve lies far above the other everywhere."
    )


def gradient_lengths(arrives):
    """Length of the gradient on its way down through many blocks.

    Args:
        arrives: dict from "plain" and "residual" to an array, 1 at the top.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 3.2))
    for i, (name, sent) in enumerate(sorted(arrives.items())):
        ax.plot(np.maximum(sent, 1e-300), DASHES[name], color=PALETTE[i], label=name)
    ax.set(xlabel="blocks below the top", ylabel="length of the gradient", yscale="log")
    ax.legend()
    return figure, (
        f"Length of the gradient against the number of blocks it has come down, on a logarithmic "
        f"axis. The residual line stays near {arrives['residual'][-1]:.1g}; the plain line falls "
        f"straight to {arrives['plain'][-1]:.0e}."
    )


def path_histogram(lengths):
    """How many paths of each length a block has.

    Args:
        lengths: dict from the number of columns to the list of path lengths.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, len(lengths), size=(9, 2.8))
    for ax, (columns, paths) in zip(axes, lengths.items(), strict=True):
        values, counts = np.unique(paths, return_counts=True)
        ax.bar(values, counts, color=PALETTE[0])
        ax.set(
            xlabel="convolutions on the path",
            title=f"{columns} columns: {len(paths)} paths",
            xticks=range(1, max(paths) + 1),
        )
        ax.set_yticks(range(0, max(counts) + 1))
    axes[0].set_ylabel("paths")
    totals = ", ".join(f"{len(p)} paths with {c} columns" for c, p in lengths.items())
    return figure, (
        f"Bar charts of path lengths in fractal blocks: {totals}. The shortest path is always one "
        f"convolution, most have middle lengths."
    )


def columns_alone(judged, names):
    """Accuracy of each column by itself and of the whole, with and without drop-path.

    Args:
        judged: dict from "without" and "with" to a list of four accuracies.
        names: of the four.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7, 3.2))
    places = np.arange(len(names))
    for i, (name, scores) in enumerate(judged.items()):
        ax.bar(
            places + 0.4 * i - 0.2,
            scores,
            0.38,
            color=PALETTE[i],
            hatch="//" if i else None,
            edgecolor="white",
            label=f"{name} drop-path",
        )
    ax.axhline(0.1, color="black", lw=1.2, ls=":", label="guessing")
    ax.set_xticks(places, names)
    ax.set_ylabel("accuracy on new images")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    told = "; ".join(
        f"{name} drop-path: {', '.join(f'{n} {100 * s:.0f}' for n, s in zip(names, scores, strict=True))} per cent"
        for name, scores in judged.items()
    )
    return figure, f"Accuracy of single columns and of the whole network. {told}."


def _graph(ax, kept, blocks):
    """Blocks of three columns from left to right; what `kept` names is dark, the rest pale.

    `kept` is 0, 1 or 2 for a column, 3 for all.
    """
    for block in range(blocks):
        left = 5 * block
        for column in range(3):
            rows = [r for r in range(1, 5) if r % 2 ** (2 - column) == 0]
            lit = kept in (column, 3)
            colour = PALETTE[column] if lit else "0.85"
            ax.plot([left, left + 4.6], [column] * 2, color=colour, lw=2, zorder=1)
            for row in rows:
                width = 2 ** (2 - column)
                ax.plot(
                    left + row - width / 2,
                    column,
                    "s",
                    ms=11,
                    color=colour,
                    mec="0.3" if lit else "0.85",
                    zorder=2,
                )
        for row in (2, 4):
            low = 1 if row == 2 else 0
            ax.plot([left + row] * 2, [low, 2], color="0.6", lw=5, zorder=0)
    ax.set(xlim=(-0.8, 5 * blocks + 0.2), ylim=(2.6, -0.6))
    ax.axis("off")


def lit(kept, errors, speeds, blocks=3):
    """The network's graph with a part of it lit, and what that part achieves.

    Args:
        kept: which of column 1, 2, 3 and all to show, as numbers 0 to 3.
        errors: error on new images of each of the four.
        speeds: milliseconds per image of each.
        blocks: of the network.

    Returns:
        (figure, alt).
    """
    kept = list(kept)
    names = ("column 1", "column 2", "column 3", "all columns")
    figure, axes = subplots(len(kept), 1, size=(7.5, 1.5 * len(kept)), squeeze=False)
    told = []
    for ax, part in zip(axes[:, 0], kept, strict=True):
        _graph(ax, part, blocks)
        line = (
            f"{names[part]}: error {errors[part]:.1%}, {speeds[part]:.2f} ms an image"
        )
        ax.set_title(line, fontsize=10, loc="left")
        told.append(line)
    return figure, (
        f"A network of {blocks} blocks, each with columns of one, two and four convolutions that meet "
        f"in joins; what is used is coloured, the rest pale. {'; '.join(told)}."
    )


def slide(figures, names):
    """Show one of several figures under a slider, where widgets live; otherwise nothing."""
    if not widgets.live():
        return
    import ipywidgets
    from IPython.display import display

    pictures = []
    for one in figures:
        buffer = io.BytesIO()
        one.savefig(buffer, format="png", dpi=100, facecolor="white")
        pictures.append(buffer.getvalue())
    slider = ipywidgets.SelectionSlider(options=list(names), description="keep")
    image = ipywidgets.Image(value=pictures[0], format="png")

    def moved(change):
        image.value = pictures[list(names).index(change["new"])]

    slider.observe(moved, names="value")
    display(ipywidgets.VBox([slider, image]))


def bars():
    """Soft lines of 5x5 pixels, each of length 1: lying, standing, rising, falling."""
    row, column = np.mgrid[-2:3, -2:3]
    off = [row, column, (row + column) / np.sqrt(2), (row - column) / np.sqrt(2)]
    lines = [np.exp(-(distance**2) / 2) for distance in off]
    return [line / np.linalg.norm(line) for line in lines]


def cells(image, weights, found, blurred):
    """A digit, four S-planes and four C-planes.

    Args:
        image: (28, 28).
        weights: four arrays (5, 5).
        found, blurred: four planes each.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(3, 5, size=(8.5, 5.2))
    for ax in axes.ravel():
        ax.axis("off")
    draw_image(axes[1, 0], image, title="digit", limits=(0, 1))
    top = max(np.max(plane) for plane in found) or 1
    for j in range(4):
        draw_image(axes[0, j + 1], weights[j], limits=(0, np.max(weights[j])))
        draw_image(axes[1, j + 1], found[j], limits=(0, top))
        draw_image(axes[2, j + 1], blurred[j], limits=(0, 1))
    for row, text in enumerate(("weights", "S-cells", "C-cells")):
        axes[row, 1].set_title(text, fontsize=9, loc="left")
    return figure, (
        "A handwritten digit and, for lines in four directions, the weights, the plane of S-cells and "
        "the plane of C-cells. S-cells light up where a stroke runs in their direction; C-cells show "
        "the same places coarse and blurred."
    )


def shift_curves(shifts, curves):
    """Accuracy against the shift of the digits.

    Args:
        shifts: pixels.
        curves: dict from a name to a list of accuracies.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.5, 3.2))
    for i, (name, curve) in enumerate(curves.items()):
        ax.plot(shifts, curve, MARKERS[i] + "-", color=PALETTE[i], label=name)
    ax.set(
        xlabel="shift sideways, pixels",
        ylabel="share of digits right",
        ylim=(0, 1.02),
    )
    ax.legend()
    told = "; ".join(
        f"{name} from {100 * c[0]:.0f} to {100 * c[-1]:.0f} per cent"
        for name, c in curves.items()
    )
    return (
        figure,
        f"Share of digits right against their shift, from {shifts[0]} to {shifts[-1]} pixels: {told}.",
    )


def bubbles(counted):
    """Cost against error; the area of a bubble is the number of weights.

    Args:
        counted: dict from a network's name to (weights, multiply_adds).

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 2, size=(9.5, 4), sharey=True, width_ratios=[2, 1])
    ax = axes[0]
    for i, (name, (weights, work)) in enumerate(counted.items()):
        error = SINGLE[name][0]
        ax.scatter(
            work / 1e9, error, weights / 1.2e5, alpha=0.6, color=PALETTE[i], ec="0.2"
        )
        radius = np.sqrt(weights / 1.2e5 / np.pi)  # points
        below = name.startswith("ResNet")
        ax.annotate(
            f"{name}, {weights / 1e6:.0f} M",
            (work / 1e9, error),
            xytext=(0, -radius - 2 if below else radius + 2),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=8,
        )
    ax.set(xscale="log", xlim=(0.3, 60), ylim=(0, 28))
    ax.set(
        xlabel="multiply-adds for one image, billions",
        ylabel="top-5 error, per cent",
        title="one network",
    )
    for year, name, error, _ in ENTRIES:
        axes[1].plot(year, error, "o", color=PALETTE[0], ms=5)
        if "1st" in name or "no network" in name:
            axes[1].annotate(
                name.partition(",")[0].removesuffix(" (1st)"),
                (year + 0.08, error + 0.3),
                fontsize=8,
            )
    axes[1].set(
        xlabel="year",
        xticks=[2012, 2013, 2014, 2015],
        xlim=(2011.7, 2016.4),
        title="entries",
    )
    told = "; ".join(
        f"{name} {work / 1e9:.1f} billion, {SINGLE[name][0]} per cent, {weights / 1e6:.0f} million weights"
        for name, (weights, work) in counted.items()
    )
    return figure, (
        f"Bubbles of networks by multiply-adds and top-5 error: {told}. On the right the entries from "
        f"2012 to 2015, from 26 down to 3.6 per cent."
    )


def error_table():
    """The competition's entries and the single networks' errors as text."""
    lines = ["year  entry                         top-5 error"]
    for year, name, error, remark in ENTRIES:
        lines.append(f"{year}  {name:<28}  {error:>5} %  {remark}".rstrip())
    lines += ["", "one network, ten cut-outs           top-5 error"]
    for name, (error, source) in SINGLE.items():
        lines.append(f"{name:<34}  {error:>5} %  {source}")
    return "\n".join(lines)
