"""What was met before: which hint comes next, and whether a thought was missed in another exercise.

A small file on the student's own computer, never sent anywhere. `lab.remember(False)` deletes it
and keeps nothing from then on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit._files import write_atomic
from coursekit.errors import CoursekitError
from coursekit.labs.feedback.explain import Explanation
from coursekit.labs.feedback.mistakes import Fingerprint

VARIABLE = "COURSEKIT_MEMORY"


class Memory:
    """Hints given so far. A file that cannot be read or written is as good as none.

    Args:
        path: by default that in `$COURSEKIT_MEMORY`, where "off" keeps nothing, otherwise
            `~/.coursekit/hints.json`.
        keep: False keeps nothing, as outside notebooks.
    """

    def __init__(self, path: str | Path | None = None, *, keep: bool = True):
        named = os.environ.get(VARIABLE, "")
        self.path = Path(path or named or Path.home() / ".coursekit" / "hints.json")
        self._always_off = not keep or (path is None and named == "off")

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return not self._always_off and not self._read().get("off")

    def remember(self, on: bool) -> None:
        """Switch on or off; off also forgets what was kept."""
        self._write({} if on else {"off": True})

    def due(
        self, exercise: str, found: Sequence[Fingerprint], answers: Sequence[Any]
    ) -> tuple[int, tuple[Explanation, ...]]:
        """How many hints to show, and what to say of other exercises.

        Args:
            exercise: its number, "5.2".
            found: the mistakes recognised now.
            answers: the student's functions.
        """
        if not found or not self.on:
            return 1, ()
        again = self.again(exercise, found)
        rung = self.rung(exercise, found, answer_hash(answers))
        return rung, () if again is None else (again,)

    def rung(self, exercise: str, found: Sequence[Fingerprint], answer: str) -> int:
        """How many hints to show: one more for each changed answer with the same mistake.

        Args:
            exercise: its number, "5.2".
            found: the mistakes recognised now.
            answer: a hash of the answer, so that the same answer again moves nothing on.
        """
        data = self._read()
        if self._always_off or data.get("off") or not found:
            return 1
        name = " + ".join(entry.name for entry in found)
        met = data.setdefault("met", {}).setdefault(exercise, {})
        before = met.get(name, {"answers": [], "hint": found[0].hints[0], "tag": found[0].tag})
        if answer not in before["answers"]:
            before["answers"] = [*before["answers"], answer][-9:]
        met[name] = before
        self._write(data)
        return len(before["answers"])

    def again(self, exercise: str, found: Sequence[Fingerprint]) -> Explanation | None:
        """The same thought missed in another exercise: both cases side by side."""
        data = self._read()
        if self._always_off or data.get("off"):
            return None
        for entry in found:
            for number, met in data.get("met", {}).items():
                for old in met.values():
                    if number != exercise and entry.tag and old.get("tag") == entry.tag:
                        return Explanation(
                            "again",
                            f"the same thought ({_SPOKEN.get(entry.tag, entry.tag)}) as in "
                            f"{number}. There: {old['hint']} Here: {entry.hints[0]}",
                        )
        return None

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            return data if isinstance(data, dict) else {}
        except (OSError, ValueError):
            return {}

    def _write(self, data: dict[str, Any]) -> None:
        if self._always_off:
            return
        with contextlib.suppress(OSError, CoursekitError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self.path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


_SPOKEN = {
    "axis": "which axis",
    "off-by-one": "one too many or too few",
    "missing-1/n": "a mean is a sum divided by n",
    "aliasing": "the caller's array",
    "logits-as-probabilities": "logits are no probabilities",
    "leakage": "what training may see",
    "sign": "the sign",
    "transpose": "rows and columns",
    "dtype": "the type of the numbers",
    "order": "what comes first",
    "broadcasting": "how shapes line up",
    "ties": "equal values",
    "edge-case": "the smallest input",
}


def answer_hash(functions: Sequence[Any]) -> str:
    """A hash of what the functions do, the same after a restart; comments and names of cells do not
    count."""
    total = hashlib.sha256()
    for function in functions:
        for part in vars(function).values() if isinstance(function, type) else (function,):
            _add_code(total, getattr(part, "__code__", None))
    return total.hexdigest()[:16]


def _add_code(total: Any, code: Any) -> None:
    if code is None:
        return
    total.update(code.co_code + repr(code.co_names).encode())
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            _add_code(total, constant)
        else:
            total.update(repr(constant).encode())
