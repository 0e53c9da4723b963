"""Predictions: asked before an exercise, kept beside the notebook, shown again with what came."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import numbers
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit._files import write_atomic
from coursekit.errors import CoursekitError, InvalidInputError
from coursekit.labs import widgets
from coursekit.labs.cards import BOX, COLOURS, escape, show_value

FOLDER = ".coursekit"
_LETTERS = "abcdefgh"
_CLOSE = 0.1  # a number within a tenth of the true one counts as near
_VERDICTS = {"right": "as you predicted", "near": "close", "other": "not as you predicted"}
_LATER = "Write the exercise; what is true is shown after its check."


@dataclasses.dataclass(frozen=True)
class Question:
    """What a prediction asks for. `kind`: choices, number or words."""

    key: str
    text: str
    kind: str
    choices: tuple[str, ...] = ()
    unit: str = ""

    def read(self, answer: Any) -> Any:
        """An answer as it is kept: the text of a choice, a float, or words.

        Raises:
            InvalidInputError: if it is none of the choices, no number, or no text.
        """
        if self.kind == "choices":
            letters = dict(zip(_LETTERS, self.choices, strict=False))
            chosen = letters.get(str(answer).strip().lower(), str(answer).strip())
            if chosen not in self.choices:
                raise InvalidInputError(
                    f"Expected one of {', '.join(letters)} for prediction {self.key}. Received: "
                    f"{answer!r}."
                )
            return chosen
        if self.kind == "number":
            with contextlib.suppress(TypeError, ValueError):
                if not isinstance(answer, bool) and math.isfinite(value := float(answer)):
                    return value
            raise InvalidInputError(
                f"Expected a number for prediction {self.key}. Received: {answer!r}."
            )
        if not isinstance(answer, str) or not answer.strip():
            raise InvalidInputError(
                f"Expected a few words for prediction {self.key}. Received: {answer!r}."
            )
        return " ".join(answer.split())

    def show(self, answer: Any) -> str:
        """An answer in words, with its letter or unit."""
        if self.kind == "choices" and answer in self.choices:
            return f"{_LETTERS[self.choices.index(answer)]}) {answer}"
        if isinstance(answer, numbers.Real):
            return f"{answer:.4g}{' ' + self.unit if self.unit else ''}"
        return f"“{answer}”" if self.kind == "words" else str(answer)


@dataclasses.dataclass
class Asked:
    """A question as the notebook shows it, with what was predicted so far and what to do.

    `clickable`: the choices stand below it to be clicked, so the page does not list them, too.
    """

    question: Question
    status: str
    clickable: bool = False

    def __str__(self) -> str:
        options = [
            f"  {letter}) {choice}"
            for letter, choice in zip(_LETTERS, self.question.choices, strict=False)
        ]
        head = f"Prediction {self.question.key}: {self.question.text}"
        return "\n".join([head, *options, self.status])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(choice)}</li>" for choice in self.question.choices)
        options = (
            f'<ol style="margin:.3em 0;list-style-type:lower-alpha">{items}</ol>'
            if items and not self.clickable
            else ""
        )
        return (
            f'<div style="{BOX.format(colour=COLOURS["question"])}"><strong>Prediction '
            f"{escape(self.question.key)}</strong> {escape(self.question.text)}{options}"
            f"<div><small>{escape(self.status)}</small></div></div>"
        )


@dataclasses.dataclass
class Revealed:
    """What was predicted beside what is true. `verdict`: right, near, other, or "" where there is
    nothing to judge."""

    key: str
    predicted: str | None
    truth: str
    verdict: str
    text: str = ""

    def __str__(self) -> str:
        lines = [f"Prediction {self.key}: {self._before()}"]
        verdict = f" ({_VERDICTS[self.verdict]})" if self.verdict else ""
        lines.append(f"  what came: {self.truth}{verdict}")
        return "\n".join([*lines, *([f"  {self.text}"] if self.text else [])])

    def _repr_html_(self) -> str:
        verdict = f" ({_VERDICTS[self.verdict]})" if self.verdict else ""
        text = f"<div>{escape(self.text)}</div>" if self.text else ""
        truth = (
            f"<div>What came: <strong>{escape(self.truth)}</strong>{escape(verdict)}</div>{text}"
        )
        if self.predicted is None:
            truth = f"<details><summary>Show it anyway</summary>{truth}</details>"
        colour = COLOURS["passed" if self.verdict in ("right", "near") else "question"]
        return (
            f'<div style="{BOX.format(colour=colour)}"><strong>Prediction {escape(self.key)}'
            f"</strong> {escape(self._before())}{truth}</div>"
        )

    def _before(self) -> str:
        if self.predicted is None:
            return "you made none. Predict in the cell above, then run this one again."
        return f"you said {self.predicted}"


class Predictions:
    """The predictions of one lab.

    Args:
        lab: the lab's name.
        folder: where the notebook is; what is clicked is kept there in `.coursekit`. By default
            the working folder.
    """

    def __init__(self, lab: str, folder: str | Path | None = None):
        self._path = Path(folder or Path.cwd()) / FOLDER / f"{lab}.predictions.json"
        self._asked: dict[str, Question] = {}
        self._kept: dict[str, dict[str, Any]] | None = None

    def ask(
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
        """Show a question and take its answer; see `LabSession.predict`."""
        kinds = {"choices": choices is not None, "number": number or bool(unit), "words": words}
        if sum(kinds.values()) != 1:
            raise InvalidInputError(
                "Expected one of choices=[...], number=True or words=True. Received: "
                f"{', '.join(k for k, given in kinds.items() if given) or 'none'}."
            )
        kind = next(k for k, given in kinds.items() if given)
        options = tuple(map(str, choices or ()))
        if kind == "choices" and not 2 <= len(set(options)) == len(options) <= len(_LETTERS):
            raise InvalidInputError(
                f"Expected two to {len(_LETTERS)} different choices. Received: {list(options)}."
            )
        asked = Question(str(key), str(question), kind, options, unit)
        self._asked[asked.key] = asked
        if answer is not None:
            self._keep(asked, asked.read(answer))
        before = self.answer(asked)
        if self._entry(asked.key).get("revealed") and before is not None:
            show_value(Asked(asked, f"Before the reveal you said {asked.show(before)}."))
            return
        typed = f'answer="{"b" if kind == "choices" else "..."}"'.replace(
            '"..."', "12" if kind == "number" else '"..."'
        )
        clickable = answer is None and widgets.live()
        status = (
            f"Your prediction: {asked.show(before)}. {_LATER}"
            if before is not None
            else "Choose before you go on."
            if clickable and kind == "choices"
            else f"Write {typed} into the call above and run the cell again."
            if not clickable
            else "Answer before you go on."
        )
        show_value(Asked(asked, status, clickable))
        if clickable:
            self._offer(asked, before)

    def reveal(self, key: str, truth: Any, text: str = "") -> None:
        """Show what was predicted beside what is true; see `LabSession.reveal`."""
        asked = self._asked.get(str(key)) or Question(str(key), "", "")
        if asked.kind in ("choices", "number"):
            truth = asked.read(truth)
        before = self.answer(asked)
        verdict = ""
        if before is not None and asked.kind == "choices":
            verdict = "right" if before == truth else "other"
        elif before is not None and asked.kind == "number":
            gap = abs(before - truth)
            near = gap <= _CLOSE * abs(truth)
            verdict = "right" if gap == 0 else "near" if near else "other"
        predicted = None if before is None else asked.show(before)
        show_value(Revealed(asked.key, predicted, asked.show(truth), verdict, text))
        if before is not None and not self._entry(asked.key).get("revealed"):
            self._store(asked.key, {"answer": before, "revealed": True})

    def answer(self, asked: Question) -> Any:
        """What was predicted; None if nothing, or if the kept answer does not fit the question."""
        kept = self._entry(asked.key).get("answer")
        if kept is None or not asked.kind:
            return kept
        try:
            return asked.read(kept)
        except InvalidInputError:
            return None

    def _offer(self, asked: Question, before: Any) -> None:
        def keep(answer: Any) -> str:
            try:
                self._keep(asked, asked.read(answer))
            except InvalidInputError as error:
                return escape(str(error))
            return escape(f"Kept: {asked.show(self.answer(asked))}. {_LATER}")

        if asked.kind == "choices":
            widgets.choose({asked.show(choice): choice for choice in asked.choices}, before, keep)
        else:
            widgets.enter(asked.kind, asked.unit, before, keep)

    def _keep(self, asked: Question, answer: Any) -> None:
        """Keep an answer; after the reveal the one that was made before it stays."""
        if not self._entry(asked.key).get("revealed") and self.answer(asked) != answer:
            self._store(asked.key, {"answer": answer})

    def _entry(self, key: str) -> dict[str, Any]:
        if self._kept is None:
            self._kept = {}
            with contextlib.suppress(OSError, ValueError, AttributeError):
                if _remembers():
                    stored = json.loads(self._path.read_text(encoding="utf-8"))
                    self._kept = {k: v for k, v in stored.items() if isinstance(v, dict)}
        return self._kept.get(key, {})

    def _store(self, key: str, entry: dict[str, Any]) -> None:
        self._entry(key)
        self._kept[key] = entry
        if _remembers():
            with contextlib.suppress(CoursekitError, OSError):  # a folder that cannot be written
                write_atomic(
                    self._path, json.dumps(self._kept, indent=1, ensure_ascii=False) + "\n"
                )


def _remembers() -> bool:
    """Whether anything is kept in a file; COURSEKIT_MEMORY=0 says no."""
    return os.environ.get("COURSEKIT_MEMORY", "1") != "0"
