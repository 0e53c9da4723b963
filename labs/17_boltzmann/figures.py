"""The pictures of lab 17 and what is seen on them, and the loops around a student's functions."""

import numpy as np
from scipy.special import logsumexp

from coursekit.boltzmann import all_states
from coursekit.plots import GREY, PALETTE, subplots
from coursekit.plots.images import draw_image, image_grid


def dreams(moments, steps):
    """Pixel probabilities (moments, 10, 784) of chains whose label is held, a column for each
    label, time downwards over so many steps."""
    figure, axes = subplots(len(moments), 10, size=(9, 0.9 * len(moments) + 0.2))
    after = np.linspace(0, steps - 1, len(moments) + 1).round().astype(int)[1:] + 1
    for line, moment, step in zip(axes, moments, after, strict=True):
        for label, (ax, image) in enumerate(zip(line, moment, strict=True)):
            title = f"held: {label}" if step == after[0] else ""
            draw_image(ax, image.reshape(28, 28), title=title, limits=(0, 1))
        line[0].set_ylabel(f"step {step}", fontsize=9)
    return figure, (
        "Ten columns of small images, one column for each label that is held. At the top blurs and "
        "strokes of any digit; further down most columns show a digit of their label, which changes "
        "a little from row to row."
    )


def levels(states, energies, shares):
    """Energy of each state of three units, and its probability at some temperatures."""
    figure, axes = subplots(1, 2, size=(9, 3.2))
    names = ["".join("+" if x > 0 else "-" for x in row) for row in states]
    axes[0].bar(names, energies, color=GREY)
    axes[0].set(xlabel="state of the three units", ylabel="energy", title="Energy")
    width = 0.8 / len(shares)
    for place, (t, share) in enumerate(shares.items()):
        at = np.arange(len(names)) + (place - (len(shares) - 1) / 2) * width
        axes[1].bar(at, share, width, color=PALETTE[place], label=f"T = {t:g}")
    axes[1].set_xticks(range(len(names)), names)
    axes[1].set(
        xlabel="state of the three units", ylabel="probability", title="Probability"
    )
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure, (
        "Left, bars of energy for the eight states: six at the low level, two high. Right, their "
        "probabilities at three temperatures: cold gives the two high states nearly nothing, heat "
        "makes all eight bars nearly equal."
    )


def all_at_once(w, steps, on_probability, seed=0):
    """Share of each state when all units are drawn at the same moment from the old state."""
    rng = np.random.default_rng(seed)
    table = [
        [on_probability(x, j, w) for j in range(len(w))]
        for x in all_states(len(w), low=-1)
    ]
    place, seen = 0, []
    for _ in range(steps):
        drawn = rng.random(len(w)) < table[place]
        place = int(drawn @ 2 ** np.arange(len(w)))
        seen.append(place)
    return np.bincount(seen, minlength=2 ** len(w)) / steps


def shares(drawn, exact, at_once):
    """Share of the eight states in a Gibbs run, beside their probabilities."""
    figure, ax = subplots(size=(7, 3.2))
    names = [
        "".join("+" if x > 0 else "-" for x in row) for row in all_states(3, low=-1)
    ]
    ax.bar(
        names,
        exact,
        color="0.85",
        edgecolor="0.5",
        label="probability, by the sum over states",
    )
    ax.plot(names, drawn, "o", color=PALETTE[0], label="one unit after the other")
    ax.plot(names, at_once, "x", color=PALETTE[1], ms=8, label="all units at once")
    ax.set(xlabel="state of the three units", ylabel="share of the run")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure, (
        "Eight bars of exact probability. Dots of the run that draws units in turn lie on the tops "
        "of the bars; crosses of the run that draws all at once lie off several of them."
    )


def _log_p(data, w):
    """Mean log P of the rows of visible units, by sums over all states."""
    w = (w + w.T) / 2 - np.diag(np.diag(w))
    inner = all_states(len(w) - data.shape[1], low=-1)
    rows = np.concatenate(
        [np.hstack([np.tile(v, (len(inner), 1)), inner]) for v in data]
    )
    whole = all_states(len(w), low=-1)
    scores = np.einsum("ni,ij,nj->n", rows, w, rows) / 2
    total = logsumexp(np.einsum("ni,ij,nj->n", whole, w, whole) / 2)
    return np.mean(logsumexp(scores.reshape(len(data), -1), axis=1)) - total


