"""The proof that a lab fits together: its solution passes, its stub fails, each known mistake is
caught and gets its own hint."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from coursekit.errors import CoursekitError
from coursekit.labs.author.build import stale
from coursekit.labs.author.catalogue import current_catalogue
from coursekit.labs.author.form import form_faults, form_notes
from coursekit.labs.author.garbage import earned
from coursekit.labs.author.lint import lint_lab
from coursekit.labs.author.mistakes import (
    Mistake,
    load_excuses,
    load_mistakes,
    standing_in,
)
from coursekit.labs.author.mutants import (
    FILE,
    MutantReport,
    fitting,
    lab_mutants,
    read_results,
    try_mutants,
    write_results,
)
from coursekit.labs.author.namespace import replaced, solution_namespace, stub_namespace
from coursekit.labs.author.seeding import kernels_kept
from coursekit.labs.author.source import Exercise, Lab, read_lab
from coursekit.labs.exchange import checks
from coursekit.labs.exchange.student import local_student
from coursekit.labs.feedback.mistakes import behaviour, fingerprint, matches
from coursekit.labs.session import LabSession

MIN_MISTAKES = 3


@dataclasses.dataclass
class ExerciseReport:
    """One line of the matrix."""

    number: str
    functions: list[str]
    public: int = 0
    hidden: int = 0
    points: float = 0.0
    solution: str = ""
    stub: str = ""
    mistakes: int = 0
    caught: int = 0
    hinted: int = 0
    kept: int = 0
    alone: int = 0
    mutants: MutantReport | None = None


@dataclasses.dataclass
class LabReport:
    """What verification found about one lab; `problems` is empty if all is well."""

    name: str
    exercises: list[ExerciseReport] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.problems


def verify_lab(
    folder: str | Path,
    *,
    seeds: int = 20,
    notebooks: bool = True,
    mutants: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> LabReport:
    """Verify one lab.

    Args:
        folder: the lab's folder.
        seeds: how many seeds the solution must pass.
        notebooks: also execute the student and the solution notebook, with the network blocked, in
            fast mode.
        mutants: also change the solution in small ways; a change that no check fails is a problem
            unless `mistakes.py` excuses it. The results are kept in `mutants.json`, and listed from
            there as long as solution and checks stay the same.
        progress: called with a line on what is being done.

    Returns:
        the report; faults of the lab are in `problems`, none is raised.
    """
    folder = Path(folder)
    report = LabReport(folder.resolve().name)
    try:
        lab = read_lab(folder)
        cases = [case for v in (checks.PUBLIC, checks.HIDDEN) for case in checks.collect(folder, v)]
        mistakes, excused = load_mistakes(folder, lab), load_excuses(folder)
    except CoursekitError as error:
        report.problems.append(str(error))
        return report
    report.problems += [
        f"{path.name} is out of date: run `coursekit labs build {lab.name[:2]}`"
        for path in stale(folder)
    ]
    report.problems += lint_lab(lab, cases) + form_faults(lab)
    report.notes += form_notes(lab)
    report.problems += _structure(lab, cases, mistakes)
    namespace = solution_namespace(lab)
    stubs = stub_namespace(lab)
    stored = {} if mutants else _stored_mutants(lab, report)
    session = LabSession(folder, namespace=namespace, catalogue=current_catalogue(lab))
    session.budget = 0.0  # of what is shown, only hints are looked at
    with kernels_kept():
        for exercise in lab.exercises:
            progress(f"{lab.name}: exercise {exercise.number}")
            ours = checks.select(cases, exercise.number)
            line = ExerciseReport(
                exercise.number,
                exercise.functions,
                sum(c.visibility == checks.PUBLIC for c in ours),
                sum(c.visibility == checks.HIDDEN for c in ours),
                round(sum(c.points for c in ours), 2),
            )
            report.exercises.append(line)
            line.solution = _try_solution(namespace, ours, seeds, report)
            line.stub = _try_stub(namespace, stubs, exercise, ours, report)
            entries = [m for m in mistakes if m.exercise == exercise.number]
            line.mistakes = len(entries)
            line.caught, line.hinted = _try_mistakes(
                namespace, session, entries, ours, seeds, report
            )
            line.kept, line.alone = _try_half_done(
                namespace, stubs, session, exercise, entries, report
            )
            _try_garbage(namespace, exercise, ours, report)
            excuses = [e for e in excused if e.exercise == exercise.number]
            line.mutants = stored.get(exercise.number)
            if mutants:
                line.mutants = try_mutants(namespace, lab_mutants(lab, exercise), ours, excuses)
            if line.mutants:
                _tell_mutants(lab, exercise, line.mutants, excuses, report)
    if mutants:
        write_results(lab, {e.number: e.mutants for e in report.exercises if e.mutants})
    if notebooks:
        from coursekit.labs.author.execute import verify_notebooks

        progress(f"{lab.name}: notebooks")
        problems, notes = verify_notebooks(lab)
        report.problems += problems
        report.notes += notes
    return report


def _structure(lab: Lab, cases: Sequence[checks.Case], mistakes: Sequence[Mistake]) -> list[str]:
    known = {exercise.number: exercise for exercise in lab.exercises}
    found = [
        f"{case.name} is for exercise {case.exercise}, which the source does not have"
        for case in cases
        if case.exercise not in known
    ]
    for number in known:
        if not any(case.exercise == number and case.visibility == checks.PUBLIC for case in cases):
            found.append(f"exercise {number} has no public check")
        count = sum(entry.exercise == number for entry in mistakes)
        if count < MIN_MISTAKES:
            found.append(
                f"exercise {number} has {count} known mistakes; at least {MIN_MISTAKES} are due"
            )
    for entry in mistakes:
        if entry.exercise not in known or entry.function not in known[entry.exercise].functions:
            found.append(
                f"mistake {entry.name!r}: exercise {entry.exercise} has no function "
                f"{entry.function}"
            )
    counts = Counter(case.name for case in cases)
    found += [f"two checks are called {name}" for name, count in counts.items() if count > 1]
    return found


def _run(namespace: dict[str, Any], case: checks.Case, seed: int) -> checks.CaseResult:
    return checks.run_case(case, local_student(namespace, case.seed(seed)), seconds=120)


def _try_solution(namespace, cases, seeds: int, report: LabReport) -> str:
    runs = passed = 0
    for case in cases:
        for seed in range(1, seeds + 1):
            result = _run(namespace, case, seed)
            runs += 1
            passed += result.passed
            if not result.passed:
                report.problems.append(
                    f"solution: {case.name} {result.status} with seed {seed}: "
                    f"{_line(result.message)}"
                )
                break
    return "passes" if passed == runs and runs else f"{passed} of {runs}"


def _try_stub(namespace, stubs, exercise: Exercise, cases, report: LabReport) -> str:
    failing = 0
    kept = {name: namespace.get(name) for name in exercise.functions}
    namespace.update({name: stubs[name] for name in exercise.functions if name in stubs})
    try:
        for case in cases:
            result = _run(namespace, case, 1)
            failing += result.status == "not-answered"
            if result.passed:
                report.problems.append(
                    f"stub: {case.name} passes although exercise {exercise.number} is not answered"
                )
            elif result.status != "not-answered":
                report.problems.append(
                    f"stub: {case.name} ends as {result.status}, not as not-answered: "
                    f"{_line(result.message)}"
                )
    finally:
        namespace.update(kept)
    return "fails" if failing == len(cases) and cases else f"{failing} of {len(cases)} fail"


def _try_mistakes(
    namespace, session: LabSession, mistakes, cases, seeds: int, report: LabReport
) -> tuple[int, int]:
    caught = hinted = 0
    public = [case for case in cases if case.visibility == checks.PUBLIC]
    quiet: list[tuple[Mistake, dict]] = []  # those that only hidden checks tell
    for entry in mistakes:
        with standing_in(namespace, entry):
            order = list(cases)  # what failed with one seed is tried first with the next
            missed = [s for s in range(1, min(seeds, 5) + 1) if not _fails(namespace, order, s)]
            shown = session._check(entry.exercise, namespace, 3, 1)
            if missed:
                report.problems.append(
                    f"mistake {entry.name!r} passes every check with seed {missed[0]}"
                )
                continue
            caught += 1
            if shown.state == "failed" and shown.hints == entry.hints:
                hinted += 1
            elif all(_run(namespace, c, s).passed for c in public for s in (1, 2)):
                seen = behaviour(namespace, cases)
                twin = next((other.name for other, theirs in quiet if matches(theirs, seen)), None)
                hinted += twin is None
                if twin:
                    report.problems.append(
                        f"mistake {entry.name!r} behaves like {twin!r} under the hidden checks"
                    )
                quiet.append((entry, fingerprint(namespace, cases)))
            else:
                other = next((m.name for m in mistakes if m.hints == shown.hints), None)
                got = f"the hint of {other!r}" if other else "no hint"
                report.problems.append(
                    f"mistake {entry.name!r} gets {got}; a check that tells them apart is due"
                )
    return caught, hinted


def _fails(namespace, order: list[checks.Case], seed: int) -> bool:
    """Whether a check fails; the first that does is moved to the front."""
    for place, case in enumerate(order):
        if not _run(namespace, case, seed).passed:
            order.insert(0, order.pop(place))
            return True
    return False


def _try_half_done(
    namespace, stubs, session: LabSession, exercise: Exercise, mistakes, report: LabReport
) -> tuple[int, int]:
    """How many mistakes keep their hint while the other functions of the exercise are stubs, of how
    many that get one when all else is right."""
    others = exercise.functions
    known = {f.name for f in session.catalogue.fingerprints if f.telling and not f.parts}
    tried = [entry for entry in mistakes if entry.name in known and len(others) > 1]
    kept = 0
    for entry in tried:
        with contextlib.ExitStack() as stack:
            for name in set(others) - {entry.function}:
                stack.enter_context(replaced(namespace, name, stubs[name]))
            stack.enter_context(standing_in(namespace, entry))
            shown = session._check(entry.exercise, namespace, 3, 1).hints
        kept += shown == entry.hints
        if shown and shown != entry.hints:
            other = next((m.name for m in mistakes if m.hints == shown), "two mistakes")
            report.problems.append(
                f"mistake {entry.name!r} gets the hint of {other!r} while other functions are stubs"
            )
    return kept, len(tried)


def _try_garbage(namespace, exercise: Exercise, cases, report: LabReport) -> None:
    passed: dict[str, list[str]] = {}
    for name, case in earned(namespace, exercise.functions, cases):
        passed.setdefault(case.name, []).append(name)
    report.problems += [
        f"garbage: {case} passes in exercise {exercise.number} for answers that return "
        f"{', '.join(names)}"
        for case, names in passed.items()
    ]


def _stored_mutants(lab: Lab, report: LabReport) -> dict[str, MutantReport]:
    """What is known of the mutants from an earlier run, if it fits what is there now."""
    run = f"run `coursekit labs verify {lab.name[:2]} --mutants`"
    try:
        stored = read_results(lab.folder)
    except CoursekitError as error:
        report.problems.append(str(error))
        return {}
    if stored is None:
        report.notes.append(f"mutants were not tried: {run}")
        return {}
    fits, reports = stored
    if fits != fitting(lab):
        report.notes.append(f"{FILE} is of another solution or other checks: {run}")
        return {}
    return reports


def _tell_mutants(
    lab: Lab, exercise: Exercise, found: MutantReport, excuses, report: LabReport
) -> None:
    excused = {e.mutant for e in excuses}
    known = {mutant.text for mutant in lab_mutants(lab, exercise)}
    report.problems += [
        f"mutant lives in exercise {exercise.number}: {mutant.text}"
        for mutant in found.survivors
        if mutant.text in known - excused
    ]
    if found.left:
        report.notes.append(
            f"exercise {exercise.number}: there was no time for {found.left} mutants"
        )
    report.problems += [
        f"mistakes.py:{e.line}: excuses a mutant that there is not: {e.mutant}"
        for e in excuses
        if e.mutant not in known
    ]


def _line(message: str) -> str:
    return "; ".join(" ".join(line.split()) for line in message.splitlines())[:300]
