"""The pictures of lab 07 and the images they are made of. Nothing here answers an exercise."""

import numpy as np
from skimage import data

from coursekit.plots import PALETTE, figure, subplots
from coursekit.plots.images import draw_field, draw_image, draw_kernel, image_grid

SIDE, LENGTH = 16, 5
ANYWHERE = np.arange(2, 14)  # where the centre of a bar may be


# Images ---------------------------------------------------------------------------------


def bars(rows, columns, standing, rng, noise=0.25):
    """Images (n, 16, 16, 1) with one bar each, centred at (rows, columns)."""
    x = noise * rng.normal(size=(len(rows), SIDE, SIDE, 1))
    along, image = np.arange(LENGTH) - LENGTH // 2, np.arange(len(rows))[:, None]
    down = rows[:, None] + along * standing[:, None]
    right = columns[:, None] + along * (1 - standing[:, None])
    x[image, down, right, 0] += 1
    return x.astype("float32")


def draw_bars(n, columns, rng):
    """n images with bars at random rows and at random ones of `columns`, and their classes."""
    standing = rng.integers(0, 2, n)
    rows, places = rng.choice(ANYWHERE, n), rng.choice(columns, n)
    return bars(rows, places, standing, rng), standing


def accuracy_map(predict, seed, per_place=20):
    """Share of right answers for every place of the bar's centre, (12, 12).

    Args:
        predict: function from images (n, 16, 16, 1) to classes (n,).
    """
    grids = np.meshgrid(ANYWHERE, ANYWHERE, indexing="ij")
    rows, columns = (np.repeat(grid.ravel(), per_place) for grid in grids)
    rng = np.random.default_rng(2000 + seed)
    standing = rng.integers(0, 2, len(rows))
    right = predict(bars(rows, columns, standing, rng)) == standing
    return right.reshape(len(ANYWHERE), len(ANYWHERE), per_place).mean(axis=2)


def shrunk(photo, factor):
    """Photograph in [0, 1], (h, w, channels), each pixel the mean of a square block."""
    photo = photo.reshape(photo.shape[0], photo.shape[1], -1) / 255
    h, w = photo.shape[0] // factor, photo.shape[1] // factor
    blocks = photo[: h * factor, : w * factor].reshape(h, factor, w, factor, -1)
    return blocks.mean(axis=(1, 3))


def cut_out_coin():
    """A coin on black, (48, 48, 1), values in [0, 1]."""
    piece = shrunk(data.coins()[22:82, 185:245], 2)[..., 0]  # (30, 30)
    rows, columns = np.mgrid[-14.5:15, -14.5:15]
    coin = np.where(rows**2 + columns**2 < 12.5**2, piece, 0)
    return np.pad(coin, ((9, 9), (9, 9)))[..., None]


# Pictures -------------------------------------------------------------------------------


def puzzle(maps):
    """Two example bars, and the accuracy of two networks by place of the bar.

    Args:
        maps: dict from a network's name to an array (12, 12).

    Returns:
        (figure, alt).
    """
    at = np.array([5, 9]), np.array([4, 11]), np.array([1, 0])
    examples = bars(*at, np.random.default_rng(0))
    fig = figure((9, 3.1))
    axes = fig.subplots(1, 4, width_ratios=[1, 1, 1.25, 1.25])
    titles = ["a standing bar, left:\nlike the training images"]
    titles += ["a lying bar, right:\nnever trained there"]
    for ax, image, title in zip(axes, examples, titles, strict=False):
        draw_image(ax, image, title=title)
    for ax, (name, shares) in zip(axes[2:], maps.items(), strict=True):
        look = {"cmap": "gray", "vmin": 0.4, "vmax": 1}
        shown = ax.imshow(shares, extent=(1.5, 13.5, 13.5, 1.5), **look)
        ax.axvline(5.5, color=PALETTE[1], lw=2)
        ax.set(xlabel="column of the bar's centre", ylabel="row")
        ax.set(xticks=[2, 5, 8, 11], yticks=[2, 5, 8, 11])
        ax.set_title(name.partition(",")[0], fontsize=9)
    fig.colorbar(shown, ax=axes[2:], label="share of right answers", shrink=0.8)
    return fig, (
        "Two example images, and for each network a map of its accuracy by place of the bar. The "
        "dense network is right left of the line, where it trained, and guesses on the far right. "
        "The convolutional network is right everywhere."
    )


