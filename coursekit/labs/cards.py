"""How results look: HTML that is legible on light and dark pages, and the same in plain text."""

from __future__ import annotations

import dataclasses
import html
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit.labs.arrays import beside_html, beside_text
from coursekit.labs.exchange.checks import Case, CaseResult
from coursekit.labs.feedback.explain import Explanation
from coursekit.labs.feedback.mistakes import Fingerprint

BOX = (
    "border-left:4px solid {colour};padding:.3em .8em;margin:.3em "
    "0;color:inherit;font-family:sans-serif"
)
_PRE = (
    "white-space:pre-wrap;margin:.2em 0 .5em "
    "1.4em;background:transparent;color:inherit;font-family:monospace;font-size:90%"
)
_CELL = (
    "padding:.25em .7em;border-bottom:1px solid "
    "rgba(128,128,128,.45);text-align:left;color:inherit;background:transparent"
)
COLOURS = {"passed": "#1a9e77", "failed": "#d55e00", "waiting": "#7f7f7f", "question": "#3b82c4"}
_MARKS = {
    "passed": "ok",
    "failed": "no",
    "error": "no",
    "timeout": "no",
    "not-answered": "--",
    "missing": "--",
}
_FAILURES = ("failed", "error", "timeout")
_SIGNS = {"ok": "✓", "no": "✗", "--": "·"}


@dataclasses.dataclass
class CheckResult:
    """What `check` found. `state`: passed, failed, not-answered, missing, interrupted or
    unknown."""

    exercise: str
    state: str
    headline: str
    results: tuple[CaseResult, ...] = ()
    hints: tuple[str, ...] = ()
    more_hints: bool = False
    note: str = ""
    functions: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    recognised: tuple[Fingerprint, ...] = dataclasses.field(default=(), repr=False, compare=False)
    seed: int | None = dataclasses.field(default=None, repr=False)
    shown_in: int | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether every public check of the exercise passed."""
        return self.state == "passed"

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        lines = [self.headline, *(f"  hint: {hint}" for hint in self.hints)]
        if self.more_hints:
            lines.append(f"  {self._more()}")
        lines += [f"  {told.lead}: {told.text}" for told in self.explanations]
        for result, others in self._folded():
            lines.append(f"  [{_MARKS[result.status]}] {_claim(result.case, self.functions)}")
            if result.status in _FAILURES:
                drawn = beside_text(*result.compared) if result.compared else []
                lines += [f"       {line}" for line in (*_told(result, bool(drawn)), *drawn)]
            if others:
                lines.append(f"       {_and_others(others)}")
        if self.note:
            lines.append(f"  {self.note}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        colour = COLOURS[
            "passed" if self.passed else "failed" if self.state == "failed" else "waiting"
        ]
        parts = [
            f'<div style="{BOX.format(colour=colour)}" '
            f'role="status"><strong>{escape(self.headline)}</strong>',
            self.hints_html(),
        ]
        for result, others in self._folded():
            sign = _SIGNS[_MARKS[result.status]]
            parts.append(f"<div>{sign} {escape(_claim(result.case, self.functions))}</div>")
            if result.status in _FAILURES:
                parts.append(_failure(result))
            if others:
                inner = "".join(
                    f"<div>{escape(_claim(r.case, self.functions))}</div>{_failure(r)}"
                    for r in others
                )
                parts.append(
                    f'<details style="margin-left:1.4em"><summary>{escape(_and_others(others))}'
                    f"</summary>{inner}</details>"
                )
        if self.note:
            parts.append(f"<div><small>{escape(self.note)}</small></div>")
        return "".join(parts) + "</div>"

    def hints_html(self) -> str:
        """The hints alone, and how to get the next."""
        parts = [
            f'<div style="margin:.3em 0"><strong>Hint:</strong> {escape(hint)}</div>'
            for hint in self.hints
        ]
        parts += [
            f'<div style="margin:.3em 0"><strong>{told.lead}:</strong> {escape(told.text)}</div>'
            for told in self.explanations
        ]
        if self.more_hints:
            parts.append(f"<div><small>{escape(self._more())}</small></div>")
        return "".join(parts)

    def _ipython_display_(self) -> None:
        """Show the result as a cell's value, unless `check` has shown it in the same cell."""
        running = shell()
        if running is None or running.execution_count != self.shown_in:
            show_value(self)

    def _folded(self) -> list[tuple[CaseResult, list[CaseResult]]]:
        """The results to list; failures of one check on other inputs stand behind the first."""
        if self.state not in ("passed", "failed"):
            return []
        rows: list[tuple[CaseResult, list[CaseResult]]] = []
        for result in self.results:
            first = next((others for r, others in rows if _same_failure(r, result)), None)
            if first is None:
                rows.append((result, []))
            else:
                first.append(result)
        return rows

    def _more(self) -> str:
        return f'For the next hint: check("{self.exercise}", hint={len(self.hints) + 1})'


