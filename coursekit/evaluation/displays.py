"""Pictures of an evaluation. Each draws into `ax=` or a figure of its own, returns the axes, and
shows nothing by itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from coursekit.errors import InvalidInputError
from coursekit.evaluation.curves import Curve
from coursekit.evaluation.significance import wilson_interval
from coursekit.plots.style import GREY, INK, PALETTE, SEQUENTIAL, figure, subplots, tidy
from coursekit.plots.svg import ON_COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from coursekit.evaluation.numbers import EvaluationNumbers

_TEXT_LIMIT = 20  # classes; above, the cells of a confusion matrix hold no numbers
_LINE_STYLES = (
    "-",
    "--",
    ":",
)  # the palette repeats after 8 classes, so line styles tell them apart


def plot_confusion_matrix(evaluation: EvaluationNumbers, *, ax: Axes | None = None) -> Axes:
    """Confusion matrix: the colour is the share of the true class, the text the count and, under
    it, that share."""
    ax = _own_axes(ax, grid=False)
    matrix, k = evaluation.confusion_matrix, len(evaluation.labels)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap=SEQUENTIAL, vmin=0, vmax=1)
    if k <= _TEXT_LIMIT:
        size = max(4.5, min(10.0, 66 / k))
        for row, column in zip(*np.nonzero(matrix), strict=True):
            percent = 100 * shares[row, column]
            share = f"{percent:.0f}%" if percent >= 1 or percent == 0 else "<1%"
            text = f"{matrix[row, column]:.6g}\n{share}"
            colour = ON_COLOUR[0 if shares[row, column] > 0.55 else 1]
            ax.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                color=colour,
                fontsize=size,
                linespacing=0.95,
            )
    names = [_short(name) for name in evaluation.class_names]
    _name_ticks(ax.xaxis, names)
    _name_ticks(ax.yaxis, names, slant=False)
    ax.set(
        xlabel="predicted class",
        ylabel="true class",
        title="Confusion matrix (counts, share of row)",
    )
    return ax


def plot_f1(evaluation: EvaluationNumbers, *, ax: Axes | None = None) -> Axes:
    """F1 of each class as bars from 0, with macro F1 and its interval as a line and a band.
    Undefined: no bar but a word."""
    ax = _own_axes(ax)
    values, names = evaluation.per_class["f1"], [_short(name) for name in evaluation.class_names]
    k = len(names)
    low, high = evaluation.macro_f1_interval
    macro = evaluation.averages["macro_f1"]
    ax.bar(range(k), np.nan_to_num(values), color=PALETTE[5], width=0.75)
    ax.axhspan(low, high, color=PALETTE[1], alpha=0.3, linewidth=0)
    ax.axhline(macro, color=PALETTE[1], linewidth=1.2)
    for code, value in enumerate(values):
        if math.isnan(value) or k <= _TEXT_LIMIT:
            word = "undefined" if math.isnan(value) else f"{value:.3f}"
            size = 8.5 if k <= 12 else 7
            ax.text(
                code,
                0.02,
                word,
                rotation=90 if k > 6 else 0,
                ha="center",
                va="bottom",
                color=INK if math.isnan(value) or value < 0.2 else ON_COLOUR[1],
                fontsize=size,
            )
    _name_ticks(ax.xaxis, names)
    ax.set(
        ylim=(0, 1),
        xlabel="class",
        ylabel="F1",
        title=f"F1 by class; macro {macro:.3f} [{low:.3f}, {high:.3f}]",
    )
    ax.grid(False, axis="x")
    return ax


def plot_roc(
    evaluation: EvaluationNumbers, *, ax: Axes | None = None, zoom: bool | str = "auto"
) -> Axes:
    """One-vs-rest ROC curves, with their macro average. With more than 10 classes only the 3 worst
    are named.

    Args:
        evaluation: the evaluation.
        ax: where to draw.
        zoom: True shows the upper left corner alone, where good classifiers differ; "auto" does so
            if macro AUC passes 0.98.
    """
    ax = _own_axes(ax)
    curves = evaluation.roc_curves()
    _draw_curves(ax, evaluation, curves)
    if "macro" in curves and len(evaluation.labels) > 2:
        macro = curves["macro"]
        ax.plot(
            macro.x, macro.y, color=INK, linewidth=2.2, label=f"macro, area {_area(macro.area)}"
        )
    zoomed = evaluation.averages["macro_auc"] > 0.98 if zoom == "auto" else bool(zoom)
    if zoomed:
        ax.set(
            xlim=(-0.002, 0.2), ylim=(0.8, 1.003), title="ROC, one class against the rest (corner)"
        )
    else:
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 4)), label="chance")
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), title="ROC, one class against the rest")
    ax.set(xlabel="false positive rate", ylabel="true positive rate (recall)")
    _legend(ax, loc="lower right")
    return ax


def plot_pr(evaluation: EvaluationNumbers, *, ax: Axes | None = None) -> Axes:
    """One-vs-rest precision-recall curves, and all decisions pooled (micro). Areas are average
    precision."""
    ax = _own_axes(ax)
    curves = evaluation.pr_curves()
    _draw_curves(ax, evaluation, curves, drawstyle="steps-pre")
    if len(evaluation.labels) > 2:
        micro = curves["micro"]
        ax.plot(
            micro.x,
            micro.y,
            color=INK,
            linewidth=2.2,
            label=f"micro, area {_area(micro.area)}",
            drawstyle="steps-pre",
        )
    elif 1 in curves:
        ax.axhline(curves[1].chance, color=GREY, linewidth=1, linestyle=(0, (4, 4)), label="chance")
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), xlabel="recall", ylabel="precision")
    ax.set_title("Precision-recall, one class against the rest")
    _legend(ax, loc="lower left")
    return ax


def plot_calibration(evaluation: EvaluationNumbers, *, ax: Axes | None = None) -> Axes:
    """Reliability diagram: accuracy against confidence in bins. A point's size is its share of the
    rows."""
    evaluation._need_probabilities("plot_calibration")
    ax = _own_axes(ax)
    bins = evaluation.calibration["bins"]
    full = bins["count"] > 0
    x, y = bins["confidence"][full], bins["accuracy"][full]
    low, high = _wilson_bars(bins["accuracy"][full], bins["count"][full], evaluation.confidence)
    ax.plot(
        [0, 1], [0, 1], color=GREY, linewidth=1, linestyle=(0, (4, 4)), label="perfectly calibrated"
    )
    ax.vlines(x, low, high, color=PALETTE[0], linewidth=1.2)
    ax.plot(x, y, color=PALETTE[0], linewidth=1.2, label=f"ECE {evaluation.calibration['ece']:.3f}")
    ax.scatter(
        x,
        y,
        s=20 + 140 * bins["count"][full] / bins["count"].sum(),
        color=PALETTE[0],
        zorder=3,
        clip_on=False,
    )
    ax.set(
        xlim=(-0.01, 1.01),
        ylim=(-0.01, 1.02),
        xlabel="confidence in the predicted class",
        ylabel="accuracy",
    )
    ax.set_title("Reliability")
    _legend(ax, loc="lower right")
    return ax


def plot_worst(
    evaluation: EvaluationNumbers, images: ArrayLike, *, k: int = 12, columns: int = 6
) -> Figure:
    """The `k` worst mistakes with their images: what it is, what it was called, and how surely.

    Args:
        evaluation: the evaluation.
        images: the evaluated images in the order of its rows, `(n, h, w)`, `(n, h, w, 1)` or `(n,
            h, w, 3)`; uint8 or float.
        k: how many.
        columns: images per row.

    Returns:
        The figure; without mistakes it says so.
    """
    images = np.asarray(images)
    if (
        images.ndim not in (3, 4)
        or len(images) != evaluation.n
        or (images.ndim == 4 and images.shape[3] not in (1, 3))
    ):
        raise InvalidInputError(
            f"Expected {evaluation.n} images of shape (n, h, w), (n, h, w, 1) or (n, h, w, 3). "
            f"Received: shape {images.shape}."
        )
    rows = evaluation.worst(k)
    if len(rows) == 0:
        fig = figure((4.0, 1.0))
        fig.text(0.5, 0.5, "No mistakes.", ha="center", va="center", color=INK)
        return fig
    columns = min(columns, len(rows))
    lines = math.ceil(len(rows) / columns)
    fig, axes = subplots(lines, columns, size=(1.5 * columns, 1.95 * lines), squeeze=False)
    for ax in axes.ravel():
        ax.set_axis_off()
    for ax, row in zip(axes.ravel(), rows, strict=False):
        ax.imshow(_showable(images[row]), cmap="gray", interpolation="none")
        true, said = (
            _short(evaluation.class_names[codes[row]])
            for codes in (evaluation.y_true, evaluation.y_pred)
        )
        sure = (
            ""
            if evaluation.probabilities is None
            else f" ({evaluation.probabilities[row, evaluation.y_pred[row]]:.0%})"
        )
        ax.set_title(f"is {true}\nsaid {said}{sure}", fontsize=9, color=INK)
    return fig


def plot_all(
    evaluation: EvaluationNumbers, *, figure: Figure | None = None, title: str | None = None
) -> Figure:
    """All panels in one figure; see `Evaluation.plot`."""
    panels = [plot_confusion_matrix, plot_f1]
    if evaluation.probabilities is not None:
        panels += [plot_roc, plot_pr, plot_calibration]
    fig = figure or _new_figure((13.5, 8.4) if len(panels) > 2 else (10.5, 4.8))
    if len(panels) > 2:
        places = fig.add_gridspec(2, 6)
        slots = [places[0, :3], places[0, 3:], places[1, :2], places[1, 2:4], places[1, 4:]]
    else:
        slots = list(fig.add_gridspec(1, 2))
    for panel, slot in zip(panels, slots, strict=True):
        panel(evaluation, ax=fig.add_subplot(slot))
    low, high = evaluation.accuracy_interval
    headline = f"accuracy {evaluation.accuracy:.4f} [{low:.4f}, {high:.4f}], {evaluation.n} rows"
    fig.suptitle(f"{title}: {headline}" if title else headline, color=INK)
    return fig


def describe_all(evaluation: EvaluationNumbers) -> str:
    """Alt text of `plot_all`: the headline, and the most frequent confusion."""
    low, high = evaluation.accuracy_interval
    wrong = evaluation.confusion_matrix - np.diag(np.diag(evaluation.confusion_matrix))
    true, said = np.unravel_index(np.argmax(wrong), wrong.shape)
    names = evaluation.class_names
    often = (
        f"most often {names[true]} was called {names[said]} ({wrong[true, said]} times)"
        if wrong.any()
        else "nothing was confused"
    )
    panels = "Confusion matrix and F1 by class"
    if evaluation.probabilities is not None:
        panels = "Confusion matrix, F1 by class, ROC, precision-recall and reliability"
    return (
        f"{panels}: accuracy {evaluation.accuracy:.4f} ({evaluation.confidence:.0%} interval "
        f"{low:.4f} to {high:.4f}), "
        f"macro F1 {evaluation.averages['macro_f1']:.4f}; {often}."
    )


_new_figure = figure  # plot_all takes an argument of that name


def _own_axes(ax: Axes | None, *, grid: bool = True) -> Axes:
    if ax is None:
        ax = figure((5.6, 5.0)).add_subplot()
    return tidy(ax, grid=grid)


def _draw_curves(
    ax: Axes, evaluation: EvaluationNumbers, curves: dict[int | str, Curve], **kwargs
) -> None:
    codes = [key for key in curves if isinstance(key, int)]
    if len(evaluation.labels) == 2 and 1 in codes:
        codes = [1]
    named = codes if len(codes) <= 10 else sorted(codes, key=lambda code: curves[code].area)[:3]
    for code in codes:
        curve = curves[code]
        if code not in named:
            ax.plot(curve.x, curve.y, color=GREY, alpha=0.35, linewidth=0.8, **kwargs)
    for place, code in enumerate(named):
        curve, name = curves[code], _short(evaluation.class_names[code])
        style = _LINE_STYLES[place // len(PALETTE[:7]) % len(_LINE_STYLES)]
        colour = PALETTE[place % len(PALETTE[:7])]
        ax.plot(
            curve.x,
            curve.y,
            color=colour,
            linestyle=style,
            label=f"{name}, area {_area(curve.area)}",
            **kwargs,
        )
    if not codes:
        ax.text(
            0.5,
            0.5,
            "undefined: one class only",
            ha="center",
            va="center",
            color=INK,
            transform=ax.transAxes,
        )


def _wilson_bars(
    shares: np.ndarray, counts: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    pairs = [
        wilson_interval(share * count, count, confidence)
        for share, count in zip(shares, counts, strict=True)
    ]
    low, high = np.array(pairs).T
    return low, high


def _area(value: float) -> str:
    """Three digits; more where three would round up to a perfect 1."""
    for digits in (3, 4, 5):
        if round(value, digits) < 1:
            return f"{value:.{digits}f}"
    return "1.000" if value == 1 else ">0.99999"


def _showable(image: np.ndarray) -> np.ndarray:
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim == 3 and image.dtype.kind == "f":
        low, high = float(image.min()), float(image.max())
        if low < 0 or high > 1:
            image = (image - low) / max(high - low, 1e-12)
    return image


def _short(name: str, limit: int = 14) -> str:
    return name if len(name) <= limit else name[: limit - 1] + "…"


def _name_ticks(axis: Axis, names: list[str], *, slant: bool = True) -> None:
    step = math.ceil(len(names) / _TEXT_LIMIT)
    long = slant and len(names) > 4 and max(map(len, names[::step])) > 3
    size = "medium" if len(names) <= 12 else "x-small"
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if long else {}
    axis.set_ticks(range(0, len(names), step), names[::step], fontsize=size, **turned)


def _legend(ax: Axes, **kwargs) -> None:
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            fontsize=7.5,
            frameon=True,
            framealpha=0.85,
            facecolor="white",
            edgecolor="none",
            labelcolor=INK,
            **kwargs,
        )
