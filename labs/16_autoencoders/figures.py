"""The pictures of lab 16 and what is seen on them, and measurements around a student's functions."""

import numpy as np

from coursekit import codes
from coursekit.plots import GREY, PALETTE, subplots
from coursekit.plots.images import draw_image


def _strip(images, limits):
    """Square images side by side with a gap, scaled to [0, 1]; the places of their middles."""
    low, high = limits
    side = int(np.sqrt(np.size(images[0])))
    gap = np.full((side, 2), 0.7)
    parts = []
    for image in images:
        scaled = (np.reshape(image, (side, side)) - low) / (high - low)
        parts += [np.clip(scaled, 0, 1), gap]
    return np.hstack(parts[:-1]), [
        (side + 2) * k + side / 2 for k in range(len(images))
    ]


def _draw_strip(ax, images, *, limits=(0, 1), names=(), signed=False):
    """One row of images in one axes, with a name below each where names are given."""
    if signed:
        images = [image / np.abs(image).max() for image in images]
    strip, middles = _strip(images, (-1, 1) if signed else limits)
    draw_image(ax, strip, limits=(0, 1))
    ax.spines[:].set_visible(False)
    if len(names):
        ax.set_xticks(middles, names)
        ax.tick_params(axis="x", length=0, labelsize=8)


def _rows(rows, *, signed=(), width=9.0, limits=(0, 1)):
    """A figure of rows of images, each row with a name on its left."""
    columns = max(len(images) for images in rows.values())
    size = (width, 0.3 + width / (columns + 0.7) * len(rows))
    figure, axes = subplots(len(rows), 1, size=size, squeeze=False)
    for ax, (name, images) in zip(axes[:, 0], rows.items(), strict=True):
        _draw_strip(ax, images, limits=limits, signed=name in signed)
        ax.set_ylabel(name, fontsize=9)
    return figure


def two_numbers(x, y, by_pca, by_autoencoder):
    """Test digits, one of each class, and what two machines make of two numbers each."""
    picks = [np.flatnonzero(y == digit)[0] for digit in range(10)]
    rows = {
        "test digit": x[picks],
        "PCA": by_pca[picks],
        "autoencoder": by_autoencoder[picks],
    }
    return _rows(rows), (
        "Ten test digits in the top row. Below, PCA's copies from two numbers are grey fog in which "
        "most digits look alike. In the bottom row the autoencoder's copies from two numbers have "
        "clearer strokes, and more of them look like one digit and no other."
    )


def tied(weights, bias, out_bias, progress, x):
    """Digits, their copies and some columns of W."""
    copies = np.tanh(np.tanh(x[:8] @ weights + bias) @ weights.T + out_bias)
    rows = {"x": x[:8], "x'": copies, "W": weights.T[:8]}
    figure = _rows(rows, signed=("W",), limits=(-1, 1), width=8)
    figure.suptitle(
        f"loss {np.mean(progress[:5]):.0f} at first, {np.mean(progress[-5:]):.0f} at the end",
        fontsize=10,
    )
    return figure, (
        "Three rows of eight images: test digits, their copies from 64 numbers, which look nearly "
        "alike, and eight columns of W with light and dark strokes and blobs."
    )


def floor(errors, linear, bent):
    """Least error of a straight code against its numbers, with two networks."""
    figure, ax = subplots(size=(7, 3.2))
    ax.plot(list(errors), list(errors.values()), "o-", color=PALETTE[0], label="floor")
    label = "linear autoencoder, 6 numbers"
    ax.plot([6], [linear], "s", ms=9, color=PALETTE[1], label=label)
    label = "bent autoencoder, 2 numbers (test digits)"
    ax.plot([2], [bent], "^", ms=9, color=PALETTE[2], label=label)
    ax.set(
        xlabel="numbers in the code, k",
        ylabel="squared error of an image",
        ylim=(0, None),
    )
    ax.legend(fontsize=8)
    return figure, (
        "A curve of the least error of straight codes falls with their numbers, steeply at first. "
        f"The linear autoencoder's square with 6 numbers lies at {linear:.1f}, where the floor is "
        f"{errors[6]:.1f}. The bent one's triangle with 2 numbers lies at {bent:.1f}; the floor "
        f"there is {errors[2]:.1f}."
    )


def thirty(x, copies, errors):
    """Test digits and their copies from thirty numbers."""
    rows = {"test digit": x[:10]}
    rows |= {f"{name}\n{errors[name]:.2f}": copy[:10] for name, copy in copies.items()}
    return _rows(rows), (
        "Ten test digits and below them copies from thirty numbers each. "
        + ". ".join(
            f"{name}: squared error {error:.2f}" for name, error in errors.items()
        )
        + "."
    )


