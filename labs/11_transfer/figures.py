"""The pictures of lab 11, each with its alternative text. Nothing here answers an exercise."""

import numpy as np
from skimage.data import lfw_subset
from skimage.transform import resize
from sklearn.model_selection import train_test_split

from coursekit.plots import GREY, INK, PALETTE, subplots
from coursekit.plots.images import draw_image

MARKS = ("o-", "s--", "^-.", "D:", "v-")
PERCENT = "{x:.0%}"


def face_patches():
    """scikit-image's 200 patches (200, 25, 25), in colour at 16x16 and 96x96, and 1 for a face."""
    patches = lfw_subset()
    sizes = [
        np.repeat(np.stack([resize(p, (k, k)) for p in patches])[..., None], 3, axis=-1)
        for k in (16, 96)
    ]
    small, large = (images.astype("float32") for images in sizes)
    return patches, small, large, np.repeat([1, 0], 100)


def face_scores(probe, views, labels, draws=20, count=20):
    """Accuracies of a probe that learns from a few patches; a dict from a view to (draws,)."""
    found = {name: [] for name in views}
    for draw in range(draws):
        how = {"train_size": count, "stratify": labels, "random_state": draw}
        rows, rest = train_test_split(np.arange(len(labels)), **how)
        for name, view in views.items():
            chosen = probe(view[rows], labels[rows], view[rest]).argmax(axis=1)
            found[name].append(np.mean(chosen == labels[rest]))
    return found