def kernels_at_work(photo, kernels, answers, theirs):
    """A photograph, kernels, and what each makes of it.

    Args:
        photo: array (h, w).
        kernels, answers, theirs: dicts from a kernel's name to arrays; theirs are Keras's.

    Returns:
        (figure, alt).
    """
    fig = figure((9.5, 4.4))
    axes = fig.subplots(2, 5, height_ratios=[1, 2])
    axes[0, 0].axis("off")
    gap = max(np.abs(answers[name] - theirs[name]).max() for name in kernels)
    fig.supxlabel(f"you and Keras differ by at most {gap:.0e}", fontsize=9)
    draw_image(axes[1, 0], photo, title="photograph", limits=(0, 1))
    for top, below, name in zip(axes[0, 1:], axes[1, 1:], kernels, strict=True):
        draw_kernel(top, kernels[name], title=f"{name}: sum {kernels[name].sum():.3g}")
        signed = name == "Laplacian"
        title, limits = ("zero is mid-grey", (-0.5, 0.5)) if signed else ("", (0, 1))
        draw_image(below, answers[name], title=title, limits=limits)
    return fig, (
        "A photograph of a man with a camera, and four kernels with what each makes of it: a "
        "blurred, a sharpened and an embossed picture, and one that is grey except along the edges, "
        "where it is light and dark."
    )


def line_detectors(pictures):
    """A brick wall, a line detector as printed, and two whose weights add up to 0.

    Args:
        pictures: four arrays.

    Returns:
        (figure, alt).
    """
    titles = ["bricks", "standing, as printed"]
    titles += ["standing, adding up to 0", "lying, adding up to 0"]
    return image_grid(pictures, titles, columns=4, width=9.5), (
        "A brick wall and three answers to it. As printed the detector returns nearly the wall "
        "itself. With weights that add up to zero, one answer keeps only the standing joints between "
        "bricks and the other only the lying ones."
    )


def turned(kernel, points, photos):
    """What one white pixel and a photograph become, cross-correlated and convolved.

    Args:
        kernel: array (3, 3).
        points: two arrays (3, 3).
        photos: three arrays: the photograph, cross-correlated, convolved.

    Returns:
        (figure, alt).
    """
    fig = figure((9.5, 4.6))
    axes = fig.subplots(2, 3)
    titles = ["emboss kernel", "one white pixel, cross-correlated"]
    titles += ["one white pixel, convolved"]
    for ax, shown, title in zip(axes[0], [kernel, *points], titles, strict=True):
        draw_kernel(ax, shown, title=title)
    titles = ["photograph", "cross-correlated: light from one side"]
    titles += ["convolved: from the other"]
    for ax, shown, title in zip(axes[1], photos, titles, strict=True):
        draw_image(ax, shown, title=title, limits=(0, 1))
    return fig, (
        "The emboss kernel beside what one white pixel becomes: cross-correlation gives the kernel "
        "turned by half a turn, convolution the kernel itself. Below, the embossed photograph is lit "
        "from opposite sides."
    )


