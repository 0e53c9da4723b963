"""The pictures of lab 04 and what is seen on them. Nothing here answers an exercise."""

import numpy as np

from coursekit.plots import PALETTE, subplots


def opening(with_tricks, without):
    """Accuracy of the two networks after each pass.

    Args:
        with_tricks, without: accuracies on unseen digits, one for each epoch.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.8, 3.4))
    passes = range(1, len(without) + 1)
    ax.plot(passes, with_tricks, "o-", color=PALETTE[0], label="with six tricks")
    ax.plot(passes, without, "s--", color=PALETTE[1], label="as the data came")
    ax.axhline(0.1, color="0.5", ls=":", lw=1, label="guessing")
    ax.set(xlabel="epochs", ylabel="accuracy on unseen digits", ylim=(0, 1.02))
    ax.set_title("Same layers, same first rate, same number of passes")
    ax.legend(fontsize=8, loc="center right")
    return figure, (
        "Accuracy on unseen digits against epochs for two networks. One starts high and rises further; "
        "the other stays on the line of guessing."
    )


def activations(z, curves):
    """Seven activations and their slopes.

    Args:
        z: weighted sums (n,).
        curves: dict from a name to (values, slopes).

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(2, 4, size=(10, 4.6), sharex=True, sharey=True)
    for ax, (name, (value, slope)) in zip(axes.flat, curves.items(), strict=False):
        ax.plot(z, value, color=PALETTE[0], lw=2, label="your f(z)")
        ax.plot(z, slope, "--", color=PALETTE[1], label="your slope f'(z)")
        ax.set(title=name, ylim=(-1.3, 2.2))
    axes[1, 3].axis("off")
    axes[1, 3].legend(*axes[0, 0].get_legend_handles_labels(), loc="center", fontsize=9)
    for ax in axes[1, :3]:
        ax.set_xlabel("z, the weighted sum")
    return figure, (
        "Seven panels with an activation and its slope each. The slopes of sigmoid, tanh and Gaussian "
        "die out on both sides; those of ReLU, leaky ReLU, ELU and identity stay at one for positive "
        "sums."
    )


def silent_shares(activate, x, networks):
    """Share of outputs of `activate("relu", z)` that are zero in four random layers of 200 units.

    Args:
        activate: function (name, sums) -> outputs.
        x: inputs (n, d).
        networks: how many random networks.

    Returns:
        array (networks, 4).
    """
    shares = np.zeros((networks, 4))
    for seed in range(networks):
        rng, h = np.random.default_rng(seed), x
        for layer in range(4):
            w = rng.normal(0, np.sqrt(2 / h.shape[1]), (h.shape[1], 200))
            h = activate("relu", h @ w)
            shares[seed, layer] = np.mean(h == 0)
    return shares


def silent(shares):
    """Share of silent outputs, one dot per random network.

    Args:
        shares: array (networks, layers).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6, 3))
    jitter = np.linspace(-0.15, 0.15, len(shares))[:, None]
    layers = np.arange(1, shares.shape[1] + 1)
    ax.plot(layers + jitter, shares, "o", color=PALETTE[0], ms=4, alpha=0.6)
    ax.axhline(0.5, color="0.3", ls="--", lw=1)
    ax.set(xticks=layers, ylim=(0, 1))
    ax.set(xlabel="hidden layer", ylabel="share of silent outputs")
    ax.set_title("One dot per random network: about half is silent")
    return figure, (
        "Share of ReLU outputs that are zero in four hidden layers, one dot per random network. All "
        "dots lie close to the dashed line at one half."
    )


def maxout(x, outputs):
    """Outputs of a maxout unit of one input.

    Args:
        x: inputs (n, 1).
        outputs: dict from the kind of unit to its outputs (n, 1).

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6, 3.4))
    looks = zip(outputs.items(), ("-", "--", ":"), PALETTE, strict=False)
    for (name, values), dashes, colour in looks:
        ax.plot(x, values, dashes, color=colour, lw=2, label=name)
    ax.set(xlabel="x, the only input", ylabel="output of the unit")
    ax.set_title("One maxout unit learns its own activation")
    ax.legend(fontsize=8)
    return figure, (
        "Three outputs of a maxout unit: with a second map of zeros it is ReLU, with the second map "
        "turned it is the absolute value, with five maps it is a bowl made of straight pieces."
    )


