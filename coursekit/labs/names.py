"""The names that a notebook has: what is missing for a check, and what a block that waits leaves
out."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from coursekit.errors import NotAnsweredYet, near_name
from coursekit.labs.cards import say
from coursekit.labs.catalogue import ExerciseEntry


def missing_answer(entry: ExerciseEntry, names: Mapping[str, Any]) -> str:
    """What to say if a function of the exercise is not there, or is not a function; empty if all
    are."""
    for name in entry.functions:
        if name not in names:
            known = [
                n
                for n, v in names.items()
                if isinstance(v, types.FunctionType | type) and n[:1] != "_"
            ]
            close = near_name(name, known)
            other = f" There is `{close}`; the check looks for `{name}`." if close else ""
            return (
                f"`{name}` is not defined here. Run the cell that defines it; a restart or "
                f"an interrupted cell forgets it.{other}"
            )
        if not callable(names[name]):
            kind = type(names[name]).__name__
            return (
                f"`{name}` is {'an' if kind[0] in 'aeiou' else 'a'} {kind} here, not a "
                f"function. Run its cell again, and keep the name free."
            )
    return ""


class Waiting:
    """Blocks that use answers, and what they leave out while they wait.

    Args:
        blocks: what the catalogue knows: for each set of exercises ("5.3 5.4") the names that the
            lab's blocks which wait for them set.
    """

    def __init__(self, blocks: Mapping[str, Sequence[str]]):
        self._blocks = blocks
        self._left_out: dict[str, str] = {}  # a name that is not there -> what its block waited for

    @contextlib.contextmanager
    def block(
        self, entries: Sequence[ExerciseEntry], names: MutableMapping[str, Any]
    ) -> Iterator[None]:
        """Run a block; where an answer that it uses is not there, say so in one line instead. See
        `LabSession.needs`."""
        functions = {name: entry.number for entry in entries for name in entry.functions}
        sets = self._blocks.get(" ".join(entry.number for entry in entries), ())
        there_before = {name for name in sets if name in names}
        open_before = _open_figures()
        try:
            yield
        except NotAnsweredYet as error:
            waits_for, why = str(error) or "an exercise", "it is not answered yet."
        except NameError as error:
            missing = error.name
            if missing in names or missing not in functions | self._left_out:
                raise
            if missing in functions:
                waits_for = f"exercise {functions[missing]}"
                why = f"`{missing}` is not defined yet; run its cell first."
            else:
                waits_for = self._left_out[missing]
                why = (
                    f"`{missing}` comes from a cell above that waits for it. Once it is answered, "
                    f"run that cell again first."
                )
        else:
            self._left_out = {n: what for n, what in self._left_out.items() if n not in names}
            return
        _close_figures(open_before)
        for name in sets:  # half-made, and a block below would take it for whole
            if name not in there_before:
                names.pop(name, None)
        self._left_out |= {name: waits_for for name in sets if name not in names}
        say(f"This cell waits for {waits_for}: {why}")


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def _close_figures(keep: set[int]) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in _open_figures() - keep:
        pyplot.close(number)