def threes(images, read_as, most=20):
    """Unseen 3s with what each network reads; read_as: dict from a name to classes (n,)."""
    count = min(most, len(images))
    figure, axes = subplots(2, count // 2, size=(9.6, 2.9), squeeze=False)
    for ax, place in zip(axes.flat, range(count), strict=False):
        said = [f"{name}: {classes[place]}" for name, classes in read_as.items()]
        right = [classes[place] == 3 for classes in read_as.values()]
        draw_image(ax, images[place])
        ax.set_title(
            "\n".join(said), fontsize=9, color=PALETTE[0] if any(right) else INK
        )
        if any(right):
            ax.spines[:].set(color=PALETTE[0], linewidth=2.5)
    names = " and ".join(read_as)
    counts = ", ".join(
        f"{name} reads {int(np.sum(classes[:count] == 3))} of them as a 3"
        for name, classes in read_as.items()
    )
    figure.suptitle("Unseen 3s; framed where a network says 3", color=INK, fontsize=10)
    return figure, (
        f"{count} handwritten 3s that stood in no lesson, each with the class that is read ({names}): "
        f"{counts}. Those read as a 3 are framed."
    )


def tasks(images, samples, names):
    """A row of photographs per class; samples: dict from a task to (classes, (rows, labels))."""
    widest = max(len(classes) for classes, _ in samples.values())
    figure, axes = subplots(widest, 2, size=(8.4, 0.75 * widest + 0.5), squeeze=False)
    for column, (title, (classes, (rows, labels))) in enumerate(samples.items()):
        for place, ax in enumerate(axes[:, column]):
            ax.set_axis_off()
            if place >= len(classes):
                continue
            chosen = images[np.asarray(rows)[np.asarray(labels) == place]]
            ax.imshow(np.concatenate(list(chosen), axis=1), interpolation="nearest")
            text = f"{place}: {names[classes[place]]}"
            ax.text(
                -0.02,
                0.5,
                text,
                transform=ax.transAxes,
                ha="right",
                va="center",
                color=INK,
            )
        axes[0, column].set_title(title, color=INK)
    told = "; ".join(
        f"{title} has {', '.join(names[c] for c in classes)}"
        for title, (classes, _) in samples.items()
    )
    return (
        figure,
        f"Small photographs in rows, six of each class with its new label: {told}.",
    )


def regimes(depths, runs, scratch):
    """Accuracy against n; runs: dict from a regime to (seeds, depths), scratch: (seeds,)."""
    figure, ax = subplots(size=(7.6, 4.2))
    low, high = scratch.min(), scratch.max()
    ax.axhspan(low, high, color="0.88", lw=0)
    ax.axhline(
        scratch.mean(), color=GREY, lw=1.5, label="from scratch (band: all seeds)"
    )
    for (name, scores), colour, mark in zip(runs.items(), PALETTE, MARKS, strict=False):
        ax.plot(depths, scores.mean(axis=0), mark, color=colour, lw=2, label=name)
        for row in scores:
            ax.plot(depths, row, ".", color=colour, ms=4, alpha=0.7)
    ax.set(xlabel="n, layers that are copied", ylabel="accuracy on unseen images of B")
    ax.set(xticks=depths, title="Line: mean of the seeds; dots: single seeds")
    ax.yaxis.set_major_formatter(PERCENT)
    figure.legend(loc="outside right center", fontsize=8)
    ends = ", ".join(f"{n} {s[:, -1].mean():.0%}" for n, s in runs.items())
    return figure, (
        f"Accuracy on task B against the number of copied layers, one line for each way of grafting, "
        f"a band for networks from scratch around {scratch.mean():.0%}. At n = {depths[-1]}: {ends}."
    )


def gains(depths, triples, seeds):
    """Gains with intervals; triples: dict from a regime to (3, depths): mean, low, high."""
    figure, ax = subplots(size=(7.6, 4.0))
    _intervals(ax, depths, triples)
    ax.set_title(f"Mean gain and 95 % interval, {seeds} seeds")
    figure.legend(loc="outside right center", fontsize=8)
    above = ", ".join(f"{n} {int(np.sum(t[1] > 0))}" for n, t in triples.items())
    return figure, (
        "Gain in accuracy over a network from scratch against the number of copied layers, with "
        f"vertical bars for the intervals. Bars wholly above zero, of {len(depths)} each: {above}."
    )


def near_and_far(depths, near, far, seeds):
    """Gains (3, depths) of frozen layers from a similar and from a less similar task."""
    figure, ax = subplots(size=(7.2, 3.6))
    _intervals(ax, depths, {"alike: A to B": near, "less alike: natural to made": far})
    ax.set_title(f"Frozen layers; mean gain and 95 % interval, {seeds} seeds")
    figure.legend(loc="outside right center", fontsize=8)
    return figure, (
        "Gain of frozen copied layers over training from scratch, for two pairs of tasks. At n = "
        f"{depths[-1]} layers from the similar task gain {near[0][-1]:+.1%}, from the less similar "
        f"one {far[0][-1]:+.1%}; vertical bars are intervals."
    )


def _intervals(ax, depths, triples):
    """Points with vertical bars, side by side, and a line at zero."""
    ax.axhline(0, color=GREY, lw=1)
    places = np.linspace(-0.24, 0.24, len(triples))
    looks = zip(triples.items(), places, PALETTE, "osD^v", strict=False)
    for (name, (mean, low, high)), aside, colour, mark in looks:
        at = np.asarray(depths) + aside
        bars = [mean - low, high - mean]
        ax.errorbar(at, mean, bars, fmt=mark, color=colour, capsize=3, ms=5, label=name)
    widest = max(np.abs(t[0]).max() for t in triples.values())
    reach = max(1.6 * widest, 0.05)
    cut = max(np.abs(t).max() for t in triples.values()) > 2.5 * reach
    ax.set_ylim((-2.5 * reach, 2.5 * reach) if cut else None)
    ax.set(xlabel="n, layers that are copied", ylabel="gain in accuracy", xticks=depths)
    ax.set_xlim(min(depths) - 0.6, max(depths) + 0.6)
    ax.yaxis.set_major_formatter(PERCENT)


def probes(widths, read):
    """Probe accuracy per layer; read: dict from (network, task) to accuracies."""
    figure, ax = subplots(size=(7.4, 3.9))
    at = np.arange(1, len(widths) + 1)
    tasks_there = list(dict.fromkeys(key for _, key in read))
    for (name, key), scores in read.items():
        colour = PALETTE[tasks_there.index(key)]
        style = "--" if name == "untrained" else "-"
        ax.plot(
            at, scores, f"o{style}", color=colour, lw=2, label=f"{name}, read for {key}"
        )
    ax.set_xticks(
        at, [f"{n}\n{width} maps" for n, width in zip(at, widths, strict=True)]
    )
    ax.set(
        xlabel="convolution (layers differ in width)", ylabel="accuracy of the probe"
    )
    ax.yaxis.get_major_locator().set_params(steps=[1, 2, 5, 10])  # whole per cents
    ax.yaxis.set_major_formatter(PERCENT)
    figure.legend(loc="outside right center", fontsize=8)
    told = "; ".join(
        f"{name}, {key}: {s[0]:.0%} at the first and {s[-1]:.0%} at the last"
        for (name, key), s in read.items()
    )
    return figure, f"Accuracy of linear probes on five convolutions. {told}."


def faces(patches, scores):
    """Some faces and non-faces, and accuracies of a probe; scores: dict from a view to (draws,)."""
    figure, (left, right) = subplots(1, 2, size=(9.0, 3.0), width_ratios=[1, 1.6])
    rows = [
        np.concatenate(list(patches[start : start + 6]), axis=1) for start in (0, 100)
    ]
    draw_image(left, np.concatenate(rows), title="above: faces; below: none")
    values = [np.asarray(v) for v in scores.values()]
    for place, (v, colour) in enumerate(zip(values, PALETTE, strict=False)):
        right.barh(place, v.mean(), color=colour, alpha=0.75)
        right.plot(v, np.full(len(v), place), "|", color=INK, ms=8)
    right.set_yticks(range(len(values)), list(scores))
    right.invert_yaxis()
    right.set(xlim=(0.4, 1), xlabel="accuracy, learned from 20 patches")
    right.xaxis.set_major_formatter(PERCENT)
    told = ", ".join(f"{n} {np.mean(v):.0%}" for n, v in scores.items())
    return figure, (
        "Left, six patches with faces above six without. Right, bars for the mean accuracy of a probe "
        f"that tells them apart, with a stroke for each draw of 20 patches: {told}."
    )


def softened(image, label, answers):
    """One image and its ten probabilities; answers: dict from a temperature to (10,)."""
    figure, axes = subplots(
        1, 1 + len(answers), size=(9.8, 2.6), width_ratios=[0.8] + [1] * len(answers)
    )
    draw_image(axes[0], image, title=f"a lesson, label {label}")
    for ax, (temperature, p), colour in zip(
        axes[1:], answers.items(), PALETTE, strict=False
    ):
        ax.bar(range(10), p, color=["0.6" if j != 3 else colour for j in range(10)])
        ax.text(3, p[3] + 0.02, f"{p[3]:.2g}", ha="center", fontsize=8, color=INK)
        ax.set(
            title=f"T = {temperature}", ylim=(0, 1.05), xticks=range(10), xlabel="class"
        )
    axes[1].set_ylabel("probability")
    told = ", ".join(f"{p[3]:.2g} at T = {t}" for t, p in answers.items())
    return figure, (
        f"A handwritten {label}, and bars for the teacher's probabilities of the ten classes at "
        f"rising temperature: flatter each time. The bar of class 3 is marked: {told}."
    )


def slopes(temperatures, with_factor, without):
    """Size of the teacher's part of the gradient against the temperature."""
    figure, ax = subplots(size=(6.4, 3.5))
    ax.loglog(
        temperatures, with_factor, "o-", color=PALETTE[0], lw=2, label="with T squared"
    )
    ax.loglog(temperatures, without, "s--", color=PALETTE[1], lw=2, label="without")
    ax.set(xlabel="temperature T", ylabel="length of the gradient")
    ax.set_title("The teacher's part, both axes logarithmic")
    ax.legend(fontsize=8)
    return figure, (
        "Length of the teacher's part of the gradient against the temperature. With the factor it ends "
        f"at {with_factor[-1]:.2g} from {with_factor[0]:.2g}; without, it ends at {without[-1]:.1g}."
    )


def shift_curve(shifts, missed, chosen):
    """Errors (shifts, 2), all and those on 3s, against what is added to logit 3."""
    figure, ax = subplots(size=(7.0, 3.7))
    ax.plot(shifts, missed[:, 0], color=PALETTE[0], lw=2, label="all errors")
    ax.plot(
        shifts, missed[:, 1], "--", color=PALETTE[1], lw=2, label="3s not read as 3"
    )
    ax.axvline(0, color=GREY, lw=1, label="as it learned")
    ax.axvline(chosen, color=INK, ls=":", lw=1.5, label="your shift")
    ax.set(xlabel="added to logit 3", ylabel="errors on unseen digits", ylim=(0, None))
    ax.legend(fontsize=8)
    best = shifts[np.argmin(missed[:, 0])]
    return figure, (
        "Errors of network B on unseen digits against the number added to logit 3. Missed 3s fall "
        f"with it; all errors are fewest near {best:.1f}. Lines mark no shift and the shift found, "
        f"{chosen:.1f}."
    )


def lessons(images, labels, like_3, by_class):
    """The lessons most like a 3, and the teacher's mean probability of a 3 for each class."""
    figure = subplots(size=(9.4, 3.2))[0]
    figure.clear()
    left, right = figure.subfigures(1, 2, width_ratios=[1.35, 1])
    for ax, image, label, p in zip(
        left.subplots(2, 8).flat, images, labels, like_3, strict=True
    ):
        draw_image(ax, image, title=f"{label}: {p:.2f}")
    left.suptitle(
        "label, and the teacher's softened probability of a 3", fontsize=9, color=INK
    )
    ax = right.subplots()
    ax.bar(
        range(10), by_class, color=[PALETTE[1] if d == 3 else "0.6" for d in range(10)]
    )
    ax.set(
        xticks=range(10), xlabel="label of the image", ylabel="mean probability of a 3"
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("no lesson of B is in bar 3", fontsize=9, color=INK)
    most = np.argsort(np.where(np.arange(10) == 3, 0, by_class))[::-1][:2]
    kinds = ", ".join(str(k) for k in np.unique(labels))
    return figure, (
        f"Sixteen lessons that the teacher finds most like a 3; their labels are {kinds}. Beside them "
        f"bars of the mean probability of a 3 by class: after the 3s themselves it is highest for "
        f"the {most[0]}s and the {most[1]}s."
    )