def losses(m, curves, some, two_classes):
    """Losses against the margin.

    Args:
        m: margins (n,).
        curves: dict from a loss's name to its values (n,).
        some: margins at which cross-entropy is drawn.
        two_classes: its values there, in bits.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.8))
    ax.plot(m, (m <= 0).astype(float), color="0.6", lw=3, label="wrong or not (0 or 1)")
    looks = zip(curves.items(), ("-.", "-", ":", "--"), PALETTE, strict=False)
    for (name, values), dashes, colour in looks:
        ax.plot(m, values, dashes, color=colour, lw=2, label=name)
    label = "cross-entropy, two classes, / ln 2"
    ax.plot(some, two_classes, "o", color="black", ms=4, label=label)
    ax.set(xlabel="margin m", ylabel="loss of one row", ylim=(-0.1, 6))
    ax.set_title("Five prices for the same answer")
    ax.legend(fontsize=8)
    return figure, (
        "Losses against the margin, all equal to one at margin zero and above the grey step. "
        "Exponential climbs steepest for wrong answers, hinge is zero beyond one, the square rises "
        "again, and dots of cross-entropy lie on the logistic curve."
    )


def jacobians(norms, bounds, cases):
    """The stretch of a gradient against the number of layers, and what the bound allows.

    Args:
        norms, bounds: arrays (cases, networks, depths).
        cases: pairs (activation, gain).

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(1, len(cases), size=(11, 3.2), sharex=True, sharey=True)
    depths = np.arange(1, norms.shape[2] + 1)
    for i, (ax, (name, gain)) in enumerate(zip(axes, cases, strict=True)):
        ax.semilogy(depths, norms[i].T, color=PALETTE[i], lw=1, alpha=0.8)
        ax.semilogy(depths, bounds[i].mean(axis=0), "--", color="0.2", label="bound")
        ax.set_title(f"{name}, weight variance {gain:g}/inputs", fontsize=9)
        ax.set_xlabel("layers between, t")
    axes[0].set_ylabel("stretch of a gradient")
    axes[0].legend(fontsize=8)
    return figure, (
        "Norm of the product of Jacobians against the number of layers on a logarithmic axis, with the "
        "bound dashed above. Sigmoid falls by many powers of ten; tanh and ReLU stay level with "
        "moderate weights; ReLU with large weights explodes."
    )


def signal(power):
    """How large the outputs of ReLU layers are.

    Args:
        power: dict from a gain to the mean squares, layer by layer.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.4, 3.6))
    looks = zip(power.items(), ("s--", "o-", "^:"), (1, 0, 2), strict=True)
    for (gain, squares), mark, i in looks:
        layers = range(1, len(squares) + 1)
        ax.semilogy(layers, squares, mark, color=PALETTE[i], label=f"gain {gain:g}")
    ax.set(xlabel="hidden ReLU layer", ylabel="mean square of its outputs")
    ax.set_title("Gain 2 keeps the signal alive")
    ax.legend(fontsize=8)
    return figure, (
        "Mean square of ReLU outputs against the layer on a logarithmic axis. With gain two it stays "
        "level over ten layers, with gain one it falls, with gain four it rises, both along straight "
        "lines."
    )


def batches_and_rates(shares, mine, theirs):
    """What a batch holds, and a learning rate over the epochs.

    Args:
        shares: two lists, the share of the commonest digit in each batch: in file order, shuffled.
        mine, theirs: learning rates, epoch by epoch.

    Returns:
        (figure, alt).
    """
    figure, (left, right) = subplots(1, 2, size=(9.6, 3.2))
    names, marks = ("file order", "your minibatches"), ("s--", "o-")
    for i, share in enumerate(shares):
        look = {"ms": 4, "color": PALETTE[1 - i], "label": names[i]}
        left.plot(range(1, len(share) + 1), share, marks[i], **look)
    left.set(xlabel="step in the first epoch", ylim=(0, 1.05))
    left.set_ylabel("share of the commonest digit")
    left.set_title("Digits sorted by class, in batches of 32")
    left.legend(fontsize=8)
    right.plot(mine, "o-", color=PALETTE[0], label="your learning_rate")
    label = "Keras's ExponentialDecay, shifted"
    right.plot(theirs, "x", color="black", ms=9, label=label)
    right.set(xlabel="epoch", ylabel="learning rate")
    right.set_title("Hold 3 epochs, then halve every 2")
    right.legend(fontsize=8)
    return figure, (
        "Left: in file order most batches consist of one digit alone, in your minibatches no digit "
        "fills more than about a third. Right: your learning rate is level, then falls along a curve, "
        "with Keras's values as crosses on it."
    )


def spreads(curves):
    """The spread of the sums in tanh layers.

    Args:
        curves: dict from (factor of the weights, normalised or not) to the spreads.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.4, 3.6))
    for (factor, normalised), spread in curves.items():
        kind = "with your batch_norm" if normalised else "without"
        mark, colour = ("o-", PALETTE[0]) if normalised else ("s--", PALETTE[1])
        look = {"mfc": "none", "ms": 11} if factor > 1 else {}
        look |= {"color": colour, "label": f"{kind}, weights x {factor:g}"}
        ax.semilogy(range(1, len(spread) + 1), spread, mark, **look)
    ax.set(xlabel="hidden tanh layer", ylabel="spread of z over rows")
    ax.set_title("Whatever the weights, z keeps its spread")
    ax.legend(fontsize=8)
    return figure, (
        "Standard deviation of the sums in ten tanh layers on a logarithmic axis. Without batch "
        "normalisation it falls with small weights and grows with large ones; with it both curves lie "
        "on one."
    )


