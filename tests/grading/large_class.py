"""A gradebook of a class of any size, made by numbers alone: no submission is run."""

from __future__ import annotations

import random
from pathlib import Path

from coursekit.grading import lab as labs
from coursekit.grading.books import outputs
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.record import Record, TestResult

LAB = Path(__file__).resolve().parents[2] / "labs" / "05_metrics"
_FIRST = ["Ann", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jule", "Kim", "Lea"]
_LAST = ["Abel", "Blum", "Cakir", "Dahl", "Ernst", "Groß", "Hahn", "Ito", "Jung", "Kaya", "Lund"]
_COPIED = """def normalised(x):
    total = np.zeros((x.shape[0], 1))
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            total[row, 0] = total[row, 0] + {0} * x[row, column]
    return np.array(x, dtype=float) / total"""
_TABLES = [[[1.0, 0.0], [1.7e308, 2.0]], [[1.0, 0.5], [-1.7e308, 2.0]]]


def make_class(out: Path, students: int) -> list[str]:
    """Fill a gradebook and write the outputs; those whose pages failed come back."""
    lab, dice = labs.load(LAB), random.Random(1)
    with Gradebook(out) as book:
        for number in range(students):
            record = _record(lab, dice, number)
            for _ in range(1 + (dice.random() < 0.15)):
                book.add(record, record.student)
        return outputs.write_all(book, out, lab)


def _record(lab, dice: random.Random, number: int) -> Record:
    name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)} {number:03}"
    skill, tests, mistakes = dice.betavariate(4, 1.6), [], {}
    for case in lab.cases:
        right = dice.random() < skill + 0.1
        status = "passed" if right else dice.choices(["failed", "not-answered"], [4, 1])[0]
        made = TestResult(
            case.name,
            case.title,
            case.exercise,
            case.visibility,
            status,
            case.points if right else 0.0,
            case.points,
            0.1,
            "" if right else "tried:    accuracy of 7 labels\nexpected: 0.714\ngot:      5.0",
        )
        if status == "failed":
            made.compared = _TABLES
            mistakes[case.exercise] = {"name": "count-not-share", "hint": "Divide by how many."}
        tests.append(made)
    late = dice.random() < 0.1
    points = sum(test.points for test in tests)
    return Record(
        name,
        lab.name,
        points=round(points * (0.8 if late else 1.0), 6),
        max_points=lab.max_points(),
        tests=tests,
        notes=["2 files were handed in; lab.ipynb was graded."] if number % 9 == 0 else [],
        answers={"normalised": {"text": _answer(dice, number)}},
        mistakes=mistakes,
        sandbox="full",
        seed=4,
        submitted=f"2026-11-{dice.randint(15, 22)}T{dice.randint(8, 23):02}:30:00",
        days_late=2.0 if late else 0.0,
        penalty=0.2 if late else 0.0,
        seconds=dice.expovariate(0.5),
    )


def _answer(dice: random.Random, number: int) -> str:
    """One in sixty copied; the others share no more than a form."""
    if number % 60 == 0:
        return _COPIED.format(number)
    terms = (
        f"{dice.randint(2, 99)} {dice.choice('+-*/')} x[{dice.randint(0, 9)}]" for _ in "x" * 9
    )
    return f"def normalised(x):\n    return ({') + ('.join(terms)})"
