"""The pictures of lab 01 and what is seen on them. Nothing here answers an exercise."""

import numpy as np

from coursekit.plots import PALETTE, draw_graph, subplots
from coursekit.plots.models import draw_model

NODES = {
    "x1": "$x_1$", "w1": "$w_1$", "x2": "$x_2$", "w2": "$w_2$", "b": "$b$", "t": "$t$",
    "p1": "×", "p2": "×", "s": "+", "y": "$\\sigma$", "e": "−", "L": "$e^2$",
}  # fmt: skip
EDGES = [
    ("x1", "p1"), ("w1", "p1"), ("x2", "p2"), ("w2", "p2"), ("p1", "s"), ("p2", "s"), ("b", "s"),
    ("s", "y"), ("y", "e"), ("t", "e"), ("e", "L"),
]  # fmt: skip


def graph(values, orange):
    """The neuron's graph: a value above each arrow, a gradient below it.

    Args:
        values, orange: twelve numbers each, in the order of NODES.

    Returns:
        (figure, alt).
    """
    shown = [round(float(number), 3) + 0.0 for number in orange]
    above, below = (
        dict(zip(NODES, row, strict=True)) for row in (map(float, values), shown)
    )
    return draw_graph(NODES, EDGES, above, below), (
        "A graph of one neuron from left to right. Six inputs flow through two products, a sum, a "
        "sigmoid, a difference and a square. Above each arrow stands a value, below it a gradient; "
        "the gradient of the last node is 1, that of w2 is 0."
    )


def channels(image, **ways):
    """A colour image, and its three channels by two ways.

    Args:
        image: array (h, w, 3).
        ways: arrays (3, h, w) by the name of the way.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(2, 4, size=(7.5, 4.2))
    for row, (name, planes) in zip(axes, ways.items(), strict=True):
        row[0].imshow(image)
        row[0].set_title("colour image (h, w, c)", fontsize=9)
        for channel in range(3):
            row[1 + channel].imshow(planes[channel], cmap="gray")
            row[1 + channel].set_title(f"{name}: channel {channel}", fontsize=9)
    for ax in axes.flat:
        ax.axis("off")
    return figure, (
        "A colour image made of a three in red, a five in green and an eight in blue. After the "
        "transpose the three channels show the three digits. After the reshape each channel shows a "
        "third of the image, torn into stripes."
    )


def coarse(images):
    """Means over cells of 4 x 4 pixels, as rows of 49 numbers: a reshape that splits both axes,
    then a mean over two of four."""
    return images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)


def distances(squared, rows, columns):
    """Distances of all pairs of images as a grey matrix, both sides sorted by digit.

    Args:
        squared: array (n, m).
        rows, columns: digits (n,) and (m,), sorted.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(7.5, 4.6))
    drawn = ax.imshow(np.sqrt(squared), cmap="gray", aspect="auto")
    for axis, labels in (("x", columns), ("y", rows)):
        middle = [np.mean(np.flatnonzero(labels == d)) for d in range(10)]
        ax.set(**{f"{axis}ticks": middle, f"{axis}ticklabels": range(10)})
    ax.grid(False)
    ax.set(xlabel="training images, sorted by digit")
    ax.set(ylabel="test images, sorted by digit")
    ax.set_title("Distance of every test image to every training image")
    figure.colorbar(drawn, label="distance (dark: near)")
    return figure, (
        "A grey matrix of distances between test and training digits, both sorted by class. Dark "
        "blocks lie along the diagonal: images of the same digit are near each other. Zeros and sixes "
        "stand out most clearly."
    )


def templates(w, probabilities):
    """The columns of a weight matrix as images, and what a softmax says of ten test images.

    Args:
        w: array (784, 10).
        probabilities: array (10, 10), one row per image.

    Returns:
        (figure, alt).
    """
    figure, (left, right) = subplots(1, 2, size=(8.5, 3.9), width_ratios=(1.25, 1))
    rows = w.T.reshape(2, 5, 28, 28).transpose(0, 2, 1, 3).reshape(2 * 28, 5 * 28)
    left.imshow(rows, cmap="gray")
    left.set_title("The ten columns of W, as images", fontsize=10)
    left.axis("off")
    drawn = right.imshow(probabilities, cmap="gray_r", vmin=0, vmax=1)
    right.set(xticks=range(10), yticks=range(10))
    right.set(xlabel="unit of the layer", ylabel="digit in the image")
    right.set_title("Your softmax of ten test images", fontsize=10)
    right.grid(False)
    figure.colorbar(drawn, label="probability")
    return figure, (
        "Left, ten blurred mean digits from zero to nine: the columns of the weight matrix. Right, a "
        "ten by ten matrix of probabilities for one image of each digit, with most of its weight on "
        "the diagonal."
    )


def downhill(path):
    """The loss after each step against the gradient. Returns (figure, alt)."""
    figure, ax = subplots(size=(6.5, 3))
    ax.plot(path, "o-", ms=3)
    ax.set(xlabel="steps against the gradient", ylabel="loss $L$", ylim=(0, None))
    ax.set_title("What gradients are for")
    return figure, (
        "The loss of the neuron against the number of steps. It falls steeply at first, then more and "
        "more slowly towards zero."
    )