def moving(path):
    """A moving mean over the steps.

    Args:
        path: rows of (your moving mean, mean of the batch, Keras's moving mean).

    Returns:
        (figure, alt).
    """
    mine, batch, theirs = np.asarray(path, dtype=float).T
    steps = range(1, len(mine) + 1)
    figure, ax = subplots(size=(6.6, 3.2))
    ax.plot(steps, batch, "s", color="0.6", ms=4, label="mean of this batch")
    ax.plot(steps, mine, "-", color=PALETTE[0], lw=2, label="your moving mean")
    ax.plot(steps, theirs, "x", color="black", label="Keras's moving mean")
    ax.axhline(3, color="0.3", ls=":", lw=1, label="mean of all data")
    ax.set(xlabel="training step", ylabel="first column")
    ax.set_title("The moving mean starts at 0 and forgets slowly")
    ax.legend(fontsize=8)
    return figure, (
        "Moving mean against training steps: it climbs from near zero to the mean of the data and "
        "stays there, smoother than the batch means around it; Keras's crosses lie on it."
    )


def layer_gradients(norms):
    """The norm of the gradient in every layer.

    Args:
        norms: dict from (activation, normalised or not, depth) to the norms, from the input.

    Returns:
        (figure, alt).
    """
    figure, axes = subplots(2, 3, size=(10, 5.4), sharex=True, sharey=True)
    names = list(dict.fromkeys(name for name, *_ in norms))
    looks = {5: ("^:", PALETTE[2]), 10: ("s--", PALETTE[1]), 20: ("o-", PALETTE[0])}
    for (name, normalised, depth), values in norms.items():
        ax, (mark, colour) = axes[int(normalised), names.index(name)], looks[depth]
        look = {"ms": 3, "color": colour, "label": f"{depth} hidden layers"}
        ax.semilogy(range(1, len(values) + 1), values, mark, **look)
        kind = "with" if normalised else "without"
        ax.set_title(f"{name}, {kind} batch norm", fontsize=10)
    for ax in axes[1]:
        ax.set_xlabel("layer, from the input")
    for ax in axes[:, 0]:
        ax.set_ylabel("norm of the gradient")
    axes[0, 0].legend(fontsize=8)
    return figure, (
        "Six panels of gradient norms by layer on a logarithmic axis: sigmoid, tanh, ReLU, without and "
        "with batch normalisation, three depths each. Sigmoid without it loses many powers of ten "
        "towards the input; with batch normalisation its curves come up almost level."
    )


def rates(values, sweep):
    """Accuracy after three epochs against the learning rate.

    Args:
        values: learning rates.
        sweep: accuracies (2, rates): without and with batch normalisation.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(6.6, 3.4))
    looks = [("without batch norm", "s--"), ("with batch norm", "o-")]
    for i, (label, mark) in enumerate(looks):
        ax.semilogx(values, sweep[i], mark, color=PALETTE[1 - i], label=label)
    ax.axhline(0.1, color="0.5", ls=":", lw=1)
    ax.set(xlabel="learning rate", ylabel="accuracy after 3 epochs", ylim=(0, 1.02))
    ax.set_title("Ten hidden layers: which rates train at all?")
    ax.legend(fontsize=8)
    return figure, (
        "Accuracy after three epochs against the learning rate on a logarithmic axis, with and without "
        "batch normalisation. Without it accuracy collapses to guessing at a rate where the curve with "
        "batch normalisation still stands high."
    )


def worth(alone, without, bare, full, epochs):
    """Each trick alone, and the full set without it.

    Args:
        alone, without: dicts from a trick to the accuracies of all seeds.
        bare, full: accuracies of all seeds with none and with all.
        epochs: how long was trained.

    Returns:
        (figure, alt).
    """
    figure, ax = subplots(size=(8, 4))
    ax.axhline(full.mean(), color=PALETTE[0], lw=1, label="all six")
    ax.axhline(bare.mean(), color=PALETTE[1], lw=1, ls="--", label="none")
    groups = [(without, "o", -0.12, "all but this one"), (alone, "s", 0.12, "alone")]
    for i, (group, mark, shift, label) in enumerate(groups):
        colour = PALETTE[i]
        for place, found in enumerate(group.values()):
            x = np.full(len(found), place + shift)
            ax.plot(x, found, mark, color=colour, ms=4, alpha=0.5)
            ax.plot(x[0], found.mean(), mark, color=colour, ms=9, label=label)
            label = None
    ax.set(xticks=range(len(alone)), xticklabels=list(alone), ylim=(0, 1.02))
    ax.set_ylabel(f"accuracy after {epochs} epochs")
    ax.set_title("What is each trick worth?")
    figure.legend(loc="outside lower center", ncols=4, fontsize=8)
    return figure, (
        "For each of six tricks two accuracies: the full set without it, and the trick alone. Taking "
        "away shuffling drops accuracy close to guessing, and taking away minibatches costs a large "
        "part of it; the full set hardly misses any other. Normalising is the best trick alone."
    )
