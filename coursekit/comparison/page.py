"""The page of a comparison: what the numbers say, in the order in which a reader asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from coursekit._html import Html, el, folded, join, page, table
from coursekit.comparison.figures import letters, names_of_files
from coursekit.comparison.results import Pair, Results, SystemResult
from coursekit.plots import svg

Pictures = Mapping[str, tuple[str, str]]
_STYLE = svg.STYLE + Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def report_html(comparison: Results, pictures: Pictures) -> str:
    """The page as one string with every picture inside it.

    Args:
        comparison: the numbers.
        pictures: by name, an SVG document and its alt text.
    """
    data, best = comparison.data, comparison.best
    licence = f" Licence: {data.licence}." if data.licence else ""
    parts: list[object] = [
        el("h1", f"{data.name}: {len(comparison.systems)} ways to read the same images"),
        el(
            "p",
            f"{len(data.x_train):,} training and {len(data.x_test):,} test images, "
            f"{len(data.class_names)} classes. Source: {data.source}.{licence}",
            class_="soft",
        ),
        _headline(comparison, best),
        _picture(
            pictures,
            "accuracy",
            "Each dot is the share of test images read correctly; each bar is its 95 % Wilson "
            "interval.",
        ),
        _chance(comparison),
        el("h2", "The table"),
        _systems_table(comparison),
        el(
            "p",
            "Macro averages give every class the same weight. Times are wall clock on the machine "
            "named below; training time holds feature extraction and compilation; the last column "
            "is the time to answer. Calibration error is the mean gap between stated and true "
            "certainty (ECE, 10 bins). Parameters are the numbers that fitting set; an SVM's are "
            "its support vectors with their coefficients.",
            class_="soft",
        ),
        el("h2", "Is the difference real?"),
        *_pairs(comparison),
        el("h2", "What does accuracy cost?"),
        _picture(pictures, "cost", "Lower is more accurate, further left is quicker to train."),
        el("h2", "Ranking quality"),
        _picture(
            pictures,
            "curves",
            "Left: one-vs-rest ROC, averaged over classes, false-positive axis logarithmic. "
            "Right: precision against recall.",
        ),
    ]
    if "train_sizes" in pictures:
        parts += [
            el("h2", "How many training images does each need?"),
            _picture(pictures, "train_sizes", "All points answer the same test images."),
        ]
    if "hardest" in pictures:
        parts += [
            el("h2", "The hardest images"),
            _picture(
                pictures,
                "hardest",
                "Ordered by how many systems misread them. Under the truth stands each answer with "
                f"the systems that gave it: {letters(comparison.systems)}.",
            ),
        ]
    parts += [
        el("h2", "System by system"),
        *(_system_section(comparison, result, pictures) for result in comparison.systems),
        el("h2", "Where this ran"),
        _environment_table(comparison),
    ]
    return page(f"{data.name}: {len(comparison.systems)} systems compared", parts, style=_STYLE)


def _picture(pictures: Pictures, name: str, caption: str) -> Html:
    document, alt = pictures[name]
    drawing = el("div", svg.svg_tag(document, alt, name=name), class_="wide", tabindex="0")
    return el("figure", drawing, el("figcaption", caption))


def _headline(comparison: Results, best: SystemResult) -> Html:
    low, high = best.evaluation.accuracy_interval
    tied = [
        result.title
        for result in comparison.systems
        for pair in comparison.pairs
        if {best.name, result.name} == {pair.a, pair.b} and pair.p_holm >= 0.05
    ]
    verdict = (
        f" On this test set its lead over {', '.join(tied)} could be chance (McNemar, p at least "
        f"0.05 after Holm's correction)."
        if tied
        else " Its lead over every other system is larger than chance explains (McNemar, p below "
        "0.05 after Holm's correction)."
    )
    return el(
        "p",
        el("strong", best.title),
        f" is right most often: {best.evaluation.accuracy:.2%} of the test images "
        f"(95 % interval {low:.2%} to {high:.2%}).",
        verdict if comparison.pairs else "",
    )


def _chance(comparison: Results) -> Html:
    """What the intervals hold, and what they leave out."""
    if comparison.seeds == 1:
        return el(
            "p",
            "The intervals tell how much chance there is in these test images. How far the "
            "accuracy moves when a system is trained again with another seed they leave out; ",
            el("code", "--seeds 3"),
            " measures that, too.",
            class_="soft",
        )
    return el(
        "p",
        "The intervals tell how much chance there is in these test images. The spread over seeds "
        f"is the standard deviation of the accuracy over {comparison.seeds} trainings, and is not "
        "part of the intervals. Where nothing is drawn in training there is none.",
        class_="soft",
    )


def _systems_table(comparison: Results) -> Html:
    heads = ["system", "accuracy", "95 % interval"]
    if comparison.seeds > 1:
        heads += ["mean over seeds", "spread over seeds"]
    heads += ["macro F1", "macro AUC", "calib. error", "parameters", "training, s", "µs an image"]
    rows = []
    for result in comparison.systems:
        evaluation = result.evaluation
        low, high = evaluation.accuracy_interval
        cells = [result.title, f"{evaluation.accuracy:.2%}", f"{low:.2%} to {high:.2%}"]
        if comparison.seeds > 1:
            spread = result.seed_spread
            mean = f"{np.mean(result.seed_accuracies):.2%}" if spread is not None else "–"
            cells += [
                mean,
                "nothing is drawn" if spread is None else f"± {100 * spread:.2f} points",
            ]
        cells += [
            _four(evaluation.averages["macro_f1"]),
            _four(evaluation.averages["macro_auc"]),
            _four(evaluation.calibration["ece"]),
            "" if result.parameters is None else f"{result.parameters:,}",
            f"{result.fit_seconds:.1f}",
            f"{1e6 * result.predict_seconds / len(comparison.data.x_test):,.0f}",
        ]
        if result is comparison.best:
            cells = [el("strong", cell) for cell in cells]
        rows.append(cells)
    return _table(heads, rows, "Scores, size and time of each system on the test images")


def _pairs(comparison: Results) -> list[Html]:
    if not comparison.pairs:
        return [el("p", "There is one system only, so there is no pair to test.", class_="soft")]
    titles = {result.name: result.title for result in comparison.systems}

    def row(pair: Pair) -> list[object]:
        low, high = (100 * end for end in pair.interval)
        return [
            f"{titles[pair.a]} less {titles[pair.b]}",
            _signed(100 * pair.difference),
            f"{_signed(low)} to {_signed(high)}",
            pair.test.b,
            pair.test.c,
            _p(pair.test.p_value),
            _p(pair.p_holm),
        ]

    heads = [
        "pair",
        "difference, points",
        "95 % interval",
        "only the first right",
        "only the second right",
        "McNemar's p",
        "p after Holm",
    ]
    return [
        el(
            "p",
            "Each pair answered the same test images, so only the images on which exactly one of "
            "the two is right can tell them apart. McNemar's test asks how likely a split at "
            "least as uneven would be if neither were better; the last column is corrected for "
            "the number of pairs. Whether two bars above overlap is no test: both systems answer "
            "the same images, and the bars do not know it.",
        ),
        _table(heads, [row(pair) for pair in comparison.pairs], "Each pair of systems compared"),
        el(
            "p",
            "The intervals (Bonett and Price 2012) are for one pair each and are not corrected "
            "for their number.",
            class_="soft",
        ),
    ]


def _system_section(comparison: Results, result: SystemResult, pictures: Pictures) -> Html:
    frame = result.evaluation.to_frame()
    names = ["precision", "recall", "specificity", "f1", "support", "roc_auc", "average_precision"]
    rows = [
        [
            label,
            *(
                int(value) if name == "support" else _four(value)
                for name, value in zip(names, row, strict=True)
            ),
        ]
        for label, row in zip(
            comparison.data.class_names, frame[names].itertuples(index=False), strict=True
        )
    ]
    name = names_of_files(comparison.systems)[result.name]
    parts = [
        el("p", result.summary),
        _picture(
            pictures,
            f"{name}_scores",
            "Rows of the matrix are true classes, columns are answers.",
        ),
        _table(["class", *names], rows, f"Scores of {result.title} for each class"),
    ]
    if f"{name}_worst" in pictures:
        parts.append(_picture(pictures, f"{name}_worst", "The mistakes it was surest of."))
    heading = el("h3", f"{result.title}: {result.evaluation.accuracy:.2%}")
    return folded(heading, join(parts))


def _environment_table(comparison: Results) -> Html:
    environment = comparison.environment
    seeds = range(comparison.seed, comparison.seed + comparison.seeds)
    items = {
        **{name: environment[name] for name in ("python", "system", "cores", "backend", "device")},
        "training seeds" if len(seeds) > 1 else "seed": ", ".join(map(str, seeds)),
        **environment["versions"],
    }
    return table(["what", "value"], items.items(), label="Machine and package versions")


def _table(heads: list[str], rows: list[list[object]], label: str) -> Html:
    return table(heads, rows, label=label, numbers=range(1, len(heads)))


def _four(value: float) -> str:
    return "undefined" if value is None or np.isnan(value) else f"{value:.4f}"


def _signed(points: float) -> str:
    return f"{points:+.2f}".replace("-", "\N{MINUS SIGN}")


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"