def learn(data, units, steps, clamped, free, seed=0, rate=0.2):
    """Climb with the student's two averages; weights, mean log P and largest gap at each step."""
    w = np.random.default_rng(seed).normal(0, 0.1, (units, units))
    w = (w + w.T) / 2 - np.diag(np.diag(w))
    scores, gaps = [], []
    for _ in range(steps):
        slope = clamped(data, w) - free(w)
        np.fill_diagonal(slope, 0)
        scores.append(_log_p(data, w))
        gaps.append(float(np.abs(slope).max()))
        w = w + rate * slope
    return w, scores, gaps


def rule_error(data, w, clamped, free):
    """Largest difference between the rule and the slope of log P measured by small steps."""
    slope, measured = clamped(data, w) - free(w), np.zeros_like(w)
    for i, j in zip(*np.triu_indices(len(w), 1), strict=True):
        step = np.zeros_like(w)
        step[i, j] = step[j, i] = 1e-3
        near, far = (
            _log_p(data, w + k * step) - _log_p(data, w - k * step) for k in (1, 2)
        )
        measured[i, j] = (8 * near - far) / 12e-3
    upper = np.triu_indices(len(w), 1)
    return float(np.abs(slope[upper] - measured[upper]).max())


def learning(scores, gaps):
    """Mean log P and the largest difference of the two averages over the steps of learning."""
    figure, axes = subplots(1, 2, size=(8.5, 3))
    axes[0].plot(scores, color=PALETTE[0])
    axes[0].axhline(-np.log(4), color=GREY, ls="--", lw=1)
    axes[0].set(
        xlabel="step",
        ylabel="mean log P(v), nats",
        title="Four patterns, equally often",
    )
    axes[1].plot(gaps, color=PALETTE[1])
    axes[1].set(
        xlabel="step", ylabel="largest |clamped - free|", title="Waking minus dreaming"
    )
    return figure, (
        "Left, the mean log probability of the data rises and levels off near the dashed line at "
        "minus log 4. Right, the largest difference of the two averages falls towards zero."
    )


def shuffled(rows, seed=0):
    """The images with their 28 rows of pixels in random order; label units stay."""
    rng, out = np.random.default_rng(seed), np.array(rows)
    for row in out:
        row[:784] = row[:784].reshape(28, 28)[rng.permutation(28)].ravel()
    return out


def energies(groups):
    """Histograms of free energies of some groups of images."""
    figure, ax = subplots(size=(7, 3))
    spread = np.concatenate(list(groups.values()))
    bins = np.linspace(spread.min(), spread.max(), 40)
    for colour, (name, values) in zip(PALETTE, groups.items(), strict=False):
        ax.hist(values, bins, color=colour, alpha=0.6, label=name)
    ax.set(xlabel="free energy F(v), nats (low is probable)", ylabel="images")
    ax.legend(fontsize=8)
    return figure, (
        "Two histograms of free energy. Digits lie at low energy on the left; the same images with "
        "their pixel rows shuffled lie to the right, at higher energy."
    )


def filters(machines):
    """The weights of every hidden unit as an image, a row for each machine."""
    count = max(m.hidden_bias.size for m in machines.values())
    pictures, titles = [], []
    for name, m in machines.items():
        pictures += [m.weights[:, j].reshape(28, 28) for j in range(min(count, 10))]
        titles += [name] + [""] * (min(count, 10) - 1)
    figure = image_grid(pictures, titles, columns=min(count, 10), signed=True, width=9)
    return figure, (
        "Two rows of ten weight images, for CD-1 and PCD. Each shows light and dark strokes and "
        "blobs of the size of a digit on a grey ground."
    )


def likelihoods(likelihood, exact, estimated, ignorant):
    """Test log-likelihood of each machine beside that of coin tosses, and how far AIS is off."""
    figure, ax = subplots(size=(7, 2.6))
    names = ["coin tosses", *likelihood]
    values = [ignorant, *likelihood.values()]
    ax.barh(names, values, color=[GREY, *PALETTE[: len(likelihood)]])
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        off = (
            f" (AIS {estimated[name] - exact[name]:+.2f} in log Z)"
            if name in exact
            else ""
        )
        ax.text(
            value * 0.98,
            place,
            f"{value:.1f}{off}",
            va="center",
            color="white",
            fontsize=8,
        )
    ax.set(xlabel="mean log P(v) of test digits, nats (right is better)")
    ax.invert_yaxis()
    return figure, (
        "Three horizontal bars of test log probability. Coin tosses reach furthest to the left at "
        "about minus 543 nats; the two machines stop far closer to zero, with their values written "
        "inside."
    )


