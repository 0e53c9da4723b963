"""What a lab's notebook talks to: `lab = open_lab("05_metrics")`, then `lab.check("5.2")` and its
companions."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import random
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursekit._files import write_atomic
from coursekit.devices import compile_quickly, hush
from coursekit.errors import CheckNotPassed, InvalidInputError, NotAnsweredYet
from coursekit.labs import cards, widgets
from coursekit.labs.cards import CheckResult, Picture, Table, say, shell, show_value
from coursekit.labs.catalogue import Catalogue, ExerciseEntry, read_catalogue
from coursekit.labs.exchange import checks
from coursekit.labs.exchange.student import local_student
from coursekit.labs.feedback.explain import BUDGET, explain, recognised
from coursekit.labs.feedback.memory import Memory
from coursekit.labs.feedback.mistakes import in_turn
from coursekit.labs.find import find_lab
from coursekit.labs.names import Waiting, missing_answer
from coursekit.labs.predictions import Predictions

_ALL = 99  # hints
_ROUNDS, _ROUND_BUDGET, _CASE_LIMIT = 3, 0.3, 60.0
_MIN_ALT = 30


def open_lab(name: str | int, *, namespace: MutableMapping[str, Any] | None = None) -> LabSession:
    """Open a lab for the notebook that calls this. TensorFlow, if it is imported later, starts
    without its lines; with COURSEKIT_FAST=1 Keras on JAX compiles in less time.

    Args:
        name: "05_metrics", "05" or 5.
        namespace: where the answers are, such as `globals()`; by default the notebook's variables,
            or those of the script that was started.

    Raises:
        InvalidInputError: if the lab's folder is not found; the message says where it was looked
            for.
    """
    hush()
    lab = LabSession(find_lab(name), namespace=namespace)
    if lab.fast:
        compile_quickly()
    return lab


class LabSession:
    """One student's work on one lab. Answers are found by name in the notebook, wherever their
    cells stand.

    Args:
        folder: the lab's folder, with its public tests.
        namespace: where the answers are; by default the notebook's variables, or those of the
            script that was started.
        catalogue: what is known of the lab; by default read from the folder.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        namespace: MutableMapping[str, Any] | None = None,
        catalogue: Catalogue | None = None,
    ):
        self.folder = Path(folder)
        self.catalogue = catalogue or read_catalogue(self.folder)
        self.name, self.title = self.catalogue.lab, self.catalogue.title
        self.fast = os.environ.get("COURSEKIT_FAST", "") not in ("", "0")
        self.seed = int(os.environ.get("COURSEKIT_SEED", "0"))
        self._namespace, self._cases, self._start = namespace, None, time.perf_counter()
        self._predictions = Predictions(self.name)
        self._memory: Memory | None = None
        self.budget = BUDGET
        self._figures: types.ModuleType | None = None
        self._waiting = Waiting(self.catalogue.blocks)

    def __repr__(self) -> str:
        return f"<lab {self.name}: {len(self.catalogue.exercises)} exercises>"

    @property
    def figures(self) -> types.ModuleType:
        """The lab's own pictures: functions that take numbers and give `(figure, alt)`, for `show`.

        Raises:
            InvalidInputError: if the lab has no `figures.py`.
            LabSourceError: if it does not run.
        """
        if self._figures is None:
            path = self.folder / "figures.py"
            if not path.is_file():
                raise InvalidInputError(
                    f"Expected figures.py in {self.folder}. Received: none. Get the lab's folder "
                    f"again."
                )
            self._figures = checks.load_module(path)
        return self._figures

    def check(self, exercise: str, *, hint: int = 1, seed: int | None = None) -> CheckResult:
        """Run the public checks of an exercise on fresh inputs, show the result and return it.

        Args:
            exercise: the exercise's number, "5.2".
            hint: how many hints to show where the answer behaves like a known mistake.
            seed: repeat the inputs of an earlier run; by default they are new each time.

        Raises:
            CheckNotPassed: if nbgrader runs the notebook (it sets NBGRADER_EXECUTION) and a check
                does not pass; nbgrader pays for cells that end without an error.
        """
        result = self._remembered(self._check(str(exercise), self._names(), _ALL, seed), hint)
        show_value(result)
        result.shown_in = getattr(shell(), "execution_count", None)
        if result.more_hints and widgets.live():
            self._offer_hints(result)
        if not result.passed and os.environ.get("NBGRADER_EXECUTION"):
            raise CheckNotPassed(result.headline)
        return result

    def _offer_hints(self, result: CheckResult) -> None:
        """A button that does what `check(..., hint=n + 1)` does, with the same inputs."""
        shown = len(result.hints)

        def more() -> tuple[str, str | None]:
            nonlocal shown
            again = self._check(result.exercise, self._names(), shown + 1, result.seed)
            shown = len(again.hints)
            return again.hints_html(), "Next hint" if again.more_hints else None

        widgets.offer("Next hint", more)

    def answer(
        self, exercise: str, *, fallback: Callable | None = None, name: str | None = None
    ) -> Any:
        """The student's function if it passes its public checks, otherwise `fallback`; one line
        says which.

        Args:
            exercise: the exercise's number.
            fallback: what stands in; without it, an answer that does not pass raises
                `NotAnsweredYet`.
            name: which function, where the exercise asks for several; by default the first.
        """
        names = self._names()
        entry = self._entry(str(exercise))
        name = name or entry.functions[0]
        if name not in entry.functions:
            raise InvalidInputError(
                f"Expected a function of exercise {exercise}: {', '.join(entry.functions)}. "
                f"Received: {name!r}."
            )
        if self._check(entry.number, names, 0, None).passed:
            say(f"Exercise {entry.number}: this uses your `{name}`.")
            return names[name]
        if fallback is None:
            raise NotAnsweredYet(f"Exercise {entry.number}")
        home = str(getattr(fallback, "__module__", "") or "").partition(".")[0]
        called = getattr(fallback, "__name__", type(fallback).__name__)
        owner = "the lab's own" if home in ("", "__main__") else f"{home}'s"
        say(
            f"Exercise {entry.number}: your `{name}` does not pass its checks yet, so this "
            f"uses {owner} `{called}`."
        )
        return fallback

    def needs(self, *exercises: str) -> contextlib.AbstractContextManager[None]:
        """Run a block that uses answers; where one of them is not there yet, say so in one line and
        go on after the block.

        A block that reads a name which only a block that waited would have set, waits for the same
        exercise.
        """
        entries = [self._entry(str(number)) for number in exercises]
        return self._waiting.block(entries, self._names())

    def pick(self, full: Any, fast: Any) -> Any:
        """`fast` when COURSEKIT_FAST=1 is set, otherwise `full`."""
        return fast if self.fast else full

    def show(self, figure: Any, alt: str | None = None) -> None:
        """Display a Matplotlib figure as PNG with an alternative text, and close it.

        Args:
            figure: the pair `(figure, alt)` that a function of `figures` gives; or a Figure, or
                Axes in one.
            alt: what is seen, in at least 30 characters; not "a plot of ...". Part of the pair
                where a pair is given.

        Raises:
            InvalidInputError: if `alt` is too short to tell anything.
        """
        if alt is None and isinstance(figure, tuple) and len(figure) == 2:
            figure, alt = figure
        if not isinstance(alt, str) or len(alt.strip()) < _MIN_ALT:
            raise InvalidInputError(
                f"Expected alt= to say what is seen, in at least {_MIN_ALT} characters. "
                f"Received: {alt!r}."
            )
        figure = getattr(figure, "figure", None) or figure
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100, bbox_inches="tight", facecolor="white")
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(figure)
        show_value(Picture(buffer.getvalue(), " ".join(alt.split())))

    def predict(
        self,
        key: str,
        question: str,
        *,
        choices: Sequence[str] | None = None,
        number: bool = False,
        unit: str = "",
        words: bool = False,
        answer: Any = None,
    ) -> None:
        """Ask for a prediction, to be made before the exercise that decides it.

        It is clicked where widgets live, and kept in `.coursekit` beside the notebook; or typed
        into the call as `answer=`, and kept in the cell.

        Args:
            key: the exercise's number, with a letter where it has several predictions: "5.2",
                "5.2a".
            question: what to predict.
            choices: two to eight answers, one of which is right.
            number: ask for a number.
            unit: what the number counts; implies `number`.
            words: ask for a few words or a sketch of them.
            answer: the prediction: a choice's letter or text, a number, or words.

        Raises:
            InvalidInputError: if not exactly one kind of answer is asked for, or `answer` is of
                another kind.
        """
        self._predictions.ask(
            key,
            question,
            choices=choices,
            number=number,
            unit=unit,
            words=words,
            answer=answer,
        )

    def reveal(self, key: str, truth: Any, text: str = "") -> None:
        """Show what was predicted beside what is true, and say whether the two agree.

        Args:
            key: as in `predict`.
            truth: what came, in the kind that was asked for: a choice's letter or text, a number,
                or words.
            text: one sentence with the numbers that show it.
        """
        self._predictions.reveal(key, truth, text)

    def receipt(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        seeds: Sequence[int] = (),
        throughput: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Show what the source claims beside what just ran; also write it as JSON to the file that
        COURSEKIT_RECEIPT names.

        Args:
            rows: dicts with the keys claim, source, stated, measured, note (all but claim and
                measured may be left out).
            seeds: the seeds that the measured values come from.
            throughput: rows of one form, the rate last, which `coursekit reproduce` keeps.

        Raises:
            InvalidInputError: if a row lacks `claim` or `measured` or has another key.
        """
        keys = ("claim", "source", "stated", "measured", "note")
        for row in rows:
            if not {"claim", "measured"} <= set(row) <= set(keys):
                raise InvalidInputError(
                    f"Expected rows with the keys {', '.join(keys)}. Received: {', '.join(row)}."
                )
        seconds = time.perf_counter() - self._start
        listed = [{key: _short(row.get(key, "")) for key in keys} for row in rows]
        seed_text = f"seeds {', '.join(map(str, seeds))}; " if len(seeds) else ""
        mode = "; fast mode" if self.fast else ""
        foot = f"{seed_text}{seconds:.0f} s since the lab was opened{mode}."
        show_value(cards.receipt_table(self.name, listed, foot))
        rates = [{key: _short(value) for key, value in row.items()} for row in throughput]
        if rates:
            cells = [[*row.values()] for row in rates]
            show_value(Table("Throughput here", [*rates[0]], cells, ""))
        if path := os.environ.get("COURSEKIT_RECEIPT"):
            keras = getattr(sys.modules.get("keras"), "config", None)
            record = {
                "lab": self.name,
                "fast": self.fast,
                "seeds": list(map(int, seeds)),
                "seconds": round(seconds, 1),
                "rows": listed,
                "throughput": rates,
                "backend": keras and keras.backend(),
            }
            write_atomic(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")

    def progress(self) -> None:
        """Run all public checks once and show which exercises are answered and pass."""
        names = self._names()
        rows = []
        for number, entry in self.catalogue.exercises.items():
            state = self._check(number, names, 0, None).state
            rows.append(
                [
                    number,
                    entry.title,
                    {"passed": "passes its public checks", "failed": "does not pass yet"}.get(
                        state, "to do"
                    ),
                ]
            )
        show_value(
            Table(
                f"Lab {self.name}",
                ["exercise", "about", "state"],
                rows,
                "Hidden checks run at grading.",
            )
        )

    # How a check is run

    def _check(
        self, number: str, names: MutableMapping[str, Any], hint: int, seed: int | None
    ) -> CheckResult:
        number = number.strip().removeprefix("Exercise").strip()
        entry = self.catalogue.exercises.get(number)
        if entry is None:
            known = ", ".join(self.catalogue.exercises)
            return CheckResult(
                number,
                "unknown",
                f"There is no exercise {number} in lab {self.name}. It has: {known}.",
            )
        if message := missing_answer(entry, names):
            return CheckResult(number, "missing", f"Exercise {number}: {message}")
        try:
            with _generators_kept():
                found = self._run(entry, names, hint, seed)
                return dataclasses.replace(found, functions=entry.functions)
        except KeyboardInterrupt:
            headline = (
                f"Exercise {number}: the check was interrupted, so nothing is decided. "
                f"Run it again."
            )
            return CheckResult(number, "interrupted", headline)

    def _run(
        self, entry: ExerciseEntry, names: MutableMapping[str, Any], hint: int, seed: int | None
    ) -> CheckResult:
        cases = checks.select(self._all_cases(), entry.number)
        first = int.from_bytes(os.urandom(4), "little") if seed is None else seed
        results, used, start = [], first, time.perf_counter()
        for turn in range(_ROUNDS):
            used = first + turn
            results = [
                checks.run_case(c, local_student(names, c.seed(used)), seconds=_CASE_LIMIT)
                for c in cases
            ]
            if (
                seed is not None
                or time.perf_counter() - start > _ROUND_BUDGET
                or not all(r.passed for r in results)
            ):
                break
        return self._judge(entry, names, tuple(results), hint, used)

    def _judge(self, entry, names, results, hint: int, seed: int) -> CheckResult:
        number, total = entry.number, len(results)
        passed = sum(result.passed for result in results)
        words = "public check" if entry.hidden else "check"
        words += "s" if total != 1 else ""
        if any(r.status in ("not-answered", "missing") for r in results) and not any(
            r.status in ("failed", "error") for r in results
        ):
            waiting = next(r for r in results if r.status in ("not-answered", "missing"))
            if waiting.status == "missing":
                return CheckResult(
                    number, "missing", f"Exercise {number}: {waiting.message}", results
                )
            return CheckResult(
                number, "not-answered", f"Exercise {number} is not answered yet.", results
            )
        later = "; hidden checks run at grading" if entry.hidden else ""
        if total and passed == total:
            return CheckResult(
                number,
                "passed",
                f"Exercise {number}: {passed} of {total} {words} pass{later}.",
                results,
            )
        if not total:
            headline = f"Exercise {number} has no public checks{later}."
            return CheckResult(number, "passed" if entry.hidden else "unknown", headline)
        found = recognised(self.catalogue.fingerprints, names, results) if hint else ()
        hints = in_turn(*(mistake.hints for mistake in found))
        told = explain(names, results, seconds=self.budget) if hint and not hints else ()
        shown = hints[: max(1, hint)]
        note = f'The same inputs again: check("{number}", seed={seed})'
        headline = f"Exercise {number}: {passed} of {total} {words} pass."
        return CheckResult(
            number,
            "failed",
            headline,
            results,
            shown,
            len(hints) > len(shown),
            note,
            seed=seed,
            explanations=told,
            recognised=found,
        )

    def _remembered(self, result: CheckResult, hint: int) -> CheckResult:
        """A result with as many hints as are due: `hint`, or more after changed answers."""
        answers = [self._names().get(name) for name in result.functions]
        due, again = self.memory.due(result.exercise, result.recognised, answers)
        shown = result.hints[: max(1, hint, due)] if hint else ()
        return dataclasses.replace(
            result,
            hints=shown,
            more_hints=0 < len(shown) < len(result.hints),
            explanations=(*result.explanations, *again),
        )

    @property
    def memory(self) -> Memory:
        """What was met before, in a file of the student's own."""
        if self._memory is None:
            self._memory = Memory(keep=shell() is not None)
        return self._memory

    def remember(self, on: bool = True) -> None:
        """Keep which hints were given, on this computer alone; False forgets them and keeps
        nothing from then on."""
        self.memory.remember(on)

    def _all_cases(self) -> list[checks.Case]:
        if self._cases is None:
            self._cases = checks.collect(self.folder, checks.PUBLIC)
        return self._cases

    def _entry(self, number: str) -> ExerciseEntry:
        entry = self.catalogue.exercises.get(number)
        if entry is None:
            known = ", ".join(self.catalogue.exercises)
            raise InvalidInputError(
                f"Expected an exercise of lab {self.name}: {known}. Received: {number!r}."
            )
        return entry

    def _names(self) -> MutableMapping[str, Any]:
        """Where the answers are: given, the notebook's, or those of the script that runs."""
        if self._namespace is not None:
            return self._namespace
        running = shell()
        return vars(sys.modules["__main__"]) if running is None else running.user_ns


@contextlib.contextmanager
def _generators_kept() -> Iterator[None]:
    """Leave Python's and NumPy's global generators as they were."""
    ours, theirs = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    return str(value)
