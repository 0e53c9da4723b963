"""Answers by somebody who did not write the catalogue, kept to measure what a student is told.

`tests/labs/fresh/NN_topic.py` holds them; `verdicts/NN_topic.tsv` beside it holds one line for each
text that one of them was given, with a person's verdict on it.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from coursekit._files import write_atomic
from coursekit.errors import LabSourceError
from coursekit.labs.author.catalogue import current_catalogue
from coursekit.labs.author.namespace import replaced, solution_namespace
from coursekit.labs.author.source import read_lab
from coursekit.labs.exchange import checks
from coursekit.labs.exchange.student import local_student
from coursekit.labs.session import LabSession

VERDICTS = ("helps", "misleads", "neutral")
UNJUDGED = "?"
_REGISTRY = "__coursekit_fresh__"
_SEEDS = (1, 2, 3)


@dataclasses.dataclass(frozen=True)
class Fresh:
    """One answer: wrong, or right in an unusual way."""

    exercise: str
    name: str
    wrong: bool
    answer: Any

    @property
    def function(self) -> str:
        """What it stands in for."""
        return self.answer.__name__


@dataclasses.dataclass(frozen=True)
class FreshResult:
    """What became of one answer. `text` is what the student is shown first; `verdict` is what a
    person said of that text."""

    entry: Fresh
    public: bool
    caught: bool
    text: str
    verdict: str


@dataclasses.dataclass
class FreshReport:
    """The figures of one lab."""

    name: str
    results: list[FreshResult]

    @property
    def wrong(self) -> list[FreshResult]:
        """The wrong answers."""
        return [r for r in self.results if r.entry.wrong]

    @property
    def rejected(self) -> list[FreshResult]:
        """Right answers that a check fails."""
        return [r for r in self.results if not r.entry.wrong and r.caught]

    def count(self, verdict: str) -> int:
        """How many wrong answers that public checks catch got a text with this verdict."""
        return sum(r.verdict == verdict for r in self.wrong if r.public)

    @property
    def unjudged(self) -> list[FreshResult]:
        """Wrong answers that got a text on which nobody has said anything yet."""
        return [r for r in self.wrong if r.text and r.verdict == UNJUDGED]


def fresh(exercise: str, *, wrong: bool, name: str | None = None) -> Callable[[Any], Any]:
    """Register the decorated function or class as an answer to measure with.

    Args:
        exercise: the exercise's number, "5.2".
        wrong: whether it is wrong; a right one must pass every check.
        name: by default the function's name and a number.
    """
    frame = sys._getframe(1)

    def register(answer: Any) -> Any:
        entries = frame.f_globals.setdefault(_REGISTRY, [])
        called = (
            name or f"{answer.__name__} {1 + sum(e.function == answer.__name__ for e in entries)}"
        )
        if any((e.exercise, e.name) == (str(exercise), called) for e in entries):
            raise LabSourceError(
                f"{frame.f_code.co_filename}:{frame.f_lineno}: expected a new name. Received: "
                f"{called!r} again."
            )
        entries.append(Fresh(str(exercise), called, wrong, answer))
        return answer

    return register


def verify_fresh(
    folder: str | Path, answers: str | Path, *, progress: Callable[[str], None] = lambda text: None
) -> FreshReport:
    """Run the fresh answers of a lab, look up the verdicts, and write down texts that have none.

    Args:
        folder: the lab's folder.
        answers: the folder that holds `NN_topic.py` and `verdicts/`.
        progress: called with a line on what is being done.
    """
    lab = read_lab(folder)
    path = Path(answers) / f"{lab.name}.py"
    entries: list[Fresh] = (
        list(vars(checks.load_module(path)).get(_REGISTRY, ())) if path.is_file() else []
    )
    cases = [c for v in (checks.PUBLIC, checks.HIDDEN) for c in checks.collect(lab.folder, v)]
    namespace = solution_namespace(lab)
    session = LabSession(folder, namespace=namespace, catalogue=current_catalogue(lab))
    session.budget = 10.0  # the text must not depend on how busy the machine is
    file = Path(answers) / "verdicts" / f"{lab.name}.tsv"
    verdicts = read_verdicts(file)
    results = []
    for entry in entries:
        progress(f"{lab.name}: {entry.exercise} {entry.name}")
        with replaced(namespace, entry.function, entry.answer):
            results.append(_one(entry, checks.select(cases, entry.exercise), session, verdicts))
    if entries:
        _write_verdicts(file, results, verdicts)
    return FreshReport(lab.name, results)


def read_verdicts(file: Path) -> dict[tuple[str, str, str], str]:
    """`(exercise, name, text) -> verdict` from a file of tab-separated lines.

    Raises:
        LabSourceError: a line of another form, with its number.
    """
    found = {}
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 4 or parts[2] not in (*VERDICTS, UNJUDGED):
            raise LabSourceError(
                f"{file}:{number}: expected exercise, name, verdict ({', '.join(VERDICTS)}, "
                f"{UNJUDGED}), text, with tabs between. Received: {line[:80]!r}."
            )
        found[parts[0], parts[1], parts[3]] = parts[2]
    return found


def _one(
    entry: Fresh, cases: Sequence[checks.Case], session: LabSession, verdicts: dict
) -> FreshResult:
    namespace = session._namespace
    failed = {
        case.visibility
        for case in cases
        for seed in _SEEDS
        if not checks.run_case(case, local_student(namespace, case.seed(seed)), seconds=60).passed
    }
    text = ""
    if checks.PUBLIC in failed:
        shown = next(
            (
                r
                for s in _SEEDS
                if not (r := session._check(entry.exercise, namespace, 1, s)).passed
            ),
            None,
        )
        text = shown_text(shown) if shown is not None else ""
    verdict = verdicts.get((entry.exercise, entry.name, text), UNJUDGED) if text else ""
    return FreshResult(entry, checks.PUBLIC in failed, bool(failed), text, verdict)


def shown_text(result: Any) -> str:
    """What a check's result tells beyond the failures, as one line that does not depend on how many
    draws there was time for."""
    parts = [*result.hints, *(told.text for told in result.explanations)]
    return re.sub(r"\d+(?= inputs)", "N", " | ".join(" ".join(part.split()) for part in parts))


def _write_verdicts(file: Path, results: Sequence[FreshResult], verdicts: dict) -> None:
    lines = ["# exercise\tname\tverdict\tthe text that it is on"]
    for r in results:
        if r.entry.wrong and r.text:
            lines.append(f"{r.entry.exercise}\t{r.entry.name}\t{r.verdict}\t{r.text}")
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        write_atomic(file, text)
