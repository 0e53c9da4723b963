"""The report of a comparison: one self-contained HTML page, one JSON file, and the figures as
PNG."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coursekit._files import ensure_writable
from coursekit.comparison import figures
from coursekit.errors import OutputError
from coursekit.plots.style import img_tag, png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from coursekit.comparison.run import Comparison, SystemResult

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf7; --line: #d8d5cc; --soft: #5c6675; --card: #ffffff; --mark: #0b6e99; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --paper: #16191f; --line: #3a404b; --soft: #a3acba; --card: #1f242d; --mark: #6cc0e5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.2rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.6rem 0 .4rem; } h3 { font-size: 1.05rem; }
p, li { max-width: 46rem; } .soft { color: var(--soft); } a { color: var(--mark); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .93rem; }
th, td { padding: .35rem 0 .35rem 1rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } thead th { color: var(--soft); font-weight: 600; } tr.best td, tr.best th { font-weight: 700; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: .6rem; }
figcaption { color: var(--soft); font-size: .9rem; max-width: 46rem; }
details { border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: .6rem 1rem; margin: .7rem 0; }
summary { cursor: pointer; font-weight: 600; } code { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 0 .25rem; }
"""


def save_report(comparison: Comparison, folder: str | os.PathLike) -> dict:
    """Write `report.html`, `report.json` and `*.png` into `folder`. All are made beside it first
    and moved at the end.

    Returns:
        A dict from file name to path.

    Raises:
        OutputError: if the folder cannot be written.
    """
    folder = ensure_writable(folder)
    pictures = dict(_pictures(comparison))
    files: dict[str, bytes] = {f"{name}.png": png_bytes(fig) for name, (fig, _) in pictures.items()}
    files["report.json"] = json.dumps(comparison.to_dict(), indent=2, allow_nan=False).encode()
    files["report.html"] = report_html(comparison, pictures).encode()
    staging = Path(tempfile.mkdtemp(dir=folder, prefix=".report."))
    try:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        for name in files:
            os.replace(staging / name, folder / name)
    except OSError as error:
        raise OutputError(
            f"Could not write the report to {folder}: {error.strerror or error}. Free some "
            f"space or choose another --out."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return {name: folder / name for name in files}


def _pictures(comparison: Comparison) -> Iterator[tuple[str, tuple[Figure, str]]]:
    from coursekit.evaluation import displays

    yield "accuracy", figures.accuracy_figure(comparison)
    yield "cost", figures.cost_figure(comparison)
    yield "curves", figures.curves_figure(comparison)
    if comparison.train_sizes:
        yield "train_sizes", figures.sizes_figure(comparison)
    shared = figures.everyone_wrong_figure(comparison)
    if shared:
        yield "hardest", shared
    for result in comparison.systems:
        evaluation = result.evaluation
        yield (
            f"{result.name}_scores",
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
                f"{result.name}_worst",
                (displays.plot_worst(evaluation, comparison.data.x_test), alt),
            )


def report_html(comparison: Comparison, pictures: dict[str, tuple[Figure, str]]) -> str:
    """The page as one string with every picture inside it."""
    data = comparison.data
    best = max(comparison.systems, key=lambda result: result.evaluation.accuracy)
    low, high = best.evaluation.accuracy_interval
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
        "content='width=device-width, initial-scale=1'>",
        f"<title>{escape(data.name)}: {len(comparison.systems)} systems "
        f"compared</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(data.name)}: {len(comparison.systems)} ways to read the same images</h1>",
        f"<p class='soft'>{len(data.x_train):,} training and {len(data.x_test):,} test images, "
        f"{len(data.class_names)} classes. "
        f"Source: "
        f"{escape(data.source)}{'. Licence: ' + escape(data.licence) if data.licence else ''}.</p>",
        f"<p><strong>{escape(best.title)}</strong> is right most often: "
        f"{best.evaluation.accuracy:.2%} of the test images "
        f"(95 % interval {low:.2%} to {high:.2%}). {_significance_sentence(comparison, best)}</p>",
        _picture(
            pictures,
            "accuracy",
            "Each dot is the share of test images read correctly; each bar is its 95 % Wilson "
            "interval.",
        ),
        "<h2>The table</h2>",
        _systems_table(comparison, best),
        "<p class='soft'>Macro averages give every class the same weight. Times are wall clock "
        "on the machine named below; training time holds "
        "feature extraction and compilation; the last column is the time to answer. "
        "Calibration error is the mean gap between stated and true "
        "certainty (ECE, 10 bins). Parameters are the numbers that fitting set; an SVM's are "
        "its support vectors with their coefficients.</p>",
        "<h2>Is the difference real?</h2>",
        "<p>Each pair answered the same test images, so only the images on which exactly one "
        "of the two is right can tell them apart. McNemar's test asks how "
        "likely such an uneven split would be if neither were better. The last column is "
        "corrected for the number of pairs (Holm).</p>",
        _pairs_table(comparison),
        "<h2>What does accuracy cost?</h2>",
        _picture(pictures, "cost", "Lower is more accurate, further left is quicker to train."),
        "<h2>Ranking quality</h2>",
        _picture(
            pictures,
            "curves",
            "Left: one-vs-rest ROC, averaged over classes, false-positive axis logarithmic. "
            "Right: precision against recall.",
        ),
    ]
    if "train_sizes" in pictures:
        parts += [
            "<h2>How many training images does each need?</h2>",
            _picture(pictures, "train_sizes", "All points answer the same test images."),
        ]
    if "hardest" in pictures:
        parts += [
            "<h2>The hardest images</h2>",
            _picture(pictures, "hardest", "Ordered by how many systems misread them."),
        ]
    parts.append("<h2>System by system</h2>")
    parts += [_system_section(comparison, result, pictures) for result in comparison.systems]
    parts += ["<h2>Where this ran</h2>", _environment_table(comparison), "</main></body></html>"]
    return "\n".join(parts)


