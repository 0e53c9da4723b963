"""The page that a student gets back: points, the hint, what was tried; of hidden checks only how
many pass."""

from __future__ import annotations

from coursekit._html import Html, el, folded, page, words
from coursekit._text import number
from coursekit.grading.books import drawing
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record, TestResult

_WORDS = {
    "passed": "passed",
    "failed": "not yet right",
    "error": "stopped with an error",
    "timeout": "took too long",
    "crashed": "ended the process",
    "out-of-memory": "used too much memory",
    "forbidden": "did something that grading does not allow",
    "not-answered": "not answered",
    "infrastructure-error": "could not be graded for a reason that is not yours",
}
_STYLE = """
.hint { border-left: 4px solid var(--mark); padding: .2rem .9rem; background: var(--card); }
.points { font-size: 1.15rem; }
"""


def make_page(record: Record, lab: GradedLab) -> str:
    """The feedback of one student as HTML."""
    exercises = list(dict.fromkeys(test.exercise for test in record.tests))
    rows = [(f"Exercise {e}", record.exercise_points(e), _most(record, e)) for e in exercises]
    told = ", ".join(f"{label}: {number(v, 2)} of {number(most, 2)}" for label, v, most in rows)
    parts = [
        *_head(record, lab),
        drawing.bars(rows, alt=f"Points per exercise. {told}") if rows else "",
        *(part for exercise in exercises for part in _exercise(record, exercise)),
    ]
    if record.notes:
        parts.append(el("h2", "About your file"))
        parts.append(el("ul", *(el("li", note) for note in record.notes)))
    return page(f"{lab.title}: {record.student}", parts, style=drawing.STYLE + _STYLE)


def bare_page(record: Record, lab: GradedLab) -> str:
    """The points alone, for a submission whose page cannot be made."""
    sorry = "What was tried could not be shown for your submission. The points stand; ask for more."
    return page(f"{lab.title}: {record.student}", [*_head(record, lab), el("p", sorry)])


def _head(record: Record, lab: GradedLab) -> list[Html]:
    parts = [el("h1", lab.title), el("p", record.student)]
    if record.sandbox.startswith("unsafe"):
        parts.append(el("p", f"Graded {record.sandbox}.", class_="stamp"))
    points = f"{number(record.points, 2)} of {number(record.max_points, 2)} points"
    late = ""
    if record.penalty:
        days = "1 day" if record.days_late == 1 else f"{number(record.days_late)} days"
        late = f", {days} late: {number(100 * record.penalty)} % taken off"
    share = f" ({number(record.percent, 0)} %{late})"
    return [*parts, el("p", el("strong", points), share, class_="points")]


def _most(record: Record, exercise: str) -> float:
    return round(sum(test.max_points for test in record.tests if test.exercise == exercise), 6)


def _exercise(record: Record, exercise: str) -> list[Html]:
    tests = [test for test in record.tests if test.exercise == exercise]
    hidden = [test for test in tests if test.visibility == "hidden"]
    public = [test for test in tests if test.visibility == "public"]
    passed = [test for test in public if test.status == "passed"]
    earned, most = number(record.exercise_points(exercise), 2), number(_most(record, exercise), 2)
    parts = [el("h2", f"Exercise {exercise}: {earned} of {most} points")]
    if hint := record.mistakes.get(exercise):
        parts.append(el("p", str(hint.get("hint", "")), class_="hint"))
    for test in public:
        if test.status != "passed":
            parts += _test(test)
    if passed:
        names = el("ul", *(el("li", words(test.title)) for test in passed))
        count = "1 check passes" if len(passed) == 1 else f"{len(passed)} checks pass"
        parts.append(folded(el("span", count, class_="good"), names))
    if hidden:
        count = sum(test.status == "passed" for test in hidden)
        parts.append(el("p", f"Hidden checks: {count} of {len(hidden)} pass."))
    return parts


def _test(test: TestResult) -> list[Html]:
    said = el("span", _WORDS.get(test.status, test.status), class_="bad")
    lines = [el("h3", words(test.title), ": ", said)]
    if test.message:
        lines.append(el("pre", test.message))
    if test.status == "failed" and test.visibility == "public" and test.compared:
        lines.append(drawing.tables_side_by_side(*test.compared))
    return lines