def two_styles(models, losses):
    """Two models as columns of boxes, and their loss curves.

    Args:
        models: dict from a style to a Keras model.
        losses: dict from a style to the loss after each epoch.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, 3, size=(9.5, 3.6), width_ratios=(1, 1, 1.5))
    for (style, model), ax in zip(models.items(), axes, strict=False):
        draw_model(model, title=f"{style}: {model.count_params():,} parameters", ax=ax)
    looks = ("-", PALETTE[0], 5, 0.4), (":", "black", 2, 1)
    for (style, path), (dashes, colour, width, alpha) in zip(
        losses.items(), looks, strict=True
    ):
        epochs = np.arange(1, len(path) + 1)
        look = {"color": colour, "lw": width, "alpha": alpha, "label": style}
        axes[2].plot(epochs, path, dashes, **look)
    axes[2].set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    axes[2].legend(fontsize=8)
    return figure, (
        "Two columns of three boxes each, input, hidden layer and output layer, with the same shapes "
        "and parameter counts. Beside them two falling loss curves that lie on each other."
    )


def logits(theirs, mine):
    """Logits by two ways against each other, (n, c) each. Returns (figure, alt)."""
    figure, ax = subplots(size=(4.8, 4.2))
    ax.plot(np.ravel(theirs), np.ravel(mine), ".", ms=3, alpha=0.5)
    ax.axline((0, 0), slope=1, color="black", lw=0.8)
    ax.set(xlabel="logit by model.predict", ylabel="logit by your NumPy")
    ax.set_title(f"{np.size(mine):,} logits of {len(mine)} test digits")
    return figure, (
        "Scatter of logits computed by hand against those of Keras. All points lie on the diagonal "
        "line, negative logits as well as positive ones."
    )


def pairs(model, history):
    """The graph with two inputs and two outputs, and how both outputs learned.

    Args:
        model: Keras model.
        history: dict with val_digit_accuracy and val_larger_accuracy after each epoch.

    Returns:
        (figure, alt).
    """
    figure, (left, right) = subplots(1, 2, size=(9.5, 4.0), width_ratios=(1.25, 1))
    title = f"Two inputs, two outputs: {model.count_params():,} parameters"
    draw_model(model, title=title, ax=left)
    looks = zip(("digit", "larger"), ("-", "--"), PALETTE, strict=False)
    for name, dashes, colour in looks:
        path = history[f"val_{name}_accuracy"]
        look = {"color": colour, "marker": "o", "ms": 3, "label": f"output {name}"}
        right.plot(np.arange(1, len(path) + 1), path, dashes, **look)
    right.set(xlabel="epoch", ylabel="accuracy on unseen pairs", ylim=(0.4, 1.01))
    right.legend(fontsize=8)
    return figure, (
        "Left, a graph: two input boxes lead into one shared reader, which feeds the output digit "
        "and, through a concatenation, the output larger. Right, accuracy on unseen pairs for both "
        "outputs, both rising."
    )


def trained_on(before, curves):
    """Losses up to a save and after it, by how the model was carried over.

    Args:
        before: losses of the steps before the save.
        curves: dict from a way to the losses after it; the last one is the odd one.

    Returns:
        (figure, alt).
    """
    cut = len(before)
    figure, ax = subplots(size=(7, 3.4))
    ax.plot(range(1, cut + 1), before, color="0.4", lw=2)
    ax.axvline(cut, color="0.6", ls=":", lw=1)
    looks = zip(("-", "o", "s--"), (PALETTE[0], PALETTE[0], PALETTE[1]), strict=True)
    for (name, losses), (look, colour) in zip(curves.items(), looks, strict=True):
        steps = range(cut, cut + len(losses) + 1)
        style = {"label": name, "ms": 4, "lw": 2, "color": colour, "alpha": 0.8}
        ax.plot(steps, [before[-1], *losses], look, **style)
    ax.set(xlabel="step (all training digits at once)", ylabel="training loss")
    ax.set_title("Saved at the dotted line, then trained on")
    ax.legend(fontsize=8)
    return figure, (
        "Training loss against steps, cut by a dotted line where the model was saved. To its right "
        "the loaded model's points lie on the uninterrupted curve; the model that got only the "
        "weights follows another curve."
    )


def speed(sides, speeds):
    """Speed of a matrix product by its size.

    Args:
        sides: sides of the matrices.
        speeds: dict from a library to GFLOP/s per side.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.5, 3.4))
    looks = zip(("s--", "o-"), (PALETTE[1], PALETTE[0]), strict=True)
    for (name, gflops), (look, colour) in zip(speeds.items(), looks, strict=True):
        ax.loglog(sides, gflops, look, color=colour, label=name)
    ax.set(xlabel="n, side of the matrices", ylabel="GFLOP/s")
    ax.set_title("The same matrix product, by size")
    ax.set_xticks(sides, sides)
    ax.minorticks_off()
    ax.legend(fontsize=8)
    return figure, (
        "Speed of a matrix product in GFLOP per second against the side of the matrix, both "
        "logarithmic: one line for NumPy, one for Keras. For the smallest matrices Keras reaches "
        "only a small part of its best speed."
    )