def _picture(pictures: dict, name: str, caption: str) -> str:
    fig, alt = pictures[name]
    return f"<figure>{img_tag(fig, alt)}<figcaption>{escape(caption)}</figcaption></figure>"


def _significance_sentence(comparison: Comparison, best: SystemResult) -> str:
    tied = []
    for a, b, _, corrected in comparison.pairs:
        if best.name in (a, b) and corrected >= 0.05:
            tied.append(b if a == best.name else a)
    titles = [result.title for result in comparison.systems if result.name in tied]
    if len(comparison.systems) < 2:
        return ""
    if not titles:
        return (
            "Its lead over every other system is larger than chance explains (McNemar, "
            "Holm-corrected p &lt; 0.05)."
        )
    return (
        f"On this test set its lead over {escape(', '.join(titles))} could be chance "
        f"(McNemar, Holm-corrected p &ge; 0.05)."
    )


def _systems_table(comparison: Comparison, best: SystemResult) -> str:
    rows = []
    for result in comparison.systems:
        evaluation = result.evaluation
        low, high = evaluation.accuracy_interval
        cells = [
            f"{evaluation.accuracy:.2%}",
            f"{low:.2%} to {high:.2%}",
            _three(evaluation.averages["macro_f1"]),
            _three(evaluation.averages["macro_auc"]),
            _three(evaluation.calibration["ece"]),
            "" if result.parameters is None else f"{result.parameters:,}",
            f"{result.fit_seconds:.1f}",
            f"{1e6 * result.predict_seconds / len(comparison.data.x_test):,.0f}",
        ]
        mark = " class='best'" if result is best else ""
        rows.append(
            f"<tr{mark}><th scope='row'>{escape(result.title)}</th>"
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
        )
    heads = [
        "system",
        "accuracy",
        "95 % interval",
        "macro F1",
        "macro AUC",
        "calib. error",
        "parameters",
        "training, s",
        "µs an image",
    ]
    return _table(heads, rows, "Scores, size and time of each system on the test images")


def _pairs_table(comparison: Comparison) -> str:
    titles = {result.name: result.title for result in comparison.systems}
    rows = [
        f"<tr><th scope='row'>{escape(titles[a])} against "
        f"{escape(titles[b])}</th><td>{test.b}</td><td>{test.c}</td>"
        f"<td>{_p(test.p_value)}</td><td>{_p(corrected)}</td></tr>"
        for a, b, test, corrected in comparison.pairs
    ]
    if not rows:
        return "<p class='soft'>There is one system only, so there is no pair to test.</p>"
    return _table(
        ["pair", "only the first right", "only the second right", "p", "p, corrected"],
        rows,
        "McNemar's test for each pair of systems",
    )


def _system_section(comparison: Comparison, result: SystemResult, pictures: dict) -> str:
    frame = result.evaluation.to_frame()
    names = ["precision", "recall", "specificity", "f1", "support", "roc_auc", "average_precision"]
    rows = []
    for label, row in zip(
        comparison.data.class_names, frame[names].itertuples(index=False), strict=True
    ):
        cells = "".join(
            f"<td>{int(value) if name == 'support' else _three(value)}</td>"
            for name, value in zip(names, row, strict=True)
        )
        rows.append(f"<tr><th scope='row'>{escape(str(label))}</th>{cells}</tr>")
    parts = [
        f"<details><summary>{escape(result.title)}: "
        f"{result.evaluation.accuracy:.2%}</summary><p>{escape(result.summary)}</p>",
        _picture(
            pictures,
            f"{result.name}_scores",
            "Rows of the matrix are true classes, columns are answers.",
        ),
        _table(["class", *names], rows, f"Scores of {result.title} for each class"),
    ]
    if f"{result.name}_worst" in pictures:
        parts.append(_picture(pictures, f"{result.name}_worst", "The mistakes it was surest of."))
    return "".join(parts) + "</details>"


def _environment_table(comparison: Comparison) -> str:
    environment = comparison.environment
    items = {
        "Python": environment["python"],
        "system": environment["system"],
        "cores": environment["cores"],
        "backend": environment["backend"],
        "device": environment["device"],
        "seed": comparison.seed,
        **environment["versions"],
    }
    rows = [
        f"<tr><th scope='row'>{escape(str(key))}</th><td>{escape(str(value))}</td></tr>"
        for key, value in items.items()
    ]
    return _table(["what", "value"], rows, "Machine and package versions")


def _table(heads: list[str], rows: list[str], caption: str) -> str:
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    return (
        f"<div class='scroll'><table "
        f"aria-label='{escape(caption, quote=True)}'><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _three(value: float) -> str:
    return "undefined" if value is None or np.isnan(value) else f"{value:.4f}"


def _p(value: float) -> str:
    return "&lt; 0.0001" if value < 1e-4 else f"{value:.4f}"
