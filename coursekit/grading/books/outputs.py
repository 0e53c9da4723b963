"""What an instructor gets besides the gradebook: grades.csv, Gradescope's results, feedback pages,
JUnit XML, the report."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from coursekit._files import all_or_none
from coursekit._text import cell, clean, number, one_line
from coursekit.grading.books import feedback, report
from coursekit.grading.books.gradebook import Gradebook
from coursekit.grading.lab import GradedLab
from coursekit.grading.record import Record
from coursekit.grading.submission import safe_name

COLUMNS = (
    "student",
    "lab",
    "points",
    "max_points",
    "percent",
    "status",
    "attempt",
    "seed",
    "sandbox",
)


def write_all(book: Gradebook, out: Path, lab: GradedLab) -> list[str]:
    """Write every output of one lab into `out`: all of them, or after a failure none.

    Returns:
        The students whose page could not be made whole and holds the points alone.

    Raises:
        OutputError: if a file cannot be written.
    """
    grades, bare = book.grades(lab.name), []
    with all_or_none(out) as files:
        files.write("grades.csv", grades_csv(book.grades()))
        for attempt, record in grades:
            name = safe_name(record.student)
            result, page = f"results/{name}.json", f"feedback/{name}.html"
            if record.status == "infrastructure-error":
                files.remove(result)
                files.remove(page)
                continue
            told = gradescope(record, attempt)
            files.write(result, json.dumps(told, indent=1, ensure_ascii=True) + "\n")
            try:
                text = feedback.make_page(record, lab)
            except Exception:  # whatever a student sent costs his own page alone
                bare.append(record.student)
                text = feedback.bare_page(record, lab)
            files.write(page, text)
        files.write("junit.xml", junit(grades))
        files.write("report.html", report.make_page(grades, lab))
    return bare


def grades_csv(grades: Sequence[tuple[int, Record]]) -> str:
    """All grades as CSV: `COLUMNS`, then one column per exercise. An infrastructure error leaves
    the points empty."""
    exercises = list(dict.fromkeys(test.exercise for _, record in grades for test in record.tests))
    exercises.sort(key=_natural)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*COLUMNS, *exercises])
    for attempt, record in grades:
        known = record.status != "infrastructure-error"
        values = [
            record.student,
            record.lab,
            number(record.points) if known else "",
            number(record.max_points),
            number(record.percent) if known else "",
            record.status,
            attempt,
            record.seed,
            record.sandbox,
        ]
        there = {test.exercise for test in record.tests}
        values += [
            number(record.exercise_points(e)) if known and e in there else "" for e in exercises
        ]
        writer.writerow([cell(value) for value in values])
    return buffer.getvalue()


def _natural(text: str) -> list:
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", text)
        if part
    ]


def gradescope(record: Record, attempt: int) -> dict:
    """Gradescope's results.json. Public checks are visible; hidden ones are one hidden entry per
    exercise without any text, and how long they took is not in it: a submission could tell by
    that."""
    tests = []
    for test in record.tests:
        if test.visibility == "public":
            tests.append(
                {
                    "name": one_line(test.title),
                    "number": test.exercise,
                    "score": test.points,
                    "max_score": test.max_points,
                    "status": "passed" if test.status == "passed" else "failed",
                    "output": ""
                    if test.status == "passed"
                    else clean(f"{test.status}\n{test.message}"),
                    "visibility": "visible",
                }
            )
    for exercise in dict.fromkeys(test.exercise for test in record.tests):
        hidden = [
            test
            for test in record.tests
            if test.exercise == exercise and test.visibility == "hidden"
        ]
        if hidden:
            passed = sum(test.status == "passed" for test in hidden)
            tests.append(
                {
                    "name": f"Hidden checks of exercise {exercise}",
                    "number": exercise,
                    "score": round(sum(t.points for t in hidden), 6),
                    "max_score": round(sum(t.max_points for t in hidden), 6),
                    "status": "passed" if passed == len(hidden) else "failed",
                    "output": f"{passed} of {len(hidden)} pass",
                    "visibility": "after_published",
                }
            )
    return {
        "score": record.points,
        "execution_time": round(sum(t.seconds for t in record.tests if t.visibility == "public")),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "output_format": "text",
        "test_output_format": "text",
        "output": clean("\n".join(record.notes)),
        "tests": tests,
        "extra_data": {
            "student": one_line(record.student),
            "lab": record.lab,
            "max_points": record.max_points,
            "attempt": attempt,
            "seed": record.seed,
            "sandbox": record.sandbox,
            "days_late": record.days_late,
        },
    }


def junit(grades: Sequence[tuple[int, Record]]) -> str:
    """JUnit XML: a suite per student, a case per check."""
    root = ElementTree.Element("testsuites", name="coursekit grade")
    for _, record in grades:
        failed = sum(t.status in ("failed", "not-answered") for t in record.tests)
        wrong = sum(t.status not in ("passed", "failed", "not-answered") for t in record.tests)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=one_line(record.student),
            tests=str(len(record.tests)),
            failures=str(failed),
            errors=str(wrong),
            time=f"{record.seconds:.3f}",
        )
        ElementTree.SubElement(
            ElementTree.SubElement(suite, "properties"),
            "property",
            name="sandbox",
            value=record.sandbox,
        )
        for test in record.tests:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=test.name,
                classname=f"{record.lab}.exercise {test.exercise}",
                time=f"{test.seconds:.3f}",
            )
            if test.status != "passed":
                kind = "failure" if test.status in ("failed", "not-answered") else "error"
                ElementTree.SubElement(case, kind, type=test.status).text = clean(test.message)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