@dataclasses.dataclass
class Table:
    """Rows under headings, for receipts and progress."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    foot: str = ""

    def __str__(self) -> str:
        cells = [[str(c) for c in self.columns], *([str(v) for v in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [
            "  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        rule = "  ".join("-" * w for w in widths)
        return "\n".join(
            [self.title, lines[0], rule, *lines[1:], *([self.foot] if self.foot else [])]
        )

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="{_CELL}">{escape(str(c))}</th>' for c in self.columns
        )
        body = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{escape(str(v))}</td>' for v in row) + "</tr>"
            for row in self.rows
        )
        foot = f"<div><small>{escape(self.foot)}</small></div>" if self.foot else ""
        return (
            f'<div style="overflow-x:auto;color:inherit"><table '
            f'style="border-collapse:collapse;color:inherit">'
            f'<caption style="text-align:left;font-weight:bold;color:inherit;padding:.3em '
            f'0">{escape(self.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}</div>"
        )


_NOT_MEASURED = re.compile(r"(?i:[-+]?nan\b)|None$")


def receipt_table(lab: str, rows: Sequence[Mapping[str, str]], foot: str) -> Table:
    """A table of claims. What was not measured is left out, and its foot counts it."""
    there = [row for row in rows if not _NOT_MEASURED.match(row["measured"].strip())]
    if missing := len(rows) - len(there):
        foot += f" {missing} of {len(rows)} claims come with exercises that are still open."
    columns = ("claim", "source", "stated", "measured", "note")
    return Table(f"Receipt of lab {lab}", columns, [[*row.values()] for row in there], foot)


@dataclasses.dataclass
class Picture:
    """A PNG with a text that says what is seen."""

    png: bytes
    alt: str

    def __str__(self) -> str:
        return f"[picture: {self.alt}]"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, str]:
        import base64

        data = base64.b64encode(self.png).decode("ascii")
        image = (
            f'<img src="data:image/png;base64,{data}" alt="{escape(self.alt)}" '
            f'style="max-width:100%;background:white">'
        )
        return {"text/html": image, "text/plain": str(self)}


def shell() -> Any:
    """The running IPython shell, or None."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def show_value(value: Any) -> None:
    """Display `value` in a notebook; elsewhere write it to standard output."""
    if shell() is None:
        sys.stdout.write(f"{value}\n")
        return
    from IPython.display import display

    bundle = getattr(value, "_repr_mimebundle_", None)
    data = bundle() if bundle else {"text/plain": str(value), "text/html": value._repr_html_()}
    display(data, raw=True)


def say(text: str) -> None:
    """One line for the student."""
    sys.stdout.write(text + "\n")


def _claim(case: Case, functions: Sequence[str]) -> str:
    """What a check claims, as a sentence: names of functions as they are written, what it was run
    on in words."""
    words = case.title.removesuffix(case.name.removeprefix(case.function.__name__))
    for name in sorted(functions, key=len, reverse=True):
        spoken = re.escape(name.replace("_", " "))
        words = re.sub(rf"\b{spoken}\b", name, words, flags=re.IGNORECASE)
    if not words.startswith(tuple(functions)):
        words = words[:1].upper() + words[1:]
    on = ", ".join(f"{k.replace('_', ' ')} {_spoken(v)}" for k, v in case.params.items())
    return f"{words} ({on})" if on else words


def _spoken(value: Any) -> str:
    text = getattr(value, "__name__", None) or str(value)
    return " ".join(text.split()) if len(text) <= 40 else text[:37] + "..."


def _same_failure(one: CaseResult, other: CaseResult) -> bool:
    return (
        one.case.function is other.case.function
        and one.status == other.status
        and one.status in _FAILURES
    )


def _and_others(others: Sequence[CaseResult]) -> str:
    return f"The same check fails on {len(others)} other input{'s' if len(others) > 1 else ''} too."


_FIRST_VALUES = re.compile(r", first (?:values \[[^\]]*\]|at \[.*)")


def _told(result: CaseResult, drawn: bool) -> list[str]:
    """The lines of a failure; first values are left out where the arrays are drawn."""
    if drawn:
        lines = [_FIRST_VALUES.sub("", line) for line in result.message.splitlines()]
    else:
        lines = result.message.splitlines()
    printed = [f"printed:  {line}" for line in result.printed.splitlines()[:8]]
    return [*lines, *printed]


def _failure(result: CaseResult) -> str:
    """What a failed check says, and the arrays that it compared."""
    drawn = beside_html(*result.compared) if result.compared else ""
    arrays = f'<div style="margin-left:1.4em;overflow-x:auto">{drawn}</div>' if drawn else ""
    said = escape("\n".join(_told(result, bool(drawn))))
    return f'<pre style="{_PRE}">{said}</pre>{arrays}'


def escape(text: str) -> str:
    """Text for HTML, quotes included."""
    return html.escape(text, quote=True)
