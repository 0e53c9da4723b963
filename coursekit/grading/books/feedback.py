"""The page that a student gets back: points, what was tried, hints; of hidden checks only how many
pass."""

from __future__ import annotations

from html import escape

from coursekit.grading.books import html
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record, TestResult

_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "error": "stopped with an error",
    "timeout": "took too long",
    "crashed": "ended the process",
    "out-of-memory": "used too much memory",
    "forbidden": "did something that grading does not allow",
    "not-answered": "not answered",
    "infrastructure-error": "could not be graded for a reason that is not yours",
}


def page(record: Record, lab: GradedLab) -> str:
    """The feedback of one student as HTML."""
    exercises = list(dict.fromkeys(test.exercise for test in record.tests))
    rows = [(f"Exercise {e}", record.exercise_points(e), _most(record, e)) for e in exercises]
    parts = [f"<h1>{escape(lab.title)}</h1>", f"<p>{escape(record.student)}</p>"]
    if record.sandbox.startswith("unsafe"):
        parts.append(f'<p class="stamp">Graded {escape(record.sandbox)}.</p>')
    late = (
        f" {record.days_late:g} days late: {100 * record.penalty:g} % taken off."
        if record.penalty
        else ""
    )
    parts.append(
        f"<p><strong>{record.points:g} of {record.max_points:g} points</strong> "
        f"({record.percent:g} %).{late}</p>"
    )
    told = ", ".join(f"{label}: {value:g} of {most:g}" for label, value, most in rows)
    parts.append(html.bars(rows, alt=f"Points per exercise. {told}"))
    for exercise in exercises:
        parts += _exercise(record, exercise)
    if record.notes:
        parts += [
            "<h2>About your file</h2>",
            "<ul>",
            *(f"<li>{escape(note)}</li>" for note in record.notes),
            "</ul>",
        ]
    return html.page(f"{lab.title}: {record.student}", parts)


def _most(record: Record, exercise: str) -> float:
    return round(sum(test.max_points for test in record.tests if test.exercise == exercise), 6)


def _exercise(record: Record, exercise: str) -> list[str]:
    tests = [test for test in record.tests if test.exercise == exercise]
    hidden = [test for test in tests if test.visibility == "hidden"]
    parts = [f"<h2>Exercise {escape(exercise)}</h2>"]
    if hint := record.mistakes.get(exercise):
        parts.append(f'<p class="hint">{escape(str(hint.get("hint", "")))}</p>')
    for test in tests:
        if test.visibility == "public":
            parts += _test(test)
    if hidden:
        passed = sum(test.status == "passed" for test in hidden)
        parts.append(f"<p>Hidden checks: {passed} of {len(hidden)} pass.</p>")
    return parts


def _test(test: TestResult) -> list[str]:
    mark = "good" if test.status == "passed" else "bad"
    words = _WORDS.get(test.status, test.status)
    lines = [
        f'<h3>{escape(test.title)}: <span class="{mark}">{words}</span>, '
        f"{round(test.points, 2):g} of {round(test.max_points, 2):g}</h3>"
    ]
    if test.status != "passed" and test.message:
        lines.append(f"<pre>{escape(test.message)}</pre>")
    if test.status == "failed" and test.visibility == "public" and test.compared:
        lines.append(html.tables_side_by_side(*test.compared))
    return lines
