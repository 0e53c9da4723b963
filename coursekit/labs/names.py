"""The names that a notebook has: what is missing for a check, and what a block that waits leaves
out."""

from __future__ import annotations

import difflib
import dis
import sys
import types
from collections.abc import Mapping
from typing import Any

from coursekit.labs.catalogue import ExerciseEntry


def missing_answer(entry: ExerciseEntry, names: Mapping[str, Any]) -> str:
    """What to say if a function of the exercise is not there, or is not a function; empty if all
    are."""
    for name in entry.functions:
        if name not in names:
            folded = {
                str(n).lower().replace("_", ""): n
                for n, v in names.items()
                if callable(v) and str(n)[:1] != "_"
            }
            close = folded.get(name.lower().replace("_", "")) or next(
                iter(
                    difflib.get_close_matches(
                        name,
                        [n for n, v in names.items() if isinstance(v, types.FunctionType)],
                        1,
                        0.8,
                    )
                ),
                None,
            )
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


def names_set(frame: types.FrameType) -> set[str]:
    """The global names that a cell's code sets from the line on that it is at."""
    return {
        step.argval
        for step in dis.get_instructions(frame.f_code)
        if step.opname in ("STORE_NAME", "STORE_GLOBAL")
        and (step.positions.lineno or 0) >= frame.f_lineno
    }


def open_figures() -> set[int]:
    """The numbers of the figures that pyplot holds open."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


def close_figures(keep: set[int]) -> None:
    """Close the figures that pyplot holds open besides those to keep."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in open_figures() - keep:
        pyplot.close(number)
