"""The form of a lab's second edition: how much code stands around the exercises, and where
predictions stand.

Held for labs whose exercises all begin with a heading.
"""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator

from coursekit.labs.author.source import Cell, Lab, stub_text

VISIBLE_PER_EXERCISE = 15
LONGEST_CELL = 30
LONGEST_LINE = 88
PROSE_WORDS = 120
_CALL = re.compile(r"""\blab\.(predict|reveal)\(\s*["']([^"']*)["']""")
_OLD_PREDICTION = re.compile(r"^\*Predict:?\*.*", re.MULTILINE)


def form_faults(lab: Lab) -> list[str]:
    """What a lab of the second edition does not keep, one line each, `source.py:line: what to do`;
    nothing for a lab of the first."""
    if not lab.second_edition:
        return []
    return [
        *_long_cells(lab),
        *_long_lines(lab),
        *_visible_in_the_median(lab),
        *_prediction_faults(lab),
    ]


def form_notes(lab: Lab) -> list[str]:
    """One line on the visible code of a lab, and one for each exercise with too much prose."""
    counts = visible_lines(lab)
    if not counts:
        return []
    shown = ", ".join(f"{number}: {count}" for number, count in counts.items())
    median = statistics.median(counts.values())
    notes = [f"visible code: {median:g} lines per exercise in the median ({shown})"]
    for exercise in lab.exercises:
        words = sum(
            len(_words(cell.text))
            for cell in lab.cells
            if cell.role == "prose" and cell.exercise == exercise.number
        )
        if lab.second_edition and words > PROSE_WORDS:
            notes.append(
                f"source.py:{exercise.line}: exercise {exercise.number} has {words} words of prose; "
                f"{PROSE_WORDS} are enough"
            )
    return notes


def visible_lines(lab: Lab) -> dict[str, int]:
    """Per exercise, the lines of code from its heading to the next that the student does not write.

    Blank lines and comments do not count, nor do checks, predictions, and the stubs themselves.
    What follows the last exercise counts up to the next `## ` heading.
    """
    counts = {exercise.number: 0 for exercise in lab.exercises}
    current, last = None, lab.exercises[-1].number if lab.exercises else None
    for cell in lab.cells:
        if cell.kind == "markdown":
            if cell.role == "prose" and cell.exercise:
                current = cell.exercise
            elif current == last and re.search(r"^## ", cell.text, re.MULTILINE):
                current = None
        elif current and cell.role not in ("answer", "check", "predict"):
            counts[current] += _code_lines(cell.text)
    return counts


def _code_lines(text: str) -> int:
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") for line in text.splitlines()
    )


def _words(prose: str) -> list[str]:
    """The words of a prose; a formula counts as one."""
    return re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " x ", prose, flags=re.DOTALL).split()


def _shown(lab: Lab) -> Iterator[tuple[Cell, str]]:
    """The code cells as students see them."""
    for cell in lab.cells:
        if cell.kind == "code":
            yield cell, stub_text(cell.text, cell.exercise or "")


def _long_cells(lab: Lab) -> list[str]:
    return [
        f"source.py:{cell.line}: a cell of {count} lines of code; at most {LONGEST_CELL}. Move what "
        f"is not the lesson to figures.py or the package, or cut the cell in two"
        for cell in lab.cells
        if cell.kind == "code"
        and cell.role not in ("answer", "predict")
        and (count := _code_lines(cell.text)) > LONGEST_CELL
    ]


def _long_lines(lab: Lab) -> list[str]:
    found = []
    for cell, _ in _shown(lab):
        for offset, line in enumerate(cell.text.splitlines(), start=1):
            if len(line) > LONGEST_LINE:
                found.append(
                    f"source.py:{cell.line + offset}: a line of {len(line)} characters; at most "
                    f"{LONGEST_LINE}, so that nobody has to scroll sideways"
                )
    return found


def _visible_in_the_median(lab: Lab) -> list[str]:
    counts = visible_lines(lab)
    median = statistics.median(counts.values())
    if median <= VISIBLE_PER_EXERCISE:
        return []
    lines = {exercise.number: exercise.line for exercise in lab.exercises}
    most = sorted(counts, key=counts.get, reverse=True)[:3]
    named = ", ".join(f"{n} with {counts[n]} (source.py:{lines[n]})" for n in most)
    return [
        f"source.py:{lines[most[0]]}: exercises show {median:g} lines of code in the median that the "
        f"student does not write; at most {VISIBLE_PER_EXERCISE}. Most: {named}. Move drawing and "
        f"alt text to figures.py"
    ]


def _prediction_faults(lab: Lab) -> list[str]:
    """Predictions in prose, with a key of no exercise, twice, after the check, or never revealed."""
    found: list[str] = []
    known = {exercise.number for exercise in lab.exercises}
    predicted: dict[str, int] = {}
    revealed: dict[str, int] = {}
    checked: dict[str, int] = {}
    for place, cell in enumerate(lab.cells):
        if cell.kind == "markdown":
            for old in _OLD_PREDICTION.finditer(cell.text):
                line = cell.line + 1 + cell.text[: old.start()].count("\n")
                found.append(
                    f"source.py:{line}: a prediction in prose; ask it with lab.predict(...) in a "
                    f"cell of its own"
                )
            continue
        if cell.role == "check":
            checked.setdefault(cell.exercise or "", place)
        for call in _CALL.finditer(cell.text):
            kind, key = call.groups()
            where = f"source.py:{cell.line + 1 + cell.text[: call.start()].count(chr(10))}"
            if _exercise_of(key, known) is None and key != f"{lab.number}.0":
                found.append(
                    f"{where}: {kind} {key!r}; expected an exercise's number, with a letter where "
                    f"it has several ('{lab.number}.1a'), or '{lab.number}.0' for the opening"
                )
            there = predicted if kind == "predict" else revealed
            if key in there:
                found.append(f"{where}: a second {kind} {key!r}")
            there.setdefault(key, place)
            if kind == "predict" and not _alone(cell):
                found.append(f"{where}: a prediction stands in a cell of its own")
    for key, place in predicted.items():
        where = f"source.py:{lab.cells[place].line + 1}"
        check = checked.get(_exercise_of(key, known) or "")
        if key not in revealed:
            found.append(f"{where}: prediction {key!r} is never revealed")
        elif revealed[key] <= (place if check is None else max(place, check)):
            found.append(f"{where}: prediction {key!r} is revealed before its check")
    found += [
        f"source.py:{lab.cells[place].line + 1}: reveal {key!r} without a prediction above"
        for key, place in revealed.items()
        if key not in predicted
    ]
    return found


def _exercise_of(key: str, known: set[str]) -> str | None:
    """The exercise that a prediction's key belongs to, or None."""
    return next((n for n in (key, key[:-1]) if n in known), None)


def _alone(cell: Cell) -> bool:
    try:
        body = ast.parse(cell.text).body
    except SyntaxError:
        return False
    return len(body) == 1