def explaining_away(table, away):
    """Posterior of the four patterns of causes, and P(earthquake) before and after the truck."""
    figure, axes = subplots(1, 2, size=(8.5, 2.8))
    axes[0].bar(["none", "truck", "quake", "both"], table, color=GREY)
    axes[0].set(ylabel="P(causes | house shook)", ylim=(0, 0.6), title="Which causes?")
    axes[1].bar(list(away), list(away.values()), color=PALETTE[1], width=0.5)
    for ax, values in zip(axes, (table, away.values()), strict=True):
        for place, value in enumerate(values):
            told = f"{value:.2f}" if value > 0.005 else f"{value:.0e}"
            ax.text(place, value + 0.015, told, ha="center", fontsize=8)
    axes[1].set(
        ylabel="P(earthquake)", ylim=(0, 1), title="One cause explains the other away"
    )
    return figure, (
        "Left, after the house shook: truck alone and earthquake alone have about half each, none "
        "and both nearly nothing. Right, the probability of an earthquake is about one half before "
        "and too small to see once the truck is seen."
    )


def fine_tune(stack, x, y, epochs, seed):
    """Train the network of a stack on labels, from random weights and from its own; two functions
    from images (n, pixels) to classes (n,)."""
    import keras

    from coursekit.boltzmann import as_mlp

    readers, batch = {}, min(20, len(x))
    usable = len(x) // batch * batch
    for name in ("random start", "belief net"):
        keras.utils.set_random_seed(seed)
        model = as_mlp(stack)
        if name == "random start":
            model = keras.models.clone_model(model)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(1e-3), loss)
        model.fit(x[:usable], y[:usable], batch_size=batch, epochs=epochs, verbose=0)
        readers[name] = _reader(model)
    return readers


def _reader(model):
    return lambda x: model.predict(x, batch_size=500, verbose=0).argmax(axis=1)


def few_labels(errors, labels):
    """Test errors of the two starts, as bars."""
    figure, ax = subplots(size=(6, 2.2))
    ax.barh(list(errors), [100 * e for e in errors.values()], color=[GREY, PALETTE[0]])
    for place, value in enumerate(errors.values()):
        ax.text(
            50 * value, place, f"{value:.1%}", ha="center", va="center", color="white"
        )
    ax.set(xlabel=f"test errors in per cent, {labels} labels (left is better)")
    ax.invert_yaxis()
    return figure, (
        "Two horizontal bars of test errors with few labels, for random starting weights and for "
        "those of the belief net; each bar carries its percentage."
    )


def completion(image, images, beliefs, label):
    """A digit, its known upper half, and what the chains made of the rest."""
    known = image.reshape(28, 28).copy()
    known[14:] = 0.5
    figure, axes = subplots(2, 5, size=(9, 4.1))
    draw_image(axes.flat[0], image.reshape(28, 28), title=f"a test {label}")
    draw_image(axes.flat[1], known, title="what is held")
    for ax, made, belief in zip(axes.flat[2:], images, beliefs, strict=True):
        draw_image(ax, made.reshape(28, 28), title=f"read as {belief.argmax()}")
    return figure, (
        "A test digit, the same with its lower half greyed out, and eight completions of the lower "
        "half, each titled with the digit that the label units take it for."
    )


_OLD = "Salakhutdinov and Murray 2008, quoted from memory"
_CLAIMS = {
    "rule": (
        "the rule is the gradient of log P: largest difference",
        "Ackley, Hinton and Sejnowski 1985",
        "equal",
    ),
    "CD-1": ("test log P in nats, 20 hidden units, CD-1", _OLD, "-164.5"),
    "PCD": ("test log P in nats, 20 hidden units, PCD", _OLD, "-150.1"),
    "AIS": ("AIS and the exact log Z, nats apart", _OLD, "agree"),
    "quake": (
        "P(earthquake) once the truck is seen",
        "Hinton, Osindero and Teh 2006",
        "explained away",
    ),
    "net": (
        "belief net, fine-tuned: test errors",
        "Hinton, Osindero and Teh 2006",
        "1.25 % with 60,000 labels",
    ),
    "random": ("the same net from random weights: test errors", "", ""),
    "bound": (
        "deep Boltzmann machine: bound on test log P in nats",
        "Salakhutdinov and Hinton 2009, quoted from memory",
        "-84.6 with 500-1000 units",
    ),
}


def receipt(measured, notes):
    """Rows for `lab.receipt`.

    Args:
        measured: what came, for each key of the claims.
        notes: a note for some of the keys.
    """
    rows = []
    for key, value in measured.items():
        claim, source, stated = _CLAIMS[key]
        row = {"claim": claim, "source": source, "stated": stated, "measured": value}
        rows.append(row | {"note": notes.get(key, "")})
    return rows