def places(output_size, same_padding):
    """Where a kernel stands along one axis.

    Args:
        output_size, same_padding: the functions of Exercise 7.3.

    Returns:
        (figure, alt).
    """
    fig, axes = subplots(2, 2, size=(9.5, 4.8))
    cases = [(3, 1, "valid"), (3, 2, "valid"), (4, 1, "same"), (3, 2, "same")]
    n = 8
    for ax, (k, stride, padding) in zip(axes.ravel(), cases, strict=True):
        before, after = same_padding(n, k, stride) if padding == "same" else (0, 0)
        outputs = output_size(n, k, stride, before, after)
        look = {"mec": "0.35", "ms": 12}
        ax.plot(range(n), np.zeros(n), "s", mfc="0.35", label="pixel", **look)
        zeros = [*range(-before, 0), *range(n, n + after)]
        label = "zero of the padding"
        ax.plot(zeros, np.zeros(len(zeros)), "s", mfc="white", label=label, **look)
        for place in range(outputs):
            start = place * stride - before
            ends = [start - 0.4, start + k - 0.6], [place + 1] * 2
            ax.plot(*ends, color=PALETTE[0], lw=6, solid_capstyle="butt")
        ax.plot([], [], color=PALETTE[0], lw=6, label="kernel")
        ax.set(xlim=(-2, 11), ylim=(9, -0.8), yticks=range(1, outputs + 1))
        ax.set_title(f"k = {k}, stride {stride}, {padding}: {outputs} outputs")
    for ax in axes[1]:
        ax.set_xlabel("place along the axis (pixels)")
    for ax in axes[:, 0]:
        ax.set_ylabel("output")
    handles = axes[1, 1].get_legend_handles_labels()
    fig.legend(*handles, loc="outside lower center", ncols=3, fontsize=8)
    return fig, (
        "Four rows of eight pixels with the places of a kernel below them. Valid padding keeps all "
        "kernels on the pixels; same padding adds white squares for zeros, one more behind than in "
        "front where the number is odd."
    )


def feature_maps(photo, maps, lines):
    """A colour photograph and what a layer with ReLU makes of it.

    Args:
        photo: array (h, w, 3).
        maps: array (h, w, 5), before the ReLU.
        lines: the directions that the first four filters look for.

    Returns:
        (figure, alt).
    """
    shown = [photo, *np.moveaxis(np.maximum(0, maps), -1, 0)]
    titles = ["colour in", *(f"{name} lines" for name in lines), "red without blue"]
    return image_grid(shown, titles, columns=3, width=8.5), (
        "A colour photograph of an astronaut in an orange suit, and five feature maps of one layer. "
        "Four keep thin lines of one direction each; the fifth is bright on the suit, faint on "
        "the face and dark elsewhere."
    )


def dense_matrix(matrix):
    """A convolution as the weight matrix of a dense layer.

    Args:
        matrix: array (16, 36).

    Returns:
        (figure, alt).
    """
    fig = figure((7.5, 3.6))
    ax = fig.subplots()
    shown = ax.imshow(matrix, cmap="Greys", vmin=0, vmax=9)
    ax.set(xlabel="pixel of the 6x6 image, row by row")
    ax.set(ylabel="output of the 4x4 answer")
    fig.colorbar(shown, ax=ax, label="weight (1 to 9)", shrink=0.7)
    connected, different = np.count_nonzero(matrix), len(np.unique(matrix[matrix > 0]))
    told = f"{matrix.size} places, {connected} connections, {different} weights"
    ax.set_title(f"A 3x3 convolution as a dense layer: {told}")
    return fig, (
        f"A matrix of 16 rows and 36 columns, mostly white: {told}. Each row holds the same nine grey levels "
        "in three groups of three, moved to the right from row to row."
    )


def weight_bars(counts, theirs):
    """Numbers of weights on a logarithmic axis.

    Args:
        counts, theirs: dicts with the keys "dense", "local", "shared"; theirs are Keras's.

    Returns:
        (figure, alt).
    """
    fig, ax = subplots(size=(7, 2.6))
    colours = [PALETTE[0], PALETTE[4], PALETTE[1]]
    ax.barh(range(3), list(counts.values()), color=colours)
    for row, count in enumerate(counts.values()):
        ax.annotate(f"   {count:,}", (count, row), va="center", fontsize=9)
    ring = {"mfc": "none", "mec": "0.2", "ms": 9}
    ax.plot([theirs[key] for key in counts], range(3), "o", label="Keras", **ring)
    ax.legend(fontsize=8, loc="lower right")
    ax.set(xscale="log", yticks=range(3), yticklabels=list(counts))
    ax.set(xlabel="weights, without biases", xlim=(100, 1e13))
    ax.invert_yaxis()
    ax.set_title("200x200 pixels to ten maps, fields of 10x10")
    return fig, (
        f"Bars on a logarithmic axis: {counts['dense']:,} weights for a dense layer, "
        f"{counts['local']:,} for a local one, {counts['shared']:,} when the weights are shared."
    )


