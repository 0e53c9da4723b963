"""An evaluation as a text table and as an HTML fragment."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from coursekit.evaluation.averages import AVERAGES
from coursekit.evaluation.displays import describe_all, plot_all
from coursekit.plots.style import img_tag

if TYPE_CHECKING:
    from coursekit.evaluation.numbers import EvaluationNumbers

COLUMNS = {
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "f1": "F1",
    "support": "rows",
    "roc_auc": "ROC AUC",
    "average_precision": "avg precision",
}
_AVERAGE_KEYS = {"roc_auc": "auc"}
_MATRIX_LIMIT = 30  # classes; a larger matrix is not a table that anyone reads


def number(value: float, digits: int = 4) -> str:
    """A number for people; "undefined" is a dash."""
    if isinstance(value, float) and math.isnan(value):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def interval(pair: tuple[float, float]) -> str:
    """An interval for people, `[0.9712, 0.9768]`."""
    return f"[{number(pair[0])}, {number(pair[1])}]"


def summary(evaluation: EvaluationNumbers) -> list[tuple[str, str, str]]:
    """The headline: rows of `(name, value, interval or "")`."""
    averages, calibration = evaluation.averages, evaluation.calibration
    rows = [
        ("accuracy", number(evaluation.accuracy), interval(evaluation.accuracy_interval)),
        ("macro F1", number(averages["macro_f1"]), interval(evaluation.macro_f1_interval)),
    ]
    if evaluation.probabilities is not None:
        rows += [
            ("macro ROC AUC", number(averages["macro_auc"]), ""),
            ("macro average precision", number(averages["macro_average_precision"]), ""),
            ("calibration error (ECE)", number(calibration["ece"]), ""),
            ("log loss", number(calibration["log_loss"]), ""),
        ]
    return rows


def table(evaluation: EvaluationNumbers) -> tuple[list[str], list[list[str]]]:
    """Headings, and one row of text per class and per average (macro, weighted, micro)."""
    keys = [
        key
        for key in COLUMNS
        if evaluation.probabilities is not None or key not in ("roc_auc", "average_precision")
    ]
    rows = []
    for code, name in enumerate(evaluation.class_names):
        rows.append([name, *(number(evaluation.per_class[key][code].item()) for key in keys)])
    for average in AVERAGES:
        cells = [
            number(evaluation.confusion_matrix.sum().item())
            if key == "support"
            else number(evaluation.averages[f"{average}_{_AVERAGE_KEYS.get(key, key)}"])
            for key in keys
        ]
        rows.append([f"{average} average", *cells])
    return ["class", *(COLUMNS[key] for key in keys)], rows


def text(evaluation: EvaluationNumbers) -> str:
    """Summary, per-class table and notes in plain text."""
    lines = [
        f"{evaluation.n} rows, {len(evaluation.labels)} classes, intervals at "
        f"{evaluation.confidence:.0%}",
        "",
    ]
    for name, value, pair in summary(evaluation):
        lines.append(f"{name:<25} {value:>7} {pair}".rstrip())
    headings, rows = table(evaluation)
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]

    def line(cells: list[str]) -> str:
        return "  ".join(
            [
                cells[0].ljust(widths[0]),
                *(cell.rjust(w) for cell, w in zip(cells[1:], widths[1:], strict=True)),
            ]
        )

    k = len(evaluation.labels)
    rule = "-" * len(line(headings))
    lines += ["", line(headings), rule, *map(line, rows[:k]), rule, *map(line, rows[k:])]
    if evaluation.notes:
        lines += ["", *evaluation.notes]
    return "\n".join(lines)


def html(evaluation: EvaluationNumbers, *, pictures: bool = False) -> str:
    """The same as an HTML fragment, with the confusion matrix (up to 30 classes) and, if asked, the
    figure."""
    parts = [
        '<section class="coursekit-evaluation">',
        _summary_html(evaluation),
        _classes_html(evaluation),
    ]
    if len(evaluation.labels) <= _MATRIX_LIMIT:
        parts.append(_matrix_html(evaluation))
    if evaluation.notes:
        parts.append(
            "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in evaluation.notes) + "</ul>"
        )
    if pictures:
        parts.append(img_tag(plot_all(evaluation), describe_all(evaluation)))
    return "\n".join([*parts, "</section>"])


def _table_html(caption: str, head: str, body: list[str]) -> str:
    style = "border-collapse:collapse;margin:0.5em 0;font-variant-numeric:tabular-nums"
    return (
        f'<div style="overflow-x:auto"><table style="{style}"><caption '
        f'style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in body)}</tbody></table></div>"
    )


def _head(cell: str, scope: str, *, first: bool = False) -> str:
    align = "left" if first or scope == "row" else "right"
    return (
        f'<th scope="{scope}" style="text-align:{align};padding:0.15em 0.6em">{escape(cell)}</th>'
    )


def _headings(*cells: str) -> str:
    return "".join(_head(cell, "col", first=place == 0) for place, cell in enumerate(cells))


def _cell(cell: str, extra: str = "") -> str:
    return f'<td style="text-align:right;padding:0.15em 0.6em{extra}">{escape(cell)}</td>'


def _summary_html(evaluation: EvaluationNumbers) -> str:
    head = _headings("score", "value", f"{evaluation.confidence:.0%} interval")
    body = [
        _head(name, "row") + _cell(value) + _cell(pair) for name, value, pair in summary(evaluation)
    ]
    return _table_html(f"{evaluation.n} rows, {len(evaluation.labels)} classes", head, body)


def _classes_html(evaluation: EvaluationNumbers) -> str:
    headings, rows = table(evaluation)
    body = [_head(row[0], "row") + "".join(map(_cell, row[1:])) for row in rows]
    return _table_html("Scores by class", _headings(*headings), body)


def _matrix_html(evaluation: EvaluationNumbers) -> str:
    head = _headings("true \\ predicted", *evaluation.class_names)
    body = []
    for name, row in zip(evaluation.class_names, evaluation.confusion_matrix, strict=True):
        total = float(row.sum()) or 1.0
        cells = (
            _cell(f"{count:.6g}", f";background:rgba(0,114,178,{0.6 * count / total:.3f})")
            for count in row
        )
        body.append(_head(name, "row") + "".join(cells))
    return _table_html(
        "Confusion matrix: rows are true classes, columns predicted ones", head, body
    )
