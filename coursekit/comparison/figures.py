"""Pictures of a comparison: one message each, all systems in one frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coursekit.comparison.results import Results, SystemResult
from coursekit.evaluation import displays
from coursekit.plots.style import INK, PALETTE, figure, subplots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_MARKERS = "osD^vPX*<>"
_FLOOR = 0.8  # of the axes that show good systems
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)))


def accuracy_figure(comparison: Results) -> tuple[Figure, str]:
    """Accuracy of each system with its interval. Returns the figure and its alt text."""
    results = comparison.systems
    fig, ax = subplots(size=(7.2, 0.55 * len(results) + 1.2))
    for row, result in enumerate(results):
        low, high = result.evaluation.accuracy_interval
        colour = PALETTE[row % len(PALETTE)]
        ax.plot(
            [100 * low, 100 * high], [row, row], color=colour, linewidth=3, solid_capstyle="round"
        )
        ax.plot(
            100 * result.evaluation.accuracy,
            row,
            _MARKERS[row % 10],
            color=colour,
            markersize=9,
            markeredgecolor="white",
        )
        ax.annotate(
            f"{result.evaluation.accuracy:.2%}",
            (100 * result.evaluation.accuracy, row),
            textcoords="offset points",
            xytext=(0, 9),
            ha="center",
            fontsize=9,
        )
    ax.set_yticks(range(len(results)), [result.title for result in results])
    ax.set_ylim(len(results) - 0.4, -0.75)
    ax.set_xlabel(
        f"accuracy on {len(comparison.data.x_test):,} test images, % (bar: 95 % Wilson interval)"
    )
    ax.grid(False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    best = max(results, key=lambda result: result.evaluation.accuracy)
    worst = min(results, key=lambda result: result.evaluation.accuracy)
    alt = (
        f"Accuracy of {len(results)} systems as dots with 95 % intervals. Highest: "
        f"{best.title} at {best.evaluation.accuracy:.2%}; "
        f"lowest: {worst.title} at {worst.evaluation.accuracy:.2%}."
    )
    return fig, alt


def cost_figure(comparison: Results) -> tuple[Figure, str]:
    """Error against training time, both on logarithmic axes."""
    results = comparison.systems
    fig, ax = subplots(size=(6.4, 4.2))
    floor = 0.5 / len(comparison.data.x_test)
    for index, result in enumerate(results):
        error = max(1 - result.evaluation.accuracy, floor)
        ax.plot(
            result.fit_seconds,
            100 * error,
            _MARKERS[index % 10],
            color=PALETTE[index % len(PALETTE)],
            markersize=11,
            markeredgecolor="white",
            label=result.title,
        )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="training time, s (features and compilation included)",
        ylabel="test error, %",
    )
    ax.margins(0.15)
    _plain_ticks(ax.xaxis)
    _plain_ticks(ax.yaxis)
    ax.legend(frameon=False, fontsize=9)
    quick = min(results, key=lambda result: result.fit_seconds)
    best = max(results, key=lambda result: result.evaluation.accuracy)
    alt = (
        f"Test error against training time. {quick.title} trains fastest "
        f"({quick.fit_seconds:.1f} s) with "
        f"{1 - quick.evaluation.accuracy:.2%} error; {best.title} has the least error, "
        f"{1 - best.evaluation.accuracy:.2%}, "
        f"after {best.fit_seconds:.1f} s."
    )
    return fig, alt


def curves_figure(comparison: Results) -> tuple[Figure, str]:
    """ROC and precision-recall curves of all systems, with the axes stretched where good systems
    differ."""
    fig, (left, right) = subplots(1, 2, size=(10, 4.4))
    areas = []
    for index, result in enumerate(comparison.systems):
        style = {
            "color": PALETTE[index % len(PALETTE)],
            "linewidth": 1.8,
            "linestyle": _DASHES[index % len(_DASHES)],
        }
        roc = result.evaluation.roc_curves().get("macro")
        if roc is not None:
            left.plot(roc.x, roc.y, label=f"{result.title} (AUC {roc.area:.4f})", **style)
        pr = result.evaluation.pr_curves()["micro"]
        areas.append(pr.area)
        right.plot(pr.x, pr.y, label=f"{result.title} (AP {pr.area:.4f})", **style)
    left.set(
        xlabel="false positive rate (logarithmic from 0.001 on)",
        ylabel="true positive rate",
        title="ROC, macro average",
    )
    left.set_xscale("symlog", linthresh=1e-3)
    left.set_xlim(0, 1)
    if min(areas) > 0.95:  # good systems differ in a corner only
        left.set_ylim(_FLOOR, 1.003)
        right.set(xlim=(_FLOOR, 1.003), ylim=(_FLOOR, 1.003))
    right.set(
        xlabel="recall", ylabel="precision", title="Precision-recall, decisions pooled (micro)"
    )
    for ax in (left, right):
        ax.legend(frameon=False, fontsize=8, loc="lower right" if ax is left else "lower left")
    best = max(comparison.systems, key=lambda result: result.evaluation.averages["macro_auc"])
    alt = (
        "ROC curves, macro average, and precision-recall curves, micro average, one line per "
        "system. "
        f"{best.title} has the largest ROC area, {best.evaluation.averages['macro_auc']:.4f}."
    )
    return fig, alt


def sizes_figure(comparison: Results) -> tuple[Figure, str]:
    """Test error against the number of training images, one line per system."""
    fig, ax = subplots(size=(6.8, 4.4))
    ends = []
    for index, result in enumerate(comparison.systems):
        points = [point for point in comparison.train_sizes if point.name == result.name]
        sizes = [point.size for point in points]
        colour = PALETTE[index % len(PALETTE)]
        ax.plot(
            sizes,
            [100 * (1 - point.accuracy) for point in points],
            marker=_MARKERS[index % 10],
            color=colour,
            label=result.title,
            markeredgecolor="white",
        )
        ax.fill_between(
            sizes,
            [100 * (1 - point.interval[1]) for point in points],
            [100 * (1 - point.interval[0]) for point in points],
            color=colour,
            alpha=0.12,
            linewidth=0,
        )
        ends.append((points[0].accuracy, result.title, sizes[0]))
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="training images",
        ylabel="test error, % (band: 95 % interval)",
    )
    _plain_ticks(ax.xaxis)
    _plain_ticks(ax.yaxis)
    ax.legend(frameon=False, fontsize=9)
    accuracy, title, size = max(ends)
    alt = (
        f"Test error falls as training images are added. With the fewest, {size:,}, {title} "
        f"does best at {1 - accuracy:.1%} error."
    )
    return fig, alt


def everyone_wrong_figure(comparison: Results, *, most: int = 24) -> tuple[Figure, str] | None:
    """Test images that the most systems got wrong: the truth, and which systems answered what."""
    data = comparison.data
    if data.x_test.ndim not in (3, 4):
        return None
    wrong = np.stack([result.predictions != data.y_test for result in comparison.systems])
    votes = wrong.sum(axis=0)
    rows = np.argsort(-votes, kind="stable")[: min(most, int(np.sum(votes > 0)))]
    if len(rows) == 0:
        return None
    said = [_answers(comparison, row) for row in rows]
    lines = 1 + max(text.count("\n") + 1 for text in said)
    across = min(8, len(rows))
    down = -(-len(rows) // across)
    fig = figure((1.3 * across, (1.2 + 0.17 * lines) * down))
    axes = fig.subplots(down, across, squeeze=False).reshape(-1)
    for ax in axes:
        ax.axis("off")
    for ax, row, answers in zip(axes, rows, said, strict=False):
        image = data.x_test[row].squeeze()
        ax.imshow(image, cmap="gray" if image.ndim == 2 else None, interpolation="none")
        truth = data.class_names[data.y_test[row]]
        ax.set_title(f"is {truth}\n{answers}", fontsize=8, color=INK)
    alt = (
        f"{len(rows)} test images that the most systems misread. Above each stand the truth and "
        f"every answer with the letters of the systems that gave it: "
        f"{letters(comparison.systems)}. "
        f"{int(np.sum(votes == len(comparison.systems)))} images are misread by every system."
    )
    return fig, alt


def letters(systems: Sequence[SystemResult]) -> str:
    """Which letter stands for which system: "A MLP on raw pixels, B CNN"."""
    return ", ".join(f"{_letter(place)} {result.title}" for place, result in enumerate(systems))


def names_of_files(systems: Sequence[SystemResult]) -> dict[str, str]:
    """A name for the files of each system: letters, digits, dashes; no two alike."""
    names: dict[str, str] = {}
    for place, result in enumerate(systems, start=1):
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", result.name)[:60].strip("_") or "system"
        names[result.name] = f"{name}_{place}" if name in names.values() else name
    return names


def all_figures(comparison: Results) -> Iterator[tuple[str, tuple[Figure, str]]]:
    """Every figure of the report by name, each drawn when it is asked for, with its alt text."""
    yield "accuracy", accuracy_figure(comparison)
    yield "cost", cost_figure(comparison)
    yield "curves", curves_figure(comparison)
    if comparison.train_sizes:
        yield "train_sizes", sizes_figure(comparison)
    shared = everyone_wrong_figure(comparison)
    if shared:
        yield "hardest", shared
    names = names_of_files(comparison.systems)
    for result in comparison.systems:
        evaluation = result.evaluation
        yield (
            f"{names[result.name]}_scores",
            (
                evaluation.plot(title=result.title),
                f"{result.title}. {displays.describe_all(evaluation)}",
            ),
        )
        if comparison.data.x_test.ndim in (3, 4):
            mistakes = len(evaluation.worst(12))
            alt = (
                f"The {mistakes} mistakes of {result.title} that it was surest of, with the "
                f"truth, the answer and its stated probability."
            )
            yield (
                f"{names[result.name]}_worst",
                (displays.plot_worst(evaluation, comparison.data.x_test), alt),
            )


def _answers(comparison: Results, row: int) -> str:
    """One line for each answer to a test image, the most frequent first: "9: A B E"."""
    by_answer: dict[int, list[str]] = {}
    for place, result in enumerate(comparison.systems):
        by_answer.setdefault(int(result.predictions[row]), []).append(_letter(place))
    ranked = sorted(by_answer.items(), key=lambda item: -len(item[1]))
    names = comparison.data.class_names
    return "\n".join(f"{names[answer]}: {' '.join(who)}" for answer, who in ranked)


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _plain_ticks(axis) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axis.set_minor_formatter(NullFormatter())