def strip_of_digits(strip, score, first, true):
    """A strip of digits, and the probability of each class at every place of the window.

    Args:
        strip: array (8, width, 1).
        score: logits (width - 7, 10).
        first: first column of each digit.
        true: class of each digit.

    Returns:
        (figure, alt).
    """
    chance = np.exp(score - score.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    fig, axes = subplots(2, 1, size=(8, 4.2), height_ratios=[1, 2])
    draw_image(axes[0], strip, title="a strip of digits that the layer never saw")
    axes[1].imshow(chance.T, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    ring = {"mfc": "none", "mec": PALETTE[1], "ms": 14, "mew": 2}
    axes[1].plot(first, true, "o", label="true digit, at its own place", **ring)
    axes[1].set(xlabel="first column of the window (pixels)", ylabel="class")
    axes[1].set(yticks=range(10))
    axes[1].grid(False)
    fig.legend(loc="outside lower center", fontsize=8)
    return fig, (
        f"A strip of {len(true)} handwritten digits, and below it the probability of each class at "
        "every place of the window. Most circles, which mark the true digit at its own place, hold a "
        "dark cell."
    )


def gap_curves(gaps):
    """Gap against shift for three layers.

    Args:
        gaps: dict from a layer's name to its gaps for shifts 0, 1, 2, ...

    Returns:
        (figure, alt).
    """
    fig, ax = subplots(size=(7, 3.4))
    for (name, gap), style, c in zip(
        gaps.items(), ("o-", "s--", "D:"), PALETTE, strict=False
    ):
        ax.plot(range(len(gap)), gap, style, color=c, label=name)
    ax.set(xlabel="shift to the right (pixels)")
    ax.set(
        ylabel="gap, share of the largest answer", title="What commutes with a shift?"
    )
    fig.legend(loc="outside lower center", ncols=3, fontsize=8)
    return fig, (
        "Gap against shift. The convolution stays at zero for every shift. With stride 2 the gap is "
        "zero at even shifts and large at odd ones. With other weights at each place it is large at "
        "every shift but zero."
    )


def moved_coin(coin, features, moved, moved_features, by):
    """A coin and its feature map, before and after a move by (rows, columns).

    Returns:
        (figure, alt).
    """
    titles = ["coin", "its feature map", f"coin moved by {by}", "map of the moved coin"]
    shown = [coin, features, moved, moved_features]
    return image_grid(shown, titles, columns=4, width=9), (
        f"A coin and the bright outlines in its feature map; beside them the coin moved by {by[0]} "
        f"rows and {by[1]} columns, with the same outlines moved by as much."
    )


def with_sliders(show, draw):
    """Show draw(dy, dx) again whenever one of two sliders moves; without ipywidgets, say so."""
    try:
        from IPython.display import display
        from ipywidgets import IntSlider, interactive
    except ImportError:
        print("Sliders need `pip install ipywidgets`; the picture shows one move.")
        return
    names = {"dy": "down", "dx": "right"}
    sliders = {n: IntSlider(0, -9, 9, description=t) for n, t in names.items()}
    display(interactive(lambda dy, dx: show(draw(dy, dx)), **sliders))


def pooled_maps(maps):
    """A feature map and what pooling leaves of it.

    Args:
        maps: dict from a title to an array.

    Returns:
        (figure, alt).
    """
    titles = [f"{name}: {m.shape[0]}x{m.shape[1]}" for name, m in maps.items()]
    shown = list(maps.values())
    return image_grid(shown, titles, columns=len(maps), width=10, same_scale=True), (
        "A feature map of a coin and what pooling leaves of it: with larger windows the picture gets "
        "coarser, and the average is fainter and smoother than the maximum."
    )


def changes(by_shift):
    """How far pooled descriptions of a coin change when it moves.

    Args:
        by_shift: dict from a name to the change for shifts 0, 1, 2, ...

    Returns:
        (figure, alt).
    """
    fig, ax = subplots(size=(7, 3.8))
    styles = ("o-", "s-", "D-", "^-", "v--")
    for (name, change), style, c in zip(
        by_shift.items(), styles, PALETTE, strict=False
    ):
        ax.plot(range(len(change)), change, style, color=c, label=name, ms=5)
    ax.set(xlabel="shift (pixels), mean of four directions")
    ax.set(ylabel="change, share of the size")
    ax.set_title("Pooling buys invariance, window by window")
    fig.legend(loc="outside lower center", ncols=5, fontsize=8)
    return fig, (
        "Change of five descriptions against the shift of the coin. Without pooling the change is "
        "above one from the first pixel; the larger the pooling window, the slower it grows; global "
        "pooling stays at zero."
    )


def growth(formula, measured):
    """Receptive fields by formula and by gradient.

    Args:
        formula, measured: dicts from a stack's name to the field after each layer.

    Returns:
        (figure, alt).
    """
    fig, ax = subplots(size=(7, 4))
    for name, style, c in zip(formula, ("-", "--", "-.", ":"), PALETTE, strict=False):
        depth = range(1, len(formula[name]) + 1)
        label = f"{name}, your formula"
        ax.plot(depth, formula[name], style, color=c, lw=2, label=label)
        ax.plot(depth, measured[name], "o", mfc="none", mec=c, ms=8)
    label = "measured: pixels with a gradient in Keras"
    ax.plot([], [], "o", mfc="none", mec="0.3", ms=8, label=label)
    ax.set(xlabel="layers, pooling counted", ylabel="receptive field (pixels)")
    ax.set_title("Depth widens the view; stride makes it widen faster")
    ax.legend(fontsize=8)
    return fig, (
        "Receptive field against number of layers for four stacks. 3x3 layers grow by two pixels a "
        "layer, 5x5 by four, 7x7 by six; with pooling in between the growth speeds up. The measured "
        "circles lie on the lines."
    )


def influences(fields):
    """Which pixels reach one unit.

    Args:
        fields: dict from a number of 3x3 layers to an array (h, w).

    Returns:
        (figure, alt).
    """
    fig = figure((9, 2.7))
    for ax, (n, field) in zip(
        fig.subplots(1, len(fields)), fields.items(), strict=True
    ):
        ratio = f"centre {field.max() / field[field > 0].min():,.0f}x corner"
        draw_field(ax, field, title=f"{n} layer{'s' * (n > 1)} of 3x3: {ratio}")
        ax.title.set_fontsize(8)
    return fig, (
        f"Which pixels reach one unit after {', '.join(map(str, fields))} layers of 3x3. The frame "
        "around them grows, but the dark centre stays small: most paths run through the middle."
    )


def best_pairs(target, products, channels, rng, rounds):
    """Least relative error of a sum of `channels` pairs of 3x3 kernels, from five starts.

    The two layers are improved in turn, by least squares.

    Args:
        target: array (5, 5).
        products: array (9, 9, 25), the full convolution of each pair of unit kernels.
    """
    wanted, errors = target.ravel(), []
    for _ in range(5):
        first = rng.normal(size=(channels, 9))
        for _ in range(rounds):
            matrix = np.tensordot(first, products, axes=1).reshape(-1, 25).T
            second = np.linalg.lstsq(matrix, wanted, rcond=None)[0]
            gap = np.linalg.norm(matrix @ second - wanted)
            errors.append(gap / np.linalg.norm(target))
            first = second.reshape(channels, 9)
    return min(errors)


def two_in_one(first, second, both):
    """Two kernels and the one that they make together.

    Returns:
        (figure, alt).
    """
    fig = figure((7.5, 2.6))
    titles = ("first 3x3", "second 3x3", "both together: one 5x5")
    for ax, kernel, title in zip(
        fig.subplots(1, 3), (first, second, both), titles, strict=True
    ):
        draw_kernel(ax, kernel, title=title, digits=3)
    return fig, (
        "Two bell-shaped 3x3 kernels and the 5x5 kernel that they make together, largest in the "
        "middle and falling off to the corners."
    )


def learned_kernels(kernels, losses):
    """A kernel while it is learned, and the loss.

    Args:
        kernels: dict from a number of steps to an array (3, 3); the last is the goal.
        losses: loss before each step.

    Returns:
        (figure, alt).
    """
    fig = figure((9.5, 4.6))
    grid = fig.add_gridspec(2, len(kernels), height_ratios=[1, 1.1])
    for i, (title, kernel) in enumerate(kernels.items()):
        draw_kernel(fig.add_subplot(grid[0, i]), kernel, title=title)
    ax = fig.add_subplot(grid[1, :])
    ax.plot(losses, "o-", color=PALETTE[0], ms=4)
    ax.set(yscale="log", xlabel="steps", ylabel="mean squared difference")
    ax.set_title("A kernel, found by going down your gradient")
    return fig, (
        "A 3x3 kernel of zeros that after a few steps looks like the emboss kernel, beside the "
        "emboss kernel itself. Below, the loss falls steadily on a logarithmic axis."
    )


def carried_over(seen, unseen):
    """Accuracy of four kinds of network on places that were trained and others.

    Args:
        seen, unseen: dicts from a network's name to its accuracies, one per seed.

    Returns:
        (figure, alt).
    """
    fig, ax = subplots(size=(8, 3.4))
    for row, name in enumerate(seen):
        ring = {"mfc": "none", "mec": "0.35", "ms": 8}
        ax.plot(seen[name], np.full(len(seen[name]), row - 0.13), "o", **ring)
        heights = np.full(len(unseen[name]), row + 0.13)
        ax.plot(unseen[name], heights, "D", color=PALETTE[1], ms=6)
    ax.plot([], [], "o", mfc="none", mec="0.35", ms=8, label="bars in the left half")
    ax.plot([], [], "D", color=PALETTE[1], ms=6, label="bars in the right half")
    ax.axvline(0.5, color="0.4", ls=":", lw=1)
    ax.set(yticks=range(len(seen)), yticklabels=list(seen))
    ax.set(xlabel="share of right answers (0.5 is guessing)")
    ax.set(xlim=(0.35, 1.03), ylim=(3.5, -0.5))
    ax.set_title("What carries over to unseen places?")
    fig.legend(loc="outside lower center", ncols=2, fontsize=8)
    return fig, (
        "Accuracy of four kinds of network for each seed. Trained on the left half, the dense "
        "network and the convolutional one without pooling guess in the right half; with pooling it "
        "is right in both. The dense one trained everywhere lies in between."
    )


def run_by_hand(images, maps):
    """A bar in two places, and the four feature maps of each.

    Args:
        images: two arrays (16, 16, 1).
        maps: two arrays (16, 16, 4).

    Returns:
        (figure, alt).
    """
    fig = figure((9.5, 3.8))
    for row, image, shown in zip(fig.subplots(2, 5), images, maps, strict=True):
        draw_image(row[0], image, title="bar")
        for f, ax in enumerate(row[1:]):
            title = f"filter {f + 1}: largest {shown[..., f].max():.2f}"
            limits = (0, float(shown.max()))
            draw_image(ax, shown[..., f], title=title, limits=limits)
    return fig, (
        "A bar on the left with its four feature maps, and below the same bar on the right with its "
        "maps: the same blobs, moved. The largest value of each map is the same in both rows."
    )