def sparse(kinds, x):
    """Some weights of two layers, and how often their units are on."""
    figure, axes = subplots(2, 2, size=(9.5, 2.6), width_ratios=[8, 3])
    for line, (name, layer) in zip(axes, list(kinds.items())[:2], strict=False):
        h = layer.encode(x)
        order = np.argsort(-h.std(axis=0))[:: max(1, h.shape[1] // 8)][:8]
        _draw_strip(line[0], layer.weights[:, order].T, signed=True)
        line[0].set_ylabel(name)
        line[1].hist(h.mean(axis=0), np.linspace(0, 1, 21), color=GREY)
        line[1].set(ylabel="units")
    axes[1, 1].set_xlabel("mean over test digits")
    on = {n: float(layer.encode(x).mean()) for n, layer in list(kinds.items())[:2]}
    return figure, (
        "Two rows: eight columns of W as images, and a histogram of how much each unit is on. "
        + " ".join(
            f"The {name} layer's units are on {value:.0%} on average."
            for name, value in on.items()
        )
    )


def mended(error, kinds, x, noise):
    """Denoising errors of two layers with none, a quarter and a half of the pixels masked."""
    return {
        (name, amount): error(kinds[name].reconstruct, x, "mask", amount, noise)
        for name in ("plain", "denoising")
        for amount in (0.0, 0.25, 0.5)
    }


def mending(clean, seen, kinds, errors):
    """Digits with half of their pixels masked, as two layers mend them; errors for three shares."""
    rows = {"clean": clean, "half masked": seen}
    rows |= {name: kinds[name].reconstruct(seen) for name in ("plain", "denoising")}
    figure = _rows(rows, width=8)
    lines = [
        f"{name}: " + ", ".join(f"{errors[name, a]:.1f}" for a in (0.0, 0.25, 0.5))
        for name in ("plain", "denoising")
    ]
    figure.suptitle(
        "squared error with 0, 25, 50 % masked\n" + "; ".join(lines), fontsize=9
    )
    return figure, (
        "Four rows of eight images: clean test digits, the same with half of their pixels black, "
        "what the plain layer makes of these, and what the denoising layer makes of them. Squared "
        "errors with 0, 25 and 50 % masked: " + "; ".join(lines) + "."
    )


def tremble(encode, x, seed=0):
    """Squared distance that the code moves, over the squared size of Gaussian noise, by its size."""
    rng, h = np.random.default_rng(seed), encode(x)
    moved = {}
    for size in (0.01, 0.1, 0.3, 1.0):
        away = encode(x + size * rng.normal(size=x.shape)) - h
        moved[size] = float(np.sum(away**2, axis=1).mean()) / size**2
    return moved


def contractive(norms, rebuilt, trembles):
    """Size of the Jacobian and error of each layer, and how far noise moves a code."""
    figure, axes = subplots(1, 3, size=(10, 2.8))
    names = list(norms)
    for ax, values, label in (
        (axes[0], norms, "mean ‖J‖²"),
        (axes[1], rebuilt, "squared error of a copy"),
    ):
        ax.barh(names, [values[name] for name in names], color=PALETTE[: len(names)])
        ax.set(xlabel=label)
        ax.invert_yaxis()
    axes[2].semilogx(list(trembles), list(trembles.values()), "o-", color=PALETTE[0])
    axes[2].axhline(norms["plain"], color=GREY, ls="--", lw=1)
    axes[2].set(
        xlabel="size s of the noise", ylabel="squared move / s²", ylim=(0, None)
    )
    return figure, (
        "Left, bars of the mean squared Jacobian: "
        + ", ".join(f"{name} {value:.2g}" for name, value in norms.items())
        + ". Middle, errors of copies: "
        + ", ".join(f"{name} {value:.1f}" for name, value in rebuilt.items())
        + ". Right, the squared move of the plain layer's code over s squared: it starts at the "
        "dashed line of the Jacobian and falls where the noise is large."
    )


def few_labels(table):
    """Test errors of the protocols against the number of labels, with each seed."""
    figure, ax = subplots(size=(7, 3.4))
    counts = sorted({count for count, _ in table})
    told = []
    for colour, marker, name in zip(
        PALETTE, "os^", next(iter(table.values())), strict=False
    ):
        runs = [
            [row[name] for (c, _), row in table.items() if c == count]
            for count in counts
        ]
        means = [100 * np.mean(run) for run in runs]
        for count, run in zip(counts, runs, strict=True):
            ax.plot(
                [count] * len(run), 100 * np.array(run), marker, color=colour, alpha=0.4
            )
        ax.plot(counts, means, marker=marker, color=colour, label=name)
        told.append(f"{name}: " + ", ".join(f"{mean:.1f} %" for mean in means))
    ax.set(
        xscale="log", xlabel="labels", ylabel="errors on test digits, %", ylim=(0, None)
    )
    ax.set_xticks(counts, [f"{count:,}" for count in counts])
    ax.minorticks_off()
    ax.legend(fontsize=8)
    return figure, (
        f"Three falling curves of test errors with {', '.join(f'{c:,}' for c in counts)} labels. "
        + "; ".join(told)
        + "."
    )


def generated(errors, samples):
    """Examples of the two generated problems, and errors of the protocols."""
    figure, axes = subplots(2, 2, size=(9.5, 2.8), width_ratios=[6, 4])
    names = {"rectangles": ("wide", "tall"), "convex": ("dented", "convex")}
    told = []
    for line, (kind, (x, y)) in zip(axes, samples.items(), strict=True):
        _draw_strip(line[0], x / 255, names=[names[kind][label] for label in y])
        line[0].set_ylabel(kind)
        shares = {name: 100 * error for name, error in errors[kind].items()}
        line[1].barh(list(shares), list(shares.values()), color=PALETTE[:3])
        line[1].invert_yaxis()
        line[1].tick_params(labelsize=7)
        told.append(
            f"{kind}: " + ", ".join(f"{n} {v:.1f} %" for n, v in shares.items())
        )
    axes[1, 1].set_xlabel("errors on new images, %")
    return figure, (
        "Above, outlines of rectangles called wide or tall; below, white regions called dented or "
        "convex; beside each, bars of errors. " + "; ".join(told) + "."
    )


def cost(fista, x, dictionary, penalty, steps=200):
    """Mean E of the codes that `fista` finds."""
    z = fista(x, dictionary, penalty, steps)
    apart = 0.5 * np.sum((x - z @ dictionary) ** 2, axis=1)
    return float(np.mean(apart + penalty * np.abs(z).sum(axis=1)))


def atoms(learned, x, ista_step, fista, penalty=0.5):
    """A dictionary as images, and E against the steps of ISTA and FISTA."""
    from matplotlib.gridspec import GridSpec

    from coursekit.plots import figure as new_figure
    from coursekit.plots import tidy

    steepest = np.linalg.eigvalsh(learned @ learned.T)[-1]
    z, plain, fast = np.zeros((len(x), len(learned))), [], []
    for step in range(1, 41):
        z = ista_step(z, x, learned, penalty, steepest)
        apart = 0.5 * np.sum((x - z @ learned) ** 2, axis=1)
        plain.append(float(np.mean(apart + penalty * np.abs(z).sum(axis=1))))
        fast.append(cost(fista, x, learned, penalty, step))
    side, count = int(np.sqrt(learned.shape[1])), int(np.sqrt(len(learned)))
    sheet = np.full((count * (side + 1) + 1, count * (side + 1) + 1), np.nan)
    for place, atom in enumerate(learned[: count * count]):
        row, column = (1 + (side + 1) * k for k in divmod(place, count))
        sheet[row : row + side, column : column + side] = (
            atom.reshape(side, side) / np.abs(atom).max()
        )
    figure = new_figure((9, 4.2))
    grid = GridSpec(1, 2, figure=figure)
    left, right = (figure.add_subplot(grid[k]) for k in (0, 1))
    draw_image(left, sheet, title="atoms of whitened photographs", limits=(-1, 1))
    tidy(right)
    least = min(cost(fista, x, learned, penalty, 500), *plain, *fast) - 1e-12
    for values, style, name in ((plain, "--", "ISTA"), (fast, "-", "FISTA")):
        colour = PALETTE[int(name == "ISTA")]
        right.semilogy(
            range(1, 41), np.array(values) - least, style, color=colour, label=name
        )
    right.set(xlabel="step", ylabel="mean E(z) above its least", ylim=(1e-7, None))
    right.legend()
    share = float(np.mean(codes.orientation(learned) > 0.5))
    return figure, (
        f"Left, a sheet of {count * count} atoms: most are light and dark stripes at one angle; "
        f"{share:.0%} have more than half of their power along one direction. Right, how far "
        f"E lies above its least: after 20 steps {plain[19] - least:.1e} by ISTA, "
        f"{fast[19] - least:.1e} by FISTA."
    )


def _bars(errors, label):
    figure, ax = subplots(size=(7, 0.8 + 0.35 * len(errors)))
    names = [", ".join(map(str, n)) if isinstance(n, tuple) else n for n in errors]
    ax.barh(names, [100 * e for e in errors.values()], color=PALETTE[0])
    for place, value in enumerate(errors.values()):
        ax.text(100 * value, place, f" {value:.1%}", va="center", fontsize=8)
    ax.set(xlabel=label, xlim=(0, 115 * max(errors.values()) + 1e-9))
    ax.invert_yaxis()
    told = "; ".join(
        f"{n} {e:.1%}" for n, e in zip(names, errors.values(), strict=True)
    )
    return figure, f"Horizontal bars of {label}: {told}."


def patchwork(errors, labels):
    """Test errors of a linear SVM on three descriptions of patches."""
    return _bars(errors, f"errors on test digits in per cent, {labels:,} labels")


def kernel_agreement(features, images, seed=0, alpha=4.0):
    """The kernel of pairs of patches beside inner products of their features, for few and many
    anchors."""
    rng = np.random.default_rng(seed)
    figure, axes = subplots(1, 3, size=(9.5, 3.2), sharey=True)
    off = []
    for ax, count in zip(axes, (4, 16, 64), strict=True):
        layer = codes.fit_kernel_layer(
            images.reshape(-1, 28, 28), count, sample=2_000, alpha=alpha, seed=seed
        )
        patches = codes.grid_patches(images[:40].reshape(-1, 28, 28), 5).reshape(-1, 25)
        patches = patches - patches.mean(axis=1, keepdims=True)
        patches = patches[np.linalg.norm(patches, axis=1) > 0.5]
        p, q = (patches[rng.integers(0, len(patches), 300)] for _ in range(2))
        sizes = np.linalg.norm(p, axis=1) * np.linalg.norm(q, axis=1)
        kernel = sizes * np.exp(alpha * (np.sum(p * q, axis=1) / sizes - 1))
        found = np.sum(
            features(p, layer.anchors, alpha) * features(q, layer.anchors, alpha),
            axis=1,
        )
        ax.plot(kernel, found, ".", color=PALETTE[0], alpha=0.5)
        ax.plot([0, kernel.max()], [0, kernel.max()], color=GREY, lw=1)
        ax.set(xlabel="K(p, q)", title=f"{count} anchors")
        off.append(float(np.mean(np.abs(found - kernel))))
    axes[0].set_ylabel("ψ(p) · ψ(q)")
    return figure, (
        "Three scatters of inner products against the kernel, with 4, 16 and 64 anchors. The more "
        "anchors, the nearer the points lie to the diagonal: on average they are off by "
        + ", ".join(f"{value:.2f}" for value in off)
        + "."
    )


def brightness(features, seed=0):
    """How many times larger the features of a patch are when all its pixels are doubled."""
    rng = np.random.default_rng(seed)
    patch, anchors = rng.normal(size=(1, 9)), rng.normal(size=(5, 9))
    anchors /= np.linalg.norm(anchors, axis=1, keepdims=True)
    sizes = [np.linalg.norm(features(k * patch, anchors, 2.0)) for k in (1, 2)]
    return float(sizes[1] / sizes[0])


def kernel_net(errors):
    """Test errors of a linear SVM on pixels, one and two kernel layers."""
    named = {
        f"{name}, {count} labels": value for (name, count), value in errors.items()
    }
    return _bars(named, "errors on test digits in per cent")


def mean_contrastive(loss, b, same):
    """The mean of a contrastive loss of `coursekit.losses` as a function of the first codes."""
    from keras import ops

    def mean(a):
        return ops.mean(loss(same, ops.sqrt(ops.sum((a - b) ** 2, axis=-1) + 1e-12)))

    return mean


def active_share(list_triplets, encoders, x, y, margin=1.0):
    """Share of all triplets that cost something, for each encoder."""
    sizes = np.bincount(y)
    count = int(np.sum(sizes * (sizes - 1) * (len(y) - sizes)))
    return {
        name: len(list_triplets(np.asarray(encode(x)), y, margin)) / count
        for name, encode in encoders.items()
    }


def planes(points, labels, errors):
    """Codes of test digits in the plane, each digit written at its place."""
    figure, axes = subplots(1, len(points), size=(3.3 * len(points), 3.7))
    for ax, (name, plane) in zip(np.atleast_1d(axes), points.items(), strict=True):
        codes.draw_codes(
            ax, plane[:1000], labels[:1000], title=f"{name}: {errors[name]:.1%} wrong"
        )
    return figure, (
        "Planes of codes with test digits written at their places. PCA heaps most digits up; the "
        "autoencoder parts them into arms; the codes by distance gather each class in a spot of its "
        "own. Errors of five nearest neighbours: "
        + ", ".join(f"{name} {error:.1%}" for name, error in errors.items())
        + "."
    )


_HINTON = "Hinton and Salakhutdinov 2006, quoted from memory"
_VINCENT = "Vincent et al. 2010, quoted from memory"
_LAROCHELLE = "Larochelle et al. 2007, quoted from memory"
_START, _TUNED = "random start, all layers", "codes, then all layers"
_CLAIMS = {
    "PCA": ("30 numbers: squared error of a test digit, PCA", _HINTON, "13.87"),
    "deep": ("30 numbers: the same, deep autoencoder", _HINTON, "3.00"),
    "conv": ("30 numbers: the same, convolutional autoencoder", "", ""),
    "angle": (
        "linear autoencoder and PCA: largest angle between planes, degrees",
        "Baldi and Hornik 1989",
        "same plane",
    ),
    "norm plain": (
        "mean squared Jacobian, plain layer",
        "Rifai et al. 2011, quoted from memory",
        "17.5e-4 (norm, other scale)",
    ),
    "norm contractive": (
        "mean squared Jacobian, contractive layer",
        "Rifai et al. 2011, quoted from memory",
        "0.73e-4 (norm, other scale)",
    ),
    f"10,000 labels, {_START}": (
        f"10,000 labels, {_START}: test errors",
        _VINCENT,
        "4.69 % (NNet, basic)",
    ),
    f"10,000 labels, {_TUNED}": (
        f"10,000 labels, {_TUNED}: test errors",
        _VINCENT,
        "2.84 % (SDAE-3, basic); 1.28 % with 60,000",
    ),
    f"rectangles, {_START}": (
        f"rectangles, {_START}: errors",
        _LAROCHELLE,
        "7.16 % (NNet)",
    ),
    f"rectangles, {_TUNED}": (
        f"rectangles, {_TUNED}: errors",
        _VINCENT,
        "1.99 % (SDAE-3)",
    ),
    f"convex, {_START}": (f"convex, {_START}: errors", _LAROCHELLE, "32.25 % (NNet)"),
    f"convex, {_TUNED}": (f"convex, {_TUNED}: errors", _VINCENT, "19.06 % (SDAE-3)"),
    "oriented": (
        "atoms of photographs with over half of their power in one direction",
        "Olshausen and Field 1996",
        "localised, oriented",
    ),
    "k-means": (
        "patches of digits, k-means: test errors",
        "Coates, Ng and Lee 2011",
        "strong",
    ),
    "sparse, one layer": ("patches of digits, sparse codes: test errors", "", ""),
    "sparse, two layers": ("the same, stacked: test errors", "", ""),
    "CKN 300, two layers": (
        "kernel network, 300 labels: test errors",
        "Mairal et al. 2014, quoted from memory",
        "about 4 to 5 %",
    ),
    "CKN 1000, two layers": (
        "kernel network, 1,000 labels: test errors",
        "Mairal et al. 2014, quoted from memory",
        "about 2 %",
    ),
}


_WHY = {
    "deep": "the paper trained far longer, after a greedy start",
    f"10,000 labels, {_TUNED}": "the paper's layers are wider and trained far longer",
    f"rectangles, {_TUNED}": "the paper's layers are wider and trained far longer",
    f"convex, {_START}": "regions of our own making, easier than the paper's",
    f"convex, {_TUNED}": "regions of our own making, easier than the paper's",
    "CKN 300, two layers": "64 and 128 filters, nothing chosen by validation",
    "CKN 1000, two layers": "64 and 128 filters, nothing chosen by validation",
}
"""Why a figure at full size is not the paper's."""


def receipt(measured, notes, *, why=True):
    """Rows for `lab.receipt`.

    Args:
        measured: what came, by key; keys without a claim of their own name themselves.
        notes: a note for some of the keys.
        why: whether to say why a figure is not the paper's.
    """
    notes = {key: [note] for key, note in notes.items()}
    for key, reason in _WHY.items() if why else ():
        notes[key] = [*notes.get(key, ()), reason]
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS.get(key, (key, "", ""))
        if key.endswith(" plane"):
            claim = f"two numbers, {key.removesuffix(' plane')}: five neighbours' test errors"
        elif key.startswith("norm ") and key not in _CLAIMS:
            claim = f"mean squared Jacobian, {key.removeprefix('norm ')} layer"
        elif key.startswith("CKN") and key not in _CLAIMS:
            claim = "linear SVM, " + key.removeprefix("CKN ").replace(
                ",", " labels,", 1
            )
        elif " labels, " in key and not source:
            claim = f"{key}: test errors"
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": "; ".join(notes.get(key, ()))})
    return rows
